// SPDX-License-Identifier: GPL-2.0-only
/* Whose a socket is: /proc/PID/fd of every process that we may look at */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mini-ss.h"

struct user {
	unsigned int inode;
	int pid, fd;
	char name[24];
};

static struct user *users;
static size_t nr_users;

static void user_add(const struct user *u)
{
	if (!(nr_users & (nr_users - 1))) {
		size_t room = nr_users ? nr_users * 2 : 1;

		users = realloc(users, room * sizeof(*users));
		if (!users)
			abort();
	}
	users[nr_users++] = *u;
}

static void read_name(struct user *u)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/comm", u->pid);
	f = fopen(path, "re");
	if (!f || !fgets(u->name, sizeof(u->name), f))
		strcpy(u->name, "?");
	u->name[strcspn(u->name, "\n")] = 0;
	if (f)
		fclose(f);
}

static void read_fds(int pid)
{
	struct user u = { .pid = pid };
	char path[300], link[64];
	struct dirent *e;
	ssize_t n;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	while (dir && (e = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%s", pid, e->d_name);
		n = readlink(path, link, sizeof(link) - 1);
		if (n < 0)
			continue;
		link[n] = 0;
		if (sscanf(link, "socket:[%u]", &u.inode) != 1)
			continue;
		u.fd = atoi(e->d_name);
		if (!*u.name)
			read_name(&u);
		user_add(&u);
	}
	if (dir)
		closedir(dir);
}

/* Once, before the sockets are asked for */
void procs_read(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (isdigit((unsigned char)e->d_name[0]))
			read_fds(atoi(e->d_name));
	if (dir)
		closedir(dir);
}

/* As ss shows them; empty when there is none */
const char *procs_of(uint32_t inode)
{
	static char out[512];
	size_t i, len = 0;

	out[0] = 0;
	for (i = 0; inode && i < nr_users && len < sizeof(out) - 100; i++)
		if (users[i].inode == inode)
			len += sprintf(out + len, "%s(\"%s\",pid=%d,fd=%d)",
				       len ? "," : "users:(", users[i].name,
				       users[i].pid, users[i].fd);
	if (len)
		strcpy(out + len, ")");
	return out;
}
