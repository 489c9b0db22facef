/* SPDX-License-Identifier: GPL-2.0-only */
/* Pacing: how fast packets leave, and when the next may (tcp/pace.c). Pure. */
#ifndef _MINI_PACE_H
#define _MINI_PACE_H

#include <linux/math64.h>
#include <linux/types.h>

/* a rate that limits nothing */
#define MINI_PACE_NONE	U64_MAX

/**
 * struct mini_pace_of - what the rate is made of
 * @wnd: octets that may be out in a round trip
 * @srtt_us8: SRTT, eighths of a microsecond; 0 before the first sample
 * @slow_start: the window doubles with each round trip
 * @ratio_pct: rate in parts of @wnd / SRTT, percent; read by mini_pace_set()
 *	only, as is @min_rtt_us
 * @asked: rate that congestion control asks for, octets a second; 0 for one
 *	by the formula
 * @max: limit that the user has set, octets a second, or MINI_PACE_NONE
 * @min_rtt_us: shortest round trip
 */
struct mini_pace_of {
	u32 wnd;
	u32 srtt_us8;
	bool slow_start;
	u32 ratio_pct;
	u64 asked;
	u64 max;
	u32 min_rtt_us;
};

/**
 * struct mini_pace - the pacing of one connection
 * @rate: octets a second
 * @gap: time for one octet at that rate, in parts of 2^-16 ns: a product for
 *	each packet, and a quotient only where the rate changes
 * @burst: octets that one packet to IP may carry at that rate
 * @free: octets of the first window that leave without a gap yet
 * @last_ns: when the last packet was to leave
 * @next_ns: when the next may
 * @of: what @rate was made of
 *
 * Owned by the socket lock.
 */
struct mini_pace {
	u64 rate;
	u64 gap;
	u32 burst;
	u32 free;
	u64 last_ns;
	u64 next_ns;
	struct mini_pace_of of;
};

void mini_pace_init(struct mini_pace *p);
void mini_pace_begin(struct mini_pace *p, u32 free);
void mini_pace_set(struct mini_pace *p, const struct mini_pace_of *of);
u64 mini_pace_take(struct mini_pace *p, u32 len, u64 now_ns);

/* Nearly the same: within a 32nd of what it was */
static inline bool mini_pace_near(u32 now, u32 was)
{
	return now - (was - (was >> 5)) <= was >> 4;
}

/**
 * mini_pace_holds() - is the rate still good enough?
 * @p: pacing
 * @of: what the rate would be made of now
 *
 * The window moves with each ACK, and the rate leaves room for more than this
 * overlooks.
 */
static inline bool mini_pace_holds(const struct mini_pace *p,
				   const struct mini_pace_of *of)
{
	return mini_pace_near(of->wnd, p->of.wnd) &&
	       mini_pace_near(of->srtt_us8, p->of.srtt_us8) &&
	       of->slow_start == p->of.slow_start &&
	       of->asked == p->of.asked && of->max == p->of.max;
}

/**
 * mini_pace_wait_us() - how long until the next packet may leave
 * @p: pacing
 * @now_us: time
 * @ahead_us: so much before its time, for somebody below to wait
 *
 * Return: microseconds; 0 when it may leave.
 */
static inline u64 mini_pace_wait_us(const struct mini_pace *p, u64 now_us,
				    u32 ahead_us)
{
	u64 from_ns = (now_us + ahead_us) * 1000;

	if (p->next_ns <= from_ns)
		return 0;
	return div_u64(p->next_ns - from_ns + 999, 1000);
}

#endif /* _MINI_PACE_H */
