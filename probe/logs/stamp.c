/* stamp.c - the time that a line says, as a number. */
#include "probe/when.h"
#include "scan.h"

/* "03:04:05Z" of a stamp whose day was read before; -1: not so written. */
static int64_t clock_ms(const char *p)
{
	int64_t sec = 0;

	if (p[2] != ':' || p[5] != ':' || p[8] != 'Z')
		return -1;
	for (size_t i = 0; i < 8; i += 3) {
		unsigned a = (unsigned char)p[i] - '0';
		unsigned b = (unsigned char)p[i + 1] - '0';

		if (a > 5 || b > 9)
			return -1;
		sec = sec * 60 + (int64_t)(a * 10 + b);
	}
	return sec * 1000;
}

/* Lines share their days, and most of them their times: each is read once. */
int64_t scan_time(struct logscan *s)
{
	struct str t = str_head(s->time, SCAN_STAMP);
	bool same_day = t.n == 20 && s->read_n == 20 &&
	                memcmp(t.p, s->read_stamp, 11) == 0;
	int64_t ms = same_day ? clock_ms(t.p + 11) : -1;
	size_t used;

	if (ms >= 0 && s->day_ms != WHEN_NONE)
		return s->day_ms + ms;
	ms = t.n ? when_parse(t, &used) : WHEN_NONE;
	s->read_n = t.n;
	if (t.n)
		memcpy(s->read_stamp, t.p, t.n);
	s->day_ms = WHEN_NONE;
	if (t.n == 20 && ms != WHEN_NONE && clock_ms(t.p + 11) >= 0)
		s->day_ms = ms - clock_ms(t.p + 11);
	return ms;
}
