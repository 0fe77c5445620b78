/* Changes of links, addresses and routes, as rtnetlink tells them. */
#define _GNU_SOURCE /* SOCK_NONBLOCK */
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe/sense.h"

int sense_route(struct err *e)
{
	const struct sockaddr_nl here = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
		             RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR |
		             RTMGRP_IPV6_ROUTE,
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
	                NETLINK_ROUTE);
	int os;

	if (fd >= 0 &&
	    bind(fd, (const struct sockaddr *)&here, sizeof(here)) == 0)
		return fd;
	os = errno;
	if (fd >= 0)
		(void)close(fd);
	(void)err_set(e, err_code_of_os(os), os, "rtnetlink: %s",
	              err_text(err_code_of_os(os)));
	return -1;
}

/* The value of an attribute in attrs, or an empty slice. */
static struct str attribute(struct str attrs, unsigned short type)
{
	struct rtattr a;

	while (attrs.n >= sizeof(a)) {
		memcpy(&a, attrs.p, sizeof(a));
		if (a.rta_len < sizeof(a) || a.rta_len > attrs.n)
			break;
		if (a.rta_type == type)
			return (struct str){ attrs.p + sizeof(a),
				             a.rta_len - sizeof(a) };
		attrs = str_skip(attrs, RTA_ALIGN(a.rta_len));
	}
	return (struct str){ NULL, 0 };
}

/* An interface of a container's, on our side. */
static bool passing(struct str name)
{
	static const struct str heads[] = { STR_INIT("veth"), STR_INIT("br-"),
		                            STR_INIT("ecs-"),
		                            STR_INIT("docker") };

	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		if (str_starts(name, heads[i]))
			return true;
	return false;
}

static unsigned link_what(struct str body)
{
	struct ifinfomsg m;

	if (body.n < sizeof(m))
		return 0;
	memcpy(&m, body.p, sizeof(m));
	if (m.ifi_family != AF_UNSPEC) /* a bridge's port; a router's hello */
		return 0;
	return passing(attribute(str_skip(body, NLMSG_ALIGN(sizeof(m))),
	                         IFLA_IFNAME))
	               ? 0
	               : SENSE_LINK;
}

/* Every hello of an IPv6 router makes its routes and addresses anew; only what
 * is taken away is news. */
static bool hello(unsigned char family, bool made)
{
	return family == AF_INET6 && made;
}

static unsigned addr_what(struct str body, bool made)
{
	struct ifaddrmsg m;
	struct str name;

	if (body.n < sizeof(m))
		return 0;
	memcpy(&m, body.p, sizeof(m));
	name = attribute(str_skip(body, NLMSG_ALIGN(sizeof(m))), IFA_LABEL);
	/* IPv6 has no label; a link-local address tells of a link, not of us.
	 */
	return hello(m.ifa_family, made) || passing(name) ||
	                       m.ifa_scope >= RT_SCOPE_LINK
	               ? 0
	               : SENSE_ADDR;
}

/* Routes by which packets leave: unicast, of a table that is not local. */
static unsigned route_what(struct str body, bool made)
{
	struct rtmsg m;

	if (body.n < sizeof(m))
		return 0;
	memcpy(&m, body.p, sizeof(m));
	if (hello(m.rtm_family, made) || m.rtm_type != RTN_UNICAST ||
	    m.rtm_flags & RTM_F_CLONED || m.rtm_table == RT_TABLE_LOCAL)
		return 0;
	return m.rtm_scope == RT_SCOPE_UNIVERSE ? SENSE_ROUTE : 0;
}

unsigned sense_route_what(struct str bytes)
{
	unsigned what = 0;
	struct nlmsghdr h;

	while (bytes.n >= sizeof(h)) {
		struct str body;

		memcpy(&h, bytes.p, sizeof(h));
		if (h.nlmsg_len < sizeof(h) || h.nlmsg_len > bytes.n)
			break;
		body = str_skip(str_head(bytes, h.nlmsg_len), NLMSG_HDRLEN);
		if (h.nlmsg_type == RTM_NEWLINK || h.nlmsg_type == RTM_DELLINK)
			what |= link_what(body);
		if (h.nlmsg_type == RTM_NEWADDR || h.nlmsg_type == RTM_DELADDR)
			what |= addr_what(body, h.nlmsg_type == RTM_NEWADDR);
		if (h.nlmsg_type == RTM_NEWROUTE ||
		    h.nlmsg_type == RTM_DELROUTE)
			what |= route_what(body, h.nlmsg_type == RTM_NEWROUTE);
		bytes = str_skip(bytes, NLMSG_ALIGN(h.nlmsg_len));
	}
	return what;
}
