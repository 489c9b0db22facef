// SPDX-License-Identifier: GPL-2.0-only
/*
 * poll(2) and epoll(7): the mask of each state, cell by cell, as a level and
 * as an edge; then which happening wakes whom.
 */
#include <sys/epoll.h>
#include "mini_harness.h"

FIXTURE(poll) {
	int fd[2];
	int c;		/* the end that connected */
	int s;		/* the end that accepted */
	int ep;
};

FIXTURE_VARIANT(poll) {
	struct row own;
	struct row peer;
};

FIXTURE_VARIANT_ADD(poll, inet) { ROW_INET, ROW_INET };
FIXTURE_VARIANT_ADD(poll, mini) { ROW_MINI, ROW_MINI };

FIXTURE_SETUP(poll)
{
	ASSERT_EQ(0, net_setup(variant->own, variant->peer));
	ASSERT_EQ(0, net_routes());
	ASSERT_EQ(0, tcp_pair_small(self->fd, 16384, 16384));
	self->c = self->fd[0];
	self->s = self->fd[1];
	self->ep = epoll_create1(0);
	ASSERT_LE(0, self->ep);
}

FIXTURE_TEARDOWN(poll)
{
	close(self->c);
	close(self->s);
	close(self->ep);
}

#define IN	EPOLLIN
#define OUT	EPOLLOUT
#define PRI	EPOLLPRI
#define ERR	EPOLLERR
#define HUP	EPOLLHUP
#define RDHUP	EPOLLRDHUP
#define ALL	(IN | OUT | PRI | RDHUP)	/* ERR and HUP come unasked */

static unsigned int mask_now(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = ALL };

	return poll(&pfd, 1, 0) == 1 ? (unsigned int)pfd.revents : 0;
}

/* The mask, once it is what is wanted, or what it is when the time is up */
static unsigned int mask_settled(int fd, unsigned int want)
{
	long end = now_ms() + WAIT_MS;
	unsigned int mask;

	do {
		mask = mask_now(fd);
	} while (mask != want && look_again(end));
	return mask;
}

static int epoll_add(int ep, int fd, unsigned int events)
{
	struct epoll_event ev = { .events = events, .data.fd = fd };

	return epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
}

/* The next event, 0 when none comes in time */
static unsigned int epoll_next(int ep, int ms)
{
	struct epoll_event ev;

	return epoll_wait(ep, &ev, 1, ms) == 1 ? ev.events : 0;
}

/* Every way to ask gives this mask; an edge is reported once, a level again */
static void expect_mask(struct __test_metadata *_metadata, int fd,
			unsigned int want)
{
	int level = epoll_create1(0), edge = epoll_create1(0);

	EXPECT_EQ(want, mask_settled(fd, want));
	ASSERT_EQ(0, epoll_add(level, fd, ALL));
	ASSERT_EQ(0, epoll_add(edge, fd, ALL | EPOLLET));
	EXPECT_EQ(want, epoll_next(level, 0));
	EXPECT_EQ(want, epoll_next(level, 0));
	EXPECT_EQ(want, epoll_next(edge, 0));
	EXPECT_EQ(0, epoll_next(edge, 0));
	close(level);
	close(edge);
}

/* ------------------------------------------------------------ the truth table */

TEST_F(poll, cell_never_connected)
{
	expect_mask(_metadata, tcp_socket(0), OUT | HUP);
}

TEST_F(poll, cell_bound)
{
	int fd = tcp_socket(0);

	ASSERT_EQ(0, bind4(fd, ADDR_LO, PORT));
	expect_mask(_metadata, fd, OUT | HUP);
}

TEST_F(poll, cell_syn_sent)
{
	int fd = tcp_socket(SOCK_NONBLOCK);

	connect4(fd, ADDR_BLACKHOLE, PORT);
	expect_mask(_metadata, fd, 0);
}

TEST_F(poll, cell_connected)
{
	expect_mask(_metadata, self->c, OUT);
	expect_mask(_metadata, self->s, OUT);
}

TEST_F(poll, cell_connected_nonblock)
{
	int lfd = tcp_socket(0), fd = tcp_socket(SOCK_NONBLOCK);

	ASSERT_LE(0, listen_on(lfd, PORT, 1));
	EXPECT_EQ(EINPROGRESS, err(connect4(fd, ADDR_LO, PORT)));
	expect_mask(_metadata, fd, OUT);
}

TEST_F(poll, cell_refused)
{
	int fd = tcp_socket(SOCK_NONBLOCK);

	connect4(fd, ADDR_LO, PORT);
	expect_mask(_metadata, fd, IN | OUT | ERR | HUP | RDHUP);
	EXPECT_EQ(ECONNREFUSED, opt_get(fd, SOL_SOCKET, SO_ERROR));
	expect_mask(_metadata, fd, IN | OUT | HUP | RDHUP);
}

/* A blocking connect() that was refused leaves a fresh socket */
TEST_F(poll, cell_refused_blocking)
{
	int fd = tcp_socket(0);

	EXPECT_EQ(ECONNREFUSED, err(connect4(fd, ADDR_LO, PORT)));
	expect_mask(_metadata, fd, OUT | HUP);
}

TEST_F(poll, cell_data)
{
	ASSERT_EQ(1, send_pattern(self->c, 1, 0));
	expect_mask(_metadata, self->s, IN | OUT);
	ASSERT_EQ(1, recv_pattern(self->s, 1, 0));
	expect_mask(_metadata, self->s, OUT);
}

TEST_F(poll, cell_peer_fin)
{
	ASSERT_EQ(0, shutdown(self->c, SHUT_WR));
	expect_mask(_metadata, self->s, IN | OUT | RDHUP);
	expect_mask(_metadata, self->c, OUT);
}

TEST_F(poll, cell_own_shut_read)
{
	ASSERT_EQ(0, shutdown(self->c, SHUT_RD));
	expect_mask(_metadata, self->c, IN | OUT | RDHUP);
	expect_mask(_metadata, self->s, OUT);
}

TEST_F(poll, cell_own_shut_both)
{
	ASSERT_EQ(0, shutdown(self->c, SHUT_RDWR));
	expect_mask(_metadata, self->c, IN | OUT | HUP | RDHUP);
	expect_mask(_metadata, self->s, IN | OUT | RDHUP);
}

TEST_F(poll, cell_both_closed)
{
	ASSERT_EQ(0, shutdown(self->c, SHUT_WR));
	expect_mask(_metadata, self->s, IN | OUT | RDHUP);
	ASSERT_EQ(0, shutdown(self->s, SHUT_WR));
	expect_mask(_metadata, self->s, IN | OUT | HUP | RDHUP);
	expect_mask(_metadata, self->c, IN | OUT | HUP | RDHUP);
}

/* The window is shut, the write queue full, and the peer has sent its FIN */
TEST_F(poll, cell_peer_fin_not_writable)
{
	ASSERT_LT(0, fill_until_blocked(self->c));
	expect_mask(_metadata, self->c, 0);
	ASSERT_EQ(0, shutdown(self->s, SHUT_WR));
	expect_mask(_metadata, self->c, IN | RDHUP);
}

TEST_F(poll, cell_reset)
{
	ASSERT_EQ(0, set_linger(self->c, 1, 0));
	close(self->c);
	expect_mask(_metadata, self->s, IN | OUT | ERR | HUP | RDHUP);
	EXPECT_EQ(ECONNRESET, opt_get(self->s, SOL_SOCKET, SO_ERROR));
	expect_mask(_metadata, self->s, IN | OUT | HUP | RDHUP);
}

TEST_F(poll, cell_reset_after_fin)
{
	close(self->c);
	expect_mask(_metadata, self->s, IN | OUT | RDHUP);
	ASSERT_EQ(1, send_pattern(self->s, 1, 0));
	expect_mask(_metadata, self->s, IN | OUT | ERR | HUP | RDHUP);
	EXPECT_EQ(EPIPE, opt_get(self->s, SOL_SOCKET, SO_ERROR));
	expect_mask(_metadata, self->s, IN | OUT | HUP | RDHUP);
}

TEST_F(poll, cell_dissolved)
{
	struct sockaddr sa = { .sa_family = AF_UNSPEC };

	ASSERT_EQ(0, connect(self->c, &sa, sizeof(sa)));
	expect_mask(_metadata, self->c, OUT | ERR | HUP);
	EXPECT_EQ(ECONNRESET, opt_get(self->c, SOL_SOCKET, SO_ERROR));
	expect_mask(_metadata, self->c, OUT | HUP);
}

TEST_F(poll, cell_listener)
{
	int lfd = tcp_socket(0);

	ASSERT_LE(0, listen_on(lfd, PORT, 4));
	expect_mask(_metadata, lfd, 0);
	ASSERT_LE(0, dial(PORT));
	expect_mask(_metadata, lfd, IN);
	ASSERT_LE(0, dial(PORT));
	ASSERT_LE(0, accept(lfd, NULL, NULL));
	expect_mask(_metadata, lfd, IN);
	ASSERT_LE(0, accept(lfd, NULL, NULL));
	expect_mask(_metadata, lfd, 0);
}

TEST_F(poll, cell_listener_shut)
{
	int lfd = tcp_socket(0);

	ASSERT_LE(0, listen_on(lfd, PORT, 4));
	ASSERT_EQ(0, shutdown(lfd, SHUT_RDWR));
	expect_mask(_metadata, lfd, OUT | HUP);
}

/* shutdown() of a socket that is not connected fails, and yet is remembered */
TEST_F(poll, cell_unconnected_shut)
{
	int fd = tcp_socket(0);

	EXPECT_EQ(ENOTCONN, err(shutdown(fd, SHUT_RDWR)));
	expect_mask(_metadata, fd, IN | OUT | HUP | RDHUP);
}

TEST_F(poll, cell_not_writable)
{
	ASSERT_LT(0, fill_until_blocked(self->c));
	expect_mask(_metadata, self->c, 0);
	ASSERT_EQ(0, shutdown(self->c, SHUT_WR));
	expect_mask(_metadata, self->c, OUT);
}

TEST_F(poll, cell_rcvlowat)
{
	ASSERT_EQ(0, opt_set(self->s, SOL_SOCKET, SO_RCVLOWAT, 100));
	ASSERT_EQ(99, send_pattern(self->c, 99, 0));
	ASSERT_TRUE(wait_inq(self->s, 99));
	expect_mask(_metadata, self->s, OUT);
	ASSERT_EQ(1, send_pattern(self->c, 1, 99));
	expect_mask(_metadata, self->s, IN | OUT);
	ASSERT_EQ(1, recv_pattern(self->s, 1, 0));
	expect_mask(_metadata, self->s, OUT);
}

/* Too little for SO_RCVLOWAT, but no more will come */
TEST_F(poll, cell_rcvlowat_end)
{
	ASSERT_EQ(0, opt_set(self->s, SOL_SOCKET, SO_RCVLOWAT, 100));
	ASSERT_EQ(10, send_pattern(self->c, 10, 0));
	shutdown(self->c, SHUT_WR);
	expect_mask(_metadata, self->s, IN | OUT | RDHUP);
}

/* The low mark is set under what is there already */
TEST_F(poll, rcvlowat_lowered)
{
	ASSERT_EQ(0, opt_set(self->s, SOL_SOCKET, SO_RCVLOWAT, 100));
	ASSERT_EQ(0, epoll_add(self->ep, self->s, IN));
	ASSERT_EQ(50, send_pattern(self->c, 50, 0));
	ASSERT_TRUE(wait_inq(self->s, 50));
	EXPECT_EQ(0, epoll_next(self->ep, MOMENT_MS));
	ASSERT_EQ(0, opt_set(self->s, SOL_SOCKET, SO_RCVLOWAT, 50));
	EXPECT_EQ(IN, epoll_next(self->ep, WAIT_MS));
}

/* ------------------------------------------------------------------- wake-ups */

/* The event comes, if not at once */
static void expect_wakes(struct __test_metadata *_metadata, int ep,
			 unsigned int want)
{
	EXPECT_EQ(want, epoll_next(ep, WAIT_MS));
}

static ssize_t run_poll(struct job *job)
{
	return poll_for(job->fd, job->len, WAIT_MS);
}

/* A thread asleep in poll() is there when it happens */
TEST_F(poll, wakes_data)
{
	struct job job = { .fd = self->s, .len = IN };

	ASSERT_EQ(0, job_start(&job, run_poll));
	ASSERT_TRUE(job_asleep(&job));
	ASSERT_EQ(1, send_pattern(self->c, 1, 0));
	EXPECT_EQ(IN, job_wait(&job));
}

TEST_F(poll, wakes_peer_fin)
{
	struct job job = { .fd = self->s, .len = RDHUP };

	ASSERT_EQ(0, job_start(&job, run_poll));
	ASSERT_TRUE(job_asleep(&job));
	close(self->c);
	EXPECT_EQ(RDHUP, job_wait(&job));
}

TEST_F(poll, wakes_reset)
{
	struct job job = { .fd = self->s, .len = 0 };

	ASSERT_EQ(0, job_start(&job, run_poll));
	ASSERT_TRUE(job_asleep(&job));
	ASSERT_EQ(0, set_linger(self->c, 1, 0));
	close(self->c);
	EXPECT_EQ(ERR | HUP, job_wait(&job));
}

TEST_F(poll, wakes_own_shutdown)
{
	struct job job = { .fd = self->c, .len = IN };

	ASSERT_EQ(0, job_start(&job, run_poll));
	ASSERT_TRUE(job_asleep(&job));
	ASSERT_EQ(0, shutdown(self->c, SHUT_RD));
	EXPECT_EQ(IN, job_wait(&job));
}

TEST_F(poll, wakes_writable)
{
	struct job job = { .fd = self->c, .len = OUT };
	size_t len = fill_until_blocked(self->c);

	ASSERT_EQ(0, job_start(&job, run_poll));
	ASSERT_TRUE(job_asleep(&job));
	EXPECT_EQ(len, recv_pattern(self->s, len, 0));
	EXPECT_EQ(OUT, job_wait(&job));
}

TEST_F(poll, wakes_connected)
{
	int lfd = tcp_socket(0), fd = tcp_socket(SOCK_NONBLOCK);
	struct job job = { .fd = fd, .len = OUT };

	ASSERT_LE(0, listen_on(lfd, PORT, 0));
	ASSERT_LE(0, dial(PORT));
	ASSERT_TRUE(wait_pending(lfd, 1));
	EXPECT_EQ(EINPROGRESS, err(connect4(fd, ADDR_LO, PORT)));
	ASSERT_EQ(0, job_start(&job, run_poll));
	ASSERT_TRUE(job_asleep(&job));
	ASSERT_LE(0, accept(lfd, NULL, NULL));
	EXPECT_EQ(OUT, job_wait(&job));
}

TEST_F(poll, wakes_accept)
{
	int lfd = tcp_socket(0);
	struct job job = { .fd = lfd, .len = IN };

	ASSERT_LE(0, listen_on(lfd, PORT, 4));
	ASSERT_EQ(0, job_start(&job, run_poll));
	ASSERT_TRUE(job_asleep(&job));
	ASSERT_LE(0, dial(PORT));
	EXPECT_EQ(IN, job_wait(&job));
}

TEST_F(poll, wakes_listener_shutdown)
{
	int lfd = tcp_socket(0);
	struct job job = { .fd = lfd, .len = IN };

	ASSERT_LE(0, listen_on(lfd, PORT, 4));
	ASSERT_EQ(0, job_start(&job, run_poll));
	ASSERT_TRUE(job_asleep(&job));
	ASSERT_EQ(0, shutdown(lfd, SHUT_RDWR));
	EXPECT_EQ(HUP, job_wait(&job));
}

/*
 * SO_SNDLOWAT is not to be had on Linux; writable means that a third of the
 * send buffer is free. One byte read does not make it so, reading all does,
 * and then a nonblocking write takes something.
 */
TEST_F(poll, writable_by_thirds)
{
	size_t len = fill_until_blocked(self->c);

	EXPECT_EQ(0, mask_now(self->c));
	ASSERT_EQ(1, recv_pattern(self->s, 1, 0));
	sleep_ms(MOMENT_MS);
	EXPECT_EQ(0, mask_now(self->c));
	ASSERT_EQ(len - 1, recv_pattern(self->s, len - 1, 1));
	EXPECT_EQ(OUT, mask_settled(self->c, OUT));
	EXPECT_LT(0, send(self->c, "abc", 3, MSG_DONTWAIT));
}

/* Each time it calls itself writable it takes bytes, until all is through */
TEST_F(poll, writable_is_true)
{
	struct pollfd pfd = { .fd = self->c, .events = OUT };
	struct job rx = { .fd = self->s, .len = 300000 };
	size_t sent = 0;
	ssize_t rc;

	ASSERT_EQ(0, job_start(&rx, run_recv));
	while (sent < 300000) {
		uint8_t buf[3000];

		ASSERT_EQ(1, poll(&pfd, 1, WAIT_MS));
		pattern_fill(buf, sizeof(buf), sent);
		rc = send(self->c, buf, sizeof(buf), MSG_DONTWAIT);
		ASSERT_LT(0, rc);
		sent += rc;
	}
	EXPECT_EQ(300000, job_wait(&rx));
}

/* ----------------------------------------------------------- edge-triggered */

TEST_F(poll, edge_data)
{
	ASSERT_EQ(0, epoll_add(self->ep, self->s, ALL | EPOLLET));
	EXPECT_EQ(OUT, epoll_next(self->ep, 0));
	EXPECT_EQ(0, epoll_next(self->ep, 0));
	ASSERT_EQ(10, send_pattern(self->c, 10, 0));
	expect_wakes(_metadata, self->ep, IN | OUT);
	EXPECT_EQ(0, epoll_next(self->ep, MOMENT_MS));
}

/* A partial read arms nothing; only what comes next does */
TEST_F(poll, edge_partial_read)
{
	ASSERT_EQ(0, epoll_add(self->ep, self->s, IN | EPOLLET));
	ASSERT_EQ(10, send_pattern(self->c, 10, 0));
	expect_wakes(_metadata, self->ep, IN);
	ASSERT_EQ(5, recv_pattern(self->s, 5, 0));
	EXPECT_EQ(0, epoll_next(self->ep, MOMENT_MS));
	ASSERT_EQ(10, send_pattern(self->c, 10, 10));
	expect_wakes(_metadata, self->ep, IN);
	EXPECT_EQ(0, epoll_next(self->ep, MOMENT_MS));
	ASSERT_EQ(15, recv_pattern(self->s, 15, 5));
	EXPECT_EQ(0, epoll_next(self->ep, MOMENT_MS));
}

/* New data is an edge though the old was never read */
TEST_F(poll, edge_unread)
{
	int i;

	ASSERT_EQ(0, epoll_add(self->ep, self->s, IN | EPOLLET));
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(10, send_pattern(self->c, 10, 0));
		expect_wakes(_metadata, self->ep, IN);
		EXPECT_EQ(0, epoll_next(self->ep, MOMENT_MS));
	}
}

TEST_F(poll, edge_peer_fin)
{
	ASSERT_EQ(0, epoll_add(self->ep, self->s, ALL | EPOLLET));
	EXPECT_EQ(OUT, epoll_next(self->ep, 0));
	ASSERT_EQ(0, shutdown(self->c, SHUT_WR));
	expect_wakes(_metadata, self->ep, IN | OUT | RDHUP);
	EXPECT_EQ(0, epoll_next(self->ep, MOMENT_MS));
}

TEST_F(poll, edge_reset)
{
	ASSERT_EQ(0, epoll_add(self->ep, self->s, ALL | EPOLLET));
	EXPECT_EQ(OUT, epoll_next(self->ep, 0));
	ASSERT_EQ(0, set_linger(self->c, 1, 0));
	close(self->c);
	expect_wakes(_metadata, self->ep, IN | OUT | ERR | HUP | RDHUP);
	EXPECT_EQ(0, epoll_next(self->ep, MOMENT_MS));
}

TEST_F(poll, edge_writable)
{
	size_t len = fill_until_blocked(self->c);

	ASSERT_EQ(0, epoll_add(self->ep, self->c, OUT | EPOLLET));
	EXPECT_EQ(0, epoll_next(self->ep, 0));
	ASSERT_EQ(len, recv_pattern(self->s, len, 0));
	expect_wakes(_metadata, self->ep, OUT);
	EXPECT_TRUE(wait_outq(self->c, 0));
}

/* The loop of every edge-triggered writer: it must never wait in vain */
TEST_F(poll, edge_writer)
{
	struct job rx = { .fd = self->s, .len = 300000 };
	uint8_t buf[3000];
	size_t sent = 0;
	ssize_t rc;

	ASSERT_EQ(0, epoll_add(self->ep, self->c, OUT | EPOLLET));
	ASSERT_EQ(0, job_start(&rx, run_recv));
	while (sent < 300000) {
		pattern_fill(buf, sizeof(buf), sent);
		rc = send(self->c, buf, sizeof(buf), MSG_DONTWAIT);
		sent += rc > 0 ? rc : 0;
		if (rc < 0)
			ASSERT_EQ(OUT, epoll_next(self->ep, WAIT_MS));
	}
	shutdown(self->c, SHUT_WR);
	EXPECT_LE(300000, job_wait(&rx));
}

/* ... and of every edge-triggered reader */
TEST_F(poll, edge_reader)
{
	struct job tx = { .fd = self->c, .len = 300000 };
	uint8_t buf[3000];
	size_t got = 0;
	ssize_t rc;

	ASSERT_EQ(0, epoll_add(self->ep, self->s, IN | EPOLLET));
	ASSERT_EQ(0, job_start(&tx, run_send));
	while (got < 300000) {
		rc = recv(self->s, buf, sizeof(buf), MSG_DONTWAIT);
		if (rc < 0) {
			ASSERT_EQ(IN, epoll_next(self->ep, WAIT_MS));
			continue;
		}
		ASSERT_TRUE(pattern_ok(buf, rc, got));
		got += rc;
	}
	EXPECT_EQ(300000, job_wait(&tx));
}

TEST_F(poll, edge_connected)
{
	int lfd = tcp_socket(0), fd = tcp_socket(SOCK_NONBLOCK);

	ASSERT_LE(0, listen_on(lfd, PORT, 0));
	ASSERT_LE(0, dial(PORT));
	ASSERT_TRUE(wait_pending(lfd, 1));
	EXPECT_EQ(EINPROGRESS, err(connect4(fd, ADDR_LO, PORT)));
	ASSERT_EQ(0, epoll_add(self->ep, fd, ALL | EPOLLET));
	EXPECT_EQ(0, epoll_next(self->ep, MOMENT_MS));
	ASSERT_LE(0, accept(lfd, NULL, NULL));
	expect_wakes(_metadata, self->ep, OUT);
	EXPECT_EQ(0, epoll_next(self->ep, MOMENT_MS));
}

/* A never connected socket in an epoll: HUP at first, then what it becomes */
TEST_F(poll, edge_before_connect)
{
	int lfd = tcp_socket(0), fd = tcp_socket(SOCK_NONBLOCK);

	ASSERT_LE(0, listen_on(lfd, PORT, 1));
	ASSERT_EQ(0, epoll_add(self->ep, fd, ALL | EPOLLET));
	EXPECT_EQ(OUT | HUP, epoll_next(self->ep, 0));
	EXPECT_EQ(EINPROGRESS, err(connect4(fd, ADDR_LO, PORT)));
	expect_wakes(_metadata, self->ep, OUT);
}

TEST_F(poll, edge_refused)
{
	int fd = tcp_socket(SOCK_NONBLOCK);

	ASSERT_EQ(0, epoll_add(self->ep, fd, ALL | EPOLLET));
	EXPECT_EQ(OUT | HUP, epoll_next(self->ep, 0));
	connect4(fd, ADDR_LO, PORT);
	expect_wakes(_metadata, self->ep, IN | OUT | ERR | HUP | RDHUP);
}

TEST_F(poll, edge_accept)
{
	int lfd = tcp_socket(0);

	ASSERT_LE(0, listen_on(lfd, PORT, 4));
	ASSERT_EQ(0, epoll_add(self->ep, lfd, IN | EPOLLET));
	ASSERT_LE(0, dial(PORT));
	expect_wakes(_metadata, self->ep, IN);
	EXPECT_EQ(0, epoll_next(self->ep, MOMENT_MS));
	ASSERT_LE(0, dial(PORT));
	expect_wakes(_metadata, self->ep, IN);
	ASSERT_LE(0, accept(lfd, NULL, NULL));
	EXPECT_EQ(0, epoll_next(self->ep, MOMENT_MS));
}

/* EPOLLONESHOT: one event, then nothing until it is armed again */
TEST_F(poll, oneshot)
{
	struct epoll_event ev = { .events = IN | EPOLLONESHOT };

	ASSERT_EQ(0, epoll_add(self->ep, self->s, IN | EPOLLONESHOT));
	ASSERT_EQ(1, send_pattern(self->c, 1, 0));
	expect_wakes(_metadata, self->ep, IN);
	ASSERT_EQ(1, send_pattern(self->c, 1, 0));
	EXPECT_EQ(0, epoll_next(self->ep, MOMENT_MS));
	ASSERT_EQ(0, epoll_ctl(self->ep, EPOLL_CTL_MOD, self->s, &ev));
	expect_wakes(_metadata, self->ep, IN);
}

static ssize_t run_epoll(struct job *job)
{
	return epoll_next(job->fd, job->len);
}

/*
 * Of two epolls on one listener one is woken, or two, but never none; and the
 * next connection wakes him whom the first did not.
 */
TEST_F(poll, exclusive)
{
	int lfd = tcp_socket(0), i;
	struct job job[2];

	ASSERT_LE(0, listen_on(lfd, PORT, 4));
	for (i = 0; i < 2; i++) {
		job[i].fd = epoll_create1(0);
		job[i].len = 2 * WAIT_MS;
		ASSERT_EQ(0, epoll_add(job[i].fd, lfd,
				       IN | EPOLLEXCLUSIVE));
		ASSERT_EQ(0, job_start(&job[i], run_epoll));
		ASSERT_TRUE(job_asleep(&job[i]));
	}
	ASSERT_LE(0, dial(PORT));
	EXPECT_TRUE(job_wait_any(job, 2));
	ASSERT_LE(0, dial(PORT));
	for (i = 0; i < 2; i++)
		EXPECT_EQ(IN, job_wait(&job[i]));
}

/* select() asks the same question in another way */
TEST_F(poll, select_asks_too)
{
	struct timeval tv = { .tv_sec = WAIT_MS / 1000 };
	fd_set in, out;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(self->s, &in);
	FD_SET(self->s, &out);
	EXPECT_EQ(1, select(self->s + 1, &in, &out, NULL, &tv));
	EXPECT_FALSE(FD_ISSET(self->s, &in));
	ASSERT_EQ(1, send_pattern(self->c, 1, 0));
	ASSERT_TRUE(wait_inq(self->s, 1));
	FD_SET(self->s, &in);
	FD_SET(self->s, &out);
	EXPECT_EQ(2, select(self->s + 1, &in, &out, NULL, &tv));
}

TEST_HARNESS_MAIN
