/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's kselftest_harness.h and two ways to run less than everything:
 *   AF_MINI_ONLY="inet mini"	only these variants (on a host without us: inet)
 *   ./bind 'port_*'		only tests whose name matches one of the globs
 */
#ifndef MINI_HARNESS_H
#define MINI_HARNESS_H

#include <kselftest_harness.h>
#include <fnmatch.h>
#include "common.h"

/* Seconds: a test that hangs must end, one that waits (WAIT_MS) must not */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	120

static bool variant_wanted(const char *name)
{
	const char *only = getenv("AF_MINI_ONLY");
	size_t len = strlen(name);
	const char *p;

	if (!only || !*only)
		return true;
	for (p = only; (p = strstr(p, name)); p += len) {
		if ((p == only || strchr(" ,", p[-1])) &&
		    (!p[len] || strchr(" ,", p[len])))
			return true;
	}
	return false;
}

static bool test_wanted(const char *name, char **globs)
{
	if (!*globs)
		return true;
	for (; *globs; globs++) {
		if (!fnmatch(*globs, name, 0))
			return true;
	}
	return false;
}

static void fixture_filter(struct __fixture_metadata *f, char **globs)
{
	struct __fixture_variant_metadata **v = &f->variant;
	struct __test_metadata **t = &f->tests;

	while (*v) {
		if (variant_wanted((*v)->name))
			v = &(*v)->next;
		else
			*v = (*v)->next;
	}
	while (*t) {
		if (f->variant && test_wanted((*t)->name, globs))
			t = &(*t)->next;
		else
			*t = (*t)->next;
	}
}

static int filtered_harness_run(int argc, char **argv)
{
	struct __fixture_metadata *f;

	for (f = __fixture_list; f; f = f->next)
		fixture_filter(f, argv + 1);
	return test_harness_run(argc, argv);
}

/* TEST_HARNESS_MAIN calls it by this name */
#define test_harness_run(argc, argv) filtered_harness_run(argc, argv)

#define ROW_INET	{ AF_INET, 0 }
#define ROW_MINI	{ AF_MINI, 0 }
#define ROW_MINI253	{ AF_MINI, IPPROTO_MINI }

#endif /* MINI_HARNESS_H */
