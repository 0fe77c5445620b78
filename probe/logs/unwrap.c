#include "probe/json.h"
#include "probe/logrec.h"
#include "probe/utf8.h"

/* The four digits of \uXXXX as UTF-8; 0 when they are none. Surrogates become
 * question marks: no needle and no name holds one. */
static size_t unicode(struct str s, char out[UTF8_MAX])
{
	uint64_t c;

	if (s.n < 4 || !str_hex_u64(str_head(s, 4), &c))
		return 0;
	return utf8_put(out, c >= 0xd800 && c < 0xe000 ? '?' : (uint32_t)c);
}

size_t log_unescape(struct str s, char *out, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n && n < cap; i++) {
		char wide[UTF8_MAX];
		size_t k;

		if (s.p[i] != '\\' || i + 1 == s.n) {
			out[n++] = s.p[i];
			continue;
		}
		i++;
		k = s.p[i] == 'u' ? unicode(str_skip(s, i + 1), wide) : 0;
		if (k == 0) {
			out[n++] = json_escape(s.p[i]);
			continue;
		}
		i += 4;
		for (size_t j = 0; j < k && n < cap; j++)
			out[n++] = wide[j];
	}
	return n;
}

bool log_unwrap_docker(struct str line, struct str *inner)
{
	struct logrec r = { .shape = SHAPE_JSON, .fields = line };
	struct str stream;

	return line.n > 8 && line.p[0] == '{' &&
	       memcmp(line.p, "{\"log\":", 7) == 0 &&
	       logrec_field(&r, STR("stream"), &stream) &&
	       logrec_field(&r, STR("log"), inner);
}

size_t log_strip_ansi(struct str s, char *out, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n && n < cap; i++) {
		if (s.p[i] != '\033') {
			out[n++] = s.p[i];
			continue;
		}
		if (i + 1 < s.n && s.p[i + 1] == '[')
			for (i += 2; i < s.n; i++)
				if (s.p[i] >= 0x40 && s.p[i] <= 0x7e)
					break;
	}
	return n;
}
