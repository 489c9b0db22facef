// SPDX-License-Identifier: GPL-2.0-only
/*
 * The port space that we share with the kernel. A port that this family stands
 * on is held by a placeholder, a socket of the kernel's own that is bound to
 * it: so neither family can take the other's port, and who may have which, and
 * at which address, is asked where it is known. tcp/port.c has what holds
 * within the family.
 */
#include <net/inet_hashtables.h>
#include <net/ip.h>
#include <net/l3mdev.h>
#include <net/route.h>
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

/* connect() has its address from a route: no need to look whether it is ours */
static int mini_ip_bind_routed(struct mini_port *p, struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);
	int err;

	lock_sock(sk);
	inet->inet_saddr = p->addr;
	inet->inet_rcv_saddr = p->addr;
	err = sk->sk_prot->get_port(sk, p->num);
	if (!err)
		inet->inet_sport = htons(inet->inet_num);
	release_sock(sk);
	return err ? -EADDRINUSE : 0;
}

static int mini_ip_bind_hold(struct mini_port *p, struct socket *hold,
			     bool reuse)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = p->addr,
		.sin_port = htons(p->num),
	};
	int err;

	if (p->shared)
		return mini_ip_bind_routed(p, hold->sk);
	hold->sk->sk_reuse = reuse ? SK_CAN_REUSE : SK_NO_REUSE;
	err = kernel_bind(hold, (struct mini_sockaddr *)&sin, sizeof(sin));
	hold->sk->sk_reuse = SK_NO_REUSE;
	return err;
}

/* A port costs what is bound to it, not an inode as well: part with that */
static struct sock *mini_ip_keep_sk(struct socket *hold)
{
	struct sock *sk = hold->sk;

	sock_orphan(sk);
	hold->sk = NULL;
	sock_release(hold);
	return sk;
}

static int mini_ip_create_hold(struct mini_net *mn, const struct mini_port *p,
			       struct socket **hold)
{
	return p->dgram ? sock_create_kern(mn->net, PF_INET, SOCK_DGRAM,
					   IPPROTO_UDP, hold) :
			  sock_create_kern(mn->net, PF_INET, SOCK_STREAM,
					   IPPROTO_TCP, hold);
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
 * way, and our user said it, we say it for the moment of the bind.
 *
 * Context: process.
 * Return: 0 or an errno of bind(2).
 */
int mini_ip_hold_port(struct mini_net *mn, struct mini_port *p, bool reuse)
{
	struct socket *hold;
	int err;

	if (p->shared && inet_is_local_reserved_port(mn->net, p->num))
		return -EADDRINUSE;
	err = mini_ip_create_hold(mn, p, &hold);
	if (err)
		return err;
	if (p->nonlocal)
		ip_sock_set_freebind(hold->sk);
	err = mini_ip_bind_hold(p, hold, false);
	if (err == -EADDRINUSE && reuse)
		err = mini_ip_bind_hold(p, hold, true);
	if (err) {
		sock_release(hold);
		return err;
	}
	p->hold = mini_ip_keep_sk(hold);
	p->num = inet_sk(p->hold)->inet_num;
	if (p->dgram)
		mini_ip_deafen(p->hold);
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
