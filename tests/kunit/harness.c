// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fake wire and the virtual clock. One test at a time lends its seam to
 * init_net; every socket opened meanwhile takes it, so that no packet and no
 * timer of theirs ever reaches the kernel. When the test ends, passed or not,
 * everything is closed, time runs until the last timer is gone, and what has
 * not been given back by then is a failure of its own.
 */
#include <linux/ip.h>
#include <linux/tcp.h>
#include <net/checksum.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <mini/compat.h>
#include "harness.h"

/* low words of the clock wrap early in each test */
#define MINI_T_START_US		(0xffffffffULL - 3 * USEC_PER_SEC)
#define MINI_T_FIRES_MAX	100000U

/* the seam's functions get no context */
static struct mini_t *mini_t_cur;

/* time */

static u64 mini_t_op_now_us(void)
{
	return mini_t_cur->now_us;
}

static struct hlist_node *mini_t_node(struct mini_timer *tm)
{
	return &tm->tl.entry;
}

/**
 * mini_t_armed() - is a timer of the engine pending?
 * @tm: timer
 *
 * Return: true when it is.
 */
bool mini_t_armed(const struct mini_timer *tm)
{
	return !hlist_unhashed(&tm->tl.entry);
}

/**
 * mini_t_fires_us() - when does it fire?
 * @tm: armed timer. The engine may want it later by now, or not at all, and
 *	not tell (mini_timer.at_us): it fires all the same.
 *
 * Return: the time, by the virtual clock.
 */
u64 mini_t_fires_us(const struct mini_timer *tm)
{
	return tm->tl.expires;
}

static bool mini_t_op_arm(struct mini_timer *tm, u64 delay_us)
{
	bool idle = !mini_t_armed(tm);

	BUILD_BUG_ON(sizeof(tm->tl.expires) < sizeof(u64));
	tm->tl.expires = mini_t_cur->now_us + delay_us;
	if (idle)
		hlist_add_head(mini_t_node(tm), &mini_t_cur->timers);
	return idle;
}

static bool mini_t_op_stop(struct mini_timer *tm)
{
	bool pending = mini_t_armed(tm);

	hlist_del_init(mini_t_node(tm));
	return pending;
}

/**
 * mini_t_first_timer() - which timer is next?
 * @t: world
 *
 * Return: the timer, or NULL.
 */
struct mini_timer *mini_t_first_timer(const struct mini_t *t)
{
	struct mini_timer *tm, *first = NULL;

	hlist_for_each_entry(tm, &t->timers, tl.entry)
		if (!first || mini_t_fires_us(tm) < mini_t_fires_us(first))
			first = tm;
	return first;
}

/**
 * mini_t_fire_one() - fire the first timer that is due by a moment
 * @t: world; its clock goes to when the timer is due
 * @until_us: the moment
 *
 * Return: false when there is none.
 */
bool mini_t_fire_one(struct mini_t *t, u64 until_us)
{
	struct mini_timer *tm = mini_t_first_timer(t);

	if (!tm || mini_t_fires_us(tm) > until_us)
		return false;
	t->now_us = max(t->now_us, mini_t_fires_us(tm));
	hlist_del_init(mini_t_node(tm));
	local_bh_disable();
	tm->fire(tm);
	local_bh_enable();
	return true;
}

/**
 * mini_t_advance_us() - let time pass; timers fire in order
 * @t: world
 * @us: microseconds
 */
void mini_t_advance_us(struct mini_t *t, u64 us)
{
	u64 until = t->now_us + us;
	u32 fires = 0;

	while (mini_t_fire_one(t, until)) {
		if (++fires > MINI_T_FIRES_MAX) {
			mini_t_fail(t, "timers without end");
			break;
		}
	}
	t->now_us = until;
}

/**
 * mini_t_advance_ms() - let time pass; timers fire in order
 * @t: world
 * @ms: milliseconds
 */
void mini_t_advance_ms(struct mini_t *t, u64 ms)
{
	mini_t_advance_us(t, ms * USEC_PER_MSEC);
}

/**
 * mini_t_goto() - let time pass up to a moment
 * @t: world
 * @at: microseconds after the builder was done, AT_MS(); or AT_NOW
 */
void mini_t_goto(struct mini_t *t, s64 at)
{
	u64 until = t->zero_us + at;

	if (at == AT_NOW)
		return;
	if (until < t->now_us)
		mini_t_fail(t, "%lld us is in the past", at);
	else
		mini_t_advance_us(t, until - t->now_us);
}

/**
 * mini_t_ms() - the time
 * @t: world
 *
 * Return: milliseconds since the builder was done.
 */
u32 mini_t_ms(const struct mini_t *t)
{
	return div_u64(t->now_us - t->zero_us, USEC_PER_MSEC);
}

/**
 * mini_t_timers_idle() - is nothing pending?
 * @t: world
 *
 * Return: true when no timer of the engine is armed.
 */
bool mini_t_timers_idle(const struct mini_t *t)
{
	return hlist_empty(&t->timers);
}

/* out: what the engine sends */

static bool mini_t_is_syn(u8 flags)
{
	return flags & MINI_SYN;
}

static void mini_t_break(struct mini_t *t, const char *rule)
{
	if (!t->broken)
		t->broken = rule;
}

static bool mini_t_take_syn_opt(struct mini_t_rec *rec, const u8 *p)
{
	if (p[0] == MINI_OPT_MSS && p[1] == 4)
		rec->mss = p[2] << 8 | p[3];
	else if (p[0] == MINI_OPT_WSCALE && p[1] == 3 && p[2] <= 14)
		rec->ws = MINI_T_WS(p[2]);
	else if (p[0] == MINI_OPT_SACK_OK && p[1] == 2)
		rec->sack_ok = true;
	else
		return false;
	return true;
}

static void mini_t_take_sack(struct mini_t *t, struct mini_t_rec *rec,
			     const u8 *p)
{
	u8 i;

	if (!t->our_sack || !t->peer_sack)
		mini_t_break(t, "SK-2: SACK was not agreed on");
	rec->nr_sack = (p[1] - 2) / 8;
	if (!rec->nr_sack || p[1] != 2 + 8 * rec->nr_sack)
		return mini_t_break(t, "SK-6: not whole blocks");
	for (i = 0; i < rec->nr_sack; i++) {
		struct mini_range *r = &rec->sack[i];

		r->start = get_unaligned_be32(p + 2 + 8 * i);
		r->end = get_unaligned_be32(p + 6 + 8 * i);
		if (!seq_lt(r->start, r->end))
			mini_t_break(t, "SK-6: an empty block");
		if (i && seq_leq(r->start, rec->ack))
			mini_t_break(t, "SK-6: a block below the ACK");
	}
}

static void mini_t_take_ts(struct mini_t *t, struct mini_t_rec *rec,
			   const u8 *p)
{
	rec->has_ts = true;
	rec->tsval = get_unaligned_be32(p + 2);
	rec->tsecr = get_unaligned_be32(p + 6);
	if (rec->tsecr && !(rec->flags & MINI_ACK))
		mini_t_break(t, "HP-8: an echo without an ACK");
	if (t->our_ts && seq_lt(rec->tsval, t->our_tsval))
		mini_t_break(t, "HP-14: the timestamp clock went back");
	t->our_tsval = rec->tsval;
}

static void mini_t_take_opt(struct mini_t *t, struct mini_t_rec *rec,
			    const u8 *p)
{
	if (p[0] == MINI_OPT_SACK)
		mini_t_take_sack(t, rec, p);
	else if (p[0] == MINI_OPT_TS && p[1] == 10)
		mini_t_take_ts(t, rec, p);
	else if (!mini_t_take_syn_opt(rec, p))
		mini_t_break(t, "an option that was never asked for");
	else if (!mini_t_is_syn(rec->flags))
		mini_t_break(t, "MUST-65, SK-1: option of a SYN elsewhere");
}

/* What the options say when all of them are known */
static void mini_t_check_opts(struct mini_t *t, const struct mini_t_rec *rec)
{
	bool rst = rec->flags & MINI_RST;

	if (mini_t_is_syn(rec->flags)) {
		t->our_ws = rec->ws;
		t->our_sack = rec->sack_ok;
		t->our_ts = rec->has_ts;
	} else if (!rst && t->our_ts && t->peer_ts && !rec->has_ts) {
		mini_t_break(t, "HP-6: a timestamp is missing");
	} else if (rec->has_ts && !(t->our_ts && t->peer_ts)) {
		mini_t_break(t, "HP-5: timestamps were not agreed on");
	}
}

/* MUST-68, MUST-69: walk the options as a stranger would */
static void mini_t_take_opts(struct mini_t *t, struct mini_t_rec *rec,
			     const u8 *p, const u8 *end)
{
	while (p < end && *p != MINI_OPT_EOL) {
		if (*p == MINI_OPT_NOP) {
			p++;
			continue;
		}
		if (end - p < 2 || p[1] < 2 || p[1] > end - p)
			return mini_t_break(t, "MUST-68: option length");
		mini_t_take_opt(t, rec, p);
		p += p[1];
	}
	for (; p < end; p++)
		if (*p)
			mini_t_break(t, "MUST-69: padding is not zero");
}

static void mini_t_check_payload(struct mini_t *t, const struct sk_buff *skb,
				 u32 from, u32 seq)
{
	u8 buf[256];
	u32 i, n;

	for (; from < skb->len; from += n, seq += n) {
		n = min_t(u32, sizeof(buf), skb->len - from);
		if (skb_copy_bits(skb, from, buf, n))
			return mini_t_break(t, "payload out of reach");
		for (i = 0; i < n; i++)
			if (buf[i] != mini_t_octet(seq + i - t->iss - 1))
				return mini_t_break(t, "wrong octet sent");
	}
}

/* SHLD-14: the right edge of what we offer never moves left */
static void mini_t_check_edge(struct mini_t *t, const struct mini_t_rec *rec)
{
	u32 edge = rec->ack + rec->wnd;

	if (mini_t_is_syn(rec->flags) || !t->edge_known) {
		t->edge_known = rec->flags & MINI_ACK;
		t->edge = edge;
		return;
	}
	if (seq_lt(edge, t->edge))
		mini_t_break(t, "SHLD-14: the right edge moved left");
	t->edge = edge;
}

static void mini_t_check_header(struct mini_t *t, const struct tcphdr *th,
				const struct mini_tuple *mt)
{
	if (th->source != mt->lport || th->dest != mt->rport)
		mini_t_break(t, "ports do not match the tuple");
	if (th->res1)
		mini_t_break(t, "reserved bits are set");
	if (!th->syn && !th->rst && !th->ack)
		mini_t_break(t, "neither SYN nor RST nor ACK");
	if (th->urg && !th->urg_ptr)
		mini_t_break(t, "MUST-62: urgent pointer of zero");
}

/* Who may be marked, and when CWR may be said (RFC 3168) */
static void mini_t_check_ecn(struct mini_t *t, const struct mini_t_rec *rec,
			     u32 payload)
{
	if (rec->flags & MINI_CWR && !mini_t_is_syn(rec->flags) && !rec->ecn)
		mini_t_break(t, "ECN-10: CWR not on new data");
	if (!rec->ecn)
		return;
	if (!t->peer_ecn)
		mini_t_break(t, "ECN-2: ECN was not agreed on");
	if (rec->ecn != MINI_ECN_ECT0)
		mini_t_break(t, "ECN-7: not ECT(0)");
	if (!payload || rec->flags & (MINI_SYN | MINI_RST))
		mini_t_break(t, "ECN-3, ECN-4: ECT without data");
	if (seq_lt(rec->seq, t->our_nxt))
		mini_t_break(t, "ECN-5: ECT on what is sent again");
}

/* CWR in the first of the segments only: whoever cuts has to be told */
static void mini_t_check_gso(struct mini_t *t, const struct mini_t_rec *rec,
			     const struct skb_shared_info *shinfo)
{
	if (rec->flags & MINI_CWR && shinfo->gso_size &&
	    !(shinfo->gso_type & SKB_GSO_TCP_ECN))
		mini_t_break(t, "ECN-10: CWR in each segment");
}

/* One skb may carry many segments: log them as the wire would see them */
static void mini_t_log_split(struct mini_t *t, struct mini_t_rec *rec,
			     u32 payload, u32 gso)
{
	u8 flags = rec->flags;
	u32 left = payload;

	do {
		rec->len = gso ? min(gso, left) : left;
		left -= rec->len;
		rec->last = !left;
		rec->flags = left ? flags & ~(MINI_FIN | MINI_PSH) : flags;
		mini_t_log(t, rec);
		rec->seq += rec->len;
		flags &= ~MINI_CWR;
	} while (left);
}

static void mini_t_capture(struct mini_t *t, struct sk_buff *skb,
			   const struct mini_tuple *mt, bool reply)
{
	struct mini_t_rec rec = { .at_us = t->now_us, .tx = true,
				  .reply = reply };
	struct tcphdr *th = (struct tcphdr *)skb->data;
	u32 hlen;

	if (skb_headlen(skb) < sizeof(*th) ||
	    skb_headlen(skb) < th->doff * 4 || th->doff < 5) {
		mini_t_break(t, "header cut short");
		return;
	}
	hlen = th->doff * 4;
	rec.flags = ((u8 *)th)[13];
	rec.seq = ntohl(th->seq);
	rec.ack = ntohl(th->ack_seq);
	rec.wnd = ntohs(th->window);
	rec.up = th->urg ? ntohs(th->urg_ptr) : 0;
	rec.ecn = mini_cb(skb)->ecn;
	rec.leave_us = DIV_ROUND_UP_ULL(skb->tstamp, NSEC_PER_USEC);
	mini_t_check_header(t, th, mt);
	mini_t_take_opts(t, &rec, (u8 *)(th + 1), skb->data + hlen);
	mini_t_check_opts(t, &rec);
	if (!th->syn && t->our_ws && t->peer_ws)
		rec.wnd <<= t->our_ws - 1;
	if (th->ack && !th->rst && th->dest == t->tuple.rport)
		mini_t_check_edge(t, &rec);
	mini_t_check_payload(t, skb, hlen, rec.seq + th->syn);
	mini_t_check_ecn(t, &rec, skb->len - hlen);
	mini_t_check_gso(t, &rec, skb_shinfo(skb));
	mini_t_log_split(t, &rec, skb->len - hlen, skb_shinfo(skb)->gso_size);
}

static int mini_t_op_xmit(struct sock *sk, struct sk_buff *skb)
{
	struct mini_t *t = mini_t_cur;

	mini_t_capture(t, skb, &mini_sk(sk)->ep.t, false);
	if (t->keeps) {
		skb_set_owner_w(skb, sk);
		__skb_queue_tail(&t->kept, skb);
	} else {
		consume_skb(skb);
	}
	return t->xmit_err;
}

/**
 * mini_t_freed() - the fake device is done with a packet
 * @t: world
 *
 * Return: false when it has none.
 */
bool mini_t_freed(struct mini_t *t)
{
	struct sk_buff *skb = __skb_dequeue(&t->kept);

	consume_skb(skb);
	return skb;
}

static int mini_t_op_reply(struct mini_net *mn, const struct mini_reply *r,
			   struct sk_buff *skb)
{
	mini_t_capture(mini_t_cur, skb, &r->t, true);
	consume_skb(skb);
	return 0;
}

/* the rest of the seam */

static int mini_t_op_route(struct sock *sk)
{
	struct mini_tuple *mt = &mini_sk(sk)->ep.t;
	struct inet_sock *inet = inet_sk(sk);

	if (mini_t_cur->route_err)
		return mini_t_cur->route_err;
	if (!mt->laddr)
		mt->laddr = htonl(MINI_T_LADDR);
	if (!inet->inet_saddr)
		inet->inet_saddr = mt->laddr;
	sk->sk_route_caps = mini_t_cur->gso ? NETIF_F_SG | NETIF_F_HW_CSUM |
					      NETIF_F_GSO_SOFTWARE : 0;
	sk->sk_gso_max_size = GSO_LEGACY_MAX_SIZE;
	sk->sk_gso_max_segs = GSO_MAX_SEGS;
	return 0;
}

static u32 mini_t_op_mtu(struct sock *sk)
{
	return mini_t_cur->path_mtu ?: mini_t_cur->mtu;
}

static u32 mini_t_op_link_mtu(struct sock *sk)
{
	return mini_t_cur->mtu;
}

static u32 mini_t_op_reply_mtu(struct mini_net *mn, const struct mini_reply *r)
{
	return mini_t_cur->mtu;
}

static void mini_t_op_advise(struct sock *sk)
{
	mini_t_cur->advised++;
}

static u32 mini_t_op_isn(struct mini_net *mn, const struct mini_tuple *mt)
{
	return mini_t_cur->iss;
}

static u32 mini_t_op_ts_offset(struct mini_net *mn,
			       const struct mini_tuple *mt)
{
	return MINI_T_TS_OFF;
}

static void mini_t_op_port_range(struct mini_net *mn, u32 *low, u32 *high)
{
	*low = 30000;
	*high = 30003;
}

static int mini_t_op_hold_port(struct mini_net *mn, struct mini_port *p,
			       bool reuse)
{
	return mini_t_cur->hold_err;
}

static void mini_t_op_drop_port(struct mini_port *p)
{
}

static bool mini_t_op_foreign(struct mini_net *mn, const struct mini_tuple *mt)
{
	return mini_t_cur->foreign;
}

static const struct mini_ip_ops mini_t_ops = {
	.now_us		= mini_t_op_now_us,
	.arm		= mini_t_op_arm,
	.stop		= mini_t_op_stop,
	.route		= mini_t_op_route,
	.mtu		= mini_t_op_mtu,
	.link_mtu	= mini_t_op_link_mtu,
	.reply_mtu	= mini_t_op_reply_mtu,
	.advise		= mini_t_op_advise,
	.xmit		= mini_t_op_xmit,
	.reply		= mini_t_op_reply,
	.isn		= mini_t_op_isn,
	.ts_offset	= mini_t_op_ts_offset,
	.port_range	= mini_t_op_port_range,
	.hold_port	= mini_t_op_hold_port,
	.drop_port	= mini_t_op_drop_port,
	.foreign	= mini_t_op_foreign,
};

/* the world's beginning and end */

/**
 * mini_t_zero() - here and now is zero
 * @t: world
 *
 * Time and the numbers of both sides count from here.
 */
void mini_t_zero(struct mini_t *t)
{
	t->zero_us = t->now_us;
	t->our_zero = t->our_nxt;
	t->peer_zero = t->peer_nxt;
}

/**
 * mini_t_memory() - have others use up the memory of all sockets, or not
 * @t: world
 * @sk: any socket
 * @mem: how much is left
 */
void mini_t_memory(struct mini_t *t, struct sock *sk, enum mini_t_mem mem)
{
	long pages = mem ? mini_mem_limits[mem] + 1 : 0;

	t->mem_prot = sk->sk_prot;
	atomic_long_add(pages - t->mem_taken, t->mem_prot->memory_allocated);
	t->mem_taken = pages;
	WRITE_ONCE(*t->mem_prot->memory_pressure, !!mem);
}

/* Nothing that a socket had is still counted */
static void mini_t_check_memory(struct mini_t *t)
{
	if (t->mem_taken)
		atomic_long_sub(t->mem_taken, t->mem_prot->memory_allocated);
	if (t->mem_prot)
		WRITE_ONCE(*t->mem_prot->memory_pressure, 0);
	t->mem_taken = 0;
	MINI_T_EQ(t, mini_mem_pages(), t->mem_pages);
}

/**
 * mini_t_use_ca() - choose the congestion control of sockets to come
 * @t: world; it begins with "reno", whose windows are easily counted
 * @name: as in TCP_CONGESTION
 */
void mini_t_use_ca(struct mini_t *t, const char *name)
{
	MINI_T_EQ(t, mini_ca_set_default(t->mn, name), 0);
}

/**
 * mini_t_set_isn() - choose the initial numbers of a connection to come
 * @t: world
 * @iss: ours
 * @irs: the peer's
 */
void mini_t_set_isn(struct mini_t *t, u32 iss, u32 irs)
{
	t->iss = iss;
	t->irs = irs;
	t->our_nxt = iss;
	t->peer_nxt = irs;
	mini_t_zero(t);
}

static int mini_t_init(struct kunit_resource *res, void *context)
{
	struct mini_t *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return -ENOMEM;
	t->log = kvcalloc(MINI_T_LOG, sizeof(*t->log), GFP_KERNEL);
	if (!t->log) {
		kfree(t);
		return -ENOMEM;
	}
	t->test = context;
	t->mn = mini_pernet(&init_net);
	t->saved = t->mn->ip;
	t->sysctl = t->mn->sysctl;
	mini_ca_default_name(t->mn, t->ca);
	mini_ca_set_default(t->mn, "reno");
	t->ip = mini_t_ops;
	t->now_us = MINI_T_START_US;
	t->mtu = 1500;
	t->gso = true;
	t->rtt_ms = MINI_T_RTT_MS;
	t->peer_mss = 1460;
	t->peer_wnd = 65535;
	t->tuple.laddr = htonl(MINI_T_LADDR);
	t->tuple.raddr = htonl(MINI_T_RADDR);
	t->tuple.lport = htons(MINI_T_LPORT);
	t->tuple.rport = htons(MINI_T_RPORT);
	t->tuple.wire = IPPROTO_TCP;
	INIT_HLIST_HEAD(&t->timers);
	t->mem_pages = mini_mem_pages();
	__skb_queue_head_init(&t->kept);
	mini_t_cur = t;
	t->mn->ip = &t->ip;
	res->data = t;
	return 0;
}

static void mini_t_abort_sock(struct socket **sock)
{
	if (!*sock)
		return;
	sock_no_linger((*sock)->sk);
	sock_release(*sock);
	*sock = NULL;
}

/**
 * mini_t_left() - does a socket that is closed still hold something?
 * @sk: socket; the only reference is the caller's
 *
 * Return: the name of what it holds, or NULL.
 */
const char *mini_t_left(const struct sock *sk)
{
	const struct mini_sock *msk = mini_sk(sk);

	return sk->sk_state != TCP_CLOSE ? "state" :
	       atomic_read(&sk->sk_rmem_alloc) ? "sk_rmem_alloc" :
	       refcount_read(&sk->sk_wmem_alloc) != 1 ? "sk_wmem_alloc" :
	       sk->sk_wmem_queued ? "sk_wmem_queued" :
	       sk->sk_forward_alloc ? "sk_forward_alloc" :
	       refcount_read(&sk->sk_refcnt) != 1 ? "sk_refcnt" :
	       !skb_queue_empty(&sk->sk_receive_queue) ? "sk_receive_queue" :
	       !skb_queue_empty(&sk->sk_write_queue) ? "sk_write_queue" :
	       !skb_queue_empty(&msk->rtx) ? "rtx" :
	       !RB_EMPTY_ROOT(&msk->ofo) ? "ofo" :
	       msk->owner.port ? "port" : NULL;
}

/* Let the last timers go; a socket that nobody holds may take minutes */
static void mini_t_run_out(struct mini_t *t)
{
	u32 fires = 0;

	while (mini_t_fire_one(t, U64_MAX) && ++fires < MINI_T_FIRES_MAX)
		;
	if (!mini_t_timers_idle(t))
		mini_t_fail(t, "timers are left behind");
}

static void mini_t_free(struct kunit_resource *res)
{
	struct mini_t *t = res->data;
	const char *left;
	u32 i;

	__mini_t_check_broken(t, __FILE__, __LINE__);
	mini_t_abort_sock(&t->sock);
	mini_t_abort_sock(&t->listener);
	while (mini_t_freed(t))
		;
	mini_t_run_out(t);
	for (i = 0; i < t->nr_sk; i++) {
		left = mini_t_left(t->sk[i]);
		if (left)
			mini_t_fail(t, "of socket %u %s is left", i, left);
		sock_put(t->sk[i]);
	}
	mini_t_check_memory(t);
	MINI_T_EQ(t, atomic_read(&t->mn->tw_count), 0);
	MINI_T_EQ(t, atomic_read(&t->mn->orphans), 0);
	mini_port_flush();
	t->mn->ip = t->saved;
	t->mn->sysctl = t->sysctl;
	mini_ca_set_default(t->mn, t->ca);
	mini_t_cur = NULL;
	kvfree(t->log);
	kfree(t);
}

/**
 * mini_t_new() - a world with nothing in it
 * @test: the case; when it ends, so does the world
 *
 * Return: the world.
 */
struct mini_t *mini_t_new(struct kunit *test)
{
	struct mini_t *t = kunit_alloc_resource(test, mini_t_init, mini_t_free,
						GFP_KERNEL, test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	mini_t_set_isn(t, MINI_T_ISS, MINI_T_IRS);
	return t;
}

static bool mini_t_is(struct kunit *test, struct kunit_resource *res,
		      void *match_data)
{
	return res->free == mini_t_free && res->data == match_data;
}

/**
 * mini_t_end() - the world ends before the case does
 * @t: world; gone afterwards
 */
void mini_t_end(struct mini_t *t)
{
	kunit_destroy_resource(t->test, mini_t_is, t);
}
