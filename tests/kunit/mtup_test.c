// SPDX-License-Identifier: GPL-2.0-only
/*
 * Path MTU discovery without ICMP (RFC 4821): the search by itself, and in
 * connections over a wire that swallows what is too large.
 */
#include <mini/mtup.h>
#include "harness.h"

#define MSS	MINI_T_MSS
#define RTO	MINI_T_RTO_MS
#define S	MINI_USEC_PER_SEC
#define BASE	1064
#define FLOOR	128

/* Proves: PP-2, PP-3 */
static void search_begins_with_safe_bounds(struct kunit *test)
{
	struct mini_mtup m;

	mini_mtup_init(&m, true, BASE, 1500, 7);
	KUNIT_EXPECT_EQ(test, m.low, BASE);
	KUNIT_EXPECT_EQ(test, m.high, 1500);
	KUNIT_EXPECT_EQ(test, mini_mtup_limit(&m, 1500), BASE);
	KUNIT_EXPECT_EQ(test, mini_mtup_limit(&m, 600), 600);
	mini_mtup_init(&m, false, BASE, 1500, 7);
	KUNIT_EXPECT_EQ(test, mini_mtup_limit(&m, 1500), 1500);
	mini_mtup_init(&m, true, BASE, 600, 7);
	KUNIT_EXPECT_EQ(test, m.low, 600);
	mini_mtup_init(&m, true, BASE, 70000, 7);
	KUNIT_EXPECT_EQ(test, m.high, U16_MAX);
}

/*
 * To the base, then by halves of the segment, and never below the floor
 * Proves: PP-7
 */
static void full_stop_goes_down(struct kunit *test)
{
	static const u32 want[] = { BASE, 552, 296, 168, FLOOR, FLOOR };
	struct mini_mtup m;
	u32 i;

	mini_mtup_init(&m, false, BASE, 1500, 7);
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		mini_mtup_stuck(&m, BASE, FLOOR, 8);
		KUNIT_EXPECT_EQ(test, mini_mtup_limit(&m, 1500), want[i]);
	}
}

/* Search for @real; the number of probes that it took */
static u32 search(struct kunit *test, struct mini_mtup *m, u32 real)
{
	u32 size, n = 0;

	while ((size = mini_mtup_next(m, 1500, 8, 600 * S, 10)) && n < 100) {
		KUNIT_EXPECT_GT(test, size, m->low);
		KUNIT_EXPECT_LE(test, size, m->high);
		mini_mtup_sent(m, size, 1000, 2000);
		n++;
		if (size <= real)
			KUNIT_EXPECT_TRUE(test, mini_mtup_acked(m, 2000));
		else
			KUNIT_EXPECT_TRUE(test, mini_mtup_failed(m, 1000, 1000));
	}
	return n;
}

/*
 * For every MTU in a few probes, and then no more until it is time
 * Proves: PP-4, PP-5, PP-6
 */
static void search_converges(struct kunit *test)
{
	struct mini_mtup m;
	u32 real;

	for (real = BASE; real <= 1500; real++) {
		mini_mtup_init(&m, true, BASE, 1500, 7);
		KUNIT_EXPECT_LE(test, search(test, &m, real), 7);
		KUNIT_EXPECT_LE(test, m.low, real);
		KUNIT_EXPECT_GT(test, m.low + 8, real);
	}
	m.high = m.low;
	KUNIT_EXPECT_EQ(test, mini_mtup_next(&m, 1500, 8, 600 * S, 600 * S), 0);
	KUNIT_EXPECT_EQ(test, m.high, m.low);
	mini_mtup_init(&m, true, BASE, BASE, 7);
	KUNIT_EXPECT_EQ(test, mini_mtup_next(&m, 1500, 8, 600 * S, 600 * S + 7),
			0);
	KUNIT_EXPECT_EQ(test, mini_mtup_next(&m, 1500, 8, 600 * S, 600 * S + 8),
			(BASE + 1500 + 1) / 2);
}

/* Other losses say nothing of the probe, and so do ACKs below it */
static void verdict_is_of_the_probe_alone(struct kunit *test)
{
	struct mini_mtup m;

	mini_mtup_init(&m, true, BASE, 1500, 7);
	KUNIT_EXPECT_FALSE(test, mini_mtup_acked(&m, 0));
	KUNIT_EXPECT_FALSE(test, mini_mtup_failed(&m, 0, 0));
	mini_mtup_sent(&m, 1400, -100, 1260);	/* over the wrap */
	KUNIT_EXPECT_EQ(test, mini_mtup_next(&m, 1500, 8, S, 8), 0);
	KUNIT_EXPECT_FALSE(test, mini_mtup_acked(&m, 1259));
	KUNIT_EXPECT_FALSE(test, mini_mtup_failed(&m, -100, 2000));
	KUNIT_EXPECT_FALSE(test, mini_mtup_failed(&m, -101, 1360));
	KUNIT_EXPECT_TRUE(test, mini_mtup_failed(&m, -100, 1360));
	KUNIT_EXPECT_EQ(test, m.high, 1399);
	KUNIT_EXPECT_EQ(test, m.low, BASE);
}

/* In connections */

/*
 * R1 timeouts of full segments, and then smaller ones
 * Proves: PP-7
 */
static void black_hole(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);
	unsigned long n = mini_mib_sum(t->mn, MINI_MIB_MTU_BLACK_HOLES);
	u32 at_ms = 0, i;

	t->mn->sysctl.mtu_probing = MINI_MTUP_BLACK_HOLE;
	mini_t_to_established(t);
	MINI_T_EQ(t, mini_t_send(t, MSS), MSS);
	mini_t_expect_tx(t, SEG(.len = MSS));
	for (i = 0; i < 3; i++) {
		at_ms += RTO << i;
		mini_t_expect_tx_at(t, AT_MS(at_ms), SEG(.len = MSS));
	}
	at_ms += RTO << 3;
	mini_t_expect_tx_at(t, AT_MS(at_ms), SEG(.len = 1024));
	at_ms += RTO << 4;
	mini_t_expect_tx_at(t, AT_MS(at_ms), SEG(.len = 512));
	MINI_T_EQ(t, mini_mib_sum(t->mn, MINI_MIB_MTU_BLACK_HOLES), n + 2);
	mini_t_rx(t, AT_NOW, SEG(.ack = 512));
	mini_t_expect_tx(t, SEG(.seq = 512, .len = 512));
	mini_t_drain(t);
	MINI_T_EQ(t, mini_t_msk(t)->snd.mss, 512);
}

/* As Linux's default: many losses are losses */
static void off_by_default(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_send(t, MSS), MSS);
	mini_t_advance_ms(t, 60 * RTO);
	mini_t_drain(t);
	MINI_T_EQ(t, mini_t_msk(t)->snd.mss, MSS);
}

static struct mini_t *probing(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	t->mn->sysctl.mtu_probing = MINI_MTUP_ALWAYS;
	t->peer_sack = true;
	t->gso = false;
	mini_t_to_established(t);
	MINI_T_EQ(t, mini_t_msk(t)->snd.mss, 1024);
	return t;
}

/* Also that of a child without timestamps, whose clock nobody has looked at */
static void search_of_a_child_begins_now(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	t->mn->sysctl.mtu_probing = MINI_MTUP_ALWAYS;
	mini_t_to_established_passive(t);
	MINI_T_TRUE(t, mini_t_msk(t)->mtup.since_us);
	MINI_T_EQ(t, mini_t_msk(t)->mtup.since_us, mini_t_msk(t)->snd.sent_us);
}

#define PROBE	((BASE + 1500 + 1) / 2 - 40)

/* Send and ACK until a probe is out, which begins at the answer */
static u32 to_probe(struct mini_t *t)
{
	u32 una = 0;

	t->sock->sk->sk_sndbuf = 1 << 20;
	MINI_T_EQ(t, mini_t_send(t, 60000), 60000);
	while (!mini_t_msk(t)->mtup.probe && una < 8 * 1024) {
		una += 1024;
		mini_t_rx(t, AT_MS(100), SEG(.ack = una));
	}
	MINI_T_EQ(t, mini_t_msk(t)->mtup.probe, PROBE + 40);
	/* what is to be behind it */
	una += 4 * 1024;
	mini_t_rx(t, AT_MS(110), SEG(.ack = una));
	mini_t_drain(t);
	una = mini_t_msk(t)->mtup.start;
	MINI_T_EQ(t, mini_t_msk(t)->mtup.end - una, PROBE);
	return una - t->our_zero;
}

/*
 * A probe that arrives makes the segments larger
 * Proves: PP-5, PP-8
 */
static void probe_arrives(struct kunit *test)
{
	struct mini_t *t = probing(test);
	u32 at = to_probe(t), i, longest = 0;

	MINI_T_TRUE(t, t->our_nxt - t->our_zero >= at + PROBE + 4 * 1024);
	for (i = 0; i < t->nr_log; i++)
		if (t->log[i].tx)
			longest = max(longest, t->log[i].len);
	MINI_T_EQ(t, longest, PROBE);
	mini_t_rx(t, AT_MS(150), SEG(.ack = at + PROBE));
	MINI_T_EQ(t, mini_t_msk(t)->snd.mss, PROBE);
	mini_t_drain(t);
}

/*
 * One that alone is lost is sent again in smaller pieces, and cwnd stays
 * Proves: PP-6
 */
static void probe_is_lost(struct kunit *test)
{
	struct mini_t *t = probing(test);
	u32 at = to_probe(t), cwnd;

	mini_t_rx(t, AT_MS(150), SEG(.ack = at));
	mini_t_drain(t);
	cwnd = mini_t_msk(t)->cc.cwnd;
	mini_t_rx(t, AT_MS(200), SEG(.ack = at, .nr_sack = 1,
				     .sack = { { at + PROBE,
						 at + PROBE + 4 * 1024 } }));
	MINI_T_EQ(t, mini_t_msk(t)->cc.state, MINI_CA_OPEN);
	MINI_T_EQ(t, mini_t_msk(t)->cc.cwnd, cwnd);
	MINI_T_EQ(t, mini_t_msk(t)->mtup.high, PROBE + 39);
	mini_t_expect_tx(t, SEG(.seq = at, .len = 1024));
	mini_t_drain(t);
	MINI_T_EQ(t, mini_t_msk(t)->snd.mss, 1024);
}

/*
 * Too little behind it to tell its loss by
 * Proves: PP-8
 */
static void small_writes_are_no_probes(struct kunit *test)
{
	struct mini_t *t = probing(test);
	u32 una;

	mini_t_msk(t)->cc.cwnd = 100 * 1024;
	for (una = 0; una < 40 * 5000; una += 5000) {
		MINI_T_EQ(t, mini_t_send(t, 5000), 5000);
		mini_t_rx(t, AT_NOW, SEG(.ack = una + 5000));
	}
	MINI_T_EQ(t, mini_t_msk(t)->mtup.probe, 0);
	MINI_T_EQ(t, mini_t_msk(t)->snd.mss, 1024);
	mini_t_drain(t);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(search_begins_with_safe_bounds),
	KUNIT_CASE(full_stop_goes_down),
	KUNIT_CASE(search_converges),
	KUNIT_CASE(verdict_is_of_the_probe_alone),
	KUNIT_CASE(black_hole),
	KUNIT_CASE(off_by_default),
	KUNIT_CASE(search_of_a_child_begins_now),
	KUNIT_CASE(probe_arrives),
	KUNIT_CASE(probe_is_lost),
	KUNIT_CASE(small_writes_are_no_probes),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_mtup",
	.test_cases = cases,
};

kunit_test_suites(&suite);
