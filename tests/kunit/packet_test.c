// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tap's hook, called as the device layer calls it: what becomes of a frame
 * that others have too, and of one that is not wanted.
 */
#include <kunit/test.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/net.h>
#include <linux/rtnetlink.h>
#include <net/sock.h>
#include <mini/net.h>
#include <mini/packet.h>
#include <uapi/linux/af_mini.h>

#define PAYLOAD		50U
#define WHOLE		(ETH_HLEN + PAYLOAD)
#define SNAP		20U

/* A filter as SO_ATTACH_FILTER leaves it; that wants memory of a user */
struct fake_filter {
	struct sk_filter fp;
	struct sock_filter code;
};

static struct net_device *lo(void)
{
	return init_net.loopback_dev;
}

static struct mini_packet *pk_of(struct kunit *test)
{
	struct socket *sock = test->priv;

	return mini_pk(sock->sk);
}

static struct sk_buff_head *queue_of(struct kunit *test)
{
	return &mini_packet_sk(pk_of(test))->sk_receive_queue;
}

static int packet_init(struct kunit *test)
{
	/* no protocol yet: nothing comes but what a case gives it */
	return sock_create_kern(&init_net, PF_MINI, SOCK_RAW, 0,
				(struct socket **)&test->priv);
}

static void packet_exit(struct kunit *test)
{
	sock_release(test->priv);
}

/* As it comes from a device: past its link header */
static struct sk_buff *frame(struct kunit *test)
{
	struct sk_buff *skb = alloc_skb(WHOLE, GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	for (i = 0; i < WHOLE; i++)
		skb_put_u8(skb, i);
	skb_reset_mac_header(skb);
	skb_pull(skb, ETH_HLEN);
	skb_reset_network_header(skb);
	skb->dev = lo();
	skb->pkt_type = PACKET_HOST;
	return skb;
}

static void give(struct kunit *test, struct sk_buff *skb)
{
	struct mini_packet *pk = pk_of(test);

	local_bh_disable();
	rcu_read_lock();
	mini_packet_rcv(skb, skb->dev, &pk->hook, skb->dev);
	rcu_read_unlock();
	local_bh_enable();
}

/* The other owner finds it as it was, and owns it alone */
static void expect_given_back(struct kunit *test, struct sk_buff *skb)
{
	KUNIT_EXPECT_EQ(test, refcount_read(&skb->users), 1);
	KUNIT_EXPECT_EQ(test, skb->len, PAYLOAD);
	KUNIT_EXPECT_EQ(test, skb->data[0], (u8)ETH_HLEN);
	KUNIT_EXPECT_PTR_EQ(test, skb->dev, lo());
	KUNIT_EXPECT_NULL(test, skb->destructor);
	kfree_skb(skb);
}

/* What the user will read: so many octets, of a frame that had all of them */
static struct sk_buff *expect_queued(struct kunit *test, unsigned int len)
{
	struct sk_buff *skb = skb_peek(queue_of(test));
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, skb_queue_len(queue_of(test)), 1U);
	KUNIT_ASSERT_EQ(test, skb->len, len);
	for (i = 0; i < len; i++)
		KUNIT_EXPECT_EQ(test, skb->data[i], (u8)i);
	KUNIT_EXPECT_EQ(test, *(u32 *)skb->cb, WHOLE);
	KUNIT_EXPECT_NULL(test, skb->dev);
	return skb;
}

static void a_frame_of_its_own_is_taken(struct kunit *test)
{
	struct sk_buff *skb = frame(test);

	give(test, skb);
	KUNIT_EXPECT_PTR_EQ(test, expect_queued(test, WHOLE), skb);
}

static void a_shared_frame_is_copied_and_given_back(struct kunit *test)
{
	struct sk_buff *skb = frame(test);

	give(test, skb_get(skb));
	KUNIT_EXPECT_PTR_NE(test, expect_queued(test, WHOLE), skb);
	expect_given_back(test, skb);
}

/* One that leaves begins with its link header already */
static void a_frame_that_leaves_is_whole(struct kunit *test)
{
	struct sk_buff *skb = frame(test);

	skb_push(skb, ETH_HLEN);
	skb->pkt_type = PACKET_OUTGOING;
	give(test, skb);
	expect_queued(test, WHOLE);
}

static void set_filter(struct kunit *test, struct sk_filter *fp)
{
	rcu_assign_pointer(mini_packet_sk(pk_of(test))->sk_filter, fp);
}

/* Give it a shared frame past a filter that wants so many octets */
static struct sk_buff *give_filtered(struct kunit *test, unsigned int octets)
{
	struct fake_filter f = { .code = BPF_STMT(BPF_RET | BPF_K, octets) };
	struct sock_fprog_kern prog = { .len = 1, .filter = &f.code };
	struct sk_buff *skb = frame(test);

	KUNIT_ASSERT_EQ(test, bpf_prog_create(&f.fp.prog, &prog), 0);
	set_filter(test, &f.fp);
	give(test, skb_get(skb));
	set_filter(test, NULL);
	bpf_prog_destroy(f.fp.prog);
	return skb;
}

static void a_filter_cuts_only_the_copy(struct kunit *test)
{
	struct sk_buff *skb = give_filtered(test, SNAP);

	expect_queued(test, SNAP);
	expect_given_back(test, skb);
}

static void what_the_filter_does_not_want_is_given_back(struct kunit *test)
{
	struct sk_buff *skb = give_filtered(test, 0);

	KUNIT_EXPECT_EQ(test, skb_queue_len(queue_of(test)), 0U);
	KUNIT_EXPECT_EQ(test, pk_of(test)->drops, 0U);
	expect_given_back(test, skb);
}

static void what_finds_no_room_is_counted_and_given_back(struct kunit *test)
{
	struct mini_net *mn = mini_pernet(&init_net);
	unsigned long before = mini_mib_sum(mn, MINI_MIB_DROP_TAP_RCV_BUF);
	struct mini_packet *pk = pk_of(test);
	struct sk_buff *skb = frame(test);

	mini_packet_sk(pk)->sk_rcvbuf = 1;
	give(test, skb_get(skb));
	expect_queued(test, WHOLE);
	expect_given_back(test, skb);
	skb = frame(test);
	give(test, skb_get(skb));
	expect_given_back(test, skb);
	KUNIT_EXPECT_EQ(test, skb_queue_len(queue_of(test)), 1U);
	KUNIT_EXPECT_EQ(test, pk->packets, 1U);
	KUNIT_EXPECT_EQ(test, pk->drops, 1U);
	KUNIT_EXPECT_EQ(test, atomic_read(&mini_packet_sk(pk)->sk_drops), 1);
	KUNIT_EXPECT_EQ(test, mini_mib_sum(mn, MINI_MIB_DROP_TAP_RCV_BUF),
			before + 1);
}

/* What a device has looped back to itself has been seen when it left */
static void a_looped_frame_is_not_heard_twice(struct kunit *test)
{
	struct sk_buff *skb = frame(test);

	skb->pkt_type = PACKET_LOOPBACK;
	give(test, skb);
	KUNIT_EXPECT_EQ(test, skb_queue_len(queue_of(test)), 0U);
}

static int send_by_lo(struct sock *sk)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_ifindex = lo()->ifindex,
	};
	struct msghdr msg = { .msg_name = &to, .msg_namelen = sizeof(to) };
	u8 octets[WHOLE] = {};
	struct kvec vec = { .iov_base = octets, .iov_len = sizeof(octets) };

	return kernel_sendmsg(sk->sk_socket, &msg, &vec, 1, sizeof(octets));
}

/* SO_PRIORITY and SO_MARK are in the frame that another tap sees leave */
static void priority_and_mark_go_with_the_frame(struct kunit *test)
{
	struct sock *sk = mini_packet_sk(pk_of(test));
	struct socket *other;
	struct sk_buff *skb;

	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, PF_MINI, SOCK_RAW,
					       htons(ETH_P_ALL), &other), 0);
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_open(lo(), NULL), 0);
	rtnl_unlock();
	sk->sk_priority = 6;
	sk->sk_mark = 37;
	KUNIT_EXPECT_EQ(test, send_by_lo(sk), (int)WHOLE);
	skb = skb_peek(&other->sk->sk_receive_queue);
	if (skb) {
		KUNIT_EXPECT_EQ(test, skb->priority, 6U);
		KUNIT_EXPECT_EQ(test, skb->mark, 37U);
		KUNIT_EXPECT_EQ(test, skb->len, WHOLE);
	} else {
		KUNIT_FAIL(test, "nothing was heard");
	}
	rtnl_lock();
	dev_close(lo());
	rtnl_unlock();
	sock_release(other);
}

static struct kunit_case packet_cases[] = {
	KUNIT_CASE(a_frame_of_its_own_is_taken),
	KUNIT_CASE(a_shared_frame_is_copied_and_given_back),
	KUNIT_CASE(a_frame_that_leaves_is_whole),
	KUNIT_CASE(a_filter_cuts_only_the_copy),
	KUNIT_CASE(what_the_filter_does_not_want_is_given_back),
	KUNIT_CASE(what_finds_no_room_is_counted_and_given_back),
	KUNIT_CASE(a_looped_frame_is_not_heard_twice),
	KUNIT_CASE(priority_and_mark_go_with_the_frame),
	{}
};

static struct kunit_suite packet_suite = {
	.name = "af_mini_packet",
	.init = packet_init,
	.exit = packet_exit,
	.test_cases = packet_cases,
};

kunit_test_suites(&packet_suite);
