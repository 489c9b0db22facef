// SPDX-License-Identifier: GPL-2.0-only
/*
 * SYN cookies (RFC 4987 3.6): what a half-open connection would remember goes
 * out in the SYN,ACK and comes back in the ACK. Pure.
 *
 * Our ISN is, from the top: 29 bits of a keyed hash, two that choose an MSS,
 * and the lowest bit of the time slot. The hash is of the tuple, the peer's
 * ISN, the whole slot, the MSS and the options, so of 2^29 ACKs that are made
 * up one is believed. There is no room for options; they go into the low bits
 * of TSval, which the peer echoes. A peer without timestamps has none.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <mini/cookie.h>
#include <mini/param.h>

#define MINI_COOKIE_MSS_SHIFT	1
#define MINI_COOKIE_MAC_SHIFT	3
#define MINI_COOKIE_SLOT_BIT	BIT(0)

/* in the low bits of TSval */
#define MINI_COOKIE_WSCALE	0xfU
#define MINI_COOKIE_NO_WSCALE	0xfU	/* no shift is so large */
#define MINI_COOKIE_SACK	BIT(4)

/* The least; a host that takes any IPv6 packet; a tunnel; Ethernet */
static const u16 mini_cookie_mss[] = { MINI_MSS_DEFAULT, 1220, 1400, 1460 };

static u32 mini_cookie_opts(const struct mini_cookie *c)
{
	u32 opts = c->has_wscale ? c->wscale : MINI_COOKIE_NO_WSCALE;

	return opts | (c->sack_ok ? MINI_COOKIE_SACK : 0);
}

static u32 mini_cookie_mac(const struct mini_cookie *c,
			   const siphash_key_t *key, u32 slot, u32 mss_idx)
{
	u32 what = c->wire | mss_idx << 8 | (u32)c->has_ts << 10;

	if (c->has_ts)
		what |= mini_cookie_opts(c) << 16;
	return siphash_3u64((u64)c->laddr << 32 | c->raddr,
			    (u64)c->ports << 32 | c->irs,
			    (u64)slot << 32 | what, key) <<
	       MINI_COOKIE_MAC_SHIFT;
}

static u32 mini_cookie_iss(const struct mini_cookie *c,
			   const siphash_key_t *key, u32 slot, u32 mss_idx)
{
	return mini_cookie_mac(c, key, slot, mss_idx) |
	       mss_idx << MINI_COOKIE_MSS_SHIFT |
	       (slot & MINI_COOKIE_SLOT_BIT);
}

/**
 * mini_cookie_make() - our ISN for a SYN
 * @c: what the SYN says
 * @key: secret
 * @now_us: time
 * @iss: the cookie
 *
 * Return: false when the peer's MSS is smaller than any that a cookie can say.
 */
bool mini_cookie_make(const struct mini_cookie *c, const siphash_key_t *key,
		      u64 now_us, u32 *iss)
{
	int idx = ARRAY_SIZE(mini_cookie_mss);

	while (idx--) {
		if (c->mss < mini_cookie_mss[idx])
			continue;
		*iss = mini_cookie_iss(c, key, mini_cookie_slot(now_us), idx);
		return true;
	}
	return false;
}

/**
 * mini_cookie_check() - is it a cookie of ours, and of late?
 * @c: what the ACK says; @c->mss is filled in
 * @key: secret
 * @now_us: time
 * @iss: SEG.ACK - 1
 *
 * Return: true when it is.
 */
bool mini_cookie_check(struct mini_cookie *c, const siphash_key_t *key,
		       u64 now_us, u32 iss)
{
	u32 idx = iss >> MINI_COOKIE_MSS_SHIFT &
		  (ARRAY_SIZE(mini_cookie_mss) - 1);
	u32 slot = mini_cookie_slot(now_us);

	slot -= (slot ^ iss) & MINI_COOKIE_SLOT_BIT;
	c->mss = mini_cookie_mss[idx];
	return mini_cookie_iss(c, key, slot, idx) == iss;
}

/**
 * mini_cookie_tsval() - put the options into the TSval of a SYN,ACK
 * @c: what the SYN says
 * @tsval: what the clock says
 *
 * Return: the last value with these low bits that is not later than @tsval.
 */
u32 mini_cookie_tsval(const struct mini_cookie *c, u32 tsval)
{
	return tsval - ((tsval - mini_cookie_opts(c)) & MINI_COOKIE_OPT_MASK);
}

/**
 * mini_cookie_tsecr() - take the options out of the echo
 * @c: @c->has_wscale, @c->wscale and @c->sack_ok are filled in
 * @tsecr: TSecr of an ACK; of a meaning once mini_cookie_check() has said so
 */
void mini_cookie_tsecr(struct mini_cookie *c, u32 tsecr)
{
	u32 wscale = tsecr & MINI_COOKIE_WSCALE;

	c->has_wscale = wscale <= MINI_WSCALE_MAX;
	c->wscale = c->has_wscale ? wscale : 0;
	c->sack_ok = tsecr & MINI_COOKIE_SACK;
}
