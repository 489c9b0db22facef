// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers that grow with the path, up to net.mini.tcp_wmem and tcp_rmem,
 * until the user sets a size: the sender's with the congestion window, the
 * receiver's with what the user reads in a round trip.
 */
#include <linux/math64.h>
#include <net/sock.h>
#include <mini/compat.h>
#include <mini/ip.h>
#include <mini/tcp.h>

/* Two windows, one in flight and one being written, and their overhead */
#define MINI_SNDBUF_WINDOWS	3

/**
 * mini_buffer_acked() - the congestion window may have grown
 * @sk: socket, owned
 */
void mini_buffer_acked(struct sock *sk)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	u64 want = (u64)mini_sk(sk)->cc.cwnd * MINI_SNDBUF_WINDOWS;

	if (sk->sk_userlocks & SOCK_SNDBUF_LOCK || sk_under_memory_pressure(sk))
		return;
	want = min_t(u64, want, mn->sysctl.wmem[2]);
	if (want > sk->sk_sndbuf)
		WRITE_ONCE(sk->sk_sndbuf, want);
}

/**
 * mini_buffer_start() - the connection has been established
 * @sk: socket, owned
 */
void mini_buffer_start(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	mini_buffer_acked(sk);
	msk->rcv.round_seq = msk->rcv.copied;
	msk->rcv.round_us = mini_now(sk);
	/* no more comes in the first round than its window lets in */
	msk->rcv.round_read = min(MINI_IW_SEGS * msk->rcv.mss,
				  msk->rcv.edge - msk->rcv.nxt);
}

/*
 * The window for a peer that sent @read octets in one round trip and @before in
 * the best one until then. In slow start it doubles that each time; what it has
 * sent and what it will send before it hears of this are out together. And it
 * is to grow no slower than it would without us, so what it has grown by counts
 * twice more.
 */
static u64 mini_window_for(u32 read, u32 before, u32 mss)
{
	u64 wnd = 2ULL * (read + MINI_IW_SEGS * mss);

	return wnd + 2 * div_u64(wnd * (read - before), before);
}

/* Half of the buffer counts as window: the rest is for overhead */
static void mini_buffer_grow(struct sock *sk, u32 read)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_sock *msk = mini_sk(sk);
	u64 want;

	if (read <= msk->rcv.round_read || !mn->sysctl.moderate_rcvbuf ||
	    sk->sk_userlocks & SOCK_RCVBUF_LOCK || sk_under_memory_pressure(sk))
		return;
	want = 2 * mini_window_for(read, msk->rcv.round_read, msk->rcv.mss);
	msk->rcv.round_read = read;
	want = min_t(u64, want, mn->sysctl.rmem[2]);
	if (want > sk->sk_rcvbuf)
		WRITE_ONCE(sk->sk_rcvbuf, want);
}

/**
 * mini_buffer_read() - the user has read something
 * @sk: socket, owned
 */
void mini_buffer_read(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	u64 now_us = mini_now(sk);
	/* who sends nothing has SRTT of the handshake at best */
	u32 rtt_us8 = msk->rcv.rtt.us8 ?: msk->rtt.srtt_us8;

	if (!msk->rcv.round_read ||	/* not established yet */
	    now_us - msk->rcv.round_us < rtt_us8 >> 3)
		return;
	mini_buffer_grow(sk, msk->rcv.copied - msk->rcv.round_seq);
	msk->rcv.round_seq = msk->rcv.copied;
	msk->rcv.round_us = now_us;
}
