// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where loss recovery stands (cc.state), and what it does to the congestion
 * window. What is lost is decided in tcp/scoreboard.c; how much of it may
 * leave at each ACK by PRR (tcp/prr.c). A reduction that turns out to have
 * been for nothing is taken back: by D-SACK (RFC 3708), by timestamps (RFC
 * 3522), by F-RTO (tcp/frto.c).
 */
#include <mini/frto.h>
#include <mini/ip.h>
#include <mini/tcp.h>

/* What is reduced now can be put back: remember how it was */
static void mini_undo_prepare(struct mini_sock *msk)
{
	msk->undo.on = true;
	msk->undo.any = false;
	msk->undo.una = msk->snd.una;
	msk->undo.resent = 0;
}

/*
 * FlightSize: what limited transmit has sent does not count (RFC 5681 3.2). Nor
 * what has been sent for SACKed data while RACK gave a packet time that is lost
 * after all: SND.UNA stays, and what is out becomes a multiple of cwnd.
 */
static u32 mini_flight_size(const struct mini_sock *msk)
{
	u32 flight = mini_flight(msk);

	if (msk->snd.dupacks)
		flight = msk->snd.dup_nxt - msk->snd.una;
	return min(flight, msk->cc.cwnd);
}

/**
 * mini_recovery_begin() - send less until all that is out now is ACKed
 * @sk: socket, owned
 * @state: MINI_CA_RECOVERY or MINI_CA_CWR
 */
void mini_recovery_begin(struct sock *sk, u8 state)
{
	struct mini_sock *msk = mini_sk(sk);
	struct mini_cc *cc = &msk->cc;

	if (state == MINI_CA_RECOVERY)
		MINI_INC(msk->mn, FAST_RETRANS);
	mini_undo_prepare(msk);
	if (cc->state == MINI_CA_OPEN) {	/* once in a round trip */
		mini_cc_congestion(cc, mini_flight_size(msk));
		mini_prr_start(&msk->prr, mini_flight(msk) - msk->snd.sacked);
	}
	msk->snd.recover = msk->snd.nxt;
	mini_ecn_reduced(&msk->ecn, msk->snd.nxt);
	cc->state = state;
}

/*
 * As after a loss (RFC 3168 6.1.2), but down to one segment, and then no
 * further: the timer paces what is less. PRR needs SACK to know how much an
 * ACK delivers, and does not go below ssthresh.
 */
static void mini_echo_reduce(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	struct mini_cc *cc = &msk->cc;

	if (msk->snd.sack_ok &&
	    cc->cwnd > MINI_SSTHRESH_MIN_SEGS * cc->mss) {
		mini_recovery_begin(sk, MINI_CA_CWR);
		return;
	}
	msk->ecn.hold = cc->cwnd <= cc->mss;
	cc->cwnd = min(cc->cwnd,
		       mini_cc_congestion(cc, mini_flight_size(msk)));
	mini_ecn_reduced(&msk->ecn, msk->snd.nxt);
}

/**
 * mini_recovery_echo() - the peer says that the network marked a packet
 * @sk: socket, owned
 *
 * Once in a round trip, losses counted. A mark is no mistake: nothing takes
 * that reduction back, should the losses turn out to be none.
 */
void mini_recovery_echo(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	if (!msk->ecn.cut) {
		MINI_INC(msk->mn, ECN_CUTS);
		mini_echo_reduce(sk);
	}
	msk->cc.prior_cwnd = 0;
}

static void mini_recovery_open(struct mini_sock *msk)
{
	msk->cc.state = MINI_CA_OPEN;
	msk->frto = MINI_FRTO_OFF;
}

/**
 * mini_recovery_end() - all that was out is ACKed
 * @sk: socket, owned
 */
void mini_recovery_end(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	mini_recovery_open(msk);
	mini_rack_recovered(&msk->rack);
}

/**
 * mini_recovery_resent() - payload was sent again
 * @sk: socket, owned
 * @skb: what; its cb says when
 */
void mini_recovery_resent(struct sock *sk, const struct sk_buff *skb)
{
	struct mini_sock *msk = mini_sk(sk);

	if (!msk->undo.any)
		msk->undo.tick = mini_ts_now(&msk->ts, mini_cb(skb)->sent_us);
	msk->undo.any = true;
	msk->undo.resent += skb->len;
}

/**
 * mini_recovery_undo() - the last reduction was for nothing
 * @sk: socket, owned
 *
 * A recovery that ends so is none for RACK to count: on a path that reorders,
 * a dozen of them in one round trip would have it forget that it does.
 *
 * Return: true; false when there is none.
 */
bool mini_recovery_undo(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	struct mini_cc *cc = &msk->cc;

	if (!msk->undo.on)
		return false;
	MINI_INC(msk->mn, UNDOS);
	msk->undo.on = false;
	if (cc->prior_cwnd)	/* then marks count again */
		msk->ecn.cut = false;
	mini_cc_undo(cc);
	mini_rtt_collapse(&msk->rtt);
	mini_mark_none_lost(msk);
	mini_recovery_open(msk);
	return true;
}

/* RFC 3708: each octet that was sent again has been reported as a duplicate */
static void mini_undo_by_dsack(struct sock *sk, const struct mini_opts *o)
{
	struct mini_undo *u = &mini_sk(sk)->undo;
	u32 len = o->sack[0].end - o->sack[0].start;

	if (!u->on || !u->any || seq_lt(o->sack[0].start, u->una))
		return;
	u->resent -= min(u->resent, len);
	if (!u->resent)
		mini_recovery_undo(sk);
}

/* RFC 3522: the echo is older than the first packet that was sent again */
static bool mini_undo_by_echo(struct sock *sk, const struct mini_delivery *d)
{
	struct mini_sock *msk = mini_sk(sk);

	return msk->undo.on && msk->undo.any && d->acked && d->tsecr &&
	       msk->cc.state >= MINI_CA_RECOVERY &&
	       seq_lt(d->tsecr, msk->undo.tick) && mini_recovery_undo(sk);
}

/**
 * mini_recovery_dsack() - the peer has received something twice
 * @sk: socket, owned
 * @o: options, whose first block says what
 */
void mini_recovery_dsack(struct sock *sk, const struct mini_opts *o)
{
	struct mini_sock *msk = mini_sk(sk);

	MINI_INC(msk->mn, DSACKS_HEARD);
	msk->stat.dsack_dups += DIV_ROUND_UP(o->sack[0].end - o->sack[0].start,
					     msk->snd.mss);
	mini_rack_dsack(&msk->rack, msk->snd.una, msk->snd.nxt);
	mini_undo_by_dsack(sk, o);
}

static bool mini_can_send_new(const struct sock *sk)
{
	const struct mini_sock *msk = mini_sk(sk);

	return mini_unsent(sk) && msk->snd.wnd > mini_flight(msk);
}

/* So many segments may leave now, and no more */
static void mini_room_for(struct mini_sock *msk, u32 segs)
{
	msk->cc.cwnd = mini_pipe(msk) + segs * msk->cc.mss;
}

/* After a timeout: was it one? What then follows is RFC 5682 3.1's. */
static void mini_judge_timeout(struct sock *sk, const struct mini_delivery *d)
{
	struct mini_sock *msk = mini_sk(sk);
	struct mini_frto_ack a = {
		.advanced = d->acked,
		.all = seq_geq(msk->snd.una, msk->snd.recover),
		/* a peer without SACK cannot tell which copy it was */
		.original = d->original && (msk->snd.sack_ok || !d->resent),
		.duplicate = d->dupack || (d->sacked && !d->original),
		.can_send = mini_can_send_new(sk),
	};
	bool two_out = msk->frto == MINI_FRTO_STEP_3;

	switch (mini_frto_ack(&msk->frto, &a)) {
	case MINI_FRTO_WAIT:
		break;
	case MINI_FRTO_NEW_DATA:
		mini_room_for(msk, 2);
		break;
	case MINI_FRTO_LOST:
		if (two_out)
			mini_room_for(msk, 1);
		break;
	case MINI_FRTO_SPURIOUS:
		MINI_INC(msk->mn, SPURIOUS_RTOS);
		mini_recovery_undo(sk);
		break;
	}
}

/*
 * Ask what is lost, and again when a packet that is late will be too late; any
 * loss begins a recovery. By how much it sends less includes what this ACK
 * has delivered (RFC 9937 6.1).
 */
static void mini_detect(struct sock *sk, struct mini_delivery *d)
{
	struct mini_sock *msk = mini_sk(sk);
	u32 lost = msk->snd.lost;
	u64 wait_us = mini_board_detect(sk, d);

	if (wait_us)
		mini_timer_reo(sk, wait_us);
	d->lost = msk->snd.lost > lost ? msk->snd.lost - lost : 0;
	if (!d->lost || msk->cc.state >= MINI_CA_RECOVERY ||
	    mini_pmtu_lost(sk))
		return;
	mini_recovery_begin(sk, MINI_CA_RECOVERY);
	if (!msk->prr.delivered)
		msk->prr.recover_fs += d->delivered;
}

/* RFC 9937 6.2; out of it with ssthresh (6.4) */
static void mini_reduce(struct sock *sk, const struct mini_delivery *d)
{
	struct mini_sock *msk = mini_sk(sk);
	struct mini_cc *cc = &msk->cc;
	struct mini_prr_ack a = {
		.delivered = d->delivered,
		.inflight = mini_pipe(msk),
		.ssthresh = cc->ssthresh,
		.mss = cc->mss,
		.safe = d->acked && !d->lost,
	};

	cc->cwnd = a.inflight + mini_prr_sndcnt(&msk->prr, &a);
}

/* The ACK of a peer with SACK: the states, and the window */
static void mini_sack_recovery(struct sock *sk, struct mini_delivery *d)
{
	struct mini_sock *msk = mini_sk(sk);
	struct mini_cc *cc = &msk->cc;

	if (cc->state != MINI_CA_OPEN &&
	    seq_geq(msk->snd.una, msk->snd.recover)) {
		if (cc->state != MINI_CA_LOSS)
			cc->cwnd = cc->ssthresh;
		mini_recovery_end(sk);
	}
	mini_detect(sk, d);
	if (cc->state == MINI_CA_RECOVERY || cc->state == MINI_CA_CWR)
		mini_reduce(sk, d);
}

/**
 * mini_recovery_ack() - an ACK has been entered on the scoreboard
 * @sk: socket, owned
 * @d: what it delivers
 *
 * Return: true when the retransmission timer is to start anew.
 */
bool mini_recovery_ack(struct sock *sk, struct mini_delivery *d)
{
	struct mini_sock *msk = mini_sk(sk);

	if (!mini_undo_by_echo(sk, d) && msk->frto != MINI_FRTO_OFF)
		mini_judge_timeout(sk, d);
	if (!msk->snd.sack_ok) {
		if (d->dupack)
			mini_newreno_dupack(sk);
		return d->acked && mini_newreno_ack(sk, d->acked);
	}
	if (msk->tlp.out)
		mini_tlp_ack(sk, d);
	mini_sack_recovery(sk, d);
	if (!d->acked)		/* else all timers start anew */
		mini_timer_no_probe(sk);
	return d->acked;
}

/**
 * mini_recovery_reo_timeout() - a late packet is too late now
 * @sk: socket, owned
 */
void mini_recovery_reo_timeout(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	struct mini_delivery d = { .now_us = msk->now_us, .latest = true };
	bool begun = msk->cc.state == MINI_CA_RECOVERY;

	mini_detect(sk, &d);
	if (!begun && msk->cc.state == MINI_CA_RECOVERY)
		mini_reduce(sk, &d);
}

/**
 * mini_recovery_timeout() - the retransmission timer has expired
 * @sk: socket, owned
 *
 * RFC 5681 3.1: a threshold by the flight, once for each segment that times
 * out however often; room for one segment. RFC 6582 3.2 step 4, RFC 6675 5.1:
 * no fast retransmit until all that is out is ACKed.
 */
void mini_recovery_timeout(struct sock *sk)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_sock *msk = mini_sk(sk);
	struct mini_cc *cc = &msk->cc;

	if (msk->retries <= 1) {
		mini_undo_prepare(msk);
		mini_cc_congestion(cc, mini_flight(msk));
	}
	msk->frto = mn->sysctl.frto ? MINI_FRTO_STEP_2 : MINI_FRTO_OFF;
	cc->acked = 0;
	cc->state = MINI_CA_LOSS;
	if (cc->ops->on_timeout)
		cc->ops->on_timeout(cc);
	msk->snd.recover = msk->snd.nxt;
	msk->snd.dupacks = 0;
	msk->tlp.out = false;
	msk->ecn.hold = false;
	mini_ecn_reduced(&msk->ecn, msk->snd.nxt);
	mini_board_timeout(sk, msk->now_us);
	mini_room_for(msk, 1);	/* beside what RACK says is still on its way */
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
