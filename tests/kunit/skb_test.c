// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cutting, joining and packing of sk_buffs: no octet changes its place, and
 * the socket is charged for what stands in its queues and for nothing else.
 */
#include <linux/prandom.h>
#include <net/sock.h>
#include "harness.h"

#define SEED	0x736b6221

static struct sk_buff *first_unsent(struct mini_t *t)
{
	return skb_peek(&t->sock->sk->sk_write_queue);
}

/* Numbers that a sent or unsent skb stands for, the FIN counted */
static u32 unsent_len(const struct sk_buff *skb)
{
	return mini_cb(skb)->end_seq - mini_cb(skb)->seq;
}

/* @len octets written behind a window that is shut */
static struct mini_t *with_unsent(struct kunit *test, u32 len)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_rx(t, AT_NOW, SEG(.wnd = MINI_T_SHUT));
	MINI_T_EQ(t, mini_t_send(t, len), len);
	mini_t_expect_nothing(t);
	return t;
}

static void expect_octets(struct mini_t *t, const struct sk_buff *skb,
			  u32 from_seq)
{
	u8 buf[64];
	u32 i, n, done = 0;

	for (; done < skb->len; done += n) {
		n = min_t(u32, sizeof(buf), skb->len - done);
		MINI_T_EQ(t, skb_copy_bits(skb, done, buf, n), 0);
		for (i = 0; i < n; i++)
			if (buf[i] != mini_t_octet(from_seq + done + i -
						   t->our_zero))
				break;
		if (i < n) {
			mini_t_fail(t, "octet %u is wrong", done + i);
			return;
		}
	}
}

/* Numbers without a gap, octets in place, and the charge adds up */
static void expect_write_queue(struct mini_t *t, u32 len)
{
	struct sock *sk = t->sock->sk;
	u32 seq = t->our_zero, charged = 0;
	struct sk_buff *skb;

	skb_queue_walk(&sk->sk_write_queue, skb) {
		MINI_T_EQ(t, mini_cb(skb)->seq, seq);
		MINI_T_EQ(t, mini_cb(skb)->end_seq - seq, skb->len);
		MINI_T_TRUE(t, skb->len > 0);
		MINI_T_TRUE(t, skb->truesize >= skb->len);
		expect_octets(t, skb, seq);
		seq = mini_cb(skb)->end_seq;
		charged += skb->truesize;
	}
	MINI_T_EQ(t, seq - t->our_zero, len);
	MINI_T_EQ(t, sk->sk_wmem_queued, charged);
	MINI_T_TRUE(t, sk->sk_forward_alloc >= 0);
}

static int split(struct mini_t *t, struct sk_buff *skb, u32 len)
{
	struct sock *sk = t->sock->sk;
	int err;

	lock_sock(sk);
	err = mini_skb_split(sk, &sk->sk_write_queue, skb, len, GFP_KERNEL);
	release_sock(sk);
	return err;
}

static void split_everywhere(struct kunit *test)
{
	u32 cut;

	for (cut = 1; cut < 200; cut += 7) {
		struct mini_t *t = with_unsent(test, 200);

		MINI_T_EQ(t, split(t, first_unsent(t), cut), 0);
		MINI_T_EQ(t, first_unsent(t)->len, cut);
		expect_write_queue(t, 200);
		mini_t_end(t);
	}
}

/* Many fragments, cut again and again down to single octets */
static void split_to_pieces(struct kunit *test)
{
	struct mini_t *t = with_unsent(test, 40000);
	struct rnd_state rnd;
	struct sk_buff *skb;
	u32 i;

	prandom_seed_state(&rnd, SEED);
	for (i = 0; i < 300; i++) {
		u32 at = prandom_u32_state(&rnd) % 40000;

		skb = first_unsent(t);
		while (at >= skb->len) {
			at -= skb->len;
			skb = skb->next;
		}
		if (at)
			MINI_T_EQ(t, split(t, skb, at), 0);
	}
	expect_write_queue(t, 40000);
}

/* FIN and PSH go with the second half, marks are copied */
static void split_keeps_flags_and_marks(struct kunit *test)
{
	struct mini_t *t = with_unsent(test, 200);
	struct mini_skb_cb *cb = mini_cb(first_unsent(t));
	struct sk_buff *second;

	cb->flags = MINI_PSH;
	cb->mark = MINI_SKB_EVER | MINI_SKB_LOST;
	cb->sent_us = 12345;
	MINI_T_EQ(t, split(t, first_unsent(t), 50), 0);
	second = first_unsent(t)->next;
	MINI_T_EQ(t, mini_cb(first_unsent(t))->flags, 0);
	MINI_T_EQ(t, mini_cb(second)->flags, MINI_PSH);
	MINI_T_EQ(t, mini_cb(second)->mark, MINI_SKB_EVER | MINI_SKB_LOST);
	MINI_T_EQ(t, mini_cb(second)->sent_us, 12345);
	mini_cb(second)->mark = 0;
	mini_cb(first_unsent(t))->mark = 0;
}

/* The number of a FIN lies behind the octets, in the last piece */
static void split_before_a_fin(struct kunit *test)
{
	struct mini_t *t = with_unsent(test, 200);
	struct sk_buff *second;

	mini_t_shutdown(t, SHUT_WR);
	MINI_T_EQ(t, split(t, first_unsent(t), 50), 0);
	second = first_unsent(t)->next;
	MINI_T_EQ(t, unsent_len(first_unsent(t)), 50);
	MINI_T_EQ(t, unsent_len(second), 151);
	MINI_T_EQ(t, second->len, 150);
	MINI_T_TRUE(t, mini_cb(second)->flags & MINI_FIN);
	MINI_T_TRUE(t, !(mini_cb(first_unsent(t))->flags & MINI_FIN));
}

/* A copy is still on its way through IP: cutting must not touch it */
static void split_leaves_copies_alone(struct kunit *test)
{
	struct mini_t *t = with_unsent(test, 5000);
	struct sk_buff *copy[2];
	u32 i;

	copy[0] = mini_skb_wire_copy(first_unsent(t), GFP_KERNEL);
	copy[1] = mini_skb_wire_copy(first_unsent(t), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, copy[0]);
	KUNIT_ASSERT_NOT_NULL(test, copy[1]);
	MINI_T_EQ(t, split(t, first_unsent(t), 100), 0);
	expect_write_queue(t, 5000);
	for (i = 0; i < 2; i++) {
		MINI_T_TRUE(t, copy[i]->len > 100);
		expect_octets(t, copy[i], t->our_zero);
		kfree_skb(copy[i]);
	}
	expect_write_queue(t, 5000);
}

/* Two copies at once: the header of one is not written over the other's */
static void copies_have_headers_of_their_own(struct kunit *test)
{
	struct mini_t *t = with_unsent(test, 100);
	struct sk_buff *a, *b;

	a = mini_skb_wire_copy(first_unsent(t), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, a);
	memset(skb_push(a, 20), 0xaa, 20);
	b = mini_skb_wire_copy(first_unsent(t), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, b);
	memset(skb_push(b, 20), 0xbb, 20);
	MINI_T_EQ(t, a->data[0], 0xaa);
	MINI_T_EQ(t, b->data[0], 0xbb);
	kfree_skb(a);
	kfree_skb(b);
	expect_write_queue(t, 100);
}

/* Small writes fill one skb, as long as it has not left */
static void small_writes_share_an_skb(struct kunit *test)
{
	struct mini_t *t = with_unsent(test, 10);
	u32 i;

	for (i = 0; i < 50; i++)
		MINI_T_EQ(t, mini_t_send(t, 10), 10);
	MINI_T_TRUE(t, skb_queue_len(&t->sock->sk->sk_write_queue) <= 2);
	expect_write_queue(t, 510);
}

/* Of every size, up to the send buffer */
static void writes_of_all_sizes(struct kunit *test)
{
	struct mini_t *t = with_unsent(test, 1);
	u32 total = 1, len;
	int n;

	for (len = 1; len < 6000; len += 371) {
		n = mini_t_send(t, len);
		if (n < 0)
			break;
		total += n;
	}
	MINI_T_EQ(t, total, t->tx_off);
	expect_write_queue(t, total);
}

/* The buffer is full: send() says so, and poll() too, until ACKs make room */
static void send_buffer_is_bounded(struct kunit *test)
{
	struct mini_t *t = with_unsent(test, 1);
	struct sock *sk = t->sock->sk;
	u32 i, acked;
	int n = 0;

	for (i = 0; i < 100000 && n != -EAGAIN; i++)
		n = mini_t_send(t, 1000);
	MINI_T_EQ(t, n, -EAGAIN);
	MINI_T_TRUE(t, sk->sk_wmem_queued <= 2 * sk->sk_sndbuf);
	MINI_T_TRUE(t, !(mini_t_poll(t) & EPOLLOUT));
	/* the peer takes it all, a windowful at a time */
	for (i = 0; i < 1000 && sk->sk_wmem_queued; i++) {
		acked = t->our_nxt - t->our_zero;
		mini_t_rx(t, AT_NOW, SEG(.ack = acked));
		mini_t_drain(t);
	}
	MINI_T_EQ(t, sk->sk_wmem_queued, 0);
	MINI_T_TRUE(t, mini_t_poll(t) & EPOLLOUT);
	MINI_T_EQ(t, mini_t_send(t, 1000), 1000);
	mini_t_drain(t);
}

/* Reading */

static u32 charged_for_reading(struct mini_t *t)
{
	struct rb_root *ofo = &mini_t_msk(t)->ofo;
	struct sk_buff *skb;
	struct rb_node *node;
	u32 sum = 0;

	skb_queue_walk(&t->sock->sk->sk_receive_queue, skb)
		sum += skb->truesize;
	for (node = rb_first(ofo); node; node = rb_next(node))
		sum += mini_rb_skb(node)->truesize;
	return sum;
}

static void expect_charge(struct mini_t *t)
{
	MINI_T_EQ(t, atomic_read(&t->sock->sk->sk_rmem_alloc),
		  charged_for_reading(t));
	MINI_T_TRUE(t, t->sock->sk->sk_forward_alloc >= 0);
}

struct shape_row {
	const char *name;
	enum mini_t_shape shape;
};

static const struct shape_row shape_rows[] = {
	{ "linear", MINI_T_LINEAR },
	{ "frags", MINI_T_FRAGS },
	{ "frag_list", MINI_T_FRAG_LIST },
	{ "cloned", MINI_T_CLONED },
};

static void shape_desc(const struct shape_row *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(shape, shape_rows, shape_desc);

static struct mini_t *with_shape(struct kunit *test)
{
	const struct shape_row *r = test->param_value;
	struct mini_t *t = mini_t_established(test);

	t->shape = r->shape;
	return t;
}

/* In order, out of order, read in bits: the charge is what stands there */
static void charge_adds_up(struct kunit *test)
{
	struct mini_t *t = with_shape(test);
	struct rnd_state rnd;
	u32 i, done = 0;
	int n;

	prandom_seed_state(&rnd, SEED);
	for (i = 0; i < 100; i++) {
		mini_t_rx(t, AT_NOW,
			  SEG(.seq = done + prandom_u32_state(&rnd) % 2000,
			      .len = 1 + prandom_u32_state(&rnd) % 1400));
		expect_charge(t);
		n = mini_t_recv(t, 1 + prandom_u32_state(&rnd) % 3000);
		done += max(n, 0);
		expect_charge(t);
	}
	mini_t_drain(t);
}

/* A large segment, as GRO makes it, read whole and in bits */
static void large_segment(struct kunit *test)
{
	struct mini_t *t = with_shape(test);
	u32 i;

	mini_t_rx(t, AT_NOW, SEG(.len = 30000));
	expect_charge(t);
	MINI_T_EQ(t, mini_t_recv_flags(t, 30000, MSG_PEEK), 30000);
	for (i = 0; i < 30; i++)
		MINI_T_EQ(t, mini_t_recv(t, 1000), 1000);
	MINI_T_EQ(t, mini_t_recv(t, 1), -EAGAIN);
	mini_t_drain(t);
}

/* Half of it is old: the reader gets the other half only */
static void old_front_is_passed_over(struct kunit *test)
{
	struct mini_t *t = with_shape(test);

	mini_t_rx(t, AT_NOW, SEG(.len = 1000));
	mini_t_rx(t, AT_NOW, SEG(.seq = 500, .len = 1000));
	mini_t_rx(t, AT_NOW, SEG(.seq = 1499, .len = 2));
	MINI_T_EQ(t, mini_t_recv(t, 5000), 1501);
	mini_t_drain(t);
}

/* The window ends within it: what is beyond is cut off, the FIN with it */
static void tail_is_trimmed(struct kunit *test)
{
	struct mini_t *t = with_shape(test);
	struct mini_sock *msk = mini_t_msk(t);

	msk->rcv.edge = msk->rcv.nxt + 700;
	t->edge_known = false;
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_FIN | MINI_ACK, .len = 1000));
	mini_t_expect_state(t, TCP_ESTABLISHED);
	MINI_T_EQ(t, msk->rcv.nxt - t->peer_zero, 700);
	expect_charge(t);
	MINI_T_EQ(t, mini_t_recv(t, 5000), 700);
	mini_t_drain(t);
	/* it comes again, and now there is room */
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_FIN | MINI_ACK, .len = 1000));
	mini_t_expect_state(t, TCP_CLOSE_WAIT);
	MINI_T_EQ(t, mini_t_recv(t, 5000), 300);
	MINI_T_EQ(t, mini_t_recv(t, 5000), 0);
	mini_t_drain(t);
}

static void tail_is_trimmed_out_of_order(struct kunit *test)
{
	struct mini_t *t = with_shape(test);
	struct mini_sock *msk = mini_t_msk(t);

	msk->rcv.edge = msk->rcv.nxt + 700;
	t->edge_known = false;
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_FIN | MINI_ACK, .seq = 500,
				 .len = 1000));
	expect_charge(t);
	mini_t_rx(t, AT_NOW, SEG(.len = 500));
	mini_t_expect_state(t, TCP_ESTABLISHED);
	MINI_T_EQ(t, mini_t_recv(t, 5000), 700);
	mini_t_drain(t);
}

/*
 * The head was pulled from the data: headers of any length come off
 * Proves: MUST-5
 */
static void options_are_no_payload(struct kunit *test)
{
	static const u8 nops[40] = {
		1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
		1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	};
	struct mini_t *t = with_shape(test);
	u32 i;

	for (i = 0; i <= 10; i++)
		mini_t_rx(t, AT_NOW, SEG(.seq = i * 100, .len = 100,
					 .opts = nops, .opts_len = 4 * i));
	MINI_T_EQ(t, mini_t_recv(t, 5000), 1100);
	mini_t_drain(t);
}

static int shrink_rcvbuf(struct mini_t *t)
{
	t->sock->sk->sk_rcvbuf = 8192;
	return t->sock->sk->sk_rcvbuf;
}

/*
 * Single octets are mostly overhead: they are packed before the buffer is
 * said to be full, and what was ACKed is never given up.
 */
static void small_segments_are_packed(struct kunit *test)
{
	struct mini_t *t = with_shape(test);
	int rcvbuf = shrink_rcvbuf(t);
	u32 i, got = 0;
	int n;

	for (i = 0; i < 500; i++) {
		u32 nxt = mini_t_msk(t)->rcv.nxt - t->peer_zero;

		mini_t_rx(t, AT_NOW, SEG(.seq = nxt, .len = 7));
		mini_t_drain(t);
		expect_charge(t);
	}
	MINI_T_TRUE(t, atomic_read(&t->sock->sk->sk_rmem_alloc) <=
		       rcvbuf + 4096);
	while ((n = mini_t_recv(t, 1000)) > 0)
		got += n;
	MINI_T_EQ(t, got, mini_t_msk(t)->rcv.nxt - t->peer_zero);
	MINI_T_TRUE(t, got > 50 * 7);
}

/* Two small ones before a large one: a new buffer for them would be no gain */
static void packing_costs_nothing(struct kunit *test)
{
	static const u32 lens[] = { 300, 300, 4000 };
	struct mini_t *t = with_shape(test);
	struct sock *sk = t->sock->sk;
	u32 i;

	sk->sk_rcvbuf = 40000;
	for (i = 0; i < 60; i++) {
		u32 nxt = mini_t_msk(t)->rcv.nxt - t->peer_zero;

		mini_t_rx(t, AT_NOW, SEG(.seq = nxt,
					 .len = lens[i % ARRAY_SIZE(lens)]));
		mini_t_drain(t);
		expect_charge(t);
		MINI_T_TRUE(t, sk->sk_forward_alloc >= 0);
	}
}

/* Small ones that overlap: nothing is read twice, nothing is skipped */
static void overlapping_segments_are_packed(struct kunit *test)
{
	struct mini_t *t = with_shape(test);
	u32 i, got = 0;
	int n;

	shrink_rcvbuf(t);
	for (i = 0; i < 500; i++) {
		u32 nxt = mini_t_msk(t)->rcv.nxt - t->peer_zero;

		mini_t_rx(t, AT_NOW, SEG(.seq = nxt - min(nxt, 5U),
					 .len = min(nxt, 5U) + 7));
		mini_t_drain(t);
	}
	while ((n = mini_t_recv(t, 1000)) > 0)
		got += n;
	MINI_T_EQ(t, got, mini_t_msk(t)->rcv.nxt - t->peer_zero);
}

/* A reader who has read into the first of them when the packing begins */
static void packing_under_a_reader(struct kunit *test)
{
	struct mini_t *t = with_shape(test);
	u32 i, got = 0;
	int n;

	shrink_rcvbuf(t);
	for (i = 0; i < 500; i++) {
		u32 nxt = mini_t_msk(t)->rcv.nxt - t->peer_zero;

		mini_t_rx(t, AT_NOW, SEG(.seq = nxt, .len = 7));
		mini_t_drain(t);
		n = i % 5 ? 0 : mini_t_recv(t, 3);
		got += max(n, 0);
	}
	while ((n = mini_t_recv(t, 1000)) > 0)
		got += n;
	MINI_T_EQ(t, got, mini_t_msk(t)->rcv.nxt - t->peer_zero);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(split_everywhere),
	KUNIT_CASE(split_to_pieces),
	KUNIT_CASE(split_keeps_flags_and_marks),
	KUNIT_CASE(split_before_a_fin),
	KUNIT_CASE(split_leaves_copies_alone),
	KUNIT_CASE(copies_have_headers_of_their_own),
	KUNIT_CASE(small_writes_share_an_skb),
	KUNIT_CASE(writes_of_all_sizes),
	KUNIT_CASE(send_buffer_is_bounded),
	KUNIT_CASE_PARAM(charge_adds_up, shape_gen_params),
	KUNIT_CASE_PARAM(large_segment, shape_gen_params),
	KUNIT_CASE_PARAM(old_front_is_passed_over, shape_gen_params),
	KUNIT_CASE_PARAM(tail_is_trimmed, shape_gen_params),
	KUNIT_CASE_PARAM(tail_is_trimmed_out_of_order, shape_gen_params),
	KUNIT_CASE_PARAM(options_are_no_payload, shape_gen_params),
	KUNIT_CASE_PARAM(small_segments_are_packed, shape_gen_params),
	KUNIT_CASE_PARAM(packing_costs_nothing, shape_gen_params),
	KUNIT_CASE_PARAM(overlapping_segments_are_packed, shape_gen_params),
	KUNIT_CASE_PARAM(packing_under_a_reader, shape_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_skb",
	.test_cases = cases,
};

kunit_test_suites(&suite);
