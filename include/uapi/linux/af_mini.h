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

#endif /* _UAPI_LINUX_AF_MINI_H */
