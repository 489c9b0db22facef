/* SPDX-License-Identifier: GPL-2.0-only */
/* Two of our endpoints, joined by a link that has every fault a seed gives it */
#ifndef _MINI_TEST_LINK_H
#define _MINI_TEST_LINK_H

#include <linux/prandom.h>
#include <linux/wait.h>
#include "harness.h"

#define MINI_LINK_NEVER		U64_MAX
/* packets and ICMP messages on their way; more are lost */
#define MINI_LINK_EVENTS	4096U

/* what the link does to a packet that is to be cut into segments */
enum mini_link_cut {
	MINI_LINK_WHOLE,	/* nothing: one packet, as on lo and veth */
	MINI_LINK_CUT,		/* each segment a packet, as on Ethernet */
	MINI_LINK_MERGE,	/* some segments a packet, as GRO leaves them */
	MINI_LINK_CUTS,
};

/**
 * struct mini_link_profile - the faults out of which a seed chooses
 * @bits: a stream is shorter than 2^@bits octets
 * @delay_us: longest delay of one direction
 * @jitter_us: most that is added to it, for each packet anew: reordering
 * @slow: some links have a rate and a queue that drops its tail
 * @loss: most packets lost, per mille
 * @ack_loss: most ACKs without payload lost, per mille
 * @burst: most bursts of losses, per mille of the packets
 * @dup: most packets that arrive twice, per mille
 * @corrupt: most packets with a wrong checksum, per mille
 * @flip: most packets with wrong bits in the header that no checksum sees,
 *	per mille. Anything may happen to the connection then.
 * @mark: most packets of who uses ECN that are marked, per mille
 * @dark: some links carry nothing for a while
 * @mtu: some links have another MTU from some moment on, and say so by ICMP
 * @silent: of those some do not say so
 * @tiny: some buffers are as small as they can be
 * @lazy: some users are slow
 * @memory: of some links the sockets find memory short, or none, now and then
 *
 * Of each fault half of the links have none.
 */
struct mini_link_profile {
	u32 bits;
	u32 delay_us;
	u32 jitter_us;
	u32 loss;
	u32 ack_loss;
	u32 burst;
	u32 dup;
	u32 corrupt;
	u32 flip;
	u32 mark;
	bool slow;
	bool dark;
	bool mtu;
	bool silent;
	bool tiny;
	bool lazy;
	bool memory;
};

/**
 * struct mini_link_path - one direction of the link
 * @delay_us: of each packet
 * @jitter_us: at most this is added
 * @rate: octets per millisecond, 0 for no limit
 * @queue: octets that may wait for @rate
 * @loss: of packets with payload, SYN or FIN, per mille
 * @ack_loss: of others, per mille
 * @burst: beginnings of bursts, per mille
 * @burst_len: most packets of a burst
 * @dup: per mille
 * @corrupt: per mille
 * @flip: per mille
 * @mark: per mille
 * @mtu: octets with the IP header
 * @mtu_later: the same from @mtu_at_us on
 * @mtu_at_us: when
 * @dark_from_us: nothing gets through from here
 * @dark_until_us: to here
 * @cut: of packets for GSO
 * @copy: others arrive as copies, and not as clones of what the sender keeps
 * @busy_us: when the last packet of the queue has left
 * @burst_left: packets that this burst will yet take
 * @silent: no ICMP comes from it
 * @row: packets lost one after the other
 * @packets: how many came
 * @lost: how many of them got lost, for whatever reason
 */
struct mini_link_path {
	u32 delay_us;
	u32 jitter_us;
	u32 rate;
	u32 queue;
	u32 loss;
	u32 ack_loss;
	u32 burst;
	u32 burst_len;
	u32 dup;
	u32 corrupt;
	u32 flip;
	u32 mark;
	u32 mtu;
	u32 mtu_later;
	u64 mtu_at_us;
	u64 dark_from_us;
	u64 dark_until_us;
	enum mini_link_cut cut;
	bool copy;
	u64 busy_us;
	bool silent;
	u32 burst_left;
	u32 row;
	u32 packets;
	u32 lost;
};

/**
 * struct mini_link_app - the user of one end, and what it has in mind
 * @total: octets to write
 * @done: octets written
 * @salt: where in the pattern the stream begins
 * @write_max: most octets of one write
 * @write_pause_us: rest after each write
 * @got: octets read
 * @read_max: most octets of one read
 * @read_pause_us: rest after each read
 * @more: writes with MSG_MORE, per mille
 * @patient: does not close its side before the other has
 * @nodelay: TCP_NODELAY
 * @wait_us: a server accepts this late
 * @connected: connect() or accept() is done
 * @eof: the end of the other's stream was read
 * @shut: our side is closed
 * @closed: and the socket too
 * @wake: the engine has something for it
 * @at_us: when it does something next
 * @wait: how the engine wakes it
 * @hears: socket that it waits for
 */
struct mini_link_app {
	u32 total;
	u32 done;
	u32 salt;
	u32 write_max;
	u32 write_pause_us;
	u32 got;
	u32 read_max;
	u32 read_pause_us;
	u32 more;
	u32 wait_us;
	bool patient;
	bool nodelay;
	bool connected;
	bool eof;
	bool shut;
	bool closed;
	bool wake;
	u64 at_us;
	wait_queue_entry_t wait;
	struct socket *hears;
};

/**
 * struct mini_link_law - what the link has seen of one end
 * @synced: it has sent a SYN
 * @edge_known: it has offered a window
 * @peer_edge_known: a window offered by the other end has arrived
 * @ws: its SYN's option, MINI_T_WS(shift)
 * @mss: its SYN's option
 * @max: one past the highest number that it sent
 * @edge: right edge that it offered
 * @peer_edge: highest right edge that reached it
 * @timeout_us: when its timeout is due, or its probe of a shut window
 * @fresh: segments that it sent with something new
 * @retrans: and those with nothing new
 */
struct mini_link_law {
	bool synced;
	bool edge_known;
	bool peer_edge_known;
	u8 ws;
	u16 mss;
	u32 max;
	u32 edge;
	u32 peer_edge;
	u64 timeout_us;
	u32 fresh;
	u32 retrans;
};

/**
 * struct mini_link_end - one end
 * @tuple: the connection, seen from here
 * @iss: its ISS
 * @mtu: of its route
 * @gso: its device takes large packets
 * @rcvbuf: of its socket, 0 for the usual one
 * @sndbuf: of its socket, 0 for the usual one
 * @sock: the user's
 * @sk: the engine's, with a reference of ours, from its first segment on
 * @app: the user
 * @law: what it must keep to
 */
struct mini_link_end {
	struct mini_tuple tuple;
	u32 iss;
	u32 mtu;
	bool gso;
	u32 rcvbuf;
	u32 sndbuf;
	struct socket *sock;
	struct sock *sk;
	struct mini_link_app app;
	struct mini_link_law law;
};

enum {
	MINI_LINK_A,	/* connects */
	MINI_LINK_B,	/* accepts */
};

/**
 * struct mini_link_event - something under way
 * @at_us: when it arrives
 * @nr: which was first, of two at once
 * @to: end
 * @skb: packet, or NULL for an ICMP message
 * @mtu: of that message
 * @seq: what it quotes
 */
struct mini_link_event {
	u64 at_us;
	u32 nr;
	u8 to;
	u16 mtu;
	u32 seq;
	struct sk_buff *skb;
};

/**
 * struct mini_link_sum - what a case has seen
 * @links: connections
 * @octets: delivered
 * @packets: on the links
 * @lost: of those
 * @retrans: segments sent again
 * @virtual_us: time that has passed on the links
 * @failed: connections that broke a rule
 */
struct mini_link_sum {
	u32 links;
	u64 octets;
	u64 packets;
	u64 lost;
	u64 retrans;
	u64 virtual_us;
	u32 failed;
};

/**
 * struct mini_link - the two ends and what lies between
 * @t: the world, whose clock, timers and seam this uses
 * @profile: faults to choose from
 * @rnd: every choice comes from here
 * @seed: and that from here
 * @verbose: tell all that happens
 * @closing: the connection is over: what is sent now is dropped
 * @start_us: when the connection began
 * @progress_us: when a user has last read something
 * @time_waits: as they were counted before
 * @refused: and segments for which a receive buffer had no room
 * @path: by sender
 * @end: MINI_LINK_A, MINI_LINK_B
 * @anchor: keeps A's port while one connection follows the other
 * @listener: B's
 * @heap: what is under way
 * @nr_heap: how much
 * @serial: events so far
 * @hungry: memory is short now and then
 * @mem: how much of it there is now
 * @wild: headers are tampered with: only survival counts
 * @perfect: it does nothing but delay: no reason to send anything again
 * @over: the connection ends here
 * @steps: packets, timers and users that had their turn
 * @broken: the first rule that was broken; empty while there is none
 * @sum: of the case
 */
struct mini_link {
	struct mini_t *t;
	const struct mini_link_profile *profile;
	struct rnd_state rnd;
	u32 seed;
	bool verbose;
	bool closing;
	u64 start_us;
	u64 progress_us;
	unsigned long time_waits;
	unsigned long refused;
	struct mini_link_path path[2];
	struct mini_link_end end[2];
	struct socket *anchor;
	struct socket *listener;
	struct mini_link_event heap[MINI_LINK_EVENTS];
	u32 nr_heap;
	u32 serial;
	bool hungry;
	enum mini_t_mem mem;
	bool wild;
	bool perfect;
	bool over;
	u32 steps;
	char broken[96];
	struct mini_link_sum sum;
};

/**
 * struct mini_link_hdr - what a segment says
 * @flags: octet of the header
 * @seq: SEG.SEQ
 * @ack: SEG.ACK
 * @wnd: as it stands there
 * @hlen: octets of the header
 * @len: octets of payload
 * @mss: option, 0 without
 * @ws: MINI_T_WS(shift), 0 without
 */
struct mini_link_hdr {
	u8 flags;
	u32 seq;
	u32 ack;
	u16 wnd;
	u32 hlen;
	u32 len;
	u16 mss;
	u8 ws;
};

static inline u32 mini_link_below(struct mini_link *l, u32 n)
{
	return n ? prandom_u32_state(&l->rnd) % n : 0;
}

static inline bool mini_link_chance(struct mini_link *l, u32 per_mille)
{
	return per_mille && mini_link_below(l, 1000) < per_mille;
}

static inline char mini_link_name(const struct mini_link *l,
				  const struct mini_link_end *e)
{
	return 'A' + (e - l->end);
}

/* link.c: the wire */
void mini_link_world(struct mini_link *l, struct kunit *test);
void mini_link_draw_path(struct mini_link *l, struct mini_link_path *p);
bool mini_link_perfect(const struct mini_link_path *p);
bool mini_link_arrive(struct mini_link *l);
void mini_link_forget(struct mini_link *l);
struct mini_link_end *mini_link_end_of(struct mini_link *l, __be32 laddr);
void mini_link_parse(const struct sk_buff *skb, struct mini_link_hdr *h);

/* link_app.c: the users */
void mini_link_app_draw(struct mini_link *l, struct mini_link_end *e);
int mini_link_app_start(struct mini_link *l);
void mini_link_app_step(struct mini_link *l, struct mini_link_end *e);
u64 mini_link_app_next(struct mini_link *l, struct mini_link_end *e);
void mini_link_app_stop(struct mini_link *l);

/* link_law.c: what must be so */
__printf(3, 4)
void mini_link_break(struct mini_link *l, const struct mini_link_end *e,
		     const char *fmt, ...);
void mini_link_law_tx(struct mini_link *l, struct mini_link_end *e,
		      const struct sock *sk, const struct sk_buff *skb);
void mini_link_law_rx(struct mini_link *l, struct mini_link_end *e,
		      const struct mini_link_hdr *h);
void mini_link_law_step(struct mini_link *l);
void mini_link_law_done(struct mini_link *l);
void mini_link_dump(struct mini_link *l);

#endif /* _MINI_TEST_LINK_H */
