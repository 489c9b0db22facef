// SPDX-License-Identifier: GPL-2.0-only
/* RECEIVE (RFC 9293 3.10.3): from the receive queue to the user */
#include <linux/socket.h>
#include <linux/tcp.h>
#include <net/sock.h>
#include <mini/call.h>
#include <mini/compat.h>
#include <mini/ip.h>
#include <mini/tcp.h>

/**
 * struct mini_read - one call of recvmsg() under way
 * @msg: where to
 * @want: octets still wanted
 * @need: octets that must be there before the call may return
 * @copied: octets delivered
 * @seq: number of the next octet to deliver
 * @skipped: octets before it that are no part of @copied: those that
 *	SO_PEEK_OFF passes over, and an urgent one that was left out
 * @timeo: jiffies left to wait
 * @flags: MSG_*
 * @stamps: somebody wants to know when the octets came
 * @by_software: when the last of them did; 0 if that was not looked at
 * @by_device: the same by the device's clock
 */
struct mini_read {
	struct msghdr *msg;
	size_t want;
	int need;
	int copied;
	u32 seq;
	u32 skipped;
	long timeo;
	int flags;
	bool stamps;
	ktime_t by_software;
	ktime_t by_device;
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
 * mini_tcp_readable() - is there enough to wake a reader for?
 * @sk: socket
 * @want: octets, as SO_RCVLOWAT says
 *
 * Or when there is something and the window is as good as shut, or memory is
 * short: what is missing could not come before this has been read.
 */
bool mini_tcp_readable(const struct sock *sk, int want)
{
	const struct mini_sock *msk = mini_sk(sk);
	u32 n = mini_tcp_inq(sk);

	return n && (n >= (u32)want || sk_under_memory_pressure(sk) ||
		     READ_ONCE(msk->rcv.edge) - READ_ONCE(msk->rcv.nxt) <=
		     msk->rcv.seg);
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
 * An ACK is owed: for more than a segment, or the user has all of what the peer
 * seems to have said, and is silent
 */
static bool mini_read_acks(const struct sock *sk)
{
	const struct mini_sock *msk = mini_sk(sk);

	if (!msk->ack_due)
		return false;
	return msk->rcv.nxt - msk->rcv.acked > msk->rcv.seg ||
	       (mini_delack_on_read(&msk->delack) &&
		!atomic_read(&sk->sk_rmem_alloc));
}

/**
 * mini_read_done() - the reader may have made room
 * @sk: socket, owned
 *
 * Tell the peer when the window has grown enough to matter (RFC 9293
 * 3.8.6.2.2), or when an ACK is owed and nothing else will carry it.
 */
void mini_read_done(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	u32 left = msk->rcv.edge - msk->rcv.nxt;
	u32 grown;

	if (!((1 << sk->sk_state) &
	      (TCPF_ESTABLISHED | TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2)))
		return;
	grown = mini_window_now(sk);
	if ((grown >= 2 * left && grown > left) || mini_read_acks(sk)) {
		mini_now(sk);
		mini_send_ack(sk);
	}
}

/**
 * mini_rcv_skb() - the skb of the receive queue with an octet in it
 * @sk: socket, owned
 * @seq: that octet
 * @offset: set to its place in the skb
 * @keep: leave those before it in the queue: somebody only peeks
 *
 * Return: the skb or NULL.
 */
struct sk_buff *mini_rcv_skb(struct sock *sk, u32 seq, u32 *offset, bool keep)
{
	struct sk_buff *skb, *next;

	skb_queue_walk_safe(&sk->sk_receive_queue, skb, next) {
		if (seq_lt(seq, mini_cb(skb)->end_seq)) {
			*offset = seq - mini_cb(skb)->seq;
			return skb;
		}
		if (!keep)
			mini_skb_eat_rcv(sk, skb);
	}
	return NULL;
}

/* How much of @n octets from @seq is before the mark; less none at the mark */
static size_t mini_read_to_mark(const struct mini_sock *msk, u32 seq, size_t n)
{
	u32 ahead = msk->rcv.up - 1 - seq;

	return msk->rcv.urgent && ahead ? min_t(size_t, n, ahead) : n;
}

/**
 * mini_rcv_taken() - octets have left the receive queue
 * @sk: socket, owned
 */
void mini_rcv_taken(struct sock *sk)
{
	mini_buffer_read(sk);
	mini_read_done(sk);
}

/* What comes of several packets has the time of the last of them */
static void mini_read_stamp(struct mini_read *r, struct sk_buff *skb)
{
	ktime_t by_device = skb_hwtstamps(skb)->hwtstamp;

	if (!skb->tstamp && !by_device)
		return;
	r->by_software = skb->tstamp;
	r->by_device = by_device;
}

/* SO_TIMESTAMP and SO_TIMESTAMPNS, each with seconds of 32 bits or of 64 */
static void mini_put_stamp(const struct sock *sk, struct msghdr *msg,
			   ktime_t when)
{
	struct timespec64 ts = ktime_to_timespec64(when);
	bool wide = sock_flag(sk, SOCK_TSTAMP_NEW);
	long usec = ts.tv_nsec / NSEC_PER_USEC;

	if (sock_flag(sk, SOCK_RCVTSTAMPNS) && wide) {
		struct __kernel_timespec t = { ts.tv_sec, ts.tv_nsec };

		put_cmsg(msg, SOL_SOCKET, SO_TIMESTAMPNS_NEW, sizeof(t), &t);
	} else if (sock_flag(sk, SOCK_RCVTSTAMPNS)) {
		struct __kernel_old_timespec t = { ts.tv_sec, ts.tv_nsec };

		put_cmsg(msg, SOL_SOCKET, SO_TIMESTAMPNS_OLD, sizeof(t), &t);
	} else if (wide) {
		struct __kernel_sock_timeval t = { ts.tv_sec, usec };

		put_cmsg(msg, SOL_SOCKET, SO_TIMESTAMP_NEW, sizeof(t), &t);
	} else {
		struct __kernel_old_timeval t = { ts.tv_sec, usec };

		put_cmsg(msg, SOL_SOCKET, SO_TIMESTAMP_OLD, sizeof(t), &t);
	}
}

/* SO_TIMESTAMPING: those of the two times that are asked for */
static void mini_put_stamps(const struct sock *sk, struct msghdr *msg,
			    const struct mini_read *r)
{
	u32 wanted = READ_ONCE(sk->sk_tsflags);
	bool software = r->by_software && wanted & SOF_TIMESTAMPING_SOFTWARE;
	bool device = r->by_device && wanted & SOF_TIMESTAMPING_RAW_HARDWARE;
	struct scm_timestamping_internal tss = { };

	if (r->by_software && sock_flag(sk, SOCK_RCVTSTAMP))
		mini_put_stamp(sk, msg, r->by_software);
	if (software)
		tss.ts[0] = mini_scm_time(r->by_software);
	if (device)
		tss.ts[2] = mini_scm_time(r->by_device);
	if (!software && !device)
		return;
	if (sock_flag(sk, SOCK_TSTAMP_NEW))
		put_cmsg_scm_timestamping64(msg, &tss);
	else
		put_cmsg_scm_timestamping(msg, &tss);
}

static int mini_read_copy(struct sock *sk, struct mini_read *r,
			  struct sk_buff *skb, u32 offset)
{
	struct mini_sock *msk = mini_sk(sk);
	size_t n = min_t(size_t, r->want, skb->len - offset);
	bool skip = mini_urgent_at(msk, r->seq) &&
		    !sock_flag(sk, SOCK_URGINLINE);

	n = mini_read_to_mark(msk, r->seq, n - skip);
	if (n && !(r->flags & MSG_TRUNC) &&
	    skb_copy_datagram_msg(skb, offset + skip, r->msg, n))
		return -EFAULT;
	if (unlikely(r->stamps))
		mini_read_stamp(r, skb);
	r->seq += n + skip;
	r->skipped += skip;
	r->copied += n;
	r->want -= n;
	if (r->flags & MSG_PEEK) {
		sk_peek_offset_fwd(sk, n);
		return 0;
	}
	sk_peek_offset_bwd(sk, n);
	WRITE_ONCE(msk->rcv.copied, r->seq);
	mini_urgent_passed(msk);
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

/* Where to begin; and again when another has read what we were peeking at */
static void mini_read_from(struct sock *sk, struct mini_read *r)
{
	r->skipped = max(sk_peek_offset(sk, r->flags), 0);
	r->seq = mini_sk(sk)->rcv.copied + r->skipped;
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
	if (r->flags & MSG_PEEK && r->seq - r->copied - r->skipped !=
	    mini_sk(sk)->rcv.copied)
		mini_read_from(sk, r);
	return 1;
}

/*
 * At the mark a read that has something ends, and one that has nothing lets a
 * signal, most likely SIGURG, go first. 1 to go on.
 */
static int mini_read_mark(struct sock *sk, const struct mini_read *r)
{
	if (likely(!mini_urgent_at(mini_sk(sk), r->seq)))
		return 1;
	if (r->copied)
		return 0;
	if (signal_pending(current))
		return r->timeo ? sock_intr_errno(r->timeo) : -EAGAIN;
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
		err = mini_read_mark(sk, r);
		if (err != 1)
			return err;
		skb = mini_rcv_skb(sk, r->seq, &offset, r->flags & MSG_PEEK);
		if (skb)
			err = mini_read_copy(sk, r, skb, offset) ?: 1;
		else
			err = mini_read_wait(sk, r);
		if (err != 1)
			return err;
	} while (r->want);
	return 0;
}

static int mini_recv_owned(struct sock *sk, struct mini_read *r)
{
	int err;

	if (sk->sk_state == TCP_LISTEN)
		return -ENOTCONN;
	if (r->flags & MSG_OOB)
		return mini_urgent_recv(sk, r->msg, r->want, r->flags);
	r->stamps = sock_flag(sk, SOCK_RCVTSTAMP) || READ_ONCE(sk->sk_tsflags);
	mini_read_from(sk, r);
	r->timeo = sock_rcvtimeo(sk, r->flags & MSG_DONTWAIT);
	r->need = sock_rcvlowat(sk, r->flags & MSG_WAITALL, r->want);
	err = mini_read_loop(sk, r);
	mini_rcv_taken(sk);
	return r->copied ?: err;
}

/**
 * mini_tcp_recvmsg() - proto.recvmsg
 * @sk: socket
 * @msg: where to
 * @len: octets wanted
 * @flags: MSG_PEEK, MSG_DONTWAIT, MSG_WAITALL, MSG_TRUNC, MSG_OOB
 *
 * Context: process; takes the socket lock.
 * Return: octets delivered, 0 at the end of the stream, or an errno.
 */
int mini_tcp_recvmsg(struct sock *sk, struct msghdr *msg, size_t len,
		     int flags)
{
	struct mini_read r = { .msg = msg, .want = len, .flags = flags };
	bool inq;
	int ret;

	MINI_TCP_CALL(sk, mini_tcp_prot, recvmsg);
	lock_sock(sk);
	ret = mini_recv_owned(sk, &r);
	inq = mini_sk(sk)->user.inq;
	if (inq)
		msg->msg_get_inq = 1;
	if (msg->msg_get_inq)
		msg->msg_inq = mini_tcp_inq(sk) + mini_sk(sk)->rcv.fin;
	release_sock(sk);
	if (unlikely(r.stamps) && ret >= 0)
		mini_put_stamps(sk, msg, &r);
	if (inq && ret >= 0)
		put_cmsg(msg, SOL_TCP, TCP_CM_INQ, sizeof(msg->msg_inq),
			 &msg->msg_inq);
	return ret;
}
