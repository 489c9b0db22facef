// SPDX-License-Identifier: GPL-2.0-only
/*
 * Explicit congestion notification (RFC 3168). The harness holds every segment
 * of ours to the rules as well: ECT on new data only and when it was agreed
 * on, CWR on nothing else, and in the first piece of a packet that is cut.
 */
#include <linux/in.h>
#include <net/sock.h>
#include "harness.h"

#define MSS	MINI_T_MSS
#define RTT	MINI_T_RTT_MS
#define ECT	MINI_ECN_ECT0
#define CE	MINI_ECN_CE
#define ECE	(MINI_ACK | MINI_ECE)
#define CWR	(MINI_ACK | MINI_CWR)

static u32 mib(struct mini_t *t, enum mini_mib which)
{
	return mini_mib_sum(t->mn, which);
}

/* A peer that agrees to ECN when we ask for it */
static struct mini_t *world(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	t->mn->sysctl.ecn = MINI_ECN_REQUEST;
	t->mn->sysctl.early_retrans = 0;
	t->peer_ecn = true;
	return t;
}

static struct mini_t *established(struct kunit *test)
{
	struct mini_t *t = world(test);

	mini_t_to_established(t);
	MINI_T_TRUE(t, mini_t_msk(t)->ecn.ok);
	return t;
}

/* @n segments are out, and as many wait for room in the window */
static void segs_out(struct mini_t *t, u32 n)
{
	mini_t_msk(t)->cc.cwnd = n * MSS;
	MINI_T_EQ(t, mini_t_send(t, 2 * n * MSS), 2 * n * MSS);
	MINI_T_EQ(t, mini_t_pending(t), n);
	mini_t_drain(t);
}

static void expect_new(struct mini_t *t, u16 flags, u32 nr)
{
	mini_t_expect_tx(t, SEG(.flags = flags, .seq = nr * MSS, .len = MSS,
				.ecn = ECT));
}

static void ack(struct mini_t *t, u16 flags, u32 nr)
{
	mini_t_rx(t, AT_NOW, SEG(.flags = flags, .ack = nr * MSS));
}

/* One segment of ours, and whether it may be marked */
static void expect_use(struct mini_t *t, bool used)
{
	MINI_T_EQ(t, mini_t_msk(t)->ecn.ok, used);
	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_tx(t, SEG(.len = 10, .ecn = used ? ECT : 0));
}

/*
 * The builder's SYN,ACK has ECE and not CWR, and no ECT
 * Proves: ECN-1, ECN-3, ECN-7, SHLD-8
 */
static void agrees_when_asked(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);
	u32 before = mib(t, MINI_MIB_ECN_AGREED);

	t->peer_ecn = true;
	mini_t_to_established_passive(t);
	expect_use(t, true);
	MINI_T_EQ(t, mib(t, MINI_MIB_ECN_AGREED), before + 1);
}

/* Proves: ECN-1, ECN-2 */
static void not_asked(struct kunit *test)
{
	expect_use(mini_t_established_passive(test), false);
}

/* Proves: ECN-1, ECN-2 */
static void switched_off(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	t->mn->sysctl.ecn = MINI_ECN_OFF;
	t->peer_ecn = true;
	mini_t_to_established_passive(t);
	expect_use(t, false);
}

static const u16 odd_syns[] = {
	MINI_SYN | MINI_ECE, MINI_SYN | MINI_CWR,
};

static void odd_syn_desc(const u16 *flags, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "flags %02x", *flags);
}

KUNIT_ARRAY_PARAM(odd_syn, odd_syns, odd_syn_desc);

/*
 * Half of the question is none; the SYN is answered all the same
 * Proves: ECN-1
 */
static void odd_syn_is_a_syn(struct kunit *test)
{
	const u16 *flags = test->param_value;
	struct mini_t *t = mini_t_listen(test);

	mini_t_rx(t, AT_NOW, SEG(.flags = *flags));
	mini_t_expect_tx(t, SEG(.flags = MINI_SYN | MINI_ACK, .ack = 1));
	mini_t_expect_state(t, TCP_SYN_RECV);
}

/*
 * It asked, and then asks no more: somebody on the way minds
 * Proves: ECN-2
 */
static void plain_syn_takes_it_back(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	t->peer_ecn = true;
	mini_t_to_syn_rcvd_passive(t);
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN, .seq = -1));
	mini_t_expect_tx(t, SEG(.flags = MINI_SYN | MINI_ACK, .seq = -1));
	mini_t_rx(t, AT_NOW, SEG());
	MINI_T_EQ(t, mini_t_accept(t), 0);
	expect_use(t, false);
}

/*
 * The builder's SYN has both flags, and no ECT
 * Proves: ECN-1, ECN-3, ECN-4, ECN-7
 */
static void asks_when_told_to(struct kunit *test)
{
	expect_use(established(test), true);
}

/* The default: we agree, and do not ask */
static void asks_not_by_itself(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_sent(test);	/* a plain SYN */

	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN | MINI_ACK | MINI_ECE));
	mini_t_expect_tx(t, SEG(.ack = 1));
	MINI_T_TRUE(t, !mini_t_msk(t)->ecn.ok);
}

/* net.mini.tcp_ecn_fallback: a SYN that is sent again asks no more, or does */
static void silence_is_a_refusal(struct kunit *test)
{
	u32 before, i;

	for (i = 0; i < 2; i++) {
		struct mini_t *t = mini_t_new(test);

		before = mib(t, MINI_MIB_ECN_FALLBACKS);
		t->mn->sysctl.ecn = MINI_ECN_REQUEST;
		t->mn->sysctl.ecn_fallback = i;
		mini_t_to_syn_sent(t);
		mini_t_advance_ms(t, 1000);
		mini_t_expect_tx(t, SEG(.flags = i ? MINI_SYN :
					MINI_SYN | MINI_ECE | MINI_CWR,
					.seq = -1));
		MINI_T_EQ(t, mib(t, MINI_MIB_ECN_FALLBACKS) - before, i);
		mini_t_end(t);
	}
}

static const u16 refusals[] = {
	MINI_SYN | MINI_ACK,
	MINI_SYN | MINI_ACK | MINI_ECE | MINI_CWR,	/* a mere echo */
	MINI_SYN | MINI_ACK | MINI_CWR,
};

KUNIT_ARRAY_PARAM(refusal, refusals, odd_syn_desc);

/* Proves: ECN-1, ECN-2 */
static void peer_refuses(struct kunit *test)
{
	const u16 *flags = test->param_value;
	struct mini_t *t = world(test);

	mini_t_to_syn_sent(t);
	mini_t_rx(t, AT_NOW, SEG(.flags = *flags));
	mini_t_expect_tx(t, SEG(.ack = 1));
	mini_t_zero(t);
	expect_use(t, false);
}

/* Both ask at once, and both agree */
static void simultaneous_open(struct kunit *test)
{
	struct mini_t *t = world(test);

	mini_t_to_syn_sent(t);
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN | MINI_ECE | MINI_CWR));
	mini_t_expect_tx(t, SEG(.flags = MINI_SYN | MINI_ACK | MINI_ECE,
				.seq = -1, .ack = 1));
	mini_t_zero(t);
	mini_t_rx(t, AT_NOW, SEG());
	expect_use(t, true);
}

/*
 * An agreement that comes late does not count: the other SYN may be what the
 * peer goes by
 * Proves: ECN-12, ECN-2
 */
static void unanswered_syn_asks_no_more(struct kunit *test)
{
	struct mini_t *t = world(test);

	mini_t_to_syn_sent(t);
	mini_t_expect_tx_at(t, AT_MS(1000), SEG(.flags = MINI_SYN, .seq = -1));
	mini_t_expect_tx_at(t, AT_MS(3000), SEG(.flags = MINI_SYN, .seq = -1));
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN | MINI_ACK | MINI_ECE));
	mini_t_expect_tx(t, SEG(.ack = 1));
	mini_t_zero(t);
	expect_use(t, false);
}

/* Proves: ECN-4 */
static void no_ect_without_data(struct kunit *test)
{
	struct mini_t *t = established(test);

	mini_t_rx(t, AT_NOW, SEG(.len = 10));
	mini_t_expect_tx(t, SEG(.ack = 10));
	MINI_T_EQ(t, mini_t_shutdown(t, SHUT_WR), 0);
	mini_t_expect_tx(t, SEG(.flags = MINI_FIN | MINI_ACK, .ack = 10));
}

/* Proves: ECN-5, ECN-10 */
static void no_ect_on_what_is_sent_again(struct kunit *test)
{
	struct mini_t *t = established(test);

	MINI_T_EQ(t, mini_t_send(t, MSS), MSS);
	expect_new(t, MINI_ACK, 0);
	mini_t_expect_tx_at(t, AT_MS(MINI_T_RTO_MS), SEG(.len = MSS));
	ack(t, MINI_ACK, 1);
	/* the timeout was a reduction as well: what is new says so, once */
	MINI_T_EQ(t, mini_t_send(t, MSS), MSS);
	expect_new(t, CWR, 1);
	ack(t, MINI_ACK, 2);
	MINI_T_EQ(t, mini_t_send(t, MSS), MSS);
	expect_new(t, MINI_ACK, 2);
}

/* Proves: ECN-6 */
static void no_ect_on_a_window_probe(struct kunit *test)
{
	struct mini_t *t = established(test);

	mini_t_rx(t, AT_NOW, SEG(.wnd = MINI_T_SHUT));
	mini_t_msk(t)->ecn.cwr = true;
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_expect_nothing(t);
	mini_t_expect_tx_at(t, AT_MS(MINI_T_RTO_MS), SEG(.len = 1));
	mini_t_rx(t, AT_NOW, SEG());		/* open, and not taken */
	mini_t_expect_tx(t, SEG(.len = 1));	/* again */
	mini_t_rx(t, AT_NOW, SEG(.ack = 1));
	mini_t_expect_tx(t, SEG(.flags = CWR, .seq = 1, .len = 99,
				.ecn = ECT));
}

/* Proves: ECN-8, SHLD-8 */
static void mark_is_echoed_until_cwr(struct kunit *test)
{
	struct mini_t *t = established(test);
	u32 before = mib(t, MINI_MIB_ECN_MARKS);

	mini_t_rx(t, AT_NOW, SEG(.len = 100, .ecn = ECT));
	mini_t_expect_tx(t, SEG(.ack = 100));
	mini_t_rx(t, AT_NOW, SEG(.seq = 100, .len = 100, .ecn = CE));
	mini_t_expect_tx(t, SEG(.flags = ECE, .ack = 200));
	mini_t_rx(t, AT_NOW, SEG(.seq = 200, .len = 100, .ecn = ECT));
	mini_t_expect_tx(t, SEG(.flags = ECE, .ack = 300));
	/* data of ours carries an ACK too */
	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_tx(t, SEG(.flags = ECE, .len = 10, .ack = 300,
				.ecn = ECT));
	mini_t_rx(t, AT_NOW, SEG(.flags = CWR, .ack = 10, .seq = 300,
				 .len = 100, .ecn = ECT));
	mini_t_expect_tx(t, SEG(.seq = 10, .ack = 400));
	MINI_T_EQ(t, mib(t, MINI_MIB_ECN_MARKS), before + 1);
}

/*
 * The first of a new window, and marked again
 * Proves: ECN-8
 */
static void cwr_with_a_mark_goes_on(struct kunit *test)
{
	struct mini_t *t = established(test);

	mini_t_rx(t, AT_NOW, SEG(.len = 100, .ecn = CE));
	mini_t_expect_tx(t, SEG(.flags = ECE, .ack = 100));
	mini_t_rx(t, AT_NOW, SEG(.flags = CWR, .seq = 100, .len = 100,
				 .ecn = CE));
	mini_t_expect_tx(t, SEG(.flags = ECE, .ack = 200));
}

/*
 * Neither mark nor CWR waits for the delay timer, and an ACK that does is
 * not without ECE
 * Proves: ECN-8
 */
static void mark_is_echoed_at_once(struct kunit *test)
{
	struct mini_t *t = established(test);

	mini_t_slow_acks(t);
	mini_t_rx(t, AT_NOW, SEG(.len = 100, .ecn = CE));
	mini_t_expect_tx(t, SEG(.flags = ECE, .ack = 100));
	/* the peer may be down to a window of one segment */
	mini_t_rx(t, AT_MS(0), SEG(.seq = 100, .len = 100, .ecn = ECT));
	mini_t_expect_tx(t, SEG(.flags = ECE, .ack = 200));
	mini_t_rx(t, AT_MS(0), SEG(.seq = 200, .len = 100, .ecn = ECT));
	mini_t_expect_tx_at(t, AT_MS(40), SEG(.flags = ECE, .ack = 300));
	mini_t_rx(t, AT_NOW, SEG(.flags = CWR, .seq = 300, .len = 100,
				 .ecn = ECT));
	mini_t_expect_tx(t, SEG(.ack = 400));
	/* no mark after marks: it was sent again, and marks were not all */
	mini_t_slow_acks(t);
	mini_t_rx(t, AT_NOW, SEG(.seq = 400, .len = 100));
	mini_t_expect_tx(t, SEG(.ack = 500));
}

/* Proves: ECN-5 */
static void marks_out_of_the_window(struct kunit *test)
{
	struct mini_t *t = established(test);

	mini_t_rx(t, AT_NOW, SEG(.len = 100, .ecn = ECT));
	mini_t_expect_tx(t, SEG(.ack = 100));
	mini_t_rx(t, AT_NOW, SEG(.len = 100, .ecn = CE));
	mini_t_expect_tx(t, SEG(.ack = 100));
	mini_t_rx(t, AT_NOW, SEG(.seq = MINI_T_FAR, .len = 100, .ecn = CE));
	mini_t_expect_tx(t, SEG(.ack = 100));
	mini_t_rx(t, AT_NOW, SEG(.seq = 100, .ecn = CE));
	mini_t_expect_nothing(t);
	/* one octet that is new makes the difference */
	mini_t_rx(t, AT_NOW, SEG(.len = 101, .ecn = CE));
	mini_t_expect_tx(t, SEG(.flags = ECE, .ack = 101));
}

/* Proves: ECN-8 */
static void mark_beyond_a_hole(struct kunit *test)
{
	struct mini_t *t = established(test);

	mini_t_rx(t, AT_NOW, SEG(.seq = 100, .len = 100, .ecn = CE));
	mini_t_expect_tx(t, SEG(.flags = ECE));
	mini_t_rx(t, AT_NOW, SEG(.len = 100));
	mini_t_expect_tx(t, SEG(.flags = ECE, .ack = 200));
}

/* Proves: ECN-2 */
static void marks_mean_nothing_when_not_agreed(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_rx(t, AT_NOW, SEG(.len = 100, .ecn = CE));
	mini_t_expect_tx(t, SEG(.ack = 100));
	segs_out(t, 4);
	mini_t_rx(t, AT_NOW, SEG(.flags = ECE, .ack = MSS, .seq = 100));
	MINI_T_EQ(t, mini_t_msk(t)->cc.state, MINI_CA_OPEN);
	MINI_T_TRUE(t, mini_t_msk(t)->cc.cwnd >= 4 * MSS);
	mini_t_drain(t);
}

/*
 * Down to half, in the flow of PRR; CWR in the first that is new; the ECEs of
 * the same round trip, up to the ACK of all of it, reduce nothing more
 * Proves: ECN-9, ECN-10, SHLD-8
 */
static void echo_halves_once(struct kunit *test)
{
	struct mini_t *t = world(test);
	u32 before = mib(t, MINI_MIB_ECN_CUTS), nr;

	t->peer_sack = true;
	mini_t_to_established(t);
	segs_out(t, 10);
	mini_t_goto(t, AT_MS(RTT));
	ack(t, ECE, 1);
	MINI_T_EQ(t, mini_t_msk(t)->cc.state, MINI_CA_CWR);
	MINI_T_EQ(t, mini_t_msk(t)->cc.ssthresh, 5 * MSS);
	expect_new(t, CWR, 10);
	for (nr = 2; nr <= 10; nr++)
		ack(t, ECE, nr);
	for (nr = 11; nr < 15; nr++)
		expect_new(t, MINI_ACK, nr);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mini_t_msk(t)->cc.state, MINI_CA_OPEN);
	MINI_T_EQ(t, mini_t_msk(t)->cc.cwnd, 5 * MSS);
	MINI_T_EQ(t, mib(t, MINI_MIB_ECN_CUTS), before + 1);
	MINI_T_EQ(t, mini_t_msk(t)->total_retrans, 0);
	/* the next round trip is marked as well */
	ack(t, ECE, 11);
	MINI_T_EQ(t, mib(t, MINI_MIB_ECN_CUTS), before + 2);
	MINI_T_EQ(t, mini_t_msk(t)->cc.ssthresh, 5 * MSS / 2);
	expect_new(t, CWR, 15);
}

/*
 * The same with a peer that has no SACK: at once, by waiting
 * Proves: ECN-9, ECN-10
 */
static void echo_halves_without_sack(struct kunit *test)
{
	struct mini_t *t = established(test);
	u32 nr;

	segs_out(t, 10);
	mini_t_goto(t, AT_MS(RTT));
	for (nr = 1; nr <= 5; nr++)
		ack(t, ECE, nr);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mini_t_msk(t)->cc.cwnd, 5 * MSS);
	ack(t, ECE, 6);
	expect_new(t, CWR, 10);
	for (nr = 7; nr <= 10; nr++)
		ack(t, ECE, nr);
	for (nr = 11; nr < 15; nr++)
		expect_new(t, MINI_ACK, nr);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mini_t_msk(t)->cc.cwnd, 5 * MSS);
	/* fast retransmit works on: the first of the next round trip is lost */
	for (nr = 0; nr < 3; nr++)
		ack(t, MINI_ACK, 10);
	mini_t_expect_tx(t, SEG(.seq = 15 * MSS, .len = MSS, .ecn = ECT));
	mini_t_expect_tx(t, SEG(.seq = 16 * MSS, .len = MSS, .ecn = ECT));
	mini_t_expect_tx(t, SEG(.seq = 10 * MSS, .len = MSS));
	MINI_T_EQ(t, mini_t_msk(t)->cc.state, MINI_CA_RECOVERY);
}

/*
 * A loss is a reduction, too: what is sent again does not say it, what is new
 * does; and a mark of the same round trip adds nothing
 * Proves: ECN-5, ECN-9, ECN-10
 */
static void loss_says_cwr(struct kunit *test)
{
	struct mini_t *t = world(test);
	u32 before = mib(t, MINI_MIB_ECN_CUTS);

	t->peer_sack = true;
	mini_t_to_established(t);
	segs_out(t, 10);
	mini_t_rx(t, AT_MS(RTT), SEG(.nr_sack = 1,
				     .sack = { { MSS, 4 * MSS } }));
	mini_t_expect_tx(t, SEG(.len = MSS));
	MINI_T_EQ(t, mini_t_msk(t)->cc.ssthresh, 5 * MSS);
	mini_t_rx(t, AT_NOW, SEG(.flags = ECE, .nr_sack = 1,
				 .sack = { { MSS, 7 * MSS } }));
	expect_new(t, CWR, 10);
	MINI_T_EQ(t, mini_t_msk(t)->cc.ssthresh, 5 * MSS);
	MINI_T_EQ(t, mib(t, MINI_MIB_ECN_CUTS), before);
	mini_t_drain(t);
}

/* A loss that was none, and a mark: the mark's half stays */
static void undo_leaves_the_mark(struct kunit *test)
{
	struct mini_t *t = world(test);

	t->peer_sack = true;
	mini_t_to_established(t);
	segs_out(t, 10);
	mini_t_rx(t, AT_MS(RTT), SEG(.flags = ECE, .nr_sack = 1,
				     .sack = { { MSS, 4 * MSS } }));
	MINI_T_EQ(t, mini_t_msk(t)->cc.state, MINI_CA_RECOVERY);
	/* it comes twice: by the duplicate nothing was lost */
	mini_t_rx(t, AT_NOW, SEG(.flags = ECE, .ack = 4 * MSS, .nr_sack = 1,
				 .sack = { { 0, MSS } }));
	MINI_T_EQ(t, mini_t_msk(t)->cc.state, MINI_CA_OPEN);
	MINI_T_TRUE(t, mini_t_msk(t)->cc.cwnd < 10 * MSS);
	MINI_T_EQ(t, mini_t_msk(t)->cc.ssthresh, 5 * MSS);
	mini_t_drain(t);
}

/*
 * Marked on and on: down to one segment, which waits for the timer then
 * Proves: ECN-11, CU-8
 */
static void one_segment_waits_for_the_timer(struct kunit *test)
{
	struct mini_t *t = established(test);
	struct mini_sock *msk = mini_t_msk(t);

	msk->cc.cwnd = 2 * MSS;
	MINI_T_EQ(t, mini_t_send(t, 6 * MSS), 6 * MSS);
	mini_t_drain(t);
	mini_t_goto(t, AT_MS(RTT));
	ack(t, ECE, 2);
	MINI_T_EQ(t, msk->cc.cwnd, MSS);
	expect_new(t, CWR, 2);
	mini_t_expect_nothing(t);
	mini_t_goto(t, AT_MS(2 * RTT));
	ack(t, ECE, 3);
	MINI_T_EQ(t, msk->cc.cwnd, MSS);
	mini_t_expect_tx_at(t, AT_MS(2 * RTT) + mini_rtt_rto_us(&msk->rtt),
			    SEG(.flags = CWR, .seq = 3 * MSS, .len = MSS,
				.ecn = ECT));
	/* and unmarked the wait is over */
	mini_t_advance_ms(t, RTT);
	ack(t, MINI_ACK, 4);
	expect_new(t, MINI_ACK, 4);
	mini_t_drain(t);
}

/* Proves: MUST-48 */
static void users_tos_is_not_ecn(struct kunit *test)
{
	struct mini_t *t = established(test);
	int tos = 0xbb;

	MINI_T_EQ(t, t->sock->ops->setsockopt(t->sock, SOL_IP, IP_TOS,
					      KERNEL_SOCKPTR(&tos),
					      sizeof(tos)), 0);
	MINI_T_EQ(t, mini_t_msk(t)->inet.tos, 0xb8);
	expect_use(t, true);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(agrees_when_asked),
	KUNIT_CASE(not_asked),
	KUNIT_CASE(switched_off),
	KUNIT_CASE_PARAM(odd_syn_is_a_syn, odd_syn_gen_params),
	KUNIT_CASE(plain_syn_takes_it_back),
	KUNIT_CASE(asks_when_told_to),
	KUNIT_CASE(silence_is_a_refusal),
	KUNIT_CASE(asks_not_by_itself),
	KUNIT_CASE_PARAM(peer_refuses, refusal_gen_params),
	KUNIT_CASE(simultaneous_open),
	KUNIT_CASE(unanswered_syn_asks_no_more),
	KUNIT_CASE(no_ect_without_data),
	KUNIT_CASE(no_ect_on_what_is_sent_again),
	KUNIT_CASE(no_ect_on_a_window_probe),
	KUNIT_CASE(mark_is_echoed_until_cwr),
	KUNIT_CASE(cwr_with_a_mark_goes_on),
	KUNIT_CASE(mark_is_echoed_at_once),
	KUNIT_CASE(marks_out_of_the_window),
	KUNIT_CASE(mark_beyond_a_hole),
	KUNIT_CASE(marks_mean_nothing_when_not_agreed),
	KUNIT_CASE(echo_halves_once),
	KUNIT_CASE(echo_halves_without_sack),
	KUNIT_CASE(loss_says_cwr),
	KUNIT_CASE(undo_leaves_the_mark),
	KUNIT_CASE(one_segment_waits_for_the_timer),
	KUNIT_CASE(users_tos_is_not_ecn),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_ecn",
	.test_cases = cases,
};

kunit_test_suites(&suite);
