// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loss recovery with a peer that has SACK: the scoreboard, RFC 6675 and RACK
 * (RFC 8985), tail loss probes, PRR (RFC 9937), F-RTO (RFC 5682), and taking
 * a reduction back. The pure parts first, then the engine over the fake wire.
 */
#include <net/sock.h>
#include <linux/in.h>
#include <linux/prandom.h>
#include <linux/tcp.h>
#include <mini/frto.h>
#include "harness.h"

#define SEED	0x7ec0
#define MSS	1448	/* timestamps are on */
#define RTT	MINI_T_RTT_MS
#define RTO	MINI_T_RTO_MS

/* the pure parts */

static void rack_delivered(struct mini_rack *r, u64 at_us, u32 end, u64 now_us)
{
	struct mini_sent s = { .at_us = at_us, .end_seq = end };

	mini_rack_delivered(r, &s, now_us, 1);
}

static u64 rack_left(const struct mini_rack *r, u64 at_us, u32 end, u32 reo_us,
		     u64 now_us)
{
	struct mini_sent s = { .at_us = at_us, .end_seq = end };

	return mini_rack_left_us(r, &s, reo_us, now_us);
}

/* Proves: RK-8 */
static void rack_judges_by_time(struct kunit *test)
{
	struct mini_rack r;

	mini_rack_init(&r, 0);
	KUNIT_EXPECT_EQ(test, rack_left(&r, 1000, 100, 0, 9000),
			MINI_RACK_NEVER);
	rack_delivered(&r, 2000, 300, 102000);
	KUNIT_EXPECT_EQ(test, r.rtt_us, 100000);
	/* sent before it: due a round trip and the window after it was sent */
	KUNIT_EXPECT_EQ(test, rack_left(&r, 1000, 100, 25000, 102000), 24000);
	KUNIT_EXPECT_EQ(test, rack_left(&r, 1000, 100, 25000, 126000), 0);
	/* in the same burst, below it */
	KUNIT_EXPECT_EQ(test, rack_left(&r, 2000, 200, 0, 102000), 0);
	/* and above it, or sent later: nothing is known */
	KUNIT_EXPECT_EQ(test, rack_left(&r, 2000, 400, 0, 999999),
			MINI_RACK_NEVER);
	KUNIT_EXPECT_EQ(test, rack_left(&r, 2001, 100, 0, 999999),
			MINI_RACK_NEVER);
}

/* Proves: RK-4 */
static void rack_mistrusts_copies(struct kunit *test)
{
	struct mini_sent s = { .at_us = 5000, .end_seq = 100, .resent = true };
	struct mini_rack r;

	mini_rack_init(&r, 0);
	KUNIT_EXPECT_FALSE(test, mini_rack_delivered(&r, &s, 5500, 1000));
	KUNIT_EXPECT_EQ(test, r.xmit_us, 0);
	s.stale = true;
	KUNIT_EXPECT_FALSE(test, mini_rack_delivered(&r, &s, 9000, 1000));
	KUNIT_EXPECT_EQ(test, r.xmit_us, 0);
	s.stale = false;
	KUNIT_EXPECT_TRUE(test, mini_rack_delivered(&r, &s, 9000, 1000));
	KUNIT_EXPECT_EQ(test, r.xmit_us, 5000);
	/* and again: no news */
	KUNIT_EXPECT_FALSE(test, mini_rack_delivered(&r, &s, 9000, 1000));
}

/* Proves: RK-5, RK-6 */
static void rack_sees_reordering(struct kunit *test)
{
	struct mini_rack r;

	mini_rack_init(&r, 0);
	rack_delivered(&r, 1000, 200, 50000);
	KUNIT_EXPECT_EQ(test, mini_rack_reo_wnd_us(&r, 40000, 60000, true), 0);
	KUNIT_EXPECT_EQ(test, mini_rack_reo_wnd_us(&r, 40000, 60000, false),
			10000);
	rack_delivered(&r, 1000, 100, 51000);
	KUNIT_EXPECT_TRUE(test, r.reordered);
	KUNIT_EXPECT_EQ(test, mini_rack_reo_wnd_us(&r, 40000, 60000, true),
			10000);
}

/* Proves: RK-7 */
static void rack_window_grows_and_shrinks(struct kunit *test)
{
	struct mini_rack r;
	u32 i;

	mini_rack_init(&r, 0);
	mini_rack_dsack(&r, 100, 1000);
	mini_rack_dsack(&r, 200, 2000);	/* the same round trip */
	KUNIT_EXPECT_EQ(test, r.mult, 2);
	mini_rack_dsack(&r, 1000, 3000);
	KUNIT_EXPECT_EQ(test, r.mult, 3);
	KUNIT_EXPECT_EQ(test, mini_rack_reo_wnd_us(&r, 40000, 90000, false),
			30000);
	KUNIT_EXPECT_EQ(test, mini_rack_reo_wnd_us(&r, 400000, 90000, false),
			90000);
	for (i = 0; i < 15; i++)
		mini_rack_recovered(&r);
	KUNIT_EXPECT_EQ(test, r.mult, 3);
	mini_rack_recovered(&r);
	KUNIT_EXPECT_EQ(test, r.mult, 1);
}

/*
 * One loss of 20 segments, down to 10: one out for two in
 * Proves: PR-4, PR-7
 */
static void prr_halves_evenly(struct kunit *test)
{
	struct mini_prr_ack a = { .delivered = 1000, .ssthresh = 10000,
				  .mss = 1000, .safe = false };
	u32 inflight = 19000, i, sent = 0;
	struct mini_prr p;

	mini_prr_start(&p, 20000);
	for (i = 1; i <= 18; i++) {
		u32 n;

		inflight -= 1000;
		a.inflight = inflight;
		n = mini_prr_sndcnt(&p, &a) / 1000 * 1000;
		if (i == 1)
			KUNIT_EXPECT_EQ(test, n, 1000);
		p.out += n;
		sent += n;
		inflight += n;
		KUNIT_EXPECT_LE(test, sent, (i + 1) / 2 * 1000);
	}
	KUNIT_EXPECT_EQ(test, inflight, 10000);
}

/* Proves: PR-5, PR-6 */
static void prr_after_heavy_loss(struct kunit *test)
{
	struct mini_prr_ack a = { .delivered = 1000, .inflight = 2000,
				  .ssthresh = 10000, .mss = 1000 };
	struct mini_prr p;
	u32 n;

	mini_prr_start(&p, 20000);
	n = mini_prr_sndcnt(&p, &a);
	KUNIT_EXPECT_EQ(test, n, 1000);	/* as much as was delivered */
	p.out += n;
	a.safe = true;
	n = mini_prr_sndcnt(&p, &a);
	KUNIT_EXPECT_EQ(test, n, 2000);	/* and one more */
	p.out += n;
	a.inflight = 9500;
	KUNIT_EXPECT_EQ(test, mini_prr_sndcnt(&p, &a), 500);
}

/*
 * Whatever comes, the law of RFC 9937: never more than ssthresh by its own
 * doing, and not more than delivered plus a segment per ACK
 */
static void prr_random(struct kunit *test)
{
	struct rnd_state rnd;
	u32 round, i;

	prandom_seed_state(&rnd, SEED);
	for (round = 0; round < 2000; round++) {
		u32 fs = 1000 * (2 + prandom_u32_state(&rnd) % 100);
		u32 inflight = fs;
		struct mini_prr_ack a = { .ssthresh = fs / 2, .mss = 1000 };
		struct mini_prr p;

		mini_prr_start(&p, fs);
		for (i = 0; i < 50 && inflight; i++) {
			u32 n, gone = 1000 * (prandom_u32_state(&rnd) % 3);

			a.delivered = min(gone, inflight);
			inflight -= a.delivered;
			a.inflight = inflight;
			a.safe = prandom_u32_state(&rnd) & 1;
			n = mini_prr_sndcnt(&p, &a);
			if (p.out)
				KUNIT_EXPECT_LE(test, n, p.delivered + 1000);
			if (inflight <= a.ssthresh && p.out)
				KUNIT_EXPECT_LE(test, inflight + n,
						max(a.ssthresh, 1000U));
			p.out += n;
			inflight += n;
		}
	}
}

/**
 * struct frto_row - ACKs after a timeout, and what becomes of it
 * @name: of the case
 * @ack: they
 * @want: the verdict on each
 */
struct frto_row {
	const char *name;
	struct mini_frto_ack ack[2];
	enum mini_frto_verdict want[2];
};

static const struct frto_row frto_rows[] = {
	{ "spurious",
	  { { .advanced = true, .can_send = true },
	    { .advanced = true, .original = true } },
	  { MINI_FRTO_NEW_DATA, MINI_FRTO_SPURIOUS } },
	{ "spurious at once",
	  { { .advanced = true, .original = true } }, { MINI_FRTO_SPURIOUS } },
	{ "duplicate first: lost", { { .duplicate = true } },
	  { MINI_FRTO_LOST } },
	{ "duplicate after new data: lost",
	  { { .advanced = true, .can_send = true }, { .duplicate = true } },
	  { MINI_FRTO_NEW_DATA, MINI_FRTO_LOST } },
	{ "nothing new to send: as usual", { { .advanced = true } },
	  { MINI_FRTO_LOST } },
	{ "all is ACKed: nothing to tell", { { .advanced = true, .all = true } },
	  { MINI_FRTO_LOST } },
	{ "a window update says nothing", { {}, { .duplicate = true } },
	  { MINI_FRTO_WAIT, MINI_FRTO_LOST } },
};

static void frto_desc(const struct frto_row *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(frto, frto_rows, frto_desc);

static void frto_verdicts(struct kunit *test)
{
	const struct frto_row *r = test->param_value;
	u8 step = MINI_FRTO_STEP_2;
	u32 i;

	for (i = 0; i < 2 && step != MINI_FRTO_OFF; i++)
		KUNIT_EXPECT_EQ(test, mini_frto_ack(&step, &r->ack[i]),
				r->want[i]);
}

/* the engine */

static struct mini_cc *cc(struct mini_t *t)
{
	return &mini_t_msk(t)->cc;
}

static u32 mib(struct mini_t *t, enum mini_mib which)
{
	return mini_mib_sum(t->mn, which);
}

/* A peer with SACK and timestamps; NewReno halves, which is easy to count */
static struct mini_t *established(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	t->peer_sack = true;
	t->peer_ts = true;
	t->peer_ws = MINI_T_WS(7);
	t->peer_wnd = 1 << 20;
	mini_t_to_established(t);
	mini_t_rx(t, AT_NOW, SEG());	/* the scaled window */
	mini_t_drain(t);
	MINI_T_TRUE(t, mini_t_msk(t)->snd.sack_ok);
	MINI_T_EQ(t, mini_t_msk(t)->snd.mss, MSS);
	return t;
}

/* @n segments are out; a probe for the last of them is not wanted here */
static struct mini_t *with_segs_out(struct kunit *test, u32 n)
{
	struct mini_t *t = established(test);

	mini_t_msk(t)->cc.cwnd = max(n, 10U) * MSS;
	t->mn->sysctl.early_retrans = 0;
	MINI_T_EQ(t, mini_t_send(t, n * MSS), n * MSS);
	MINI_T_EQ(t, mini_t_pending(t), n);
	mini_t_drain(t);
	return t;
}

/* The peer says: all below @ack, and from @start to @end, in segments */
static void sack(struct mini_t *t, s64 at, u32 ack, u32 start, u32 end)
{
	mini_t_rx(t, at, SEG(.ack = ack * MSS, .nr_sack = 1,
			     .sack = { { start * MSS, end * MSS } }));
}

static void expect_seg(struct mini_t *t, u32 nr)
{
	mini_t_expect_tx(t, SEG(.seq = nr * MSS, .len = MSS));
}

/* The sums are what the marks say */
static void expect_board(struct mini_t *t, u32 sacked, u32 lost, u32 retrans)
{
	MINI_T_EQ(t, mini_t_msk(t)->snd.sacked, sacked * MSS);
	MINI_T_EQ(t, mini_t_msk(t)->snd.lost, lost * MSS);
	MINI_T_EQ(t, mini_t_msk(t)->snd.retrans, retrans * MSS);
}

/*
 * One block of three segments is three duplicate ACKs' worth
 * Proves: SR-2, SR-5, SK-7, PR-1, CC-8
 */
static void three_sacked_begin_recovery(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 10);

	sack(t, AT_MS(RTT), 0, 1, 4);
	expect_seg(t, 0);
	mini_t_expect_nothing(t);
	expect_board(t, 3, 1, 1);
	MINI_T_EQ(t, cc(t)->state, MINI_CA_RECOVERY);
	MINI_T_EQ(t, cc(t)->ssthresh, 5 * MSS);
	MINI_T_EQ(t, mini_t_msk(t)->snd.recover, mini_t_msk(t)->snd.nxt);
	MINI_T_EQ(t, mini_t_msk(t)->prr.recover_fs, 10 * MSS);
}

/*
 * Two are not enough, neither by count nor, a moment later, by time
 * Proves: RK-8
 */
static void two_sacked_wait_for_the_window(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 10);

	sack(t, AT_MS(RTT), 0, 1, 3);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, cc(t)->state, MINI_CA_OPEN);
	/* a quarter of the round trip: the reordering window */
	mini_t_expect_tx_at(t, AT_MS(RTT + RTT / 4), SEG(.len = MSS));
	MINI_T_EQ(t, cc(t)->state, MINI_CA_RECOVERY);
}

/*
 * Reordered, not lost: nothing is resent, nothing reduced
 * Proves: RK-6, RK-5
 */
static void reordering_is_no_loss(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 10);

	sack(t, AT_MS(RTT), 0, 1, 3);
	mini_t_rx(t, AT_MS(RTT + 10), SEG(.ack = 10 * MSS));
	mini_t_advance_ms(t, 10 * RTO);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mini_t_msk(t)->total_retrans, 0);
	MINI_T_TRUE(t, mini_t_msk(t)->rack.reordered);
	expect_board(t, 0, 0, 0);
}

/*
 * Two holes: each is resent, what is SACKed is not
 * Proves: SK-7, SR-3, SR-4, SR-6, SR-7, PR-8
 */
static void two_holes(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 10);

	mini_t_rx(t, AT_MS(RTT), SEG(.nr_sack = 2, .sack = {
		{ 4 * MSS, 8 * MSS }, { 1 * MSS, 3 * MSS } }));
	/* six have arrived and two are still out: there is room for both */
	expect_board(t, 6, 2, 2);
	expect_seg(t, 0);
	expect_seg(t, 3);
	sack(t, AT_NOW, 0, 8, 10);
	mini_t_expect_nothing(t);
	expect_board(t, 8, 2, 2);
	MINI_T_EQ(t, mini_pipe(mini_t_msk(t)), 2 * MSS);
	sack(t, AT_MS(2 * RTT), 3, 4, 10);
	MINI_T_EQ(t, cc(t)->state, MINI_CA_RECOVERY);
	expect_board(t, 6, 1, 1);
	mini_t_rx(t, AT_NOW, SEG(.ack = 10 * MSS));
	mini_t_expect_nothing(t);
	expect_board(t, 0, 0, 0);
	MINI_T_EQ(t, cc(t)->state, MINI_CA_OPEN);
	MINI_T_EQ(t, cc(t)->cwnd, cc(t)->ssthresh);
	MINI_T_EQ(t, mini_t_msk(t)->total_retrans, 2);
}

/* cwnd is what is in flight by now and SndCnt: the ACK has done its work */
static void expect_prr(struct mini_t *t, u32 delivered, u32 inflight, u32 sndcnt)
{
	MINI_T_EQ(t, mini_t_msk(t)->prr.delivered, delivered * MSS);
	MINI_T_EQ(t, cc(t)->cwnd, inflight * MSS + sndcnt);
	mini_t_drain(t);
}

/*
 * Each ACK: delivered is what SND.UNA has moved by and the SACKed octets have
 * become more, or less, by; in flight is what is out, without what has arrived
 * and what is lost, with what was sent again
 * Proves: PR-2, PR-3
 */
static void prr_counts_octets(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 20);

	/* 3 of 20 arrive, one is lost: ceil(3 * 10 / 20), and one is sent */
	sack(t, AT_MS(RTT), 0, 1, 4);
	expect_prr(t, 3, 20 - 3 - 1, 3 * MSS / 2);
	/* two more: ceil(5 * 10 / 20), less the one */
	sack(t, AT_NOW, 0, 1, 6);
	expect_prr(t, 5, 20 - 5 - 1 + 1, 5 * MSS / 2 - MSS);
	/* the copy arrives: 6 ACKed, of which 5 had been SACKed */
	sack(t, AT_MS(2 * RTT), 6, 7, 7);
	MINI_T_EQ(t, mini_t_msk(t)->prr.delivered, 6 * MSS);
	/* an ACK of nothing new */
	sack(t, AT_NOW, 6, 7, 7);
	MINI_T_EQ(t, mini_t_msk(t)->prr.delivered, 6 * MSS);
	mini_t_drain(t);
}

/*
 * The retransmission is lost as well: known a round trip later, by time
 * Proves: RK-2, RK-8, RK-10
 */
static void lost_retransmission(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 20);

	MINI_T_EQ(t, mini_t_send(t, 5 * MSS), 5 * MSS);
	mini_t_expect_nothing(t);
	sack(t, AT_MS(RTT), 0, 1, 15);
	expect_seg(t, 0);
	mini_t_drain(t);	/* and new data, sent after it */
	MINI_T_TRUE(t, mini_t_msk(t)->snd.nxt - t->our_zero > 20 * MSS);
	sack(t, AT_MS(2 * RTT), 0, 1, 21);
	expect_seg(t, 0);
	MINI_T_EQ(t, mini_t_msk(t)->total_retrans, 2);
	mini_t_drain(t);
}

/*
 * A SACK of the middle of a packet cuts it, by the octet
 * Proves: SK-6, SR-1
 */
static void partial_blocks(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 10);

	mini_t_rx(t, AT_MS(RTT), SEG(.nr_sack = 1, .sack = {
		{ MSS + 10, MSS + 20 } }));
	MINI_T_EQ(t, mini_t_msk(t)->snd.sacked, 10);
	mini_t_rx(t, AT_NOW, SEG(.nr_sack = 1, .sack = {
		{ MSS + 5, MSS + 25 } }));
	MINI_T_EQ(t, mini_t_msk(t)->snd.sacked, 20);
	mini_t_rx(t, AT_NOW, SEG(.ack = MSS + 15, .nr_sack = 1, .sack = {
		{ MSS + 20, MSS + 25 } }));
	MINI_T_EQ(t, mini_t_msk(t)->snd.sacked, 10);
	mini_t_rx(t, AT_NOW, SEG(.ack = 10 * MSS));
	expect_board(t, 0, 0, 0);
	mini_t_drain(t);
}

/* Blocks of what was never sent, upside down, or long ACKed: no effect */
static void hostile_blocks(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 10);

	mini_t_rx(t, AT_MS(10), SEG(.ack = 2 * MSS, .nr_sack = 3, .sack = {
		{ 9 * MSS, 11 * MSS }, { 8 * MSS, 7 * MSS },
		{ 0x70000000, 0x70000010 } }));
	expect_board(t, 0, 0, 0);
	sack(t, AT_NOW, 2, 0, 1);
	expect_board(t, 0, 0, 0);
	mini_t_rx(t, AT_NOW, SEG(.ack = 10 * MSS));
	mini_t_expect_nothing(t);
}

/* Against a peer that SACKs single octets: memory has a bound */
static void many_small_blocks(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 40);
	struct sock *sk = t->sock->sk;
	u32 i;

	for (i = 1; i < 20 * MSS; i += 2) {
		mini_t_rx(t, AT_NOW, SEG(.nr_sack = 1, .sack = {
			{ i, i + 1 } }));
		mini_t_drain(t);
	}
	MINI_T_TRUE(t, sk->sk_wmem_queued / 2 <=
		       sk->sk_sndbuf + (int)SKB_TRUESIZE(4096));
	mini_t_rx(t, AT_NOW, SEG(.ack = 40 * MSS));
	expect_board(t, 0, 0, 0);
	mini_t_drain(t);
}

/*
 * Random SACKs against a model that marks octets
 * Proves: SR-1, SR-3
 */
static void scoreboard_against_a_model(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 20);
	u8 *have = kunit_kzalloc(test, 20 * MSS, GFP_KERNEL);
	u32 una = 0, i, k, sum;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, SEED);
	for (i = 0; i < 300; i++) {
		u32 from = prandom_u32_state(&rnd) % (20 * MSS - 4000);
		u32 to = from + 1 + prandom_u32_state(&rnd) % 4000;

		if (i % 20 == 19)
			una += prandom_u32_state(&rnd) % 900;
		from = max(from, una + 1);
		if (to <= from)
			continue;
		memset(have + from, 1, to - from);
		mini_t_rx(t, AT_NOW, SEG(.ack = una, .nr_sack = 1,
					 .sack = { { from, to } }));
		for (k = una, sum = 0; k < 20 * MSS; k++)
			sum += have[k];
		MINI_T_EQ(t, mini_t_msk(t)->snd.sacked, sum);
		mini_t_drain(t);
	}
	mini_t_rx(t, AT_NOW, SEG(.ack = mini_t_msk(t)->snd.nxt -
					t->our_zero));
	expect_board(t, 0, 0, 0);
	mini_t_drain(t);
}

/* A window of @n segments is out */
static struct mini_t *long_fat_path(struct kunit *test, u32 n)
{
	struct mini_t *t = mini_t_new(test);

	t->peer_sack = true;
	t->peer_ts = true;
	t->peer_ws = MINI_T_WS(9);
	t->peer_wnd = 1 << 23;
	t->mn->sysctl.early_retrans = 0;
	mini_t_to_established(t);
	mini_t_rx(t, AT_NOW, SEG());
	mini_t_drain(t);
	t->sock->sk->sk_sndbuf = 1 << 25;
	mini_t_msk(t)->cc.cwnd = n * MSS;
	MINI_T_EQ(t, mini_t_send(t, n * MSS), n * MSS);
	MINI_T_EQ(t, mini_t_pending(t), n);
	mini_t_drain(t);
	return t;
}

/*
 * Each segment but one in @every arrives, and is SACKed by itself. What an ACK
 * costs must not grow with what is out: the time is for who reads it, the
 * accounts are for the test.
 */
static void sack_one_by_one(struct kunit *test, u32 n, u32 every)
{
	struct mini_t *t = long_fat_path(test, n);
	u64 ns = ktime_get_ns();
	u32 i, from = 1, holes = 1;

	for (i = 1; i < n; i++) {
		if (i % every) {
			sack(t, AT_MS(RTT), 0, from, i + 1);
			mini_t_drain(t);
			continue;
		}
		from = i + 1;
		holes++;
	}
	ns = ktime_get_ns() - ns;
	kunit_info(test, "%u segments, %u lost: %llu ns an ACK", n, holes,
		   div_u64(ns, n - holes));
	MINI_T_EQ(t, mini_t_msk(t)->snd.sacked, (n - holes) * MSS);
	MINI_T_EQ(t, mini_t_msk(t)->snd.lost, holes * MSS);
	mini_t_rx(t, AT_NOW, SEG(.ack = n * MSS));
	expect_board(t, 0, 0, 0);
	mini_t_drain(t);
}

static void a_hole_in_a_long_flight(struct kunit *test)
{
	sack_one_by_one(test, 3000, 3000);
}

static void holes_in_a_long_flight(struct kunit *test)
{
	sack_one_by_one(test, 3000, 50);
}

static void half_of_a_long_flight(struct kunit *test)
{
	sack_one_by_one(test, 3000, 2);
}

/*
 * After a timeout: what is SACKed stays so and is not resent
 * Proves: SR-9, SR-10, SK-8
 */
static void timeout_keeps_sacks(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 6);

	t->mn->sysctl.frto = 0;
	t->mn->sysctl.recovery = 0;
	sack(t, AT_MS(10), 0, 2, 4);
	mini_t_expect_nothing(t);
	mini_t_expect_tx_at(t, AT_MS(RTO), SEG(.len = MSS));
	expect_board(t, 2, 4, 1);
	MINI_T_EQ(t, cc(t)->state, MINI_CA_LOSS);
	MINI_T_EQ(t, cc(t)->cwnd, MSS);
	sack(t, AT_MS(RTO + 10), 1, 2, 4);
	expect_seg(t, 1);
	expect_seg(t, 4);
	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_MS(RTO + 20), SEG(.ack = 5 * MSS));
	expect_seg(t, 5);
	mini_t_rx(t, AT_MS(RTO + 30), SEG(.ack = 6 * MSS));
	mini_t_expect_nothing(t);
	expect_board(t, 0, 0, 0);
}

/*
 * With RACK what was sent a moment ago may still arrive, and does not count
 * Proves: RK-9
 */
static void timeout_spares_what_is_fresh(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 4);

	mini_t_rx(t, AT_MS(RTT), SEG(.ack = MSS));
	mini_t_goto(t, AT_MS(RTT + RTO - 50));
	MINI_T_EQ(t, mini_t_send(t, MSS), MSS);
	expect_seg(t, 4);
	mini_t_expect_tx_at(t, AT_MS(RTT + RTO),
			    SEG(.seq = MSS, .len = MSS));
	expect_board(t, 0, 3, 1);
	mini_t_rx(t, AT_NOW, SEG(.ack = 5 * MSS));
	mini_t_drain(t);
}

/*
 * The peer SACKs what is at SND.UNA, and later has thrown it away
 * Proves: SK-9, SK-8
 */
static void reneging(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 4);

	sack(t, AT_MS(10), 0, 1, 2);
	mini_t_rx(t, AT_MS(20), SEG(.ack = MSS));	/* not 2 * MSS */
	mini_t_drain(t);
	mini_t_advance_ms(t, 2 * RTO);
	expect_seg(t, 1);
	MINI_T_EQ(t, mini_t_msk(t)->snd.sacked, 0);
	mini_t_drain(t);
	mini_t_rx(t, AT_NOW, SEG(.ack = 4 * MSS));
	expect_board(t, 0, 0, 0);
	mini_t_drain(t);
}

/*
 * A SACK comes behind the ACK that ends where its block begins: what the block
 * holds was thrown away in between, or it would have been ACKed.
 */
static void late_block_at_una(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 4);

	mini_t_rx(t, AT_MS(10), SEG(.ack = MSS));
	sack(t, AT_MS(11), 0, 1, 3);
	expect_board(t, 0, 0, 0);
	mini_t_drain(t);
	mini_t_advance_ms(t, RTO);	/* a probe of the tail by then */
	mini_t_drain(t);
	mini_t_advance_ms(t, RTO);
	expect_seg(t, 1);
	mini_t_drain(t);
	mini_t_rx(t, AT_NOW, SEG(.ack = 4 * MSS));
	MINI_T_TRUE(t, skb_queue_empty(&mini_t_msk(t)->rtx));
	mini_t_drain(t);
}

/*
 * RFC 6675 alone, with RACK switched off
 * Proves: SR-2
 */
static void by_count(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 10);

	t->mn->sysctl.recovery = 0;
	sack(t, AT_MS(RTT), 0, 1, 3);
	mini_t_advance_ms(t, RTT);
	mini_t_expect_nothing(t);
	sack(t, AT_NOW, 0, 1, 4);
	expect_seg(t, 0);
	MINI_T_EQ(t, cc(t)->state, MINI_CA_RECOVERY);
	mini_t_rx(t, AT_NOW, SEG(.ack = 10 * MSS));
	mini_t_drain(t);
}

/*
 * Three packets are enough, however short, and two are not; with RACK or without
 * Proves: SR-2
 */
static void short_packets_count(struct kunit *test)
{
	u32 i, rack;

	for (rack = 0; rack < 2; rack++) {
		struct mini_t *t = established(test);

		t->mn->sysctl.early_retrans = 0;
		t->mn->sysctl.recovery = rack;
		MINI_T_EQ(t, mini_t_set_tcp(t, TCP_NODELAY, 1), 0);
		for (i = 0; i < 8; i++)
			MINI_T_EQ(t, mini_t_send(t, 10), 10);
		mini_t_drain(t);
		mini_t_rx(t, AT_MS(RTT), SEG(.nr_sack = 2,
					     .sack = { { 30, 40 },
						       { 10, 20 } }));
		mini_t_expect_nothing(t);
		mini_t_rx(t, AT_NOW, SEG(.nr_sack = 3,
					 .sack = { { 50, 60 }, { 30, 40 },
						   { 10, 20 } }));
		mini_t_expect_tx(t, SEG(.len = 10));
		MINI_T_EQ(t, cc(t)->state, MINI_CA_RECOVERY);
		mini_t_rx(t, AT_NOW, SEG(.ack = 80));
		mini_t_drain(t);
		mini_t_end(t);
	}
}

/* Proves: RK-1 */
static void rack_needs_sack(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_send(t, 5 * MINI_T_MSS), 5 * MINI_T_MSS);
	mini_t_drain(t);
	sack(t, AT_MS(RTT), 0, 1, 4);
	MINI_T_EQ(t, mini_t_msk(t)->total_retrans, 0);
	MINI_T_EQ(t, mini_t_msk(t)->rack.xmit_us, 0);
	mini_t_drain(t);
}

/* tail loss probes */

static struct mini_t *with_tail(struct kunit *test, u32 n)
{
	struct mini_t *t = established(test);

	MINI_T_EQ(t, mini_t_send(t, n * MSS), n * MSS);
	mini_t_drain(t);
	return t;
}

/*
 * Nothing comes back: the last segment once more after two round trips, and
 * then it is the timeout's turn
 * Proves: TL-1, TL-2, TL-4, TL-6
 */
static void probe_of_the_tail(struct kunit *test)
{
	struct mini_t *t = with_tail(test, 4);

	mini_t_expect_tx_at(t, AT_MS(2 * RTT),
			    SEG(.flags = MINI_ACK | MINI_PSH, .seq = 3 * MSS,
				.len = MSS));
	MINI_T_EQ(t, mini_t_msk(t)->write_for, MINI_FOR_RTO);
	mini_t_expect_tx_at(t, AT_MS(2 * RTT + RTO), SEG(.len = MSS));
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mib(t, MINI_MIB_LOSS_PROBES) > 0, 1);
}

/* Proves: TL-2 */
static void probe_of_a_single_segment_waits(struct kunit *test)
{
	struct mini_t *t = with_tail(test, 1);

	/* 2 * SRTT and 200 ms for a delayed ACK are later than the RTO */
	mini_t_expect_tx_at(t, AT_MS(RTO), SEG(.len = MSS));
	MINI_T_EQ(t, cc(t)->state, MINI_CA_LOSS);
}

/*
 * Data sent late: a probe for it would come after the timeout of what was sent
 * first, so there is none
 * Proves: TL-3
 */
static void probe_not_after_the_timeout(struct kunit *test)
{
	struct mini_t *t = with_tail(test, 2);

	mini_t_goto(t, AT_MS(RTT + RTT / 2));
	MINI_T_EQ(t, mini_t_send(t, 2 * MSS), 2 * MSS);
	mini_t_drain(t);
	mini_t_expect_tx_at(t, AT_MS(RTO), SEG(.len = MSS));
	MINI_T_EQ(t, cc(t)->state, MINI_CA_LOSS);
	mini_t_drain(t);
}

/*
 * New data is the better probe
 * Proves: TL-4
 */
static void probe_with_new_data(struct kunit *test)
{
	struct mini_t *t = established(test);

	MINI_T_EQ(t, mini_t_send(t, 15 * MSS), 15 * MSS);
	MINI_T_EQ(t, mini_t_pending(t), 10);
	mini_t_drain(t);
	mini_t_expect_tx_at(t, AT_MS(2 * RTT),
			    SEG(.seq = 10 * MSS, .len = MSS));
	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_NOW, SEG(.ack = 11 * MSS));
	MINI_T_EQ(t, cc(t)->state, MINI_CA_OPEN);
	mini_t_drain(t);
}

/*
 * The probe is SACKed: what is before it was lost
 * Proves: TL-1
 */
static void probe_shows_the_loss(struct kunit *test)
{
	struct mini_t *t = with_tail(test, 4);

	mini_t_rx(t, AT_MS(RTT), SEG(.ack = 2 * MSS));
	mini_t_advance_ms(t, 2 * RTT + 5);
	MINI_T_EQ(t, mini_t_msk(t)->total_retrans, 1);
	mini_t_drain(t);
	mini_t_advance_ms(t, RTT);
	sack(t, AT_NOW, 2, 3, 4);
	expect_seg(t, 2);
	MINI_T_EQ(t, cc(t)->state, MINI_CA_RECOVERY);
	mini_t_drain(t);
}

/*
 * ACKed beyond the probe without a word of a duplicate: it made a loss good
 * Proves: TL-5
 */
static void probe_that_repairs_reduces(struct kunit *test)
{
	struct mini_t *t = with_tail(test, 4);
	u32 before = cc(t)->cwnd;

	mini_t_advance_ms(t, 2 * RTT);
	mini_t_drain(t);
	MINI_T_EQ(t, mini_t_send(t, 2 * MSS), 2 * MSS);
	mini_t_drain(t);
	mini_t_rx(t, AT_MS(3 * RTT), SEG(.ack = 4 * MSS));
	MINI_T_EQ(t, cc(t)->state, MINI_CA_OPEN);
	mini_t_rx(t, AT_NOW, SEG(.ack = 5 * MSS));
	MINI_T_EQ(t, cc(t)->state, MINI_CA_CWR);
	MINI_T_TRUE(t, cc(t)->ssthresh < before);
	mini_t_rx(t, AT_NOW, SEG(.ack = 6 * MSS));
	MINI_T_EQ(t, cc(t)->state, MINI_CA_OPEN);
	mini_t_drain(t);
}

/*
 * It came twice: nothing was lost
 * Proves: TL-5, DS-5
 */
static void probe_for_nothing(struct kunit *test)
{
	struct mini_t *t = with_tail(test, 4);

	mini_t_advance_ms(t, 2 * RTT);
	mini_t_drain(t);
	MINI_T_EQ(t, mini_t_send(t, 2 * MSS), 2 * MSS);
	mini_t_drain(t);
	mini_t_rx(t, AT_MS(3 * RTT), SEG(.ack = 4 * MSS));
	sack(t, AT_NOW, 4, 3, 4);
	mini_t_rx(t, AT_NOW, SEG(.ack = 6 * MSS));
	MINI_T_EQ(t, cc(t)->state, MINI_CA_OPEN);
	MINI_T_TRUE(t, cc(t)->ssthresh > 1 << 20);
	mini_t_drain(t);
}

/*
 * Armed before anything was SACKed, and by the time that it is due the last
 * segment, which it would send again, is. Losses are told by count here: one
 * SACK is no loss, and starts no other timer.
 * Proves: TL-1
 */
static void probe_called_off_by_a_sack(struct kunit *test)
{
	struct mini_t *t = with_tail(test, 4);

	t->mn->sysctl.recovery = 0;
	MINI_T_EQ(t, mini_t_msk(t)->write_for, MINI_FOR_PTO);
	sack(t, AT_MS(RTT), 0, 3, 4);
	MINI_T_EQ(t, mini_t_msk(t)->write_for, MINI_FOR_RTO);
	mini_t_expect_nothing(t);
	mini_t_expect_tx_at(t, AT_MS(RTO), SEG(.len = MSS));
	MINI_T_EQ(t, mini_t_msk(t)->tlp.out, false);
}

/* one more needs a new round trip measured: Proves: TL-1 */
static void probe_once_for_a_sample(struct kunit *test)
{
	struct mini_t *t = with_tail(test, 4);

	mini_t_advance_ms(t, 2 * RTT);
	mini_t_drain(t);
	MINI_T_TRUE(t, !mini_t_msk(t)->tlp.fresh);
	MINI_T_EQ(t, mini_tlp_delay_us(t->sock->sk), 0);
}

/*
 * Losses show before its time has come: RACK and the timeout see to the rest,
 * and the timeout is not put off
 * Proves: TL-1
 */
static void no_probe_in_recovery(struct kunit *test)
{
	struct mini_t *t = with_tail(test, 10);

	sack(t, AT_MS(RTT), 0, 1, 10);
	expect_seg(t, 0);
	MINI_T_EQ(t, cc(t)->state, MINI_CA_RECOVERY);
	mini_t_expect_tx_at(t, AT_MS(RTO), SEG(.len = MSS));
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, cc(t)->state, MINI_CA_LOSS);
}

/* net.mini.tcp_early_retrans = 0 */
static void probe_switched_off(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 4);

	mini_t_expect_tx_at(t, AT_MS(RTO), SEG(.len = MSS));
}

/* what was for nothing */

/*
 * The echo of the first ACK after a timeout is older than the copy
 * Proves: CU-12
 */
static void timeout_undone_by_echo(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 10);
	u32 before = cc(t)->cwnd, old = t->our_tsval;

	mini_t_goto(t, AT_MS(RTO));
	expect_seg(t, 0);
	MINI_T_EQ(t, cc(t)->state, MINI_CA_LOSS);
	mini_t_rx(t, AT_MS(RTO + 10), SEG(.ack = MSS, .ecr = old));
	MINI_T_EQ(t, cc(t)->state, MINI_CA_OPEN);
	MINI_T_TRUE(t, cc(t)->cwnd >= before);
	expect_board(t, 0, 0, 0);
	mini_t_drain(t);
}

/*
 * Packets that were overtaken come one by one. The first shows that none was
 * lost: the others are not lost again by what made them lost before, and it
 * was no recovery, at which RACK would forget what it has learned.
 */
static void overtaken_are_lost_once(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 10);
	struct mini_rack *rack = &mini_t_msk(t)->rack;
	u32 old = t->our_tsval, i;

	rack->mult = 5;
	rack->persist = 1;
	sack(t, AT_MS(RTT), 0, 6, 10);
	MINI_T_EQ(t, mini_t_msk(t)->snd.lost, 6 * MSS);
	mini_t_drain(t);
	for (i = 1; i <= 6; i++) {
		mini_t_rx(t, AT_MS(RTT + i),
			  SEG(.ack = i * MSS, .ecr = old, .nr_sack = 1,
			      .sack = { { 6 * MSS, 10 * MSS } }));
		MINI_T_EQ(t, cc(t)->state, MINI_CA_OPEN);
		expect_board(t, 4, 0, 0);
		mini_t_expect_nothing(t);
	}
	MINI_T_EQ(t, rack->mult, 5);
}

/*
 * On a path that reorders a loss is told a round trip late. What was sent
 * meanwhile, for what was SACKed, was not in the network at once, and does not
 * make the reduction a smaller one.
 */
static void late_loss_reduces_as_well(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 10);
	struct mini_rack *rack = &mini_t_msk(t)->rack;

	rack->reordered = true;
	rack->mult = 10;
	mini_t_send(t, 9 * MSS);
	sack(t, AT_MS(RTT), 0, 1, 10);
	mini_t_drain(t);
	MINI_T_EQ(t, mini_flight(mini_t_msk(t)), 19 * MSS);
	MINI_T_EQ(t, cc(t)->state, MINI_CA_OPEN);
	mini_t_expect_tx_at(t, AT_MS(2 * RTT), SEG(.len = MSS));
	MINI_T_EQ(t, cc(t)->state, MINI_CA_RECOVERY);
	MINI_T_EQ(t, cc(t)->ssthresh, 5 * MSS);
	mini_t_drain(t);
}

/* What was resent in recovery is all reported as duplicate: RFC 3708 */
static void recovery_undone_by_dsack(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 10);
	u32 before = cc(t)->cwnd;

	sack(t, AT_MS(RTT), 0, 1, 4);
	expect_seg(t, 0);
	MINI_T_TRUE(t, cc(t)->ssthresh < before);
	mini_t_rx(t, AT_MS(RTT + 60), SEG(.ack = 10 * MSS));
	MINI_T_EQ(t, cc(t)->state, MINI_CA_OPEN);
	sack(t, AT_NOW, 10, 0, 1);
	MINI_T_TRUE(t, cc(t)->cwnd >= before);
	MINI_T_EQ(t, mini_t_msk(t)->undo.on, false);
	mini_t_drain(t);
}

/* One of two is not enough */
static void half_a_dsack_undoes_nothing(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 10);
	u32 before = cc(t)->cwnd;

	mini_t_rx(t, AT_MS(RTT), SEG(.nr_sack = 2, .sack = {
		{ 4 * MSS, 8 * MSS }, { 1 * MSS, 3 * MSS } }));
	sack(t, AT_NOW, 0, 8, 10);
	MINI_T_EQ(t, mini_t_msk(t)->total_retrans, 2);
	mini_t_rx(t, AT_MS(RTT + 60), SEG(.ack = 10 * MSS));
	sack(t, AT_NOW, 10, 0, 1);
	MINI_T_TRUE(t, cc(t)->cwnd < before);
	mini_t_drain(t);
}

/*
 * F-RTO: two new segments after the first ACK, and the next tells that the
 * flight was only late
 */
static void timeout_undone_by_frto(struct kunit *test)
{
	struct mini_t *t = established(test);
	u32 spurious = mib(t, MINI_MIB_SPURIOUS_RTOS), before;

	t->mn->sysctl.early_retrans = 0;
	MINI_T_EQ(t, mini_t_send(t, 15 * MSS), 15 * MSS);
	mini_t_drain(t);
	before = cc(t)->cwnd;
	mini_t_goto(t, AT_MS(RTO));
	expect_seg(t, 0);
	mini_t_rx(t, AT_MS(RTO + 10), SEG(.ack = MSS));
	mini_t_expect_tx(t, SEG(.seq = 10 * MSS, .len = MSS));
	mini_t_expect_tx(t, SEG(.seq = 11 * MSS, .len = MSS));
	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_MS(RTO + 20), SEG(.ack = 2 * MSS));
	MINI_T_EQ(t, mib(t, MINI_MIB_SPURIOUS_RTOS), spurious + 1);
	MINI_T_EQ(t, cc(t)->state, MINI_CA_OPEN);
	MINI_T_TRUE(t, cc(t)->cwnd >= before);
	MINI_T_EQ(t, mini_t_msk(t)->total_retrans, 1);
	mini_t_drain(t);
}

/* F-RTO: the new segments are SACKed and the hole stays: it was lost */
static void timeout_confirmed_by_frto(struct kunit *test)
{
	struct mini_t *t = established(test);

	t->mn->sysctl.early_retrans = 0;
	MINI_T_EQ(t, mini_t_send(t, 15 * MSS), 15 * MSS);
	mini_t_drain(t);
	mini_t_goto(t, AT_MS(RTO));
	expect_seg(t, 0);
	mini_t_rx(t, AT_MS(RTO + 10), SEG(.ack = MSS));
	mini_t_drain(t);
	sack(t, AT_MS(RTO + 20), 1, 10, 11);
	expect_seg(t, 1);
	MINI_T_EQ(t, cc(t)->state, MINI_CA_LOSS);
	mini_t_drain(t);
}

/*
 * The minimum of the round trips is forgotten in time
 * Proves: RK-3
 */
static void minimum_ages(struct kunit *test)
{
	struct mini_rtt r;
	u64 now_us = 1;
	u32 i;

	mini_rtt_init(&r);
	mini_rtt_sample(&r, 10000);
	mini_rtt_min(&r, 10000, now_us);
	for (i = 0; i < 299; i++) {
		now_us += USEC_PER_SEC;
		mini_rtt_sample(&r, 100000);
		mini_rtt_min(&r, 100000, now_us);
		if (i < 149)
			KUNIT_EXPECT_EQ(test, r.min_us, 10000);
	}
	now_us += 2 * USEC_PER_SEC;
	mini_rtt_min(&r, 100000, now_us);
	KUNIT_EXPECT_EQ(test, r.min_us, 100000);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(rack_judges_by_time),
	KUNIT_CASE(rack_mistrusts_copies),
	KUNIT_CASE(rack_sees_reordering),
	KUNIT_CASE(rack_window_grows_and_shrinks),
	KUNIT_CASE(prr_halves_evenly),
	KUNIT_CASE(prr_after_heavy_loss),
	KUNIT_CASE(prr_random),
	KUNIT_CASE_PARAM(frto_verdicts, frto_gen_params),
	KUNIT_CASE(three_sacked_begin_recovery),
	KUNIT_CASE(two_sacked_wait_for_the_window),
	KUNIT_CASE(reordering_is_no_loss),
	KUNIT_CASE(two_holes),
	KUNIT_CASE(prr_counts_octets),
	KUNIT_CASE(lost_retransmission),
	KUNIT_CASE(partial_blocks),
	KUNIT_CASE(hostile_blocks),
	KUNIT_CASE(many_small_blocks),
	KUNIT_CASE(scoreboard_against_a_model),
	KUNIT_CASE(a_hole_in_a_long_flight),
	KUNIT_CASE(holes_in_a_long_flight),
	KUNIT_CASE(half_of_a_long_flight),
	KUNIT_CASE(timeout_keeps_sacks),
	KUNIT_CASE(timeout_spares_what_is_fresh),
	KUNIT_CASE(reneging),
	KUNIT_CASE(late_block_at_una),
	KUNIT_CASE(by_count),
	KUNIT_CASE(short_packets_count),
	KUNIT_CASE(rack_needs_sack),
	KUNIT_CASE(probe_of_the_tail),
	KUNIT_CASE(probe_of_a_single_segment_waits),
	KUNIT_CASE(probe_not_after_the_timeout),
	KUNIT_CASE(probe_with_new_data),
	KUNIT_CASE(probe_shows_the_loss),
	KUNIT_CASE(probe_that_repairs_reduces),
	KUNIT_CASE(probe_for_nothing),
	KUNIT_CASE(probe_called_off_by_a_sack),
	KUNIT_CASE(probe_once_for_a_sample),
	KUNIT_CASE(no_probe_in_recovery),
	KUNIT_CASE(probe_switched_off),
	KUNIT_CASE(timeout_undone_by_echo),
	KUNIT_CASE(overtaken_are_lost_once),
	KUNIT_CASE(late_loss_reduces_as_well),
	KUNIT_CASE(recovery_undone_by_dsack),
	KUNIT_CASE(half_a_dsack_undoes_nothing),
	KUNIT_CASE(timeout_undone_by_frto),
	KUNIT_CASE(timeout_confirmed_by_frto),
	KUNIT_CASE(minimum_ages),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_recovery",
	.test_cases = cases,
};

kunit_test_suites(&suite);
