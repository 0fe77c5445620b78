#include <stdlib.h>
#include <string.h>

#include "probe/text.h"
#include "probe/utf8.h"
#include "test.h"

static const struct {
	const char *name, *in;
	size_t n, max;
	const char *want;
} rows[] = {
#define IN(s) s, sizeof(s) - 1
	{ "plain", IN("all is well"), 256, "all is well" },
	{ "empty", IN(""), 256, "" },
	{ "trimmed", IN("  a b \n"), 256, "a b" },
	{ "escape", IN("a\x1b[31mred"), 256, "a?[31mred" },
	{ "zero byte", IN("a\0b"), 256, "a?b" },
	{ "line end", IN("a\nb\tc"), 256, "a b c" },
	{ "c1",
	  IN("a\xc2\x9b"
	     "b"),
	  256, "a?b" },
	{ "right to left",
	  IN("a\xe2\x80\xae"
	     "b"),
	  256, "a?b" },
	{ "line separator", IN("a\xe2\x80\xa8z"), 256, "a?z" },
	{ "bad utf-8", IN("a\xff\xc3z"), 256, "a??z" },
	{ "good utf-8", IN("gr\xc3\xbc\xc3\x9f"), 256, "gr\xc3\xbc\xc3\x9f" },
	{ "exact", IN("abcdef"), 6, "abcdef" },
	{ "cut", IN("abcdefg"), 6, "abc..." },
	{ "cut at a character",
	  IN("ab\xc3\xbc"
	     "defgh"),
	  6, "ab..." },
	{ "tiny", IN("abcdef"), 2, ".." },
	{ "secret", IN("x http://u:p@h/"), 256, "x http://***@h/" },
	{ "secret behind the cut", IN("http://user:secret@h/"), 12,
	  "http://**..." },
};

#define TALLY (&t)

/* What is written is read back; surrogates alone are nothing to write. */
static bool round_trip(void)
{
	size_t wrong = 0;

	for (uint32_t c = 0; c < 0x110000; c++) {
		char p[UTF8_MAX];
		size_t n = utf8_put(p, c), used;
		uint32_t back = utf8_next((struct str){ p, n }, &used);

		if (c < 0xd800 || c > 0xdfff)
			wrong += back != c || used != n;
		else
			wrong += back != UTF8_BAD;
	}
	return wrong == 0;
}

static const struct {
	const char *in;
	bool ok;
	uint64_t want;
} hexes[] = {
	{ "0", true, 0 },
	{ "00000000a80425fb", true, 0xa80425fb },
	{ "FFFFffffFFFFffff", true, UINT64_MAX },
	{ "10000000000000000", false, 0 },
	{ "", false, 0 },
	{ "12g", false, 0 },
	{ "-1", false, 0 },
	{ "0x1", false, 0 },
};

int main(void)
{
	struct arena a = { malloc(65536), 0, 65536 };
	struct tally t = { 0 };

	for (size_t i = 0; a.base && i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str got;
		char *p = malloc(rows[i].n + 1);

		memcpy(p, rows[i].in, rows[i].n);
		arena_reset(&a);
		got = text_clean(&a, (struct str){ p, rows[i].n }, rows[i].max);
		EXPECT(rows[i].name, str_eq(got, str_of(rows[i].want)));
		EXPECT(rows[i].name, got.p[got.n] == '\0');
		free(p);
	}
	EXPECT("utf-8, there and back", round_trip());
	for (size_t i = 0; i < sizeof(hexes) / sizeof(*hexes); i++) {
		uint64_t v = 0;

		EXPECT(hexes[i].in,
		       str_hex_u64(str_of(hexes[i].in), &v) == hexes[i].ok &&
		               v == hexes[i].want);
	}
	free(a.base);
	return test_end(&t);
}
