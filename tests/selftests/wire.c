// SPDX-License-Identifier: GPL-2.0-only
/*
 * Below TCP: what the IP headers say, what comes of IP options and of ICMP
 * that others send, and urgent data from a kernel TCP that really sends it.
 */
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netpacket/packet.h>
#include "mini_harness.h"

FIXTURE(wire) {
	int tap;	/* sees every packet on lo */
};

FIXTURE_VARIANT(wire) {
	struct row own;
	struct row peer;
};

FIXTURE_VARIANT_ADD(wire, inet) { ROW_INET, ROW_INET };
FIXTURE_VARIANT_ADD(wire, mini) { ROW_MINI, ROW_MINI };
FIXTURE_VARIANT_ADD(wire, mini253) { ROW_MINI253, ROW_MINI253 };
FIXTURE_VARIANT_ADD(wire, mini_to_inet) { ROW_MINI, ROW_INET };
FIXTURE_VARIANT_ADD(wire, inet_to_mini) { ROW_INET, ROW_MINI };

static int tap_open(void)
{
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = if_nametoindex("lo"),
	};
	int fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));

	if (fd >= 0 && bind(fd, (struct sockaddr *)&ll, sizeof(ll)))
		return -1;
	return fd;
}

FIXTURE_SETUP(wire)
{
	ASSERT_EQ(0, net_setup(variant->own, variant->peer));
	ASSERT_EQ(0, net_routes());
	self->tap = tap_open();
	ASSERT_LE(0, self->tap);
}

FIXTURE_TEARDOWN(wire)
{
	close(self->tap);
}

/* What kernel TCP writes to us: on IP protocol 6, that is */
FIXTURE(from_inet) {
	int lfd;
};

FIXTURE_VARIANT(from_inet) {
	struct row row;
};

FIXTURE_VARIANT_ADD(from_inet, inet) { .row = ROW_INET };
FIXTURE_VARIANT_ADD(from_inet, mini) { .row = ROW_MINI };

FIXTURE_SETUP(from_inet)
{
	ASSERT_EQ(0, net_setup(variant->row, variant->row));
	self->lfd = tcp_socket(0);
	ASSERT_LE(0, listen_on(self->lfd, PORT, 1));
}

FIXTURE_TEARDOWN(from_inet)
{
	close(self->lfd);
}

/* The start of a packet; without options TCP follows at once */
struct packet {
	struct iphdr ip;
	uint16_t sport;
	uint16_t dport;
	uint32_t seq;
	uint8_t rest[60];
};

/* The next packet from a port, or false when none comes in time */
static bool tap_next(int tap, int port, struct packet *p, int ms)
{
	while (poll_for(tap, POLLIN, ms)) {
		if (recv(tap, p, sizeof(*p), 0) >= 40 && p->ip.ihl == 5 &&
		    ntohs(p->sport) == port)
			return true;
	}
	return false;
}

static void tap_forget(int tap)
{
	char byte;

	while (recv(tap, &byte, 1, MSG_DONTWAIT) >= 0)
		;
}

/* Each packet from @port says so; the octets of ECN are TCP's own */
static void expect_headers(struct __test_metadata *_metadata, int tap,
			   int port, int tos, int ttl)
{
	struct packet p;
	int n = 0;

	while (tap_next(tap, port, &p, MOMENT_MS)) {
		EXPECT_EQ(tos, p.ip.tos & ~3);
		EXPECT_EQ(ttl, p.ip.ttl);
		EXPECT_TRUE(p.ip.frag_off & htons(IP_DF));
		n++;
	}
	EXPECT_LT(0, n);
}

static void exchange(struct __test_metadata *_metadata, int c, int s)
{
	EXPECT_EQ(2000, send_pattern(c, 2000, 0));
	EXPECT_EQ(2000, recv_pattern(s, 2000, 0));
	EXPECT_EQ(2000, send_pattern(s, 2000, 0));
	EXPECT_EQ(2000, recv_pattern(c, 2000, 0));
	EXPECT_TRUE(wait_outq(c, 0));
	EXPECT_TRUE(wait_outq(s, 0));
}

/* fd[0] with IP_TOS and IP_TTL set before it connects to fd[1] */
static int pair_with_tos_ttl(int fd[2], int tos, int ttl)
{
	int lfd = peer_socket(0);

	fd[0] = tcp_socket(0);
	if (opt_set(fd[0], IPPROTO_IP, IP_TOS, tos) ||
	    opt_set(fd[0], IPPROTO_IP, IP_TTL, ttl) ||
	    listen_on(lfd, PORT, 1) < 0 || connect4(fd[0], ADDR_LO, PORT))
		return -1;
	fd[1] = accept(lfd, NULL, NULL);
	close(lfd);
	return fd[1] < 0 ? -1 : 0;
}

/*
 * From the SYN on, and anew when they change; and no router may cut it up
 * Proves: MUST-48, MUST-49, SHLD-21, SHLD-22, PM-1
 */
TEST_F(wire, tos_and_ttl)
{
	int fd[2];

	ASSERT_EQ(0, pair_with_tos_ttl(fd, 0xb8, 5));
	exchange(_metadata, fd[0], fd[1]);
	expect_headers(_metadata, self->tap, local_port(fd[0]), 0xb8, 5);
	ASSERT_EQ(0, opt_set(fd[0], IPPROTO_IP, IP_TOS, 0x28));
	ASSERT_EQ(0, opt_set(fd[0], IPPROTO_IP, IP_TTL, 77));
	tap_forget(self->tap);
	exchange(_metadata, fd[0], fd[1]);
	expect_headers(_metadata, self->tap, local_port(fd[0]), 0x28, 77);
}

/*
 * The machine would now rather write from another address; who writes already
 * does so from his own
 * Proves: MUST-45
 */
TEST_F(wire, source_stays)
{
	struct packet p;
	int fd[2], n = 0;

	ASSERT_EQ(0, tcp_pair(fd));
	exchange(_metadata, fd[0], fd[1]);
	/* that of the local table, which packets on lo go by */
	ASSERT_EQ(0, system("ip route replace local 127.0.0.1 dev lo table local src 127.9.9.9"));
	tap_forget(self->tap);
	exchange(_metadata, fd[0], fd[1]);
	while (tap_next(self->tap, local_port(fd[0]), &p, MOMENT_MS)) {
		EXPECT_EQ(ADDR_LO, ntohl(p.ip.saddr));
		n++;
	}
	EXPECT_LT(0, n);
	/* and that the other one is in force, somebody new shows */
	ASSERT_EQ(0, tcp_pair(fd));
	EXPECT_TRUE(tap_next(self->tap, local_port(fd[0]), &p, WAIT_MS));
	EXPECT_EQ(0x7f090909, ntohl(p.ip.saddr));
}

/*
 * Known to IP or to nobody: TCP goes on with what comes after them
 * Proves: MUST-50
 */
TEST_F(from_inet, ip_options)
{
	/* record route; one of a number that nobody has */
	static const uint8_t opts[] = { 7, 7, 4, 0, 0, 0, 0, 158, 4, 0, 0, 0 };
	int cfd = inet_socket(0), sfd;

	ASSERT_EQ(0, setsockopt(cfd, IPPROTO_IP, IP_OPTIONS, opts,
				sizeof(opts)));
	ASSERT_EQ(0, connect4(cfd, ADDR_LO, PORT));
	sfd = accept(self->lfd, NULL, NULL);
	ASSERT_LE(0, sfd);
	exchange(_metadata, cfd, sfd);
}

/* ---------------------------------------------------------------- ICMP */

static uint16_t icmp_sum(const void *data, size_t len)
{
	const uint16_t *p = data;
	uint32_t sum = 0;

	for (; len > 1; len -= 2)
		sum += *p++;
	sum = (sum >> 16) + (sum & 0xffff);
	return ~(sum + (sum >> 16));
}

/* An ICMP error about a packet that was seen, as the first router sends it */
static int icmp_about(const struct packet *p, int type, int code)
{
	struct {
		struct icmphdr icmp;
		uint8_t quote[28];
	} msg = { .icmp = { .type = type, .code = code } };
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = p->ip.saddr };
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	ssize_t rc;

	memcpy(msg.quote, p, sizeof(msg.quote));
	msg.icmp.checksum = icmp_sum(&msg, sizeof(msg));
	rc = sendto(fd, &msg, sizeof(msg), 0, (struct sockaddr *)&to,
		    sizeof(to));
	close(fd);
	return rc == sizeof(msg) ? 0 : -1;
}

/* A connect() that nobody answers, and its SYN */
static int call_nobody(struct __test_metadata *_metadata, int tap, int port,
		       struct packet *syn)
{
	int fd = tcp_socket(SOCK_NONBLOCK);

	EXPECT_EQ(0, bind4(fd, ADDR_HERE, port));
	EXPECT_EQ(EINPROGRESS, err(connect4(fd, ADDR_BLACKHOLE, PORT)));
	EXPECT_TRUE(tap_next(tap, port, syn, WAIT_MS));
	return fd;
}

/* It ends, if not at once */
static bool is_over(int fd)
{
	return poll_for(fd, POLLOUT, WAIT_MS);
}

/* A moment later it has not ended */
static bool goes_on(int fd)
{
	return !poll_for(fd, POLLOUT, 2 * MOMENT_MS);
}

/*
 * The connection that it quotes ends, and no other
 * Proves: MUST-54, SHLD-26, IC-2, IC-4
 */
TEST_F(wire, icmp_unreachable)
{
	struct packet syn[2];
	int fd[2];

	fd[0] = call_nobody(_metadata, self->tap, PORT + 5, &syn[0]);
	fd[1] = call_nobody(_metadata, self->tap, PORT + 6, &syn[1]);
	ASSERT_EQ(0, icmp_about(&syn[0], ICMP_DEST_UNREACH,
				ICMP_PORT_UNREACH));
	EXPECT_TRUE(is_over(fd[0]));
	EXPECT_EQ(ECONNREFUSED, opt_get(fd[0], SOL_SOCKET, SO_ERROR));
	EXPECT_TRUE(goes_on(fd[1]));
	EXPECT_EQ(0, opt_get(fd[1], SOL_SOCKET, SO_ERROR));
}

/*
 * The number quoted was not sent: whoever wrote this was not on the way
 * Proves: IC-1
 */
TEST_F(wire, icmp_of_a_guesser)
{
	struct packet syn;
	int fd;

	fd = call_nobody(_metadata, self->tap, PORT + 5, &syn);
	syn.seq = htonl(ntohl(syn.seq) + 1000);
	ASSERT_EQ(0, icmp_about(&syn, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH));
	EXPECT_TRUE(goes_on(fd));
	syn.seq = htonl(ntohl(syn.seq) - 1000);
	ASSERT_EQ(0, icmp_about(&syn, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH));
	EXPECT_TRUE(is_over(fd));
}

/*
 * Nobody slows down, and nothing ends. (That ICMP gets through to this
 * connection, the second message shows.)
 * Proves: MUST-55, IC-5
 */
TEST_F(wire, source_quench)
{
	struct packet syn;
	int fd;

	fd = call_nobody(_metadata, self->tap, PORT + 5, &syn);
	ASSERT_EQ(0, icmp_about(&syn, ICMP_SOURCE_QUENCH, 0));
	EXPECT_TRUE(goes_on(fd));
	EXPECT_EQ(0, opt_get(fd, SOL_SOCKET, SO_ERROR));
	ASSERT_EQ(0, icmp_about(&syn, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH));
	EXPECT_TRUE(is_over(fd));
	EXPECT_EQ(EHOSTUNREACH, opt_get(fd, SOL_SOCKET, SO_ERROR));
}

/* ---------------------------------------------------------- urgent data */

/* A sender of urgent data, which is kernel TCP, and a reader in line */
static int urgent_pair(int lfd, int fd[2])
{
	fd[0] = inet_socket(0);
	if (connect4(fd[0], ADDR_LO, PORT))
		return -1;
	fd[1] = accept(lfd, NULL, NULL);
	return fd[1] < 0 ? -1 : opt_set(fd[1], SOL_SOCKET, SO_OOBINLINE, 1);
}

/*
 * SIGURG comes for each new pointer, and once
 * Proves: MUST-32
 */
TEST_F(from_inet, urgent_signal)
{
	int fd[2];

	ASSERT_EQ(0, urgent_pair(self->lfd, fd));
	ASSERT_EQ(0, signal_count(SIGURG, SA_RESTART));
	ASSERT_EQ(0, fcntl(fd[1], F_SETOWN, getpid()));
	EXPECT_EQ(10, send_pattern(fd[0], 10, 0));
	EXPECT_TRUE(wait_inq(fd[1], 10));
	EXPECT_EQ(0, signals_seen());
	EXPECT_EQ(1, send(fd[0], "u", 1, MSG_OOB));
	EXPECT_TRUE(wait_signals(1));
	EXPECT_EQ(1, signals_seen());
	EXPECT_TRUE(poll_for(fd[1], POLLPRI, WAIT_MS) & POLLPRI);
	EXPECT_EQ(10, send_pattern(fd[0], 10, 0));
	EXPECT_TRUE(wait_inq(fd[1], 21));
	EXPECT_EQ(1, signals_seen());
	EXPECT_EQ(1, send(fd[0], "v", 1, MSG_OOB));
	EXPECT_TRUE(wait_signals(2));
	EXPECT_EQ(2, signals_seen());
}

/*
 * Where in the stream it is, says SIOCATMARK
 * Proves: MUST-33
 */
TEST_F(from_inet, urgent_mark)
{
	char buf[100];
	int fd[2];

	ASSERT_EQ(0, urgent_pair(self->lfd, fd));
	EXPECT_EQ(5, send(fd[0], "front", 5, 0));
	EXPECT_EQ(1, send(fd[0], "u", 1, MSG_OOB));
	EXPECT_EQ(4, send(fd[0], "back", 4, 0));
	EXPECT_TRUE(wait_inq(fd[1], 10));
	EXPECT_EQ(0, sockatmark(fd[1]));
	EXPECT_EQ(5, recv(fd[1], buf, 5, 0));
	EXPECT_EQ(1, sockatmark(fd[1]));
	EXPECT_EQ(5, recv(fd[1], buf, sizeof(buf), 0));
	EXPECT_EQ(0, memcmp(buf, "uback", 5));
	EXPECT_EQ(0, sockatmark(fd[1]));
	EXPECT_FALSE(poll_for(fd[1], POLLPRI, 0) & POLLPRI);
}

TEST_HARNESS_MAIN
