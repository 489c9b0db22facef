// SPDX-License-Identifier: GPL-2.0-only
/*
 * Timers by the virtual clock: delayed ACKs, keep-alive, the limits R1 and R2
 * of RFC 9293 3.8.3, the user timeout, an orphan's last wait; and what a timer
 * leaves to the owner of the socket.
 */
#include <linux/in.h>
#include <linux/tcp.h>
#include <net/sock.h>
#include "harness.h"

#define MSS	MINI_T_MSS
#define RTO	MINI_T_RTO_MS
#define HOUR_MS	(3600 * 1000)

/* Past the ACKs that are sent at once while the peer is in slow start */
static struct mini_t *with_slow_acks(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_slow_acks(t);
	return t;
}

/* Delayed ACKs */

/* Proves: SHLD-18, MUST-40 */
static void ack_is_delayed(struct kunit *test)
{
	struct mini_t *t = with_slow_acks(test);

	mini_t_rx(t, AT_NOW, SEG(.len = 10));
	mini_t_advance_ms(t, 10);
	mini_t_expect_nothing(t);
	mini_t_goto(t, AT_MS(500) - 1);
	mini_t_expect_tx(t, SEG(.ack = 10));
	mini_t_expect_nothing(t);
}

/*
 * The timer is not pushed back by more text, or an ACK might never leave
 * Proves: MUST-40
 */
static void more_text_does_not_delay_it_more(struct kunit *test)
{
	struct mini_t *t = with_slow_acks(test);
	const struct mini_t_rec *rec;
	u32 i;

	mini_t_msk(t)->rcv.seg = MSS;
	for (i = 0; i < 100; i++)
		mini_t_rx(t, AT_MS(10 * i), SEG(.seq = i, .len = 1));
	rec = mini_t_next(t);
	MINI_T_TRUE(t, rec && rec->at_us - t->zero_us < 500 * USEC_PER_MSEC);
	mini_t_drain(t);
}

/*
 * One ACK for two full segments, at once
 * Proves: SHLD-19
 */
static void second_full_segment_is_acked(struct kunit *test)
{
	struct mini_t *t = with_slow_acks(test);
	u32 i;

	mini_t_rx(t, AT_NOW, SEG(.len = MSS));
	mini_t_drain(t);
	for (i = 1; i < 11; i += 2) {
		mini_t_rx(t, AT_NOW, SEG(.seq = i * MSS, .len = MSS));
		mini_t_rx(t, AT_NOW, SEG(.seq = (i + 1) * MSS, .len = MSS));
	}
	MINI_T_TRUE(t, mini_t_pending(t) >= 5);
	mini_t_drain(t);
	mini_t_advance_ms(t, 500);
	/* nothing is owed twice */
	MINI_T_TRUE(t, mini_t_pending(t) <= 1);
	MINI_T_EQ(t, mini_t_msk(t)->rcv.acked - t->peer_zero, 11 * MSS);
	mini_t_drain(t);
}

/*
 * Our data carries the ACK, and none is left for the timer
 * Proves: MUST-58
 */
static void data_carries_the_ack(struct kunit *test)
{
	struct mini_t *t = with_slow_acks(test);

	mini_t_rx(t, AT_NOW, SEG(.len = 10));
	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_tx(t, SEG(.ack = 10, .len = 10));
	mini_t_rx(t, AT_MS(20), SEG(.seq = 10, .ack = 10));
	mini_t_advance_ms(t, 500);
	mini_t_expect_nothing(t);
}

/* At the start of a connection nothing is delayed (the peer's slow start) */
static void first_segments_are_acked_at_once(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 i;

	for (i = 0; i < 8; i++) {
		mini_t_rx(t, AT_NOW, SEG(.seq = i * 10, .len = 10));
		mini_t_expect_tx(t, SEG(.ack = (i + 1) * 10));
	}
}

/* An empty segment is owed no ACK */
static void no_ack_for_an_ack(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 i;

	for (i = 0; i < 10; i++)
		mini_t_rx(t, AT_MS(i * 1000), SEG());
	mini_t_advance_ms(t, 1000);
	mini_t_expect_nothing(t);
}

/* R1 and R2 */

/*
 * Three minutes at least, with back-off
 * Proves: MUST-22, MUST-23, LD-6
 */
static void syn_r2_is_three_minutes(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_sent(test);
	u64 last = 0, gap = 0;
	const struct mini_t_rec *rec;

	mini_t_goto(t, AT_MS(180 * 1000) - 1);
	mini_t_expect_state(t, TCP_SYN_SENT);
	while ((rec = mini_t_next(t))) {
		u64 at_us = rec->at_us - t->zero_us;

		MINI_T_EQ(t, rec->flags, MINI_SYN);
		MINI_T_TRUE(t, at_us - last >= 2 * gap);
		gap = at_us - last;
		last = at_us;
	}
	mini_t_goto(t, AT_MS(HOUR_MS));
	mini_t_expect_state(t, TCP_CLOSE);
	mini_t_drain(t);
	MINI_T_EQ(t, t->sock->sk->sk_err, ETIMEDOUT);
	MINI_T_EQ(t, mini_t_connect(t), -ETIMEDOUT);
}

/*
 * 1, 2, 4, 8 s between SYNs
 * Proves: RTO-1, LD-1
 */
static void syn_backs_off(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_sent(test);
	u32 at = 0, gap = 1000, i;

	for (i = 0; i < 5; i++, gap *= 2) {
		at += gap;
		mini_t_expect_tx_at(t, AT_MS(at),
				    SEG(.flags = MINI_SYN, .seq = -1));
	}
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN | MINI_ACK));
	mini_t_expect_tx(t, SEG(.ack = 1));
	mini_t_expect_state(t, TCP_ESTABLISHED);
}

/*
 * Karn: the SYN that was sent twice gives no sample
 * Proves: RTO-11
 */
static void lost_syn_means_3s(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_sent(test);

	mini_t_goto(t, AT_MS(1000));
	mini_t_drain(t);
	mini_t_rx(t, AT_MS(1100), SEG(.flags = MINI_SYN | MINI_ACK));
	mini_t_drain(t);
	mini_t_zero(t);
	MINI_T_EQ(t, mini_t_msk(t)->rtt.srtt_us8, 0);
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_expect_tx(t, SEG(.len = 100));
	mini_t_expect_tx_at(t, AT_MS(3000), SEG(.len = 100));
}

/*
 * The same when the SYNs cross: our first one was sent twice as well
 * Proves: RTO-11
 */
static void lost_syn_and_simultaneous_open(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_sent(test);

	mini_t_goto(t, AT_MS(1000));
	mini_t_drain(t);
	mini_t_rx(t, AT_MS(1100), SEG(.flags = MINI_SYN));
	mini_t_drain(t);
	mini_t_rx(t, AT_MS(1200), SEG(.seq = 1));
	mini_t_expect_state(t, TCP_ESTABLISHED);
	MINI_T_EQ(t, mini_t_msk(t)->rtt.srtt_us8, 0);
	MINI_T_EQ(t, mini_rtt_rto_us(&mini_t_msk(t)->rtt),
		  MINI_RTO_SYN_LOST_US);
	mini_t_drain(t);
}

/*
 * R1 is three resends or more, and then IP is asked
 * Proves: MUST-20, SHLD-10
 */
static void r1_asks_for_the_route(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_goto(t, AT_MS(7 * RTO) - 1);
	MINI_T_EQ(t, t->advised, 0);
	mini_t_goto(t, AT_MS(100 * RTO));
	MINI_T_TRUE(t, t->advised > 0);
	mini_t_expect_state(t, TCP_ESTABLISHED);
	mini_t_drain(t);
}

/*
 * R2 is 100 s or more, and then the user is told
 * Proves: MUST-20, SHLD-11
 */
static void r2_is_100_seconds(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_goto(t, AT_MS(100 * 1000) - 1);
	mini_t_expect_state(t, TCP_ESTABLISHED);
	mini_t_goto(t, AT_MS(2 * HOUR_MS));
	mini_t_drain(t);
	mini_t_expect_state(t, TCP_CLOSE);
	MINI_T_TRUE(t, mini_t_poll(t) & EPOLLERR);
	MINI_T_EQ(t, mini_t_send(t, 10), -ETIMEDOUT);
	MINI_T_EQ(t, mini_t_send(t, 10), -EPIPE);
}

/* An ACK between two resends starts the count again */
static void r2_counts_from_the_last_progress(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 i;

	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	for (i = 1; i < 50; i++) {
		mini_t_advance_ms(t, 60 * 1000);
		mini_t_rx(t, AT_NOW, SEG(.ack = i));
	}
	mini_t_drain(t);
	mini_t_expect_state(t, TCP_ESTABLISHED);
}

/*
 * The user sets R2
 * Proves: MUST-21
 */
static void user_timeout_sets_r2(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_USER_TIMEOUT, 10000), 0);
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_goto(t, AT_MS(9500));
	mini_t_expect_state(t, TCP_ESTABLISHED);
	mini_t_goto(t, AT_MS(10500));
	mini_t_expect_state(t, TCP_CLOSE);
	mini_t_drain(t);
	MINI_T_EQ(t, mini_t_recv(t, 10), -ETIMEDOUT);
}

/*
 * ... upwards as well: beyond what the count would allow
 * Proves: MUST-21
 */
static void user_timeout_longer_than_the_count(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_USER_TIMEOUT, 3 * HOUR_MS), 0);
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_goto(t, AT_MS(3 * HOUR_MS) - 1);
	mini_t_expect_state(t, TCP_ESTABLISHED);
	mini_t_goto(t, AT_MS(3 * HOUR_MS + 1000));
	mini_t_expect_state(t, TCP_CLOSE);
	mini_t_drain(t);
}

/* Idle time does not count against it: only what is out does */
static void user_timeout_spares_the_idle(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_USER_TIMEOUT, 10000), 0);
	mini_t_advance_ms(t, HOUR_MS);
	mini_t_expect_state(t, TCP_ESTABLISHED);
	mini_t_zero(t);
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_goto(t, AT_MS(9500));
	mini_t_expect_state(t, TCP_ESTABLISHED);
	mini_t_rx(t, AT_NOW, SEG(.ack = 100));
	mini_t_advance_ms(t, HOUR_MS);
	mini_t_expect_state(t, TCP_ESTABLISHED);
	mini_t_drain(t);
}

/* A peer whose window stays shut is no dead peer, but the user may not wait */
static void user_timeout_and_a_shut_window(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_USER_TIMEOUT, 10000), 0);
	mini_t_rx(t, AT_NOW, SEG(.wnd = MINI_T_SHUT));
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_advance_ms(t, 60 * 1000);
	mini_t_drain(t);
	mini_t_expect_state(t, TCP_CLOSE);
}

/* Keep-alive */

static struct mini_t *with_keepalive(struct kunit *test, int idle_s,
				     int intvl_s, int cnt)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_KEEPIDLE, idle_s), 0);
	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_KEEPINTVL, intvl_s), 0);
	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_KEEPCNT, cnt), 0);
	sock_set_keepalive(t->sock->sk);
	return t;
}

/* Proves: MUST-25 */
static void keepalive_is_off_by_default(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	mini_t_advance_ms(t, 48ULL * HOUR_MS);
	mini_t_expect_nothing(t);
	MINI_T_TRUE(t, mini_t_timers_idle(t));
}

/* Proves: MUST-28 */
static void keepalive_default_is_two_hours(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	sock_set_keepalive(t->sock->sk);
	mini_t_expect_tx_at(t, AT_MS(2 * HOUR_MS), SEG(.seq = -1));
}

/*
 * Empty, at SND.NXT - 1
 * Proves: MUST-27, MUST-29, SHLD-12, MAY-5, KA-1
 */
static void keepalive_probes(struct kunit *test)
{
	struct mini_t *t = with_keepalive(test, 10, 3, 4);

	mini_t_expect_tx_at(t, AT_MS(10000), SEG(.seq = -1));
	/* MUST-29: not answered, and still there */
	mini_t_expect_tx_at(t, AT_MS(13000), SEG(.seq = -1));
	mini_t_expect_state(t, TCP_ESTABLISHED);
	/* answered: another idle time */
	mini_t_rx(t, AT_MS(14000), SEG());
	mini_t_expect_tx_at(t, AT_MS(24000), SEG(.seq = -1));
}

/*
 * Anything that arrives puts it off
 * Proves: MUST-26
 */
static void keepalive_waits_for_silence(struct kunit *test)
{
	struct mini_t *t = with_keepalive(test, 10, 3, 4);
	u32 i;

	for (i = 1; i < 10; i++)
		mini_t_rx(t, AT_MS(9000 * i), SEG());
	mini_t_expect_nothing(t);
	mini_t_expect_tx_at(t, AT_MS(9 * 9000 + 10000), SEG(.seq = -1));
}

/*
 * So many probes, then ETIMEDOUT
 * Proves: KA-4
 */
static void keepalive_gives_up(struct kunit *test)
{
	struct mini_t *t = with_keepalive(test, 10, 3, 4);
	u32 i;

	for (i = 0; i < 4; i++)
		mini_t_expect_tx_at(t, AT_MS(10000 + 3000 * i),
				    SEG(.seq = -1));
	mini_t_goto(t, AT_MS(22000) - 1);
	mini_t_expect_state(t, TCP_ESTABLISHED);
	mini_t_goto(t, AT_MS(22000));
	mini_t_expect_state(t, TCP_CLOSE);
	mini_t_drain(t);
	MINI_T_EQ(t, mini_t_recv(t, 10), -ETIMEDOUT);
	MINI_T_TRUE(t, mini_t_timers_idle(t));
}

/* Proves: KA-3 */
static void keepalive_probe_is_reset(struct kunit *test)
{
	struct mini_t *t = with_keepalive(test, 10, 3, 4);

	mini_t_expect_tx_at(t, AT_MS(10000), SEG(.seq = -1));
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_RST));
	mini_t_expect_state(t, TCP_CLOSE);
	MINI_T_EQ(t, mini_t_recv(t, 10), -ECONNRESET);
}

/*
 * What is out is the retransmission timer's to watch
 * Proves: KA-5
 */
static void keepalive_leaves_data_alone(struct kunit *test)
{
	struct mini_t *t = with_keepalive(test, 1, 1, 2);
	const struct mini_t_rec *rec;

	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_advance_ms(t, 30 * 1000);
	while ((rec = mini_t_next(t)))
		MINI_T_EQ(t, rec->len, 100);
	mini_t_expect_state(t, TCP_ESTABLISHED);
}

/*
 * Off again, and no probe comes
 * Proves: MUST-24
 */
static void keepalive_can_be_turned_off(struct kunit *test)
{
	struct mini_t *t = with_keepalive(test, 10, 3, 4);
	struct sock *sk = t->sock->sk;

	mini_t_goto(t, AT_MS(10000));
	mini_t_expect_tx(t, SEG(.seq = -1));
	lock_sock(sk);
	sk->sk_prot->keepalive(sk, 0);
	sock_reset_flag(sk, SOCK_KEEPOPEN);
	release_sock(sk);
	mini_t_advance_ms(t, HOUR_MS);
	mini_t_expect_nothing(t);
	mini_t_expect_state(t, TCP_ESTABLISHED);
	MINI_T_TRUE(t, mini_t_timers_idle(t));
}

/* Set while it runs: the new time counts, from the last word of the peer */
static void keepalive_time_can_be_changed(struct kunit *test)
{
	struct mini_t *t = with_keepalive(test, 1000, 3, 4);

	mini_t_goto(t, AT_MS(5000));
	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_KEEPIDLE, 20), 0);
	mini_t_expect_tx_at(t, AT_MS(20000), SEG(.seq = -1));
}

/* Orphans */

/* net.mini.fin_timeout ends an orphan's wait for the peer's FIN */
static void fin_wait2_of_an_orphan_ends(struct kunit *test)
{
	struct mini_t *t = mini_t_fin_wait2(test);
	u32 ms = t->mn->sysctl.fin_timeout_s * 1000;

	mini_t_close(t);
	MINI_T_EQ(t, atomic_read(&t->mn->orphans), 1);
	mini_t_goto(t, AT_MS(ms) - 1);
	mini_t_expect_state(t, TCP_FIN_WAIT2);
	mini_t_goto(t, AT_MS(ms));
	mini_t_expect_state(t, TCP_CLOSE);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, atomic_read(&t->mn->orphans), 0);
}

/* The same when it was an orphan before its FIN was ACKed */
static void orphan_in_fin_wait1_waits_as_well(struct kunit *test)
{
	struct mini_t *t = mini_t_fin_wait1(test);
	u32 ms = t->mn->sysctl.fin_timeout_s * 1000;

	mini_t_close(t);
	mini_t_rx(t, AT_MS(50), SEG());
	mini_t_expect_state(t, TCP_FIN_WAIT2);
	mini_t_goto(t, AT_MS(50 + ms) - 1);
	mini_t_expect_state(t, TCP_FIN_WAIT2);
	mini_t_goto(t, AT_MS(50 + ms));
	mini_t_expect_state(t, TCP_CLOSE);
	mini_t_expect_nothing(t);
}

/* A user who still holds the socket may wait as long as he likes */
static void fin_wait2_of_a_reader_stays(struct kunit *test)
{
	struct mini_t *t = mini_t_fin_wait2(test);

	mini_t_advance_ms(t, 24ULL * HOUR_MS);
	mini_t_expect_nothing(t);
	mini_t_expect_state(t, TCP_FIN_WAIT2);
}

/* An orphan that nobody ACKs is given up sooner than a held socket */
static void orphan_is_given_up(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_close(t);
	mini_t_advance_ms(t, 6000 * 1000);
	mini_t_expect_state(t, TCP_CLOSE);
	MINI_T_TRUE(t, mini_t_timers_idle(t));
	mini_t_drain(t);
}

/* ... and so is one whose peer keeps the window shut */
static void orphan_behind_a_shut_window(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 i;

	mini_t_rx(t, AT_NOW, SEG(.wnd = MINI_T_SHUT));
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_close(t);
	for (i = 0; i < 60 && mini_t_state(t) != TCP_CLOSE; i++) {
		mini_t_advance_us(t, MINI_RTO_MAX_US);
		if (mini_t_state(t) != TCP_CLOSE)
			mini_t_rx(t, AT_NOW, SEG(.wnd = MINI_T_SHUT));
	}
	mini_t_expect_state(t, TCP_CLOSE);
	mini_t_drain(t);
}

/* Whoever owns the socket does what timers and segments have left him */

static void timer_waits_for_the_owner(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct sock *sk = t->sock->sk;

	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_expect_tx(t, SEG(.len = 100));
	lock_sock(sk);
	mini_t_advance_ms(t, RTO + 50);
	mini_t_expect_nothing(t);
	release_sock(sk);
	mini_t_expect_tx(t, SEG(.len = 100));
	/* once, and the next one in its own time */
	mini_t_expect_nothing(t);
	mini_t_expect_tx_at(t, AT_MS(RTO + 50 + 2 * RTO), SEG(.len = 100));
}

/* Fired while owned, but moot by the time the owner comes to it */
static void timer_was_stopped_meanwhile(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct sock *sk = t->sock->sk;

	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_expect_tx(t, SEG(.len = 100));
	lock_sock(sk);
	mini_t_rx(t, AT_MS(RTO - 10), SEG(.ack = 100));
	mini_t_advance_ms(t, 20);
	release_sock(sk);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mini_t_msk(t)->total_retrans, 0);
	MINI_T_TRUE(t, mini_t_timers_idle(t));
}

static void all_timers_wait_for_the_owner(struct kunit *test)
{
	struct mini_t *t = with_keepalive(test, 10, 3, 1);
	struct sock *sk = t->sock->sk;

	mini_t_slow_acks(t);
	mini_t_rx(t, AT_NOW, SEG(.len = 10));
	lock_sock(sk);
	mini_t_advance_ms(t, 20 * 1000);
	mini_t_expect_nothing(t);
	release_sock(sk);
	mini_t_expect_tx(t, SEG(.ack = 10));
	mini_t_expect_tx(t, SEG(.seq = -1, .ack = 10));
	mini_t_expect_nothing(t);
}

static void segments_wait_for_the_owner(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct sock *sk = t->sock->sk;

	lock_sock(sk);
	mini_t_rx(t, AT_NOW, SEG(.seq = 10, .len = 10));
	mini_t_rx(t, AT_NOW, SEG(.len = 10));
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_FIN | MINI_ACK, .seq = 20));
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, sk->sk_state, TCP_ESTABLISHED);
	release_sock(sk);
	mini_t_drain(t);
	mini_t_expect_state(t, TCP_CLOSE_WAIT);
	MINI_T_EQ(t, mini_t_recv(t, 100), 20);
	MINI_T_EQ(t, mini_t_recv(t, 100), 0);
}

/* The end of the connection comes while it is owned */
static void reset_waits_for_the_owner(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct sock *sk = t->sock->sk;

	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_drain(t);
	lock_sock(sk);
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_RST));
	mini_t_advance_ms(t, 10 * RTO);
	MINI_T_EQ(t, sk->sk_state, TCP_ESTABLISHED);
	release_sock(sk);
	mini_t_expect_nothing(t);
	mini_t_expect_state(t, TCP_CLOSE);
	MINI_T_TRUE(t, mini_t_timers_idle(t));
}

/* The backlog is bounded: what does not fit was never ACKed */
static void backlog_is_bounded(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct sock *sk = t->sock->sk;
	unsigned long lost = mini_mib_sum(t->mn, MINI_MIB_DROP_BACKLOG);
	u32 i;

	lock_sock(sk);
	for (i = 0; i < 20000; i++)
		mini_t_rx(t, AT_NOW, SEG(.len = 100));
	release_sock(sk);
	MINI_T_TRUE(t, mini_mib_sum(t->mn, MINI_MIB_DROP_BACKLOG) > lost);
	MINI_T_EQ(t, mini_t_recv(t, 1000), 100);
	mini_t_drain(t);
}

static u32 arms;
static bool (*arm_really)(struct mini_timer *tm, u64 delay_us);

static bool arm_counted(struct mini_timer *tm, u64 delay_us)
{
	arms++;
	return arm_really(tm, delay_us);
}

/* Deadlines that are pushed back or called off cost no timer of the kernel's */
static void pushing_back_is_free(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);
	u32 i;

	arm_really = t->ip.arm;
	t->ip.arm = arm_counted;
	mini_t_to_established(t);
	for (i = 1; i <= 200; i++) {
		if (i == 100)	/* RTO has come down to its floor */
			arms = 0;
		MINI_T_EQ(t, mini_t_send(t, 100), 100);
		mini_t_rx(t, AT_NOW, SEG(.ack = i * 100));
	}
	MINI_T_TRUE(t, arms <= 2);
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_drain(t);
	/* and the last one holds */
	mini_t_advance_us(t, mini_rtt_rto_us(&mini_t_msk(t)->rtt) - 1);
	mini_t_expect_nothing(t);
	mini_t_advance_us(t, 1);
	mini_t_expect_tx(t, SEG(.seq = 200 * 100, .len = 100));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(pushing_back_is_free),
	KUNIT_CASE(ack_is_delayed),
	KUNIT_CASE(more_text_does_not_delay_it_more),
	KUNIT_CASE(second_full_segment_is_acked),
	KUNIT_CASE(data_carries_the_ack),
	KUNIT_CASE(first_segments_are_acked_at_once),
	KUNIT_CASE(no_ack_for_an_ack),
	KUNIT_CASE(syn_r2_is_three_minutes),
	KUNIT_CASE(syn_backs_off),
	KUNIT_CASE(lost_syn_means_3s),
	KUNIT_CASE(lost_syn_and_simultaneous_open),
	KUNIT_CASE(r1_asks_for_the_route),
	KUNIT_CASE(r2_is_100_seconds),
	KUNIT_CASE(r2_counts_from_the_last_progress),
	KUNIT_CASE(user_timeout_sets_r2),
	KUNIT_CASE(user_timeout_longer_than_the_count),
	KUNIT_CASE(user_timeout_spares_the_idle),
	KUNIT_CASE(user_timeout_and_a_shut_window),
	KUNIT_CASE(keepalive_is_off_by_default),
	KUNIT_CASE(keepalive_default_is_two_hours),
	KUNIT_CASE(keepalive_probes),
	KUNIT_CASE(keepalive_waits_for_silence),
	KUNIT_CASE(keepalive_gives_up),
	KUNIT_CASE(keepalive_probe_is_reset),
	KUNIT_CASE(keepalive_leaves_data_alone),
	KUNIT_CASE(keepalive_can_be_turned_off),
	KUNIT_CASE(keepalive_time_can_be_changed),
	KUNIT_CASE(fin_wait2_of_an_orphan_ends),
	KUNIT_CASE(orphan_in_fin_wait1_waits_as_well),
	KUNIT_CASE(fin_wait2_of_a_reader_stays),
	KUNIT_CASE(orphan_is_given_up),
	KUNIT_CASE(orphan_behind_a_shut_window),
	KUNIT_CASE(timer_waits_for_the_owner),
	KUNIT_CASE(timer_was_stopped_meanwhile),
	KUNIT_CASE(all_timers_wait_for_the_owner),
	KUNIT_CASE(segments_wait_for_the_owner),
	KUNIT_CASE(reset_waits_for_the_owner),
	KUNIT_CASE(backlog_is_bounded),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_timer",
	.test_cases = cases,
};

kunit_test_suites(&suite);
