// SPDX-License-Identifier: GPL-2.0-only
/* EV-14 to EV-17: the ACK field, right, too high, too low, and absent */
#include <net/sock.h>
#include "state.h"

/* nothing to read, and no end of the stream either */
#define QUIET	.recv = -EAGAIN

static void check_acked(struct mini_t *t)
{
	mini_check_una_is_nxt(t);
	MINI_T_EQ(t, mini_t_msk(t)->snd.wnd, 30000);
}

static void check_data_acked_fin_out(struct mini_t *t)
{
	MINI_T_EQ(t, mini_t_msk(t)->snd.nxt - mini_t_msk(t)->snd.una, 1);
	MINI_T_TRUE(t, mini_t_armed(&mini_t_msk(t)->write_tmr));
}

static void check_window(struct mini_t *t)
{
	MINI_T_EQ(t, mini_t_msk(t)->snd.wnd, 30000);
}

static void check_child(struct mini_t *t)
{
	MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_EQ(t, t->sock->sk->sk_state, TCP_ESTABLISHED);
	MINI_T_EQ(t, mini_t_recv(t, 10), -EAGAIN);
	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_tx(t, SEG(.len = 10));
}

static void check_connected(struct mini_t *t)
{
	MINI_T_TRUE(t, mini_t_poll(t) & EPOLLOUT);
	MINI_T_EQ(t, mini_t_connect(t), 0);
	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_tx(t, SEG(.len = 10));
}

static void check_still_out(struct mini_t *t)
{
	MINI_T_EQ(t, mini_t_msk(t)->snd.nxt - mini_t_msk(t)->snd.una, 100);
}

static void check_time_wait_timer(struct mini_t *t)
{
	mini_t_advance_us(t, MINI_2MSL_US - 1);
	mini_t_expect_state(t, TCP_TIME_WAIT);
	mini_t_advance_us(t, 1);
	mini_t_expect_nothing(t);
	mini_t_expect_state(t, TCP_CLOSE);
}

/* The bad ACK has changed nothing: the right one still works */
static void check_still_half_open(struct mini_t *t)
{
	mini_t_rx(t, AT_NOW, SEG());
	mini_t_expect_nothing(t);
	mini_t_expect_state(t, TCP_ESTABLISHED);
}

static void check_still_syn_sent(struct mini_t *t)
{
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN | MINI_ACK));
	mini_t_expect_tx(t, SEG(.ack = 1));
}

static const struct mini_row rows[] = {
	/* EV-14 ACK of something new, no data */
	{ .ev = 14, .in = TCPF_CLOSE | TCPF_LISTEN,
	  .what = "ACK: RST",
	  .rx = { .flags = MINI_ACK }, .tx = { MINI_TX_RST(0) } },
	{ .ev = 14, .in = TCPF_SYN_SENT,
	  .what = "ACK of our SYN without a SYN: dropped",
	  .rx = { .flags = MINI_ACK }, .check = check_still_syn_sent },
	{ .ev = 14, .in = TCPF_SYN_RECV,
	  .what = "ACK of our SYN: ESTAB, to be accepted",
	  .rx = { .flags = MINI_ACK }, .to = TCP_ESTABLISHED,
	  .mib = MINI_ROW_MIB(PASSIVE_OPENS), .check = check_child },
	{ .ev = 14, .in = MINI_F_ACTIVE,
	  .what = "ACK of our SYN: ESTAB, connect() is done",
	  .rx = { .flags = MINI_ACK }, .to = TCP_ESTABLISHED,
	  .check = check_connected },
	{ .ev = 14, .in = TCPF_ESTABLISHED | TCPF_CLOSE_WAIT,
	  .what = "ACK of data: SND.UNA and the window move",
	  .prep = mini_prep_data,
	  .rx = { .flags = MINI_ACK, .ack = 100, .wnd = 30000 },
	  .check = check_acked },
	{ .ev = 14, .in = TCPF_FIN_WAIT1,
	  .what = "ACK of our FIN: FIN-WAIT-2",
	  .rx = { .flags = MINI_ACK }, .to = TCP_FIN_WAIT2,
	  .check = mini_check_una_is_nxt, QUIET },
	{ .ev = 14, .in = TCPF_FIN_WAIT1,
	  .what = "ACK of data but not of our FIN: SND.UNA moves",
	  .build = mini_build_fin_wait1_data,
	  .rx = { .flags = MINI_ACK }, .keep_fin = true,
	  .check = check_data_acked_fin_out, QUIET },
	/* nothing is left to be ACKed; a window update is taken all the same */
	{ .ev = 14, .in = TCPF_FIN_WAIT2,
	  .what = "ACK: the window moves",
	  .rx = { .flags = MINI_ACK, .wnd = 30000 }, .check = check_window,
	  QUIET },
	{ .ev = 14, .in = TCPF_CLOSING,
	  .what = "ACK of our FIN: TIME-WAIT",
	  .rx = { .flags = MINI_ACK }, .to = TCP_TIME_WAIT,
	  .check = check_time_wait_timer },
	{ .ev = 14, .in = TCPF_CLOSING,
	  .what = "ACK of data but not of our FIN: SND.UNA moves",
	  .build = mini_build_closing_data,
	  .rx = { .flags = MINI_ACK }, .keep_fin = true,
	  .check = check_data_acked_fin_out },
	{ .ev = 14, .in = TCPF_LAST_ACK,
	  .what = "ACK of our FIN: CLOSED",
	  .rx = { .flags = MINI_ACK }, .to = TCP_CLOSE },
	{ .ev = 14, .in = TCPF_LAST_ACK,
	  .what = "ACK of data but not of our FIN: SND.UNA moves",
	  .build = mini_build_last_ack_data,
	  .rx = { .flags = MINI_ACK }, .keep_fin = true,
	  .check = check_data_acked_fin_out },
	{ .ev = 14, .in = TCPF_TIME_WAIT,
	  .what = "ACK: ignored, 2MSL goes on",
	  .rx = { .flags = MINI_ACK }, .check = check_time_wait_timer },

	/* EV-15 ACK above SND.NXT */
	{ .ev = 15, .in = TCPF_CLOSE | TCPF_LISTEN,
	  .what = "ACK: RST",
	  .rx = { .flags = MINI_ACK, .ack = 1 }, .tx = { MINI_TX_RST(1) } },
	{ .ev = 15, .in = TCPF_SYN_SENT,
	  .what = "ACK of what was not sent: RST",
	  .rx = { .flags = MINI_ACK, .ack = 1 }, .tx = { MINI_TX_RST(1) },
	  .check = check_still_syn_sent },
	{ .ev = 15, .in = TCPF_SYN_SENT,
	  .what = "SYN,ACK of what was not sent: RST",
	  .rx = { .flags = MINI_SYN | MINI_ACK, .ack = 1 },
	  .tx = { MINI_TX_RST(1) }, .check = check_still_syn_sent },
	{ .ev = 15, .in = MINI_F_SYN_RCVD,
	  .what = "ACK of what was not sent: RST",
	  .rx = { .flags = MINI_ACK, .ack = 1 }, .tx = { MINI_TX_RST(1) },
	  .check = check_still_half_open },
	{ .ev = 15, .in = MINI_F_SYNCED,
	  .what = "ACK of what was not sent: ACK, dropped",
	  .rx = { .flags = MINI_ACK, .ack = 1 }, .tx = { MINI_TX_ACK(0, 0) } },
	{ .ev = 15, .in = MINI_F_SYNCED,
	  .what = "data with an ACK of what was not sent: ACK, dropped",
	  .rx = { .flags = MINI_ACK, .ack = MINI_T_FAR, .len = 10 },
	  .tx = { MINI_TX_ACK(0, 0) } },

	/* EV-16 ACK at or below SND.UNA */
	{ .ev = 16, .in = TCPF_CLOSE | TCPF_LISTEN,
	  .what = "ACK: RST",
	  .rx = { .flags = MINI_ACK, .ack = -10 }, .tx = { MINI_TX_RST(-10) } },
	{ .ev = 16, .in = TCPF_SYN_SENT,
	  .what = "ACK of ISS: RST",
	  .rx = { .flags = MINI_ACK, .ack = -1 }, .tx = { MINI_TX_RST(-1) },
	  .check = check_still_syn_sent },
	{ .ev = 16, .in = TCPF_SYN_SENT,
	  .what = "SYN,ACK of ISS: RST",
	  .rx = { .flags = MINI_SYN | MINI_ACK, .ack = -1 },
	  .tx = { MINI_TX_RST(-1) }, .check = check_still_syn_sent },
	{ .ev = 16, .in = MINI_F_SYN_RCVD,
	  .what = "ACK of ISS: RST",
	  .rx = { .flags = MINI_ACK, .ack = -1 }, .tx = { MINI_TX_RST(-1) },
	  .check = check_still_half_open },
	/* Proves: CC-9 */
	{ .ev = 16, .in = TCPF_ESTABLISHED | TCPF_CLOSE_WAIT,
	  .what = "duplicate ACK: counted, ignored (CC-9)",
	  .prep = mini_prep_data, .rx = { .flags = MINI_ACK },
	  .mib = MINI_ROW_MIB(DUP_ACKS), .check = check_still_out },
	{ .ev = 16, .in = MINI_F_TEXT,
	  .what = "ACK already had: ignored",
	  .rx = { .flags = MINI_ACK, .ack = -1 }, QUIET },
	{ .ev = 16, .in = TCPF_CLOSE_WAIT,
	  .what = "ACK already had: ignored",
	  .rx = { .flags = MINI_ACK, .ack = -1 } },
	/* Proves: BA-5, MAY-12 */
	{ .ev = 16, .in = MINI_F_TEXT | TCPF_CLOSE_WAIT,
	  .what = "ACK below SND.UNA - MAX.SND.WND: ACK, dropped (BA-5)",
	  .rx = { .flags = MINI_ACK, .ack = -MINI_T_FAR, .len = 10 },
	  .tx = { MINI_TX_ACK(0, 0) } },
	{ .ev = 16, .in = TCPF_CLOSING | TCPF_LAST_ACK | TCPF_TIME_WAIT,
	  .what = "ACK already had: ignored, or an ACK",
	  .rx = { .flags = MINI_ACK, .ack = -1 }, .may = true,
	  .tx = { MINI_TX_ACK(0, 0) } },
	{ .ev = 16, .in = TCPF_CLOSING | TCPF_LAST_ACK | TCPF_TIME_WAIT,
	  .what = "ACK below SND.UNA - MAX.SND.WND: ignored, or an ACK",
	  .rx = { .flags = MINI_ACK, .ack = -MINI_T_FAR }, .may = true,
	  .tx = { MINI_TX_ACK(0, 0) } },

	/* EV-17 neither ACK nor SYN nor RST, in the window */
	{ .ev = 17, .in = TCPF_CLOSE,
	  .what = "no ACK: RST",
	  .rx = { .flags = MINI_T_NOFLAGS, .len = 10 },
	  .tx = { MINI_TX_RST0(10) } },
	{ .ev = 17, .in = TCPF_CLOSE,
	  .what = "FIN without an ACK: RST that counts it",
	  .rx = { .flags = MINI_FIN, .len = 10 },
	  .tx = { MINI_TX_RST0(11) } },
	{ .ev = 17, .in = TCPF_LISTEN,
	  .what = "no ACK: dropped",
	  .rx = { .flags = MINI_T_NOFLAGS, .len = 10 } },
	{ .ev = 17, .in = TCPF_SYN_SENT,
	  .what = "no ACK: dropped",
	  .rx = { .flags = MINI_T_NOFLAGS, .len = 10 },
	  .check = check_still_syn_sent },
	{ .ev = 17, .in = MINI_F_SYN_RCVD,
	  .what = "no ACK: dropped",
	  .rx = { .flags = MINI_T_NOFLAGS, .len = 10 },
	  .check = check_still_half_open },
	{ .ev = 17, .in = MINI_F_TEXT,
	  .what = "data without an ACK: dropped",
	  .rx = { .flags = MINI_T_NOFLAGS, .len = 10 },
	  .mib = MINI_ROW_MIB(DROP_NO_ACK), QUIET },
	{ .ev = 17, .in = MINI_F_TEXT,
	  .what = "FIN without an ACK: dropped",
	  .rx = { .flags = MINI_FIN }, .mib = MINI_ROW_MIB(DROP_NO_ACK),
	  QUIET },
	{ .ev = 17, .in = MINI_F_PEER_FIN | TCPF_TIME_WAIT,
	  .what = "no ACK: dropped",
	  .rx = { .flags = MINI_T_NOFLAGS, .len = 10 },
	  .mib = MINI_ROW_MIB(DROP_NO_ACK) },
};

const struct mini_rows mini_rows_ack = { rows, ARRAY_SIZE(rows) };

static const void *cells_gen_params(const void *prev, char *desc)
{
	static struct mini_cell cell;

	return mini_cell_next(&cell, &mini_rows_ack, prev, desc);
}

/*
 * A segment that is older than the last update moves no window
 * Proves: SW-8
 */
static void old_segment_moves_no_window(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_rx(t, AT_NOW, SEG(.len = 10, .wnd = 5000));
	mini_t_advance_ms(t, 50);
	mini_t_drain(t);
	MINI_T_EQ(t, mini_t_msk(t)->snd.wnd, 5000);
	mini_t_rx(t, AT_NOW, SEG(.len = 10, .wnd = 60000));
	MINI_T_EQ(t, mini_t_msk(t)->snd.wnd, 5000);
}

/*
 * MAX.SND.WND is the largest window ever seen, not the last
 * Proves: BA-6
 */
static void largest_window_is_remembered(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_rx(t, AT_NOW, SEG(.wnd = 100));
	mini_t_rx(t, AT_NOW, SEG(.ack = -60000, .len = 10));
	MINI_T_EQ(t, mini_t_recv(t, 100), 10);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(mini_cell_run, cells_gen_params),
	KUNIT_CASE(old_segment_moves_no_window),
	KUNIT_CASE(largest_window_is_remembered),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_state_ack",
	.test_cases = cases,
};

kunit_test_suites(&suite);
