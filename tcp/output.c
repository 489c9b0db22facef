// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments out: which octets may leave now, and the header before them
 * (RFC 9293 3.8.4 to 3.8.6, RFC 5681, RFC 6298).
 */
#include <mini/compat.h>
#include <mini/frto.h>
#include <mini/ip.h>
#include <mini/pacing.h>
#include <mini/tcp.h>
#include <mini/trace.h>

/*
 * Free receive buffer as octets of window: half of it is for overhead. When
 * memory is short, no more than keeps the connection going.
 */
static u32 mini_rcv_space(const struct sock *sk)
{
	int free = READ_ONCE(sk->sk_rcvbuf) - atomic_read(&sk->sk_rmem_alloc);
	const struct mini_sock *msk = mini_sk(sk);
	u32 space = free > 0 ? mini_window_clamp(msk, free / 2) : 0;

	if (sk_under_memory_pressure(sk))
		space = min(space, MINI_WND_PRESSED_SEGS * msk->rcv.mss);
	return space;
}

/**
 * mini_wscale_for() - the shift to offer for a receive buffer
 * @space: octets of window that the buffer may ever give
 *
 * Return: 0 to 14.
 */
u8 mini_wscale_for(u32 space)
{
	u8 shift = 0;

	while (shift < MINI_WSCALE_MAX &&
	       (space >> shift) > MINI_WND_UNSCALED_MAX)
		shift++;
	return shift;
}

/**
 * mini_window_now() - the window that the next segment would offer
 * @sk: socket, owned
 *
 * RFC 9293 3.8.6.2.2: the right edge moves only when it can move by a
 * segment or half the buffer, and never to the left.
 *
 * Return: octets, a multiple of the scale.
 */
u32 mini_window_now(const struct sock *sk)
{
	const struct mini_sock *msk = mini_sk(sk);
	u32 cur = msk->rcv.edge - msk->rcv.nxt;
	u32 space = mini_rcv_space(sk);
	u32 step = min_t(u32, msk->rcv.mss, mini_window_clamp(msk,
			 READ_ONCE(sk->sk_rcvbuf) / 2) / 2);
	u32 unit = 1U << msk->rcv.wscale;

	/* what was promised stays so, also where the unit rounds it up */
	space = space < cur + step ? 0 : space & ~(unit - 1);
	return min(max_t(u32, space, ALIGN(cur, unit)),
		   MINI_WND_UNSCALED_MAX << msk->rcv.wscale);
}

static u16 mini_window_take(struct sock *sk, u8 flags)
{
	struct mini_sock *msk = mini_sk(sk);
	u32 wnd;

	if (flags & MINI_SYN)	/* RFC 7323 2.2: never scaled */
		return min(msk->rcv.edge - msk->rcv.nxt,
			   MINI_WND_UNSCALED_MAX);
	wnd = mini_window_now(sk);
	if (unlikely(!wnd || msk->stat.held[MINI_HELD_READ].why))
		mini_stat_held(sk, MINI_HELD_READ,
			       wnd ? MINI_HOLD_NONE : MINI_HOLD_READER);
	msk->rcv.edge = msk->rcv.nxt + wnd;
	return wnd >> msk->rcv.wscale;
}

/**
 * mini_push_header() - put a TCP header before the payload
 * @skb: with header room
 * @t: connection
 * @h: what the header says
 *
 * The checksum is IP's to fill: it knows the addresses and the device.
 */
void mini_push_header(struct sk_buff *skb, const struct mini_tuple *t,
		      const struct mini_header *h)
{
	u8 opts[MINI_OPTS_MAX];
	unsigned int optlen = mini_opts_build(&h->opts, opts);
	u8 *th = skb_push(skb, MINI_TCP_HLEN + optlen);

	skb_reset_transport_header(skb);
	put_unaligned(t->lport, (__be16 *)th);
	put_unaligned(t->rport, (__be16 *)(th + 2));
	put_unaligned_be32(h->seq, th + 4);
	put_unaligned_be32(h->flags & MINI_ACK ? h->ack : 0, th + 8);
	th[12] = (MINI_TCP_HLEN + optlen) << 2;
	th[13] = h->flags;
	put_unaligned_be16(h->wnd, th + 14);
	put_unaligned_be16(0, th + 16);		/* checksum */
	put_unaligned_be16(h->up, th + 18);
	memcpy(th + MINI_TCP_HLEN, opts, optlen);
}

/**
 * mini_opts_ts() - the timestamps option of a segment, if they are in use
 * @o: options to be sent
 * @ts: timestamps of the connection
 * @now_us: time
 * @ack: the segment has an ACK; else TSecr is zero (RFC 7323 3.2)
 */
void mini_opts_ts(struct mini_opts *o, const struct mini_ts *ts, u64 now_us,
		  bool ack)
{
	if (!ts->ok)
		return;
	o->has_ts = true;
	o->tsval = mini_ts_now(ts, now_us);
	o->tsecr = ack ? ts->recent : 0;
}

/* What is held out of order, and duplicates: as many blocks as there is room */
static void mini_opts_sack(struct mini_sock *msk, struct mini_opts *o)
{
	u8 room = msk->ts.ok ? MINI_SACK_MAX - 1 : MINI_SACK_MAX;

	if (msk->rcv.sack.nr || msk->rcv.sack.dup)
		o->nr_sack = mini_sack_tell(&msk->rcv.sack, o->sack, room);
}

static void mini_transmit_opts(struct sock *sk, u8 flags, u64 leaves_us,
			       struct mini_opts *o)
{
	struct mini_sock *msk = mini_sk(sk);

	mini_opts_ts(o, &msk->ts, leaves_us, flags & MINI_ACK);
	if (msk->snd.sack_ok && flags & MINI_ACK && !(flags & MINI_SYN))
		mini_opts_sack(msk, o);
	if (!(flags & MINI_SYN))
		return;
	o->mss = msk->rcv.mss;
	o->has_wscale = msk->rcv.wscale_ok;
	o->wscale = msk->rcv.wscale;
	o->sack_ok = msk->snd.sack_ok;
}

/*
 * Larger packets than the MSS may go down to IP, to be cut there; but not
 * urgent ones: who cuts does not know how to count the urgent pointer.
 */
static bool mini_can_gso(const struct sock *sk)
{
	const struct mini_sock *msk = mini_sk(sk);

	return msk->ep.t.wire == IPPROTO_TCP && sk_can_gso(sk) &&
	       !mini_urgent_mode(msk);
}

static void mini_set_gso(const struct sock *sk, struct sk_buff *skb, u32 mss)
{
	struct skb_shared_info *shinfo = skb_shinfo(skb);
	bool large = skb->len > mss;

	shinfo->gso_size = large ? mss : 0;
	shinfo->gso_segs = large ? DIV_ROUND_UP(skb->len, mss) : 0;
	shinfo->gso_type = large ? sk->sk_gso_type : 0;
}

/* Larger than the MSS, and not to be cut */
static bool mini_is_mtu_probe(const struct mini_sock *msk, u32 seq)
{
	return unlikely(msk->mtup.probe) && seq == msk->mtup.start;
}

/*
 * SACK blocks beside payload: the packet is cut finer where IP cuts it, and
 * else the blocks stay behind when they do not fit (RFC 9293 3.7.1).
 */
static void mini_fit_payload(const struct sock *sk, struct sk_buff *skb,
			     struct mini_header *h)
{
	u32 mss = mini_sk(sk)->snd.mss;
	struct mini_opts *o = &h->opts;
	u32 less = o->nr_sack ? MINI_OPTS_SACK_LEN(o->nr_sack) : 0;

	if (mini_is_mtu_probe(mini_sk(sk), h->seq)) {
		mini_set_gso(sk, skb, skb->len);
		return;
	}
	if (less && mini_can_gso(sk) && mss > less + MINI_MSS_MIN)
		mss -= less;
	else if (less && skb->len + less > mss)
		o->nr_sack = 0;
	mini_set_gso(sk, skb, mss);
	if (h->flags & MINI_CWR && skb_is_gso(skb))	/* the first piece only */
		skb_shinfo(skb)->gso_type |= SKB_GSO_TCP_ECN;
}

/* Send @skb, ours to give away, as <SEQ=@seq><CTL=@flags> */
static int mini_transmit(struct sock *sk, struct sk_buff *skb, u32 seq,
			 u8 flags)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_sock *msk = mini_sk(sk);
	struct mini_header h = {
		.seq = seq,
		.ack = msk->rcv.nxt,
		.flags = flags,
	};
	int err;

	if (!(flags & MINI_RST)) {
		h.wnd = mini_window_take(sk, flags);
		mini_transmit_opts(sk, flags, mini_pacing_leaves_us(sk),
				   &h.opts);
	}
	if (msk->ecn.echo && flags & MINI_ACK)
		h.flags |= MINI_ECE;
	if (skb->len)
		mini_fit_payload(sk, skb, &h);
	mini_urgent_header(msk, &h);
	MINI_ADD(mn, OUT_SEGS, mini_skb_segs(skb));
	MINI_ADD(mn, OUT_BYTES, skb->len);
	if (flags & MINI_ACK) {
		if (!skb->len)
			MINI_INC(mn, OUT_ACKS);
		msk->rcv.acked = msk->rcv.nxt;
		mini_timer_ack_sent(sk);
	}
	msk->segs_out += mini_skb_segs(skb);
	mini_stat_sent(sk, skb);
	trace_mini_segment_out(sk, h.seq, h.ack, skb->len, h.wnd, h.flags);
	mini_push_header(skb, &msk->ep.t, &h);
	err = msk->ip->xmit(sk, skb);
	if (unlikely(err != msk->stat.xmit_err))
		msk->stat.xmit_err = err;
	return err;
}

/* A segment without payload; false when there was no memory for it */
static bool mini_send_control(struct sock *sk, u32 seq, u8 flags)
{
	struct sk_buff *skb = mini_skb_control(GFP_ATOMIC);

	if (!skb)
		return false;
	mini_pacing_stamp_control(sk, skb);
	mini_transmit(sk, skb, seq, flags);
	return true;
}

/**
 * mini_send_syn() - SYN, or SYN,ACK after a simultaneous open
 * @sk: socket in SYN-SENT or SYN-RECEIVED, owned
 */
void mini_send_syn(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	bool first = sk->sk_state == TCP_SYN_SENT;
	u8 flags = first ? MINI_SYN : MINI_SYN | MINI_ACK;

	if (msk->ecn.ok)	/* RFC 3168 6.1.1: asked for, or agreed to */
		flags |= first ? MINI_ECE | MINI_CWR : MINI_ECE;
	mini_send_control(sk, msk->snd.iss, flags);
}

/*
 * SND.NXT, or the right edge where a window probe, or a window that shrank,
 * has put SND.NXT beyond it: the peer would drop an ACK from there, and with
 * both windows shut neither could ever say that its own is open again.
 */
static u32 mini_acceptable_seq(const struct mini_sock *msk)
{
	u32 edge = msk->snd.una + msk->snd.wnd;

	return seq_lt(edge, msk->snd.nxt) ? edge : msk->snd.nxt;
}

/**
 * mini_send_ack() - <SND.NXT><RCV.NXT><ACK>
 * @sk: socket, owned
 */
void mini_send_ack(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	if (!mini_send_control(sk, mini_acceptable_seq(msk), MINI_ACK))
		mini_timer_ack_failed(sk);
}

/**
 * mini_send_challenge() - the same, but seldom (RFC 5961 section 7)
 * @sk: socket, owned
 *
 * The limit is per connection, so it tells nobody about another one.
 */
void mini_send_challenge(struct sock *sk)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_sock *msk = mini_sk(sk);

	if (mini_challenge_ok(mn, &msk->rcv.challenge_us, msk->now_us))
		mini_send_ack(sk);
}

/**
 * mini_send_reset() - <SEQ=SND.NXT><CTL=RST> (RFC 9293 3.10.5)
 * @sk: socket, owned
 */
void mini_send_reset(struct sock *sk)
{
	MINI_INC(mini_sk(sk)->mn, OUT_RSTS);
	mini_send_control(sk, mini_acceptable_seq(mini_sk(sk)), MINI_RST);
}

/**
 * mini_send_keepalive() - <SND.NXT-1>, empty: it forces an ACK
 * @sk: socket, owned
 */
void mini_send_keepalive(struct sock *sk)
{
	mini_send_control(sk, mini_sk(sk)->snd.nxt - 1, MINI_ACK);
}

/* Most payload that one packet to IP may carry */
static u32 mini_gso_max(const struct sock *sk)
{
	const struct mini_sock *msk = mini_sk(sk);
	u32 room;

	if (!mini_can_gso(sk))
		return msk->snd.mss;
	room = min_t(u32, sk->sk_gso_max_size, U16_MAX) - MINI_HLEN -
	       MINI_OPTS_MAX;
	return max_t(u32, rounddown(room, msk->snd.mss), msk->snd.mss);
}

/* The same for one that leaves now: as much as the rate has in a moment */
static u32 mini_burst_max(const struct sock *sk)
{
	const struct mini_sock *msk = mini_sk(sk);
	u32 most = mini_gso_max(sk), mss = msk->snd.mss;

	if (likely(most <= msk->pace.burst))
		return most;
	return min(most, max(rounddown(msk->pace.burst, mss),
			     MINI_PACE_SEGS_MIN * mss));
}

/**
 * mini_size_goal() - payload to gather in one skb while the user writes
 * @sk: socket, owned
 *
 * Return: octets: as much as one packet to IP carries, but so little that
 * half the peer's window is still in flight while it is filled.
 */
u32 mini_size_goal(const struct sock *sk)
{
	const struct mini_sock *msk = mini_sk(sk);
	u32 mss = msk->snd.mss;
	u32 goal = min(mini_gso_max(sk), msk->snd.max_wnd / 2);

	if (unlikely(msk->mtup.on))	/* there must be a probe in it */
		goal = max(goal, MINI_PROBE_GOAL_SEGS * mss);
	return max(rounddown(goal, mss), mss);
}

/* Send the octets of a queued skb, which stays ours, with that ECN field */
static int mini_transmit_data(struct sock *sk, struct sk_buff *skb, u8 flags,
			      u8 ecn)
{
	struct sk_buff *copy = mini_skb_wire_copy(skb, GFP_ATOMIC);
	struct mini_sock *msk = mini_sk(sk);

	if (!copy)
		return -ENOMEM;
	mini_cb(copy)->ecn = ecn;
	msk->snd.sent_us = msk->now_us;
	mini_cb(skb)->sent_us = msk->snd.sent_us;
	mini_pacing_stamp(sk, skb, copy);
	mini_rate_send(&msk->stat.rate, &mini_cb(skb)->rate, !mini_pipe(msk),
		       msk->snd.sent_us);
	mini_delack_data_out(&msk->delack, msk->snd.sent_us);
	msk->prr.out += skb->len;
	return mini_transmit(sk, copy, mini_cb(skb)->seq, flags);
}

/*
 * May the network mark it? New data only: what is sent again was dropped once,
 * and a window probe the peer will drop, mark and all (RFC 3168 6.1.5, 6.1.6).
 */
static bool mini_markable(const struct mini_sock *msk,
			  const struct sk_buff *skb)
{
	return msk->ecn.ok && skb->len &&
	       seq_lt(mini_cb(skb)->seq, msk->snd.una + msk->snd.wnd);
}

/* Send the head of the write queue for the first time */
static bool mini_send_new(struct sock *sk, struct sk_buff *skb)
{
	struct mini_sock *msk = mini_sk(sk);
	struct mini_skb_cb *cb = mini_cb(skb);
	bool markable = mini_markable(msk, skb);
	u8 cwr = markable && msk->ecn.cwr ? MINI_CWR : 0;

	if (skb->len && seq_within(msk->snd.push - 1, cb->seq, cb->end_seq))
		cb->flags |= MINI_PSH;
	if (mini_transmit_data(sk, skb, cb->flags | MINI_ACK | cwr,
			       markable ? MINI_ECN_ECT0 : 0) == -ENOMEM)
		return false;

	if (cwr)
		msk->ecn.cwr = false;
	msk->cork_until_us = 0;
	__skb_unlink(skb, &sk->sk_write_queue);
	__skb_queue_tail(&msk->rtx, skb);
	mini_mark_out(msk, skb);
	if (!mini_flight(msk))
		msk->first_sent_us = msk->now_us;
	msk->snd.nxt = cb->end_seq;
	if (skb->len < msk->snd.mss)
		msk->snd.small = cb->end_seq;
	mini_timer_data_sent(sk);
	return true;
}

static bool mini_corked_long(const struct mini_sock *msk)
{
	return msk->cork_until_us && msk->now_us >= msk->cork_until_us;
}

/* The user corks, but not for ever: counted from the first octet held */
static void mini_cork_wait(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	if (!msk->cork_until_us)
		msk->cork_until_us = msk->now_us + MINI_CORK_US;
	if (msk->now_us < msk->cork_until_us)
		mini_timer_send_at(sk, msk->cork_until_us - msk->now_us);
}

/*
 * Nagle's rule as Minshall amended it: a small segment waits only while an
 * earlier small one is unACKed (RFC 9293 3.7.4).
 */
static bool mini_nagle_ok(const struct mini_sock *msk,
			  const struct sk_buff *skb)
{
	if (mini_cb(skb)->flags & MINI_FIN || mini_urgent_mode(msk) ||
	    mini_corked_long(msk))
		return true;
	if (msk->cork)
		return false;
	return msk->nodelay || !mini_flight(msk) ||
	       seq_leq(msk->snd.small, msk->snd.una);
}

/* Octets that the congestion window has room for */
static u32 mini_cwnd_room(const struct mini_sock *msk)
{
	u32 pipe = mini_pipe(msk);

	if (!pipe)
		return max(msk->cc.cwnd, (u32)msk->snd.mss);
	return msk->cc.cwnd > pipe ? msk->cc.cwnd - pipe : 0;
}

/*
 * How much of @skb, the head of the write queue, may leave now; 0 with *@hold
 * saying why nothing may. The sender's half of silly-window avoidance,
 * RFC 9293 3.8.6.2.1.
 */
static u32 mini_sendable(struct sock *sk, struct sk_buff *skb,
			 enum mini_hold *hold)
{
	struct mini_sock *msk = mini_sk(sk);
	u32 mss = msk->snd.mss, room = mini_cwnd_room(msk), n;
	s32 usable = msk->snd.una + msk->snd.wnd - mini_cb(skb)->seq;

	*hold = MINI_HOLD_RWND;
	if (usable <= 0)
		return 0;
	*hold = MINI_HOLD_SWS;
	n = min3(skb->len, (u32)usable, mini_burst_max(sk));
	if (n < skb->len && n < mss && n < msk->snd.max_wnd / 2)
		return 0;

	*hold = MINI_HOLD_CWND;
	if (room < min(n, mss))
		return 0;
	n = min(n, room);

	*hold = msk->cork ? MINI_HOLD_CORK : MINI_HOLD_NAGLE;
	if (n < mss)
		return n < skb->len || mini_nagle_ok(msk, skb) ||
		       !skb_queue_is_last(&sk->sk_write_queue, skb) ? n : 0;
	if (n == skb->len && n % mss &&
	    skb_queue_is_last(&sk->sk_write_queue, skb) &&
	    !mini_nagle_ok(msk, skb))
		return rounddown(n, mss);
	return n == skb->len ? n : rounddown(n, mss);
}

static bool mini_fin_fits(const struct mini_sock *msk,
			  const struct sk_buff *skb)
{
	return seq_lt(mini_cb(skb)->seq, msk->snd.una + msk->snd.wnd);
}

/* The rules of a sender kept it: count it, and see to it that it will leave */
static void mini_send_held(struct sock *sk, enum mini_hold why)
{
	static const u16 mibs[] = {
		[MINI_HOLD_RWND]	= MINI_MIB_SEND_HELD_RWND,
		[MINI_HOLD_SWS]		= MINI_MIB_SEND_HELD_RWND,
		[MINI_HOLD_CWND]	= MINI_MIB_SEND_HELD_CWND,
		[MINI_HOLD_NAGLE]	= MINI_MIB_SEND_HELD_NAGLE,
		[MINI_HOLD_CORK]	= MINI_MIB_SEND_HELD_NAGLE,
	};
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_sock *msk = mini_sk(sk);

	this_cpu_inc(mn->mibs->n[mibs[why]]);
	trace_mini_hold(sk, mibs[why]);
	msk->cc.rwnd_limited = mibs[why] == MINI_MIB_SEND_HELD_RWND;
	msk->cc.cwnd_limited |= why == MINI_HOLD_CWND;
	if (why == MINI_HOLD_CORK)
		mini_cork_wait(sk);
}

/* Send the head of the write queue or a part of it; or why it must wait */
static enum mini_hold mini_send_head(struct sock *sk, struct sk_buff *skb)
{
	struct mini_sock *msk = mini_sk(sk);
	enum mini_hold hold;
	u32 n;

	if (!skb->len) {	/* a FIN alone */
		if (!mini_fin_fits(msk, skb))
			return MINI_HOLD_RWND;
	} else {
		n = mini_sendable(sk, skb, &hold);
		if (!n) {
			mini_send_held(sk, hold);
			return hold;
		}
		if (mini_pacing_holds(sk))
			return MINI_HOLD_PACING;
		if (n < skb->len && mini_skb_split(sk, &sk->sk_write_queue,
						   skb, n, GFP_ATOMIC))
			return MINI_HOLD_MEMORY;
	}
	return mini_send_new(sk, skb) ? MINI_HOLD_NONE : MINI_HOLD_MEMORY;
}

/*
 * The head of the retransmission queue, cut so that it starts at SND.UNA.
 * ACKs leave a half-ACKed skb whole; only a retransmission has to know.
 */
static struct sk_buff *mini_rtx_head(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	struct sk_buff *skb = skb_peek(&msk->rtx), *rest;
	u32 acked;

	if (!skb || !seq_lt(mini_cb(skb)->seq, msk->snd.una))
		return skb;
	acked = msk->snd.una - mini_cb(skb)->seq;
	if (mini_skb_split(sk, &msk->rtx, skb, acked, GFP_ATOMIC))
		return NULL;
	rest = skb_queue_next(&msk->rtx, skb);
	__skb_unlink(skb, &msk->rtx);
	mini_skb_free_sent(sk, skb);
	return rest;
}

/* Send one skb of the retransmission queue again, at most @max octets */
static bool mini_retransmit(struct sock *sk, struct sk_buff *skb, u32 max)
{
	struct mini_sock *msk = mini_sk(sk);

	if (skb->len > max &&
	    mini_skb_split(sk, &msk->rtx, skb, max, GFP_ATOMIC))
		return false;
	/* whichever copy arrives, it will not say what we wanted to know */
	if (mini_is_mtu_probe(msk, mini_cb(skb)->seq))
		msk->mtup.probe = 0;
	if (mini_transmit_data(sk, skb, mini_cb(skb)->flags | MINI_ACK, 0) ==
	    -ENOMEM)
		return false;
	mini_mark_resent(msk, skb);
	mini_recovery_resent(sk, skb);
	msk->total_retrans += max(DIV_ROUND_UP(skb->len, msk->snd.mss), 1U);
	msk->stat.bytes_retrans += skb->len;
	MINI_INC(msk->mn, RETRANS_SEGS);
	trace_mini_retransmit(sk, mini_cb(skb)->seq, skb->len);
	return true;
}

/**
 * mini_retransmit_first() - send the segment at SND.UNA again, whatever the
 * congestion window says
 * @sk: socket, owned
 */
void mini_retransmit_first(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	struct sk_buff *skb = mini_rtx_head(sk);
	u32 wnd = msk->snd.wnd ?: 1;	/* a probe of a shut window */

	if (skb)
		mini_retransmit(sk, skb, min_t(u32, msk->snd.mss, wnd));
}

/**
 * mini_retransmit_last() - send the last segment again, as a probe
 * @sk: socket, owned
 *
 * Return: true when it has left.
 */
bool mini_retransmit_last(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	struct sk_buff *skb;

	if (!mini_rtx_head(sk))
		return false;
	skb = skb_peek_tail(&msk->rtx);
	if (skb->len > msk->snd.mss) {
		if (mini_skb_split(sk, &msk->rtx, skb, skb->len - msk->snd.mss,
				   GFP_ATOMIC))
			return false;
		skb = skb_peek_tail(&msk->rtx);
	}
	return mini_retransmit(sk, skb, msk->snd.mss);
}

/* May @skb, which is lost, be sent again now? If not, why? */
static enum mini_hold mini_resend_waits(struct sock *sk,
					const struct sk_buff *skb, u32 room)
{
	const struct mini_sock *msk = mini_sk(sk);

	if (room < min_t(u32, skb->len, msk->snd.mss))
		return MINI_HOLD_CWND;
	if (!seq_lt(mini_cb(skb)->seq, msk->snd.una + msk->snd.wnd))
		return MINI_HOLD_RWND;
	return mini_pacing_holds(sk) ? MINI_HOLD_PACING : MINI_HOLD_NONE;
}

/* Send again what is marked lost, as far as the windows go; or why not all */
static enum mini_hold mini_retransmit_lost(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	struct mini_skb_cb *cb;

	/* while a timeout is in doubt nothing but the first is resent */
	if (list_empty(&msk->resend) || msk->frto != MINI_FRTO_OFF)
		return MINI_HOLD_NONE;
	if (!mini_rtx_head(sk))
		return MINI_HOLD_MEMORY;
	while ((cb = list_first_entry_or_null(&msk->resend, struct mini_skb_cb,
					      link))) {
		struct sk_buff *skb = mini_cb_skb(cb);
		u32 room = mini_cwnd_room(msk);
		enum mini_hold why = mini_resend_waits(sk, skb, room);

		if (why)
			return why;
		room = max_t(u32, rounddown(room, msk->snd.mss), msk->snd.mss);
		if (!mini_retransmit(sk, skb, min(room, mini_burst_max(sk))))
			return MINI_HOLD_MEMORY;
	}
	return MINI_HOLD_NONE;
}

/* Losses come first, a doubted timeout has rules of its own, as marks have */
static bool mini_may_send_new(const struct mini_sock *msk)
{
	if (msk->ecn.hold)
		return false;
	return msk->frto == MINI_FRTO_OFF ?
	       msk->snd.lost == msk->snd.retrans :
	       msk->frto == MINI_FRTO_STEP_3;
}

/* Put one segment in that is larger, if it is time to look for a larger MTU */
static void mini_send_mtu_probe(struct sock *sk)
{
	struct sk_buff *skb = skb_peek(&sk->sk_write_queue);
	struct mini_sock *msk = mini_sk(sk);
	u32 len, size = mini_pmtu_probe(sk, &len);

	if (!size || !skb || skb->len <= len ||
	    mini_skb_split(sk, &sk->sk_write_queue, skb, len, GFP_ATOMIC))
		return;
	mini_mtup_sent(&msk->mtup, size, mini_cb(skb)->seq,
		       mini_cb(skb)->end_seq);
	if (mini_send_new(sk, skb))
		MINI_INC(msk->mn, MTU_PROBES);
	else
		msk->mtup.probe = 0;
}

/* New data, as far as it may leave; or why not all of it */
static enum mini_hold mini_send_queue(struct sock *sk)
{
	enum mini_hold why = MINI_HOLD_NONE;
	struct sk_buff *skb;

	if (mini_sk(sk)->mtup.on)
		mini_send_mtu_probe(sk);
	while (!why && (skb = skb_peek(&sk->sk_write_queue)))
		why = mini_send_head(sk, skb);
	return why;
}

/* After so long the congestion window says nothing of the path any more */
static u64 mini_idle_limit_us(const struct sock *sk)
{
	return mini_sk(sk)->mn->sysctl.slow_start_after_idle ?
	       mini_rtt_rto_us(&mini_sk(sk)->rtt) : U64_MAX;
}

/* What has been lost, and then new data; or why not all of it */
static enum mini_hold mini_send_pass(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	enum mini_hold why = mini_retransmit_lost(sk);

	if (!mini_flight(msk) && mini_unsent(sk))
		mini_cc_restart(&msk->cc, msk->now_us - msk->snd.sent_us,
				mini_idle_limit_us(sk));
	msk->cc.cwnd_limited = false;
	msk->cc.rwnd_limited = false;
	if (mini_may_send_new(msk))
		return mini_send_queue(sk);
	if (msk->ecn.hold && mini_unsent(sk))	/* cwnd can be no smaller */
		return MINI_HOLD_CWND;
	/* a timeout is in doubt: the next ACK will tell */
	return why || !mini_unsent(sk) ? why : MINI_HOLD_ACK;
}

/* What held us back: for TCP_INFO and sock_diag */
static void mini_output_stat(struct sock *sk, enum mini_hold why)
{
	struct mini_sock *msk = mini_sk(sk);

	mini_stat_pass(sk, why);
	mini_stat_limit(sk, msk->cc.rwnd_limited);
	if (!mini_unsent(sk) && msk->snd.lost == msk->snd.retrans &&
	    mini_cwnd_room(msk))
		mini_rate_limit(&msk->stat.rate, mini_pipe(msk));
}

/**
 * mini_output() - send all that may leave now
 * @sk: socket, owned
 *
 * Lost data first, then new data. If data stays behind and nothing is in
 * flight whose ACK would call us again, a timer will; also one that waits for
 * its time.
 */
void mini_output(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	enum mini_hold why;

	if ((1 << sk->sk_state) & (TCPF_CLOSE | TCPF_LISTEN | TCPF_SYN_SENT |
				   TCPF_SYN_RECV))
		return;
	mini_now(sk);
	mini_timer_send_any(sk);
	why = mini_send_pass(sk);
	if (!mini_flight(msk) && mini_unsent(sk) && !msk->send_tmr.t.at_us)
		mini_timer_data_stuck(sk);
	else
		mini_timer_data_free(sk);
	mini_output_stat(sk, why);
}

/**
 * mini_output_corked() - the same with a cork of its own
 * @sk: socket, owned
 * @cork: in place of the user's, for this pass
 */
void mini_output_corked(struct sock *sk, bool cork)
{
	struct mini_sock *msk = mini_sk(sk);
	bool users = msk->cork;

	msk->cork = cork;
	mini_output(sk);
	msk->cork = users;
}

/**
 * mini_send_one_new() - send one new segment, whatever the congestion window
 * says
 * @sk: socket, owned
 *
 * Return: true when it has left; false when there is none, or no window.
 */
bool mini_send_one_new(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	struct sk_buff *skb = skb_peek(&sk->sk_write_queue);
	u32 edge = msk->snd.una + msk->snd.wnd, n;

	if (!skb || msk->ecn.hold || seq_geq(mini_cb(skb)->seq, edge))
		return false;
	n = min_t(u32, msk->snd.mss, edge - mini_cb(skb)->seq);
	if (skb->len > n &&
	    mini_skb_split(sk, &sk->sk_write_queue, skb, n, GFP_ATOMIC))
		return false;
	return mini_send_new(sk, skb);
}

/**
 * mini_send_probe() - the timer of stuck data has fired
 * @sk: socket, owned
 *
 * With the window shut one octet goes out beyond it, in sequence, and is
 * resent from then on like any other (RFC 9293 3.8.6.1). With the window
 * merely small the override of 3.8.6.2.1 fills what there is of it. It is also
 * the timer that data waits for when marks leave no smaller window (RFC 3168).
 */
void mini_send_probe(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	struct sk_buff *skb = skb_peek(&sk->sk_write_queue);
	u32 n = clamp_t(u32, msk->snd.wnd, 1, msk->snd.mss);

	msk->ecn.hold = false;
	if (!skb)
		return;
	if (skb->len > n &&
	    mini_skb_split(sk, &sk->sk_write_queue, skb, n, GFP_ATOMIC))
		return;
	MINI_INC(msk->mn, PROBES);
	mini_send_new(sk, skb);
}
