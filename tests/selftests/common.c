// SPDX-License-Identifier: GPL-2.0-only
/*
 * Helpers of the AF_MINI selftests; common.h says what each group is for.
 */
#include "common.h"
#include <net/if.h>
#include <net/route.h>
#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <sys/stat.h>
#include <string.h>
#include <linux/capability.h>

static struct row own_row;
static struct row peer_row;
static int signals;

int linux_version(void)
{
	struct utsname name;
	int major = 0, minor = 0;

	if (!uname(&name))
		sscanf(name.release, "%d.%d", &major, &minor);
	return LINUX(major, minor);
}

/* ------------------------------------------------------------ the network */

int link_set(const char *name, bool up)
{
	struct ifreq ifr = {};
	int fd, rc;

	fd = socket(AF_INET, SOCK_DGRAM, 0);
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	ifr.ifr_flags = up ? IFF_UP : 0;
	rc = ioctl(fd, SIOCSIFFLAGS, &ifr);
	close(fd);
	return rc;
}

/*
 * AF_MINI_LO_DELAY: the milliseconds after which what lo carries arrives. A test
 * that takes delivery for instantaneous then fails each time, and not once in a
 * hundred runs on a machine with several processors.
 */
int lo_delay_ms(void)
{
	const char *ms = getenv("AF_MINI_LO_DELAY");

	return ms ? atoi(ms) : 0;
}

static int run_tc(const char *delay)
{
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		execlp("tc", "tc", "qdisc", "add", "dev", "lo", "root",
		       "netem", "limit", "100000", "delay", delay, NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	errno = ENOPKG;
	return status ? -1 : 0;
}

static int lo_slow_down(void)
{
	char delay[32];

	if (!lo_delay_ms())
		return 0;
	snprintf(delay, sizeof(delay), "%dms", lo_delay_ms());
	return run_tc(delay);
}

/* A network of our own, so that ports and sysctls are ours alone */
int net_setup(struct row own, struct row peer)
{
	own_row = own;
	peer_row = peer;
	if (unshare(CLONE_NEWNET))
		return -1;
	return link_set("lo", true) ? -1 : lo_slow_down();
}

static int addr_add(const char *name, uint32_t host)
{
	struct ifreq ifr = {};
	struct sockaddr_in addr;
	int fd, rc;

	fd = socket(AF_INET, SOCK_DGRAM, 0);
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	addr = addr4(host, 0);
	memcpy(&ifr.ifr_addr, &addr, sizeof(addr));
	rc = ioctl(fd, SIOCSIFADDR, &ifr);
	addr = addr4(INADDR_BROADCAST, 0);
	memcpy(&ifr.ifr_netmask, &addr, sizeof(addr));
	rc = rc ? rc : ioctl(fd, SIOCSIFNETMASK, &ifr);
	close(fd);
	return rc;
}

static int route_add(uint32_t host, int flags, char *dev)
{
	struct sockaddr_in dst = addr4(host, 0);
	struct sockaddr_in mask = addr4(INADDR_BROADCAST, 0);
	struct rtentry rt = {};
	int fd, rc;

	fd = socket(AF_INET, SOCK_DGRAM, 0);
	memcpy(&rt.rt_dst, &dst, sizeof(dst));
	memcpy(&rt.rt_genmask, &mask, sizeof(mask));
	rt.rt_flags = RTF_UP | RTF_HOST | flags;
	rt.rt_dev = dev;
	rc = ioctl(fd, SIOCADDRT, &rt);
	close(fd);
	return rc;
}

/*
 * Where packets go to die. A route through lo to an address that is not ours:
 * the packet leaves, keeps its output route, and its input is dst_discard(),
 * so nothing answers and no device but lo is needed.
 */
int net_routes(void)
{
	if (addr_add("lo:1", ADDR_HERE))
		return -1;
	if (route_add(ADDR_BLACKHOLE, 0, "lo"))
		return -1;
	return route_add(ADDR_REJECT, RTF_REJECT, NULL);
}

int sysctl_set(const char *path, const char *value)
{
	ssize_t rc;
	int fd;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	rc = write(fd, value, strlen(value));
	close(fd);
	return rc == (ssize_t)strlen(value) ? 0 : -1;
}

/* Drop one capability from the effective set of this thread */
int caps_drop(int cap)
{
	struct __user_cap_header_struct hdr = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &hdr, data))
		return -1;
	data[cap / 32].effective &= ~(1U << (cap % 32));
	return syscall(SYS_capset, &hdr, data);
}

/* ---------------------------------------------------------------- sockets */

int tcp_socket(int flags)
{
	return socket(own_row.domain, SOCK_STREAM | flags, own_row.protocol);
}

int peer_socket(int flags)
{
	return socket(peer_row.domain, SOCK_STREAM | flags, peer_row.protocol);
}

int inet_socket(int flags)
{
	return socket(AF_INET, SOCK_STREAM | flags, 0);
}

/* Datagrams: a family has one row of them */
int udp_socket(int flags)
{
	return socket(own_row.domain, SOCK_DGRAM | flags, 0);
}

int udp_peer(int flags)
{
	return socket(peer_row.domain, SOCK_DGRAM | flags, 0);
}

bool row_is_mini(void)
{
	return own_row.domain == AF_MINI;
}

struct sockaddr_in addr4(uint32_t host, int port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(host),
	};
}

int bind4(int fd, uint32_t host, int port)
{
	struct sockaddr_in addr = addr4(host, port);

	return bind(fd, (struct sockaddr *)&addr, sizeof(addr));
}

int connect4(int fd, uint32_t host, int port)
{
	struct sockaddr_in addr = addr4(host, port);

	return connect(fd, (struct sockaddr *)&addr, sizeof(addr));
}

int local_port(int fd)
{
	struct sockaddr_in addr;
	socklen_t len = sizeof(addr);

	if (getsockname(fd, (struct sockaddr *)&addr, &len))
		return -1;
	return ntohs(addr.sin_port);
}

int peer_port(int fd)
{
	struct sockaddr_in addr;
	socklen_t len = sizeof(addr);

	if (getpeername(fd, (struct sockaddr *)&addr, &len))
		return -1;
	return ntohs(addr.sin_port);
}

/* Turn fd into a listener on 127.0.0.1:port; gives fd back, or -1 */
int listen_on(int fd, int port, int backlog)
{
	if (fd < 0 || opt_set(fd, SOL_SOCKET, SO_REUSEADDR, 1))
		return -1;
	if (bind4(fd, ADDR_LO, port) || listen(fd, backlog))
		return -1;
	return fd;
}

/* A new socket of the row under test, connected to a local port */
int dial(int port)
{
	int fd = tcp_socket(0);

	if (fd < 0)
		return -1;
	if (!connect4(fd, ADDR_LO, port))
		return fd;
	close(fd);
	return -1;
}

/* fd[0] connected (the row under test), fd[1] accepted (the peer's row) */
int tcp_pair(int fd[2])
{
	return tcp_pair_small(fd, 0, 0);
}

/* The same with both buffers of both ends set before the handshake */
int tcp_pair_small(int fd[2], int sndbuf, int rcvbuf)
{
	int lfd = peer_socket(0);
	int i, cfd;

	fd[0] = tcp_socket(0);
	for (i = 0; sndbuf && i < 2; i++) {
		cfd = i ? lfd : fd[0];
		if (opt_set(cfd, SOL_SOCKET, SO_SNDBUF, sndbuf) ||
		    opt_set(cfd, SOL_SOCKET, SO_RCVBUF, rcvbuf))
			return -1;
	}
	if (listen_on(lfd, 0, 1) < 0)
		return -1;
	if (connect4(fd[0], ADDR_LO, local_port(lfd)))
		return -1;
	fd[1] = accept(lfd, NULL, NULL);
	close(lfd);
	return fd[1] < 0 ? -1 : 0;
}

/* ---------------------------------------------------------------- options */

int opt_get(int fd, int level, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	if (getsockopt(fd, level, name, &value, &len))
		return -1;
	return value;
}

int opt_set(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value));
}

int set_nonblock(int fd, bool on)
{
	int flags = fcntl(fd, F_GETFL);

	flags = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
	return fcntl(fd, F_SETFL, flags);
}

int set_timeout(int fd, int name, int ms)
{
	struct timeval tv = {
		.tv_sec = ms / 1000,
		.tv_usec = ms % 1000 * 1000,
	};

	return setsockopt(fd, SOL_SOCKET, name, &tv, sizeof(tv));
}

int set_linger(int fd, int on, int seconds)
{
	struct linger linger = { .l_onoff = on, .l_linger = seconds };

	return setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

int tcp_state(int fd)
{
	struct tcp_info info = {};
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		return -1;
	return info.tcpi_state;
}

/* How many connections wait to be accepted */
int pending(int lfd)
{
	struct tcp_info info = {};
	socklen_t len = sizeof(info);

	if (getsockopt(lfd, IPPROTO_TCP, TCP_INFO, &info, &len))
		return -1;
	return info.tcpi_unacked;
}

/* ------------------------------------------------------------------- time */

long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Sleeps the whole time, signals or not */
void sleep_ms(long ms)
{
	struct timespec ts = {
		.tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000,
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, &ts) == EINTR)
		;
}

/* Between two looks at what is waited for: false when now_ms() is past end */
bool look_again(long end)
{
	bool more = now_ms() < end;

	sleep_ms(5);
	return more;
}

static void count_handler(int sig)
{
	(void)sig;
	__atomic_add_fetch(&signals, 1, __ATOMIC_RELAXED);
}

int signal_count(int sig, int sa_flags)
{
	struct sigaction sa = {
		.sa_handler = count_handler,
		.sa_flags = sa_flags,
	};

	signals = 0;
	return sigaction(sig, &sa, NULL);
}

int signals_seen(void)
{
	return __atomic_load_n(&signals, __ATOMIC_RELAXED);
}

/* Until n signals were seen, or more */
bool wait_signals(int n)
{
	long end = now_ms() + WAIT_MS;

	do {
		if (signals_seen() >= n)
			return true;
	} while (look_again(end));
	return false;
}

/*
 * Raise SIGALRM again and again: one that comes too early, before the call it
 * has to interrupt, does no harm. ms 0 stops it.
 */
int alarm_every(long ms, int sa_flags)
{
	struct itimerval it = {
		.it_value.tv_usec = ms * 1000,
		.it_interval.tv_usec = ms * 1000,
	};

	if (ms && signal_count(SIGALRM, sa_flags))
		return -1;
	return setitimer(ITIMER_REAL, &it, NULL);
}

/* ------------------------------------------------------------------ bytes */

/* No short period: a lost, doubled or moved block cannot look right */
uint8_t pattern(size_t off)
{
	return (uint32_t)off * 2654435761U >> 24;
}

void pattern_fill(void *buf, size_t len, size_t off)
{
	uint8_t *p = buf;
	size_t i;

	for (i = 0; i < len; i++)
		p[i] = pattern(off + i);
}

bool pattern_ok(const void *buf, size_t len, size_t off)
{
	const uint8_t *p = buf;
	size_t i;

	for (i = 0; i < len; i++) {
		if (p[i] != pattern(off + i))
			return false;
	}
	return true;
}

/* Send all of it; gives len, or -1 */
ssize_t send_pattern(int fd, size_t len, size_t off)
{
	uint8_t *buf = malloc(len);
	size_t sent = 0;
	ssize_t rc = 0;

	pattern_fill(buf, len, off);
	while (sent < len) {
		rc = send(fd, buf + sent, len - sent, MSG_NOSIGNAL);
		if (rc < 0)
			break;
		sent += rc;
	}
	free(buf);
	return rc < 0 ? -1 : (ssize_t)sent;
}

/*
 * Receive up to len bytes, or to the end of the stream, and check them. Gives
 * the number of right bytes; -1 with EBADMSG at the first wrong one.
 */
ssize_t recv_pattern(int fd, size_t len, size_t off)
{
	static __thread uint8_t buf[65536];
	size_t got = 0, want;
	ssize_t rc;

	while (got < len) {
		want = len - got < sizeof(buf) ? len - got : sizeof(buf);
		rc = recv(fd, buf, want, 0);
		if (rc < 0)
			return -1;
		if (!rc)
			break;
		if (!pattern_ok(buf, rc, off + got)) {
			errno = EBADMSG;
			return -1;
		}
		got += rc;
	}
	return got;
}

/* Twice the time after which a window that is too small is used all the same */
static long rest_ms(int fd)
{
	struct tcp_info info = {};
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		return 0;
	return 2 * info.tcpi_rto / 1000;
}

/*
 * Write pattern from offset 0 until both ends are at rest: no more fits, and
 * nothing is acknowledged either; gives the bytes taken. (poll() would not do:
 * a socket takes bytes long before it calls itself writable again.)
 */
size_t fill_until_blocked(int fd)
{
	long end = now_ms() + rest_ms(fd);
	int outq = -1, before;
	uint8_t buf[4096];
	size_t sent = 0;
	ssize_t rc;

	while (now_ms() < end) {
		pattern_fill(buf, sizeof(buf), sent);
		rc = send(fd, buf, sizeof(buf), MSG_DONTWAIT | MSG_NOSIGNAL);
		if (rc < 0 && errno != EAGAIN)
			break;
		sent += rc > 0 ? rc : 0;
		before = outq;
		if (ioctl(fd, SIOCOUTQ, &outq))
			break;
		if (rc > 0 || outq != before)
			end = now_ms() + rest_ms(fd);
		else
			sleep_ms(20);
	}
	return sent;
}

/* ---------------------------------------------------------------- waiting */

/* The events that there are when one of these comes; 0 when none does */
int poll_for(int fd, int events, int ms)
{
	struct pollfd pfd = { .fd = fd, .events = events };

	return poll(&pfd, 1, ms) == 1 ? pfd.revents : 0;
}

static bool wait_ioctl(int fd, unsigned long cmd, int want)
{
	long end = now_ms() + WAIT_MS;
	int value = -1;

	do {
		if (ioctl(fd, cmd, &value))
			return false;
		if (value == want)
			return true;
	} while (look_again(end));
	return false;
}

/* Until that many sent bytes are not acknowledged; at 0 all have arrived */
bool wait_outq(int fd, int want)
{
	return wait_ioctl(fd, SIOCOUTQ, want);
}

/* Until that many bytes can be read */
bool wait_inq(int fd, int want)
{
	return wait_ioctl(fd, SIOCINQ, want);
}

/* Until TCP_INFO names that state */
bool wait_state(int fd, int want)
{
	long end = now_ms() + WAIT_MS;

	do {
		if (tcp_state(fd) == want)
			return true;
	} while (look_again(end));
	return false;
}

/*
 * Until that many connections wait to be accepted. connect() returns before:
 * the ACK that completes the handshake has yet to reach the listener.
 */
bool wait_pending(int lfd, int want)
{
	long end = now_ms() + WAIT_MS;

	do {
		if (pending(lfd) == want)
			return true;
	} while (look_again(end));
	return false;
}

/* ---------------------------------------------------------------- threads */

static void *job_main(void *arg)
{
	struct job *job = arg;

	__atomic_store_n(&job->tid, syscall(SYS_gettid), __ATOMIC_RELEASE);
	job->rc = job->run(job);
	job->err = job->rc < 0 ? errno : 0;
	__atomic_store_n(&job->done, true, __ATOMIC_RELEASE);
	return NULL;
}

int job_start(struct job *job, ssize_t (*run)(struct job *job))
{
	job->run = run;
	job->done = false;
	job->tid = 0;
	errno = pthread_create(&job->thread, NULL, job_main, job);
	return errno ? -1 : 0;
}

bool job_done(struct job *job)
{
	return __atomic_load_n(&job->done, __ATOMIC_ACQUIRE);
}

/* proc(5): the letter behind the name; S is an interruptible sleep */
static bool thread_sleeps(pid_t tid)
{
	char path[64], stat[128] = "";
	const char *state;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, stat, sizeof(stat) - 1) < 0)
		stat[0] = '\0';
	close(fd);
	state = strrchr(stat, ')');
	return state && !strncmp(state, ") S", 3);
}

/*
 * Until it sleeps in the call that it makes, as three looks in a row say;
 * false when it has come back, or has not fallen asleep in WAIT_MS
 */
bool job_asleep(struct job *job)
{
	long end = now_ms() + WAIT_MS;
	int looks = 0;
	pid_t tid;

	do {
		tid = __atomic_load_n(&job->tid, __ATOMIC_ACQUIRE);
		if (job_done(job))
			return false;
		looks = tid && thread_sleeps(tid) ? looks + 1 : 0;
		if (looks == 3)
			return true;
	} while (look_again(end));
	return false;
}

/* Until one of n is done */
bool job_wait_any(struct job *job, int n)
{
	long end = now_ms() + WAIT_MS;
	int i;

	do {
		for (i = 0; i < n; i++) {
			if (job_done(&job[i]))
				return true;
		}
	} while (look_again(end));
	return false;
}

ssize_t job_wait(struct job *job)
{
	pthread_join(job->thread, NULL);
	return job->rc;
}

ssize_t run_send(struct job *job)
{
	return send_pattern(job->fd, job->len, job->off);
}

ssize_t run_recv(struct job *job)
{
	return recv_pattern(job->fd, job->len, job->off);
}

ssize_t run_recv_once(struct job *job)
{
	char byte;

	(void)job->len;
	return recv(job->fd, &byte, 1, 0);
}

ssize_t run_accept(struct job *job)
{
	return accept(job->fd, NULL, NULL);
}

/* Send back what comes, until the end of the stream; gives the bytes echoed */
ssize_t run_echo(struct job *job)
{
	static __thread uint8_t buf[65536];
	ssize_t got, sent, rc;
	ssize_t total = 0;

	while ((got = recv(job->fd, buf, sizeof(buf), 0)) > 0) {
		for (sent = 0; sent < got; sent += rc) {
			rc = send(job->fd, buf + sent, got - sent, MSG_NOSIGNAL);
			if (rc < 0)
				return -1;
		}
		total += got;
	}
	return got < 0 ? -1 : total;
}

static bool is_column(const char *line, int column, unsigned long value)
{
	unsigned long got;

	while (column--) {
		line += strspn(line, " ");
		line += strcspn(line, " ");
	}
	return sscanf(line, " %lu", &got) == 1 && got == value;
}

bool proc_line(const char *path, int column, int fd, char *line, int size)
{
	FILE *file = fopen(path, "r");
	bool found = false;
	struct stat st;

	while (file && !fstat(fd, &st) && !found && fgets(line, size, file))
		found = is_column(line, column, st.st_ino);
	if (file)
		fclose(file);
	return found;
}
