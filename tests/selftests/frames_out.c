// SPDX-License-Identifier: GPL-2.0-only
/*
 * What stands in the packets that are sent. seen() has verified the length and
 * both checksums of each of them, so every test here proves MUST-2 too.
 */
#include <stdio.h>
#include "mini_harness.h"
#include "peer.h"

#define MTU	1500
#define ALL	"mss 1460,sackOK,TS 100 0,nop,wscale 7"

FIXTURE(frames_out) {
	struct peer p;
};

FIXTURE_VARIANT(frames_out) {
	struct row row;
};

FIXTURE_VARIANT_ADD(frames_out, inet) { .row = ROW_INET };
FIXTURE_VARIANT_ADD(frames_out, mini) { .row = ROW_MINI };

FIXTURE_SETUP(frames_out)
{
	ASSERT_EQ(0, net_setup(variant->row, variant->row));
	ASSERT_EQ(0, peer_up(&self->p, MTU));
}

FIXTURE_TEARDOWN(frames_out)
{
	close(self->p.fd);
	close(self->p.tun);
}

/* "net.ipv4" for kernel TCP, "net.mini" for us */
static int tcp_sysctl(const char *name, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/net/%s/%s",
		 row_is_mini() ? "mini" : "ipv4", name);
	return sysctl_set(path, value);
}

/* ------------------------------------------------------------------ options */

/*
 * The order and the padding are Linux's: no middlebox sees anything odd
 * Proves: MUST-2, MUST-14, MUST-69, PM-1
 */
TEST_F(frames_out, syn)
{
	struct peer *p = &self->p;

	p->fd = tcp_socket(SOCK_NONBLOCK);
	EXPECT_EQ(EINPROGRESS, err(connect4(p->fd, ADDR_PEER, PEER_PORT)));
	EXPECT_STREQ("S 0:0", seen(p));
	EXPECT_STREQ("mss 1460,sackOK,TS,nop,wscale", p->opts);
	EXPECT_EQ(64, p->last.ip.ttl);
	EXPECT_EQ(0, p->last.ip.tos);
	EXPECT_EQ(htons(IP_DF), p->last.ip.frag_off);
}

/* What is off is left out, and NOPs take its place */
TEST_F(frames_out, syn_without)
{
	struct peer *p = &self->p;

	p->fd = tcp_socket(SOCK_NONBLOCK);
	ASSERT_EQ(0, tcp_sysctl("tcp_timestamps", "0"));
	EXPECT_EQ(EINPROGRESS, err(connect4(p->fd, ADDR_PEER, PEER_PORT)));
	EXPECT_STREQ("S 0:0", seen(p));
	EXPECT_STREQ("mss 1460,nop,nop,sackOK,nop,wscale", p->opts);
	close(p->fd);
	p->fd = tcp_socket(SOCK_NONBLOCK);
	p->port = 0;
	ASSERT_EQ(0, tcp_sysctl("tcp_timestamps", "1"));
	ASSERT_EQ(0, tcp_sysctl("tcp_sack", "0"));
	EXPECT_EQ(EINPROGRESS, err(connect4(p->fd, ADDR_PEER, PEER_PORT)));
	EXPECT_STREQ("S 0:0", seen(p));
	EXPECT_STREQ("mss 1460,nop,nop,TS,nop,wscale", p->opts);
}

/* What a SYN says, and the options of the SYN,ACK */
static const char * const syn_ack_opts[][2] = {
	{ ALL, "mss 1460,sackOK,TS,nop,wscale" },
	{ "mss 1460", "mss 1460" },
	{ "", "mss 1460" },
	{ "mss 1460,sackOK", "mss 1460,nop,nop,sackOK" },
	{ "mss 1460,nop,wscale 2", "mss 1460,nop,wscale" },
	{ "nop,nop,TS 7 0", "mss 1460,nop,nop,TS" },
	{ "mss 1460,nop,wscale 2,sackOK,eol", "mss 1460,nop,nop,sackOK,nop,wscale" },
};

/*
 * Nothing that the peer has not offered
 * Proves: MUST-2, MUST-14, MUST-69, SK-1, HP-1
 */
TEST_F(frames_out, syn_ack)
{
	struct peer *p = &self->p;
	int lfd = tcp_socket(0);
	char text[128];
	size_t i;

	p->port = PORT;
	ASSERT_EQ(0, bind4(lfd, INADDR_ANY, PORT));
	ASSERT_EQ(0, listen(lfd, 100));
	for (i = 0; i < ARRAY_SIZE(syn_ack_opts); i++) {
		p->our_port++;
		snprintf(text, sizeof(text), "S 0:0 <%s>", syn_ack_opts[i][0]);
		ASSERT_EQ(0, put(p, text));
		EXPECT_STREQ("S. 0:0 ack 1", seen(p));
		EXPECT_STREQ(syn_ack_opts[i][1], p->opts);
		EXPECT_EQ(htons(IP_DF), p->last.ip.frag_off);
	}
	close(lfd);
}

/* Proves: MUST-2, MUST-65 */
TEST_F(frames_out, data_segments)
{
	struct peer *p = &self->p;
	static const int lens[] = { 1, 2, 3, 999, 1448 };
	unsigned int at = 1;
	char text[64];
	size_t i;

	ASSERT_EQ(0, peer_calls(p, ALL));
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		ASSERT_EQ(lens[i], send_pattern(p->fd, lens[i], at - 1));
		snprintf(text, sizeof(text), "P. %u:%u ack 1", at,
			 at + lens[i]);
		EXPECT_STREQ(text, seen(p));
		EXPECT_STREQ("nop,nop,TS", p->opts);
		at += lens[i];
		snprintf(text, sizeof(text),
			 ". 1:1 ack %u <nop,nop,TS %u 0>", at, 200 + at);
		ASSERT_EQ(0, put(p, text));
	}
	ASSERT_EQ(0, shutdown(p->fd, SHUT_WR));
	EXPECT_STREQ("F. 2454:2454 ack 1", seen(p));
	EXPECT_STREQ("nop,nop,TS", p->opts);
}

/*
 * The block of the segment that came last is the first
 * Proves: SK-3, SK-4, SK-5, SK-6
 */
TEST_F(frames_out, sack)
{
	struct peer *p = &self->p;

	ASSERT_EQ(0, peer_calls(p, ALL));
	put(p, "P. 201:301 ack 1 <nop,nop,TS 200 0>");
	EXPECT_STREQ(". 1:1 ack 1", seen(p));
	EXPECT_STREQ("nop,nop,TS,nop,nop,sack 201:301", p->opts);
	put(p, "P. 401:501 ack 1 <nop,nop,TS 200 0>");
	EXPECT_STREQ(". 1:1 ack 1", seen(p));
	EXPECT_STREQ("nop,nop,TS,nop,nop,sack 401:501 201:301", p->opts);
	put(p, "P. 601:701 ack 1 <nop,nop,TS 200 0>");
	EXPECT_STREQ(". 1:1 ack 1", seen(p));
	EXPECT_STREQ("nop,nop,TS,nop,nop,sack 601:701 401:501 201:301",
		     p->opts);
	put(p, "P. 801:901 ack 1 <nop,nop,TS 200 0>");
	EXPECT_STREQ(". 1:1 ack 1", seen(p));
	EXPECT_STREQ("nop,nop,TS,nop,nop,sack 801:901 601:701 401:501",
		     p->opts);
	put(p, "P. 1:201 ack 1 <nop,nop,TS 201 0>");
	EXPECT_STREQ(". 1:1 ack 301", seen(p));
	EXPECT_STREQ("nop,nop,TS,nop,nop,sack 801:901 601:701 401:501",
		     p->opts);
}

/* Four blocks where no timestamp takes the room */
TEST_F(frames_out, sack_alone)
{
	struct peer *p = &self->p;

	ASSERT_EQ(0, peer_calls(p, "mss 1460,nop,nop,sackOK"));
	put(p, "P. 201:301 ack 1");
	EXPECT_STREQ(". 1:1 ack 1", seen(p));
	EXPECT_STREQ("nop,nop,sack 201:301", p->opts);
	put(p, "P. 401:501 ack 1");
	seen(p);
	put(p, "P. 601:701 ack 1");
	seen(p);
	put(p, "P. 801:901 ack 1");
	EXPECT_STREQ(". 1:1 ack 1", seen(p));
	EXPECT_STREQ("nop,nop,sack 801:901 601:701 401:501 201:301", p->opts);
}

/*
 * A duplicate is told in the first block
 * Proves: DS-1, DS-3
 */
TEST_F(frames_out, dsack)
{
	struct peer *p = &self->p;

	ASSERT_EQ(0, peer_calls(p, ALL));
	put(p, "P. 1:101 ack 1 <nop,nop,TS 200 0>");
	EXPECT_STREQ(". 1:1 ack 101", seen(p));
	put(p, "P. 301:401 ack 1 <nop,nop,TS 200 0>");
	EXPECT_STREQ(". 1:1 ack 101", seen(p));
	put(p, "P. 1:101 ack 1 <nop,nop,TS 201 0>");
	EXPECT_STREQ(". 1:1 ack 101", seen(p));
	EXPECT_STREQ("nop,nop,TS,nop,nop,sack 1:101 301:401", p->opts);
	put(p, "P. 301:401 ack 1 <nop,nop,TS 201 0>");
	EXPECT_STREQ(". 1:1 ack 101", seen(p));
	EXPECT_STREQ("nop,nop,TS,nop,nop,sack 301:401 301:401", p->opts);
}

/* --------------------------------------------------------------- segmentation */

/*
 * What leaves as one large packet is cut by the kernel on the way to a device
 * that cannot: each piece is a whole segment, with one more of IP's numbers, and
 * PSH and FIN are the last one's
 * Proves: MUST-2, MUST-61, MUST-65
 */
TEST_F(frames_out, super_packet)
{
	struct peer *p = &self->p;
	int n = 0, id = 0;
	unsigned int at = 1;
	char text[64];

	ASSERT_EQ(0, peer_calls(p, ALL));
	ASSERT_EQ(0, opt_set(p->fd, IPPROTO_TCP, TCP_CORK, 1));
	ASSERT_EQ(9 * 1448 + 7, send_pattern(p->fd, 9 * 1448 + 7, 0));
	ASSERT_EQ(0, shutdown(p->fd, SHUT_WR));
	for (n = 0; n < 10; n++) {
		bool last = n == 9;
		unsigned int end = at + (last ? 7 : 1448);
		const char *got = seen(p);

		snprintf(text, sizeof(text), " %u:%u ack 1", at, end);
		ASSERT_NE(NULL, strstr(got, text)) TH_LOG("%s: %s", text, got);
		EXPECT_EQ(last, got[0] == 'F') TH_LOG("%s", got);
		EXPECT_TRUE(!last || !strncmp(got, "FP.", 3)) TH_LOG("%s", got);
		EXPECT_STREQ("nop,nop,TS", p->opts);
		EXPECT_TRUE(pattern_ok(tcp_of(&p->last) + 32, end - at, at - 1));
		EXPECT_TRUE(!n || ntohs(p->last.ip.id) ==
			    (uint16_t)(id + 1))
			TH_LOG("%s: IP ID %d after %d", text, ntohs(p->last.ip.id), id);
		EXPECT_EQ(htons(IP_DF), p->last.ip.frag_off);
		id = ntohs(p->last.ip.id);
		at = end;
	}
}

/* Urgent data in a super packet: the pointer counts from each segment */
TEST_F(frames_out, super_packet_urgent)
{
	struct peer *p = &self->p;
	char text[64];
	int n;

	ASSERT_EQ(0, peer_calls(p, ALL));
	ASSERT_EQ(0, opt_set(p->fd, IPPROTO_TCP, TCP_CORK, 1));
	ASSERT_EQ(3 * 1448, send_pattern(p->fd, 3 * 1448, 0));
	ASSERT_EQ(1, send(p->fd, "u", 1, MSG_OOB));
	for (n = 0; n < 4; n++) {
		snprintf(text, sizeof(text), " %d:", n * 1448 + 1);
		EXPECT_NE(NULL, strstr(seen(p), text)) TH_LOG("%s", p->text);
	}
	EXPECT_NE(NULL, strstr(p->text, "U 4345:4346 ack 1 urg 1"))
		TH_LOG("%s", p->text);
}

/* ------------------------------------------------------------- the IP header */

/* Proves: MUST-48, MUST-49 */
TEST_F(frames_out, tos_and_ttl)
{
	struct peer *p = &self->p;

	p->fd = tcp_socket(0);
	ASSERT_EQ(0, opt_set(p->fd, IPPROTO_IP, IP_TTL, 9));
	ASSERT_EQ(0, opt_set(p->fd, IPPROTO_IP, IP_TOS, 0xb8));
	ASSERT_EQ(0, peer_is_called(p, ALL));
	EXPECT_EQ(9, p->last.ip.ttl);
	EXPECT_EQ(0xb8, p->last.ip.tos);
	ASSERT_EQ(0, opt_set(p->fd, IPPROTO_IP, IP_TTL, 200));
	ASSERT_EQ(0, opt_set(p->fd, IPPROTO_IP, IP_TOS, 0x20));
	ASSERT_EQ(5, send_pattern(p->fd, 5, 0));
	EXPECT_STREQ("P. 1:6 ack 1", seen(p));
	EXPECT_EQ(200, p->last.ip.ttl);
	EXPECT_EQ(0x20, p->last.ip.tos);
}

/* IP_PMTUDISC_DONT: routers may cut it up, and then it needs a number */
TEST_F(frames_out, may_be_fragmented)
{
	struct peer *p = &self->p;
	int id;

	p->fd = tcp_socket(0);
	ASSERT_EQ(0, opt_set(p->fd, IPPROTO_IP, IP_MTU_DISCOVER,
			     IP_PMTUDISC_DONT));
	ASSERT_EQ(0, peer_is_called(p, ALL));
	ASSERT_EQ(5, send_pattern(p->fd, 5, 0));
	EXPECT_STREQ("P. 1:6 ack 1", seen(p));
	EXPECT_EQ(0, p->last.ip.frag_off);
	id = p->last.ip.id;
	put(p, ". 1:1 ack 6 <nop,nop,TS 300 0>");
	ASSERT_EQ(5, send_pattern(p->fd, 5, 5));
	EXPECT_STREQ("P. 6:11 ack 1", seen(p));
	EXPECT_EQ(0, p->last.ip.frag_off);
	EXPECT_NE(id, p->last.ip.id);
}

/* Netfilter sees what the user has set: on the SYN, on data, on the FIN */
TEST_F(frames_out, mark_and_priority)
{
	struct peer *p = &self->p;

	ASSERT_EQ(0, nft_rules("add table ip t; "
			       "add chain ip t out { type filter hook output priority 0; }; "
			       "add rule ip t out tcp dport 9000 meta mark != 7 drop; "
			       "add rule ip t out tcp dport 9000 meta priority != 0:5 drop"));
	p->fd = tcp_socket(0);
	ASSERT_EQ(0, opt_set(p->fd, SOL_SOCKET, SO_MARK, 7));
	ASSERT_EQ(0, opt_set(p->fd, SOL_SOCKET, SO_PRIORITY, 5));
	ASSERT_EQ(0, peer_is_called(p, ALL));
	ASSERT_EQ(5, send_pattern(p->fd, 5, 0));
	EXPECT_STREQ("P. 1:6 ack 1", seen(p));
	put(p, ". 1:1 ack 6 <nop,nop,TS 300 0>");
	ASSERT_EQ(0, opt_set(p->fd, SOL_SOCKET, SO_MARK, 8));
	ASSERT_EQ(0, shutdown(p->fd, SHUT_WR));
	EXPECT_TRUE(silent(p));
}

/* So it sees them on what no socket sends: on a RST, a SYN,ACK, and in TIME-WAIT */
TEST_F(frames_out, mark_and_priority_of_replies)
{
	struct peer *p = &self->p;
	int lfd = tcp_socket(0);

	ASSERT_EQ(0, nft_rules("add table ip t; "
			       "add chain ip t out { type filter hook output priority 0; }; "
			       "add rule ip t out tcp sport 7700 meta mark != 7 drop; "
			       "add rule ip t out tcp sport 7700 meta priority != 0:5 drop"));
	ASSERT_EQ(0, opt_set(lfd, SOL_SOCKET, SO_MARK, 7));
	ASSERT_EQ(0, opt_set(lfd, SOL_SOCKET, SO_PRIORITY, 5));
	ASSERT_EQ(0, bind4(lfd, INADDR_ANY, PORT));
	ASSERT_EQ(0, listen(lfd, 8));
	p->port = PORT;
	put(p, ". 5:5 ack 5");	/* of no connection */
	EXPECT_STREQ("R 5:5", seen(p));
	put(p, "S 0:0 <mss 1460>");
	EXPECT_STREQ("S. 0:0 ack 1", seen(p));
	put(p, ". 1:1 ack 1");
	p->fd = accept(lfd, NULL, NULL);
	ASSERT_LE(0, p->fd);
	/* this one is not inherited */
	ASSERT_EQ(0, opt_set(p->fd, SOL_SOCKET, SO_PRIORITY, 5));
	close(p->fd);
	EXPECT_STREQ("F. 1:1 ack 1", seen(p));
	put(p, "F. 1:1 ack 2");
	EXPECT_STREQ(". 2:2 ack 2", seen(p));
	put(p, "F. 1:1 ack 2");
	EXPECT_STREQ(". 2:2 ack 2", seen(p));
	close(lfd);
}

/* ----------------------------------------------------------------------- ECN */

static int ecn_of(struct peer *p)
{
	return p->last.ip.tos & 3;
}

/*
 * What is sent for the first time may be marked, what is sent again and what
 * carries no data may not
 * Proves: ECN-1, ECN-2, ECN-3, ECN-4, ECN-5, ECN-7
 */
TEST_F(frames_out, ect_on_new_data_only)
{
	struct peer *p = &self->p;

	ASSERT_EQ(0, tcp_sysctl("tcp_ecn", "1"));
	p->fd = tcp_socket(SOCK_NONBLOCK);
	EXPECT_EQ(EINPROGRESS, err(connect4(p->fd, ADDR_PEER, PEER_PORT)));
	EXPECT_STREQ("SEW 0:0", seen(p));
	EXPECT_EQ(0, ecn_of(p));
	put(p, "S.E 0:0 ack 1 <" ALL ">");
	EXPECT_STREQ(". 1:1 ack 1", seen(p));
	EXPECT_EQ(0, ecn_of(p));
	ASSERT_EQ(5, send_pattern(p->fd, 5, 0));
	EXPECT_STREQ("P. 1:6 ack 1", seen(p));
	EXPECT_EQ(ECN_ECT0, ecn_of(p));
	EXPECT_STREQ("P. 1:6 ack 1", seen(p));	/* nobody has ACKed it */
	EXPECT_EQ(0, ecn_of(p));
}

/*
 * A mark is echoed until the peer says CWR; the peer's echo is answered by CWR,
 * on new data and once
 * Proves: ECN-8, ECN-10
 */
TEST_F(frames_out, ece_and_cwr)
{
	struct peer *p = &self->p;

	ASSERT_EQ(0, tcp_sysctl("tcp_ecn", "1"));
	p->fd = tcp_socket(SOCK_NONBLOCK);
	EXPECT_EQ(EINPROGRESS, err(connect4(p->fd, ADDR_PEER, PEER_PORT)));
	seen(p);
	put(p, "S.E 0:0 ack 1 <" ALL ">");
	seen(p);
	put_how(p, "P. 1:101 ack 1 <nop,nop,TS 200 0>",
		&(struct how){ .tos = ECN_CE });
	EXPECT_STREQ(".E 1:1 ack 101", seen(p));
	put_how(p, "P. 101:201 ack 1 <nop,nop,TS 200 0>",
		&(struct how){ .tos = ECN_ECT0 });
	EXPECT_STREQ(".E 1:1 ack 201", seen(p));
	put_how(p, "P.W 201:301 ack 1 <nop,nop,TS 200 0>",
		&(struct how){ .tos = ECN_ECT0 });
	EXPECT_STREQ(". 1:1 ack 301", seen(p));
	ASSERT_EQ(5, send_pattern(p->fd, 5, 0));
	EXPECT_STREQ("P. 1:6 ack 301", seen(p));
	put(p, ".E 301:301 ack 6 <nop,nop,TS 200 0>");
	ASSERT_EQ(5, send_pattern(p->fd, 5, 5));
	EXPECT_STREQ("P.W 6:11 ack 301", seen(p));
	EXPECT_EQ(ECN_ECT0, ecn_of(p));
	put(p, ". 301:301 ack 11 <nop,nop,TS 200 0>");
	ASSERT_EQ(5, send_pattern(p->fd, 5, 10));
	EXPECT_STREQ("P. 11:16 ack 301", seen(p));
}

/*
 * Somebody on the way drops such SYNs: one that asks for nothing gets through
 * Proves: ECN-12
 */
TEST_F(frames_out, ecn_syn_unanswered)
{
	struct peer *p = &self->p;
	int i;

	ASSERT_EQ(0, tcp_sysctl("tcp_ecn", "1"));
	p->fd = tcp_socket(SOCK_NONBLOCK);
	EXPECT_EQ(EINPROGRESS, err(connect4(p->fd, ADDR_PEER, PEER_PORT)));
	EXPECT_STREQ("SEW 0:0", seen(p));
	for (i = 0; i < 3 && strcmp("S 0:0", seen(p)); i++)
		;
	EXPECT_STREQ("S 0:0", p->text);
}

/* ----------------------------------------------------------------------- RST */

/* What comes to a port that nobody has, or to a listener, and the answer */
static const struct {
	const char *in;
	const char *closed;
	const char *listening;
} strays[] = {
	{ "S 0:0 <mss 1460>", "R. 0:0 ack 1", "S." },
	{ "S 0:10", "R. 0:0 ack 11", "S." },
	{ "F 5:5", "R. 0:0 ack 6", "nothing" },
	{ " 5:15", "R. 0:0 ack 15", "nothing" },
	{ ". 5:5 ack 77", "R 77:77", "R 77:77" },
	{ "P. 5:15 ack 77", "R 77:77", "R 77:77" },
	{ "S. 5:5 ack 77", "R 77:77", "R 77:77" },
	{ "F. 5:5 ack 77", "R 77:77", "R 77:77" },
	{ "FPU. 5:15 ack 77 urg 3", "R 77:77", "R 77:77" },
	{ "R 5:5", "nothing", "nothing" },
	{ "R. 5:5 ack 77", "nothing", "nothing" },
	{ "RS 5:5", "nothing", "nothing" },
	{ "RS. 5:5 ack 77", "nothing", "nothing" },
};

/*
 * A RST to what cannot be for anybody, and never to a RST
 */
TEST_F(frames_out, reset)
{
	struct peer *p = &self->p;
	int lfd = tcp_socket(0);
	const char *got;
	size_t i;

	ASSERT_EQ(0, bind4(lfd, INADDR_ANY, PORT));
	ASSERT_EQ(0, listen(lfd, 100));
	for (i = 0; i < 2 * ARRAY_SIZE(strays); i++) {
		size_t n = i / 2;
		const char *want = i & 1 ? strays[n].listening :
					   strays[n].closed;

		p->port = i & 1 ? PORT : PORT + 1;
		p->our_port++;
		p->irs = 0;
		ASSERT_EQ(0, put(p, strays[n].in));
		got = seen_within(p, *want == 'n' ? MOMENT_MS : WAIT_MS);
		EXPECT_EQ(0, strncmp(want, got, strlen(want)))
			TH_LOG("%s: %s, not %s", strays[n].in, got, want);
	}
	close(lfd);
}

TEST_HARNESS_MAIN
