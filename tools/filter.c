// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which sockets: "state WORD", "exclude WORD", and then conditions that must
 * all hold: "sport OP :PORT", "dport OP :PORT", "src ADDR", "dst ADDR", where
 * ADDR is [ADDRESS[/BITS]][:PORT].
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

#include "mini-ss.h"

#define CONDS_MAX	16

enum op { OP_EQ, OP_NE, OP_LT, OP_GT, OP_LE, OP_GE };

/* Of a port when it compares, of an address and perhaps its port when it not */
struct cond {
	bool dst;
	bool compares;
	enum op op;
	bool any_port;
	uint16_t port;
	uint32_t addr, mask;	/* host order */
};

static struct cond conds[CONDS_MAX];
static int nr_conds;

static const struct {
	const char *word;
	uint32_t states;
} words[] = {
	{ "established", ST_BIT(ST_ESTABLISHED) },
	{ "syn-sent", ST_BIT(ST_SYN_SENT) },
	{ "syn-recv", ST_BIT(ST_SYN_RECV) },
	{ "fin-wait-1", ST_BIT(ST_FIN_WAIT1) },
	{ "fin-wait-2", ST_BIT(ST_FIN_WAIT2) },
	{ "time-wait", ST_BIT(ST_TIME_WAIT) },
	{ "closed", ST_BIT(ST_CLOSE) },
	{ "close-wait", ST_BIT(ST_CLOSE_WAIT) },
	{ "last-ack", ST_BIT(ST_LAST_ACK) },
	{ "listening", ST_BIT(ST_LISTEN) },
	{ "listen", ST_BIT(ST_LISTEN) },
	{ "closing", ST_BIT(ST_CLOSING) },
	{ "all", ST_ALL },
	{ "connected", ST_ALL & ~(ST_BIT(ST_CLOSE) | ST_BIT(ST_LISTEN)) },
	{ "synchronized", ST_ALL & ~(ST_BIT(ST_CLOSE) | ST_BIT(ST_LISTEN) |
				     ST_BIT(ST_SYN_SENT)) },
	{ "bucket", ST_BIT(ST_SYN_RECV) | ST_BIT(ST_TIME_WAIT) },
	{ "big", ST_ALL & ~(ST_BIT(ST_SYN_RECV) | ST_BIT(ST_TIME_WAIT)) },
	{ NULL, 0 },
};

static uint32_t states_of(const char *word)
{
	int i;

	for (i = 0; word && words[i].word; i++)
		if (!strcmp(words[i].word, word))
			return words[i].states;
	return 0;
}

static int op_of(const char *word)
{
	static const char *const names[][3] = {
		[OP_EQ] = { "=", "==", "eq" }, [OP_NE] = { "!=", "ne", "neq" },
		[OP_LT] = { "<", "lt", "" }, [OP_GT] = { ">", "gt", "" },
		[OP_LE] = { "<=", "le", "leq" }, [OP_GE] = { ">=", "ge", "geq" },
	};
	int op, i;

	for (op = OP_EQ; word && op <= OP_GE; op++)
		for (i = 0; i < 3; i++)
			if (*word && !strcmp(names[op][i], word))
				return op;
	return -1;
}

static bool number(const char *text, unsigned long max, unsigned long *n)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	*n = strtoul(text, &end, 10);
	return !*end && *n <= max;
}

static bool port_of(const char *text, struct cond *c)
{
	unsigned long n;

	c->any_port = !strcmp(text, "*");
	if (c->any_port)
		return true;
	if (!number(text, 65535, &n))
		return false;
	c->port = n;
	return true;
}

static bool addr_of(const char *text, struct cond *c)
{
	char copy[64], *port, *bits;
	unsigned long n = 32;
	struct in_addr in;

	if (!text || strlen(text) >= sizeof(copy))
		return false;
	strcpy(copy, text);
	c->any_port = true;
	port = strchr(copy, ':');
	if (port)
		*port++ = 0;
	if (port && !port_of(port, c))
		return false;
	if (!*copy || !strcmp(copy, "*"))
		return port;
	bits = strchr(copy, '/');
	if (bits)
		*bits++ = 0;
	if (!inet_pton(AF_INET, copy, &in) || (bits && !number(bits, 32, &n)))
		return false;
	c->mask = n ? ~0U << (32 - n) : 0;
	c->addr = ntohl(in.s_addr) & c->mask;
	return true;
}

/* One condition: how many words it takes, 0 when it is none */
static int cond_parse(char **w)
{
	struct cond c = { .dst = w[0][0] == 'd' };
	int op;

	if (nr_conds == CONDS_MAX)
		return 0;
	if (!strcmp(w[0], "src") || !strcmp(w[0], "dst")) {
		/* as ss has it: with an operator, or without */
		op = op_of(w[1]);
		if (op > OP_NE || !addr_of(op < 0 ? w[1] : w[2], &c))
			return 0;
		c.op = op < 0 ? OP_EQ : op;
		conds[nr_conds++] = c;
		return op < 0 ? 2 : 3;
	}
	if (strcmp(w[0], "sport") && strcmp(w[0], "dport"))
		return 0;
	op = op_of(w[1]);
	if (op < 0 || !w[2] || w[2][0] != ':' || !port_of(w[2] + 1, &c))
		return 0;
	c.op = op;
	c.compares = true;
	conds[nr_conds++] = c;
	return 3;
}

/* The words behind the options; 0, or -1 when they are not understood */
int filter_parse(char **w, struct options *o)
{
	uint32_t states;
	int n;

	for (; *w && (!strcmp(*w, "state") || !strcmp(*w, "exclude")); w += 2) {
		states = states_of(w[1]);
		if (!states)
			return -1;
		if (**w == 'e')
			o->states = (o->states ?: ST_ALL) & ~states;
		else
			o->states |= states;
	}
	o->one_state = o->states && !(o->states & (o->states - 1));
	while (*w) {
		n = cond_parse(w);
		if (!n)
			return -1;
		w += n;
		if (*w && !strcmp(*w, "and") && w[1])
			w++;
	}
	return 0;
}

static bool compare(enum op op, uint16_t a, uint16_t b)
{
	switch (op) {
	case OP_EQ:
		return a == b;
	case OP_NE:
		return a != b;
	case OP_LT:
		return a < b;
	case OP_GT:
		return a > b;
	case OP_LE:
		return a <= b;
	case OP_GE:
		return a >= b;
	}
	return false;
}

static bool cond_ok(const struct cond *c, const struct inet_diag_sockid *id)
{
	uint32_t addr = ntohl(c->dst ? id->idiag_dst[0] : id->idiag_src[0]);
	uint16_t port = ntohs(c->dst ? id->idiag_dport : id->idiag_sport);
	bool same;

	if (c->compares)
		return c->any_port || compare(c->op, port, c->port);
	same = (addr & c->mask) == c->addr &&
	       (c->any_port || port == c->port);
	return same == (c->op == OP_EQ);
}

bool filter_ok(const struct row *r)
{
	int i;

	for (i = 0; i < nr_conds; i++)
		if (!cond_ok(&conds[i], &r->msg.id))
			return false;
	return true;
}
