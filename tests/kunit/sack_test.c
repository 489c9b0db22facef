// SPDX-License-Identifier: GPL-2.0-only
/*
 * SACK and D-SACK as the receiver tells them (RFC 2018, RFC 2883): the list
 * of blocks against a model that marks octets, and what stands on the wire.
 */
#include <linux/prandom.h>
#include "harness.h"

#define SEED	0x5ac4
#define SPAN	96U
#define BASE	0xffffffd0U	/* the numbers wrap within the span */

/* the pure list */

/**
 * struct model - which octets have arrived, and when each run last grew
 * @have: arrived
 * @nxt: offset of RCV.NXT
 */
struct model {
	bool have[SPAN];
	u32 nxt;
};

static void model_add(struct model *m, u32 from, u32 to)
{
	while (from < to)
		m->have[from++] = true;
	while (m->nxt < SPAN && m->have[m->nxt])
		m->nxt++;
}

static bool model_has(const struct model *m, u32 from, u32 to)
{
	while (from < to)
		if (!m->have[from++])
			return false;
	return true;
}

/* SK-4, SK-6: true of all blocks, and the first one holds what came last */
static void expect_blocks(struct kunit *test, const struct mini_sack_list *l,
			  const struct model *m, u32 from, u32 to)
{
	u8 i, j;

	for (i = 0; i < l->nr; i++) {
		u32 start = l->block[i].start - BASE;
		u32 end = l->block[i].end - BASE;

		KUNIT_ASSERT_LT(test, start, end);
		KUNIT_ASSERT_LE(test, end, SPAN);
		KUNIT_EXPECT_TRUE(test, model_has(m, start, end));
		KUNIT_EXPECT_GT(test, start, m->nxt);
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_TRUE(test,
					  end < l->block[j].start - BASE ||
					  start > l->block[j].end - BASE);
	}
	if (from > m->nxt) {
		KUNIT_ASSERT_GT(test, l->nr, 0);
		KUNIT_EXPECT_LE(test, l->block[0].start - BASE, from);
		KUNIT_EXPECT_GE(test, l->block[0].end - BASE, to);
	}
}

/*
 * Random pieces in random order, thousands of times
 * Proves: SK-4, SK-6
 */
static void list_against_a_model(struct kunit *test)
{
	struct mini_sack_list l;
	struct rnd_state rnd;
	struct model m;
	u32 round, i;

	prandom_seed_state(&rnd, SEED);
	for (round = 0; round < 3000; round++) {
		memset(&l, 0, sizeof(l));
		memset(&m, 0, sizeof(m));
		for (i = 0; i < 40; i++) {
			u32 from = prandom_u32_state(&rnd) % (SPAN - 8);
			u32 to = from + 1 + prandom_u32_state(&rnd) % 8;

			if (from > m.nxt)
				mini_sack_add(&l, BASE + from, BASE + to);
			model_add(&m, from, to);
			mini_sack_trim(&l, BASE + m.nxt);
			expect_blocks(test, &l, &m, from, to);
		}
	}
}

/* Proves: DS-2 */
static void duplicate_is_told_once(struct kunit *test)
{
	struct mini_sack_list l = {};
	struct mini_range r[MINI_SACK_MAX];

	mini_sack_add(&l, 100, 200);
	mini_sack_dup(&l, 10, 20);
	mini_sack_dup(&l, 30, 40);
	KUNIT_EXPECT_EQ(test, mini_sack_tell(&l, r, 0), 0);
	KUNIT_EXPECT_EQ(test, mini_sack_tell(&l, r, 3), 2);
	KUNIT_EXPECT_EQ(test, r[0].start, 10);
	KUNIT_EXPECT_EQ(test, r[1].start, 100);
	KUNIT_EXPECT_EQ(test, mini_sack_tell(&l, r, 3), 1);
	KUNIT_EXPECT_EQ(test, r[0].start, 100);
}

/**
 * struct dup_row - an ACK's first blocks, and whether they report a duplicate
 * @name: of the case
 * @ack: SEG.ACK
 * @nr: blocks
 * @sack: they
 * @dup: the answer
 */
struct dup_row {
	const char *name;
	u32 ack;
	u8 nr;
	struct mini_range sack[2];
	bool dup;
};

static const struct dup_row dup_rows[] = {
	{ "no block", 100, 0, {}, false },
	{ "above the ACK", 100, 1, { { 200, 300 } }, false },
	{ "below the ACK", 100, 1, { { 50, 60 } }, true },
	{ "below the ACK, across the wrap", 5, 1,
	  { { 0xfffffff0, 0xfffffff8 } }, true },
	{ "an old ACK: above it is above it", 40, 1, { { 50, 60 } }, false },
	{ "inside the second", 100, 2, { { 250, 260 }, { 200, 300 } }, true },
	{ "the same as the second", 100, 2, { { 200, 300 }, { 200, 300 } },
	  true },
	{ "beside the second", 100, 2, { { 400, 500 }, { 200, 300 } },
	  false },
	{ "larger than the second", 100, 2, { { 150, 400 }, { 200, 300 } },
	  false },
	{ "empty", 100, 1, { { 50, 50 } }, false },
};

static void dup_desc(const struct dup_row *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(dup, dup_rows, dup_desc);

/* Proves: DS-5 */
static void duplicate_is_told_apart(struct kunit *test)
{
	const struct dup_row *r = test->param_value;
	struct mini_opts o = { .nr_sack = r->nr };

	memcpy(o.sack, r->sack, sizeof(r->sack));
	KUNIT_EXPECT_EQ(test, mini_sack_is_dup(&o, r->ack), r->dup);
}

/* Nonsense is left out, the rest is sorted */
static void usable_blocks(struct kunit *test)
{
	struct mini_opts o = { .nr_sack = 4, .sack = {
		{ 400, 500 }, { 200, 300 }, { 900, 1001 }, { 120, 110 } } };
	struct mini_range r[MINI_SACK_MAX];

	KUNIT_ASSERT_EQ(test, mini_sack_usable(&o, 100, 1000, r), 2);
	KUNIT_EXPECT_EQ(test, r[0].start, 200);
	KUNIT_EXPECT_EQ(test, r[1].start, 400);
	KUNIT_ASSERT_EQ(test, mini_sack_usable(&o, 250, 1000, r), 1);
	KUNIT_EXPECT_EQ(test, r[0].start, 400);
}

/* on the wire */

static struct mini_t *with_sack(struct kunit *test, bool ts)
{
	struct mini_t *t = mini_t_new(test);

	t->peer_sack = true;
	t->peer_ts = ts;
	mini_t_to_established(t);
	return t;
}

/* Proves: SK-1 */
static void permitted_in_a_syn(struct kunit *test)
{
	struct mini_t *t = with_sack(test, true);

	MINI_T_TRUE(t, t->log[0].sack_ok);
	MINI_T_TRUE(t, mini_t_msk(t)->snd.sack_ok);
}

/* Proves: SK-2 */
static void not_permitted_not_sent(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_rx(t, AT_NOW, SEG(.seq = 100, .len = 100));
	mini_t_expect_tx(t, SEG(.no_sack = true));
}

/* Proves: SK-3, SK-4, SK-6 */
static void newest_block_first(struct kunit *test)
{
	struct mini_t *t = with_sack(test, true);

	mini_t_rx(t, AT_NOW, SEG(.seq = 500, .len = 100));
	mini_t_expect_tx(t, SEG(.nr_sack = 1, .sack = { { 500, 600 } }));
	mini_t_rx(t, AT_NOW, SEG(.seq = 300, .len = 100));
	mini_t_expect_tx(t, SEG(.nr_sack = 2, .sack = {
		{ 300, 400 }, { 500, 600 } }));
	mini_t_rx(t, AT_NOW, SEG(.seq = 600, .len = 100));
	mini_t_expect_tx(t, SEG(.nr_sack = 2, .sack = {
		{ 500, 700 }, { 300, 400 } }));
	/* the hole at the front is filled, one remains */
	mini_t_rx(t, AT_NOW, SEG(.len = 300));
	mini_t_expect_tx(t, SEG(.ack = 400, .nr_sack = 1,
				.sack = { { 500, 700 } }));
	mini_t_rx(t, AT_NOW, SEG(.seq = 400, .len = 100));
	mini_t_expect_tx(t, SEG(.ack = 700, .no_sack = true));
}

static void four_islands(struct mini_t *t)
{
	u32 i;

	for (i = 1; i <= 4; i++)
		mini_t_rx(t, AT_NOW, SEG(.seq = i * 200, .len = 100));
	for (i = 0; i < 3; i++)
		mini_t_next(t);
}

/* Proves: SK-5 */
static void as_many_blocks_as_fit(struct kunit *test)
{
	struct mini_t *t = with_sack(test, true);

	four_islands(t);
	mini_t_expect_tx(t, SEG(.nr_sack = 3, .sack = {
		{ 800, 900 }, { 600, 700 }, { 400, 500 } }));
}

/* Proves: SK-5 */
static void one_more_without_timestamps(struct kunit *test)
{
	struct mini_t *t = with_sack(test, false);

	four_islands(t);
	mini_t_expect_tx(t, SEG(.nr_sack = 4, .sack = {
		{ 800, 900 }, { 600, 700 }, { 400, 500 }, { 200, 300 } }));
}

/* Payload makes way for the blocks: no packet is larger than the path takes */
static void blocks_beside_payload(struct mini_t *t, bool fits)
{
	const struct mini_t_rec *rec;
	u32 sent = 0;

	mini_t_rx(t, AT_NOW, SEG(.seq = 100, .len = 100));
	mini_t_drain(t);
	MINI_T_EQ(t, mini_t_send(t, 3 * MINI_T_MSS), 3 * MINI_T_MSS);
	while ((rec = mini_t_next(t))) {
		MINI_T_TRUE(t, rec->len + 12 +
			       (rec->nr_sack ? 4 + 8 * rec->nr_sack : 0) <=
			       MINI_T_MSS);
		MINI_T_EQ(t, rec->nr_sack, fits);
		sent += rec->len;
	}
	MINI_T_EQ(t, sent, 3 * MINI_T_MSS);
}

/* Proves: MS-2, SK-3 */
static void blocks_beside_payload_gso(struct kunit *test)
{
	blocks_beside_payload(with_sack(test, true), true);
}

/* Proves: MS-2 */
static void blocks_give_way_without_gso(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	t->gso = false;
	t->peer_sack = true;
	t->peer_ts = true;
	mini_t_to_established(t);
	mini_t_rx(t, AT_NOW, SEG(.seq = 100, .len = 100));
	mini_t_drain(t);
	MINI_T_EQ(t, mini_t_send(t, 1448), 1448);
	mini_t_expect_tx(t, SEG(.len = 1448, .no_sack = true));
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_drain(t);
}

/* D-SACK */

/* Proves: DS-1, DS-2, DS-6 */
static void whole_duplicate(struct kunit *test)
{
	struct mini_t *t = with_sack(test, true);

	mini_t_rx(t, AT_NOW, SEG(.len = 300));
	mini_t_drain(t);
	mini_t_rx(t, AT_NOW, SEG(.seq = 100, .len = 100));
	mini_t_expect_tx(t, SEG(.ack = 300, .nr_sack = 1,
				.sack = { { 100, 200 } }));
	mini_t_rx(t, AT_NOW, SEG(.seq = 300, .len = 10));
	mini_t_expect_tx(t, SEG(.ack = 310, .no_sack = true));
}

/* Proves: DS-4 */
static void partly_old(struct kunit *test)
{
	struct mini_t *t = with_sack(test, true);

	mini_t_rx(t, AT_NOW, SEG(.len = 300));
	mini_t_drain(t);
	mini_t_rx(t, AT_NOW, SEG(.seq = 200, .len = 200));
	mini_t_expect_tx(t, SEG(.ack = 400, .nr_sack = 1,
				.sack = { { 200, 300 } }));
}

/* Proves: DS-3 */
static void duplicate_of_what_is_held(struct kunit *test)
{
	struct mini_t *t = with_sack(test, true);

	mini_t_rx(t, AT_NOW, SEG(.seq = 100, .len = 300));
	mini_t_rx(t, AT_NOW, SEG(.seq = 600, .len = 100));
	mini_t_drain(t);
	mini_t_rx(t, AT_NOW, SEG(.seq = 200, .len = 100));
	mini_t_expect_tx(t, SEG(.nr_sack = 3, .sack = {
		{ 200, 300 }, { 100, 400 }, { 600, 700 } }));
}

/* Proves: DS-4 */
static void overlap_of_what_is_held(struct kunit *test)
{
	struct mini_t *t = with_sack(test, true);

	mini_t_rx(t, AT_NOW, SEG(.seq = 100, .len = 100));
	mini_t_rx(t, AT_NOW, SEG(.seq = 300, .len = 100));
	mini_t_drain(t);
	/* both neighbours have some of it: the first is told */
	mini_t_rx(t, AT_NOW, SEG(.seq = 150, .len = 200));
	mini_t_expect_tx(t, SEG(.nr_sack = 2, .sack = {
		{ 150, 200 }, { 100, 400 } }));
	mini_t_rx(t, AT_NOW, SEG(.len = 100));
	mini_t_expect_tx(t, SEG(.ack = 400, .no_sack = true));
	MINI_T_EQ(t, mini_t_recv(t, 1000), 400);
	mini_t_drain(t);
}

/* net.mini.tcp_dsack = 0 */
static void duplicates_switched_off(struct kunit *test)
{
	struct mini_t *t = with_sack(test, true);

	t->mn->sysctl.dsack = 0;
	mini_t_rx(t, AT_NOW, SEG(.len = 300));
	mini_t_drain(t);
	mini_t_rx(t, AT_NOW, SEG(.seq = 100, .len = 100));
	mini_t_expect_tx(t, SEG(.ack = 300, .no_sack = true));
}

/* A FIN out of order is held, and nothing is told of it */
static void fin_alone_is_no_block(struct kunit *test)
{
	struct mini_t *t = with_sack(test, true);

	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_FIN | MINI_ACK, .seq = 100));
	mini_t_expect_tx(t, SEG(.no_sack = true));
	mini_t_rx(t, AT_NOW, SEG(.len = 100));
	mini_t_expect_tx(t, SEG(.ack = 101, .no_sack = true));
	mini_t_expect_state(t, TCP_CLOSE_WAIT);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(list_against_a_model),
	KUNIT_CASE(duplicate_is_told_once),
	KUNIT_CASE_PARAM(duplicate_is_told_apart, dup_gen_params),
	KUNIT_CASE(usable_blocks),
	KUNIT_CASE(permitted_in_a_syn),
	KUNIT_CASE(not_permitted_not_sent),
	KUNIT_CASE(newest_block_first),
	KUNIT_CASE(as_many_blocks_as_fit),
	KUNIT_CASE(one_more_without_timestamps),
	KUNIT_CASE(blocks_beside_payload_gso),
	KUNIT_CASE(blocks_give_way_without_gso),
	KUNIT_CASE(whole_duplicate),
	KUNIT_CASE(partly_old),
	KUNIT_CASE(duplicate_of_what_is_held),
	KUNIT_CASE(overlap_of_what_is_held),
	KUNIT_CASE(duplicates_switched_off),
	KUNIT_CASE(fin_alone_is_no_block),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_sack",
	.test_cases = cases,
};

kunit_test_suites(&suite);
