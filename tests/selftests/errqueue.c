// SPDX-License-Identifier: GPL-2.0-only
/*
 * ICMP errors and what becomes of them: IP_RECVERR and MSG_ERRQUEUE. A packet
 * socket shows what was sent, a raw one says that it was not delivered.
 */
#include <time.h>
#include <linux/errqueue.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include "mini_harness.h"

FIXTURE(errqueue) {
	int fd;
	int tap;
	int raw;
};

FIXTURE_VARIANT(errqueue) {
	struct row row;
};

FIXTURE_VARIANT_ADD(errqueue, inet) { .row = ROW_INET };
FIXTURE_VARIANT_ADD(errqueue, mini) { .row = ROW_MINI };

FIXTURE_SETUP(errqueue)
{
	ASSERT_EQ(0, net_setup(variant->row, variant->row));
	ASSERT_EQ(0, net_routes());
	self->fd = tcp_socket(0);
	ASSERT_LE(0, self->fd);
	self->tap = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));
	ASSERT_LE(0, self->tap);
	self->raw = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	ASSERT_LE(0, self->raw);
}

FIXTURE_TEARDOWN(errqueue)
{
	close(self->fd);
	close(self->tap);
	close(self->raw);
}

/* The next segment that goes to port @port: its IP and TCP headers */
static bool tap_next(int tap, int port, uint8_t *packet)
{
	struct pollfd pfd = { .fd = tap, .events = POLLIN };
	uint16_t to;

	while (poll(&pfd, 1, 2000) == 1) {
		if (recv(tap, packet, 128, 0) < 40)
			continue;
		memcpy(&to, packet + 22, sizeof(to));
		if (packet[9] == IPPROTO_TCP && to == htons(port))
			return true;
	}
	return false;
}

static uint16_t checksum(const uint8_t *p, size_t len)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len; i += 2)
		sum += p[i] << 8 | p[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

/* Say that a packet was not delivered */
static int icmp_error(int raw, int type, int code, const uint8_t *packet)
{
	struct sockaddr_in to = addr4(ADDR_LO, 0);
	uint8_t msg[8 + 28] = { type, code };
	uint16_t sum;

	memcpy(msg + 8, packet, 28);
	sum = checksum(msg, sizeof(msg));
	memcpy(msg + 2, &sum, sizeof(sum));
	memcpy(&to.sin_addr, packet + 12, 4);
	return sendto(raw, msg, sizeof(msg), 0, (struct sockaddr *)&to,
		      sizeof(to)) == sizeof(msg) ? 0 : -1;
}

/* What recvmsg(MSG_ERRQUEUE) gave */
struct told {
	int rc;
	int flags;
	uint8_t payload[64];
	struct sockaddr_in to;
	struct sock_extended_err ee;
	struct sockaddr_in offender;
};

static void recv_error(int fd, struct told *t)
{
	uint8_t control[256];
	struct iovec iov = { t->payload, sizeof(t->payload) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_name = &t->to, .msg_namelen = sizeof(t->to),
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;

	memset(t, 0, sizeof(*t));
	t->rc = recvmsg(fd, &msg, MSG_ERRQUEUE);
	t->flags = msg.msg_flags;
	if (t->rc < 0)
		return;
	for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
		if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_RECVERR)
			continue;
		memcpy(&t->ee, CMSG_DATA(c), sizeof(t->ee));
		memcpy(&t->offender, CMSG_DATA(c) + sizeof(t->ee),
		       sizeof(t->offender));
	}
}

static int events(int fd, int ms)
{
	struct pollfd pfd = { .fd = fd, .events = 0 };

	return poll(&pfd, 1, ms) < 0 ? -1 : pfd.revents;
}

TEST_F(errqueue, nothing)
{
	struct told t;

	recv_error(self->fd, &t);
	EXPECT_EQ(-1, t.rc);
	EXPECT_EQ(EAGAIN, errno);
}

/* The answer to a SYN: connect() fails, and the queue says why and who */
TEST_F(errqueue, connecting)
{
	uint8_t syn[128];
	struct told t;

	ASSERT_EQ(0, set_nonblock(self->fd, true));
	EXPECT_EQ(EINPROGRESS, err(connect4(self->fd, ADDR_BLACKHOLE, PORT)));
	ASSERT_TRUE(tap_next(self->tap, PORT, syn));
	ASSERT_EQ(0, icmp_error(self->raw, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH,
				syn));
	EXPECT_EQ(POLLERR | POLLHUP, events(self->fd, 2000));
	EXPECT_EQ(EHOSTUNREACH, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
	recv_error(self->fd, &t);
	ASSERT_LE(8, t.rc);
	EXPECT_EQ(MSG_ERRQUEUE, t.flags & MSG_ERRQUEUE);
	EXPECT_EQ(0, memcmp(t.payload, syn + 20, 8));
	EXPECT_EQ(AF_INET, t.to.sin_family);
	EXPECT_EQ(htonl(ADDR_BLACKHOLE), t.to.sin_addr.s_addr);
	EXPECT_EQ(htons(PORT), t.to.sin_port);
	EXPECT_EQ(EHOSTUNREACH, t.ee.ee_errno);
	EXPECT_EQ(SO_EE_ORIGIN_ICMP, t.ee.ee_origin);
	EXPECT_EQ(ICMP_DEST_UNREACH, t.ee.ee_type);
	EXPECT_EQ(ICMP_HOST_UNREACH, t.ee.ee_code);
	EXPECT_EQ(AF_INET, t.offender.sin_family);
	EXPECT_EQ(htonl(ADDR_HERE), t.offender.sin_addr.s_addr);
	recv_error(self->fd, &t);
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(POLLHUP, events(self->fd, 0));
}

/* Have a socket drop all that comes, so that its peer sends again and again */
static int deafen(int fd)
{
	struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog prog = { .len = 1, .filter = &drop };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
			  sizeof(prog));
}

/*
 * On a connection errors are kept for the end, unless IP_RECVERR asks for
 * them: then the next call says so, and the connection lives on.
 *
 * Proves: MUST-47, MUST-56, SHLD-20, SHLD-25
 */
TEST_F(errqueue, connected)
{
	uint8_t packet[128];
	int fd[2];

	ASSERT_EQ(0, tcp_pair(fd));
	ASSERT_EQ(0, deafen(fd[1]));
	while (recv(self->tap, packet, sizeof(packet), MSG_DONTWAIT) > 0)
		;
	ASSERT_EQ(1000, send_pattern(fd[0], 1000, 0));
	ASSERT_TRUE(tap_next(self->tap, peer_port(fd[0]), packet));
	ASSERT_EQ(0, icmp_error(self->raw, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH,
				packet));
	EXPECT_EQ(0, events(fd[0], 200));
	ASSERT_EQ(0, opt_set(fd[0], IPPROTO_IP, IP_RECVERR, 1));
	ASSERT_TRUE(tap_next(self->tap, peer_port(fd[0]), packet));
	ASSERT_EQ(0, icmp_error(self->raw, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH,
				packet));
	EXPECT_EQ(POLLERR, events(fd[0], 2000));
	EXPECT_EQ(EHOSTUNREACH, opt_get(fd[0], SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(0, events(fd[0], 0));
	ASSERT_EQ(0, opt_set(fd[1], SOL_SOCKET, SO_DETACH_FILTER, 1));
	EXPECT_EQ(1000, recv_pattern(fd[1], 1000, 0));
	close(fd[0]);
	close(fd[1]);
}

TEST_HARNESS_MAIN
