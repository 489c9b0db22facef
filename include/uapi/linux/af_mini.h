/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
#ifndef _UAPI_LINUX_AF_MINI_H
#define _UAPI_LINUX_AF_MINI_H

/*
 * No number above AF_MAX can be registered and no number below it is left
 * over for strangers, so the family sits in a slot that no stock kernel
 * fills (AF_ASH). The module parameter "family" moves it.
 */
#define AF_MINI		18
#define PF_MINI		AF_MINI

/* The twin row: the same TCP under an experimental IP protocol (RFC 3692). */
#define IPPROTO_MINI	253

/* Level of the options that this family alone has */
#define SOL_MINI	IPPROTO_MINI

/*
 * SO_REUSEPORT of socket(7), which older kernels refuse to families that are
 * not theirs: several sockets of one user may bind and listen on a port, and
 * a hash of the connection chooses among them. An int, 0 or not.
 */
#define MINI_REUSEPORT	1

#endif /* _UAPI_LINUX_AF_MINI_H */
