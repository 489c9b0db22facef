/* SPDX-License-Identifier: GPL-2.0-only */
/* Congestion control as a table of functions (tcp/ca.c). Pure. */
#ifndef _MINI_CA_H
#define _MINI_CA_H

#include <linux/list.h>
#include <linux/module.h>
#include <linux/types.h>

#define MINI_CA_NAME_MAX	16
#define MINI_CA_PRIV_U64	16

/* where loss recovery stands; one file changes it (tcp/recovery.c) */
enum mini_ca_state {
	MINI_CA_OPEN,		/* all is well, or a few duplicate ACKs */
	MINI_CA_CWR,		/* less is sent for another reason than loss */
	MINI_CA_RECOVERY,	/* fast recovery, RFC 6582, RFC 6675 */
	MINI_CA_LOSS,		/* after a retransmission timeout */
};

/**
 * struct mini_cc - congestion state of one connection
 * @cwnd: congestion window, octets (RFC 5681)
 * @ssthresh: slow-start threshold, octets
 * @mss: SMSS, octets: the unit in which the window grows
 * @acked: octets ACKed in congestion avoidance since the last step
 * @prior_cwnd: @cwnd before the last reduction, should it prove to be wrong
 * @prior_ssthresh: @ssthresh then
 * @state: enum mini_ca_state
 * @cwnd_limited: the last send pass was stopped by @cwnd
 * @rwnd_limited: ... by the peer's window
 * @ops: who decides
 * @priv: room for its state
 *
 * Owned by the socket lock.
 */
struct mini_cc {
	u32 cwnd;
	u32 ssthresh;
	u32 mss;
	u32 acked;
	u32 prior_cwnd;
	u32 prior_ssthresh;
	u8 state;
	bool cwnd_limited;
	bool rwnd_limited;
	const struct mini_ca_ops *ops;
	u64 priv[MINI_CA_PRIV_U64];
};

/**
 * struct mini_ca_ops - one congestion control
 * @list: the registry's
 * @name: as in TCP_CONGESTION
 * @owner: module that stays loaded while a socket uses it
 * @init: (optional) the connection has just been established
 * @on_ack: (required) @acked octets were newly ACKed outside of recovery,
 *	@rtt_us is the sample this ACK gave, 0 when it gave none
 * @ssthresh: (required) the threshold to take on loss, with @flight octets
 *	outstanding
 * @on_timeout: (optional) the retransmission timer fired
 *
 * All are called with the socket owned, in softirq or process context, and
 * see numbers only.
 */
struct mini_ca_ops {
	struct list_head list;
	char name[MINI_CA_NAME_MAX];
	struct module *owner;
	void (*init)(struct mini_cc *cc, u64 now_us);
	void (*on_ack)(struct mini_cc *cc, u32 acked, u32 rtt_us, u64 now_us);
	u32 (*ssthresh)(struct mini_cc *cc, u32 flight);
	void (*on_timeout)(struct mini_cc *cc);
};

int mini_ca_register(struct mini_ca_ops *ops);
void mini_ca_unregister(struct mini_ca_ops *ops);
const struct mini_ca_ops *mini_ca_get(const char *name);
void mini_ca_put(const struct mini_ca_ops *ops);
void mini_ca_hold(const struct mini_ca_ops *ops);
const struct mini_ca_ops *mini_ca_share(const struct mini_ca_ops *ops);
extern struct mini_ca_ops mini_newreno;

void mini_cc_start(struct mini_cc *cc, u32 mss, u64 now_us);
u32 mini_cc_initial_window(u32 mss);

#endif /* _MINI_CA_H */
