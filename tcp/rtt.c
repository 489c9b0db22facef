// SPDX-License-Identifier: GPL-2.0-only
/*
 * Round-trip time and retransmission timeout, RFC 6298. Pure.
 *
 * SRTT is kept in eighths and RTTVAR in quarters of a microsecond, so that
 * the gains alpha = 1/8 and beta = 1/4 are exact subtractions.
 */
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <mini/param.h>
#include <mini/rtt.h>
#include <mini/seq.h>

/*
 * The floor stands on the variance, and not on the whole: on a steady path
 * RTTVAR dies away, and the one ACK that the peer delays would be overdue.
 */
static void mini_rtt_set_rto(struct mini_rtt *r)
{
	u32 var_us = max(r->rttvar_us4, MINI_RTO_MIN_US);

	r->rto_us = min_t(u64, (u64)(r->srtt_us8 >> 3) + var_us,
			  MINI_RTO_MAX_US);
}

/**
 * mini_rtt_init() - before the first sample (RFC 6298 2.1)
 * @r: estimator
 */
void mini_rtt_init(struct mini_rtt *r)
{
	memset(r, 0, sizeof(*r));
	r->rto_us = MINI_RTO_INIT_US;
	r->min_us = U32_MAX;
	r->next_min_us = U32_MAX;
}

/**
 * mini_rtt_sample() - one unambiguous measurement (RFC 6298 2.2, 2.3)
 * @r: estimator
 * @rtt_us: microseconds; the caller has applied Karn's rule. Above 2^28 it
 *	is cut: four minutes, twice the largest RTO.
 *
 * Takes back the back-off: the sample is of new data (RFC 6298 5).
 */
void mini_rtt_sample(struct mini_rtt *r, u32 rtt_us)
{
	s32 err;

	rtt_us = clamp_t(u32, rtt_us, 1, BIT(28));
	r->min_us = min(r->min_us, rtt_us);
	r->backoff = 0;
	if (!r->srtt_us8) {
		r->srtt_us8 = rtt_us << 3;
		r->rttvar_us4 = rtt_us << 1;
	} else {
		err = (s32)rtt_us - (s32)(r->srtt_us8 >> 3);
		/* RTTVAR first: it wants the old SRTT */
		r->rttvar_us4 += abs(err) - (r->rttvar_us4 >> 2);
		r->srtt_us8 += err;
	}
	mini_rtt_set_rto(r);
}

/**
 * mini_rtt_min() - age the minimum
 * @r: estimator, which has had the sample
 * @rtt_us: the sample
 * @now_us: time
 *
 * The smallest of one to two windows of MINI_MIN_RTT_US: when a path has
 * become longer, what it once was says nothing any more (RFC 8985 6.2).
 */
void mini_rtt_min(struct mini_rtt *r, u32 rtt_us, u64 now_us)
{
	r->next_min_us = min(r->next_min_us, rtt_us);
	if (now_us - r->min_since_us < MINI_MIN_RTT_US)
		return;
	if (r->min_since_us)	/* not the first, which begins the window */
		r->min_us = r->next_min_us;
	r->next_min_us = rtt_us;
	r->min_since_us = now_us;
}

/**
 * mini_rtt_rto_us() - RTO with the back-off in force
 * @r: estimator
 *
 * Return: microseconds, at most MINI_RTO_MAX_US.
 */
u32 mini_rtt_rto_us(const struct mini_rtt *r)
{
	return min_t(u64, (u64)r->rto_us << r->backoff, MINI_RTO_MAX_US);
}

/**
 * mini_rtt_backoff() - the timer expired (RFC 6298 5.5)
 * @r: estimator
 */
void mini_rtt_backoff(struct mini_rtt *r)
{
	if (mini_rtt_rto_us(r) < MINI_RTO_MAX_US)
		r->backoff++;
}

/**
 * mini_rtt_collapse() - new data got through without giving a sample
 * @r: estimator
 */
void mini_rtt_collapse(struct mini_rtt *r)
{
	r->backoff = 0;
}

/**
 * mini_rtt_progress() - data got through, but which of its copies?
 * @r: estimator
 *
 * One doubling less. Karn would keep them all until a sample comes, and with
 * much loss that is never; without any of them a path that has become longer
 * than RTO would see each segment twice for ever (RFC 8961 section 4).
 */
void mini_rtt_progress(struct mini_rtt *r)
{
	if (r->backoff)
		r->backoff--;
}

/**
 * mini_rtt_syn_lost() - a SYN was sent more than once (RFC 6298 5.7)
 * @r: estimator, without a sample yet
 */
void mini_rtt_syn_lost(struct mini_rtt *r)
{
	r->backoff = 0;
	if (!r->srtt_us8)
		r->rto_us = max(r->rto_us, MINI_RTO_SYN_LOST_US);
}

/**
 * mini_rcv_rtt_echo() - text came with an echo of a timestamp
 * @r: estimator
 * @tsecr: the echo
 * @rtt_us: how long ago it was sent; 0 for no sample
 *
 * The first of those with the same echo: the others were sent later.
 */
void mini_rcv_rtt_echo(struct mini_rcv_rtt *r, u32 tsecr, u32 rtt_us)
{
	if (tsecr == r->tsecr || !rtt_us)
		return;
	r->tsecr = tsecr;
	rtt_us = min(rtt_us, MINI_RTO_MAX_US);
	r->us8 = r->us8 ? r->us8 - (r->us8 >> 3) + rtt_us : rtt_us << 3;
}

/**
 * mini_rcv_rtt_window() - text came: has the window of a while ago been used?
 * @r: estimator
 * @rcv_nxt: RCV.NXT
 * @edge: right edge of the window
 * @now_us: time
 *
 * That takes a round trip at least, and more if the peer is slow: the shortest
 * counts.
 */
void mini_rcv_rtt_window(struct mini_rcv_rtt *r, u32 rcv_nxt, u32 edge,
			 u64 now_us)
{
	u32 rtt_us;

	if (r->since_us && seq_lt(rcv_nxt, r->edge))
		return;
	rtt_us = clamp_t(u64, now_us - r->since_us, 1, MINI_RTO_MAX_US);
	if (r->since_us && (!r->us8 || rtt_us << 3 < r->us8))
		r->us8 = rtt_us << 3;
	r->edge = edge;
	r->since_us = now_us;
}
