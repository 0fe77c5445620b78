/* lines.h - text broken into lines of so many columns (code points). */
#ifndef PROBE_LINES_H
#define PROBE_LINES_H

#include "probe/arena.h"

enum { LINES_MAX = 700 };

struct lines {
	struct arena *a;
	size_t columns;
	size_t n, lost; /* lost: did not fit into LINES_MAX */
	struct str list[LINES_MAX];
};

struct lines *lines_new(struct arena *a, size_t columns);
/* Words of text, wrapped; the first line begins with head, the others with as
 * many blanks (4 under a long head). Past max lines the text ends in "..."; 0:
 * no limit. */
void lines_text(struct lines *l, const char *head, struct str text, size_t max);
/* The same for a shell command: a line that goes on ends in " \", so that all
 * of it can be pasted. Never cut. */
void lines_command(struct lines *l, const char *head, struct str text);
/* head stands before every line. Never cut. */
void lines_remark(struct lines *l, const char *head, struct str text);
size_t lines_width(struct str s);

#endif
