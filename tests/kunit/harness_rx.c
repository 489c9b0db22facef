// SPDX-License-Identifier: GPL-2.0-only
/* The peer's side of the fake wire: segments as IP would hand them up */
#include <linux/ip.h>
#include <linux/tcp.h>
#include <net/net_namespace.h>
#include <mini/compat.h>
#include "harness.h"

static u16 mini_t_hdr_wnd(const struct mini_t *t, const struct mini_t_seg *seg)
{
	u32 wnd = seg->wnd ? seg->wnd : t->peer_wnd;

	if (seg->wnd == MINI_T_SHUT)
		return 0;
	if (!(mini_t_hdr_flags(seg) & MINI_SYN) && t->our_ws && t->peer_ws)
		wnd >>= t->peer_ws - 1;
	return min_t(u32, wnd, 0xffff);
}

static u8 *mini_t_put_range(const struct mini_t *t, u8 *p,
			    const struct mini_range *r)
{
	put_unaligned_be32(t->our_zero + r->start, p);
	put_unaligned_be32(t->our_zero + r->end, p + 4);
	return p + 8;
}

static u32 mini_t_peer_tsval(const struct mini_t *t,
			     const struct mini_t_seg *seg)
{
	return (u32)(t->now_us >> MINI_TS_TICK_SHIFT) + MINI_T_PEER_TS_OFF -
	       seg->age;
}

/* Timestamps and SACK, of any segment of the peer's */
static u32 mini_t_build_usual(const struct mini_t *t,
			      const struct mini_t_seg *seg, u8 *p)
{
	u8 *start = p;
	u8 i;

	if (t->peer_ts && !seg->no_ts &&
	    !(mini_t_hdr_flags(seg) & MINI_RST)) {
		memcpy(p, "\x01\x01\x08\x0a", 4);
		put_unaligned_be32(mini_t_peer_tsval(t, seg), p + 4);
		put_unaligned_be32(seg->ecr ?: t->our_tsval, p + 8);
		p += 12;
	}
	if (seg->nr_sack) {
		memcpy(p, "\x01\x01\x05\x02", 4);
		p[3] += 8 * seg->nr_sack;
		for (i = 0, p += 4; i < seg->nr_sack; i++)
			p = mini_t_put_range(t, p, &seg->sack[i]);
	}
	return p - start;
}

static u32 mini_t_build_opts(const struct mini_t *t,
			     const struct mini_t_seg *seg, u8 *p)
{
	s32 mss = seg->mss ? seg->mss : t->peer_mss;
	u8 ws = seg->ws ? seg->ws : t->peer_ws;
	u8 *start = p;

	if (seg->opts) {
		memcpy(p, seg->opts, seg->opts_len);
		return seg->opts_len;
	}
	if (!(mini_t_hdr_flags(seg) & MINI_SYN))
		return mini_t_build_usual(t, seg, p);
	if (mss != MINI_T_NOMSS) {
		*p++ = MINI_OPT_MSS;
		*p++ = 4;
		*p++ = mss >> 8;
		*p++ = mss & 0xff;
	}
	if (ws) {
		*p++ = MINI_OPT_NOP;
		*p++ = MINI_OPT_WSCALE;
		*p++ = 3;
		*p++ = ws - 1;
	}
	if (t->peer_sack) {
		memcpy(p, "\x01\x01\x04\x02", 4);
		p += 4;
	}
	return p - start + mini_t_build_usual(t, seg, p);
}

static u32 mini_t_abs_seq(const struct mini_t *t, const struct mini_t_seg *seg)
{
	return seg->seq0 ? 0 : t->peer_zero + seg->seq;
}

static void mini_t_fill_header(struct mini_t *t, struct tcphdr *th,
			       const struct mini_t_seg *seg, u32 hlen)
{
	u8 flags = mini_t_hdr_flags(seg);

	memset(th, 0, sizeof(*th));
	th->source = t->tuple.rport;
	th->dest = t->tuple.lport;
	th->seq = htonl(mini_t_abs_seq(t, seg));
	th->doff = hlen / 4;
	((u8 *)th)[13] = flags;
	th->window = htons(mini_t_hdr_wnd(t, seg));
	th->urg_ptr = htons(seg->up);
	if (flags & MINI_ACK)
		th->ack_seq = htonl(t->our_zero + seg->ack);
}

/* The address that the tests' peer writes from, should anybody look */
static void mini_t_push_ip(struct mini_t *t, struct sk_buff *skb)
{
	struct iphdr *iph = skb_push(skb, sizeof(*iph));

	memset(iph, 0, sizeof(*iph));
	iph->version = 4;
	iph->ihl = 5;
	iph->ttl = 64;
	iph->protocol = t->tuple.wire;
	iph->tot_len = htons(min_t(u32, skb->len, 0xffff));
	iph->saddr = t->tuple.raddr;
	iph->daddr = t->tuple.laddr;
	skb_reset_network_header(skb);
	skb_pull(skb, sizeof(*iph));
	skb_reset_transport_header(skb);
}

static void mini_t_fill(u8 *p, u32 len, u32 off)
{
	while (len--)
		*p++ = mini_t_octet(off++);
}

/* Half of the payload as page fragments, two of them */
static void mini_t_add_frags(struct mini_t *t, struct sk_buff *skb, u32 len,
			     u32 off)
{
	u32 done = 0, n;

	while (done < len) {
		struct page *page = alloc_page(GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(t->test, page);
		n = min3(len - done, (len + 1) / 2, (u32)PAGE_SIZE);
		mini_t_fill(page_address(page), n, off + done);
		skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, page, 0, n,
				PAGE_SIZE);
		done += n;
	}
}

/* The payload as a chain of skbs, as IP reassembly and GRO leave it */
static void mini_t_add_frag_list(struct mini_t *t, struct sk_buff *skb,
				 u32 len, u32 off)
{
	struct sk_buff **tail = &skb_shinfo(skb)->frag_list;
	u32 n;

	for (; len; len -= n, off += n) {
		struct sk_buff *frag;

		n = (len + 1) / 2;
		frag = alloc_skb(n, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(t->test, frag);
		mini_t_fill(skb_put(frag, n), n, off);
		skb->len += n;
		skb->data_len += n;
		skb->truesize += frag->truesize;
		*tail = frag;
		tail = &frag->next;
	}
}

static void mini_t_add_payload(struct mini_t *t, struct sk_buff *skb, u32 len,
			       u32 off)
{
	switch (t->shape) {
	case MINI_T_LINEAR:
	case MINI_T_CLONED:
		mini_t_fill(skb_put(skb, len), len, off);
		break;
	case MINI_T_FRAGS:
		mini_t_add_frags(t, skb, len, off);
		break;
	case MINI_T_FRAG_LIST:
		mini_t_add_frag_list(t, skb, len, off);
		break;
	}
}

/**
 * mini_t_skb() - a segment as IP would hand it up
 * @t: world
 * @seg: what it says
 *
 * Return: the skb, its data at the TCP header.
 */
struct sk_buff *mini_t_skb(struct mini_t *t, const struct mini_t_seg *seg)
{
	bool linear = t->shape == MINI_T_LINEAR || t->shape == MINI_T_CLONED;
	u32 room = MAX_HEADER + sizeof(struct iphdr) + 60;
	u32 off = mini_t_abs_seq(t, seg) - t->irs - 1;
	struct sk_buff *skb;
	u8 opts[40];
	u32 olen;

	skb = alloc_skb(room + (linear ? seg->len : 0), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(t->test, skb);
	olen = mini_t_build_opts(t, seg, opts);
	skb_reserve(skb, room);
	if (mini_t_hdr_flags(seg) & MINI_SYN)
		off++;
	mini_t_add_payload(t, skb, seg->len, off);
	memcpy(skb_push(skb, olen), opts, olen);
	mini_t_fill_header(t, skb_push(skb, sizeof(struct tcphdr)), seg,
			   sizeof(struct tcphdr) + olen);
	mini_t_push_ip(t, skb);
	skb->dev = init_net.loopback_dev;
	skb->protocol = htons(ETH_P_IP);
	skb->pkt_type = PACKET_HOST;
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	mini_cb(skb)->ecn = seg->ecn;
	if (seg->label)
		skb->mark = 0x5ec;
	return skb;
}

/**
 * mini_t_rx_tuple() - hand a segment to the engine, as mini_ip does
 * @t: world
 * @tuple: the connection, seen from us
 * @skb: its data at the TCP header, which is linear; taken
 */
void mini_t_rx_tuple(struct mini_t *t, const struct mini_tuple *tuple,
		     struct sk_buff *skb)
{
	struct mini_dest d;

	local_bh_disable();
	rcu_read_lock();
	mini_lookup(t->mn, tuple, 0, 0, &d);
	mini_tcp_rcv(t->mn, tuple, &d, skb);
	rcu_read_unlock();
	local_bh_enable();
}

/**
 * mini_t_rx_skb() - the same for the connection of the test
 * @t: world
 * @skb: from mini_t_skb(); taken
 */
void mini_t_rx_skb(struct mini_t *t, struct sk_buff *skb)
{
	mini_t_rx_tuple(t, &t->tuple, skb);
}

static void mini_t_log_rx(struct mini_t *t, const struct mini_t_seg *seg)
{
	u8 flags = mini_t_hdr_flags(seg);
	struct mini_t_rec rec = {
		.at_us = t->now_us,
		.flags = flags,
		.seq = mini_t_abs_seq(t, seg),
		.ack = flags & MINI_ACK ? t->our_zero + seg->ack : 0,
		.wnd = mini_t_hdr_wnd(t, seg),
		.len = seg->len,
		.up = seg->up,
		.ecn = seg->ecn,
	};

	mini_t_log(t, &rec);
}

/**
 * mini_t_rx() - the peer sends a segment
 * @t: world
 * @at: when, AT_MS() or AT_NOW
 * @seg: SEG(...)
 */
void mini_t_rx(struct mini_t *t, s64 at, struct mini_t_seg seg)
{
	struct sk_buff *skb, *clone = NULL;

	mini_t_goto(t, at);
	mini_t_log_rx(t, &seg);
	skb = mini_t_skb(t, &seg);
	if (t->shape == MINI_T_CLONED)
		clone = skb_clone(skb, GFP_KERNEL);
	mini_t_rx_skb(t, skb);
	kfree_skb(clone);
}

