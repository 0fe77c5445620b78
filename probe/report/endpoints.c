#include "endpoints.h"

#include "probe/text.h"

enum { ADDRESS_MAX = 64, URL_MAX = 200 };

static void ms_or_null(struct jsonw *w, const char *key, int32_t ms)
{
	if (ms < 0)
		jsonw_null(w, key);
	else
		jsonw_int(w, key, ms);
}

static void text_or_null(struct jsonw *w, const char *key, struct str s,
                         struct arena *a)
{
	if (s.n)
		jsonw_str(w, key, text_clean(a, s, ADDRESS_MAX));
	else
		jsonw_null(w, key);
}

static const char *way_words(enum way_kind k)
{
	static const char *const words[WAY_KINDS] = {
		"", "open", "none", "unreachable", "blackhole", "prohibit",
	};

	return words[k];
}

static void way(struct jsonw *w, const struct way *way, struct arena *a)
{
	if (way->kind == WAY_UNASKED)
		return;
	jsonw_obj(w, "route");
	jsonw_str(w, "way", str_of(way_words(way->kind)));
	text_or_null(w, "device", way->device, a);
	text_or_null(w, "gateway", way->gateway, a);
	text_or_null(w, "source", way->source, a);
	jsonw_end(w);
}

static void one(struct jsonw *w, const struct endpoint_row *r, struct arena *a)
{
	jsonw_obj(w, NULL);
	jsonw_str(w, "name", str_of(r->name));
	jsonw_str(w, "url", text_clean(a, r->url, URL_MAX));
	text_or_null(w, "address", r->address, a);
	if (r->resolved)
		jsonw_bool(w, "private", r->is_private);
	else
		jsonw_null(w, "private");
	jsonw_str(w, "outcome", str_of(r->outcome_text));
	if (r->http_status)
		jsonw_int(w, "http_status", r->http_status);
	else
		jsonw_null(w, "http_status");
	text_or_null(w, "request_id", r->request_id, a);
	way(w, &r->way, a);
	ms_or_null(w, "dns_ms", r->dns_ms);
	ms_or_null(w, "tcp_ms", r->tcp_ms);
	ms_or_null(w, "tls_ms", r->tls_ms);
	ms_or_null(w, "http_ms", r->http_ms);
	jsonw_end(w);
}

static bool seen(const struct pass *p)
{
	return p && p->facts && p->facts->endpoints.seen.state == SEEN_OK;
}

size_t endpoints_count(const struct pass *p)
{
	return seen(p) ? p->facts->endpoints.n : 0;
}

void endpoints_json(struct jsonw *w, const struct pass *p, size_t max,
                    struct arena *a)
{
	size_t n = endpoints_count(p), bad = 0, good = 0;

	for (size_t i = 0; i < n; i++)
		bad += p->facts->endpoints.row[i].outcome != EP_OK;
	bad = bad < max ? bad : max;
	good = max - bad;
	jsonw_arr(w, "endpoints");
	for (size_t i = 0; i < n; i++) {
		const struct endpoint_row *r = &p->facts->endpoints.row[i];
		size_t *room = r->outcome == EP_OK ? &good : &bad;

		if (*room == 0)
			continue;
		(*room)--;
		one(w, r, a);
	}
	jsonw_arr_end(w);
}

/* "by eth0 via 10.0.1.1 from 10.0.1.10"; or "none", "blackhole". */
static struct str way_text(struct arena *a, const struct way *w)
{
	struct str s = arena_str(
		a, "by " STR_FMT "%s" STR_FMT "%s" STR_FMT, STR_ARG(w->device),
		w->gateway.n ? " via " : "", STR_ARG(w->gateway),
		w->source.n ? " from " : "", STR_ARG(w->source));

	return w->kind == WAY_OPEN ? text_clean(a, s, URL_MAX)
	                           : str_of(way_words(w->kind));
}

static const char *ms_text(struct arena *a, int32_t ms)
{
	return ms < 0 ? "-" : arena_str(a, "%d", ms).p;
}

void endpoints_text(struct lines *l, const struct pass *p)
{
	if (!seen(p) || !p->facts->endpoints.n)
		return;
	lines_text(l, "", STR(" "), 1);
	lines_text(l, "", STR("Endpoints (ms: DNS TCP TLS HTTP):"), 1);
	for (size_t i = 0; i < p->facts->endpoints.n; i++) {
		const struct endpoint_row *r = &p->facts->endpoints.row[i];
		const char *where = !r->resolved    ? ""
		                    : r->is_private ? " (private)"
		                                    : " (public)";
		const char *head =
			arena_str(l->a, "  %-12s %-14s %5s %5s %5s %5s  ",
		                  r->name, r->outcome_text,
		                  ms_text(l->a, r->dns_ms),
		                  ms_text(l->a, r->tcp_ms),
		                  ms_text(l->a, r->tls_ms),
		                  ms_text(l->a, r->http_ms))
				.p;

		lines_text(l, head,
		           arena_str(l->a, STR_FMT "%s",
		                     STR_ARG(text_clean(l->a, r->address,
		                                        ADDRESS_MAX)),
		                     where),
		           0);
		lines_text(l, "      ", text_clean(l->a, r->url, URL_MAX), 0);
		if (r->way.kind != WAY_UNASKED)
			lines_text(l, "      route: ", way_text(l->a, &r->way),
			           0);
	}
}
