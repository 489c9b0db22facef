/* SPDX-License-Identifier: GPL-2.0-only */
/* Datagram sockets: the transport (mini_udp.c) and its socket layer (mini_dgram.c) */
#ifndef _MINI_UDP_H
#define _MINI_UDP_H

#include <linux/net.h>
#include <linux/rculist.h>
#include <net/inet_sock.h>
#include <mini/compat.h>
#include <mini/ep.h>
#include <mini/mib.h>
#include <mini/net.h>

struct mini_walk;

#define MINI_UDP_HLEN	8U
/* what IP's length field leaves of 65535 */
#define MINI_UDP_MAX	(65535U - 20 - MINI_UDP_HLEN)

/**
 * struct mini_usock - an AF_MINI datagram socket
 * @inet: first, for IP and the socket layer cast to it. sk_family is AF_MINI
 *	and sk_protocol IPPROTO_MINI, as of all sockets of ours. inet_rcv_saddr,
 *	inet_num, inet_daddr, inet_dport and sk_bound_dev_if say what fits it
 * @link: in mini_net.udp_hash, from when it has a port until it has none
 * @owner: the port it stands on
 *
 * What it is bound and connected to changes under the socket lock. It is read
 * without, by who receives and who sends: a packet that comes while it changes
 * may be taken for either, as in kernel UDP. Whatever is received lies in
 * sk_receive_queue, under that queue's lock, and is charged to sk_rmem_alloc;
 * what is sent is charged to sk_wmem_alloc. Freed one grace period after the
 * last reference (SOCK_RCU_FREE): who finds it in the table takes none.
 */
struct mini_usock {
	struct inet_sock inet;
	struct hlist_node link;
	struct mini_owner owner;
};

static inline struct mini_usock *mini_usk(const struct sock *sk)
{
	BUILD_BUG_ON(offsetof(struct mini_usock, inet) != 0);
	return container_of((struct sock *)sk, struct mini_usock, inet.sk);
}

static inline struct sock *mini_usk_sk(const struct mini_usock *usk)
{
	return (struct sock *)&usk->inet.sk;
}

/* mini_udp.c: the transport, slots of struct proto */
int mini_udp_init(struct sock *sk);
void mini_udp_close(struct sock *sk, long timeout);
int mini_udp_get_port(struct sock *sk, unsigned short num);
void mini_udp_unhash(struct sock *sk);
int mini_udp_connect(struct sock *sk, struct sockaddr_in *in, int len);
int mini_udp_disconnect(struct sock *sk, int flags);
int mini_udp_sendmsg(struct sock *sk, struct msghdr *msg, size_t len);
int mini_udp_recvmsg(struct sock *sk, struct msghdr *msg, size_t len,
		     int flags);
int mini_udp_setsockopt(struct sock *sk, int level, int opt, sockptr_t optval,
			unsigned int len);
int mini_udp_getsockopt(struct sock *sk, int level, int opt,
			char __user *optval, int __user *optlen);

/* and what comes from IP */
void mini_udp_net_init(struct mini_net *mn);
int mini_udp_score(const struct sock *sk, const struct mini_tuple *t, int dif,
		   int sdif);
struct mini_usock *mini_udp_walk_at(struct mini_net *mn, struct mini_walk *w);
struct sock *mini_udp_lookup(struct mini_net *mn, const struct mini_tuple *t,
			     int dif, int sdif);
enum mini_drop mini_udp_check(struct sk_buff *skb);
void mini_udp_rcv(struct mini_net *mn, struct sock *sk, struct sk_buff *skb);
void mini_udp_rcv_all(struct mini_net *mn, const struct mini_tuple *t,
		      struct sk_buff *skb);

/* mini_dgram.c: the socket layer, slots of proto_ops */
int mini_dgram_release(struct socket *sock);
int mini_dgram_bind(struct socket *sock, struct mini_sockaddr *addr, int len);
int mini_dgram_connect(struct socket *sock, struct mini_sockaddr *addr, int len,
		       int flags);
int mini_dgram_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg);
int mini_dgram_setsockopt(struct socket *sock, int level, int opt,
			  sockptr_t val, unsigned int len);
int mini_dgram_sendmsg(struct socket *sock, struct msghdr *msg, size_t len);
int mini_dgram_recvmsg(struct socket *sock, struct msghdr *msg, size_t len,
		       int flags);

#endif /* _MINI_UDP_H */
