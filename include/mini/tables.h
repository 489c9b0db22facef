/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of the dispatch, for who shows them, and their slots by number */
#ifndef _MINI_TABLES_H
#define _MINI_TABLES_H

#include <linux/net.h>
#include <linux/netfilter.h>
#include <net/protocol.h>
#include <net/sock.h>
#include <mini/mib.h>

/**
 * struct mini_protosw - one row
 * @type: SOCK_*
 * @protocol: as given to socket(); the first row of a type serves 0 as well
 * @wire: IP protocol on the wire
 * @tap: it sees the frames of others: its @protocol is any ETH_P_*, and
 *	CAP_NET_RAW is asked for, whatever net.mini.unprivileged says
 * @prot: transport
 * @ops: socket layer
 */
struct mini_protosw {
	int type;
	int protocol;
	u8 wire;
	bool tap;
	struct proto *prot;
	const struct proto_ops *ops;
};

/**
 * struct mini_slot_info - a slot of one of the tables
 * @table: name of the table
 * @slot: name of the slot
 * @words: what it is called for
 * @at: where in the table the function stands
 * @counts: the function is ours, and counts its calls
 */
struct mini_slot_info {
	const char *table;
	const char *slot;
	const char *words;
	void *const *at;
	bool counts;
};

#define MINI_IP_HOOKS	2

struct seq_file;

/* mini_family.c */
extern struct net_proto_family mini_family_ops;
extern const struct mini_protosw mini_protosw[];
extern const size_t mini_protosw_rows;
extern const struct proto_ops mini_stream_ops;
extern struct proto mini_tcp_prot;
extern const struct proto_ops mini_dgram_ops;
extern struct proto mini_udp_prot;
extern const struct proto_ops mini_packet_ops;
extern struct proto mini_packet_prot;

/* mini_ip.c */
extern const struct nf_hook_ops mini_ip_hooks[MINI_IP_HOOKS];
extern const struct net_protocol mini_ip_twin;

/* ctl/tables.c */
extern const struct mini_slot_info mini_slots[__MINI_SLOT_MAX];

int mini_tables_show(struct seq_file *seq, void *v);

#endif /* _MINI_TABLES_H */
