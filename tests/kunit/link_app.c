// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two users of a simulated connection. Each writes its stream in pieces
 * and reads the other's, sleeps when the socket would block, and goes on when
 * the engine wakes it: a wake-up that is missing is a stall. The octets are
 * those of a pattern, and each one that is read is compared.
 */
#include <linux/in.h>
#include <linux/tcp.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include "link.h"

/* a prime: no segment size and no buffer size divides it */
#define PERIOD		65521U
#define CHUNK		65536U
/* a user that rests after each call does not make more than so many */
#define CALLS_MAX	200U

static u8 pattern[PERIOD + CHUNK];
static u8 buffer[CHUNK];

static u8 *octets(u32 salt, u32 off)
{
	return pattern + (salt + off) % PERIOD;
}

static struct mini_link_app *other(struct mini_link *l,
				   const struct mini_link_end *e)
{
	return &l->end[e == l->end].app;
}

/* ---- sleep and wake ---- */

/*
 * Whoever sleeps gets up. Whoever rests, or is at work, looks for itself
 * before it sleeps again.
 */
static int woken(wait_queue_entry_t *wait, unsigned int mode, int flags,
		 void *key)
{
	struct mini_link_app *app = container_of(wait, struct mini_link_app,
						 wait);

	app->wake = true;
	return 0;
}

static void listen_for(struct mini_link_app *app, struct socket *sock)
{
	init_waitqueue_func_entry(&app->wait, woken);
	add_wait_queue(sk_sleep(sock->sk), &app->wait);
	app->hears = sock;
}

static void listen_no_more(struct mini_link_app *app)
{
	if (app->hears)
		remove_wait_queue(sk_sleep(app->hears->sk), &app->wait);
	app->hears = NULL;
}

/* ---- what a user has in mind ---- */

static u32 draw_log(struct mini_link *l, u32 bits)
{
	return mini_link_below(l, 1U << mini_link_below(l, bits + 1));
}

/* Octets of a call: whatever, but the stream must not take for ever */
static u32 draw_call(struct mini_link *l, u32 total, u32 pause_us)
{
	u32 least = total / (pause_us ? CALLS_MAX : 10 * CALLS_MAX);

	return min(1 + least + draw_log(l, 16), CHUNK);
}

static u32 draw_pause(struct mini_link *l)
{
	if (!l->profile->lazy || mini_link_below(l, 2))
		return 0;
	return 1 + draw_log(l, 18);
}

/**
 * mini_link_app_draw() - choose what the user of one end does
 * @l: link
 * @e: end
 */
void mini_link_app_draw(struct mini_link *l, struct mini_link_end *e)
{
	struct mini_link_app *app = &e->app;

	*app = (struct mini_link_app){ .at_us = MINI_LINK_NEVER };
	app->total = draw_log(l, l->profile->bits);
	app->salt = mini_link_below(l, PERIOD);
	app->write_pause_us = draw_pause(l);
	app->read_pause_us = draw_pause(l);
	app->write_max = draw_call(l, app->total, app->write_pause_us);
	app->more = mini_link_below(l, 4) ? 0 : mini_link_below(l, 500);
	app->nodelay = !mini_link_below(l, 3);
	if (!mini_link_below(l, 8))
		app->wait_us = mini_link_below(l, 2 * USEC_PER_SEC);
}

/* The reader's calls depend on what the other end writes */
static void draw_reads(struct mini_link *l, struct mini_link_end *e)
{
	e->app.read_max = draw_call(l, other(l, e)->total,
				    e->app.read_pause_us);
}

/* ---- open ---- */

static void set_buffers(const struct mini_link_end *e, struct sock *sk)
{
	struct mini_net *mn = mini_pernet(sock_net(sk));

	sk->sk_userlocks &= ~(SOCK_SNDBUF_LOCK | SOCK_RCVBUF_LOCK);
	sk->sk_rcvbuf = e->rcvbuf ?: mn->sysctl.rmem[1];
	sk->sk_sndbuf = e->sndbuf ?: mn->sysctl.wmem[1];
	if (e->rcvbuf)
		sk->sk_userlocks |= SOCK_RCVBUF_LOCK;
	if (e->sndbuf)
		sk->sk_userlocks |= SOCK_SNDBUF_LOCK;
}

static int open_bound(struct socket **sock, u32 addr, u16 port)
{
	int err = sock_create_kern(&init_net, PF_MINI, SOCK_STREAM, 0, sock);

	if (err)
		return err;
	sock_set_reuseaddr((*sock)->sk);
	return mini_t_bind(*sock, addr, port);
}

static struct sockaddr_in addr_of(const struct mini_link_end *e)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = e->tuple.laddr,
		.sin_port = e->tuple.lport,
	};
}

static int call_connect(struct mini_link *l)
{
	struct sockaddr_in sin = addr_of(&l->end[MINI_LINK_B]);

	return kernel_connect(l->end[MINI_LINK_A].sock,
			      (struct sockaddr *)&sin, sizeof(sin),
			      O_NONBLOCK);
}

/* What both connections of a case and the ones after them stand on */
static int open_standing(struct mini_link *l)
{
	u32 i;
	int err;

	if (l->listener)
		return 0;
	for (i = 0; i < ARRAY_SIZE(pattern); i++)
		pattern[i] = mini_t_octet(i % PERIOD);
	err = open_bound(&l->anchor, MINI_T_LADDR, MINI_T_LPORT);
	if (!err)
		err = open_bound(&l->listener, MINI_T_RADDR, MINI_T_RPORT);
	if (!err)
		err = kernel_listen(l->listener, 8);
	return err;
}

/**
 * mini_link_app_start() - the listener listens, the client connects
 * @l: link, its ends drawn
 *
 * Return: 0 or errno.
 */
int mini_link_app_start(struct mini_link *l)
{
	struct mini_link_end *a = &l->end[MINI_LINK_A];
	struct mini_link_end *b = &l->end[MINI_LINK_B];
	int err = open_standing(l);

	if (err)
		return err;
	draw_reads(l, a);
	draw_reads(l, b);
	set_buffers(b, l->listener->sk);
	listen_for(&b->app, l->listener);
	err = open_bound(&a->sock, MINI_T_LADDR, MINI_T_LPORT);
	if (err)
		return err;
	set_buffers(a, a->sock->sk);
	listen_for(&a->app, a->sock);
	err = call_connect(l);
	return err == -EINPROGRESS ? 0 : err;
}

static void opened(struct mini_link_end *e)
{
	int one = 1;

	e->app.connected = true;
	if (e->app.nodelay)
		e->sock->ops->setsockopt(e->sock, SOL_TCP, TCP_NODELAY,
					 KERNEL_SOCKPTR(&one), sizeof(one));
}

static void try_connect(struct mini_link *l, struct mini_link_end *e)
{
	int err = call_connect(l);

	if (!err)
		opened(e);
	else if (err != -EALREADY)
		mini_link_break(l, e, "connect() says %d", err);
}

static void try_accept(struct mini_link *l, struct mini_link_end *e)
{
	int err = kernel_accept(l->listener, &e->sock, O_NONBLOCK);

	if (!err) {
		listen_no_more(&e->app);
		listen_for(&e->app, e->sock);
		opened(e);
	} else if (err != -EAGAIN) {
		mini_link_break(l, e, "accept() says %d", err);
	}
}

/* ---- read and write: true when there may be more to do at once ---- */

static void check_octets(struct mini_link *l, struct mini_link_end *e, int len)
{
	const struct mini_link_app *from = other(l, e);

	if (e->app.got + len > from->total)
		mini_link_break(l, e, "read %u octets of %u",
				e->app.got + len, from->total);
	else if (memcmp(buffer, octets(from->salt, e->app.got), len))
		mini_link_break(l, e, "wrong octets among %d at %u", len,
				e->app.got);
	e->app.got += len;
}

static bool read_some(struct mini_link *l, struct mini_link_end *e)
{
	struct mini_link_app *app = &e->app;
	u32 want = 1 + mini_link_below(l, app->read_max);
	struct kvec vec = { .iov_base = buffer, .iov_len = want };
	struct msghdr msg = { };
	int ret;

	if (app->eof)
		return false;
	ret = kernel_recvmsg(e->sock, &msg, &vec, 1, want, MSG_DONTWAIT);
	if (ret >= 0)
		l->progress_us = l->t->now_us;
	if (ret > 0) {
		check_octets(l, e, ret);
		return true;
	}
	if (!ret) {
		app->eof = true;
		if (app->got != other(l, e)->total)
			mini_link_break(l, e, "the stream ends after %u octets of %u",
					app->got, other(l, e)->total);
	} else if (ret != -EAGAIN) {
		mini_link_break(l, e, "recvmsg() says %d", ret);
	}
	return false;
}

static bool write_some(struct mini_link *l, struct mini_link_end *e)
{
	struct mini_link_app *app = &e->app;
	u32 left = app->total - app->done;
	u32 n = min(1 + mini_link_below(l, app->write_max), left);
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL };
	struct kvec vec = { octets(app->salt, app->done), n };
	int ret;

	if (!left)
		return false;
	if (n < left && mini_link_chance(l, app->more))
		msg.msg_flags |= MSG_MORE;
	ret = kernel_sendmsg(e->sock, &msg, &vec, 1, n);
	if (ret > 0)
		app->done += ret;
	else if (ret != -EAGAIN)
		mini_link_break(l, e, "sendmsg() says %d", ret);
	return ret > 0 && app->done < app->total;
}

/* Reads and writes until both would block, or the user takes a rest */
static u32 transfer(struct mini_link *l, struct mini_link_end *e)
{
	struct mini_link_app *app = &e->app;
	bool reads = true, writes = true;
	u32 rest_us = 0;

	while ((reads || writes) && !rest_us && !l->over) {
		if (reads) {
			reads = read_some(l, e);
			rest_us = reads ? app->read_pause_us : 0;
		}
		if (writes) {
			writes = write_some(l, e);
			rest_us = max(rest_us, writes ? app->write_pause_us : 0);
		}
	}
	return rest_us;
}

/* ---- close ---- */

static void shut_if_done(struct mini_link *l, struct mini_link_end *e)
{
	struct mini_link_app *app = &e->app;

	if (app->shut || app->done < app->total ||
	    (app->patient && !app->eof))
		return;
	app->shut = true;
	if (!app->eof || mini_link_below(l, 2))
		kernel_sock_shutdown(e->sock, SHUT_WR);
}

static void close_if_done(struct mini_link_end *e)
{
	struct mini_link_app *app = &e->app;

	if (!app->shut || !app->eof)
		return;
	listen_no_more(app);
	mini_t_release(&e->sock);
	app->closed = true;
}

/**
 * mini_link_app_step() - the user of one end is awake
 * @l: link
 * @e: end
 */
void mini_link_app_step(struct mini_link *l, struct mini_link_end *e)
{
	struct mini_link_app *app = &e->app;
	u32 rest_us;

	app->at_us = MINI_LINK_NEVER;
	app->wake = false;
	if (!app->connected && e == l->end)
		try_connect(l, e);
	else if (!app->connected)
		try_accept(l, e);
	if (!app->connected || l->over)
		return;
	rest_us = transfer(l, e);
	if (l->over)
		return;
	if (rest_us)
		app->at_us = l->t->now_us + rest_us;
	shut_if_done(l, e);
	close_if_done(e);
}

/**
 * mini_link_app_next() - when does the user of one end do something?
 * @l: link
 * @e: end
 *
 * Return: the time, or MINI_LINK_NEVER.
 */
u64 mini_link_app_next(struct mini_link *l, struct mini_link_end *e)
{
	struct mini_link_app *app = &e->app;

	if (app->closed)
		return MINI_LINK_NEVER;
	if (app->wake && app->at_us == MINI_LINK_NEVER)
		app->at_us = l->t->now_us + (app->connected ? 0 : app->wait_us);
	return app->at_us;
}

/* Nobody will accept them any more */
static void refuse_rest(struct mini_link *l)
{
	struct socket *sock;

	while (l->listener && !kernel_accept(l->listener, &sock, O_NONBLOCK)) {
		sock_no_linger(sock->sk);
		sock_release(sock);
	}
}

/**
 * mini_link_app_stop() - both users give up
 * @l: link
 */
void mini_link_app_stop(struct mini_link *l)
{
	int i;

	for (i = 0; i < 2; i++) {
		struct mini_link_end *e = &l->end[i];

		listen_no_more(&e->app);
		e->app.closed = true;
		if (e->sock)
			sock_no_linger(e->sock->sk);
		mini_t_release(&e->sock);
	}
	refuse_rest(l);
}
