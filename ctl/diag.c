// SPDX-License-Identifier: GPL-2.0-only
/*
 * sock_diag(7): what there is in a namespace, told to ss and its like, and the
 * end of what root wants ended. Requests and answers have the layouts of
 * inet_diag's, so that tools know them; what only this family has to tell comes
 * in attributes of its own (<linux/af_mini.h>). AF_INET's own handler is another,
 * and neither sees the other's sockets.
 */
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <net/netlink.h>
#include <mini/compat.h>
#include <mini/ip.h>
#include <mini/listen.h>
#include <mini/tcp.h>

/**
 * struct mini_diag - an answer being written
 * @mn: namespace
 * @skb: it
 * @req: the request
 * @nlh: its header
 * @portid: who asks
 * @user_ns: by whose eyes user ids are told
 * @flags: NLM_F_MULTI
 * @admin: he may know marks
 */
struct mini_diag {
	struct mini_net *mn;
	struct sk_buff *skb;
	const struct inet_diag_req_v2 *req;
	const struct nlmsghdr *nlh;
	u32 portid;
	struct user_namespace *user_ns;
	u16 flags;
	bool admin;
};

static bool mini_diag_wants(const struct mini_diag *d, u8 ext)
{
	return d->req->idiag_ext & (1 << (ext - 1));
}

/* ---- who is meant ---- */

/*
 * Of the small objects, which the kernel has none for: where it is, and which.
 * No connection's ISN comes of it: a tuple has its wire where 0 is here.
 */
static u64 mini_diag_own_cookie(const struct mini_net *mn, struct mini_ep *ep)
{
	u32 nr = ep->kind == MINI_KIND_REQ ? mini_ep_req(ep)->iss :
					     mini_ep_tw(ep)->snd_nxt;

	return siphash_2u64((uintptr_t)ep, nr, &mn->isn_key);
}

static void mini_diag_cookie(struct mini_net *mn, struct mini_ep *ep,
			     __u32 *cookie)
{
	u64 c;

	if (ep->kind == MINI_KIND_SOCK) {
		sock_diag_save_cookie(mini_ep_sk(ep), cookie);
		return;
	}
	c = mini_diag_own_cookie(mn, ep);
	cookie[0] = (u32)c;
	cookie[1] = (u32)(c >> 32);
}

static bool mini_diag_cookie_ok(struct mini_net *mn, struct mini_ep *ep,
				const __u32 *asked)
{
	__u32 cookie[2];

	if (asked[0] == INET_DIAG_NOCOOKIE && asked[1] == INET_DIAG_NOCOOKIE)
		return true;
	mini_diag_cookie(mn, ep, cookie);
	return cookie[0] == asked[0] && cookie[1] == asked[1];
}

static bool mini_diag_get(struct mini_ep *ep)
{
	switch (ep->kind) {
	case MINI_KIND_SOCK:
		return refcount_inc_not_zero(&mini_ep_sk(ep)->sk_refcnt);
	case MINI_KIND_REQ:
		return refcount_inc_not_zero(&mini_ep_req(ep)->refs);
	case MINI_KIND_TW:
		return refcount_inc_not_zero(&mini_ep_tw(ep)->refs);
	}
	return false;
}

static void mini_diag_put(struct mini_ep *ep)
{
	switch (ep->kind) {
	case MINI_KIND_SOCK:
		sock_put(mini_ep_sk(ep));
		break;
	case MINI_KIND_REQ:
		mini_req_put(mini_ep_req(ep));
		break;
	case MINI_KIND_TW:
		mini_tw_put(mini_ep_tw(ep));
		break;
	}
}

/* The one that the request names, with a reference, or an errno */
static struct mini_ep *mini_diag_find(struct mini_net *mn,
				      const struct inet_diag_req_v2 *req)
{
	const struct inet_diag_sockid *id = &req->id;
	struct mini_tuple t = {
		.laddr = id->idiag_src[0],
		.raddr = id->idiag_dst[0],
		.lport = id->idiag_sport,
		.rport = id->idiag_dport,
		.wire = req->sdiag_protocol ?: IPPROTO_TCP,
	};
	struct mini_ep *ep = NULL;
	struct mini_dest dest;

	rcu_read_lock();
	if (mini_lookup(mn, &t, id->idiag_if, 0, &dest))
		ep = dest.ep;
	/* who names a peer means no listener, though one would take its SYN */
	if (dest.listener && !t.rport)
		ep = &mini_sk(dest.listener)->ep;
	if (ep && !mini_diag_get(ep))
		ep = NULL;
	rcu_read_unlock();
	if (ep && !mini_diag_cookie_ok(mn, ep, id->idiag_cookie)) {
		mini_diag_put(ep);
		ep = NULL;
	}
	return ep ?: ERR_PTR(-ENOENT);
}

/* ---- what is told ---- */

static u32 mini_diag_ms(u64 at_us, u64 now_us)
{
	u64 wait_us = at_us > now_us ? at_us - now_us : 0;

	return div_u64(wait_us + MINI_USEC_PER_MSEC - 1, MINI_USEC_PER_MSEC);
}

static void mini_diag_held(struct mini_diag_hold *to, u8 why, u64 since_us,
			   u64 now_us)
{
	to->why = why;
	to->since_us = why && now_us > since_us ? now_us - since_us : 0;
}

/* What the next timer is for, and when it is due: ss knows the first four */
static void mini_diag_timer(const struct mini_sock *msk,
			    struct inet_diag_msg *r)
{
	/* of a shut window too when the probe is in flight, as data is */
	bool shut = !msk->snd.wnd && !mini_syn_unacked(mini_to_sk(msk));

	if (msk->write_tmr.at_us) {
		r->idiag_timer = shut || mini_probing(msk) ?
			MINI_DIAG_TIMER_PROBE : MINI_DIAG_TIMER_RTO;
		r->idiag_retrans = shut ? msk->shut_probes : msk->retries;
		r->idiag_expires = mini_diag_ms(msk->write_tmr.at_us,
						msk->now_us);
	} else if (msk->keep_tmr.at_us) {
		r->idiag_timer = r->idiag_state == TCP_FIN_WAIT2 ?
			MINI_DIAG_TIMER_TIME_WAIT : MINI_DIAG_TIMER_KEEP;
		r->idiag_retrans = msk->keep_probes;
		r->idiag_expires = mini_diag_ms(msk->keep_tmr.at_us,
						msk->now_us);
	}
}

static void mini_diag_why(const struct sock *sk, struct mini_diag_why *w)
{
	const struct mini_sock *msk = mini_sk(sk);
	const struct mini_held *held = msk->stat.held;
	u64 now_us = msk->now_us;

	mini_diag_held(&w->send, held[MINI_HELD_SEND].why,
		       held[MINI_HELD_SEND].since_us, now_us);
	mini_diag_held(&w->close, held[MINI_HELD_CLOSE].why,
		       held[MINI_HELD_CLOSE].since_us, now_us);
	mini_diag_held(&w->read, held[MINI_HELD_READ].why,
		       held[MINI_HELD_READ].since_us, now_us);
	if (sk->sk_state == TCP_LISTEN) {
		w->half_open = READ_ONCE(msk->listen.nr_reqs);
		return;
	}
	w->unsent = msk->snd.write - msk->snd.nxt;
	w->pipe = mini_pipe(msk);
	w->cwnd = msk->cc.cwnd;
	w->snd_wnd = msk->snd.wnd;
	w->unread = mini_tcp_inq(sk);
	w->soft_err = mini_stat_soft_err(sk);
	if (msk->send_tmr.t.at_us)
		w->send_ms = mini_diag_ms(msk->send_tmr.t.at_us, now_us);
}

/* Queues of a listener, or octets of a connection */
static void mini_diag_queues(const struct sock *sk, struct inet_diag_msg *r)
{
	const struct mini_sock *msk = mini_sk(sk);

	if (sk->sk_state == TCP_LISTEN) {
		r->idiag_rqueue = READ_ONCE(sk->sk_ack_backlog);
		r->idiag_wqueue = READ_ONCE(sk->sk_max_ack_backlog);
	} else {
		r->idiag_rqueue = mini_tcp_inq(sk);
		r->idiag_wqueue = msk->snd.write - msk->snd.una;
	}
}

static int mini_diag_put_info(const struct mini_diag *d, struct sock *sk)
{
	struct nlattr *attr;
	struct tcp_info info;

	if (!mini_diag_wants(d, INET_DIAG_INFO))
		return 0;
	mini_get_info(sk, &info);
	attr = nla_reserve_64bit(d->skb, INET_DIAG_INFO, sizeof(info),
				 INET_DIAG_PAD);
	if (!attr)
		return -EMSGSIZE;
	memcpy(nla_data(attr), &info, sizeof(info));
	return 0;
}

static int mini_diag_put_memory(const struct mini_diag *d, struct sock *sk)
{
	struct inet_diag_meminfo m = {
		.idiag_rmem = sk_rmem_alloc_get(sk),
		.idiag_wmem = READ_ONCE(sk->sk_wmem_queued),
		.idiag_fmem = READ_ONCE(sk->sk_forward_alloc),
		.idiag_tmem = sk_wmem_alloc_get(sk),
	};
	int err = 0;

	if (mini_diag_wants(d, INET_DIAG_MEMINFO))
		err = nla_put(d->skb, INET_DIAG_MEMINFO, sizeof(m), &m);
	if (!err && mini_diag_wants(d, INET_DIAG_SKMEMINFO))
		err = sock_diag_put_meminfo(sk, d->skb, INET_DIAG_SKMEMINFO);
	return err;
}

static int mini_diag_put_options(const struct mini_diag *d, struct sock *sk)
{
	const struct mini_sock *msk = mini_sk(sk);
	int err = nla_put_u8(d->skb, INET_DIAG_SHUTDOWN, sk->sk_shutdown);

	if (!err && mini_diag_wants(d, INET_DIAG_TOS))
		err = nla_put_u8(d->skb, INET_DIAG_TOS, msk->inet.tos);
	if (!err && mini_diag_wants(d, INET_DIAG_CONG) && msk->cc.ops)
		err = nla_put_string(d->skb, INET_DIAG_CONG,
				     msk->cc.ops->name);
	if (!err && d->admin)
		err = nla_put_u32(d->skb, INET_DIAG_MARK,
				  READ_ONCE(sk->sk_mark));
	return err;
}

/* A socket, owned */
static int mini_diag_sock(const struct mini_diag *d, struct sock *sk,
			  struct inet_diag_msg *r, struct mini_diag_why *w)
{
	mini_now(sk);
	r->idiag_state = sk->sk_state;
	/* chosen a moment ago, and another by now */
	if (d->flags && !(d->req->idiag_states & (1U << sk->sk_state)))
		return -ENOENT;
	r->id.idiag_if = sk->sk_bound_dev_if;
	r->idiag_uid = from_kuid_munged(d->user_ns, mini_sk_uid(sk));
	r->idiag_inode = sock_i_ino(sk);
	mini_diag_queues(sk, r);
	mini_diag_timer(mini_sk(sk), r);
	mini_diag_why(sk, w);
	return mini_diag_put_options(d, sk) ?: mini_diag_put_memory(d, sk) ?:
	       mini_diag_put_info(d, sk);
}

static int mini_diag_req(const struct mini_diag *d, const struct mini_req *req,
			 struct inet_diag_msg *r, struct mini_diag_why *w)
{
	u64 now_us = d->mn->ip->now_us();

	r->idiag_state = TCP_SYN_RECV;
	r->id.idiag_if = req->oif;
	r->idiag_timer = MINI_DIAG_TIMER_RTO;
	r->idiag_retrans = req->retries;
	r->idiag_expires = mini_diag_ms(READ_ONCE(req->timer.at_us), now_us);
	mini_diag_held(&w->send, MINI_HOLD_HANDSHAKE, req->sent_us, now_us);
	return d->admin ? nla_put_u32(d->skb, INET_DIAG_MARK, req->mark) : 0;
}

static int mini_diag_tw(const struct mini_diag *d, const struct mini_tw *tw,
			struct inet_diag_msg *r, struct mini_diag_why *w)
{
	u64 now_us = d->mn->ip->now_us(), at_us = READ_ONCE(tw->timer.at_us);

	r->idiag_state = TCP_TIME_WAIT;
	r->id.idiag_if = tw->oif;
	r->idiag_timer = MINI_DIAG_TIMER_TIME_WAIT;
	r->idiag_expires = mini_diag_ms(at_us, now_us);
	mini_diag_held(&w->send, MINI_HOLD_DONE, at_us - MINI_2MSL_US, now_us);
	mini_diag_held(&w->close, MINI_HOLD_TIME_WAIT, at_us - MINI_2MSL_US,
		       now_us);
	return d->admin ? nla_put_u32(d->skb, INET_DIAG_MARK, tw->mark) : 0;
}

static int mini_diag_any(const struct mini_diag *d, struct mini_ep *ep,
			 struct inet_diag_msg *r, struct mini_diag_why *w)
{
	struct sock *sk;
	bool slow;
	int err;

	switch (ep->kind) {
	case MINI_KIND_REQ:
		return mini_diag_req(d, mini_ep_req(ep), r, w);
	case MINI_KIND_TW:
		return mini_diag_tw(d, mini_ep_tw(ep), r, w);
	}
	sk = mini_ep_sk(ep);
	slow = lock_sock_fast(sk);
	err = mini_diag_sock(d, sk, r, w);
	unlock_sock_fast(sk, slow);
	return err;
}

static void mini_diag_id(const struct mini_diag *d, struct mini_ep *ep,
			 struct inet_diag_msg *r)
{
	r->idiag_family = d->req->sdiag_family;
	r->id.idiag_sport = ep->t.lport;
	r->id.idiag_dport = ep->t.rport;
	r->id.idiag_src[0] = ep->t.laddr;
	r->id.idiag_dst[0] = ep->t.raddr;
	mini_diag_cookie(d->mn, ep, r->id.idiag_cookie);
}

/* One message; -EMSGSIZE when it does not fit */
static int mini_diag_fill(const struct mini_diag *d, struct mini_ep *ep)
{
	struct mini_diag_why why = {};
	struct inet_diag_msg *r;
	struct nlmsghdr *nlh;
	int err;

	nlh = nlmsg_put(d->skb, d->portid, d->nlh->nlmsg_seq,
			d->nlh->nlmsg_type, sizeof(*r), d->flags);
	if (!nlh)
		return -EMSGSIZE;
	r = nlmsg_data(nlh);
	memset(r, 0, sizeof(*r));
	mini_diag_id(d, ep, r);
	err = mini_diag_any(d, ep, r, &why) ?:
	      nla_put_u8(d->skb, INET_DIAG_PROTOCOL, ep->t.wire) ?:
	      nla_put(d->skb, MINI_DIAG_WHY, sizeof(why), &why);
	if (err)
		nlmsg_cancel(d->skb, nlh);
	else
		nlmsg_end(d->skb, nlh);
	return err;
}

/* ---- all of them ---- */

/* A simultaneous open shows as SYN-RECEIVED, as a half-open connection does */
static u8 mini_diag_state(struct mini_ep *ep)
{
	switch (ep->kind) {
	case MINI_KIND_REQ:
		return TCP_SYN_RECV;
	case MINI_KIND_TW:
		return TCP_TIME_WAIT;
	}
	return READ_ONCE(mini_ep_sk(ep)->sk_state);
}

static bool mini_diag_chosen(const struct inet_diag_req_v2 *req,
			     struct mini_ep *ep)
{
	const struct inet_diag_sockid *id = &req->id;

	return (1U << mini_diag_state(ep)) & req->idiag_states &&
	       (!req->sdiag_protocol || req->sdiag_protocol == ep->t.wire) &&
	       (!id->idiag_sport || id->idiag_sport == ep->t.lport) &&
	       (!id->idiag_dport || id->idiag_dport == ep->t.rport);
}

/* The next to be told, with a reference: to lock a socket is to sleep */
static struct mini_ep *mini_diag_next(const struct mini_diag *d,
				      struct mini_walk *w)
{
	struct mini_ep *ep;

	rcu_read_lock();
	for (; (ep = mini_walk_at(d->mn, w)); w->place++)
		if (mini_diag_chosen(d->req, ep) && mini_diag_get(ep))
			break;
	rcu_read_unlock();
	return ep;
}

static int mini_diag_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct mini_walk *w = (struct mini_walk *)cb->ctx;
	struct mini_diag d = {
		.mn = mini_pernet(sock_net(skb->sk)),
		.skb = skb,
		.req = nlmsg_data(cb->nlh),
		.nlh = cb->nlh,
		.portid = NETLINK_CB(cb->skb).portid,
		.user_ns = sk_user_ns(NETLINK_CB(cb->skb).sk),
		.flags = NLM_F_MULTI,
		.admin = netlink_net_capable(cb->skb, CAP_NET_ADMIN),
	};
	struct mini_ep *ep;
	int err;

	BUILD_BUG_ON(sizeof(*w) > sizeof(cb->ctx));
	while ((ep = mini_diag_next(&d, w))) {
		err = mini_diag_fill(&d, ep);
		mini_diag_put(ep);
		if (err == -EMSGSIZE)	/* it begins the next buffer */
			break;
		w->place++;
		cond_resched();
	}
	return skb->len;
}

/* ---- requests ---- */

static int mini_diag_check(const struct nlmsghdr *nlh)
{
	const struct inet_diag_req_v2 *req = nlmsg_data(nlh);

	if (nlmsg_len(nlh) < (int)sizeof(*req))
		return -EINVAL;
	if (nlmsg_find_attr(nlh, sizeof(*req), INET_DIAG_REQ_BYTECODE))
		return -EOPNOTSUPP;	/* more would come than was asked for */
	switch (req->sdiag_protocol) {
	case 0:
	case IPPROTO_TCP:
	case IPPROTO_MINI:
		return 0;
	}
	return -ENOENT;		/* as for a protocol that AF_INET has not */
}

/* Room for one message and all that may be in it */
#define MINI_DIAG_ROOM	(sizeof(struct inet_diag_msg) +			\
			 sizeof(struct tcp_info) +			\
			 sizeof(struct mini_diag_why) + 512)

static int mini_diag_one(struct sk_buff *in, const struct nlmsghdr *nlh)
{
	struct net *net = sock_net(in->sk);
	struct mini_diag d = {
		.mn = mini_pernet(net),
		.req = nlmsg_data(nlh),
		.nlh = nlh,
		.portid = NETLINK_CB(in).portid,
		.user_ns = sk_user_ns(NETLINK_CB(in).sk),
		.admin = netlink_net_capable(in, CAP_NET_ADMIN),
	};
	struct mini_ep *ep = mini_diag_find(d.mn, d.req);
	int err;

	if (IS_ERR(ep))
		return PTR_ERR(ep);
	d.skb = nlmsg_new(MINI_DIAG_ROOM, GFP_KERNEL);
	err = d.skb ? mini_diag_fill(&d, ep) : -ENOMEM;
	mini_diag_put(ep);
	if (err) {
		kfree_skb(d.skb);
		return err;
	}
	return nlmsg_unicast(net->diag_nlsk, d.skb, d.portid);
}

static int mini_diag_ask(struct sk_buff *in, struct nlmsghdr *nlh)
{
	struct netlink_dump_control c = { .dump = mini_diag_dump };
	int err = mini_diag_check(nlh);

	if (err)
		return err;
	if (nlh->nlmsg_flags & NLM_F_DUMP)
		return netlink_dump_start(sock_net(in->sk)->diag_nlsk, in, nlh,
					  &c);
	return mini_diag_one(in, nlh);
}

static int mini_diag_destroy(struct sk_buff *in, struct nlmsghdr *nlh)
{
	struct mini_net *mn = mini_pernet(sock_net(in->sk));
	int err = mini_diag_check(nlh);
	struct mini_ep *ep;

	if (err)
		return err;
	if (!netlink_net_capable(in, CAP_NET_ADMIN))
		return -EPERM;
	ep = mini_diag_find(mn, nlmsg_data(nlh));
	if (IS_ERR(ep))
		return PTR_ERR(ep);
	switch (ep->kind) {
	case MINI_KIND_SOCK:
		err = mini_tcp_kill(mini_ep_sk(ep));
		break;
	case MINI_KIND_REQ:
		mini_req_kill(mn, mini_ep_req(ep));
		break;
	case MINI_KIND_TW:
		mini_tw_kill(mini_ep_tw(ep));
		break;
	}
	mini_diag_put(ep);
	return err;
}

static struct sock_diag_handler mini_diag_handler = {
	.owner	 = THIS_MODULE,
	.dump	 = mini_diag_ask,
	.destroy = mini_diag_destroy,
};

/**
 * mini_diag_init() - answer sock_diag for a family
 * @family: the one that sockets are opened in
 *
 * There is no alias to load the module by: the kernel loads a handler only for
 * a family that is registered, and then the module is there.
 *
 * Return: 0, -EINVAL for no family, or -EBUSY when another module answers for it.
 */
int mini_diag_init(int family)
{
	if (family < 0 || family >= AF_MAX)
		return -EINVAL;
	mini_diag_handler.family = family;
	return sock_diag_register(&mini_diag_handler);
}

/**
 * mini_diag_exit() - answer no longer
 *
 * A request or a dump under way holds the module.
 */
void mini_diag_exit(void)
{
	sock_diag_unregister(&mini_diag_handler);
}
