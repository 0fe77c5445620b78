/*
 * say.h - what the daemon says of itself: one line an event on stderr, with the
 * journal's priority in front. `event=NAME key=value ...`; what is said twice
 * in a row under one name is said once.
 */
#ifndef PROBE_SAY_H
#define PROBE_SAY_H

#include "probe/str.h"

#define SAY_LINE_MAX 1024 /* longer lines are cut */

enum say_level { SAY_ERR = 3, SAY_WARN = 4, SAY_INFO = 6 };

/* One write(), from any thread. fmt gives "key=value key=value"; text from
 * outside belongs in say_text(). Control bytes become blanks. */
void say_event(enum say_level level, const char *event, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#define SAY_TEXT_MAX 256
struct say_text {
	char z[SAY_TEXT_MAX + 8];
};
/* "in quotes", fit to stand as a value: cut, quotes and control bytes gone. */
struct say_text say_text(struct str s);

#endif
