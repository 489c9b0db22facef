// SPDX-License-Identifier: GPL-2.0-only
/* /proc/net/mini/packet: the taps, as /proc/net/packet has AF_PACKET's, and drops */
#include <linux/seq_file_net.h>
#include <net/sock.h>
#include <mini/compat.h>
#include <mini/packet.h>
#include <mini/proc.h>

static void *mini_packet_at(struct mini_net *mn, struct mini_walk *w)
{
	struct sock *sk;
	u32 i = 0;

	sk_for_each_rcu(sk, &mn->taps)
		if (i++ == w->place)
			return sk;
	return NULL;
}

static void mini_packet_show(struct seq_file *seq, void *what, int row)
{
	struct sock *sk = what;
	const struct mini_packet *pk = mini_pk(sk);

	seq_printf(seq, "%pK %-6d %-4d %04x   %-5d %1d %-6u %-6u %-6llu %u",
		   sk, refcount_read(&sk->sk_refcnt), sk->sk_type,
		   ntohs(READ_ONCE(pk->hook.type)), READ_ONCE(pk->ifindex),
		   READ_ONCE(pk->running), sk_rmem_alloc_get(sk),
		   from_kuid_munged(seq_user_ns(seq), mini_sk_uid(sk)),
		   (u64)sock_i_ino(sk), mini_sk_drops(sk));
}

/* the first column is as wide as a pointer */
const struct mini_listing mini_listing_packet = {
	.name	= "packet",
#ifdef CONFIG_64BIT
	.head	= "sk               RefCnt Type Proto  Iface R Rmem   User   Inode  Drops",
#else
	.head	= "sk       RefCnt Type Proto  Iface R Rmem   User   Inode  Drops",
#endif
	.width	= 79,
	.at	= mini_packet_at,
	.show	= mini_packet_show,
};
