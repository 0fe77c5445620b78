/* Routes, asked for one by one over one socket: some microseconds each. */
#define _GNU_SOURCE /* SOCK_CLOEXEC */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "io.h"
#include "waymsg.h"

#define READ_BYTES 4096
#define WAIT_S 1

static bool ip_of(const char *text, struct way_ip *out)
{
	*out = (struct way_ip){ 4, { 0 } };
	if (inet_pton(AF_INET, text, out->b) == 1)
		return true;
	out->len = 16;
	return inet_pton(AF_INET6, text, out->b) == 1;
}

static struct str text_of(struct arena *a, const struct way_ip *ip)
{
	char z[INET6_ADDRSTRLEN] = "";

	if (ip->len)
		(void)inet_ntop(ip->len == 4 ? AF_INET : AF_INET6, ip->b, z,
		                sizeof(z));
	return arena_copy(a, str_of(z));
}

static bool talk(int fd, uint32_t seq, const struct way_ip *to,
                 struct way_told *out)
{
	unsigned char buf[READ_BYTES];
	size_t n = waymsg_ask(buf, sizeof(buf), seq, to);
	ssize_t got;

	if (send(fd, buf, n, 0) != (ssize_t)n)
		return false;
	for (unsigned i = 0; i < 8; i++) { /* late answers are passed over */
		got = recv(fd, buf, sizeof(buf), 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		if (waymsg_read(buf, (size_t)got, seq, out))
			return true;
	}
	return false;
}

static void one(struct arena *a, int fd, uint32_t seq, const char *addr,
                struct way *out)
{
	char name[IF_NAMESIZE] = "";
	struct way_told told;
	struct way_ip to;

	*out = (struct way){ .kind = WAY_UNASKED };
	if (!ip_of(addr, &to)) {
		(void)err_set(&out->err, ERR_ARG, 0, "%s: no address", addr);
		return;
	}
	errno = EIO;
	if (fd < 0 || !talk(fd, seq, &to, &told)) {
		(void)err_set(&out->err, ERR_IO, errno, "rtnetlink: %s", addr);
		return;
	}
	if (told.kind == WAY_UNASKED) {
		(void)err_set(&out->err, err_code_of_os(told.os), told.os,
		              "rtnetlink: %s", addr);
		return;
	}
	out->kind = told.kind;
	out->local = told.local;
	if (told.kind == WAY_OPEN && if_indextoname(told.index, name))
		out->device = arena_copy(a, str_of(name));
	out->gateway = text_of(a, &told.gateway);
	out->source = text_of(a, &told.source);
}

void live_ways(struct host *h, struct arena *a, const char *const *addrs,
               size_t n, struct way *out)
{
	struct timeval patience = { .tv_sec = WAIT_S };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	(void)h;
	if (fd >= 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		                 sizeof(patience));
	for (size_t i = 0; i < n; i++)
		one(a, fd, (uint32_t)i + 1, addrs[i], &out[i]);
	if (fd >= 0)
		(void)close(fd);
}
