/* SPDX-License-Identifier: GPL-2.0-only */
/* SYN cookies, RFC 4987 3.6: a SYN,ACK that remembers itself. Pure. */
#ifndef _MINI_COOKIE_H
#define _MINI_COOKIE_H

#include <linux/siphash.h>
#include <linux/types.h>

/* a slot is 67 s: a shift, no division. A cookie is good in two of them. */
#define MINI_COOKIE_SLOT_SHIFT	26
/* low bits of TSval that hold options: it is up to 65 ms behind the clock */
#define MINI_COOKIE_OPT_BITS	6
#define MINI_COOKIE_OPT_MASK	((1U << MINI_COOKIE_OPT_BITS) - 1)

/**
 * struct mini_cookie - all that the SYN of a cookie said
 * @laddr: our address
 * @raddr: the peer's
 * @ports: both
 * @wire: IP protocol
 * @irs: the peer's ISN
 * @mss: its MSS, octets; at most that much when it comes out of a cookie
 * @has_ts: both sides have timestamps
 * @has_wscale: both sides scale windows; only with timestamps
 * @wscale: the peer's shift
 * @sack_ok: both sides say SACK-permitted; only with timestamps
 *
 * Addresses and ports in any order of octets, but always the same.
 */
struct mini_cookie {
	u32 laddr;
	u32 raddr;
	u32 ports;
	u8 wire;
	u32 irs;
	u16 mss;
	bool has_ts;
	bool has_wscale;
	u8 wscale;
	bool sack_ok;
};

/* Slots count from 2, so that 0 is long ago for anybody */
static inline u32 mini_cookie_slot(u64 now_us)
{
	return (u32)(now_us >> MINI_COOKIE_SLOT_SHIFT) + 2;
}

/* Is a cookie of slot @then still good? */
static inline bool mini_cookie_fresh(u32 then, u64 now_us)
{
	return mini_cookie_slot(now_us) - then <= 1;
}

bool mini_cookie_make(const struct mini_cookie *c, const siphash_key_t *key,
		      u64 now_us, u32 *iss);
bool mini_cookie_check(struct mini_cookie *c, const siphash_key_t *key,
		       u64 now_us, u32 iss);
u32 mini_cookie_tsval(const struct mini_cookie *c, u32 tsval);
void mini_cookie_tsecr(struct mini_cookie *c, u32 tsecr);

#endif /* _MINI_COOKIE_H */
