// SPDX-License-Identifier: GPL-2.0-only
/*
 * When a socket's packets leave: the fq qdisc holds them, or we do, or nobody.
 * The numbers are tcp/pace.c's.
 */
#include <linux/math64.h>
#include <net/sock.h>
#include <mini/ip.h>
#include <mini/pacing.h>
#include <mini/tcp.h>
#include <mini/trace.h>

/**
 * mini_pacing_start() - has congestion control a wish?
 * @sk: socket, owned
 *
 * The same word that SO_MAX_PACING_RATE leaves, and that the fq qdisc
 * overwrites when it does the waiting.
 */
void mini_pacing_start(struct sock *sk)
{
	if (mini_sk(sk)->cc.ops->pacing)
		cmpxchg(&sk->sk_pacing_status, SK_PACING_NONE,
			SK_PACING_NEEDED);
}

/* Apart from the rest: a few times while the window doubles */
static noinline void mini_pacing_renew(struct sock *sk,
				       struct mini_pace_of *of)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_sock *msk = mini_sk(sk);

	of->ratio_pct = of->slow_start ? READ_ONCE(mn->sysctl.pacing_ss_pct) :
					 READ_ONCE(mn->sysctl.pacing_ca_pct);
	of->min_rtt_us = msk->rtt.min_us;
	mini_pace_set(&msk->pace, of);
	msk->cc.burst = min_t(u32, msk->pace.burst, U16_MAX);
	WRITE_ONCE(sk->sk_pacing_rate, min_t(u64, msk->pace.rate, ULONG_MAX));
}

/**
 * mini_pacing_follow() - the windows, or the round trip, may have changed
 * @sk: socket, owned
 *
 * The last doubling before ssthresh is paced as what follows it.
 */
void mini_pacing_follow(struct sock *sk)
{
	unsigned long max = READ_ONCE(sk->sk_max_pacing_rate);
	struct mini_sock *msk = mini_sk(sk);
	struct mini_cc *cc = &msk->cc;
	struct mini_pace_of of = {
		.wnd		= max(cc->cwnd, mini_flight(msk)),
		.srtt_us8	= msk->rtt.srtt_us8,
		.slow_start	= cc->cwnd < cc->ssthresh / 2,
		.asked		= cc->rate,
		/* 0 is no limit for kernel TCP either */
		.max		= max == ULONG_MAX || !max ? MINI_PACE_NONE : max,
	};

	cc->paced = READ_ONCE(sk->sk_pacing_status) != SK_PACING_NONE;
	if (!mini_pace_holds(&msk->pace, &of))
		mini_pacing_renew(sk, &of);
}

/**
 * mini_pacing_holds() - must data wait for its time?
 * @sk: socket, owned
 *
 * Return: true when it must; a timer will call mini_output() then.
 */
bool mini_pacing_holds(struct sock *sk)
{
	u32 status = READ_ONCE(sk->sk_pacing_status);
	u64 wait_us;

	if (likely(status == SK_PACING_NONE))
		return false;
	mini_pacing_follow(sk);		/* the limit may be another by now */
	wait_us = mini_pace_wait_us(&mini_sk(sk)->pace, mini_sk(sk)->now_us,
				    status == SK_PACING_FQ ?
				    MINI_PACE_AHEAD_US : 0);
	if (!wait_us)
		return false;
	mini_timer_send_at(sk, wait_us);
	MINI_INC(mini_sk(sk)->mn, SEND_HELD_PACING);
	trace_mini_hold(sk, MINI_MIB_SEND_HELD_PACING);
	return true;
}

/**
 * mini_pacing_stamp() - payload leaves
 * @sk: socket, owned
 * @skb: that is kept; its round trip begins when @copy leaves
 * @copy: that goes, with the time at which it may, for the fq qdisc to hold it
 */
void mini_pacing_stamp(struct sock *sk, struct sk_buff *skb,
		       struct sk_buff *copy)
{
	u32 status = READ_ONCE(sk->sk_pacing_status);
	u64 at_ns;

	if (likely(status == SK_PACING_NONE))
		return;
	at_ns = mini_pace_take(&mini_sk(sk)->pace, skb->len,
			       mini_cb(skb)->sent_us * MINI_NSEC_PER_USEC);
	skb_set_delivery_time(copy, at_ns, true);
	if (status == SK_PACING_FQ)
		mini_cb(skb)->sent_us = div_u64(at_ns, MINI_NSEC_PER_USEC);
}

/**
 * mini_pacing_stamp_control() - a segment without payload leaves: at once, but
 * not before what is ahead of it
 * @sk: socket, owned
 * @skb: segment
 */
void mini_pacing_stamp_control(struct sock *sk, struct sk_buff *skb)
{
	if (likely(READ_ONCE(sk->sk_pacing_status) == SK_PACING_NONE))
		return;
	skb_set_delivery_time(skb, max(mini_sk(sk)->pace.last_ns,
				       mini_sk(sk)->now_us * MINI_NSEC_PER_USEC),
			      true);
}

/**
 * mini_pacing_leaves_us() - when what leaves now will be on the wire
 * @sk: socket, owned
 *
 * Its timestamp says that time, or the echo would seem to answer something that
 * was sent before it.
 *
 * Return: microseconds.
 */
u64 mini_pacing_leaves_us(const struct sock *sk)
{
	const struct mini_sock *msk = mini_sk(sk);

	if (likely(READ_ONCE(sk->sk_pacing_status) != SK_PACING_FQ))
		return msk->now_us;
	return max(msk->now_us, div_u64(msk->pace.last_ns, MINI_NSEC_PER_USEC));
}
