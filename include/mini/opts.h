/* SPDX-License-Identifier: GPL-2.0-only */
/* TCP options, bytes to struct and back (tcp/opts.c). Pure. */
#ifndef _MINI_OPTS_H
#define _MINI_OPTS_H

#include <linux/types.h>

#define MINI_OPT_EOL	0
#define MINI_OPT_NOP	1
#define MINI_OPT_MSS	2
#define MINI_OPT_WSCALE	3

#define MINI_OPTS_MAX	40

/**
 * struct mini_opts - the options of one segment
 * @mss: MSS, 0 when absent
 * @wscale: shift count as received (RFC 7323), above 14 cut to 14
 * @has_wscale: the option is there
 */
struct mini_opts {
	u16 mss;
	u8 wscale;
	bool has_wscale;
};

int mini_opts_parse(const u8 *p, unsigned int len, struct mini_opts *o);
unsigned int mini_opts_build(const struct mini_opts *o, u8 *p);

#endif /* _MINI_OPTS_H */
