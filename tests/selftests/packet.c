// SPDX-License-Identifier: GPL-2.0-only
/*
 * SOCK_RAW: frames of devices, beside AF_PACKET (the variant inet). The device
 * is a TAP whose other end is the test itself: what it writes there comes in,
 * what it reads there has left.
 */
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/ip.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "mini_harness.h"
#include "peer.h"

#define UNPRIVILEGED	"/proc/sys/net/mini/unprivileged"
#define NOBODY		65534

#define TEST_TYPE	0x88b5	/* IEEE's, for local experiments */
#define OTHER_TYPE	0x88b6
#define FRAME_LEN	100
#define MTU		1500
#define SLOW_QUEUE	\
	"tc qdisc add dev tap0 root tbf rate 16kbit burst 1600 limit 100000"
/* there where bpf(2) is */
#define BPF_SYSCTL	"/proc/sys/kernel/unprivileged_bpf_disabled"

static const uint8_t far_mac[ETH_ALEN] = { 2, 0, 0, 0x4d, 0x49, 9 };
static const uint8_t all_macs[ETH_ALEN] = { 255, 255, 255, 255, 255, 255 };
static const uint8_t some_macs[ETH_ALEN] = { 1, 0, 0x5e, 1, 2, 3 };

FIXTURE(packet) {
	int tap;
	int dev;
	uint8_t mac[ETH_ALEN];
};

FIXTURE_VARIANT(packet) {
	struct row row;
};

FIXTURE_VARIANT_ADD(packet, inet) { .row = { AF_PACKET, 0 } };
FIXTURE_VARIANT_ADD(packet, mini) { .row = { AF_MINI, 0 } };

/* The test's end of a device; -1 and an errno without */
static int tun_device(const char *name, int kind)
{
	struct ifreq ifr = { .ifr_flags = kind | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);

	strcpy(ifr.ifr_name, name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr) || link_set(name, true))
		return -1;
	return fd;
}

static int device_mac(const char *name, uint8_t *mac)
{
	struct ifreq ifr = {};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int rc;

	strcpy(ifr.ifr_name, name);
	rc = ioctl(fd, SIOCGIFHWADDR, &ifr);
	memcpy(mac, ifr.ifr_hwaddr.sa_data, ETH_ALEN);
	close(fd);
	return rc;
}

FIXTURE_SETUP(packet)
{
	ASSERT_EQ(0, net_setup(variant->row, variant->row));
	/* it would say things of its own; not every kernel has it */
	sysctl_set("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	self->tap = tun_device("tap0", IFF_TAP);
	ASSERT_LE(0, self->tap);
	ASSERT_EQ(0, device_mac("tap0", self->mac));
	self->dev = if_nametoindex("tap0");
}

FIXTURE_TEARDOWN(packet)
{
	close(self->tap);
}

/* ------------------------------------------------------------------ helpers */

static int raw_socket(int domain, int type)
{
	return socket(domain, SOCK_RAW, htons(type));
}

static struct sockaddr_ll addr_ll(int dev, int type)
{
	return (struct sockaddr_ll){
		.sll_family = AF_PACKET,
		.sll_protocol = htons(type),
		.sll_ifindex = dev,
	};
}

static int bind_ll(int fd, int dev, int type)
{
	struct sockaddr_ll ll = addr_ll(dev, type);

	return bind(fd, (struct sockaddr *)&ll, sizeof(ll));
}

/* A socket on a device, and what the kernel's own hears there */
static int raw_on(int domain, int dev, int type)
{
	int fd = raw_socket(domain, 0);

	if (fd >= 0 && !bind_ll(fd, dev, type))
		return fd;
	close(fd);
	return -1;
}

static ssize_t sendto_ll(int fd, const void *buf, size_t len, int dev)
{
	struct sockaddr_ll ll = addr_ll(dev, 0);

	return sendto(fd, buf, len, 0, (struct sockaddr *)&ll, sizeof(ll));
}

/* A frame with the pattern in it; @len counts its header */
static void frame(uint8_t *buf, size_t len, const uint8_t *to,
		  const uint8_t *from, int type)
{
	struct ethhdr eth = { .h_proto = htons(type) };

	memcpy(eth.h_dest, to, ETH_ALEN);
	memcpy(eth.h_source, from, ETH_ALEN);
	memcpy(buf, &eth, sizeof(eth));
	pattern_fill(buf + ETH_HLEN, len - ETH_HLEN, 0);
}

/* One comes in by the device from afar */
static bool comes_in(int tap, const uint8_t *to, size_t len, int type)
{
	uint8_t buf[MTU + ETH_HLEN + 4];

	frame(buf, len, to, far_mac, type);
	return write(tap, buf, len) == (ssize_t)len;
}

/* What the device was given to send: octets, -1 when nothing came */
static int went_out(int tap, uint8_t *buf, size_t len)
{
	if (!poll_for(tap, POLLIN, WAIT_MS))
		return -1;
	return read(tap, buf, len);
}

/* What a read tells of a frame */
struct heard {
	uint8_t buf[70000];
	struct sockaddr_ll ll;
	socklen_t namelen;
	int flags;
	struct tpacket_auxdata aux;
	bool has_aux;
	bool has_time;
	unsigned int lost;
};

static void hear_cmsgs(struct heard *h, struct msghdr *msg)
{
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == SOL_PACKET &&
		    c->cmsg_type == PACKET_AUXDATA) {
			memcpy(&h->aux, CMSG_DATA(c), sizeof(h->aux));
			h->has_aux = true;
		} else if (c->cmsg_type == SO_TIMESTAMP) {
			h->has_time = true;
		} else if (c->cmsg_type == SO_RXQ_OVFL) {
			memcpy(&h->lost, CMSG_DATA(c), sizeof(h->lost));
		}
	}
}

/* One frame, waited for; @len is the buffer's */
static int hear_into(int fd, struct heard *h, size_t len, int flags)
{
	struct iovec iov = { .iov_base = h->buf, .iov_len = len };
	uint8_t control[256];
	struct msghdr msg = {
		.msg_name = &h->ll, .msg_namelen = sizeof(h->ll),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	int rc;

	memset(h, 0, sizeof(*h));
	poll_for(fd, POLLIN, WAIT_MS);
	rc = recvmsg(fd, &msg, flags | MSG_DONTWAIT);
	h->namelen = msg.msg_namelen;
	h->flags = msg.msg_flags;
	if (rc >= 0)
		hear_cmsgs(h, &msg);
	return rc;
}

static int hear(int fd, struct heard *h)
{
	return hear_into(fd, h, sizeof(h->buf), 0);
}

/* Nothing is there, nor comes in a moment */
static bool hears_nothing(int fd)
{
	char c;

	sleep_ms(MOMENT_MS);
	return recv(fd, &c, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == EAGAIN;
}

static struct tpacket_stats stats_of(int fd)
{
	struct tpacket_stats st = { -1, -1 };
	socklen_t len = sizeof(st);

	getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &st, &len);
	return st;
}

/* A filter that lets through so many octets of what has this type */
static int filter_on(int fd, int type, int octets)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, type, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, octets),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = { ARRAY_SIZE(code), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
			  sizeof(prog));
}

/* What `ip -d link` says after a word about a device; -1 without it */
static int link_count(const char *dev, const char *word)
{
	char command[64], line[1024], *at;
	int n = -1;
	FILE *f;

	snprintf(command, sizeof(command), "ip -d link show %s", dev);
	f = popen(command, "r");
	while (f && fgets(line, sizeof(line), f)) {
		at = strstr(line, word);
		if (at)
			n = atoi(at + strlen(word));
	}
	if (f)
		pclose(f);
	return n;
}

static int promiscuity(void)
{
	return link_count("tap0", "promiscuity ");
}

static int membership(int fd, int opt, int dev, int type)
{
	struct packet_mreq mr = { .mr_ifindex = dev, .mr_type = type };

	return setsockopt(fd, SOL_PACKET, opt, &mr, sizeof(mr));
}

/* ------------------------------------------------------------------- socket */

/* AF_PACKET takes the lower sixteen bits of whatever it is given */
TEST_F(packet, any_protocol)
{
	static const int protocols[] = {
		0, ETH_P_IP, ETH_P_ALL, TEST_TYPE, 1, 0xffff,
	};
	static const int numbers[] = { -1, 0x10000, INT32_MAX, INT32_MIN };
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		fd = raw_socket(variant->row.domain, protocols[i]);
		EXPECT_LE(0, fd) TH_LOG("protocol %d", protocols[i]);
		close(fd);
	}
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		fd = socket(variant->row.domain, SOCK_RAW, numbers[i]);
		EXPECT_LE(0, fd) TH_LOG("number %d", numbers[i]);
		close(fd);
	}
}

/* AF_PACKET's sk_protocol is 0 whatever it was given */
TEST_F(packet, identity)
{
	int fd = raw_socket(variant->row.domain, ETH_P_ALL);

	EXPECT_EQ(variant->row.domain, opt_get(fd, SOL_SOCKET, SO_DOMAIN));
	EXPECT_EQ(SOCK_RAW, opt_get(fd, SOL_SOCKET, SO_TYPE));
	EXPECT_EQ(row_is_mini() ? IPPROTO_MINI : 0,
		  opt_get(fd, SOL_SOCKET, SO_PROTOCOL));
	EXPECT_EQ(0, opt_get(fd, SOL_SOCKET, SO_ERROR));
}

TEST_F(packet, unprivileged)
{
	if (row_is_mini())
		ASSERT_EQ(0, sysctl_set(UNPRIVILEGED, "1"));
	ASSERT_EQ(0, setresuid(NOBODY, NOBODY, NOBODY));
	EXPECT_EQ(EPERM, err(raw_socket(variant->row.domain, ETH_P_ALL)));
	EXPECT_EQ(EPERM, err(raw_socket(variant->row.domain, 0)));
}

/* CAP_NET_ADMIN, which the other rows ask for, is not it */
TEST_F(packet, capability)
{
	ASSERT_EQ(0, caps_drop(CAP_NET_RAW));
	EXPECT_EQ(EPERM, err(raw_socket(variant->row.domain, ETH_P_ALL)));
}

TEST_F(packet, capability_is_enough)
{
	ASSERT_EQ(0, caps_drop(CAP_NET_ADMIN));
	EXPECT_EQ(0, err(raw_socket(variant->row.domain, ETH_P_ALL)));
}

TEST_F(packet, user_namespace)
{
	ASSERT_EQ(0, unshare(CLONE_NEWUSER));
	EXPECT_EQ(EPERM, err(raw_socket(variant->row.domain, ETH_P_ALL)));
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	EXPECT_EQ(0, err(raw_socket(variant->row.domain, ETH_P_ALL)));
}

TEST_F(packet, no_protocol_no_frames)
{
	int fd = raw_socket(variant->row.domain, 0);
	struct heard h;

	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	EXPECT_TRUE(hears_nothing(fd));
	ASSERT_EQ(0, bind_ll(fd, 0, ETH_P_ALL));
	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	EXPECT_EQ(FRAME_LEN, hear(fd, &h));
}

/* One protocol only, and none of what goes out */
TEST_F(packet, one_protocol)
{
	int fd = raw_socket(variant->row.domain, TEST_TYPE);
	int other = raw_on(AF_PACKET, self->dev, 0);
	uint8_t buf[FRAME_LEN];
	struct heard h;

	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, OTHER_TYPE));
	frame(buf, sizeof(buf), far_mac, self->mac, TEST_TYPE);
	ASSERT_EQ(FRAME_LEN, send(other, buf, sizeof(buf), 0));
	ASSERT_EQ(FRAME_LEN, went_out(self->tap, buf, sizeof(buf)));
	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	EXPECT_EQ(FRAME_LEN, hear(fd, &h));
	EXPECT_EQ(PACKET_HOST, h.ll.sll_pkttype);
	EXPECT_TRUE(hears_nothing(fd));
}

/* --------------------------------------------------------------------- bind */

TEST_F(packet, bind_errors)
{
	struct sockaddr_ll ll = addr_ll(self->dev, ETH_P_ALL);
	int fd = raw_socket(variant->row.domain, ETH_P_ALL);
	struct sockaddr *addr = (struct sockaddr *)&ll;
	int len;

	for (len = 0; len < (int)sizeof(ll); len++)
		EXPECT_EQ(EINVAL, err(bind(fd, addr, len)));
	EXPECT_EQ(EINVAL, err(bind(fd, addr, -1)));
	EXPECT_EQ(ENODEV, err(bind_ll(fd, 4711, ETH_P_ALL)));
	EXPECT_EQ(ENODEV, err(bind_ll(fd, -1, ETH_P_ALL)));
	EXPECT_EQ(ENODEV, err(bind_ll(fd, INT32_MIN, 0)));
	ll.sll_family = AF_INET;
	EXPECT_EQ(EINVAL, err(bind(fd, addr, sizeof(ll))));
	ll.sll_family = AF_MINI;
	EXPECT_EQ(row_is_mini() ? 0 : EINVAL, err(bind(fd, addr, sizeof(ll))));
}

TEST_F(packet, name_unbound)
{
	int fd = raw_socket(variant->row.domain, TEST_TYPE);
	struct sockaddr_ll ll;
	socklen_t len = sizeof(ll);

	memset(&ll, 0xff, sizeof(ll));
	ASSERT_EQ(0, getsockname(fd, (struct sockaddr *)&ll, &len));
	EXPECT_EQ(offsetof(struct sockaddr_ll, sll_addr), len);
	EXPECT_EQ(AF_PACKET, ll.sll_family);
	EXPECT_EQ(htons(TEST_TYPE), ll.sll_protocol);
	EXPECT_EQ(0, ll.sll_ifindex);
	EXPECT_EQ(0, ll.sll_hatype);
	EXPECT_EQ(0, ll.sll_pkttype);
	EXPECT_EQ(0, ll.sll_halen);
	EXPECT_EQ(EOPNOTSUPP,
		  err(getpeername(fd, (struct sockaddr *)&ll, &len)));
}

TEST_F(packet, name_bound)
{
	int fd = raw_on(variant->row.domain, self->dev, TEST_TYPE);
	struct sockaddr_ll ll = {};
	socklen_t len = sizeof(ll);

	ASSERT_EQ(0, getsockname(fd, (struct sockaddr *)&ll, &len));
	EXPECT_EQ(offsetof(struct sockaddr_ll, sll_addr) + ETH_ALEN, len);
	EXPECT_EQ(htons(TEST_TYPE), ll.sll_protocol);
	EXPECT_EQ(self->dev, ll.sll_ifindex);
	EXPECT_EQ(ARPHRD_ETHER, ll.sll_hatype);
	EXPECT_EQ(ETH_ALEN, ll.sll_halen);
	EXPECT_EQ(0, memcmp(self->mac, ll.sll_addr, ETH_ALEN));
}

TEST_F(packet, bind_to_a_device)
{
	int fd = raw_on(variant->row.domain, if_nametoindex("lo"), ETH_P_ALL);
	struct heard h;

	ASSERT_LE(0, fd);
	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	EXPECT_TRUE(hears_nothing(fd));
	ASSERT_EQ(0, bind_ll(fd, self->dev, 0));
	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	EXPECT_EQ(FRAME_LEN, hear(fd, &h));
	ASSERT_EQ(0, bind_ll(fd, 0, 0));
	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	EXPECT_EQ(FRAME_LEN, hear(fd, &h));
}

TEST_F(packet, bind_changes_the_protocol)
{
	int fd = raw_on(variant->row.domain, self->dev, OTHER_TYPE);
	struct heard h;

	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	EXPECT_TRUE(hears_nothing(fd));
	ASSERT_EQ(0, bind_ll(fd, self->dev, TEST_TYPE));
	ASSERT_EQ(0, bind_ll(fd, self->dev, TEST_TYPE));
	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	EXPECT_EQ(FRAME_LEN, hear(fd, &h));
	EXPECT_TRUE(hears_nothing(fd));
}

/* ------------------------------------------------------------------ receive */

TEST_F(packet, whole_frame_and_address)
{
	const struct {
		const uint8_t *to;
		int pkttype;
	} cases[] = {
		{ self->mac,	PACKET_HOST },
		{ all_macs,	PACKET_BROADCAST },
		{ some_macs,	PACKET_MULTICAST },
		{ far_mac,	PACKET_OTHERHOST },
	};
	int fd = raw_socket(variant->row.domain, ETH_P_ALL);
	uint8_t buf[FRAME_LEN];
	struct heard h;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ASSERT_TRUE(comes_in(self->tap, cases[i].to, FRAME_LEN,
				     TEST_TYPE));
		frame(buf, sizeof(buf), cases[i].to, far_mac, TEST_TYPE);
		ASSERT_EQ(FRAME_LEN, hear(fd, &h));
		EXPECT_EQ(0, memcmp(buf, h.buf, FRAME_LEN));
		EXPECT_EQ(0, h.flags & MSG_TRUNC);
		EXPECT_EQ(sizeof(h.ll), h.namelen);
		EXPECT_EQ(AF_PACKET, h.ll.sll_family);
		EXPECT_EQ(htons(TEST_TYPE), h.ll.sll_protocol);
		EXPECT_EQ(self->dev, h.ll.sll_ifindex);
		EXPECT_EQ(ARPHRD_ETHER, h.ll.sll_hatype);
		EXPECT_EQ(cases[i].pkttype, h.ll.sll_pkttype);
		EXPECT_EQ(ETH_ALEN, h.ll.sll_halen);
		EXPECT_EQ(0, memcmp(far_mac, h.ll.sll_addr, ETH_ALEN));
	}
}

/* Who sends does not hear himself; everybody else does */
TEST_F(packet, what_goes_out)
{
	int fd = raw_on(variant->row.domain, self->dev, ETH_P_ALL);
	int listener = raw_on(variant->row.domain, self->dev, ETH_P_ALL);
	uint8_t buf[FRAME_LEN];
	struct heard h;

	frame(buf, sizeof(buf), far_mac, self->mac, TEST_TYPE);
	ASSERT_EQ(FRAME_LEN, send(fd, buf, sizeof(buf), 0));
	ASSERT_EQ(FRAME_LEN, hear(listener, &h));
	EXPECT_EQ(PACKET_OUTGOING, h.ll.sll_pkttype);
	EXPECT_EQ(self->dev, h.ll.sll_ifindex);
	EXPECT_EQ(htons(TEST_TYPE), h.ll.sll_protocol);
	EXPECT_EQ(0, memcmp(self->mac, h.ll.sll_addr, ETH_ALEN));
	EXPECT_EQ(0, memcmp(buf, h.buf, FRAME_LEN));
	EXPECT_TRUE(hears_nothing(fd));
}

TEST_F(packet, ignore_outgoing)
{
	int fd = raw_on(variant->row.domain, self->dev, ETH_P_ALL);
	int sender = raw_on(AF_PACKET, self->dev, 0);
	uint8_t buf[FRAME_LEN];
	struct heard h;

	EXPECT_EQ(0, opt_get(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING));
	ASSERT_EQ(0, opt_set(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1));
	EXPECT_EQ(1, opt_get(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING));
	EXPECT_EQ(EINVAL, err(opt_set(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING,
				      2)));
	EXPECT_EQ(EINVAL, err(opt_set(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING,
				      -1)));
	frame(buf, sizeof(buf), far_mac, self->mac, TEST_TYPE);
	ASSERT_EQ(FRAME_LEN, send(sender, buf, sizeof(buf), 0));
	EXPECT_TRUE(hears_nothing(fd));
	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	EXPECT_EQ(FRAME_LEN, hear(fd, &h));
}

/* A datagram over lo: all three who share it have it whole */
TEST_F(packet, shared_frame)
{
	int a = raw_on(variant->row.domain, if_nametoindex("lo"), ETH_P_ALL);
	int b = raw_on(variant->row.domain, if_nametoindex("lo"), ETH_P_IP);
	int udp = socket(AF_INET, SOCK_DGRAM, 0);
	int from = socket(AF_INET, SOCK_DGRAM, 0);
	struct heard out, in, in_b;
	uint8_t data[200];

	pattern_fill(data, sizeof(data), 0);
	ASSERT_EQ(0, bind4(udp, ADDR_LO, PORT));
	ASSERT_EQ(0, connect4(from, ADDR_LO, PORT));
	ASSERT_EQ(200, send(from, data, sizeof(data), 0));
	ASSERT_EQ(200 + 42, hear(a, &out));
	ASSERT_EQ(200 + 42, hear(a, &in));
	ASSERT_EQ(200 + 42, hear(b, &in_b));
	EXPECT_EQ(PACKET_OUTGOING, out.ll.sll_pkttype);
	EXPECT_EQ(PACKET_HOST, in.ll.sll_pkttype);
	EXPECT_EQ(ARPHRD_LOOPBACK, in.ll.sll_hatype);
	EXPECT_EQ(0, memcmp(out.buf, in.buf, 200 + 42));
	EXPECT_EQ(0, memcmp(in_b.buf, in.buf, 200 + 42));
	EXPECT_TRUE(pattern_ok(in.buf + 42, 200, 0));
	ASSERT_EQ(200, recv(udp, data, sizeof(data), 0));
	EXPECT_TRUE(pattern_ok(data, 200, 0));
	EXPECT_TRUE(hears_nothing(a));
}

/* A device whose frames have no link header */
TEST_F(packet, no_link_header)
{
	struct {
		struct iphdr ip;
		uint8_t data[40];
	} pk = {
		.ip = { .version = 4, .ihl = 5, .ttl = 1, .protocol = 254,
			.tot_len = htons(sizeof(pk)) },
	};
	int tun = tun_device("tun0", IFF_TUN);
	int fd = raw_on(variant->row.domain, if_nametoindex("tun0"), ETH_P_ALL);
	struct heard h;
	uint8_t buf[100];

	ASSERT_LE(0, fd);
	ASSERT_EQ(sizeof(pk), write(tun, &pk, sizeof(pk)));
	ASSERT_EQ(sizeof(pk), hear(fd, &h));
	EXPECT_EQ(0, memcmp(&pk, h.buf, sizeof(pk)));
	EXPECT_EQ(ARPHRD_NONE, h.ll.sll_hatype);
	EXPECT_EQ(0, h.ll.sll_halen);
	EXPECT_EQ(sizeof(h.ll), h.namelen);
	EXPECT_EQ(htons(ETH_P_IP), h.ll.sll_protocol);
	EXPECT_EQ(EINVAL, err(send(fd, &pk, 0, 0)));
	EXPECT_EQ(sizeof(pk), send(fd, &pk, sizeof(pk), 0));
	EXPECT_EQ(sizeof(pk), went_out(tun, buf, sizeof(buf)));
	EXPECT_EQ(0, memcmp(&pk, buf, sizeof(pk)));
}

TEST_F(packet, truncated)
{
	int fd = raw_on(variant->row.domain, self->dev, ETH_P_ALL);
	struct heard h;
	int i;

	for (i = 0; i < 3; i++)
		ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN + i,
				     TEST_TYPE));
	EXPECT_EQ(20, hear_into(fd, &h, 20, 0));
	EXPECT_EQ(MSG_TRUNC, h.flags & MSG_TRUNC);
	EXPECT_EQ(0, memcmp(self->mac, h.buf, ETH_ALEN));
	EXPECT_EQ(FRAME_LEN + 1, hear_into(fd, &h, 20, MSG_TRUNC));
	EXPECT_EQ(MSG_TRUNC, h.flags & MSG_TRUNC);
	EXPECT_EQ(0, h.buf[20]);
	EXPECT_EQ(FRAME_LEN + 2, hear_into(fd, &h, FRAME_LEN + 2, MSG_TRUNC));
	EXPECT_EQ(0, h.flags & MSG_TRUNC);
}

TEST_F(packet, peek)
{
	int fd = raw_on(variant->row.domain, self->dev, ETH_P_ALL);
	static struct heard first, again;

	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	ASSERT_EQ(FRAME_LEN, hear_into(fd, &first, sizeof(first.buf),
				       MSG_PEEK));
	ASSERT_EQ(FRAME_LEN, hear_into(fd, &again, sizeof(first.buf),
				       MSG_PEEK));
	EXPECT_EQ(0, memcmp(&first, &again, sizeof(first)));
	ASSERT_EQ(FRAME_LEN, hear(fd, &again));
	EXPECT_EQ(0, memcmp(&first, &again, sizeof(first)));
	EXPECT_TRUE(hears_nothing(fd));
}

TEST_F(packet, recv_flags)
{
	int fd = raw_on(variant->row.domain, self->dev, ETH_P_ALL);
	char buf[FRAME_LEN];

	EXPECT_EQ(EAGAIN, err(recv(fd, buf, sizeof(buf), MSG_DONTWAIT)));
	EXPECT_EQ(EINVAL, err(recv(fd, buf, sizeof(buf), MSG_OOB)));
	EXPECT_EQ(EINVAL, err(recv(fd, buf, sizeof(buf), MSG_WAITALL)));
	EXPECT_EQ(EAGAIN, err(recv(fd, buf, sizeof(buf), MSG_ERRQUEUE)));
	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	ASSERT_TRUE(poll_for(fd, POLLIN, WAIT_MS));
	EXPECT_EQ(EFAULT, err(recv(fd, NULL, sizeof(buf), 0)));
}

TEST_F(packet, blocking)
{
	int fd = raw_on(variant->row.domain, self->dev, ETH_P_ALL);
	struct job job = { .fd = fd };
	long began = now_ms();
	char c;

	ASSERT_EQ(0, job_start(&job, run_recv_once));
	ASSERT_TRUE(job_asleep(&job));
	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	EXPECT_EQ(1, job_wait(&job));
	ASSERT_EQ(0, set_timeout(fd, SO_RCVTIMEO, 100));
	began = now_ms();
	EXPECT_EQ(EAGAIN, err(recv(fd, &c, 1, 0)));
	EXPECT_LE(90, now_ms() - began);
}

TEST_F(packet, queue_ioctls)
{
	int fd = raw_on(variant->row.domain, self->dev, ETH_P_ALL);
	int n = -1;

	ASSERT_EQ(0, ioctl(fd, SIOCINQ, &n));
	EXPECT_EQ(0, n);
	ASSERT_EQ(0, ioctl(fd, SIOCOUTQ, &n));
	EXPECT_EQ(0, n);
	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	ASSERT_TRUE(poll_for(fd, POLLIN, WAIT_MS));
	ASSERT_EQ(0, ioctl(fd, SIOCINQ, &n));
	EXPECT_EQ(FRAME_LEN, n);
	EXPECT_EQ(EFAULT, err(ioctl(fd, SIOCINQ, NULL)));
	EXPECT_EQ(ENOTTY, err(ioctl(fd, 0x4711, &n)));
}

TEST_F(packet, poll)
{
	int fd = raw_on(variant->row.domain, self->dev, ETH_P_ALL);
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };
	struct heard h;

	EXPECT_EQ(1, poll(&p, 1, 0));
	EXPECT_EQ(POLLOUT, p.revents);
	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	ASSERT_TRUE(poll_for(fd, POLLIN, WAIT_MS));
	EXPECT_EQ(1, poll(&p, 1, 0));
	EXPECT_EQ(POLLIN | POLLOUT, p.revents);
	ASSERT_EQ(FRAME_LEN, hear(fd, &h));
	ASSERT_EQ(0, link_set("tap0", false));
	EXPECT_EQ(1, poll(&p, 1, 0));
	EXPECT_EQ(POLLOUT | POLLERR, p.revents);
	EXPECT_EQ(ENETDOWN, opt_get(fd, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(1, poll(&p, 1, 0));
	EXPECT_EQ(POLLOUT, p.revents);
}

TEST_F(packet, received_time)
{
	int fd = raw_on(variant->row.domain, self->dev, ETH_P_ALL);
	struct heard h;

	ASSERT_EQ(0, opt_set(fd, SOL_SOCKET, SO_TIMESTAMP, 1));
	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	ASSERT_EQ(FRAME_LEN, hear(fd, &h));
	EXPECT_TRUE(h.has_time);
}

/* --------------------------------------------------------------------- send */

TEST_F(packet, send_bound)
{
	int fd = raw_on(variant->row.domain, self->dev, 0);
	uint8_t buf[MTU + ETH_HLEN], seen[2000];
	size_t len;

	for (len = ETH_HLEN; len <= sizeof(buf); len += 743) {
		frame(buf, len, far_mac, self->mac, TEST_TYPE);
		ASSERT_EQ((ssize_t)len, send(fd, buf, len, 0));
		ASSERT_EQ((int)len, went_out(self->tap, seen, sizeof(seen)));
		EXPECT_EQ(0, memcmp(buf, seen, len));
	}
}

TEST_F(packet, send_to_a_device)
{
	int fd = raw_socket(variant->row.domain, 0);
	uint8_t buf[FRAME_LEN], seen[2000];

	frame(buf, sizeof(buf), far_mac, self->mac, TEST_TYPE);
	EXPECT_EQ(ENXIO, err(send(fd, buf, sizeof(buf), 0)));
	EXPECT_EQ(ENXIO, err(sendto_ll(fd, buf, sizeof(buf), 0)));
	EXPECT_EQ(ENXIO, err(sendto_ll(fd, buf, sizeof(buf), 4711)));
	EXPECT_EQ(ENXIO, err(sendto_ll(fd, buf, sizeof(buf), -1)));
	EXPECT_EQ(FRAME_LEN, sendto_ll(fd, buf, sizeof(buf), self->dev));
	EXPECT_EQ(FRAME_LEN, went_out(self->tap, seen, sizeof(seen)));
	EXPECT_EQ(0, memcmp(buf, seen, FRAME_LEN));
}

/* The address names the device also when another is bound */
TEST_F(packet, send_elsewhere)
{
	int fd = raw_on(variant->row.domain, if_nametoindex("lo"), 0);
	uint8_t buf[FRAME_LEN], seen[2000];

	frame(buf, sizeof(buf), far_mac, self->mac, TEST_TYPE);
	EXPECT_EQ(FRAME_LEN, sendto_ll(fd, buf, sizeof(buf), self->dev));
	EXPECT_EQ(FRAME_LEN, went_out(self->tap, seen, sizeof(seen)));
}

TEST_F(packet, send_bad_address)
{
	int fd = raw_on(variant->row.domain, self->dev, 0);
	struct sockaddr_ll ll = addr_ll(self->dev, 0);
	struct sockaddr *to = (struct sockaddr *)&ll;
	uint8_t buf[FRAME_LEN];
	int len;

	frame(buf, sizeof(buf), far_mac, self->mac, TEST_TYPE);
	for (len = 1; len < (int)sizeof(ll); len++)
		EXPECT_EQ(EINVAL, err(sendto(fd, buf, FRAME_LEN, 0, to, len)));
	ll.sll_halen = 255;
	EXPECT_EQ(EINVAL, err(sendto(fd, buf, FRAME_LEN, 0, to, sizeof(ll))));
	ll.sll_halen = 8;
	EXPECT_EQ(0, err(sendto(fd, buf, FRAME_LEN, 0, to, sizeof(ll))));
}

TEST_F(packet, send_lengths)
{
	int fd = raw_on(variant->row.domain, self->dev, 0);
	uint8_t buf[MTU + ETH_HLEN + 8], seen[2000];
	int most = MTU + ETH_HLEN;

	frame(buf, sizeof(buf), far_mac, self->mac, TEST_TYPE);
	EXPECT_EQ(EINVAL, err(send(fd, buf, 0, 0)));
	EXPECT_EQ(EINVAL, err(send(fd, buf, 1, 0)));
	EXPECT_EQ(EINVAL, err(send(fd, buf, ETH_HLEN - 1, 0)));
	EXPECT_EQ(most, send(fd, buf, most, 0));
	EXPECT_EQ(most, went_out(self->tap, seen, sizeof(seen)));
	EXPECT_EQ(EMSGSIZE, err(send(fd, buf, most + 1, 0)));
	EXPECT_EQ(EMSGSIZE, err(send(fd, buf, most + 4, 0)));
	frame(buf, sizeof(buf), far_mac, self->mac, ETH_P_8021Q);
	EXPECT_EQ(most + 4, send(fd, buf, most + 4, 0));
	EXPECT_EQ(EMSGSIZE, err(send(fd, buf, most + 5, 0)));
	EXPECT_EQ(EFAULT, err(send(fd, NULL, FRAME_LEN, 0)));
}

/* One that is not in one piece */
TEST_F(packet, send_large)
{
	int fd = raw_on(variant->row.domain, if_nametoindex("lo"), 0);
	int other = raw_socket(variant->row.domain, TEST_TYPE);
	int len = 65536 + ETH_HLEN;
	static uint8_t buf[70000];
	static struct heard h;

	ASSERT_EQ(0, opt_set(fd, SOL_SOCKET, SO_SNDBUF, 1 << 18));
	frame(buf, len, all_macs, far_mac, TEST_TYPE);
	ASSERT_EQ(len, send(fd, buf, len, 0));
	ASSERT_EQ(len, hear(other, &h));
	EXPECT_EQ(0, memcmp(buf, h.buf, len));
	EXPECT_EQ(EMSGSIZE, err(send(fd, buf, len + 1, 0)));
}

TEST_F(packet, send_while_down)
{
	int fd = raw_on(variant->row.domain, self->dev, 0);
	uint8_t buf[FRAME_LEN];

	frame(buf, sizeof(buf), far_mac, self->mac, TEST_TYPE);
	ASSERT_EQ(0, link_set("tap0", false));
	EXPECT_EQ(ENETDOWN, err(send(fd, buf, sizeof(buf), 0)));
	EXPECT_EQ(ENETDOWN, err(sendto_ll(fd, buf, sizeof(buf), self->dev)));
	ASSERT_EQ(0, link_set("tap0", true));
	EXPECT_EQ(FRAME_LEN, send(fd, buf, sizeof(buf), 0));
}

/* The socket is charged for what its device has not sent yet */
TEST_F(packet, send_is_charged)
{
	int fd = raw_on(variant->row.domain, self->dev, 0);
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	uint8_t buf[1000];
	int i, n = 0;

	ASSERT_EQ(0, system(SLOW_QUEUE));
	ASSERT_EQ(0, opt_set(fd, SOL_SOCKET, SO_SNDBUF, 8000));
	frame(buf, sizeof(buf), far_mac, self->mac, TEST_TYPE);
	for (i = 0; i < 1000; i++)
		if (send(fd, buf, sizeof(buf), MSG_DONTWAIT) < 0)
			break;
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_LT(4, i);
	EXPECT_GT(20, i);
	ASSERT_EQ(0, ioctl(fd, SIOCOUTQ, &n));
	EXPECT_LE(16000, n);
	EXPECT_EQ(0, poll(&p, 1, 0));
	ASSERT_EQ(0, set_timeout(fd, SO_SNDTIMEO, 50));
	EXPECT_EQ(EAGAIN, err(send(fd, buf, sizeof(buf), 0)));
	ASSERT_EQ(0, system("tc qdisc del dev tap0 root"));
	EXPECT_EQ(1, poll(&p, 1, WAIT_MS));
	EXPECT_EQ(1000, send(fd, buf, sizeof(buf), 0));
}

/* Seen by a filter that returns the mark as a number of octets */
TEST_F(packet, send_mark)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_MARK),
		BPF_STMT(BPF_RET | BPF_A, 0),
	};
	struct sock_fprog prog = { ARRAY_SIZE(code), code };
	int fd = raw_on(variant->row.domain, self->dev, 0);
	int other = raw_on(AF_PACKET, self->dev, ETH_P_ALL);
	uint8_t buf[FRAME_LEN];
	struct heard h;

	ASSERT_EQ(0, setsockopt(other, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
				sizeof(prog)));
	ASSERT_EQ(0, opt_set(fd, SOL_SOCKET, SO_MARK, 37));
	frame(buf, sizeof(buf), far_mac, self->mac, TEST_TYPE);
	ASSERT_EQ(FRAME_LEN, send(fd, buf, sizeof(buf), 0));
	EXPECT_EQ(37, hear(other, &h));
}

/* --------------------------------------------------- counts, filters, bounds */

TEST_F(packet, statistics)
{
	int fd = raw_on(variant->row.domain, self->dev, TEST_TYPE);
	struct tpacket_stats st = {};
	socklen_t len = 4;
	int i;

	for (i = 0; i < 5; i++)
		ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN,
				     TEST_TYPE));
	ASSERT_TRUE(poll_for(fd, POLLIN, WAIT_MS));
	sleep_ms(MOMENT_MS);
	st = stats_of(fd);
	EXPECT_EQ(5, st.tp_packets);
	EXPECT_EQ(0, st.tp_drops);
	st = stats_of(fd);
	EXPECT_EQ(0, st.tp_packets);
	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	sleep_ms(MOMENT_MS);
	ASSERT_EQ(0, getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &st, &len));
	EXPECT_EQ(4, len);
	EXPECT_EQ(1, st.tp_packets);
}

/* The columns of /proc/net/packet; ours has what was dropped behind them */
TEST_F(packet, listed)
{
	const char *path = row_is_mini() ? "/proc/net/mini/packet" :
					   "/proc/net/packet";
	int fd = raw_on(variant->row.domain, self->dev, TEST_TYPE);
	unsigned int type, proto, running, rmem, uid, drops;
	char line[256];
	int dev, n;

	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	ASSERT_TRUE(poll_for(fd, POLLIN, WAIT_MS));
	ASSERT_TRUE(proc_line(path, 8, fd, line, sizeof(line)));
	n = sscanf(line, "%*s %*d %u %x %d %u %u %u %*u %u", &type, &proto,
		   &dev, &running, &rmem, &uid, &drops);
	ASSERT_EQ(row_is_mini() ? 7 : 6, n);
	EXPECT_EQ(SOCK_RAW, type);
	EXPECT_EQ(TEST_TYPE, proto);
	EXPECT_EQ(self->dev, dev);
	EXPECT_EQ(1, running);
	EXPECT_LT(FRAME_LEN, rmem);
	EXPECT_EQ(0, uid);
	if (row_is_mini())
		EXPECT_EQ(0, drops);
	ASSERT_EQ(0, link_set("tap0", false));
	ASSERT_TRUE(proc_line(path, 8, fd, line, sizeof(line)));
	n = sscanf(line, "%*s %*d %*u %*x %*d %u", &running);
	ASSERT_EQ(1, n);
	EXPECT_EQ(0, running);
	close(fd);
}

TEST_F(packet, overflow)
{
	int fd = raw_on(variant->row.domain, self->dev, TEST_TYPE);
	long before = row_is_mini() ? counter("DropTapRcvBuf") : 0;
	int i, queued = 0, lost = 0;
	struct tpacket_stats st;
	static struct heard h;

	ASSERT_EQ(0, opt_set(fd, SOL_SOCKET, SO_RCVBUF, 4000));
	ASSERT_EQ(0, opt_set(fd, SOL_SOCKET, SO_RXQ_OVFL, 1));
	for (i = 0; i < 50; i++)
		ASSERT_TRUE(comes_in(self->tap, self->mac, 1000, TEST_TYPE));
	sleep_ms(MOMENT_MS);
	while (hear_into(fd, &h, 1000, 0) == 1000) {
		queued++;
		if (!poll_for(fd, POLLIN, 0))
			break;
	}
	st = stats_of(fd);
	EXPECT_EQ(50, st.tp_packets);
	EXPECT_EQ(50 - queued, (int)st.tp_drops);
	EXPECT_LE(2, queued);
	EXPECT_GT(20, queued);
	ASSERT_TRUE(comes_in(self->tap, self->mac, 1000, TEST_TYPE));
	ASSERT_EQ(1000, hear(fd, &h));
	lost = h.lost;
	EXPECT_EQ(50 - queued, lost);
	if (row_is_mini())
		EXPECT_EQ(lost, counter("DropTapRcvBuf") - before);
}

/* Cut by the filter: only PACKET_AUXDATA knows how long it was */
TEST_F(packet, filter)
{
	int fd = raw_on(variant->row.domain, self->dev, ETH_P_ALL);
	struct heard h;

	ASSERT_EQ(0, opt_set(fd, SOL_PACKET, PACKET_AUXDATA, 1));
	ASSERT_EQ(0, filter_on(fd, TEST_TYPE, 60));
	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, OTHER_TYPE));
	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	ASSERT_EQ(60, hear_into(fd, &h, sizeof(h.buf), MSG_TRUNC));
	EXPECT_EQ(0, h.flags & MSG_TRUNC);
	EXPECT_TRUE(pattern_ok(h.buf + ETH_HLEN, 60 - ETH_HLEN, 0));
	EXPECT_EQ(FRAME_LEN, (int)h.aux.tp_len);
	EXPECT_EQ(60, (int)h.aux.tp_snaplen);
	EXPECT_TRUE(hears_nothing(fd));
	EXPECT_EQ(1, stats_of(fd).tp_packets);
	ASSERT_EQ(0, filter_on(fd, TEST_TYPE, 100000));
	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	EXPECT_EQ(FRAME_LEN, hear(fd, &h));
	ASSERT_EQ(0, opt_set(fd, SOL_SOCKET, SO_DETACH_FILTER, 0));
	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, OTHER_TYPE));
	EXPECT_EQ(FRAME_LEN, hear(fd, &h));
}

/* What one socket's filter cuts off, the others and IP still have */
TEST_F(packet, filter_of_one)
{
	int cut = raw_on(variant->row.domain, if_nametoindex("lo"), ETH_P_ALL);
	int none = raw_on(variant->row.domain, if_nametoindex("lo"), ETH_P_ALL);
	int all = raw_on(AF_PACKET, if_nametoindex("lo"), ETH_P_ALL);
	int udp = socket(AF_INET, SOCK_DGRAM, 0);
	uint8_t data[200];
	struct heard h;

	ASSERT_EQ(0, filter_on(cut, ETH_P_IP, 20));
	ASSERT_EQ(0, filter_on(none, TEST_TYPE, 20));
	ASSERT_EQ(0, bind4(udp, ADDR_LO, PORT));
	ASSERT_EQ(0, connect4(udp, ADDR_LO, PORT));
	pattern_fill(data, sizeof(data), 0);
	ASSERT_EQ(200, send(udp, data, sizeof(data), 0));
	EXPECT_EQ(20, hear(cut, &h));
	EXPECT_EQ(20, hear(cut, &h));
	EXPECT_EQ(242, hear(all, &h));
	EXPECT_EQ(242, hear(all, &h));
	EXPECT_TRUE(pattern_ok(h.buf + 42, 200, 0));
	ASSERT_EQ(200, recv(udp, data, sizeof(data), 0));
	EXPECT_TRUE(pattern_ok(data, 200, 0));
	EXPECT_TRUE(hears_nothing(none));
}

/* eBPF: 30 octets of everything. UML has no bpf(2). */
TEST_F(packet, filter_ebpf)
{
	struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 30 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = (uintptr_t)code, .insn_cnt = ARRAY_SIZE(code),
		.license = (uintptr_t)"GPL",
	};
	int fd = raw_on(variant->row.domain, self->dev, ETH_P_ALL);
	int prog = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	struct heard h;

	if (access(BPF_SYSCTL, F_OK)) {
		EXPECT_EQ(-1, opt_set(fd, SOL_SOCKET, SO_ATTACH_BPF, prog));
		return;
	}
	ASSERT_LE(0, prog);
	ASSERT_EQ(0, opt_set(fd, SOL_SOCKET, SO_ATTACH_BPF, prog));
	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	EXPECT_EQ(30, hear(fd, &h));
}

/* The tag is out of the frame, and told of beside it */
TEST_F(packet, auxdata_vlan)
{
	int fd = raw_on(variant->row.domain, self->dev, ETH_P_ALL);
	uint8_t buf[FRAME_LEN];
	struct heard h;
	int want = TP_STATUS_VLAN_VALID | TP_STATUS_VLAN_TPID_VALID;

	EXPECT_EQ(0, opt_get(fd, SOL_PACKET, PACKET_AUXDATA));
	ASSERT_EQ(0, opt_set(fd, SOL_PACKET, PACKET_AUXDATA, 7));
	EXPECT_EQ(1, opt_get(fd, SOL_PACKET, PACKET_AUXDATA));
	frame(buf, sizeof(buf), self->mac, far_mac, ETH_P_8021Q);
	memcpy(buf + ETH_HLEN, "\x60\x2a\x88\xb5", 4);
	ASSERT_EQ(FRAME_LEN, write(self->tap, buf, sizeof(buf)));
	ASSERT_EQ(FRAME_LEN - 4, hear(fd, &h));
	ASSERT_TRUE(h.has_aux);
	EXPECT_EQ(want, (int)h.aux.tp_status & want);
	EXPECT_EQ(TP_STATUS_USER, h.aux.tp_status & TP_STATUS_USER);
	EXPECT_EQ(0x602a, h.aux.tp_vlan_tci);
	EXPECT_EQ(ETH_P_8021Q, h.aux.tp_vlan_tpid);
	EXPECT_EQ(FRAME_LEN - 4, (int)h.aux.tp_len);
	EXPECT_EQ(ETH_HLEN, h.aux.tp_net);
	EXPECT_EQ(htons(TEST_TYPE), h.ll.sll_protocol);
	EXPECT_EQ(0, memcmp(h.buf + ETH_HLEN - 2, "\x88\xb5", 2));
}

TEST_F(packet, auxdata_checksum)
{
	int fd = raw_on(variant->row.domain, if_nametoindex("lo"), ETH_P_ALL);
	int udp = socket(AF_INET, SOCK_DGRAM, 0);
	struct heard h;

	ASSERT_EQ(0, opt_set(fd, SOL_PACKET, PACKET_AUXDATA, 1));
	ASSERT_EQ(0, connect4(udp, ADDR_LO, PORT));
	ASSERT_EQ(1, send(udp, "x", 1, 0));
	ASSERT_EQ(43, hear(fd, &h));
	EXPECT_EQ(TP_STATUS_CSUMNOTREADY,
		  h.aux.tp_status & TP_STATUS_CSUMNOTREADY);
	EXPECT_EQ(0, h.aux.tp_status & TP_STATUS_VLAN_VALID);
}

/* ------------------------------------------------------ devices come and go */

TEST_F(packet, down_and_up)
{
	int fd = raw_on(variant->row.domain, self->dev, ETH_P_ALL);
	int all = raw_socket(variant->row.domain, ETH_P_ALL);
	struct heard h;
	char c;

	ASSERT_EQ(0, link_set("tap0", false));
	EXPECT_EQ(ENETDOWN, err(recv(fd, &c, 1, MSG_DONTWAIT)));
	EXPECT_EQ(EAGAIN, err(recv(fd, &c, 1, MSG_DONTWAIT)));
	EXPECT_EQ(EAGAIN, err(recv(all, &c, 1, MSG_DONTWAIT)));
	ASSERT_EQ(0, link_set("tap0", true));
	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	EXPECT_EQ(FRAME_LEN, hear(fd, &h));
	EXPECT_EQ(FRAME_LEN, hear(all, &h));
	EXPECT_TRUE(hears_nothing(fd));
}

TEST_F(packet, down_wakes_the_reader)
{
	int fd = raw_on(variant->row.domain, self->dev, ETH_P_ALL);
	struct job job = { .fd = fd };

	ASSERT_EQ(0, job_start(&job, run_recv_once));
	ASSERT_TRUE(job_asleep(&job));
	ASSERT_EQ(0, link_set("tap0", false));
	EXPECT_EQ(-1, job_wait(&job));
	EXPECT_EQ(ENETDOWN, job.err);
}

TEST_F(packet, bind_while_down)
{
	int fd = raw_socket(variant->row.domain, 0);
	struct heard h;
	char c;

	ASSERT_EQ(0, link_set("tap0", false));
	EXPECT_EQ(0, bind_ll(fd, self->dev, 0));
	EXPECT_EQ(EAGAIN, err(recv(fd, &c, 1, MSG_DONTWAIT)));
	EXPECT_EQ(0, bind_ll(fd, self->dev, ETH_P_ALL));
	EXPECT_EQ(ENETDOWN, err(recv(fd, &c, 1, MSG_DONTWAIT)));
	ASSERT_EQ(0, link_set("tap0", true));
	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	EXPECT_EQ(FRAME_LEN, hear(fd, &h));
}

static int bound_to(int fd)
{
	struct sockaddr_ll ll = {};
	socklen_t len = sizeof(ll);

	getsockname(fd, (struct sockaddr *)&ll, &len);
	return ll.sll_ifindex;
}

/* What was queued before can still be read */
TEST_F(packet, device_goes)
{
	int fd = raw_on(variant->row.domain, self->dev, ETH_P_ALL);
	int all = raw_socket(variant->row.domain, ETH_P_ALL);
	uint8_t buf[FRAME_LEN] = {};
	struct heard h;
	char c;

	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	ASSERT_TRUE(poll_for(all, POLLIN, WAIT_MS));
	ASSERT_EQ(0, close(self->tap));
	EXPECT_EQ(ENETDOWN, opt_get(fd, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(0, opt_get(all, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(-1, bound_to(fd));
	EXPECT_EQ(0, bound_to(all));
	EXPECT_EQ(FRAME_LEN, hear(fd, &h));
	EXPECT_EQ(self->dev, h.ll.sll_ifindex);
	EXPECT_EQ(EAGAIN, err(recv(fd, &c, 1, MSG_DONTWAIT)));
	EXPECT_EQ(ENXIO, err(send(fd, buf, sizeof(buf), 0)));
	EXPECT_EQ(0, bind_ll(fd, if_nametoindex("lo"), ETH_P_ALL));
	EXPECT_EQ(FRAME_LEN, send(fd, buf, sizeof(buf), 0));
	self->tap = -1;
}

/* A device of the same name is another */
TEST_F(packet, device_comes_again)
{
	int fd = raw_on(variant->row.domain, self->dev, ETH_P_ALL);

	ASSERT_EQ(0, close(self->tap));
	self->tap = tun_device("tap0", IFF_TAP);
	ASSERT_LE(0, self->tap);
	ASSERT_EQ(ENETDOWN, opt_get(fd, SOL_SOCKET, SO_ERROR));
	ASSERT_TRUE(comes_in(self->tap, all_macs, FRAME_LEN, TEST_TYPE));
	EXPECT_TRUE(hears_nothing(fd));
	EXPECT_EQ(-1, bound_to(fd));
}

/* A child in a namespace of its own, ended by closing @stop */
static pid_t another_netns(int *stop)
{
	int up[2], down[2];
	pid_t pid;
	char c;

	if (pipe(up) || pipe(down))
		return -1;
	pid = fork();
	if (!pid) {
		close(down[1]);
		if (!unshare(CLONE_NEWNET) && write(up[1], "x", 1) == 1)
			_exit(read(down[0], &c, 1));
		_exit(1);
	}
	*stop = down[1];
	return read(up[0], &c, 1) == 1 ? pid : -1;
}

TEST_F(packet, device_moves_away)
{
	int fd = raw_on(variant->row.domain, self->dev, ETH_P_ALL);
	char command[128];
	int stop;
	pid_t pid = another_netns(&stop);

	ASSERT_LT(0, pid);
	ASSERT_EQ(0, membership(fd, PACKET_ADD_MEMBERSHIP, self->dev,
				PACKET_MR_PROMISC));
	snprintf(command, sizeof(command), "ip link set tap0 netns %d", pid);
	ASSERT_EQ(0, system(command));
	EXPECT_EQ(ENETDOWN, opt_get(fd, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(-1, bound_to(fd));
	snprintf(command, sizeof(command),
		 "nsenter -t %d -n ip -d link show tap0 | grep -q 'promiscuity 0'",
		 pid);
	EXPECT_EQ(0, system(command));
	snprintf(command, sizeof(command), "nsenter -t %d -n ip link set tap0 up",
		 pid);
	EXPECT_EQ(0, system(command));
	ASSERT_TRUE(comes_in(self->tap, all_macs, FRAME_LEN, TEST_TYPE));
	EXPECT_TRUE(hears_nothing(fd));
	close(stop);
	waitpid(pid, NULL, 0);
}

TEST_F(packet, other_namespaces)
{
	int there = raw_socket(variant->row.domain, ETH_P_ALL);
	int udp, here;
	struct heard h;

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, link_set("lo", true));
	here = raw_socket(variant->row.domain, ETH_P_ALL);
	udp = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_EQ(0, connect4(udp, ADDR_LO, PORT));
	ASSERT_EQ(1, send(udp, "x", 1, 0));
	EXPECT_EQ(43, hear(here, &h));
	EXPECT_TRUE(hears_nothing(there));
	ASSERT_TRUE(comes_in(self->tap, self->mac, FRAME_LEN, TEST_TYPE));
	EXPECT_EQ(FRAME_LEN, hear(there, &h));
}

/* -------------------------------------------------------------- memberships */

TEST_F(packet, promiscuous)
{
	int a = raw_socket(variant->row.domain, 0);
	int b = raw_socket(variant->row.domain, 0);

	ASSERT_EQ(0, promiscuity());
	ASSERT_EQ(0, membership(a, PACKET_ADD_MEMBERSHIP, self->dev,
				PACKET_MR_PROMISC));
	EXPECT_EQ(1, promiscuity());
	ASSERT_EQ(0, membership(a, PACKET_ADD_MEMBERSHIP, self->dev,
				PACKET_MR_PROMISC));
	EXPECT_EQ(1, promiscuity());
	ASSERT_EQ(0, membership(b, PACKET_ADD_MEMBERSHIP, self->dev,
				PACKET_MR_PROMISC));
	EXPECT_EQ(2, promiscuity());
	ASSERT_EQ(0, membership(a, PACKET_DROP_MEMBERSHIP, self->dev,
				PACKET_MR_PROMISC));
	EXPECT_EQ(2, promiscuity());
	ASSERT_EQ(0, membership(a, PACKET_DROP_MEMBERSHIP, self->dev,
				PACKET_MR_PROMISC));
	EXPECT_EQ(1, promiscuity());
	EXPECT_EQ(0, membership(a, PACKET_DROP_MEMBERSHIP, self->dev,
				PACKET_MR_PROMISC));
	EXPECT_EQ(1, promiscuity());
	ASSERT_EQ(0, close(b));
	EXPECT_EQ(0, promiscuity());
}

TEST_F(packet, all_multicast)
{
	int fd = raw_socket(variant->row.domain, 0);

	ASSERT_EQ(0, membership(fd, PACKET_ADD_MEMBERSHIP, self->dev,
				PACKET_MR_ALLMULTI));
	EXPECT_EQ(1, link_count("tap0", "allmulti "));
	ASSERT_EQ(0, close(fd));
	EXPECT_EQ(0, link_count("tap0", "allmulti "));
}

TEST_F(packet, multicast)
{
	const char *listed = "grep -q 01005e010203 /proc/net/dev_mcast";
	struct packet_mreq mr = {
		.mr_ifindex = self->dev, .mr_type = PACKET_MR_MULTICAST,
		.mr_alen = ETH_ALEN, .mr_address = { 1, 0, 0x5e, 1, 2, 3 },
	};
	int fd = raw_socket(variant->row.domain, 0);

	EXPECT_NE(0, system(listed));
	ASSERT_EQ(0, setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mr,
				sizeof(mr)));
	EXPECT_EQ(0, system(listed));
	/* what is beyond the address is none of it */
	mr.mr_address[7] = 1;
	ASSERT_EQ(0, setsockopt(fd, SOL_PACKET, PACKET_DROP_MEMBERSHIP, &mr,
				sizeof(mr)));
	EXPECT_NE(0, system(listed));
	mr.mr_alen = 5;
	EXPECT_EQ(EINVAL, err(setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP,
					 &mr, sizeof(mr))));
}

TEST_F(packet, membership_of_what_goes)
{
	int fd = raw_socket(variant->row.domain, 0);

	ASSERT_EQ(0, membership(fd, PACKET_ADD_MEMBERSHIP, self->dev,
				PACKET_MR_PROMISC));
	ASSERT_EQ(0, membership(fd, PACKET_ADD_MEMBERSHIP, self->dev,
				PACKET_MR_ALLMULTI));
	ASSERT_EQ(0, close(self->tap));
	EXPECT_EQ(ENODEV, err(membership(fd, PACKET_ADD_MEMBERSHIP, self->dev,
					 PACKET_MR_PROMISC)));
	EXPECT_EQ(0, membership(fd, PACKET_DROP_MEMBERSHIP, self->dev,
				PACKET_MR_PROMISC));
	self->tap = -1;
}

TEST_F(packet, membership_errors)
{
	struct packet_mreq mr = {
		.mr_ifindex = self->dev, .mr_type = PACKET_MR_PROMISC,
	};
	int fd = raw_socket(variant->row.domain, 0), len;
	uint8_t all[64] = {};

	for (len = 0; len < (int)sizeof(mr); len++)
		EXPECT_EQ(EINVAL, err(setsockopt(fd, SOL_PACKET,
						 PACKET_ADD_MEMBERSHIP, &mr,
						 len)));
	EXPECT_EQ(EFAULT, err(setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP,
					 NULL, sizeof(mr))));
	mr.mr_alen = 9;
	EXPECT_EQ(EINVAL, err(setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP,
					 &mr, sizeof(mr))));
	mr.mr_alen = 7;
	EXPECT_EQ(EINVAL, err(setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP,
					 &mr, sizeof(mr))));
	mr.mr_alen = 65535;
	memcpy(all, &mr, sizeof(mr));
	EXPECT_EQ(EINVAL, err(setsockopt(fd, SOL_PACKET, PACKET_DROP_MEMBERSHIP,
					 all, sizeof(all))));
	EXPECT_EQ(ENODEV, err(membership(fd, PACKET_ADD_MEMBERSHIP, 4711,
					 PACKET_MR_PROMISC)));
	EXPECT_EQ(0, membership(fd, PACKET_ADD_MEMBERSHIP, self->dev, 99));
	EXPECT_EQ(0, promiscuity());
}

/* ------------------------------------------------------------------ options */

TEST_F(packet, option_lengths)
{
	static const int opts[] = { PACKET_AUXDATA, PACKET_IGNORE_OUTGOING };
	int fd = raw_socket(variant->row.domain, 0);
	socklen_t len;
	int val = 1;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(opts); i++) {
		EXPECT_EQ(EINVAL, err(setsockopt(fd, SOL_PACKET, opts[i], &val,
						 3)));
		EXPECT_EQ(EINVAL, err(setsockopt(fd, SOL_PACKET, opts[i], &val,
						 0)));
		EXPECT_EQ(EINVAL, err(setsockopt(fd, SOL_PACKET, opts[i], &val,
						 -1)));
		EXPECT_EQ(EFAULT, err(setsockopt(fd, SOL_PACKET, opts[i], NULL,
						 4)));
		len = -1;
		EXPECT_EQ(EINVAL, err(getsockopt(fd, SOL_PACKET, opts[i], &val,
						 &len)));
		len = 1000;
		EXPECT_EQ(0, getsockopt(fd, SOL_PACKET, opts[i], &val, &len));
		EXPECT_EQ(4, len);
		len = 0;
		EXPECT_EQ(0, getsockopt(fd, SOL_PACKET, opts[i], &val, &len));
		EXPECT_EQ(EFAULT, err(getsockopt(fd, SOL_PACKET, opts[i], &val,
						 NULL)));
	}
	EXPECT_EQ(ENOPROTOOPT, err(opt_set(fd, SOL_PACKET,
					   PACKET_STATISTICS, 1)));
	EXPECT_EQ(ENOPROTOOPT, err(opt_set(fd, SOL_PACKET, 4711, 1)));
	EXPECT_EQ(ENOPROTOOPT, err(opt_set(fd, SOL_IP, IP_TTL, 1)));
	EXPECT_EQ(ENOPROTOOPT, err(opt_set(fd, SOL_TCP, TCP_NODELAY, 1)));
	EXPECT_EQ(-1, opt_get(fd, SOL_IP, IP_TTL));
}

/* What AF_PACKET has and AF_MINI says that it has not */
TEST_F(packet, not_served)
{
	static const int opts[] = {
		PACKET_RX_RING, PACKET_TX_RING, PACKET_FANOUT, PACKET_VERSION,
		PACKET_VNET_HDR, PACKET_RESERVE, PACKET_LOSS, PACKET_TIMESTAMP,
		PACKET_QDISC_BYPASS, PACKET_ORIGDEV, PACKET_COPY_THRESH,
		PACKET_HDRLEN, PACKET_ROLLOVER_STATS, PACKET_FANOUT_DATA,
	};
	int fd = raw_socket(variant->row.domain, 0);
	uint8_t val[64] = {};
	socklen_t len;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(opts) && row_is_mini(); i++) {
		len = sizeof(val);
		EXPECT_EQ(ENOPROTOOPT, err(setsockopt(fd, SOL_PACKET, opts[i],
						      val, sizeof(val))));
		EXPECT_EQ(ENOPROTOOPT, err(getsockopt(fd, SOL_PACKET, opts[i],
						      val, &len)));
	}
}

TEST_F(packet, other_calls)
{
	int fd = raw_on(variant->row.domain, self->dev, ETH_P_ALL);
	struct sockaddr_ll ll = addr_ll(self->dev, ETH_P_ALL);
	int pair[2];

	EXPECT_EQ(EOPNOTSUPP, err(connect(fd, (struct sockaddr *)&ll,
					  sizeof(ll))));
	EXPECT_EQ(EOPNOTSUPP, err(listen(fd, 1)));
	EXPECT_EQ(EOPNOTSUPP, err(accept(fd, NULL, NULL)));
	EXPECT_EQ(EOPNOTSUPP, err(shutdown(fd, SHUT_RDWR)));
	EXPECT_EQ(EOPNOTSUPP, err(socketpair(variant->row.domain, SOCK_RAW, 0,
					     pair)));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0));
}

/* --------------------------------------------------------------- all at once */

static ssize_t run_frames(struct job *job)
{
	ssize_t n = 0;

	while (!__atomic_load_n(&job->off, __ATOMIC_RELAXED))
		n += comes_in(job->fd, all_macs, FRAME_LEN, TEST_TYPE);
	return n;
}

/* Frames come in all the time that sockets are born, bound and closed */
TEST_F(packet, under_fire)
{
	struct job fire = { .fd = self->tap };
	int i, fd, lo = if_nametoindex("lo");
	char c;

	ASSERT_EQ(0, job_start(&fire, run_frames));
	for (i = 0; i < 60; i++) {
		fd = raw_socket(variant->row.domain, ETH_P_ALL);
		ASSERT_LE(0, fd);
		EXPECT_EQ(0, bind_ll(fd, self->dev, i & 1 ? 0 : TEST_TYPE));
		EXPECT_TRUE(poll_for(fd, POLLIN, WAIT_MS));
		EXPECT_EQ(1, recv(fd, &c, 1, MSG_DONTWAIT));
		EXPECT_EQ(0, filter_on(fd, TEST_TYPE, 20));
		EXPECT_EQ(0, bind_ll(fd, i & 2 ? lo : 0, ETH_P_ALL));
		if (i % 8 == 0) {
			EXPECT_EQ(0, link_set("tap0", false));
			EXPECT_EQ(0, link_set("tap0", true));
		}
		EXPECT_EQ(0, close(fd));
	}
	__atomic_store_n(&fire.off, 1, __ATOMIC_RELAXED);
	EXPECT_LT(0, job_wait(&fire));
}

TEST_HARNESS_MAIN
