// SPDX-License-Identifier: GPL-2.0-only
/*
 * When to ACK (RFC 9293 3.8.6.3, RFC 5681 4.2). Pure.
 *
 * An ACK for text in order waits for more text, or for an answer to ride on,
 * as long as the peer's rhythm makes that likely: the ACK timeout, ATO,
 * follows the time between its segments. At the start, and when the peer
 * seems to have begun anew, its window is small and each ACK lets it grow:
 * a number of ACKs is sent at once. How long is not for RFCs to say, so this
 * is what Linux does.
 */
#include <linux/minmax.h>
#include <linux/string.h>
#include <mini/delack.h>
#include <mini/param.h>

/**
 * mini_delack_reset() - a connection begins
 * @d: state; the mode, which the user may have chosen, stays
 */
void mini_delack_reset(struct mini_delack *d)
{
	bool pingpong = d->pingpong;

	memset(d, 0, sizeof(*d));
	d->pingpong = pingpong;
}

/**
 * mini_delack_data_in() - text in order has arrived
 * @d: state
 * @now_us: time
 * @rto_us: our RTO, with which the peer's is compared
 *
 * Return: true when the peer's window is probably small: at the start, and
 * when it was silent for so long that it had to begin anew.
 */
bool mini_delack_data_in(struct mini_delack *d, u64 now_us, u32 rto_us)
{
	u64 gap_us = now_us - d->rcv_us;
	bool first = !d->ato_us;

	d->rcv_us = now_us;
	if (first)
		d->ato_us = MINI_ATO_MIN_US;
	else if (gap_us <= MINI_ATO_MIN_US / 2)
		d->ato_us = d->ato_us / 2 + MINI_ATO_MIN_US / 2;
	else if (gap_us < d->ato_us)
		d->ato_us = min_t(u32, d->ato_us / 2 + gap_us, rto_us);
	return first || gap_us > rto_us;
}

/**
 * mini_delack_pushed() - a segment seems to end what the peer has to say
 * @d: state
 */
void mini_delack_pushed(struct mini_delack *d)
{
	d->pushed = min(d->pushed + 1, 2);
}

/**
 * mini_delack_data_out() - text of ours leaves
 * @d: state
 * @now_us: time
 *
 * So soon after the peer's it is an answer, and there will be others.
 */
void mini_delack_data_out(struct mini_delack *d, u64 now_us)
{
	if (now_us - d->rcv_us < d->ato_us)
		d->pingpong = true;
}

/**
 * mini_delack_ack_sent() - the ACK that was owed has left
 * @d: state
 */
void mini_delack_ack_sent(struct mini_delack *d)
{
	d->pushed = 0;
	if (d->quick && !--d->quick)
		d->ato_us = MINI_ATO_MIN_US;
}

/**
 * mini_delack_missed() - an ACK was delayed until its timer fired
 * @d: state
 * @rto_us: our RTO
 *
 * The answer did not come, or the peer is slower than it was thought to be.
 */
void mini_delack_missed(struct mini_delack *d, u32 rto_us)
{
	if (d->pingpong)
		d->ato_us = MINI_ATO_MIN_US;
	else
		d->ato_us = min_t(u64, 2ULL * d->ato_us, rto_us);
	d->pingpong = false;
}

/**
 * mini_delack_grant() - the next ACKs help the peer's window to grow
 * @d: state
 * @n: how many
 */
void mini_delack_grant(struct mini_delack *d, u8 n)
{
	d->quick = max(d->quick, n);
}

/**
 * mini_delack_quick() - the peer is in trouble, and waits for ACKs
 * @d: state
 * @n: how many
 */
void mini_delack_quick(struct mini_delack *d, u8 n)
{
	mini_delack_grant(d, n);
	d->pingpong = false;
	d->ato_us = MINI_ATO_MIN_US;
}

/**
 * mini_delack_wait_us() - how long an ACK may wait
 * @d: state
 * @srtt_us: SRTT; 0 when it is not known
 *
 * Not much longer than the peer's ACKs take, or it would be waiting for us.
 *
 * Return: microseconds, MINI_ATO_MIN_US to MINI_DELACK_WORST_US.
 */
u32 mini_delack_wait_us(const struct mini_delack *d, u32 srtt_us)
{
	u32 most_us = srtt_us ?: MINI_DELACK_WORST_US;

	return clamp(min(d->ato_us, most_us), MINI_ATO_MIN_US,
		     MINI_DELACK_WORST_US);
}
