// SPDX-License-Identifier: GPL-2.0-only
/* Datagrams by the octet: broken, in pieces, in lumps, and what is said of them */
#include <stdio.h>
#include <netinet/udp.h>
#include "mini_harness.h"
#include "peer.h"

FIXTURE(frames_udp) {
	struct peer p;
	int fd;		/* the machine's, bound to PORT at all addresses */
};

FIXTURE_VARIANT(frames_udp) {
	struct row row;
};

FIXTURE_VARIANT_ADD(frames_udp, inet) { .row = ROW_INET };
FIXTURE_VARIANT_ADD(frames_udp, mini) { .row = ROW_MINI };

FIXTURE_SETUP(frames_udp)
{
	ASSERT_EQ(0, net_setup(variant->row, variant->row));
	ASSERT_EQ(0, peer_up(&self->p, 1500));
	self->fd = udp_socket(0);
	ASSERT_EQ(0, set_timeout(self->fd, SO_RCVTIMEO, WAIT_MS));
	ASSERT_EQ(0, bind4(self->fd, INADDR_ANY, PORT));
	forget(&self->p);
}

FIXTURE_TEARDOWN(frames_udp)
{
	close(self->fd);
	close(self->p.tun);
}

/**
 * struct odd - what is special about a datagram; all zero is a plain one
 * @how: likewise of the packet
 * @len: added to the length field
 * @no_sum: checksum of 0, which says that there is none
 * @bad_sum: checksum is wrong
 * @cut: octets of the packet, UDP header and text, that are there at all
 * @tail: octets behind the datagram that are not part of it
 */
struct odd {
	struct how how;
	int len;
	bool no_sum;
	bool bad_sum;
	int cut;
	int tail;
};

static uint16_t udp_sum(struct packet *pk)
{
	return ~packet_sum(pk) ?: 0xffff;
}

static int put_udp(struct peer *p, int text, const struct odd *odd)
{
	struct packet pk;
	struct udphdr *uh;

	build_ip(p, &pk, &odd->how);
	pk.ip.protocol = IPPROTO_UDP;
	uh = (struct udphdr *)tcp_of(&pk);
	*uh = (struct udphdr){
		.source = htons(PEER_PORT), .dest = htons(PORT),
		.len = htons(8 + text + odd->len),
	};
	pattern_fill(uh + 1, text + odd->tail, 0);
	pk.len = pk.ip.ihl * 4 + 8 + text;
	if (!odd->no_sum)
		uh->check = htons(udp_sum(&pk) ^ (odd->bad_sum ? 0x100 : 0));
	pk.len += odd->tail;
	if (odd->cut)
		pk.len = pk.ip.ihl * 4 + odd->cut;
	return put_ip(p, &pk, &odd->how);
}

static int plain(struct peer *p, int text)
{
	return put_udp(p, text, &(struct odd){ });
}

/* The next packet of the machine that has to do with UDP, or is a part of one */
static bool hear(struct peer *p)
{
	while (next_packet(p, WAIT_MS)) {
		if (p->last.ip.version == 4 &&
		    p->last.ip.protocol == IPPROTO_UDP)
			return true;
	}
	return false;
}

/* The next that is one datagram, verified; the length of its text */
static int hear_udp(struct peer *p)
{
	struct udphdr *uh = (struct udphdr *)(p->last.raw + 20);

	if (!hear(p))
		return -1;
	if (ntohs(uh->len) != p->last.len - 20)
		return -2;
	if (uh->check && packet_sum(&p->last) != 0xffff)
		return -3;
	return p->last.len - 28;
}

/* The machine says that the port is unreachable, and quotes what it is about */
static bool hear_unreachable(struct peer *p, int ms)
{
	while (next_packet(p, ms)) {
		if (p->last.ip.version == 4 &&
		    p->last.ip.protocol == IPPROTO_ICMP)
			return tcp_of(&p->last)[0] == ICMP_DEST_UNREACH &&
			       tcp_of(&p->last)[1] == ICMP_PORT_UNREACH;
	}
	return false;
}

static ssize_t reads(int fd)
{
	static char buf[65536];
	ssize_t n = recv(fd, buf, sizeof(buf), 0);

	return n < 0 || pattern_ok(buf, n, 0) ? n : -1;
}

/* Nothing came of what was put, and this does */
static void expect_next_is_fine(struct __test_metadata *_metadata,
				struct peer *p, int fd)
{
	ASSERT_EQ(0, plain(p, 77));
	EXPECT_EQ(77, reads(fd));
	EXPECT_EQ(EAGAIN, err(recv(fd, NULL, 0, MSG_DONTWAIT)));
}

/* Dropped, and counted under its name; kernel UDP has one for all */
static void expect_dropped(struct __test_metadata *_metadata, struct peer *p,
			   int fd, const struct odd *odd, const char *name)
{
	long before = row_is_mini() ? counter(name) : 0;

	ASSERT_EQ(0, put_udp(p, 40, odd));
	expect_next_is_fine(_metadata, p, fd);
	if (row_is_mini())
		EXPECT_EQ(before + 1, counter(name));
}

/* --------------------------------------------------------------- in, broken */

TEST_F(frames_udp, plain)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char buf[64];

	ASSERT_EQ(0, plain(&self->p, 40));
	ASSERT_EQ(40, recvfrom(self->fd, buf, 64, 0, (struct sockaddr *)&from,
			       &len));
	EXPECT_TRUE(pattern_ok(buf, 40, 0));
	EXPECT_EQ(ADDR_PEER, ntohl(from.sin_addr.s_addr));
	EXPECT_EQ(PEER_PORT, ntohs(from.sin_port));
}

TEST_F(frames_udp, bad_checksum)
{
	expect_dropped(_metadata, &self->p, self->fd,
		       &(struct odd){ .bad_sum = true }, "DropUdpCsum");
}

TEST_F(frames_udp, each_octet_counts)
{
	struct peer *p = &self->p;
	int at;

	for (at = 8; at < 48; at++)
		ASSERT_EQ(0, put_udp(p, 40, &(struct odd){
			.how.broken_at = at }));
	expect_next_is_fine(_metadata, p, self->fd);
}

/* Its sender made none (RFC 768) */
TEST_F(frames_udp, no_checksum)
{
	ASSERT_EQ(0, put_udp(&self->p, 40, &(struct odd){ .no_sum = true }));
	EXPECT_EQ(40, reads(self->fd));
}

/* The packet ends in the UDP header: with the ports, and without */
TEST_F(frames_udp, header_cut)
{
	struct peer *p = &self->p;
	int cut;

	for (cut = 1; cut < 8; cut++)
		ASSERT_EQ(0, put_udp(p, 40, &(struct odd){ .cut = cut }));
	expect_next_is_fine(_metadata, p, self->fd);
	if (row_is_mini())
		EXPECT_EQ(4, counter("DropShort"));	/* the port was ours */
}

TEST_F(frames_udp, length_beyond_the_packet)
{
	expect_dropped(_metadata, &self->p, self->fd,
		       &(struct odd){ .len = 1 }, "DropUdpLen");
}

TEST_F(frames_udp, length_below_the_header)
{
	struct peer *p = &self->p;
	int len;

	for (len = 0; len < 8; len++)
		ASSERT_EQ(0, put_udp(p, 40, &(struct odd){ .len = len - 48 }));
	expect_next_is_fine(_metadata, p, self->fd);
}

TEST_F(frames_udp, text_cut)
{
	expect_dropped(_metadata, &self->p, self->fd,
		       &(struct odd){ .cut = 30 }, "DropUdpLen");
}

/* What follows the datagram in its packet is no part of it, nor of its sum */
TEST_F(frames_udp, tail)
{
	ASSERT_EQ(0, put_udp(&self->p, 40, &(struct odd){ .tail = 9 }));
	EXPECT_EQ(40, reads(self->fd));
	ASSERT_EQ(0, put_udp(&self->p, 0, &(struct odd){ .tail = 9 }));
	EXPECT_EQ(0, reads(self->fd));
	expect_next_is_fine(_metadata, &self->p, self->fd);
}

TEST_F(frames_udp, ip_options)
{
	static const uint8_t nops[8] = { 1, 1, 1, 1, 1, 1, 1, 0 };

	ASSERT_EQ(0, put_udp(&self->p, 40, &(struct odd){
		.how.ip_opts = nops, .how.ip_opts_len = 8 }));
	EXPECT_EQ(40, reads(self->fd));
}

TEST_F(frames_udp, in_fragments)
{
	struct peer *p = &self->p;

	ASSERT_EQ(0, put_udp(p, 4000, &(struct odd){ .how.fragment = 1480 }));
	EXPECT_EQ(4000, reads(self->fd));
	ASSERT_EQ(0, put_udp(p, 100, &(struct odd){ .how.fragment = 8 }));
	EXPECT_EQ(100, reads(self->fd));
	ASSERT_EQ(0, put_udp(p, 60000, &(struct odd){ .how.fragment = 1480 }));
	EXPECT_EQ(60000, reads(self->fd));
}

TEST_F(frames_udp, in_fragments_broken)
{
	struct odd odd = { .how.fragment = 1480 };

	odd.bad_sum = true;
	ASSERT_EQ(0, put_udp(&self->p, 4000, &odd));
	odd = (struct odd){ .how.fragment = 1480, .len = 8 };
	ASSERT_EQ(0, put_udp(&self->p, 4000, &odd));
	expect_next_is_fine(_metadata, &self->p, self->fd);
}

/* From addresses that are nobody's nothing comes, whatever is bound */
TEST_F(frames_udp, from_many_hosts)
{
	ASSERT_EQ(0, put_udp(&self->p, 40, &(struct odd){
		.how.saddr = INADDR_BROADCAST }));
	ASSERT_EQ(0, put_udp(&self->p, 40, &(struct odd){
		.how.saddr = 0xe0000001 }));
	ASSERT_EQ(0, put_udp(&self->p, 40, &(struct odd){
		.how.saddr = 0x7f000001 }));
	expect_next_is_fine(_metadata, &self->p, self->fd);
}

TEST_F(frames_udp, to_all_hosts)
{
	ASSERT_EQ(0, put_udp(&self->p, 40, &(struct odd){
		.how.daddr = INADDR_BROADCAST }));
	EXPECT_EQ(40, reads(self->fd));
	ASSERT_EQ(0, put_udp(&self->p, 41, &(struct odd){
		.how.daddr = ADDR_WIRE | 0xff }));
	EXPECT_EQ(41, reads(self->fd));
	/* a group that nobody has joined */
	ASSERT_EQ(0, put_udp(&self->p, 42, &(struct odd){
		.how.daddr = 0xe0000102 }));
	expect_next_is_fine(_metadata, &self->p, self->fd);
}

TEST_F(frames_udp, buffer_full)
{
	struct peer *p = &self->p;
	int i, got = 0;

	ASSERT_EQ(0, opt_set(self->fd, SOL_SOCKET, SO_RCVBUF, 8192));
	for (i = 0; i < 100; i++)
		ASSERT_EQ(0, plain(p, 1000));
	while (poll_for(self->fd, POLLIN, 0)) {
		ASSERT_EQ(1000, reads(self->fd));
		got++;
	}
	EXPECT_LT(1, got);
	EXPECT_GT(20, got);
	if (row_is_mini()) {
		EXPECT_EQ(100 - got, counter("DropUdpRcvBuf"));
		EXPECT_EQ(got, counter("InDatagrams"));
	}
	expect_next_is_fine(_metadata, p, self->fd);
}

/* Random octets behind an IP header: counted somewhere, and nothing breaks */
TEST_F(frames_udp, rubbish)
{
	struct peer *p = &self->p;
	struct packet pk;
	int i, at;

	srandom(1);
	for (i = 0; i < 3000; i++) {
		build_ip(p, &pk, &(struct how){ });
		pk.ip.protocol = IPPROTO_UDP;
		pk.len = 20 + random() % 60;
		for (at = 20; at < pk.len; at++)
			pk.raw[at] = random();
		if (i & 1) {	/* for our port at least */
			pk.raw[22] = PORT >> 8;
			pk.raw[23] = PORT & 0xff;
		}
		ASSERT_EQ(0, put_ip(p, &pk, &(struct how){ }));
	}
	while (recv(self->fd, pk.raw, 100, MSG_DONTWAIT) >= 0)
		;
	expect_next_is_fine(_metadata, p, self->fd);
}

/* ------------------------------------------------- what the machine answers */

TEST_F(frames_udp, nobody_is_there)
{
	close(self->fd);
	ASSERT_EQ(0, plain(&self->p, 40));
	EXPECT_TRUE(hear_unreachable(&self->p, WAIT_MS));
}

/* The same when somebody has the port, and is connected to somebody else */
TEST_F(frames_udp, not_for_who_is_there)
{
	struct peer *p = &self->p;

	ASSERT_EQ(0, connect4(self->fd, ADDR_PEER, PEER_PORT + 1));
	ASSERT_EQ(0, plain(p, 40));
	EXPECT_TRUE(hear_unreachable(p, WAIT_MS));
	EXPECT_FALSE(poll_for(self->fd, POLLIN, 0));
	ASSERT_EQ(0, connect4(self->fd, ADDR_PEER, PEER_PORT));
	expect_next_is_fine(_metadata, p, self->fd);
	EXPECT_FALSE(hear_unreachable(p, MOMENT_MS));
}

/* ------------------------------------------------------------- out, as it is */

static ssize_t send_to_peer(int fd, size_t len)
{
	static uint8_t buf[65536];
	struct sockaddr_in to = addr4(ADDR_PEER, PEER_PORT);

	pattern_fill(buf, len, 0);
	return sendto(fd, buf, len, 0, (struct sockaddr *)&to, sizeof(to));
}

TEST_F(frames_udp, header_out)
{
	struct peer *p = &self->p;
	struct udphdr *uh = (struct udphdr *)(p->last.raw + 20);
	uint16_t id;

	ASSERT_EQ(0, opt_set(self->fd, SOL_IP, IP_TTL, 9));
	ASSERT_EQ(0, opt_set(self->fd, SOL_IP, IP_TOS, 0x48));
	ASSERT_EQ(100, send_to_peer(self->fd, 100));
	ASSERT_EQ(100, hear_udp(p));
	EXPECT_EQ(PORT, ntohs(uh->source));
	EXPECT_EQ(PEER_PORT, ntohs(uh->dest));
	EXPECT_NE(0, uh->check);
	EXPECT_TRUE(pattern_ok(uh + 1, 100, 0));
	EXPECT_EQ(9, p->last.ip.ttl);
	EXPECT_EQ(0x48, p->last.ip.tos);
	EXPECT_EQ(IP_DF, ntohs(p->last.ip.frag_off));
	EXPECT_EQ(ADDR_WIRE, ntohl(p->last.ip.saddr));
	/* it may be cut on the way all the same, so each has a number */
	id = p->last.ip.id;
	ASSERT_EQ(100, send_to_peer(self->fd, 100));
	ASSERT_EQ(100, hear_udp(p));
	EXPECT_NE(id, p->last.ip.id);
}

TEST_F(frames_udp, no_checksum_out)
{
	struct peer *p = &self->p;

	ASSERT_EQ(0, opt_set(self->fd, SOL_SOCKET, SO_NO_CHECK, 1));
	ASSERT_EQ(100, send_to_peer(self->fd, 100));
	ASSERT_EQ(100, hear_udp(p));
	EXPECT_EQ(0, ((struct udphdr *)(p->last.raw + 20))->check);
}

/* A sum of 0 would say that there is none: it goes as 0xffff */
TEST_F(frames_udp, checksum_of_zero)
{
	struct sockaddr_in to = addr4(ADDR_PEER, PEER_PORT);
	struct peer *p = &self->p;
	struct udphdr *uh = (struct udphdr *)(p->last.raw + 20);
	uint16_t word = 0;

	ASSERT_EQ(2, sendto(self->fd, &word, 2, 0, (struct sockaddr *)&to,
			    sizeof(to)));
	ASSERT_EQ(2, hear_udp(p));
	word = uh->check;	/* to be added: then the sum is 0 */
	ASSERT_NE(0, word);
	ASSERT_EQ(2, sendto(self->fd, &word, 2, 0, (struct sockaddr *)&to,
			    sizeof(to)));
	ASSERT_EQ(2, hear_udp(p));
	EXPECT_EQ(0xffff, uh->check);
}

TEST_F(frames_udp, fragments_out)
{
	struct peer *p = &self->p;
	uint16_t id;
	int off;

	ASSERT_EQ(4000, send_to_peer(self->fd, 4000));
	for (off = 0; off < 4008; off += 1480) {
		ASSERT_TRUE(hear(p));
		EXPECT_EQ(off / 8 | (off < 2960 ? IP_MF : 0),
			  ntohs(p->last.ip.frag_off));
		EXPECT_EQ(IPPROTO_UDP, p->last.ip.protocol);
		if (!off)
			id = p->last.ip.id;
		EXPECT_EQ(id, p->last.ip.id);
	}
	/* one by one they are no longer the same packet */
	ASSERT_EQ(2000, send_to_peer(self->fd, 2000));
	ASSERT_TRUE(hear(p));
	EXPECT_NE(id, p->last.ip.id);
}

/* ----------------------------------------------------------------------- ICMP */

/* Too large for the way: IP learns it, and cuts from then on, or refuses */
TEST_F(frames_udp, frag_needed)
{
	struct peer *p = &self->p;

	ASSERT_EQ(1400, send_to_peer(self->fd, 1400));
	ASSERT_EQ(1400, hear_udp(p));
	EXPECT_EQ(IP_DF, ntohs(p->last.ip.frag_off));
	ASSERT_EQ(0, put_icmp(p, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 1000, 8));
	ASSERT_EQ(1400, send_to_peer(self->fd, 1400));
	ASSERT_TRUE(hear(p));
	EXPECT_EQ(IP_MF, ntohs(p->last.ip.frag_off));
	ASSERT_EQ(0, opt_set(self->fd, SOL_IP, IP_MTU_DISCOVER,
			     IP_PMTUDISC_DO));
	EXPECT_EQ(EMSGSIZE, err(send_to_peer(self->fd, 1400)));
	EXPECT_EQ(900, send_to_peer(self->fd, 900));
}

TEST_F(frames_udp, frag_needed_connected)
{
	struct peer *p = &self->p;

	ASSERT_EQ(0, connect4(self->fd, ADDR_PEER, PEER_PORT));
	ASSERT_EQ(1400, send_to_peer(self->fd, 1400));
	ASSERT_EQ(1400, hear_udp(p));
	ASSERT_EQ(0, put_icmp(p, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 1000, 8));
	EXPECT_EQ(EMSGSIZE, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
	ASSERT_EQ(1400, send_to_peer(self->fd, 1400));
	EXPECT_EQ(1000, opt_get(self->fd, SOL_IP, IP_MTU));
}

static const struct {
	int type, code, err;
} errors[] = {
	{ ICMP_DEST_UNREACH, ICMP_NET_UNREACH, 0 },
	{ ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0 },
	{ ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, ENOPROTOOPT },
	{ ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, ECONNREFUSED },
	{ ICMP_DEST_UNREACH, ICMP_SR_FAILED, 0 },
	{ ICMP_DEST_UNREACH, ICMP_PKT_FILTERED, EHOSTUNREACH },
	{ ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0 },
	{ ICMP_PARAMETERPROB, 0, EPROTO },
	{ ICMP_SOURCE_QUENCH, 0, 0 },
	{ ICMP_ECHOREPLY, 0, 0 },
};

/* What a connected socket hears without having asked for it */
TEST_F(frames_udp, errors_connected)
{
	struct peer *p = &self->p;
	size_t i;

	ASSERT_EQ(0, connect4(self->fd, ADDR_PEER, PEER_PORT));
	ASSERT_EQ(40, send_to_peer(self->fd, 40));
	ASSERT_EQ(40, hear_udp(p));
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		ASSERT_EQ(0, put_icmp(p, errors[i].type, errors[i].code, 0, 8));
		EXPECT_EQ(errors[i].err,
			  opt_get(self->fd, SOL_SOCKET, SO_ERROR))
			TH_LOG("type %d code %d", errors[i].type,
			       errors[i].code);
	}
	/* about a port that is not ours, and too short to say */
	p->last.raw[20] ^= 1;
	ASSERT_EQ(0, put_icmp(p, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0, 8));
	p->last.raw[20] ^= 1;
	ASSERT_EQ(0, put_icmp(p, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0, 4));
	EXPECT_EQ(0, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
}

/* A nearer router: learned, and no error (RFC 1122 3.2.2.2) */
TEST_F(frames_udp, redirect)
{
	struct peer *p = &self->p;

	ASSERT_EQ(0, route_far());
	ASSERT_EQ(0, connect4(self->fd, ADDR_FAR, PEER_PORT));
	ASSERT_EQ(40, send_pattern(self->fd, 40, 0));
	ASSERT_EQ(40, hear_udp(p));
	EXPECT_TRUE(far_goes_by(ADDR_ROUTER));
	ASSERT_EQ(0, put_icmp(p, ICMP_REDIRECT, ICMP_REDIR_HOST, ADDR_NEARER,
			      8));
	EXPECT_TRUE(far_goes_by(ADDR_NEARER));
	EXPECT_EQ(0, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
}

TEST_F(frames_udp, errors_unconnected)
{
	struct peer *p = &self->p;
	size_t i;

	ASSERT_EQ(40, send_to_peer(self->fd, 40));
	ASSERT_EQ(40, hear_udp(p));
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		ASSERT_EQ(0, put_icmp(p, errors[i].type, errors[i].code, 0, 8));
		EXPECT_EQ(0, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
	}
}

/* ------------------------------------------------------------ the firewall's */

TEST_F(frames_udp, conntrack)
{
	struct peer *p = &self->p;

	ASSERT_EQ(0, nft_rules("table ip f { chain in { "
			       "type filter hook input priority 0; "
			       "ct state invalid drop; }; chain out { "
			       "type filter hook output priority 0; "
			       "ct state new drop; }; }"));
	/* it was confirmed: so the answer is no new flow */
	ASSERT_EQ(0, plain(p, 40));
	EXPECT_EQ(40, reads(self->fd));
	ASSERT_EQ(40, send_to_peer(self->fd, 40));
	EXPECT_EQ(40, hear_udp(p));
}

TEST_F(frames_udp, firewall)
{
	struct peer *p = &self->p;

	ASSERT_EQ(0, nft_rules("table ip f { chain in { "
			       "type filter hook input priority 0; "
			       "udp dport 7700 udp length 48 drop; }; }"));
	ASSERT_EQ(0, plain(p, 40));
	expect_next_is_fine(_metadata, p, self->fd);
}

TEST_HARNESS_MAIN
