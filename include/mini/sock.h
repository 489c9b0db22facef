/* SPDX-License-Identifier: GPL-2.0-only */
/* A stream socket: its variables by their RFC names, its locks, its life */
#ifndef _MINI_SOCK_H
#define _MINI_SOCK_H

#include <net/inet_sock.h>
#include <net/tcp_states.h>
#include <mini/ca.h>
#include <mini/delack.h>
#include <mini/ecn.h>
#include <mini/ep.h>
#include <mini/mtup.h>
#include <mini/opts.h>
#include <mini/pace.h>
#include <mini/param.h>
#include <mini/prr.h>
#include <mini/rack.h>
#include <mini/recovery.h>
#include <mini/rtt.h>
#include <mini/skb.h>
#include <mini/ts.h>
#include <mini/user.h>
#include <mini/vars.h>

/*
 * Locks, outermost first
 * ----------------------
 *  socket lock (lock_sock, or bh_lock_sock when nobody owns it)
 *    mini_net.port_mutex	process context; takes kernel TCP's locks inside
 *    child's socket lock	one fresh from sk_clone, or not accepted when the
 *				listener closes; so nested
 *      mini_listen.lock	the listener's two queues
 *      mini_tw.lock		one TIME-WAIT
 *        bucket lock		a chain of the endpoint table, of the listeners
 *        mini_net.port_lock	owner lists of the ports
 *        mini_net.udp_lock	datagram sockets by port (mini/udp.h)
 * The spinlocks among them are taken with bottom halves off. Nothing is sent to
 * IP under a bucket lock. A listener's socket lock is never taken to receive
 * a SYN or the ACK that ends a handshake: its queues have a lock of their own.
 *
 * Lifetimes
 * ---------
 * All endpoints (socket, half-open, TIME-WAIT) are found under RCU and freed
 * one grace period after the last reference (SOCK_RCU_FREE, call_rcu). Being
 * in the table counts as one reference, a pending timer as another.
 */

struct mini_net;
struct mini_ip_ops;

/**
 * struct mini_sock - an AF_MINI stream socket
 * @inet: first, for IP and the socket layer cast to it. sk_family is AF_MINI
 *	and sk_protocol IPPROTO_MINI whatever the wire: anything else lets core
 *	code take us for a tcp_sock.
 * @ep: entry in the endpoint table, or @listen_link in the listeners'
 * @owner: the port it stands on
 * @mn: what its namespace, which it holds, has of ours
 * @ip: the seam: time, timers, and IP
 * @now_us: when mini_now() looked at its clock last
 * @deferred: MINI_DEFER_* and MINI_TX_* bits
 * @passive: came from a listener (RFC 9293 3.5 wants to know)
 * @fin_queued: the user closed the sending side; the FIN is in the queue
 * @ack_due: an ACK is owed, see MINI_ACK_*
 * @write_for: enum mini_write_for: what it runs for
 * @nodelay: TCP_NODELAY
 * @cork: TCP_CORK, or for the moment MSG_MORE
 * @retries: times that the first unACKed segment was resent, or a probe sent
 * @shut_probes: times that a shut window was probed since it was open
 * @rto_at_us: when the retransmission timeout is due, whatever comes before
 *	it; 0 when nothing is out
 * @first_sent_us: when the segment at SND.UNA was sent for the first time
 * @last_rcv_us: when the peer was last heard
 * @write_tmr: timer of the sending side
 * @rcv: receive side
 * @ts: timestamps
 * @delack: when to ACK
 * @ofo: received out of order, by number
 * @bytes_received: octets taken in order
 * @segs_in: segments received
 * @segs_out: segments sent
 * @snd: send side
 * @rtx: sent and not ACKed, in order; sk_write_queue holds what is unsent
 * @out: of @rtx what is in the network: neither SACKed nor taken for lost. In
 *	the order in which it was last sent.
 * @resend: of @rtx what is lost and was not sent again yet, in order
 * @bytes_acked: octets of ours that the peer ACKed
 * @rtt: round-trip estimator
 * @cc: congestion state
 * @rack: RACK
 * @prr: proportional rate reduction
 * @tlp: tail loss probe
 * @frto: enum mini_frto
 * @ecn: explicit congestion notification
 * @pace: pacing
 * @stat: for TCP_INFO
 * @delack_tmr: delayed ACK
 * @send_tmr: data waits for a moment that is known: pacing, a cork
 * @kick_tmr: a packet of ours was freed below, and a small write has waited
 * @keep_tmr: keep-alive, or FIN-WAIT-2 of an orphan
 * @cork_until_us: when what that holds leaves all the same; 0 for nothing held
 * @keep_probes: keep-alive probes unanswered
 * @keepcnt: TCP_KEEPCNT; 0 for the namespace's
 * @syn_retries: TCP_SYNCNT; 0 for the namespace's
 * @user_mss: TCP_MAXSEG; 0 for the route's
 * @keepidle_s: TCP_KEEPIDLE; 0 for the namespace's
 * @keepintvl_s: TCP_KEEPINTVL; 0 for the namespace's
 * @user_timeout_ms: TCP_USER_TIMEOUT; 0 for R2 by count
 * @icmp_soft: last soft error, for the user when R2 is reached
 * @total_retrans: segments sent again
 * @user: other options
 * @undo: what could be taken back
 * @mtup: search for the MTU of the path
 * @listen_link: chain of the listeners' table, RCU
 * @ready_link: place in the listener's accept queue
 * @listen: queues of a listener
 *
 * In this order: what each segment needs, what one that comes in does, what ACKs
 * and sending do; then timers, armed by most and fired by few; then what is for
 * losses, options and listeners. A stretch of the stream one way stays within
 * two of the parts, but for the cache lines at their ends.
 *
 * Owned by the socket lock but for @ep, @listen_link, @owner, @listen and
 * @ready_link, whose locks are named at their types, and @deferred (atomic).
 */
struct mini_sock {
	struct inet_sock inet;

	struct mini_ep ep;
	struct mini_owner owner;
	struct mini_net *mn;
	const struct mini_ip_ops *ip;
	u64 now_us;
	unsigned long deferred;
	bool passive;
	bool fin_queued;
	u8 ack_due;
	u8 write_for;
	bool nodelay;
	bool cork;
	u8 retries;
	u8 shut_probes;
	u64 rto_at_us;
	u64 first_sent_us;
	u64 last_rcv_us;
	struct mini_timer write_tmr;

	struct mini_rcv rcv;
	struct mini_ts ts;
	struct mini_delack delack;
	struct rb_root ofo;
	u64 bytes_received;
	u32 segs_in;
	u32 segs_out;

	struct mini_snd snd;
	struct sk_buff_head rtx;
	struct list_head out;
	struct list_head resend;
	u64 bytes_acked;
	struct mini_rtt rtt;
	struct mini_cc cc;
	struct mini_rack rack;
	struct mini_prr prr;
	struct mini_tlp tlp;
	u8 frto;
	struct mini_ecn ecn;
	struct mini_pace pace;
	struct mini_stat stat;

	struct mini_timer delack_tmr;
	struct mini_fine_timer send_tmr;
	struct mini_fine_timer kick_tmr;
	struct mini_timer keep_tmr;
	u64 cork_until_us;

	u8 keep_probes;
	u8 keepcnt;
	u8 syn_retries;
	u16 user_mss;
	u32 keepidle_s;
	u32 keepintvl_s;
	u32 user_timeout_ms;
	int icmp_soft;
	u32 total_retrans;
	struct mini_user user;
	struct mini_undo undo;
	struct mini_mtup mtup;
	struct hlist_node listen_link;
	struct list_head ready_link;
	struct mini_listen listen;
};

/* ack_due */
enum {
	MINI_ACK_DELAYED = BIT(0),	/* may wait for the timer */
	MINI_ACK_NOW = BIT(1),		/* with this segment's processing */
};

static inline struct mini_sock *mini_sk(const struct sock *sk)
{
	BUILD_BUG_ON(offsetof(struct mini_sock, inet) != 0);
	return container_of((struct sock *)sk, struct mini_sock, inet.sk);
}

static inline struct sock *mini_to_sk(const struct mini_sock *msk)
{
	return (struct sock *)&msk->inet.sk;
}

#endif /* _MINI_SOCK_H */
