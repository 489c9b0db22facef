// SPDX-License-Identifier: GPL-2.0-only
/*
 * The child: the socket that a half-open connection becomes, from the ACK that
 * ends its handshake to its place in the accept queue.
 */
#include <mini/compat.h>
#include <mini/ip.h>
#include <mini/listen.h>
#include <mini/tcp.h>

/* A child's own life begins: nothing of the listener's queues is its */
static void mini_child_init(struct sock *child, const struct mini_req *req)
{
	struct mini_sock *msk = mini_sk(child);
	struct inet_sock *inet = &msk->inet;

	mini_tcp_clone_init(child);
	msk->passive = true;
	msk->ep.t = req->ep.t;
	msk->owner.addr = mini_sk(req->listener)->owner.addr;
	inet->inet_saddr = req->ep.t.laddr;
	inet->inet_rcv_saddr = req->ep.t.laddr;
	inet->inet_daddr = req->ep.t.raddr;
	inet->inet_sport = req->ep.t.lport;
	inet->inet_num = ntohs(req->ep.t.lport);
	inet->inet_dport = req->ep.t.rport;
	child->sk_mark = req->mark;
}

static void mini_child_sequence(struct sock *child, const struct mini_req *req)
{
	struct mini_sock *msk = mini_sk(child);
	struct mini_opts o = {
		.mss = req->mss,
		.has_wscale = req->wscale_ok,
		.wscale = req->snd_wscale,
		.sack_ok = req->sack_ok,
		.has_ts = req->ts.ok,
		.tsval = req->ts.recent,
	};

	msk->snd.iss = req->iss;
	msk->snd.una = req->iss;
	msk->snd.nxt = req->iss + 1;
	msk->snd.write = msk->snd.nxt;
	msk->snd.recover = req->iss;
	msk->snd.wnd = req->snd_wnd;
	msk->snd.max_wnd = req->snd_wnd;
	msk->rcv.irs = req->irs;
	msk->rcv.nxt = req->irs + 1;
	msk->rcv.copied = msk->rcv.nxt;
	msk->rcv.acked = msk->rcv.nxt;
	msk->rcv.edge = msk->rcv.nxt + req->rcv_wnd;
	msk->rcv.mss = req->rcv_mss;
	msk->rcv.wscale = req->rcv_wscale;
	msk->rcv.wscale_ok = req->wscale_ok;
	msk->snd.sack_ok = req->sack_ok;
	msk->ecn.ok = READ_ONCE(req->ecn_ok);
	msk->ts = req->ts;
	msk->first_sent_us = req->sent_us;
	msk->retries = req->retries;
	mini_tcp_synchronized(child, &o);
}

/*
 * The socket of a half-open connection, its spinlock held, with one
 * reference for whoever accepts it and one for the table.
 */
static struct sock *mini_child_create(struct mini_net *mn,
				      struct mini_req *req)
{
	struct sock *child = mini_sk_clone(req->listener);

	if (!child)
		return NULL;
	mini_child_init(child, req);
	mini_sk(child)->ip->route(child);
	mini_child_sequence(child, req);
	return child;
}

/* Never to be seen by anybody: take it apart again */
static void mini_child_discard(struct sock *child)
	__releases(&child->sk_lock.slock)
{
	mini_tcp_bury(child);
	bh_unlock_sock(child);
	sock_put(child);
}

/* Put it where accept() looks, unless the listener has just closed */
static bool mini_child_queue(struct sock *listener, struct sock *child)
{
	struct mini_listen *l = &mini_sk(listener)->listen;
	bool open;

	spin_lock_bh(&l->lock);
	open = l->open;
	if (open) {
		list_add_tail(&mini_sk(child)->ready_link, &l->ready);
		sk_acceptq_added(listener);
	}
	spin_unlock_bh(&l->lock);
	return open;
}

/* The child has seen its first segment: to whoever accepts it */
static void mini_child_deliver(struct sock *listener, struct sock *child)
	__releases(&child->sk_lock.slock)
{
	if (mini_child_queue(listener, child)) {
		bh_unlock_sock(child);
		listener->sk_data_ready(listener);
		return;
	}
	mini_send_reset(child);
	mini_child_discard(child);
}

/* The child takes the half-open connection's place, and its segment */
static void mini_child_start(struct mini_net *mn, struct mini_req *req,
			     struct sock *child, struct mini_seg *seg)
	__releases(&child->sk_lock.slock)
{
	struct sock *listener = req->listener;

	sock_hold(listener);
	mini_port_join(mn, &mini_sk(listener)->owner, &mini_sk(child)->owner);
	mini_req_kill(mn, req);
	MINI_INC(mn, PASSIVE_OPENS);
	mini_child_rcv(child, seg);
	mini_child_deliver(listener, child);
	sock_put(listener);
}

/* No room to be accepted from: the peer will try again, or is told that it need not */
static void mini_child_overflow(struct mini_net *mn, struct mini_req *req,
				const struct mini_seg *seg)
{
	struct mini_reply r;

	MINI_INC(mn, LISTEN_OVERFLOW);
	if (!mn->sysctl.abort_on_overflow)
		return;
	mini_req_reply(req, &r);
	mini_reply_reset(mn, &r, seg);
	mini_req_kill(mn, req);
}

/**
 * mini_child_open() - the ACK is good: half-open becomes a socket
 * @mn: namespace
 * @req: half-open connection, published
 * @seg: the segment; taken on success
 *
 * Return: MINI_PASS, or why the segment is dropped.
 */
enum mini_drop mini_child_open(struct mini_net *mn, struct mini_req *req,
			       struct mini_seg *seg)
{
	struct sock *child;

	if (sk_acceptq_is_full(req->listener)) {
		mini_child_overflow(mn, req, seg);
		return MINI_DROP_ACCEPT_QUEUE;
	}
	child = mini_child_create(mn, req);
	if (!child)
		return MINI_DROP_NO_MEM;
	__acquire(&child->sk_lock.slock);	/* for sparse: sk_clone did */
	if (mini_ep_replace(mn, &req->ep, &mini_sk(child)->ep)) {
		mini_child_start(mn, req, child, seg);
		return MINI_PASS;
	}
	/* another CPU was faster: the reference of the table goes */
	sock_put(child);
	mini_child_discard(child);
	return MINI_DROP_ACK_ONLY;
}
