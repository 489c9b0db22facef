// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections beside each other: a listener on the port of others, what one
 * is sent and another must not feel, and the choice of ports (RFC 6056).
 */
#include <linux/in.h>
#include <net/sock.h>
#include "harness.h"

/* Where the harness stands with one of two connections */
struct side {
	__be16 rport;
	u32 iss;
	u32 irs;
	u32 our_zero;
	u32 peer_zero;
	u32 our_nxt;
	u32 peer_nxt;
};

static void leave(const struct mini_t *t, struct side *s)
{
	s->rport = t->tuple.rport;
	s->iss = t->iss;
	s->irs = t->irs;
	s->our_zero = t->our_zero;
	s->peer_zero = t->peer_zero;
	s->our_nxt = t->our_nxt;
	s->peer_nxt = t->peer_nxt;
}

static void back_to(struct mini_t *t, const struct side *s)
{
	t->tuple.rport = s->rport;
	t->iss = s->iss;
	t->irs = s->irs;
	t->our_zero = s->our_zero;
	t->peer_zero = s->peer_zero;
	t->our_nxt = s->our_nxt;
	t->peer_nxt = s->peer_nxt;
	t->edge_known = false;
}

/* From now on the peer writes from another port */
static void next_peer(struct mini_t *t)
{
	t->tuple.rport = htons(MINI_T_RPORT + 1);
	mini_t_set_isn(t, MINI_T_ISS, MINI_T_IRS);
	t->edge_known = false;
}

/* A passive OPEN of the port that the connection in @t->sock has */
static void listen_beside(struct mini_t *t)
{
	MINI_T_EQ(t, mini_t_socket(t, 0, &t->listener), 0);
	sock_set_reuseaddr(t->listener->sk);
	MINI_T_EQ(t, mini_t_bind(t->listener, MINI_T_LADDR, MINI_T_LPORT), 0);
	MINI_T_EQ(t, kernel_listen(t->listener, 8), 0);
	mini_t_expect_nothing(t);
}

/* Somebody else comes to the listener, and gets his connection */
static void somebody_connects(struct mini_t *t)
{
	struct side s;

	leave(t, &s);
	next_peer(t);
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN));
	mini_t_expect_tx(t, SEG(.flags = MINI_SYN | MINI_ACK, .ack = 1));
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1));
	mini_t_expect_state(t, TCP_ESTABLISHED);
	mini_t_expect_nothing(t);
	back_to(t, &s);
}

/*
 * The connection that was there first does not notice
 * Proves: MUST-41
 */
static void listen_beside_a_connection(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_expect_tx(t, SEG(.len = 100));
	listen_beside(t);
	mini_t_expect_state(t, TCP_ESTABLISHED);
	somebody_connects(t);
	mini_t_rx(t, AT_NOW, SEG(.ack = 100, .len = 10));
	mini_t_expect_tx(t, SEG(.seq = 100, .ack = 10));
	MINI_T_EQ(t, mini_t_recv(t, 100), 10);
	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_tx(t, SEG(.seq = 100, .ack = 10, .len = 10));
}

/* Proves: MUST-42 */
static void listen_beside_syn_sent(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_sent(test);

	listen_beside(t);
	mini_t_expect_state(t, TCP_SYN_SENT);
	somebody_connects(t);
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN | MINI_ACK));
	mini_t_expect_tx(t, SEG(.ack = 1));
	mini_t_expect_state(t, TCP_ESTABLISHED);
}

/* Proves: MUST-42 */
static void listen_beside_syn_rcvd(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_rcvd_active(test);

	listen_beside(t);
	mini_t_expect_state(t, TCP_SYN_RECV);
	somebody_connects(t);
	mini_t_rx(t, AT_NOW, SEG());
	mini_t_expect_nothing(t);
	mini_t_expect_state(t, TCP_ESTABLISHED);
}

/*
 * One connection's challenge ACKs are used up; another's are not, so that
 * nobody learns of the one by asking the other
 * Proves: BA-8
 */
static void challenges_are_counted_apart(struct kunit *test)
{
	struct mini_t *t = mini_t_established_passive(test);
	struct side s;
	u32 i;

	for (i = 0; i < 100; i++)
		mini_t_rx(t, AT_NOW, SEG(.flags = MINI_RST, .seq = 1));
	mini_t_expect_tx(t, SEG());
	mini_t_expect_nothing(t);
	leave(t, &s);
	next_peer(t);
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN));
	mini_t_drain(t);
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1));
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_RST, .seq = 2));
	mini_t_expect_tx(t, SEG(.seq = 1, .ack = 1));
	back_to(t, &s);
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_RST, .seq = 1));
	mini_t_expect_nothing(t);
}

/* Ports */

#define LOW	10000U
#define HIGH	59999U
#define SPAN	(HIGH - LOW + 1)

static void wide_range(struct mini_net *mn, u32 *low, u32 *high)
{
	*low = LOW;
	*high = HIGH;
}

/* The port that connect() chooses towards @addr; the socket stays */
static u32 port_towards(struct mini_t *t, u32 addr)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(addr),
		.sin_port = htons(MINI_T_RPORT),
	};
	struct socket *sock;
	u32 port;

	MINI_T_EQ(t, mini_t_socket(t, 0, &sock), 0);
	MINI_T_EQ(t, kernel_connect(sock, (struct sockaddr *)&sin, sizeof(sin),
				    O_NONBLOCK), -EINPROGRESS);
	port = inet_sk(sock->sk)->inet_num;
	mini_t_release(&sock);
	mini_t_drain(t);
	return port - LOW;
}

/*
 * Towards one destination one port after the other; where it starts towards
 * the next nobody can tell who does not know the secret
 * Proves: PO-1, PO-3
 */
static void ports_walk_from_a_secret_place(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);
	u32 i, port, last, near = 0;

	t->ip.port_range = wide_range;
	last = port_towards(t, MINI_T_RADDR);
	for (i = 0; i < 5; i++, last = port) {
		port = port_towards(t, MINI_T_RADDR);
		MINI_T_EQ(t, port, (last + 1) % SPAN);
	}
	for (i = 1; i <= 20; i++, last = port) {
		port = port_towards(t, MINI_T_RADDR + i);
		near += (port + SPAN - last + SPAN / 50) % SPAN < SPAN / 25;
	}
	/* one of 25 by chance */
	MINI_T_TRUE(t, near <= 8);
}

/* A connection through an ephemeral port, closed by us */
static void leave_a_time_wait(struct mini_t *t)
{
	MINI_T_EQ(t, mini_t_socket(t, 0, &t->sock), 0);
	MINI_T_EQ(t, mini_t_connect(t), -EINPROGRESS);
	t->tuple.lport = inet_sk(t->sock->sk)->inet_sport;
	mini_t_drain(t);
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN | MINI_ACK, .ack = 1));
	mini_t_drain(t);
	mini_t_zero(t);
	mini_t_to_fin_wait1(t);
	mini_t_to_fin_wait2(t);
	mini_t_to_time_wait(t);
	mini_t_release(&t->sock);
}

/*
 * Of four ports one is in TIME-WAIT: three are left, and then none
 * Proves: PO-4, PO-5
 */
static void ports_leave_time_wait_alone(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);
	struct socket *sock[4];
	u32 i;

	leave_a_time_wait(t);
	for (i = 0; i < 4; i++) {
		MINI_T_EQ(t, mini_t_socket(t, 0, &t->sock), 0);
		MINI_T_EQ(t, mini_t_connect(t),
			  i < 3 ? -EINPROGRESS : -EADDRNOTAVAIL);
		MINI_T_TRUE(t, inet_sk(t->sock->sk)->inet_sport !=
			       t->tuple.lport);
		sock[i] = t->sock;
		t->sock = NULL;
	}
	for (i = 0; i < 4; i++)
		mini_t_release(&sock[i]);
	mini_t_drain(t);
	mini_t_expect_state(t, TCP_TIME_WAIT);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(listen_beside_a_connection),
	KUNIT_CASE(listen_beside_syn_sent),
	KUNIT_CASE(listen_beside_syn_rcvd),
	KUNIT_CASE(challenges_are_counted_apart),
	KUNIT_CASE(ports_walk_from_a_secret_place),
	KUNIT_CASE(ports_leave_time_wait_alone),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_beside",
	.test_cases = cases,
};

kunit_test_suites(&suite);
