// SPDX-License-Identifier: GPL-2.0-only
/*
 * What must be so of each end of a simulated connection, whatever the link
 * does. What an end may send is measured by what the link has carried, and by
 * the engine's own variables only where the link cannot know.
 */
#include <net/sock.h>
#include "link.h"

/* Is the engine's view walked through in each step? It is not for free. */
#define WALK_EVERY	32U

static void note_broken(struct mini_link *l, const struct mini_link_end *e,
			struct va_format *vaf)
{
	if (!l->broken[0])
		snprintf(l->broken, sizeof(l->broken), "%c: %pV",
			 mini_link_name(l, e), vaf);
}

/**
 * mini_link_break() - a rule was broken
 * @l: link
 * @e: by this end
 * @fmt: which
 *
 * Where headers are tampered with, it only ends the connection.
 */
void mini_link_break(struct mini_link *l, const struct mini_link_end *e,
		     const char *fmt, ...)
{
	struct va_format vaf;
	va_list args;

	l->over = true;
	if (l->wild)
		return;
	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	note_broken(l, e, &vaf);
	va_end(args);
}

/* The same for what no tampering excuses */
__printf(3, 4)
static void break_hard(struct mini_link *l, const struct mini_link_end *e,
		       const char *fmt, ...)
{
	struct va_format vaf;
	va_list args;

	l->over = true;
	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	note_broken(l, e, &vaf);
	va_end(args);
}

static const struct mini_link_end *peer(const struct mini_link *l,
					const struct mini_link_end *e)
{
	return &l->end[e == l->end];
}

/* The right edge that a segment of @e offers */
static u32 edge_of(const struct mini_link *l, const struct mini_link_end *e,
		   const struct mini_link_hdr *h)
{
	u8 shift = 0;

	if (!(h->flags & MINI_SYN) && e->law.ws && peer(l, e)->law.ws)
		shift = e->law.ws - 1;
	return h->ack + ((u32)h->wnd << shift);
}

static bool has_edge(const struct mini_link_hdr *h)
{
	return h->flags & MINI_ACK && !(h->flags & MINI_RST);
}

/* SHLD-14: the right edge never moves left */
static void law_edge(struct mini_link *l, struct mini_link_end *e,
		     const struct mini_link_hdr *h)
{
	struct mini_link_law *law = &e->law;
	u32 edge = edge_of(l, e, h);

	if (!has_edge(h))
		return;
	if (law->edge_known && seq_lt(edge, law->edge))
		mini_link_break(l, e, "the right edge moves left by %u",
				law->edge - edge);
	law->edge = edge;
	law->edge_known = true;
}

/* Eff.snd.MSS: options count too, and GSO is no way around it */
static void law_size(struct mini_link *l, struct mini_link_end *e,
		     const struct mini_link_hdr *h, const struct sk_buff *skb)
{
	u32 gso = skb_shinfo(skb)->gso_size;
	u32 size = (gso ?: h->len) + h->hlen - MINI_TCP_HLEN;
	u32 most = min_t(u32, peer(l, e)->law.mss ?: MINI_MSS_DEFAULT,
			 e->mtu - MINI_IP_HLEN - MINI_TCP_HLEN);

	if (h->len && size > most)
		mini_link_break(l, e, "a segment of %u octets where %u fit",
				size, most);
	if (gso && !e->gso)
		mini_link_break(l, e, "GSO to a device that has none");
}

/* RFC 8985 7.3: a tail loss probe, one segment, may go beyond cwnd */
static bool loss_probe(const struct mini_sock *msk)
{
	return msk->write_for == MINI_FOR_PTO && !msk->write_tmr.at_us;
}

/*
 * New data stays within the window offered, but for the octet of a probe; and
 * within the congestion window, which lets a segment go when nothing is out.
 * SND.NXT has not moved yet.
 */
static void law_windows(struct mini_link *l, struct mini_link_end *e,
			const struct mini_sock *msk,
			const struct mini_link_hdr *h)
{
	u32 end = h->seq + h->len, probe = h->len == 1;
	u32 pipe = mini_pipe(msk);

	if (!e->law.peer_edge_known ||
	    seq_gt(end - probe, e->law.peer_edge))
		mini_link_break(l, e, "%u octets beyond the peer's window",
				end - e->law.peer_edge);
	if (pipe + h->len > max_t(u32, msk->cc.cwnd, msk->snd.mss) &&
	    !(probe && end - probe == e->law.peer_edge) &&
	    !(loss_probe(msk) && h->len <= msk->snd.mss))
		mini_link_break(l, e, "pipe %u + %u octets, cwnd %u", pipe,
				h->len, msk->cc.cwnd);
}

/*
 * Where nothing gets lost only the octet is sent again that probes a shut
 * window, what probes for the loss of a tail, and what a buffer full of small
 * segments had no room for, within the window or not. Elsewhere a bound for a
 * sender that does nothing else any more: with segments of a few octets, and a
 * peer that has no room for many of them, each may well take its turn ten
 * times.
 */
static void law_resent(struct mini_link *l, struct mini_link_end *e,
		       const struct sock *sk, const struct mini_link_hdr *h)
{
	struct mini_link_law *law = &e->law;

	law->retrans++;
	if (l->perfect && h->len != 1 && !(sk && loss_probe(mini_sk(sk))) &&
	    mini_mib_sum(l->t->mn, MINI_MIB_DROP_RCV_BUF) == l->refused)
		mini_link_break(l, e, "%u octets again where nothing gets lost",
				h->len);
	if (law->retrans > 200 + 20 * (law->fresh + l->path[e - l->end].lost))
		mini_link_break(l, e, "%u segments sent again, %u sent",
				law->retrans, law->fresh);
}

/* RFC 3168 6.1.4 to 6.1.6: what may be marked is new data of who agreed to it */
static void law_ecn(struct mini_link *l, struct mini_link_end *e,
		    const struct sock *sk, const struct mini_link_hdr *h,
		    const struct sk_buff *skb)
{
	u8 ecn = mini_cb(skb)->ecn;
	bool may = sk && h->len && mini_sk(sk)->ecn.ok &&
		   seq_gt(h->seq + h->len, e->law.max);

	if (ecn && (!may || ecn != MINI_ECN_ECT0))
		mini_link_break(l, e, "ECN field %u on %u octets", ecn, h->len);
}

static void law_syn(struct mini_link_end *e, const struct mini_link_hdr *h)
{
	e->law.synced = true;
	e->law.mss = h->mss;
	e->law.ws = h->ws;
	e->law.max = h->seq + 1;
}

/**
 * mini_link_law_tx() - an end sends a segment
 * @l: link
 * @e: end
 * @sk: its socket, or NULL when no socket sends it
 * @skb: segment
 */
void mini_link_law_tx(struct mini_link *l, struct mini_link_end *e,
		      const struct sock *sk, const struct sk_buff *skb)
{
	struct mini_link_hdr h;
	u32 end;

	if (l->wild || e->app.closed)
		return;
	mini_link_parse(skb, &h);
	if (h.flags & MINI_SYN)
		law_syn(e, &h);
	law_edge(l, e, &h);
	law_size(l, e, &h, skb);
	law_ecn(l, e, sk, &h, skb);
	end = h.seq + h.len + !!(h.flags & MINI_FIN);
	if (end == h.seq || h.flags & MINI_SYN)
		return;
	if (!seq_gt(end, e->law.max)) {
		law_resent(l, e, sk, &h);
		return;
	}
	e->law.fresh++;
	if (h.len && sk && seq_gt(h.seq + h.len, e->law.max))
		law_windows(l, e, mini_sk(sk), &h);
	e->law.max = end;
}

/**
 * mini_link_law_rx() - a segment reaches an end
 * @l: link
 * @e: end
 * @h: segment, as it was sent
 */
void mini_link_law_rx(struct mini_link *l, struct mini_link_end *e,
		      const struct mini_link_hdr *h)
{
	struct mini_link_law *law = &e->law;
	u32 edge;

	if (l->wild || !has_edge(h))
		return;
	edge = edge_of(l, peer(l, e), h);
	if (!law->peer_edge_known || seq_gt(edge, law->peer_edge))
		law->peer_edge = edge;
	law->peer_edge_known = true;
}

/* RTO-4: when the deadline of a timeout is set, it is a while ahead */
static void law_timeout(struct mini_link *l, struct mini_link_end *e,
			const struct mini_sock *msk)
{
	u64 now_us = l->t->now_us;
	u64 at_us = msk->write_for == MINI_FOR_PROBE ? msk->write_tmr.at_us :
						       msk->rto_at_us;

	if (at_us && at_us != e->law.timeout_us &&
	    at_us < now_us + MINI_RTO_MIN_US)
		break_hard(l, e, "a timeout in %lld us", (s64)(at_us - now_us));
	e->law.timeout_us = at_us;
	if (mini_rtt_rto_us(&msk->rtt) < MINI_RTO_MIN_US)
		break_hard(l, e, "RTO is %u us", mini_rtt_rto_us(&msk->rtt));
}

/* One after the other, each as long as it says, up to SND.NXT */
static void law_queue(struct mini_link *l, struct mini_link_end *e,
		      const struct mini_sock *msk)
{
	const struct sk_buff *skb = skb_peek(&msk->rtx);
	u32 seq = skb ? mini_cb(skb)->seq : msk->snd.nxt;

	if (seq_gt(seq, msk->snd.una))
		break_hard(l, e, "%u is neither ACKed nor kept",
			   msk->snd.una - e->iss);
	skb_queue_walk(&msk->rtx, skb) {
		const struct mini_skb_cb *cb = mini_cb(skb);

		if (cb->seq != seq || cb->end_seq - cb->seq != skb->len +
		    !!(cb->flags & MINI_FIN))
			break_hard(l, e, "%u to %u with %u octets stands at %u",
				   cb->seq - e->iss, cb->end_seq - e->iss,
				   skb->len, seq - e->iss);
		seq = cb->end_seq;
	}
	if (seq != msk->snd.nxt)
		break_hard(l, e, "%u is sent and not kept", seq - e->iss);
}

/* A packet is in the network, or lost, or SACKed: in lists, each in its order */
static void law_lists(struct mini_link *l, struct mini_link_end *e,
		      const struct mini_sock *msk)
{
	u32 sacked = 0, n = 0, ordered = 1;
	const struct mini_skb_cb *cb, *last = NULL;
	const struct sk_buff *skb;

	skb_queue_walk(&msk->rtx, skb)
		sacked += !!(mini_cb(skb)->mark & MINI_SKB_SACKED);
	list_for_each_entry(cb, &msk->out, link) {
		ordered &= !last || last->sent_us <= cb->sent_us;
		last = cb;
		n++;
	}
	last = NULL;
	list_for_each_entry(cb, &msk->resend, link) {
		ordered &= (!last || seq_lt(last->seq, cb->seq)) &&
			   cb->mark & MINI_SKB_LOST &&
			   !(cb->mark & MINI_SKB_RETRANS);
		last = cb;
		n++;
	}
	if (sacked != msk->snd.sacked_pkts ||
	    n + sacked != skb_queue_len(&msk->rtx))
		break_hard(l, e, "%u SACKed counted as %u, %u in lists of %u",
			   sacked, msk->snd.sacked_pkts, n,
			   skb_queue_len(&msk->rtx));
	if (!ordered)
		break_hard(l, e, "what is out or lost stands in disorder");
}

/* What is counted of the retransmission queue, and what stands there */
static void law_walk(struct mini_link *l, struct mini_link_end *e,
		     struct mini_sock *msk)
{
	u32 lost = 0, retrans = 0, charged = 0;
	struct sk_buff *skb;

	skb_queue_walk(&msk->rtx, skb) {
		u32 n = mini_skb_unacked(msk, skb);

		if (mini_cb(skb)->mark & MINI_SKB_LOST)
			lost += n;
		if (mini_cb(skb)->mark & MINI_SKB_RETRANS)
			retrans += n;
		charged += skb->truesize;
	}
	skb_queue_walk(&e->sk->sk_write_queue, skb)
		charged += skb->truesize;
	if (lost != msk->snd.lost || retrans != msk->snd.retrans)
		break_hard(l, e, "lost %u counted as %u, resent %u as %u", lost,
			   msk->snd.lost, retrans, msk->snd.retrans);
	if (charged != e->sk->sk_wmem_queued)
		break_hard(l, e, "send queues of %u charged %d", charged,
			   e->sk->sk_wmem_queued);
}

/* Octets charged for what is held out of order, which is in order of number */
static u32 law_ofo(struct mini_link *l, struct mini_link_end *e)
{
	struct sk_buff *skb = mini_ofo_first(e->sk), *next;
	u32 held = 0;

	for (; skb; skb = next) {
		held += skb->truesize;
		next = mini_rb_skb(rb_next(&skb->rbnode));
		if (next && seq_gt(mini_cb(skb)->seq, mini_cb(next)->seq))
			break_hard(l, e, "%u is held behind %u",
				   mini_cb(next)->seq - peer(l, e)->iss,
				   mini_cb(skb)->seq - peer(l, e)->iss);
	}
	return held;
}

static void law_charges(struct mini_link *l, struct mini_link_end *e)
{
	u32 held = law_ofo(l, e);
	struct sk_buff *skb;

	skb_queue_walk(&e->sk->sk_receive_queue, skb)
		held += skb->truesize;
	if (held != atomic_read(&e->sk->sk_rmem_alloc))
		break_hard(l, e, "receive queues of %u charged %d", held,
			   atomic_read(&e->sk->sk_rmem_alloc));
	/* what had to be taken although there is none is accounted later */
	if (e->sk->sk_forward_alloc < 0 && !l->hungry)
		break_hard(l, e, "forward_alloc is %d",
			   e->sk->sk_forward_alloc);
}

static void law_counters(struct mini_link *l, struct mini_link_end *e,
			 struct mini_sock *msk)
{
	u32 flight = mini_flight(msk);

	if (msk->snd.sacked > flight || msk->snd.lost > flight ||
	    msk->snd.retrans > flight)
		break_hard(l, e, "of %u octets out %u sacked, %u lost, %u resent",
			   flight, msk->snd.sacked, msk->snd.lost,
			   msk->snd.retrans);
	if (seq_gt(msk->snd.nxt, msk->snd.write) ||
	    seq_gt(msk->rcv.copied, msk->rcv.nxt))
		break_hard(l, e, "numbers out of order");
	if (e->law.peer_edge_known &&
	    seq_gt(msk->snd.una + msk->snd.wnd, e->law.peer_edge))
		mini_link_break(l, e, "a window %u octets beyond what was offered",
				msk->snd.una + msk->snd.wnd - e->law.peer_edge);
}

/* One that is armed and called off since fires for nothing */
static bool is_due(const struct mini_timer *tm)
{
	return mini_t_armed(tm) && tm->at_us;
}

/* Something waits, and nobody will ever look at it again */
static void law_awake(struct mini_link *l, struct mini_link_end *e,
		      struct mini_sock *msk)
{
	const struct sk_buff *ofo = mini_ofo_first(e->sk);

	if (ofo && seq_leq(mini_cb(ofo)->seq, msk->rcv.nxt))
		mini_link_break(l, e, "%u is in order and still held",
				mini_cb(ofo)->seq - peer(l, e)->iss);
	if ((mini_flight(msk) || mini_unsent(e->sk)) &&
	    !is_due(&msk->write_tmr) &&
	    (mini_flight(msk) || !is_due(&msk->send_tmr.t)))
		break_hard(l, e, "%u octets out, %u unsent, and no timer",
			   mini_flight(msk), msk->snd.write - msk->snd.nxt);
	if (msk->ack_due && !is_due(&msk->delack_tmr))
		break_hard(l, e, "an ACK is owed, and no timer");
}

/**
 * mini_link_law_step() - something has happened
 * @l: link
 */
void mini_link_law_step(struct mini_link *l)
{
	bool walk = l->verbose || l->steps % WALK_EVERY == 0;
	struct mini_link_end *e;

	for (e = l->end; e < l->end + 2; e++) {
		struct mini_sock *msk;

		if (!e->sk || (1 << e->sk->sk_state) &
		    (TCPF_CLOSE | TCPF_SYN_SENT | TCPF_SYN_RECV))
			continue;
		msk = mini_sk(e->sk);
		law_counters(l, e, msk);
		law_timeout(l, e, msk);
		law_awake(l, e, msk);
		if (!walk)
			continue;
		law_queue(l, e, msk);
		law_walk(l, e, msk);
		law_lists(l, e, msk);
		law_charges(l, e);
	}
}

/**
 * mini_link_law_done() - the connection is over, and so are its timers
 * @l: link
 */
void mini_link_law_done(struct mini_link *l)
{
	struct mini_net *mn = l->t->mn;
	struct mini_link_end *e;
	const char *left;

	for (e = l->end; e < l->end + 2; e++) {
		left = e->sk ? mini_t_left(e->sk) : NULL;
		if (left)
			break_hard(l, e, "%s is left", left);
	}
	e = &l->end[MINI_LINK_B];
	if (!l->over && !l->wild &&
	    mini_mib_sum(mn, MINI_MIB_TIME_WAITS) == l->time_waits)
		break_hard(l, e, "neither end has been in TIME-WAIT");
	if (atomic_read(&mn->tw_count) || atomic_read(&mn->orphans))
		break_hard(l, e, "%d TIME-WAITs and %d orphans are left",
			   atomic_read(&mn->tw_count),
			   atomic_read(&mn->orphans));
	if (mini_sk(l->listener->sk)->listen.nr_reqs ||
	    l->listener->sk->sk_ack_backlog)
		break_hard(l, e, "the listener's queues are not empty");
}

/* ---- why is it not sending? ---- */

static void dump_sock(struct mini_link *l, struct mini_link_end *e)
{
	struct mini_sock *msk = mini_sk(e->sk);
	struct kunit *test = l->t->test;
	char name = mini_link_name(l, e);

	kunit_info(test, "%c: %s, una %u nxt %u write %u, window to %u, cwnd %u ssthresh %u, mss %u, recovery %u",
		   name, mini_t_state_name(e->sk->sk_state),
		   msk->snd.una - e->iss, msk->snd.nxt - e->iss,
		   msk->snd.write - e->iss,
		   msk->snd.una + msk->snd.wnd - e->iss, msk->cc.cwnd,
		   msk->cc.ssthresh, msk->snd.mss, msk->cc.state);
	kunit_info(test, "%c: flight %u pipe %u sacked %u lost %u resent %u, recover %u, queues %u sent %u unsent, wmem %d of %d",
		   name, mini_flight(msk), mini_pipe(msk), msk->snd.sacked,
		   msk->snd.lost, msk->snd.retrans,
		   msk->snd.recover - e->iss, skb_queue_len(&msk->rtx),
		   skb_queue_len(&e->sk->sk_write_queue),
		   e->sk->sk_wmem_queued, e->sk->sk_sndbuf);
	kunit_info(test, "%c: rcv nxt %u edge %u copied %u, queues %u in order %u not, rmem %d of %d",
		   name, msk->rcv.nxt - peer(l, e)->iss,
		   msk->rcv.edge - peer(l, e)->iss,
		   msk->rcv.copied - peer(l, e)->iss,
		   skb_queue_len(&e->sk->sk_receive_queue),
		   !RB_EMPTY_ROOT(&msk->ofo),
		   atomic_read(&e->sk->sk_rmem_alloc), e->sk->sk_rcvbuf);
}

static void dump_timer(struct mini_link *l, struct mini_link_end *e,
		       const char *what, const struct mini_timer *tm)
{
	if (is_due(tm))
		kunit_info(l->t->test, "%c: %s timer in %lld us",
			   mini_link_name(l, e), what,
			   (s64)(tm->at_us - l->t->now_us));
}

static const char *write_for(const struct mini_sock *msk)
{
	static const char * const names[] = {
		[MINI_FOR_RTO]	= "retransmission",
		[MINI_FOR_PTO]	= "tail loss",
		[MINI_FOR_REO]	= "reordering",
		[MINI_FOR_PROBE] = "probe",
	};

	return names[msk->write_for];
}

static void dump_timers(struct mini_link *l, struct mini_link_end *e)
{
	struct mini_sock *msk = mini_sk(e->sk);

	dump_timer(l, e, write_for(msk), &msk->write_tmr);
	dump_timer(l, e, "delayed ACK", &msk->delack_tmr);
	dump_timer(l, e, "keep-alive", &msk->keep_tmr);
	kunit_info(l->t->test, "%c: rto %u us, backoff %u, retries %u, ack_due %u",
		   mini_link_name(l, e), mini_rtt_rto_us(&msk->rtt),
		   msk->rtt.backoff, msk->retries, msk->ack_due);
}

static void dump_user(struct mini_link *l, struct mini_link_end *e)
{
	const struct mini_link_app *app = &e->app;

	kunit_info(l->t->test, "%c: user wrote %u of %u, read %u%s%s%s%s",
		   mini_link_name(l, e), app->done, app->total, app->got,
		   app->eof ? " and the end" : "", app->shut ? ", shut" : "",
		   app->closed ? ", closed" : "",
		   app->at_us != MINI_LINK_NEVER ? ", rests" : ", sleeps");
}

/**
 * mini_link_dump() - all that may say why nothing goes on
 * @l: link
 */
void mini_link_dump(struct mini_link *l)
{
	struct mini_link_end *e;

	kunit_info(l->t->test, "at %llu us, %u packets under way",
		   l->t->now_us - l->start_us, l->nr_heap);
	for (e = l->end; e < l->end + 2; e++) {
		dump_user(l, e);
		if (!e->sk)
			continue;
		dump_sock(l, e);
		dump_timers(l, e);
	}
}
