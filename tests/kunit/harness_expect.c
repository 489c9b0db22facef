// SPDX-License-Identifier: GPL-2.0-only
/* The log of the fake wire, and what a test may expect to find in it */
#include <linux/tcp.h>
#include "harness.h"

#define MINI_T_SHOWN	48U

/**
 * mini_t_octet() - the payload of either side at an offset of its stream
 * @off: offset from the first octet after the SYN
 *
 * Return: the octet.
 */
u8 mini_t_octet(u32 off)
{
	return (off * 2654435761U) >> 24;
}

static struct mini_t_rec *mini_t_rec(const struct mini_t *t, u32 nr)
{
	return &t->log[nr % MINI_T_LOG];
}

static void mini_t_note_nxt(struct mini_t *t, const struct mini_t_rec *rec)
{
	u32 *nxt = rec->tx ? &t->our_nxt : &t->peer_nxt;
	u32 end = rec->seq + rec->len + !!(rec->flags & MINI_SYN) +
		  !!(rec->flags & MINI_FIN);

	if (seq_gt(end, *nxt) && !(rec->flags & MINI_RST))
		*nxt = end;
}

/**
 * mini_t_log() - a segment passes the wire
 * @t: world
 * @rec: copied
 */
void mini_t_log(struct mini_t *t, const struct mini_t_rec *rec)
{
	struct mini_t_rec *slot = mini_t_rec(t, t->nr_log);

	mini_t_note_nxt(t, rec);
	if (t->nr_log - t->nr_read == MINI_T_LOG) {
		if (slot->tx && !t->broken)
			t->broken = "more was sent than the log holds";
		t->nr_read++;
	}
	*slot = *rec;
	t->nr_log++;
}

static const char *mini_t_flags(u8 flags, char *buf)
{
	static const char letters[] = "FSRPAUEC";
	char *p = buf;
	int i;

	for (i = 0; i < 8; i++)
		if (flags & BIT(i))
			*p++ = letters[i];
	if (p == buf)
		*p++ = '-';
	*p = 0;
	return buf;
}

static void mini_t_print_sack(struct mini_t *t, const struct mini_t_rec *r)
{
	u32 zero = r->tx ? t->peer_zero : t->our_zero;
	u8 i;

	for (i = 0; i < r->nr_sack; i++)
		kunit_err(t->test, "               sack %d to %d",
			  r->sack[i].start - zero, r->sack[i].end - zero);
}

static void mini_t_print_rec(struct mini_t *t, const struct mini_t_rec *r)
{
	u32 seq = r->seq - (r->tx ? t->our_zero : t->peer_zero);
	u32 ack = r->ack - (r->tx ? t->peer_zero : t->our_zero);
	s64 at = r->at_us - t->zero_us;
	char flags[9];

	if (!(r->flags & MINI_ACK))
		ack = 0;
	kunit_err(t->test, "%9lld us %s %-4s seq %d len %u ack %d wnd %u mss %u up %u ecn %u%s",
		  at, r->tx ? "->" : "<-", mini_t_flags(r->flags, flags), seq,
		  r->len, ack, r->wnd, r->mss, r->up, r->ecn,
		  r->reply ? " (no socket)" : "");
	mini_t_print_sack(t, r);
}

static void mini_t_print(struct mini_t *t)
{
	u32 nr = t->nr_log > MINI_T_SHOWN ? t->nr_log - MINI_T_SHOWN : 0;

	kunit_err(t->test, "at %lld us, state %s; offsets from the zero points",
		  (s64)(t->now_us - t->zero_us),
		  mini_t_state_name(mini_t_state(t)));
	if (t->printed++)
		return;
	for (; nr < t->nr_log; nr++) {
		if (nr == t->nr_read)
			kunit_err(t->test, "not yet expected:");
		mini_t_print_rec(t, mini_t_rec(t, nr));
	}
}

/**
 * __mini_t_fail() - fail the case, and show what went over the wire
 * @t: world
 * @file: of the expectation
 * @line: of the expectation
 * @fmt: what is wrong
 */
void __mini_t_fail(struct mini_t *t, const char *file, int line,
		   const char *fmt, ...)
{
	struct va_format vaf;
	va_list args;

	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	KUNIT_FAIL(t->test, "%s:%d: %pV", kbasename(file), line, &vaf);
	va_end(args);
	mini_t_print(t);
}

/**
 * mini_t_next() - the next segment that we sent, expected by the caller
 * @t: world
 *
 * Return: its record, or NULL when there is none.
 */
const struct mini_t_rec *mini_t_next(struct mini_t *t)
{
	while (t->nr_read < t->nr_log) {
		struct mini_t_rec *rec = mini_t_rec(t, t->nr_read++);

		if (rec->tx)
			return rec;
	}
	return NULL;
}

/**
 * mini_t_drain() - whatever we sent so far is fine
 * @t: world
 */
void mini_t_drain(struct mini_t *t)
{
	t->nr_read = t->nr_log;
}

/**
 * mini_t_pending() - how much we sent that was not expected yet
 * @t: world
 *
 * Return: segments.
 */
u32 mini_t_pending(struct mini_t *t)
{
	u32 nr, count = 0;

	for (nr = t->nr_read; nr < t->nr_log; nr++)
		count += mini_t_rec(t, nr)->tx;
	return count;
}

static bool mini_t_seq_ok(const struct mini_t *t, const struct mini_t_seg *seg,
			  const struct mini_t_rec *rec)
{
	if (seg->any_seq)
		return true;
	return rec->seq == (seg->seq0 ? 0 : t->our_zero + seg->seq);
}

static bool mini_t_flags_ok(const struct mini_t_seg *seg, u8 flags)
{
	u8 want = mini_t_hdr_flags(seg);

	/* PSH says nothing unless it was asked for */
	if (!(want & MINI_PSH))
		flags &= ~MINI_PSH;
	return flags == want;
}

static bool mini_t_wnd_ok(const struct mini_t_seg *seg, u32 wnd)
{
	if (!seg->wnd)
		return true;
	return wnd == (seg->wnd == MINI_T_SHUT ? 0 : seg->wnd);
}

static bool mini_t_sack_ok(const struct mini_t *t,
			   const struct mini_t_seg *seg,
			   const struct mini_t_rec *rec)
{
	u8 i;

	if (!seg->nr_sack)
		return !seg->no_sack || !rec->nr_sack;
	if (rec->nr_sack != seg->nr_sack)
		return false;
	for (i = 0; i < seg->nr_sack; i++)
		if (rec->sack[i].start != t->peer_zero + seg->sack[i].start ||
		    rec->sack[i].end != t->peer_zero + seg->sack[i].end)
			return false;
	return true;
}

static bool mini_t_opts_ok(const struct mini_t_seg *seg,
			   const struct mini_t_rec *rec)
{
	if (seg->mss && rec->mss != (seg->mss == MINI_T_NOMSS ? 0 : seg->mss))
		return false;
	return !seg->ws || rec->ws == seg->ws;
}

static bool mini_t_match(const struct mini_t *t, const struct mini_t_seg *seg,
			 const struct mini_t_rec *rec)
{
	bool ack = mini_t_hdr_flags(seg) & MINI_ACK;

	return mini_t_flags_ok(seg, rec->flags) && mini_t_seq_ok(t, seg, rec) &&
	       (!ack || rec->ack == t->peer_zero + seg->ack) &&
	       rec->len == seg->len && rec->ecn == seg->ecn &&
	       mini_t_wnd_ok(seg, rec->wnd) &&
	       (!seg->up || rec->up == seg->up) && mini_t_opts_ok(seg, rec) &&
	       mini_t_sack_ok(t, seg, rec);
}

/**
 * __mini_t_check_broken() - fail when a segment of ours broke a rule
 * @t: world
 * @file: of the expectation
 * @line: of the expectation
 */
void __mini_t_check_broken(struct mini_t *t, const char *file, int line)
{
	const char *rule = t->broken;

	t->broken = NULL;
	if (rule)
		__mini_t_fail(t, file, line, "a segment broke a rule: %s",
			      rule);
}

bool __mini_t_expect_tx(struct mini_t *t, struct mini_t_seg seg,
			const char *file, int line)
{
	const struct mini_t_rec *rec = mini_t_next(t);
	char flags[9];

	__mini_t_check_broken(t, file, line);
	if (rec && mini_t_match(t, &seg, rec))
		return true;
	__mini_t_fail(t, file, line, "expected %s seq %d len %u ack %d, %s",
		      mini_t_flags(mini_t_hdr_flags(&seg), flags), seg.seq,
		      seg.len, seg.ack,
		      rec ? "got another" : "got nothing");
	return false;
}

void __mini_t_expect_nothing(struct mini_t *t, const char *file, int line)
{
	__mini_t_check_broken(t, file, line);
	if (!mini_t_pending(t))
		return;
	__mini_t_fail(t, file, line, "expected nothing more");
	mini_t_drain(t);
}

void __mini_t_expect_tx_at(struct mini_t *t, s64 at, struct mini_t_seg seg,
			   const char *file, int line)
{
	mini_t_goto(t, at - 1);
	__mini_t_expect_nothing(t, file, line);
	mini_t_goto(t, at);
	__mini_t_expect_tx(t, seg, file, line);
}

static const char * const mini_t_state_names[] = {
	[TCP_ESTABLISHED]	= "ESTAB",
	[TCP_SYN_SENT]		= "SYN-SENT",
	[TCP_SYN_RECV]		= "SYN-RCVD",
	[TCP_FIN_WAIT1]		= "FIN-WAIT-1",
	[TCP_FIN_WAIT2]		= "FIN-WAIT-2",
	[TCP_TIME_WAIT]		= "TIME-WAIT",
	[TCP_CLOSE]		= "CLOSED",
	[TCP_CLOSE_WAIT]	= "CLOSE-WAIT",
	[TCP_LAST_ACK]		= "LAST-ACK",
	[TCP_LISTEN]		= "LISTEN",
	[TCP_CLOSING]		= "CLOSING",
	[TCP_NEW_SYN_RECV]	= "SYN-RCVD (active)",
};

/**
 * mini_t_state_name() - a state as RFC 9293 writes it
 * @state: TCP_*; TCP_NEW_SYN_RECV is SYN-RECEIVED after an active open
 *
 * Return: its name.
 */
const char *mini_t_state_name(int state)
{
	return state < ARRAY_SIZE(mini_t_state_names) ?
	       mini_t_state_names[state] : "?";
}

static int mini_t_ep_state(struct mini_ep *ep)
{
	switch (ep->kind) {
	case MINI_KIND_REQ:
		return TCP_SYN_RECV;
	case MINI_KIND_TW:
		return TCP_TIME_WAIT;
	default:
		return mini_ep_sk(ep)->sk_state;
	}
}

/**
 * mini_t_state() - where the connection stands, by the engine's tables
 * @t: world
 *
 * Return: TCP_*; a half-open connection is TCP_SYN_RECV.
 */
int mini_t_state(struct mini_t *t)
{
	int state = TCP_CLOSE;
	struct mini_dest d;

	rcu_read_lock();
	if (mini_lookup(t->mn, &t->tuple, 0, 0, &d))
		state = d.ep ? mini_t_ep_state(d.ep) : TCP_LISTEN;
	rcu_read_unlock();
	return state;
}

void __mini_t_expect_state(struct mini_t *t, int state, const char *file,
			   int line)
{
	int is = mini_t_state(t);

	if (is != state)
		__mini_t_fail(t, file, line, "state is %s, not %s",
			      mini_t_state_name(is), mini_t_state_name(state));
}

