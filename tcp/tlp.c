// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tail loss probe (RFC 8985 section 7): the last segments of a flight have
 * none behind them whose arrival would show that they are lost. Before the
 * retransmission timer has to, one more segment is sent to be SACKed.
 */
#include <mini/ip.h>
#include <mini/tcp.h>

/* 7.2: nothing looks lost, and the last probe has been made up for */
static bool mini_tlp_wanted(const struct sock *sk)
{
	const struct mini_sock *msk = mini_sk(sk);

	return msk->snd.sack_ok && msk->tlp.fresh && !msk->tlp.out &&
	       msk->cc.state == MINI_CA_OPEN && !msk->snd.sacked &&
	       !msk->snd.lost && msk->snd.wnd &&
	       msk->mn->sysctl.early_retrans >=
	       MINI_EARLY_RETRANS_TLP;
}

/**
 * mini_tlp_delay_us() - how long to wait for an ACK before a probe (7.2)
 * @sk: socket with data in flight, owned
 *
 * Return: PTO in microseconds, 0 when no probe is to be sent.
 */
u64 mini_tlp_delay_us(struct sock *sk)
{
	const struct mini_sock *msk = mini_sk(sk);
	u64 pto_us = 2 * (msk->rtt.srtt_us8 >> 3);

	if (!mini_tlp_wanted(sk))
		return 0;
	/* one segment may be waiting for a second one to be ACKed with */
	if (mini_flight(msk) <= msk->snd.mss)
		pto_us += MINI_DELACK_WORST_US;
	return pto_us;
}

/**
 * mini_tlp_timeout() - no ACK has come in time: send the probe (7.3)
 * @sk: socket, owned
 */
void mini_tlp_timeout(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	msk->tlp.fresh = false;
	msk->tlp.resent = !mini_send_one_new(sk);
	if (msk->tlp.resent && !mini_retransmit_last(sk))
		return;
	MINI_INC(msk->mn, LOSS_PROBES);
	msk->tlp.out = true;
	msk->tlp.end_seq = msk->snd.nxt;
}

/**
 * mini_tlp_ack() - an ACK while a probe is out (7.4.2)
 * @sk: socket, owned
 * @d: what it delivers
 *
 * When the probe was a copy, and everything up to it and beyond is ACKed
 * without a word of a duplicate, the copy has made a loss good: the network
 * was congested, and nobody else will say so.
 */
void mini_tlp_ack(struct sock *sk, const struct mini_delivery *d)
{
	struct mini_sock *msk = mini_sk(sk);

	if (seq_lt(msk->snd.una, msk->tlp.end_seq))
		return;
	if (!msk->tlp.resent || d->dup || (d->dupack && !d->sacked)) {
		msk->tlp.out = false;
	} else if (seq_gt(msk->snd.una, msk->tlp.end_seq)) {
		msk->tlp.out = false;
		MINI_INC(msk->mn, LOSS_PROBE_REPAIRS);
		if (msk->cc.state == MINI_CA_OPEN)
			mini_recovery_begin(sk, MINI_CA_CWR);
	}
}
