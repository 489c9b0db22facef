// SPDX-License-Identifier: GPL-2.0-only
/*
 * EV-1 to EV-7: the user's calls (RFC 9293 3.10.1 to 3.10.6), as the sockets
 * API words them. A connection in SYN-RCVD after a passive open has no socket
 * yet: the call then goes to its listener, and must leave it alone. One in
 * TIME-WAIT has left its socket, which is CLOSED but remembers that it was
 * connected.
 */
#include <linux/in.h>
#include <net/sock.h>
#include "state.h"

/* states in which a socket that was connect()ed or accept()ed is in use */
#define MINI_F_CONNECTED	MINI_F_SYNCED
#define MINI_F_OPENING		(TCPF_SYN_SENT | MINI_F_ACTIVE)
#define MINI_F_LISTENER		(TCPF_LISTEN | TCPF_SYN_RECV)
/* our side is closed for sending */
#define MINI_F_SHUT		(MINI_F_FIN_OUT | TCPF_FIN_WAIT2 | TCPF_TIME_WAIT)

static int call_listen(struct mini_t *t)
{
	struct socket *sock = t->sock ? t->sock : t->listener;

	return kernel_listen(sock, 3);
}

static int call_send(struct mini_t *t)
{
	return mini_t_send(t, 10);
}

static int call_recv(struct mini_t *t)
{
	return mini_t_recv(t, 100);
}

static int call_peek(struct mini_t *t)
{
	return mini_t_recv_flags(t, 100, MSG_PEEK);
}

static int call_close_fully(struct mini_t *t)
{
	return mini_t_shutdown(t, SHUT_RDWR);
}

static int call_status(struct mini_t *t)
{
	return (t->sock ? t->sock : t->listener)->sk->sk_state;
}

/* what comes before */

static void prep_text(struct mini_t *t)
{
	mini_t_rx(t, AT_NOW, SEG(.len = 10));
}

/* The FIN of FIN-WAIT-1 stays out */
static void prep_text_old_ack(struct mini_t *t)
{
	mini_t_rx(t, AT_NOW, SEG(.len = 10, .ack = -1));
}

/* The peer's text and FIN, unread */
static struct mini_t *build_close_wait_text(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_FIN | MINI_ACK, .len = 10));
	mini_t_expect_tx(t, SEG(.ack = 11));
	mini_t_zero(t);
	return t;
}

static void prep_corked(struct mini_t *t)
{
	MINI_T_EQ(t, mini_t_send_flags(t, 10, MSG_MORE), 10);
	mini_t_expect_nothing(t);
}

/* what must hold afterwards */

static void check_backlog_is_new(struct mini_t *t)
{
	MINI_T_EQ(t, t->listener->sk->sk_max_ack_backlog, 3);
}

static void check_still_connects(struct mini_t *t)
{
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN | MINI_ACK));
	mini_t_expect_tx(t, SEG(.ack = 1));
	mini_t_expect_state(t, TCP_ESTABLISHED);
}

static void check_still_handshakes(struct mini_t *t)
{
	mini_t_rx(t, AT_NOW, SEG());
	mini_t_expect_state(t, TCP_ESTABLISHED);
}

static void check_takes_syn(struct mini_t *t)
{
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN));
	mini_t_expect_tx(t, SEG(.flags = MINI_SYN | MINI_ACK, .ack = 1));
}

/* As long as the window is shut the FIN waits behind the data */
static void check_fin_after_data(struct mini_t *t)
{
	mini_t_rx(t, AT_NOW, SEG());
	mini_t_expect_tx(t, SEG(.flags = MINI_FIN | MINI_ACK, .len = 100));
	mini_t_rx(t, AT_NOW, SEG(.ack = 101));
}

static void check_data_then_fin_wait2(struct mini_t *t)
{
	check_fin_after_data(t);
	mini_t_expect_state(t, TCP_FIN_WAIT2);
}

static void check_data_then_closed(struct mini_t *t)
{
	check_fin_after_data(t);
	mini_t_expect_state(t, TCP_CLOSE);
}

static void check_fin_is_last(struct mini_t *t)
{
	mini_t_advance_ms(t, 50);
	mini_t_expect_nothing(t);
}

static void check_last_ack_closes(struct mini_t *t)
{
	mini_t_rx(t, AT_NOW, SEG(.ack = 1));
	mini_t_expect_state(t, TCP_CLOSE);
}

/* Nothing of the dead connection is left: a segment of its gets a RST */
static void check_gone(struct mini_t *t)
{
	MINI_T_TRUE(t, mini_t_timers_idle(t));
	mini_t_rx(t, AT_NOW, SEG(.len = 1));
	mini_t_expect_tx(t, SEG(.flags = MINI_RST));
}

static void check_user_sees_closed(struct mini_t *t)
{
	MINI_T_EQ(t, t->sock->sk->sk_state, TCP_CLOSE);
}

static const struct mini_row rows[] = {
	/* EV-1 OPEN, passive: listen() */
	{ .ev = 1, .in = TCPF_CLOSE,
	  .what = "listen(): LISTEN",
	  .call = call_listen, .to = TCP_LISTEN },
	/* the RFC forbids a second OPEN; listen(2) sets the backlog anew */
	{ .ev = 1, .in = TCPF_LISTEN,
	  .what = "listen() again: the backlog changes, nothing else",
	  .call = call_listen, .check = check_backlog_is_new },
	{ .ev = 1, .in = TCPF_SYN_RECV,
	  .what = "listen() again: the half-open connection lives on",
	  .call = call_listen, .check = check_still_handshakes },
	{ .ev = 1, .in = MINI_F_OPENING | MINI_F_CONNECTED,
	  .what = "listen(): EINVAL",
	  .call = call_listen, .ret = -EINVAL },

	/* EV-2 OPEN, active: connect() */
	{ .ev = 2, .in = TCPF_CLOSE,
	  .what = "connect(): SYN",
	  .call = mini_t_connect, .ret = -EINPROGRESS,
	  .tx = { { .flags = MINI_SYN } }, .to = TCP_SYN_SENT },
	/* the RFC would turn the listener around; connect(2) does not */
	{ .ev = 2, .in = TCPF_LISTEN,
	  .what = "connect() on a listener: EISCONN",
	  .call = mini_t_connect, .ret = -EISCONN },
	{ .ev = 2, .in = TCPF_SYN_RECV,
	  .what = "connect() on its listener: EISCONN",
	  .call = mini_t_connect, .ret = -EISCONN,
	  .check = check_still_handshakes },
	{ .ev = 2, .in = TCPF_SYN_SENT,
	  .what = "connect() again: EALREADY, no second SYN",
	  .call = mini_t_connect, .ret = -EALREADY,
	  .check = check_still_connects },
	{ .ev = 2, .in = MINI_F_ACTIVE,
	  .what = "connect() again: EALREADY",
	  .call = mini_t_connect, .ret = -EALREADY,
	  .check = check_still_handshakes },
	{ .ev = 2, .in = MINI_F_CONNECTED,
	  .what = "connect(): EISCONN",
	  .call = mini_t_connect, .ret = -EISCONN },

	/*
	 * EV-3 SEND: send(). A socket queues nothing before it is connected;
	 * a call that may wait waits, one that may not gets EAGAIN.
	 */
	{ .ev = 3, .in = TCPF_CLOSE | MINI_F_LISTENER,
	  .what = "send() without a connection: EPIPE",
	  .call = call_send, .ret = -EPIPE },
	{ .ev = 3, .in = TCPF_SYN_SENT,
	  .what = "send() too early: EAGAIN",
	  .call = call_send, .ret = -EAGAIN, .check = check_still_connects },
	{ .ev = 3, .in = MINI_F_ACTIVE,
	  .what = "send() too early: EAGAIN",
	  .call = call_send, .ret = -EAGAIN, .check = check_still_handshakes },
	/* Proves: SW-2 */
	{ .ev = 3, .in = TCPF_ESTABLISHED | TCPF_CLOSE_WAIT,
	  .what = "send(): data with an ACK, pushed",
	  .call = call_send, .ret = 10,
	  .tx = { { .flags = MINI_ACK | MINI_PSH, .len = 10 } } },
	{ .ev = 3, .in = MINI_F_SHUT,
	  .what = "send() after our FIN: EPIPE",
	  .call = call_send, .ret = -EPIPE },

	/* EV-4 RECEIVE: recv() */
	{ .ev = 4, .in = TCPF_CLOSE | MINI_F_LISTENER,
	  .what = "recv() without a connection: ENOTCONN",
	  .call = call_recv, .ret = -ENOTCONN },
	{ .ev = 4, .in = MINI_F_OPENING,
	  .what = "recv() too early: EAGAIN",
	  .call = call_recv, .ret = -EAGAIN },
	{ .ev = 4, .in = MINI_F_TEXT,
	  .what = "recv() with nothing there: EAGAIN",
	  .call = call_recv, .ret = -EAGAIN },
	{ .ev = 4, .in = TCPF_ESTABLISHED | TCPF_FIN_WAIT2,
	  .what = "recv() delivers what is there",
	  .prep = prep_text, .call = call_recv, .ret = 10, .recv = -EAGAIN },
	{ .ev = 4, .in = TCPF_FIN_WAIT1,
	  .what = "recv() delivers what is there",
	  .prep = prep_text_old_ack, .call = call_recv, .ret = 10,
	  .recv = -EAGAIN },
	{ .ev = 4, .in = TCPF_ESTABLISHED,
	  .what = "recv(MSG_PEEK) leaves it there",
	  .prep = prep_text, .call = call_peek, .ret = 10, .recv = 10 },
	{ .ev = 4, .in = TCPF_CLOSE_WAIT,
	  .what = "recv() delivers the rest, then the end",
	  .build = build_close_wait_text, .call = call_recv, .ret = 10,
	  .recv = MINI_ROW_EOF },
	{ .ev = 4, .in = MINI_F_PEER_FIN | TCPF_TIME_WAIT,
	  .what = "recv() with nothing left: the end",
	  .call = call_recv, .ret = 0 },

	/* EV-5 CLOSE: close(), or shutdown() where the user stays */
	{ .ev = 5, .in = TCPF_CLOSE,
	  .what = "close(): nothing to close",
	  .call = mini_t_close },
	{ .ev = 5, .in = TCPF_LISTEN,
	  .what = "close(): CLOSED, no segment",
	  .call = mini_t_close, .to = TCP_CLOSE },
	{ .ev = 5, .in = TCPF_SYN_SENT,
	  .what = "close(): CLOSED, no segment",
	  .call = mini_t_close, .to = TCP_CLOSE, .check = check_gone },
	{ .ev = 5, .in = MINI_F_ACTIVE,
	  .what = "close(): FIN-WAIT-1, FIN",
	  .call = mini_t_close, .tx = { MINI_TX_FIN(0, 0) },
	  .to = TCP_FIN_WAIT1 },
	/*
	 * The RFC's CLOSE and ABORT are calls on the connection; this one is
	 * on its listener. As in Linux the half-open connection is forgotten,
	 * and whatever the peer says next gets a RST.
	 */
	{ .ev = 5, .in = TCPF_SYN_RECV,
	  .what = "close() of its listener: CLOSED, forgotten",
	  .call = mini_t_close, .to = TCP_CLOSE, .check = check_gone },
	{ .ev = 5, .in = TCPF_ESTABLISHED,
	  .what = "close(): FIN-WAIT-1, FIN",
	  .call = mini_t_close, .tx = { MINI_TX_FIN(0, 0) },
	  .to = TCP_FIN_WAIT1, .check = check_fin_is_last },
	{ .ev = 5, .in = TCPF_ESTABLISHED,
	  .what = "close() with data queued: the FIN comes after it",
	  .prep = mini_prep_shut_data, .call = mini_t_close,
	  .to = TCP_FIN_WAIT1, .check = check_data_then_fin_wait2 },
	{ .ev = 5, .in = TCPF_ESTABLISHED,
	  .what = "close() with data held back: it leaves with the FIN",
	  .prep = prep_corked, .call = mini_t_close,
	  .tx = { { .flags = MINI_FIN | MINI_ACK, .len = 10 } },
	  .to = TCP_FIN_WAIT1 },
	/*
	 * The peer has to learn that its data was lost
	 * Proves: SHLD-3
	 */
	{ .ev = 5, .in = TCPF_ESTABLISHED,
	  .what = "close() with data unread: CLOSED, RST",
	  .prep = prep_text, .call = mini_t_close, .tx = { MINI_TX_RST(0) },
	  .to = TCP_CLOSE, .check = check_gone },
	/* Proves: SHLD-3 */
	{ .ev = 5, .in = TCPF_CLOSE_WAIT,
	  .what = "close() with data unread: CLOSED, RST",
	  .build = build_close_wait_text, .call = mini_t_close,
	  .tx = { MINI_TX_RST(0) }, .to = TCP_CLOSE, .check = check_gone },
	{ .ev = 5, .in = TCPF_CLOSE_WAIT,
	  .what = "close(): LAST-ACK, FIN",
	  .call = mini_t_close, .tx = { MINI_TX_FIN(0, 0) },
	  .to = TCP_LAST_ACK, .check = check_last_ack_closes },
	{ .ev = 5, .in = TCPF_CLOSE_WAIT,
	  .what = "close() with data queued: the FIN comes after it",
	  .prep = mini_prep_shut_data, .call = mini_t_close,
	  .to = TCP_LAST_ACK, .check = check_data_then_closed },
	{ .ev = 5, .in = MINI_F_SHUT,
	  .what = "close(): no second FIN",
	  .call = mini_t_close },
	{ .ev = 5, .in = MINI_F_FIN_OUT | TCPF_FIN_WAIT2,
	  .what = "shutdown(SHUT_RDWR): no second FIN",
	  .call = call_close_fully },

	/* EV-6 ABORT: close() with SO_LINGER of zero */
	{ .ev = 6, .in = TCPF_CLOSE,
	  .what = "abort: nothing to abort",
	  .call = mini_t_abort },
	{ .ev = 6, .in = TCPF_LISTEN,
	  .what = "abort: CLOSED, no segment",
	  .call = mini_t_abort, .to = TCP_CLOSE },
	{ .ev = 6, .in = TCPF_SYN_SENT,
	  .what = "abort: CLOSED, no segment",
	  .call = mini_t_abort, .to = TCP_CLOSE, .check = check_gone },
	{ .ev = 6, .in = TCPF_SYN_RECV,
	  .what = "abort of its listener: CLOSED, forgotten",
	  .call = mini_t_abort, .to = TCP_CLOSE, .check = check_gone },
	{ .ev = 6, .in = MINI_F_ACTIVE,
	  .what = "abort: CLOSED, RST",
	  .call = mini_t_abort, .tx = { MINI_TX_RST(0) }, .to = TCP_CLOSE,
	  .check = check_gone },
	{ .ev = 6, .in = MINI_F_TEXT | TCPF_CLOSE_WAIT,
	  .what = "abort: CLOSED, RST",
	  .call = mini_t_abort, .tx = { MINI_TX_RST(0) }, .to = TCP_CLOSE,
	  .check = check_gone },
	{ .ev = 6, .in = TCPF_ESTABLISHED | TCPF_CLOSE_WAIT,
	  .what = "abort with data out: CLOSED, RST at SND.NXT",
	  .prep = mini_prep_data, .call = mini_t_abort,
	  .tx = { MINI_TX_RST(100) }, .to = TCP_CLOSE, .check = check_gone },
	{ .ev = 6, .in = TCPF_CLOSING | TCPF_LAST_ACK,
	  .what = "abort: CLOSED, no segment",
	  .call = mini_t_abort, .to = TCP_CLOSE, .check = check_gone },
	/* the socket has left the connection: 2MSL is not the user's to cut */
	{ .ev = 6, .in = TCPF_TIME_WAIT,
	  .what = "abort: no segment, TIME-WAIT goes on",
	  .call = mini_t_abort },

	/* EV-7 STATUS: the state as the socket shows it */
	{ .ev = 7, .in = TCPF_CLOSE, .what = "status: CLOSED",
	  .call = call_status, .ret = TCP_CLOSE },
	{ .ev = 7, .in = TCPF_LISTEN, .what = "status: LISTEN",
	  .call = call_status, .ret = TCP_LISTEN },
	{ .ev = 7, .in = TCPF_SYN_SENT, .what = "status: SYN-SENT",
	  .call = call_status, .ret = TCP_SYN_SENT },
	{ .ev = 7, .in = TCPF_SYN_RECV, .what = "status of its listener: LISTEN",
	  .call = call_status, .ret = TCP_LISTEN },
	{ .ev = 7, .in = MINI_F_ACTIVE, .what = "status: SYN-RCVD",
	  .call = call_status, .ret = TCP_SYN_RECV },
	{ .ev = 7, .in = TCPF_ESTABLISHED, .what = "status: ESTAB",
	  .call = call_status, .ret = TCP_ESTABLISHED },
	{ .ev = 7, .in = TCPF_FIN_WAIT1, .what = "status: FIN-WAIT-1",
	  .call = call_status, .ret = TCP_FIN_WAIT1 },
	{ .ev = 7, .in = TCPF_FIN_WAIT2, .what = "status: FIN-WAIT-2",
	  .call = call_status, .ret = TCP_FIN_WAIT2 },
	{ .ev = 7, .in = TCPF_CLOSE_WAIT, .what = "status: CLOSE-WAIT",
	  .call = call_status, .ret = TCP_CLOSE_WAIT },
	{ .ev = 7, .in = TCPF_CLOSING, .what = "status: CLOSING",
	  .call = call_status, .ret = TCP_CLOSING },
	{ .ev = 7, .in = TCPF_LAST_ACK, .what = "status: LAST-ACK",
	  .call = call_status, .ret = TCP_LAST_ACK },
	/* the table says TIME-WAIT, the socket that left it CLOSED */
	{ .ev = 7, .in = TCPF_TIME_WAIT, .what = "status of its old socket: CLOSED",
	  .call = call_status, .ret = TCP_CLOSE,
	  .check = check_user_sees_closed },
};

const struct mini_rows mini_rows_user = { rows, ARRAY_SIZE(rows) };

static const void *cells_gen_params(const void *prev, char *desc)
{
	static struct mini_cell cell;

	return mini_cell_next(&cell, &mini_rows_user, prev, desc);
}

/* A SYN finds the listener that listen() made, and the one made anew */
static void listen_takes_a_syn(struct kunit *test)
{
	struct mini_t *t = mini_t_listen(test);

	MINI_T_EQ(t, call_listen(t), 0);
	check_takes_syn(t);
}

/* EV-3 in SYN-SENT, later: the connection that refused data takes it */
static void send_works_once_connected(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_sent(test);

	MINI_T_EQ(t, call_send(t), -EAGAIN);
	check_still_connects(t);
	MINI_T_EQ(t, call_send(t), 10);
	mini_t_expect_tx(t, SEG(.ack = 1, .len = 10));
}

/* EV-5 in SYN-RCVD, to its end: the FIN is out once, whenever it left */
static void close_in_syn_rcvd_goes_on(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_rcvd_active(test);

	mini_t_close(t);
	mini_t_rx(t, AT_MS(100), SEG());
	MINI_T_EQ(t, mini_t_pending(t), 1);
	mini_t_expect_tx(t, SEG(.flags = MINI_FIN | MINI_ACK));
	mini_t_rx(t, AT_MS(200), SEG(.ack = 1));
	mini_t_expect_state(t, TCP_FIN_WAIT2);
	mini_t_rx(t, AT_MS(300), SEG(.flags = MINI_FIN | MINI_ACK, .ack = 1));
	mini_t_expect_tx(t, SEG(.seq = 1, .ack = 1));
	mini_t_expect_state(t, TCP_TIME_WAIT);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(mini_cell_run, cells_gen_params),
	KUNIT_CASE(close_in_syn_rcvd_goes_on),
	KUNIT_CASE(listen_takes_a_syn),
	KUNIT_CASE(send_works_once_connected),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_state_user",
	.test_cases = cases,
};

kunit_test_suites(&suite);
