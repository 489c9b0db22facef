/* SPDX-License-Identifier: GPL-2.0-only */
/* How fast the path delivers (tcp/rate.c). Pure. */
#ifndef _MINI_RATE_H
#define _MINI_RATE_H

#include <linux/types.h>

/**
 * struct mini_rate_sent - what was known when a packet was last sent
 * @delivered_us: when something had last been delivered
 * @first_us: when the first packet of that flight was sent
 * @delivered: octets delivered by then
 * @limited: the user's writing was what limited the rate
 *
 * Times are the low half of the clock's microseconds, and octets wrap: both are
 * only ever subtracted.
 */
struct mini_rate_sent {
	u32 delivered_us;
	u32 first_us;
	u32 delivered;
	bool limited;
} __packed;	/* skb->cb is full */

/**
 * struct mini_rate_sample - what one ACK says
 * @prior: of the packet that was sent last, of those that it delivers
 * @sent_us: and when that was
 * @any: there is one
 */
struct mini_rate_sample {
	struct mini_rate_sent prior;
	u32 sent_us;
	bool any;
};

/**
 * struct mini_rate - the estimator of a connection
 * @delivered_us: when something was last delivered
 * @first_us: when the packet was sent that was delivered then: what is sent
 *	from now on is measured from there
 * @delivered: octets delivered
 * @limited_to: while no more than this is delivered, samples were limited by
 *	the user's writing, when @limited
 * @limited: see @limited_to
 * @got: octets delivered in the last sample worth keeping
 * @got_us: the time that took; 0 before there is one
 * @got_limited: the user's writing limited it
 *
 * Owned by the socket lock.
 */
struct mini_rate {
	u32 delivered_us;
	u32 first_us;
	u32 delivered;
	u32 limited_to;
	bool limited;
	u32 got;
	u32 got_us;
	bool got_limited;
};

void mini_rate_send(struct mini_rate *r, struct mini_rate_sent *p, bool idle,
		    u64 now_us);
void mini_rate_limit(struct mini_rate *r, u32 pipe);
void mini_rate_deliver(struct mini_rate_sample *s,
		       const struct mini_rate_sent *p, u64 sent_us);
void mini_rate_ack(struct mini_rate *r, const struct mini_rate_sample *s,
		   u32 delivered, u32 min_rtt_us, u64 now_us);
u64 mini_rate_per_s(const struct mini_rate *r);

#endif /* _MINI_RATE_H */
