/* SPDX-License-Identifier: GPL-2.0-only */
/* Round-trip time and retransmission timeout, RFC 6298 (tcp/rtt.c). Pure. */
#ifndef _MINI_RTT_H
#define _MINI_RTT_H

#include <linux/types.h>

/**
 * struct mini_rtt - the estimator
 * @srtt_us8: SRTT, eighths of a microsecond; 0 before the first sample
 * @rttvar_us4: RTTVAR, quarters of a microsecond
 * @rto_us: RTO before back-off
 * @min_us: smallest sample of the last minutes
 * @next_min_us: smallest since @min_since_us
 * @min_since_us: when that began
 * @backoff: doublings in force
 *
 * Owned by the socket lock.
 */
struct mini_rtt {
	u32 srtt_us8;
	u32 rttvar_us4;
	u32 rto_us;
	u32 min_us;
	u32 next_min_us;
	u64 min_since_us;
	u8 backoff;
};

/**
 * struct mini_rcv_rtt - the round trip as who only receives can tell it
 * @us8: smoothed, eighths of a microsecond; 0 before the first sample
 * @tsecr: the last echo that was taken
 * @edge: right edge of the window when @since_us was
 * @since_us: when the time that a window takes began to be measured; 0 for
 *	not at all
 *
 * Owned by the socket lock.
 */
struct mini_rcv_rtt {
	u32 us8;
	u32 tsecr;
	u32 edge;
	u64 since_us;
};

void mini_rtt_init(struct mini_rtt *r);
void mini_rtt_sample(struct mini_rtt *r, u32 rtt_us);
void mini_rtt_min(struct mini_rtt *r, u32 rtt_us, u64 now_us);
void mini_rtt_backoff(struct mini_rtt *r);
void mini_rtt_collapse(struct mini_rtt *r);
void mini_rtt_progress(struct mini_rtt *r);
void mini_rtt_syn_lost(struct mini_rtt *r);
u32 mini_rtt_rto_us(const struct mini_rtt *r);
void mini_rcv_rtt_echo(struct mini_rcv_rtt *r, u32 tsecr, u32 rtt_us);
void mini_rcv_rtt_window(struct mini_rcv_rtt *r, u32 rcv_nxt, u32 edge,
			 u64 now_us);

#endif /* _MINI_RTT_H */
