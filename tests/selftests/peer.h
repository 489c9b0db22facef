/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The other end of the wire, played by the test itself: a TUN device whose
 * packets it writes and reads, octet by octet. Segments are text, as tcpdump
 * prints them, numbers counted from each side's ISN:
 *
 *	put(p, "P. 1:101 ack 1");		say it to the machine
 *	EXPECT_STREQ(". 1:1 ack 101", seen(p));	what it says next
 *
 * flags S F R P . U E W; then optionally "ack N", "win N", "urg N", and options
 * in angle brackets: "<mss 1460,sackOK,TS 7 0,nop,wscale 7>". Payload is the
 * known pattern. What is read has been checked: lengths, both checksums.
 */
#ifndef MINI_PEER_H
#define MINI_PEER_H

#include "common.h"
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>

#define ADDR_WIRE	0xc0000201	/* 192.0.2.1, the machine's, on t0 */
#define ADDR_PEER	0xc0000202	/* 192.0.2.2, ours */
#define ADDR_ROUTER	0xc0000203	/* 192.0.2.3, whom put_icmp() speaks for */
#define ADDR_NEARER	0xc0000207	/* 192.0.2.7, a router that might be better */
#define ADDR_FAR	0xcb007109	/* 203.0.113.9, beyond them: route_far() */
#define PEER_PORT	9000
#define PEER_ISS	1000000

#define ECN_ECT0	2
#define ECN_CE		3

/**
 * struct how - what is special about a packet; all zero is a plain one
 * @tos: octet of the IP header
 * @saddr: source, 0 for the peer's
 * @daddr: destination, 0 for the machine's
 * @ip_opts: IP options
 * @ip_opts_len: octets of them, a multiple of four
 * @raw_opts: TCP options as octets, instead of text
 * @raw_opts_len: octets of them, a multiple of four
 * @bad_ip_sum: checksum of the IP header is wrong
 * @bad_tcp_sum: checksum of the segment is wrong
 * @broken_at: octet of the segment that is broken after it was summed, 0 for none
 * @fragment: cut into IP fragments of so many octets, the last goes first
 * @gso: one large packet, as GRO makes it of segments with so many octets
 * @doff: header length in words, 0 for the true one
 */
struct how {
	int tos;
	uint32_t saddr;
	uint32_t daddr;
	const void *ip_opts;
	int ip_opts_len;
	const void *raw_opts;
	int raw_opts_len;
	bool bad_ip_sum;
	bool bad_tcp_sum;
	int broken_at;
	int fragment;
	int gso;
	int doff;
};

/**
 * struct packet - a packet, either way
 * @len: octets
 * @ip: its header
 * @raw: all of it
 */
struct packet {
	int len;
	union {
		struct iphdr ip;
		uint8_t raw[65536];
	};
};

/**
 * struct peer - our end of one connection
 * @tun: the device
 * @fd: the machine's socket
 * @port: the machine's port
 * @our_port: ours
 * @addr: the machine's address as we know it
 * @iss: our ISN
 * @irs: the machine's, from its SYN
 * @tsval: its latest timestamp
 * @end: end of the packet last seen, counted from its ISN
 * @heard: what that ACKed, counted from ours; 0 for no ACK
 * @last: the packet that seen() told of
 * @text: what it told
 * @opts: its options, likewise
 */
struct peer {
	int tun;
	int fd;
	int port;
	int our_port;
	uint32_t addr;
	uint32_t iss;
	uint32_t irs;
	uint32_t tsval;
	uint32_t end;
	uint32_t heard;
	struct packet last;
	char text[128];
	char opts[256];
};

int peer_up(struct peer *p, int mtu);

/* Say something */
int put(struct peer *p, const char *text);
int put_how(struct peer *p, const char *text, const struct how *how);
int put_icmp(struct peer *p, int type, int code, uint32_t info, int quoted);
uint8_t *tcp_of(struct packet *pk);
int payload_of(struct packet *pk);

/* The same by hand, for what is not TCP */
void build_ip(struct peer *p, struct packet *pk, const struct how *how);
uint16_t packet_sum(const struct packet *pk);
int put_ip(struct peer *p, struct packet *pk, const struct how *how);
bool next_packet(struct peer *p, int ms);

/* What the machine says: one segment of this connection, or "nothing" */
const char *seen(struct peer *p);
const char *seen_within(struct peer *p, int ms);
bool silent(struct peer *p);
void forget(struct peer *p);

/* A connection: the machine listens and we call, or the other way round */
int peer_calls(struct peer *p, const char *opts);
int peer_is_called(struct peer *p, const char *opts);

/* The machine's routes */
int route_far(void);
bool far_goes_by(uint32_t router);

/* The machine's firewall */
int nft_rules(const char *rules);

/* Counters of the row under test, or of IP */
long counter(const char *name);

#endif /* MINI_PEER_H */
