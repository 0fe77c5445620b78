/* report.h - renderers: a pass into a buf, nothing else. */
#ifndef PROBE_REPORT_H
#define PROBE_REPORT_H

#include "probe/buf.h"
#include "probe/pass.h"
#include "probe/when.h"

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

/* One line a check and one a finding, tabs between: for tests/cases. */
void report_cases(const struct pass *p, const struct report_look *look,
                  struct arena *a, struct buf *out);

/* ---- shared by the renderers */

/* What a finding says, in one line: its text, or its summary without one; for
 * a log finding, how often and when last. */
struct str report_finding(const struct pass *p, const struct finding *f,
                          struct arena *a);
/* The check that raised finding number i. */
const char *report_check_of(const struct pass *p, size_t i);
/* The findings behind cause number k, most telling first: what it needs, live
 * before logs, severe before mild, new before old. Returns how many. */
size_t report_evidence(const struct pass *p, int k, const struct finding **out,
                       size_t max);
/* Explained by nothing, and not what the verdict stands on. */
bool report_is_note(const struct pass *p, const struct finding *f);
/* Does the cause need it, or does it only follow from it? */
bool report_is_evidence(const struct diagnosis *d, const struct finding *f);
/* A check that could not tell, and why: our own means, or what it found. */
bool report_blind(const struct checked *c);
struct str report_blind_why(const struct pass *p, const struct checked *c);
/* It could not tell, and a cause that is reported says why. */
bool report_known_why(const struct pass *p, const struct checked *c);
/* Markers are not for people. */
static inline bool report_shown(const struct finding *f)
{
	return finding_info[f->id].severity != SEV_OK;
}

#endif
