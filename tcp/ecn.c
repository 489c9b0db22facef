// SPDX-License-Identifier: GPL-2.0-only
/*
 * Explicit congestion notification (RFC 3168): a router that is about to be
 * congested marks packets instead of dropping them, the receiver echoes that
 * to the sender, and the sender sends less as if one had been lost, and says
 * that it does. Pure: who reads and writes the bits is in tcp/input.c and
 * tcp/output.c, what becomes of cwnd in tcp/recovery.c.
 */
#include <mini/ecn.h>

/**
 * mini_ecn_text() - a segment with text in the window has arrived (6.1.3)
 * @e: state
 * @flags: MINI_CWR and the like
 * @field: ECN field of its IP header
 *
 * CWR ends the echo of marks that came before it; this segment may be marked
 * itself.
 *
 * Return: true when the ACK should not wait: the peer's window may be so small
 * that it cannot send another segment to make us ACK.
 */
bool mini_ecn_text(struct mini_ecn *e, u8 flags, u8 field)
{
	bool had = e->echo;

	e->seen |= !!field;
	if (flags & MINI_CWR)
		e->echo = false;
	if (field == MINI_ECN_CE)
		e->echo = true;
	return flags & MINI_CWR || e->echo != had;
}

/**
 * mini_ecn_reduced() - cwnd was reduced, whatever for (6.1.2)
 * @e: state
 * @snd_nxt: SND.NXT
 */
void mini_ecn_reduced(struct mini_ecn *e, u32 snd_nxt)
{
	e->cwr = true;
	e->cut = true;
	e->cut_end = snd_nxt;
}

/**
 * mini_ecn_ack() - an ACK has arrived
 * @e: state
 * @flags: MINI_ECE and the like
 * @una: SND.UNA before it
 * @ack: SEG.ACK, not below @una
 */
void mini_ecn_ack(struct mini_ecn *e, u8 flags, u32 una, u32 ack)
{
	if (e->cut && seq_gt(ack, e->cut_end))
		e->cut = false;
	if (ack != una && !(flags & MINI_ECE))
		e->hold = false;
}
