/* SPDX-License-Identifier: GPL-2.0-only */
/* The seam: all that the engine asks of IP, of time and of the kernel's TCP */
#ifndef _MINI_IP_H
#define _MINI_IP_H

#include <mini/compat.h>
#include <mini/net.h>
#include <mini/sock.h>

/**
 * struct mini_reply - where a segment goes that no socket sends
 * @t: the connection
 * @mark: skb mark
 * @priority: SO_PRIORITY
 * @tos: Diffserv
 * @ttl: IP_TTL; 0 or below for the route's
 * @flow_flags: FLOWI_FLAG_ANYSRC for a socket with IP_TRANSPARENT: nobody else
 *	may answer from an address that is not ours
 * @oif: interface, 0 for the route's choice
 */
struct mini_reply {
	struct mini_tuple t;
	u32 mark;
	u32 priority;
	u8 tos;
	s16 ttl;
	u8 flow_flags;
	int oif;
};

/**
 * struct mini_ip_ops - what lies below and beside the engine
 * @now_us: monotonic time, microseconds
 * @arm: have @t fire in @delay_us; true when it was idle, and the caller
 *	then takes a reference for it
 * @stop: have @t not fire; true when it was pending, and the caller then
 *	drops the timer's reference
 * @route: find a route for the socket's tuple, choose the source address if
 *	there is none, cache it; process context or softirq, socket owned;
 *	0, -ENETUNREACH, -EHOSTUNREACH, -EACCES
 * @mtu: MTU of the path to the peer, as far as known, octets; socket owned
 * @link_mtu: MTU of the interface towards it: what may come from there (RFC
 *	1191 3.1), at most 65535; socket owned
 * @reply_mtu: the same towards @r
 * @advise: R1 was reached: have the route checked again
 * @xmit: send @skb, whose data starts at the TCP header, with the ECN field
 *	that its cb says; takes @skb
 * @reply: the same without a socket
 * @isn: initial sequence number for a tuple (RFC 6528)
 * @ts_offset: where the timestamp clock towards a host begins (RFC 7323 7.1)
 * @port_range: first and last port that connect() may choose
 * @hold_port: keep kernel TCP, or UDP, off @p; process context; errno of bind(2)
 * @drop_port: let it go; process context
 * @foreign: kernel TCP has this very connection
 *
 * One table serves all sockets but those of the tests.
 */
struct mini_ip_ops {
	u64 (*now_us)(void);
	bool (*arm)(struct mini_timer *t, u64 delay_us);
	bool (*stop)(struct mini_timer *t);
	int (*route)(struct sock *sk);
	u32 (*mtu)(struct sock *sk);
	u32 (*link_mtu)(struct sock *sk);
	u32 (*reply_mtu)(struct mini_net *mn, const struct mini_reply *r);
	void (*advise)(struct sock *sk);
	int (*xmit)(struct sock *sk, struct sk_buff *skb);
	int (*reply)(struct mini_net *mn, const struct mini_reply *r,
		     struct sk_buff *skb);
	u32 (*isn)(struct mini_net *mn, const struct mini_tuple *t);
	u32 (*ts_offset)(struct mini_net *mn, const struct mini_tuple *t);
	void (*port_range)(struct mini_net *mn, u32 *low, u32 *high);
	int (*hold_port)(struct mini_net *mn, struct mini_port *p, bool reuse);
	void (*drop_port)(struct mini_port *p);
	bool (*foreign)(struct mini_net *mn, const struct mini_tuple *t);
};

extern const struct mini_ip_ops mini_ipv4_ops;

/* Where the timestamps towards a host begin, if they are to tell it nothing */
static inline u32 mini_ts_offset(struct mini_net *mn,
				 const struct mini_tuple *t)
{
	return mn->sysctl.timestamps == 1 ? mn->ip->ts_offset(mn, t) : 0;
}

/* May it be bound to an address that is none of this host's? */
static inline bool mini_inet_nonlocal(const struct sock *sk)
{
	return inet_test_bit(FREEBIND, sk) || inet_test_bit(TRANSPARENT, sk);
}

/* mini_hold.c */
extern struct proto mini_hold_prot;
bool mini_ip_may_bind(struct sock *sk, __be32 addr);
void mini_ip_port_range(struct mini_net *mn, u32 *low, u32 *high);
int mini_ip_hold_port(struct mini_net *mn, struct mini_port *p, bool reuse);
void mini_ip_drop_port(struct mini_port *p);
bool mini_ip_foreign(struct mini_net *mn, const struct mini_tuple *t);

/* mini_ip.c */
void mini_ip_checksum(struct sk_buff *skb, const struct mini_tuple *t,
		      u16 offset);
struct iphdr *mini_ip_header(struct sk_buff *skb, const struct mini_tuple *t,
			     u8 tos, u8 ttl, __be16 frag_off);
u8 mini_ip_ttl(const struct inet_sock *inet, struct dst_entry *dst);
void mini_ip_detach(struct sk_buff *skb);
int mini_ip_init(void);
void mini_ip_exit(void);
int mini_ip_net_hook(struct net *net);
void mini_ip_net_unhook(struct net *net);
void mini_ip_timer_setup(struct mini_timer *t,
			 void (*fire)(struct mini_timer *t));
void mini_ip_fine_timer_setup(struct mini_fine_timer *f,
			      void (*fire)(struct mini_timer *t));

/* mini_icmp.c */
void mini_icmp_look(struct mini_net *mn, struct sk_buff *skb);
int mini_icmp_rcv_twin(struct sk_buff *skb, u32 info);

#endif /* _MINI_IP_H */
