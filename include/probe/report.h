/* report.h - renderers: a pass into a buf, nothing else. */
#ifndef PROBE_REPORT_H
#define PROBE_REPORT_H

#include "probe/buf.h"
#include "probe/pass.h"

#define REPORT_MAX (20u * 1024) /* no report is longer */

struct report_look {
	bool colour, unicode, verbose;
	unsigned columns; /* 80 */
};

void report_text(const struct pass *p, const struct report_look *look,
                 struct arena *a, struct buf *out);
void report_json(const struct pass *p, const struct report_look *look,
                 struct arena *a, struct buf *out);
void report_nagios(const struct pass *p, const struct report_look *look,
                   struct arena *a, struct buf *out);

#endif
