/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the passive side share: listen.c, req.c and child.c */
#ifndef _MINI_LISTEN_H
#define _MINI_LISTEN_H

#include <mini/tcp.h>

struct mini_reply;

/* tcp/req.c */
void mini_req_setup(struct mini_req *req, struct sock *sk,
		    const struct mini_tuple *t);
struct mini_req *mini_req_alloc(struct mini_net *mn, struct sock *sk,
				const struct mini_tuple *t);
void mini_req_fill(struct mini_net *mn, struct mini_req *req,
		   const struct mini_seg *seg, u32 iss);
enum mini_drop mini_req_publish(struct mini_net *mn, struct mini_req *req);
void mini_req_kill(struct mini_net *mn, struct mini_req *req);
void mini_req_put(struct mini_req *req);
void mini_req_arm(struct mini_net *mn, struct mini_req *req);
void mini_req_reply(const struct mini_req *req, struct mini_reply *r);
void mini_req_syn_ack(struct mini_net *mn, const struct mini_req *req,
		      struct mini_header *h);
void mini_req_send_syn_ack(struct mini_net *mn, const struct mini_req *req);

/* tcp/child.c */
enum mini_drop mini_child_open(struct mini_net *mn, struct mini_req *req,
			       struct mini_seg *seg);

#endif /* _MINI_LISTEN_H */
