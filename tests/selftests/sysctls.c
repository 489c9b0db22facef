// SPDX-License-Identifier: GPL-2.0-only
/*
 * net.mini.tcp_* against net.ipv4.tcp_*: what of kernel TCP's settings is there,
 * and what it is by default. What may differ stands in tables, and with its
 * reasons in docs/differences.md.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include "mini_harness.h"

enum { INET, MINI, FAMILIES };

static const char * const folders[FAMILIES] = {
	"/proc/sys/net/ipv4", "/proc/sys/net/mini",
};

/* In the first namespace: kernel TCP has some of them only there */
FIXTURE(sysctls) { };

FIXTURE_VARIANT(sysctls) {
	struct row row;
};

FIXTURE_VARIANT_ADD(sysctls, mini) { .row = ROW_MINI };

FIXTURE_SETUP(sysctls)
{
	if (variant->row.domain != AF_MINI)
		SKIP(return, "nothing to compare");
}

FIXTURE_TEARDOWN(sysctls)
{
}

/* Kernel TCP has it, and we have not */
static const char * const left_out[] = {
	"tcp_adv_win_scale", "tcp_allowed_congestion_control", "tcp_app_win",
	"tcp_available_ulp", "tcp_backlog_ack_defer",
	"tcp_challenge_ack_limit",
	"tcp_child_ehash_entries", "tcp_comp_sack_delay_ns",
	"tcp_comp_sack_nr", "tcp_comp_sack_rtt_percent",
	"tcp_comp_sack_slack_ns", "tcp_ecn_option", "tcp_ecn_option_beacon",
	"tcp_ehash_entries", "tcp_fack", "tcp_fastopen", "tcp_fastopen_blackhole_timeout_sec",
	"tcp_fastopen_key", "tcp_fwmark_accept", "tcp_l3mdev_accept",
	"tcp_limit_output_bytes", "tcp_low_latency", "tcp_max_reordering",
	"tcp_migrate_req", "tcp_min_rtt_wlen", "tcp_min_snd_mss",
	"tcp_min_tso_segs", "tcp_no_metrics_save",
	"tcp_no_ssthresh_metrics_save", "tcp_pingpong_thresh",
	"tcp_plb_cong_thresh",
	"tcp_plb_enabled", "tcp_plb_idle_rehash_rounds",
	"tcp_plb_rehash_rounds", "tcp_plb_suspend_rto_sec",
	"tcp_rcvbuf_low_rtt", "tcp_reflect_tos", "tcp_reordering",
	"tcp_retrans_collapse", "tcp_rto_max_ms", "tcp_rto_min_us",
	"tcp_shrink_window", "tcp_stdurg", "tcp_syn_linear_timeouts",
	"tcp_thin_linear_timeouts", "tcp_tso_rtt_log",
	"tcp_tso_win_divisor", "tcp_tw_reuse", "tcp_tw_reuse_delay",
	"tcp_workaround_signed_windows", NULL
};

/* Both have it, with another default */
static const char * const other_default[] = {
	"tcp_available_congestion_control", "tcp_orphan_retries",
	"tcp_syn_retries", NULL
};

/* By the memory of the machine, or of a fixed size */
static const char * const by_memory[] = {
	"tcp_max_orphans", "tcp_max_syn_backlog", "tcp_max_tw_buckets",
	"tcp_mem", "tcp_rmem", "tcp_wmem", NULL
};

static bool among(const char * const *list, const char *name)
{
	for (; *list; list++)
		if (!strcmp(*list, name))
			return true;
	return false;
}

static const char *path(int family, const char *name)
{
	static char buf[FAMILIES][128];

	snprintf(buf[family], sizeof(buf[family]), "%s/%s", folders[family],
		 name);
	return buf[family];
}

static bool exists(int family, const char *name)
{
	return !access(path(family, name), F_OK);
}

/* What can be read, without the end of the line */
static bool value(int family, const char *name, char *buf, size_t size)
{
	int fd = open(path(family, name), O_RDONLY);
	ssize_t n = read(fd, buf, size - 1);

	close(fd);
	if (n < 1)
		return false;
	buf[n - 1] = '\0';
	return true;
}

typedef void (*check_fn)(struct __test_metadata *_metadata, const char *name);

static void each(struct __test_metadata *_metadata, int family, check_fn check)
{
	DIR *dir = opendir(folders[family]);
	struct dirent *d;

	ASSERT_NE(NULL, dir);
	while ((d = readdir(dir)))
		if (!strncmp(d->d_name, "tcp_", 4))
			check(_metadata, d->d_name);
	closedir(dir);
}

static void is_known(struct __test_metadata *_metadata, const char *name)
{
	EXPECT_NE(among(left_out, name), exists(MINI, name))
		TH_LOG("%s", name);
}

static void is_theirs(struct __test_metadata *_metadata, const char *name)
{
	/* that one is there with CONFIG_SYN_COOKIES only */
	EXPECT_TRUE(exists(INET, name) || !strcmp(name, "tcp_syncookies"))
		TH_LOG("%s", name);
}

TEST_F(sysctls, named_as_tcps)
{
	each(_metadata, INET, is_known);
	each(_metadata, MINI, is_theirs);
}

static void same_default(struct __test_metadata *_metadata, const char *name)
{
	char v[FAMILIES][256];

	if (!exists(INET, name) || among(by_memory, name))
		return;
	ASSERT_TRUE(value(INET, name, v[INET], sizeof(v[INET])));
	ASSERT_TRUE(value(MINI, name, v[MINI], sizeof(v[MINI])));
	EXPECT_NE(among(other_default, name), !strcmp(v[INET], v[MINI]))
		TH_LOG("%s: inet %s, mini %s", name, v[INET], v[MINI]);
}

TEST_F(sysctls, defaults)
{
	each(_metadata, MINI, same_default);
}

TEST_HARNESS_MAIN
