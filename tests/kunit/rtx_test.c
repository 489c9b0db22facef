// SPDX-License-Identifier: GPL-2.0-only
/*
 * The retransmission queue: RFC 6298 timeouts, RFC 5681 and RFC 6582 loss
 * recovery, RFC 9293 3.8.6 windows that shut and shrink. Congestion control
 * is NewReno.
 */
#include <linux/in.h>
#include "harness.h"

#define MSS	MINI_T_MSS
#define RTO	MINI_T_RTO_MS

static struct mini_cc *cc(struct mini_t *t)
{
	return &mini_t_msk(t)->cc;
}

/* @n full segments are out */
static struct mini_t *with_segs_out(struct kunit *test, u32 n)
{
	struct mini_t *t = mini_t_established(test);
	u32 i;

	MINI_T_EQ(t, mini_t_send(t, n * MSS), n * MSS);
	for (i = 0; i < n; i++)
		mini_t_expect_tx(t, SEG(.seq = i * MSS, .len = MSS));
	mini_t_expect_nothing(t);
	return t;
}

static void dup_acks(struct mini_t *t, u32 n, s32 ack)
{
	while (n--)
		mini_t_rx(t, AT_NOW, SEG(.ack = ack));
}

/*
 * At 1, 2, 4, 8 ... x RTO, never a moment earlier
 * Proves: MUST-19, RTO-8, RTO-10, LD-6
 */
static void timeouts_back_off(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 gap = RTO, at = 0, i;

	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_expect_tx(t, SEG(.len = 100));
	for (i = 0; i < 6; i++, gap *= 2) {
		at += gap;
		mini_t_expect_tx_at(t, AT_MS(at), SEG(.len = 100));
		mini_t_expect_nothing(t);
	}
	mini_t_rx(t, AT_NOW, SEG(.ack = 100));
	mini_t_advance_ms(t, 1000 * 1000);
	mini_t_expect_nothing(t);
}

/*
 * The gaps stop growing at 120 s
 * Proves: RTO-5, LD-8
 */
static void timeout_gap_has_a_ceiling(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	const struct mini_t_rec *rec;
	u64 last = 0, gap = 0;

	mini_t_send(t, 100);
	mini_t_advance_ms(t, 800 * 1000);
	while ((rec = mini_t_next(t))) {
		MINI_T_TRUE(t, rec->at_us - last >= gap);
		gap = last ? rec->at_us - last : 0;
		last = rec->at_us;
	}
	MINI_T_EQ(t, gap, MINI_RTO_MAX_US);
}

/*
 * An ACK of new data starts the timer anew
 * Proves: RTO-9, IW-7
 */
static void ack_restarts_the_timer(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 2);
	u32 rto_us;

	mini_t_rx(t, AT_MS(200), SEG(.ack = MSS));
	rto_us = mini_rtt_rto_us(&mini_t_msk(t)->rtt);
	MINI_T_TRUE(t, rto_us >= RTO * USEC_PER_MSEC);
	mini_t_expect_tx_at(t, AT_MS(200) + rto_us,
			    SEG(.seq = MSS, .len = MSS));
}

/*
 * A duplicate ACK does not
 * Proves: RTO-9
 */
static void duplicate_ack_restarts_nothing(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 2);

	mini_t_rx(t, AT_MS(200), SEG());
	mini_t_expect_tx_at(t, AT_MS(RTO), SEG(.len = MSS));
}

/*
 * Data sent while the timer runs does not push it back
 * Proves: RTO-9
 */
static void more_data_restarts_nothing(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 2);

	mini_t_goto(t, AT_MS(200));
	MINI_T_EQ(t, mini_t_send(t, MSS), MSS);
	mini_t_expect_tx(t, SEG(.seq = 2 * MSS, .len = MSS));
	mini_t_expect_tx_at(t, AT_MS(RTO), SEG(.len = MSS));
}

/*
 * All is ACKed, and nothing runs any more
 * Proves: RTO-9
 */
static void full_ack_stops_the_timer(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 3);

	mini_t_rx(t, AT_MS(50), SEG(.ack = 3 * MSS));
	MINI_T_TRUE(t, !mini_t_msk(t)->write_tmr.at_us);
	MINI_T_TRUE(t, skb_queue_empty(&mini_t_msk(t)->rtx));
}

/* An ACK in the middle of a segment: only the rest is sent again */
static void partial_ack_trims(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_expect_tx(t, SEG(.len = 100));
	mini_t_rx(t, AT_NOW, SEG(.ack = 40));
	mini_t_advance_us(t, mini_rtt_rto_us(&mini_t_msk(t)->rtt));
	mini_t_expect_tx(t, SEG(.seq = 40, .len = 60));
	mini_t_rx(t, AT_NOW, SEG(.ack = 100));
	MINI_T_TRUE(t, skb_queue_empty(&mini_t_msk(t)->rtx));
}

/* The same within a packet that was cut by the device: by the octet */
static void partial_ack_trims_gso(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_msk(t)->pace.burst = U32_MAX;	/* one packet of four */
	MINI_T_EQ(t, mini_t_send(t, 4 * MSS), 4 * MSS);
	mini_t_drain(t);
	mini_t_rx(t, AT_NOW, SEG(.ack = MSS + 7));
	mini_t_advance_us(t, mini_rtt_rto_us(&mini_t_msk(t)->rtt));
	mini_t_expect_tx(t, SEG(.seq = MSS + 7,
				.len = t->gso ? MSS : MSS - 7));
	mini_t_rx(t, AT_NOW, SEG(.ack = 4 * MSS));
	MINI_T_TRUE(t, skb_queue_empty(&mini_t_msk(t)->rtx));
	MINI_T_EQ(t, t->sock->sk->sk_wmem_queued, 0);
}

/*
 * Karn: which of its copies was it that the ACK is for?
 * Proves: MUST-18, RTO-6, RTO-12, LD-4, LD-7
 */
static void karn_no_sample_from_a_resent_segment(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 srtt = mini_t_msk(t)->rtt.srtt_us8;

	mini_t_send(t, 100);
	mini_t_advance_ms(t, RTO);
	mini_t_rx(t, AT_MS(RTO + 1), SEG(.ack = 100));
	MINI_T_EQ(t, mini_t_msk(t)->rtt.srtt_us8, srtt);
	/* RTO-12: the next that was sent once ends the back-off */
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_rx(t, AT_MS(RTO + 101), SEG(.ack = 200));
	MINI_T_TRUE(t, mini_rtt_rto_us(&mini_t_msk(t)->rtt) <=
		       RTO * USEC_PER_MSEC);
	mini_t_drain(t);
}

/*
 * The same for an ACK that covers a resent segment and later ones, sent once:
 * those came long ago, and waited for the hole to be filled.
 * Proves: RTO-6, LD-4
 */
static void karn_no_sample_from_behind_a_hole(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 3);
	u32 srtt = mini_t_msk(t)->rtt.srtt_us8;

	mini_t_advance_ms(t, RTO + 2 * RTO);
	mini_t_drain(t);
	mini_t_rx(t, AT_NOW, SEG(.ack = 3 * MSS));
	MINI_T_EQ(t, mini_t_msk(t)->rtt.srtt_us8, srtt);
}

/*
 * One sample a round trip, and it is the right one
 * Proves: RTO-7, LD-3
 */
static void sample_each_round_trip(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 i;

	for (i = 1; i <= 200; i++) {
		MINI_T_EQ(t, mini_t_send(t, 100), 100);
		mini_t_advance_ms(t, 250);
		mini_t_rx(t, AT_NOW, SEG(.ack = i * 100));
	}
	mini_t_drain(t);
	MINI_T_EQ(t, mini_t_msk(t)->rtt.srtt_us8 / 8 / USEC_PER_MSEC, 250);
	MINI_T_EQ(t, mini_t_msk(t)->total_retrans, 0);
}

/*
 * The third duplicate resends, the second does not
 * Proves: CC-8
 */
static void third_duplicate_resends(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 5);

	mini_t_goto(t, AT_MS(100));
	dup_acks(t, 2, 0);
	mini_t_expect_nothing(t);
	dup_acks(t, 1, 0);
	mini_t_expect_tx(t, SEG(.len = MSS));
	mini_t_expect_nothing(t);
	dup_acks(t, 1, 0);
	mini_t_expect_nothing(t);
}

/*
 * What is no duplicate does not count
 * Proves: CC-9
 */
static void not_every_old_ack_is_a_duplicate(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 5);

	mini_t_rx(t, AT_NOW, SEG(.wnd = 60000));
	mini_t_rx(t, AT_NOW, SEG(.wnd = 59000));
	mini_t_rx(t, AT_NOW, SEG(.wnd = 58000));
	mini_t_rx(t, AT_NOW, SEG(.wnd = 57000));
	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_NOW, SEG(.wnd = 57000, .len = 1));
	mini_t_rx(t, AT_NOW, SEG(.wnd = 57000, .seq = 1, .len = 1));
	mini_t_rx(t, AT_NOW, SEG(.wnd = 57000, .seq = 2, .len = 1));
	MINI_T_EQ(t, mini_t_msk(t)->total_retrans, 0);
	mini_t_drain(t);
}

/*
 * New data ACKed between them starts the count again
 * Proves: SR-8
 */
static void new_ack_ends_the_count(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 6);

	dup_acks(t, 2, 0);
	dup_acks(t, 3, MSS);	/* the first of these is no duplicate */
	mini_t_expect_nothing(t);
	dup_acks(t, 1, MSS);
	mini_t_expect_tx(t, SEG(.seq = MSS, .len = MSS));
}

/*
 * RFC 3042: each of the first two lets one new segment out; half of the flight
 * is then half of what was out before them
 * Proves: CC-11
 */
static void limited_transmit(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 i;

	MINI_T_EQ(t, mini_t_send(t, 20 * MSS), 20 * MSS);
	for (i = 0; i < 10; i++)
		mini_t_expect_tx(t, SEG(.seq = i * MSS, .len = MSS));
	mini_t_expect_nothing(t);
	dup_acks(t, 1, 0);
	mini_t_expect_tx(t, SEG(.seq = 10 * MSS, .len = MSS));
	mini_t_expect_nothing(t);
	dup_acks(t, 1, 0);
	mini_t_expect_tx(t, SEG(.seq = 11 * MSS, .len = MSS));
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, cc(t)->cwnd, 10 * MSS);
	dup_acks(t, 1, 0);
	mini_t_expect_tx(t, SEG(.len = MSS));
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, cc(t)->ssthresh, 5 * MSS);
}

/*
 * Half the flight, and no burst at the end
 * Proves: NR-3
 */
static void fast_recovery_halves(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 10);

	dup_acks(t, 3, 0);
	mini_t_expect_tx(t, SEG(.len = MSS));
	MINI_T_EQ(t, cc(t)->ssthresh, 5 * MSS);
	MINI_T_EQ(t, cc(t)->state, MINI_CA_RECOVERY);
	mini_t_rx(t, AT_MS(100), SEG(.ack = 10 * MSS));
	MINI_T_EQ(t, cc(t)->state, MINI_CA_OPEN);
	MINI_T_TRUE(t, cc(t)->cwnd <= 5 * MSS);
	MINI_T_TRUE(t, cc(t)->cwnd >= 2 * MSS);
	mini_t_expect_nothing(t);
}

/*
 * In recovery each further duplicate lets one segment out as soon as
 * half of the flight has left the network.
 * Proves: CC-10
 */
static void recovery_sends_new_data(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 i;

	MINI_T_EQ(t, mini_t_send(t, 20 * MSS), 20 * MSS);
	mini_t_drain(t);
	dup_acks(t, 3, 0);
	for (i = 10; i < 12; i++)
		mini_t_expect_tx(t, SEG(.seq = i * MSS, .len = MSS));
	mini_t_expect_tx(t, SEG(.len = MSS));
	mini_t_expect_nothing(t);
	/* 12 out, cwnd 5: what is held back is what has to leave first */
	dup_acks(t, 9, 0);
	for (; i < 18 && mini_t_pending(t); i++)
		mini_t_expect_tx(t, SEG(.seq = i * MSS, .len = MSS));
	mini_t_expect_nothing(t);
	MINI_T_TRUE(t, i > 14);
	MINI_T_TRUE(t, i <= 18);
	MINI_T_EQ(t, cc(t)->ssthresh, 5 * MSS);
	/* over: no more than ssthresh, and no burst (RFC 6582 3.2 step 3) */
	mini_t_rx(t, AT_MS(100), SEG(.ack = 12 * MSS));
	MINI_T_EQ(t, cc(t)->state, MINI_CA_OPEN);
	MINI_T_EQ(t, cc(t)->cwnd, min(5U, i - 12 + 1) * MSS);
	mini_t_drain(t);
}

/*
 * The partial ACK shows the next hole
 * Proves: NR-4
 */
static void partial_ack_resends_the_next_hole(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 10);

	dup_acks(t, 3, 0);
	mini_t_expect_tx(t, SEG(.len = MSS));
	dup_acks(t, 5, 0);
	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_MS(100), SEG(.ack = 3 * MSS));
	mini_t_expect_tx(t, SEG(.seq = 3 * MSS, .len = MSS));
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, cc(t)->state, MINI_CA_RECOVERY);
	mini_t_rx(t, AT_MS(200), SEG(.ack = 6 * MSS));
	mini_t_expect_tx(t, SEG(.seq = 6 * MSS, .len = MSS));
	mini_t_rx(t, AT_MS(300), SEG(.ack = 10 * MSS));
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, cc(t)->state, MINI_CA_OPEN);
	MINI_T_EQ(t, mini_t_msk(t)->total_retrans, 3);
}

/*
 * Only the first of them starts the timer anew
 * Proves: NR-6
 */
static void later_partial_acks_leave_the_timer(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 10);
	u64 due_us;

	dup_acks(t, 3, 0);
	mini_t_rx(t, AT_MS(100), SEG(.ack = MSS));
	due_us = mini_t_msk(t)->write_tmr.at_us;
	mini_t_rx(t, AT_MS(200), SEG(.ack = 2 * MSS));
	mini_t_rx(t, AT_MS(250), SEG(.ack = 3 * MSS));
	MINI_T_EQ(t, mini_t_msk(t)->write_tmr.at_us, due_us);
	mini_t_drain(t);
}

/*
 * Each duplicate ACK counts a segment out of the pipe, and a partial ACK back
 * in: never are more octets counted out than there are, or all of cwnd would
 * go on top of what is still out.
 */
static void partial_acks_keep_the_pipe(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 10);

	dup_acks(t, 12, 0);
	mini_t_rx(t, AT_MS(100), SEG(.ack = 5 * MSS));
	mini_t_rx(t, AT_MS(200), SEG(.ack = 6 * MSS));
	MINI_T_EQ(t, mini_flight(mini_t_msk(t)), 4 * MSS);
	MINI_T_EQ(t, mini_pipe(mini_t_msk(t)), MSS);
	mini_t_drain(t);
	MINI_T_EQ(t, cc(t)->cwnd, 5 * MSS);
	mini_t_send(t, 10 * MSS);
	MINI_T_EQ(t, mini_flight(mini_t_msk(t)), 8 * MSS);
	mini_t_drain(t);
}

/*
 * One segment, and half the flight as threshold
 * Proves: CC-5, CC-6, IW-4, LD-5
 */
static void timeout_slow_starts(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 10);
	u32 i;

	mini_t_goto(t, AT_MS(RTO));
	mini_t_expect_tx(t, SEG(.len = MSS));
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, cc(t)->cwnd, MSS);
	MINI_T_EQ(t, cc(t)->ssthresh, 5 * MSS);
	/* the rest was lost too; whatever an ACK is for, it adds a segment */
	mini_t_rx(t, AT_MS(RTO + 10), SEG(.ack = MSS));
	for (i = 1; i < 3; i++)
		mini_t_expect_tx(t, SEG(.seq = i * MSS, .len = MSS));
	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_MS(RTO + 20), SEG(.ack = 3 * MSS));
	for (; i < 6; i++)
		mini_t_expect_tx(t, SEG(.seq = i * MSS, .len = MSS));
	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_MS(RTO + 30), SEG(.ack = 10 * MSS));
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, cc(t)->state, MINI_CA_OPEN);
}

/*
 * The same segment again leaves the threshold where it is
 * Proves: CC-5
 */
static void second_timeout_keeps_the_threshold(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 10);

	mini_t_goto(t, AT_MS(RTO));
	MINI_T_EQ(t, cc(t)->ssthresh, 5 * MSS);
	mini_t_goto(t, AT_MS(3 * RTO));
	MINI_T_EQ(t, mini_t_msk(t)->total_retrans, 2);
	MINI_T_EQ(t, cc(t)->ssthresh, 5 * MSS);
	MINI_T_EQ(t, cc(t)->cwnd, MSS);
	mini_t_drain(t);
}

/*
 * Duplicates of what was sent before the timeout cut nothing
 * Proves: NR-2, NR-7
 */
static void duplicates_after_a_timeout(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 10);

	mini_t_goto(t, AT_MS(RTO));
	mini_t_drain(t);
	dup_acks(t, 6, 0);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, cc(t)->ssthresh, 5 * MSS);
	mini_t_rx(t, AT_MS(RTO + 10), SEG(.ack = MSS));
	mini_t_drain(t);
	dup_acks(t, 6, MSS);
	MINI_T_EQ(t, cc(t)->ssthresh, 5 * MSS);
	mini_t_drain(t);
}

/* The FIN that was out as well is sent again after the data */
static void fin_is_resent_in_turn(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_shutdown(t, SHUT_WR);
	mini_t_drain(t);
	mini_t_advance_ms(t, RTO);
	mini_t_expect_tx(t, SEG(.len = 100));
	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_NOW, SEG(.ack = 100));
	mini_t_expect_tx(t, SEG(.flags = MINI_FIN | MINI_ACK, .seq = 100));
	mini_t_rx(t, AT_NOW, SEG(.ack = 101));
	mini_t_expect_state(t, TCP_FIN_WAIT2);
}

/*
 * The peer has ACKed all the octets of an skb and not the FIN behind them: it
 * is what is left of it, and no octet goes out, or is counted, again.
 */
static void fin_is_all_that_is_left(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct mini_sock *msk = mini_t_msk(t);

	mini_t_rx(t, AT_NOW, SEG(.wnd = MINI_T_SHUT));
	mini_t_send(t, 3 * MSS);
	mini_t_shutdown(t, SHUT_WR);
	mini_t_rx(t, AT_NOW, SEG());
	MINI_T_EQ(t, msk->snd.nxt - t->our_zero, 3 * MSS + 1);
	mini_t_drain(t);
	mini_t_rx(t, AT_MS(10), SEG(.ack = 3 * MSS));
	mini_t_goto(t, AT_MS(2 * RTO));
	mini_t_expect_tx(t, SEG(.flags = MINI_FIN | MINI_ACK, .seq = 3 * MSS));
	mini_t_expect_nothing(t);
	MINI_T_TRUE(t, msk->snd.lost <= 1 && msk->snd.retrans <= 1);
	mini_t_rx(t, AT_NOW, SEG(.ack = 3 * MSS + 1));
	mini_t_expect_state(t, TCP_FIN_WAIT2);
	MINI_T_EQ(t, msk->snd.lost, 0);
}

/* The peer's probe for the loss of a tail that has come: its ACK is news */
static void old_tail_acks(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_rx(t, AT_NOW, SEG(.len = 100));
	mini_t_expect_tx(t, SEG(.ack = 100));
	mini_t_send(t, 200);
	mini_t_expect_tx(t, SEG(.len = 200, .ack = 100));
	/* what is older than that is old, whatever it ACKs */
	mini_t_rx(t, AT_MS(90), SEG(.len = 50, .ack = 200));
	mini_t_expect_tx(t, SEG(.seq = 200, .ack = 100));
	MINI_T_EQ(t, mini_flight(mini_t_msk(t)), 200);
	mini_t_rx(t, AT_MS(100), SEG(.len = 100, .ack = 200));
	mini_t_expect_tx(t, SEG(.seq = 200, .ack = 100));
	MINI_T_EQ(t, mini_flight(mini_t_msk(t)), 0);
	mini_t_advance_ms(t, 10 * 1000);
	mini_t_expect_nothing(t);
}

/* The device was full: the octets are ours still, and leave at the RTO */
static void refused_by_the_device(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	t->xmit_err = -ENOBUFS;
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_expect_tx(t, SEG(.len = 100));
	t->xmit_err = 0;
	mini_t_expect_tx_at(t, AT_MS(RTO), SEG(.len = 100));
}

/* A shut window is probed: MUST-36, SHLD-29, SHLD-30, MUST-37 */

/* The window opens: all 100 octets leave at once, as ACKs come in */
static void open_window(struct mini_t *t, u32 acked)
{
	u32 rounds;

	for (rounds = 0; acked < 100 && rounds < 3; rounds++) {
		mini_t_rx(t, AT_NOW, SEG(.ack = acked));
		MINI_T_TRUE(t, mini_t_pending(t) > 0);
		mini_t_drain(t);
		acked = t->our_nxt - t->our_zero;
	}
	MINI_T_EQ(t, acked, 100);
}

static struct mini_t *with_window_shut(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_rx(t, AT_NOW, SEG(.wnd = MINI_T_SHUT));
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_expect_nothing(t);
	return t;
}

/* Proves: MUST-36, SHLD-29, SHLD-30 */
static void probes_back_off(struct kunit *test)
{
	struct mini_t *t = with_window_shut(test);
	u32 at = 0, gap = RTO, i;

	for (i = 0; i < 6; i++, gap *= 2) {
		at += gap;
		mini_t_expect_tx_at(t, AT_MS(at), SEG(.len = 1));
		mini_t_expect_nothing(t);
		mini_t_rx(t, AT_NOW, SEG(.wnd = MINI_T_SHUT));
		mini_t_expect_nothing(t);
	}
	open_window(t, 0);
}

/* Proves: MUST-37 */
static void probes_go_on_for_hours(struct kunit *test)
{
	struct mini_t *t = with_window_shut(test);
	u32 i;

	for (i = 0; i < 300; i++) {
		mini_t_advance_us(t, MINI_RTO_MAX_US);
		MINI_T_TRUE(t, mini_t_pending(t) > 0);
		mini_t_drain(t);
		mini_t_rx(t, AT_NOW, SEG(.wnd = MINI_T_SHUT));
	}
	mini_t_expect_state(t, TCP_ESTABLISHED);
	open_window(t, 0);
}

/* Nobody answers the probes either: that is R2's business */
static void probes_unanswered_end_it(struct kunit *test)
{
	struct mini_t *t = with_window_shut(test);

	mini_t_advance_ms(t, 6000 * 1000);
	mini_t_drain(t);
	mini_t_expect_state(t, TCP_CLOSE);
	MINI_T_EQ(t, mini_t_recv(t, 10), -ETIMEDOUT);
}

static void probe_is_taken_by_the_peer(struct kunit *test)
{
	struct mini_t *t = with_window_shut(test);
	u32 i;

	for (i = 0; i < 3; i++) {
		mini_t_advance_us(t, MINI_RTO_MAX_US);
		MINI_T_TRUE(t, mini_t_pending(t) > 0);
		mini_t_expect_tx(t, SEG(.seq = i, .len = 1));
		mini_t_drain(t);
		mini_t_rx(t, AT_NOW, SEG(.ack = i + 1, .wnd = MINI_T_SHUT));
	}
	open_window(t, 3);
}

/* The window opens without a word for our probe: what it held leaves */
static void window_opens_after_a_probe(struct kunit *test)
{
	struct mini_t *t = with_window_shut(test);

	mini_t_advance_ms(t, RTO);
	mini_t_expect_tx(t, SEG(.len = 1));
	open_window(t, 0);
	MINI_T_EQ(t, cc(t)->cwnd, 10 * MSS);
}

/* A window that shrinks: MUST-34, MUST-35, SHLD-15, SHLD-16, SHLD-17 */

/* Proves: MUST-34, SHLD-15, SHLD-16 */
static void shrunk_window_holds_new_data(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 5);

	mini_t_rx(t, AT_MS(10), SEG(.wnd = 1000));
	MINI_T_EQ(t, mini_t_send(t, MSS), MSS);
	mini_t_expect_nothing(t);
	/* old data, inside of what is left of it, is resent as usual */
	mini_t_goto(t, AT_MS(RTO));
	MINI_T_TRUE(t, mini_t_pending(t) > 0);
	while (mini_t_pending(t)) {
		const struct mini_t_rec *rec = mini_t_next(t);

		MINI_T_EQ(t, rec->seq - t->our_zero, 0);
		MINI_T_TRUE(t, rec->len > 0);
	}
	mini_t_rx(t, AT_NOW, SEG(.ack = 5 * MSS));
	mini_t_expect_tx(t, SEG(.seq = 5 * MSS, .len = MSS));
}

/*
 * The peer sends again what we have missed, its number is old and its ACK is
 * new: the right edge has not moved, and SND.UNA + SND.WND must not either.
 */
static void window_of_a_retransmission_counts(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_rx(t, AT_NOW, SEG(.wnd = 4 * MSS));
	mini_t_send(t, 10 * MSS);
	mini_t_goto(t, AT_MS(10));
	mini_t_drain(t);
	mini_t_rx(t, AT_MS(100), SEG(.seq = 100, .ack = MSS, .wnd = 3 * MSS));
	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_MS(110), SEG(.len = 100, .ack = 4 * MSS,
				     .wnd = MINI_T_SHUT));
	mini_t_expect_tx(t, SEG(.seq = 4 * MSS, .ack = 100));
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mini_t_msk(t)->snd.wnd, 0);
}

/* Proves: MUST-34, MUST-35, SHLD-17 */
static void window_shrunk_to_zero_is_probed(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 5);
	u32 i;

	mini_t_rx(t, AT_MS(10), SEG(.wnd = MINI_T_SHUT));
	mini_t_expect_nothing(t);
	mini_t_goto(t, AT_MS(RTO));
	MINI_T_TRUE(t, mini_t_pending(t) > 0);
	/* the peer is there, it just has no room: not for R2, not for cwnd */
	for (i = 0; i < 50; i++) {
		mini_t_drain(t);
		mini_t_rx(t, AT_NOW, SEG(.wnd = MINI_T_SHUT));
		mini_t_advance_us(t, MINI_RTO_MAX_US);
	}
	mini_t_drain(t);
	mini_t_expect_state(t, TCP_ESTABLISHED);
	mini_t_rx(t, AT_NOW, SEG());
	MINI_T_TRUE(t, mini_t_pending(t) > 0);
	mini_t_drain(t);
	mini_t_rx(t, AT_NOW, SEG(.ack = 5 * MSS));
	MINI_T_TRUE(t, skb_queue_empty(&mini_t_msk(t)->rtx));
}

/*
 * The path's MTU went down
 * Proves: PM-2, PM-7
 */
static void frag_needed_resends_smaller(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 3);
	struct sock *sk = t->sock->sk;
	u32 cwnd = cc(t)->cwnd, end = t->our_zero;
	const struct mini_t_rec *rec;

	t->mtu = 576;
	lock_sock(sk);
	mini_tcp_frag_needed(sk);
	release_sock(sk);
	while ((rec = mini_t_next(t))) {
		MINI_T_TRUE(t, rec->len <= 536);
		MINI_T_EQ(t, rec->seq, end);
		end = rec->seq + rec->len;
	}
	MINI_T_EQ(t, end - t->our_zero, 3 * MSS);
	MINI_T_EQ(t, cc(t)->cwnd, cwnd);
	mini_t_rx(t, AT_NOW, SEG(.ack = 3 * MSS));
	mini_t_expect_nothing(t);
}

/* RFC 5927: the MTU goes down while the socket is owned: the owner does it */
static void frag_needed_resends_when_let_go(struct kunit *test)
{
	struct mini_t *t = with_segs_out(test, 1);
	struct sock *sk = t->sock->sk;

	t->mtu = 576;
	lock_sock(sk);
	set_bit(MINI_DEFER_MTU, &mini_t_msk(t)->deferred);
	mini_t_expect_nothing(t);
	release_sock(sk);
	mini_t_expect_tx(t, SEG(.len = 536));
	mini_t_drain(t);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(timeouts_back_off),
	KUNIT_CASE(timeout_gap_has_a_ceiling),
	KUNIT_CASE(ack_restarts_the_timer),
	KUNIT_CASE(duplicate_ack_restarts_nothing),
	KUNIT_CASE(more_data_restarts_nothing),
	KUNIT_CASE(full_ack_stops_the_timer),
	KUNIT_CASE(partial_ack_trims),
	KUNIT_CASE(partial_ack_trims_gso),
	KUNIT_CASE(karn_no_sample_from_a_resent_segment),
	KUNIT_CASE(karn_no_sample_from_behind_a_hole),
	KUNIT_CASE(sample_each_round_trip),
	KUNIT_CASE(third_duplicate_resends),
	KUNIT_CASE(not_every_old_ack_is_a_duplicate),
	KUNIT_CASE(new_ack_ends_the_count),
	KUNIT_CASE(limited_transmit),
	KUNIT_CASE(fast_recovery_halves),
	KUNIT_CASE(recovery_sends_new_data),
	KUNIT_CASE(partial_ack_resends_the_next_hole),
	KUNIT_CASE(later_partial_acks_leave_the_timer),
	KUNIT_CASE(partial_acks_keep_the_pipe),
	KUNIT_CASE(timeout_slow_starts),
	KUNIT_CASE(second_timeout_keeps_the_threshold),
	KUNIT_CASE(duplicates_after_a_timeout),
	KUNIT_CASE(fin_is_resent_in_turn),
	KUNIT_CASE(fin_is_all_that_is_left),
	KUNIT_CASE(old_tail_acks),
	KUNIT_CASE(refused_by_the_device),
	KUNIT_CASE(probes_back_off),
	KUNIT_CASE(probes_go_on_for_hours),
	KUNIT_CASE(probes_unanswered_end_it),
	KUNIT_CASE(probe_is_taken_by_the_peer),
	KUNIT_CASE(window_opens_after_a_probe),
	KUNIT_CASE(shrunk_window_holds_new_data),
	KUNIT_CASE(window_of_a_retransmission_counts),
	KUNIT_CASE(window_shrunk_to_zero_is_probed),
	KUNIT_CASE(frag_needed_resends_smaller),
	KUNIT_CASE(frag_needed_resends_when_let_go),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_rtx",
	.test_cases = cases,
};

kunit_test_suites(&suite);
