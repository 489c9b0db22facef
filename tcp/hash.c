// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables that find who takes a segment: endpoints by tuple, listeners by
 * port. Readers are under RCU and take no reference; a nulls list tells them
 * when a node has moved to another chain under their feet.
 */
#include <linux/jhash.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/rculist_nulls.h>
#include <linux/slab.h>
#include <mini/ip.h>
#include <mini/tcp.h>

static u32 mini_tuple_hash(const struct mini_net *mn,
			   const struct mini_tuple *t)
{
	u32 ports = (__force u32)t->lport << 16 | (__force u32)t->rport;

	return jhash_3words((__force u32)t->laddr, (__force u32)t->raddr,
			    ports, mn->hash_seed ^ t->wire);
}

static u32 mini_slot(const struct mini_net *mn, const struct mini_tuple *t)
{
	return mini_tuple_hash(mn, t) % MINI_EHASH_BUCKETS;
}

static spinlock_t *mini_slot_lock(struct mini_net *mn, u32 slot)
{
	return &mn->elocks[slot % MINI_EHASH_LOCKS];
}

static bool mini_tuple_eq(const struct mini_tuple *a,
			  const struct mini_tuple *b)
{
	return a->laddr == b->laddr && a->raddr == b->raddr &&
	       a->lport == b->lport && a->rport == b->rport &&
	       a->wire == b->wire;
}

static struct mini_ep *mini_find(const struct mini_net *mn, u32 slot,
				 const struct mini_tuple *t)
{
	const struct hlist_nulls_node *node;
	struct mini_ep *ep;

again:
	hlist_nulls_for_each_entry_rcu(ep, node, &mn->ehash[slot], link)
		if (mini_tuple_eq(&ep->t, t))
			return ep;
	if (get_nulls_value(node) != slot)
		goto again;
	return NULL;
}

/* How well a listener fits: 0 not at all, more is closer */
static int mini_listener_score(const struct sock *sk,
			       const struct mini_tuple *t, int dif, int sdif)
{
	const struct mini_sock *msk = mini_sk(sk);

	if (msk->ep.t.lport != t->lport || msk->ep.t.wire != t->wire ||
	    !mini_dev_ok(sk, dif, sdif))
		return 0;
	if (msk->ep.t.laddr == t->laddr)
		return sk->sk_bound_dev_if ? 4 : 3;
	if (msk->ep.t.laddr == htonl(INADDR_ANY))
		return sk->sk_bound_dev_if ? 2 : 1;
	return 0;
}

static struct hlist_head *mini_listen_chain(struct mini_net *mn, __be16 lport)
{
	return &mn->lhash[ntohs(lport) % MINI_LHASH_BUCKETS];
}

static struct sock *mini_find_listener(struct mini_net *mn,
				       const struct mini_tuple *t,
				       int dif, int sdif)
{
	struct sock *best = NULL;
	struct mini_sock *msk;
	int score, top = 0, equal = 0;
	u32 hash = 0;

	hlist_for_each_entry_rcu(msk, mini_listen_chain(mn, t->lport),
				 listen_link) {
		score = mini_listener_score(mini_to_sk(msk), t, dif, sdif);
		if (score > top) {
			top = score;
			best = mini_to_sk(msk);
			equal = 1;
			hash = 0;
		} else if (score && score == top) {
			/* MINI_REUSEPORT: each of n is taken by one n-th */
			hash = hash ? hash * 1664525 + 1013904223 :
				      mini_tuple_hash(mn, t);
			equal++;
			if (!reciprocal_scale(hash, equal))
				best = mini_to_sk(msk);
		}
	}
	return best;
}

/**
 * mini_lookup_connected() - is it a segment of a connection's socket?
 * @mn: namespace
 * @t: its tuple, seen from here
 *
 * Context: RCU reader; no reference is taken.
 * Return: the socket or NULL.
 */
struct sock *mini_lookup_connected(struct mini_net *mn,
				   const struct mini_tuple *t)
{
	struct mini_ep *ep = NULL;

	if (mini_net_is_up(mn))
		ep = mini_find(mn, mini_slot(mn, t), t);
	return ep && ep->kind == MINI_KIND_SOCK ? mini_ep_sk(ep) : NULL;
}

/**
 * mini_lookup() - who takes a segment
 * @mn: namespace
 * @t: its tuple, seen from here
 * @dif: interface it came by
 * @sdif: the same below a VRF
 * @d: filled with the endpoint, or else the listener
 *
 * Context: RCU reader; no reference is taken.
 * Return: true when somebody does.
 */
bool mini_lookup(struct mini_net *mn, const struct mini_tuple *t,
		 int dif, int sdif, struct mini_dest *d)
{
	d->ep = NULL;
	d->listener = NULL;
	if (!mini_net_is_up(mn))
		return false;

	d->ep = mini_find(mn, mini_slot(mn, t), t);
	if (d->ep && d->ep->kind == MINI_KIND_SOCK &&
	    !mini_dev_ok(mini_ep_sk(d->ep), dif, sdif))
		d->ep = NULL;
	if (!d->ep)
		d->listener = mini_find_listener(mn, t, dif, sdif);
	return d->ep || d->listener;
}

/**
 * mini_lookup_listener() - who listens, whatever connections there are
 * @mn: namespace
 * @t: tuple
 * @dif: interface
 *
 * Context: RCU reader; no reference is taken.
 * Return: the listener or NULL.
 */
struct sock *mini_lookup_listener(struct mini_net *mn,
				  const struct mini_tuple *t, int dif)
{
	return mini_find_listener(mn, t, dif, 0);
}

/**
 * mini_ep_insert() - publish an endpoint
 * @mn: namespace
 * @ep: endpoint with its tuple set
 *
 * Context: any; takes the bucket lock.
 * Return: 0, or -EADDRNOTAVAIL when the tuple is taken.
 */
int mini_ep_insert(struct mini_net *mn, struct mini_ep *ep)
{
	u32 slot = mini_slot(mn, &ep->t);
	spinlock_t *lock = mini_slot_lock(mn, slot);
	int err = -EADDRNOTAVAIL;

	spin_lock_bh(lock);
	if (!mini_find(mn, slot, &ep->t)) {
		hlist_nulls_add_head_rcu(&ep->link, &mn->ehash[slot]);
		err = 0;
	}
	spin_unlock_bh(lock);
	return err;
}

/**
 * mini_ep_remove() - take an endpoint out of the table
 * @mn: namespace
 * @ep: endpoint
 *
 * Return: true when it was in the table: the caller then drops the table's
 * reference.
 */
bool mini_ep_remove(struct mini_net *mn, struct mini_ep *ep)
{
	spinlock_t *lock = mini_slot_lock(mn, mini_slot(mn, &ep->t));
	bool was_in;

	spin_lock_bh(lock);
	was_in = !hlist_nulls_unhashed(&ep->link);
	if (was_in)
		hlist_nulls_del_init_rcu(&ep->link);
	spin_unlock_bh(lock);
	return was_in;
}

/**
 * mini_ep_replace() - put one endpoint in the place of another
 * @mn: namespace
 * @old: leaves the table
 * @new: takes its tuple; never is there a moment without either
 *
 * Return: false when @old was no longer there; then nothing has changed.
 */
bool mini_ep_replace(struct mini_net *mn, struct mini_ep *old,
		     struct mini_ep *new)
{
	u32 slot = mini_slot(mn, &old->t);
	spinlock_t *lock = mini_slot_lock(mn, slot);
	bool was_in;

	spin_lock_bh(lock);
	was_in = !hlist_nulls_unhashed(&old->link);
	if (was_in)	/* in its very place: a reader sees one or the other */
		hlist_nulls_replace_init_rcu(&old->link, &new->link);
	spin_unlock_bh(lock);
	return was_in;
}

/**
 * mini_listen_hash() - let a listener be found
 * @sk: bound socket
 */
void mini_listen_hash(struct sock *sk)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_sock *msk = mini_sk(sk);

	spin_lock_bh(&mn->llock);
	hlist_add_head_rcu(&msk->listen_link,
			   mini_listen_chain(mn, msk->ep.t.lport));
	spin_unlock_bh(&mn->llock);
}

/**
 * mini_listen_unhash() - let it be found no longer
 * @sk: any socket
 */
void mini_listen_unhash(struct sock *sk)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_sock *msk = mini_sk(sk);

	spin_lock_bh(&mn->llock);
	hlist_del_init_rcu(&msk->listen_link);
	spin_unlock_bh(&mn->llock);
}

/**
 * mini_ep_next() - walk the table while it lives
 * @mn: namespace
 * @slot: where to begin; moved on to the slot of the endpoint found
 * @pick: takes a reference on an endpoint that the caller wants
 *
 * Return: an endpoint that @pick took, or NULL at the end of the table.
 */
struct mini_ep *mini_ep_next(struct mini_net *mn, u32 *slot,
			     bool (*pick)(struct mini_ep *ep))
{
	struct hlist_nulls_node *node;
	struct mini_ep *ep;

	for (; *slot < MINI_EHASH_BUCKETS; (*slot)++) {
		spinlock_t *lock = mini_slot_lock(mn, *slot);

		spin_lock_bh(lock);
		hlist_nulls_for_each_entry(ep, node, &mn->ehash[*slot], link) {
			if (pick(ep)) {
				spin_unlock_bh(lock);
				return ep;
			}
		}
		spin_unlock_bh(lock);
	}
	return NULL;
}

static struct mini_ep *mini_walk_listeners(struct mini_net *mn, u32 slot,
					   u32 place)
{
	struct mini_sock *msk;

	hlist_for_each_entry_rcu(msk, &mn->lhash[slot], listen_link)
		if (!place--)
			return &msk->ep;
	return NULL;
}

static struct mini_ep *mini_walk_endpoints(struct mini_net *mn, u32 slot,
					   u32 place)
{
	const struct hlist_nulls_node *node;
	struct mini_ep *ep;
	u32 before;

again:
	before = place;
	hlist_nulls_for_each_entry_rcu(ep, node, &mn->ehash[slot], link)
		if (!before--)
			return ep;
	/* a socket that has been connected anew has led us away */
	if (get_nulls_value(node) != slot)
		goto again;
	return NULL;
}

/**
 * mini_walk_at() - who stands at a place on the way past all endpoints
 * @mn: namespace
 * @w: the place; moved on to the first endpoint at it or after it. Whoever has
 *	done with that one adds one to @w->place.
 *
 * Listeners come first, then connections, half-open ones and TIME-WAITs, as
 * @kind and the state of a socket tell. While the table does not change, each
 * comes once. One that comes or goes meanwhile moves others of its own chain,
 * and of no other: they may come twice, or not.
 *
 * Context: RCU reader; no reference is taken.
 * Return: an endpoint, whose fields may change while they are read, or NULL
 * after the last.
 */
struct mini_ep *mini_walk_at(struct mini_net *mn, struct mini_walk *w)
{
	struct mini_ep *ep;

	if (!mini_net_is_up(mn))
		return NULL;
	while (w->chain < MINI_LHASH_BUCKETS + MINI_EHASH_BUCKETS) {
		if (w->chain < MINI_LHASH_BUCKETS)
			ep = mini_walk_listeners(mn, w->chain, w->place);
		else
			ep = mini_walk_endpoints(mn, w->chain -
						 MINI_LHASH_BUCKETS, w->place);
		if (ep)
			return ep;
		w->chain++;
		w->place = 0;
	}
	return NULL;
}

/**
 * mini_hash_net_up() - allocate a namespace's tables
 * @mn: namespace
 *
 * Context: process, under @mn->up_mutex.
 * Return: 0, or -ENOMEM: then mini_hash_net_exit() frees what there is.
 */
int mini_hash_net_up(struct mini_net *mn)
{
	u32 i;

	mn->ehash = kvmalloc_array(MINI_EHASH_BUCKETS, sizeof(*mn->ehash),
				   GFP_KERNEL);
	mn->ports = kvcalloc(MINI_PORT_BUCKETS, sizeof(*mn->ports), GFP_KERNEL);
	if (!mn->ehash || !mn->ports)
		return -ENOMEM;
	for (i = 0; i < MINI_EHASH_BUCKETS; i++)
		INIT_HLIST_NULLS_HEAD(&mn->ehash[i], i);
	return 0;
}

/**
 * mini_hash_net_init() - the part that costs nothing
 * @mn: namespace
 */
void mini_hash_net_init(struct mini_net *mn)
{
	u32 i;

	for (i = 0; i < MINI_EHASH_LOCKS; i++)
		spin_lock_init(&mn->elocks[i]);
	spin_lock_init(&mn->llock);
	mn->hash_seed = get_random_u32();
	get_random_bytes(&mn->key, sizeof(mn->key));
	get_random_bytes(&mn->isn_key, sizeof(mn->isn_key));
	get_random_bytes(&mn->cookie_key, sizeof(mn->cookie_key));
}

/**
 * mini_hash_net_exit() - free the tables
 * @mn: namespace, with no endpoint left in it
 */
void mini_hash_net_exit(struct mini_net *mn)
{
	kvfree(mn->ehash);
	mn->ehash = NULL;
	kvfree(mn->ports);
	mn->ports = NULL;
}
