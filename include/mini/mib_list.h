/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is counted, for whoever defines MIB() and DROP() and includes this.
 *
 * MIB(id, name in /proc/net/mini/snmp, event in words)
 * DROP(id, name there, reason for the drop monitor, why in words)
 *
 * No guard: it is read once for the numbers and again for the names.
 */
#ifndef MIB
#define MIB(id, name, words)
#endif
#ifndef DROP
#define DROP(id, name, reason, words)
#endif

MIB(ACTIVE_OPENS, "ActiveOpens", "connect() sent a SYN")
MIB(PASSIVE_OPENS, "PassiveOpens", "a handshake ended in an accept queue")
MIB(ATTEMPT_FAILS, "AttemptFails", "a handshake failed on either side")
MIB(ESTAB_RESETS, "EstabResets", "a RST ended a synchronized connection")
MIB(IN_SEGS, "InSegs", "segment taken from IP")
MIB(OUT_SEGS, "OutSegs", "segment handed to IP, a GSO packet counted once")
MIB(OUT_BYTES, "OutBytes", "octet of payload handed to IP")
MIB(OUT_RSTS, "OutRsts", "RST sent")
MIB(RETRANS_SEGS, "RetransSegs", "data or FIN sent again")
MIB(SYN_RETRANS, "SynRetrans", "SYN or SYN,ACK sent again")
MIB(TIMEOUTS, "Timeouts", "retransmission timeout")
MIB(FAST_RETRANS, "FastRetrans", "third duplicate ACK")
MIB(PROBES, "Probes", "zero-window probe sent")
MIB(DUP_ACKS, "DupAcks", "duplicate ACK received")
MIB(OUT_ACKS, "OutAcks", "segment sent that carries an ACK and no data")
MIB(DELAYED_ACKS, "DelayedAcks", "ACK sent by the delay timer")
MIB(CHALLENGE_ACKS, "ChallengeAcks", "challenge ACK sent (RFC 5961)")
MIB(CHALLENGE_HELD, "ChallengeHeld", "challenge ACK held back by the rate limit")
MIB(OFO_QUEUED, "OfoQueued", "segment kept out of order")
MIB(COALESCED, "Coalesced", "segment merged into its neighbour")
MIB(BACKLOGGED, "Backlogged", "segment left for the lock holder")
MIB(TIME_WAITS, "TimeWaits", "connection entered TIME-WAIT")
MIB(TW_RECYCLED, "TwRecycled", "TIME-WAIT ended early by a fresh SYN")
MIB(TW_OVERFLOW, "TwOverflow", "TIME-WAIT refused: table full or no memory")
MIB(LISTEN_OVERFLOW, "ListenOverflow", "accept queue full")
MIB(KEEPALIVE_PROBES, "KeepaliveProbes", "keep-alive probe sent")
MIB(ABORT_ON_DATA, "AbortOnData", "closed with unread data, so by RST")
MIB(ABORT_ON_TIMEOUT, "AbortOnTimeout", "gave up: R2 or keep-alive reached")
MIB(ABORT_ON_MEMORY, "AbortOnMemory", "gave up: no memory for an orphan")
MIB(ICMP_ERRORS, "IcmpErrors", "ICMP error matched to a connection")
MIB(MTU_DROPS, "MtuDrops", "path MTU lowered by ICMP")
MIB(PORT_HOLDS, "PortHolds", "port placeholder taken from kernel TCP")
MIB(SEND_HELD_NAGLE, "SendHeldNagle", "send pass ended by Nagle's rule")
MIB(SEND_HELD_CWND, "SendHeldCwnd", "send pass ended by the congestion window")
MIB(SEND_HELD_RWND, "SendHeldRwnd", "send pass ended by the peer's window")

DROP(SHORT, "DropShort", PKT_TOO_SMALL, "header longer than the packet")
DROP(CSUM, "DropCsum", TCP_CSUM, "checksum wrong")
DROP(BAD_OPTION, "DropBadOption", TCP_FLAGS, "option with an impossible length")
DROP(BAD_SOURCE, "DropBadSource", IP_INHDR, "SYN from or to broadcast or multicast")
DROP(BAD_FLAGS, "DropBadFlags", TCP_FLAGS, "flags that the state has no use for")
DROP(POLICY, "DropPolicy", XFRM_POLICY, "IPsec policy forbids it")
DROP(CONNTRACK, "DropConntrack", NETFILTER_DROP, "conntrack refused to confirm it")
DROP(FILTER, "DropFilter", SOCKET_FILTER, "socket filter")
DROP(NO_SOCKET, "DropNoSocket", NO_SOCKET, "no connection and no listener")
DROP(CLOSED, "DropClosed", TCP_CLOSE, "connection already closed")
DROP(BACKLOG, "DropBacklog", SOCKET_BACKLOG, "backlog of the lock holder full")
DROP(SYN_QUEUE, "DropSynQueue", NOT_SPECIFIED, "SYN queue full")
DROP(ACCEPT_QUEUE, "DropAcceptQueue", NOT_SPECIFIED, "accept queue full")
DROP(NO_MEM, "DropNoMem", PROTO_MEM, "memory limit")
DROP(RCV_BUF, "DropRcvBuf", SOCKET_RCVBUFF, "receive buffer full, not ACKed")
DROP(PAWS, "DropPaws", TCP_RFC7323_PAWS, "timestamp older than the last (RFC 7323)")
DROP(OLD_SEQ, "DropOldSeq", TCP_OLD_DATA, "wholly below the receive window")
DROP(BAD_SEQ, "DropBadSeq", TCP_INVALID_SEQUENCE, "wholly above the receive window")
DROP(ZERO_WINDOW, "DropZeroWindow", TCP_ZEROWINDOW, "receive window is shut")
DROP(RST, "DropRst", TCP_RESET, "RST with an acceptable number: it did its work")
DROP(BLIND_RST, "DropBlindRst", TCP_RESET, "RST in the window, not at its left edge")
DROP(BLIND_SYN, "DropBlindSyn", TCP_INVALID_SYN, "SYN in a synchronized state")
DROP(NO_ACK, "DropNoAck", TCP_FLAGS, "no ACK where one is due")
DROP(OLD_ACK, "DropOldAck", TCP_OLD_ACK, "ACK below the oldest acceptable one")
DROP(FUTURE_ACK, "DropFutureAck", TCP_ACK_UNSENT_DATA, "ACK of what was never sent")
DROP(OFO_DUP, "DropOfoDup", TCP_OFOMERGE, "already held out of order")
DROP(OFO_PRUNED, "DropOfoPruned", TCP_OFO_QUEUE_PRUNE, "made room for what is in order")
DROP(NO_READER, "DropNoReader", TCP_CLOSE, "text after the reader has gone")
DROP(ACK_ONLY, "DropAckOnly", NOT_SPECIFIED, "nothing left in it: it did its work")

#undef MIB
#undef DROP
