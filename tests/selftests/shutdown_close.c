// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of a connection: shutdown(2) each way, close(2), SO_LINGER, resets,
 * and a peer that is not there any more.
 */
#include <sys/prctl.h>
#include "mini_harness.h"

FIXTURE(shutdown_close) {
	int fd[2];
	int c;		/* the end that connected */
	int s;		/* the end that accepted */
};

FIXTURE_VARIANT(shutdown_close) {
	struct row own;
	struct row peer;
};

FIXTURE_VARIANT_ADD(shutdown_close, inet) { ROW_INET, ROW_INET };
FIXTURE_VARIANT_ADD(shutdown_close, mini) { ROW_MINI, ROW_MINI };
FIXTURE_VARIANT_ADD(shutdown_close, mini253) { ROW_MINI253, ROW_MINI253 };
FIXTURE_VARIANT_ADD(shutdown_close, mini_to_inet) { ROW_MINI, ROW_INET };
FIXTURE_VARIANT_ADD(shutdown_close, inet_to_mini) { ROW_INET, ROW_MINI };

FIXTURE_SETUP(shutdown_close)
{
	ASSERT_EQ(0, net_setup(variant->own, variant->peer));
	ASSERT_EQ(0, tcp_pair(self->fd));
	self->c = self->fd[0];
	self->s = self->fd[1];
}

FIXTURE_TEARDOWN(shutdown_close)
{
	close(self->c);
	close(self->s);
}

/* What one end, once it knows that all is over, answers to everything */
static void expect_reset(struct __test_metadata *_metadata, int fd)
{
	char byte = 0;

	EXPECT_EQ(ECONNRESET, err(recv(fd, &byte, 1, 0)));
	EXPECT_EQ(0, recv(fd, &byte, 1, 0));
	EXPECT_EQ(EPIPE, err(send(fd, &byte, 1, MSG_NOSIGNAL)));
	EXPECT_EQ(ENOTCONN, err(shutdown(fd, SHUT_RDWR)));
}

/* ---------------------------------------------------------------- shutdown */

TEST_F(shutdown_close, bad_how)
{
	EXPECT_EQ(EINVAL, err(shutdown(self->c, 3)));
	EXPECT_EQ(EINVAL, err(shutdown(self->c, -1)));
	EXPECT_EQ(10, send_pattern(self->c, 10, 0));
	EXPECT_EQ(10, recv_pattern(self->s, 10, 0));
}

TEST_F(shutdown_close, unconnected)
{
	int fd = tcp_socket(0);
	int how;

	for (how = 0; how < 3; how++)
		EXPECT_EQ(ENOTCONN, err(shutdown(fd, how)));
	EXPECT_EQ(EINVAL, err(shutdown(fd, 3)));
}

TEST_F(shutdown_close, half_close)
{
	char byte = 0;

	EXPECT_EQ(5000, send_pattern(self->c, 5000, 0));
	ASSERT_EQ(0, shutdown(self->c, SHUT_WR));
	EXPECT_EQ(EPIPE, err(send(self->c, &byte, 1, MSG_NOSIGNAL)));
	EXPECT_EQ(5000, recv_pattern(self->s, 10000, 0));
	EXPECT_EQ(0, recv(self->s, &byte, 1, 0));
	EXPECT_EQ(0, recv(self->s, &byte, 1, MSG_DONTWAIT));
	EXPECT_EQ(50000, send_pattern(self->s, 50000, 0));
	EXPECT_EQ(50000, recv_pattern(self->c, 50000, 0));
	EXPECT_EQ(EAGAIN, err(recv(self->c, &byte, 1, MSG_DONTWAIT)));
	ASSERT_EQ(0, shutdown(self->s, SHUT_WR));
	EXPECT_EQ(0, recv(self->c, &byte, 1, 0));
}

/* A megabyte after the peer has shut its side, with its windows and ACKs */
TEST_F(shutdown_close, half_close_bulk)
{
	struct job tx = { .fd = self->s, .len = 1 << 20 };

	ASSERT_EQ(0, shutdown(self->c, SHUT_WR));
	ASSERT_EQ(0, job_start(&tx, run_send));
	EXPECT_EQ(1 << 20, recv_pattern(self->c, 1 << 20, 0));
	EXPECT_EQ(1 << 20, job_wait(&tx));
}

/* The FIN comes after all data, window or not */
TEST_F(shutdown_close, fin_after_data)
{
	size_t len = fill_until_blocked(self->c);
	char byte;

	ASSERT_EQ(0, shutdown(self->c, SHUT_WR));
	EXPECT_EQ(len, recv_pattern(self->s, len + 1, 0));
	EXPECT_EQ(0, recv(self->s, &byte, 1, 0));
}

TEST_F(shutdown_close, twice)
{
	char byte;

	EXPECT_EQ(0, shutdown(self->c, SHUT_WR));
	EXPECT_EQ(0, shutdown(self->c, SHUT_WR));
	EXPECT_EQ(0, shutdown(self->c, SHUT_RD));
	EXPECT_EQ(0, shutdown(self->c, SHUT_RDWR));
	EXPECT_EQ(0, recv(self->s, &byte, 1, 0));
}

/* Shut by both sides, the connection is closed: TIME_WAIT is not a socket */
TEST_F(shutdown_close, both_then_again)
{
	char byte;

	ASSERT_EQ(0, shutdown(self->c, SHUT_WR));
	EXPECT_EQ(0, recv(self->s, &byte, 1, 0));
	ASSERT_EQ(0, shutdown(self->s, SHUT_WR));
	EXPECT_EQ(0, recv(self->c, &byte, 1, 0));
	ASSERT_TRUE(wait_state(self->c, TCP_CLOSE));
	ASSERT_TRUE(wait_state(self->s, TCP_CLOSE));
	EXPECT_EQ(ENOTCONN, err(shutdown(self->c, SHUT_WR)));
	EXPECT_EQ(ENOTCONN, err(shutdown(self->s, SHUT_WR)));
	EXPECT_EQ(-1, peer_port(self->c));
	EXPECT_EQ(ENOTCONN, errno);
	EXPECT_EQ(0, recv(self->c, &byte, 1, 0));
	EXPECT_EQ(EPIPE, err(send(self->c, &byte, 1, MSG_NOSIGNAL)));
	EXPECT_EQ(0, opt_get(self->c, SOL_SOCKET, SO_ERROR));
}

/* SHUT_RD tells the peer nothing, and what still comes can be read */
TEST_F(shutdown_close, read_side)
{
	char byte;

	EXPECT_EQ(100, send_pattern(self->s, 100, 0));
	ASSERT_TRUE(wait_inq(self->c, 100));
	ASSERT_EQ(0, shutdown(self->c, SHUT_RD));
	EXPECT_EQ(100, recv_pattern(self->c, 100, 0));
	EXPECT_EQ(0, recv(self->c, &byte, 1, 0));
	EXPECT_EQ(100, send_pattern(self->s, 100, 100));
	ASSERT_TRUE(wait_inq(self->c, 100));
	EXPECT_EQ(100, recv_pattern(self->c, 100, 100));
	EXPECT_EQ(0, recv(self->c, &byte, 1, 0));
	EXPECT_EQ(100, send_pattern(self->c, 100, 0));
	EXPECT_EQ(100, recv_pattern(self->s, 100, 0));
}

TEST_F(shutdown_close, read_side_wakes)
{
	struct job job = { .fd = self->c };

	ASSERT_EQ(0, job_start(&job, run_recv_once));
	ASSERT_TRUE(job_asleep(&job));
	ASSERT_EQ(0, shutdown(self->c, SHUT_RD));
	EXPECT_EQ(0, job_wait(&job));
}

TEST_F(shutdown_close, both_sides_wake)
{
	struct job rx = { .fd = self->c };
	struct job tx = { .fd = self->c, .len = 1 << 20 };

	EXPECT_LT(0, fill_until_blocked(self->c));
	ASSERT_EQ(0, job_start(&rx, run_recv_once));
	ASSERT_EQ(0, job_start(&tx, run_send));
	ASSERT_TRUE(job_asleep(&rx));
	ASSERT_TRUE(job_asleep(&tx));
	ASSERT_EQ(0, shutdown(self->c, SHUT_RDWR));
	EXPECT_EQ(0, job_wait(&rx));
	EXPECT_EQ(-1, job_wait(&tx));
	EXPECT_EQ(EPIPE, tx.err);
}

TEST_F(shutdown_close, both_sides)
{
	char byte = 0;

	ASSERT_EQ(0, shutdown(self->c, SHUT_RDWR));
	EXPECT_EQ(0, recv(self->c, &byte, 1, 0));
	EXPECT_EQ(EPIPE, err(send(self->c, &byte, 1, MSG_NOSIGNAL)));
	EXPECT_EQ(0, recv(self->s, &byte, 1, 0));
	EXPECT_LT(0, peer_port(self->c));
}

/* ------------------------------------------------------------------- close */

TEST_F(shutdown_close, close_is_eof)
{
	char byte;

	close(self->c);
	EXPECT_EQ(0, recv(self->s, &byte, 1, 0));
	EXPECT_EQ(0, recv(self->s, &byte, 1, 0));
}

/*
 * Into a connection the peer has closed: the first send goes out and is
 * answered by a reset. In CLOSE_WAIT a reset is EPIPE, and recv() still says
 * end of file.
 */
TEST_F(shutdown_close, send_to_closed)
{
	char byte = 0;

	close(self->c);
	EXPECT_EQ(0, recv(self->s, &byte, 1, 0));
	EXPECT_EQ(1, send(self->s, &byte, 1, MSG_NOSIGNAL));
	EXPECT_EQ(POLLERR | POLLHUP, poll_for(self->s, 0, WAIT_MS));
	EXPECT_EQ(0, recv(self->s, &byte, 1, 0));
	EXPECT_EQ(EPIPE, opt_get(self->s, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(EPIPE, err(send(self->s, &byte, 1, MSG_NOSIGNAL)));
}

/*
 * RFC 2525 2.17: what nobody read is answered by a reset, not by a FIN
 * Proves: SHLD-3
 */
TEST_F(shutdown_close, unread_data)
{
	EXPECT_EQ(100, send_pattern(self->s, 100, 0));
	ASSERT_TRUE(wait_inq(self->c, 100));
	close(self->c);
	expect_reset(_metadata, self->s);
}

TEST_F(shutdown_close, unread_rest)
{
	EXPECT_EQ(100, send_pattern(self->s, 100, 0));
	EXPECT_EQ(99, recv_pattern(self->c, 99, 0));
	ASSERT_TRUE(wait_inq(self->c, 1));
	close(self->c);
	expect_reset(_metadata, self->s);
}

/*
 * ... and so is what comes after the close
 * Proves: SHLD-3
 */
TEST_F(shutdown_close, data_after_close)
{
	close(self->c);
	EXPECT_EQ(100, send_pattern(self->s, 100, 0));
	EXPECT_EQ(POLLERR | POLLHUP, poll_for(self->s, 0, WAIT_MS));
}

/* A FIN is not unread data */
TEST_F(shutdown_close, unread_fin)
{
	char byte;

	ASSERT_EQ(0, shutdown(self->s, SHUT_WR));
	ASSERT_NE(0, poll_for(self->c, POLLRDHUP, WAIT_MS));
	close(self->c);
	EXPECT_EQ(0, recv(self->s, &byte, 1, 0));
	EXPECT_EQ(0, opt_get(self->s, SOL_SOCKET, SO_ERROR));
}

TEST_F(shutdown_close, pending_data)
{
	size_t len = fill_until_blocked(self->c);
	char byte;

	close(self->c);
	EXPECT_EQ(len, recv_pattern(self->s, len + 1, 0));
	EXPECT_EQ(0, recv(self->s, &byte, 1, 0));
	EXPECT_EQ(0, opt_get(self->s, SOL_SOCKET, SO_ERROR));
}

/* Both ends close with nobody waiting: simultaneous close is no error */
TEST_F(shutdown_close, both_ends)
{
	int i, fd[2];

	for (i = 0; i < 10; i++) {
		ASSERT_EQ(0, tcp_pair(fd));
		EXPECT_EQ(0, close(fd[i % 2]));
		EXPECT_EQ(0, close(fd[!(i % 2)]));
	}
}

/* A process that is killed closes what it had */
TEST_F(shutdown_close, killed_process)
{
	char byte;
	pid_t pid;

	EXPECT_EQ(100, send_pattern(self->c, 100, 0));
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		_exit(0);
	}
	close(self->c);
	EXPECT_EQ(100, recv_pattern(self->s, 100, 0));
	sleep_ms(MOMENT_MS);
	EXPECT_EQ(EAGAIN, err(recv(self->s, &byte, 1, MSG_DONTWAIT)));
	ASSERT_EQ(0, kill(pid, SIGKILL));
	EXPECT_EQ(0, recv(self->s, &byte, 1, 0));
}

/* ------------------------------------------------------------------ linger */

TEST_F(shutdown_close, linger_zero)
{
	ASSERT_EQ(0, set_linger(self->c, 1, 0));
	close(self->c);
	expect_reset(_metadata, self->s);
}

/* ... throws away what was not sent */
TEST_F(shutdown_close, linger_zero_pending)
{
	size_t len = fill_until_blocked(self->c);
	ssize_t got = 0, rc;
	char buf[4096];

	ASSERT_EQ(0, set_linger(self->c, 1, 0));
	close(self->c);
	while ((rc = recv(self->s, buf, sizeof(buf), 0)) > 0)
		got += rc;
	EXPECT_EQ(ECONNRESET, err(rc));
	EXPECT_GT(len, got);
}

/* ... but not after a shutdown, whose FIN the peer has acknowledged */
TEST_F(shutdown_close, linger_zero_shut)
{
	char byte;

	ASSERT_EQ(0, shutdown(self->c, SHUT_WR));
	EXPECT_EQ(0, recv(self->s, &byte, 1, 0));
	ASSERT_TRUE(wait_state(self->c, TCP_FIN_WAIT2));
	ASSERT_EQ(0, set_linger(self->c, 1, 0));
	close(self->c);
	ASSERT_NE(0, poll_for(self->s, 0, WAIT_MS));
	EXPECT_EQ(EPIPE, err(send(self->s, &byte, 1, MSG_NOSIGNAL)));
}

/* All is acknowledged at once: no reason to wait */
TEST_F(shutdown_close, linger_idle)
{
	long start = now_ms();

	ASSERT_EQ(0, set_linger(self->c, 1, 100));
	EXPECT_EQ(1000, send_pattern(self->c, 1000, 0));
	EXPECT_EQ(0, close(self->c));
	EXPECT_GT(WAIT_MS, now_ms() - start);
	EXPECT_EQ(1000, recv_pattern(self->s, 2000, 0));
}

/* The peer does not read: close() waits its second, and the data lives on */
TEST_F(shutdown_close, linger_expires)
{
	size_t len = fill_until_blocked(self->c);
	long start = now_ms();

	ASSERT_EQ(0, set_linger(self->c, 1, 1));
	EXPECT_EQ(0, close(self->c));
	EXPECT_LE(800, now_ms() - start);
	EXPECT_GT(WAIT_MS, now_ms() - start);
	EXPECT_EQ(len, recv_pattern(self->s, len + 1, 0));
}

static ssize_t run_close(struct job *job)
{
	return close(job->fd);
}

/* The peer reads after a while: close() returns when all has arrived */
TEST_F(shutdown_close, linger_drains)
{
	struct job job = { .fd = self->c };
	size_t len = fill_until_blocked(self->c);
	long start = now_ms();

	ASSERT_EQ(0, set_linger(self->c, 1, 100));
	ASSERT_EQ(0, job_start(&job, run_close));
	ASSERT_TRUE(job_asleep(&job));
	EXPECT_EQ(len, recv_pattern(self->s, len + 1, 0));
	EXPECT_EQ(0, job_wait(&job));
	EXPECT_GT(WAIT_MS, now_ms() - start);
}

/* A nonblocking socket lingers like any other */
TEST_F(shutdown_close, linger_nonblock)
{
	long start;

	EXPECT_LT(0, fill_until_blocked(self->c));
	start = now_ms();
	ASSERT_EQ(0, set_nonblock(self->c, true));
	ASSERT_EQ(0, set_linger(self->c, 1, 1));
	EXPECT_EQ(0, close(self->c));
	EXPECT_LE(800, now_ms() - start);
}

/* A signal ends the wait; close() has no error to say so */
TEST_F(shutdown_close, linger_signal)
{
	long start;

	EXPECT_LT(0, fill_until_blocked(self->c));
	start = now_ms();
	ASSERT_EQ(0, set_linger(self->c, 1, 100));
	ASSERT_EQ(0, alarm_every(100, 0));
	EXPECT_EQ(0, close(self->c));
	ASSERT_EQ(0, alarm_every(0, 0));
	EXPECT_GT(WAIT_MS, now_ms() - start);
}

/* -------------------------------------------------------- the peer vanishes */

/* The link is down for a while: what was sent is sent again */
TEST_F(shutdown_close, link_down_and_up)
{
	ASSERT_EQ(0, link_set("lo", false));
	EXPECT_EQ(1000, send_pattern(self->c, 1000, 0));
	sleep_ms(300);
	ASSERT_EQ(0, link_set("lo", true));
	EXPECT_EQ(1000, recv_pattern(self->s, 1000, 0));
	EXPECT_EQ(1000, send_pattern(self->s, 1000, 0));
	EXPECT_EQ(1000, recv_pattern(self->c, 1000, 0));
}

/* ... and so is a FIN */
TEST_F(shutdown_close, link_down_close)
{
	char byte;

	ASSERT_EQ(0, link_set("lo", false));
	EXPECT_EQ(0, close(self->c));
	EXPECT_EQ(EAGAIN, err(recv(self->s, &byte, 1, MSG_DONTWAIT)));
	sleep_ms(200);
	ASSERT_EQ(0, link_set("lo", true));
	EXPECT_EQ(0, recv(self->s, &byte, 1, 0));
}

/* The peer is gone without a word: nothing to read, and no error either */
TEST_F(shutdown_close, vanished)
{
	char byte;

	ASSERT_EQ(0, link_set("lo", false));
	ASSERT_EQ(0, set_timeout(self->c, SO_RCVTIMEO, 400));
	EXPECT_EQ(1000, send_pattern(self->c, 1000, 0));
	EXPECT_EQ(EAGAIN, err(recv(self->c, &byte, 1, 0)));
	EXPECT_EQ(1000, send_pattern(self->c, 1000, 1000));
	EXPECT_LT(0, peer_port(self->c));
	EXPECT_EQ(0, opt_get(self->c, SOL_SOCKET, SO_ERROR));
}

TEST_HARNESS_MAIN
