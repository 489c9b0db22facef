/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
#ifndef _UAPI_LINUX_AF_MINI_H
#define _UAPI_LINUX_AF_MINI_H

#include <linux/types.h>

/*
 * No number above AF_MAX can be registered and no number below it is left
 * over for strangers, so the family sits in a slot that no stock kernel
 * fills (AF_ASH). The module parameter "family" moves it.
 */
#define AF_MINI		18
#define PF_MINI		AF_MINI

/* The twin row: the same TCP under an experimental IP protocol (RFC 3692). */
#define IPPROTO_MINI	253

/* Level of the options that this family alone has */
#define SOL_MINI	IPPROTO_MINI

/*
 * SO_REUSEPORT of socket(7), which older kernels refuse to families that are
 * not theirs: several sockets of one user may bind and listen on a port, and
 * a hash of the connection chooses among them. An int, 0 or not.
 */
#define MINI_REUSEPORT	1

/* Why nothing is sent, or closed, or received: what a socket waits for */
enum mini_hold {
	MINI_HOLD_NONE,		/* nothing holds it */
	/* sending */
	MINI_HOLD_IDLE,		/* the application: there is nothing to send */
	MINI_HOLD_ACK,		/* the peer's ACK: all that there is was sent */
	MINI_HOLD_RTO,		/* the same, and it is overdue: sent again */
	MINI_HOLD_UNREACHABLE,	/* the same, and an error says why it is */
	MINI_HOLD_RWND,		/* the peer's window is full, or shut */
	MINI_HOLD_SWS,		/* it has room for a sliver only */
	MINI_HOLD_CWND,		/* the congestion window */
	MINI_HOLD_NAGLE,	/* a small segment, one before it unACKed */
	MINI_HOLD_CORK,		/* TCP_CORK or MSG_MORE */
	MINI_HOLD_AUTOCORK,	/* a small write, the device is still busy */
	MINI_HOLD_PACING,	/* its time has not come */
	MINI_HOLD_MEMORY,	/* there is no memory */
	MINI_HOLD_HANDSHAKE,	/* the answer to our SYN, or to our SYN,ACK */
	MINI_HOLD_LISTEN,	/* somebody to connect */
	MINI_HOLD_DONE,		/* nothing: all is sent and ACKed, FIN included */
	/* closing */
	MINI_HOLD_FIN_BEHIND,	/* our FIN is behind data that has not left */
	MINI_HOLD_FIN_SENT,	/* the ACK of our FIN */
	MINI_HOLD_FIN_WAIT2,	/* the peer's FIN */
	MINI_HOLD_CLOSE_WAIT,	/* the application: the peer has closed */
	MINI_HOLD_TIME_WAIT,	/* late segments */
	/* receiving */
	MINI_HOLD_READER,	/* the application: it left us no window to offer */
};

/* One of them: which, and for how long already */
struct mini_diag_hold {
	__u32 why;		/* enum mini_hold */
	__u32 pad;
	__u64 since_us;		/* microseconds */
};

/* Attribute MINI_DIAG_WHY of an answer of sock_diag(7); may grow at its end */
struct mini_diag_why {
	struct mini_diag_hold send;	/* why is nothing sent now? */
	struct mini_diag_hold close;	/* why is it not closed? */
	struct mini_diag_hold read;	/* why may the peer send nothing? */
	__u32 unsent;		/* octets written and not sent yet */
	__u32 pipe;		/* octets in the network */
	__u32 cwnd;		/* octets */
	__u32 snd_wnd;		/* the peer's window, octets */
	__u32 unread;		/* octets received that nobody has read */
	__u32 send_ms;		/* pacing or a cork ends then; 0 for neither */
	__s32 soft_err;		/* errno of ICMP, or of our route or firewall */
	__u32 half_open;	/* of a listener: its SYN queue */
};

/* Beside the INET_DIAG_* attributes, whose numbers are far below */
#define MINI_DIAG_WHY	128

/* inet_diag_msg.idiag_timer, as Linux's own TCP numbers them */
#define MINI_DIAG_TIMER_RTO		1
#define MINI_DIAG_TIMER_KEEP		2
#define MINI_DIAG_TIMER_TIME_WAIT	3
#define MINI_DIAG_TIMER_PROBE		4

#endif /* _UAPI_LINUX_AF_MINI_H */
