// SPDX-License-Identifier: GPL-2.0-only
/* What every program here needs: either family's sockets, clock, numbers. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "net.h"

static const struct fam families[] = {
	{ "inet",	AF_INET,	0		},
	{ "mini",	AF_MINI,	0		},
	{ "mini253",	AF_MINI,	IPPROTO_MINI	},
	{ NULL,		0,		0		}
};

const struct fam *fam_find(const char *name)
{
	const struct fam *f;

	for (f = families; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	errx(1, "no family %s: inet, mini or mini253", name);
}

struct sockaddr_in fam_addr(const char *addr, unsigned int port)
{
	struct sockaddr_in sin = {
		.sin_family	= AF_INET,
		.sin_port	= htons(port),
	};

	if (inet_pton(AF_INET, addr, &sin.sin_addr) != 1)
		errx(1, "not an IPv4 address: %s", addr);
	return sin;
}

int fam_socket(const struct fam *f, int flags)
{
	int fd = socket(f->family, SOCK_STREAM | SOCK_CLOEXEC | flags,
			f->protocol);

	if (fd < 0)
		err(1, "socket of family %s", f->name);
	return fd;
}

int fam_listen(const struct fam *f, int flags, struct sockaddr_in at,
	       int backlog)
{
	int fd = fam_socket(f, flags), one = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)))
		err(1, "SO_REUSEADDR");
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)))
		err(1, "bind to port %u", ntohs(at.sin_port));
	if (listen(fd, backlog))
		err(1, "listen");
	return fd;
}

/* A socket on its way to @to, or -1 with the errno of connect(). */
int fam_connect(const struct fam *f, int flags, struct sockaddr_in to)
{
	int fd = fam_socket(f, flags), why;

	if (!connect(fd, (struct sockaddr *)&to, sizeof(to)) ||
	    errno == EINPROGRESS)
		return fd;
	why = errno;
	close(fd);
	errno = why;
	return -1;
}

long tcp_retrans(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		return -1;
	if (len < offsetof(struct tcp_info, tcpi_total_retrans) + 4)
		return -1;
	return info.tcpi_total_retrans;
}

int tcp_state(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		return -1;
	return info.tcpi_state;
}

__u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

unsigned long count_of(const char *text, const char *what)
{
	char *end;
	unsigned long n = strtoul(text, &end, 0);

	if (end == text || *end || n > INT_MAX)
		errx(1, "not a number of %s: %s", what, text);
	return n;
}

__u64 bytes(const char *text)
{
	static const char unit[] = "KMG";
	char *end;
	__u64 n = strtoull(text, &end, 0);
	const char *u = *end ? strchr(unit, *end) : NULL;

	if (end == text || (*end && (!u || end[1])))
		errx(1, "not a size (8, 8K, 8M, 8G): %s", text);
	return u ? n << (10 * (u - unit + 1)) : n;
}

void last_resort(unsigned int secs)
{
	alarm(secs);
}

void netns_enter(const char *name)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "enter %s", path);
	close(fd);
}

void ca_use(int fd, const char *name)
{
	if (setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, strlen(name)))
		err(1, "TCP_CONGESTION %s", name);
}

void pace_at(int fd, unsigned int rate)
{
	if (setsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &rate, sizeof(rate)))
		err(1, "SO_MAX_PACING_RATE");
}
