// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bring connections into chosen TCP states: runs the steps it reads from its
 * standard input, one a line, over sockets of either family in any network
 * namespace, and stops at the first that does not go as said. What is open at
 * the end is closed by exit, in the order of its numbers.
 *
 *	ns NAME			later sockets belong to this namespace
 *	listen S FAM PORT [N]	backlog N, 8 if not given
 *	connect S FAM ADDR PORT	wait until it stands
 *	start S FAM ADDR PORT	send the SYN and do not wait
 *	socket S FAM		only that
 *	tap S FAM DEVICE	a SOCK_RAW socket, AF_PACKET's for inet, that has
 *				its device promiscuous
 *	accept S LISTENER
 *	send S N, recv S N	so many bytes
 *	fill S			write until the socket takes no more
 *	shut S			shutdown(SHUT_WR)
 *	eof S			the peer's FIN is next
 *	close S, reset S	reset: SO_LINGER with 0 seconds
 *	congestion S NAME	TCP_CONGESTION
 *	pace S RATE		SO_MAX_PACING_RATE, bytes a second
 *	cork S			TCP_CORK
 *	state S NAME		TCP_INFO comes to say so
 *	error S NAME		the socket comes to fail with this error (EPIPE, say)
 *	soft S NAME		it comes to tell of this error, and does not fail
 *	fine S			it has neither
 *	give_up S MSEC		TCP_USER_TIMEOUT
 *	busy MODULE		this module cannot be unloaded now
 *	sh COMMAND		must succeed
 *	until COMMAND		must come to succeed
 *
 * What must come is waited for, half a minute at most: guests are slow.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "net.h"

#define SOCKETS		64
#define STEP_SECS	30
#define ALL_SECS	180
#define LOOK_MSEC	20

struct words {
	int n;
	char *w[6];
	const char *rest;	/* the line from its second word on */
};

struct named {
	char name[16];
	int fd;
};

static struct named sockets[SOCKETS];
static int nr_sockets;

static int *slot(const char *name)
{
	int i;

	for (i = 0; i < nr_sockets; i++)
		if (!strcmp(sockets[i].name, name))
			return &sockets[i].fd;
	if (nr_sockets == SOCKETS)
		errx(1, "more than %d sockets", SOCKETS);
	snprintf(sockets[nr_sockets].name, sizeof(sockets[0].name), "%s", name);
	sockets[nr_sockets].fd = -1;
	return &sockets[nr_sockets++].fd;
}

static int sock(const char *name)
{
	int fd = *slot(name);

	if (fd < 0)
		errx(1, "no open socket %s", name);
	return fd;
}

/* No step may hang the round: a call that blocks ends with EAGAIN. */
static void bound_time(int fd)
{
	struct timeval tv = { .tv_sec = STEP_SECS };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)))
		err(1, "SO_RCVTIMEO, SO_SNDTIMEO");
}

static void step_ns(const struct words *s)
{
	netns_enter(s->w[1]);
}

static void step_listen(const struct words *s)
{
	int backlog = s->n > 4 ? count_of(s->w[4], "backlog") : 8;
	unsigned int port = count_of(s->w[3], "port");
	int fd = fam_listen(fam_find(s->w[2]), 0, fam_addr("0.0.0.0", port),
			    backlog);

	bound_time(fd);
	*slot(s->w[1]) = fd;
}

static void step_connect(const struct words *s)
{
	struct sockaddr_in to = fam_addr(s->w[3], count_of(s->w[4], "port"));
	int fd = fam_socket(fam_find(s->w[2]), 0);

	bound_time(fd);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		err(1, "connect %s", s->w[1]);
	*slot(s->w[1]) = fd;
}

static void step_start(const struct words *s)
{
	struct sockaddr_in to = fam_addr(s->w[3], count_of(s->w[4], "port"));
	int fd = fam_connect(fam_find(s->w[2]), SOCK_NONBLOCK, to);

	if (fd < 0)
		err(1, "start %s", s->w[1]);
	*slot(s->w[1]) = fd;
}

static void step_socket(const struct words *s)
{
	*slot(s->w[1]) = fam_socket(fam_find(s->w[2]), 0);
}

static void step_tap(const struct words *s)
{
	int dev = if_nametoindex(s->w[3]);
	struct packet_mreq mr = {
		.mr_ifindex = dev, .mr_type = PACKET_MR_PROMISC,
	};
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET, .sll_ifindex = dev,
	};
	int family = fam_find(s->w[2])->family;
	int fd = socket(family == AF_INET ? AF_PACKET : family, SOCK_RAW,
			htons(ETH_P_ALL));

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mr, sizeof(mr)))
		err(1, "tap %s", s->w[1]);
	*slot(s->w[1]) = fd;
}

static void step_accept(const struct words *s)
{
	int fd = accept4(sock(s->w[2]), NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		err(1, "accept %s", s->w[1]);
	bound_time(fd);
	*slot(s->w[1]) = fd;
}

static void step_send(const struct words *s)
{
	static const char data[4096];
	size_t n = count_of(s->w[2], "bytes");

	if (n > sizeof(data))
		errx(1, "send at most %zu bytes", sizeof(data));
	if (send(sock(s->w[1]), data, n, MSG_NOSIGNAL) != (ssize_t)n)
		err(1, "send %s", s->w[1]);
}

static void step_recv(const struct words *s)
{
	static char data[4096];
	size_t n = count_of(s->w[2], "bytes");

	if (n > sizeof(data))
		errx(1, "receive at most %zu bytes", sizeof(data));
	if (recv(sock(s->w[1]), data, n, MSG_WAITALL) != (ssize_t)n)
		err(1, "recv %s", s->w[1]);
}

/* Full when a tenth of a second, some round trips, makes no more room. */
static void step_fill(const struct words *s)
{
	static const char data[65536];
	struct pollfd p = { .fd = sock(s->w[1]), .events = POLLOUT };

	while (poll(&p, 1, 100) > 0)
		if (send(p.fd, data, sizeof(data),
			 MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno != EAGAIN)
			err(1, "fill %s", s->w[1]);
}

static void step_shut(const struct words *s)
{
	if (shutdown(sock(s->w[1]), SHUT_WR))
		err(1, "shutdown %s", s->w[1]);
}

static void step_eof(const struct words *s)
{
	char byte;

	if (recv(sock(s->w[1]), &byte, 1, 0))
		errx(1, "no end of file on %s", s->w[1]);
}

static void step_close(const struct words *s)
{
	if (close(sock(s->w[1])))
		err(1, "close %s", s->w[1]);
	*slot(s->w[1]) = -1;
}

static void step_reset(const struct words *s)
{
	struct linger now = { .l_onoff = 1 };

	if (setsockopt(sock(s->w[1]), SOL_SOCKET, SO_LINGER, &now,
		       sizeof(now)))
		err(1, "SO_LINGER %s", s->w[1]);
	step_close(s);
}

static void step_congestion(const struct words *s)
{
	ca_use(sock(s->w[1]), s->w[2]);
}

static void step_pace(const struct words *s)
{
	unsigned int rate = count_of(s->w[2], "bytes a second");

	if (setsockopt(sock(s->w[1]), SOL_SOCKET, SO_MAX_PACING_RATE, &rate,
		       sizeof(rate)))
		err(1, "SO_MAX_PACING_RATE %s", s->w[1]);
}

static void step_cork(const struct words *s)
{
	int on = 1;

	if (setsockopt(sock(s->w[1]), IPPROTO_TCP, TCP_CORK, &on, sizeof(on)))
		err(1, "TCP_CORK %s", s->w[1]);
}

static int state_find(const char *name)
{
	static const char * const names[] = {
		[TCP_ESTABLISHED]	= "ESTABLISHED",
		[TCP_SYN_SENT]		= "SYN_SENT",
		[TCP_FIN_WAIT1]		= "FIN_WAIT1",
		[TCP_FIN_WAIT2]		= "FIN_WAIT2",
		[TCP_CLOSE]		= "CLOSE",
		[TCP_CLOSE_WAIT]	= "CLOSE_WAIT",
		[TCP_LAST_ACK]		= "LAST_ACK",
		[TCP_LISTEN]		= "LISTEN",
		[TCP_CLOSING]		= "CLOSING",
	};
	int i;

	for (i = 0; i <= TCP_CLOSING; i++)
		if (names[i] && !strcmp(names[i], name))
			return i;
	errx(1, "no state %s", name);
}

static void nap(int msec)
{
	poll(NULL, 0, msec);
}

/* Between two looks; false when the step's time is up. */
static bool look_again(__u64 end)
{
	bool more = now_ns() < end;

	nap(LOOK_MSEC);
	return more;
}

static __u64 step_end(void)
{
	return now_ns() + STEP_SECS * NSEC_PER_SEC;
}

/* A TCP that does not say is believed. */
static void step_state(const struct words *s)
{
	int want = state_find(s->w[2]), fd = sock(s->w[1]);
	__u64 end = step_end();

	while (tcp_state(fd) >= 0 && tcp_state(fd) != want && look_again(end))
		;
	if (tcp_state(fd) < 0)
		warnx("%s: no TCP_INFO", s->w[1]);
	else if (tcp_state(fd) != want)
		errx(1, "%s is in state %d, not in %s (%d)", s->w[1],
		     tcp_state(fd), s->w[2], want);
}

static const char *error_of(const char *name)
{
	socklen_t len = sizeof(int);
	int why = 0;

	if (getsockopt(sock(name), SOL_SOCKET, SO_ERROR, &why, &len))
		err(1, "SO_ERROR %s", name);
	return why ? strerrorname_np(why) : "none";
}

static void expect_error(const struct words *s, const char *name)
{
	if (strcmp(name, s->w[2]))
		errx(1, "%s has the error %s, not %s", s->w[1], name, s->w[2]);
}

/* Whether the connection has failed, or does so in this time. */
static bool has_failed(const char *name, int msec)
{
	struct pollfd p = { .fd = sock(name) };

	return poll(&p, 1, msec) == 1;
}

static void step_error(const struct words *s)
{
	if (!has_failed(s->w[1], STEP_SECS * 1000))
		errx(1, "%s has not failed", s->w[1]);
	expect_error(s, error_of(s->w[1]));
}

/* SO_ERROR, once asked, forgets a soft error. */
static void step_soft(const struct words *s)
{
	__u64 end = step_end();
	const char *name;

	do {
		name = error_of(s->w[1]);
	} while (!strcmp(name, "none") && look_again(end));
	expect_error(s, name);
	if (has_failed(s->w[1], 0))
		errx(1, "%s has failed", s->w[1]);
}

static void step_fine(const struct words *s)
{
	if (has_failed(s->w[1], 0) || strcmp(error_of(s->w[1]), "none"))
		errx(1, "%s has an error", s->w[1]);
}

static void step_give_up(const struct words *s)
{
	int msec = count_of(s->w[2], "milliseconds");

	if (setsockopt(sock(s->w[1]), IPPROTO_TCP, TCP_USER_TIMEOUT, &msec,
		       sizeof(msec)))
		err(1, "TCP_USER_TIMEOUT %s", s->w[1]);
}

/*
 * delete_module(2): EWOULDBLOCK for a module in use, EBUSY for one that is
 * already on its way. Not rmmod(8), which looks at sysfs and does not ask.
 */
static void step_busy(const struct words *s)
{
	if (!syscall(SYS_delete_module, s->w[1], O_NONBLOCK))
		errx(1, "%s went away under open sockets", s->w[1]);
	if (errno != EWOULDBLOCK && errno != EBUSY)
		err(1, "unload %s", s->w[1]);
}

static void step_sh(const struct words *s)
{
	if (system(s->rest))
		errx(1, "failed: %s", s->rest);
}

static void step_until(const struct words *s)
{
	__u64 end = step_end();
	int rc;

	do {
		rc = system(s->rest);
	} while (rc && look_again(end));
	if (rc)
		errx(1, "still fails: %s", s->rest);
}

static const struct step {
	const char *name;
	int words;
	void (*run)(const struct words *s);
} steps[] = {
	{ "ns",		2, step_ns	},
	{ "listen",	4, step_listen	},
	{ "connect",	5, step_connect	},
	{ "start",	5, step_start	},
	{ "socket",	3, step_socket	},
	{ "tap",	4, step_tap	},
	{ "accept",	3, step_accept	},
	{ "send",	3, step_send	},
	{ "recv",	3, step_recv	},
	{ "fill",	2, step_fill	},
	{ "shut",	2, step_shut	},
	{ "eof",	2, step_eof	},
	{ "close",	2, step_close	},
	{ "reset",	2, step_reset	},
	{ "congestion",	3, step_congestion	},
	{ "pace",	3, step_pace	},
	{ "cork",	2, step_cork	},
	{ "state",	3, step_state	},
	{ "error",	3, step_error	},
	{ "soft",	3, step_soft	},
	{ "fine",	2, step_fine	},
	{ "give_up",	3, step_give_up	},
	{ "busy",	2, step_busy	},
	{ "sh",		2, step_sh	},
	{ "until",	2, step_until	},
	{ NULL,		0, NULL		},
};

static void run(const struct words *s)
{
	const struct step *step;

	for (step = steps; step->name; step++)
		if (!strcmp(step->name, s->w[0]))
			break;
	if (!step->name || s->n < step->words)
		errx(1, "not a step: %s %s", s->w[0], s->rest);
	step->run(s);
}

/* Cut @line into words; false when there are none or it is a comment. */
static bool split(char *line, char *copy, struct words *s)
{
	char *w, *at = copy;

	line[strcspn(line, "\n")] = '\0';
	line += strspn(line, " \t");
	strcpy(copy, line);
	s->rest = line + strcspn(line, " \t");
	s->rest += strspn(s->rest, " \t");
	for (s->n = 0; s->n < 6; s->n++) {
		w = strsep(&at, " \t");
		while (w && !*w)
			w = strsep(&at, " \t");
		if (!w)
			break;
		s->w[s->n] = w;
	}
	return s->n && *s->w[0] != '#';
}

int main(void)
{
	char line[512], copy[512];
	struct words s;

	last_resort(ALL_SECS);
	while (fgets(line, sizeof(line), stdin))
		if (split(line, copy, &s))
			run(&s);
	return 0;
}
