// SPDX-License-Identifier: GPL-2.0-only
/*
 * io_uring(7): calls that are handed to the kernel and end when they may. It
 * tries each without waiting, and then sleeps on the socket as poll(2) does.
 */
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include "mini_harness.h"

#define ENTRIES	8

/**
 * struct ring - one ring, by hand
 * @fd: its descriptor
 * @p: what the kernel said of it
 * @sq: shared memory of the two queues
 * @sqe: entries to be submitted
 */
struct ring {
	int fd;
	struct io_uring_params p;
	uint8_t *sq;
	struct io_uring_sqe *sqe;
};

FIXTURE(uring) {
	struct ring r;
	int fd[2];
	int c;		/* the end that connected */
	int s;		/* the end that accepted */
};

FIXTURE_VARIANT(uring) {
	struct row row;
};

FIXTURE_VARIANT_ADD(uring, inet) { .row = ROW_INET };
FIXTURE_VARIANT_ADD(uring, mini) { .row = ROW_MINI };

static uint32_t *word(struct ring *r, uint32_t off)
{
	return (uint32_t *)(r->sq + off);
}

static int ring_open(struct ring *r)
{
	size_t cq_size;

	r->fd = syscall(SYS_io_uring_setup, ENTRIES, &r->p);
	if (r->fd < 0)
		return -1;
	cq_size = r->p.cq_off.cqes +
		  r->p.cq_entries * sizeof(struct io_uring_cqe);
	r->sq = mmap(NULL, cq_size, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_POPULATE, r->fd, IORING_OFF_SQ_RING);
	r->sqe = mmap(NULL, ENTRIES * sizeof(*r->sqe), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_POPULATE, r->fd, IORING_OFF_SQES);
	return r->sq == MAP_FAILED || r->sqe == MAP_FAILED ||
	       !(r->p.features & IORING_FEAT_SINGLE_MMAP) ? -1 : 0;
}

/* Hand in one call; @tag names it when it ends */
static int submit(struct ring *r, struct io_uring_sqe call, uint64_t tag)
{
	uint32_t *tail = word(r, r->p.sq_off.tail);
	uint32_t slot = *tail & *word(r, r->p.sq_off.ring_mask);

	call.user_data = tag;
	r->sqe[slot] = call;
	word(r, r->p.sq_off.array)[slot] = slot;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	return syscall(SYS_io_uring_enter, r->fd, 1, 0, 0, NULL, 0) == 1 ?
		0 : -1;
}

/* Has one ended? Then its tag and what it gave */
static bool ended(struct ring *r, uint64_t *tag, int *res)
{
	uint32_t *head = word(r, r->p.cq_off.head);
	struct io_uring_cqe *cqe = (void *)(r->sq + r->p.cq_off.cqes);

	if (*head == __atomic_load_n(word(r, r->p.cq_off.tail),
				     __ATOMIC_ACQUIRE))
		return false;
	cqe += *head & *word(r, r->p.cq_off.ring_mask);
	*tag = cqe->user_data;
	*res = cqe->res;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return true;
}

/* What this call gives, which must be the next to end; -1000 for none */
static int result(struct ring *r, uint64_t tag)
{
	uint64_t got = 0;
	int res = 0;

	syscall(SYS_io_uring_enter, r->fd, 0, 1, IORING_ENTER_GETEVENTS, NULL,
		0);
	return ended(r, &got, &res) && got == tag ? res : -1000;
}

static bool still_waits(struct ring *r)
{
	uint64_t tag;
	int res;

	sleep_ms(MOMENT_MS);
	syscall(SYS_io_uring_enter, r->fd, 0, 0, IORING_ENTER_GETEVENTS, NULL,
		0);
	return !ended(r, &tag, &res);
}

static struct io_uring_sqe io_call(int op, int fd, const void *buf, uint32_t len)
{
	return (struct io_uring_sqe){
		.opcode = op, .fd = fd, .addr = (uintptr_t)buf, .len = len,
	};
}

FIXTURE_SETUP(uring)
{
	ASSERT_EQ(0, net_setup(variant->row, variant->row));
	ASSERT_EQ(0, ring_open(&self->r)) TH_LOG("%s", strerror(errno));
	ASSERT_EQ(0, tcp_pair(self->fd));
	self->c = self->fd[0];
	self->s = self->fd[1];
}

FIXTURE_TEARDOWN(uring)
{
	close(self->c);
	close(self->s);
	close(self->r.fd);
}

TEST_F(uring, accept_and_connect)
{
	struct sockaddr_in to = addr4(ADDR_LO, PORT);
	struct io_uring_sqe call;
	int lfd = tcp_socket(0), cfd = tcp_socket(0), sfd;

	ASSERT_LE(0, listen_on(lfd, PORT, 8));
	ASSERT_EQ(0, submit(&self->r, io_call(IORING_OP_ACCEPT, lfd, NULL, 0), 1));
	EXPECT_TRUE(still_waits(&self->r));
	call = io_call(IORING_OP_CONNECT, cfd, &to, 0);
	call.off = sizeof(to);
	ASSERT_EQ(0, submit(&self->r, call, 2));
	ASSERT_TRUE(poll_for(cfd, POLLOUT, WAIT_MS) > 0);
	/* either may be the first to end */
	sfd = result(&self->r, 1);
	if (sfd < 0)
		sfd = result(&self->r, 1);
	ASSERT_LE(0, sfd);
	ASSERT_EQ(5, send_pattern(cfd, 5, 0));
	EXPECT_EQ(5, recv_pattern(sfd, 5, 0));
}

TEST_F(uring, connect_refused)
{
	struct sockaddr_in to = addr4(ADDR_LO, PORT + 1);
	struct io_uring_sqe call;

	call = io_call(IORING_OP_CONNECT, tcp_socket(0), &to, 0);
	call.off = sizeof(to);
	ASSERT_EQ(0, submit(&self->r, call, 1));
	EXPECT_EQ(-ECONNREFUSED, result(&self->r, 1));
}

TEST_F(uring, recv_waits)
{
	char buf[8] = "";

	ASSERT_EQ(0, submit(&self->r, io_call(IORING_OP_RECV, self->s, buf, 8), 1));
	EXPECT_TRUE(still_waits(&self->r));
	ASSERT_EQ(3, send(self->c, "abc", 3, 0));
	EXPECT_EQ(3, result(&self->r, 1));
	EXPECT_STREQ("abc", buf);
	ASSERT_EQ(0, submit(&self->r, io_call(IORING_OP_RECV, self->s, buf, 8), 2));
	ASSERT_EQ(0, shutdown(self->c, SHUT_WR));
	EXPECT_EQ(0, result(&self->r, 2));
}

TEST_F(uring, recv_and_reset)
{
	char buf[8];

	ASSERT_EQ(0, submit(&self->r, io_call(IORING_OP_RECV, self->s, buf, 8), 1));
	ASSERT_EQ(0, set_linger(self->c, 1, 0));
	close(self->c);
	EXPECT_EQ(-ECONNRESET, result(&self->r, 1));
}

TEST_F(uring, send_waits)
{
	size_t full = fill_until_blocked(self->c);
	char buf[100];

	pattern_fill(buf, sizeof(buf), full);
	ASSERT_EQ(0, set_nonblock(self->c, false));
	ASSERT_EQ(0, submit(&self->r, io_call(IORING_OP_SEND, self->c, buf,
					      sizeof(buf)), 1));
	EXPECT_TRUE(still_waits(&self->r));
	ASSERT_EQ((ssize_t)full, recv_pattern(self->s, full, 0));
	EXPECT_EQ(100, result(&self->r, 1));
	EXPECT_EQ(100, recv_pattern(self->s, 100, full));
}

TEST_F(uring, poll)
{
	struct io_uring_sqe call = io_call(IORING_OP_POLL_ADD, self->s, NULL, 0);

	call.poll32_events = POLLIN | POLLRDHUP;
	ASSERT_EQ(0, submit(&self->r, call, 1));
	EXPECT_TRUE(still_waits(&self->r));
	ASSERT_EQ(1, send(self->c, "a", 1, 0));
	EXPECT_EQ(POLLIN, result(&self->r, 1));
	ASSERT_EQ(0, shutdown(self->c, SHUT_WR));
	ASSERT_TRUE(poll_for(self->s, POLLRDHUP, WAIT_MS) > 0);
	ASSERT_EQ(0, submit(&self->r, call, 2));
	EXPECT_EQ(POLLIN | POLLRDHUP, result(&self->r, 2));
}

/* Called off: nothing is lost, and the next one gets it */
TEST_F(uring, cancel)
{
	struct io_uring_sqe call = io_call(IORING_OP_ASYNC_CANCEL, -1, NULL, 0);
	char buf[8] = "";
	int first, last;

	ASSERT_EQ(0, submit(&self->r, io_call(IORING_OP_RECV, self->s, buf, 8), 1));
	call.addr = 1;
	ASSERT_EQ(0, submit(&self->r, call, 2));
	/* they end in no certain order */
	first = result(&self->r, 1);
	last = result(&self->r, first == -ECANCELED ? 2 : 1);
	EXPECT_EQ(first == -ECANCELED ? 0 : -ECANCELED, last);
	ASSERT_EQ(3, send(self->c, "abc", 3, 0));
	ASSERT_EQ(0, submit(&self->r, io_call(IORING_OP_RECV, self->s, buf, 8), 3));
	EXPECT_EQ(3, result(&self->r, 3));
}

TEST_HARNESS_MAIN
