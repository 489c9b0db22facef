// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why is nothing sent, or closed, or received, and since when: each answer that
 * the engine may give, after what leads to it.
 */
#include <linux/tcp.h>
#include <net/sock.h>
#include "harness.h"

#define MSS	MINI_T_MSS
#define RTO	MINI_T_RTO_MS

static void expect_held(struct mini_t *t, const struct sock *sk,
			enum mini_held_what what, enum mini_hold why,
			s64 since_ms)
{
	const struct mini_held *h = &mini_sk(sk)->stat.held[what];

	MINI_T_EQ(t, h->why, why);
	MINI_T_EQ(t, (s64)h->since_us - (s64)t->zero_us,
		  since_ms * USEC_PER_MSEC);
}

static void expect_send(struct mini_t *t, enum mini_hold why, s64 since_ms)
{
	expect_held(t, t->sock->sk, MINI_HELD_SEND, why, since_ms);
}

static void expect_close(struct mini_t *t, enum mini_hold why, s64 since_ms)
{
	expect_held(t, t->sock->sk, MINI_HELD_CLOSE, why, since_ms);
}

static void send_at(struct mini_t *t, s64 at_ms, u32 len)
{
	mini_t_goto(t, AT_MS(at_ms));
	MINI_T_EQ(t, mini_t_send(t, len), len);
	mini_t_drain(t);
}

static void rx_at(struct mini_t *t, s64 at_ms, struct mini_t_seg seg)
{
	mini_t_rx(t, AT_MS(at_ms), seg);
	mini_t_drain(t);
}

static void drain_at(struct mini_t *t, s64 at_ms)
{
	mini_t_goto(t, AT_MS(at_ms));
	mini_t_drain(t);
}

/* sending */

static void idle_and_ack(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	expect_send(t, MINI_HOLD_IDLE, 0);
	send_at(t, 50, 100);
	expect_send(t, MINI_HOLD_ACK, 50);
	send_at(t, 60, MSS);	/* the same answer, and as old as before */
	expect_send(t, MINI_HOLD_ACK, 50);
	rx_at(t, 150, SEG(.ack = 100 + MSS));
	expect_send(t, MINI_HOLD_IDLE, 150);
	MINI_T_EQ(t, mini_t_msk(t)->stat.held[MINI_HELD_CLOSE].why,
		  MINI_HOLD_NONE);
}

static void rto_since_the_first(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	t->mn->sysctl.early_retrans = 0;
	send_at(t, 50, 100);
	drain_at(t, 50 + RTO - 1);
	expect_send(t, MINI_HOLD_ACK, 50);
	drain_at(t, 50 + RTO);
	expect_send(t, MINI_HOLD_RTO, 50 + RTO);
	drain_at(t, 50 + 8 * RTO);
	MINI_T_EQ(t, mini_t_msk(t)->retries, 3);
	expect_send(t, MINI_HOLD_RTO, 50 + RTO);
	/* writing more changes nothing of it */
	send_at(t, 50 + 8 * RTO, 20 * MSS);
	expect_send(t, MINI_HOLD_RTO, 50 + RTO);
	rx_at(t, 9 * RTO, SEG(.ack = 100));
	MINI_T_TRUE(t, mini_t_msk(t)->stat.held[MINI_HELD_SEND].why !=
		       MINI_HOLD_RTO);
	mini_t_drain(t);
}

static void unreachable_says_icmp(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct sock *sk = t->sock->sk;

	t->mn->sysctl.early_retrans = 0;
	send_at(t, 50, 100);
	lock_sock(sk);
	mini_tcp_icmp(sk, t->our_zero, EHOSTUNREACH);
	release_sock(sk);
	expect_send(t, MINI_HOLD_ACK, 50);
	drain_at(t, 50 + RTO);
	expect_send(t, MINI_HOLD_UNREACHABLE, 50 + RTO);
	rx_at(t, 60 + RTO, SEG(.ack = 100));
	expect_send(t, MINI_HOLD_IDLE, 60 + RTO);
}

static void unreachable_from_here(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	t->mn->sysctl.early_retrans = 0;
	t->xmit_err = -EHOSTUNREACH;
	send_at(t, 50, 100);
	expect_send(t, MINI_HOLD_ACK, 50);
	drain_at(t, 50 + RTO);
	expect_send(t, MINI_HOLD_UNREACHABLE, 50 + RTO);
	MINI_T_EQ(t, mini_stat_soft_err(t->sock->sk), EHOSTUNREACH);
	/* a route again: it is not known whether anybody is there */
	t->xmit_err = 0;
	drain_at(t, 50 + 3 * RTO);
	expect_send(t, MINI_HOLD_RTO, 50 + 3 * RTO);
}

static void rwnd_shut(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	rx_at(t, 10, SEG(.wnd = MINI_T_SHUT));
	expect_send(t, MINI_HOLD_IDLE, 0);
	send_at(t, 20, 100);
	expect_send(t, MINI_HOLD_RWND, 20);
	/* neither a probe nor its answer is a change */
	mini_t_goto(t, AT_MS(20 + RTO));
	mini_t_expect_tx(t, SEG(.len = 1));
	rx_at(t, 100 + RTO, SEG(.wnd = MINI_T_SHUT));
	mini_t_goto(t, AT_MS(100 + 3 * RTO));
	mini_t_drain(t);
	expect_send(t, MINI_HOLD_RWND, 20);
	rx_at(t, 100 + 4 * RTO, SEG(.ack = 1));
	expect_send(t, MINI_HOLD_ACK, 100 + 4 * RTO);
}

static void rwnd_full(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	rx_at(t, 10, SEG(.wnd = 2 * MSS));
	send_at(t, 20, 4 * MSS);
	expect_send(t, MINI_HOLD_RWND, 20);
	MINI_T_EQ(t, mini_flight(mini_t_msk(t)), 2 * MSS);
}

static void sws(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	rx_at(t, 10, SEG(.wnd = 100));
	send_at(t, 20, 1000);
	expect_send(t, MINI_HOLD_SWS, 20);
	MINI_T_EQ(t, mini_flight(mini_t_msk(t)), 0);
}

static void cwnd(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	send_at(t, 20, 30 * MSS);
	expect_send(t, MINI_HOLD_CWND, 20);
	/* there is always more of it to come: it goes on */
	rx_at(t, 120, SEG(.ack = 2 * MSS));
	expect_send(t, MINI_HOLD_CWND, 20);
	MINI_T_TRUE(t, mini_unsent(t->sock->sk));
}

static void cwnd_in_recovery(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	t->mn->sysctl.frto = 0;
	t->mn->sysctl.early_retrans = 0;
	send_at(t, 20, 10 * MSS);
	drain_at(t, 20 + RTO);
	expect_send(t, MINI_HOLD_RTO, 20 + RTO);
	rx_at(t, 30 + RTO, SEG(.ack = MSS));
	expect_send(t, MINI_HOLD_CWND, 30 + RTO);
	MINI_T_EQ(t, mini_t_info(t).tcpi_ca_state, TCP_CA_Loss);
}

static void nagle(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	send_at(t, 20, 10);
	send_at(t, 30, 10);
	expect_send(t, MINI_HOLD_NAGLE, 30);
	rx_at(t, 120, SEG(.ack = 10));
	expect_send(t, MINI_HOLD_ACK, 120);
}

static void cork(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_CORK, 1), 0);
	send_at(t, 20, 10);
	expect_send(t, MINI_HOLD_CORK, 20);
	MINI_T_EQ(t, mini_t_msk(t)->cork_until_us - t->zero_us,
		  20 * USEC_PER_MSEC + MINI_CORK_US);
	drain_at(t, 220);
	expect_send(t, MINI_HOLD_ACK, 220);
}

static void more_is_a_cork(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_goto(t, AT_MS(20));
	MINI_T_EQ(t, mini_t_send_flags(t, 10, MSG_MORE), 10);
	expect_send(t, MINI_HOLD_CORK, 20);
	send_at(t, 30, 10);
	expect_send(t, MINI_HOLD_ACK, 30);
}

static void autocork(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	t->keeps = true;
	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_NODELAY, 1), 0);
	send_at(t, 20, 3000);
	send_at(t, 30, 10);
	expect_send(t, MINI_HOLD_AUTOCORK, 30);
	rx_at(t, 40, SEG(.ack = 3000));
	expect_send(t, MINI_HOLD_ACK, 40);
}

static void pacing(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 rate = 10 * MSS;

	MINI_T_EQ(t, sock_setsockopt(t->sock, SOL_SOCKET, SO_MAX_PACING_RATE,
				     KERNEL_SOCKPTR(&rate), sizeof(rate)), 0);
	send_at(t, 0, 20 * MSS);
	rx_at(t, 100, SEG(.ack = 10 * MSS));
	expect_send(t, MINI_HOLD_PACING, 100);
	MINI_T_TRUE(t, mini_t_msk(t)->send_tmr.t.at_us > t->now_us);
}

static void memory(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_memory(t, t->sock->sk, MINI_T_MEM_NONE);
	mini_t_goto(t, AT_MS(20));
	while (mini_t_send(t, MSS) > 0)
		;
	mini_t_drain(t);
	expect_send(t, MINI_HOLD_MEMORY, 20);
	mini_t_memory(t, t->sock->sk, MINI_T_MEM_PLENTY);
	send_at(t, 30, 10);
	MINI_T_TRUE(t, mini_t_msk(t)->stat.held[MINI_HELD_SEND].why !=
		       MINI_HOLD_MEMORY);
}

/* A full buffer is not what holds it: something keeps it full */
static void buffer_is_no_memory(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	rx_at(t, 10, SEG(.wnd = MINI_T_SHUT));
	mini_t_goto(t, AT_MS(20));
	while (mini_t_send(t, 10 * MSS) > 0)
		;
	expect_send(t, MINI_HOLD_RWND, 20);
}

/* states */

static void handshake(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_sent(test);

	expect_send(t, MINI_HOLD_HANDSHAKE, 0);
	drain_at(t, 5000);	/* however often it was sent */
	expect_send(t, MINI_HOLD_HANDSHAKE, 0);
	rx_at(t, 5100, SEG(.flags = MINI_SYN | MINI_ACK));
	expect_send(t, MINI_HOLD_IDLE, 5100);
}

static void handshake_simultaneous(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_rcvd_active(test);

	MINI_T_EQ(t, mini_t_msk(t)->stat.held[MINI_HELD_SEND].why,
		  MINI_HOLD_HANDSHAKE);
}

static void listener(struct kunit *test)
{
	struct mini_t *t = mini_t_listen(test);

	expect_held(t, t->listener->sk, MINI_HELD_SEND, MINI_HOLD_LISTEN, 0);
}

static void child_begins_anew(struct kunit *test)
{
	struct mini_t *t = mini_t_established_passive(test);

	expect_send(t, MINI_HOLD_IDLE, 0);
}

static void closed(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_rx(t, AT_MS(10), SEG(.flags = MINI_RST | MINI_ACK));
	expect_send(t, MINI_HOLD_NONE, 10);
}

/* closing */

static void fin_behind_data(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	rx_at(t, 10, SEG(.wnd = MINI_T_SHUT));
	send_at(t, 20, 100);
	mini_t_goto(t, AT_MS(30));
	mini_t_shutdown(t, SHUT_WR);
	expect_send(t, MINI_HOLD_RWND, 20);
	expect_close(t, MINI_HOLD_FIN_BEHIND, 30);
	rx_at(t, 40, SEG());
	expect_send(t, MINI_HOLD_ACK, 40);
	expect_close(t, MINI_HOLD_FIN_SENT, 40);
}

static void fin_and_fin_wait2(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_goto(t, AT_MS(10));
	mini_t_shutdown(t, SHUT_WR);
	mini_t_drain(t);
	expect_send(t, MINI_HOLD_ACK, 10);
	expect_close(t, MINI_HOLD_FIN_SENT, 10);
	rx_at(t, 20, SEG(.ack = 1));
	expect_send(t, MINI_HOLD_DONE, 20);
	expect_close(t, MINI_HOLD_FIN_WAIT2, 20);
}

static void closing_is_the_same_fin(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_goto(t, AT_MS(10));
	mini_t_shutdown(t, SHUT_WR);
	rx_at(t, 20, SEG(.flags = MINI_FIN | MINI_ACK));
	mini_t_expect_state(t, TCP_CLOSING);
	expect_close(t, MINI_HOLD_FIN_SENT, 10);
}

static void close_wait_and_last_ack(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	rx_at(t, 10, SEG(.flags = MINI_FIN | MINI_ACK));
	expect_send(t, MINI_HOLD_IDLE, 0);
	expect_close(t, MINI_HOLD_CLOSE_WAIT, 10);
	mini_t_goto(t, AT_MS(20));
	mini_t_shutdown(t, SHUT_WR);
	mini_t_drain(t);
	mini_t_expect_state(t, TCP_LAST_ACK);
	expect_close(t, MINI_HOLD_FIN_SENT, 20);
}

/* receiving */

static void reader(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct mini_sock *msk = mini_t_msk(t);
	u32 off = 0;
	s64 ms = 0;

	while (msk->rcv.edge != msk->rcv.nxt) {
		u32 len = min_t(u32, msk->rcv.edge - msk->rcv.nxt, MSS);

		rx_at(t, ++ms, SEG(.seq = off, .len = len));
		off += len;
	}
	expect_held(t, t->sock->sk, MINI_HELD_READ, MINI_HOLD_READER, ms);
	drain_at(t, ms + 1000);
	expect_held(t, t->sock->sk, MINI_HELD_READ, MINI_HOLD_READER, ms);
	MINI_T_EQ(t, mini_t_recv(t, off), off);
	mini_t_drain(t);
	expect_held(t, t->sock->sk, MINI_HELD_READ, MINI_HOLD_NONE, ms + 1000);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(idle_and_ack),
	KUNIT_CASE(rto_since_the_first),
	KUNIT_CASE(unreachable_says_icmp),
	KUNIT_CASE(unreachable_from_here),
	KUNIT_CASE(rwnd_shut),
	KUNIT_CASE(rwnd_full),
	KUNIT_CASE(sws),
	KUNIT_CASE(cwnd),
	KUNIT_CASE(cwnd_in_recovery),
	KUNIT_CASE(nagle),
	KUNIT_CASE(cork),
	KUNIT_CASE(more_is_a_cork),
	KUNIT_CASE(autocork),
	KUNIT_CASE(pacing),
	KUNIT_CASE(memory),
	KUNIT_CASE(buffer_is_no_memory),
	KUNIT_CASE(handshake),
	KUNIT_CASE(handshake_simultaneous),
	KUNIT_CASE(listener),
	KUNIT_CASE(child_begins_anew),
	KUNIT_CASE(closed),
	KUNIT_CASE(fin_behind_data),
	KUNIT_CASE(fin_and_fin_wait2),
	KUNIT_CASE(closing_is_the_same_fin),
	KUNIT_CASE(close_wait_and_last_ack),
	KUNIT_CASE(reader),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_hold",
	.test_cases = cases,
};

kunit_test_suites(&suite);
