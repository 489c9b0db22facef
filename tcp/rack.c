// SPDX-License-Identifier: GPL-2.0-only
/*
 * RACK (RFC 8985 section 6): a segment is lost when one that was sent later
 * has been delivered, and it has had a little time, the reordering window, to
 * come all the same. Pure; tcp/scoreboard.c asks it about each packet.
 */
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <mini/rack.h>
#include <mini/seq.h>

/* RFC 8985 6.2: "RACK.reo_wnd_persist = 16" */
#define MINI_RACK_PERSIST	16

/**
 * mini_rack_init() - nothing has been delivered yet
 * @r: state
 * @una: SND.UNA
 */
void mini_rack_init(struct mini_rack *r, u32 una)
{
	memset(r, 0, sizeof(*r));
	r->fack = una;
	r->mult = 1;
}

static bool mini_rack_sent_after(u64 a_us, u32 a_end, u64 b_us, u32 b_end)
{
	return a_us > b_us || (a_us == b_us && seq_gt(a_end, b_end));
}

/**
 * mini_rack_delivered() - steps 2 and 3: a segment is newly known to have
 * arrived
 * @r: state
 * @s: the segment
 * @now_us: time
 * @min_rtt_us: RACK.min_RTT
 *
 * Several of one ACK are told in the order of their numbers.
 *
 * Return: true when it was sent later than all that had arrived before: those
 * that were sent earlier and have not are late now. Without such news nobody is
 * later than they were a moment ago, but for the time that has passed.
 */
bool mini_rack_delivered(struct mini_rack *r, const struct mini_sent *s,
			 u64 now_us, u32 min_rtt_us)
{
	u32 rtt_us = min_t(u64, now_us - s->at_us, U32_MAX);

	if (!s->resent && seq_lt(s->end_seq, r->fack)) {
		r->reordered++;
		r->reorder_max = max(r->reorder_max, r->fack - s->end_seq);
	}
	r->fack = seq_max(r->fack, s->end_seq);
	/* back sooner than possible: it was an earlier copy */
	if (s->resent && (s->stale || rtt_us < min_rtt_us))
		return false;
	if (!mini_rack_sent_after(s->at_us, s->end_seq, r->xmit_us,
				  r->end_seq))
		return false;
	r->xmit_us = s->at_us;
	r->end_seq = s->end_seq;
	r->rtt_us = rtt_us;
	return true;
}

/**
 * mini_rack_reo_wnd_us() - step 4: how long may a segment be late?
 * @r: state
 * @min_rtt_us: RACK.min_RTT
 * @srtt_us: SRTT
 * @eager: in recovery, or as much is SACKed as DupThresh asks for: no waiting
 *	on a path that has never been seen to reorder
 *
 * Return: microseconds.
 */
u32 mini_rack_reo_wnd_us(const struct mini_rack *r, u32 min_rtt_us,
			 u32 srtt_us, bool eager)
{
	if (eager && !r->reordered)
		return 0;
	return min_t(u64, (u64)r->mult * min_rtt_us / 4, srtt_us);
}

/**
 * mini_rack_left_us() - step 5: how long has a segment before it counts as
 * lost?
 * @r: state
 * @s: segment that is not known to have arrived
 * @reo_wnd_us: of mini_rack_reo_wnd_us()
 * @now_us: time
 *
 * Return: microseconds; 0 when it is lost; MINI_RACK_NEVER when nothing that
 * was sent later has arrived.
 */
u64 mini_rack_left_us(const struct mini_rack *r, const struct mini_sent *s,
		      u32 reo_wnd_us, u64 now_us)
{
	u64 due_us = s->at_us + r->rtt_us + reo_wnd_us;

	if (!mini_rack_sent_after(r->xmit_us, r->end_seq, s->at_us,
				  s->end_seq))
		return MINI_RACK_NEVER;
	return due_us > now_us ? due_us - now_us : 0;
}

/**
 * mini_rack_dsack() - a retransmission was for nothing: wait longer
 * @r: state
 * @una: SND.UNA
 * @nxt: SND.NXT
 */
void mini_rack_dsack(struct mini_rack *r, u32 una, u32 nxt)
{
	if (r->in_dsack_round && seq_lt(una, r->dsack_round))
		return;
	r->in_dsack_round = true;
	r->dsack_round = nxt;
	r->persist = MINI_RACK_PERSIST;
	if (r->mult < U8_MAX)
		r->mult++;
}

/**
 * mini_rack_recovered() - a recovery is over; the window shrinks again after
 * MINI_RACK_PERSIST of them without a DSACK
 * @r: state
 */
void mini_rack_recovered(struct mini_rack *r)
{
	if (r->persist && !--r->persist)
		r->mult = 1;
}
