// SPDX-License-Identifier: GPL-2.0-only
/*
 * sk_buffs: who owns them, what they are charged to, how they are cut and
 * joined.
 *
 * Sending: an skb with payload lives in sk_write_queue until it is first sent
 * and in mini_sock.rtx until it is ACKed, charged to sk_wmem_queued. Its
 * linear part is header room only, the payload is page fragments: cutting
 * moves references and never octets. What goes down to IP is a copy of the
 * head, a clone when nobody below still holds one.
 *
 * Receiving: an skb that is kept is charged to sk_rmem_alloc through
 * sock_rfree, and stands in sk_receive_queue or in the out-of-order tree.
 * What was ACKed is never dropped; under pressure it is packed tighter.
 */
#include <net/sock.h>
#include <mini/skb.h>
#include <mini/sock.h>

/* TCP with options, IP, and what devices and tunnels put before it */
#define MINI_HEADROOM	ALIGN(60 + 20 + MAX_HEADER, 16)
/* octets of payload that a packed skb of the receive queue holds */
#define MINI_PACK	SKB_WITH_OVERHEAD(PAGE_SIZE)

/**
 * mini_skb_alloc() - an empty skb for payload, charged to the socket
 * @sk: socket, owned
 * @gfp: GFP_KERNEL or GFP_ATOMIC
 * @force: charge it even beyond the limits: for a FIN, and for the half of
 *	an skb that was charged already
 *
 * Return: the skb with header room, or NULL.
 */
struct sk_buff *mini_skb_alloc(struct sock *sk, gfp_t gfp, bool force)
{
	struct sk_buff *skb = alloc_skb_fclone(MINI_HEADROOM, gfp);

	if (!skb)
		return NULL;
	if (!sk_wmem_schedule(sk, skb->truesize) && !force) {
		__kfree_skb(skb);
		return NULL;
	}
	skb_reserve(skb, MINI_HEADROOM);
	skb->ip_summed = CHECKSUM_PARTIAL;
	memset(mini_cb(skb), 0, sizeof(struct mini_skb_cb));
	INIT_LIST_HEAD(&mini_cb(skb)->link);
	sk_wmem_queued_add(sk, skb->truesize);
	sk_mem_charge(sk, skb->truesize);
	return skb;
}

/**
 * mini_skb_control() - an skb for a segment without payload
 * @gfp: GFP_KERNEL or GFP_ATOMIC
 *
 * Return: the skb with header room, charged to nobody yet, or NULL.
 */
struct sk_buff *mini_skb_control(gfp_t gfp)
{
	struct sk_buff *skb = alloc_skb(MINI_HEADROOM, gfp);

	if (!skb)
		return NULL;
	skb_reserve(skb, MINI_HEADROOM);
	skb->ip_summed = CHECKSUM_PARTIAL;
	memset(mini_cb(skb), 0, sizeof(struct mini_skb_cb));
	return skb;
}

/* The fragment list of a clone is shared: have one of our own before cutting */
static int mini_skb_own_head(struct sk_buff *skb, gfp_t gfp)
{
	unsigned int truesize = skb->truesize;
	int err = skb_unclone(skb, gfp);

	skb->truesize = truesize;
	return err;
}

/**
 * mini_skb_split() - cut an skb of the write side in two
 * @sk: socket, owned
 * @list: queue that @skb stands in; the second half is put behind it
 * @skb: keeps the first @len octets
 * @len: more than 0 and less than its payload; all of it before a FIN
 * @gfp: GFP_KERNEL or GFP_ATOMIC
 *
 * FIN and PSH go with the second half, marks are copied, and both halves stand
 * wherever @skb did.
 *
 * Return: 0 or -ENOMEM, and then nothing has changed.
 */
int mini_skb_split(struct sock *sk, struct sk_buff_head *list,
		   struct sk_buff *skb, u32 len, gfp_t gfp)
{
	struct mini_skb_cb *cb = mini_cb(skb), *rest;
	u32 moved = skb->len - len;
	struct sk_buff *second;

	if (mini_skb_own_head(skb, gfp))
		return -ENOMEM;
	second = mini_skb_alloc(sk, gfp, true);
	if (!second)
		return -ENOMEM;
	skb_split(skb, second, len);
	/* the charge for the payload moves along, the sum stays */
	second->truesize += moved;
	skb->truesize -= moved;

	rest = mini_cb(second);
	*rest = *cb;
	INIT_LIST_HEAD(&rest->link);
	if (!list_empty(&cb->link))
		list_add(&rest->link, &cb->link);
	rest->seq += len;
	cb->end_seq = rest->seq;
	cb->flags &= ~(MINI_FIN | MINI_PSH);
	__skb_queue_after(list, skb, second);
	return 0;
}

/**
 * mini_skb_wire_copy() - what goes down to IP for an skb that we keep
 * @skb: of the write side
 * @gfp: GFP_KERNEL or GFP_ATOMIC
 *
 * Return: a copy that shares the payload but whose header room may be
 * written to, or NULL.
 */
struct sk_buff *mini_skb_wire_copy(struct sk_buff *skb, gfp_t gfp)
{
	if (skb_cloned(skb))
		return pskb_copy(skb, gfp);
	return skb_clone(skb, gfp);
}

/**
 * mini_skb_free_sent() - an skb of the write side is done with
 * @sk: socket, owned
 * @skb: in no queue any more
 */
void mini_skb_free_sent(struct sock *sk, struct sk_buff *skb)
{
	list_del(&mini_cb(skb)->link);
	sk_wmem_queued_add(sk, -skb->truesize);
	sk_mem_uncharge(sk, skb->truesize);
	__kfree_skb(skb);
}

static void mini_skb_purge_sent(struct sock *sk, struct sk_buff_head *list)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(list)))
		mini_skb_free_sent(sk, skb);
}

/**
 * mini_skb_purge_write() - drop all that was not ACKed
 * @sk: socket, owned
 */
void mini_skb_purge_write(struct sock *sk)
{
	mini_skb_purge_sent(sk, &mini_sk(sk)->rtx);
	mini_skb_purge_sent(sk, &sk->sk_write_queue);
	sk_mem_reclaim(sk);
}

/* What a packet tells beside its text, and of two joined ones the later's */
static void mini_skb_take_news(struct sk_buff *to, struct sk_buff *from)
{
	mini_cb(to)->end_seq = mini_cb(from)->end_seq;
	mini_cb(to)->flags |= mini_cb(from)->flags;
	if (!from->tstamp && !skb_hwtstamps(from)->hwtstamp)
		return;
	to->tstamp = from->tstamp;
	*skb_hwtstamps(to) = *skb_hwtstamps(from);
}

/*
 * Move octets from the head of @queue into @to; whole skbs only, but for
 * what overlaps: neighbours in the queue may.
 */
static void mini_skb_pack_one(struct sock *sk, struct sk_buff_head *queue,
			      struct sk_buff *to)
{
	struct sk_buff *skb;

	while ((skb = skb_peek(queue))) {
		u32 had = to->len ? mini_cb(to)->end_seq - mini_cb(skb)->seq : 0;
		u32 n = skb->len - had;

		if (n > skb_tailroom(to))
			break;
		if (!to->len)
			*mini_cb(to) = *mini_cb(skb);
		skb_copy_bits(skb, had, skb_put(to, n), n);
		mini_skb_take_news(to, skb);
		__skb_unlink(skb, queue);
		__kfree_skb(skb);
	}
	skb_set_owner_r(to, sk);
}

/* Do those that fit into one new buffer take more than it will? */
static bool mini_skb_pack_pays(const struct sk_buff_head *queue)
{
	u32 len = 0, truesize = 0;
	const struct sk_buff *skb;

	skb_queue_walk(queue, skb) {
		len += skb->len;
		truesize += skb->truesize;
		if (len > MINI_PACK)
			return false;
		if (truesize > SKB_TRUESIZE(MINI_PACK))
			return true;
	}
	return false;
}

/* A stretch of skbs that are mostly overhead: copy it into full ones */
static void mini_skb_pack(struct sock *sk)
{
	struct sk_buff_head out, *queue = &sk->sk_receive_queue;

	__skb_queue_head_init(&out);
	while (!skb_queue_empty(queue)) {
		struct sk_buff *to = NULL;

		if (mini_skb_pack_pays(queue))
			to = alloc_skb(MINI_PACK, GFP_ATOMIC);
		if (to)
			mini_skb_pack_one(sk, queue, to);
		else
			to = __skb_dequeue(queue);
		__skb_queue_tail(&out, to);
	}
	skb_queue_splice(&out, queue);
}

/* It will be copied behind the last one, and cost nothing */
static bool mini_skb_fits_tail(const struct sock *sk,
			       const struct sk_buff *skb)
{
	const struct sk_buff *tail = skb_peek_tail(&sk->sk_receive_queue);

	return tail && !skb_cloned(tail) && skb->len <= skb_tailroom(tail);
}

/* Would the receive buffer overflow, pack the queue as we may? */
static bool mini_skb_rcv_full(struct sock *sk, const struct sk_buff *skb)
{
	if (atomic_read(&sk->sk_rmem_alloc) + skb->truesize <= sk->sk_rcvbuf ||
	    skb_queue_empty(&sk->sk_receive_queue) ||
	    mini_skb_fits_tail(sk, skb))
		return false;
	mini_skb_pack(sk);
	return !mini_skb_fits_tail(sk, skb) &&
	       atomic_read(&sk->sk_rmem_alloc) + skb->len > sk->sk_rcvbuf;
}

/**
 * mini_skb_rcv_room() - may a segment be kept?
 * @sk: socket, owned
 * @skb: segment
 *
 * Refusing is no loss: it has not been ACKed, and the peer sends it again.
 * An empty queue takes one segment whatever the limits say, or a reader with
 * a tiny buffer would wait for ever.
 *
 * Return: true when it may, and its memory is reserved.
 */
bool mini_skb_rcv_room(struct sock *sk, const struct sk_buff *skb)
{
	if (mini_skb_rcv_full(sk, skb))
		return false;
	return sk_rmem_schedule(sk, (struct sk_buff *)skb, skb->truesize) ||
	       skb_queue_empty(&sk->sk_receive_queue);
}

/**
 * mini_skb_coalesce() - append one received skb to another
 * @sk: socket, owned
 * @to: charged to it
 * @from: follows @to without a gap; not charged yet, its room is reserved
 *
 * Return: true when @from has gone into @to.
 */
bool mini_skb_coalesce(struct sock *sk, struct sk_buff *to,
		       struct sk_buff *from)
{
	bool stolen;
	int delta;

	if (mini_cb(to)->end_seq != mini_cb(from)->seq ||
	    !skb_try_coalesce(to, from, &stolen, &delta))
		return false;
	mini_skb_take_news(to, from);
	atomic_add(delta, &sk->sk_rmem_alloc);
	sk_mem_charge(sk, delta);
	kfree_skb_partial(from, stolen);
	return true;
}

/**
 * mini_skb_queue_rcv() - keep a segment that is in order
 * @sk: socket, owned
 * @skb: trimmed to start where the queue ends; mini_skb_rcv_room() said yes
 */
void mini_skb_queue_rcv(struct sock *sk, struct sk_buff *skb)
{
	struct sk_buff *tail = skb_peek_tail(&sk->sk_receive_queue);

	if (tail && mini_skb_coalesce(sk, tail, skb))
		return;
	if (skb->sk != sk)	/* out of order it was charged already */
		skb_set_owner_r(skb, sk);
	__skb_queue_tail(&sk->sk_receive_queue, skb);
}

/**
 * mini_skb_eat_rcv() - the user has read all of it
 * @sk: socket, owned
 * @skb: head of the receive queue
 */
void mini_skb_eat_rcv(struct sock *sk, struct sk_buff *skb)
{
	__skb_unlink(skb, &sk->sk_receive_queue);
	__kfree_skb(skb);
}

/**
 * mini_skb_purge_rcv() - drop all that was received and not read
 * @sk: socket, owned
 */
void mini_skb_purge_rcv(struct sock *sk)
{
	struct rb_root *ofo = &mini_sk(sk)->ofo;
	struct sk_buff *skb, *next;

	__skb_queue_purge(&sk->sk_receive_queue);
	rbtree_postorder_for_each_entry_safe(skb, next, ofo, rbnode) {
		/* the node lies over these */
		skb->next = NULL;
		skb->prev = NULL;
		__kfree_skb(skb);
	}
	*ofo = RB_ROOT;
	sk_mem_reclaim(sk);
}
