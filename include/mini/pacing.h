/* SPDX-License-Identifier: GPL-2.0-only */
/* Pacing of a socket (tcp/pacing.c) */
#ifndef _MINI_PACING_H
#define _MINI_PACING_H

#include <linux/types.h>

struct sk_buff;
struct sock;

void mini_pacing_start(struct sock *sk);
void mini_pacing_follow(struct sock *sk);
bool mini_pacing_holds(struct sock *sk);
void mini_pacing_stamp(struct sock *sk, struct sk_buff *skb,
		       struct sk_buff *copy);
void mini_pacing_stamp_control(struct sock *sk, struct sk_buff *skb);
u64 mini_pacing_leaves_us(const struct sock *sk);

#endif /* _MINI_PACING_H */
