// SPDX-License-Identifier: GPL-2.0-only
/* The registry of congestion controls */
#include <linux/rculist.h>
#include <linux/string.h>
#include <mini/ca.h>

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

/**
 * mini_ca_register() - offer a congestion control
 * @ops: filled table, alive until mini_ca_unregister()
 *
 * Context: process.
 * Return: 0, -EINVAL when a required function is missing, -EEXIST.
 */
int mini_ca_register(struct mini_ca_ops *ops)
{
	int err = 0;

	if (!ops->on_ack || !ops->ssthresh || !ops->name[0])
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
 * @ops: registered table; its module's count keeps users away already
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
 * Return: the table, or NULL.
 */
const struct mini_ca_ops *mini_ca_get(const char *name)
{
	struct mini_ca_ops *ops;

	rcu_read_lock();
	ops = mini_ca_find(name);
	if (ops && !try_module_get(ops->owner))
		ops = NULL;
	rcu_read_unlock();
	return ops;
}

/**
 * mini_ca_hold() - one more user
 * @ops: a table that the caller's own use keeps loaded
 */
void mini_ca_hold(const struct mini_ca_ops *ops)
{
	__module_get(ops->owner);
}

/**
 * mini_ca_share() - one more user of what another socket has, or had
 * @ops: that socket's table, read without its lock; perhaps NULL
 *
 * Return: the table held, or NewReno when it is on its way out.
 */
const struct mini_ca_ops *mini_ca_share(const struct mini_ca_ops *ops)
{
	if (ops && try_module_get(ops->owner))
		return ops;
	mini_ca_hold(&mini_newreno);
	return &mini_newreno;
}

/**
 * mini_ca_put() - one user less
 * @ops: from mini_ca_get(); NULL is fine
 */
void mini_ca_put(const struct mini_ca_ops *ops)
{
	if (ops)
		module_put(ops->owner);
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
