// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segment arrives (RFC 9293 3.10.7), in the RFC's order and with the
 * numbers of its steps.
 *
 * A step answers MINI_PASS, and the segment goes on to the next, or the
 * reason why its way ends. A step that keeps the packet clears seg->skb.
 */
#include <linux/filter.h>
#include <net/sock.h>
#include <mini/call.h>
#include <mini/compat.h>
#include <mini/ip.h>
#include <mini/tcp.h>

/**
 * mini_seg_parse() - read a TCP header
 * @skb: data at the TCP header, all of which is linear; moved past it. The
 *	ECN field is in its cb already.
 * @seg: filled
 *
 * Return: MINI_PASS, or why it is dropped.
 */
int mini_seg_parse(struct sk_buff *skb, struct mini_seg *seg)
{
	const u8 *th = skb->data;
	unsigned int hlen = (th[12] >> 4) * 4;
	struct mini_skb_cb *cb = mini_cb(skb);
	u8 ecn = cb->ecn;

	if (hlen < MINI_TCP_HLEN || hlen > skb_headlen(skb))
		return MINI_DROP_SHORT;
	if (mini_opts_parse(th + MINI_TCP_HLEN, hlen - MINI_TCP_HLEN,
			    &seg->opts))
		return MINI_DROP_BAD_OPTION;
	seg->skb = skb;
	seg->seq = get_unaligned_be32(th + 4);
	seg->ack = get_unaligned_be32(th + 8);
	seg->flags = th[13];
	seg->wnd = get_unaligned_be16(th + 14);
	seg->up = get_unaligned_be16(th + 18);
	__skb_pull(skb, hlen);
	seg->len = skb->len + !!(seg->flags & MINI_SYN) +
		   !!(seg->flags & MINI_FIN);

	memset(cb, 0, sizeof(*cb));
	cb->flags = seg->flags;
	cb->ecn = ecn;
	cb->seq = seg->seq + !!(seg->flags & MINI_SYN);
	cb->end_seq = cb->seq + skb->len;
	return MINI_PASS;
}

/* A RST for a segment that a connection of ours cannot have caused */
static void mini_refuse(struct sock *sk, const struct mini_seg *seg)
{
	struct mini_reply r;

	mini_reply_as(sk, &mini_sk(sk)->ep.t, &r);
	mini_reply_reset(mini_sk(sk)->mn, &r, seg);
}

/*
 * RFC 7323 5.3: R1 before the number is looked at, R3 once it is acceptable.
 * A peer that has agreed on timestamps and then leaves them out is heard all
 * the same: better no protection than no connection.
 */
static enum mini_drop mini_step_paws(struct sock *sk,
				     const struct mini_seg *seg)
{
	struct mini_sock *msk = mini_sk(sk);

	if (!msk->ts.ok || !seg->opts.has_ts ||
	    !mini_ts_stale(&msk->ts, seg->opts.tsval, msk->now_us))
		return MINI_PASS;
	if (seg->len)
		mini_send_ack(sk);
	else
		mini_send_challenge(sk);
	return MINI_DROP_PAWS;
}

/* R3: not from ahead of Last.ACK.sent, which a delayed ACK is to echo (4.3) */
static void mini_take_ts(struct sock *sk, const struct mini_seg *seg)
{
	struct mini_sock *msk = mini_sk(sk);

	if (msk->ts.ok && seg->opts.has_ts &&
	    seq_leq(seg->seq, msk->rcv.acked))
		mini_ts_take(&msk->ts, seg->opts.tsval, msk->now_us);
}

/**
 * mini_tcp_dup() - octets came that we have: let the peer know (RFC 2883)
 * @sk: socket, owned
 * @start: first number
 * @end: one past the last
 */
void mini_tcp_dup(struct sock *sk, u32 start, u32 end)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_sock *msk = mini_sk(sk);

	if (!msk->snd.sack_ok || !mn->sysctl.dsack || start == end)
		return;
	MINI_INC(mn, DSACKS_TOLD);
	mini_sack_dup(&msk->rcv.sack, start, end);
}

/* Text at or below RCV.NXT has come before, wholly or in part */
static void mini_old_text(struct sock *sk, u32 seq, u32 end)
{
	u32 nxt = mini_sk(sk)->rcv.nxt;

	if (seq_lt(seq, nxt))
		mini_tcp_dup(sk, seq, seq_lt(end, nxt) ? end : nxt);
}

/* One for every two segments of the window, and not too many */
static u8 mini_quick_acks(const struct mini_sock *msk)
{
	u32 wnd = msk->rcv.edge - msk->rcv.nxt;

	return clamp(wnd / (2 * msk->rcv.seg), 2U, MINI_QUICKACKS);
}

/* Step 1 of 3.10.7.4: sequence number */
static enum mini_drop mini_step_seq(struct sock *sk,
				    const struct mini_seg *seg)
{
	struct mini_sock *msk = mini_sk(sk);
	u32 wnd = msk->rcv.edge - msk->rcv.nxt;

	if (mini_seq_acceptable(seg->seq, seg->len, msk->rcv.nxt,
				msk->rcv.acked, wnd))
		return MINI_PASS;
	/* with no window, text at the edge still carries a valid ACK */
	if (!wnd && seg->seq == msk->rcv.nxt && seg->flags & MINI_ACK &&
	    !(seg->flags & MINI_SYN))
		return MINI_PASS;
	mini_old_text(sk, seg->seq, seg->seq + seg->len);
	if (seg->len)	/* it was sent in vain, or sent again */
		mini_delack_quick(&msk->delack, mini_quick_acks(msk));
	/* empty ones are answered seldom, or two TCPs could do so for ever */
	if (seg->len)
		mini_send_ack(sk);
	else
		mini_send_challenge(sk);
	return seq_lt(seg->seq, msk->rcv.nxt) ? MINI_DROP_OLD_SEQ :
						MINI_DROP_BAD_SEQ;
}

/* A valid RST: what it means depends on the state (3.10.7.4, step 2) */
static void mini_reset_by_peer(struct sock *sk)
{
	int err = ECONNRESET;

	switch (sk->sk_state) {
	case TCP_SYN_SENT:
	case TCP_SYN_RECV:
		err = ECONNREFUSED;
		break;
	case TCP_CLOSE_WAIT:
		err = EPIPE;	/* as tcp(7): the peer had closed already */
		break;
	case TCP_CLOSING:
	case TCP_LAST_ACK:
		err = 0;	/* both sides have closed: nothing is lost */
		break;
	}
	MINI_INC(mini_sk(sk)->mn, ESTAB_RESETS);
	mini_tcp_abort(sk, err);
}

/* Step 2: RST, with the three cases of RFC 5961 3.2 */
static enum mini_drop mini_step_rst(struct sock *sk,
				    const struct mini_seg *seg)
{
	struct mini_sock *msk = mini_sk(sk);

	if (seg->seq == msk->rcv.nxt) {
		mini_reset_by_peer(sk);
		return MINI_DROP_RST;
	}
	if (!seq_within(seg->seq, msk->rcv.nxt, msk->rcv.edge))
		return MINI_DROP_BAD_SEQ;
	mini_send_challenge(sk);
	return MINI_DROP_BLIND_RST;
}

/*
 * Step 4: SYN, whatever its number (RFC 5961 4.2). In SYN-RECEIVED the SYN
 * that we have seen already comes here too, and the peer's own SYN,ACK of a
 * simultaneous open: the ACK that answers it completes the handshake over
 * there (RFC 9293 3.5, figure 8), so no limit holds it back.
 */
static enum mini_drop mini_step_syn(struct sock *sk)
{
	if (sk->sk_state == TCP_SYN_RECV)
		mini_send_ack(sk);
	else
		mini_send_challenge(sk);
	return MINI_DROP_BLIND_SYN;
}

/* Step 5 in SYN-RECEIVED: the ACK that ends the handshake */
static enum mini_drop mini_syn_rcvd_ack(struct sock *sk,
					const struct mini_seg *seg)
{
	struct mini_sock *msk = mini_sk(sk);

	if (!seq_within(seg->ack - 1, msk->snd.una, msk->snd.nxt)) {
		mini_refuse(sk, seg);
		return MINI_DROP_FUTURE_ACK;
	}
	msk->snd.wl1 = seg->seq - 1;	/* this segment sets the window */
	mini_tcp_established(sk, seg);
	return MINI_PASS;
}

/* Our FIN has been ACKed: the state's way on */
static void mini_fin_acked(struct sock *sk)
{
	switch (sk->sk_state) {
	case TCP_FIN_WAIT1:
		mini_tcp_set_state(sk, TCP_FIN_WAIT2);
		sk->sk_shutdown |= SEND_SHUTDOWN;
		if (sock_flag(sk, SOCK_DEAD))
			mini_timer_fin_wait2(sk);
		else
			sk->sk_state_change(sk);
		break;
	case TCP_CLOSING:
		mini_tw_enter(sk);
		break;
	case TCP_LAST_ACK:
		mini_tcp_done(sk);
		break;
	}
}

/* Step 5: ACK */
static enum mini_drop mini_step_ack(struct sock *sk,
				    const struct mini_seg *seg)
{
	struct mini_sock *msk = mini_sk(sk);
	enum mini_drop why = MINI_PASS;

	if (!(seg->flags & MINI_ACK))
		return MINI_DROP_NO_ACK;
	if (sk->sk_state == TCP_SYN_RECV)
		why = mini_syn_rcvd_ack(sk, seg);
	if (!why)
		why = mini_ack_in(sk, seg);
	if (!why && msk->fin_queued && msk->snd.una == msk->snd.write)
		mini_fin_acked(sk);
	return why;
}

static bool mini_receiving(const struct sock *sk)
{
	return (1 << sk->sk_state) &
	       (TCPF_ESTABLISHED | TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2);
}

/* Text in order, of a peer that has more to send */
static void mini_rcv_rtt(struct mini_sock *msk, const struct mini_seg *seg,
			 u64 now_us)
{
	u32 tsecr = seg->opts.tsecr;

	if (msk->ts.ok && seg->opts.has_ts && tsecr)
		mini_rcv_rtt_echo(&msk->rcv.rtt, tsecr,
				  mini_ts_rtt_us(&msk->ts, tsecr, now_us));
	else
		mini_rcv_rtt_window(&msk->rcv.rtt, msk->rcv.nxt, msk->rcv.edge,
				    now_us);
}

/*
 * How soon an ACK is due for text in order: at once when tcp/delack.c says so,
 * for more than one full segment (RFC 9293 SHLD-19; to wait for the rest of a
 * second one would only make the peer probe for it), and while a hole is open
 * or has just been closed (RFC 5681 4.2).
 */
static void mini_owe_ack(struct sock *sk, const struct mini_seg *seg, u32 len)
{
	struct mini_sock *msk = mini_sk(sk);
	const struct sk_buff *skb = seg->skb;
	u32 size = skb_shinfo(skb)->gso_size ?: len;
	u64 now_us = msk->now_us;

	if (size < msk->rcv.seg || mini_cb(skb)->flags & MINI_PSH)
		mini_delack_pushed(&msk->delack);
	msk->rcv.seg = clamp_t(u32, size, msk->rcv.seg, msk->rcv.mss);
	if (mini_delack_data_in(&msk->delack, now_us, msk->rtt.rto_us))
		mini_delack_grant(&msk->delack, mini_quick_acks(msk));
	else if (size >= msk->rcv.seg)	/* not what the peer was slow to say */
		mini_rcv_rtt(msk, seg, now_us);
	msk->ack_due |= MINI_ACK_DELAYED;
	if (mini_delack_at_once(&msk->delack) || !RB_EMPTY_ROOT(&msk->ofo))
		msk->ack_due |= MINI_ACK_NOW;
}

/* Cut what lies beyond the right edge, and a FIN with it */
static int mini_trim_tail(struct sock *sk, struct mini_seg *seg)
{
	struct mini_skb_cb *cb = mini_cb(seg->skb);
	u32 beyond = cb->end_seq - mini_sk(sk)->rcv.edge;

	if (!seq_gt(cb->end_seq, mini_sk(sk)->rcv.edge))
		return 0;
	if (beyond >= seg->skb->len)
		return -EMSGSIZE;
	cb->end_seq -= beyond;
	cb->flags &= ~MINI_FIN;
	seg->flags &= ~MINI_FIN;
	return pskb_trim(seg->skb, seg->skb->len - beyond);
}

static void mini_wake_reader(struct sock *sk)
{
	if (mini_tcp_readable(sk, READ_ONCE(sk->sk_rcvlowat)) ||
	    mini_sk(sk)->rcv.fin)
		sk->sk_data_ready(sk);
}

/* Room for what is next in order, if need be at the cost of what is not */
static bool mini_text_room(struct sock *sk, const struct sk_buff *skb)
{
	return mini_skb_rcv_room(sk, skb) ||
	       (mini_ofo_prune(sk, skb->truesize) &&
		mini_skb_rcv_room(sk, skb));
}

/*
 * A reader has been woken, and his read will ACK what has come by then, window
 * and all (mini_read_done()): one ACK and not two, for as few segments as make
 * no burst of what it lets go.
 */
static bool mini_reader_comes(const struct sock *sk)
{
	const struct mini_sock *msk = mini_sk(sk);
	bool comes;

	if (msk->rcv.nxt - msk->rcv.acked > MINI_ACK_SEGS * msk->rcv.seg)
		return false;
	rcu_read_lock();
	comes = skwq_has_sleeper(rcu_dereference(sk->sk_wq));
	rcu_read_unlock();
	return comes;
}

/* Text that begins at or below RCV.NXT; true when a FIN is next in order */
static enum mini_drop mini_text_in_order(struct sock *sk,
					 struct mini_seg *seg, bool *fin)
{
	struct mini_sock *msk = mini_sk(sk);
	struct sk_buff *skb = seg->skb;
	u32 len = mini_cb(skb)->end_seq - msk->rcv.nxt;

	mini_old_text(sk, mini_cb(skb)->seq, mini_cb(skb)->end_seq);
	if (!mini_text_room(sk, skb)) {
		seg->flags &= ~MINI_FIN;
		sk->sk_data_ready(sk);	/* only reading makes room */
		return MINI_DROP_RCV_BUF;
	}
	mini_owe_ack(sk, seg, len);
	msk->bytes_received += len;
	msk->rcv.nxt = mini_cb(skb)->end_seq;
	seg->skb = NULL;
	mini_skb_queue_rcv(sk, skb);
	if (!RB_EMPTY_ROOT(&msk->ofo))
		*fin = mini_ofo_drain(sk);
	if (msk->rcv.sack.nr)
		mini_sack_trim(&msk->rcv.sack, msk->rcv.nxt);
	if (msk->rcv.nxt - msk->rcv.acked > msk->rcv.seg &&
	    !mini_reader_comes(sk))
		msk->ack_due |= MINI_ACK_NOW;
	mini_wake_reader(sk);
	return MINI_PASS;
}

/* The user is gone and data still comes: it is lost, and the peer is told */
static bool mini_no_reader(const struct sock *sk, const struct mini_seg *seg)
{
	return (1 << sk->sk_state) & (TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2) &&
	       sk->sk_shutdown & RCV_SHUTDOWN &&
	       seq_gt(mini_cb(seg->skb)->end_seq, mini_sk(sk)->rcv.nxt);
}

/* Step 7: text; *@fin is set when a FIN held out of order is due */
static enum mini_drop mini_step_text(struct sock *sk, struct mini_seg *seg,
				     bool *fin)
{
	struct mini_sock *msk = mini_sk(sk);
	struct mini_skb_cb *cb = mini_cb(seg->skb);
	enum mini_drop why;

	if (!seg->skb->len && !(seg->flags & MINI_FIN))
		return MINI_PASS;
	if (!mini_receiving(sk))
		return seg->skb->len ? MINI_DROP_NO_READER : MINI_PASS;
	if (mini_no_reader(sk, seg)) {
		MINI_INC(msk->mn, ABORT_ON_DATA);
		mini_send_reset(sk);
		mini_tcp_done(sk);
		return MINI_DROP_NO_READER;
	}
	if (mini_trim_tail(sk, seg)) {
		msk->ack_due |= MINI_ACK_NOW;
		return MINI_DROP_ZERO_WINDOW;
	}
	if (seq_gt(cb->seq, msk->rcv.nxt)) {
		msk->ack_due |= MINI_ACK_NOW;
		seg->flags &= ~MINI_FIN;	/* it is held with the text */
		msk->stat.rcv_ooopack += mini_skb_segs(seg->skb);
		return mini_ofo_keep(sk, seg);
	}
	if (!seq_gt(cb->end_seq, msk->rcv.nxt))
		return MINI_PASS;
	why = mini_text_in_order(sk, seg, fin);
	if (why)
		msk->ack_due |= MINI_ACK_NOW;
	return why;
}

/* The user's calls return, and a user of SIGIO is told which end this is */
static void mini_tell_fin(struct sock *sk)
{
	bool over = sk->sk_shutdown == SHUTDOWN_MASK;

	if (sock_flag(sk, SOCK_DEAD))
		return;
	sk->sk_state_change(sk);
	sk_wake_async(sk, SOCK_WAKE_WAITD, over ? POLL_HUP : POLL_IN);
}

/* Step 8: FIN, in order */
static void mini_fin_in(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	msk->rcv.nxt++;
	if (seq_lt(msk->rcv.edge, msk->rcv.nxt))
		msk->rcv.edge = msk->rcv.nxt;
	msk->rcv.fin = true;
	msk->delack.pingpong = true;	/* if anything follows, it is ours */
	sk->sk_shutdown |= RCV_SHUTDOWN;
	sock_set_flag(sk, SOCK_DONE);

	switch (sk->sk_state) {
	case TCP_ESTABLISHED:
		/* who reads the end mostly closes: his FIN has the ACK then */
		msk->ack_due |= mini_reader_comes(sk) ? MINI_ACK_DELAYED :
							MINI_ACK_NOW;
		mini_tcp_set_state(sk, TCP_CLOSE_WAIT);
		break;
	case TCP_FIN_WAIT1:
		msk->ack_due |= MINI_ACK_NOW;
		mini_tcp_set_state(sk, TCP_CLOSING);
		break;
	case TCP_FIN_WAIT2:
		mini_send_ack(sk);
		mini_tw_enter(sk);
		break;
	}
	mini_tell_fin(sk);
}

/*
 * RFC 3168 6.1.3; text out of the window says nothing (6.1.5), since anybody
 * may have sent it, and a window probe cannot have been marked (6.1.6).
 */
static void mini_text_ecn(struct sock *sk, const struct mini_seg *seg)
{
	struct mini_sock *msk = mini_sk(sk);
	const struct mini_skb_cb *cb = mini_cb(seg->skb);

	if (!seg->skb->len || !seq_gt(cb->end_seq, msk->rcv.nxt) ||
	    !seq_lt(cb->seq, msk->rcv.edge))
		return;
	if (cb->ecn == MINI_ECN_CE)
		MINI_INC(msk->mn, ECN_MARKS);
	/* a first mark; or one that may not be marked: it was sent again */
	if (cb->ecn == MINI_ECN_CE ? !msk->ecn.echo :
				     !cb->ecn && msk->ecn.seen)
		mini_delack_quick(&msk->delack, MINI_QUICKACKS_ECN);
	if (mini_ecn_text(&msk->ecn, seg->flags, cb->ecn))
		msk->ack_due |= MINI_ACK_NOW;
}

/* Steps 6 to 8 */
static enum mini_drop mini_steps_text(struct sock *sk, struct mini_seg *seg)
{
	struct mini_sock *msk = mini_sk(sk);
	u32 end = mini_cb(seg->skb)->end_seq;
	enum mini_drop why;
	bool fin = false;

	if (msk->ecn.ok)
		mini_text_ecn(sk, seg);
	if (mini_receiving(sk))		/* step 6 */
		mini_urgent_in(sk, seg);
	why = mini_step_text(sk, seg, &fin);
	if (sk->sk_state == TCP_CLOSE)
		return why;
	fin |= seg->flags & MINI_FIN && end == msk->rcv.nxt;
	if (fin && mini_receiving(sk))
		mini_fin_in(sk);
	else if (fin)
		msk->ack_due |= MINI_ACK_NOW;
	return why;
}

/*
 * A tail that is sent again in case it got lost (RFC 8985 7.3), and did not.
 * It is the latest that the peer has sent, and the only one with its latest
 * ACK perhaps, which the peer will not repeat: it has nothing more to ACK.
 */
static bool mini_is_old_tail(const struct sock *sk, const struct mini_seg *seg)
{
	const struct mini_sock *msk = mini_sk(sk);

	return sk->sk_state != TCP_SYN_RECV && seg->len &&
	       seg->seq + seg->len == msk->rcv.nxt &&
	       seq_gt(seg->ack, msk->snd.una);
}

/* 3.10.7.4, other states */
static enum mini_drop mini_rcv_sync(struct sock *sk, struct mini_seg *seg)
{
	enum mini_drop why;

	if (seg->flags & MINI_RST)
		return mini_step_rst(sk, seg);
	if (seg->flags & MINI_SYN)
		return mini_step_syn(sk);
	why = mini_step_paws(sk, seg) ?: mini_step_seq(sk, seg);
	if (why == MINI_DROP_OLD_SEQ && mini_is_old_tail(sk, seg))
		mini_step_ack(sk, seg);
	if (why)
		return why;
	mini_take_ts(sk, seg);
	why = mini_step_ack(sk, seg);
	if (why || sk->sk_state == TCP_CLOSE)
		return why;
	return mini_steps_text(sk, seg);
}

/* The peer's SYN, in SYN-SENT: its number, its window, its options */
static void mini_take_syn(struct sock *sk, const struct mini_seg *seg)
{
	struct mini_sock *msk = mini_sk(sk);
	u32 offered = msk->rcv.edge - msk->rcv.nxt;
	bool ack = seg->flags & MINI_ACK;

	msk->rcv.irs = seg->seq;
	msk->rcv.nxt = seg->seq + 1;
	msk->rcv.edge = msk->rcv.nxt + offered;
	msk->rcv.acked = msk->rcv.nxt;
	msk->rcv.copied = msk->rcv.nxt;
	msk->snd.wnd = seg->wnd;
	msk->snd.max_wnd = seg->wnd;
	msk->snd.wl1 = seg->seq;
	msk->snd.wl2 = ack ? seg->ack : msk->snd.iss;
	msk->ecn.ok &= ack ? mini_ecn_agreed(seg->flags) :
			     mini_ecn_asked(seg->flags);
	mini_tcp_synchronized(sk, &seg->opts);
}

/* SYN,ACK: the connection stands (3.10.7.3, fourth) */
static enum mini_drop mini_syn_sent_done(struct sock *sk,
					 struct mini_seg *seg)
{
	struct mini_sock *msk = mini_sk(sk);

	msk->snd.una = seg->ack;
	msk->snd.syn_acked = true;
	mini_tcp_established(sk, seg);
	msk->ack_due |= MINI_ACK_NOW;
	/* text and FIN that ride on the SYN: the sixth step and on */
	seg->seq++;
	seg->len--;
	if (seg->up > 1)	/* it counts from the SYN */
		seg->up--;
	else
		seg->flags &= ~MINI_URG;
	seg->flags &= ~MINI_SYN;
	return mini_steps_text(sk, seg);
}

/* 3.10.7.3, SYN-SENT */
static enum mini_drop mini_rcv_syn_sent(struct sock *sk, struct mini_seg *seg)
{
	const struct mini_sock *msk = mini_sk(sk);

	if (seg->flags & MINI_ACK && seg->ack != msk->snd.nxt) {
		if (!(seg->flags & MINI_RST))
			mini_refuse(sk, seg);
		return MINI_DROP_FUTURE_ACK;
	}
	if (seg->flags & MINI_RST) {
		if (!(seg->flags & MINI_ACK))
			return MINI_DROP_BAD_FLAGS;
		mini_reset_by_peer(sk);
		return MINI_DROP_RST;
	}
	if (!(seg->flags & MINI_SYN))
		return MINI_DROP_BAD_FLAGS;

	mini_take_syn(sk, seg);
	if (seg->flags & MINI_ACK)
		return mini_syn_sent_done(sk, seg);

	mini_tcp_set_state(sk, TCP_SYN_RECV);	/* simultaneous open */
	mini_send_syn(sk);
	mini_timer_data_sent(sk);
	return MINI_PASS;
}

/* What the segment has made possible or due */
static void mini_rcv_finish(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	if (sk->sk_state == TCP_CLOSE || sk->sk_state == TCP_LISTEN)
		return;
	mini_output(sk);
	sk->sk_write_space(sk);		/* less is unsent now */
	if (msk->ack_due & MINI_ACK_NOW)
		mini_send_ack(sk);
	else if (msk->ack_due)
		mini_timer_ack_owed(sk);
}

/* A parsed segment for a connection; socket owned */
static void mini_sock_rcv_seg(struct sock *sk, struct mini_seg *seg)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_sock *msk = mini_sk(sk);
	enum mini_drop why;

	msk->segs_in += mini_skb_segs(seg->skb);
	msk->last_rcv_us = mini_now(sk);
	msk->keep_probes = 0;
	mini_stat_received(sk, seg);
	trace_mini_segment_in(sk, seg->seq, seg->ack, seg->skb->len, seg->wnd,
			      seg->flags);
	switch (sk->sk_state) {
	case TCP_CLOSE:
	case TCP_LISTEN:	/* found as what it was a moment ago */
		why = MINI_DROP_CLOSED;
		break;
	case TCP_SYN_SENT:
		why = mini_rcv_syn_sent(sk, seg);
		break;
	default:
		why = mini_rcv_sync(sk, seg);
		break;
	}
	if (seg->skb)
		mini_drop(mn, seg->skb, why ?: MINI_DROP_ACK_ONLY);
	mini_rcv_finish(sk);
}

/* A segment for a connection: @skb is taken, its data at the TCP header */
static void mini_sock_rcv_skb(struct sock *sk, struct sk_buff *skb)
{
	struct mini_seg seg;
	int why = mini_seg_parse(skb, &seg);

	if (why)
		mini_drop(mini_sk(sk)->mn, skb, why);
	else
		mini_sock_rcv_seg(sk, &seg);
}

/**
 * mini_tcp_backlog_rcv() - proto.backlog_rcv: one that found the socket owned
 * @sk: socket, owned
 * @skb: data at the TCP header; taken
 *
 * Return: 0.
 */
int mini_tcp_backlog_rcv(struct sock *sk, struct sk_buff *skb)
{
	MINI_TCP_CALL(sk, mini_tcp_prot, backlog_rcv);
	mini_sock_rcv_skb(sk, skb);
	return 0;
}

/**
 * mini_child_rcv() - the ACK that made a child is the first it receives
 * @child: fresh from the listener, its spinlock held
 * @seg: the segment; taken
 */
void mini_child_rcv(struct sock *child, struct mini_seg *seg)
{
	mini_sock_rcv_seg(child, seg);
}

/*
 * What may wait for the lock holder, overhead and receive queue included: all
 * that the window allowed the peer to send, or it would be dropped for no
 * fault of the network's.
 */
static unsigned int mini_backlog_limit(const struct sock *sk)
{
	u64 limit = 2ULL * READ_ONCE(sk->sk_rcvbuf) +
		    READ_ONCE(sk->sk_sndbuf) / 2 + 64 * 1024;

	return min_t(u64, limit, UINT_MAX);
}

/* A segment for a socket, in softirq */
static void mini_sock_rcv(struct mini_net *mn, struct sock *sk,
			  struct sk_buff *skb)
{
	sk_incoming_cpu_update(sk);
	bh_lock_sock_nested(sk);
	if (!sock_owned_by_user(sk))
		mini_sock_rcv_skb(sk, skb);
	else if (!sk_add_backlog(sk, skb, mini_backlog_limit(sk)))
		MINI_INC(mn, BACKLOGGED);
	else
		mini_drop(mn, skb, MINI_DROP_BACKLOG);
	bh_unlock_sock(sk);
}

/* 3.10.7.1, CLOSED: nobody has this port, or the listener left just now */
static void mini_closed_rcv(struct mini_net *mn, const struct mini_tuple *t,
			    const struct mini_seg *seg)
{
	struct mini_reply r = { .t = *t };

	mini_reply_reset(mn, &r, seg);
	mini_drop(mn, seg->skb, MINI_DROP_NO_SOCKET);
}

/**
 * mini_tcp_rcv() - a segment arrives
 * @mn: namespace
 * @t: its tuple, seen from here
 * @d: who takes it, by mini_lookup()
 * @skb: data at the TCP header, header linear, checksum verified; taken
 *
 * Context: softirq or bottom halves off, RCU reader since the look-up.
 */
void mini_tcp_rcv(struct mini_net *mn, const struct mini_tuple *t,
		  const struct mini_dest *d, struct sk_buff *skb)
{
	struct sock *sk = mini_dest_sk(d);
	struct mini_seg seg;
	int why;

	MINI_INC(mn, IN_SEGS);
	/* a listener's too: it says who may open a connection */
	if (sk && sk_filter_trim_cap(sk, skb, (skb->data[12] >> 4) * 4)) {
		mini_drop(mn, skb, MINI_DROP_FILTER);
		return;
	}
	if (d->ep && d->ep->kind == MINI_KIND_SOCK) {
		mini_sock_rcv(mn, sk, skb);
		return;
	}
	why = mini_seg_parse(skb, &seg);
	if (why)
		mini_drop(mn, skb, why);
	else if (d->ep && d->ep->kind == MINI_KIND_REQ)
		mini_req_rcv(mn, mini_ep_req(d->ep), &seg);
	else if (d->ep)
		mini_tw_rcv(mn, mini_ep_tw(d->ep), &seg);
	else if (d->listener)
		mini_listen_rcv(mn, d->listener, t, &seg, 0);
	else
		mini_closed_rcv(mn, t, &seg);
}
