/* Routes: the kernel's answers as bytes, and the kernel itself. */
#define _GNU_SOURCE /* the kernel's headers */
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "../../probe/io/rec.h"
#include "../../probe/io/waymsg.h"
#include "unit.h"

struct bytes {
	unsigned char b[512];
	size_t n;
};

static void put(struct bytes *m, const void *p, size_t n)
{
	memcpy(m->b + m->n, p, n);
	m->n += (n + 3) & ~(size_t)3;
}

static void attr(struct bytes *m, unsigned short type, const void *p, size_t n)
{
	struct rtattr a = { (unsigned short)RTA_LENGTH(n), type };

	put(m, &a, sizeof(a));
	put(m, p, n);
}

static struct bytes head(unsigned short type, uint32_t seq)
{
	struct nlmsghdr h = { .nlmsg_type = type, .nlmsg_seq = seq };
	struct bytes m = { .n = 0 };

	put(&m, &h, sizeof(h));
	return m;
}

static bool read_back(struct bytes *m, uint32_t seq, struct way_told *out)
{
	uint32_t len = (uint32_t)m->n;

	memcpy(m->b, &len, sizeof(len));
	return waymsg_read(m->b, m->n, seq, out);
}

static void refusals(void)
{
	static const struct {
		int os;
		enum way_kind kind;
	} rows[] = {
		{ ENETUNREACH, WAY_NONE }, { EHOSTUNREACH, WAY_UNREACHABLE },
		{ EINVAL, WAY_BLACKHOLE }, { EACCES, WAY_PROHIBIT },
		{ EAGAIN, WAY_NONE },      { ENOBUFS, WAY_UNASKED },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct bytes m = head(NLMSG_ERROR, 7);
		int32_t error = -rows[i].os;
		struct way_told t;

		put(&m, &error, sizeof(error));
		OK(read_back(&m, 7, &t), "it is the answer");
		OK(t.kind == rows[i].kind, strerror(rows[i].os));
		OK(t.os == rows[i].os, "errno");
		OK(!read_back(&m, 8, &t), "of another question");
	}
}

static void answers(void)
{
	struct rtmsg body = { .rtm_family = AF_INET, .rtm_type = RTN_UNICAST };
	static const unsigned char via6[18] = { 0, AF_INET6, 0xfe, 0x80 };
	struct bytes m = head(RTM_NEWROUTE, 1), cut;
	uint32_t index = 3;
	struct way_told t;

	put(&m, &body, sizeof(body));
	attr(&m, RTA_OIF, &index, 4);
	attr(&m, RTA_GATEWAY, "\12\0\1\1", 4);
	attr(&m, RTA_PREFSRC, "\12\0\1\12", 4);
	OK(read_back(&m, 1, &t) && t.kind == WAY_OPEN && t.index == 3 &&
	           t.gateway.len == 4 && t.gateway.b[3] == 1 &&
	           t.source.b[3] == 10 && !t.local,
	   "a route by a gateway");
	for (size_t n = 0; n < m.n; n++) {
		cut = m;
		cut.n = n;
		(void)waymsg_read(cut.b, n, 1, &t);
	}
	attr(&m, RTA_VIA, via6, sizeof(via6));
	OK(read_back(&m, 1, &t) && t.gateway.len == 16 &&
	           t.gateway.b[0] == 0xfe,
	   "a gateway of the other family");
	m = head(RTM_NEWROUTE, 1);
	body.rtm_type = RTN_BLACKHOLE;
	put(&m, &body, sizeof(body));
	OK(read_back(&m, 1, &t) && t.kind == WAY_BLACKHOLE, "told as a type");
}

static void questions(void)
{
	struct way_ip v6 = { 16, { 0x20, 1 } };
	unsigned char out[64];

	OK(waymsg_ask(out, sizeof(out), 1, &v6) == 48, "IPv6");
	v6.len = 4;
	OK(waymsg_ask(out, sizeof(out), 1, &v6) == 36, "IPv4");
	OK(waymsg_ask(out, 20, 1, &v6) == 0, "no room");
}

static void live(struct arena *a)
{
	static const char *const to[] = { "127.0.0.1", "::1", "10.0.0.1.2" };
	struct host h = host_live();
	struct way w[3], back;

	h.ops->ways(&h, a, to, 3, w);
	OK(w[0].kind == WAY_OPEN && w[0].local &&
	           str_eq(w[0].device, STR("lo")) &&
	           str_eq(w[0].source, STR("127.0.0.1")),
	   "loopback");
	/* a container may have no IPv6 at all */
	OK(w[1].kind != WAY_UNASKED || w[1].err.code, "IPv6's loopback");
	OK(w[2].err.code == ERR_ARG, "not an address");
	OK(rec_get_way(rec_put_way(a, &w[0]), &back) && back.local &&
	           str_eq(back.source, w[0].source),
	   "written down and read back");
	OK(!rec_get_way(STR("dev eth0\n"), &back), "no word of the way");
	h.ops->ways(&h, a, to, 0, w);
}

int main(void)
{
	struct arena a = unit_arena(1 << 20);

	refusals();
	answers();
	questions();
	live(&a);
	free(a.base);
	return unit_end("ways");
}
