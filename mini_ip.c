// SPDX-License-Identifier: GPL-2.0-only
/*
 * The IPv4 edge: packets in from a netfilter hook (protocols 6 and 17, which
 * belong to kernel TCP and UDP) and from a protocol handler (253, which is
 * ours), segments out by ip_local_out(), and routes.
 *
 * In, protocols 6 and 17. The hook sits just before conntrack's confirmation, the
 * last of LOCAL_IN. What is not ours goes on untouched, and the kernel
 * answers it as ever. What is ours we steal, so we have to do what
 * ip_local_deliver_finish() and those behind us would have done: confirm the
 * conntrack entry, ask the IPsec policy, verify the checksum, take over user
 * pages of a zero-copy sender, and drop what the packet holds of the
 * conntrack and the route. It has been through the firewall already.
 */
#include <linux/netfilter_ipv4.h>
#include <net/inet_dscp.h>
#include <net/ip.h>
#include <net/protocol.h>
#include <net/route.h>
#include <net/xfrm.h>
#if IS_ENABLED(CONFIG_NF_CONNTRACK)
#include <net/netfilter/nf_conntrack.h>
#endif
#include <mini/call.h>
#include <mini/compat.h>
#include <mini/ip.h>
#include <mini/tables.h>
#include <mini/tcp.h>
#include <mini/udp.h>

/* ---- time ---- */

static u64 mini_ip_now_us(void)
{
	return div_u64(ktime_get_ns(), NSEC_PER_USEC);
}

/* One tick more: a timer may fire in the last moment of a tick */
static bool mini_ip_arm_coarse(struct mini_timer *t, u64 delay_us)
{
	unsigned long ticks = delay_us < USEC_PER_SEC ?
		usecs_to_jiffies(delay_us) :
		msecs_to_jiffies(div_u64(delay_us, USEC_PER_MSEC));

	return !mod_timer(&t->tl, jiffies + ticks + 1);
}

static struct hrtimer *mini_ip_fine(struct mini_timer *t)
{
	return &container_of(t, struct mini_fine_timer, t)->hr;
}

static bool mini_ip_arm_fine(struct mini_timer *t, u64 delay_us)
{
	struct hrtimer *hr = mini_ip_fine(t);
	bool idle = hrtimer_try_to_cancel(hr) != 1;

	hrtimer_start(hr, ns_to_ktime(delay_us * NSEC_PER_USEC),
		      HRTIMER_MODE_REL_PINNED_SOFT);
	return idle;
}

static bool mini_ip_arm(struct mini_timer *t, u64 delay_us)
{
	return t->fine ? mini_ip_arm_fine(t, delay_us) :
			 mini_ip_arm_coarse(t, delay_us);
}

static bool mini_ip_stop(struct mini_timer *t)
{
	return t->fine ? hrtimer_try_to_cancel(mini_ip_fine(t)) == 1 :
			 timer_delete(&t->tl);
}

static void mini_ip_timer_clear(struct mini_timer *t,
				void (*fire)(struct mini_timer *t), bool fine)
{
	t->fire = fire;
	t->at_us = 0;
	t->armed_us = 0;
	t->fine = fine;
}

static void mini_ip_timer_fired(struct timer_list *tl)
{
	struct mini_timer *t = timer_container_of(t, tl, tl);

	t->fire(t);
}

/**
 * mini_ip_timer_setup() - a timer for mini_ip_ops.arm
 * @t: timer
 * @fire: what it does
 */
void mini_ip_timer_setup(struct mini_timer *t,
			 void (*fire)(struct mini_timer *t))
{
	mini_ip_timer_clear(t, fire, false);
	timer_setup(&t->tl, mini_ip_timer_fired, 0);
}

static enum hrtimer_restart mini_ip_fine_timer_fired(struct hrtimer *hr)
{
	struct mini_fine_timer *f = container_of(hr, struct mini_fine_timer,
						 hr);

	f->t.fire(&f->t);
	return HRTIMER_NORESTART;
}

/**
 * mini_ip_fine_timer_setup() - the same for one that is exact
 * @f: timer; its @t is what mini_ip_ops.arm takes
 * @fire: what it does
 */
void mini_ip_fine_timer_setup(struct mini_fine_timer *f,
			      void (*fire)(struct mini_timer *t))
{
	mini_ip_timer_clear(&f->t, fire, true);
	mini_hrtimer_setup(&f->hr, mini_ip_fine_timer_fired, CLOCK_MONOTONIC,
			   HRTIMER_MODE_REL_PINNED_SOFT);
}

/* ---- routes ---- */

/*
 * Any device will do for GSO: the stack cuts and sums in software where the
 * device cannot. Not so when IPsec puts headers between us and it.
 */
static void mini_ip_caps(struct sock *sk, struct dst_entry *dst)
{
	sk_setup_caps(sk, dst);
	if (dst->header_len)
		sk->sk_route_caps &= ~NETIF_F_GSO_MASK;
	else
		sk->sk_route_caps |= NETIF_F_GSO | NETIF_F_GSO_SOFTWARE |
				     NETIF_F_SG | NETIF_F_HW_CSUM;
}

/* A route to one host: what claims to come from many is not answered */
static struct rtable *mini_ip_one_host(struct rtable *rt)
{
	if (IS_ERR(rt) ||
	    !(rt->rt_flags & (RTCF_MULTICAST | RTCF_BROADCAST)))
		return rt;
	ip_rt_put(rt);
	return ERR_PTR(-ENETUNREACH);
}

static int mini_ip_route(struct sock *sk)
{
	struct mini_sock *msk = mini_sk(sk);
	struct inet_sock *inet = inet_sk(sk);
	struct mini_tuple *t = &msk->ep.t;
	struct flowi4 fl4;
	struct rtable *rt;

	flowi4_init_output(&fl4, READ_ONCE(sk->sk_bound_dev_if),
			   READ_ONCE(sk->sk_mark), inet->tos & INET_DSCP_MASK,
			   RT_SCOPE_UNIVERSE, t->wire, inet_sk_flowi_flags(sk),
			   t->raddr, t->laddr, t->rport, t->lport, sk->sk_uid);
	security_sk_classify_flow(sk, flowi4_to_flowi_common(&fl4));
	rt = mini_ip_one_host(ip_route_output_flow(sock_net(sk), &fl4, sk));
	if (IS_ERR(rt))
		return PTR_ERR(rt);
	t->raddr = fl4.daddr;	/* 0.0.0.0 means this host */
	if (!t->laddr) {
		t->laddr = fl4.saddr;
		inet->inet_saddr = fl4.saddr;
		inet->inet_rcv_saddr = fl4.saddr;
	}
	mini_ip_caps(sk, &rt->dst);
	return 0;
}

/* The cached route, or a new one when it is stale; owned, RCU reader */
static struct dst_entry *mini_ip_dst(struct sock *sk)
{
	struct dst_entry *dst = __sk_dst_check(sk, 0);

	if (dst || mini_ip_route(sk))
		return dst;
	return __sk_dst_get(sk);
}

/* What @of says of the route; without one, what any host takes */
static u32 mini_ip_mtu_of(struct sock *sk,
			  u32 (*of)(const struct dst_entry *dst))
{
	struct dst_entry *dst;
	u32 mtu = MINI_MSS_DEFAULT + MINI_HLEN;

	rcu_read_lock();
	dst = mini_ip_dst(sk);
	if (dst)
		mtu = of(dst);
	rcu_read_unlock();
	return mtu;
}

static u32 mini_ip_mtu(struct sock *sk)
{
	return mini_ip_mtu_of(sk, dst_mtu);
}

/*
 * What may come from there: the route's if somebody has set one, else the
 * device's; but not what was learned of the way there (RFC 1191 3.1), which
 * need not be the way back.
 */
static u32 mini_ip_dst_link_mtu(const struct dst_entry *dst)
{
	u32 mss = dst_metric_raw(dst, RTAX_ADVMSS);
	u32 mtu = dst_metric_raw(dst, RTAX_MTU) ?: READ_ONCE(dst->dev->mtu);

	if (mss)
		mtu = mss + MINI_HLEN;
	return clamp_t(u32, mtu, MINI_MTU_MIN, IP_MAX_MTU);
}

static u32 mini_ip_link_mtu(struct sock *sk)
{
	return mini_ip_mtu_of(sk, mini_ip_dst_link_mtu);
}

static void mini_ip_advise(struct sock *sk)
{
	dst_negative_advice(sk);
}

static struct rtable *mini_ip_reply_route(struct mini_net *mn,
					  const struct mini_reply *r)
{
	struct flowi4 fl4;

	flowi4_init_output(&fl4, r->oif, r->mark, r->tos & INET_DSCP_MASK,
			   RT_SCOPE_UNIVERSE, r->t.wire, r->flow_flags,
			   r->t.raddr, r->t.laddr, r->t.rport, r->t.lport,
			   sock_net_uid(mn->net, NULL));
	return mini_ip_one_host(ip_route_output_flow(mn->net, &fl4, NULL));
}

static u32 mini_ip_reply_mtu(struct mini_net *mn, const struct mini_reply *r)
{
	struct rtable *rt = mini_ip_reply_route(mn, r);
	u32 mtu;

	if (IS_ERR(rt))
		return MINI_MSS_DEFAULT + MINI_HLEN;
	mtu = mini_ip_dst_link_mtu(&rt->dst);
	ip_rt_put(rt);
	return mtu;
}

/* ---- out ---- */

#define MINI_TCP_CSUM_OFFSET	16	/* of the checksum in a TCP header */

/**
 * mini_ip_checksum() - have the device sum the packet, or IP for it
 * @skb: data at the header of the protocol above IP
 * @t: for the pseudo header
 * @offset: of the checksum in that header
 */
void mini_ip_checksum(struct sk_buff *skb, const struct mini_tuple *t,
		      u16 offset)
{
	__sum16 pseudo = ~csum_tcpudp_magic(t->laddr, t->raddr, skb->len,
					    t->wire, 0);

	put_unaligned(pseudo, (__sum16 *)(skb->data + offset));
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offset;
}

/**
 * mini_ip_header() - the IPv4 header; ip_local_out() fills length and checksum
 * @skb: data at the header of the protocol above IP
 * @t: addresses and protocol
 * @tos: Diffserv and ECN
 * @ttl: time to live
 * @frag_off: DF or not
 *
 * Return: the header, whose number is 0.
 */
struct iphdr *mini_ip_header(struct sk_buff *skb, const struct mini_tuple *t,
			     u8 tos, u8 ttl, __be16 frag_off)
{
	struct iphdr *iph = skb_push(skb, sizeof(*iph));

	skb_reset_network_header(skb);
	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tos = tos;
	iph->id = 0;
	iph->frag_off = frag_off;
	iph->ttl = ttl;
	iph->protocol = t->wire;
	iph->saddr = t->laddr;
	iph->daddr = t->raddr;
	skb->protocol = htons(ETH_P_IP);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	return iph;
}

/**
 * mini_ip_ttl() - IP_TTL, or what the route says
 * @inet: socket
 * @dst: route
 */
u8 mini_ip_ttl(const struct inet_sock *inet, struct dst_entry *dst)
{
	return inet->uc_ttl < 0 ? ip4_dst_hoplimit(dst) : inet->uc_ttl;
}

/*
 * IP's numbers, one for each segment of a GSO packet. Not by
 * ip_select_ident_segs(): to other than kernel TCP it gives the number after
 * those it has counted, so a GSO packet has numbers of those that follow it.
 */
static __be16 mini_ip_id(struct inet_sock *inet, const struct sk_buff *skb)
{
	int segs = mini_skb_segs(skb);

	return htons(atomic_fetch_add(segs, &inet->inet_id));
}

static int mini_ip_xmit(struct sock *sk, struct sk_buff *skb)
{
	struct mini_sock *msk = mini_sk(sk);
	struct dst_entry *dst;
	struct iphdr *iph;
	int err;

	rcu_read_lock();
	dst = mini_ip_dst(sk);
	if (!dst) {
		rcu_read_unlock();
		kfree_skb_reason(skb, SKB_DROP_REASON_IP_OUTNOROUTES);
		return -EHOSTUNREACH;
	}
	skb_dst_set_noref(skb, dst);
	mini_ip_checksum(skb, &msk->ep.t, MINI_TCP_CSUM_OFFSET);
	/* the socket layer keeps the user's IP_TOS off the ECN field */
	iph = mini_ip_header(skb, &msk->ep.t,
			     msk->inet.tos | mini_cb(skb)->ecn,
			     mini_ip_ttl(&msk->inet, dst),
			     ip_dont_fragment(sk, dst) ? htons(IP_DF) : 0);
	iph->id = mini_ip_id(&msk->inet, skb);
	skb_set_owner_w(skb, sk);
	skb_set_hash_from_sk(skb, sk);
	skb->priority = READ_ONCE(sk->sk_priority);
	skb->mark = READ_ONCE(sk->sk_mark);
	err = ip_local_out(sock_net(sk), sk, skb);
	rcu_read_unlock();
	return net_xmit_eval(err);
}

static int mini_ip_reply(struct mini_net *mn, const struct mini_reply *r,
			 struct sk_buff *skb)
{
	struct rtable *rt = mini_ip_reply_route(mn, r);
	int err;

	if (IS_ERR(rt)) {
		kfree_skb_reason(skb, SKB_DROP_REASON_IP_OUTNOROUTES);
		return PTR_ERR(rt);
	}
	skb_dst_set(skb, &rt->dst);
	mini_ip_checksum(skb, &r->t, MINI_TCP_CSUM_OFFSET);
	mini_ip_header(skb, &r->t, r->tos,
		       r->ttl > 0 ? r->ttl : ip4_dst_hoplimit(&rt->dst),
		       htons(IP_DF));
	skb->mark = r->mark;
	skb->priority = r->priority;
	err = ip_local_out(mn->net, NULL, skb);
	return net_xmit_eval(err);	/* a macro: it names its argument twice */
}

/* RFC 6528: a clock of 4 us and a keyed hash of the connection */
static u32 mini_ip_isn(struct mini_net *mn, const struct mini_tuple *t)
{
	u32 ports = (__force u32)t->lport << 16 | (__force u32)t->rport;
	u64 f = siphash_4u32((__force u32)t->laddr, (__force u32)t->raddr,
			     ports, t->wire, &mn->isn_key);

	return (u32)f + (u32)(mini_ip_now_us() >> 2);
}

/*
 * One for each pair of hosts, and not for each connection: TIME-WAIT compares
 * the timestamps of two connections in a row (RFC 6191).
 */
static u32 mini_ip_ts_offset(struct mini_net *mn, const struct mini_tuple *t)
{
	return siphash_2u32((__force u32)t->laddr, (__force u32)t->raddr,
			    &mn->isn_key);
}

const struct mini_ip_ops mini_ipv4_ops = {
	.now_us		= mini_ip_now_us,
	.arm		= mini_ip_arm,
	.stop		= mini_ip_stop,
	.route		= mini_ip_route,
	.mtu		= mini_ip_mtu,
	.link_mtu	= mini_ip_link_mtu,
	.reply_mtu	= mini_ip_reply_mtu,
	.advise		= mini_ip_advise,
	.xmit		= mini_ip_xmit,
	.reply		= mini_ip_reply,
	.isn		= mini_ip_isn,
	.ts_offset	= mini_ip_ts_offset,
	.port_range	= mini_ip_port_range,
	.hold_port	= mini_ip_hold_port,
	.drop_port	= mini_ip_drop_port,
	.foreign	= mini_ip_foreign,
};

/* ---- in ---- */

/* The tuple of a packet that came in, seen from here */
static bool mini_ip_tuple(const struct sk_buff *skb, unsigned int thoff,
			  struct mini_tuple *t)
{
	const struct iphdr *iph = ip_hdr(skb);
	__be16 buf[2];
	const __be16 *ports = skb_header_pointer(skb, thoff, sizeof(buf), buf);

	if (!ports)
		return false;
	t->raddr = iph->saddr;
	t->laddr = iph->daddr;
	t->rport = ports[0];
	t->lport = ports[1];
	t->wire = iph->protocol;
	return true;
}

/*
 * The route that packets of a connection come in by is kept with the socket, as
 * kernel TCP keeps its own, so that IP need not look it up for each.
 * sk_rx_dst is read under RCU and changed by xchg(): the owner takes it away.
 */
static void mini_ip_keep_route(struct sock *sk, const struct sk_buff *skb)
{
	struct dst_entry *dst = skb_dst(skb), *old;

	if (likely(rcu_access_pointer(sk->sk_rx_dst) == dst) ||
	    !dst_hold_safe(dst))
		return;
	bh_lock_sock_nested(sk);
	old = unrcu_pointer(xchg(&sk->sk_rx_dst, RCU_INITIALIZER(dst)));
	WRITE_ONCE(sk->sk_rx_dst_ifindex, skb->skb_iif);
	bh_unlock_sock(sk);
	dst_release(old);
}

/*
 * Before IP looks for the route of a packet that came in: is it one of a
 * connection that knows? What its first packets passed, martian addresses and
 * rp_filter, is not looked at again, as with kernel TCP's early demultiplexing.
 */
static unsigned int mini_ip_early(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	struct mini_net *mn = mini_pernet(state->net);
	struct dst_entry *dst;
	struct mini_tuple t;
	struct sock *sk;

	MINI_CALL_NET(mn, mini_ip_hooks, early);
	if (!mn->sysctl.early_demux ||
	    ip_hdr(skb)->protocol != IPPROTO_TCP || skb_dst(skb) || skb->sk ||
	    skb->pkt_type != PACKET_HOST || ip_is_fragment(ip_hdr(skb)) ||
	    netif_is_l3_slave(skb->dev) ||	/* it will come again */
	    !mini_ip_tuple(skb, ip_hdrlen(skb), &t))
		return NF_ACCEPT;
	sk = mini_lookup_connected(mn, &t);
	if (!sk)
		return NF_ACCEPT;
	dst = rcu_dereference(sk->sk_rx_dst);
	if (dst && READ_ONCE(sk->sk_rx_dst_ifindex) == skb->skb_iif &&
	    dst_check(dst, 0))
		skb_dst_set_noref(skb, dst);
	return NF_ACCEPT;
}

/*
 * The packet's data is at the TCP header. Make the header linear, verify the
 * checksum, and cut all ties to what lies below.
 */
static enum mini_drop mini_ip_prepare(struct sk_buff *skb)
{
	if (!pskb_may_pull(skb, MINI_TCP_HLEN) ||
	    !pskb_may_pull(skb, max_t(u32, (skb->data[12] >> 4) * 4,
				      MINI_TCP_HLEN)))
		return MINI_DROP_SHORT;
	if (skb_checksum_validate(skb, ip_hdr(skb)->protocol,
				  inet_compute_pseudo))
		return MINI_DROP_CSUM;
	if (skb_orphan_frags_rx(skb, GFP_ATOMIC))
		return MINI_DROP_NO_MEM;
	/* it will never be sent on: a checksum half done is as good as done */
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	return MINI_PASS;
}

/**
 * mini_ip_detach() - cut all ties to what lies below
 * @skb: packet that is ours to keep
 */
void mini_ip_detach(struct sk_buff *skb)
{
	skb_orphan(skb);
	nf_reset_ct(skb);
	skb_ext_reset(skb);
	skb_dst_drop(skb);
	skb_clear_delivery_time(skb);
	skb->dev = NULL;
}

/* IP_MINTTL: it has come through more routers than the user will have */
static bool mini_ip_too_far(const struct mini_dest *d, u8 ttl)
{
	const struct sock *sk = mini_dest_sk(d);

	return sk && ttl < READ_ONCE(inet_sk(sk)->min_ttl);
}

/* For the two inputs alike: a packet of ours, its data at the TCP header */
static void mini_ip_deliver(struct mini_net *mn, const struct mini_tuple *t,
			    const struct mini_dest *d, struct sk_buff *skb)
{
	enum mini_drop why;

	if (mini_ip_too_far(d, ip_hdr(skb)->ttl)) {
		mini_drop(mn, skb, MINI_DROP_MIN_TTL);
		return;
	}
	skb_reset_transport_header(skb);
	why = skb_rtable(skb)->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST) ?
		MINI_DROP_BAD_SOURCE : mini_ip_prepare(skb);
	if (why) {
		mini_drop(mn, skb, why);
		return;
	}
	if (d->ep && d->ep->kind == MINI_KIND_SOCK && skb->dev)
		mini_ip_keep_route(mini_ep_sk(d->ep), skb);
	mini_ip_detach(skb);
	mini_cb(skb)->ecn = ip_hdr(skb)->tos & MINI_ECN_MASK;
	mini_tcp_rcv(mn, t, d, skb);
}

/* Do conntrack's part for a packet that its own hook will not see */
static unsigned int mini_ip_confirm(struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_NF_CONNTRACK)
	const struct nf_ct_hook *hook;
	enum ip_conntrack_info info;
	struct nf_conn *ct = nf_ct_get(skb, &info);

	if (!ct || nf_ct_is_confirmed(ct))
		return NF_ACCEPT;
	hook = rcu_dereference(nf_ct_hook);
	if (hook)
		return hook->confirm(skb) & NF_VERDICT_MASK;
#endif
	return NF_ACCEPT;
}

/*
 * What IP would do before it hands the packet up. True: it is ours, its data at
 * the header of its protocol; false: it has ended here.
 */
static bool mini_ip_take(struct mini_net *mn, struct sk_buff *skb)
{
	unsigned int verdict = mini_ip_confirm(skb);

	if (verdict == NF_STOLEN)
		return false;
	if (verdict != NF_ACCEPT) {
		mini_drop(mn, skb, MINI_DROP_CONNTRACK);
		return false;
	}
	if (!xfrm4_policy_check(NULL, XFRM_POLICY_IN, skb)) {
		mini_drop(mn, skb, MINI_DROP_POLICY);
		return false;
	}
	__IP_INC_STATS(mn->net, IPSTATS_MIB_INDELIVERS);
	__skb_pull(skb, skb_network_header_len(skb));
	return true;
}

static unsigned int mini_ip_look_tcp(struct mini_net *mn, struct sk_buff *skb)
{
	struct mini_tuple t;
	struct mini_dest d;

	if (!mini_ip_tuple(skb, ip_hdrlen(skb), &t) ||
	    !mini_lookup(mn, &t, inet_iif(skb), inet_sdif(skb), &d))
		return NF_ACCEPT;
	if (mini_ip_take(mn, skb))
		mini_ip_deliver(mn, &t, &d, skb);
	return NF_STOLEN;
}

static unsigned int mini_ip_look_udp(struct mini_net *mn, struct sk_buff *skb)
{
	struct mini_tuple t;
	struct sock *sk;

	if (!mini_ip_tuple(skb, ip_hdrlen(skb), &t))
		return NF_ACCEPT;
	if (skb_rtable(skb)->rt_flags & RTCF_BROADCAST) {
		mini_udp_rcv_all(mn, &t, skb);
		return NF_ACCEPT;
	}
	if (skb->pkt_type != PACKET_HOST)
		return NF_ACCEPT;
	sk = mini_udp_lookup(mn, &t, inet_iif(skb), inet_sdif(skb));
	if (!sk)
		return NF_ACCEPT;
	if (mini_ip_take(mn, skb))
		mini_udp_rcv(mn, sk, skb);
	return NF_STOLEN;
}

static unsigned int mini_ip_look(struct mini_net *mn, struct sk_buff *skb)
{
	u8 protocol = ip_hdr(skb)->protocol;

	/* early demultiplexing or a proxy has given it to somebody */
	if (skb->sk)
		return NF_ACCEPT;
	if (protocol == IPPROTO_UDP)
		return mini_ip_look_udp(mn, skb);
	if (skb->pkt_type != PACKET_HOST)
		return NF_ACCEPT;
	switch (protocol) {
	case IPPROTO_ICMP:
		mini_icmp_look(mn, skb);
		break;
	case IPPROTO_TCP:
		return mini_ip_look_tcp(mn, skb);
	}
	return NF_ACCEPT;
}

/*
 * A packet that a user program has had in its hands (NFQUEUE) comes back in
 * that program's context, bottom halves on; our locks want them off.
 */
static unsigned int mini_ip_hook(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	struct mini_net *mn = mini_pernet(state->net);
	unsigned int verdict;

	MINI_CALL_NET(mn, mini_ip_hooks, input);
	local_bh_disable();
	verdict = mini_ip_look(mn, skb);
	local_bh_enable();
	return verdict;
}

const struct nf_hook_ops mini_ip_hooks[MINI_IP_HOOKS] = {
	{
		.hook		= mini_ip_early,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= NF_IP_PRI_LAST,
	},
	{
		.hook		= mini_ip_hook,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_LOCAL_IN,
		.priority	= NF_IP_PRI_CONNTRACK_CONFIRM - 1,
	},
};

/* Protocol 253: the textbook way. Nobody else answers for it. */
static int mini_ip_rcv_twin(struct sk_buff *skb)
{
	struct mini_net *mn = mini_pernet(dev_net(skb->dev));
	struct mini_tuple t;
	struct mini_dest d;

	MINI_CALL_NET(mn, mini_ip_twin, handler);
	if (skb->pkt_type != PACKET_HOST || !mini_ip_tuple(skb, 0, &t)) {
		mini_drop(mn, skb, MINI_DROP_SHORT);
		return 0;
	}
	mini_lookup(mn, &t, inet_iif(skb), inet_sdif(skb), &d);
	mini_ip_deliver(mn, &t, &d, skb);
	return 0;
}

const struct net_protocol mini_ip_twin = {
	.handler	= mini_ip_rcv_twin,
	.err_handler	= mini_icmp_rcv_twin,
};

/**
 * mini_ip_net_hook() - a namespace has its first socket
 * @net: namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int mini_ip_net_hook(struct net *net)
{
	return nf_register_net_hooks(net, mini_ip_hooks,
				     ARRAY_SIZE(mini_ip_hooks));
}

/**
 * mini_ip_net_unhook() - it goes
 * @net: namespace
 *
 * When this returns no packet is in the hook any more.
 */
void mini_ip_net_unhook(struct net *net)
{
	nf_unregister_net_hooks(net, mini_ip_hooks, ARRAY_SIZE(mini_ip_hooks));
}

/**
 * mini_ip_init() - at load
 *
 * Return: 0, or -EBUSY when somebody has IP protocol 253.
 */
int mini_ip_init(void)
{
	return inet_add_protocol(&mini_ip_twin, IPPROTO_MINI) ? -EBUSY : 0;
}

/**
 * mini_ip_exit() - at unload; waits for packets under way
 */
void mini_ip_exit(void)
{
	inet_del_protocol(&mini_ip_twin, IPPROTO_MINI);
}
