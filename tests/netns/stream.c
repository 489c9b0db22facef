// SPDX-License-Identifier: GPL-2.0-only
/* Both ends of the byte stream of stream.h; no socket in sight. */
#include <endian.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stream.h"

#define STREAM_MAGIC	0x4d584631	/* "MXF1" */
#define GOLDEN		0x9e3779b97f4a7c15ull

static size_t min_size(size_t a, __u64 b)
{
	return a < b ? a : b;
}

/* splitmix64's output function */
static __u64 mix(__u64 x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

/* Byte @at is a function of (@seed, @at): any end may start anywhere. */
static void generate(__u64 seed, __u64 at, __u8 *buf, size_t len)
{
	while (len) {
		__u64 word = htole64(mix(seed + (at / 8 + 1) * GOLDEN));
		size_t skip = at % 8, n = min_size(8 - skip, len);

		memcpy(buf, (__u8 *)&word + skip, n);
		buf += n;
		at += n;
		len -= n;
	}
}

size_t chunk_next(struct chunks *c)
{
	if (!c->random)
		return c->max;
	c->dice += GOLDEN;
	return 1 + mix(c->dice) % c->max;
}

void tx_init(struct tx *tx, __u64 seed, __u64 size, int file)
{
	tx->phase = STREAM_HEAD;
	tx->file = file;
	tx->seed = seed;
	tx->size = size;
	tx->head.magic = htobe32(STREAM_MAGIC);
	tx->head.from_file = htobe32(file >= 0);
	tx->head.seed = htobe64(seed);
	tx->head.size = htobe64(size);
	/* the digest is longer than the smallest chunk */
	tx->buf = malloc(tx->chunks.max + SHA256_BYTES);
	if (!tx->buf)
		err(1, "memory for a write buffer");
	sha256_init(&tx->sha);
}

static void tx_data(struct tx *tx)
{
	size_t n = min_size(chunk_next(&tx->chunks), tx->size - tx->sent);

	if (tx->file < 0)
		generate(tx->seed, tx->sent, tx->buf, n);
	else if (pread(tx->file, tx->buf, n, tx->sent) != (ssize_t)n)
		err(1, "the file to send shrank");
	sha256_update(&tx->sha, tx->buf, n);
	tx->sent += n;
	tx->at = 0;
	tx->len = n;
}

static void tx_copy(struct tx *tx, const void *from, size_t len)
{
	memcpy(tx->buf, from, len);
	tx->at = 0;
	tx->len = len;
}

static void tx_refill(struct tx *tx)
{
	if (tx->phase == STREAM_HEAD) {
		tx_copy(tx, &tx->head, sizeof(tx->head));
		tx->phase = STREAM_DATA;
	} else if (tx->phase == STREAM_DATA && tx->sent < tx->size) {
		tx_data(tx);
	} else if (tx->phase == STREAM_DATA) {
		sha256_final(&tx->sha, tx->digest);
		tx_copy(tx, tx->digest, sizeof(tx->digest));
		tx->phase = STREAM_DIGEST;
	} else {
		tx->phase = STREAM_END;
	}
}

size_t tx_ready(struct tx *tx)
{
	if (tx->at == tx->len && tx->phase != STREAM_END)
		tx_refill(tx);
	return tx->len - tx->at;
}

void tx_advance(struct tx *tx, size_t n)
{
	tx->at += n;
}

void rx_init(struct rx *rx, int file)
{
	rx->phase = STREAM_HEAD;
	rx->file = file;
	sha256_init(&rx->sha);
}

static bool rx_bad(struct rx *rx, const char *what, __u64 at)
{
	snprintf(rx->why, sizeof(rx->why), "%s at byte %llu", what, at);
	return false;
}

/* Gather @want bytes into @to over as many reads as it takes. */
static size_t rx_gather(struct rx *rx, void *to, size_t want,
			const __u8 *buf, size_t len)
{
	size_t n = min_size(want - rx->part, len);

	memcpy((__u8 *)to + rx->part, buf, n);
	rx->part += n;
	return n;
}

static size_t rx_head(struct rx *rx, const __u8 *buf, size_t len)
{
	size_t n = rx_gather(rx, &rx->head, sizeof(rx->head), buf, len);

	if (rx->part < sizeof(rx->head))
		return n;
	if (rx->head.magic != htobe32(STREAM_MAGIC))
		return rx_bad(rx, "no magic number", 0);
	rx->seed = be64toh(rx->head.seed);
	rx->size = be64toh(rx->head.size);
	rx->part = 0;
	rx->phase = STREAM_DATA;
	return n;
}

static bool rx_as_generated(struct rx *rx, const __u8 *buf, size_t len)
{
	__u8 want[4096];
	size_t done, n, i;

	for (done = 0; done < len; done += n) {
		n = min_size(sizeof(want), len - done);
		generate(rx->seed, rx->got + done, want, n);
		if (!memcmp(want, buf + done, n))
			continue;
		for (i = 0; want[i] == buf[done + i]; i++)
			;
		return rx_bad(rx, "wrong data", rx->got + done + i);
	}
	return true;
}

static size_t rx_data(struct rx *rx, const __u8 *buf, size_t len)
{
	size_t n = min_size(len, rx->size - rx->got);

	if (!rx->head.from_file && !rx_as_generated(rx, buf, n))
		return 0;
	if (rx->file >= 0 && write(rx->file, buf, n) != (ssize_t)n)
		err(1, "write what came in");
	sha256_update(&rx->sha, buf, n);
	rx->got += n;
	return n;
}

static size_t rx_digest(struct rx *rx, const __u8 *buf, size_t len)
{
	size_t n = rx_gather(rx, rx->claim, sizeof(rx->claim), buf, len);

	if (rx->part < sizeof(rx->claim))
		return n;
	sha256_final(&rx->sha, rx->digest);
	if (memcmp(rx->digest, rx->claim, sizeof(rx->claim)))
		return rx_bad(rx, "SHA-256 differs", rx->got);
	rx->phase = STREAM_END;
	return n;
}

static size_t rx_some(struct rx *rx, const __u8 *buf, size_t len)
{
	if (rx->phase == STREAM_DATA && rx->got == rx->size)
		rx->phase = STREAM_DIGEST;

	switch (rx->phase) {
	case STREAM_HEAD:
		return rx_head(rx, buf, len);
	case STREAM_DATA:
		return rx_data(rx, buf, len);
	case STREAM_DIGEST:
		return rx_digest(rx, buf, len);
	default:
		return rx_bad(rx, "more than the digest", rx->got);
	}
}

bool rx_feed(struct rx *rx, const __u8 *buf, size_t len)
{
	size_t n;

	while (len) {
		n = rx_some(rx, buf, len);
		if (!n)
			return false;
		buf += n;
		len -= n;
	}
	return true;
}

bool rx_eof(struct rx *rx)
{
	return rx->phase == STREAM_END || rx_bad(rx, "early end", rx->got);
}
