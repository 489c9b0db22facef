/* SPDX-License-Identifier: GPL-2.0-only */
/* Loss: what an ACK says of it, what a socket knows, and who acts on it */
#ifndef _MINI_RECOVERY_H
#define _MINI_RECOVERY_H

#include <linux/types.h>
#include <mini/rate.h>

struct mini_opts;
struct mini_sock;
struct sk_buff;
struct sock;

/**
 * struct mini_undo - may a reduction of cwnd be taken back?
 * @on: there is one, and it may
 * @una: SND.UNA when it was made
 * @resent: octets sent again since; each DSACK takes what it names off, and
 *	none left means that all were for nothing (RFC 3708)
 * @any: @resent has been more than none
 * @tick: timestamp of the first packet sent again (RFC 3522)
 */
struct mini_undo {
	bool on;
	bool any;
	u32 una;
	u32 resent;
	u32 tick;
};

/**
 * struct mini_tlp - tail loss probe (RFC 8985 section 7)
 * @out: a probe is out
 * @resent: it was a copy of what had been sent
 * @fresh: a round trip was measured since the last one
 * @end_seq: TLP.end_seq: SND.NXT after it
 */
struct mini_tlp {
	bool out;
	bool resent;
	bool fresh;
	u32 end_seq;
};

/* what the timer of a socket's sending side runs for: one thing at a time */
enum mini_write_for {
	MINI_FOR_RTO,		/* an ACK (RFC 6298) */
	MINI_FOR_PTO,		/* an ACK, for a probe before that */
	MINI_FOR_REO,		/* packets that are late (RFC 8985 6.2) */
	MINI_FOR_PROBE,		/* a window that is shut (RFC 9293 3.8.6.1) */
};

/**
 * struct mini_delivery - what one ACK delivers
 * @now_us: time
 * @una: SND.UNA before it
 * @flight: FlightSize before it
 * @tsecr: its echo, 0 for none
 * @acked: octets that it ACKs cumulatively
 * @sacked: octets that it SACKs for the first time
 * @delivered: octets that it tells of for the first time, either way
 * @segs: segments of those
 * @lost: octets that it shows to be lost
 * @rtt_us: round trip of the last packet that was sent once; 0 for none
 * @resent: it ACKs a packet that was sent twice
 * @latest: it delivers what was sent later than all that had arrived before
 * @original: it delivers a packet sent once, and before snd.recover
 * @dup: it reports a duplicate (RFC 2883)
 * @dupack: it is a duplicate ACK (RFC 5681 2)
 * @ece: it says that the network marked something (RFC 3168)
 * @rate: how fast that was
 */
struct mini_delivery {
	u64 now_us;
	u32 una;
	u32 flight;
	u32 tsecr;
	u32 acked;
	u32 sacked;
	u32 delivered;
	u32 segs;
	u32 lost;
	u32 rtt_us;
	bool resent;
	bool latest;
	bool original;
	bool dup;
	bool dupack;
	bool ece;
	struct mini_rate_sample rate;
};

/* tcp/scoreboard.c */
void mini_mark_out(struct mini_sock *msk, struct sk_buff *skb);
void mini_unmark(struct mini_sock *msk, const struct sk_buff *skb, u32 n);
void mini_mark_lost(struct mini_sock *msk, struct sk_buff *skb);
void mini_mark_resent(struct mini_sock *msk, struct sk_buff *skb);
void mini_mark_all_lost(struct mini_sock *msk);
void mini_mark_none_lost(struct mini_sock *msk);
void mini_mark_none_sacked(struct mini_sock *msk);
void mini_board_acked(struct sock *sk, struct mini_delivery *d);
void mini_board_sacked(struct sock *sk, const struct mini_opts *o,
		       struct mini_delivery *d);
u64 mini_board_detect(struct sock *sk, const struct mini_delivery *d);
void mini_board_timeout(struct sock *sk, u64 now_us);

/* tcp/newreno.c: loss recovery with peers that have no SACK */
void mini_newreno_dupack(struct sock *sk);
bool mini_newreno_ack(struct sock *sk, u32 acked);

/* tcp/recovery.c */
void mini_recovery_begin(struct sock *sk, u8 state);
void mini_recovery_end(struct sock *sk);
void mini_recovery_echo(struct sock *sk);
bool mini_recovery_ack(struct sock *sk, struct mini_delivery *d);
void mini_recovery_reo_timeout(struct sock *sk);
void mini_recovery_timeout(struct sock *sk);
void mini_recovery_resend_all(struct sock *sk);
void mini_recovery_dsack(struct sock *sk, const struct mini_opts *o);
bool mini_recovery_undo(struct sock *sk);
void mini_recovery_resent(struct sock *sk, const struct sk_buff *skb);

/* tcp/tlp.c */
u64 mini_tlp_delay_us(struct sock *sk);
void mini_tlp_timeout(struct sock *sk);
void mini_tlp_ack(struct sock *sk, const struct mini_delivery *d);

#endif /* _MINI_RECOVERY_H */
