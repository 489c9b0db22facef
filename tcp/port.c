// SPDX-License-Identifier: GPL-2.0-only
/*
 * Local ports, of TCP and of datagrams. Both families share the two spaces: a
 * port that this family stands on is held by a placeholder, bound to it in
 * kernel TCP or UDP (mini_ip_ops.hold_port). Within the family the rules are
 * those of socket(7): two owners may share a port when their addresses differ,
 * when both said SO_REUSEADDR and neither listens, or when both said
 * MINI_REUSEPORT and belong to one user.
 */
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <mini/compat.h>
#include <mini/ip.h>
#include <mini/tcp.h>

static struct workqueue_struct *mini_port_wq;

static struct hlist_head *mini_port_chain(struct mini_net *mn, u16 num)
{
	return &mn->ports[num % MINI_PORT_BUCKETS];
}

static bool mini_addr_overlap(__be32 a, __be32 b)
{
	return a == b || !a || !b;
}

static bool mini_owner_clash(const struct mini_owner *o,
			     const struct mini_owner *new)
{
	if (o == new || !mini_addr_overlap(o->addr, new->addr))
		return false;
	if (o->reuseport && new->reuseport && uid_eq(o->uid, new->uid))
		return false;
	return o->listening || !o->reuse || !new->reuse;
}

static bool mini_port_is(const struct mini_port *p,
			 const struct mini_owner *o, u16 num)
{
	return p->num == num && p->dgram == o->dgram;
}

/* Somebody stands on @num in the way of @new; port_lock held */
static bool mini_port_clash(struct mini_net *mn, u16 num,
			    const struct mini_owner *new)
{
	struct mini_owner *o;
	struct mini_port *p;

	hlist_for_each_entry(p, mini_port_chain(mn, num), link) {
		if (!mini_port_is(p, new, num))
			continue;
		hlist_for_each_entry(o, &p->owners, link)
			if (mini_owner_clash(o, new))
				return true;
	}
	return false;
}

static struct mini_port *mini_port_find(struct mini_net *mn,
					const struct mini_owner *o, u16 num)
{
	struct mini_port *p;

	hlist_for_each_entry(p, mini_port_chain(mn, num), link)
		if (mini_port_is(p, o, num) && p->addr == o->addr)
			return p;
	return NULL;
}

static void mini_port_free(struct mini_port *p)
{
	p->mn->ip->drop_port(p);
	kfree(p);
}

static void mini_port_drop_work(struct work_struct *work)
{
	mini_port_free(container_of(work, struct mini_port, drop));
}

/* A port off the kernel's hands, not yet in the table; port_mutex held */
static struct mini_port *mini_port_new(struct mini_net *mn,
				       const struct mini_owner *o, u16 num,
				       bool reuse, bool shared)
{
	struct mini_port *p = kzalloc(sizeof(*p), GFP_KERNEL);
	int err;

	if (!p)
		return ERR_PTR(-ENOMEM);
	p->mn = mn;
	p->addr = o->addr;
	p->dgram = o->dgram;
	p->nonlocal = o->nonlocal;
	p->num = num;
	p->shared = shared;
	refcount_set(&p->refs, 1);
	INIT_HLIST_HEAD(&p->owners);
	INIT_WORK(&p->drop, mini_port_drop_work);

	err = mn->ip->hold_port(mn, p, reuse);
	if (err == -EADDRINUSE) {
		/* one of ours may have left it a moment ago, in softirq */
		flush_workqueue(mini_port_wq);
		err = mn->ip->hold_port(mn, p, reuse);
	}
	if (err) {
		kfree(p);
		return ERR_PTR(err);
	}
	MINI_INC(mn, PORT_HOLDS);
	return p;
}

static void mini_port_add_owner(struct mini_port *p, struct mini_owner *o)
{
	o->port = p;
	hlist_add_head(&o->link, &p->owners);
}

static void mini_port_publish(struct mini_net *mn, struct mini_port *p,
			      struct mini_owner *o)
{
	spin_lock_bh(&mn->port_lock);
	hlist_add_head(&p->link, mini_port_chain(mn, p->num));
	mini_port_add_owner(p, o);
	spin_unlock_bh(&mn->port_lock);
}

/**
 * mini_port_bind() - stand on a port of the user's choice
 * @mn: namespace
 * @o: owner, with address, reuse and listening set
 * @num: port, 0 for any
 *
 * Context: process, socket owned.
 * Return: 0 with @o->port set, -EADDRINUSE, or an errno of bind(2).
 */
int mini_port_bind(struct mini_net *mn, struct mini_owner *o, u16 num)
{
	struct mini_port *p;
	int err = 0;

	mutex_lock(&mn->port_mutex);
	spin_lock_bh(&mn->port_lock);
	if (num && mini_port_clash(mn, num, o))
		err = -EADDRINUSE;
	p = err || !num ? NULL : mini_port_find(mn, o, num);
	if (p) {
		refcount_inc(&p->refs);
		mini_port_add_owner(p, o);
	}
	spin_unlock_bh(&mn->port_lock);

	if (!p && !err) {
		p = mini_port_new(mn, o, num, o->reuse, false);
		if (IS_ERR(p))
			err = PTR_ERR(p);
		else
			mini_port_publish(mn, p, o);
	}
	mutex_unlock(&mn->port_mutex);
	return err;
}

/**
 * mini_port_listen() - an owner wants to listen where it stands
 * @mn: namespace
 * @o: owner
 *
 * Return: 0, or -EADDRINUSE when somebody else listens there already.
 */
int mini_port_listen(struct mini_net *mn, struct mini_owner *o)
{
	int err = 0;

	spin_lock_bh(&mn->port_lock);
	o->listening = true;
	if (mini_port_clash(mn, o->port->num, o)) {
		o->listening = false;
		err = -EADDRINUSE;
	}
	spin_unlock_bh(&mn->port_lock);
	return err;
}

/**
 * mini_port_join() - stand beside another owner, asking nobody
 * @mn: namespace
 * @from: the other: a listener, which may be leaving just now, or a socket
 * @o: owner: a child of the listener, or the TIME-WAIT of the socket
 */
void mini_port_join(struct mini_net *mn, const struct mini_owner *from,
		    struct mini_owner *o)
{
	spin_lock_bh(&mn->port_lock);
	if (from->port) {
		refcount_inc(&from->port->refs);
		mini_port_add_owner(from->port, o);
	}
	spin_unlock_bh(&mn->port_lock);
}

/* Off the port; the port itself when nobody is left on it. port_lock held */
static struct mini_port *mini_port_step_off(struct mini_owner *o)
{
	struct mini_port *p = o->port;

	if (!p)
		return NULL;
	o->port = NULL;
	o->listening = false;
	hlist_del_init(&o->link);
	if (!refcount_dec_and_test(&p->refs))
		return NULL;
	hlist_del_init(&p->link);
	return p;
}

/**
 * mini_port_leave() - an owner goes
 * @mn: namespace
 * @o: owner; nothing happens when it stands on no port
 * @may_sleep: process context; the port is free when this returns
 */
void mini_port_leave(struct mini_net *mn, struct mini_owner *o, bool may_sleep)
{
	struct mini_port *last;

	spin_lock_bh(&mn->port_lock);
	last = mini_port_step_off(o);
	spin_unlock_bh(&mn->port_lock);

	if (last && may_sleep)
		mini_port_free(last);
	else if (last)
		queue_work(mini_port_wq, &last->drop);
}

/* Stand on a port that other connects of ours share already */
static bool mini_port_share(struct mini_net *mn, struct mini_owner *o, u16 num)
{
	struct mini_port *p;

	spin_lock_bh(&mn->port_lock);
	p = mini_port_find(mn, o, num);
	if (p && p->shared) {
		refcount_inc(&p->refs);
		mini_port_add_owner(p, o);
	}
	spin_unlock_bh(&mn->port_lock);
	return o->port;
}

/* Stand on a port that nobody stands on; port_mutex held */
static int mini_port_claim(struct mini_net *mn, struct mini_owner *o, u16 num)
{
	struct mini_port *p;
	bool clash;

	spin_lock_bh(&mn->port_lock);
	clash = mini_port_clash(mn, num, o);
	spin_unlock_bh(&mn->port_lock);
	if (clash)
		return -EADDRINUSE;

	p = mini_port_new(mn, o, num, false, true);
	if (IS_ERR(p))
		return PTR_ERR(p);
	mini_port_publish(mn, p, o);
	return 0;
}

/* 0 when @ep is in the table with local port @num, and @o stands on it */
static int mini_port_try(struct mini_net *mn, struct mini_owner *o,
			 struct mini_ep *ep, u16 num)
{
	int err;

	if (!mini_port_share(mn, o, num)) {
		err = mini_port_claim(mn, o, num);
		if (err)
			return err;
	}
	ep->t.lport = htons(num);
	err = mn->ip->foreign(mn, &ep->t) ? -EADDRNOTAVAIL :
					    mini_ep_insert(mn, ep);
	if (err)
		mini_port_leave(mn, o, true);
	return err;
}

/**
 * mini_port_connect() - choose a port for an outgoing connection
 * @mn: namespace
 * @o: owner, with its address set
 * @ep: endpoint with a tuple that lacks only the local port
 *
 * RFC 6056 section 3.3.3: an offset that is a keyed hash of the destination,
 * then one port after the other. A port already held for another destination
 * is shared with it.
 *
 * Context: process, socket owned.
 * Return: 0 with @ep in the table, -EADDRNOTAVAIL after one full lap.
 */
int mini_port_connect(struct mini_net *mn, struct mini_owner *o,
		      struct mini_ep *ep)
{
	u32 low, high, span, i, offset;
	int err = -EADDRNOTAVAIL;

	mn->ip->port_range(mn, &low, &high);
	span = high - low + 1;
	offset = hsiphash_3u32((__force u32)ep->t.laddr,
			       (__force u32)ep->t.raddr,
			       (__force u32)ep->t.rport, &mn->key);
	mutex_lock(&mn->port_mutex);
	for (i = 0; i < span; i++) {
		u16 num = low + (offset + mn->next_port++) % span;

		err = mini_port_try(mn, o, ep, num);
		if (!err || (err != -EADDRINUSE && err != -EADDRNOTAVAIL))
			break;
	}
	mutex_unlock(&mn->port_mutex);
	return err == -EADDRINUSE ? -EADDRNOTAVAIL : err;
}

/**
 * mini_port_net_init() - start without any port
 * @mn: namespace
 */
void mini_port_net_init(struct mini_net *mn)
{
	mutex_init(&mn->port_mutex);
	spin_lock_init(&mn->port_lock);
	mn->next_port = get_random_u32();
}

/**
 * mini_port_flush() - wait until every port left in softirq is free
 */
void mini_port_flush(void)
{
	flush_workqueue(mini_port_wq);
}

/**
 * mini_port_init() - at load
 *
 * Return: 0 or -ENOMEM.
 */
int mini_port_init(void)
{
	mini_port_wq = alloc_workqueue("af_mini", WQ_PERCPU, 0);
	return mini_port_wq ? 0 : -ENOMEM;
}

/**
 * mini_port_exit() - at unload, when no owner is left
 */
void mini_port_exit(void)
{
	destroy_workqueue(mini_port_wq);
}
