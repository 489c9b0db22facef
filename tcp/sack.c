// SPDX-License-Identifier: GPL-2.0-only
/*
 * SACK blocks as numbers: RFC 2018 for what arrived out of order, RFC 2883
 * for what arrived twice. Pure; the marks on our own packets that follow from
 * the peer's blocks are made in tcp/scoreboard.c.
 */
#include <linux/minmax.h>
#include <linux/string.h>
#include <mini/sack.h>
#include <mini/seq.h>

static bool mini_range_touches(const struct mini_range *a,
			       const struct mini_range *b)
{
	return seq_leq(a->start, b->end) && seq_leq(b->start, a->end);
}

static bool mini_range_holds(const struct mini_range *big,
			     const struct mini_range *small)
{
	return seq_leq(big->start, small->start) &&
	       seq_leq(small->end, big->end);
}

static void mini_sack_drop(struct mini_sack_list *l, u8 i)
{
	l->nr--;
	memmove(&l->block[i], &l->block[i + 1],
		(l->nr - i) * sizeof(l->block[0]));
}

/**
 * mini_sack_add() - octets have arrived out of order
 * @l: list
 * @start: first number
 * @end: one past the last
 *
 * They and what they touch become the first block (RFC 2018 section 4: "the
 * block that contains the segment which triggered this ACK").
 */
void mini_sack_add(struct mini_sack_list *l, u32 start, u32 end)
{
	struct mini_range r = { .start = start, .end = end };
	u8 i = 0;

	while (i < l->nr) {
		if (!mini_range_touches(&r, &l->block[i])) {
			i++;
			continue;
		}
		r.end = seq_max(r.end, l->block[i].end);
		if (seq_lt(l->block[i].start, r.start))
			r.start = l->block[i].start;
		mini_sack_drop(l, i);
		i = 0;	/* it has grown: it may touch one passed before */
	}
	l->nr = min(l->nr, (u8)(MINI_SACK_MAX - 1));
	memmove(&l->block[1], &l->block[0], l->nr * sizeof(l->block[0]));
	l->block[0] = r;
	l->nr++;
}

/**
 * mini_sack_dup() - octets have arrived that had arrived before
 * @l: list
 * @start: first number
 * @end: one past the last
 *
 * Of several before the next ACK the first is told (RFC 2883 section 4).
 */
void mini_sack_dup(struct mini_sack_list *l, u32 start, u32 end)
{
	if (l->dup)
		return;
	l->dup = true;
	l->dup_range.start = start;
	l->dup_range.end = end;
}

/**
 * mini_sack_trim() - RCV.NXT has moved
 * @l: list
 * @nxt: RCV.NXT: a block that it has reached is in order now
 */
void mini_sack_trim(struct mini_sack_list *l, u32 nxt)
{
	u8 i = 0;

	while (i < l->nr) {
		if (seq_leq(l->block[i].start, nxt))
			mini_sack_drop(l, i);
		else
			i++;
	}
}

/**
 * mini_sack_tell() - the blocks of an ACK that is about to leave
 * @l: list; a duplicate is told once (RFC 2883 section 4)
 * @r: filled
 * @room: blocks that fit
 *
 * Return: how many were filled.
 */
u8 mini_sack_tell(struct mini_sack_list *l, struct mini_range *r, u8 room)
{
	u8 n = 0, i;

	if (l->dup && room)
		r[n++] = l->dup_range;
	l->dup &= !room;
	for (i = 0; i < l->nr && n < room; i++)
		r[n++] = l->block[i];
	return n;
}

/**
 * mini_sack_is_dup() - does the first block report a duplicate?
 * @o: options of an ACK
 * @ack: SEG.ACK of the same segment, for an ACK may be late (RFC 2883 5)
 */
bool mini_sack_is_dup(const struct mini_opts *o, u32 ack)
{
	if (!o->nr_sack || !seq_lt(o->sack[0].start, o->sack[0].end))
		return false;
	if (seq_lt(o->sack[0].start, ack))
		return true;
	return o->nr_sack > 1 && mini_range_holds(&o->sack[1], &o->sack[0]);
}

/**
 * mini_sack_usable() - the blocks that say something about what is in flight
 * @o: options of an ACK
 * @una: SND.UNA
 * @nxt: SND.NXT
 * @r: room for MINI_SACK_MAX; filled in ascending order. A block that claims
 *	what was never sent is no block. One that SND.UNA has passed is old; and
 *	so is one that begins there, for the peer has not kept what it held.
 *
 * Return: how many were filled.
 */
u8 mini_sack_usable(const struct mini_opts *o, u32 una, u32 nxt,
		    struct mini_range *r)
{
	u8 n = 0, i, j;

	for (i = 0; i < o->nr_sack; i++) {
		struct mini_range b = o->sack[i];

		if (!seq_lt(b.start, b.end) || seq_gt(b.end, nxt) ||
		    seq_leq(b.start, una))
			continue;
		for (j = n++; j && seq_lt(b.start, r[j - 1].start); j--)
			r[j] = r[j - 1];
		r[j] = b;
	}
	return n;
}
