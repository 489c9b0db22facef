// SPDX-License-Identifier: GPL-2.0-only
/* The tracepoints of mini/trace.h, made here once */
#include <net/sock.h>
#define CREATE_TRACE_POINTS
#include <mini/trace.h>
