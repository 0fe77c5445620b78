/* RTM_GETROUTE (rtnetlink(7)): one message out, one back. */
#define _GNU_SOURCE /* the kernel's headers */
#include "waymsg.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

size_t waymsg_ask(unsigned char *out, size_t cap, uint32_t seq,
                  const struct way_ip *to)
{
	struct {
		struct nlmsghdr head;
		struct rtmsg body;
	} m = { .head = { .nlmsg_type = RTM_GETROUTE,
		          .nlmsg_flags = NLM_F_REQUEST,
		          .nlmsg_seq = seq },
		.body = { .rtm_family = to->len == 4 ? AF_INET : AF_INET6,
		          .rtm_dst_len = (unsigned char)(to->len * 8) } };
	struct rtattr dst = { .rta_len = (unsigned short)RTA_LENGTH(to->len),
		              .rta_type = RTA_DST };
	size_t n = sizeof(m) + RTA_SPACE(to->len);

	if (n > cap)
		return 0;
	memset(out, 0, n);
	m.head.nlmsg_len = (uint32_t)n;
	memcpy(out, &m, sizeof(m));
	memcpy(out + sizeof(m), &dst, sizeof(dst));
	memcpy(out + sizeof(m) + RTA_LENGTH(0), to->b, to->len);
	return n;
}

/* What the kernel calls each refusal. */
static enum way_kind kind_of(int os)
{
	switch (os) {
	case ENETUNREACH:
	case EAGAIN: /* a "throw" route */
		return WAY_NONE;
	case EHOSTUNREACH:
		return WAY_UNREACHABLE;
	case EINVAL:
		return WAY_BLACKHOLE;
	case EACCES:
		return WAY_PROHIBIT;
	default:
		return WAY_UNASKED;
	}
}

static enum way_kind kind_of_type(unsigned type)
{
	return type == RTN_UNREACHABLE ? WAY_UNREACHABLE
	       : type == RTN_BLACKHOLE ? WAY_BLACKHOLE
	       : type == RTN_PROHIBIT  ? WAY_PROHIBIT
	       : type == RTN_THROW     ? WAY_NONE
	                               : WAY_OPEN;
}

static void take_ip(const unsigned char *p, size_t n, struct way_ip *out)
{
	if (n != 4 && n != 16)
		return;
	out->len = (unsigned)n;
	memcpy(out->b, p, n);
}

static void take_attr(unsigned type, const unsigned char *p, size_t n,
                      struct way_told *out)
{
	uint32_t index;

	switch (type) {
	case RTA_OIF:
		if (n == sizeof(index)) {
			memcpy(&index, p, sizeof(index));
			out->index = index;
		}
		break;
	case RTA_GATEWAY:
		take_ip(p, n, &out->gateway);
		break;
	case RTA_VIA: /* an address of the other family, behind its number */
		if (n > 2)
			take_ip(p + 2, n - 2, &out->gateway);
		break;
	case RTA_PREFSRC:
		take_ip(p, n, &out->source);
		break;
	default:
		break;
	}
}

static void read_route(const unsigned char *p, size_t n, struct way_told *out)
{
	size_t at = NLMSG_ALIGN(sizeof(struct rtmsg));
	struct rtmsg body;
	struct rtattr a;

	memcpy(&body, p, sizeof(body));
	out->kind = kind_of_type(body.rtm_type);
	out->local = body.rtm_type == RTN_LOCAL;
	while (at < n && n - at >= sizeof(a)) {
		memcpy(&a, p + at, sizeof(a));
		if (a.rta_len < sizeof(a) || a.rta_len > n - at)
			return;
		take_attr(a.rta_type & 0x3fffu, p + at + RTA_LENGTH(0),
		          a.rta_len - RTA_LENGTH(0), out);
		at += RTA_ALIGN((size_t)a.rta_len);
	}
}

bool waymsg_read(const unsigned char *p, size_t n, uint32_t seq,
                 struct way_told *out)
{
	struct nlmsghdr head;
	int32_t error;

	*out = (struct way_told){ .kind = WAY_UNASKED };
	if (n < NLMSG_HDRLEN)
		return false;
	memcpy(&head, p, sizeof(head));
	if (head.nlmsg_len < NLMSG_HDRLEN || head.nlmsg_len > n ||
	    head.nlmsg_seq != seq)
		return false;
	p += NLMSG_HDRLEN;
	n = head.nlmsg_len - NLMSG_HDRLEN;
	if (head.nlmsg_type == NLMSG_ERROR && n >= sizeof(error)) {
		memcpy(&error, p, sizeof(error));
		out->os = error < 0 && error > -4096 ? -error : EIO;
		out->kind = kind_of(out->os);
		return true;
	}
	if (head.nlmsg_type != RTM_NEWROUTE || n < sizeof(struct rtmsg))
		return false;
	read_route(p, n, out);
	return true;
}
