// SPDX-License-Identifier: GPL-2.0-only
/*
 * sock_diag(7): what a dump lists, who is found, what is told, what is refused;
 * and SOCK_DESTROY. What AF_INET has as well is asked of it too.
 */
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <linux/capability.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include "mini_harness.h"

#define F(state)	(1U << TCP_##state)
#define F_ALL		0xffe

#define EXT(name)	(1 << (INET_DIAG_##name - 1))
#define ROWS		16384

struct request {
	struct nlmsghdr nlh;
	struct inet_diag_req_v2 req;
};

/* One socket, and which attributes came with it */
struct found {
	struct inet_diag_msg msg;
	uint8_t protocol;
	bool has_info, has_mem, has_mark, has_why;
	uint32_t mark;
	char cong[16];
	struct tcp_info info;
	struct mini_diag_why why;
};

static struct found found[ROWS];
static int nr_found, nr_buffers;
static struct row own;

static int diag_open(void)
{
	struct timeval tv = { .tv_sec = WAIT_MS / 1000 };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	return fd;
}

static struct request request(int type, int flags)
{
	struct request r = {
		.nlh.nlmsg_len = sizeof(r),
		.nlh.nlmsg_type = type,
		.nlh.nlmsg_flags = NLM_F_REQUEST | flags,
		.req.sdiag_family = own.domain,
		.req.sdiag_protocol = own.protocol ?: IPPROTO_TCP,
		.req.idiag_states = F_ALL,
		.req.idiag_ext = 0xff,
		.req.id.idiag_cookie = { ~0U, ~0U },
	};

	return r;
}

static void take_attr(struct found *f, const struct nlattr *a)
{
	const void *at = (const char *)a + NLA_HDRLEN;
	size_t len = a->nla_len - NLA_HDRLEN;

	switch (a->nla_type) {
	case INET_DIAG_PROTOCOL:
		f->protocol = *(const uint8_t *)at;
		break;
	case INET_DIAG_INFO:
		f->has_info = true;
		memcpy(&f->info, at, len < sizeof(f->info) ? len :
							     sizeof(f->info));
		break;
	case INET_DIAG_SKMEMINFO:
		f->has_mem = len >= 8 * sizeof(uint32_t);
		break;
	case INET_DIAG_CONG:
		snprintf(f->cong, sizeof(f->cong), "%s", (const char *)at);
		break;
	case INET_DIAG_MARK:
		f->has_mark = true;
		memcpy(&f->mark, at, sizeof(f->mark));
		break;
	case MINI_DIAG_WHY:
		f->has_why = len >= sizeof(f->why);
		if (f->has_why)
			memcpy(&f->why, at, sizeof(f->why));
		break;
	}
}

static void take_row(const struct nlmsghdr *nlh)
{
	struct found *f = &found[nr_found < ROWS ? nr_found++ : ROWS - 1];
	const char *at = NLMSG_DATA(nlh);
	const char *end = (const char *)nlh + nlh->nlmsg_len;

	memset(f, 0, sizeof(*f));
	memcpy(&f->msg, at, sizeof(f->msg));
	for (at += NLMSG_ALIGN(sizeof(f->msg)); end - at >= NLA_HDRLEN;) {
		const struct nlattr *a = (const struct nlattr *)at;

		take_attr(f, a);
		at += NLA_ALIGN(a->nla_len);
	}
}

/* Answers, up to the last; 0, or the errno that it says */
static int take_all(int fd, bool dump)
{
	union {
		struct nlmsghdr nlh;
		char octets[16384];
	} buf;
	struct nlmsghdr *nlh;
	ssize_t len;

	nr_found = 0;
	for (nr_buffers = 0; ; nr_buffers++) {
		len = recv(fd, &buf, sizeof(buf), 0);
		if (len < 0)
			return errno;
		for (nlh = &buf.nlh; NLMSG_OK(nlh, len);
		     nlh = NLMSG_NEXT(nlh, len)) {
			if (nlh->nlmsg_type == NLMSG_DONE)
				return 0;
			if (nlh->nlmsg_type == NLMSG_ERROR)
				return -((struct nlmsgerr *)NLMSG_DATA(nlh))->error;
			take_row(nlh);
			if (!dump)
				return 0;
		}
	}
}

static int ask(const struct request *r)
{
	int fd = diag_open(), rc;

	if (send(fd, r, r->nlh.nlmsg_len, 0) != (ssize_t)r->nlh.nlmsg_len)
		rc = errno;
	else
		rc = take_all(fd, r->nlh.nlmsg_flags & NLM_F_DUMP);
	close(fd);
	return rc;
}

static int dump(uint32_t states)
{
	struct request r = request(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);

	r.req.idiag_states = states;
	return ask(&r);
}

/* The one with this local and this remote port; NULL if there is none */
static struct found *with_ports(int sport, int dport)
{
	int i;

	for (i = 0; i < nr_found; i++)
		if (ntohs(found[i].msg.id.idiag_sport) == sport &&
		    ntohs(found[i].msg.id.idiag_dport) == dport)
			return &found[i];
	return NULL;
}

static struct found *of(int fd)
{
	return with_ports(local_port(fd), peer_port(fd));
}

static unsigned int inode(int fd)
{
	struct stat st = {};

	fstat(fd, &st);
	return st.st_ino;
}

/* A request for the socket of @fd, by its name, as a dump has it */
static struct request exact(int type, int fd)
{
	struct request r = request(type, type == SOCK_DESTROY ? NLM_F_ACK : 0);

	if (!dump(F_ALL) && of(fd))
		r.req.id = of(fd)->msg.id;
	return r;
}

FIXTURE(diag) {
	int fd[2];
	int lfd;
};

FIXTURE_VARIANT(diag) {
	struct row row;
};

FIXTURE_VARIANT_ADD(diag, inet) { .row = ROW_INET };
FIXTURE_VARIANT_ADD(diag, mini) { .row = ROW_MINI };
FIXTURE_VARIANT_ADD(diag, mini253) { .row = ROW_MINI253 };

FIXTURE_SETUP(diag)
{
	own = variant->row;
	ASSERT_EQ(0, net_setup(variant->row, variant->row));
	ASSERT_EQ(0, tcp_pair(self->fd));
	self->lfd = peer_socket(0);
	ASSERT_LE(0, listen_on(self->lfd, PORT, 8));
}

FIXTURE_TEARDOWN(diag)
{
	close(self->fd[0]);
	close(self->fd[1]);
	close(self->lfd);
}

TEST_F(diag, lists_all)
{
	struct found *l;

	ASSERT_EQ(0, dump(F_ALL));
	EXPECT_EQ(3, nr_found);
	l = with_ports(PORT, 0);
	ASSERT_NE(NULL, l);
	EXPECT_EQ(own.domain, l->msg.idiag_family);
	EXPECT_EQ(TCP_LISTEN, l->msg.idiag_state);
	EXPECT_EQ(inode(self->lfd), l->msg.idiag_inode);
	EXPECT_EQ(0, l->msg.idiag_rqueue);
	EXPECT_EQ(8, l->msg.idiag_wqueue);
	ASSERT_NE(NULL, of(self->fd[0]));
	EXPECT_EQ(inode(self->fd[0]), of(self->fd[0])->msg.idiag_inode);
	EXPECT_EQ(TCP_ESTABLISHED, of(self->fd[0])->msg.idiag_state);
	EXPECT_EQ(htonl(ADDR_LO), of(self->fd[0])->msg.id.idiag_src[0]);
	ASSERT_NE(NULL, of(self->fd[1]));
	EXPECT_EQ(inode(self->fd[1]), of(self->fd[1])->msg.idiag_inode);
}

TEST_F(diag, lists_by_state)
{
	ASSERT_EQ(0, dump(F(LISTEN)));
	EXPECT_EQ(1, nr_found);
	ASSERT_EQ(0, dump(F(ESTABLISHED)));
	EXPECT_EQ(2, nr_found);
	ASSERT_EQ(0, dump(F(TIME_WAIT)));
	EXPECT_EQ(0, nr_found);
	ASSERT_EQ(0, shutdown(self->fd[0], SHUT_WR));
	ASSERT_TRUE(wait_state(self->fd[1], TCP_CLOSE_WAIT));
	ASSERT_EQ(0, shutdown(self->fd[1], SHUT_WR));
	ASSERT_TRUE(wait_state(self->fd[0], TCP_CLOSE));
	ASSERT_EQ(0, dump(F(TIME_WAIT)));
	ASSERT_EQ(1, nr_found);
	EXPECT_EQ(TCP_TIME_WAIT, found[0].msg.idiag_state);
	EXPECT_EQ(3, found[0].msg.idiag_timer);
	EXPECT_LT(50000, found[0].msg.idiag_expires);
	EXPECT_GE(60000, found[0].msg.idiag_expires);
}

/* Who waits for data has the handshake done, and is half-open here */
TEST_F(diag, lists_half_open)
{
	int fd = tcp_socket(0);

	ASSERT_EQ(0, opt_set(self->lfd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 10));
	ASSERT_EQ(0, connect4(fd, ADDR_LO, PORT));
	ASSERT_EQ(0, dump(F(SYN_RECV)));
	ASSERT_EQ(1, nr_found);
	EXPECT_EQ(TCP_SYN_RECV, found[0].msg.idiag_state);
	EXPECT_EQ(PORT, ntohs(found[0].msg.id.idiag_sport));
	EXPECT_EQ(local_port(fd), ntohs(found[0].msg.id.idiag_dport));
	close(fd);
}

TEST_F(diag, by_port)
{
	struct request r = request(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);

	r.req.id.idiag_sport = htons(PORT);
	ASSERT_EQ(0, ask(&r));
	EXPECT_EQ(1, nr_found);
	r.req.id.idiag_sport = 0;
	r.req.id.idiag_dport = htons(local_port(self->fd[0]));
	ASSERT_EQ(0, ask(&r));
	EXPECT_EQ(1, nr_found);
	EXPECT_NE(NULL, of(self->fd[1]));
}

TEST_F(diag, queues)
{
	ASSERT_EQ(100, send_pattern(self->fd[0], 100, 0));
	ASSERT_TRUE(wait_inq(self->fd[1], 100));
	ASSERT_TRUE(wait_outq(self->fd[0], 0));
	ASSERT_EQ(0, dump(F(ESTABLISHED)));
	EXPECT_EQ(0, of(self->fd[0])->msg.idiag_wqueue);
	EXPECT_EQ(100, of(self->fd[1])->msg.idiag_rqueue);
}

TEST_F(diag, attributes)
{
	struct found *f;

	ASSERT_EQ(0, opt_set(self->fd[0], SOL_SOCKET, SO_MARK, 7));
	ASSERT_EQ(0, dump(F(ESTABLISHED)));
	f = of(self->fd[0]);
	EXPECT_TRUE(f->has_info);
	EXPECT_EQ(TCP_ESTABLISHED, f->info.tcpi_state);
	EXPECT_LT(0, f->info.tcpi_snd_mss);
	EXPECT_TRUE(f->has_mem);
	EXPECT_LT(0, strlen(f->cong));
	EXPECT_TRUE(f->has_mark);
	EXPECT_EQ(7, f->mark);
	ASSERT_EQ(0, caps_drop(CAP_NET_ADMIN));
	ASSERT_EQ(0, dump(F(ESTABLISHED)));
	EXPECT_NE(NULL, of(self->fd[0]));
	EXPECT_FALSE(of(self->fd[0])->has_mark);
}

TEST_F(diag, only_what_was_asked_for)
{
	struct request r = request(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);

	r.req.idiag_ext = EXT(CONG);
	ASSERT_EQ(0, ask(&r));
	EXPECT_FALSE(of(self->fd[0])->has_info);
	EXPECT_FALSE(of(self->fd[0])->has_mem);
	EXPECT_LT(0, strlen(of(self->fd[0])->cong));
}

TEST_F(diag, one_by_name_and_cookie)
{
	struct request r = exact(SOCK_DIAG_BY_FAMILY, self->fd[0]);

	ASSERT_EQ(0, ask(&r));
	ASSERT_EQ(1, nr_found);
	EXPECT_EQ(inode(self->fd[0]), found[0].msg.idiag_inode);
	r.req.id.idiag_cookie[0]++;
	EXPECT_EQ(ENOENT, ask(&r));
	r.req.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
	r.req.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	EXPECT_EQ(0, ask(&r));
	r.req.id.idiag_sport = htons(1);
	EXPECT_EQ(ENOENT, ask(&r));
}

/* More than one buffer holds; nobody is left out, nobody comes twice */
TEST_F(diag, many)
{
	enum { PAIRS = 150 };
	int fd[PAIRS][2], i;

	for (i = 0; i < PAIRS; i++)
		ASSERT_EQ(0, tcp_pair(fd[i]));
	ASSERT_EQ(0, dump(F_ALL));
	EXPECT_EQ(2 * PAIRS + 3, nr_found);
	EXPECT_LT(5, nr_buffers);
	for (i = 0; i < PAIRS; i++) {
		EXPECT_NE(NULL, of(fd[i][0]));
		EXPECT_NE(NULL, of(fd[i][1]));
	}
}

TEST_F(diag, bad_requests)
{
	struct request r = request(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);

	r.nlh.nlmsg_len = sizeof(r) - 4;
	EXPECT_EQ(EINVAL, ask(&r));
	r.nlh.nlmsg_flags &= ~NLM_F_DUMP;
	EXPECT_EQ(EINVAL, ask(&r));
	r.nlh.nlmsg_len = sizeof(r.nlh) + 2;
	EXPECT_EQ(EINVAL, ask(&r));
	r = request(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
	r.req.sdiag_family = 200;
	EXPECT_EQ(EINVAL, ask(&r));
	r.req.sdiag_family = AF_MINI + 1;	/* nobody's */
	EXPECT_EQ(ENOENT, ask(&r));
	if (own.domain == AF_MINI) {	/* more would come than was asked for */
		struct {
			struct request r;
			struct nlattr filter;
		} with = {
			.r = request(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP),
			.filter = { sizeof(with.filter),
				    INET_DIAG_REQ_BYTECODE },
		};

		with.r.nlh.nlmsg_len = sizeof(with);
		EXPECT_EQ(EOPNOTSUPP, ask(&with.r));
	}
	r = request(SOCK_DIAG_BY_FAMILY, 0);	/* nobody's name */
	EXPECT_EQ(ENOENT, ask(&r));
	r = request(SOCK_DIAG_BY_FAMILY, 0);
	r.req.sdiag_protocol = 200;
	EXPECT_EQ(ENOENT, ask(&r));
}

/* Neither sees another namespace's, though the cookie be right */
TEST_F(diag, other_namespace)
{
	struct request r = exact(SOCK_DIAG_BY_FAMILY, self->fd[0]);

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	EXPECT_EQ(ENOENT, ask(&r));
	ASSERT_EQ(0, dump(F_ALL));
	EXPECT_EQ(0, nr_found);
}

/* Nor the other family's */
TEST_F(diag, other_family)
{
	struct request r = exact(SOCK_DIAG_BY_FAMILY, self->fd[0]);

	own.domain = own.domain == AF_INET ? AF_MINI : AF_INET;
	own.protocol = 0;
	r.req.sdiag_family = own.domain;
	EXPECT_EQ(ENOENT, ask(&r));
	ASSERT_EQ(0, dump(F_ALL & ~F(LISTEN)));
	EXPECT_EQ(NULL, of(self->fd[0]));
	EXPECT_EQ(NULL, of(self->fd[1]));
}

/* ---- what this family alone has; AF_INET's SOCK_DESTROY is seldom built ---- */

FIXTURE(own) {
	int fd[2];
};

FIXTURE_VARIANT(own) {
	struct row row;
};

FIXTURE_VARIANT_ADD(own, mini) { .row = ROW_MINI };
FIXTURE_VARIANT_ADD(own, mini253) { .row = ROW_MINI253 };

FIXTURE_SETUP(own)
{
	own = variant->row;
	ASSERT_EQ(0, net_setup(variant->row, variant->row));
	ASSERT_EQ(0, tcp_pair(self->fd));
}

FIXTURE_TEARDOWN(own)
{
	close(self->fd[0]);
	close(self->fd[1]);
}

TEST_F(own, wire_and_why)
{
	int mini = own.protocol ?: IPPROTO_TCP;
	struct found *f;

	sleep_ms(100);
	ASSERT_EQ(0, dump(F(ESTABLISHED)));
	f = of(self->fd[0]);
	EXPECT_EQ(mini, f->protocol);
	ASSERT_TRUE(f->has_why);
	EXPECT_EQ(MINI_HOLD_IDLE, f->why.send.why);
	EXPECT_LE(50000, f->why.send.since_us);
	EXPECT_GT(WAIT_MS * 1000, f->why.send.since_us);
	EXPECT_EQ(MINI_HOLD_NONE, f->why.close.why);
	ASSERT_EQ(0, opt_set(self->fd[0], IPPROTO_TCP, TCP_CORK, 1));
	ASSERT_EQ(10, send_pattern(self->fd[0], 10, 0));
	ASSERT_EQ(0, dump(F(ESTABLISHED)));
	f = of(self->fd[0]);
	EXPECT_EQ(MINI_HOLD_CORK, f->why.send.why);
	EXPECT_EQ(10, f->why.unsent);
	EXPECT_LT(0, f->why.send_ms);
	EXPECT_GE(200, f->why.send_ms);
}

TEST_F(own, why_of_both_ends)
{
	fill_until_blocked(self->fd[0]);
	ASSERT_EQ(0, shutdown(self->fd[0], SHUT_WR));
	ASSERT_EQ(0, dump(F_ALL));
	EXPECT_EQ(MINI_HOLD_RWND, of(self->fd[0])->why.send.why);
	EXPECT_EQ(MINI_HOLD_FIN_BEHIND, of(self->fd[0])->why.close.why);
	EXPECT_EQ(MINI_HOLD_READER, of(self->fd[1])->why.read.why);
	EXPECT_LT(0, of(self->fd[1])->why.unread);
}

/* Without a protocol: of both wires */
TEST_F(own, any_wire)
{
	struct request r = request(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
	int other = own.protocol ? 0 : IPPROTO_MINI;
	int fd = socket(AF_MINI, SOCK_STREAM, other);

	ASSERT_LE(0, listen_on(fd, PORT, 1));
	ASSERT_EQ(0, dump(F_ALL));
	EXPECT_EQ(2, nr_found);
	r.req.sdiag_protocol = 0;
	ASSERT_EQ(0, ask(&r));
	EXPECT_EQ(3, nr_found);
	EXPECT_EQ(other ?: IPPROTO_TCP, with_ports(PORT, 0)->protocol);
}

TEST_F(own, destroy)
{
	struct request r = exact(SOCK_DESTROY, self->fd[0]);
	char c;

	r.req.id.idiag_cookie[1]++;
	EXPECT_EQ(ENOENT, ask(&r));
	ASSERT_EQ(1, send_pattern(self->fd[1], 1, 0));
	ASSERT_EQ(1, recv_pattern(self->fd[0], 1, 0));
	r.req.id.idiag_cookie[1]--;
	EXPECT_EQ(0, ask(&r));
	EXPECT_EQ(ECONNABORTED, err(recv(self->fd[0], &c, 1, 0)));
	EXPECT_EQ(EPIPE, err(send(self->fd[0], "x", 1, MSG_NOSIGNAL)));
	EXPECT_EQ(ECONNRESET, err(recv(self->fd[1], &c, 1, 0)));
	EXPECT_EQ(ENOENT, ask(&r));
}

TEST_F(own, destroy_needs_privilege)
{
	struct request r = exact(SOCK_DESTROY, self->fd[0]);

	ASSERT_EQ(0, caps_drop(CAP_NET_ADMIN));
	EXPECT_EQ(EPERM, ask(&r));
	r.req.id.idiag_sport = htons(1);	/* nor is he told who is there */
	EXPECT_EQ(EPERM, ask(&r));
	ASSERT_EQ(1, send_pattern(self->fd[1], 1, 0));
	ASSERT_EQ(1, recv_pattern(self->fd[0], 1, 0));
}

/* Root of a user namespace is not root of the network namespace */
TEST_F(own, destroy_needs_privilege_here)
{
	struct request r = exact(SOCK_DESTROY, self->fd[0]);

	ASSERT_EQ(0, unshare(CLONE_NEWUSER));
	EXPECT_EQ(EPERM, ask(&r));
}

TEST_F(own, destroy_in_other_namespace)
{
	struct request r = exact(SOCK_DESTROY, self->fd[0]);

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	EXPECT_EQ(ENOENT, ask(&r));
	ASSERT_EQ(1, send_pattern(self->fd[1], 1, 0));
	ASSERT_EQ(1, recv_pattern(self->fd[0], 1, 0));
}

TEST_F(own, destroy_wakes_who_waits)
{
	struct job job = { .fd = self->fd[0], .len = 1 };
	struct request r = exact(SOCK_DESTROY, self->fd[0]);

	ASSERT_EQ(0, job_start(&job, run_recv_once));
	while (!job_asleep(&job))
		sleep_ms(1);
	EXPECT_EQ(0, ask(&r));
	EXPECT_EQ(-1, job_wait(&job));
	EXPECT_EQ(ECONNABORTED, job.err);
}

TEST_F(own, destroy_wakes_who_accepts)
{
	int lfd = peer_socket(0);
	struct request r = request(SOCK_DESTROY, NLM_F_ACK);
	struct job job = { .fd = lfd };

	ASSERT_LE(0, listen_on(lfd, PORT, 1));
	ASSERT_EQ(0, job_start(&job, run_accept));
	while (!job_asleep(&job))
		sleep_ms(1);
	r.req.id.idiag_src[0] = htonl(ADDR_LO);
	r.req.id.idiag_sport = htons(PORT);
	EXPECT_EQ(0, ask(&r));
	EXPECT_EQ(-1, job_wait(&job));
	EXPECT_EQ(EINVAL, job.err);
}

TEST_F(own, destroy_listener)
{
	int lfd = peer_socket(0), fd = tcp_socket(0);
	struct request r = request(SOCK_DESTROY, NLM_F_ACK);
	char c;

	ASSERT_LE(0, listen_on(lfd, PORT, 1));
	ASSERT_EQ(0, connect4(fd, ADDR_LO, PORT));
	ASSERT_TRUE(wait_pending(lfd, 1));
	/* who names a peer does not mean the listener */
	r.req.id.idiag_src[0] = htonl(ADDR_LO);
	r.req.id.idiag_dst[0] = htonl(ADDR_LO);
	r.req.id.idiag_sport = htons(PORT);
	r.req.id.idiag_dport = htons(1);
	EXPECT_EQ(ENOENT, ask(&r));
	r.req.id.idiag_dst[0] = 0;
	r.req.id.idiag_dport = 0;
	EXPECT_EQ(0, ask(&r));
	EXPECT_EQ(ECONNRESET, err(recv(fd, &c, 1, 0)));
	EXPECT_EQ(EINVAL, err(accept(lfd, NULL, NULL)));
	EXPECT_EQ(ECONNABORTED, opt_get(lfd, SOL_SOCKET, SO_ERROR));
	close(fd);
	fd = tcp_socket(0);
	EXPECT_EQ(ECONNREFUSED, err(connect4(fd, ADDR_LO, PORT)));
}

/* A half-open connection goes without a word, as in Linux */
TEST_F(own, destroy_half_open)
{
	int lfd = peer_socket(0), fd = tcp_socket(0);
	struct request r = request(SOCK_DESTROY, NLM_F_ACK);

	ASSERT_LE(0, listen_on(lfd, PORT, 1));
	ASSERT_EQ(0, opt_set(lfd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 10));
	ASSERT_EQ(0, connect4(fd, ADDR_LO, PORT));
	ASSERT_EQ(0, dump(F(SYN_RECV)));
	ASSERT_EQ(1, nr_found);
	EXPECT_EQ(MINI_HOLD_HANDSHAKE, found[0].why.send.why);
	r.req.id = found[0].msg.id;
	r.req.id.idiag_cookie[0]++;
	EXPECT_EQ(ENOENT, ask(&r));
	r.req.id.idiag_cookie[0]--;
	EXPECT_EQ(0, ask(&r));
	ASSERT_EQ(0, dump(F(SYN_RECV)));
	EXPECT_EQ(0, nr_found);
}

TEST_F(own, destroy_time_wait)
{
	struct request r = request(SOCK_DESTROY, NLM_F_ACK);

	ASSERT_EQ(0, shutdown(self->fd[0], SHUT_WR));
	ASSERT_TRUE(wait_state(self->fd[1], TCP_CLOSE_WAIT));
	ASSERT_EQ(0, shutdown(self->fd[1], SHUT_WR));
	ASSERT_TRUE(wait_state(self->fd[0], TCP_CLOSE));
	ASSERT_EQ(0, dump(F(TIME_WAIT)));
	ASSERT_EQ(1, nr_found);
	EXPECT_EQ(MINI_HOLD_TIME_WAIT, found[0].why.close.why);
	EXPECT_GT(WAIT_MS * 1000, found[0].why.close.since_us);
	r.req.id = found[0].msg.id;
	EXPECT_EQ(0, ask(&r));
	ASSERT_EQ(0, dump(F(TIME_WAIT)));
	EXPECT_EQ(0, nr_found);
}

static ssize_t run_open_and_close(struct job *job)
{
	size_t i;
	int fd[2];

	for (i = 0; i < job->len; i++) {
		if (tcp_pair(fd))
			return -1;
		close(fd[i & 1]);
		close(fd[!(i & 1)]);
	}
	return i;
}

/*
 * Who has a neighbour that goes in the moment in which it is his turn may be
 * missed, once. AF_MINI_OPENS=10000 for a long look.
 */
TEST_F_TIMEOUT(own, dump_while_they_come_and_go, 900)
{
	const char *opens = getenv("AF_MINI_OPENS");
	struct job job = { .len = opens ? atoi(opens) : 200 };
	int dumps = 0, missed = 0;

	ASSERT_EQ(0, job_start(&job, run_open_and_close));
	while (!job_done(&job)) {
		ASSERT_EQ(0, dump(F_ALL));
		missed = of(self->fd[0]) ? 0 : missed + 1;
		ASSERT_GT(3, missed);
		dumps++;
		sleep_ms(5);
	}
	EXPECT_EQ((ssize_t)job.len, job_wait(&job));
	EXPECT_LT(0, dumps);
}

static ssize_t run_destroy_all(struct job *job)
{
	struct request r = request(SOCK_DESTROY, NLM_F_ACK);
	int i, n;

	while (!__atomic_load_n(&job->off, __ATOMIC_RELAXED)) {
		if (dump(F_ALL))
			return -1;
		for (i = 0, n = nr_found; i < n; i++) {
			r.req.id = found[i].msg.id;
			r.nlh.nlmsg_type = SOCK_DESTROY;
			ask(&r);
		}
		job->len += n;
		sleep_ms(5);
	}
	return 0;
}

/* As tcp_pair(), but any call may fail, and none waits */
static int shaky_pair(int fd[2])
{
	int lfd = peer_socket(SOCK_NONBLOCK);

	fd[0] = tcp_socket(SOCK_NONBLOCK);
	fd[1] = -1;
	if (listen_on(lfd, 0, 1) >= 0) {
		connect4(fd[0], ADDR_LO, local_port(lfd));
		fd[1] = accept(lfd, NULL, NULL);
	}
	close(lfd);
	return fd[1] < 0 ? -1 : 0;
}

/* Whoever opens and closes them may find them gone at any moment */
TEST_F_TIMEOUT(own, destroy_while_they_come_and_go, 900)
{
	const char *opens = getenv("AF_MINI_OPENS");
	int i, n = opens ? atoi(opens) : 200;
	struct job job = { .len = 0 };
	int fd[2];

	ASSERT_EQ(0, job_start(&job, run_destroy_all));
	for (i = 0; i < n; i++) {
		if (!shaky_pair(fd))
			close(fd[1]);
		close(fd[0]);
	}
	__atomic_store_n(&job.off, 1, __ATOMIC_RELAXED);
	EXPECT_EQ(0, job_wait(&job));
	EXPECT_LT(0, job.len);
}

TEST_HARNESS_MAIN
