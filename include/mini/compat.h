/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's interfaces as its newest release has them, also where the
 * kernel built for is older. The only file that asks for the version.
 */
#ifndef _MINI_COMPAT_H
#define _MINI_COMPAT_H

#include <linux/bvec.h>
#include <linux/hrtimer.h>
#include <linux/net.h>
#include <linux/timer.h>
#include <linux/uio.h>
#include <linux/version.h>
#include <linux/workqueue.h>
#include <net/inet_sock.h>
#include <net/sock.h>

/* what <net/sock.h> and <linux/netdevice.h> had before */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#include <net/gso.h>
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#include <net/proto_memory.h>
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
#define mini_sockaddr	sockaddr_unsized
#else
#define mini_sockaddr	sockaddr
#endif

/* for tracepoints; what they copy has been named once already since 6.10 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
#define mini_assign_str(to, from)	__assign_str(to, from)
#else
#define mini_assign_str(to, from)	__assign_str(to)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
struct proto_accept_arg {
	int flags;
	int err;
	int is_empty;
	bool kern;
};

/* slots of struct proto and struct proto_ops in the form that @fn lacks */
#define MINI_PROTO_ACCEPT(fn)						\
static struct sock *fn##_slot(struct sock *sk, int flags, int *err,	\
			      bool kern)				\
{									\
	struct proto_accept_arg arg = { .flags = flags, .kern = kern };	\
	struct sock *child = fn(sk, &arg);				\
									\
	*err = arg.err;							\
	return child;							\
}

#define MINI_OPS_ACCEPT(fn)						\
static int fn##_slot(struct socket *sock, struct socket *newsock,	\
		     int flags, bool kern)				\
{									\
	struct proto_accept_arg arg = { .flags = flags, .kern = kern };	\
									\
	return fn(sock, newsock, &arg);					\
}

static inline struct sock *mini_call_accept(struct sock *sk,
					    struct proto_accept_arg *arg)
{
	return sk->sk_prot->accept(sk, arg->flags, &arg->err, arg->kern);
}
#else
#define MINI_PROTO_ACCEPT(fn)						\
static struct sock *fn##_slot(struct sock *sk,				\
			      struct proto_accept_arg *arg)		\
{									\
	return fn(sk, arg);						\
}

#define MINI_OPS_ACCEPT(fn)						\
static int fn##_slot(struct socket *sock, struct socket *newsock,	\
		     struct proto_accept_arg *arg)			\
{									\
	return fn(sock, newsock, arg);					\
}

static inline struct sock *mini_call_accept(struct sock *sk,
					    struct proto_accept_arg *arg)
{
	return sk->sk_prot->accept(sk, arg);
}
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 1, 0)
#define mini_scm_time(when)	ktime_to_timespec64(when)
#define MINI_PROTO_RECVMSG(fn)						\
static int fn##_slot(struct sock *sk, struct msghdr *msg, size_t len,	\
		     int flags, int *addr_len)				\
{									\
	return fn(sk, msg, len, flags);					\
}

static inline int mini_call_recvmsg(struct sock *sk, struct msghdr *msg,
				    size_t len, int flags)
{
	int addr_len = 0;

	return sk->sk_prot->recvmsg(sk, msg, len, flags, &addr_len);
}

/* a copy of a listener, its spinlock held, or NULL */
static inline struct sock *mini_sk_clone(const struct sock *sk)
{
	return sk_clone_lock(sk, GFP_ATOMIC);
}
#else
#define mini_scm_time(when)	(when)
#define MINI_PROTO_RECVMSG(fn)						\
static int fn##_slot(struct sock *sk, struct msghdr *msg, size_t len,	\
		     int flags)						\
{									\
	return fn(sk, msg, len, flags);					\
}

static inline int mini_call_recvmsg(struct sock *sk, struct msghdr *msg,
				    size_t len, int flags)
{
	return sk->sk_prot->recvmsg(sk, msg, len, flags);
}

static inline struct sock *mini_sk_clone(const struct sock *sk)
{
	return sk_clone(sk, GFP_ATOMIC, true);
}
#endif

/* flags of ip(7) */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define MINI_INET_FREEBIND		freebind
#define MINI_INET_TRANSPARENT		transparent
#define MINI_INET_BIND_ADDRESS_NO_PORT	bind_address_no_port
#define MINI_INET_RECVERR		recverr
#define MINI_INET_MC_LOOP		mc_loop
#define MINI_INET_MC_ALL		mc_all
#define inet_test_bit(nr, sk)	(inet_sk(sk)->MINI_INET_##nr)
#define inet_set_bit(nr, sk)	(inet_sk(sk)->MINI_INET_##nr = 1)
#endif

/*
 * Pages of an iterator linked into an skb, not copied: octets, which the skb's
 * length and truesize then count, -EMSGSIZE when it has no fragment left.
 * Before 6.5 they came one by one, by proto_ops.sendpage.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
static inline ssize_t mini_splice_from_iter(struct sk_buff *skb,
					    struct iov_iter *iter, size_t max,
					    gfp_t gfp)
{
	struct page *page;
	size_t off;
	ssize_t n = iov_iter_get_pages2(iter, &page, max, 1, &off);
	int err;

	if (n <= 0)
		return n ?: -EIO;
	err = skb_append_pagefrags(skb, page, off, n);
	put_page(page);
	if (err) {
		iov_iter_revert(iter, n);
		return err;
	}
	skb->len += n;
	skb->data_len += n;
	skb->truesize += n;
	return n;
}

#define MINI_OPS_SENDPAGE(fn, table)					\
static ssize_t fn##_page(struct socket *sock, struct page *page,	\
			 int offset, size_t size, int flags)		\
{									\
	struct bio_vec bv = {						\
		.bv_page = page, .bv_len = size, .bv_offset = offset,	\
	};								\
	struct msghdr msg = { .msg_flags = flags | MSG_SPLICE_PAGES };	\
									\
	MINI_CALL(sock->sk, table, sendpage);				\
	if (!sendpage_ok(page))						\
		return sock_no_sendpage(sock, page, offset, size, flags); \
	if (flags & MSG_SENDPAGE_NOTLAST)				\
		msg.msg_flags |= MSG_MORE;				\
	iov_iter_bvec(&msg.msg_iter, WRITE, &bv, 1, size);		\
	return sock->ops->sendmsg(sock, &msg, size);			\
}

#define MINI_SENDPAGE_SLOT(fn)	.sendpage = fn##_page,
#define MINI_IF_SENDPAGE(...)	__VA_ARGS__
#else
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define mini_splice_from_iter(skb, iter, max, gfp)			\
	skb_splice_from_iter(skb, iter, max, gfp)
#else
#define mini_splice_from_iter(skb, iter, max, gfp)			\
	skb_splice_from_iter(skb, iter, max)
#endif
#define MINI_OPS_SENDPAGE(fn, table)
#define MINI_SENDPAGE_SLOT(fn)
#define MINI_IF_SENDPAGE(...)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#define WQ_PERCPU	0	/* whatever was not WQ_UNBOUND */
#endif

/* of who is only bound, what the kernel looks at: sock_diag as well since 6.8 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define mini_hold_sock	inet_connection_sock
#else
#define mini_hold_sock	tcp_sock
#endif

/* whose a socket is */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#define mini_sk_uid(sk)	sock_i_uid(sk)
#else
#define mini_sk_uid(sk)	sk_uid(sk)
#endif

/*
 * The one of kernel TCP's that has a connection; and a datagram or frame that
 * found no room, counted with those of its lump where there is one.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define mini_lookup_established(net, ...)				\
	__inet_lookup_established(net, (net)->ipv4.tcp_death_row.hashinfo, \
				  __VA_ARGS__)
#define mini_sk_drop(sk, skb)	sk_drops_add(sk, skb)
#define mini_sk_drops_inc(sk)	atomic_inc(&(sk)->sk_drops)
#define mini_sk_drops(sk)	((u32)atomic_read(&(sk)->sk_drops))
#else
#define mini_lookup_established	__inet_lookup_established
#define mini_sk_drop		sk_drops_skbadd
#define mini_sk_drops_inc	sk_drops_inc
#define mini_sk_drops(sk)	((u32)sk_drops_read(sk))
#endif

/* have setsockopt() ask us about SOL_SOCKET too, where it can */
static inline void mini_sock_custom_sockopt(struct socket *sock)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	set_bit(SOCK_CUSTOM_SOCKOPT, &sock->flags);
#endif
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define register_net_sysctl_sz(net, path, table, size)			\
	register_net_sysctl(net, path, table)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#define MINI_SYSCTL_END	{ }	/* tables ended in an empty entry then */
#define mini_ctl_table	struct ctl_table
#else
#define MINI_SYSCTL_END
#define mini_ctl_table	const struct ctl_table
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
static inline void mini_hrtimer_setup(struct hrtimer *hr,
				      enum hrtimer_restart (*fn)(struct hrtimer *),
				      clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(hr, clock, mode);
	hr->function = fn;
}
#else
#define mini_hrtimer_setup	hrtimer_setup
#endif

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE	51
#endif

#ifndef timer_container_of
#define timer_container_of(var, timer, field) from_timer(var, timer, field)
#endif

#endif /* _MINI_COMPAT_H */
