// SPDX-License-Identifier: GPL-2.0-only
/*
 * sendfile(2) and splice(2): bytes that reach the socket or leave it without
 * passing through the program.
 */
#include <sys/mman.h>
#include <sys/sendfile.h>
#include "mini_harness.h"

FIXTURE(splice) {
	int fd[2];
	int c;		/* the end that connected */
	int s;		/* the end that accepted */
};

FIXTURE_VARIANT(splice) {
	struct row own;
	struct row peer;
};

FIXTURE_VARIANT_ADD(splice, inet) { ROW_INET, ROW_INET };
FIXTURE_VARIANT_ADD(splice, mini) { ROW_MINI, ROW_MINI };
FIXTURE_VARIANT_ADD(splice, mini253) { ROW_MINI253, ROW_MINI253 };

FIXTURE_SETUP(splice)
{
	ASSERT_EQ(0, net_setup(variant->own, variant->peer));
	ASSERT_EQ(0, tcp_pair(self->fd));
	self->c = self->fd[0];
	self->s = self->fd[1];
}

FIXTURE_TEARDOWN(splice)
{
	close(self->c);
	close(self->s);
}

#define FILE_LEN	300000

/* A file of pattern bytes in memory */
static int pattern_file(void)
{
	int fd = memfd_create("pattern", MFD_CLOEXEC);
	uint8_t *buf = malloc(FILE_LEN);
	ssize_t rc;

	pattern_fill(buf, FILE_LEN, 0);
	rc = write(fd, buf, FILE_LEN);
	free(buf);
	return rc == FILE_LEN && !lseek(fd, 0, SEEK_SET) ? fd : -1;
}

TEST_F(splice, sendfile)
{
	struct job rx = { .fd = self->s, .len = FILE_LEN };
	int file = pattern_file();
	ssize_t rc, sent = 0;

	ASSERT_LE(0, file);
	ASSERT_EQ(0, job_start(&rx, run_recv));
	while (sent < FILE_LEN) {
		rc = sendfile(self->c, file, NULL, FILE_LEN - sent);
		ASSERT_LT(0, rc);
		sent += rc;
	}
	EXPECT_EQ(FILE_LEN, job_wait(&rx));
}

/* All of len through a pipe; false at the first error */
static bool splice_all(int from, int to, size_t len)
{
	size_t done = 0;
	ssize_t in, out;
	int p[2];

	if (pipe(p))
		return false;
	while (done < len) {
		in = splice(from, NULL, p[1], NULL, len - done, SPLICE_F_MOVE);
		if (in <= 0)
			break;
		for (done += in; in > 0; in -= out) {
			out = splice(p[0], NULL, to, NULL, in, SPLICE_F_MOVE);
			if (out <= 0)
				return false;
		}
	}
	close(p[0]);
	close(p[1]);
	return done == len;
}

TEST_F(splice, to_socket)
{
	struct job rx = { .fd = self->s, .len = FILE_LEN };
	int file = pattern_file();

	ASSERT_LE(0, file);
	ASSERT_EQ(0, job_start(&rx, run_recv));
	EXPECT_TRUE(splice_all(file, self->c, FILE_LEN));
	EXPECT_EQ(FILE_LEN, job_wait(&rx));
}

TEST_F(splice, from_socket)
{
	struct job tx = { .fd = self->c, .len = FILE_LEN };
	int file = memfd_create("sink", 0);
	uint8_t *buf = malloc(FILE_LEN);

	ASSERT_LE(0, file);
	ASSERT_EQ(0, job_start(&tx, run_send));
	EXPECT_TRUE(splice_all(self->s, file, FILE_LEN));
	EXPECT_EQ(FILE_LEN, job_wait(&tx));
	EXPECT_EQ(FILE_LEN, pread(file, buf, FILE_LEN, 0));
	EXPECT_TRUE(pattern_ok(buf, FILE_LEN, 0));
}

/* Spliced bytes and read bytes are one stream */
TEST_F(splice, and_read)
{
	int file = memfd_create("sink", 0);
	uint8_t buf[1000];

	ASSERT_LE(0, file);
	ASSERT_EQ(3000, send_pattern(self->c, 3000, 0));
	ASSERT_TRUE(wait_inq(self->s, 3000));
	EXPECT_EQ(1000, recv_pattern(self->s, 1000, 0));
	EXPECT_TRUE(splice_all(self->s, file, 1000));
	EXPECT_EQ(1000, pread(file, buf, 1000, 0));
	EXPECT_TRUE(pattern_ok(buf, 1000, 1000));
	EXPECT_EQ(1000, recv_pattern(self->s, 1000, 2000));
}

TEST_F(splice, end)
{
	int p[2];

	ASSERT_EQ(0, pipe(p));
	ASSERT_EQ(0, set_nonblock(self->s, true));
	EXPECT_EQ(EAGAIN, err(splice(self->s, NULL, p[1], NULL, 100,
				     SPLICE_F_NONBLOCK)));
	shutdown(self->c, SHUT_WR);
	ASSERT_EQ(0, set_nonblock(self->s, false));
	EXPECT_EQ(0, splice(self->s, NULL, p[1], NULL, 100, 0));
}

/* A nonblocking sendfile() takes what fits and says how much */
TEST_F(splice, sendfile_nonblock)
{
	int file = pattern_file();
	off_t off = 0;
	ssize_t rc;

	ASSERT_EQ(0, opt_set(self->c, SOL_SOCKET, SO_SNDBUF, 16384));
	ASSERT_EQ(0, opt_set(self->s, SOL_SOCKET, SO_RCVBUF, 16384));
	ASSERT_EQ(0, set_nonblock(self->c, true));
	rc = sendfile(self->c, file, &off, FILE_LEN);
	EXPECT_LT(0, rc);
	EXPECT_GT(FILE_LEN, rc);
	EXPECT_EQ(rc, off);
	shutdown(self->c, SHUT_WR);
	EXPECT_EQ(rc, recv_pattern(self->s, FILE_LEN, 0));
}

TEST_F(splice, to_closed)
{
	int file = pattern_file();

	ASSERT_EQ(0, shutdown(self->c, SHUT_WR));
	ASSERT_EQ(0, signal_count(SIGPIPE, 0));
	EXPECT_EQ(EPIPE, err(sendfile(self->c, file, NULL, 100)));
}

TEST_F(splice, unconnected)
{
	int fd = tcp_socket(0), p[2];

	ASSERT_EQ(0, pipe(p));
	ASSERT_EQ(0, signal_count(SIGPIPE, 0));
	EXPECT_EQ(ENOTCONN, err(splice(fd, NULL, p[1], NULL, 100, 0)));
	EXPECT_EQ(EPIPE, err(sendfile(fd, pattern_file(), NULL, 100)));
}

/*
 * The pages of a file are linked, not copied: what is written to them before
 * they have been read is what is read.
 */
TEST_F(splice, sendfile_links_pages)
{
	int file = pattern_file();
	uint8_t buf[4096];

	ASSERT_LE(0, file);
	ASSERT_EQ(4096, sendfile(self->c, file, NULL, 4096));
	ASSERT_TRUE(wait_inq(self->s, 4096));
	memset(buf, 0x5a, sizeof(buf));
	ASSERT_EQ(4096, pwrite(file, buf, sizeof(buf), 0));
	memset(buf, 0, sizeof(buf));
	EXPECT_EQ(4096, recv(self->s, buf, sizeof(buf), MSG_WAITALL));
	EXPECT_EQ(0x5a, buf[0]);
	EXPECT_EQ(0x5a, buf[4095]);
}

/* Linked pages and copied octets are one stream, over more than one packet */
TEST_F(splice, sendfile_between_sends)
{
	struct job rx = { .fd = self->s, .len = 3 * 10000 };
	int file = pattern_file();
	off_t off = 10000;

	ASSERT_LE(0, file);
	ASSERT_EQ(0, job_start(&rx, run_recv));
	ASSERT_EQ(10000, send_pattern(self->c, 10000, 0));
	ASSERT_EQ(10000, sendfile(self->c, file, &off, 10000));
	ASSERT_EQ(10000, send_pattern(self->c, 10000, 20000));
	EXPECT_EQ(30000, job_wait(&rx));
}

/* splice() stops at the mark of urgent data, and does not get past it */
TEST_F(splice, stops_at_mark)
{
	struct pollfd pfd = { .fd = self->s, .events = POLLPRI };
	char buf[10] = {};
	int p[2];

	ASSERT_EQ(0, pipe(p));
	ASSERT_EQ(3, send(self->c, "abU", 3, MSG_OOB));
	ASSERT_EQ(2, send(self->c, "cd", 2, 0));
	ASSERT_EQ(1, poll(&pfd, 1, 2000));
	EXPECT_EQ(2, splice(self->s, NULL, p[1], NULL, 10, 0));
	EXPECT_EQ(2, read(p[0], buf, sizeof(buf)));
	EXPECT_STREQ("ab", buf);
	EXPECT_EQ(0, splice(self->s, NULL, p[1], NULL, 10, 0));
	EXPECT_EQ(2, recv(self->s, buf, sizeof(buf), 0));
	EXPECT_EQ('c', buf[0]);
}

TEST_HARNESS_MAIN
