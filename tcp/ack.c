// SPDX-License-Identifier: GPL-2.0-only
/* Step 5 of segment arrival, the ACK field (RFC 9293 3.10.7.4) */
#include <mini/ip.h>
#include <mini/tcp.h>

/*
 * Take ACKed skbs off the retransmission queue. A round-trip sample comes
 * from the last of them, when none was sent twice: behind a hole that was
 * filled late all ACKs are late (Karn, RFC 6298 3).
 */
static u32 mini_clean_rtx(struct sock *sk, u32 old_una)
{
	struct mini_sock *msk = mini_sk(sk);
	struct sk_buff *skb;
	bool resent = false;
	u32 rtt_us = 0;

	while ((skb = skb_peek(&msk->rtx))) {
		struct mini_skb_cb *cb = mini_cb(skb);
		u32 from = seq_max(cb->seq, old_una);

		if (!seq_lt(from, msk->snd.una))
			break;
		resent |= cb->mark & MINI_SKB_EVER;
		if (seq_gt(cb->end_seq, msk->snd.una)) {
			mini_unmark(msk, skb, msk->snd.una - from);
			break;
		}
		mini_unmark(msk, skb, cb->end_seq - from);
		rtt_us = max_t(u64, mini_now(sk) - cb->sent_us, 1);
		__skb_unlink(skb, &msk->rtx);
		mini_skb_free_sent(sk, skb);
	}
	return resent ? 0 : rtt_us;
}

/*
 * Congestion control is asked only when the window was what held us back:
 * a window that was not used has not been tested (RFC 7661).
 */
static void mini_grow_cwnd(struct sock *sk, u32 acked, u32 flight, u32 rtt_us)
{
	struct mini_cc *cc = &mini_sk(sk)->cc;
	bool tested = cc->cwnd_limited ||
		      (cc->cwnd < cc->ssthresh && 2 * flight > cc->cwnd);

	if (cc->state != MINI_CA_RECOVERY && tested)
		cc->ops->on_ack(cc, acked, rtt_us, mini_now(sk));
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
	return mini_ts_rtt_us(ts, seg->opts.tsecr, mini_now(sk));
}

/* SND.UNA < SEG.ACK =< SND.NXT */
static void mini_new_ack(struct sock *sk, const struct mini_seg *seg)
{
	struct mini_sock *msk = mini_sk(sk);
	u32 flight = mini_flight(msk), old_una = msk->snd.una;
	u32 acked = seg->ack - old_una, rtt_us;

	msk->snd.una = seg->ack;
	msk->snd.syn_acked = true;
	msk->bytes_acked += acked;
	msk->retries = 0;
	msk->icmp_soft = 0;
	msk->first_sent_us = mini_now(sk);
	rtt_us = mini_clean_rtx(sk, old_una) ?: mini_ts_sample(sk, seg);
	if (rtt_us)
		mini_rtt_sample(&msk->rtt, rtt_us);
	else
		mini_rtt_progress(&msk->rtt);
	mini_grow_cwnd(sk, acked, flight, rtt_us);
	mini_buffer_acked(sk);
	if (mini_recovery_ack(sk, acked))
		mini_timer_data_acked(sk);
	sk->sk_write_space(sk);
}

/* RFC 9293 3.10.7.4: only a newer segment may change SND.WND */
static bool mini_update_window(struct sock *sk, const struct mini_seg *seg)
{
	struct mini_sock *msk = mini_sk(sk);
	u32 wnd = (u32)seg->wnd << msk->snd.wscale, old = msk->snd.wnd;
	bool halved;

	if (!seq_lt(msk->snd.wl1, seg->seq) &&
	    !(msk->snd.wl1 == seg->seq && seq_leq(msk->snd.wl2, seg->ack)))
		return false;
	msk->snd.wl1 = seg->seq;
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

/**
 * mini_ack_in() - take an ACK in ESTABLISHED and later states
 * @sk: socket, owned
 * @seg: segment with ACK set, acceptable
 *
 * Return: MINI_PASS, or why the segment goes no further.
 */
enum mini_drop mini_ack_in(struct sock *sk, const struct mini_seg *seg)
{
	struct mini_net *mn = mini_pernet(sock_net(sk));
	struct mini_sock *msk = mini_sk(sk);
	bool window_moved;

	if (seq_gt(seg->ack, msk->snd.nxt)) {
		mini_send_ack(sk);
		return MINI_DROP_FUTURE_ACK;
	}
	/* RFC 5961 5.2: so old that it is blind injection */
	if (seq_lt(seg->ack, msk->snd.una - msk->snd.max_wnd)) {
		mini_send_challenge(sk);
		return MINI_DROP_OLD_ACK;
	}
	if (seq_lt(seg->ack, msk->snd.una))
		return MINI_PASS;

	window_moved = mini_update_window(sk, seg);
	if (!msk->snd.wnd)	/* the peer lives: it may keep us waiting */
		msk->retries = 0;
	if (seg->ack != msk->snd.una) {
		mini_new_ack(sk, seg);
	} else if (mini_is_dupack(msk, seg, window_moved)) {
		MINI_INC(mn, DUP_ACKS);
		mini_recovery_dupack(sk);
	}
	return MINI_PASS;
}
