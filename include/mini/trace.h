/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints, events/mini in tracefs: what a connection does, while it does
 * it. Each names its connection as "local:port remote:port", and costs a branch
 * that is not taken while nobody looks.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM mini

#if !defined(_MINI_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _MINI_TRACE_H

#include <linux/tracepoint.h>
#include <mini/compat.h>
#include <mini/tcp.h>

#define MINI_TRACE_STATES	\
	{ TCP_ESTABLISHED, "ESTABLISHED" }, { TCP_SYN_SENT, "SYN-SENT" },	\
	{ TCP_SYN_RECV, "SYN-RECEIVED" }, { TCP_FIN_WAIT1, "FIN-WAIT-1" },	\
	{ TCP_FIN_WAIT2, "FIN-WAIT-2" }, { TCP_TIME_WAIT, "TIME-WAIT" },	\
	{ TCP_CLOSE, "CLOSED" }, { TCP_CLOSE_WAIT, "CLOSE-WAIT" },		\
	{ TCP_LAST_ACK, "LAST-ACK" }, { TCP_LISTEN, "LISTEN" },		\
	{ TCP_CLOSING, "CLOSING" }

#define MINI_TRACE_FLAGS	\
	{ MINI_FIN, "F" }, { MINI_SYN, "S" }, { MINI_RST, "R" },		\
	{ MINI_PSH, "P" }, { MINI_ACK, "." }, { MINI_URG, "U" },		\
	{ MINI_ECE, "E" }, { MINI_CWR, "W" }

#define MINI_TRACE_CA		\
	{ MINI_CA_OPEN, "open" }, { MINI_CA_CWR, "cwr" },			\
	{ MINI_CA_RECOVERY, "recovery" }, { MINI_CA_LOSS, "loss" }

/* perf(1) reads the format of an event, where an enum is but a word */
TRACE_DEFINE_ENUM(TCP_ESTABLISHED);
TRACE_DEFINE_ENUM(TCP_SYN_SENT);
TRACE_DEFINE_ENUM(TCP_SYN_RECV);
TRACE_DEFINE_ENUM(TCP_FIN_WAIT1);
TRACE_DEFINE_ENUM(TCP_FIN_WAIT2);
TRACE_DEFINE_ENUM(TCP_TIME_WAIT);
TRACE_DEFINE_ENUM(TCP_CLOSE);
TRACE_DEFINE_ENUM(TCP_CLOSE_WAIT);
TRACE_DEFINE_ENUM(TCP_LAST_ACK);
TRACE_DEFINE_ENUM(TCP_LISTEN);
TRACE_DEFINE_ENUM(TCP_CLOSING);
TRACE_DEFINE_ENUM(MINI_CA_OPEN);
TRACE_DEFINE_ENUM(MINI_CA_CWR);
TRACE_DEFINE_ENUM(MINI_CA_RECOVERY);
TRACE_DEFINE_ENUM(MINI_CA_LOSS);

/* addresses as octets: what is recorded knows no order */
#define MINI_TRACE_TUPLE	\
	__array(u8, laddr, 4)	\
	__array(u8, raddr, 4)	\
	__field(u16, lport)	\
	__field(u16, rport)

#define MINI_TRACE_TUPLE_TAKE(sk)	({			\
	const struct mini_tuple *t = &mini_sk(sk)->ep.t;	\
								\
	memcpy(__entry->laddr, &t->laddr, 4);			\
	memcpy(__entry->raddr, &t->raddr, 4);			\
	__entry->lport = ntohs(t->lport);			\
	__entry->rport = ntohs(t->rport);			\
})

#define MINI_TRACE_TUPLE_FMT	"%pI4:%u %pI4:%u "
#define MINI_TRACE_TUPLE_ARGS	\
	__entry->laddr, __entry->lport, __entry->raddr, __entry->rport

/*
 * A slot of the dispatch is called. Whatever kind of socket it is, its names are
 * where inet has them; there may be none, and then all is 0.
 */
TRACE_EVENT(mini_call,
	TP_PROTO(const struct sock *sk, enum mini_slot slot),
	TP_ARGS(sk, slot),
	TP_STRUCT__entry(
		MINI_TRACE_TUPLE
		__field(u16, type)
		__string(slot, mini_slot_name(slot))
	),
	TP_fast_assign(
		const struct inet_sock *inet = sk ? inet_sk(sk) : NULL;
		__be32 laddr = inet ? inet->inet_saddr : 0;
		__be32 raddr = inet ? inet->inet_daddr : 0;

		memcpy(__entry->laddr, &laddr, 4);
		memcpy(__entry->raddr, &raddr, 4);
		__entry->lport = inet ? ntohs(inet->inet_sport) : 0;
		__entry->rport = inet ? ntohs(inet->inet_dport) : 0;
		__entry->type = sk ? sk->sk_type : 0;
		mini_assign_str(slot, mini_slot_name(slot));
	),
	TP_printk(MINI_TRACE_TUPLE_FMT "type=%u %s", MINI_TRACE_TUPLE_ARGS,
		  __entry->type, __get_str(slot))
);

/* a connection goes from one state to another */
TRACE_EVENT(mini_state,
	TP_PROTO(const struct sock *sk, int from, int to),
	TP_ARGS(sk, from, to),
	TP_STRUCT__entry(
		MINI_TRACE_TUPLE
		__field(u8, from)
		__field(u8, to)
	),
	TP_fast_assign(
		MINI_TRACE_TUPLE_TAKE(sk);
		__entry->from = from;
		__entry->to = to;
	),
	TP_printk(MINI_TRACE_TUPLE_FMT "%s -> %s", MINI_TRACE_TUPLE_ARGS,
		  __print_symbolic(__entry->from, MINI_TRACE_STATES),
		  __print_symbolic(__entry->to, MINI_TRACE_STATES))
);

DECLARE_EVENT_CLASS(mini_segment,
	TP_PROTO(const struct sock *sk, u32 seq, u32 ack, u32 len, u32 wnd,
		 u8 flags),
	TP_ARGS(sk, seq, ack, len, wnd, flags),
	TP_STRUCT__entry(
		MINI_TRACE_TUPLE
		__field(u32, seq)
		__field(u32, ack)
		__field(u32, len)
		__field(u32, wnd)
		__field(u8, flags)
	),
	TP_fast_assign(
		MINI_TRACE_TUPLE_TAKE(sk);
		__entry->seq = seq;
		__entry->ack = ack;
		__entry->len = len;
		__entry->wnd = wnd;
		__entry->flags = flags;
	),
	TP_printk(MINI_TRACE_TUPLE_FMT "%s seq=%u ack=%u len=%u wnd=%u",
		  MINI_TRACE_TUPLE_ARGS,
		  __print_flags(__entry->flags, "", MINI_TRACE_FLAGS),
		  __entry->seq, __entry->ack, __entry->len, __entry->wnd)
);

/* a segment leaves for IP; numbers as on the wire, the window unscaled */
DEFINE_EVENT(mini_segment, mini_segment_out,
	TP_PROTO(const struct sock *sk, u32 seq, u32 ack, u32 len, u32 wnd,
		 u8 flags),
	TP_ARGS(sk, seq, ack, len, wnd, flags)
);

/* a segment for a socket is about to be processed */
DEFINE_EVENT(mini_segment, mini_segment_in,
	TP_PROTO(const struct sock *sk, u32 seq, u32 ack, u32 len, u32 wnd,
		 u8 flags),
	TP_ARGS(sk, seq, ack, len, wnd, flags)
);

/* octets are sent again */
TRACE_EVENT(mini_retransmit,
	TP_PROTO(const struct sock *sk, u32 seq, u32 len),
	TP_ARGS(sk, seq, len),
	TP_STRUCT__entry(
		MINI_TRACE_TUPLE
		__field(u32, seq)
		__field(u32, len)
		__field(u8, ca)
	),
	TP_fast_assign(
		MINI_TRACE_TUPLE_TAKE(sk);
		__entry->seq = seq;
		__entry->len = len;
		__entry->ca = mini_sk(sk)->cc.state;
	),
	TP_printk(MINI_TRACE_TUPLE_FMT "seq=%u len=%u in %s",
		  MINI_TRACE_TUPLE_ARGS, __entry->seq, __entry->len,
		  __print_symbolic(__entry->ca, MINI_TRACE_CA))
);

/* an ACK, or a timeout, has been worked in: the windows now, in octets */
TRACE_EVENT(mini_cwnd,
	TP_PROTO(const struct sock *sk),
	TP_ARGS(sk),
	TP_STRUCT__entry(
		MINI_TRACE_TUPLE
		__field(u32, cwnd)
		__field(u32, ssthresh)
		__field(u32, mss)
		__field(u32, pipe)
		__field(u32, rwnd)
		__field(u32, srtt_us)
		__field(u32, rto_us)
		__field(u8, ca)
	),
	TP_fast_assign(
		const struct mini_sock *msk = mini_sk(sk);

		MINI_TRACE_TUPLE_TAKE(sk);
		__entry->cwnd = msk->cc.cwnd;
		__entry->ssthresh = msk->cc.ssthresh;
		__entry->mss = msk->cc.mss;
		__entry->pipe = mini_pipe(msk);
		__entry->rwnd = msk->snd.wnd;
		__entry->srtt_us = msk->rtt.srtt_us8 >> 3;
		__entry->rto_us = mini_rtt_rto_us(&msk->rtt);
		__entry->ca = msk->cc.state;
	),
	TP_printk(MINI_TRACE_TUPLE_FMT
		  "cwnd=%u ssthresh=%u mss=%u pipe=%u rwnd=%u srtt_us=%u rto_us=%u %s",
		  MINI_TRACE_TUPLE_ARGS, __entry->cwnd, __entry->ssthresh,
		  __entry->mss, __entry->pipe, __entry->rwnd, __entry->srtt_us,
		  __entry->rto_us,
		  __print_symbolic(__entry->ca, MINI_TRACE_CA))
);

/* data is there and does not leave: why (a counter's name) */
TRACE_EVENT(mini_hold,
	TP_PROTO(const struct sock *sk, enum mini_mib why),
	TP_ARGS(sk, why),
	TP_STRUCT__entry(
		MINI_TRACE_TUPLE
		__field(u32, unsent)
		__string(why, mini_mib_name(why))
	),
	TP_fast_assign(
		MINI_TRACE_TUPLE_TAKE(sk);
		__entry->unsent = mini_sk(sk)->snd.write - mini_sk(sk)->snd.nxt;
		mini_assign_str(why, mini_mib_name(why));
	),
	TP_printk(MINI_TRACE_TUPLE_FMT "unsent=%u %s", MINI_TRACE_TUPLE_ARGS,
		  __entry->unsent, __get_str(why))
);

/* a timer of the socket has run out */
TRACE_EVENT(mini_timer,
	TP_PROTO(const struct sock *sk, const char *what),
	TP_ARGS(sk, what),
	TP_STRUCT__entry(
		MINI_TRACE_TUPLE
		__field(u8, retries)
		__string(what, what)
	),
	TP_fast_assign(
		MINI_TRACE_TUPLE_TAKE(sk);
		__entry->retries = mini_sk(sk)->retries;
		mini_assign_str(what, what);
	),
	TP_printk(MINI_TRACE_TUPLE_FMT "%s retries=%u", MINI_TRACE_TUPLE_ARGS,
		  __get_str(what), __entry->retries)
);

/* a packet's way ends: why (a counter's name) */
TRACE_EVENT(mini_drop,
	TP_PROTO(const struct sk_buff *skb, enum mini_mib why),
	TP_ARGS(skb, why),
	TP_STRUCT__entry(
		__field(const void *, skb)
		__field(u32, len)
		__string(why, mini_mib_name(why))
	),
	TP_fast_assign(
		__entry->skb = skb;
		__entry->len = skb->len;
		mini_assign_str(why, mini_mib_name(why));
	),
	TP_printk("skb=%p len=%u %s", __entry->skb, __entry->len,
		  __get_str(why))
);

#endif /* _MINI_TRACE_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH mini
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
