/* SPDX-License-Identifier: GPL-2.0-only */
/* TCP options, bytes to struct and back (tcp/opts.c). Pure. */
#ifndef _MINI_OPTS_H
#define _MINI_OPTS_H

#include <linux/types.h>

#define MINI_OPT_EOL	0
#define MINI_OPT_NOP	1
#define MINI_OPT_MSS	2
#define MINI_OPT_WSCALE	3
#define MINI_OPT_SACK_OK	4
#define MINI_OPT_SACK	5
#define MINI_OPT_TS	8

#define MINI_OPTS_MAX	40

/* octets that an option takes, the NOPs that align it counted */
#define MINI_OPTS_TS_LEN	12
#define MINI_OPTS_SACK_LEN(n)	(4 + 8 * (n))
/* RFC 2018 section 3: four blocks, or three beside a timestamp */
#define MINI_SACK_MAX	4

/**
 * struct mini_range - a stretch of the number space
 * @start: first octet
 * @end: one past the last (RFC 2018 section 3)
 */
struct mini_range {
	u32 start;
	u32 end;
};

/**
 * struct mini_opts - the options of one segment
 * @mss: MSS, 0 when absent
 * @wscale: shift count as received (RFC 7323), above 14 cut to 14
 * @has_wscale: the option is there
 * @sack_ok: SACK-permitted is there (RFC 2018)
 * @has_ts: the timestamps option is there (RFC 7323 3.2)
 * @nr_sack: blocks in @sack
 * @tsval: TSval
 * @tsecr: TSecr, of a meaning with the ACK bit only
 * @sack: blocks, in the order of the option; above @nr_sack undefined
 */
struct mini_opts {
	u16 mss;
	u8 wscale;
	bool has_wscale;
	bool sack_ok;
	bool has_ts;
	u8 nr_sack;
	u32 tsval;
	u32 tsecr;
	struct mini_range sack[MINI_SACK_MAX];
};

int mini_opts_parse(const u8 *p, unsigned int len, struct mini_opts *o);
unsigned int mini_opts_build(const struct mini_opts *o, u8 *p);

#endif /* _MINI_OPTS_H */
