# SPDX-License-Identifier: GPL-2.0-only
# The table of what tests/netns/matrix has measured: medians of what one flow
# gets by itself, and means of what two get that share the way.
#
# Jain's index of AF_MINI beside kernel TCP, and of two of kernel TCP: 1 is an
# equal share. Where losses and not the other flow limit both, it says only that
# one recovers better: then "harm" does, what kernel TCP's flow gets beside
# AF_MINI as a part of what it gets beside its like.
function median(list,	v, n, i, j, x) {
	n = split(list, v, " ")
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && v[j - 1] + 0 > v[j] + 0; j--) {
			x = v[j]; v[j] = v[j - 1]; v[j - 1] = x
		}
	return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}

function jain(x, y) {
	return x + y > 0 ? (x + y) ^ 2 / (2 * (x * x + y * y)) : 0
}

!($1 in seen) { seen[$1] = ++cells; name[cells] = $1 }
$2 == "alone" { inet[$1] = inet[$1] " " $3; mini[$1] = mini[$1] " " $4 }
$2 == "both" { bi[$1] += $3; bm[$1] += $4; nb[$1]++ }
$2 == "kernel" { hi = $3 > $4 ? $3 : $4; lo = $3 + $4 - hi
	ki[$1] += hi; kl[$1] += lo; nk[$1]++ }

END {
	f = "%-22s %9s %9s %6s   %7s %7s %6s %6s %6s\n"
	printf f, "loss/RTT/rate/reorder", "kernel", "AF_MINI", "ratio", "kernel", "AF_MINI", "Jain", "kernel", "harm"
	for (i = 1; i <= cells; i++) {
		c = name[i]
		ratio = median(mini[c]) / median(inet[c])
		ratios = ratios " " ratio
		worst = !worst || ratio < worst ? ratio : worst
		j = jain(bi[c], bm[c])
		h = nk[c] && ki[c] + kl[c] ? (bi[c] / nb[c]) / ((ki[c] + kl[c]) / nk[c] / 2) : 0
		least = !least || j < least ? j : least
		harm = !harm || h < harm ? h : harm
		printf f, c, sprintf("%.2f", median(inet[c])), sprintf("%.2f", median(mini[c])),
			sprintf("%.3f", ratio), sprintf("%.2f", nb[c] ? bi[c] / nb[c] : 0),
			sprintf("%.2f", nb[c] ? bm[c] / nb[c] : 0), sprintf("%.3f", j),
			sprintf("%.3f", jain(ki[c], kl[c])), sprintf("%.3f", h)
	}
	printf "%d cells: median ratio %.3f, worst %.3f; least Jain index %.3f, most harm %.3f\n",
		cells, median(ratios), worst, least, harm
}
