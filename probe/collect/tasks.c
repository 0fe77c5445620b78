/*
 * Which tasks, by Docker's list; their processes, by inspecting one container
 * of each; then a look from inside (see in_netns in host.h). Without tasks that
 * have a network of their own nothing is asked and no right is needed.
 */
#include "docker_json.h"

#include "probe/collect.h"
#include "probe/procstat.h"

enum {
	INSPECT_MS = 1500,
	INSPECT_BYTES = 48 * 1024,
	LOOK_MS = 2800, /* half for names; a SYN is sent again after 1 s */
	STAT_BYTES = 4096,
	CREDENTIALS_PORT = 80,
	HTTPS_PORT = 443,
	MAX_BUCKETS = 6,
	ENI_MS = 500,
	ENI_BYTES = 256,
};

/* ---- what to reach */

static bool reached(const struct endpoint_row *r)
{
	return r->tcp_ms >= 0 || r->http_status > 0;
}

/* What the host does not reach itself is no task's trouble; a proxy of the
 * agent's is not the task's; an endpoint somebody set is the agent's alone. */
static bool comparable(const struct endpoint_row *r)
{
	return reached(r) && !r->by_proxy && !r->overridden && r->host.n;
}

static void add(struct fact_tasks *out, struct str name, uint16_t port,
                const struct endpoint_row *host)
{
	if (out->n_targets < NETNS_MAX_TARGETS)
		out->target[out->n_targets++] =
			(struct task_target){ name, port, host };
}

static void choose_targets(const struct fact_endpoints *f,
                           struct fact_tasks *out)
{
	static const enum aws_service apis[] = { SVC_S3, SVC_ECR, SVC_ECS };
	size_t buckets = 0;

	for (size_t i = 0; f->seen.state == SEEN_OK && i < f->n; i++)
		if (f->row[i].kind == EPK_BUCKET && comparable(&f->row[i]) &&
		    buckets++ < MAX_BUCKETS)
			add(out, f->row[i].host, HTTPS_PORT, &f->row[i]);
	for (size_t k = 0; k < sizeof(apis) / sizeof(*apis); k++)
		for (size_t i = 0; f->seen.state == SEEN_OK && i < f->n; i++)
			if (f->row[i].service == apis[k] &&
			    f->row[i].kind == EPK_API && comparable(&f->row[i]))
				add(out, f->row[i].host, HTTPS_PORT,
				    &f->row[i]);
	add(out, STR(TASKS_CREDENTIALS), CREDENTIALS_PORT, NULL);
}

/* ---- which tasks */

static struct str last_part(struct str arn)
{
	struct str s = arn;

	while (str_has(s, STR("/")))
		(void)str_cut(&s, '/');
	return s;
}

/* The newest first; of equals the one Docker lists first. */
static size_t choose(const struct fact_docker *d, struct fact_tasks *out,
                     const struct docker_task *chosen[TASKS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_tasks; i++) {
		const struct docker_task *t = &d->task[i];
		size_t at = n;

		if (t->host_net || t->no_net)
			continue;
		out->own_network++;
		while (at && chosen[at - 1]->created_s < t->created_s)
			at--;
		if (at == TASKS_MAX)
			continue;
		n += n < TASKS_MAX;
		for (size_t k = n - 1; k > at; k--)
			chosen[k] = chosen[k - 1];
		chosen[at] = t;
	}
	return n;
}

/* ---- their processes */

static void not_seen(struct fact_tasks *out, const struct err *e)
{
	if (out->not_seen++ == 0)
		out->why = *e;
}

static bool start_of(struct collect *c, int64_t pid, uint64_t *start,
                     struct err *e)
{
	struct str path = arena_str(c->a, "/proc/%lld/stat", (long long)pid);
	struct procstat s;
	struct str text;

	if (!c->h->ops->read(c->h, c->a, path.p, STAT_BYTES, &text, e))
		return false;
	if (!procstat_parse(text, &s))
		return err_set(e, ERR_FORM, 0, "%s: malformed", path.p);
	*start = s.start;
	return true;
}

/* A container that ended meanwhile is no failure of ours. */
static bool gone(const struct http_resp *r)
{
	return r->err.code == ERR_NONE && r->status == 404;
}

static void keep(struct collect *c, struct fact_tasks *out,
                 const struct docker_task *t, const struct http_resp *r,
                 struct netns_req *q)
{
	struct task_row *row = &out->row[out->n];
	struct err e = r->err;
	int64_t pid = 0;

	if (gone(r))
		return;
	if (e.code == ERR_NONE && r->status != 200)
		(void)err_set(&e, ERR_FORM, 0, "inspect: HTTP %d", r->status);
	if (e.code != ERR_NONE || !docker_read_pid(c->a, r->body, &pid, &e)) {
		not_seen(out, &e);
		return;
	}
	if (pid == 0)
		return;
	q[out->n] = (struct netns_req){ .pid = pid };
	if (!start_of(c, pid, &q[out->n].start, &e)) {
		if (e.code != ERR_NOENT || e.os == HOST_UNRECORDED)
			not_seen(out, &e);
		return;
	}
	*row = (struct task_row){
		.id = last_part(t->arn),
		.family = t->family,
		.awsvpc = t->pause,
		.pid = pid,
	};
	out->n++;
}

static void find_processes(struct collect *c, struct fact_tasks *out,
                           const struct docker_task *const *t, size_t n,
                           struct netns_req *q)
{
	const struct fact_docker *d = &c->got->docker;
	int api = docker_api_choice(d->api_min_minor, d->api_minor);
	struct http_req ask[TASKS_MAX] = { { 0 } };
	struct http_resp r[TASKS_MAX];

	for (size_t i = 0; i < n; i++) {
		struct str url = arena_str(
			c->a,
			"http://localhost/v1.%d/containers/" STR_FMT "/json",
			api, STR_ARG(str_head(t[i]->id, 64)));

		ask[i] = (struct http_req){
			.url = url.p,
			.unix_path = arena_copy(c->a, d->socket).p,
			.timeout_ms = collect_left_ms(c, INSPECT_MS),
			.max_bytes = INSPECT_BYTES,
		};
	}
	c->h->ops->http(c->h, c->a, ask, n, r);
	for (size_t i = 0; i < n; i++)
		keep(c, out, t[i], &r[i], q);
}

/* ---- the look */

/* "10.0.2.15/24" to "10.0.2.0/24"; empty for what is not IPv4. */
static struct str subnet_of(struct arena *a, struct str cidr)
{
	struct str rest = cidr, ip = str_cut(&rest, '/');
	uint64_t bits, part;
	uint32_t v = 0;

	if (!str_u64(rest, &bits) || bits < 1 || bits > 32)
		return (struct str){ NULL, 0 };
	for (int i = 0; i < 4; i++) {
		if (!str_u64(str_cut(&ip, '.'), &part) || part > 255)
			return (struct str){ NULL, 0 };
		v = v << 8 | (uint32_t)part;
	}
	v &= UINT32_MAX << (32 - bits);
	return arena_str(a, "%u.%u.%u.%u/%u", v >> 24, v >> 16 & 255,
	                 v >> 8 & 255, v & 255, (unsigned)bits);
}

/* The link-local one leads to the agent only. */
static void describe(struct arena *a, struct task_row *row)
{
	for (size_t i = 0; i < row->net.n_ifs; i++) {
		const struct netns_if *f = &row->net.ifs[i];
		struct str rest = f->addr;

		if (str_starts(f->addr, STR("169.254.")))
			continue;
		row->ifname = f->name;
		row->mac = f->mac;
		row->address = str_cut(&rest, '/');
		row->subnet = subnet_of(a, f->addr);
		if (!row->subnet.n)
			row->subnet = f->addr;
		return;
	}
}

/* An id of AWS's: "eni-0123456789abcdef0". */
static struct str id_of(const struct http_resp *r, struct str kind)
{
	struct str s = str_trim(r->body);

	if (r->err.code != ERR_NONE || r->status != 200 ||
	    !str_starts(s, kind) || s.n > kind.n + 17)
		return (struct str){ NULL, 0 };
	for (size_t i = kind.n; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') ||
		      (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return (struct str){ NULL, 0 };
	return s.n > kind.n ? s : (struct str){ NULL, 0 };
}

static struct http_req about(struct collect *c, const struct task_row *row,
                             const char *what)
{
	const struct fact_imds *m = &c->got->imds;

	return (struct http_req){
		.url = arena_str(c->a,
		                 STR_FMT "/latest/meta-data/network/interfaces/"
		                         "macs/" STR_FMT "/%s",
		                 STR_ARG(m->endpoint), STR_ARG(row->mac), what)
		               .p,
		.headers = &c->got->imds.token,
		.n_headers = m->token ? 1 : 0,
		.timeout_ms = collect_left_ms(c, ENI_MS),
		.max_bytes = ENI_BYTES,
	};
}

/* The metadata service knows the interfaces that are attached to the instance,
 * by their MAC address; a 404 is usual (a branch of a trunk). */
static void name_interfaces(struct collect *c, struct fact_tasks *out)
{
	const struct fact_imds *m = &c->got->imds;
	struct http_req q[2 * TASKS_MAX];
	struct http_resp r[2 * TASKS_MAX] = { 0 };
	struct task_row *of[TASKS_MAX];
	size_t n = 0;

	if (m->seen.state != SEEN_OK || !m->documents)
		return;
	for (size_t i = 0; i < out->n; i++) {
		struct task_row *row = &out->row[i];

		if (!row->awsvpc || !row->mac.n)
			continue;
		q[2 * n] = about(c, row, "interface-id");
		q[2 * n + 1] = about(c, row, "subnet-id");
		of[n++] = row;
	}
	if (n == 0)
		return;
	c->h->ops->http(c->h, c->a, q, 2 * n, r);
	for (size_t i = 0; i < n; i++) {
		of[i]->eni = id_of(&r[2 * i], STR("eni-"));
		of[i]->subnet_id = id_of(&r[2 * i + 1], STR("subnet-"));
	}
}

static void look(struct collect *c, struct fact_tasks *out, struct netns_req *q)
{
	struct netns_target to[NETNS_MAX_TARGETS];
	struct netns_result *r =
		ARENA_ARRAY(c->a, struct netns_result, TASKS_MAX);
	unsigned ms = collect_left_ms(c, LOOK_MS);
	size_t kept = 0;

	for (size_t i = 0; i < out->n_targets; i++) {
		const struct task_target *t = &out->target[i];

		to[i] = (struct netns_target){
			.name = arena_copy(c->a, t->name).p,
			.port = t->port,
		};
		if (t->host && t->host->address.n)
			to[i].instead = arena_copy(c->a, t->host->address).p;
	}
	for (size_t i = 0; i < out->n; i++) {
		q[i].target = to;
		q[i].n = out->n_targets;
		q[i].timeout_ms = ms;
	}
	c->h->ops->in_netns(c->h, c->a, q, out->n, r);
	for (size_t i = 0; i < out->n; i++) {
		struct task_row *row = &out->row[kept];

		*row = out->row[i];
		row->net = r[i];
		if (r[i].err.code != ERR_NONE) {
			if (r[i].err.code != ERR_NOENT ||
			    r[i].err.os == HOST_UNRECORDED)
				not_seen(out, &r[i].err);
		} else if (!r[i].shared && r[i].n_ifs &&
		           r[i].n == out->n_targets) {
			describe(c->a, row);
			kept++;
		}
	}
	out->n = kept;
	name_interfaces(c, out);
}

bool collect_tasks(struct collect *c, struct fact_tasks *out, struct err *e)
{
	const struct fact_docker *d = &c->got->docker;
	const struct docker_task *chosen[TASKS_MAX];
	struct netns_req q[TASKS_MAX];
	size_t n;

	if (d->seen.state != SEEN_OK) {
		*e = d->seen.why;
		return err_wrap(e, "which tasks run");
	}
	if (d->list_cut)
		return err_set(e, ERR_LIMIT, 0,
		               "too many containers to tell the tasks");
	n = choose(d, out, chosen);
	if (n == 0)
		return true;
	choose_targets(&c->got->endpoints, out);
	find_processes(c, out, chosen, n, q);
	if (out->n)
		look(c, out, q);
	if (out->n == 0 && out->not_seen) {
		*e = out->why;
		return err_wrap(e, "tasks");
	}
	return true;
}
