/* SPDX-License-Identifier: GPL-2.0-only */
/* The tap: SOCK_RAW, whole frames as the devices see them (mini_packet.c) */
#ifndef _MINI_PACKET_H
#define _MINI_PACKET_H

#include <linux/list.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <net/inet_sock.h>
#include <mini/compat.h>

/**
 * struct mini_packet - an AF_MINI tap
 * @inet: first: a frame of ours carries the socket, and who makes an IP packet
 *	of it on the way (a tunnel, a VLAN of IP) reads its struct inet_sock
 * @hook: what the device layer calls with each frame. Its @type is the
 *	protocol, in network order, 0 for none yet; its @dev is held.
 * @dev_tracker: of that hold
 * @ifindex: device; 0 for all of the namespace, -1 for one that has gone
 * @running: the device layer has @hook
 * @auxdata: PACKET_AUXDATA
 * @packets: frames received since PACKET_STATISTICS was read
 * @drops: frames discarded since then
 * @members: memberships, struct mini_packet_member
 *
 * Lifetime: from socket() to the last close() it is on mini_net.taps, which is
 * changed under RTNL and walked under RTNL or RCU. The device layer walks its
 * hooks under RCU: one that leaves (close(), another bind(), the device down or
 * gone) waits for those inside before it is changed or freed, so no frame is in
 * the hook of a socket that is no more. That wait sleeps: it is under RTNL and
 * under no other lock. The socket itself is freed a grace period after its last
 * reference (SOCK_RCU_FREE), for those who walk the list.
 *
 * Locks: RTNL, which the notifier has already, guards @hook, @dev_tracker,
 * @ifindex, @running and @members, so that neither bind() nor close() races
 * with a device; the socket lock is not taken. Others read hook.type, @ifindex
 * and @running once, and may find them older than a bind() that is under way.
 * sk_receive_queue.lock guards @packets and @drops besides the queue; it is
 * taken in the hook, with bottom halves off. @auxdata is one word.
 *
 * For a listing: sk_rmem_alloc is what the queue holds, in octets of memory,
 * sk_drops what was discarded, ever.
 */
struct mini_packet {
	struct inet_sock inet;

	struct packet_type hook;
	netdevice_tracker dev_tracker;
	int ifindex;
	bool running;
	bool auxdata;
	u32 packets;
	u32 drops;
	struct list_head members;
};

static inline struct mini_packet *mini_pk(const struct sock *sk)
{
	BUILD_BUG_ON(offsetof(struct mini_packet, inet) != 0);
	return container_of((struct sock *)sk, struct mini_packet, inet.sk);
}

static inline struct sock *mini_packet_sk(struct mini_packet *pk)
{
	return &pk->inet.sk;
}

/* mini_packet_dev.c */
int mini_packet_init(void);
void mini_packet_exit(void);
void mini_packet_open(struct mini_packet *pk);
void mini_packet_shut(struct mini_packet *pk);
int mini_packet_attach(struct mini_packet *pk, int ifindex, __be16 protocol);
int mini_packet_membership(struct mini_packet *pk, int opt, sockptr_t val,
			   unsigned int len);

/* mini_packet.c */
int mini_packet_rcv(struct sk_buff *skb, struct net_device *dev,
		    struct packet_type *hook, struct net_device *orig);
void mini_packet_setup(struct sock *sk, int protocol);
int mini_packet_sock_init(struct sock *sk);
int mini_packet_release(struct socket *sock);
int mini_packet_bind(struct socket *sock, struct mini_sockaddr *addr, int len);
int mini_packet_getname(struct socket *sock, struct sockaddr *addr, int peer);
int mini_packet_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg);
int mini_packet_setsockopt(struct socket *sock, int level, int opt,
			   sockptr_t val, unsigned int len);
int mini_packet_getsockopt(struct socket *sock, int level, int opt,
			   char __user *val, int __user *len);
int mini_packet_sendmsg(struct socket *sock, struct msghdr *msg, size_t len);
int mini_packet_recvmsg(struct socket *sock, struct msghdr *msg, size_t len,
			int flags);

#endif /* _MINI_PACKET_H */
