// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much is sent, and when: MSS, Nagle, cork, PSH, silly windows on either
 * side, window scaling, the congestion window, and whole transfers over a
 * wire that loses.
 */
#include <linux/in.h>
#include <linux/prandom.h>
#include <linux/tcp.h>
#include <net/sock.h>
#include "harness.h"

#define SEED	0x666c6f77
#define MSS	MINI_T_MSS
#define RTO	MINI_T_RTO_MS

/* MSS */

/**
 * struct mss_row - what both sides can take, and what is sent then
 * @name: of the case
 * @mtu: of our wire
 * @peer: the peer's option
 * @ours: our option (MUST-67)
 * @eff: Eff.snd.MSS (MUST-16)
 */
struct mss_row {
	const char *name;
	u32 mtu;
	s32 peer;
	u32 ours;
	u32 eff;
};

static const struct mss_row mss_rows[] = {
	{ "ethernet (MUST-14, MUST-67)", 1500, 1460, 1460, 1460 },
	{ "peer takes less", 1500, 600, 1460, 600 },
	{ "peer takes more (MUST-16)", 1500, 8960, 1460, 1460 },
	{ "no option: 536 (MUST-15)", 1500, MINI_T_NOMSS, 1460, 536 },
	{ "our wire takes less", 576, 1460, 536, 536 },
	{ "jumbo frames", 9000, 8960, 8960, 8960 },
	{ "jumbo frames here only", 9000, 1460, 8960, 1460 },
	{ "largest MTU: half a window is most", 65535, 65495, 65495, 32767 },
	{ "peer says 1: a floor (MS-5)", 1500, 1, 1460, MINI_MSS_MIN },
	{ "peer says 8: a floor (MS-5)", 1500, 8, 1460, MINI_MSS_MIN },
};

static void mss_desc(const struct mss_row *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(mss, mss_rows, mss_desc);

static struct mini_t *with_mss(struct kunit *test, const struct mss_row *r)
{
	struct mini_t *t = mini_t_new(test);

	t->mtu = r->mtu;
	t->peer_mss = r->peer;
	return t;
}

/* SHLD-28: all but the last are of the full size */
static void expect_full_segments(struct mini_t *t, u32 eff)
{
	u32 len = 5 * eff + 1, done = 0;
	const struct mini_t_rec *rec;

	mini_t_drain(t);
	MINI_T_EQ(t, mini_t_send(t, len), len);
	MINI_T_EQ(t, mini_t_msk(t)->snd.mss, eff);
	while (done < len && (rec = mini_t_next(t))) {
		done += rec->len;
		MINI_T_EQ(t, rec->len, min(eff, len - (done - rec->len)));
		mini_t_rx(t, AT_NOW, SEG(.ack = done));
	}
	MINI_T_EQ(t, done, len);
	mini_t_drain(t);
}

/*
 * Proves: MUST-14, MUST-15, MUST-16, MUST-67, SHLD-5, SHLD-28, MAY-3
 * Proves: MS-1, MS-3, MS-5
 */
static void mss_when_we_connect(struct kunit *test)
{
	const struct mss_row *r = test->param_value;
	struct mini_t *t = with_mss(test, r);

	mini_t_to_established(t);
	MINI_T_EQ(t, t->log[0].mss, r->ours);
	expect_full_segments(t, r->eff);
}

/*
 * Proves: MUST-14, MUST-15, MUST-16, MUST-67, SHLD-5, SHLD-28, MAY-3
 * Proves: MS-1, MS-3, MS-5
 */
static void mss_when_we_listen(struct kunit *test)
{
	const struct mss_row *r = test->param_value;
	struct mini_t *t = with_mss(test, r);

	mini_t_to_established_passive(t);
	MINI_T_EQ(t, t->log[1].mss, r->ours);
	expect_full_segments(t, r->eff);
}

/* TCP_MAXSEG: the user wants less than all of them */
static void mss_by_the_user(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	MINI_T_EQ(t, mini_t_socket(t, 0, &t->sock), 0);
	MINI_T_EQ(t, mini_t_bind(t->sock, MINI_T_LADDR, MINI_T_LPORT), 0);
	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_MAXSEG, 700), 0);
	MINI_T_EQ(t, mini_t_connect(t), -EINPROGRESS);
	mini_t_expect_tx(t, SEG(.flags = MINI_SYN));
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_SYN | MINI_ACK, .ack = 1));
	mini_t_drain(t);
	mini_t_zero(t);
	expect_full_segments(t, 700);
}

/* Nagle, cork, PSH */

/*
 * The second small one waits, and takes the third along
 * Proves: SHLD-7, SHLD-27
 */
static void nagle_holds_small_writes(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_tx(t, SEG(.len = 10));
	MINI_T_EQ(t, mini_t_send(t, 20), 20);
	MINI_T_EQ(t, mini_t_send(t, 30), 30);
	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_NOW, SEG(.ack = 10));
	mini_t_expect_tx(t, SEG(.flags = MINI_ACK | MINI_PSH, .seq = 10,
				.len = 50));
}

/*
 * A full segment has nothing to wait for; what is left of the write has
 * Proves: SW-1
 */
static void nagle_lets_full_segments_pass(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_tx(t, SEG(.len = 10));
	MINI_T_EQ(t, mini_t_send(t, MSS + 10), MSS + 10);
	mini_t_expect_tx(t, SEG(.seq = 10, .len = MSS));
	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_NOW, SEG(.ack = 10 + MSS));
	mini_t_expect_tx(t, SEG(.seq = 10 + MSS, .len = 10));
}

/* Held data fills up to a segment, and leaves */
static void nagle_ends_with_a_full_segment(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_drain(t);
	MINI_T_EQ(t, mini_t_send(t, MSS - 1), MSS - 1);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mini_t_send(t, 1), 1);
	mini_t_expect_tx(t, SEG(.seq = 10, .len = MSS));
}

/* Proves: MUST-17 */
static void nodelay_holds_nothing(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 i;

	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_NODELAY, 1), 0);
	for (i = 0; i < 5; i++) {
		MINI_T_EQ(t, mini_t_send(t, 10), 10);
		mini_t_expect_tx(t, SEG(.seq = i * 10, .len = 10));
	}
}

/* Proves: MUST-17 */
static void nodelay_lets_go_what_was_held(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_tx(t, SEG(.len = 10));
	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_NODELAY, 1), 0);
	mini_t_expect_tx(t, SEG(.seq = 10, .len = 10));
	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_NODELAY, 0), 0);
	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_nothing(t);
}

/* A FIN waits for nobody, and takes along what was held */
static void fin_passes_nagle(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_tx(t, SEG(.len = 10));
	mini_t_shutdown(t, SHUT_WR);
	mini_t_expect_tx(t, SEG(.flags = MINI_FIN | MINI_ACK, .seq = 10,
				.len = 10));
}

static void cork_holds_the_tail(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_CORK, 1), 0);
	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mini_t_send(t, MSS), MSS);
	mini_t_expect_tx(t, SEG(.len = MSS));
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_CORK, 0), 0);
	mini_t_expect_tx(t, SEG(.seq = MSS, .len = 10));
}

static struct mini_t *corked(struct kunit *test, u32 len)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_CORK, 1), 0);
	MINI_T_EQ(t, mini_t_send(t, len), len);
	return t;
}

/*
 * Not for ever: tcp(7) says 200 ms, from the first octet that is held
 * Proves: MUST-60
 */
static void cork_gives_up_in_time(struct kunit *test)
{
	struct mini_t *t = corked(test, 10);

	mini_t_advance_ms(t, 150);
	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_tx_at(t, AT_MS(200), SEG(.len = 20));
	/* the cork is still there, for what comes next */
	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_MS(210), SEG(.ack = 20));
	mini_t_expect_tx_at(t, AT_MS(400), SEG(.seq = 20, .len = 10));
}

/* Whatever RTO is, with data in flight, and though Nagle would wait for it */
static void cork_gives_up_with_data_in_flight(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_tx(t, SEG(.len = 10));
	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_CORK, 1), 0);
	mini_t_advance_ms(t, 50);
	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_tx_at(t, AT_MS(250), SEG(.seq = 10, .len = 10));
}

/* As long as full segments leave, what is behind them has its own time */
static void cork_of_a_stream_holds_the_last(struct kunit *test)
{
	struct mini_t *t = corked(test, MSS / 2);

	mini_t_advance_ms(t, 150);
	MINI_T_EQ(t, mini_t_send(t, MSS), MSS);
	mini_t_expect_tx(t, SEG(.len = MSS));
	mini_t_rx(t, AT_MS(200), SEG(.ack = MSS));
	mini_t_expect_tx_at(t, AT_MS(350), SEG(.seq = MSS, .len = MSS / 2));
}

/* A shut window is no cork: the time for one is up when it opens */
static void cork_waits_for_the_window(struct kunit *test)
{
	struct mini_t *t = corked(test, 10);

	mini_t_rx(t, AT_MS(50), SEG(.wnd = MINI_T_SHUT));
	mini_t_goto(t, AT_MS(299));
	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_MS(300), SEG());
	mini_t_expect_tx(t, SEG(.len = 10));
}

/* The owner is at it when the time is up */
static void cork_gives_up_for_the_owner(struct kunit *test)
{
	struct mini_t *t = corked(test, 10);
	struct sock *sk = t->sock->sk;

	lock_sock(sk);
	mini_t_goto(t, AT_MS(220));
	mini_t_expect_nothing(t);
	release_sock(sk);
	mini_t_expect_tx(t, SEG(.len = 10));
}

/* ... and MSG_MORE is no other cork */
static void msg_more_gives_up_in_time(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_send_flags(t, 10, MSG_MORE), 10);
	mini_t_expect_tx_at(t, AT_MS(200), SEG(.len = 10));
}

/*
 * One write in three calls
 * Proves: MAY-15, MAY-16
 */
static void msg_more_gathers(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_send_flags(t, 10, MSG_MORE), 10);
	MINI_T_EQ(t, mini_t_send_flags(t, 20, MSG_MORE), 20);
	mini_t_expect_nothing(t);
	MINI_T_EQ(t, mini_t_send(t, 30), 30);
	mini_t_expect_tx(t, SEG(.flags = MINI_ACK | MINI_PSH, .len = 60));
}

/* Autocorking: the device has not sent what was written before */
static struct mini_t *with_device_busy(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	t->keeps = true;
	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_NODELAY, 1), 0);
	MINI_T_EQ(t, mini_t_send(t, 3000), 3000);
	mini_t_drain(t);
	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	return t;
}

static unsigned long autocorked(struct mini_t *t)
{
	return mini_mib_sum(t->mn, MINI_MIB_SEND_HELD_AUTOCORK);
}

/* Gathered until a packet is freed, by a timer: whoever frees it may hold locks */
static void autocork_gathers(struct kunit *test)
{
	unsigned long before = mini_mib_sum(mini_pernet(&init_net),
					    MINI_MIB_SEND_HELD_AUTOCORK);
	struct mini_t *t = with_device_busy(test);

	mini_t_expect_nothing(t);
	MINI_T_EQ(t, autocorked(t), before + 2);
	MINI_T_TRUE(t, mini_t_freed(t));
	mini_t_expect_nothing(t);
	mini_t_advance_us(t, 0);
	mini_t_expect_tx(t, SEG(.seq = 3000, .len = 20));
	/* nobody waits any more: packets are freed without a word */
	while (mini_t_freed(t))
		MINI_T_TRUE(t, !mini_t_armed(&mini_t_msk(t)->kick_tmr.t));
	MINI_T_TRUE(t, sock_flag(t->sock->sk, SOCK_USE_WRITE_QUEUE));
	/* and there is nothing to wait for */
	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_tx(t, SEG(.seq = 3020, .len = 10));
}

static void autocork_ends_by_an_ack(struct kunit *test)
{
	struct mini_t *t = with_device_busy(test);

	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_MS(10), SEG(.ack = 3000));
	mini_t_expect_tx(t, SEG(.seq = 3000, .len = 20));
	/* nothing in flight: nobody would tell if the device did not */
	mini_t_rx(t, AT_MS(20), SEG(.ack = 3020));
	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_tx(t, SEG(.seq = 3020, .len = 10));
}

static void autocork_ends_by_a_fin(struct kunit *test)
{
	struct mini_t *t = with_device_busy(test);

	mini_t_shutdown(t, SHUT_WR);
	mini_t_expect_tx(t, SEG(.flags = MINI_FIN | MINI_ACK, .seq = 3000,
				.len = 20));
}

/* A full packet has nothing to gain */
static void autocork_lets_full_packets_pass(struct kunit *test)
{
	struct mini_t *t = with_device_busy(test);
	u32 goal = mini_size_goal(t->sock->sk);

	MINI_T_TRUE(t, mini_t_send(t, goal) > MSS);
	MINI_T_TRUE(t, mini_t_pending(t) > 0);
	mini_t_drain(t);
}

static void autocork_may_be_off(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	t->keeps = true;
	t->mn->sysctl.autocorking = 0;
	MINI_T_EQ(t, mini_t_set_tcp(t, TCP_NODELAY, 1), 0);
	MINI_T_EQ(t, mini_t_send(t, 3000), 3000);
	mini_t_drain(t);
	MINI_T_EQ(t, mini_t_send(t, 10), 10);
	mini_t_expect_tx(t, SEG(.seq = 3000, .len = 10));
}

static void autocork_finds_the_owner(struct kunit *test)
{
	struct mini_t *t = with_device_busy(test);

	lock_sock(t->sock->sk);
	MINI_T_TRUE(t, mini_t_freed(t));
	mini_t_advance_us(t, 0);
	mini_t_expect_nothing(t);
	release_sock(t->sock->sk);
	mini_t_expect_tx(t, SEG(.seq = 3000, .len = 20));
}

/* The device may be done after the socket is; the world counts references */
static void autocork_outlives_the_socket(struct kunit *test)
{
	struct mini_t *t = with_device_busy(test);

	mini_t_abort(t);
	mini_t_drain(t);
	while (mini_t_freed(t))
		mini_t_advance_us(t, 0);
	mini_t_expect_nothing(t);
}

/* ... or when it has just said that there is one more */
static void autocork_timer_goes_with_the_connection(struct kunit *test)
{
	struct mini_t *t = with_device_busy(test);

	MINI_T_TRUE(t, mini_t_freed(t));
	mini_t_rx(t, AT_NOW, SEG(.flags = MINI_RST));
	MINI_T_TRUE(t, mini_t_timers_idle(t));
}

/*
 * On the last of a write, and so on no other
 * Proves: MUST-61
 */
static void psh_is_on_the_last(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	const struct mini_t_rec *rec;
	u32 i;

	MINI_T_EQ(t, mini_t_send(t, 3 * MSS), 3 * MSS);
	for (i = 0; i < 3; i++) {
		rec = mini_t_next(t);
		MINI_T_TRUE(t, rec && rec->len == MSS);
		if (rec)
			MINI_T_EQ(t, !!(rec->flags & MINI_PSH), i == 2);
	}
}

/* Proves: MUST-61 */
static void psh_is_on_the_last_without_gso(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);
	const struct mini_t_rec *rec;
	u32 i;

	t->gso = false;
	mini_t_to_established(t);
	MINI_T_EQ(t, mini_t_send(t, 3 * MSS), 3 * MSS);
	for (i = 0; i < 3; i++) {
		rec = mini_t_next(t);
		MINI_T_TRUE(t, rec && rec->len == MSS);
		if (rec)
			MINI_T_EQ(t, !!(rec->flags & MINI_PSH), i == 2);
	}
}

/* The peer's window, and silly ones */

static struct mini_t *with_peer_window(struct kunit *test, u32 wnd)
{
	struct mini_t *t = mini_t_new(test);

	t->peer_wnd = wnd;
	mini_t_to_established(t);
	return t;
}

/*
 * 65535 is no negative number
 * Proves: MUST-1
 */
static void window_is_unsigned(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);

	MINI_T_EQ(t, mini_t_msk(t)->snd.wnd, 65535);
	MINI_T_EQ(t, mini_t_send(t, MSS), MSS);
	mini_t_expect_tx(t, SEG(.len = MSS));
}

/*
 * Not an octet more than the window
 * Proves: CC-1
 */
static void window_is_kept(struct kunit *test)
{
	struct mini_t *t = with_peer_window(test, 4000);
	u32 acked = 0, i;

	for (i = 0; i < 100 && acked < 30000; i++) {
		if (t->tx_off < 30000)
			mini_t_send(t, 30000 - t->tx_off);
		MINI_T_TRUE(t, t->our_nxt - t->our_zero - acked <= 4000);
		acked = t->our_nxt - t->our_zero;
		mini_t_drain(t);
		mini_t_rx(t, AT_MS(10 * i), SEG(.ack = acked));
	}
	MINI_T_EQ(t, acked, 30000);
	mini_t_drain(t);
}

/* Two segments are out, more is written than any small window takes */
static struct mini_t *with_segs(struct kunit *test)
{
	struct mini_t *t = with_peer_window(test, 2 * MSS);

	MINI_T_EQ(t, mini_t_send(t, 6 * MSS), 6 * MSS);
	mini_t_expect_tx(t, SEG(.len = MSS));
	mini_t_expect_tx(t, SEG(.seq = MSS, .len = MSS));
	mini_t_expect_nothing(t);
	return t;
}

/*
 * Ten octets of window are not worth a segment
 * Proves: MUST-38, SW-1
 */
static void sender_sends_no_silly_segment(struct kunit *test)
{
	struct mini_t *t = with_segs(test);

	mini_t_rx(t, AT_NOW, SEG(.ack = 2 * MSS, .wnd = 10));
	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_MS(100), SEG(.ack = 2 * MSS, .wnd = MSS - 1));
	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_MS(150), SEG(.ack = 2 * MSS, .wnd = MSS));
	mini_t_expect_tx(t, SEG(.seq = 2 * MSS, .len = MSS));
}

/*
 * The override timer
 * Proves: SW-4
 */
static void silly_window_is_used_in_the_end(struct kunit *test)
{
	struct mini_t *t = with_segs(test);

	mini_t_rx(t, AT_NOW, SEG(.ack = 2 * MSS, .wnd = 10));
	mini_t_goto(t, AT_MS(100));
	mini_t_expect_nothing(t);
	mini_t_goto(t, AT_MS(1000));
	mini_t_expect_tx(t, SEG(.seq = 2 * MSS, .len = 10));
	mini_t_drain(t);
}

/*
 * Half of the largest window is worth one, however small: none is larger
 * Proves: SW-3
 */
static void half_a_small_window_is_enough(struct kunit *test)
{
	struct mini_t *t = with_peer_window(test, 1000);

	MINI_T_EQ(t, mini_t_send(t, 5000), 5000);
	mini_t_expect_tx(t, SEG(.len = 500));
	mini_t_expect_tx(t, SEG(.seq = 500, .len = 500));
	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_NOW, SEG(.ack = 1000, .wnd = 499));
	mini_t_expect_nothing(t);
	mini_t_rx(t, AT_NOW, SEG(.ack = 1000, .wnd = 500));
	mini_t_expect_tx(t, SEG(.seq = 1000, .len = 500));
}

/* Our window, and silly ones */

/* The peer fills our buffer, as its segments are */
static u32 fill_our_window(struct mini_t *t, u32 piece)
{
	struct mini_sock *msk = mini_t_msk(t);
	u32 i, n, nxt = 0;

	for (i = 0; i < 10000; i++) {
		nxt = msk->rcv.nxt - t->peer_zero;
		n = min(msk->rcv.edge - msk->rcv.nxt, piece);
		if (!n)
			break;
		mini_t_rx(t, AT_NOW, SEG(.seq = nxt, .len = n));
		mini_t_drain(t);
		if (msk->rcv.nxt - t->peer_zero == nxt)
			break;
	}
	mini_t_advance_ms(t, 100);
	mini_t_drain(t);
	return nxt;
}

/* All that was offered is taken: the window is a promise */
static void window_is_a_promise(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 got = 0, filled;
	int n;

	filled = fill_our_window(t, MSS);
	MINI_T_EQ(t, mini_t_msk(t)->rcv.edge - mini_t_msk(t)->rcv.nxt, 0);
	MINI_T_TRUE(t, filled > 20000);
	while ((n = mini_t_recv(t, 10000)) > 0)
		got += n;
	MINI_T_EQ(t, got, filled);
	mini_t_drain(t);
}

/*
 * A peer in slow start doubles its window each round trip: when all of one has
 * been read, twice as much is out already, and nobody has told it to wait
 */
static void window_is_ahead_of_slow_start(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);
	u32 n, i, seq = 0, echo;
	struct mini_sock *msk;

	t->peer_ts = true;
	t->peer_ws = MINI_T_WS(7);
	mini_t_to_established(t);
	msk = mini_t_msk(t);
	echo = t->our_tsval;
	t->sock->sk->sk_userlocks &= ~SOCK_RCVBUF_LOCK;
	for (n = 10; n <= 320; n *= 2) {
		for (i = 0; i < n; i++, seq += MSS) {
			mini_t_rx(t, AT_NOW, SEG(.seq = seq, .len = MSS,
						 .ecr = echo));
			MINI_T_EQ(t, mini_t_recv(t, MSS), MSS);
			mini_t_drain(t);
		}
		MINI_T_TRUE(t, msk->rcv.edge - msk->rcv.nxt >= 2 * n * MSS);
		echo = t->our_tsval;
		mini_t_advance_ms(t, MINI_T_RTT_MS);
		mini_t_drain(t);
	}
}

/*
 * Where ten segments are more than the first window, as on a loopback device,
 * it grows with what that lets in
 */
static void window_of_a_huge_mss_grows(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);
	u32 round, i, seq = 0, first, echo;
	struct mini_sock *msk;

	t->mtu = 65535;
	t->peer_ts = true;
	t->peer_ws = MINI_T_WS(7);
	mini_t_to_established(t);
	msk = mini_t_msk(t);
	echo = t->our_tsval;
	t->sock->sk->sk_userlocks &= ~SOCK_RCVBUF_LOCK;
	first = msk->rcv.edge - msk->rcv.nxt;
	for (round = 0; round < 4; round++) {
		for (i = 0; i < first / 16384; i++, seq += 16384) {
			mini_t_rx(t, AT_NOW, SEG(.seq = seq, .len = 16384,
						 .ecr = echo));
			MINI_T_EQ(t, mini_t_recv(t, 16384), 16384);
			mini_t_drain(t);
		}
		echo = t->our_tsval;
		mini_t_advance_ms(t, MINI_T_RTT_MS);
		mini_t_drain(t);
	}
	MINI_T_TRUE(t, msk->rcv.edge - msk->rcv.nxt >= 2 * first);
}

/*
 * Read octet by octet, the edge moves in strides
 * Proves: MUST-39, SW-5
 */
static void receiver_offers_no_silly_window(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct mini_sock *msk = mini_t_msk(t);
	u32 filled = fill_our_window(t, MSS), edge = msk->rcv.edge, i;
	u32 stride = min_t(u32, MSS, t->sock->sk->sk_rcvbuf / 4);
	u32 moves = 0;

	for (i = 0; i < filled; i++) {
		MINI_T_EQ(t, mini_t_recv(t, 1), 1);
		if (msk->rcv.edge == edge)
			continue;
		MINI_T_TRUE(t, msk->rcv.edge - edge >= stride);
		edge = msk->rcv.edge;
		moves++;
	}
	MINI_T_TRUE(t, moves > 0);
	MINI_T_EQ(t, mini_t_pending(t), moves);
	mini_t_drain(t);
}

/*
 * The peer is told without having to ask
 * Proves: SW-7
 */
static void window_update_is_sent(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 filled = fill_our_window(t, MSS);
	const struct mini_t_rec *rec, *last = NULL;

	MINI_T_EQ(t, mini_t_recv(t, filled), filled);
	while ((rec = mini_t_next(t)))
		last = rec;
	MINI_T_TRUE(t, last && last->wnd >= min(filled / 2, 65535U));
}

/*
 * A probe of our shut window is answered, its octet not taken
 * Proves: SW-6, MAY-8
 */
static void shut_window_answers_probes(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 filled = fill_our_window(t, MSS), i;

	for (i = 0; i < 3; i++) {
		mini_t_rx(t, AT_MS(10000 * (i + 1)),
			  SEG(.seq = filled, .len = 1));
		mini_t_expect_tx(t, SEG(.ack = filled, .wnd = MINI_T_SHUT));
		mini_t_expect_nothing(t);
	}
	MINI_T_EQ(t, mini_t_recv(t, 2 * filled), filled);
	mini_t_drain(t);
}

/*
 * SW-6 with both windows shut: a probe of ours puts SND.NXT beyond the peer's
 * edge, and an ACK from there the peer would drop. What says that our window
 * is open again must be acceptable over there.
 */
static void both_windows_shut(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 filled = fill_our_window(t, MSS);

	mini_t_rx(t, AT_NOW, SEG(.seq = filled, .wnd = MINI_T_SHUT));
	MINI_T_EQ(t, mini_t_send(t, 100), 100);
	mini_t_goto(t, AT_MS(1000));
	mini_t_drain(t);
	MINI_T_EQ(t, mini_flight(mini_t_msk(t)), 1);
	MINI_T_EQ(t, mini_t_recv(t, 2 * filled), filled);
	mini_t_expect_tx(t, SEG(.seq = 0, .ack = filled));
	mini_t_drain(t);
}

/*
 * A reader that never comes back, text in bits
 * Proves: SHLD-14
 */
static void edge_never_moves_left(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct rnd_state rnd;
	u32 i, n, nxt;

	prandom_seed_state(&rnd, SEED);
	for (i = 0; i < 2000; i++) {
		struct mini_sock *msk = mini_t_msk(t);

		nxt = msk->rcv.nxt - t->peer_zero;
		n = 1 + prandom_u32_state(&rnd) % 50;
		mini_t_rx(t, AT_NOW, SEG(.seq = nxt, .len = n));
		if (prandom_u32_state(&rnd) % 8 == 0)
			mini_t_recv(t, prandom_u32_state(&rnd) % 300 + 1);
		mini_t_drain(t);
	}
	/* the harness watches every window that we sent */
	MINI_T_TRUE(t, !t->broken);
}

/*
 * The same where a unit of the window is larger than a segment
 * Proves: SHLD-14
 */
static void edge_never_moves_left_in_large_units(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);
	u32 i, nxt;

	t->mn->sysctl.rmem[2] = INT_MAX;
	t->peer_ws = MINI_T_WS(7);
	mini_t_to_established(t);
	MINI_T_EQ(t, mini_t_msk(t)->rcv.wscale, 14);
	for (i = 0; i < 300; i++) {
		nxt = mini_t_msk(t)->rcv.nxt - t->peer_zero;
		mini_t_rx(t, AT_NOW, SEG(.seq = nxt, .len = 1 + i * 5));
		if (i % 3 == 0)
			mini_t_recv(t, i * 10);
		mini_t_drain(t);
	}
	MINI_T_TRUE(t, !t->broken);
}

/* Window scaling */

/**
 * struct ws_row - the peer's side of it
 * @name: of the case
 * @peer: MINI_T_WS() of its option, 0 for none
 * @field: window field of its next segment
 * @wnd: what that means
 * @ours: our SYN,ACK carries the option
 */
struct ws_row {
	const char *name;
	u8 peer;
	u32 field;
	u32 wnd;
	bool ours;
};

static const struct ws_row ws_rows[] = {
	{ "none (HP-1)", 0, 1000, 1000, false },
	{ "0", MINI_T_WS(0), 1000, 1000, true },
	{ "7 (HP-4)", MINI_T_WS(7), 100, 12800, true },
	{ "14", MINI_T_WS(14), 100, 100 << 14, true },
	{ "14, largest window", MINI_T_WS(14), 65535, 65535 << 14, true },
	{ "15 counts as 14 (HP-2)", MINI_T_WS(15), 100, 100 << 14, true },
};

static void ws_desc(const struct ws_row *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(ws, ws_rows, ws_desc);

static void expect_scaled(struct mini_t *t, const struct ws_row *r)
{
	/* HP-3: the window of the SYN itself was taken as it stood */
	MINI_T_EQ(t, mini_t_msk(t)->snd.max_wnd, 65535);
	t->our_ws = 0;	/* from here on the field is what the row says */
	mini_t_rx(t, AT_NOW, SEG(.wnd = r->field));
	MINI_T_EQ(t, mini_t_msk(t)->snd.wnd, r->wnd);
}

/* Proves: REC-1, HP-1, HP-2, HP-3, HP-4 */
static void scale_when_we_connect(struct kunit *test)
{
	const struct ws_row *r = test->param_value;
	struct mini_t *t = mini_t_new(test);

	t->peer_ws = r->peer;
	mini_t_to_established(t);
	MINI_T_TRUE(t, t->log[0].ws > 0);
	MINI_T_EQ(t, !!mini_t_msk(t)->rcv.wscale, r->ours);
	expect_scaled(t, r);
}

/* Proves: REC-1, HP-1, HP-2, HP-4 */
static void scale_when_we_listen(struct kunit *test)
{
	const struct ws_row *r = test->param_value;
	struct mini_t *t = mini_t_new(test);

	t->peer_ws = r->peer;
	t->peer_wnd = 65535;
	mini_t_to_syn_rcvd_passive(t);
	MINI_T_EQ(t, !!t->log[1].ws, r->ours);
	mini_t_rx(t, AT_NOW, SEG(.wnd = 65535));
	MINI_T_EQ(t, mini_t_accept(t), 0);
	t->our_ws = 0;
	mini_t_rx(t, AT_NOW, SEG(.wnd = r->field));
	MINI_T_EQ(t, mini_t_msk(t)->snd.wnd, r->wnd);
}

/*
 * Ours is in force after the SYN, and tells the truth
 * Proves: HP-4
 */
static void our_window_is_scaled(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);
	const struct mini_t_rec *rec;

	t->peer_ws = MINI_T_WS(7);
	mini_t_to_established(t);
	MINI_T_TRUE(t, t->log[0].wnd <= 65535);
	mini_t_rx(t, AT_NOW, SEG(.len = 10));
	rec = mini_t_next(t);
	MINI_T_TRUE(t, rec && rec->wnd > 0);
	if (rec)
		MINI_T_EQ(t, rec->ack + rec->wnd, mini_t_msk(t)->rcv.edge);
}

/* Proves: IW-6, HP-3 */
static void first_window_is_ten_segments(struct kunit *test)
{
	struct mini_t *t = mini_t_syn_sent(test);

	MINI_T_TRUE(t, t->log[0].wnd >= 14600);
}

/* The congestion window */

struct iw_row {
	const char *name;
	u32 mtu;
	s32 mss;
	u32 segs;
};

/* IW-1: min(10 * MSS, max(2 * MSS, 14600)) */
static const struct iw_row iw_rows[] = {
	{ "1460: ten", 1500, 1460, 10 },
	{ "536: ten", 1500, 536, 10 },
	{ "2920: five", 9000, 2920, 5 },
	{ "8960: two", 9000, 8960, 2 },
};

static void iw_desc(const struct iw_row *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(iw, iw_rows, iw_desc);

/* Proves: IW-1 */
static void initial_window(struct kunit *test)
{
	const struct iw_row *r = test->param_value;
	struct mini_t *t = mini_t_new(test);
	u32 i;

	t->mtu = r->mtu;
	t->peer_mss = r->mss;
	mini_t_to_established(t);
	MINI_T_TRUE(t, mini_t_send(t, 12 * r->mss) > r->segs * r->mss);
	for (i = 0; i < r->segs; i++)
		mini_t_expect_tx(t, SEG(.seq = i * r->mss, .len = r->mss));
	mini_t_expect_nothing(t);
}

/*
 * The handshake adds nothing to it, on the passive side either
 * Proves: IW-2
 */
static void initial_window_of_a_server(struct kunit *test)
{
	struct mini_t *t = mini_t_established_passive(test);
	u32 i;

	MINI_T_EQ(t, mini_t_send(t, 20 * MSS), 20 * MSS);
	for (i = 0; i < 10; i++)
		mini_t_expect_tx(t, SEG(.seq = i * MSS, .len = MSS));
	mini_t_expect_nothing(t);
}

/*
 * Doubles with each round trip until something is lost
 * Proves: MUST-19, CC-2
 */
static void slow_start_doubles(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);
	u32 round, acked = 0, flight;

	t->peer_ws = MINI_T_WS(10);
	t->peer_wnd = 65535;
	mini_t_to_established(t);
	for (round = 0; round < 3; round++) {
		while (mini_t_send(t, 20000) > 0)
			;
		mini_t_drain(t);
		flight = t->our_nxt - t->our_zero - acked;
		MINI_T_EQ(t, flight, (10 << round) * MSS);
		mini_t_advance_ms(t, MINI_T_RTT_MS);
		for (; flight; flight -= MSS) {
			acked += MSS;
			mini_t_rx(t, AT_NOW, SEG(.ack = acked,
						 .wnd = 20000000));
		}
	}
	mini_t_drain(t);
}

/* Many ACKs of little make it grow by what they ACK, no more */
static void ack_splitting_gains_nothing(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 cwnd, i;

	MINI_T_EQ(t, mini_t_send(t, 12 * MSS), 12 * MSS);
	mini_t_drain(t);
	cwnd = mini_t_msk(t)->cc.cwnd;
	for (i = 1; i <= 100; i++)
		mini_t_rx(t, AT_NOW, SEG(.ack = i * MSS / 100));
	mini_t_drain(t);
	MINI_T_TRUE(t, mini_t_msk(t)->cc.cwnd <= cwnd + MSS);
}

/*
 * Above the threshold, one segment a round trip
 * Proves: MUST-19, CC-4
 */
static void congestion_avoidance_is_linear(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	struct mini_cc *cc = &mini_t_msk(t)->cc;
	u32 round, acked = 0, before;

	cc->ssthresh = 10 * MSS;
	for (round = 0; round < 5; round++) {
		while (mini_t_send(t, 20000) > 0)
			;
		mini_t_drain(t);
		before = cc->cwnd;
		mini_t_advance_ms(t, MINI_T_RTT_MS);
		while (acked != t->our_nxt - t->our_zero &&
		       acked < (round + 1) * 10 * MSS) {
			acked += MSS;
			mini_t_rx(t, AT_NOW, SEG(.ack = acked));
			mini_t_drain(t);
		}
		MINI_T_TRUE(t, cc->cwnd >= before);
		MINI_T_TRUE(t, cc->cwnd <= before + MSS);
	}
	MINI_T_TRUE(t, cc->cwnd > 10 * MSS);
}

/* A window that the user does not fill is not tested, and does not grow */
static void idle_window_does_not_grow(struct kunit *test)
{
	struct mini_t *t = mini_t_established(test);
	u32 i;

	for (i = 1; i <= 100; i++) {
		MINI_T_EQ(t, mini_t_send(t, 100), 100);
		mini_t_rx(t, AT_MS(i * 100), SEG(.ack = i * 100));
	}
	mini_t_drain(t);
	MINI_T_EQ(t, mini_t_msk(t)->cc.cwnd, 10 * MSS);
}

/* Whole transfers: the peer is a model, and the wire loses both ways */

#define TRANSFER	(300 * 1000)

/**
 * struct peer - a receiver as simple as can be
 * @have: octets that have come
 * @nxt: the lowest that has not
 * @acks: ACKs that it owes
 */
struct peer {
	u8 *have;
	u32 nxt;
	u32 acks;
};

static void peer_take(struct mini_t *t, struct peer *p,
		      const struct mini_t_rec *rec)
{
	u32 off = rec->seq - t->our_zero;

	/* below what was ACKed: a resend that was not needed */
	if (seq_lt(rec->seq, t->our_zero))
		return;
	if (off + rec->len > TRANSFER) {
		mini_t_fail(t, "more was sent than written");
		return;
	}
	memset(p->have + off, 1, rec->len);
	while (p->nxt < TRANSFER && p->have[p->nxt])
		p->nxt++;
	p->acks++;
}

/*
 * CC-1: new data never makes what is out exceed either window. (A window that
 * was just halved may be smaller than what is out already.)
 */
static void check_flight(struct mini_t *t, u32 nxt_before)
{
	struct mini_sock *msk = mini_t_msk(t);

	MINI_T_TRUE(t, mini_flight(msk) <= msk->snd.max_wnd);
	if (msk->snd.nxt == nxt_before || msk->cc.state != MINI_CA_OPEN)
		return;
	MINI_T_TRUE(t, mini_pipe(msk) <= msk->cc.cwnd);
}

static void transfer_round(struct mini_t *t, struct peer *p,
			   struct rnd_state *rnd, u32 loss_pct)
{
	u32 n, nxt = mini_t_msk(t)->snd.nxt;
	const struct mini_t_rec *rec;

	while ((rec = mini_t_next(t)))
		if (rec->len && prandom_u32_state(rnd) % 100 >= loss_pct)
			peer_take(t, p, rec);
	mini_t_advance_ms(t, 20);
	n = p->acks;
	p->acks = 0;
	while (n--)
		if (prandom_u32_state(rnd) % 100 >= loss_pct)
			mini_t_rx(t, AT_NOW, SEG(.ack = p->nxt));
	while (t->tx_off < TRANSFER &&
	       mini_t_send(t, min(TRANSFER - t->tx_off, 5000U)) > 0)
		;
	check_flight(t, nxt);
}

struct loss_row {
	const char *name;
	u32 pct;
	bool gso;
	u32 mss;
};

static const struct loss_row loss_rows[] = {
	{ "no loss", 0, true, 1460 },
	{ "1%", 1, true, 1460 },
	{ "5%", 5, true, 1460 },
	{ "20%", 20, true, 1460 },
	{ "5%, no GSO", 5, false, 1460 },
	{ "5%, MSS 536", 5, true, 536 },
	{ "10%, no GSO, MSS 88", 10, false, 88 },
};

static void loss_desc(const struct loss_row *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(loss, loss_rows, loss_desc);

/* Proves: MUST-65, MUST-68, MUST-69, CC-1 */
static void transfer_with_loss(struct kunit *test)
{
	const struct loss_row *r = test->param_value;
	struct mini_t *t = mini_t_new(test);
	struct peer p = {};
	struct rnd_state rnd;
	u32 rounds;

	p.have = kunit_kzalloc(test, TRANSFER, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p.have);
	prandom_seed_state(&rnd, SEED + r->pct);
	t->gso = r->gso;
	t->peer_mss = r->mss;
	mini_t_to_established(t);
	for (rounds = 0; rounds < 60000 && p.nxt < TRANSFER; rounds++) {
		transfer_round(t, &p, &rnd, r->pct);
		if (mini_t_state(t) != TCP_ESTABLISHED)
			break;
	}
	MINI_T_EQ(t, p.nxt, TRANSFER);
	mini_t_rx(t, AT_NOW, SEG(.ack = TRANSFER));
	MINI_T_EQ(t, mini_flight(mini_t_msk(t)), 0);
	MINI_T_EQ(t, t->sock->sk->sk_wmem_queued, 0);
	mini_t_drain(t);
}

/*
 * What may come is the interface's to say, and not the path's to the peer.
 * Proves: PM-8
 */
static void mss_option_is_of_the_interface(struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	t->path_mtu = 1280;
	mini_t_to_established(t);
	MINI_T_EQ(t, t->log[0].mss, 1460);
	MINI_T_EQ(t, mini_t_msk(t)->snd.mss, 1240);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(mss_option_is_of_the_interface),
	KUNIT_CASE_PARAM(mss_when_we_connect, mss_gen_params),
	KUNIT_CASE_PARAM(mss_when_we_listen, mss_gen_params),
	KUNIT_CASE(mss_by_the_user),
	KUNIT_CASE(nagle_holds_small_writes),
	KUNIT_CASE(nagle_lets_full_segments_pass),
	KUNIT_CASE(nagle_ends_with_a_full_segment),
	KUNIT_CASE(nodelay_holds_nothing),
	KUNIT_CASE(nodelay_lets_go_what_was_held),
	KUNIT_CASE(fin_passes_nagle),
	KUNIT_CASE(cork_holds_the_tail),
	KUNIT_CASE(cork_gives_up_in_time),
	KUNIT_CASE(cork_gives_up_with_data_in_flight),
	KUNIT_CASE(cork_of_a_stream_holds_the_last),
	KUNIT_CASE(cork_waits_for_the_window),
	KUNIT_CASE(cork_gives_up_for_the_owner),
	KUNIT_CASE(msg_more_gives_up_in_time),
	KUNIT_CASE(msg_more_gathers),
	KUNIT_CASE(autocork_gathers),
	KUNIT_CASE(autocork_ends_by_an_ack),
	KUNIT_CASE(autocork_ends_by_a_fin),
	KUNIT_CASE(autocork_lets_full_packets_pass),
	KUNIT_CASE(autocork_may_be_off),
	KUNIT_CASE(autocork_finds_the_owner),
	KUNIT_CASE(autocork_outlives_the_socket),
	KUNIT_CASE(autocork_timer_goes_with_the_connection),
	KUNIT_CASE(psh_is_on_the_last),
	KUNIT_CASE(psh_is_on_the_last_without_gso),
	KUNIT_CASE(window_is_unsigned),
	KUNIT_CASE(window_is_kept),
	KUNIT_CASE(sender_sends_no_silly_segment),
	KUNIT_CASE(silly_window_is_used_in_the_end),
	KUNIT_CASE(half_a_small_window_is_enough),
	KUNIT_CASE(window_is_a_promise),
	KUNIT_CASE(window_is_ahead_of_slow_start),
	KUNIT_CASE(window_of_a_huge_mss_grows),
	KUNIT_CASE(receiver_offers_no_silly_window),
	KUNIT_CASE(window_update_is_sent),
	KUNIT_CASE(shut_window_answers_probes),
	KUNIT_CASE(both_windows_shut),
	KUNIT_CASE(edge_never_moves_left),
	KUNIT_CASE(edge_never_moves_left_in_large_units),
	KUNIT_CASE_PARAM(scale_when_we_connect, ws_gen_params),
	KUNIT_CASE_PARAM(scale_when_we_listen, ws_gen_params),
	KUNIT_CASE(our_window_is_scaled),
	KUNIT_CASE(first_window_is_ten_segments),
	KUNIT_CASE_PARAM(initial_window, iw_gen_params),
	KUNIT_CASE(initial_window_of_a_server),
	KUNIT_CASE(slow_start_doubles),
	KUNIT_CASE(ack_splitting_gains_nothing),
	KUNIT_CASE(congestion_avoidance_is_linear),
	KUNIT_CASE(idle_window_does_not_grow),
	KUNIT_CASE_PARAM(transfer_with_loss, loss_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_flow",
	.test_cases = cases,
};

kunit_test_suites(&suite);
