// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pacing: the rate against the formula, the times of packets against the rate,
 * and connections that are paced by our own timer, or by a queue below.
 */
#include <linux/math64.h>
#include <linux/prandom.h>
#include <linux/tcp.h>
#include <net/sock.h>
#include <mini/ca.h>
#include <mini/pace.h>
#include <mini/pacing.h>
#include "harness.h"

#define SEED	0x70616365
#define MSS	MINI_T_MSS
/* one segment in ten milliseconds, and a packet of two in twenty */
#define RATE	(100 * MSS)
#define PACKET	(2 * MSS)
#define GAP_MS	20

/* the numbers */

static void rate_is(struct kunit *test, const struct mini_pace_of *of)
{
	struct mini_pace p;
	u64 per_srtt, want;

	mini_pace_init(&p);
	mini_pace_set(&p, of);
	if (p.rate == 1)	/* none is less */
		return;
	/* octets in 100 SRTTs, in which the window is sent pct times */
	per_srtt = p.rate * of->srtt_us8 / 80000;
	want = (u64)of->wnd * of->ratio_pct;
	KUNIT_EXPECT_LE(test, per_srtt, want);
	KUNIT_EXPECT_LE(test, want - per_srtt, 2 + of->srtt_us8 / 80000);
}

/* Any window, any round trip, and any ratio that a sysctl may have */
static void rate_is_windows_in_a_round_trip(struct kunit *test)
{
	struct mini_pace_of of = { .max = MINI_PACE_NONE };
	struct rnd_state rnd;
	u32 i;

	prandom_seed_state(&rnd, SEED);
	for (i = 0; i < 10000; i++) {
		of.wnd = (prandom_u32_state(&rnd) >>
			  (2 + prandom_u32_state(&rnd) % 20)) + MINI_MSS_MIN;
		of.srtt_us8 = (prandom_u32_state(&rnd) >>
			       prandom_u32_state(&rnd) % 20) / 2 + 8000;
		of.ratio_pct = 1 + prandom_u32_state(&rnd) % 1000;
		rate_is(test, &of);
	}
	of.wnd = MINI_CWND_MAX;
	of.ratio_pct = 1000;
	rate_is(test, &of);
}

static u64 rate_of(u64 asked, u64 max, u32 srtt_us)
{
	struct mini_pace_of of = {
		.wnd = 10 * MSS, .srtt_us8 = 8 * srtt_us, .ratio_pct = 200,
		.asked = asked, .max = max,
	};
	struct mini_pace p;

	mini_pace_init(&p);
	mini_pace_set(&p, &of);
	return p.rate;
}

static void rate_has_limits(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, rate_of(0, MINI_PACE_NONE, 100000), 200 * MSS);
	KUNIT_EXPECT_EQ(test, rate_of(0, 1000, 100000), 1000);
	KUNIT_EXPECT_EQ(test, rate_of(5000, MINI_PACE_NONE, 100000), 5000);
	KUNIT_EXPECT_EQ(test, rate_of(5000, 1000, 100000), 1000);
	/* no round trip is known yet */
	KUNIT_EXPECT_EQ(test, rate_of(0, MINI_PACE_NONE, 0), MINI_PACE_NONE);
	KUNIT_EXPECT_EQ(test, rate_of(0, 1000, 0), 1000);
	KUNIT_EXPECT_EQ(test, rate_of(0, 0, 100000), 0);
}

/* Computed anew for what matters, and only then */
static void rate_follows_what_matters(struct kunit *test)
{
	const struct mini_pace_of was = {
		.wnd = 100 * MSS, .srtt_us8 = 800000, .ratio_pct = 120,
		.max = MINI_PACE_NONE,
	};
	struct mini_pace p;
	struct mini_pace_of of = was;

	mini_pace_init(&p);
	KUNIT_EXPECT_FALSE(test, mini_pace_holds(&p, &was));
	mini_pace_set(&p, &was);
	KUNIT_EXPECT_TRUE(test, mini_pace_holds(&p, &was));
	of.wnd = 102 * MSS;
	of.srtt_us8 = 780000;
	KUNIT_EXPECT_TRUE(test, mini_pace_holds(&p, &of));
	of.wnd = 104 * MSS;
	KUNIT_EXPECT_FALSE(test, mini_pace_holds(&p, &of));
	of.wnd = 96 * MSS;
	KUNIT_EXPECT_FALSE(test, mini_pace_holds(&p, &of));
	of = was;
	of.srtt_us8 = 830000;
	KUNIT_EXPECT_FALSE(test, mini_pace_holds(&p, &of));
	of = was;
	of.slow_start = true;
	KUNIT_EXPECT_FALSE(test, mini_pace_holds(&p, &of));
	of = was;
	of.max = 1000;
	KUNIT_EXPECT_FALSE(test, mini_pace_holds(&p, &of));
	of = was;
	of.asked = 1000;
	KUNIT_EXPECT_FALSE(test, mini_pace_holds(&p, &of));
}

static void pace_at(struct mini_pace *p, u64 rate)
{
	struct mini_pace_of of = { .max = rate };

	mini_pace_init(p);
	mini_pace_set(p, &of);
	p->next_ns = 1;
}

/* A million octets take as long as the rate says, whatever it is */
static void packets_keep_the_rate(struct kunit *test)
{
	static const u64 rates[] = { 1000, 33333, 1000000, 125000000,
				     12500000000ULL };
	struct mini_pace p;
	u64 want_ns;
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(rates); i++) {
		pace_at(&p, rates[i]);
		for (n = 0; n < 1000; n++)
			mini_pace_take(&p, 1000, 1);
		want_ns = div64_u64(1000000ULL * NSEC_PER_SEC, rates[i]);
		KUNIT_EXPECT_LE(test, p.next_ns, want_ns + 1);
		KUNIT_EXPECT_GE(test, p.next_ns,
				want_ns - 1000 - (want_ns >> 10));
	}
}

/* One that was late does not make the next late too; one of long ago neither */
static void late_packets_are_made_up_for(struct kunit *test)
{
	struct mini_pace p;

	pace_at(&p, 1000000);	/* 1000 octets in a millisecond */
	p.next_ns = 5000000;
	KUNIT_EXPECT_EQ(test, mini_pace_take(&p, 1000, 5100000), 5100000);
	KUNIT_EXPECT_LE(test, abs((s64)p.next_ns - 6000000), 100);
	KUNIT_EXPECT_EQ(test, mini_pace_take(&p, 1000, 99000000), 99000000);
	KUNIT_EXPECT_LE(test, abs((s64)p.next_ns - 99500000), 100);
	/* one that could not wait */
	KUNIT_EXPECT_EQ(test, mini_pace_take(&p, 1000, 99000000) / 1000,
			99500);
}

static void first_window_has_no_gaps(struct kunit *test)
{
	struct mini_pace p;
	u32 i;

	pace_at(&p, 1000);
	mini_pace_begin(&p, 10 * MSS);
	for (i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test, mini_pace_take(&p, MSS, 7), 7);
	KUNIT_EXPECT_EQ(test, mini_pace_wait_us(&p, 1, 0), 0);
	mini_pace_take(&p, MSS, 7);
	KUNIT_EXPECT_GT(test, mini_pace_wait_us(&p, 1, 0), 700000);
}

static u32 burst_of(u64 rate, u64 max, u32 min_rtt_us)
{
	struct mini_pace_of of = { .asked = rate, .max = max,
				   .min_rtt_us = min_rtt_us };
	struct mini_pace p;

	mini_pace_init(&p);
	mini_pace_set(&p, &of);
	return p.burst;
}

/* A millisecond's worth, and more on a short path unless a rate was asked for */
static void burst_follows_the_rate(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, burst_of(10240000, MINI_PACE_NONE, 50000),
			10000);
	KUNIT_EXPECT_EQ(test, burst_of(10240000, MINI_PACE_NONE, 100), 75536);
	KUNIT_EXPECT_EQ(test, burst_of(10240000, MINI_PACE_NONE, 600), 42768);
	KUNIT_EXPECT_EQ(test, burst_of(10240000, 1ULL << 40, 100), 10000);
	KUNIT_EXPECT_EQ(test, burst_of(10240000, 1024000, 100), 1000);
	KUNIT_EXPECT_EQ(test, burst_of(0, MINI_PACE_NONE, 100), U32_MAX);
}

/* connections */

static unsigned long held(struct mini_t *t)
{
	return mini_mib_sum(t->mn, MINI_MIB_SEND_HELD_PACING);
}

static void expect_packet(struct mini_t *t, u32 nr)
{
	mini_t_expect_tx(t, SEG(.seq = nr * MSS, .len = MSS));
	mini_t_expect_tx(t, SEG(.seq = (nr + 1) * MSS, .len = MSS));
	mini_t_expect_nothing(t);
}

static void expect_packet_at(struct mini_t *t, s64 at_ms, u32 nr)
{
	mini_t_goto(t, AT_MS(at_ms) - 1);
	mini_t_expect_nothing(t);
	mini_t_goto(t, AT_MS(at_ms));
	expect_packet(t, nr);
}

static void set_rate(struct mini_t *t, u32 rate)
{
	MINI_T_EQ(t, sock_setsockopt(t->sock, SOL_SOCKET, SO_MAX_PACING_RATE,
				     KERNEL_SOCKPTR(&rate), sizeof(rate)), 0);
}

/* The first window is out and ACKed, @segs more are written, two of them out */
static struct mini_t *with_rate(struct kunit *test, u32 rate, u32 segs)
{
	struct mini_t *t = mini_t_established(test);
	unsigned long before = held(t);
	u32 i;

	set_rate(t, rate);
	MINI_T_EQ(t, mini_t_send(t, (10 + segs) * MSS), (10 + segs) * MSS);
	for (i = 0; i < 10; i++)
		mini_t_expect_tx(t, SEG(.seq = i * MSS, .len = MSS));
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, held(t), before);
	mini_t_rx(t, AT_MS(100), SEG(.ack = 10 * MSS));
	expect_packet(t, 10);
	MINI_T_EQ(t, held(t), before + 1);
	return t;
}

/* Linux's ratios of cwnd / SRTT, and where they are told */
static void rate_of_a_connection(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct sock *sk = t->sock->sk;
	struct tcp_info info;

	MINI_T_EQ(t, sk->sk_pacing_rate, 200 * MSS);
	mini_get_info(sk, &info);
	MINI_T_EQ(t, info.tcpi_pacing_rate, 200 * MSS);
	MINI_T_EQ(t, info.tcpi_max_pacing_rate, U64_MAX);
	mini_t_msk(t)->cc.ssthresh = 10 * MSS;
	mini_pacing_follow(sk);
	MINI_T_EQ(t, sk->sk_pacing_rate, 120 * MSS);
	t->mn->sysctl.pacing_ca_pct = 50;
	mini_t_msk(t)->cc.cwnd = 20 * MSS;
	mini_pacing_follow(sk);
	MINI_T_EQ(t, sk->sk_pacing_rate, 100 * MSS);
	set_rate(t, 30 * MSS);
	MINI_T_EQ(t, sk->sk_pacing_rate, 30 * MSS);
	mini_pacing_follow(sk);
	MINI_T_EQ(t, sk->sk_pacing_rate, 30 * MSS);
	mini_get_info(sk, &info);
	MINI_T_EQ(t, info.tcpi_max_pacing_rate, 30 * MSS);
}

/* Nobody has asked for it: a window leaves at once */
static void unasked_nothing_is_held(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	unsigned long before = held(t);
	u32 i;

	MINI_T_EQ(t, mini_t_send(t, 20 * MSS), 20 * MSS);
	mini_t_drain(t);
	mini_t_rx(t, AT_MS(100), SEG(.ack = 10 * MSS));
	for (i = 10; i < 20; i++)
		mini_t_expect_tx(t, SEG(.seq = i * MSS, .len = MSS));
	MINI_T_EQ(t, held(t), before);
}

/* The user's rate: two segments at a time, each when its time has come */
static void packets_leave_at_their_time(struct kunit *test)
{
	struct mini_t *t = with_rate(test, RATE, 10);

	unsigned long before = held(t);

	/* the long silence before it counts for half a gap */
	expect_packet_at(t, 100 + GAP_MS / 2, 12);
	expect_packet_at(t, 110 + GAP_MS, 14);
	expect_packet_at(t, 110 + 2 * GAP_MS, 16);
	expect_packet_at(t, 110 + 3 * GAP_MS, 18);
	MINI_T_EQ(t, held(t), before + 3);
	mini_t_rx(t, AT_MS(300), SEG(.ack = 20 * MSS));
	MINI_T_EQ(t, mini_t_msk(t)->send_tmr.t.at_us, 0);
}

/* ACKs that come meanwhile let nothing out, and do not disturb the timer */
static void acks_do_not_hurry(struct kunit *test)
{
	struct mini_t *t = with_rate(test, RATE, 8);

	expect_packet_at(t, 110, 12);
	mini_t_rx(t, AT_MS(115), SEG(.ack = 11 * MSS));
	mini_t_rx(t, AT_MS(120), SEG(.ack = 12 * MSS));
	mini_t_rx(t, AT_MS(125), SEG(.ack = 14 * MSS));
	mini_t_expect_nothing(t);
	expect_packet_at(t, 130, 14);
	/* with all ACKed it is the rate that holds, and not a shut window */
	mini_t_rx(t, AT_MS(140), SEG(.ack = 16 * MSS));
	MINI_T_TRUE(t, !mini_t_msk(t)->write_tmr.at_us);
	expect_packet_at(t, 150, 16);
}

/* A rate that the user raises counts from the next packet on */
static void limit_is_moved(struct kunit *test)
{
	struct mini_t *t = with_rate(test, RATE, 10);

	set_rate(t, 2 * RATE);
	expect_packet_at(t, 110, 12);
	expect_packet_at(t, 120, 14);
	expect_packet_at(t, 130, 16);
}

static void timer_finds_the_owner(struct kunit *test)
{
	struct mini_t *t = with_rate(test, RATE, 6);
	struct sock *sk = t->sock->sk;

	lock_sock(sk);
	mini_t_advance_ms(t, 15);
	mini_t_expect_nothing(t);
	release_sock(sk);
	expect_packet(t, 12);
	/* late by 5 ms, which the next one makes up for */
	expect_packet_at(t, 130, 14);
}

/* What the timer waits for may be gone by then; and the timer with the socket */
static void timer_goes_with_the_connection(struct kunit *test)
{
	struct mini_t *t = with_rate(test, RATE, 6);

	mini_t_rx(t, AT_MS(105), SEG(.flags = MINI_RST));
	mini_t_expect_state(t, TCP_CLOSE);
	MINI_T_TRUE(t, mini_t_timers_idle(t));
	mini_t_advance_ms(t, 1000);
	mini_t_expect_nothing(t);
}

static void orphan_is_paced_to_its_end(struct kunit *test)
{
	struct mini_t *t = with_rate(test, RATE, 4);

	mini_t_close(t);
	mini_t_expect_nothing(t);
	mini_t_expect_tx_at(t, AT_MS(110), SEG(.seq = 12 * MSS, .len = MSS));
	mini_t_expect_tx(t, SEG(.flags = MINI_FIN | MINI_ACK, .seq = 13 * MSS,
				.len = MSS));
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_RST, .seq = 0));
}

/*
 * Losses, as RACK finds them and PRR lets them out, leave at the rate too: a
 * burst of them would be lost again.
 *
 * Proves: PR-9
 */
static void losses_are_paced(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);
	unsigned long before = held(t);
	u32 i;

	t->peer_sack = true;
	mini_t_to_established(t);
	set_rate(t, RATE);
	MINI_T_EQ(t, mini_t_send(t, 10 * MSS), 10 * MSS);
	mini_t_drain(t);
	mini_t_msk(t)->cc.ssthresh = 10 * MSS;
	mini_t_rx(t, AT_MS(100), SEG(.nr_sack = 1,
				     .sack = { { 4 * MSS, 10 * MSS } }));
	mini_t_advance_ms(t, 90);
	for (i = 0; mini_t_pending(t); i++)
		mini_t_next(t);
	MINI_T_EQ(t, i, 4);
	MINI_T_EQ(t, held(t), before + 1);
}

/* A faster connection has larger packets, and none has more than its share */
static void packets_are_a_millisecond_long(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);
	u32 acked = 0, end, segs, most = 0, round;
	const struct mini_t_rec *rec;

	t->peer_ws = MINI_T_WS(10);
	mini_t_to_established(t);
	for (round = 1; round <= 8; round++) {
		while (mini_t_send(t, 20000) > 0)
			;
		for (segs = 1, most = 0; (rec = mini_t_next(t)); segs++) {
			most = max(most, segs);
			if (rec->last)
				segs = 0;
		}
		MINI_T_TRUE(t, most * MSS <=
			    max_t(u32, 2 * MSS,
				  t->sock->sk->sk_pacing_rate / 1000));
		for (end = t->our_nxt - t->our_zero; acked < end;) {
			acked = min(acked + MSS, end);
			mini_t_rx(t, AT_MS(round * MINI_T_RTT_MS),
				  SEG(.ack = acked, .wnd = 20000000));
		}
	}
	MINI_T_TRUE(t, most > 8);
	MINI_T_EQ(t, mini_t_msk(t)->cc.burst,
		  min_t(u32, mini_t_msk(t)->pace.burst, U16_MAX));
	mini_t_drain(t);
}

/*
 * The fq qdisc does the waiting: it is told when, a little ahead, and round
 * trips are counted from there.
 */
static void expect_leaves(struct mini_t *t, s64 at, u32 nr)
{
	const struct mini_t_rec *rec;
	u32 i;

	for (i = nr; i < nr + 2; i++) {
		rec = mini_t_next(t);
		MINI_T_TRUE(t, rec && rec->seq == t->our_zero + i * MSS);
		if (rec)
			MINI_T_EQ(t, rec->leave_us - t->zero_us, at);
	}
}

static struct mini_t *with_queue_below(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	t->peer_sack = true;
	mini_t_to_established(t);
	t->sock->sk->sk_pacing_status = SK_PACING_FQ;
	mini_t_msk(t)->cc.rate = 1000 * MSS;	/* a packet in 2 ms */
	MINI_T_EQ(t, mini_t_send(t, 20 * MSS), 20 * MSS);
	mini_t_drain(t);
	mini_t_rx(t, AT_MS(100), SEG(.ack = 10 * MSS));
	return t;
}

static void queue_below_is_told_when(struct kunit *test)
{
	struct mini_t *t = with_queue_below(test);

	expect_leaves(t, AT_MS(100), 10);
	expect_leaves(t, AT_MS(101), 12);
	mini_t_expect_nothing(t);
	mini_t_goto(t, AT_MS(101) - 1);
	mini_t_expect_nothing(t);
	mini_t_goto(t, AT_MS(101));
	expect_leaves(t, AT_MS(103), 14);
	mini_t_expect_nothing(t);
	mini_t_goto(t, AT_MS(103));
	expect_leaves(t, AT_MS(105), 16);
	/* an ACK of ours goes at once, but not before them */
	mini_send_ack(t->sock->sk);
	MINI_T_EQ(t, mini_t_next(t)->leave_us - t->zero_us, AT_MS(105));
	mini_t_rx(t, AT_MS(200), SEG(.ack = 16 * MSS));
	MINI_T_EQ(t, mini_t_msk(t)->rack.rtt_us / 10, 9700);
	mini_t_drain(t);
}

/* A queue that was taken away has held nothing: no round trip is negative */
static void queue_below_has_not_waited(struct kunit *test)
{
	struct mini_t *t = with_queue_below(test);

	mini_t_drain(t);
	mini_t_rx(t, AT_NOW, SEG(.ack = 14 * MSS));
	MINI_T_TRUE(t, mini_t_msk(t)->rtt.srtt_us8 >> 3 <= 100000);
	MINI_T_TRUE(t, mini_t_msk(t)->rack.rtt_us <= 100000);
	mini_t_drain(t);
}

/*
 * A timestamp says when it lets go, too: the echo of what was sent again late is
 * not one of the first copy, which would tell RACK nothing (RFC 8985 6.2).
 */
static void timestamps_wait_with_their_packets(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);
	u32 mss, echo;
	s64 late_us;

	t->peer_sack = true;
	t->peer_ts = true;
	mini_t_to_established(t);
	t->sock->sk->sk_pacing_status = SK_PACING_FQ;
	mini_t_msk(t)->cc.rate = 500 * MSS;	/* a packet in 4 ms */
	mss = mini_t_msk(t)->snd.mss;
	MINI_T_EQ(t, mini_t_send(t, 10 * mss), 10 * mss);
	mini_t_drain(t);
	mini_t_msk(t)->cc.ssthresh = 10 * mss;
	mini_t_rx(t, AT_MS(100), SEG(.nr_sack = 1,
				     .sack = { { 4 * mss, 10 * mss } }));
	MINI_T_EQ(t, mini_t_pending(t), 4);
	mini_t_drain(t);
	/* 4 ms after the first two, of which the silence before takes half */
	late_us = mini_t_msk(t)->pace.last_ns / 1000 - t->zero_us;
	MINI_T_TRUE(t, late_us > AT_MS(101));
	echo = t->our_tsval;
	mini_t_rx(t, AT_MS(220), SEG(.ack = 10 * mss, .ecr = echo));
	MINI_T_EQ(t, mini_t_msk(t)->rack.xmit_us - t->zero_us, late_us);
}

/* Congestion control asks for pacing, and for a rate of its own */

static void slow_init(struct mini_cc *cc, u64 now_us)
{
	cc->rate = RATE;
}

static void slow_on_ack(struct mini_cc *cc, const struct mini_ca_ack *a)
{
	mini_cc_grow(cc, a->acked);
}

static u32 slow_ssthresh(struct mini_cc *cc, u32 flight)
{
	return flight / 2;
}

static struct mini_ca_ops slow = {
	.name		= "slow",
	.owner		= THIS_MODULE,
	.pacing		= true,
	.init		= slow_init,
	.on_ack		= slow_on_ack,
	.ssthresh	= slow_ssthresh,
};

static int slow_register(struct kunit_resource *res, void *context)
{
	return mini_ca_register(&slow);
}

static void slow_unregister(struct kunit_resource *res)
{
	mini_ca_unregister(&slow);
}

static void congestion_control_asks(struct kunit *test)
{
	struct mini_t *t;

	kunit_alloc_resource(test, slow_register, slow_unregister, GFP_KERNEL,
			     NULL);
	t = mini_t_new(test);
	mini_t_use_ca(t, "slow");
	mini_t_to_established(t);
	MINI_T_EQ(t, t->sock->sk->sk_pacing_status, SK_PACING_NEEDED);
	MINI_T_EQ(t, t->sock->sk->sk_pacing_rate, RATE);
	MINI_T_EQ(t, mini_t_send(t, 16 * MSS), 16 * MSS);
	mini_t_drain(t);
	MINI_T_TRUE(t, mini_t_msk(t)->cc.paced);
	mini_t_rx(t, AT_MS(100), SEG(.ack = 10 * MSS));
	expect_packet(t, 10);
	expect_packet_at(t, 110, 12);
	expect_packet_at(t, 130, 14);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(rate_is_windows_in_a_round_trip),
	KUNIT_CASE(rate_has_limits),
	KUNIT_CASE(rate_follows_what_matters),
	KUNIT_CASE(packets_keep_the_rate),
	KUNIT_CASE(late_packets_are_made_up_for),
	KUNIT_CASE(first_window_has_no_gaps),
	KUNIT_CASE(burst_follows_the_rate),
	KUNIT_CASE(rate_of_a_connection),
	KUNIT_CASE(unasked_nothing_is_held),
	KUNIT_CASE(packets_leave_at_their_time),
	KUNIT_CASE(acks_do_not_hurry),
	KUNIT_CASE(limit_is_moved),
	KUNIT_CASE(timer_finds_the_owner),
	KUNIT_CASE(timer_goes_with_the_connection),
	KUNIT_CASE(orphan_is_paced_to_its_end),
	KUNIT_CASE(losses_are_paced),
	KUNIT_CASE(packets_are_a_millisecond_long),
	KUNIT_CASE(queue_below_is_told_when),
	KUNIT_CASE(queue_below_has_not_waited),
	KUNIT_CASE(timestamps_wait_with_their_packets),
	KUNIT_CASE(congestion_control_asks),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_pace",
	.test_cases = cases,
};

kunit_test_suites(&suite);
