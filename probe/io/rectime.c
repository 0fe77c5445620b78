/* What a time server said, as a line:
 * LEAP STRATUM REF OFFSET_US DELAY_US HELD_US GOT_US MONO_US
 * REF is - when there is none. What is left out at the end is 0. */
#include <stdio.h>

#include "rec.h"

struct rec_path rec_ntp(const struct ntp_req *q)
{
	char name[80];

	(void)snprintf(name, sizeof(name), "%s%s%s", q->server,
	               q->tag ? "@" : "", q->tag ? q->tag : "");
	return rec_named("ntp", name);
}

struct str rec_put_ntp(struct arena *a, const struct ntp_answer *r)
{
	const struct ntp_said *s = &r->said;

	return arena_str(a, "%u %u %s %lld %lld %lld %lld %lld\n", s->leap,
	                 s->stratum, s->ref[0] ? s->ref : "-",
	                 (long long)s->offset_us, (long long)s->delay_us,
	                 (long long)s->held_us, (long long)r->got_us,
	                 (long long)r->mono_us);
}

static int64_t field(struct str *line)
{
	int64_t v = 0;

	if (!str_i64(str_trim(str_cut(line, ' ')), &v) || v > INT64_MAX / 8 ||
	    v < INT64_MIN / 8)
		return 0;
	return v;
}

bool rec_get_ntp(struct str text, struct ntp_answer *r)
{
	struct ntp_said s = { 0 };
	uint64_t leap, stratum;
	struct str ref;

	text = str_trim(text);
	if (!str_u64(str_cut(&text, ' '), &leap) || leap > 3 ||
	    !str_u64(str_cut(&text, ' '), &stratum) || stratum > 255)
		return false;
	s.leap = (uint8_t)leap;
	s.stratum = (uint8_t)stratum;
	ref = str_cut(&text, ' ');
	if (ref.n > 4)
		return false;
	if (!str_eq(ref, STR("-")))
		for (size_t i = 0; i < ref.n; i++)
			s.ref[i] = ref.p[i];
	s.offset_us = field(&text);
	s.delay_us = field(&text);
	s.held_us = field(&text);
	r->said = s;
	r->got_us = field(&text);
	r->mono_us = field(&text);
	return true;
}
