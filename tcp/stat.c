// SPDX-License-Identifier: GPL-2.0-only
/* What is counted, timed and kept for others to see; nothing here decides anything */
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

static void mini_held_set(struct sock *sk, enum mini_held_what what,
			  enum mini_hold why, u64 now_us)
{
	struct mini_held *h = &mini_sk(sk)->stat.held[what];

	if (h->why == why)
		return;
	h->why = why;
	h->since_us = now_us;
}

/**
 * mini_stat_held() - something else is waited for now; outside of a send pass
 * @sk: socket, owned
 * @what: the question
 * @why: the answer
 */
void mini_stat_held(struct sock *sk, enum mini_held_what what,
		    enum mini_hold why)
{
	if (mini_sk(sk)->stat.held[what].why != why)
		mini_held_set(sk, what, why, mini_sk(sk)->ip->now_us());
}

/* A closed window may keep us waiting, and no timeout is a sign of anything */
static bool mini_overdue(const struct mini_sock *msk)
{
	return msk->retries && mini_flight(msk) && msk->snd.wnd;
}

/**
 * mini_stat_soft_err() - what seems to keep segments from getting through
 * @sk: socket, owned
 *
 * Return: errno, positive, of ICMP, or of our own route or firewall; 0 when
 * nobody has said anything.
 */
int mini_stat_soft_err(const struct sock *sk)
{
	const struct mini_sock *msk = mini_sk(sk);

	return msk->icmp_soft ?: max(-msk->stat.xmit_err, 0);
}

/**
 * mini_stat_overdue() - the retransmission timer has run out
 * @sk: socket, owned
 */
void mini_stat_overdue(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	if (mini_overdue(msk))
		mini_held_set(sk, MINI_HELD_SEND, mini_stat_soft_err(sk) ?
			      MINI_HOLD_UNREACHABLE : MINI_HOLD_RTO,
			      msk->now_us);
}

/* Nothing is left that a pass could send */
static enum mini_hold mini_hold_empty(const struct mini_sock *msk)
{
	if (mini_flight(msk))
		return MINI_HOLD_ACK;
	return msk->fin_queued ? MINI_HOLD_DONE : MINI_HOLD_IDLE;
}

static enum mini_hold mini_hold_close(const struct sock *sk, int state)
{
	switch (state) {
	case TCP_FIN_WAIT1:
	case TCP_CLOSING:
	case TCP_LAST_ACK:
		return mini_unsent(sk) ? MINI_HOLD_FIN_BEHIND :
					 MINI_HOLD_FIN_SENT;
	case TCP_FIN_WAIT2:
		return MINI_HOLD_FIN_WAIT2;
	case TCP_CLOSE_WAIT:
		return MINI_HOLD_CLOSE_WAIT;
	}
	return MINI_HOLD_NONE;
}

/**
 * mini_stat_pass() - a send pass is over
 * @sk: socket, owned
 * @why: what ended it; MINI_HOLD_NONE when all has left
 */
void mini_stat_pass(struct sock *sk, enum mini_hold why)
{
	struct mini_sock *msk = mini_sk(sk);

	if (unlikely(mini_overdue(msk)))
		mini_stat_overdue(sk);
	else
		mini_held_set(sk, MINI_HELD_SEND, why ?: mini_hold_empty(msk),
			      msk->now_us);
	if (unlikely(msk->fin_queued))
		mini_held_set(sk, MINI_HELD_CLOSE,
			      mini_hold_close(sk, sk->sk_state), msk->now_us);
}

/**
 * mini_stat_state() - a connection goes to another state
 * @sk: socket, owned
 * @state: TCP_*; a send pass follows, but where nothing may be sent
 */
void mini_stat_state(struct sock *sk, int state)
{
	static const u8 sends[TCP_MAX_STATES] = {
		[TCP_LISTEN]	= MINI_HOLD_LISTEN,
		[TCP_SYN_SENT]	= MINI_HOLD_HANDSHAKE,
		[TCP_SYN_RECV]	= MINI_HOLD_HANDSHAKE,
	};

	mini_stat_held(sk, MINI_HELD_CLOSE, mini_hold_close(sk, state));
	if (sends[state] || state == TCP_CLOSE)
		mini_stat_held(sk, MINI_HELD_SEND, sends[state]);
	if (state == TCP_CLOSE)
		mini_stat_held(sk, MINI_HELD_READ, MINI_HOLD_NONE);
}
