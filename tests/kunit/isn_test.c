// SPDX-License-Identifier: GPL-2.0-only
/* Initial sequence numbers (RFC 6528): the clock, the hash, and its secret */
#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/delay.h>
#include <linux/in.h>
#include <mini/ip.h>
#include <mini/tcp.h>

/* of the tuple that may differ: addresses and ports */
#define TUPLE_BITS	96U
#define KEY_BITS	128U
/* how far apart two numbers are that have nothing to do with each other */
#define NEAR		((u32)BIT(20))

/* Only what mini_ip_ops.isn looks at */
static struct mini_net *net_with_key(struct kunit *test)
{
	struct mini_net *mn = kunit_kzalloc(test, sizeof(*mn), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, mn);
	mn->isn_key.key[0] = 0x0706050403020100ULL;
	mn->isn_key.key[1] = 0x0f0e0d0c0b0a0908ULL;
	return mn;
}

static const struct mini_tuple some_tuple = {
	.laddr = cpu_to_be32(0xc0000201),
	.raddr = cpu_to_be32(0xc0000202),
	.lport = cpu_to_be16(7001),
	.rport = cpu_to_be16(7002),
	.wire = IPPROTO_TCP,
};

static u32 isn(struct mini_net *mn, const struct mini_tuple *t)
{
	return mini_ipv4_ops.isn(mn, t);
}

static u64 ticks(void)
{
	return mini_ipv4_ops.now_us() >> 2;
}

/*
 * Of one tuple they grow as the clock does, a tick each 4 us. The clock is
 * read before and after, so it does not matter how long anything takes.
 * Proves: MUST-8, SHLD-1, ISN-4
 */
static void isn_follows_the_clock(struct kunit *test)
{
	struct mini_net *mn = net_with_key(test);
	u64 at[4];
	u32 grown;

	at[0] = ticks();
	grown = -isn(mn, &some_tuple);
	at[1] = ticks();
	usleep_range(20000, 30000);
	at[2] = ticks();
	grown += isn(mn, &some_tuple);
	at[3] = ticks();
	KUNIT_EXPECT_GE(test, grown, (u32)(at[2] - at[1]));
	KUNIT_EXPECT_LE(test, grown, (u32)(at[3] - at[0]));
	KUNIT_EXPECT_GE(test, grown, 20000U / 4);
}

static void flip_tuple_bit(struct mini_tuple *t, u32 bit)
{
	if (bit < 32)
		t->laddr ^= cpu_to_be32(BIT(bit));
	else if (bit < 64)
		t->raddr ^= cpu_to_be32(BIT(bit - 32));
	else if (bit < 80)
		t->lport ^= cpu_to_be16(BIT(bit - 64));
	else
		t->rport ^= cpu_to_be16(BIT(bit - 80));
}

/**
 * struct change - what flipping one bit after the other has done
 * @trials: bits flipped
 * @bits: bits of the numbers that changed by it
 * @near: times that the number stayed where the clock had it
 */
struct change {
	u32 trials;
	u32 bits;
	u32 near;
};

static void note_change(struct change *c, u32 before, u32 after)
{
	c->trials++;
	c->bits += hweight32(before ^ after);
	c->near += after - before + NEAR < 2 * NEAR;
}

/* Of 32 bits half change on average; the clock moves the lowest few only */
static void expect_another_altogether(struct kunit *test,
				      const struct change *c)
{
	KUNIT_EXPECT_EQ(test, c->near, 0U);
	KUNIT_EXPECT_GE(test, c->bits, 14 * c->trials);
	KUNIT_EXPECT_LE(test, c->bits, 18 * c->trials);
}

/*
 * Any other address or port, and the number is another altogether
 * Proves: SHLD-1, ISN-1
 */
static void each_bit_of_the_tuple_counts(struct kunit *test)
{
	struct mini_net *mn = net_with_key(test);
	struct change c = {};
	u32 bit;

	for (bit = 0; bit < TUPLE_BITS; bit++) {
		struct mini_tuple t = some_tuple;

		flip_tuple_bit(&t, bit);
		note_change(&c, isn(mn, &some_tuple), isn(mn, &t));
	}
	expect_another_altogether(test, &c);
}

/*
 * Who lacks a single bit of the secret knows nothing
 * Proves: MUST-9, SHLD-1, ISN-2
 */
static void each_bit_of_the_secret_counts(struct kunit *test)
{
	struct mini_net *mn = net_with_key(test);
	struct change c = {};
	u32 bit;

	for (bit = 0; bit < KEY_BITS; bit++) {
		u32 right = isn(mn, &some_tuple);

		mn->isn_key.key[bit / 64] ^= BIT_ULL(bit % 64);
		note_change(&c, right, isn(mn, &some_tuple));
		mn->isn_key.key[bit / 64] ^= BIT_ULL(bit % 64);
	}
	expect_another_altogether(test, &c);
}

/*
 * From one port to the next there is no pattern
 * Proves: ISN-5
 */
static void neighbours_have_nothing_in_common(struct kunit *test)
{
	struct mini_net *mn = net_with_key(test);
	struct mini_tuple t = some_tuple;
	u32 port, last = isn(mn, &t), step = 0, near = 0, same_step = 0;

	for (port = 10000; port < 11000; port++) {
		u32 now, old_step = step;

		t.lport = cpu_to_be16(port);
		now = isn(mn, &t);
		step = now - last;
		near += step + NEAR < 2 * NEAR;
		same_step += step - old_step + NEAR < 2 * NEAR;
		last = now;
	}
	/* of a thousand, half a one by chance */
	KUNIT_EXPECT_LE(test, near, 10U);
	KUNIT_EXPECT_LE(test, same_step, 10U);
}

/*
 * Each namespace draws secrets of its own when it begins, one for the numbers
 * and another for the ports
 * Proves: ISN-3, PO-6
 */
static void secrets_are_fresh(struct kunit *test)
{
	struct mini_net *a = net_with_key(test), *b = net_with_key(test);

	mini_hash_net_init(a);
	mini_hash_net_init(b);
	KUNIT_EXPECT_NE(test, a->isn_key.key[0], b->isn_key.key[0]);
	KUNIT_EXPECT_NE(test, a->isn_key.key[1], b->isn_key.key[1]);
	KUNIT_EXPECT_NE(test, memcmp(&a->key, &b->key, sizeof(a->key)), 0);
	KUNIT_EXPECT_NE(test, memcmp(&a->key, &a->isn_key, sizeof(a->key)), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(isn_follows_the_clock),
	KUNIT_CASE(each_bit_of_the_tuple_counts),
	KUNIT_CASE(each_bit_of_the_secret_counts),
	KUNIT_CASE(neighbours_have_nothing_in_common),
	KUNIT_CASE(secrets_are_fresh),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_isn",
	.test_cases = cases,
};

kunit_test_suites(&suite);
