// SPDX-License-Identifier: GPL-2.0-only
/* RFC 6298: the estimator against a model in plain arithmetic, and the RTO */
#include <kunit/test.h>
#include <linux/math64.h>
#include <linux/prandom.h>
#include <mini/param.h>
#include <mini/rtt.h>

#define SEED	0x72747421
#define MS	MINI_USEC_PER_MSEC

/*
 * RFC 6298 2.2 and 2.3 as they stand, in units of 2^-20 microseconds, so that
 * what rounding there is stays far below a microsecond.
 */
struct model {
	s64 srtt;
	s64 rttvar;
	bool first;
};

#define MODEL_SHIFT	20

static void model_sample(struct model *m, u32 rtt_us)
{
	s64 r = (s64)rtt_us << MODEL_SHIFT;

	if (!m->first) {
		m->srtt = r;
		m->rttvar = r / 2;
		m->first = true;
		return;
	}
	/* RTTVAR <- 3/4 RTTVAR + 1/4 |SRTT - R'|, then SRTT <- 7/8 + 1/8 R' */
	m->rttvar = m->rttvar - m->rttvar / 4 + abs(m->srtt - r) / 4;
	m->srtt = m->srtt - m->srtt / 8 + r / 8;
}

static u32 model_rto(const struct model *m)
{
	s64 var = max_t(s64, 4 * m->rttvar,
			(s64)MINI_RTO_MIN_US << MODEL_SHIFT);

	return min_t(s64, (m->srtt + var) >> MODEL_SHIFT, MINI_RTO_MAX_US);
}

/* The estimator rounds down by a few units at each step */
static void expect_near(struct kunit *test, u32 is, u32 want, u32 slack)
{
	KUNIT_EXPECT_LE(test, is, want + slack);
	KUNIT_EXPECT_GE(test, is + slack, want);
}

/* Proves: RTO-1, LD-1 */
static void rto_is_1s_before_any_sample(struct kunit *test)
{
	struct mini_rtt r;

	mini_rtt_init(&r);
	KUNIT_EXPECT_EQ(test, mini_rtt_rto_us(&r), MINI_USEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, r.srtt_us8, 0);
}

struct first_row {
	const char *name;
	u32 rtt_us;
	u32 rto_us;
};

/*
 * RTO-2: SRTT = R, RTTVAR = R/2, RTO = SRTT + 4 * RTTVAR; RTO-4: the variance
 * has a floor, and SRTT stands on it
 */
static const struct first_row first_rows[] = {
	{ "0 counts as 1 us, floor", 0, 200 * MS + 1 },
	{ "1 us, floor", 1, 200 * MS + 1 },
	{ "1 ms, floor", 1 * MS, 201 * MS },
	{ "66 ms, floor", 66 * MS, 266 * MS },
	{ "100 ms", 100 * MS, 300 * MS },
	{ "101 ms", 101 * MS, 303 * MS },
	{ "400 ms", 400 * MS, 1200 * MS },
	{ "3 s", 3000 * MS, 9000 * MS },
	{ "40 s, ceiling", 40000 * MS, 120000 * MS },
	{ "longest that there is, ceiling", U32_MAX, 120000 * MS },
};

static void first_desc(const struct first_row *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(first, first_rows, first_desc);

/* Proves: RTO-2 */
static void first_sample(struct kunit *test)
{
	const struct first_row *row = test->param_value;
	struct mini_rtt r;

	mini_rtt_init(&r);
	mini_rtt_sample(&r, row->rtt_us);
	KUNIT_EXPECT_EQ(test, mini_rtt_rto_us(&r), row->rto_us);
	KUNIT_EXPECT_NE(test, r.srtt_us8, 0);
}

/* Proves: RTO-2 */
static void first_sample_sets_both(struct kunit *test)
{
	struct mini_rtt r;

	mini_rtt_init(&r);
	mini_rtt_sample(&r, 400 * MS);
	KUNIT_EXPECT_EQ(test, r.srtt_us8 / 8, 400 * MS);
	KUNIT_EXPECT_EQ(test, r.rttvar_us4 / 4, 200 * MS);
	KUNIT_EXPECT_EQ(test, r.min_us, 400 * MS);
}

/*
 * By hand, RTTVAR before SRTT: with the old SRTT
 * Proves: RTO-3
 */
static void second_sample_by_hand(struct kunit *test)
{
	struct mini_rtt r;

	mini_rtt_init(&r);
	mini_rtt_sample(&r, 400 * MS);
	mini_rtt_sample(&r, 800 * MS);
	/* RTTVAR = 3/4 * 200 + 1/4 * |400 - 800| = 250 */
	KUNIT_EXPECT_EQ(test, r.rttvar_us4 / 4, 250 * MS);
	/* SRTT = 7/8 * 400 + 1/8 * 800 = 450 */
	KUNIT_EXPECT_EQ(test, r.srtt_us8 / 8, 450 * MS);
	KUNIT_EXPECT_EQ(test, mini_rtt_rto_us(&r), 1450 * MS);
	KUNIT_EXPECT_EQ(test, r.min_us, 400 * MS);
}

/*
 * Random walks of samples keep step with the model
 * Proves: RTO-3, LD-2
 */
static void samples_match_the_model(struct kunit *test)
{
	struct rnd_state rnd;
	u32 walk, i, rtt_us;

	prandom_seed_state(&rnd, SEED);
	for (walk = 0; walk < 64; walk++) {
		struct model m = {};
		struct mini_rtt r;

		mini_rtt_init(&r);
		rtt_us = 1 + prandom_u32_state(&rnd) % (2000 * MS);
		for (i = 0; i < 200; i++) {
			rtt_us = rtt_us / 2 +
				 prandom_u32_state(&rnd) % (rtt_us + 1) + 1;
			rtt_us = min(rtt_us, 100000 * MS);
			model_sample(&m, rtt_us);
			mini_rtt_sample(&r, rtt_us);
			expect_near(test, r.srtt_us8 / 8,
				    m.srtt >> MODEL_SHIFT, 8);
			expect_near(test, mini_rtt_rto_us(&r), model_rto(&m),
				    32);
		}
	}
}

/*
 * Steady: the variance dies away, and RTO comes down to SRTT and the floor; an
 * ACK that is delayed for longer than others by less is not overdue
 */
static void steady_samples_settle(struct kunit *test)
{
	struct mini_rtt r;
	u32 i;

	mini_rtt_init(&r);
	for (i = 0; i < 100; i++)
		mini_rtt_sample(&r, 500 * MS);
	KUNIT_EXPECT_EQ(test, r.srtt_us8 / 8, 500 * MS);
	expect_near(test, mini_rtt_rto_us(&r), 700 * MS, 100);
}

/*
 * One outlier moves SRTT by its eighth only
 * Proves: LD-2
 */
static void outlier_moves_its_share(struct kunit *test)
{
	struct mini_rtt r;
	u32 i;

	mini_rtt_init(&r);
	for (i = 0; i < 100; i++)
		mini_rtt_sample(&r, 100 * MS);
	mini_rtt_sample(&r, 900 * MS);
	KUNIT_EXPECT_EQ(test, r.srtt_us8 / 8, 200 * MS);
}

/*
 * 1, 2, 4, ... x RTO, but not beyond 120 s
 * Proves: RTO-5, RTO-10, LD-6, LD-8
 */
static void backoff_doubles_up_to_the_ceiling(struct kunit *test)
{
	u64 want = MINI_USEC_PER_SEC;
	struct mini_rtt r;
	u32 i;

	mini_rtt_init(&r);
	for (i = 0; i < 300; i++) {
		KUNIT_EXPECT_EQ(test, mini_rtt_rto_us(&r),
				min_t(u64, want, MINI_RTO_MAX_US));
		mini_rtt_backoff(&r);
		want = min_t(u64, want * 2, MINI_RTO_MAX_US);
	}
	KUNIT_EXPECT_GE(test, MINI_RTO_MAX_US, 60 * MINI_USEC_PER_SEC);
}

/* The floor and the ceiling hold for every RTO and any back-off */
static void backoff_from_every_rto(struct kunit *test)
{
	struct mini_rtt r;
	u32 rtt_ms, i, last;

	for (rtt_ms = 1; rtt_ms < 50000; rtt_ms += 777) {
		mini_rtt_init(&r);
		mini_rtt_sample(&r, rtt_ms * MS);
		last = 0;
		for (i = 0; i < 40; i++) {
			u32 rto = mini_rtt_rto_us(&r);

			KUNIT_EXPECT_GE(test, rto, MINI_RTO_MIN_US);
			KUNIT_EXPECT_LE(test, rto, MINI_RTO_MAX_US);
			KUNIT_EXPECT_GE(test, rto, last);
			last = rto;
			mini_rtt_backoff(&r);
		}
	}
}

/*
 * A fresh sample takes the back-off back
 * Proves: RTO-12, LD-7
 */
static void sample_ends_the_backoff(struct kunit *test)
{
	struct mini_rtt r;

	mini_rtt_init(&r);
	mini_rtt_sample(&r, 100 * MS);
	mini_rtt_backoff(&r);
	mini_rtt_backoff(&r);
	mini_rtt_backoff(&r);
	KUNIT_EXPECT_EQ(test, mini_rtt_rto_us(&r), 2400 * MS);
	mini_rtt_sample(&r, 100 * MS);
	KUNIT_EXPECT_LE(test, mini_rtt_rto_us(&r), 300 * MS);
}

/* LD-7: so does new data that got through without giving one */
static void collapse_ends_the_backoff(struct kunit *test)
{
	struct mini_rtt r;

	mini_rtt_init(&r);
	mini_rtt_sample(&r, 100 * MS);
	mini_rtt_backoff(&r);
	mini_rtt_collapse(&r);
	KUNIT_EXPECT_EQ(test, mini_rtt_rto_us(&r), 300 * MS);
}

/*
 * The SYN's timer expired, so data starts with 3 s
 * Proves: RTO-11
 */
static void lost_syn_means_3s(struct kunit *test)
{
	struct mini_rtt r;

	mini_rtt_init(&r);
	mini_rtt_backoff(&r);
	mini_rtt_backoff(&r);
	mini_rtt_syn_lost(&r);
	KUNIT_EXPECT_EQ(test, mini_rtt_rto_us(&r), 3 * MINI_USEC_PER_SEC);
	mini_rtt_sample(&r, 100 * MS);
	KUNIT_EXPECT_EQ(test, mini_rtt_rto_us(&r), 300 * MS);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(rto_is_1s_before_any_sample),
	KUNIT_CASE_PARAM(first_sample, first_gen_params),
	KUNIT_CASE(first_sample_sets_both),
	KUNIT_CASE(second_sample_by_hand),
	KUNIT_CASE(samples_match_the_model),
	KUNIT_CASE(steady_samples_settle),
	KUNIT_CASE(outlier_moves_its_share),
	KUNIT_CASE(backoff_doubles_up_to_the_ceiling),
	KUNIT_CASE(backoff_from_every_rto),
	KUNIT_CASE(sample_ends_the_backoff),
	KUNIT_CASE(collapse_ends_the_backoff),
	KUNIT_CASE(lost_syn_means_3s),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_rtt",
	.test_cases = cases,
};

kunit_test_suites(&suite);
