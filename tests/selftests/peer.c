// SPDX-License-Identifier: GPL-2.0-only
/* The other end of the wire; peer.h says how it is played. */
#include <stdio.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <sys/uio.h>
#include "peer.h"

#define TCP_HLEN	20

/* flags, in the order of their bits */
static const char flag_letters[] = "FSRP.UEW";

/* ------------------------------------------------------------- the device */

static int tun_open(void)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR };
	int fd = open("/dev/net/tun", O_RDWR);

	strcpy(ifr.ifr_name, "t0");
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr))
		return -1;
	return fd;
}

static int if_ioctl(int request, struct ifreq *ifr)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int rc = ioctl(fd, request, ifr);

	close(fd);
	return rc;
}

static int if_addr(int request, uint32_t host)
{
	struct sockaddr_in addr = addr4(host, 0);
	struct ifreq ifr = { .ifr_name = "t0" };

	memcpy(&ifr.ifr_addr, &addr, sizeof(addr));
	return if_ioctl(request, &ifr);
}

/* The device, and its address in a network of 256 */
int peer_up(struct peer *p, int mtu)
{
	struct ifreq ifr = { .ifr_name = "t0", .ifr_mtu = mtu };

	p->tun = tun_open();
	p->fd = -1;
	p->port = 0;
	p->our_port = PEER_PORT;
	p->addr = ADDR_WIRE;
	p->iss = PEER_ISS;
	p->irs = 0;
	p->tsval = 0;
	if (p->tun < 0 || if_addr(SIOCSIFADDR, ADDR_WIRE) ||
	    if_addr(SIOCSIFNETMASK, 0xffffff00) ||
	    if_addr(SIOCSIFBRDADDR, ADDR_WIRE | 0xff) ||
	    (mtu && if_ioctl(SIOCSIFMTU, &ifr)))
		return -1;
	return link_set("t0", true);
}

/* -------------------------------------------------------------- arithmetic */

static uint16_t sum16(const void *data, size_t len, uint32_t sum)
{
	const uint8_t *p = data;
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += p[i] << 8 | p[i + 1];
	if (len & 1)
		sum += p[len - 1] << 8;
	while (sum >> 16)
		sum = (sum >> 16) + (sum & 0xffff);
	return sum;
}

static uint32_t pseudo_sum(const struct iphdr *ip, int len)
{
	return sum16(&ip->saddr, 8, ip->protocol + len);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static void set32(uint8_t *p, uint32_t v)
{
	v = htonl(v);
	memcpy(p, &v, 4);
}

static void set16(uint8_t *p, uint16_t v)
{
	v = htons(v);
	memcpy(p, &v, 2);
}

uint8_t *tcp_of(struct packet *pk)
{
	return pk->raw + pk->ip.ihl * 4;
}

/* Octets of payload */
int payload_of(struct packet *pk)
{
	return pk->len - pk->ip.ihl * 4 - (tcp_of(pk)[12] >> 4) * 4;
}

/* ------------------------------------------------------------ text to octets */

static int parse_flags(const char *text)
{
	int flags = 0;

	for (; *text && *text != ' '; text++)
		flags |= 1 << (strchr(flag_letters, *text) - flag_letters);
	return flags;
}

/* The number after a word, or another */
static unsigned int word_value(const char *text, const char *word,
			       unsigned int other)
{
	const char *at = strstr(text, word);

	return at ? strtoul(at + strlen(word), NULL, 10) : other;
}

static uint8_t *opt_head(uint8_t *p, int kind, int len)
{
	p[0] = kind;
	p[1] = len;
	return p + 2;
}

/* "sack 1:101 201:301", numbers of what the machine sends */
static uint8_t *opt_sack(const struct peer *p, uint8_t *to, const char *text)
{
	uint8_t *start = to;
	unsigned int from, end;
	int used;

	to += 2;
	while (sscanf(text, " %u:%u%n", &from, &end, &used) == 2) {
		set32(to, p->irs + from);
		set32(to + 4, p->irs + end);
		to += 8;
		text += used;
	}
	opt_head(start, 5, to - start);
	return to;
}

static uint8_t *opt_put(const struct peer *p, uint8_t *to, const char *text)
{
	unsigned int v = 0, ecr = 0;

	if (sscanf(text, "mss %u", &v) == 1) {
		to = opt_head(to, 2, 4);
		set16(to, v);
		return to + 2;
	}
	if (sscanf(text, "wscale %u", &v) == 1) {
		to = opt_head(to, 3, 3);
		*to = v;
		return to + 1;
	}
	if (!strncmp(text, "sackOK", 6))
		return opt_head(to, 4, 2);
	if (!strncmp(text, "sack ", 5))
		return opt_sack(p, to, text + 5);
	if (sscanf(text, "TS %u %u", &v, &ecr) >= 1) {
		to = opt_head(to, 8, 10);
		set32(to, v);
		set32(to + 4, ecr ? ecr : p->tsval);
		return to + 8;
	}
	*to = strncmp(text, "eol", 3) ? 1 : 0;
	return to + 1;
}

/* "<...>", padded with zeros; octets written */
static int opts_put(const struct peer *p, uint8_t *to, const char *text)
{
	uint8_t *start = to;

	for (text = strchr(text, '<'); text && *text != '>';
	     text = strpbrk(text + 1, ",>"))
		to = opt_put(p, to, text + 1);
	while ((to - start) & 3)
		*to++ = 0;
	return to - start;
}

/* The segment, in the octets that follow the IP header; its length */
static int build_tcp(struct peer *p, uint8_t *th, const char *text,
		     const struct how *how)
{
	const char *range = strchr(text, ' ');
	unsigned int seq = 0, end = 0;
	int flags = parse_flags(text);
	int hlen = TCP_HLEN;

	if (range)
		sscanf(range, " %u:%u", &seq, &end);
	memset(th, 0, TCP_HLEN);
	set16(th, p->our_port);
	set16(th + 2, p->port);
	set32(th + 4, p->iss + seq);
	if (flags & 1 << 4)
		set32(th + 8, p->irs + word_value(text, " ack ", 0));
	th[13] = flags;
	set16(th + 14, word_value(text, " win ", 65535));
	set16(th + 18, word_value(text, " urg ", 0));
	if (how->raw_opts_len)
		memcpy(th + hlen, how->raw_opts, how->raw_opts_len);
	hlen += how->raw_opts_len ?: opts_put(p, th + hlen, text);
	th[12] = (how->doff ?: hlen / 4) << 4;
	pattern_fill(th + hlen, end - seq, seq - 1);
	return hlen + end - seq;
}

/* The header of a TCP packet, without its length and checksum */
void build_ip(struct peer *p, struct packet *pk, const struct how *how)
{
	static uint16_t id;

	memset(&pk->ip, 0, sizeof(pk->ip));
	pk->ip.version = 4;
	pk->ip.ihl = (sizeof(pk->ip) + how->ip_opts_len) / 4;
	pk->ip.tos = how->tos;
	pk->ip.id = htons(++id);
	pk->ip.ttl = 64;
	pk->ip.protocol = IPPROTO_TCP;
	pk->ip.saddr = htonl(how->saddr ?: ADDR_PEER);
	pk->ip.daddr = htonl(how->daddr ?: p->addr);
	memcpy(&pk->ip + 1, how->ip_opts, how->ip_opts_len);
}

/* Of what follows the IP header, and the pseudo header; 0xffff when it is right */
uint16_t packet_sum(const struct packet *pk)
{
	int hlen = pk->ip.ihl * 4;

	return sum16(pk->raw + hlen, pk->len - hlen,
		     pseudo_sum(&pk->ip, pk->len - hlen));
}

static void sum_ip(struct iphdr *ip, int len, bool bad)
{
	ip->tot_len = htons(len);
	ip->check = 0;
	ip->check = htons(~sum16(ip, ip->ihl * 4, 0) ^ (bad ? 0x0100 : 0));
}

static void sum_tcp(struct packet *pk, bool bad)
{
	uint8_t *th = tcp_of(pk);
	int len = pk->len - pk->ip.ihl * 4;

	set16(th + 16, 0);
	set16(th + 16, ~sum16(th, len, pseudo_sum(&pk->ip, len)) ^
		       (bad ? 0x0100 : 0));
}

/* ------------------------------------------------------------ to the machine */

/* One packet; with gso, one that stands for many, its TCP checksum to be done */
static int put_packet(struct peer *p, const void *ip, int len, int gso,
		      int hlen)
{
	const struct iphdr *iph = ip;
	struct virtio_net_hdr hdr = { };
	struct iovec iov[] = {
		{ &hdr, sizeof(hdr) }, { (void *)ip, len },
	};

	if (gso) {
		hdr.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		hdr.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
		hdr.hdr_len = hlen;
		hdr.gso_size = gso;
		hdr.csum_start = iph->ihl * 4;
		hdr.csum_offset = 16;
	}
	return writev(p->tun, iov, 2) == (ssize_t)sizeof(hdr) + len ? 0 : -1;
}

/* The last fragment first */
static int put_fragments(struct peer *p, struct packet *pk,
			 const struct how *how)
{
	int hlen = pk->ip.ihl * 4;
	int step = how->fragment & ~7;
	int off = (pk->len - hlen - 1) / step * step;
	struct packet part;

	for (; off >= 0; off -= step) {
		bool last = off + step >= pk->len - hlen;

		part.len = last ? pk->len - off : hlen + step;
		memcpy(part.raw, pk->raw, hlen);
		memcpy(part.raw + hlen, pk->raw + hlen + off, part.len - hlen);
		part.ip.frag_off = htons(off / 8 | (last ? 0 : IP_MF));
		sum_ip(&part.ip, part.len, how->bad_ip_sum);
		if (put_packet(p, part.raw, part.len, 0, 0))
			return -1;
	}
	return 0;
}

/* A packet that is complete but for IP's length and checksum */
int put_ip(struct peer *p, struct packet *pk, const struct how *how)
{
	uint8_t *th = tcp_of(pk);

	if (how->broken_at)
		th[how->broken_at] ^= 0x20;
	if (how->fragment)
		return put_fragments(p, pk, how);
	sum_ip(&pk->ip, pk->len, how->bad_ip_sum);
	return put_packet(p, pk->raw, pk->len, how->gso,
			  pk->ip.ihl * 4 + (th[12] >> 4) * 4);
}

/* Checksums, and out with it */
static int put_bytes(struct peer *p, struct packet *pk, const struct how *how)
{
	uint8_t *th = tcp_of(pk);
	int len = pk->len - pk->ip.ihl * 4;

	if (how->gso)
		set16(th + 16, pseudo_sum(&pk->ip, len));
	else
		sum_tcp(pk, how->bad_tcp_sum);
	return put_ip(p, pk, how);
}

int put_how(struct peer *p, const char *text, const struct how *how)
{
	struct packet pk;

	build_ip(p, &pk, how);
	pk.len = pk.ip.ihl * 4 + build_tcp(p, tcp_of(&pk), text, how);
	return put_bytes(p, &pk, how);
}

int put(struct peer *p, const char *text)
{
	return put_how(p, text, &(struct how){ });
}

/*
 * ICMP about the packet seen last, from a router, quoting so many octets of
 * what follows its IP header
 */
int put_icmp(struct peer *p, int type, int code, uint32_t info, int quoted)
{
	struct packet pk;
	struct icmphdr icmp = {
		.type = type, .code = code, .un.gateway = htonl(info),
	};
	int quote = p->last.ip.ihl * 4 + quoted;

	build_ip(p, &pk, &(struct how){ .saddr = ADDR_ROUTER });
	pk.ip.protocol = IPPROTO_ICMP;
	pk.ip.daddr = p->last.ip.saddr;
	memcpy(pk.raw + 20, &icmp, sizeof(icmp));
	memcpy(pk.raw + 28, p->last.raw, quote);
	pk.len = 28 + quote;
	set16(pk.raw + 22, ~sum16(pk.raw + 20, pk.len - 20, 0));
	sum_ip(&pk.ip, pk.len, false);
	return put_packet(p, pk.raw, pk.len, 0, 0);
}

/* ---------------------------------------------------------- from the machine */

static int tell_sack(const struct peer *p, char *to, const uint8_t *opt)
{
	const uint8_t *block;
	int n = sprintf(to, "sack");

	for (block = opt + 2; block < opt + opt[1]; block += 8)
		n += sprintf(to + n, " %u:%u", get32(block) - p->iss,
			     get32(block + 4) - p->iss);
	return n;
}

/* One option: how it is told; its octets */
static int tell_opt(struct peer *p, char **to, const uint8_t *opt)
{
	switch (opt[0]) {
	case 0:
		*to += sprintf(*to, "eol");
		return 1;
	case 1:
		*to += sprintf(*to, "nop");
		return 1;
	case 2:
		*to += sprintf(*to, "mss %u", get16(opt + 2));
		break;
	case 3:
		*to += sprintf(*to, "wscale");
		break;
	case 4:
		*to += sprintf(*to, "sackOK");
		break;
	case 5:
		*to += tell_sack(p, *to, opt);
		break;
	case 8:
		p->tsval = get32(opt + 2);
		*to += sprintf(*to, "TS");
		break;
	default:
		*to += sprintf(*to, "unknown-%d", opt[0]);
	}
	return opt[1] >= 2 ? opt[1] : 40;
}

static void tell_opts(struct peer *p)
{
	const uint8_t *th = tcp_of(&p->last);
	const uint8_t *opt = th + TCP_HLEN;
	const uint8_t *end = th + (th[12] >> 4) * 4;
	char *to = p->opts;

	*to = 0;
	while (opt < end) {
		if (to > p->opts)
			*to++ = ',';
		opt += tell_opt(p, &to, opt);
	}
}

/* What is wrong with it, which is a failure of whoever sent it */
static const char *complaint(struct packet *pk)
{
	int len = pk->len - pk->ip.ihl * 4;

	if (pk->len != ntohs(pk->ip.tot_len) || len < TCP_HLEN ||
	    (tcp_of(pk)[12] >> 4) * 4 > len)
		return "bad length";
	if (sum16(&pk->ip, pk->ip.ihl * 4, 0) != 0xffff)
		return "bad IP checksum";
	if (packet_sum(pk) != 0xffff)
		return "bad TCP checksum";
	return NULL;
}

static const char *tell(struct peer *p)
{
	const char *bad = complaint(&p->last);
	const uint8_t *th = tcp_of(&p->last);
	char *to = p->text;
	uint32_t seq;
	int i;

	if (bad)
		return bad;
	if (th[13] & 2)	/* SYN */
		p->irs = get32(th + 4);
	seq = get32(th + 4) - p->irs;
	for (i = 0; i < 8; i++) {
		if (th[13] & 1 << i)
			*to++ = flag_letters[i];
	}
	p->end = seq + payload_of(&p->last);
	p->heard = th[13] & 1 << 4 ? get32(th + 8) - p->iss : 0;
	to += sprintf(to, " %u:%u", seq, p->end);
	if (th[13] & 1 << 4)
		to += sprintf(to, " ack %u", p->heard);
	if (th[13] & 1 << 5)
		sprintf(to, " urg %u", get16(th + 18));
	tell_opts(p);
	return p->text;
}

/* The next packet; false when none comes in time */
bool next_packet(struct peer *p, int ms)
{
	struct virtio_net_hdr hdr;
	struct iovec iov[] = {
		{ &hdr, sizeof(hdr) }, { p->last.raw, sizeof(p->last.raw) },
	};

	if (!poll_for(p->tun, POLLIN, ms))
		return false;
	p->last.len = readv(p->tun, iov, 2) - sizeof(hdr);
	return true;
}

/* Of this connection; a SYN tells the port of who calls us */
static bool is_ours(struct peer *p)
{
	const uint8_t *th = tcp_of(&p->last);

	if (p->last.ip.version != 4 || p->last.ip.protocol != IPPROTO_TCP)
		return false;
	if (!p->port && th[13] & 2)
		p->port = get16(th);
	return get16(th) == p->port && get16(th + 2) == p->our_port;
}

const char *seen_within(struct peer *p, int ms)
{
	long end = now_ms() + ms;

	do {
		if (next_packet(p, ms) && is_ours(p))
			return tell(p);
	} while (now_ms() < end);
	return "nothing";
}

const char *seen(struct peer *p)
{
	return seen_within(p, WAIT_MS);
}

bool silent(struct peer *p)
{
	return !strcmp(seen_within(p, MOMENT_MS), "nothing");
}

/* What has come so far does not matter */
void forget(struct peer *p)
{
	while (next_packet(p, 0))
		;
}

/* --------------------------------------------------------------- connections */

static bool has_ts(const char *opts)
{
	return strstr(opts, "TS");
}

/* The ACK that ends a handshake */
static int put_ack(struct peer *p, const char *opts)
{
	return put(p, has_ts(opts) ? ". 1:1 ack 1 <nop,nop,TS 101 0>" :
				     ". 1:1 ack 1");
}

/* We call a listener; p->fd is what it accepts */
int peer_calls(struct peer *p, const char *opts)
{
	int lfd = tcp_socket(0);
	char text[128];

	if (!p->port)
		p->port = PORT;
	snprintf(text, sizeof(text), "S 0:0 <%s>", opts);
	if (opt_set(lfd, SOL_SOCKET, SO_REUSEADDR, 1) ||
	    bind4(lfd, INADDR_ANY, p->port) || listen(lfd, 8) ||
	    put(p, text) || strcmp("S. 0:0 ack 1", seen(p)) ||
	    put_ack(p, opts))
		return -1;
	p->fd = accept(lfd, NULL, NULL);
	close(lfd);
	return p->fd < 0 ? -1 : 0;
}

/* We are called by p->fd, or by a socket of its own; it does not block then */
int peer_is_called(struct peer *p, const char *opts)
{
	char text[128];

	if (p->fd < 0)
		p->fd = tcp_socket(0);
	snprintf(text, sizeof(text), "S. 0:0 ack 1 <%s>", opts);
	if (set_nonblock(p->fd, true) ||
	    err(connect4(p->fd, ADDR_PEER, p->our_port)) != EINPROGRESS ||
	    !strchr(seen(p), 'S') || put(p, text) ||
	    strncmp(". 1:1 ack 1", seen(p), 11))
		return -1;
	return set_nonblock(p->fd, false);
}

int route_far(void)
{
	return system("ip route add 203.0.113.0/24 via 192.0.2.3");
}

/* Is that the router to ADDR_FAR now? */
bool far_goes_by(uint32_t router)
{
	struct in_addr in = { .s_addr = htonl(router) };
	char command[80];

	snprintf(command, sizeof(command),
		 "ip route get 203.0.113.9 | grep -q 'via %s '", inet_ntoa(in));
	return !system(command);
}

int nft_rules(const char *rules)
{
	char command[1024];

	snprintf(command, sizeof(command), "nft '%s'", rules);
	return system(command);
}

/* ------------------------------------------------------------------ counters */

static long mini_counter(const char *name)
{
	FILE *f = fopen("/proc/net/mini/snmp", "r");
	char word[64];
	long value;

	while (f && fscanf(f, "%63s %ld", word, &value) == 2) {
		if (!strcmp(word, name)) {
			fclose(f);
			return value;
		}
	}
	if (f)
		fclose(f);
	return -1;
}

/* Of the two lines of a group, one has the names and the other the numbers */
static long column(char *names, char *values, const char *name)
{
	char *at_name, *at_value;
	char *word = strtok_r(names, "\n ", &at_name);
	char *value = strtok_r(values, "\n ", &at_value);

	while (word && value) {
		if (!strcmp(word, name))
			return atol(value);
		word = strtok_r(NULL, "\n ", &at_name);
		value = strtok_r(NULL, "\n ", &at_value);
	}
	return -1;
}

static long kernel_counter(const char *path, const char *name)
{
	char names[8192], values[8192];
	FILE *f = fopen(path, "r");
	long found = -1;

	while (f && found < 0 && fgets(names, sizeof(names), f) &&
	       fgets(values, sizeof(values), f))
		found = column(names, values, name);
	if (f)
		fclose(f);
	return found;
}

/* By its name in /proc/net/mini/snmp, or else in those of IP and kernel TCP */
long counter(const char *name)
{
	long found = row_is_mini() ? mini_counter(name) : -1;

	if (found < 0)
		found = kernel_counter("/proc/net/snmp", name);
	if (found < 0)
		found = kernel_counter("/proc/net/netstat", name);
	return found;
}
