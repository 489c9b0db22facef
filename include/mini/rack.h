/* SPDX-License-Identifier: GPL-2.0-only */
/* RACK: loss told by time, RFC 8985 (tcp/rack.c). Pure. */
#ifndef _MINI_RACK_H
#define _MINI_RACK_H

#include <linux/types.h>

/**
 * struct mini_rack - state of RACK (RFC 8985 5.3)
 * @xmit_us: RACK.xmit_ts: when the latest sent segment that is known to have
 *	been delivered was sent; 0 before any was
 * @end_seq: RACK.end_seq: its end
 * @rtt_us: RACK.rtt: the round trip that it took
 * @fack: RACK.fack: highest number known to have been delivered
 * @dsack_round: RACK.dsack_round: SND.NXT when a DSACK widened the window;
 *	once in a round trip is enough
 * @in_dsack_round: @dsack_round counts
 * @reordered: RACK.reordering_seen: how often
 * @reorder_max: octets by which a segment was overtaken at most
 * @mult: RACK.reo_wnd_mult
 * @persist: RACK.reo_wnd_persist: recoveries until @mult is forgotten
 *
 * Owned by the socket lock.
 */
struct mini_rack {
	u64 xmit_us;
	u32 end_seq;
	u32 rtt_us;
	u32 fack;
	u32 dsack_round;
	bool in_dsack_round;
	u32 reordered;
	u32 reorder_max;
	u8 mult;
	u8 persist;
};

/**
 * struct mini_sent - when a segment was sent, of what RACK knows of it
 * @at_us: when it was last sent
 * @end_seq: one past its last octet
 * @resent: it was sent more than once
 * @stale: and what arrived is known to be an earlier copy
 */
struct mini_sent {
	u64 at_us;
	u32 end_seq;
	bool resent;
	bool stale;
};

/* mini_rack_left_us(): it was sent after all that is known as delivered */
#define MINI_RACK_NEVER	U64_MAX

void mini_rack_init(struct mini_rack *r, u32 una);
bool mini_rack_delivered(struct mini_rack *r, const struct mini_sent *s,
			 u64 now_us, u32 min_rtt_us);
u32 mini_rack_reo_wnd_us(const struct mini_rack *r, u32 min_rtt_us,
			 u32 srtt_us, bool eager);
u64 mini_rack_left_us(const struct mini_rack *r, const struct mini_sent *s,
		      u32 reo_wnd_us, u64 now_us);
void mini_rack_dsack(struct mini_rack *r, u32 una, u32 nxt);
void mini_rack_recovered(struct mini_rack *r);

#endif /* _MINI_RACK_H */
