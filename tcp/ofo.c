// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments that came out of order, in a tree by number (RFC 9293 SHLD-31).
 * Neighbours may overlap, as the peer pleased to cut them; the reader skips
 * what it has had already.
 */
#include <mini/compat.h>
#include <mini/ip.h>
#include <mini/tcp.h>

/**
 * mini_ofo_first() - the lowest one
 * @sk: socket, owned
 *
 * Return: the skb, still in the tree, or NULL.
 */
struct sk_buff *mini_ofo_first(struct sock *sk)
{
	return mini_rb_skb(rb_first(&mini_sk(sk)->ofo));
}

/**
 * mini_ofo_unlink() - take one out of the tree
 * @sk: socket, owned
 * @skb: in the tree; the caller's from now on
 */
void mini_ofo_unlink(struct sock *sk, struct sk_buff *skb)
{
	rb_erase(&skb->rbnode, &mini_sk(sk)->ofo);
	/* the node lies over these */
	skb->next = NULL;
	skb->prev = NULL;
	skb->dev = NULL;
}

static bool mini_ofo_covers(const struct sk_buff *big,
			    const struct sk_buff *small)
{
	return seq_leq(mini_cb(big)->seq, mini_cb(small)->seq) &&
	       seq_geq(mini_cb(big)->end_seq, mini_cb(small)->end_seq) &&
	       !(mini_cb(small)->flags & ~mini_cb(big)->flags & MINI_FIN);
}

/* Drop what stands behind @skb and is covered by it */
static void mini_ofo_drop_covered(struct sock *sk, struct sk_buff *skb)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct sk_buff *next;

	while ((next = mini_rb_skb(rb_next(&skb->rbnode))) &&
	       mini_ofo_covers(skb, next)) {
		mini_ofo_unlink(sk, next);
		mini_drop(mn, next, MINI_DROP_OFO_DUP);
	}
}

/* RFC 2883 4.2: the first of the octets of @skb that a neighbour has too */
static void mini_ofo_overlap(struct sock *sk, const struct sk_buff *skb)
{
	const struct mini_skb_cb *cb = mini_cb(skb), *other;
	struct sk_buff *at = mini_rb_skb(rb_prev(&skb->rbnode));

	if (!at || seq_leq(mini_cb(at)->end_seq, cb->seq))
		at = mini_rb_skb(rb_next(&skb->rbnode));
	if (!at)
		return;
	other = mini_cb(at);
	if (seq_lt(other->seq, cb->end_seq))
		mini_tcp_dup(sk, seq_max(other->seq, cb->seq),
			     seq_lt(other->end_seq, cb->end_seq) ?
			     other->end_seq : cb->end_seq);
}

/* Link @skb where it belongs; false when it is there already */
static bool mini_ofo_link(struct sock *sk, struct sk_buff *skb)
{
	struct rb_root *root = &mini_sk(sk)->ofo;
	struct rb_node **p = &root->rb_node, *parent = NULL;
	struct sk_buff *at;

	while (*p) {
		parent = *p;
		at = mini_rb_skb(parent);
		if (mini_ofo_covers(at, skb))
			return false;
		p = seq_lt(mini_cb(skb)->seq, mini_cb(at)->seq) ?
			&parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&skb->rbnode, parent, p);
	rb_insert_color(&skb->rbnode, root);
	return true;
}

/* The usual case: it goes on where the highest one ends */
static bool mini_ofo_append(struct sock *sk, struct sk_buff *skb)
{
	struct rb_node *last = rb_last(&mini_sk(sk)->ofo);

	if (!last || !mini_skb_coalesce(sk, mini_rb_skb(last), skb))
		return false;
	MINI_INC(mini_sk(sk)->mn, COALESCED);
	return true;
}

/**
 * mini_ofo_keep() - keep a segment that lies ahead of RCV.NXT
 * @sk: socket, owned
 * @seg: its skb is taken when the answer is MINI_PASS
 *
 * Return: MINI_PASS, or why it is not kept.
 */
enum mini_drop mini_ofo_keep(struct sock *sk, struct mini_seg *seg)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct sk_buff *skb = seg->skb;
	u32 start = mini_cb(skb)->seq, end = mini_cb(skb)->end_seq;

	if (atomic_read(&sk->sk_rmem_alloc) + skb->truesize > sk->sk_rcvbuf)
		return MINI_DROP_RCV_BUF;
	if (!sk_rmem_schedule(sk, skb, skb->truesize))
		return MINI_DROP_NO_MEM;
	MINI_INC(mn, OFO_QUEUED);
	if (start != end)	/* a FIN alone has nothing to tell of */
		mini_sack_add(&mini_sk(sk)->rcv.sack, start, end);
	if (!mini_ofo_append(sk, skb)) {
		if (!mini_ofo_link(sk, skb)) {
			mini_tcp_dup(sk, start, end);
			return MINI_DROP_OFO_DUP;
		}
		skb_set_owner_r(skb, sk);
		mini_ofo_overlap(sk, skb);
		mini_ofo_drop_covered(sk, skb);
	}
	seg->skb = NULL;
	return MINI_PASS;
}

/**
 * mini_ofo_prune() - make room for what is next in order
 * @sk: socket, owned
 * @need: octets of memory wanted; when memory is short, all is given back
 *
 * The highest go first: the peer will need longest to come back to them. None
 * of it has been ACKed, and a SACK is no promise (RFC 2018 section 8).
 *
 * Return: true when something was dropped.
 */
bool mini_ofo_prune(struct sock *sk, u32 need)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct sk_buff *skb;
	bool any = false;

	while ((atomic_read(&sk->sk_rmem_alloc) + need > sk->sk_rcvbuf ||
		sk_under_memory_pressure(sk)) &&
	       (skb = mini_rb_skb(rb_last(&mini_sk(sk)->ofo)))) {
		mini_ofo_unlink(sk, skb);
		mini_drop(mn, skb, MINI_DROP_OFO_PRUNED);
		any = true;
	}
	/* no block may tell of what is gone; what is left is told as it grows */
	if (any)
		mini_sk(sk)->rcv.sack.nr = 0;
	return any;
}

/**
 * mini_ofo_drain() - RCV.NXT has moved: what is in order now?
 * @sk: socket, owned
 *
 * Return: true when the peer's FIN is the next in order.
 */
bool mini_ofo_drain(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	struct sk_buff *skb;
	bool fin = false;

	while ((skb = mini_ofo_first(sk)) &&
	       seq_leq(mini_cb(skb)->seq, msk->rcv.nxt)) {
		u32 end = mini_cb(skb)->end_seq;

		mini_ofo_unlink(sk, skb);
		fin |= mini_cb(skb)->flags & MINI_FIN &&
		       seq_geq(end, msk->rcv.nxt);
		if (seq_gt(end, msk->rcv.nxt)) {
			msk->rcv.nxt = end;
			mini_skb_queue_rcv(sk, skb);
		} else {
			__kfree_skb(skb);
		}
	}
	return fin;
}
