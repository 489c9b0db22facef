/* SPDX-License-Identifier: GPL-2.0-only */
/* What the user asked of a socket, and what can be told about it */
#ifndef _MINI_USER_H
#define _MINI_USER_H

#include <linux/types.h>

/**
 * struct mini_user - options of tcp(7) that are not fields of the engine
 * @linger2_s: TCP_LINGER2, seconds; 0 for the namespace's, -1 for no
 *	FIN-WAIT-2 of an orphan at all
 * @window_clamp: TCP_WINDOW_CLAMP, octets; 0 for none
 * @notsent_lowat: TCP_NOTSENT_LOWAT, octets; 0 for the namespace's
 * @defer_accept: TCP_DEFER_ACCEPT, as times that the SYN,ACK would be sent
 *	again while a handshake waits for data
 * @inq: TCP_INQ
 *
 * Owned by the socket lock; of a listener @window_clamp and @defer_accept are
 * read without it.
 */
struct mini_user {
	s32 linger2_s;
	u32 window_clamp;
	u32 notsent_lowat;
	u8 defer_accept;
	bool inq;
};

#endif /* _MINI_USER_H */
