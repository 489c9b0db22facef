// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many connections at once, and what they cost, of one family. Both ends are
 * in this one process, over the loopback device: no switch of processes is
 * counted, and memory is that of both ends.
 *
 *	idle	memory for each connection that is open and does nothing
 *	busy	time for a byte there and back, one connection after the other,
 *		with few and with all of them
 *	close	time and memory, and what TIME-WAIT keeps
 *
 * Lines for tests/netns/many to make tables of:
 *
 *	figure NAME|UNIT|VALUE
 *	slab WHEN|CACHE|OBJECT SIZE|OBJECTS FOR A CONNECTION
 */
#define _GNU_SOURCE
#include <err.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"

#define CACHES		512
#define ROUNDS		20000	/* round trips that a time is taken from */
#define PASSES		5	/* at the least; the best counts */
#define SETTLE_US	1500000	/* RCU, and what is freed by it */

struct pair {
	int client, server;
};

struct cache {
	char name[64];
	long objects, size;
};

/* What the kernel has in use: each cache, and all its memory in KiB */
struct memory {
	struct cache cache[CACHES];
	int n;
	long slab_kib, free_kib;
};

static const struct fam *fam;
static unsigned int port = 7000;
static long n = 10000;
static struct pair *pairs;

static void tell(const char *name, const char *unit, double value)
{
	printf("figure %s|%s|%.2f\n", name, unit, value);
}

static void allow_files(long files)
{
	struct rlimit lim = { files, files };

	if (setrlimit(RLIMIT_NOFILE, &lim))
		err(1, "%ld files", files);
}

static FILE *opened(const char *path)
{
	FILE *f = fopen(path, "r");

	if (!f)
		err(1, "%s", path);
	return f;
}

static void read_caches(struct memory *m)
{
	FILE *f = opened("/proc/slabinfo");
	struct cache *c = m->cache;
	char line[512];

	while (fgets(line, sizeof(line), f) && c < m->cache + CACHES)
		if (sscanf(line, "%63s %ld %*d %ld", c->name, &c->objects,
			   &c->size) == 3)
			c++;
	m->n = c - m->cache;
	fclose(f);
}

static long total_kib(const char *what)
{
	FILE *f = opened("/proc/meminfo");
	char line[256], name[64];
	long kib, found = -1;

	while (found < 0 && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63[^:]: %ld", name, &kib) == 2 &&
		    !strcmp(name, what))
			found = kib;
	fclose(f);
	return found;
}

static void look_at_memory(struct memory *m)
{
	usleep(SETTLE_US);
	read_caches(m);
	m->slab_kib = total_kib("Slab");
	m->free_kib = total_kib("MemFree");
}

static const struct cache *find_cache(const struct memory *m, const char *name)
{
	int i;

	for (i = 0; i < m->n; i++)
		if (!strcmp(m->cache[i].name, name))
			return &m->cache[i];
	return NULL;
}

/* What has been added since @before, for each connection */
static void tell_memory(const char *when, const struct memory *before,
			const struct memory *now)
{
	char name[64];
	int i;

	for (i = 0; i < now->n; i++) {
		const struct cache *c = &now->cache[i];
		const struct cache *old = find_cache(before, c->name);
		double more = (double)(c->objects - (old ? old->objects : 0)) / n;

		if (more > 0.2)
			printf("slab %s|%s|%ld|%.2f\n", when, c->name, c->size,
			       more);
	}
	snprintf(name, sizeof(name), "%s: slab", when);
	tell(name, "bytes", (now->slab_kib - before->slab_kib) * 1024.0 / n);
	snprintf(name, sizeof(name), "%s: all memory", when);
	tell(name, "bytes", (before->free_kib - now->free_kib) * 1024.0 / n);
}

static struct pair open_pair(int listener, unsigned int to)
{
	struct pair p;

	p.client = fam_connect(fam, 0, fam_addr("127.0.0.1", to));
	if (p.client < 0)
		err(1, "connect");
	p.server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (p.server < 0)
		err(1, "accept");
	return p;
}

static void pass_byte(int from, int to)
{
	char byte;

	if (write(from, "x", 1) != 1)
		err(1, "write a byte");
	if (read(to, &byte, 1) != 1)
		err(1, "read a byte");
}

static void open_all(int listener)
{
	__u64 start = now_ns();
	long i;

	for (i = 0; i < n; i++)
		pairs[i] = open_pair(listener, port);
	tell("connect and accept", "ns", (double)(now_ns() - start) / n);
}

static double pass_over(long count)
{
	__u64 start = now_ns();
	long i;

	for (i = 0; i < count; i++) {
		pass_byte(pairs[i].client, pairs[i].server);
		pass_byte(pairs[i].server, pairs[i].client);
	}
	return (double)(now_ns() - start) / count;
}

/* The machine has other things to do: the best of several passes is the time */
static void tell_busy(long count)
{
	long passes = ROUNDS / count > PASSES ? ROUNDS / count : PASSES;
	double best = pass_over(count), ns;
	char name[64];

	while (passes--) {
		ns = pass_over(count);
		best = ns < best ? ns : best;
	}
	snprintf(name, sizeof(name), "a byte there and back, %ld in turn",
		 count);
	tell(name, "ns", best);
}

static void close_pair(const struct pair *p)
{
	close(p->client);
	close(p->server);
}

static void close_all(void)
{
	__u64 start = now_ns();
	long i;

	for (i = 0; i < n; i++)
		close_pair(&pairs[i]);
	tell("close, both ends", "ns", (double)(now_ns() - start) / n);
}

static void one_after_the_other(int listener)
{
	__u64 start = now_ns();
	struct pair p;
	long i;

	for (i = 0; i < n; i++) {
		p = open_pair(listener, port + 1);
		close_pair(&p);
	}
	tell("connect, accept, close", "ns", (double)(now_ns() - start) / n);
}

static int listens(unsigned int at)
{
	return fam_listen(fam, 0, fam_addr("0.0.0.0", at), 1024);
}

static void run(void)
{
	static struct memory before, now;
	int first = listens(port), second = listens(port + 1);
	struct pair warm = open_pair(first, port);
	long count;

	look_at_memory(&before);
	open_all(first);
	look_at_memory(&now);
	tell_memory("idle", &before, &now);
	for (count = 10; count <= n; count *= 10)
		tell_busy(count);
	close_all();
	look_at_memory(&now);
	tell_memory("TIME-WAIT", &before, &now);
	before = now;
	one_after_the_other(second);
	look_at_memory(&now);
	tell_memory("TIME-WAIT, in a row", &before, &now);
	close_pair(&warm);
}

int main(int argc, char **argv)
{
	int opt;

	fam = fam_find("inet");
	while ((opt = getopt(argc, argv, "f:n:p:")) != -1) {
		if (opt == 'f')
			fam = fam_find(optarg);
		else if (opt == 'n')
			n = count_of(optarg, "connections");
		else if (opt == 'p')
			port = count_of(optarg, "port");
		else
			errx(1, "mini_many [-f FAMILY] [-n COUNT] [-p PORT]");
	}
	pairs = calloc(n, sizeof(*pairs));
	if (!pairs)
		err(1, "memory for %ld connections", n);
	memset(pairs, 0xff, n * sizeof(*pairs));	/* its pages, now */
	last_resort(100);
	allow_files(2 * n + 64);
	run();
	return 0;
}
