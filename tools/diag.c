// SPDX-License-Identifier: GPL-2.0-only
/* sock_diag(7) by hand: requests, answers, and their attributes */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include <linux/netlink.h>

#include "mini-ss.h"

#define FAMILY_FILE	"/sys/module/af_mini/parameters/family"

struct request {
	struct nlmsghdr nlh;
	struct inet_diag_req_v2 req;
};

/* The module may have been loaded with family=N */
int diag_family(void)
{
	FILE *f = fopen(FAMILY_FILE, "re");
	int family = AF_MINI;

	if (f) {
		if (fscanf(f, "%d", &family) != 1)
			family = AF_MINI;
		fclose(f);
	}
	return family;
}

static int diag_open(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
}

static int diag_send(int fd, struct request *r)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	r->nlh.nlmsg_len = sizeof(*r);
	r->req.sdiag_family = diag_family();
	return sendto(fd, r, sizeof(*r), 0, (struct sockaddr *)&kernel,
		      sizeof(kernel)) == sizeof(*r) ? 0 : -errno;
}

/* Newer kernels have longer structs than we, and older ones shorter */
static bool take(void *to, size_t size, const struct nlattr *attr)
{
	size_t len = attr->nla_len - NLA_HDRLEN;

	memset(to, 0, size);
	memcpy(to, (const char *)attr + NLA_HDRLEN, len < size ? len : size);
	return true;
}

static void take_attr(struct row *r, const struct nlattr *attr)
{
	switch (attr->nla_type) {
	case INET_DIAG_PROTOCOL:
		take(&r->protocol, sizeof(r->protocol), attr);
		break;
	case INET_DIAG_SHUTDOWN:
		r->has_shutdown = take(&r->shutdown, sizeof(r->shutdown),
				       attr);
		break;
	case INET_DIAG_TOS:
		take(&r->tos, sizeof(r->tos), attr);
		break;
	case INET_DIAG_MARK:
		r->has_mark = take(&r->mark, sizeof(r->mark), attr);
		break;
	case INET_DIAG_CONG:
		take(r->cong, sizeof(r->cong) - 1, attr);
		break;
	case INET_DIAG_SKMEMINFO:
		r->has_mem = take(r->mem, sizeof(r->mem), attr);
		break;
	case INET_DIAG_INFO:
		r->has_info = take(&r->info, sizeof(r->info), attr);
		break;
	case MINI_DIAG_WHY:
		take(&r->why, sizeof(r->why), attr);
		break;
	}
}

static bool parse_row(const struct nlmsghdr *nlh, struct row *r)
{
	const char *at = NLMSG_DATA(nlh);
	const char *end = (const char *)nlh + nlh->nlmsg_len;

	memset(r, 0, sizeof(*r));
	if (nlh->nlmsg_len < NLMSG_LENGTH(sizeof(r->msg)))
		return false;
	memcpy(&r->msg, at, sizeof(r->msg));
	at += NLMSG_ALIGN(sizeof(r->msg));
	while (end - at >= NLA_HDRLEN) {
		const struct nlattr *attr = (const struct nlattr *)at;

		if (attr->nla_len < NLA_HDRLEN || attr->nla_len > end - at)
			break;
		take_attr(r, attr);
		at += NLA_ALIGN(attr->nla_len);
	}
	return true;
}

static int error_of(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = NLMSG_DATA(nlh);

	return nlh->nlmsg_len < NLMSG_LENGTH(sizeof(*e)) ? -EPROTO : e->error;
}

/* Messages of one buffer; 1 while there are more to come, 0 at the end, errno */
static int take_buffer(struct nlmsghdr *nlh, ssize_t len,
		       void (*each)(const struct row *r))
{
	struct row r;

	for (; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len)) {
		if (nlh->nlmsg_type == NLMSG_DONE)
			return 0;
		if (nlh->nlmsg_type == NLMSG_ERROR)
			return error_of(nlh);
		if (each && parse_row(nlh, &r))
			each(&r);
	}
	return 1;
}

static int diag_answer(int fd, void (*each)(const struct row *r))
{
	union {
		struct nlmsghdr nlh;
		char octets[32768];
	} buf;
	ssize_t len;
	int rc;

	do {
		len = recv(fd, &buf, sizeof(buf), 0);
		rc = len < 0 ? -errno : take_buffer(&buf.nlh, len, each);
	} while (rc == 1 || rc == -EINTR);
	return rc;
}

static int diag_do(struct request *r, void (*each)(const struct row *r))
{
	int fd = diag_open(), rc;

	if (fd < 0)
		return -errno;
	rc = diag_send(fd, r);
	if (!rc)
		rc = diag_answer(fd, each);
	close(fd);
	return rc;
}

/* All sockets in these states; 0 or an errno, negative */
int diag_dump(uint32_t states, uint8_t ext, void (*each)(const struct row *r))
{
	struct request r = {
		.nlh.nlmsg_type = SOCK_DIAG_BY_FAMILY,
		.nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		.req.idiag_states = states,
		.req.idiag_ext = ext,
	};

	return diag_do(&r, each);
}

/* The cookie sees to it that it is this one, and not one that came after it */
int diag_kill(const struct row *row)
{
	struct request r = {
		.nlh.nlmsg_type = SOCK_DESTROY,
		.nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		.req.sdiag_protocol = row->protocol,
		.req.id = row->msg.id,
	};

	return diag_do(&r, NULL);
}
