// SPDX-License-Identifier: GPL-2.0-only
/* What options do: that a value can be set and read back is not the point */
#include <stdio.h>
#include <time.h>
#include <linux/net_tstamp.h>
#include "mini_harness.h"

FIXTURE(effects) {
	int fd[2];
	int c;		/* the end that connected */
	int s;		/* the end that accepted */
};

FIXTURE_VARIANT(effects) {
	struct row own;
	struct row peer;
};

FIXTURE_VARIANT_ADD(effects, inet) { ROW_INET, ROW_INET };
FIXTURE_VARIANT_ADD(effects, mini) { ROW_MINI, ROW_MINI };
FIXTURE_VARIANT_ADD(effects, mini253) { ROW_MINI253, ROW_MINI253 };
FIXTURE_VARIANT_ADD(effects, mini_to_inet) { ROW_MINI, ROW_INET };
FIXTURE_VARIANT_ADD(effects, inet_to_mini) { ROW_INET, ROW_MINI };

FIXTURE_SETUP(effects)
{
	ASSERT_EQ(0, net_setup(variant->own, variant->peer));
	ASSERT_EQ(0, tcp_pair(self->fd));
	self->c = self->fd[0];
	self->s = self->fd[1];
}

FIXTURE_TEARDOWN(effects)
{
	close(self->c);
	close(self->s);
}

static int events(int fd, int wanted, int ms)
{
	struct pollfd pfd = { .fd = fd, .events = wanted };

	return poll(&pfd, 1, ms) < 0 ? -1 : pfd.revents;
}

/* ------------------------------------------------------------ TCP_QUICKACK */

static int quickack(int fd)
{
	return opt_get(fd, IPPROTO_TCP, TCP_QUICKACK);
}

static int outq(int fd)
{
	int n = -1;

	ioctl(fd, SIOCOUTQ, &n);
	return n;
}

TEST_F(effects, quickack_reads_back)
{
	EXPECT_EQ(1, quickack(self->s));
	ASSERT_EQ(0, opt_set(self->s, IPPROTO_TCP, TCP_QUICKACK, 0));
	EXPECT_EQ(0, quickack(self->s));
	/* an even value is for an ACK that is owed, and none is */
	ASSERT_EQ(0, opt_set(self->s, IPPROTO_TCP, TCP_QUICKACK, 2));
	EXPECT_EQ(1, quickack(self->s));
}

/* The mode is the connection's to change: who answers at once is interactive */
TEST_F(effects, quickack_ends_with_an_answer)
{
	int i;

	for (i = 0; i < 200 && quickack(self->s); i++) {
		ASSERT_EQ(1, send_pattern(self->c, 1, i));
		ASSERT_EQ(1, recv_pattern(self->s, 1, i));
		ASSERT_EQ(1, send_pattern(self->s, 1, i));
		ASSERT_EQ(1, recv_pattern(self->c, 1, i));
	}
	EXPECT_EQ(0, quickack(self->s));
}

/*
 * Without it the ACK waits; an even value lets it go and changes nothing. The
 * timer may be faster than we are, but not each time.
 */
TEST_F(effects, quickack_off_holds_the_ack)
{
	int i, held = 0, let_go = 0;

	for (i = 0; i < 30 && (!held || !let_go); i++) {
		ASSERT_EQ(0, opt_set(self->s, IPPROTO_TCP, TCP_QUICKACK, 0));
		ASSERT_EQ(1, send_pattern(self->c, 1, i));
		ASSERT_EQ(1, recv_pattern(self->s, 1, i));
		held += outq(self->c) == 1;
		ASSERT_EQ(0, opt_set(self->s, IPPROTO_TCP, TCP_QUICKACK, 2));
		let_go += !quickack(self->s);
		ASSERT_TRUE(wait_outq(self->c, 0));
	}
	EXPECT_LT(0, held);
	EXPECT_LT(0, let_go);
}

/* ------------------------------------------------------- TCP_NOTSENT_LOWAT */

/* The writer is let in only while little is unsent, and woken at half of it */
TEST_F(effects, notsent_lowat)
{
	char buf[4096] = {};
	int unsent = -1;
	int i;

	ASSERT_EQ(0, opt_set(self->c, SOL_SOCKET, SO_SNDBUFFORCE, 8 << 20));
	fill_until_blocked(self->c);
	recv_pattern(self->s, 1, 0);
	ASSERT_EQ(0, opt_set(self->c, IPPROTO_TCP, TCP_NOTSENT_LOWAT, 20000));
	EXPECT_EQ(20000, opt_get(self->c, IPPROTO_TCP, TCP_NOTSENT_LOWAT));
	EXPECT_EQ(0, events(self->c, POLLOUT, 50));
	ASSERT_EQ(0, set_nonblock(self->s, true));
	for (i = 0; i < 2000 && !events(self->c, POLLOUT, 1); i++)
		while (recv(self->s, buf, sizeof(buf), 0) > 0)
			;
	EXPECT_EQ(POLLOUT, events(self->c, POLLOUT, 0));
	ASSERT_EQ(0, ioctl(self->c, SIOCOUTQNSD, &unsent));
	EXPECT_GT(10000, unsent);
}

/* ------------------------------------------------------------ TCP_LINGER2 */

/* How long the peer of an orphan that got no FIN still has a connection */
static bool gone_within(int fd, int ms)
{
	long end = now_ms() + ms;
	int rc;

	do {
		rc = send(fd, "x", 1, MSG_NOSIGNAL);
		if (rc < 0)
			return true;
		sleep_ms(50);
	} while (now_ms() < end);
	return false;
}

/* A negative time: no FIN-WAIT-2 without a reader, but a reset */
TEST_F(effects, linger2_none)
{
	char byte;

	ASSERT_EQ(0, opt_set(self->c, IPPROTO_TCP, TCP_LINGER2, -1));
	EXPECT_EQ(-1, opt_get(self->c, IPPROTO_TCP, TCP_LINGER2));
	ASSERT_EQ(0, shutdown(self->c, SHUT_WR));
	EXPECT_EQ(0, recv(self->s, &byte, 1, 0));
	while (tcp_state(self->c) != TCP_FIN_WAIT2)
		sleep_ms(5);
	close(self->c);
	self->c = -1;
	EXPECT_TRUE(gone_within(self->s, 2000));
}

/* The connection is forgotten in time, and then whatever comes meets a RST */
TEST_F(effects, linger2_one_second)
{
	char byte;

	ASSERT_EQ(0, opt_set(self->c, IPPROTO_TCP, TCP_LINGER2, 1));
	close(self->c);
	self->c = -1;
	EXPECT_EQ(0, recv(self->s, &byte, 1, 0));
	sleep_ms(3000);
	EXPECT_TRUE(gone_within(self->s, 2000));
}

/* -------------------------------------------------------- TCP_DEFER_ACCEPT */

TEST_F(effects, defer_accept)
{
	struct pollfd pfd;
	int lfd, fd, child;
	char byte;

	lfd = peer_socket(0);
	ASSERT_EQ(0, opt_set(lfd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 10));
	EXPECT_EQ(15, opt_get(lfd, IPPROTO_TCP, TCP_DEFER_ACCEPT));
	ASSERT_LE(0, listen_on(lfd, PORT, 5));
	fd = dial(PORT);
	ASSERT_LE(0, fd);
	pfd = (struct pollfd){ .fd = lfd, .events = POLLIN };
	EXPECT_EQ(0, poll(&pfd, 1, 300));
	ASSERT_EQ(1, send(fd, "x", 1, 0));
	EXPECT_EQ(1, poll(&pfd, 1, 2000));
	child = accept(lfd, NULL, NULL);
	ASSERT_LE(0, child);
	EXPECT_EQ(1, recv(child, &byte, 1, MSG_DONTWAIT));
	EXPECT_EQ('x', byte);
	close(child);
	close(fd);
	close(lfd);
}

/* A peer that says nothing is accepted in the end, when the time is over */
TEST_F(effects, defer_accept_over)
{
	struct pollfd pfd;
	int lfd, fd;

	lfd = peer_socket(0);
	ASSERT_EQ(0, opt_set(lfd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 1));
	ASSERT_LE(0, listen_on(lfd, PORT, 5));
	fd = dial(PORT);
	ASSERT_LE(0, fd);
	pfd = (struct pollfd){ .fd = lfd, .events = POLLIN };
	EXPECT_EQ(0, poll(&pfd, 1, 300));
	EXPECT_EQ(1, poll(&pfd, 1, 8000));
	close(fd);
	close(lfd);
}

/* ---------------------------------------------------------------- TCP_INQ */

static int recv_inq(int fd, size_t len)
{
	char buf[100], control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { buf, len };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;
	int inq;

	if (recvmsg(fd, &msg, 0) < 0)
		return -1;
	cmsg = CMSG_FIRSTHDR(&msg);
	if (!cmsg || cmsg->cmsg_level != SOL_TCP ||
	    cmsg->cmsg_type != TCP_CM_INQ)
		return -2;
	memcpy(&inq, CMSG_DATA(cmsg), sizeof(inq));
	return inq;
}

/* What is left to read comes along; after the end there is always one more */
TEST_F(effects, inq)
{
	EXPECT_EQ(EINVAL, err(opt_set(self->s, IPPROTO_TCP, TCP_INQ, 2)));
	ASSERT_EQ(100, send_pattern(self->c, 100, 0));
	ASSERT_TRUE(wait_inq(self->s, 100));
	EXPECT_EQ(-2, recv_inq(self->s, 10));
	ASSERT_EQ(0, opt_set(self->s, IPPROTO_TCP, TCP_INQ, 1));
	EXPECT_EQ(70, recv_inq(self->s, 20));
	ASSERT_EQ(0, shutdown(self->c, SHUT_WR));
	EXPECT_EQ(POLLRDHUP, events(self->s, POLLRDHUP, 2000));
	EXPECT_EQ(51, recv_inq(self->s, 20));
	EXPECT_EQ(1, recv_inq(self->s, 50));
	EXPECT_EQ(1, recv_inq(self->s, 50));
}

/* ---------------------------------------------------------- TCP_WINDOW_CLAMP */

/* A window much smaller than the buffer opens again and again */
TEST_F(effects, window_clamp)
{
	int lfd = peer_socket(0), fd = tcp_socket(0), child;

	EXPECT_EQ(EINVAL, err(opt_set(self->s, IPPROTO_TCP, TCP_WINDOW_CLAMP,
				      0)));
	ASSERT_EQ(0, opt_set(lfd, IPPROTO_TCP, TCP_WINDOW_CLAMP, 5000));
	ASSERT_LE(0, listen_on(lfd, PORT, 5));
	ASSERT_EQ(0, connect4(fd, ADDR_LO, PORT));
	child = accept(lfd, NULL, NULL);
	ASSERT_LE(0, child);
	ASSERT_EQ(50000, send_pattern(fd, 50000, 0));
	EXPECT_EQ(50000, recv_pattern(child, 50000, 0));
	close(child);
	close(fd);
	close(lfd);
}

/* -------------------------------------------------------------- ancillary data */

/* What recvmsg() says beside the text: of each datum its level, type, size */
static const char *said(int fd, size_t len, int flags)
{
	static char text[256];
	char buf[64], control[512];
	struct iovec iov = { buf, len };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(fd, &msg, flags);
	char *at = text + sprintf(text, "%zd", n);
	struct cmsghdr *c;

	if (n < 0)
		return strerror(errno);
	for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c))
		at += sprintf(at, " %d/%d/%zu", c->cmsg_level, c->cmsg_type,
			      (size_t)(c->cmsg_len - CMSG_LEN(0)));
	return text;
}

/* For recvmsg(), and for one that only peeks; for what comes of two packets too */
TEST_F(effects, timestamps)
{
	static const struct {
		int name;
		const char *two, *all;
	} kinds[] = {
		{ SO_TIMESTAMP_OLD, "2 1/29/16", "4 1/29/16" },
		{ SO_TIMESTAMPNS_OLD, "2 1/35/16", "4 1/35/16" },
		{ SO_TIMESTAMP_NEW, "2 1/63/16", "4 1/63/16" },
		{ SO_TIMESTAMPNS_NEW, "2 1/64/16", "4 1/64/16" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		ASSERT_EQ(0, opt_set(self->s, SOL_SOCKET, kinds[i].name, 1));
		sleep_ms(MOMENT_MS);	/* the kernel turns them on by and by */
		ASSERT_EQ(3, send(self->c, "abc", 3, 0));
		ASSERT_TRUE(wait_inq(self->s, 3));
		ASSERT_EQ(3, send(self->c, "def", 3, 0));
		ASSERT_TRUE(wait_inq(self->s, 6));
		EXPECT_STREQ(kinds[i].two, said(self->s, 2, MSG_PEEK));
		EXPECT_STREQ(kinds[i].two, said(self->s, 2, 0));
		EXPECT_STREQ(kinds[i].all, said(self->s, 9, 0));
		ASSERT_EQ(0, opt_set(self->s, SOL_SOCKET, kinds[i].name, 0));
	}
	ASSERT_EQ(1, send(self->c, "g", 1, 0));
	EXPECT_STREQ("1", said(self->s, 9, 0));
}

static int stamping(int fd, int name, int flags)
{
	return opt_set(fd, SOL_SOCKET, name, flags);
}

/* Both may be asked for at once, and with what TCP_INQ says */
TEST_F(effects, timestamping)
{
	int report = SOF_TIMESTAMPING_SOFTWARE;
	int make = SOF_TIMESTAMPING_RX_SOFTWARE;

	ASSERT_EQ(0, opt_set(self->s, IPPROTO_TCP, TCP_INQ, 1));
	ASSERT_EQ(0, stamping(self->s, SO_TIMESTAMPING_OLD, make | report));
	sleep_ms(MOMENT_MS);
	ASSERT_EQ(1, send(self->c, "a", 1, 0));
	EXPECT_STREQ("1 1/37/48 6/36/4", said(self->s, 9, 0));
	ASSERT_EQ(0, stamping(self->s, SO_TIMESTAMPING_NEW, make | report));
	ASSERT_EQ(1, send(self->c, "a", 1, 0));
	EXPECT_STREQ("1 1/65/48 6/36/4", said(self->s, 9, 0));
	ASSERT_EQ(0, opt_set(self->s, SOL_SOCKET, SO_TIMESTAMP_OLD, 1));
	ASSERT_EQ(0, stamping(self->s, SO_TIMESTAMPING_OLD, make | report));
	ASSERT_EQ(1, send(self->c, "a", 1, 0));
	EXPECT_STREQ("1 1/29/16 1/37/48 6/36/4", said(self->s, 9, 0));
	ASSERT_EQ(0, stamping(self->s, SO_TIMESTAMPING_OLD, make));
	ASSERT_EQ(1, send(self->c, "a", 1, 0));
	EXPECT_STREQ("1 1/29/16 6/36/4", said(self->s, 9, 0));
}

/* The time is that of the octets: not before they were sent, not after now */
TEST_F(effects, timestamp_is_true)
{
	struct timespec begin, end, *at;
	char buf[8], control[64];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};

	ASSERT_EQ(0, opt_set(self->s, SOL_SOCKET, SO_TIMESTAMPNS_OLD, 1));
	sleep_ms(MOMENT_MS);
	clock_gettime(CLOCK_REALTIME, &begin);
	ASSERT_EQ(1, send(self->c, "a", 1, 0));
	ASSERT_TRUE(wait_inq(self->s, 1));
	clock_gettime(CLOCK_REALTIME, &end);
	sleep_ms(MOMENT_MS);
	ASSERT_EQ(1, recvmsg(self->s, &msg, 0));
	ASSERT_NE(NULL, CMSG_FIRSTHDR(&msg));
	at = (struct timespec *)CMSG_DATA(CMSG_FIRSTHDR(&msg));
	EXPECT_LE(begin.tv_sec * 1000000000LL + begin.tv_nsec,
		  at->tv_sec * 1000000000LL + at->tv_nsec);
	EXPECT_GE(end.tv_sec * 1000000000LL + end.tv_nsec,
		  at->tv_sec * 1000000000LL + at->tv_nsec);
}

/* One datum of @size octets, all of them 1, beside an octet of text */
static int send_beside(int fd, int level, int type, size_t size)
{
	char control[128] = "";
	struct iovec iov = { "x", 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = CMSG_SPACE(size),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(size);
	memset(CMSG_DATA(c), 1, size);
	return sendmsg(fd, &msg, MSG_NOSIGNAL);
}

/* What goes with a segment is not the user's; but what he says is looked at */
TEST_F(effects, ancillary_data_to_send)
{
	EXPECT_EQ(1, send_beside(self->c, SOL_SOCKET, SO_MARK, 4));
	EXPECT_EQ(1, send_beside(self->c, SOL_IP, IP_TOS, 4));
	EXPECT_EQ(EINVAL, err(send_beside(self->c, SOL_SOCKET, SO_MARK, 1)));
	EXPECT_EQ(EINVAL, err(send_beside(self->c, SOL_SOCKET, SCM_TXTIME, 8)));
	EXPECT_EQ(EINVAL, err(send_beside(self->c, SOL_SOCKET, 99, 4)));
	ASSERT_TRUE(wait_inq(self->s, 2));	/* and nothing of those has left */
}

/* --------------------------------------------------------------- SO_PEEK_OFF */

/* Where the family has it; TCP of AF_INET has it since 6.9 */
TEST_F(effects, peek_offset)
{
	char buf[10] = {};

	if (!row_is_mini() &&
	    err(opt_set(self->c, SOL_SOCKET, SO_PEEK_OFF, 0)) == EOPNOTSUPP)
		return;
	ASSERT_EQ(0, opt_set(self->c, SOL_SOCKET, SO_PEEK_OFF, 0));
	ASSERT_EQ(6, send(self->s, "abcdef", 6, 0));
	ASSERT_TRUE(wait_inq(self->c, 6));
	EXPECT_EQ(2, recv(self->c, buf, 2, MSG_PEEK));
	EXPECT_STREQ("ab", buf);
	EXPECT_EQ(2, opt_get(self->c, SOL_SOCKET, SO_PEEK_OFF));
	EXPECT_EQ(2, recv(self->c, buf, 2, MSG_PEEK));
	EXPECT_STREQ("cd", buf);
	EXPECT_EQ(3, recv(self->c, buf, 3, 0));
	EXPECT_STREQ("abc", buf);
	EXPECT_EQ(1, opt_get(self->c, SOL_SOCKET, SO_PEEK_OFF));
	memset(buf, 0, sizeof(buf));
	EXPECT_EQ(2, recv(self->c, buf, 5, MSG_PEEK));
	EXPECT_STREQ("ef", buf);
	EXPECT_EQ(EAGAIN, err(recv(self->c, buf, 5, MSG_PEEK | MSG_DONTWAIT)));
	EXPECT_EQ(0, opt_set(self->c, SOL_SOCKET, SO_PEEK_OFF, -1));
	EXPECT_EQ(3, recv(self->c, buf, 5, MSG_PEEK));
	EXPECT_STREQ("def", buf);
}

/* --------------------------------------------------------- addresses, ports */

static int reuseport(int fd)
{
	if (row_is_mini())
		return opt_set(fd, SOL_MINI, MINI_REUSEPORT, 1);
	return opt_set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
}

/* Several listen, and each gets some */
TEST_F(effects, reuseport)
{
	int lfd[3], fd[60], got[3] = {}, i, j, tries;

	for (i = 0; i < 3; i++) {
		lfd[i] = tcp_socket(SOCK_NONBLOCK);
		ASSERT_EQ(0, reuseport(lfd[i]));
		ASSERT_EQ(0, bind4(lfd[i], ADDR_LO, PORT)) TH_LOG("%d", i);
		ASSERT_EQ(0, listen(lfd[i], 100));
	}
	for (j = 0; j < 60; j++) {
		fd[j] = tcp_socket(0);
		ASSERT_EQ(0, connect4(fd[j], ADDR_LO, PORT));
	}
	for (tries = 0; tries < 100 && got[0] + got[1] + got[2] < 60; tries++) {
		for (i = 0; i < 3; i++)
			while (accept(lfd[i], NULL, NULL) >= 0)
				got[i]++;
		sleep_ms(20);
	}
	EXPECT_EQ(60, got[0] + got[1] + got[2]);
	for (i = 0; i < 3; i++)
		EXPECT_LT(0, got[i]);
	/* who does not say it stays out */
	i = tcp_socket(0);
	EXPECT_EQ(EADDRINUSE, err(bind4(i, ADDR_LO, PORT)));
	close(i);
	for (j = 0; j < 60; j++)
		close(fd[j]);
}

/* Nor may another user have a share of it */
TEST_F(effects, reuseport_of_another_user)
{
	int lfd = tcp_socket(0), fd = tcp_socket(0);

	ASSERT_EQ(0, reuseport(lfd));
	ASSERT_EQ(0, bind4(lfd, ADDR_LO, PORT));
	ASSERT_EQ(0, listen(lfd, 1));
	ASSERT_EQ(0, reuseport(fd));
	ASSERT_EQ(0, fchown(fd, 1000, 1000));
	EXPECT_EQ(EADDRINUSE, err(bind4(fd, ADDR_LO, PORT)));
	close(lfd);
	close(fd);
}

TEST_F(effects, freebind)
{
	int fd = tcp_socket(0);

	EXPECT_EQ(EADDRNOTAVAIL, err(bind4(fd, ADDR_NOWHERE, PORT)));
	ASSERT_EQ(0, opt_set(fd, IPPROTO_IP, IP_FREEBIND, 1));
	EXPECT_EQ(0, bind4(fd, ADDR_NOWHERE, PORT));
	EXPECT_EQ(0, listen(fd, 1));
	close(fd);
	fd = tcp_socket(0);
	ASSERT_EQ(0, opt_set(fd, IPPROTO_IP, IP_TRANSPARENT, 1));
	EXPECT_EQ(0, bind4(fd, ADDR_NOWHERE, PORT));
	close(fd);
}

/* The port is chosen by connect(), so the same one serves many */
TEST_F(effects, bind_address_no_port)
{
	int fd = tcp_socket(0), lfd = peer_socket(0);

	ASSERT_LE(0, listen_on(lfd, PORT, 5));
	ASSERT_EQ(0, opt_set(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1));
	EXPECT_EQ(EADDRNOTAVAIL, err(bind4(fd, ADDR_NOWHERE, 0)));
	ASSERT_EQ(0, bind4(fd, ADDR_LO2, 0));
	EXPECT_EQ(0, local_port(fd));
	ASSERT_EQ(0, connect4(fd, ADDR_LO, PORT));
	EXPECT_LT(0, local_port(fd));
	close(fd);
	close(lfd);
}

/* Nothing comes from so near that it has all of its TTL */
TEST_F(effects, minttl)
{
	char byte;

	ASSERT_EQ(0, opt_set(self->s, IPPROTO_IP, IP_MINTTL, 64));
	ASSERT_EQ(1, send(self->c, "x", 1, 0));
	EXPECT_EQ(POLLIN, events(self->s, POLLIN, 2000));
	EXPECT_EQ(1, recv(self->s, &byte, 1, 0));
	ASSERT_EQ(0, opt_set(self->c, IPPROTO_IP, IP_TTL, 63));
	ASSERT_EQ(1, send(self->c, "y", 1, 0));
	EXPECT_EQ(0, events(self->s, POLLIN, 300));
	ASSERT_EQ(0, opt_set(self->c, IPPROTO_IP, IP_TTL, 64));
	EXPECT_EQ(POLLIN, events(self->s, POLLIN, 5000));
}

/*
 * IP_TTL and IP_TOS of a listener are those of its SYN,ACK: a client that
 * wants more than it has never sees it.
 *
 * Proves: MUST-49
 */
TEST_F(effects, ttl_of_syn_ack)
{
	int lfd = peer_socket(0), fd = tcp_socket(0);

	ASSERT_EQ(0, opt_set(lfd, IPPROTO_IP, IP_TTL, 5));
	ASSERT_LE(0, listen_on(lfd, PORT, 5));
	ASSERT_EQ(0, opt_set(fd, IPPROTO_IP, IP_MINTTL, 6));
	ASSERT_EQ(0, set_nonblock(fd, true));
	EXPECT_EQ(EINPROGRESS, err(connect4(fd, ADDR_LO, PORT)));
	EXPECT_EQ(0, events(fd, POLLOUT, 300));
	close(fd);
	fd = tcp_socket(0);
	ASSERT_EQ(0, opt_set(fd, IPPROTO_IP, IP_MINTTL, 5));
	EXPECT_EQ(0, connect4(fd, ADDR_LO, PORT));
	close(fd);
	close(lfd);
}

TEST_HARNESS_MAIN
