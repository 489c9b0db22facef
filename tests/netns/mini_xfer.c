// SPDX-License-Identifier: GPL-2.0-only
/*
 * Move bytes both ways at once over one or many connections of either
 * family, and say truthfully whether they arrived: see usage() and stream.h.
 *
 * One process, one epoll set, non-blocking sockets. A client holds its data
 * back until all its connections stand, so `-n 200` is 200 at once.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net.h"
#include "stream.h"

enum verdict {			/* also the exit status */
	XFER_OK,
	XFER_ERROR,
	XFER_REFUSED,
	XFER_TIMEOUT,
	XFER_CORRUPT,
};

static const char * const verdicts[] = {
	[XFER_OK]	= "ok",
	[XFER_ERROR]	= "error",
	[XFER_REFUSED]	= "refused",
	[XFER_TIMEOUT]	= "timeout",
	[XFER_CORRUPT]	= "corrupt",
};

/* Calls of one connection before the others have their turn. */
#define TURN	16

#define OPTIONS	"lcf:a:p:N:C:P:s:i:o:n:r:w:xS:T:"

struct conn {
	int fd;
	unsigned int nr;
	bool up, tx_done, rx_done;
	struct tx tx;
	struct rx rx;
};

struct xfer {
	const struct fam *fam;
	bool server;
	const char *addr, *ca;
	unsigned int port, conns, secs, rate;
	__u64 seed, size;
	struct chunks reads, writes;
	int in, out;				/* files, or -1 */
	int ep, listener;
	struct conn *conn;
	unsigned int opened, up, done;
	__u64 start, deadline, sent, got;
	__u8 tx_sum[SHA256_BYTES], rx_sum[SHA256_BYTES];
	long retrans;
	__u8 *buf;
};

/* Written by a handler: whoever calls the kernel in between reads it afresh. */
static sig_atomic_t told_to_stop;

static void stop(int sig)
{
	(void)sig;
	told_to_stop = 1;
}

/* For one connection its digest; for many the bytewise sum, in any order. */
static void sum_add(__u8 *sum, const __u8 *digest)
{
	int i;

	for (i = 0; i < SHA256_BYTES; i++)
		sum[i] += digest[i];
}

static void report(const struct xfer *x, enum verdict v)
{
	char tx[SHA256_HEX], rx[SHA256_HEX];
	double secs = (now_ns() - x->start) / 1e9;

	printf("xfer role=%s family=%s conns=%u tx=%llu rx=%llu secs=%.3f ",
	       x->server ? "server" : "client", x->fam->name, x->done,
	       x->sent, x->got, secs);
	printf("MBps=%.1f retrans=%ld tx_sha=%s rx_sha=%s verdict=%s\n",
	       secs > 0 ? (x->sent + x->got) / secs / 1e6 : 0, x->retrans,
	       sha256_hex(x->tx_sum, tx), sha256_hex(x->rx_sum, rx),
	       verdicts[v]);
}

static void conn_print(const struct conn *c)
{
	printf("# connection %u:%s sent %llu of %llu%s, got %llu of %llu%s",
	       c->nr, c->up ? "" : " not up,",
	       c->tx.sent, c->tx.size, c->tx_done ? " and FIN" : "",
	       c->rx.got, c->rx.size, c->rx_done ? " and FIN" : "");
	printf(", state %d, sent again %ld\n", tcp_state(c->fd),
	       tcp_retrans(c->fd));
}

static void count(struct xfer *x, const struct conn *c)
{
	long again = tcp_retrans(c->fd);

	x->sent += c->tx.sent;
	x->got += c->rx.got;
	x->retrans = again < 0 || x->retrans < 0 ? -1 : x->retrans + again;
	sum_add(x->tx_sum, c->tx.digest);
	sum_add(x->rx_sum, c->rx.digest);
}

static void give_up(struct xfer *x, enum verdict v)
{
	unsigned int i, shown = 0;

	for (i = 0; i < x->opened; i++) {
		if (x->conn[i].fd < 0)
			continue;
		if (shown++ < 4)
			conn_print(&x->conn[i]);
		count(x, &x->conn[i]);
	}
	report(x, v);
	exit(v);
}

static void fail(struct xfer *x, const struct conn *c, const char *call)
{
	enum verdict v = XFER_ERROR;

	if (errno == ECONNREFUSED)
		v = XFER_REFUSED;
	else if (errno == ETIMEDOUT)
		v = XFER_TIMEOUT;
	printf("# connection %u: %s: %s\n", c->nr, call, strerror(errno));
	give_up(x, v);
}

/* Ask only for events that lead to work: a level that stays up would spin. */
static void conn_watch(struct xfer *x, struct conn *c, int op)
{
	struct epoll_event ev = { .data.u32 = c->nr };
	bool held = c->up && !x->server && x->up < x->conns;

	if (!c->up || (!c->tx_done && !held))
		ev.events |= EPOLLOUT;
	if (c->up && !c->rx_done)
		ev.events |= EPOLLIN;
	if (epoll_ctl(x->ep, op, c->fd, &ev))
		err(1, "epoll_ctl");
}

static struct conn *conn_open(struct xfer *x, int fd)
{
	struct conn *c = &x->conn[x->opened];

	c->fd = fd;
	c->nr = x->opened++;
	if (x->ca && fd >= 0)
		ca_use(fd, x->ca);
	if (x->rate && fd >= 0)
		pace_at(fd, x->rate);
	c->tx.chunks = x->writes;
	c->tx.chunks.dice += c->nr;
	tx_init(&c->tx, x->seed + 2 * c->nr + x->server, x->size, x->in);
	rx_init(&c->rx, x->out);
	return c;
}

static void conn_done(struct xfer *x, struct conn *c)
{
	count(x, c);
	free(c->tx.buf);
	if (close(c->fd))
		fail(x, c, "close");
	c->fd = -1;
	x->done++;
}

static void client_start_data(struct xfer *x)
{
	unsigned int i;

	for (i = 0; i < x->conns; i++)
		conn_watch(x, &x->conn[i], EPOLL_CTL_MOD);
}

static void conn_is_up(struct xfer *x, struct conn *c)
{
	int why = 0;
	socklen_t len = sizeof(why);

	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &why, &len))
		fail(x, c, "SO_ERROR");
	errno = why;
	if (why)
		fail(x, c, "connect");
	c->up = true;
	conn_watch(x, c, EPOLL_CTL_MOD);
	if (++x->up == x->conns)
		client_start_data(x);
}

static void conn_sent_all(struct xfer *x, struct conn *c)
{
	if (shutdown(c->fd, SHUT_WR))
		fail(x, c, "shutdown");
	c->tx_done = true;
	conn_watch(x, c, EPOLL_CTL_MOD);
}

static void conn_write(struct xfer *x, struct conn *c)
{
	int turn;
	ssize_t n;

	for (turn = 0; turn < TURN; turn++) {
		if (!tx_ready(&c->tx)) {
			conn_sent_all(x, c);
			return;
		}
		n = write(c->fd, c->tx.buf + c->tx.at, c->tx.len - c->tx.at);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0)
			fail(x, c, "write");
		tx_advance(&c->tx, n);
	}
}

static void conn_got(struct xfer *x, struct conn *c, size_t n)
{
	bool good = n ? rx_feed(&c->rx, x->buf, n) : rx_eof(&c->rx);

	if (!good) {
		printf("# connection %u: %s\n", c->nr, c->rx.why);
		give_up(x, XFER_CORRUPT);
	}
	if (n)
		return;
	c->rx_done = true;
	conn_watch(x, c, EPOLL_CTL_MOD);
}

static void conn_read(struct xfer *x, struct conn *c)
{
	int turn;
	ssize_t n;

	for (turn = 0; turn < TURN && !c->rx_done; turn++) {
		n = read(c->fd, x->buf, chunk_next(&x->reads));
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			fail(x, c, "read");
		conn_got(x, c, n);
	}
}

static void accept_all(struct xfer *x)
{
	struct conn *c;
	int fd;

	while (x->opened < x->conns) {
		fd = accept4(x->listener, NULL, NULL, SOCK_NONBLOCK);
		if (fd < 0 && errno == EAGAIN)
			return;
		if (fd < 0)
			err(1, "accept");
		if (!x->opened)
			x->start = now_ns();
		c = conn_open(x, fd);
		c->up = true;
		conn_watch(x, c, EPOLL_CTL_ADD);
	}
	close(x->listener);
}

static void dispatch(struct xfer *x, const struct epoll_event *ev)
{
	struct conn *c;

	if (ev->data.u32 == x->conns) {
		accept_all(x);
		return;
	}
	c = &x->conn[ev->data.u32];
	if (!c->up) {
		conn_is_up(x, c);
		return;
	}
	if (ev->events & ~EPOLLOUT)
		conn_read(x, c);
	if (ev->events & EPOLLOUT && !c->tx_done)
		conn_write(x, c);
	if (c->rx_done && c->tx_done)
		conn_done(x, c);
}

static void loop(struct xfer *x)
{
	struct epoll_event ev[64];
	__u64 now;
	int n, i;

	while (x->done < x->conns) {
		now = now_ns();
		if (told_to_stop || now >= x->deadline)
			give_up(x, XFER_TIMEOUT);
		n = epoll_wait(x->ep, ev, 64,
			       (x->deadline - now) / NSEC_PER_MSEC + 1);
		if (n < 0 && errno != EINTR)
			err(1, "epoll_wait");
		for (i = 0; i < n; i++)
			dispatch(x, &ev[i]);
	}
}

static void serve(struct xfer *x)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u32 = x->conns };

	x->listener = fam_listen(x->fam, SOCK_NONBLOCK,
				 fam_addr(x->addr, x->port), x->conns + 16);
	if (epoll_ctl(x->ep, EPOLL_CTL_ADD, x->listener, &ev))
		err(1, "epoll_ctl");
	printf("listening\n");
	fflush(stdout);
}

static void call(struct xfer *x)
{
	struct sockaddr_in to = fam_addr(x->addr, x->port);
	struct conn *c;
	int fd;

	while (x->opened < x->conns) {
		fd = fam_connect(x->fam, SOCK_NONBLOCK, to);
		c = conn_open(x, fd);
		if (fd < 0)
			fail(x, c, "connect");
		conn_watch(x, c, EPOLL_CTL_ADD);
	}
}

static void usage(void)
{
	fputs("mini_xfer -l|-c [options]\n"
	      "  -l, -c      listen, or connect\n"
	      "  -f FAMILY   inet, mini or mini253 (inet)\n"
	      "  -a ADDR     address to listen on or to connect to\n"
	      "  -p PORT     port (7000)\n"
	      "  -N NETNS    in this network namespace\n"
	      "  -C NAME     congestion control\n"
	      "  -P RATE     send at most so many bytes a second\n"
	      "  -s SIZE     send this many bytes, K, M, G (0)\n"
	      "  -i FILE     send this file instead\n"
	      "  -o FILE     write what arrives to this file\n"
	      "  -n CONNS    so many connections at once (1)\n"
	      "  -r, -w SIZE bytes a read and a write (64K)\n"
	      "  -x          reads and writes of random sizes up to these\n"
	      "  -S SEED     of the data and of the random sizes (1)\n"
	      "  -T SECS     give up after this long (60)\n"
	      "exit: 0 byte for byte, 1 error, 2 refused, 3 timeout,\n"
	      "      4 wrong data\n", stderr);
	exit(XFER_ERROR);
}

static int open_in(struct xfer *x, const char *path)
{
	int fd = open(path, O_RDONLY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		err(1, "%s", path);
	x->size = st.st_size;
	return fd;
}

static int open_out(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

static bool option_of_data(struct xfer *x, int opt)
{
	switch (opt) {
	case 's':
		x->size = bytes(optarg);
		return true;
	case 'i':
		x->in = open_in(x, optarg);
		return true;
	case 'o':
		x->out = open_out(optarg);
		return true;
	case 'r':
		x->reads.max = bytes(optarg);
		return true;
	case 'w':
		x->writes.max = bytes(optarg);
		return true;
	case 'x':
		x->reads.random = true;
		x->writes.random = true;
		return true;
	default:
		return false;
	}
}

static bool option_of_net(struct xfer *x, int opt)
{
	switch (opt) {
	case 'f':
		x->fam = fam_find(optarg);
		return true;
	case 'a':
		x->addr = optarg;
		return true;
	case 'p':
		x->port = count_of(optarg, "port");
		return true;
	case 'N':
		netns_enter(optarg);
		return true;
	case 'C':
		x->ca = optarg;
		return true;
	case 'P':
		x->rate = count_of(optarg, "bytes a second");
		return true;
	case 'n':
		x->conns = count_of(optarg, "connections");
		return true;
	case 'S':
		x->seed = count_of(optarg, "seed");
		return true;
	case 'T':
		x->secs = count_of(optarg, "seconds");
		return true;
	default:
		return false;
	}
}

static void parse(struct xfer *x, int argc, char **argv)
{
	int opt, role = 0;

	while ((opt = getopt(argc, argv, OPTIONS)) != -1) {
		if (opt == 'l' || opt == 'c')
			role = opt;
		else if (!option_of_net(x, opt) && !option_of_data(x, opt))
			usage();
	}
	x->server = role == 'l';
	if (!role || optind < argc || !x->conns || !x->port ||
	    !x->reads.max || !x->writes.max)
		usage();
	if (x->out >= 0 && x->conns > 1)
		errx(1, "-o is for one connection");
}

static void prepare(struct xfer *x)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, stop);		/* report first */
	x->reads.dice = ~x->seed;
	x->writes.dice = x->seed + x->server;
	x->conn = calloc(x->conns, sizeof(*x->conn));
	x->buf = malloc(x->reads.max);
	x->ep = epoll_create1(EPOLL_CLOEXEC);
	if (!x->conn || !x->buf || x->ep < 0)
		err(1, "no room");
	x->start = now_ns();
	x->deadline = x->start + x->secs * NSEC_PER_SEC;
	/* for a call that should not block and does */
	last_resort(x->secs + 5);
}

int main(int argc, char **argv)
{
	struct xfer x = {
		.addr	= "0.0.0.0",
		.port	= 7000,
		.conns	= 1,
		.secs	= 60,
		.seed	= 1,
		.in	= -1,
		.out	= -1,
		.reads	= { .max = 65536 },
		.writes	= { .max = 65536 },
	};

	x.fam = fam_find("inet");
	parse(&x, argc, argv);
	prepare(&x);
	if (x.server)
		serve(&x);
	else
		call(&x);
	loop(&x);
	report(&x, XFER_OK);
	return XFER_OK;
}
