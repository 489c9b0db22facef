// SPDX-License-Identifier: GPL-2.0-only
/*
 * CUBIC, RFC 9438: after congestion the window comes back to where it was
 * along a cubic curve, fast, then flat near the old size, then fast again,
 * by the time that has passed and not by round trips.
 *
 * Windows are octets and times microseconds; the RFC's are segments and
 * seconds, so its C is C * SMSS here. All is done in integers of 64 bits.
 */
#include <linux/build_bug.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <mini/ca.h>
#include <mini/cubic.h>
#include <mini/param.h>

/* RFC 9438 4.6: beta_cubic, "SHOULD be set to 0.7" */
#define MINI_BETA_NUM		7U
#define MINI_BETA_DEN		10U
/* RFC 9438 4.7: (1 + beta_cubic) / 2 */
#define MINI_CONVERGE_NUM	17U
#define MINI_CONVERGE_DEN	20U
/* RFC 9438 4.3: alpha_cubic is 3 * (1 - beta_cubic) / (1 + beta_cubic) */
#define MINI_ALPHA_NUM		9U
#define MINI_ALPHA_DEN		17U
/* RFC 9438 5: C is 0.4, and this 1/C */
#define MINI_INV_C_NUM		5U
#define MINI_INV_C_DEN		2U

/*
 * |t - K| in microseconds below this (537 s) has a cube that fits in 64 bits
 * once 24 bits are gone: 2^29 * 2^29 / 2^24 * 2^29 = 2^63. The K of the
 * largest window in segments of MINI_MSS_MIN is 312 s; and beyond K no window
 * could follow the curve for so long.
 */
#define MINI_CUBIC_TIME_MAX	((1U << 29) - 1)
#define MINI_CUBIC_CUT		24
/* C * 2^24 / 10^18: from cubes so cut to segments, in parts of 2^-64 */
#define MINI_CUBIC_SCALE	123794004ULL

/**
 * mini_cubic_root() - cube root
 * @x: below 2^63
 *
 * One bit of the root at a time, the largest first.
 *
 * Return: the largest integer whose cube is not above @x.
 */
u32 mini_cubic_root(u64 x)
{
	u64 root = 0, bit, more;

	for (bit = 1ULL << 20; bit; bit >>= 1) {
		more = root | bit;
		if (more * more * more <= x)
			root = more;
	}
	return root;
}

/**
 * mini_cubic_k_us() - K of RFC 9438 4.2, cbrt(@octets / C)
 * @octets: W_max - cwnd_epoch, at most MINI_CWND_MAX
 * @mss: SMSS, octets
 *
 * The cube is taken in parts of 2^-30 of a second cubed, and in finer ones as
 * long as 64 bits hold it, so that the root has 20 bits or more.
 *
 * Return: microseconds.
 */
u32 mini_cubic_k_us(u32 octets, u32 mss)
{
	u32 shift = 10;
	u64 cube;

	if (!octets)
		return 0;
	cube = div_u64((u64)octets * MINI_INV_C_NUM << 30,
		       mss * MINI_INV_C_DEN);
	for (; cube < 1ULL << 60; cube <<= 3)
		shift++;
	return (u64)mini_cubic_root(cube) * MINI_USEC_PER_SEC >> shift;
}

/**
 * mini_cubic_window() - W_cubic of RFC 9438 4.2, C * (t - K)^3 + W_max
 * @e: the stage
 * @t_us: t
 * @mss: SMSS, octets
 *
 * Return: octets.
 */
u32 mini_cubic_window(const struct mini_cubic_epoch *e, u64 t_us, u32 mss)
{
	u64 time = t_us < e->k_us ? e->k_us - t_us : t_us - e->k_us, octets;

	time = min_t(u64, time, MINI_CUBIC_TIME_MAX);
	octets = mul_u64_u64_shr((time * time >> MINI_CUBIC_CUT) * time,
				 mss * MINI_CUBIC_SCALE, 64);
	if (t_us < e->k_us)
		return e->w_max - min_t(u64, octets, e->w_max);
	return min_t(u64, octets + e->w_max, MINI_CWND_MAX);
}

/* Octets out of *@part and @more, parts of 1/@cwnd; what is less stays there */
static u32 mini_cubic_octets(u64 *part, u64 more, u32 cwnd)
{
	u64 octets;
	u32 rest;

	*part += more;
	if (*part < cwnd)
		return 0;
	octets = div_u64_rem(*part, cwnd, &rest);
	*part = rest;
	return min_t(u64, octets, MINI_CWND_MAX);
}

/* RFC 9438 4.3: what Reno would have by now */
static void mini_cubic_estimate(struct mini_cubic *c, u32 cwnd, u32 mss,
				u32 acked)
{
	struct mini_cubic_epoch *e = &c->now;
	u64 more = (u64)acked * mss;

	if (e->w_est < e->cwnd_prior)
		more = div_u64(more * MINI_ALPHA_NUM, MINI_ALPHA_DEN);
	e->w_est = min(e->w_est + mini_cubic_octets(&c->est_part, more, cwnd),
		       MINI_CWND_MAX);
}

/*
 * RFC 9438 4.4 and 4.5, concave or convex: (target - cwnd) / cwnd for each
 * segment ACKed. A window's worth of them reaches the target, so no ACK does
 * more.
 */
static void mini_cubic_approach(struct mini_cc *cc, u64 *part, u32 target,
				u32 acked)
{
	u32 cwnd = cc->cwnd, way = clamp(target, cwnd, cwnd + cwnd / 2) - cwnd;

	mini_cc_grow(cc, min(mini_cubic_octets(part, (u64)way * acked, cwnd),
			     way));
}

/*
 * RFC 9438 4.2, K and W_max at the beginning of congestion avoidance. After a
 * timeout (4.8), after a slow start that lost nothing (4.10), and where the
 * curve's flat part is behind us, W_max is cwnd and K is 0.
 */
static noinline void mini_cubic_begin(struct mini_cubic *c, u32 cwnd, u32 mss,
				      u64 now_us)
{
	struct mini_cubic_epoch *e = &c->now;

	e->w_max = max(e->w_max, cwnd);
	e->k_us = mini_cubic_k_us(e->w_max - cwnd, mss);
	e->w_est = cwnd;
	e->t_us = 0;
	c->last_us = now_us;
}

/*
 * RFC 9438 4.2: t does not include times in which the window was not what
 * held the sender back. Of an idle time the last round trip does count: it is
 * the one that this ACK ends.
 *
 * Return: true when the clock, and so the window, may move.
 */
static bool mini_cubic_clock(struct mini_cubic *c, const struct mini_ca_ack *a)
{
	u64 passed_us = a->now_us - c->last_us;

	if (c->idle)
		passed_us = min_t(u64, passed_us, a->rtt_us);
	c->idle = false;
	c->last_us = a->now_us;
	if (a->limited)
		c->now.t_us += passed_us;
	return a->limited;
}

/* Apart from the rest, which is all that happens to most ACKs */
static noinline void mini_cubic_avoid(struct mini_cc *cc,
				      const struct mini_ca_ack *a, u32 acked)
{
	struct mini_cubic *c = mini_cc_priv(cc);
	struct mini_cubic_epoch *e = &c->now;

	mini_cubic_estimate(c, cc->cwnd, cc->mss, acked);
	if (mini_cubic_window(e, e->t_us, cc->mss) < e->w_est)
		cc->cwnd = max(cc->cwnd, e->w_est);
	else
		mini_cubic_approach(cc, &c->cwnd_part,
				    mini_cubic_window(e, e->t_us + a->srtt_us,
						      cc->mss),
				    acked);
}

/* RFC 9438 4.10. Return: octets ACKed that are left for what follows it */
static u32 mini_cubic_slow_start(struct mini_cc *cc,
				 const struct mini_ca_ack *a)
{
	struct mini_cubic *c = mini_cc_priv(cc);

	c->now.w_est = 0;	/* congestion avoidance will begin anew */
	if (cc->ssthresh != MINI_SSTHRESH_NONE)
		return a->limited ? mini_cc_slow_start(cc, a->acked) : 0;
	if (mini_hystart_on_ack(&c->hs, cc, a) ||
	    mini_hystart_train(&c->hs, cc, a))
		c->now.cwnd_prior = cc->cwnd;
	return 0;
}

static void mini_cubic_on_ack(struct mini_cc *cc, const struct mini_ca_ack *a)
{
	struct mini_cubic *c = mini_cc_priv(cc);
	u32 acked = a->acked;

	if (cc->cwnd < cc->ssthresh) {
		acked = mini_cubic_slow_start(cc, a);
		if (!acked)
			return;
	}
	if (!c->now.w_est)
		mini_cubic_begin(c, cc->cwnd, cc->mss, a->now_us);
	if (mini_cubic_clock(c, a))
		mini_cubic_avoid(cc, a, acked);
}

/*
 * RFC 9438 4.6, and 4.7: with fast convergence, a window that was smaller than
 * the last one leaves room for a newcomer.
 */
static u32 mini_cubic_ssthresh(struct mini_cc *cc, u32 flight)
{
	struct mini_cubic *c = mini_cc_priv(cc);
	struct mini_cubic_epoch *e = &c->now;

	if (cc->state == MINI_CA_OPEN)
		c->undo = *e;
	e->w_max = cc->cwnd >= e->w_max ? cc->cwnd :
		   div_u64((u64)cc->cwnd * MINI_CONVERGE_NUM,
			   MINI_CONVERGE_DEN);
	e->cwnd_prior = cc->cwnd;
	e->w_est = 0;
	return div_u64((u64)flight * MINI_BETA_NUM, MINI_BETA_DEN);
}

/* RFC 9438 4.8: K is 0, and W_max what cwnd will be, in the stage to come */
static void mini_cubic_on_timeout(struct mini_cc *cc)
{
	struct mini_cubic *c = mini_cc_priv(cc);

	c->now.w_max = 0;
}

/* RFC 9438 4.9 */
static void mini_cubic_undo(struct mini_cc *cc)
{
	struct mini_cubic *c = mini_cc_priv(cc);

	c->now = c->undo;
}

static void mini_cubic_on_idle(struct mini_cc *cc, u64 idle_us)
{
	struct mini_cubic *c = mini_cc_priv(cc);

	c->idle = true;
}

static void mini_cubic_init(struct mini_cc *cc, u64 now_us)
{
	struct mini_cubic *c = mini_cc_priv(cc);

	BUILD_BUG_ON(sizeof(*c) > MINI_CA_PRIV_SIZE);
	mini_hystart_init(&c->hs);
}

struct mini_ca_ops mini_cubic = {
	.name		= "cubic",
	.owner		= THIS_MODULE,
	.unrestricted	= true,
	.init		= mini_cubic_init,
	.on_ack		= mini_cubic_on_ack,
	.ssthresh	= mini_cubic_ssthresh,
	.on_timeout	= mini_cubic_on_timeout,
	.undo		= mini_cubic_undo,
	.on_idle	= mini_cubic_on_idle,
};
