// SPDX-License-Identifier: GPL-2.0-only
/*
 * The devices of a tap: the hook that gives it their frames, what it asked them
 * to let in, and what happens to it when they come and go.
 */
#include <linux/if_packet.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/sock.h>
#include <mini/net.h>
#include <mini/packet.h>

/* struct packet_mreq with room for the address of any device */
struct mini_packet_mreq {
	int ifindex;
	u16 type;
	u16 alen;
	u8 addr[MAX_ADDR_LEN];
};

struct mini_packet_member {
	struct list_head link;
	struct mini_packet_mreq of;
	unsigned int count;	/* times that it was asked for */
};

/* ---- the hook, under RTNL ---- */

static void mini_packet_hook(struct mini_packet *pk)
{
	if (pk->running || !pk->hook.type)
		return;
	dev_add_pack(&pk->hook);
	WRITE_ONCE(pk->running, true);
}

/* Waits for the frames that are inside */
static void mini_packet_unhook(struct mini_packet *pk)
{
	if (!pk->running)
		return;
	WRITE_ONCE(pk->running, false);
	dev_remove_pack(&pk->hook);
}

/* The hook is off: nobody looks at its device */
static void mini_packet_set_dev(struct mini_packet *pk, struct net_device *dev,
				int ifindex)
{
	netdev_put(pk->hook.dev, &pk->dev_tracker);
	netdev_hold(dev, &pk->dev_tracker, GFP_KERNEL);
	pk->hook.dev = dev;
	WRITE_ONCE(pk->ifindex, ifindex);
}

static void mini_packet_netdown(struct mini_packet *pk)
{
	struct sock *sk = mini_packet_sk(pk);

	WRITE_ONCE(sk->sk_err, ENETDOWN);
	sk_error_report(sk);
}

static int mini_packet_attach_locked(struct mini_packet *pk, int ifindex,
				     __be16 protocol)
{
	struct net *net = sock_net(mini_packet_sk(pk));
	struct net_device *dev = NULL;

	if (ifindex) {
		dev = __dev_get_by_index(net, ifindex);
		if (!dev)
			return -ENODEV;
	}
	if (!protocol)
		protocol = pk->hook.type;
	if (protocol == pk->hook.type && ifindex == pk->ifindex)
		return 0;
	mini_packet_unhook(pk);
	mini_packet_set_dev(pk, dev, ifindex);
	WRITE_ONCE(pk->hook.type, protocol);
	if (!dev || dev->flags & IFF_UP)
		mini_packet_hook(pk);
	else if (protocol)
		mini_packet_netdown(pk);
	return 0;
}

/**
 * mini_packet_attach() - bind() to a device and a protocol
 * @pk: socket
 * @ifindex: device, 0 for all
 * @protocol: ETH_P_*, 0 for the one there is
 *
 * Return: 0 or -ENODEV.
 */
int mini_packet_attach(struct mini_packet *pk, int ifindex, __be16 protocol)
{
	int err;

	rtnl_lock();
	err = mini_packet_attach_locked(pk, ifindex, protocol);
	rtnl_unlock();
	return err;
}

/* ---- memberships: what a device lets in for us, under RTNL ---- */

static int mini_packet_ask_device(struct net_device *dev,
				  const struct mini_packet_mreq *of, int inc)
{
	bool own_length = of->alen == dev->addr_len;

	switch (of->type) {
	case PACKET_MR_PROMISC:
		return dev_set_promiscuity(dev, inc);
	case PACKET_MR_ALLMULTI:
		return dev_set_allmulti(dev, inc);
	case PACKET_MR_MULTICAST:
		if (!own_length)
			return -EINVAL;
		return inc > 0 ? dev_mc_add(dev, of->addr) :
				 dev_mc_del(dev, of->addr);
	case PACKET_MR_UNICAST:
		if (!own_length)
			return -EINVAL;
		return inc > 0 ? dev_uc_add(dev, of->addr) :
				 dev_uc_del(dev, of->addr);
	default:
		return 0;	/* kept, to no effect, as in AF_PACKET */
	}
}

static struct mini_packet_member *
mini_packet_find_member(struct mini_packet *pk,
			const struct mini_packet_mreq *of)
{
	struct mini_packet_member *m;

	list_for_each_entry(m, &pk->members, link) {
		if (!memcmp(&m->of, of, sizeof(*of)))
			return m;
	}
	return NULL;
}

static int mini_packet_join(struct mini_packet *pk,
			    const struct mini_packet_mreq *of)
{
	struct net *net = sock_net(mini_packet_sk(pk));
	struct net_device *dev = __dev_get_by_index(net, of->ifindex);
	struct mini_packet_member *m;
	int err;

	if (!dev)
		return -ENODEV;
	if (of->alen > dev->addr_len)
		return -EINVAL;
	m = mini_packet_find_member(pk, of);
	if (m) {
		m->count++;
		return 0;
	}
	m = kmalloc(sizeof(*m), GFP_KERNEL);
	if (!m)
		return -ENOBUFS;
	m->of = *of;
	m->count = 1;
	err = mini_packet_ask_device(dev, of, 1);
	if (err)
		kfree(m);
	else
		list_add(&m->link, &pk->members);
	return err;
}

/* @dev: NULL for one that has gone and taken its settings with it */
static void mini_packet_part(struct mini_packet_member *m,
			     struct net_device *dev)
{
	if (dev)
		mini_packet_ask_device(dev, &m->of, -1);
	list_del(&m->link);
	kfree(m);
}

static void mini_packet_leave(struct mini_packet *pk,
			      const struct mini_packet_mreq *of)
{
	struct mini_packet_member *m = mini_packet_find_member(pk, of);
	struct net *net = sock_net(mini_packet_sk(pk));

	if (m && !--m->count)
		mini_packet_part(m, __dev_get_by_index(net, of->ifindex));
}

/* Of a device that goes: nobody finds it by its number any more */
static void mini_packet_leave_dev(struct mini_packet *pk,
				  struct net_device *dev)
{
	struct mini_packet_member *m, *next;

	list_for_each_entry_safe(m, next, &pk->members, link) {
		if (m->of.ifindex == dev->ifindex)
			mini_packet_part(m, dev);
	}
}

static void mini_packet_leave_all(struct mini_packet *pk)
{
	struct net *net = sock_net(mini_packet_sk(pk));
	struct mini_packet_member *m, *next;

	list_for_each_entry_safe(m, next, &pk->members, link)
		mini_packet_part(m, __dev_get_by_index(net, m->of.ifindex));
}

/**
 * mini_packet_membership() - PACKET_ADD_MEMBERSHIP, PACKET_DROP_MEMBERSHIP
 * @pk: socket
 * @opt: which of them
 * @val: struct packet_mreq, or one with a longer address
 * @len: octets of it
 *
 * Return: 0 or an errno.
 */
int mini_packet_membership(struct mini_packet *pk, int opt, sockptr_t val,
			   unsigned int len)
{
	struct mini_packet_mreq of = {};
	int err = 0;

	BUILD_BUG_ON(offsetof(struct mini_packet_mreq, addr) !=
		     offsetof(struct packet_mreq, mr_address));
	if (len < sizeof(struct packet_mreq))
		return -EINVAL;
	len = min_t(unsigned int, len, sizeof(of));
	if (copy_from_sockptr(&of, val, len))
		return -EFAULT;
	if (len < offsetof(struct mini_packet_mreq, addr) + of.alen)
		return -EINVAL;
	/* what is beyond the address is none of it: two are compared whole */
	memset(of.addr + of.alen, 0, sizeof(of.addr) - of.alen);
	rtnl_lock();
	if (opt == PACKET_ADD_MEMBERSHIP)
		err = mini_packet_join(pk, &of);
	else
		mini_packet_leave(pk, &of);
	rtnl_unlock();
	return err;
}

/* ---- devices come and go ---- */

static void mini_packet_dev_down(struct mini_packet *pk)
{
	if (!pk->running)
		return;
	mini_packet_unhook(pk);
	mini_packet_netdown(pk);
}

static void mini_packet_dev_event(struct mini_packet *pk, unsigned long event,
				  struct net_device *dev)
{
	bool bound = pk->ifindex == dev->ifindex;

	switch (event) {
	case NETDEV_UP:
		if (bound)
			mini_packet_hook(pk);
		break;
	case NETDEV_DOWN:
		if (bound)
			mini_packet_dev_down(pk);
		break;
	case NETDEV_UNREGISTER:	/* also on its way to another namespace */
		mini_packet_leave_dev(pk, dev);
		if (!bound)
			break;
		mini_packet_dev_down(pk);
		mini_packet_set_dev(pk, NULL, -1);
		break;
	}
}

static int mini_packet_notify(struct notifier_block *nb, unsigned long event,
			      void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);
	struct sock *sk;

	ASSERT_RTNL();
	sk_for_each(sk, &mini_pernet(dev_net(dev))->taps)
		mini_packet_dev_event(mini_pk(sk), event, dev);
	return NOTIFY_DONE;
}

static struct notifier_block mini_packet_nb = {
	.notifier_call = mini_packet_notify,
};

/**
 * mini_packet_init() - hear of devices, at load
 *
 * Context: the namespaces have their mini_net.
 * Return: 0 or an errno.
 */
int mini_packet_init(void)
{
	return register_netdevice_notifier(&mini_packet_nb);
}

/**
 * mini_packet_exit() - no longer
 */
void mini_packet_exit(void)
{
	unregister_netdevice_notifier(&mini_packet_nb);
}

/* ---- the first and the last of a socket ---- */

/**
 * mini_packet_open() - from now on it hears of devices, and frames come
 * @pk: socket
 */
void mini_packet_open(struct mini_packet *pk)
{
	struct sock *sk = mini_packet_sk(pk);

	rtnl_lock();
	sk_add_node_tail_rcu(sk, &mini_pernet(sock_net(sk))->taps);
	mini_packet_hook(pk);
	rtnl_unlock();
}

/**
 * mini_packet_shut() - no more: no frame is in the hook, no device is held
 * @pk: socket
 */
void mini_packet_shut(struct mini_packet *pk)
{
	rtnl_lock();
	sk_del_node_init_rcu(mini_packet_sk(pk));
	mini_packet_unhook(pk);
	mini_packet_set_dev(pk, NULL, -1);
	mini_packet_leave_all(pk);
	rtnl_unlock();
}
