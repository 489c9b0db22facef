/* SPDX-License-Identifier: GPL-2.0-only */
/* A fake wire and a virtual clock for the engine, and words to test it with */
#ifndef _MINI_TEST_HARNESS_H
#define _MINI_TEST_HARNESS_H

#include <kunit/test.h>
#include <linux/net.h>
#include <linux/skbuff.h>
#include <uapi/linux/tcp.h>
#include <mini/ip.h>
#include <mini/net.h>
#include <mini/param.h>
#include <mini/sock.h>
#include <mini/tcp.h>

/*
 * Initial sequence numbers. Ours puts the SYN, the first octet and whatever
 * follows on three sides of the wrap; the peer's lets its data cross it after
 * a few octets.
 */
#define MINI_T_ISS	0xfffffffeU
#define MINI_T_IRS	0xffffffceU

#define MINI_T_LADDR	0xc0000201U	/* 192.0.2.1, ours */
#define MINI_T_RADDR	0xc0000202U	/* 192.0.2.2, the peer's */
#define MINI_T_LPORT	7001U
#define MINI_T_RPORT	7002U

/* the handshakes of the builders take this long, so that RTO is known */
#define MINI_T_RTT_MS	100U
/* RFC 6298 2.2: R + 4 * R/2 */
#define MINI_T_RTO_MS	300U

/* ours and the peer's timestamp clocks begin here; the peer's wraps soon */
#define MINI_T_TS_OFF		0x12345678U
#define MINI_T_PEER_TS_OFF	0xff0fff00U

/* far outside of any window, on either side of it */
#define MINI_T_FAR	0x30000000

/* of the builders' peer and of the fake wire */
#define MINI_T_MSS	1460

#define MINI_T_LOG	4096U
#define MINI_T_SOCKS	32U

/* struct mini_t_seg.flags: not even an ACK (0 stands for a plain ACK) */
#define MINI_T_NOFLAGS	0x100
/* struct mini_t_seg.wnd: a window of zero (0 stands for the usual one) */
#define MINI_T_SHUT	(-1)
/* struct mini_t_seg.mss: no such option */
#define MINI_T_NOMSS	(-1)
/* struct mini_t_seg.ws: window scale option with shift @n */
#define MINI_T_WS(n)	((n) + 1)

/**
 * struct mini_t_seg - template of a segment: state only what differs
 * @flags: MINI_SYN and the like; 0 is a plain ACK
 * @seq: offset from the sender's zero point
 * @ack: offset from the zero point of the other side
 * @len: octets of payload
 * @wnd: window in octets; 0 is the usual one. Not compared when 0.
 * @mss: MSS option; 0 is the usual one on a SYN. Not compared when 0.
 * @ws: MINI_T_WS(shift). Not compared when 0.
 * @up: urgent pointer
 * @seq0: the number is 0 and not an offset
 * @any_seq: do not compare the number
 * @label: carries what an IP security option would leave in the skb
 * @age: TSval is this many ticks behind the peer's clock
 * @no_ts: leave the timestamp out
 * @ecr: TSecr; 0 is the last TSval that the peer has seen
 * @nr_sack: SACK blocks. Not compared when 0.
 * @sack: they, as offsets from the zero point of the other side
 * @no_sack: there must be none
 * @ecn: ECN field of the IP header
 * @opts: these octets in place of the options
 * @opts_len: of @opts, a multiple of four
 *
 * The zero points are where a builder leaves the connection: the next number
 * that each side would send, FIN and SYN counted.
 */
struct mini_t_seg {
	u16 flags;
	s32 seq;
	s32 ack;
	u32 len;
	s32 wnd;
	s32 mss;
	u8 ws;
	u16 up;
	bool seq0;
	bool any_seq;
	bool label;
	s32 age;
	bool no_ts;
	u32 ecr;
	u8 nr_sack;
	struct mini_range sack[MINI_SACK_MAX];
	bool no_sack;
	u8 ecn;
	const u8 *opts;
	u8 opts_len;
};

#define SEG(...)	((struct mini_t_seg){ __VA_ARGS__ })

/* a moment, in milliseconds after the builder was done */
#define AT_MS(n)	((s64)(n) * USEC_PER_MSEC)
#define AT_NOW		(-1LL)

/**
 * struct mini_t_rec - one segment as it passed the fake wire
 * @at_us: when
 * @leave_us: when a queue below is to let it go, 0 for at once
 * @tx: from us
 * @reply: sent without a socket
 * @last: the last of those that one skb carried
 * @ws: shift + 1, 0 without the option
 * @flags: octet of the header
 * @seq: absolute
 * @ack: absolute
 * @wnd: octets
 * @len: octets of payload
 * @mss: option, 0 without
 * @up: urgent pointer
 * @ecn: ECN field of the IP header
 * @sack_ok: SACK-permitted
 * @has_ts: timestamps option
 * @tsval: TSval
 * @tsecr: TSecr
 * @nr_sack: SACK blocks
 * @sack: they, absolute
 */
struct mini_t_rec {
	u64 at_us;
	u64 leave_us;
	bool tx;
	bool reply;
	bool last;
	u8 ws;
	u8 flags;
	u32 seq;
	u32 ack;
	u32 wnd;
	u32 len;
	u16 mss;
	u16 up;
	u8 ecn;
	bool sack_ok;
	bool has_ts;
	u32 tsval;
	u32 tsecr;
	u8 nr_sack;
	struct mini_range sack[MINI_SACK_MAX];
};

/* how mini_t_rx() lays out the payload */
enum mini_t_shape {
	MINI_T_LINEAR,
	MINI_T_FRAGS,
	MINI_T_FRAG_LIST,
	MINI_T_CLONED,
};

/* how much memory there is for all sockets together */
enum mini_t_mem {
	MINI_T_MEM_PLENTY,
	MINI_T_MEM_SHORT,	/* above the middle of tcp_mem */
	MINI_T_MEM_NONE,	/* above the last */
};

/**
 * struct mini_t - one test's world
 * @test: the case
 * @mn: namespace whose seam is lent
 * @saved: the seam to put back
 * @ip: the seam of this test; may be altered before a socket is opened
 * @sysctl: settings to put back
 * @ca: default congestion control to put back
 * @now_us: the clock
 * @zero_us: when the builder was done
 * @timers: armed, of struct mini_timer
 * @listener: listening socket, if any
 * @sock: the connection's socket, if the user has one
 * @sk: every socket seen, each with a reference of ours
 * @nr_sk: number of @sk
 * @tuple: the connection, seen from us
 * @iss: our ISN
 * @irs: the peer's
 * @our_zero: see struct mini_t_seg
 * @peer_zero: see struct mini_t_seg
 * @our_nxt: one past the highest number that we sent
 * @peer_nxt: one past the highest number that the peer sent
 * @tx_off: octets that mini_t_send() took
 * @rx_off: octets that mini_t_recv() gave
 * @mtu: of the fake wire
 * @path_mtu: of the way behind it, as far as we know; 0 when it is the same
 * @route_err: what the fake route says
 * @hold_err: what the fake port placeholder says
 * @gso: the fake device takes packets larger than the MTU
 * @keeps: the fake device keeps what it is given, in @kept
 * @kept: until mini_t_freed()
 * @xmit_err: what the fake device says, after the log has the segment
 * @foreign: kernel TCP has the tuple
 * @mem_pages: memory of all sockets before
 * @mem_taken: pages that mini_t_memory() has taken away
 * @mem_prot: and from whom
 * @advised: calls of mini_ip_ops.advise
 * @rtt_ms: of the builders' handshakes
 * @shape: of what mini_t_rx() injects
 * @peer_mss: the peer's MSS option, MINI_T_NOMSS for none
 * @peer_ws: the peer's option: MINI_T_WS(shift), 0 for none
 * @peer_wnd: the peer's usual window
 * @peer_sack: the peer says SACK-permitted
 * @peer_ts: the peer has timestamps
 * @peer_ecn: the peer's SYN asks for ECN, and its SYN,ACK agrees to it
 * @our_sack: we said SACK-permitted
 * @our_ts: we had a timestamp in the SYN
 * @our_tsval: the last TSval of ours
 * @our_ws: our option in the SYN, MINI_T_WS(shift), 0 for none
 * @edge: highest right edge that we offered
 * @edge_known: @edge has a value
 * @log: what passed the wire, a ring
 * @nr_log: how many did
 * @nr_read: how many of them were expected, or are the peer's
 * @printed: failures so far: the log is shown for the first
 * @broken: the first rule that a segment of ours broke
 */
struct mini_t {
	struct kunit *test;
	struct mini_net *mn;
	const struct mini_ip_ops *saved;
	struct mini_ip_ops ip;
	struct mini_sysctl sysctl;
	char ca[MINI_CA_NAME_MAX];
	u64 now_us;
	u64 zero_us;
	struct hlist_head timers;
	struct socket *listener;
	struct socket *sock;
	struct sock *sk[MINI_T_SOCKS];
	u32 nr_sk;
	struct mini_tuple tuple;
	u32 iss;
	u32 irs;
	u32 our_zero;
	u32 peer_zero;
	u32 our_nxt;
	u32 peer_nxt;
	u32 tx_off;
	u32 rx_off;
	u32 mtu;
	u32 path_mtu;
	int route_err;
	int hold_err;
	int xmit_err;
	bool gso;
	bool keeps;
	struct sk_buff_head kept;
	bool foreign;
	long mem_pages;
	long mem_taken;
	struct proto *mem_prot;
	u32 advised;
	u32 rtt_ms;
	enum mini_t_shape shape;
	s32 peer_mss;
	u8 peer_ws;
	u32 peer_wnd;
	bool peer_sack;
	bool peer_ts;
	bool peer_ecn;
	bool our_sack;
	bool our_ts;
	u32 our_tsval;
	u8 our_ws;
	u32 edge;
	bool edge_known;
	struct mini_t_rec *log;
	u32 nr_log;
	u32 nr_read;
	u32 printed;
	const char *broken;
};

/* world */
struct mini_t *mini_t_new(struct kunit *test);
void mini_t_end(struct mini_t *t);
void mini_t_zero(struct mini_t *t);
void mini_t_memory(struct mini_t *t, struct sock *sk, enum mini_t_mem mem);
void mini_t_use_ca(struct mini_t *t, const char *name);
void mini_t_set_isn(struct mini_t *t, u32 iss, u32 irs);

/* sockets */
int mini_t_socket(struct mini_t *t, int protocol, struct socket **sock);
void mini_t_track(struct mini_t *t, struct sock *sk);
int mini_t_bind(struct socket *sock, u32 addr, u16 port);
int mini_t_connect(struct mini_t *t);
int mini_t_accept(struct mini_t *t);
int mini_t_send_flags(struct mini_t *t, u32 len, int flags);
int mini_t_send(struct mini_t *t, u32 len);
int mini_t_recv_flags(struct mini_t *t, u32 len, int flags);
int mini_t_recv(struct mini_t *t, u32 len);
int mini_t_shutdown(struct mini_t *t, int how);
void mini_t_release(struct socket **sock);
int mini_t_close(struct mini_t *t);
int mini_t_abort(struct mini_t *t);
int mini_t_set_tcp(struct mini_t *t, int name, int value);
struct tcp_info mini_t_info(struct mini_t *t);
__poll_t mini_t_poll(struct mini_t *t);

/* time and wire */
void mini_t_advance_us(struct mini_t *t, u64 us);
void mini_t_advance_ms(struct mini_t *t, u64 ms);
void mini_t_goto(struct mini_t *t, s64 at);
u32 mini_t_ms(const struct mini_t *t);
void mini_t_rx(struct mini_t *t, s64 at, struct mini_t_seg seg);
struct sk_buff *mini_t_skb(struct mini_t *t, const struct mini_t_seg *seg);
void mini_t_rx_skb(struct mini_t *t, struct sk_buff *skb);
void mini_t_rx_tuple(struct mini_t *t, const struct mini_tuple *tuple,
		     struct sk_buff *skb);
const struct mini_t_rec *mini_t_next(struct mini_t *t);
void mini_t_drain(struct mini_t *t);
u32 mini_t_pending(struct mini_t *t);
u8 mini_t_octet(u32 off);
int mini_t_state(struct mini_t *t);
const char *mini_t_state_name(int state);
bool mini_t_freed(struct mini_t *t);
bool mini_t_timers_idle(const struct mini_t *t);
bool mini_t_armed(const struct mini_timer *tm);
u64 mini_t_fires_us(const struct mini_timer *tm);
struct mini_timer *mini_t_first_timer(const struct mini_t *t);
bool mini_t_fire_one(struct mini_t *t, u64 until_us);
const char *mini_t_left(const struct sock *sk);

__printf(4, 5)
void __mini_t_fail(struct mini_t *t, const char *file, int line,
		   const char *fmt, ...);
bool __mini_t_expect_tx(struct mini_t *t, struct mini_t_seg seg,
			const char *file, int line);
void __mini_t_expect_tx_at(struct mini_t *t, s64 at, struct mini_t_seg seg,
			   const char *file, int line);
void __mini_t_expect_nothing(struct mini_t *t, const char *file, int line);
void __mini_t_expect_state(struct mini_t *t, int state, const char *file,
			   int line);

#define mini_t_fail(t, ...)						\
	__mini_t_fail(t, __FILE__, __LINE__, __VA_ARGS__)
/* exactly this segment is the next that we sent */
#define mini_t_expect_tx(t, ...)					\
	__mini_t_expect_tx(t, __VA_ARGS__, __FILE__, __LINE__)
/* we sent nothing more */
#define mini_t_expect_nothing(t)					\
	__mini_t_expect_nothing(t, __FILE__, __LINE__)
#define mini_t_expect_state(t, state)					\
	__mini_t_expect_state(t, state, __FILE__, __LINE__)
/* nothing until then, and then this */
#define mini_t_expect_tx_at(t, at, ...)					\
	__mini_t_expect_tx_at(t, at, __VA_ARGS__, __FILE__, __LINE__)

#define MINI_T_EQ(t, left, right) do {					\
	long long l_ = (left), r_ = (right);				\
	if (l_ != r_)							\
		mini_t_fail(t, "%s is %lld, not %lld", #left, l_, r_);	\
} while (0)
#define MINI_T_TRUE(t, cond) do {					\
	if (!(cond))							\
		mini_t_fail(t, "not so: %s", #cond);			\
} while (0)

/* between the parts of the harness */
void mini_t_log(struct mini_t *t, const struct mini_t_rec *rec);
void __mini_t_check_broken(struct mini_t *t, const char *file, int line);

static inline u8 mini_t_hdr_flags(const struct mini_t_seg *seg)
{
	if (seg->flags & MINI_T_NOFLAGS)
		return seg->flags & 0xff;
	return seg->flags ? seg->flags : MINI_ACK;
}

/* one builder for each state, each built on those before */
struct mini_t *mini_t_closed(struct kunit *test);
struct mini_t *mini_t_listen(struct kunit *test);
struct mini_t *mini_t_syn_sent(struct kunit *test);
struct mini_t *mini_t_syn_rcvd_passive(struct kunit *test);
struct mini_t *mini_t_syn_rcvd_active(struct kunit *test);
struct mini_t *mini_t_established(struct kunit *test);
struct mini_t *mini_t_established_passive(struct kunit *test);
struct mini_t *mini_t_fin_wait1(struct kunit *test);
struct mini_t *mini_t_fin_wait2(struct kunit *test);
struct mini_t *mini_t_close_wait(struct kunit *test);
struct mini_t *mini_t_closing(struct kunit *test);
struct mini_t *mini_t_last_ack(struct kunit *test);
struct mini_t *mini_t_time_wait(struct kunit *test);
struct mini_t *mini_t_time_wait_listen(struct kunit *test);

/* the same walk in a world that was set up otherwise */
void mini_t_to_listen(struct mini_t *t, int backlog);
void mini_t_to_syn_sent(struct mini_t *t);
void mini_t_to_syn_rcvd_passive(struct mini_t *t);
void mini_t_to_established(struct mini_t *t);
void mini_t_to_established_passive(struct mini_t *t);
void mini_t_to_fin_wait1(struct mini_t *t);
void mini_t_to_fin_wait2(struct mini_t *t);
void mini_t_to_close_wait(struct mini_t *t);
void mini_t_to_time_wait(struct mini_t *t);

static inline struct mini_sock *mini_t_msk(const struct mini_t *t)
{
	return mini_sk(t->sock->sk);
}

/* No ACK at once because the connection is young */
static inline void mini_t_slow_acks(struct mini_t *t)
{
	mini_t_msk(t)->delack = (struct mini_delack){
		.rcv_us = t->now_us, .ato_us = MINI_ATO_MIN_US,
		.pingpong = true,
	};
}

#endif /* _MINI_TEST_HARNESS_H */
