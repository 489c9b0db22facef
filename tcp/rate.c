// SPDX-License-Identifier: GPL-2.0-only
/*
 * Delivery rate samples (draft-cheng-iccrg-delivery-rate-estimation). Pure.
 *
 * Between the moment when a packet is sent and the one when its ACK comes so
 * many octets are delivered, and so much time passes. ACKs may come in a bunch,
 * so the time is at least what sending the same octets took: the path cannot
 * have been faster than that.
 */
#include <linux/math64.h>
#include <linux/minmax.h>
#include <mini/param.h>
#include <mini/rate.h>
#include <mini/seq.h>

/**
 * mini_rate_send() - a packet leaves
 * @r: estimator
 * @p: kept with the packet until it is ACKed
 * @idle: nothing else is in the network: a flight begins
 * @now_us: time
 */
void mini_rate_send(struct mini_rate *r, struct mini_rate_sent *p, bool idle,
		    u64 now_us)
{
	if (idle) {
		r->first_us = now_us;
		r->delivered_us = now_us;
	}
	p->first_us = r->first_us;
	p->delivered_us = r->delivered_us;
	p->delivered = r->delivered;
	p->limited = r->limited;
}

/**
 * mini_rate_limit() - there is room to send, and nothing to be sent
 * @r: estimator
 * @pipe: octets in the network
 */
void mini_rate_limit(struct mini_rate *r, u32 pipe)
{
	r->limited = true;
	r->limited_to = r->delivered + pipe;
}

/**
 * mini_rate_deliver() - a packet is newly known to have arrived
 * @s: sample of the ACK
 * @p: what was kept with the packet
 * @sent_us: when it was last sent
 */
void mini_rate_deliver(struct mini_rate_sample *s,
		       const struct mini_rate_sent *p, u64 sent_us)
{
	if (s->any && seq_lt(p->delivered, s->prior.delivered))
		return;
	s->prior = *p;
	s->sent_us = sent_us;
	s->any = true;
}

/* A rate below the last says something only if the network is to blame */
static void mini_rate_keep(struct mini_rate *r, u32 got, u32 took_us,
			   bool limited)
{
	if (limited && (u64)got * r->got_us < (u64)r->got * took_us)
		return;
	r->got = got;
	r->got_us = took_us;
	r->got_limited = limited;
}

/**
 * mini_rate_ack() - all that an ACK delivers has been told
 * @r: estimator
 * @s: sample of the ACK
 * @delivered: octets that it delivers
 * @min_rtt_us: the shortest round trip: no sample can be taken in less
 * @now_us: time
 */
void mini_rate_ack(struct mini_rate *r, const struct mini_rate_sample *s,
		   u32 delivered, u32 min_rtt_us, u64 now_us)
{
	u32 took_us;

	if (!delivered)
		return;
	r->delivered += delivered;
	r->delivered_us = now_us;
	if (r->limited && seq_gt(r->delivered, r->limited_to))
		r->limited = false;
	if (!s->any)
		return;
	r->first_us = s->sent_us;
	took_us = max(s->sent_us - s->prior.first_us,
		      r->delivered_us - s->prior.delivered_us);
	if (took_us && took_us >= min_rtt_us)
		mini_rate_keep(r, r->delivered - s->prior.delivered, took_us,
			       s->prior.limited);
}

/**
 * mini_rate_per_s() - the last rate that was worth keeping
 * @r: estimator
 *
 * Return: octets per second; 0 before there is a sample.
 */
u64 mini_rate_per_s(const struct mini_rate *r)
{
	return r->got_us ? div_u64((u64)r->got * MINI_USEC_PER_SEC, r->got_us) :
			   0;
}
