// SPDX-License-Identifier: GPL-2.0-only
/* splice(2) from a socket: pages of the receive queue into a pipe, uncopied */
#include <net/sock.h>
#include <mini/tcp.h>

/**
 * struct mini_splice - one call of splice() under way
 * @pipe: where to, locked by the caller
 * @want: octets still wanted
 * @done: octets moved
 * @timeo: jiffies left to wait
 * @flags: SPLICE_F_*
 */
struct mini_splice {
	struct pipe_inode_info *pipe;
	size_t want;
	ssize_t done;
	long timeo;
	unsigned int flags;
};

/* Octets of one skb, up to the mark of urgent data: how many, or an errno */
static int mini_splice_skb(struct sock *sk, struct mini_splice *s)
{
	struct mini_sock *msk = mini_sk(sk);
	u32 offset, n, seq = msk->rcv.copied;
	struct sk_buff *skb = mini_rcv_skb(sk, seq, &offset, false);
	int used;

	if (!skb || mini_urgent_at(msk, seq))
		return 0;
	n = min_t(size_t, s->want, skb->len - offset);
	if (msk->rcv.urgent)
		n = min(n, msk->rcv.up - 1 - seq);
	used = skb_splice_bits(skb, sk, offset, s->pipe, n, s->flags);
	if (used <= 0)
		return used;
	WRITE_ONCE(msk->rcv.copied, seq + used);
	if (msk->rcv.copied == mini_cb(skb)->end_seq)
		mini_skb_eat_rcv(sk, skb);
	s->want -= used;
	s->done += used;
	return used;
}

/* All that is there and that the pipe takes; 0 or an errno */
static int mini_splice_some(struct sock *sk, struct mini_splice *s)
{
	int n;

	do
		n = mini_splice_skb(sk, s);
	while (n > 0 && s->want);
	mini_rcv_taken(sk);
	return s->done ? 0 : min(n, 0);
}

/* Nothing came: 1 to look again, or what splice() gives */
static int mini_splice_wait(struct sock *sk, struct mini_splice *s)
{
	if (sock_flag(sk, SOCK_DONE))
		return 0;
	if (sk->sk_err)
		return sock_error(sk);
	if (sk->sk_shutdown & RCV_SHUTDOWN)
		return 0;
	if (sk->sk_state == TCP_CLOSE)
		return -ENOTCONN;
	if (!s->timeo)
		return -EAGAIN;
	/* only an octet out of band: read() would get past it, we do not */
	if (!skb_queue_empty(&sk->sk_receive_queue))
		return 0;
	if (sk_wait_data(sk, &s->timeo, NULL) < 0)
		return -EPIPE;
	return signal_pending(current) ? sock_intr_errno(s->timeo) : 1;
}

/**
 * mini_tcp_splice_read() - move octets in order to a pipe
 * @sk: socket
 * @pipe: pipe, locked
 * @len: octets wanted
 * @flags: SPLICE_F_*
 * @nonblock: do not wait for the first
 *
 * Context: process; takes the socket lock.
 * Return: octets moved, 0 at the end of the stream or at the mark of urgent
 * data, or an errno.
 */
ssize_t mini_tcp_splice_read(struct sock *sk, struct pipe_inode_info *pipe,
			     size_t len, unsigned int flags, bool nonblock)
{
	struct mini_splice s = { .pipe = pipe, .want = len, .flags = flags };
	int err = 1;

	lock_sock(sk);
	if (sk->sk_state == TCP_LISTEN)
		err = -ENOTCONN;
	s.timeo = sock_rcvtimeo(sk, nonblock);
	while (err == 1 && len) {
		err = mini_splice_some(sk, &s);
		if (!err && !s.done)
			err = mini_splice_wait(sk, &s);
	}
	release_sock(sk);
	return s.done ?: min(err, 0);
}
