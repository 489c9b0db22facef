// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is lost, and what it does to the congestion window: fast retransmit
 * and fast recovery of RFC 5681 and RFC 6582, and the timeout.
 *
 * Where the RFCs inflate cwnd by a segment for each duplicate ACK, we count
 * that segment out of the pipe (snd.sacked): the same sum, and cwnd stays
 * what it says.
 */
#include <mini/ip.h>
#include <mini/tcp.h>

static void mini_mark_lost(struct mini_sock *msk, struct sk_buff *skb)
{
	struct mini_skb_cb *cb = mini_cb(skb);
	u32 n = mini_skb_unacked(msk, skb);

	if (!(cb->mark & MINI_SKB_LOST))
		msk->snd.lost += n;
	if (cb->mark & MINI_SKB_RETRANS)
		msk->snd.retrans -= n;
	cb->mark |= MINI_SKB_LOST;
	cb->mark &= ~MINI_SKB_RETRANS;
}

static void mini_mark_all_lost(struct mini_sock *msk)
{
	struct sk_buff *skb;

	skb_queue_walk(&msk->rtx, skb)
		mini_mark_lost(msk, skb);
}

/**
 * mini_unmark() - octets of @skb leave the scoreboard
 * @msk: socket
 * @skb: of the retransmission queue
 * @n: octets of it that have just been ACKed
 */
void mini_unmark(struct mini_sock *msk, const struct sk_buff *skb, u32 n)
{
	u8 mark = mini_cb(skb)->mark;

	if (mark & MINI_SKB_LOST)
		msk->snd.lost -= n;
	if (mark & MINI_SKB_RETRANS)
		msk->snd.retrans -= n;
}

/* Resend the segment at SND.UNA and count only that one as lost */
static void mini_resend_hole(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	struct sk_buff *skb;

	mini_retransmit_first(sk);
	skb = skb_peek(&msk->rtx);
	if (!skb || !(mini_cb(skb)->mark & MINI_SKB_EVER))
		return;
	mini_mark_lost(msk, skb);
	mini_cb(skb)->mark |= MINI_SKB_RETRANS;
	msk->snd.retrans += mini_skb_unacked(msk, skb);
}

/* RFC 6582 3.2 step 2, with its guard against old duplicate ACKs */
static void mini_enter_recovery(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	if (!seq_gt(msk->snd.una, msk->snd.recover))
		return;
	MINI_INC(mini_pernet(sock_net(sk)), FAST_RETRANS);
	msk->snd.recover = msk->snd.nxt;
	msk->snd.partial = false;
	msk->cc.ssthresh = msk->cc.ops->ssthresh(&msk->cc, mini_flight(msk));
	msk->cc.cwnd = msk->cc.ssthresh;
	msk->cc.state = MINI_CA_RECOVERY;
	mini_resend_hole(sk);
}

/**
 * mini_recovery_dupack() - a duplicate ACK: one segment has left the network
 * @sk: socket, owned
 *
 * The first two let one new segment out each (RFC 3042), since the pipe has
 * become shorter; the third starts fast retransmit.
 */
void mini_recovery_dupack(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	u32 flight = mini_flight(msk);

	msk->snd.dupacks++;
	if (msk->cc.state == MINI_CA_LOSS)
		return;
	msk->snd.sacked = min(msk->snd.sacked + msk->snd.mss,
			      flight - min_t(u32, flight, msk->snd.mss));
	if (msk->cc.state == MINI_CA_OPEN &&
	    msk->snd.dupacks == MINI_DUPACKS)
		mini_enter_recovery(sk);
}

static void mini_leave_recovery(struct mini_sock *msk)
{
	struct mini_cc *cc = &msk->cc;

	/* RFC 6582 3.2 step 3: no burst when little is in flight */
	if (cc->state == MINI_CA_RECOVERY)
		cc->cwnd = min(cc->ssthresh,
			       max(mini_flight(msk), cc->mss) + cc->mss);
	cc->state = MINI_CA_OPEN;
	msk->snd.sacked = 0;
}

/* RFC 6582 3.2 step 3: the ACK ends before the hole after the one it fills */
static void mini_partial_ack(struct sock *sk, u32 acked)
{
	struct mini_sock *msk = mini_sk(sk);
	u32 gone = acked > msk->snd.mss ? acked - msk->snd.mss : 0;

	msk->snd.sacked -= min(msk->snd.sacked, gone);
	mini_resend_hole(sk);
}

/**
 * mini_recovery_ack() - SND.UNA has moved
 * @sk: socket, owned
 * @acked: by how many octets
 *
 * Return: true when the retransmission timer is to start anew: always but
 * for the second and later partial ACKs of a recovery (RFC 6582 3.2), so
 * that a window full of holes ends in a timeout and not in one hole per
 * round trip.
 */
bool mini_recovery_ack(struct sock *sk, u32 acked)
{
	struct mini_sock *msk = mini_sk(sk);
	bool restart = true;

	msk->snd.dupacks = 0;
	if (msk->cc.state == MINI_CA_OPEN) {
		msk->snd.sacked = 0;
	} else if (seq_geq(msk->snd.una, msk->snd.recover)) {
		mini_leave_recovery(msk);
	} else if (msk->cc.state == MINI_CA_RECOVERY) {
		restart = !msk->snd.partial;
		msk->snd.partial = true;
		mini_partial_ack(sk, acked);
	}
	return restart;
}

/**
 * mini_recovery_timeout() - the retransmission timer has expired
 * @sk: socket, owned
 *
 * RFC 5681 3.1: half the flight as threshold, once for each segment that
 * times out however often; a window of one segment; all that is out counts
 * as lost. RFC 6582 3.2 step 4: no fast retransmit until it is all ACKed.
 */
void mini_recovery_timeout(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	struct mini_cc *cc = &msk->cc;

	if (msk->retries <= 1)
		cc->ssthresh = cc->ops->ssthresh(cc, mini_flight(msk));
	cc->cwnd = cc->mss;
	cc->acked = 0;
	cc->state = MINI_CA_LOSS;
	if (cc->ops->on_timeout)
		cc->ops->on_timeout(cc);
	msk->snd.recover = msk->snd.nxt;
	msk->snd.sacked = 0;
	msk->snd.dupacks = 0;
	mini_mark_all_lost(msk);
}

/**
 * mini_recovery_resend_all() - what is out has to go out again, and no
 * congestion is to blame
 * @sk: socket, owned
 *
 * A shut window has opened, and what was sent meanwhile was a probe that the
 * peer had to drop; or ICMP says that the segments were too large.
 */
void mini_recovery_resend_all(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	mini_mark_all_lost(msk);
	msk->retries = 0;
	mini_rtt_collapse(&msk->rtt);
	if (mini_flight(msk))
		mini_timer_data_acked(sk);
}
