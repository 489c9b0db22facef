// SPDX-License-Identifier: GPL-2.0-only
/* Urgent data received: in line, and announced (RFC 9293 3.8.5, RFC 6093) */
#include <net/sock.h>
#include "harness.h"

static u32 nr_ready;

static void count_ready(struct sock *sk)
{
	nr_ready++;
}

static void rx_urgent(struct mini_t *t, u32 seq, u16 up)
{
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_ACK | MINI_URG, .seq = seq,
				 .up = up));
	mini_t_drain(t);
}

/*
 * Whoever waits is woken for a pointer that is new, and not for one that he
 * knows, nor for an older one. No text comes, which would wake him too.
 * Proves: UR-3
 */
static void pointer_wakes_once(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct sock *sk = t->sock->sk;
	void (*saved)(struct sock *sk) = sk->sk_data_ready;

	nr_ready = 0;
	sk->sk_data_ready = count_ready;
	rx_urgent(t, 0, 50);
	MINI_T_EQ(t, nr_ready, 1);
	rx_urgent(t, 0, 50);
	rx_urgent(t, 10, 40);
	rx_urgent(t, 0, 20);
	MINI_T_EQ(t, nr_ready, 1);
	rx_urgent(t, 0, 51);
	MINI_T_EQ(t, nr_ready, 2);
	sk->sk_data_ready = saved;
	MINI_T_EQ(t, mini_t_msk(t)->rcv.up - t->peer_zero, 51);
	MINI_T_TRUE(t, mini_t_poll(t) & EPOLLPRI);
}

/* The user has read up to the pointer: nothing is urgent any more */
static void reading_past_it_ends_it(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_ACK | MINI_URG, .len = 10,
				 .up = 5));
	mini_t_drain(t);
	MINI_T_EQ(t, mini_t_recv(t, 4), 4);
	MINI_T_TRUE(t, mini_t_poll(t) & EPOLLPRI);
	MINI_T_EQ(t, mini_t_recv(t, 1), 1);
	MINI_T_TRUE(t, !(mini_t_poll(t) & EPOLLPRI));
	/* an old segment that comes again does not make it so */
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_ACK | MINI_URG, .len = 10,
				 .up = 5));
	mini_t_drain(t);
	MINI_T_TRUE(t, !(mini_t_poll(t) & EPOLLPRI));
	MINI_T_EQ(t, mini_t_recv(t, 100), 5);
}

/* Each octet in its place; that it is the right one the harness looks at */
static void read_urgent(struct mini_t *t)
{
	mini_t_rx(t, AT_NOW, SEG(.len = 10));
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_ACK | MINI_URG, .seq = 10,
				 .len = 10, .up = 1));
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_ACK | MINI_URG, .seq = 20,
				 .len = 1, .up = 1));
	/* a middlebox has taken the flag away, and left the pointer */
	mini_t_rx(t, AT_NOW, SEG(.seq = 21, .len = 10, .up = 5));
	mini_t_drain(t);
	MINI_T_EQ(t, mini_t_recv(t, 15), 15);
	MINI_T_EQ(t, mini_t_recv(t, 100), 16);
	MINI_T_EQ(t, mini_t_recv(t, 100), -EAGAIN);
}

/* Proves: UR-2, UR-5 */
static void octet_stays_in_the_stream(struct kunit *test)
{
	read_urgent(mini_t_established(test));
}

/* Proves: UR-6 */
static void user_asks_for_it_in_line(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	sock_set_flag(t->sock->sk, SOCK_URGINLINE);
	read_urgent(t);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(pointer_wakes_once),
	KUNIT_CASE(reading_past_it_ends_it),
	KUNIT_CASE(octet_stays_in_the_stream),
	KUNIT_CASE(user_asks_for_it_in_line),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_urgent",
	.test_cases = cases,
};

kunit_test_suites(&suite);
