// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options as they come with segments: where they stand, which are unknown,
 * which are known but not served. What the parser makes of octets is
 * opts_test.c's.
 */
#include <linux/in.h>
#include "harness.h"

#define TFO_KIND	34
#define UTO_KIND	28
#define UNKNOWN_KIND	254

/**
 * struct syn_row - options of a SYN and the MSS that follows from them
 * @name: of the case
 * @opts: octets
 * @len: how many, a multiple of four
 * @mss: what we then send at most
 */
struct syn_row {
	const char *name;
	u8 opts[20];
	u8 len;
	u32 mss;
};

static const struct syn_row syn_rows[] = {
	{ "MSS", { 2, 4, 2, 88 }, 4, 600 },
	{ "NOP, MSS, EOL", { 1, 2, 4, 2, 88, 0, 0, 0 }, 8, 600 },
	{ "EOL before MSS", { 0, 0, 0, 0, 2, 4, 2, 88 }, 8, 536 },
	{ "unknown, MSS", { UNKNOWN_KIND, 4, 2, 4, 2, 4, 2, 88 }, 8, 600 },
	{ "MSS, unknown", { 2, 4, 2, 88, UNKNOWN_KIND, 3, 7, 1 }, 8, 600 },
	{ "unknown of 16 octets, MSS",
	  { UNKNOWN_KIND, 16, 2, 4, 0, 1, 2, 4, 0, 1, 2, 4, 0, 1, 2, 4,
	    2, 4, 2, 88 }, 20, 600 },
	{ "MSS of 0", { 2, 4, 0, 0 }, 4, 536 },
	{ "MSS of 1", { 2, 4, 0, 1 }, 4, MINI_MSS_MIN },
	{ "MSS of 65535", { 2, 4, 255, 255 }, 4, 1460 },
	{ "user timeout, MSS", { UTO_KIND, 4, 0x80, 1, 2, 4, 2, 88 }, 8, 600 },
	{ "Fast Open, MSS", { 1, 1, TFO_KIND, 2, 2, 4, 2, 88 }, 8, 600 },
};

static void syn_desc(const struct syn_row *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(syn, syn_rows, syn_desc);

static void expect_mss(struct mini_t *t, u32 mss)
{
	mini_t_zero(t);
	MINI_T_EQ(t, mini_t_send(t, 2 * mss), 2 * mss);
	mini_t_expect_tx(t, SEG(.len = mss));
	mini_t_expect_tx(t, SEG(.seq = mss, .len = mss));
	mini_t_expect_nothing(t);
}

/* Proves: MUST-4, MUST-6, MUST-14, MUST-15, MUST-64, MS-5 */
static void on_a_syn(struct kunit *test)
{
	const struct syn_row *r = test->param_value;
	struct mini_t *t = mini_t_listen(test);

	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN, .opts = r->opts,
				 .opts_len = r->len));
	mini_t_expect_tx(t, SEG(.flags = MINI_SYN | MINI_ACK, .ack = 1));
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1));
	MINI_T_EQ(t, mini_t_accept(t), 0);
	expect_mss(t, r->mss);
}

/* Proves: MUST-4, MUST-6, MUST-14, MUST-15, MUST-64, MS-5 */
static void on_a_syn_ack(struct kunit *test)
{
	const struct syn_row *r = test->param_value;
	struct mini_t *t = mini_t_syn_sent(test);

	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN | MINI_ACK, .opts = r->opts,
				 .opts_len = r->len));
	mini_t_expect_tx(t, SEG(.ack = 1));
	mini_t_expect_state(t, TCP_ESTABLISHED);
	expect_mss(t, r->mss);
}

/**
 * struct seg_row - options of segments that are no SYN
 * @name: of the case
 * @opts: octets
 * @len: how many, a multiple of four
 */
struct seg_row {
	const char *name;
	u8 opts[40];
	u8 len;
};

static const struct seg_row seg_rows[] = {
	{ "NOPs", { 1, 1, 1, 1 }, 4 },
	{ "EOL", { 0, 0, 0, 0 }, 4 },
	{ "unknown", { UNKNOWN_KIND, 4, 0, 0 }, 4 },
	{ "unknown of 40 octets", { UNKNOWN_KIND, 40 }, 40 },
	{ "unknown of two octets, EOL", { 253, 2, 0, 0 }, 4 },
	{ "MSS, which has no business here", { 2, 4, 0, 1 }, 4 },
	{ "window scale, which has none either", { 1, 3, 3, 14 }, 4 },
	{ "user timeout", { UTO_KIND, 4, 0x80, 1 }, 4 },
};

static void seg_desc(const struct seg_row *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(seg, seg_rows, seg_desc);

static struct mini_t_seg with_opts(const struct seg_row *r,
				   struct mini_t_seg seg)
{
	seg.opts = r->opts;
	seg.opts_len = r->len;
	return seg;
}

/*
 * Text, an ACK and a FIN are what they are, whatever stands beside them; and
 * what SYNs alone may say changes nothing any more
 * Proves: MUST-5, MUST-6
 */
static void on_other_segments(struct kunit *test)
{
	const struct seg_row *r = test->param_value;
	struct mini_t *t = mini_t_established(test);

	mini_t_rx(t, AT_NOW, with_opts(r, SEG(.len = 10)));
	mini_t_expect_tx(t, SEG(.ack = 10));
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_expect_tx(t, SEG(.ack = 10, .len = 100));
	mini_t_rx(t, AT_NOW, with_opts(r, SEG(.seq = 10, .ack = 100)));
	MINI_T_EQ(t, mini_flight(mini_t_msk(t)), 0);
	MINI_T_EQ(t, mini_t_msk(t)->snd.wnd, 65535);
	MINI_T_EQ(t, mini_t_msk(t)->snd.mss, MINI_T_MSS);
	mini_t_rx(t, AT_NOW, with_opts(r, SEG(.flags = MINI_FIN | MINI_ACK,
					      .seq = 10, .ack = 100)));
	mini_t_expect_tx(t, SEG(.seq = 100, .ack = 11));
	MINI_T_EQ(t, mini_t_recv(t, 100), 10);
	MINI_T_EQ(t, mini_t_recv(t, 100), 0);
}

/*
 * The peer's user timeout is not ours: R2 stays where it is
 * Proves: UT-2
 */
static void user_timeout_of_the_peer(struct kunit *test)
{
	static const u8 a_second[] = { UTO_KIND, 4, 0, 1 };
	struct mini_t *t = mini_t_listen(test);

	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN, .opts = a_second,
				 .opts_len = sizeof(a_second)));
	mini_t_drain(t);
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1, .opts = a_second,
				 .opts_len = sizeof(a_second)));
	MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_EQ(t, mini_t_msk(t)->user_timeout_ms, 0);
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_advance_ms(t, 50 * 1000);
	mini_t_expect_state(t, TCP_ESTABLISHED);
	mini_t_drain(t);
}

/*
 * A SYN that asks for Fast Open, with text: the answer says nothing of it,
 * and the text has to come again
 * Proves: FO-2
 */
static void fast_open_is_not_served(struct kunit *test)
{
	static const u8 cookie[] = { TFO_KIND, 10, 1, 2, 3, 4, 5, 6, 7, 8,
				     1, 1 };
	struct mini_t *t = mini_t_listen(test);

	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN, .len = 10, .opts = cookie,
				 .opts_len = sizeof(cookie)));
	/* that nothing is in its options that was not asked for, the harness */
	mini_t_expect_tx(t, SEG(.flags = MINI_SYN | MINI_ACK, .ack = 1));
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1));
	MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_EQ(t, mini_t_recv(t, 100), -EAGAIN);
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1, .len = 10));
	mini_t_drain(t);
	MINI_T_EQ(t, mini_t_recv(t, 100), 10);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(on_a_syn, syn_gen_params),
	KUNIT_CASE_PARAM(on_a_syn_ack, syn_gen_params),
	KUNIT_CASE_PARAM(on_other_segments, seg_gen_params),
	KUNIT_CASE(user_timeout_of_the_peer),
	KUNIT_CASE(fast_open_is_not_served),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_segopts",
	.test_cases = cases,
};

kunit_test_suites(&suite);
