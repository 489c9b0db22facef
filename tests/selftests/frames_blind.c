// SPDX-License-Identifier: GPL-2.0-only
/*
 * Somebody off the path, who guesses (RFC 5961), and what the limits of the
 * answers are.
 */
#include <stdio.h>
#include "mini_harness.h"
#include "peer.h"

FIXTURE(frames_blind) {
	struct peer p;
};

FIXTURE_VARIANT(frames_blind) {
	struct row row;
};

FIXTURE_VARIANT_ADD(frames_blind, inet) { .row = ROW_INET };
FIXTURE_VARIANT_ADD(frames_blind, mini) { .row = ROW_MINI };

FIXTURE_SETUP(frames_blind)
{
	ASSERT_EQ(0, net_setup(variant->row, variant->row));
	ASSERT_EQ(0, peer_up(&self->p, 1500));
	ASSERT_EQ(0, peer_calls(&self->p, "mss 1460"));
}

FIXTURE_TEARDOWN(frames_blind)
{
	close(self->p.fd);
	close(self->p.tun);
}

static int limit_ms(const char *ms)
{
	return sysctl_set(row_is_mini() ?
			  "/proc/sys/net/mini/tcp_invalid_ratelimit" :
			  "/proc/sys/net/ipv4/tcp_invalid_ratelimit", ms);
}

/* It stands as before */
static void expect_alive(struct __test_metadata *_metadata, struct peer *p)
{
	sleep_ms(MOMENT_MS);
	forget(p);
	put(p, "P. 1:11 ack 1");
	EXPECT_STREQ(". 1:1 ack 11", seen(p));
	EXPECT_EQ(10, recv_pattern(p->fd, 10, 0));
}

/* Only the number that is next ends it; one in the window asks: was it you? */
static const struct {
	const char *in;
	const char *out;
} resets[] = {
	{ "R 2:2", ". 1:1 ack 1" },
	{ "R 1001:1001", ". 1:1 ack 1" },
	{ "R. 20001:20001 ack 1", ". 1:1 ack 1" },
	{ "R 0:0", "nothing" },
	{ "R 4294967295:4294967295", "nothing" },
	{ "R 1000001:1000001", "nothing" },
	{ "R. 2000000000:2000000000 ack 1", "nothing" },
};

/* Proves: BA-1, BA-2 */
TEST_F(frames_blind, resets_that_miss)
{
	struct peer *p = &self->p;
	size_t i;

	ASSERT_EQ(0, limit_ms("0"));
	for (i = 0; i < ARRAY_SIZE(resets); i++) {
		put(p, resets[i].in);
		EXPECT_STREQ(resets[i].out,
			     seen_within(p, *resets[i].out == 'n' ? MOMENT_MS :
						WAIT_MS))
			TH_LOG("%s", resets[i].in);
	}
	expect_alive(_metadata, p);
}

/* Proves: BA-1, BA-3 */
TEST_F(frames_blind, reset_that_hits)
{
	struct peer *p = &self->p;
	char byte;

	put(p, "R 5:5");
	EXPECT_STREQ(". 1:1 ack 1", seen(p));
	put(p, "R 1:1");	/* yes, it was me */
	EXPECT_TRUE(poll_for(p->fd, POLLIN | POLLHUP, WAIT_MS));
	EXPECT_EQ(ECONNRESET, err(recv(p->fd, &byte, 1, 0)));
	EXPECT_TRUE(silent(p));
}

/* Proves: BA-2, BA-4 */
TEST_F(frames_blind, syn)
{
	static const char * const syns[] = {
		"S 1:1", "S 0:0", "S 5000:5000", "S 2000000:2000000",
		"S. 1:1 ack 1", "S. 3000000:3000000 ack 99",
	};
	struct peer *p = &self->p;
	size_t i;

	ASSERT_EQ(0, limit_ms("0"));
	for (i = 0; i < ARRAY_SIZE(syns); i++) {
		put(p, syns[i]);
		EXPECT_STREQ(". 1:1 ack 1", seen(p)) TH_LOG("%s", syns[i]);
	}
	expect_alive(_metadata, p);
}

/*
 * Text in the window, by who does not know what we have sent
 * Proves: BA-5, BA-6
 */
TEST_F(frames_blind, text)
{
	static const char * const texts[] = {
		"P. 1:101 ack 2", "P. 1:101 ack 70000", "P. 1:101 ack 2000000000",
		"P. 1:101 ack 3000000000", "P. 1:101 ack 4294830000",
	};
	struct peer *p = &self->p;
	char byte;
	size_t i;

	ASSERT_EQ(0, limit_ms("0"));
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		put(p, texts[i]);
		seen_within(p, MOMENT_MS);
		EXPECT_EQ(EAGAIN, err(recv(p->fd, &byte, 1, MSG_DONTWAIT)))
			TH_LOG("%s: %s", texts[i], p->text);
	}
	expect_alive(_metadata, p);
}

static int answers(struct peer *p, const char *in, int times)
{
	int n = 0;

	while (times--)
		put(p, in);
	while (!silent(p))
		n++;
	return n;
}

/*
 * A hundred at once have one answer, and a hundred more a moment later none
 * Proves: BA-7
 */
TEST_F(frames_blind, answers_are_few)
{
	struct peer *p = &self->p;

	ASSERT_EQ(0, limit_ms("60000"));
	EXPECT_EQ(1, answers(p, "S 5000:5000", 100));
	EXPECT_EQ(0, answers(p, "S 5000:5000", 100));
	expect_alive(_metadata, p);
}

/*
 * The rate can be set, and taken off
 * Proves: BA-7
 */
TEST_F(frames_blind, answers_can_be_many)
{
	struct peer *p = &self->p;

	ASSERT_EQ(0, limit_ms("0"));
	EXPECT_EQ(50, answers(p, "S 5000:5000", 50));
	expect_alive(_metadata, p);
}

/*
 * One connection's limit is not another's: nobody can count by it
 * Proves: BA-8
 */
TEST_F(frames_blind, limits_are_apart)
{
	struct peer *p = &self->p, other = *p;

	ASSERT_EQ(0, limit_ms("60000"));
	EXPECT_EQ(1, answers(p, "S 5000:5000", 100));
	other.our_port++;
	ASSERT_EQ(0, peer_calls(&other, "mss 1460"));
	EXPECT_EQ(1, answers(&other, "S 5000:5000", 100));
	close(other.fd);
}

/* Two that take each other for mad do not go on for ever: our ACK has no answer */
TEST_F(frames_blind, ack_of_the_future)
{
	struct peer *p = &self->p;

	EXPECT_GE(2, answers(p, ". 1:1 ack 5000", 50));
	expect_alive(_metadata, p);
}

TEST_HARNESS_MAIN
