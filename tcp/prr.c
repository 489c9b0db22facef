// SPDX-License-Identifier: GPL-2.0-only
/*
 * Proportional rate reduction (RFC 9937): in recovery each ACK lets as much
 * out as brings the flight down to ssthresh by the end of the round trip, in
 * an even flow. Pure.
 */
#include <linux/math64.h>
#include <linux/minmax.h>
#include <mini/prr.h>

/**
 * mini_prr_start() - a recovery begins (RFC 9937 6.1)
 * @p: state
 * @recover_fs: RecoverFS, octets
 */
void mini_prr_start(struct mini_prr *p, u32 recover_fs)
{
	p->delivered = 0;
	p->out = 0;
	p->recover_fs = max(recover_fs, 1U);
}

/* More is in flight than shall be: one out for so many in (6.2) */
static u32 mini_prr_proportional(const struct mini_prr *p, u32 ssthresh)
{
	u64 due = DIV64_U64_ROUND_UP((u64)p->delivered * ssthresh,
				     p->recover_fs);

	return due > p->out ? due - p->out : 0;
}

/* Losses have brought it below: catch up, but no faster than is prudent */
static u32 mini_prr_bounded(const struct mini_prr *p,
			    const struct mini_prr_ack *a)
{
	u32 behind = p->delivered > p->out ? p->delivered - p->out : 0;
	u32 n = max(behind, a->delivered);

	if (a->safe)
		n += a->mss;
	return min(a->ssthresh - a->inflight, n);
}

/**
 * mini_prr_sndcnt() - SndCnt of an ACK (RFC 9937 6.2)
 * @p: state; takes the ACK into account
 * @a: the ACK
 *
 * Return: octets that may be sent now; the caller adds what it does send to
 * @p->out.
 */
u32 mini_prr_sndcnt(struct mini_prr *p, const struct mini_prr_ack *a)
{
	u32 n;

	p->delivered += a->delivered;
	if (a->inflight > a->ssthresh)
		n = mini_prr_proportional(p, a->ssthresh);
	else
		n = mini_prr_bounded(p, a);
	/* the first ACK always lets the lost segment out */
	return p->out ? n : max(n, a->mss);
}
