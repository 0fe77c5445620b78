/* One line of a log in any shape, and what is read out of it. */
#include <stdint.h>
#include <stdlib.h>

#include "../../probe/logs/quiet.h"
#include "probe/logrec.h"
#include "probe/when.h"

/* The quick ways see what the plain ones see: ends of lines, and lines of no
 * weight. */
static void quick(const uint8_t *data, size_t size, const struct logrec *r)
{
	static uint32_t plain[4096], ends[4096];
	static char text[4096 + QUIET_READ];
	static struct quiet q;
	uint32_t end = (uint32_t)size;
	const struct quiet_lines in = { text, 0, &end, 1 };
	struct str time;
	size_t n;

	if (size > 4000)
		return;
	memcpy(text, data, size);
	text[size] = '\n';
	n = log_ends_way(0)(text, size, plain, 4096);
	for (unsigned i = 1; i < LOG_ENDS_WAYS; i++)
		if (log_ends_way(i) &&
		    (log_ends_way(i)(text, size, ends, 4096) != n ||
		     memcmp(ends, plain, n * sizeof(*ends)) != 0))
			abort();
	if (!q.form[1].msg)
		quiet_init(&q);
	if (n == 0 && quiet_run(&q, &in, &time) &&
	    (r->level != LVL_INFO || wake_is(&q.wake, r->msg) ||
	     !str_eq(time, r->time) || when_parse(r->time, NULL) == WHEN_NONE))
		abort();
}

static void inside(struct str whole, struct str part)
{
	if (part.n && (part.p < whole.p || part.p + part.n > whole.p + whole.n))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char out[512];
	struct str line = { (const char *)data, size }, v;
	struct logrec r, fast, plain;

	logrec_read(line, &r);
	logrec_plain(line, &plain);
	inside(line, r.raw);
	inside(line, r.time);
	inside(line, r.msg);
	inside(line, r.fields);
	if (logrec_quick(line, &fast) &&
	    (r.shape != plain.shape || r.level != plain.level ||
	     !str_eq(r.time, plain.time) ||
	     !str_eq(str_trim(r.msg), str_trim(plain.msg)) ||
	     when_parse(r.time, NULL) == WHEN_NONE))
		abort();
	if (logrec_field(&r, STR("error"), &v))
		inside(line, v);
	if (log_unwrap_docker(line, &v))
		inside(line, v);
	if (log_unescape(line, out, sizeof(out)) > sizeof(out) ||
	    log_strip_ansi(line, out, sizeof(out)) > sizeof(out))
		abort();
	if (log_eol(line.p, size) != log_eol_plain(line.p, size))
		abort();
	quick(data, size, &r);
	return 0;
}
