// SPDX-License-Identifier: GPL-2.0-only
/*
 * Urgent data (RFC 9293 3.8.5, RFC 6093). On the wire it is a mark in the
 * stream that only moves forward, one past the last urgent octet. The sockets
 * API makes of the octet before the mark one that is "out of band": left out
 * of the stream and read by MSG_OOB, unless SO_OOBINLINE keeps it in its
 * place.
 */
#include <net/sock.h>
#include <mini/ip.h>
#include <mini/tcp.h>

/**
 * mini_urgent_mark() - the last octet written is urgent
 * @msk: socket, owned
 */
void mini_urgent_mark(struct mini_sock *msk)
{
	msk->snd.up = msk->snd.write;
	msk->snd.urgent = true;
}

/**
 * mini_urgent_mode() - is something urgent not ACKed yet?
 * @msk: socket, owned
 */
bool mini_urgent_mode(const struct mini_sock *msk)
{
	return msk->snd.urgent && seq_lt(msk->snd.una, msk->snd.up);
}

/**
 * mini_urgent_header() - URG and the pointer for a segment to be sent
 * @msk: socket, owned
 * @h: header with its SEQ and flags set
 *
 * SND.UP relative to SEG.SEQ, 16 bits of it. When it is farther than that,
 * a pointer to a place that is not urgent would have the peer's user read the
 * wrong octet, so nothing is said before the segments come near; but when none
 * nearer has been sent, the farthest one can point to.
 */
void mini_urgent_header(struct mini_sock *msk, struct mini_header *h)
{
	u32 ahead = msk->snd.up - h->seq;

	if (!msk->snd.urgent || h->flags & (MINI_RST | MINI_SYN))
		return;
	if (!mini_urgent_mode(msk)) {
		msk->snd.urgent = false;
		return;
	}
	if (!seq_lt(h->seq, msk->snd.up) ||
	    (ahead > U16_MAX && !seq_gt(h->seq + U16_MAX, msk->snd.nxt)))
		return;
	h->flags |= MINI_URG;
	h->up = min_t(u32, ahead, U16_MAX);
}

/* Number of the urgent octet that was received or announced last */
static u32 mini_urgent_seq(const struct mini_sock *msk)
{
	return msk->rcv.up - 1;
}

/**
 * mini_urgent_at() - is this the place of the urgent octet?
 * @msk: socket
 * @seq: place in the stream
 */
bool mini_urgent_at(const struct mini_sock *msk, u32 seq)
{
	return READ_ONCE(msk->rcv.urgent) &&
	       READ_ONCE(msk->rcv.up) - 1 == seq;
}

/**
 * mini_urgent_passed() - forget the mark when it has been read past
 * @msk: socket, owned
 */
void mini_urgent_passed(struct mini_sock *msk)
{
	if (msk->rcv.urgent && seq_geq(msk->rcv.copied, msk->rcv.up))
		WRITE_ONCE(msk->rcv.urgent, MINI_URGENT_NONE);
}

/**
 * mini_urgent_inq() - octets that can be read without passing the mark
 * @sk: socket
 *
 * What SIOCINQ says.
 */
u32 mini_urgent_inq(const struct sock *sk)
{
	const struct mini_sock *msk = mini_sk(sk);
	u32 at = mini_urgent_seq(msk);

	if (sock_flag(sk, SOCK_URGINLINE) || !msk->rcv.urgent ||
	    !seq_within(at, msk->rcv.copied, msk->rcv.nxt))
		return mini_tcp_inq(sk);
	return at - msk->rcv.copied;
}

/*
 * The reader stands before an urgent octet that is not the last one any more,
 * and nobody will read it out of band: drop it from the stream all the same.
 */
static void mini_urgent_drop_old(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	struct sk_buff *skb = skb_peek(&sk->sk_receive_queue);

	if (!mini_urgent_at(msk, msk->rcv.copied) ||
	    sock_flag(sk, SOCK_URGINLINE) || msk->rcv.copied == msk->rcv.nxt)
		return;
	WRITE_ONCE(msk->rcv.copied, msk->rcv.copied + 1);
	if (skb && seq_geq(msk->rcv.copied, mini_cb(skb)->end_seq))
		mini_skb_eat_rcv(sk, skb);
}

/* RCV.UP moves forward only, and the user is told each time (RFC 9293 3.8.5) */
static void mini_urgent_advance(struct sock *sk, const struct mini_seg *seg)
{
	struct mini_sock *msk = mini_sk(sk);
	/* a pointer of 0 breaks the rule of 3.8.5; as if the rule were older */
	u32 up = seg->seq + max_t(u16, seg->up, 1);

	/* of text that is here already, read or not, nothing is urgent now */
	if (seq_leq(up, msk->rcv.nxt))
		return;
	if (msk->rcv.urgent && seq_leq(up, msk->rcv.up))
		return;
	sk_send_sigurg(sk);
	mini_urgent_drop_old(sk);
	WRITE_ONCE(msk->rcv.urgent, MINI_URGENT_AHEAD);
	WRITE_ONCE(msk->rcv.up, up);
}

/**
 * mini_urgent_in() - URG (RFC 9293 3.10.7.4, step 6), and whether the urgent
 * octet is in a segment
 * @sk: socket, owned, that still receives
 * @seg: segment, before its text is taken; it may be out of order, or there
 *	may be no window for it (RFC 9293 MUST-66)
 */
void mini_urgent_in(struct sock *sk, const struct mini_seg *seg)
{
	struct mini_sock *msk = mini_sk(sk);
	u32 offset;

	if (seg->flags & MINI_URG)
		mini_urgent_advance(sk, seg);
	if (likely(msk->rcv.urgent != MINI_URGENT_AHEAD))
		return;
	offset = mini_urgent_seq(msk) - mini_cb(seg->skb)->seq;
	if (offset >= seg->skb->len ||
	    skb_copy_bits(seg->skb, offset, &msk->rcv.urgent_octet, 1))
		return;
	WRITE_ONCE(msk->rcv.urgent, MINI_URGENT_HERE);
	if (!sock_flag(sk, SOCK_DEAD))
		sk->sk_data_ready(sk);
}

/**
 * mini_urgent_recv() - recv(MSG_OOB)
 * @sk: socket, owned
 * @msg: where to
 * @len: octets wanted; there is but one
 * @flags: MSG_PEEK leaves it for the next, MSG_TRUNC does not copy it
 *
 * Never waits, whatever the socket's mode.
 *
 * Return: 1, or 0 with no room or at the end of the stream, -EAGAIN when it
 * was announced only, -EINVAL when there is none, or none any more.
 */
int mini_urgent_recv(struct sock *sk, struct msghdr *msg, size_t len,
		     int flags)
{
	struct mini_sock *msk = mini_sk(sk);

	if (sock_flag(sk, SOCK_URGINLINE) || !msk->rcv.urgent ||
	    msk->rcv.urgent == MINI_URGENT_READ)
		return -EINVAL;
	if (sk->sk_state == TCP_CLOSE && !sock_flag(sk, SOCK_DONE))
		return -ENOTCONN;
	if (msk->rcv.urgent == MINI_URGENT_AHEAD)
		return sk->sk_state == TCP_CLOSE ||
		       sk->sk_shutdown & RCV_SHUTDOWN ? 0 : -EAGAIN;

	if (!(flags & MSG_PEEK))
		WRITE_ONCE(msk->rcv.urgent, MINI_URGENT_READ);
	msg->msg_flags |= MSG_OOB;
	if (!len) {
		msg->msg_flags |= MSG_TRUNC;
		return 0;
	}
	if (!(flags & MSG_TRUNC) &&
	    memcpy_to_msg(msg, &msk->rcv.urgent_octet, 1))
		return -EFAULT;
	return 1;
}
