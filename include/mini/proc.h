/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of /proc/net/mini that list sockets, a line for each */
#ifndef _MINI_PROC_H
#define _MINI_PROC_H

#include <linux/seq_file.h>
#include <mini/lookup.h>

/**
 * struct mini_listing - such a file
 * @name: its name
 * @head: its first line
 * @width: of all lines, without their ends: padded, so that a place in the file
 *	is one of a line
 * @at: what stands at a place of a walk, as mini_walk_at()
 * @show: the line of that, without an end; the number of the line counts from 0
 *
 * Both are called under RCU and in one go, and take no reference.
 */
struct mini_listing {
	const char *name;
	const char *head;
	unsigned int width;
	void *(*at)(struct mini_net *mn, struct mini_walk *w);
	void (*show)(struct seq_file *seq, void *what, int row);
};

/* ctl/proc_*.c */
extern const struct mini_listing mini_listing_tcp;
extern const struct mini_listing mini_listing_udp;
extern const struct mini_listing mini_listing_packet;

#endif /* _MINI_PROC_H */
