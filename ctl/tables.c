// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/net/mini/tables: the dispatch as it stands, in the order in which a call
 * goes through it, each slot with its function and how often this namespace
 * called it. The first word of a line says what the line is about; what is
 * "name=value" may be found by its name. What begins with # is for people.
 */
#include <linux/module.h>
#include <linux/netfilter_ipv4.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>
#include <mini/net.h>
#include <mini/tables.h>
#include <uapi/linux/af_mini.h>

const struct mini_slot_info mini_slots[__MINI_SLOT_MAX] = {
#define SLOT(_table, _slot, _words)					\
	{ .table = #_table, .slot = #_slot, .words = _words,		\
	  .at = (void *const *)&(_table)._slot, .counts = true },
#define HOOK(_table, _place, _slot, _words)				\
	{ .table = #_table, .slot = #_slot, .words = _words,		\
	  .at = (void *const *)&(_table)[_place].hook, .counts = true },
#define CORE(_table, _slot, _words)					\
	{ .table = #_table, .slot = #_slot, .words = _words,		\
	  .at = (void *const *)&(_table)._slot, .counts = false },
#include <mini/slot_list.h>
};

/* The function's name alone: %ps puts that of a module behind it */
static void mini_show_function(struct seq_file *seq, const void *fn)
{
	char name[64];

	snprintf(name, sizeof(name), "%ps", fn);
	seq_printf(seq, " %-28.*s", (int)strcspn(name, " "), name);
}

static void mini_show_slot(struct seq_file *seq, const struct mini_net *mn,
			   const struct mini_slot_info *s)
{
	seq_printf(seq, "slot  %-16s %-22s", s->table, s->slot);
	if (s->counts)
		seq_printf(seq, " %10lu", mini_calls_sum(mn, s - mini_slots));
	else
		seq_printf(seq, " %10s", "-");
	mini_show_function(seq, *s->at);
	seq_printf(seq, " %s\n", s->words);
}

static bool mini_slot_in(const struct mini_slot_info *s, const void *table,
			 size_t size)
{
	return (void *)s->at >= table && (void *)s->at < table + size;
}

/* The slots of the table in those @size octets */
static void mini_show_slots(struct seq_file *seq, const void *table,
			    size_t size)
{
	const struct mini_net *mn = mini_pernet(seq_file_single_net(seq));
	int i;

	for (i = 0; i < __MINI_SLOT_MAX; i++)
		if (mini_slot_in(&mini_slots[i], table, size))
			mini_show_slot(seq, mn, &mini_slots[i]);
}

static const char *mini_table_name(const void *table, size_t size)
{
	int i;

	for (i = 0; i < __MINI_SLOT_MAX; i++)
		if (mini_slot_in(&mini_slots[i], table, size))
			return mini_slots[i].table;
	return "-";
}

static const char *mini_ops_name(const struct mini_protosw *row)
{
	return mini_table_name(row->ops, sizeof(*row->ops));
}

static const char *mini_prot_name(const struct mini_protosw *row)
{
	return mini_table_name(row->prot, sizeof(*row->prot));
}

static const char *mini_owner_name(struct module *owner)
{
	return owner ? module_name(owner) : "-";
}

static void mini_show_family(struct seq_file *seq)
{
	const struct net_proto_family *f = &mini_family_ops;

	seq_puts(seq, "# socket(family, type, protocol): the kernel's net_families[family]\n");
	seq_printf(seq, "family mini_family_ops number=%d owner=%s\n",
		   f->family, mini_owner_name(f->owner));
	mini_show_slots(seq, f, sizeof(*f));
}

static void mini_show_rows(struct seq_file *seq)
{
	const struct mini_protosw *row = mini_protosw;
	const struct mini_protosw *end = row + mini_protosw_rows;

	seq_puts(seq, "#\n# mini_protosw[]: the first row that fits type and protocol; 0 fits any\n");
	for (; row < end; row++)
		seq_printf(seq, "row   type=%d protocol=%d wire=%d ops=%s prot=%s\n",
			   row->type, row->protocol, row->wire,
			   mini_ops_name(row), mini_prot_name(row));
}

/* Each table is shown once, for the first row that points to it */
static bool mini_ops_shown(size_t i)
{
	size_t j;

	for (j = 0; j < i; j++)
		if (mini_protosw[j].ops == mini_protosw[i].ops)
			return true;
	return false;
}

static bool mini_prot_shown(size_t i)
{
	size_t j;

	for (j = 0; j < i; j++)
		if (mini_protosw[j].prot == mini_protosw[i].prot)
			return true;
	return false;
}

static void mini_show_ops(struct seq_file *seq)
{
	const struct proto_ops *ops;
	size_t i;

	seq_puts(seq, "#\n# calls of the user: sock->ops\n");
	for (i = 0; i < mini_protosw_rows; i++) {
		ops = mini_protosw[i].ops;
		if (mini_ops_shown(i))
			continue;
		seq_printf(seq, "ops   %s family=%d owner=%s\n",
			   mini_ops_name(&mini_protosw[i]), ops->family,
			   mini_owner_name(ops->owner));
		mini_show_slots(seq, ops, sizeof(*ops));
	}
}

static void mini_show_prots(struct seq_file *seq)
{
	const struct proto *prot;
	size_t i;

	seq_puts(seq, "#\n# the transport: sk->sk_prot\n");
	for (i = 0; i < mini_protosw_rows; i++) {
		prot = mini_protosw[i].prot;
		if (mini_prot_shown(i))
			continue;
		seq_printf(seq, "prot  %s name=%s owner=%s\n",
			   mini_prot_name(&mini_protosw[i]), prot->name,
			   mini_owner_name(prot->owner));
		mini_show_slots(seq, prot, sizeof(*prot));
	}
}

/* What the tables lead to is on the wire; this is how its answers come in */
static void mini_show_hooks(struct seq_file *seq)
{
	bool up = mini_net_is_up(mini_pernet(seq_file_single_net(seq)));
	const struct nf_hook_ops *h = mini_ip_hooks;
	int i;

	seq_puts(seq, "#\n# packets that come in: netfilter, once the namespace has a socket\n");
	for (i = 0; i < MINI_IP_HOOKS; i++, h++) {
		seq_printf(seq, "hook  mini_ip_hooks point=%s priority=%d registered=%s\n",
			   h->hooknum == NF_INET_LOCAL_IN ? "LOCAL_IN" :
							    "PRE_ROUTING",
			   h->priority, up ? "yes" : "no");
		mini_show_slots(seq, h, sizeof(*h));
	}
}

static void mini_show_protocol(struct seq_file *seq)
{
	seq_puts(seq, "#\n# and the kernel's inet_protos[protocol]\n");
	seq_printf(seq, "protocol mini_ip_twin number=%d\n", IPPROTO_MINI);
	mini_show_slots(seq, &mini_ip_twin, sizeof(mini_ip_twin));
}

/**
 * mini_tables_show() - all of /proc/net/mini/tables
 * @seq: the file
 * @v: unused; single_open()'s signature
 *
 * Return: 0.
 */
int mini_tables_show(struct seq_file *seq, void *v)
{
	mini_show_family(seq);
	mini_show_rows(seq);
	mini_show_ops(seq);
	mini_show_prots(seq);
	mini_show_hooks(seq);
	mini_show_protocol(seq);
	return 0;
}
