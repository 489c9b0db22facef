// SPDX-License-Identifier: GPL-2.0-only
/*
 * The out-of-order queue (RFC 9293 SHLD-31, RFC 5681 4.2). Every octet that
 * the user reads is compared with what the peer has sent there.
 */
#include <linux/prandom.h>
#include <linux/sort.h>
#include "harness.h"

#define SEED	0x6f666f21
#define PIECE	100U

struct piece {
	u32 seq;
	u32 len;
};

static void rx_piece(struct mini_t *t, const struct piece *p)
{
	mini_t_rx(t, AT_NOW, SEG(.seq = p->seq, .len = p->len));
}

static void expect_stream(struct mini_t *t, u32 len)
{
	MINI_T_EQ(t, mini_t_recv(t, len + 1000), len);
	MINI_T_EQ(t, mini_t_recv(t, 1000), -EAGAIN);
	MINI_T_TRUE(t, RB_EMPTY_ROOT(&mini_t_msk(t)->ofo));
	MINI_T_EQ(t, mini_t_msk(t)->rcv.nxt - t->peer_zero, len);
}

/**
 * struct ofo_row - pieces as they arrive, and what is in order then
 * @name: of the case
 * @p: pieces, up to one of no length
 * @nxt: RCV.NXT after each of them
 */
struct ofo_row {
	const char *name;
	struct piece p[8];
	u32 nxt[8];
};

static const struct ofo_row ofo_rows[] = {
	{ "two, swapped (SHLD-31)",
	  { { 100, 100 }, { 0, 100 } }, { 0, 200 } },
	{ "four, reversed",
	  { { 300, 100 }, { 200, 100 }, { 100, 100 }, { 0, 100 } },
	  { 0, 0, 0, 400 } },
	{ "two holes, filled from below",
	  { { 100, 100 }, { 300, 100 }, { 0, 100 }, { 200, 100 } },
	  { 0, 0, 200, 400 } },
	{ "two holes, filled from above",
	  { { 100, 100 }, { 300, 100 }, { 200, 100 }, { 0, 100 } },
	  { 0, 0, 0, 400 } },
	{ "the same twice",
	  { { 100, 100 }, { 100, 100 }, { 0, 100 } }, { 0, 0, 200 } },
	{ "the first again when all is there",
	  { { 100, 100 }, { 0, 100 }, { 100, 100 } }, { 0, 200, 200 } },
	{ "one inside another",
	  { { 100, 300 }, { 150, 50 }, { 0, 100 } }, { 0, 0, 400 } },
	{ "one around another",
	  { { 150, 50 }, { 100, 300 }, { 0, 100 } }, { 0, 0, 400 } },
	{ "one around three",
	  { { 120, 20 }, { 160, 20 }, { 200, 20 }, { 100, 200 }, { 0, 100 } },
	  { 0, 0, 0, 0, 300 } },
	{ "same start, longer",
	  { { 100, 50 }, { 100, 200 }, { 0, 100 } }, { 0, 0, 300 } },
	{ "same start, shorter",
	  { { 100, 200 }, { 100, 50 }, { 0, 100 } }, { 0, 0, 300 } },
	{ "same end, longer",
	  { { 200, 100 }, { 100, 200 }, { 0, 100 } }, { 0, 0, 300 } },
	{ "overlap below",
	  { { 200, 100 }, { 150, 100 }, { 0, 150 } }, { 0, 0, 300 } },
	{ "overlap above",
	  { { 100, 100 }, { 150, 100 }, { 0, 100 } }, { 0, 0, 250 } },
	{ "overlap on both sides",
	  { { 100, 100 }, { 300, 100 }, { 150, 200 }, { 0, 100 } },
	  { 0, 0, 0, 400 } },
	{ "the fill overlaps what it meets",
	  { { 100, 100 }, { 0, 150 } }, { 0, 200 } },
	{ "the fill covers what it meets",
	  { { 100, 100 }, { 0, 250 } }, { 0, 250 } },
	{ "the fill covers two and meets a third",
	  { { 50, 20 }, { 90, 20 }, { 190, 50 }, { 0, 200 } },
	  { 0, 0, 0, 240 } },
	{ "old text joined to new",
	  { { 0, 100 }, { 50, 100 } }, { 100, 150 } },
	{ "one octet each, reversed",
	  { { 4, 1 }, { 3, 1 }, { 2, 1 }, { 1, 1 }, { 0, 1 } },
	  { 0, 0, 0, 0, 5 } },
};

static void row_desc(const struct ofo_row *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(row, ofo_rows, row_desc);

/* CC-13: what is out of order, or fills a hole, is ACKed at once */
static void run_row(struct kunit *test, enum mini_t_shape shape)
{
	const struct ofo_row *r = test->param_value;
	struct mini_t *t = mini_t_established(test);
	u32 i;

	t->shape = shape;
	for (i = 0; r->p[i].len; i++) {
		rx_piece(t, &r->p[i]);
		mini_t_expect_tx(t, SEG(.ack = r->nxt[i]));
		mini_t_expect_nothing(t);
	}
	expect_stream(t, r->nxt[i - 1]);
}

/* Proves: CC-13 */
static void arrive_linear(struct kunit *test)
{
	run_row(test, MINI_T_LINEAR);
}

static void arrive_in_frags(struct kunit *test)
{
	run_row(test, MINI_T_FRAGS);
}

static void arrive_in_frag_list(struct kunit *test)
{
	run_row(test, MINI_T_FRAG_LIST);
}

static void arrive_cloned(struct kunit *test)
{
	run_row(test, MINI_T_CLONED);
}

static void shuffle(struct piece *p, u32 nr, struct rnd_state *rnd)
{
	u32 i, j;

	for (i = nr - 1; i > 0; i--) {
		j = prandom_u32_state(rnd) % (i + 1);
		swap(p[i], p[j]);
	}
}

/* The lowest octet that no piece covers */
static u32 model_nxt(const bool *have, u32 len)
{
	u32 i;

	for (i = 0; i < len && have[i]; i++)
		;
	return i;
}

static void mark(bool *have, const struct piece *p)
{
	memset(have + p->seq, true, p->len);
}

/*
 * Every permutation of a few pieces ends the same, with one ACK for each
 * Proves: SHLD-31, MAY-13, CC-13
 */
static void permutations(struct kunit *test)
{
	const u32 len = 16 * PIECE;
	bool *have = kunit_kzalloc(test, len, GFP_KERNEL);
	struct rnd_state rnd;
	u32 round, i;

	KUNIT_ASSERT_NOT_NULL(test, have);
	prandom_seed_state(&rnd, SEED);
	for (round = 0; round < 40; round++) {
		struct mini_t *t = mini_t_established(test);
		struct piece p[16];

		memset(have, 0, len);
		for (i = 0; i < ARRAY_SIZE(p); i++)
			p[i] = (struct piece){ i * PIECE, PIECE };
		shuffle(p, ARRAY_SIZE(p), &rnd);
		for (i = 0; i < ARRAY_SIZE(p); i++) {
			rx_piece(t, &p[i]);
			mark(have, &p[i]);
			mini_t_expect_tx(t, SEG(.ack = model_nxt(have, len)));
		}
		expect_stream(t, len);
		mini_t_end(t);
	}
}

/* Pieces of any size, overlapping in any way, against a map of octets */
static void random_overlaps(struct kunit *test)
{
	struct rnd_state rnd;
	u32 round, i, nxt = 0;

	prandom_seed_state(&rnd, SEED + 1);
	for (round = 0; round < 60; round++) {
		struct mini_t *t = mini_t_established(test);
		bool have[1500] = {};
		struct piece p;

		t->shape = round % 4;
		for (i = 0; i < 60; i++) {
			p.seq = prandom_u32_state(&rnd) % (sizeof(have) - 1);
			p.len = 1 + prandom_u32_state(&rnd) % 200;
			p.len = min_t(u32, p.len, sizeof(have) - p.seq);
			rx_piece(t, &p);
			mark(have, &p);
			nxt = model_nxt(have, sizeof(have));
			MINI_T_EQ(t, mini_t_msk(t)->rcv.nxt - t->peer_zero,
				  nxt);
		}
		mini_t_drain(t);
		rx_piece(t, &(struct piece){ 0, sizeof(have) });
		expect_stream(t, sizeof(have));
		mini_t_end(t);
	}
}

/* The user reads between the arrivals; nothing comes twice, nothing is lost */
static void reading_meanwhile(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct rnd_state rnd;
	u32 i, done = 0;
	int n;

	prandom_seed_state(&rnd, SEED + 2);
	for (i = 0; i < 200; i++) {
		struct piece p = {
			.seq = done + prandom_u32_state(&rnd) % 500,
			.len = 1 + prandom_u32_state(&rnd) % 300,
		};

		rx_piece(t, &p);
		n = mini_t_recv(t, 1 + prandom_u32_state(&rnd) % 400);
		if (n > 0)
			done += n;
		else
			MINI_T_EQ(t, n, -EAGAIN);
	}
	mini_t_drain(t);
}

/* The FIN waits for its turn, whoever carries it and however often */
static void fin_is_held(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_FIN | MINI_ACK, .seq = 200));
	mini_t_expect_tx(t, SEG());
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_FIN | MINI_ACK, .seq = 100,
				 .len = 100));
	mini_t_expect_tx(t, SEG());
	mini_t_expect_state(t, TCP_ESTABLISHED);
	MINI_T_EQ(t, mini_t_recv(t, 10), -EAGAIN);
	mini_t_rx(t, AT_NOW, SEG(.len = 100));
	mini_t_expect_tx(t, SEG(.ack = 201));
	mini_t_expect_state(t, TCP_CLOSE_WAIT);
	MINI_T_EQ(t, mini_t_recv(t, 1000), 200);
	MINI_T_EQ(t, mini_t_recv(t, 1000), 0);
}

/* A FIN alone, out of order, whose text arrives later without one */
static void fin_comes_before_its_text(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_FIN | MINI_ACK, .seq = 200));
	mini_t_rx(t, AT_NOW, SEG(.seq = 100, .len = 100));
	mini_t_drain(t);
	mini_t_rx(t, AT_NOW, SEG(.len = 100));
	mini_t_expect_tx(t, SEG(.ack = 201));
	mini_t_expect_state(t, TCP_CLOSE_WAIT);
	MINI_T_EQ(t, mini_t_recv(t, 1000), 200);
	MINI_T_EQ(t, mini_t_recv(t, 1000), 0);
}

/*
 * A hole filled with many behind it: one ACK for all of them
 * Proves: MUST-58, MUST-59
 */
static void one_ack_for_the_lot(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 i;

	for (i = 1; i <= 10; i++)
		rx_piece(t, &(struct piece){ i * PIECE, PIECE });
	MINI_T_EQ(t, mini_t_pending(t), 10);
	mini_t_drain(t);
	rx_piece(t, &(struct piece){ 0, PIECE });
	mini_t_expect_tx(t, SEG(.ack = 11 * PIECE));
	mini_t_expect_nothing(t);
	expect_stream(t, 11 * PIECE);
}

/* What lies beyond the right edge is cut off, and has to be sent again */
static void cut_at_the_right_edge(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 wnd = mini_t_msk(t)->rcv.edge - mini_t_msk(t)->rcv.nxt;

	rx_piece(t, &(struct piece){ wnd - 10, 20 });
	mini_t_expect_tx(t, SEG());
	MINI_T_EQ(t, mini_t_msk(t)->rcv.nxt - t->peer_zero, 0);
	rx_piece(t, &(struct piece){ wnd, 20 });
	mini_t_expect_tx(t, SEG());
	MINI_T_TRUE(t, !RB_EMPTY_ROOT(&mini_t_msk(t)->ofo));
}

/* Out of order without end: memory is bounded, and the connection lives */
static void memory_is_bounded(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct sock *sk = t->sock->sk;
	u32 i;

	for (i = 1; i < 20000; i++) {
		mini_t_rx(t, AT_NOW, SEG(.seq = 2 * i, .len = 1));
		mini_t_drain(t);
	}
	MINI_T_TRUE(t, atomic_read(&sk->sk_rmem_alloc) <=
		       sk->sk_rcvbuf + (int)SKB_TRUESIZE(1));
	mini_t_expect_state(t, TCP_ESTABLISHED);
	/* what fills the hole is taken all the same */
	mini_t_rx(t, AT_NOW, SEG(.len = 2));
	MINI_T_TRUE(t, mini_t_recv(t, 1000) > 0);
	mini_t_drain(t);
}

/*
 * The buffer is full of what cannot be read yet: it makes way for what can,
 * or the reader, who waits for more, would wait for ever.
 * Proves: SHLD-14
 */
static void order_before_disorder(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct sock *sk = t->sock->sk;
	u32 i, before;

	rx_piece(t, &(struct piece){ 0, 1 });
	for (i = 1; i < 20000; i++) {
		mini_t_rx(t, AT_NOW, SEG(.seq = MINI_T_MSS + 2 * i, .len = 1));
		mini_t_drain(t);
	}
	MINI_T_TRUE(t, atomic_read(&sk->sk_rmem_alloc) + MINI_T_MSS > sk->sk_rcvbuf);
	before = mini_mib_sum(t->mn, MINI_MIB_DROP_OFO_PRUNED);
	rx_piece(t, &(struct piece){ 1, MINI_T_MSS });
	mini_t_expect_tx(t, SEG(.ack = 1 + MINI_T_MSS));
	MINI_T_TRUE(t, mini_mib_sum(t->mn, MINI_MIB_DROP_OFO_PRUNED) > before);
	MINI_T_TRUE(t, !RB_EMPTY_ROOT(&mini_t_msk(t)->ofo));
	MINI_T_EQ(t, mini_t_recv(t, 2 * MINI_T_MSS), 1 + MINI_T_MSS);
	mini_t_drain(t);
}

/* In order at last: what the queue holds stays reserved with the protocol */
static void charge_moves_along(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct sock *sk = t->sock->sk;
	u32 i;

	for (i = 9; i--; ) {
		mini_t_rx(t, AT_NOW, SEG(.seq = i * MINI_T_MSS,
					 .len = MINI_T_MSS));
		MINI_T_TRUE(t, sk->sk_forward_alloc >= 0);
	}
	MINI_T_TRUE(t, RB_EMPTY_ROOT(&mini_t_msk(t)->ofo));
	mini_t_drain(t);
	expect_stream(t, 9 * MINI_T_MSS);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(arrive_linear, row_gen_params),
	KUNIT_CASE_PARAM(arrive_in_frags, row_gen_params),
	KUNIT_CASE_PARAM(arrive_in_frag_list, row_gen_params),
	KUNIT_CASE_PARAM(arrive_cloned, row_gen_params),
	KUNIT_CASE(permutations),
	KUNIT_CASE(random_overlaps),
	KUNIT_CASE(reading_meanwhile),
	KUNIT_CASE(fin_is_held),
	KUNIT_CASE(fin_comes_before_its_text),
	KUNIT_CASE(one_ack_for_the_lot),
	KUNIT_CASE(cut_at_the_right_edge),
	KUNIT_CASE(memory_is_bounded),
	KUNIT_CASE(order_before_disorder),
	KUNIT_CASE(charge_moves_along),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_ofo",
	.test_cases = cases,
};

kunit_test_suites(&suite);
