// SPDX-License-Identifier: GPL-2.0-only
/* TIME-WAIT: RFC 9293 3.6.1 and 3.10.8, RFC 6191 without timestamps */
#include <linux/in.h>
#include <net/sock.h>
#include "harness.h"

#define TWO_MSL_MS	(MINI_2MSL_US / 1000)

/*
 * Not a moment less, not a moment more
 * Proves: MUST-13
 */
static void lasts_2msl(struct kunit *test)
{
	struct mini_t *t = mini_t_time_wait(test);

	MINI_T_EQ(t, atomic_read(&t->mn->tw_count), 1);
	mini_t_goto(t, AT_MS(TWO_MSL_MS) - 1);
	mini_t_expect_state(t, TCP_TIME_WAIT);
	mini_t_goto(t, AT_MS(TWO_MSL_MS));
	mini_t_expect_state(t, TCP_CLOSE);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, atomic_read(&t->mn->tw_count), 0);
	MINI_T_TRUE(t, mini_t_timers_idle(t));
}

/* It lives on when the user's socket is long gone, and holds the port */
static void outlives_its_socket(struct kunit *test)
{
	struct mini_t *t = mini_t_time_wait(test);
	struct socket *other;

	mini_t_close(t);
	mini_t_expect_nothing(t);
	mini_t_expect_state(t, TCP_TIME_WAIT);
	MINI_T_EQ(t, mini_t_socket(t, 0, &other), 0);
	MINI_T_EQ(t, mini_t_bind(other, MINI_T_LADDR, MINI_T_LPORT),
		  -EADDRINUSE);
	mini_t_advance_us(t, MINI_2MSL_US);
	MINI_T_EQ(t, mini_t_bind(other, MINI_T_LADDR, MINI_T_LPORT), 0);
	mini_t_release(&other);
}

/* SO_REUSEADDR: a server restarts while its old connections linger */
static void reuse_binds_beside_it(struct kunit *test)
{
	struct mini_t *t = mini_t_time_wait_listen(test);

	mini_t_close(t);
	mini_t_release(&t->listener);
	MINI_T_EQ(t, mini_t_socket(t, 0, &t->listener), 0);
	sock_set_reuseaddr(t->listener->sk);
	MINI_T_EQ(t, mini_t_bind(t->listener, MINI_T_LADDR, MINI_T_LPORT), 0);
	MINI_T_EQ(t, kernel_listen(t->listener, 8), 0);
	mini_t_expect_state(t, TCP_TIME_WAIT);
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN, .seq = 5000));
	mini_t_expect_state(t, TCP_SYN_RECV);
	mini_t_drain(t);
}

/* The same tuple again, while it waits: connect() must not have it */
static void tuple_is_taken(struct kunit *test)
{
	struct mini_t *t = mini_t_time_wait(test);

	mini_t_close(t);
	MINI_T_EQ(t, mini_t_socket(t, 0, &t->sock), 0);
	sock_set_reuseaddr(t->sock->sk);
	MINI_T_EQ(t, mini_t_bind(t->sock, MINI_T_LADDR, MINI_T_LPORT), 0);
	MINI_T_EQ(t, mini_t_connect(t), -EADDRNOTAVAIL);
	mini_t_expect_nothing(t);
	mini_t_expect_state(t, TCP_TIME_WAIT);
	mini_t_advance_us(t, MINI_2MSL_US);
	MINI_T_EQ(t, mini_t_connect(t), -EINPROGRESS);
	mini_t_drain(t);
}

/*
 * Each replay of the peer's FIN is ACKed and starts the wait anew
 * Proves: MUST-13
 */
static void fin_replayed_starts_it_anew(struct kunit *test)
{
	struct mini_t *t = mini_t_time_wait(test);
	u32 i;

	for (i = 1; i <= 5; i++) {
		mini_t_rx(t, AT_MS(i * 50 * 1000),
			  SEG(.flags = MINI_FIN | MINI_ACK, .seq = -1));
		mini_t_expect_tx(t, SEG());
	}
	mini_t_goto(t, AT_MS(250 * 1000 + TWO_MSL_MS) - 1);
	mini_t_expect_state(t, TCP_TIME_WAIT);
	mini_t_goto(t, AT_MS(250 * 1000 + TWO_MSL_MS));
	mini_t_expect_state(t, TCP_CLOSE);
}

/* ... with its text, if our ACK of that was lost as well */
static void text_and_fin_replayed(struct kunit *test)
{
	struct mini_t *t = mini_t_fin_wait2(test);

	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_FIN | MINI_ACK, .len = 10));
	mini_t_expect_tx(t, SEG(.ack = 11));
	mini_t_rx(t, AT_MS(1000), SEG(.flags = MINI_FIN | MINI_ACK, .len = 10));
	mini_t_expect_tx(t, SEG(.ack = 11));
	mini_t_expect_state(t, TCP_TIME_WAIT);
	MINI_T_EQ(t, mini_t_recv(t, 100), 10);
	MINI_T_EQ(t, mini_t_recv(t, 100), 0);
}

/* Old text alone is ACKed, but does not prolong the wait */
static void old_text_prolongs_nothing(struct kunit *test)
{
	struct mini_t *t = mini_t_time_wait(test);

	mini_t_rx(t, AT_MS(TWO_MSL_MS - 1), SEG(.seq = -11, .len = 10));
	mini_t_expect_tx(t, SEG());
	mini_t_goto(t, AT_MS(TWO_MSL_MS));
	mini_t_expect_state(t, TCP_CLOSE);
}

struct tw_rst {
	const char *name;
	s32 seq;
	bool ack;
	u8 to;
};

static const struct tw_rst tw_rsts[] = {
	{ "RST at RCV.NXT ends it", 0, false, TCP_CLOSE },
	{ "RST in the window is challenged", 1, true, TCP_TIME_WAIT },
	{ "RST below is dropped", -1, false, TCP_TIME_WAIT },
	{ "RST far above is dropped", MINI_T_FAR, false, TCP_TIME_WAIT },
	{ "RST far below is dropped", -MINI_T_FAR, false, TCP_TIME_WAIT },
};

static void rst_desc(const struct tw_rst *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(rst, tw_rsts, rst_desc);

/*
 * RFC 5961 holds here as well: no stray RST may cut the wait short
 * Proves: BA-1
 */
static void reset(struct kunit *test)
{
	const struct tw_rst *r = test->param_value;
	struct mini_t *t = mini_t_time_wait(test);

	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_RST, .seq = r->seq));
	if (r->ack)
		mini_t_expect_tx(t, SEG());
	mini_t_expect_nothing(t);
	mini_t_expect_state(t, r->to);
}

/* net.mini.tcp_rfc1337: not even one that is exact */
static void reset_ends_nothing(struct kunit *test)
{
	struct mini_t *t = mini_t_time_wait(test);

	t->mn->sysctl.rfc1337 = 1;
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_RST));
	mini_t_expect_nothing(t);
	mini_t_expect_state(t, TCP_TIME_WAIT);
}

/*
 * The whole way from TIME-WAIT to the next connection
 * Proves: MAY-2, TW-5, TW-7
 */
static void new_connection_in_its_place(struct kunit *test)
{
	struct mini_t *t = mini_t_time_wait_listen(test);
	const struct mini_t_rec *rec;
	u32 old = t->our_zero, irs = t->peer_zero + 5000;

	mini_t_close(t);
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN, .seq = 5000));
	rec = mini_t_next(t);
	KUNIT_ASSERT_NOT_NULL(test, rec);
	/* TW-7 */
	MINI_T_TRUE(t, seq_gt(rec->seq, old));
	MINI_T_EQ(t, atomic_read(&t->mn->tw_count), 0);
	mini_t_set_isn(t, rec->seq, irs);
	t->tx_off = 0;
	t->rx_off = 0;
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1, .len = 10));
	mini_t_expect_tx(t, SEG(.seq = 1, .ack = 11));
	MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_EQ(t, mini_t_recv(t, 100), 10);
	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_tx(t, SEG(.seq = 1, .ack = 11, .len = 10));
}

/*
 * Equal or below is not above
 * Proves: TW-6
 */
static void syn_at_or_below_is_refused(struct kunit *test)
{
	static const s32 below[] = { 0, -1, -1000, -MINI_T_FAR };
	struct mini_t *t = mini_t_time_wait_listen(test);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(below); i++) {
		mini_t_rx(t, AT_MS(1000 * (i + 1)),
			  SEG(.flags = MINI_SYN, .seq = below[i]));
		mini_t_expect_tx(t, SEG());
		mini_t_expect_state(t, TCP_TIME_WAIT);
	}
}

/* The listener is full: the SYN is lost, and so is TIME-WAIT's claim */
static void syn_with_a_full_listener(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	mini_t_to_listen(t, 0);
	mini_t_to_established_passive(t);
	mini_t_to_fin_wait1(t);
	mini_t_to_fin_wait2(t);
	mini_t_to_time_wait(t);
	t->listener->sk->sk_ack_backlog = 1;
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN, .seq = 5000));
	mini_t_expect_nothing(t);
	t->listener->sk->sk_ack_backlog = 0;
}

/* net.mini.max_tw: beyond it connections just end */
static void table_full(struct kunit *test)
{
	struct mini_t *t = mini_t_fin_wait2(test);
	unsigned long lost = mini_mib_sum(t->mn, MINI_MIB_TW_OVERFLOW);

	t->mn->sysctl.max_tw = 0;
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_FIN | MINI_ACK));
	mini_t_expect_tx(t, SEG(.ack = 1));
	mini_t_expect_state(t, TCP_CLOSE);
	MINI_T_EQ(t, mini_mib_sum(t->mn, MINI_MIB_TW_OVERFLOW) - lost, 1);
	MINI_T_EQ(t, atomic_read(&t->mn->tw_count), 0);
	MINI_T_EQ(t, mini_t_recv(t, 10), 0);
}

/* Text that came with the end is still there for the user */
static void user_reads_on(struct kunit *test)
{
	struct mini_t *t = mini_t_fin_wait2(test);

	mini_t_rx(t, AT_NOW, SEG(.len = 100));
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_FIN | MINI_ACK, .seq = 100));
	mini_t_drain(t);
	mini_t_expect_state(t, TCP_TIME_WAIT);
	MINI_T_EQ(t, mini_t_recv(t, 60), 60);
	mini_t_advance_us(t, MINI_2MSL_US);
	MINI_T_EQ(t, mini_t_recv(t, 60), 40);
	MINI_T_EQ(t, mini_t_recv(t, 60), 0);
}

/* ACKs that it sends say SND.NXT and RCV.NXT, and are throttled */
static void challenges_are_throttled(struct kunit *test)
{
	struct mini_t *t = mini_t_time_wait(test);
	u32 i;

	for (i = 0; i < 1000; i++)
		mini_t_rx(t, AT_MS(i), SEG(.flags = MINI_SYN, .seq = -500));
	MINI_T_TRUE(t, mini_t_pending(t) >= 1);
	MINI_T_TRUE(t, mini_t_pending(t) <= 3);
	mini_t_expect_tx(t, SEG());
	mini_t_drain(t);
}

/* The namespace goes: mini_tw_kill_all() leaves none */
static void all_are_killed_at_once(struct kunit *test)
{
	struct mini_t *t = mini_t_time_wait(test);

	mini_tw_kill_all(t->mn);
	mini_t_expect_state(t, TCP_CLOSE);
	MINI_T_EQ(t, atomic_read(&t->mn->tw_count), 0);
	MINI_T_TRUE(t, mini_t_timers_idle(t));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(lasts_2msl),
	KUNIT_CASE(outlives_its_socket),
	KUNIT_CASE(reuse_binds_beside_it),
	KUNIT_CASE(tuple_is_taken),
	KUNIT_CASE(fin_replayed_starts_it_anew),
	KUNIT_CASE(text_and_fin_replayed),
	KUNIT_CASE(old_text_prolongs_nothing),
	KUNIT_CASE_PARAM(reset, rst_gen_params),
	KUNIT_CASE(reset_ends_nothing),
	KUNIT_CASE(new_connection_in_its_place),
	KUNIT_CASE(syn_at_or_below_is_refused),
	KUNIT_CASE(syn_with_a_full_listener),
	KUNIT_CASE(table_full),
	KUNIT_CASE(user_reads_on),
	KUNIT_CASE(challenges_are_throttled),
	KUNIT_CASE(all_are_killed_at_once),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_timewait",
	.test_cases = cases,
};

kunit_test_suites(&suite);
