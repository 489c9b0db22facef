/* SPDX-License-Identifier: GPL-2.0-only */
/* What an sk_buff carries for us, and the queues it stands in (mini_skb.c) */
#ifndef _MINI_SKB_H
#define _MINI_SKB_H

#include <linux/skbuff.h>
#include <mini/rate.h>
#include <mini/seq.h>

enum {
	MINI_SKB_LOST = BIT(0),		/* taken for lost, to be sent again */
	MINI_SKB_RETRANS = BIT(1),	/* sent again since it was lost */
	MINI_SKB_EVER = BIT(2),		/* sent more than once: Karn */
	MINI_SKB_SACKED = BIT(3),	/* has arrived, the peer says */
};

/**
 * struct mini_skb_cb - our part of skb->cb
 * @link: in mini_sock.out or mini_sock.resend, of the retransmission queue
 * @sent_us: when it was last sent
 * @seq: number of the first octet, SYN and FIN counted
 * @end_seq: one past the last
 * @rate: what was known of the path when it was last sent
 * @flags: TCP flags to send with it, or that came with it
 * @mark: MINI_SKB_*, of the retransmission queue
 * @ecn: ECN field of the IP header that it came with, or that a copy which
 *	goes down is to have
 *
 * Ours from the moment that IP hands a packet up until it is freed, and from
 * allocation until a copy goes down; the copy's cb is IP's once xmit has read
 * @ecn.
 */
struct mini_skb_cb {
	struct list_head link;
	u64 sent_us;
	u32 seq;
	u32 end_seq;
	struct mini_rate_sent rate;
	u8 flags;
	u8 mark;
	u8 ecn;
};

static inline struct mini_skb_cb *mini_cb(const struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct mini_skb_cb) > sizeof_field(struct sk_buff, cb));
	return (struct mini_skb_cb *)skb->cb;
}

static inline struct sk_buff *mini_cb_skb(struct mini_skb_cb *cb)
{
	return container_of((void *)cb, struct sk_buff, cb);
}

/* Segments on the wire that a packet to or from IP stands for */
static inline u32 mini_skb_segs(const struct sk_buff *skb)
{
	return skb_shinfo(skb)->gso_segs ?: 1;
}

static inline struct sk_buff *mini_rb_skb(struct rb_node *node)
{
	return rb_entry_safe(node, struct sk_buff, rbnode);
}

/* write side: the caller owns the socket */
struct sk_buff *mini_skb_alloc(struct sock *sk, gfp_t gfp, bool force);
int mini_skb_split(struct sock *sk, struct sk_buff_head *list,
		   struct sk_buff *skb, u32 len, gfp_t gfp);
struct sk_buff *mini_skb_wire_copy(struct sk_buff *skb, gfp_t gfp);
struct sk_buff *mini_skb_control(gfp_t gfp);
void mini_skb_free_sent(struct sock *sk, struct sk_buff *skb);
void mini_skb_purge_write(struct sock *sk);

/* read side */
bool mini_skb_rcv_room(struct sock *sk, const struct sk_buff *skb);
void mini_skb_queue_rcv(struct sock *sk, struct sk_buff *skb);
bool mini_skb_coalesce(struct sock *sk, struct sk_buff *to,
		       struct sk_buff *from);
void mini_skb_eat_rcv(struct sock *sk, struct sk_buff *skb);
void mini_skb_purge_rcv(struct sock *sk);

#endif /* _MINI_SKB_H */
