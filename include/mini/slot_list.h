/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The slots of our tables, in the order in which a call goes through them, for
 * whoever defines SLOT(), HOOK() and CORE() and includes this.
 *
 * SLOT(table, slot, what it is called for)
 * HOOK(table, place in it, slot, what it is called for)
 * CORE(table, slot, what it is called for): a function of the kernel's own, in
 *	which there is nobody to count
 *
 * A new table is its slots here, a row of mini_protosw[] that points to it, an
 * extern in mini/tables.h, and MINI_CALL() first in each of its functions. KUnit
 * (slots_test.c) tells what was forgotten.
 *
 * No guard: it is read once for the numbers and again for the names.
 */
#ifndef SLOT
#define SLOT(table, slot, words)
#endif
#ifndef HOOK
#define HOOK(table, at, slot, words)	SLOT(table, slot, words)
#endif
#ifndef CORE
#define CORE(table, slot, words)	SLOT(table, slot, words)
#endif

SLOT(mini_family_ops, create, "socket(): find a row, make a socket")

SLOT(mini_stream_ops, bind, "bind(): take an address and port")
SLOT(mini_stream_ops, connect, "connect(): open, and wait for it")
SLOT(mini_stream_ops, listen, "listen(): let connections come in")
SLOT(mini_stream_ops, accept, "accept(): hand out one that came")
CORE(mini_stream_ops, getname, "getsockname(), getpeername(): read the tuple")
SLOT(mini_stream_ops, setsockopt, "setsockopt(), as far as not SOL_SOCKET")
CORE(mini_stream_ops, getsockopt, "getsockopt(): straight on to proto.getsockopt")
SLOT(mini_stream_ops, set_rcvlowat, "SO_RCVLOWAT: wake readers later, or now")
CORE(mini_stream_ops, set_peek_off, "SO_PEEK_OFF: where MSG_PEEK goes on")
SLOT(mini_stream_ops, poll, "poll(), select(), epoll: what is ready")
SLOT(mini_stream_ops, sendmsg, "send(), write() and all their kin")
MINI_IF_SENDPAGE(SLOT(mini_stream_ops, sendpage,
		      "sendfile(), splice(): one page of them"))
SLOT(mini_stream_ops, recvmsg, "recv(), read() and all their kin")
SLOT(mini_stream_ops, splice_read, "splice() from the socket to a pipe")
SLOT(mini_stream_ops, ioctl, "ioctl(): queue lengths, and the mark")
CORE(mini_stream_ops, gettstamp, "ioctl(SIOCGSTAMP): when the last packet came")
CORE(mini_stream_ops, mmap, "mmap(): not on such a socket")
CORE(mini_stream_ops, socketpair, "socketpair(): not in this family")
SLOT(mini_stream_ops, shutdown, "shutdown(): close one direction, or both")
SLOT(mini_stream_ops, release, "the last close() of the socket")

SLOT(mini_dgram_ops, bind, "bind(): take an address and port")
SLOT(mini_dgram_ops, connect, "connect(): one peer, or any again")
CORE(mini_dgram_ops, getname, "getsockname(), getpeername()")
SLOT(mini_dgram_ops, setsockopt, "setsockopt(), as far as not SOL_SOCKET")
CORE(mini_dgram_ops, getsockopt, "getsockopt(): straight on to proto.getsockopt")
CORE(mini_dgram_ops, set_peek_off, "SO_PEEK_OFF: where MSG_PEEK goes on")
CORE(mini_dgram_ops, poll, "poll(), select(), epoll: what is ready")
SLOT(mini_dgram_ops, sendmsg, "sendto() and all its kin")
SLOT(mini_dgram_ops, recvmsg, "recvfrom() and all its kin")
SLOT(mini_dgram_ops, ioctl, "ioctl(): queue lengths")
CORE(mini_dgram_ops, gettstamp, "ioctl(SIOCGSTAMP): when the last packet came")
CORE(mini_dgram_ops, mmap, "mmap(): not on such a socket")
CORE(mini_dgram_ops, socketpair, "socketpair(): not in this family")
CORE(mini_dgram_ops, listen, "listen(): not on such a socket")
CORE(mini_dgram_ops, accept, "accept(): not on such a socket")
CORE(mini_dgram_ops, shutdown, "shutdown(): wake those who wait")
SLOT(mini_dgram_ops, release, "the last close() of the socket")

SLOT(mini_packet_ops, bind, "bind(): a device, and a protocol")
SLOT(mini_packet_ops, getname, "getsockname(): the device it is bound to")
SLOT(mini_packet_ops, setsockopt, "memberships, and what frames tell")
SLOT(mini_packet_ops, getsockopt, "statistics, and the options read")
CORE(mini_packet_ops, poll, "poll(), select(), epoll: what is ready")
SLOT(mini_packet_ops, sendmsg, "a whole frame, to a device")
SLOT(mini_packet_ops, recvmsg, "wait for a frame, and copy it")
SLOT(mini_packet_ops, ioctl, "ioctl(): queue lengths")
CORE(mini_packet_ops, gettstamp, "ioctl(SIOCGSTAMP): when the last frame came")
CORE(mini_packet_ops, mmap, "mmap(): there are no rings")
CORE(mini_packet_ops, socketpair, "socketpair(): not in this family")
CORE(mini_packet_ops, connect, "connect(): not on such a socket")
CORE(mini_packet_ops, listen, "listen(): not on such a socket")
CORE(mini_packet_ops, accept, "accept(): not on such a socket")
CORE(mini_packet_ops, shutdown, "shutdown(): not on such a socket")
SLOT(mini_packet_ops, release, "the last close() of the socket")

SLOT(mini_tcp_prot, init, "a fresh socket: set it up")
SLOT(mini_tcp_prot, get_port, "take a port, for bind() and listen()")
SLOT(mini_tcp_prot, connect, "choose route and port, send SYN")
SLOT(mini_tcp_prot, hash, "from now on segments find it")
SLOT(mini_tcp_prot, accept, "wait for the accept queue's first")
SLOT(mini_tcp_prot, setsockopt, "options of TCP, of IP, ours")
SLOT(mini_tcp_prot, getsockopt, "the same options, and TCP_INFO, read")
SLOT(mini_tcp_prot, keepalive, "SO_KEEPALIVE: start its timer, or stop")
SLOT(mini_tcp_prot, sendmsg, "queue octets, send what may leave")
SLOT(mini_tcp_prot, stream_memory_free, "may more be queued (TCP_NOTSENT_LOWAT)?")
SLOT(mini_tcp_prot, recvmsg, "wait for octets, and copy them")
SLOT(mini_tcp_prot, backlog_rcv, "a segment that found the socket owned")
SLOT(mini_tcp_prot, release_cb, "the owner lets go: timers waited")
SLOT(mini_tcp_prot, enter_memory_pressure, "all sockets together use too much")
SLOT(mini_tcp_prot, leave_memory_pressure, "they do not, or no longer")
SLOT(mini_tcp_prot, shutdown, "send FIN after what is queued")
SLOT(mini_tcp_prot, disconnect, "abort, and be as good as new")
SLOT(mini_tcp_prot, close, "no file any more: FIN, or RST")
SLOT(mini_tcp_prot, unhash, "segments find it no longer")
SLOT(mini_tcp_prot, destroy, "nobody will use it again")

SLOT(mini_udp_prot, init, "a fresh socket: set it up")
SLOT(mini_udp_prot, get_port, "take a port, and be found")
SLOT(mini_udp_prot, connect, "choose route and address for a peer")
SLOT(mini_udp_prot, setsockopt, "options of IP")
SLOT(mini_udp_prot, getsockopt, "the same options, read")
SLOT(mini_udp_prot, sendmsg, "one datagram, to IP")
SLOT(mini_udp_prot, recvmsg, "wait for a datagram, and copy it")
SLOT(mini_udp_prot, disconnect, "any peer again")
SLOT(mini_udp_prot, close, "no file any more")
SLOT(mini_udp_prot, unhash, "give the port back")

SLOT(mini_packet_prot, init, "from now on frames come")

HOOK(mini_ip_hooks, 0, early, "each packet, before IP routes it")
HOOK(mini_ip_hooks, 1, input, "each packet for this host: ours?")

SLOT(mini_ip_twin, handler, "a packet of IP protocol 253")
SLOT(mini_ip_twin, err_handler, "an ICMP error about such one")

#undef SLOT
#undef HOOK
#undef CORE
