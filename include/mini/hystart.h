/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * HyStart++, RFC 9406, and ACK trains: a slow start that ends before loss
 * does. Pure.
 */
#ifndef _MINI_HYSTART_H
#define _MINI_HYSTART_H

#include <linux/types.h>

struct mini_cc;
struct mini_ca_ack;

/**
 * struct mini_hystart - variables of RFC 9406 4.2
 * @window_end: windowEnd: SND.NXT when this round began
 * @last_min_us: lastRoundMinRTT
 * @cur_min_us: currentRoundMinRTT
 * @css_base_us: cssBaselineMinRtt; infinite but in Conservative Slow Start
 * @samples: rttSampleCount, not counted beyond what is asked for
 * @first_us: when the first ACK of this round's train came, low half of it
 * @train_us: and the last
 * @css_rounds: rounds of Conservative Slow Start that are over
 * @begun: the first round has begun
 *
 * Infinite is U32_MAX.
 */
struct mini_hystart {
	u32 window_end;
	u32 last_min_us;
	u32 cur_min_us;
	u32 css_base_us;
	u32 first_us;
	u32 train_us;
	u8 samples;
	u8 css_rounds;
	bool begun;
};

void mini_hystart_init(struct mini_hystart *h);
bool mini_hystart_on_ack(struct mini_hystart *h, struct mini_cc *cc,
			 const struct mini_ca_ack *a);
bool mini_hystart_train(struct mini_hystart *h, struct mini_cc *cc,
			const struct mini_ca_ack *a);

#endif /* _MINI_HYSTART_H */
