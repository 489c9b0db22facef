/* SPDX-License-Identifier: GPL-2.0-only */
/* Explicit congestion notification, RFC 3168 (tcp/ecn.c). Pure. */
#ifndef _MINI_ECN_H
#define _MINI_ECN_H

#include <linux/types.h>
#include <mini/param.h>
#include <mini/seq.h>

/* net.mini.tcp_ecn, as Linux numbers it */
enum {
	MINI_ECN_OFF,		/* not at all */
	MINI_ECN_REQUEST,	/* ask for it, and agree to it */
	MINI_ECN_ACCEPT,	/* agree to it */
};

/* the two bits of the IP header (RFC 3168 section 5) */
#define MINI_ECN_ECT0	2
#define MINI_ECN_CE	3
#define MINI_ECN_MASK	3

/**
 * struct mini_ecn - ECN of one connection
 * @ok: in use: asked for, and then agreed on
 * @seen: a packet has come that the network could have marked
 * @echo: one that was marked has come: ECE on every ACK until CWR arrives
 * @cwr: cwnd was reduced: the next segment of new data says so
 * @cut: it was reduced for what is in flight: no ECE reduces it again until
 *	something beyond @cut_end is ACKed, which the peer's answer to CWR is
 * @hold: ECE came with cwnd at one segment: new data waits for the timer
 * @cut_end: SND.NXT when it was reduced
 *
 * Owned by the socket lock.
 */
struct mini_ecn {
	bool ok;
	bool seen;
	bool echo;
	bool cwr;
	bool cut;
	bool hold;
	u32 cut_end;
};

/* An ECN-setup SYN asks for ECN (RFC 3168 6.1.1) */
static inline bool mini_ecn_asked(u8 flags)
{
	return (flags & (MINI_ECE | MINI_CWR)) == (MINI_ECE | MINI_CWR);
}

/* An ECN-setup SYN,ACK agrees to it; some hosts just echo all of the flags */
static inline bool mini_ecn_agreed(u8 flags)
{
	return (flags & (MINI_ECE | MINI_CWR)) == MINI_ECE;
}

bool mini_ecn_text(struct mini_ecn *e, u8 flags, u8 field);
void mini_ecn_reduced(struct mini_ecn *e, u32 snd_nxt);
void mini_ecn_ack(struct mini_ecn *e, u8 flags, u32 una, u32 ack);

#endif /* _MINI_ECN_H */
