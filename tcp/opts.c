// SPDX-License-Identifier: GPL-2.0-only
/* TCP options (RFC 9293 3.1 and 3.2, RFC 7323, RFC 2018). Pure. */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <mini/opts.h>
#include <mini/param.h>

/* NOP, NOP, timestamps: how RFC 7323 appendix A says that data should come */
#define MINI_OPTS_TS_HEAD	(MINI_OPT_NOP << 24 | MINI_OPT_NOP << 16 | \
				 MINI_OPT_TS << 8 | 10)

/* At any alignment; the compiler makes one load of it where it can */
static u32 mini_be32(const u8 *p)
{
	return (u32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static u8 *mini_put_be32(u8 *p, u32 v)
{
	p[0] = v >> 24;
	p[1] = v >> 16;
	p[2] = v >> 8;
	p[3] = v;
	return p + 4;
}

static void mini_opt_take_ts(struct mini_opts *o, const u8 *p)
{
	o->has_ts = true;
	o->tsval = mini_be32(p);
	o->tsecr = mini_be32(p + 4);
}

static void mini_opt_take_sack(struct mini_opts *o, const u8 *p, u8 len)
{
	u8 i, n = (len - 2) / 8;

	if (!n || len != 2 + 8 * n)
		return;
	for (i = 0; i < n; i++) {
		o->sack[i].start = mini_be32(p + 2 + 8 * i);
		o->sack[i].end = mini_be32(p + 6 + 8 * i);
	}
	o->nr_sack = n;
}

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
	case MINI_OPT_SACK_OK:
		if (len == 2)
			o->sack_ok = true;
		break;
	case MINI_OPT_SACK:
		mini_opt_take_sack(o, p, len);
		break;
	case MINI_OPT_TS:
		if (len == 10)
			mini_opt_take_ts(o, p + 2);
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

	memset(o, 0, offsetof(struct mini_opts, sack));
	/* nearly all segments of a connection look like this */
	if (len == MINI_OPTS_TS_LEN &&
	    mini_be32(p) == MINI_OPTS_TS_HEAD) {
		mini_opt_take_ts(o, p + 4);
		return 0;
	}
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

static u8 *mini_opt_put(u8 *p, u8 kind, u8 len)
{
	p[0] = kind;
	p[1] = len;
	return p + 2;
}

static u8 *mini_opt_put_nops(u8 *p)
{
	return mini_opt_put(p, MINI_OPT_NOP, MINI_OPT_NOP);
}

static u8 *mini_opt_put_range(u8 *p, const struct mini_range *r)
{
	return mini_put_be32(mini_put_be32(p, r->start), r->end);
}

static u8 *mini_opts_put_sack_ok(const struct mini_opts *o, u8 *p)
{
	/* two octets that a timestamp would else fill with NOPs */
	if (!o->has_ts)
		p = mini_opt_put_nops(p);
	return mini_opt_put(p, MINI_OPT_SACK_OK, 2);
}

static u8 *mini_opts_put_ts(const struct mini_opts *o, u8 *p)
{
	if (!o->sack_ok)
		p = mini_opt_put_nops(p);
	p = mini_opt_put(p, MINI_OPT_TS, 10);
	return mini_put_be32(mini_put_be32(p, o->tsval), o->tsecr);
}

static u8 *mini_opts_put_sack(const struct mini_opts *o, u8 *p)
{
	u8 i;

	p = mini_opt_put_nops(p);
	p = mini_opt_put(p, MINI_OPT_SACK, 2 + 8 * o->nr_sack);
	for (i = 0; i < o->nr_sack; i++)
		p = mini_opt_put_range(p, &o->sack[i]);
	return p;
}

/**
 * mini_opts_build() - write the options of a segment
 * @o: each when set; together they must fit
 * @p: room for MINI_OPTS_MAX octets
 *
 * The order is the one that middleboxes know from Linux.
 *
 * Return: octets written, a multiple of four, padded by NOPs in front so
 * that each option of more than one octet is aligned.
 */
unsigned int mini_opts_build(const struct mini_opts *o, u8 *p)
{
	u8 *start = p;

	if (o->mss) {
		p = mini_opt_put(p, MINI_OPT_MSS, 4);
		*p++ = o->mss >> 8;
		*p++ = o->mss & 0xff;
	}
	if (o->sack_ok)
		p = mini_opts_put_sack_ok(o, p);
	if (o->has_ts)
		p = mini_opts_put_ts(o, p);
	if (o->has_wscale) {
		*p++ = MINI_OPT_NOP;
		p = mini_opt_put(p, MINI_OPT_WSCALE, 3);
		*p++ = o->wscale;
	}
	if (o->nr_sack)
		p = mini_opts_put_sack(o, p);
	return p - start;
}
