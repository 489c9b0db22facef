// SPDX-License-Identifier: GPL-2.0-only
/*
 * Half-open connections of a listener: SYN-RECEIVED (RFC 9293 3.3.2) as a small
 * struct in the listener's SYN queue, with a timer that sends its SYN,ACK
 * again, until an ACK makes a socket of it (tcp/child.c) or it is given up.
 */
#include <linux/slab.h>
#include <mini/compat.h>
#include <mini/ip.h>
#include <mini/listen.h>
#include <mini/tcp.h>

static struct kmem_cache *mini_req_cache;

static void mini_req_free_rcu(struct rcu_head *head)
{
	kmem_cache_free(mini_req_cache,
			container_of(head, struct mini_req, rcu));
}

/**
 * mini_req_put() - drop a reference
 * @req: half-open connection; the last reference frees it, under RCU
 */
void mini_req_put(struct mini_req *req)
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

/**
 * mini_req_kill() - out of the SYN queue and of the table
 * @mn: namespace
 * @req: half-open connection; the caller keeps its own reference
 *
 * Whoever comes first does it.
 */
void mini_req_kill(struct mini_net *mn, struct mini_req *req)
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

/**
 * mini_req_reply() - how segments of a half-open connection go out
 * @req: half-open connection
 * @r: filled
 */
void mini_req_reply(const struct mini_req *req, struct mini_reply *r)
{
	r->t = req->ep.t;
	r->mark = req->mark;
	r->priority = READ_ONCE(req->listener->sk_priority);
	r->tos = req->tos;
	r->ttl = READ_ONCE(inet_sk(req->listener)->uc_ttl);
	r->flow_flags = inet_sk_flowi_flags(req->listener);
	r->oif = req->oif;
}

/**
 * mini_req_syn_ack() - the header of its SYN,ACK
 * @mn: namespace
 * @req: half-open connection
 * @h: filled
 */
void mini_req_syn_ack(struct mini_net *mn, const struct mini_req *req,
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

/**
 * mini_req_send_syn_ack() - send it
 * @mn: namespace
 * @req: half-open connection
 */
void mini_req_send_syn_ack(struct mini_net *mn,
			   const struct mini_req *req)
{
	struct mini_header h;
	struct mini_reply r;

	mini_req_syn_ack(mn, req, &h);
	mini_req_reply(req, &r);
	mini_reply_send(mn, &r, &h);
}

/**
 * mini_req_arm() - the SYN,ACK has been sent: again after twice the time
 * (RFC 6298 5.5)
 * @mn: namespace
 * @req: half-open connection
 *
 * Under the lock that mini_req_kill() takes: never is a dead one armed.
 */
void mini_req_arm(struct mini_net *mn, struct mini_req *req)
{
	struct mini_listen *l = mini_req_queues(req);
	u64 delay_us = min_t(u64, (u64)MINI_RTO_INIT_US << req->timeouts,
			     MINI_RTO_MAX_US);

	spin_lock_bh(&l->lock);
	if (!req->dead) {
		WRITE_ONCE(req->timer.at_us, mn->ip->now_us() + delay_us);
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

/**
 * mini_req_setup() - whose it is, and how its replies go out
 * @req: zeroed
 * @sk: listener
 * @t: tuple
 */
void mini_req_setup(struct mini_req *req, struct sock *sk,
		    const struct mini_tuple *t)
{
	req->ep.kind = MINI_KIND_REQ;
	req->ep.t = *t;
	req->listener = sk;
	req->mark = READ_ONCE(sk->sk_mark);
	req->tos = inet_sk(sk)->tos;
	req->oif = READ_ONCE(sk->sk_bound_dev_if);
}

/**
 * mini_req_alloc() - a new half-open connection, seen by nobody yet
 * @mn: namespace
 * @sk: listener, found under RCU
 * @t: tuple
 *
 * Return: with one reference, or NULL when there is no memory, or the
 * listener is on its way out.
 */
struct mini_req *mini_req_alloc(struct mini_net *mn, struct sock *sk,
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
		req->ts.offset = mini_ts_offset(mn, &req->ep.t);
		mini_ts_take(&req->ts, o->tsval, mn->ip->now_us());
	}
}

/**
 * mini_req_fill() - what the SYN says, and what our SYN,ACK will
 * @mn: namespace
 * @req: set up
 * @seg: the SYN
 * @iss: our ISS
 */
void mini_req_fill(struct mini_net *mn, struct mini_req *req,
		   const struct mini_seg *seg, u32 iss)
{
	int rcvbuf = READ_ONCE(req->listener->sk_rcvbuf);
	struct mini_reply r;

	mini_req_reply(req, &r);
	req->iss = iss;
	req->irs = seg->seq;
	req->snd_wnd = seg->wnd;
	req->mss = seg->opts.mss;
	req->rcv_mss = mn->ip->reply_mtu(mn, &r) - MINI_HLEN;
	req->rcv_wnd = mini_window_clamp(mini_sk(req->listener),
					 min_t(u32, rcvbuf / 2,
					       MINI_WND_UNSCALED_MAX));
	mini_req_agree(mn, req, seg);
	req->sent_us = mn->ip->now_us();
}

/**
 * mini_req_publish() - let it be found
 * @mn: namespace
 * @req: filled
 *
 * Queued first: once in the table it can be killed at any time.
 *
 * Return: MINI_PASS, or why the SYN is dropped.
 */
enum mini_drop mini_req_publish(struct mini_net *mn,
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
	if (!mini_challenge_ok(mn, &req->challenge_us, mn->ip->now_us()))
		return;
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
	why = mini_child_open(mn, req, seg);
drop:
	if (seg->skb && why)
		mini_drop(mn, seg->skb, why);
}

/**
 * mini_req_cache_init() - at load
 *
 * Return: 0 or -ENOMEM.
 */
int mini_req_cache_init(void)
{
	mini_req_cache = KMEM_CACHE(mini_req, SLAB_HWCACHE_ALIGN);
	return mini_req_cache ? 0 : -ENOMEM;
}

/**
 * mini_req_cache_exit() - at unload, after rcu_barrier()
 */
void mini_req_cache_exit(void)
{
	kmem_cache_destroy(mini_req_cache);
}
