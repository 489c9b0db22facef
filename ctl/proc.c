// SPDX-License-Identifier: GPL-2.0-only
/* /proc/net/mini/snmp: the counters, one "name value" a line */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>
#include <mini/net.h>
#include <mini/tables.h>

static int mini_snmp_show(struct seq_file *seq, void *v)
{
	const struct mini_net *mn = mini_pernet(seq_file_single_net(seq));
	int i;

	for (i = 0; i < __MINI_MIB_MAX; i++)
		seq_printf(seq, "%-16s %lu\n", mini_mib_name(i),
			   mini_mib_sum(mn, i));
	seq_printf(seq, "%-16s %d\n", "CurrTimeWaits",
		   atomic_read(&mn->tw_count));
	seq_printf(seq, "%-16s %d\n", "CurrOrphans",
		   atomic_read(&mn->orphans));
	/* of all namespaces */
	seq_printf(seq, "%-16s %ld\n", "CurrMemPages", mini_mem_pages());
	return 0;
}

/**
 * mini_proc_net_init() - /proc/net/mini of a namespace
 * @mn: namespace
 *
 * Return: 0 or -ENOMEM.
 */
int mini_proc_net_init(struct mini_net *mn)
{
	struct proc_dir_entry *dir;

	dir = proc_net_mkdir(mn->net, "mini", mn->net->proc_net);
	if (!dir)
		return -ENOMEM;
	if (!proc_create_net_single("snmp", 0444, dir, mini_snmp_show, NULL) ||
	    !proc_create_net_single("tables", 0444, dir, mini_tables_show,
				    NULL)) {
		mini_proc_net_exit(mn);
		return -ENOMEM;
	}
	return 0;
}

/**
 * mini_proc_net_exit() - no longer
 * @mn: namespace
 */
void mini_proc_net_exit(struct mini_net *mn)
{
	remove_proc_subtree("mini", mn->net->proc_net);
}
