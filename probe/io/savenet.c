/* The recorder's network, as far as save.c has no room for it. */
#include "save.h"

void save_ask(struct host *h, struct arena *a, const struct dns_ask *q,
              size_t n, unsigned timeout_ms, struct dns_result *out)
{
	struct saver *s = saver_of(h);

	s->from->ops->ask(s->from, a, q, n, timeout_ms, out);
	begin(s);
	for (size_t i = 0; i < n; i++) {
		struct rec_path p = rec_ask(&q[i]);

		arena_reset(&s->scratch);
		if (was_recorded(&out[i].err))
			save_put(s, p.z, NOTHING,
			         rec_put_dns(&s->scratch, &out[i]), HTTP_OPEN);
	}
	end(s);
}

void save_ways(struct host *h, struct arena *a, const char *const *addrs,
               size_t n, struct way *out)
{
	struct saver *s = saver_of(h);

	s->from->ops->ways(s->from, a, addrs, n, out);
	begin(s);
	for (size_t i = 0; i < n; i++) {
		struct rec_path p = rec_way(addrs[i]);
		bool ok = out[i].err.code == ERR_NONE;

		arena_reset(&s->scratch);
		keep(s, p.z, "", ok,
		     ok ? rec_put_way(&s->scratch, &out[i]) : NOTHING,
		     &out[i].err);
	}
	end(s);
}

void save_ntp(struct host *h, struct arena *a, const struct ntp_req *q,
              size_t n, struct ntp_answer *out)
{
	struct saver *s = saver_of(h);

	s->from->ops->ntp(s->from, a, q, n, out);
	begin(s);
	for (size_t i = 0; i < n; i++) {
		struct rec_path p = rec_ntp(&q[i]);
		bool ok = out[i].err.code == ERR_NONE;

		arena_reset(&s->scratch);
		keep(s, p.z, "", ok,
		     ok ? rec_put_ntp(&s->scratch, &out[i]) : NOTHING,
		     &out[i].err);
	}
	end(s);
}

bool save_knock(struct host *h, struct arena *a, uint16_t port,
                unsigned timeout_ms, struct knock *out, struct err *e)
{
	struct saver *s = saver_of(h);
	bool ok = s->from->ops->knock(s->from, a, port, timeout_ms, out, e);
	struct rec_path p = rec_knock(port);

	begin(s);
	keep(s, p.z, "", ok, ok ? rec_put_knock(&s->scratch, out) : NOTHING, e);
	end(s);
	return ok;
}
