// SPDX-License-Identifier: GPL-2.0-only
/* NewReno by the octet (RFC 6582), and the window after a lost SYN (RFC 6928) */
#include "harness.h"

#define MSS	MINI_T_MSS

static void dup_acks(struct mini_t *t, u32 n)
{
	while (n--)
		mini_t_rx(t, AT_NOW, SEG());
}

/*
 * Who opens and who answers: nothing below ISS is ever a reason not to resend
 * Proves: NR-1
 */
static void recover_starts_at_iss(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_msk(t)->snd.recover, t->iss);
	mini_t_end(t);
	t = mini_t_established_passive(test);
	MINI_T_EQ(t, mini_t_msk(t)->snd.recover, t->iss);
}

/*
 * The third duplicate finds 12 segments out, two of them by limited transmit,
 * which do not count: the window is 5. By the eighth 8 have left the network: one
 * new one goes out. A partial ACK of 3 takes as many out of flight and less one back from what had
 * left (RFC 6582 3.2 step 3): the hole is filled, and one new one may follow.
 * Proves: NR-5
 */
static void partial_ack_deflates(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_send(t, 20 * MSS), 20 * MSS);
	mini_t_drain(t);
	dup_acks(t, 3);
	mini_t_expect_tx(t, SEG(.seq = 10 * MSS, .len = MSS));
	mini_t_expect_tx(t, SEG(.seq = 11 * MSS, .len = MSS));
	mini_t_expect_tx(t, SEG(.len = MSS));
	dup_acks(t, 4);
	mini_t_expect_nothing(t);
	dup_acks(t, 1);
	mini_t_expect_tx(t, SEG(.seq = 12 * MSS, .len = MSS));
	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_NOW, SEG(.ack = 3 * MSS));
	mini_t_expect_tx(t, SEG(.seq = 3 * MSS, .len = MSS));
	mini_t_expect_tx(t, SEG(.seq = 13 * MSS, .len = MSS));
	mini_t_expect_nothing(t);
}

static void expect_ten_segments(struct mini_t *t)
{
	u32 i;

	mini_t_drain(t);
	mini_t_zero(t);
	MINI_T_EQ(t, mini_t_send(t, 12 * MSS), 12 * MSS);
	for (i = 0; i < 10; i++)
		mini_t_expect_tx(t, SEG(.seq = i * MSS, .len = MSS));
	mini_t_expect_nothing(t);
}

/* Proves: IW-3 */
static void one_lost_syn_leaves_the_window(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_sent(test);

	mini_t_goto(t, AT_MS(1000));
	mini_t_expect_tx(t, SEG(.flags = MINI_SYN, .seq = -1));
	mini_t_rx(t, AT_MS(1100), SEG(.flags = MINI_SYN | MINI_ACK));
	expect_ten_segments(t);
}

/* Proves: IW-3 */
static void one_lost_syn_ack_leaves_the_window(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_rcvd_passive(test);

	mini_t_goto(t, AT_MS(1000));
	mini_t_expect_tx(t, SEG(.flags = MINI_SYN | MINI_ACK, .seq = -1));
	mini_t_rx(t, AT_MS(1100), SEG());
	MINI_T_EQ(t, mini_t_accept(t), 0);
	expect_ten_segments(t);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(recover_starts_at_iss),
	KUNIT_CASE(partial_ack_deflates),
	KUNIT_CASE(one_lost_syn_leaves_the_window),
	KUNIT_CASE(one_lost_syn_ack_leaves_the_window),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_newreno",
	.test_cases = cases,
};

kunit_test_suites(&suite);
