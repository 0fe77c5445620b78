#include "probe/awsplace.h"

#include <stdlib.h>

#include "probe/text.h"
#include "target.h"

enum { FIND_MS = 6000 };

static bool no_keys(const struct fact_imds *m, struct arena *a, struct err *e)
{
	if (!m->version)
		return err_set(e, ERR_AUTH, 0,
		               "no keys to sign with: the metadata service "
		               "does not answer");
	if (!m->iam.role.n)
		return err_set(e, ERR_AUTH, 0,
		               "no keys to sign with: no role is attached");
	return err_set(
		e, ERR_AUTH, 0,
		"no keys to sign with: the metadata service says " STR_FMT,
		STR_ARG(m->iam.code.n ? text_clean(a, m->iam.code, 64)
	                              : STR("nothing of use")));
}

static bool fill(struct collect *c, const struct facts *f, struct arena *keep,
                 struct aws_place *out, struct err *e)
{
	static const enum aws_service wanted[] = { SVC_LOGS, SVC_MONITORING };
	struct fact_endpoints *ends = ARENA_NEW(c->a, struct fact_endpoints);
	const struct fact_imds *m = &f->imds;
	struct aws_where w;

	if (!target_where(c, ends, &w))
		return err_set(e, ERR_NOENT, 0, "the region is not known");
	if (!m->cred)
		return no_keys(m, c->a, e);
	ends->row = ARENA_ARRAY(c->a, struct endpoint_row, ENDPOINTS_MAX);
	*out = (struct aws_place){
		.region = arena_copy(keep, w.region),
		.instance = arena_copy(keep, str_head(m->instance_id, 64)),
		.expires_ms = m->iam.expires_ms,
		.cred = { arena_copy(keep, m->cred->key_id),
		          arena_copy(keep, m->cred->secret),
		          arena_copy(keep, m->cred->token) },
	};
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		struct endpoint_row *row = target_api(c, &w, ends, wanted[i]);
		const char *proxy = row ? target_proxy(c, row) : NULL;

		if (row)
			out->url[wanted[i]] = arena_copy(keep, row->url);
		if (proxy)
			out->proxy[wanted[i]] =
				arena_copy(keep, str_head(str_of(proxy), 1024))
					.p;
	}
	return true;
}

bool aws_place_find(struct host *h, struct arena *a, struct aws_place *out,
                    struct err *e)
{
	struct arena mem = { malloc(2 * COLLECT_ARENA), 0, 2 * COLLECT_ARENA };
	struct collect c = { .h = h,
		             .a = &mem,
		             .until_ms = h->ops->mono_ms(h) + FIND_MS };
	struct facts *f;
	bool ok;

	if (!mem.base)
		return err_set(e, ERR_BUSY, 0, "no memory");
	f = ARENA_NEW(&mem, struct facts);
	c.got = f;
	f->now_ms = h->ops->now_ms(h);
	if (collect_config(&c, &f->config, e))
		f->config.seen.state = SEEN_OK;
	ok = collect_imds(&c, &f->imds, e);
	if (ok) {
		f->imds.seen.state = SEEN_OK;
		ok = fill(&c, f, a, out, e);
	}
	free(mem.base);
	return ok;
}
