// SPDX-License-Identifier: GPL-2.0-only
/*
 * Datagrams: UDP (RFC 768) as proto slots, and what IP brings for them. A
 * datagram is one sk_buff both ways: what is larger than the MTU is cut by IP,
 * and put together again before our hook sees it.
 */
#include <linux/filter.h>
#include <linux/inetdevice.h>
#include <linux/udp.h>
#include <net/icmp.h>
#include <net/inet_dscp.h>
#include <net/ip.h>
#include <net/route.h>
#include <net/sock.h>
#include <net/xfrm.h>
#include <mini/call.h>
#include <mini/compat.h>
#include <mini/ip.h>
#include <mini/lookup.h>
#include <mini/tcp.h>
#include <mini/udp.h>

/* ---- who takes a datagram ---- */

/**
 * mini_udp_net_init() - start without any socket
 * @mn: namespace
 */
void mini_udp_net_init(struct mini_net *mn)
{
	spin_lock_init(&mn->udp_lock);
}

static struct hlist_head *mini_udp_chain(struct mini_net *mn, __be16 lport)
{
	return &mn->udp_hash[ntohs(lport) % MINI_UDP_BUCKETS];
}

/* in this order: the address is worth more than all else together */
enum {
	MINI_UDP_FITS = 1,
	MINI_UDP_PART = 4,	/* peer's address, peer's port, device: each */
	MINI_UDP_ADDR = 16,
};

/**
 * mini_udp_score() - how well does a datagram fit a socket?
 * @sk: socket
 * @t: addresses and ports of the datagram, seen from here
 * @dif: device it came by
 * @sdif: device that this one is a part of, or 0
 *
 * As Linux reckons: a socket bound to the address comes before one bound to
 * all, whatever else; then the one that asks for more of what is so.
 *
 * Return: more is better, 0 not at all.
 */
int mini_udp_score(const struct sock *sk, const struct mini_tuple *t, int dif,
		   int sdif)
{
	const struct inet_sock *inet = inet_sk(sk);
	__be32 laddr = READ_ONCE(inet->inet_rcv_saddr);
	__be32 raddr = READ_ONCE(inet->inet_daddr);
	__be16 rport = READ_ONCE(inet->inet_dport);
	int score = MINI_UDP_FITS;

	if (READ_ONCE(inet->inet_num) != ntohs(t->lport) ||
	    !mini_dev_ok(sk, dif, sdif) || (laddr && laddr != t->laddr) ||
	    (raddr && raddr != t->raddr) || (rport && rport != t->rport))
		return 0;
	score += laddr ? MINI_UDP_ADDR : 0;
	score += raddr ? MINI_UDP_PART : 0;
	score += rport ? MINI_UDP_PART : 0;
	score += READ_ONCE(sk->sk_bound_dev_if) ? MINI_UDP_PART : 0;
	return score;
}

/**
 * mini_udp_lookup() - whose datagram is it?
 * @mn: namespace
 * @t: its addresses and ports, seen from here
 * @dif: device it came by
 * @sdif: device that this one is a part of, or 0
 *
 * Of two that fit as well the one that was bound last.
 *
 * Context: RCU reader; no reference is taken.
 * Return: the socket, or NULL.
 */
struct sock *mini_udp_lookup(struct mini_net *mn, const struct mini_tuple *t,
			     int dif, int sdif)
{
	struct sock *best = NULL;
	struct mini_usock *usk;
	int score, top = 0;

	hlist_for_each_entry_rcu(usk, mini_udp_chain(mn, t->lport), link) {
		score = mini_udp_score(mini_usk_sk(usk), t, dif, sdif);
		if (score > top) {
			top = score;
			best = mini_usk_sk(usk);
		}
	}
	return best;
}

/**
 * mini_udp_walk_at() - what mini_walk_at() is for TCP: the sockets with a port
 * @mn: namespace
 * @w: place; its @chain is one of mini_net.udp_hash
 *
 * Context: RCU reader; no reference is taken.
 * Return: a socket, or NULL after the last.
 */
struct mini_usock *mini_udp_walk_at(struct mini_net *mn, struct mini_walk *w)
{
	struct mini_usock *usk;
	u32 before;

	for (; w->chain < MINI_UDP_BUCKETS; w->chain++, w->place = 0) {
		before = w->place;
		hlist_for_each_entry_rcu(usk, &mn->udp_hash[w->chain], link)
			if (!before--)
				return usk;
	}
	return NULL;
}

static void mini_udp_hash(struct sock *sk)
{
	struct mini_net *mn = mini_pernet(sock_net(sk));

	spin_lock_bh(&mn->udp_lock);
	hlist_add_head_rcu(&mini_usk(sk)->link,
			   mini_udp_chain(mn, inet_sk(sk)->inet_sport));
	spin_unlock_bh(&mn->udp_lock);
}

/* ---- the life of a socket ---- */

/**
 * mini_udp_init() - proto.init: a fresh socket
 * @sk: socket
 *
 * Return: 0.
 */
int mini_udp_init(struct sock *sk)
{
	MINI_CALL(sk, mini_udp_prot, init);
	INIT_HLIST_NODE(&mini_usk(sk)->link);
	INIT_HLIST_NODE(&mini_usk(sk)->owner.link);
	sock_set_flag(sk, SOCK_RCU_FREE);
	return 0;
}

/**
 * mini_udp_close() - proto.close: the last file is closed
 * @sk: socket
 * @timeout: SO_LINGER, which there is nothing to wait for
 */
void mini_udp_close(struct sock *sk, long timeout)
{
	MINI_CALL(sk, mini_udp_prot, close);
	sk_common_release(sk);
}

/* The address that datagrams leave from; one of many hosts is nobody's */
static __be32 mini_udp_source(const struct sock *sk, __be32 addr)
{
	return inet_addr_type(sock_net(sk), addr) == RTN_BROADCAST ? 0 : addr;
}

/**
 * mini_udp_get_port() - proto.get_port: bind to a port
 * @sk: socket, owned, its address in inet_rcv_saddr
 * @num: port, host order; 0 for any
 *
 * SO_REUSEADDR: two sockets may have one address and port when both say so
 * and belong to the same user, for the later one takes what comes.
 *
 * Context: process.
 * Return: 0 or an errno of bind(2).
 */
int mini_udp_get_port(struct sock *sk, unsigned short num)
{
	struct inet_sock *inet = inet_sk(sk);
	struct mini_owner *o = &mini_usk(sk)->owner;
	int err;

	MINI_CALL(sk, mini_udp_prot, get_port);
	o->addr = inet->inet_rcv_saddr;
	o->reuseport = sk->sk_reuse;
	o->nonlocal = mini_inet_nonlocal(sk);
	o->uid = mini_sk_uid(sk);
	o->dgram = true;
	err = mini_port_bind(mini_pernet(sock_net(sk)), o, num);
	if (err)
		return err;
	inet->inet_saddr = mini_udp_source(sk, o->addr);
	inet->inet_sport = htons(o->port->num);
	WRITE_ONCE(inet->inet_num, o->port->num);
	mini_udp_hash(sk);
	return 0;
}

/**
 * mini_udp_unhash() - proto.unhash: give the port back
 * @sk: socket, owned or used by nobody else
 *
 * Context: process.
 */
void mini_udp_unhash(struct sock *sk)
{
	struct mini_net *mn = mini_pernet(sock_net(sk));
	struct mini_usock *usk = mini_usk(sk);

	MINI_CALL(sk, mini_udp_prot, unhash);
	if (!usk->owner.port)
		return;
	spin_lock_bh(&mn->udp_lock);
	hlist_del_init_rcu(&usk->link);
	spin_unlock_bh(&mn->udp_lock);
	mini_port_leave(mn, &usk->owner, true);
	WRITE_ONCE(usk->inet.inet_num, 0);
	usk->inet.inet_sport = 0;
}

/* ---- where to: addresses, ancillary data, routes ---- */

/**
 * struct mini_udp_to - where a datagram goes, and how
 * @t: addresses and ports; laddr is 0 for the route's
 * @sockc: of SOL_SOCKET's ancillary data
 * @oif: interface, 0 for the route's
 * @priority: of the packet
 * @tos: Diffserv and ECN
 * @ttl: 0 for the socket's
 * @plain: nothing of it differs from what the socket is connected to, so that
 *	the socket's route will do
 */
struct mini_udp_to {
	struct mini_tuple t;
	struct sockcm_cookie sockc;
	int oif;
	u32 priority;
	u8 tos;
	u8 ttl;
	bool plain;
};

static void mini_udp_to_init(const struct sock *sk, struct mini_udp_to *to)
{
	const struct inet_sock *inet = inet_sk(sk);

	*to = (struct mini_udp_to){
		.t.laddr = READ_ONCE(inet->inet_saddr),
		.t.lport = READ_ONCE(inet->inet_sport),
		.t.wire = IPPROTO_UDP,
		.oif = READ_ONCE(sk->sk_bound_dev_if),
		.priority = READ_ONCE(sk->sk_priority),
		.tos = READ_ONCE(inet->tos),
	};
	sockcm_init(&to->sockc, sk);
	to->sockc.mark = READ_ONCE(sk->sk_mark);
}

static int mini_udp_name(const struct sock *sk, const struct sockaddr_in *in,
			 int len, struct mini_tuple *t)
{
	if (len < (int)sizeof(*in))
		return -EINVAL;
	/* AF_UNSPEC, as Linux takes it, for programs of old */
	if (in->sin_family != AF_INET && in->sin_family != sk->sk_family &&
	    in->sin_family != AF_UNSPEC)
		return -EAFNOSUPPORT;
	t->raddr = in->sin_addr.s_addr;
	t->rport = in->sin_port;
	return 0;
}

/* Send to the address that comes with the message, or to the peer */
static int mini_udp_whither(struct sock *sk, const struct msghdr *msg,
			    struct mini_udp_to *to)
{
	const struct inet_sock *inet = inet_sk(sk);
	int err;

	if (msg->msg_name) {
		err = mini_udp_name(sk, msg->msg_name, msg->msg_namelen,
				    &to->t);
		return err ?: to->t.rport ? 0 : -EINVAL;
	}
	if (READ_ONCE(sk->sk_state) != TCP_ESTABLISHED)
		return -EDESTADDRREQ;
	to->t.raddr = READ_ONCE(inet->inet_daddr);
	to->t.rport = READ_ONCE(inet->inet_dport);
	to->plain = !ipv4_is_multicast(to->t.raddr);
	return 0;
}

/* An int within limits; IP_TOS may also be an octet */
static int mini_udp_cmsg_int(const struct cmsghdr *cmsg, int low)
{
	int val;

	if (cmsg->cmsg_len == CMSG_LEN(sizeof(int)))
		val = *(int *)CMSG_DATA(cmsg);
	else if (cmsg->cmsg_type == IP_TOS && cmsg->cmsg_len == CMSG_LEN(1))
		val = *(u8 *)CMSG_DATA(cmsg);
	else
		return -EINVAL;
	return val < low || val > U8_MAX ? -EINVAL : val;
}

static int mini_udp_cmsg(const struct cmsghdr *cmsg, struct mini_udp_to *to)
{
	const struct in_pktinfo *info = (struct in_pktinfo *)CMSG_DATA(cmsg);
	int val;

	switch (cmsg->cmsg_type) {
	case IP_PKTINFO:
		if (cmsg->cmsg_len != CMSG_LEN(sizeof(*info)))
			return -EINVAL;
		to->oif = info->ipi_ifindex ?: to->oif;
		to->t.laddr = info->ipi_spec_dst.s_addr;
		return 0;
	case IP_TTL:
		val = mini_udp_cmsg_int(cmsg, 1);
		to->ttl = max(val, 0);
		return min(val, 0);
	case IP_TOS:
		val = mini_udp_cmsg_int(cmsg, 0);
		to->tos = max(val, 0);
		to->priority = rt_tos2priority(to->tos);
		return min(val, 0);
	}
	return -EINVAL;
}

static int mini_udp_ancillary(struct sock *sk, struct msghdr *msg,
			      struct mini_udp_to *to)
{
	struct cmsghdr *cmsg;
	int err;

	if (!msg->msg_controllen)
		return 0;
	to->plain = false;
	err = sock_cmsg_send(sk, msg, &to->sockc);
	for_each_cmsghdr(cmsg, msg) {
		if (err)
			break;
		if (cmsg->cmsg_level == SOL_IP)
			err = mini_udp_cmsg(cmsg, to);
		else if (cmsg->cmsg_level == SOL_UDP)
			err = -EINVAL;	/* UDP_SEGMENT */
	}
	return err;
}

static struct rtable *mini_udp_route(struct sock *sk, struct mini_udp_to *to)
{
	struct mini_tuple *t = &to->t;
	struct flowi4 fl4;
	struct rtable *rt;

	if (ipv4_is_multicast(t->raddr)) {
		to->oif = to->oif ?: READ_ONCE(inet_sk(sk)->mc_index);
		t->laddr = t->laddr ?: READ_ONCE(inet_sk(sk)->mc_addr);
	} else {
		to->oif = to->oif ?: READ_ONCE(inet_sk(sk)->uc_index);
	}
	flowi4_init_output(&fl4, to->oif, to->sockc.mark,
			   to->tos & INET_DSCP_MASK, RT_SCOPE_UNIVERSE, t->wire,
			   inet_sk_flowi_flags(sk), t->raddr, t->laddr,
			   t->rport, t->lport, sk->sk_uid);
	security_sk_classify_flow(sk, flowi4_to_flowi_common(&fl4));
	rt = ip_route_output_flow(sock_net(sk), &fl4, sk);
	if (IS_ERR(rt))
		return rt;
	if (rt->rt_flags & RTCF_BROADCAST && !sock_flag(sk, SOCK_BROADCAST)) {
		ip_rt_put(rt);
		return ERR_PTR(-EACCES);
	}
	t->laddr = fl4.saddr;
	t->raddr = fl4.daddr;	/* 0.0.0.0 means this host */
	return rt;
}

/* The socket's own route while it is good, else one for this datagram */
static struct rtable *mini_udp_dst(struct sock *sk, struct mini_udp_to *to)
{
	struct rtable *rt;

	if (!to->plain)
		return mini_udp_route(sk, to);
	rt = (struct rtable *)sk_dst_check(sk, 0);
	if (rt)
		return rt;
	rt = mini_udp_route(sk, to);
	if (!IS_ERR(rt))
		sk_dst_set(sk, dst_clone(&rt->dst));
	return rt;
}

/**
 * mini_udp_connect() - proto.connect: choose the one peer
 * @sk: socket with a port, owned
 * @in: its address
 * @len: octets of it
 *
 * Return: 0 or an errno of connect(2).
 */
int mini_udp_connect(struct sock *sk, struct sockaddr_in *in, int len)
{
	struct inet_sock *inet = inet_sk(sk);
	struct mini_udp_to to;
	struct rtable *rt;
	int err;

	MINI_CALL(sk, mini_udp_prot, connect);
	mini_udp_to_init(sk, &to);
	err = mini_udp_name(sk, in, len, &to.t);
	if (err)
		return err;
	sk_dst_reset(sk);
	rt = mini_udp_route(sk, &to);
	if (IS_ERR(rt))
		return PTR_ERR(rt);
	if (!inet->inet_saddr)
		WRITE_ONCE(inet->inet_saddr, to.t.laddr);
	if (!inet->inet_rcv_saddr)
		WRITE_ONCE(inet->inet_rcv_saddr, to.t.laddr);
	WRITE_ONCE(inet->inet_daddr, to.t.raddr);
	WRITE_ONCE(inet->inet_dport, to.t.rport);
	WRITE_ONCE(sk->sk_state, TCP_ESTABLISHED);
	sk_dst_set(sk, &rt->dst);
	return 0;
}

/**
 * mini_udp_disconnect() - proto.disconnect: any peer again
 * @sk: socket, owned
 * @flags: none
 *
 * An address and a port that the user did not choose go as well.
 *
 * Context: process.
 * Return: 0.
 */
int mini_udp_disconnect(struct sock *sk, int flags)
{
	struct inet_sock *inet = inet_sk(sk);

	MINI_CALL(sk, mini_udp_prot, disconnect);
	WRITE_ONCE(sk->sk_state, TCP_CLOSE);
	WRITE_ONCE(inet->inet_daddr, 0);
	WRITE_ONCE(inet->inet_dport, 0);
	WRITE_ONCE(sk->sk_bound_dev_if, 0);
	if (!(sk->sk_userlocks & SOCK_BINDADDR_LOCK)) {
		WRITE_ONCE(inet->inet_rcv_saddr, 0);
		WRITE_ONCE(inet->inet_saddr, 0);
	}
	if (!(sk->sk_userlocks & SOCK_BINDPORT_LOCK))
		sk->sk_prot->unhash(sk);
	sk_dst_reset(sk);
	return 0;
}

/* ---- out ---- */

/* DF or not, by IP_MTU_DISCOVER, for a packet of @len octets; -EMSGSIZE */
static int mini_udp_frag_off(struct sock *sk, const struct dst_entry *dst,
			     u32 len, __be16 *frag_off)
{
	u32 mtu = ip_sk_use_pmtu(sk) ? dst_mtu(dst) : READ_ONCE(dst->dev->mtu);
	u8 pmtudisc = READ_ONCE(inet_sk(sk)->pmtudisc);

	if (len > mtu && !ip_sk_ignore_df(sk))
		return -EMSGSIZE;
	*frag_off = 0;
	if (pmtudisc == IP_PMTUDISC_DO || pmtudisc == IP_PMTUDISC_PROBE ||
	    (len <= dst_mtu(dst) && ip_dont_fragment(sk, dst)))
		*frag_off = htons(IP_DF);
	return 0;
}

/* The text of a datagram, with room for the headers: a page, and more pages */
static struct sk_buff *mini_udp_text(struct sock *sk, struct msghdr *msg,
				     size_t len, const struct dst_entry *dst)
{
	size_t room = LL_RESERVED_SPACE(dst->dev) + dst->header_len +
		      sizeof(struct iphdr) + MINI_UDP_HLEN;
	size_t near = min_t(size_t, len, PAGE_SIZE / 2);
	struct sk_buff *skb;
	int err;

	skb = sock_alloc_send_pskb(sk, room + near + dst->trailer_len,
				   len - near, msg->msg_flags & MSG_DONTWAIT,
				   &err, PAGE_ALLOC_COSTLY_ORDER);
	if (!skb)
		return ERR_PTR(err);
	skb_reserve(skb, room);
	skb_put(skb, near);
	skb->data_len = len - near;
	skb->len = len;
	err = skb_copy_datagram_from_iter(skb, 0, &msg->msg_iter, len);
	if (!err)
		return skb;
	kfree_skb(skb);
	return ERR_PTR(err);
}

static void mini_udp_header(struct sock *sk, struct sk_buff *skb,
			    const struct mini_tuple *t)
{
	struct udphdr *uh = skb_push(skb, MINI_UDP_HLEN);

	skb_reset_transport_header(skb);
	uh->source = t->lport;
	uh->dest = t->rport;
	uh->len = htons(skb->len);
	uh->check = 0;
	/* who sums it writes 0xffff for 0, which says that there is no sum */
	if (!sk->sk_no_check_tx)
		mini_ip_checksum(skb, t, offsetof(struct udphdr, check));
}

static u8 mini_udp_ttl(const struct sock *sk, const struct mini_udp_to *to,
		       const struct rtable *rt)
{
	const struct inet_sock *inet = inet_sk(sk);

	if (to->ttl)
		return to->ttl;
	if (rt->rt_type == RTN_MULTICAST)
		return READ_ONCE(inet->mc_ttl);
	return mini_ip_ttl(inet, (struct dst_entry *)&rt->dst);
}

/* The text becomes a packet and goes, with the reference to its route */
static int mini_udp_xmit(struct sock *sk, struct sk_buff *skb,
			 const struct mini_udp_to *to, struct rtable *rt,
			 __be16 frag_off)
{
	struct net *net = sock_net(sk);
	int err;

	skb_dst_set(skb, &rt->dst);
	skb->priority = to->priority;
	skb->mark = to->sockc.mark;
	skb->ignore_df = ip_sk_ignore_df(sk);
	mini_udp_header(sk, skb, &to->t);
	mini_ip_header(skb, &to->t, to->tos, mini_udp_ttl(sk, to, rt),
		       frag_off);
	ip_select_ident(net, skb, sk);
	MINI_INC(mini_pernet(net), OUT_DATAGRAMS);
	err = ip_local_out(net, sk, skb);
	if (err > 0)
		err = net_xmit_errno(err);
	/* a full queue is a loss like any other, unless the user wants to know */
	return err == -ENOBUFS && !inet_test_bit(RECVERR, sk) ? 0 : err;
}

/**
 * mini_udp_sendmsg() - proto.sendmsg
 * @sk: socket with a port
 * @msg: what to send, and where to if the socket is not connected
 * @len: octets
 *
 * Context: process; the socket is not locked: nothing of it changes.
 * Return: @len, or an errno.
 */
int mini_udp_sendmsg(struct sock *sk, struct msghdr *msg, size_t len)
{
	struct mini_udp_to to;
	struct sk_buff *skb;
	struct rtable *rt;
	__be16 frag_off;
	int err;

	MINI_CALL(sk, mini_udp_prot, sendmsg);
	if (len > MINI_UDP_MAX)
		return -EMSGSIZE;
	if (msg->msg_flags & (MSG_OOB | MSG_MORE))
		return -EOPNOTSUPP;
	mini_udp_to_init(sk, &to);
	err = mini_udp_whither(sk, msg, &to) ?: mini_udp_ancillary(sk, msg, &to);
	if (err)
		return err;
	rt = mini_udp_dst(sk, &to);
	if (IS_ERR(rt))
		return PTR_ERR(rt);
	if (msg->msg_flags & MSG_CONFIRM)
		dst_confirm_neigh(&rt->dst, &to.t.raddr);
	err = mini_udp_frag_off(sk, &rt->dst, sizeof(struct iphdr) +
				MINI_UDP_HLEN + len, &frag_off);
	skb = err ? ERR_PTR(err) : mini_udp_text(sk, msg, len, &rt->dst);
	if (IS_ERR(skb)) {
		ip_rt_put(rt);
		return PTR_ERR(skb);
	}
	return mini_udp_xmit(sk, skb, &to, rt, frag_off) ?: len;
}

/* ---- in ---- */

/**
 * mini_udp_check() - is it a datagram?
 * @skb: data at its UDP header, network header set; padding behind the
 *	datagram is cut off
 *
 * Return: MINI_PASS, or what is wrong with it.
 */
enum mini_drop mini_udp_check(struct sk_buff *skb)
{
	u32 len;

	if (!pskb_may_pull(skb, MINI_UDP_HLEN))
		return MINI_DROP_SHORT;
	len = ntohs(((struct udphdr *)skb->data)->len);
	if (len < MINI_UDP_HLEN || len > skb->len)
		return MINI_DROP_UDP_LEN;
	if (pskb_trim_rcsum(skb, len))
		return MINI_DROP_NO_MEM;
	/* a sum of 0 says that the sender made none (RFC 768) */
	if (skb_checksum_validate_zero_check(skb, IPPROTO_UDP,
					     ((struct udphdr *)skb->data)->check,
					     inet_compute_pseudo))
		return MINI_DROP_UDP_CSUM;
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	return MINI_PASS;
}

/* What IP_PKTINFO will tell, while the packet has its route */
static void mini_udp_pktinfo(struct sk_buff *skb)
{
	struct in_pktinfo *info = PKTINFO_SKB_CB(skb);
	__be32 here = ip_hdr(skb)->daddr;

	/* IP's own part of cb begins with the device too */
	if (info->ipi_ifindex == LOOPBACK_IFINDEX)
		info->ipi_ifindex = inet_iif(skb);
	if (skb_rtable(skb)->rt_flags & RTCF_BROADCAST)
		here = inet_select_addr(skb->dev, ip_hdr(skb)->saddr,
					RT_SCOPE_HOST);
	info->ipi_spec_dst.s_addr = here;
}

/* Into the socket's queue, if the buffer has room */
static enum mini_drop mini_udp_queue(struct sock *sk, struct sk_buff *skb)
{
	enum mini_drop why = mini_udp_check(skb);

	if (!why && sk_filter_trim_cap(sk, skb, MINI_UDP_HLEN))
		why = MINI_DROP_FILTER;
	if (why) {
		mini_sk_drop(sk, skb);
		return why;
	}
	mini_udp_pktinfo(skb);
	mini_ip_detach(skb);
	__skb_pull(skb, MINI_UDP_HLEN);
	/* it counts a drop of the socket itself */
	return __sock_queue_rcv_skb(sk, skb) ? MINI_DROP_UDP_RCV_BUF : MINI_PASS;
}

static void mini_udp_rcv_one(struct mini_net *mn, struct sock *sk,
			     struct sk_buff *skb)
{
	enum mini_drop why;

	skb_reset_transport_header(skb);
	why = skb_orphan_frags_rx(skb, GFP_ATOMIC) ? MINI_DROP_NO_MEM :
						     mini_udp_queue(sk, skb);
	if (why)
		mini_drop(mn, skb, why);
	else
		MINI_INC(mn, IN_DATAGRAMS);
}

/* A lump of datagrams, as UDP_SEGMENT makes them, or GRO: one by one again */
static void mini_udp_rcv_lump(struct mini_net *mn, struct sock *sk,
			      struct sk_buff *lump)
{
	struct sk_buff *skb, *next, *list;

	skb_reset_transport_header(lump);
	__skb_push(lump, -skb_mac_offset(lump));
	list = __skb_gso_segment(lump, NETIF_F_SG | NETIF_F_IP_CSUM, false);
	if (IS_ERR_OR_NULL(list)) {
		mini_drop(mn, lump, MINI_DROP_UDP_LEN);
		return;
	}
	consume_skb(lump);
	skb_list_walk_safe(list, skb, next) {
		skb_mark_not_on_list(skb);
		__skb_pull(skb, skb_transport_offset(skb));
		/* who made the lump has seen to the sum of the whole */
		if (skb->ip_summed == CHECKSUM_NONE)
			skb->csum_valid = 1;
		mini_udp_rcv_one(mn, sk, skb);
	}
}

/**
 * mini_udp_rcv() - a datagram from IP
 * @mn: namespace
 * @sk: whose it is, found under RCU
 * @skb: data at its UDP header, its route attached; taken
 *
 * Context: softirq or bottom halves off, RCU reader.
 */
void mini_udp_rcv(struct mini_net *mn, struct sock *sk, struct sk_buff *skb)
{
	if (skb_is_gso(skb) && skb_shinfo(skb)->gso_type &
			       (SKB_GSO_UDP_L4 | SKB_GSO_FRAGLIST))
		mini_udp_rcv_lump(mn, sk, skb);
	else
		mini_udp_rcv_one(mn, sk, skb);
}

/**
 * mini_udp_rcv_all() - a datagram to many hosts, so to all that it fits
 * @mn: namespace
 * @t: its addresses and ports, seen from here
 * @skb: data at its IP header; only looked at, for kernel UDP gets it too
 *
 * Context: softirq or bottom halves off, RCU reader.
 */
void mini_udp_rcv_all(struct mini_net *mn, const struct mini_tuple *t,
		      struct sk_buff *skb)
{
	struct mini_usock *usk;
	struct sk_buff *copy;

	hlist_for_each_entry_rcu(usk, mini_udp_chain(mn, t->lport), link) {
		if (!mini_udp_score(mini_usk_sk(usk), t, inet_iif(skb),
				    inet_sdif(skb)))
			continue;
		if (!xfrm4_policy_check(NULL, XFRM_POLICY_IN, skb))
			return;
		copy = skb_clone(skb, GFP_ATOMIC);
		if (!copy) {
			mini_sk_drop(mini_usk_sk(usk), skb);
			continue;
		}
		__skb_pull(copy, skb_network_header_len(copy));
		mini_udp_rcv(mn, mini_usk_sk(usk), copy);
	}
}

/* Who sent it, and the ancillary data that the user asked for */
static void mini_udp_tell(struct sock *sk, struct msghdr *msg,
			  struct sk_buff *skb, int off)
{
	DECLARE_SOCKADDR(struct sockaddr_in *, from, msg->msg_name);

	sock_recv_cmsgs(msg, sk, skb);
	if (from) {
		*from = (struct sockaddr_in){
			.sin_family = AF_INET,
			.sin_port = udp_hdr(skb)->source,
			.sin_addr.s_addr = ip_hdr(skb)->saddr,
		};
		msg->msg_namelen = sizeof(*from);
	}
	ip_cmsg_recv_offset(msg, sk, skb, MINI_UDP_HLEN, off);
}

/* Of a datagram, from @off, what fits; what the call returns */
static int mini_udp_copy(struct sock *sk, struct msghdr *msg,
			 struct sk_buff *skb, size_t len, int flags, int off)
{
	size_t left = skb->len - off;
	int err, ret;

	if (len > left)
		len = left;
	else if (len < skb->len)
		msg->msg_flags |= MSG_TRUNC;
	err = skb_copy_datagram_msg(skb, off, msg, len);
	if (err)
		return err;
	mini_udp_tell(sk, msg, skb, off);
	ret = flags & MSG_TRUNC ? skb->len : len;
	if (flags & MSG_PEEK)
		sk_peek_offset_fwd(sk, ret);
	else
		sk_peek_offset_bwd(sk, ret);
	return ret;
}

/**
 * mini_udp_recvmsg() - proto.recvmsg
 * @sk: socket
 * @msg: where to
 * @len: octets of room
 * @flags: MSG_PEEK, MSG_TRUNC, MSG_DONTWAIT
 *
 * Context: process; the socket is not locked, so what one reader looks at
 * another may take.
 * Return: octets delivered, with MSG_TRUNC those that there were, or an errno.
 */
int mini_udp_recvmsg(struct sock *sk, struct msghdr *msg, size_t len,
		     int flags)
{
	int off = sk_peek_offset(sk, flags);
	struct sk_buff *skb;
	int ret;

	MINI_CALL(sk, mini_udp_prot, recvmsg);
	skb = __skb_recv_datagram(sk, &sk->sk_receive_queue, flags, &off, &ret);
	if (!skb)
		return ret;
	ret = mini_udp_copy(sk, msg, skb, len, flags, off);
	skb_free_datagram(sk, skb);
	return ret;
}

/* ---- options ---- */

/* Groups are not joined; nor is a port left to connect(), which chooses none */
static int mini_udp_option_err(int level, int opt)
{
	if (level != SOL_IP)
		return -ENOPROTOOPT;
	if (opt != IP_MULTICAST_ALL && opt >= IP_ADD_MEMBERSHIP &&
	    opt <= MCAST_MSFILTER)
		return -EOPNOTSUPP;
	return mini_ip_option_ok(opt) && opt != IP_BIND_ADDRESS_NO_PORT ?
		0 : -ENOPROTOOPT;
}

/**
 * mini_udp_setsockopt() - proto.setsockopt
 * @sk: socket
 * @level: SOL_IP; SOL_UDP has nothing here
 * @opt: option
 * @optval: its value
 * @len: octets of it
 *
 * Context: process; takes the socket lock.
 * Return: 0 or an errno.
 */
int mini_udp_setsockopt(struct sock *sk, int level, int opt, sockptr_t optval,
			unsigned int len)
{
	MINI_CALL(sk, mini_udp_prot, setsockopt);
	return mini_udp_option_err(level, opt) ?:
	       ip_setsockopt(sk, level, opt, optval, len);
}

/* What ICMP has said of the way since the socket's route was found */
static void mini_udp_look_again(struct sock *sk)
{
	const struct msghdr none = { };
	struct mini_udp_to to;
	struct rtable *rt;

	mini_udp_to_init(sk, &to);
	if (mini_udp_whither(sk, &none, &to))
		return;
	rt = mini_udp_dst(sk, &to);
	if (!IS_ERR(rt))
		ip_rt_put(rt);
}

/**
 * mini_udp_getsockopt() - proto.getsockopt
 * @sk: socket
 * @level: SOL_IP
 * @opt: option
 * @optval: where its value goes
 * @optlen: octets of room there; set to what was written
 *
 * Context: process; takes the socket lock.
 * Return: 0 or an errno.
 */
int mini_udp_getsockopt(struct sock *sk, int level, int opt,
			char __user *optval, int __user *optlen)
{
	int err = mini_udp_option_err(level, opt);

	MINI_CALL(sk, mini_udp_prot, getsockopt);
	if (!err && opt == IP_MTU)
		mini_udp_look_again(sk);
	return err ?: ip_getsockopt(sk, level, opt, optval, optlen);
}
