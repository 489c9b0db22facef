// SPDX-License-Identifier: GPL-2.0-only
/*
 * bind(2): which address and port a socket may have, and who holds a port.
 * Ports are one space for both families, so each conflict is tried against
 * the family under test and against kernel TCP, both ways round.
 */
#include <linux/capability.h>
#include "mini_harness.h"

FIXTURE(bind) {
	int fd;
};

FIXTURE_VARIANT(bind) {
	struct row row;
};

FIXTURE_VARIANT_ADD(bind, inet) { .row = ROW_INET };
FIXTURE_VARIANT_ADD(bind, mini) { .row = ROW_MINI };

FIXTURE_SETUP(bind)
{
	ASSERT_EQ(0, net_setup(variant->row, variant->row));
	self->fd = tcp_socket(0);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(bind)
{
	close(self->fd);
}

TEST_F(bind, explicit)
{
	struct sockaddr_in addr;
	socklen_t len = sizeof(addr);

	ASSERT_EQ(0, bind4(self->fd, ADDR_LO, PORT));
	memset(&addr, 0xff, sizeof(addr));
	ASSERT_EQ(0, getsockname(self->fd, (struct sockaddr *)&addr, &len));
	EXPECT_EQ(sizeof(addr), len);
	EXPECT_EQ(AF_INET, addr.sin_family);
	EXPECT_EQ(INADDR_LOOPBACK, ntohl(addr.sin_addr.s_addr));
	EXPECT_EQ(PORT, ntohs(addr.sin_port));
	EXPECT_EQ(0, addr.sin_zero[0]);
}

TEST_F(bind, wildcard)
{
	struct sockaddr_in addr;
	socklen_t len = sizeof(addr);

	ASSERT_EQ(0, bind4(self->fd, INADDR_ANY, PORT));
	ASSERT_EQ(0, getsockname(self->fd, (struct sockaddr *)&addr, &len));
	EXPECT_EQ(INADDR_ANY, addr.sin_addr.s_addr);
	EXPECT_EQ(PORT, ntohs(addr.sin_port));
}

TEST_F(bind, port_zero)
{
	int other = tcp_socket(0);

	EXPECT_EQ(0, local_port(self->fd));
	ASSERT_EQ(0, bind4(self->fd, ADDR_LO, 0));
	ASSERT_EQ(0, bind4(other, ADDR_LO, 0));
	EXPECT_LT(1023, local_port(self->fd));
	EXPECT_LT(1023, local_port(other));
	EXPECT_NE(local_port(self->fd), local_port(other));
}

TEST_F(bind, port_zero_range)
{
	const char *path = "/proc/sys/net/ipv4/ip_local_port_range";
	int fd[2] = { tcp_socket(0), tcp_socket(0) };

	ASSERT_EQ(0, sysctl_set(path, "40000 40001"));
	ASSERT_EQ(0, bind4(self->fd, ADDR_LO, 0));
	ASSERT_EQ(0, bind4(fd[0], ADDR_LO, 0));
	EXPECT_EQ(80001, local_port(self->fd) + local_port(fd[0]));
	EXPECT_EQ(EADDRINUSE, err(bind4(fd[1], ADDR_LO, 0)));
}

TEST_F(bind, privileged_port)
{
	ASSERT_EQ(0, caps_drop(CAP_NET_BIND_SERVICE));
	EXPECT_EQ(EACCES, err(bind4(self->fd, ADDR_LO, 80)));
	EXPECT_EQ(0, bind4(self->fd, ADDR_LO, 1024));
}

TEST_F(bind, privileged_port_sysctl)
{
	const char *path = "/proc/sys/net/ipv4/ip_unprivileged_port_start";

	ASSERT_EQ(0, sysctl_set(path, "80"));
	ASSERT_EQ(0, caps_drop(CAP_NET_BIND_SERVICE));
	EXPECT_EQ(EACCES, err(bind4(self->fd, ADDR_LO, 79)));
	EXPECT_EQ(0, bind4(self->fd, ADDR_LO, 80));
}

TEST_F(bind, privileged_port_root)
{
	EXPECT_EQ(0, bind4(self->fd, ADDR_LO, 80));
}

TEST_F(bind, not_local_address)
{
	EXPECT_EQ(EADDRNOTAVAIL, err(bind4(self->fd, ADDR_NOWHERE, PORT)));
	EXPECT_EQ(0, local_port(self->fd));
	EXPECT_EQ(0, bind4(self->fd, ADDR_LO, PORT));
}

TEST_F(bind, any_loopback_address)
{
	EXPECT_EQ(0, bind4(self->fd, 0x7f010203, PORT));
}

TEST_F(bind, multicast_and_broadcast)
{
	int fd = tcp_socket(0);

	EXPECT_EQ(0, bind4(self->fd, 0xe0000001, PORT));
	EXPECT_EQ(0, bind4(fd, INADDR_BROADCAST, PORT));
}

TEST_F(bind, address_length)
{
	struct sockaddr_storage ss = {};
	struct sockaddr_in addr = addr4(ADDR_LO, PORT);
	struct sockaddr *sa = (struct sockaddr *)&ss;

	memcpy(&ss, &addr, sizeof(addr));
	EXPECT_EQ(EINVAL, err(bind(self->fd, sa, 0)));
	EXPECT_EQ(EINVAL, err(bind(self->fd, sa, sizeof(addr) - 1)));
	EXPECT_EQ(EINVAL, err(bind(self->fd, sa, sizeof(ss) + 1)));
	EXPECT_EQ(EINVAL, err(bind(self->fd, sa, -1)));
	EXPECT_EQ(0, bind(self->fd, sa, sizeof(ss)));
}

static int bind_family(int fd, int family, uint32_t host)
{
	struct sockaddr_in addr = addr4(host, PORT);

	addr.sin_family = family;
	return bind(fd, (struct sockaddr *)&addr, sizeof(addr));
}

TEST_F(bind, address_family)
{
	EXPECT_EQ(EAFNOSUPPORT, err(bind_family(self->fd, AF_UNIX, ADDR_LO)));
	EXPECT_EQ(EAFNOSUPPORT, err(bind_family(self->fd, AF_INET6, ADDR_LO)));
	EXPECT_EQ(EAFNOSUPPORT, err(bind_family(self->fd, AF_UNSPEC, ADDR_LO)));
	EXPECT_EQ(0, local_port(self->fd));
	EXPECT_EQ(0, bind_family(self->fd, AF_UNSPEC, INADDR_ANY));
	EXPECT_EQ(PORT, local_port(self->fd));
}

TEST_F(bind, address_family_mini)
{
	int refused = row_is_mini() ? 0 : EAFNOSUPPORT;
	struct sockaddr_in addr = {};
	socklen_t len = sizeof(addr);

	EXPECT_EQ(refused, err(bind_family(self->fd, AF_MINI, ADDR_LO)));
	ASSERT_EQ(0, getsockname(self->fd, (struct sockaddr *)&addr, &len));
	EXPECT_EQ(AF_INET, addr.sin_family);
}

TEST_F(bind, bad_pointer)
{
	struct sockaddr *bad = (struct sockaddr *)8;

	EXPECT_EQ(EFAULT, err(bind(self->fd, bad, 16)));
	EXPECT_EQ(0, bind4(self->fd, ADDR_LO, PORT));
}

TEST_F(bind, twice)
{
	ASSERT_EQ(0, bind4(self->fd, ADDR_LO, PORT));
	EXPECT_EQ(EINVAL, err(bind4(self->fd, ADDR_LO, PORT + 1)));
	EXPECT_EQ(EINVAL, err(bind4(self->fd, ADDR_LO, PORT)));
	EXPECT_EQ(PORT, local_port(self->fd));
}

TEST_F(bind, connected)
{
	int fd[2];

	ASSERT_EQ(0, tcp_pair(fd));
	EXPECT_EQ(EINVAL, err(bind4(fd[0], ADDR_LO, PORT)));
	EXPECT_EQ(EINVAL, err(bind4(fd[1], ADDR_LO, PORT)));
}

/* What a socket that is there does to one that comes */
enum holder_state { HOLDER_BOUND, HOLDER_LISTENS };

static int hold_port(int fd, enum holder_state state, uint32_t host)
{
	if (bind4(fd, host, PORT))
		return -1;
	return state == HOLDER_LISTENS ? listen(fd, 1) : 0;
}

static void expect_in_use(struct __test_metadata *_metadata, int holder,
			  int comer, enum holder_state state)
{
	ASSERT_LE(0, comer);
	ASSERT_EQ(0, hold_port(holder, state, ADDR_LO));
	EXPECT_EQ(EADDRINUSE, err(bind4(comer, ADDR_LO, PORT)));
	EXPECT_EQ(EADDRINUSE, err(bind4(comer, INADDR_ANY, PORT)));
	EXPECT_EQ(0, local_port(comer));
	EXPECT_EQ(0, bind4(comer, ADDR_LO2, PORT));
	close(comer);
	close(holder);
}

TEST_F(bind, in_use_bound)
{
	expect_in_use(_metadata, self->fd, tcp_socket(0), HOLDER_BOUND);
}

TEST_F(bind, in_use_listening)
{
	expect_in_use(_metadata, self->fd, tcp_socket(0), HOLDER_LISTENS);
}

TEST_F(bind, inet_comes_to_bound)
{
	expect_in_use(_metadata, self->fd, inet_socket(0), HOLDER_BOUND);
}

TEST_F(bind, inet_comes_to_listening)
{
	expect_in_use(_metadata, self->fd, inet_socket(0), HOLDER_LISTENS);
}

TEST_F(bind, inet_is_there_bound)
{
	expect_in_use(_metadata, inet_socket(0), self->fd, HOLDER_BOUND);
}

TEST_F(bind, inet_is_there_listening)
{
	expect_in_use(_metadata, inet_socket(0), self->fd, HOLDER_LISTENS);
}

/* A socket on the wildcard address holds the port on every address */
static void expect_wildcard_holds(struct __test_metadata *_metadata,
				  int holder, int comer)
{
	ASSERT_LE(0, comer);
	ASSERT_EQ(0, hold_port(holder, HOLDER_BOUND, INADDR_ANY));
	EXPECT_EQ(EADDRINUSE, err(bind4(comer, ADDR_LO, PORT)));
	EXPECT_EQ(EADDRINUSE, err(bind4(comer, INADDR_ANY, PORT)));
	EXPECT_EQ(0, bind4(comer, ADDR_LO, PORT + 1));
	close(comer);
	close(holder);
}

TEST_F(bind, wildcard_holds)
{
	expect_wildcard_holds(_metadata, self->fd, tcp_socket(0));
}

TEST_F(bind, wildcard_holds_against_inet)
{
	expect_wildcard_holds(_metadata, self->fd, inet_socket(0));
}

TEST_F(bind, wildcard_of_inet_holds)
{
	expect_wildcard_holds(_metadata, inet_socket(0), self->fd);
}

/* SO_REUSEADDR on both: two may bind, one may listen */
static void expect_reuseaddr(struct __test_metadata *_metadata, int holder,
			     int comer)
{
	ASSERT_EQ(0, opt_set(holder, SOL_SOCKET, SO_REUSEADDR, 1));
	ASSERT_EQ(0, opt_set(comer, SOL_SOCKET, SO_REUSEADDR, 1));
	ASSERT_EQ(0, bind4(holder, ADDR_LO, PORT));
	EXPECT_EQ(0, bind4(comer, ADDR_LO, PORT));
	EXPECT_EQ(0, listen(holder, 1));
	EXPECT_EQ(EADDRINUSE, err(listen(comer, 1)));
	close(holder);
	EXPECT_EQ(0, listen(comer, 1));
	close(comer);
}

TEST_F(bind, reuseaddr_one_listens)
{
	expect_reuseaddr(_metadata, self->fd, tcp_socket(0));
}

/*
 * Between the families the port is held whole: a port of AF_MINI's is not to
 * be had for kernel TCP, whoever says SO_REUSEADDR.
 */
TEST_F(bind, reuseaddr_inet_comes)
{
	int comer = inet_socket(0);

	if (variant->row.domain == AF_INET) {
		expect_reuseaddr(_metadata, self->fd, comer);
		return;
	}
	ASSERT_EQ(0, opt_set(self->fd, SOL_SOCKET, SO_REUSEADDR, 1));
	ASSERT_EQ(0, opt_set(comer, SOL_SOCKET, SO_REUSEADDR, 1));
	ASSERT_EQ(0, bind4(self->fd, ADDR_LO, PORT));
	EXPECT_EQ(EADDRINUSE, err(bind4(comer, ADDR_LO, PORT)));
	EXPECT_EQ(0, listen(self->fd, 1));
}

/* The other way round both may bind, and the port is AF_MINI's to listen on */
TEST_F(bind, reuseaddr_inet_is_there)
{
	int holder = inet_socket(0);

	if (variant->row.domain == AF_INET) {
		expect_reuseaddr(_metadata, holder, self->fd);
		return;
	}
	ASSERT_EQ(0, opt_set(self->fd, SOL_SOCKET, SO_REUSEADDR, 1));
	ASSERT_EQ(0, opt_set(holder, SOL_SOCKET, SO_REUSEADDR, 1));
	ASSERT_EQ(0, bind4(holder, ADDR_LO, PORT));
	EXPECT_EQ(0, bind4(self->fd, ADDR_LO, PORT));
	EXPECT_EQ(EADDRINUSE, err(listen(holder, 1)));
	EXPECT_EQ(0, listen(self->fd, 1));
}

/* SO_REUSEADDR does not take a port from a listener */
static void expect_listener_holds(struct __test_metadata *_metadata,
				  int holder, int comer)
{
	ASSERT_LE(0, comer);
	ASSERT_LE(0, listen_on(holder, PORT, 1));
	ASSERT_EQ(0, opt_set(comer, SOL_SOCKET, SO_REUSEADDR, 1));
	EXPECT_EQ(EADDRINUSE, err(bind4(comer, ADDR_LO, PORT)));
	EXPECT_EQ(EADDRINUSE, err(bind4(comer, INADDR_ANY, PORT)));
	close(comer);
	close(holder);
}

TEST_F(bind, reuseaddr_against_listener)
{
	expect_listener_holds(_metadata, self->fd, tcp_socket(0));
}

TEST_F(bind, reuseaddr_inet_against_listener)
{
	expect_listener_holds(_metadata, self->fd, inet_socket(0));
}

TEST_F(bind, reuseaddr_against_inet_listener)
{
	expect_listener_holds(_metadata, inet_socket(0), self->fd);
}

/* SO_REUSEADDR must be set on both sides */
TEST_F(bind, reuseaddr_of_one)
{
	int fd = tcp_socket(0);

	ASSERT_EQ(0, bind4(self->fd, ADDR_LO, PORT));
	ASSERT_EQ(0, opt_set(fd, SOL_SOCKET, SO_REUSEADDR, 1));
	EXPECT_EQ(EADDRINUSE, err(bind4(fd, ADDR_LO, PORT)));
}

TEST_F(bind, freed_by_close)
{
	int i;

	for (i = 0; i < 20; i++) {
		int fd = i % 2 ? inet_socket(0) : tcp_socket(0);

		ASSERT_EQ(0, bind4(fd, ADDR_LO, PORT)) {
			TH_LOG("round %d: %s", i, strerror(errno));
		}
		ASSERT_EQ(0, listen(fd, 1));
		ASSERT_EQ(0, close(fd));
	}
}

TEST_F(bind, not_taken_by_failure)
{
	ASSERT_EQ(EADDRNOTAVAIL, err(bind4(self->fd, ADDR_NOWHERE, PORT)));
	EXPECT_EQ(0, bind4(inet_socket(0), INADDR_ANY, PORT));
}

/* The server's end closes first and keeps the connection in TIME_WAIT */
static void leave_time_wait(struct __test_metadata *_metadata, int lfd)
{
	int cfd, sfd;
	char byte;

	cfd = dial(PORT);
	ASSERT_LE(0, cfd);
	sfd = accept(lfd, NULL, NULL);
	ASSERT_LE(0, sfd);
	close(sfd);
	EXPECT_EQ(0, recv(cfd, &byte, 1, 0));
	close(cfd);
}

TEST_F(bind, time_wait_restart)
{
	int fd = tcp_socket(0);

	ASSERT_LE(0, listen_on(self->fd, PORT, 4));
	leave_time_wait(_metadata, self->fd);
	close(self->fd);
	EXPECT_EQ(EADDRINUSE, err(bind4(fd, ADDR_LO, PORT)));
	EXPECT_LE(0, listen_on(fd, PORT, 4));
	leave_time_wait(_metadata, fd);
	self->fd = fd;
}

/* ... and so does one from kernel TCP; AF_MINI's TIME_WAITs hold the port */
TEST_F(bind, time_wait_restart_as_inet)
{
	int fd = inet_socket(0);

	ASSERT_LE(0, listen_on(self->fd, PORT, 4));
	leave_time_wait(_metadata, self->fd);
	close(self->fd);
	EXPECT_EQ(EADDRINUSE, err(bind4(fd, ADDR_LO, PORT)));
	if (variant->row.domain == AF_INET) {
		EXPECT_LE(0, listen_on(fd, PORT, 4));
		leave_time_wait(_metadata, fd);
	} else {
		EXPECT_EQ(EADDRINUSE, err(listen_on(fd, PORT, 4)));
	}
	self->fd = fd;
}

/* A restart while connections of the old listener live on */
TEST_F(bind, restart_with_connections)
{
	int fd = tcp_socket(0);
	int cfd, sfd;

	ASSERT_LE(0, listen_on(self->fd, PORT, 4));
	cfd = dial(PORT);
	sfd = accept(self->fd, NULL, NULL);
	ASSERT_LE(0, sfd);
	close(self->fd);
	EXPECT_EQ(EADDRINUSE, err(bind4(fd, ADDR_LO, PORT)));
	EXPECT_LE(0, listen_on(fd, PORT, 4));
	EXPECT_EQ(100, send_pattern(cfd, 100, 0));
	EXPECT_EQ(100, recv_pattern(sfd, 100, 0));
	leave_time_wait(_metadata, fd);
	self->fd = fd;
}

/* The last ACK may be on its way yet; a TIME_WAIT would stay for a minute */
static int bind_soon(int fd, uint32_t host, int port)
{
	long end = now_ms() + WAIT_MS;
	int rc;

	do {
		rc = bind4(fd, host, port);
	} while (rc && errno == EADDRINUSE && look_again(end));
	return rc;
}

/* The side that closes last leaves nothing behind */
TEST_F(bind, passive_close_frees)
{
	int cfd, sfd;
	char byte;

	ASSERT_EQ(0, bind4(self->fd, ADDR_LO, PORT));
	ASSERT_EQ(0, listen(self->fd, 4));
	cfd = dial(PORT);
	sfd = accept(self->fd, NULL, NULL);
	ASSERT_LE(0, sfd);
	close(cfd);
	EXPECT_EQ(0, recv(sfd, &byte, 1, 0));
	close(sfd);
	close(self->fd);
	self->fd = tcp_socket(0);
	EXPECT_EQ(0, bind_soon(self->fd, ADDR_LO, PORT));
}

/* Connect from (ADDR_LO, PORT) to the listener on PORT + 1 */
static int connect_from_port(int fd)
{
	if (opt_set(fd, SOL_SOCKET, SO_REUSEADDR, 1))
		return -1;
	if (bind4(fd, ADDR_LO, PORT))
		return -1;
	return connect4(fd, ADDR_LO, PORT + 1);
}

/* One connection has the four-tuple, a second cannot have it too */
static void expect_tuple_taken(struct __test_metadata *_metadata, int first,
			       int second)
{
	int lfd = inet_socket(0);

	ASSERT_LE(0, listen_on(lfd, PORT + 1, 4));
	ASSERT_EQ(0, connect_from_port(first));
	EXPECT_EQ(EADDRNOTAVAIL, err(connect_from_port(second)));
	close(first);
	close(second);
}

TEST_F(bind, tuple_taken)
{
	expect_tuple_taken(_metadata, self->fd, tcp_socket(0));
}

/* The second does not even get the port, when the first is AF_MINI's */
TEST_F(bind, tuple_taken_inet_comes)
{
	int lfd = inet_socket(0), second = inet_socket(0);

	ASSERT_LE(0, listen_on(lfd, PORT + 1, 4));
	ASSERT_EQ(0, connect_from_port(self->fd));
	EXPECT_EQ(variant->row.domain == AF_INET ? EADDRNOTAVAIL : EADDRINUSE,
		  err(connect_from_port(second)));
}

TEST_F(bind, tuple_taken_by_inet)
{
	expect_tuple_taken(_metadata, inet_socket(0), self->fd);
}

/* One ephemeral port: enough for each destination, not for one twice */
TEST_F(bind, ephemeral_port_shared)
{
	const char *path = "/proc/sys/net/ipv4/ip_local_port_range";
	int a = inet_socket(0), b = inet_socket(0);
	int fd[2];

	ASSERT_LE(0, listen_on(a, PORT, 4));
	ASSERT_LE(0, listen_on(b, PORT + 1, 4));
	ASSERT_EQ(0, sysctl_set(path, "40000 40000"));
	ASSERT_EQ(0, connect4(self->fd, ADDR_LO, PORT));
	fd[0] = tcp_socket(0);
	EXPECT_EQ(EADDRNOTAVAIL, err(connect4(fd[0], ADDR_LO, PORT)));
	fd[1] = tcp_socket(0);
	EXPECT_EQ(0, connect4(fd[1], ADDR_LO, PORT + 1));
	EXPECT_EQ(40000, local_port(self->fd));
	EXPECT_EQ(40000, local_port(fd[1]));
}

/* A port somebody bound, of either family, is not picked for a connect */
static void expect_port_avoided(struct __test_metadata *_metadata, int held,
				int fd)
{
	const char *path = "/proc/sys/net/ipv4/ip_local_port_range";
	int lfd = inet_socket(0);

	ASSERT_LE(0, listen_on(lfd, PORT, 4));
	ASSERT_EQ(0, sysctl_set(path, "40000 40001"));
	ASSERT_EQ(0, bind4(held, INADDR_ANY, 40000));
	ASSERT_EQ(0, connect4(fd, ADDR_LO, PORT));
	EXPECT_EQ(40001, local_port(fd));
}

/* Proves: PO-4 */
TEST_F(bind, ephemeral_port_avoids_bound)
{
	expect_port_avoided(_metadata, tcp_socket(0), self->fd);
}

/* Proves: PO-4 */
TEST_F(bind, ephemeral_port_avoids_inet)
{
	expect_port_avoided(_metadata, inet_socket(0), self->fd);
}

TEST_F(bind, ephemeral_port_of_inet_avoids)
{
	expect_port_avoided(_metadata, self->fd, inet_socket(0));
}

/* A port that a connect picked is taken for bind(), until it is closed */
static void expect_ephemeral_held(struct __test_metadata *_metadata, int fd,
				  int comer)
{
	int lfd = inet_socket(0), sfd, port;
	char byte;

	ASSERT_LE(0, listen_on(lfd, PORT, 4));
	ASSERT_EQ(0, connect4(fd, ADDR_LO, PORT));
	port = local_port(fd);
	EXPECT_EQ(EADDRINUSE, err(bind4(comer, ADDR_LO, port)));
	sfd = accept(lfd, NULL, NULL);
	close(sfd);
	EXPECT_EQ(0, recv(fd, &byte, 1, 0));
	close(fd);
	EXPECT_EQ(0, bind4(comer, ADDR_LO2, port));
}

TEST_F(bind, ephemeral_port_held)
{
	expect_ephemeral_held(_metadata, self->fd, tcp_socket(0));
}

TEST_F(bind, ephemeral_port_held_against_inet)
{
	expect_ephemeral_held(_metadata, self->fd, inet_socket(0));
}

TEST_F(bind, ephemeral_port_of_inet_held)
{
	expect_ephemeral_held(_metadata, inet_socket(0), self->fd);
}

TEST_HARNESS_MAIN
