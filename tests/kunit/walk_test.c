// SPDX-License-Identifier: GPL-2.0-only
/* The walk past all endpoints of a namespace */
#include <linux/in.h>
#include <net/sock.h>
#include "harness.h"

#define MOST	16

/* All that it meets, in their order; @anew begins each step with a new place */
static int walk(struct mini_t *t, bool anew, struct mini_ep **eps)
{
	struct mini_walk w = { }, copy;
	struct mini_ep *ep;
	int n = 0;

	rcu_read_lock();
	while ((ep = mini_walk_at(t->mn, &w)) && n < MOST) {
		eps[n++] = ep;
		copy = w;
		if (anew) {
			rcu_read_unlock();
			rcu_read_lock();
			KUNIT_EXPECT_PTR_EQ(t->test, ep,
					    mini_walk_at(t->mn, &copy));
		}
		w = copy;
		w.place++;
	}
	rcu_read_unlock();
	return n;
}

static int count(struct mini_ep **eps, int n, u8 kind, int state)
{
	int i, found = 0;

	for (i = 0; i < n; i++)
		if (eps[i]->kind == kind &&
		    (kind != MINI_KIND_SOCK ||
		     mini_ep_sk(eps[i])->sk_state == state))
			found++;
	return found;
}

static void expect(struct mini_t *t, int all, u8 kind, int state, int some)
{
	struct mini_ep *eps[MOST], *again[MOST];
	int n = walk(t, false, eps);

	MINI_T_EQ(t, n, all);
	MINI_T_EQ(t, count(eps, n, kind, state), some);
	MINI_T_EQ(t, walk(t, true, again), n);
	MINI_T_TRUE(t, !memcmp(eps, again, n * sizeof(*eps)));
}

static void meets_nobody(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_abort(t);
	mini_t_drain(t);
	expect(t, 0, MINI_KIND_SOCK, TCP_ESTABLISHED, 0);
}

static void meets_a_connection(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	expect(t, 1, MINI_KIND_SOCK, TCP_ESTABLISHED, 1);
}

static void meets_a_half_open_one(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_rcvd_passive(test);

	expect(t, 2, MINI_KIND_SOCK, TCP_LISTEN, 1);
	expect(t, 2, MINI_KIND_REQ, 0, 1);
}

static void meets_a_time_wait(struct kunit *test)
{
	struct mini_t *t = mini_t_time_wait(test);

	expect(t, 1, MINI_KIND_TW, 0, 1);
}

/* Listeners that share a chain come one by one, and each once */
static void meets_all_of_a_chain(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct mini_ep *eps[MOST];
	struct socket *l[3];
	int i, n;

	for (i = 0; i < 3; i++) {
		MINI_T_EQ(t, mini_t_socket(t, 0, &l[i]), 0);
		MINI_T_EQ(t, mini_t_bind(l[i], MINI_T_LADDR, MINI_T_LPORT + 1 +
					 i * MINI_LHASH_BUCKETS), 0);
		MINI_T_EQ(t, kernel_listen(l[i], 1), 0);
	}
	expect(t, 4, MINI_KIND_SOCK, TCP_LISTEN, 3);
	n = walk(t, false, eps);
	for (i = 1; i < n; i++)
		MINI_T_TRUE(t, eps[i] != eps[i - 1]);
	MINI_T_EQ(t, mini_ep_sk(eps[3])->sk_state, TCP_ESTABLISHED);
	for (i = 0; i < 3; i++)
		mini_t_release(&l[i]);
	expect(t, 1, MINI_KIND_SOCK, TCP_LISTEN, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(meets_nobody),
	KUNIT_CASE(meets_a_connection),
	KUNIT_CASE(meets_a_half_open_one),
	KUNIT_CASE(meets_a_time_wait),
	KUNIT_CASE(meets_all_of_a_chain),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_walk",
	.test_cases = cases,
};

kunit_test_suites(&suite);
