// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of a connection as its user wants it: shutdown(), disconnect, close()
 * and SO_LINGER, and the end of all (RFC 9293 3.10.4, 3.10.5).
 */
#include <net/sock.h>
#include <mini/call.h>
#include <mini/compat.h>
#include <mini/ip.h>
#include <mini/tcp.h>

/* What closing the sending side means to a state (RFC 9293 3.10.4) */
static const u8 mini_close_to[TCP_MAX_STATES] = {
	[TCP_SYN_RECV]	  = TCP_FIN_WAIT1,
	[TCP_ESTABLISHED] = TCP_FIN_WAIT1,
	[TCP_CLOSE_WAIT]  = TCP_LAST_ACK,
};

static void mini_tcp_close_send(struct sock *sk)
{
	int to = mini_close_to[sk->sk_state];

	if (!to)
		return;
	mini_tcp_set_state(sk, to);
	mini_queue_fin(sk);
}

/**
 * mini_tcp_shutdown() - proto.shutdown
 * @sk: socket, owned
 * @how: RCV_SHUTDOWN, SEND_SHUTDOWN
 */
void mini_tcp_shutdown(struct sock *sk, int how)
{
	MINI_TCP_CALL(sk, mini_tcp_prot, shutdown);
	if (how & SEND_SHUTDOWN)
		mini_tcp_close_send(sk);
}

static bool mini_owes_reset(const struct sock *sk)
{
	return (1 << sk->sk_state) &
	       (TCPF_ESTABLISHED | TCPF_SYN_RECV | TCPF_FIN_WAIT1 |
		TCPF_FIN_WAIT2 | TCPF_CLOSE_WAIT);
}

/* Nobody may connect any more, and who has is turned away */
static void mini_tcp_unlisten(struct sock *sk)
{
	sk->sk_prot->unhash(sk);
	mini_tcp_set_state(sk, TCP_CLOSE);
	mini_listen_stop(sk);
	mini_sk(sk)->owner.listening = false;
	mini_tcp_leave_port(sk, true);
}

/**
 * mini_tcp_disconnect() - proto.disconnect: back to the beginning
 * @sk: socket, owned
 * @flags: unused; proto.disconnect's signature
 *
 * ABORT (RFC 9293 3.10.5), after which the socket may be used again.
 *
 * Context: process.
 * Return: 0.
 */
int mini_tcp_disconnect(struct sock *sk, int flags)
{
	int old = sk->sk_state;

	MINI_TCP_CALL(sk, mini_tcp_prot, disconnect);
	sk->sk_disconnects++;	/* whoever sleeps in a call gives up */
	if (old == TCP_LISTEN) {
		mini_tcp_unlisten(sk);
	} else if (old != TCP_CLOSE) {
		if (mini_owes_reset(sk))
			mini_send_reset(sk);
		if (old != TCP_LAST_ACK && old != TCP_CLOSING)
			WRITE_ONCE(sk->sk_err, ECONNRESET);
		mini_tcp_done(sk);
	}
	mini_skb_purge_rcv(sk);
	mini_tcp_renew(sk);
	sk_error_report(sk);
	return 0;
}

static bool mini_closing(const struct sock *sk)
{
	return (1 << sk->sk_state) &
	       (TCPF_FIN_WAIT1 | TCPF_CLOSING | TCPF_LAST_ACK);
}

/* SO_LINGER: until the FIN is ACKed, or the time is over, or a signal */
static void mini_linger(struct sock *sk, long timeout)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);

	if (!timeout || !mini_closing(sk))
		return;
	add_wait_queue(sk_sleep(sk), &wait);
	while (timeout && mini_closing(sk) && !signal_pending(current))
		sk_wait_event(sk, &timeout, !mini_closing(sk), &wait);
	remove_wait_queue(sk_sleep(sk), &wait);
}

/* close() with the socket owned: say FIN or RST, as the state demands */
static void mini_close_owned(struct sock *sk, long timeout)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	bool unread = mini_tcp_unread(sk);

	sk->sk_shutdown = SHUTDOWN_MASK;
	if (sk->sk_state == TCP_LISTEN || sk->sk_state == TCP_SYN_SENT) {
		sk->sk_prot->disconnect(sk, 0);
	} else if (mini_owes_reset(sk) && unread) {
		/* RFC 9293 3.6.1: data is lost, and the peer must know */
		MINI_INC(mn, ABORT_ON_DATA);
		mini_send_reset(sk);
		mini_tcp_done(sk);
	} else if (sock_flag(sk, SOCK_LINGER) && !sk->sk_lingertime) {
		sk->sk_prot->disconnect(sk, 0);
	} else {
		mini_tcp_close_send(sk);
	}
	mini_skb_purge_rcv(sk);
	mini_linger(sk, timeout);
}

/**
 * mini_tcp_starved() - is there too little memory for an orphan?
 * @sk: orphan, owned
 *
 * Too many of them, or all memory used that there may be, and this one has
 * more than a little to send.
 */
bool mini_tcp_starved(const struct sock *sk)
{
	const struct mini_net *mn = mini_sk(sk)->mn;

	return atomic_read(&mn->orphans) > mn->sysctl.max_orphans ||
	       (sk->sk_wmem_queued > SOCK_MIN_SNDBUF && mini_mem_exceeded());
}

/**
 * mini_tcp_starve() - then the orphan goes, and its peer is told
 * @sk: orphan, owned
 */
void mini_tcp_starve(struct sock *sk)
{
	MINI_INC(mini_sk(sk)->mn, ABORT_ON_MEMORY);
	mini_send_reset(sk);
	mini_tcp_done(sk);
}

/* The last file has gone: what becomes of the socket */
static void mini_close_orphan(struct sock *sk)
{
	if (sk->sk_state == TCP_CLOSE) {
		mini_tcp_bury(sk);
		return;
	}
	mini_now(sk);		/* it may have lingered */
	mini_tcp_orphan(sk);
	if (mini_tcp_starved(sk)) {
		mini_tcp_starve(sk);
	} else if (sk->sk_state == TCP_FIN_WAIT2) {
		if (mini_sk(sk)->user.linger2_s < 0)
			mini_send_reset(sk);
		mini_timer_fin_wait2(sk);
	}
}

/**
 * mini_tcp_close() - proto.close
 * @sk: socket; the caller's reference is taken
 * @timeout: jiffies to linger
 *
 * Context: process.
 */
void mini_tcp_close(struct sock *sk, long timeout)
{
	struct mini_sock *msk = mini_sk(sk);

	MINI_TCP_CALL(sk, mini_tcp_prot, close);
	lock_sock(sk);
	mini_close_owned(sk, timeout);
	/* a port that is free already may be wanted the moment we return */
	if (sk->sk_state == TCP_CLOSE)
		mini_port_leave(msk->mn, &msk->owner, true);
	mini_close_orphan(sk);
	release_sock(sk);	/* what came meanwhile meets an orphan */
	sock_put(sk);
}

/**
 * mini_tcp_kill() - somebody else than its user ends a socket
 * @sk: socket
 *
 * ABORT (RFC 9293 3.10.5); the user finds ECONNABORTED.
 *
 * Context: process; takes the socket lock.
 * Return: 0, or -ENOENT when it had ended already.
 */
int mini_tcp_kill(struct sock *sk)
{
	int err = 0;

	lock_sock(sk);
	if (sk->sk_state == TCP_CLOSE)
		err = -ENOENT;
	else if (sk->sk_state == TCP_LISTEN)
		mini_tcp_unlisten(sk);
	else if (mini_owes_reset(sk))
		mini_send_reset(sk);
	if (!err)
		mini_tcp_abort(sk, ECONNABORTED);
	release_sock(sk);
	return err;
}

static bool mini_abort_pick(struct mini_ep *ep)
{
	return ep->kind == MINI_KIND_SOCK &&
	       refcount_inc_not_zero(&mini_ep_sk(ep)->sk_refcnt);
}

/**
 * mini_tcp_abort_all() - end every connection of a namespace
 * @mn: namespace
 *
 * Context: process. Files stay open, on sockets in error; TIME-WAITs go too.
 */
void mini_tcp_abort_all(struct mini_net *mn)
{
	struct mini_ep *ep;
	u32 slot = 0;

	if (!mini_net_is_up(mn))
		return;
	while ((ep = mini_ep_next(mn, &slot, mini_abort_pick))) {
		struct sock *sk = mini_ep_sk(ep);

		mini_tcp_kill(sk);
		sock_put(sk);
	}
	mini_tw_kill_all(mn);
	mini_port_flush();
}
