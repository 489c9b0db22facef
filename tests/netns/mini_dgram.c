// SPDX-License-Identifier: GPL-2.0-only
/*
 * Datagrams between the two families: an echo and who calls it, a question to
 * a name server, and a relay that has one family in front of another.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"

#define BIG		65507
#define ANSWER_MS	1000	/* an answer that takes longer is asked for again */
#define TRIES		20

#define DNS_HLEN	12
#define DNS_A		1
#define DNS_TXT		16
#define DNS_OPT		41
#define DNS_ROOM	4096	/* what we say that we take (RFC 6891) */

struct task {
	const struct fam *fam;
	const struct fam *behind;
	struct sockaddr_in at;
	struct sockaddr_in to;
	const char *netns;
	const char *name;
	unsigned int count;
	unsigned int size;
	int type;
};

static __u8 buf[BIG], sent[BIG];

static int dgram_socket(const struct fam *f)
{
	int fd = socket(f->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err(1, "socket of family %s", f->name);
	return fd;
}

static int dgram_bound(const struct fam *f, struct sockaddr_in at)
{
	int fd = dgram_socket(f);

	if (bind(fd, (struct sockaddr *)&at, sizeof(at)))
		err(1, "bind to port %u", ntohs(at.sin_port));
	return fd;
}

static int dgram_connected(const struct fam *f, struct sockaddr_in to)
{
	int fd = dgram_socket(f);

	if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		err(1, "connect");
	return fd;
}

static void listening(void)
{
	puts("listening");
	fflush(stdout);
}

/* The next datagram, and who wants an answer to it */
static ssize_t heard(int fd, struct sockaddr_in *from)
{
	socklen_t len = sizeof(*from);

	return recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)from, &len);
}

static ssize_t tell(int fd, size_t len, const struct sockaddr_in *to)
{
	return sendto(fd, buf, len, 0, (const struct sockaddr *)to,
		      sizeof(*to));
}

/* Until somebody ends us */
static void echo(struct task *t)
{
	int fd = dgram_bound(t->fam, t->at);
	struct sockaddr_in from;
	ssize_t n;

	listening();
	for (;;) {
		n = heard(fd, &from);
		/* too large for the way back is the other's to try again */
		if (n < 0 || (tell(fd, n, &from) < 0 && errno != EMSGSIZE))
			err(1, "echo");
	}
}

/* One question, an answer, one after the other */
static void relay(struct task *t)
{
	int front = dgram_bound(t->fam, t->at);
	int back = dgram_connected(t->behind, t->to);
	struct sockaddr_in from;
	ssize_t n;

	listening();
	for (;;) {
		n = heard(front, &from);
		if (n < 0 || send(back, buf, n, 0) != n)
			err(1, "question");
		n = recv(back, buf, sizeof(buf), 0);
		if (n < 0 || tell(front, n, &from) != n)
			err(1, "answer to it");
	}
}

/* A datagram in time, or -1; ICMP errors that are no end are passed over */
static ssize_t answer(int fd)
{
	__u64 end = now_ns() + ANSWER_MS * NSEC_PER_MSEC;
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	ssize_t n;

	while (now_ns() < end) {
		if (poll(&pfd, 1, ANSWER_MS) != 1)
			break;
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n >= 0)
			return n;
		if (errno != EMSGSIZE && errno != EAGAIN)
			err(1, "recv");
	}
	return -1;
}

static void put_question(int fd, size_t len)
{
	if (send(fd, sent, len, 0) < 0 && errno != EMSGSIZE)
		err(1, "send");
}

/* No octet of it is like that of another, or of the one before */
static void fill(unsigned int nr, size_t len)
{
	__u32 x = nr * 2654435761u + 1;
	size_t i;

	for (i = 0; i < len; i++) {
		x = x * 1664525 + 1013904223;
		sent[i] = x >> 24;
	}
	memcpy(sent, &nr, len < sizeof(nr) ? len : sizeof(nr));
}

/* Its echo comes back as it went; how often it had to be sent, or the end */
static unsigned int call_one(int fd, unsigned int nr, size_t len)
{
	unsigned int tries;
	ssize_t n;

	fill(nr, len);
	for (tries = 1; tries <= TRIES; tries++) {
		put_question(fd, len);
		/* an echo of earlier may come late, or twice */
		while ((n = answer(fd)) >= 0) {
			if ((size_t)n == len && !memcmp(buf, sent, len))
				return tries;
		}
	}
	errx(1, "datagram %u of %zu octets has no echo", nr, len);
}

static void call(struct task *t)
{
	int fd = dgram_connected(t->fam, t->to);
	unsigned int i, again = 0;

	for (i = 0; i < t->count; i++)
		again += call_one(fd, i, t->size) - 1;
	printf("%u echoed, %u sent again\n", t->count, again);
}

/* "a.b" as labels; octets written */
static size_t put_name(__u8 *to, const char *name)
{
	__u8 *start = to;
	size_t n;

	for (; *name; name += n + (name[n] == '.')) {
		n = strcspn(name, ".");
		*to++ = n;
		memcpy(to, name, n);
		to += n;
	}
	*to++ = 0;
	return to - start;
}

/* A header, a question, and how large an answer may be */
static size_t put_query(const char *name, int type, __u16 id)
{
	const __u8 header[DNS_HLEN] = {
		id >> 8, id & 0xff, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1,
	};
	const __u8 tail[] = {
		0, type, 0, 1,
		0, 0, DNS_OPT, DNS_ROOM >> 8, DNS_ROOM & 0xff, 0, 0, 0, 0, 0, 0,
	};
	size_t n;

	memcpy(sent, header, sizeof(header));
	n = DNS_HLEN + put_name(sent + DNS_HLEN, name);
	memcpy(sent + n, tail, sizeof(tail));
	return n + sizeof(tail);
}

/* What the first record of an answer has; it follows the question */
static void tell_answer(size_t asked, ssize_t n, int type)
{
	const __u8 *rr = buf + asked - 11;	/* our OPT is not repeated here */
	char text[INET_ADDRSTRLEN];

	if (n < DNS_HLEN || (buf[3] & 15) || !(buf[2] & 128) || buf[2] & 2)
		errx(1, "no good answer: flags %02x%02x", buf[2], buf[3]);
	if (n < rr + 12 + 4 - buf || !buf[7] || rr[3] != type)
		errx(1, "an answer without a record of type %d", type);
	if (type == DNS_A)
		printf("%s in %zd octets\n",
		       inet_ntop(AF_INET, rr + 12, text, sizeof(text)), n);
	else
		printf("text in %zd octets\n", n);
}

static void ask(struct task *t)
{
	int fd = dgram_connected(t->fam, t->to);
	size_t len = put_query(t->name, t->type, 0x4d49);
	unsigned int tries;
	ssize_t n;

	for (tries = 0; tries < TRIES; tries++) {
		put_question(fd, len);
		n = answer(fd);
		if (n >= 2 && !memcmp(buf, sent, 2)) {
			tell_answer(len, n, t->type);
			return;
		}
	}
	errx(1, "no answer");
}

static void usage(void)
{
	fputs("mini_dgram echo|relay|call|ask [options]\n"
	      "  -f FAMILY  inet or mini (mini)\n"
	      "  -N NETNS   network namespace (this one)\n"
	      "  -a ADDR -p PORT  to bind to, or to send to\n"
	      "  -n COUNT -s SIZE call: datagrams (10 of 100 octets)\n"
	      "  -q NAME    ask: for its address\n"
	      "  -t         ask: for its text\n"
	      "  -F FAMILY -A ADDR -P PORT  relay: who is behind\n"
	      "  -T SECS    the end, whatever happens (60)\n",
	      stderr);
	exit(1);
}

static void option(struct task *t, int opt)
{
	switch (opt) {
	case 'f':
		t->fam = fam_find(optarg);
		break;
	case 'F':
		t->behind = fam_find(optarg);
		break;
	case 'N':
		t->netns = optarg;
		break;
	case 'a':
		t->at = fam_addr(optarg, ntohs(t->at.sin_port));
		break;
	case 'p':
		t->at.sin_port = htons(count_of(optarg, "port"));
		break;
	case 'A':
		t->to = fam_addr(optarg, ntohs(t->to.sin_port));
		break;
	case 'P':
		t->to.sin_port = htons(count_of(optarg, "port"));
		break;
	case 'n':
		t->count = count_of(optarg, "datagrams");
		break;
	case 's':
		t->size = count_of(optarg, "octets");
		break;
	case 'q':
		t->name = optarg;
		break;
	case 't':
		t->type = DNS_TXT;
		break;
	case 'T':
		last_resort(count_of(optarg, "seconds"));
		break;
	default:
		usage();
	}
}

int main(int argc, char **argv)
{
	struct task t = {
		.fam = fam_find("mini"),
		.behind = fam_find("inet"),
		.at = fam_addr("127.0.0.1", 7000),
		.to = fam_addr("127.0.0.1", 7001),
		.name = "mini.test",
		.count = 10,
		.size = 100,
		.type = DNS_A,
	};
	const char *what = argc > 1 ? argv[1] : "";
	int opt;

	last_resort(60);
	optind = 2;
	while ((opt = getopt(argc, argv, "f:F:N:a:p:A:P:n:s:q:tT:")) != -1)
		option(&t, opt);
	if (optind != argc || t.size > BIG)
		usage();
	if (t.netns)
		netns_enter(t.netns);
	if (!strcmp(what, "echo"))
		echo(&t);
	if (!strcmp(what, "relay"))
		relay(&t);
	t.to = t.at;
	if (!strcmp(what, "call"))
		call(&t);
	else if (!strcmp(what, "ask"))
		ask(&t);
	else
		usage();
	return 0;
}
