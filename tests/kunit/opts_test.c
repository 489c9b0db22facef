// SPDX-License-Identifier: GPL-2.0-only
/* TCP options: well formed, ill formed, and any octets at all */
#include <kunit/test.h>
#include <linux/prandom.h>
#include <mini/opts.h>
#include <mini/param.h>

#define SEED	0x6d696e69

/**
 * struct opts_row - octets and what they mean
 * @name: of the case
 * @p: the octets
 * @len: how many
 * @err: what parsing returns
 * @o: what it finds
 */
struct opts_row {
	const char *name;
	u8 p[MINI_OPTS_MAX];
	u8 len;
	int err;
	struct mini_opts o;
};

static const struct opts_row opts_rows[] = {
	{ "nothing", {}, 0, 0, {} },
	{ "MSS (MUST-4)", { 2, 4, 0x05, 0xb4 }, 4, 0, { .mss = 1460 } },
	{ "largest MSS", { 2, 4, 0xff, 0xff }, 4, 0, { .mss = 65535 } },
	{ "NOP, MSS at an odd offset, EOL (MUST-64)",
	  { 1, 2, 4, 0x05, 0xb4, 0, 0, 0 }, 8, 0, { .mss = 1460 } },
	{ "three NOPs, then MSS", { 1, 1, 1, 2, 4, 2, 88, 0 }, 8, 0,
	  { .mss = 600 } },
	{ "EOL hides what follows", { 0, 2, 4, 5, 0xb4 }, 5, 0, {} },
	{ "window scale", { 1, 3, 3, 7 }, 4, 0,
	  { .wscale = 7, .has_wscale = true } },
	{ "window scale of 0", { 3, 3, 0, 0 }, 4, 0, { .has_wscale = true } },
	{ "window scale of 14", { 3, 3, 14 }, 3, 0,
	  { .wscale = 14, .has_wscale = true } },
	{ "window scale of 15 is 14 (HP-2)", { 3, 3, 15 }, 3, 0,
	  { .wscale = 14, .has_wscale = true } },
	{ "window scale of 255 is 14 (HP-2)", { 3, 3, 255 }, 3, 0,
	  { .wscale = 14, .has_wscale = true } },
	{ "MSS and window scale", { 2, 4, 5, 0xb4, 1, 3, 3, 2 }, 8, 0,
	  { .mss = 1460, .wscale = 2, .has_wscale = true } },
	{ "the other way round", { 3, 3, 2, 2, 4, 5, 0xb4, 0 }, 8, 0,
	  { .mss = 1460, .wscale = 2, .has_wscale = true } },
	{ "what Linux sends: MSS, SACK, timestamps, NOP, scale",
	  { 2, 4, 5, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 7 },
	  20, 0, { .mss = 1460, .wscale = 7, .has_wscale = true,
		   .sack_ok = true, .has_ts = true, .tsval = 0x01020304 } },
	{ "one SACK block", { 1, 1, 5, 10, 0, 0, 1, 0, 0, 0, 2, 0 }, 12, 0,
	  { .nr_sack = 1, .sack = { { 256, 512 } } } },
	{ "timestamps and two SACK blocks",
	  { 1, 1, 8, 10, 0, 0, 0, 7, 0, 0, 0, 6, 1, 1, 5, 18,
	    0, 0, 0, 9, 0, 0, 0, 10, 0, 0, 0, 3, 0, 0, 0, 4 }, 32, 0,
	  { .has_ts = true, .tsval = 7, .tsecr = 6, .nr_sack = 2,
	    .sack = { { 9, 10 }, { 3, 4 } } } },
	{ "SACK without a block is passed over", { 5, 2, 1, 1 }, 4, 0, {} },
	{ "SACK of a block and a half is passed over",
	  { 5, 14, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 1 }, 16, 0, {} },
	{ "SACK-permitted of the wrong length is passed over",
	  { 4, 3, 0, 1 }, 4, 0, {} },
	{ "timestamps of the wrong length are passed over",
	  { 8, 6, 0, 0, 0, 1, 1, 1 }, 8, 0, {} },
	{ "unknown kind is skipped by its length (MUST-6)",
	  { 254, 4, 2, 4, 2, 4, 5, 0xb4 }, 8, 0, { .mss = 1460 } },
	{ "unknown kind of two octets", { 253, 2, 2, 4, 5, 0xb4 }, 6, 0,
	  { .mss = 1460 } },
	{ "NOP, NOP, timestamps on data (MUST-5)",
	  { 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2 }, 12, 0,
	  { .has_ts = true, .tsval = 1, .tsecr = 2 } },
	{ "MSS of the wrong length is passed over", { 2, 3, 5, 1 }, 4, 0, {} },
	{ "scale of the wrong length is passed over", { 3, 4, 7, 7 }, 4, 0,
	  {} },
	{ "length 0 (MUST-7)", { 254, 0, 1, 1 }, 4, -EINVAL, {} },
	{ "length 1 (MUST-7)", { 254, 1, 1, 1 }, 4, -EINVAL, {} },
	{ "MSS with length 0 (MUST-7)", { 2, 0, 5, 0xb4 }, 4, -EINVAL, {} },
	{ "length past the end (MUST-7)", { 254, 5, 1, 1 }, 4, -EINVAL, {} },
	{ "length far past the end (MUST-7)", { 2, 255, 5, 0xb4 }, 4, -EINVAL,
	  {} },
	{ "kind without a length (MUST-68)", { 1, 1, 1, 2 }, 4, -EINVAL, {} },
	{ "MSS cut short", { 1, 2, 4, 5 }, 4, -EINVAL, {} },
	{ "40 NOPs",
	  { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 },
	  40, 0, {} },
	{ "one option of 40 octets", { 254, 40 }, 40, 0, {} },
	{ "one option of 41 octets in 40", { 254, 41 }, 40, -EINVAL, {} },
};

static void row_desc(const struct opts_row *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(row, opts_rows, row_desc);

static void expect_opts(struct kunit *test, const struct mini_opts *is,
			const struct mini_opts *want)
{
	KUNIT_EXPECT_EQ(test, is->mss, want->mss);
	KUNIT_EXPECT_EQ(test, is->wscale, want->wscale);
	KUNIT_EXPECT_EQ(test, is->has_wscale, want->has_wscale);
	KUNIT_EXPECT_EQ(test, is->sack_ok, want->sack_ok);
	KUNIT_EXPECT_EQ(test, is->has_ts, want->has_ts);
	KUNIT_EXPECT_EQ(test, is->tsval, want->tsval);
	KUNIT_EXPECT_EQ(test, is->tsecr, want->tsecr);
	KUNIT_ASSERT_EQ(test, is->nr_sack, want->nr_sack);
	KUNIT_EXPECT_EQ(test, memcmp(is->sack, want->sack, want->nr_sack *
				     sizeof(struct mini_range)), 0);
}

/* A buffer that ends where the options end: reading on is KASAN's to see */
static u8 *exact(struct kunit *test, const u8 *p, u32 len, u32 shift)
{
	u8 *buf = kunit_kmalloc(test, len + shift, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	if (len)
		memcpy(buf + shift, p, len);
	return buf + shift;
}

/* Proves: MUST-4, MUST-6, MUST-7, MUST-64, MUST-68, HP-2 */
static void parse(struct kunit *test)
{
	const struct opts_row *r = test->param_value;
	struct mini_opts o;
	u32 shift;

	for (shift = 0; shift < 4; shift++) {
		const u8 *p = exact(test, r->p, r->len, shift);

		memset(&o, 0xff, sizeof(o));
		KUNIT_EXPECT_EQ(test, mini_opts_parse(p, r->len, &o), r->err);
		if (!r->err)
			expect_opts(test, &o, &r->o);
	}
}

static u32 plain_be32(const u8 *p)
{
	return (((p[0] * 256U + p[1]) * 256U) + p[2]) * 256U + p[3];
}

static void sack_plainly(const u8 *p, u32 len, struct mini_opts *o)
{
	u32 i;

	if (len % 8 || !len)
		return;
	o->nr_sack = len / 8;
	for (i = 0; i < len / 8; i++) {
		o->sack[i].start = plain_be32(p + 8 * i);
		o->sack[i].end = plain_be32(p + 8 * i + 4);
	}
}

/* The same, read by a walk as plain as can be */
static int parse_plainly(const u8 *p, u32 len, struct mini_opts *o)
{
	u32 i = 0, n;

	memset(o, 0, sizeof(*o));
	while (i < len && p[i] != 0) {
		if (p[i] == 1) {
			i++;
			continue;
		}
		if (i + 1 >= len)
			return -EINVAL;
		n = p[i + 1];
		if (n < 2 || i + n > len)
			return -EINVAL;
		if (p[i] == 2 && n == 4)
			o->mss = p[i + 2] * 256 + p[i + 3];
		if (p[i] == 3 && n == 3) {
			o->has_wscale = true;
			o->wscale = p[i + 2] > 14 ? 14 : p[i + 2];
		}
		if (p[i] == 4 && n == 2)
			o->sack_ok = true;
		if (p[i] == 5)
			sack_plainly(p + i + 2, n - 2, o);
		if (p[i] == 8 && n == 10) {
			o->has_ts = true;
			o->tsval = plain_be32(p + i + 2);
			o->tsecr = plain_be32(p + i + 6);
		}
		i += n;
	}
	return 0;
}

static void parse_both(struct kunit *test, const u8 *p, u32 len)
{
	struct mini_opts is, want;
	int err = parse_plainly(p, len, &want);

	KUNIT_EXPECT_EQ(test, mini_opts_parse(p, len, &is), err);
	if (!err)
		expect_opts(test, &is, &want);
}

/* Likely octets more often than all of them: kinds, short lengths */
static u8 hostile_octet(struct rnd_state *rnd)
{
	u32 r = prandom_u32_state(rnd);

	switch (r & 3) {
	case 0:
		return (r >> 8) & 3;
	case 1:
		return (r >> 8) % 12;
	case 2:
		return (r >> 8) % 42;
	default:
		return r >> 8;
	}
}

/*
 * No octets whatever may crash it or keep it busy
 * Proves: MUST-7
 */
static void parse_hostile(struct kunit *test)
{
	struct rnd_state rnd;
	u32 len, round, i;
	u8 *buf;

	prandom_seed_state(&rnd, SEED);
	for (len = 0; len <= MINI_OPTS_MAX; len++) {
		buf = exact(test, NULL, 0, len);
		buf -= len;
		for (round = 0; round < 2000; round++) {
			for (i = 0; i < len; i++)
				buf[i] = hostile_octet(&rnd);
			parse_both(test, buf, len);
		}
	}
}

/* Every pair of octets, alone and at the very end */
static void parse_all_pairs(struct kunit *test)
{
	u8 head[4] = { 1, 1 };
	u32 i;

	for (i = 0; i < 65536; i++) {
		head[2] = i >> 8;
		head[3] = i & 0xff;
		parse_both(test, head + 2, 2);
		parse_both(test, head, 4);
	}
}

struct build_row {
	const char *name;
	struct mini_opts o;
	u8 want[MINI_OPTS_MAX];
	u8 len;
};

static const struct build_row build_rows[] = {
	{ "nothing", {}, {}, 0 },
	{ "MSS", { .mss = 1460 }, { 2, 4, 5, 0xb4 }, 4 },
	{ "MSS and scale", { .mss = 536, .wscale = 7, .has_wscale = true },
	  { 2, 4, 2, 24, 1, 3, 3, 7 }, 8 },
	{ "scale of 0", { .has_wscale = true }, { 1, 3, 3, 0 }, 4 },
	{ "SACK-permitted", { .sack_ok = true }, { 1, 1, 4, 2 }, 4 },
	{ "timestamps", { .has_ts = true, .tsval = 258, .tsecr = 3 },
	  { 1, 1, 8, 10, 0, 0, 1, 2, 0, 0, 0, 3 }, 12 },
	{ "all of a SYN",
	  { .mss = 1460, .wscale = 7, .has_wscale = true, .sack_ok = true,
	    .has_ts = true, .tsval = 1 },
	  { 2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7 },
	  20 },
	{ "timestamps and three blocks: not an octet is left",
	  { .has_ts = true, .nr_sack = 3,
	    .sack = { { 5, 6 }, { 3, 4 }, { 1, 2 } } },
	  { 1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 5, 26,
	    0, 0, 0, 5, 0, 0, 0, 6, 0, 0, 0, 3, 0, 0, 0, 4,
	    0, 0, 0, 1, 0, 0, 0, 2 }, 40 },
	{ "four blocks",
	  { .nr_sack = 4,
	    .sack = { { 7, 8 }, { 5, 6 }, { 3, 4 }, { 1, 2 } } },
	  { 1, 1, 5, 34, 0, 0, 0, 7, 0, 0, 0, 8, 0, 0, 0, 5, 0, 0, 0, 6,
	    0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2 }, 36 },
};

static void build_desc(const struct build_row *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(build, build_rows, build_desc);

static void build(struct kunit *test)
{
	const struct build_row *r = test->param_value;
	u8 buf[MINI_OPTS_MAX];
	struct mini_opts o;

	KUNIT_EXPECT_EQ(test, mini_opts_build(&r->o, buf), r->len);
	KUNIT_EXPECT_EQ(test, memcmp(buf, r->want, r->len), 0);
	KUNIT_EXPECT_EQ(test, r->len % 4, 0);
	KUNIT_EXPECT_EQ(test, mini_opts_parse(buf, r->len, &o), 0);
	expect_opts(test, &o, &r->o);
}

/* What is built is what is parsed, for every value */
static void build_and_parse(struct kunit *test)
{
	struct mini_opts o, back;
	u8 buf[MINI_OPTS_MAX];
	u32 mss, len;

	for (mss = 0; mss <= 0xffff; mss += 13) {
		o = (struct mini_opts){ .mss = mss, .wscale = mss % 15,
					.has_wscale = true,
					.sack_ok = mss & 1,
					.has_ts = mss & 2,
					.tsval = mss & 2 ? mss << 8 : 0,
					.tsecr = mss & 2 ? ~mss : 0 };
		len = mini_opts_build(&o, buf);
		KUNIT_EXPECT_LE(test, len, MINI_OPTS_MAX);
		KUNIT_EXPECT_EQ(test, mini_opts_parse(buf, len, &back), 0);
		expect_opts(test, &back, &o);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(parse, row_gen_params),
	KUNIT_CASE(parse_hostile),
	KUNIT_CASE(parse_all_pairs),
	KUNIT_CASE_PARAM(build, build_gen_params),
	KUNIT_CASE(build_and_parse),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_opts",
	.test_cases = cases,
};

kunit_test_suites(&suite);
