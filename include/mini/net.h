/* SPDX-License-Identifier: GPL-2.0-only */
/* What a network namespace holds of ours */
#ifndef _MINI_NET_H
#define _MINI_NET_H

#include <linux/rculist.h>
#include <linux/rculist_nulls.h>
#include <linux/mutex.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <net/netns/generic.h>
#include <mini/mib.h>

#define MINI_EHASH_BUCKETS	8192U
#define MINI_EHASH_LOCKS	64U
#define MINI_LHASH_BUCKETS	64U
#define MINI_PORT_BUCKETS	8192U
#define MINI_UDP_BUCKETS	256U

struct mini_ca_ops;
struct mini_ip_ops;

/**
 * struct mini_sysctl - net.mini.*, named as tcp's are
 * @unprivileged: 1 lets anybody open an AF_MINI socket
 * @syn_retries: SYNs sent again
 * @synack_retries: SYN,ACKs sent again
 * @retries1: R1 (RFC 9293 3.8.3)
 * @retries2: R2
 * @orphan_retries: R2 of a socket that nobody holds any more
 * @fin_timeout_s: FIN-WAIT-2 of an orphan
 * @keepidle_s: keep-alive idle time
 * @keepintvl_s: time between its probes
 * @keepcnt: probes before giving up
 * @max_syn_backlog: half-open connections per listener
 * @syncookies: 1 sends SYN cookies when a SYN queue is full, 2 always, 0 never
 * @max_tw: TIME-WAITs in this namespace
 * @max_orphans: orphans in this namespace
 * @abort_on_overflow: reset who finds the accept queue full
 * @rfc1337: no RST ends a TIME-WAIT (RFC 1337)
 * @early_demux: connections know the route that their packets come in by
 * @timestamps: offer timestamps (RFC 7323); 2 for one clock for all hosts
 * @sack: offer SACK (RFC 2018)
 * @dsack: tell of duplicates (RFC 2883)
 * @recovery: tell losses by time (RACK, RFC 8985), else by count (RFC 6675)
 * @early_retrans: MINI_EARLY_RETRANS_TLP and more send tail loss probes
 *	(RFC 8985)
 * @ecn: explicit congestion notification (RFC 3168), MINI_ECN_*
 * @ecn_fallback: a SYN that is sent again does not ask for it any more
 * @frto: doubt retransmission timeouts (RFC 5682)
 * @slow_start_after_idle: after an idle time begin with the initial window
 * @moderate_rcvbuf: receive buffers grow
 * @autocorking: gather small writes while earlier packets are in the device's
 *	queue
 * @pacing_ss_pct: pacing rate in slow start, percent of cwnd / SRTT
 * @pacing_ca_pct: pacing rate after it
 * @invalid_ratelimit_ms: least time between two answers to bad segments of a
 *	connection (RFC 5961 7)
 * @window_scaling: offer window scaling (RFC 7323)
 * @mtu_probing: look for the path's MTU without ICMP (RFC 4821), MINI_MTUP_*
 * @base_mss: MSS that should work everywhere, headers left out
 * @mtu_probe_floor: MSS below which no black hole is suspected
 * @probe_interval_s: time after which the search begins anew
 * @probe_threshold: octets that are not worth a probe
 * @wmem: min, default, max of the send buffer, octets
 * @rmem: min, default, max of the receive buffer, octets
 * @notsent_lowat: octets unsent below which a socket is writeable
 */
struct mini_sysctl {
	int unprivileged;
	int syn_retries;
	int synack_retries;
	int retries1;
	int retries2;
	int orphan_retries;
	int fin_timeout_s;
	int keepidle_s;
	int keepintvl_s;
	int keepcnt;
	int max_syn_backlog;
	int syncookies;
	int max_tw;
	int max_orphans;
	int abort_on_overflow;
	int rfc1337;
	int early_demux;
	int timestamps;
	int sack;
	int dsack;
	int recovery;
	int early_retrans;
	int frto;
	int ecn;
	int ecn_fallback;
	int slow_start_after_idle;
	int moderate_rcvbuf;
	int autocorking;
	int pacing_ss_pct;
	int pacing_ca_pct;
	int invalid_ratelimit_ms;
	int window_scaling;
	int mtu_probing;
	int base_mss;
	int mtu_probe_floor;
	int probe_interval_s;
	int probe_threshold;
	int wmem[3];
	int rmem[3];
	unsigned int notsent_lowat;
};

/**
 * struct mini_net - per-namespace state
 * @net: the namespace
 * @ip: the seam that new endpoints take; the KUnit tests lend their own
 * @mibs: counters
 * @sysctl: settings
 * @ca: congestion control of new sockets; RCU
 * @sysctl_hdr: their registration
 * @up_mutex: guards @up going true
 * @up: @ehash and @ports allocated and hooks registered: done by the first socket
 * @ehash: endpoints by tuple
 * @elocks: its bucket locks
 * @lhash: listeners by port
 * @llock: guards @lhash
 * @hash_seed: of @ehash; jhash as in kernel TCP: twice for each packet
 * @key: of the choice of ports (RFC 6056)
 * @isn_key: secret of the initial sequence numbers (RFC 6528)
 * @cookie_key: secret of the SYN cookies (RFC 4987 3.6)
 * @ports: ports held, by number
 * @port_mutex: one bind at a time
 * @port_lock: guards @ports and the owner lists
 * @next_port: RFC 6056 next_ephemeral; under @port_mutex
 * @udp_hash: datagram sockets by port
 * @udp_lock: guards @udp_hash
 * @tw_count: TIME-WAITs alive
 * @orphans: sockets alive that no file holds
 * @taps: SOCK_RAW sockets, struct mini_packet: changed under RTNL, walked under
 *	RTNL or RCU
 */
struct mini_net {
	struct net *net;
	const struct mini_ip_ops *ip;
	struct mini_mibs __percpu *mibs;
	struct mini_sysctl sysctl;
	const struct mini_ca_ops __rcu *ca;
	struct ctl_table_header *sysctl_hdr;

	struct mutex up_mutex;	/* up going true */
	bool up;

	struct hlist_nulls_head *ehash;
	spinlock_t elocks[MINI_EHASH_LOCKS];	/* chains of ehash */
	struct hlist_head lhash[MINI_LHASH_BUCKETS];
	spinlock_t llock;	/* lhash */
	u32 hash_seed;
	hsiphash_key_t key;
	siphash_key_t isn_key;
	siphash_key_t cookie_key;

	struct hlist_head *ports;
	struct mutex port_mutex;	/* one bind at a time */
	spinlock_t port_lock;	/* ports and their owners */
	u32 next_port;

	struct hlist_head udp_hash[MINI_UDP_BUCKETS];
	spinlock_t udp_lock;	/* udp_hash */

	atomic_t tw_count;
	atomic_t orphans;

	struct hlist_head taps;
};

extern unsigned int mini_net_id;

static inline struct mini_net *mini_pernet(const struct net *net)
{
	return net_generic(net, mini_net_id);
}

/* Has the namespace its tables? They are there for good once they are. */
static inline bool mini_net_is_up(const struct mini_net *mn)
{
	/* pairs with the release in mini_net_up(): tables before the flag */
	return smp_load_acquire(&mn->up);
}

/* mini_family.c: memory of all sockets together */
extern long mini_mem_limits[3];
long mini_mem_pages(void);
bool mini_mem_exceeded(void);

int mini_sysctl_net_init(struct mini_net *mn);
void mini_sysctl_net_exit(struct mini_net *mn);
void mini_sysctl_nets(bool ready);
int mini_diag_init(int family);
void mini_diag_exit(void);
int mini_proc_net_init(struct mini_net *mn);
void mini_proc_net_exit(struct mini_net *mn);

#endif /* _MINI_NET_H */
