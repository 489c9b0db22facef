// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCP_CONGESTION, and the two sysctls behind it. Both families have a "cubic"
 * and a "reno"; each has a list and a default of its own.
 */
#include "mini_harness.h"

#define NAME_MAX_LEN	16	/* TCP_CA_NAME_MAX */
#define NOBODY		65534

FIXTURE(congestion) {
	int fd;
};

FIXTURE_VARIANT(congestion) {
	struct row row;
};

FIXTURE_VARIANT_ADD(congestion, inet) { .row = ROW_INET };
FIXTURE_VARIANT_ADD(congestion, mini) { .row = ROW_MINI };

FIXTURE_SETUP(congestion)
{
	ASSERT_EQ(0, net_setup(variant->row, variant->row));
	self->fd = tcp_socket(0);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(congestion)
{
	close(self->fd);
}

static int ca_set_len(int fd, const char *name, socklen_t len)
{
	return err(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, len));
}

static int ca_set(int fd, const char *name)
{
	return ca_set_len(fd, name, strlen(name));
}

/* In a buffer that the next call overwrites */
static const char *ca_get(int fd)
{
	static char name[NAME_MAX_LEN + 1];
	socklen_t len = NAME_MAX_LEN;

	memset(name, 0, sizeof(name));
	if (getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, &len))
		return strerror(errno);
	return len == NAME_MAX_LEN ? name : "another length";
}

static const char *sysctl_path(const char *which)
{
	static char path[80];

	snprintf(path, sizeof(path),
		 "/proc/sys/net/%s/tcp_%scongestion_control",
		 row_is_mini() ? "mini" : "ipv4", which);
	return path;
}

static const char *sysctl_get(const char *which)
{
	static char buf[1024];
	int fd = open(sysctl_path(which), O_RDONLY);
	ssize_t len = read(fd, buf, sizeof(buf) - 1);

	close(fd);
	buf[len > 0 ? len - 1 : 0] = '\0';	/* the end of the line */
	return buf;
}

static int default_set(const char *name)
{
	return err(sysctl_set(sysctl_path(""), name));
}

TEST_F(congestion, default_is_the_sysctls)
{
	EXPECT_STREQ("cubic", ca_get(self->fd));
	EXPECT_STREQ("cubic", sysctl_get(""));
}

TEST_F(congestion, is_what_was_set)
{
	EXPECT_EQ(0, ca_set(self->fd, "reno"));
	EXPECT_STREQ("reno", ca_get(self->fd));
	EXPECT_EQ(0, ca_set(self->fd, "cubic"));
	EXPECT_STREQ("cubic", ca_get(self->fd));
	/* with the NUL, without it, and with more behind */
	EXPECT_EQ(0, ca_set_len(self->fd, "reno", 5));
	EXPECT_STREQ("reno", ca_get(self->fd));
	EXPECT_EQ(0, ca_set_len(self->fd, "cubically", 5));
	EXPECT_STREQ("cubic", ca_get(self->fd));
	EXPECT_EQ(0, ca_set_len(self->fd, "reno\0cubic", 10));
	EXPECT_STREQ("reno", ca_get(self->fd));
}

TEST_F(congestion, errors)
{
	EXPECT_EQ(ENOENT, ca_set(self->fd, "nothing"));
	EXPECT_EQ(ENOENT, ca_set(self->fd, "Cubic"));
	EXPECT_EQ(ENOENT, ca_set(self->fd, "cubic "));
	EXPECT_EQ(ENOENT, ca_set(self->fd, "a name that is far too long"));
	EXPECT_EQ(ENOENT, ca_set_len(self->fd, "", 1));
	EXPECT_EQ(EINVAL, ca_set_len(self->fd, "cubic", 0));
	EXPECT_EQ(EFAULT, ca_set_len(self->fd, NULL, 5));
	EXPECT_EQ(EFAULT, ca_set_len(self->fd, (void *)1, 5));
	EXPECT_STREQ("cubic", ca_get(self->fd));
}

/* The name may end right before a page that is not there */
TEST_F(congestion, at_the_edge_of_memory)
{
	long page = sysconf(_SC_PAGESIZE);
	char *map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, (void *)map);
	ASSERT_EQ(0, munmap(map + page, page));
	strcpy(map + page - 5, "reno");
	EXPECT_EQ(0, ca_set_len(self->fd, map + page - 5, NAME_MAX_LEN));
	EXPECT_STREQ("reno", ca_get(self->fd));
}

TEST_F(congestion, is_cut_to_the_buffer)
{
	char name[NAME_MAX_LEN + 8] = "??????";
	socklen_t len = 3;

	EXPECT_EQ(0, getsockopt(self->fd, IPPROTO_TCP, TCP_CONGESTION, name,
				&len));
	EXPECT_EQ(3, len);
	EXPECT_STREQ("cub???", name);
	len = sizeof(name);
	EXPECT_EQ(0, getsockopt(self->fd, IPPROTO_TCP, TCP_CONGESTION, name,
				&len));
	EXPECT_EQ(NAME_MAX_LEN, len);
	EXPECT_STREQ("cubic", name);
	len = 0;
	EXPECT_EQ(0, getsockopt(self->fd, IPPROTO_TCP, TCP_CONGESTION, name,
				&len));
	EXPECT_EQ(0, len);
}

TEST_F(congestion, accepted_socket_has_the_listeners)
{
	int client[2], child[2], i;

	ASSERT_LE(0, listen_on(self->fd, PORT, 1));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, ca_set(self->fd, i ? "cubic" : "reno"));
		client[i] = dial(PORT);
		ASSERT_LE(0, client[i]);
		child[i] = accept(self->fd, NULL, NULL);
		ASSERT_LE(0, child[i]);
	}
	EXPECT_STREQ("reno", ca_get(child[0]));
	EXPECT_STREQ("cubic", ca_get(child[1]));
	EXPECT_STREQ("cubic", ca_get(client[0]));
	for (i = 0; i < 2; i++) {
		close(client[i]);
		close(child[i]);
	}
}

TEST_F(congestion, can_change_on_a_connection)
{
	int fd[2], i;

	ASSERT_EQ(0, tcp_pair(fd));
	for (i = 0; i < 20; i++) {
		EXPECT_EQ(0, ca_set(fd[0], i % 2 ? "reno" : "cubic"));
		EXPECT_EQ(10000, send_pattern(fd[0], 10000, i * 10000));
		EXPECT_EQ(10000, recv_pattern(fd[1], 10000, i * 10000));
	}
	EXPECT_STREQ("reno", ca_get(fd[0]));
	close(fd[0]);
	close(fd[1]);
}

TEST_F(congestion, sysctl_is_for_new_sockets)
{
	int fd;

	EXPECT_EQ(0, default_set("reno"));
	EXPECT_STREQ("reno", sysctl_get(""));
	EXPECT_STREQ("cubic", ca_get(self->fd));
	fd = tcp_socket(0);
	ASSERT_LE(0, fd);
	EXPECT_STREQ("reno", ca_get(fd));
	close(fd);
}

TEST_F(congestion, sysctl_is_the_namespaces)
{
	ASSERT_EQ(0, default_set("reno"));
	ASSERT_EQ(0, net_setup(variant->row, variant->row));
	EXPECT_STREQ("cubic", sysctl_get(""));
}

TEST_F(congestion, sysctl_refuses_what_is_not_there)
{
	EXPECT_EQ(ENOENT, default_set("nothing"));
	EXPECT_EQ(ENOENT, default_set("cubic reno"));
	EXPECT_STREQ("cubic", sysctl_get(""));
}

TEST_F(congestion, available)
{
	const char *names = sysctl_get("available_");

	EXPECT_NE(NULL, strstr(names, "cubic"));
	EXPECT_NE(NULL, strstr(names, "reno"));
	EXPECT_EQ(EACCES, err(open(sysctl_path("available_"), O_WRONLY)));
}

/* Neither of the two is restricted; a name that is none is none for all */
TEST_F(congestion, unprivileged)
{
	ASSERT_EQ(0, setresuid(NOBODY, NOBODY, NOBODY));
	EXPECT_EQ(0, ca_set(self->fd, "reno"));
	EXPECT_EQ(0, ca_set(self->fd, "cubic"));
	EXPECT_EQ(ENOENT, ca_set(self->fd, "nothing"));
	EXPECT_EQ(EACCES, err(open(sysctl_path(""), O_WRONLY)));
}

TEST_HARNESS_MAIN
