// SPDX-License-Identifier: GPL-2.0-only
/*
 * listen(2) and accept(2): how many connections wait, in which order they
 * come out, who is woken, and what happens to them when the listener goes.
 */
#include <linux/filter.h>
#include "mini_harness.h"

FIXTURE(listen_accept) {
	int lfd;
};

FIXTURE_VARIANT(listen_accept) {
	struct row row;
};

FIXTURE_VARIANT_ADD(listen_accept, inet) { .row = ROW_INET };
FIXTURE_VARIANT_ADD(listen_accept, mini) { .row = ROW_MINI };
FIXTURE_VARIANT_ADD(listen_accept, mini253) { .row = ROW_MINI253 };

FIXTURE_SETUP(listen_accept)
{
	ASSERT_EQ(0, net_setup(variant->row, variant->row));
	self->lfd = tcp_socket(0);
	ASSERT_LE(0, self->lfd);
}

FIXTURE_TEARDOWN(listen_accept)
{
	close(self->lfd);
}

/* A socket whose connect() was started; whether it was answered is another */
static int dial_nonblock(void)
{
	int fd = tcp_socket(SOCK_NONBLOCK);

	if (err(connect4(fd, ADDR_LO, PORT)) == EINPROGRESS)
		return fd;
	close(fd);
	return -1;
}

static bool connected_within(int fd, int ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };

	return poll(&pfd, 1, ms) == 1 && pfd.revents == POLLOUT;
}

/*
 * Dial n times while lfd has room for so many. Those who find room must get in,
 * however long it takes; the others must not get in at once.
 */
static bool dial_many(int *fd, int n, int lfd, int room)
{
	int before = pending(lfd), i;

	for (i = 0; i < n; i++) {
		fd[i] = dial_nonblock();
		if (i >= room && connected_within(fd[i], 2 * MOMENT_MS))
			return false;
		if (i < room && !connected_within(fd[i], WAIT_MS))
			return false;
		if (i < room && !wait_pending(lfd, before + i + 1))
			return false;
	}
	return true;
}

TEST_F(listen_accept, accept_one)
{
	struct sockaddr_in addr, own;
	socklen_t len = sizeof(addr), own_len = sizeof(own);
	int cfd, fd;

	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	cfd = dial(PORT);
	ASSERT_LE(0, cfd);
	fd = accept(self->lfd, (struct sockaddr *)&addr, &len);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, getsockname(cfd, (struct sockaddr *)&own, &own_len));
	EXPECT_EQ(sizeof(addr), len);
	EXPECT_EQ(AF_INET, addr.sin_family);
	EXPECT_EQ(0, memcmp(&addr, &own, sizeof(addr)));
	EXPECT_EQ(PORT, local_port(fd));
	EXPECT_EQ(100, send_pattern(fd, 100, 0));
	EXPECT_EQ(100, recv_pattern(cfd, 100, 0));
}

TEST_F(listen_accept, address_null)
{
	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	ASSERT_LE(0, dial(PORT));
	EXPECT_LE(0, accept(self->lfd, NULL, NULL));
}

/* A short buffer is filled as far as it goes; the true length comes back */
TEST_F(listen_accept, address_short)
{
	struct sockaddr_in addr = { .sin_addr.s_addr = 0xeeeeeeee };
	socklen_t len = 4;

	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	ASSERT_LE(0, dial(PORT));
	ASSERT_LE(0, accept(self->lfd, (struct sockaddr *)&addr, &len));
	EXPECT_EQ(sizeof(addr), len);
	EXPECT_EQ(AF_INET, addr.sin_family);
	EXPECT_EQ(0xeeeeeeee, addr.sin_addr.s_addr);
}

TEST_F(listen_accept, in_order)
{
	int cfd[4], i;

	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	for (i = 0; i < 4; i++) {
		cfd[i] = dial(PORT);
		ASSERT_LE(0, cfd[i]);
	}
	for (i = 0; i < 4; i++) {
		int fd = accept(self->lfd, NULL, NULL);

		EXPECT_EQ(local_port(cfd[i]), peer_port(fd));
	}
}

TEST_F(listen_accept, accept4_flags)
{
	int flags[] = { 0, SOCK_NONBLOCK, SOCK_CLOEXEC,
			SOCK_NONBLOCK | SOCK_CLOEXEC };
	size_t i;
	int fd;

	ASSERT_LE(0, listen_on(self->lfd, PORT, 8));
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		ASSERT_LE(0, dial(PORT));
		fd = accept4(self->lfd, NULL, NULL, flags[i]);
		ASSERT_LE(0, fd);
		EXPECT_EQ(!!(flags[i] & SOCK_NONBLOCK),
			  !!(fcntl(fd, F_GETFL) & O_NONBLOCK));
		EXPECT_EQ(!!(flags[i] & SOCK_CLOEXEC),
			  !!(fcntl(fd, F_GETFD) & FD_CLOEXEC));
	}
	EXPECT_EQ(EINVAL, err(accept4(self->lfd, NULL, NULL, 1)));
}

/* O_NONBLOCK of the listener is not the connection's */
TEST_F(listen_accept, nonblock_not_inherited)
{
	int fd;

	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	ASSERT_EQ(0, set_nonblock(self->lfd, true));
	EXPECT_EQ(EAGAIN, err(accept(self->lfd, NULL, NULL)));
	ASSERT_LE(0, dial(PORT));
	ASSERT_TRUE(wait_pending(self->lfd, 1));
	fd = accept(self->lfd, NULL, NULL);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, fcntl(fd, F_GETFL) & O_NONBLOCK);
	EXPECT_EQ(EAGAIN, err(accept(self->lfd, NULL, NULL)));
}

TEST_F(listen_accept, options_inherited)
{
	int fd;

	opt_set(self->lfd, SOL_SOCKET, SO_KEEPALIVE, 1);
	opt_set(self->lfd, SOL_SOCKET, SO_RCVBUF, 40000);
	opt_set(self->lfd, IPPROTO_TCP, TCP_NODELAY, 1);
	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	ASSERT_LE(0, dial(PORT));
	fd = accept(self->lfd, NULL, NULL);
	ASSERT_LE(0, fd);
	EXPECT_EQ(1, opt_get(fd, SOL_SOCKET, SO_KEEPALIVE));
	EXPECT_EQ(80000, opt_get(fd, SOL_SOCKET, SO_RCVBUF));
	EXPECT_EQ(1, opt_get(fd, IPPROTO_TCP, TCP_NODELAY));
	EXPECT_EQ(1, opt_get(fd, SOL_SOCKET, SO_REUSEADDR));
	EXPECT_EQ(0, opt_get(fd, SOL_SOCKET, SO_ACCEPTCONN));
}

TEST_F(listen_accept, acceptconn)
{
	EXPECT_EQ(0, opt_get(self->lfd, SOL_SOCKET, SO_ACCEPTCONN));
	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	EXPECT_EQ(1, opt_get(self->lfd, SOL_SOCKET, SO_ACCEPTCONN));
	EXPECT_EQ(ENOPROTOOPT,
		  err(opt_set(self->lfd, SOL_SOCKET, SO_ACCEPTCONN, 0)));
}

TEST_F(listen_accept, not_listening)
{
	EXPECT_EQ(EINVAL, err(accept(self->lfd, NULL, NULL)));
	ASSERT_EQ(0, bind4(self->lfd, ADDR_LO, PORT));
	EXPECT_EQ(EINVAL, err(accept(self->lfd, NULL, NULL)));
}

TEST_F(listen_accept, connected)
{
	int fd[2], i;

	ASSERT_EQ(0, tcp_pair(fd));
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(EINVAL, err(listen(fd[i], 1)));
		EXPECT_EQ(EINVAL, err(accept(fd[i], NULL, NULL)));
	}
}

TEST_F(listen_accept, unbound)
{
	ASSERT_EQ(0, listen(self->lfd, 1));
	EXPECT_LT(1023, local_port(self->lfd));
	ASSERT_LE(0, dial(local_port(self->lfd)));
	EXPECT_LE(0, accept(self->lfd, NULL, NULL));
}

/* What a listener cannot do; the state is that of one on Linux */
TEST_F(listen_accept, not_a_connection)
{
	char byte = 0;

	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	EXPECT_EQ(EISCONN, err(connect4(self->lfd, ADDR_LO, PORT)));
	EXPECT_EQ(ENOTCONN, err(recv(self->lfd, &byte, 1, 0)));
	EXPECT_EQ(EPIPE, err(send(self->lfd, &byte, 1, MSG_NOSIGNAL)));
	EXPECT_EQ(-1, peer_port(self->lfd));
	EXPECT_EQ(ENOTCONN, errno);
	EXPECT_EQ(EINVAL, err(bind4(self->lfd, ADDR_LO, PORT + 1)));
	EXPECT_EQ(0, shutdown(self->lfd, SHUT_WR));
	EXPECT_LE(0, dial(PORT));
	EXPECT_LE(0, accept(self->lfd, NULL, NULL));
}

/* backlog + 1 connections wait; a SYN that comes later is not answered */
TEST_F(listen_accept, backlog)
{
	int backlog, fd[8];

	for (backlog = 0; backlog < 4; backlog++) {
		int lfd = tcp_socket(0);

		ASSERT_LE(0, listen_on(lfd, PORT, backlog));
		EXPECT_TRUE(dial_many(fd, backlog + 2, lfd, backlog + 1));
		EXPECT_LE(0, accept(lfd, NULL, NULL));
		close(fd[backlog + 1]);
		close(lfd);
	}
}

TEST_F(listen_accept, backlog_negative)
{
	int fd[8];

	ASSERT_LE(0, listen_on(self->lfd, PORT, -1));
	EXPECT_TRUE(dial_many(fd, 8, self->lfd, 8));
}

/* net.core.somaxconn is the most that listen() gives */
TEST_F(listen_accept, backlog_somaxconn)
{
	int fd[4];

	ASSERT_EQ(0, sysctl_set("/proc/sys/net/core/somaxconn", "1"));
	ASSERT_LE(0, listen_on(self->lfd, PORT, 100));
	EXPECT_TRUE(dial_many(fd, 3, self->lfd, 2));
}

TEST_F(listen_accept, listen_again)
{
	int fd[8];

	ASSERT_LE(0, listen_on(self->lfd, PORT, 0));
	EXPECT_TRUE(dial_many(fd, 2, self->lfd, 1));
	close(fd[1]);
	ASSERT_EQ(0, listen(self->lfd, 3));
	EXPECT_TRUE(dial_many(fd + 1, 4, self->lfd, 3));
	close(fd[4]);
	ASSERT_EQ(0, listen(self->lfd, 0));
	EXPECT_TRUE(dial_many(fd + 5, 1, self->lfd, 0));
	EXPECT_LE(0, accept(self->lfd, NULL, NULL));
}

/* One who found the queue full gets in by his next SYN, a second later */
TEST_F(listen_accept, backlog_frees)
{
	int fd[2];

	ASSERT_LE(0, listen_on(self->lfd, PORT, 0));
	EXPECT_TRUE(dial_many(fd, 2, self->lfd, 1));
	EXPECT_LE(0, accept(self->lfd, NULL, NULL));
	EXPECT_TRUE(connected_within(fd[1], WAIT_MS));
	EXPECT_LE(0, accept(self->lfd, NULL, NULL));
}

/* A full queue does not hinder the connections that are there */
TEST_F(listen_accept, backlog_full_data)
{
	int fd[2], sfd;

	ASSERT_LE(0, listen_on(self->lfd, PORT, 0));
	EXPECT_TRUE(dial_many(fd, 2, self->lfd, 1));
	EXPECT_EQ(5000, send_pattern(fd[0], 5000, 0));
	sfd = accept(self->lfd, NULL, NULL);
	ASSERT_LE(0, sfd);
	EXPECT_EQ(5000, recv_pattern(sfd, 5000, 0));
}

TEST_F(listen_accept, blocks)
{
	struct job job = { .fd = self->lfd };

	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	ASSERT_EQ(0, job_start(&job, run_accept));
	ASSERT_TRUE(job_asleep(&job));
	ASSERT_LE(0, dial(PORT));
	EXPECT_LE(0, job_wait(&job));
}

TEST_F(listen_accept, two_blocked)
{
	struct job job[2] = { { .fd = self->lfd }, { .fd = self->lfd } };

	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	ASSERT_EQ(0, job_start(&job[0], run_accept));
	ASSERT_EQ(0, job_start(&job[1], run_accept));
	ASSERT_TRUE(job_asleep(&job[0]));
	ASSERT_TRUE(job_asleep(&job[1]));
	ASSERT_LE(0, dial(PORT));
	EXPECT_TRUE(job_wait_any(job, 2));
	sleep_ms(MOMENT_MS);
	EXPECT_EQ(1, job_done(&job[0]) + job_done(&job[1]));
	ASSERT_LE(0, dial(PORT));
	EXPECT_LE(0, job_wait(&job[0]));
	EXPECT_LE(0, job_wait(&job[1]));
	EXPECT_NE(job[0].rc, job[1].rc);
}

TEST_F(listen_accept, interrupted)
{
	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	ASSERT_EQ(0, alarm_every(100, 0));
	EXPECT_EQ(EINTR, err(accept(self->lfd, NULL, NULL)));
}

/* SA_RESTART: goes on after the handler ran */
TEST_F(listen_accept, restarted)
{
	struct job job = { .fd = self->lfd };

	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	ASSERT_EQ(0, signal_count(SIGALRM, SA_RESTART));
	ASSERT_EQ(0, job_start(&job, run_accept));
	ASSERT_TRUE(job_asleep(&job));
	pthread_kill(job.thread, SIGALRM);
	ASSERT_TRUE(wait_signals(1));
	EXPECT_TRUE(job_asleep(&job));
	ASSERT_LE(0, dial(PORT));
	EXPECT_LE(0, job_wait(&job));
}

/* ... but not when there is a timeout that would start afresh */
TEST_F(listen_accept, interrupted_timeout)
{
	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	ASSERT_EQ(0, set_timeout(self->lfd, SO_RCVTIMEO, WAIT_MS));
	ASSERT_EQ(0, alarm_every(100, SA_RESTART));
	EXPECT_EQ(EINTR, err(accept(self->lfd, NULL, NULL)));
}

TEST_F(listen_accept, timeout)
{
	long start = now_ms();

	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	ASSERT_EQ(0, set_timeout(self->lfd, SO_RCVTIMEO, 100));
	EXPECT_EQ(EAGAIN, err(accept(self->lfd, NULL, NULL)));
	EXPECT_LE(70, now_ms() - start);
	EXPECT_GT(WAIT_MS, now_ms() - start);
}

static void expect_shutdown_wakes(struct __test_metadata *_metadata, int lfd,
				  int how)
{
	struct job job = { .fd = lfd };

	ASSERT_LE(0, listen_on(lfd, PORT, 4));
	ASSERT_EQ(0, job_start(&job, run_accept));
	ASSERT_TRUE(job_asleep(&job));
	ASSERT_EQ(0, shutdown(lfd, how));
	EXPECT_EQ(-1, job_wait(&job));
	EXPECT_EQ(EINVAL, job.err);
	EXPECT_EQ(EINVAL, err(accept(lfd, NULL, NULL)));
	EXPECT_EQ(-1, dial(PORT));
	EXPECT_EQ(ECONNREFUSED, errno);
}

TEST_F(listen_accept, shutdown_wakes)
{
	expect_shutdown_wakes(_metadata, self->lfd, SHUT_RDWR);
}

TEST_F(listen_accept, shutdown_read_wakes)
{
	expect_shutdown_wakes(_metadata, self->lfd, SHUT_RD);
}

/* The port that was bound stays, so the socket can listen again */
TEST_F(listen_accept, listen_after_shutdown)
{
	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	ASSERT_EQ(0, shutdown(self->lfd, SHUT_RDWR));
	EXPECT_EQ(0, opt_get(self->lfd, SOL_SOCKET, SO_ACCEPTCONN));
	EXPECT_EQ(PORT, local_port(self->lfd));
	ASSERT_EQ(0, listen(self->lfd, 4));
	ASSERT_LE(0, dial(PORT));
	EXPECT_LE(0, accept(self->lfd, NULL, NULL));
}

/* ... or connect */
TEST_F(listen_accept, connect_after_shutdown)
{
	int lfd = tcp_socket(0);

	ASSERT_LE(0, listen_on(lfd, PORT + 1, 4));
	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	ASSERT_EQ(0, shutdown(self->lfd, SHUT_RDWR));
	EXPECT_EQ(0, connect4(self->lfd, ADDR_LO, PORT + 1));
	EXPECT_EQ(PORT, local_port(self->lfd));
}

/* Connections nobody took are reset when the listener goes */
static void expect_queue_reset(struct __test_metadata *_metadata, int lfd,
			       bool by_close)
{
	int cfd[2];
	char byte;

	ASSERT_LE(0, listen_on(lfd, PORT, 4));
	cfd[0] = dial(PORT);
	cfd[1] = dial(PORT);
	ASSERT_LE(0, cfd[1]);
	ASSERT_TRUE(wait_pending(lfd, 2));
	EXPECT_EQ(10, send_pattern(cfd[1], 10, 0));
	ASSERT_EQ(0, by_close ? close(lfd) : shutdown(lfd, SHUT_RDWR));
	EXPECT_EQ(ECONNRESET, err(recv(cfd[0], &byte, 1, 0)));
	EXPECT_EQ(ECONNRESET, err(recv(cfd[1], &byte, 1, 0)));
	EXPECT_EQ(0, recv(cfd[0], &byte, 1, 0));
	EXPECT_EQ(EPIPE, err(send(cfd[0], &byte, 1, MSG_NOSIGNAL)));
}

TEST_F(listen_accept, close_resets)
{
	expect_queue_reset(_metadata, self->lfd, true);
	self->lfd = -1;
}

TEST_F(listen_accept, shutdown_resets)
{
	expect_queue_reset(_metadata, self->lfd, false);
}

/* Connections that were taken do not care */
TEST_F(listen_accept, close_keeps_accepted)
{
	int cfd, sfd;

	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	cfd = dial(PORT);
	sfd = accept(self->lfd, NULL, NULL);
	ASSERT_LE(0, sfd);
	close(self->lfd);
	self->lfd = -1;
	EXPECT_EQ(5000, send_pattern(cfd, 5000, 0));
	EXPECT_EQ(5000, recv_pattern(sfd, 5000, 0));
	EXPECT_EQ(5000, send_pattern(sfd, 5000, 0));
	EXPECT_EQ(5000, recv_pattern(cfd, 5000, 0));
}

/* A connection reset while it waits is accepted all the same */
TEST_F(listen_accept, aborted_in_queue)
{
	int cfd, fd;
	char byte;

	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	cfd = dial(PORT);
	ASSERT_LE(0, cfd);
	ASSERT_TRUE(wait_pending(self->lfd, 1));
	ASSERT_EQ(0, set_linger(cfd, 1, 0));
	close(cfd);
	fd = accept(self->lfd, NULL, NULL);
	ASSERT_LE(0, fd);
	EXPECT_EQ(ECONNRESET, err(recv(fd, &byte, 1, 0)));
	EXPECT_EQ(0, recv(fd, &byte, 1, 0));
}

/* One that sent and went while it waited still delivers */
TEST_F(listen_accept, closed_in_queue)
{
	int cfd, fd;
	char byte;

	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	cfd = dial(PORT);
	ASSERT_EQ(5000, send_pattern(cfd, 5000, 0));
	close(cfd);
	fd = accept(self->lfd, NULL, NULL);
	ASSERT_LE(0, fd);
	EXPECT_EQ(5000, recv_pattern(fd, 5000, 0));
	EXPECT_EQ(0, recv(fd, &byte, 1, 0));
	EXPECT_EQ(100, send_pattern(fd, 100, 0));
}

/* A listener on the wildcard address: each connection has its own address */
TEST_F(listen_accept, wildcard)
{
	struct sockaddr_in addr;
	socklen_t len = sizeof(addr);
	int cfd = tcp_socket(0), fd;

	ASSERT_EQ(0, bind4(self->lfd, INADDR_ANY, PORT));
	ASSERT_EQ(0, listen(self->lfd, 1));
	ASSERT_EQ(0, connect4(cfd, ADDR_LO2, PORT));
	fd = accept(self->lfd, NULL, NULL);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, getsockname(fd, (struct sockaddr *)&addr, &len));
	EXPECT_EQ(ADDR_LO2, ntohl(addr.sin_addr.s_addr));
}

/* A listener bound to one address is not there on another */
TEST_F(listen_accept, specific)
{
	int fd = tcp_socket(0);

	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	EXPECT_EQ(ECONNREFUSED, err(connect4(fd, ADDR_LO2, PORT)));
}

/* Two listeners on one port: the address decides */
TEST_F(listen_accept, specific_each)
{
	int other = tcp_socket(0), fd = tcp_socket(0);

	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	ASSERT_EQ(0, bind4(other, ADDR_LO2, PORT));
	ASSERT_EQ(0, listen(other, 4));
	ASSERT_EQ(0, connect4(fd, ADDR_LO2, PORT));
	ASSERT_EQ(0, set_nonblock(self->lfd, true));
	EXPECT_EQ(EAGAIN, err(accept(self->lfd, NULL, NULL)));
	EXPECT_LE(0, accept(other, NULL, NULL));
}

/* A socket filter of the listener is asked about what opens connections, too */
TEST_F(listen_accept, filter)
{
	struct sock_filter none = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog prog = { .len = 1, .filter = &none };
	int fd;

	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	ASSERT_EQ(0, setsockopt(self->lfd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
				sizeof(prog)));
	fd = dial_nonblock();
	ASSERT_LE(0, fd);
	EXPECT_FALSE(connected_within(fd, 2 * MOMENT_MS));
	ASSERT_EQ(0, opt_set(self->lfd, SOL_SOCKET, SO_DETACH_FILTER, 1));
	EXPECT_TRUE(connected_within(fd, WAIT_MS));
	close(fd);
}

/* Many that come and go */
TEST_F(listen_accept, hundred)
{
	int i, cfd, fd;

	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	for (i = 0; i < 100; i++) {
		cfd = dial(PORT);
		fd = accept(self->lfd, NULL, NULL);
		ASSERT_LE(0, fd);
		EXPECT_EQ(10, send_pattern(cfd, 10, i));
		EXPECT_EQ(10, recv_pattern(fd, 10, i));
		close(i % 2 ? cfd : fd);
		close(i % 2 ? fd : cfd);
	}
}

TEST_HARNESS_MAIN
