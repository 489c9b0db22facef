// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of all sockets together (tcp_mem): what a socket does when it is
 * short, and when it is used up. What has been ACKed is never dropped.
 */
#include <net/sock.h>
#include "harness.h"

#define MSS	MINI_T_MSS
#define RTO	MINI_T_RTO_MS

static unsigned long mib(struct mini_t *t, int id)
{
	return mini_mib_sum(t->mn, id);
}

static void memory(struct mini_t *t, enum mini_t_mem mem)
{
	mini_t_memory(t, t->sock->sk, mem);
}

/* The last window that we offered */
static u32 window(struct mini_t *t)
{
	return t->edge - mini_t_msk(t)->rcv.nxt;
}

/* The window closes by what arrives, down to four segments, and opens again */
static void short_window_does_not_grow(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 edge, off = 0;

	mini_t_rx(t, AT_NOW, SEG(.seq = off, .len = MSS));
	MINI_T_EQ(t, mini_t_recv(t, MSS), MSS);
	memory(t, MINI_T_MEM_SHORT);
	edge = t->edge;
	while (window(t) > 6 * MSS) {
		off += MSS;
		mini_t_rx(t, AT_NOW, SEG(.seq = off, .len = MSS));
		MINI_T_EQ(t, mini_t_recv(t, MSS), MSS);
	}
	MINI_T_EQ(t, t->edge, edge);
	for (; off < 1000 * MSS; off += MSS) {
		mini_t_rx(t, AT_NOW, SEG(.seq = off + MSS, .len = MSS));
		MINI_T_EQ(t, mini_t_recv(t, MSS), MSS);
		MINI_T_TRUE(t, window(t) >= MSS && window(t) <= 7 * MSS);
	}
	memory(t, MINI_T_MEM_PLENTY);
	mini_t_rx(t, AT_NOW, SEG(.seq = off + MSS, .len = MSS));
	MINI_T_EQ(t, mini_t_recv(t, MSS), MSS);
	mini_t_rx(t, AT_NOW, SEG(.seq = off + 2 * MSS, .len = MSS));
	MINI_T_TRUE(t, window(t) > 10 * MSS);
	mini_t_drain(t);
}

/* One segment is always taken; the next is neither kept nor ACKed */
static void used_up_drops_what_is_not_acked(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 off;

	memory(t, MINI_T_MEM_NONE);
	for (off = 0; off < 20 * MSS; off += MSS)
		mini_t_rx(t, AT_NOW, SEG(.seq = off, .len = MSS));
	off = mini_t_msk(t)->rcv.nxt - t->peer_zero;
	MINI_T_TRUE(t, off >= MSS && off < 20 * MSS);
	MINI_T_EQ(t, mini_t_recv(t, 20 * MSS), off);
	memory(t, MINI_T_MEM_PLENTY);
	for (; off < 20 * MSS; off += MSS)
		mini_t_rx(t, AT_NOW, SEG(.seq = off, .len = MSS));
	MINI_T_TRUE(t, mini_t_recv(t, 20 * MSS) > 0);
	MINI_T_EQ(t, mini_t_msk(t)->rcv.copied - t->peer_zero, 20 * MSS);
	mini_t_drain(t);
}

/* What is out of order gives way to what is in order */
static void used_up_prunes_out_of_order(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	unsigned long pruned = mib(t, MINI_MIB_DROP_OFO_PRUNED);
	u32 off;

	for (off = 12 * MSS; off < 22 * MSS; off += 2 * MSS)
		mini_t_rx(t, AT_NOW, SEG(.seq = off, .len = MSS));
	memory(t, MINI_T_MEM_NONE);
	for (off = 0; off < 10 * MSS; off += MSS)
		mini_t_rx(t, AT_NOW, SEG(.seq = off, .len = MSS));
	MINI_T_TRUE(t, mib(t, MINI_MIB_DROP_OFO_PRUNED) > pruned);
	MINI_T_TRUE(t, RB_EMPTY_ROOT(&mini_t_msk(t)->ofo));
	MINI_T_EQ(t, mini_t_msk(t)->rcv.sack.nr, 0);
	off = mini_t_msk(t)->rcv.nxt - t->peer_zero;
	MINI_T_EQ(t, mini_t_recv(t, 20 * MSS), off);
	mini_t_drain(t);
}

/* A reader who wants more than there is room for is woken */
static void short_memory_overrides_the_low_water_mark(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	t->sock->sk->sk_rcvlowat = 5000;
	mini_t_rx(t, AT_NOW, SEG(.len = 100));
	MINI_T_TRUE(t, !(mini_t_poll(t) & EPOLLIN));
	memory(t, MINI_T_MEM_SHORT);
	MINI_T_TRUE(t, mini_t_poll(t) & EPOLLIN);
	mini_t_drain(t);
}

/* A writer waits, and goes on where he was */
static void used_up_stops_the_writer(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	int n;

	memory(t, MINI_T_MEM_NONE);
	n = mini_t_send(t, 40 * MSS);
	MINI_T_TRUE(t, n < 10 * MSS);
	n = max(n, 0);
	MINI_T_EQ(t, mini_t_send(t, 1), -EAGAIN);
	mini_t_rx(t, AT_MS(10), SEG(.ack = n));
	memory(t, MINI_T_MEM_PLENTY);
	MINI_T_EQ(t, mini_t_send(t, 4 * MSS), 4 * MSS);
	mini_t_drain(t);
	MINI_T_EQ(t, t->our_nxt - t->our_zero, n + 4 * MSS);
}

static struct mini_t *with_orphan(struct kunit *test, u32 len)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_send(t, len), len);
	mini_t_drain(t);
	return t;
}

/* An orphan that its peer does not answer is reset rather than kept */
static void used_up_ends_an_orphan(struct kunit *test)
{
	struct mini_t *t = with_orphan(test, 10 * MSS);
	unsigned long aborts = mib(t, MINI_MIB_ABORT_ON_MEMORY);
	struct sock *sk = t->sock->sk;

	mini_t_close(t);
	mini_t_drain(t);
	mini_t_memory(t, sk, MINI_T_MEM_NONE);
	mini_t_expect_tx_at(t, AT_MS(RTO), SEG(.flags = MINI_RST,
					       .seq = 10 * MSS + 1));
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mib(t, MINI_MIB_ABORT_ON_MEMORY), aborts + 1);
}

static void used_up_ends_who_closes(struct kunit *test)
{
	struct mini_t *t = with_orphan(test, 10 * MSS);
	unsigned long aborts = mib(t, MINI_MIB_ABORT_ON_MEMORY);

	memory(t, MINI_T_MEM_NONE);
	mini_t_close(t);
	MINI_T_EQ(t, mib(t, MINI_MIB_ABORT_ON_MEMORY), aborts + 1);
	mini_t_drain(t);
}

/* One that has next to nothing, or while memory is only short, is left alone */
static void small_orphans_stay(struct kunit *test)
{
	struct mini_t *t = with_orphan(test, 100);
	unsigned long aborts = mib(t, MINI_MIB_ABORT_ON_MEMORY);

	memory(t, MINI_T_MEM_NONE);
	mini_t_close(t);
	mini_t_advance_ms(t, 2 * RTO);
	MINI_T_EQ(t, mib(t, MINI_MIB_ABORT_ON_MEMORY), aborts);
	mini_t_drain(t);
}

static void pressure_is_counted(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct sock *sk = t->sock->sk;
	unsigned long n = mib(t, MINI_MIB_MEMORY_PRESSURES);

	sk->sk_prot->enter_memory_pressure(sk);
	sk->sk_prot->enter_memory_pressure(sk);
	MINI_T_TRUE(t, sk_under_memory_pressure(sk));
	MINI_T_EQ(t, mib(t, MINI_MIB_MEMORY_PRESSURES), n + 1);
	sk->sk_prot->leave_memory_pressure(sk);
	MINI_T_TRUE(t, !sk_under_memory_pressure(sk));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(short_window_does_not_grow),
	KUNIT_CASE(used_up_drops_what_is_not_acked),
	KUNIT_CASE(used_up_prunes_out_of_order),
	KUNIT_CASE(short_memory_overrides_the_low_water_mark),
	KUNIT_CASE(used_up_stops_the_writer),
	KUNIT_CASE(used_up_ends_an_orphan),
	KUNIT_CASE(used_up_ends_who_closes),
	KUNIT_CASE(small_orphans_stay),
	KUNIT_CASE(pressure_is_counted),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_memory",
	.test_cases = cases,
};

kunit_test_suites(&suite);
