// SPDX-License-Identifier: GPL-2.0-only
/* Segments that no socket sends: for half-open, TIME-WAIT and no connection */
#include <mini/ip.h>
#include <mini/tcp.h>

/**
 * mini_reply_send() - one segment without payload
 * @mn: namespace
 * @r: where to
 * @h: its header
 *
 * Lost when there is no memory, as it might be on the way.
 */
void mini_reply_send(struct mini_net *mn, const struct mini_reply *r,
		     const struct mini_header *h)
{
	struct sk_buff *skb = mini_skb_control(GFP_ATOMIC);

	if (!skb)
		return;
	MINI_INC(mn, OUT_SEGS);
	if (h->flags & MINI_RST)
		MINI_INC(mn, OUT_RSTS);
	else if (!(h->flags & MINI_SYN))
		MINI_INC(mn, OUT_ACKS);
	mini_push_header(skb, &r->t, h);
	mn->ip->reply(mn, r, skb);
}

/**
 * mini_reply_reset() - the RST for a segment that should not have come
 * @mn: namespace
 * @r: where to
 * @seg: the segment; a RST among them is never answered
 *
 * RFC 9293 3.10.7.1: <SEQ=SEG.ACK><CTL=RST> when it has an ACK, else
 * <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>.
 */
void mini_reply_reset(struct mini_net *mn, const struct mini_reply *r,
		      const struct mini_seg *seg)
{
	struct mini_header h = { .flags = MINI_RST };

	if (seg->flags & MINI_RST)
		return;
	if (seg->flags & MINI_ACK) {
		h.seq = seg->ack;
	} else {
		h.ack = seg->seq + seg->len;
		h.flags |= MINI_ACK;
	}
	mini_reply_send(mn, r, &h);
}
