// SPDX-License-Identifier: GPL-2.0-only
/*
 * The simulated link: what one end sends is delayed, lost, doubled, cut and
 * so on, and handed to the other end when the virtual clock says so. Every
 * choice comes from one generator, so a seed tells all.
 */
#include <linux/in.h>
#include <linux/tcp.h>
#include "link.h"

/*
 * Random loss never takes more packets of one direction in a row than this:
 * who tries often enough gets through, and a connection that gives up does so
 * for a reason of its own.
 */
#define ROW_MAX		6U
#define HEADROOM	(MAX_HEADER + 80)

/* the seam's functions get no context */
static struct mini_link *cur;

/* ---- what is under way, the first to arrive on top ---- */

static bool before(const struct mini_link_event *a,
		   const struct mini_link_event *b)
{
	return a->at_us != b->at_us ? a->at_us < b->at_us : a->nr < b->nr;
}

static void push(struct mini_link *l, struct mini_link_event ev)
{
	struct mini_link_event *heap = l->heap;
	u32 i = l->nr_heap, up;

	if (i == MINI_LINK_EVENTS) {
		kfree_skb(ev.skb);
		return;
	}
	l->nr_heap++;
	ev.nr = l->serial++;
	for (; i && before(&ev, &heap[up = (i - 1) / 2]); i = up)
		heap[i] = heap[up];
	heap[i] = ev;
}

static struct mini_link_event pop(struct mini_link *l)
{
	struct mini_link_event *heap = l->heap, top = heap[0], last;
	u32 i = 0, down, n = --l->nr_heap;

	last = heap[n];
	while ((down = 2 * i + 1) < n) {
		if (down + 1 < n && before(&heap[down + 1], &heap[down]))
			down++;
		if (!before(&heap[down], &last))
			break;
		heap[i] = heap[down];
		i = down;
	}
	heap[i] = last;
	return top;
}

/* ---- headers ---- */

static void parse_opts(const u8 *p, const u8 *end, struct mini_link_hdr *h)
{
	while (p < end && *p != MINI_OPT_EOL) {
		if (*p == MINI_OPT_NOP) {
			p++;
			continue;
		}
		if (end - p < 2 || p[1] < 2 || p[1] > end - p)
			return;
		if (p[0] == MINI_OPT_MSS)
			h->mss = p[2] << 8 | p[3];
		else if (p[0] == MINI_OPT_WSCALE)
			h->ws = MINI_T_WS(p[2]);
		p += p[1];
	}
}

/**
 * mini_link_parse() - what a segment says
 * @skb: data at the TCP header, which is linear unless tampered with
 * @h: filled
 */
void mini_link_parse(const struct sk_buff *skb, struct mini_link_hdr *h)
{
	const struct tcphdr *th = (const struct tcphdr *)skb->data;

	memset(h, 0, sizeof(*h));
	h->flags = skb->data[13];
	h->seq = ntohl(th->seq);
	h->ack = ntohl(th->ack_seq);
	h->wnd = ntohs(th->window);
	h->hlen = th->doff * 4;
	h->len = skb->len - h->hlen;
	if (h->hlen <= skb_headlen(skb))
		parse_opts((const u8 *)(th + 1), skb->data + h->hlen, h);
}

static void tell(struct mini_link *l, const struct mini_link_end *from,
		 const struct sk_buff *skb, const char *what)
{
	const struct mini_link_end *to = &l->end[from == l->end];
	struct mini_link_hdr h;

	if (!l->verbose)
		return;
	mini_link_parse(skb, &h);
	kunit_info(l->t->test,
		   "%10lld us %c%s%s%s%s%s seq %u len %u ack %u wnd %u gso %u %s",
		   l->t->now_us - l->start_us, mini_link_name(l, from),
		   h.flags & MINI_SYN ? " SYN" : "",
		   h.flags & MINI_FIN ? " FIN" : "",
		   h.flags & MINI_RST ? " RST" : "",
		   h.flags & MINI_PSH ? " PSH" : "",
		   h.flags & MINI_ACK ? " ACK" : "",
		   h.seq - from->iss, h.len,
		   h.flags & MINI_ACK ? h.ack - to->iss : 0, h.wnd,
		   skb_shinfo(skb)->gso_size, what);
}

/* ---- the fate of a packet ---- */

static u32 path_mtu(const struct mini_link *l, const struct mini_link_path *p)
{
	return l->t->now_us < p->mtu_at_us ? p->mtu : p->mtu_later;
}

/* The largest packet that @skb becomes on the wire, IP header counted */
static u32 wire_size(const struct sk_buff *skb, const struct mini_link_hdr *h)
{
	return (skb_shinfo(skb)->gso_size ?: h->len) + h->hlen + MINI_IP_HLEN;
}

static bool is_dark(const struct mini_link *l, const struct mini_link_path *p)
{
	return l->t->now_us >= p->dark_from_us &&
	       l->t->now_us < p->dark_until_us;
}

static bool in_burst(struct mini_link *l, struct mini_link_path *p)
{
	if (!p->burst_left && mini_link_chance(l, p->burst))
		p->burst_left = 1 + mini_link_below(l, p->burst_len);
	if (!p->burst_left)
		return false;
	p->burst_left--;
	return true;
}

static bool by_chance(struct mini_link *l, struct mini_link_path *p,
		      const struct mini_link_hdr *h)
{
	bool bare = !h->len && !(h->flags & (MINI_SYN | MINI_FIN));

	if (!mini_link_chance(l, bare ? p->ack_loss : p->loss) &&
	    !mini_link_chance(l, p->corrupt) && !in_burst(l, p)) {
		p->row = 0;
		return false;
	}
	if (++p->row <= ROW_MAX)
		return true;
	p->row = 0;
	return false;
}

static bool tail_drop(const struct mini_link *l, const struct mini_link_path *p)
{
	u64 now_us = l->t->now_us;

	return p->rate && p->busy_us > now_us &&
	       (p->busy_us - now_us) * p->rate > p->queue * 1000ULL;
}

/* Too large for the path: its first router says so, or is not heard */
static void frag_needed(struct mini_link *l, u32 from, u32 seq)
{
	struct mini_link_path *p = &l->path[from];
	struct mini_link_event ev = {
		.at_us = l->t->now_us + 1 + p->delay_us,
		.to = from,
		.mtu = path_mtu(l, p),
		.seq = seq,
	};

	if (!p->silent && !mini_link_chance(l, p->loss))
		push(l, ev);
}

/* Why the packet gets lost, or NULL when it does not */
static const char *fate(struct mini_link *l, u32 from,
			const struct sk_buff *skb)
{
	struct mini_link_path *p = &l->path[from];
	struct mini_link_hdr h;

	mini_link_parse(skb, &h);
	if (is_dark(l, p))
		return "lost: dark";
	if (wire_size(skb, &h) > path_mtu(l, p)) {
		frag_needed(l, from, h.seq);
		return "lost: larger than the MTU";
	}
	if (tail_drop(l, p))
		return "lost: queue full";
	return by_chance(l, p, &h) ? "lost" : NULL;
}

/* When a packet that leaves now arrives, and the rate's share of it */
static u64 arrival(struct mini_link *l, struct mini_link_path *p, u32 len)
{
	u64 leave_us = max(l->t->now_us, p->busy_us);

	if (p->rate)
		leave_us += div_u64((u64)len * 1000, p->rate);
	p->busy_us = leave_us;
	return leave_us + p->delay_us + mini_link_below(l, p->jitter_us + 1);
}

/* A header with bits that no checksum has found wrong */
static struct sk_buff *flip(struct mini_link *l, struct sk_buff *skb)
{
	struct sk_buff *bad = skb_copy(skb, GFP_ATOMIC);
	u32 n = 1 + mini_link_below(l, 3);

	consume_skb(skb);
	while (bad && n--) {
		/* not the ports: it would be somebody else's */
		u32 at = 4 + mini_link_below(l, (bad->data[12] >> 4) * 4 - 4);

		if (at < skb_headlen(bad))
			bad->data[at] ^= BIT(mini_link_below(l, 8));
	}
	return bad;
}

/* A queue that is longer than it should be says so, to who understands it */
static void mark(struct mini_link *l, const struct mini_link_path *p,
		 struct sk_buff *skb)
{
	if (mini_cb(skb)->ecn && mini_link_chance(l, p->mark))
		mini_cb(skb)->ecn = MINI_ECN_CE;
}

static void carry(struct mini_link *l, u32 from, struct sk_buff *skb)
{
	struct mini_link_path *p = &l->path[from];
	struct mini_link_event ev = { .to = !from, .skb = skb };
	const char *why = fate(l, from, skb);

	p->packets++;
	tell(l, &l->end[from], skb, why ?: "");
	if (why) {
		p->lost++;
		kfree_skb(skb);
		return;
	}
	mark(l, p, skb);
	ev.at_us = arrival(l, p, skb->len + MINI_IP_HLEN);
	if (mini_link_chance(l, p->dup)) {
		ev.skb = skb_copy(skb, GFP_ATOMIC);
		if (ev.skb)
			push(l, ev);
		ev.at_us += mini_link_below(l, p->delay_us + p->jitter_us);
	}
	ev.skb = mini_link_chance(l, p->flip) ? flip(l, skb) : skb;
	if (ev.skb)
		push(l, ev);
}

/* @n octets of @skb's payload from @off on, as a packet of their own */
static struct sk_buff *piece(const struct sk_buff *skb, u32 hlen, u32 off,
			     u32 n)
{
	struct sk_buff *new = alloc_skb(HEADROOM + hlen + n, GFP_ATOMIC);
	u32 gso = skb_shinfo(skb)->gso_size;
	struct tcphdr *th;

	if (!new)
		return NULL;
	skb_reserve(new, HEADROOM);
	mini_cb(new)->ecn = mini_cb(skb)->ecn;
	th = skb_put(new, hlen);
	skb_copy_bits(skb, 0, th, hlen);
	skb_copy_bits(skb, hlen + off, skb_put(new, n), n);
	th->seq = htonl(ntohl(th->seq) + off);
	if (hlen + off + n < skb->len)
		((u8 *)th)[13] &= ~(MINI_FIN | MINI_PSH);
	if (gso && n > gso) {
		skb_shinfo(new)->gso_size = gso;
		skb_shinfo(new)->gso_segs = DIV_ROUND_UP(n, gso);
		skb_shinfo(new)->gso_type = SKB_GSO_TCPV4;
	}
	return new;
}

/* Packets of at most @max octets of payload, or of some of those */
static void carry_cut(struct mini_link *l, u32 from, struct sk_buff *skb,
		      u32 max)
{
	struct mini_link_path *p = &l->path[from];
	u32 hlen = (skb->data[12] >> 4) * 4, off = 0, n;
	u32 len = skb->len - hlen;
	struct sk_buff *new;

	do {
		n = max;
		if (p->cut == MINI_LINK_MERGE)
			n *= 1 + mini_link_below(l, 8);
		n = min(n, len - off);
		new = piece(skb, hlen, off, n);
		if (new)
			carry(l, from, new);
		off += n;
	} while (off < len);
	consume_skb(skb);
}

static void send(struct mini_link *l, struct mini_link_end *e,
		 struct sk_buff *skb)
{
	struct mini_link_path *p = &l->path[e - l->end];
	u32 gso = skb_shinfo(skb)->gso_size;

	if (l->closing)
		kfree_skb(skb);
	else if (gso && p->cut != MINI_LINK_WHOLE)
		carry_cut(l, e - l->end, skb, gso);
	else if (!gso && p->copy)
		carry_cut(l, e - l->end, skb, U16_MAX);
	else
		carry(l, e - l->end, skb);
}

/* ---- arrival ---- */

/* As mini_ip.c has it: the route first, then the connection */
static void arrive_icmp(struct mini_link *l, struct mini_link_end *e,
			const struct mini_link_event *ev)
{
	struct mini_sock *msk;

	if (!e->sk)
		return;
	msk = mini_sk(e->sk);
	local_bh_disable();
	bh_lock_sock(e->sk);
	if (mini_tcp_icmp_valid(msk, ev->seq)) {
		e->mtu = min_t(u32, e->mtu, ev->mtu);
		mini_tcp_frag_needed(e->sk);
	}
	bh_unlock_sock(e->sk);
	local_bh_enable();
}

static void arrive_packet(struct mini_link *l, struct mini_link_end *e,
			  struct sk_buff *skb)
{
	struct mini_link_hdr h;

	mini_link_parse(skb, &h);
	mini_link_law_rx(l, e, &h);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	mini_t_rx_tuple(l->t, &e->tuple, skb);
}

/**
 * mini_link_arrive() - the first that is under way reaches its end
 * @l: link
 *
 * Return: false when there is nothing under way.
 */
bool mini_link_arrive(struct mini_link *l)
{
	struct mini_link_event ev;

	if (!l->nr_heap)
		return false;
	ev = pop(l);
	l->t->now_us = max(l->t->now_us, ev.at_us);
	if (ev.skb)
		arrive_packet(l, &l->end[ev.to], ev.skb);
	else
		arrive_icmp(l, &l->end[ev.to], &ev);
	return true;
}

/**
 * mini_link_forget() - whatever is under way does not arrive
 * @l: link
 */
void mini_link_forget(struct mini_link *l)
{
	while (l->nr_heap)
		kfree_skb(pop(l).skb);
}

/* ---- the seam ---- */

/**
 * mini_link_end_of() - whose address is this?
 * @l: link
 * @laddr: address; before bind() and connect() have set it, it is A's
 *
 * Return: the end.
 */
struct mini_link_end *mini_link_end_of(struct mini_link *l, __be32 laddr)
{
	return &l->end[laddr == l->end[MINI_LINK_B].tuple.laddr];
}

static struct mini_link_end *end_of_sk(const struct sock *sk)
{
	return mini_link_end_of(cur, mini_sk(sk)->ep.t.laddr);
}

static int op_xmit(struct sock *sk, struct sk_buff *skb)
{
	struct mini_link_end *e = end_of_sk(sk);

	if (!e->sk) {
		sock_hold(sk);
		e->sk = sk;
	}
	mini_link_law_tx(cur, e, sk, skb);
	send(cur, e, skb);
	return 0;
}

static int op_reply(struct mini_net *mn, const struct mini_reply *r,
		    struct sk_buff *skb)
{
	struct mini_link_end *e = mini_link_end_of(cur, r->t.laddr);

	mini_link_law_tx(cur, e, NULL, skb);
	send(cur, e, skb);
	return 0;
}

static int op_route(struct sock *sk)
{
	sk->sk_route_caps = end_of_sk(sk)->gso ?
		NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_GSO_SOFTWARE : 0;
	sk->sk_gso_max_size = GSO_LEGACY_MAX_SIZE;
	sk->sk_gso_max_segs = GSO_MAX_SEGS;
	return 0;
}

static u32 op_mtu(struct sock *sk)
{
	return end_of_sk(sk)->mtu;
}

static u32 op_reply_mtu(struct mini_net *mn, const struct mini_reply *r)
{
	return mini_link_end_of(cur, r->t.laddr)->mtu;
}

static u32 op_isn(struct mini_net *mn, const struct mini_tuple *mt)
{
	return mini_link_end_of(cur, mt->laddr)->iss;
}

static void set_tuple(struct mini_link_end *e, u32 laddr, u16 lport, u32 raddr,
		      u16 rport)
{
	e->tuple.laddr = htonl(laddr);
	e->tuple.raddr = htonl(raddr);
	e->tuple.lport = htons(lport);
	e->tuple.rport = htons(rport);
	e->tuple.wire = IPPROTO_TCP;
}

/**
 * mini_link_world() - a world with a link in it
 * @l: link
 * @test: the case
 */
void mini_link_world(struct mini_link *l, struct kunit *test)
{
	struct mini_t *t = mini_t_new(test);

	l->t = t;
	cur = l;
	t->ip.xmit = op_xmit;
	t->ip.reply = op_reply;
	t->ip.route = op_route;
	t->ip.mtu = op_mtu;
	t->ip.link_mtu = op_mtu;
	t->ip.reply_mtu = op_reply_mtu;
	t->ip.isn = op_isn;
	set_tuple(&l->end[MINI_LINK_A], MINI_T_LADDR, MINI_T_LPORT,
		  MINI_T_RADDR, MINI_T_RPORT);
	set_tuple(&l->end[MINI_LINK_B], MINI_T_RADDR, MINI_T_RPORT,
		  MINI_T_LADDR, MINI_T_LPORT);
}

/* ---- what the seed gives a direction ---- */

/* Nothing for half of the links, else up to @most */
static u32 draw(struct mini_link *l, u32 most)
{
	return mini_link_below(l, 2) ? mini_link_below(l, most + 1) : 0;
}

/* The same for something that needs to be small more often than not */
static u32 draw_log(struct mini_link *l, u32 most)
{
	return draw(l, most) >> mini_link_below(l, 10);
}

static void draw_dark(struct mini_link *l, struct mini_link_path *p)
{
	p->dark_from_us = l->start_us + draw_log(l, 10 * USEC_PER_SEC);
	p->dark_until_us = p->dark_from_us + draw_log(l, 30 * USEC_PER_SEC);
}

static void draw_rate(struct mini_link *l, struct mini_link_path *p)
{
	p->rate = 10 << mini_link_below(l, 14);
	p->queue = 3000 << mini_link_below(l, 7);
}

static void draw_mtu(struct mini_link *l, struct mini_link_path *p)
{
	p->mtu_at_us = l->start_us + draw_log(l, 5 * USEC_PER_SEC);
	p->mtu_later = 576 + mini_link_below(l, p->mtu - 575);
}

/**
 * mini_link_draw_path() - choose the faults of one direction
 * @l: link
 * @p: direction, its MTU set; all else is filled
 */
void mini_link_draw_path(struct mini_link *l, struct mini_link_path *p)
{
	const struct mini_link_profile *f = l->profile;

	*p = (struct mini_link_path){ .mtu = p->mtu, .mtu_later = p->mtu };
	p->delay_us = 10 + (mini_link_below(l, f->delay_us + 1) >>
			    mini_link_below(l, 8));
	p->jitter_us = draw_log(l, f->jitter_us);
	p->loss = draw(l, f->loss);
	p->ack_loss = draw(l, f->ack_loss);
	p->burst = draw(l, f->burst);
	p->burst_len = 2 + mini_link_below(l, 12);
	p->dup = draw(l, f->dup);
	p->corrupt = draw(l, f->corrupt);
	p->flip = draw(l, f->flip);
	if (f->mark)
		p->mark = draw(l, f->mark);
	p->cut = mini_link_below(l, MINI_LINK_CUTS);
	p->copy = mini_link_below(l, 2);
	if (f->slow && mini_link_below(l, 2))
		draw_rate(l, p);
	if (f->dark && mini_link_below(l, 2))
		draw_dark(l, p);
	if (f->mtu && mini_link_below(l, 2))
		draw_mtu(l, p);
	p->silent = f->silent && mini_link_below(l, 2);
}

/**
 * mini_link_perfect() - does a direction do nothing but delay?
 * @p: direction, drawn
 *
 * Return: true when whatever is sent arrives once and in order.
 */
bool mini_link_perfect(const struct mini_link_path *p)
{
	return !p->jitter_us && !p->rate && !p->loss && !p->ack_loss &&
	       !p->burst && !p->dup && !p->corrupt && !p->flip &&
	       p->dark_until_us <= p->dark_from_us && p->mtu_later >= p->mtu;
}
