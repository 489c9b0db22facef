// SPDX-License-Identifier: GPL-2.0-only
/*
 * The congestion window of a connection, whoever decides about it, and
 * NewReno: slow start and congestion avoidance of RFC 5681. What to resend is
 * not decided here (tcp/recovery.c). Pure.
 */
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <mini/ca.h>
#include <mini/param.h>

/**
 * mini_cc_initial_window() - IW of RFC 6928
 * @mss: SMSS, octets
 *
 * Return: octets.
 */
u32 mini_cc_initial_window(u32 mss)
{
	return min(MINI_IW_SEGS * mss, max(2 * mss, MINI_IW_BYTES));
}

static void mini_cc_run(struct mini_cc *cc, u64 now_us)
{
	memset(cc->priv, 0, sizeof(cc->priv));
	cc->running = true;
	cc->rate = 0;
	if (cc->ops->init)
		cc->ops->init(cc, now_us);
}

/**
 * mini_cc_start() - the connection is established
 * @cc: congestion state with @cc->ops set
 * @mss: SMSS, octets
 * @now_us: time
 */
void mini_cc_start(struct mini_cc *cc, u32 mss, u64 now_us)
{
	mini_cc_stop(cc);	/* of the connection that the socket had before */
	cc->mss = mss;
	cc->cwnd = mini_cc_initial_window(mss);
	cc->ssthresh = MINI_SSTHRESH_NONE;
	cc->acked = 0;
	cc->prior_cwnd = 0;
	cc->prior_ssthresh = 0;
	cc->state = MINI_CA_OPEN;
	mini_cc_run(cc, now_us);
}

/**
 * mini_cc_stop() - the connection is over
 * @cc: congestion state, perhaps never started
 */
void mini_cc_stop(struct mini_cc *cc)
{
	if (cc->running && cc->ops->release)
		cc->ops->release(cc);
	cc->running = false;
}

/**
 * mini_cc_switch() - decide otherwise from now on (TCP_CONGESTION)
 * @cc: congestion state
 * @ops: who decides next
 * @now_us: time
 *
 * The windows stay as they are, and what the one before saved for an undo is
 * gone with it.
 *
 * Return: who decided so far.
 */
const struct mini_ca_ops *mini_cc_switch(struct mini_cc *cc,
					 const struct mini_ca_ops *ops,
					 u64 now_us)
{
	const struct mini_ca_ops *old = cc->ops;
	bool running = cc->running;

	mini_cc_stop(cc);
	cc->ops = ops;
	cc->acked = 0;
	cc->prior_cwnd = 0;
	if (running)
		mini_cc_run(cc, now_us);
	return old;
}

/**
 * mini_cc_ack_limit() - octets that one ACK may add to cwnd in slow start
 * @cc: congestion state
 *
 * What an ACK after a timeout covers had mostly arrived before: it says little
 * about what the network takes now, and counts as one segment (RFC 3465 2.3).
 * Else eight segments, or as much as leaves in one packet to IP: an ACK for that
 * lets go no larger burst than the network has just taken.
 *
 * Return: octets.
 */
u32 mini_cc_ack_limit(const struct mini_cc *cc)
{
	if (cc->state == MINI_CA_LOSS)
		return cc->mss;
	return cc->paced ? U32_MAX :
			   max(MINI_SLOW_START_SEGS * cc->mss, cc->burst);
}

/**
 * mini_cc_grow() - a larger window, but not beyond any that a peer can offer
 * @cc: congestion state
 * @octets: to add
 */
void mini_cc_grow(struct mini_cc *cc, u32 octets)
{
	cc->cwnd += min(octets, MINI_CWND_MAX - cc->cwnd);
}
EXPORT_SYMBOL_GPL(mini_cc_grow);

/**
 * mini_cc_slow_start() - RFC 5681 3.1: grow by what was ACKed, up to ssthresh
 * @cc: congestion state with cwnd below ssthresh
 * @acked: octets ACKed
 *
 * Return: octets of @acked that are left for congestion avoidance.
 */
u32 mini_cc_slow_start(struct mini_cc *cc, u32 acked)
{
	u32 room = cc->ssthresh - cc->cwnd;
	u32 grow = min3(acked, room, mini_cc_ack_limit(cc));

	mini_cc_grow(cc, grow);
	return grow == room ? acked - grow : 0;
}
EXPORT_SYMBOL_GPL(mini_cc_slow_start);

/**
 * mini_cc_congestion() - the network is congested: ssthresh comes down
 * @cc: congestion state
 * @flight: FlightSize, octets
 *
 * To be called once for each window that loses something, or is marked; and by
 * a timeout again, which may come on top of that. What cwnd becomes is the
 * caller's to do: ssthresh after a loss, one segment after a timeout (RFC 5681
 * 3.1), what this returns after ECE.
 *
 * Return: octets; ssthresh too, but where that has its least value of two
 * segments this may be as little as one (RFC 9438 4.6, RFC 3168 6.1.2).
 */
u32 mini_cc_congestion(struct mini_cc *cc, u32 flight)
{
	u32 wnd;

	if (cc->state == MINI_CA_OPEN) {
		cc->prior_cwnd = cc->cwnd;
		cc->prior_ssthresh = cc->ssthresh;
	}
	cc->acked = 0;
	wnd = cc->ops->ssthresh(cc, flight);
	cc->ssthresh = max(wnd, MINI_SSTHRESH_MIN_SEGS * cc->mss);
	return max(wnd, cc->mss);
}

/**
 * mini_cc_undo() - there was no congestion after all (RFC 9438 4.9)
 * @cc: congestion state, mini_cc_congestion() was called before
 *
 * When the proof comes so late that recovery is over and cwnd has outgrown
 * what it was before, what is there stays.
 */
void mini_cc_undo(struct mini_cc *cc)
{
	if (!cc->prior_cwnd ||
	    (cc->state == MINI_CA_OPEN && cc->cwnd > cc->prior_cwnd))
		return;
	cc->cwnd = max(cc->cwnd, cc->prior_cwnd);
	cc->ssthresh = max(cc->ssthresh, cc->prior_ssthresh);
	cc->prior_cwnd = 0;
	if (cc->ops->undo)
		cc->ops->undo(cc);
}

/**
 * mini_cc_restart() - data is about to leave, and nothing is in flight
 * @cc: congestion state
 * @idle_us: since data was last sent
 * @limit_us: RTO; U64_MAX to keep cwnd whatever happens
 *
 * After more than an RTO there is no ACK clock any more, and cwnd is what the
 * network took long ago: start again from the restart window (RFC 5681 4.1,
 * RFC 6928 2).
 */
void mini_cc_restart(struct mini_cc *cc, u64 idle_us, u64 limit_us)
{
	if (cc->ops->on_idle)
		cc->ops->on_idle(cc, idle_us);
	if (idle_us <= limit_us)
		return;
	cc->cwnd = min(cc->cwnd, mini_cc_initial_window(cc->mss));
	cc->acked = 0;
}

/* RFC 5681 3.1, octets counted as in RFC 3465 2.1: splitting ACKs is no use */
static void mini_newreno_on_ack(struct mini_cc *cc,
				const struct mini_ca_ack *a)
{
	u32 acked = a->acked;

	if (!a->limited)
		return;
	if (cc->cwnd < cc->ssthresh)
		acked = mini_cc_slow_start(cc, acked);
	cc->acked += acked;
	if (cc->acked >= cc->cwnd) {
		cc->acked -= cc->cwnd;
		mini_cc_grow(cc, cc->mss);
	}
}

static u32 mini_newreno_ssthresh(struct mini_cc *cc, u32 flight)
{
	return flight / 2;
}

struct mini_ca_ops mini_newreno = {
	.name		= "reno",	/* as Linux calls its NewReno */
	.owner		= THIS_MODULE,
	.unrestricted	= true,
	.on_ack		= mini_newreno_on_ack,
	.ssthresh	= mini_newreno_ssthresh,
};
