/*
 * fault.h - a door that fails: the call number fail_at, or every call, ends
 * with a given error. Calls are counted over all threads; each request of
 * http() and each name of resolve() is one.
 */
#ifndef TESTS_FAULT_H
#define TESTS_FAULT_H

#include <stdatomic.h>

#include "probe/host.h"
#include "probe/when.h"

enum { FAULT_NEVER = 0, FAULT_ALWAYS = -1 };

struct fault {
	struct host host; /* first: the door that is handed out */
	struct host *inner;
	int fail_at;
	enum err_code code;
	atomic_int calls;
};

static struct fault *fault_of(struct host *h)
{
	return (struct fault *)(void *)h;
}

/* Counts a call; true when it is to fail. */
static bool fault_due(struct host *h, struct err *e)
{
	struct fault *f = fault_of(h);
	int n = atomic_fetch_add(&f->calls, 1) + 1;

	if (f->fail_at != FAULT_ALWAYS && f->fail_at != n)
		return false;
	(void)err_set(e, f->code, 0, "call %d: made to fail", n);
	return true;
}

/* The operation of the machine below, unless it is this one's turn. */
#define FAULT_OP(op, ...)          \
	return !fault_due(h, e) && \
	       fault_of(h)->inner->ops->op(fault_of(h)->inner, __VA_ARGS__)

static bool fault_read(struct host *h, struct arena *a, const char *path,
                       size_t max, struct str *out, struct err *e)
{
	FAULT_OP(read, a, path, max, out, e);
}

static bool fault_read_at(struct host *h, const char *path, uint64_t off,
                          char *buf, size_t n, size_t *got, struct err *e)
{
	FAULT_OP(read_at, path, off, buf, n, got, e);
}

static bool fault_info(struct host *h, const char *path, struct file_info *out,
                       struct err *e)
{
	FAULT_OP(info, path, out, e);
}

static bool fault_list(struct host *h, struct arena *a, const char *path,
                       size_t max, struct dir_entry **out, size_t *n,
                       struct err *e)
{
	FAULT_OP(list, a, path, max, out, n, e);
}

static bool fault_fs(struct host *h, const char *path, struct fs_info *out,
                     struct err *e)
{
	FAULT_OP(fs, path, out, e);
}

static void fault_http(struct host *h, struct arena *a,
                       const struct http_req *q, size_t n,
                       struct http_resp *out)
{
	struct host *inner = fault_of(h)->inner;
	struct err e;

	inner->ops->http(inner, a, q, n, out);
	for (size_t i = 0; i < n; i++)
		if (fault_due(h, &e))
			out[i] = (struct http_resp){
				.err = e,
				.stage = STAGE_TCP,
				.cert_expires_ms = WHEN_NONE,
				.tcp_ms = -1,
				.tls_ms = -1,
				.http_ms = -1,
			};
}

static void fault_resolve(struct host *h, struct arena *a,
                          const char *const *names, size_t n,
                          unsigned timeout_ms, struct dns_result *out)
{
	struct host *inner = fault_of(h)->inner;
	struct err e;

	inner->ops->resolve(inner, a, names, n, timeout_ms, out);
	for (size_t i = 0; i < n; i++)
		if (fault_due(h, &e))
			out[i] =
				(struct dns_result){ .err = e,
				                     .name = str_of(names[i]) };
}

static void fault_ask(struct host *h, struct arena *a, const struct dns_ask *q,
                      size_t n, unsigned timeout_ms, struct dns_result *out)
{
	struct host *inner = fault_of(h)->inner;
	struct err e;

	inner->ops->ask(inner, a, q, n, timeout_ms, out);
	for (size_t i = 0; i < n; i++)
		if (fault_due(h, &e))
			out[i] = (struct dns_result){
				.err = e, .name = str_of(q[i].name)
			};
}

static void fault_ways(struct host *h, struct arena *a,
                       const char *const *addrs, size_t n, struct way *out)
{
	struct host *inner = fault_of(h)->inner;
	struct err e;

	inner->ops->ways(inner, a, addrs, n, out);
	for (size_t i = 0; i < n; i++)
		if (fault_due(h, &e))
			out[i] = (struct way){ .err = e };
}

static bool fault_cmd(struct host *h, struct arena *a, const char *const *argv,
                      unsigned timeout_ms, size_t max, struct cmd_out *out,
                      struct err *e)
{
	FAULT_OP(cmd, a, argv, timeout_ms, max, out, e);
}

static bool fault_ports(struct host *h, struct arena *a, struct port_map *out,
                        struct err *e)
{
	FAULT_OP(ports, a, out, e);
}

static bool fault_conns(struct host *h, struct arena *a, int64_t pid,
                        struct conn_row **out, size_t *n, struct err *e)
{
	FAULT_OP(conns, a, pid, out, n, e);
}

static void fault_in_netns(struct host *h, struct arena *a,
                           const struct netns_req *q, size_t n,
                           struct netns_result *out)
{
	struct host *inner = fault_of(h)->inner;
	struct err e;

	inner->ops->in_netns(inner, a, q, n, out);
	for (size_t i = 0; i < n; i++)
		if (fault_due(h, &e))
			out[i] = (struct netns_result){ .err = e };
}

static bool fault_knock(struct host *h, struct arena *a, uint16_t port,
                        unsigned timeout_ms, struct knock *out, struct err *e)
{
	FAULT_OP(knock, a, port, timeout_ms, out, e);
}

static bool fault_klog(struct host *h, struct arena *a, size_t max,
                       struct str *out, struct err *e)
{
	FAULT_OP(klog, a, max, out, e);
}

static bool fault_clock(struct host *h, struct clock_info *out, struct err *e)
{
	FAULT_OP(clock, out, e);
}

static void fault_ntp(struct host *h, struct arena *a, const struct ntp_req *q,
                      size_t n, struct ntp_answer *out)
{
	struct host *inner = fault_of(h)->inner;
	struct err e;

	inner->ops->ntp(inner, a, q, n, out);
	for (size_t i = 0; i < n; i++)
		if (fault_due(h, &e))
			out[i] = (struct ntp_answer){ .err = e };
}

static struct str fault_env(struct host *h, struct arena *a, const char *name)
{
	struct host *inner = fault_of(h)->inner;

	return inner->ops->env(inner, a, name);
}

static void fault_self(struct host *h, struct self_info *out)
{
	struct host *inner = fault_of(h)->inner;

	inner->ops->self(inner, out);
}

static int64_t fault_now(struct host *h)
{
	return fault_of(h)->inner->ops->now_ms(fault_of(h)->inner);
}

static int64_t fault_mono(struct host *h)
{
	return fault_of(h)->inner->ops->mono_ms(fault_of(h)->inner);
}

static bool fault_act(struct host *h, struct arena *a, enum verb_id verb,
                      struct cmd_out *out, struct err *e)
{
	FAULT_OP(act, a, verb, out, e);
}

static int64_t fault_measured(struct host *h, const char *what, int64_t value)
{
	struct host *inner = fault_of(h)->inner;

	return inner->ops->measured(inner, what, value);
}

static const struct host_ops fault_ops = {
	.read = fault_read,
	.read_at = fault_read_at,
	.info = fault_info,
	.list = fault_list,
	.fs = fault_fs,
	.http = fault_http,
	.resolve = fault_resolve,
	.ask = fault_ask,
	.ways = fault_ways,
	.cmd = fault_cmd,
	.ports = fault_ports,
	.conns = fault_conns,
	.in_netns = fault_in_netns,
	.knock = fault_knock,
	.klog = fault_klog,
	.clock = fault_clock,
	.ntp = fault_ntp,
	.env = fault_env,
	.self = fault_self,
	.now_ms = fault_now,
	.mono_ms = fault_mono,
	.act = fault_act,
	.measured = fault_measured,
};

static inline void fault_init(struct fault *f, struct host *inner, int fail_at,
                              enum err_code code)
{
	f->host = (struct host){ &fault_ops, inner->root };
	f->inner = inner;
	f->fail_at = fail_at;
	f->code = code;
	atomic_init(&f->calls, 0);
}

#endif
