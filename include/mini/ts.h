/* SPDX-License-Identifier: GPL-2.0-only */
/* Timestamps and PAWS, RFC 7323. Pure. */
#ifndef _MINI_TS_H
#define _MINI_TS_H

#include <linux/types.h>
#include <mini/param.h>

/* a tick is 1.024 ms (RFC 7323 5.4 wants 1 ms to 1 s): a shift, no division */
#define MINI_TS_TICK_SHIFT	10

/**
 * struct mini_ts - timestamps of one connection
 * @ok: in use: offered by us, and once synchronized by both sides
 * @offset: of our clock, another one for each pair of hosts
 * @recent: TS.Recent
 * @recent_us: when it was taken
 *
 * Owned by the lock of whatever it is part of.
 */
struct mini_ts {
	bool ok;
	u32 offset;
	u32 recent;
	u64 recent_us;
};

/* TSval */
static inline u32 mini_ts_now(const struct mini_ts *ts, u64 now_us)
{
	return (u32)(now_us >> MINI_TS_TICK_SHIFT) + ts->offset;
}

static inline void mini_ts_take(struct mini_ts *ts, u32 tsval, u64 now_us)
{
	ts->recent = tsval;
	ts->recent_us = now_us;
}

/**
 * mini_ts_stale() - RFC 7323 5.3 R1: is a segment a late duplicate?
 * @ts: timestamps, in use
 * @tsval: of the segment
 * @now_us: time
 *
 * After 24 days of silence TS.Recent may have been lapped, and says nothing
 * any more (5.5).
 */
static inline bool mini_ts_stale(const struct mini_ts *ts, u32 tsval,
				 u64 now_us)
{
	return (s32)(tsval - ts->recent) < 0 &&
	       now_us - ts->recent_us < MINI_PAWS_24DAYS_US;
}

/**
 * mini_ts_rtt_us() - the round trip that an echoed timestamp measured
 * @ts: timestamps, in use
 * @tsecr: the echo
 * @now_us: time
 *
 * Return: microseconds, rounded up to a tick; 0 when the echo is none of ours
 * or older than two largest RTOs.
 */
static inline u32 mini_ts_rtt_us(const struct mini_ts *ts, u32 tsecr,
				 u64 now_us)
{
	u32 ticks = mini_ts_now(ts, now_us) - tsecr + 1;

	if (ticks > 2 * (MINI_RTO_MAX_US >> MINI_TS_TICK_SHIFT))
		return 0;
	return ticks << MINI_TS_TICK_SHIFT;
}

#endif /* _MINI_TS_H */
