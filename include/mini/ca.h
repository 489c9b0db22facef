/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Congestion control: what a connection keeps of it (tcp/cc.c), and the table
 * of functions that decides (tcp/ca.c). Pure, and all that another module
 * needs to bring a congestion control of its own: examples/mini_aimd does.
 */
#ifndef _MINI_CA_H
#define _MINI_CA_H

#include <linux/list.h>
#include <linux/module.h>
#include <linux/types.h>

struct mini_net;

#define MINI_CA_NAME_MAX	16
#define MINI_CA_PRIV_U64	13
#define MINI_CA_PRIV_SIZE	(MINI_CA_PRIV_U64 * sizeof(u64))
/* names of all that are registered, a space between them */
#define MINI_CA_LIST_MAX	(MINI_CA_NAME_MAX * 64)

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
 * @ssthresh: slow-start threshold, octets; MINI_SSTHRESH_NONE until there was
 *	congestion, so as long as the first slow start lasts
 * @mss: SMSS, octets: the unit in which the window grows
 * @acked: octets ACKed in congestion avoidance since the last step
 * @prior_cwnd: @cwnd before the last congestion; 0 when mini_cc_undo() has
 *	nothing to bring back
 * @prior_ssthresh: @ssthresh before it
 * @state: enum mini_ca_state
 * @cwnd_limited: the last send pass was stopped by @cwnd
 * @rwnd_limited: ... by the peer's window
 * @paced: segments leave spread out in time, not in bursts
 * @burst: octets that leave in one packet to IP
 * @rate: octets a second to pace at, for who decides by more than the window;
 *	0 for what @cwnd and the round trip make
 * @running: @ops has been told that the connection is established
 * @ops: who decides
 * @priv: room for its state, zero when mini_ca_ops.init is called
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
	bool paced;
	bool running;
	u32 burst;
	u64 rate;
	const struct mini_ca_ops *ops;
	u64 priv[MINI_CA_PRIV_U64];
};

/**
 * struct mini_ca_ack - an ACK of new data, as congestion control sees it
 * @now_us: time, on the same clock for the life of the connection
 * @acked: octets that it newly, and cumulatively, ACKs
 * @flight: octets outstanding before it
 * @una: SND.UNA after it
 * @nxt: SND.NXT: when SND.UNA gets there, a round trip is over
 * @rtt_us: the round-trip sample that it gave; 0 when it gave none
 * @srtt_us: SRTT with that sample in it; 0 before the first
 * @limited: the window was what held the sender back: sent up to @cwnd and
 *	had more, or is in slow start and uses more than half of it. A window
 *	that was not used has not been tested, and must not grow (RFC 7661).
 */
struct mini_ca_ack {
	u64 now_us;
	u32 acked;
	u32 flight;
	u32 una;
	u32 nxt;
	u32 rtt_us;
	u32 srtt_us;
	bool limited;
};

/**
 * struct mini_ca_ops - one congestion control
 * @list: the registry's
 * @name: as in TCP_CONGESTION, less than MINI_CA_NAME_MAX letters
 * @owner: module that stays loaded while a socket or a namespace uses it
 * @unrestricted: anybody may choose it; else only who has CAP_NET_ADMIN, or
 *	everybody where it is the namespace's default
 * @pacing: its connections are paced from the beginning, at @rate of struct
 *	mini_cc where it sets one; else only those are whose user says so
 *	(SO_MAX_PACING_RATE), or whose device has the fq qdisc
 *
 * @init: (optional) the connection has just been established, or has just
 *	come to use this congestion control. @cwnd, @ssthresh and @mss have
 *	their values, @priv is zero.
 * @release: (optional) @priv will not be used again: the connection is over,
 *	or goes on with another congestion control. Once for each @init.
 * @on_ack: (required) an ACK of new data has come, and @state is neither
 *	MINI_CA_RECOVERY nor MINI_CA_CWR, where cwnd is what recovery lets
 *	out. To let @cwnd grow is what this is for: mini_cc_slow_start() below
 *	@ssthresh, mini_cc_grow() above, and neither when the ACK is not
 *	limited.
 * @ssthresh: (required) there is congestion, by loss or by ECE (RFC 3168), for
 *	the first time in this window: Return the threshold to take, octets,
 *	with @flight outstanding. Small numbers are made two segments by
 *	mini_cc_congestion(), the only caller. What @undo will need is to be
 *	saved here if @state is MINI_CA_OPEN: else this is a timeout that ends
 *	a recovery, and one undo takes both back.
 * @on_timeout: (optional) the retransmission timer has expired. cwnd will be
 *	one segment, and slow start follows. @ssthresh came before it, unless
 *	the same segment has timed out again.
 * @undo: (optional) that congestion was none: mini_cc_undo() has put @cwnd and
 *	@ssthresh back to what they were, and so should this with @priv.
 * @on_idle: (optional) data is about to leave and nothing is in flight; none
 *	was sent for @idle_us. An ACK of all that was out makes a short such
 *	period, a user who had nothing to send a long one. It may come more
 *	than once for the same one, with all of its length each time.
 *
 * Context: all are called with the socket owned, by a task or by softirq with
 * bottom halves off, so none may sleep; never two at a time for one socket.
 * They see numbers only, and may change @cwnd, @ssthresh, @acked, @rate and
 * @priv of struct mini_cc.
 */
struct mini_ca_ops {
	struct list_head list;
	char name[MINI_CA_NAME_MAX];
	struct module *owner;
	bool unrestricted;
	bool pacing;
	void (*init)(struct mini_cc *cc, u64 now_us);
	void (*release)(struct mini_cc *cc);
	void (*on_ack)(struct mini_cc *cc, const struct mini_ca_ack *a);
	u32 (*ssthresh)(struct mini_cc *cc, u32 flight);
	void (*on_timeout)(struct mini_cc *cc);
	void (*undo)(struct mini_cc *cc);
	void (*on_idle)(struct mini_cc *cc, u64 idle_us);
};

static inline void *mini_cc_priv(struct mini_cc *cc)
{
	return cc->priv;
}

/* tcp/ca.c: who there is to choose from */
int mini_ca_register(struct mini_ca_ops *ops);
void mini_ca_unregister(struct mini_ca_ops *ops);
const struct mini_ca_ops *mini_ca_get(const char *name);
const struct mini_ca_ops *mini_ca_share(const struct mini_ca_ops *ops);
void mini_ca_put(const struct mini_ca_ops *ops);
void mini_ca_names(char *buf, size_t size);
const struct mini_ca_ops *mini_ca_get_default(struct mini_net *mn);
int mini_ca_set_default(struct mini_net *mn, const char *name);
void mini_ca_default_name(struct mini_net *mn, char *name);
bool mini_ca_allowed(struct mini_net *mn, const struct mini_ca_ops *ops);
void mini_ca_net_init(struct mini_net *mn);
void mini_ca_net_exit(struct mini_net *mn);
int mini_ca_init(void);
void mini_ca_exit(void);

/* tcp/cc.c: windows */
u32 mini_cc_initial_window(u32 mss);
void mini_cc_start(struct mini_cc *cc, u32 mss, u64 now_us);
void mini_cc_stop(struct mini_cc *cc);
const struct mini_ca_ops *mini_cc_switch(struct mini_cc *cc,
					 const struct mini_ca_ops *ops,
					 u64 now_us);
u32 mini_cc_ack_limit(const struct mini_cc *cc);
void mini_cc_grow(struct mini_cc *cc, u32 octets);
u32 mini_cc_slow_start(struct mini_cc *cc, u32 acked);
u32 mini_cc_congestion(struct mini_cc *cc, u32 flight);
void mini_cc_undo(struct mini_cc *cc);
void mini_cc_restart(struct mini_cc *cc, u64 idle_us, u64 limit_us);

/* tcp/cc.c and tcp/cubic.c: those that come with the module */
extern struct mini_ca_ops mini_newreno;
extern struct mini_ca_ops mini_cubic;

#endif /* _MINI_CA_H */
