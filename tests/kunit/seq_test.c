// SPDX-License-Identifier: GPL-2.0-only
/* Sequence arithmetic, and which segments are acceptable */
#include <kunit/test.h>
#include <mini/seq.h>

struct seq_pair {
	const char *name;
	u32 a;
	u32 b;
	bool lt;
};

static const struct seq_pair seq_pairs[] = {
	{ "equal", 5, 5, false },
	{ "next", 5, 6, true },
	{ "before", 6, 5, false },
	{ "equal at zero", 0, 0, false },
	{ "over the wrap", 0xffffffff, 0, true },
	{ "back over the wrap", 0, 0xffffffff, false },
	{ "far over the wrap", 0xfffffff0, 0x10, true },
	{ "over the sign", 0x7fffffff, 0x80000000, true },
	{ "back over the sign", 0x80000000, 0x7fffffff, false },
	{ "half the space less one", 0, 0x7fffffff, true },
	{ "half the space less one, wrapped", 0x90000000, 0x0fffffff, true },
	{ "more than half is behind", 0, 0x80000001, false },
};

static void pair_desc(const struct seq_pair *p, char *desc)
{
	strscpy(desc, p->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(pair, seq_pairs, pair_desc);

/* RFC 9293 3.4: comparison modulo 2^32, each relation from the others */
static void compare(struct kunit *test)
{
	const struct seq_pair *p = test->param_value;
	bool eq = p->a == p->b;

	KUNIT_EXPECT_EQ(test, seq_lt(p->a, p->b), p->lt);
	KUNIT_EXPECT_EQ(test, seq_leq(p->a, p->b), p->lt || eq);
	KUNIT_EXPECT_EQ(test, seq_gt(p->a, p->b), !p->lt && !eq);
	KUNIT_EXPECT_EQ(test, seq_geq(p->a, p->b), !p->lt);
	KUNIT_EXPECT_EQ(test, seq_max(p->a, p->b), p->lt ? p->b : p->a);
}

/* What holds at one place of the circle holds at every other */
static void compare_is_the_same_everywhere(struct kunit *test)
{
	static const u32 steps[] = { 0, 1, 1460, 65535, 0x3fffffff, 0x7fffffff };
	u32 base = 0, i, n;

	for (i = 0; i < 4096; i++, base += 0x100001) {
		for (n = 0; n < ARRAY_SIZE(steps); n++) {
			u32 to = base + steps[n];

			if (seq_lt(base, to) != !!n || seq_lt(to, base) ||
			    seq_max(base, to) != to)
				KUNIT_FAIL(test, "at %x, step %x", base,
					   steps[n]);
		}
	}
}

struct seq_range {
	const char *name;
	u32 seq;
	u32 low;
	u32 high;
	bool in;
};

static const struct seq_range seq_ranges[] = {
	{ "at the low end", 10, 10, 20, true },
	{ "inside", 15, 10, 20, true },
	{ "last", 19, 10, 20, true },
	{ "at the high end", 20, 10, 20, false },
	{ "below", 9, 10, 20, false },
	{ "empty range", 10, 10, 10, false },
	{ "wrapped, before zero", 0xffffffff, 0xfffffff0, 0x10, true },
	{ "wrapped, at zero", 0, 0xfffffff0, 0x10, true },
	{ "wrapped, last", 0xf, 0xfffffff0, 0x10, true },
	{ "wrapped, at the high end", 0x10, 0xfffffff0, 0x10, false },
	{ "wrapped, below", 0xffffffef, 0xfffffff0, 0x10, false },
	{ "largest window, far in", 0x3fff0000, 0, 0x3fffc000, true },
};

static void range_desc(const struct seq_range *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(range, seq_ranges, range_desc);

static void within(struct kunit *test)
{
	const struct seq_range *r = test->param_value;

	KUNIT_EXPECT_EQ(test, seq_within(r->seq, r->low, r->high), r->in);
}

/**
 * struct seq_seg - a segment against a window; numbers relative to RCV.NXT
 * @name: which of the RFC's four cases
 * @seq: SEG.SEQ
 * @len: SEG.LEN
 * @acked: the RCV.NXT of the last ACK
 * @wnd: RCV.WND
 * @ok: acceptable
 */
struct seq_seg {
	const char *name;
	s32 seq;
	u32 len;
	s32 acked;
	u32 wnd;
	bool ok;
};

static const struct seq_seg seq_segs[] = {
	{ "len 0, wnd 0: at RCV.NXT", 0, 0, 0, 0, true },
	{ "len 0, wnd 0: above", 1, 0, 0, 0, false },
	{ "len 0, wnd 0: below", -1, 0, 0, 0, false },
	{ "len 0, wnd 0: below, but not what was ACKed", -1, 0, -1, 0, true },

	{ "len 0, wnd: at RCV.NXT", 0, 0, 0, 1000, true },
	{ "len 0, wnd: last", 999, 0, 0, 1000, true },
	{ "len 0, wnd: at the edge", 1000, 0, 0, 1000, false },
	{ "len 0, wnd: below", -1, 0, 0, 1000, false },
	{ "len 0, wnd: below, but not what was ACKed", -50, 0, -50, 1000,
	  true },
	{ "len 0, wnd: below what was ACKed", -51, 0, -50, 1000, false },
	{ "len 0, wnd: half the space away", 0x7fffffff, 0, 0, 1000, false },

	{ "len, wnd 0: at RCV.NXT", 0, 1, 0, 0, false },
	{ "len, wnd 0: below", -1, 1, 0, 0, false },
	{ "len, wnd 0: reaching over RCV.NXT", -5, 10, 0, 0, false },

	{ "len, wnd: the whole window", 0, 1000, 0, 1000, true },
	{ "len, wnd: one octet at RCV.NXT", 0, 1, 0, 1000, true },
	{ "len, wnd: last octet", 999, 1, 0, 1000, true },
	{ "len, wnd: first octet in, last beyond", 999, 500, 0, 1000, true },
	{ "len, wnd: first octet below, last in", -10, 11, 0, 1000, true },
	{ "len, wnd: all below", -10, 10, 0, 1000, false },
	{ "len, wnd: all below, not ACKed yet", -10, 10, -10, 1000, false },
	{ "len, wnd: at the edge", 1000, 1, 0, 1000, false },
	{ "len, wnd: far above", 0x40000000, 10, 0, 1000, false },
	{ "len, wnd: far below", -0x40000000, 10, 0, 1000, false },
};

static void seg_desc(const struct seq_seg *s, char *desc)
{
	strscpy(desc, s->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(seg, seq_segs, seg_desc);

/* RFC 9293 3.10.7.4, first check, with RCV.NXT all around the circle */
static void acceptable(struct kunit *test)
{
	static const u32 bases[] = {
		0, 1, 500, 0x7fffffff, 0x80000000, 0xfffffc18, 0xfffffff6,
		0xffffffff,
	};
	const struct seq_seg *s = test->param_value;
	u32 i, nxt;

	for (i = 0; i < ARRAY_SIZE(bases); i++) {
		nxt = bases[i];
		KUNIT_EXPECT_EQ_MSG(test, s->ok,
				    mini_seq_acceptable(nxt + s->seq, s->len,
							nxt, nxt + s->acked,
							s->wnd),
				    "RCV.NXT %x", nxt);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(compare, pair_gen_params),
	KUNIT_CASE(compare_is_the_same_everywhere),
	KUNIT_CASE_PARAM(within, range_gen_params),
	KUNIT_CASE_PARAM(acceptable, seg_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_seq",
	.test_cases = cases,
};

kunit_test_suites(&suite);
