// SPDX-License-Identifier: GPL-2.0-only
/* Urgent data on the wire and at the mark (RFC 9293 3.8.5, RFC 6093) */
#include <linux/socket.h>
#include <linux/tcp.h>
#include <net/sock.h>
#include "harness.h"

#define MSS	MINI_T_MSS
#define RTO	MINI_T_RTO_MS
#define URG	(MINI_ACK | MINI_URG)

/*
 * The pointer is that of the octet after the last urgent one.
 *
 * Proves: MUST-30, MUST-62, UR-1
 */
static void pointer_is_one_past(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_send_flags(t, 1, MSG_OOB), 1);
	mini_t_expect_tx(t, SEG(.flags = URG, .len = 1, .up = 1));
	mini_t_rx(t, AT_NOW, SEG(.ack = 1));
	MINI_T_EQ(t, mini_t_send_flags(t, 30, MSG_OOB), 30);
	mini_t_expect_tx(t, SEG(.flags = URG, .seq = 1, .len = 30, .up = 30));
	mini_t_rx(t, AT_NOW, SEG(.ack = 31));
	mini_t_expect_nothing(t);
}

/*
 * Each segment up to SND.UP counts from its own number, none behind has it.
 *
 * Proves: MUST-31, UR-1
 */
static void pointer_counts_from_each_segment(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_send_flags(t, 2 * MSS + 100, MSG_OOB),
		  2 * MSS + 100);
	MINI_T_EQ(t, mini_t_send(t, MSS), MSS);
	mini_t_expect_tx(t, SEG(.flags = URG, .len = MSS,
				.up = 2 * MSS + 100));
	mini_t_expect_tx(t, SEG(.flags = URG, .seq = MSS, .len = MSS,
				.up = MSS + 100));
	mini_t_expect_tx(t, SEG(.flags = URG, .seq = 2 * MSS, .len = 100,
				.up = 100));
	mini_t_expect_tx(t, SEG(.seq = 2 * MSS + 100, .len = MSS));
	mini_t_expect_nothing(t);
}

/* A device that cuts would copy the pointer: one segment a packet meanwhile */
static void pointer_and_offload(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);
	u32 i;

	t->gso = true;
	mini_t_to_established(t);
	MINI_T_EQ(t, mini_t_send_flags(t, 4 * MSS, MSG_OOB), 4 * MSS);
	for (i = 0; i < 4; i++)
		mini_t_expect_tx(t, SEG(.flags = URG, .seq = i * MSS,
					.len = MSS, .up = (4 - i) * MSS));
	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_NOW, SEG(.ack = 4 * MSS));
	MINI_T_EQ(t, mini_t_send(t, 4 * MSS), 4 * MSS);
	for (i = 4; i < 8; i++)
		mini_t_expect_tx(t, SEG(.seq = i * MSS, .len = MSS));
}

/* Sent again, it says the same; when the mark has moved, the new one */
static void pointer_when_sent_again(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_send_flags(t, 10, MSG_OOB), 10);
	mini_t_expect_tx(t, SEG(.flags = URG, .len = 10, .up = 10));
	mini_t_expect_tx_at(t, AT_MS(RTO), SEG(.flags = URG, .len = 10,
					       .up = 10));
	MINI_T_EQ(t, mini_t_send(t, 5), 5);
	mini_t_rx(t, AT_NOW, SEG(.ack = 10));
	mini_t_expect_tx(t, SEG(.seq = 10, .len = 5));
	mini_t_rx(t, AT_NOW, SEG(.ack = 15));
	mini_t_expect_nothing(t);
}

/* Neither Nagle nor a cork holds what is urgent */
static void urgent_is_not_held(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_CORK, 1), 0);
	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mini_t_send_flags(t, 1, MSG_OOB), 1);
	mini_t_expect_tx(t, SEG(.flags = URG, .len = 11, .up = 11));
	MINI_T_EQ(t, mini_t_send_flags(t, 1, MSG_OOB), 1);
	mini_t_expect_tx(t, SEG(.flags = URG, .seq = 11, .len = 1, .up = 1));
}

/*
 * Farther than 16 bits can say: the segments near by say so; with none of
 * those out, the farthest place there is.
 */
static void pointer_too_far(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	t->peer_ws = MINI_T_WS(7);
	t->peer_wnd = 4000;
	mini_t_to_established(t);
	MINI_T_EQ(t, mini_t_send(t, 4000), 4000);
	mini_t_drain(t);
	t->sock->sk->sk_sndbuf = 1 << 20;
	MINI_T_EQ(t, mini_t_send_flags(t, 70000, MSG_OOB), 70000);
	mini_t_rx(t, AT_NOW, SEG(.ack = 4000, .wnd = 2048));
	mini_t_expect_tx(t, SEG(.flags = URG, .seq = 4000, .len = MSS,
				.up = U16_MAX));
	mini_t_drain(t);
}

/* An ACK that must say the mark before its octets can leave does say it */
static void ack_has_the_pointer(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_rx(t, AT_NOW, SEG(.wnd = MINI_T_SHUT));
	MINI_T_EQ(t, mini_t_send_flags(t, 1, MSG_OOB), 1);
	mini_t_rx(t, AT_NOW, SEG(.len = 1, .wnd = MINI_T_SHUT));
	mini_t_expect_tx(t, SEG(.flags = URG, .ack = 1, .up = 1));
}

static int recv_oob(struct mini_t *t, u8 *octet, int flags)
{
	struct msghdr msg = { };
	struct kvec vec = { .iov_base = octet, .iov_len = 1 };

	return kernel_recvmsg(t->sock, &msg, &vec, 1, 1, MSG_OOB | flags);
}

/*
 * Announced, then there: POLLPRI comes with the octet.
 *
 * Proves: MUST-33
 */
static void octet_arrives_late(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u8 octet = 0;

	mini_t_rx(t, AT_NOW, SEG(.flags = URG, .len = 5, .up = 8));
	MINI_T_TRUE(t, !(mini_t_poll(t) & EPOLLPRI));
	MINI_T_EQ(t, recv_oob(t, &octet, 0), -EAGAIN);
	mini_t_rx(t, AT_NOW, SEG(.seq = 5, .len = 5));
	MINI_T_TRUE(t, mini_t_poll(t) & EPOLLPRI);
	MINI_T_EQ(t, recv_oob(t, &octet, 0), 1);
	MINI_T_EQ(t, octet, mini_t_octet(7));
	MINI_T_EQ(t, mini_t_recv(t, 10), 7);
	t->rx_off++;
	MINI_T_EQ(t, mini_t_recv(t, 10), 2);
	mini_t_drain(t);
}

/* It may come before what is in front of it */
static void octet_arrives_out_of_order(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u8 octet = 0;

	mini_t_rx(t, AT_NOW, SEG(.flags = URG, .seq = 5, .len = 5, .up = 3));
	MINI_T_EQ(t, recv_oob(t, &octet, MSG_PEEK), 1);
	MINI_T_EQ(t, octet, mini_t_octet(7));
	mini_t_rx(t, AT_NOW, SEG(.len = 5));
	MINI_T_EQ(t, mini_t_recv(t, 10), 7);
	t->rx_off++;
	MINI_T_EQ(t, mini_t_recv(t, 10), 2);
	MINI_T_EQ(t, recv_oob(t, &octet, 0), -EINVAL);
	mini_t_drain(t);
}

/*
 * What the peer repeats, or points back to, is not urgent again.
 *
 * Proves: UR-3
 */
static void old_pointer_is_ignored(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_rx(t, AT_NOW, SEG(.flags = URG, .len = 5, .up = 5));
	MINI_T_EQ(t, mini_t_recv(t, 10), 4);
	t->rx_off++;
	mini_t_rx(t, AT_NOW, SEG(.seq = 5, .len = 5));
	MINI_T_EQ(t, mini_t_recv(t, 10), 5);
	MINI_T_EQ(t, mini_t_msk(t)->rcv.urgent, MINI_URGENT_NONE);
	mini_t_rx(t, AT_NOW, SEG(.flags = URG, .len = 5, .up = 5));
	mini_t_rx(t, AT_NOW, SEG(.flags = URG, .seq = 10, .len = 5));
	MINI_T_EQ(t, mini_t_msk(t)->rcv.urgent, MINI_URGENT_HERE);
	MINI_T_EQ(t, mini_t_msk(t)->rcv.up - t->peer_zero, 11);
	mini_t_drain(t);
}

/*
 * With no window there is no room for the text, but the mark counts.
 *
 * Proves: MUST-66
 */
static void pointer_at_a_shut_window(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_msk(t)->rcv.edge = mini_t_msk(t)->rcv.nxt;
	t->edge_known = false;
	mini_t_rx(t, AT_NOW, SEG(.flags = URG, .up = 5));
	MINI_T_EQ(t, mini_t_msk(t)->rcv.urgent, MINI_URGENT_AHEAD);
	MINI_T_EQ(t, mini_t_msk(t)->rcv.up - t->peer_zero, 5);
	mini_t_drain(t);
}

/* Whatever packets the stream comes in, and wherever the octet is in them */
static void octet_in_any_shape(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u8 octet;
	u32 i;

	for (i = 0; i < 40; i++) {
		u32 at = i % 10;

		t->shape = i % 4;
		mini_t_rx(t, AT_NOW, SEG(.flags = URG, .seq = i * 10,
					 .len = 10, .up = at + 1));
		MINI_T_EQ(t, recv_oob(t, &octet, 0), 1);
		MINI_T_EQ(t, octet, mini_t_octet(i * 10 + at));
		if (at)
			MINI_T_EQ(t, mini_t_recv(t, 20), at);
		t->rx_off++;
		if (at < 9)
			MINI_T_EQ(t, mini_t_recv(t, 20), 9 - at);
		else
			MINI_T_EQ(t, mini_t_recv(t, 20), -EAGAIN);
		mini_t_drain(t);
	}
}

/* In line: when the user has read past it nothing is urgent any more */
static void reading_past_it_ends_it(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	sock_set_flag(t->sock->sk, SOCK_URGINLINE);
	mini_t_rx(t, AT_NOW, SEG(.flags = URG, .len = 10, .up = 5));
	mini_t_drain(t);
	MINI_T_EQ(t, mini_t_recv(t, 4), 4);
	MINI_T_TRUE(t, mini_t_poll(t) & EPOLLPRI);
	MINI_T_EQ(t, mini_t_recv(t, 1), 1);
	MINI_T_TRUE(t, !(mini_t_poll(t) & EPOLLPRI));
	/* an old segment that comes again does not make it so */
	mini_t_rx(t, AT_NOW, SEG(.flags = URG, .len = 10, .up = 5));
	mini_t_drain(t);
	MINI_T_TRUE(t, !(mini_t_poll(t) & EPOLLPRI));
	MINI_T_EQ(t, mini_t_recv(t, 100), 5);
}

/*
 * Each octet in its place; that it is the right one the harness looks at.
 *
 * Proves: UR-2, UR-5, UR-6
 */
static void user_asks_for_it_in_line(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	sock_set_flag(t->sock->sk, SOCK_URGINLINE);
	mini_t_rx(t, AT_NOW, SEG(.len = 10));
	mini_t_rx(t, AT_NOW, SEG(.flags = URG, .seq = 10, .len = 10, .up = 1));
	mini_t_rx(t, AT_NOW, SEG(.flags = URG, .seq = 20, .len = 1, .up = 1));
	/* a middlebox has taken the flag away, and left the pointer */
	mini_t_rx(t, AT_NOW, SEG(.seq = 21, .len = 10, .up = 5));
	mini_t_drain(t);
	MINI_T_EQ(t, mini_t_recv(t, 15), 15);
	MINI_T_EQ(t, mini_t_recv(t, 100), 5);	/* to the mark */
	MINI_T_EQ(t, mini_t_recv(t, 100), 11);
	MINI_T_EQ(t, mini_t_recv(t, 100), -EAGAIN);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(pointer_is_one_past),
	KUNIT_CASE(pointer_counts_from_each_segment),
	KUNIT_CASE(pointer_and_offload),
	KUNIT_CASE(pointer_when_sent_again),
	KUNIT_CASE(urgent_is_not_held),
	KUNIT_CASE(pointer_too_far),
	KUNIT_CASE(ack_has_the_pointer),
	KUNIT_CASE(octet_arrives_late),
	KUNIT_CASE(octet_arrives_out_of_order),
	KUNIT_CASE(old_pointer_is_ignored),
	KUNIT_CASE(pointer_at_a_shut_window),
	KUNIT_CASE(octet_in_any_shape),
	KUNIT_CASE(reading_past_it_ends_it),
	KUNIT_CASE(user_asks_for_it_in_line),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_urgent",
	.test_cases = cases,
};

kunit_test_suites(&suite);
