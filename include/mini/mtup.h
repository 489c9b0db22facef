/* SPDX-License-Identifier: GPL-2.0-only */
/* Path MTU discovery without ICMP, RFC 4821 (tcp/mtup.c). Pure. */
#ifndef _MINI_MTUP_H
#define _MINI_MTUP_H

#include <linux/types.h>

/* net.mini.tcp_mtu_probing */
enum mini_mtup_mode {
	MINI_MTUP_OFF,
	MINI_MTUP_BLACK_HOLE,	/* only where one is suspected */
	MINI_MTUP_ALWAYS,
};

/**
 * struct mini_mtup - the search for the MTU of a path that may not tell it
 * @on: the search is on, and @low the limit of what is sent
 * @low: search_low, which is eff_pmtu too: an MTU that works, octets
 * @high: search_high: none above will
 * @probe: size of the probe that is out; 0 for none
 * @start: number of its first octet
 * @end: one past its last
 * @since_us: when this search began
 *
 * Owned by the socket lock.
 */
struct mini_mtup {
	bool on;
	u16 low;
	u16 high;
	u16 probe;
	u32 start;
	u32 end;
	u64 since_us;
};

void mini_mtup_init(struct mini_mtup *m, bool on, u32 base, u32 high,
		    u64 now_us);
u32 mini_mtup_limit(const struct mini_mtup *m, u32 mtu);
void mini_mtup_stuck(struct mini_mtup *m, u32 base, u32 floor, u64 now_us);
u32 mini_mtup_next(struct mini_mtup *m, u32 high, u32 enough, u64 interval_us,
		   u64 now_us);
void mini_mtup_sent(struct mini_mtup *m, u32 size, u32 start, u32 end);
bool mini_mtup_acked(struct mini_mtup *m, u32 una);
bool mini_mtup_failed(struct mini_mtup *m, u32 una, u32 lost);

#endif /* _MINI_MTUP_H */
