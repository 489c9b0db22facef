// SPDX-License-Identifier: GPL-2.0-only
/*
 * Timestamps (RFC 7323): who has the option, what is echoed, which segments
 * PAWS turns away, round trips by the echo, and RFC 6191 in TIME-WAIT.
 */
#include <net/sock.h>
#include <linux/in.h>
#include "harness.h"

#define MSS	MINI_T_MSS
#define RTO	MINI_T_RTO_MS
#define TICK_US	BIT(MINI_TS_TICK_SHIFT)
/* a moment later by the peer's clock, whatever its phase */
#define LATER_MS	3

static struct mini_t *with_ts(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	t->peer_ts = true;
	return t;
}

static struct mini_t *established(struct kunit *test)
{
	struct mini_t *t = with_ts(test);

	mini_t_to_established(t);
	return t;
}

static u32 peer_clock(const struct mini_t *t)
{
	return (u32)(t->now_us >> MINI_TS_TICK_SHIFT) + MINI_T_PEER_TS_OFF;
}

/*
 * In our SYN; then in all segments, which the harness checks
 * Proves: HP-5, HP-6, HP-8
 */
static void offered_and_agreed(struct kunit *test)
{
	struct mini_t *t = established(test);

	MINI_T_TRUE(t, t->log[0].has_ts);
	MINI_T_EQ(t, t->log[0].tsecr, 0);
	MINI_T_TRUE(t, mini_t_msk(t)->ts.ok);
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_expect_tx(t, SEG(.len = 100));
	MINI_T_TRUE(t, t->log[t->nr_log - 1].has_ts);
	mini_t_rx(t, AT_NOW, SEG(.ack = 100));
}

/*
 * The peer's SYN,ACK has none, and no segment of ours has one any more
 * Proves: HP-5
 */
static void refused_by_the_peer(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_TRUE(t, t->log[0].has_ts);
	MINI_T_TRUE(t, !mini_t_msk(t)->ts.ok);
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	MINI_T_TRUE(t, !t->log[t->nr_log - 1].has_ts);
	mini_t_expect_tx(t, SEG(.len = 100));
}

static u32 sent_tsval(struct mini_t *t)
{
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_drain(t);
	return t->our_tsval;
}

/*
 * A tick is no shorter than a millisecond and no longer than a second, also
 * when hours pass. (That it never goes back, the harness sees in each test.)
 * Proves: HP-14
 */
static void clock_ticks(struct kunit *test)
{
	struct mini_t *t = established(test);
	u32 at = sent_tsval(t), i, now;

	mini_t_rx(t, AT_NOW, SEG(.ack = 100));
	for (i = 0; i < 100; i++) {
		mini_t_advance_us(t, USEC_PER_MSEC);
		now = sent_tsval(t);
		MINI_T_TRUE(t, now - at <= 1);
		mini_t_rx(t, AT_NOW, SEG(.ack = 200 + 100 * i));
		at = now;
	}
	mini_t_advance_ms(t, 3600 * MSEC_PER_SEC);
	now = sent_tsval(t);
	MINI_T_TRUE(t, now - at >= 3600);
	MINI_T_TRUE(t, now - at <= 3600 * MSEC_PER_SEC);
	MINI_T_TRUE(t, (s32)(now - at) > 0);
	mini_t_rx(t, AT_NOW, SEG(.ack = 200 + 100 * i));
}

/* Proves: HP-5 */
static void not_in_a_syn_ack_unasked(struct kunit *test)
{
	struct mini_t *t = mini_t_established_passive(test);

	MINI_T_TRUE(t, t->log[1].flags & MINI_SYN);
	MINI_T_TRUE(t, !t->log[1].has_ts);
	MINI_T_TRUE(t, !t->log[1].sack_ok);
}

static void answered_in_a_syn_ack(struct kunit *test)
{
	struct mini_t *t = with_ts(test);

	mini_t_to_listen(t, 1);
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN));
	MINI_T_TRUE(t, t->log[1].has_ts);
	MINI_T_EQ(t, t->log[1].tsecr, peer_clock(t));
	mini_t_drain(t);
}

/* net.mini.tcp_timestamps = 0 */
static void switched_off(struct kunit *test)
{
	struct mini_t *t = with_ts(test);

	t->mn->sysctl.timestamps = 0;
	t->peer_ts = false;
	mini_t_to_established(t);
	MINI_T_TRUE(t, !t->log[0].has_ts);
}

/*
 * Payload is less by the option
 * Proves: MUST-16, MS-2, MS-1
 */
static void segments_are_smaller(struct kunit *test)
{
	struct mini_t *t = with_ts(test);

	t->peer_mss = 8960;
	mini_t_to_established(t);
	MINI_T_EQ(t, t->log[0].mss, 1460);
	MINI_T_EQ(t, mini_t_send(t, 3000), 3000);
	mini_t_expect_tx(t, SEG(.len = 1448));
	mini_t_expect_tx(t, SEG(.seq = 1448, .len = 1448));
	mini_t_drain(t);
}

/*
 * A delayed ACK echoes the first of what it covers
 * Proves: HP-9
 */
static void delayed_ack_echoes_the_first(struct kunit *test)
{
	struct mini_t *t = established(test);
	u32 first;

	mini_t_slow_acks(t);
	mini_t_rx(t, AT_MS(LATER_MS), SEG(.len = MSS));
	mini_t_expect_nothing(t);
	first = peer_clock(t);
	mini_t_rx(t, AT_MS(2 * LATER_MS), SEG(.seq = MSS, .len = MSS));
	mini_t_expect_tx(t, SEG(.ack = 2 * MSS));
	MINI_T_EQ(t, t->log[t->nr_log - 1].tsecr, first);
}

/*
 * What lies behind a hole is not echoed, what fills it is
 * Proves: HP-9
 */
static void out_of_order_is_not_echoed(struct kunit *test)
{
	struct mini_t *t = established(test);
	u32 before;

	mini_t_rx(t, AT_MS(LATER_MS), SEG(.len = MSS));
	before = peer_clock(t);
	mini_t_drain(t);
	mini_t_rx(t, AT_MS(2 * LATER_MS), SEG(.seq = 2 * MSS, .len = MSS));
	mini_t_expect_tx(t, SEG(.ack = MSS));
	MINI_T_EQ(t, t->log[t->nr_log - 1].tsecr, before);
	mini_t_rx(t, AT_MS(3 * LATER_MS), SEG(.seq = MSS, .len = MSS));
	mini_t_expect_tx(t, SEG(.ack = 3 * MSS));
	MINI_T_EQ(t, t->log[t->nr_log - 1].tsecr, peer_clock(t));
}

/*
 * Old by its timestamp: an ACK, and no octet of it
 * Proves: HP-11
 */
static void paws_turns_old_data_away(struct kunit *test)
{
	struct mini_t *t = established(test);
	u32 drops = mini_mib_sum(t->mn, MINI_MIB_DROP_PAWS);

	mini_t_rx(t, AT_MS(100), SEG(.len = 10));
	mini_t_drain(t);
	mini_t_rx(t, AT_NOW, SEG(.seq = 10, .len = 10, .age = 5));
	mini_t_expect_tx(t, SEG(.ack = 10));
	MINI_T_EQ(t, mini_mib_sum(t->mn, MINI_MIB_DROP_PAWS), drops + 1);
	MINI_T_EQ(t, mini_t_recv(t, 100), 10);
	/* its ACK is not believed either */
	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_drain(t);
	mini_t_rx(t, AT_NOW, SEG(.seq = 10, .ack = 10, .age = 5));
	MINI_T_EQ(t, mini_flight(mini_t_msk(t)), 10);
	mini_t_drain(t);
}

/* The same age is no older */
static void paws_lets_equal_ones_pass(struct kunit *test)
{
	struct mini_t *t = established(test);

	mini_t_rx(t, AT_MS(100), SEG(.len = 10));
	mini_t_rx(t, AT_NOW, SEG(.seq = 10, .len = 10));
	MINI_T_EQ(t, mini_t_recv(t, 100), 20);
	mini_t_drain(t);
}

/* Proves: HP-12 */
static void paws_does_not_hold_a_rst(struct kunit *test)
{
	static const u8 old_ts[12] = { 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 1 };
	struct mini_t *t = established(test);

	mini_t_rx(t, AT_MS(100), SEG(.len = 10));
	mini_t_drain(t);
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_RST, .seq = 10, .opts = old_ts,
				 .opts_len = sizeof(old_ts)));
	mini_t_expect_state(t, TCP_CLOSE);
}

/*
 * After 25 days of silence any timestamp will do
 * Proves: HP-13
 */
static void paws_forgets(struct kunit *test)
{
	struct mini_t *t = established(test);

	mini_t_rx(t, AT_MS(100), SEG(.len = 10));
	mini_t_advance_ms(t, 25ULL * 86400 * 1000);
	mini_t_drain(t);
	mini_t_rx(t, AT_NOW, SEG(.seq = 10, .len = 10, .age = 0x7fff0000));
	mini_t_expect_tx(t, SEG(.ack = 20));
	/* and from now on that one counts */
	mini_t_rx(t, AT_NOW, SEG(.seq = 20, .len = 10, .age = 0x7fff0001));
	mini_t_expect_tx(t, SEG(.ack = 20));
	MINI_T_EQ(t, mini_t_recv(t, 100), 20);
	mini_t_drain(t);
}

/* A peer that agreed on them and leaves them out is heard (no hang) */
static void peer_leaves_them_out(struct kunit *test)
{
	struct mini_t *t = established(test);

	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_expect_tx(t, SEG(.len = 100));
	mini_t_rx(t, AT_MS(10), SEG(.ack = 100, .len = 10, .no_ts = true));
	MINI_T_EQ(t, mini_flight(mini_t_msk(t)), 0);
	MINI_T_EQ(t, mini_t_recv(t, 100), 10);
	mini_t_drain(t);
}

/*
 * The echo tells which copy arrived
 * Proves: RTO-6, LD-4
 */
static void sample_of_a_resent_segment(struct kunit *test)
{
	struct mini_t *t = established(test);
	struct mini_rtt *rtt = &mini_t_msk(t)->rtt;
	u32 before = rtt->srtt_us8;

	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_advance_ms(t, RTO);
	MINI_T_EQ(t, mini_t_msk(t)->total_retrans, 1);
	mini_t_rx(t, AT_MS(RTO + 20), SEG(.ack = 100));
	MINI_T_TRUE(t, rtt->srtt_us8 < before);
	MINI_T_TRUE(t, rtt->min_us >= 19000 && rtt->min_us <= 22500);
	MINI_T_EQ(t, rtt->backoff, 0);
	mini_t_drain(t);
}

/*
 * The SYN was lost, but the echo tells of the second one
 * Proves: RTO-11
 */
static void sample_of_a_resent_syn(struct kunit *test)
{
	struct mini_t *t = with_ts(test);

	mini_t_to_syn_sent(t);
	mini_t_advance_ms(t, 1000);
	mini_t_rx(t, AT_MS(1000 + 50), SEG(.flags = MINI_SYN | MINI_ACK));
	MINI_T_TRUE(t, mini_t_msk(t)->rtt.srtt_us8 >> 3 <= 53000);
	mini_t_drain(t);
}

/*
 * A duplicate ACK with a wild echo measures nothing
 * Proves: HP-10
 */
static void duplicate_gives_no_sample(struct kunit *test)
{
	struct mini_t *t = established(test);
	u32 srtt = mini_t_msk(t)->rtt.srtt_us8;

	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_rx(t, AT_MS(10), SEG(.ecr = MINI_T_TS_OFF));
	MINI_T_EQ(t, mini_t_msk(t)->rtt.srtt_us8, srtt);
	mini_t_drain(t);
}

/* net.mini.tcp_timestamps = 2: the clock itself, without an offset */
static void offset_is_left_out(struct kunit *test)
{
	struct mini_t *t = with_ts(test);

	t->mn->sysctl.timestamps = 2;
	mini_t_to_syn_sent(t);
	MINI_T_EQ(t, mini_t_msk(t)->ts.offset, 0);
	MINI_T_TRUE(t, mini_t_msk(t)->ts.ok);
}

/* An echo of what we never said measures nothing either */
static void wild_echo_gives_no_sample(struct kunit *test)
{
	struct mini_t *t = established(test);
	u32 srtt = mini_t_msk(t)->rtt.srtt_us8;

	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_advance_ms(t, RTO);
	mini_t_rx(t, AT_MS(RTO + 20), SEG(.ack = 100, .ecr = 1));
	MINI_T_EQ(t, mini_t_msk(t)->rtt.srtt_us8, srtt);
	mini_t_drain(t);
}

/**
 * struct reborn_row - a SYN that meets a TIME-WAIT
 * @name: of the case
 * @old_ts: the old connection had timestamps
 * @new_ts: the SYN has one
 * @age: how many ticks behind the last of the old connection
 * @seq: of the SYN, from the first number not used
 * @reborn: it is taken for a new connection
 */
struct reborn_row {
	const char *name;
	bool old_ts;
	bool new_ts;
	s32 age;
	s32 seq;
	bool reborn;
};

static const struct reborn_row reborn_rows[] = {
	{ "TW-1 newer timestamp, number below", true, true, -1, -5000, true },
	{ "TW-2 same timestamp, number above", true, true, 0, 5000, true },
	{ "TW-2 same timestamp, number below", true, true, 0, -5000, false },
	{ "TW-3 no timestamp now, number above", true, false, 0, 5000, true },
	{ "TW-3 no timestamp now, number below", true, false, 0, -5000,
	  false },
	{ "TW-4 timestamp only now, number below", false, true, 0, -5000,
	  true },
	{ "TW-5 none in either, number above", false, false, 0, 5000, true },
	{ "TW-6 older timestamp, number above", true, true, 1, 5000, false },
	{ "TW-6 none in either, number below", false, false, 0, -5000,
	  false },
};

static void reborn_desc(const struct reborn_row *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(reborn, reborn_rows, reborn_desc);

/* Proves: TW-1, TW-2, TW-3, TW-4, TW-5, TW-6, TW-7, SHLD-4 */
static void syn_in_time_wait(struct kunit *test)
{
	const struct reborn_row *r = test->param_value;
	struct mini_t *t = mini_t_new(test);
	const struct mini_t_rec *rec;

	t->peer_ts = r->old_ts;
	mini_t_to_established_passive(t);
	mini_t_to_fin_wait1(t);
	mini_t_to_fin_wait2(t);
	mini_t_to_time_wait(t);
	t->peer_ts |= r->new_ts;
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN, .seq = r->seq,
				 .age = r->age, .no_ts = !r->new_ts));
	rec = mini_t_next(t);
	MINI_T_TRUE(t, rec);
	if (rec && r->reborn) {
		MINI_T_EQ(t, rec->flags, MINI_SYN | MINI_ACK);
		MINI_T_TRUE(t, seq_gt(rec->seq, t->our_zero));
		mini_t_expect_state(t, TCP_SYN_RECV);
	} else {
		MINI_T_TRUE(t, rec && rec->flags == MINI_ACK);
		mini_t_expect_state(t, TCP_TIME_WAIT);
	}
	mini_t_drain(t);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(offered_and_agreed),
	KUNIT_CASE(clock_ticks),
	KUNIT_CASE(refused_by_the_peer),
	KUNIT_CASE(not_in_a_syn_ack_unasked),
	KUNIT_CASE(answered_in_a_syn_ack),
	KUNIT_CASE(switched_off),
	KUNIT_CASE(segments_are_smaller),
	KUNIT_CASE(delayed_ack_echoes_the_first),
	KUNIT_CASE(out_of_order_is_not_echoed),
	KUNIT_CASE(paws_turns_old_data_away),
	KUNIT_CASE(paws_lets_equal_ones_pass),
	KUNIT_CASE(paws_does_not_hold_a_rst),
	KUNIT_CASE(paws_forgets),
	KUNIT_CASE(peer_leaves_them_out),
	KUNIT_CASE(sample_of_a_resent_segment),
	KUNIT_CASE(sample_of_a_resent_syn),
	KUNIT_CASE(duplicate_gives_no_sample),
	KUNIT_CASE(offset_is_left_out),
	KUNIT_CASE(wild_echo_gives_no_sample),
	KUNIT_CASE_PARAM(syn_in_time_wait, reborn_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_ts",
	.test_cases = cases,
};

kunit_test_suites(&suite);
