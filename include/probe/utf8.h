/* utf8.h - UTF-8, reading what may be anything. */
#ifndef PROBE_UTF8_H
#define PROBE_UTF8_H

#include "probe/str.h"

#define UTF8_BAD UINT32_MAX

/* The code point at the head of s (s.n > 0) and the bytes it takes; UTF8_BAD
 * and 1 for a byte that starts nothing valid (overlong, surrogate, cut). */
uint32_t utf8_next(struct str s, size_t *used);
#define UTF8_MAX 4
/* Writes a code point below 0x110000 to p[0..UTF8_MAX), returns the bytes. */
size_t utf8_put(char *p, uint32_t c);
/* May it be shown as it is? No control (C0, DEL, C1), no bidirectional mark or
 * override, no line or paragraph separator, no byte order mark, no UTF8_BAD. */
bool utf8_plain(uint32_t c);

#endif
