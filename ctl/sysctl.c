// SPDX-License-Identifier: GPL-2.0-only
/* /proc/sys/net/mini/: settings of a namespace, named as tcp's are */
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/sysctl.h>
#include <mini/compat.h>
#include <mini/net.h>
#include <mini/tcp.h>

static int mini_buf_min = 2048;
static int mini_ttl_max = 127;
static int mini_mss_min = MINI_MSS_MIN;
static int mini_mss_max = 32767;

/* Other namespaces than one's own may be looked at: all are set up */
static bool mini_nets_ready;
static DEFINE_MUTEX(mini_nets_mutex);	/* mini_nets_ready, and the looking */

/**
 * mini_sysctl_nets() - all namespaces have been set up, or soon will not be
 * @ready: which of the two
 *
 * Context: process, module load and unload. When it returns from the latter,
 * nobody is at another namespace's tables.
 */
void mini_sysctl_nets(bool ready)
{
	mutex_lock(&mini_nets_mutex);
	mini_nets_ready = ready;
	mutex_unlock(&mini_nets_mutex);
}

static unsigned int mini_nets_count(void)
{
	unsigned int n = 0;
	struct net *net;

	down_read(&net_rwsem);
	for_each_net(net)
		n++;
	up_read(&net_rwsem);
	return n;
}

/* The namespace at that place of the list, held; NULL after the last */
static struct net *mini_net_at(unsigned int place)
{
	struct net *net, *found = NULL;

	down_read(&net_rwsem);
	for_each_net(net) {
		if (place-- == 0) {
			found = net;
			break;
		}
	}
	/* one that is going has no socket left: its own exit saw to that */
	if (found && !maybe_get_net(found))
		found = get_net(&init_net);
	up_read(&net_rwsem);
	return found;
}

/*
 * From the last to the first: a namespace that only its orphans held leaves the
 * list, and those behind it, which are done, move up.
 */
static void mini_abort_everywhere(void)
{
	unsigned int place = mini_nets_count();
	struct net *net;

	while (place--) {
		net = mini_net_at(place);
		if (!net)
			continue;
		mini_tcp_abort_all(mini_pernet(net));
		put_net(net);
	}
}

/*
 * A write ends every connection of the namespace, and in the first namespace
 * of all others too, so that rmmod need not wait for orphans whose namespace
 * nobody can enter any more.
 */
static void mini_abort_from(struct mini_net *mn)
{
	mini_tcp_abort_all(mn);
	if (!net_eq(mn->net, &init_net))
		return;
	mutex_lock(&mini_nets_mutex);
	if (mini_nets_ready)
		mini_abort_everywhere();
	mutex_unlock(&mini_nets_mutex);
}

static int mini_abort_all_write(mini_ctl_table *table, int write,
				void *buffer, size_t *lenp, loff_t *ppos)
{
	struct mini_net *mn = table->extra1;
	int val = 0;
	struct ctl_table t = { .data = &val, .maxlen = sizeof(val) };
	int err = proc_dointvec(&t, write, buffer, lenp, ppos);

	if (!err && write && val)
		mini_abort_from(mn);
	return err;
}

/* The congestion control of new sockets; one that is registered */
static int mini_congestion_control(mini_ctl_table *table, int write,
				   void *buffer, size_t *lenp, loff_t *ppos)
{
	struct mini_net *mn = table->extra1;
	char name[MINI_CA_NAME_MAX];
	struct ctl_table t = { .data = name, .maxlen = sizeof(name) };
	int err;

	mini_ca_default_name(mn, name);
	err = proc_dostring(&t, write, buffer, lenp, ppos);
	if (!err && write)
		err = mini_ca_set_default(mn, name);
	return err;
}

static int mini_available_congestion_control(mini_ctl_table *table,
					     int write, void *buffer,
					     size_t *lenp, loff_t *ppos)
{
	struct ctl_table t = { .maxlen = MINI_CA_LIST_MAX };
	int err;

	t.data = kmalloc(t.maxlen, GFP_KERNEL);
	if (!t.data)
		return -ENOMEM;
	mini_ca_names(t.data, t.maxlen);
	err = proc_dostring(&t, write, buffer, lenp, ppos);
	kfree(t.data);
	return err;
}

/* One for all namespaces: the first one's to set, the others' to read */
static int mini_mem(mini_ctl_table *table, int write, void *buffer,
		    size_t *lenp, loff_t *ppos)
{
	const struct mini_net *mn = table->extra1;
	struct ctl_table t = {
		.data = mini_mem_limits, .maxlen = sizeof(mini_mem_limits),
	};

	if (write && !net_eq(mn->net, &init_net))
		return -EPERM;
	return proc_doulongvec_minmax(&t, write, buffer, lenp, ppos);
}

#define MINI_INTS(_name, _field, _len, _min, _max)			\
	{								\
		.procname	= _name,				\
		.data		= (void *)offsetof(struct mini_sysctl,	\
						   _field),		\
		.maxlen		= _len,					\
		.mode		= 0644,					\
		.proc_handler	= proc_dointvec_minmax,			\
		.extra1		= _min,					\
		.extra2		= _max,					\
	}

#define MINI_INT(_name, _field, _min, _max)				\
	MINI_INTS(_name, _field, sizeof(int), _min, _max)

/* data holds an offset here; each namespace's copy gets the address */
static const struct ctl_table mini_sysctl_template[] = {
	MINI_INT("unprivileged", unprivileged, SYSCTL_ZERO, SYSCTL_ONE),
	MINI_INT("tcp_syn_retries", syn_retries, SYSCTL_ONE, &mini_ttl_max),
	MINI_INT("tcp_synack_retries", synack_retries, SYSCTL_ZERO,
		 &mini_ttl_max),
	MINI_INT("tcp_retries1", retries1, SYSCTL_ZERO, &mini_ttl_max),
	MINI_INT("tcp_retries2", retries2, SYSCTL_ZERO, &mini_ttl_max),
	MINI_INT("tcp_orphan_retries", orphan_retries, SYSCTL_ZERO,
		 &mini_ttl_max),
	MINI_INT("tcp_fin_timeout", fin_timeout_s, SYSCTL_ONE,
		 SYSCTL_INT_MAX),
	MINI_INT("tcp_keepalive_time", keepidle_s, SYSCTL_ONE,
		 SYSCTL_INT_MAX),
	MINI_INT("tcp_keepalive_intvl", keepintvl_s, SYSCTL_ONE,
		 SYSCTL_INT_MAX),
	MINI_INT("tcp_keepalive_probes", keepcnt, SYSCTL_ONE, &mini_ttl_max),
	MINI_INT("tcp_max_syn_backlog", max_syn_backlog, SYSCTL_ZERO,
		 SYSCTL_INT_MAX),
	MINI_INT("tcp_syncookies", syncookies, SYSCTL_ZERO, SYSCTL_TWO),
	MINI_INT("tcp_max_tw_buckets", max_tw, SYSCTL_ZERO, SYSCTL_INT_MAX),
	MINI_INT("tcp_max_orphans", max_orphans, SYSCTL_ZERO,
		 SYSCTL_INT_MAX),
	MINI_INT("tcp_abort_on_overflow", abort_on_overflow, SYSCTL_ZERO,
		 SYSCTL_ONE),
	MINI_INT("tcp_rfc1337", rfc1337, SYSCTL_ZERO, SYSCTL_ONE),
	MINI_INT("tcp_early_demux", early_demux, SYSCTL_ZERO, SYSCTL_ONE),
	MINI_INT("tcp_timestamps", timestamps, SYSCTL_ZERO, SYSCTL_TWO),
	MINI_INT("tcp_sack", sack, SYSCTL_ZERO, SYSCTL_ONE),
	MINI_INT("tcp_dsack", dsack, SYSCTL_ZERO, SYSCTL_ONE),
	MINI_INT("tcp_recovery", recovery, SYSCTL_ZERO, SYSCTL_ONE),
	MINI_INT("tcp_early_retrans", early_retrans, SYSCTL_ZERO, SYSCTL_FOUR),
	MINI_INT("tcp_frto", frto, SYSCTL_ZERO, SYSCTL_TWO),
	MINI_INT("tcp_slow_start_after_idle", slow_start_after_idle,
		 SYSCTL_ZERO, SYSCTL_ONE),
	MINI_INT("tcp_moderate_rcvbuf", moderate_rcvbuf, SYSCTL_ZERO,
		 SYSCTL_ONE),
	MINI_INT("tcp_pacing_ss_ratio", pacing_ss_pct, SYSCTL_ONE,
		 SYSCTL_ONE_THOUSAND),
	MINI_INT("tcp_pacing_ca_ratio", pacing_ca_pct, SYSCTL_ONE,
		 SYSCTL_ONE_THOUSAND),
	MINI_INT("tcp_autocorking", autocorking, SYSCTL_ZERO, SYSCTL_ONE),
	MINI_INT("tcp_ecn", ecn, SYSCTL_ZERO, SYSCTL_TWO),
	MINI_INT("tcp_ecn_fallback", ecn_fallback, SYSCTL_ZERO, SYSCTL_ONE),
	MINI_INT("tcp_window_scaling", window_scaling, SYSCTL_ZERO,
		 SYSCTL_ONE),
	MINI_INT("tcp_invalid_ratelimit", invalid_ratelimit_ms, SYSCTL_ZERO,
		 SYSCTL_INT_MAX),
	MINI_INT("tcp_mtu_probing", mtu_probing, SYSCTL_ZERO, SYSCTL_TWO),
	MINI_INT("tcp_base_mss", base_mss, &mini_mss_min, &mini_mss_max),
	MINI_INT("tcp_mtu_probe_floor", mtu_probe_floor, SYSCTL_ONE,
		 &mini_mss_max),
	MINI_INT("tcp_probe_interval", probe_interval_s, SYSCTL_ONE,
		 SYSCTL_INT_MAX),
	MINI_INT("tcp_probe_threshold", probe_threshold, SYSCTL_ONE,
		 &mini_mss_max),
	MINI_INTS("tcp_wmem", wmem, 3 * sizeof(int), &mini_buf_min,
		  SYSCTL_INT_MAX),
	MINI_INTS("tcp_rmem", rmem, 3 * sizeof(int), &mini_buf_min,
		  SYSCTL_INT_MAX),
	{
		.procname	= "tcp_notsent_lowat",
		.data		= (void *)offsetof(struct mini_sysctl,
						   notsent_lowat),
		.maxlen		= sizeof(unsigned int),
		.mode		= 0644,
		.proc_handler	= proc_douintvec,
	},
	{
		.procname	= "tcp_mem",
		.mode		= 0644,
		.proc_handler	= mini_mem,
	},
	{
		.procname	= "tcp_congestion_control",
		.mode		= 0644,
		.proc_handler	= mini_congestion_control,
	},
	{
		.procname	= "tcp_available_congestion_control",
		.mode		= 0444,
		.proc_handler	= mini_available_congestion_control,
	},
	{
		.procname	= "abort_all",
		.mode		= 0200,
		.proc_handler	= mini_abort_all_write,
	},
	MINI_SYSCTL_END
};

/**
 * mini_sysctl_net_init() - settings of a namespace
 * @mn: namespace
 *
 * Return: 0 or -ENOMEM.
 */
int mini_sysctl_net_init(struct mini_net *mn)
{
	const size_t size = ARRAY_SIZE(mini_sysctl_template);
	struct ctl_table *table, *t;

	table = kmemdup(mini_sysctl_template, sizeof(mini_sysctl_template),
			GFP_KERNEL);
	if (!table)
		return -ENOMEM;
	for (t = table; t < table + size; t++) {
		if (t->maxlen)
			t->data = (void *)&mn->sysctl + (uintptr_t)t->data;
		else
			t->extra1 = mn;
	}
	mn->sysctl_hdr = register_net_sysctl_sz(mn->net, "net/mini", table,
						size);
	if (!mn->sysctl_hdr) {
		kfree(table);
		return -ENOMEM;
	}
	return 0;
}

/**
 * mini_sysctl_net_exit() - no longer
 * @mn: namespace
 */
void mini_sysctl_net_exit(struct mini_net *mn)
{
	const struct ctl_table *table = mn->sysctl_hdr->ctl_table_arg;

	unregister_net_sysctl_table(mn->sysctl_hdr);
	kfree(table);
}
