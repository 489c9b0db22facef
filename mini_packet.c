// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tap: socket(AF_MINI, SOCK_RAW, htons(ETH_P_...)), packet(7) under another
 * family number. Frames come in by a hook in the device layer, whole, with
 * their link header, and leave by the queue of a device. Which devices these
 * are is seen to in mini_packet_dev.c.
 *
 * A VLAN tag that the device layer has taken out of a frame is not put back: as
 * in AF_PACKET, PACKET_AUXDATA tells of it. Rings and fanout are not served.
 */
#include <linux/filter.h>
#include <linux/if_arp.h>
#include <linux/if_packet.h>
#include <linux/if_vlan.h>
#include <net/sock.h>
#include <mini/call.h>
#include <mini/net.h>
#include <mini/packet.h>
#include <mini/stream.h>

/* A frame that is sent lies in one piece up to here; the rest is in pages */
#define MINI_PACKET_LINEAR	2048

/* What the user hears of a frame, in its cb while it is queued */
struct mini_packet_cb {
	u32 orig_len;	/* before the filter cut it */
	int ifindex;
	u16 hatype;
	u8 halen;
	u8 addr[MAX_ADDR_LEN];
};

static struct mini_packet_cb *mini_packet_cb(struct sk_buff *skb)
{
	sock_skb_cb_check_size(sizeof(struct mini_packet_cb));
	return (struct mini_packet_cb *)skb->cb;
}

/* ---- frames come in ---- */

/* Octets that the socket's filter wants of a frame; 0 for none of it */
static unsigned int mini_packet_filter(const struct sock *sk,
				       struct sk_buff *skb)
{
	const struct sk_filter *filter = rcu_dereference(sk->sk_filter);

	if (!filter)
		return skb->len;
	return min(bpf_prog_run_clear_cb(filter->prog, skb), skb->len);
}

static void mini_packet_drop(struct mini_packet *pk, struct sk_buff *skb,
			     enum mini_drop why)
{
	struct sock *sk = mini_packet_sk(pk);

	spin_lock(&sk->sk_receive_queue.lock);
	pk->drops++;
	spin_unlock(&sk->sk_receive_queue.lock);
	mini_sk_drops_inc(sk);
	mini_drop(mini_pernet(sock_net(sk)), skb, why);
}

static void mini_packet_describe(struct sk_buff *skb,
				 const struct net_device *dev)
{
	struct mini_packet_cb *cb = mini_packet_cb(skb);

	cb->orig_len = skb->len;
	cb->ifindex = dev->ifindex;
	cb->hatype = dev->type;
	cb->halen = dev_parse_header(skb, cb->addr);
}

/* @skb is ours alone, and holds nothing of the stack's once it is queued */
static void mini_packet_queue(struct mini_packet *pk, struct sk_buff *skb)
{
	struct sock *sk = mini_packet_sk(pk);

	skb_set_owner_r(skb, sk);
	skb->dev = NULL;
	skb_dst_drop(skb);
	nf_reset_ct(skb);
	skb_clear_delivery_time(skb);
	spin_lock(&sk->sk_receive_queue.lock);
	pk->packets++;
	sock_skb_set_dropcount(sk, skb);
	__skb_queue_tail(&sk->sk_receive_queue, skb);
	spin_unlock(&sk->sk_receive_queue.lock);
	sk->sk_data_ready(sk);
	MINI_INC(mini_pernet(sock_net(sk)), TAP_FRAMES);
}

/*
 * A frame of our own in place of one that others have too, whose view of it
 * begins @pushed octets later; NULL without memory.
 */
static struct sk_buff *mini_packet_own(struct sk_buff *skb, int pushed)
{
	struct sk_buff *copy;

	if (!skb_shared(skb))
		return skb;
	copy = skb_clone(skb, GFP_ATOMIC);
	__skb_pull(skb, pushed);
	if (copy)
		consume_skb(skb);
	return copy;
}

static void mini_packet_take(struct mini_packet *pk, struct sk_buff *skb,
			     const struct net_device *dev, int pushed,
			     unsigned int snap)
{
	struct sk_buff *own = mini_packet_own(skb, pushed);

	if (!own) {
		mini_packet_drop(pk, skb, MINI_DROP_TAP_NO_MEM);
		return;
	}
	mini_packet_describe(own, dev);
	if (pskb_trim(own, snap))
		mini_packet_drop(pk, own, MINI_DROP_TAP_NO_MEM);
	else
		mini_packet_queue(pk, own);
}

/**
 * mini_packet_rcv() - the hook: a frame came in, or is about to leave
 * @skb: frame, one reference of which is ours
 * @dev: its device
 * @hook: of the socket
 * @orig: device that it came in by, before those stacked on it
 *
 * Until it is known that the socket wants the frame, it is only made to begin
 * with its link header, as the filter expects; whoever has it too gets it back
 * as it was.
 *
 * Context: RCU read side, bottom halves off.
 * Return: 0.
 */
int mini_packet_rcv(struct sk_buff *skb, struct net_device *dev,
		    struct packet_type *hook, struct net_device *orig)
{
	struct mini_packet *pk = container_of(hook, struct mini_packet, hook);
	struct sock *sk = mini_packet_sk(pk);
	unsigned int snap;
	int pushed = 0;

	if (skb->pkt_type == PACKET_LOOPBACK ||
	    !net_eq(dev_net(dev), sock_net(sk))) {
		consume_skb(skb);
		return 0;
	}
	/* without header_ops a device keeps the look of its header to itself */
	if (dev_has_header(dev))
		pushed = skb->data - skb_mac_header(skb);
	skb_push(skb, pushed);
	snap = mini_packet_filter(sk, skb);
	if (snap && atomic_read(&sk->sk_rmem_alloc) < READ_ONCE(sk->sk_rcvbuf)) {
		mini_packet_take(pk, skb, dev, pushed, snap);
		return 0;
	}
	if (skb_shared(skb))
		__skb_pull(skb, pushed);
	if (snap) {
		mini_packet_drop(pk, skb, MINI_DROP_TAP_RCV_BUF);
	} else {
		MINI_INC(mini_pernet(sock_net(sk)), TAP_FILTERED);
		consume_skb(skb);
	}
	return 0;
}

/* ---- the life of a socket ---- */

/**
 * mini_packet_setup() - what socket() was asked for
 * @sk: fresh socket
 * @protocol: ETH_P_* in network order, 0 for no frames yet
 */
void mini_packet_setup(struct sock *sk, int protocol)
{
	mini_pk(sk)->hook.type = (__force __be16)protocol;
}

/**
 * mini_packet_sock_init() - proto.init: from now on frames come
 * @sk: socket
 *
 * Return: 0.
 */
int mini_packet_sock_init(struct sock *sk)
{
	struct mini_packet *pk = mini_pk(sk);

	MINI_CALL(sk, mini_packet_prot, init);
	INIT_LIST_HEAD(&pk->members);
	sock_set_flag(sk, SOCK_RCU_FREE);
	pk->hook.func = mini_packet_rcv;
	/* by the first a socket does not hear itself */
	pk->hook.af_packet_priv = sk;
	pk->hook.af_packet_net = sock_net(sk);
	mini_packet_open(pk);
	return 0;
}

/**
 * mini_packet_release() - the last file is closed
 * @sock: socket
 *
 * Return: 0.
 */
int mini_packet_release(struct socket *sock)
{
	struct sock *sk = sock->sk;

	if (!sk)
		return 0;
	MINI_CALL(sk, mini_packet_ops, release);
	mini_packet_shut(mini_pk(sk));
	sock_orphan(sk);
	sock->sk = NULL;
	skb_queue_purge(&sk->sk_receive_queue);
	sock_put(sk);
	return 0;
}

/* ---- the user's calls ---- */

/**
 * mini_packet_bind() - bind(2): protocol and device
 * @sock: socket
 * @addr: struct sockaddr_ll of AF_PACKET or of this family; a protocol of 0
 *	keeps the one there is, an interface of 0 is all
 * @len: octets of it
 *
 * Return: 0 or an errno. A device that is down leaves ENETDOWN for the next
 * call.
 */
int mini_packet_bind(struct socket *sock, struct mini_sockaddr *addr, int len)
{
	const struct sockaddr_ll *ll = (struct sockaddr_ll *)addr;
	struct sock *sk = sock->sk;

	MINI_CALL(sock->sk, mini_packet_ops, bind);
	if (len < (int)sizeof(*ll))
		return -EINVAL;
	if (ll->sll_family != AF_PACKET && ll->sll_family != sk->sk_family)
		return -EINVAL;
	return mini_packet_attach(mini_pk(sk), ll->sll_ifindex,
				  ll->sll_protocol);
}

/*
 * The octets of @addr, which may be more than struct sockaddr_ll has room for:
 * @to has as many as struct sockaddr_storage.
 */
static int mini_packet_put_addr(void *to, const void *addr, int halen)
{
	struct sockaddr_ll *ll = to;
	int at = offsetof(struct sockaddr_ll, sll_addr);

	ll->sll_halen = halen;
	memcpy(to + at, addr, halen);
	return at + halen;
}

/**
 * mini_packet_getname() - getsockname(2)
 * @sock: socket
 * @addr: gets a struct sockaddr_ll
 * @peer: getpeername(2), which there is none of
 *
 * Return: octets of the address, or an errno.
 */
int mini_packet_getname(struct socket *sock, struct sockaddr *addr, int peer)
{
	DECLARE_SOCKADDR(struct sockaddr_ll *, ll, addr);
	const struct mini_packet *pk = mini_pk(sock->sk);
	const struct net_device *dev;
	int len;

	MINI_CALL(sock->sk, mini_packet_ops, getname);
	if (peer)
		return -EOPNOTSUPP;
	*ll = (struct sockaddr_ll){
		.sll_family	= AF_PACKET,
		.sll_protocol	= READ_ONCE(pk->hook.type),
		.sll_ifindex	= READ_ONCE(pk->ifindex),
	};
	len = offsetof(struct sockaddr_ll, sll_addr);
	rcu_read_lock();
	dev = dev_get_by_index_rcu(sock_net(sock->sk), ll->sll_ifindex);
	if (dev) {
		ll->sll_hatype = dev->type;
		len = mini_packet_put_addr(ll, dev->dev_addr, dev->addr_len);
	}
	rcu_read_unlock();
	return len;
}

/**
 * mini_packet_ioctl() - ioctl(2)
 * @sock: socket
 * @cmd: as of mini_message_ioctl()
 * @arg: where the int goes
 *
 * Return: 0 or an errno.
 */
int mini_packet_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg)
{
	MINI_CALL(sock->sk, mini_packet_ops, ioctl);
	return mini_message_ioctl(sock, cmd, arg);
}

static int mini_packet_set_flag(struct mini_packet *pk, int opt, sockptr_t val,
				unsigned int len)
{
	int on;

	if (len < sizeof(on) ||
	    (opt == PACKET_IGNORE_OUTGOING && len != sizeof(on)))
		return -EINVAL;
	if (copy_from_sockptr(&on, val, sizeof(on)))
		return -EFAULT;
	if (opt == PACKET_AUXDATA) {
		WRITE_ONCE(pk->auxdata, on);
		return 0;
	}
	if (on < 0 || on > 1)
		return -EINVAL;
	WRITE_ONCE(pk->hook.ignore_outgoing, on);
	return 0;
}

/**
 * mini_packet_setsockopt() - setsockopt(2)
 * @sock: socket
 * @level: SOL_*; SOL_SOCKET only of kernels that let a family have its say
 * @opt: option
 * @val: its value
 * @len: octets of it
 *
 * Return: 0 or an errno.
 */
int mini_packet_setsockopt(struct socket *sock, int level, int opt,
			   sockptr_t val, unsigned int len)
{
	struct mini_packet *pk = mini_pk(sock->sk);

	MINI_CALL(sock->sk, mini_packet_ops, setsockopt);
	if (level == SOL_SOCKET)
		return sock_setsockopt(sock, level, opt, val, len);
	if (level != SOL_PACKET)
		return -ENOPROTOOPT;
	switch (opt) {
	case PACKET_ADD_MEMBERSHIP:
	case PACKET_DROP_MEMBERSHIP:
		return mini_packet_membership(pk, opt, val, len);
	case PACKET_AUXDATA:
	case PACKET_IGNORE_OUTGOING:
		return mini_packet_set_flag(pk, opt, val, len);
	default:
		return -ENOPROTOOPT;
	}
}

/* Read and begin anew; a frame that was discarded counts as a packet too */
static struct tpacket_stats mini_packet_stats(struct mini_packet *pk)
{
	struct sk_buff_head *queue = &mini_packet_sk(pk)->sk_receive_queue;
	struct tpacket_stats stats;

	spin_lock_bh(&queue->lock);
	stats.tp_packets = pk->packets + pk->drops;
	stats.tp_drops = pk->drops;
	pk->packets = 0;
	pk->drops = 0;
	spin_unlock_bh(&queue->lock);
	return stats;
}

/**
 * mini_packet_getsockopt() - getsockopt(2)
 * @sock: socket
 * @level: SOL_*
 * @opt: option
 * @val: gets its value, cut to what fits
 * @len: octets there are, and get written
 *
 * Return: 0 or an errno.
 */
int mini_packet_getsockopt(struct socket *sock, int level, int opt,
			   char __user *val, int __user *len)
{
	struct mini_packet *pk = mini_pk(sock->sk);
	struct tpacket_stats stats;
	int value, room, size = sizeof(value);
	const void *from = &value;

	MINI_CALL(sock->sk, mini_packet_ops, getsockopt);
	if (level != SOL_PACKET)
		return -ENOPROTOOPT;
	if (get_user(room, len))
		return -EFAULT;
	if (room < 0)
		return -EINVAL;
	switch (opt) {
	case PACKET_STATISTICS:
		stats = mini_packet_stats(pk);
		from = &stats;
		size = sizeof(stats);
		break;
	case PACKET_AUXDATA:
		value = READ_ONCE(pk->auxdata);
		break;
	case PACKET_IGNORE_OUTGOING:
		value = READ_ONCE(pk->hook.ignore_outgoing);
		break;
	default:
		return -ENOPROTOOPT;
	}
	size = min(size, room);
	if (put_user(size, len) || copy_to_user(val, from, size))
		return -EFAULT;
	return 0;
}

/* ---- frames leave ---- */

/* The device to send by, held and up, or an errno; @protocol goes with it */
static struct net_device *mini_packet_target(struct sock *sk,
					     const struct msghdr *msg,
					     __be16 *protocol)
{
	DECLARE_SOCKADDR(const struct sockaddr_ll *, ll, msg->msg_name);
	const struct mini_packet *pk = mini_pk(sk);
	int ifindex = READ_ONCE(pk->ifindex);
	struct net_device *dev;

	*protocol = READ_ONCE(pk->hook.type);
	if (ll) {
		if (msg->msg_namelen < (int)sizeof(*ll) ||
		    msg->msg_namelen < ll->sll_halen +
				       (int)offsetof(typeof(*ll), sll_addr))
			return ERR_PTR(-EINVAL);
		ifindex = ll->sll_ifindex;
		*protocol = ll->sll_protocol;
	}
	dev = dev_get_by_index(sock_net(sk), ifindex);
	if (!dev)
		return ERR_PTR(-ENXIO);
	if (dev->flags & IFF_UP)
		return dev;
	dev_put(dev);
	return ERR_PTR(-ENETDOWN);
}

/* The user's octets in an skb that the socket is charged for */
static struct sk_buff *mini_packet_build(struct sock *sk, struct msghdr *msg,
					 size_t len,
					 const struct net_device *dev,
					 int ll_len)
{
	size_t linear = min_t(size_t, len, max(MINI_PACKET_LINEAR, ll_len));
	int head = max_t(int, LL_RESERVED_SPACE(dev), ll_len);
	struct sk_buff *skb;
	int err;

	skb = sock_alloc_send_pskb(sk, head + linear + dev->needed_tailroom,
				   len - linear, msg->msg_flags & MSG_DONTWAIT,
				   &err, PAGE_ALLOC_COSTLY_ORDER);
	if (!skb)
		return ERR_PTR(err);
	/* the link header is the user's: what follows it is aligned */
	skb_reserve(skb, head - ll_len);
	skb_put(skb, linear);
	skb->data_len = len - linear;
	skb->len = len;
	if (!skb_copy_datagram_from_iter(skb, 0, &msg->msg_iter, len))
		return skb;
	kfree_skb(skb);
	return ERR_PTR(-EFAULT);
}

/* Who looks at the frame on its way wants to know where its headers are */
static void mini_packet_headers(struct sk_buff *skb, __be16 protocol,
				int ll_len)
{
	int depth;

	skb_reset_mac_header(skb);
	skb_set_network_header(skb, min_t(int, ll_len, skb->len));
	skb->protocol = protocol;
	if (!protocol || protocol == htons(ETH_P_ALL))
		skb->protocol = dev_parse_header_protocol(skb);
	if (skb->dev->type == ARPHRD_ETHER && eth_type_vlan(skb->protocol) &&
	    vlan_get_protocol_and_depth(skb, skb->protocol, &depth))
		skb_set_network_header(skb, depth);
	skb_probe_transport_header(skb);
}

/* May it be longer than the MTU allows, by what a VLAN tag takes? */
static bool mini_packet_is_tagged(const struct sk_buff *skb)
{
	return skb->dev->type == ARPHRD_ETHER &&
	       ((struct ethhdr *)skb->data)->h_proto == htons(ETH_P_8021Q);
}

static int mini_packet_xmit(struct sock *sk, struct msghdr *msg, size_t len,
			    struct net_device *dev, __be16 protocol)
{
	int ll_len = READ_ONCE(dev->hard_header_len);
	size_t most = READ_ONCE(dev->mtu) + ll_len;
	struct sockcm_cookie sockc;
	struct sk_buff *skb;
	int err = 0;

	sockcm_init(&sockc, sk);
	sockc.mark = READ_ONCE(sk->sk_mark);
	if (msg->msg_controllen)
		err = sock_cmsg_send(sk, msg, &sockc);
	if (err)
		return err;
	if (len > most + VLAN_HLEN)
		return -EMSGSIZE;
	skb = mini_packet_build(sk, msg, len, dev, ll_len);
	if (IS_ERR(skb))
		return PTR_ERR(skb);
	skb->dev = dev;
	if (!len || !dev_validate_header(dev, skb->data, len))
		err = -EINVAL;
	else if (len > most && !mini_packet_is_tagged(skb))
		err = -EMSGSIZE;
	if (err) {
		kfree_skb(skb);
		return err;
	}
	skb->priority = READ_ONCE(sk->sk_priority);
	skb->mark = sockc.mark;
	mini_packet_headers(skb, protocol, ll_len);
	MINI_INC(mini_pernet(sock_net(sk)), TAP_SENT);
	err = dev_queue_xmit(skb);
	return err > 0 ? net_xmit_errno(err) : err;
}

/**
 * mini_packet_sendmsg() - send(2) and its kin
 * @sock: socket
 * @msg: a whole frame, link header and all; by the device and as of the
 *	protocol of its address, or without one of those that are bound
 * @len: octets
 *
 * Return: octets taken, or an errno.
 */
int mini_packet_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	struct net_device *dev;
	__be16 protocol;
	int err;

	MINI_CALL(sock->sk, mini_packet_ops, sendmsg);
	dev = mini_packet_target(sock->sk, msg, &protocol);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	err = mini_packet_xmit(sock->sk, msg, len, dev, protocol);
	dev_put(dev);
	return err ?: len;
}

/* ---- and are read ---- */

static void mini_packet_tell_from(struct msghdr *msg, struct sk_buff *skb)
{
	DECLARE_SOCKADDR(struct sockaddr_ll *, ll, msg->msg_name);
	const struct mini_packet_cb *cb = mini_packet_cb(skb);

	*ll = (struct sockaddr_ll){
		.sll_family	= AF_PACKET,
		.sll_protocol	= skb->protocol,
		.sll_ifindex	= cb->ifindex,
		.sll_hatype	= cb->hatype,
		.sll_pkttype	= skb->pkt_type,
	};
	msg->msg_namelen = max_t(int, sizeof(*ll),
				 mini_packet_put_addr(ll, cb->addr, cb->halen));
}

static void mini_packet_tell_aux(struct msghdr *msg, struct sk_buff *skb)
{
	struct tpacket_auxdata aux = {
		.tp_status	= TP_STATUS_USER,
		.tp_len		= mini_packet_cb(skb)->orig_len,
		.tp_snaplen	= skb->len,
		.tp_net		= skb_network_offset(skb),
	};

	if (skb->ip_summed == CHECKSUM_PARTIAL)
		aux.tp_status |= TP_STATUS_CSUMNOTREADY;
	else if (skb->pkt_type != PACKET_OUTGOING && skb_csum_unnecessary(skb))
		aux.tp_status |= TP_STATUS_CSUM_VALID;
	if (skb_vlan_tag_present(skb)) {
		aux.tp_vlan_tci = skb_vlan_tag_get(skb);
		aux.tp_vlan_tpid = ntohs(skb->vlan_proto);
		aux.tp_status |= TP_STATUS_VLAN_VALID |
				 TP_STATUS_VLAN_TPID_VALID;
	}
	put_cmsg(msg, SOL_PACKET, PACKET_AUXDATA, sizeof(aux), &aux);
}

static int mini_packet_copy(struct sock *sk, struct msghdr *msg,
			    struct sk_buff *skb, size_t len, int flags)
{
	size_t copied = min_t(size_t, len, skb->len);
	int err;

	if (copied < skb->len)
		msg->msg_flags |= MSG_TRUNC;
	err = skb_copy_datagram_msg(skb, 0, msg, copied);
	if (err)
		return err;
	sock_recv_cmsgs(msg, sk, skb);
	if (msg->msg_name)
		mini_packet_tell_from(msg, skb);
	if (READ_ONCE(mini_pk(sk)->auxdata))
		mini_packet_tell_aux(msg, skb);
	return flags & MSG_TRUNC ? skb->len : copied;
}

/**
 * mini_packet_recvmsg() - recv(2) and its kin
 * @sock: socket
 * @msg: where to, and where from: a struct sockaddr_ll
 * @len: octets; what is beyond them is lost
 * @flags: MSG_PEEK, MSG_DONTWAIT, MSG_TRUNC; nothing is ever in the error queue
 *
 * Return: octets delivered, or with MSG_TRUNC those that the filter left of
 * the frame; or an errno.
 */
int mini_packet_recvmsg(struct socket *sock, struct msghdr *msg, size_t len,
			int flags)
{
	struct sock *sk = sock->sk;
	struct sk_buff *skb;
	int err;

	MINI_CALL(sock->sk, mini_packet_ops, recvmsg);
	if (flags & ~(MSG_PEEK | MSG_DONTWAIT | MSG_TRUNC | MSG_CMSG_COMPAT |
		      MSG_ERRQUEUE))
		return -EINVAL;
	if (flags & MSG_ERRQUEUE)
		return -EAGAIN;
	skb = skb_recv_datagram(sk, flags, &err);
	if (!skb)
		return err;
	err = mini_packet_copy(sk, msg, skb, len, flags);
	skb_free_datagram(sk, skb);
	return err;
}
