/* quiet.h - runs of lines that say nothing: told at info, in one of the forms
 * that the agent writes, with a message that no row begins with. They are most
 * of a log, so nothing is decided about one with a branch of its own. */
#ifndef PROBE_LOGS_QUIET_H
#define PROBE_LOGS_QUIET_H

#include "wake.h"

#define QUIET_READ 72 /* bytes of a line that are looked at */
#define QUIET_WORDS 7 /* of eight bytes, before the message */
#define QUIET_FORMS 4

struct quiet {
	struct wake wake;
	struct quiet_form {
		uint64_t mask[QUIET_WORDS], want[QUIET_WORDS];
		uint32_t msg, stamp; /* where they begin */
	} form[QUIET_FORMS];
};
/* The lines of a piece of text: line i ends at text + eol[i], the first begins
 * at text + from. QUIET_READ bytes behind the last end may be read, whatever
 * they are. */
struct quiet_lines {
	const char *text;
	size_t from;
	const uint32_t *eol;
	size_t n;
};

void quiet_init(struct quiet *q);
/* How many lines are quiet before the first that is not. *time is what the
 * last of them says, kept when there is none. */
size_t quiet_run(const struct quiet *q, const struct quiet_lines *in,
                 struct str *time);

#endif
