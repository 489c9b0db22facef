// SPDX-License-Identifier: GPL-2.0-only
/*
 * A congestion control for AF_MINI in a module of its own: additive increase,
 * multiplicative decrease, with numbers to play with. See README.md.
 *
 * Each round trip adds @add segments to the window, each congestion takes it
 * down to @beta percent of what was in flight. add=1 beta=50 is Reno.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/build_bug.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <mini/ca.h>

static unsigned int add = 1;
module_param(add, uint, 0644);
MODULE_PARM_DESC(add, "segments that each round trip adds");

static unsigned int beta = 50;
module_param(beta, uint, 0644);
MODULE_PARM_DESC(beta, "percent of the flight that congestion leaves");

/* Ours alone in each connection's struct mini_cc, and zero when it begins */
struct aimd {
	u64 part;	/* growth that is no whole octet yet, parts of 1/cwnd */
};

/* For every ACK of new data that is not part of a fast recovery */
static void aimd_on_ack(struct mini_cc *cc, const struct mini_ca_ack *a)
{
	struct aimd *aimd = mini_cc_priv(cc);
	u32 acked = a->acked, rest;

	if (!a->limited)	/* what was not used has not been tested */
		return;
	if (cc->cwnd < cc->ssthresh)
		acked = mini_cc_slow_start(cc, acked);
	/* cwnd octets ACKed are a round trip: add * mss * acked / cwnd */
	aimd->part += (u64)acked * min(add, 100U) * cc->mss;
	mini_cc_grow(cc, div_u64_rem(aimd->part, cc->cwnd, &rest));
	aimd->part = rest;
}

/* Once for each window in which something was lost, or marked */
static u32 aimd_ssthresh(struct mini_cc *cc, u32 flight)
{
	return div_u64((u64)flight * min(beta, 100U), 100);
}

static struct mini_ca_ops aimd_ops = {
	.name		= "aimd",
	.owner		= THIS_MODULE,	/* so that rmmod waits for sockets */
	.on_ack		= aimd_on_ack,
	.ssthresh	= aimd_ssthresh,
};

static int __init aimd_init(void)
{
	BUILD_BUG_ON(sizeof(struct aimd) > MINI_CA_PRIV_SIZE);
	return mini_ca_register(&aimd_ops);
}

static void __exit aimd_exit(void)
{
	mini_ca_unregister(&aimd_ops);
}

module_init(aimd_init);
module_exit(aimd_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("AIMD congestion control, an example for AF_MINI");
