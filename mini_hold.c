// SPDX-License-Identifier: GPL-2.0-only
/*
 * The port space that we share with the kernel. A port that this family stands
 * on is held by a placeholder that is bound to it there: so neither family can
 * take the other's port, and who may have which, and at which address, is asked
 * where it is known. tcp/port.c has what holds within the family.
 */
#include <linux/sched.h>
#include <net/inet_common.h>
#include <net/inet_hashtables.h>
#include <net/ip.h>
#include <net/l3mdev.h>
#include <net/route.h>
#include <net/tcp.h>
#include <mini/compat.h>
#include <mini/ip.h>

/**
 * mini_ip_port_range() - mini_ip_ops.port_range
 * @mn: namespace
 * @low: first port that may be chosen for a user
 * @high: last one
 */
void mini_ip_port_range(struct mini_net *mn, u32 *low, u32 *high)
{
	int lo, hi;

	inet_get_local_port_range(mn->net, &lo, &hi);
	*low = lo;
	*high = hi;
}

/**
 * mini_ip_may_bind() - is it an address that a socket may have?
 * @sk: socket, owned
 * @addr: address
 *
 * For who binds without a port, so without a placeholder that would know.
 */
bool mini_ip_may_bind(struct sock *sk, __be32 addr)
{
	struct net *net = sock_net(sk);
	u32 table = RT_TABLE_LOCAL;

	if (sk->sk_bound_dev_if)
		table = l3mdev_fib_table_by_index(net, sk->sk_bound_dev_if) ?:
			table;
	return inet_addr_valid_or_nonlocal(net, inet_sk(sk), addr,
					   inet_addr_type_table(net, addr,
								table));
}

/* inet_put_port(), which not every kernel exports by its name */
static void mini_hold_put_port(struct sock *hold)
{
	tcp_prot.put_port(hold);
}

/* Who is in the midst of looking at it lets go before its cache does */
static void mini_hold_close(struct sock *hold, long timeout)
{
	if (inet_sk(hold)->inet_num)
		mini_hold_put_port(hold);
	while (refcount_read(&hold->sk_refcnt) > 1)
		schedule_timeout_uninterruptible(1);
	sock_put(hold);
}

/*
 * What holds a port of kernel TCP's: of a socket of its own, as much as those
 * look at who find it bound. Without an owner, for a TIME-WAIT stands on one
 * and does not hold the module.
 */
struct proto mini_hold_prot = {
	.name		= "MINI-HOLD",
	.obj_size	= sizeof(struct mini_hold_sock),
	.get_port	= inet_csk_get_port,
	.put_port	= mini_hold_put_port,
	.close		= mini_hold_close,
};

static struct sock *mini_ip_new_hold(struct mini_net *mn)
{
	struct sock *sk = sk_alloc(mn->net, PF_INET, GFP_KERNEL,
				   &mini_hold_prot, 1);

	if (!sk)
		return NULL;
	sock_init_data(NULL, sk);
	sk->sk_type = SOCK_STREAM;
	sk->sk_protocol = IPPROTO_TCP;
	return sk;
}

/* Kernel UDP's has to be whole, for it is found by packets; but has no inode */
static struct sock *mini_ip_new_dgram_hold(struct mini_net *mn)
{
	struct socket *sock;
	struct sock *sk;

	if (sock_create_kern(mn->net, PF_INET, SOCK_DGRAM, IPPROTO_UDP, &sock))
		return NULL;
	sk = sock->sk;
	sock_orphan(sk);
	sock->sk = NULL;
	sock_release(sock);
	return sk;
}

/* connect() has its address from a route: no need to look whether it is ours */
static int mini_ip_bind_routed(struct mini_port *p, struct sock *hold)
{
	struct inet_sock *inet = inet_sk(hold);
	int err;

	lock_sock(hold);
	inet->inet_saddr = p->addr;
	inet->inet_rcv_saddr = p->addr;
	err = hold->sk_prot->get_port(hold, p->num);
	if (!err)
		inet->inet_sport = htons(inet->inet_num);
	release_sock(hold);
	return err ? -EADDRINUSE : 0;
}

static int mini_ip_bind_hold(struct mini_port *p, struct sock *hold, bool reuse)
{
	struct socket sock = { .sk = hold };	/* what inet_bind() goes by */
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = p->addr,
		.sin_port = htons(p->num),
	};
	int err;

	if (p->shared)
		return mini_ip_bind_routed(p, hold);
	hold->sk_reuse = reuse ? SK_CAN_REUSE : SK_NO_REUSE;
	err = inet_bind(&sock, (struct mini_sockaddr *)&sin, sizeof(sin));
	hold->sk_reuse = SK_NO_REUSE;
	return err;
}

/*
 * Kernel UDP would give the placeholder what comes for the port and fits none
 * of ours, and it would lie there for good. A socket that is connected gets
 * nothing but its peer's; and nobody sends from this address, which IP does not
 * let in. So for UDP it is as if there were none: it answers "unreachable".
 */
static void mini_ip_deafen(struct sock *hold)
{
	inet_sk(hold)->inet_dport = htons(inet_sk(hold)->inet_num);
	WRITE_ONCE(inet_sk(hold)->inet_daddr, htonl(INADDR_BROADCAST));
}

/**
 * mini_ip_hold_port() - mini_ip_ops.hold_port
 * @mn: namespace
 * @p: port; its @num may be 0 for any, and is set then
 * @reuse: our user said SO_REUSEADDR
 *
 * The placeholder does not say SO_REUSEADDR, so that nobody of the other
 * family may stand beside it; only when kernel TCP's TIME-WAITs are in the
 * way, and our user said it, we say it for the moment of the bind. As long as
 * those last, who says it too is let in without being asked; not to listen.
 *
 * Context: process.
 * Return: 0 or an errno of bind(2).
 */
int mini_ip_hold_port(struct mini_net *mn, struct mini_port *p, bool reuse)
{
	struct sock *hold;
	int err;

	if (p->shared && inet_is_local_reserved_port(mn->net, p->num))
		return -EADDRINUSE;
	hold = p->dgram ? mini_ip_new_dgram_hold(mn) : mini_ip_new_hold(mn);
	if (!hold)
		return -ENOMEM;
	if (p->nonlocal)
		ip_sock_set_freebind(hold);
	err = mini_ip_bind_hold(p, hold, false);
	if (err == -EADDRINUSE && reuse)
		err = mini_ip_bind_hold(p, hold, true);
	if (err) {
		hold->sk_prot->close(hold, 0);
		return err;
	}
	p->hold = hold;
	p->num = inet_sk(hold)->inet_num;
	if (p->dgram)
		mini_ip_deafen(hold);
	return 0;
}

/**
 * mini_ip_drop_port() - mini_ip_ops.drop_port
 * @p: port that nobody stands on any more
 *
 * Context: process.
 */
void mini_ip_drop_port(struct mini_port *p)
{
	p->hold->sk_prot->close(p->hold, 0);
}

/**
 * mini_ip_foreign() - mini_ip_ops.foreign
 * @mn: namespace
 * @t: connection
 *
 * Return: whether kernel TCP has it.
 */
bool mini_ip_foreign(struct mini_net *mn, const struct mini_tuple *t)
{
	struct sock *sk;

	if (t->wire != IPPROTO_TCP)
		return false;
	sk = mini_lookup_established(mn->net, t->raddr, t->rport, t->laddr,
				     ntohs(t->lport), 0, 0);
	if (sk)
		sock_gen_put(sk);
	return sk;
}
