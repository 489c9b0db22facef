// SPDX-License-Identifier: GPL-2.0-only
/*
 * Congestion control as others see it: the registry, what the engine tells
 * and when, the windows that are the same for all, and NewReno.
 */
#include <linux/err.h>
#include <linux/tcp.h>
#include "harness.h"

#define MSS	MINI_T_MSS
#define MS	MINI_USEC_PER_MSEC
/* a window that is never the limit */
#define WND	20000000

/* One that only looks on */

/**
 * struct seen - what it was told
 * @init: calls
 * @release: calls
 * @acks: calls of on_ack
 * @cuts: calls of ssthresh
 * @timeouts: calls
 * @undos: calls
 * @idles: calls
 * @ack: the last
 * @flight: of the last cut
 * @idle_us: of the last on_idle
 * @clean: the last init found its state zero
 */
static struct seen {
	u32 init;
	u32 release;
	u32 acks;
	u32 cuts;
	u32 timeouts;
	u32 undos;
	u32 idles;
	struct mini_ca_ack ack;
	u32 flight;
	u64 idle_us;
	bool clean;
} seen;

static void look_init(struct mini_cc *cc, u64 now_us)
{
	u8 *priv = mini_cc_priv(cc);

	seen.init++;
	seen.clean = !memchr_inv(priv, 0, MINI_CA_PRIV_SIZE);
	memset(priv, 0xa5, MINI_CA_PRIV_SIZE);
}

static void look_release(struct mini_cc *cc)
{
	seen.release++;
}

static void look_on_ack(struct mini_cc *cc, const struct mini_ca_ack *a)
{
	seen.acks++;
	seen.ack = *a;
}

static u32 look_ssthresh(struct mini_cc *cc, u32 flight)
{
	seen.cuts++;
	seen.flight = flight;
	return flight / 4;
}

static void look_on_timeout(struct mini_cc *cc)
{
	seen.timeouts++;
}

static void look_undo(struct mini_cc *cc)
{
	seen.undos++;
}

static void look_on_idle(struct mini_cc *cc, u64 idle_us)
{
	seen.idles++;
	seen.idle_us = idle_us;
}

static struct mini_ca_ops look = {
	.name		= "look",
	.owner		= THIS_MODULE,
	.init		= look_init,
	.release	= look_release,
	.on_ack		= look_on_ack,
	.ssthresh	= look_ssthresh,
	.on_timeout	= look_on_timeout,
	.undo		= look_undo,
	.on_idle	= look_on_idle,
};

static int look_register(struct kunit_resource *res, void *context)
{
	memset(&seen, 0, sizeof(seen));
	return mini_ca_register(&look);
}

static void look_unregister(struct kunit_resource *res)
{
	mini_ca_unregister(&look);
}

/* Registered until the case is over, and after the sockets of later worlds */
static void with_look(struct kunit *test)
{
	kunit_alloc_resource(test, look_register, look_unregister, GFP_KERNEL,
			     NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(mini_ca_get("look")));
}

static struct mini_t *look_established(struct kunit *test)
{
	struct mini_t *t;

	with_look(test);
	t = mini_t_new(test);
	mini_t_use_ca(t, "look");
	mini_t_to_established(t);
	return t;
}

static int set_ca(struct socket *sock, const char *name)
{
	return sock->ops->setsockopt(sock, SOL_TCP, TCP_CONGESTION,
				     KERNEL_SOCKPTR((char *)name),
				     strlen(name) + 1);
}

static const char *ca_of(struct mini_t *t)
{
	return mini_t_msk(t)->cc.ops->name;
}

/* Registry */

static void registry_refuses(struct kunit *test)
{
	struct mini_ca_ops ops = look;

	with_look(test);
	KUNIT_EXPECT_EQ(test, mini_ca_register(&ops), -EEXIST);
	strscpy(ops.name, "cubic", sizeof(ops.name));
	KUNIT_EXPECT_EQ(test, mini_ca_register(&ops), -EEXIST);
	strscpy(ops.name, "two words", sizeof(ops.name));
	KUNIT_EXPECT_EQ(test, mini_ca_register(&ops), -EINVAL);
	memset(ops.name, 0, sizeof(ops.name));
	KUNIT_EXPECT_EQ(test, mini_ca_register(&ops), -EINVAL);
	memset(ops.name, 'x', sizeof(ops.name));
	KUNIT_EXPECT_EQ(test, mini_ca_register(&ops), -EINVAL);
	strscpy(ops.name, "other", sizeof(ops.name));
	ops.on_ack = NULL;
	KUNIT_EXPECT_EQ(test, mini_ca_register(&ops), -EINVAL);
	ops = look;
	strscpy(ops.name, "other", sizeof(ops.name));
	ops.ssthresh = NULL;
	KUNIT_EXPECT_EQ(test, mini_ca_register(&ops), -EINVAL);
}

static void registry_names(struct kunit *test)
{
	char buf[MINI_CA_LIST_MAX], small[10];

	mini_ca_names(buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, buf, "cubic reno");
	with_look(test);
	mini_ca_names(buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, buf, "cubic reno look");
	mini_ca_names(small, sizeof(small));
	KUNIT_EXPECT_LT(test, strlen(small), sizeof(small));
	KUNIT_EXPECT_EQ(test, PTR_ERR(mini_ca_get("none")), -ENOENT);
	KUNIT_EXPECT_EQ(test, PTR_ERR(mini_ca_get("")), -ENOENT);
}

/* CUBIC is what a socket gets that nobody asked otherwise */
static void cubic_is_the_default(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);
	char name[MINI_CA_NAME_MAX];

	MINI_T_TRUE(t, !strcmp(t->ca, "cubic"));
	MINI_T_EQ(t, mini_ca_set_default(t->mn, "none"), -ENOENT);
	mini_ca_default_name(t->mn, name);
	MINI_T_TRUE(t, !strcmp(name, "reno"));
	mini_t_use_ca(t, "cubic");
	mini_t_to_established(t);
	MINI_T_TRUE(t, !strcmp(ca_of(t), "cubic"));
}

/* What is restricted is free for all where it is the default */
static void restricted_or_not(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	with_look(test);
	MINI_T_TRUE(t, mini_ca_allowed(t->mn, &mini_cubic));
	MINI_T_TRUE(t, mini_ca_allowed(t->mn, &mini_newreno));
	MINI_T_TRUE(t, !mini_ca_allowed(t->mn, &look));
	mini_t_use_ca(t, "look");
	MINI_T_TRUE(t, mini_ca_allowed(t->mn, &look));
	mini_t_use_ca(t, "reno");
}

static void child_has_its_listeners(struct kunit *test)
{
	struct mini_t *t = mini_t_listen(test);

	MINI_T_EQ(t, set_ca(t->listener, "cubic"), 0);
	mini_t_to_established_passive(t);
	MINI_T_TRUE(t, !strcmp(ca_of(t), "cubic"));
}

/* What the engine tells */

static void init_and_release_balance(struct kunit *test)
{
	struct mini_t *t = look_established(test);

	MINI_T_EQ(t, seen.init, 1);
	MINI_T_TRUE(t, seen.clean);
	/* the same again is no change */
	MINI_T_EQ(t, set_ca(t->sock, "look"), 0);
	MINI_T_EQ(t, seen.init, 1);
	MINI_T_EQ(t, set_ca(t->sock, "none"), -ENOENT);
	MINI_T_EQ(t, seen.release, 0);
	MINI_T_EQ(t, set_ca(t->sock, "reno"), 0);
	MINI_T_EQ(t, seen.release, 1);
	MINI_T_EQ(t, mini_t_msk(t)->cc.cwnd, 10 * MSS);
	MINI_T_EQ(t, set_ca(t->sock, "look"), 0);
	MINI_T_EQ(t, seen.init, 2);
	MINI_T_TRUE(t, seen.clean);
	mini_t_abort(t);
	mini_t_drain(t);
	MINI_T_EQ(t, seen.release, 2);
}

/* A socket that was never connected has nothing to begin or to end */
static void unconnected_is_not_told(struct kunit *test)
{
	struct mini_t *t;

	with_look(test);
	t = mini_t_listen(test);
	MINI_T_EQ(t, set_ca(t->listener, "look"), 0);
	MINI_T_EQ(t, seen.init, 0);
	mini_t_to_established_passive(t);
	MINI_T_EQ(t, seen.init, 1);
	mini_t_release(&t->listener);
	MINI_T_EQ(t, seen.release, 0);
	mini_t_abort(t);
	mini_t_drain(t);
	MINI_T_EQ(t, seen.release, 1);
}

static void ack_is_described(struct kunit *test)
{
	struct mini_t *t = look_established(test);
	struct mini_ca_ack *a = &seen.ack;

	MINI_T_EQ(t, mini_t_send(t, 3 * MSS), 3 * MSS);
	MINI_T_EQ(t, mini_t_send(t, MSS), MSS);
	mini_t_drain(t);
	mini_t_rx(t, AT_MS(60), SEG(.ack = 3 * MSS));
	MINI_T_EQ(t, seen.acks, 1);
	MINI_T_EQ(t, a->acked, 3 * MSS);
	MINI_T_EQ(t, a->flight, 4 * MSS);
	MINI_T_EQ(t, a->una, t->our_zero + 3 * MSS);
	MINI_T_EQ(t, a->nxt, t->our_zero + 4 * MSS);
	MINI_T_EQ(t, a->rtt_us, 60 * MS);
	MINI_T_EQ(t, a->srtt_us, 95 * MS);	/* 7/8 * 100 + 1/8 * 60 */
	MINI_T_EQ(t, a->now_us, t->now_us);
	MINI_T_TRUE(t, !a->limited);
	/* neither a duplicate nor a window update is one */
	mini_t_rx(t, AT_NOW, SEG(.ack = 3 * MSS));
	mini_t_rx(t, AT_NOW, SEG(.ack = 3 * MSS, .wnd = 60000));
	MINI_T_EQ(t, seen.acks, 1);
}

/* RFC 7661: the user has to use the window, or in slow start half of it */
static void window_in_use_is_limited(struct kunit *test)
{
	struct mini_t *t = look_established(test);

	MINI_T_EQ(t, mini_t_send(t, 6 * MSS), 6 * MSS);
	mini_t_rx(t, AT_NOW, SEG(.ack = MSS));
	MINI_T_TRUE(t, seen.ack.limited);
	mini_t_rx(t, AT_NOW, SEG(.ack = 6 * MSS));
	mini_t_msk(t)->cc.ssthresh = 5 * MSS;
	MINI_T_EQ(t, mini_t_send(t, 9 * MSS), 9 * MSS);
	mini_t_rx(t, AT_NOW, SEG(.ack = 7 * MSS));
	MINI_T_TRUE(t, !seen.ack.limited);
	MINI_T_EQ(t, mini_t_send(t, 9 * MSS), 9 * MSS);
	mini_t_rx(t, AT_NOW, SEG(.ack = 8 * MSS));
	MINI_T_TRUE(t, seen.ack.limited);
	mini_t_drain(t);
}

static void recovery_is_not_asked(struct kunit *test)
{
	struct mini_t *t = look_established(test);
	u32 i;

	MINI_T_EQ(t, mini_t_send(t, 10 * MSS), 10 * MSS);
	for (i = 0; i < 3; i++)
		mini_t_rx(t, AT_NOW, SEG());
	MINI_T_EQ(t, seen.cuts, 1);
	MINI_T_EQ(t, seen.flight, 10 * MSS);
	MINI_T_EQ(t, mini_t_msk(t)->cc.prior_cwnd, 10 * MSS);
	MINI_T_EQ(t, mini_t_msk(t)->cc.prior_ssthresh, MINI_SSTHRESH_NONE);
	mini_t_rx(t, AT_NOW, SEG(.ack = 5 * MSS));
	mini_t_rx(t, AT_NOW, SEG(.ack = 10 * MSS));
	MINI_T_EQ(t, seen.acks, 0);
	mini_t_drain(t);
}

/*
 * Twice two segments, where a quarter of the flight would be one.
 *
 * Proves: CC-5
 */
static void threshold_is_two_segments_at_least(struct kunit *test)
{
	struct mini_t *t = look_established(test);

	MINI_T_EQ(t, mini_t_send(t, 4 * MSS), 4 * MSS);
	mini_t_advance_ms(t, MINI_T_RTO_MS);
	MINI_T_EQ(t, seen.cuts, 1);
	MINI_T_EQ(t, seen.timeouts, 1);
	MINI_T_EQ(t, mini_t_msk(t)->cc.ssthresh, 2 * MSS);
	/* again: the threshold stays */
	mini_t_advance_ms(t, 2 * MINI_T_RTO_MS);
	MINI_T_EQ(t, seen.cuts, 1);
	MINI_T_EQ(t, seen.timeouts, 2);
	MINI_T_EQ(t, mini_t_msk(t)->cc.ssthresh, 2 * MSS);
	mini_t_drain(t);
}

static void idle_is_told(struct kunit *test)
{
	struct mini_t *t = look_established(test);

	MINI_T_EQ(t, mini_t_send(t, 2 * MSS), 2 * MSS);
	seen.idles = 0;
	MINI_T_EQ(t, mini_t_send(t, MSS), MSS);
	mini_t_rx(t, AT_MS(100), SEG(.ack = 2 * MSS));
	MINI_T_EQ(t, seen.idles, 0);
	mini_t_rx(t, AT_MS(150), SEG(.ack = 3 * MSS));
	mini_t_goto(t, AT_MS(5000));
	MINI_T_EQ(t, mini_t_send(t, MSS), MSS);
	MINI_T_EQ(t, seen.idles, 1);
	MINI_T_EQ(t, seen.idle_us, 5000 * MS);
	mini_t_drain(t);
}

/* net.mini.tcp_slow_start_after_idle = 0: what the window was, it stays */
static void idle_window_is_kept(struct kunit *test)
{
	struct mini_t *t = look_established(test);
	u32 i;

	for (i = 0; i < 2; i++) {
		t->mn->sysctl.slow_start_after_idle = i;
		mini_t_msk(t)->cc.cwnd = 30 * MSS;
		mini_t_goto(t, AT_MS(5000 * (i + 1)));
		MINI_T_EQ(t, mini_t_send(t, MSS), MSS);
		MINI_T_EQ(t, mini_t_msk(t)->cc.cwnd, (i ? 10 : 30) * MSS);
		mini_t_drain(t);
		mini_t_rx(t, AT_NOW, SEG(.ack = (i + 1) * MSS));
	}
}

/* Windows */

static void cc_init(struct mini_cc *cc, const struct mini_ca_ops *ops)
{
	memset(cc, 0, sizeof(*cc));
	cc->ops = ops;
	mini_cc_start(cc, MSS, 0);
}

static void cc_ack(struct mini_cc *cc, u32 octets, bool limited)
{
	struct mini_ca_ack a = { .acked = octets, .limited = limited };

	cc->ops->on_ack(cc, &a);
}

/*
 * Proves: CC-2
 */
static void first_threshold_is_beyond_any_window(struct kunit *test)
{
	struct mini_cc cc;

	cc_init(&cc, &mini_newreno);
	KUNIT_EXPECT_EQ(test, cc.ssthresh, MINI_SSTHRESH_NONE);
	KUNIT_EXPECT_GT(test, cc.ssthresh, 65535U << 14);
}

/*
 * Slow start counts octets, so splitting ACKs gains nothing; an ACK of very
 * many adds eight segments, or as many as leave in one packet to IP, and one
 * after a timeout adds one.
 */
static void slow_start_adds_what_is_acked(struct kunit *test)
{
	struct mini_cc cc;
	u32 i;

	cc_init(&cc, &mini_newreno);
	for (i = 0; i < 10; i++)
		cc_ack(&cc, MSS / 10, true);
	KUNIT_EXPECT_EQ(test, cc.cwnd, 11 * MSS);
	cc_ack(&cc, 45 * MSS, true);
	KUNIT_EXPECT_EQ(test, cc.cwnd, 19 * MSS);
	/* no more than that was sent at once, which is more than eight */
	cc.burst = 20 * MSS;
	cc_ack(&cc, 15 * MSS, true);
	KUNIT_EXPECT_EQ(test, cc.cwnd, 34 * MSS);
	cc_ack(&cc, 45 * MSS, true);
	KUNIT_EXPECT_EQ(test, cc.cwnd, 54 * MSS);
	cc.cwnd = 19 * MSS;
	cc.paced = true;
	cc_ack(&cc, 45 * MSS, true);
	KUNIT_EXPECT_EQ(test, cc.cwnd, 64 * MSS);
	cc.state = MINI_CA_LOSS;
	cc_ack(&cc, 45 * MSS, true);
	KUNIT_EXPECT_EQ(test, cc.cwnd, 65 * MSS);
	cc_ack(&cc, 45 * MSS, false);
	KUNIT_EXPECT_EQ(test, cc.cwnd, 65 * MSS);
}

/*
 * Above the threshold one segment for each window that is ACKed, in however
 * many ACKs; what is left of the one that reached it counts.
 *
 * Proves: CC-4
 */
static void avoidance_adds_a_segment_a_window(struct kunit *test)
{
	struct mini_cc cc;
	u32 i, round;

	cc_init(&cc, &mini_newreno);
	cc.ssthresh = 12 * MSS;
	cc_ack(&cc, 7 * MSS, true);
	KUNIT_EXPECT_EQ(test, cc.cwnd, 12 * MSS);
	KUNIT_EXPECT_EQ(test, cc.acked, 5 * MSS);
	cc_ack(&cc, 7 * MSS, true);
	KUNIT_EXPECT_EQ(test, cc.cwnd, 13 * MSS);
	for (round = 13; round < 40; round++) {
		for (i = 0; i < round * 4; i++)
			cc_ack(&cc, MSS / 4, true);
		KUNIT_EXPECT_EQ(test, cc.cwnd, (round + 1) * MSS);
	}
	cc_ack(&cc, MINI_CWND_MAX, false);
	KUNIT_EXPECT_EQ(test, cc.cwnd, 40 * MSS);
}

/* Half of the flight, and of what was in flight, not of the window */
static void newreno_halves(struct kunit *test)
{
	struct mini_cc cc;

	cc_init(&cc, &mini_newreno);
	cc.cwnd = 100 * MSS;
	KUNIT_EXPECT_EQ(test, mini_cc_congestion(&cc, 20 * MSS), 10 * MSS);
	KUNIT_EXPECT_EQ(test, cc.ssthresh, 10 * MSS);
	/* ECE with one segment out leaves one (RFC 3168 6.1.2) */
	KUNIT_EXPECT_EQ(test, mini_cc_congestion(&cc, MSS), MSS);
	KUNIT_EXPECT_EQ(test, cc.ssthresh, 2 * MSS);
}

static void window_has_a_ceiling(struct kunit *test)
{
	struct mini_cc cc;
	u32 i;

	cc_init(&cc, &mini_newreno);
	cc.paced = true;
	for (i = 0; i < 10; i++)
		cc_ack(&cc, MINI_CWND_MAX / 4, true);
	KUNIT_EXPECT_EQ(test, cc.cwnd, MINI_CWND_MAX);
	mini_cc_grow(&cc, U32_MAX);
	KUNIT_EXPECT_EQ(test, cc.cwnd, MINI_CWND_MAX);
}

static void undo_is_for_once(struct kunit *test)
{
	struct mini_cc cc;

	memset(&seen, 0, sizeof(seen));
	cc_init(&cc, &look);
	mini_cc_undo(&cc);
	KUNIT_EXPECT_EQ(test, seen.undos, 0);
	cc.cwnd = 40 * MSS;
	mini_cc_congestion(&cc, 40 * MSS);
	cc.cwnd = MSS;
	mini_cc_undo(&cc);
	KUNIT_EXPECT_EQ(test, seen.undos, 1);
	KUNIT_EXPECT_EQ(test, cc.cwnd, 40 * MSS);
	KUNIT_EXPECT_EQ(test, cc.ssthresh, MINI_SSTHRESH_NONE);
	cc.cwnd = 10 * MSS;
	mini_cc_undo(&cc);
	KUNIT_EXPECT_EQ(test, seen.undos, 1);
	KUNIT_EXPECT_EQ(test, cc.cwnd, 10 * MSS);
	/* what one saved is nothing to another */
	mini_cc_congestion(&cc, 10 * MSS);
	cc.cwnd = MSS;
	mini_cc_switch(&cc, &mini_newreno, 0);
	mini_cc_switch(&cc, &look, 0);
	mini_cc_undo(&cc);
	KUNIT_EXPECT_EQ(test, seen.undos, 1);
	KUNIT_EXPECT_EQ(test, cc.cwnd, MSS);
}

/* A timeout in the middle of a recovery: both are taken back, or neither */
static void undo_is_for_all_of_it(struct kunit *test)
{
	struct mini_cc cc;

	memset(&seen, 0, sizeof(seen));
	cc_init(&cc, &look);
	cc.cwnd = 40 * MSS;
	mini_cc_congestion(&cc, 40 * MSS);
	cc.cwnd = 10 * MSS;
	cc.state = MINI_CA_RECOVERY;
	mini_cc_congestion(&cc, 20 * MSS);
	/* what F-RTO lets out is no window that has grown */
	cc.cwnd = 41 * MSS;
	cc.state = MINI_CA_LOSS;
	mini_cc_undo(&cc);
	KUNIT_EXPECT_EQ(test, seen.undos, 1);
	KUNIT_EXPECT_EQ(test, cc.cwnd, 41 * MSS);
	KUNIT_EXPECT_EQ(test, cc.ssthresh, MINI_SSTHRESH_NONE);
	/* but one that has stays, and so does what was learned */
	cc.state = MINI_CA_OPEN;
	cc.cwnd = 20 * MSS;
	mini_cc_congestion(&cc, 20 * MSS);
	cc.cwnd = 21 * MSS;
	mini_cc_undo(&cc);
	KUNIT_EXPECT_EQ(test, seen.undos, 1);
	KUNIT_EXPECT_EQ(test, cc.cwnd, 21 * MSS);
	KUNIT_EXPECT_EQ(test, cc.ssthresh, 5 * MSS);
}

/**
 * struct idle_row - a window after an idle time
 * @name: of the case
 * @mss: SMSS
 * @segs: window before it, segments
 * @idle_ms: how long
 * @want: window after it, segments
 */
struct idle_row {
	const char *name;
	u32 mss;
	u32 segs;
	u32 idle_ms;
	u32 want;
};

static const struct idle_row idle_rows[] = {
	{ "less than RTO", 1460, 100, 299, 100 },
	{ "as long as RTO", 1460, 100, 300, 100 },
	{ "longer than RTO", 1460, 100, 301, 10 },
	{ "days", 1460, 100, 1000 * 1000 * 1000, 10 },
	{ "a smaller window stays", 1460, 4, 301, 4 },
	{ "jumbo frames: two", 8960, 100, 301, 2 },
	{ "small segments", 536, 100, 301, 10 },
};

static void idle_desc(const struct idle_row *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(idle, idle_rows, idle_desc);

/*
 * Proves: CC-12, IW-5
 */
static void restart_window(struct kunit *test)
{
	const struct idle_row *r = test->param_value;
	struct mini_cc cc;

	cc_init(&cc, &mini_newreno);
	cc.mss = r->mss;
	cc.cwnd = r->segs * r->mss;
	cc.ssthresh = 50 * r->mss;
	mini_cc_restart(&cc, (u64)r->idle_ms * MS, 300 * MS);
	KUNIT_EXPECT_EQ(test, cc.cwnd, r->want * r->mss);
	KUNIT_EXPECT_EQ(test, cc.ssthresh, 50 * r->mss);
}

/* In whole connections */

/* Write until the socket takes no more; return segments in flight */
static u32 fill(struct mini_t *t)
{
	while (mini_t_send(t, 20000) > 0)
		;
	mini_t_drain(t);
	return mini_flight(mini_t_msk(t)) / MSS;
}

/* ACK what is out now, a segment at a time */
static void ack_out(struct mini_t *t)
{
	u32 una = mini_t_msk(t)->snd.una - t->our_zero;
	u32 end = t->our_nxt - t->our_zero;

	while (una != end) {
		una += min(end - una, 1U * MSS);
		mini_t_rx(t, AT_NOW, SEG(.ack = una, .wnd = WND));
	}
}

static void ack_all(struct mini_t *t)
{
	while (mini_flight(mini_t_msk(t)))
		ack_out(t);
	mini_t_drain(t);
}

/* Three round trips of slow start, and then nothing is in flight */
static void grow(struct mini_t *t)
{
	u32 round;

	for (round = 0; round < 3; round++) {
		MINI_T_EQ(t, fill(t), 10 << round);
		mini_t_advance_ms(t, MINI_T_RTT_MS);
		ack_out(t);
	}
	MINI_T_EQ(t, fill(t), 80);
	mini_t_advance_ms(t, MINI_T_RTT_MS);
	ack_all(t);
}

/* What is out fits in both windows; return true when one of them is full */
static bool check_windows(struct mini_t *t)
{
	struct mini_sock *msk = mini_t_msk(t);
	u32 least = min(msk->cc.cwnd, msk->snd.wnd);

	MINI_T_TRUE(t, mini_flight(msk) <= least);
	return mini_flight(msk) + MSS > least;
}

/**
 * struct wnd_row - a window that the peer offers
 * @name: of the case
 * @wnd: octets
 */
struct wnd_row {
	const char *name;
	u32 wnd;
};

static const struct wnd_row wnd_rows[] = {
	{ "smaller than ours", 5 * MSS },
	{ "smaller than ours soon", 25 * MSS },
	{ "never the limit", WND },
};

static void wnd_desc(const struct wnd_row *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(wnd, wnd_rows, wnd_desc);

/*
 * With more to send than anybody takes, at every moment.
 *
 * Proves: CC-1
 */
static void never_beyond_either_window(struct kunit *test)
{
	const struct wnd_row *r = test->param_value;
	struct mini_t *t = mini_t_new(test);
	u32 una = 0, i;

	t->peer_ws = MINI_T_WS(10);
	mini_t_to_established(t);
	mini_t_rx(t, AT_NOW, SEG(.wnd = r->wnd));
	for (i = 0; i < 100; i++) {
		fill(t);
		MINI_T_TRUE(t, check_windows(t));
		mini_t_advance_ms(t, 10);
		una += MSS;
		mini_t_rx(t, AT_NOW, SEG(.ack = una, .wnd = r->wnd));
		check_windows(t);
	}
	mini_t_drain(t);
}

/*
 * One segment, and no more until it is ACKed, however often it goes out.
 *
 * Proves: CC-6, IW-4
 */
static void timeout_leaves_one_segment(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, fill(t), 10);
	mini_t_expect_tx_at(t, AT_MS(MINI_T_RTO_MS), SEG(.len = MSS));
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mini_t_msk(t)->cc.cwnd, MSS);
	mini_t_expect_tx_at(t, AT_MS(3 * MINI_T_RTO_MS), SEG(.len = MSS));
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mini_t_msk(t)->cc.cwnd, MSS);
}

/*
 * A window of eighty segments and more, nothing to send for two RTOs: what
 * leaves then is an initial window. After a shorter pause it is all of it.
 *
 * Proves: CC-12, IW-5
 */
static void idle_connection_restarts(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	t->peer_ws = MINI_T_WS(10);
	mini_t_to_established(t);
	grow(t);
	mini_t_advance_us(t, mini_rtt_rto_us(&mini_t_msk(t)->rtt) / 2);
	MINI_T_TRUE(t, fill(t) >= 80);
	ack_all(t);
	mini_t_advance_us(t, 2 * mini_rtt_rto_us(&mini_t_msk(t)->rtt));
	MINI_T_EQ(t, fill(t), 10);
}

/**
 * struct iw_row - an initial window
 * @mss: SMSS, octets
 * @octets: as RFC 6928 2 has it
 */
struct iw_row {
	u32 mss;
	u32 octets;
};

static const struct iw_row iw_rows[] = {
	{ 88, 880 }, { 536, 5360 }, { 1460, 14600 }, { 1461, 14600 },
	{ 7300, 14600 }, { 7301, 14602 }, { 8960, 17920 }, { 65495, 130990 },
};

static void expect_initial_window(struct mini_t *t)
{
	fill(t);
	MINI_T_EQ(t, mini_flight(mini_t_msk(t)), 14600);
	mini_t_drain(t);
}

/*
 * Proves: IW-1
 */
static void initial_window(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(iw_rows); i++)
		KUNIT_EXPECT_EQ(test, mini_cc_initial_window(iw_rows[i].mss),
				iw_rows[i].octets);
	expect_initial_window(mini_t_established(test));
}

/*
 * The ACK of our SYN,ACK adds nothing to it.
 *
 * Proves: IW-2
 */
static void initial_window_of_a_server(struct kunit *test)
{
	expect_initial_window(mini_t_established_passive(test));
}

/*
 * In the SYN, and in the SYN,ACK.
 *
 * Proves: IW-6
 */
static void ten_segments_are_offered(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_rcvd_passive(test);
	u32 i, offers = 0;

	mini_t_release(&t->listener);
	mini_t_set_isn(t, MINI_T_ISS + 1000000, MINI_T_IRS + 1000000);
	mini_t_to_syn_sent(t);
	for (i = 0; i < t->nr_log; i++) {
		if (!t->log[i].tx || !(t->log[i].flags & MINI_SYN))
			continue;
		MINI_T_TRUE(t, t->log[i].wnd >= 10 * MSS);
		offers++;
	}
	MINI_T_EQ(t, offers, 2);
	mini_t_drain(t);
}

/*
 * Each ACK of new data gives what is out another RTO.
 *
 * Proves: IW-7
 */
static void ack_restarts_the_timer(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct mini_sock *msk = mini_t_msk(t);
	u32 i;

	MINI_T_EQ(t, fill(t), 10);
	for (i = 1; i < 10; i++) {
		mini_t_rx(t, AT_MS(i * 200), SEG(.ack = i * MSS));
		MINI_T_EQ(t, msk->write_tmr.at_us,
			  t->now_us + mini_rtt_rto_us(&msk->rtt));
	}
	MINI_T_EQ(t, msk->total_retrans, 0);
	mini_t_drain(t);
}

/*
 * One SYN that was sent again is no reason for a smaller first window.
 *
 * Proves: IW-3
 */
static void one_lost_syn_changes_nothing(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_sent(test);

	mini_t_goto(t, AT_MS(1000));
	mini_t_drain(t);
	mini_t_rx(t, AT_MS(1100), SEG(.flags = MINI_SYN | MINI_ACK));
	mini_t_drain(t);
	MINI_T_EQ(t, fill(t), 10);
}

/*
 * Two are.
 *
 * Proves: CC-7, IW-3
 */
static void two_lost_syns_mean_one_segment(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_sent(test);

	mini_t_goto(t, AT_MS(3000));
	mini_t_drain(t);
	mini_t_rx(t, AT_MS(3100), SEG(.flags = MINI_SYN | MINI_ACK));
	mini_t_drain(t);
	MINI_T_EQ(t, fill(t), 1);
}

/*
 * And so are two SYN,ACKs.
 *
 * Proves: CC-7, IW-3
 */
static void two_lost_syn_acks_mean_one_segment(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_rcvd_passive(test);

	mini_t_goto(t, AT_MS(3000));
	mini_t_drain(t);
	mini_t_rx(t, AT_MS(3100), SEG());
	MINI_T_EQ(t, mini_t_accept(t), 0);
	MINI_T_EQ(t, fill(t), 1);
}

/*
 * CUBIC on the fake wire: slow start, and a loss that costs three tenths of
 * what is in flight.
 *
 * Proves: CU-7, MAY-18
 */
static void cubic_in_a_connection(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);
	u32 i, una, flight;
	struct mini_cc *cc;

	mini_t_use_ca(t, "cubic");
	t->peer_ws = MINI_T_WS(10);
	mini_t_to_established(t);
	cc = &mini_t_msk(t)->cc;
	grow(t);
	fill(t);
	una = mini_t_msk(t)->snd.una - t->our_zero;
	flight = mini_flight(mini_t_msk(t));	/* less limited transmit */
	for (i = 0; i < 3; i++)
		mini_t_rx(t, AT_NOW, SEG(.ack = una, .wnd = WND));
	MINI_T_EQ(t, cc->state, MINI_CA_RECOVERY);
	MINI_T_TRUE(t, flight > 80 * MSS);
	MINI_T_EQ(t, cc->ssthresh, flight * 7 / 10);
	mini_t_drain(t);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(registry_refuses),
	KUNIT_CASE(registry_names),
	KUNIT_CASE(cubic_is_the_default),
	KUNIT_CASE(restricted_or_not),
	KUNIT_CASE(child_has_its_listeners),
	KUNIT_CASE(init_and_release_balance),
	KUNIT_CASE(unconnected_is_not_told),
	KUNIT_CASE(ack_is_described),
	KUNIT_CASE(window_in_use_is_limited),
	KUNIT_CASE(recovery_is_not_asked),
	KUNIT_CASE(threshold_is_two_segments_at_least),
	KUNIT_CASE(idle_is_told),
	KUNIT_CASE(idle_window_is_kept),
	KUNIT_CASE(first_threshold_is_beyond_any_window),
	KUNIT_CASE(slow_start_adds_what_is_acked),
	KUNIT_CASE(avoidance_adds_a_segment_a_window),
	KUNIT_CASE(newreno_halves),
	KUNIT_CASE(window_has_a_ceiling),
	KUNIT_CASE(undo_is_for_once),
	KUNIT_CASE(undo_is_for_all_of_it),
	KUNIT_CASE_PARAM(restart_window, idle_gen_params),
	KUNIT_CASE_PARAM(never_beyond_either_window, wnd_gen_params),
	KUNIT_CASE(timeout_leaves_one_segment),
	KUNIT_CASE(idle_connection_restarts),
	KUNIT_CASE(initial_window),
	KUNIT_CASE(initial_window_of_a_server),
	KUNIT_CASE(ten_segments_are_offered),
	KUNIT_CASE(ack_restarts_the_timer),
	KUNIT_CASE(one_lost_syn_changes_nothing),
	KUNIT_CASE(two_lost_syns_mean_one_segment),
	KUNIT_CASE(two_lost_syn_acks_mean_one_segment),
	KUNIT_CASE(cubic_in_a_connection),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_ca",
	.test_cases = cases,
};

kunit_test_suites(&suite);
