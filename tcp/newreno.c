// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loss recovery with a peer that has no SACK: fast retransmit and fast
 * recovery of RFC 5681 and RFC 6582.
 *
 * Where the RFCs inflate cwnd by a segment for each duplicate ACK, we count
 * that segment out of the pipe (snd.sacked): the same sum, and cwnd stays
 * what it says.
 */
#include <mini/ip.h>
#include <mini/tcp.h>

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
	mini_mark_resent(msk, skb);
}

/* RFC 6582 3.2 step 2, with its guard against old duplicate ACKs */
static void mini_newreno_enter(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	if (!seq_gt(msk->snd.una, msk->snd.recover))
		return;
	mini_recovery_begin(sk, MINI_CA_RECOVERY);
	msk->snd.partial = false;
	msk->cc.cwnd = msk->cc.ssthresh;
	mini_resend_hole(sk);
}

/**
 * mini_newreno_dupack() - a duplicate ACK: one segment has left the network
 * @sk: socket, owned
 *
 * The first two let one new segment out each (RFC 3042), since the pipe has
 * become shorter; the third starts fast retransmit.
 */
void mini_newreno_dupack(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	u32 flight = mini_flight(msk);

	if (!msk->snd.dupacks++)
		msk->snd.dup_nxt = msk->snd.nxt;
	if (msk->cc.state == MINI_CA_LOSS)
		return;
	msk->snd.sacked = min(msk->snd.sacked + msk->snd.mss,
			      flight - min_t(u32, flight, msk->snd.mss));
	if (msk->cc.state == MINI_CA_OPEN &&
	    msk->snd.dupacks == MINI_DUPACKS)
		mini_newreno_enter(sk);
}

static void mini_newreno_leave(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	struct mini_cc *cc = &msk->cc;

	/* RFC 6582 3.2 step 3: no burst when little is in flight */
	if (cc->state == MINI_CA_RECOVERY)
		cc->cwnd = min(cc->ssthresh,
			       max(mini_flight(msk), cc->mss) + cc->mss);
	mini_recovery_end(sk);
	msk->snd.sacked = 0;
}

/* RFC 6582 3.2 step 3: the ACK ends before the hole after the one it fills */
static void mini_partial_ack(struct sock *sk, u32 acked)
{
	struct mini_sock *msk = mini_sk(sk);
	u32 gone = acked > msk->snd.mss ? acked - msk->snd.mss : 0;
	u32 flight = mini_flight(msk);

	msk->snd.sacked -= min(msk->snd.sacked, gone);
	/* an estimate: it must not say more than can be */
	msk->snd.sacked = min(msk->snd.sacked,
			      flight - min_t(u32, flight, msk->snd.mss));
	mini_resend_hole(sk);
}

/**
 * mini_newreno_ack() - SND.UNA has moved
 * @sk: socket, owned
 * @acked: by how many octets
 *
 * Return: true when the retransmission timer is to start anew: always but
 * for the second and later partial ACKs of a recovery (RFC 6582 3.2), so
 * that a window full of holes ends in a timeout and not in one hole per
 * round trip.
 */
bool mini_newreno_ack(struct sock *sk, u32 acked)
{
	struct mini_sock *msk = mini_sk(sk);
	bool restart = true;

	msk->snd.dupacks = 0;
	if (msk->cc.state == MINI_CA_OPEN) {
		msk->snd.sacked = 0;
	} else if (seq_geq(msk->snd.una, msk->snd.recover)) {
		mini_newreno_leave(sk);
	} else if (msk->cc.state == MINI_CA_RECOVERY) {
		restart = !msk->snd.partial;
		msk->snd.partial = true;
		mini_partial_ack(sk, acked);
	}
	return restart;
}
