/* test.h - 30 lines instead of a framework. A test is a program: it names each
 * thing it expects, prints the ones that are not so, and ends with a count. */
#ifndef TEST_H
#define TEST_H

#include <stdbool.h>
#include <stdio.h>

struct tally {
	unsigned passed, failed;
};

static inline void test_note(struct tally *t, const char *file, int line,
                             const char *what, const char *cond, bool ok)
{
	if (ok) {
		t->passed++;
		return;
	}
	t->failed++;
	printf("%s:%d: %s: not so: %s\n", file, line, what, cond);
}

/* For use where a `struct tally t` or a pointer named so is in sight. */
#define EXPECT(what, cond) \
	test_note(TALLY, __FILE__, __LINE__, (what), #cond, (cond))

static inline int test_end(const struct tally *t)
{
	printf("%u passed, %u failed\n", t->passed, t->failed);
	return t->failed != 0;
}

#endif
