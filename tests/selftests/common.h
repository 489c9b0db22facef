/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every program here needs: a private network with lo up, sockets of the
 * row under test, a known byte pattern, and threads that report back.
 *
 * Nothing here prints or judges: a helper returns -1 with errno set (or false),
 * and the test, which knows its own name, says what it expected.
 */
#ifndef MINI_COMMON_H
#define MINI_COMMON_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/af_mini.h>

/* Host byte order; all but the first are documentation prefixes (RFC 5737) */
#define ADDR_LO		INADDR_LOOPBACK
#define ADDR_LO2	(INADDR_LOOPBACK + 1)
#define ADDR_NOWHERE	0xc0000201	/* 192.0.2.1: no route to it */
#define ADDR_HERE	0xc6336401	/* 198.51.100.1: ours, see net_routes() */
#define ADDR_BLACKHOLE	0xc6336402	/* 198.51.100.2: sent, never answered */
#define ADDR_REJECT	0xcb007101	/* 203.0.113.1: a reject route */

#define LINUX(major, minor)	((major) << 8 | (minor))

#define PORT		7700		/* every test has its own netns */

/*
 * What must happen has this long, for a machine may be slow and busy; it is
 * waited for, so it costs nothing. What must not happen is looked for after a
 * moment: several round trips, with lo as slow as AF_MINI_LO_DELAY makes it.
 */
#define WAIT_MS		20000
#define MOMENT_MS	100

/* What is given to socket(2): a row of the family's table */
struct row {
	int domain;
	int protocol;
};

/* The network */
int net_setup(struct row own, struct row peer);
int net_routes(void);
int link_set(const char *name, bool up);
int lo_delay_ms(void);
int sysctl_set(const char *path, const char *value);
int caps_drop(int cap);
/* The kernel that this runs on, as LINUX(6, 12) is */
int linux_version(void);

/* Sockets: of the row under test, of its peer's row, of kernel TCP */
int tcp_socket(int flags);
int peer_socket(int flags);
int inet_socket(int flags);
int udp_socket(int flags);
int udp_peer(int flags);
bool row_is_mini(void);

struct sockaddr_in addr4(uint32_t host, int port);
int bind4(int fd, uint32_t host, int port);
int connect4(int fd, uint32_t host, int port);
int local_port(int fd);
int peer_port(int fd);
int listen_on(int fd, int port, int backlog);
int dial(int port);
int tcp_pair(int fd[2]);
int tcp_pair_small(int fd[2], int sndbuf, int rcvbuf);

/* Options */
int opt_get(int fd, int level, int name);
int opt_set(int fd, int level, int name, int value);
int set_nonblock(int fd, bool on);
int set_timeout(int fd, int name, int ms);
int set_linger(int fd, int on, int seconds);
int tcp_state(int fd);
int pending(int lfd);

/* Time and signals */
long now_ms(void);
void sleep_ms(long ms);
bool look_again(long end);
int signal_count(int sig, int sa_flags);
int signals_seen(void);
bool wait_signals(int n);
int alarm_every(long ms, int sa_flags);

/* Bytes: the pattern at stream offset `off` */
uint8_t pattern(size_t off);
void pattern_fill(void *buf, size_t len, size_t off);
bool pattern_ok(const void *buf, size_t len, size_t off);
ssize_t send_pattern(int fd, size_t len, size_t off);
ssize_t recv_pattern(int fd, size_t len, size_t off);
size_t fill_until_blocked(int fd);

/* What is under way has arrived; false when it has not in WAIT_MS */
int poll_for(int fd, int events, int ms);
bool wait_outq(int fd, int want);
bool wait_inq(int fd, int want);
bool wait_state(int fd, int want);
bool wait_pending(int lfd, int want);

/* A socket's line in a file of /proc/net, found by its inode's column */
bool proc_line(const char *path, int column, int fd, char *line, int size);

/* Threads. A job runs its function on fd and len and leaves rc and err. */
struct job {
	pthread_t thread;
	pid_t tid;
	int fd;
	size_t len;
	size_t off;
	ssize_t rc;
	int err;
	bool done;
	ssize_t (*run)(struct job *job);
};

int job_start(struct job *job, ssize_t (*run)(struct job *job));
bool job_done(struct job *job);
bool job_asleep(struct job *job);
bool job_wait_any(struct job *job, int n);
ssize_t job_wait(struct job *job);
ssize_t run_send(struct job *job);
ssize_t run_recv(struct job *job);
ssize_t run_recv_once(struct job *job);
ssize_t run_accept(struct job *job);
ssize_t run_echo(struct job *job);

/* err(): the errno of a call, 0 when it succeeded; for EXPECT_EQ(EINVAL, ...) */
static inline int err(long rc)
{
	return rc < 0 ? errno : 0;
}

#endif /* MINI_COMMON_H */
