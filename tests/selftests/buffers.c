// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory and windows: the buffer options, how much a writer may run ahead of
 * a reader who does not read, and that nothing is lost when he goes on.
 */
#include "mini_harness.h"

FIXTURE(buffers) {
	int fd[2];
	int c;		/* the end that connected */
	int s;		/* the end that accepted */
};

FIXTURE_VARIANT(buffers) {
	struct row own;
	struct row peer;
};

FIXTURE_VARIANT_ADD(buffers, inet) { ROW_INET, ROW_INET };
FIXTURE_VARIANT_ADD(buffers, mini) { ROW_MINI, ROW_MINI };
FIXTURE_VARIANT_ADD(buffers, mini253) { ROW_MINI253, ROW_MINI253 };
FIXTURE_VARIANT_ADD(buffers, mini_to_inet) { ROW_MINI, ROW_INET };
FIXTURE_VARIANT_ADD(buffers, inet_to_mini) { ROW_INET, ROW_MINI };

#define SMALL	16384	/* asked for; both buffers of both ends */

FIXTURE_SETUP(buffers)
{
	ASSERT_EQ(0, net_setup(variant->own, variant->peer));
	ASSERT_EQ(0, tcp_pair_small(self->fd, SMALL, SMALL));
	self->c = self->fd[0];
	self->s = self->fd[1];
}

FIXTURE_TEARDOWN(buffers)
{
	close(self->c);
	close(self->s);
}

/* ----------------------------------------------------------------- options */

/* What the kernel's own TCP makes of the same value */
static void expect_like_inet(struct __test_metadata *_metadata, int set,
			     int get, int value)
{
	int fd = tcp_socket(0), inet = inet_socket(0);

	EXPECT_EQ(err(opt_set(inet, SOL_SOCKET, set, value)),
		  err(opt_set(fd, SOL_SOCKET, set, value)));
	EXPECT_EQ(opt_get(inet, SOL_SOCKET, get),
		  opt_get(fd, SOL_SOCKET, get)) {
		TH_LOG("option %d value %d", set, value);
	}
	close(fd);
	close(inet);
}

TEST_F(buffers, sizes_like_inet)
{
	static const int values[] = {
		-1, 0, 1, 1000, 2048, 5000, 65536, 1 << 20, 1 << 30,
		0x7fffffff,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(values); i++) {
		expect_like_inet(_metadata, SO_SNDBUF, SO_SNDBUF, values[i]);
		expect_like_inet(_metadata, SO_RCVBUF, SO_RCVBUF, values[i]);
		expect_like_inet(_metadata, SO_SNDBUFFORCE, SO_SNDBUF,
				 values[i]);
		expect_like_inet(_metadata, SO_RCVBUFFORCE, SO_RCVBUF,
				 values[i]);
	}
}

TEST_F(buffers, defaults_like_inet)
{
	int fd = tcp_socket(0), inet = inet_socket(0);

	EXPECT_EQ(opt_get(inet, SOL_SOCKET, SO_SNDBUF),
		  opt_get(fd, SOL_SOCKET, SO_SNDBUF));
	EXPECT_EQ(opt_get(inet, SOL_SOCKET, SO_RCVBUF),
		  opt_get(fd, SOL_SOCKET, SO_RCVBUF));
}

TEST_F(buffers, doubled)
{
	int fd = tcp_socket(0);

	ASSERT_EQ(0, opt_set(fd, SOL_SOCKET, SO_SNDBUF, 40000));
	ASSERT_EQ(0, opt_set(fd, SOL_SOCKET, SO_RCVBUF, 50000));
	EXPECT_EQ(80000, opt_get(fd, SOL_SOCKET, SO_SNDBUF));
	EXPECT_EQ(100000, opt_get(fd, SOL_SOCKET, SO_RCVBUF));
}

/* What was set stays set: no autotuning over the user's word */
TEST_F(buffers, kept_when_connected)
{
	struct job rx = { .fd = self->s, .len = 1 << 20 };
	int i;

	ASSERT_EQ(0, job_start(&rx, run_recv));
	EXPECT_EQ(1 << 20, send_pattern(self->c, 1 << 20, 0));
	EXPECT_EQ(1 << 20, job_wait(&rx));
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(2 * SMALL,
			  opt_get(self->fd[i], SOL_SOCKET, SO_SNDBUF));
		EXPECT_EQ(2 * SMALL,
			  opt_get(self->fd[i], SOL_SOCKET, SO_RCVBUF));
	}
}

/* --------------------------------------------------------------- accounting */

/*
 * A writer is held when both buffers are full. Payload is less than the sum
 * of the buffers, which count overhead, but a send buffer may be overrun by
 * one segment of up to 64 KiB, on a link whose MTU is 65536.
 */
TEST_F(buffers, bounded)
{
	size_t len = fill_until_blocked(self->c);

	EXPECT_LE(8192, len);
	EXPECT_GE(4 * SMALL + 65536, len);
	EXPECT_EQ(len, recv_pattern(self->s, len, 0));
}

/* Single bytes cost far more memory than they carry: bounded all the same */
TEST_F(buffers, bounded_single_bytes)
{
	size_t len = 0;

	ASSERT_EQ(0, opt_set(self->c, IPPROTO_TCP, TCP_NODELAY, 1));
	while (len < 200000) {
		uint8_t byte = pattern(len);

		if (send(self->c, &byte, 1, MSG_DONTWAIT) != 1)
			break;
		len++;
	}
	EXPECT_LT(0, len);
	EXPECT_GT(200000, len);
	shutdown(self->c, SHUT_WR);
	EXPECT_EQ(len, recv_pattern(self->s, len + 1, 0));
}

TEST_F(buffers, writer_blocks)
{
	struct job tx = { .fd = self->c, .len = 1 << 20 };

	ASSERT_EQ(0, job_start(&tx, run_send));
	ASSERT_TRUE(job_asleep(&tx));
	sleep_ms(MOMENT_MS);
	EXPECT_TRUE(job_asleep(&tx));
	EXPECT_EQ(1 << 20, recv_pattern(self->s, 1 << 20, 0));
	EXPECT_EQ(1 << 20, job_wait(&tx));
}

/* The reader stops and goes on, again and again; each time the window shuts */
TEST_F(buffers, window_reopens)
{
	struct job tx = { .fd = self->c, .len = 400000 };
	size_t off;

	ASSERT_EQ(0, job_start(&tx, run_send));
	for (off = 0; off < 400000; off += 50000) {
		sleep_ms(50);
		ASSERT_EQ(50000, recv_pattern(self->s, 50000, off));
	}
	EXPECT_EQ(400000, job_wait(&tx));
}

/* Long enough for zero-window probes, and both directions are shut */
TEST_F(buffers, window_shut_both_ways)
{
	struct job tx[2] = { { .fd = self->c, .len = 200000 },
			     { .fd = self->s, .len = 200000 } };
	struct job rx[2] = { { .fd = self->s, .len = 200000 },
			     { .fd = self->c, .len = 200000 } };
	int i;

	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, job_start(&tx[i], run_send));
	sleep_ms(700);
	for (i = 0; i < 2; i++) {
		EXPECT_FALSE(job_done(&tx[i]));
		ASSERT_EQ(0, job_start(&rx[i], run_recv));
	}
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(200000, job_wait(&rx[i]));
		EXPECT_EQ(200000, job_wait(&tx[i]));
	}
}

TEST_F(buffers, reader_of_single_bytes)
{
	struct job tx = { .fd = self->c, .len = 6000 };
	size_t off;

	ASSERT_EQ(0, job_start(&tx, run_send));
	for (off = 0; off < 6000; off++)
		ASSERT_EQ(1, recv_pattern(self->s, 1, off));
	EXPECT_EQ(6000, job_wait(&tx));
}

/* A reader who takes little at a time out of a full buffer is not starved */
TEST_F(buffers, slow_reader)
{
	struct job tx = { .fd = self->c, .len = 200000 };
	size_t off;

	ASSERT_EQ(0, job_start(&tx, run_send));
	sleep_ms(50);
	for (off = 0; off < 200000; off += 500)
		ASSERT_EQ(500, recv_pattern(self->s, 500, off));
	EXPECT_EQ(200000, job_wait(&tx));
}

/* The smallest receive buffer there is still carries a stream */
TEST_F(buffers, smallest_receive_buffer)
{
	struct job tx = { .fd = self->c, .len = 8000 };

	ASSERT_EQ(0, opt_set(self->s, SOL_SOCKET, SO_RCVBUF, 1));
	ASSERT_EQ(0, job_start(&tx, run_send));
	EXPECT_EQ(8000, recv_pattern(self->s, 8000, 0));
	EXPECT_EQ(8000, job_wait(&tx));
}

TEST_F(buffers, smallest_send_buffer)
{
	struct job tx = { .fd = self->c, .len = 50000 };

	ASSERT_EQ(0, opt_set(self->c, SOL_SOCKET, SO_SNDBUF, 1));
	ASSERT_EQ(0, job_start(&tx, run_send));
	EXPECT_EQ(50000, recv_pattern(self->s, 50000, 0));
	EXPECT_EQ(50000, job_wait(&tx));
}

/* More room asked for while full: the writer goes on */
TEST_F(buffers, send_buffer_grows)
{
	struct job tx = { .fd = self->c, .len = 100000 };

	EXPECT_LT(0, fill_until_blocked(self->c));
	ASSERT_EQ(0, job_start(&tx, run_send));
	ASSERT_TRUE(job_asleep(&tx));
	ASSERT_EQ(0, opt_set(self->c, SOL_SOCKET, SO_SNDBUF, 200000));
	EXPECT_EQ(100000, job_wait(&tx));
}

/* ------------------------------------------------------------------- ioctls */

static int queue_len(int fd, unsigned long cmd)
{
	int n = -1;

	return ioctl(fd, cmd, &n) ? -1 : n;
}

TEST_F(buffers, inq)
{
	char byte;

	EXPECT_EQ(0, queue_len(self->s, FIONREAD));
	ASSERT_EQ(1000, send_pattern(self->c, 1000, 0));
	ASSERT_TRUE(wait_inq(self->s, 1000));
	EXPECT_EQ(300, recv_pattern(self->s, 300, 0));
	EXPECT_EQ(700, queue_len(self->s, FIONREAD));
	EXPECT_EQ(1, recv(self->s, &byte, 1, MSG_PEEK));
	EXPECT_EQ(700, queue_len(self->s, SIOCINQ));
}

/* A FIN is not a byte */
TEST_F(buffers, inq_end)
{
	char byte;

	ASSERT_EQ(10, send_pattern(self->c, 10, 0));
	shutdown(self->c, SHUT_WR);
	ASSERT_NE(0, poll_for(self->s, POLLRDHUP, WAIT_MS));
	EXPECT_EQ(10, queue_len(self->s, SIOCINQ));
	EXPECT_EQ(10, recv_pattern(self->s, 10, 0));
	EXPECT_EQ(0, queue_len(self->s, SIOCINQ));
	EXPECT_EQ(0, recv(self->s, &byte, 1, 0));
	EXPECT_EQ(0, queue_len(self->s, SIOCINQ));
}

TEST_F(buffers, outq_drains)
{
	ASSERT_EQ(1000, send_pattern(self->c, 1000, 0));
	EXPECT_TRUE(wait_outq(self->c, 0));
	EXPECT_EQ(0, queue_len(self->c, SIOCOUTQNSD));
}

/* Each byte is in one queue or in the other */
TEST_F(buffers, outq_and_inq)
{
	int len = fill_until_blocked(self->c);
	int out = queue_len(self->c, SIOCOUTQ);

	EXPECT_LT(0, out);
	EXPECT_EQ(len, out + queue_len(self->s, SIOCINQ));
	EXPECT_GE(out, queue_len(self->c, SIOCOUTQNSD));
	EXPECT_LT(0, queue_len(self->c, SIOCOUTQNSD));
	EXPECT_EQ(len, recv_pattern(self->s, len, 0));
	EXPECT_TRUE(wait_outq(self->c, 0));
}

/* A FIN counts as a byte until it is acknowledged, and one more is never */
TEST_F(buffers, outq_fin)
{
	int len = fill_until_blocked(self->c);
	int out = queue_len(self->c, SIOCOUTQ);

	ASSERT_EQ(0, shutdown(self->c, SHUT_WR));
	EXPECT_EQ(out + 1, queue_len(self->c, SIOCOUTQ));
	EXPECT_EQ(len, recv_pattern(self->s, len, 0));
	EXPECT_TRUE(wait_outq(self->c, 0));
}

TEST_F(buffers, ioctl_listener)
{
	int lfd = tcp_socket(0);

	ASSERT_LE(0, listen_on(lfd, PORT, 1));
	EXPECT_EQ(-1, queue_len(lfd, SIOCINQ));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, queue_len(lfd, SIOCOUTQ));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, queue_len(lfd, SIOCOUTQNSD));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(0, queue_len(lfd, SIOCATMARK));
}

TEST_F(buffers, ioctl_unconnected)
{
	int fd = tcp_socket(0);

	EXPECT_EQ(0, queue_len(fd, SIOCINQ));
	EXPECT_EQ(0, queue_len(fd, SIOCOUTQ));
	EXPECT_EQ(0, queue_len(fd, SIOCOUTQNSD));
	EXPECT_EQ(0, queue_len(fd, SIOCATMARK));
}

TEST_F(buffers, ioctl_bad)
{
	EXPECT_EQ(EFAULT, err(ioctl(self->c, SIOCINQ, (void *)8)));
	EXPECT_EQ(EFAULT, err(ioctl(self->c, SIOCOUTQ, (void *)8)));
	EXPECT_EQ(ENOTTY, err(ioctl(self->c, 0x12345678, 0)));
}

/* Without urgent data there is no mark to be at */
TEST_F(buffers, atmark_never)
{
	char byte;

	EXPECT_EQ(0, queue_len(self->s, SIOCATMARK));
	EXPECT_EQ(0, sockatmark(self->s));
	ASSERT_EQ(1, send(self->c, "x", 1, 0));
	ASSERT_EQ(1, recv(self->s, &byte, 1, 0));
	EXPECT_EQ(0, sockatmark(self->s));
}

TEST_HARNESS_MAIN
