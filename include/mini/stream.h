/* SPDX-License-Identifier: GPL-2.0-only */
/* The socket layer: slots of proto_ops (mini_stream.c), and what rows share */
#ifndef _MINI_STREAM_H
#define _MINI_STREAM_H

#include <linux/net.h>
#include <linux/poll.h>
#include <mini/compat.h>

int mini_stream_release(struct socket *sock);
int mini_stream_bind(struct socket *sock, struct mini_sockaddr *addr, int len);
int mini_stream_connect(struct socket *sock, struct mini_sockaddr *addr, int len,
			int flags);
int mini_stream_accept(struct socket *sock, struct socket *newsock,
		       struct proto_accept_arg *arg);
int mini_stream_listen(struct socket *sock, int backlog);
int mini_stream_shutdown(struct socket *sock, int how);
__poll_t mini_stream_poll(struct file *file, struct socket *sock,
			  struct poll_table_struct *wait);
int mini_stream_ioctl(struct socket *sock, unsigned int cmd,
		      unsigned long arg);
int mini_stream_sendmsg(struct socket *sock, struct msghdr *msg, size_t len);
int mini_stream_recvmsg(struct socket *sock, struct msghdr *msg, size_t len,
			int flags);
ssize_t mini_stream_splice_read(struct socket *sock, loff_t *ppos,
				struct pipe_inode_info *pipe, size_t len,
				unsigned int flags);
int mini_stream_set_rcvlowat(struct sock *sk, int val);
int mini_stream_setsockopt(struct socket *sock, int level, int opt,
			   sockptr_t val, unsigned int len);

/* what other rows do in the same way; the last is in mini_dgram.c */
void mini_sock_release(struct socket *sock);
int mini_sock_bind(struct socket *sock, struct mini_sockaddr *addr, int len);
int mini_sock_recvmsg(struct sock *sk, struct msghdr *msg, size_t len,
		      int flags);
int mini_message_ioctl(struct socket *sock, unsigned int cmd,
		       unsigned long arg);

#endif /* _MINI_STREAM_H */
