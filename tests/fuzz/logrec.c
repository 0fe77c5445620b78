/* One line of a log in any shape, and what is read out of it. */
#include <stdint.h>
#include <stdlib.h>

#include "probe/logrec.h"

static void inside(struct str whole, struct str part)
{
	if (part.n && (part.p < whole.p || part.p + part.n > whole.p + whole.n))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char out[512];
	struct str line = { (const char *)data, size }, v;
	struct logrec r, quick;

	logrec_read(line, &r);
	inside(line, r.raw);
	inside(line, r.time);
	inside(line, r.msg);
	inside(line, r.fields);
	if (logrec_quick(line, &quick) &&
	    (quick.shape != r.shape || quick.level != r.level))
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
	return 0;
}
