// SPDX-License-Identifier: GPL-2.0-only
/* What the user's options do to segments and timers */
#include <linux/tcp.h>
#include <net/sock.h>
#include "harness.h"

/* TCP_WINDOW_CLAMP: from the SYN on, and however much room there is */
static void window_clamp(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);
	u32 i;

	MINI_T_EQ(t, mini_t_socket(t, 0, &t->sock), 0);
	MINI_T_EQ(t, mini_t_bind(t->sock, MINI_T_LADDR, MINI_T_LPORT), 0);
	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_WINDOW_CLAMP, 4000), 0);
	MINI_T_EQ(t, mini_t_connect(t), -EINPROGRESS);
	mini_t_expect_tx(t, SEG(.flags = MINI_SYN, .wnd = 4000));
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN | MINI_ACK, .ack = 1));
	mini_t_drain(t);
	mini_t_zero(t);
	for (i = 0; i < 50; i++) {
		mini_t_rx(t, AT_NOW, SEG(.seq = i * 1000, .len = 1000));
		MINI_T_EQ(t, mini_t_recv(t, 1000), 1000);
		MINI_T_TRUE(t, mini_t_msk(t)->rcv.edge -
			    mini_t_msk(t)->rcv.nxt <= 4000);
		MINI_T_TRUE(t, mini_t_msk(t)->rcv.edge -
			    mini_t_msk(t)->rcv.nxt >= 1000);
		mini_t_drain(t);
	}
}

/* TCP_LINGER2: how long an orphan waits for the peer's FIN */
static void linger2(struct kunit *test)
{
	struct mini_t *t = mini_t_fin_wait2(test);

	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_LINGER2, 7), 0);
	mini_t_close(t);
	mini_t_advance_ms(t, 6900);
	mini_t_rx(t, AT_NOW, SEG(.len = 0));
	mini_t_expect_nothing(t);
	mini_t_advance_ms(t, 200);
	mini_t_rx(t, AT_NOW, SEG());
	mini_t_expect_tx(t, SEG(.flags = MINI_RST));
}

static void linger2_negative(struct kunit *test)
{
	struct mini_t *t = mini_t_fin_wait2(test);

	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_LINGER2, -5), 0);
	mini_t_close(t);
	mini_t_expect_tx(t, SEG(.flags = MINI_RST));
	mini_t_rx(t, AT_NOW, SEG());
	mini_t_expect_tx(t, SEG(.flags = MINI_RST));
}

/* The FIN is ACKed only when the user has gone: nobody waits then */
static void linger2_negative_in_fin_wait1(struct kunit *test)
{
	struct mini_t *t = mini_t_fin_wait1(test);

	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_LINGER2, -1), 0);
	mini_t_close(t);
	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_NOW, SEG());
	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_NOW, SEG(.len = 5));
	mini_t_expect_tx(t, SEG(.flags = MINI_RST));
}

static struct mini_t *deferring(struct kunit *test, int seconds)
{
	struct mini_t *t = mini_t_new(test);

	mini_t_to_listen(t, 5);
	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_DEFER_ACCEPT, seconds), 0);
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN));
	mini_t_expect_tx(t, SEG(.flags = MINI_SYN | MINI_ACK, .ack = 1));
	return t;
}

/* TCP_DEFER_ACCEPT: the bare ACK is not enough, what comes next is */
static void defer_accept(struct kunit *test)
{
	struct mini_t *t = deferring(test, 3);

	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1));
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mini_t_accept(t), -EAGAIN);
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1, .len = 10));
	MINI_T_EQ(t, mini_t_accept(t), 0);
	mini_t_expect_state(t, TCP_ESTABLISHED);
	mini_t_drain(t);
}

/* Silence is not answered; at the end of the time the peer is asked once */
static void defer_accept_runs_out(struct kunit *test)
{
	struct mini_t *t = deferring(test, 3);

	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1));
	mini_t_advance_ms(t, 2990);
	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1));
	MINI_T_EQ(t, mini_t_accept(t), -EAGAIN);
	mini_t_advance_ms(t, 20);
	mini_t_expect_tx(t, SEG(.flags = MINI_SYN | MINI_ACK, .ack = 1));
	mini_t_rx(t, AT_NOW, SEG(.seq = 1, .ack = 1));
	MINI_T_EQ(t, mini_t_accept(t), 0);
	mini_t_expect_state(t, TCP_ESTABLISHED);
}

/* TCP_NOTSENT_LOWAT counts what has not left, and not what is in flight */
static void notsent_lowat(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_NOTSENT_LOWAT, 4000), 0);
	MINI_T_EQ(t, mini_t_send(t, MINI_T_MSS), MINI_T_MSS);
	MINI_T_TRUE(t, mini_t_poll(t) & EPOLLOUT);
	mini_t_rx(t, AT_NOW, SEG(.ack = MINI_T_MSS, .wnd = MINI_T_SHUT));
	MINI_T_EQ(t, mini_t_send(t, 1999), 1999);
	MINI_T_TRUE(t, mini_t_poll(t) & EPOLLOUT);
	MINI_T_EQ(t, mini_t_send(t, 1), 1);
	MINI_T_TRUE(t, !(mini_t_poll(t) & EPOLLOUT));
	mini_t_drain(t);
}

/* TCP_INFO: what was sent twice, and what came in the wrong order */
static void info_counts(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct tcp_info info;

	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_expect_tx(t, SEG(.len = 100));
	mini_t_expect_tx_at(t, AT_MS(MINI_T_RTO_MS), SEG(.len = 100));
	mini_t_rx(t, AT_NOW, SEG(.seq = 50, .ack = 100, .len = 10));
	mini_t_drain(t);
	mini_t_advance_ms(t, 30);
	info = mini_t_info(t);
	MINI_T_EQ(t, info.tcpi_bytes_sent, 200);
	MINI_T_EQ(t, info.tcpi_bytes_retrans, 100);
	MINI_T_EQ(t, info.tcpi_data_segs_out, 2);
	MINI_T_EQ(t, info.tcpi_data_segs_in, 1);
	MINI_T_EQ(t, info.tcpi_rcv_ooopack, 1);
	MINI_T_EQ(t, info.tcpi_last_data_sent, 30);
	MINI_T_EQ(t, info.tcpi_last_data_recv, 30);
	MINI_T_EQ(t, info.tcpi_last_ack_recv, 30);
	MINI_T_EQ(t, info.tcpi_busy_time, MINI_T_RTO_MS * 1000);
}

/* ... and what a sender was waiting for */
static void info_limits(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct tcp_info info;

	mini_t_advance_ms(t, 500);
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_advance_ms(t, 20);
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_rx(t, AT_NOW, SEG(.ack = 100, .wnd = MINI_T_SHUT));
	mini_t_advance_ms(t, 50);
	mini_t_rx(t, AT_NOW, SEG(.ack = 100));
	mini_t_advance_ms(t, 7);
	mini_t_rx(t, AT_NOW, SEG(.ack = 200));
	mini_t_advance_ms(t, 500);
	info = mini_t_info(t);
	MINI_T_EQ(t, info.tcpi_rwnd_limited, 50000);
	MINI_T_EQ(t, info.tcpi_sndbuf_limited, 0);
	MINI_T_EQ(t, info.tcpi_busy_time, 77000);
	mini_t_drain(t);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(window_clamp),
	KUNIT_CASE(linger2),
	KUNIT_CASE(linger2_negative),
	KUNIT_CASE(linger2_negative_in_fin_wait1),
	KUNIT_CASE(defer_accept),
	KUNIT_CASE(defer_accept_runs_out),
	KUNIT_CASE(notsent_lowat),
	KUNIT_CASE(info_counts),
	KUNIT_CASE(info_limits),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_user",
	.test_cases = cases,
};

kunit_test_suites(&suite);
