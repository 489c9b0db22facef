// SPDX-License-Identifier: GPL-2.0-only
/*
 * When an ACK leaves: the rules by themselves, and connections whose peer
 * shows the rhythm that each is about.
 */
#include <linux/tcp.h>
#include <mini/delack.h>
#include "harness.h"

#define MS	MINI_USEC_PER_MSEC
#define RTO_US	(300 * MS)

struct gap_row {
	const char *name;
	u32 ato_ms;
	u32 gap_ms;
	u32 want_us;
	bool anew;
};

/* ATO, then a gap between segments: what ATO becomes, and is it a new start? */
static const struct gap_row gap_rows[] = {
	{ "close together", 40, 0, 40 * MS, false },
	{ "close together, ATO comes down", 160, 20, 100 * MS, false },
	{ "further apart", 100, 30, 80 * MS, false },
	{ "almost ATO", 100, 99, 149 * MS, false },
	{ "ATO and more says nothing", 100, 100, 100 * MS, false },
	{ "no more than RTO", 290, 280, 300 * MS, false },
	{ "RTO is no new start", 100, 300, 100 * MS, false },
	{ "silent for longer than RTO", 100, 301, 100 * MS, true },
};

static void gap_desc(const struct gap_row *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(gap, gap_rows, gap_desc);

static void ato_follows_the_gaps(struct kunit *test)
{
	const struct gap_row *row = test->param_value;
	struct mini_delack d = { .ato_us = row->ato_ms * MS, .rcv_us = 7 };

	KUNIT_EXPECT_EQ(test, row->anew,
			mini_delack_data_in(&d, 7 + row->gap_ms * MS, RTO_US));
	KUNIT_EXPECT_EQ(test, d.ato_us, row->want_us);
	KUNIT_EXPECT_EQ(test, d.rcv_us, 7 + row->gap_ms * MS);
}

static void first_text_is_a_start(struct kunit *test)
{
	struct mini_delack d = {};

	KUNIT_EXPECT_TRUE(test, mini_delack_data_in(&d, 1, RTO_US));
	KUNIT_EXPECT_EQ(test, d.ato_us, 40 * MS);
	KUNIT_EXPECT_FALSE(test, mini_delack_data_in(&d, 2, RTO_US));
}

/* So many ACKs, and then ATO starts from below again */
static void quick_acks_are_counted(struct kunit *test)
{
	struct mini_delack d = { .ato_us = 100 * MS };
	u32 i;

	KUNIT_EXPECT_FALSE(test, mini_delack_at_once(&d));
	mini_delack_grant(&d, 3);
	mini_delack_grant(&d, 2);	/* no fewer */
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, d.ato_us, 100 * MS);
		KUNIT_EXPECT_TRUE(test, mini_delack_at_once(&d));
		mini_delack_ack_sent(&d);
	}
	KUNIT_EXPECT_FALSE(test, mini_delack_at_once(&d));
	KUNIT_EXPECT_EQ(test, d.ato_us, 40 * MS);
}

/* A reader who answers: ACKs wait for the answer, unless the peer needs them */
static void answers_make_pingpong(struct kunit *test)
{
	struct mini_delack d = {};

	mini_delack_data_out(&d, 0);	/* nothing to answer yet */
	KUNIT_EXPECT_FALSE(test, d.pingpong);
	mini_delack_data_in(&d, 10 * MS, RTO_US);
	mini_delack_data_out(&d, 50 * MS);	/* too late for an answer */
	KUNIT_EXPECT_FALSE(test, d.pingpong);
	mini_delack_grant(&d, 5);
	mini_delack_data_out(&d, 50 * MS - 1);
	KUNIT_EXPECT_TRUE(test, d.pingpong);
	KUNIT_EXPECT_FALSE(test, mini_delack_at_once(&d));
	mini_delack_quick(&d, 1);
	KUNIT_EXPECT_TRUE(test, mini_delack_at_once(&d));
	KUNIT_EXPECT_EQ(test, d.quick, 5);
}

static void missed_answer_ends_pingpong(struct kunit *test)
{
	struct mini_delack d = { .pingpong = true, .ato_us = 150 * MS };

	mini_delack_missed(&d, RTO_US);
	KUNIT_EXPECT_FALSE(test, d.pingpong);
	KUNIT_EXPECT_EQ(test, d.ato_us, 40 * MS);
	mini_delack_missed(&d, RTO_US);
	KUNIT_EXPECT_EQ(test, d.ato_us, 80 * MS);
	mini_delack_missed(&d, RTO_US);
	mini_delack_missed(&d, RTO_US);
	KUNIT_EXPECT_EQ(test, d.ato_us, RTO_US);
}

/* What ends a write is ACKed once it is read; of answers only the second */
static void pushed_is_acked_when_read(struct kunit *test)
{
	struct mini_delack d = {};

	KUNIT_EXPECT_FALSE(test, mini_delack_on_read(&d));
	mini_delack_pushed(&d);
	KUNIT_EXPECT_TRUE(test, mini_delack_on_read(&d));
	d.pingpong = true;
	KUNIT_EXPECT_FALSE(test, mini_delack_on_read(&d));
	mini_delack_pushed(&d);
	mini_delack_pushed(&d);
	KUNIT_EXPECT_TRUE(test, mini_delack_on_read(&d));
	mini_delack_ack_sent(&d);
	KUNIT_EXPECT_FALSE(test, mini_delack_on_read(&d));
}

struct wait_row {
	const char *name;
	u32 ato_us;
	u32 srtt_us;
	u32 want_us;
};

static const struct wait_row wait_rows[] = {
	{ "before any text", 0, 0, 40 * MS },
	{ "ATO", 100 * MS, 0, 100 * MS },
	{ "ATO above the limit", 300 * MS, 0, 200 * MS },
	{ "no longer than a round trip", 100 * MS, 60 * MS, 60 * MS },
	{ "but 40 ms", 100 * MS, 1 * MS, 40 * MS },
	{ "a long round trip", 1000 * MS, 1000 * MS, 200 * MS },
};

static void wait_desc(const struct wait_row *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(wait, wait_rows, wait_desc);

/* Proves: MUST-40 */
static void wait_has_bounds(struct kunit *test)
{
	const struct wait_row *row = test->param_value;
	struct mini_delack d = { .ato_us = row->ato_us };

	KUNIT_EXPECT_EQ(test, mini_delack_wait_us(&d, row->srtt_us),
			row->want_us);
}

static void mode_outlives_a_connection(struct kunit *test)
{
	struct mini_delack d = { .pingpong = true, .quick = 7, .ato_us = 9,
				 .pushed = 1, .rcv_us = 8 };

	mini_delack_reset(&d);
	KUNIT_EXPECT_TRUE(test, d.pingpong);
	KUNIT_EXPECT_EQ(test, d.quick, 0);
	KUNIT_EXPECT_EQ(test, d.ato_us, 0);
	KUNIT_EXPECT_EQ(test, d.pushed, 0);
	KUNIT_EXPECT_EQ(test, d.rcv_us, 0);
}

/* In connections */

/* One octet more from the peer, at @at_ms */
static u32 say(struct mini_t *t, s64 at_ms, u32 off)
{
	mini_t_rx(t, AT_MS(at_ms), SEG(.seq = off, .len = 1));
	return off + 1;
}

/* Its first @n octets, each ACKed at once */
static u32 say_quick(struct mini_t *t, s64 at_ms, u32 off, u32 n)
{
	while (n--) {
		off = say(t, at_ms, off);
		mini_t_expect_tx(t, SEG(.ack = off));
	}
	return off;
}

/* Sixteen at the start, the same after a silence, and no more */
static void start_and_silence(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 off = say_quick(t, 0, 0, MINI_QUICKACKS);

	off = say(t, 0, off);
	mini_t_expect_tx_at(t, AT_MS(40), SEG(.ack = off));
	off = say_quick(t, 1000, off, MINI_QUICKACKS);
	off = say(t, 1000, off);
	mini_t_expect_nothing(t);
	mini_t_expect_tx_at(t, AT_MS(1040), SEG(.ack = off));
}

/* A missed ACK doubles the wait, up to a round trip: 100 ms here */
static void slow_rhythm_is_waited_for(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 off = say_quick(t, 0, 0, MINI_QUICKACKS);

	off = say(t, 100, off);
	mini_t_expect_tx_at(t, AT_MS(140), SEG(.ack = off));
	off = say(t, 300, off);
	mini_t_expect_tx_at(t, AT_MS(380), SEG(.ack = off));
	off = say(t, 500, off);
	mini_t_expect_tx_at(t, AT_MS(600), SEG(.ack = off));
}

/* More text does not wait for the timer's last quarter */
static void timer_about_to_fire_is_not_waited_for(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 off = say_quick(t, 0, 0, MINI_QUICKACKS);

	off = say(t, 100, off);
	off = say(t, 127, off);
	mini_t_expect_nothing(t);
	off = say(t, 131, off);
	mini_t_expect_tx(t, SEG(.ack = off));
	mini_t_advance_ms(t, 400);
	mini_t_expect_nothing(t);
}

/* Question and answer: the ACK rides on the answer; without one it is late */
static void ack_rides_on_the_answer(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct tcp_info info;
	u32 off = say_quick(t, 0, 0, 1);

	MINI_T_EQ(t, mini_t_recv(t, 1), 1);
	MINI_T_EQ(t, mini_t_send(t, 1), 1);
	mini_t_expect_tx(t, SEG(.ack = off, .len = 1));
	mini_t_rx(t, AT_MS(10), SEG(.seq = off, .ack = 1, .len = 1));
	MINI_T_EQ(t, mini_t_recv(t, 1), 1);
	mini_t_advance_ms(t, 20);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mini_t_send(t, 1), 1);
	mini_t_expect_tx(t, SEG(.seq = 1, .ack = ++off, .len = 1));
	mini_t_rx(t, AT_MS(50), SEG(.seq = off, .ack = 2, .len = 1));
	mini_t_expect_tx_at(t, AT_MS(90), SEG(.seq = 2, .ack = ++off));
	MINI_T_TRUE(t, !mini_t_msk(t)->delack.pingpong);
	lock_sock(t->sock->sk);
	mini_get_info(t->sock->sk, &info);
	release_sock(t->sock->sk);
	MINI_T_EQ(t, info.tcpi_ato, 40 * MS);
}

/* The user has read all, and does not answer: why wait? */
static void ack_when_all_is_read(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 off = say_quick(t, 0, 0, MINI_QUICKACKS);

	off = say(t, 100, off);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mini_t_recv(t, off - 1), off - 1);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mini_t_recv(t, 1), 1);
	mini_t_expect_tx(t, SEG(.ack = off));
	mini_t_advance_ms(t, 400);
	mini_t_expect_nothing(t);
}

/* What the peer sends again it was not told of: it is told at once now */
static void trouble_ends_the_waiting(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 off = say_quick(t, 0, 0, MINI_QUICKACKS);

	mini_t_msk(t)->delack.pingpong = true;
	mini_t_rx(t, AT_MS(100), SEG(.len = off));
	mini_t_expect_tx(t, SEG(.ack = off));
	say_quick(t, 100, off, MINI_QUICKACKS - 1);
}

static int quickack(struct mini_t *t)
{
	return !mini_t_msk(t)->delack.pingpong;
}

/* TCP_QUICKACK: 1 leaves the mode, 0 enters it, an even value is for once */
static void quickack_option(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 off;

	MINI_T_EQ(t, quickack(t), 1);
	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_QUICKACK, 0), 0);
	MINI_T_EQ(t, quickack(t), 0);
	off = say(t, 0, 0);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mini_t_recv(t, 1), 1);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_QUICKACK, 2), 0);
	mini_t_expect_tx(t, SEG(.ack = off));
	MINI_T_EQ(t, quickack(t), 0);
	off = say(t, 0, off);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_QUICKACK, 1), 0);
	mini_t_expect_nothing(t);	/* it was not read */
	MINI_T_EQ(t, mini_t_recv(t, 1), 1);
	mini_t_expect_tx(t, SEG(.ack = off));
	MINI_T_EQ(t, quickack(t), 1);
	say_quick(t, 0, off, MINI_QUICKACKS - 2);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(ato_follows_the_gaps, gap_gen_params),
	KUNIT_CASE(first_text_is_a_start),
	KUNIT_CASE(quick_acks_are_counted),
	KUNIT_CASE(answers_make_pingpong),
	KUNIT_CASE(missed_answer_ends_pingpong),
	KUNIT_CASE(pushed_is_acked_when_read),
	KUNIT_CASE_PARAM(wait_has_bounds, wait_gen_params),
	KUNIT_CASE(mode_outlives_a_connection),
	KUNIT_CASE(start_and_silence),
	KUNIT_CASE(slow_rhythm_is_waited_for),
	KUNIT_CASE(timer_about_to_fire_is_not_waited_for),
	KUNIT_CASE(ack_rides_on_the_answer),
	KUNIT_CASE(ack_when_all_is_read),
	KUNIT_CASE(trouble_ends_the_waiting),
	KUNIT_CASE(quickack_option),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_delack",
	.test_cases = cases,
};

kunit_test_suites(&suite);
