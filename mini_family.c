// SPDX-License-Identifier: GPL-2.0-only
/*
 * AF_MINI: a second TCP, behind an address family of its own.
 *
 * The tables of the dispatch, in the order in which a call goes through them:
 *
 *	socket(AF_MINI, SOCK_STREAM, 0)
 *	  net_families[]	-> mini_family_ops	-> mini_create()
 *	  mini_protosw[]	-> the row of type and protocol
 *	connect(), send(), ...
 *	  sock->ops		-> mini_stream_ops	-> mini_stream_*()
 *	  sk->sk_prot		-> mini_tcp_prot	-> mini_tcp_*()
 *	and from there to the engine (tcp/) and IP (mini_ip.c).
 *
 * SOCK_DGRAM has mini_dgram_ops and mini_udp_prot in their places.
 * SOCK_RAW goes from mini_packet_ops straight to the devices.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/module.h>
#include <net/inet_common.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <mini/call.h>
#include <mini/compat.h>
#include <mini/ip.h>
#include <mini/packet.h>
#include <mini/stream.h>
#include <mini/tables.h>
#include <mini/tcp.h>
#include <mini/udp.h>

static int mini_family = AF_MINI;
module_param_named(family, mini_family, int, 0444);
MODULE_PARM_DESC(family, "address family number (default 18, AF_ASH's slot)");

unsigned int mini_net_id __read_mostly;

/* ---- memory of all sockets together, in pages ---- */

static atomic_long_t mini_mem_allocated;
static DEFINE_PER_CPU(int, mini_mem_per_cpu);
static struct percpu_counter mini_sockets;
static unsigned long mini_mem_pressure;
static int mini_wmem[3] = { 4096, 16384, 4 << 20 };
static int mini_rmem[3] = { 4096, 131072, 6 << 20 };

static void mini_mem_enter_pressure(struct sock *sk)
{
	MINI_TCP_CALL(sk, mini_tcp_prot, enter_memory_pressure);
	if (READ_ONCE(mini_mem_pressure))
		return;
	WRITE_ONCE(mini_mem_pressure, 1);
	MINI_INC(mini_pernet(sock_net(sk)), MEMORY_PRESSURES);
}

static void mini_mem_leave_pressure(struct sock *sk)
{
	MINI_TCP_CALL(sk, mini_tcp_prot, leave_memory_pressure);
	if (READ_ONCE(mini_mem_pressure))
		WRITE_ONCE(mini_mem_pressure, 0);
}

/* net.mini.tcp_mem: no care below, pressure above, and nothing beyond */
long mini_mem_limits[3];

/**
 * mini_mem_pages() - memory of all sockets together
 *
 * Return: pages; those that a CPU has set aside for the next need are counted
 * out, so that it is none when nobody has any.
 */
long mini_mem_pages(void)
{
	long pages = atomic_long_read(&mini_mem_allocated);
	int cpu;

	for_each_possible_cpu(cpu)
		pages += per_cpu(mini_mem_per_cpu, cpu);
	return pages;
}

/**
 * mini_mem_exceeded() - is all memory used that all sockets may have?
 */
bool mini_mem_exceeded(void)
{
	return atomic_long_read(&mini_mem_allocated) >
	       READ_ONCE(mini_mem_limits[2]);
}

/* The share of memory that Linux gives its own TCP, for all our sockets */
static void mini_mem_set_limits(void)
{
	unsigned long limit = max(nr_free_buffer_pages() / 16, 128UL);

	mini_mem_limits[0] = limit / 4 * 3;
	mini_mem_limits[1] = limit;
	mini_mem_limits[2] = limit / 4 * 6;
}

/* ---- the third level: the transport, called through sk->sk_prot ---- */

static int mini_tcp_connect_slot(struct sock *sk, struct mini_sockaddr *addr,
				 int len)
{
	MINI_TCP_CALL(sk, mini_tcp_prot, connect);
	return mini_tcp_connect(sk, (struct sockaddr_in *)addr, len);
}

MINI_PROTO_ACCEPT(mini_tcp_accept)
MINI_PROTO_RECVMSG(mini_tcp_recvmsg)

struct proto mini_tcp_prot = {
	.name			= "MINI-TCP",
	.owner			= THIS_MODULE,
	.obj_size		= sizeof(struct mini_sock),
	/* the life of a socket */
	.init			= mini_tcp_init,
	.destroy		= mini_tcp_destroy,
	.get_port		= mini_tcp_get_port,
	.hash			= mini_tcp_hash,
	.unhash			= mini_tcp_unhash,
	/* the calls of the user */
	.connect		= mini_tcp_connect_slot,
	.accept			= mini_tcp_accept_slot,
	.disconnect		= mini_tcp_disconnect,
	.shutdown		= mini_tcp_shutdown,
	.close			= mini_tcp_close,
	.sendmsg		= mini_tcp_sendmsg,
	.recvmsg		= mini_tcp_recvmsg_slot,
	.setsockopt		= mini_tcp_setsockopt,
	.getsockopt		= mini_tcp_getsockopt,
	.keepalive		= mini_timer_keepalive,
	/* segments and timers that found the socket owned */
	.backlog_rcv		= mini_tcp_backlog_rcv,
	.release_cb		= mini_tcp_release_cb,
	/* memory */
	.stream_memory_free	= mini_stream_memory_free,
	.memory_allocated	= &mini_mem_allocated,
	.per_cpu_fw_alloc	= &mini_mem_per_cpu,
	.sockets_allocated	= &mini_sockets,
	.memory_pressure	= &mini_mem_pressure,
	.enter_memory_pressure	= mini_mem_enter_pressure,
	.leave_memory_pressure	= mini_mem_leave_pressure,
	.sysctl_mem		= mini_mem_limits,
	.sysctl_wmem		= mini_wmem,
	.sysctl_rmem		= mini_rmem,
};

static int mini_udp_connect_slot(struct sock *sk, struct mini_sockaddr *addr,
				 int len)
{
	return mini_udp_connect(sk, (struct sockaddr_in *)addr, len);
}

MINI_PROTO_RECVMSG(mini_udp_recvmsg)

/* memory: each socket has its buffers, and there is no account of all */
struct proto mini_udp_prot = {
	.name			= "MINI-UDP",
	.owner			= THIS_MODULE,
	.obj_size		= sizeof(struct mini_usock),
	/* the life of a socket */
	.init			= mini_udp_init,
	.get_port		= mini_udp_get_port,
	.unhash			= mini_udp_unhash,
	/* the calls of the user */
	.connect		= mini_udp_connect_slot,
	.disconnect		= mini_udp_disconnect,
	.close			= mini_udp_close,
	.sendmsg		= mini_udp_sendmsg,
	.recvmsg		= mini_udp_recvmsg_slot,
	.setsockopt		= mini_udp_setsockopt,
	.getsockopt		= mini_udp_getsockopt,
};

/* a tap: nothing is between its socket layer and the devices */
struct proto mini_packet_prot = {
	.name			= "MINI-PACKET",
	.owner			= THIS_MODULE,
	.obj_size		= sizeof(struct mini_packet),
	.init			= mini_packet_sock_init,
};

/* ---- the second level: the socket layer, called through sock->ops ---- */

MINI_OPS_ACCEPT(mini_stream_accept)
MINI_OPS_SENDPAGE(mini_stream_sendmsg, mini_stream_ops)

const struct proto_ops mini_stream_ops = {
	.family		= AF_MINI,
	.owner		= THIS_MODULE,
	.release	= mini_stream_release,
	.bind		= mini_stream_bind,
	.connect	= mini_stream_connect,
	.socketpair	= sock_no_socketpair,
	.accept		= mini_stream_accept_slot,
	.getname	= inet_getname,
	.poll		= mini_stream_poll,
	.ioctl		= mini_stream_ioctl,
	.gettstamp	= sock_gettstamp,
	.listen		= mini_stream_listen,
	.shutdown	= mini_stream_shutdown,
	.setsockopt	= mini_stream_setsockopt,
	.getsockopt	= sock_common_getsockopt,
	.sendmsg	= mini_stream_sendmsg,
	.recvmsg	= mini_stream_recvmsg,
	MINI_SENDPAGE_SLOT(mini_stream_sendmsg)
	.splice_read	= mini_stream_splice_read,
	.mmap		= sock_no_mmap,
	.set_peek_off	= sk_set_peek_off,
	.set_rcvlowat	= mini_stream_set_rcvlowat,
};

const struct proto_ops mini_dgram_ops = {
	.family		= AF_MINI,
	.owner		= THIS_MODULE,
	.release	= mini_dgram_release,
	.bind		= mini_dgram_bind,
	.connect	= mini_dgram_connect,
	.socketpair	= sock_no_socketpair,
	.accept		= sock_no_accept,
	.getname	= inet_getname,
	.poll		= datagram_poll,
	.ioctl		= mini_dgram_ioctl,
	.gettstamp	= sock_gettstamp,
	.listen		= sock_no_listen,
	.shutdown	= inet_shutdown,
	.setsockopt	= mini_dgram_setsockopt,
	.getsockopt	= sock_common_getsockopt,
	.sendmsg	= mini_dgram_sendmsg,
	.recvmsg	= mini_dgram_recvmsg,
	.mmap		= sock_no_mmap,
	.set_peek_off	= sk_set_peek_off,
};

const struct proto_ops mini_packet_ops = {
	.family		= AF_MINI,
	.owner		= THIS_MODULE,
	.release	= mini_packet_release,
	.bind		= mini_packet_bind,
	.connect	= sock_no_connect,
	.socketpair	= sock_no_socketpair,
	.accept		= sock_no_accept,
	.getname	= mini_packet_getname,
	.poll		= datagram_poll,
	.ioctl		= mini_packet_ioctl,
	.gettstamp	= sock_gettstamp,
	.listen		= sock_no_listen,
	.shutdown	= sock_no_shutdown,
	.setsockopt	= mini_packet_setsockopt,
	.getsockopt	= mini_packet_getsockopt,
	.sendmsg	= mini_packet_sendmsg,
	.recvmsg	= mini_packet_recvmsg,
	.mmap		= sock_no_mmap,
};

/* ---- between them: which row serves socket(family, type, protocol) ---- */

const struct mini_protosw mini_protosw[] = {
	{
		.type		= SOCK_STREAM,
		.protocol	= IPPROTO_TCP,
		.wire		= IPPROTO_TCP,
		.prot		= &mini_tcp_prot,
		.ops		= &mini_stream_ops,
	},
	{
		.type		= SOCK_STREAM,
		.protocol	= IPPROTO_MINI,
		.wire		= IPPROTO_MINI,
		.prot		= &mini_tcp_prot,
		.ops		= &mini_stream_ops,
	},
	{
		.type		= SOCK_DGRAM,
		.protocol	= IPPROTO_UDP,
		.wire		= IPPROTO_UDP,
		.prot		= &mini_udp_prot,
		.ops		= &mini_dgram_ops,
	},
	{
		.type		= SOCK_RAW,
		.tap		= true,
		.prot		= &mini_packet_prot,
		.ops		= &mini_packet_ops,
	},
};

const size_t mini_protosw_rows = ARRAY_SIZE(mini_protosw);

/* Walk the table; an errno as pointer when no row fits */
static const struct mini_protosw *mini_find_row(int type, int protocol)
{
	bool type_known = false;
	size_t i;

	for (i = 0; i < mini_protosw_rows; i++) {
		const struct mini_protosw *row = &mini_protosw[i];

		if (row->type != type)
			continue;
		if (!protocol || row->protocol == protocol || row->tap)
			return row;
		type_known = true;
	}
	return ERR_PTR(type_known ? -EPROTONOSUPPORT : -ESOCKTNOSUPPORT);
}

/* ---- the first level: socket(), called through net_families[] ---- */

static bool mini_may_create(const struct mini_net *mn,
			    const struct mini_protosw *row)
{
	if (row->tap)
		return ns_capable(mn->net->user_ns, CAP_NET_RAW);
	if (mn->sysctl.unprivileged ||
	    ns_capable(mn->net->user_ns, CAP_NET_ADMIN))
		return true;
	pr_info_once("socket() refused without CAP_NET_ADMIN; sysctl net.mini.unprivileged=1 allows it to all\n");
	return false;
}

/* Tables and hooks of a namespace, with its first socket */
static int mini_net_up(struct mini_net *mn)
{
	int err = 0;

	if (mini_net_is_up(mn))
		return 0;
	mutex_lock(&mn->up_mutex);
	if (!mn->up) {
		err = mini_hash_net_up(mn);
		if (!err)
			err = mini_ip_net_hook(mn->net);
		if (err)
			mini_hash_net_exit(mn);
		else	/* pairs with mini_net_is_up() */
			smp_store_release(&mn->up, true);
	}
	mutex_unlock(&mn->up_mutex);
	return err;
}

/* Whoever takes sk_user_data for its own finds it taken (aligned: low bits) */
static const u64 mini_user_data_tag;

/*
 * Core code asks sk_family and sk_protocol what it may cast a socket to.
 * AF_MINI and 253, whatever the wire, keep us from being taken for a
 * tcp_sock by BPF, diag, TLS and others.
 */
static void mini_init_sock(struct sock *sk, const struct mini_protosw *row,
			   int protocol)
{
	struct inet_sock *inet = inet_sk(sk);

	sk->sk_protocol = IPPROTO_MINI;
	sk->sk_destruct = inet_sock_destruct;
	sk->sk_backlog_rcv = row->prot->backlog_rcv;
	sk->sk_user_data = (void *)&mini_user_data_tag;
	inet->uc_ttl = -1;
	inet->mc_ttl = 1;
	inet_set_bit(MC_LOOP, sk);
	inet_set_bit(MC_ALL, sk);
	inet->pmtudisc = READ_ONCE(sock_net(sk)->ipv4.sysctl_ip_no_pmtu_disc) ?
		IP_PMTUDISC_DONT : IP_PMTUDISC_WANT;
	atomic_set(&inet->inet_id, get_random_u16());
	if (row->tap)
		mini_packet_setup(sk, protocol);
	else if (row->type == SOCK_STREAM)	/* others have one wire each */
		mini_sk(sk)->ep.t.wire = row->wire;
}

static int mini_create(struct net *net, struct socket *sock, int protocol,
		       int kern)
{
	const struct mini_protosw *row = mini_find_row(sock->type, protocol);
	struct mini_net *mn = mini_pernet(net);
	struct sock *sk;
	int err = 0;

	MINI_CALL_NET(mn, mini_family_ops, create);
	/* those of IP are few, those of Ethernet are sixteen bits */
	if (sock->type != SOCK_RAW &&
	    (protocol < 0 || protocol >= IPPROTO_MAX))
		return -EINVAL;
	if (IS_ERR(row))
		return PTR_ERR(row);
	if (!kern && !mini_may_create(mn, row))
		return -EPERM;
	if (!row->tap)
		err = mini_net_up(mn);
	if (err)
		return err;

	sk = sk_alloc(net, mini_family, GFP_KERNEL, row->prot, kern);
	if (!sk)
		return -ENOBUFS;
	sock->ops = row->ops;
	sock->state = SS_UNCONNECTED;
	sock_init_data(sock, sk);
	mini_sock_custom_sockopt(sock);
	mini_init_sock(sk, row, protocol);
	err = sk->sk_prot->init(sk);
	if (err)
		sk_common_release(sk);
	return err;
}

struct net_proto_family mini_family_ops = {
	.owner	= THIS_MODULE,
	.create	= mini_create,
};

/* ---- namespaces ---- */

static void mini_net_defaults(struct mini_net *mn)
{
	mn->sysctl = (struct mini_sysctl) {
		.syn_retries	= 7,	/* 255 s: RFC 9293 MUST-23 wants 180 */
		.synack_retries	= 5,
		.retries1	= 3,
		.retries2	= 15,
		.orphan_retries	= 8,
		.fin_timeout_s	= 60,
		.keepidle_s	= MINI_KEEPIDLE_S,
		.keepintvl_s	= MINI_KEEPINTVL_S,
		.keepcnt	= MINI_KEEPCNT,
		.max_syn_backlog = 4096,
		.syncookies	= 1,
		.max_tw		= 32768,
		.max_orphans	= 8192,
		.early_demux	= 1,
		.timestamps	= 1,
		.sack		= 1,
		.dsack		= 1,
		.ecn		= MINI_ECN_ACCEPT,
		.recovery	= 1,
		.early_retrans	= MINI_EARLY_RETRANS_TLP,
		.frto		= 2,
		.ecn_fallback	= 1,
		.slow_start_after_idle = 1,
		.moderate_rcvbuf = 1,
		.autocorking	= 1,
		.pacing_ss_pct	= 200,
		.pacing_ca_pct	= 120,
		.invalid_ratelimit_ms = MINI_CHALLENGE_MS,
		.window_scaling	= 1,
		.base_mss	= 1024,
		.mtu_probe_floor = 48,
		.probe_interval_s = 600,
		.probe_threshold = 8,
		.wmem		= { 4096, 16384, 4 << 20 },
		.rmem		= { 4096, 131072, 6 << 20 },
		.notsent_lowat	= UINT_MAX,
	};
}

static int __net_init mini_net_init(struct net *net)
{
	struct mini_net *mn = mini_pernet(net);
	int err;

	mn->net = net;
	mn->ip = &mini_ipv4_ops;
	mutex_init(&mn->up_mutex);
	mini_net_defaults(mn);
	mini_ca_net_init(mn);
	mini_hash_net_init(mn);
	mini_port_net_init(mn);
	mini_udp_net_init(mn);
	err = mini_mib_net_init(mn);
	if (err)
		goto out_ca;
	err = mini_sysctl_net_init(mn);
	if (err)
		goto out_mib;
	err = mini_proc_net_init(mn);
	if (err)
		goto out_sysctl;
	return 0;

out_sysctl:
	mini_sysctl_net_exit(mn);
out_mib:
	mini_mib_net_exit(mn);
out_ca:
	mini_ca_net_exit(mn);
	return err;
}

/* No socket is left, for each holds its namespace; TIME-WAITs do not */
static void __net_exit mini_net_exit(struct net *net)
{
	struct mini_net *mn = mini_pernet(net);

	mini_proc_net_exit(mn);
	mini_sysctl_net_exit(mn);
	if (mn->up) {
		mini_ip_net_unhook(net);
		mini_tw_kill_all(mn);
		synchronize_rcu();	/* their timers have run out too */
		mini_port_flush();
		mini_hash_net_exit(mn);
	}
	mini_mib_net_exit(mn);
	mini_ca_net_exit(mn);
}

static struct pernet_operations mini_net_ops = {
	.init	= mini_net_init,
	.exit	= mini_net_exit,
	.id	= &mini_net_id,
	.size	= sizeof(struct mini_net),
};

/* ---- load: a ladder, the family last; unload: its exact mirror ---- */

static int __init mini_caches_init(void)
{
	int err = mini_port_init();

	if (err)
		return err;
	err = mini_req_cache_init();
	if (err)
		goto out_port;
	err = mini_tw_cache_init();
	if (err)
		goto out_listen;
	return 0;

out_listen:
	mini_req_cache_exit();
out_port:
	mini_port_exit();
	return err;
}

static void mini_caches_exit(void)
{
	rcu_barrier();	/* objects on their way back into the caches */
	mini_tw_cache_exit();
	mini_req_cache_exit();
	mini_port_exit();
}

static int __init mini_register_family(void)
{
	int err = mini_diag_init(mini_family);

	if (!err) {
		mini_family_ops.family = mini_family;
		err = sock_register(&mini_family_ops);
		if (err)
			mini_diag_exit();
	}
	if (err)
		pr_err("address family %d is taken or out of range (%d): choose another with the module parameter family=\n",
		       mini_family, err);
	return err;
}

static void mini_unregister_family(void)
{
	sock_unregister(mini_family);
	mini_diag_exit();
}

static struct proto *const mini_protos[] = {
	&mini_tcp_prot, &mini_udp_prot, &mini_packet_prot, &mini_hold_prot,
};

/* The first @n of them, backwards */
static void mini_unregister_protos(size_t n)
{
	while (n--)
		proto_unregister(mini_protos[n]);
}

static int __init mini_register_protos(void)
{
	size_t i;
	int err;

	for (i = 0; i < ARRAY_SIZE(mini_protos); i++) {
		err = proto_register(mini_protos[i], 1);
		if (err) {
			mini_unregister_protos(i);
			return err;
		}
	}
	return 0;
}

static int __init mini_init(void)
{
	int err;

	mini_mem_set_limits();
	err = mini_caches_init();
	if (err)
		return err;
	err = mini_ca_init();
	if (err)
		goto out_caches;
	err = percpu_counter_init(&mini_sockets, 0, GFP_KERNEL);
	if (err)
		goto out_ca;
	err = mini_register_protos();
	if (err)
		goto out_counter;
	err = register_pernet_subsys(&mini_net_ops);
	if (err)
		goto out_protos;
	mini_sysctl_nets(true);
	err = mini_ip_init();
	if (err)
		goto out_pernet;
	err = mini_packet_init();
	if (err)
		goto out_ip;
	err = mini_register_family();
	if (err)
		goto out_packet;
	pr_info("protos %s, %s and %s, %zu protosw rows, IP protocol %d, address family %d registered\n",
		mini_tcp_prot.name, mini_udp_prot.name, mini_packet_prot.name,
		mini_protosw_rows, IPPROTO_MINI, mini_family);
	return 0;

out_packet:
	mini_packet_exit();
out_ip:
	mini_ip_exit();
out_pernet:
	mini_sysctl_nets(false);
	unregister_pernet_subsys(&mini_net_ops);
out_protos:
	mini_unregister_protos(ARRAY_SIZE(mini_protos));
out_counter:
	percpu_counter_destroy(&mini_sockets);
out_ca:
	mini_ca_exit();
out_caches:
	mini_caches_exit();
	return err;
}

static void __exit mini_exit(void)
{
	mini_unregister_family();
	mini_packet_exit();
	mini_ip_exit();
	mini_sysctl_nets(false);
	unregister_pernet_subsys(&mini_net_ops);
	rcu_barrier();	/* sockets on their way back into the protos' caches */
	mini_unregister_protos(ARRAY_SIZE(mini_protos));
	percpu_counter_destroy(&mini_sockets);
	mini_ca_exit();
	mini_caches_exit();
}

module_init(mini_init);
module_exit(mini_exit);
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
MODULE_DESCRIPTION("AF_MINI: a second TCP, behind an address family of its own");
