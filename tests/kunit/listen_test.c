// SPDX-License-Identifier: GPL-2.0-only
/*
 * The listener's two queues (RFC 9293 3.10.7.2, RFC 4987), with the backlog
 * rules of Linux: a queue takes one more than listen() was told.
 */
#include <linux/in.h>
#include <net/sock.h>
#include "harness.h"

static u32 nr_half_open(const struct mini_t *t)
{
	return mini_sk(t->listener->sk)->listen.nr_reqs;
}

static u32 nr_ready(const struct mini_t *t)
{
	return t->listener->sk->sk_ack_backlog;
}

/* From now on the peer writes from another port */
static void next_peer(struct mini_t *t, u32 nr)
{
	t->tuple.rport = htons(MINI_T_RPORT + nr);
	mini_t_set_isn(t, MINI_T_ISS, MINI_T_IRS + nr);
	t->edge_known = false;
}

static void rx_syn(struct mini_t *t)
{
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN));
}

static bool answered(struct mini_t *t)
{
	const struct mini_t_rec *rec = mini_t_next(t);

	return rec && rec->flags == (MINI_SYN | MINI_ACK);
}

/* The ACK that ends a handshake; the zero points are still before the SYNs */
static void rx_last_ack(struct mini_t *t)
{
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1));
}

static bool handshake(struct mini_t *t)
{
	rx_syn(t);
	if (!answered(t))
		return false;
	rx_last_ack(t);
	return mini_t_state(t) == TCP_ESTABLISHED;
}

static struct mini_t *listen_with(struct kunit *test, int backlog)
{
	struct mini_t *t = mini_t_new(test);

	mini_t_to_listen(t, backlog);
	return t;
}

/* A connection is there for accept() when its ACK has come, not before */
static void accept_waits_for_the_ack(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_rcvd_passive(test);

	MINI_T_EQ(t, nr_half_open(t), 1);
	MINI_T_EQ(t, nr_ready(t), 0);
	MINI_T_TRUE(t, !(mini_t_poll(t) & EPOLLIN));
	MINI_T_EQ(t, mini_t_accept(t), -EAGAIN);
	mini_t_rx(t, AT_NOW, SEG());
	MINI_T_EQ(t, nr_half_open(t), 0);
	MINI_T_EQ(t, nr_ready(t), 1);
	MINI_T_TRUE(t, mini_t_poll(t) & EPOLLIN);
	MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_EQ(t, nr_ready(t), 0);
	MINI_T_EQ(t, t->sock->sk->sk_state, TCP_ESTABLISHED);
}

static void accept_is_first_come_first_served(struct kunit *test)
{
	struct mini_t *t = listen_with(test, 8);
	u32 i;

	for (i = 0; i < 5; i++) {
		next_peer(t, i);
		MINI_T_TRUE(t, handshake(t));
	}
	for (i = 0; i < 5; i++) {
		MINI_T_EQ(t, mini_t_accept(t), 0);
		MINI_T_EQ(t, ntohs(inet_sk(t->sock->sk)->inet_dport),
			  MINI_T_RPORT + i);
		mini_t_abort(t);
		mini_t_drain(t);
	}
	MINI_T_EQ(t, mini_t_accept(t), -EAGAIN);
}

/* What came before accept() is there after it, a FIN included */
static void text_waits_for_accept(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_rcvd_passive(test);

	mini_t_rx(t, AT_NOW, SEG());
	mini_t_rx(t, AT_NOW, SEG(.len = 100));
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_FIN | MINI_ACK, .seq = 100));
	mini_t_drain(t);
	mini_t_expect_state(t, TCP_CLOSE_WAIT);
	MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_EQ(t, mini_t_recv(t, 1000), 100);
	MINI_T_EQ(t, mini_t_recv(t, 1000), 0);
	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_tx(t, SEG(.ack = 101, .len = 10));
}

/* Reset before accept(): accept() gives the socket, as Linux does */
static void reset_before_accept(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_rcvd_passive(test);

	mini_t_rx(t, AT_NOW, SEG());
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_RST));
	mini_t_expect_state(t, TCP_LISTEN);
	MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_EQ(t, mini_t_recv(t, 10), -ECONNRESET);
}

/*
 * SYN,ACK again at 1, 3, 7, 15 and 31 s, then no more
 * Proves: RTO-1, LD-1, LD-6
 */
static void syn_ack_backs_off(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_rcvd_passive(test);
	u32 gap = 1000, at = 0, i;

	for (i = 0; i < t->mn->sysctl.synack_retries; i++, gap *= 2) {
		at += gap;
		mini_t_expect_tx_at(t, AT_MS(at),
				    SEG(.flags = MINI_SYN | MINI_ACK,
					.seq = -1));
	}
	mini_t_goto(t, AT_MS(at + gap) - 1);
	mini_t_expect_state(t, TCP_SYN_RECV);
	mini_t_goto(t, AT_MS(at + gap));
	mini_t_expect_state(t, TCP_LISTEN);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, nr_half_open(t), 0);
	MINI_T_TRUE(t, mini_t_timers_idle(t));
}

/*
 * A late ACK still counts, and the times that it took do not
 * Proves: RTO-11
 */
static void ack_after_a_second_syn_ack(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_rcvd_passive(test);

	mini_t_goto(t, AT_MS(1000));
	mini_t_expect_tx(t, SEG(.flags = MINI_SYN | MINI_ACK, .seq = -1));
	mini_t_rx(t, AT_MS(1100), SEG());
	MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_EQ(t, mini_t_msk(t)->rtt.srtt_us8, 0);
	MINI_T_EQ(t, mini_rtt_rto_us(&mini_t_msk(t)->rtt),
		  MINI_RTO_SYN_LOST_US);
}

/*
 * The handshake gives the first sample
 * Proves: RTO-2
 */
static void ack_gives_a_sample(struct kunit *test)
{
	struct mini_t *t = mini_t_established_passive(test);

	MINI_T_EQ(t, mini_rtt_rto_us(&mini_t_msk(t)->rtt),
		  MINI_T_RTO_MS * USEC_PER_MSEC);
}

/* A SYN replayed is answered anew, and costs no second place */
static void syn_again_is_one_connection(struct kunit *test)
{
	struct mini_t *t = mini_t_listen(test);
	u32 i;

	for (i = 0; i < 20; i++) {
		rx_syn(t);
		MINI_T_TRUE(t, answered(t));
	}
	MINI_T_EQ(t, nr_half_open(t), 1);
	rx_last_ack(t);
	MINI_T_EQ(t, nr_ready(t), 1);
}

/* The same for the SYN of a peer that would like ECN (RFC 3168 6.1.1) */
static void ecn_syn_again_is_the_same(struct kunit *test)
{
	struct mini_t *t = mini_t_listen(test);
	u32 i;

	for (i = 0; i < 3; i++) {
		mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN | MINI_ECE |
						  MINI_CWR));
		mini_t_expect_tx(t, SEG(.flags = MINI_SYN | MINI_ACK |
						 MINI_ECE, .ack = 1));
	}
	MINI_T_EQ(t, nr_half_open(t), 1);
}

/* The last ACK twice: the second is one of an established connection */
static void last_ack_twice(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_rcvd_passive(test);

	mini_t_rx(t, AT_NOW, SEG());
	mini_t_rx(t, AT_NOW, SEG());
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, nr_ready(t), 1);
	MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_EQ(t, mini_t_accept(t), -EAGAIN);
}

/* The last ACK was lost; the peer's first text does its work */
static void text_stands_for_the_last_ack(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_rcvd_passive(test);

	mini_t_rx(t, AT_NOW, SEG(.len = 10));
	mini_t_expect_tx(t, SEG(.ack = 10));
	MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_EQ(t, mini_t_recv(t, 100), 10);
}

/*
 * The accept queue is full: the ACK is dropped without a word. The peer
 * believes in its connection, sends, and is heard when there is room.
 */
static void full_accept_queue_drops_the_ack(struct kunit *test)
{
	struct mini_t *t = listen_with(test, 0);
	unsigned long lost;

	MINI_T_TRUE(t, handshake(t));
	next_peer(t, 1);
	/* nothing half open, one ready: the queue of 0 + 1 is full */
	lost = mini_mib_sum(t->mn, MINI_MIB_LISTEN_OVERFLOW);
	rx_syn(t);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mini_mib_sum(t->mn, MINI_MIB_LISTEN_OVERFLOW) - lost, 1);
	MINI_T_EQ(t, nr_half_open(t), 0);
}

/* net.mini.tcp_abort_on_overflow: it is told not to believe in it */
static void full_accept_queue_resets(struct kunit *test)
{
	struct mini_t *t = listen_with(test, 1);

	t->mn->sysctl.abort_on_overflow = 1;
	MINI_T_TRUE(t, handshake(t));
	next_peer(t, 1);
	rx_syn(t);
	MINI_T_TRUE(t, answered(t));
	next_peer(t, 2);
	MINI_T_TRUE(t, handshake(t));
	next_peer(t, 1);
	rx_last_ack(t);
	mini_t_expect_tx(t, SEG(.flags = MINI_RST, .seq = 1));
	MINI_T_EQ(t, nr_half_open(t), 0);
	MINI_T_EQ(t, nr_ready(t), 2);
}

static void ack_is_heard_when_there_is_room(struct kunit *test)
{
	struct mini_t *t = listen_with(test, 1);

	/* one ready, two half open; the first of them fills the queue */
	MINI_T_TRUE(t, handshake(t));
	next_peer(t, 1);
	rx_syn(t);
	MINI_T_TRUE(t, answered(t));
	next_peer(t, 2);
	MINI_T_TRUE(t, handshake(t));
	MINI_T_EQ(t, nr_ready(t), 2);

	next_peer(t, 1);
	rx_last_ack(t);
	mini_t_expect_nothing(t);
	mini_t_expect_state(t, TCP_SYN_RECV);
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1, .len = 10));
	mini_t_expect_nothing(t);
	mini_t_expect_state(t, TCP_SYN_RECV);

	MINI_T_EQ(t, mini_t_accept(t), 0);
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1, .len = 10));
	mini_t_expect_tx(t, SEG(.seq = 1, .ack = 11));
	mini_t_expect_state(t, TCP_ESTABLISHED);
	MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_EQ(t, mini_t_recv(t, 100), 10);
}

/*
 * The SYN queue is full, and cookies are not wanted: SYNs are dropped, and
 * nothing is remembered
 * Proves: SF-1
 */
static void full_syn_queue_drops_the_syn(struct kunit *test)
{
	struct mini_t *t = listen_with(test, 4);
	u32 i, taken = 0;

	t->mn->sysctl.syncookies = 0;
	for (i = 0; i < 1000; i++) {
		next_peer(t, i);
		rx_syn(t);
		taken += answered(t);
		mini_t_expect_nothing(t);
	}
	MINI_T_EQ(t, nr_half_open(t), taken);
	MINI_T_TRUE(t, taken >= 4 && taken <= 5);
	/* those that are in can still finish */
	next_peer(t, 0);
	rx_last_ack(t);
	MINI_T_EQ(t, nr_ready(t), 1);
	/* and room is made for others */
	next_peer(t, 2000);
	rx_syn(t);
	MINI_T_TRUE(t, answered(t));
}

/* net.mini.max_syn_backlog bounds it when listen() asks for more */
static void syn_queue_has_a_limit_of_its_own(struct kunit *test)
{
	struct mini_t *t = listen_with(test, 1000);
	u32 i, taken = 0;

	t->mn->sysctl.syncookies = 0;
	t->mn->sysctl.max_syn_backlog = 16;
	for (i = 0; i < 100; i++) {
		next_peer(t, i);
		rx_syn(t);
		taken += answered(t);
	}
	MINI_T_TRUE(t, taken >= 16 && taken <= 17);
	mini_t_drain(t);
}

static void backlog_counts_one_more(struct kunit *test)
{
	struct mini_t *t = listen_with(test, 3);
	u32 i, done = 0;

	for (i = 0; i < 10; i++) {
		next_peer(t, i);
		done += handshake(t);
	}
	MINI_T_EQ(t, done, 4);
	mini_t_drain(t);
}

/* The listener closes: who was not accepted is reset, and nothing is left */
static void close_resets_the_unaccepted(struct kunit *test)
{
	struct mini_t *t = listen_with(test, 8);

	MINI_T_TRUE(t, handshake(t));
	mini_t_zero(t);
	mini_t_close(t);
	mini_t_expect_tx(t, SEG(.flags = MINI_RST));
	mini_t_expect_nothing(t);
	mini_t_expect_state(t, TCP_CLOSE);
	MINI_T_TRUE(t, mini_t_timers_idle(t));
}

/* The half-open are forgotten, and their next word gets a RST */
static void close_forgets_the_half_open(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_rcvd_passive(test);

	mini_t_close(t);
	mini_t_expect_state(t, TCP_CLOSE);
	MINI_T_TRUE(t, mini_t_timers_idle(t));
	mini_t_drain(t);
	mini_t_rx(t, AT_NOW, SEG());
	mini_t_expect_tx(t, SEG(.flags = MINI_RST));
}

/* shutdown() of a listener ends it as close() does, but keeps the port */
static void shutdown_ends_listening(struct kunit *test)
{
	struct mini_t *t = mini_t_listen(test);

	MINI_T_EQ(t, mini_t_shutdown(t, SHUT_RDWR), 0);
	mini_t_expect_state(t, TCP_CLOSE);
	rx_syn(t);
	mini_t_expect_tx(t, SEG(.flags = MINI_RST | MINI_ACK, .seq0 = true,
				.ack = 1));
	MINI_T_EQ(t, kernel_listen(t->listener, 3), 0);
	rx_syn(t);
	MINI_T_TRUE(t, answered(t));
}

/* The listener closes, who was accepted stays */
static void close_leaves_the_accepted_alone(struct kunit *test)
{
	struct mini_t *t = mini_t_established_passive(test);

	mini_t_release(&t->listener);
	mini_t_expect_nothing(t);
	mini_t_expect_state(t, TCP_ESTABLISHED);
	mini_t_rx(t, AT_NOW, SEG(.len = 10));
	mini_t_expect_tx(t, SEG(.ack = 10));
	MINI_T_EQ(t, mini_t_recv(t, 100), 10);
}

/* The child has options and limits of its own, taken from the listener */
static void child_inherits(struct kunit *test)
{
	struct mini_t *t = mini_t_listen(test);

	sock_set_keepalive(t->listener->sk);
	mini_sk(t->listener->sk)->nodelay = true;
	MINI_T_TRUE(t, handshake(t));
	MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_TRUE(t, sock_flag(t->sock->sk, SOCK_KEEPOPEN));
	MINI_T_TRUE(t, mini_t_msk(t)->nodelay);
	MINI_T_TRUE(t, mini_t_msk(t)->passive);
	MINI_T_EQ(t, t->sock->sk->sk_family, AF_MINI);
	MINI_T_EQ(t, t->sock->sk->sk_protocol, IPPROTO_MINI);
	MINI_T_EQ(t, inet_sk(t->sock->sk)->inet_num, MINI_T_LPORT);
	MINI_T_TRUE(t, mini_t_armed(&mini_t_msk(t)->keep_tmr));
}

struct bad_addr {
	const char *name;
	u32 laddr;
	u32 raddr;
};

/* MUST-57, MUST-63 */
static const struct bad_addr bad_addrs[] = {
	{ "from multicast", MINI_T_LADDR, 0xe0000001 },
	{ "from broadcast", MINI_T_LADDR, 0xffffffff },
	{ "from nobody", MINI_T_LADDR, 0 },
	{ "to multicast", 0xe0000001, MINI_T_RADDR },
	{ "to broadcast", 0xffffffff, MINI_T_RADDR },
};

static void addr_desc(const struct bad_addr *a, char *desc)
{
	strscpy(desc, a->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(addr, bad_addrs, addr_desc);

/* Proves: MUST-57, MUST-63 */
static void syn_of_many_hosts_is_dropped(struct kunit *test)
{
	const struct bad_addr *a = test->param_value;
	struct mini_t *t = mini_t_new(test);

	MINI_T_EQ(t, mini_t_socket(t, 0, &t->listener), 0);
	MINI_T_EQ(t, mini_t_bind(t->listener, INADDR_ANY, MINI_T_LPORT), 0);
	MINI_T_EQ(t, kernel_listen(t->listener, 8), 0);
	t->tuple.laddr = htonl(a->laddr);
	t->tuple.raddr = htonl(a->raddr);
	rx_syn(t);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, nr_half_open(t), 0);
}

/* SYN with text: it is not taken before the handshake, and comes again */
static void text_on_the_syn_is_not_taken(struct kunit *test)
{
	struct mini_t *t = mini_t_listen(test);

	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN, .len = 10));
	mini_t_expect_tx(t, SEG(.flags = MINI_SYN | MINI_ACK, .ack = 1));
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1, .len = 10));
	mini_t_expect_tx(t, SEG(.seq = 1, .ack = 11));
	MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_EQ(t, mini_t_recv(t, 100), 10);
}

/*
 * The window of a SYN,ACK is in octets, and that of an ACK in units: neither
 * that nor what the socket says later takes anything back.
 * Proves: SHLD-14
 */
static void half_open_keeps_its_edge(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	t->peer_ws = MINI_T_WS(0);
	mini_t_to_listen(t, 8);
	t->listener->sk->sk_rcvbuf = 5001;
	t->listener->sk->sk_userlocks |= SOCK_RCVBUF_LOCK;
	mini_t_to_syn_rcvd_passive(t);
	MINI_T_EQ(t, t->edge - t->peer_zero, 2500);
	mini_t_rx(t, AT_MS(10), SEG(.seq = -100, .len = 100));
	mini_t_expect_tx(t, SEG());
	MINI_T_TRUE(t, t->our_ws > MINI_T_WS(0));
	MINI_T_TRUE(t, t->edge - t->peer_zero >= 2500);
	mini_t_rx(t, AT_MS(20), SEG(.len = 2500));
	mini_t_expect_tx(t, SEG(.ack = 2500));
	mini_t_expect_state(t, TCP_ESTABLISHED);
}

/* An odd SYN: with FIN, it is no SYN of a sane peer, but harms nobody */
static void syn_fin_makes_no_mess(struct kunit *test)
{
	struct mini_t *t = mini_t_listen(test);

	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN | MINI_FIN));
	mini_t_drain(t);
	mini_t_advance_ms(t, 300 * 1000);
	mini_t_drain(t);
	mini_t_expect_state(t, TCP_LISTEN);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(accept_waits_for_the_ack),
	KUNIT_CASE(accept_is_first_come_first_served),
	KUNIT_CASE(text_waits_for_accept),
	KUNIT_CASE(reset_before_accept),
	KUNIT_CASE(syn_ack_backs_off),
	KUNIT_CASE(ack_after_a_second_syn_ack),
	KUNIT_CASE(ack_gives_a_sample),
	KUNIT_CASE(syn_again_is_one_connection),
	KUNIT_CASE(ecn_syn_again_is_the_same),
	KUNIT_CASE(last_ack_twice),
	KUNIT_CASE(text_stands_for_the_last_ack),
	KUNIT_CASE(full_accept_queue_drops_the_ack),
	KUNIT_CASE(full_accept_queue_resets),
	KUNIT_CASE(ack_is_heard_when_there_is_room),
	KUNIT_CASE(full_syn_queue_drops_the_syn),
	KUNIT_CASE(syn_queue_has_a_limit_of_its_own),
	KUNIT_CASE(backlog_counts_one_more),
	KUNIT_CASE(close_resets_the_unaccepted),
	KUNIT_CASE(close_forgets_the_half_open),
	KUNIT_CASE(shutdown_ends_listening),
	KUNIT_CASE(close_leaves_the_accepted_alone),
	KUNIT_CASE(child_inherits),
	KUNIT_CASE_PARAM(syn_of_many_hosts_is_dropped, addr_gen_params),
	KUNIT_CASE(text_on_the_syn_is_not_taken),
	KUNIT_CASE(half_open_keeps_its_edge),
	KUNIT_CASE(syn_fin_makes_no_mess),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_listen",
	.test_cases = cases,
};

kunit_test_suites(&suite);
