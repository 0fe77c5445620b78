/* unit.h - a test program counts what holds and says what does not. */
#ifndef TESTS_UNIT_UNIT_H
#define TESTS_UNIT_UNIT_H

#include <stdio.h>
#include <stdlib.h>

#include "probe/arena.h"

static int unit_passed, unit_failed;

static inline void unit_check(bool ok, const char *what, const char *file,
                              int line)
{
	if (ok) {
		unit_passed++;
		return;
	}
	unit_failed++;
	printf("%s:%d: failed: %s\n", file, line, what);
}
#define OK(cond, what) unit_check((cond), (what), __FILE__, __LINE__)

static inline struct arena unit_arena(size_t cap)
{
	return (struct arena){ malloc(cap), 0, cap };
}

static inline int unit_end(const char *name)
{
	printf("%s: %d passed, %d failed\n", name, unit_passed, unit_failed);
	return unit_failed != 0;
}

#endif
