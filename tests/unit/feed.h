/* feed.h - bytes into a walk over logs, at most step at a time. */
#ifndef TESTS_UNIT_FEED_H
#define TESTS_UNIT_FEED_H

#include "probe/logscan.h"

static inline void feed(struct logscan *s, const void *data, size_t n,
                        size_t step)
{
	const char *p = data;

	while (n) {
		size_t room, k;
		char *to = logscan_space(s, &room);

		k = n < step ? n : step;
		k = k < room ? k : room;
		memcpy(to, p, k);
		logscan_put(s, k);
		p += k;
		n -= k;
	}
}

#endif
