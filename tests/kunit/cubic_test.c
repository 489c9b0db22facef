// SPDX-License-Identifier: GPL-2.0-only
/*
 * RFC 9438: the curve and whole congestion avoidance stages against a model
 * in segments, seconds and floating point, whose results are the tables of
 * cubic_model.h. To make them anew, after a change of cubic_model.py:
 *
 *	tests/kunit/cubic_model.py >tests/kunit/cubic_model.h
 */
#include <kunit/test.h>
#include <linux/prandom.h>
#include <mini/ca.h>
#include <mini/cubic.h>
#include <mini/param.h>

#define SEED	0x63756269
#define MSS	1460
#define MS	MINI_USEC_PER_MSEC
#define SEC	MINI_USEC_PER_SEC

/* The tables */

enum curve_kind {
	CURVE_LOSS,	/* congestion by loss has just cut the window */
	CURVE_TIMEOUT,	/* slow start after a timeout is over */
	CURVE_START,	/* the first slow start is over, and lost nothing */
};

/**
 * struct curve - a congestion avoidance stage
 * @name: of the case
 * @kind: what came before
 * @mss: octets
 * @rtt_us: round-trip time
 * @cwnd: before it, segments
 * @w_max: W_max before it, segments
 * @per_ack: segments that each ACK is for
 * @every: rounds from one point to the next
 * @nr: number of points
 * @points: cwnd after that round, octets
 */
struct curve {
	const char *name;
	enum curve_kind kind;
	u32 mss;
	u32 rtt_us;
	u32 cwnd;
	u32 w_max;
	u32 per_ack;
	u32 every;
	u32 nr;
	u32 points[16];
};

struct k_row {
	u32 octets;
	u32 mss;
	u32 k_us;
};

struct window_row {
	u32 w_max;
	u32 k_us;
	u32 mss;
	u32 t_us;
	u32 octets;
};

#include "cubic_model.h"

/* A sender that sends up to the window, and a wire that loses nothing */

/**
 * struct world - a connection and its clock
 * @cc: under test
 * @now_us: time
 * @rtt_us: round-trip time
 * @una: SND.UNA
 * @per_ack: segments that each ACK is for
 */
struct world {
	struct mini_cc cc;
	u64 now_us;
	u32 rtt_us;
	u32 una;
	u32 per_ack;
};

static struct mini_cubic *state(struct world *w)
{
	return mini_cc_priv(&w->cc);
}

static void world_init(struct world *w, u32 mss, u32 rtt_us)
{
	memset(w, 0, sizeof(*w));
	w->cc.ops = &mini_cubic;
	w->rtt_us = rtt_us;
	w->per_ack = 1;
	w->now_us = 0xfffff000;		/* the low word wraps at once */
	w->una = 0xfffff000;
	mini_cc_start(&w->cc, mss, w->now_us);
}

static void ack_sample(struct world *w, u32 octets, bool limited, u32 rtt_us)
{
	struct mini_ca_ack a = {
		.now_us = w->now_us,
		.acked = octets,
		.flight = w->cc.cwnd,
		.una = w->una += octets,
		.nxt = w->una + w->cc.cwnd,
		.rtt_us = rtt_us,
		.srtt_us = w->rtt_us,
		.limited = limited,
	};

	w->cc.ops->on_ack(&w->cc, &a);
}

static void ack(struct world *w, u32 octets, bool limited)
{
	ack_sample(w, octets, limited, w->rtt_us);
}

/* A round trip whose ACKs are spread over it */
static void round_trip(struct world *w)
{
	u32 octets = w->per_ack * w->cc.mss;
	u32 acks = max(w->cc.cwnd / octets, 1U), i;
	u64 begin_us = w->now_us;

	for (i = 0; i < acks; i++) {
		w->now_us = begin_us + (u64)i * w->rtt_us / acks;
		ack(w, octets, true);
	}
	w->now_us = begin_us + w->rtt_us;
}

static void rounds(struct world *w, u32 n)
{
	while (n--)
		round_trip(w);
}

/* Congestion with the whole window in flight, by loss */
static void lose(struct world *w)
{
	mini_cc_congestion(&w->cc, w->cc.cwnd);
	w->cc.cwnd = w->cc.ssthresh;
}

static void time_out(struct world *w)
{
	mini_cc_congestion(&w->cc, w->cc.cwnd);
	w->cc.cwnd = w->cc.mss;
	w->cc.state = MINI_CA_LOSS;
	w->cc.ops->on_timeout(&w->cc);
}

/* Just cut from @segs segments, the first congestion that there was */
static void cut_from(struct world *w, u32 segs, u32 rtt_us)
{
	world_init(w, MSS, rtt_us);
	w->cc.cwnd = segs * MSS;
	lose(w);
}

static void expect_within(struct kunit *test, u32 is, u32 want, u32 slack)
{
	KUNIT_EXPECT_LE(test, is, want + slack);
	KUNIT_EXPECT_GE(test, is + slack, want);
}

/* Cube root, K and the curve */

static void expect_root(struct kunit *test, u64 root)
{
	u64 cube = root * root * root;

	KUNIT_EXPECT_EQ(test, mini_cubic_root(cube), root);
	KUNIT_EXPECT_EQ(test, mini_cubic_root(cube + 3 * root * (root + 1)),
			root);
	if (root)
		KUNIT_EXPECT_EQ(test, mini_cubic_root(cube - 1), root - 1);
}

/* Every root that there is: its cube, one less, one less than the next cube */
static void root_is_exact(struct kunit *test)
{
	u64 root;

	for (root = 0; root < 4096; root++)
		expect_root(test, root);
	for (; root < 1U << 21; root += 61)
		expect_root(test, root);
	expect_root(test, (1U << 21) - 1);
	KUNIT_EXPECT_EQ(test, mini_cubic_root((1ULL << 63) - 1),
			(1U << 21) - 1);
}

static void root_of_anything(struct kunit *test)
{
	struct rnd_state rnd;
	u32 i;

	prandom_seed_state(&rnd, SEED);
	for (i = 0; i < 20000; i++) {
		u64 x = ((u64)prandom_u32_state(&rnd) << 32 |
			 prandom_u32_state(&rnd)) >> (1 + i % 63);
		u64 root = mini_cubic_root(x), next = root + 1;

		KUNIT_EXPECT_LE(test, root * root * root, x);
		KUNIT_EXPECT_GT(test, next * next * next, x);
	}
}

/* To a millionth: twenty bits */
static void k_matches_the_model(struct kunit *test)
{
	const struct k_row *r;

	KUNIT_EXPECT_EQ(test, mini_cubic_k_us(0, MSS), 0);
	for (r = k_rows; r < k_rows + ARRAY_SIZE(k_rows); r++)
		expect_within(test, mini_cubic_k_us(r->octets, r->mss),
			      r->k_us, 1 + (r->k_us >> 20));
}

/*
 * To a hundredth of a segment
 *
 * Proves: CU-2
 */
static void window_matches_the_model(struct kunit *test)
{
	const struct window_row *r;

	for (r = window_rows; r < window_rows + ARRAY_SIZE(window_rows); r++) {
		struct mini_cubic_epoch e = {
			.w_max = r->w_max,
			.k_us = r->k_us,
		};

		expect_within(test, mini_cubic_window(&e, r->t_us, r->mss),
			      r->octets, r->mss / 100);
	}
}

/* However long, in whatever segments: it neither wraps nor goes below zero */
static void window_has_bounds(struct kunit *test)
{
	struct mini_cubic_epoch e = { .w_max = 1000 };

	KUNIT_EXPECT_EQ(test, mini_cubic_window(&e, U64_MAX, U16_MAX),
			MINI_CWND_MAX);
	e.k_us = mini_cubic_k_us(MINI_CWND_MAX, MINI_MSS_MIN);
	KUNIT_EXPECT_LT(test, e.k_us, 1U << 29);
	KUNIT_EXPECT_EQ(test, mini_cubic_window(&e, 0, U16_MAX), 0);
	e.w_max = MINI_CWND_MAX;
	KUNIT_EXPECT_LT(test, mini_cubic_window(&e, 0, MINI_MSS_MIN), 4096);
}

/* Stages */

static void curve_begin(struct world *w, const struct curve *c)
{
	world_init(w, c->mss, c->rtt_us);
	w->per_ack = c->per_ack;
	w->cc.cwnd = c->cwnd * c->mss;
	state(w)->now.w_max = c->w_max * c->mss;
	switch (c->kind) {
	case CURVE_LOSS:
		lose(w);
		break;
	case CURVE_TIMEOUT:
		time_out(w);
		w->cc.state = MINI_CA_OPEN;
		w->cc.cwnd = w->cc.ssthresh;
		break;
	case CURVE_START:
		w->cc.ssthresh = w->cc.cwnd;
		state(w)->now.cwnd_prior = w->cc.cwnd;
		break;
	}
}

static void curve_desc(const struct curve *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(curve, curves, curve_desc);

/*
 * Within a segment of the model, all the way
 *
 * Proves: CU-1, CU-5, CU-6
 */
static void stage_matches_the_model(struct kunit *test)
{
	const struct curve *c = test->param_value;
	struct world w;
	u32 i;

	curve_begin(&w, c);
	KUNIT_ASSERT_LE(test, c->nr, ARRAY_SIZE(c->points));
	for (i = 0; i < c->nr; i++) {
		rounds(&w, c->every);
		expect_within(test, w.cc.cwnd, c->points[i], c->mss);
	}
}

/* The stages together have seen all regions, or they have proven little */
static void models_reach_all_regions(struct kunit *test)
{
	bool concave = false, convex = false, reno = false;
	const struct curve *c;
	struct world w;
	u32 i;

	for (c = curves; c < curves + ARRAY_SIZE(curves); c++) {
		struct mini_cubic *s;

		curve_begin(&w, c);
		s = state(&w);
		for (i = 0; i < c->every * c->nr; i++) {
			round_trip(&w);
			if (w.cc.cwnd == s->now.w_est)
				reno = true;
			else if (w.cc.cwnd < s->now.w_max)
				concave = true;
			else
				convex = true;
		}
	}
	KUNIT_EXPECT_TRUE(test, concave);
	KUNIT_EXPECT_TRUE(test, convex);
	KUNIT_EXPECT_TRUE(test, reno);
}

/*
 * However far ahead the curve is, a round adds half a window, no more; nor
 * does an ACK of several windows at once.
 *
 * Proves: CU-3
 */
static void round_adds_half_at_most(struct kunit *test)
{
	struct world w;
	u32 cwnd;

	cut_from(&w, 100, 100 * MS);
	rounds(&w, 1);
	state(&w)->now.t_us = 1000 * SEC;
	for (cwnd = w.cc.cwnd; cwnd < 10000 * MSS; cwnd = w.cc.cwnd) {
		round_trip(&w);
		KUNIT_EXPECT_GT(test, w.cc.cwnd, cwnd);
		KUNIT_EXPECT_LE(test, w.cc.cwnd, cwnd + cwnd / 2);
	}
	ack(&w, 3 * cwnd, true);
	KUNIT_EXPECT_EQ(test, w.cc.cwnd, cwnd + cwnd / 2);
}

/*
 * And when it lies below, because segments have become smaller, say, the
 * window stays.
 *
 * Proves: CU-3
 */
static void window_never_shrinks(struct kunit *test)
{
	struct world w;
	u32 cwnd, i;

	cut_from(&w, 100, 100 * MS);
	rounds(&w, 1);
	state(&w)->now.w_max = 10 * MSS;
	state(&w)->now.w_est = MSS;
	state(&w)->now.k_us = state(&w)->now.t_us;
	cwnd = w.cc.cwnd;
	for (i = 0; i < 10; i++) {
		round_trip(&w);
		KUNIT_EXPECT_EQ(test, w.cc.cwnd, cwnd);
	}
}

/* Growth below an octet per ACK adds up all the same */
static void slow_growth_is_not_lost(struct kunit *test)
{
	struct world w, v;
	u32 i;

	cut_from(&w, 2000, 100 * MS);
	cut_from(&v, 2000, 100 * MS);
	w.cc.cwnd = v.cc.cwnd;
	rounds(&w, 40);
	for (i = 0; i < 40; i++) {
		u64 begin_us = v.now_us;
		u32 octets = v.cc.cwnd, n = octets / 100, j;

		for (j = 0; j < n; j++) {
			v.now_us = begin_us + (u64)j * v.rtt_us / n;
			ack(&v, 100, true);
		}
		v.now_us = begin_us + v.rtt_us;
	}
	expect_within(test, v.cc.cwnd, w.cc.cwnd, MSS);
}

/* No wrap where windows are largest */
static void largest_window(struct kunit *test)
{
	struct world w;
	u32 i;

	world_init(&w, MINI_MSS_MIN, 100 * MS);
	w.cc.cwnd = MINI_CWND_MAX;
	lose(&w);
	for (i = 0; i < 2000; i++) {
		w.now_us += 100 * MS;
		ack(&w, w.cc.cwnd, true);
		KUNIT_EXPECT_LE(test, w.cc.cwnd, MINI_CWND_MAX);
	}
	expect_within(test, w.cc.cwnd, MINI_CWND_MAX, MINI_CWND_MAX / 10);
	/* by what Reno would have, too */
	state(&w)->now.w_max = MSS;
	state(&w)->now.w_est = MINI_CWND_MAX - 1;
	state(&w)->now.t_us = 0;
	ack(&w, w.cc.cwnd, true);
	KUNIT_EXPECT_EQ(test, w.cc.cwnd, MINI_CWND_MAX);
}

/* Nothing of the last stage is left in the next, however that came about */
static void each_stage_begins_at_zero(struct kunit *test)
{
	struct mini_cubic_epoch *e;
	struct world w, v;

	cut_from(&w, 200, 100 * MS);
	rounds(&w, 40);
	w.cc.cwnd = 200 * MSS;
	state(&w)->now.w_max = 0;
	lose(&w);
	cut_from(&v, 200, 100 * MS);
	rounds(&w, 30);
	rounds(&v, 30);
	expect_within(test, w.cc.cwnd, v.cc.cwnd, 2);

	/* an idle time ends in slow start, back up to the threshold */
	e = &state(&w)->now;
	mini_cc_restart(&w.cc, 10 * SEC, SEC);
	KUNIT_EXPECT_EQ(test, w.cc.cwnd, 10 * MSS);
	while (w.cc.cwnd < w.cc.ssthresh)
		ack(&w, MSS, true);
	ack(&w, MSS, true);
	KUNIT_EXPECT_EQ(test, e->t_us, 0);
	KUNIT_EXPECT_EQ(test, e->w_max, 200 * MSS);
	KUNIT_EXPECT_EQ(test, e->k_us, mini_cubic_k_us(60 * MSS, MSS));
}

/* What is left of the window is above what it was: there is no way back up */
static void more_in_flight_than_the_window(struct kunit *test)
{
	struct world w;

	world_init(&w, MSS, 100 * MS);
	w.cc.cwnd = 100 * MSS;
	mini_cc_congestion(&w.cc, 200 * MSS);
	w.cc.cwnd = w.cc.ssthresh;
	KUNIT_EXPECT_EQ(test, w.cc.cwnd, 140 * MSS);
	ack(&w, MSS, true);
	KUNIT_EXPECT_EQ(test, state(&w)->now.k_us, 0);
	KUNIT_EXPECT_EQ(test, state(&w)->now.w_max, 140 * MSS);
}

/* Times in which the window is not the limit */

/*
 * The same stage twice, in one of them the user pauses for ten seconds: once
 * with ACKs of what trickles, once without any. The window goes on where it
 * was.
 *
 * Proves: CU-4
 */
static void user_pauses(struct kunit *test)
{
	struct world w, v;
	u32 i, before;

	cut_from(&w, 200, 100 * MS);
	v = w;
	rounds(&w, 10);
	rounds(&v, 10);
	before = w.cc.cwnd;
	for (i = 0; i < 100; i++) {
		w.now_us += 100 * MS;
		ack(&w, MSS, false);
	}
	KUNIT_EXPECT_EQ(test, w.cc.cwnd, before);
	rounds(&w, 10);
	rounds(&v, 10);
	expect_within(test, w.cc.cwnd, v.cc.cwnd, MSS);

	w.now_us += 10 * SEC;
	w.cc.ops->on_idle(&w.cc, 10 * SEC);
	w.cc.ops->on_idle(&w.cc, 10 * SEC);
	w.now_us += w.rtt_us;
	rounds(&w, 10);
	v.now_us += v.rtt_us;
	rounds(&v, 10);
	expect_within(test, w.cc.cwnd, v.cc.cwnd, MSS);
}

/*
 * An ACK of all that is out makes an idle period too, of no time: that is no
 * reason for the clock to stand.
 */
static void every_ack_empties_the_pipe(struct kunit *test)
{
	struct world w, v;
	u32 i;

	cut_from(&w, 200, 100 * MS);
	v = w;
	for (i = 0; i < 60; i++) {
		w.cc.ops->on_idle(&w.cc, 100 * MS);
		w.now_us += 100 * MS;
		ack(&w, w.cc.cwnd, true);
		v.now_us += 100 * MS;
		ack(&v, v.cc.cwnd, true);
	}
	KUNIT_EXPECT_EQ(test, w.cc.cwnd, v.cc.cwnd);
	KUNIT_EXPECT_GT(test, w.cc.cwnd, 200 * MSS);
	/* what was sent twice gives no sample, and so no time */
	w.cc.ops->on_idle(&w.cc, 10 * SEC);
	w.now_us += 10 * SEC;
	i = state(&w)->now.t_us;
	ack_sample(&w, MSS, true, 0);
	KUNIT_EXPECT_EQ(test, state(&w)->now.t_us, i);
	/* and after it time goes on, whatever samples say */
	w.now_us += 50 * MS;
	ack_sample(&w, MSS, true, 10 * MS);
	KUNIT_EXPECT_EQ(test, state(&w)->now.t_us, i + 50 * MS);
}

/* Congestion */

/*
 * Proves: CU-7
 */
static void loss_takes_three_tenths(struct kunit *test)
{
	struct world w;

	world_init(&w, MSS, 100 * MS);
	w.cc.cwnd = 120 * MSS;
	KUNIT_EXPECT_EQ(test, mini_cc_congestion(&w.cc, 100 * MSS), 70 * MSS);
	KUNIT_EXPECT_EQ(test, w.cc.ssthresh, 70 * MSS);
	/* W_max is of the window, not of what was in flight */
	KUNIT_EXPECT_EQ(test, state(&w)->now.w_max, 120 * MSS);
	mini_cc_congestion(&w.cc, 2 * MSS);
	KUNIT_EXPECT_EQ(test, w.cc.ssthresh, 2 * MSS);
	mini_cc_congestion(&w.cc, MINI_CWND_MAX);
	KUNIT_EXPECT_EQ(test, w.cc.ssthresh, 751607808);
}

/* ECE after ECE: down to one segment, while ssthresh keeps two */
static void ece_goes_down_to_one_segment(struct kunit *test)
{
	struct world w;
	u32 i, wnd;

	world_init(&w, MSS, 100 * MS);
	for (i = 0; i < 12; i++) {
		wnd = mini_cc_congestion(&w.cc, w.cc.cwnd);
		expect_within(test, wnd, max(w.cc.cwnd / 10 * 7, 1U * MSS), 7);
		KUNIT_EXPECT_EQ(test, w.cc.ssthresh, max(wnd, 2U * MSS));
		w.cc.cwnd = wnd;
	}
	KUNIT_EXPECT_EQ(test, w.cc.cwnd, MSS);
}

/*
 * Proves: CU-9
 */
static void fast_convergence(struct kunit *test)
{
	struct world w;

	world_init(&w, MSS, 100 * MS);
	w.cc.cwnd = 200 * MSS;
	lose(&w);
	KUNIT_EXPECT_EQ(test, state(&w)->now.w_max, 200 * MSS);
	w.cc.cwnd = 160 * MSS;
	lose(&w);
	KUNIT_EXPECT_EQ(test, state(&w)->now.w_max, 136 * MSS);
	/* one that is larger again, or as large, is remembered as it is */
	w.cc.cwnd = 136 * MSS;
	lose(&w);
	KUNIT_EXPECT_EQ(test, state(&w)->now.w_max, 136 * MSS);
	KUNIT_EXPECT_EQ(test, state(&w)->now.cwnd_prior, 136 * MSS);
}

/*
 * Threshold at 0.7, slow start from one segment up to it, and from there a
 * curve that is flat where it begins.
 *
 * Proves: CU-10, CU-11
 */
static void timeout_begins_anew(struct kunit *test)
{
	struct world w;
	u32 i;

	world_init(&w, MSS, 100 * MS);
	w.cc.cwnd = 100 * MSS;
	time_out(&w);
	KUNIT_EXPECT_EQ(test, w.cc.ssthresh, 70 * MSS);
	for (i = 2; i < 64; i *= 2) {
		round_trip(&w);
		KUNIT_EXPECT_EQ(test, w.cc.cwnd, i * MSS);
	}
	while (w.cc.cwnd < w.cc.ssthresh)
		ack(&w, MSS, true);
	KUNIT_EXPECT_EQ(test, w.cc.cwnd, 70 * MSS);
	ack(&w, MSS, true);
	KUNIT_EXPECT_EQ(test, state(&w)->now.k_us, 0);
	KUNIT_EXPECT_EQ(test, state(&w)->now.w_max, 70 * MSS);
	KUNIT_EXPECT_EQ(test, state(&w)->now.cwnd_prior, 100 * MSS);
}

/*
 * The first slow start doubles, and never asks for a threshold; after that
 * there is one, and what is left of an ACK that reaches it goes on above it.
 *
 * Proves: CU-11
 */
static void slow_start_doubles(struct kunit *test)
{
	struct world w;
	u32 i;

	world_init(&w, MSS, 100 * MS);
	w.cc.paced = true;	/* its ACKs are spread over the round trip */
	for (i = 10; i < 1000; i *= 2) {
		KUNIT_EXPECT_EQ(test, w.cc.cwnd, i * MSS);
		round_trip(&w);
	}
	KUNIT_EXPECT_EQ(test, w.cc.ssthresh, MINI_SSTHRESH_NONE);
	lose(&w);
	w.cc.cwnd = w.cc.ssthresh - MSS;
	ack(&w, 4 * MSS, true);
	KUNIT_EXPECT_EQ(test, state(&w)->now.w_est, w.cc.ssthresh +
			3 * MSS * MSS * 9 / 17 / w.cc.ssthresh);
	KUNIT_EXPECT_GE(test, w.cc.cwnd, w.cc.ssthresh);
}

/* Nothing grows when the window was not the limit, in slow start neither */
static void unused_window_does_not_grow(struct kunit *test)
{
	struct world w;
	u32 i, cwnd;

	world_init(&w, MSS, 100 * MS);
	for (i = 0; i < 100; i++)
		ack(&w, MSS, false);
	KUNIT_EXPECT_EQ(test, w.cc.cwnd, 10 * MSS);
	lose(&w);
	for (cwnd = w.cc.cwnd, i = 0; i < 100; i++) {
		w.now_us += 100 * MS;
		ack(&w, MSS, false);
	}
	KUNIT_EXPECT_EQ(test, w.cc.cwnd, cwnd);
	w.cc.cwnd = MSS;	/* below ssthresh */
	ack(&w, MSS, false);
	KUNIT_EXPECT_EQ(test, w.cc.cwnd, MSS);
}

/* RFC 9438 4.9: all is back, and the stage goes on as if nothing had been */
static void spurious(struct kunit *test, void (*event)(struct world *w))
{
	struct mini_cubic_epoch before;
	struct world w, v;

	cut_from(&w, 200, 100 * MS);
	rounds(&w, 20);
	v = w;
	before = state(&w)->now;
	event(&w);
	mini_cc_undo(&w.cc);
	KUNIT_EXPECT_EQ(test, w.cc.cwnd, v.cc.cwnd);
	KUNIT_EXPECT_EQ(test, w.cc.ssthresh, v.cc.ssthresh);
	KUNIT_EXPECT_EQ(test, memcmp(&state(&w)->now, &before,
				     sizeof(before)), 0);
	w.cc.state = MINI_CA_OPEN;
	rounds(&w, 20);
	rounds(&v, 20);
	KUNIT_EXPECT_EQ(test, w.cc.cwnd, v.cc.cwnd);
}

static void recover(struct world *w)
{
	lose(w);
	w->cc.state = MINI_CA_RECOVERY;
}

/* One undo is for both */
static void recover_and_time_out(struct world *w)
{
	recover(w);
	w->cc.cwnd /= 2;
	time_out(w);
}

static void spurious_loss_is_undone(struct kunit *test)
{
	spurious(test, recover);
}

static void spurious_timeout_is_undone(struct kunit *test)
{
	spurious(test, time_out);
	spurious(test, recover_and_time_out);
}

/* The window has outgrown what it was: what there is stays */
static void late_proof_changes_nothing(struct kunit *test)
{
	struct world w, v;

	cut_from(&w, 20, 10 * MS);
	rounds(&w, 40);
	KUNIT_EXPECT_GT(test, w.cc.cwnd, 20 * MSS);
	v = w;
	mini_cc_undo(&w.cc);
	KUNIT_EXPECT_EQ(test, memcmp(&w, &v, sizeof(w)), 0);
}

/* The first slow start that a spurious loss ended goes on doubling */
static void slow_start_is_brought_back(struct kunit *test)
{
	struct world w;

	world_init(&w, MSS, 100 * MS);
	rounds(&w, 2);
	lose(&w);
	ack(&w, MSS, true);
	mini_cc_undo(&w.cc);
	KUNIT_EXPECT_EQ(test, w.cc.ssthresh, MINI_SSTHRESH_NONE);
	KUNIT_EXPECT_EQ(test, w.cc.cwnd, 40 * MSS);
	round_trip(&w);
	KUNIT_EXPECT_EQ(test, w.cc.cwnd, 80 * MSS);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(root_is_exact),
	KUNIT_CASE(root_of_anything),
	KUNIT_CASE(k_matches_the_model),
	KUNIT_CASE(window_matches_the_model),
	KUNIT_CASE(window_has_bounds),
	KUNIT_CASE_PARAM(stage_matches_the_model, curve_gen_params),
	KUNIT_CASE(models_reach_all_regions),
	KUNIT_CASE(round_adds_half_at_most),
	KUNIT_CASE(window_never_shrinks),
	KUNIT_CASE(slow_growth_is_not_lost),
	KUNIT_CASE(largest_window),
	KUNIT_CASE(each_stage_begins_at_zero),
	KUNIT_CASE(more_in_flight_than_the_window),
	KUNIT_CASE(user_pauses),
	KUNIT_CASE(every_ack_empties_the_pipe),
	KUNIT_CASE(loss_takes_three_tenths),
	KUNIT_CASE(ece_goes_down_to_one_segment),
	KUNIT_CASE(fast_convergence),
	KUNIT_CASE(timeout_begins_anew),
	KUNIT_CASE(slow_start_doubles),
	KUNIT_CASE(unused_window_does_not_grow),
	KUNIT_CASE(spurious_loss_is_undone),
	KUNIT_CASE(spurious_timeout_is_undone),
	KUNIT_CASE(late_proof_changes_nothing),
	KUNIT_CASE(slow_start_is_brought_back),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_cubic",
	.test_cases = cases,
};

kunit_test_suites(&suite);
