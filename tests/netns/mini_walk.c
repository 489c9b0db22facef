// SPDX-License-Identifier: GPL-2.0-only
/*
 * One connection's life over loopback, both ends in this thread, for ftrace:
 *
 *	mini_walk FAM PORT MARKER
 *
 * The name of each call is written to MARKER (trace_marker) right before it is
 * made, and "-" after it. All of it is done once before, unmarked, so that what
 * the first connection of a machine costs (hooks, slabs) is not in the way.
 */
#include <err.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"

#define LIMIT_SECS	300

static const char word[] = "hello";
static int marker = -1;

static const char *call;

static void mark(const char *text)
{
	if (marker >= 0 && write(marker, text, strlen(text)) < 0)
		err(1, "trace_marker");
}

static void begin(const char *name)
{
	call = name;
	mark(call);
}

/* What the call returned, which must be no error */
static int end(long ret)
{
	mark("-");
	if (ret < 0)
		err(1, "%s", call);
	return ret;
}

static void walk(const struct fam *f, struct sockaddr_in at)
{
	struct sockaddr *sa = (struct sockaddr *)&at;
	char buf[sizeof(word)];
	int listener, client, server;

	begin("socket");
	listener = end(socket(f->family, SOCK_STREAM, f->protocol));
	begin("bind");
	end(bind(listener, sa, sizeof(at)));
	begin("listen");
	end(listen(listener, 8));
	client = fam_socket(f, 0);
	begin("connect");
	end(connect(client, sa, sizeof(at)));
	begin("accept");
	server = end(accept(listener, NULL, NULL));
	begin("send");
	end(send(client, word, sizeof(word), 0));
	begin("recv");
	if (end(recv(server, buf, sizeof(buf), 0)) != sizeof(word))
		errx(1, "recv: too short");
	begin("close");
	end(close(client));
	if (recv(server, buf, sizeof(buf), 0))
		errx(1, "recv: not the end of the stream");
	begin("close, the other end");
	end(close(server));
	close(listener);
}

int main(int argc, char **argv)
{
	const struct fam *f;
	unsigned long port;

	if (argc != 4)
		errx(2, "usage: mini_walk FAM PORT MARKER");
	f = fam_find(argv[1]);
	port = count_of(argv[2], "port");
	last_resort(LIMIT_SECS);
	walk(f, fam_addr("127.0.0.1", port));
	marker = open(argv[3], O_WRONLY | O_CLOEXEC);
	if (marker < 0)
		err(1, "%s", argv[3]);
	walk(f, fam_addr("127.0.0.1", port + 1));
	return 0;
}
