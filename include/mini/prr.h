/* SPDX-License-Identifier: GPL-2.0-only */
/* Proportional rate reduction, RFC 9937 (tcp/prr.c). Pure. */
#ifndef _MINI_PRR_H
#define _MINI_PRR_H

#include <linux/types.h>

/**
 * struct mini_prr - state of one recovery (RFC 9937 section 5), octets
 * @delivered: prr_delivered: what has arrived since it began
 * @out: prr_out: what was sent since
 * @recover_fs: RecoverFS: what was in flight when it began
 *
 * Owned by the socket lock.
 */
struct mini_prr {
	u32 delivered;
	u32 out;
	u32 recover_fs;
};

/**
 * struct mini_prr_ack - one ACK of a recovery, octets
 * @delivered: DeliveredData
 * @inflight: what is in the network after it
 * @ssthresh: where the recovery is to end
 * @mss: SMSS
 * @safe: SafeACK: SND.UNA has moved, and no further loss came to light
 */
struct mini_prr_ack {
	u32 delivered;
	u32 inflight;
	u32 ssthresh;
	u32 mss;
	bool safe;
};

void mini_prr_start(struct mini_prr *p, u32 recover_fs);
u32 mini_prr_sndcnt(struct mini_prr *p, const struct mini_prr_ack *a);

#endif /* _MINI_PRR_H */
