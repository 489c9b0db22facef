// SPDX-License-Identifier: GPL-2.0-only
/*
 * The socket layer: what mini_stream_ops points to. SS_* states, addresses
 * from the user, blocking and signals are seen to here; what TCP does about
 * it is behind sk->sk_prot (mini_tcp.c).
 */
#include <linux/capability.h>
#include <linux/errqueue.h>
#include <linux/in.h>
#include <linux/sockios.h>
#include <asm/ioctls.h>
#include <net/inet_common.h>
#include <net/ip.h>
#include <net/sock.h>
#include <mini/call.h>
#include <mini/ip.h>
#include <mini/stream.h>
#include <mini/tcp.h>

/**
 * mini_sock_release() - the last file of a stream or datagram socket is closed
 * @sock: socket, with its struct sock
 */
void mini_sock_release(struct socket *sock)
{
	struct sock *sk = sock->sk;
	long timeout = 0;

	if (sock_flag(sk, SOCK_LINGER) && !(current->flags & PF_EXITING))
		timeout = sk->sk_lingertime;
	sk->sk_prot->close(sk, timeout);
	sock->sk = NULL;
}

/**
 * mini_stream_release() - the last file is closed
 * @sock: socket
 *
 * Return: 0.
 */
int mini_stream_release(struct socket *sock)
{
	if (sock->sk) {
		MINI_TCP_CALL(sock->sk, mini_stream_ops, release);
		mini_sock_release(sock);
	}
	return 0;
}

/* What bind() wants to know of an address before it asks for the port */
static int mini_bind_check(struct sock *sk, const struct sockaddr_in *in,
			   int len)
{
	struct net *net = sock_net(sk);
	u16 num;

	if (len < (int)sizeof(*in))
		return -EINVAL;
	num = ntohs(in->sin_port);
	/* AF_UNSPEC with the wildcard is bind(2)'s oldest tolerance */
	if (in->sin_family != AF_INET && in->sin_family != sk->sk_family &&
	    !(in->sin_family == AF_UNSPEC && !in->sin_addr.s_addr))
		return -EAFNOSUPPORT;
	if (num && inet_port_requires_bind_service(net, num) &&
	    !ns_capable(net->user_ns, CAP_NET_BIND_SERVICE))
		return -EACCES;
	return 0;
}

static int mini_bind_port(struct sock *sk, u16 num)
{
	if (num || !inet_test_bit(BIND_ADDRESS_NO_PORT, sk))
		return sk->sk_prot->get_port(sk, num);
	if (!mini_ip_may_bind(sk, inet_sk(sk)->inet_rcv_saddr))
		return -EADDRNOTAVAIL;
	mini_tcp_set_address(sk);
	return 0;
}

/**
 * mini_sock_bind() - bind(2) of stream and datagram sockets
 * @sock: socket
 * @addr: struct sockaddr_in of AF_INET or of this family
 * @len: octets of it
 *
 * Return: 0 or an errno.
 */
int mini_sock_bind(struct socket *sock, struct mini_sockaddr *addr, int len)
{
	struct sockaddr_in *in = (struct sockaddr_in *)addr;
	struct sock *sk = sock->sk;
	struct inet_sock *inet = inet_sk(sk);
	int err;

	err = mini_bind_check(sk, in, len);
	if (err)
		return err;
	lock_sock(sk);
	err = -EINVAL;
	if (sk->sk_state != TCP_CLOSE || inet->inet_num)
		goto out;
	inet->inet_rcv_saddr = in->sin_addr.s_addr;
	err = mini_bind_port(sk, ntohs(in->sin_port));
	if (err) {
		inet->inet_rcv_saddr = 0;
		goto out;
	}
	if (in->sin_addr.s_addr)
		sk->sk_userlocks |= SOCK_BINDADDR_LOCK;
	if (in->sin_port)
		sk->sk_userlocks |= SOCK_BINDPORT_LOCK;
	sk_dst_reset(sk);
out:
	release_sock(sk);
	return err;
}

/**
 * mini_stream_bind() - bind(2)
 * @sock: socket
 * @addr: struct sockaddr_in of AF_INET or of this family
 * @len: octets of it
 *
 * Return: 0 or an errno.
 */
int mini_stream_bind(struct socket *sock, struct mini_sockaddr *addr, int len)
{
	MINI_TCP_CALL(sock->sk, mini_stream_ops, bind);
	return mini_sock_bind(sock, addr, len);
}

static bool mini_opening(const struct sock *sk)
{
	return (1 << sk->sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV);
}

/* Wait for the handshake; jiffies that are left, 0 when time is up */
static long mini_connect_wait(struct sock *sk, long timeo)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);

	add_wait_queue(sk_sleep(sk), &wait);
	while (mini_opening(sk)) {
		release_sock(sk);
		timeo = wait_woken(&wait, TASK_INTERRUPTIBLE, timeo);
		lock_sock(sk);
		if (signal_pending(current) || !timeo)
			break;
	}
	remove_wait_queue(sk_sleep(sk), &wait);
	return timeo;
}

/* connect() to AF_UNSPEC, or a connect() that came to nothing */
static void mini_dissolve(struct socket *sock)
{
	struct sock *sk = sock->sk;

	sock->state = sk->sk_prot->disconnect(sk, 0) ? SS_DISCONNECTING :
						       SS_UNCONNECTED;
}

/* Have the SYN sent, unless it has been; 0 when the call may go on */
static int mini_connect_start(struct socket *sock, struct mini_sockaddr *addr,
			      int len)
{
	struct sock *sk = sock->sk;
	int err;

	switch (sock->state) {
	case SS_CONNECTED:
		return -EISCONN;
	case SS_CONNECTING:
		return 0;
	case SS_UNCONNECTED:
		if (sk->sk_state != TCP_CLOSE)
			return -EISCONN;
		err = sk->sk_prot->connect(sk, (void *)addr, len);
		if (!err)
			sock->state = SS_CONNECTING;
		return err;
	default:
		return -EINVAL;
	}
}

static int mini_connect_finish(struct socket *sock, int busy, long timeo)
{
	struct sock *sk = sock->sk;
	int err;

	if (mini_opening(sk)) {
		if (!timeo)
			return busy;
		timeo = mini_connect_wait(sk, timeo);
		if (!timeo && mini_opening(sk))
			return busy;
		if (mini_opening(sk) && signal_pending(current))
			return sock_intr_errno(timeo);
	}
	/* refused, reset or timed out */
	if (sk->sk_state == TCP_CLOSE) {
		err = sock_error(sk) ?: -ECONNABORTED;
		mini_dissolve(sock);
		return err;
	}
	sock->state = SS_CONNECTED;
	return 0;
}

/**
 * mini_stream_connect() - connect(2)
 * @sock: socket
 * @addr: struct sockaddr_in, or any sockaddr of AF_UNSPEC to dissolve
 * @len: octets of it
 * @flags: O_NONBLOCK
 *
 * Return: 0 or an errno.
 */
int mini_stream_connect(struct socket *sock, struct mini_sockaddr *addr, int len,
			int flags)
{
	struct sock *sk = sock->sk;
	int err, busy;

	MINI_TCP_CALL(sk, mini_stream_ops, connect);
	if (len < (int)sizeof(sa_family_t))
		return -EINVAL;
	lock_sock(sk);
	if (((struct sockaddr *)addr)->sa_family == AF_UNSPEC) {
		mini_dissolve(sock);
		err = 0;
	} else {
		busy = sock->state == SS_CONNECTING ? -EALREADY : -EINPROGRESS;
		err = mini_connect_start(sock, addr, len);
		if (!err)
			err = mini_connect_finish(sock, busy,
						  sock_sndtimeo(sk, flags &
								O_NONBLOCK));
	}
	release_sock(sk);
	return err;
}

/**
 * mini_stream_accept() - accept(2)
 * @sock: listener
 * @newsock: gets the connection
 * @arg: flags
 *
 * Return: 0 or an errno.
 */
int mini_stream_accept(struct socket *sock, struct socket *newsock,
		       struct proto_accept_arg *arg)
{
	struct sock *child;

	MINI_TCP_CALL(sock->sk, mini_stream_ops, accept);
	child = mini_call_accept(sock->sk, arg);
	if (!child)
		return arg->err;
	lock_sock(child);
	sock_graft(child, newsock);
	mini_sock_custom_sockopt(newsock);
	newsock->state = SS_CONNECTED;
	release_sock(child);
	return 0;
}

/**
 * mini_stream_listen() - listen(2)
 * @sock: socket; again on a listener changes the backlog
 * @backlog: connections that may wait
 *
 * Return: 0 or an errno.
 */
int mini_stream_listen(struct socket *sock, int backlog)
{
	struct sock *sk = sock->sk;
	int err = -EINVAL;

	MINI_TCP_CALL(sk, mini_stream_ops, listen);
	lock_sock(sk);
	if (sock->state != SS_UNCONNECTED ||
	    !((1 << sk->sk_state) & (TCPF_CLOSE | TCPF_LISTEN)))
		goto out;
	WRITE_ONCE(sk->sk_max_ack_backlog, backlog);
	err = 0;
	if (sk->sk_state == TCP_LISTEN)
		goto out;
	if (!inet_sk(sk)->inet_num)
		err = sk->sk_prot->get_port(sk, 0);
	if (!err)
		err = mini_tcp_listen(sk);
out:
	release_sock(sk);
	return err;
}

/* shutdown() by state; @how is a mask of RCV_SHUTDOWN and SEND_SHUTDOWN */
static int mini_shutdown_locked(struct socket *sock, int how)
{
	struct sock *sk = sock->sk;
	int err = 0;

	if (sock->state == SS_CONNECTING)
		sock->state = mini_opening(sk) || sk->sk_state == TCP_CLOSE ?
			SS_DISCONNECTING : SS_CONNECTED;
	switch (sk->sk_state) {
	case TCP_LISTEN:
		if (!(how & RCV_SHUTDOWN))
			break;
		fallthrough;
	case TCP_SYN_SENT:
		mini_dissolve(sock);
		break;
	case TCP_CLOSE:
		err = -ENOTCONN;
		fallthrough;
	default:
		sk->sk_shutdown |= how;
		sk->sk_prot->shutdown(sk, how);
		break;
	}
	/* whoever sleeps on the socket has to look again */
	sk->sk_state_change(sk);
	return err;
}

/**
 * mini_stream_shutdown() - shutdown(2)
 * @sock: socket
 * @how: SHUT_RD, SHUT_WR, SHUT_RDWR
 *
 * Return: 0 or an errno.
 */
int mini_stream_shutdown(struct socket *sock, int how)
{
	struct sock *sk = sock->sk;
	int err;

	MINI_TCP_CALL(sk, mini_stream_ops, shutdown);
	how++;	/* SHUT_* count from 0, the mask from 1 */
	if (how < 1 || how & ~SHUTDOWN_MASK)
		return -EINVAL;
	lock_sock(sk);
	err = mini_shutdown_locked(sock, how);
	release_sock(sk);
	return err;
}

/* EPOLLOUT, or the mark that asks mini_write_space() for it later */
static __poll_t mini_poll_out(struct sock *sk)
{
	if (READ_ONCE(sk->sk_shutdown) & SEND_SHUTDOWN || mini_stream_writeable(sk))
		return EPOLLOUT | EPOLLWRNORM;
	sk_set_bit(SOCKWQ_ASYNC_NOSPACE, sk);
	set_bit(SOCK_NOSPACE, &sk->sk_socket->flags);
	/* room may have come before the mark was seen: look once more */
	smp_mb__after_atomic();
	return mini_stream_writeable(sk) ? EPOLLOUT | EPOLLWRNORM : 0;
}

static __poll_t mini_poll_data(struct sock *sk)
{
	const struct mini_sock *msk = mini_sk(sk);
	int want = sock_rcvlowat(sk, 0, INT_MAX);
	__poll_t mask = mini_poll_out(sk);

	/* an octet out of band at the mark is not for read() */
	if (mini_urgent_at(msk, READ_ONCE(msk->rcv.copied)) &&
	    !sock_flag(sk, SOCK_URGINLINE))
		want++;
	if (mini_tcp_readable(sk, want))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (READ_ONCE(msk->rcv.urgent) == MINI_URGENT_HERE)
		mask |= EPOLLPRI;
	return mask;
}

/**
 * mini_stream_poll() - poll(2), select(2), epoll(7)
 * @file: file
 * @sock: socket
 * @wait: where the caller sleeps
 *
 * Return: the mask of what is so now, without taking the socket lock.
 */
__poll_t mini_stream_poll(struct file *file, struct socket *sock,
			  struct poll_table_struct *wait)
{
	struct sock *sk = sock->sk;
	__poll_t mask = 0;
	u8 shutdown;
	int state;

	MINI_TCP_CALL(sk, mini_stream_ops, poll);
	sock_poll_wait(file, sock, wait);
	state = inet_sk_state_load(sk);
	if (state == TCP_LISTEN)
		return mini_listen_ready(sk) ? EPOLLIN | EPOLLRDNORM : 0;

	shutdown = READ_ONCE(sk->sk_shutdown);
	if (shutdown == SHUTDOWN_MASK || state == TCP_CLOSE)
		mask |= EPOLLHUP;
	if (shutdown & RCV_SHUTDOWN)
		mask |= EPOLLIN | EPOLLRDNORM | EPOLLRDHUP;
	if (state != TCP_SYN_SENT && state != TCP_SYN_RECV)
		mask |= mini_poll_data(sk);
	smp_rmb();	/* pairs with sk_error_report(): state before error */
	if (READ_ONCE(sk->sk_err) ||
	    !skb_queue_empty_lockless(&sk->sk_error_queue))
		mask |= EPOLLERR;
	return mask;
}

/**
 * mini_stream_set_rcvlowat() - SO_RCVLOWAT
 * @sk: socket, owned
 * @val: octets; a reader that waits for more may have enough now
 *
 * Return: 0.
 */
int mini_stream_set_rcvlowat(struct sock *sk, int val)
{
	const struct mini_net *mn = mini_sk(sk)->mn;
	bool locked = sk->sk_userlocks & SOCK_RCVBUF_LOCK;

	MINI_TCP_CALL(sk, mini_stream_ops, set_rcvlowat);
	/* half of the buffer is window: more than that would never come */
	val = min(val, (locked ? sk->sk_rcvbuf : mn->sysctl.rmem[2]) / 2);
	WRITE_ONCE(sk->sk_rcvlowat, val ?: 1);
	if (!locked && val > sk->sk_rcvbuf / 2)
		WRITE_ONCE(sk->sk_rcvbuf, 2 * val);
	if (mini_tcp_readable(sk, READ_ONCE(sk->sk_rcvlowat)))
		sk->sk_data_ready(sk);
	return 0;
}

/* The numbers of tcp(7)'s ioctls */
static int mini_queue_length(struct sock *sk, unsigned int cmd)
{
	const struct mini_sock *msk = mini_sk(sk);

	if (sk->sk_state == TCP_LISTEN)
		return -EINVAL;
	if (mini_opening(sk))
		return 0;
	switch (cmd) {
	case SIOCINQ:
		return mini_urgent_inq(sk);
	case SIOCOUTQ:
		return msk->snd.write - msk->snd.una;
	default:
		return msk->snd.write - msk->snd.nxt;
	}
}

/**
 * mini_stream_ioctl() - ioctl(2)
 * @sock: socket
 * @cmd: SIOCINQ, SIOCOUTQ, SIOCOUTQNSD, SIOCATMARK; others are inet's
 * @arg: where the int goes
 *
 * Return: 0 or an errno.
 */
int mini_stream_ioctl(struct socket *sock, unsigned int cmd,
		      unsigned long arg)
{
	struct sock *sk = sock->sk;
	const struct mini_sock *msk = mini_sk(sk);
	int answer;

	MINI_TCP_CALL(sk, mini_stream_ops, ioctl);
	switch (cmd) {
	case SIOCINQ:
	case SIOCOUTQ:
	case SIOCOUTQNSD:
		lock_sock(sk);
		answer = mini_queue_length(sk, cmd);
		release_sock(sk);
		break;
	case SIOCATMARK:
		answer = mini_urgent_at(msk, READ_ONCE(msk->rcv.copied));
		break;
	default:
		return inet_ioctl(sock, cmd, arg);
	}
	return answer < 0 ? answer : put_user(answer, (int __user *)arg);
}

/**
 * mini_stream_splice_read() - splice(2) from a socket
 * @sock: socket
 * @ppos: must be 0: a socket has no place to read at
 * @pipe: where to, locked
 * @len: octets
 * @flags: SPLICE_F_*
 *
 * Return: octets moved, or an errno.
 */
ssize_t mini_stream_splice_read(struct socket *sock, loff_t *ppos,
				struct pipe_inode_info *pipe, size_t len,
				unsigned int flags)
{
	MINI_TCP_CALL(sock->sk, mini_stream_ops, splice_read);
	if (*ppos)
		return -ESPIPE;
	return mini_tcp_splice_read(sock->sk, pipe, len, flags,
				    sock->file->f_flags & O_NONBLOCK);
}

/**
 * mini_stream_setsockopt() - setsockopt(2)
 * @sock: socket
 * @level: SOL_*; SOL_SOCKET only of kernels that let a family have its say
 * @opt: option
 * @val: its value
 * @len: octets of it
 *
 * Return: 0 or an errno.
 */
int mini_stream_setsockopt(struct socket *sock, int level, int opt,
			   sockptr_t val, unsigned int len)
{
	MINI_TCP_CALL(sock->sk, mini_stream_ops, setsockopt);
	if (level != SOL_SOCKET)
		return sock_common_setsockopt(sock, level, opt, val, len);
	if (opt != SO_REUSEPORT)
		return sock_setsockopt(sock, level, opt, val, len);
	return sock_common_setsockopt(sock, SOL_MINI, MINI_REUSEPORT, val, len);
}

/**
 * mini_stream_sendmsg() - send(2) and its kin
 * @sock: socket
 * @msg: what to send; an address in it is ignored
 * @len: octets
 *
 * Return: octets taken, or an errno.
 */
int mini_stream_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	MINI_TCP_CALL(sock->sk, mini_stream_ops, sendmsg);
	return sock->sk->sk_prot->sendmsg(sock->sk, msg, len);
}

/* What of an error goes where the user wants it */
static int mini_error_copy(struct sock *sk, struct msghdr *msg, size_t len,
			   struct sk_buff *skb)
{
	DECLARE_SOCKADDR(struct sockaddr_in *, to, msg->msg_name);
	const struct sock_exterr_skb *serr = SKB_EXT_ERR(skb);
	struct {
		struct sock_extended_err ee;
		struct sockaddr_in offender;
	} hdr = { .ee = serr->ee };
	int err, n = min_t(size_t, len, skb->len);

	if (n < skb->len)
		msg->msg_flags |= MSG_TRUNC;
	err = skb_copy_datagram_msg(skb, 0, msg, n);
	if (err)
		return err;
	sock_recv_timestamp(msg, sk, skb);
	if (to) {
		*to = (struct sockaddr_in){ .sin_family = AF_INET };
		memcpy(&to->sin_addr, skb_network_header(skb) +
		       serr->addr_offset, sizeof(to->sin_addr));
		to->sin_port = serr->port;
		msg->msg_namelen = sizeof(*to);
	}
	hdr.offender.sin_family = AF_INET;
	hdr.offender.sin_addr.s_addr = ip_hdr(skb)->saddr;
	put_cmsg(msg, SOL_IP, IP_RECVERR, sizeof(hdr), &hdr);
	msg->msg_flags |= MSG_ERRQUEUE;
	return n;
}

/* recv(MSG_ERRQUEUE): an ICMP error, and the headers that it is about */
static int mini_recv_error(struct sock *sk, struct msghdr *msg, size_t len)
{
	struct sk_buff *skb = sock_dequeue_err_skb(sk);
	int ret;

	if (!skb)
		return -EAGAIN;
	ret = mini_error_copy(sk, msg, len, skb);
	kfree_skb(skb);
	return ret;
}

/**
 * mini_sock_recvmsg() - recv(2) of stream and datagram sockets
 * @sk: socket
 * @msg: where to
 * @len: octets
 * @flags: MSG_*
 *
 * Return: octets delivered, or an errno.
 */
int mini_sock_recvmsg(struct sock *sk, struct msghdr *msg, size_t len,
		      int flags)
{
	if (flags & MSG_ERRQUEUE)
		return mini_recv_error(sk, msg, len);
	return mini_call_recvmsg(sk, msg, len, flags);
}

/**
 * mini_stream_recvmsg() - recv(2) and its kin
 * @sock: socket
 * @msg: where to; a stream names no sender
 * @len: octets
 * @flags: MSG_*
 *
 * Return: octets delivered, or an errno.
 */
int mini_stream_recvmsg(struct socket *sock, struct msghdr *msg, size_t len,
			int flags)
{
	MINI_TCP_CALL(sock->sk, mini_stream_ops, recvmsg);
	return mini_sock_recvmsg(sock->sk, msg, len, flags);
}
