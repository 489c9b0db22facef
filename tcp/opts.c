// SPDX-License-Identifier: GPL-2.0-only
/* TCP options (RFC 9293 3.1 and 3.2, RFC 7323 2). Pure. */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <mini/opts.h>
#include <mini/param.h>

static void mini_opt_take(struct mini_opts *o, const u8 *p, u8 len)
{
	switch (p[0]) {
	case MINI_OPT_MSS:
		if (len == 4)
			o->mss = p[2] << 8 | p[3];
		break;
	case MINI_OPT_WSCALE:
		if (len == 3) {
			o->has_wscale = true;
			o->wscale = min_t(u8, p[2], MINI_WSCALE_MAX);
		}
		break;
	}
}

/**
 * mini_opts_parse() - read the options of a segment
 * @p: first octet after the fixed header, at any alignment
 * @len: octets of options
 * @o: filled; an option that is unknown or of the wrong length for its kind
 *	is passed over (RFC 9293 MUST-6)
 *
 * Return: 0, or -EINVAL when a length is impossible (RFC 9293 MUST-7).
 */
int mini_opts_parse(const u8 *p, unsigned int len, struct mini_opts *o)
{
	const u8 *end = p + len;

	memset(o, 0, sizeof(*o));
	while (p < end && *p != MINI_OPT_EOL) {
		if (*p == MINI_OPT_NOP) {
			p++;
			continue;
		}
		if (end - p < 2 || p[1] < 2 || p[1] > end - p)
			return -EINVAL;
		mini_opt_take(o, p, p[1]);
		p += p[1];
	}
	return 0;
}

/**
 * mini_opts_build() - write the options of a SYN
 * @o: MSS and window scale, each when set
 * @p: room for MINI_OPTS_MAX octets
 *
 * Return: octets written, a multiple of four, padded by NOPs in front so
 * that each option of more than one octet is aligned.
 */
unsigned int mini_opts_build(const struct mini_opts *o, u8 *p)
{
	u8 *start = p;

	if (o->mss) {
		*p++ = MINI_OPT_MSS;
		*p++ = 4;
		*p++ = o->mss >> 8;
		*p++ = o->mss & 0xff;
	}
	if (o->has_wscale) {
		*p++ = MINI_OPT_NOP;
		*p++ = MINI_OPT_WSCALE;
		*p++ = 3;
		*p++ = o->wscale;
	}
	return p - start;
}
