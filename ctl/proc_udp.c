// SPDX-License-Identifier: GPL-2.0-only
/* /proc/net/mini/udp: what /proc/net/udp is for kernel UDP, column by column */
#include <linux/seq_file_net.h>
#include <net/sock.h>
#include <mini/compat.h>
#include <mini/proc.h>
#include <mini/udp.h>

static void *mini_udp_at(struct mini_net *mn, struct mini_walk *w)
{
	return mini_udp_walk_at(mn, w);
}

static void mini_udp_show(struct seq_file *seq, void *what, int row)
{
	const struct mini_usock *usk = what;
	const struct inet_sock *inet = &usk->inet;
	struct sock *sk = mini_usk_sk(usk);

	seq_printf(seq, "%5d: %08X:%04X %08X:%04X %02X %08X:%08X %02X:%08lX %08X %5u %8d %llu %d %pK %u",
		   row, (__force u32)READ_ONCE(inet->inet_rcv_saddr),
		   READ_ONCE(inet->inet_num),
		   (__force u32)READ_ONCE(inet->inet_daddr),
		   ntohs(READ_ONCE(inet->inet_dport)), READ_ONCE(sk->sk_state),
		   sk_wmem_alloc_get(sk), sk_rmem_alloc_get(sk), 0, 0UL, 0,
		   from_kuid_munged(seq_user_ns(seq), mini_sk_uid(sk)), 0,
		   (u64)sock_i_ino(sk), refcount_read(&sk->sk_refcnt), sk,
		   mini_sk_drops(sk));
}

static const char mini_udp_head[] =
"   sl local_address rem_address st tx_queue rx_queue tr tm->when retrnsmt uid timeout inode drops";

const struct mini_listing mini_listing_udp = {
	.name	= "udp",
	.head	= mini_udp_head,
	.width	= 127,
	.at	= mini_udp_at,
	.show	= mini_udp_show,
};
