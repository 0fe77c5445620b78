/* stamp.h - "2026-01-02T03:04:05Z", the way the agent writes a time. */
#ifndef PROBE_LOGS_STAMP_H
#define PROBE_LOGS_STAMP_H

#include "word.h"

#define STAMP 20

static inline unsigned stamp_two(const char *p)
{
	return ((unsigned char)p[0] & 15u) * 10 + ((unsigned char)p[1] & 15u);
}

/* 0: STAMP bytes at p are such a time, and when_parse() reads it. Without a
 * branch: most lines of a log are let pass by it. What is rare (a year before
 * 2000, a leap second) is left to when_parse(). */
static inline uint64_t stamp_wrong(const char *p)
{
	/* A digit's upper half is 3, and still is when as much is added as its
	 * lower half has room for. */
	static const char want[] = "0000-00-00T00:00:00Z";
	static const char mask[] = "\xf0\xf0\xf0\xf0\xff\xf0\xf0\xff\xf0\xf0"
				   "\xff\xf0\xf0\xff\xf0\xf0\xff\xf0\xf0\xff";
	static const char room[] = "\6\6\6\6\0\6\6\0\6\6"
				   "\0\6\6\0\x0a\6\0\x0a\6";
	uint64_t no = 0;

	for (size_t i = 0; i <= STAMP - 8; i += i ? 4 : 8) {
		uint64_t w = word8(p + i), m = word8(mask + i);

		no |= (w & m) ^ word8(want + i);
		no |= ((w + word8(room + i)) & m) ^ word8(want + i);
	}
	no |= stamp_two(p) < 20;
	no |= stamp_two(p + 5) - 1 > 11;
	no |= stamp_two(p + 8) - 1 > 30;
	no |= stamp_two(p + 11) > 23;
	return no;
}

#endif
