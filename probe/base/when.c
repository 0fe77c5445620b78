#include "probe/when.h"

/* Days since 1970-01-01 of a proleptic Gregorian date (H. Hinnant's formula).
 */
static int64_t days_of(int64_t y, int m, int d)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

int64_t when_of(int year, int month, int day, int hour, int min, int sec)
{
	return ((days_of(year, month, day) * 24 + hour) * 60 + min) * 60000 +
	       (int64_t)sec * 1000;
}

/* Exactly n digits at s[at]; -1 otherwise. */
static int digits(struct str s, size_t at, size_t n)
{
	uint64_t v;

	if (at + n > s.n || !str_u64(str_head(str_skip(s, at), n), &v))
		return -1;
	return (int)v;
}

static bool in(int v, int lo, int hi)
{
	return v >= lo && v <= hi;
}

/* ".123456" or ",123": milliseconds; *at moves behind it. */
static int fraction(struct str s, size_t *at)
{
	int ms = 0, scale = 100;

	if (*at + 1 >= s.n || (s.p[*at] != '.' && s.p[*at] != ',') ||
	    digits(s, *at + 1, 1) < 0)
		return 0;
	for ((*at)++; *at < s.n && in(digits(s, *at, 1), 0, 9); (*at)++) {
		ms += scale * (s.p[*at] - '0');
		scale /= 10;
	}
	return ms;
}

/* "Z", "+01:00", "-0700", or nothing: the offset in minutes. */
static int zone(struct str s, size_t *at)
{
	int h, m, sign;
	size_t mm;

	if (*at >= s.n)
		return 0;
	if (s.p[*at] == 'Z' || s.p[*at] == 'z') {
		(*at)++;
		return 0;
	}
	if (s.p[*at] != '+' && s.p[*at] != '-')
		return 0;
	sign = s.p[*at] == '-' ? -1 : 1;
	h = digits(s, *at + 1, 2);
	mm = *at + 3 + (*at + 3 < s.n && s.p[*at + 3] == ':');
	m = digits(s, mm, 2);
	if (!in(h, 0, 23) || !in(m, 0, 59))
		return 0;
	*at = mm + 2;
	return sign * (h * 60 + m);
}

int64_t when_parse(struct str s, size_t *used)
{
	int y, mo, d, h, mi, se, ms, off;
	size_t at = 19;

	if (s.n < 19 || s.p[4] != '-' || s.p[7] != '-' || s.p[13] != ':' ||
	    s.p[16] != ':' || (s.p[10] != 'T' && s.p[10] != ' '))
		return WHEN_NONE;
	y = digits(s, 0, 4);
	mo = digits(s, 5, 2);
	d = digits(s, 8, 2);
	h = digits(s, 11, 2);
	mi = digits(s, 14, 2);
	se = digits(s, 17, 2);
	if (!in(y, 1970, 9999) || !in(mo, 1, 12) || !in(d, 1, 31) ||
	    !in(h, 0, 23) || !in(mi, 0, 59) || !in(se, 0, 60))
		return WHEN_NONE;
	ms = fraction(s, &at);
	off = zone(s, &at);
	if (used)
		*used = at;
	return when_of(y, mo, d, h, mi, se) + ms - (int64_t)off * 60000;
}

int64_t when_parse_http(struct str s)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int d, y, h, mi, se, mo = 0;

	s = str_trim(s);
	if (s.n < 29 || s.p[3] != ',')
		return WHEN_NONE;
	for (int i = 0; i < 12; i++)
		if (memcmp(s.p + 8, names + 3 * i, 3) == 0)
			mo = i + 1;
	d = digits(s, 5, 2);
	y = digits(s, 12, 4);
	h = digits(s, 17, 2);
	mi = digits(s, 20, 2);
	se = digits(s, 23, 2);
	if (!mo || !in(d, 1, 31) || !in(y, 1970, 9999) || !in(h, 0, 23) ||
	    !in(mi, 0, 59) || !in(se, 0, 60))
		return WHEN_NONE;
	return when_of(y, mo, d, h, mi, se);
}

struct str when_text(struct arena *a, int64_t ms)
{
	int64_t s = ms >= 0 ? ms / 1000 : 0, day = s / 86400, y, era, doe, yoe;
	int64_t doy, mp, z = day + 719468;

	era = z / 146097;
	doe = z - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	y = yoe + era * 400 + (mp >= 10);
	return arena_str(a, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)y,
	                 (int)(mp < 10 ? mp + 3 : mp - 9),
	                 (int)(doy - (153 * mp + 2) / 5 + 1),
	                 (int)(s % 86400 / 3600), (int)(s % 3600 / 60),
	                 (int)(s % 60));
}

struct str when_age(struct arena *a, int64_t ms)
{
	long long s = ms > 0 ? (long long)ms / 1000 : 0;

	if (s < 120)
		return arena_str(a, "%lld s", s);
	if (s < 7200)
		return arena_str(a, "%lld min", s / 60);
	if (s < 172800)
		return arena_str(a, "%lld.%lld h", s / 3600, s % 3600 / 360);
	return arena_str(a, "%lld days", s / 86400);
}

bool when_span(struct str s, int64_t *ms)
{
	static const struct {
		struct str unit;
		int64_t ms;
	} units[] = {
		{ STR_INIT("ms"), 1 },       { STR_INIT("s"), 1000 },
		{ STR_INIT("m"), 60000 },    { STR_INIT("h"), 3600000 },
		{ STR_INIT("d"), 86400000 }, { STR_INIT(""), 1000 },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		uint64_t n;

		if (!str_ends(s, units[i].unit))
			continue;
		if (!str_u64(str_head(s, s.n - units[i].unit.n), &n) ||
		    n > (uint64_t)(INT64_MAX / units[i].ms))
			return false;
		*ms = (int64_t)n * units[i].ms;
		return true;
	}
	return false;
}
