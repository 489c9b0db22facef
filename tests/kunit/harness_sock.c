// SPDX-License-Identifier: GPL-2.0-only
/* The user's side, through the real socket layer; and a builder per state */
#include <linux/in.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include "harness.h"

/**
 * mini_t_track() - have a socket checked when the world ends
 * @t: world
 * @sk: socket
 */
void mini_t_track(struct mini_t *t, struct sock *sk)
{
	KUNIT_ASSERT_LT(t->test, t->nr_sk, MINI_T_SOCKS);
	sock_hold(sk);
	t->sk[t->nr_sk++] = sk;
}

/**
 * mini_t_socket() - socket(2)
 * @t: world
 * @protocol: 0, IPPROTO_TCP or IPPROTO_MINI
 * @sock: where to put it
 *
 * Return: 0 or errno.
 */
int mini_t_socket(struct mini_t *t, int protocol, struct socket **sock)
{
	int err = sock_create_kern(&init_net, PF_MINI, SOCK_STREAM, protocol,
				   sock);

	if (err)
		*sock = NULL;
	else
		mini_t_track(t, (*sock)->sk);
	return err;
}

static struct sockaddr_in mini_t_sin(u32 addr, u16 port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(addr),
		.sin_port = htons(port),
	};
}

/**
 * mini_t_bind() - bind(2)
 * @sock: socket
 * @addr: host order
 * @port: host order
 *
 * Return: 0 or errno.
 */
int mini_t_bind(struct socket *sock, u32 addr, u16 port)
{
	struct sockaddr_in sin = mini_t_sin(addr, port);

	return kernel_bind(sock, (struct sockaddr *)&sin, sizeof(sin));
}

/* The socket that a call of the user's goes to */
static struct socket *mini_t_user(struct mini_t *t)
{
	return t->sock ? t->sock : t->listener;
}

/**
 * mini_t_connect() - connect(2) to the peer, not blocking
 * @t: world
 *
 * Return: 0 or errno.
 */
int mini_t_connect(struct mini_t *t)
{
	struct sockaddr_in sin = mini_t_sin(MINI_T_RADDR, MINI_T_RPORT);

	return kernel_connect(mini_t_user(t), (struct sockaddr *)&sin,
			      sizeof(sin), O_NONBLOCK);
}

/**
 * mini_t_accept() - accept(2) of the connection, not blocking
 * @t: world
 *
 * Return: 0 with @t->sock set, or errno.
 */
int mini_t_accept(struct mini_t *t)
{
	struct socket *sock;
	int err = kernel_accept(t->listener, &sock, O_NONBLOCK);

	if (err)
		return err;
	mini_t_track(t, sock->sk);
	mini_t_release(&t->sock);
	t->sock = sock;
	return 0;
}

static u8 *mini_t_buf(struct mini_t *t, u32 len)
{
	u8 *buf = kvmalloc(len + 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(t->test, buf);
	return buf;
}

/**
 * mini_t_send_flags() - send(2), not blocking, of the next octets
 * @t: world
 * @len: how many
 * @flags: MSG_*
 *
 * Return: octets taken, or errno.
 */
int mini_t_send_flags(struct mini_t *t, u32 len, int flags)
{
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL | flags };
	u8 *buf = mini_t_buf(t, len);
	struct kvec vec = { .iov_base = buf, .iov_len = len };
	int ret;
	u32 i;

	for (i = 0; i < len; i++)
		buf[i] = mini_t_octet(t->tx_off + i);
	ret = kernel_sendmsg(mini_t_user(t), &msg, &vec, 1, len);
	if (ret > 0)
		t->tx_off += ret;
	kvfree(buf);
	return ret;
}

/**
 * mini_t_send() - send(2), not blocking, of the next octets
 * @t: world
 * @len: how many
 *
 * Return: octets taken, or errno.
 */
int mini_t_send(struct mini_t *t, u32 len)
{
	return mini_t_send_flags(t, len, 0);
}

/* Every octet that the user gets must be the one that the peer sent there */
static void mini_t_check_read(struct mini_t *t, const u8 *buf, int len)
{
	int i;

	for (i = 0; i < len; i++) {
		if (buf[i] == mini_t_octet(t->rx_off + i))
			continue;
		mini_t_fail(t, "octet %u of the stream is wrong",
			    t->rx_off + i);
		return;
	}
}

/**
 * mini_t_recv_flags() - recv(2), not blocking; the octets are checked
 * @t: world
 * @len: room
 * @flags: MSG_*
 *
 * Return: octets read, 0 at the end of the stream, or errno.
 */
int mini_t_recv_flags(struct mini_t *t, u32 len, int flags)
{
	struct msghdr msg = { };
	u8 *buf = mini_t_buf(t, len);
	struct kvec vec = { .iov_base = buf, .iov_len = len };
	int ret;

	ret = kernel_recvmsg(mini_t_user(t), &msg, &vec, 1, len,
			     MSG_DONTWAIT | flags);
	mini_t_check_read(t, buf, ret);
	if (ret > 0 && !(flags & MSG_PEEK))
		t->rx_off += ret;
	kvfree(buf);
	return ret;
}

/**
 * mini_t_recv() - recv(2), not blocking; the octets are checked
 * @t: world
 * @len: room
 *
 * Return: octets read, 0 at the end of the stream, or errno.
 */
int mini_t_recv(struct mini_t *t, u32 len)
{
	return mini_t_recv_flags(t, len, 0);
}

/**
 * mini_t_shutdown() - shutdown(2)
 * @t: world
 * @how: SHUT_RD, SHUT_WR, SHUT_RDWR
 *
 * Return: 0 or errno.
 */
int mini_t_shutdown(struct mini_t *t, int how)
{
	return kernel_sock_shutdown(mini_t_user(t), how);
}

/**
 * mini_t_release() - close(2) of any socket
 * @sock: where it is; NULL afterwards
 */
void mini_t_release(struct socket **sock)
{
	if (*sock)
		sock_release(*sock);
	*sock = NULL;
}

/**
 * mini_t_close() - close(2)
 * @t: world
 *
 * Return: 0.
 */
int mini_t_close(struct mini_t *t)
{
	mini_t_release(t->sock ? &t->sock : &t->listener);
	return 0;
}

/**
 * mini_t_abort() - close(2) with SO_LINGER of zero
 * @t: world
 *
 * Return: 0.
 */
int mini_t_abort(struct mini_t *t)
{
	sock_no_linger(mini_t_user(t)->sk);
	return mini_t_close(t);
}

/**
 * mini_t_set_tcp() - setsockopt(2) at level SOL_TCP
 * @t: world
 * @name: TCP_*
 * @value: of the option
 *
 * Return: 0 or errno.
 */
int mini_t_set_tcp(struct mini_t *t, int name, int value)
{
	struct socket *sock = mini_t_user(t);

	return sock->ops->setsockopt(sock, SOL_TCP, name,
				     KERNEL_SOCKPTR(&value), sizeof(value));
}

/**
 * mini_t_info() - TCP_INFO of the connection's socket
 * @t: world
 */
struct tcp_info mini_t_info(struct mini_t *t)
{
	struct tcp_info info;

	lock_sock(t->sock->sk);
	mini_get_info(t->sock->sk, &info);
	release_sock(t->sock->sk);
	return info;
}

/**
 * mini_t_poll() - poll(2) of the connection's socket
 * @t: world
 *
 * Return: EPOLL*.
 */
__poll_t mini_t_poll(struct mini_t *t)
{
	struct socket *sock = mini_t_user(t);

	return sock->ops->poll(NULL, sock, NULL);
}

/* builders */

static void mini_t_ok(struct mini_t *t, bool ok, const char *what)
{
	if (ok)
		return;
	mini_t_fail(t, "the builder failed: %s", what);
	KUNIT_ASSERT_TRUE_MSG(t->test, ok, "%s", what);
}

/* A builder is done when the connection is where it should be */
static void mini_t_built(struct mini_t *t, int state)
{
	mini_t_ok(t, mini_t_state(t) == state, mini_t_state_name(state));
	mini_t_ok(t, !mini_t_pending(t), "nothing more was sent");
	mini_t_zero(t);
}

static void mini_t_expect(struct mini_t *t, struct mini_t_seg seg)
{
	mini_t_ok(t, mini_t_expect_tx(t, seg), "what was sent");
}

static void mini_t_open(struct mini_t *t, struct socket **sock)
{
	int protocol = t->tuple.wire;

	mini_t_ok(t, !mini_t_socket(t, protocol, sock), "socket");
	sock_set_reuseaddr((*sock)->sk);
	mini_t_ok(t, !mini_t_bind(*sock, MINI_T_LADDR, MINI_T_LPORT), "bind");
}

/**
 * mini_t_to_listen() - open a listener
 * @t: world
 * @backlog: for listen(2)
 */
void mini_t_to_listen(struct mini_t *t, int backlog)
{
	mini_t_open(t, &t->listener);
	mini_t_ok(t, !kernel_listen(t->listener, backlog), "listen");
	mini_t_built(t, TCP_LISTEN);
}

/* ECN in the handshakes: our SYN asks for it as the namespace says */
static u16 mini_t_our_syn(const struct mini_t *t)
{
	return t->mn->sysctl.ecn == MINI_ECN_REQUEST ?
	       MINI_SYN | MINI_ECE | MINI_CWR : MINI_SYN;
}

static u16 mini_t_our_syn_ack(const struct mini_t *t)
{
	return t->peer_ecn && t->mn->sysctl.ecn != MINI_ECN_OFF ?
	       MINI_SYN | MINI_ACK | MINI_ECE : MINI_SYN | MINI_ACK;
}

static u16 mini_t_peer_syn(const struct mini_t *t)
{
	return t->peer_ecn ? MINI_SYN | MINI_ECE | MINI_CWR : MINI_SYN;
}

/**
 * mini_t_to_syn_sent() - connect()
 * @t: world
 */
void mini_t_to_syn_sent(struct mini_t *t)
{
	mini_t_open(t, &t->sock);
	mini_t_ok(t, mini_t_connect(t) == -EINPROGRESS, "connect");
	mini_t_expect(t, SEG(.flags = mini_t_our_syn(t)));
	mini_t_built(t, TCP_SYN_SENT);
}

/**
 * mini_t_to_syn_rcvd_passive() - the peer's SYN, our SYN,ACK
 * @t: world, with a listener or without
 */
void mini_t_to_syn_rcvd_passive(struct mini_t *t)
{
	if (!t->listener)
		mini_t_to_listen(t, 8);
	mini_t_rx(t, AT_NOW, SEG(.flags = mini_t_peer_syn(t)));
	mini_t_expect(t, SEG(.flags = mini_t_our_syn_ack(t), .ack = 1));
	mini_t_built(t, TCP_SYN_RECV);
}

/**
 * mini_t_to_established() - the handshake of connect()
 * @t: world
 */
void mini_t_to_established(struct mini_t *t)
{
	mini_t_to_syn_sent(t);
	mini_t_rx(t, AT_MS(t->rtt_ms), SEG(.flags = MINI_SYN | MINI_ACK |
						  (t->peer_ecn ? MINI_ECE : 0)));
	mini_t_expect(t, SEG(.ack = 1));
	/* the second call collects the result */
	mini_t_ok(t, !mini_t_connect(t), "connect again");
	mini_t_built(t, TCP_ESTABLISHED);
}

/**
 * mini_t_to_established_passive() - the handshake of accept()
 * @t: world, with a listener or without
 */
void mini_t_to_established_passive(struct mini_t *t)
{
	mini_t_to_syn_rcvd_passive(t);
	mini_t_rx(t, AT_MS(t->rtt_ms), SEG());
	mini_t_ok(t, !mini_t_accept(t), "accept");
	mini_t_built(t, TCP_ESTABLISHED);
}

/**
 * mini_t_to_fin_wait1() - we close first
 * @t: world with an established connection
 */
void mini_t_to_fin_wait1(struct mini_t *t)
{
	mini_t_ok(t, !mini_t_shutdown(t, SHUT_WR), "shutdown");
	mini_t_expect(t, SEG(.flags = MINI_FIN | MINI_ACK));
	mini_t_built(t, TCP_FIN_WAIT1);
}

/**
 * mini_t_to_fin_wait2() - and the peer ACKs that
 * @t: world in FIN-WAIT-1
 */
void mini_t_to_fin_wait2(struct mini_t *t)
{
	mini_t_rx(t, AT_MS(t->rtt_ms), SEG());
	mini_t_built(t, TCP_FIN_WAIT2);
}

/**
 * mini_t_to_close_wait() - the peer closes first
 * @t: world with an established connection
 */
void mini_t_to_close_wait(struct mini_t *t)
{
	mini_t_rx(t, AT_MS(t->rtt_ms), SEG(.flags = MINI_FIN | MINI_ACK));
	mini_t_expect(t, SEG(.ack = 1));
	mini_t_built(t, TCP_CLOSE_WAIT);
}

/**
 * mini_t_to_time_wait() - and the peer closes second
 * @t: world in FIN-WAIT-2
 */
void mini_t_to_time_wait(struct mini_t *t)
{
	mini_t_rx(t, AT_MS(t->rtt_ms), SEG(.flags = MINI_FIN | MINI_ACK));
	mini_t_expect(t, SEG(.ack = 1));
	mini_t_built(t, TCP_TIME_WAIT);
}

/**
 * mini_t_closed() - a bound socket, and no connection
 * @test: the case
 *
 * Return: the world.
 */
struct mini_t *mini_t_closed(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	mini_t_open(t, &t->sock);
	mini_t_built(t, TCP_CLOSE);
	return t;
}

/**
 * mini_t_listen() - LISTEN
 * @test: the case
 *
 * Return: the world.
 */
struct mini_t *mini_t_listen(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	mini_t_to_listen(t, 8);
	return t;
}

/**
 * mini_t_syn_sent() - SYN-SENT
 * @test: the case
 *
 * Return: the world.
 */
struct mini_t *mini_t_syn_sent(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	mini_t_to_syn_sent(t);
	return t;
}

/**
 * mini_t_syn_rcvd_passive() - SYN-RECEIVED, on the way from LISTEN
 * @test: the case
 *
 * Return: the world.
 */
struct mini_t *mini_t_syn_rcvd_passive(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	mini_t_to_syn_rcvd_passive(t);
	return t;
}

/**
 * mini_t_syn_rcvd_active() - SYN-RECEIVED, by simultaneous open
 * @test: the case
 *
 * Return: the world.
 */
struct mini_t *mini_t_syn_rcvd_active(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_sent(test);

	mini_t_rx(t, AT_MS(t->rtt_ms), SEG(.flags = MINI_SYN));
	mini_t_expect(t, SEG(.flags = MINI_SYN | MINI_ACK, .seq = -1,
			     .ack = 1));
	mini_t_built(t, TCP_SYN_RECV);
	return t;
}

/**
 * mini_t_established() - ESTABLISHED, after connect()
 * @test: the case
 *
 * Return: the world.
 */
struct mini_t *mini_t_established(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	mini_t_to_established(t);
	return t;
}

/**
 * mini_t_established_passive() - ESTABLISHED, after accept()
 * @test: the case
 *
 * Return: the world.
 */
struct mini_t *mini_t_established_passive(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	mini_t_to_established_passive(t);
	return t;
}

/**
 * mini_t_fin_wait1() - FIN-WAIT-1, by shutdown(SHUT_WR): the user still reads
 * @test: the case
 *
 * Return: the world.
 */
struct mini_t *mini_t_fin_wait1(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_to_fin_wait1(t);
	return t;
}

/**
 * mini_t_fin_wait2() - FIN-WAIT-2
 * @test: the case
 *
 * Return: the world.
 */
struct mini_t *mini_t_fin_wait2(struct kunit *test)
{
	struct mini_t *t = mini_t_fin_wait1(test);

	mini_t_to_fin_wait2(t);
	return t;
}

/**
 * mini_t_close_wait() - CLOSE-WAIT
 * @test: the case
 *
 * Return: the world.
 */
struct mini_t *mini_t_close_wait(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_to_close_wait(t);
	return t;
}

/**
 * mini_t_closing() - CLOSING: both closed at once
 * @test: the case
 *
 * Return: the world.
 */
struct mini_t *mini_t_closing(struct kunit *test)
{
	struct mini_t *t = mini_t_fin_wait1(test);

	mini_t_rx(t, AT_MS(t->rtt_ms),
		  SEG(.flags = MINI_FIN | MINI_ACK, .ack = -1));
	mini_t_expect(t, SEG(.ack = 1));
	mini_t_built(t, TCP_CLOSING);
	return t;
}

/**
 * mini_t_last_ack() - LAST-ACK
 * @test: the case
 *
 * Return: the world.
 */
struct mini_t *mini_t_last_ack(struct kunit *test)
{
	struct mini_t *t = mini_t_close_wait(test);

	mini_t_ok(t, !mini_t_shutdown(t, SHUT_WR), "shutdown");
	mini_t_expect(t, SEG(.flags = MINI_FIN | MINI_ACK));
	mini_t_built(t, TCP_LAST_ACK);
	return t;
}

/**
 * mini_t_time_wait() - TIME-WAIT after connect(): nobody listens there
 * @test: the case
 *
 * Return: the world.
 */
struct mini_t *mini_t_time_wait(struct kunit *test)
{
	struct mini_t *t = mini_t_fin_wait2(test);

	mini_t_to_time_wait(t);
	return t;
}

/**
 * mini_t_time_wait_listen() - TIME-WAIT after accept(): the listener lives
 * @test: the case
 *
 * Return: the world.
 */
struct mini_t *mini_t_time_wait_listen(struct kunit *test)
{
	struct mini_t *t = mini_t_established_passive(test);

	mini_t_to_fin_wait1(t);
	mini_t_to_fin_wait2(t);
	mini_t_to_time_wait(t);
	return t;
}
