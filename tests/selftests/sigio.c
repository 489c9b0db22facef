// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signal-driven I/O: who sets O_ASYNC is told by a signal of what poll() would
 * say. With F_SETSIG the signals queue up and name socket and event.
 */
#include "mini_harness.h"

FIXTURE(sigio) {
	int fd[2];
	int c;		/* the end that connected */
	int s;		/* the end that accepted */
	sigset_t set;
};

FIXTURE_VARIANT(sigio) {
	struct row own;
	struct row peer;
};

FIXTURE_VARIANT_ADD(sigio, inet) { ROW_INET, ROW_INET };
FIXTURE_VARIANT_ADD(sigio, mini) { ROW_MINI, ROW_MINI };
FIXTURE_VARIANT_ADD(sigio, mini253) { ROW_MINI253, ROW_MINI253 };

/* Blocked, so that sigtimedwait() has them */
FIXTURE_SETUP(sigio)
{
	ASSERT_EQ(0, net_setup(variant->own, variant->peer));
	ASSERT_EQ(0, tcp_pair_small(self->fd, 16384, 16384));
	self->c = self->fd[0];
	self->s = self->fd[1];
	sigemptyset(&self->set);
	sigaddset(&self->set, SIGRTMIN);
	ASSERT_EQ(0, sigprocmask(SIG_BLOCK, &self->set, NULL));
}

FIXTURE_TEARDOWN(sigio)
{
	close(self->c);
	close(self->s);
}

static int flags_set(int fd, int on, int off)
{
	return fcntl(fd, F_SETFL, (fcntl(fd, F_GETFL) | on) & ~off);
}

/* Each event of fd raises SIGRTMIN from now on */
static int sigio_on(int fd)
{
	if (fcntl(fd, F_SETOWN, getpid()) || fcntl(fd, F_SETSIG, SIGRTMIN))
		return -1;
	return flags_set(fd, O_ASYNC, 0);
}

/* The events of the next signal, all of fd; 0 when none comes in time */
static long next_band(const sigset_t *set, int fd, int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };
	siginfo_t info;

	if (sigtimedwait(set, &info, &ts) != SIGRTMIN)
		return 0;
	return info.si_fd == fd ? info.si_band : -1;
}

/* Until a signal says so; others may come before */
static bool wait_band(const sigset_t *set, int fd, long want)
{
	long band;

	do {
		band = next_band(set, fd, WAIT_MS);
		if (band < 0)
			return false;
	} while (band && !(band & want));
	return band;
}

/* Nothing comes any more */
static bool is_quiet(const sigset_t *set, int fd)
{
	return !next_band(set, fd, MOMENT_MS);
}

static void forget(const sigset_t *set, int fd)
{
	while (next_band(set, fd, MOMENT_MS))
		;
}

TEST_F(sigio, readable)
{
	int i;

	ASSERT_EQ(0, sigio_on(self->s));
	EXPECT_TRUE(is_quiet(&self->set, self->s));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(10, send_pattern(self->c, 10, 0));
		EXPECT_TRUE(wait_band(&self->set, self->s, POLLIN));
		EXPECT_EQ(10, recv_pattern(self->s, 10, 0));
		forget(&self->set, self->s);
	}
}

/* Without F_SETSIG it is SIGIO, which says no more */
TEST_F(sigio, plain)
{
	ASSERT_EQ(0, signal_count(SIGIO, 0));
	ASSERT_EQ(0, fcntl(self->s, F_SETOWN, getpid()));
	ASSERT_EQ(0, flags_set(self->s, O_ASYNC, 0));
	EXPECT_EQ(getpid(), fcntl(self->s, F_GETOWN));
	ASSERT_EQ(1, send(self->c, "x", 1, 0));
	EXPECT_TRUE(wait_signals(1));
}

/* The same by ioctl(2), as of old */
TEST_F(sigio, by_ioctl)
{
	int on = 1, owner = getpid();

	ASSERT_EQ(0, signal_count(SIGIO, 0));
	ASSERT_EQ(0, ioctl(self->s, FIOASYNC, &on));
	ASSERT_EQ(0, ioctl(self->s, SIOCSPGRP, &owner));
	owner = 0;
	ASSERT_EQ(0, ioctl(self->s, SIOCGPGRP, &owner));
	EXPECT_EQ(getpid(), owner);
	EXPECT_TRUE(fcntl(self->s, F_GETFL) & O_ASYNC);
	ASSERT_EQ(1, send(self->c, "x", 1, 0));
	EXPECT_TRUE(wait_signals(1));
}

TEST_F(sigio, off)
{
	ASSERT_EQ(0, sigio_on(self->s));
	ASSERT_EQ(0, flags_set(self->s, 0, O_ASYNC));
	ASSERT_EQ(10, send_pattern(self->c, 10, 0));
	ASSERT_TRUE(wait_inq(self->s, 10));
	EXPECT_TRUE(is_quiet(&self->set, self->s));
}

/* No owner, no signal */
TEST_F(sigio, nobody)
{
	ASSERT_EQ(0, sigio_on(self->s));
	ASSERT_EQ(0, fcntl(self->s, F_SETOWN, 0));
	ASSERT_EQ(10, send_pattern(self->c, 10, 0));
	ASSERT_TRUE(wait_inq(self->s, 10));
	EXPECT_TRUE(is_quiet(&self->set, self->s));
}

/* Too little for SO_RCVLOWAT is no event */
TEST_F(sigio, rcvlowat)
{
	ASSERT_EQ(0, opt_set(self->s, SOL_SOCKET, SO_RCVLOWAT, 100));
	ASSERT_EQ(0, sigio_on(self->s));
	ASSERT_EQ(99, send_pattern(self->c, 99, 0));
	ASSERT_TRUE(wait_inq(self->s, 99));
	EXPECT_TRUE(is_quiet(&self->set, self->s));
	ASSERT_EQ(1, send_pattern(self->c, 1, 99));
	EXPECT_TRUE(wait_band(&self->set, self->s, POLLIN));
}

TEST_F(sigio, peer_fin)
{
	ASSERT_EQ(0, sigio_on(self->s));
	ASSERT_EQ(0, shutdown(self->c, SHUT_WR));
	EXPECT_TRUE(wait_band(&self->set, self->s, POLLIN));
}

/* The second FIN ends the connection: that is a hang-up */
TEST_F(sigio, last_fin)
{
	ASSERT_EQ(0, shutdown(self->s, SHUT_WR));
	ASSERT_NE(0, poll_for(self->c, POLLRDHUP, WAIT_MS));
	ASSERT_TRUE(wait_state(self->s, TCP_FIN_WAIT2));
	ASSERT_EQ(0, sigio_on(self->s));
	ASSERT_EQ(0, shutdown(self->c, SHUT_WR));
	EXPECT_TRUE(wait_band(&self->set, self->s, POLLHUP));
}

TEST_F(sigio, reset)
{
	ASSERT_EQ(0, sigio_on(self->s));
	ASSERT_EQ(0, set_linger(self->c, 1, 0));
	close(self->c);
	EXPECT_TRUE(wait_band(&self->set, self->s, POLLERR));
}

/* After a write that did not fit, once a third of the buffer is free */
TEST_F(sigio, writable)
{
	size_t len = fill_until_blocked(self->c);

	ASSERT_EQ(0, sigio_on(self->c));
	EXPECT_EQ(EAGAIN, err(send(self->c, "x", 1, MSG_DONTWAIT)));
	EXPECT_TRUE(is_quiet(&self->set, self->c));
	EXPECT_EQ(len, recv_pattern(self->s, len, 0));
	EXPECT_TRUE(wait_band(&self->set, self->c, POLLOUT));
}

TEST_F(sigio, connected)
{
	int lfd = peer_socket(0), fd = tcp_socket(SOCK_NONBLOCK);

	ASSERT_LE(0, listen_on(lfd, PORT, 1));
	ASSERT_EQ(0, sigio_on(fd));
	EXPECT_EQ(EINPROGRESS, err(connect4(fd, ADDR_LO, PORT)));
	EXPECT_TRUE(wait_band(&self->set, fd, POLLOUT));
}

TEST_F(sigio, refused)
{
	int fd = tcp_socket(SOCK_NONBLOCK);

	ASSERT_EQ(0, sigio_on(fd));
	EXPECT_EQ(EINPROGRESS, err(connect4(fd, ADDR_LO, PORT)));
	EXPECT_TRUE(wait_band(&self->set, fd, POLLERR));
}

/* The listener tells of a connection; those it gives are not asked for */
TEST_F(sigio, accept)
{
	int lfd = peer_socket(0), fd;

	ASSERT_LE(0, listen_on(lfd, PORT, 1));
	ASSERT_EQ(0, sigio_on(lfd));
	EXPECT_TRUE(is_quiet(&self->set, lfd));
	ASSERT_LE(0, dial(PORT));
	EXPECT_TRUE(wait_band(&self->set, lfd, POLLIN));
	fd = accept(lfd, NULL, NULL);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, fcntl(fd, F_GETFL) & O_ASYNC);
}

/* The signal goes to its owner, here another process */
TEST_F(sigio, owner)
{
	struct timespec ts = { WAIT_MS / 1000, 0 };
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(sigtimedwait(&self->set, NULL, &ts) != SIGRTMIN);
	ASSERT_LT(0, pid);
	ASSERT_EQ(0, sigio_on(self->s));
	ASSERT_EQ(0, fcntl(self->s, F_SETOWN, pid));
	ASSERT_EQ(1, send(self->c, "x", 1, 0));
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_TRUE(is_quiet(&self->set, self->s));
}

TEST_HARNESS_MAIN
