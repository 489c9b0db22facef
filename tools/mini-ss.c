// SPDX-License-Identifier: GPL-2.0-only
/*
 * ss for the sockets of AF_MINI, and mini-why: why each of them sends nothing.
 * Called as mini-why it is mini-ss --why.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mini-ss.h"

#define EXT(name)	(1 << (INET_DIAG_##name - 1))

static struct options opt;

static void print_help(FILE *to)
{
	fputs("usage: mini-ss [-talnmiopeKHsw] [FILTER]\n"
	      "       mini-why [-anp] [FILTER]\n"
	      "  -t  stream sockets, which is all there is   -n  ports as numbers\n"
	      "  -a  all states         -l  listening ones   -H  no header\n"
	      "  -m  memory    -i  TCP_INFO    -o  timers    -e  details\n"
	      "  -p  processes    -s  a summary\n"
	      "  -K  end those shown (needs CAP_NET_ADMIN)\n"
	      "  -w, --why  why each sends nothing, is not closed, and since when\n"
	      "FILTER: [state STATE | exclude STATE]... [CONDITION [and] ...]\n"
	      "  STATE: established syn-sent syn-recv fin-wait-1 fin-wait-2 time-wait\n"
	      "    closed close-wait last-ack listening closing all connected\n"
	      "    synchronized bucket big\n"
	      "  CONDITION: sport OP :PORT, dport OP :PORT, src ADDR, dst ADDR\n"
	      "    OP: = != < > <= >=    ADDR: [ADDRESS[/BITS]][:PORT]\n", to);
}

static bool option_set(int c)
{
	static bool any;	/* -t: nothing to choose */
	static const struct {
		char c;
		bool *set;
	} flags[] = {
		{ 't', &any }, { 'a', &opt.all }, { 'l', &opt.listening },
		{ 'n', &opt.numeric }, { 'm', &opt.memory }, { 'i', &opt.info },
		{ 'o', &opt.timer }, { 'p', &opt.procs },
		{ 'e', &opt.extended }, { 'K', &opt.kill },
		{ 'H', &opt.no_header }, { 's', &opt.summary },
		{ 'w', &opt.why }, { 0, NULL },
	};
	int i;

	if (c == 'h') {
		print_help(stdout);
		exit(0);
	}
	for (i = 0; flags[i].c; i++)
		if (flags[i].c == c)
			*flags[i].set = true;
	return c != '?';
}

static int options_parse(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "tcp", 0, NULL, 't' }, { "all", 0, NULL, 'a' },
		{ "listening", 0, NULL, 'l' }, { "numeric", 0, NULL, 'n' },
		{ "memory", 0, NULL, 'm' }, { "info", 0, NULL, 'i' },
		{ "options", 0, NULL, 'o' }, { "processes", 0, NULL, 'p' },
		{ "extended", 0, NULL, 'e' }, { "kill", 0, NULL, 'K' },
		{ "no-header", 0, NULL, 'H' }, { "summary", 0, NULL, 's' },
		{ "why", 0, NULL, 'w' }, { "help", 0, NULL, 'h' },
		{ }
	};
	int c;

	while ((c = getopt_long(argc, argv, "talnmiopeKHswh", longs, NULL)) >= 0)
		if (!option_set(c))
			return -1;
	return filter_parse(argv + optind, &opt);
}

/* As ss: what has data to carry, unless something else is said */
static uint32_t states(void)
{
	if (opt.states)
		return opt.states;
	if (opt.all)
		return ST_ALL;
	if (opt.listening)
		return ST_BIT(ST_LISTEN) | ST_BIT(ST_CLOSE);
	if (opt.why)
		return ST_ALL & ~ST_BIT(ST_LISTEN);
	return ST_ALL & ~(ST_BIT(ST_LISTEN) | ST_BIT(ST_CLOSE) |
			  ST_BIT(ST_TIME_WAIT) | ST_BIT(ST_SYN_RECV));
}

static uint8_t extensions(void)
{
	uint8_t ext = EXT(CONG) | EXT(TOS);

	if (opt.info || opt.why)
		ext |= EXT(INFO);
	if (opt.memory)
		ext |= EXT(SKMEMINFO);
	return ext;
}

/* Kept until the dump is over: killing changes what it walks through */
static struct row *doomed;
static size_t nr_doomed;

static void doom(const struct row *r)
{
	if (!(nr_doomed & (nr_doomed - 1))) {
		size_t room = nr_doomed ? nr_doomed * 2 : 1;

		doomed = realloc(doomed, room * sizeof(*doomed));
		if (!doomed)
			abort();
	}
	doomed[nr_doomed++] = *r;
}

static void show(const struct row *r)
{
	if (opt.why)
		why_row(r, &opt);
	else
		show_row(r, &opt);
}

static void each(const struct row *r)
{
	if (!filter_ok(r))
		return;
	if (opt.kill)
		doom(r);
	else
		show(r);
}

/* As ss, it shows those that it has ended */
static int kill_all(void)
{
	size_t i;
	int rc, worst = 0;

	for (i = 0; i < nr_doomed; i++) {
		rc = diag_kill(&doomed[i]);
		if (!rc)
			show(&doomed[i]);
		else if (rc != -ENOENT)	/* it has ended by itself */
			worst = rc;
	}
	return worst;
}

static unsigned int total, established, orphaned, time_wait, closed;

static void tally(const struct row *r)
{
	uint8_t state = r->msg.idiag_state;

	total++;
	established += state == ST_ESTABLISHED;
	time_wait += state == ST_TIME_WAIT;
	closed += state == ST_CLOSE || state == ST_TIME_WAIT;
	orphaned += !r->msg.idiag_inode && state != ST_TIME_WAIT &&
		    state != ST_SYN_RECV && state != ST_ESTABLISHED;
}

static int run(void)
{
	int rc;

	if (opt.procs)
		procs_read();
	if (opt.summary) {
		rc = diag_dump(ST_ALL, 0, tally);
		if (!rc)
			printf("MINI:  %u (estab %u, closed %u, orphaned %u, timewait %u)\n",
			       total, established, closed, orphaned,
			       time_wait);
		return rc;
	}
	if (!opt.why)
		show_header(&opt);
	rc = diag_dump(states(), extensions(), each);
	if (!rc && opt.kill)
		rc = kill_all();
	show_flush(&opt);
	return rc;
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');
	int rc;

	name = name ? name + 1 : argv[0];
	opt.why = !strcmp(name, "mini-why");
	if (options_parse(argc, argv)) {
		print_help(stderr);
		return 2;
	}
	rc = run();
	if (rc == -ENOENT)
		fprintf(stderr, "%s: nobody answers for family %d: is af_mini loaded?\n",
			name, diag_family());
	else if (rc)
		fprintf(stderr, "%s: %s\n", name, strerror(-rc));
	return rc ? 1 : 0;
}
