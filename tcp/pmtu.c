// SPDX-License-Identifier: GPL-2.0-only
/*
 * The MTU of the path as a connection finds it out by itself: what tcp/mtup.c
 * has to know, and what follows from its answers. Found per connection, and for
 * it alone.
 */
#include <mini/ip.h>
#include <mini/tcp.h>

/* a lost probe is told by so many segments behind it (RFC 4821 7.4) */
#define MINI_PROBE_BEHIND	(MINI_DUPACKS + 1)
/* below, a probe would be too much of what is in flight */
#define MINI_PROBE_CWND_SEGS	11U

static const struct mini_sysctl *mini_pmtu_sysctl(const struct sock *sk)
{
	return &mini_sk(sk)->mn->sysctl;
}

/* What the peer takes, and the route as far as it knows */
static u32 mini_pmtu_high(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	return min_t(u32, msk->snd.peer_mss + MINI_HLEN, msk->ip->mtu(sk));
}

/**
 * mini_pmtu_start() - the peer has told its MSS
 * @sk: socket, owned
 */
void mini_pmtu_start(struct sock *sk)
{
	const struct mini_sysctl *s = mini_pmtu_sysctl(sk);
	struct mini_sock *msk = mini_sk(sk);

	mini_mtup_init(&msk->mtup,
		       s->mtu_probing == MINI_MTUP_ALWAYS,
		       s->base_mss + MINI_HLEN, mini_pmtu_high(sk),
		       msk->now_us);
}

/**
 * mini_pmtu_stuck() - R1 timeouts in a row, or more: is it a black hole?
 * @sk: socket, owned
 */
void mini_pmtu_stuck(struct sock *sk)
{
	const struct mini_sysctl *s = mini_pmtu_sysctl(sk);
	struct mini_sock *msk = mini_sk(sk);

	if (s->mtu_probing == MINI_MTUP_OFF)
		return;
	MINI_INC(msk->mn, MTU_BLACK_HOLES);
	mini_mtup_stuck(&msk->mtup, s->base_mss + MINI_HLEN,
			max_t(u32, s->mtu_probe_floor, MINI_MSS_MIN) +
			MINI_HLEN, msk->now_us);
	mini_tcp_mtu_changed(sk);
}

/*
 * Nothing is wrong, and nothing but payload will be in it; and behind it there
 * is enough to tell its loss by.
 */
static bool mini_pmtu_may_probe(const struct mini_sock *msk, u32 len)
{
	u32 need = len + MINI_PROBE_BEHIND * msk->snd.mss;

	return msk->snd.sack_ok && msk->cc.state == MINI_CA_OPEN &&
	       !msk->snd.sacked && !msk->snd.lost && !msk->rcv.sack.nr &&
	       !msk->rcv.sack.dup && !mini_urgent_mode(msk) &&
	       msk->cc.cwnd >= MINI_PROBE_CWND_SEGS * msk->snd.mss &&
	       mini_pipe(msk) + len <= msk->cc.cwnd &&
	       msk->snd.write - msk->snd.nxt >= need &&
	       mini_flight(msk) + need <= msk->snd.wnd;
}

/**
 * mini_pmtu_probe() - should the next segment be a probe?
 * @sk: socket, owned
 * @len: set to its payload
 *
 * Return: its MTU, or 0.
 */
u32 mini_pmtu_probe(struct sock *sk, u32 *len)
{
	const struct mini_sysctl *s = mini_pmtu_sysctl(sk);
	struct mini_sock *msk = mini_sk(sk);
	u32 high = mini_pmtu_high(sk), size;

	msk->mtup.high = min_t(u32, msk->mtup.high, high);
	size = mini_mtup_next(&msk->mtup, high, s->probe_threshold,
			      (u64)s->probe_interval_s * MINI_USEC_PER_SEC,
			      msk->now_us);
	*len = size - MINI_HLEN - (msk->ts.ok ? MINI_OPTS_TS_LEN : 0);
	return size && *len > msk->snd.mss && mini_pmtu_may_probe(msk, *len) ?
	       size : 0;
}

/**
 * mini_pmtu_ack() - SND.UNA has moved
 * @sk: socket, owned
 */
void mini_pmtu_ack(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	if (likely(!msk->mtup.probe) ||
	    !mini_mtup_acked(&msk->mtup, msk->snd.una))
		return;
	MINI_INC(msk->mn, MTU_PROBES_GOOD);
	mini_tcp_mtu_changed(sk);
}

/**
 * mini_pmtu_lost() - is what is lost a probe, and no sign of congestion?
 * @sk: socket, owned
 */
bool mini_pmtu_lost(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	if (likely(!msk->mtup.probe) ||
	    !mini_mtup_failed(&msk->mtup, msk->snd.una, msk->snd.lost))
		return false;
	MINI_INC(msk->mn, MTU_PROBES_LOST);
	return true;
}
