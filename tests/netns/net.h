/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MINI_NETNS_NET_H
#define MINI_NETNS_NET_H

#include <linux/af_mini.h>
#include <linux/types.h>
#include <netinet/in.h>

#define NSEC_PER_SEC	1000000000ull
#define NSEC_PER_MSEC	1000000ull

struct fam {
	const char *name;
	int family;
	int protocol;
};

const struct fam *fam_find(const char *name);
struct sockaddr_in fam_addr(const char *addr, unsigned int port);
int fam_socket(const struct fam *f, int flags);
int fam_listen(const struct fam *f, int flags, struct sockaddr_in at,
	       int backlog);
int fam_connect(const struct fam *f, int flags, struct sockaddr_in to);

/* TCP_CONGESTION, or the end of the program */
void ca_use(int fd, const char *name);
void pace_at(int fd, unsigned int rate);
/* Segments sent again so far, or -1 where TCP_INFO does not say. */
long tcp_retrans(int fd);
/* enum of <netinet/tcp.h>, or -1 where TCP_INFO does not say. */
int tcp_state(int fd);

__u64 now_ns(void);
unsigned long count_of(const char *text, const char *what);
__u64 bytes(const char *text);
/* Kill the process @secs from now, whatever it is doing. */
void last_resort(unsigned int secs);
void netns_enter(const char *name);

#endif
