// SPDX-License-Identifier: GPL-2.0-only
/*
 * connect(2): blocking or not, answered, refused, not answered, interrupted,
 * dissolved, to oneself; and what getsockname() and getpeername() say.
 */
#include "mini_harness.h"

FIXTURE(connect) {
	int fd;
	int lfd;
};

FIXTURE_VARIANT(connect) {
	struct row row;
};

FIXTURE_VARIANT_ADD(connect, inet) { .row = ROW_INET };
FIXTURE_VARIANT_ADD(connect, mini) { .row = ROW_MINI };
FIXTURE_VARIANT_ADD(connect, mini253) { .row = ROW_MINI253 };

/* A listener on PORT, a socket to connect, and routes that lead nowhere */
FIXTURE_SETUP(connect)
{
	ASSERT_EQ(0, net_setup(variant->row, variant->row));
	ASSERT_EQ(0, net_routes());
	self->lfd = tcp_socket(0);
	ASSERT_LE(0, listen_on(self->lfd, PORT, 4));
	self->fd = tcp_socket(0);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(connect)
{
	close(self->fd);
	close(self->lfd);
}

#define NOBODY_THERE	(PORT + 1)
#define PORT_FULL	(PORT + 2)

/* A listener on PORT_FULL whose only place is taken; -1 when it cannot be */
static int listen_full(void)
{
	int lfd = listen_on(tcp_socket(0), PORT_FULL, 0);

	if (lfd < 0 || dial(PORT_FULL) < 0 || !wait_pending(lfd, 1))
		return -1;
	return lfd;
}

/* Data goes both ways between a connected fd and what lfd accepts */
static void expect_talks(struct __test_metadata *_metadata, int fd, int lfd)
{
	int sfd = accept(lfd, NULL, NULL);

	ASSERT_LE(0, sfd);
	EXPECT_EQ(1000, send_pattern(fd, 1000, 0));
	EXPECT_EQ(1000, recv_pattern(sfd, 1000, 0));
	EXPECT_EQ(1000, send_pattern(sfd, 1000, 0));
	EXPECT_EQ(1000, recv_pattern(fd, 1000, 0));
	close(sfd);
}

TEST_F(connect, blocking)
{
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	expect_talks(_metadata, self->fd, self->lfd);
}

TEST_F(connect, names)
{
	struct sockaddr_in own, peer;
	struct sockaddr *sa = (struct sockaddr *)&own;
	socklen_t len = sizeof(own);

	ASSERT_EQ(0, getsockname(self->fd, sa, &len));
	EXPECT_EQ(AF_INET, own.sin_family);
	EXPECT_EQ(0, own.sin_port);
	EXPECT_EQ(INADDR_ANY, own.sin_addr.s_addr);
	EXPECT_EQ(ENOTCONN, err(getpeername(self->fd, sa, &len)));
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	ASSERT_EQ(0, getsockname(self->fd, sa, &len));
	EXPECT_EQ(AF_INET, own.sin_family);
	EXPECT_LT(1023, ntohs(own.sin_port));
	EXPECT_EQ(ADDR_LO, ntohl(own.sin_addr.s_addr));
	ASSERT_EQ(0, getpeername(self->fd, (struct sockaddr *)&peer, &len));
	EXPECT_EQ(AF_INET, peer.sin_family);
	EXPECT_EQ(PORT, ntohs(peer.sin_port));
	EXPECT_EQ(ADDR_LO, ntohl(peer.sin_addr.s_addr));
}

/* Proves: MUST-43 */
TEST_F(connect, bound_first)
{
	struct sockaddr_in addr;
	socklen_t len = sizeof(addr);

	ASSERT_EQ(0, bind4(self->fd, ADDR_LO2, PORT + 5));
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	ASSERT_LE(0, accept(self->lfd, (struct sockaddr *)&addr, &len));
	EXPECT_EQ(ADDR_LO2, ntohl(addr.sin_addr.s_addr));
	EXPECT_EQ(PORT + 5, ntohs(addr.sin_port));
}

TEST_F(connect, bound_to_wildcard_first)
{
	ASSERT_EQ(0, bind4(self->fd, INADDR_ANY, PORT + 5));
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	EXPECT_EQ(PORT + 5, local_port(self->fd));
	expect_talks(_metadata, self->fd, self->lfd);
}

/* A program may tell others the port before it connects (RFC 959 does) */
TEST_F(connect, bound_to_any_port_first)
{
	int port;

	ASSERT_EQ(0, bind4(self->fd, ADDR_LO, 0));
	port = local_port(self->fd);
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	EXPECT_EQ(port, local_port(self->fd));
	expect_talks(_metadata, self->fd, self->lfd);
}

/* 0.0.0.0 is this host */
TEST_F(connect, to_wildcard)
{
	struct sockaddr_in addr;
	socklen_t len = sizeof(addr);

	ASSERT_EQ(0, connect4(self->fd, INADDR_ANY, PORT));
	ASSERT_EQ(0, getpeername(self->fd, (struct sockaddr *)&addr, &len));
	EXPECT_EQ(ADDR_LO, ntohl(addr.sin_addr.s_addr));
}

TEST_F(connect, bad_address)
{
	struct sockaddr_in addr = addr4(ADDR_LO, PORT);
	struct sockaddr *sa = (struct sockaddr *)&addr;

	EXPECT_EQ(EINVAL, err(connect(self->fd, sa, 0)));
	EXPECT_EQ(EINVAL, err(connect(self->fd, sa, 1)));
	EXPECT_EQ(EINVAL, err(connect(self->fd, sa, sizeof(addr) - 1)));
	EXPECT_EQ(EFAULT, err(connect(self->fd, (void *)8, sizeof(addr))));
	addr.sin_family = AF_INET6;
	EXPECT_EQ(EAFNOSUPPORT, err(connect(self->fd, sa, sizeof(addr))));
	addr.sin_family = AF_INET;
	EXPECT_EQ(0, connect(self->fd, sa, sizeof(addr)));
}

TEST_F(connect, address_family_mini)
{
	int refused = row_is_mini() ? 0 : EAFNOSUPPORT;
	struct sockaddr_in addr = addr4(ADDR_LO, PORT);

	addr.sin_family = AF_MINI;
	EXPECT_EQ(refused, err(connect(self->fd, (struct sockaddr *)&addr,
				       sizeof(addr))));
}

TEST_F(connect, connected)
{
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	EXPECT_EQ(EISCONN, err(connect4(self->fd, ADDR_LO, PORT)));
	EXPECT_EQ(EISCONN, err(connect4(self->fd, ADDR_LO, NOBODY_THERE)));
	expect_talks(_metadata, self->fd, self->lfd);
}

TEST_F(connect, accepted)
{
	int fd[2];

	ASSERT_EQ(0, tcp_pair(fd));
	EXPECT_EQ(EISCONN, err(connect4(fd[1], ADDR_LO, PORT)));
}

/* EINPROGRESS at once; then the first connect() says 0, the next EISCONN */
TEST_F(connect, nonblock)
{
	ASSERT_EQ(0, set_nonblock(self->fd, true));
	EXPECT_EQ(EINPROGRESS, err(connect4(self->fd, ADDR_LO, PORT)));
	EXPECT_EQ(POLLOUT, poll_for(self->fd, POLLIN | POLLOUT, WAIT_MS));
	EXPECT_EQ(0, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	EXPECT_EQ(EISCONN, err(connect4(self->fd, ADDR_LO, PORT)));
	ASSERT_EQ(0, set_nonblock(self->fd, false));
	expect_talks(_metadata, self->fd, self->lfd);
}

TEST_F(connect, nonblock_unanswered)
{
	struct sockaddr_in addr;
	socklen_t len = sizeof(addr);

	ASSERT_EQ(0, set_nonblock(self->fd, true));
	EXPECT_EQ(EINPROGRESS, err(connect4(self->fd, ADDR_BLACKHOLE, PORT)));
	EXPECT_EQ(EALREADY, err(connect4(self->fd, ADDR_BLACKHOLE, PORT)));
	EXPECT_EQ(EALREADY, err(connect4(self->fd, ADDR_LO, PORT)));
	EXPECT_EQ(0, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(0, poll_for(self->fd, POLLIN | POLLOUT, MOMENT_MS));
	ASSERT_EQ(0, getsockname(self->fd, (struct sockaddr *)&addr, &len));
	EXPECT_EQ(ADDR_HERE, ntohl(addr.sin_addr.s_addr));
	EXPECT_LT(1023, ntohs(addr.sin_port));
	EXPECT_EQ(-1, peer_port(self->fd));
	EXPECT_EQ(ENOTCONN, errno);
}

/* In SYN_SENT there is nothing to read or write yet, but one may wait */
TEST_F(connect, nonblock_unanswered_io)
{
	char byte = 0;

	ASSERT_EQ(0, set_nonblock(self->fd, true));
	EXPECT_EQ(EINPROGRESS, err(connect4(self->fd, ADDR_BLACKHOLE, PORT)));
	EXPECT_EQ(EAGAIN, err(send(self->fd, &byte, 1, MSG_NOSIGNAL)));
	EXPECT_EQ(EAGAIN, err(recv(self->fd, &byte, 1, 0)));
	EXPECT_EQ(EINVAL, err(listen(self->fd, 1)));
	EXPECT_EQ(EINVAL, err(bind4(self->fd, ADDR_LO, PORT + 5)));
	EXPECT_EQ(EINVAL, err(accept(self->fd, NULL, NULL)));
}

TEST_F(connect, refused)
{
	EXPECT_EQ(ECONNREFUSED,
		  err(connect4(self->fd, ADDR_LO, NOBODY_THERE)));
	EXPECT_EQ(0, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(-1, peer_port(self->fd));
	EXPECT_EQ(ENOTCONN, errno);
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	expect_talks(_metadata, self->fd, self->lfd);
}

TEST_F(connect, refused_port_zero)
{
	EXPECT_EQ(ECONNREFUSED, err(connect4(self->fd, ADDR_LO, 0)));
}

/* The port of an ephemeral connect is given back when it is refused */
TEST_F(connect, refused_unbinds)
{
	EXPECT_EQ(ECONNREFUSED,
		  err(connect4(self->fd, ADDR_LO, NOBODY_THERE)));
	EXPECT_EQ(0, bind4(self->fd, ADDR_LO, PORT + 5));
	EXPECT_EQ(ECONNREFUSED,
		  err(connect4(self->fd, ADDR_LO, NOBODY_THERE)));
	EXPECT_EQ(PORT + 5, local_port(self->fd));
	EXPECT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
}

TEST_F(connect, refused_nonblock)
{
	ASSERT_EQ(0, set_nonblock(self->fd, true));
	EXPECT_EQ(EINPROGRESS,
		  err(connect4(self->fd, ADDR_LO, NOBODY_THERE)));
	EXPECT_EQ(POLLIN | POLLOUT | POLLERR | POLLHUP,
		  poll_for(self->fd, POLLIN | POLLOUT, WAIT_MS));
	EXPECT_EQ(ECONNREFUSED, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(0, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(POLLIN | POLLOUT | POLLHUP,
		  poll_for(self->fd, POLLIN | POLLOUT, WAIT_MS));
}

/* Who reads SO_ERROR gets ECONNABORTED from the connect() that follows ... */
TEST_F(connect, refused_nonblock_again)
{
	ASSERT_EQ(0, set_nonblock(self->fd, true));
	connect4(self->fd, ADDR_LO, NOBODY_THERE);
	EXPECT_LT(0, poll_for(self->fd, POLLIN, WAIT_MS));
	EXPECT_EQ(ECONNREFUSED, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(ECONNABORTED, err(connect4(self->fd, ADDR_LO, PORT)));
	EXPECT_EQ(EINPROGRESS, err(connect4(self->fd, ADDR_LO, PORT)));
	EXPECT_EQ(POLLOUT, poll_for(self->fd, POLLOUT, WAIT_MS));
}

/* ... who does not read it gets it there */
TEST_F(connect, refused_nonblock_error_by_connect)
{
	ASSERT_EQ(0, set_nonblock(self->fd, true));
	connect4(self->fd, ADDR_LO, NOBODY_THERE);
	EXPECT_LT(0, poll_for(self->fd, POLLIN, WAIT_MS));
	EXPECT_EQ(ECONNREFUSED, err(connect4(self->fd, ADDR_LO, PORT)));
	EXPECT_EQ(0, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(EINPROGRESS, err(connect4(self->fd, ADDR_LO, PORT)));
}

/* ... or by recv() or send(), once */
TEST_F(connect, refused_nonblock_error_by_io)
{
	char byte = 0;

	ASSERT_EQ(0, set_nonblock(self->fd, true));
	connect4(self->fd, ADDR_LO, NOBODY_THERE);
	EXPECT_LT(0, poll_for(self->fd, POLLIN, WAIT_MS));
	EXPECT_EQ(ECONNREFUSED, err(recv(self->fd, &byte, 1, 0)));
	EXPECT_EQ(0, recv(self->fd, &byte, 1, 0));
	EXPECT_EQ(EPIPE, err(send(self->fd, &byte, 1, MSG_NOSIGNAL)));
	EXPECT_EQ(0, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
}

TEST_F(connect, refused_nonblock_error_by_send)
{
	char byte = 0;

	ASSERT_EQ(0, set_nonblock(self->fd, true));
	connect4(self->fd, ADDR_LO, NOBODY_THERE);
	EXPECT_LT(0, poll_for(self->fd, POLLIN, WAIT_MS));
	EXPECT_EQ(ECONNREFUSED,
		  err(send(self->fd, &byte, 1, MSG_NOSIGNAL)));
	EXPECT_EQ(EPIPE, err(send(self->fd, &byte, 1, MSG_NOSIGNAL)));
}

/* SO_SNDTIMEO: the wait ends, the attempt goes on */
TEST_F(connect, sndtimeo)
{
	long start = now_ms();

	ASSERT_EQ(0, set_timeout(self->fd, SO_SNDTIMEO, 100));
	EXPECT_EQ(EINPROGRESS, err(connect4(self->fd, ADDR_BLACKHOLE, PORT)));
	EXPECT_LE(70, now_ms() - start);
	EXPECT_EQ(EALREADY, err(connect4(self->fd, ADDR_BLACKHOLE, PORT)));
	EXPECT_LE(150, now_ms() - start);
	EXPECT_GT(WAIT_MS, now_ms() - start);
}

/* One SYN and one more after a second; two seconds on it is over */
TEST_F(connect, timeout)
{
	long start = now_ms();

	ASSERT_EQ(0, opt_set(self->fd, IPPROTO_TCP, TCP_SYNCNT, 1));
	EXPECT_EQ(ETIMEDOUT, err(connect4(self->fd, ADDR_BLACKHOLE, PORT)));
	EXPECT_LE(2000, now_ms() - start);
	EXPECT_GT(WAIT_MS, now_ms() - start);
	EXPECT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
}

/* The same by the sysctl, and seen by poll() */
TEST_F(connect, timeout_sysctl)
{
	const char *path = variant->row.domain == AF_INET ?
		"/proc/sys/net/ipv4/tcp_syn_retries" :
		"/proc/sys/net/mini/tcp_syn_retries";

	ASSERT_EQ(0, sysctl_set(path, "1"));
	ASSERT_EQ(0, set_nonblock(self->fd, true));
	EXPECT_EQ(EINPROGRESS, err(connect4(self->fd, ADDR_BLACKHOLE, PORT)));
	EXPECT_EQ(POLLIN | POLLOUT | POLLERR | POLLHUP,
		  poll_for(self->fd, POLLIN | POLLOUT, WAIT_MS));
	EXPECT_EQ(ETIMEDOUT, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
}

/* The first SYN finds the listener full, a second later the next is taken */
TEST_F(connect, answered_late)
{
	int lfd = listen_full();
	long start = now_ms();

	ASSERT_LE(0, lfd);
	ASSERT_EQ(0, set_timeout(self->fd, SO_SNDTIMEO, 100));
	EXPECT_EQ(EINPROGRESS, err(connect4(self->fd, ADDR_LO, PORT_FULL)));
	EXPECT_LE(0, accept(lfd, NULL, NULL));
	ASSERT_EQ(0, set_timeout(self->fd, SO_SNDTIMEO, WAIT_MS));
	EXPECT_EQ(0, connect4(self->fd, ADDR_LO, PORT_FULL));
	EXPECT_LE(800, now_ms() - start);
	expect_talks(_metadata, self->fd, lfd);
}

/* A signal ends the wait, not the attempt */
TEST_F(connect, interrupted)
{
	int lfd = listen_full();

	ASSERT_LE(0, lfd);
	ASSERT_EQ(0, alarm_every(100, 0));
	EXPECT_EQ(EINTR, err(connect4(self->fd, ADDR_LO, PORT_FULL)));
	ASSERT_EQ(0, alarm_every(0, 0));
	ASSERT_LE(0, accept(lfd, NULL, NULL));
	EXPECT_EQ(POLLOUT, poll_for(self->fd, POLLIN | POLLOUT, WAIT_MS));
	EXPECT_EQ(0, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(0, connect4(self->fd, ADDR_LO, PORT_FULL));
	EXPECT_EQ(EISCONN, err(connect4(self->fd, ADDR_LO, PORT_FULL)));
	expect_talks(_metadata, self->fd, lfd);
}

static ssize_t run_connect(struct job *job)
{
	return connect4(job->fd, ADDR_LO, PORT_FULL);
}

/* SA_RESTART: the call goes on and says how it ended */
TEST_F(connect, restarted)
{
	struct job job = { .fd = self->fd };
	int lfd = listen_full();

	ASSERT_LE(0, lfd);
	ASSERT_EQ(0, signal_count(SIGALRM, SA_RESTART));
	ASSERT_EQ(0, job_start(&job, run_connect));
	ASSERT_TRUE(job_asleep(&job));
	pthread_kill(job.thread, SIGALRM);
	ASSERT_TRUE(wait_signals(1));
	EXPECT_TRUE(job_asleep(&job));
	ASSERT_LE(0, accept(lfd, NULL, NULL));
	EXPECT_EQ(0, job_wait(&job));
	expect_talks(_metadata, self->fd, lfd);
}

TEST_F(connect, no_route)
{
	EXPECT_EQ(ENETUNREACH, err(connect4(self->fd, ADDR_NOWHERE, PORT)));
	EXPECT_EQ(0, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(0, local_port(self->fd));
	EXPECT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
}

TEST_F(connect, reject_route)
{
	EXPECT_EQ(EHOSTUNREACH, err(connect4(self->fd, ADDR_REJECT, PORT)));
	EXPECT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
}

/* Proves: MUST-46 */
TEST_F(connect, multicast_and_broadcast)
{
	EXPECT_EQ(ENETUNREACH, err(connect4(self->fd, 0xe0000001, PORT)));
	EXPECT_EQ(ENETUNREACH,
		  err(connect4(self->fd, INADDR_BROADCAST, PORT)));
	EXPECT_EQ(ENETUNREACH, err(connect4(self->fd, 0x7fffffff, PORT)));
	EXPECT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
}

static int dissolve(int fd)
{
	struct sockaddr sa = { .sa_family = AF_UNSPEC };

	return connect(fd, &sa, sizeof(sa));
}

/* connect(AF_UNSPEC) resets the connection; the socket starts afresh */
TEST_F(connect, dissolve)
{
	char byte = 0;
	int sfd;

	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	sfd = accept(self->lfd, NULL, NULL);
	ASSERT_EQ(0, dissolve(self->fd));
	EXPECT_EQ(ECONNRESET, err(recv(sfd, &byte, 1, 0)));
	EXPECT_EQ(-1, peer_port(self->fd));
	EXPECT_EQ(ENOTCONN, errno);
	EXPECT_EQ(ECONNRESET, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(ENOTCONN, err(recv(self->fd, &byte, 1, 0)));
	EXPECT_EQ(EPIPE, err(send(self->fd, &byte, 1, MSG_NOSIGNAL)));
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	expect_talks(_metadata, self->fd, self->lfd);
}

/* Nobody has to take the error away before the next connect() */
TEST_F(connect, dissolve_and_connect)
{
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	ASSERT_LE(0, accept(self->lfd, NULL, NULL));
	ASSERT_EQ(0, dissolve(self->fd));
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	EXPECT_EQ(0, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
	expect_talks(_metadata, self->fd, self->lfd);
}

TEST_F(connect, dissolve_forgets_data)
{
	char byte;
	int sfd, n = -1;

	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	sfd = accept(self->lfd, NULL, NULL);
	ASSERT_EQ(1000, send_pattern(sfd, 1000, 0));
	ASSERT_TRUE(wait_inq(self->fd, 1000));
	ASSERT_EQ(0, dissolve(self->fd));
	ASSERT_EQ(0, ioctl(self->fd, SIOCINQ, &n));
	EXPECT_EQ(0, n);
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	EXPECT_EQ(EAGAIN, err(recv(self->fd, &byte, 1, MSG_DONTWAIT)));
}

TEST_F(connect, dissolve_keeps_bound_port)
{
	ASSERT_EQ(0, bind4(self->fd, ADDR_LO, PORT + 5));
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	ASSERT_EQ(0, dissolve(self->fd));
	EXPECT_EQ(PORT + 5, local_port(self->fd));
	EXPECT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	EXPECT_EQ(PORT + 5, local_port(self->fd));
}

/* One that was found for it is kept as long as there is no connection to lose */
TEST_F(connect, any_port_is_kept)
{
	int port;

	ASSERT_EQ(0, bind4(self->fd, INADDR_ANY, 0));
	port = local_port(self->fd);
	EXPECT_EQ(ENETUNREACH, err(connect4(self->fd, ADDR_NOWHERE, PORT)));
	EXPECT_EQ(port, local_port(self->fd));
	ASSERT_EQ(0, dissolve(self->fd));
	EXPECT_EQ(port, local_port(self->fd));
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	EXPECT_EQ(port, local_port(self->fd));
}

/* After shutdown() of one that was refused it is of no use until then */
TEST_F(connect, refused_nonblock_shutdown)
{
	ASSERT_EQ(0, set_nonblock(self->fd, true));
	connect4(self->fd, ADDR_LO, NOBODY_THERE);
	EXPECT_LT(0, poll_for(self->fd, POLLIN, WAIT_MS));
	EXPECT_EQ(ENOTCONN, err(shutdown(self->fd, SHUT_RDWR)));
	EXPECT_EQ(EINVAL, err(connect4(self->fd, ADDR_LO, PORT)));
	ASSERT_EQ(0, dissolve(self->fd));
	EXPECT_EQ(EINPROGRESS, err(connect4(self->fd, ADDR_LO, PORT)));
}

TEST_F(connect, dissolve_unanswered)
{
	ASSERT_EQ(0, set_nonblock(self->fd, true));
	connect4(self->fd, ADDR_BLACKHOLE, PORT);
	ASSERT_EQ(0, dissolve(self->fd));
	EXPECT_EQ(ECONNRESET, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
	ASSERT_EQ(0, set_nonblock(self->fd, false));
	EXPECT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
}

/* AF_UNSPEC on a listener: it listens no more */
TEST_F(connect, dissolve_listener)
{
	ASSERT_EQ(0, dissolve(self->lfd));
	EXPECT_EQ(0, opt_get(self->lfd, SOL_SOCKET, SO_ACCEPTCONN));
	EXPECT_EQ(ECONNREFUSED, err(connect4(self->fd, ADDR_LO, PORT)));
	EXPECT_EQ(EINVAL, err(accept(self->lfd, NULL, NULL)));
	EXPECT_EQ(PORT, local_port(self->lfd));
}

TEST_F(connect, dissolve_fresh)
{
	struct sockaddr sa = { .sa_family = AF_UNSPEC };

	EXPECT_EQ(0, connect(self->fd, &sa, sizeof(sa.sa_family)));
	EXPECT_EQ(0, opt_get(self->fd, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
}

/* The peer has closed; this end still counts as connected */
TEST_F(connect, after_close_of_peer)
{
	char byte;
	int sfd;

	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	sfd = accept(self->lfd, NULL, NULL);
	close(sfd);
	EXPECT_EQ(0, recv(self->fd, &byte, 1, 0));
	EXPECT_EQ(EISCONN, err(connect4(self->fd, ADDR_LO, PORT)));
	EXPECT_EQ(PORT, peer_port(self->fd));
}

/* The peer has reset: no peer, but the socket was connected once */
TEST_F(connect, after_reset)
{
	char byte;
	int sfd;

	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	sfd = accept(self->lfd, NULL, NULL);
	ASSERT_EQ(0, set_linger(sfd, 1, 0));
	close(sfd);
	EXPECT_EQ(ECONNRESET, err(recv(self->fd, &byte, 1, 0)));
	EXPECT_EQ(-1, peer_port(self->fd));
	EXPECT_EQ(ENOTCONN, errno);
	EXPECT_EQ(EISCONN, err(connect4(self->fd, ADDR_LO, PORT)));
	ASSERT_EQ(0, dissolve(self->fd));
	EXPECT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
}

/* The port went with the connection, and its name stays until there is another */
TEST_F(connect, bind_after_reset)
{
	int sfd, port;

	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	port = local_port(self->fd);
	sfd = accept(self->lfd, NULL, NULL);
	ASSERT_EQ(0, set_linger(sfd, 1, 0));
	close(sfd);
	ASSERT_LT(0, poll_for(self->fd, POLLHUP, WAIT_MS));
	EXPECT_EQ(port, local_port(self->fd));
	EXPECT_EQ(0, bind4(self->fd, ADDR_LO, PORT + 5));
	EXPECT_EQ(PORT + 5, local_port(self->fd));
	EXPECT_EQ(EINVAL, err(bind4(self->fd, ADDR_LO, PORT + 6)));
	ASSERT_EQ(0, dissolve(self->fd));
	EXPECT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	EXPECT_EQ(PORT + 5, local_port(self->fd));
}

/*
 * RFC 9293 3.5: a simultaneous open, with oneself
 * Proves: MUST-10
 */
TEST_F(connect, to_self)
{
	ASSERT_EQ(0, bind4(self->fd, ADDR_LO, PORT + 5));
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT + 5));
	EXPECT_EQ(PORT + 5, peer_port(self->fd));
	EXPECT_EQ(PORT + 5, local_port(self->fd));
	EXPECT_EQ(20000, send_pattern(self->fd, 20000, 0));
	EXPECT_EQ(20000, recv_pattern(self->fd, 20000, 0));
}

TEST_F(connect, to_self_and_close)
{
	char byte;

	ASSERT_EQ(0, bind4(self->fd, ADDR_LO, PORT + 5));
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT + 5));
	EXPECT_EQ(100, send_pattern(self->fd, 100, 0));
	ASSERT_EQ(0, shutdown(self->fd, SHUT_WR));
	EXPECT_EQ(100, recv_pattern(self->fd, 100, 0));
	EXPECT_EQ(0, recv(self->fd, &byte, 1, 0));
}

/* Data may be sent before anybody has accepted */
TEST_F(connect, send_before_accept)
{
	int sfd;

	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	EXPECT_EQ(30000, send_pattern(self->fd, 30000, 0));
	sfd = accept(self->lfd, NULL, NULL);
	EXPECT_EQ(30000, recv_pattern(sfd, 30000, 0));
}

/* A blocking send() waits for the handshake of a connect() under way */
TEST_F(connect, send_waits_for_handshake)
{
	struct job job = { .fd = self->fd, .len = 1000 };
	int lfd = listen_full(), sfd;

	ASSERT_LE(0, lfd);
	ASSERT_EQ(0, set_nonblock(self->fd, true));
	EXPECT_EQ(EINPROGRESS, err(connect4(self->fd, ADDR_LO, PORT_FULL)));
	ASSERT_EQ(0, set_nonblock(self->fd, false));
	ASSERT_EQ(0, job_start(&job, run_send));
	ASSERT_TRUE(job_asleep(&job));
	ASSERT_LE(0, accept(lfd, NULL, NULL));
	EXPECT_EQ(1000, job_wait(&job));
	sfd = accept(lfd, NULL, NULL);
	EXPECT_EQ(1000, recv_pattern(sfd, 1000, 0));
}

/* close() in SYN_SENT does not wait for anybody */
TEST_F(connect, close_unanswered)
{
	long start = now_ms();
	int fd = tcp_socket(SOCK_NONBLOCK);

	ASSERT_EQ(0, bind4(fd, ADDR_HERE, PORT + 5));
	connect4(fd, ADDR_BLACKHOLE, PORT);
	close(fd);
	EXPECT_GT(WAIT_MS, now_ms() - start);
	EXPECT_EQ(0, bind4(self->fd, ADDR_HERE, PORT + 5));
}

static ssize_t run_connect_blackhole(struct job *job)
{
	return connect4(job->fd, ADDR_BLACKHOLE, PORT);
}

/* shutdown() in SYN_SENT gives the attempt up */
TEST_F(connect, shutdown_unanswered)
{
	struct job job = { .fd = self->fd };

	ASSERT_EQ(0, job_start(&job, run_connect_blackhole));
	ASSERT_TRUE(job_asleep(&job));
	EXPECT_EQ(0, shutdown(self->fd, SHUT_RDWR));
	EXPECT_EQ(-1, job_wait(&job));
	EXPECT_EQ(ECONNRESET, job.err);
	EXPECT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
}

/* The last ACK of the connection before may still be on its way */
static int connect_soon(int fd)
{
	long end = now_ms() + WAIT_MS;
	int rc;

	do {
		rc = connect4(fd, ADDR_LO, PORT);
	} while (rc && errno == EADDRNOTAVAIL && look_again(end));
	return rc;
}

/* Both ends close, again and again, from one port to one port */
TEST_F(connect, same_port_again)
{
	int i, fd, sfd;
	char byte;

	for (i = 0; i < 10; i++) {
		fd = tcp_socket(0);
		ASSERT_EQ(0, opt_set(fd, SOL_SOCKET, SO_REUSEADDR, 1));
		ASSERT_EQ(0, bind4(fd, ADDR_LO, PORT + 5));
		ASSERT_EQ(0, connect_soon(fd)) {
			TH_LOG("round %d: %s", i, strerror(errno));
		}
		sfd = accept(self->lfd, NULL, NULL);
		close(sfd);
		EXPECT_EQ(0, recv(fd, &byte, 1, 0));
		close(fd);
	}
}

TEST_HARNESS_MAIN
