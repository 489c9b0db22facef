// SPDX-License-Identifier: GPL-2.0-only
/*
 * The passive side of the handshake: LISTEN, the SYN queue of half-open
 * connections (struct mini_req, RFC 9293's SYN-RECEIVED), the accept queue.
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
#include <linux/slab.h>
#include <mini/compat.h>
#include <mini/cookie.h>
#include <mini/ip.h>
#include <mini/tcp.h>

static struct kmem_cache *mini_req_cache;

static void mini_req_free_rcu(struct rcu_head *head)
{
	kmem_cache_free(mini_req_cache,
			container_of(head, struct mini_req, rcu));
}

static void mini_req_put(struct mini_req *req)
{
	if (refcount_dec_and_test(&req->refs)) {
		sock_put(req->listener);
		call_rcu(&req->rcu, mini_req_free_rcu);
	}
}

static struct mini_listen *mini_req_queues(const struct mini_req *req)
{
	return &mini_sk(req->listener)->listen;
}

/* Out of the SYN queue and of the table; whoever comes first does it */
static void mini_req_kill(struct mini_net *mn, struct mini_req *req)
{
	struct mini_listen *l = mini_req_queues(req);
	bool first, pending = false;

	spin_lock_bh(&l->lock);
	first = !req->dead;
	req->dead = true;
	if (first) {
		list_del(&req->link);
		l->nr_reqs--;
		pending = mn->ip->stop(&req->timer);
	}
	spin_unlock_bh(&l->lock);
	if (!first)
		return;
	mini_ep_remove(mn, &req->ep);
	if (pending)
		mini_req_put(req);
	mini_req_put(req);
}

static void mini_req_reply(const struct mini_req *req, struct mini_reply *r)
{
	r->t = req->ep.t;
	r->mark = req->mark;
	r->tos = req->tos;
	r->ttl = READ_ONCE(inet_sk(req->listener)->uc_ttl);
	r->flow_flags = inet_sk_flowi_flags(req->listener);
	r->oif = req->oif;
}

static void mini_req_syn_ack(struct mini_net *mn, const struct mini_req *req,
			     struct mini_header *h)
{
	*h = (struct mini_header){
		.seq = req->iss,
		.ack = req->irs + 1,
		.flags = MINI_SYN | MINI_ACK | (req->ecn_ok ? MINI_ECE : 0),
		.wnd = min(req->rcv_wnd, MINI_WND_UNSCALED_MAX),
		.opts.mss = req->rcv_mss,
		.opts.has_wscale = req->wscale_ok,
		.opts.wscale = req->rcv_wscale,
		.opts.sack_ok = req->sack_ok,
	};
	mini_opts_ts(&h->opts, &req->ts, mn->ip->now_us(), true);
}

static void mini_req_send_syn_ack(struct mini_net *mn,
				  const struct mini_req *req)
{
	struct mini_header h;
	struct mini_reply r;

	mini_req_syn_ack(mn, req, &h);
	mini_req_reply(req, &r);
	mini_reply_send(mn, &r, &h);
}

/*
 * Each time after twice the time (RFC 6298 5.5). Under the lock that
 * mini_req_kill() takes: never is a dead one armed.
 */
static void mini_req_arm(struct mini_net *mn, struct mini_req *req)
{
	struct mini_listen *l = mini_req_queues(req);
	u64 delay_us = min_t(u64, (u64)MINI_RTO_INIT_US << req->timeouts,
			     MINI_RTO_MAX_US);

	spin_lock_bh(&l->lock);
	if (!req->dead) {
		refcount_inc(&req->refs);
		if (!mn->ip->arm(&req->timer, delay_us))
			mini_req_put(req);
	}
	spin_unlock_bh(&l->lock);
}

/* How often the timer may fire while the user waits for data; 0: he does not */
static u8 mini_req_defer(const struct mini_req *req)
{
	return READ_ONCE(mini_sk(req->listener)->user.defer_accept);
}

static bool mini_req_expired(struct mini_net *mn, const struct mini_req *req)
{
	return req->timeouts >= mn->sysctl.synack_retries &&
	       (!req->acked || req->timeouts >= mini_req_defer(req));
}

/* SYN,ACK again; not while the peer, who has it, is silent, but at the last */
static void mini_req_again(struct mini_net *mn, struct mini_req *req)
{
	bool waits = req->acked && req->timeouts + 1 < mini_req_defer(req);

	req->timeouts++;
	if (!waits) {
		req->retries++;
		MINI_INC(mn, SYN_RETRANS);
		mini_req_send_syn_ack(mn, req);
	}
	mini_req_arm(mn, req);
}

static void mini_req_fire(struct mini_timer *t)
{
	struct mini_req *req = container_of(t, struct mini_req, timer);
	struct mini_net *mn = mini_pernet(sock_net(req->listener));

	if (!READ_ONCE(req->dead) && mini_req_expired(mn, req)) {
		MINI_INC(mn, ATTEMPT_FAILS);
		mini_req_kill(mn, req);
	} else if (!READ_ONCE(req->dead)) {
		mini_req_again(mn, req);
	}
	mini_req_put(req);
}

/* Into the SYN queue, unless the listener has just closed */
static bool mini_req_queue(struct mini_req *req)
{
	struct mini_listen *l = mini_req_queues(req);
	bool open;

	spin_lock_bh(&l->lock);
	open = l->open;
	if (open) {
		list_add_tail(&req->link, &l->reqs);
		l->nr_reqs++;
	}
	spin_unlock_bh(&l->lock);
	return open;
}

/* Whose it is, and how its replies go out */
static void mini_req_setup(struct mini_req *req, struct sock *sk,
			   const struct mini_tuple *t)
{
	req->ep.kind = MINI_KIND_REQ;
	req->ep.t = *t;
	req->listener = sk;
	req->mark = READ_ONCE(sk->sk_mark);
	req->tos = inet_sk(sk)->tos;
	req->oif = READ_ONCE(sk->sk_bound_dev_if);
}

static struct mini_req *mini_req_alloc(struct mini_net *mn, struct sock *sk,
				       const struct mini_tuple *t)
{
	struct mini_req *req = kmem_cache_zalloc(mini_req_cache, GFP_ATOMIC);

	if (!req)
		return NULL;
	/* found under RCU: it may be on its way out */
	if (!refcount_inc_not_zero(&sk->sk_refcnt)) {
		kmem_cache_free(mini_req_cache, req);
		return NULL;
	}
	mini_req_setup(req, sk, t);
	refcount_set(&req->refs, 1);
	mini_ip_timer_setup(&req->timer, mini_req_fire);
	return req;
}

/* What the SYN has, of options and ECN, and we want as well */
static void mini_req_agree(struct mini_net *mn, struct mini_req *req,
			   const struct mini_seg *seg)
{
	const struct mini_opts *o = &seg->opts;
	int rcvbuf = READ_ONCE(req->listener->sk_rcvbuf);

	req->wscale_ok = o->has_wscale && mn->sysctl.window_scaling;
	if (req->wscale_ok) {
		req->snd_wscale = o->wscale;
		req->rcv_wscale =
			mini_wscale_for(max(rcvbuf, mn->sysctl.rmem[2]) / 2);
	}
	req->sack_ok = o->sack_ok && mn->sysctl.sack;
	req->ecn_ok = mini_ecn_asked(seg->flags) &&
		      mn->sysctl.ecn != MINI_ECN_OFF;
	req->ts.ok = o->has_ts && mn->sysctl.timestamps;
	if (req->ts.ok) {
		req->ts.offset = mn->ip->ts_offset(mn, &req->ep.t);
		mini_ts_take(&req->ts, o->tsval, mn->ip->now_us());
	}
}

/* What the SYN says, and what our SYN,ACK will */
static void mini_req_fill(struct mini_net *mn, struct mini_req *req,
			  const struct mini_seg *seg, u32 iss)
{
	int rcvbuf = READ_ONCE(req->listener->sk_rcvbuf);
	struct mini_reply r;

	mini_req_reply(req, &r);
	req->iss = iss;
	req->irs = seg->seq;
	req->snd_wnd = seg->wnd;
	req->mss = seg->opts.mss;
	req->rcv_mss = mn->ip->reply_mtu(mn, &r) - MINI_IP_HLEN -
		       MINI_TCP_HLEN;
	req->rcv_wnd = mini_window_clamp(mini_sk(req->listener),
					 min_t(u32, rcvbuf / 2,
					       MINI_WND_UNSCALED_MAX));
	mini_req_agree(mn, req, seg);
	req->sent_us = mn->ip->now_us();
}

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

/* Queued first: once in the table it can be killed at any time */
static enum mini_drop mini_req_publish(struct mini_net *mn,
				       struct mini_req *req)
{
	refcount_inc(&req->refs);
	if (!mini_req_queue(req)) {
		req->dead = true;
		mini_req_put(req);
		return MINI_DROP_CLOSED;
	}
	if (mini_ep_insert(mn, &req->ep)) {
		mini_req_kill(mn, req);		/* lost a race with its twin */
		return MINI_DROP_BLIND_SYN;
	}
	return MINI_PASS;
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

/* A child's own life begins: nothing of the listener's queues is its */
static void mini_child_init(struct sock *child, const struct mini_req *req)
{
	struct mini_sock *msk = mini_sk(child);
	struct inet_sock *inet = &msk->inet;

	mini_tcp_clone_init(child);
	msk->passive = true;
	msk->ep.t = req->ep.t;
	msk->owner.addr = mini_sk(req->listener)->owner.addr;
	inet->inet_saddr = req->ep.t.laddr;
	inet->inet_rcv_saddr = req->ep.t.laddr;
	inet->inet_daddr = req->ep.t.raddr;
	inet->inet_sport = req->ep.t.lport;
	inet->inet_num = ntohs(req->ep.t.lport);
	inet->inet_dport = req->ep.t.rport;
	child->sk_mark = req->mark;
}

static void mini_child_sequence(struct sock *child, const struct mini_req *req)
{
	struct mini_sock *msk = mini_sk(child);
	struct mini_opts o = {
		.mss = req->mss,
		.has_wscale = req->wscale_ok,
		.wscale = req->snd_wscale,
		.sack_ok = req->sack_ok,
		.has_ts = req->ts.ok,
		.tsval = req->ts.recent,
	};

	msk->snd.iss = req->iss;
	msk->snd.una = req->iss;
	msk->snd.nxt = req->iss + 1;
	msk->snd.write = msk->snd.nxt;
	msk->snd.recover = req->iss;
	msk->snd.wnd = req->snd_wnd;
	msk->snd.max_wnd = req->snd_wnd;
	msk->rcv.irs = req->irs;
	msk->rcv.nxt = req->irs + 1;
	msk->rcv.copied = msk->rcv.nxt;
	msk->rcv.acked = msk->rcv.nxt;
	msk->rcv.edge = msk->rcv.nxt + req->rcv_wnd;
	msk->rcv.mss = req->rcv_mss;
	msk->rcv.wscale = req->rcv_wscale;
	msk->rcv.wscale_ok = req->wscale_ok;
	msk->snd.sack_ok = req->sack_ok;
	msk->ecn.ok = READ_ONCE(req->ecn_ok);
	msk->ts = req->ts;
	msk->first_sent_us = req->sent_us;
	msk->retries = req->retries;
	mini_tcp_synchronized(child, &o);
}

/*
 * The socket of a half-open connection, its spinlock held, with one
 * reference for whoever accepts it and one for the table.
 */
static struct sock *mini_child_create(struct mini_net *mn,
				      struct mini_req *req)
{
	struct sock *child = mini_sk_clone(req->listener);

	if (!child)
		return NULL;
	mini_child_init(child, req);
	mini_sk(child)->ip->route(child);
	mini_child_sequence(child, req);
	return child;
}

/* Never to be seen by anybody: take it apart again */
static void mini_child_discard(struct sock *child)
	__releases(&child->sk_lock.slock)
{
	mini_tcp_bury(child);
	bh_unlock_sock(child);
	sock_put(child);
}

/* Put it where accept() looks, unless the listener has just closed */
static bool mini_child_queue(struct sock *listener, struct sock *child)
{
	struct mini_listen *l = &mini_sk(listener)->listen;
	bool open;

	spin_lock_bh(&l->lock);
	open = l->open;
	if (open) {
		list_add_tail(&mini_sk(child)->ready_link, &l->ready);
		sk_acceptq_added(listener);
	}
	spin_unlock_bh(&l->lock);
	return open;
}

/* The child has seen its first segment: to whoever accepts it */
static void mini_child_deliver(struct sock *listener, struct sock *child)
	__releases(&child->sk_lock.slock)
{
	if (mini_child_queue(listener, child)) {
		bh_unlock_sock(child);
		listener->sk_data_ready(listener);
		return;
	}
	mini_send_reset(child);
	mini_child_discard(child);
}

/* The child takes the half-open connection's place, and its segment */
static void mini_child_start(struct mini_net *mn, struct mini_req *req,
			     struct sock *child, struct mini_seg *seg)
	__releases(&child->sk_lock.slock)
{
	struct sock *listener = req->listener;

	sock_hold(listener);
	mini_port_join(mn, &mini_sk(listener)->owner, &mini_sk(child)->owner);
	mini_req_kill(mn, req);
	MINI_INC(mn, PASSIVE_OPENS);
	mini_child_rcv(child, seg);
	mini_child_deliver(listener, child);
	sock_put(listener);
}

/* The ACK is good: half-open becomes a socket */
static enum mini_drop mini_req_done(struct mini_net *mn, struct mini_req *req,
				    struct mini_seg *seg)
{
	struct sock *child;

	if (sk_acceptq_is_full(req->listener)) {
		MINI_INC(mn, LISTEN_OVERFLOW);
		return MINI_DROP_ACCEPT_QUEUE;
	}
	child = mini_child_create(mn, req);
	if (!child)
		return MINI_DROP_NO_MEM;
	__acquire(&child->sk_lock.slock);	/* for sparse: sk_clone did */
	if (mini_ep_replace(mn, &req->ep, &mini_sk(child)->ep)) {
		mini_child_start(mn, req, child, seg);
		return MINI_PASS;
	}
	/* another CPU was faster: the reference of the table goes */
	sock_put(child);
	mini_child_discard(child);
	return MINI_DROP_ACK_ONLY;
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
		why = mini_req_done(mn, req, seg);
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
	struct mini_reply r = { .t = *t };
	struct mini_seg syn;

	/* no use to look when none went out, and an invitation to guess */
	if (mini_cookie_fresh(slot, mn->ip->now_us()) &&
	    mn->sysctl.syncookies && !(seg->flags & MINI_SYN)) {
		if (mini_cookie_syn(mn, t, seg, &syn)) {
			MINI_INC(mn, SYNCOOKIES_RECV);
			return mini_cookie_open(mn, sk, t, &syn, seg);
		}
		MINI_INC(mn, SYNCOOKIES_FAILED);
	}
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

/* The window is in units now: what the SYN,ACK has promised is rounded up */
static void mini_req_ack(struct mini_net *mn, struct mini_req *req)
{
	u32 wnd = ALIGN(req->rcv_wnd, 1U << req->rcv_wscale);
	struct mini_header h = {
		.seq = req->iss + 1,
		.ack = req->irs + 1,
		.flags = MINI_ACK,
		.wnd = wnd >> req->rcv_wscale,
	};
	struct mini_reply r;

	mini_opts_ts(&h.opts, &req->ts, mn->ip->now_us(), true);
	if (!mini_challenge_ok(&req->challenge_us, mn->ip->now_us())) {
		MINI_INC(mn, CHALLENGE_HELD);
		return;
	}
	MINI_INC(mn, CHALLENGE_ACKS);
	WRITE_ONCE(req->rcv_wnd, wnd);
	mini_req_reply(req, &r);
	mini_reply_send(mn, &r, &h);
}

static enum mini_drop mini_req_rst(struct mini_net *mn, struct mini_req *req,
				   const struct mini_seg *seg)
{
	u32 nxt = req->irs + 1;

	if (seg->seq == nxt) {
		MINI_INC(mn, ATTEMPT_FAILS);
		mini_req_kill(mn, req);
		return MINI_DROP_RST;
	}
	if (!seq_within(seg->seq, nxt, nxt + req->rcv_wnd))
		return MINI_DROP_BAD_SEQ;
	mini_req_ack(mn, req);
	return MINI_DROP_BLIND_RST;
}

/*
 * The SYN again. A peer that does not ask for ECN any more will not use it,
 * whatever it may have said before (RFC 3168 6.1.1).
 */
static void mini_req_syn_again(struct mini_net *mn, struct mini_req *req,
			       const struct mini_seg *seg)
{
	if (!mini_ecn_asked(seg->flags))
		WRITE_ONCE(req->ecn_ok, false);
	mini_req_send_syn_ack(mn, req);
}

/* Steps 1, 2 and 4 for a half-open connection (3.10.7.4) */
static enum mini_drop mini_req_check(struct mini_net *mn, struct mini_req *req,
				     const struct mini_seg *seg)
{
	u32 nxt = req->irs + 1;
	bool ok = mini_seq_acceptable(seg->seq, seg->len, nxt, nxt,
				      req->rcv_wnd);

	if (seg->flags & MINI_RST)
		return mini_req_rst(mn, req, seg);
	if (req->ts.ok && seg->opts.has_ts &&
	    mini_ts_stale(&req->ts, seg->opts.tsval, mn->ip->now_us())) {
		mini_req_ack(mn, req);
		return MINI_DROP_PAWS;
	}
	if (ok && seg->flags & MINI_SYN) {
		/* "if passive OPEN ... return to the LISTEN state" */
		mini_req_kill(mn, req);
		return MINI_DROP_BLIND_SYN;
	}
	if (ok)
		return MINI_PASS;
	/* the SYN again: our answer was lost. Give it again. */
	if ((seg->flags & (MINI_SYN | MINI_ACK)) == MINI_SYN &&
	    seg->seq == req->irs)
		mini_req_syn_again(mn, req, seg);
	else
		mini_req_ack(mn, req);
	return MINI_DROP_OLD_SEQ;
}

/**
 * mini_req_rcv() - a segment for a half-open connection
 * @mn: namespace
 * @req: found under RCU
 * @seg: the segment; taken
 */
void mini_req_rcv(struct mini_net *mn, struct mini_req *req,
		  struct mini_seg *seg)
{
	enum mini_drop why = mini_req_check(mn, req, seg);
	struct mini_reply r;

	if (why)
		goto drop;
	why = MINI_DROP_NO_ACK;
	if (!(seg->flags & MINI_ACK))
		goto drop;
	why = MINI_DROP_FUTURE_ACK;
	if (seg->ack != req->iss + 1) {
		mini_req_reply(req, &r);
		mini_reply_reset(mn, &r, seg);
		goto drop;
	}
	/* TCP_DEFER_ACCEPT: not before there is something to read */
	why = MINI_DROP_ACK_ONLY;
	if (!seg->len && req->timeouts < mini_req_defer(req)) {
		WRITE_ONCE(req->acked, true);
		goto drop;
	}
	why = mini_req_done(mn, req, seg);
drop:
	if (seg->skb && why)
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
	struct mini_net *mn = mini_pernet(sock_net(sk));
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

/**
 * mini_listen_cache_init() - at load
 *
 * Return: 0 or -ENOMEM.
 */
int mini_listen_cache_init(void)
{
	mini_req_cache = KMEM_CACHE(mini_req, SLAB_HWCACHE_ALIGN);
	return mini_req_cache ? 0 : -ENOMEM;
}

/**
 * mini_listen_cache_exit() - at unload, after rcu_barrier()
 */
void mini_listen_cache_exit(void)
{
	kmem_cache_destroy(mini_req_cache);
}
