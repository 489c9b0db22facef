// SPDX-License-Identifier: GPL-2.0-only
/*
 * socket(2): which type and protocol give a socket, who may ask, and what the
 * socket says it is.
 */
#include <sched.h>
#include <sys/klog.h>
#include "mini_harness.h"

#define UNPRIVILEGED	"/proc/sys/net/mini/unprivileged"
#define NOBODY		65534

FIXTURE(socket_create) {
	int domain;
};

FIXTURE_VARIANT(socket_create) {
	struct row row;
};

FIXTURE_VARIANT_ADD(socket_create, inet) { .row = ROW_INET };
FIXTURE_VARIANT_ADD(socket_create, mini) { .row = ROW_MINI };
FIXTURE_VARIANT_ADD(socket_create, mini253) { .row = ROW_MINI253 };

FIXTURE_SETUP(socket_create)
{
	ASSERT_EQ(0, net_setup(variant->row, variant->row));
	self->domain = variant->row.domain;
}

FIXTURE_TEARDOWN(socket_create)
{
}

/* The errno of socket(), and no file descriptor left over */
static int try_socket(int domain, int type, int protocol)
{
	int fd = socket(domain, type, protocol);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

TEST_F(socket_create, stream)
{
	int fd = tcp_socket(0);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, close(fd));
}

TEST_F(socket_create, stream_protocols)
{
	int twin = row_is_mini() ? 0 : EPROTONOSUPPORT;

	EXPECT_EQ(0, try_socket(self->domain, SOCK_STREAM, 0));
	EXPECT_EQ(0, try_socket(self->domain, SOCK_STREAM, IPPROTO_TCP));
	EXPECT_EQ(twin, try_socket(self->domain, SOCK_STREAM, IPPROTO_MINI));
}

TEST_F(socket_create, bad_protocol)
{
	static const struct {
		int protocol;
		int err;
	} cases[] = {
		{ IPPROTO_ICMP,	EPROTONOSUPPORT },
		{ IPPROTO_UDP,	EPROTONOSUPPORT },
		{ 254,		EPROTONOSUPPORT },
		{ 255,		EPROTONOSUPPORT },
		{ -1,		EINVAL },
		{ 100000,	EINVAL },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].err, try_socket(self->domain, SOCK_STREAM,
						   cases[i].protocol))
			TH_LOG("protocol %d", cases[i].protocol);
	}
}

TEST_F(socket_create, bad_type)
{
	static const struct {
		int type;
		int err;
	} cases[] = {
		{ 0,		ESOCKTNOSUPPORT },
		{ SOCK_RDM,	ESOCKTNOSUPPORT },
		{ SOCK_DCCP,	ESOCKTNOSUPPORT },
		{ 9,		ESOCKTNOSUPPORT },
		{ 15,		EINVAL },
		{ SOCK_STREAM | 0x4000000, EINVAL },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].err,
			  try_socket(self->domain, cases[i].type, 0))
			TH_LOG("type %d", cases[i].type);
	}
}

TEST_F(socket_create, datagram)
{
	EXPECT_EQ(0, try_socket(self->domain, SOCK_DGRAM, 0));
	EXPECT_EQ(0, try_socket(self->domain, SOCK_DGRAM, IPPROTO_UDP));
	EXPECT_EQ(EPROTONOSUPPORT, try_socket(self->domain, SOCK_DGRAM,
					      IPPROTO_TCP));
}

/* AF_MINI's is a tap, see packet.c */
TEST_F(socket_create, raw)
{
	EXPECT_EQ(row_is_mini() ? 0 : EPROTONOSUPPORT,
		  try_socket(self->domain, SOCK_RAW, 0));
}

TEST_F(socket_create, pair_unsupported)
{
	int fd[2];

	EXPECT_EQ(EOPNOTSUPP, err(socketpair(self->domain, SOCK_STREAM,
					     variant->row.protocol, fd)));
}

/* sk_protocol is 253 whatever the wire: core code must not see a tcp_sock */
TEST_F(socket_create, identity)
{
	int protocol = row_is_mini() ? IPPROTO_MINI : IPPROTO_TCP;
	int fd = tcp_socket(0);

	ASSERT_LE(0, fd);
	EXPECT_EQ(self->domain, opt_get(fd, SOL_SOCKET, SO_DOMAIN));
	EXPECT_EQ(SOCK_STREAM, opt_get(fd, SOL_SOCKET, SO_TYPE));
	EXPECT_EQ(protocol, opt_get(fd, SOL_SOCKET, SO_PROTOCOL));
	EXPECT_EQ(0, opt_get(fd, SOL_SOCKET, SO_ACCEPTCONN));
	EXPECT_EQ(0, opt_get(fd, SOL_SOCKET, SO_ERROR));
}

TEST_F(socket_create, identity_of_a_connection)
{
	int protocol = row_is_mini() ? IPPROTO_MINI : IPPROTO_TCP;
	int fd[2], i;

	ASSERT_EQ(0, tcp_pair(fd));
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(self->domain, opt_get(fd[i], SOL_SOCKET, SO_DOMAIN));
		EXPECT_EQ(protocol, opt_get(fd[i], SOL_SOCKET, SO_PROTOCOL));
	}
}

TEST_F(socket_create, flags)
{
	int flags[] = { 0, SOCK_NONBLOCK, SOCK_CLOEXEC,
			SOCK_NONBLOCK | SOCK_CLOEXEC };
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		fd = tcp_socket(flags[i]);
		ASSERT_LE(0, fd);
		EXPECT_EQ(!!(flags[i] & SOCK_NONBLOCK),
			  !!(fcntl(fd, F_GETFL) & O_NONBLOCK));
		EXPECT_EQ(!!(flags[i] & SOCK_CLOEXEC),
			  !!(fcntl(fd, F_GETFD) & FD_CLOEXEC));
		close(fd);
	}
}

TEST_F(socket_create, many)
{
	int fd[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fd); i++) {
		fd[i] = tcp_socket(0);
		ASSERT_LE(0, fd[i]);
	}
	for (i = 0; i < ARRAY_SIZE(fd); i++)
		EXPECT_EQ(0, close(fd[i]));
}

/* AF_MINI needs CAP_NET_ADMIN over the netns, unless the sysctl says not */
TEST_F(socket_create, unprivileged)
{
	int refused = row_is_mini() ? EPERM : 0;

	ASSERT_EQ(0, setresuid(NOBODY, NOBODY, NOBODY));
	EXPECT_EQ(refused, try_socket(self->domain, SOCK_STREAM,
				      variant->row.protocol));
}

/* Wrong arguments are wrong whoever asks; the privilege is looked at last */
TEST_F(socket_create, unprivileged_bad_arguments)
{
	ASSERT_EQ(0, setresuid(NOBODY, NOBODY, NOBODY));
	EXPECT_EQ(ESOCKTNOSUPPORT, try_socket(self->domain, SOCK_RDM, 0));
	EXPECT_EQ(EPROTONOSUPPORT,
		  try_socket(self->domain, SOCK_STREAM, IPPROTO_UDP));
}

TEST_F(socket_create, unprivileged_allowed)
{
	if (row_is_mini())
		ASSERT_EQ(0, sysctl_set(UNPRIVILEGED, "1"));
	ASSERT_EQ(0, setresuid(NOBODY, NOBODY, NOBODY));
	EXPECT_EQ(0, try_socket(self->domain, SOCK_STREAM,
				variant->row.protocol));
}

/* The sysctl is a netns's own: setting it in one opens no other */
TEST_F(socket_create, unprivileged_elsewhere)
{
	int refused = row_is_mini() ? EPERM : 0;

	if (row_is_mini())
		ASSERT_EQ(0, sysctl_set(UNPRIVILEGED, "1"));
	ASSERT_EQ(0, net_setup(variant->row, variant->row));
	ASSERT_EQ(0, setresuid(NOBODY, NOBODY, NOBODY));
	EXPECT_EQ(refused, try_socket(self->domain, SOCK_STREAM,
				      variant->row.protocol));
}

/* Root of a user namespace has CAP_NET_ADMIN over the netns it makes there */
TEST_F(socket_create, user_namespace)
{
	ASSERT_EQ(0, unshare(CLONE_NEWUSER | CLONE_NEWNET));
	EXPECT_EQ(0, try_socket(self->domain, SOCK_STREAM,
				variant->row.protocol));
}

/* ... and none over the netns that was there before */
TEST_F(socket_create, user_namespace_of_another_netns)
{
	int refused = row_is_mini() ? EPERM : 0;

	ASSERT_EQ(0, unshare(CLONE_NEWUSER));
	EXPECT_EQ(refused, try_socket(self->domain, SOCK_STREAM,
				      variant->row.protocol));
}

/* Whoever is refused finds the way out in the kernel log */
TEST_F(socket_create, refusal_names_the_sysctl)
{
	static char log[4 << 20];
	pid_t pid;
	int len;

	if (!row_is_mini())
		return;
	pid = fork();
	if (!pid) {
		if (setresuid(NOBODY, NOBODY, NOBODY))
			_exit(1);
		_exit(tcp_socket(0) >= 0);
	}
	ASSERT_LT(0, pid);
	waitpid(pid, NULL, 0);
	len = klogctl(3, log, sizeof(log) - 1);	/* SYSLOG_ACTION_READ_ALL */
	ASSERT_LT(0, len);
	log[len] = '\0';
	EXPECT_NE(NULL, strstr(log, "net.mini.unprivileged"));
}

TEST_HARNESS_MAIN
