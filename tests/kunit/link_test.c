// SPDX-License-Identifier: GPL-2.0-only
/*
 * Thousands of connections between two of our endpoints, each over a link
 * with the faults that its seed gives it. A case is one family of faults.
 */
#include <linux/moduleparam.h>
#include <net/sock.h>
#include "link.h"

/* the checkers of the debug kernel make all this some thirty times slower */
static unsigned int link_count = IS_ENABLED(CONFIG_KASAN) ? 60 : 4000;
module_param(link_count, uint, 0444);
MODULE_PARM_DESC(link_count, "simulated connections for each case of af_mini_link");

static unsigned int link_first;
module_param(link_first, uint, 0444);
MODULE_PARM_DESC(link_first, "seed of the first of them");

static int link_seed = -1;
module_param(link_seed, int, 0444);
MODULE_PARM_DESC(link_seed, "run this seed of af_mini_link alone, and tell all that happens");

#define FAILED_MAX	20U
/*
 * Virtual time without an octet read: what the longest timeout and the worst
 * luck in both directions (ROW_MAX in link.c) may take, twice over.
 */
#define STALL_US	(100ULL * MINI_RTO_MAX_US)
#define STEPS_MAX	1000000U

static struct mini_link link;

static void draw_end(struct mini_link *l, struct mini_link_end *e)
{
	static const u16 mtus[] = { 1500, 1500, 576, 1280, 9000 };
	bool tiny = l->profile->tiny;

	mini_link_app_draw(l, e);
	e->iss = prandom_u32_state(&l->rnd);
	if (mini_link_below(l, 2))	/* the wrap is in the stream */
		e->iss = -1 - mini_link_below(l, e->app.total + 3);
	e->mtu = mtus[mini_link_below(l, ARRAY_SIZE(mtus))];
	e->gso = mini_link_below(l, 2);
	e->rcvbuf = 0;
	e->sndbuf = 0;
	if (tiny && mini_link_below(l, 2))
		e->rcvbuf = SOCK_MIN_RCVBUF +
			    mini_link_below(l, 1 << mini_link_below(l, 16));
	if (tiny && mini_link_below(l, 2))
		e->sndbuf = SOCK_MIN_SNDBUF +
			    mini_link_below(l, 1 << mini_link_below(l, 16));
	memset(&e->law, 0, sizeof(e->law));
}

/* All that a connection may depend on, from its seed */
static void draw(struct mini_link *l, u32 seed)
{
	u32 patient, i;

	l->seed = seed;
	l->broken[0] = 0;
	l->over = false;
	l->closing = false;
	l->serial = 0;
	l->steps = 0;
	l->t->now_us = l->start_us;
	l->progress_us = l->start_us;
	l->time_waits = mini_mib_sum(l->t->mn, MINI_MIB_TIME_WAITS);
	l->refused = mini_mib_sum(l->t->mn, MINI_MIB_DROP_RCV_BUF);
	prandom_seed_state(&l->rnd, seed * 2654435761ULL + 1);
	for (i = 0; i < 2; i++) {
		draw_end(l, &l->end[i]);
		l->path[i].mtu = l->end[i].mtu;
		mini_link_draw_path(l, &l->path[i]);
	}
	l->wild = l->path[0].flip || l->path[1].flip;
	l->hungry = l->profile->memory && mini_link_below(l, 2);
	l->perfect = mini_link_perfect(&l->path[0]) &&
		     mini_link_perfect(&l->path[1]) && !l->hungry;
	patient = mini_link_below(l, 4);
	if (patient < 2)
		l->end[patient].app.patient = true;
	/* what the sockets write to lies where the last connection left it */
	if (current->task_frag.page)
		put_page(current->task_frag.page);
	current->task_frag.page = NULL;
}

/* What is next, of packets, timers and users? */
static bool step(struct mini_link *l)
{
	const struct mini_timer *tm = mini_t_first_timer(l->t);
	u64 timer_us = tm ? mini_t_fires_us(tm) : MINI_LINK_NEVER;
	u64 packet_us = l->nr_heap ? l->heap[0].at_us : MINI_LINK_NEVER;
	struct mini_link_end *e = l->end;
	u64 user_us = mini_link_app_next(l, e);

	if (mini_link_app_next(l, e + 1) < user_us)
		user_us = mini_link_app_next(l, ++e);
	l->steps++;
	if (user_us <= min(timer_us, packet_us)) {
		if (user_us == MINI_LINK_NEVER)
			return false;
		l->t->now_us = max(l->t->now_us, user_us);
		mini_link_app_step(l, e);
		return true;
	}
	if (timer_us <= packet_us)
		return mini_t_fire_one(l->t, timer_us);
	return mini_link_arrive(l);
}

static bool both_closed(const struct mini_link *l)
{
	return l->end[0].app.closed && l->end[1].app.closed;
}

static void check_progress(struct mini_link *l)
{
	u64 idle_us = l->t->now_us - l->progress_us;

	if (!both_closed(l) && idle_us > STALL_US)
		mini_link_break(l, l->end, "a stall: nothing read for %llu s",
				div_u64(idle_us, USEC_PER_SEC));
	if (l->steps > STEPS_MAX)
		mini_link_break(l, l->end, "a stall: no end after %u steps",
				l->steps);
}

/* Memory comes and goes; it is not used up while there may be an orphan */
static void hunger(struct mini_link *l)
{
	bool shut = l->end[0].app.shut || l->end[1].app.shut;
	enum mini_t_mem most = shut ? MINI_T_MEM_SHORT : MINI_T_MEM_NONE;

	if (mini_link_chance(l, 20) || l->mem > most) {
		l->mem = mini_link_below(l, most + 1);
		mini_t_memory(l->t, l->listener->sk, l->mem);
	}
}

static void run(struct mini_link *l)
{
	while (!l->over && step(l)) {
		if (l->hungry)
			hunger(l);
		mini_link_law_step(l);
		check_progress(l);
	}
	if (!l->over && !both_closed(l))
		mini_link_break(l, l->end, "a stall: nothing will ever happen");
}

/* Whatever has come of it, nothing of it may stay */
static void finish(struct mini_link *l)
{
	u32 fires = 0;
	int i;

	if (l->verbose)
		mini_link_dump(l);
	if (l->hungry)
		mini_t_memory(l->t, l->listener->sk, MINI_T_MEM_PLENTY);
	l->mem = MINI_T_MEM_PLENTY;
	l->closing = true;
	mini_link_app_stop(l);
	if (l->over)	/* or it would be in the way of the next one */
		mini_tcp_abort_all(l->t->mn);
	mini_link_forget(l);
	while (mini_t_fire_one(l->t, U64_MAX) && ++fires < 1000)
		;
	mini_link_law_done(l);
	for (i = 0; i < 2; i++) {
		if (l->end[i].sk)
			sock_put(l->end[i].sk);
		l->end[i].sk = NULL;
	}
}

static void add_up(struct mini_link *l)
{
	struct mini_link_sum *sum = &l->sum;
	int i;

	sum->links++;
	sum->virtual_us += l->t->now_us - l->start_us;
	for (i = 0; i < 2; i++) {
		sum->octets += l->end[i].app.got;
		sum->packets += l->path[i].packets;
		sum->lost += l->path[i].lost;
		sum->retrans += l->end[i].law.retrans;
	}
}

static void one_link(struct mini_link *l, u32 seed)
{
	struct kunit *test = l->t->test;
	int err;

	draw(l, seed);
	err = mini_link_app_start(l);
	if (err)
		mini_link_break(l, l->end, "it does not start: %d", err);
	run(l);
	add_up(l);
	finish(l);
	if (!l->broken[0])
		return;
	l->sum.failed++;
	kunit_err(test, "seed %u: %s; replay: scripts/kunit plain af_mini_link.%s --kernel_args=af_mini.link_seed=%u",
		  seed, l->broken, test->name, seed);
}

static void begin(struct mini_link *l, struct kunit *test,
		  const struct mini_link_profile *profile)
{
	struct mini_sysctl *sysctl;

	memset(&l->sum, 0, sizeof(l->sum));
	l->listener = NULL;
	l->anchor = NULL;
	l->profile = profile;
	mini_link_world(l, test);
	l->start_us = l->t->now_us;
	l->verbose = link_seed >= 0;
	/* nobody gives up while the link lets a packet through now and then */
	sysctl = &l->t->mn->sysctl;
	sysctl->syn_retries = 100;
	sysctl->synack_retries = 100;
	sysctl->retries2 = 100;
	sysctl->orphan_retries = 100;
	if (profile->mark)
		sysctl->ecn = MINI_ECN_REQUEST;
	if (profile->silent)
		sysctl->mtu_probing = MINI_MTUP_BLACK_HOLE;
}

static void family(struct kunit *test, const struct mini_link_profile *profile)
{
	u32 first = link_seed < 0 ? link_first : link_seed;
	u32 count = link_seed < 0 ? link_count : 1, i;
	struct mini_link *l = &link;
	struct mini_link_sum *sum = &l->sum;

	begin(l, test, profile);
	for (i = 0; i < count && sum->failed < FAILED_MAX; i++) {
		one_link(l, first + i);
		cond_resched();
	}
	mini_t_release(&l->anchor);
	mini_t_release(&l->listener);
	kunit_info(test, "%u connections, %llu octets, %llu packets, %llu lost, %llu resent, %llu virtual seconds",
		   sum->links, sum->octets, sum->packets, sum->lost,
		   sum->retrans, div_u64(sum->virtual_us, USEC_PER_SEC));
	KUNIT_EXPECT_EQ_MSG(test, sum->failed, 0, "connections failed");
}

/*
 * Nothing but delay: nothing is sent again. Here as in all the others the
 * laws of link_law.c hold.
 * Proves: CC-1, SHLD-14, MUST-16, MS-2, MS-3
 */
static void clean(struct kunit *test)
{
	family(test, &(struct mini_link_profile){
		.bits = 18, .delay_us = 100000,
	});
}

static void loss(struct kunit *test)
{
	family(test, &(struct mini_link_profile){
		.bits = 17, .delay_us = 100000, .loss = 300, .ack_loss = 400,
		.corrupt = 20,
	});
}

static void reordering(struct kunit *test)
{
	family(test, &(struct mini_link_profile){
		.bits = 17, .delay_us = 100000, .jitter_us = 300000,
		.loss = 20,
	});
}

static void duplicates(struct kunit *test)
{
	family(test, &(struct mini_link_profile){
		.bits = 17, .delay_us = 100000, .dup = 500, .loss = 50,
	});
}

static void bursts(struct kunit *test)
{
	family(test, &(struct mini_link_profile){
		.bits = 17, .delay_us = 100000, .burst = 60, .loss = 20,
		.dark = true,
	});
}

static void queues(struct kunit *test)
{
	family(test, &(struct mini_link_profile){
		.bits = 18, .delay_us = 100000, .slow = true, .jitter_us = 1000,
	});
}

/*
 * Windows that shut, and updates of them that get lost: only a probe brings
 * the next one.
 * Proves: MUST-36
 */
static void small_buffers(struct kunit *test)
{
	family(test, &(struct mini_link_profile){
		.bits = 16, .delay_us = 50000, .tiny = true, .lazy = true,
		.loss = 100, .ack_loss = 200,
	});
}

/* Memory that is short, or used up, while what is ACKed must stay */
static void memory(struct kunit *test)
{
	family(test, &(struct mini_link_profile){
		.bits = 18, .delay_us = 50000, .jitter_us = 100000,
		.memory = true, .lazy = true, .loss = 50,
	});
}

static void path_mtu(struct kunit *test)
{
	family(test, &(struct mini_link_profile){
		.bits = 18, .delay_us = 50000, .mtu = true, .loss = 50,
	});
}

/*
 * Marks in place of losses, and beside them: a mark alone has nothing sent again,
 * and what is sent again, and what carries no data, cannot be marked (link_law.c)
 * Proves: ECN-4, ECN-5
 */
static void marks(struct kunit *test)
{
	struct mini_net *mn = mini_pernet(&init_net);
	unsigned long seen = mini_mib_sum(mn, MINI_MIB_ECN_MARKS);
	unsigned long cuts = mini_mib_sum(mn, MINI_MIB_ECN_CUTS);

	family(test, &(struct mini_link_profile){
		.bits = 18, .delay_us = 100000, .mark = 300, .loss = 100,
		.ack_loss = 100,
	});
	seen = mini_mib_sum(mn, MINI_MIB_ECN_MARKS) - seen;
	cuts = mini_mib_sum(mn, MINI_MIB_ECN_CUTS) - cuts;
	kunit_info(test, "%lu packets marked, %lu reductions", seen, cuts);
	KUNIT_EXPECT_GT(test, seen, cuts);
	KUNIT_EXPECT_GT(test, cuts, link_seed < 0 ? link_count / 10 : 0);
}

/*
 * Routers that drop what is too large and say nothing.
 * Proves: PP-7
 */
static void black_holes(struct kunit *test)
{
	family(test, &(struct mini_link_profile){
		.bits = 18, .delay_us = 50000, .mtu = true, .silent = true,
		.loss = 20,
	});
}

static void everything(struct kunit *test)
{
	family(test, &(struct mini_link_profile){
		.bits = 17, .delay_us = 200000, .jitter_us = 200000,
		.loss = 200, .ack_loss = 300, .burst = 20, .dup = 200,
		.corrupt = 50, .slow = true, .dark = true, .mtu = true,
		.tiny = true, .lazy = true, .mark = 200,
	});
}

static void tampering(struct kunit *test)
{
	family(test, &(struct mini_link_profile){
		.bits = 16, .delay_us = 100000, .jitter_us = 100000,
		.loss = 50, .dup = 200, .flip = 200, .tiny = true,
		.mtu = true,
	});
}

static struct kunit_case cases[] = {
	KUNIT_CASE(clean),
	KUNIT_CASE(loss),
	KUNIT_CASE(reordering),
	KUNIT_CASE(duplicates),
	KUNIT_CASE(bursts),
	KUNIT_CASE(queues),
	KUNIT_CASE(small_buffers),
	KUNIT_CASE(memory),
	KUNIT_CASE(path_mtu),
	KUNIT_CASE(marks),
	KUNIT_CASE(black_holes),
	KUNIT_CASE(everything),
	KUNIT_CASE(tampering),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_link",
	.test_cases = cases,
};

kunit_test_suites(&suite);
