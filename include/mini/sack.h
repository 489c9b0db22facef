/* SPDX-License-Identifier: GPL-2.0-only */
/* SACK blocks as numbers (tcp/sack.c): what to tell, what was told. Pure. */
#ifndef _MINI_SACK_H
#define _MINI_SACK_H

#include <mini/opts.h>

/**
 * struct mini_sack_list - what is held out of order, as the peer is told
 * @nr: blocks in @block
 * @dup: a duplicate is due to be reported (RFC 2883)
 * @dup_range: its numbers
 * @block: most recently changed first (RFC 2018 section 4); a block that has
 *	fallen off the end is told again when it changes
 *
 * Owned by the socket lock.
 */
struct mini_sack_list {
	u8 nr;
	bool dup;
	struct mini_range dup_range;
	struct mini_range block[MINI_SACK_MAX];
};

void mini_sack_add(struct mini_sack_list *l, u32 start, u32 end);
void mini_sack_dup(struct mini_sack_list *l, u32 start, u32 end);
void mini_sack_trim(struct mini_sack_list *l, u32 nxt);
u8 mini_sack_tell(struct mini_sack_list *l, struct mini_range *r, u8 room);
bool mini_sack_is_dup(const struct mini_opts *o, u32 ack);
u8 mini_sack_usable(const struct mini_opts *o, u32 una, u32 nxt,
		    struct mini_range *r);

#endif /* _MINI_SACK_H */
