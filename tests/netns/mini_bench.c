// SPDX-License-Identifier: GPL-2.0-only
/*
 * One figure of one family, server and client forked from one process:
 *
 *	rtt		ns for one byte there and back
 *	connect		connections/s: connect, a byte, close from both ends
 *	bulk		MB/s one way, in writes of -w bytes
 *
 * Blocking calls and default options, as a plain program would have them. The
 * first part of the work warms caches, routes and windows and is not timed.
 */
#define _GNU_SOURCE
#include <err.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net.h"

#define WARM_SHARE	8	/* one part in eight, before the clock starts */

struct bench {
	const struct fam *fam;
	const struct test *test;
	const char *addr, *netns;
	unsigned int port, secs;
	__u64 n, warm;		/* round trips, connections or bytes */
	size_t chunk;
	char *buf;
};

struct test {
	const char *name;
	void (*serve)(const struct bench *b, int listener);
	double (*call)(const struct bench *b);
};

static int connected(const struct bench *b)
{
	int fd = fam_connect(b->fam, 0, fam_addr(b->addr, b->port));

	if (fd < 0)
		err(1, "connect");
	return fd;
}

static int accepted(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		err(1, "accept");
	return fd;
}

static void put_byte(int fd)
{
	if (write(fd, "x", 1) != 1)
		err(1, "write a byte");
}

static bool get_byte(int fd)
{
	char byte;
	ssize_t n = read(fd, &byte, 1);

	if (n < 0)
		err(1, "read a byte");
	return n;
}

static void expect_byte(int fd)
{
	if (!get_byte(fd))
		errx(1, "the other end closed early");
}

static void rtt_serve(const struct bench *b, int listener)
{
	int fd = accepted(listener);

	(void)b;
	while (get_byte(fd))
		put_byte(fd);
	close(fd);
}

static void rtt_times(int fd, __u64 n)
{
	while (n--) {
		put_byte(fd);
		expect_byte(fd);
	}
}

static double rtt_call(const struct bench *b)
{
	int fd = connected(b);
	__u64 start;

	rtt_times(fd, b->warm);
	start = now_ns();
	rtt_times(fd, b->n);
	start = now_ns() - start;
	close(fd);
	return (double)start / b->n;
}

static void connect_serve(const struct bench *b, int listener)
{
	__u64 i;
	int fd;

	for (i = 0; i < b->warm + b->n; i++) {
		fd = accepted(listener);
		expect_byte(fd);
		if (get_byte(fd))
			errx(1, "more than one byte");
		close(fd);
	}
}

/* The client's FIN is first, so TIME_WAIT stays with the client's port. */
static void connect_times(const struct bench *b, __u64 n)
{
	int fd;

	while (n--) {
		fd = connected(b);
		put_byte(fd);
		if (shutdown(fd, SHUT_WR))
			err(1, "shutdown");
		if (get_byte(fd))
			errx(1, "a byte out of nowhere");
		close(fd);
	}
}

static double connect_call(const struct bench *b)
{
	__u64 start;

	connect_times(b, b->warm);
	start = now_ns();
	connect_times(b, b->n);
	start = now_ns() - start;
	return b->n * 1e9 / start;
}

static void bulk_take(const struct bench *b, int fd, __u64 left)
{
	ssize_t n;

	while (left) {
		n = read(fd, b->buf, b->chunk < left ? b->chunk : left);
		if (n <= 0)
			err(1, "read with %llu bytes to come", left);
		left -= n;
	}
}

static void bulk_serve(const struct bench *b, int listener)
{
	int fd = accepted(listener);

	bulk_take(b, fd, b->warm);
	put_byte(fd);
	bulk_take(b, fd, b->n);
	put_byte(fd);
	close(fd);
}

/* Timed until the reader has said that it holds the last byte. */
static void bulk_times(const struct bench *b, int fd, __u64 left)
{
	ssize_t n;

	while (left) {
		n = write(fd, b->buf, b->chunk < left ? b->chunk : left);
		if (n <= 0)
			err(1, "write with %llu bytes to go", left);
		left -= n;
	}
	expect_byte(fd);
}

static double bulk_call(const struct bench *b)
{
	int fd = connected(b);
	__u64 start;

	bulk_times(b, fd, b->warm);
	start = now_ns();
	bulk_times(b, fd, b->n);
	start = now_ns() - start;
	close(fd);
	return b->n * 1e3 / start;
}

static const struct test tests[] = {
	{ "rtt",	rtt_serve,	rtt_call	},
	{ "connect",	connect_serve,	connect_call	},
	{ "bulk",	bulk_serve,	bulk_call	},
	{ NULL,		NULL,		NULL		},
};

static const struct test *test_find(const char *name)
{
	const struct test *t;

	for (t = tests; t->name; t++)
		if (!strcmp(t->name, name))
			return t;
	errx(1, "no test %s: rtt, connect or bulk", name);
}

/* The server listens before the client is told to go. */
static void server(const struct bench *b, int ready)
{
	int listener;

	last_resort(b->secs);
	if (b->netns)
		netns_enter(b->netns);
	listener = fam_listen(b->fam, 0, fam_addr("0.0.0.0", b->port), 64);
	put_byte(ready);
	close(ready);
	b->test->serve(b, listener);
	exit(0);
}

static void run(const struct bench *b)
{
	int ready[2], status;
	double figure;
	pid_t pid;

	if (pipe(ready))
		err(1, "pipe");
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid)
		server(b, ready[1]);
	close(ready[1]);
	expect_byte(ready[0]);
	figure = b->test->call(b);
	if (waitpid(pid, &status, 0) != pid || status)
		errx(1, "the server ended with status 0x%x", status);
	printf("%.1f\n", figure);
}

static void usage(void)
{
	fputs("mini_bench -t rtt|connect|bulk [options]\n"
	      "  -f FAMILY  inet, mini or mini253 (inet)\n"
	      "  -a ADDR    the server's address (127.0.0.1)\n"
	      "  -p PORT    and port (7000)\n"
	      "  -N NETNS   and network namespace (this one)\n"
	      "  -n COUNT   round trips, connections or bytes (1000)\n"
	      "  -w SIZE    bytes a call (64K)\n"
	      "  -T SECS    give up after this long (120)\n", stderr);
	exit(1);
}

static bool option(struct bench *b, int opt)
{
	switch (opt) {
	case 't':
		b->test = test_find(optarg);
		return true;
	case 'f':
		b->fam = fam_find(optarg);
		return true;
	case 'a':
		b->addr = optarg;
		return true;
	case 'p':
		b->port = count_of(optarg, "port");
		return true;
	case 'N':
		b->netns = optarg;
		return true;
	case 'n':
		b->n = bytes(optarg);
		return true;
	case 'w':
		b->chunk = bytes(optarg);
		return true;
	case 'T':
		b->secs = count_of(optarg, "seconds");
		return true;
	default:
		return false;
	}
}

int main(int argc, char **argv)
{
	struct bench b = {
		.addr	= "127.0.0.1",
		.port	= 7000,
		.secs	= 120,
		.n	= 1000,
		.chunk	= 65536,
	};
	int opt;

	b.fam = fam_find("inet");
	while ((opt = getopt(argc, argv, "t:f:a:p:N:n:w:T:")) != -1)
		if (!option(&b, opt))
			usage();
	if (!b.test || !b.n || !b.chunk || optind < argc)
		usage();
	b.warm = (b.n + WARM_SHARE - 1) / WARM_SHARE;
	b.buf = calloc(1, b.chunk);
	if (!b.buf)
		err(1, "memory for %zu bytes", b.chunk);
	signal(SIGPIPE, SIG_IGN);
	last_resort(b.secs);
	run(&b);
	return 0;
}
