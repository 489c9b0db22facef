// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets of all sorts, likely and unlikely, to a listener and to connections in
 * all states, while users send, read, close and open anew. Nothing may crash or
 * leak (KASAN and kmemleak are watching), and the listener serves afterwards.
 *
 *	AF_MINI_SEED=N frames_fuzz	that run again
 */
#include <stdio.h>
#include "mini_harness.h"
#include "peer.h"

#define NR	6		/* connections at a time */
#define PACKETS	6000

FIXTURE(frames_fuzz) {
	struct peer p[NR];
	int lfd;
};

FIXTURE_VARIANT(frames_fuzz) {
	struct row row;
};

FIXTURE_VARIANT_ADD(frames_fuzz, mini) { .row = ROW_MINI };

static uint32_t seed_of(uint32_t seed)
{
	const char *text = getenv("AF_MINI_SEED");

	seed = text ? strtoul(text, NULL, 0) : seed;
	fprintf(stderr, "# AF_MINI_SEED=%u\n", seed);
	return seed;
}

/* Packet nr of a seed is the same each time, whatever came of those before */
static uint32_t begin_packet(uint32_t seed, uint32_t nr)
{
	return (seed * 2654435761U ^ nr * 2246822519U) | 1;
}

FIXTURE_SETUP(frames_fuzz)
{
	int i;

	ASSERT_EQ(0, net_setup(variant->row, variant->row));
	ASSERT_EQ(0, peer_up(&self->p[0], 1500));
	self->lfd = tcp_socket(SOCK_NONBLOCK);
	ASSERT_EQ(0, bind4(self->lfd, INADDR_ANY, PORT));
	ASSERT_EQ(0, listen(self->lfd, 64));
	for (i = 0; i < NR; i++) {
		self->p[i] = self->p[0];
		self->p[i].port = PORT;
		self->p[i].our_port = PEER_PORT + 1000 * i;
	}
}

FIXTURE_TEARDOWN(frames_fuzz)
{
	close(self->lfd);
	close(self->p[0].tun);
}

static uint32_t rnd(uint32_t *state, uint32_t below)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state % below;
}

/* A number that is near a limit rather than anywhere */
static uint32_t near(uint32_t *r, uint32_t base)
{
	static const int32_t steps[] = {
		0, 0, 0, 0, 1, 2, -1, -2, 100, -100, 1460, -1460, 65535, 65536,
		-65535, INT32_MAX, INT32_MIN,
	};

	return base + steps[rnd(r, ARRAY_SIZE(steps))] + rnd(r, 3);
}

/* Kinds and lengths that mean something, more often than not */
static void random_opts(uint32_t *r, uint8_t *opts, int len)
{
	static const uint8_t likely[] = {
		0, 1, 1, 2, 3, 4, 5, 8, 10, 18, 26, 34, 19, 34, 254, 255,
	};
	int i;

	for (i = 0; i < len; i++)
		opts[i] = rnd(r, 3) ? likely[rnd(r, ARRAY_SIZE(likely))] :
				      rnd(r, 256);
}

static int random_flags(uint32_t *r)
{
	static const char * const likely[] = {
		".", ".", "P.", "P.", "P.", "F.", "S", "S.", "R", "R.", "U.",
		"FPU.", ".E", ".W", "SEW",
	};
	const char *text = likely[rnd(r, ARRAY_SIZE(likely))];
	int flags = 0;

	if (!rnd(r, 8))
		return rnd(r, 256);
	for (; *text; text++)
		flags |= 1 << (strchr("FSRP.UEW", *text) - "FSRP.UEW");
	return flags;
}

/* The segment as text: what put() knows how to build */
static void random_text(uint32_t *r, const struct peer *p, char *text,
			size_t size)
{
	static const char letters[] = "FSRP.UEW";
	static const int lens[] = { 0, 0, 0, 1, 2, 100, 1460, 3000, 9000 };
	int flags = random_flags(r), i, n = 0;
	uint32_t seq = near(r, p->heard);
	char word[9] = "";

	for (i = 0; i < 8; i++) {
		if (flags & 1 << i)
			word[n++] = letters[i];
	}
	snprintf(text, size, "%s %u:%u ack %u win %u urg %u", word, seq,
		 seq + lens[rnd(r, ARRAY_SIZE(lens))],
		 near(r, p->end), rnd(r, 4) ? 65535 : rnd(r, 70000),
		 rnd(r, 5000));
}

static void random_how(uint32_t *r, struct how *how, uint8_t opts[40])
{
	static const int sizes[] = { 8, 16, 256, 1480 };

	memset(how, 0, sizeof(*how));
	how->tos = rnd(r, 4);
	how->raw_opts = opts;
	how->raw_opts_len = rnd(r, 3) ? 0 : 4 * rnd(r, 11);
	random_opts(r, opts, how->raw_opts_len);
	if (!rnd(r, 20))
		how->fragment = sizes[rnd(r, ARRAY_SIZE(sizes))];
	else if (!rnd(r, 10))
		how->gso = 1 + rnd(r, 1460);
	if (!rnd(r, 40))
		how->doff = 1 + rnd(r, 15);
	how->bad_tcp_sum = !rnd(r, 50);
}

/* Say something, mostly wrong */
static void say_anything(uint32_t *r, struct peer *p)
{
	uint8_t opts[40];
	struct how how;
	char text[128];

	random_how(r, &how, opts);
	random_text(r, p, text, sizeof(text));
	put_how(p, text, &how);
}

/* Take notice of what the machine has said, and answer now and then */
static void listen_to(uint32_t *r, struct peer *p)
{
	char text[128];

	if (seen_within(p, 0)[0] == 'n')
		return;
	if (!rnd(r, 3))
		return;
	snprintf(text, sizeof(text), ". %u:%u ack %u", p->heard, p->heard,
		 p->end);
	put(p, text);
}

/* The machine's user does something */
static void use(uint32_t *r, struct peer *p, int lfd)
{
	char buf[4000] = "";

	if (p->fd < 0) {
		p->fd = accept(lfd, NULL, NULL);
		if (p->fd >= 0)
			set_nonblock(p->fd, true);
		return;
	}
	switch (rnd(r, 8)) {
	case 0:
	case 1:
		send(p->fd, buf, 1 + rnd(r, sizeof(buf)),
		     MSG_NOSIGNAL | (rnd(r, 10) ? 0 : MSG_OOB));
		break;
	case 2:
	case 3:
		recv(p->fd, buf, 1 + rnd(r, sizeof(buf)),
		     rnd(r, 10) ? 0 : MSG_OOB);
		break;
	case 4:
		if (!rnd(r, 5))
			shutdown(p->fd, rnd(r, 3));
		break;
	case 5:
	case 6:
		close(p->fd);
		p->fd = -1;
		break;
	}
}

/* A connection that was ended is opened anew, from another port */
static void open_anew(uint32_t *r, struct peer *p)
{
	char text[64];

	p->our_port++;
	p->iss = rnd(r, UINT32_MAX);
	put(p, "S 0:0 <mss 1460,sackOK,TS 1 0,nop,wscale 3>");
	if (seen_within(p, 10)[0] != 'S')
		return;
	snprintf(text, sizeof(text), ". 1:1 ack 1%s",
		 rnd(r, 2) ? " <nop,nop,TS 2 0>" : "");
	put(p, text);
}

static void fuzz(struct peer *p, int lfd, uint32_t seed)
{
	struct peer *one;
	uint32_t i, r;

	for (i = 0; i < PACKETS; i++) {
		r = begin_packet(seed, i);
		rnd(&r, 2);
		one = &p[rnd(&r, NR)];
		if (!rnd(&r, 30) || i < NR)
			open_anew(&r, one);
		say_anything(&r, one);
		listen_to(&r, one);
		if (!rnd(&r, 3))
			use(&r, &p[rnd(&r, NR)], lfd);
	}
}

static void close_all(struct peer *p, int lfd)
{
	int i, fd;

	for (i = 0; i < NR; i++) {
		if (p[i].fd >= 0)
			close(p[i].fd);
	}
	while ((fd = accept(lfd, NULL, NULL)) >= 0)
		close(fd);
}

static void run(struct __test_metadata *_metadata, struct peer *p, int lfd,
		uint32_t seed)
{
	long before = counter("InSegs");
	char text[16];
	int fd;

	fuzz(p, lfd, seed_of(seed));
	close_all(p, lfd);
	/* most of them got to TCP */
	EXPECT_LT(PACKETS / 2, counter("InSegs") - before);
	fprintf(stderr, "# %ld segments in, %ld connections, %ld out of order, %ld resets\n",
		counter("InSegs") - before, counter("PassiveOpens"),
		counter("TCPOFOQueue"), counter("EstabResets"));
	/* and it serves: a new connection carries data both ways */
	p->our_port = 60000;
	p->iss = 0;
	forget(p);
	put(p, "S 0:0 <mss 1460>");
	ASSERT_STREQ("S. 0:0 ack 1", seen(p));
	put(p, "P. 1:101 ack 1");
	EXPECT_STREQ(". 1:1 ack 101", seen(p));
	fd = accept(lfd, NULL, NULL);
	ASSERT_LE(0, fd);
	EXPECT_EQ(100, recv_pattern(fd, 100, 0));
	EXPECT_EQ(9, send(fd, text, 9, 0));
	EXPECT_STREQ("P. 1:10 ack 101", seen(p));
	close(fd);
}

/* Proves: MUST-7 */
TEST_F(frames_fuzz, seed1)
{
	run(_metadata, self->p, self->lfd, 1);
}

/* Proves: MUST-7 */
TEST_F(frames_fuzz, seed2)
{
	run(_metadata, self->p, self->lfd, 2);
}

/* Proves: MUST-7 */
TEST_F(frames_fuzz, seed3)
{
	run(_metadata, self->p, self->lfd, 3);
}

TEST_HARNESS_MAIN
