// SPDX-License-Identifier: GPL-2.0-only
/*
 * One-way flows that take what the path gives, all of them at once, for a
 * given time; each may be of another family. What the readers got in that time
 * is printed, Mbit/s, a line for each flow in the order of the options.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net.h"

#define FLOWS_MAX	8
#define CHUNK		65536

struct flow {
	const struct fam *fam;
	const char *ca;
	int go;			/* a byte: the listener is there */
	int told;		/* what the reader got, octets */
	pid_t reader, writer;
};

struct bench {
	struct flow flow[FLOWS_MAX];
	unsigned int nr, port, secs, skip;
	const char *addr, *netns;
};

static char chunk[CHUNK];

/* What comes from @skip seconds after the first byte until the end. */
static __u64 read_flow(const struct bench *b, int fd)
{
	__u64 start = 0, end = 0, got = 0;
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
		__u64 now = now_ns();

		if (!start)
			start = now + b->skip * NSEC_PER_SEC;
		end = start + (b->secs - b->skip) * NSEC_PER_SEC;
		if (now >= end)
			break;
		if (now >= start)
			got += n;
	}
	return got;
}

static void reader(const struct bench *b, unsigned int i, int go, int told)
{
	const struct flow *f = &b->flow[i];
	struct timeval patience = { .tv_sec = b->secs };
	int listener, fd;
	__u64 got;

	if (b->netns)
		netns_enter(b->netns);
	listener = fam_listen(f->fam, 0, fam_addr("0.0.0.0", b->port + i), 1);
	if (write(go, "x", 1) != 1)
		err(1, "pipe");
	fd = accept(listener, NULL, NULL);
	if (fd < 0)
		err(1, "accept");
	/* a flow that has starved is one that got little */
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	got = read_flow(b, fd);
	if (write(told, &got, sizeof(got)) != sizeof(got))
		err(1, "pipe");
	exit(0);
}

/* Writes until the reader has gone. */
static void writer(const struct bench *b, unsigned int i)
{
	const struct flow *f = &b->flow[i];
	int fd = fam_connect(f->fam, 0, fam_addr(b->addr, b->port + i));

	if (fd < 0)
		err(1, "connect");
	if (f->ca)
		ca_use(fd, f->ca);
	while (write(fd, chunk, sizeof(chunk)) > 0)
		;
	exit(0);
}

static pid_t forked(void)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	return pid;
}

static void start_reader(struct bench *b, unsigned int i)
{
	int go[2], told[2];

	if (pipe(go) || pipe(told))
		err(1, "pipe");
	b->flow[i].reader = forked();
	if (!b->flow[i].reader)
		reader(b, i, go[1], told[1]);
	close(go[1]);
	close(told[1]);
	b->flow[i].go = go[0];
	b->flow[i].told = told[0];
}

static void run(struct bench *b)
{
	unsigned int counted = b->secs - b->skip, i;
	char byte;
	__u64 got;

	for (i = 0; i < b->nr; i++)
		start_reader(b, i);
	for (i = 0; i < b->nr; i++)
		if (read(b->flow[i].go, &byte, 1) != 1)
			errx(1, "flow %u has no listener", i);
	for (i = 0; i < b->nr; i++) {
		b->flow[i].writer = forked();
		if (!b->flow[i].writer)
			writer(b, i);
	}
	for (i = 0; i < b->nr; i++) {
		if (read(b->flow[i].told, &got, sizeof(got)) != sizeof(got))
			errx(1, "flow %u has failed", i);
		printf("%.3f\n", got / 125000.0 / counted);
	}
	for (i = 0; i < b->nr; i++) {
		kill(b->flow[i].writer, SIGKILL);
		kill(b->flow[i].reader, SIGKILL);
	}
	while (wait(NULL) > 0 || errno != ECHILD)
		;
}

static void usage(void)
{
	fputs("mini_flow [options] FAMILY[/CONGESTION-CONTROL]...\n"
	      "  -a ADDR    the readers' address (127.0.0.1)\n"
	      "  -p PORT    and first port (7000)\n"
	      "  -N NETNS   and network namespace (this one)\n"
	      "  -d SECS    for so long (10)\n"
	      "  -s SECS    of which the first so many are not counted (0)\n",
	      stderr);
	exit(1);
}

/* inet, or mini/reno */
static void add_flow(struct bench *b, char *what)
{
	char *name = strsep(&what, "/");

	if (b->nr == FLOWS_MAX)
		errx(1, "more than %u flows", FLOWS_MAX);
	b->flow[b->nr].fam = fam_find(name);
	b->flow[b->nr++].ca = what;
}

int main(int argc, char **argv)
{
	struct bench b = {
		.addr	= "127.0.0.1",
		.port	= 7000,
		.secs	= 10,
	};
	int opt;

	while ((opt = getopt(argc, argv, "a:p:N:d:s:")) != -1) {
		switch (opt) {
		case 'a':
			b.addr = optarg;
			break;
		case 'p':
			b.port = count_of(optarg, "port");
			break;
		case 'N':
			b.netns = optarg;
			break;
		case 'd':
			b.secs = count_of(optarg, "seconds");
			break;
		case 's':
			b.skip = count_of(optarg, "seconds");
			break;
		default:
			usage();
		}
	}
	while (optind < argc)
		add_flow(&b, argv[optind++]);
	if (!b.nr || b.skip >= b.secs)
		usage();
	signal(SIGPIPE, SIG_IGN);
	run(&b);
	return 0;
}
