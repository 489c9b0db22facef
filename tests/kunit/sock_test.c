// SPDX-License-Identifier: GPL-2.0-only
/*
 * Between the socket layer and the engine: what a socket says it is, ports
 * and tuples, refusals of IP, and ICMP.
 */
#include <linux/in.h>
#include <linux/tcp.h>
#include <net/sock.h>
#include "harness.h"

/* What it is */

struct wire_row {
	const char *name;
	int protocol;
	u8 wire;
};

static const struct wire_row wire_rows[] = {
	{ "0", 0, IPPROTO_TCP },
	{ "IPPROTO_TCP", IPPROTO_TCP, IPPROTO_TCP },
	{ "IPPROTO_MINI", IPPROTO_MINI, IPPROTO_MINI },
};

static void wire_desc(const struct wire_row *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(wire, wire_rows, wire_desc);

/*
 * Whatever the wire, core code must never take one of ours for a tcp_sock:
 * it looks at sk_family and sk_protocol.
 */
static void expect_identity(struct mini_t *t, const struct sock *sk)
{
	MINI_T_EQ(t, sk->sk_family, AF_MINI);
	MINI_T_EQ(t, sk->sk_protocol, IPPROTO_MINI);
	MINI_T_EQ(t, sk->sk_type, SOCK_STREAM);
	MINI_T_TRUE(t, !sk_fullsock(sk) || !sk_is_tcp(sk));
}

static void identity(struct kunit *test)
{
	const struct wire_row *r = test->param_value;
	struct mini_t *t = mini_t_new(test);

	MINI_T_EQ(t, mini_t_socket(t, r->protocol, &t->sock), 0);
	expect_identity(t, t->sock->sk);
	MINI_T_EQ(t, mini_t_msk(t)->ep.t.wire, r->wire);
}

/* Both ends of the twin wire: it is the same TCP */
static void identity_of_a_child(struct kunit *test)
{
	const struct wire_row *r = test->param_value;
	struct mini_t *t = mini_t_new(test);

	t->tuple.wire = r->wire;
	mini_t_to_established_passive(t);
	expect_identity(t, t->sock->sk);
	MINI_T_EQ(t, mini_t_msk(t)->ep.t.wire, r->wire);
	MINI_T_EQ(t, mini_t_send(t, 5000), 5000);
	MINI_T_EQ(t, mini_t_pending(t), 4);
	mini_t_drain(t);
}

/* One wire's segments are nothing to the other's sockets */
static void wires_are_apart(struct kunit *test)
{
	struct mini_t *t = mini_t_listen(test);

	t->tuple.wire = IPPROTO_MINI;
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN));
	mini_t_expect_tx(t, SEG(.flags = MINI_RST | MINI_ACK, .seq0 = true,
				.ack = 1));
}

/* Names, ports, tuples */

static struct sockaddr_in name_of(struct mini_t *t, int peer)
{
	struct sockaddr_in sin = {};

	MINI_T_EQ(t, t->sock->ops->getname(t->sock, (struct sockaddr *)&sin,
					   peer), sizeof(sin));
	return sin;
}

static void names_of_both_ends(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct sockaddr_in sin = name_of(t, 0);

	MINI_T_EQ(t, sin.sin_family, AF_INET);
	MINI_T_EQ(t, ntohl(sin.sin_addr.s_addr), MINI_T_LADDR);
	MINI_T_EQ(t, ntohs(sin.sin_port), MINI_T_LPORT);
	sin = name_of(t, 1);
	MINI_T_EQ(t, ntohl(sin.sin_addr.s_addr), MINI_T_RADDR);
	MINI_T_EQ(t, ntohs(sin.sin_port), MINI_T_RPORT);
}

/*
 * Nothing was bound; IP is asked for the address before the SYN
 * Proves: MUST-44
 */
static void unbound_connect_asks_the_route(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);
	struct sockaddr_in sin;

	MINI_T_EQ(t, mini_t_socket(t, 0, &t->sock), 0);
	MINI_T_EQ(t, mini_t_connect(t), -EINPROGRESS);
	sin = name_of(t, 0);
	MINI_T_EQ(t, ntohl(sin.sin_addr.s_addr), MINI_T_LADDR);
	MINI_T_TRUE(t, ntohs(sin.sin_port) >= 30000);
	MINI_T_TRUE(t, ntohs(sin.sin_port) <= 30003);
	mini_t_drain(t);
}

/*
 * Each tuple once; the lap ends; another peer is another tuple
 * Proves: PO-2, PO-4, PO-5
 */
static void ports_run_out(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);
	struct socket *sock[5] = {};
	unsigned long seen = 0;
	u32 i;

	for (i = 0; i < 5; i++) {
		MINI_T_EQ(t, mini_t_socket(t, 0, &t->sock), 0);
		MINI_T_EQ(t, mini_t_connect(t),
			  i < 4 ? -EINPROGRESS : -EADDRNOTAVAIL);
		seen |= BIT(inet_sk(t->sock->sk)->inet_num % 4);
		sock[i] = t->sock;
		t->sock = NULL;
	}
	MINI_T_EQ(t, seen, 0xf);
	/* one goes, and its port is free again */
	mini_t_release(&sock[2]);
	t->sock = sock[4];
	MINI_T_EQ(t, mini_t_connect(t), -EINPROGRESS);
	for (i = 0; i < 4; i++)
		mini_t_release(&sock[i]);
	mini_t_drain(t);
}

static void kernel_tcp_has_the_tuple(struct kunit *test)
{
	struct mini_t *t = mini_t_closed(test);

	t->foreign = true;
	MINI_T_EQ(t, mini_t_connect(t), -EADDRNOTAVAIL);
	mini_t_expect_nothing(t);
	mini_t_expect_state(t, TCP_CLOSE);
	t->foreign = false;
	MINI_T_EQ(t, mini_t_connect(t), -EINPROGRESS);
	mini_t_drain(t);
}

static void kernel_tcp_has_the_port(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	t->hold_err = -EADDRINUSE;
	MINI_T_EQ(t, mini_t_socket(t, 0, &t->sock), 0);
	MINI_T_EQ(t, mini_t_bind(t->sock, MINI_T_LADDR, MINI_T_LPORT),
		  -EADDRINUSE);
	MINI_T_EQ(t, mini_t_connect(t), -EADDRNOTAVAIL);
	t->hold_err = 0;
	MINI_T_EQ(t, mini_t_bind(t->sock, MINI_T_LADDR, MINI_T_LPORT), 0);
}

static void no_route(struct kunit *test)
{
	struct mini_t *t = mini_t_closed(test);

	t->route_err = -ENETUNREACH;
	MINI_T_EQ(t, mini_t_connect(t), -ENETUNREACH);
	mini_t_expect_nothing(t);
	mini_t_expect_state(t, TCP_CLOSE);
	t->route_err = 0;
	MINI_T_EQ(t, mini_t_connect(t), -EINPROGRESS);
	mini_t_drain(t);
}

static void bound_twice(struct kunit *test)
{
	struct mini_t *t = mini_t_closed(test);
	struct socket *other;

	MINI_T_EQ(t, mini_t_bind(t->sock, MINI_T_LADDR, MINI_T_LPORT + 1),
		  -EINVAL);
	MINI_T_EQ(t, mini_t_socket(t, 0, &other), 0);
	MINI_T_EQ(t, mini_t_bind(other, MINI_T_LADDR, MINI_T_LPORT),
		  -EADDRINUSE);
	MINI_T_EQ(t, mini_t_bind(other, INADDR_ANY, MINI_T_LPORT),
		  -EADDRINUSE);
	MINI_T_EQ(t, mini_t_bind(other, MINI_T_LADDR + 7, MINI_T_LPORT), 0);
	mini_t_release(&other);
}

/* A connection that ended leaves a socket that can be used again */
static void connect_again_after_a_reset(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_sent(test);

	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_RST | MINI_ACK));
	MINI_T_EQ(t, mini_t_connect(t), -ECONNREFUSED);
	mini_t_set_isn(t, MINI_T_ISS, MINI_T_IRS);
	MINI_T_EQ(t, mini_t_connect(t), -EINPROGRESS);
	mini_t_expect_tx(t, SEG(.flags = MINI_SYN));
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN | MINI_ACK, .ack = 1));
	mini_t_expect_state(t, TCP_ESTABLISHED);
	mini_t_drain(t);
}

/* connect() to AF_UNSPEC: ABORT, and the socket lives (RFC 9293 3.10.5) */
static void dissolve(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct sockaddr any = { .sa_family = AF_UNSPEC };

	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_drain(t);
	MINI_T_EQ(t, kernel_connect(t->sock, &any, sizeof(any), 0), 0);
	mini_t_expect_tx(t, SEG(.flags = MINI_RST, .seq = 100));
	mini_t_expect_state(t, TCP_CLOSE);
	MINI_T_EQ(t, t->sock->sk->sk_wmem_queued, 0);
	MINI_T_TRUE(t, mini_t_timers_idle(t));
	t->edge_known = false;
	t->tx_off = 0;
	mini_t_set_isn(t, MINI_T_ISS, MINI_T_IRS);
	MINI_T_EQ(t, mini_t_connect(t), -EINPROGRESS);
	mini_t_expect_tx(t, SEG(.flags = MINI_SYN));
}

/* ICMP */

static void icmp(struct mini_t *t, s32 seq, int err)
{
	struct sock *sk = t->sock->sk;

	lock_sock(sk);
	mini_tcp_icmp(sk, t->our_zero + seq, err);
	release_sock(sk);
}

/*
 * Nobody is there
 * Proves: SHLD-26, IC-4
 */
static void icmp_ends_an_opening(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_sent(test);

	icmp(t, -1, ECONNREFUSED);
	mini_t_expect_nothing(t);
	mini_t_expect_state(t, TCP_CLOSE);
	MINI_T_EQ(t, mini_t_connect(t), -ECONNREFUSED);
}

/*
 * It has to quote what is in flight
 * Proves: IC-1
 */
static void icmp_quotes_something_else(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_sent(test);

	icmp(t, 0, ECONNREFUSED);
	icmp(t, -2, ECONNREFUSED);
	icmp(t, MINI_T_FAR, ECONNREFUSED);
	mini_t_expect_state(t, TCP_SYN_SENT);
	MINI_T_EQ(t, t->sock->sk->sk_err, 0);
}

/*
 * An established connection survives every one of them
 * Proves: MUST-56, IC-3
 */
static void icmp_is_soft_once_connected(struct kunit *test)
{
	static const int errs[] = {
		ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EPROTO, ENOPROTOOPT,
	};
	struct mini_t *t = mini_t_established(test);
	u32 i;

	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_drain(t);
	for (i = 0; i < ARRAY_SIZE(errs); i++) {
		icmp(t, 0, errs[i]);
		mini_t_expect_state(t, TCP_ESTABLISHED);
		MINI_T_EQ(t, t->sock->sk->sk_err, 0);
		/* told when R2 is reached */
		MINI_T_EQ(t, t->sock->sk->sk_err_soft, errs[i]);
	}
	mini_t_rx(t, AT_NOW, SEG(.ack = 100));
	mini_t_expect_nothing(t);
}

/* When R2 comes, the user is told what ICMP had to say */
static void icmp_explains_the_timeout(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	icmp(t, 0, EHOSTUNREACH);
	mini_t_advance_ms(t, 6000 * 1000);
	mini_t_drain(t);
	mini_t_expect_state(t, TCP_CLOSE);
	MINI_T_EQ(t, mini_t_recv(t, 10), -EHOSTUNREACH);
}

/* ... but not what it said before the peer was heard again */
static void icmp_is_forgotten_when_it_goes_on(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	icmp(t, 0, EHOSTUNREACH);
	mini_t_rx(t, AT_NOW, SEG(.ack = 100));
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_advance_ms(t, 6000 * 1000);
	mini_t_drain(t);
	MINI_T_EQ(t, mini_t_recv(t, 10), -ETIMEDOUT);
}

/*
 * However small the MTU is said to be
 * Proves: PM-3
 */
static void tiny_mtu_has_a_floor(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	t->mtu = 10;
	lock_sock(t->sock->sk);
	mini_tcp_frag_needed(t->sock->sk);
	release_sock(t->sock->sk);
	MINI_T_EQ(t, mini_t_msk(t)->snd.mss, MINI_MTU_MIN - 40);
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	MINI_T_TRUE(t, mini_t_pending(t) >= 4);
	mini_t_drain(t);
}

/* Not beyond what the peer takes */
static void larger_mtu_is_ignored(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	t->mtu = 9000;
	lock_sock(t->sock->sk);
	mini_tcp_frag_needed(t->sock->sk);
	release_sock(t->sock->sk);
	MINI_T_EQ(t, mini_t_msk(t)->snd.mss, 1460);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(identity, wire_gen_params),
	KUNIT_CASE_PARAM(identity_of_a_child, wire_gen_params),
	KUNIT_CASE(wires_are_apart),
	KUNIT_CASE(names_of_both_ends),
	KUNIT_CASE(unbound_connect_asks_the_route),
	KUNIT_CASE(ports_run_out),
	KUNIT_CASE(kernel_tcp_has_the_tuple),
	KUNIT_CASE(kernel_tcp_has_the_port),
	KUNIT_CASE(no_route),
	KUNIT_CASE(bound_twice),
	KUNIT_CASE(connect_again_after_a_reset),
	KUNIT_CASE(dissolve),
	KUNIT_CASE(icmp_ends_an_opening),
	KUNIT_CASE(icmp_quotes_something_else),
	KUNIT_CASE(icmp_is_soft_once_connected),
	KUNIT_CASE(icmp_explains_the_timeout),
	KUNIT_CASE(icmp_is_forgotten_when_it_goes_on),
	KUNIT_CASE(tiny_mtu_has_a_floor),
	KUNIT_CASE(larger_mtu_is_ignored),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_sock",
	.test_cases = cases,
};

kunit_test_suites(&suite);
