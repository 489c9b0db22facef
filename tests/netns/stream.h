/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one direction of a transfer carries:
 *
 *	struct stream_head | the data | SHA-256 of the data | FIN
 *
 * The data is a file's, or a function of (seed, offset). The reader makes the
 * same function run beside it, so that it can name the first wrong byte.
 */
#ifndef MINI_NETNS_STREAM_H
#define MINI_NETNS_STREAM_H

#include <stdbool.h>

#include "sha256.h"

enum stream_phase {
	STREAM_HEAD,
	STREAM_DATA,
	STREAM_DIGEST,
	STREAM_END,
};

struct stream_head {
	__be32 magic;
	__be32 from_file;
	__be64 seed;
	__be64 size;
};

/* Sizes of successive reads or writes: all @max, or 1..@max by the dice. */
struct chunks {
	size_t max;
	bool random;
	__u64 dice;
};

struct tx {
	enum stream_phase phase;
	struct chunks chunks;
	struct stream_head head;
	int file;			/* -1: the generator */
	__u64 seed, size, sent;		/* data bytes; sent = handed out */
	struct sha256 sha;
	__u8 digest[SHA256_BYTES];
	__u8 *buf;			/* at..len is not yet on its way */
	size_t at, len;
};

struct rx {
	enum stream_phase phase;
	struct stream_head head;
	int file;			/* -1: only checked */
	__u64 seed, size, got;		/* data bytes */
	size_t part;			/* of the head or of the digest */
	struct sha256 sha;
	__u8 digest[SHA256_BYTES], claim[SHA256_BYTES];
	char why[80];			/* what was wrong with the data */
};

size_t chunk_next(struct chunks *c);

void tx_init(struct tx *tx, __u64 seed, __u64 size, int file);
/* Bytes that wait in tx->buf, more made if there were none; 0 at the end. */
size_t tx_ready(struct tx *tx);
void tx_advance(struct tx *tx, size_t n);

void rx_init(struct rx *rx, int file);
/* False, and rx->why, when the bytes are not what they should be. */
bool rx_feed(struct rx *rx, const __u8 *buf, size_t len);
bool rx_eof(struct rx *rx);

#endif
