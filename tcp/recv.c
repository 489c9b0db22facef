// SPDX-License-Identifier: GPL-2.0-only
/* RECEIVE (RFC 9293 3.10.3): from the receive queue to the user */
#include <linux/in.h>
#include <net/sock.h>
#include <mini/ip.h>
#include <mini/tcp.h>

/**
 * struct mini_read - one call of recvmsg() under way
 * @msg: where to
 * @want: octets still wanted
 * @need: octets that must be there before the call may return
 * @copied: octets delivered
 * @seq: number of the next octet to deliver
 * @timeo: jiffies left to wait
 * @flags: MSG_*
 */
struct mini_read {
	struct msghdr *msg;
	size_t want;
	int need;
	int copied;
	u32 seq;
	long timeo;
	int flags;
};

/**
 * mini_tcp_inq() - octets in order that the user has not read
 * @sk: socket
 */
u32 mini_tcp_inq(const struct sock *sk)
{
	const struct mini_sock *msk = mini_sk(sk);
	u32 n = READ_ONCE(msk->rcv.nxt) - READ_ONCE(msk->rcv.copied);

	return n && msk->rcv.fin ? n - 1 : n;
}

/**
 * mini_tcp_unread() - would closing now lose data?
 * @sk: socket, owned
 */
bool mini_tcp_unread(const struct sock *sk)
{
	return !skb_queue_empty(&sk->sk_receive_queue) &&
	       mini_tcp_inq(sk) > 0;
}

/*
 * The reader has made room: tell the peer when the window has grown enough
 * to matter (RFC 9293 3.8.6.2.2), or when an ACK was owed anyway.
 */
static void mini_read_done(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	u32 left = msk->rcv.edge - msk->rcv.nxt;
	u32 grown;

	if (!((1 << sk->sk_state) &
	      (TCPF_ESTABLISHED | TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2)))
		return;
	grown = mini_window_now(sk);
	if (grown >= 2 * left && grown > left)
		mini_send_ack(sk);
}

/* The skb with octet @r->seq in it, and where in it; read ones are freed */
static struct sk_buff *mini_read_skb(struct sock *sk, struct mini_read *r,
				     u32 *offset)
{
	struct sk_buff *skb, *next;

	skb_queue_walk_safe(&sk->sk_receive_queue, skb, next) {
		if (seq_lt(r->seq, mini_cb(skb)->end_seq)) {
			*offset = r->seq - mini_cb(skb)->seq;
			return skb;
		}
		if (!(r->flags & MSG_PEEK))
			mini_skb_eat_rcv(sk, skb);
	}
	return NULL;
}

static int mini_read_copy(struct sock *sk, struct mini_read *r,
			  struct sk_buff *skb, u32 offset)
{
	size_t n = min_t(size_t, r->want, skb->len - offset);

	if (!(r->flags & MSG_TRUNC) &&
	    skb_copy_datagram_msg(skb, offset, r->msg, n))
		return -EFAULT;
	r->seq += n;
	r->copied += n;
	r->want -= n;
	if (r->flags & MSG_PEEK)
		return 0;
	WRITE_ONCE(mini_sk(sk)->rcv.copied, r->seq);
	if (r->seq == mini_cb(skb)->end_seq)
		mini_skb_eat_rcv(sk, skb);
	return 0;
}

/* Nothing to read: an answer for the user, or 1 to wait */
static int mini_read_empty(struct sock *sk, const struct mini_read *r)
{
	if (sock_flag(sk, SOCK_DONE))
		return 0;
	if (sk->sk_err)
		return sock_error(sk);
	if (sk->sk_shutdown & RCV_SHUTDOWN)
		return 0;
	if (sk->sk_state == TCP_CLOSE || sk->sk_state == TCP_LISTEN)
		return -ENOTCONN;
	if (!r->timeo)
		return -EAGAIN;
	if (signal_pending(current))
		return sock_intr_errno(r->timeo);
	return 1;
}

/* The same after something was read: is it time to return with that? */
static bool mini_read_enough(struct sock *sk, const struct mini_read *r)
{
	return r->copied >= r->need || sk->sk_err ||
	       sk->sk_state == TCP_CLOSE ||
	       sk->sk_shutdown & RCV_SHUTDOWN || !r->timeo ||
	       signal_pending(current);
}

static int mini_read_wait(struct sock *sk, struct mini_read *r)
{
	int err;

	if (r->copied)
		err = mini_read_enough(sk, r) ? 0 : 1;
	else
		err = mini_read_empty(sk, r);
	if (err != 1)
		return err;
	mini_read_done(sk);
	/* for more than there is: what was only peeked at is still queued */
	if (sk_wait_data(sk, &r->timeo,
			 skb_peek_tail(&sk->sk_receive_queue)) < 0)
		return -EPIPE;	/* another thread has dissolved it */
	if (r->flags & MSG_PEEK && r->seq - r->copied !=
	    mini_sk(sk)->rcv.copied)
		r->seq = mini_sk(sk)->rcv.copied + r->copied;
	return 1;
}

static int mini_read_loop(struct sock *sk, struct mini_read *r)
{
	struct sk_buff *skb;
	u32 offset;
	int err;

	do {
		/* another reader may have been here while we slept */
		if (!(r->flags & MSG_PEEK))
			r->seq = mini_sk(sk)->rcv.copied;
		skb = mini_read_skb(sk, r, &offset);
		if (skb)
			err = mini_read_copy(sk, r, skb, offset) ?: 1;
		else
			err = mini_read_wait(sk, r);
		if (err != 1)
			return err;
	} while (r->want);
	return 0;
}

/**
 * mini_tcp_recvmsg() - proto.recvmsg
 * @sk: socket
 * @msg: where to
 * @len: octets wanted
 * @flags: MSG_PEEK, MSG_DONTWAIT, MSG_WAITALL, MSG_TRUNC
 *
 * Context: process; takes the socket lock.
 * Return: octets delivered, 0 at the end of the stream, or an errno.
 */
int mini_tcp_recvmsg(struct sock *sk, struct msghdr *msg, size_t len,
		     int flags)
{
	struct mini_sock *msk = mini_sk(sk);
	struct mini_read r = { .msg = msg, .want = len, .flags = flags };
	int err;

	if (flags & MSG_ERRQUEUE)
		return sock_recv_errqueue(sk, msg, len, SOL_IP, IP_RECVERR);
	lock_sock(sk);
	err = sk->sk_state == TCP_LISTEN ? -ENOTCONN :
	      flags & MSG_OOB ? -EINVAL : 0;
	if (!err) {
		r.seq = msk->rcv.copied;
		r.timeo = sock_rcvtimeo(sk, flags & MSG_DONTWAIT);
		r.need = sock_rcvlowat(sk, flags & MSG_WAITALL, len);
		err = mini_read_loop(sk, &r);
		if (msk->rcv.urgent &&
		    seq_geq(msk->rcv.copied, msk->rcv.up))
			msk->rcv.urgent = false;
		mini_buffer_read(sk);
		mini_read_done(sk);
	}
	release_sock(sk);
	return r.copied ?: err;
}
