// SPDX-License-Identifier: GPL-2.0-only
/*
 * RFC 9406: HyStart++, round by round, with round trips as each test wants
 * them. What expects numbers has them from the RFC's section 4.2 by hand.
 */
#include <kunit/test.h>
#include <mini/ca.h>
#include <mini/cubic.h>
#include <mini/hystart.h>
#include <mini/param.h>

#define MSS	1460
#define MS	MINI_USEC_PER_MSEC

/**
 * struct world - a connection in its first slow start
 * @cc: windows
 * @own: for tests without a congestion control around it
 * @h: under test
 * @una: SND.UNA
 * @nxt: SND.NXT
 * @now_us: the clock, which stands unless a test moves it
 * @limited: what ACKs say
 * @over: slow start is
 */
struct world {
	struct mini_cc cc;
	struct mini_hystart own;
	struct mini_hystart *h;
	u32 una;
	u32 nxt;
	u64 now_us;
	bool limited;
	bool over;
};

static void world_init(struct world *w, const struct mini_ca_ops *ops)
{
	memset(w, 0, sizeof(*w));
	w->cc.ops = ops;
	mini_cc_start(&w->cc, MSS, 0);
	mini_hystart_init(&w->own);
	w->h = &w->own;
	w->una = 0xffffe000;	/* rounds end on either side of the wrap */
	w->nxt = w->una + w->cc.cwnd;
	w->limited = true;
}

/* The first window is out: ten segments, and the first ACK begins a round */
static void begin(struct world *w)
{
	world_init(w, &mini_newreno);
}

static void begin_cubic(struct world *w)
{
	world_init(w, &mini_cubic);
	w->h = &((struct mini_cubic *)mini_cc_priv(&w->cc))->hs;
}

static bool in_css(const struct world *w)
{
	return w->h->css_base_us != U32_MAX;
}

static u32 segs(const struct world *w)
{
	return w->cc.cwnd / MSS;
}

/* An ACK of @octets; the sender answers it by filling the window */
static void ack(struct world *w, u32 octets, u32 rtt_us)
{
	struct mini_ca_ack a = {
		.now_us = w->now_us,
		.acked = octets,
		.una = w->una += octets,
		.nxt = w->nxt,
		.rtt_us = rtt_us,
		.srtt_us = rtt_us,
		.limited = w->limited,
	};

	if (w->h == &w->own)
		w->over |= mini_hystart_on_ack(w->h, &w->cc, &a);
	else
		w->cc.ops->on_ack(&w->cc, &a);
	w->nxt = w->una + w->cc.cwnd;
}

/* Where the round ends that goes on, or begins with the next ACK */
static u32 round_end(const struct world *w)
{
	return w->h->begun && w->una != w->h->window_end ?
	       w->h->window_end : w->nxt;
}

/* Return: octets ACKed until the round is over, a segment at a time */
static u32 round_of(struct world *w, u32 rtt_us)
{
	u32 begin = w->una, end = round_end(w);

	while (w->una != end)
		ack(w, min(end - w->una, 1U * MSS), rtt_us);
	return end - begin;
}

/* Slow start with round trips of @rtt_us, and of @then_us in the third */
static u32 rise(struct world *w, u32 rtt_us, u32 then_us)
{
	begin(w);
	round_of(w, rtt_us);
	round_of(w, rtt_us);
	return round_of(w, then_us);
}

/*
 * A round ends when what was SND.NXT at its beginning is ACKed. The next begins
 * with the first ACK of what was sent in it.
 *
 * Proves: HY-1
 */
static void rounds_are_round_trips(struct kunit *test)
{
	struct world w;
	u32 round, end;

	begin(&w);
	for (round = 0; round < 12; round++) {
		end = w.nxt;
		ack(&w, MSS, (100 + round) * MS);
		KUNIT_EXPECT_EQ(test, w.h->window_end, end);
		KUNIT_EXPECT_EQ(test, w.h->samples, 1);
		if (round)
			KUNIT_EXPECT_EQ(test, w.h->last_min_us,
					(99 + round) * MS);
		while (w.una != end) {
			ack(&w, MSS, (100 + round) * MS);
			KUNIT_EXPECT_EQ(test, w.h->window_end, end);
		}
	}
}

/**
 * struct thresh_row - how much longer a round trip may become
 * @name: of the case
 * @rtt_us: so far
 * @more_us: the least increase that is one
 */
struct thresh_row {
	const char *name;
	u32 rtt_us;
	u32 more_us;
};

static const struct thresh_row thresh_rows[] = {
	{ "1 ms: not below 4 ms", 1 * MS, 4 * MS },
	{ "32 ms: still 4 ms", 32 * MS, 4 * MS },
	{ "40 ms: an eighth", 40 * MS, 5 * MS },
	{ "120 ms: an eighth", 120 * MS, 15 * MS },
	{ "128 ms: 16 ms", 128 * MS, 16 * MS },
	{ "1 s: not above 16 ms", 1000 * MS, 16 * MS },
};

static void thresh_desc(const struct thresh_row *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(thresh, thresh_rows, thresh_desc);

/*
 * Proves: HY-2
 */
static void delay_slows_growth(struct kunit *test)
{
	const struct thresh_row *r = test->param_value;
	struct world w;
	u32 acked, cwnd;

	rise(&w, r->rtt_us, r->rtt_us + r->more_us - 1);
	KUNIT_EXPECT_FALSE(test, in_css(&w));
	cwnd = w.cc.cwnd;
	acked = round_of(&w, r->rtt_us + r->more_us - 1);
	KUNIT_EXPECT_EQ(test, w.cc.cwnd, cwnd + acked);

	acked = rise(&w, r->rtt_us, r->rtt_us + r->more_us);
	KUNIT_EXPECT_TRUE(test, in_css(&w));
	KUNIT_EXPECT_EQ(test, w.h->css_base_us, r->rtt_us + r->more_us);
	/* the eighth ACK of the round said so, and still counted whole */
	KUNIT_EXPECT_EQ(test, w.cc.cwnd,
			cwnd - acked + 8 * MSS + (acked - 8 * MSS) / 4);
	KUNIT_EXPECT_FALSE(test, w.over);
}

/*
 * Seven samples of a round are too few, and ACKs without one do not count;
 * and it is the shortest of them that says how long the round trip was.
 *
 * Proves: HY-2
 */
static void eight_samples_are_needed(struct kunit *test)
{
	struct world w;
	u32 i;

	begin(&w);
	round_of(&w, 100 * MS);
	round_of(&w, 100 * MS);
	for (i = 0; i < 7; i++)
		ack(&w, MSS, 200 * MS);
	for (i = 0; i < 7; i++)
		ack(&w, MSS, 0);
	KUNIT_EXPECT_FALSE(test, in_css(&w));
	ack(&w, MSS, 200 * MS);
	KUNIT_EXPECT_TRUE(test, in_css(&w));

	begin(&w);
	round_of(&w, 100 * MS);
	round_of(&w, 100 * MS);
	ack(&w, MSS, 100 * MS);
	for (i = 0; i < 20; i++)
		ack(&w, MSS, 200 * MS);
	KUNIT_EXPECT_FALSE(test, in_css(&w));
}

/* There is no last round before the second; none without samples is one */
static void first_round_has_nothing_to_compare(struct kunit *test)
{
	struct world w;

	begin(&w);
	round_of(&w, 100 * MS);
	KUNIT_EXPECT_FALSE(test, in_css(&w));
	round_of(&w, 0);
	round_of(&w, 0);
	KUNIT_EXPECT_EQ(test, w.h->last_min_us, U32_MAX);
	round_of(&w, 300 * MS);
	KUNIT_EXPECT_FALSE(test, in_css(&w));
	round_of(&w, 400 * MS);
	KUNIT_EXPECT_TRUE(test, in_css(&w));
}

/*
 * Proves: HY-3
 */
static void css_grows_by_a_quarter(struct kunit *test)
{
	struct world w;
	u32 cwnd, acked;

	rise(&w, 100 * MS, 120 * MS);
	cwnd = w.cc.cwnd;
	acked = round_of(&w, 120 * MS);
	KUNIT_EXPECT_EQ(test, w.cc.cwnd, cwnd + acked / 4);
}

/*
 * One round of jitter, and the next is short again: it goes on doubling.
 *
 * Proves: HY-4
 */
static void shorter_again_is_spurious(struct kunit *test)
{
	struct world w;
	u32 cwnd, i;

	rise(&w, 100 * MS, 120 * MS);
	KUNIT_ASSERT_TRUE(test, in_css(&w));
	for (i = 0; i < 7; i++)
		ack(&w, MSS, 120 * MS - 1);
	KUNIT_EXPECT_TRUE(test, in_css(&w));
	ack(&w, MSS, 120 * MS - 1);
	KUNIT_EXPECT_FALSE(test, in_css(&w));
	cwnd = w.cc.cwnd;
	for (i = 0; i < 10; i++)
		ack(&w, MSS, 120 * MS - 1);
	KUNIT_EXPECT_EQ(test, w.cc.cwnd, cwnd + 10 * MSS);
	/* and may slow down again, for five rounds of its own */
	round_of(&w, 110 * MS);
	round_of(&w, 130 * MS);
	KUNIT_EXPECT_TRUE(test, in_css(&w));
	KUNIT_EXPECT_LE(test, w.h->css_rounds, 1);
}

/*
 * The round in which it slowed down is the first of five.
 *
 * Proves: HY-5
 */
static void five_rounds_end_it(struct kunit *test)
{
	struct world w;
	u32 round;

	rise(&w, 100 * MS, 120 * MS);
	for (round = 1; round < 5; round++) {
		round_of(&w, 120 * MS);
		KUNIT_EXPECT_EQ(test, w.h->css_rounds, round);
		KUNIT_EXPECT_FALSE(test, w.over);
		KUNIT_EXPECT_EQ(test, w.cc.ssthresh, MINI_SSTHRESH_NONE);
	}
	ack(&w, MSS, 120 * MS);
	KUNIT_EXPECT_TRUE(test, w.over);
	KUNIT_EXPECT_EQ(test, w.cc.ssthresh, w.cc.cwnd);
}

/*
 * Proves: HY-6
 */
static void one_ack_adds_eight_segments(struct kunit *test)
{
	struct world w;

	begin(&w);
	ack(&w, 8 * MSS, 100 * MS);
	KUNIT_EXPECT_EQ(test, segs(&w), 18);
	ack(&w, 64 * MSS, 100 * MS);
	KUNIT_EXPECT_EQ(test, segs(&w), 26);
	w.cc.paced = true;
	ack(&w, 64 * MSS, 100 * MS);
	KUNIT_EXPECT_EQ(test, segs(&w), 90);
	w.h->css_base_us = 1;
	ack(&w, 64 * MSS, 100 * MS);
	KUNIT_EXPECT_EQ(test, segs(&w), 106);
	w.cc.paced = false;
	ack(&w, 64 * MSS, 100 * MS);
	KUNIT_EXPECT_EQ(test, segs(&w), 108);
}

/* The user sends less than the window: nothing grows, but time is told */
static void unused_window_does_not_grow(struct kunit *test)
{
	struct world w;

	begin(&w);
	w.limited = false;
	round_of(&w, 100 * MS);
	round_of(&w, 100 * MS);
	KUNIT_EXPECT_EQ(test, segs(&w), 10);
	KUNIT_EXPECT_EQ(test, w.h->last_min_us, 100 * MS);
	w.limited = true;
	round_of(&w, 120 * MS);
	KUNIT_EXPECT_TRUE(test, in_css(&w));
}

/* CUBIC's use of it */

/*
 * Five longer rounds, and congestion avoidance begins at the window that there
 * is then (RFC 9438 4.10).
 *
 * Proves: HY-5, CU-11
 */
static void cubic_ends_its_first_slow_start(struct kunit *test)
{
	struct mini_cubic *c;
	struct world w;
	u32 i;

	begin_cubic(&w);
	c = mini_cc_priv(&w.cc);
	for (i = 0; i < 3; i++)
		round_of(&w, 100 * MS);
	for (i = 0; i < 5; i++) {
		KUNIT_EXPECT_EQ(test, w.cc.ssthresh, MINI_SSTHRESH_NONE);
		round_of(&w, 120 * MS);
	}
	ack(&w, MSS, 120 * MS);
	KUNIT_EXPECT_EQ(test, w.cc.ssthresh, w.cc.cwnd);
	ack(&w, MSS, 120 * MS);
	KUNIT_EXPECT_EQ(test, c->now.k_us, 0);
	KUNIT_EXPECT_EQ(test, c->now.w_max, w.cc.ssthresh);
	KUNIT_EXPECT_EQ(test, c->now.cwnd_prior, w.cc.ssthresh);
}

/*
 * Loss, or a mark, ends it as ever; and no later slow start is slowed down,
 * whatever round trips do.
 *
 * Proves: HY-7
 */
static void loss_ends_it_for_good(struct kunit *test)
{
	struct world w;
	u32 i, cwnd, end;

	begin_cubic(&w);
	for (i = 0; i < 3; i++)
		round_of(&w, 100 * MS);
	round_of(&w, 120 * MS);
	KUNIT_ASSERT_TRUE(test, in_css(&w));
	cwnd = w.cc.cwnd;
	mini_cc_congestion(&w.cc, cwnd);
	KUNIT_EXPECT_EQ(test, w.cc.ssthresh, cwnd * 7 / 10);
	w.cc.cwnd = MSS;	/* by a timeout, say */
	w.nxt = w.una + MSS;
	for (i = 2; i < 32; i *= 2) {
		end = w.nxt;
		while (w.una != end)
			ack(&w, MSS, i * 100 * MS);
		KUNIT_EXPECT_EQ(test, w.cc.cwnd, i * MSS);
	}
}

/* Round trips of @rtt_us, the ACKs of one @gap_us after each other */
static void trains_of(struct world *w, u32 n, u32 rtt_us, u32 gap_us)
{
	while (n-- && w->cc.ssthresh == MINI_SSTHRESH_NONE) {
		u32 end = round_end(w);
		u64 at_us = w->now_us + rtt_us;

		for (w->now_us = at_us; w->una != end; w->now_us += gap_us) {
			ack(w, min(end - w->una, 1U * MSS), rtt_us);
			if (w->cc.ssthresh != MINI_SSTHRESH_NONE)
				return;
		}
		w->now_us = at_us;
	}
}

/* One ACK each 500 us: not in @rounds, but in the next, with the one given */
static void ends_with(struct kunit *test, bool paced, u32 rounds, u32 acks)
{
	struct world w;
	u32 before;

	begin_cubic(&w);
	w.cc.paced = paced;
	trains_of(&w, rounds, 100 * MS, 500);
	KUNIT_EXPECT_EQ(test, w.cc.ssthresh, MINI_SSTHRESH_NONE);
	before = segs(&w);
	trains_of(&w, 1, 100 * MS, 500);
	KUNIT_EXPECT_EQ(test, w.cc.ssthresh, w.cc.cwnd);
	KUNIT_EXPECT_EQ(test, segs(&w), before + acks);
}

/*
 * The 103rd ACK is 51 ms after the first, half a round trip and half of what
 * devices may add. The fifth round trip has as many.
 */
static void half_a_round_of_acks_ends_it(struct kunit *test)
{
	ends_with(test, false, 4, 103);
}

/* ACKs that are further apart are no train, however long they go on */
static void gaps_end_a_train(struct kunit *test)
{
	struct world w;

	begin_cubic(&w);
	trains_of(&w, 6, 1000 * MS, 2001);
	KUNIT_EXPECT_EQ(test, w.cc.ssthresh, MINI_SSTHRESH_NONE);
}

/* Paced segments fill half of a round trip long before they fill the path */
static void paced_trains_are_longer(struct kunit *test)
{
	ends_with(test, true, 5, 204);
}

/* In a window of less than sixteen segments none is looked for */
static void small_windows_have_no_train(struct kunit *test)
{
	struct world w;

	begin_cubic(&w);
	trains_of(&w, 1, 10 * MS, 2000);
	KUNIT_EXPECT_EQ(test, segs(&w), 16);
	KUNIT_EXPECT_EQ(test, w.cc.ssthresh, w.cc.cwnd);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(rounds_are_round_trips),
	KUNIT_CASE_PARAM(delay_slows_growth, thresh_gen_params),
	KUNIT_CASE(eight_samples_are_needed),
	KUNIT_CASE(first_round_has_nothing_to_compare),
	KUNIT_CASE(css_grows_by_a_quarter),
	KUNIT_CASE(shorter_again_is_spurious),
	KUNIT_CASE(five_rounds_end_it),
	KUNIT_CASE(one_ack_adds_eight_segments),
	KUNIT_CASE(unused_window_does_not_grow),
	KUNIT_CASE(cubic_ends_its_first_slow_start),
	KUNIT_CASE(loss_ends_it_for_good),
	KUNIT_CASE(half_a_round_of_acks_ends_it),
	KUNIT_CASE(gaps_end_a_train),
	KUNIT_CASE(paced_trains_are_longer),
	KUNIT_CASE(small_windows_have_no_train),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_hystart",
	.test_cases = cases,
};

kunit_test_suites(&suite);
