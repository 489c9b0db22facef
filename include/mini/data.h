/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the user's octets and the engine, grouped by file; see tcp.h */
#ifndef _MINI_DATA_H
#define _MINI_DATA_H

#include <mini/sock.h>

struct mini_header;
struct mini_seg;
struct pipe_inode_info;

/* tcp/send.c, tcp/recv.c: the user's octets */
int mini_tcp_sendmsg(struct sock *sk, struct msghdr *msg, size_t len);
void mini_queue_fin(struct sock *sk);
void mini_write_space(struct sock *sk);
void mini_tx_kicked(struct sock *sk);
bool mini_stream_writeable(const struct sock *sk);
bool mini_stream_memory_free(const struct sock *sk, int wake);
int mini_tcp_recvmsg(struct sock *sk, struct msghdr *msg, size_t len,
		     int flags);
u32 mini_tcp_inq(const struct sock *sk);
struct sk_buff *mini_rcv_skb(struct sock *sk, u32 seq, u32 *offset, bool keep);
void mini_read_done(struct sock *sk);
void mini_rcv_taken(struct sock *sk);
ssize_t mini_tcp_splice_read(struct sock *sk, struct pipe_inode_info *pipe,
			     size_t len, unsigned int flags, bool nonblock);
bool mini_tcp_readable(const struct sock *sk, int want);
bool mini_tcp_unread(const struct sock *sk);

/* tcp/stat.c */
void mini_stat_sent(struct sock *sk, const struct sk_buff *skb);
void mini_stat_received(struct sock *sk, const struct mini_seg *seg);
void mini_stat_limit(struct sock *sk, bool rwnd);
void mini_stat_pass(struct sock *sk, enum mini_hold why);
void mini_stat_held(struct sock *sk, enum mini_held_what what,
		    enum mini_hold why);
int mini_stat_soft_err(const struct sock *sk);
void mini_stat_overdue(struct sock *sk);
void mini_stat_state(struct sock *sk, int state);
u64 mini_stat_spent_us(const struct sock *sk, enum mini_limit limit);

/* mini_rcv.urgent: the urgent octet, until the stream has been read past it */
enum mini_urgent {
	MINI_URGENT_NONE,
	MINI_URGENT_AHEAD,	/* announced, not received */
	MINI_URGENT_HERE,	/* received, for MSG_OOB to read */
	MINI_URGENT_READ,	/* MSG_OOB has read it */
};

/* tcp/urgent.c */
void mini_urgent_mark(struct mini_sock *msk);
bool mini_urgent_mode(const struct mini_sock *msk);
void mini_urgent_header(struct mini_sock *msk, struct mini_header *h);
void mini_urgent_in(struct sock *sk, const struct mini_seg *seg);
int mini_urgent_recv(struct sock *sk, struct msghdr *msg, size_t len,
		     int flags);
void mini_urgent_passed(struct mini_sock *msk);
bool mini_urgent_at(const struct mini_sock *msk, u32 seq);
u32 mini_urgent_inq(const struct sock *sk);

/* tcp/buffer.c */
void mini_buffer_start(struct sock *sk);
void mini_buffer_acked(struct sock *sk);
void mini_buffer_read(struct sock *sk);

#endif /* _MINI_DATA_H */
