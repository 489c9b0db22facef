// SPDX-License-Identifier: GPL-2.0-only
/*
 * In words: why a socket sends nothing, is not closed, and lets its peer send
 * nothing, and for how long. The kernel says what holds it; nothing is guessed
 * here.
 */
#include <stdio.h>
#include <string.h>

#include "mini-ss.h"

#define CA_RECOVERY	3	/* tcpi_ca_state, enum tcp_ca_state */
#define CA_LOSS		4

static const char *time_text(uint64_t us)
{
	static char bufs[2][32];
	static int turn;
	char *out = bufs[turn ^= 1];
	unsigned long long ms = us / 1000;

	if (ms < 1000)
		snprintf(out, sizeof(bufs[0]), "%llu ms", ms);
	else if (ms < 60000)
		snprintf(out, sizeof(bufs[0]), "%.1f s", ms / 1000.);
	else if (ms < 3600000)
		snprintf(out, sizeof(bufs[0]), "%llu min %llu s", ms / 60000,
			 ms / 1000 % 60);
	else
		snprintf(out, sizeof(bufs[0]), "%llu h %llu min", ms / 3600000,
			 ms / 60000 % 60);
	return out;
}

static const char *timer_text(const struct row *r)
{
	return time_text(r->msg.idiag_expires * 1000ULL);
}

/* ", sent again 3 times, next in 400 ms" */
static void say_again(const struct row *r)
{
	if (r->msg.idiag_retrans)
		printf(", sent again %u time%s", r->msg.idiag_retrans,
		       r->msg.idiag_retrans == 1 ? "" : "s");
	if (r->msg.idiag_timer == MINI_DIAG_TIMER_RTO)
		printf(", %s in %s", r->msg.idiag_retrans ? "next" : "again",
		       timer_text(r));
	if (r->why.soft_err)
		printf(" (%s)", strerror(r->why.soft_err));
}

static void say_probe(const struct row *r)
{
	if (r->msg.idiag_timer == MINI_DIAG_TIMER_PROBE)
		printf(", probe %u is due in %s", r->msg.idiag_retrans + 1,
		       timer_text(r));
	else
		say_again(r);
}

static void say_window(const struct row *r)
{
	const struct mini_diag_why *w = &r->why;

	if (w->snd_wnd)
		printf("the peer's window of %u bytes is full", w->snd_wnd);
	else
		printf("the peer's window is shut");
	printf(", %u bytes wait", w->unsent);
	say_probe(r);
}

static void say_cwnd(const struct row *r)
{
	const struct mini_diag_why *w = &r->why;

	printf("the congestion window is full, %u of %u bytes in flight, %u wait",
	       w->pipe, w->cwnd, w->unsent);
	if (r->info.tcpi_ca_state == CA_RECOVERY)
		printf(", in recovery from a loss");
	else if (r->info.tcpi_ca_state == CA_LOSS)
		printf(", after a timeout");
}

static void say_ack(const struct row *r, const char *what)
{
	printf("%s, %u bytes are not acknowledged", what,
	       r->msg.idiag_wqueue - r->why.unsent);
	say_again(r);
}

static void say_listen(const struct row *r)
{
	printf("it listens, %u of at most %u connections wait to be accepted",
	       r->msg.idiag_rqueue, r->msg.idiag_wqueue);
	if (r->msg.idiag_rqueue > r->msg.idiag_wqueue)
		printf(": the queue is full");
	if (r->why.half_open)
		printf(", %u are half-open", r->why.half_open);
}

static void say_held(const struct row *r, const char *what)
{
	printf("%s keeps %u bytes", what, r->why.unsent);
	if (r->why.send_ms)
		printf(", until %s from now", time_text(r->why.send_ms * 1000ULL));
}

static void say_send(const struct row *r)
{
	switch (r->why.send.why) {
	case MINI_HOLD_IDLE:
		printf("the application has nothing to send");
		break;
	case MINI_HOLD_ACK:
		say_ack(r, "all is sent");
		break;
	case MINI_HOLD_RTO:
	case MINI_HOLD_UNREACHABLE:
		say_ack(r, "the peer does not answer");
		break;
	case MINI_HOLD_RWND:
		say_window(r);
		break;
	case MINI_HOLD_SWS:
		printf("the peer's window has room for less than a segment, %u bytes wait",
		       r->why.unsent);
		say_probe(r);
		break;
	case MINI_HOLD_CWND:
		say_cwnd(r);
		break;
	case MINI_HOLD_NAGLE:
		say_held(r, "Nagle's rule");
		break;
	case MINI_HOLD_CORK:
		say_held(r, "a cork");
		break;
	case MINI_HOLD_AUTOCORK:
		say_held(r, "autocorking, while the device is busy,");
		break;
	case MINI_HOLD_PACING:
		say_held(r, "pacing");
		break;
	case MINI_HOLD_MEMORY:
		printf("there is no memory, %u bytes wait", r->why.unsent);
		break;
	case MINI_HOLD_HANDSHAKE:
		printf("the peer has not answered our %s",
		       r->msg.idiag_state == ST_SYN_SENT ? "SYN" : "SYN,ACK");
		say_again(r);
		break;
	case MINI_HOLD_LISTEN:
		say_listen(r);
		break;
	case MINI_HOLD_DONE:
		printf("all is sent and acknowledged, the FIN too");
		break;
	default:
		printf("unknown (%u)", r->why.send.why);
	}
}

static void say_close(const struct row *r)
{
	switch (r->why.close.why) {
	case MINI_HOLD_NONE:
		printf("neither side has closed");
		break;
	case MINI_HOLD_FIN_BEHIND:
		printf("our FIN is behind %u bytes that have not left",
		       r->why.unsent - 1);
		break;
	case MINI_HOLD_FIN_SENT:
		printf("our FIN is not acknowledged");
		break;
	case MINI_HOLD_FIN_WAIT2:
		printf("the peer has not closed");
		break;
	case MINI_HOLD_CLOSE_WAIT:
		printf("the peer has closed, the application has not");
		break;
	case MINI_HOLD_TIME_WAIT:
		printf("late segments may come, %s left", timer_text(r));
		break;
	default:
		printf("unknown (%u)", r->why.close.why);
	}
}

static void say_since(const struct mini_diag_hold *h)
{
	if (h->why)
		printf("; for %s", time_text(h->since_us));
	putchar('\n');
}

void why_row(const struct row *r, const struct options *o)
{
	const struct inet_diag_sockid *id = &r->msg.id;

	printf("%s %s %s", show_addr(id->idiag_src[0], id->idiag_sport,
				     o->numeric),
	       show_addr(id->idiag_dst[0], id->idiag_dport, o->numeric),
	       show_state(r));
	if (o->procs)
		printf(" %s", procs_of(r->msg.idiag_inode));
	printf("\n\tsends nothing: ");
	say_send(r);
	say_since(&r->why.send);
	if (r->msg.idiag_state == ST_LISTEN)
		return;
	printf("\tis not closed: ");
	say_close(r);
	say_since(&r->why.close);
	if (r->why.read.why != MINI_HOLD_READER)
		return;
	printf("\tlets the peer send nothing: the application does not read, %u bytes wait for it",
	       r->why.unread);
	say_since(&r->why.read);
}
