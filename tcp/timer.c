// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timers of a socket, named by what happens to it:
 *
 *  write	of the sending side, for one thing at a time: an ACK that is
 *		overdue (RFC 6298), one that is late enough for a probe or for
 *		a packet to count as lost (RFC 8985), or a window that is shut
 *		(RFC 9293 3.8.6.1)
 *  delack	an ACK is owed and may wait (RFC 9293 3.8.6.3)
 *  send	data may leave at a time that is known
 *  kick	now: a packet was freed below, where the socket must not be touched
 *  keep	keep-alive (RFC 9293 3.8.4); for an orphan in FIN-WAIT-2, its end
 *
 * A timer that finds the socket owned leaves a bit for release_cb. One that
 * fires although it was stopped or moved meanwhile sees that by its at_us.
 */
#include <mini/call.h>
#include <mini/ip.h>
#include <mini/tcp.h>

static void mini_timer_arm(struct sock *sk, struct mini_timer *t, u64 delay_us)
{
	struct mini_sock *msk = mini_sk(sk);

	t->at_us = msk->now_us + delay_us;
	if (t->armed_us && t->armed_us <= t->at_us)
		return;
	t->armed_us = t->at_us;
	if (msk->ip->arm(t, delay_us))
		sock_hold(sk);
}

/* No longer wanted; if it fires all the same, it will see that */
static void mini_timer_halt(struct mini_timer *t)
{
	t->at_us = 0;
}

/* The same for good: it must not hold the socket */
static void mini_timer_kill(struct sock *sk, struct mini_timer *t)
{
	t->at_us = 0;
	t->armed_us = 0;
	if (mini_sk(sk)->ip->stop(t))
		sock_put(sk);
}

/* It has fired. Is it really time? If not, see to it that it will be. */
static bool mini_timer_due(struct sock *sk, struct mini_timer *t)
{
	u64 now_us = mini_now(sk);

	t->armed_us = 0;
	if (!t->at_us || sk->sk_state == TCP_CLOSE)
		return false;
	if (now_us < t->at_us) {
		mini_timer_arm(sk, t, t->at_us - now_us);
		return false;
	}
	t->at_us = 0;
	return true;
}

/* RTO, but no longer than the user is willing to wait */
static u64 mini_rto_delay(const struct mini_sock *msk)
{
	u64 delay_us = mini_rtt_rto_us(&msk->rtt), end_us, now_us;

	if (!msk->user_timeout_ms)
		return delay_us;
	now_us = msk->now_us;
	end_us = msk->first_sent_us +
		 (u64)msk->user_timeout_ms * MINI_USEC_PER_MSEC;
	return min(delay_us, end_us > now_us ? end_us - now_us :
					       MINI_USEC_PER_MSEC);
}

static void mini_timer_write_for(struct sock *sk, u8 what, u64 delay_us)
{
	struct mini_sock *msk = mini_sk(sk);

	msk->write_for = what;
	mini_timer_arm(sk, &msk->write_tmr, delay_us);
}

/*
 * Something is out: the timer runs for its timeout, or for what comes before
 * (RFC 8985 section 8: the timers of RACK and the probe take its place).
 */
static void mini_timer_write_start(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	u64 now_us = msk->now_us, pto_us = mini_tlp_delay_us(sk);
	bool reo = msk->write_tmr.at_us && msk->write_for == MINI_FOR_REO;

	if (pto_us && now_us + pto_us <= msk->rto_at_us)
		mini_timer_write_for(sk, MINI_FOR_PTO, pto_us);
	else if (!reo)
		mini_timer_write_for(sk, MINI_FOR_RTO,
				     max_t(s64, msk->rto_at_us - now_us, 1));
}

/**
 * mini_timer_data_sent() - something that wants an ACK has left
 * @sk: socket, owned
 *
 * RFC 6298 5.1: starts the timer only when it is not running.
 */
void mini_timer_data_sent(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	if (!msk->rto_at_us)
		msk->rto_at_us = msk->now_us + mini_rto_delay(msk);
	mini_timer_write_start(sk);
}

/**
 * mini_timer_data_acked() - SND.UNA has moved
 * @sk: socket, owned
 *
 * RFC 6298 5.2 and 5.3: stop when all is ACKed, else start anew.
 */
void mini_timer_data_acked(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	msk->rto_at_us = 0;
	if (mini_flight(msk))
		mini_timer_data_sent(sk);
	else if (msk->write_for != MINI_FOR_PROBE)
		mini_timer_halt(&msk->write_tmr);
}

/**
 * mini_timer_reo() - some packet is late, and will be lost in a moment
 * @sk: socket, owned
 * @wait_us: until then
 */
void mini_timer_reo(struct sock *sk, u64 wait_us)
{
	struct mini_sock *msk = mini_sk(sk);

	if (msk->now_us + wait_us < msk->rto_at_us)
		mini_timer_write_for(sk, MINI_FOR_REO, wait_us);
}

/**
 * mini_timer_no_probe() - call the tail loss probe off, if it has become
 * needless
 * @sk: socket, owned
 *
 * It was armed when nothing had been SACKed. Something is now, and that shows
 * what is lost as well as a probe would: the retransmission timeout is what
 * is left to wait for (RFC 8985 7.2).
 */
void mini_timer_no_probe(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	if (msk->write_tmr.at_us && msk->write_for == MINI_FOR_PTO &&
	    !mini_tlp_delay_us(sk))
		mini_timer_write_start(sk);
}

/**
 * mini_timer_data_stuck() - data waits, and nothing in flight will free it
 * @sk: socket, owned
 *
 * The window is shut or silly. The timer probes or overrides (RFC 9293 3.8.6.1
 * and 3.8.6.2.1).
 */
void mini_timer_data_stuck(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	if (mini_probing(msk))
		return;
	msk->retries = 0;
	mini_rtt_collapse(&msk->rtt);
	mini_timer_write_for(sk, MINI_FOR_PROBE, mini_rto_delay(msk));
}

/**
 * mini_timer_data_free() - the window has opened, or nothing waits any more
 * @sk: socket, owned
 */
void mini_timer_data_free(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	if (!mini_probing(msk))
		return;
	msk->retries = 0;
	mini_rtt_collapse(&msk->rtt);
	mini_timer_halt(&msk->write_tmr);
}

/**
 * mini_timer_send_at() - data waits for a moment that is known
 * @sk: socket, owned
 * @wait_us: until then; the earliest of several counts
 */
void mini_timer_send_at(struct sock *sk, u64 wait_us)
{
	struct mini_timer *t = &mini_sk(sk)->send_tmr.t;

	if (!t->at_us || mini_sk(sk)->now_us + wait_us < t->at_us)
		mini_timer_arm(sk, t, wait_us);
}

/**
 * mini_timer_send_any() - nothing waits for such a moment any more
 * @sk: socket, owned
 */
void mini_timer_send_any(struct sock *sk)
{
	mini_timer_halt(&mini_sk(sk)->send_tmr.t);
}

/**
 * mini_timer_ack_owed() - an ACK may wait a little
 * @sk: socket, owned
 *
 * More text only brings it forward, or an ACK might never leave; and to no
 * less than a quarter of the wait, which is not worth the timer.
 */
void mini_timer_ack_owed(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	u32 wait_us = mini_delack_wait_us(&msk->delack,
					  msk->rtt.srtt_us8 >> 3);
	u64 now_us = msk->now_us, at_us = msk->delack_tmr.at_us;

	if (at_us && at_us <= now_us + wait_us / 4)
		mini_send_ack(sk);
	else if (!at_us || now_us + wait_us < at_us)
		mini_timer_arm(sk, &msk->delack_tmr, wait_us);
}

/**
 * mini_timer_ack_failed() - there was no memory for an ACK
 * @sk: socket, owned
 */
void mini_timer_ack_failed(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	msk->ack_due |= MINI_ACK_DELAYED;
	mini_timer_arm(sk, &msk->delack_tmr, MINI_DELACK_WORST_US);
}

/**
 * mini_timer_ack_sent() - a segment with an ACK has left
 * @sk: socket, owned
 */
void mini_timer_ack_sent(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	if (msk->ack_due)
		mini_delack_ack_sent(&msk->delack);
	msk->ack_due = 0;
	mini_timer_halt(&msk->delack_tmr);
}

/* How long until the peer has been silent for the idle time; 0 when it has */
static u64 mini_keep_wait_us(struct sock *sk)
{
	u64 idle_us = (u64)mini_keepidle_s(sk) * MINI_USEC_PER_SEC;
	u64 due_us = mini_sk(sk)->last_rcv_us + idle_us;
	u64 now_us = mini_now(sk);

	return due_us > now_us ? due_us - now_us : 0;
}

/**
 * mini_timer_keepalive() - proto.keepalive: SO_KEEPALIVE or one of its times
 * was set, or the connection has been established
 * @sk: socket, owned
 * @on: keep it alive
 */
void mini_timer_keepalive(struct sock *sk, int on)
{
	struct mini_sock *msk = mini_sk(sk);

	MINI_TCP_CALL(sk, mini_tcp_prot, keepalive);
	if ((1 << sk->sk_state) & (TCPF_CLOSE | TCPF_LISTEN | TCPF_SYN_SENT))
		return;
	if (on)
		mini_timer_arm(sk, &msk->keep_tmr, mini_keep_wait_us(sk));
	else
		mini_timer_halt(&msk->keep_tmr);
}

/**
 * mini_timer_fin_wait2() - an orphan has its FIN ACKed and waits for the peer
 * @sk: socket, owned
 */
void mini_timer_fin_wait2(struct sock *sk)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_sock *msk = mini_sk(sk);
	u32 wait_s = msk->user.linger2_s ?: mn->sysctl.fin_timeout_s;

	if (msk->user.linger2_s < 0) {
		MINI_INC(mn, ABORT_ON_LINGER);
		mini_tcp_done(sk);
		return;
	}
	/* as long at least as a FIN of the peer that was lost may take */
	mini_timer_arm(sk, &msk->keep_tmr,
		       max_t(u64, (u64)wait_s * MINI_USEC_PER_SEC,
			     mini_rtt_rto_us(&msk->rtt) * 7ULL / 2));
}

/**
 * mini_timer_stop_all() - the connection is over
 * @sk: socket, owned
 */
void mini_timer_stop_all(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	msk->rto_at_us = 0;
	mini_timer_kill(sk, &msk->write_tmr);
	mini_timer_kill(sk, &msk->delack_tmr);
	mini_timer_kill(sk, &msk->keep_tmr);
	mini_timer_kill(sk, &msk->send_tmr.t);
	mini_timer_kill(sk, &msk->kick_tmr.t);
}

/* R2 of RFC 9293 3.8.3: by time when the user set one, else by count */
static bool mini_r2_reached(struct sock *sk, int limit)
{
	struct mini_sock *msk = mini_sk(sk);
	u64 age_us = msk->now_us - msk->first_sent_us;

	if (sock_flag(sk, SOCK_DEAD))
		limit = min(limit,
			    msk->mn->sysctl.orphan_retries);
	if (msk->user_timeout_ms && !sock_flag(sk, SOCK_DEAD))
		return age_us >= (u64)msk->user_timeout_ms * MINI_USEC_PER_MSEC;
	return msk->retries >= limit;
}

/*
 * Each ACK of a probe takes the count of retries back, so a window may stay
 * shut for ever (RFC 9293 MUST-37), but not for an orphan.
 */
static bool mini_shut_too_long(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	if (msk->snd.wnd)
		return false;
	return ++msk->shut_probes > msk->mn->sysctl.orphan_retries &&
	       sock_flag(sk, SOCK_DEAD);
}

/* Its flags may be what somebody on the way drops it for (RFC 3168 6.1.1.1) */
static void mini_syn_without_ecn(struct sock *sk)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_sock *msk = mini_sk(sk);

	if (sk->sk_state != TCP_SYN_SENT || !msk->ecn.ok ||
	    !mn->sysctl.ecn_fallback)
		return;
	msk->ecn.ok = false;
	MINI_INC(mn, ECN_FALLBACKS);
}

/* The SYN, or the SYN,ACK of a simultaneous open, went unanswered */
static void mini_syn_timeout(struct sock *sk)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_sock *msk = mini_sk(sk);
	int limit = sk->sk_state != TCP_SYN_SENT ? mn->sysctl.synack_retries :
		    msk->syn_retries ?: mn->sysctl.syn_retries;

	if (mini_r2_reached(sk, limit)) {
		mini_tcp_timed_out(sk);
		return;
	}
	msk->retries++;
	mini_rtt_backoff(&msk->rtt);
	MINI_INC(mn, SYN_RETRANS);
	mini_syn_without_ecn(sk);
	mini_send_syn(sk);
	msk->rto_at_us = 0;
	mini_timer_data_sent(sk);
}

/* An orphan whose peer does not answer has no claim on memory that is short */
static bool mini_orphan_starved(struct sock *sk)
{
	if (!sock_flag(sk, SOCK_DEAD) || !mini_tcp_starved(sk))
		return false;
	mini_tcp_starve(sk);
	return true;
}

/* RFC 6298 5.4 to 5.6 */
static void mini_rto_timeout(struct sock *sk)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_sock *msk = mini_sk(sk);

	if (!mini_flight(msk) || mini_orphan_starved(sk))
		return;
	if (mini_r2_reached(sk, mn->sysctl.retries2) ||
	    mini_shut_too_long(sk)) {
		mini_tcp_timed_out(sk);
		return;
	}
	if (msk->retries == mn->sysctl.retries1)
		msk->ip->advise(sk);
	if (msk->retries >= mn->sysctl.retries1 && msk->snd.wnd)
		mini_pmtu_stuck(sk);
	msk->retries++;
	MINI_INC(mn, TIMEOUTS);
	trace_mini_timer(sk, "rto");
	/* a shut window is no congestion: what we resend is a probe then */
	if (msk->snd.wnd)
		mini_recovery_timeout(sk);
	mini_rtt_backoff(&msk->rtt);
	trace_mini_cwnd(sk);
	mini_retransmit_first(sk);
	mini_stat_overdue(sk);
	msk->rto_at_us = 0;
	mini_timer_data_sent(sk);
}

static void mini_probe_timeout(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	if (mini_orphan_starved(sk))
		return;
	if (mini_shut_too_long(sk)) {
		mini_tcp_timed_out(sk);
		return;
	}
	trace_mini_timer(sk, "probe");
	msk->retries++;
	mini_rtt_backoff(&msk->rtt);
	mini_send_probe(sk);
	/* the probe may have been the data itself, and now it is in flight */
	if (!mini_flight(msk))
		mini_timer_write_for(sk, MINI_FOR_PROBE, mini_rto_delay(msk));
}

/* Not the retransmission timeout yet: a probe, or a packet given up for lost */
static void mini_early_timeout(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	if (!mini_flight(msk))
		return;
	trace_mini_timer(sk, msk->write_for == MINI_FOR_PTO ? "tlp" : "reo");
	if (msk->write_for == MINI_FOR_PTO) {
		mini_tlp_timeout(sk);
		msk->rto_at_us = 0;	/* RFC 8985 7.3: the RTO starts anew */
	} else {
		mini_recovery_reo_timeout(sk);
		mini_output(sk);
	}
	mini_timer_data_sent(sk);
}

static void mini_write_timeout(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	if (!mini_timer_due(sk, &msk->write_tmr))
		return;
	if (mini_syn_unacked(sk))
		mini_syn_timeout(sk);
	else if (msk->write_for == MINI_FOR_PROBE)
		mini_probe_timeout(sk);
	else if (msk->write_for == MINI_FOR_RTO)
		mini_rto_timeout(sk);
	else
		mini_early_timeout(sk);
}

static void mini_delack_timeout(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	if (!mini_timer_due(sk, &msk->delack_tmr) || !msk->ack_due)
		return;
	trace_mini_timer(sk, "delack");
	MINI_INC(msk->mn, DELAYED_ACKS);
	mini_delack_missed(&msk->delack, msk->rtt.rto_us);
	mini_send_ack(sk);
}

/* The peer has not been heard for the idle time: ask, or give up */
static u64 mini_keep_probe(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	if (msk->keep_probes >= mini_keepcnt(sk)) {
		mini_send_reset(sk);
		mini_tcp_timed_out(sk);
		return 0;
	}
	trace_mini_timer(sk, "keepalive");
	msk->keep_probes++;
	MINI_INC(msk->mn, KEEPALIVE_PROBES);
	mini_send_keepalive(sk);
	return (u64)mini_keepintvl_s(sk) * MINI_USEC_PER_SEC;
}

static void mini_keep_timeout(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	u64 wait_us;

	if (!mini_timer_due(sk, &msk->keep_tmr))
		return;
	if (sk->sk_state == TCP_FIN_WAIT2 && sock_flag(sk, SOCK_DEAD)) {
		mini_tcp_done(sk);
		return;
	}
	if (!sock_flag(sk, SOCK_KEEPOPEN))
		return;
	wait_us = mini_keep_wait_us(sk);
	/* outstanding data is the retransmission timer's to worry about */
	if (!wait_us && !mini_flight(msk) && !mini_unsent(sk))
		wait_us = mini_keep_probe(sk);
	else if (!wait_us)
		wait_us = (u64)mini_keepidle_s(sk) * MINI_USEC_PER_SEC;
	if (sk->sk_state != TCP_CLOSE)
		mini_timer_arm(sk, &msk->keep_tmr, wait_us);
}

static void mini_send_timeout(struct sock *sk)
{
	if (mini_timer_due(sk, &mini_sk(sk)->send_tmr.t))
		mini_output(sk);
}

/* Run @handle now, or have the owner run it; drops the timer's reference */
static void mini_timer_run(struct mini_sock *msk, int deferred,
			   void (*handle)(struct sock *sk))
{
	struct sock *sk = mini_to_sk(msk);

	bh_lock_sock(sk);
	if (sock_owned_by_user(sk))
		set_bit(deferred, &msk->deferred);
	else
		handle(sk);
	bh_unlock_sock(sk);
	sock_put(sk);
}

static void mini_write_fire(struct mini_timer *t)
{
	mini_timer_run(container_of(t, struct mini_sock, write_tmr),
		       MINI_DEFER_WRITE, mini_write_timeout);
}

static void mini_delack_fire(struct mini_timer *t)
{
	mini_timer_run(container_of(t, struct mini_sock, delack_tmr),
		       MINI_DEFER_DELACK, mini_delack_timeout);
}

static void mini_keep_fire(struct mini_timer *t)
{
	mini_timer_run(container_of(t, struct mini_sock, keep_tmr),
		       MINI_DEFER_KEEP, mini_keep_timeout);
}

static void mini_kick_fire(struct mini_timer *t)
{
	struct mini_sock *msk = container_of(t, struct mini_sock, kick_tmr.t);

	clear_bit(MINI_TX_KICKED, &msk->deferred);
	mini_timer_run(msk, MINI_DEFER_KICK, mini_tx_kicked);
}

static void mini_send_fire(struct mini_timer *t)
{
	mini_timer_run(container_of(t, struct mini_sock, send_tmr.t),
		       MINI_DEFER_SEND, mini_send_timeout);
}

/**
 * mini_timer_init() - set up a new socket's timers
 * @sk: socket
 */
void mini_timer_init(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	mini_ip_timer_setup(&msk->write_tmr, mini_write_fire);
	mini_ip_timer_setup(&msk->delack_tmr, mini_delack_fire);
	mini_ip_timer_setup(&msk->keep_tmr, mini_keep_fire);
	mini_ip_fine_timer_setup(&msk->send_tmr, mini_send_fire);
	mini_ip_fine_timer_setup(&msk->kick_tmr, mini_kick_fire);
}

/**
 * mini_tcp_release_cb() - do what was left for the owner
 * @sk: socket
 *
 * Context: release_sock(), its spinlock held; still owned, as for the backlog.
 */
void mini_tcp_release_cb(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	MINI_TCP_CALL(sk, mini_tcp_prot, release_cb);
	if (likely(!(msk->deferred & MINI_DEFERRED)))
		return;
	if (test_and_clear_bit(MINI_DEFER_WRITE, &msk->deferred))
		mini_write_timeout(sk);
	if (test_and_clear_bit(MINI_DEFER_DELACK, &msk->deferred))
		mini_delack_timeout(sk);
	if (test_and_clear_bit(MINI_DEFER_KEEP, &msk->deferred))
		mini_keep_timeout(sk);
	if (test_and_clear_bit(MINI_DEFER_SEND, &msk->deferred))
		mini_send_timeout(sk);
	if (test_and_clear_bit(MINI_DEFER_KICK, &msk->deferred))
		mini_tx_kicked(sk);
	if (test_and_clear_bit(MINI_DEFER_MTU, &msk->deferred))
		mini_tcp_frag_needed(sk);
}
