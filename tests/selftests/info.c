// SPDX-License-Identifier: GPL-2.0-only
/* TCP_INFO: that each number counts what its name says */
#include "mini_harness.h"

FIXTURE(info) {
	int fd[2];
	int c;		/* the end that connected */
	int s;		/* the end that accepted */
};

FIXTURE_VARIANT(info) {
	struct row own;
	struct row peer;
};

FIXTURE_VARIANT_ADD(info, inet) { ROW_INET, ROW_INET };
FIXTURE_VARIANT_ADD(info, mini) { ROW_MINI, ROW_MINI };
FIXTURE_VARIANT_ADD(info, mini_to_inet) { ROW_MINI, ROW_INET };

FIXTURE_SETUP(info)
{
	ASSERT_EQ(0, net_setup(variant->own, variant->peer));
	ASSERT_EQ(0, tcp_pair(self->fd));
	self->c = self->fd[0];
	self->s = self->fd[1];
}

FIXTURE_TEARDOWN(info)
{
	close(self->c);
	close(self->s);
}

/* The C library's struct ends with @head; the rest is <linux/tcp.h>'s */
struct info {
	struct tcp_info head;
	uint64_t pacing_rate;
	uint64_t max_pacing_rate;
	uint64_t bytes_acked;
	uint64_t bytes_received;
	uint32_t segs_out;
	uint32_t segs_in;
	uint32_t notsent_bytes;
	uint32_t min_rtt;
	uint32_t data_segs_in;
	uint32_t data_segs_out;
	uint64_t delivery_rate;
	uint64_t busy_time;
	uint64_t rwnd_limited;
	uint64_t sndbuf_limited;
	uint32_t delivered;
	uint32_t delivered_ce;
	uint64_t bytes_sent;
	uint64_t bytes_retrans;
	uint32_t dsack_dups;
	uint32_t reord_seen;
	uint32_t rcv_ooopack;
	uint32_t snd_wnd;
};

static struct info info_of(int fd)
{
	struct info info = {};
	socklen_t len = sizeof(info);

	getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len);
	return info;
}

TEST_F(info, counts)
{
	struct info i;

	ASSERT_EQ(5000, send_pattern(self->c, 5000, 0));
	ASSERT_EQ(5000, recv_pattern(self->s, 5000, 0));
	ASSERT_TRUE(wait_outq(self->c, 0));
	ASSERT_EQ(300, send_pattern(self->s, 300, 0));
	ASSERT_EQ(300, recv_pattern(self->c, 300, 0));
	i = info_of(self->c);
	EXPECT_EQ(5000, i.bytes_sent);
	EXPECT_EQ(0, i.bytes_retrans);
	EXPECT_LE(5000, i.bytes_acked);
	EXPECT_EQ(300, i.bytes_received);
	EXPECT_LE(1, i.data_segs_out);
	EXPECT_LE(1, i.data_segs_in);
	EXPECT_LE(i.data_segs_out, i.segs_out);
	EXPECT_LE(i.data_segs_in, i.segs_in);
	EXPECT_EQ(0, i.notsent_bytes);
	EXPECT_EQ(0, i.rcv_ooopack);
	EXPECT_LT(0, i.snd_wnd);
}

/* What the other side has, and how fast it came there */
TEST_F(info, delivery)
{
	struct job rx = { .fd = self->s, .len = 50000 };
	struct info i;

	ASSERT_EQ(0, job_start(&rx, run_recv));
	ASSERT_EQ(50000, send_pattern(self->c, 50000, 0));
	ASSERT_EQ(50000, job_wait(&rx));
	ASSERT_TRUE(wait_outq(self->c, 0));
	i = info_of(self->c);
	EXPECT_LE(i.data_segs_out, i.delivered);	/* and the SYN */
	EXPECT_GE(i.data_segs_out + 2, i.delivered);
	EXPECT_EQ(0, i.delivered_ce);
	EXPECT_EQ(0, i.dsack_dups);
	EXPECT_EQ(0, i.reord_seen);
	EXPECT_EQ(3, i.head.tcpi_reordering);
	EXPECT_LT(1000, i.delivery_rate);
	EXPECT_LT(0, i.head.tcpi_rcv_ssthresh);
	i = info_of(self->s);
	EXPECT_LT(0, i.head.tcpi_ato);
	EXPECT_GE(200000, i.head.tcpi_ato);
	EXPECT_LT(0, i.head.tcpi_rcv_space);
}

/* How long ago: nothing for a while, and then just now */
TEST_F(info, times)
{
	struct info i;

	ASSERT_EQ(1, send_pattern(self->c, 1, 0));
	ASSERT_EQ(1, recv_pattern(self->s, 1, 0));
	ASSERT_TRUE(wait_outq(self->c, 0));
	sleep_ms(300);
	i = info_of(self->c);
	EXPECT_LE(200, i.head.tcpi_last_data_sent);
	EXPECT_GT(20000, i.head.tcpi_last_data_sent);
	EXPECT_LE(200, i.head.tcpi_last_ack_recv);
	i = info_of(self->s);
	EXPECT_LE(200, i.head.tcpi_last_data_recv);
	EXPECT_GT(20000, i.head.tcpi_last_data_recv);
	EXPECT_LE(0, i.busy_time);
}

/* A reader that does not read holds the sender by its window */
TEST_F(info, limited_by_window)
{
	struct info before, after;

	fill_until_blocked(self->c);
	before = info_of(self->c);
	sleep_ms(300);
	after = info_of(self->c);
	EXPECT_LE(200000, after.rwnd_limited - before.rwnd_limited);
	EXPECT_LE(after.rwnd_limited + after.sndbuf_limited, after.busy_time);
	EXPECT_LT(0, after.notsent_bytes);
}

/* A segment is one on the wire, however few packets IP had to cut or join */
TEST_F(info, segments_of_large_packets)
{
	struct job rx = { .fd = self->s, .len = 1000000 };
	struct info i;

	ASSERT_EQ(0, job_start(&rx, run_recv));
	ASSERT_EQ(1000000, send_pattern(self->c, 1000000, 0));
	ASSERT_EQ(1000000, job_wait(&rx));
	i = info_of(self->c);
	EXPECT_LE(1000000 / 65535, i.data_segs_out);
	EXPECT_LT(i.data_segs_out, i.segs_out);
	i = info_of(self->s);
	EXPECT_LT(i.data_segs_in, i.segs_in);
}

TEST_F(info, path_mtu)
{
	EXPECT_EQ(65535, info_of(self->c).head.tcpi_pmtu);
	EXPECT_EQ(65535, info_of(self->s).head.tcpi_pmtu);
}

/* Idle time is no busy time */
TEST_F(info, idle)
{
	struct info before, after;

	ASSERT_EQ(1, send_pattern(self->c, 1, 0));
	ASSERT_TRUE(wait_outq(self->c, 0));
	before = info_of(self->c);
	sleep_ms(200);
	after = info_of(self->c);
	EXPECT_EQ(before.busy_time, after.busy_time);
}

TEST_F(info, pacing)
{
	uint32_t rate = 1000000;
	struct info i = info_of(self->c);

	EXPECT_EQ(UINT64_MAX, i.max_pacing_rate);
	ASSERT_EQ(0, setsockopt(self->c, SOL_SOCKET, SO_MAX_PACING_RATE, &rate,
				sizeof(rate)));
	i = info_of(self->c);
	EXPECT_EQ(rate, i.max_pacing_rate);
	EXPECT_GE(rate, i.pacing_rate);
}

TEST_HARNESS_MAIN
