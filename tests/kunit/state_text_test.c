// SPDX-License-Identifier: GPL-2.0-only
/* EV-18 to EV-25: text, FIN, URG and security (RFC 9293 3.10.7.4) */
#include <linux/in.h>
#include <linux/tcp.h>
#include <net/sock.h>
#include "state.h"

/* time for a delayed ACK to leave, too short for a retransmission */
#define DELAY	.wait_ms = 100
/* text behind the peer's FIN: no state has a use for it */
#define MINI_F_NO_TEXT	(MINI_F_PEER_FIN | TCPF_TIME_WAIT)

static void check_still_syn_sent(struct mini_t *t)
{
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN | MINI_ACK));
	mini_t_expect_tx(t, SEG(.ack = 1));
	MINI_T_EQ(t, mini_t_recv(t, 10), -EAGAIN);
}

static void check_still_half_open(struct mini_t *t)
{
	mini_t_rx(t, AT_NOW, SEG());
	mini_t_expect_state(t, TCP_ESTABLISHED);
}

/* the end of the stream is where the FIN was, whatever came later */
static void check_end_of_stream(struct mini_t *t)
{
	MINI_T_EQ(t, mini_t_recv(t, 100), 0);
	MINI_T_EQ(t, mini_t_recv(t, 100), 0);
}

static void check_hole_filled(struct mini_t *t)
{
	s32 ack = t->sock && (BIT(t->sock->sk->sk_state) & MINI_F_FIN_OUT) ?
		  -1 : 0;

	mini_t_rx(t, AT_NOW, SEG(.len = 100, .ack = ack));
	mini_t_expect_tx(t, SEG(.ack = 110));
	if (!t->sock)
		MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_EQ(t, mini_t_recv(t, 1000), 110);
	MINI_T_EQ(t, mini_t_recv(t, 1000), -EAGAIN);
}

/* The hole is filled, and the FIN behind it counts from then on */
static void check_fin_released(struct mini_t *t)
{
	int state = mini_t_state(t);

	mini_t_rx(t, AT_NOW,
		  SEG(.len = 100, .ack = state == TCP_FIN_WAIT1 ? -1 : 0));
	mini_t_expect_tx(t, SEG(.ack = 111));
	if (!t->sock)
		MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_EQ(t, mini_t_recv(t, 1000), 110);
	check_end_of_stream(t);
	mini_t_expect_state(t, state == TCP_FIN_WAIT1 ? TCP_CLOSING :
			    state == TCP_FIN_WAIT2 ? TCP_TIME_WAIT :
						     TCP_CLOSE_WAIT);
}

static void check_user_told_of_fin(struct mini_t *t)
{
	if (!t->sock)
		MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_TRUE(t, mini_t_poll(t) & EPOLLRDHUP);
	MINI_T_TRUE(t, mini_t_poll(t) & EPOLLIN);
	check_end_of_stream(t);
}

/* 2MSL starts anew: still there 2MSL less a moment after the FIN */
static void check_2msl_restarted(struct mini_t *t)
{
	mini_t_advance_us(t, MINI_2MSL_US - 1);
	mini_t_expect_state(t, TCP_TIME_WAIT);
	mini_t_advance_us(t, 1);
	mini_t_expect_nothing(t);
	mini_t_expect_state(t, TCP_CLOSE);
}

static void prep_most_of_2msl(struct mini_t *t)
{
	mini_t_advance_us(t, MINI_2MSL_US - 1000);
}

/* No room for a single octet */
static void prep_no_window(struct mini_t *t)
{
	mini_t_msk(t)->rcv.edge = mini_t_msk(t)->rcv.nxt;
	t->edge_known = false;
}

/* UR-3: an older pointer changes nothing, a newer one does */
static void check_urgent(struct mini_t *t)
{
	u32 first = t->peer_zero;

	if (!t->sock)
		MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_EQ(t, mini_t_msk(t)->rcv.up - first, 50);
	/* announced; POLLPRI is for an octet that is there */
	MINI_T_EQ(t, mini_t_msk(t)->rcv.urgent, MINI_URGENT_AHEAD);
	MINI_T_TRUE(t, !(mini_t_poll(t) & EPOLLPRI));
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_ACK | MINI_URG, .seq = 10,
				 .len = 1, .up = 20));
	MINI_T_EQ(t, mini_t_msk(t)->rcv.up - first, 50);
	/* MUST-31: urgent data may be of any length */
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_ACK | MINI_URG, .seq = 11,
				 .len = 1, .up = 60000));
	MINI_T_EQ(t, mini_t_msk(t)->rcv.up - first, 60011);
	mini_t_drain(t);
}

static void check_not_urgent(struct mini_t *t)
{
	MINI_T_TRUE(t, !mini_t_msk(t)->rcv.urgent);
	MINI_T_TRUE(t, !(mini_t_poll(t) & EPOLLPRI));
}

/* SEG.UP counts from SEG.SEQ, which here is the SYN's */
static void check_urgent_on_syn(struct mini_t *t)
{
	MINI_T_TRUE(t, mini_t_msk(t)->rcv.urgent);
	MINI_T_EQ(t, mini_t_msk(t)->rcv.up - t->peer_zero, 5);
}

static struct mini_t *build_fin_wait1_orphan(struct kunit *test)
{
	struct mini_t *t = mini_t_fin_wait1(test);

	mini_t_close(t);
	return t;
}

static struct mini_t *build_fin_wait2_orphan(struct kunit *test)
{
	struct mini_t *t = mini_t_fin_wait2(test);

	mini_t_close(t);
	return t;
}

static const struct mini_row rows[] = {
	/* EV-18 text in the window, ACK good */
	{ .ev = 18, .in = TCPF_CLOSE | TCPF_LISTEN,
	  .what = "text: RST",
	  .rx = { .flags = MINI_ACK, .len = 10 }, .tx = { MINI_TX_RST(0) } },
	{ .ev = 18, .in = TCPF_CLOSE,
	  .what = "text without an ACK: RST that counts it",
	  .rx = { .flags = MINI_T_NOFLAGS, .len = 10 },
	  .tx = { MINI_TX_RST0(10) } },
	{ .ev = 18, .in = TCPF_SYN_SENT,
	  .what = "text without a SYN: dropped",
	  .rx = { .flags = MINI_ACK, .len = 10 },
	  .check = check_still_syn_sent },
	{ .ev = 18, .in = MINI_F_SYN_RCVD,
	  .what = "text with the ACK of our SYN: ESTAB, delivered, ACK",
	  .rx = { .flags = MINI_ACK, .len = 10 }, DELAY,
	  .tx = { MINI_TX_ACK(0, 10) }, .to = TCP_ESTABLISHED, .recv = 10 },
	{ .ev = 18, .in = MINI_F_TEXT,
	  .what = "text: delivered, ACK",
	  .rx = { .flags = MINI_ACK, .len = 10 }, .keep_fin = true, DELAY,
	  .tx = { MINI_TX_ACK(0, 10) }, .recv = 10 },
	/*
	 * Nobody is left to read it
	 * Proves: SHLD-3, MAY-1
	 */
	{ .ev = 18, .in = TCPF_FIN_WAIT1,
	  .what = "text for an orphan: CLOSED, RST",
	  .build = build_fin_wait1_orphan,
	  .rx = { .flags = MINI_ACK, .len = 10 }, .tx = { MINI_TX_RST(0) },
	  .to = TCP_CLOSE, .mib = MINI_ROW_MIB(ABORT_ON_DATA) },
	/* Proves: SHLD-3, MAY-1 */
	{ .ev = 18, .in = TCPF_FIN_WAIT2,
	  .what = "text for an orphan: CLOSED, RST",
	  .build = build_fin_wait2_orphan,
	  .rx = { .flags = MINI_ACK, .len = 10 }, .tx = { MINI_TX_RST(0) },
	  .to = TCP_CLOSE, .mib = MINI_ROW_MIB(ABORT_ON_DATA) },
	{ .ev = 18, .in = MINI_F_NO_TEXT,
	  .what = "text behind the FIN: ignored",
	  .rx = { .flags = MINI_ACK, .len = 10 }, .keep_fin = true,
	  .tx = { MINI_TX_ACK(0, 0) }, .may = true,
	  .check = check_end_of_stream },

	/* EV-19 text that is old, or outside of the window, or finds it shut */
	{ .ev = 19, .in = TCPF_CLOSE | TCPF_LISTEN,
	  .what = "text far off: RST",
	  .rx = { .flags = MINI_ACK, .seq = MINI_T_FAR, .len = 10 },
	  .tx = { MINI_TX_RST(0) } },
	{ .ev = 19, .in = TCPF_SYN_SENT,
	  .what = "text without a SYN: dropped",
	  .rx = { .flags = MINI_ACK, .seq = MINI_T_FAR, .len = 10 },
	  .check = check_still_syn_sent },
	{ .ev = 19, .in = MINI_F_SYN_RCVD,
	  .what = "text above the window: ACK, dropped",
	  .rx = { .flags = MINI_ACK, .seq = MINI_T_FAR, .len = 10 },
	  .tx = { MINI_TX_ACK(0, 0) }, .check = check_still_half_open },
	{ .ev = 19, .in = MINI_F_SYN_RCVD,
	  .what = "text below the window: ACK, dropped",
	  .rx = { .flags = MINI_ACK, .seq = -10, .len = 10 },
	  .tx = { MINI_TX_ACK(0, 0) }, .check = check_still_half_open },
	{ .ev = 19, .in = MINI_F_TEXT,
	  .what = "text above the window: ACK, dropped",
	  .rx = { .flags = MINI_ACK, .seq = MINI_T_FAR, .len = 10 },
	  .keep_fin = true, .tx = { MINI_TX_ACK(0, 0) }, .recv = -EAGAIN,
	  .mib = MINI_ROW_MIB(DROP_BAD_SEQ) },
	{ .ev = 19, .in = MINI_F_TEXT,
	  .what = "text below the window: ACK, dropped",
	  .rx = { .flags = MINI_ACK, .seq = -10, .len = 10 },
	  .keep_fin = true, .tx = { MINI_TX_ACK(0, 0) }, .recv = -EAGAIN,
	  .mib = MINI_ROW_MIB(DROP_OLD_SEQ) },
	{ .ev = 19, .in = MINI_F_TEXT,
	  .what = "text while the window is shut: ACK, dropped",
	  .prep = prep_no_window, .rx = { .flags = MINI_ACK, .len = 10 },
	  .keep_fin = true, .tx = { MINI_TX_ACK(0, 0) }, .recv = -EAGAIN },
	{ .ev = 19, .in = MINI_F_NO_TEXT,
	  .what = "text far off: ACK, dropped",
	  .rx = { .flags = MINI_ACK, .seq = MINI_T_FAR, .len = 10 },
	  .keep_fin = true, .tx = { MINI_TX_ACK(0, 0) } },
	{ .ev = 19, .in = MINI_F_NO_TEXT,
	  .what = "text below the window: ACK, dropped",
	  .rx = { .flags = MINI_ACK, .seq = -10, .len = 10 },
	  .keep_fin = true, .tx = { MINI_TX_ACK(0, 0) } },

	/* EV-20 text in the window, ahead of RCV.NXT */
	{ .ev = 20, .in = TCPF_CLOSE | TCPF_LISTEN,
	  .what = "text: RST",
	  .rx = { .flags = MINI_ACK, .seq = 100, .len = 10 },
	  .tx = { MINI_TX_RST(0) } },
	{ .ev = 20, .in = TCPF_SYN_SENT,
	  .what = "text without a SYN: dropped",
	  .rx = { .flags = MINI_ACK, .seq = 100, .len = 10 },
	  .check = check_still_syn_sent },
	{ .ev = 20, .in = MINI_F_SYN_RCVD,
	  .what = "text beyond a hole: ESTAB, kept, duplicate ACK",
	  .rx = { .flags = MINI_ACK, .seq = 100, .len = 10 },
	  .tx = { MINI_TX_ACK(0, 0) }, .to = TCP_ESTABLISHED,
	  .check = check_hole_filled },
	/* Proves: SHLD-31, MAY-13, CC-13 */
	{ .ev = 20, .in = MINI_F_TEXT,
	  .what = "text beyond a hole: kept, duplicate ACK at once (CC-13)",
	  .rx = { .flags = MINI_ACK, .seq = 100, .len = 10 },
	  .keep_fin = true, .tx = { MINI_TX_ACK(0, 0) },
	  .mib = MINI_ROW_MIB(OFO_QUEUED), .check = check_hole_filled },
	{ .ev = 20, .in = MINI_F_NO_TEXT,
	  .what = "text behind the FIN: ignored",
	  .rx = { .flags = MINI_ACK, .seq = 100, .len = 10 },
	  .keep_fin = true, .tx = { MINI_TX_ACK(0, 0) }, .may = true,
	  .check = check_end_of_stream },

	/* EV-21 FIN in order */
	{ .ev = 21, .in = TCPF_CLOSE | TCPF_LISTEN,
	  .what = "FIN: RST",
	  .rx = { .flags = MINI_FIN | MINI_ACK }, .tx = { MINI_TX_RST(0) } },
	{ .ev = 21, .in = TCPF_SYN_SENT,
	  .what = "FIN without a SYN: dropped",
	  .rx = { .flags = MINI_FIN | MINI_ACK },
	  .check = check_still_syn_sent },
	{ .ev = 21, .in = MINI_F_SYN_RCVD,
	  .what = "FIN with the ACK of our SYN: CLOSE-WAIT, ACK",
	  .rx = { .flags = MINI_FIN | MINI_ACK },
	  .tx = { MINI_TX_ACK(0, 1) }, .to = TCP_CLOSE_WAIT,
	  .check = check_user_told_of_fin },
	/* Proves: MUST-12 */
	{ .ev = 21, .in = TCPF_ESTABLISHED,
	  .what = "FIN: CLOSE-WAIT, ACK, the user is told (MUST-12)",
	  .rx = { .flags = MINI_FIN | MINI_ACK },
	  .tx = { MINI_TX_ACK(0, 1) }, .to = TCP_CLOSE_WAIT,
	  .check = check_user_told_of_fin },
	{ .ev = 21, .in = TCPF_ESTABLISHED,
	  .what = "text and FIN: CLOSE-WAIT, delivered, ACK",
	  .rx = { .flags = MINI_FIN | MINI_ACK, .len = 10 },
	  .tx = { MINI_TX_ACK(0, 11) }, .to = TCP_CLOSE_WAIT, .recv = 10,
	  .check = check_end_of_stream },
	{ .ev = 21, .in = TCPF_FIN_WAIT1,
	  .what = "FIN that ACKs ours: TIME-WAIT, ACK",
	  .rx = { .flags = MINI_FIN | MINI_ACK },
	  .tx = { MINI_TX_ACK(0, 1) }, .to = TCP_TIME_WAIT,
	  .check = check_user_told_of_fin },
	{ .ev = 21, .in = TCPF_FIN_WAIT1,
	  .what = "FIN that does not ACK ours: CLOSING, ACK",
	  .rx = { .flags = MINI_FIN | MINI_ACK }, .keep_fin = true,
	  .tx = { MINI_TX_ACK(0, 1) }, .to = TCP_CLOSING,
	  .check = check_user_told_of_fin },
	{ .ev = 21, .in = TCPF_FIN_WAIT2,
	  .what = "FIN: TIME-WAIT, ACK",
	  .rx = { .flags = MINI_FIN | MINI_ACK },
	  .tx = { MINI_TX_ACK(0, 1) }, .to = TCP_TIME_WAIT,
	  .mib = MINI_ROW_MIB(TIME_WAITS), .check = check_user_told_of_fin },
	{ .ev = 21, .in = TCPF_FIN_WAIT2,
	  .what = "text and FIN: TIME-WAIT, delivered, ACK",
	  .rx = { .flags = MINI_FIN | MINI_ACK, .len = 10 },
	  .tx = { MINI_TX_ACK(0, 11) }, .to = TCP_TIME_WAIT, .recv = 10,
	  .check = check_end_of_stream },
	/* a second FIN, where the first one has set the end already */
	{ .ev = 21, .in = MINI_F_PEER_FIN,
	  .what = "FIN behind the FIN: ACK",
	  .rx = { .flags = MINI_FIN | MINI_ACK }, .keep_fin = true,
	  .tx = { MINI_TX_ACK(0, 0) }, .check = check_end_of_stream },
	{ .ev = 21, .in = TCPF_TIME_WAIT,
	  .what = "FIN behind the FIN: ACK, 2MSL starts anew",
	  .prep = prep_most_of_2msl, .rx = { .flags = MINI_FIN | MINI_ACK },
	  .tx = { MINI_TX_ACK(0, 0) }, .check = check_2msl_restarted },

	/* EV-22 FIN replayed, below the window */
	{ .ev = 22, .in = TCPF_CLOSE | TCPF_LISTEN,
	  .what = "FIN: RST",
	  .rx = { .flags = MINI_FIN | MINI_ACK, .seq = -1 },
	  .tx = { MINI_TX_RST(0) } },
	{ .ev = 22, .in = TCPF_SYN_SENT,
	  .what = "FIN without a SYN: dropped",
	  .rx = { .flags = MINI_FIN | MINI_ACK, .seq = -1 },
	  .check = check_still_syn_sent },
	{ .ev = 22, .in = MINI_F_SYN_RCVD,
	  .what = "FIN below the window: ACK, dropped",
	  .rx = { .flags = MINI_FIN | MINI_ACK, .seq = -1 },
	  .tx = { MINI_TX_ACK(0, 0) }, .check = check_still_half_open },
	{ .ev = 22, .in = MINI_F_TEXT,
	  .what = "FIN below the window: ACK, dropped",
	  .rx = { .flags = MINI_FIN | MINI_ACK, .seq = -1 },
	  .keep_fin = true, .tx = { MINI_TX_ACK(0, 0) }, .recv = -EAGAIN },
	{ .ev = 22, .in = MINI_F_PEER_FIN,
	  .what = "FIN again: ACK",
	  .rx = { .flags = MINI_FIN | MINI_ACK, .seq = -1 },
	  .keep_fin = true, .tx = { MINI_TX_ACK(0, 0) } },
	/* Proves: MUST-13 */
	{ .ev = 22, .in = TCPF_TIME_WAIT,
	  .what = "FIN again: ACK, 2MSL starts anew (MUST-13)",
	  .prep = prep_most_of_2msl,
	  .rx = { .flags = MINI_FIN | MINI_ACK, .seq = -1 },
	  .tx = { MINI_TX_ACK(0, 0) }, .check = check_2msl_restarted },

	/* EV-23 FIN in the window, beyond a hole */
	{ .ev = 23, .in = TCPF_CLOSE | TCPF_LISTEN,
	  .what = "FIN: RST",
	  .rx = { .flags = MINI_FIN | MINI_ACK, .seq = 100, .len = 10 },
	  .tx = { MINI_TX_RST(0) } },
	{ .ev = 23, .in = TCPF_SYN_SENT,
	  .what = "FIN without a SYN: dropped",
	  .rx = { .flags = MINI_FIN | MINI_ACK, .seq = 100, .len = 10 },
	  .check = check_still_syn_sent },
	{ .ev = 23, .in = MINI_F_SYN_RCVD,
	  .what = "FIN beyond a hole: ESTAB, held, duplicate ACK",
	  .rx = { .flags = MINI_FIN | MINI_ACK, .seq = 100, .len = 10 },
	  .tx = { MINI_TX_ACK(0, 0) }, .to = TCP_ESTABLISHED,
	  .check = check_fin_released },
	{ .ev = 23, .in = MINI_F_TEXT,
	  .what = "FIN beyond a hole: held, duplicate ACK",
	  .rx = { .flags = MINI_FIN | MINI_ACK, .seq = 100, .len = 10 },
	  .keep_fin = true, .tx = { MINI_TX_ACK(0, 0) }, .recv = -EAGAIN,
	  .check = check_fin_released },
	{ .ev = 23, .in = MINI_F_NO_TEXT,
	  .what = "FIN far behind the FIN: ignored",
	  .rx = { .flags = MINI_FIN | MINI_ACK, .seq = 100, .len = 10 },
	  .keep_fin = true, .tx = { MINI_TX_ACK(0, 0) }, .may = true,
	  .check = check_end_of_stream },

	/* EV-24 URG, acceptable */
	{ .ev = 24, .in = TCPF_CLOSE | TCPF_LISTEN,
	  .what = "URG: RST",
	  .rx = { .flags = MINI_ACK | MINI_URG, .len = 10, .up = 5 },
	  .tx = { MINI_TX_RST(0) } },
	{ .ev = 24, .in = TCPF_SYN_SENT,
	  .what = "URG on the SYN,ACK: ESTAB, RCV.UP moves",
	  .rx = { .flags = MINI_SYN | MINI_ACK | MINI_URG, .len = 10,
		  .up = 5 },
	  .any_tx = true, .to = TCP_ESTABLISHED,
	  .check = check_urgent_on_syn },
	{ .ev = 24, .in = MINI_F_SYN_RCVD,
	  .what = "URG with the ACK of our SYN: ESTAB, RCV.UP moves",
	  .rx = { .flags = MINI_ACK | MINI_URG, .len = 10, .up = 50 },
	  .any_tx = true, .to = TCP_ESTABLISHED, .check = check_urgent },
	/* Proves: MUST-31 */
	{ .ev = 24, .in = MINI_F_TEXT,
	  .what = "URG: RCV.UP moves forward only (UR-3)",
	  .rx = { .flags = MINI_ACK | MINI_URG, .len = 10, .up = 50 },
	  .keep_fin = true, .any_tx = true, .check = check_urgent },
	/* Proves: UR-4 */
	{ .ev = 24, .in = MINI_F_PEER_FIN,
	  .what = "URG behind the FIN: ignored (UR-4)",
	  .rx = { .flags = MINI_ACK | MINI_URG, .len = 10, .up = 5 },
	  .keep_fin = true, .any_tx = true, .check = check_not_urgent },
	{ .ev = 24, .in = TCPF_TIME_WAIT,
	  .what = "URG behind the FIN: ignored (UR-4)",
	  .rx = { .flags = MINI_ACK | MINI_URG, .up = 5 }, .any_tx = true },

	/*
	 * EV-25 security or compartment: not supported, no check exists. A
	 * segment that bears a label is treated as one that does not.
	 */
	{ .ev = 25, .in = TCPF_CLOSE,
	  .what = "label, not supported: RST as ever",
	  .rx = { .flags = MINI_ACK, .label = true },
	  .tx = { MINI_TX_RST(0) } },
	{ .ev = 25, .in = TCPF_LISTEN,
	  .what = "label, not supported: SYN-RCVD as ever",
	  .rx = { .flags = MINI_SYN, .label = true },
	  .tx = { { .flags = MINI_SYN | MINI_ACK, .ack = 1 } },
	  .to = TCP_SYN_RECV },
	{ .ev = 25, .in = TCPF_SYN_SENT,
	  .what = "label, not supported: ESTAB as ever",
	  .rx = { .flags = MINI_SYN | MINI_ACK, .label = true },
	  .tx = { MINI_TX_ACK(0, 1) }, .to = TCP_ESTABLISHED },
	{ .ev = 25, .in = MINI_F_SYN_RCVD,
	  .what = "label, not supported: ESTAB as ever",
	  .rx = { .flags = MINI_ACK, .label = true }, .to = TCP_ESTABLISHED },
	{ .ev = 25, .in = MINI_F_TEXT,
	  .what = "label, not supported: delivered as ever",
	  .rx = { .flags = MINI_ACK, .len = 10, .label = true },
	  .keep_fin = true, DELAY, .tx = { MINI_TX_ACK(0, 10) }, .recv = 10 },
	{ .ev = 25, .in = MINI_F_NO_TEXT,
	  .what = "label, not supported: ACK as ever",
	  .rx = { .flags = MINI_FIN | MINI_ACK, .seq = -1, .label = true },
	  .keep_fin = true, .tx = { MINI_TX_ACK(0, 0) } },
};

const struct mini_rows mini_rows_text = { rows, ARRAY_SIZE(rows) };

static const void *cells_gen_params(const void *prev, char *desc)
{
	static struct mini_cell cell;

	return mini_cell_next(&cell, &mini_rows_text, prev, desc);
}

/*
 * RST and URG count even while there is no window
 * Proves: MUST-66
 */
static void zero_window_rst_counts(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	prep_no_window(t);
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_ACK | MINI_URG, .len = 1,
				 .up = 1));
	MINI_T_TRUE(t, mini_t_msk(t)->rcv.urgent);
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_RST));
	mini_t_expect_state(t, TCP_CLOSE);
}

/* RFC 9293 3.10.7.4: with a window of zero a valid ACK is still taken */
static void zero_window_ack_counts(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_prep_data(t);
	prep_no_window(t);
	mini_t_rx(t, AT_NOW, SEG(.len = 10, .ack = 100));
	mini_check_una_is_nxt(t);
	MINI_T_EQ(t, mini_t_recv(t, 100), -EAGAIN);
}

/*
 * The peer's keep-alive, with and without its octet of garbage
 * Proves: KA-2
 */
static void keepalive_probe_is_answered(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_rx(t, AT_MS(1000), SEG(.seq = -1));
	mini_t_expect_tx(t, SEG());
	mini_t_rx(t, AT_MS(2000), SEG(.seq = -1, .len = 1));
	mini_t_expect_tx(t, SEG());
	MINI_T_EQ(t, mini_t_recv(t, 10), -EAGAIN);
}

/* RFC 9293 3.10.7.3: text and FIN may ride on the SYN,ACK */
static void text_and_fin_ride_on_the_syn_ack(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_sent(test);

	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN | MINI_ACK | MINI_FIN,
				 .len = 10));
	mini_t_expect_tx(t, SEG(.ack = 12));
	mini_t_expect_nothing(t);
	mini_t_expect_state(t, TCP_CLOSE_WAIT);
	MINI_T_EQ(t, mini_t_recv(t, 100), 10);
	MINI_T_EQ(t, mini_t_recv(t, 100), 0);
}

struct bad_header {
	const char *name;
	u8 doff;
	u8 opts[4];
	int mib;
};

static const struct bad_header bad_headers[] = {
	{ "no header at all", 0, { 1, 1, 1, 1 }, MINI_MIB_DROP_SHORT },
	{ "shorter than the fixed part", 4, { 1, 1, 1, 1 },
	  MINI_MIB_DROP_SHORT },
	{ "longer than the packet", 15, { 1, 1, 1, 1 }, MINI_MIB_DROP_SHORT },
	{ "option of length 0 (MUST-7)", 6, { 254, 0, 1, 1 },
	  MINI_MIB_DROP_BAD_OPTION },
	{ "option past the header (MUST-7)", 6, { 1, 1, 2, 4 },
	  MINI_MIB_DROP_BAD_OPTION },
};

static void header_desc(const struct bad_header *h, char *desc)
{
	strscpy(desc, h->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(header, bad_headers, header_desc);

/* Dropped and counted, in whatever state */
static void rx_bad_header(struct mini_t *t, const struct bad_header *h)
{
	unsigned long count = mini_mib_sum(t->mn, h->mib);
	struct mini_t_seg seg = SEG(.flags = MINI_SYN | MINI_ACK, .len = 8,
				    .opts = h->opts, .opts_len = 4);
	struct sk_buff *skb = mini_t_skb(t, &seg);

	tcp_hdr(skb)->doff = h->doff;
	mini_t_rx_skb(t, skb);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mini_mib_sum(t->mn, h->mib) - count, 1);
}

/* Proves: MUST-7 */
static void bad_header_is_dropped(struct kunit *test)
{
	static struct mini_t *(*const build[])(struct kunit *test) = {
		mini_t_closed, mini_t_listen, mini_t_syn_sent,
		mini_t_syn_rcvd_passive, mini_t_established,
		mini_t_time_wait,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(build); i++) {
		struct mini_t *t = build[i](test);
		int state = mini_t_state(t);

		rx_bad_header(t, test->param_value);
		mini_t_expect_state(t, state);
		mini_t_end(t);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(mini_cell_run, cells_gen_params),
	KUNIT_CASE(text_and_fin_ride_on_the_syn_ack),
	KUNIT_CASE_PARAM(bad_header_is_dropped, header_gen_params),
	KUNIT_CASE(zero_window_rst_counts),
	KUNIT_CASE(zero_window_ack_counts),
	KUNIT_CASE(keepalive_probe_is_answered),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_state_text",
	.test_cases = cases,
};

kunit_test_suites(&suite);
