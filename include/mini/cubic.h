/* SPDX-License-Identifier: GPL-2.0-only */
/* CUBIC, RFC 9438: what tcp/cubic.c keeps in struct mini_cc's @priv. Pure. */
#ifndef _MINI_CUBIC_H
#define _MINI_CUBIC_H

#include <linux/types.h>
#include <mini/hystart.h>

/**
 * struct mini_cubic_epoch - a congestion avoidance stage (RFC 9438 4.1.2)
 * @w_max: W_max, octets; 0 when nobody knows, and the stage will begin there
 * @w_est: W_est, octets; 0 as long as the stage has not begun
 * @cwnd_prior: cwnd_prior, octets
 * @k_us: K
 * @t_us: t; the clock stands while cwnd does not hold the sender back
 */
struct mini_cubic_epoch {
	u32 w_max;
	u32 w_est;
	u32 cwnd_prior;
	u32 k_us;
	u64 t_us;
};

/**
 * struct mini_cubic - state of one connection
 * @now: the stage that is going on, or comes next
 * @undo: the one that the last congestion ended
 * @last_us: time of the last ACK in congestion avoidance
 * @cwnd_part: growth of cwnd below an octet, in parts of 1/cwnd
 * @est_part: growth of W_est below an octet, in parts of 1/(17 * cwnd)
 * @idle: nothing was in flight for some time since @last_us
 * @hs: the first slow start
 */
struct mini_cubic {
	struct mini_cubic_epoch now;
	struct mini_cubic_epoch undo;
	u64 last_us;
	u64 cwnd_part;
	u64 est_part;
	bool idle;
	struct mini_hystart hs;
};

u32 mini_cubic_root(u64 x);
u32 mini_cubic_k_us(u32 octets, u32 mss);
u32 mini_cubic_window(const struct mini_cubic_epoch *e, u64 t_us, u32 mss);

#endif /* _MINI_CUBIC_H */
