// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes: what send(2) and recv(2) and their relatives do with them, flag by
 * flag. Whatever happens on the way, the stream arrives whole and in order.
 */
#include <sys/mman.h>
#include <sys/uio.h>
#include "mini_harness.h"

FIXTURE(sendrecv) {
	int fd[2];
	int c;		/* the end that connected */
	int s;		/* the end that accepted */
};

FIXTURE_VARIANT(sendrecv) {
	struct row own;
	struct row peer;
};

FIXTURE_VARIANT_ADD(sendrecv, inet) { ROW_INET, ROW_INET };
FIXTURE_VARIANT_ADD(sendrecv, mini) { ROW_MINI, ROW_MINI };
FIXTURE_VARIANT_ADD(sendrecv, mini253) { ROW_MINI253, ROW_MINI253 };
FIXTURE_VARIANT_ADD(sendrecv, mini_to_inet) { ROW_MINI, ROW_INET };
FIXTURE_VARIANT_ADD(sendrecv, inet_to_mini) { ROW_INET, ROW_MINI };

FIXTURE_SETUP(sendrecv)
{
	ASSERT_EQ(0, net_setup(variant->own, variant->peer));
	ASSERT_EQ(0, tcp_pair(self->fd));
	self->c = self->fd[0];
	self->s = self->fd[1];
}

FIXTURE_TEARDOWN(sendrecv)
{
	close(self->c);
	close(self->s);
}

/* Two pages, the second of which faults; gives where the second begins */
static uint8_t *edge_of_memory(size_t before)
{
	uint8_t *p;

	p = mmap(NULL, before + 4096, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	return mprotect(p + before, 4096, PROT_NONE) ? NULL : p + before;
}

/* ------------------------------------------------------------ whole streams */

TEST_F(sendrecv, echo_sizes)
{
	static const size_t sizes[] = {
		1, 2, 3, 535, 536, 1000, 1460, 1461, 4096, 16383, 32768,
		65482, 65483, 65484, 65535, 65536, 100000, 1 << 20,
	};
	struct job echo = { .fd = self->s };
	size_t i;

	ASSERT_EQ(0, job_start(&echo, run_echo));
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct job tx = { .fd = self->c, .len = sizes[i] };

		ASSERT_EQ(0, job_start(&tx, run_send));
		EXPECT_EQ(sizes[i], recv_pattern(self->c, sizes[i], 0)) {
			TH_LOG("size %zu: %s", sizes[i], strerror(errno));
		}
		EXPECT_EQ(sizes[i], job_wait(&tx));
	}
	shutdown(self->c, SHUT_WR);
	EXPECT_LT(0, job_wait(&echo));
}

/* A stream each way at the same time, of two megabytes each */
TEST_F(sendrecv, both_ways)
{
	const size_t len = 2 << 20;
	struct job tx[2] = { { .fd = self->c, .len = len },
			     { .fd = self->s, .len = len } };
	struct job rx[2] = { { .fd = self->s, .len = len },
			     { .fd = self->c, .len = len } };
	int i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, job_start(&rx[i], run_recv));
		ASSERT_EQ(0, job_start(&tx[i], run_send));
	}
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(len, job_wait(&tx[i]));
		EXPECT_EQ(len, job_wait(&rx[i]));
	}
}

TEST_F(sendrecv, small_writes)
{
	struct job rx = { .fd = self->s, .len = 4000 };
	size_t off;

	ASSERT_EQ(0, job_start(&rx, run_recv));
	for (off = 0; off < 4000; off += 4)
		ASSERT_EQ(4, send_pattern(self->c, 4, off));
	EXPECT_EQ(4000, job_wait(&rx));
}

TEST_F(sendrecv, small_writes_nodelay)
{
	struct job rx = { .fd = self->s, .len = 1000 };
	size_t off;

	ASSERT_EQ(0, opt_set(self->c, IPPROTO_TCP, TCP_NODELAY, 1));
	ASSERT_EQ(0, job_start(&rx, run_recv));
	for (off = 0; off < 1000; off++)
		ASSERT_EQ(1, send_pattern(self->c, 1, off));
	EXPECT_EQ(1000, job_wait(&rx));
}

/*
 * Question and answer: neither delayed ACK nor Nagle may hold a byte back, each
 * by 40 ms or more. A busy machine may delay some of the rounds, not most.
 */
TEST_F(sendrecv, ping_pong)
{
	long longest = 35 + 2 * lo_delay_ms(), start;
	struct job echo = { .fd = self->s };
	size_t i, quick = 0;

	ASSERT_EQ(0, job_start(&echo, run_echo));
	for (i = 0; i < 200; i++) {
		start = now_ms();
		ASSERT_EQ(1, send_pattern(self->c, 1, i));
		ASSERT_EQ(1, recv_pattern(self->c, 1, i));
		quick += now_ms() - start < longest;
	}
	EXPECT_LT(100, quick);
	shutdown(self->c, SHUT_WR);
	EXPECT_EQ(200, job_wait(&echo));
}

/* What was corked by MSG_MORE goes out with the next write */
TEST_F(sendrecv, msg_more)
{
	char buf[8];

	ASSERT_EQ(3, send(self->c, "abc", 3, MSG_MORE));
	ASSERT_EQ(3, send(self->c, "def", 3, 0));
	EXPECT_EQ(6, recv(self->s, buf, 6, MSG_WAITALL));
	EXPECT_EQ(0, memcmp(buf, "abcdef", 6));
}

/*
 * ... or by itself after a moment
 * Proves: MUST-60
 */
TEST_F(sendrecv, msg_more_alone)
{
	char buf[8];

	ASSERT_EQ(3, send(self->c, "abc", 3, MSG_MORE));
	EXPECT_EQ(3, recv(self->s, buf, sizeof(buf), 0));
}

/* The ceiling of tcp(7) on the time of a cork is 200 ms */
TEST_F(sendrecv, cork_ceiling)
{
	int on = 1, i;
	char buf[8];
	long start;

	ASSERT_EQ(0, setsockopt(self->c, IPPROTO_TCP, TCP_CORK, &on,
				sizeof(on)));
	for (i = 0; i < 2; i++) {
		start = now_ms();
		ASSERT_EQ(3, send(self->c, "abc", 3, 0));
		ASSERT_EQ(3, recv(self->s, buf, sizeof(buf), 0));
		EXPECT_LE(150, now_ms() - start);
		EXPECT_GE(600, now_ms() - start);
	}
}

/* To set TCP_NODELAY flushes even what a cork holds (tcp(7)), and only that */
TEST_F(sendrecv, nodelay_passes_cork)
{
	char buf[8];
	long start;

	ASSERT_EQ(0, opt_set(self->c, IPPROTO_TCP, TCP_CORK, 1));
	ASSERT_EQ(3, send(self->c, "abc", 3, 0));
	start = now_ms();
	ASSERT_EQ(0, opt_set(self->c, IPPROTO_TCP, TCP_NODELAY, 1));
	ASSERT_EQ(3, recv(self->s, buf, sizeof(buf), 0));
	EXPECT_GT(150, now_ms() - start);
	EXPECT_EQ(1, opt_get(self->c, IPPROTO_TCP, TCP_CORK));
	start = now_ms();
	ASSERT_EQ(3, send(self->c, "def", 3, 0));
	ASSERT_EQ(3, recv(self->s, buf, sizeof(buf), 0));
	EXPECT_LE(150, now_ms() - start);
}

/* --------------------------------------------------------------- MSG_PEEK */

TEST_F(sendrecv, peek)
{
	char buf[16];
	int i;

	ASSERT_EQ(5, send(self->c, "hello", 5, 0));
	ASSERT_TRUE(wait_inq(self->s, 5));
	for (i = 0; i < 3; i++) {
		memset(buf, 0, sizeof(buf));
		EXPECT_EQ(5, recv(self->s, buf, sizeof(buf), MSG_PEEK));
		EXPECT_EQ(0, memcmp(buf, "hello", 5));
	}
	EXPECT_EQ(2, recv(self->s, buf, 2, MSG_PEEK));
	EXPECT_EQ(2, recv(self->s, buf, 2, 0));
	EXPECT_EQ(3, recv(self->s, buf, sizeof(buf), MSG_PEEK));
	EXPECT_EQ(0, memcmp(buf, "llo", 3));
	EXPECT_EQ(3, recv(self->s, buf, sizeof(buf), 0));
	EXPECT_EQ(EAGAIN,
		  err(recv(self->s, buf, 1, MSG_PEEK | MSG_DONTWAIT)));
}

/* Over what came in several segments, from the middle of the first */
TEST_F(sendrecv, peek_across_segments)
{
	uint8_t buf[4096];
	size_t off;

	ASSERT_EQ(0, opt_set(self->c, IPPROTO_TCP, TCP_NODELAY, 1));
	for (off = 0; off < 1000; off += 100) {
		ASSERT_EQ(100, send_pattern(self->c, 100, off));
		ASSERT_TRUE(wait_inq(self->s, off + 100));
	}
	ASSERT_EQ(50, recv_pattern(self->s, 50, 0));
	EXPECT_EQ(950, recv(self->s, buf, sizeof(buf), MSG_PEEK));
	EXPECT_TRUE(pattern_ok(buf, 950, 50));
	EXPECT_EQ(950, recv(self->s, buf, sizeof(buf), MSG_PEEK));
	EXPECT_TRUE(pattern_ok(buf, 950, 50));
	EXPECT_EQ(950, recv_pattern(self->s, 950, 50));
}

TEST_F(sendrecv, peek_at_end)
{
	char buf[16];

	ASSERT_EQ(5, send(self->c, "hello", 5, 0));
	shutdown(self->c, SHUT_WR);
	ASSERT_TRUE(wait_inq(self->s, 5));
	EXPECT_EQ(5, recv(self->s, buf, sizeof(buf), MSG_PEEK));
	EXPECT_EQ(5, recv(self->s, buf, sizeof(buf), 0));
	EXPECT_EQ(0, recv(self->s, buf, sizeof(buf), MSG_PEEK));
	EXPECT_EQ(0, recv(self->s, buf, sizeof(buf), MSG_PEEK));
	EXPECT_EQ(0, recv(self->s, buf, sizeof(buf), 0));
}

static ssize_t run_peek(struct job *job)
{
	char buf[16];

	return recv(job->fd, buf, sizeof(buf), MSG_PEEK);
}

TEST_F(sendrecv, peek_blocks)
{
	struct job job = { .fd = self->s };

	ASSERT_EQ(0, job_start(&job, run_peek));
	ASSERT_TRUE(job_asleep(&job));
	ASSERT_EQ(5, send(self->c, "hello", 5, 0));
	EXPECT_EQ(5, job_wait(&job));
	EXPECT_TRUE(wait_inq(self->s, 5));
}

/* ------------------------------------------------- not waiting, and waiting */

TEST_F(sendrecv, dontwait)
{
	char buf[4];

	EXPECT_EQ(EAGAIN, err(recv(self->s, buf, 4, MSG_DONTWAIT)));
	EXPECT_LT(0, fill_until_blocked(self->c));
	EXPECT_EQ(EAGAIN, err(send(self->c, buf, 4, MSG_DONTWAIT)));
	EXPECT_EQ(4, recv(self->s, buf, 4, MSG_DONTWAIT));
}

TEST_F(sendrecv, nonblock)
{
	char buf[4];

	ASSERT_EQ(0, set_nonblock(self->s, true));
	EXPECT_EQ(EAGAIN, err(recv(self->s, buf, 4, 0)));
	EXPECT_EQ(EAGAIN, err(recv(self->s, buf, 4, MSG_WAITALL)));
	EXPECT_EQ(EAGAIN, err(read(self->s, buf, 4)));
	ASSERT_EQ(2, send(self->c, "ab", 2, 0));
	ASSERT_TRUE(wait_inq(self->s, 2));
	EXPECT_EQ(2, recv(self->s, buf, 4, MSG_WAITALL));
}

/* A nonblocking send of more than fits takes a part */
TEST_F(sendrecv, nonblock_partial)
{
	const size_t len = 64 << 20;
	void *p = mmap(NULL, len, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS |
		       MAP_NORESERVE, -1, 0);
	ssize_t rc;

	ASSERT_NE(MAP_FAILED, p);
	rc = send(self->c, p, len, MSG_DONTWAIT);
	EXPECT_LT(0, rc);
	EXPECT_GT(len, rc);
}

static ssize_t run_waitall(struct job *job)
{
	static uint8_t buf[65536];

	return recv(job->fd, buf, job->len, MSG_WAITALL);
}

TEST_F(sendrecv, waitall)
{
	struct job job = { .fd = self->s, .len = 3000 };

	ASSERT_EQ(0, job_start(&job, run_waitall));
	ASSERT_EQ(1000, send_pattern(self->c, 1000, 0));
	ASSERT_TRUE(wait_outq(self->c, 0));
	ASSERT_EQ(1999, send_pattern(self->c, 1999, 1000));
	ASSERT_TRUE(wait_outq(self->c, 0));
	EXPECT_TRUE(job_asleep(&job));
	ASSERT_EQ(10, send_pattern(self->c, 10, 2999));
	EXPECT_EQ(3000, job_wait(&job));
	EXPECT_TRUE(wait_inq(self->s, 9));
}

TEST_F(sendrecv, waitall_end)
{
	struct job job = { .fd = self->s, .len = 3000 };

	ASSERT_EQ(0, job_start(&job, run_waitall));
	ASSERT_EQ(1000, send_pattern(self->c, 1000, 0));
	shutdown(self->c, SHUT_WR);
	EXPECT_EQ(1000, job_wait(&job));
}

/* A reset ends it too: first what is there, then the error */
TEST_F(sendrecv, waitall_reset)
{
	struct job job = { .fd = self->s, .len = 3000 };
	char byte;

	ASSERT_EQ(0, job_start(&job, run_waitall));
	ASSERT_EQ(1000, send_pattern(self->c, 1000, 0));
	ASSERT_TRUE(wait_outq(self->c, 0));
	ASSERT_TRUE(job_asleep(&job));
	ASSERT_EQ(0, set_linger(self->c, 1, 0));
	close(self->c);
	EXPECT_EQ(1000, job_wait(&job));
	EXPECT_EQ(ECONNRESET, err(recv(self->s, &byte, 1, 0)));
	EXPECT_EQ(0, recv(self->s, &byte, 1, 0));
}

TEST_F(sendrecv, waitall_signal)
{
	uint8_t buf[3000];

	ASSERT_EQ(1000, send_pattern(self->c, 1000, 0));
	ASSERT_TRUE(wait_inq(self->s, 1000));
	ASSERT_EQ(0, alarm_every(50, 0));
	EXPECT_EQ(1000, recv(self->s, buf, sizeof(buf), MSG_WAITALL));
	EXPECT_TRUE(pattern_ok(buf, 1000, 0));
}

TEST_F(sendrecv, waitall_timeout)
{
	uint8_t buf[3000];

	ASSERT_EQ(0, set_timeout(self->s, SO_RCVTIMEO, 100));
	ASSERT_EQ(1000, send_pattern(self->c, 1000, 0));
	ASSERT_TRUE(wait_inq(self->s, 1000));
	EXPECT_EQ(1000, recv(self->s, buf, sizeof(buf), MSG_WAITALL));
}

/* More than the receive buffer holds */
TEST_F(sendrecv, waitall_large)
{
	const size_t len = 1 << 20;
	struct job tx = { .fd = self->c, .len = len };
	uint8_t *buf = malloc(len);

	ASSERT_EQ(0, opt_set(self->s, SOL_SOCKET, SO_RCVBUF, 16384));
	ASSERT_EQ(0, job_start(&tx, run_send));
	EXPECT_EQ(len, recv(self->s, buf, len, MSG_WAITALL));
	EXPECT_TRUE(pattern_ok(buf, len, 0));
	EXPECT_EQ(len, job_wait(&tx));
}

TEST_F(sendrecv, recv_interrupted)
{
	char byte;

	ASSERT_EQ(0, alarm_every(50, 0));
	EXPECT_EQ(EINTR, err(recv(self->s, &byte, 1, 0)));
}

TEST_F(sendrecv, recv_restarted)
{
	struct job job = { .fd = self->s };

	ASSERT_EQ(0, signal_count(SIGALRM, SA_RESTART));
	ASSERT_EQ(0, job_start(&job, run_recv_once));
	ASSERT_TRUE(job_asleep(&job));
	pthread_kill(job.thread, SIGALRM);
	ASSERT_TRUE(wait_signals(1));
	EXPECT_TRUE(job_asleep(&job));
	ASSERT_EQ(1, send(self->c, "x", 1, 0));
	EXPECT_EQ(1, job_wait(&job));
}

TEST_F(sendrecv, send_interrupted)
{
	char buf[4096] = "";

	EXPECT_LT(0, fill_until_blocked(self->c));
	ASSERT_EQ(0, alarm_every(50, 0));
	EXPECT_EQ(EINTR, err(send(self->c, buf, sizeof(buf), 0)));
}

/* A part was taken: the signal shows as a short count, not as an error */
TEST_F(sendrecv, send_interrupted_partial)
{
	const size_t len = 64 << 20;
	void *p = mmap(NULL, len, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS |
		       MAP_NORESERVE, -1, 0);
	ssize_t rc;

	ASSERT_NE(MAP_FAILED, p);
	ASSERT_EQ(0, alarm_every(100, 0));
	rc = send(self->c, p, len, 0);
	EXPECT_LT(0, rc);
	EXPECT_GT(len, rc);
}

TEST_F(sendrecv, rcvtimeo)
{
	long start = now_ms();
	char byte;

	ASSERT_EQ(0, set_timeout(self->s, SO_RCVTIMEO, 100));
	EXPECT_EQ(EAGAIN, err(recv(self->s, &byte, 1, 0)));
	EXPECT_LE(70, now_ms() - start);
	EXPECT_GT(WAIT_MS, now_ms() - start);
	ASSERT_EQ(1, send(self->c, "x", 1, 0));
	EXPECT_EQ(1, recv(self->s, &byte, 1, 0));
	EXPECT_EQ('x', byte);
}

TEST_F(sendrecv, sndtimeo)
{
	char buf[4096] = "";
	long start;

	ASSERT_EQ(0, set_timeout(self->c, SO_SNDTIMEO, 100));
	EXPECT_LT(0, fill_until_blocked(self->c));
	start = now_ms();
	EXPECT_EQ(EAGAIN, err(send(self->c, buf, sizeof(buf), 0)));
	EXPECT_LE(70, now_ms() - start);
	EXPECT_GT(WAIT_MS, now_ms() - start);
}

TEST_F(sendrecv, sndtimeo_partial)
{
	const size_t len = 64 << 20;
	void *p = mmap(NULL, len, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS |
		       MAP_NORESERVE, -1, 0);
	ssize_t rc;

	ASSERT_NE(MAP_FAILED, p);
	ASSERT_EQ(0, set_timeout(self->c, SO_SNDTIMEO, 100));
	rc = send(self->c, p, len, 0);
	EXPECT_LT(0, rc);
	EXPECT_GT(len, rc);
}

/* ------------------------------------------------------- MSG_TRUNC, length 0 */

/* tcp(7): MSG_TRUNC throws the bytes away and counts them */
TEST_F(sendrecv, trunc)
{
	char buf[8] = "unused";

	ASSERT_EQ(1000, send_pattern(self->c, 1000, 0));
	ASSERT_TRUE(wait_inq(self->s, 1000));
	EXPECT_EQ(600, recv(self->s, NULL, 600, MSG_TRUNC));
	EXPECT_EQ(4, recv(self->s, buf, 4, MSG_TRUNC));
	EXPECT_EQ(0, strcmp("unused", buf));
	EXPECT_EQ(396, recv(self->s, NULL, 396, MSG_TRUNC | MSG_PEEK));
	EXPECT_EQ(396, recv_pattern(self->s, 396, 604));
}

TEST_F(sendrecv, trunc_all)
{
	ASSERT_EQ(1000, send_pattern(self->c, 1000, 0));
	ASSERT_TRUE(wait_inq(self->s, 1000));
	EXPECT_EQ(1000, recv(self->s, NULL, 5000, MSG_TRUNC));
	EXPECT_EQ(EAGAIN,
		  err(recv(self->s, NULL, 1, MSG_TRUNC | MSG_DONTWAIT)));
}

/* read() of nothing is nothing; recv() of nothing waits for something */
TEST_F(sendrecv, length_zero)
{
	char byte;

	EXPECT_EQ(0, send(self->c, "", 0, 0));
	EXPECT_EQ(0, write(self->c, "", 0));
	EXPECT_EQ(0, read(self->s, &byte, 0));
	EXPECT_EQ(EAGAIN, err(recv(self->s, &byte, 0, MSG_DONTWAIT)));
	EXPECT_EQ(EAGAIN, err(recv(self->s, &byte, 1, MSG_DONTWAIT)));
	ASSERT_EQ(1, send(self->c, "x", 1, 0));
	ASSERT_TRUE(wait_inq(self->s, 1));
	EXPECT_EQ(0, recv(self->s, &byte, 0, 0));
	EXPECT_EQ(0, recv(self->s, &byte, 0, MSG_PEEK));
	EXPECT_EQ(1, recv(self->s, &byte, 1, 0));
}

/* --------------------------------------------------------- many buffers at once */

TEST_F(sendrecv, readv_writev)
{
	struct iovec out[3] = { { "abc", 3 }, { "", 0 }, { "defgh", 5 } };
	char a[2], b[5], c[9];
	struct iovec in[3] = { { a, 2 }, { b, 5 }, { c, 9 } };

	ASSERT_EQ(8, writev(self->c, out, 3));
	ASSERT_TRUE(wait_inq(self->s, 8));
	EXPECT_EQ(8, readv(self->s, in, 3));
	EXPECT_EQ(0, memcmp(a, "ab", 2));
	EXPECT_EQ(0, memcmp(b, "cdefg", 5));
	EXPECT_EQ('h', c[0]);
}

TEST_F(sendrecv, sendmsg_many)
{
	static uint8_t buf[1024 * 37];
	struct iovec iov[1024];
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 1024 };
	size_t i;

	pattern_fill(buf, sizeof(buf), 0);
	for (i = 0; i < 1024; i++)
		iov[i] = (struct iovec){ buf + i * 37, 37 };
	EXPECT_EQ(sizeof(buf), sendmsg(self->c, &msg, 0));
	EXPECT_EQ(sizeof(buf), recv_pattern(self->s, sizeof(buf), 0));
	msg.msg_iovlen = 1025;
	EXPECT_EQ(EMSGSIZE, err(sendmsg(self->c, &msg, 0)));
}

TEST_F(sendrecv, recvmsg_says)
{
	struct sockaddr_in addr;
	char buf[16], ctl[64];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = {
		.msg_name = &addr, .msg_namelen = sizeof(addr),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = ctl, .msg_controllen = sizeof(ctl),
	};

	ASSERT_EQ(5, send(self->c, "hello", 5, 0));
	EXPECT_EQ(5, recvmsg(self->s, &msg, 0));
	EXPECT_EQ(0, msg.msg_flags);
	EXPECT_EQ(0, msg.msg_namelen);
	EXPECT_EQ(0, msg.msg_controllen);
}

TEST_F(sendrecv, sendmmsg)
{
	struct iovec iov[3] = { { "ab", 2 }, { "cd", 2 }, { "ef", 2 } };
	struct mmsghdr msg[3] = {};
	char buf[8];
	int i;

	for (i = 0; i < 3; i++) {
		msg[i].msg_hdr.msg_iov = &iov[i];
		msg[i].msg_hdr.msg_iovlen = 1;
	}
	EXPECT_EQ(3, sendmmsg(self->c, msg, 3, 0));
	EXPECT_EQ(2, msg[2].msg_len);
	EXPECT_EQ(6, recv(self->s, buf, 6, MSG_WAITALL));
	EXPECT_EQ(0, memcmp(buf, "abcdef", 6));
}

/* ---------------------------------------------------------------- bad pointers */

TEST_F(sendrecv, recv_fault)
{
	ASSERT_EQ(1000, send_pattern(self->c, 1000, 0));
	ASSERT_TRUE(wait_inq(self->s, 1000));
	EXPECT_EQ(EFAULT, err(recv(self->s, (void *)8, 1000, 0)));
	EXPECT_EQ(EFAULT, err(recv(self->s, (void *)8, 1, MSG_PEEK)));
	EXPECT_EQ(1000, recv_pattern(self->s, 1000, 0));
}

/* A buffer whose end faults: a part or nothing, but no byte is lost */
TEST_F(sendrecv, recv_fault_partial)
{
	uint8_t *edge = edge_of_memory(4096);
	ssize_t rc;

	ASSERT_NE(NULL, edge);
	ASSERT_EQ(3000, send_pattern(self->c, 3000, 0));
	ASSERT_TRUE(wait_inq(self->s, 3000));
	rc = recv(self->s, edge - 1000, 3000, 0);
	if (rc < 0) {
		EXPECT_EQ(EFAULT, errno);
		rc = 0;
	}
	EXPECT_GE(1000, rc);
	EXPECT_TRUE(pattern_ok(edge - 1000, rc, 0));
	EXPECT_EQ(3000 - rc, recv_pattern(self->s, 3000 - rc, rc));
}

/* The same across segments: those that fit are taken */
TEST_F(sendrecv, recv_fault_second_segment)
{
	uint8_t *edge = edge_of_memory(4096);
	ssize_t rc;

	ASSERT_NE(NULL, edge);
	ASSERT_EQ(0, opt_set(self->c, IPPROTO_TCP, TCP_NODELAY, 1));
	ASSERT_EQ(500, send_pattern(self->c, 500, 0));
	ASSERT_TRUE(wait_inq(self->s, 500));
	ASSERT_EQ(500, send_pattern(self->c, 500, 500));
	ASSERT_TRUE(wait_inq(self->s, 1000));
	rc = recv(self->s, edge - 600, 1000, 0);
	if (rc < 0)
		rc = 0;
	EXPECT_GE(600, rc);
	EXPECT_EQ(1000 - rc, recv_pattern(self->s, 1000 - rc, rc));
}

TEST_F(sendrecv, send_fault)
{
	EXPECT_EQ(EFAULT, err(send(self->c, (void *)8, 1000, 0)));
	EXPECT_EQ(100, send_pattern(self->c, 100, 0));
	shutdown(self->c, SHUT_WR);
	EXPECT_EQ(100, recv_pattern(self->s, 1000, 0));
}

/* A buffer whose end faults: what the count says arrives, no more, no less */
TEST_F(sendrecv, send_fault_partial)
{
	const size_t len = 200000;
	uint8_t *edge = edge_of_memory(200704);
	ssize_t rc;

	ASSERT_NE(NULL, edge);
	pattern_fill(edge - len, len, 0);
	rc = send(self->c, edge - len, len + 4096, MSG_DONTWAIT);
	if (rc < 0) {
		EXPECT_EQ(EFAULT, errno);
		rc = 0;
	}
	EXPECT_GE(len, rc);
	shutdown(self->c, SHUT_WR);
	EXPECT_EQ(rc, recv_pattern(self->s, len + 4096, 0));
}

/* ---------------------------------------------------------------- not connected */

TEST_F(sendrecv, unconnected)
{
	struct sockaddr_in addr = addr4(ADDR_LO, PORT);
	int fd = tcp_socket(0);
	char byte = 0;

	EXPECT_EQ(EPIPE, err(send(fd, &byte, 1, MSG_NOSIGNAL)));
	EXPECT_EQ(EPIPE, err(send(fd, &byte, 0, MSG_NOSIGNAL)));
	EXPECT_EQ(EPIPE, err(sendto(fd, &byte, 1, MSG_NOSIGNAL,
				    (struct sockaddr *)&addr, sizeof(addr))));
	EXPECT_EQ(ENOTCONN, err(recv(fd, &byte, 1, 0)));
	EXPECT_EQ(ENOTCONN, err(recv(fd, &byte, 1, MSG_DONTWAIT)));
	EXPECT_EQ(ENOTCONN, err(recv(fd, &byte, 1, MSG_PEEK)));
}

static void expect_sigpipe(struct __test_metadata *_metadata, int fd,
			   int flags, int count)
{
	ASSERT_EQ(0, signal_count(SIGPIPE, 0));
	EXPECT_EQ(EPIPE, err(send(fd, "x", 1, flags)));
	EXPECT_EQ(count, signals_seen());
}

TEST_F(sendrecv, sigpipe_unconnected)
{
	expect_sigpipe(_metadata, tcp_socket(0), 0, 1);
}

TEST_F(sendrecv, sigpipe_shut)
{
	ASSERT_EQ(0, shutdown(self->c, SHUT_WR));
	expect_sigpipe(_metadata, self->c, 0, 1);
}

TEST_F(sendrecv, nosignal)
{
	ASSERT_EQ(0, shutdown(self->c, SHUT_WR));
	expect_sigpipe(_metadata, self->c, MSG_NOSIGNAL, 0);
}

TEST_F_SIGNAL(sendrecv, sigpipe_kills, SIGPIPE)
{
	shutdown(self->c, SHUT_WR);
	send(self->c, "x", 1, 0);
}

/* -------------------------------------------------------- addresses, errors, OOB */

/* An address given to a connected socket is not looked at */
TEST_F(sendrecv, sendto_connected)
{
	struct sockaddr_in addr = addr4(ADDR_NOWHERE, 9);
	struct sockaddr *sa = (struct sockaddr *)&addr;

	EXPECT_EQ(3, sendto(self->c, "abc", 3, 0, sa, sizeof(addr)));
	addr.sin_family = AF_UNIX;
	EXPECT_EQ(3, sendto(self->c, "def", 3, 0, sa, 2));
	EXPECT_TRUE(wait_inq(self->s, 6));
}

/* ... and none is given back */
TEST_F(sendrecv, recvfrom_address)
{
	struct sockaddr_in addr = { .sin_port = 0x5555 };
	socklen_t len = sizeof(addr);
	char buf[4];

	ASSERT_EQ(3, send(self->c, "abc", 3, 0));
	EXPECT_EQ(3, recvfrom(self->s, buf, 4, 0, (struct sockaddr *)&addr,
			      &len));
	EXPECT_EQ(0, len);
	EXPECT_EQ(0x5555, addr.sin_port);
}

TEST_F(sendrecv, error_queue_empty)
{
	char byte;

	ASSERT_EQ(1, send(self->c, "x", 1, 0));
	ASSERT_TRUE(wait_inq(self->s, 1));
	EXPECT_EQ(EAGAIN, err(recv(self->s, &byte, 1, MSG_ERRQUEUE)));
}

/* No urgent data was sent, so none can be read */
TEST_F(sendrecv, oob_none)
{
	char byte;

	ASSERT_EQ(1, send(self->c, "x", 1, 0));
	ASSERT_TRUE(wait_inq(self->s, 1));
	EXPECT_EQ(EINVAL, err(recv(self->s, &byte, 1, MSG_OOB)));
	EXPECT_EQ(1, recv(self->s, &byte, 1, 0));
}

/*
 * The peer resets: data that was not read is gone, the error comes once
 * Proves: MUST-12
 */
TEST_F(sendrecv, reset)
{
	char byte = 0;

	ASSERT_EQ(0, set_linger(self->c, 1, 0));
	close(self->c);
	EXPECT_EQ(ECONNRESET, err(recv(self->s, &byte, 1, 0)));
	EXPECT_EQ(0, recv(self->s, &byte, 1, 0));
	EXPECT_EQ(EPIPE, err(send(self->s, &byte, 1, MSG_NOSIGNAL)));
	EXPECT_EQ(0, opt_get(self->s, SOL_SOCKET, SO_ERROR));
}

TEST_F(sendrecv, reset_seen_by_send)
{
	char byte = 0;

	ASSERT_EQ(0, set_linger(self->c, 1, 0));
	close(self->c);
	ASSERT_NE(0, poll_for(self->s, 0, WAIT_MS));
	EXPECT_EQ(ECONNRESET, err(send(self->s, &byte, 1, MSG_NOSIGNAL)));
	EXPECT_EQ(EPIPE, err(send(self->s, &byte, 1, MSG_NOSIGNAL)));
	EXPECT_EQ(0, recv(self->s, &byte, 1, 0));
}

/* What came before the reset can still be read */
TEST_F(sendrecv, reset_after_data)
{
	char byte;

	ASSERT_EQ(1000, send_pattern(self->c, 1000, 0));
	ASSERT_TRUE(wait_inq(self->s, 1000));
	ASSERT_EQ(0, set_linger(self->c, 1, 0));
	close(self->c);
	EXPECT_EQ(1000, recv_pattern(self->s, 1000, 0));
	EXPECT_EQ(ECONNRESET, err(recv(self->s, &byte, 1, 0)));
	EXPECT_EQ(0, recv(self->s, &byte, 1, 0));
}

TEST_F(sendrecv, reset_wakes_reader)
{
	struct job job = { .fd = self->s };

	ASSERT_EQ(0, job_start(&job, run_recv_once));
	ASSERT_TRUE(job_asleep(&job));
	ASSERT_EQ(0, set_linger(self->c, 1, 0));
	close(self->c);
	EXPECT_EQ(-1, job_wait(&job));
	EXPECT_EQ(ECONNRESET, job.err);
}

TEST_F(sendrecv, reset_wakes_writer)
{
	struct job job = { .fd = self->s, .len = 1 << 20 };

	EXPECT_LT(0, fill_until_blocked(self->s));
	ASSERT_EQ(0, job_start(&job, run_send));
	ASSERT_TRUE(job_asleep(&job));
	ASSERT_EQ(0, set_linger(self->c, 1, 0));
	close(self->c);
	EXPECT_EQ(-1, job_wait(&job));
	EXPECT_EQ(ECONNRESET, job.err);
}

TEST_HARNESS_MAIN
