#include "probe/logrec.h"

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = str_low(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits of \uXXXX as UTF-8 into out (3 bytes); 0 when they are none.
 * Surrogates become question marks: no needle and no name holds one. */
static size_t unicode(struct str s, char out[3])
{
	unsigned c = 0;

	if (s.n < 4)
		return 0;
	for (size_t i = 0; i < 4; i++) {
		int h = hex(s.p[i]);

		if (h < 0)
			return 0;
		c = c << 4 | (unsigned)h;
	}
	if (c >= 0xd800 && c < 0xe000)
		c = '?';
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	out[0] = (char)(0xe0 | c >> 12);
	out[1] = (char)(0x80 | (c >> 6 & 0x3f));
	out[2] = (char)(0x80 | (c & 0x3f));
	return 3;
}

static char plain(char c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case 'r':
		return '\r';
	default:
		return c;
	}
}

size_t log_unescape(struct str s, char *out, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n && n < cap; i++) {
		char wide[3];
		size_t k;

		if (s.p[i] != '\\' || i + 1 == s.n) {
			out[n++] = s.p[i];
			continue;
		}
		i++;
		k = s.p[i] == 'u' ? unicode(str_skip(s, i + 1), wide) : 0;
		if (k == 0) {
			out[n++] = plain(s.p[i]);
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
