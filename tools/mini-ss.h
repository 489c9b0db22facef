/* SPDX-License-Identifier: GPL-2.0-only */
/* mini-ss: what its files share */
#ifndef MINI_SS_H
#define MINI_SS_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <linux/af_mini.h>

/* TCP_* of the kernel's <net/tcp_states.h>, which no header for programs has */
enum {
	ST_ESTABLISHED = 1, ST_SYN_SENT, ST_SYN_RECV, ST_FIN_WAIT1,
	ST_FIN_WAIT2, ST_TIME_WAIT, ST_CLOSE, ST_CLOSE_WAIT, ST_LAST_ACK,
	ST_LISTEN, ST_CLOSING,
};

#define ST_BIT(state)	(1U << (state))
#define ST_ALL		0xffe

struct options {
	bool numeric, listening, all, extended, memory, info, timer, procs;
	bool no_header, kill, summary, why;
	uint32_t states;	/* those asked for, or 0 */
	bool one_state;		/* and no column is needed to tell which */
};

/* One socket, as the kernel tells of it */
struct row {
	struct inet_diag_msg msg;
	uint8_t protocol;
	uint8_t shutdown;
	uint8_t tos;
	uint32_t mark;
	char cong[16];
	bool has_info, has_mem, has_shutdown, has_mark;
	uint32_t mem[SK_MEMINFO_VARS];
	struct tcp_info info;
	struct mini_diag_why why;
};

/* diag.c: the kernel's side */
int diag_family(void);
int diag_dump(uint32_t states, uint8_t ext,
	      void (*each)(const struct row *r));
int diag_kill(const struct row *r);

/* filter.c: which of them */
int filter_parse(char **words, struct options *o);
bool filter_ok(const struct row *r);

/* show.c: as ss shows them */
void show_header(const struct options *o);
void show_row(const struct row *r, const struct options *o);
void show_flush(const struct options *o);
const char *show_state(const struct row *r);
const char *show_addr(uint32_t addr, uint16_t port, bool numeric);

/* procs.c: whose they are */
void procs_read(void);
const char *procs_of(uint32_t inode);

/* why.c: in words */
void why_row(const struct row *r, const struct options *o);

#endif
