// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registry of congestion controls, and each namespace's default.
 *
 * A module that brings one is held by every socket that uses it and by every
 * namespace whose default it is: rmmod says that it is in use until all have
 * let go of it. What comes with AF_MINI itself is held by sockets alone, for a
 * default could else never be anything that lets AF_MINI go.
 */
#include <linux/err.h>
#include <linux/rculist.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <mini/ca.h>
#include <mini/net.h>

static LIST_HEAD(mini_ca_list);
static DEFINE_SPINLOCK(mini_ca_lock);

static struct mini_ca_ops *mini_ca_find(const char *name)
{
	struct mini_ca_ops *ops;

	list_for_each_entry_rcu(ops, &mini_ca_list, list,
				lockdep_is_held(&mini_ca_lock))
		if (!strcmp(ops->name, name))
			return ops;
	return NULL;
}

/* A name that a user can say, and all that is required */
static bool mini_ca_complete(const struct mini_ca_ops *ops)
{
	size_t len = strnlen(ops->name, MINI_CA_NAME_MAX);

	return len && len < MINI_CA_NAME_MAX && !strpbrk(ops->name, " \t\n") &&
	       ops->on_ack && ops->ssthresh;
}

/**
 * mini_ca_register() - offer a congestion control
 * @ops: filled table, alive until mini_ca_unregister()
 *
 * Context: process.
 * Return: 0; -EINVAL when the name is none or a required function is missing;
 * -EEXIST when there is one of that name.
 */
int mini_ca_register(struct mini_ca_ops *ops)
{
	int err = 0;

	if (!mini_ca_complete(ops))
		return -EINVAL;
	spin_lock(&mini_ca_lock);
	if (mini_ca_find(ops->name))
		err = -EEXIST;
	else
		list_add_tail_rcu(&ops->list, &mini_ca_list);
	spin_unlock(&mini_ca_lock);
	return err;
}
EXPORT_SYMBOL_GPL(mini_ca_register);

/**
 * mini_ca_unregister() - take it back
 * @ops: registered table
 *
 * To be called when the module goes: its count, which is zero then, keeps new
 * users away, and there are no old ones.
 *
 * Context: process, may sleep.
 */
void mini_ca_unregister(struct mini_ca_ops *ops)
{
	spin_lock(&mini_ca_lock);
	list_del_rcu(&ops->list);
	spin_unlock(&mini_ca_lock);
	synchronize_rcu();
}
EXPORT_SYMBOL_GPL(mini_ca_unregister);

/**
 * mini_ca_get() - find one by name, and hold its module
 * @name: as in TCP_CONGESTION
 *
 * Return: the table; -ENOENT when there is none of that name, -EBUSY when its
 * module is on its way out.
 */
const struct mini_ca_ops *mini_ca_get(const char *name)
{
	const struct mini_ca_ops *ops;

	rcu_read_lock();
	ops = mini_ca_find(name);
	if (!ops)
		ops = ERR_PTR(-ENOENT);
	else if (!try_module_get(ops->owner))
		ops = ERR_PTR(-EBUSY);
	rcu_read_unlock();
	return ops;
}

/**
 * mini_ca_share() - one more user of what another socket has, or had
 * @ops: that socket's table, read without its lock; perhaps NULL
 *
 * Context: RCU.
 * Return: the table held, or CUBIC when it is on its way out.
 */
const struct mini_ca_ops *mini_ca_share(const struct mini_ca_ops *ops)
{
	if (ops && try_module_get(ops->owner))
		return ops;
	__module_get(THIS_MODULE);
	return &mini_cubic;
}

/**
 * mini_ca_put() - one user less
 * @ops: from mini_ca_get() and the like; NULL is fine
 */
void mini_ca_put(const struct mini_ca_ops *ops)
{
	if (ops)
		module_put(ops->owner);
}

/**
 * mini_ca_names() - those that are registered
 * @buf: their names go here, a space between them
 * @size: octets of it; names that do not fit are left out
 */
void mini_ca_names(char *buf, size_t size)
{
	struct mini_ca_ops *ops;
	size_t len = 0;

	*buf = '\0';
	rcu_read_lock();
	list_for_each_entry_rcu(ops, &mini_ca_list, list)
		len += scnprintf(buf + len, size - len, "%s%s",
				 len ? " " : "", ops->name);
	rcu_read_unlock();
}

/* A default holds the module, unless it is our own */
static bool mini_ca_default_hold(const struct mini_ca_ops *ops)
{
	return ops->owner == THIS_MODULE || try_module_get(ops->owner);
}

static void mini_ca_default_put(const struct mini_ca_ops *ops)
{
	if (ops->owner != THIS_MODULE)
		module_put(ops->owner);
}

/**
 * mini_ca_get_default() - what a new socket of a namespace uses
 * @mn: namespace
 *
 * Return: the table held.
 */
const struct mini_ca_ops *mini_ca_get_default(struct mini_net *mn)
{
	const struct mini_ca_ops *ops;

	rcu_read_lock();
	ops = mini_ca_share(rcu_dereference(mn->ca));
	rcu_read_unlock();
	return ops;
}

/**
 * mini_ca_allowed() - may anybody in the namespace choose it?
 * @mn: namespace
 * @ops: table, held
 */
bool mini_ca_allowed(struct mini_net *mn, const struct mini_ca_ops *ops)
{
	return ops->unrestricted || ops == rcu_access_pointer(mn->ca);
}

/* Put @ops, held as a default, into its place */
static void mini_ca_default_replace(struct mini_net *mn,
				    const struct mini_ca_ops *ops)
{
	const struct mini_ca_ops *old;

	spin_lock(&mini_ca_lock);
	old = rcu_replace_pointer(mn->ca, ops, lockdep_is_held(&mini_ca_lock));
	spin_unlock(&mini_ca_lock);
	mini_ca_default_put(old);
}

/**
 * mini_ca_set_default() - net.mini.tcp_congestion_control is written
 * @mn: namespace
 * @name: of one that is registered
 *
 * A restricted one is for the first namespace to choose, as with AF_INET; new
 * namespaces inherit it.
 *
 * Context: process.
 * Return: 0, -ENOENT or -EBUSY as of mini_ca_get(), or -EPERM.
 */
int mini_ca_set_default(struct mini_net *mn, const char *name)
{
	const struct mini_ca_ops *ops = mini_ca_get(name);
	int err = 0;

	if (IS_ERR(ops))
		return PTR_ERR(ops);
	if (!net_eq(mn->net, &init_net) && !mini_ca_allowed(mn, ops))
		err = -EPERM;
	else if (!mini_ca_default_hold(ops))
		err = -EBUSY;
	else
		mini_ca_default_replace(mn, ops);
	mini_ca_put(ops);
	return err;
}

/**
 * mini_ca_default_name() - net.mini.tcp_congestion_control is read
 * @mn: namespace
 * @name: the name goes here, MINI_CA_NAME_MAX octets
 */
void mini_ca_default_name(struct mini_net *mn, char *name)
{
	rcu_read_lock();
	strscpy(name, rcu_dereference(mn->ca)->name, MINI_CA_NAME_MAX);
	rcu_read_unlock();
}

/**
 * mini_ca_net_init() - a namespace's default is that of the first namespace
 * @mn: namespace
 */
void mini_ca_net_init(struct mini_net *mn)
{
	const struct mini_ca_ops *ops = &mini_cubic;

	if (!net_eq(mn->net, &init_net)) {
		rcu_read_lock();
		ops = rcu_dereference(mini_pernet(&init_net)->ca);
		if (!mini_ca_default_hold(ops))
			ops = &mini_cubic;
		rcu_read_unlock();
	}
	RCU_INIT_POINTER(mn->ca, ops);
}

/**
 * mini_ca_net_exit() - it lets go of it
 * @mn: namespace, without sockets
 */
void mini_ca_net_exit(struct mini_net *mn)
{
	mini_ca_default_put(rcu_access_pointer(mn->ca));
}

/**
 * mini_ca_init() - register those that come with the module
 *
 * Return: 0 or an errno.
 */
int __init mini_ca_init(void)
{
	int err = mini_ca_register(&mini_cubic);

	if (err)
		return err;
	err = mini_ca_register(&mini_newreno);
	if (err)
		mini_ca_unregister(&mini_cubic);
	return err;
}

/**
 * mini_ca_exit() - take them back
 */
void mini_ca_exit(void)
{
	mini_ca_unregister(&mini_newreno);
	mini_ca_unregister(&mini_cubic);
}
