// SPDX-License-Identifier: GPL-2.0-only
/* What an ICMP error means to a connection (RFC 9293 3.9.2.2, RFC 5927) */
#include <net/sock.h>
#include <mini/compat.h>
#include <mini/ip.h>
#include <mini/tcp.h>

/**
 * mini_tcp_icmp_valid() - does an ICMP error quote something in flight?
 * @msk: socket, owned or its spinlock held
 * @seq: number of the segment that it quotes
 *
 * RFC 5927 4.1: whoever only guesses the connection's name will miss this.
 */
bool mini_tcp_icmp_valid(const struct mini_sock *msk, u32 seq)
{
	return seq_within(seq, msk->snd.una, msk->snd.nxt);
}

static bool mini_opening(const struct sock *sk)
{
	return (1 << sk->sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV);
}

/**
 * mini_tcp_icmp_ends() - is an ICMP error the end of the connection?
 * @sk: socket, its spinlock held
 * @seq: number of the segment that it quotes
 */
bool mini_tcp_icmp_ends(const struct sock *sk, u32 seq)
{
	return mini_opening(sk) && mini_tcp_icmp_valid(mini_sk(sk), seq);
}

/**
 * mini_tcp_icmp() - ICMP says that a segment of ours was not delivered
 * @sk: socket, owned
 * @seq: number of that segment
 * @err: errno, positive
 *
 * Ends a connection that is still opening, as in Linux (RFC 5461 3.1);
 * afterwards it is kept for the user who runs into R2, whether the RFCs call
 * it soft or hard (RFC 9293 3.9.2.2, RFC 5927 5.2). Who has asked for errors by
 * IP_RECVERR gets it at once, and the connection lives on.
 */
void mini_tcp_icmp(struct sock *sk, u32 seq, int err)
{
	struct mini_sock *msk = mini_sk(sk);

	if (sk->sk_state == TCP_CLOSE || !mini_tcp_icmp_valid(msk, seq))
		return;
	MINI_INC(msk->mn, ICMP_ERRORS);
	if (mini_opening(sk)) {
		mini_tcp_abort(sk, err);
		return;
	}
	if (inet_test_bit(RECVERR, sk)) {	/* he wants to know, and goes on */
		WRITE_ONCE(sk->sk_err, err);
		sk_error_report(sk);
		return;
	}
	msk->icmp_soft = err;
	WRITE_ONCE(sk->sk_err_soft, err);
}

/**
 * mini_tcp_frag_needed() - ICMP says that a segment was too large
 * @sk: socket, owned; its route knows the new MTU
 *
 * What is out is cut smaller and sent again at once; this is no sign of
 * congestion (RFC 1191 6.4).
 */
void mini_tcp_frag_needed(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	u32 mss = msk->snd.mss;

	if (sk->sk_state == TCP_CLOSE || mini_syn_unacked(sk))
		return;
	mini_now(sk);
	mini_tcp_mtu_changed(sk);
	if (msk->snd.mss >= mss)
		return;
	MINI_INC(msk->mn, MTU_DROPS);
	mini_recovery_resend_all(sk);
	mini_output(sk);
}
