/* SPDX-License-Identifier: GPL-2.0-only */
/* First in the function of each slot of the dispatch: it has been called */
#ifndef _MINI_CALL_H
#define _MINI_CALL_H

#include <mini/net.h>
#include <mini/trace.h>

/* Without a socket: none is there yet, or it is a packet that comes in */
#define MINI_CALL_NET(mn, table, slot)	\
	mini_called(mn, NULL, MINI_SLOT(table, slot))

#define MINI_CALL(sk, table, slot)	\
	mini_sk_called(sk, MINI_SLOT(table, slot))

/*
 * The same for a socket that knows its struct mini_net. To have it from the
 * struct net is most of what a count costs, and some are made for each segment.
 */
#define MINI_TCP_CALL(sk, table, slot)	\
	mini_tcp_called(sk, MINI_SLOT(table, slot))

static inline void mini_called(struct mini_net *mn, const struct sock *sk,
			       enum mini_slot slot)
{
	this_cpu_inc(mn->mibs->calls[slot]);
	trace_mini_call(sk, slot);
}

static inline void mini_sk_called(const struct sock *sk, enum mini_slot slot)
{
	mini_called(mini_pernet(sock_net(sk)), sk, slot);
}

static inline void mini_tcp_called(const struct sock *sk, enum mini_slot slot)
{
	mini_called(mini_sk(sk)->mn, sk, slot);
}

#endif /* _MINI_CALL_H */
