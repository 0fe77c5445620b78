#include "endpoints.h"

#include "probe/text.h"

enum { URL_MAX = 160, ID_MAX = 64 };

static void text_or_null(struct jsonw *w, const char *key, struct arena *a,
                         struct str s, size_t max)
{
	if (s.n)
		jsonw_str(w, key, text_clean(a, s, max));
	else
		jsonw_null(w, key);
}

static void ms_or_null(struct jsonw *w, const char *key, int32_t ms)
{
	if (ms >= 0)
		jsonw_int(w, key, ms);
	else
		jsonw_null(w, key);
}

void endpoints_json(struct jsonw *w, const struct pass *p, struct arena *a)
{
	const struct fact_endpoints *f = p->facts ? &p->facts->endpoints : NULL;

	jsonw_arr(w, "endpoints");
	for (size_t i = 0; f && i < f->n; i++) {
		const struct endpoint_row *r = &f->row[i];

		jsonw_obj(w, NULL);
		jsonw_str(w, "name", str_of(r->name));
		jsonw_str(w, "url", text_clean(a, r->url, URL_MAX));
		text_or_null(w, "address", a, r->address, ID_MAX);
		if (r->address.n)
			jsonw_bool(w, "private", r->is_private);
		else
			jsonw_null(w, "private");
		jsonw_str(w, "outcome",
		          str_of(endpoint_outcome_text[r->outcome]));
		if (r->http_status)
			jsonw_int(w, "http_status", r->http_status);
		else
			jsonw_null(w, "http_status");
		text_or_null(w, "request_id", a, r->request_id, ID_MAX);
		ms_or_null(w, "dns_ms", r->dns_ms);
		ms_or_null(w, "tcp_ms", r->tcp_ms);
		ms_or_null(w, "tls_ms", r->tls_ms);
		ms_or_null(w, "http_ms", r->http_ms);
		jsonw_end(w);
	}
	jsonw_arr_end(w);
}

static struct str ms_text(struct arena *a, int32_t ms)
{
	return ms >= 0 ? arena_str(a, "%d", ms) : STR("-");
}

void endpoints_text(struct lines *l, const struct pass *p)
{
	const struct fact_endpoints *f = p->facts ? &p->facts->endpoints : NULL;

	if (!f || !f->n)
		return;
	lines_text(l, "Endpoints: ", STR("outcome; ms for DNS, TCP, TLS, HTTP"),
	           0);
	for (size_t i = 0; i < f->n; i++) {
		const struct endpoint_row *r = &f->row[i];

		lines_text(
			l, "  ",
			arena_str(l->a,
		                  STR_FMT "%s" STR_FMT "%s: %s; " STR_FMT
		                          " " STR_FMT " " STR_FMT " " STR_FMT,
		                  STR_ARG(text_clean(l->a, r->host, URL_MAX)),
		                  r->address.n ? " " : "", STR_ARG(r->address),
		                  r->is_private ? " (in this VPC)" : "",
		                  endpoint_outcome_text[r->outcome],
		                  STR_ARG(ms_text(l->a, r->dns_ms)),
		                  STR_ARG(ms_text(l->a, r->tcp_ms)),
		                  STR_ARG(ms_text(l->a, r->tls_ms)),
		                  STR_ARG(ms_text(l->a, r->http_ms))),
			0);
	}
}
