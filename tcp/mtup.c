// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packetization layer path MTU discovery (RFC 4821). Pure.
 *
 * Where ICMP is filtered, packets that are too large vanish: a black hole. A
 * connection that comes to a full stop falls back to an MTU that is safe, and
 * further when that does not help. From there a binary search goes up: a
 * segment that is larger than the others is a probe. When it arrives, its size
 * works; when it alone is lost, it does not, and no congestion is to blame.
 */
#include <linux/minmax.h>
#include <linux/string.h>
#include <mini/mtup.h>
#include <mini/param.h>
#include <mini/seq.h>

/**
 * mini_mtup_init() - a connection begins
 * @m: state
 * @on: search from the start
 * @base: MTU that should work everywhere (7.2)
 * @high: what both ends could take
 * @now_us: time
 */
void mini_mtup_init(struct mini_mtup *m, bool on, u32 base, u32 high,
		    u64 now_us)
{
	memset(m, 0, sizeof(*m));
	m->on = on;
	m->high = min_t(u32, high, U16_MAX);
	m->low = min_t(u32, base, m->high);
	m->since_us = now_us;
}

/**
 * mini_mtup_limit() - the MTU to send by
 * @m: state
 * @mtu: what the route says
 */
u32 mini_mtup_limit(const struct mini_mtup *m, u32 mtu)
{
	return m->on ? min_t(u32, mtu, m->low) : mtu;
}

/**
 * mini_mtup_stuck() - nothing gets through any more (7.7)
 * @m: state
 * @base: as of mini_mtup_init()
 * @floor: and no lower than this
 * @now_us: time
 *
 * The first time to @low, then to half of the segment each time.
 */
void mini_mtup_stuck(struct mini_mtup *m, u32 base, u32 floor, u64 now_us)
{
	m->probe = 0;
	if (m->on)
		m->low = max(min((m->low - MINI_HLEN) / 2 + MINI_HLEN, base), floor);
	m->on = true;
	m->since_us = now_us;
}

/**
 * mini_mtup_next() - how large should the next probe be?
 * @m: state
 * @high: what both ends could take
 * @enough: octets between the bounds that are not worth a probe
 * @interval_us: time after which the search begins anew: the path may be
 *	another
 * @now_us: time
 *
 * Return: MTU; 0 for no probe.
 */
u32 mini_mtup_next(struct mini_mtup *m, u32 high, u32 enough, u64 interval_us,
		   u64 now_us)
{
	if (!m->on || m->probe)
		return 0;
	if (m->low + enough <= m->high)
		return (m->low + m->high + 1) / 2;
	if (now_us - m->since_us >= interval_us) {
		m->high = min_t(u32, high, U16_MAX);
		m->since_us = now_us;
	}
	return 0;
}

/**
 * mini_mtup_sent() - a probe leaves
 * @m: state
 * @size: MTU
 * @start: number of its first octet
 * @end: one past its last
 */
void mini_mtup_sent(struct mini_mtup *m, u32 size, u32 start, u32 end)
{
	m->probe = size;
	m->start = start;
	m->end = end;
}

/**
 * mini_mtup_acked() - SND.UNA has moved
 * @m: state
 * @una: SND.UNA
 *
 * Return: true when the probe has arrived (7.6.1): @low is larger.
 */
bool mini_mtup_acked(struct mini_mtup *m, u32 una)
{
	if (!m->probe || seq_lt(una, m->end))
		return false;
	m->low = m->probe;
	m->probe = 0;
	return true;
}

/**
 * mini_mtup_failed() - something is lost
 * @m: state
 * @una: SND.UNA
 * @lost: octets that are
 *
 * Return: true when it is the probe and nothing else (7.6.2): @high is lower.
 */
bool mini_mtup_failed(struct mini_mtup *m, u32 una, u32 lost)
{
	if (!m->probe || una != m->start || lost != m->end - m->start)
		return false;
	m->high = m->probe - 1;
	m->probe = 0;
	return true;
}
