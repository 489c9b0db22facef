// SPDX-License-Identifier: GPL-2.0-only
/*
 * Write what a device carries to a file in pcap's format, by a SOCK_RAW socket
 * of AF_MINI or by AF_PACKET's, until SIGTERM.
 *
 *	mini_capture [-N NETNS] [-f mini|packet] [-F FILTER] [-T SECS]
 *		     -i DEVICE -w FILE
 *
 * FILTER is a file as tcpdump -ddd writes them. "capturing" on standard output
 * says that from now on no frame is missed; the last line is
 * "frames=N dropped=N". Exit status 0 if none was dropped.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "net.h"

#define SNAPLEN		262144
#define RCVBUF		(64 << 20)
#define FILTER_MAX	512

struct file_header {
	__u32 magic;
	__u16 major;
	__u16 minor;
	__u32 zone;
	__u32 accuracy;
	__u32 snaplen;
	__u32 linktype;
};

struct frame_header {
	__u32 sec;
	__u32 usec;
	__u32 len;
	__u32 true_len;
};

/* SIGTERM is blocked, and looked for. */
static void stop_block(void)
{
	sigset_t term;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
}

static int stopped(void)
{
	sigset_t pending;

	return sigpending(&pending) || sigismember(&pending, SIGTERM);
}

static void attach(int fd, const char *path)
{
	struct sock_filter code[FILTER_MAX];
	struct sock_fprog prog = { .filter = code };
	FILE *f = fopen(path, "r");
	unsigned int n, i;

	if (!f || fscanf(f, "%u", &n) != 1 || n > FILTER_MAX)
		errx(1, "%s: no filter", path);
	for (i = 0; i < n; i++)
		if (fscanf(f, "%hu %hhu %hhu %u", &code[i].code, &code[i].jt,
			   &code[i].jf, &code[i].k) != 4)
			errx(1, "%s: no filter", path);
	fclose(f);
	prog.len = n;
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)))
		err(1, "SO_ATTACH_FILTER");
}

static void must_set(int fd, int level, int opt, int val, const char *name)
{
	if (setsockopt(fd, level, opt, &val, sizeof(val)))
		err(1, "%s", name);
}

/* Without a protocol until the filter is there: no frame gets past it. */
static int tap(const char *family, const char *device, const char *filter)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(device),
	};
	int fd = socket(strcmp(family, "packet") ? AF_MINI : AF_PACKET,
			SOCK_RAW, 0);

	if (fd < 0 || !at.sll_ifindex)
		err(1, "%s", device);
	must_set(fd, SOL_SOCKET, SO_RCVBUFFORCE, RCVBUF, "SO_RCVBUFFORCE");
	must_set(fd, SOL_PACKET, PACKET_AUXDATA, 1, "PACKET_AUXDATA");
	if (filter)
		attach(fd, filter);
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)))
		err(1, "bind to %s", device);
	return fd;
}

static __u32 true_len(struct msghdr *msg)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	struct tpacket_auxdata aux;

	if (!c || c->cmsg_type != PACKET_AUXDATA)
		errx(1, "no PACKET_AUXDATA");
	memcpy(&aux, CMSG_DATA(c), sizeof(aux));
	return aux.tp_len;
}

/* One frame, or none: the socket does not wait. */
static int copy_frame(int fd, FILE *to)
{
	static char buf[SNAPLEN], control[128];
	struct iovec iov = { .iov_base = buf, .iov_len = sizeof(buf) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct frame_header h;
	struct timespec now;
	ssize_t n = recvmsg(fd, &msg, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0)
		err(1, "recvmsg");
	clock_gettime(CLOCK_REALTIME, &now);
	h = (struct frame_header){
		.sec = now.tv_sec, .usec = now.tv_nsec / 1000,
		.len = n, .true_len = true_len(&msg),
	};
	fwrite(&h, sizeof(h), 1, to);
	fwrite(buf, n, 1, to);
	if (fflush(to))
		err(1, "write");
	return 1;
}

static int report(int fd, int frames)
{
	struct tpacket_stats st;
	socklen_t len = sizeof(st);

	if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &st, &len))
		err(1, "PACKET_STATISTICS");
	printf("frames=%d dropped=%u\n", frames, st.tp_drops);
	return st.tp_drops || st.tp_packets != (unsigned int)frames;
}

static int capture(int fd, const char *path)
{
	struct file_header h = {
		.magic = 0xa1b2c3d4, .major = 2, .minor = 4,
		.snaplen = SNAPLEN, .linktype = 1,	/* Ethernet */
	};
	struct pollfd p = { .fd = fd, .events = POLLIN };
	FILE *to = fopen(path, "w");
	int frames = 0;

	if (!to || fwrite(&h, sizeof(h), 1, to) != 1 || fflush(to))
		err(1, "%s", path);
	puts("capturing");
	fflush(stdout);
	while (!stopped()) {
		poll(&p, 1, 100);
		while (copy_frame(fd, to))
			frames++;
	}
	fclose(to);
	return report(fd, frames);
}

int main(int argc, char **argv)
{
	const char *family = "mini", *device = NULL, *file = NULL;
	const char *filter = NULL;
	unsigned int secs = 120;
	int opt;

	while ((opt = getopt(argc, argv, "N:f:F:T:i:w:")) != -1) {
		switch (opt) {
		case 'N':
			netns_enter(optarg);
			break;
		case 'f':
			family = optarg;
			break;
		case 'F':
			filter = optarg;
			break;
		case 'T':
			secs = count_of(optarg, "seconds");
			break;
		case 'i':
			device = optarg;
			break;
		case 'w':
			file = optarg;
			break;
		default:
			return 1;
		}
	}
	if (!device || !file)
		errx(1, "which device, and into which file?");
	last_resort(secs);
	stop_block();
	return capture(tap(family, device, filter), file);
}
