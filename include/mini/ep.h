/* SPDX-License-Identifier: GPL-2.0-only */
/* Endpoints and what they stand on: tuple, port, half-open, TIME-WAIT */
#ifndef _MINI_EP_H
#define _MINI_EP_H

#include <linux/hrtimer.h>
#include <linux/rculist.h>
#include <linux/rculist_nulls.h>
#include <linux/refcount.h>
#include <linux/timer.h>
#include <linux/uidgid.h>
#include <linux/workqueue.h>
#include <mini/ts.h>
#include <uapi/linux/af_mini.h>

struct mini_net;

/**
 * struct mini_tuple - what names a connection, in network order
 * @laddr: local address
 * @raddr: remote address
 * @lport: local port
 * @rport: remote port
 * @wire: IP protocol it runs over, IPPROTO_TCP or IPPROTO_MINI
 */
struct mini_tuple {
	__be32 laddr;
	__be32 raddr;
	__be16 lport;
	__be16 rport;
	u8 wire;
};

enum mini_kind {
	MINI_KIND_SOCK,		/* struct mini_sock */
	MINI_KIND_REQ,		/* struct mini_req: half-open, SYN-RECEIVED */
	MINI_KIND_TW,		/* struct mini_tw */
};

/**
 * struct mini_ep - an endpoint's entry in the table
 * @link: chain of its bucket, under the bucket lock, read under RCU
 * @t: its name, constant while it is in the table
 * @kind: which object this is part of, constant
 */
struct mini_ep {
	struct hlist_nulls_node link;
	struct mini_tuple t;
	u8 kind;
};

/**
 * struct mini_timer - a timer behind the seam of struct mini_ip_ops
 * @at_us: when it is due, by mini_ip_ops.now_us; 0 when it is not wanted
 * @armed_us: when @tl fires, at the latest at @at_us; 0 when it does not.
 *	Pushing a deadline back, or calling it off, leaves @tl as it is: most
 *	are, with each ACK, and few ever pass.
 * @fire: what it does, in softirq context; owns the reference of the timer
 * @fine: it is part of a struct mini_fine_timer
 * @tl: the kernel's timer; never touched by the engine itself
 */
struct mini_timer {
	u64 at_us;
	u64 armed_us;
	void (*fire)(struct mini_timer *t);
	bool fine;
	struct timer_list tl;
};

/**
 * struct mini_fine_timer - one that a tick is too long for
 * @t: what the engine sees of it
 * @before: what comes before the place of its @tl
 * @hr: the kernel's timer, in that place
 */
struct mini_fine_timer {
	union {
		struct mini_timer t;
		struct {
			u8 before[offsetof(struct mini_timer, tl)];
			struct hrtimer hr;
		};
	};
};

/* what a timer or an ICMP error found the owner busy with; for release_cb */
enum {
	MINI_DEFER_WRITE,
	MINI_DEFER_DELACK,
	MINI_DEFER_KEEP,
	MINI_DEFER_MTU,
	MINI_DEFER_SEND,
	MINI_DEFER_KICK,
};

/* beside them, and nothing for release_cb: whose packets the device has */
enum {
	MINI_TX_WAIT = 8,	/* a small write waits for one to be freed */
	MINI_TX_KICKED,		/* one was, and the timer that says so is armed */
};

#define MINI_DEFERRED	(BIT(MINI_TX_WAIT) - 1)

/**
 * struct mini_port - a local port that this family holds
 * @link: in mini_net.ports, under port_mutex for writers and port_lock
 * @owners: sockets, and TIME-WAITs, that stand on it; under port_lock
 * @refs: one for each owner and one for a bind() under way
 * @hold: bound to it in kernel TCP or UDP, so that neither family can take the
 *	other's port; no file has it; NULL where the seam needs none
 * @drop: releases @hold later when the last owner goes in softirq
 * @mn: the namespace, which outlives it
 * @addr: local address, INADDR_ANY for all
 * @num: the port, host order
 * @dgram: of datagrams, whose ports are a space of their own
 * @shared: taken by connect(), so other connects may stand on it too
 * @nonlocal: @addr need not be an address of this host
 */
struct mini_port {
	struct hlist_node link;
	struct hlist_head owners;
	refcount_t refs;
	struct sock *hold;
	struct work_struct drop;
	struct mini_net *mn;
	__be32 addr;
	u16 num;
	bool dgram;
	bool shared;
	bool nonlocal;
};

/**
 * struct mini_owner - somebody who stands on a port
 * @link: in mini_port.owners
 * @port: the port, NULL when unbound
 * @addr: local address bound to
 * @reuse: SO_REUSEADDR was set
 * @reuseport: MINI_REUSEPORT was set: whoever says it too, and is the same
 *	user, may stand beside, and listen as well
 * @nonlocal: IP_FREEBIND or IP_TRANSPARENT: @addr need not be ours
 * @uid: that user
 * @listening: in LISTEN
 * @dgram: see struct mini_port
 */
struct mini_owner {
	struct hlist_node link;
	struct mini_port *port;
	__be32 addr;
	bool reuse;
	bool reuseport;
	bool nonlocal;
	bool listening;
	bool dgram;
	kuid_t uid;
};

/**
 * struct mini_listen - the two queues of a listener
 * @lock: guards all of it
 * @nr_reqs: length of @reqs; the length of @ready is sk_ack_backlog
 * @reqs: SYN queue: half-open connections (mini_req.link)
 * @ready: accept queue: established, not yet accepted (mini_sock.ready_link)
 * @cookie_slot: time slot of the last SYN cookie, 0 before the first; no lock
 * @open: false from the moment the listener closes: nothing may be added
 */
struct mini_listen {
	spinlock_t lock;	/* all of it */
	u32 nr_reqs;
	struct list_head reqs;
	struct list_head ready;
	u32 cookie_slot;
	bool open;
};

/**
 * struct mini_req - a half-open connection of a listener, SYN-RECEIVED
 * @ep: entry in the endpoint table
 * @link: in mini_listen.reqs
 * @refs: references; freed by RCU
 * @listener: holds a reference
 * @timer: SYN,ACK again
 * @rcu: frees it
 * @iss: our ISS
 * @irs: peer's
 * @snd_wnd: window in its SYN, octets
 * @rcv_wnd: window that we offered, octets
 * @mss: its MSS
 * @rcv_mss: the MSS that we announced
 * @snd_wscale: its shift
 * @rcv_wscale: ours
 * @wscale_ok: both SYNs carry the option
 * @sack_ok: both SYNs say SACK-permitted
 * @ecn_ok: its SYN asks for ECN, and we agree
 * @ts: timestamps
 * @dead: out of the SYN queue; under mini_listen.lock
 * @acked: the handshake is done but for the data that the user waits for
 * @timeouts: times that @timer has fired
 * @retries: SYN,ACKs sent again
 * @sent_us: when the SYN,ACK was first sent; 0 when a cookie has forgotten it
 * @challenge_us: when an ACK was last sent against a bad segment
 * @mark: skb mark for replies
 * @tos: Diffserv of the listener
 * @oif: interface to reply on, 0 for any
 */
struct mini_req {
	struct mini_ep ep;
	struct list_head link;
	refcount_t refs;
	struct sock *listener;
	struct mini_timer timer;
	struct rcu_head rcu;
	u32 iss;
	u32 irs;
	u32 snd_wnd;
	u32 rcv_wnd;
	u16 mss;
	u16 rcv_mss;
	u8 snd_wscale;
	u8 rcv_wscale;
	bool wscale_ok;
	bool sack_ok;
	bool ecn_ok;
	struct mini_ts ts;
	bool dead;
	bool acked;
	u8 timeouts;
	u8 retries;
	u64 sent_us;
	u64 challenge_us;
	u32 mark;
	u8 tos;
	int oif;
};

/**
 * struct mini_tw - a connection in TIME-WAIT
 * @ep: entry in the endpoint table
 * @owner: the port it stands on
 * @refs: references; freed by RCU
 * @lock: guards what changes below
 * @mn: the namespace, whose exit kills all of these first
 * @timer: 2 MSL
 * @rcu: frees it
 * @snd_nxt: SND.NXT
 * @rcv_nxt: RCV.NXT
 * @rcv_wnd: octets
 * @rcv_wscale: shift for it
 * @ts: timestamps
 * @dead: out of the table; under @lock
 * @challenge_us: when an ACK was last sent
 * @mark: skb mark for replies
 * @priority: SO_PRIORITY
 * @tos: Diffserv
 * @flow_flags: see struct mini_reply
 * @oif: interface to reply on, 0 for any
 */
struct mini_tw {
	struct mini_ep ep;
	struct mini_owner owner;
	refcount_t refs;
	spinlock_t lock;	/* ts, dead, challenge_us, arming the timer */
	struct mini_net *mn;
	struct mini_timer timer;
	struct rcu_head rcu;
	u32 snd_nxt;
	u32 rcv_nxt;
	u32 rcv_wnd;
	u8 rcv_wscale;
	struct mini_ts ts;
	bool dead;
	u64 challenge_us;
	u32 mark;
	u32 priority;
	u8 tos;
	u8 flow_flags;
	int oif;
};

#endif /* _MINI_EP_H */
