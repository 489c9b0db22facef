// SPDX-License-Identifier: GPL-2.0-only
/*
 * RFC 9293 section 3.10, every event in every state: the runner of the tables
 * in state_*_test.c, and the case that holds them to all 330 cells.
 */
#include <linux/bitmap.h>
#include "state.h"

/* the columns of the matrix, and SYN-RECEIVED once more for active opens */
static const struct {
	u8 state;
	u8 column;
	struct mini_t *(*build)(struct kunit *test);
} mini_state_order[] = {
	{ TCP_CLOSE, 0, mini_t_closed },
	{ TCP_LISTEN, 1, mini_t_listen },
	{ TCP_SYN_SENT, 2, mini_t_syn_sent },
	{ TCP_SYN_RECV, 3, mini_t_syn_rcvd_passive },
	{ TCP_NEW_SYN_RECV, 3, mini_t_syn_rcvd_active },
	{ TCP_ESTABLISHED, 4, mini_t_established },
	{ TCP_FIN_WAIT1, 5, mini_t_fin_wait1 },
	{ TCP_FIN_WAIT2, 6, mini_t_fin_wait2 },
	{ TCP_CLOSE_WAIT, 7, mini_t_close_wait },
	{ TCP_CLOSING, 8, mini_t_closing },
	{ TCP_LAST_ACK, 9, mini_t_last_ack },
	{ TCP_TIME_WAIT, 10, mini_t_time_wait },
};

static bool mini_cell_there(const struct mini_cell *cell)
{
	return cell->row->in & BIT(mini_state_order[cell->at].state);
}

static bool mini_cell_step(struct mini_cell *cell,
			   const struct mini_rows *rows)
{
	do {
		if (++cell->at < ARRAY_SIZE(mini_state_order))
			continue;
		cell->at = 0;
		if (++cell->row == rows->row + rows->nr)
			return false;
	} while (!mini_cell_there(cell));
	return true;
}

/**
 * mini_cell_next() - the generator of parameters of all state suites
 * @cell: where the generator stands
 * @rows: its table
 * @prev: NULL to begin
 * @desc: gets the name of the case
 *
 * Return: @cell, or NULL at the end.
 */
const void *mini_cell_next(struct mini_cell *cell, const struct mini_rows *rows,
			   const void *prev, char *desc)
{
	if (!prev)
		*cell = (struct mini_cell){ .row = rows->row, .at = -1 };
	if (!mini_cell_step(cell, rows))
		return NULL;
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "EV-%u %s: %s", cell->row->ev,
		 mini_t_state_name(mini_state_order[cell->at].state),
		 cell->row->what);
	return cell;
}

static void mini_cell_rx(struct mini_t *t, const struct mini_row *row,
			 u8 state)
{
	struct mini_t_seg seg = row->rx;

	if (!seg.flags)
		return;
	if (row->keep_fin && (BIT(state) & MINI_F_FIN_OUT))
		seg.ack--;
	mini_t_rx(t, AT_NOW, seg);
}

static void mini_cell_expect_tx(struct mini_t *t, const struct mini_row *row)
{
	u32 i;

	if (row->any_tx || (row->may && !mini_t_pending(t)))
		return mini_t_drain(t);
	for (i = 0; i < ARRAY_SIZE(row->tx) && row->tx[i].flags; i++)
		mini_t_expect_tx(t, row->tx[i]);
	mini_t_expect_nothing(t);
}

static void mini_cell_expect_user(struct mini_t *t, const struct mini_row *row)
{
	int want = row->recv == MINI_ROW_EOF ? 0 : row->recv;

	if (t->sock)
		MINI_T_EQ(t, t->sock->sk->sk_err, -row->err);
	if (!row->recv)
		return;
	if (!t->sock)
		MINI_T_EQ(t, mini_t_accept(t), 0);
	if (t->sock)
		MINI_T_EQ(t, mini_t_recv(t, 1000), want);
}

static unsigned long mini_cell_mib(struct mini_t *t, const struct mini_row *row)
{
	return row->mib ? mini_mib_sum(t->mn, row->mib - 1) : 0;
}

static u8 mini_cell_to(const struct mini_row *row, u8 state)
{
	if (row->to)
		return row->to;
	return state == TCP_NEW_SYN_RECV ? TCP_SYN_RECV : state;
}

/**
 * mini_cell_run() - the body of every case
 * @test: the case, its parameter a struct mini_cell
 */
void mini_cell_run(struct kunit *test)
{
	const struct mini_cell *cell = test->param_value;
	const struct mini_row *row = cell->row;
	u8 state = mini_state_order[cell->at].state;
	unsigned long count;
	struct mini_t *t;

	t = (row->build ? row->build : mini_state_order[cell->at].build)(test);
	if (row->prep)
		row->prep(t);
	mini_t_drain(t);
	count = mini_cell_mib(t, row);

	if (row->call)
		MINI_T_EQ(t, row->call(t), row->ret);
	mini_cell_rx(t, row, state);
	mini_t_advance_ms(t, row->wait_ms);

	mini_cell_expect_tx(t, row);
	mini_t_expect_state(t, mini_cell_to(row, state));
	if (row->mib)
		MINI_T_EQ(t, mini_cell_mib(t, row) - count, 1);
	mini_cell_expect_user(t, row);
	if (row->check)
		row->check(t);
}

/* what comes before some events */

/**
 * mini_prep_data() - 100 octets are out and not ACKed
 * @t: world
 */
void mini_prep_data(struct mini_t *t)
{
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_expect_tx(t, SEG(.len = 100));
}

/**
 * mini_prep_shut() - the peer shuts its window
 * @t: world
 */
void mini_prep_shut(struct mini_t *t)
{
	mini_t_rx(t, AT_NOW, SEG(.wnd = MINI_T_SHUT));
}

/**
 * mini_prep_shut_data() - and 100 octets wait for it to open
 * @t: world
 */
void mini_prep_shut_data(struct mini_t *t)
{
	mini_prep_shut(t);
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_expect_nothing(t);
}

/* Data and then a FIN are out; the zero point is behind both */
static void mini_prep_data_fin(struct mini_t *t)
{
	mini_prep_data(t);
	MINI_T_EQ(t, mini_t_shutdown(t, SHUT_WR), 0);
	mini_t_expect_tx(t, SEG(.flags = MINI_FIN | MINI_ACK, .seq = 100));
	mini_t_zero(t);
}

/**
 * mini_build_fin_wait1_data() - FIN-WAIT-1 with 100 octets out as well
 * @test: the case
 *
 * Return: the world.
 */
struct mini_t *mini_build_fin_wait1_data(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_prep_data_fin(t);
	return t;
}

/**
 * mini_build_closing_data() - CLOSING with 100 octets out as well
 * @test: the case
 *
 * Return: the world.
 */
struct mini_t *mini_build_closing_data(struct kunit *test)
{
	struct mini_t *t = mini_build_fin_wait1_data(test);

	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_FIN | MINI_ACK, .ack = -101));
	mini_t_expect_tx(t, SEG(.ack = 1));
	mini_t_zero(t);
	return t;
}

/**
 * mini_build_last_ack_data() - LAST-ACK with 100 octets out as well
 * @test: the case
 *
 * Return: the world.
 */
struct mini_t *mini_build_last_ack_data(struct kunit *test)
{
	struct mini_t *t = mini_t_close_wait(test);

	mini_prep_data_fin(t);
	return t;
}

/**
 * mini_check_una_is_nxt() - nothing is out any more
 * @t: world
 */
void mini_check_una_is_nxt(struct mini_t *t)
{
	MINI_T_EQ(t, mini_t_msk(t)->snd.una, mini_t_msk(t)->snd.nxt);
	MINI_T_TRUE(t, skb_queue_empty(&mini_t_msk(t)->rtx));
	MINI_T_TRUE(t, !mini_t_msk(t)->write_tmr.at_us);
}

/* the matrix as a whole */

static void mini_matrix_mark(unsigned long *map, const struct mini_rows *rows)
{
	struct mini_cell cell = { .row = rows->row, .at = -1 };

	while (mini_cell_step(&cell, rows))
		__set_bit((cell.row->ev - 1) * MINI_STATES +
			  mini_state_order[cell.at].column, map);
}

/* 30 events x 11 states: no cell is without a case */
static void matrix_has_330_cells(struct kunit *test)
{
	DECLARE_BITMAP(map, MINI_EVENTS * MINI_STATES);
	u32 bit;

	bitmap_zero(map, MINI_EVENTS * MINI_STATES);
	mini_matrix_mark(map, &mini_rows_user);
	mini_matrix_mark(map, &mini_rows_reset);
	mini_matrix_mark(map, &mini_rows_ack);
	mini_matrix_mark(map, &mini_rows_text);
	mini_matrix_mark(map, &mini_rows_timer);
	for_each_clear_bit(bit, map, MINI_EVENTS * MINI_STATES)
		KUNIT_FAIL(test, "no case for EV-%u in column %u",
			   bit / MINI_STATES + 1, bit % MINI_STATES);
	KUNIT_EXPECT_EQ(test, bitmap_weight(map, MINI_EVENTS * MINI_STATES),
			330);
}

static struct kunit_case mini_state_cases[] = {
	KUNIT_CASE(matrix_has_330_cells),
	{}
};

static struct kunit_suite mini_state_suite = {
	.name = "af_mini_state",
	.test_cases = mini_state_cases,
};

kunit_test_suites(&mini_state_suite);
