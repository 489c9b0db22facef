// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state machine (RFC 9293 3.3.2) and the calls that open a connection.
 * Segments come in by tcp/input.c; listen.c and close.c have the other calls.
 */
#include <net/sock.h>
#include <mini/call.h>
#include <mini/compat.h>
#include <mini/frto.h>
#include <mini/ip.h>
#include <mini/pacing.h>
#include <mini/tcp.h>

#define TO(state)	(1 << TCP_##state)

/*
 * Every legal change of state, and no other. TCP_CLOSE is CLOSED: abort,
 * reset and timeout lead there from anywhere.
 *
 * On a struct sock SYN_RECV is the simultaneous open and the first moment of
 * a child; a half-open connection of a listener is a struct mini_req. And
 * TIME_WAIT is a struct mini_tw: the socket itself goes on to CLOSE.
 */
static const u16 mini_edges[TCP_MAX_STATES] = {
	[TCP_CLOSE]	  = TO(LISTEN) | TO(SYN_SENT),
	[TCP_LISTEN]	  = TO(SYN_RECV) | TO(CLOSE),
	[TCP_SYN_SENT]	  = TO(SYN_RECV) | TO(ESTABLISHED) | TO(CLOSE),
	[TCP_SYN_RECV]	  = TO(ESTABLISHED) | TO(FIN_WAIT1) | TO(CLOSE),
	[TCP_ESTABLISHED] = TO(FIN_WAIT1) | TO(CLOSE_WAIT) | TO(CLOSE),
	[TCP_FIN_WAIT1]	  = TO(FIN_WAIT2) | TO(CLOSING) | TO(CLOSE),
	[TCP_FIN_WAIT2]	  = TO(TIME_WAIT) | TO(CLOSE),
	[TCP_CLOSE_WAIT]  = TO(LAST_ACK) | TO(CLOSE),
	[TCP_CLOSING]	  = TO(TIME_WAIT) | TO(CLOSE),
	[TCP_LAST_ACK]	  = TO(CLOSE),
	[TCP_TIME_WAIT]	  = TO(CLOSE),
};

/**
 * mini_edge_ok() - may a connection go from one state to the other?
 * @from: TCP_* state
 * @to: TCP_* state
 */
bool mini_edge_ok(int from, int to)
{
	return mini_edges[from] & (1 << to);
}

/**
 * mini_tcp_set_state() - the one door for a change of state
 * @sk: socket, owned
 * @state: TCP_*; TCP_TIME_WAIT is checked, but a struct sock never shows it:
 *	core code would take the socket for another object
 */
void mini_tcp_set_state(struct sock *sk, int state)
{
	DEBUG_NET_WARN_ON_ONCE(!mini_edge_ok(sk->sk_state, state));
	trace_mini_state(sk, sk->sk_state, state);
	if (state == TCP_TIME_WAIT)
		return;
	inet_sk_set_state(sk, state);
	mini_stat_state(sk, state);
}

/**
 * mini_now() - look at the socket's clock
 * @sk: socket, owned
 *
 * A segment, a timer and a pass of output look once; what they call takes
 * mini_sock.now_us, which this sets, for now.
 *
 * Return: microseconds.
 */
u64 mini_now(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	msk->now_us = msk->ip->now_us();
	return msk->now_us;
}

/* The part of a socket that a connection starts from anew */
static void mini_tcp_reset_fields(struct mini_sock *msk)
{
	memset(&msk->snd, 0, sizeof(msk->snd));
	memset(&msk->rcv, 0, sizeof(msk->rcv));
	memset(&msk->ts, 0, sizeof(msk->ts));
	memset(&msk->stat, 0, sizeof(msk->stat));
	mini_rtt_init(&msk->rtt);
	mini_pace_init(&msk->pace);
	msk->snd.mss = MINI_MSS_DEFAULT;
	msk->rcv.mss = MINI_MSS_DEFAULT;
	msk->rcv.seg = MINI_MSS_DEFAULT;
	mini_delack_reset(&msk->delack);
	msk->passive = false;
	msk->fin_queued = false;
	msk->cork_until_us = 0;
	msk->ack_due = 0;
	msk->icmp_soft = 0;
	msk->retries = 0;
	msk->rto_at_us = 0;
	msk->frto = MINI_FRTO_OFF;
	memset(&msk->tlp, 0, sizeof(msk->tlp));
	memset(&msk->undo, 0, sizeof(msk->undo));
	memset(&msk->ecn, 0, sizeof(msk->ecn));
	memset(&msk->mtup, 0, sizeof(msk->mtup));
	msk->shut_probes = 0;
	msk->keep_probes = 0;
	msk->deferred = 0;
	msk->total_retrans = 0;
	msk->bytes_acked = 0;
	msk->bytes_received = 0;
	msk->segs_out = 0;
	msk->segs_in = 0;
}

static void mini_tcp_init_links(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	msk->ep.kind = MINI_KIND_SOCK;
	msk->ep.link.pprev = NULL;
	INIT_HLIST_NODE(&msk->listen_link);
	INIT_HLIST_NODE(&msk->owner.link);
	msk->owner.port = NULL;
	msk->owner.listening = false;
	__skb_queue_head_init(&msk->rtx);
	INIT_LIST_HEAD(&msk->out);
	INIT_LIST_HEAD(&msk->resend);
	msk->ofo = RB_ROOT;
	INIT_LIST_HEAD(&msk->ready_link);
	mini_listen_init(&msk->listen);
	mini_timer_init(sk);
}

/**
 * mini_tcp_init() - proto.init: a fresh socket
 * @sk: socket; mini_create() has set its wire
 *
 * Return: 0.
 */
int mini_tcp_init(struct sock *sk)
{
	struct mini_net *mn = mini_pernet(sock_net(sk));
	struct mini_sock *msk = mini_sk(sk);

	MINI_CALL(sk, mini_tcp_prot, init);
	msk->mn = mn;
	msk->ip = mn->ip;
	mini_tcp_init_links(sk);
	mini_tcp_reset_fields(msk);
	msk->snd.syn_acked = true;
	msk->cc.ops = mini_ca_get_default(mn);
	sk->sk_sndbuf = mn->sysctl.wmem[1];
	sk->sk_rcvbuf = mn->sysctl.rmem[1];
	sk->sk_write_space = mini_write_space;
	sk->sk_gso_type = SKB_GSO_TCPV4;
	sock_set_flag(sk, SOCK_RCU_FREE);
	sock_set_flag(sk, SOCK_USE_WRITE_QUEUE);
	sk_sockets_allocated_inc(sk);
	return 0;
}

/**
 * mini_tcp_clone_init() - a copy of a listener becomes a socket of its own
 * @sk: the copy, its spinlock held; it is born in SYN-RECEIVED
 */
void mini_tcp_clone_init(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	mini_tcp_init_links(sk);
	mini_tcp_reset_fields(msk);
	/* the listener may be closing, or changing its mind, on another CPU */
	sock_reset_flag(sk, SOCK_DEAD);
	msk->cc.running = false;	/* what may be in @priv is not ours */
	msk->cc.ops = mini_ca_share(msk->cc.ops);
	msk->inet.mc_list = NULL;
	RCU_INIT_POINTER(sk->sk_rx_dst, NULL);
	atomic_set(&msk->inet.inet_id, get_random_u16());
	sk->sk_state = TCP_LISTEN;	/* the listener may have left it */
	mini_tcp_set_state(sk, TCP_SYN_RECV);
}

/**
 * mini_tcp_destroy() - proto.destroy: nobody will use the socket again
 * @sk: CLOSED and orphaned, owned
 */
void mini_tcp_destroy(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	MINI_TCP_CALL(sk, mini_tcp_prot, destroy);
	mini_skb_purge_write(sk);
	mini_skb_purge_rcv(sk);
	mini_cc_stop(&msk->cc);
	mini_ca_put(msk->cc.ops);
	msk->cc.ops = NULL;
	sk_sockets_allocated_dec(sk);
}

/**
 * mini_tcp_hash() - proto.hash: let the socket be found
 * @sk: socket with its tuple set, owned
 *
 * Return: 0, or -EADDRNOTAVAIL when the tuple is taken by either TCP.
 */
int mini_tcp_hash(struct sock *sk)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_sock *msk = mini_sk(sk);
	int err;

	MINI_TCP_CALL(sk, mini_tcp_prot, hash);
	if (sk->sk_state == TCP_LISTEN) {
		mini_listen_start(sk);
		return 0;
	}
	err = mn->ip->foreign(mn, &msk->ep.t) ? -EADDRNOTAVAIL :
						mini_ep_insert(mn, &msk->ep);
	if (!err)
		sock_hold(sk);
	return err;
}

/**
 * mini_tcp_unhash() - proto.unhash: let it be found no longer
 * @sk: socket, owned
 */
void mini_tcp_unhash(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	MINI_TCP_CALL(sk, mini_tcp_prot, unhash);
	if (!hlist_unhashed(&msk->listen_link))
		mini_listen_unhash(sk);
	else if (mini_ep_remove(msk->mn, &msk->ep))
		sock_put(sk);
}

/* The address and the port, in the forms that IP and getname() want them */
static void mini_tcp_named(struct sock *sk, __be32 addr, u16 num)
{
	struct mini_sock *msk = mini_sk(sk);

	msk->ep.t.laddr = addr;
	msk->ep.t.lport = htons(num);
	msk->inet.inet_saddr = addr;
	msk->inet.inet_rcv_saddr = addr;
	msk->inet.inet_num = num;
	msk->inet.inet_sport = htons(num);
}

/* What the socket's options say to whoever wants the same port */
static void mini_tcp_set_owner(struct sock *sk, __be32 addr)
{
	struct mini_owner *o = &mini_sk(sk)->owner;

	o->addr = addr;
	o->reuse = sk->sk_reuse;
	o->reuseport = sk->sk_reuseport;
	o->nonlocal = mini_inet_nonlocal(sk);
	o->uid = mini_sk_uid(sk);
}

/**
 * mini_tcp_set_address() - bind to an address and leave the port to connect()
 * @sk: socket, owned, its address in inet_rcv_saddr
 *
 * IP_BIND_ADDRESS_NO_PORT: a port taken now could not be shared later.
 */
void mini_tcp_set_address(struct sock *sk)
{
	mini_tcp_named(sk, mini_sk(sk)->inet.inet_rcv_saddr, 0);
}

/**
 * mini_tcp_get_port() - proto.get_port: bind to a port
 * @sk: socket, owned, its address in inet_rcv_saddr
 * @num: port, host order; 0 for any
 *
 * Return: 0 or an errno of bind(2).
 */
int mini_tcp_get_port(struct sock *sk, unsigned short num)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_sock *msk = mini_sk(sk);
	int err;

	MINI_TCP_CALL(sk, mini_tcp_prot, get_port);
	mini_tcp_set_owner(sk, msk->inet.inet_rcv_saddr);
	err = mini_port_bind(mn, &msk->owner, num);
	if (err)
		return err;
	mini_tcp_named(sk, msk->owner.addr, msk->owner.port->num);
	return 0;
}

/* What our SYN offers: a window and its shift, from the receive buffer, ... */
static void mini_tcp_offer_window(struct sock *sk)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_sock *msk = mini_sk(sk);
	u32 most = max(sk->sk_rcvbuf, mn->sysctl.rmem[2]) / 2;

	msk->rcv.wscale_ok = mn->sysctl.window_scaling;
	msk->rcv.wscale = msk->rcv.wscale_ok ? mini_wscale_for(most) : 0;
	msk->rcv.mss = msk->ip->link_mtu(sk) - MINI_HLEN;
	msk->rcv.edge = mini_window_clamp(msk, min_t(u32, sk->sk_rcvbuf / 2,
						     MINI_WND_UNSCALED_MAX));
}

/* ... and options, as far as the namespace has them */
static void mini_tcp_offer_options(struct sock *sk)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_sock *msk = mini_sk(sk);

	msk->snd.sack_ok = mn->sysctl.sack;
	msk->ecn.ok = mn->sysctl.ecn == MINI_ECN_REQUEST;
	msk->ts.ok = mn->sysctl.timestamps;
	msk->ts.offset = mini_ts_offset(mn, &msk->ep.t);
}

/* A local port, and with it the tuple in the table */
static int mini_tcp_choose_port(struct sock *sk)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_sock *msk = mini_sk(sk);
	int err;

	if (msk->owner.port)
		return sk->sk_prot->hash(sk);
	mini_tcp_set_owner(sk, msk->ep.t.laddr);
	err = mini_port_connect(mn, &msk->owner, &msk->ep);
	if (err)
		return err;
	sock_hold(sk);
	mini_tcp_named(sk, msk->ep.t.laddr, ntohs(msk->ep.t.lport));
	return 0;
}

static void mini_tcp_start_syn(struct sock *sk)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_sock *msk = mini_sk(sk);

	msk->snd.iss = mn->ip->isn(mn, &msk->ep.t);
	msk->snd.una = msk->snd.iss;
	msk->snd.nxt = msk->snd.iss + 1;
	msk->snd.write = msk->snd.nxt;
	msk->snd.push = msk->snd.nxt;
	msk->snd.recover = msk->snd.iss;
	msk->snd.syn_acked = false;
	msk->first_sent_us = mini_now(sk);
	WRITE_ONCE(sk->sk_err, 0);
	sock_reset_flag(sk, SOCK_DONE);
	mini_tcp_offer_window(sk);
	mini_tcp_offer_options(sk);
	MINI_INC(mn, ACTIVE_OPENS);
	mini_send_syn(sk);
	mini_timer_data_sent(sk);
}

/* What a failed or finished connection leaves of the remote end: nothing */
static void mini_tcp_forget_peer(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	msk->ep.t.raddr = 0;
	msk->ep.t.rport = 0;
	msk->inet.inet_daddr = 0;
	msk->inet.inet_dport = 0;
	sk_dst_reset(sk);
	dst_release(unrcu_pointer(xchg(&sk->sk_rx_dst, NULL)));
}

/**
 * mini_tcp_leave_port() - what had the port is over
 * @sk: socket, owned, no longer to be found
 * @may_sleep: process context; the port is free when this returns
 *
 * A port that the user has named stays his. One that was found for him goes, and
 * he may bind() to another; after a connection getsockname() tells of it until then.
 */
void mini_tcp_leave_port(struct sock *sk, bool may_sleep)
{
	struct mini_sock *msk = mini_sk(sk);

	if (sk->sk_userlocks & SOCK_BINDPORT_LOCK)
		return;
	mini_port_leave(msk->mn, &msk->owner, may_sleep);
	msk->inet.inet_num = 0;
}

/* The local end too, but for what the socket is bound to */
static void mini_tcp_forget_name(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	if (!msk->owner.port) {
		msk->inet.inet_num = 0;
		msk->inet.inet_sport = 0;
		msk->ep.t.lport = 0;
	}
	if (!(sk->sk_userlocks & SOCK_BINDADDR_LOCK)) {
		msk->inet.inet_saddr = 0;
		msk->inet.inet_rcv_saddr = 0;
		msk->ep.t.laddr = 0;
	}
}

/**
 * mini_tcp_renew() - a socket that was connected may be used again
 * @sk: CLOSED, owned
 */
void mini_tcp_renew(struct sock *sk)
{
	mini_tcp_forget_peer(sk);
	mini_tcp_forget_name(sk);
	mini_sk(sk)->delack.pingpong = false;
	mini_tcp_reset_fields(mini_sk(sk));
	mini_sk(sk)->snd.syn_acked = true;
	sk->sk_shutdown = 0;
	sock_reset_flag(sk, SOCK_DONE);
}

/**
 * mini_tcp_connect() - proto.connect: active OPEN (RFC 9293 3.10.1)
 * @sk: socket in CLOSED, owned
 * @to: remote address, of AF_INET or of this family
 * @len: octets of it
 *
 * Context: process.
 * Return: 0 with the SYN on its way, or an errno of connect(2).
 */
int mini_tcp_connect(struct sock *sk, struct sockaddr_in *to, int len)
{
	struct mini_sock *msk = mini_sk(sk);
	int err;

	if (len < (int)sizeof(*to))
		return -EINVAL;
	if (to->sin_family != AF_INET && to->sin_family != sk->sk_family)
		return -EAFNOSUPPORT;

	mini_tcp_forget_name(sk);	/* of a connection that was reset */
	mini_tcp_reset_fields(msk);
	msk->ep.t.raddr = to->sin_addr.s_addr;
	msk->ep.t.rport = to->sin_port;
	err = msk->ip->route(sk);
	if (err)
		goto forget;
	msk->inet.inet_daddr = msk->ep.t.raddr;
	msk->inet.inet_dport = msk->ep.t.rport;

	/* before the table knows it: a segment finds the state, or waits */
	mini_tcp_set_state(sk, TCP_SYN_SENT);
	err = mini_tcp_choose_port(sk);
	if (err) {
		mini_tcp_set_state(sk, TCP_CLOSE);
		mini_tcp_leave_port(sk, true);
		goto forget;
	}
	mini_tcp_start_syn(sk);
	return 0;

forget:
	msk->snd.syn_acked = true;
	mini_tcp_forget_peer(sk);
	mini_tcp_forget_name(sk);
	return err;
}

/**
 * mini_tcp_listen() - passive OPEN (RFC 9293 3.10.1)
 * @sk: bound socket in CLOSED, owned
 *
 * Return: 0 or -EADDRINUSE.
 */
int mini_tcp_listen(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	int err;

	err = mini_port_listen(msk->mn, &msk->owner);
	if (err)
		return err;
	sk->sk_ack_backlog = 0;
	sk_dst_reset(sk);
	mini_tcp_set_state(sk, TCP_LISTEN);
	return sk->sk_prot->hash(sk);
}

/**
 * mini_tcp_synchronized() - both initial numbers are known: what the two
 * SYNs agreed on is in force
 * @sk: socket, owned, routed
 * @o: options of the peer's SYN
 */
void mini_tcp_synchronized(struct sock *sk, const struct mini_opts *o)
{
	struct mini_sock *msk = mini_sk(sk);

	mini_now(sk);
	msk->snd.peer_mss = max_t(u32, o->mss ?: MINI_MSS_DEFAULT,
				  MINI_MSS_MIN);
	/* each option is in force if both SYNs have it, or not at all */
	msk->rcv.wscale_ok &= o->has_wscale;
	msk->snd.wscale = msk->rcv.wscale_ok ? o->wscale : 0;
	if (!msk->rcv.wscale_ok)
		msk->rcv.wscale = 0;
	msk->snd.sack_ok &= o->sack_ok;
	msk->ts.ok &= o->has_ts;
	if (msk->ts.ok)
		mini_ts_take(&msk->ts, o->tsval, msk->now_us);
	mini_pmtu_start(sk);
	mini_tcp_mtu_changed(sk);
	msk->snd.syn_acked = false;
	msk->snd.push = msk->snd.nxt;
	msk->snd.small = msk->snd.una;
	mini_rack_init(&msk->rack, msk->snd.una);
	msk->snd.sent_us = msk->now_us;
	mini_cc_start(&msk->cc, msk->snd.mss, msk->snd.sent_us);
	mini_pace_begin(&msk->pace, msk->cc.cwnd);
	mini_pacing_start(sk);
}

/* The first round-trip sample; a SYN sent twice gives one by its echo only */
static void mini_tcp_first_sample(struct sock *sk, const struct mini_seg *seg)
{
	struct mini_sock *msk = mini_sk(sk);
	u64 rtt_us = msk->retries ? mini_ts_sample(sk, seg) :
				    msk->now_us - msk->first_sent_us;

	if (rtt_us || !msk->retries)
		mini_rtt_sample(&msk->rtt, rtt_us);
	else
		mini_rtt_syn_lost(&msk->rtt);
	msk->tlp.fresh = rtt_us;
	/* RFC 6928 2: one SYN may be lost by chance, more of them are not */
	if (msk->retries > 1)
		msk->cc.cwnd = msk->cc.mss;
	msk->retries = 0;
}

/**
 * mini_tcp_established() - our SYN has been ACKed
 * @sk: socket in SYN-SENT or SYN-RECEIVED, owned
 * @seg: the segment that did it
 */
void mini_tcp_established(struct sock *sk, const struct mini_seg *seg)
{
	struct mini_sock *msk = mini_sk(sk);

	if (msk->first_sent_us)	/* a cookie does not know it */
		mini_tcp_first_sample(sk, seg);
	if (msk->ecn.ok)
		MINI_INC(msk->mn, ECN_AGREED);
	msk->snd.small = msk->snd.una;
	mini_pacing_follow(sk);
	mini_tcp_set_state(sk, TCP_ESTABLISHED);
	msk->stat.delivered = 1;
	msk->stat.data_sent_us = msk->now_us;
	msk->stat.data_rcv_us = msk->now_us;
	mini_timer_data_acked(sk);
	mini_buffer_start(sk);
	if (sock_flag(sk, SOCK_KEEPOPEN))
		sk->sk_prot->keepalive(sk, true);
	sk->sk_state_change(sk);
	sk_wake_async(sk, SOCK_WAKE_IO, POLL_OUT);
}

/*
 * A segment is at most half the largest window ever offered. A receiver with
 * a small buffer opens its window by whole segments of the size it sees: one
 * that takes all of the buffer would keep it from opening at all.
 */
static u32 mini_half_window(const struct mini_sock *msk)
{
	u32 wnd = msk->snd.max_wnd;

	return max(wnd > MINI_MSS_DEFAULT ? wnd / 2 : wnd, MINI_MSS_MIN);
}

/**
 * mini_tcp_mtu_changed() - Eff.snd.MSS anew (RFC 9293 3.7.1)
 * @sk: socket, owned, routed; the MTU has changed, or the peer's window grown
 */
void mini_tcp_mtu_changed(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	u32 mtu = max(mini_mtup_limit(&msk->mtup, msk->ip->mtu(sk)),
		      MINI_MTU_MIN);
	u32 mss = min_t(u32, msk->snd.peer_mss, mtu - MINI_HLEN);

	if (msk->user_mss)
		mss = min_t(u32, mss, msk->user_mss);
	mss = min(mss, mini_half_window(msk));
	if (msk->ts.ok)		/* RFC 9293 3.7.1: less the options */
		mss -= MINI_OPTS_TS_LEN;
	msk->snd.mtu = min_t(u32, mtu, U16_MAX);
	msk->snd.mss = mss;
	msk->cc.mss = mss;
}

/**
 * mini_tcp_orphan() - no file holds the socket any more
 * @sk: socket, owned
 */
void mini_tcp_orphan(struct sock *sk)
{
	atomic_inc(&mini_sk(sk)->mn->orphans);
	sock_orphan(sk);
}

/**
 * mini_tcp_done() - the connection is over
 * @sk: socket, owned; CLOSED afterwards
 *
 * Context: any. When nobody holds the socket, it goes with the lock.
 */
void mini_tcp_done(struct sock *sk)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_sock *msk = mini_sk(sk);

	if (sk->sk_state == TCP_CLOSE)
		return;
	if ((1 << sk->sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV))
		MINI_INC(mn, ATTEMPT_FAILS);
	sk->sk_prot->unhash(sk);
	mini_tcp_set_state(sk, TCP_CLOSE);
	mini_timer_stop_all(sk);
	mini_skb_purge_write(sk);
	sk->sk_shutdown = SHUTDOWN_MASK;
	msk->snd.syn_acked = true;
	if (!sock_flag(sk, SOCK_DEAD)) {
		mini_tcp_leave_port(sk, false);
		sk->sk_state_change(sk);
		return;
	}
	mini_port_leave(mn, &msk->owner, false);
	atomic_dec(&mn->orphans);
	sk->sk_prot->destroy(sk);
}

/**
 * mini_tcp_bury() - a socket that nobody holds, or will hold, ends now
 * @sk: socket, owned; CLOSED perhaps already
 */
void mini_tcp_bury(struct sock *sk)
{
	struct mini_net *mn = mini_sk(sk)->mn;

	mini_tcp_orphan(sk);
	if (sk->sk_state != TCP_CLOSE) {
		mini_tcp_done(sk);
		return;
	}
	mini_port_leave(mn, &mini_sk(sk)->owner, false);
	atomic_dec(&mn->orphans);
	sk->sk_prot->destroy(sk);
}

/**
 * mini_tcp_abort() - over, by an error
 * @sk: socket, owned
 * @err: for the user, positive; 0 for none
 */
void mini_tcp_abort(struct sock *sk, int err)
{
	if (err)
		WRITE_ONCE(sk->sk_err, err);
	mini_tcp_done(sk);
	if (err && !sock_flag(sk, SOCK_DEAD))
		sk_error_report(sk);
}

/**
 * mini_tcp_timed_out() - R2 or the keep-alive limit was reached
 * @sk: socket, owned
 */
void mini_tcp_timed_out(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	MINI_INC(msk->mn, ABORT_ON_TIMEOUT);
	mini_tcp_abort(sk, msk->icmp_soft ?: ETIMEDOUT);
}

/**
 * mini_keepidle_s() - TCP_KEEPIDLE, or what the namespace says
 * @sk: socket
 */
u32 mini_keepidle_s(const struct sock *sk)
{
	return mini_sk(sk)->keepidle_s ?:
	       mini_sk(sk)->mn->sysctl.keepidle_s;
}

/**
 * mini_keepintvl_s() - TCP_KEEPINTVL, or what the namespace says
 * @sk: socket
 */
u32 mini_keepintvl_s(const struct sock *sk)
{
	return mini_sk(sk)->keepintvl_s ?:
	       mini_sk(sk)->mn->sysctl.keepintvl_s;
}

/**
 * mini_keepcnt() - TCP_KEEPCNT, or what the namespace says
 * @sk: socket
 */
u32 mini_keepcnt(const struct sock *sk)
{
	return mini_sk(sk)->keepcnt ?:
	       mini_sk(sk)->mn->sysctl.keepcnt;
}
