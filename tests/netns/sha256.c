// SPDX-License-Identifier: GPL-2.0-only
/* SHA-256 as FIPS 180-4 writes it, so that a guest needs no library. */
#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "sha256.h"

static const __u32 sha256_k[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5,
	0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
	0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
	0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
	0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static __u32 ror(__u32 x, int n)
{
	return x >> n | x << (32 - n);
}

static void sha256_schedule(__u32 w[64], const __u8 *block)
{
	__u32 s0, s1;
	int i;

	memcpy(w, block, SHA256_BLOCK);
	for (i = 0; i < 16; i++)
		w[i] = be32toh(w[i]);
	for (; i < 64; i++) {
		s0 = ror(w[i - 15], 7) ^ ror(w[i - 15], 18) ^ w[i - 15] >> 3;
		s1 = ror(w[i - 2], 17) ^ ror(w[i - 2], 19) ^ w[i - 2] >> 10;
		w[i] = w[i - 16] + s0 + w[i - 7] + s1;
	}
}

/* One round, the eight working variables turned by @i instead of moved. */
static void sha256_round(__u32 v[8], int i, __u32 kw)
{
	__u32 a = v[-i & 7], b = v[(1 - i) & 7], c = v[(2 - i) & 7];
	__u32 e = v[(4 - i) & 7], f = v[(5 - i) & 7], g = v[(6 - i) & 7];
	__u32 t1, t2;

	t1 = v[(7 - i) & 7] + (ror(e, 6) ^ ror(e, 11) ^ ror(e, 25)) +
	     ((e & f) ^ (~e & g)) + kw;
	t2 = (ror(a, 2) ^ ror(a, 13) ^ ror(a, 22)) +
	     ((a & b) ^ (a & c) ^ (b & c));
	v[(3 - i) & 7] += t1;
	v[(7 - i) & 7] = t1 + t2;
}

static void sha256_block(struct sha256 *s, const __u8 *block)
{
	__u32 w[64], v[8];
	int i;

	sha256_schedule(w, block);
	memcpy(v, s->h, sizeof(v));
	for (i = 0; i < 64; i++)
		sha256_round(v, i, sha256_k[i] + w[i]);
	for (i = 0; i < 8; i++)
		s->h[i] += v[i];
}

void sha256_init(struct sha256 *s)
{
	static const __u32 h[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};

	memcpy(s->h, h, sizeof(h));
	s->total = 0;
}

void sha256_update(struct sha256 *s, const void *data, size_t len)
{
	const __u8 *p = data;
	size_t at = s->total % SHA256_BLOCK, n;

	s->total += len;
	while (at + len >= SHA256_BLOCK) {
		n = SHA256_BLOCK - at;
		if (at)
			memcpy(s->block + at, p, n);
		sha256_block(s, at ? s->block : p);
		p += n;
		len -= n;
		at = 0;
	}
	memcpy(s->block + at, p, len);
}

void sha256_final(struct sha256 *s, __u8 out[SHA256_BYTES])
{
	static const __u8 pad[SHA256_BLOCK] = { 0x80 };
	__u64 bits = htobe64(s->total * 8);
	size_t at = s->total % SHA256_BLOCK;
	__u32 word;
	int i;

	sha256_update(s, pad, (at < 56 ? 56 : 120) - at);
	sha256_update(s, &bits, sizeof(bits));
	for (i = 0; i < 8; i++) {
		word = htobe32(s->h[i]);
		memcpy(out + 4 * i, &word, sizeof(word));
	}
}

const char *sha256_hex(const __u8 in[SHA256_BYTES], char out[SHA256_HEX])
{
	int i;

	for (i = 0; i < SHA256_BYTES; i++)
		sprintf(out + 2 * i, "%02x", in[i]);
	return out;
}
