// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pacing: a window's worth of packets spread over the round trip that it
 * takes, in place of a burst for each ACK. Faster than the window alone would
 * be, so that the window, and not the rate, is what limits (RFC 9002 7.7 says
 * the same of QUIC): twice in slow start, where the next round has twice as
 * much, and a fifth more after it. Pure.
 */
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <mini/pace.h>
#include <mini/param.h>

#define MINI_PACE_GAP_SHIFT	16
/* a second of a rate to what leaves in a millisecond, nearly */
#define MINI_PACE_BURST_SHIFT	10
/* a round trip that is shorter by this has twice as much in a packet */
#define MINI_PACE_SHORT_SHIFT	9

/**
 * mini_pace_init() - nothing is known of the path
 * @p: pacing
 */
void mini_pace_init(struct mini_pace *p)
{
	memset(p, 0, sizeof(*p));
	p->rate = MINI_PACE_NONE;
	p->burst = U32_MAX;
}

/**
 * mini_pace_begin() - the connection is established
 * @p: pacing
 * @free: octets that may leave at once: to spread the initial window over a
 *	round trip that one SYN has measured would only make short answers late
 */
void mini_pace_begin(struct mini_pace *p, u32 free)
{
	p->free = free;
}

static u64 mini_pace_rate(const struct mini_pace_of *of)
{
	/* 2^30 octets, 1000 %: below 2^57 */
	u64 scaled = (u64)of->wnd * (8 * MINI_USEC_PER_SEC / 100) *
		     of->ratio_pct;

	if (of->asked)
		return of->asked;
	if (!of->srtt_us8)
		return MINI_PACE_NONE;
	return max_t(u64, div_u64(scaled, of->srtt_us8), 1);
}

/*
 * About a millisecond's worth; and a short path takes more, for what stands in
 * a queue there is gone in a moment. Not so where the user asked for a rate.
 */
static u32 mini_pace_burst(const struct mini_pace_of *of, u64 rate)
{
	u64 octets = rate >> MINI_PACE_BURST_SHIFT;
	u32 steps = of->min_rtt_us >> MINI_PACE_SHORT_SHIFT;

	if (of->max == MINI_PACE_NONE && steps < 16)
		octets += (U16_MAX + 1) >> steps;
	return min_t(u64, octets, U32_MAX);
}

/**
 * mini_pace_set() - the rate, and what follows from it
 * @p: pacing
 * @of: what it is made of
 */
void mini_pace_set(struct mini_pace *p, const struct mini_pace_of *of)
{
	p->of = *of;
	p->rate = min(mini_pace_rate(of), of->max);
	p->gap = p->rate == MINI_PACE_NONE ? 0 :
		 div64_u64((u64)MINI_NSEC_PER_SEC << MINI_PACE_GAP_SHIFT,
			   max_t(u64, p->rate, 1));
	p->burst = mini_pace_burst(of, p->rate);
}

/**
 * mini_pace_take() - a packet leaves
 * @p: pacing
 * @len: octets of payload
 * @now_ns: time
 *
 * One that is late, for a timer is, has the next come up to half a gap
 * sooner, so that the rate is kept.
 *
 * Return: when it may leave: now, or later if it could not be held until then.
 */
u64 mini_pace_take(struct mini_pace *p, u32 len, u64 now_ns)
{
	u64 at_ns = max(p->next_ns, now_ns), late_ns = at_ns - p->next_ns;
	u64 gap_ns;

	p->last_ns = at_ns;
	if (p->free) {
		p->free -= min(p->free, len);
		return at_ns;
	}
	gap_ns = len * p->gap >> MINI_PACE_GAP_SHIFT;
	p->next_ns = at_ns + gap_ns - min(late_ns, gap_ns / 2);
	return at_ns;
}
