// SPDX-License-Identifier: GPL-2.0-only
/*
 * F-RTO with SACK (RFC 5682 3.1): after a timeout only the first segment is
 * sent again. If later ACKs are for segments that were not, these had arrived
 * all along, and the timer was wrong. Pure.
 */
#include <mini/frto.h>

static enum mini_frto_verdict mini_frto_end(u8 *step,
					    enum mini_frto_verdict verdict)
{
	*step = MINI_FRTO_OFF;
	return verdict;
}

/**
 * mini_frto_ack() - an ACK arrives while a timeout is in doubt
 * @step: enum mini_frto, not OFF; moved on
 * @a: the ACK
 *
 * Return: what to do.
 */
enum mini_frto_verdict mini_frto_ack(u8 *step, const struct mini_frto_ack *a)
{
	/* 3.b: what was never resent has arrived */
	if (a->original)
		return mini_frto_end(step, MINI_FRTO_SPURIOUS);
	/* 2.a and 3.a */
	if (a->duplicate || a->all)
		return mini_frto_end(step, MINI_FRTO_LOST);
	if (!a->advanced)
		return MINI_FRTO_WAIT;
	/* 2.b; in step 3 the resent segment was ACKed in two pieces */
	if (!a->can_send)
		return mini_frto_end(step, MINI_FRTO_LOST);
	*step = MINI_FRTO_STEP_3;
	return MINI_FRTO_NEW_DATA;
}
