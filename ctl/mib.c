// SPDX-License-Identifier: GPL-2.0-only
/* Counters, and the end of every packet that is dropped */
#include <linux/kernel.h>
#include <mini/mib.h>
#include <mini/net.h>
#include <mini/trace.h>

static const char *const mini_mib_names[__MINI_MIB_MAX] = {
#define MIB(id, name, words)	\
	[MINI_MIB_##id] = name,
#define DROP(id, name, reason, words)	\
	[MINI_MIB_DROP_##id] = name,
#include <mini/mib_list.h>
};

static const enum skb_drop_reason mini_drop_reasons[] = {
	[MINI_PASS] = SKB_DROP_REASON_NOT_SPECIFIED,
#define DROP(id, name, reason, words)	\
	[MINI_DROP_##id] = SKB_DROP_REASON_##reason,
#include <mini/mib_list.h>
};

static const char *const mini_slot_names[__MINI_SLOT_MAX] = {
#define SLOT(table, slot, words)	\
	[MINI_SLOT(table, slot)] = #table "." #slot,
#include <mini/slot_list.h>
};

/**
 * mini_slot_name() - "table.slot", for a tracepoint
 * @slot: slot
 */
const char *mini_slot_name(enum mini_slot slot)
{
	return mini_slot_names[slot];
}

/**
 * mini_mib_name() - its name in /proc/net/mini/snmp
 * @which: counter
 */
const char *mini_mib_name(enum mini_mib which)
{
	return mini_mib_names[which];
}

/**
 * mini_drop() - a packet's way ends
 * @mn: namespace
 * @skb: taken
 * @why: counted, and told to the drop monitor unless it is no loss
 *
 * Context: any.
 */
void mini_drop(struct mini_net *mn, struct sk_buff *skb, enum mini_drop why)
{
	enum mini_mib which = MINI_MIB_DROP_SHORT + why - MINI_DROP_SHORT;

	this_cpu_inc(mn->mibs->n[which]);
	trace_mini_drop(skb, which);
	if (why == MINI_DROP_ACK_ONLY)
		consume_skb(skb);
	else
		kfree_skb_reason(skb, mini_drop_reasons[why]);
}

static unsigned long mini_cpus_sum(const unsigned long __percpu *n)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += *per_cpu_ptr(n, cpu);
	return sum;
}

/**
 * mini_mib_sum() - a counter over all processors
 * @mn: namespace
 * @which: counter
 *
 * Return: its value.
 */
unsigned long mini_mib_sum(const struct mini_net *mn, enum mini_mib which)
{
	return mini_cpus_sum(&mn->mibs->n[which]);
}

/**
 * mini_calls_sum() - calls of a slot over all processors
 * @mn: namespace
 * @slot: slot
 *
 * Return: how many.
 */
unsigned long mini_calls_sum(const struct mini_net *mn, enum mini_slot slot)
{
	return mini_cpus_sum(&mn->mibs->calls[slot]);
}

/**
 * mini_mib_net_init() - a namespace's counters
 * @mn: namespace
 *
 * Return: 0 or -ENOMEM.
 */
int mini_mib_net_init(struct mini_net *mn)
{
	mn->mibs = alloc_percpu(struct mini_mibs);
	return mn->mibs ? 0 : -ENOMEM;
}

/**
 * mini_mib_net_exit() - no longer
 * @mn: namespace
 */
void mini_mib_net_exit(struct mini_net *mn)
{
	free_percpu(mn->mibs);
}
