/* SPDX-License-Identifier: GPL-2.0-only */
/* The state x event matrix of RFC 9293 section 3.10, as tables of cells */
#ifndef _MINI_TEST_STATE_H
#define _MINI_TEST_STATE_H

#include "harness.h"

#define MINI_EVENTS	30U
#define MINI_STATES	11U

/* SYN-RECEIVED after an active open: a socket and not a half-open object */
#define MINI_F_ACTIVE	TCPF_NEW_SYN_RECV
#define MINI_F_SYN_RCVD	(TCPF_SYN_RECV | MINI_F_ACTIVE)
/* states in which our FIN is sent and not ACKed */
#define MINI_F_FIN_OUT	(TCPF_FIN_WAIT1 | TCPF_CLOSING | TCPF_LAST_ACK)
/* states in which the peer may still send text */
#define MINI_F_TEXT	(TCPF_ESTABLISHED | TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2)
/* states after the peer's FIN, but for TIME-WAIT */
#define MINI_F_PEER_FIN	(TCPF_CLOSE_WAIT | TCPF_CLOSING | TCPF_LAST_ACK)
#define MINI_F_SYNCED	(MINI_F_TEXT | MINI_F_PEER_FIN | TCPF_TIME_WAIT)

/* struct mini_row.recv: end of the stream; 0 is not looked at */
#define MINI_ROW_EOF	0x10000
/* struct mini_row.mib: this counter goes up by one */
#define MINI_ROW_MIB(name)	(MINI_MIB_##name + 1)

#define MINI_TX_ACK(s, a)	{ .flags = MINI_ACK, .seq = s, .ack = a }
#define MINI_TX_FIN(s, a)	{ .flags = MINI_FIN | MINI_ACK, .seq = s, \
				  .ack = a }
/* Ra: the answer to a segment with an ACK, <SEQ=SEG.ACK><CTL=RST> */
#define MINI_TX_RST(s)		{ .flags = MINI_RST, .seq = s }
/* R0: to one without, <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK> */
#define MINI_TX_RST0(a)		{ .flags = MINI_RST | MINI_ACK, .seq0 = true, \
				  .ack = a }

/**
 * struct mini_row - cells of one event that differ in the state only
 * @ev: event, EV-1 to EV-30
 * @in: TCPF_* of the states; MINI_F_ACTIVE is SYN-RECEIVED by active open
 * @what: in words, what happens and what comes of it
 * @build: in place of the state's usual builder
 * @prep: what comes before the event; what it sends is not looked at
 * @rx: the segment that arrives, when it has flags
 * @keep_fin: @rx does not ACK our FIN where one is out
 * @call: what the user calls
 * @ret: what that returns
 * @wait_ms: time that passes then
 * @tx: what we send, those with flags and nothing else
 * @may: sending nothing is as good
 * @any_tx: what we send is not looked at here
 * @to: next state, 0 for the same
 * @recv: what the user's next recv() gives, 0 when it is not looked at
 * @err: error that waits for the user, 0 for none
 * @mib: MINI_ROW_MIB() of the counter that says why
 * @check: whatever else has to hold
 */
struct mini_row {
	u8 ev;
	u32 in;
	const char *what;
	struct mini_t *(*build)(struct kunit *test);
	void (*prep)(struct mini_t *t);
	struct mini_t_seg rx;
	bool keep_fin;
	int (*call)(struct mini_t *t);
	int ret;
	u32 wait_ms;
	struct mini_t_seg tx[2];
	bool may;
	bool any_tx;
	u8 to;
	int recv;
	int err;
	int mib;
	void (*check)(struct mini_t *t);
};

/**
 * struct mini_cell - one case: a row in one of its states
 * @row: what happens
 * @at: index of the state in mini_state_order[]
 */
struct mini_cell {
	const struct mini_row *row;
	u32 at;
};

struct mini_rows {
	const struct mini_row *row;
	u32 nr;
};

extern const struct mini_rows mini_rows_user;
extern const struct mini_rows mini_rows_reset;
extern const struct mini_rows mini_rows_ack;
extern const struct mini_rows mini_rows_text;
extern const struct mini_rows mini_rows_timer;

const void *mini_cell_next(struct mini_cell *cell, const struct mini_rows *rows,
			   const void *prev, char *desc);
void mini_cell_run(struct kunit *test);

/* what comes before some events */
void mini_prep_data(struct mini_t *t);
void mini_prep_shut(struct mini_t *t);
void mini_prep_shut_data(struct mini_t *t);
struct mini_t *mini_build_fin_wait1_data(struct kunit *test);
struct mini_t *mini_build_closing_data(struct kunit *test);
struct mini_t *mini_build_last_ack_data(struct kunit *test);
void mini_check_una_is_nxt(struct mini_t *t);

#endif /* _MINI_TEST_STATE_H */
