// SPDX-License-Identifier: GPL-2.0-only
/*
 * Urgent data: MSG_OOB both ways, the mark, SIGURG, POLLPRI, SO_OOBINLINE.
 * The mark is a place in the stream; the octet before it is the one that is
 * "out of band".
 */
#include "mini_harness.h"

FIXTURE(urgent) {
	int fd[2];
	int c;		/* the end that connected */
	int s;		/* the end that accepted */
};

FIXTURE_VARIANT(urgent) {
	struct row own;
	struct row peer;
};

FIXTURE_VARIANT_ADD(urgent, inet) { ROW_INET, ROW_INET };
FIXTURE_VARIANT_ADD(urgent, mini) { ROW_MINI, ROW_MINI };
FIXTURE_VARIANT_ADD(urgent, mini253) { ROW_MINI253, ROW_MINI253 };
FIXTURE_VARIANT_ADD(urgent, mini_to_inet) { ROW_MINI, ROW_INET };
FIXTURE_VARIANT_ADD(urgent, inet_to_mini) { ROW_INET, ROW_MINI };

FIXTURE_SETUP(urgent)
{
	ASSERT_EQ(0, net_setup(variant->own, variant->peer));
	ASSERT_EQ(0, tcp_pair(self->fd));
	self->c = self->fd[0];
	self->s = self->fd[1];
	ASSERT_EQ(0, set_timeout(self->s, SO_RCVTIMEO, 2000));
}

FIXTURE_TEARDOWN(urgent)
{
	close(self->c);
	close(self->s);
}

static int send_str(int fd, const char *s, int flags)
{
	return send(fd, s, strlen(s), flags | MSG_NOSIGNAL);
}

/* What one recv() gives, as a string; it may still be on its way */
static const char *recv_str(int fd, size_t len, int flags)
{
	static char buf[64];
	ssize_t n = recv(fd, buf, len, flags);

	if (n < 0)
		return strerror(errno);
	buf[n] = '\0';
	return buf;
}

static int at_mark(int fd)
{
	int value = -1;

	return ioctl(fd, SIOCATMARK, &value) ? -1 : value;
}

static int inq(int fd)
{
	int value = -1;

	return ioctl(fd, SIOCINQ, &value) ? -1 : value;
}

/* The events of interest that are so now */
static int events(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN | POLLPRI };

	return poll(&pfd, 1, 0) < 0 ? -1 : pfd.revents;
}

/* Until an urgent octet has arrived (2 s at most) */
static bool wait_pri(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLPRI };

	return poll(&pfd, 1, 2000) == 1 && pfd.revents == POLLPRI;
}

/* What arrives after the octets before it have been read, or behind the mark */
static bool wait_in(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	return poll(&pfd, 1, 2000) == 1;
}

/* ------------------------------------------------------------- out of band */

/*
 * The octet is left out of the stream, a read stops before it, and MSG_OOB
 * reads it once.
 *
 * Proves: MUST-30, MUST-33, MUST-62, UR-1
 */
TEST_F(urgent, out_of_band)
{
	ASSERT_EQ(3, send_str(self->c, "abU", MSG_OOB));
	ASSERT_EQ(3, send_str(self->c, "cde", 0));
	ASSERT_TRUE(wait_pri(self->s));
	EXPECT_TRUE(wait_inq(self->s, 2));
	EXPECT_EQ(0, at_mark(self->s));
	EXPECT_STREQ("U", recv_str(self->s, 10, MSG_OOB));
	EXPECT_EQ(POLLIN, events(self->s));
	EXPECT_STREQ("ab", recv_str(self->s, 10, 0));
	EXPECT_EQ(1, at_mark(self->s));
	EXPECT_TRUE(wait_in(self->s));
	EXPECT_STREQ("cde", recv_str(self->s, 10, 0));
	EXPECT_EQ(0, at_mark(self->s));
}

/* Nothing but the octet: not readable, yet there */
TEST_F(urgent, alone)
{
	char byte;

	ASSERT_EQ(1, send_str(self->c, "U", MSG_OOB));
	ASSERT_TRUE(wait_pri(self->s));
	EXPECT_EQ(POLLPRI, events(self->s));
	EXPECT_EQ(0, inq(self->s));
	EXPECT_EQ(1, at_mark(self->s));
	EXPECT_STREQ("U", recv_str(self->s, 1, MSG_OOB));
	EXPECT_EQ(0, events(self->s));
	EXPECT_EQ(1, at_mark(self->s));
	EXPECT_EQ(EAGAIN, err(recv(self->s, &byte, 1, MSG_DONTWAIT)));
	EXPECT_EQ(0, at_mark(self->s));
}

/* A read in vain goes past it, and then nobody can have it any more */
TEST_F(urgent, alone_and_passed)
{
	char byte;

	ASSERT_EQ(1, send_str(self->c, "U", MSG_OOB));
	ASSERT_TRUE(wait_pri(self->s));
	EXPECT_EQ(EAGAIN, err(recv(self->s, &byte, 1, MSG_DONTWAIT)));
	EXPECT_EQ(0, at_mark(self->s));
	EXPECT_EQ(0, events(self->s));
	EXPECT_EQ(EINVAL, err(recv(self->s, &byte, 1, MSG_OOB)));
}

/* Once only; and then it is EINVAL, also when the mark has been passed */
TEST_F(urgent, read_once)
{
	char byte;

	EXPECT_EQ(EINVAL, err(recv(self->s, &byte, 1, MSG_OOB)));
	ASSERT_EQ(2, send_str(self->c, "aU", MSG_OOB));
	ASSERT_TRUE(wait_pri(self->s));
	EXPECT_STREQ("U", recv_str(self->s, 1, MSG_OOB | MSG_PEEK));
	EXPECT_STREQ("U", recv_str(self->s, 1, MSG_OOB | MSG_PEEK));
	EXPECT_EQ(POLLIN | POLLPRI, events(self->s));
	EXPECT_STREQ("U", recv_str(self->s, 1, MSG_OOB));
	EXPECT_EQ(EINVAL, err(recv(self->s, &byte, 1, MSG_OOB)));
	EXPECT_EQ(POLLIN, events(self->s));
	EXPECT_STREQ("a", recv_str(self->s, 10, 0));
	EXPECT_EQ(EINVAL, err(recv(self->s, &byte, 1, MSG_OOB)));
}

/* Read past without having been read: it is gone */
TEST_F(urgent, missed)
{
	char byte;

	ASSERT_EQ(1, send_str(self->c, "U", MSG_OOB));
	ASSERT_EQ(1, send_str(self->c, "b", 0));
	ASSERT_TRUE(wait_pri(self->s));
	EXPECT_TRUE(wait_in(self->s));
	EXPECT_STREQ("b", recv_str(self->s, 10, 0));
	EXPECT_EQ(EINVAL, err(recv(self->s, &byte, 1, MSG_OOB)));
	EXPECT_EQ(0, events(self->s));
}

/* What recvmsg() says of it, and a buffer without room, and none at all */
TEST_F(urgent, message_flags)
{
	char byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	ASSERT_EQ(1, send_str(self->c, "U", MSG_OOB));
	ASSERT_TRUE(wait_pri(self->s));
	EXPECT_EQ(1, recvmsg(self->s, &msg, MSG_OOB | MSG_PEEK));
	EXPECT_EQ(MSG_OOB, msg.msg_flags);
	EXPECT_EQ('U', byte);
	byte = 0;
	EXPECT_EQ(1, recv(self->s, &byte, 1, MSG_OOB | MSG_PEEK | MSG_TRUNC));
	EXPECT_EQ(0, byte);
	EXPECT_EQ(EFAULT, err(recv(self->s, (void *)8, 1, MSG_OOB | MSG_PEEK)));
	iov.iov_len = 0;
	EXPECT_EQ(0, recvmsg(self->s, &msg, MSG_OOB));
	EXPECT_EQ(MSG_OOB | MSG_TRUNC, msg.msg_flags);
	EXPECT_EQ(EINVAL, err(recv(self->s, &byte, 1, MSG_OOB)));
}

/* A second one before the first was read takes the mark with it */
TEST_F(urgent, newer)
{
	ASSERT_EQ(2, send_str(self->c, "aU", MSG_OOB));
	ASSERT_TRUE(wait_pri(self->s));
	ASSERT_EQ(2, send_str(self->c, "bV", MSG_OOB));
	/* the first is an octet of the stream now */
	ASSERT_TRUE(wait_inq(self->s, 3));
	ASSERT_TRUE(wait_pri(self->s));
	EXPECT_STREQ("V", recv_str(self->s, 1, MSG_OOB));
	EXPECT_STREQ("aUb", recv_str(self->s, 10, 0));
	EXPECT_EQ(1, at_mark(self->s));
}

/* ... but not when the reader stands before the first: that is dropped */
TEST_F(urgent, newer_at_mark)
{
	ASSERT_EQ(2, send_str(self->c, "aU", MSG_OOB));
	ASSERT_TRUE(wait_pri(self->s));
	EXPECT_STREQ("a", recv_str(self->s, 10, 0));
	EXPECT_EQ(1, at_mark(self->s));
	ASSERT_EQ(2, send_str(self->c, "bV", MSG_OOB));
	ASSERT_TRUE(wait_inq(self->s, 1));
	EXPECT_STREQ("V", recv_str(self->s, 1, MSG_OOB));
	EXPECT_STREQ("b", recv_str(self->s, 10, 0));
	EXPECT_EQ(1, at_mark(self->s));
}

/* A peek stops at the mark too, and one from there looks over it */
TEST_F(urgent, peek)
{
	ASSERT_EQ(3, send_str(self->c, "abU", MSG_OOB));
	ASSERT_EQ(2, send_str(self->c, "cd", 0));
	ASSERT_TRUE(wait_pri(self->s));
	EXPECT_STREQ("ab", recv_str(self->s, 10, MSG_PEEK));
	EXPECT_STREQ("ab", recv_str(self->s, 10, 0));
	EXPECT_TRUE(wait_in(self->s));
	EXPECT_STREQ("cd", recv_str(self->s, 10, MSG_PEEK));
	EXPECT_EQ(1, at_mark(self->s));
	EXPECT_STREQ("U", recv_str(self->s, 1, MSG_OOB));
	EXPECT_STREQ("cd", recv_str(self->s, 10, 0));
}

/* Not even MSG_WAITALL passes the mark */
TEST_F(urgent, waitall)
{
	char buf[10] = {};

	ASSERT_EQ(3, send_str(self->c, "abU", MSG_OOB));
	ASSERT_EQ(2, send_str(self->c, "cd", 0));
	ASSERT_TRUE(wait_pri(self->s));
	EXPECT_EQ(2, recv(self->s, buf, sizeof(buf), MSG_WAITALL));
	EXPECT_STREQ("ab", buf);
	EXPECT_EQ(2, recv(self->s, buf, 2, MSG_WAITALL));
	EXPECT_STREQ("cd", buf);
}

/* SO_RCVLOWAT counts the octet at the mark, which read() will not give */
TEST_F(urgent, low_water_mark)
{
	ASSERT_EQ(0, opt_set(self->s, SOL_SOCKET, SO_RCVLOWAT, 3));
	ASSERT_EQ(1, send_str(self->c, "U", MSG_OOB));
	ASSERT_EQ(2, send_str(self->c, "ab", 0));
	ASSERT_TRUE(wait_pri(self->s));
	sleep_ms(50);
	EXPECT_EQ(POLLPRI, events(self->s));
	ASSERT_EQ(1, send_str(self->c, "c", 0));
	EXPECT_TRUE(wait_in(self->s));
	EXPECT_STREQ("abc", recv_str(self->s, 10, 0));
}

/* The octet is the last of a send of any length, and no other is missing */
TEST_F(urgent, long_send)
{
	uint8_t byte = 0;

	ASSERT_EQ(10000, send_pattern(self->c, 10000, 0));
	pattern_fill(&byte, 1, 10000);
	ASSERT_EQ(1, send(self->c, &byte, 1, MSG_OOB));
	ASSERT_EQ(10000, send_pattern(self->c, 10000, 10001));
	ASSERT_TRUE(wait_pri(self->s));
	EXPECT_EQ(10000, recv_pattern(self->s, 10000, 0));
	EXPECT_EQ(1, at_mark(self->s));
	byte = 0;
	EXPECT_EQ(1, recv(self->s, &byte, 1, MSG_OOB));
	EXPECT_EQ(pattern(10000), byte);
	EXPECT_EQ(10000, recv_pattern(self->s, 10000, 10001));
}

static ssize_t run_send_urgent(struct job *job)
{
	uint8_t *buf = malloc(job->len);
	ssize_t rc;

	pattern_fill(buf, job->len, 0);
	rc = send(job->fd, buf, job->len, MSG_OOB);
	free(buf);
	return rc;
}

/*
 * A mark that is far ahead: more than the 16 bits of the pointer, more than
 * the buffers, and the writer asleep meanwhile. He is woken, and no octet but
 * the last is ever missing.
 *
 * Proves: MUST-31
 */
TEST_F(urgent, far_ahead)
{
	struct job tx = { .fd = self->c, .len = 3000000 };
	uint8_t byte = 0, *buf = malloc(tx.len);
	size_t got = 0;
	ssize_t n;

	ASSERT_EQ(0, opt_set(self->s, SOL_SOCKET, SO_OOBINLINE, 1));
	ASSERT_EQ(0, job_start(&tx, run_send_urgent));
	while (got < tx.len) {
		n = recv(self->s, buf + got, tx.len - got, 0);
		ASSERT_LT(0, n);
		got += n;
	}
	EXPECT_TRUE(pattern_ok(buf, got, 0));
	EXPECT_EQ(tx.len, job_wait(&tx));
	ASSERT_EQ(1, send(self->c, "x", 1, 0));
	EXPECT_EQ(1, recv(self->s, &byte, 1, 0));
	EXPECT_EQ('x', byte);
	free(buf);
}

/* ------------------------------------------------------------------- signals */

/*
 * SIGURG for each pointer that is news, to whom F_SETOWN names, and none for
 * ordinary data.
 *
 * Proves: MUST-32, UR-3
 */
TEST_F(urgent, signal)
{
	char byte;
	int i;

	ASSERT_EQ(0, signal_count(SIGURG, SA_RESTART));
	ASSERT_EQ(0, fcntl(self->s, F_SETOWN, getpid()));
	ASSERT_EQ(1, send_str(self->c, "a", 0));
	EXPECT_TRUE(wait_inq(self->s, 1));
	EXPECT_EQ(0, signals_seen());
	ASSERT_EQ(1, send_str(self->c, "U", MSG_OOB));
	for (i = 0; i < 100 && !signals_seen(); i++)
		sleep_ms(20);
	ASSERT_TRUE(wait_pri(self->s));
	EXPECT_EQ(1, signals_seen());
	ASSERT_EQ(1, send_str(self->c, "b", 0));
	EXPECT_EQ(1, recv(self->s, &byte, 1, 0));
	EXPECT_EQ(1, recv(self->s, &byte, 1, 0));
	EXPECT_EQ(1, signals_seen());
	ASSERT_EQ(1, send_str(self->c, "V", MSG_OOB));
	for (i = 0; i < 100 && signals_seen() < 2; i++)
		sleep_ms(20);
	EXPECT_EQ(2, signals_seen());
}

/* A reader asleep in recv() has nothing of it, and sleeps on */
TEST_F(urgent, sleeper)
{
	struct job rx = { .fd = self->s };

	ASSERT_EQ(0, job_start(&rx, run_recv_once));
	sleep_ms(50);
	ASSERT_EQ(1, send_str(self->c, "U", MSG_OOB));
	sleep_ms(100);
	EXPECT_FALSE(job_done(&rx));
	ASSERT_EQ(1, send_str(self->c, "a", 0));
	EXPECT_EQ(1, job_wait(&rx));
}

/* ------------------------------------------------------------------ in line */

/*
 * With SO_OOBINLINE nothing is left out, a read still stops before the octet,
 * and MSG_OOB is no way to it.
 *
 * Proves: UR-2, UR-6
 */
TEST_F(urgent, in_line)
{
	char byte;

	ASSERT_EQ(0, opt_set(self->s, SOL_SOCKET, SO_OOBINLINE, 1));
	ASSERT_EQ(3, send_str(self->c, "abU", MSG_OOB));
	ASSERT_EQ(2, send_str(self->c, "cd", 0));
	ASSERT_TRUE(wait_inq(self->s, 5));
	EXPECT_EQ(POLLIN | POLLPRI, events(self->s));
	EXPECT_EQ(EINVAL, err(recv(self->s, &byte, 1, MSG_OOB)));
	EXPECT_STREQ("ab", recv_str(self->s, 10, 0));
	EXPECT_EQ(1, at_mark(self->s));
	EXPECT_STREQ("Ucd", recv_str(self->s, 10, 0));
	EXPECT_EQ(0, at_mark(self->s));
	EXPECT_EQ(0, events(self->s));
}

/* Turned on when the octet is there already */
TEST_F(urgent, in_line_late)
{
	ASSERT_EQ(2, send_str(self->c, "aU", MSG_OOB));
	ASSERT_TRUE(wait_pri(self->s));
	EXPECT_EQ(1, inq(self->s));
	ASSERT_EQ(0, opt_set(self->s, SOL_SOCKET, SO_OOBINLINE, 1));
	EXPECT_EQ(2, inq(self->s));
	EXPECT_STREQ("a", recv_str(self->s, 10, 0));
	EXPECT_STREQ("U", recv_str(self->s, 10, 0));
}

/* ------------------------------------------------------------ windows, ends */

/*
 * With the reader's window shut the mark gets through all the same.
 *
 * Proves: MUST-66
 */
TEST_F(urgent, shut_window)
{
	size_t sent;
	uint8_t byte = 0;

	ASSERT_EQ(0, signal_count(SIGURG, SA_RESTART));
	ASSERT_EQ(0, fcntl(self->s, F_SETOWN, getpid()));
	sent = fill_until_blocked(self->c);
	ASSERT_EQ(0, opt_set(self->c, SOL_SOCKET, SO_SNDBUFFORCE, 32 << 20));
	ASSERT_EQ(1, send_str(self->c, "U", MSG_OOB));
	EXPECT_EQ(sent, recv_pattern(self->s, sent, 0));
	ASSERT_TRUE(wait_pri(self->s));
	/* more than one: a pointer that is cut to 16 bits moves as we read */
	EXPECT_LE(1, signals_seen());
	EXPECT_EQ(1, recv(self->s, &byte, 1, MSG_OOB));
	EXPECT_EQ('U', byte);
}

/* The end of the stream behind the octet, which can still be read */
TEST_F(urgent, then_fin)
{
	char byte;

	ASSERT_EQ(2, send_str(self->c, "aU", MSG_OOB));
	ASSERT_EQ(0, shutdown(self->c, SHUT_WR));
	ASSERT_TRUE(wait_pri(self->s));
	EXPECT_STREQ("a", recv_str(self->s, 10, 0));
	EXPECT_STREQ("", recv_str(self->s, 10, 0));
	EXPECT_EQ(EINVAL, err(recv(self->s, &byte, 1, MSG_OOB)));
}

TEST_F(urgent, fin_and_then_read)
{
	ASSERT_EQ(2, send_str(self->c, "aU", MSG_OOB));
	ASSERT_EQ(0, shutdown(self->c, SHUT_WR));
	ASSERT_TRUE(wait_pri(self->s));
	EXPECT_STREQ("a", recv_str(self->s, 10, 0));
	EXPECT_STREQ("U", recv_str(self->s, 10, MSG_OOB));
	EXPECT_STREQ("", recv_str(self->s, 10, 0));
}

/* An octet that nobody has read is unread data: closing resets */
TEST_F(urgent, close_unread)
{
	char byte;

	ASSERT_EQ(1, send_str(self->c, "U", MSG_OOB));
	ASSERT_TRUE(wait_pri(self->s));
	close(self->s);
	self->s = -1;
	EXPECT_EQ(ECONNRESET, err(recv(self->c, &byte, 1, 0)));
}

/* Sockets that have no stream */
TEST_F(urgent, not_connected)
{
	int fd = tcp_socket(0), lfd = tcp_socket(0);
	char byte;

	EXPECT_EQ(EINVAL, err(recv(fd, &byte, 1, MSG_OOB)));
	EXPECT_EQ(EPIPE, err(send(fd, "U", 1, MSG_OOB | MSG_NOSIGNAL)));
	EXPECT_EQ(0, at_mark(fd));
	ASSERT_LE(0, listen_on(lfd, PORT, 1));
	EXPECT_EQ(ENOTCONN, err(recv(lfd, &byte, 1, MSG_OOB)));
	EXPECT_EQ(0, at_mark(lfd));
}

TEST_F(urgent, after_shutdown)
{
	ASSERT_EQ(0, shutdown(self->c, SHUT_WR));
	EXPECT_EQ(EPIPE, err(send(self->c, "U", 1, MSG_OOB | MSG_NOSIGNAL)));
}

TEST_HARNESS_MAIN
