// SPDX-License-Identifier: GPL-2.0-only
/*
 * Floods, bounded, at a listener that goes on serving: SYNs from everywhere,
 * ACKs, RSTs, rubbish. A kernel TCP on lo is the customer.
 */
#include <stdio.h>
#include <sys/wait.h>
#include "mini_harness.h"
#include "peer.h"

#define SYNS		20000
#define SYNS_DEBUG	4000	/* where each costs ten times as much */
#define BACKLOG		64
#define CUSTOMERS	5
#define ORDER		200000	/* octets there and back */

/* What the flood may cost, KiB: a queue of BACKLOG, and what waits for RCU */
#define COST_KB		4096
#define COST_DEBUG_KB	65536	/* KASAN keeps what is freed */

FIXTURE(flood) {
	struct peer p;
	int lfd;
	int old[2];
};

FIXTURE_VARIANT(flood) {
	struct row row;
};

FIXTURE_VARIANT_ADD(flood, inet) { .row = ROW_INET };
FIXTURE_VARIANT_ADD(flood, mini) { .row = ROW_MINI };

static int tcp_sysctl(const char *name, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/net/%s/%s",
		 row_is_mini() ? "mini" : "ipv4", name);
	return sysctl_set(path, value);
}

/* A listener, a connection that is older than the flood, the way back for it */
FIXTURE_SETUP(flood)
{
	ASSERT_EQ(0, net_setup(variant->row, variant->row));
	ASSERT_EQ(0, peer_up(&self->p, 1500));
	ASSERT_EQ(0, system("ip route add default dev t0"));
	ASSERT_EQ(0, tcp_sysctl("tcp_max_syn_backlog", "64"));
	self->p.port = PORT;
	self->lfd = tcp_socket(0);
	ASSERT_EQ(0, bind4(self->lfd, INADDR_ANY, PORT));
	ASSERT_EQ(0, listen(self->lfd, BACKLOG));
	self->old[0] = inet_socket(0);
	ASSERT_EQ(0, connect4(self->old[0], ADDR_LO, PORT));
	self->old[1] = accept(self->lfd, NULL, NULL);
	ASSERT_LE(0, self->old[1]);
}

FIXTURE_TEARDOWN(flood)
{
	close(self->old[0]);
	close(self->old[1]);
	close(self->lfd);
	close(self->p.tun);
}

static bool debug_kernel(void)
{
	const char *name = getenv("AF_MINI_KERNEL");

	return name && strstr(name, "debug");
}

static int nr_packets(void)
{
	return debug_kernel() ? SYNS_DEBUG : SYNS;
}

static long cost_kb(void)
{
	return debug_kernel() ? COST_DEBUG_KB : COST_KB;
}

/* -------------------------------------------------------------------- floods */

enum { SYN_FLOOD, ACK_FLOOD, RST_FLOOD, RUBBISH };

static uint32_t next_rnd(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static void put_one(struct peer *p, int kind, uint32_t *rnd)
{
	static const char * const texts[] = {
		"S 0:0 <mss 1460,sackOK,TS 7 0,nop,wscale 7>",
		". 5:5 ack 123456 <nop,nop,TS 9 9>", "R 5:5", "FPU. 5:105 ack 9",
	};
	struct how how = {
		/* 198.18.0.0/15: for such measurements (RFC 2544) */
		.saddr = 0xc6120000 | (next_rnd(rnd) & 0x1ffff),
		.doff = kind == RUBBISH ? next_rnd(rnd) & 15 : 0,
	};

	p->our_port = 1024 + next_rnd(rnd) % 60000;
	p->iss = next_rnd(rnd) << 8 ^ next_rnd(rnd);
	put_how(p, texts[kind], &how);
}

/* In a process of its own; answers are thrown away */
static pid_t start_flood(const struct peer *to, int kind)
{
	struct peer p = *to;
	uint32_t rnd = 4711;
	pid_t pid = fork();
	int i;

	if (pid)
		return pid;
	for (i = 0; i < nr_packets(); i++) {
		put_one(&p, kind, &rnd);
		if (i % 64 == 0)
			forget(&p);
	}
	_exit(0);
}

static bool flood_is_over(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) != 0;
}

/* --------------------------------------------------------------- the customer */

/* One order: there and back; its milliseconds, or -1 */
static long order(int cfd, int sfd)
{
	struct job echo = { .fd = sfd }, feed = { .fd = cfd, .len = ORDER };
	long begin = now_ms();

	if (job_start(&echo, run_echo) || job_start(&feed, run_send) ||
	    recv_pattern(cfd, ORDER, 0) != ORDER ||
	    job_wait(&feed) != ORDER || shutdown(cfd, SHUT_WR) ||
	    job_wait(&echo) != ORDER)
		return -1;
	return now_ms() - begin;
}

static bool one_customer(int lfd)
{
	int cfd = inet_socket(0), sfd = -1;
	long ms = -1;

	if (!set_timeout(cfd, SO_SNDTIMEO, WAIT_MS) &&
	    !connect4(cfd, ADDR_LO, PORT)) {
		sfd = accept(lfd, NULL, NULL);
		ms = order(cfd, sfd);
	}
	close(cfd);
	close(sfd);
	return ms >= 0;
}

/* At least some, and as long as it lasts; how many were served */
static int serve(int lfd, pid_t flood, int *came)
{
	int served = 0;

	for (*came = 0; !flood_is_over(flood) || *came < CUSTOMERS; (*came)++)
		served += one_customer(lfd);
	return served;
}

/* ------------------------------------------------------------------- the bill */

static long meminfo_kb(const char *name)
{
	FILE *f = fopen("/proc/meminfo", "r");
	char word[64], rest[64];
	long kb;

	while (f && fscanf(f, "%63s %ld%63[^\n]", word, &kb, rest) >= 2) {
		if (!strncmp(word, name, strlen(name))) {
			fclose(f);
			return kb;
		}
	}
	if (f)
		fclose(f);
	return -1;
}

/* Lines of the kernel's log that tell of a flood */
static int log_lines(void)
{
	FILE *f = popen("dmesg | grep -c 'ossible SYN flooding'", "r");
	int n = -1;

	if (f && fscanf(f, "%d", &n) != 1)
		n = -1;
	if (f)
		pclose(f);
	return n;
}

static void survive(struct __test_metadata *_metadata, struct peer *p, int lfd,
		    int kind)
{
	long before = meminfo_kb("Slab:"), during;
	int came, served;
	pid_t pid = start_flood(p, kind);

	served = serve(lfd, pid, &came);
	during = meminfo_kb("Slab:");
	sleep_ms(200);
	fprintf(stderr, "# slab %ld kB before, %ld during, %ld after; %d of %d customers served\n",
		before, during, meminfo_kb("Slab:"), served, came);
	EXPECT_EQ(came, served);
	EXPECT_GT(cost_kb(), during - before);
}

/*
 * Customers get in by cookies; the queue is no longer than it was set; and it is
 * logged, once
 * Proves: SF-1, SF-2, SF-3, SF-5, SF-7
 */
TEST_F(flood, syn)
{
	int lines = log_lines();

	survive(_metadata, &self->p, self->lfd, SYN_FLOOD);
	EXPECT_EQ(lines + 1, log_lines());
	EXPECT_LE(0, order(self->old[0], self->old[1]));
	if (!row_is_mini())	/* the kernel may be one without */
		return;
	fprintf(stderr, "# cookies: %ld sent, %ld came back\n",
		counter("SyncookiesSent"), counter("SyncookiesRecv"));
	EXPECT_LT(nr_packets() / 2, counter("SyncookiesSent"));
	EXPECT_LE(CUSTOMERS - 1, counter("SyncookiesRecv"));
}

/*
 * Without cookies nobody new gets in, perhaps; who is in goes on as if nothing
 * were
 * Proves: SF-1, SF-2
 */
TEST_F(flood, syn_without_cookies)
{
	long before = meminfo_kb("Slab:"), during;
	pid_t pid;

	if (tcp_sysctl("tcp_syncookies", "0"))
		ASSERT_FALSE(row_is_mini());
	pid = start_flood(&self->p, SYN_FLOOD);
	EXPECT_LE(0, order(self->old[0], self->old[1]));
	EXPECT_EQ(pid, waitpid(pid, NULL, 0));
	during = meminfo_kb("Slab:");
	fprintf(stderr, "# slab %ld kB before, %ld during\n", before, during);
	EXPECT_GT(cost_kb(), during - before);
	if (!row_is_mini())
		return;
	EXPECT_EQ(0, counter("SyncookiesSent"));
	EXPECT_LT(nr_packets() / 2, counter("DropSynQueue"));
}

/* The ACK of a handshake that never was: a RST each, and nothing else */
TEST_F(flood, ack)
{
	survive(_metadata, &self->p, self->lfd, ACK_FLOOD);
	EXPECT_LE(0, order(self->old[0], self->old[1]));
}

TEST_F(flood, rst)
{
	survive(_metadata, &self->p, self->lfd, RST_FLOOD);
	EXPECT_LE(0, order(self->old[0], self->old[1]));
}

TEST_F(flood, rubbish)
{
	survive(_metadata, &self->p, self->lfd, RUBBISH);
	EXPECT_LE(0, order(self->old[0], self->old[1]));
}

TEST_HARNESS_MAIN
