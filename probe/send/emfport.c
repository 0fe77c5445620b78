/* emfport.c - the CloudWatch agent's own door for EMF: a line each over TCP. It
 * answers nothing; that it took the connection to its end has to do. */
#include "send.h"

#include "probe/wire.h"

enum { BODY_BYTES = 128 * 1024, WAIT_MS = 1500 };

enum far_end emfport_send(struct sinks *s, struct far *f, struct trip *t)
{
	struct buf body = buf_init(t->a, BODY_BYTES);
	const struct conf *c = &s->set->conf;
	struct emf_opts o = { .space = conf_text(c, CONF_NAMESPACE),
		              .per_instance =
		                      conf_num(c, CONF_INSTANCE_METRICS),
		              .group = conf_text(c, CONF_LOG_GROUP) };

	(void)f;
	for (; t->used < t->n; t->used++) {
		size_t mark = t->a->used;
		struct record r;
		bool fine;

		if (body.n + EMF_MAX + 1 > body.cap)
			break;
		fine = record_parse(t->line[t->used].json, t->a, &r, &t->why) &&
		       event_time(s, &r, &o.at_ms);
		if (fine) {
			o.stream = r.s[FIELD_INSTANCE];
			emf_render(&r, &o, t->a, &body);
			(void)buf_char(&body, '\n');
		}
		t->refused += !fine;
		t->a->used = mark;
	}
	if (!body.n)
		return FAR_DONE;
	return wire_stream((unsigned)conf_num(c, CONF_EMF_PORT), buf_str(&body),
	                   WAIT_MS, &t->why)
	               ? FAR_DONE
	               : FAR_FAILED;
}
