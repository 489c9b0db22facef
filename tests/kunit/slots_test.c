// SPDX-License-Identifier: GPL-2.0-only
/* The tables of the dispatch: the list of slots, and that each counts its calls */
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/kernel.h>
#include <linux/netdevice.h>
#include <linux/poll.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <mini/tables.h>
#include "harness.h"

static bool listed(const void *at)
{
	int i;

	for (i = 0; i < __MINI_SLOT_MAX; i++)
		if (mini_slots[i].at == at)
			return true;
	return false;
}

/* Whatever stands in a table and points to code must be in the list */
static void check_table(struct kunit *test, const char *name,
			const void *table, size_t size)
{
	void *const *at;
	int found = 0;

	for (at = table; (void *)(at + 1) <= table + size; at++) {
		if (!kernel_text_address((unsigned long)*at))
			continue;
		found++;
		KUNIT_EXPECT_TRUE_MSG(test, listed(at),
				      "%s: %ps is not in mini/slot_list.h",
				      name, *at);
	}
	KUNIT_EXPECT_GT_MSG(test, found, 0, "%s: no code in it", name);
}

static void every_slot_is_listed(struct kunit *test)
{
	size_t i;

	check_table(test, "family", &mini_family_ops, sizeof(mini_family_ops));
	for (i = 0; i < mini_protosw_rows; i++) {
		check_table(test, "ops", mini_protosw[i].ops,
			    sizeof(*mini_protosw[i].ops));
		check_table(test, "prot", mini_protosw[i].prot,
			    sizeof(*mini_protosw[i].prot));
	}
	check_table(test, "hooks", mini_ip_hooks, sizeof(mini_ip_hooks));
	check_table(test, "253", &mini_ip_twin, sizeof(mini_ip_twin));
}

static void every_listed_slot_is_filled(struct kunit *test)
{
	int i;

	for (i = 0; i < __MINI_SLOT_MAX; i++)
		KUNIT_EXPECT_TRUE_MSG(test,
				      kernel_text_address((unsigned long)*mini_slots[i].at),
				      "%s.%s", mini_slots[i].table,
				      mini_slots[i].slot);
}

/* calls, each through the table, of a connection; most are refused at once */

static void create(struct mini_t *t)
{
	mini_family_ops.create(&init_net, t->sock, -1, 1);
}

static void bind(struct mini_t *t)
{
	t->sock->ops->bind(t->sock, NULL, 0);
}

static void connect(struct mini_t *t)
{
	t->sock->ops->connect(t->sock, NULL, 0, 0);
}

static void listen(struct mini_t *t)
{
	t->sock->ops->listen(t->sock, 1);
}

static void accept(struct mini_t *t)
{
	struct socket *child;

	kernel_accept(t->sock, &child, O_NONBLOCK);
}

static void setsockopt(struct mini_t *t)
{
	mini_t_set_tcp(t, 0, 0);
}

static void set_rcvlowat(struct mini_t *t)
{
	t->sock->ops->set_rcvlowat(t->sock->sk, 1);
}

static void poll(struct mini_t *t)
{
	mini_t_poll(t);
}

static void sendmsg(struct mini_t *t)
{
	mini_t_send_flags(t, 0, MSG_FASTOPEN);
}

MINI_IF_SENDPAGE(static void sendpage(struct mini_t *t)
{
	t->sock->ops->sendpage(t->sock, ZERO_PAGE(0), 0, 0, MSG_FASTOPEN);
})

static void recvmsg(struct mini_t *t)
{
	mini_t_recv(t, 1);
}

static void splice_read(struct mini_t *t)
{
	loff_t pos = 1;

	t->sock->ops->splice_read(t->sock, &pos, NULL, 0, 0);
}

static void ioctl(struct mini_t *t)
{
	t->sock->ops->ioctl(t->sock, SIOCPROTOPRIVATE, 0);
}

static void ops_shutdown(struct mini_t *t)
{
	t->sock->ops->shutdown(t->sock, -2);
}

/* release, close and destroy of a socket that was never used, and its init */
static void whole_life(struct mini_t *t)
{
	struct socket *sock;

	MINI_T_EQ(t, mini_t_socket(t, 0, &sock), 0);
	mini_t_release(&sock);
}

static void get_port(struct mini_t *t)
{
	struct socket *sock;
	struct sock *sk;

	/* not for the one that has a port: proto_ops keeps bind() from that */
	MINI_T_EQ(t, mini_t_socket(t, 0, &sock), 0);
	sk = sock->sk;
	lock_sock(sk);
	sk->sk_prot->get_port(sk, MINI_T_LPORT + 1);
	release_sock(sk);
	mini_t_release(&sock);
}

static void prot_connect(struct mini_t *t)
{
	t->sock->sk->sk_prot->connect(t->sock->sk, NULL, 0);
}

/* its tuple is in the table already */
static void hash(struct mini_t *t)
{
	t->sock->sk->sk_prot->hash(t->sock->sk);
}

static void getsockopt(struct mini_t *t)
{
	t->sock->sk->sk_prot->getsockopt(t->sock->sk, SOL_RAW, 0, NULL, NULL);
}

static void keepalive(struct mini_t *t)
{
	t->sock->sk->sk_prot->keepalive(t->sock->sk, 0);
}

static void memory_free(struct mini_t *t)
{
	t->sock->sk->sk_prot->stream_memory_free(t->sock->sk, 0);
}

static void backlog_rcv(struct mini_t *t)
{
	lock_sock(t->sock->sk);
	mini_t_rx(t, AT_NOW, SEG());
	release_sock(t->sock->sk);
}

static void release_cb(struct mini_t *t)
{
	lock_sock(t->sock->sk);
	release_sock(t->sock->sk);
}

static void pressure(struct mini_t *t)
{
	t->sock->sk->sk_prot->enter_memory_pressure(t->sock->sk);
	t->sock->sk->sk_prot->leave_memory_pressure(t->sock->sk);
}

static void prot_shutdown(struct mini_t *t)
{
	t->sock->sk->sk_prot->shutdown(t->sock->sk, 0);
}

/* of a listener, which goes out of its table */
static void disconnect(struct mini_t *t)
{
	struct socket *sock;

	MINI_T_EQ(t, mini_t_socket(t, 0, &sock), 0);
	MINI_T_EQ(t, kernel_listen(sock, 1), 0);
	mini_t_release(&sock);
}

/* An IP header of nobody's */
static struct sk_buff *packet(struct mini_t *t)
{
	struct sk_buff *skb = alloc_skb(sizeof(struct iphdr), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(t->test, skb);
	skb_put_zero(skb, sizeof(struct iphdr));
	skb_reset_network_header(skb);
	skb_reset_transport_header(skb);
	skb->dev = init_net.loopback_dev;
	skb->pkt_type = PACKET_OTHERHOST;
	return skb;
}

static void hooks(struct mini_t *t)
{
	struct nf_hook_state state = { .net = &init_net };
	struct sk_buff *skb = packet(t);
	int i;

	for (i = 0; i < MINI_IP_HOOKS; i++)
		MINI_T_EQ(t, mini_ip_hooks[i].hook(NULL, skb, &state),
			  NF_ACCEPT);
	kfree_skb(skb);
}

static void handler(struct mini_t *t)
{
	mini_ip_twin.handler(packet(t));
}

static void err_handler(struct mini_t *t)
{
	struct sk_buff *skb = packet(t);

	mini_ip_twin.err_handler(skb, 0);
	kfree_skb(skb);
}

#define CALL(_table, _slot, _call)	{ MINI_SLOT(_table, _slot), _call },

static const struct {
	enum mini_slot slot;
	void (*call)(struct mini_t *t);
} calls[] = {
	CALL(mini_family_ops, create, create)
	CALL(mini_stream_ops, bind, bind)
	CALL(mini_stream_ops, connect, connect)
	CALL(mini_stream_ops, listen, listen)
	CALL(mini_stream_ops, accept, accept)
	CALL(mini_stream_ops, setsockopt, setsockopt)
	CALL(mini_stream_ops, set_rcvlowat, set_rcvlowat)
	CALL(mini_stream_ops, poll, poll)
	CALL(mini_stream_ops, sendmsg, sendmsg)
	MINI_IF_SENDPAGE(CALL(mini_stream_ops, sendpage, sendpage))
	CALL(mini_stream_ops, recvmsg, recvmsg)
	CALL(mini_stream_ops, splice_read, splice_read)
	CALL(mini_stream_ops, ioctl, ioctl)
	CALL(mini_stream_ops, shutdown, ops_shutdown)
	CALL(mini_stream_ops, release, whole_life)
	CALL(mini_tcp_prot, init, whole_life)
	CALL(mini_tcp_prot, get_port, get_port)
	CALL(mini_tcp_prot, connect, prot_connect)
	CALL(mini_tcp_prot, hash, hash)
	CALL(mini_tcp_prot, accept, accept)
	CALL(mini_tcp_prot, setsockopt, setsockopt)
	CALL(mini_tcp_prot, getsockopt, getsockopt)
	CALL(mini_tcp_prot, keepalive, keepalive)
	CALL(mini_tcp_prot, sendmsg, sendmsg)
	CALL(mini_tcp_prot, stream_memory_free, memory_free)
	CALL(mini_tcp_prot, recvmsg, recvmsg)
	CALL(mini_tcp_prot, backlog_rcv, backlog_rcv)
	CALL(mini_tcp_prot, release_cb, release_cb)
	CALL(mini_tcp_prot, enter_memory_pressure, pressure)
	CALL(mini_tcp_prot, leave_memory_pressure, pressure)
	CALL(mini_tcp_prot, shutdown, prot_shutdown)
	CALL(mini_tcp_prot, disconnect, disconnect)
	CALL(mini_tcp_prot, unhash, disconnect)
	CALL(mini_tcp_prot, close, whole_life)
	CALL(mini_tcp_prot, destroy, whole_life)
	CALL(mini_ip_hooks, early, hooks)
	CALL(mini_ip_hooks, input, hooks)
	CALL(mini_ip_twin, handler, handler)
	CALL(mini_ip_twin, err_handler, err_handler)
};

/* the same of a datagram socket and of a tap, fresh ones */

static void sock_bind(struct socket *sock)
{
	sock->ops->bind(sock, NULL, 0);
}

static void sock_connect(struct socket *sock)
{
	sock->ops->connect(sock, NULL, 0, 0);
}

static void sock_getname(struct socket *sock)
{
	struct sockaddr_storage addr;

	sock->ops->getname(sock, (struct sockaddr *)&addr, 0);
}

static void sock_setopt(struct socket *sock)
{
	sock->ops->setsockopt(sock, SOL_TCP, 0, KERNEL_SOCKPTR(NULL), 0);
}

static void sock_getopt(struct socket *sock)
{
	sock->ops->getsockopt(sock, SOL_TCP, 0, NULL, NULL);
}

static void sock_sendmsg_empty(struct socket *sock)
{
	struct msghdr msg = { };

	sock->ops->sendmsg(sock, &msg, 0);
}

static void sock_recvmsg_now(struct socket *sock)
{
	struct msghdr msg = { };

	sock->ops->recvmsg(sock, &msg, 0, MSG_DONTWAIT);
}

static void sock_ioctl_none(struct socket *sock)
{
	sock->ops->ioctl(sock, SIOCPROTOPRIVATE, 0);
}

static void udp_bound(struct socket *sock)
{
	struct sockaddr_in any = { .sin_family = AF_INET };

	kernel_bind(sock, (struct mini_sockaddr *)&any, sizeof(any));
}

static void udp_connect(struct socket *sock)
{
	struct sock *sk = sock->sk;

	lock_sock(sk);
	sk->sk_prot->connect(sk, NULL, 0);
	release_sock(sk);
}

static void udp_disconnect(struct socket *sock)
{
	struct sock *sk = sock->sk;

	lock_sock(sk);
	sk->sk_prot->disconnect(sk, 0);
	release_sock(sk);
}

static void sock_whole_life(struct socket *sock)
{
	struct socket *other;

	if (sock_create_kern(&init_net, AF_MINI, sock->type,
			     0, &other))
		return;
	if (sock->type == SOCK_DGRAM)
		udp_bound(other);
	sock_release(other);
}

static const struct {
	enum mini_slot slot;
	int type;
	void (*call)(struct socket *sock);
} other_calls[] = {
#define DGRAM(_slot, _call)	{ MINI_SLOT(mini_dgram_ops, _slot), SOCK_DGRAM, _call },
#define UDP(_slot, _call)	{ MINI_SLOT(mini_udp_prot, _slot), SOCK_DGRAM, _call },
#define TAP(_slot, _call)	{ MINI_SLOT(mini_packet_ops, _slot), SOCK_RAW, _call },
	DGRAM(bind, sock_bind)
	DGRAM(connect, sock_connect)
	DGRAM(setsockopt, sock_setopt)
	DGRAM(sendmsg, sock_sendmsg_empty)
	DGRAM(recvmsg, sock_recvmsg_now)
	DGRAM(ioctl, sock_ioctl_none)
	DGRAM(release, sock_whole_life)
	UDP(init, sock_whole_life)
	UDP(get_port, udp_bound)
	UDP(connect, udp_connect)
	UDP(setsockopt, sock_setopt)
	UDP(getsockopt, sock_getopt)
	UDP(sendmsg, sock_sendmsg_empty)
	UDP(recvmsg, sock_recvmsg_now)
	UDP(disconnect, udp_disconnect)
	UDP(close, sock_whole_life)
	UDP(unhash, sock_whole_life)
	TAP(bind, sock_bind)
	TAP(getname, sock_getname)
	TAP(setsockopt, sock_setopt)
	TAP(getsockopt, sock_getopt)
	TAP(sendmsg, sock_sendmsg_empty)
	TAP(recvmsg, sock_recvmsg_now)
	TAP(ioctl, sock_ioctl_none)
	TAP(release, sock_whole_life)
	{ MINI_SLOT(mini_packet_prot, init), SOCK_RAW, sock_whole_life },
};

/* What a call through slot @slot of @mn's tables has added to its count */
static void expect_one_more(struct kunit *test, struct mini_net *mn,
			    enum mini_slot slot, unsigned long before)
{
	KUNIT_EXPECT_EQ_MSG(test, before + 1, mini_calls_sum(mn, slot), "%s",
			    mini_slot_name(slot));
}

static void call_others(struct kunit *test, struct mini_net *mn, bool *called)
{
	struct socket *sock;
	unsigned long before;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(other_calls); i++) {
		KUNIT_ASSERT_EQ(test, 0,
				sock_create_kern(&init_net, AF_MINI,
						 other_calls[i].type, 0,
						 &sock));
		called[other_calls[i].slot] = true;
		before = mini_calls_sum(mn, other_calls[i].slot);
		other_calls[i].call(sock);
		expect_one_more(test, mn, other_calls[i].slot, before);
		sock_release(sock);
	}
}

/* One call by the table is one call in the count, and none of another's */
static void every_slot_counts(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	bool called[__MINI_SLOT_MAX] = { };
	unsigned long before;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		called[calls[i].slot] = true;
		before = mini_calls_sum(t->mn, calls[i].slot);
		calls[i].call(t);
		expect_one_more(test, t->mn, calls[i].slot, before);
	}
	call_others(test, t->mn, called);
	for (i = 0; i < __MINI_SLOT_MAX; i++)
		KUNIT_EXPECT_TRUE_MSG(test, called[i] || !mini_slots[i].counts,
				      "nobody here calls %s",
				      mini_slot_name(i));
	mini_t_drain(t);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_slot_is_listed),
	KUNIT_CASE(every_listed_slot_is_filled),
	KUNIT_CASE(every_slot_counts),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_slots",
	.test_cases = cases,
};

kunit_test_suites(&suite);
