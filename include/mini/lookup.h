/* SPDX-License-Identifier: GPL-2.0-only */
/* Who takes a segment: the tables of endpoints and of listeners */
#ifndef _MINI_LOOKUP_H
#define _MINI_LOOKUP_H

#include <mini/net.h>
#include <mini/sock.h>

/**
 * struct mini_dest - who takes a segment, found under RCU
 * @ep: endpoint of that very connection, or NULL
 * @listener: else the listener of the port, or NULL
 */
struct mini_dest {
	struct mini_ep *ep;
	struct sock *listener;
};

/**
 * struct mini_walk - a place on the way past all endpoints of a namespace
 * @chain: which chain: those of the listeners, and then those of the endpoints
 * @place: how many of that chain lie before it
 *
 * All zero is the beginning. It refers to nothing, so it may be kept for as long
 * as its owner likes, outside of RCU too.
 */
struct mini_walk {
	u32 chain;
	u32 place;
};

static inline struct sock *mini_ep_sk(struct mini_ep *ep)
{
	return mini_to_sk(container_of(ep, struct mini_sock, ep));
}

static inline struct mini_req *mini_ep_req(struct mini_ep *ep)
{
	return container_of(ep, struct mini_req, ep);
}

static inline struct mini_tw *mini_ep_tw(struct mini_ep *ep)
{
	return container_of(ep, struct mini_tw, ep);
}

/* Whose options count for a segment; NULL for TIME-WAIT, and for nobody's */
static inline struct sock *mini_dest_sk(const struct mini_dest *d)
{
	if (!d->ep)
		return d->listener;
	switch (d->ep->kind) {
	case MINI_KIND_SOCK:
		return mini_ep_sk(d->ep);
	case MINI_KIND_REQ:
		return mini_ep_req(d->ep)->listener;
	}
	return NULL;
}

/* May a socket hear what came by device @dif, of which @sdif is a part? */
static inline bool mini_dev_ok(const struct sock *sk, int dif, int sdif)
{
	int bound = READ_ONCE(sk->sk_bound_dev_if);

	return !bound || bound == dif || bound == sdif;
}

/* tcp/hash.c */
bool mini_lookup(struct mini_net *mn, const struct mini_tuple *t,
		 int dif, int sdif, struct mini_dest *d);
struct sock *mini_lookup_connected(struct mini_net *mn,
				   const struct mini_tuple *t);
struct sock *mini_lookup_listener(struct mini_net *mn,
				  const struct mini_tuple *t, int dif);
int mini_ep_insert(struct mini_net *mn, struct mini_ep *ep);
bool mini_ep_remove(struct mini_net *mn, struct mini_ep *ep);
bool mini_ep_replace(struct mini_net *mn, struct mini_ep *old,
		     struct mini_ep *new);
struct mini_ep *mini_ep_next(struct mini_net *mn, u32 *slot,
			     bool (*pick)(struct mini_ep *ep));
struct mini_ep *mini_walk_at(struct mini_net *mn, struct mini_walk *w);
void mini_listen_hash(struct sock *sk);
void mini_listen_unhash(struct sock *sk);
int mini_hash_net_up(struct mini_net *mn);
void mini_hash_net_init(struct mini_net *mn);
void mini_hash_net_exit(struct mini_net *mn);

#endif /* _MINI_LOOKUP_H */
