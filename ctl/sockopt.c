// SPDX-License-Identifier: GPL-2.0-only
/* setsockopt(2) and getsockopt(2) at the levels of TCP and IP */
#include <linux/in.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/sock.h>
#include <mini/tcp.h>

/* Those of ip(7) that act on fields which our packets are built from */
static bool mini_ip_option_ok(int opt)
{
	switch (opt) {
	case IP_TOS:
	case IP_TTL:
	case IP_MTU:
	case IP_MTU_DISCOVER:
	case IP_RECVERR:
	case IP_FREEBIND:
	case IP_TRANSPARENT:
	case IP_BIND_ADDRESS_NO_PORT:
		return true;
	}
	return false;
}

static int mini_set_nodelay(struct sock *sk, int val)
{
	mini_sk(sk)->nodelay = val;
	mini_output(sk);
	return 0;
}

static int mini_set_cork(struct sock *sk, int val)
{
	mini_sk(sk)->cork = val;
	mini_output(sk);
	return 0;
}

static int mini_set_maxseg(struct sock *sk, int val)
{
	if (val && (val < (int)MINI_MSS_MIN || val > 32767))
		return -EINVAL;
	mini_sk(sk)->user_mss = val;
	return 0;
}

/* Keep-alive times count from now on, when they are in use */
static void mini_keep_changed(struct sock *sk)
{
	if (sock_flag(sk, SOCK_KEEPOPEN))
		mini_timer_keepalive(sk, true);
}

static int mini_set_keep(struct sock *sk, int opt, int val)
{
	struct mini_sock *msk = mini_sk(sk);

	if (val < 1 || val > (opt == TCP_KEEPCNT ? 127 : 32767))
		return -EINVAL;
	if (opt == TCP_KEEPIDLE)
		msk->keepidle_s = val;
	else if (opt == TCP_KEEPINTVL)
		msk->keepintvl_s = val;
	else
		msk->keepcnt = val;
	mini_keep_changed(sk);
	return 0;
}

static int mini_set_syncnt(struct sock *sk, int val)
{
	if (val < 1 || val > 127)
		return -EINVAL;
	mini_sk(sk)->syn_retries = val;
	return 0;
}

static int mini_set_user_timeout(struct sock *sk, int val)
{
	if (val < 0)
		return -EINVAL;
	mini_sk(sk)->user_timeout_ms = val;
	return 0;
}

static int mini_set_quickack(struct sock *sk, int val)
{
	struct mini_sock *msk = mini_sk(sk);

	msk->rcv.quick = val ? MINI_QUICKACKS : 0;
	if (val && msk->ack_due)
		mini_send_ack(sk);
	return 0;
}

static int mini_set_int(struct sock *sk, int opt, int val)
{
	switch (opt) {
	case TCP_NODELAY:
		return mini_set_nodelay(sk, !!val);
	case TCP_CORK:
		return mini_set_cork(sk, !!val);
	case TCP_MAXSEG:
		return mini_set_maxseg(sk, val);
	case TCP_KEEPIDLE:
	case TCP_KEEPINTVL:
	case TCP_KEEPCNT:
		return mini_set_keep(sk, opt, val);
	case TCP_SYNCNT:
		return mini_set_syncnt(sk, val);
	case TCP_USER_TIMEOUT:
		return mini_set_user_timeout(sk, val);
	case TCP_QUICKACK:
		return mini_set_quickack(sk, val);
	}
	return -ENOPROTOOPT;
}

static int mini_set_congestion(struct sock *sk, sockptr_t optval,
			       unsigned int len)
{
	struct mini_cc *cc = &mini_sk(sk)->cc;
	const struct mini_ca_ops *ops;
	char name[MINI_CA_NAME_MAX] = { };

	if (len < 1)
		return -EINVAL;
	if (copy_from_sockptr(name, optval,
			      min_t(size_t, len, sizeof(name) - 1)))
		return -EFAULT;
	ops = mini_ca_get(name);
	if (!ops)
		return -ENOENT;
	lock_sock(sk);
	swap(cc->ops, ops);
	if (cc->ops->init)
		cc->ops->init(cc, mini_now(sk));
	release_sock(sk);
	mini_ca_put(ops);
	return 0;
}

/**
 * mini_tcp_setsockopt() - proto.setsockopt
 * @sk: socket
 * @level: SOL_TCP or SOL_IP
 * @opt: option
 * @optval: its value
 * @len: octets of it
 *
 * Context: process; takes the socket lock.
 * Return: 0 or an errno; -ENOPROTOOPT for what is not served.
 */
int mini_tcp_setsockopt(struct sock *sk, int level, int opt, sockptr_t optval,
			unsigned int len)
{
	int val, err;

	if (level == SOL_IP && mini_ip_option_ok(opt))
		return ip_setsockopt(sk, level, opt, optval, len);
	if (level != SOL_TCP)
		return -ENOPROTOOPT;
	if (opt == TCP_CONGESTION)
		return mini_set_congestion(sk, optval, len);
	if (len < sizeof(val))
		return -EINVAL;
	if (copy_from_sockptr(&val, optval, sizeof(val)))
		return -EFAULT;
	lock_sock(sk);
	err = mini_set_int(sk, opt, val);
	release_sock(sk);
	return err;
}

static int mini_get_int(struct sock *sk, int opt)
{
	const struct mini_sock *msk = mini_sk(sk);

	switch (opt) {
	case TCP_NODELAY:
		return msk->nodelay;
	case TCP_CORK:
		return msk->cork;
	case TCP_MAXSEG:
		return sk->sk_state == TCP_CLOSE && msk->user_mss ?
			msk->user_mss : msk->snd.mss;
	case TCP_KEEPIDLE:
		return mini_keepidle_s(sk);
	case TCP_KEEPINTVL:
		return mini_keepintvl_s(sk);
	case TCP_KEEPCNT:
		return mini_keepcnt(sk);
	case TCP_SYNCNT:
		return msk->syn_retries ?:
			mini_pernet(sock_net(sk))->sysctl.syn_retries;
	case TCP_USER_TIMEOUT:
		return msk->user_timeout_ms;
	case TCP_QUICKACK:
		return !!msk->rcv.quick;
	}
	return -ENOPROTOOPT;
}

static u8 mini_info_ca_state(const struct mini_sock *msk)
{
	switch (msk->cc.state) {
	case MINI_CA_RECOVERY:
		return TCP_CA_Recovery;
	case MINI_CA_LOSS:
		return TCP_CA_Loss;
	}
	return msk->snd.dupacks ? TCP_CA_Disorder : TCP_CA_Open;
}

static void mini_info_sender(const struct sock *sk, struct tcp_info *info)
{
	const struct mini_sock *msk = mini_sk(sk);
	u32 mss = msk->snd.mss;

	info->tcpi_snd_mss = mss;
	info->tcpi_snd_cwnd = msk->cc.cwnd / mss;
	info->tcpi_snd_ssthresh = msk->cc.ssthresh / mss;
	info->tcpi_unacked = DIV_ROUND_UP(mini_flight(msk), mss);
	info->tcpi_lost = DIV_ROUND_UP(msk->snd.lost, mss);
	info->tcpi_retrans = DIV_ROUND_UP(msk->snd.retrans, mss);
	info->tcpi_total_retrans = msk->total_retrans;
	info->tcpi_retransmits = msk->retries;
	info->tcpi_probes = msk->keep_probes;
	info->tcpi_backoff = msk->rtt.backoff;
	info->tcpi_rto = mini_rtt_rto_us(&msk->rtt);
	info->tcpi_rtt = msk->rtt.srtt_us8 >> 3;
	info->tcpi_rttvar = msk->rtt.rttvar_us4 >> 2;
	info->tcpi_min_rtt = msk->rtt.min_us;
	info->tcpi_bytes_acked = msk->bytes_acked;
	info->tcpi_segs_out = msk->segs_out;
	info->tcpi_notsent_bytes = msk->snd.write - msk->snd.nxt;
	info->tcpi_snd_wnd = msk->snd.wnd;
}

/* In the layout of Linux's struct tcp_info */
static void mini_get_info(const struct sock *sk, struct tcp_info *info)
{
	const struct mini_sock *msk = mini_sk(sk);

	memset(info, 0, sizeof(*info));
	info->tcpi_state = sk->sk_state;
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
	mini_info_sender(sk, info);
	info->tcpi_pmtu = msk->snd.mss + MINI_TCP_HLEN + MINI_IP_HLEN;
	info->tcpi_rcv_mss = msk->rcv.seg;
	info->tcpi_advmss = msk->rcv.mss;
	info->tcpi_ato = MINI_DELACK_US;
	info->tcpi_rcv_space = sk->sk_rcvbuf / 2;
	info->tcpi_bytes_received = msk->bytes_received;
	info->tcpi_segs_in = msk->segs_in;
}

/* What an option's value is; its size, or an errno */
static int mini_get_value(struct sock *sk, int opt, void *buf)
{
	int val;

	switch (opt) {
	case TCP_INFO:
		mini_get_info(sk, buf);
		return sizeof(struct tcp_info);
	case TCP_CONGESTION:
		strscpy(buf, mini_sk(sk)->cc.ops->name, MINI_CA_NAME_MAX);
		return MINI_CA_NAME_MAX;
	}
	val = mini_get_int(sk, opt);
	if (val < 0)
		return val;
	memcpy(buf, &val, sizeof(val));
	return sizeof(val);
}

/**
 * mini_tcp_getsockopt() - proto.getsockopt
 * @sk: socket
 * @level: SOL_TCP or SOL_IP
 * @opt: option
 * @optval: where its value goes, cut to the caller's length
 * @optlen: that length; set to what was written
 *
 * Context: process; takes the socket lock.
 * Return: 0 or an errno.
 */
int mini_tcp_getsockopt(struct sock *sk, int level, int opt,
			char __user *optval, int __user *optlen)
{
	union {
		struct tcp_info info;
		char name[MINI_CA_NAME_MAX];
	} buf;
	int len, size;

	if (level == SOL_IP && mini_ip_option_ok(opt))
		return ip_getsockopt(sk, level, opt, optval, optlen);
	if (level != SOL_TCP)
		return level == SOL_IP ? -ENOPROTOOPT : -EOPNOTSUPP;
	if (get_user(len, optlen))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	lock_sock(sk);
	size = mini_get_value(sk, opt, &buf);
	release_sock(sk);
	if (size < 0)
		return size;
	len = min(len, size);
	if (put_user(len, optlen) || copy_to_user(optval, &buf, len))
		return -EFAULT;
	return 0;
}
