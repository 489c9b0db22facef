/* SPDX-License-Identifier: GPL-2.0-only */
/* Every number that an RFC fixes, with the place that fixes it. Pure. */
#ifndef _MINI_PARAM_H
#define _MINI_PARAM_H

#include <linux/types.h>

#define MINI_USEC_PER_MSEC	1000U
#define MINI_USEC_PER_SEC	1000000U
#define MINI_NSEC_PER_USEC	1000U
#define MINI_NSEC_PER_SEC	1000000000U

/* RFC 9293 3.7.1: "If an MSS option is not received ... assume 536" */
#define MINI_MSS_DEFAULT	536U
/* A peer that names a smaller one gets this: header per octet has a limit */
#define MINI_MSS_MIN		88U
/* RFC 9293 3.7.1: MSS sent is MMS_R less 20; MMS_R is the MTU less 20 */
#define MINI_IP_HLEN		20U
#define MINI_TCP_HLEN		20U
/* both, without options: by which an MTU is more than an MSS */
#define MINI_HLEN		(MINI_IP_HLEN + MINI_TCP_HLEN)
/* RFC 1191 3: no path MTU below 68; below 552 we would rather fragment */
#define MINI_MTU_MIN		68U

/* RFC 7323 2.2: the shift count is at most 14 */
#define MINI_WSCALE_MAX		14U
#define MINI_WND_UNSCALED_MAX	65535U

/* RFC 7323 5.5: idle for longer, and TS.Recent is not to be trusted */
#define MINI_PAWS_24DAYS_US	(24ULL * 86400 * MINI_USEC_PER_SEC)

/* RFC 6298 2.1: "the sender SHOULD set RTO <- 1 second" */
#define MINI_RTO_INIT_US	(1U * MINI_USEC_PER_SEC)
/*
 * RFC 6298 2.4 rounds RTO up to a second, which would make every tail loss
 * dear. As in Linux it is SRTT and at least this much, what the peer may delay
 * an ACK (MINI_DELACK_WORST_US).
 */
#define MINI_RTO_MIN_US		(200U * MINI_USEC_PER_MSEC)
/* RFC 6298 2.5: "at least 60 seconds" */
#define MINI_RTO_MAX_US		(120U * MINI_USEC_PER_SEC)
/* RFC 8985 6.2: min_RTT over a window; paths change within minutes */
#define MINI_MIN_RTT_US		(150ULL * MINI_USEC_PER_SEC)
/* net.mini.tcp_early_retrans: below, other kernels did other things once */
#define MINI_EARLY_RETRANS_TLP	3
/* RFC 6298 5.7: after a lost SYN, data starts with 3 seconds */
#define MINI_RTO_SYN_LOST_US	(3U * MINI_USEC_PER_SEC)

/* RFC 9293 3.8.6.3: "an ACK should not be excessively delayed", < 0.5 s */
#define MINI_ATO_MIN_US		(40U * MINI_USEC_PER_MSEC)
/* RFC 8985 7.2: the longest that a peer is thought to delay an ACK; or we */
#define MINI_DELACK_WORST_US	(200U * MINI_USEC_PER_MSEC)
/* Segments that one ACK may be for while a reader is on his way */
#define MINI_ACK_SEGS		16U
/* Segments ACKed at once at most while the peer seems to be in slow start */
#define MINI_QUICKACKS		16U
/* RFC 3168: and after a mark, for its window may be down to one segment */
#define MINI_QUICKACKS_ECN	2U

/* tcp(7): "a 200 millisecond ceiling on the time for which output is corked" */
#define MINI_CORK_US		(200U * MINI_USEC_PER_MSEC)

/* RFC 9293 3.4.2, 3.6.1: TIME-WAIT lasts 2 MSL; MSL is 30 s, as in Linux */
#define MINI_2MSL_US		(60U * MINI_USEC_PER_SEC)

/* As Linux: segments of window that a socket may offer when memory is short */
#define MINI_WND_PRESSED_SEGS	4U

/* Segments to gather while probes of the path's MTU (RFC 4821) are cut of them */
#define MINI_PROBE_GOAL_SEGS	16U

/* RFC 6928 2: min (10*MSS, max (2*MSS, 14600)) */
#define MINI_IW_SEGS		10U
#define MINI_IW_BYTES		14600U

/* RFC 5681 3.1: ssthresh starts "arbitrarily high" */
#define MINI_SSTHRESH_NONE	0x7fffffffU
/* RFC 5681 (4): "max (FlightSize / 2, 2*SMSS)" */
#define MINI_SSTHRESH_MIN_SEGS	2U
/* No window of the peer is larger (RFC 7323 2.2), so cwnd need not be */
#define MINI_CWND_MAX		(MINI_WND_UNSCALED_MAX << MINI_WSCALE_MAX)
/*
 * Segments that one ACK may add to cwnd in slow start, unless they are paced.
 * RFC 5681 says one, RFC 3465 two; RFC 9406 4.3 says eight, for receivers whose
 * device gathers segments ACK many of them at once.
 */
#define MINI_SLOW_START_SEGS	8U

/* Where a queue below does the waiting, it is told so much before the time */
#define MINI_PACE_AHEAD_US	(2U * MINI_USEC_PER_MSEC)
/* Segments of one packet to IP, at least, however slow: as Linux has it */
#define MINI_PACE_SEGS_MIN	2U

/* RFC 9406 4.3, HyStart++ */
#define MINI_MIN_RTT_THRESH_US	(4U * MINI_USEC_PER_MSEC)
#define MINI_MAX_RTT_THRESH_US	(16U * MINI_USEC_PER_MSEC)
#define MINI_MIN_RTT_DIVISOR	8U
#define MINI_N_RTT_SAMPLE	8U
#define MINI_CSS_GROWTH_DIVISOR	4U
#define MINI_CSS_ROUNDS		5U
/* and ACK trains, as in Linux: gap that ends one, what devices add, windows */
#define MINI_TRAIN_GAP_US	(2U * MINI_USEC_PER_MSEC)
#define MINI_TRAIN_SLACK_US	(1U * MINI_USEC_PER_MSEC)
#define MINI_TRAIN_LOW_SEGS	16U

/* RFC 5681 3.2: "the arrival of 3 duplicate ACKs" */
#define MINI_DUPACKS		3U

/* RFC 5961 7: challenge ACKs are throttled, per connection; the least interval */
#define MINI_CHALLENGE_MS	500U

/* RFC 9293 3.8.4: keep-alive idle time of two hours or more */
#define MINI_KEEPIDLE_S		7200U
#define MINI_KEEPINTVL_S	75U
#define MINI_KEEPCNT		9U

/* TCP header flags, the octet as it stands in the header */
#define MINI_FIN	0x01
#define MINI_SYN	0x02
#define MINI_RST	0x04
#define MINI_PSH	0x08
#define MINI_ACK	0x10
#define MINI_URG	0x20
#define MINI_ECE	0x40
#define MINI_CWR	0x80

#endif /* _MINI_PARAM_H */
