// SPDX-License-Identifier: GPL-2.0-only
/*
 * Datagrams, udp(7): the way of recvfrom() and sendto(), addresses, errors, and
 * who holds a port. Here one side is the row under test, there the other's.
 */
#include <time.h>
#include <linux/errqueue.h>
#include <linux/filter.h>
#include <net/if.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include "mini_harness.h"

#define BIG		65507	/* what IP leaves of 65535 */
#define ADDR_BCAST	0x7fffffff
#define ADDR_GROUP	0xe0000101	/* 224.0.1.1 */
#define NOBODY		65534

FIXTURE(dgram) {
	int fd;		/* the row under test, no port yet */
	int peer;	/* bound to ADDR_LO, PORT */
};

FIXTURE_VARIANT(dgram) {
	struct row row;
	struct row peer;
};

FIXTURE_VARIANT_ADD(dgram, inet) { .row = ROW_INET, .peer = ROW_INET };
FIXTURE_VARIANT_ADD(dgram, mini) { .row = ROW_MINI, .peer = ROW_MINI };
FIXTURE_VARIANT_ADD(dgram, mini_to_inet) { .row = ROW_MINI, .peer = ROW_INET };
FIXTURE_VARIANT_ADD(dgram, inet_to_mini) { .row = ROW_INET, .peer = ROW_MINI };

FIXTURE_SETUP(dgram)
{
	ASSERT_EQ(0, net_setup(variant->row, variant->peer));
	self->fd = udp_socket(0);
	self->peer = udp_peer(0);
	ASSERT_LE(0, self->fd);
	ASSERT_LE(0, self->peer);
	ASSERT_EQ(0, set_timeout(self->fd, SO_RCVTIMEO, WAIT_MS));
	ASSERT_EQ(0, set_timeout(self->peer, SO_RCVTIMEO, WAIT_MS));
	ASSERT_EQ(0, bind4(self->peer, ADDR_LO, PORT));
}

FIXTURE_TEARDOWN(dgram)
{
	close(self->fd);
	close(self->peer);
}

static ssize_t sendto4(int fd, size_t len, uint32_t host, int port)
{
	static uint8_t buf[BIG + 1];
	struct sockaddr_in to = addr4(host, port);

	pattern_fill(buf, len, 0);
	return sendto(fd, buf, len, 0, (struct sockaddr *)&to, sizeof(to));
}

/* One datagram, its pattern right; its length, -1 for none or a wrong one */
static ssize_t recvfrom4(int fd, struct sockaddr_in *from)
{
	static uint8_t buf[BIG];
	socklen_t len = sizeof(*from);
	ssize_t n = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)from,
			     from ? &len : NULL);

	return n < 0 || pattern_ok(buf, n, 0) ? n : -1;
}

/* Nothing is here, nor comes in a moment */
static bool hears_nothing(int fd)
{
	return !poll_for(fd, POLLIN, MOMENT_MS);
}

static int dissolve(int fd)
{
	struct sockaddr any = { .sa_family = AF_UNSPEC };

	return connect(fd, &any, sizeof(any));
}

/* A port of ADDR_LO where nobody is */
static int free_port(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int port = bind4(fd, ADDR_LO, 0) ? -1 : local_port(fd);

	close(fd);
	return port;
}

static int lo_mtu(int mtu)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_mtu = mtu };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int rc = ioctl(fd, SIOCSIFMTU, &ifr);

	close(fd);
	return rc;
}

static int outq(int fd)
{
	int n = -1;

	ioctl(fd, SIOCOUTQ, &n);
	return n;
}

static int inq(int fd)
{
	int n = -1;

	ioctl(fd, SIOCINQ, &n);
	return n;
}

/* ---------------------------------------------------- there, and back again */

TEST_F(dgram, type)
{
	EXPECT_EQ(SOCK_DGRAM, opt_get(self->fd, SOL_SOCKET, SO_TYPE));
	EXPECT_EQ(variant->row.domain, opt_get(self->fd, SOL_SOCKET, SO_DOMAIN));
	EXPECT_EQ(row_is_mini() ? IPPROTO_MINI : IPPROTO_UDP,
		  opt_get(self->fd, SOL_SOCKET, SO_PROTOCOL));
	EXPECT_LE(0, socket(variant->row.domain, SOCK_DGRAM, IPPROTO_UDP));
	EXPECT_EQ(EPROTONOSUPPORT, err(socket(variant->row.domain, SOCK_DGRAM,
					      IPPROTO_TCP)));
	EXPECT_EQ(EOPNOTSUPP, err(listen(self->fd, 1)));
	EXPECT_EQ(EOPNOTSUPP, err(accept(self->fd, NULL, NULL)));
}

TEST_F(dgram, there_and_back)
{
	struct sockaddr_in from;

	EXPECT_EQ(0, local_port(self->fd));
	ASSERT_EQ(100, sendto4(self->fd, 100, ADDR_LO, PORT));
	EXPECT_LT(1023, local_port(self->fd));
	memset(&from, 0xff, sizeof(from));
	ASSERT_EQ(100, recvfrom4(self->peer, &from));
	EXPECT_EQ(AF_INET, from.sin_family);
	EXPECT_EQ(ADDR_LO, ntohl(from.sin_addr.s_addr));
	EXPECT_EQ(local_port(self->fd), ntohs(from.sin_port));
	EXPECT_EQ(0, from.sin_zero[0]);
	ASSERT_EQ(200, sendto4(self->peer, 200, ADDR_LO, ntohs(from.sin_port)));
	ASSERT_EQ(200, recvfrom4(self->fd, &from));
	EXPECT_EQ(PORT, ntohs(from.sin_port));
}

TEST_F(dgram, every_size)
{
	static const int sizes[] = {
		0, 1, 2, 3, 8, 1471, 1472, 1473, 2047, 2048, 2049, 4096,
		32768, BIG - 1, BIG,
	};
	size_t i;

	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		ASSERT_EQ(sizes[i], sendto4(self->fd, sizes[i], ADDR_LO, PORT));
		ASSERT_EQ(sizes[i], recvfrom4(self->peer, NULL))
			TH_LOG("%d", sizes[i]);
	}
	EXPECT_EQ(EMSGSIZE, err(sendto4(self->fd, BIG + 1, ADDR_LO, PORT)));
}

/* By IP's own cutting, and put together again */
TEST_F(dgram, fragments)
{
	ASSERT_EQ(0, lo_mtu(1500));
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	ASSERT_EQ(4000, sendto4(self->fd, 4000, ADDR_LO, PORT));
	EXPECT_EQ(4000, recvfrom4(self->peer, NULL));
	ASSERT_EQ(BIG, sendto4(self->fd, BIG, ADDR_LO, PORT));
	EXPECT_EQ(BIG, recvfrom4(self->peer, NULL));
}

/* Each keeps its bounds, whatever the order of sizes */
TEST_F(dgram, bounds)
{
	ASSERT_EQ(10, sendto4(self->fd, 10, ADDR_LO, PORT));
	ASSERT_EQ(0, sendto4(self->fd, 0, ADDR_LO, PORT));
	ASSERT_EQ(20, sendto4(self->fd, 20, ADDR_LO, PORT));
	EXPECT_EQ(10, recvfrom4(self->peer, NULL));
	EXPECT_EQ(0, recvfrom4(self->peer, NULL));
	EXPECT_EQ(20, recvfrom4(self->peer, NULL));
}

TEST_F(dgram, gather_and_scatter)
{
	char a[] = "one ", b[] = "two", c[3], d[8] = "";
	struct iovec out[] = { { a, 4 }, { b, 3 } };
	struct iovec in[] = { { c, 3 }, { d, 8 } };
	struct sockaddr_in to = addr4(ADDR_LO, PORT);
	struct msghdr msg = {
		.msg_name = &to, .msg_namelen = sizeof(to),
		.msg_iov = out, .msg_iovlen = 2,
	};

	ASSERT_EQ(7, sendmsg(self->fd, &msg, 0));
	msg = (struct msghdr){ .msg_iov = in, .msg_iovlen = 2 };
	ASSERT_EQ(7, recvmsg(self->peer, &msg, 0));
	EXPECT_EQ(0, memcmp("one", c, 3));
	EXPECT_STREQ(" two", d);
	EXPECT_EQ(0, msg.msg_flags);
}

TEST_F(dgram, many_in_a_call)
{
	char octets[4] = "abcd", got[4] = "";
	struct iovec out[4], in[4];
	struct mmsghdr msgs[4];
	int i;

	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	memset(msgs, 0, sizeof(msgs));
	for (i = 0; i < 4; i++) {
		out[i] = (struct iovec){ &octets[i], 1 };
		in[i] = (struct iovec){ &got[i], 1 };
		msgs[i].msg_hdr.msg_iov = &out[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	ASSERT_EQ(4, sendmmsg(self->fd, msgs, 4, 0));
	for (i = 0; i < 4; i++)
		msgs[i].msg_hdr.msg_iov = &in[i];
	ASSERT_EQ(4, recvmmsg(self->peer, msgs, 4, 0, NULL));
	EXPECT_EQ(0, memcmp("abcd", got, 4));
}

/* ------------------------------------------------------------------ connect */

TEST_F(dgram, connected)
{
	struct sockaddr_in name;
	socklen_t len = sizeof(name);

	EXPECT_EQ(ENOTCONN, err(getpeername(self->fd, (struct sockaddr *)&name,
					    &len)));
	EXPECT_EQ(EDESTADDRREQ, err(send(self->fd, "x", 1, 0)));
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	EXPECT_EQ(PORT, peer_port(self->fd));
	EXPECT_LT(1023, local_port(self->fd));
	ASSERT_EQ(0, getsockname(self->fd, (struct sockaddr *)&name, &len));
	EXPECT_EQ(ADDR_LO, ntohl(name.sin_addr.s_addr));
	ASSERT_EQ(1, send(self->fd, "\0", 1, 0));
	EXPECT_EQ(1, recvfrom4(self->peer, NULL));
	EXPECT_EQ(EINVAL, err(bind4(self->fd, ADDR_LO, PORT + 1)));
}

/* A connected socket hears its peer alone; another is told that nobody is there */
TEST_F(dgram, connected_hears_its_peer_alone)
{
	int other = socket(AF_INET, SOCK_DGRAM, 0);
	int port;

	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	port = local_port(self->fd);
	ASSERT_EQ(0, connect4(other, ADDR_LO, port));
	ASSERT_EQ(1, send(other, "x", 1, 0));
	EXPECT_EQ(POLLERR, poll_for(other, 0, WAIT_MS));
	EXPECT_EQ(ECONNREFUSED, opt_get(other, SOL_SOCKET, SO_ERROR));
	ASSERT_EQ(5, sendto4(self->peer, 5, ADDR_LO, port));
	EXPECT_EQ(5, recvfrom4(self->fd, NULL));
	EXPECT_TRUE(hears_nothing(self->fd));
	close(other);
}

TEST_F(dgram, connected_sends_elsewhere)
{
	int other = udp_peer(0);

	ASSERT_EQ(0, bind4(other, ADDR_LO2, PORT));
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	ASSERT_EQ(7, sendto4(self->fd, 7, ADDR_LO2, PORT));
	EXPECT_EQ(7, recvfrom4(other, NULL));
	EXPECT_TRUE(hears_nothing(self->peer));
	close(other);
}

TEST_F(dgram, connected_again)
{
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO2, PORT + 1));
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	ASSERT_EQ(1, send(self->fd, "\0", 1, 0));
	EXPECT_EQ(1, recvfrom4(self->peer, NULL));
}

/* Port and address that the user did not choose go, those that he did stay */
TEST_F(dgram, dissolved)
{
	int bound = udp_socket(0);
	int port;

	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	port = local_port(self->fd);
	ASSERT_EQ(0, dissolve(self->fd));
	EXPECT_EQ(0, local_port(self->fd));
	EXPECT_EQ(EDESTADDRREQ, err(send(self->fd, "x", 1, 0)));
	EXPECT_EQ(0, bind4(bound, ADDR_LO, port));
	ASSERT_EQ(0, connect4(bound, ADDR_LO, PORT));
	ASSERT_EQ(0, dissolve(bound));
	EXPECT_EQ(port, local_port(bound));
	EXPECT_EQ(-1, peer_port(bound));
	ASSERT_EQ(3, sendto4(self->fd, 3, ADDR_LO, port));
	EXPECT_EQ(3, recvfrom4(bound, NULL));
	EXPECT_EQ(0, dissolve(self->fd));
	EXPECT_EQ(0, dissolve(self->fd));
	close(bound);
}

TEST_F(dgram, connected_to_itself)
{
	ASSERT_EQ(0, bind4(self->fd, ADDR_LO, PORT + 1));
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT + 1));
	ASSERT_EQ(2, sendto4(self->fd, 2, ADDR_LO, PORT + 1));
	EXPECT_EQ(2, recvfrom4(self->fd, NULL));
}

/* ------------------------------------------------------------------- errors */

TEST_F(dgram, bad_addresses)
{
	struct sockaddr_in to = addr4(ADDR_LO, PORT);
	struct sockaddr *addr = (struct sockaddr *)&to;

	EXPECT_EQ(EINVAL, err(sendto4(self->fd, 1, ADDR_LO, 0)));
	EXPECT_EQ(EINVAL, err(sendto(self->fd, "", 1, 0, addr, 8)));
	EXPECT_EQ(EINVAL, err(connect(self->fd, addr, 8)));
	to.sin_family = AF_UNIX;
	EXPECT_EQ(EAFNOSUPPORT, err(sendto(self->fd, "", 1, 0, addr,
					   sizeof(to))));
	EXPECT_EQ(EAFNOSUPPORT, err(connect(self->fd, addr, sizeof(to))));
	to.sin_family = AF_UNSPEC;
	EXPECT_EQ(1, sendto(self->fd, "", 1, 0, addr, sizeof(to)));
	EXPECT_EQ(1, recvfrom4(self->peer, NULL));
}

TEST_F(dgram, no_way_there)
{
	ASSERT_EQ(0, net_routes());
	EXPECT_EQ(ENETUNREACH, err(sendto4(self->fd, 1, ADDR_NOWHERE, PORT)));
	EXPECT_EQ(EHOSTUNREACH, err(sendto4(self->fd, 1, ADDR_REJECT, PORT)));
	EXPECT_EQ(ENETUNREACH, err(connect4(self->fd, ADDR_NOWHERE, PORT)));
	EXPECT_EQ(EHOSTUNREACH, err(connect4(self->fd, ADDR_REJECT, PORT)));
	EXPECT_EQ(-1, peer_port(self->fd));
}

TEST_F(dgram, flags_not_served)
{
	int more = row_is_mini() ? EOPNOTSUPP : 0;

	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	EXPECT_EQ(EOPNOTSUPP, err(send(self->fd, "x", 1, MSG_OOB)));
	EXPECT_EQ(more, err(send(self->fd, "x", 1, MSG_MORE)));
}

TEST_F(dgram, faults)
{
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	EXPECT_EQ(EFAULT, err(send(self->fd, (void *)1, 100, 0)));
	EXPECT_EQ(EFAULT, err(send(self->fd, (void *)1, 10000, 0)));
	EXPECT_TRUE(hears_nothing(self->peer));
	ASSERT_EQ(1, send(self->fd, "x", 1, 0));
	EXPECT_EQ(EFAULT, err(recv(self->peer, (void *)1, 1, 0)));
	EXPECT_EQ(EAGAIN, err(recv(self->peer, (void *)1, 1, MSG_DONTWAIT)));
}

/* The peer is told by ICMP, and told once */
TEST_F(dgram, refused)
{
	char c;

	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, free_port()));
	ASSERT_EQ(1, send(self->fd, "x", 1, 0));
	EXPECT_EQ(ECONNREFUSED, err(recv(self->fd, &c, 1, 0)));
	EXPECT_EQ(EAGAIN, err(recv(self->fd, &c, 1, MSG_DONTWAIT)));
	ASSERT_EQ(1, send(self->fd, "x", 1, 0));
	EXPECT_EQ(POLLERR, poll_for(self->fd, 0, WAIT_MS));
	EXPECT_EQ(ECONNREFUSED, err(send(self->fd, "x", 1, 0)));
}

TEST_F(dgram, refused_by_a_socket_that_closed)
{
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	ASSERT_EQ(1, send(self->fd, "\0", 1, 0));
	ASSERT_EQ(1, recvfrom4(self->peer, NULL));
	close(self->peer);
	ASSERT_EQ(1, send(self->fd, "x", 1, 0));
	EXPECT_EQ(ECONNREFUSED, err(recvfrom4(self->fd, NULL)));
}

TEST_F(dgram, refused_unconnected_is_not_told)
{
	ASSERT_EQ(1, sendto4(self->fd, 1, ADDR_LO, free_port()));
	EXPECT_EQ(0, poll_for(self->fd, POLLIN, MOMENT_MS));
	EXPECT_EQ(0, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
}

/* IP_RECVERR: it is told even unconnected, with what was sent, and to whom */
TEST_F(dgram, refused_error_queue)
{
	struct sock_extended_err *ee;
	struct sockaddr_in to;
	char buf[64], control[256];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = {
		.msg_name = &to, .msg_namelen = sizeof(to),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	int port = free_port();

	EXPECT_EQ(EAGAIN, err(recvmsg(self->fd, &msg, MSG_ERRQUEUE)));
	ASSERT_EQ(0, opt_set(self->fd, SOL_IP, IP_RECVERR, 1));
	ASSERT_EQ(9, sendto4(self->fd, 9, ADDR_LO, port));
	EXPECT_EQ(POLLERR, poll_for(self->fd, 0, WAIT_MS));
	EXPECT_EQ(ECONNREFUSED, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
	msg.msg_controllen = sizeof(control);
	ASSERT_EQ(9, recvmsg(self->fd, &msg, MSG_ERRQUEUE));
	EXPECT_TRUE(pattern_ok(buf, 9, 0));
	EXPECT_EQ(MSG_ERRQUEUE, msg.msg_flags);
	EXPECT_EQ(ADDR_LO, ntohl(to.sin_addr.s_addr));
	EXPECT_EQ(port, ntohs(to.sin_port));
	ee = (void *)CMSG_DATA(CMSG_FIRSTHDR(&msg));
	EXPECT_EQ(ECONNREFUSED, ee->ee_errno);
	EXPECT_EQ(SO_EE_ORIGIN_ICMP, ee->ee_origin);
	EXPECT_EQ(3, ee->ee_type);
	EXPECT_EQ(3, ee->ee_code);
	EXPECT_EQ(0, ee->ee_info);
	EXPECT_EQ(0, poll_for(self->fd, 0, 0));
}

/* ------------------------------------------------------------------ reading */

TEST_F(dgram, nothing_there)
{
	long start = now_ms();
	char c;

	ASSERT_EQ(0, set_timeout(self->peer, SO_RCVTIMEO, 200));
	EXPECT_EQ(EAGAIN, err(recv(self->peer, &c, 1, MSG_DONTWAIT)));
	EXPECT_GT(100, now_ms() - start);
	EXPECT_EQ(EAGAIN, err(recv(self->peer, &c, 1, 0)));
	EXPECT_LE(150, now_ms() - start);	/* emulated clocks are not exact */
	ASSERT_EQ(0, set_nonblock(self->peer, true));
	EXPECT_EQ(EAGAIN, err(recv(self->peer, &c, 1, 0)));
}

static ssize_t run_recvfrom(struct job *job)
{
	char buf[256];

	return recv(job->fd, buf, sizeof(buf), 0);
}

TEST_F(dgram, reader_is_woken)
{
	struct job job = { .fd = self->peer };

	ASSERT_EQ(0, job_start(&job, run_recvfrom));
	ASSERT_TRUE(job_asleep(&job));
	ASSERT_EQ(42, sendto4(self->fd, 42, ADDR_LO, PORT));
	EXPECT_EQ(42, job_wait(&job));
}

TEST_F(dgram, reader_is_interrupted)
{
	char c;

	ASSERT_EQ(0, set_timeout(self->peer, SO_RCVTIMEO, 0));
	ASSERT_EQ(0, alarm_every(20, 0));
	EXPECT_EQ(EINTR, err(recv(self->peer, &c, 1, 0)));
	alarm_every(0, 0);
}

TEST_F(dgram, cut_short)
{
	char buf[4];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	ASSERT_EQ(10, sendto4(self->fd, 10, ADDR_LO, PORT));
	ASSERT_EQ(10, sendto4(self->fd, 10, ADDR_LO, PORT));
	ASSERT_EQ(3, sendto4(self->fd, 3, ADDR_LO, PORT));
	EXPECT_EQ(4, recvmsg(self->peer, &msg, 0));
	EXPECT_EQ(MSG_TRUNC, msg.msg_flags);
	EXPECT_TRUE(pattern_ok(buf, 4, 0));
	EXPECT_EQ(10, recvmsg(self->peer, &msg, MSG_TRUNC));
	EXPECT_EQ(MSG_TRUNC, msg.msg_flags & MSG_TRUNC);
	EXPECT_EQ(3, recvmsg(self->peer, &msg, MSG_TRUNC));
	EXPECT_EQ(0, msg.msg_flags & MSG_TRUNC);
}

TEST_F(dgram, zero_length)
{
	char c;

	ASSERT_EQ(0, sendto4(self->fd, 0, ADDR_LO, PORT));
	EXPECT_EQ(POLLIN, poll_for(self->peer, POLLIN, WAIT_MS));
	EXPECT_EQ(0, inq(self->peer));
	EXPECT_EQ(0, recv(self->peer, &c, 1, MSG_PEEK));
	EXPECT_EQ(0, recv(self->peer, &c, 1, 0));
	EXPECT_EQ(EAGAIN, err(recv(self->peer, &c, 1, MSG_DONTWAIT)));
}

TEST_F(dgram, peek)
{
	char buf[32];

	ASSERT_EQ(10, sendto4(self->fd, 10, ADDR_LO, PORT));
	ASSERT_EQ(20, sendto4(self->fd, 20, ADDR_LO, PORT));
	EXPECT_EQ(10, recv(self->peer, buf, 32, MSG_PEEK));
	EXPECT_EQ(4, recv(self->peer, buf, 4, MSG_PEEK));
	EXPECT_EQ(10, recv(self->peer, buf, 4, MSG_PEEK | MSG_TRUNC));
	EXPECT_EQ(10, recv(self->peer, buf, 32, 0));
	EXPECT_EQ(20, recv(self->peer, buf, 32, MSG_PEEK));
	EXPECT_EQ(20, recv(self->peer, buf, 32, 0));
}

/* From an offset that goes on by itself, datagram by datagram */
TEST_F(dgram, peek_off)
{
	char buf[32];

	ASSERT_EQ(0, opt_set(self->peer, SOL_SOCKET, SO_PEEK_OFF, 0));
	ASSERT_EQ(10, sendto4(self->fd, 10, ADDR_LO, PORT));
	ASSERT_EQ(20, sendto4(self->fd, 20, ADDR_LO, PORT));
	EXPECT_EQ(4, recv(self->peer, buf, 4, MSG_PEEK));
	EXPECT_EQ(6, recv(self->peer, buf, 32, MSG_PEEK));
	EXPECT_TRUE(pattern_ok(buf, 6, 4));
	EXPECT_EQ(20, recv(self->peer, buf, 32, MSG_PEEK));
	EXPECT_EQ(30, opt_get(self->peer, SOL_SOCKET, SO_PEEK_OFF));
	EXPECT_EQ(10, recv(self->peer, buf, 32, 0));
	EXPECT_EQ(20, opt_get(self->peer, SOL_SOCKET, SO_PEEK_OFF));
	ASSERT_EQ(0, opt_set(self->peer, SOL_SOCKET, SO_PEEK_OFF, 5));
	EXPECT_EQ(15, recv(self->peer, buf, 32, MSG_PEEK));
	EXPECT_TRUE(pattern_ok(buf, 15, 5));
}

static int taken;
static bool enough;

static ssize_t run_peeker(struct job *job)
{
	char buf[8];

	while (!__atomic_load_n(&enough, __ATOMIC_RELAXED))
		recv(job->fd, buf, sizeof(buf), MSG_PEEK);
	return 0;
}

static ssize_t run_taker(struct job *job)
{
	char buf[8];

	while (!__atomic_load_n(&enough, __ATOMIC_RELAXED)) {
		if (recv(job->fd, buf, sizeof(buf), 0) == 8)
			__atomic_add_fetch(&taken, 1, __ATOMIC_RELAXED);
	}
	return 0;
}

static bool wait_taken(int want)
{
	long end = now_ms() + WAIT_MS;

	do {
		if (__atomic_load_n(&taken, __ATOMIC_RELAXED) == want)
			return true;
	} while (look_again(end));
	return false;
}

/* Two peek and two take the same datagrams: each is taken by one, and once */
TEST_F(dgram, two_peekers)
{
	struct job jobs[4];
	int i, n;

	ASSERT_EQ(0, set_timeout(self->peer, SO_RCVTIMEO, MOMENT_MS));
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	for (i = 0; i < 4; i++) {
		jobs[i] = (struct job){ .fd = self->peer };
		ASSERT_EQ(0, job_start(&jobs[i], i & 1 ? run_peeker :
							 run_taker));
	}
	for (n = 50; n <= 1000; n += 50) {	/* as many as fit the buffer */
		for (i = 0; i < 50; i++)
			ASSERT_EQ(8, send(self->fd, "12345678", 8, 0));
		ASSERT_TRUE(wait_taken(n));
	}
	EXPECT_TRUE(hears_nothing(self->peer));
	__atomic_store_n(&enough, true, __ATOMIC_RELAXED);
	for (i = 0; i < 4; i++)
		job_wait(&jobs[i]);
	EXPECT_EQ(1000, taken);
}

TEST_F(dgram, queue_lengths)
{
	EXPECT_EQ(0, inq(self->peer));
	ASSERT_EQ(10, sendto4(self->fd, 10, ADDR_LO, PORT));
	ASSERT_EQ(20, sendto4(self->fd, 20, ADDR_LO, PORT));
	EXPECT_TRUE(wait_inq(self->peer, 10));	/* that of the first */
	EXPECT_EQ(10, recvfrom4(self->peer, NULL));
	EXPECT_TRUE(wait_inq(self->peer, 20));
	EXPECT_EQ(20, recvfrom4(self->peer, NULL));
	EXPECT_TRUE(wait_outq(self->fd, 0));
}

/* ----------------------------------------------------------- poll, shutdown */

TEST_F(dgram, poll_masks)
{
	EXPECT_EQ(POLLOUT, poll_for(self->peer, POLLIN | POLLOUT, 0));
	ASSERT_EQ(1, sendto4(self->fd, 1, ADDR_LO, PORT));
	EXPECT_EQ(POLLIN, poll_for(self->peer, POLLIN, WAIT_MS));
	EXPECT_EQ(POLLIN | POLLOUT, poll_for(self->peer, POLLIN | POLLOUT |
					     POLLPRI | POLLRDHUP, 0));
	ASSERT_EQ(1, recvfrom4(self->peer, NULL));
	EXPECT_EQ(0, poll_for(self->peer, POLLIN, 0));
}

TEST_F(dgram, epoll_edges)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLET };
	int ep = epoll_create1(0);

	ASSERT_EQ(0, epoll_ctl(ep, EPOLL_CTL_ADD, self->peer, &ev));
	EXPECT_EQ(0, epoll_wait(ep, &ev, 1, 0));
	ASSERT_EQ(1, sendto4(self->fd, 1, ADDR_LO, PORT));
	ASSERT_EQ(1, epoll_wait(ep, &ev, 1, WAIT_MS));
	EXPECT_EQ(EPOLLIN, ev.events);
	EXPECT_EQ(0, epoll_wait(ep, &ev, 1, 0));
	ASSERT_EQ(1, sendto4(self->fd, 1, ADDR_LO, PORT));
	EXPECT_EQ(1, epoll_wait(ep, &ev, 1, WAIT_MS));
	close(ep);
}

TEST_F(dgram, shutdown_of_reading)
{
	struct job job = { .fd = self->peer };
	char c;

	EXPECT_EQ(ENOTCONN, err(shutdown(self->fd, SHUT_RD)));
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	ASSERT_EQ(0, connect4(self->peer, ADDR_LO, local_port(self->fd)));
	EXPECT_EQ(EINVAL, err(shutdown(self->peer, 3)));
	ASSERT_EQ(0, job_start(&job, run_recvfrom));
	ASSERT_TRUE(job_asleep(&job));
	ASSERT_EQ(0, shutdown(self->peer, SHUT_RD));
	EXPECT_EQ(0, job_wait(&job));
	EXPECT_EQ(POLLIN | POLLRDHUP, poll_for(self->peer, POLLIN | POLLRDHUP,
					       0));
	EXPECT_EQ(EAGAIN, err(recv(self->peer, &c, 1, MSG_DONTWAIT)));
	/* what comes all the same is there to be read */
	ASSERT_EQ(6, sendto4(self->fd, 6, ADDR_LO, PORT));
	EXPECT_TRUE(wait_inq(self->peer, 6));
	EXPECT_EQ(6, recvfrom4(self->peer, NULL));
}

TEST_F(dgram, shutdown_of_writing)
{
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	ASSERT_EQ(0, shutdown(self->fd, SHUT_WR));
	EXPECT_EQ(EPIPE, err(send(self->fd, "x", 1, 0)));
	EXPECT_EQ(0, signals_seen());
	ASSERT_EQ(4, sendto4(self->peer, 4, ADDR_LO, local_port(self->fd)));
	EXPECT_EQ(4, recvfrom4(self->fd, NULL));
	ASSERT_EQ(0, shutdown(self->fd, SHUT_RD));
	EXPECT_EQ(POLLHUP | POLLIN | POLLRDHUP,
		  poll_for(self->fd, POLLIN | POLLRDHUP, 0));
}

/* ------------------------------------------------------------------ buffers */

/* What does not fit is dropped, and the user may hear of it */
TEST_F(dgram, receive_buffer_full)
{
	char buf[1024], control[64];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	int i, got = 0;

	ASSERT_EQ(0, opt_set(self->peer, SOL_SOCKET, SO_RCVBUF, 8192));
	ASSERT_EQ(0, opt_set(self->peer, SOL_SOCKET, SO_RXQ_OVFL, 1));
	for (i = 0; i < 200; i++)
		ASSERT_EQ(1000, sendto4(self->fd, 1000, ADDR_LO, PORT));
	sleep_ms(MOMENT_MS + lo_delay_ms());	/* they have come, or never will */
	while (poll_for(self->peer, POLLIN, MOMENT_MS)) {
		ASSERT_EQ(1000, recvfrom4(self->peer, NULL));
		got++;
	}
	EXPECT_LT(2, got);
	EXPECT_GT(20, got);
	ASSERT_EQ(1000, sendto4(self->fd, 1000, ADDR_LO, PORT));
	ASSERT_EQ(1000, recvmsg(self->peer, &msg, 0));
	ASSERT_NE(NULL, CMSG_FIRSTHDR(&msg));
	EXPECT_EQ(SO_RXQ_OVFL, CMSG_FIRSTHDR(&msg)->cmsg_type);
	EXPECT_EQ(200 - got, *(int *)CMSG_DATA(CMSG_FIRSTHDR(&msg)));
}

/*
 * What the device has not let go of is charged: through a narrow place a writer
 * gets no more away than SO_SNDBUF has room for, and goes on when there is more.
 * (netem would not do: it lets go of a packet at once.)
 */
TEST_F(dgram, send_buffer_full)
{
	char buf[500] = "";
	int sent = 0;

	ASSERT_EQ(0, system("tc qdisc replace dev lo root fq maxrate 100kbit"));
	ASSERT_EQ(0, opt_set(self->fd, SOL_SOCKET, SO_SNDBUF, 16384));
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	while (send(self->fd, buf, sizeof(buf), MSG_DONTWAIT) > 0 &&
	       sent < 1000)
		sent++;
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_LT(5, sent);
	EXPECT_GT(100, sent);
	EXPECT_LT(0, outq(self->fd));
	EXPECT_EQ(0, poll_for(self->fd, POLLOUT, 0));
	EXPECT_EQ(POLLOUT, poll_for(self->fd, POLLOUT, WAIT_MS));
	EXPECT_EQ(1, send(self->fd, "x", 1, 0));
	EXPECT_TRUE(wait_outq(self->fd, 0));
}

/* ------------------------------------------------------------------ options */

/* The ancillary datum of a type, of the datagram that comes next */
static void *next_cmsg(int fd, int level, int type, size_t size)
{
	static char control[512];
	char buf[64];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;

	if (recvmsg(fd, &msg, 0) < 0)
		return NULL;
	for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
		if (c->cmsg_level == level && c->cmsg_type == type &&
		    c->cmsg_len == CMSG_LEN(size))
			return CMSG_DATA(c);
	}
	return NULL;
}

/* One octet to PORT, with one ancillary datum of IP's */
static ssize_t send_cmsg(int fd, int type, const void *data, size_t size)
{
	struct sockaddr_in to = addr4(ADDR_LO, PORT);
	char control[128] = "";
	struct iovec iov = { "x", 1 };
	struct msghdr msg = {
		.msg_name = &to, .msg_namelen = sizeof(to),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = CMSG_SPACE(size),
	};

	CMSG_FIRSTHDR(&msg)->cmsg_level = SOL_IP;
	CMSG_FIRSTHDR(&msg)->cmsg_type = type;
	CMSG_FIRSTHDR(&msg)->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(CMSG_FIRSTHDR(&msg)), data, size);
	return sendmsg(fd, &msg, 0);
}

TEST_F(dgram, pktinfo_received)
{
	struct in_pktinfo *info;

	ASSERT_EQ(0, opt_set(self->peer, SOL_IP, IP_PKTINFO, 1));
	ASSERT_EQ(1, sendto4(self->fd, 1, ADDR_LO, PORT));
	info = next_cmsg(self->peer, SOL_IP, IP_PKTINFO, sizeof(*info));
	ASSERT_NE(NULL, info);
	EXPECT_EQ((int)if_nametoindex("lo"), info->ipi_ifindex);
	EXPECT_EQ(ADDR_LO, ntohl(info->ipi_addr.s_addr));
	EXPECT_EQ(ADDR_LO, ntohl(info->ipi_spec_dst.s_addr));
}

TEST_F(dgram, pktinfo_sent)
{
	struct in_pktinfo info = { .ipi_spec_dst.s_addr = htonl(ADDR_LO2) };
	struct sockaddr_in from;

	ASSERT_EQ(1, send_cmsg(self->fd, IP_PKTINFO, &info, sizeof(info)));
	ASSERT_LE(0, poll_for(self->peer, POLLIN, WAIT_MS));
	recvfrom4(self->peer, &from);
	EXPECT_EQ(ADDR_LO2, ntohl(from.sin_addr.s_addr));
	info.ipi_spec_dst.s_addr = htonl(ADDR_NOWHERE);
	EXPECT_NE(0, err(send_cmsg(self->fd, IP_PKTINFO, &info, sizeof(info))));
	EXPECT_EQ(EINVAL, err(send_cmsg(self->fd, IP_PKTINFO, &info, 4)));
}

TEST_F(dgram, ttl)
{
	int *got, ttl = 7;

	ASSERT_EQ(0, opt_set(self->peer, SOL_IP, IP_RECVTTL, 1));
	ASSERT_EQ(1, sendto4(self->fd, 1, ADDR_LO, PORT));
	got = next_cmsg(self->peer, SOL_IP, IP_TTL, sizeof(int));
	ASSERT_NE(NULL, got);
	EXPECT_EQ(64, *got);
	ASSERT_EQ(0, opt_set(self->fd, SOL_IP, IP_TTL, 33));
	ASSERT_EQ(1, sendto4(self->fd, 1, ADDR_LO, PORT));
	got = next_cmsg(self->peer, SOL_IP, IP_TTL, sizeof(int));
	EXPECT_EQ(33, *got);
	ASSERT_EQ(1, send_cmsg(self->fd, IP_TTL, &ttl, sizeof(ttl)));
	got = next_cmsg(self->peer, SOL_IP, IP_TTL, sizeof(int));
	EXPECT_EQ(7, *got);
	ttl = 0;
	EXPECT_EQ(EINVAL, err(send_cmsg(self->fd, IP_TTL, &ttl, sizeof(ttl))));
	ttl = 256;
	EXPECT_EQ(EINVAL, err(send_cmsg(self->fd, IP_TTL, &ttl, sizeof(ttl))));
}

TEST_F(dgram, tos)
{
	uint8_t *got, octet = 0x28;
	int tos = 0x48;

	ASSERT_EQ(0, opt_set(self->peer, SOL_IP, IP_RECVTOS, 1));
	ASSERT_EQ(0, opt_set(self->fd, SOL_IP, IP_TOS, 0x12));	/* ECT(0) too */
	ASSERT_EQ(1, sendto4(self->fd, 1, ADDR_LO, PORT));
	got = next_cmsg(self->peer, SOL_IP, IP_TOS, 1);
	ASSERT_NE(NULL, got);
	EXPECT_EQ(0x12, *got);
	ASSERT_EQ(1, send_cmsg(self->fd, IP_TOS, &tos, sizeof(tos)));
	got = next_cmsg(self->peer, SOL_IP, IP_TOS, 1);
	EXPECT_EQ(0x48, *got);
	ASSERT_EQ(1, send_cmsg(self->fd, IP_TOS, &octet, 1));
	got = next_cmsg(self->peer, SOL_IP, IP_TOS, 1);
	EXPECT_EQ(0x28, *got);
	EXPECT_EQ(EINVAL, err(send_cmsg(self->fd, IP_MTU, &tos, sizeof(tos))));
}

TEST_F(dgram, original_destination)
{
	struct sockaddr_in *dst;

	ASSERT_EQ(0, opt_set(self->peer, SOL_IP, IP_RECVORIGDSTADDR, 1));
	ASSERT_EQ(1, sendto4(self->fd, 1, ADDR_LO, PORT));
	dst = next_cmsg(self->peer, SOL_IP, IP_ORIGDSTADDR, sizeof(*dst));
	ASSERT_NE(NULL, dst);
	EXPECT_EQ(ADDR_LO, ntohl(dst->sin_addr.s_addr));
	EXPECT_EQ(PORT, ntohs(dst->sin_port));
}

TEST_F(dgram, timestamp)
{
	ASSERT_EQ(0, opt_set(self->peer, SOL_SOCKET, SO_TIMESTAMP, 1));
	ASSERT_EQ(1, sendto4(self->fd, 1, ADDR_LO, PORT));
	EXPECT_NE(NULL, next_cmsg(self->peer, SOL_SOCKET, SCM_TIMESTAMP,
				  sizeof(struct timeval)));
}

TEST_F(dgram, no_check)
{
	ASSERT_EQ(0, opt_set(self->fd, SOL_SOCKET, SO_NO_CHECK, 1));
	ASSERT_EQ(100, sendto4(self->fd, 100, ADDR_LO, PORT));
	EXPECT_EQ(100, recvfrom4(self->peer, NULL));
}

TEST_F(dgram, dont_fragment)
{
	ASSERT_EQ(0, lo_mtu(1500));
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	EXPECT_EQ(1500, opt_get(self->fd, SOL_IP, IP_MTU));
	ASSERT_EQ(0, opt_set(self->fd, SOL_IP, IP_MTU_DISCOVER,
			     IP_PMTUDISC_DO));
	EXPECT_EQ(EMSGSIZE, err(sendto4(self->fd, 1473, ADDR_LO, PORT)));
	EXPECT_EQ(1472, sendto4(self->fd, 1472, ADDR_LO, PORT));
	EXPECT_EQ(1472, recvfrom4(self->peer, NULL));
	ASSERT_EQ(0, opt_set(self->fd, SOL_IP, IP_MTU_DISCOVER,
			     IP_PMTUDISC_DONT));
	EXPECT_EQ(1473, sendto4(self->fd, 1473, ADDR_LO, PORT));
	EXPECT_EQ(1473, recvfrom4(self->peer, NULL));
}

/* A filter sees the UDP header first, and may cut the text */
TEST_F(dgram, filter)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 8),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 'y', 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 12),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = { ARRAY_SIZE(code), code };
	char buf[16];

	ASSERT_EQ(0, setsockopt(self->peer, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
				sizeof(prog)));
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	ASSERT_EQ(5, send(self->fd, "nnnnn", 5, 0));
	ASSERT_EQ(5, send(self->fd, "yyyyy", 5, 0));
	EXPECT_EQ(4, recv(self->peer, buf, sizeof(buf), 0));
	EXPECT_TRUE(hears_nothing(self->peer));
}

TEST_F(dgram, bind_to_device)
{
	ASSERT_EQ(0, setsockopt(self->peer, SOL_SOCKET, SO_BINDTODEVICE, "lo",
				3));
	ASSERT_EQ(1, sendto4(self->fd, 1, ADDR_LO, PORT));
	EXPECT_EQ(1, recvfrom4(self->peer, NULL));
}

/* One large packet of a kernel UDP stands for many datagrams */
TEST_F(dgram, segments_of_inet)
{
	int inet = socket(AF_INET, SOCK_DGRAM, 0);
	char buf[3000];
	int i;

	ASSERT_EQ(0, opt_set(inet, SOL_UDP, UDP_SEGMENT, 1000));
	ASSERT_EQ(0, bind4(self->fd, ADDR_LO, PORT + 1));
	ASSERT_EQ(0, connect4(inet, ADDR_LO, PORT + 1));
	pattern_fill(buf, sizeof(buf), 0);
	ASSERT_EQ(2500, send(inet, buf, 2500, 0));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(i < 2 ? 1000 : 500,
			  recv(self->fd, buf, sizeof(buf), 0));
		EXPECT_TRUE(pattern_ok(buf, i < 2 ? 1000 : 500, 1000 * i));
	}
	close(inet);
}

TEST_F(dgram, options_not_served)
{
	int udp = row_is_mini() ? ENOPROTOOPT : 0;
	struct ip_mreq join = {
		.imr_multiaddr.s_addr = htonl(ADDR_GROUP),
		.imr_interface.s_addr = htonl(ADDR_LO),
	};

	EXPECT_EQ(udp, err(opt_set(self->fd, SOL_UDP, UDP_CORK, 0)));
	EXPECT_EQ(udp, err(opt_set(self->fd, SOL_UDP, UDP_SEGMENT, 1000)));
	EXPECT_EQ(udp, err(opt_get(self->fd, SOL_UDP, UDP_SEGMENT)));
	EXPECT_EQ(udp, err(opt_set(self->fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT,
				   1)));
	EXPECT_EQ(row_is_mini() ? EOPNOTSUPP : 0,
		  err(setsockopt(self->fd, SOL_IP, IP_ADD_MEMBERSHIP, &join,
				 sizeof(join))));
	EXPECT_EQ(row_is_mini() ? EADDRNOTAVAIL : 0,
		  err(bind4(self->fd, ADDR_GROUP, PORT)));
}

/* ---------------------------------------------------- one to many, and ports */

TEST_F(dgram, broadcast_asks_leave)
{
	EXPECT_EQ(EACCES, err(sendto4(self->fd, 1, ADDR_BCAST, PORT)));
	EXPECT_EQ(EACCES, err(connect4(self->fd, ADDR_BCAST, PORT)));
	ASSERT_EQ(0, opt_set(self->fd, SOL_SOCKET, SO_BROADCAST, 1));
	EXPECT_EQ(1, sendto4(self->fd, 1, ADDR_BCAST, PORT));
	EXPECT_EQ(0, connect4(self->fd, ADDR_BCAST, PORT));
}

/* To all that are bound to the port, at all addresses or at that one */
TEST_F(dgram, broadcast)
{
	int any[2] = { udp_peer(0), udp_peer(0) };
	struct in_pktinfo *info;
	int i;

	ASSERT_EQ(0, opt_set(self->fd, SOL_SOCKET, SO_BROADCAST, 1));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, opt_set(any[i], SOL_SOCKET, SO_REUSEADDR, 1));
		ASSERT_EQ(0, opt_set(any[i], SOL_IP, IP_PKTINFO, 1));
		ASSERT_EQ(0, set_timeout(any[i], SO_RCVTIMEO, WAIT_MS));
		ASSERT_EQ(0, bind4(any[i], INADDR_ANY, PORT + 1));
	}
	ASSERT_EQ(1, sendto4(self->fd, 1, ADDR_BCAST, PORT + 1));
	for (i = 0; i < 2; i++) {
		info = next_cmsg(any[i], SOL_IP, IP_PKTINFO, sizeof(*info));
		ASSERT_NE(NULL, info);
		EXPECT_EQ(ADDR_BCAST, ntohl(info->ipi_addr.s_addr));
		EXPECT_EQ(ADDR_LO, ntohl(info->ipi_spec_dst.s_addr));
		close(any[i]);
	}
	ASSERT_EQ(1, sendto4(self->fd, 1, ADDR_BCAST, PORT));
	EXPECT_TRUE(hears_nothing(self->peer));	/* bound to one address */
}

TEST_F(dgram, bound_to_broadcast)
{
	ASSERT_EQ(0, opt_set(self->fd, SOL_SOCKET, SO_BROADCAST, 1));
	ASSERT_EQ(0, bind4(self->fd, ADDR_BCAST, PORT + 1));
	ASSERT_EQ(2, sendto4(self->fd, 2, ADDR_BCAST, PORT + 1));
	EXPECT_EQ(2, recvfrom4(self->fd, NULL));
	ASSERT_EQ(2, sendto4(self->peer, 2, ADDR_LO, PORT + 1));
	EXPECT_TRUE(hears_nothing(self->fd));
}

/* A port is held for one family; of datagrams and of streams it is not the same */
TEST_F(dgram, port_is_held)
{
	int stream = tcp_socket(0), inet = socket(AF_INET, SOCK_DGRAM, 0);

	EXPECT_EQ(EADDRINUSE, err(bind4(self->fd, ADDR_LO, PORT)));
	EXPECT_EQ(EADDRINUSE, err(bind4(self->fd, INADDR_ANY, PORT)));
	EXPECT_EQ(0, local_port(self->fd));
	EXPECT_EQ(0, bind4(self->fd, ADDR_LO2, PORT));
	EXPECT_EQ(0, bind4(stream, ADDR_LO, PORT));
	EXPECT_EQ(EADDRINUSE, err(bind4(inet, ADDR_LO, PORT)));
	close(self->peer);
	EXPECT_EQ(0, bind4(inet, ADDR_LO, PORT));
	close(stream);
	close(inet);
}

TEST_F(dgram, wildcard_is_held)
{
	int other = udp_peer(0);

	ASSERT_EQ(0, bind4(self->fd, INADDR_ANY, PORT + 1));
	EXPECT_EQ(EADDRINUSE, err(bind4(other, ADDR_LO, PORT + 1)));
	EXPECT_EQ(EADDRINUSE, err(bind4(other, INADDR_ANY, PORT + 1)));
	close(self->fd);
	EXPECT_EQ(0, bind4(other, ADDR_LO, PORT + 1));
	close(other);
}

/* SO_REUSEADDR does not open a port to the other family, whoever was there */
TEST_F(dgram, reuseaddr_of_the_other_family)
{
	int want = variant->row.domain == variant->peer.domain ? 0 : EADDRINUSE;
	int there = udp_peer(0);

	ASSERT_EQ(0, opt_set(there, SOL_SOCKET, SO_REUSEADDR, 1));
	ASSERT_EQ(0, opt_set(self->fd, SOL_SOCKET, SO_REUSEADDR, 1));
	ASSERT_EQ(0, bind4(there, ADDR_LO, PORT + 1));
	EXPECT_EQ(want, err(bind4(self->fd, ADDR_LO, PORT + 1)));
	close(there);
}

/* The later one takes what comes, until it goes */
TEST_F(dgram, reuseaddr)
{
	int first = udp_socket(0), last = udp_socket(0);

	ASSERT_EQ(0, set_timeout(first, SO_RCVTIMEO, WAIT_MS));
	ASSERT_EQ(0, set_timeout(last, SO_RCVTIMEO, WAIT_MS));
	ASSERT_EQ(0, opt_set(first, SOL_SOCKET, SO_REUSEADDR, 1));
	ASSERT_EQ(0, bind4(first, ADDR_LO, PORT + 1));
	EXPECT_EQ(EADDRINUSE, err(bind4(last, ADDR_LO, PORT + 1)));
	ASSERT_EQ(0, opt_set(last, SOL_SOCKET, SO_REUSEADDR, 1));
	ASSERT_EQ(0, bind4(last, ADDR_LO, PORT + 1));
	ASSERT_EQ(3, sendto4(self->peer, 3, ADDR_LO, PORT + 1));
	EXPECT_EQ(3, recvfrom4(last, NULL));
	EXPECT_TRUE(hears_nothing(first));
	close(last);
	ASSERT_EQ(4, sendto4(self->peer, 4, ADDR_LO, PORT + 1));
	EXPECT_EQ(4, recvfrom4(first, NULL));
	close(first);
}

/* Who is connected to the sender comes before who was bound last */
TEST_F(dgram, connected_comes_first)
{
	int any = udp_socket(0), tied = udp_socket(0);

	ASSERT_EQ(0, opt_set(any, SOL_SOCKET, SO_REUSEADDR, 1));
	ASSERT_EQ(0, opt_set(tied, SOL_SOCKET, SO_REUSEADDR, 1));
	ASSERT_EQ(0, bind4(tied, ADDR_LO, PORT + 1));
	ASSERT_EQ(0, bind4(any, ADDR_LO, PORT + 1));
	ASSERT_EQ(0, connect4(tied, ADDR_LO, PORT));
	ASSERT_EQ(3, sendto4(self->peer, 3, ADDR_LO, PORT + 1));
	ASSERT_EQ(5, sendto4(self->fd, 5, ADDR_LO, PORT + 1));
	EXPECT_EQ(3, recvfrom4(tied, NULL));
	EXPECT_EQ(5, recvfrom4(any, NULL));
	close(any);
	close(tied);
}

/* A guest's datagrams: with SO_REUSEADDR AF_INET gives them to anybody */
TEST_F(dgram, reuseaddr_of_another_user)
{
	int want = row_is_mini() ? EADDRINUSE : 0;
	int status, fd;

	sysctl_set("/proc/sys/net/mini/unprivileged", "1");
	ASSERT_EQ(0, opt_set(self->fd, SOL_SOCKET, SO_REUSEADDR, 1));
	ASSERT_EQ(0, bind4(self->fd, ADDR_LO, PORT + 1));
	if (!fork()) {
		if (setuid(NOBODY))
			_exit(255);
		fd = udp_socket(0);
		opt_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
		_exit(err(bind4(fd, ADDR_LO, PORT + 1)));
	}
	ASSERT_LT(0, wait(&status));
	EXPECT_EQ(want, WEXITSTATUS(status));
}

/* The same columns in the two families' files, and a line for each socket */
TEST_F(dgram, listed)
{
	const char *path = row_is_mini() ? "/proc/net/mini/udp" :
					   "/proc/net/udp";
	unsigned int local, lport, remote, rport, state, tx, rx, uid, drops;
	char line[256];
	int n;

	EXPECT_FALSE(proc_line(path, 9, self->fd, line, sizeof(line)));
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	ASSERT_EQ(10, sendto4(self->peer, 10, ADDR_LO, local_port(self->fd)));
	ASSERT_TRUE(poll_for(self->fd, POLLIN, WAIT_MS));
	ASSERT_TRUE(proc_line(path, 9, self->fd, line, sizeof(line)));
	n = sscanf(line, " %*d: %x:%x %x:%x %x %x:%x %*x:%*x %*x %u %*d %*u %*d %*s %u",
		   &local, &lport, &remote, &rport, &state, &tx, &rx, &uid,
		   &drops);
	ASSERT_EQ(9, n);
	EXPECT_EQ(htonl(ADDR_LO), local);
	EXPECT_EQ(local_port(self->fd), lport);
	EXPECT_EQ(htonl(ADDR_LO), remote);
	EXPECT_EQ(PORT, rport);
	EXPECT_EQ(TCP_ESTABLISHED, state);
	EXPECT_EQ(0, tx);
	EXPECT_LT(0, rx);
	EXPECT_EQ(0, uid);
	EXPECT_EQ(0, drops);
}

#define MANY	5000

static ssize_t run_come_and_go(struct job *job)
{
	size_t i;
	int fd;

	for (i = 0; i < job->len; i++) {
		fd = udp_socket(0);
		if (bind4(fd, ADDR_LO, 0))
			return -1;
		close(fd);
	}
	return i;
}

/* A reader finds a socket that stays, each time, among those that do not */
TEST_F(dgram, listed_among_many)
{
	const char *path = row_is_mini() ? "/proc/net/mini/udp" :
					   "/proc/net/udp";
	struct job job = { .len = MANY };
	char line[256];
	bool found;

	ASSERT_EQ(0, bind4(self->fd, ADDR_LO, 0));
	ASSERT_EQ(0, job_start(&job, run_come_and_go));
	do {
		found = proc_line(path, 9, self->fd, line, sizeof(line));
		EXPECT_TRUE(found);
	} while (found && !job_done(&job));
	EXPECT_EQ(MANY, job_wait(&job));
}

/* Ports that nobody chose are none of the other family's */
TEST_F(dgram, ports_of_their_own)
{
	const char *path = "/proc/sys/net/ipv4/ip_local_port_range";
	int other = udp_peer(0), third = udp_peer(0);

	ASSERT_EQ(0, sysctl_set(path, "40000 40001"));
	ASSERT_EQ(0, bind4(self->fd, INADDR_ANY, 0));
	ASSERT_EQ(0, bind4(other, INADDR_ANY, 0));
	EXPECT_EQ(80001, local_port(self->fd) + local_port(other));
	EXPECT_EQ(EADDRINUSE, err(bind4(third, INADDR_ANY, 0)));
	EXPECT_EQ(EAGAIN, err(sendto4(third, 1, ADDR_LO, PORT)));
	close(other);
	EXPECT_EQ(1, sendto4(third, 1, ADDR_LO, PORT));
	close(third);
}

TEST_HARNESS_MAIN
