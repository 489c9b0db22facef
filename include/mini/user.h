/* SPDX-License-Identifier: GPL-2.0-only */
/* What the user asked of a socket, and what can be told about it */
#ifndef _MINI_USER_H
#define _MINI_USER_H

#include <linux/types.h>
#include <mini/rate.h>
#include <uapi/linux/af_mini.h>

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

/* what keeps a sender from being done, for TCP_INFO */
enum mini_limit {
	MINI_LIMIT_NONE,	/* nothing to send, nothing unACKed */
	MINI_LIMIT_BUSY,	/* the network: congestion window, or ACKs */
	MINI_LIMIT_RWND,	/* the peer's window */
	MINI_LIMIT_SNDBUF,	/* the send buffer: the writer waits for it */
	MINI_LIMITS,
};

/* the questions that a socket has an answer to at any time */
enum mini_held_what {
	MINI_HELD_SEND,		/* why is nothing sent now? */
	MINI_HELD_CLOSE,	/* why is the connection not closed? */
	MINI_HELD_READ,		/* why may the peer send nothing? */
	MINI_HELDS,
};

/**
 * struct mini_held - the answer
 * @why: enum mini_hold
 * @since_us: since when; by mini_ip_ops.now_us
 */
struct mini_held {
	u8 why;
	u64 since_us;
};

/**
 * struct mini_stat - what TCP_INFO tells beside the engine's variables
 * @bytes_sent: octets of payload sent, those sent again included
 * @bytes_retrans: octets of those that were sent again
 * @data_segs_out: segments with payload sent
 * @data_segs_in: segments with payload received
 * @rcv_ooopack: segments received out of order
 * @delivered: segments that the peer has, by ACK or SACK, the SYN counted
 * @delivered_ce: those that an ACK with ECE told of
 * @dsack_dups: segments that the peer had twice (RFC 2883)
 * @rate: how fast the path delivers
 * @data_sent_us: when payload was last sent
 * @data_rcv_us: when payload was last received
 * @ack_rcv_us: when an ACK was last received
 * @limit: enum mini_limit as the last send pass left it
 * @limit_us: since when
 * @spent_us: time spent in each before
 * @held: the answers, as the engine gave them: a send pass to the first, states
 *	and a queued FIN to the second, the window that we offer to the third
 * @xmit_err: what IP said of the last segment: 0 when it was sent
 *
 * Owned by the socket lock.
 */
struct mini_stat {
	u64 bytes_sent;
	u64 bytes_retrans;
	u32 data_segs_out;
	u32 data_segs_in;
	u32 rcv_ooopack;
	u32 delivered;
	u32 delivered_ce;
	u32 dsack_dups;
	struct mini_rate rate;
	u64 data_sent_us;
	u64 data_rcv_us;
	u64 ack_rcv_us;
	u8 limit;
	u64 limit_us;
	u64 spent_us[MINI_LIMITS];
	struct mini_held held[MINI_HELDS];
	int xmit_err;
};

#endif /* _MINI_USER_H */
