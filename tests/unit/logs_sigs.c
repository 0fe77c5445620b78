/* The signatures: each says what its own line means, and none is idle. */
#include "unit.h"

#include "probe/sig.h"

#define EXPECT(what, cond) OK(cond, what)

/* What the table held when it was last looked at, row by row: a row that is
 * taken out does not compile here. */
static const enum sig_id known[] = {
#define ROW(id) SIG_##id,
#include "logs_rows.def"
#undef ROW
};

static enum sig_id match(const struct sigtab *t, enum sig_id row,
                         struct needle_set *set)
{
	struct str line = str_of(sigs[row].sample);
	struct logrec r;

	logrec_read(line, &r);
	sigtab_find(t, line, set);
	return sigtab_match(t, set, r.level);
}

static void test_samples(void)
{
	struct arena a = unit_arena(1 << 20);
	const struct sigtab *t = sigtab_new(&a, SIG_NONE);
	struct needle_set set;

	EXPECT("all rows", sizeof(known) / sizeof(*known) == SIG_COUNT - 1);
	EXPECT("the first row", known[0] != SIG_NONE);
	for (unsigned i = 1; i < SIG_COUNT; i++) {
		enum sig_id got = match(t, (enum sig_id)i, &set);

		EXPECT(sigs[i].name, got == (enum sig_id)i);
		if (got != (enum sig_id)i)
			printf("  %s came first\n", sigs[got].name);
		EXPECT(sigs[i].name, !sigs[i].finding != !sigs[i].mark);
	}
	free(a.base);
}

/* Without the row its line means something else. */
static void test_none_idle(void)
{
	struct arena a = unit_arena(1 << 20);
	struct needle_set set;

	for (unsigned i = 1; i < SIG_COUNT; i++) {
		const struct sigtab *t = sigtab_new(&a, (enum sig_id)i);
		const struct sig *got = &sigs[match(t, (enum sig_id)i, &set)];

		EXPECT(sigs[i].name, got->finding != sigs[i].finding ||
		                             got->mark != sigs[i].mark);
		if (got->finding == sigs[i].finding &&
		    got->mark == sigs[i].mark)
			printf("  %s says the same\n", got->name);
		arena_reset(&a);
	}
	free(a.base);
}

/* The quick walk finds what str_find() finds, at every alignment. */
static void test_walk(void)
{
	struct arena a = unit_arena(1 << 20);
	const struct sigtab *t = sigtab_new(&a, SIG_NONE);
	static struct str needle[NEEDLE_MAX];
	size_t n = sigtab_needles(t, needle, NEEDLE_MAX);
	size_t wrong = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t shift = 0; shift < 8; shift++) {
			struct needle_set set;
			char text[160];

			memset(text, '.', sizeof(text));
			memcpy(text + shift, needle[i].p, needle[i].n);
			sigtab_find(t,
			            (struct str){ text, shift + needle[i].n },
			            &set);
			wrong += !(set.bits[i / 64] >> i % 64 & 1);
			sigtab_find(
				t,
				(struct str){ text, shift + needle[i].n - 1 },
				&set);
			wrong += set.bits[i / 64] >> i % 64 & 1;
		}
	EXPECT("every needle at every alignment", wrong == 0);
	EXPECT("needles", n > 150 && n < NEEDLE_MAX);
	free(a.base);
}

/* No needle holds a byte that a log format writes in another way. */
static void test_needles(void)
{
	for (unsigned i = 1; i < SIG_COUNT; i++)
		for (int k = 0; k < 2; k++) {
			struct str s = k ? sigs[i].b : sigs[i].a;
			bool plain = true;

			for (size_t j = 0; j < s.n; j++)
				plain = plain && !strchr("\"\\<>&", s.p[j]) &&
				        (unsigned char)s.p[j] < 0x7f;
			EXPECT(sigs[i].name, plain);
		}
}

int main(void)
{
	test_samples();
	test_none_idle();
	test_walk();
	test_needles();
	return unit_end("logs_sigs");
}
