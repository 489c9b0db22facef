// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments that no socket sends: for half-open, TIME-WAIT and no connection; and
 * how often bad ones are answered.
 */
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
 * mini_reply_as() - how a reply goes out that is a socket's, if not by it
 * @sk: listener, or the socket of a connection that the segment is not of
 * @t: where to
 * @r: filled
 */
void mini_reply_as(const struct sock *sk, const struct mini_tuple *t,
		   struct mini_reply *r)
{
	*r = (struct mini_reply){
		.t = *t,
		.mark = READ_ONCE(sk->sk_mark),
		.priority = READ_ONCE(sk->sk_priority),
		.tos = inet_sk(sk)->tos,
		.flow_flags = inet_sk_flowi_flags(sk),
		.oif = READ_ONCE(sk->sk_bound_dev_if),
	};
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

/**
 * mini_challenge_ok() - may an ACK answer a bad segment?
 * @mn: namespace, which has the interval
 * @last_us: when one did; moved on when the answer is yes
 * @now_us: time
 *
 * Return: true when it may; what is held back is counted.
 */
bool mini_challenge_ok(struct mini_net *mn, u64 *last_us, u64 now_us)
{
	u64 wait_us = (u64)READ_ONCE(mn->sysctl.invalid_ratelimit_ms) *
		      MINI_USEC_PER_MSEC;

	if (*last_us && now_us - *last_us < wait_us) {
		MINI_INC(mn, CHALLENGE_HELD);
		return false;
	}
	*last_us = now_us;
	MINI_INC(mn, CHALLENGE_ACKS);
	return true;
}
