// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/net/mini of a namespace: snmp, the counters, one "name value" a line;
 * tables, the dispatch (ctl/tables.c); and a file for each kind of socket.
 */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>
#include <mini/net.h>
#include <mini/proc.h>
#include <mini/tables.h>

static int mini_snmp_show(struct seq_file *seq, void *v)
{
	const struct mini_net *mn = mini_pernet(seq_file_single_net(seq));
	int i;

	for (i = 0; i < __MINI_MIB_MAX; i++)
		seq_printf(seq, "%-20s %lu\n", mini_mib_name(i),
			   mini_mib_sum(mn, i));
	seq_printf(seq, "%-20s %d\n", "CurrTimeWaits",
		   atomic_read(&mn->tw_count));
	seq_printf(seq, "%-20s %d\n", "CurrOrphans",
		   atomic_read(&mn->orphans));
	/* of all namespaces */
	seq_printf(seq, "%-20s %ld\n", "CurrMemPages", mini_mem_pages());
	return 0;
}

/* ---- a line for each socket ---- */

/* The files; one more is its struct here */
static const struct mini_listing *const mini_listings[] = {
	&mini_listing_tcp,
	&mini_listing_udp,
	&mini_listing_packet,
};

/**
 * struct mini_reader - who has such a file open
 * @p: the namespace; first, for proc_net
 * @walk: place of the line that is due
 * @row: number of that line; the file's position is one more, for the head
 *
 * Under the lock of the seq_file.
 */
struct mini_reader {
	struct seq_net_private p;
	struct mini_walk walk;
	loff_t row;
};

static const struct mini_listing *mini_listing(const struct seq_file *seq)
{
	return pde_data(file_inode(seq->file));
}

static void *mini_reader_at(struct seq_file *seq)
{
	struct mini_reader *r = seq->private;

	return mini_listing(seq)->at(mini_pernet(seq_file_net(seq)), &r->walk);
}

/* Past one line; NULL when there is none */
static void *mini_reader_step(struct seq_file *seq)
{
	struct mini_reader *r = seq->private;

	r->walk.place++;
	r->row++;
	return mini_reader_at(seq);
}

/*
 * Mostly the line where the last buffer ended, and the walk stands there. Who
 * asks for another place, by lseek() or pread(), has it looked for from the
 * beginning.
 */
static void *mini_list_start(struct seq_file *seq, loff_t *pos)
	__acquires(RCU)
{
	struct mini_reader *r = seq->private;
	void *at;

	rcu_read_lock();
	if (!*pos || *pos - 1 != r->row) {
		r->walk = (struct mini_walk){ };
		r->row = 0;
	}
	if (!*pos)
		return SEQ_START_TOKEN;
	at = mini_reader_at(seq);
	while (at && r->row < *pos - 1)
		at = mini_reader_step(seq);
	return at;
}

static void *mini_list_next(struct seq_file *seq, void *v, loff_t *pos)
{
	++*pos;
	return v == SEQ_START_TOKEN ? mini_reader_at(seq) :
				      mini_reader_step(seq);
}

static void mini_list_stop(struct seq_file *seq, void *v)
	__releases(RCU)
{
	rcu_read_unlock();
}

static int mini_list_show(struct seq_file *seq, void *v)
{
	const struct mini_listing *l = mini_listing(seq);
	const struct mini_reader *r = seq->private;

	seq_setwidth(seq, l->width);
	if (v == SEQ_START_TOKEN)
		seq_puts(seq, l->head);
	else
		l->show(seq, v, r->row);
	seq_pad(seq, '\n');
	return 0;
}

static const struct seq_operations mini_list_ops = {
	.start	= mini_list_start,
	.next	= mini_list_next,
	.stop	= mini_list_stop,
	.show	= mini_list_show,
};

static bool mini_list_create(struct proc_dir_entry *dir)
{
	const struct mini_listing *l;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(mini_listings); i++) {
		l = mini_listings[i];
		if (!proc_create_net_data(l->name, 0444, dir, &mini_list_ops,
					  sizeof(struct mini_reader),
					  (void *)l))
			return false;
	}
	return true;
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
				    NULL) ||
	    !mini_list_create(dir)) {
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
