/* SPDX-License-Identifier: GPL-2.0-only */
/* Sequence arithmetic, modulo 2^32 (RFC 9293 section 3.4). Pure. */
#ifndef _MINI_SEQ_H
#define _MINI_SEQ_H

#include <linux/types.h>

/* a < b: b is ahead of a by less than half the number space */
static inline bool seq_lt(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

static inline bool seq_leq(u32 a, u32 b)
{
	return !seq_lt(b, a);
}

static inline bool seq_gt(u32 a, u32 b)
{
	return seq_lt(b, a);
}

static inline bool seq_geq(u32 a, u32 b)
{
	return !seq_lt(a, b);
}

/* low <= seq < high; an empty range holds nothing */
static inline bool seq_within(u32 seq, u32 low, u32 high)
{
	return seq - low < high - low;
}

static inline u32 seq_max(u32 a, u32 b)
{
	return seq_gt(a, b) ? a : b;
}

/**
 * mini_seq_acceptable() - step 1 of segment arrival (RFC 9293 3.10.7.4)
 * @seq: SEG.SEQ
 * @len: SEG.LEN, SYN and FIN counted
 * @nxt: RCV.NXT
 * @acked: the RCV.NXT that was last sent in an ACK; at or below @nxt
 * @wnd: RCV.WND, octets from @nxt to the right edge
 *
 * The four cases of the RFC's table. An empty segment may start as low as
 * @acked and not only at @nxt: an ACK that a later data segment overtook is
 * not stale as long as the peer may not know that the data has arrived.
 *
 * Return: true when the segment is acceptable.
 */
static inline bool mini_seq_acceptable(u32 seq, u32 len, u32 nxt, u32 acked,
				       u32 wnd)
{
	if (!len)
		return wnd ? seq_within(seq, acked, nxt + wnd) :
			     seq_leq(acked, seq) && seq_leq(seq, nxt);
	if (!wnd)
		return false;
	return seq_within(seq, nxt, nxt + wnd) ||
	       seq_within(seq + len - 1, nxt, nxt + wnd);
}

#endif /* _MINI_SEQ_H */
