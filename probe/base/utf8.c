#include "probe/utf8.h"

static bool tail(struct str s, size_t i)
{
	return i < s.n && ((unsigned char)s.p[i] & 0xc0) == 0x80;
}

static uint32_t bits(struct str s, size_t i)
{
	return (uint32_t)((unsigned char)s.p[i] & 0x3f);
}

uint32_t utf8_next(struct str s, size_t *used)
{
	uint32_t b = (unsigned char)s.p[0], c;

	*used = 1;
	if (b < 0x80)
		return b;
	if (b >= 0xc2 && b <= 0xdf && tail(s, 1)) {
		*used = 2;
		return (b & 0x1f) << 6 | bits(s, 1);
	}
	if ((b & 0xf0) == 0xe0 && tail(s, 1) && tail(s, 2)) {
		c = (b & 0xf) << 12 | bits(s, 1) << 6 | bits(s, 2);
		if (c < 0x800 || (c >= 0xd800 && c <= 0xdfff))
			return UTF8_BAD;
		*used = 3;
		return c;
	}
	if (b >= 0xf0 && b <= 0xf4 && tail(s, 1) && tail(s, 2) && tail(s, 3)) {
		c = (b & 7) << 18 | bits(s, 1) << 12 | bits(s, 2) << 6 |
		    bits(s, 3);
		if (c < 0x10000 || c > 0x10ffff)
			return UTF8_BAD;
		*used = 4;
		return c;
	}
	return UTF8_BAD;
}

bool utf8_plain(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c <= 0x9f) || c > 0x10ffff)
		return false;
	return !(c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
	         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	         c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
	         (c >= 0xe0000 && c <= 0xe007f));
}
