// SPDX-License-Identifier: GPL-2.0-only
/*
 * EV-26 to EV-30: timeouts (RFC 9293 3.10.8, RFC 6298). A cell that the RFC
 * leaves empty has a case too: time passes, and that timer does nothing.
 */
#include <linux/in.h>
#include <net/sock.h>
#include "state.h"

/* longer than any R2 by default, shorter than a keep-alive */
#define LONG_MS		(6000U * MSEC_PER_SEC)
#define MINI_F_IDLE	(TCPF_CLOSE | TCPF_LISTEN)
#define MINI_F_HANDSHAKE	(TCPF_SYN_SENT | MINI_F_SYN_RCVD)

static void check_all_flushed(struct mini_t *t)
{
	MINI_T_TRUE(t, mini_t_timers_idle(t));
	MINI_T_EQ(t, t->sock->sk->sk_wmem_queued, 0);
	MINI_T_EQ(t, mini_t_recv(t, 10), 0);
}

static void check_nothing_armed(struct mini_t *t)
{
	MINI_T_TRUE(t, mini_t_timers_idle(t));
}

static void check_no_time_wait(struct mini_t *t)
{
	MINI_T_EQ(t, atomic_read(&t->mn->tw_count), 0);
}

/* Of all that was ever sent nothing carried text */
static void check_no_text_sent(struct mini_t *t)
{
	u32 nr;

	for (nr = 0; nr < t->nr_log; nr++)
		if (t->log[nr].tx)
			MINI_T_EQ(t, t->log[nr].len, 0);
}

/* The ACK was delayed, but by less than half a second (MUST-40) */
static void check_ack_was_late(struct mini_t *t)
{
	u64 at_us = t->log[t->nr_log - 1].at_us - t->zero_us;

	MINI_T_TRUE(t, at_us > 0 && at_us < 500 * USEC_PER_MSEC);
}

static void check_no_delack(struct mini_t *t)
{
	if (t->sock)
		MINI_T_TRUE(t, !mini_t_msk(t)->delack_tmr.at_us);
}

/* Past the ACKs that are sent at once while the peer is in slow start */
static void prep_slow_acks(struct mini_t *t)
{
	mini_t_slow_acks(t);
}

/* Text that this state has no use for */
static void prep_useless_text(struct mini_t *t)
{
	mini_t_rx(t, AT_NOW, SEG(.len = 10, .ack = -1));
}

static struct mini_t *build_fin_wait2_orphan(struct kunit *test)
{
	struct mini_t *t = mini_t_fin_wait2(test);

	mini_t_close(t);
	mini_t_zero(t);
	return t;
}

/* Data and a FIN wait behind a shut window */
static void prep_stuck_close(struct mini_t *t)
{
	mini_prep_shut_data(t);
	MINI_T_EQ(t, mini_t_shutdown(t, SHUT_WR), 0);
	mini_t_expect_nothing(t);
}

static struct mini_t *build_fin_wait1_stuck(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	prep_stuck_close(t);
	return t;
}

static struct mini_t *build_fin_wait1_stuck_fin(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_prep_shut(t);
	MINI_T_EQ(t, mini_t_shutdown(t, SHUT_WR), 0);
	mini_t_expect_nothing(t);
	return t;
}

static struct mini_t *build_closing_stuck(struct kunit *test)
{
	struct mini_t *t = build_fin_wait1_stuck(test);

	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_FIN | MINI_ACK,
				 .wnd = MINI_T_SHUT));
	mini_t_expect_tx(t, SEG(.ack = 1));
	mini_t_zero(t);
	return t;
}

static struct mini_t *build_last_ack_stuck(struct kunit *test)
{
	struct mini_t *t = mini_t_close_wait(test);

	prep_stuck_close(t);
	return t;
}

static const struct mini_row rows[] = {
	/* EV-26 user timeout: R2 is reached */
	{ .ev = 26, .in = MINI_F_IDLE,
	  .what = "nothing can time out",
	  .wait_ms = LONG_MS, .check = check_nothing_armed },
	{ .ev = 26, .in = TCPF_SYN_SENT | MINI_F_ACTIVE,
	  .what = "R2: CLOSED, ETIMEDOUT",
	  .wait_ms = LONG_MS, .any_tx = true, .to = TCP_CLOSE,
	  .err = -ETIMEDOUT },
	/* no user knows of it: the listener listens on */
	{ .ev = 26, .in = TCPF_SYN_RECV,
	  .what = "R2: LISTEN, the user not told",
	  .wait_ms = LONG_MS, .any_tx = true, .to = TCP_LISTEN,
	  .check = check_nothing_armed },
	{ .ev = 26, .in = TCPF_ESTABLISHED,
	  .what = "R2: CLOSED, ETIMEDOUT, queues flushed",
	  .prep = mini_prep_data, .wait_ms = LONG_MS, .any_tx = true,
	  .to = TCP_CLOSE, .err = -ETIMEDOUT, .recv = -ETIMEDOUT,
	  .mib = MINI_ROW_MIB(ABORT_ON_TIMEOUT), .check = check_all_flushed },
	{ .ev = 26, .in = TCPF_CLOSE_WAIT,
	  .what = "R2: CLOSED, ETIMEDOUT",
	  .prep = mini_prep_data, .wait_ms = LONG_MS, .any_tx = true,
	  .to = TCP_CLOSE, .err = -ETIMEDOUT,
	  .mib = MINI_ROW_MIB(ABORT_ON_TIMEOUT) },
	{ .ev = 26, .in = MINI_F_FIN_OUT,
	  .what = "R2 of our FIN: CLOSED, ETIMEDOUT",
	  .wait_ms = LONG_MS, .any_tx = true, .to = TCP_CLOSE,
	  .err = -ETIMEDOUT, .mib = MINI_ROW_MIB(ABORT_ON_TIMEOUT) },
	/* nothing is out; what ends is an orphan's wait for the peer's FIN */
	{ .ev = 26, .in = TCPF_FIN_WAIT2,
	  .what = "an orphan has waited enough: CLOSED",
	  .build = build_fin_wait2_orphan, .wait_ms = LONG_MS,
	  .to = TCP_CLOSE, .check = check_nothing_armed },
	{ .ev = 26, .in = TCPF_TIME_WAIT,
	  .what = "only 2MSL ends it, and nothing is sent",
	  .wait_ms = MINI_2MSL_US / 1000 - 1 },

	/* EV-27 retransmission timeout */
	{ .ev = 27, .in = MINI_F_IDLE | TCPF_FIN_WAIT2,
	  .what = "nothing is out: nothing is sent",
	  .wait_ms = LONG_MS, .check = check_nothing_armed },
	{ .ev = 27, .in = TCPF_TIME_WAIT,
	  .what = "nothing is out: nothing is sent",
	  .wait_ms = MINI_2MSL_US / 1000 - 1 },
	/* Proves: RTO-1 */
	{ .ev = 27, .in = TCPF_SYN_SENT,
	  .what = "SYN again after 1 s (RTO-1)",
	  .wait_ms = 1000, .tx = { { .flags = MINI_SYN, .seq = -1 } },
	  .mib = MINI_ROW_MIB(SYN_RETRANS) },
	/* Proves: RTO-1 */
	{ .ev = 27, .in = MINI_F_SYN_RCVD,
	  .what = "SYN,ACK again after 1 s (RTO-1)",
	  .wait_ms = 1000,
	  .tx = { { .flags = MINI_SYN | MINI_ACK, .seq = -1 } },
	  .mib = MINI_ROW_MIB(SYN_RETRANS) },
	{ .ev = 27, .in = TCPF_ESTABLISHED | TCPF_CLOSE_WAIT,
	  .what = "the first unACKed again",
	  .prep = mini_prep_data, .wait_ms = MINI_T_RTO_MS,
	  .tx = { { .flags = MINI_ACK, .len = 100 } },
	  .mib = MINI_ROW_MIB(TIMEOUTS) },
	{ .ev = 27, .in = TCPF_FIN_WAIT1 | TCPF_LAST_ACK,
	  .what = "FIN again",
	  .wait_ms = MINI_T_RTO_MS, .tx = { MINI_TX_FIN(-1, 0) } },
	/* its FIN left when FIN-WAIT-1 began */
	{ .ev = 27, .in = TCPF_CLOSING,
	  .what = "FIN again",
	  .wait_ms = MINI_T_RTO_MS - MINI_T_RTT_MS,
	  .tx = { MINI_TX_FIN(-1, 0) } },
	{ .ev = 27, .in = TCPF_FIN_WAIT1,
	  .what = "data before the FIN again",
	  .build = mini_build_fin_wait1_data, .wait_ms = MINI_T_RTO_MS,
	  .tx = { { .flags = MINI_ACK, .seq = -101, .len = 100 } } },
	{ .ev = 27, .in = TCPF_LAST_ACK,
	  .what = "data before the FIN again",
	  .build = mini_build_last_ack_data, .wait_ms = MINI_T_RTO_MS,
	  .tx = { { .flags = MINI_ACK, .seq = -101, .len = 100 } } },

	/* EV-28 TIME-WAIT timeout */
	{ .ev = 28, .in = MINI_F_IDLE | TCPF_FIN_WAIT2,
	  .what = "2MSL mean nothing",
	  .wait_ms = MINI_2MSL_US / 1000, .check = check_no_time_wait },
	{ .ev = 28, .in = MINI_F_HANDSHAKE | TCPF_ESTABLISHED |
			  TCPF_CLOSE_WAIT | MINI_F_FIN_OUT,
	  .what = "2MSL mean nothing",
	  .wait_ms = MINI_2MSL_US / 1000, .any_tx = true,
	  .check = check_no_time_wait },
	/* Proves: MUST-13 */
	{ .ev = 28, .in = TCPF_TIME_WAIT,
	  .what = "2MSL are over: CLOSED (MUST-13)",
	  .wait_ms = MINI_2MSL_US / 1000, .to = TCP_CLOSE,
	  .check = check_no_time_wait },

	/* EV-29 persist timer: the window is shut, and data or a FIN waits */
	{ .ev = 29, .in = MINI_F_IDLE,
	  .what = "nothing waits: no probe",
	  .wait_ms = LONG_MS, .check = check_nothing_armed },
	{ .ev = 29, .in = MINI_F_HANDSHAKE,
	  .what = "nothing can wait: no probe",
	  .wait_ms = MINI_2MSL_US / 1000, .any_tx = true,
	  .check = check_no_text_sent },
	/* Proves: MUST-36, SHLD-29 */
	{ .ev = 29, .in = TCPF_ESTABLISHED | TCPF_CLOSE_WAIT,
	  .what = "data waits: probe after one RTO (MUST-36, SHLD-29)",
	  .prep = mini_prep_shut_data, .wait_ms = MINI_T_RTO_MS,
	  .tx = { { .flags = MINI_ACK, .len = 1 } },
	  .mib = MINI_ROW_MIB(PROBES) },
	{ .ev = 29, .in = TCPF_ESTABLISHED | TCPF_CLOSE_WAIT,
	  .what = "the window is shut but nothing waits: no probe",
	  .prep = mini_prep_shut, .wait_ms = LONG_MS },
	{ .ev = 29, .in = TCPF_FIN_WAIT1,
	  .what = "data and a FIN wait: probe",
	  .build = build_fin_wait1_stuck, .wait_ms = MINI_T_RTO_MS,
	  .tx = { { .flags = MINI_ACK, .len = 1 } },
	  .mib = MINI_ROW_MIB(PROBES) },
	{ .ev = 29, .in = TCPF_FIN_WAIT1,
	  .what = "a FIN alone waits: it is the probe",
	  .build = build_fin_wait1_stuck_fin, .wait_ms = MINI_T_RTO_MS,
	  .tx = { MINI_TX_FIN(0, 0) }, .mib = MINI_ROW_MIB(PROBES) },
	{ .ev = 29, .in = TCPF_CLOSING,
	  .what = "data and a FIN wait: probe",
	  .build = build_closing_stuck, .wait_ms = MINI_T_RTO_MS,
	  .tx = { { .flags = MINI_ACK, .len = 1 } },
	  .mib = MINI_ROW_MIB(PROBES) },
	{ .ev = 29, .in = TCPF_LAST_ACK,
	  .what = "data and a FIN wait: probe",
	  .build = build_last_ack_stuck, .wait_ms = MINI_T_RTO_MS,
	  .tx = { { .flags = MINI_ACK, .len = 1 } },
	  .mib = MINI_ROW_MIB(PROBES) },
	{ .ev = 29, .in = TCPF_FIN_WAIT2,
	  .what = "the window is shut but nothing waits: no probe",
	  .prep = mini_prep_shut, .wait_ms = LONG_MS,
	  .check = check_nothing_armed },
	{ .ev = 29, .in = TCPF_TIME_WAIT,
	  .what = "the window is shut but nothing waits: no probe",
	  .prep = mini_prep_shut, .wait_ms = MINI_2MSL_US / 1000 - 1 },

	/* EV-30 delayed-ACK timer */
	{ .ev = 30, .in = MINI_F_IDLE | MINI_F_HANDSHAKE,
	  .what = "no text, no ACK is owed",
	  .wait_ms = 500, .check = check_no_delack },
	/* Proves: SHLD-18, MUST-40 */
	{ .ev = 30, .in = MINI_F_TEXT,
	  .what = "text: an ACK, later (SHLD-18) but not late (MUST-40)",
	  .prep = prep_slow_acks, .rx = { .flags = MINI_ACK, .len = 10 },
	  .keep_fin = true, .wait_ms = 100, .tx = { MINI_TX_ACK(0, 10) },
	  .recv = 10, .mib = MINI_ROW_MIB(DELAYED_ACKS),
	  .check = check_ack_was_late },
	{ .ev = 30, .in = MINI_F_PEER_FIN | TCPF_TIME_WAIT,
	  .what = "text is ignored, no ACK is owed",
	  .prep = prep_useless_text, .wait_ms = 150,
	  .check = check_no_delack },
};

const struct mini_rows mini_rows_timer = { rows, ARRAY_SIZE(rows) };

static const void *cells_gen_params(const void *prev, char *desc)
{
	static struct mini_cell cell;

	return mini_cell_next(&cell, &mini_rows_timer, prev, desc);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(mini_cell_run, cells_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_state_timer",
	.test_cases = cases,
};

kunit_test_suites(&suite);
