#include "probe/utf8.h"

static bool tail(struct str s, size_t i)
{
	return i < s.n && ((unsigned char)s.p[i] & 0xc0) == 0x80;
}

static uint32_t bits(struct str s, size_t i)
{
	return (uint32_t)((unsigned char)s.p[i] & 0x3f);
}

/* The bytes that a lead byte announces; 0: it leads nothing. */
static size_t length(uint32_t b)
{
	if (b < 0x80)
		return 1;
	if (b < 0xc2 || b > 0xf4)
		return 0;
	return b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
}

uint32_t utf8_next(struct str s, size_t *used)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t b = (unsigned char)s.p[0], c;
	size_t n = length(b);

	*used = 1;
	if (n == 1)
		return b;
	c = b & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if (!tail(s, i))
			return UTF8_BAD;
		c = c << 6 | bits(s, i);
	}
	if (n == 0 || c < least[n] || c > 0x10ffff ||
	    (c >= 0xd800 && c <= 0xdfff))
		return UTF8_BAD;
	*used = n;
	return c;
}

size_t utf8_put(char *p, uint32_t c)
{
	if (c < 0x80) {
		p[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		p[0] = (char)(0xc0 | c >> 6);
		p[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		p[0] = (char)(0xe0 | c >> 12);
		p[1] = (char)(0x80 | (c >> 6 & 0x3f));
		p[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	p[0] = (char)(0xf0 | c >> 18);
	p[1] = (char)(0x80 | (c >> 12 & 0x3f));
	p[2] = (char)(0x80 | (c >> 6 & 0x3f));
	p[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

bool utf8_plain(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} hidden[] = {
		{ 0, 0x1f },          { 0x7f, 0x9f },
		{ 0x61c, 0x61c },     { 0x200b, 0x200f },
		{ 0x2028, 0x202e },   { 0x2060, 0x206f },
		{ 0xfeff, 0xfeff },   { 0xfff9, 0xfffb },
		{ 0xe0000, 0xe007f }, { 0x110000, UINT32_MAX },
	};

	for (size_t i = 0; i < sizeof(hidden) / sizeof(*hidden); i++)
		if (c >= hidden[i].from && c <= hidden[i].to)
			return false;
	return true;
}
