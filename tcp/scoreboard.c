// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scoreboard: what is known of each packet of the retransmission queue
 * (RFC 6675 section 3). A packet carries marks, MINI_SKB_*, and the sums over
 * them in octets (snd.sacked, snd.lost, snd.retrans) change with each mark,
 * here and nowhere else. A packet that is SACKed is neither lost nor resent.
 *
 * A window may be thousands of packets, and each ACK asks what is late and what
 * to send again. So that neither is searched for, a packet stands in one of two
 * lists beside the queue: mini_sock.out while it is in the network, the one
 * sent longest ago first, or mini_sock.resend while it is lost; and in none
 * when it is SACKed.
 */
#include <linux/list_sort.h>
#include <mini/ip.h>
#include <mini/tcp.h>

static bool mini_sent_before(const struct mini_skb_cb *a,
			     const struct mini_skb_cb *b)
{
	return a->sent_us < b->sent_us ||
	       (a->sent_us == b->sent_us && seq_lt(a->end_seq, b->end_seq));
}

static bool mini_seq_before(const struct mini_skb_cb *a,
			    const struct mini_skb_cb *b)
{
	return seq_lt(a->seq, b->seq);
}

/* To its place in a list, which is near the end almost always */
static void mini_line_up(struct list_head *list, struct mini_skb_cb *cb,
			 bool (*before)(const struct mini_skb_cb *a,
					const struct mini_skb_cb *b))
{
	struct list_head *at;

	list_del_init(&cb->link);
	for (at = list->prev; at != list; at = at->prev)
		if (!before(cb, list_entry(at, struct mini_skb_cb, link)))
			break;
	list_add(&cb->link, at);
}

static int mini_sent_order(void *unused, const struct list_head *a,
			   const struct list_head *b)
{
	return mini_sent_before(list_entry(b, struct mini_skb_cb, link),
				list_entry(a, struct mini_skb_cb, link));
}

/**
 * mini_mark_out() - a packet has been sent
 * @msk: socket
 * @skb: of the retransmission queue, not SACKed; neither lost, but for one
 *	that was sent again
 */
void mini_mark_out(struct mini_sock *msk, struct sk_buff *skb)
{
	mini_line_up(&msk->out, mini_cb(skb), mini_sent_before);
}

/**
 * mini_unmark() - octets of @skb leave the scoreboard
 * @msk: socket
 * @skb: of the retransmission queue
 * @n: octets of it that have just been ACKed
 */
void mini_unmark(struct mini_sock *msk, const struct sk_buff *skb, u32 n)
{
	u8 mark = mini_cb(skb)->mark;

	if (mark & MINI_SKB_LOST)
		msk->snd.lost -= n;
	if (mark & MINI_SKB_RETRANS)
		msk->snd.retrans -= n;
	if (mark & MINI_SKB_SACKED)
		msk->snd.sacked -= n;
}

/* Lost, and not sent again since */
static bool mini_is_to_resend(const struct mini_skb_cb *cb)
{
	return (cb->mark & (MINI_SKB_LOST | MINI_SKB_RETRANS)) == MINI_SKB_LOST;
}

/**
 * mini_mark_lost() - a packet is taken for lost, perhaps once more
 * @msk: socket
 * @skb: of the retransmission queue, not SACKed
 */
void mini_mark_lost(struct mini_sock *msk, struct sk_buff *skb)
{
	struct mini_skb_cb *cb = mini_cb(skb);
	u32 n = mini_skb_unacked(msk, skb);

	if (mini_is_to_resend(cb))
		return;
	if (!(cb->mark & MINI_SKB_LOST))
		msk->snd.lost += n;
	if (cb->mark & MINI_SKB_RETRANS)
		msk->snd.retrans -= n;
	cb->mark |= MINI_SKB_LOST;
	cb->mark &= ~MINI_SKB_RETRANS;
	mini_line_up(&msk->resend, cb, mini_seq_before);
}

/**
 * mini_mark_resent() - a packet has been sent again
 * @msk: socket
 * @skb: of the retransmission queue
 */
void mini_mark_resent(struct mini_sock *msk, struct sk_buff *skb)
{
	struct mini_skb_cb *cb = mini_cb(skb);

	if (mini_is_to_resend(cb)) {
		cb->mark |= MINI_SKB_RETRANS;
		msk->snd.retrans += mini_skb_unacked(msk, skb);
	}
	cb->mark |= MINI_SKB_EVER;
	if (!(cb->mark & MINI_SKB_SACKED))
		mini_mark_out(msk, skb);
}

/**
 * mini_mark_all_lost() - all that is out and not SACKed counts as lost
 * @msk: socket
 */
void mini_mark_all_lost(struct mini_sock *msk)
{
	struct sk_buff *skb;

	skb_queue_walk(&msk->rtx, skb)
		if (!(mini_cb(skb)->mark & MINI_SKB_SACKED))
			mini_mark_lost(msk, skb);
}

/**
 * mini_mark_none_lost() - nothing was lost after all
 * @msk: socket
 */
void mini_mark_none_lost(struct mini_sock *msk)
{
	struct sk_buff *skb;

	skb_queue_walk(&msk->rtx, skb)
		mini_cb(skb)->mark &= ~(MINI_SKB_LOST | MINI_SKB_RETRANS);
	list_splice_init(&msk->resend, &msk->out);
	list_sort(NULL, &msk->out, mini_sent_order);
	msk->snd.lost = 0;
	msk->snd.retrans = 0;
}

/**
 * mini_mark_none_sacked() - the peer has thrown away what it had SACKed
 * @msk: socket
 *
 * It may (RFC 2018 section 8), and is found out when the packet at SND.UNA is
 * SACKed and a timeout comes.
 */
void mini_mark_none_sacked(struct mini_sock *msk)
{
	struct sk_buff *skb;

	skb_queue_walk(&msk->rtx, skb) {
		if (!(mini_cb(skb)->mark & MINI_SKB_SACKED))
			continue;
		mini_cb(skb)->mark &= ~MINI_SKB_SACKED;
		list_add_tail(&mini_cb(skb)->link, &msk->out);
	}
	list_sort(NULL, &msk->out, mini_sent_order);
	msk->snd.sacked = 0;
	msk->snd.sacked_pkts = 0;
}

/* The packet, or its segments up to @end */
static struct mini_sent mini_sent_of(const struct sk_buff *skb, u32 end)
{
	const struct mini_skb_cb *cb = mini_cb(skb);

	return (struct mini_sent){
		.at_us = cb->sent_us,
		.end_seq = end,
		.resent = cb->mark & MINI_SKB_EVER,
	};
}

/* RFC 8985 6.2 step 2: does the echo belong to an earlier copy? */
static bool mini_echo_is_older(const struct mini_sock *msk,
			       const struct mini_delivery *d, u64 sent_us)
{
	return d->tsecr && seq_lt(d->tsecr, mini_ts_now(&msk->ts, sent_us));
}

/* Octets of @skb from @from to @end are newly known to have arrived */
static void mini_delivered(struct sock *sk, const struct sk_buff *skb, u32 from,
			   u32 end, struct mini_delivery *d)
{
	struct mini_sock *msk = mini_sk(sk);
	struct mini_sent s = mini_sent_of(skb, end);

	/* a queue below that was to hold it, for pacing, has not */
	s.at_us = min(s.at_us, d->now_us);
	d->delivered += end - from;
	d->segs += DIV_ROUND_UP(end - from, msk->snd.mss);
	mini_rate_deliver(&d->rate, &mini_cb(skb)->rate, s.at_us);
	if (s.resent) {
		s.stale = mini_echo_is_older(msk, d, s.at_us);
		d->resent = true;
	} else {
		d->rtt_us = max_t(u64, d->now_us - s.at_us, 1);
		d->original |= seq_leq(s.end_seq, msk->snd.recover);
	}
	if (msk->snd.sack_ok)
		d->latest |= mini_rack_delivered(&msk->rack, &s, d->now_us,
						 msk->rtt.min_us);
}

/**
 * mini_board_acked() - SND.UNA has moved: take what is ACKed off the queue
 * @sk: socket, owned
 * @d: what the ACK delivers; added to. A round trip is that of the last
 *	packet, when none was sent twice (Karn).
 */
void mini_board_acked(struct sock *sk, struct mini_delivery *d)
{
	struct mini_sock *msk = mini_sk(sk);
	struct sk_buff *skb;

	while ((skb = skb_peek(&msk->rtx))) {
		struct mini_skb_cb *cb = mini_cb(skb);
		u32 from = seq_max(cb->seq, d->una);
		bool whole = seq_leq(cb->end_seq, msk->snd.una);
		u32 end = whole ? cb->end_seq : msk->snd.una;

		if (!seq_lt(from, msk->snd.una))
			break;
		mini_unmark(msk, skb, end - from);
		if (!(cb->mark & MINI_SKB_SACKED))
			mini_delivered(sk, skb, from, end, d);
		if (!whole)
			break;
		msk->snd.sacked_pkts -= !!(cb->mark & MINI_SKB_SACKED);
		__skb_unlink(skb, &msk->rtx);
		mini_skb_free_sent(sk, skb);
	}
	/* behind a hole that was filled late all ACKs are late (RFC 6298 3) */
	if (d->resent)
		d->rtt_us = 0;
}

static void mini_mark_sacked(struct sock *sk, struct sk_buff *skb,
			     struct mini_delivery *d)
{
	struct mini_sock *msk = mini_sk(sk);
	u32 n = mini_skb_unacked(msk, skb);

	mini_unmark(msk, skb, n);
	mini_cb(skb)->mark &= ~(MINI_SKB_LOST | MINI_SKB_RETRANS);
	mini_cb(skb)->mark |= MINI_SKB_SACKED;
	list_del_init(&mini_cb(skb)->link);
	msk->snd.sacked += n;
	msk->snd.sacked_pkts++;
	d->sacked += n;
	mini_delivered(sk, skb, mini_cb(skb)->end_seq - n,
		       mini_cb(skb)->end_seq, d);
}

/*
 * Cut @skb so that a piece of it begins at @seq; false when it cannot be. The
 * blocks are the peer's to choose, and each cut costs memory: a limit.
 */
static bool mini_cut_at(struct sock *sk, struct sk_buff *skb, u32 seq)
{
	u32 len = seq - mini_cb(skb)->seq;

	return len < skb->len && sk->sk_wmem_queued / 2 <= sk->sk_sndbuf &&
	       !mini_skb_split(sk, &mini_sk(sk)->rtx, skb, len, GFP_ATOMIC);
}

/* Mark what of @skb lies within @r; the packet to go on with */
static struct sk_buff *mini_sack_one(struct sock *sk, struct sk_buff *skb,
				     const struct mini_range *r,
				     struct mini_delivery *d)
{
	struct mini_skb_cb *cb = mini_cb(skb);

	if (cb->mark & MINI_SKB_SACKED || seq_leq(cb->end_seq, r->start))
		return skb->next;
	if (seq_lt(cb->seq, r->start))	/* its second half is next, if any */
		mini_cut_at(sk, skb, r->start);
	else if (seq_leq(cb->end_seq, r->end) || mini_cut_at(sk, skb, r->end))
		mini_mark_sacked(sk, skb, d);
	return skb->next;
}

/* What of @r the blocks of the last ACK did not say: one grows, others repeat */
static struct mini_range mini_sack_news(const struct mini_sock *msk,
					struct mini_range r)
{
	const struct mini_range *old;
	u8 i;

	for (i = 0; i < MINI_SACK_MAX && msk->snd.sacked; i++) {
		old = &msk->snd.seen[i];
		if (seq_within(r.start, old->start, old->end))
			r.start = old->end;
		if (seq_lt(old->start, r.end) && seq_leq(r.end, old->end))
			r.end = old->start;
	}
	return r;
}

/*
 * The packet that @seq is in, which is out. What arrives was sent longest ago,
 * most often: look from there on.
 */
static struct sk_buff *mini_board_find(struct mini_sock *msk, u32 seq)
{
	struct mini_skb_cb *oldest = list_first_entry_or_null(&msk->out,
					struct mini_skb_cb, link);
	struct sk_buff *skb = oldest ? mini_cb_skb(oldest) :
				       skb_peek(&msk->rtx);

	while (seq_gt(mini_cb(skb)->seq, seq) &&
	       !skb_queue_is_first(&msk->rtx, skb))
		skb = skb->prev;
	while (seq_leq(mini_cb(skb)->end_seq, seq))
		skb = skb->next;
	return skb;
}

/**
 * mini_board_sacked() - take in the SACK blocks of an ACK
 * @sk: socket, owned
 * @o: its options
 * @d: what the ACK delivers; added to
 */
void mini_board_sacked(struct sock *sk, const struct mini_opts *o,
		       struct mini_delivery *d)
{
	struct mini_sock *msk = mini_sk(sk);
	struct mini_range r[MINI_SACK_MAX] = {};
	struct sk_buff *skb;
	u8 i, n = mini_sack_usable(o, msk->snd.una, msk->snd.nxt, r);

	for (i = 0; i < n; i++) {
		struct mini_range new = mini_sack_news(msk, r[i]);

		if (!seq_lt(new.start, new.end))
			continue;
		skb = mini_board_find(msk, new.start);
		/* the queue's head ends the walk */
		while (skb != (struct sk_buff *)&msk->rtx &&
		       seq_lt(mini_cb(skb)->seq, new.end))
			skb = mini_sack_one(sk, skb, &r[i], d);
	}
	memcpy(msk->snd.seen, r, sizeof(r));
}

/* Are DupThresh segments SACKed, by octets or by packets? (RFC 6675 4) */
static bool mini_dupthresh_met(const struct mini_sock *msk)
{
	return msk->snd.sacked > (MINI_DUPACKS - 1) * msk->snd.mss ||
	       msk->snd.sacked_pkts >= MINI_DUPACKS;
}

static u32 mini_reo_wnd_us(const struct mini_sock *msk)
{
	bool eager = msk->cc.state != MINI_CA_OPEN || mini_dupthresh_met(msk);

	return mini_rack_reo_wnd_us(&msk->rack, msk->rtt.min_us,
				    msk->rtt.srtt_us8 >> 3, eager);
}

/*
 * RFC 8985 6.2 step 5. Who was sent after all that has arrived is not late, and
 * nor are those behind.
 */
static u64 mini_detect_by_time(struct sock *sk, u64 now_us)
{
	struct mini_sock *msk = mini_sk(sk);
	u32 reo_wnd_us = mini_reo_wnd_us(msk);
	struct mini_skb_cb *cb, *next;
	u64 wait_us = 0;

	list_for_each_entry_safe(cb, next, &msk->out, link) {
		struct sk_buff *skb = mini_cb_skb(cb);
		struct mini_sent s = mini_sent_of(skb, cb->end_seq);
		u64 left_us = mini_rack_left_us(&msk->rack, &s, reo_wnd_us,
						now_us);

		if (left_us == MINI_RACK_NEVER)
			break;
		if (!left_us)
			mini_mark_lost(msk, skb);
		wait_us = max(wait_us, left_us);
	}
	return wait_us;
}

/*
 * RFC 6675 section 4, IsLost(): DupThresh packets, or more than two segments'
 * worth of octets, above it are SACKed. What was resent is not judged again.
 */
static void mini_detect_by_count(struct mini_sock *msk)
{
	u32 packets = 0, octets = 0;
	struct sk_buff *skb;

	skb_queue_reverse_walk(&msk->rtx, skb) {
		if (mini_cb(skb)->mark & MINI_SKB_SACKED) {
			octets += skb->len;
			packets++;
		} else if (!(mini_cb(skb)->mark & MINI_SKB_EVER) &&
			   !mini_is_to_resend(mini_cb(skb)) &&
			   (packets >= MINI_DUPACKS ||
			    octets > (MINI_DUPACKS - 1) * msk->snd.mss)) {
			mini_mark_lost(msk, skb);
		}
	}
}

/**
 * mini_board_detect() - which packets are lost?
 * @sk: socket of a peer with SACK, owned
 * @d: what an ACK delivers; a timer says that it is the latest, to have RACK
 *	look again. After an undo nothing is lost until there is news: what made
 *	it lost before is not asked a second time.
 *
 * Return: microseconds after which to ask again, because some packet is late
 * but not yet too late; 0 when none is.
 */
u64 mini_board_detect(struct sock *sk, const struct mini_delivery *d)
{
	struct mini_sock *msk = mini_sk(sk);

	/* all in order: nothing that was sent later has overtaken */
	if (!msk->snd.sacked && msk->cc.state == MINI_CA_OPEN)
		return 0;
	if (!msk->mn->sysctl.recovery)
		mini_detect_by_count(msk);
	else if (d->latest)
		return mini_detect_by_time(sk, d->now_us);
	return 0;
}

/**
 * mini_board_timeout() - the retransmission timer has expired
 * @sk: socket, owned
 * @now_us: time
 *
 * With RACK the packet at SND.UNA is lost, and of the others those that are
 * overdue (RFC 8985 6.3); without it they all are.
 */
void mini_board_timeout(struct sock *sk, u64 now_us)
{
	struct mini_sock *msk = mini_sk(sk);
	bool rack = msk->snd.sack_ok &&
		    msk->mn->sysctl.recovery;
	struct sk_buff *skb = skb_peek(&msk->rtx);
	u32 spare_us = msk->rack.rtt_us + mini_reo_wnd_us(msk);

	if (skb && mini_cb(skb)->mark & MINI_SKB_SACKED)
		mini_mark_none_sacked(msk);
	if (!msk->snd.sack_ok)
		msk->snd.sacked = 0;	/* of duplicate ACKs, no mark */
	skb_queue_walk(&msk->rtx, skb) {
		if (mini_cb(skb)->mark & MINI_SKB_SACKED)
			continue;
		if (!rack || skb == skb_peek(&msk->rtx) ||
		    mini_cb(skb)->sent_us + spare_us <= now_us)
			mini_mark_lost(msk, skb);
	}
}
