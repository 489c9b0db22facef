/* SPDX-License-Identifier: GPL-2.0-only */
/* The sequence variables of a connection, by their RFC names */
#ifndef _MINI_VARS_H
#define _MINI_VARS_H

#include <linux/types.h>
#include <mini/opts.h>
#include <mini/rtt.h>
#include <mini/sack.h>

/**
 * struct mini_snd - send sequence variables (RFC 9293 3.3.1)
 * @una: SND.UNA, oldest number not ACKed
 * @nxt: SND.NXT, next to be sent
 * @wnd: SND.WND, octets, scaled
 * @wl1: SND.WL1, SEG.SEQ of the last window update
 * @wl2: SND.WL2, SEG.ACK of the last window update
 * @max_wnd: MAX.SND.WND, largest window ever offered (RFC 5961 5.2)
 * @write: next number for what the user writes
 * @push: write number up to which the user wants it out (PSH)
 * @small: end of the last segment sent below the MSS (Minshall's Nagle)
 * @mss: Eff.snd.MSS, octets of payload
 * @mtu: MTU of the path that it was made from
 * @peer_mss: what the peer's MSS option said
 * @wscale: shift for windows received
 * @urgent: @up has been set; what is below it and unACKed is urgent
 * @syn_acked: our SYN has been ACKed
 * @sack_ok: SACK is in use (RFC 2018): offered, and then agreed on
 * @sent_us: when data was last sent, or the SYNs were exchanged
 * @iss: ISS
 * @up: SND.UP, one past the last urgent octet written
 * @sacked: octets outstanding that have arrived, by SACK, or as far as
 *	duplicate ACKs of a peer without it can tell
 * @sacked_pkts: packets of the retransmission queue that are SACKed
 * @lost: octets outstanding marked lost
 * @retrans: octets of those that were sent again
 * @recover: RFC 6582 recover: highest number sent when recovery began
 * @dupacks: duplicate ACKs in a row
 * @dup_nxt: @nxt when the first of them came: limited transmit goes on from there
 * @partial: this recovery has seen a partial ACK
 * @seen: blocks of the last ACK that had any: all in them is SACKed, as far as
 *	packets end where they do. Means nothing while @sacked is 0.
 */
struct mini_snd {
	u32 una;
	u32 nxt;
	u32 wnd;
	u32 wl1;
	u32 wl2;
	u32 max_wnd;
	u32 write;
	u32 push;
	u32 small;
	u16 mss;
	u16 mtu;
	u16 peer_mss;
	u8 wscale;
	bool urgent;
	bool syn_acked;
	bool sack_ok;
	u64 sent_us;
	u32 iss;
	u32 up;
	u32 sacked;
	u32 sacked_pkts;
	u32 lost;
	u32 retrans;
	u32 recover;
	u32 dupacks;
	u32 dup_nxt;
	bool partial;
	struct mini_range seen[MINI_SACK_MAX];
};

/**
 * struct mini_rcv - receive sequence variables (RFC 9293 3.3.1)
 * @nxt: RCV.NXT, next expected
 * @edge: right edge of the window as last sent: never moves left
 * @acked: RCV.NXT as last sent in an ACK
 * @copied: next number for the user to read
 * @seg: payload of the largest recent segment: what the peer's MSS seems
 * @mss: the MSS that we announced
 * @wscale: shift for windows sent
 * @urgent: what is known of the octet below @up: enum mini_urgent
 * @urgent_octet: its value, with MINI_URGENT_HERE
 * @fin: the peer's FIN has been received in order
 * @round_seq: what was read when this round trip of the reader began
 * @round_read: octets read in the best round trip so far
 * @rtt: round trip, as far as receiving tells
 * @round_us: when it began
 * @challenge_us: when a challenge ACK was last sent
 * @irs: IRS
 * @up: RCV.UP, one past the last urgent octet
 * @wscale_ok: we offer the window scale option in our SYN
 * @sack: what is held out of order, as the peer is told
 */
struct mini_rcv {
	u32 nxt;
	u32 edge;
	u32 acked;
	u32 copied;
	u16 seg;
	u16 mss;
	u8 wscale;
	u8 urgent;
	u8 urgent_octet;
	bool fin;
	u32 round_seq;
	u32 round_read;
	struct mini_rcv_rtt rtt;
	u64 round_us;
	u64 challenge_us;
	u32 irs;
	u32 up;
	bool wscale_ok;
	struct mini_sack_list sack;
};

#endif /* _MINI_VARS_H */
