/* SPDX-License-Identifier: GPL-2.0-only */
/* The header of put_unaligned_be32() and its kin, which has moved. Pure. */
#ifndef _MINI_UNALIGNED_H
#define _MINI_UNALIGNED_H

#if __has_include(<linux/unaligned.h>)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#endif /* _MINI_UNALIGNED_H */
