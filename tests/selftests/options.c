// SPDX-License-Identifier: GPL-2.0-only
/*
 * getsockopt(2) and setsockopt(2): the options that exist, what they say, and
 * the errors of those that do not. An option a stack only pretends to know is
 * worse than one it refuses.
 */
#include <sys/time.h>
#include "mini_harness.h"

FIXTURE(options) {
	int fd;
	int inet;	/* kernel TCP, for comparison */
};

FIXTURE_VARIANT(options) {
	struct row row;
};

FIXTURE_VARIANT_ADD(options, inet) { .row = ROW_INET };
FIXTURE_VARIANT_ADD(options, mini) { .row = ROW_MINI };

FIXTURE_SETUP(options)
{
	ASSERT_EQ(0, net_setup(variant->row, variant->row));
	self->fd = tcp_socket(0);
	ASSERT_LE(0, self->fd);
	self->inet = inet_socket(0);
	ASSERT_LE(0, self->inet);
}

FIXTURE_TEARDOWN(options)
{
	close(self->fd);
	close(self->inet);
}

/* Off by default, any value but 0 is on, and on reads as 1 */
static void expect_flag(struct __test_metadata *_metadata, int fd, int level,
			int name)
{
	EXPECT_EQ(0, opt_get(fd, level, name));
	EXPECT_EQ(0, opt_set(fd, level, name, 1));
	EXPECT_EQ(1, opt_get(fd, level, name));
	EXPECT_EQ(0, opt_set(fd, level, name, 0));
	EXPECT_EQ(0, opt_get(fd, level, name));
	EXPECT_EQ(0, opt_set(fd, level, name, 77));
	EXPECT_EQ(1, opt_get(fd, level, name));
}

TEST_F(options, nodelay)
{
	expect_flag(_metadata, self->fd, IPPROTO_TCP, TCP_NODELAY);
}

TEST_F(options, keepalive)
{
	expect_flag(_metadata, self->fd, SOL_SOCKET, SO_KEEPALIVE);
}

TEST_F(options, reuseaddr)
{
	expect_flag(_metadata, self->fd, SOL_SOCKET, SO_REUSEADDR);
}

TEST_F(options, oobinline)
{
	expect_flag(_metadata, self->fd, SOL_SOCKET, SO_OOBINLINE);
}

TEST_F(options, on_a_connection)
{
	int fd[2], i;

	ASSERT_EQ(0, tcp_pair(fd));
	for (i = 0; i < 2; i++) {
		expect_flag(_metadata, fd[i], IPPROTO_TCP, TCP_NODELAY);
		expect_flag(_metadata, fd[i], SOL_SOCKET, SO_KEEPALIVE);
	}
	EXPECT_EQ(100, send_pattern(fd[0], 100, 0));
	EXPECT_EQ(100, recv_pattern(fd[1], 100, 0));
}

TEST_F(options, linger)
{
	struct linger l = { .l_onoff = 7, .l_linger = 7 };
	socklen_t len = sizeof(l);

	ASSERT_EQ(0, getsockopt(self->fd, SOL_SOCKET, SO_LINGER, &l, &len));
	EXPECT_EQ(sizeof(l), len);
	EXPECT_EQ(0, l.l_onoff);
	EXPECT_EQ(0, l.l_linger);
	ASSERT_EQ(0, set_linger(self->fd, 5, 30));
	ASSERT_EQ(0, getsockopt(self->fd, SOL_SOCKET, SO_LINGER, &l, &len));
	EXPECT_EQ(1, l.l_onoff);
	EXPECT_EQ(30, l.l_linger);
	EXPECT_EQ(EINVAL, err(setsockopt(self->fd, SOL_SOCKET, SO_LINGER, &l,
					 sizeof(l) - 1)));
}

static void expect_timeout(struct __test_metadata *_metadata, int fd, int name)
{
	struct timeval tv = { .tv_sec = 1 };
	socklen_t len = sizeof(tv);

	ASSERT_EQ(0, getsockopt(fd, SOL_SOCKET, name, &tv, &len));
	EXPECT_EQ(0, tv.tv_sec + tv.tv_usec);
	ASSERT_EQ(0, set_timeout(fd, name, 2500));
	ASSERT_EQ(0, getsockopt(fd, SOL_SOCKET, name, &tv, &len));
	EXPECT_EQ(2, tv.tv_sec);
	EXPECT_EQ(500000, tv.tv_usec);
	EXPECT_EQ(EINVAL, err(setsockopt(fd, SOL_SOCKET, name, &tv, 4)));
	tv.tv_usec = 1000000;
	EXPECT_EQ(EDOM, err(setsockopt(fd, SOL_SOCKET, name, &tv, len)));
}

TEST_F(options, timeouts)
{
	expect_timeout(_metadata, self->fd, SO_RCVTIMEO);
	expect_timeout(_metadata, self->fd, SO_SNDTIMEO);
}

TEST_F(options, low_water_marks)
{
	EXPECT_EQ(1, opt_get(self->fd, SOL_SOCKET, SO_RCVLOWAT));
	EXPECT_EQ(0, opt_set(self->fd, SOL_SOCKET, SO_RCVLOWAT, 500));
	EXPECT_EQ(500, opt_get(self->fd, SOL_SOCKET, SO_RCVLOWAT));
	EXPECT_EQ(0, opt_set(self->fd, SOL_SOCKET, SO_RCVLOWAT, 0));
	EXPECT_EQ(1, opt_get(self->fd, SOL_SOCKET, SO_RCVLOWAT));
	EXPECT_EQ(1, opt_get(self->fd, SOL_SOCKET, SO_SNDLOWAT));
	EXPECT_EQ(ENOPROTOOPT,
		  err(opt_set(self->fd, SOL_SOCKET, SO_SNDLOWAT, 100)));
}

/*
 * recv() waits for so much. (He must be asleep before the first byte comes:
 * kernel TCP does not wake one who holds a part and lacks less than the mark.)
 */
TEST_F(options, rcvlowat_recv)
{
	struct job job = {};
	int fd[2];

	ASSERT_EQ(0, tcp_pair(fd));
	ASSERT_EQ(0, opt_set(fd[1], SOL_SOCKET, SO_RCVLOWAT, 100));
	job.fd = fd[1];
	job.len = 150;
	ASSERT_EQ(0, job_start(&job, run_recv));
	ASSERT_TRUE(job_asleep(&job));
	ASSERT_EQ(99, send_pattern(fd[0], 99, 0));
	ASSERT_TRUE(wait_outq(fd[0], 0));
	EXPECT_TRUE(job_asleep(&job));
	ASSERT_EQ(51, send_pattern(fd[0], 51, 99));
	EXPECT_EQ(150, job_wait(&job));
}

TEST_F(options, read_only)
{
	static const int names[] = {
		SO_TYPE, SO_ERROR, SO_PROTOCOL, SO_DOMAIN, SO_ACCEPTCONN,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_EQ(ENOPROTOOPT,
			  err(opt_set(self->fd, SOL_SOCKET, names[i], 0)))
			TH_LOG("option %d", names[i]);
	}
}

/* ------------------------------------------------------------------ lengths */

struct option {
	int level;
	int name;
};

/* An int is cut to the caller's length, and never longer than an int */
static void expect_get_length(struct __test_metadata *_metadata, int fd,
			      struct option opt, socklen_t asked)
{
	socklen_t len = asked, want = asked < 4 ? asked : 4;
	uint8_t buf[16];

	memset(buf, 0xee, sizeof(buf));
	EXPECT_EQ(0, getsockopt(fd, opt.level, opt.name, buf, &len));
	EXPECT_EQ(want, len);
	EXPECT_EQ(0xee, buf[want]);
}

TEST_F(options, get_length)
{
	static const struct option opts[] = {
		{ SOL_SOCKET, SO_TYPE }, { IPPROTO_TCP, TCP_NODELAY },
	};
	static const socklen_t asked[] = { 0, 1, 3, 4, 5, 16 - 1 };
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(opts); i++) {
		for (j = 0; j < ARRAY_SIZE(asked); j++)
			expect_get_length(_metadata, self->fd, opts[i],
					  asked[j]);
	}
}

static int get_raw(int fd, struct option opt, void *buf, void *len)
{
	return getsockopt(fd, opt.level, opt.name, buf, len);
}

TEST_F(options, get_bad_arguments)
{
	static const struct option opts[] = {
		{ SOL_SOCKET, SO_TYPE }, { IPPROTO_TCP, TCP_NODELAY },
	};
	socklen_t minus = -1, four = 4;
	void *bad = (void *)8;
	int value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(opts); i++) {
		EXPECT_EQ(EINVAL,
			  err(get_raw(self->fd, opts[i], &value, &minus)));
		EXPECT_EQ(EFAULT,
			  err(get_raw(self->fd, opts[i], bad, &four)));
		EXPECT_EQ(EFAULT,
			  err(get_raw(self->fd, opts[i], &value, bad)));
	}
}

static int set_raw(int fd, struct option opt, const void *buf, socklen_t len)
{
	return setsockopt(fd, opt.level, opt.name, buf, len);
}

TEST_F(options, set_length)
{
	static const struct option opts[] = {
		{ SOL_SOCKET, SO_KEEPALIVE }, { SOL_SOCKET, SO_SNDBUF },
		{ IPPROTO_TCP, TCP_NODELAY },
	};
	uint64_t one = 1;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(opts); i++) {
		EXPECT_EQ(EINVAL, err(set_raw(self->fd, opts[i], &one, 3)));
		EXPECT_EQ(EINVAL, err(set_raw(self->fd, opts[i], &one, 0)));
		EXPECT_EQ(EINVAL, err(set_raw(self->fd, opts[i], &one, -1)));
		EXPECT_EQ(EFAULT,
			  err(set_raw(self->fd, opts[i], (void *)8, 4)));
		EXPECT_EQ(0, set_raw(self->fd, opts[i], &one, 8));
	}
}

TEST_F(options, unknown)
{
	static const int levels[] = { SOL_SOCKET, IPPROTO_TCP, IPPROTO_IP };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(levels); i++) {
		EXPECT_EQ(-1, opt_get(self->fd, levels[i], 9999));
		EXPECT_EQ(ENOPROTOOPT, errno);
		EXPECT_EQ(ENOPROTOOPT,
			  err(opt_set(self->fd, levels[i], 9999, 1)));
	}
}

/* Another protocol's level; Linux has two words for no here */
TEST_F(options, unknown_level)
{
	static const int levels[] = { 12345, IPPROTO_UDP, IPPROTO_IPV6 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(levels); i++) {
		EXPECT_EQ(-1, opt_get(self->fd, levels[i], 1));
		EXPECT_EQ(EOPNOTSUPP, errno);
		EXPECT_EQ(ENOPROTOOPT,
			  err(opt_set(self->fd, levels[i], 1, 1)));
	}
}

/* ---------------------------------------------------------------- SO_ERROR */

TEST_F(options, error_once)
{
	EXPECT_EQ(0, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
	ASSERT_EQ(0, set_nonblock(self->fd, true));
	connect4(self->fd, ADDR_LO, PORT);
	ASSERT_NE(0, poll_for(self->fd, POLLIN, WAIT_MS));
	EXPECT_EQ(ECONNREFUSED, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(0, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
}

/* ------------------------------------------------------- TCP_MAXSEG, TCP_INFO */

TEST_F(options, maxseg_unconnected)
{
	EXPECT_EQ(536, opt_get(self->fd, IPPROTO_TCP, TCP_MAXSEG));
}

/* The MTU of lo less the headers; a timestamp option may take 12 more */
TEST_F(options, maxseg_connected)
{
	int fd[2], mss;

	ASSERT_EQ(0, tcp_pair(fd));
	EXPECT_EQ(1000, send_pattern(fd[0], 1000, 0));
	EXPECT_EQ(1000, recv_pattern(fd[1], 1000, 0));
	mss = opt_get(fd[0], IPPROTO_TCP, TCP_MAXSEG);
	EXPECT_GE(65496, mss);
	EXPECT_LE(16384, mss);
}

TEST_F(options, info_state)
{
	int fd[2], lfd = tcp_socket(0);
	char byte;

	EXPECT_EQ(TCP_CLOSE, tcp_state(self->fd));
	ASSERT_LE(0, listen_on(lfd, PORT, 1));
	EXPECT_EQ(TCP_LISTEN, tcp_state(lfd));
	ASSERT_EQ(0, tcp_pair(fd));
	EXPECT_EQ(TCP_ESTABLISHED, tcp_state(fd[0]));
	EXPECT_EQ(TCP_ESTABLISHED, tcp_state(fd[1]));
	ASSERT_EQ(0, shutdown(fd[0], SHUT_WR));
	EXPECT_EQ(0, recv(fd[1], &byte, 1, 0));
	EXPECT_EQ(TCP_CLOSE_WAIT, tcp_state(fd[1]));
	EXPECT_TRUE(wait_state(fd[0], TCP_FIN_WAIT2));
	ASSERT_EQ(0, shutdown(fd[1], SHUT_WR));
	EXPECT_TRUE(wait_state(fd[0], TCP_CLOSE));
	EXPECT_TRUE(wait_state(fd[1], TCP_CLOSE));
}

TEST_F(options, info_state_syn_sent)
{
	ASSERT_EQ(0, net_routes());
	ASSERT_EQ(0, set_nonblock(self->fd, true));
	connect4(self->fd, ADDR_BLACKHOLE, PORT);
	EXPECT_EQ(TCP_SYN_SENT, tcp_state(self->fd));
}

/* With the link down, states that last but a moment can be seen */
TEST_F(options, info_state_fin_wait1)
{
	int fd[2];

	ASSERT_EQ(0, tcp_pair(fd));
	ASSERT_EQ(0, link_set("lo", false));
	ASSERT_EQ(0, shutdown(fd[0], SHUT_WR));
	EXPECT_EQ(TCP_FIN_WAIT1, tcp_state(fd[0]));
	ASSERT_EQ(0, shutdown(fd[1], SHUT_WR));
	EXPECT_EQ(TCP_FIN_WAIT1, tcp_state(fd[1]));
}

TEST_F(options, info_state_last_ack)
{
	int fd[2];
	char byte;

	ASSERT_EQ(0, tcp_pair(fd));
	ASSERT_EQ(0, shutdown(fd[0], SHUT_WR));
	EXPECT_EQ(0, recv(fd[1], &byte, 1, 0));
	ASSERT_EQ(0, link_set("lo", false));
	ASSERT_EQ(0, shutdown(fd[1], SHUT_WR));
	EXPECT_EQ(TCP_LAST_ACK, tcp_state(fd[1]));
}

TEST_F(options, info_values)
{
	struct tcp_info info = {};
	socklen_t len = sizeof(info);
	int fd[2];

	ASSERT_EQ(0, tcp_pair(fd));
	EXPECT_EQ(1000, send_pattern(fd[0], 1000, 0));
	EXPECT_EQ(1000, recv_pattern(fd[1], 1000, 0));
	ASSERT_TRUE(wait_outq(fd[0], 0));
	ASSERT_EQ(0, getsockopt(fd[0], IPPROTO_TCP, TCP_INFO, &info, &len));
	EXPECT_LT(0, info.tcpi_snd_mss);
	EXPECT_LT(0, info.tcpi_rcv_mss);
	EXPECT_LT(0, info.tcpi_pmtu);
	EXPECT_LT(0, info.tcpi_rto);
	EXPECT_LT(0, info.tcpi_rtt);
	EXPECT_LT(0, info.tcpi_snd_cwnd);
	EXPECT_EQ(0, info.tcpi_unacked);
	EXPECT_EQ(0, info.tcpi_total_retrans);
	EXPECT_EQ(TCP_CA_Open, info.tcpi_ca_state);
}

/* An old program asks for a short struct, a new one for a longer one */
TEST_F(options, info_length)
{
	static const socklen_t asked[] = { 0, 1, 4, 104, 148, 1000 };
	uint8_t own[1024], inet[1024];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(asked); i++) {
		socklen_t len = asked[i], want = asked[i];

		memset(own, 0xee, sizeof(own));
		memset(inet, 0xee, sizeof(inet));
		EXPECT_EQ(0, getsockopt(self->inet, IPPROTO_TCP, TCP_INFO,
					inet, &want));
		EXPECT_EQ(0, getsockopt(self->fd, IPPROTO_TCP, TCP_INFO, own,
					&len));
		EXPECT_EQ(want, len);
		EXPECT_EQ(0xee, own[len]);
	}
	EXPECT_EQ(TCP_CLOSE, own[0]);
}

TEST_F(options, info_not_set)
{
	EXPECT_EQ(ENOPROTOOPT,
		  err(opt_set(self->fd, IPPROTO_TCP, TCP_INFO, 0)));
}

TEST_HARNESS_MAIN
