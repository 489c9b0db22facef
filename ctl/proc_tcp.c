// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/net/mini/tcp: what /proc/net/tcp is for kernel TCP, with the same columns
 * in the same form, so that what reads the one reads the other. A line whose wire
 * is not IP protocol 6 has one word more, "wire=253".
 *
 * No socket is locked: of a busy one, the columns are not of one moment.
 */
#include <linux/in.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/seq_file_net.h>
#include <net/sock.h>
#include <mini/compat.h>
#include <mini/ip.h>
#include <mini/proc.h>
#include <mini/tcp.h>

/* column "tr", as Documentation/networking/proc_net_tcp.rst has it */
enum {
	MINI_ROW_IDLE,
	MINI_ROW_RETRANSMIT,
	MINI_ROW_KEEPALIVE,	/* or what else lasts long */
	MINI_ROW_TIME_WAIT,
	MINI_ROW_PROBE,
};

/**
 * struct mini_row_timer - the timer of a line
 * @what: MINI_ROW_*
 * @when: until it is due, in clock ticks of USER_HZ
 */
struct mini_row_timer {
	u8 what;
	unsigned long when;
};

static unsigned long mini_row_ticks(u64 us)
{
	return div_u64(us, USEC_PER_SEC / USER_HZ);
}

/* A deadline is 64 bits: where that is two loads, it may be half of another */
static struct mini_row_timer mini_row_timer(const struct mini_sock *msk)
{
	u64 write_us = READ_ONCE(msk->write_tmr.at_us);
	u64 at_us = write_us ?: READ_ONCE(msk->keep_tmr.at_us);
	u64 now_us = msk->ip->now_us();
	struct mini_row_timer t = { };

	if (at_us > now_us)
		t.when = mini_row_ticks(at_us - now_us);
	if (write_us)
		t.what = READ_ONCE(msk->write_for) == MINI_FOR_PROBE ?
			MINI_ROW_PROBE : MINI_ROW_RETRANSMIT;
	else if (at_us)
		t.what = MINI_ROW_KEEPALIVE;
	return t;
}

/* The addresses, and the state, of any endpoint */
static void mini_row_begin(struct seq_file *seq, const struct mini_ep *ep,
			   int row, u8 state)
{
	const struct mini_tuple *t = &ep->t;

	seq_printf(seq, "%4d: %08X:%04X %08X:%04X %02X", row,
		   (__force u32)t->laddr, ntohs(t->lport),
		   (__force u32)t->raddr, ntohs(t->rport), state);
}

/* Half-open and TIME-WAIT have these columns alone */
static void mini_row_small(struct seq_file *seq, const struct timer_list *tl,
			   u8 what, u8 timeouts, kuid_t uid, int refs,
			   const void *where)
{
	long left = READ_ONCE(tl->expires) - jiffies;

	seq_printf(seq, " %08X:%08X %02X:%08lX %08X %5u %8d %d %d %pK", 0, 0,
		   what, (long)jiffies_delta_to_clock_t(left), timeouts,
		   from_kuid_munged(seq_user_ns(seq), uid), 0, 0, refs, where);
}

static void mini_row_req(struct seq_file *seq, struct mini_req *req, int row)
{
	mini_row_begin(seq, &req->ep, row, TCP_SYN_RECV);
	mini_row_small(seq, &req->timer.tl, MINI_ROW_RETRANSMIT,
		       READ_ONCE(req->timeouts), mini_sk_uid(req->listener), 0,
		       req);
}

static void mini_row_tw(struct seq_file *seq, struct mini_tw *tw, int row)
{
	mini_row_begin(seq, &tw->ep, row, TCP_TIME_WAIT);
	mini_row_small(seq, &tw->timer.tl, MINI_ROW_TIME_WAIT, 0,
		       GLOBAL_ROOT_UID, refcount_read(&tw->refs), tw);
}

/* Octets: those written and not ACKed, and those that wait for the user */
static void mini_row_queues(struct seq_file *seq, const struct sock *sk,
			    int state)
{
	const struct mini_sock *msk = mini_sk(sk);
	u32 tx = READ_ONCE(msk->snd.write) - READ_ONCE(msk->snd.una);
	s32 rx = READ_ONCE(msk->rcv.nxt) - READ_ONCE(msk->rcv.copied);

	if (state == TCP_LISTEN)
		rx = READ_ONCE(sk->sk_ack_backlog);
	seq_printf(seq, " %08X:%08X", tx, max(rx, 0));
}

static int mini_row_ssthresh(const struct mini_sock *msk, int state, u32 mss)
{
	u32 ssthresh = READ_ONCE(msk->cc.ssthresh);

	if (state == TCP_LISTEN)
		return 0;	/* connections by Fast Open that may wait */
	return !ssthresh || ssthresh == MINI_SSTHRESH_NONE ? -1 :
							     ssthresh / mss;
}

/* Windows in segments, of a size that does not change in between */
static void mini_row_end(struct seq_file *seq, const struct mini_sock *msk,
			 int state)
{
	u32 mss = READ_ONCE(msk->snd.mss), cwnd = READ_ONCE(msk->cc.cwnd);

	seq_printf(seq, " %lu %lu %u %u %d",
		   mini_row_ticks(mini_rtt_rto_us(&msk->rtt)),
		   mini_row_ticks(min(READ_ONCE(msk->delack.ato_us),
				      MINI_DELACK_WORST_US)),
		   msk->delack.quick << 1 | msk->delack.pingpong,
		   cwnd ? cwnd / mss : MINI_IW_SEGS,
		   mini_row_ssthresh(msk, state, mss));
}

static void mini_row_sock(struct seq_file *seq, struct sock *sk, int row)
{
	const struct mini_sock *msk = mini_sk(sk);
	struct mini_row_timer t = mini_row_timer(msk);
	int state = inet_sk_state_load(sk);

	mini_row_begin(seq, &msk->ep, row, state);
	mini_row_queues(seq, sk, state);
	seq_printf(seq, " %02X:%08lX %08X %5u %8d %llu %d %pK", t.what, t.when,
		   mini_retransmits(msk),
		   from_kuid_munged(seq_user_ns(seq), mini_sk_uid(sk)),
		   mini_probes_out(msk), (u64)sock_i_ino(sk),
		   refcount_read(&sk->sk_refcnt), sk);
	mini_row_end(seq, msk, state);
}

static void mini_tcp_show(struct seq_file *seq, void *what, int row)
{
	struct mini_ep *ep = what;

	switch (ep->kind) {
	case MINI_KIND_SOCK:
		mini_row_sock(seq, mini_ep_sk(ep), row);
		break;
	case MINI_KIND_REQ:
		mini_row_req(seq, mini_ep_req(ep), row);
		break;
	case MINI_KIND_TW:
		mini_row_tw(seq, mini_ep_tw(ep), row);
		break;
	}
	if (ep->t.wire != IPPROTO_TCP)
		seq_printf(seq, " wire=%u", ep->t.wire);
}

static void *mini_tcp_at(struct mini_net *mn, struct mini_walk *w)
{
	return mini_walk_at(mn, w);
}

static const char mini_tcp_head[] =
"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";

const struct mini_listing mini_listing_tcp = {
	.name	= "tcp",
	.head	= mini_tcp_head,
	.width	= 149,
	.at	= mini_tcp_at,
	.show	= mini_tcp_show,
};
