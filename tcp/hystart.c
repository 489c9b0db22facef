// SPDX-License-Identifier: GPL-2.0-only
/*
 * HyStart++, RFC 9406. Slow start doubles until something is lost, and what is
 * lost then is up to a window. A queue tells earlier: round trips become
 * longer. When a round's shortest does, growth goes on at a quarter of the
 * pace (Conservative Slow Start); if it stays longer for five rounds, slow
 * start is over, and if not, it was a mistake and the doubling goes on.
 */
#include <linux/export.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <mini/ca.h>
#include <mini/hystart.h>
#include <mini/param.h>
#include <mini/seq.h>

#define MINI_RTT_INFINITE	U32_MAX

/**
 * mini_hystart_init() - before the first ACK
 * @h: variables
 */
void mini_hystart_init(struct mini_hystart *h)
{
	*h = (struct mini_hystart) {
		.last_min_us = MINI_RTT_INFINITE,
		.cur_min_us = MINI_RTT_INFINITE,
		.css_base_us = MINI_RTT_INFINITE,
	};
}
EXPORT_SYMBOL_GPL(mini_hystart_init);

static bool mini_hystart_in_css(const struct mini_hystart *h)
{
	return h->css_base_us != MINI_RTT_INFINITE;
}

/* RFC 9406 4.2: "At the start of each round" */
static void mini_hystart_round(struct mini_hystart *h,
			       const struct mini_ca_ack *a)
{
	h->window_end = a->nxt;
	h->first_us = a->now_us;
	h->train_us = a->now_us;
	h->last_min_us = h->cur_min_us;
	h->cur_min_us = MINI_RTT_INFINITE;
	h->samples = 0;
	h->begun = true;
}

/*
 * A round is over when all that was out at its beginning is ACKed. The next
 * begins with the ACK after that, the first for what was sent in this one: so
 * windowEnd, SND.NXT at that moment, is all of that. Taken an ACK earlier it
 * would fall short of it, by more and more of each round.
 */
static bool mini_hystart_next_round(struct mini_hystart *h,
				    const struct mini_ca_ack *a)
{
	if (h->begun && seq_leq(a->una, h->window_end))
		return false;
	mini_hystart_round(h, a);
	return true;
}

/* The round that went into Conservative Slow Start half-way counts */
static bool mini_hystart_css_is_over(struct mini_hystart *h)
{
	return mini_hystart_in_css(h) && ++h->css_rounds == MINI_CSS_ROUNDS;
}

static void mini_hystart_sample(struct mini_hystart *h, u32 rtt_us)
{
	h->cur_min_us = min(h->cur_min_us, rtt_us);
	if (h->samples < MINI_N_RTT_SAMPLE)
		h->samples++;
}

static bool mini_hystart_rtt_rose(const struct mini_hystart *h)
{
	u32 last = h->last_min_us;
	u32 thresh = clamp(last / MINI_MIN_RTT_DIVISOR, MINI_MIN_RTT_THRESH_US,
			   MINI_MAX_RTT_THRESH_US);

	return last != MINI_RTT_INFINITE && h->cur_min_us >= last + thresh;
}

/* RFC 9406 4.2: into Conservative Slow Start, and back when it was spurious */
static void mini_hystart_judge(struct mini_hystart *h)
{
	if (h->samples < MINI_N_RTT_SAMPLE)
		return;
	if (mini_hystart_in_css(h)) {
		if (h->cur_min_us < h->css_base_us)
			h->css_base_us = MINI_RTT_INFINITE;
	} else if (mini_hystart_rtt_rose(h)) {
		h->css_base_us = h->cur_min_us;
		h->css_rounds = 0;
	}
}

/**
 * mini_hystart_on_ack() - slow start, instead of mini_cc_slow_start()
 * @h: variables
 * @cc: congestion state in its first slow start: ssthresh is
 *	MINI_SSTHRESH_NONE. Later ones know where to stop (RFC 9406 4.3).
 * @a: the ACK; one that is not limited still tells the time
 *
 * Return: true when slow start is over, by ssthresh becoming cwnd.
 */
bool mini_hystart_on_ack(struct mini_hystart *h, struct mini_cc *cc,
			 const struct mini_ca_ack *a)
{
	u32 grow = min(a->acked, mini_cc_ack_limit(cc));

	if (mini_hystart_next_round(h, a) && mini_hystart_css_is_over(h)) {
		cc->ssthresh = cc->cwnd;
		return true;
	}
	if (mini_hystart_in_css(h))
		grow /= MINI_CSS_GROWTH_DIVISOR;
	if (a->limited)
		mini_cc_grow(cc, grow);
	if (a->rtt_us) {
		mini_hystart_sample(h, a->rtt_us);
		mini_hystart_judge(h);
	}
	return false;
}
EXPORT_SYMBOL_GPL(mini_hystart_on_ack);

/**
 * mini_hystart_train() - the same by the length of a train of ACKs
 * @h: variables; mini_hystart_on_ack() has seen @a
 * @cc: congestion state in its first slow start
 * @a: the ACK
 *
 * Who paces sends over all of a round trip, and so its ACKs come: its train
 * has to be longer. Devices that gather packets make trains longer, too.
 *
 * Return: true when slow start is over, by ssthresh becoming cwnd.
 */
bool mini_hystart_train(struct mini_hystart *h, struct mini_cc *cc,
			const struct mini_ca_ack *a)
{
	u32 now_us = a->now_us, min_us = min(h->cur_min_us, h->last_min_us);
	u32 full_us;

	if (min_us == MINI_RTT_INFINITE ||
	    now_us - h->train_us > MINI_TRAIN_GAP_US)
		return false;
	h->train_us = now_us;
	full_us = min_us + MINI_TRAIN_SLACK_US;
	if (cc->cwnd < MINI_TRAIN_LOW_SEGS * cc->mss ||
	    now_us - h->first_us <= (cc->paced ? full_us : full_us / 2))
		return false;
	cc->ssthresh = cc->cwnd;
	return true;
}
EXPORT_SYMBOL_GPL(mini_hystart_train);
