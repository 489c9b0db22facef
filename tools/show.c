// SPDX-License-Identifier: GPL-2.0-only
/*
 * The columns and the words of ss. A table of what TCP_INFO tells has its order
 * and its units; what is zero is left out there too.
 */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

#include "mini-ss.h"

#define COLUMNS		6

/* One line, in columns; the last holds all that has no width */
struct line {
	char *col[COLUMNS];
	char *below;
};

static struct line *lines;
static size_t nr_lines;

static const char *const titles[COLUMNS] = {
	"State", "Recv-Q", "Send-Q", "Local Address:Port",
	"Peer Address:Port", "Process",
};

const char *show_state(const struct row *r)
{
	static const char *const names[] = {
		[ST_ESTABLISHED] = "ESTAB", [ST_SYN_SENT] = "SYN-SENT",
		[ST_SYN_RECV] = "SYN-RECV", [ST_FIN_WAIT1] = "FIN-WAIT-1",
		[ST_FIN_WAIT2] = "FIN-WAIT-2", [ST_TIME_WAIT] = "TIME-WAIT",
		[ST_CLOSE] = "UNCONN", [ST_CLOSE_WAIT] = "CLOSE-WAIT",
		[ST_LAST_ACK] = "LAST-ACK", [ST_LISTEN] = "LISTEN",
		[ST_CLOSING] = "CLOSING",
	};
	uint8_t state = r->msg.idiag_state;

	return state && state <= ST_CLOSING ? names[state] : "UNKNOWN";
}

/* The two that are shown on one line need a buffer each */
const char *show_addr(uint32_t addr, uint16_t port, bool numeric)
{
	static char bufs[2][64];
	static int turn;
	char *out = bufs[turn ^= 1];
	struct servent *s = numeric ? NULL : getservbyport(port, "tcp");
	char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &addr, text, sizeof(text));
	if (!port)
		snprintf(out, sizeof(bufs[0]), "%s:*", text);
	else if (s)
		snprintf(out, sizeof(bufs[0]), "%s:%s", text, s->s_name);
	else
		snprintf(out, sizeof(bufs[0]), "%s:%u", text, ntohs(port));
	return out;
}

/* ---- a string that grows ---- */

struct text {
	char *at;
	size_t len;
	FILE *f;
};

static void text_begin(struct text *t)
{
	t->f = open_memstream(&t->at, &t->len);
	if (!t->f)
		abort();
}

static char *text_end(struct text *t)
{
	fclose(t->f);
	return t->at;
}

/* ---- the second line ---- */

static const char *bw(double bps, bool numeric)
{
	static char out[32];

	if (numeric)
		snprintf(out, sizeof(out), "%.0f", bps);
	else if (bps >= 1e9)
		snprintf(out, sizeof(out), "%.3gG", bps / 1e9);
	else if (bps >= 1e6)
		snprintf(out, sizeof(out), "%.3gM", bps / 1e6);
	else if (bps >= 1e3)
		snprintf(out, sizeof(out), "%.3gk", bps / 1e3);
	else
		snprintf(out, sizeof(out), "%g", bps);
	return out;
}

static void show_memory(FILE *f, const struct row *r)
{
	fprintf(f, " skmem:(r%u,rb%u,t%u,tb%u,f%u,w%u,o%u,bl%u,d%u)",
		r->mem[SK_MEMINFO_RMEM_ALLOC], r->mem[SK_MEMINFO_RCVBUF],
		r->mem[SK_MEMINFO_WMEM_ALLOC], r->mem[SK_MEMINFO_SNDBUF],
		r->mem[SK_MEMINFO_FWD_ALLOC], r->mem[SK_MEMINFO_WMEM_QUEUED],
		r->mem[SK_MEMINFO_OPTMEM], r->mem[SK_MEMINFO_BACKLOG],
		r->mem[SK_MEMINFO_DROPS]);
}

static void show_agreed(FILE *f, uint8_t options)
{
	if (options & TCPI_OPT_TIMESTAMPS)
		fputs(" ts", f);
	if (options & TCPI_OPT_SACK)
		fputs(" sack", f);
	if (options & TCPI_OPT_ECN)
		fputs(" ecn", f);
	if (options & TCPI_OPT_ECN_SEEN)
		fputs(" ecnseen", f);
}

static void show_names(FILE *f, const struct row *r)
{
	const struct tcp_info *i = &r->info;

	if (*r->cong)
		fprintf(f, " %s", r->cong);
	if (i->tcpi_options & TCPI_OPT_WSCALE)
		fprintf(f, " wscale:%d,%d", i->tcpi_snd_wscale,
			i->tcpi_rcv_wscale);
}

static void count(FILE *f, const char *name, unsigned long long n)
{
	if (n)
		fprintf(f, " %s:%llu", name, n);
}

static void msec(FILE *f, const char *name, uint32_t us)
{
	if (us)
		fprintf(f, " %s:%g", name, us / 1000.);
}

static void rate(FILE *f, const char *name, double bps, bool numeric)
{
	if (bps)
		fprintf(f, " %s %sbps", name, bw(bps, numeric));
}

static void show_path(FILE *f, const struct tcp_info *i)
{
	msec(f, "rto", i->tcpi_rto == 3000000 ? 0 : i->tcpi_rto);
	count(f, "backoff", i->tcpi_backoff);
	if (i->tcpi_rtt)
		fprintf(f, " rtt:%g/%g", i->tcpi_rtt / 1000.,
			i->tcpi_rttvar / 1000.);
	msec(f, "ato", i->tcpi_ato);
	count(f, "mss", i->tcpi_snd_mss);
	count(f, "pmtu", i->tcpi_pmtu);
	count(f, "rcvmss", i->tcpi_rcv_mss);
	count(f, "advmss", i->tcpi_advmss);
	count(f, "cwnd", i->tcpi_snd_cwnd);
	if (i->tcpi_snd_ssthresh < 0xffff)
		count(f, "ssthresh", i->tcpi_snd_ssthresh);
}

static void show_counts(FILE *f, const struct tcp_info *i)
{
	count(f, "bytes_sent", i->tcpi_bytes_sent);
	count(f, "bytes_retrans", i->tcpi_bytes_retrans);
	count(f, "bytes_acked", i->tcpi_bytes_acked);
	count(f, "bytes_received", i->tcpi_bytes_received);
	count(f, "segs_out", i->tcpi_segs_out);
	count(f, "segs_in", i->tcpi_segs_in);
	count(f, "data_segs_out", i->tcpi_data_segs_out);
	count(f, "data_segs_in", i->tcpi_data_segs_in);
}

static void show_rates(FILE *f, const struct tcp_info *i, bool numeric)
{
	if (i->tcpi_rtt)
		rate(f, "send", 8e6 * i->tcpi_snd_cwnd * i->tcpi_snd_mss /
		     i->tcpi_rtt, numeric);
	count(f, "lastsnd", i->tcpi_last_data_sent);
	count(f, "lastrcv", i->tcpi_last_data_recv);
	count(f, "lastack", i->tcpi_last_ack_recv);
	if (i->tcpi_pacing_rate && ~i->tcpi_pacing_rate) {
		rate(f, "pacing_rate", 8. * i->tcpi_pacing_rate, numeric);
		if (i->tcpi_max_pacing_rate && ~i->tcpi_max_pacing_rate)
			fprintf(f, "/%sbps",
				bw(8. * i->tcpi_max_pacing_rate, numeric));
	}
	rate(f, "delivery_rate", 8. * i->tcpi_delivery_rate, numeric);
	count(f, "delivered", i->tcpi_delivered);
	count(f, "delivered_ce", i->tcpi_delivered_ce);
	if (i->tcpi_delivery_rate_app_limited)
		fputs(" app_limited", f);
}

static void limited(FILE *f, const char *name, uint64_t us, uint64_t of_us)
{
	if (us)
		fprintf(f, " %s:%llums(%.1f%%)", name,
			(unsigned long long)us / 1000, 100. * us / of_us);
}

static void show_limits(FILE *f, const struct tcp_info *i)
{
	if (!i->tcpi_busy_time)
		return;
	fprintf(f, " busy:%llums", (unsigned long long)i->tcpi_busy_time / 1000);
	limited(f, "rwnd_limited", i->tcpi_rwnd_limited, i->tcpi_busy_time);
	limited(f, "sndbuf_limited", i->tcpi_sndbuf_limited,
		i->tcpi_busy_time);
}

static void show_loss(FILE *f, const struct row *r)
{
	const struct tcp_info *i = &r->info;

	count(f, "unacked", i->tcpi_unacked);
	if (i->tcpi_retrans || i->tcpi_total_retrans)
		fprintf(f, " retrans:%u/%u", i->tcpi_retrans,
			i->tcpi_total_retrans);
	count(f, "lost", i->tcpi_lost);
	if (r->msg.idiag_state != ST_LISTEN)
		count(f, "sacked", i->tcpi_sacked);
	count(f, "dsack_dups", i->tcpi_dsack_dups);
	if (i->tcpi_reordering != 3)
		count(f, "reordering", i->tcpi_reordering);
	count(f, "reord_seen", i->tcpi_reord_seen);
}

static void show_info(FILE *f, const struct row *r, const struct options *o)
{
	const struct tcp_info *i = &r->info;

	if (o->timer)	/* -o is --options, for ss */
		show_agreed(f, i->tcpi_options);
	show_names(f, r);
	show_path(f, i);
	show_counts(f, i);
	show_rates(f, i, o->numeric);
	show_limits(f, i);
	show_loss(f, r);
	msec(f, "rcv_rtt", i->tcpi_rcv_rtt);
	count(f, "rcv_space", i->tcpi_rcv_space);
	count(f, "rcv_ssthresh", i->tcpi_rcv_ssthresh);
	count(f, "notsent", i->tcpi_notsent_bytes);
	msec(f, "minrtt", ~i->tcpi_min_rtt ? i->tcpi_min_rtt : 0);
	count(f, "rcv_ooopack", i->tcpi_rcv_ooopack);
	count(f, "snd_wnd", i->tcpi_snd_wnd);
}

static char *below(const struct row *r, const struct options *o)
{
	struct text t;

	text_begin(&t);
	if (o->memory && r->has_mem)
		show_memory(t.f, r);
	if (o->info && r->has_info)
		show_info(t.f, r, o);
	return text_end(&t);
}

/* ---- the first ---- */

/* Seconds with a point in them are called ms there, so they are here */
static const char *ms_text(uint32_t ms)
{
	static char out[32];
	uint32_t min = ms / 60000, sec = ms / 1000 % 60;

	if (min > 9 || (min && !sec))
		snprintf(out, sizeof(out), "%umin", min);
	else if (min)
		snprintf(out, sizeof(out), "%umin%usec", min, sec);
	else if (sec > 9 || (sec && !(ms % 1000)))
		snprintf(out, sizeof(out), "%usec", sec);
	else if (sec)
		snprintf(out, sizeof(out), "%u.%03ums", sec, ms % 1000);
	else
		snprintf(out, sizeof(out), "%03ums", ms);
	return out;
}

static void show_timer(FILE *f, const struct row *r)
{
	static const char *const names[] = {
		"off", "on", "keepalive", "timewait", "persist",
	};
	uint8_t timer = r->msg.idiag_timer;

	if (timer)
		fprintf(f, " timer:(%s,%s,%u)",
			timer <= MINI_DIAG_TIMER_PROBE ? names[timer] :
							 "unknown",
			ms_text(r->msg.idiag_expires), r->msg.idiag_retrans);
}

static void show_details(FILE *f, const struct row *r)
{
	if (r->msg.idiag_uid)
		fprintf(f, " uid:%u", r->msg.idiag_uid);
	fprintf(f, " ino:%u sk:%llx", r->msg.idiag_inode,
		(unsigned long long)r->msg.id.idiag_cookie[1] << 32 |
		r->msg.id.idiag_cookie[0]);
	if (r->mark)
		fprintf(f, " fwmark:0x%x", r->mark);
	if (r->has_shutdown)
		fprintf(f, " %c-%c", r->shutdown & 1 ? '-' : '<',
			r->shutdown & 2 ? '-' : '>');
	if (r->protocol)
		fprintf(f, " proto:%u", r->protocol);
}

static char *last_column(const struct row *r, const struct options *o)
{
	struct text t;

	text_begin(&t);
	if (o->procs)
		fputs(procs_of(r->msg.idiag_inode), t.f);
	if (o->timer)
		show_timer(t.f, r);
	if (o->extended)
		show_details(t.f, r);
	return text_end(&t);
}

static char *copy(const char *text)
{
	char *c = strdup(text);

	if (!c)
		abort();
	return c;
}

static char *digits(uint32_t n)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", n);
	return copy(text);
}

/* Kept, for a column is as wide as the widest of it */
static struct line *line_new(void)
{
	if (!(nr_lines & (nr_lines - 1))) {
		size_t room = nr_lines ? nr_lines * 2 : 1;

		lines = realloc(lines, room * sizeof(*lines));
		if (!lines)
			abort();
	}
	return &lines[nr_lines++];
}

void show_header(const struct options *o)
{
	struct line *l;
	int i;

	if (o->no_header)
		return;
	l = line_new();
	for (i = 0; i < COLUMNS; i++)
		l->col[i] = copy(titles[i]);
	l->below = copy("");
}

void show_row(const struct row *r, const struct options *o)
{
	const struct inet_diag_sockid *id = &r->msg.id;
	struct line *l = line_new();

	l->col[0] = copy(show_state(r));
	l->col[1] = digits(r->msg.idiag_rqueue);
	l->col[2] = digits(r->msg.idiag_wqueue);
	l->col[3] = copy(show_addr(id->idiag_src[0], id->idiag_sport,
				   o->numeric));
	l->col[4] = copy(show_addr(id->idiag_dst[0], id->idiag_dport,
				   o->numeric));
	l->col[5] = last_column(r, o);
	l->below = below(r, o);
}

static void line_print(const struct line *l, const size_t *width, int from)
{
	int i;

	for (i = from; i < COLUMNS - 1; i++)
		printf("%-*s ", (int)width[i], l->col[i]);
	printf("%s\n", l->col[i]);
	if (*l->below)
		printf("\t%s\n", l->below);
}

void show_flush(const struct options *o)
{
	size_t width[COLUMNS] = { 0 }, n, len;
	int i;

	for (n = 0; n < nr_lines; n++)
		for (i = 0; i < COLUMNS; i++) {
			len = strlen(lines[n].col[i]);
			if (len > width[i])
				width[i] = len;
		}
	for (n = 0; n < nr_lines; n++)
		line_print(&lines[n], width, o->one_state);
}
