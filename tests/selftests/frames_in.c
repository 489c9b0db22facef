// SPDX-License-Identifier: GPL-2.0-only
/* Packets as IP brings them: broken, in pieces, in lumps, for many hosts */
#include <stdio.h>
#include "mini_harness.h"
#include "peer.h"

#define ALL	"mss 1460,sackOK,TS 100 0,nop,wscale 7"

FIXTURE(frames_in) {
	struct peer p;
};

FIXTURE_VARIANT(frames_in) {
	struct row row;
};

FIXTURE_VARIANT_ADD(frames_in, inet) { .row = ROW_INET };
FIXTURE_VARIANT_ADD(frames_in, mini) { .row = ROW_MINI };

FIXTURE_SETUP(frames_in)
{
	ASSERT_EQ(0, net_setup(variant->row, variant->row));
	ASSERT_EQ(0, peer_up(&self->p, 1500));
}

FIXTURE_TEARDOWN(frames_in)
{
	close(self->p.fd);
	close(self->p.tun);
}

/* The stream so far, as the user gets it */
static bool reads(struct peer *p, size_t len, size_t off)
{
	return recv_pattern(p->fd, len, off) == (ssize_t)len;
}

/* Nothing was taken of what came before, and all of this is */
static void expect_next_is_fine(struct __test_metadata *_metadata,
				struct peer *p)
{
	EXPECT_TRUE(silent(p)) TH_LOG("%s", p->text);
	ASSERT_EQ(0, put(p, "P. 1:101 ack 1"));
	EXPECT_STREQ(". 1:1 ack 101", seen(p));
	EXPECT_TRUE(reads(p, 100, 0));
}

/* ---------------------------------------------------------------- checksums */

/*
 * Dropped without a word, and counted
 * Proves: MUST-3
 */
TEST_F(frames_in, bad_tcp_checksum)
{
	const char *name = row_is_mini() ? "DropCsum" : "InCsumErrors";
	struct peer *p = &self->p;
	long before;

	ASSERT_EQ(0, peer_calls(p, "mss 1460"));
	before = counter(name);
	put_how(p, "P. 1:101 ack 1", &(struct how){ .bad_tcp_sum = true });
	put_how(p, "R 1:1", &(struct how){ .bad_tcp_sum = true });
	expect_next_is_fine(_metadata, p);
	if (row_is_mini())
		EXPECT_EQ(before + 2, counter(name));
}

/* A RST, a SYN to the listener, a FIN: none of them is taken at its word */
TEST_F(frames_in, bad_checksum_of_a_syn)
{
	struct peer *p = &self->p;
	int lfd = tcp_socket(0);

	p->port = PORT;
	ASSERT_EQ(0, bind4(lfd, INADDR_ANY, PORT));
	ASSERT_EQ(0, listen(lfd, 8));
	put_how(p, "S 0:0 <mss 1460>", &(struct how){ .bad_tcp_sum = true });
	EXPECT_TRUE(silent(p));
	put(p, "S 0:0 <mss 1460>");
	EXPECT_STREQ("S. 0:0 ack 1", seen(p));
	close(lfd);
}

/* IP's to drop, and to count */
TEST_F(frames_in, bad_ip_checksum)
{
	struct peer *p = &self->p;
	long before;

	ASSERT_EQ(0, peer_calls(p, "mss 1460"));
	before = counter("InHdrErrors");
	put_how(p, "P. 1:101 ack 1", &(struct how){ .bad_ip_sum = true });
	expect_next_is_fine(_metadata, p);
	EXPECT_EQ(before + 1, counter("InHdrErrors"));
}

/* Each octet of the segment counts: payload, flags, window, pointer, options */
TEST_F(frames_in, each_octet_counts)
{
	struct peer *p = &self->p;
	int at;

	ASSERT_EQ(0, peer_calls(p, ALL));
	for (at = 4; at < 36; at++)	/* not the ports: others' business */
		put_how(p, "P. 1:5 ack 1 <nop,nop,TS 200 0>",
			&(struct how){ .broken_at = at });
	EXPECT_TRUE(silent(p)) TH_LOG("%s", p->text);
	put(p, "P. 1:5 ack 1 <nop,nop,TS 200 0>");
	EXPECT_STREQ(". 1:1 ack 5", seen(p));
	EXPECT_TRUE(reads(p, 4, 0));
}

/* -------------------------------------------------------------- TCP options */

static const struct {
	const char *name;
	uint8_t octets[12];
	int len;
} odd_opts[] = {
	{ "unknown", { 254, 4, 0, 0 }, 4 },
	{ "unknown, long", { 200, 12 }, 12 },
	{ "unknown, without data", { 99, 2, 1, 1 }, 4 },
	{ "two unknown ones, unaligned", { 1, 254, 3, 9, 253, 5, 1, 2, 3, 0 }, 12 },
	{ "NOPs", { 1, 1, 1, 1, 1, 1, 1, 1 }, 8 },
	{ "end of list, and rubbish", { 0, 255, 255, 255 }, 4 },
	{ "MSS on data", { 2, 4, 0, 1 }, 4 },
	{ "scale on data", { 1, 3, 3, 14 }, 4 },
	{ "SACK-permitted on data", { 1, 1, 4, 2 }, 4 },
	{ "empty SACK", { 1, 1, 5, 2 }, 4 },
	{ "MD5", { 19, 4, 1, 1 }, 4 },
};

/*
 * Passed over, on data and on a SYN
 * Proves: MUST-5, MUST-6
 */
TEST_F(frames_in, unknown_options)
{
	struct peer *p = &self->p;
	char text[64];
	size_t i;

	ASSERT_EQ(0, peer_calls(p, "mss 1460"));
	for (i = 0; i < ARRAY_SIZE(odd_opts); i++) {
		int at = 1 + 10 * i;

		snprintf(text, sizeof(text), "P. %d:%d ack 1", at, at + 10);
		put_how(p, text, &(struct how){
			.raw_opts = odd_opts[i].octets,
			.raw_opts_len = odd_opts[i].len,
		});
		snprintf(text, sizeof(text), ". 1:1 ack %d", at + 10);
		EXPECT_STREQ(text, seen(p)) TH_LOG("%s", odd_opts[i].name);
	}
	EXPECT_TRUE(reads(p, 10 * i, 0));
}

static const struct {
	uint8_t octets[8];
	int len;
} malformed[] = {
	{ { 254, 0, 1, 1 }, 4 }, { { 254, 1, 1, 1 }, 4 },
	{ { 254, 5, 1, 1 }, 4 }, { { 254, 255, 1, 1 }, 4 },
	{ { 1, 1, 1, 254 }, 4 }, { { 8, 10, 1, 1 }, 4 },
	{ { 5, 10, 1, 1, 0, 0, 0, 0 }, 8 }, { { 2, 0, 0, 0 }, 4 },
};

/*
 * No harm: what comes next is taken. (Linux takes the text with them, we do
 * not.)
 * Proves: MUST-7
 */
TEST_F(frames_in, malformed_options)
{
	struct peer *p = &self->p;
	size_t i;

	ASSERT_EQ(0, peer_calls(p, ALL));
	for (i = 0; i < ARRAY_SIZE(malformed); i++) {
		put_how(p, "P. 1:11 ack 1", &(struct how){
			.raw_opts = malformed[i].octets,
			.raw_opts_len = malformed[i].len,
		});
		put_how(p, "S 0:0", &(struct how){
			.raw_opts = malformed[i].octets,
			.raw_opts_len = malformed[i].len,
		});
	}
	sleep_ms(MOMENT_MS);
	forget(p);
	put(p, "P. 1:101 ack 1 <nop,nop,TS 200 0>");
	EXPECT_STREQ(". 1:1 ack 101", seen(p));
	EXPECT_TRUE(reads(p, 100, 0));
	if (row_is_mini())
		EXPECT_LE((long)ARRAY_SIZE(malformed),
			  counter("DropBadOption"));
}

/* A header that says it is shorter than any, or longer than the packet */
TEST_F(frames_in, bad_header_length)
{
	struct peer *p = &self->p;
	int doff;

	ASSERT_EQ(0, peer_calls(p, "mss 1460"));
	for (doff = 1; doff < 5; doff++)
		put_how(p, "P. 1:101 ack 1", &(struct how){ .doff = doff });
	put_how(p, "P. 1:11 ack 1", &(struct how){ .doff = 15 });
	put_how(p, "R 1:1", &(struct how){ .doff = 6 });
	expect_next_is_fine(_metadata, p);
}

/* --------------------------------------------------------------- IP options */

/* record route, a timestamp, one that nobody knows */
static const uint8_t ip_opts[][12] = {
	{ 7, 7, 4, 0, 0, 0, 0, 0 },
	{ 1, 1, 1, 1 },
	{ 68, 8, 5, 0, 0, 0, 0, 0 },
	{ 158, 4, 0, 0 },
};

static const int ip_opts_len[] = { 8, 4, 8, 4 };

/* Proves: MUST-50 */
TEST_F(frames_in, ip_options)
{
	struct peer *p = &self->p;
	char text[64];
	size_t i;

	ASSERT_EQ(0, peer_calls(p, "mss 1460"));
	for (i = 0; i < ARRAY_SIZE(ip_opts); i++) {
		int at = 1 + 10 * i;

		snprintf(text, sizeof(text), "P. %d:%d ack 1", at, at + 10);
		put_how(p, text, &(struct how){
			.ip_opts = ip_opts[i], .ip_opts_len = ip_opts_len[i],
		});
		snprintf(text, sizeof(text), ". 1:1 ack %d", at + 10);
		EXPECT_STREQ(text, seen(p));
		EXPECT_TRUE(p->last.ip.ihl == 5);
	}
	EXPECT_TRUE(reads(p, 10 * i, 0));
}

/* ---------------------------------------------------------------- fragments */

/* IP fragments of all sizes, eight octets too, which cut the TCP header */
TEST_F(frames_in, fragments)
{
	static const int sizes[] = { 8, 16, 24, 40, 256, 1480 };
	struct peer *p = &self->p;
	char text[64];
	size_t i;

	ASSERT_EQ(0, peer_calls(p, ALL));
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		int at = 1 + 400 * i;

		snprintf(text, sizeof(text),
			 "P. %d:%d ack 1 <nop,nop,TS 200 0>", at, at + 400);
		put_how(p, text, &(struct how){ .fragment = sizes[i] });
		snprintf(text, sizeof(text), ". 1:1 ack %d", at + 400);
		EXPECT_STREQ(text, seen(p)) TH_LOG("%d octets", sizes[i]);
	}
	EXPECT_TRUE(reads(p, 400 * i, 0));
}

/* A wrong checksum is found across them */
TEST_F(frames_in, fragments_with_bad_checksum)
{
	struct peer *p = &self->p;

	ASSERT_EQ(0, peer_calls(p, "mss 1460"));
	put_how(p, "P. 1:4001 ack 1",
		&(struct how){ .fragment = 1480, .bad_tcp_sum = true });
	expect_next_is_fine(_metadata, p);
}

/* A list of buffers, of which the head has come before: it is cut off */
TEST_F(frames_in, fragments_that_overlap)
{
	struct peer *p = &self->p;

	ASSERT_EQ(0, peer_calls(p, "mss 1460"));
	put(p, "P. 1:1001 ack 1");
	EXPECT_STREQ(". 1:1 ack 1001", seen(p));
	put_how(p, "P. 501:9001 ack 1", &(struct how){ .fragment = 1480 });
	EXPECT_STREQ(". 1:1 ack 9001", seen(p));
	EXPECT_TRUE(reads(p, 9000, 0));
}

/* Out of order, and in the end in order; a FIN on the last */
TEST_F(frames_in, fragments_out_of_order)
{
	struct peer *p = &self->p;
	char byte;

	ASSERT_EQ(0, peer_calls(p, "mss 1460"));
	put_how(p, "FP. 5001:9001 ack 1", &(struct how){ .fragment = 1480 });
	EXPECT_STREQ(". 1:1 ack 1", seen(p));
	put_how(p, "P. 1:6001 ack 1", &(struct how){ .fragment = 1480 });
	EXPECT_STREQ(". 1:1 ack 9002", seen(p));
	EXPECT_TRUE(reads(p, 9000, 0));
	EXPECT_EQ(0, recv(p->fd, &byte, 1, 0));
}

/* ---------------------------------------------------------------------- GRO */

/* One packet that stands for twelve, PSH on the last, and then FIN with one */
TEST_F(frames_in, lump)
{
	struct peer *p = &self->p;
	char byte;

	ASSERT_EQ(0, peer_calls(p, ALL));
	put_how(p, "P. 1:12001 ack 1 <nop,nop,TS 200 0>",
		&(struct how){ .gso = 1000 });
	EXPECT_STREQ(". 1:1 ack 12001", seen(p));
	put_how(p, "FP. 12001:15501 ack 1 <nop,nop,TS 200 0>",
		&(struct how){ .gso = 1000 });
	EXPECT_STREQ(". 1:1 ack 15502", seen(p));
	EXPECT_TRUE(reads(p, 15500, 0));
	EXPECT_EQ(0, recv(p->fd, &byte, 1, 0));
}

/* Part of a lump has come; part of it is out of order */
TEST_F(frames_in, lump_that_overlaps)
{
	struct peer *p = &self->p;

	ASSERT_EQ(0, peer_calls(p, "mss 1460,nop,nop,sackOK"));
	put(p, "P. 1:1501 ack 1");
	EXPECT_STREQ(". 1:1 ack 1501", seen(p));
	put_how(p, "P. 6001:9001 ack 1", &(struct how){ .gso = 1000 });
	EXPECT_STREQ(". 1:1 ack 1501", seen(p));
	EXPECT_STREQ("nop,nop,sack 6001:9001", p->opts);
	put_how(p, "P. 1001:7001 ack 1", &(struct how){ .gso = 1000 });
	EXPECT_NE(NULL, strstr(seen(p), "ack 9001")) TH_LOG("%s", p->text);
	EXPECT_TRUE(reads(p, 9000, 0));
}

/* The urgent octet is in the middle of it */
TEST_F(frames_in, lump_with_urgent_data)
{
	struct peer *p = &self->p;
	uint8_t octet = 0;
	char buf[3000];

	ASSERT_EQ(0, peer_calls(p, "mss 1460"));
	put_how(p, "PU. 1:3001 ack 1 urg 1501", &(struct how){ .gso = 1000 });
	EXPECT_STREQ(". 1:1 ack 3001", seen(p));
	EXPECT_EQ(1, recv(p->fd, &octet, 1, MSG_OOB));
	EXPECT_EQ(pattern(1500), octet);
	EXPECT_EQ(1500, recv(p->fd, buf, sizeof(buf), 0));
	EXPECT_TRUE(pattern_ok(buf, 1500, 0));
	EXPECT_EQ(1, sockatmark(p->fd));
	EXPECT_EQ(1499, recv(p->fd, buf, sizeof(buf), 0));
	EXPECT_TRUE(pattern_ok(buf, 1499, 1501));
}

/* -------------------------------------------------- addresses of many, of none */

static const struct {
	const char *name;
	uint32_t saddr;
	uint32_t daddr;
	bool inet_answers;	/* unless rp_filter is on */
} many[] = {
	{ "to the network's broadcast", 0, 0xc00002ff, false },
	{ "to broadcast", 0, 0xffffffff, false },
	{ "to a group", 0, 0xe0000001, false },
	{ "from the network's broadcast", 0xc00002ff, 0, true },
	{ "from broadcast", 0xffffffff, 0, false },
	{ "from a group", 0xe0000001, 0, false },
	{ "from nobody", 0x00000001, 0, false },
	{ "from loopback", 0x7f000001, 0, false },
	{ "from ourselves", ADDR_WIRE, 0, false },
};

/*
 * Nobody is answered, whom a packet for many or from many has reached
 * Proves: MUST-57, MUST-63
 */
TEST_F(frames_in, addresses_that_are_no_host)
{
	struct peer *p = &self->p;
	int lfd = tcp_socket(0);
	size_t i;

	p->port = PORT;
	ASSERT_EQ(0, bind4(lfd, INADDR_ANY, PORT));
	ASSERT_EQ(0, listen(lfd, 8));
	for (i = 0; i < ARRAY_SIZE(many); i++) {
		struct how how = {
			.saddr = many[i].saddr, .daddr = many[i].daddr,
		};

		if (many[i].inet_answers && !row_is_mini())
			continue;
		put_how(p, "S 0:0 <mss 1460>", &how);
		put_how(p, ". 5:5 ack 9", &how);
		put_how(p, "F 5:5", &how);
		EXPECT_TRUE(silent(p)) TH_LOG("%s: %s", many[i].name, p->text);
	}
	/* three packets each to three that are many */
	if (row_is_mini())
		EXPECT_LE(9, counter("DropBadSource"));
	EXPECT_EQ(0, pending(lfd));
	put(p, "S 0:0 <mss 1460>");
	EXPECT_STREQ("S. 0:0 ack 1", seen(p));
	close(lfd);
}

/*
 * Land: a SYN from the machine's own address and port, where the machine takes
 * such for good. It does not talk to itself for ever.
 */
TEST_F(frames_in, land)
{
	struct peer *p = &self->p;
	int lfd = tcp_socket(0);
	long before;

	ASSERT_EQ(0, sysctl_set("/proc/sys/net/ipv4/conf/all/accept_local", "1"));
	ASSERT_EQ(0, sysctl_set("/proc/sys/net/ipv4/conf/all/rp_filter", "0"));
	ASSERT_EQ(0, sysctl_set("/proc/sys/net/ipv4/conf/t0/rp_filter", "0"));
	ASSERT_EQ(0, sysctl_set("/proc/sys/net/ipv4/conf/t0/accept_local", "1"));
	ASSERT_EQ(0, bind4(lfd, INADDR_ANY, PORT));
	ASSERT_EQ(0, listen(lfd, 8));
	p->port = PORT;
	p->our_port = PORT;
	before = counter("InReceives");
	put_how(p, "S 0:0 <mss 1460>", &(struct how){ .saddr = ADDR_WIRE });
	sleep_ms(10 * MOMENT_MS);
	EXPECT_GT(20, counter("InReceives") - before);
	EXPECT_EQ(0, pending(lfd));
	p->our_port = PEER_PORT;
	put(p, "S 0:0 <mss 1460>");
	EXPECT_STREQ("S. 0:0 ack 1", seen(p));
	close(lfd);
}

TEST_HARNESS_MAIN
