// SPDX-License-Identifier: GPL-2.0-only
/* Step 5 of segment arrival, the ACK field (RFC 9293 3.10.7.4) */
#include <mini/frto.h>
#include <mini/ip.h>
#include <mini/pacing.h>
#include <mini/tcp.h>
#include <mini/trace.h>

/*
 * Congestion control sees each ACK of new data, unless cwnd is what recovery
 * lets out (RFC 9937), or F-RTO (RFC 5682) where that is more than slow start
 * would.
 */
static void mini_grow_cwnd(struct sock *sk, const struct mini_delivery *d)
{
	struct mini_sock *msk = mini_sk(sk);
	struct mini_cc *cc = &msk->cc;
	bool slow_start = cc->cwnd < cc->ssthresh;
	struct mini_ca_ack a = {
		.now_us	 = d->now_us,
		.acked	 = d->acked,
		.flight	 = d->flight,
		.una	 = msk->snd.una,
		.nxt	 = msk->snd.nxt,
		.rtt_us	 = d->rtt_us,
		.srtt_us = msk->rtt.srtt_us8 >> 3,
		.limited = cc->cwnd_limited ||
			   (slow_start && 2 * d->flight > cc->cwnd),
	};

	if (cc->state == MINI_CA_RECOVERY || cc->state == MINI_CA_CWR)
		return;
	if (slow_start || msk->frto == MINI_FRTO_OFF)
		cc->ops->on_ack(cc, &a);
}

/**
 * mini_ts_sample() - the round trip by an echoed timestamp
 * @sk: socket, owned
 * @seg: segment with an ACK of something new
 *
 * It tells which copy of a segment arrived, where Karn would have to pass
 * (RFC 7323 4.1).
 *
 * Return: microseconds, or 0 when there is none.
 */
u32 mini_ts_sample(struct sock *sk, const struct mini_seg *seg)
{
	const struct mini_ts *ts = &mini_sk(sk)->ts;

	if (!ts->ok || !seg->opts.has_ts || !seg->opts.tsecr)
		return 0;
	return mini_ts_rtt_us(ts, seg->opts.tsecr, mini_sk(sk)->now_us);
}

/* The round trip of what was ACKed, and what it tells the timer */
static void mini_ack_rtt(struct sock *sk, const struct mini_seg *seg,
			 struct mini_delivery *d)
{
	struct mini_sock *msk = mini_sk(sk);

	if (!d->rtt_us)
		d->rtt_us = mini_ts_sample(sk, seg);
	if (d->rtt_us)
		mini_rtt_sample(&msk->rtt, d->rtt_us);
	else
		mini_rtt_progress(&msk->rtt);
	if (d->rtt_us)
		mini_rtt_min(&msk->rtt, d->rtt_us, d->now_us);
	msk->tlp.fresh |= !!d->rtt_us;
}

/* SND.UNA < SEG.ACK =< SND.NXT */
static void mini_new_ack(struct sock *sk, const struct mini_seg *seg,
			 struct mini_delivery *d)
{
	struct mini_sock *msk = mini_sk(sk);

	d->acked = seg->ack - d->una;
	msk->snd.una = seg->ack;
	msk->snd.syn_acked = true;
	msk->bytes_acked += d->acked;
	msk->retries = 0;
	msk->icmp_soft = 0;
	msk->first_sent_us = d->now_us;
	mini_board_acked(sk, d);
	mini_ack_rtt(sk, seg, d);
	mini_pmtu_ack(sk);
}

/*
 * RFC 9293 3.10.7.4: only a newer segment may change SND.WND. One that ACKs
 * more than any other is newer than all of them, even if its own number is
 * old, as that of a retransmission: SND.UNA must not move without the window
 * that was offered from there, or its right edge would move along.
 */
static bool mini_update_window(struct sock *sk, const struct mini_seg *seg)
{
	struct mini_sock *msk = mini_sk(sk);
	u32 wnd = (u32)seg->wnd << msk->snd.wscale, old = msk->snd.wnd;
	bool halved;

	if (!seq_gt(seg->ack, msk->snd.una) &&
	    !seq_lt(msk->snd.wl1, seg->seq) &&
	    !(msk->snd.wl1 == seg->seq && seq_leq(msk->snd.wl2, seg->ack)))
		return false;
	msk->snd.wl1 = seq_max(msk->snd.wl1, seg->seq);
	msk->snd.wl2 = seg->ack;
	msk->snd.wnd = wnd;
	if (wnd > msk->snd.max_wnd) {
		halved = msk->snd.max_wnd / 2 < msk->snd.peer_mss;
		msk->snd.max_wnd = wnd;
		if (halved)	/* the window did limit the segment */
			mini_tcp_mtu_changed(sk);
	}
	if (wnd)
		msk->shut_probes = 0;
	if (!old && wnd)
		mini_recovery_resend_all(sk);
	return wnd != old;
}

/* RFC 5681 2: all that makes an ACK a duplicate */
static bool mini_is_dupack(const struct mini_sock *msk,
			   const struct mini_seg *seg, bool window_moved)
{
	return !seg->len && !window_moved && seg->ack == msk->snd.una &&
	       mini_flight(msk) && msk->snd.wnd;
}

/* What it says of marks, while the flight is still what it was with them */
static void mini_ack_ecn(struct sock *sk, const struct mini_seg *seg,
			 struct mini_delivery *d)
{
	d->ece = seg->flags & MINI_ECE;
	mini_ecn_ack(&mini_sk(sk)->ecn, seg->flags, d->una, seg->ack);
	if (d->ece)
		mini_recovery_echo(sk);
}

/* An ACK that is not older than the last: its window, and what it ACKs */
static void mini_ack_field(struct sock *sk, const struct mini_seg *seg,
			   struct mini_delivery *d)
{
	struct mini_sock *msk = mini_sk(sk);
	bool window_moved = mini_update_window(sk, seg);

	if (!msk->snd.wnd)	/* the peer lives: it may keep us waiting */
		msk->retries = 0;
	if (msk->ecn.ok)
		mini_ack_ecn(sk, seg, d);
	if (seg->ack == d->una)
		d->dupack = mini_is_dupack(msk, seg, window_moved);
	else
		mini_new_ack(sk, seg, d);
}

/* What SACK adds to it */
static void mini_sack_in(struct sock *sk, const struct mini_seg *seg,
			 struct mini_delivery *d)
{
	d->dup = mini_sack_is_dup(&seg->opts, seg->ack);
	if (d->dup)
		mini_recovery_dsack(sk, &seg->opts);
	mini_board_sacked(sk, &seg->opts, d);
}

/* How much arrived, and how fast: for TCP_INFO */
static void mini_ack_stat(struct mini_sock *msk, const struct mini_delivery *d)
{
	struct mini_stat *st = &msk->stat;

	st->delivered += d->segs;
	if (d->ece)
		st->delivered_ce += d->segs;
	mini_rate_ack(&st->rate, &d->rate, d->delivered, msk->rtt.min_us,
		      d->now_us);
}

/* All that the ACK says is on the scoreboard: what follows from it */
static void mini_ack_done(struct sock *sk, struct mini_delivery *d)
{
	if (d->dupack)
		MINI_INC(mini_sk(sk)->mn, DUP_ACKS);
	mini_ack_stat(mini_sk(sk), d);
	if (d->acked && !d->ece)
		mini_grow_cwnd(sk, d);
	if (mini_recovery_ack(sk, d))
		mini_timer_data_acked(sk);
	mini_pacing_follow(sk);
	trace_mini_cwnd(sk);
	if (!d->acked)
		return;
	mini_buffer_acked(sk);
	sk->sk_write_space(sk);
}

/**
 * mini_ack_in() - take an ACK in ESTABLISHED and later states
 * @sk: socket, owned
 * @seg: segment with ACK set, acceptable
 *
 * Return: MINI_PASS, or why the segment goes no further.
 */
enum mini_drop mini_ack_in(struct sock *sk, const struct mini_seg *seg)
{
	struct mini_sock *msk = mini_sk(sk);
	struct mini_delivery d = {
		.una = msk->snd.una,
		.flight = mini_flight(msk),
		.tsecr = msk->ts.ok ? seg->opts.tsecr : 0,
		.now_us = msk->now_us,
	};

	/* answered seldom: two that are at odds would do nothing else */
	if (seq_gt(seg->ack, msk->snd.nxt)) {
		mini_send_challenge(sk);
		return MINI_DROP_FUTURE_ACK;
	}
	/* RFC 5961 5.2: so old that it is blind injection */
	if (seq_lt(seg->ack, msk->snd.una - msk->snd.max_wnd)) {
		mini_send_challenge(sk);
		return MINI_DROP_OLD_ACK;
	}
	if (seq_geq(seg->ack, msk->snd.una))
		mini_ack_field(sk, seg, &d);
	if (msk->snd.sack_ok && seg->opts.nr_sack)
		mini_sack_in(sk, seg, &d);
	if (d.acked || d.dupack || d.sacked || d.dup)
		mini_ack_done(sk, &d);
	return MINI_PASS;
}
