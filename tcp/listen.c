// SPDX-License-Identifier: GPL-2.0-only
/*
 * The passive side of the handshake: LISTEN, what becomes of a SYN, and accept().
 * The SYN queue holds half-open connections (tcp/req.c), the accept queue
 * sockets that nobody has accepted (tcp/child.c).
 *
 * A full accept queue drops the SYN, and the ACK that would overfill it; the
 * half-open connection stays, its SYN,ACK is sent again, and the peer's next
 * ACK or data tries once more. So it is in Linux.
 *
 * When the SYN queue is full, SYNs are answered by cookies (RFC 4987 3.6): no
 * half-open connection is kept, the ACK that comes back makes one and finds it
 * at once.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt
#include <linux/in.h>
#include <linux/net.h>
#include <linux/sched/signal.h>
#include <mini/call.h>
#include <mini/compat.h>
#include <mini/cookie.h>
#include <mini/ip.h>
#include <mini/listen.h>
#include <mini/tcp.h>

static enum mini_drop mini_listen_full(struct mini_net *mn, struct sock *sk)
{
	u32 limit = min_t(u32, READ_ONCE(sk->sk_max_ack_backlog),
			  mn->sysctl.max_syn_backlog);

	if (sk_acceptq_is_full(sk)) {
		MINI_INC(mn, LISTEN_OVERFLOW);
		return MINI_DROP_ACCEPT_QUEUE;
	}
	if (READ_ONCE(mini_sk(sk)->listen.nr_reqs) > limit)
		return MINI_DROP_SYN_QUEUE;
	return MINI_PASS;
}

/* RFC 9293 3.9.2.3: neither end may be more than one host */
static bool mini_addr_ok(const struct mini_tuple *t)
{
	return !ipv4_is_multicast(t->raddr) && !ipv4_is_lbcast(t->raddr) &&
	       !ipv4_is_zeronet(t->raddr) && !ipv4_is_multicast(t->laddr) &&
	       !ipv4_is_lbcast(t->laddr);
}

/* A SYN that is remembered */
static enum mini_drop mini_listen_keep(struct mini_net *mn, struct sock *sk,
				       const struct mini_tuple *t,
				       const struct mini_seg *seg, u32 iss)
{
	struct mini_req *req = mini_req_alloc(mn, sk, t);
	enum mini_drop why;

	if (!req)
		return MINI_DROP_NO_MEM;
	mini_req_fill(mn, req, seg, iss ?: mn->ip->isn(mn, t));
	why = mini_req_publish(mn, req);
	if (!why) {
		mini_req_send_syn_ack(mn, req);
		mini_req_arm(mn, req);
	}
	mini_req_put(req);
	return why;
}

static void mini_cookie_tuple(struct mini_cookie *c,
			      const struct mini_tuple *t)
{
	c->laddr = (__force u32)t->laddr;
	c->raddr = (__force u32)t->raddr;
	c->ports = (__force u32)t->lport << 16 | (__force u32)t->rport;
	c->wire = t->wire;
}

/* What of a half-open connection a cookie keeps */
static void mini_cookie_from_req(struct mini_cookie *c,
				 const struct mini_req *req)
{
	mini_cookie_tuple(c, &req->ep.t);
	c->irs = req->irs;
	c->mss = req->mss ?: MINI_MSS_DEFAULT;
	c->has_ts = req->ts.ok;
	c->has_wscale = req->wscale_ok;
	c->wscale = req->snd_wscale;
	c->sack_ok = req->sack_ok;
}

/* A cookie goes out: from now on ACKs may be answers to one */
static void mini_cookie_sent(struct mini_net *mn, struct sock *sk, u64 now_us)
{
	struct mini_listen *l = &mini_sk(sk)->listen;
	u32 before = READ_ONCE(l->cookie_slot);

	MINI_INC(mn, SYNCOOKIES_SENT);
	WRITE_ONCE(l->cookie_slot, mini_cookie_slot(now_us));
	if (!mini_cookie_fresh(before, now_us) && mn->sysctl.syncookies == 1)
		net_info_ratelimited("port %u: SYN queue full, possible SYN flooding; sending cookies\n",
				     inet_sk(sk)->inet_num);
}

/* A SYN that is answered and forgotten */
static enum mini_drop mini_listen_cookie(struct mini_net *mn, struct sock *sk,
					 const struct mini_tuple *t,
					 const struct mini_seg *seg)
{
	u64 now_us = mn->ip->now_us();
	struct mini_cookie c = { };
	struct mini_req req = { };	/* on loan: nobody else sees it */
	struct mini_header h;
	struct mini_reply r;

	mini_req_setup(&req, sk, t);
	mini_req_fill(mn, &req, seg, 0);
	/* without a timestamp to put them in, options would be lost */
	req.wscale_ok = req.wscale_ok && req.ts.ok;
	req.sack_ok = req.sack_ok && req.ts.ok;
	/* nor is it known to a cookie that the peer asked for ECN */
	req.ecn_ok = false;
	mini_cookie_from_req(&c, &req);
	if (!mini_cookie_make(&c, &mn->cookie_key, now_us, &req.iss))
		return MINI_DROP_SYN_QUEUE;
	mini_req_syn_ack(mn, &req, &h);
	if (h.opts.has_ts)
		h.opts.tsval = mini_cookie_tsval(&c, h.opts.tsval);
	mini_req_reply(&req, &r);
	mini_cookie_sent(mn, sk, now_us);
	mini_reply_send(mn, &r, &h);
	return MINI_PASS;
}

/* A SYN for a listener (3.10.7.2, third) */
static enum mini_drop mini_listen_syn(struct mini_net *mn, struct sock *sk,
				      const struct mini_tuple *t,
				      const struct mini_seg *seg, u32 iss)
{
	enum mini_drop why = mini_listen_full(mn, sk);
	int cookies = mn->sysctl.syncookies;

	if (!mini_addr_ok(t))
		return MINI_DROP_BAD_SOURCE;
	/* a cookie cannot be a certain ISS */
	if (!iss && ((why == MINI_DROP_SYN_QUEUE && cookies) ||
		     (!why && cookies == 2)))
		return mini_listen_cookie(mn, sk, t, seg);
	return why ?: mini_listen_keep(mn, sk, t, seg, iss);
}

/* The SYN that an ACK answers to, if a cookie of ours says that there was one */
static bool mini_cookie_syn(struct mini_net *mn, const struct mini_tuple *t,
			    const struct mini_seg *seg, struct mini_seg *syn)
{
	struct mini_cookie c = {
		.irs = seg->seq - 1,
		.has_ts = seg->opts.has_ts && mn->sysctl.timestamps,
	};

	mini_cookie_tuple(&c, t);
	if (c.has_ts)
		mini_cookie_tsecr(&c, seg->opts.tsecr);
	if (!mini_cookie_check(&c, &mn->cookie_key, mn->ip->now_us(),
			       seg->ack - 1))
		return false;
	*syn = (struct mini_seg){
		.seq = c.irs,
		.wnd = seg->wnd,
		.opts.mss = c.mss,
		.opts.has_wscale = c.has_wscale,
		.opts.wscale = c.wscale,
		.opts.sack_ok = c.sack_ok,
		.opts.has_ts = c.has_ts,
		.opts.tsval = seg->opts.tsval,
	};
	return true;
}

/* The half-open connection that was not kept, and the ACK that ends it */
static enum mini_drop mini_cookie_open(struct mini_net *mn, struct sock *sk,
				       const struct mini_tuple *t,
				       const struct mini_seg *syn,
				       struct mini_seg *seg)
{
	struct mini_req *req = mini_req_alloc(mn, sk, t);
	enum mini_drop why;

	if (!req)
		return MINI_DROP_NO_MEM;
	mini_req_fill(mn, req, syn, seg->ack - 1);
	req->sent_us = 0;	/* nobody knows */
	why = mini_req_publish(mn, req);
	if (!why) {
		why = mini_child_open(mn, req, seg);
		if (why)
			mini_req_kill(mn, req);
	}
	mini_req_put(req);
	return why;
}

/* An ACK for a listener (3.10.7.2, second): a cookie comes back, or a RST goes */
static enum mini_drop mini_listen_ack(struct mini_net *mn, struct sock *sk,
				      const struct mini_tuple *t,
				      struct mini_seg *seg)
{
	u32 slot = READ_ONCE(mini_sk(sk)->listen.cookie_slot);
	struct mini_seg syn;
	struct mini_reply r;

	/* no use to look when none went out, and an invitation to guess */
	if (mini_cookie_fresh(slot, mn->ip->now_us()) &&
	    mn->sysctl.syncookies && !(seg->flags & MINI_SYN)) {
		if (mini_cookie_syn(mn, t, seg, &syn)) {
			MINI_INC(mn, SYNCOOKIES_RECV);
			return mini_cookie_open(mn, sk, t, &syn, seg);
		}
		MINI_INC(mn, SYNCOOKIES_FAILED);
	}
	mini_reply_as(sk, t, &r);
	mini_reply_reset(mn, &r, seg);
	return MINI_DROP_BAD_FLAGS;
}

/**
 * mini_listen_rcv() - a segment for a listener (RFC 9293 3.10.7.2)
 * @mn: namespace
 * @listener: found under RCU; its lock is not taken
 * @t: tuple
 * @seg: the segment; taken
 * @iss: our ISS if it must be a certain one, else 0
 */
void mini_listen_rcv(struct mini_net *mn, struct sock *listener,
		     const struct mini_tuple *t, struct mini_seg *seg,
		     u32 iss)
{
	enum mini_drop why = MINI_DROP_BAD_FLAGS;

	if (seg->flags & MINI_RST)
		;
	else if (seg->flags & MINI_ACK)
		why = mini_listen_ack(mn, listener, t, seg);
	else if (seg->flags & MINI_SYN)
		why = mini_listen_syn(mn, listener, t, seg, iss) ?:
		      MINI_DROP_ACK_ONLY;
	if (why)	/* else a child has it */
		mini_drop(mn, seg->skb, why);
}

/**
 * mini_listen_init() - empty queues
 * @l: queues of a new socket
 */
void mini_listen_init(struct mini_listen *l)
{
	spin_lock_init(&l->lock);
	INIT_LIST_HEAD(&l->reqs);
	INIT_LIST_HEAD(&l->ready);
	l->nr_reqs = 0;
	l->cookie_slot = 0;
	l->open = false;
}

/**
 * mini_listen_start() - the socket is in LISTEN: let it be found
 * @sk: socket, owned
 */
void mini_listen_start(struct sock *sk)
{
	struct mini_listen *l = &mini_sk(sk)->listen;

	spin_lock_bh(&l->lock);
	l->open = true;
	spin_unlock_bh(&l->lock);
	mini_listen_hash(sk);
}

/* Nobody will accept it: tell the peer */
static void mini_listen_abort_child(struct sock *child)
{
	lock_sock_nested(child, SINGLE_DEPTH_NESTING);
	if (child->sk_state != TCP_CLOSE)
		mini_send_reset(child);
	mini_tcp_bury(child);
	release_sock(child);
	sock_put(child);
}

/**
 * mini_listen_stop() - a listener closes
 * @sk: socket, owned, no longer found by look-ups
 *
 * Half-open connections are forgotten, those not accepted are reset.
 */
void mini_listen_stop(struct sock *sk)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_listen *l = &mini_sk(sk)->listen;
	struct mini_req *req;
	struct sock *child;

	spin_lock_bh(&l->lock);
	l->open = false;
	while ((req = list_first_entry_or_null(&l->reqs, struct mini_req,
					       link))) {
		refcount_inc(&req->refs);
		spin_unlock_bh(&l->lock);
		mini_req_kill(mn, req);
		mini_req_put(req);
		spin_lock_bh(&l->lock);
	}
	spin_unlock_bh(&l->lock);
	while ((child = mini_listen_pop(sk)))
		mini_listen_abort_child(child);
}

/**
 * mini_listen_ready() - is there somebody to accept?
 * @sk: listener
 */
bool mini_listen_ready(const struct sock *sk)
{
	return !list_empty_careful(&mini_sk(sk)->listen.ready);
}

/**
 * mini_listen_pop() - take the first of the accept queue
 * @sk: listener
 *
 * Return: a socket with the queue's reference, or NULL.
 */
struct sock *mini_listen_pop(struct sock *sk)
{
	struct mini_listen *l = &mini_sk(sk)->listen;
	struct mini_sock *child;

	spin_lock_bh(&l->lock);
	child = list_first_entry_or_null(&l->ready, struct mini_sock,
					 ready_link);
	if (child) {
		list_del_init(&child->ready_link);
		sk_acceptq_removed(sk);
	}
	spin_unlock_bh(&l->lock);
	return child ? mini_to_sk(child) : NULL;
}

static int mini_accept_wait(struct sock *sk, long timeo)
{
	DEFINE_WAIT(wait);
	int err = 0;

	while (!mini_listen_ready(sk) && !err) {
		if (!timeo) {
			err = -EAGAIN;
			break;
		}
		prepare_to_wait_exclusive(sk_sleep(sk), &wait,
					  TASK_INTERRUPTIBLE);
		release_sock(sk);
		if (!mini_listen_ready(sk))
			timeo = schedule_timeout(timeo);
		sched_annotate_sleep();
		lock_sock(sk);
		if (mini_listen_ready(sk))
			break;
		if (sk->sk_state != TCP_LISTEN)
			err = -EINVAL;
		else if (signal_pending(current))
			err = sock_intr_errno(timeo);
	}
	finish_wait(sk_sleep(sk), &wait);
	return err;
}

/**
 * mini_tcp_accept() - proto.accept: take a connection off the accept queue
 * @sk: listener
 * @arg: flags in, errno out
 *
 * Context: process.
 * Return: a socket, or NULL with @arg->err set.
 */
struct sock *mini_tcp_accept(struct sock *sk, struct proto_accept_arg *arg)
{
	struct sock *child = NULL;

	MINI_TCP_CALL(sk, mini_tcp_prot, accept);
	lock_sock(sk);
	arg->err = -EINVAL;
	if (sk->sk_state == TCP_LISTEN)
		arg->err = mini_accept_wait(sk, sock_rcvtimeo(sk, arg->flags &
							      O_NONBLOCK));
	if (!arg->err) {
		child = mini_listen_pop(sk);
		if (!child)
			arg->err = -EAGAIN;
	}
	release_sock(sk);
	return child;
}
