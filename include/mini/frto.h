/* SPDX-License-Identifier: GPL-2.0-only */
/* F-RTO: was a retransmission timeout spurious? RFC 5682 (tcp/frto.c). Pure. */
#ifndef _MINI_FRTO_H
#define _MINI_FRTO_H

#include <linux/types.h>

/* where the algorithm stands, by the numbers of RFC 5682 3.1 */
enum mini_frto {
	MINI_FRTO_OFF,		/* no timeout is in doubt */
	MINI_FRTO_STEP_2,	/* the first segment was resent: what now? */
	MINI_FRTO_STEP_3,	/* new data was sent as well */
};

/**
 * struct mini_frto_ack - an ACK after a timeout
 * @advanced: SND.UNA has moved
 * @all: all that was out at the timeout is ACKed
 * @original: it delivered something that was sent once, before the timeout
 * @duplicate: it says that something is missing, a duplicate ACK or a SACK
 * @can_send: there is new data, and a window for it
 */
struct mini_frto_ack {
	bool advanced;
	bool all;
	bool original;
	bool duplicate;
	bool can_send;
};

/* what to do about it */
enum mini_frto_verdict {
	MINI_FRTO_WAIT,		/* the next ACK will tell */
	MINI_FRTO_NEW_DATA,	/* send two new segments, and nothing old */
	MINI_FRTO_LOST,		/* the timeout was right: resend as usual */
	MINI_FRTO_SPURIOUS,	/* it was wrong: take it back */
};

enum mini_frto_verdict mini_frto_ack(u8 *step, const struct mini_frto_ack *a);

#endif /* _MINI_FRTO_H */
