// SPDX-License-Identifier: GPL-2.0-only
/*
 * The socket as a file: dup(2), fork(2), SCM_RIGHTS, exec(2), threads that
 * share it, and close(2) under one who is still asleep in it.
 */
#include <sys/prctl.h>
#include <sys/stat.h>
#include "mini_harness.h"

FIXTURE(fds) {
	int fd[2];
	int c;		/* the end that connected */
	int s;		/* the end that accepted */
};

FIXTURE_VARIANT(fds) {
	struct row row;
};

FIXTURE_VARIANT_ADD(fds, inet) { .row = ROW_INET };
FIXTURE_VARIANT_ADD(fds, mini) { .row = ROW_MINI };

FIXTURE_SETUP(fds)
{
	ASSERT_EQ(0, net_setup(variant->row, variant->row));
	ASSERT_EQ(0, tcp_pair(self->fd));
	self->c = self->fd[0];
	self->s = self->fd[1];
}

FIXTURE_TEARDOWN(fds)
{
	close(self->c);
	close(self->s);
}

/* Nothing to read yet, and no end of the stream either */
static bool still_open(int fd)
{
	char byte;

	sleep_ms(MOMENT_MS);
	return err(recv(fd, &byte, 1, MSG_DONTWAIT)) == EAGAIN;
}

static bool at_end(int fd)
{
	char byte;

	return recv(fd, &byte, 1, 0) == 0;
}

TEST_F(fds, is_a_socket)
{
	struct stat st;

	ASSERT_EQ(0, fstat(self->c, &st));
	EXPECT_TRUE(S_ISSOCK(st.st_mode));
	EXPECT_EQ(ESPIPE, err(lseek(self->c, 0, SEEK_SET)));
	EXPECT_EQ(ESPIPE, err(pread(self->c, &st, 1, 0)));
}

TEST_F(fds, read_write)
{
	char buf[8];

	EXPECT_EQ(5, write(self->c, "hello", 5));
	EXPECT_EQ(5, read(self->s, buf, sizeof(buf)));
	EXPECT_EQ(0, memcmp(buf, "hello", 5));
}

TEST_F(fds, dup)
{
	int copy = dup(self->c);

	ASSERT_LE(0, copy);
	close(self->c);
	self->c = copy;
	EXPECT_TRUE(still_open(self->s));
	EXPECT_EQ(100, send_pattern(copy, 100, 0));
	EXPECT_EQ(100, recv_pattern(self->s, 100, 0));
	close(copy);
	EXPECT_TRUE(at_end(self->s));
}

/* shutdown() is the connection's, not the descriptor's */
TEST_F(fds, dup_shutdown)
{
	int copy = dup(self->c);

	ASSERT_EQ(0, shutdown(copy, SHUT_WR));
	EXPECT_EQ(EPIPE, err(send(self->c, "x", 1, MSG_NOSIGNAL)));
	EXPECT_TRUE(at_end(self->s));
}

static pid_t fork_child(void)
{
	pid_t pid = fork();

	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

static int exit_status(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* The child writes, both close, and the end comes with the last of them */
TEST_F(fds, fork_shares)
{
	int go[2];
	pid_t pid;
	char byte;

	ASSERT_EQ(0, pipe(go));
	pid = fork_child();
	if (!pid) {
		if (read(go[0], &byte, 1) != 1)
			_exit(2);
		_exit(send_pattern(self->c, 1000, 0) == 1000 ? 0 : 1);
	}
	ASSERT_LT(0, pid);
	close(self->c);
	EXPECT_TRUE(still_open(self->s));
	ASSERT_EQ(1, write(go[1], "x", 1));
	EXPECT_EQ(1000, recv_pattern(self->s, 1000, 0));
	EXPECT_TRUE(at_end(self->s));
	EXPECT_EQ(0, exit_status(pid));
}

/* A server that forks for each connection, as servers did */
TEST_F(fds, fork_server)
{
	int lfd = tcp_socket(0), cfd, i;
	pid_t pid;

	ASSERT_LE(0, listen_on(lfd, PORT, 8));
	for (i = 0; i < 4; i++) {
		cfd = dial(PORT);
		ASSERT_LE(0, cfd);
		pid = fork_child();
		if (!pid) {
			close(cfd);
			_exit(send_pattern(accept(lfd, NULL, NULL), 5000, i) !=
			      5000);
		}
		EXPECT_EQ(5000, recv_pattern(cfd, 5001, i));
		EXPECT_EQ(0, exit_status(pid));
		close(cfd);
	}
}

static int send_fd(int sock, int fd)
{
	char ctl[CMSG_SPACE(sizeof(int))] = "";
	struct iovec iov = { "x", 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = ctl, .msg_controllen = sizeof(ctl),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	return sendmsg(sock, &msg, 0) == 1 ? 0 : -1;
}

static int recv_fd(int sock)
{
	char ctl[CMSG_SPACE(sizeof(int))], byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = ctl, .msg_controllen = sizeof(ctl),
	};
	int fd;

	if (recvmsg(sock, &msg, 0) != 1 || !CMSG_FIRSTHDR(&msg))
		return -1;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

TEST_F(fds, scm_rights)
{
	int un[2], fd;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, un));
	ASSERT_EQ(0, send_fd(un[0], self->c));
	close(self->c);
	EXPECT_TRUE(still_open(self->s));
	fd = recv_fd(un[1]);
	ASSERT_LE(0, fd);
	EXPECT_EQ(1000, send_pattern(fd, 1000, 0));
	EXPECT_EQ(1000, recv_pattern(self->s, 1000, 0));
	close(fd);
	EXPECT_TRUE(at_end(self->s));
}

/* A listener goes to another process, which accepts */
TEST_F(fds, scm_rights_listener)
{
	int lfd = tcp_socket(0), un[2], cfd;
	pid_t pid;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, un));
	pid = fork_child();
	if (!pid)
		_exit(send_pattern(accept(recv_fd(un[1]), NULL, NULL),
				   1000, 0) != 1000);
	ASSERT_LE(0, listen_on(lfd, PORT, 1));
	ASSERT_EQ(0, send_fd(un[0], lfd));
	close(lfd);
	cfd = dial(PORT);
	EXPECT_EQ(1000, recv_pattern(cfd, 1001, 0));
	EXPECT_EQ(0, exit_status(pid));
}

/* Nobody receives the descriptor: it is closed with the message */
TEST_F(fds, scm_rights_lost)
{
	int un[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, un));
	ASSERT_EQ(0, send_fd(un[0], self->c));
	close(self->c);
	close(un[0]);
	EXPECT_TRUE(still_open(self->s));
	close(un[1]);
	EXPECT_TRUE(at_end(self->s));
}

/* Is the descriptor there after exec? */
static int exec_sees(int fd)
{
	char script[64];
	pid_t pid;

	snprintf(script, sizeof(script), "[ -e /proc/self/fd/%d ]", fd);
	pid = fork_child();
	if (!pid) {
		execl("/bin/sh", "sh", "-c", script, NULL);
		_exit(99);
	}
	return exit_status(pid);
}

TEST_F(fds, exec)
{
	EXPECT_EQ(0, exec_sees(self->c));
	ASSERT_EQ(0, fcntl(self->c, F_SETFD, FD_CLOEXEC));
	EXPECT_EQ(1, exec_sees(self->c));
	EXPECT_EQ(1, exec_sees(tcp_socket(SOCK_CLOEXEC)));
	EXPECT_TRUE(still_open(self->s));
}

/* One thread writes to a socket while another reads from it */
TEST_F(fds, threads_read_and_write)
{
	const size_t len = 1 << 20;
	struct job tx = { .fd = self->c, .len = len };
	struct job rx = { .fd = self->c, .len = len };
	struct job echo = { .fd = self->s };

	ASSERT_EQ(0, job_start(&echo, run_echo));
	ASSERT_EQ(0, job_start(&rx, run_recv));
	ASSERT_EQ(0, job_start(&tx, run_send));
	EXPECT_EQ(len, job_wait(&tx));
	EXPECT_EQ(len, job_wait(&rx));
	shutdown(self->c, SHUT_WR);
	EXPECT_EQ(len, job_wait(&echo));
}

/* Count bytes, whatever they are, to the end */
static ssize_t run_count(struct job *job)
{
	char buf[4096];
	ssize_t rc, total = 0;

	while ((rc = recv(job->fd, buf, sizeof(buf), 0)) > 0)
		total += rc;
	return rc < 0 ? -1 : total;
}

/* Four threads write, four read: each byte goes to one of them */
TEST_F(fds, threads_crowd)
{
	struct job tx[4], rx[4];
	ssize_t total = 0;
	int i;

	for (i = 0; i < 4; i++) {
		tx[i] = (struct job){ .fd = self->c, .len = 100000 };
		rx[i] = (struct job){ .fd = self->s };
		ASSERT_EQ(0, job_start(&rx[i], run_count));
		ASSERT_EQ(0, job_start(&tx[i], run_send));
	}
	for (i = 0; i < 4; i++)
		EXPECT_EQ(100000, job_wait(&tx[i]));
	shutdown(self->c, SHUT_WR);
	for (i = 0; i < 4; i++)
		total += job_wait(&rx[i]);
	EXPECT_EQ(400000, total);
}

/* All who wait to read are told of the end */
TEST_F(fds, threads_all_woken)
{
	struct job rx[3];
	int i;

	for (i = 0; i < 3; i++) {
		rx[i] = (struct job){ .fd = self->s };
		ASSERT_EQ(0, job_start(&rx[i], run_recv_once));
		ASSERT_TRUE(job_asleep(&rx[i]));
	}
	close(self->c);
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, job_wait(&rx[i]));
}

/*
 * close() does not wake a reader: his call holds the socket, gets what comes,
 * and only when he is done does the peer see the end.
 */
TEST_F(fds, close_under_reader)
{
	struct job job = { .fd = self->s };

	ASSERT_EQ(0, job_start(&job, run_recv_once));
	ASSERT_TRUE(job_asleep(&job));
	close(self->s);
	EXPECT_TRUE(still_open(self->c));
	EXPECT_TRUE(job_asleep(&job));
	ASSERT_EQ(1, send(self->c, "x", 1, 0));
	EXPECT_EQ(1, job_wait(&job));
	EXPECT_TRUE(at_end(self->c));
}

TEST_F(fds, close_under_writer)
{
	size_t len = fill_until_blocked(self->c);
	struct job job = { .fd = self->c, .len = 1000, .off = len };
	char byte;

	ASSERT_EQ(0, job_start(&job, run_send));
	ASSERT_TRUE(job_asleep(&job));
	close(self->c);
	EXPECT_EQ(len + 1000, recv_pattern(self->s, len + 1000, 0));
	EXPECT_EQ(1000, job_wait(&job));
	EXPECT_EQ(0, recv(self->s, &byte, 1, 0));
}

TEST_F(fds, close_under_accept)
{
	int lfd = tcp_socket(0);
	struct job job = { .fd = lfd };

	ASSERT_LE(0, listen_on(lfd, PORT, 1));
	ASSERT_EQ(0, job_start(&job, run_accept));
	ASSERT_TRUE(job_asleep(&job));
	close(lfd);
	EXPECT_LE(0, dial(PORT));
	EXPECT_LE(0, job_wait(&job));
}

TEST_HARNESS_MAIN
