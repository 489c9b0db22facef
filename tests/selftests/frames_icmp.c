// SPDX-License-Identifier: GPL-2.0-only
/* ICMP about connections that stand (RFC 1191, RFC 5927); and conntrack, NAT */
#include <stdio.h>
#include "mini_harness.h"
#include "peer.h"

#define MSS	1460

FIXTURE(frames_icmp) {
	struct peer p;
};

FIXTURE_VARIANT(frames_icmp) {
	struct row row;
};

FIXTURE_VARIANT_ADD(frames_icmp, inet) { .row = ROW_INET };
FIXTURE_VARIANT_ADD(frames_icmp, mini) { .row = ROW_MINI };

FIXTURE_SETUP(frames_icmp)
{
	ASSERT_EQ(0, net_setup(variant->row, variant->row));
	ASSERT_EQ(0, peer_up(&self->p, 1500));
}

FIXTURE_TEARDOWN(frames_icmp)
{
	close(self->p.fd);
	close(self->p.tun);
}

static int retransmits(int fd)
{
	struct tcp_info info = { };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		return -1;
	return info.tcpi_retransmits;
}

static int listener(void)
{
	int fd = tcp_socket(0);

	return bind4(fd, INADDR_ANY, PORT) || listen(fd, 8) ? -1 : fd;
}

/* p->fd listens, and becomes what it accepts */
static int take(struct peer *p)
{
	int lfd = p->fd;

	p->fd = accept(lfd, NULL, NULL);
	close(lfd);
	return p->fd < 0 ? -1 : 0;
}

/* ----------------------------------------------------------------- path MTU */

/* Two full segments follow, the first of them was seen last */
static bool send_two(struct peer *p)
{
	struct packet first;

	if (opt_set(p->fd, IPPROTO_TCP, TCP_NODELAY, 1) ||
	    send_pattern(p->fd, 2 * MSS, 0) != 2 * MSS ||
	    !strstr(seen(p), " 1:1461 ack 1"))
		return false;
	first = p->last;
	if (!strstr(seen(p), " 1461:2921 ack 1"))
		return false;
	p->last = first;
	return true;
}

static bool two_segments_out(struct peer *p)
{
	return !peer_calls(p, "mss 1460") && send_two(p);
}

/* The first segment comes again, no longer than this; its length */
static int resent(struct peer *p)
{
	unsigned int from, end;
	const char *got = seen(p);

	if (sscanf(strchr(got, ' '), " %u:%u", &from, &end) != 2 || from != 1)
		return -1;
	return end - from;
}

/*
 * Cut smaller and sent again at once
 * Proves: PM-2, PM-7
 */
TEST_F(frames_icmp, smaller_mtu)
{
	struct peer *p = &self->p;
	long begin;

	ASSERT_TRUE(two_segments_out(p));
	begin = now_ms();
	ASSERT_EQ(0, put_icmp(p, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 1000, 8));
	EXPECT_EQ(960, resent(p));
	EXPECT_GT(150, now_ms() - begin);
	EXPECT_TRUE(p->last.ip.frag_off & htons(IP_DF));
}

/* A socket that is bound to a device hears what comes by that device */
TEST_F(frames_icmp, bound_to_device)
{
	struct peer *p = &self->p;

	ASSERT_EQ(0, peer_calls(p, "mss 1460"));
	ASSERT_EQ(0, setsockopt(p->fd, SOL_SOCKET, SO_BINDTODEVICE, "t0", 3));
	ASSERT_TRUE(send_two(p));
	ASSERT_EQ(0, put_icmp(p, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 1000, 8));
	EXPECT_EQ(960, resent(p));
}

/*
 * net.ipv4.route.min_pmtu is where it ends: nobody makes segments tiny
 * Proves: PM-3
 */
TEST_F(frames_icmp, tiny_mtu)
{
	struct peer *p = &self->p;

	ASSERT_TRUE(two_segments_out(p));
	put_icmp(p, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 68, 8);
	EXPECT_EQ(512, resent(p));
	put_icmp(p, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 0, 8);
	put_icmp(p, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 1, 8);
	put(p, ". 1:1 ack 2921");
	forget(p);
	ASSERT_EQ(512, send_pattern(p->fd, 512, 2 * MSS));
	EXPECT_STREQ("P. 2921:3433 ack 1", seen(p));
}

#define UNSENT	(2 * MSS)

static const struct {
	const char *name;
	int mtu;
	int off;	/* of the quoted number */
	int quoted;	/* octets of the segment */
} no_news[] = {
	{ "the same MTU", 1500, 0, 8 },
	{ "a larger MTU", 1501, 0, 8 },
	{ "a far larger MTU", 9000, 0, 8 },
	{ "a number that was ACKed", 1000, -1, 8 },
	{ "a number not yet sent", 1000, UNSENT, 8 },
	{ "a number far away", 1000, 1 << 30, 8 },
	{ "no number", 1000, 0, 4 },
	{ "nothing", 1000, 0, 0 },
};

/*
 * Nothing is sent again at once, and segments stay as long as they are
 * Proves: PM-6, IC-1
 */
TEST_F(frames_icmp, no_news)
{
	struct peer *p = &self->p;
	struct packet first;
	uint32_t seq;
	size_t i;

	ASSERT_TRUE(two_segments_out(p));
	first = p->last;
	for (i = 0; i < ARRAY_SIZE(no_news); i++) {
		p->last = first;
		memcpy(&seq, tcp_of(&p->last) + 4, 4);
		seq = htonl(ntohl(seq) + no_news[i].off);
		if (no_news[i].off == UNSENT && !row_is_mini())
			continue;	/* Linux takes this one for sent */
		memcpy(tcp_of(&p->last) + 4, &seq, 4);
		put_icmp(p, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED,
			 no_news[i].mtu, no_news[i].quoted);
	}
	/* what comes, comes from the retransmission timer or a probe */
	EXPECT_NE(NULL, strstr(seen(p), ":"));
	EXPECT_EQ(MSS, payload_of(&p->last)) TH_LOG("%s", p->text);
	ASSERT_EQ(0, put(p, ". 1:1 ack 2921"));
	forget(p);
	ASSERT_EQ(MSS, send_pattern(p->fd, MSS, 2 * MSS));
	EXPECT_STREQ("P. 2921:4381 ack 1", seen(p));
}

/* ------------------------------------------------------------------ redirects */

/* A SYN to ADDR_FAR, by the router that put_icmp() speaks for */
static int syn_to_far(struct peer *p)
{
	if (route_far())
		return -1;
	p->fd = tcp_socket(SOCK_NONBLOCK);
	connect4(p->fd, ADDR_FAR, PEER_PORT);
	return next_packet(p, WAIT_MS) && p->last.ip.protocol != IPPROTO_ICMP ?
		0 : -1;
}

TEST_F(frames_icmp, redirect)
{
	struct peer *p = &self->p;

	ASSERT_EQ(0, syn_to_far(p));
	EXPECT_TRUE(far_goes_by(ADDR_ROUTER));
	ASSERT_EQ(0, put_icmp(p, ICMP_REDIRECT, ICMP_REDIR_HOST, ADDR_NEARER,
			      8));
	EXPECT_TRUE(far_goes_by(ADDR_NEARER));
	EXPECT_EQ(0, opt_get(p->fd, SOL_SOCKET, SO_ERROR));
}

/* Of a segment that was not sent, or for a host that is none (RFC 5927 4.1) */
TEST_F(frames_icmp, redirect_not_believed)
{
	struct peer *p = &self->p;
	uint32_t seq;

	ASSERT_EQ(0, syn_to_far(p));
	put_icmp(p, ICMP_REDIRECT, ICMP_REDIR_HOST, INADDR_BROADCAST, 8);
	put_icmp(p, ICMP_REDIRECT, ICMP_REDIR_HOST, ADDR_NEARER, 4);
	memcpy(&seq, tcp_of(&p->last) + 4, 4);
	seq = htonl(ntohl(seq) + 1000);
	memcpy(tcp_of(&p->last) + 4, &seq, 4);
	put_icmp(p, ICMP_REDIRECT, ICMP_REDIR_HOST, ADDR_NEARER, 8);
	EXPECT_TRUE(far_goes_by(ADDR_ROUTER));
}

/* -------------------------------------------------------- errors of all kinds */

static const struct {
	int type;
	int code;
} kinds[] = {
	{ ICMP_DEST_UNREACH, ICMP_NET_UNREACH },
	{ ICMP_DEST_UNREACH, ICMP_HOST_UNREACH },
	{ ICMP_DEST_UNREACH, ICMP_PROT_UNREACH },
	{ ICMP_DEST_UNREACH, ICMP_PORT_UNREACH },
	{ ICMP_DEST_UNREACH, ICMP_SR_FAILED },
	{ ICMP_DEST_UNREACH, ICMP_NET_UNKNOWN },
	{ ICMP_DEST_UNREACH, ICMP_HOST_UNKNOWN },
	{ ICMP_DEST_UNREACH, ICMP_HOST_ISOLATED },
	{ ICMP_DEST_UNREACH, ICMP_NET_ANO },
	{ ICMP_DEST_UNREACH, ICMP_HOST_ANO },
	{ ICMP_DEST_UNREACH, ICMP_PKT_FILTERED },
	{ ICMP_DEST_UNREACH, 15 },
	{ ICMP_DEST_UNREACH, 16 },
	{ ICMP_DEST_UNREACH, 255 },
	{ ICMP_SOURCE_QUENCH, 0 },
	{ ICMP_REDIRECT, 0 },
	{ ICMP_TIME_EXCEEDED, ICMP_EXC_TTL },
	{ ICMP_TIME_EXCEEDED, ICMP_EXC_FRAGTIME },
	{ ICMP_PARAMETERPROB, 0 },
	{ 40, 0 },
};

/* All of them, about what is in flight, one line after the other */
static void put_all_kinds(struct peer *p, int quoted)
{
	struct packet first = p->last;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		p->last = first;
		put_icmp(p, kinds[i].type, kinds[i].code, 0, quoted);
	}
}

/*
 * Hard or soft, no error ends a connection that stands; the last is there for
 * who asks
 * Proves: MUST-54, MUST-55, MUST-56, IC-3, IC-5
 */
TEST_F(frames_icmp, nothing_ends)
{
	struct peer *p = &self->p;

	ASSERT_TRUE(two_segments_out(p));
	put_all_kinds(p, 8);
	EXPECT_EQ(EPROTO, opt_get(p->fd, SOL_SOCKET, SO_ERROR));
	ASSERT_EQ(0, put(p, "P. 1:11 ack 2921"));
	EXPECT_EQ(10, recv_pattern(p->fd, 10, 0));
	forget(p);
	ASSERT_EQ(MSS, send_pattern(p->fd, MSS, 2 * MSS));
	EXPECT_STREQ("P. 2921:4381 ack 11", seen(p));
	EXPECT_EQ(TCP_ESTABLISHED, tcp_state(p->fd));
}

/*
 * The user who asks by IP_RECVERR learns of trouble long before R2
 * Proves: MUST-47, SHLD-9, SHLD-25
 */
TEST_F(frames_icmp, told_before_r2)
{
	struct peer *p = &self->p;
	char buf[256];

	ASSERT_TRUE(two_segments_out(p));
	ASSERT_EQ(0, opt_set(p->fd, IPPROTO_IP, IP_RECVERR, 1));
	/* R1 is three timeouts: here is the fourth sending of it */
	while (tcp_state(p->fd) == TCP_ESTABLISHED && retransmits(p->fd) < 4)
		ASSERT_NE('n', *seen(p));
	put_icmp(p, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, 8);
	EXPECT_TRUE(poll_for(p->fd, POLLERR, WAIT_MS) & POLLERR);
	EXPECT_EQ(EHOSTUNREACH, opt_get(p->fd, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(TCP_ESTABLISHED, tcp_state(p->fd));
	put(p, "P. 1:11 ack 2921");
	EXPECT_EQ(10, recv(p->fd, buf, sizeof(buf), 0));
}

/* Half-open: hard or soft, and with the wrong number, it can still be opened */
TEST_F(frames_icmp, half_open)
{
	struct peer *p = &self->p;

	p->port = PORT;
	p->fd = listener();
	put(p, "S 0:0 <mss 1460>");
	EXPECT_STREQ("S. 0:0 ack 1", seen(p));
	tcp_of(&p->last)[7] ^= 0x55;
	put_all_kinds(p, 8);
	put(p, ". 1:1 ack 1");
	EXPECT_EQ(0, take(p));
}

/* ------------------------------------------------------- conntrack and NAT */

/* What is not of a connection that is known gets no further */
static int firewall(void)
{
	return nft_rules("add table ip f; "
			 "add chain ip f in { type filter hook input priority 0; policy drop; }; "
			 "add rule ip f in ct state established,related accept; "
			 "add rule ip f in ct state invalid drop; "
			 "add rule ip f in tcp dport 7700 ct state new accept; "
			 "add chain ip f out { type filter hook output priority 0; }; "
			 "add rule ip f out ct state invalid drop");
}

/* By iptables: its NAT is in kernels that have none for nft */
static int translate(const char *rule)
{
	char command[200];

	snprintf(command, sizeof(command), "iptables-legacy -t nat -A %s",
		 rule);
	return system(command);
}

/* A stateful firewall sees the handshake, the data, and the end */
TEST_F(frames_icmp, conntrack_passive)
{
	struct peer *p = &self->p;
	char byte;

	ASSERT_EQ(0, firewall());
	ASSERT_EQ(0, peer_calls(p, "mss 1460"));
	EXPECT_EQ(0, system("conntrack -L 2>&1 | grep -q ESTABLISHED"));
	put(p, "P. 1:101 ack 1");
	EXPECT_STREQ(". 1:1 ack 101", seen(p));
	EXPECT_EQ(100, recv_pattern(p->fd, 100, 0));
	put(p, "F. 101:101 ack 1");
	EXPECT_STREQ(". 1:1 ack 102", seen(p));
	EXPECT_EQ(0, recv(p->fd, &byte, 1, 0));
	EXPECT_EQ(0, system("conntrack -L 2>&1 | grep -q CLOSE_WAIT"));
	ASSERT_EQ(0, shutdown(p->fd, SHUT_WR));
	EXPECT_STREQ("F. 1:1 ack 102", seen(p));
	put(p, ". 102:102 ack 2");
	EXPECT_TRUE(wait_state(p->fd, TCP_CLOSE));
	EXPECT_EQ(0, system("conntrack -L 2>&1 | grep -q TIME_WAIT"));
}

TEST_F(frames_icmp, conntrack_active)
{
	struct peer *p = &self->p;

	ASSERT_EQ(0, firewall());
	ASSERT_EQ(0, peer_is_called(p, "mss 1460"));
	EXPECT_EQ(0, system("conntrack -L 2>&1 | grep -q ESTABLISHED"));
	ASSERT_EQ(5, send_pattern(p->fd, 5, 0));
	EXPECT_STREQ("P. 1:6 ack 1", seen(p));
	/* of another connection, and by a number that nobody expects */
	p->our_port++;
	put(p, "P. 1:11 ack 6");
	EXPECT_TRUE(silent(p));
	p->our_port--;
	put(p, "R 1000001:1000001");
	put(p, "P. 1:11 ack 6");
	EXPECT_EQ(10, recv_pattern(p->fd, 10, 0));
}

/* Destination translated: answers come from where the client called */
TEST_F(frames_icmp, dnat)
{
	struct peer *p = &self->p;

	ASSERT_EQ(0, translate("PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 7700"));
	p->fd = listener();
	ASSERT_LE(0, p->fd);
	p->port = 80;
	put(p, "S 0:0 <mss 1460>");
	EXPECT_STREQ("S. 0:0 ack 1", seen(p));
	put(p, ". 1:1 ack 1");
	ASSERT_EQ(0, take(p));
	put(p, "P. 1:101 ack 1");
	EXPECT_STREQ(". 1:1 ack 101", seen(p));
	EXPECT_EQ(100, recv_pattern(p->fd, 100, 0));
	ASSERT_EQ(100, send_pattern(p->fd, 100, 0));
	EXPECT_STREQ("P. 1:101 ack 101", seen(p));
	/* and ICMP, whose quote is translated back */
	put_icmp(p, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, 8);
	EXPECT_EQ(TCP_ESTABLISHED, tcp_state(p->fd));
}

/* Source translated, address and port: the peer sees another machine */
TEST_F(frames_icmp, snat)
{
	struct peer *p = &self->p;

	ASSERT_EQ(0, translate("POSTROUTING -p tcp -j SNAT --to-source 192.0.2.77:4444"));
	p->addr = 0xc000024d;
	ASSERT_EQ(0, peer_is_called(p, "mss 1460"));
	EXPECT_EQ(4444, p->port);
	EXPECT_EQ(htonl(p->addr), p->last.ip.saddr);
	ASSERT_EQ(2 * MSS, send_pattern(p->fd, 2 * MSS, 0));
	EXPECT_STREQ(". 1:1461 ack 1", seen(p));
	put_icmp(p, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 1000, 8);
	while (strcmp(". 1:961 ack 1", seen(p)) && *p->text)
		;
	EXPECT_STREQ(". 1:961 ack 1", p->text);
	put(p, "P. 1:101 ack 2921");
	EXPECT_EQ(100, recv_pattern(p->fd, 100, 0));
}

TEST_HARNESS_MAIN
