// SPDX-License-Identifier: GPL-2.0-only
/* TCP_INFO: what a connection tells about itself */
#include <linux/tcp.h>
#include <net/sock.h>
#include <mini/tcp.h>

/* as Linux's own limit */
#define MINI_INFO_REORDERING_MAX	300U

static u8 mini_info_ca_state(const struct mini_sock *msk)
{
	switch (msk->cc.state) {
	case MINI_CA_CWR:
		return TCP_CA_CWR;
	case MINI_CA_RECOVERY:
		return TCP_CA_Recovery;
	case MINI_CA_LOSS:
		return TCP_CA_Loss;
	}
	return msk->snd.dupacks ? TCP_CA_Disorder : TCP_CA_Open;
}

/* Segments: DupThresh, or by how many one of the path's was overtaken */
static u32 mini_info_reordering(const struct mini_sock *msk)
{
	return clamp(DIV_ROUND_UP(msk->rack.reorder_max, msk->snd.mss) + 1,
		     MINI_DUPACKS, MINI_INFO_REORDERING_MAX);
}

static void mini_info_sender(const struct sock *sk, struct tcp_info *info)
{
	const struct mini_sock *msk = mini_sk(sk);
	u32 mss = msk->snd.mss;

	info->tcpi_snd_mss = mss;
	info->tcpi_snd_cwnd = msk->cc.cwnd / mss;
	info->tcpi_snd_ssthresh = msk->cc.ssthresh / mss;
	info->tcpi_unacked = DIV_ROUND_UP(mini_flight(msk), mss);
	info->tcpi_sacked = DIV_ROUND_UP(msk->snd.sacked, mss);
	info->tcpi_lost = DIV_ROUND_UP(msk->snd.lost, mss);
	info->tcpi_retrans = DIV_ROUND_UP(msk->snd.retrans, mss);
	info->tcpi_total_retrans = msk->total_retrans;
	info->tcpi_retransmits = mini_retransmits(msk);
	info->tcpi_probes = mini_probes_out(msk);
	info->tcpi_backoff = msk->rtt.backoff;
	info->tcpi_rto = mini_rtt_rto_us(&msk->rtt);
	info->tcpi_rtt = msk->rtt.srtt_us8 >> 3;
	info->tcpi_rttvar = msk->rtt.rttvar_us4 >> 2;
	info->tcpi_min_rtt = msk->rtt.min_us;
	info->tcpi_bytes_acked = msk->bytes_acked;
	info->tcpi_segs_out = msk->segs_out;
	info->tcpi_notsent_bytes = msk->snd.write - msk->snd.nxt;
	info->tcpi_snd_wnd = msk->snd.wnd;
	info->tcpi_reordering = mini_info_reordering(msk);
	info->tcpi_reord_seen = msk->rack.reordered;
}

static u32 mini_info_ago_ms(const struct sock *sk, u64 when_us)
{
	if (!when_us)
		return 0;
	return div_u64(mini_now((struct sock *)sk) - when_us,
		       MINI_USEC_PER_MSEC);
}

static void mini_info_times(const struct sock *sk, struct tcp_info *info)
{
	const struct mini_stat *st = &mini_sk(sk)->stat;

	info->tcpi_last_data_sent = mini_info_ago_ms(sk, st->data_sent_us);
	info->tcpi_last_data_recv = mini_info_ago_ms(sk, st->data_rcv_us);
	info->tcpi_last_ack_recv = mini_info_ago_ms(sk, st->ack_rcv_us);
	info->tcpi_rwnd_limited = mini_stat_spent_us(sk, MINI_LIMIT_RWND);
	info->tcpi_sndbuf_limited = mini_stat_spent_us(sk, MINI_LIMIT_SNDBUF);
	info->tcpi_busy_time = mini_stat_spent_us(sk, MINI_LIMIT_BUSY) +
			       info->tcpi_rwnd_limited +
			       info->tcpi_sndbuf_limited;
}

static void mini_info_counts(const struct sock *sk, struct tcp_info *info)
{
	const struct mini_stat *st = &mini_sk(sk)->stat;

	info->tcpi_bytes_sent = st->bytes_sent;
	info->tcpi_bytes_retrans = st->bytes_retrans;
	info->tcpi_data_segs_out = st->data_segs_out;
	info->tcpi_data_segs_in = st->data_segs_in;
	info->tcpi_rcv_ooopack = st->rcv_ooopack;
	info->tcpi_delivered = st->delivered;
	info->tcpi_delivered_ce = st->delivered_ce;
	info->tcpi_dsack_dups = st->dsack_dups;
	info->tcpi_delivery_rate = mini_rate_per_s(&st->rate);
	info->tcpi_delivery_rate_app_limited = st->rate.got_limited;
}

static void mini_info_receiver(const struct sock *sk, struct tcp_info *info)
{
	const struct mini_sock *msk = mini_sk(sk);

	info->tcpi_rcv_mss = msk->rcv.seg;
	info->tcpi_advmss = msk->rcv.mss;
	info->tcpi_ato = min(msk->delack.ato_us, MINI_DELACK_WORST_US);
	info->tcpi_rcv_rtt = msk->rcv.rtt.us8 >> 3;
	info->tcpi_rcv_ssthresh = mini_window_clamp(msk, sk->sk_rcvbuf / 2);
	info->tcpi_rcv_space = max(msk->rcv.round_read,
				   MINI_IW_SEGS * msk->rcv.mss);
	info->tcpi_bytes_received = msk->bytes_received;
	info->tcpi_segs_in = msk->segs_in;
}

/* All ones is no rate, in an int of any size */
static u64 mini_info_rate(unsigned long rate)
{
	return rate == ~0UL ? ~0ULL : rate;
}

/**
 * mini_get_info() - TCP_INFO, in the layout of Linux's struct tcp_info
 * @sk: socket, owned
 * @info: filled; what nobody here measures stays 0
 */
void mini_get_info(const struct sock *sk, struct tcp_info *info)
{
	const struct mini_sock *msk = mini_sk(sk);

	memset(info, 0, sizeof(*info));
	info->tcpi_state = sk->sk_state;
	info->tcpi_pacing_rate = mini_info_rate(READ_ONCE(sk->sk_pacing_rate));
	info->tcpi_max_pacing_rate =
		mini_info_rate(READ_ONCE(sk->sk_max_pacing_rate));
	if (sk->sk_state == TCP_LISTEN) {
		info->tcpi_unacked = READ_ONCE(sk->sk_ack_backlog);
		info->tcpi_sacked = READ_ONCE(sk->sk_max_ack_backlog);
		return;
	}
	info->tcpi_ca_state = mini_info_ca_state(msk);
	if (msk->rcv.wscale_ok) {
		info->tcpi_options |= TCPI_OPT_WSCALE;
		info->tcpi_snd_wscale = msk->snd.wscale;
		info->tcpi_rcv_wscale = msk->rcv.wscale;
	}
	if (msk->snd.sack_ok)
		info->tcpi_options |= TCPI_OPT_SACK;
	if (msk->ts.ok)
		info->tcpi_options |= TCPI_OPT_TIMESTAMPS;
	if (msk->ecn.ok)
		info->tcpi_options |= TCPI_OPT_ECN;
	if (msk->ecn.seen)
		info->tcpi_options |= TCPI_OPT_ECN_SEEN;
	mini_info_sender(sk, info);
	mini_info_times(sk, info);
	mini_info_counts(sk, info);
	info->tcpi_pmtu = msk->snd.mtu;
	mini_info_receiver(sk, info);
}
