/*
 * Who goes through which proxy. Four programs have settings of their own: the
 * agent (ecs.config, and its container as it was made from that), ecs-init and
 * dockerd (their units' environment; dockerd also its flags and
 * /etc/docker/daemon.json). On Amazon Linux 1 ecs-init is an upstart job.
 * What they say is compared; where dockerd's way to the registry is not the
 * agent's, which was tried already, it is tried too.
 */
#include "outcome.h"
#include "target.h"
#include "unitfiles.h"

#include "probe/json.h"

enum { REGISTRY_MS = 1800, DAEMON_BYTES = 32 * 1024 };

#define DAEMON_JSON "/etc/docker/daemon.json"

static struct str first_of(struct str upper, struct str lower)
{
	return upper.n ? upper : lower;
}

static const char *split_of(const struct str v[CFG_PROXIES])
{
	for (int i = 0; i < CFG_PROXIES; i += 2)
		if (v[i].n && v[i + 1].n && !str_eq(v[i], v[i + 1]))
			return cfg_proxy_names[i].p;
	return NULL;
}

static bool by_proxy(struct str http, struct str no, const char *address)
{
	return http.n && !cfg_no_proxy_has(no, str_of(address));
}

static void keep(struct collect *c, struct proxy_way *w,
                 const struct str v[CFG_PROXIES])
{
	w->known = true;
	w->http = cfg_proxy_shown(c->a, first_of(v[CFG_HTTP], v[CFG_HTTP_LOW]));
	w->https =
		cfg_proxy_shown(c->a, first_of(v[CFG_HTTPS], v[CFG_HTTPS_LOW]));
	w->no = first_of(v[CFG_NO], v[CFG_NO_LOW]);
	w->split = split_of(v);
	w->imds_by = by_proxy(w->http, w->no, "169.254.169.254");
	w->task_by = by_proxy(w->http, w->no, "169.254.170.2");
}

/* ---- the agent */

static const struct config_entry *entry_of(const struct fact_config *f,
                                           struct str key)
{
	for (size_t i = f->n_entries; i-- > 0;)
		if (str_eq(f->entry[i].key, key))
			return &f->entry[i];
	return NULL;
}

static void of_file(struct collect *c, struct proxy_way *w)
{
	const struct fact_config *f = &c->got->config;
	struct str v[CFG_PROXIES] = { { NULL, 0 } };
	const struct config_entry *e[CFG_PROXIES];

	if (f->seen.state != SEEN_OK)
		return;
	for (int i = 0; i < CFG_PROXIES; i++) {
		e[i] = entry_of(f, cfg_proxy_names[i]);
		if (e[i])
			v[i] = str_trim(e[i]->value);
	}
	keep(c, w, v);
	for (int i = 0; i < CFG_NO; i += 2) {
		/* A login may be what differs, and is not in the value. */
		if (!w->split && v[i].n && v[i + 1].n &&
		    e[i]->hash != e[i + 1]->hash)
			w->split = cfg_proxy_names[i].p;
	}
	w->path = str_of(f->file[CONFIG_ETC].path);
}

/* Docker has shown hashes: what stands in ecs.config too is told by them. */
static void of_agent(struct collect *c, struct proxy_way *w)
{
	const struct docker_agent *agent = &c->got->docker.agent;
	struct str v[CFG_PROXIES] = { { NULL, 0 } };

	if (c->got->docker.seen.state != SEEN_OK || !agent->inspected ||
	    !agent->running || c->got->config.seen.state != SEEN_OK)
		return;
	for (int i = 0; i < CFG_PROXIES; i++) {
		const struct config_entry *e =
			entry_of(&c->got->config, cfg_proxy_names[i]);

		if (agent->proxy[i])
			v[i] = e && e->hash == agent->proxy[i]
			               ? str_trim(e->value)
			               : STR("another one");
	}
	keep(c, w, v);
	/* What a list holds that we have not seen is not known. */
	if (str_eq(w->no, STR("another one")))
		w->imds_by = w->task_by = false;
}

/* ---- units */

/* What dockerd was told, in place of its environment, in either case. */
static bool put_before(struct cfg_unit *u, const struct str v[3])
{
	bool any = false;

	for (int i = 0; i < 3; i++) {
		if (!v[i].n)
			continue;
		u->value[2 * i] = u->value[2 * i + 1] = v[i];
		any = true;
	}
	return any;
}

/* Docker 23 and later: both go before the environment; it does not start with
 * the same thing in both. */
static bool add_daemon_json(struct collect *c, struct unitfiles *u)
{
	static const char *const keys[] = { "http-proxy", "https-proxy",
		                            "no-proxy" };
	struct str text, v[3];
	struct json j;
	struct err e;
	int set;

	if (!c->h->ops->read(c->h, c->a, DAEMON_JSON, DAEMON_BYTES, &text, &e))
		return e.code == ERR_NOENT;
	if (!json_parse(c->a, text, 2048, &j, &e))
		return true; /* dockerd does not start with it */
	set = json_get(&j, 0, "proxies");
	for (int i = 0; i < 3; i++)
		v[i] = json_str(&j, json_get(&j, set, keys[i]), c->a);
	if (put_before(&u->env, v))
		u->path = STR(DAEMON_JSON);
	return true;
}

static void add_flags(struct collect *c, struct unitfiles *u)
{
	struct str v[3];

	cfg_dockerd_flags(c->a, &u->env, v);
	if (put_before(&u->env, v))
		u->path = u->flags_path;
}

typedef void reader(struct arena *a, struct str text, struct cfg_unit *u);

/* false: it is there and cannot be read. */
static bool read_one(struct collect *c, const char *path, reader *how,
                     struct unitfiles *u, struct err *e)
{
	struct cfg_unit was = u->env;
	struct str text;

	if (!c->h->ops->read(c->h, c->a, path, DAEMON_BYTES, &text, e))
		return e->code == ERR_NOENT || err_wrap(e, "%s", path);
	how(c->a, text, &u->env);
	for (int i = 0; i < CFG_NO; i++)
		if (was.value[i].p != u->env.value[i].p)
			u->path = str_of(path);
	return true;
}

/* Amazon Linux 1: the job's lines are all that ecs-init gets, and the script
 * that starts dockerd runs /etc/sysconfig/docker. */
static bool of_upstart(struct collect *c, const char *unit, struct unitfiles *u,
                       struct err *e)
{
	static const char *const job[] = { "/etc/init/ecs.conf",
		                           "/etc/init/ecs.override" };
	struct file_info info;

	*u = (struct unitfiles){ 0 };
	for (int i = 0; i < 2; i++)
		u->found = u->found || c->h->ops->info(c->h, job[i], &info, e);
	if (!u->found)
		return true;
	if (!str_starts(str_of(unit), STR("ecs")))
		return read_one(c, "/etc/sysconfig/docker", cfg_unit_add_shell,
		                u, e);
	return read_one(c, job[0], cfg_unit_add_job, u, e) &&
	       read_one(c, job[1], cfg_unit_add_job, u, e);
}

/* Without systemd, a file of the unit, or an upstart job nothing is known. */
static bool of_unit(struct collect *c, const char *unit, struct proxy_way *w,
                    struct unitfiles *u)
{
	struct file_info info;
	bool systemd = true;
	struct err e;
	bool ok = unitfiles_read(c, unit, u, &e);

	if (ok && !u->found)
		systemd =
			c->h->ops->info(c->h, "/run/systemd/system", &info, &e);
	if (!systemd)
		ok = of_upstart(c, unit, u, &e);
	if (!ok) {
		w->why = arena_copy(c->a, str_of(e.msg));
		return false;
	}
	if (!systemd && !u->found)
		return false;
	w->path = u->path;
	keep(c, w, u->env.value);
	return true;
}

/* ---- the registry, as dockerd reaches it */

static const struct endpoint_row *registry_row(const struct fact_endpoints *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->row[i].service == SVC_ECR_DKR)
			return &f->row[i];
	return NULL;
}

static struct str with_scheme(struct collect *c, struct str url)
{
	if (!url.n || str_has(url, STR("://")))
		return url;
	return arena_str(c->a, "http://" STR_FMT, STR_ARG(url));
}

static void ask_registry(struct collect *c, const struct cfg_unit *u,
                         struct fact_proxies *out)
{
	const struct endpoint_row *r;
	struct endpoint_row *row = &out->registry;
	struct str proxy, agent;
	struct http_resp resp;
	struct http_req q;
	struct err e;

	if (c->got->endpoints.seen.state != SEEN_OK)
		return;
	r = registry_row(&c->got->endpoints);
	if (!r || r->outcome == EP_NOT_ASKED)
		return;
	proxy = first_of(u->value[CFG_HTTPS], u->value[CFG_HTTPS_LOW]);
	if (no_proxy_matches(first_of(u->value[CFG_NO], u->value[CFG_NO_LOW]),
	                     r->host))
		proxy = (struct str){ NULL, 0 };
	proxy = with_scheme(c, str_trim(proxy));
	agent = str_of(target_proxy(c, r));
	if (str_eq(proxy, agent))
		return;
	*row = (struct endpoint_row){ .name = r->name,
		                      .service = r->service,
		                      .kind = EPK_TLS,
		                      .url = r->url,
		                      .host = r->host,
		                      .dns_ms = -1,
		                      .by_proxy = proxy.n > 0 };
	q = (struct http_req){
		.url = r->url.p,
		.proxy = proxy.n ? arena_copy(c->a, proxy).p : NULL,
		.tag = "dockerd",
		.timeout_ms = collect_left_ms(c, REGISTRY_MS),
		.max_bytes = 1024,
		.tls_only = true,
	};
	if (!host_http(c->h, c->a, &q, &resp, &e))
		resp.err = e;
	outcome_of_http(c->a, &resp, c->got->now_ms, row);
	out->registry_proxy = cfg_proxy_shown(c->a, proxy);
}

static void of_docker(struct collect *c, struct fact_proxies *out)
{
	struct proxy_way *w = &out->way[PROXY_DOCKER];
	struct unitfiles docker = { 0 };

	if (!of_unit(c, "docker.service", w, &docker))
		return;
	if (!add_daemon_json(c, &docker)) {
		*w = (struct proxy_way){ .why = STR(DAEMON_JSON
			                            ": permission denied") };
		return;
	}
	add_flags(c, &docker);
	w->path = docker.path;
	keep(c, w, docker.env.value);
	if (c->got->docker.seen.state == SEEN_OK &&
	    c->got->docker.state == DOCKER_ANSWERS)
		ask_registry(c, &docker.env, out);
}

bool collect_proxies(struct collect *c, struct fact_proxies *out, struct err *e)
{
	struct unitfiles init = { 0 };
	bool known = false;

	of_file(c, &out->way[PROXY_FILE]);
	of_agent(c, &out->way[PROXY_AGENT]);
	(void)of_unit(c, "ecs.service", &out->way[PROXY_INIT], &init);
	of_docker(c, out);
	for (int i = 0; i < PROXY_PLACES; i++)
		known = known || out->way[i].known;
	if (known)
		return true;
	*e = c->got->config.seen.why;
	return err_wrap(e, "proxies");
}
