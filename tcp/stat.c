// SPDX-License-Identifier: GPL-2.0-only
/* What is counted and timed for TCP_INFO alone; nothing here decides anything */
#include <net/sock.h>
#include <mini/ip.h>
#include <mini/tcp.h>

/**
 * mini_stat_sent() - a segment leaves
 * @sk: socket, owned
 * @skb: its payload, before the header is put on
 */
void mini_stat_sent(struct sock *sk, const struct sk_buff *skb)
{
	struct mini_stat *st = &mini_sk(sk)->stat;

	if (!skb->len)
		return;
	st->bytes_sent += skb->len;
	st->data_segs_out += mini_skb_segs(skb);
	st->data_sent_us = mini_sk(sk)->now_us;
}

/**
 * mini_stat_received() - a segment arrives
 * @sk: socket, owned
 * @seg: segment, parsed
 */
void mini_stat_received(struct sock *sk, const struct mini_seg *seg)
{
	struct mini_stat *st = &mini_sk(sk)->stat;

	if (seg->flags & MINI_ACK)
		st->ack_rcv_us = mini_sk(sk)->now_us;
	if (!seg->skb->len)
		return;
	st->data_segs_in += mini_skb_segs(seg->skb);
	st->data_rcv_us = mini_sk(sk)->now_us;
}

static enum mini_limit mini_limit_now(const struct sock *sk, bool rwnd)
{
	const struct mini_sock *msk = mini_sk(sk);

	if (mini_unsent(sk) && rwnd)
		return MINI_LIMIT_RWND;
	if (!mini_unsent(sk) && sk->sk_socket &&
	    test_bit(SOCK_NOSPACE, &sk->sk_socket->flags))
		return MINI_LIMIT_SNDBUF;
	return mini_unsent(sk) || mini_flight(msk) ? MINI_LIMIT_BUSY :
						     MINI_LIMIT_NONE;
}

/**
 * mini_stat_limit() - a send pass is over
 * @sk: socket, owned
 * @rwnd: the peer's window ended it
 */
void mini_stat_limit(struct sock *sk, bool rwnd)
{
	enum mini_limit limit = mini_limit_now(sk, rwnd);
	struct mini_stat *st = &mini_sk(sk)->stat;
	u64 now_us;

	if (limit == st->limit)
		return;
	now_us = mini_sk(sk)->now_us;
	st->spent_us[st->limit] += now_us - st->limit_us;
	st->limit_us = now_us;
	st->limit = limit;
}

/**
 * mini_stat_spent_us() - how long a connection has been held by something
 * @sk: socket, owned
 * @limit: by what
 */
u64 mini_stat_spent_us(const struct sock *sk, enum mini_limit limit)
{
	const struct mini_stat *st = &mini_sk(sk)->stat;
	u64 spent_us = st->spent_us[limit];

	if (limit == st->limit)
		spent_us += mini_now((struct sock *)sk) - st->limit_us;
	return spent_us;
}
