#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
RFC 9438 as it stands, in segments and seconds, to hold tcp/cubic.c against.

    tests/kunit/cubic_model.py >tests/kunit/cubic_model.h

makes the tables of cubic_test.c anew; scripts/check does so, and compares.
Nothing here is taken from tcp/cubic.c, and its arithmetic is another: floating
point for the windows, exact fractions for the curve.
"""
from fractions import Fraction

C = 0.4
BETA = 0.7
ALPHA = 3 * (1 - BETA) / (1 + BETA)

# name, kind, mss, rtt_us, cwnd before, W_max before, segments per ACK, rounds
CURVES = [
    ("concave, then convex", "loss", 1460, 100_000, 100, 0, 1, 100),
    ("long and fat", "loss", 1460, 200_000, 5000, 0, 1, 160),
    ("short: as Reno", "loss", 1460, 10_000, 20, 0, 1, 60),
    ("two segments", "loss", 1460, 50_000, 3, 0, 1, 60),
    ("fast convergence", "loss", 1460, 100_000, 100, 150, 1, 80),
    ("more than last time", "loss", 1460, 100_000, 100, 80, 1, 80),
    ("ACK of two segments", "loss", 1460, 50_000, 200, 0, 2, 120),
    ("jumbo frames", "loss", 9000, 100_000, 100, 0, 1, 80),
    ("small segments", "loss", 536, 100_000, 400, 0, 1, 80),
    ("half of 1.5 per round", "loss", 1460, 2_000_000, 10, 0, 1, 12),
    ("after a timeout", "timeout", 1460, 100_000, 100, 0, 1, 80),
    ("slow start lost nothing", "start", 1460, 100_000, 64, 0, 1, 60),
]

ROOTS = [(1, 1460), (1460, 1460), (43_800, 1460), (438_000, 1460),
         (2_190_000, 1460), (30_000_000, 1460), (322_000_000, 1460),
         (1_073_725_440, 1460), (1_073_725_440, 88), (264, 88),
         (1_073_725_440, 65_483), (9000, 9000), (900_000, 9000)]

WINDOWS = [(146_000, 4_217_163, 1460), (7_300_000, 15_536_163, 1460),
           (100_000, 0, 536), (900_000, 4_217_163, 9000),
           (1_000_000_000, 122_000_000, 1460)]


class Cubic:
    """Section 4, with its names; one method for each of its parts."""

    def __init__(self, kind, cwnd, w_max):
        self.w_max = w_max
        self.cwnd_prior = cwnd
        if kind == "loss":                       # 4.6, 4.7
            self.w_max = cwnd if cwnd >= w_max else cwnd * (1 + BETA) / 2
            cwnd = max(cwnd * BETA, 2)
        elif kind == "timeout":                  # 4.8, slow start being over
            cwnd = max(cwnd * BETA, 2)
            self.w_max = cwnd
        else:                                    # 4.10
            self.w_max = cwnd
        self.cwnd = cwnd
        self.w_est = cwnd
        self.k = ((self.w_max - cwnd) / C) ** (1 / 3)

    def w_cubic(self, t):
        return C * (t - self.k) ** 3 + self.w_max

    def on_ack(self, t, rtt, segments):
        alpha = ALPHA if self.w_est < self.cwnd_prior else 1
        self.w_est += alpha * segments / self.cwnd
        if self.w_cubic(t) < self.w_est:         # 4.3
            self.cwnd = self.w_est
            return
        target = min(max(self.w_cubic(t + rtt), self.cwnd), 1.5 * self.cwnd)
        self.cwnd += (target - self.cwnd) / self.cwnd * segments


def curve(kind, mss, rtt_us, cwnd, w_max, per_ack, rounds):
    """cwnd in octets after each round; ACKs are spread over the round."""
    m = Cubic(kind, cwnd, w_max)
    now_us, begin_us = 0, None
    points = []
    for _ in range(rounds):
        acks = max(int(m.cwnd) // per_ack, 1)
        for i in range(acks):
            at_us = now_us + i * rtt_us // acks
            if begin_us is None:
                begin_us = at_us
            m.on_ack((at_us - begin_us) / 1e6, rtt_us / 1e6, per_ack)
        now_us += rtt_us
        points.append(round(m.cwnd * mss))
    return points


def root(x):
    """Largest integer whose cube is not above x, by halving an interval."""
    low, high = 0, 1
    while high ** 3 <= x:
        high *= 2
    while high - low > 1:
        mid = (low + high) // 2
        low, high = (mid, high) if mid ** 3 <= x else (low, mid)
    return low


def k_us(octets, mss):
    return root(octets * 10 ** 18 * 5 // (2 * mss))


def window(w_max, k, mss, t):
    w = w_max + Fraction(2 * mss * (t - k) ** 3, 5 * 10 ** 18)
    return int(min(max(w, 0), 65535 << 14))


def rows(values):
    """Six to a line."""
    for i in range(0, len(values), 6):
        print("\t\t" + " ".join(f"{v}," for v in values[i:i + 6]))


def print_curves():
    print("static const struct curve curves[] = {")
    for name, kind, mss, rtt_us, cwnd, w_max, per_ack, rounds in CURVES:
        every = max(rounds // 12, 1)
        points = curve(kind, mss, rtt_us, cwnd, w_max, per_ack, rounds)
        points = points[every - 1::every]
        print(f'\t{{ "{name}", CURVE_{kind.upper()}, {mss}, {rtt_us},')
        print(f"\t  {cwnd}, {w_max}, {per_ack}, {every}, {len(points)}, {{")
        rows(points)
        print("\t} },")
    print("};\n")


def print_table(struct, name, lines):
    print(f"static const struct {struct} {name}[] = {{")
    for line in lines:
        print("\t{ " + ", ".join(str(v) for v in line) + " },")
    print("};")


def main():
    print("/* SPDX-License-Identifier: GPL-2.0-only */")
    print("/* Made by tests/kunit/cubic_model.py, which says how: not by hand. */\n")
    print_curves()
    print_table("k_row", "k_rows", [(o, m, k_us(o, m)) for o, m in ROOTS])
    print()
    print_table("window_row", "window_rows",
                [(w, k, m, t, window(w, k, m, t)) for w, k, m in WINDOWS
                 for t in (0, 1, 999_999, 2_000_000, k, k + 1_000_000,
                           k + 60_000_000, k + 600_000_000)])


main()
