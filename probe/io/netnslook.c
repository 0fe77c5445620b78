/* What the child of netns.c does inside. No allocation but from its room, no
 * lock, no stdio stream. */
#define _GNU_SOURCE /* struct ifreq */
#include "netns.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dns.h"
#include "io.h"

#define CONF_MAX 8192u
#define HOSTS_MAX (32u * 1024)
#define DNS_MAX_MS 1500
#define TABLE_MAX 8192

/* ---- its interfaces */

static struct str mac_text(struct arena *a, const char *data)
{
	unsigned char b[6];

	memcpy(b, data, sizeof(b));
	return arena_str(a, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2],
	                 b[3], b[4], b[5]);
}

static struct netns_if *add_if(struct arena *a, struct netns_result *out,
                               struct str name, int fd)
{
	struct ifreq r = { 0 };
	struct netns_if *i;

	if (out->n_ifs == NETNS_MAX_IFS || name.n >= IFNAMSIZ)
		return NULL;
	memcpy(r.ifr_name, name.p, name.n);
	if (ioctl(fd, SIOCGIFFLAGS, &r) < 0 || r.ifr_flags & IFF_LOOPBACK)
		return NULL;
	i = &out->ifs[out->n_ifs++];
	i->name = arena_copy(a, name);
	i->up = (r.ifr_flags & (IFF_UP | IFF_RUNNING)) ==
	        (IFF_UP | IFF_RUNNING);
	if (ioctl(fd, SIOCGIFMTU, &r) == 0 && r.ifr_mtu > 0)
		i->mtu = (uint32_t)r.ifr_mtu;
	if (ioctl(fd, SIOCGIFHWADDR, &r) == 0 &&
	    r.ifr_hwaddr.sa_family == ARPHRD_ETHER)
		i->mac = mac_text(a, r.ifr_hwaddr.sa_data);
	return i;
}

static unsigned bits_of(const struct sockaddr *mask)
{
	struct sockaddr_in in;
	unsigned n = 0;

	memcpy(&in, mask, sizeof(in));
	for (uint32_t m = ntohl(in.sin_addr.s_addr); m & 0x80000000u; m <<= 1)
		n++;
	return n;
}

static void take_v4(struct arena *a, struct netns_result *out, int fd)
{
	struct ifreq list[2 * NETNS_MAX_IFS] = { 0 };
	struct ifconf conf = { .ifc_len = sizeof(list),
		               .ifc_ifcu = { .ifcu_req = list } };
	size_t n;

	if (ioctl(fd, SIOCGIFCONF, &conf) < 0)
		return;
	n = (size_t)conf.ifc_len / sizeof(*list);
	for (size_t k = 0; k < n; k++) {
		struct ifreq r = list[k];
		struct str name = { r.ifr_name, strnlen(r.ifr_name, IFNAMSIZ) };
		struct netns_if *i = add_if(a, out, name, fd);
		struct dns_ip ip = { .len = 4 };
		struct sockaddr_in in;
		struct str text;

		if (!i)
			continue;
		memcpy(&in, &list[k].ifr_addr, sizeof(in));
		memcpy(ip.b, &in.sin_addr, 4);
		text = dns_ip_text(a, &ip);
		/* Asked by its full name, which may be an alias. */
		i->addr = ioctl(fd, SIOCGIFNETMASK, &r) < 0
		                  ? text
		                  : arena_str(a, STR_FMT "/%u", STR_ARG(text),
		                              bits_of(&r.ifr_netmask));
	}
}

/* Two digits as a byte; the kernel writes no others. */
static uint8_t byte_of(const char *p)
{
	uint64_t v = 0;

	(void)str_hex_u64((struct str){ p, 2 }, &v);
	return (uint8_t)v;
}

/* The next word of a table of the kernel. */
static struct str word(struct str *line)
{
	struct str w = { NULL, 0 };

	while (line->n && !w.n)
		w = str_cut(line, ' ');
	return w;
}

/* "20010db8... 02 40 00 80 eth0": global addresses only. */
static void take_v6(struct arena *a, struct netns_result *out, int fd,
                    struct str table)
{
	while (table.n) {
		struct str line = str_cut(&table, '\n');
		struct str addr = word(&line), len, scope, name, text;
		struct dns_ip ip = { .len = 16 };
		struct netns_if *i;

		(void)word(&line);
		len = word(&line);
		scope = word(&line);
		(void)word(&line);
		name = word(&line);
		if (addr.n != 32 || len.n != 2 || !str_eq(scope, STR("00")))
			continue;
		i = add_if(a, out, name, fd);
		if (!i)
			continue;
		for (size_t k = 0; k < 16; k++)
			ip.b[k] = byte_of(addr.p + 2 * k);
		text = dns_ip_text(a, &ip);
		i->addr = arena_str(a, STR_FMT "/%u", STR_ARG(text),
		                    byte_of(len.p));
	}
}

/* ---- its default routes; RTF_REJECT is one that says no */

#define FLAG_UP 1u
#define FLAG_REJECT 0x200u

static bool usable(struct str hex)
{
	uint64_t v = 0;

	(void)str_hex_u64(hex, &v);
	return (v & FLAG_UP) && !(v & FLAG_REJECT);
}

/* "eth0\t00000000\t0102000A\t0003\t0\t0\t0\t00000000\t..." */
static bool default_v4(struct str table)
{
	while (table.n) {
		struct str line = str_cut(&table, '\n'), f[8];

		for (size_t i = 0; i < 8; i++)
			f[i] = str_trim(str_cut(&line, '\t'));
		if (str_eq(f[1], STR("00000000")) &&
		    str_eq(f[7], STR("00000000")) && usable(f[3]))
			return true;
	}
	return false;
}

/* "000...0 00 000...0 00 GATEWAY METRIC REF USE FLAGS NAME" */
static bool default_v6(struct str table)
{
	while (table.n) {
		struct str line = str_cut(&table, '\n'), f[9];
		bool zero = true;

		for (size_t i = 0; i < 9; i++)
			f[i] = word(&line);
		for (size_t i = 0; i < f[0].n; i++)
			zero = zero && f[0].p[i] == '0';
		if (f[0].n == 32 && zero && str_eq(f[1], STR("00")) &&
		    usable(f[8]))
			return true;
	}
	return false;
}

static struct str table(const char *path, char buf[TABLE_MAX])
{
	return file_small(path, buf, TABLE_MAX) ? str_of(buf)
	                                        : (struct str){ NULL, 0 };
}

static void look_around(struct arena *a, struct netns_result *out)
{
	char *buf = ARENA_ARRAY(a, char, TABLE_MAX);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0) {
		take_v4(a, out, fd);
		take_v6(a, out, fd, table("/proc/net/if_inet6", buf));
		(void)close(fd);
	}
	out->route4 = default_v4(table("/proc/net/route", buf));
	out->route6 = default_v6(table("/proc/net/ipv6_route", buf));
}

/* ---- names */

/* A file of the process's own root; no link leads out of it. */
static bool inside(struct arena *a, int root, const char *path, size_t max,
                   struct str *out)
{
	char at[40];
	struct err none;

	if (root < 0)
		return false;
	(void)snprintf(at, sizeof(at), "/proc/self/fd/%d", root);
	return file_read((struct place){ at, path }, a, max, out, &none);
}

static void take_name(struct netns_result *out, struct netns_answer *w,
                      const struct dns_result *r)
{
	w->dns = r->err.code;
	w->dns_ms = r->ms;
	for (size_t i = 0; i < r->n_tries; i++)
		if (r->tries[i].rcode)
			w->rcode = r->tries[i].rcode;
	for (size_t i = 0; i < r->n_addr && w->n_tries < NETNS_MAX_TRIES; i++) {
		bool v6 = str_has(r->addr[i], STR(":"));

		/* A task without IPv6 has nobody to miss it. */
		if (v6 && !out->route6 && w->n_tries)
			continue;
		w->tries[w->n_tries++].addr = r->addr[i];
	}
}

static void resolve(struct arena *a, const struct netns_req *q, int root,
                    unsigned ms, struct netns_result *out)
{
	const char *names[NETNS_MAX_TARGETS];
	struct dns_result *r = ARENA_ARRAY(a, struct dns_result, q->n);
	struct str conf = { NULL, 0 }, hosts = { NULL, 0 };
	struct dns_run run;
	struct err none;

	out->own_conf = inside(a, root, "/etc/resolv.conf", CONF_MAX, &conf);
	if (!out->own_conf)
		(void)file_read((struct place){ "", "/etc/resolv.conf" }, a,
		                CONF_MAX, &conf, &none);
	(void)inside(a, root, "/etc/hosts", HOSTS_MAX, &hosts);
	for (size_t i = 0; i < q->n; i++)
		names[i] = q->target[i].name;
	dns_begin_with(&run, a, conf, hosts, names, q->n, ms, r);
	for (size_t i = 0; i < run.conf.n; i++)
		out->server[out->n_servers++] =
			dns_ip_text(a, &run.conf.server[i]);
	dns_finish_all(&run);
	for (size_t i = 0; i < q->n; i++) {
		out->answer[i].name = str_of(q->target[i].name);
		out->answer[i].port = q->target[i].port;
		take_name(out, &out->answer[i], &r[i]);
		if (!out->answer[i].n_tries && q->target[i].instead)
			out->answer[i].tries[out->answer[i].n_tries++].addr =
				str_of(q->target[i].instead);
	}
}

void netns_look(struct arena *a, const struct netns_req *q, int root,
                int64_t until, struct netns_result *out)
{
	struct netns_req some = *q;
	int64_t half;

	if (some.n > NETNS_MAX_TARGETS)
		some.n = NETNS_MAX_TARGETS;
	out->answer = ARENA_ARRAY(a, struct netns_answer, some.n + 1);
	out->n = some.n;
	look_around(a, out);
	half = (until - live_mono_ms(NULL)) / 2;
	if (half < 1)
		half = 1;
	resolve(a, &some, root, half < DNS_MAX_MS ? (unsigned)half : DNS_MAX_MS,
	        out);
	netns_connect(out, until);
}
