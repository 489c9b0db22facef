// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which edges of the state machine the tests go over. The last suite: it looks
 * on, by the tracepoint, while all others run, and says at the end what it saw,
 * for scripts/states to draw.
 */
#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/init.h>
#include <mini/trace.h>
#include "harness.h"

/* room for the longest row */
#define ROW_LEN		128

static const char * const names[TCP_MAX_STATES] = {
	[TCP_ESTABLISHED] = "ESTABLISHED",
	[TCP_SYN_SENT]	  = "SYN_SENT",
	[TCP_SYN_RECV]	  = "SYN_RECV",
	[TCP_FIN_WAIT1]	  = "FIN_WAIT1",
	[TCP_FIN_WAIT2]	  = "FIN_WAIT2",
	[TCP_TIME_WAIT]	  = "TIME_WAIT",
	[TCP_CLOSE]	  = "CLOSE",
	[TCP_CLOSE_WAIT]  = "CLOSE_WAIT",
	[TCP_LAST_ACK]	  = "LAST_ACK",
	[TCP_LISTEN]	  = "LISTEN",
	[TCP_CLOSING]	  = "CLOSING",
};

/* from * TCP_MAX_STATES + to; set in any context */
static DECLARE_BITMAP(visited, TCP_MAX_STATES * TCP_MAX_STATES);

static bool was_visited(int from, int to)
{
	return test_bit(from * TCP_MAX_STATES + to, visited);
}

static void look_on(void *data, const struct sock *sk, int from, int to)
{
	set_bit(from * TCP_MAX_STATES + to, visited);
}

/* The suites run when every initcall has */
static int __init start_looking(void)
{
	return register_trace_mini_state(look_on, NULL);
}
late_initcall(start_looking);

/* Where the tests went from @from, as one line of the log */
static void tell_row(struct kunit *test, int from)
{
	char row[ROW_LEN] = "";
	int to;

	for (to = 0; to < TCP_MAX_STATES; to++) {
		if (!was_visited(from, to))
			continue;
		strlcat(row, " ", sizeof(row));
		strlcat(row, names[to] ?: "?", sizeof(row));
	}
	if (*row)
		kunit_info(test, "edges: %s:%s", names[from] ?: "?", row);
}

/* No test has seen a change of state that the table does not have */
static void visited_edges_are_legal(struct kunit *test)
{
	int from, to;

	for (from = 0; from < TCP_MAX_STATES; from++) {
		tell_row(test, from);
		for (to = 0; to < TCP_MAX_STATES; to++) {
			if (!was_visited(from, to))
				continue;
			KUNIT_EXPECT_TRUE_MSG(test, mini_edge_ok(from, to),
					      "%s -> %s", names[from] ?: "?",
					      names[to] ?: "?");
		}
	}
}

/* It sees what it is there to see: the way of a passive open, and no other */
static void a_connection_leaves_its_edges(struct kunit *test)
{
	DECLARE_BITMAP(before, TCP_MAX_STATES * TCP_MAX_STATES);

	bitmap_copy(before, visited, TCP_MAX_STATES * TCP_MAX_STATES);
	bitmap_zero(visited, TCP_MAX_STATES * TCP_MAX_STATES);
	mini_t_established_passive(test);
	KUNIT_EXPECT_TRUE(test, was_visited(TCP_CLOSE, TCP_LISTEN));
	KUNIT_EXPECT_TRUE(test, was_visited(TCP_LISTEN, TCP_SYN_RECV));
	KUNIT_EXPECT_TRUE(test, was_visited(TCP_SYN_RECV, TCP_ESTABLISHED));
	KUNIT_EXPECT_EQ(test, bitmap_weight(visited, TCP_MAX_STATES *
					    TCP_MAX_STATES), 3);
	bitmap_or(visited, visited, before, TCP_MAX_STATES * TCP_MAX_STATES);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_connection_leaves_its_edges),
	KUNIT_CASE(visited_edges_are_legal),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_edges",
	.test_cases = cases,
};

kunit_test_suites(&suite);
