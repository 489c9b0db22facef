// SPDX-License-Identifier: GPL-2.0-only
/*
 * The socket layer of datagrams: what mini_dgram_ops points to, as far as it
 * is not what a stream has (mini_stream.c) or all of inet. A socket without a
 * port gets one here, when it connects or sends; the rest is behind
 * sk->sk_prot (mini_udp.c).
 */
#include <linux/in.h>
#include <linux/sockios.h>
#include <asm/ioctls.h>
#include <net/inet_common.h>
#include <net/ip.h>
#include <net/sock.h>
#include <mini/call.h>
#include <mini/stream.h>
#include <mini/udp.h>

/**
 * mini_dgram_release() - the last file is closed
 * @sock: socket
 *
 * Return: 0.
 */
int mini_dgram_release(struct socket *sock)
{
	if (sock->sk) {
		MINI_CALL(sock->sk, mini_dgram_ops, release);
		mini_sock_release(sock);
	}
	return 0;
}

/**
 * mini_dgram_bind() - bind(2)
 * @sock: socket
 * @addr: struct sockaddr_in of AF_INET or of this family
 * @len: octets of it
 *
 * Return: 0 or an errno; -EADDRNOTAVAIL for a group, of which we are no member.
 */
int mini_dgram_bind(struct socket *sock, struct mini_sockaddr *addr, int len)
{
	const struct sockaddr_in *in = (struct sockaddr_in *)addr;

	MINI_CALL(sock->sk, mini_dgram_ops, bind);
	if (len >= (int)sizeof(*in) && ipv4_is_multicast(in->sin_addr.s_addr))
		return -EADDRNOTAVAIL;
	return mini_sock_bind(sock, addr, len);
}

/* socket owned */
static int mini_dgram_autobind(struct sock *sk)
{
	if (inet_sk(sk)->inet_num)
		return 0;
	return sk->sk_prot->get_port(sk, 0) ? -EAGAIN : 0;
}

/**
 * mini_dgram_connect() - connect(2)
 * @sock: socket
 * @addr: struct sockaddr_in, or any sockaddr of AF_UNSPEC to dissolve
 * @len: octets of it
 * @flags: O_NONBLOCK; there is nothing to wait for
 *
 * Return: 0 or an errno.
 */
int mini_dgram_connect(struct socket *sock, struct mini_sockaddr *addr, int len,
		       int flags)
{
	struct sock *sk = sock->sk;
	int err;

	MINI_CALL(sk, mini_dgram_ops, connect);
	if (len < (int)sizeof(sa_family_t))
		return -EINVAL;
	lock_sock(sk);
	if (((struct sockaddr *)addr)->sa_family == AF_UNSPEC)
		err = sk->sk_prot->disconnect(sk, flags);
	else
		err = mini_dgram_autobind(sk) ?:
		      sk->sk_prot->connect(sk, (void *)addr, len);
	release_sock(sk);
	return err;
}

/* Octets of the message that is read next; 0 also when there is none */
static int mini_message_inq(struct sock *sk)
{
	struct sk_buff_head *queue = &sk->sk_receive_queue;
	struct sk_buff *skb;
	int len;

	spin_lock_bh(&queue->lock);
	skb = skb_peek(queue);
	len = skb ? skb->len : 0;
	spin_unlock_bh(&queue->lock);
	return len;
}

/**
 * mini_message_ioctl() - ioctl(2) of who receives one by one: datagrams, frames
 * @sock: socket
 * @cmd: SIOCINQ, SIOCOUTQ as in udp(7) and packet(7); others are inet's
 * @arg: where the int goes
 *
 * Return: 0 or an errno.
 */
int mini_message_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg)
{
	int __user *to = (int __user *)arg;

	switch (cmd) {
	case SIOCINQ:
		return put_user(mini_message_inq(sock->sk), to);
	case SIOCOUTQ:
		return put_user(sk_wmem_alloc_get(sock->sk), to);
	}
	return inet_ioctl(sock, cmd, arg);
}

/**
 * mini_dgram_ioctl() - ioctl(2)
 * @sock: socket
 * @cmd: as of mini_message_ioctl()
 * @arg: where the int goes
 *
 * Return: 0 or an errno.
 */
int mini_dgram_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg)
{
	MINI_CALL(sock->sk, mini_dgram_ops, ioctl);
	return mini_message_ioctl(sock, cmd, arg);
}

/**
 * mini_dgram_setsockopt() - setsockopt(2)
 * @sock: socket
 * @level: SOL_*; SOL_SOCKET only of kernels that let a family have its say
 * @opt: option
 * @val: its value
 * @len: octets of it
 *
 * Return: 0 or an errno.
 */
int mini_dgram_setsockopt(struct socket *sock, int level, int opt,
			  sockptr_t val, unsigned int len)
{
	MINI_CALL(sock->sk, mini_dgram_ops, setsockopt);
	if (level == SOL_SOCKET)
		return sock_setsockopt(sock, level, opt, val, len);
	return sock_common_setsockopt(sock, level, opt, val, len);
}

/**
 * mini_dgram_sendmsg() - send(2) and its kin
 * @sock: socket
 * @msg: what to send, and where to
 * @len: octets
 *
 * Return: octets sent, or an errno.
 */
int mini_dgram_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	struct sock *sk = sock->sk;
	int err = 0;

	MINI_CALL(sk, mini_dgram_ops, sendmsg);
	if (!READ_ONCE(inet_sk(sk)->inet_num)) {
		lock_sock(sk);
		err = mini_dgram_autobind(sk);
		release_sock(sk);
	}
	return err ?: sk->sk_prot->sendmsg(sk, msg, len);
}

/**
 * mini_dgram_recvmsg() - recv(2) and its kin
 * @sock: socket
 * @msg: where to, and whom from
 * @len: octets
 * @flags: MSG_*
 *
 * Return: octets delivered, with MSG_TRUNC all that there were, or an errno.
 */
int mini_dgram_recvmsg(struct socket *sock, struct msghdr *msg, size_t len,
		       int flags)
{
	MINI_CALL(sock->sk, mini_dgram_ops, recvmsg);
	return mini_sock_recvmsg(sock->sk, msg, len, flags);
}
