// SPDX-License-Identifier: GPL-2.0-only
/*
 * Delivery rate samples, the round trip of who only receives, and what
 * TCP_INFO says of them and of the path.
 */
#include <linux/tcp.h>
#include <net/sock.h>
#include <mini/rate.h>
#include <mini/rtt.h>
#include "harness.h"

#define MS	MINI_USEC_PER_MSEC
#define MSS	MINI_T_MSS

/* A flight of two, ACKed together after a round trip of 100 ms */
static void rate_of_a_flight(struct kunit *test)
{
	struct mini_rate_sample s = {};
	struct mini_rate_sent p, q;
	struct mini_rate r = {};

	mini_rate_send(&r, &p, true, 1000 * MS);
	mini_rate_send(&r, &q, false, 1020 * MS);
	mini_rate_deliver(&s, &p, 1000 * MS);
	mini_rate_deliver(&s, &q, 1020 * MS);
	mini_rate_ack(&r, &s, 2000, 100 * MS, 1120 * MS);
	/* 2000 octets in 120 ms since the flight began */
	KUNIT_EXPECT_EQ(test, mini_rate_per_s(&r), 16666);
	KUNIT_EXPECT_FALSE(test, r.got_limited);
}

/* ACKs that arrive in a bunch: sending took longer, and that counts */
static void bunched_acks_do_not_cheat(struct kunit *test)
{
	struct mini_rate_sample s = {};
	struct mini_rate_sent p, q;
	struct mini_rate r = {};

	mini_rate_send(&r, &p, true, 0);
	mini_rate_send(&r, &q, false, 400 * MS);
	mini_rate_deliver(&s, &p, 0);
	mini_rate_ack(&r, &s, 1000, 100 * MS, 499 * MS);
	s = (struct mini_rate_sample){};
	mini_rate_deliver(&s, &q, 400 * MS);
	mini_rate_ack(&r, &s, 1000, 100 * MS, 500 * MS);
	/* 2000 octets in 500 ms; the last 1000 did not take 1 ms */
	KUNIT_EXPECT_EQ(test, r.got_us, 500 * MS);
	KUNIT_EXPECT_EQ(test, mini_rate_per_s(&r), 4000);
}

/* No sample in less than a round trip, none without a packet */
static void impossible_samples_are_left_out(struct kunit *test)
{
	struct mini_rate_sample s = {};
	struct mini_rate_sent p;
	struct mini_rate r = {};

	mini_rate_send(&r, &p, true, 1000);
	mini_rate_deliver(&s, &p, 1000);
	mini_rate_ack(&r, &s, 5000, 100 * MS, 2000);
	KUNIT_EXPECT_EQ(test, mini_rate_per_s(&r), 0);
	s.any = false;
	mini_rate_ack(&r, &s, 5000, 0, 9000);
	KUNIT_EXPECT_EQ(test, mini_rate_per_s(&r), 0);
	KUNIT_EXPECT_EQ(test, r.delivered, 10000);
	s.any = true;
	mini_rate_ack(&r, &s, 0, 0, 9000);
	KUNIT_EXPECT_EQ(test, mini_rate_per_s(&r), 0);
}

/* One packet there and back */
static void round_trip(struct mini_rate *r, u32 octets, u32 at_ms, u32 ms)
{
	struct mini_rate_sample s = {};
	struct mini_rate_sent p;

	mini_rate_send(r, &p, true, (u64)at_ms * MS);
	mini_rate_deliver(&s, &p, (u64)at_ms * MS);
	mini_rate_ack(r, &s, octets, MS, (u64)(at_ms + ms) * MS);
}

/* Of a user who writes little only what is more than before is kept */
static void limited_samples(struct kunit *test)
{
	struct mini_rate r = { .delivered = -1500 };	/* it wraps */

	round_trip(&r, 1000, 100, 100);
	KUNIT_EXPECT_EQ(test, mini_rate_per_s(&r), 10000);
	mini_rate_limit(&r, 200);
	round_trip(&r, 100, 300, 100);
	KUNIT_EXPECT_EQ(test, mini_rate_per_s(&r), 10000);
	KUNIT_EXPECT_FALSE(test, r.got_limited);
	mini_rate_limit(&r, 2000);
	round_trip(&r, 2000, 500, 100);
	KUNIT_EXPECT_EQ(test, mini_rate_per_s(&r), 20000);
	KUNIT_EXPECT_TRUE(test, r.got_limited);
	/* it is over when what was out then is delivered */
	KUNIT_EXPECT_TRUE(test, r.limited);
	round_trip(&r, 1, 700, 100);
	KUNIT_EXPECT_FALSE(test, r.limited);
	round_trip(&r, 100, 900, 100);
	KUNIT_EXPECT_EQ(test, mini_rate_per_s(&r), 1000);
}

static void receiver_rtt_by_echo(struct kunit *test)
{
	struct mini_rcv_rtt r = {};

	mini_rcv_rtt_echo(&r, 7, 80 * MS);
	KUNIT_EXPECT_EQ(test, r.us8, 640 * MS);
	mini_rcv_rtt_echo(&r, 7, 500 * MS);	/* the same echo, later */
	mini_rcv_rtt_echo(&r, 8, 0);
	KUNIT_EXPECT_EQ(test, r.us8, 640 * MS);
	mini_rcv_rtt_echo(&r, 8, 160 * MS);
	KUNIT_EXPECT_EQ(test, r.us8 >> 3, 90 * MS);
	mini_rcv_rtt_echo(&r, 9, U32_MAX);
	KUNIT_EXPECT_LE(test, r.us8 >> 3, MINI_RTO_MAX_US);
}

static void receiver_rtt_by_window(struct kunit *test)
{
	struct mini_rcv_rtt r = {};

	mini_rcv_rtt_window(&r, -100, 900, 1000 * MS);
	KUNIT_EXPECT_EQ(test, r.us8, 0);
	mini_rcv_rtt_window(&r, 899, 1900, 1050 * MS);
	KUNIT_EXPECT_EQ(test, r.us8, 0);
	mini_rcv_rtt_window(&r, 900, 1900, 1060 * MS);
	KUNIT_EXPECT_EQ(test, r.us8 >> 3, 60 * MS);
	mini_rcv_rtt_window(&r, 1900, 2900, 1200 * MS);	/* a slow peer */
	KUNIT_EXPECT_EQ(test, r.us8 >> 3, 60 * MS);
	mini_rcv_rtt_window(&r, 2900, 3900, 1230 * MS);
	KUNIT_EXPECT_EQ(test, r.us8 >> 3, 30 * MS);
}

/* In connections */

/* Ten segments in a round trip of 100 ms, after silence; and then eighteen */
static void info_of_a_flight(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct tcp_info info;

	MINI_T_EQ(t, mini_t_send(t, 28 * MSS), 28 * MSS);
	mini_t_drain(t);
	mini_t_rx(t, AT_MS(100), SEG(.ack = 10 * MSS));
	info = mini_t_info(t);
	MINI_T_EQ(t, info.tcpi_delivered, 11);	/* and the SYN */
	MINI_T_EQ(t, info.tcpi_delivery_rate, 100 * MSS);
	MINI_T_EQ(t, info.tcpi_delivery_rate_app_limited, 1);
	mini_t_rx(t, AT_MS(200), SEG(.ack = 28 * MSS));
	mini_t_drain(t);
	info = mini_t_info(t);
	MINI_T_EQ(t, info.tcpi_delivered, 29);
	MINI_T_EQ(t, info.tcpi_delivery_rate, 180 * MSS);
	MINI_T_EQ(t, info.tcpi_delivery_rate_app_limited, 0);
}

/* A little at a time: the rate is the user's, and TCP_INFO says so */
static void info_of_a_slow_writer(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct tcp_info info;

	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_rx(t, AT_MS(100), SEG(.ack = 100));
	MINI_T_EQ(t, mini_t_send(t, 200), 200);
	mini_t_rx(t, AT_MS(200), SEG(.ack = 300));
	mini_t_drain(t);
	info = mini_t_info(t);
	MINI_T_EQ(t, info.tcpi_delivered, 3);
	MINI_T_EQ(t, info.tcpi_delivery_rate, 2000);
	MINI_T_EQ(t, info.tcpi_delivery_rate_app_limited, 1);
}

static struct mini_t *with_sack(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	t->peer_sack = true;
	mini_t_to_established(t);
	MINI_T_EQ(t, mini_t_send(t, 8 * MSS), 8 * MSS);
	mini_t_drain(t);
	return t;
}

/* SACKed counts as delivered once; the late ones were overtaken by five */
static void info_of_reordering(struct kunit *test)
{
	struct mini_t *t = with_sack(test);
	struct tcp_info info;

	mini_t_rx(t, AT_MS(100), SEG(.nr_sack = 1, .sack = { { MSS, 2 * MSS } }));
	mini_t_rx(t, AT_MS(100), SEG(.nr_sack = 1,
				     .sack = { { 6 * MSS, 7 * MSS } }));
	info = mini_t_info(t);
	MINI_T_EQ(t, info.tcpi_delivered, 3);
	MINI_T_EQ(t, info.tcpi_reord_seen, 0);
	MINI_T_EQ(t, info.tcpi_reordering, 3);
	mini_t_rx(t, AT_MS(100), SEG(.nr_sack = 2,
				     .sack = { { MSS, 3 * MSS },
					       { 6 * MSS, 7 * MSS } }));
	info = mini_t_info(t);
	MINI_T_EQ(t, info.tcpi_delivered, 4);
	MINI_T_EQ(t, info.tcpi_reord_seen, 1);
	MINI_T_EQ(t, info.tcpi_reordering, 5);
	mini_t_rx(t, AT_MS(100), SEG(.ack = 8 * MSS));
	mini_t_drain(t);
	info = mini_t_info(t);
	MINI_T_EQ(t, info.tcpi_delivered, 9);
}

static void info_of_duplicates(struct kunit *test)
{
	struct mini_t *t = with_sack(test);

	mini_t_rx(t, AT_MS(100), SEG(.ack = 8 * MSS));
	mini_t_rx(t, AT_MS(100), SEG(.ack = 8 * MSS, .nr_sack = 1,
				     .sack = { { 0, 3 * MSS } }));
	MINI_T_EQ(t, mini_t_info(t).tcpi_dsack_dups, 3);
}

static void info_of_a_receiver(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);
	struct tcp_info info;
	u32 i;

	t->peer_ts = true;
	mini_t_to_established(t);
	for (i = 0; i < 8; i++)
		mini_t_rx(t, AT_MS(i), SEG(.seq = i * MSS, .len = MSS));
	mini_t_drain(t);
	mini_t_rx(t, AT_MS(80), SEG(.seq = 8 * MSS, .len = MSS));
	info = mini_t_info(t);
	MINI_T_TRUE(t, info.tcpi_rcv_rtt > 0 && info.tcpi_rcv_rtt < 110 * MS);
	MINI_T_EQ(t, info.tcpi_rcv_ssthresh, t->sock->sk->sk_rcvbuf / 2);
	MINI_T_TRUE(t, info.tcpi_rcv_space >= 10 * MSS);
	mini_t_drain(t);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(rate_of_a_flight),
	KUNIT_CASE(bunched_acks_do_not_cheat),
	KUNIT_CASE(impossible_samples_are_left_out),
	KUNIT_CASE(limited_samples),
	KUNIT_CASE(receiver_rtt_by_echo),
	KUNIT_CASE(receiver_rtt_by_window),
	KUNIT_CASE(info_of_a_flight),
	KUNIT_CASE(info_of_a_slow_writer),
	KUNIT_CASE(info_of_reordering),
	KUNIT_CASE(info_of_duplicates),
	KUNIT_CASE(info_of_a_receiver),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_rate",
	.test_cases = cases,
};

kunit_test_suites(&suite);
