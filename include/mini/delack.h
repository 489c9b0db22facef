/* SPDX-License-Identifier: GPL-2.0-only */
/* When to ACK: at once, with an answer, or late (tcp/delack.c). Pure. */
#ifndef _MINI_DELACK_H
#define _MINI_DELACK_H

#include <linux/types.h>

/**
 * struct mini_delack - what the peer's rhythm says about the next ACK
 * @rcv_us: when text in order was last received
 * @ato_us: how long the next text may take; 0 before the first
 * @quick: ACKs to be sent without delay yet
 * @pingpong: the user answers text with text: the ACK rides on that
 * @pushed: segments that seem to end a write since the last ACK; two at most
 *	are counted
 *
 * Owned by the socket lock.
 */
struct mini_delack {
	u64 rcv_us;
	u32 ato_us;
	u8 quick;
	bool pingpong;
	u8 pushed;
};

/* Is an ACK due with the segment itself? */
static inline bool mini_delack_at_once(const struct mini_delack *d)
{
	return d->quick && !d->pingpong;
}

/* Is one due when the user has read all that there is? */
static inline bool mini_delack_on_read(const struct mini_delack *d)
{
	return d->pushed > d->pingpong;
}

void mini_delack_reset(struct mini_delack *d);
bool mini_delack_data_in(struct mini_delack *d, u64 now_us, u32 rto_us);
void mini_delack_pushed(struct mini_delack *d);
void mini_delack_data_out(struct mini_delack *d, u64 now_us);
void mini_delack_ack_sent(struct mini_delack *d);
void mini_delack_missed(struct mini_delack *d, u32 rto_us);
void mini_delack_grant(struct mini_delack *d, u8 n);
void mini_delack_quick(struct mini_delack *d, u8 n);
u32 mini_delack_wait_us(const struct mini_delack *d, u32 srtt_us);

#endif /* _MINI_DELACK_H */
