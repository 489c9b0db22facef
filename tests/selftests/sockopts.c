// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every option number of the levels of socket(7), tcp(7) and ip(7), known to
 * anybody or not: the same getsockopt() and setsockopt() calls on a socket of
 * AF_INET and on one of AF_MINI, in each state, and what they answer compared.
 * What may differ stands in one table; docs/differences.md has the reasons.
 */
#include <limits.h>
#include <stdio.h>
#include "mini_harness.h"

enum { INET, MINI, FAMILIES };

/* States of the socket that is asked */
enum { FRESH, LISTENING, CONNECTED, PEER_CLOSED, STATES };

static const char * const state_names[STATES] = {
	"fresh", "listening", "connected", "closed by the peer",
};

static const struct row rows[FAMILIES] = { ROW_INET, ROW_MINI };

FIXTURE(sockopts) { };

FIXTURE_VARIANT(sockopts) {
	struct row row;
};

FIXTURE_VARIANT_ADD(sockopts, mini) { .row = ROW_MINI };

FIXTURE_SETUP(sockopts)
{
	ASSERT_EQ(0, net_setup(variant->row, variant->row));
}

FIXTURE_TEARDOWN(sockopts)
{
}

/* ------------------------------------------------------------ what may differ */

#define GET	1	/* whether it can be read, and how long it is */
#define VALUE	2	/* what is read when nothing was set */
#define SET	4	/* what can be set, and what is read then */
#define CHANCE	8	/* found now and then, or in some kernels */

/**
 * struct difference - an option that is not as in AF_INET
 * @level: of the option
 * @name: number
 * @what: GET, VALUE, SET
 * @where: mask of states and kernels it differs in; none of a kind for all
 *
 * The reasons are in docs/differences.md.
 */
struct difference {
	int level;
	int name;
	int what;
	int where;
};

/* masks of states, and of kernels: those that were asked, and what follows them */
enum {
	UNCONNECTED = 1 << FRESH | 1 << LISTENING,
	ON_A_CONNECTION = 1 << CONNECTED | 1 << PEER_CLOSED,
	BOUND = 1 << LISTENING | ON_A_CONNECTION,
	AFTER_FIN = 1 << PEER_CLOSED,
	ALL_STATES = (1 << STATES) - 1,
	IN_6_1 = 1 << STATES,
	IN_6_12 = 2 << STATES,
	IN_7_2 = 4 << STATES,
	SINCE_6_12 = IN_6_12 | IN_7_2,
	ALL_KERNELS = IN_6_1 | SINCE_6_12,
};

static const struct difference differences[] = {
	/* chance, or the other family's */
	{ SOL_SOCKET, SO_SNDBUF, VALUE, ON_A_CONNECTION },
	{ SOL_SOCKET, SO_PEERNAME, VALUE, ON_A_CONNECTION },
	{ SOL_SOCKET, SO_MEMINFO, VALUE, ON_A_CONNECTION },
	{ SOL_SOCKET, SO_COOKIE, VALUE, 0 },
	{ SOL_SOCKET, SO_PROTOCOL, VALUE, 0 },
	{ SOL_SOCKET, SO_DOMAIN, VALUE, 0 },
	/* the kernel gives these to its own families only */
	{ SOL_SOCKET, SO_REUSEPORT, SET, IN_6_1 },
	{ SOL_SOCKET, SO_ZEROCOPY, SET, 0 },
	{ SOL_SOCKET, SO_PEEK_OFF, GET | SET, IN_6_1 },
	{ SOL_SOCKET, 80 /* SO_DEVMEM_DONTNEED */, SET, SINCE_6_12 },
	{ SOL_SOCKET, SO_TXREHASH, VALUE, IN_6_1 | IN_6_12 },
	{ SOL_SOCKET, SO_TXREHASH, GET | SET, IN_7_2 },
	{ SOL_SOCKET, SO_TIMESTAMPING_OLD, SET, UNCONNECTED },
	{ SOL_SOCKET, SO_TIMESTAMPING_NEW, SET, UNCONNECTED },
	/* not served */
	{ IPPROTO_TCP, TCP_MD5SIG, SET | CHANCE, 0 },
	{ IPPROTO_TCP, TCP_MD5SIG_EXT, SET | CHANCE, 0 },
	{ IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, GET | SET, 0 },
	{ IPPROTO_TCP, TCP_REPAIR, GET | SET, 0 },
	{ IPPROTO_TCP, TCP_REPAIR_QUEUE, GET | SET, 0 },
	{ IPPROTO_TCP, TCP_QUEUE_SEQ, GET | SET, 0 },
	{ IPPROTO_TCP, TCP_REPAIR_OPTIONS, SET, 0 },
	{ IPPROTO_TCP, TCP_REPAIR_WINDOW, GET | SET, 0 },
	{ IPPROTO_TCP, TCP_FASTOPEN, GET | SET, 0 },
	{ IPPROTO_TCP, TCP_FASTOPEN_CONNECT, GET | SET, 0 },
	{ IPPROTO_TCP, TCP_FASTOPEN_KEY, GET | SET, 0 },
	{ IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE, GET | SET, 0 },
	{ IPPROTO_TCP, TCP_TIMESTAMP, GET | SET, 0 },
	{ IPPROTO_TCP, TCP_SAVE_SYN, GET | SET, 0 },
	{ IPPROTO_TCP, TCP_SAVED_SYN, GET, 0 },
	{ IPPROTO_TCP, TCP_ULP, GET | SET, 0 },
	{ IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE, GET, 0 },
	{ IPPROTO_TCP, TCP_TX_DELAY, GET | SET, 0 },
	{ IPPROTO_TCP, 42 /* TCP_AO_REPAIR */, GET | SET,
	  1 << LISTENING | SINCE_6_12 },
	{ IPPROTO_TCP, 43 /* TCP_IS_MPTCP */, GET, SINCE_6_12 },
	{ IPPROTO_TCP, 44 /* TCP_RTO_MAX_MS */, GET | SET, IN_7_2 },
	{ IPPROTO_TCP, 45 /* TCP_RTO_MIN_US */, GET | SET, IN_7_2 },
	{ IPPROTO_TCP, 46 /* TCP_DELACK_MAX_US */, GET | SET, IN_7_2 },
	{ IPPROTO_IP, IP_OPTIONS, GET | SET, 0 },
	{ IPPROTO_IP, IP_IPSEC_POLICY, SET, 0 },
	{ IPPROTO_IP, IP_XFRM_POLICY, SET, 0 },
	{ IPPROTO_IP, IP_UNBLOCK_SOURCE, SET, 0 },
	{ IPPROTO_IP, IP_BLOCK_SOURCE, SET, 0 },
	{ IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, SET, 0 },
	{ IPPROTO_IP, IP_DROP_SOURCE_MEMBERSHIP, SET, 0 },
	{ IPPROTO_IP, IP_MSFILTER, GET | SET, 0 },
	{ IPPROTO_IP, MCAST_JOIN_GROUP, SET, 0 },
	{ IPPROTO_IP, MCAST_BLOCK_SOURCE, SET, 0 },
	{ IPPROTO_IP, MCAST_UNBLOCK_SOURCE, SET, 0 },
	{ IPPROTO_IP, MCAST_LEAVE_GROUP, SET, 0 },
	{ IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, SET, 0 },
	{ IPPROTO_IP, MCAST_LEAVE_SOURCE_GROUP, SET, 0 },
	{ IPPROTO_IP, MCAST_MSFILTER, GET | SET, 0 },
	{ IPPROTO_IP, 51 /* IP_LOCAL_PORT_RANGE */, GET | SET, 0 },
	{ IPPROTO_IP, 80 /* SO_ORIGINAL_DST */, GET | CHANCE, 0 },
	/* another number */
	{ SOL_SOCKET, SO_RCVLOWAT, SET | CHANCE, IN_7_2 },
	{ IPPROTO_TCP, TCP_MAXSEG, VALUE, ON_A_CONNECTION },
	{ IPPROTO_TCP, TCP_SYNCNT, VALUE, 0 },
	{ IPPROTO_TCP, TCP_WINDOW_CLAMP, VALUE, ON_A_CONNECTION },
	{ IPPROTO_TCP, TCP_WINDOW_CLAMP, SET, UNCONNECTED | IN_7_2 },
	{ IPPROTO_TCP, TCP_INFO, VALUE, 0 },
	{ IPPROTO_TCP, TCP_QUICKACK, VALUE | SET | CHANCE, AFTER_FIN },
	{ IPPROTO_TCP, TCP_CONGESTION, VALUE | CHANCE, 0 },
	{ IPPROTO_IP, 52 /* IP_PROTOCOL: the local port */, VALUE, BOUND },
};

static bool is_here(const struct difference *d)
{
	int version = linux_version();
	int here = version < LINUX(6, 12) ? IN_6_1 :
		   version < LINUX(7, 2) ? IN_6_12 : IN_7_2;

	return !(d->where & ALL_KERNELS) || d->where & here;
}

static bool is_of(const struct difference *d, int level, int name, int state)
{
	return d->level == level && d->name == name && is_here(d) &&
	       (!(d->where & ALL_STATES) || d->where & 1 << state);
}

static int may_differ(int level, int name, int state)
{
	size_t i;
	int what = 0;

	for (i = 0; i < ARRAY_SIZE(differences); i++) {
		if (is_of(&differences[i], level, name, state))
			what |= differences[i].what;
	}
	return what;
}

/* What of each was found */
static int seen[ARRAY_SIZE(differences)];

static void found(int level, int name, int state, int what)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(differences); i++) {
		if (is_of(&differences[i], level, name, state))
			seen[i] |= what;
	}
}

/* ------------------------------------------------------------------- sockets */

/**
 * struct asked - a socket in some state, and what keeps it there
 * @fd: the socket
 * @other: its peer or its listener, -1 for none
 */
struct asked {
	int fd;
	int other;
};

static int stream(int family)
{
	return socket(rows[family].domain, SOCK_STREAM, rows[family].protocol);
}

static bool asked_pair(int family, struct asked *a)
{
	int lfd = stream(family);

	if (listen_on(lfd, 0, 1) < 0 ||
	    connect4(a->fd, ADDR_LO, local_port(lfd)))
		return false;
	a->other = accept(lfd, NULL, NULL);
	close(lfd);
	return a->other >= 0;
}

static bool asked_open(int family, int state, struct asked *a)
{
	struct pollfd pfd;

	a->fd = stream(family);
	a->other = -1;
	switch (state) {
	case FRESH:
		return a->fd >= 0;
	case LISTENING:
		return listen_on(a->fd, 0, 1) >= 0;
	case CONNECTED:
		return asked_pair(family, a);
	}
	if (!asked_pair(family, a) || shutdown(a->other, SHUT_WR))
		return false;
	pfd = (struct pollfd){ .fd = a->fd, .events = POLLRDHUP };
	return poll(&pfd, 1, 2000) == 1;
}

static void asked_close(struct asked *a)
{
	close(a->fd);
	if (a->other >= 0)
		close(a->other);
}

/* -------------------------------------------------------------------- probes */

#define BUF	512

/**
 * struct answer - what one call said
 * @err: its errno
 * @len: length it left
 * @buf: value it left
 */
struct answer {
	int err;
	socklen_t len;
	uint8_t buf[BUF];
};

static void get(int fd, int level, int name, socklen_t len, struct answer *a)
{
	memset(a->buf, 0xee, BUF);
	a->len = len;
	a->err = err(getsockopt(fd, level, name, a->buf, &a->len));
}

static void print_answer(const char *who, const struct answer *a)
{
	int value = 0;

	memcpy(&value, a->buf, sizeof(value));
	fprintf(stderr, "#     %s: errno %d (%s) length %u first int %d\n",
		who, a->err, a->err ? strerror(a->err) : "none", a->len,
		value);
}

/**
 * struct probe - one option of one state
 * @level: of the option
 * @name: number
 * @state: of the sockets
 * @a: the two sockets
 * @seen: GET, VALUE, SET where the families differ
 * @said: differences printed so far
 */
struct probe {
	int level;
	int name;
	int state;
	struct asked a[FAMILIES];
	int seen;
	int said;
};

static void differ(struct probe *p, int what, const char *call,
		   const struct answer ans[FAMILIES])
{
	p->seen |= what;
	found(p->level, p->name, p->state, what);
	if (may_differ(p->level, p->name, p->state) & what || p->said++ > 3)
		return;
	fprintf(stderr, "#   level %d option %d, %s: %s\n", p->level, p->name,
		state_names[p->state], call);
	print_answer("inet", &ans[INET]);
	print_answer("mini", &ans[MINI]);
}

static bool same(const struct answer ans[FAMILIES], bool value)
{
	return ans[INET].err == ans[MINI].err &&
	       ans[INET].len == ans[MINI].len &&
	       (!value || !memcmp(ans[INET].buf, ans[MINI].buf, BUF));
}

static void probe_get(struct probe *p)
{
	static const socklen_t lens[] = { 4, 0, 1, 3, 5, 8, 16, BUF, -1 };
	struct answer ans[FAMILIES];
	char call[64];
	size_t i;
	int f;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		for (f = 0; f < FAMILIES; f++)
			get(p->a[f].fd, p->level, p->name, lens[i], &ans[f]);
		snprintf(call, sizeof(call), "get, length %d", (int)lens[i]);
		if (!same(ans, false))
			differ(p, GET, call, ans);
		else if (!same(ans, true))
			differ(p, VALUE, call, ans);
	}
}

static void set(int fd, int level, int name, const void *value, socklen_t len,
		struct answer *a)
{
	memset(a, 0, sizeof(*a));
	a->err = err(setsockopt(fd, level, name, value, len));
}

/* After each: what can be read now */
static void probe_set(struct probe *p, const void *value, socklen_t len,
		      const char *call)
{
	struct answer ans[FAMILIES];
	int f;

	for (f = 0; f < FAMILIES; f++)
		set(p->a[f].fd, p->level, p->name, value, len, &ans[f]);
	if (!same(ans, false)) {
		differ(p, SET, call, ans);
		return;
	}
	if (ans[INET].err)
		return;
	for (f = 0; f < FAMILIES; f++)
		get(p->a[f].fd, p->level, p->name, 16, &ans[f]);
	if (!same(ans, !(p->seen & VALUE)))
		differ(p, SET, call, ans);
}

static void probe_sets(struct probe *p)
{
	static const int values[] = {
		INT_MIN, -1, 0, 1, 2, 3, 5, 6, 40, 87, 88, 127, 128, 255, 256,
		2303, 32767, 32768, 65535, 65536, 1000000, INT_MAX,
	};
	static const int lens[] = { -1, 0, 1, 2, 3, 4, 5, 8, 15, 16, 100 };
	uint8_t one[128] = { 1 };
	size_t nr = ARRAY_SIZE(values);
	char call[64];
	size_t i;

	/* each may have inet look for a module, and tell us nothing new */
	if (p->level == IPPROTO_TCP &&
	    may_differ(p->level, p->name, p->state) & SET)
		nr = 8;
	for (i = 0; i < nr; i++) {
		snprintf(call, sizeof(call), "set to %d", values[i]);
		probe_set(p, &values[i], sizeof(int), call);
	}
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		snprintf(call, sizeof(call), "set, length %d", lens[i]);
		probe_set(p, one, lens[i], call);
	}
	probe_set(p, NULL, 0, "set, nothing");
	probe_set(p, (void *)8, 4, "set, bad address");
}

static void probe_option(struct __test_metadata *_metadata, struct probe *p)
{
	int f;

	for (f = 0; f < FAMILIES; f++)
		ASSERT_TRUE(asked_open(f, p->state, &p->a[f]));
	probe_get(p);
	probe_sets(p);
	for (f = 0; f < FAMILIES; f++)
		asked_close(&p->a[f]);
	EXPECT_EQ(0, p->seen & ~may_differ(p->level, p->name, p->state))
		TH_LOG("level %d option %d, %s", p->level, p->name,
		       state_names[p->state]);
}

/* A difference that is none any more must leave the table, and the page */
static void expect_all_found(struct __test_metadata *_metadata, int level)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(differences); i++) {
		const struct difference *d = &differences[i];

		if (d->level == level && !(d->what & CHANCE) && is_here(d))
			EXPECT_EQ(d->what, d->what & seen[i])
				TH_LOG("level %d option %d differs no more",
				       level, d->name);
	}
}

static void probe_level(struct __test_metadata *_metadata, int level, int last)
{
	int name, state;

	for (name = 0; name <= last; name++) {
		for (state = 0; state < STATES; state++) {
			struct probe p = {
				.level = level, .name = name, .state = state,
			};

			probe_option(_metadata, &p);
		}
	}
	expect_all_found(_metadata, level);
}

/* Thousands of calls each, and guests are slow */
#define PATIENCE	240

TEST_F_TIMEOUT(sockopts, socket_level, PATIENCE)
{
	probe_level(_metadata, SOL_SOCKET, 90);
}

TEST_F_TIMEOUT(sockopts, tcp_level, PATIENCE)
{
	probe_level(_metadata, IPPROTO_TCP, 50);
}

TEST_F_TIMEOUT(sockopts, ip_level, PATIENCE)
{
	probe_level(_metadata, IPPROTO_IP, 90);
}

TEST_HARNESS_MAIN
