/* when.h - points in time: int64_t milliseconds since 1970, UTC. */
#ifndef PROBE_WHEN_H
#define PROBE_WHEN_H

#include "probe/arena.h"

#define WHEN_NONE INT64_MIN

/* RFC 3339 at the head of s ("2026-01-02T03:04:05Z", ".123", "+01:00", a blank
 * for the T, no zone = UTC). *used gets the bytes read. WHEN_NONE if none. */
int64_t when_parse(struct str s, size_t *used);
/* "Wed, 21 Oct 2015 07:28:00 GMT" (RFC 1123), as in HTTP Date. */
int64_t when_parse_http(struct str s);
/* "2026-01-02T03:04:05Z" */
struct str when_text(struct arena *a, int64_t ms);
/* An age for people: "43 s", "12 min", "3.2 h", "5 days". */
struct str when_age(struct arena *a, int64_t ms);
/* A length of time: "500ms", "10s", "2m", "24h", "7d", or bare seconds. */
bool when_span(struct str s, int64_t *ms);
/* Milliseconds of a UTC calendar date and time of day. */
int64_t when_of(int year, int month, int day, int hour, int min, int sec);

#endif
