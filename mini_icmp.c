// SPDX-License-Identifier: GPL-2.0-only
/*
 * ICMP errors about what we have sent: whose packet is it that is quoted, and
 * what does that mean to its connection (tcp/icmp.c)? For protocols 6 and 17
 * they are seen by the hook of mini_ip.c, on their way to icmp_rcv(); for 253 it
 * tells.
 */
#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <linux/netfilter_ipv4.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/route.h>
#include <mini/call.h>
#include <mini/compat.h>
#include <mini/ip.h>
#include <mini/lookup.h>
#include <mini/tcp.h>
#include <mini/udp.h>

/**
 * struct mini_quote - the packet that an ICMP error is about
 * @t: connection, seen from here
 * @seq: SEG.SEQ
 * @skb: the ICMP packet
 * @daddr: where its destination address stands in @skb, from skb->data
 * @off: where its TCP or UDP header begins, from skb->data
 */
struct mini_quote {
	struct mini_tuple t;
	u32 seq;
	struct sk_buff *skb;
	unsigned int daddr;
	unsigned int off;
};

static bool mini_icmp_quote(struct sk_buff *skb, unsigned int off,
			    struct mini_quote *q)
{
	struct iphdr ibuf;
	__be16 pbuf[4];
	const struct iphdr *iph;
	const __be16 *th;

	iph = skb_header_pointer(skb, off, sizeof(ibuf), &ibuf);
	if (!iph || iph->version != 4 || iph->ihl < 5 ||
	    iph->frag_off & htons(IP_OFFSET))
		return false;
	th = skb_header_pointer(skb, off + iph->ihl * 4, sizeof(pbuf), pbuf);
	if (!th)
		return false;
	q->t.laddr = iph->saddr;
	q->t.raddr = iph->daddr;
	q->t.lport = th[0];
	q->t.rport = th[1];
	q->t.wire = iph->protocol;
	q->seq = get_unaligned_be32(th + 2);
	q->skb = skb;
	q->daddr = off + offsetof(struct iphdr, daddr);
	q->off = off + iph->ihl * 4;
	return true;
}

/* A smaller MTU on the way: for the route first, then for the connection */
static void mini_icmp_mtu(struct sock *sk, u32 seq, u32 mtu)
{
	struct mini_sock *msk = mini_sk(sk);
	struct dst_entry *dst;

	if (!mini_tcp_icmp_valid(msk, seq) || !ip_sk_accept_pmtu(sk))
		return;
	/* the owner may be at the cached route: only look, and hold it */
	dst = sk_dst_get(sk);
	if (dst && mtu < dst_mtu(dst))
		dst->ops->update_pmtu(dst, sk, NULL, mtu, true);
	dst_release(dst);
	if (sock_owned_by_user(sk))
		set_bit(MINI_DEFER_MTU, &msk->deferred);
	else
		mini_tcp_frag_needed(sk);
}

/* The errno of an ICMP error, positive; 0 for one that says nothing to us */
static int mini_icmp_errno(u8 type, u8 code)
{
	int err = 0;

	switch (type) {
	case ICMP_DEST_UNREACH:
		if (code <= NR_ICMP_UNREACH)
			err = icmp_err_convert[code].errno;
		break;
	case ICMP_PARAMETERPROB:
		err = EPROTO;
		break;
	case ICMP_TIME_EXCEEDED:
		err = EHOSTUNREACH;
		break;
	}
	return err;
}

/*
 * For recvmsg(MSG_ERRQUEUE), as ip(7) has it under IP_RECVERR: what is quoted
 * from @q->off on, where it was to go, and who said that it did not.
 */
static void mini_icmp_queue(struct sock *sk, const struct mini_quote *q,
			    u8 type, u8 code, u32 info)
{
	struct sk_buff *skb = skb_clone(q->skb, GFP_ATOMIC);
	struct sock_exterr_skb *serr;

	if (!skb)
		return;
	nf_reset_ct(skb);
	serr = SKB_EXT_ERR(skb);
	memset(serr, 0, sizeof(*serr));
	serr->ee.ee_errno = mini_icmp_errno(type, code);
	serr->ee.ee_origin = SO_EE_ORIGIN_ICMP;
	serr->ee.ee_type = type;
	serr->ee.ee_code = code;
	serr->ee.ee_info = info;
	serr->addr_offset = skb->data + q->daddr - skb_network_header(skb);
	serr->port = q->t.rport;
	if (!pskb_may_pull(skb, q->off) || !__skb_pull(skb, q->off) ||
	    sock_queue_err_skb(sk, skb))
		kfree_skb(skb);
}

/* The kernel's routes look for the quoted header at the packet's data */
static bool mini_icmp_pull(const struct mini_quote *q)
{
	if (!pskb_may_pull(q->skb, q->off))
		return false;
	__skb_pull(q->skb, q->daddr - offsetof(struct iphdr, daddr));
	return true;
}

static void mini_icmp_push(const struct mini_quote *q)
{
	__skb_push(q->skb, q->daddr - offsetof(struct iphdr, daddr));
}

/*
 * Another router is nearer (RFC 1122 3.2.2.2): for the route that the socket has.
 * The kernel, which hears of it next, learns it for the route of a socket of its
 * own, and of no other; which the placeholder of a UDP port is, but that of a TCP
 * port has no connection.
 */
static void mini_icmp_redirect(struct sock *sk, const struct mini_quote *q)
{
	struct dst_entry *dst;

	if (!mini_tcp_icmp_valid(mini_sk(sk), q->seq) || !mini_icmp_pull(q))
		return;
	dst = sk_dst_get(sk);
	if (dst)
		dst->ops->redirect(dst, sk, q->skb);
	dst_release(dst);
	mini_icmp_push(q);
}

static void mini_icmp_sock(struct sock *sk, const struct mini_quote *q,
			   u8 type, u8 code, u32 mtu)
{
	int err = mini_icmp_errno(type, code);

	bh_lock_sock(sk);
	if (type == ICMP_REDIRECT) {
		mini_icmp_redirect(sk, q);
		goto out;
	}
	if (type == ICMP_DEST_UNREACH && code == ICMP_FRAG_NEEDED) {
		mini_icmp_mtu(sk, q->seq, mtu);
		goto out;
	}
	if (err && mini_tcp_icmp_ends(sk, q->seq))
		mini_icmp_queue(sk, q, type, code, mtu);
	if (err && !sock_owned_by_user(sk))
		mini_tcp_icmp(sk, q->seq, err);
	else if (err)
		WRITE_ONCE(sk->sk_err_soft, err);
out:
	bh_unlock_sock(sk);
}

static void mini_icmp_err(struct mini_net *mn, const struct mini_quote *q,
			  u8 type, u8 code, u32 mtu)
{
	struct mini_dest d;

	if (mini_lookup(mn, &q->t, inet_iif(q->skb), inet_sdif(q->skb), &d) &&
	    d.ep && d.ep->kind == MINI_KIND_SOCK)
		mini_icmp_sock(mini_ep_sk(d.ep), q, type, code, mtu);
}

/*
 * A smaller MTU on the way of a datagram, which need not be its socket's route.
 * Kernel UDP, which hears of it next, learns it of any datagram in some
 * releases, and in others only where it finds a socket of its own.
 */
static void mini_icmp_path(const struct sock *sk, const struct mini_quote *q,
			   u32 mtu)
{
	if (!ip_sk_accept_pmtu(sk) || !mini_icmp_pull(q))
		return;
	ipv4_update_pmtu(q->skb, sock_net(sk), mtu,
			 READ_ONCE(sk->sk_bound_dev_if), IPPROTO_UDP);
	mini_icmp_push(q);
}

/* Is it for who is connected to hear of, without having asked (udp(7))? */
static bool mini_icmp_hard(const struct sock *sk, u8 type, u8 code)
{
	if (type != ICMP_DEST_UNREACH)
		return type == ICMP_PARAMETERPROB;
	if (code == ICMP_FRAG_NEEDED)
		return READ_ONCE(inet_sk(sk)->pmtudisc) != IP_PMTUDISC_DONT;
	return icmp_err_convert[code].fatal;
}

static void mini_icmp_udp(struct mini_net *mn, struct mini_quote *q, u8 type,
			  u8 code, u32 mtu)
{
	bool frag_needed = type == ICMP_DEST_UNREACH && code == ICMP_FRAG_NEEDED;
	struct sock *sk = mini_udp_lookup(mn, &q->t, inet_iif(q->skb),
					  inet_sdif(q->skb));
	bool hard;

	if (!sk)
		return;
	MINI_INC(mn, ICMP_ERRORS);
	if (frag_needed)
		mini_icmp_path(sk, q, mtu);
	hard = mini_icmp_hard(sk, type, code);
	if (frag_needed && !hard)
		return;
	if (inet_test_bit(RECVERR, sk)) {
		q->off += MINI_UDP_HLEN;
		mini_icmp_queue(sk, q, type, code, frag_needed ? mtu : 0);
	} else if (!hard || READ_ONCE(sk->sk_state) != TCP_ESTABLISHED) {
		return;
	}
	WRITE_ONCE(sk->sk_err, mini_icmp_errno(type, code));
	sk_error_report(sk);
}

/**
 * mini_icmp_look() - an ICMP packet has come in
 * @mn: namespace
 * @skb: data at its IP header; icmp_rcv() gets it all the same
 *
 * Context: softirq or bottom halves off, RCU reader.
 */
void mini_icmp_look(struct mini_net *mn, struct sk_buff *skb)
{
	unsigned int off = ip_hdrlen(skb);
	struct icmphdr buf, *icmph;
	struct mini_quote q;
	u8 type, code;
	u32 mtu;

	icmph = skb_header_pointer(skb, off, sizeof(buf), &buf);
	if (!icmph || (icmph->type != ICMP_REDIRECT &&
		       !mini_icmp_errno(icmph->type, icmph->code)) ||
	    !mini_icmp_quote(skb, off + sizeof(buf), &q) ||
	    (q.t.wire != IPPROTO_TCP && q.t.wire != IPPROTO_UDP))
		return;
	type = icmph->type;
	code = icmph->code;
	mtu = ntohs(icmph->un.frag.mtu);
	if (nf_ip_checksum(skb, NF_INET_LOCAL_IN, off, IPPROTO_ICMP))
		return;
	if (q.t.wire == IPPROTO_TCP)
		mini_icmp_err(mn, &q, type, code, mtu);
	else if (type != ICMP_REDIRECT)
		mini_icmp_udp(mn, &q, type, code, mtu);
}

/**
 * mini_icmp_rcv_twin() - net_protocol.err_handler of protocol 253
 * @skb: the ICMP packet, data at the IP header that it quotes
 * @info: MTU of frag-needed
 *
 * Context: softirq, RCU reader.
 * Return: 0.
 */
int mini_icmp_rcv_twin(struct sk_buff *skb, u32 info)
{
	struct mini_net *mn = mini_pernet(dev_net(skb->dev));
	const struct icmphdr *icmph = icmp_hdr(skb);
	struct mini_quote q;

	MINI_CALL_NET(mn, mini_ip_twin, err_handler);
	if (mini_icmp_quote(skb, 0, &q))
		mini_icmp_err(mn, &q, icmph->type, icmph->code, info);
	return 0;
}
