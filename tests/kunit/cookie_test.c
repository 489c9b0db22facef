// SPDX-License-Identifier: GPL-2.0-only
/*
 * SYN cookies (RFC 4987 3.6): the numbers by themselves, and listeners whose
 * SYN queue is full.
 */
#include <linux/in.h>
#include <net/sock.h>
#include <mini/cookie.h>
#include "harness.h"

#define BACKLOG	4
/* the queue takes one more than listen() was told */
#define HALF_OPEN	(BACKLOG + 1)
#define SLOT_US	BIT_ULL(MINI_COOKIE_SLOT_SHIFT)
/* somewhere in a slot */
#define NOW_US	(1000 * SLOT_US + 12345678)

static const siphash_key_t key = { { 0x0706050403020100, 0x0f0e0d0c0b0a0908 } };

static const struct mini_cookie syn = {
	.laddr = MINI_T_LADDR,
	.raddr = MINI_T_RADDR,
	.ports = MINI_T_LPORT << 16 | MINI_T_RPORT,
	.wire = IPPROTO_TCP,
	.irs = MINI_T_IRS,
	.mss = MINI_T_MSS,
	.has_ts = true,
	.has_wscale = true,
	.wscale = 7,
	.sack_ok = true,
};

static u32 make(const struct mini_cookie *c, u64 now_us)
{
	u32 iss = 0;

	return mini_cookie_make(c, &key, now_us, &iss) ? iss : 0;
}

static bool good(const struct mini_cookie *c, u64 now_us, u32 iss)
{
	struct mini_cookie ack = *c;

	return mini_cookie_check(&ack, &key, now_us, iss);
}

/*
 * The largest MSS of the table that is not above the peer's
 * Proves: SF-4
 */
static void each_mss(struct kunit *test)
{
	static const u16 mss[][2] = {
		{ 536, 536 }, { 1219, 536 }, { 1220, 1220 }, { 1399, 1220 },
		{ 1400, 1400 }, { 1459, 1400 }, { 1460, 1460 },
		{ 65495, 1460 },
	};
	struct mini_cookie c = syn, ack;
	u32 i, iss;

	for (i = 0; i < ARRAY_SIZE(mss); i++) {
		c.mss = mss[i][0];
		ack = c;
		iss = make(&c, NOW_US);
		KUNIT_EXPECT_TRUE(test, mini_cookie_check(&ack, &key, NOW_US,
							  iss));
		KUNIT_EXPECT_EQ(test, ack.mss, mss[i][1]);
	}
	c.mss = 535;
	KUNIT_EXPECT_FALSE(test, mini_cookie_make(&c, &key, NOW_US, &iss));
}

/*
 * The same SYN in the same slot has the same number, and all that is in it has
 * a part in that
 * Proves: SF-4
 */
static void each_part_of_the_syn_counts(struct kunit *test)
{
	struct mini_cookie c[] = { syn, syn, syn, syn, syn, syn, syn, syn,
				   syn, syn };
	u32 iss = make(&syn, NOW_US), i;

	KUNIT_EXPECT_EQ(test, make(&syn, NOW_US + 1000), iss);
	c[0].laddr ^= 1;
	c[1].raddr ^= 1;
	c[2].ports ^= 1;
	c[3].ports ^= 1 << 16;
	c[4].wire = IPPROTO_MINI;
	c[5].irs++;
	c[6].has_ts = false;
	c[7].has_wscale = false;
	c[8].wscale ^= 1;
	c[9].sack_ok = false;
	for (i = 0; i < ARRAY_SIZE(c); i++) {
		KUNIT_EXPECT_NE(test, make(&c[i], NOW_US), iss);
		KUNIT_EXPECT_FALSE(test, good(&c[i], NOW_US, iss));
	}
}

/*
 * One bit is wrong: of the number, or of the secret
 * Proves: SF-5
 */
static void each_bit_counts(struct kunit *test)
{
	u32 iss = make(&syn, NOW_US), bit;
	struct mini_cookie c = syn;
	siphash_key_t other;

	KUNIT_EXPECT_TRUE(test, good(&syn, NOW_US, iss));
	for (bit = 0; bit < 32; bit++)
		KUNIT_EXPECT_FALSE(test, good(&syn, NOW_US, iss ^ BIT(bit)));
	for (bit = 0; bit < 128; bit++) {
		other = key;
		other.key[bit / 64] ^= BIT_ULL(bit % 64);
		KUNIT_EXPECT_FALSE(test, mini_cookie_check(&c, &other, NOW_US,
							   iss));
	}
}

/*
 * Good in its slot and in the next, 67 to 134 s, and never again
 * Proves: SF-4, SF-5
 */
static void good_for_two_slots(struct kunit *test)
{
	u64 start_us = 1000 * SLOT_US;
	u32 iss = make(&syn, NOW_US), slot;

	KUNIT_EXPECT_TRUE(test, good(&syn, start_us, iss));
	KUNIT_EXPECT_TRUE(test, good(&syn, start_us + 2 * SLOT_US - 1, iss));
	KUNIT_EXPECT_FALSE(test, good(&syn, start_us - 1, iss));
	for (slot = 2; slot < 1000; slot++)
		KUNIT_EXPECT_FALSE(test, good(&syn, start_us + slot * SLOT_US,
					      iss));
	KUNIT_EXPECT_NE(test, make(&syn, start_us + SLOT_US), iss);
}

/*
 * Options go out in TSval and come back, and it is no later than the clock
 * Proves: SF-6
 */
static void options_fit_into_tsval(struct kunit *test)
{
	struct mini_cookie c = syn, ack = { };
	u32 wscale, clock, tsval;

	for (wscale = 0; wscale <= MINI_WSCALE_MAX + 1; wscale++) {
		c.has_wscale = wscale <= MINI_WSCALE_MAX;
		c.wscale = c.has_wscale ? wscale : 0;
		c.sack_ok = !c.sack_ok;
		for (clock = -100; clock != 100; clock++) {
			tsval = mini_cookie_tsval(&c, clock);
			KUNIT_EXPECT_LT(test, clock - tsval, 64U);
			mini_cookie_tsecr(&ack, tsval);
			KUNIT_EXPECT_EQ(test, ack.has_wscale, c.has_wscale);
			KUNIT_EXPECT_EQ(test, ack.wscale, c.wscale);
			KUNIT_EXPECT_EQ(test, ack.sack_ok, c.sack_ok);
		}
	}
}

/* ---- listeners ---- */

static u32 nr_half_open(const struct mini_t *t)
{
	return mini_sk(t->listener->sk)->listen.nr_reqs;
}

static u32 nr_timers(const struct mini_t *t)
{
	struct hlist_node *pos;
	u32 n = 0;

	hlist_for_each(pos, &t->timers)
		n++;
	return n;
}

static unsigned long counted(const struct mini_t *t, int id)
{
	return mini_mib_sum(t->mn, id);
}

/* A listener, and a peer that has all options or none */
static struct mini_t *listener(struct kunit *test, bool options)
{
	struct mini_t *t = mini_t_new(test);

	t->peer_ts = options;
	t->peer_sack = true;
	t->peer_ws = MINI_T_WS(3);
	mini_t_to_listen(t, BACKLOG);
	return t;
}

/* The same with cookies for all */
static struct mini_t *always(struct kunit *test, bool options)
{
	struct mini_t *t = listener(test, options);

	t->mn->sysctl.syncookies = 2;
	return t;
}

/* From now on the peer writes from another port */
static void next_peer(struct mini_t *t, u32 nr)
{
	t->tuple.rport = htons(MINI_T_RPORT + nr);
	mini_t_set_isn(t, MINI_T_ISS, MINI_T_IRS + nr);
	t->edge_known = false;
	t->our_ts = false;
}

/* Its SYN; the numbers count from before those of both SYNs */
static const struct mini_t_rec *rx_syn(struct mini_t *t)
{
	const struct mini_t_rec *rec;

	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN));
	rec = mini_t_next(t);
	if (rec)
		mini_t_set_isn(t, rec->seq, t->irs);
	return rec;
}

static void flood(struct mini_t *t, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		next_peer(t, i);
		MINI_T_TRUE(t, rx_syn(t));
		mini_t_expect_nothing(t);
	}
	next_peer(t, n);
}

/* Both ways, more than fits into one segment */
static void exchange(struct mini_t *t)
{
	MINI_T_EQ(t, mini_t_accept(t), 0);
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1, .len = 1000));
	mini_t_expect_tx(t, SEG(.seq = 1, .ack = 1001));
	MINI_T_EQ(t, mini_t_recv(t, 2000), 1000);
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_expect_tx(t, SEG(.seq = 1, .ack = 1001, .len = 100));
	mini_t_rx(t, AT_NOW, SEG(.seq = 1001, .ack = 101));
	mini_t_expect_state(t, TCP_ESTABLISHED);
	MINI_T_EQ(t, mini_flight(mini_t_msk(t)), 0);
}

/*
 * A thousand SYNs and no end of any: what they cost is bounded, each is
 * answered once, and an honest peer connects and is served
 */
static void honest_among_thousand(struct kunit *test, bool options)
{
	struct mini_t *t = listener(test, options);
	unsigned long sent = counted(t, MINI_MIB_SYNCOOKIES_SENT);
	unsigned long recv = counted(t, MINI_MIB_SYNCOOKIES_RECV);

	flood(t, 1000);
	MINI_T_EQ(t, nr_half_open(t), HALF_OPEN);
	MINI_T_EQ(t, nr_timers(t), HALF_OPEN);
	MINI_T_TRUE(t, rx_syn(t));
	MINI_T_EQ(t, nr_half_open(t), HALF_OPEN);
	mini_t_rx(t, AT_MS(50), SEG(.seq = 1, .ack = 1));
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, nr_half_open(t), HALF_OPEN);
	MINI_T_EQ(t, counted(t, MINI_MIB_SYNCOOKIES_SENT) - sent,
		  1001 - HALF_OPEN);
	MINI_T_EQ(t, counted(t, MINI_MIB_SYNCOOKIES_RECV) - recv, 1);
	exchange(t);
}

/* Proves: SF-1, SF-2, SF-3 */
static void flood_lets_the_honest_in(struct kunit *test)
{
	honest_among_thousand(test, false);
}

/* Proves: SF-2, SF-6 */
static void flood_lets_the_honest_in_with_options(struct kunit *test)
{
	honest_among_thousand(test, true);
}

/*
 * Room in the SYN queue: a half-open connection like any other
 * Proves: SF-7
 */
static void no_cookie_without_pressure(struct kunit *test)
{
	struct mini_t *t = listener(test, false);
	unsigned long sent = counted(t, MINI_MIB_SYNCOOKIES_SENT);
	const struct mini_t_rec *rec;
	u32 i;

	for (i = 0; i < HALF_OPEN; i++) {
		next_peer(t, i);
		rec = rx_syn(t);
		MINI_T_TRUE(t, rec && rec->sack_ok && rec->ws);
		MINI_T_EQ(t, t->iss, MINI_T_ISS);
		MINI_T_EQ(t, nr_half_open(t), i + 1);
	}
	MINI_T_EQ(t, counted(t, MINI_MIB_SYNCOOKIES_SENT), sent);
	/* the last place is taken; it ends, and there is room again */
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1));
	next_peer(t, 100);
	MINI_T_TRUE(t, rx_syn(t));
	MINI_T_EQ(t, counted(t, MINI_MIB_SYNCOOKIES_SENT), sent);
}

/*
 * One SYN,ACK and then silence: no state, no timer
 * Proves: SF-3
 */
static void nothing_is_left_of_it(struct kunit *test)
{
	struct mini_t *t = always(test, true);

	MINI_T_TRUE(t, rx_syn(t));
	MINI_T_EQ(t, nr_half_open(t), 0);
	MINI_T_TRUE(t, mini_t_timers_idle(t));
	mini_t_expect_state(t, TCP_LISTEN);
	mini_t_goto(t, AT_MS(300 * 1000));
	mini_t_expect_nothing(t);
}

/*
 * Without timestamps nothing is agreed that would be forgotten
 * Proves: SF-6
 */
static void no_options_without_timestamps(struct kunit *test)
{
	struct mini_t *t = always(test, false);
	const struct mini_t_rec *rec = rx_syn(t);

	MINI_T_TRUE(t, rec && !rec->ws && !rec->sack_ok && !rec->has_ts);
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1));
	MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_TRUE(t, !mini_t_msk(t)->rcv.wscale_ok);
	MINI_T_TRUE(t, !mini_t_msk(t)->snd.sack_ok);
	MINI_T_TRUE(t, !mini_t_msk(t)->ts.ok);
	MINI_T_EQ(t, mini_t_msk(t)->snd.mss, MINI_T_MSS);
	MINI_T_EQ(t, mini_t_msk(t)->snd.wnd, t->peer_wnd);
}

/* ECN is not agreed on either, with timestamps or without */
static void no_ecn(struct kunit *test)
{
	struct mini_t *t = always(test, true);

	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN | MINI_ECE | MINI_CWR));
	mini_t_expect_tx(t, SEG(.flags = MINI_SYN | MINI_ACK, .any_seq = true,
				.ack = 1));
	MINI_T_EQ(t, nr_half_open(t), 0);
}

/*
 * With them all options are kept
 * Proves: SF-6
 */
static void timestamps_keep_the_options(struct kunit *test)
{
	struct mini_t *t = always(test, true);
	const struct mini_t_rec *rec = rx_syn(t);
	u8 ws;

	MINI_T_TRUE(t, rec && rec->ws && rec->sack_ok && rec->has_ts);
	ws = t->our_ws - 1;
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1));
	MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_TRUE(t, mini_t_msk(t)->rcv.wscale_ok);
	MINI_T_EQ(t, mini_t_msk(t)->rcv.wscale, ws);
	MINI_T_EQ(t, mini_t_msk(t)->snd.wscale, 3);
	MINI_T_TRUE(t, mini_t_msk(t)->snd.sack_ok);
	MINI_T_TRUE(t, mini_t_msk(t)->ts.ok);
	/* a hole is told of */
	mini_t_rx(t, AT_NOW, SEG(.seq = 101, .ack = 1, .len = 100));
	rec = mini_t_next(t);
	MINI_T_TRUE(t, rec && rec->has_ts && rec->nr_sack == 1);
}

/*
 * Each bit wrong once: a RST, and no connection
 * Proves: SF-5
 */
static void forged_is_refused(struct kunit *test)
{
	struct mini_t *t = always(test, true);
	unsigned long failed = counted(t, MINI_MIB_SYNCOOKIES_FAILED);
	u32 bit, ack;

	MINI_T_TRUE(t, rx_syn(t));
	for (bit = 0; bit < 32; bit++) {
		ack = ((t->iss ^ BIT(bit)) + 1) - t->iss;
		mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = ack));
		mini_t_expect_tx(t, SEG(.flags = MINI_RST, .seq = ack));
		mini_t_expect_state(t, TCP_LISTEN);
	}
	MINI_T_EQ(t, counted(t, MINI_MIB_SYNCOOKIES_FAILED) - failed, 32);
	/* another SYN than the peer's, a SYN once more, an echo made up */
	mini_t_rx(t, AT_NOW, SEG(.seq = 2, .ack = 1));
	mini_t_expect_tx(t, SEG(.flags = MINI_RST, .seq = 1));
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN | MINI_ACK, .seq = 1,
				 .ack = 1));
	mini_t_expect_tx(t, SEG(.flags = MINI_RST, .seq = 1));
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1, .ecr = t->our_tsval ^ 1));
	mini_t_expect_tx(t, SEG(.flags = MINI_RST, .seq = 1));
	MINI_T_EQ(t, t->listener->sk->sk_ack_backlog, 0);
	/* and the true one */
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1));
	mini_t_expect_state(t, TCP_ESTABLISHED);
}

/*
 * A slot later it is good, two later it is not, though others are about
 * Proves: SF-5
 */
static void old_is_refused(struct kunit *test)
{
	struct mini_t *t = always(test, true);
	u64 slot_ms = SLOT_US / USEC_PER_MSEC;
	u32 iss;

	MINI_T_TRUE(t, rx_syn(t));
	iss = t->iss;
	mini_t_advance_ms(t, 2 * slot_ms);
	/* none of late: nobody looks at it */
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1));
	mini_t_expect_tx(t, SEG(.flags = MINI_RST, .seq = 1));
	next_peer(t, 1);
	MINI_T_TRUE(t, rx_syn(t));
	next_peer(t, 0);
	mini_t_set_isn(t, iss, t->irs);
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1));
	mini_t_expect_tx(t, SEG(.flags = MINI_RST, .seq = 1));
	MINI_T_TRUE(t, rx_syn(t));
	MINI_T_TRUE(t, t->iss != iss);
	mini_t_advance_ms(t, slot_ms);
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1));
	mini_t_expect_state(t, TCP_ESTABLISHED);
}

/*
 * No cookie is out: an ACK is refused as ever, and not looked at
 * Proves: SF-7
 */
static void ack_without_cookies_is_not_looked_at(struct kunit *test)
{
	struct mini_t *t = listener(test, false);
	unsigned long failed = counted(t, MINI_MIB_SYNCOOKIES_FAILED);

	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1));
	mini_t_expect_tx(t, SEG(.flags = MINI_RST, .seq = 1));
	MINI_T_EQ(t, counted(t, MINI_MIB_SYNCOOKIES_FAILED), failed);
}

/*
 * The ACK brings data, and a FIN
 * Proves: SF-8
 */
static void data_rides_on_the_ack(struct kunit *test)
{
	struct mini_t *t = always(test, true);

	MINI_T_TRUE(t, rx_syn(t));
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_ACK | MINI_FIN, .seq = 1,
				 .ack = 1, .len = 500));
	mini_t_expect_tx(t, SEG(.seq = 1, .ack = 502));
	MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_EQ(t, mini_t_recv(t, 1000), 500);
	MINI_T_EQ(t, mini_t_recv(t, 1000), 0);
	mini_t_expect_state(t, TCP_CLOSE_WAIT);
}

/* Nobody accepts: the ACK is dropped without a word, and counts later */
static void full_accept_queue_drops_the_ack(struct kunit *test)
{
	struct mini_t *t = always(test, true);
	u32 i, iss;

	MINI_T_TRUE(t, rx_syn(t));
	iss = t->iss;
	for (i = 1; i <= HALF_OPEN; i++) {
		next_peer(t, i);
		MINI_T_TRUE(t, rx_syn(t));
		mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1));
		mini_t_expect_state(t, TCP_ESTABLISHED);
	}
	next_peer(t, 0);
	mini_t_set_isn(t, iss, t->irs);
	t->our_ts = true;
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1));
	mini_t_expect_nothing(t);
	mini_t_expect_state(t, TCP_LISTEN);
	MINI_T_EQ(t, nr_half_open(t), 0);
	MINI_T_EQ(t, mini_t_accept(t), 0);
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1, .len = 10));
	mini_t_expect_state(t, TCP_ESTABLISHED);
}

/* How long the handshake took nobody knows: RTO as before any sample */
static void no_sample_without_timestamps(struct kunit *test)
{
	struct mini_t *t = always(test, false);

	MINI_T_TRUE(t, rx_syn(t));
	mini_t_rx(t, AT_MS(10), SEG(.seq = 1, .ack = 1));
	MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_EQ(t, mini_t_msk(t)->rtt.srtt_us8, 0);
	MINI_T_EQ(t, mini_rtt_rto_us(&mini_t_msk(t)->rtt), MINI_RTO_INIT_US);
	MINI_T_EQ(t, mini_t_msk(t)->cc.cwnd, MINI_IW_SEGS * MINI_T_MSS);
}

/* The echo says so, and rather too long a time than too short a one */
static void sample_errs_on_the_safe_side(struct kunit *test)
{
	struct mini_t *t = always(test, true);
	u32 srtt_us;

	MINI_T_TRUE(t, rx_syn(t));
	mini_t_rx(t, AT_MS(10), SEG(.seq = 1, .ack = 1));
	MINI_T_EQ(t, mini_t_accept(t), 0);
	srtt_us = mini_t_msk(t)->rtt.srtt_us8 / 8;
	MINI_T_TRUE(t, srtt_us >= AT_MS(10));
	MINI_T_TRUE(t, srtt_us <= AT_MS(10 + 67));
}

/* No cookie can say so small an MSS; one that is not named is 536 */
static void small_mss_has_no_cookie(struct kunit *test)
{
	struct mini_t *t = listener(test, false);

	flood(t, HALF_OPEN);
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN, .mss = 535));
	mini_t_expect_nothing(t);
	t->peer_mss = MINI_T_NOMSS;
	MINI_T_TRUE(t, rx_syn(t));
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1));
	MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_EQ(t, mini_t_msk(t)->snd.mss, MINI_MSS_DEFAULT);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_mss),
	KUNIT_CASE(each_part_of_the_syn_counts),
	KUNIT_CASE(each_bit_counts),
	KUNIT_CASE(good_for_two_slots),
	KUNIT_CASE(options_fit_into_tsval),
	KUNIT_CASE(flood_lets_the_honest_in),
	KUNIT_CASE(flood_lets_the_honest_in_with_options),
	KUNIT_CASE(no_cookie_without_pressure),
	KUNIT_CASE(nothing_is_left_of_it),
	KUNIT_CASE(no_options_without_timestamps),
	KUNIT_CASE(no_ecn),
	KUNIT_CASE(timestamps_keep_the_options),
	KUNIT_CASE(forged_is_refused),
	KUNIT_CASE(old_is_refused),
	KUNIT_CASE(ack_without_cookies_is_not_looked_at),
	KUNIT_CASE(data_rides_on_the_ack),
	KUNIT_CASE(full_accept_queue_drops_the_ack),
	KUNIT_CASE(no_sample_without_timestamps),
	KUNIT_CASE(sample_errs_on_the_safe_side),
	KUNIT_CASE(small_mss_has_no_cookie),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_cookie",
	.test_cases = cases,
};

kunit_test_suites(&suite);
