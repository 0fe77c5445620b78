/* dockerev.h - Docker's event stream: bytes in any portions, events out. Pure.
 */
#ifndef PROBE_DOCKEREV_H
#define PROBE_DOCKEREV_H

#include "probe/arena.h"
#include "probe/err.h"

#define DOCKEREV_LINE_MAX 16384
#define DOCKEREV_WORD_MAX 48

struct dockerev {
	char action[DOCKEREV_WORD_MAX]; /* "die", "health_status: healthy" */
	char name[DOCKEREV_WORD_MAX];   /* of the container */
	int exit_code;                  /* of "die"; -1: not told */
};
struct dockerev_stream {
	bool answered; /* the first line came: "ok 0" */
	bool skip;     /* a line that was too long: up to its end */
	size_t n;
	char line[DOCKEREV_LINE_MAX];
};

enum dockerev_came {
	DOCKEREV_NONE, /* all is taken */
	DOCKEREV_EVENT,
	DOCKEREV_OPEN,    /* the helper's answer: from here on it tells */
	DOCKEREV_REFUSED, /* ... or why it will not; *e says */
};
/* Takes bytes off *in up to the end of the next event. What is no event (and
 * those of health checks, "exec_...") is passed over. a is for one call. */
enum dockerev_came dockerev_take(struct dockerev_stream *s, struct str *in,
                                 struct arena *a, struct dockerev *out,
                                 struct err *e);

#endif
