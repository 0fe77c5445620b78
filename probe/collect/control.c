#include "control.h"

#include <stdlib.h>

#include "probe/collect.h"
#include "probe/procstat.h"

enum { STAT_BYTES = 4096, PIDS_BYTES = 8192, PIDS_MAX = 64 };

enum { PORT_DNS = 53, PORT_DOCKER = 2375, PORT_DOCKER_TLS = 2376 };

static bool is_local(struct str addr)
{
	return str_starts(addr, STR("127.")) || str_eq(addr, STR("::1")) ||
	       /* metadata, credentials, time: link-local, and EC2's fd00 */
	       str_starts(addr, STR("169.254.")) ||
	       str_starts(addr, STR("fe80:")) ||
	       str_starts(addr, STR("fd00:ec2:"));
}

bool control_may_lead(const struct conn_row *c)
{
	if (!c->remote_port || is_local(c->remote))
		return false;
	if (c->remote_port == PORT_DNS || c->remote_port == PORT_DOCKER ||
	    c->remote_port == PORT_DOCKER_TLS)
		return false;
	/* Tasks that ask the agent. */
	return c->local_port != AGENT_PORT_INTROSPECTION &&
	       c->local_port != AGENT_PORT_CREDENTIALS;
}

/* The kernel keeps 15 bytes of "amazon-ecs-agent", where the agent is a
 * program of the host. */
static bool is_agent(struct str comm)
{
	return str_eq(comm, STR("agent")) ||
	       str_eq(comm, STR("amazon-ecs-agen"));
}

static bool read_stat(struct collect *c, int64_t pid, struct procstat *out,
                      struct err *e)
{
	struct str path = arena_str(c->a, "/proc/%lld/stat", (long long)pid);
	struct str text;

	if (!c->h->ops->read(c->h, c->a, path.p, STAT_BYTES, &text, e))
		return false;
	return procstat_parse(text, out) ||
	       err_set(e, ERR_FORM, 0, "%s: malformed", path.p);
}

/* The holder of the agent's ports; *hidden: there is one, but not for us. */
static int64_t by_port(const struct fact_ports *p, bool *hidden)
{
	*hidden = false;
	if (p->seen.state != SEEN_OK)
		return 0;
	for (size_t i = 0; i < p->map.n_listen; i++) {
		const struct sock_row *s = &p->map.listen[i];

		if (s->udp || (s->port != AGENT_PORT_INTROSPECTION &&
		               s->port != AGENT_PORT_CREDENTIALS))
			continue;
		if (s->pid > 0 && is_agent(s->comm))
			return s->pid;
		*hidden = *hidden || s->pid <= 0;
	}
	return 0;
}

/* The agent among the pids of a file, a blank or a line end between two. */
static int64_t among(struct collect *c, const char *path, struct err *e)
{
	struct str text;

	if (!c->h->ops->read(c->h, c->a, path, PIDS_BYTES, &text, e))
		return 0;
	for (int i = 0; i < PIDS_MAX && text.n; i++) {
		struct str line = str_cut(&text, '\n');

		while (line.n) {
			struct procstat s;
			struct err none;
			uint64_t pid;

			if (str_u64(str_cut(&line, ' '), &pid) &&
			    pid <= INT32_MAX &&
			    read_stat(c, (int64_t)pid, &s, &none) &&
			    is_agent(s.comm))
				return (int64_t)pid;
		}
	}
	return 0;
}

/* Where Docker puts a container under cgroup v2 and v1. */
static const struct group {
	const char *head, *tail;
} groups[] = {
	{ "/sys/fs/cgroup/system.slice/docker-", ".scope" },
	{ "/sys/fs/cgroup/docker/", "" },
	{ "/sys/fs/cgroup/pids/docker/", "" },
	{ "/sys/fs/cgroup/pids/system.slice/docker-", ".scope" },
};
enum { GROUPS = sizeof(groups) / sizeof(*groups) };

/* The container's first process is the agent, or docker-init with the agent
 * under it; when Docker does not tell that process, the cgroup does. */
static int64_t in_container(struct collect *c, const struct docker_agent *d,
                            struct err *e)
{
	struct str id = str_head(d->id, 64), path;
	struct procstat s;
	int64_t pid;

	if (d->pid > 0) {
		if (!read_stat(c, d->pid, &s, e))
			return 0;
		if (is_agent(s.comm))
			return d->pid;
		path = arena_str(c->a, "/proc/%lld/task/%lld/children",
		                 (long long)d->pid, (long long)d->pid);
		pid = among(c, path.p, e);
		if (pid)
			return pid;
	}
	for (size_t i = 0; i < GROUPS; i++) {
		path = arena_str(c->a, "%s" STR_FMT "%s/cgroup.procs",
		                 groups[i].head, STR_ARG(id), groups[i].tail);
		pid = among(c, path.p, e);
		if (pid)
			return pid;
	}
	if (e->os != HOST_UNRECORDED)
		(void)err_set(e, ERR_NOENT, 0,
		              "its process is not in its container");
	return 0;
}

/* What holds the port may have been looked at a while ago. */
static bool still_agent(struct collect *c, int64_t pid)
{
	struct procstat s;
	struct err e;

	return read_stat(c, pid, &s, &e) && is_agent(s.comm);
}

/* false: we could not look. *pid 0: none runs. */
static bool find(struct collect *c, int64_t *pid, struct err *e)
{
	const struct fact_docker *d = &c->got->docker;
	const struct fact_ports *p = &c->got->ports;
	struct self_info self;
	bool hidden;

	*e = (struct err){ 0 };
	*pid = by_port(p, &hidden);
	if (*pid && still_agent(c, *pid))
		return true;
	*pid = 0;
	c->h->ops->self(c->h, &self);
	if (d->seen.state == SEEN_OK && d->agent.found && d->agent.running) {
		*pid = in_container(c, &d->agent, e);
		return *pid || err_wrap(e, "the agent");
	}
	if (self.euid != 0 && (hidden || d->seen.state == SEEN_FAILED))
		return err_set(e, ERR_PERM, 0,
		               "which process the agent is: not allowed");
	if (d->seen.state != SEEN_OK && p->seen.state != SEEN_OK) {
		*e = d->seen.state == SEEN_FAILED ? d->seen.why : p->seen.why;
		return err_wrap(e, "the agent's process");
	}
	return true;
}

/* Those with data on top, the freshest first. */
static int by_freshness(const void *a, const void *b)
{
	const struct conn_row *x = a, *y = b;
	bool up = x->state == CONN_ESTABLISHED;

	if (up != (y->state == CONN_ESTABLISHED))
		return up ? -1 : 1;
	if (x->data_recv_ms != y->data_recv_ms)
		return x->data_recv_ms < y->data_recv_ms ? -1 : 1;
	return (int)x->local_port - (int)y->local_port;
}

static void sort_out(struct fact_control *out, struct conn_row *row, size_t n)
{
	qsort(row, n, sizeof(*row), by_freshness);
	for (size_t i = 0; i < n; i++) {
		if (!control_may_lead(&row[i]))
			continue;
		if (out->n_sockets == CONTROL_MAX_SOCKETS) {
			out->dropped++;
			continue;
		}
		out->socket[out->n_sockets++] = row[i];
		out->n_open += row[i].state == CONN_ESTABLISHED;
	}
}

static bool uptime(struct collect *c, int64_t *ms, struct err *e)
{
	struct str text;

	if (!c->h->ops->read(c->h, c->a, "/proc/uptime", 256, &text, e))
		return false;
	return uptime_parse(text, ms) ||
	       err_set(e, ERR_FORM, 0, "/proc/uptime: malformed");
}

/* It ended while we looked: then none runs. */
static bool gone(struct fact_control *out, const struct err *e)
{
	*out = (struct fact_control){ 0 };
	return e->code == ERR_NOENT && e->os != HOST_UNRECORDED;
}

bool collect_control(struct collect *c, struct fact_control *out, struct err *e)
{
	struct procstat before, after;
	struct conn_row *row;
	int64_t pid, up;
	size_t n;

	if (!find(c, &pid, e))
		return false;
	if (!pid)
		return true;
	if (!read_stat(c, pid, &before, e) ||
	    !c->h->ops->conns(c->h, c->a, pid, &row, &n, e) ||
	    !read_stat(c, pid, &after, e))
		return gone(out, e) || err_wrap(e, "the agent's connections");
	/* The number may have gone to another process in between. */
	if (before.start != after.start || !is_agent(after.comm)) {
		(void)err_set(e, ERR_NOENT, 0, "it was replaced");
		return gone(out, e);
	}
	if (!uptime(c, &up, e))
		return err_wrap(e, "the agent's age");
	out->pid = pid;
	out->stopped = after.state == 'T' || after.state == 't';
	out->runs_ms = up - (int64_t)(after.start % (INT64_MAX / 16)) * 10;
	if (out->runs_ms < 0)
		out->runs_ms = 0;
	sort_out(out, row, n);
	return true;
}
