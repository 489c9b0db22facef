// SPDX-License-Identifier: GPL-2.0-only
/*
 * SEND (RFC 9293 3.10.2): the user's octets into page fragments of skbs, each
 * filled up to what one packet to IP can carry, while the send buffer lasts.
 */
#include <net/sock.h>
#include <mini/call.h>
#include <mini/compat.h>
#include <mini/ip.h>
#include <mini/tcp.h>

/**
 * mini_stream_writeable() - is there room worth waking a writer for?
 * @sk: socket
 *
 * A third of the buffer, as in Linux: a writer woken for each octet would
 * write octets.
 */
bool mini_stream_writeable(const struct sock *sk)
{
	return __sk_stream_is_writeable(sk, 1);
}

/**
 * mini_stream_memory_free() - proto.stream_memory_free: may more be queued
 * beside what the send buffer says? (TCP_NOTSENT_LOWAT)
 * @sk: socket
 * @wake: 1 to ask whether to wake a writer: at half of the limit, so that he
 *	does not wake for each segment that leaves
 */
bool mini_stream_memory_free(const struct sock *sk, int wake)
{
	const struct mini_sock *msk = mini_sk(sk);
	u32 unsent = READ_ONCE(msk->snd.write) - READ_ONCE(msk->snd.nxt);
	u32 limit = READ_ONCE(msk->user.notsent_lowat) ?:
		    READ_ONCE(msk->mn->sysctl.notsent_lowat);

	MINI_TCP_CALL(sk, mini_tcp_prot, stream_memory_free);
	return ((u64)unsent << wake) < limit;
}

/*
 * The device is done with a packet of ours, and a small write has waited for
 * that. Whoever freed it may hold any lock, ours too: a timer does the rest, with
 * a reference unless there is none to be had any more.
 */
static void mini_tx_kick(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);

	if (!test_and_clear_bit(MINI_TX_WAIT, &msk->deferred) ||
	    test_and_set_bit(MINI_TX_KICKED, &msk->deferred) ||
	    !refcount_inc_not_zero(&sk->sk_refcnt))
		return;
	if (!msk->ip->arm(&msk->kick_tmr.t, 0))
		sock_put(sk);
}

/**
 * mini_tx_kicked() - what waited for the device may leave
 * @sk: socket, owned
 */
void mini_tx_kicked(struct sock *sk)
{
	sock_set_flag(sk, SOCK_USE_WRITE_QUEUE);
	mini_output(sk);
}

/*
 * Small writes while packets before them are still in the device's queue: they
 * may as well be gathered until one of those is freed (tcp(7), autocorking).
 * Something in flight is a condition, so that an ACK or a timer will come even
 * if the last packet is freed in the moment in which we ask to be told.
 *
 * sock_wfree() calls sk_write_space() only without SOCK_USE_WRITE_QUEUE: so as
 * long as nobody waits, a packet that is freed costs nothing.
 */
static bool mini_autocork(struct sock *sk, const struct sk_buff *skb)
{
	struct mini_net *mn = mini_sk(sk)->mn;
	struct mini_sock *msk = mini_sk(sk);

	if (!mn->sysctl.autocorking || skb->len >= mini_size_goal(sk))
		return false;
	sock_reset_flag(sk, SOCK_USE_WRITE_QUEUE);
	set_bit(MINI_TX_WAIT, &msk->deferred);
	smp_mb__after_atomic();		/* to be told, before asking whether */
	if (refcount_read(&sk->sk_wmem_alloc) <= skb->truesize)
		return false;
	MINI_INC(mn, SEND_HELD_AUTOCORK);
	mini_stat_held(sk, MINI_HELD_SEND, MINI_HOLD_AUTOCORK);
	return true;
}

/* The common cases, in which nothing of ours is below, need no more than this */
static bool mini_autocorks(struct sock *sk)
{
	const struct sk_buff *skb = skb_peek_tail(&sk->sk_write_queue);

	return mini_flight(mini_sk(sk)) && skb &&
	       refcount_read(&sk->sk_wmem_alloc) > skb->truesize &&
	       skb_queue_len(&sk->sk_write_queue) == 1 &&
	       mini_autocork(sk, skb);
}

/**
 * mini_write_space() - sk_write_space: send memory has become free
 * @sk: socket
 *
 * Context: any, and then the socket may be closed meanwhile: struct socket is
 * freed by RCU.
 */
void mini_write_space(struct sock *sk)
{
	struct socket *sock;
	struct socket_wq *wq;

	if (test_bit(MINI_TX_WAIT, &mini_sk(sk)->deferred))
		mini_tx_kick(sk);
	rcu_read_lock();
	sock = READ_ONCE(sk->sk_socket);
	if (!sock || !test_bit(SOCK_NOSPACE, &sock->flags) ||
	    !mini_stream_writeable(sk)) {
		rcu_read_unlock();
		return;
	}
	clear_bit(SOCK_NOSPACE, &sock->flags);
	wq = rcu_dereference(sk->sk_wq);
	if (skwq_has_sleeper(wq))
		wake_up_interruptible_poll(&wq->wait, EPOLLOUT | EPOLLWRNORM |
					   EPOLLWRBAND);
	if (wq && wq->fasync_list && !(sk->sk_shutdown & SEND_SHUTDOWN))
		sock_wake_async(wq, SOCK_WAKE_SPACE, POLL_OUT);
	rcu_read_unlock();
}

static void mini_queue_skb(struct sock *sk, struct sk_buff *skb)
{
	struct mini_skb_cb *cb = mini_cb(skb);

	cb->seq = mini_sk(sk)->snd.write;
	cb->end_seq = cb->seq;
	__skb_queue_tail(&sk->sk_write_queue, skb);
}

/**
 * mini_queue_fin() - the user closes the sending side
 * @sk: socket, owned
 *
 * The FIN goes with the last octets when they have not left yet. It must
 * not fail, so its skb is charged even when memory is short; without any
 * memory at all the connection is reset rather than left hanging.
 */
void mini_queue_fin(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	struct sk_buff *skb = skb_peek_tail(&sk->sk_write_queue);

	if (!skb) {
		skb = mini_skb_alloc(sk, GFP_ATOMIC, true);
		if (!skb) {
			mini_send_reset(sk);
			mini_tcp_abort(sk, ENOMEM);
			return;
		}
		mini_queue_skb(sk, skb);
	}
	mini_cb(skb)->flags |= MINI_FIN;
	mini_cb(skb)->end_seq++;
	msk->snd.write++;
	msk->snd.push = msk->snd.write;
	msk->fin_queued = true;
	msk->cork = false;
	mini_output(sk);
}

/* The skb to write to: the tail while it has room, or a new one */
static struct sk_buff *mini_write_skb(struct sock *sk, u32 goal)
{
	struct sk_buff *skb = skb_peek_tail(&sk->sk_write_queue);

	if (skb && skb->len < goal && !skb_cloned(skb))
		return skb;
	if (!sk_stream_memory_free(sk))
		return NULL;
	skb = mini_skb_alloc(sk, sk->sk_allocation, false);
	if (skb)
		mini_queue_skb(sk, skb);
	return skb;
}

/* @n octets were added to @skb: the socket's part of the account */
static void mini_wrote(struct sock *sk, struct sk_buff *skb, u32 n)
{
	sk_wmem_queued_add(sk, n);
	sk_mem_charge(sk, n);
	mini_cb(skb)->end_seq += n;
	mini_sk(sk)->snd.write += n;
}

/* A fragment of @skb, the last or a new one, at the end of @pf's page */
static void mini_put_frag(struct sk_buff *skb, struct page_frag *pf, u32 n)
{
	int i = skb_shinfo(skb)->nr_frags;

	if (skb_can_coalesce(skb, i, pf->page, pf->offset)) {
		skb_frag_size_add(&skb_shinfo(skb)->frags[i - 1], n);
	} else {
		skb_fill_page_desc(skb, i, pf->page, pf->offset, n);
		get_page(pf->page);
	}
	pf->offset += n;
	skb->len += n;
	skb->data_len += n;
	skb->truesize += n;
}

/*
 * Copy some of the user's octets to @skb.
 * Return: octets copied; 0 when @skb has no room for another fragment;
 * -ENOMEM when the memory limit is reached, -EFAULT.
 */
static int mini_copy_some(struct sock *sk, struct sk_buff *skb,
			  struct msghdr *msg, u32 max)
{
	struct page_frag *pf = sk_page_frag(sk);
	u32 n;

	if (!sk_page_frag_refill(sk, pf))
		return -ENOMEM;
	if (!skb_can_coalesce(skb, skb_shinfo(skb)->nr_frags, pf->page,
			      pf->offset) &&
	    skb_shinfo(skb)->nr_frags >= MAX_SKB_FRAGS)
		return 0;
	n = min_t(u32, max, pf->size - pf->offset);
	if (!sk_wmem_schedule(sk, n))
		return -ENOMEM;
	/* not copy_page_from_iter(), which goes page by page */
	if (!copy_from_iter_full(page_address(pf->page) + pf->offset, n,
				 &msg->msg_iter))
		return -EFAULT;
	mini_put_frag(skb, pf, n);
	mini_wrote(sk, skb, n);
	return n;
}

/* The same without copying, for splice() and sendfile() */
static int mini_link_some(struct sock *sk, struct sk_buff *skb,
			  struct msghdr *msg, u32 max)
{
	ssize_t n;

	if (!sk_wmem_schedule(sk, max))
		return -ENOMEM;
	n = mini_splice_from_iter(skb, &msg->msg_iter, max, sk->sk_allocation);
	if (n == -EMSGSIZE)
		return 0;
	if (n < 0)
		return n;
	/* others may write to these pages while they are under way */
	skb_shinfo(skb)->flags |= SKBFL_SHARED_FRAG;
	mini_wrote(sk, skb, n);
	return n;
}

/* A new skb into which nothing could be written is no good to anybody */
static void mini_drop_empty_tail(struct sock *sk)
{
	struct sk_buff *skb = skb_peek_tail(&sk->sk_write_queue);

	if (skb && !skb->len && !(mini_cb(skb)->flags & MINI_FIN)) {
		__skb_unlink(skb, &sk->sk_write_queue);
		mini_skb_free_sent(sk, skb);
	}
}

/* Let go what is written; the tail may wait for MSG_MORE */
static void mini_push(struct sock *sk, int flags)
{
	struct mini_sock *msk = mini_sk(sk);

	if (!(flags & MSG_MORE))
		msk->snd.push = msk->snd.write;
	if (flags & MSG_OOB)
		mini_urgent_mark(msk);
	else if (mini_autocorks(sk))
		return;
	mini_output_corked(sk, msk->cork || flags & MSG_MORE);
}

/* Wait for memory; what is written so far leaves first, to make some */
static int mini_wait_memory(struct sock *sk, int flags, long *timeo)
{
	if (sk->sk_socket)
		set_bit(SOCK_NOSPACE, &sk->sk_socket->flags);
	mini_push(sk, flags & ~MSG_MORE);
	/* the buffer would have had room, and nothing waits for another reason */
	if (sk_stream_memory_free(sk) && !mini_unsent(sk))
		mini_stat_held(sk, MINI_HELD_SEND, MINI_HOLD_MEMORY);
	return sk_stream_wait_memory(sk, timeo);
}

/* One round of the copy loop: octets copied, or an errno */
static int mini_send_some(struct sock *sk, struct msghdr *msg, u32 goal,
			  long *timeo)
{
	struct sk_buff *skb = mini_write_skb(sk, goal);
	int n = -ENOMEM;
	u32 max;

	if (skb) {
		max = min_t(size_t, goal - skb->len, msg_data_left(msg));
		n = msg->msg_flags & MSG_SPLICE_PAGES ?
			mini_link_some(sk, skb, msg, max) :
			mini_copy_some(sk, skb, msg, max);
	}
	if (!n) {	/* no more fragments: start another skb */
		skb = mini_skb_alloc(sk, sk->sk_allocation, false);
		if (!skb)
			n = -ENOMEM;
		else
			mini_queue_skb(sk, skb);
	}
	if (n != -ENOMEM)
		return n;
	mini_drop_empty_tail(sk);
	return mini_wait_memory(sk, msg->msg_flags, timeo);
}

static bool mini_may_send(const struct sock *sk)
{
	return !sk->sk_err && !(sk->sk_shutdown & SEND_SHUTDOWN) &&
	       (1 << sk->sk_state) & (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT);
}

/* Several full packets stand ready: do not wait for the end of the write */
static bool mini_enough_waits(const struct sock *sk, u32 goal)
{
	const struct mini_sock *msk = mini_sk(sk);

	return msk->snd.write - msk->snd.nxt >= goal;
}

static int mini_send_all(struct sock *sk, struct msghdr *msg, long timeo)
{
	int n, copied = 0;
	u32 goal;

	while (msg_data_left(msg)) {
		if (!mini_may_send(sk))
			return copied ?: -EPIPE;
		goal = mini_size_goal(sk);
		n = mini_send_some(sk, msg, goal, &timeo);
		if (n < 0)
			return copied ?: n;
		copied += n;
		/* the mark goes behind the last octet, not behind these */
		if (msg_data_left(msg) && !(msg->msg_flags & MSG_OOB) &&
		    mini_enough_waits(sk, goal))
			mini_push(sk, msg->msg_flags | MSG_MORE);
	}
	return copied;
}

static int mini_wait_connect(struct sock *sk, long *timeo)
{
	if ((1 << sk->sk_state) & (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT))
		return 0;
	return sk_stream_wait_connect(sk, timeo);
}

/* Ancillary data: nothing of it goes with a segment, but none may be wrong */
static int mini_check_cmsg(struct sock *sk, struct msghdr *msg)
{
	struct sockcm_cookie unused = { };

	if (likely(!msg->msg_controllen))
		return 0;
	return sock_cmsg_send(sk, msg, &unused) ? -EINVAL : 0;
}

/**
 * mini_tcp_sendmsg() - proto.sendmsg
 * @sk: socket
 * @msg: what to send; MSG_OOB makes its last octet urgent
 * @len: octets of it
 *
 * Context: process; takes the socket lock.
 * Return: octets taken, which may be fewer than asked for, or an errno of
 * send(2). -EPIPE raises SIGPIPE unless MSG_NOSIGNAL.
 */
int mini_tcp_sendmsg(struct sock *sk, struct msghdr *msg, size_t len)
{
	long timeo;
	int err;

	MINI_TCP_CALL(sk, mini_tcp_prot, sendmsg);
	if (msg->msg_flags & MSG_FASTOPEN)
		return -EOPNOTSUPP;
	lock_sock(sk);
	timeo = sock_sndtimeo(sk, msg->msg_flags & MSG_DONTWAIT);
	err = mini_wait_connect(sk, &timeo) ?: mini_check_cmsg(sk, msg);
	sk_clear_bit(SOCKWQ_ASYNC_NOSPACE, sk);
	if (!err) {
		err = mini_send_all(sk, msg, timeo);
		mini_drop_empty_tail(sk);
		if (err > 0)
			mini_push(sk, msg->msg_flags);
	}
	if (err < 0) {
		err = sk_stream_error(sk, msg->msg_flags, err);
		if (err == -EAGAIN)	/* an edge of epoll is due later */
			sk->sk_write_space(sk);
	}
	release_sock(sk);
	return err;
}
