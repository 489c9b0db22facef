// SPDX-License-Identifier: GPL-2.0-only
/*
 * TIME-WAIT as a small object in the socket's place (RFC 9293 3.6.1). It
 * answers late segments for 2 MSL, holds the port, and makes way for a new
 * connection whose SYN is beyond all that the old one has seen.
 */
#include <linux/filter.h>
#include <linux/slab.h>
#include <mini/ip.h>
#include <mini/tcp.h>

static struct kmem_cache *mini_tw_cache;

static void mini_tw_free_rcu(struct rcu_head *head)
{
	kmem_cache_free(mini_tw_cache,
			container_of(head, struct mini_tw, rcu));
}

/**
 * mini_tw_put() - drop a reference
 * @tw: TIME-WAIT; the last reference frees it, under RCU
 */
void mini_tw_put(struct mini_tw *tw)
{
	if (refcount_dec_and_test(&tw->refs))
		call_rcu(&tw->rcu, mini_tw_free_rcu);
}

/**
 * mini_tw_kill() - out of the table, off the port
 * @tw: TIME-WAIT; the caller keeps its own reference
 *
 * Whoever comes first does it.
 */
void mini_tw_kill(struct mini_tw *tw)
{
	struct mini_net *mn = tw->mn;
	bool first, pending;

	spin_lock_bh(&tw->lock);
	first = !tw->dead;
	tw->dead = true;
	pending = first && mn->ip->stop(&tw->timer);
	spin_unlock_bh(&tw->lock);
	if (!first)
		return;
	mini_ep_remove(mn, &tw->ep);
	mini_port_leave(mn, &tw->owner, false);
	atomic_dec(&mn->tw_count);
	if (pending)
		mini_tw_put(tw);
	mini_tw_put(tw);
}

static void mini_tw_fire(struct mini_timer *t)
{
	struct mini_tw *tw = container_of(t, struct mini_tw, timer);

	mini_tw_kill(tw);
	mini_tw_put(tw);
}

/* Under the lock that mini_tw_kill() takes: never is a dead one armed */
static void mini_tw_restart(struct mini_tw *tw)
{
	spin_lock_bh(&tw->lock);
	WRITE_ONCE(tw->timer.at_us, tw->mn->ip->now_us() + MINI_2MSL_US);
	if (!tw->dead && tw->mn->ip->arm(&tw->timer, MINI_2MSL_US))
		refcount_inc(&tw->refs);
	spin_unlock_bh(&tw->lock);
}

static struct mini_tw *mini_tw_alloc(struct mini_net *mn, struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	struct mini_tw *tw;

	if (atomic_inc_return(&mn->tw_count) > mn->sysctl.max_tw)
		goto full;
	tw = kmem_cache_zalloc(mini_tw_cache, GFP_ATOMIC);
	if (!tw)
		goto full;
	tw->ep.kind = MINI_KIND_TW;
	tw->ep.t = msk->ep.t;
	refcount_set(&tw->refs, 1);
	spin_lock_init(&tw->lock);
	tw->mn = mn;
	tw->snd_nxt = msk->snd.nxt;
	tw->rcv_nxt = msk->rcv.nxt;
	tw->rcv_wnd = mini_window_now(sk);
	tw->rcv_wscale = msk->rcv.wscale;
	tw->ts = msk->ts;
	tw->mark = sk->sk_mark;
	tw->priority = sk->sk_priority;
	tw->tos = inet_sk(sk)->tos;
	tw->flow_flags = inet_sk_flowi_flags(sk);
	tw->oif = sk->sk_bound_dev_if;
	mini_ip_timer_setup(&tw->timer, mini_tw_fire);
	return tw;

full:
	atomic_dec(&mn->tw_count);
	MINI_INC(mn, TW_OVERFLOW);
	return NULL;
}

/**
 * mini_tw_enter() - a connection ends in TIME-WAIT
 * @sk: socket in FIN-WAIT-2 or CLOSING, owned; it is CLOSED afterwards
 *
 * Without memory for it the connection just ends, as tcp(7) warns.
 */
void mini_tw_enter(struct sock *sk)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_sock *msk = mini_sk(sk);
	struct mini_tw *tw = mini_tw_alloc(mn, sk);

	mini_tcp_set_state(sk, TCP_TIME_WAIT);
	if (tw) {
		tw->owner.addr = msk->owner.addr;
		tw->owner.reuse = msk->owner.reuse;
		tw->owner.reuseport = msk->owner.reuseport;
		tw->owner.uid = msk->owner.uid;
		mini_port_join(mn, &msk->owner, &tw->owner);
		MINI_INC(mn, TIME_WAITS);
		mini_tw_restart(tw);
		if (mini_ep_replace(mn, &msk->ep, &tw->ep))
			sock_put(sk);
		else
			mini_tw_kill(tw);
	}
	mini_tcp_done(sk);
}

static void mini_tw_reply(const struct mini_tw *tw, struct mini_reply *r)
{
	r->t = tw->ep.t;
	r->mark = tw->mark;
	r->priority = tw->priority;
	r->tos = tw->tos;
	r->ttl = 0;
	r->flow_flags = tw->flow_flags;
	r->oif = tw->oif;
}

static void mini_tw_ack(struct mini_tw *tw)
{
	struct mini_header h = {
		.seq = tw->snd_nxt,
		.ack = tw->rcv_nxt,
		.flags = MINI_ACK,
		.wnd = tw->rcv_wnd >> tw->rcv_wscale,
	};
	struct mini_reply r;

	mini_opts_ts(&h.opts, &tw->ts, tw->mn->ip->now_us(), true);
	mini_tw_reply(tw, &r);
	mini_reply_send(tw->mn, &r, &h);
}

static void mini_tw_challenge(struct mini_tw *tw)
{
	bool ok;

	spin_lock_bh(&tw->lock);
	ok = mini_challenge_ok(tw->mn, &tw->challenge_us,
			       tw->mn->ip->now_us());
	spin_unlock_bh(&tw->lock);
	if (ok)
		mini_tw_ack(tw);
}

/*
 * RFC 6191 section 2: is a SYN a new connection, and no late duplicate? By its
 * timestamp where both have one, else by its number; a peer that begins to
 * send timestamps has been restarted since.
 */
static bool mini_tw_newer(const struct mini_tw *tw,
			  const struct mini_seg *seg)
{
	s32 age = seg->opts.tsval - tw->ts.recent;

	if (seg->opts.has_ts && !tw->ts.ok)
		return true;
	if (seg->opts.has_ts && age)
		return age > 0;
	return seq_gt(seg->seq, tw->rcv_nxt);
}

/* A listener's filter, of a segment that is parsed; it cuts nothing off now */
static bool mini_tw_filter(struct sock *listener, struct sk_buff *skb)
{
	unsigned int hlen = skb->data - skb_transport_header(skb);
	bool ok;

	__skb_push(skb, hlen);
	ok = !sk_filter_trim_cap(listener, skb, skb->len);
	__skb_pull(skb, hlen);
	return ok;
}

/* Its ISS lies beyond all that we sent in the old one (RFC 9293 3.6.1) */
static bool mini_tw_reborn(struct mini_net *mn, struct mini_tw *tw,
			   struct mini_seg *seg)
{
	struct mini_tuple t = tw->ep.t;
	struct sock *listener;
	u32 iss = tw->snd_nxt + MINI_WND_UNSCALED_MAX + 2;

	if (seg->flags & MINI_ACK || !mini_tw_newer(tw, seg))
		return false;
	listener = mini_lookup_listener(mn, &t, tw->oif);
	if (!listener || !mini_tw_filter(listener, seg->skb))
		return false;
	MINI_INC(mn, TW_RECYCLED);
	mini_tw_kill(tw);
	mini_listen_rcv(mn, listener, &t, seg, iss);
	return true;
}

static enum mini_drop mini_tw_rst(struct mini_tw *tw,
				  const struct mini_seg *seg)
{
	if (seg->seq == tw->rcv_nxt) {
		if (!tw->mn->sysctl.rfc1337)
			mini_tw_kill(tw);
		return MINI_DROP_RST;
	}
	if (!seq_within(seg->seq, tw->rcv_nxt, tw->rcv_nxt + tw->rcv_wnd))
		return MINI_DROP_BAD_SEQ;
	mini_tw_challenge(tw);
	return MINI_DROP_BLIND_RST;
}

/* RFC 7323 5.3, as for a socket: is it stale? If not, remember its time. */
static bool mini_tw_stale(struct mini_tw *tw, const struct mini_seg *seg)
{
	u64 now_us = tw->mn->ip->now_us();
	bool stale;

	if (!tw->ts.ok || !seg->opts.has_ts)
		return false;
	spin_lock_bh(&tw->lock);
	stale = mini_ts_stale(&tw->ts, seg->opts.tsval, now_us);
	if (!stale && seq_leq(seg->seq, tw->rcv_nxt))
		mini_ts_take(&tw->ts, seg->opts.tsval, now_us);
	spin_unlock_bh(&tw->lock);
	return stale;
}

/* All but RST and SYN; only a FIN makes the wait begin anew */
static enum mini_drop mini_tw_late(struct mini_tw *tw,
				   const struct mini_seg *seg)
{
	bool ok = mini_seq_acceptable(seg->seq, seg->len, tw->rcv_nxt,
				      tw->rcv_nxt, tw->rcv_wnd);

	if (mini_tw_stale(tw, seg)) {
		mini_tw_challenge(tw);
		return MINI_DROP_PAWS;
	}
	if (ok && !(seg->flags & MINI_ACK))
		return MINI_DROP_NO_ACK;
	if (seg->flags & MINI_FIN && !seq_gt(seg->seq, tw->rcv_nxt))
		mini_tw_restart(tw);
	else if (ok && !seq_gt(seg->ack, tw->snd_nxt))
		return MINI_DROP_NO_READER;
	if (seg->len)
		mini_tw_ack(tw);
	else
		mini_tw_challenge(tw);
	return ok ? MINI_DROP_NO_READER : MINI_DROP_OLD_SEQ;
}

/**
 * mini_tw_rcv() - a segment for a connection in TIME-WAIT
 * @mn: namespace
 * @tw: found under RCU
 * @seg: the segment; taken
 */
void mini_tw_rcv(struct mini_net *mn, struct mini_tw *tw,
		 struct mini_seg *seg)
{
	enum mini_drop why;

	if (seg->flags & MINI_RST) {
		why = mini_tw_rst(tw, seg);
	} else if (seg->flags & MINI_SYN) {
		if (mini_tw_reborn(mn, tw, seg))
			return;
		mini_tw_challenge(tw);
		why = MINI_DROP_BLIND_SYN;
	} else {
		why = mini_tw_late(tw, seg);
	}
	mini_drop(mn, seg->skb, why);
}

static bool mini_tw_pick(struct mini_ep *ep)
{
	return ep->kind == MINI_KIND_TW &&
	       refcount_inc_not_zero(&mini_ep_tw(ep)->refs);
}

/**
 * mini_tw_kill_all() - end every TIME-WAIT of a namespace
 * @mn: namespace
 *
 * Context: process. At exit nothing can come in any more, and after one
 * grace period no timer of theirs runs either.
 */
void mini_tw_kill_all(struct mini_net *mn)
{
	struct mini_ep *ep;
	u32 slot = 0;

	while ((ep = mini_ep_next(mn, &slot, mini_tw_pick))) {
		mini_tw_kill(mini_ep_tw(ep));
		mini_tw_put(mini_ep_tw(ep));
	}
}

/**
 * mini_tw_cache_init() - at load
 *
 * Return: 0 or -ENOMEM.
 */
int mini_tw_cache_init(void)
{
	mini_tw_cache = KMEM_CACHE(mini_tw, SLAB_HWCACHE_ALIGN);
	return mini_tw_cache ? 0 : -ENOMEM;
}

/**
 * mini_tw_cache_exit() - at unload, after rcu_barrier()
 */
void mini_tw_cache_exit(void)
{
	kmem_cache_destroy(mini_tw_cache);
}
