/* SPDX-License-Identifier: GPL-2.0-only */
/* The engine's functions, grouped by the file that defines them */
#ifndef _MINI_TCP_H
#define _MINI_TCP_H

#include <mini/data.h>
#include <mini/lookup.h>
#include <mini/net.h>
#include <mini/opts.h>
#include <mini/sock.h>

struct mini_ip_ops;
struct mini_reply;
struct tcp_info;
struct proto_accept_arg;

/**
 * struct mini_header - what a TCP header says, in host order
 * @seq: SEG.SEQ
 * @ack: SEG.ACK, sent when @flags has MINI_ACK
 * @flags: MINI_SYN and the like
 * @wnd: window as it stands in the header
 * @up: urgent pointer, with MINI_URG
 * @opts: options
 */
struct mini_header {
	u32 seq;
	u32 ack;
	u8 flags;
	u16 wnd;
	u16 up;
	struct mini_opts opts;
};

/**
 * struct mini_seg - a segment being processed (RFC 9293 3.3.1, SEG.*)
 * @skb: the packet; NULL once a step has kept it
 * @seq: SEG.SEQ
 * @ack: SEG.ACK, meaningful with MINI_ACK
 * @len: SEG.LEN, SYN and FIN counted
 * @wnd: SEG.WND as in the header, unscaled
 * @up: SEG.UP, offset
 * @flags: MINI_SYN and the like
 * @opts: options
 */
struct mini_seg {
	struct sk_buff *skb;
	u32 seq;
	u32 ack;
	u32 len;
	u16 wnd;
	u16 up;
	u8 flags;
	struct mini_opts opts;
};

/* FlightSize of RFC 5681: sent and not cumulatively ACKed, octets */
static inline u32 mini_flight(const struct mini_sock *msk)
{
	return msk->snd.nxt - msk->snd.una;
}

/* What of it is still in the network, as far as we can tell */
static inline u32 mini_pipe(const struct mini_sock *msk)
{
	s32 pipe = mini_flight(msk) - msk->snd.sacked - msk->snd.lost +
		   msk->snd.retrans;

	return pipe > 0 ? pipe : 0;
}

/* Octets of a sent skb that are not ACKed */
static inline u32 mini_skb_unacked(const struct mini_sock *msk,
				   const struct sk_buff *skb)
{
	return mini_cb(skb)->end_seq - seq_max(mini_cb(skb)->seq,
					       msk->snd.una);
}

/* Written and never sent yet, the FIN counted */
static inline bool mini_unsent(const struct sock *sk)
{
	return !skb_queue_empty(&sk->sk_write_queue);
}

static inline bool mini_syn_unacked(const struct sock *sk)
{
	return !mini_sk(sk)->snd.syn_acked;
}

/* The window is shut or silly, and a timer probes it */
static inline bool mini_probing(const struct mini_sock *msk)
{
	return msk->write_tmr.at_us && msk->write_for == MINI_FOR_PROBE;
}

/* For who shows them: times sent again, and probes that wait for an answer */
static inline u8 mini_retransmits(const struct mini_sock *msk)
{
	return mini_probing(msk) ? 0 : msk->retries;
}

static inline u8 mini_probes_out(const struct mini_sock *msk)
{
	return mini_probing(msk) ? msk->retries : msk->keep_probes;
}

/* The most that the user wants offered, of a window of @wnd octets */
static inline u32 mini_window_clamp(const struct mini_sock *msk, u32 wnd)
{
	u32 clamp = READ_ONCE(msk->user.window_clamp);

	return clamp ? min(wnd, clamp) : wnd;
}

/* mini_tcp.c: the state machine */
void mini_tcp_set_state(struct sock *sk, int state);
bool mini_edge_ok(int from, int to);
u64 mini_now(struct sock *sk);
int mini_tcp_init(struct sock *sk);
void mini_tcp_destroy(struct sock *sk);
void mini_tcp_clone_init(struct sock *sk);
void mini_tcp_orphan(struct sock *sk);
int mini_tcp_connect(struct sock *sk, struct sockaddr_in *to, int len);
int mini_tcp_listen(struct sock *sk);
int mini_tcp_get_port(struct sock *sk, unsigned short num);
void mini_tcp_set_address(struct sock *sk);
int mini_tcp_hash(struct sock *sk);
void mini_tcp_unhash(struct sock *sk);
void mini_tcp_done(struct sock *sk);
void mini_tcp_bury(struct sock *sk);
void mini_tcp_abort(struct sock *sk, int err);
void mini_tcp_timed_out(struct sock *sk);
void mini_tcp_leave_port(struct sock *sk, bool may_sleep);
void mini_tcp_renew(struct sock *sk);
void mini_tcp_synchronized(struct sock *sk, const struct mini_opts *o);
void mini_tcp_established(struct sock *sk, const struct mini_seg *seg);
void mini_tcp_mtu_changed(struct sock *sk);
u32 mini_keepidle_s(const struct sock *sk);
u32 mini_keepintvl_s(const struct sock *sk);
u32 mini_keepcnt(const struct sock *sk);

/* tcp/close.c */
int mini_tcp_disconnect(struct sock *sk, int flags);
void mini_tcp_close(struct sock *sk, long timeout);
void mini_tcp_shutdown(struct sock *sk, int how);
int mini_tcp_kill(struct sock *sk);
bool mini_tcp_starved(const struct sock *sk);
void mini_tcp_starve(struct sock *sk);
void mini_tcp_abort_all(struct mini_net *mn);

/* tcp/pmtu.c */
void mini_pmtu_start(struct sock *sk);
void mini_pmtu_stuck(struct sock *sk);
u32 mini_pmtu_probe(struct sock *sk, u32 *len);
void mini_pmtu_ack(struct sock *sk);
bool mini_pmtu_lost(struct sock *sk);

/* tcp/port.c */
int mini_port_bind(struct mini_net *mn, struct mini_owner *o, u16 num);
int mini_port_listen(struct mini_net *mn, struct mini_owner *o);
int mini_port_connect(struct mini_net *mn, struct mini_owner *o,
		      struct mini_ep *ep);
void mini_port_join(struct mini_net *mn, const struct mini_owner *from,
		    struct mini_owner *o);
void mini_port_leave(struct mini_net *mn, struct mini_owner *o,
		     bool may_sleep);
void mini_port_net_init(struct mini_net *mn);
void mini_port_flush(void);
int mini_port_init(void);
void mini_port_exit(void);

/* tcp/input.c */
int mini_seg_parse(struct sk_buff *skb, struct mini_seg *seg);
void mini_tcp_rcv(struct mini_net *mn, const struct mini_tuple *t,
		  const struct mini_dest *d, struct sk_buff *skb);
int mini_tcp_backlog_rcv(struct sock *sk, struct sk_buff *skb);
void mini_tcp_dup(struct sock *sk, u32 start, u32 end);
void mini_child_rcv(struct sock *child, struct mini_seg *seg);

/* tcp/ack.c */
u32 mini_ts_sample(struct sock *sk, const struct mini_seg *seg);
enum mini_drop mini_ack_in(struct sock *sk, const struct mini_seg *seg);

/* tcp/ofo.c */
enum mini_drop mini_ofo_keep(struct sock *sk, struct mini_seg *seg);
bool mini_ofo_drain(struct sock *sk);
bool mini_ofo_prune(struct sock *sk, u32 need);
struct sk_buff *mini_ofo_first(struct sock *sk);
void mini_ofo_unlink(struct sock *sk, struct sk_buff *skb);

/* tcp/output.c */
void mini_opts_ts(struct mini_opts *o, const struct mini_ts *ts, u64 now_us,
		  bool ack);
void mini_push_header(struct sk_buff *skb, const struct mini_tuple *t,
		      const struct mini_header *h);
void mini_send_syn(struct sock *sk);
void mini_send_ack(struct sock *sk);
void mini_send_challenge(struct sock *sk);
void mini_send_reset(struct sock *sk);
void mini_send_keepalive(struct sock *sk);
void mini_send_probe(struct sock *sk);
void mini_retransmit_first(struct sock *sk);
bool mini_retransmit_last(struct sock *sk);
bool mini_send_one_new(struct sock *sk);
void mini_output(struct sock *sk);
void mini_output_corked(struct sock *sk, bool cork);
u32 mini_size_goal(const struct sock *sk);
u32 mini_window_now(const struct sock *sk);
u8 mini_wscale_for(u32 space);

/* tcp/reply.c */
void mini_reply_send(struct mini_net *mn, const struct mini_reply *r,
		     const struct mini_header *h);
void mini_reply_as(const struct sock *sk, const struct mini_tuple *t,
		   struct mini_reply *r);
void mini_reply_reset(struct mini_net *mn, const struct mini_reply *r,
		      const struct mini_seg *seg);
bool mini_challenge_ok(struct mini_net *mn, u64 *last_us, u64 now_us);

/* tcp/timer.c */
void mini_timer_init(struct sock *sk);
void mini_timer_data_sent(struct sock *sk);
void mini_timer_data_acked(struct sock *sk);
void mini_timer_reo(struct sock *sk, u64 wait_us);
void mini_timer_no_probe(struct sock *sk);
void mini_timer_data_stuck(struct sock *sk);
void mini_timer_data_free(struct sock *sk);
void mini_timer_send_at(struct sock *sk, u64 wait_us);
void mini_timer_send_any(struct sock *sk);
void mini_timer_ack_owed(struct sock *sk);
void mini_timer_ack_failed(struct sock *sk);
void mini_timer_ack_sent(struct sock *sk);
void mini_timer_keepalive(struct sock *sk, int on);
void mini_timer_fin_wait2(struct sock *sk);
void mini_timer_stop_all(struct sock *sk);
void mini_tcp_release_cb(struct sock *sk);

/* tcp/icmp.c */
bool mini_tcp_icmp_valid(const struct mini_sock *msk, u32 seq);
bool mini_tcp_icmp_ends(const struct sock *sk, u32 seq);
void mini_tcp_icmp(struct sock *sk, u32 seq, int err);
void mini_tcp_frag_needed(struct sock *sk);

/* tcp/listen.c */
void mini_listen_init(struct mini_listen *l);
void mini_listen_start(struct sock *sk);
void mini_listen_stop(struct sock *sk);
struct sock *mini_listen_pop(struct sock *sk);
bool mini_listen_ready(const struct sock *sk);
void mini_listen_rcv(struct mini_net *mn, struct sock *listener,
		     const struct mini_tuple *t, struct mini_seg *seg,
		     u32 iss);
struct sock *mini_tcp_accept(struct sock *sk, struct proto_accept_arg *arg);

/* tcp/req.c */
void mini_req_rcv(struct mini_net *mn, struct mini_req *req,
		  struct mini_seg *seg);
int mini_req_cache_init(void);
void mini_req_cache_exit(void);

/* tcp/timewait.c */
void mini_tw_enter(struct sock *sk);
void mini_tw_rcv(struct mini_net *mn, struct mini_tw *tw,
		 struct mini_seg *seg);
void mini_tw_kill(struct mini_tw *tw);
void mini_tw_put(struct mini_tw *tw);
void mini_tw_kill_all(struct mini_net *mn);
int mini_tw_cache_init(void);
void mini_tw_cache_exit(void);

/* ctl/info.c */
void mini_get_info(const struct sock *sk, struct tcp_info *info);

/* ctl/sockopt.c */
bool mini_ip_option_ok(int opt);
int mini_tcp_setsockopt(struct sock *sk, int level, int opt, sockptr_t val,
			unsigned int len);
int mini_tcp_getsockopt(struct sock *sk, int level, int opt,
			char __user *val, int __user *len);

#endif /* _MINI_TCP_H */
