#include "probe/collect.h"
#include "probe/json.h"

/* A file that is known not to be there; not recorded is not known. */
static bool gone(const struct err *e)
{
	return e->code == ERR_NOENT && e->os != HOST_UNRECORDED;
}

static void take(struct collect *c, struct fact_cloudinit *out,
                 const struct json *j)
{
	int v1 = json_get(j, 0, "v1");
	int errors = json_get(j, v1, "errors");

	out->datasource = json_str(j, json_get(j, v1, "datasource"), c->a);
	for (int i = json_first(j, errors);
	     i >= 0 && out->n_errors < CLOUDINIT_MAX_ERRORS;
	     i = json_next(j, i)) {
		struct str text = json_str(j, i, c->a);

		out->error[out->n_errors++] = text;
		if (str_has(text, STR("scripts-user")) ||
		    str_has(text, STR("scripts_user")))
			out->script_failed = true;
	}
}

/* Seconds since 1970 with a fraction; 0 or null: not yet. */
static int64_t stamp(const struct json *j, int stage, const char *key)
{
	struct str raw = json_raw(j, json_get(j, stage, key));
	uint64_t s;
	int64_t ms = 0, worth = 100;

	if (!str_u64(str_cut(&raw, '.'), &s) || !s || s >= UINT32_MAX)
		return WHEN_NONE;
	for (size_t i = 0; i < raw.n && worth; i++, worth /= 10)
		if (raw.p[i] >= '0' && raw.p[i] <= '9')
			ms += worth * (raw.p[i] - '0');
	return (int64_t)s * 1000 + ms;
}

/* The stages' times, for the boot's report card; a favour, no more. */
static void look_at_stages(struct collect *c, struct fact_cloudinit *out)
{
	static const char *const paths[] = {
		"/run/cloud-init/status.json",
		"/var/lib/cloud/data/status.json",
	};
	struct str text;
	struct json j;
	struct err e;
	int v1;

	if (!c->h->ops->read(c->h, c->a, paths[0], 65536, &text, &e) &&
	    !c->h->ops->read(c->h, c->a, paths[1], 65536, &text, &e))
		return;
	if (!json_parse(c->a, text, 1024, &j, &e))
		return;
	v1 = json_get(&j, 0, "v1");
	/* Local where it knows EC2 before the network, else with it. */
	out->source_ms = stamp(&j, json_get(&j, v1, "init-local"), "finished");
	if (!str_ends(json_str(&j, json_get(&j, v1, "datasource"), c->a),
	              STR("Local")))
		out->source_ms =
			stamp(&j, json_get(&j, v1, "init"), "finished");
	out->final_ms =
		stamp(&j, json_get(&j, v1, "modules-final"), "finished");
}

static void look_at_user_data(struct collect *c, struct fact_cloudinit *out)
{
	struct file_info info;
	struct err e;

	/* Its size alone: what stands in it may be secret. */
	if (c->h->ops->info(c->h, "/var/lib/cloud/instance/user-data.txt",
	                    &info, &e)) {
		out->user_data = info.size > 0;
		out->user_data_known = true;
	} else {
		out->user_data_known = gone(&e);
	}
}

bool collect_cloudinit(struct collect *c, struct fact_cloudinit *out,
                       struct err *e)
{
	static const char *const results[] = {
		"/run/cloud-init/result.json",
		"/var/lib/cloud/data/result.json",
	};
	struct host *h = c->h;
	struct file_info info;
	struct str text;
	struct json j;
	struct err e2;
	bool read = h->ops->read(h, c->a, results[0], 65536, &text, e);

	out->source_ms = out->final_ms = WHEN_NONE;
	/* Without the one and with the other it runs still: the result comes
	 * last. Switched off, it never comes. */
	if (!read && gone(e) &&
	    h->ops->info(h, "/run/cloud-init", &info, &e2) &&
	    !h->ops->info(h, "/run/cloud-init/disabled", &info, &e2))
		out->there = true;
	if (!read && !out->there)
		read = h->ops->read(h, c->a, results[1], 65536, &text, &e2);
	if (!read && !gone(e))
		return err_wrap(e, "cloud-init");
	look_at_user_data(c, out);
	look_at_stages(c, out);
	if (!read)
		return true;
	out->there = true;
	out->finished = true;
	if (!json_parse(c->a, text, 1024, &j, e))
		return err_wrap(e, "cloud-init's result.json");
	take(c, out, &j);
	return true;
}
