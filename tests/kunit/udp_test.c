// SPDX-License-Identifier: GPL-2.0-only
/* Datagrams: which socket is theirs, and what is none */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/sock.h>
#include <mini/lookup.h>
#include <mini/udp.h>

#define HERE		htonl(0xc0000201)
#define ELSEWHERE	htonl(0xc0000207)
#define PEER		htonl(0xc0000202)
#define OTHER		htonl(0xc0000203)
#define PORT		7700
#define PEER_PORT	9000
#define DEV		3
#define MASTER		4

/* ---- which socket ---- */

/**
 * struct bound - what a socket is bound and connected to
 * @name: of the case
 * @laddr: local address
 * @raddr: peer's address
 * @rport: peer's port
 * @port: local port
 * @dev: device
 * @score: of a datagram from PEER to HERE, by DEV, which is a part of MASTER
 */
struct bound {
	const char *name;
	__be32 laddr;
	__be32 raddr;
	u16 rport;
	u16 port;
	int dev;
	int score;
};

static const struct bound bounds[] = {
	{ "all", 0, 0, 0, PORT, 0, 1 },
	{ "device", 0, 0, 0, PORT, DEV, 5 },
	{ "device it is a part of", 0, 0, 0, PORT, MASTER, 5 },
	{ "peer's address", 0, PEER, 0, PORT, 0, 5 },
	{ "peer", 0, PEER, PEER_PORT, PORT, 0, 9 },
	{ "peer and device", 0, PEER, PEER_PORT, PORT, DEV, 13 },
	{ "address", HERE, 0, 0, PORT, 0, 17 },
	{ "address and device", HERE, 0, 0, PORT, DEV, 21 },
	{ "address and peer", HERE, PEER, PEER_PORT, PORT, 0, 25 },
	{ "all of it", HERE, PEER, PEER_PORT, PORT, DEV, 29 },
	{ "another port", HERE, PEER, PEER_PORT, PORT + 1, DEV, 0 },
	{ "another port of that chain", 0, 0, 0, PORT + MINI_UDP_BUCKETS, 0, 0 },
	{ "another address", ELSEWHERE, 0, 0, PORT, 0, 0 },
	{ "another peer", HERE, OTHER, PEER_PORT, PORT, 0, 0 },
	{ "another port of the peer", HERE, PEER, PEER_PORT + 1, PORT, 0, 0 },
	{ "another device", HERE, PEER, PEER_PORT, PORT, DEV + 9, 0 },
};

static const struct mini_tuple came = {
	.laddr = cpu_to_be32(0xc0000201),
	.raddr = cpu_to_be32(0xc0000202),
	.lport = cpu_to_be16(PORT),
	.rport = cpu_to_be16(PEER_PORT),
	.wire = IPPROTO_UDP,
};

static struct mini_usock *socket_of(struct kunit *test, const struct bound *b)
{
	struct mini_usock *usk = kunit_kzalloc(test, sizeof(*usk), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, usk);
	usk->inet.inet_rcv_saddr = b->laddr;
	usk->inet.inet_daddr = b->raddr;
	usk->inet.inet_dport = htons(b->rport);
	usk->inet.inet_num = b->port;
	usk->inet.sk.sk_bound_dev_if = b->dev;
	return usk;
}

static void score(struct kunit *test)
{
	const struct bound *b = test->param_value;
	struct mini_usock *usk = socket_of(test, b);

	KUNIT_EXPECT_EQ(test, mini_udp_score(mini_usk_sk(usk), &came, DEV,
					     MASTER), b->score);
}

static void bound_name(const struct bound *b, char *name)
{
	strscpy(name, b->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(bound, bounds, bound_name);

/* A namespace with a socket of each kind, those bound last in front */
static struct mini_net *net_of_all(struct kunit *test, struct mini_usock **all)
{
	struct mini_net *mn = kunit_kzalloc(test, sizeof(*mn), GFP_KERNEL);
	size_t i;

	KUNIT_ASSERT_NOT_NULL(test, mn);
	for (i = 0; i < ARRAY_SIZE(bounds); i++) {
		all[i] = socket_of(test, &bounds[i]);
		hlist_add_head_rcu(&all[i]->link,
				   &mn->udp_hash[bounds[i].port %
						 MINI_UDP_BUCKETS]);
	}
	return mn;
}

static struct sock *lookup(struct mini_net *mn)
{
	struct sock *sk;

	rcu_read_lock();
	sk = mini_udp_lookup(mn, &came, DEV, MASTER);
	rcu_read_unlock();
	return sk;
}

/* The best of all; when it goes, the next best; nobody in the end */
static void best_comes_first(struct kunit *test)
{
	struct mini_usock *all[ARRAY_SIZE(bounds)];
	struct mini_net *mn = net_of_all(test, all);
	int last = INT_MAX, found = 0, now;
	struct sock *sk;

	while ((sk = lookup(mn))) {
		now = mini_udp_score(sk, &came, DEV, MASTER);
		KUNIT_EXPECT_LE(test, now, last);
		KUNIT_ASSERT_GT(test, now, 0);
		last = now;
		found++;
		hlist_del_init_rcu(&mini_usk(sk)->link);
	}
	KUNIT_EXPECT_EQ(test, found, 10);
}

static void of_equals_the_last_bound(struct kunit *test)
{
	struct mini_usock *all[ARRAY_SIZE(bounds)];
	struct mini_net *mn = net_of_all(test, all);
	struct mini_usock *twin = socket_of(test, &bounds[9]);

	KUNIT_EXPECT_PTR_EQ(test, lookup(mn), mini_usk_sk(all[9]));
	hlist_add_head_rcu(&twin->link, &mn->udp_hash[PORT % MINI_UDP_BUCKETS]);
	KUNIT_EXPECT_PTR_EQ(test, lookup(mn), mini_usk_sk(twin));
}

static void walk_meets_each_once(struct kunit *test)
{
	struct mini_usock *all[ARRAY_SIZE(bounds)];
	struct mini_net *mn = net_of_all(test, all);
	struct mini_walk w = { };
	unsigned int met = 0;

	rcu_read_lock();
	for (; mini_udp_walk_at(mn, &w); w.place++)
		met++;
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, met, (unsigned int)ARRAY_SIZE(bounds));
}

/* ---- what is a datagram ---- */

#define TEXT	100U

/**
 * struct form - a datagram of 100 octets, and what is odd about it
 * @name: of the case
 * @cut: octets of UDP header and text that are there; 0 for all
 * @tail: octets that follow
 * @len: added to the length field
 * @sum: 0 none, 1 right, 2 wrong
 * @ip_summed: what the device says of it
 * @want: what is said of it
 */
struct form {
	const char *name;
	int cut;
	int tail;
	int len;
	int sum;
	int ip_summed;
	enum mini_drop want;
};

enum { NO_SUM, GOOD, BAD };

static const struct form forms[] = {
	{ "right", 0, 0, 0, GOOD, CHECKSUM_NONE, MINI_PASS },
	{ "sum wrong", 0, 0, 0, BAD, CHECKSUM_NONE, MINI_DROP_UDP_CSUM },
	{ "no sum", 0, 0, 0, NO_SUM, CHECKSUM_NONE, MINI_PASS },
	{ "sum wrong, summed", 0, 0, 0, BAD, CHECKSUM_COMPLETE,
		MINI_DROP_UDP_CSUM },
	{ "right, summed", 0, 0, 0, GOOD, CHECKSUM_COMPLETE, MINI_PASS },
	{ "right, summed, tail", 0, 5, 0, GOOD, CHECKSUM_COMPLETE, MINI_PASS },
	{ "device vouches", 0, 0, 0, BAD, CHECKSUM_UNNECESSARY, MINI_PASS },
	{ "tail", 0, 7, 0, GOOD, CHECKSUM_NONE, MINI_PASS },
	{ "length 1 too long", 0, 0, 1, GOOD, CHECKSUM_NONE,
		MINI_DROP_UDP_LEN },
	{ "length 1 too long, tail", 0, 1, 1, GOOD, CHECKSUM_NONE,
		MINI_DROP_UDP_CSUM },
	{ "length 1 too short", 0, 0, -1, GOOD, CHECKSUM_NONE,
		MINI_DROP_UDP_CSUM },
	{ "length 1 too short, no sum", 0, 0, -1, NO_SUM, CHECKSUM_NONE,
		MINI_PASS },
	{ "length of the header", 0, 0, -100, NO_SUM, CHECKSUM_NONE,
		MINI_PASS },
	{ "length of less", 0, 0, -101, NO_SUM, CHECKSUM_NONE,
		MINI_DROP_UDP_LEN },
	{ "length 0", 0, 0, -108, NO_SUM, CHECKSUM_NONE, MINI_DROP_UDP_LEN },
	{ "length 65535", 0, 0, 65535 - 108, NO_SUM, CHECKSUM_NONE,
		MINI_DROP_UDP_LEN },
	{ "text cut", 107, 0, 0, NO_SUM, CHECKSUM_NONE, MINI_DROP_UDP_LEN },
	{ "text missing", 8, 0, 0, NO_SUM, CHECKSUM_NONE, MINI_DROP_UDP_LEN },
	{ "header cut", 7, 0, 0, NO_SUM, CHECKSUM_NONE, MINI_DROP_SHORT },
	{ "ports alone", 4, 0, 0, NO_SUM, CHECKSUM_NONE, MINI_DROP_SHORT },
	{ "one octet", 1, 0, 0, NO_SUM, CHECKSUM_NONE, MINI_DROP_SHORT },
};

static void put_sum(struct sk_buff *skb, int sum)
{
	struct udphdr *uh = (struct udphdr *)skb->data;
	u32 len = MINI_UDP_HLEN + TEXT;

	uh->check = 0;
	if (sum == NO_SUM)
		return;
	uh->check = csum_tcpudp_magic(ip_hdr(skb)->saddr, ip_hdr(skb)->daddr,
				      len, IPPROTO_UDP,
				      csum_partial(uh, len, 0)) ?:
		    CSUM_MANGLED_0;
	if (sum == BAD)
		uh->check = (__force __sum16)((__force u16)uh->check ^ 0x1111);
}

static void put_headers(struct sk_buff *skb, const struct form *f)
{
	struct iphdr *iph = skb_put_zero(skb, sizeof(*iph));
	struct udphdr *uh;
	unsigned int i;

	skb_reset_network_header(skb);
	iph->ihl = 5;
	iph->protocol = IPPROTO_UDP;
	iph->saddr = PEER;
	iph->daddr = HERE;
	uh = skb_put_zero(skb, MINI_UDP_HLEN + TEXT + f->tail);
	uh->source = htons(PEER_PORT);
	uh->dest = htons(PORT);
	uh->len = htons(MINI_UDP_HLEN + TEXT + f->len);
	for (i = 0; i < TEXT + f->tail; i++)
		((u8 *)(uh + 1))[i] = 7 * i + 3;
	__skb_pull(skb, sizeof(*iph));
}

static struct sk_buff *datagram(struct kunit *test, const struct form *f)
{
	struct sk_buff *skb = alloc_skb(512, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	put_headers(skb, f);
	put_sum(skb, f->sum);
	skb->ip_summed = f->ip_summed;
	skb->csum = csum_partial(skb->data, skb->len, 0);
	if (f->cut)
		skb_trim(skb, f->cut);
	return skb;
}

/* @skb, but that all of it lies in a page */
static struct sk_buff *in_a_page(struct kunit *test, struct sk_buff *skb)
{
	struct sk_buff *paged = alloc_skb(128, GFP_KERNEL);
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, paged);
	KUNIT_ASSERT_NOT_NULL(test, page);
	skb_copy_bits(skb, 0, page_address(page), skb->len);
	skb_put_data(paged, ip_hdr(skb), sizeof(struct iphdr));
	skb_reset_network_header(paged);
	__skb_pull(paged, sizeof(struct iphdr));
	skb_add_rx_frag(paged, 0, page, 0, skb->len, PAGE_SIZE);
	paged->ip_summed = skb->ip_summed;
	paged->csum = skb->csum;
	kfree_skb(skb);
	return paged;
}

static void expect_form(struct kunit *test, struct sk_buff *skb)
{
	const struct form *f = test->param_value;
	u32 len = skb->len;

	KUNIT_EXPECT_EQ(test, mini_udp_check(skb), f->want);
	if (f->want == MINI_PASS)
		KUNIT_EXPECT_EQ(test, skb->len,
				MINI_UDP_HLEN + TEXT + f->len);
	else
		KUNIT_EXPECT_GE(test, len, skb->len);
	kfree_skb(skb);
}

static void form_linear(struct kunit *test)
{
	expect_form(test, datagram(test, test->param_value));
}

static void form_in_a_page(struct kunit *test)
{
	expect_form(test, in_a_page(test, datagram(test, test->param_value)));
}

static void form_name(const struct form *f, char *name)
{
	strscpy(name, f->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(form, forms, form_name);

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(score, bound_gen_params),
	KUNIT_CASE(best_comes_first),
	KUNIT_CASE(of_equals_the_last_bound),
	KUNIT_CASE(walk_meets_each_once),
	KUNIT_CASE_PARAM(form_linear, form_gen_params),
	KUNIT_CASE_PARAM(form_in_a_page, form_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "af_mini_udp",
	.test_cases = cases,
};

kunit_test_suites(&suite);
