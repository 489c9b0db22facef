/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MINI_NETNS_SHA256_H
#define MINI_NETNS_SHA256_H

#include <linux/types.h>
#include <stddef.h>

#define SHA256_BYTES	32
#define SHA256_BLOCK	64
#define SHA256_HEX	(2 * SHA256_BYTES + 1)

struct sha256 {
	__u32 h[8];
	__u64 total;			/* bytes taken in so far */
	__u8 block[SHA256_BLOCK];	/* total % 64 of them wait here */
};

void sha256_init(struct sha256 *s);
void sha256_update(struct sha256 *s, const void *data, size_t len);
void sha256_final(struct sha256 *s, __u8 out[SHA256_BYTES]);
const char *sha256_hex(const __u8 in[SHA256_BYTES], char out[SHA256_HEX]);

#endif
