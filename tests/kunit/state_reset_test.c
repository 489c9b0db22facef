// SPDX-License-Identifier: GPL-2.0-only
/* EV-8 to EV-13: RST and SYN (RFC 9293 3.10.7, RFC 5961 3 and 4, RFC 6191) */
#include <net/sock.h>
#include "state.h"

/* a challenge ACK: <SND.NXT><RCV.NXT><ACK> */
#define CHALLENGE	.tx = { MINI_TX_ACK(0, 0) }, \
			.mib = MINI_ROW_MIB(CHALLENGE_ACKS)

static void check_nothing_to_accept(struct mini_t *t)
{
	MINI_T_EQ(t, mini_t_accept(t), -EAGAIN);
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN, .seq = -1));
	mini_t_expect_tx(t, SEG(.flags = MINI_SYN | MINI_ACK, .seq = -1));
}

static void check_flushed(struct mini_t *t)
{
	MINI_T_TRUE(t, mini_t_timers_idle(t));
	MINI_T_EQ(t, t->sock->sk->sk_wmem_queued, 0);
	MINI_T_TRUE(t, skb_queue_empty(&mini_t_msk(t)->rtx));
}

static void check_user_is_told(struct mini_t *t)
{
	int err = -t->sock->sk->sk_err;

	check_flushed(t);
	MINI_T_TRUE(t, mini_t_poll(t) & EPOLLHUP);
	MINI_T_TRUE(t, mini_t_poll(t) & EPOLLERR);
	MINI_T_EQ(t, mini_t_recv(t, 10), err);
}

/* A genuine RST answers a challenge at the right number (BA-3) */
static void check_exact_rst_works(struct mini_t *t)
{
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_RST));
	mini_t_expect_nothing(t);
	if (mini_t_state(t) != TCP_LISTEN)
		mini_t_expect_state(t, TCP_CLOSE);
}

/* The rate limit: a second bad segment at once gets no ACK, a later one does */
static void check_challenge_limit(struct mini_t *t)
{
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_RST, .seq = 1));
	mini_t_expect_nothing(t);
	mini_t_goto(t, AT_MS(MINI_CHALLENGE_MS + 10));
	mini_t_drain(t);
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_RST, .seq = 1));
	mini_t_expect_tx(t, SEG());
}

static void check_ack_completes(struct mini_t *t)
{
	mini_t_rx(t, AT_NOW, SEG());
	mini_t_expect_nothing(t);
	mini_t_expect_state(t, TCP_ESTABLISHED);
}

/* Simultaneous open goes on from the peer's SYN (MUST-10) */
static void check_simultaneous_open(struct mini_t *t)
{
	mini_t_zero(t);
	check_ack_completes(t);
	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_tx(t, SEG(.len = 10));
}

/* TW-7: the new ISN is beyond all that the old connection sent */
static void check_isn_is_above(struct mini_t *t)
{
	const struct mini_t_rec *rec = mini_t_next(t);

	MINI_T_TRUE(t, rec && rec->flags == (MINI_SYN | MINI_ACK));
	if (!rec)
		return;
	MINI_T_TRUE(t, seq_gt(rec->seq, t->our_zero));
	MINI_T_EQ(t, rec->ack - t->peer_zero, 5001);
	MINI_T_EQ(t, atomic_read(&t->mn->tw_count), 0);
}

static void check_isn_after_row(struct mini_t *t)
{
	/* the runner has passed over the SYN,ACK: look at it again */
	t->nr_read = t->nr_log - 1;
	check_isn_is_above(t);
}

static const struct mini_row rows[] = {
	/* EV-8 RST at SEQ = RCV.NXT; in SYN-SENT with an acceptable ACK */
	{ .ev = 8, .in = TCPF_CLOSE | TCPF_LISTEN,
	  .what = "RST: dropped",
	  .rx = { .flags = MINI_RST } },
	{ .ev = 8, .in = TCPF_LISTEN,
	  .what = "RST with an ACK: dropped, no RST for a RST",
	  .rx = { .flags = MINI_RST | MINI_ACK } },
	{ .ev = 8, .in = TCPF_SYN_SENT,
	  .what = "RST that ACKs our SYN: CLOSED, refused",
	  .rx = { .flags = MINI_RST | MINI_ACK }, .to = TCP_CLOSE,
	  .err = -ECONNREFUSED, .check = check_user_is_told },
	/* Proves: MUST-11 */
	{ .ev = 8, .in = TCPF_SYN_RECV,
	  .what = "RST: back to LISTEN, the user not told",
	  .rx = { .flags = MINI_RST }, .to = TCP_LISTEN,
	  .check = check_nothing_to_accept },
	/* Proves: MUST-11 */
	{ .ev = 8, .in = MINI_F_ACTIVE,
	  .what = "RST: CLOSED, refused",
	  .rx = { .flags = MINI_RST }, .to = TCP_CLOSE,
	  .err = -ECONNREFUSED, .check = check_user_is_told },
	/* Proves: MUST-12 */
	{ .ev = 8, .in = MINI_F_TEXT,
	  .what = "RST: CLOSED, reset",
	  .rx = { .flags = MINI_RST }, .to = TCP_CLOSE, .err = -ECONNRESET,
	  .mib = MINI_ROW_MIB(ESTAB_RESETS), .check = check_user_is_told },
	{ .ev = 8, .in = TCPF_ESTABLISHED,
	  .what = "RST with data out: CLOSED, reset, queues flushed",
	  .prep = mini_prep_data, .rx = { .flags = MINI_RST },
	  .to = TCP_CLOSE, .err = -ECONNRESET, .check = check_user_is_told },
	/* Proves: SHLD-2 */
	{ .ev = 8, .in = TCPF_ESTABLISHED,
	  .what = "RST that carries text: CLOSED, reset",
	  .rx = { .flags = MINI_RST, .len = 20 }, .to = TCP_CLOSE,
	  .err = -ECONNRESET },
	/* after the peer's FIN the reset concerns the writer alone: EPIPE */
	{ .ev = 8, .in = TCPF_CLOSE_WAIT,
	  .what = "RST: CLOSED, reset",
	  .rx = { .flags = MINI_RST }, .to = TCP_CLOSE, .err = -EPIPE,
	  .mib = MINI_ROW_MIB(ESTAB_RESETS), .check = check_flushed },
	{ .ev = 8, .in = TCPF_CLOSE_WAIT,
	  .what = "RST with data out: CLOSED, queues flushed",
	  .prep = mini_prep_data, .rx = { .flags = MINI_RST },
	  .to = TCP_CLOSE, .err = -EPIPE, .check = check_flushed },
	{ .ev = 8, .in = TCPF_CLOSING | TCPF_LAST_ACK | TCPF_TIME_WAIT,
	  .what = "RST: CLOSED, silent",
	  .rx = { .flags = MINI_RST }, .to = TCP_CLOSE,
	  .check = check_flushed },

	/* EV-9 RST in the window but beside RCV.NXT; SYN-SENT: without ACK */
	{ .ev = 9, .in = TCPF_CLOSE | TCPF_LISTEN,
	  .what = "RST elsewhere: dropped",
	  .rx = { .flags = MINI_RST, .seq = 1 } },
	/* Proves: BA-9 */
	{ .ev = 9, .in = TCPF_SYN_SENT,
	  .what = "RST without an ACK: dropped (BA-9)",
	  .rx = { .flags = MINI_RST } },
	/* Proves: BA-1, BA-3 */
	{ .ev = 9, .in = MINI_F_SYN_RCVD | MINI_F_SYNCED,
	  .what = "RST in the window: challenge ACK (BA-1)",
	  .rx = { .flags = MINI_RST, .seq = 1 }, CHALLENGE,
	  .check = check_exact_rst_works },
	/* Proves: BA-2 */
	{ .ev = 9, .in = MINI_F_SYN_RCVD | MINI_F_SYNCED,
	  .what = "RST late in the window: challenge ACK (BA-2)",
	  .rx = { .flags = MINI_RST, .seq = 2000 }, CHALLENGE },
	{ .ev = 9, .in = TCPF_ESTABLISHED | TCPF_CLOSE_WAIT | TCPF_FIN_WAIT2,
	  .what = "RSTs in the window: challenge ACKs are throttled (BA-7)",
	  .rx = { .flags = MINI_RST, .seq = 1 }, CHALLENGE,
	  .check = check_challenge_limit },

	/* EV-10 RST outside of the window; SYN-SENT: with a bad ACK */
	{ .ev = 10, .in = TCPF_CLOSE | TCPF_LISTEN,
	  .what = "RST far off: dropped",
	  .rx = { .flags = MINI_RST, .seq = MINI_T_FAR } },
	/* Proves: BA-9 */
	{ .ev = 10, .in = TCPF_SYN_SENT,
	  .what = "RST with an ACK of what was not sent: dropped",
	  .rx = { .flags = MINI_RST | MINI_ACK, .ack = 1 } },
	/* Proves: BA-9 */
	{ .ev = 10, .in = TCPF_SYN_SENT,
	  .what = "RST with an ACK of nothing: dropped",
	  .rx = { .flags = MINI_RST | MINI_ACK, .ack = -1 } },
	/* Proves: BA-1 */
	{ .ev = 10, .in = MINI_F_SYN_RCVD | MINI_F_SYNCED,
	  .what = "RST above the window: dropped, no ACK",
	  .rx = { .flags = MINI_RST, .seq = MINI_T_FAR } },
	/* Proves: BA-1 */
	{ .ev = 10, .in = MINI_F_SYN_RCVD | MINI_F_SYNCED,
	  .what = "RST just below the window: dropped, no ACK",
	  .rx = { .flags = MINI_RST, .seq = -1 } },

	/* EV-11 SYN, no ACK, at an acceptable number */
	{ .ev = 11, .in = TCPF_CLOSE,
	  .what = "SYN: RST",
	  .rx = { .flags = MINI_SYN }, .tx = { MINI_TX_RST0(1) } },
	{ .ev = 11, .in = TCPF_LISTEN,
	  .what = "SYN: SYN-RCVD, SYN,ACK",
	  .rx = { .flags = MINI_SYN },
	  .tx = { { .flags = MINI_SYN | MINI_ACK, .ack = 1 } },
	  .to = TCP_SYN_RECV },
	/* Proves: MUST-10 */
	{ .ev = 11, .in = TCPF_SYN_SENT,
	  .what = "SYN: simultaneous open, SYN-RCVD, SYN,ACK",
	  .rx = { .flags = MINI_SYN },
	  .tx = { { .flags = MINI_SYN | MINI_ACK, .seq = -1, .ack = 1 } },
	  .to = TCP_SYN_RECV, .check = check_simultaneous_open },
	{ .ev = 11, .in = TCPF_SYN_RECV,
	  .what = "SYN in the window: back to LISTEN",
	  .rx = { .flags = MINI_SYN }, .to = TCP_LISTEN,
	  .check = check_nothing_to_accept },
	/* not throttled: it may be what the peer's handshake waits for */
	{ .ev = 11, .in = MINI_F_ACTIVE,
	  .what = "SYN in the window: ACK",
	  .rx = { .flags = MINI_SYN }, .tx = { MINI_TX_ACK(0, 0) },
	  .check = check_ack_completes },
	/* Proves: BA-4 */
	{ .ev = 11, .in = MINI_F_SYNCED,
	  .what = "SYN in the window: challenge ACK (BA-4)",
	  .rx = { .flags = MINI_SYN }, CHALLENGE,
	  .check = check_exact_rst_works },
	/*
	 * neither side has timestamps: RFC 6191 looks at the number
	 * Proves: MAY-2, TW-5, TW-7
	 */
	{ .ev = 11, .in = TCPF_TIME_WAIT,
	  .what = "SYN above the old number, a listener there: SYN-RCVD",
	  .build = mini_t_time_wait_listen,
	  .rx = { .flags = MINI_SYN, .seq = 5000 }, .any_tx = true,
	  .to = TCP_SYN_RECV, .check = check_isn_after_row },
	{ .ev = 11, .in = TCPF_TIME_WAIT,
	  .what = "SYN above the old number, nobody listens: challenge ACK",
	  .rx = { .flags = MINI_SYN, .seq = 5000 }, CHALLENGE },

	/* EV-12 SYN, no ACK, outside of the window, such as a replayed one */
	{ .ev = 12, .in = TCPF_CLOSE,
	  .what = "SYN far off: RST",
	  .rx = { .flags = MINI_SYN, .seq = MINI_T_FAR },
	  .tx = { MINI_TX_RST0(MINI_T_FAR + 1) } },
	{ .ev = 12, .in = TCPF_LISTEN,
	  .what = "SYN of any number: SYN-RCVD, SYN,ACK",
	  .rx = { .flags = MINI_SYN, .seq = MINI_T_FAR },
	  .tx = { { .flags = MINI_SYN | MINI_ACK, .ack = MINI_T_FAR + 1 } },
	  .to = TCP_SYN_RECV },
	{ .ev = 12, .in = TCPF_SYN_SENT,
	  .what = "SYN of any number: SYN-RCVD, SYN,ACK",
	  .rx = { .flags = MINI_SYN, .seq = MINI_T_FAR },
	  .tx = { { .flags = MINI_SYN | MINI_ACK, .seq = -1,
		    .ack = MINI_T_FAR + 1 } },
	  .to = TCP_SYN_RECV },
	/* our SYN,ACK got lost, it seems: say it again */
	{ .ev = 12, .in = TCPF_SYN_RECV,
	  .what = "SYN replayed: SYN,ACK again",
	  .rx = { .flags = MINI_SYN, .seq = -1 },
	  .tx = { { .flags = MINI_SYN | MINI_ACK, .seq = -1 } },
	  .check = check_ack_completes },
	{ .ev = 12, .in = MINI_F_ACTIVE,
	  .what = "SYN replayed: ACK",
	  .rx = { .flags = MINI_SYN, .seq = -1 }, .tx = { MINI_TX_ACK(0, 0) },
	  .check = check_ack_completes },
	{ .ev = 12, .in = MINI_F_SYN_RCVD,
	  .what = "SYN far off: ACK",
	  .rx = { .flags = MINI_SYN, .seq = MINI_T_FAR },
	  .tx = { MINI_TX_ACK(0, 0) }, .check = check_ack_completes },
	/* Proves: BA-4 */
	{ .ev = 12, .in = MINI_F_TEXT | MINI_F_PEER_FIN,
	  .what = "SYN far off: challenge ACK (BA-4)",
	  .rx = { .flags = MINI_SYN, .seq = MINI_T_FAR }, CHALLENGE },
	/* Proves: BA-4 */
	{ .ev = 12, .in = MINI_F_TEXT | MINI_F_PEER_FIN | TCPF_TIME_WAIT,
	  .what = "SYN below the window: challenge ACK (BA-4)",
	  .rx = { .flags = MINI_SYN, .seq = -MINI_T_FAR }, CHALLENGE },
	{ .ev = 12, .in = TCPF_TIME_WAIT,
	  .what = "SYN far above the old number, a listener there: SYN-RCVD",
	  .build = mini_t_time_wait_listen,
	  .rx = { .flags = MINI_SYN, .seq = MINI_T_FAR }, .any_tx = true,
	  .to = TCP_SYN_RECV },
	{ .ev = 12, .in = TCPF_TIME_WAIT,
	  .what = "SYN below the old number, a listener there: challenge ACK",
	  .build = mini_t_time_wait_listen,
	  .rx = { .flags = MINI_SYN, .seq = -MINI_T_FAR }, CHALLENGE },

	/* EV-13 SYN,ACK with an acceptable ACK */
	{ .ev = 13, .in = TCPF_CLOSE | TCPF_LISTEN,
	  .what = "SYN,ACK: RST",
	  .rx = { .flags = MINI_SYN | MINI_ACK }, .tx = { MINI_TX_RST(0) } },
	{ .ev = 13, .in = TCPF_SYN_SENT,
	  .what = "SYN,ACK: ESTAB, ACK",
	  .rx = { .flags = MINI_SYN | MINI_ACK }, .tx = { MINI_TX_ACK(0, 1) },
	  .to = TCP_ESTABLISHED, .recv = -EAGAIN },
	/* RFC 9293 A.2: the two SYN,ACKs of a simultaneous open cross */
	{ .ev = 13, .in = MINI_F_SYN_RCVD,
	  .what = "SYN,ACK below the window: ACK, and ESTAB by the next ACK",
	  .rx = { .flags = MINI_SYN | MINI_ACK, .seq = -1 },
	  .tx = { MINI_TX_ACK(0, 0) }, .check = check_ack_completes },
	{ .ev = 13, .in = MINI_F_SYNCED,
	  .what = "SYN,ACK in the window: challenge ACK",
	  .rx = { .flags = MINI_SYN | MINI_ACK }, CHALLENGE },
	{ .ev = 13, .in = MINI_F_SYNCED,
	  .what = "SYN,ACK replayed: challenge ACK",
	  .rx = { .flags = MINI_SYN | MINI_ACK, .seq = -1 }, CHALLENGE },
};

const struct mini_rows mini_rows_reset = { rows, ARRAY_SIZE(rows) };

static const void *cells_gen_params(const void *prev, char *desc)
{
	static struct mini_cell cell;

	return mini_cell_next(&cell, &mini_rows_reset, prev, desc);
}

/* A SYN at the wrong moment must not disturb what is in flight */
static void syn_in_established_leaves_data_alone(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_prep_data(t);
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN, .seq = 77, .len = 5));
	mini_t_expect_tx(t, SEG(.seq = 100));
	mini_t_rx(t, AT_NOW, SEG(.ack = 100, .len = 10));
	mini_check_una_is_nxt(t);
	MINI_T_EQ(t, mini_t_recv(t, 100), 10);
}

/*
 * The three probes of a blind attacker beside each other
 * Proves: BA-1
 */
static void rst_left_right_exact(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_RST, .seq = -1));
	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_RST, .seq = 1));
	mini_t_expect_tx(t, SEG());
	mini_t_expect_state(t, TCP_ESTABLISHED);
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_RST));
	mini_t_expect_nothing(t);
	mini_t_expect_state(t, TCP_CLOSE);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(mini_cell_run, cells_gen_params),
	KUNIT_CASE(syn_in_established_leaves_data_alone),
	KUNIT_CASE(rst_left_right_exact),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_state_reset",
	.test_cases = cases,
};

kunit_test_suites(&suite);
