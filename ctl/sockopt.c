// SPDX-License-Identifier: GPL-2.0-only
/* setsockopt(2) and getsockopt(2) at the levels of TCP, IP and our own */
#include <linux/in.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/sock.h>
#include <mini/call.h>
#include <mini/compat.h>
#include <mini/pacing.h>
#include <mini/tcp.h>

/* TCP_LINGER2 beyond it is cut, as in Linux */
#define MINI_LINGER2_MAX_S	120
/* the longest that a SYN,ACK waits before it is sent again */
#define MINI_SYN_GAP_MAX_S	((int)(MINI_RTO_MAX_US / MINI_USEC_PER_SEC))

/**
 * mini_ip_option_ok() - is it an option that inet may serve for us?
 * @opt: IP_*
 *
 * Options of ip(7) are inet's own code on our inet_sock, but for those that
 * would do nothing, or do it without us: IP options, which our headers have no
 * room for, IPsec policies of a socket, multicast groups, and whatever is newer
 * than this list.
 */
bool mini_ip_option_ok(int opt)
{
	switch (opt) {
	case IP_OPTIONS:
	case IP_IPSEC_POLICY:
	case IP_XFRM_POLICY:
	case IP_LOCAL_PORT_RANGE:
		return false;
	case IP_MULTICAST_ALL:
		return true;
	}
	return opt < IP_ADD_MEMBERSHIP || opt > MCAST_MSFILTER;
}

/* To set it also flushes what a cork holds, which stays for what follows (tcp(7)) */
static int mini_set_nodelay(struct sock *sk, int val)
{
	struct mini_sock *msk = mini_sk(sk);

	msk->nodelay = val;
	mini_output_corked(sk, msk->cork && !val);
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
		sk->sk_prot->keepalive(sk, true);
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

/*
 * Not a switch for good (tcp(7)): what the connection does later may change the
 * mode again. An even value asks for the ACK that is owed, and not for a mode.
 */
static int mini_set_quickack(struct sock *sk, int val)
{
	struct mini_sock *msk = mini_sk(sk);

	msk->delack.pingpong = !val;
	if (val && msk->ack_due) {
		mini_delack_pushed(&msk->delack);
		mini_read_done(sk);	/* unless something is left to read */
		msk->delack.pingpong = !(val & 1);
	}
	return 0;
}

static int mini_set_linger2(struct sock *sk, int val)
{
	mini_sk(sk)->user.linger2_s = val < 0 ? -1 :
				      min(val, MINI_LINGER2_MAX_S);
	return 0;
}

/* How often the timer of a SYN,ACK fires in so many seconds, and back */
static u8 mini_defer_from_s(int val_s)
{
	int gap_s = 1, sum_s = 1;
	u8 n = 1;

	if (val_s <= 0)
		return 0;
	for (; val_s > sum_s && n < U8_MAX; n++) {
		gap_s = min(2 * gap_s, MINI_SYN_GAP_MAX_S);
		sum_s += gap_s;
	}
	return n;
}

static int mini_defer_to_s(u8 n)
{
	int gap_s = 1, sum_s = 0;

	for (; n; n--) {
		sum_s += gap_s;
		gap_s = min(2 * gap_s, MINI_SYN_GAP_MAX_S);
	}
	return sum_s;
}

static int mini_set_defer_accept(struct sock *sk, int val)
{
	WRITE_ONCE(mini_sk(sk)->user.defer_accept, mini_defer_from_s(val));
	return 0;
}

static int mini_set_window_clamp(struct sock *sk, int val)
{
	if (!val && sk->sk_state != TCP_CLOSE)
		return -EINVAL;
	WRITE_ONCE(mini_sk(sk)->user.window_clamp,
		   val ? max_t(u32, val, SOCK_MIN_RCVBUF / 2) : 0);
	return 0;
}

static int mini_set_notsent_lowat(struct sock *sk, int val)
{
	WRITE_ONCE(mini_sk(sk)->user.notsent_lowat, val);
	sk->sk_write_space(sk);
	return 0;
}

static int mini_set_inq(struct sock *sk, int val)
{
	if (val < 0 || val > 1)
		return -EINVAL;
	mini_sk(sk)->user.inq = val;
	return 0;
}

/* Accepted and without effect, as in Linux: it was about three duplicate ACKs */
static int mini_set_thin_dupack(int val)
{
	return val < 0 || val > 1 ? -EINVAL : 0;
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
	case TCP_LINGER2:
		return mini_set_linger2(sk, val);
	case TCP_DEFER_ACCEPT:
		return mini_set_defer_accept(sk, val);
	case TCP_WINDOW_CLAMP:
		return mini_set_window_clamp(sk, val);
	case TCP_NOTSENT_LOWAT:
		return mini_set_notsent_lowat(sk, val);
	case TCP_INQ:
		return mini_set_inq(sk, val);
	case TCP_THIN_DUPACK:
		return mini_set_thin_dupack(val);
	}
	return -ENOPROTOOPT;
}

/* Level SOL_MINI: what this family alone has */
static int mini_set_own(struct sock *sk, int opt, int val)
{
	if (opt != MINI_REUSEPORT)
		return -ENOPROTOOPT;
	sk->sk_reuseport = !!val;
	return 0;
}

/* @ops is held; what the socket does not use in the end is let go */
static int mini_use_congestion(struct sock *sk, const struct mini_ca_ops *ops)
{
	struct mini_cc *cc = &mini_sk(sk)->cc;
	struct net *net = sock_net(sk);
	int err = 0;

	if (ops != cc->ops && !mini_ca_allowed(mini_pernet(net), ops) &&
	    !ns_capable(net->user_ns, CAP_NET_ADMIN))
		err = -EPERM;
	else if (ops != cc->ops)
		ops = mini_cc_switch(cc, ops, mini_now(sk));
	mini_ca_put(ops);
	mini_pacing_start(sk);
	return err;
}

static int mini_set_congestion(struct sock *sk, sockptr_t optval,
			       unsigned int len)
{
	const struct mini_ca_ops *ops;
	char name[MINI_CA_NAME_MAX];
	int n;

	if (len < 1)
		return -EINVAL;
	n = strncpy_from_sockptr(name, optval,
				 min_t(size_t, len, sizeof(name) - 1));
	if (n < 0)
		return -EFAULT;
	name[n] = '\0';
	ops = mini_ca_get(name);
	if (IS_ERR(ops))
		return PTR_ERR(ops);
	lock_sock(sk);
	n = mini_use_congestion(sk, ops);
	release_sock(sk);
	return n;
}

/**
 * mini_tcp_setsockopt() - proto.setsockopt
 * @sk: socket
 * @level: SOL_TCP, SOL_IP or SOL_MINI
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

	MINI_TCP_CALL(sk, mini_tcp_prot, setsockopt);
	if (level == SOL_IP && mini_ip_option_ok(opt))
		return ip_setsockopt(sk, level, opt, optval, len);
	if (level == SOL_IP &&
	    (opt == IP_ADD_MEMBERSHIP || opt == IP_DROP_MEMBERSHIP))
		return -EPROTO;		/* the word for it on a stream */
	if (level != SOL_TCP && level != SOL_MINI)
		return -ENOPROTOOPT;
	if (level == SOL_TCP && opt == TCP_CONGESTION)
		return mini_set_congestion(sk, optval, len);
	if (len < sizeof(val))
		return -EINVAL;
	if (copy_from_sockptr(&val, optval, sizeof(val)))
		return -EFAULT;
	lock_sock(sk);
	err = level == SOL_TCP ? mini_set_int(sk, opt, val) :
				 mini_set_own(sk, opt, val);
	release_sock(sk);
	return err;
}

static int mini_get_linger2(const struct sock *sk)
{
	s32 val_s = mini_sk(sk)->user.linger2_s;

	return val_s ?: mini_sk(sk)->mn->sysctl.fin_timeout_s;
}

static int mini_get_maxseg(const struct sock *sk)
{
	const struct mini_sock *msk = mini_sk(sk);
	bool open = !((1 << sk->sk_state) & (TCPF_CLOSE | TCPF_LISTEN));

	return open || !msk->user_mss ? msk->snd.mss : msk->user_mss;
}

/* 0, and the value in *@val */
static int mini_get_int(struct sock *sk, int opt, int *val)
{
	const struct mini_sock *msk = mini_sk(sk);

	switch (opt) {
	case TCP_NODELAY:
		*val = msk->nodelay;
		return 0;
	case TCP_CORK:
		*val = msk->cork;
		return 0;
	case TCP_MAXSEG:
		*val = mini_get_maxseg(sk);
		return 0;
	case TCP_KEEPIDLE:
		*val = mini_keepidle_s(sk);
		return 0;
	case TCP_KEEPINTVL:
		*val = mini_keepintvl_s(sk);
		return 0;
	case TCP_KEEPCNT:
		*val = mini_keepcnt(sk);
		return 0;
	case TCP_SYNCNT:
		*val = msk->syn_retries ?:
			msk->mn->sysctl.syn_retries;
		return 0;
	case TCP_USER_TIMEOUT:
		*val = msk->user_timeout_ms;
		return 0;
	case TCP_QUICKACK:
		*val = !msk->delack.pingpong;
		return 0;
	case TCP_LINGER2:
		*val = mini_get_linger2(sk);
		return 0;
	case TCP_DEFER_ACCEPT:
		*val = mini_defer_to_s(msk->user.defer_accept);
		return 0;
	case TCP_WINDOW_CLAMP:
		*val = msk->user.window_clamp;
		return 0;
	case TCP_NOTSENT_LOWAT:
		*val = msk->user.notsent_lowat;
		return 0;
	case TCP_INQ:
		*val = msk->user.inq;
		return 0;
	case TCP_THIN_DUPACK:
		*val = 0;
		return 0;
	}
	return -ENOPROTOOPT;
}

/* What an option's value is; its size, or an errno */
static int mini_get_value(struct sock *sk, int level, int opt, void *buf)
{
	int val, err;

	if (level == SOL_MINI && opt == MINI_REUSEPORT) {
		val = sk->sk_reuseport;
		goto out;
	}
	if (level == SOL_MINI)
		return -ENOPROTOOPT;
	switch (opt) {
	case TCP_INFO:
		mini_get_info(sk, buf);
		return sizeof(struct tcp_info);
	case TCP_CONGESTION:
		strscpy_pad(buf, mini_sk(sk)->cc.ops->name, MINI_CA_NAME_MAX);
		return MINI_CA_NAME_MAX;
	case TCP_CC_INFO:	/* none has anything to say */
		return 0;
	}
	err = mini_get_int(sk, opt, &val);
	if (err)
		return err;
out:
	memcpy(buf, &val, sizeof(val));
	return sizeof(val);
}

/**
 * mini_tcp_getsockopt() - proto.getsockopt
 * @sk: socket
 * @level: SOL_TCP, SOL_IP or SOL_MINI
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

	MINI_TCP_CALL(sk, mini_tcp_prot, getsockopt);
	if (level == SOL_IP && mini_ip_option_ok(opt))
		return ip_getsockopt(sk, level, opt, optval, optlen);
	if (level != SOL_TCP && level != SOL_MINI && level != SOL_IP)
		return -EOPNOTSUPP;
	if (get_user(len, optlen))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	if (level == SOL_IP)
		return -ENOPROTOOPT;
	lock_sock(sk);
	size = mini_get_value(sk, level, opt, &buf);
	release_sock(sk);
	if (size < 0)
		return size;
	len = min(len, size);
	if (put_user(len, optlen) || copy_to_user(optval, &buf, len))
		return -EFAULT;
	return 0;
}
