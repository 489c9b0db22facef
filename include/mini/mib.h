/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters (mini/mib_list.h has them all). A discarded packet has a reason of
 * its own, which is counted and handed to the kernel's drop monitor as well.
 */
#ifndef _MINI_MIB_H
#define _MINI_MIB_H

#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <mini/compat.h>

enum mini_mib {
#define MIB(id, name, words)		MINI_MIB_##id,
#define DROP(id, name, reason, words)	MINI_MIB_DROP_##id,
#include <mini/mib_list.h>
	__MINI_MIB_MAX
};

/*
 * The verdict on a segment. MINI_PASS is zero: the segment goes on to the
 * next step. Anything else ends its way and says why. An end that is no loss
 * (ACK_ONLY, RST) is in the list too, so that each segment is accounted for.
 */
enum mini_drop {
	MINI_PASS,
#define DROP(id, name, reason, words)	MINI_DROP_##id,
#include <mini/mib_list.h>
};

/* a slot of the dispatch, mini/slot_list.h */
#define MINI_SLOT(table, slot)	MINI_SLOT_##table##_##slot

enum mini_slot {
#define SLOT(table, slot, words)	MINI_SLOT(table, slot),
#include <mini/slot_list.h>
	__MINI_SLOT_MAX
};

/**
 * struct mini_mibs - what one processor has counted in a namespace
 * @n: events
 * @calls: calls of the slots
 */
struct mini_mibs {
	unsigned long n[__MINI_MIB_MAX];
	unsigned long calls[__MINI_SLOT_MAX];
};

#define MINI_INC(mn, name)	this_cpu_inc((mn)->mibs->n[MINI_MIB_##name])
#define MINI_ADD(mn, name, v)	this_cpu_add((mn)->mibs->n[MINI_MIB_##name], v)

struct mini_net;

void mini_drop(struct mini_net *mn, struct sk_buff *skb, enum mini_drop why);
const char *mini_mib_name(enum mini_mib which);
unsigned long mini_mib_sum(const struct mini_net *mn, enum mini_mib which);
unsigned long mini_calls_sum(const struct mini_net *mn, enum mini_slot slot);
const char *mini_slot_name(enum mini_slot slot);
int mini_mib_net_init(struct mini_net *mn);
void mini_mib_net_exit(struct mini_net *mn);

#endif /* _MINI_MIB_H */
