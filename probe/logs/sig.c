#include "probe/sig.h"

#include "word.h"

#define F(id) .finding = FIND_##id
#define M(id) .mark = MARK_##id

const struct sig sigs[SIG_COUNT] = {
	[SIG_NONE] = { .name = "none" },
#define SIG(id, src, lvl, a_, b_, what, sample_) \
	[SIG_##id] = { .name = #id,              \
		       .source = SRC_##src,      \
		       .level = LVL_##lvl,       \
		       .a = STR_INIT(a_),        \
		       .b = STR_INIT(b_),        \
		       .sample = sample_,        \
		       what },
#include "probe/signatures.def"
#undef SIG
};

static const struct {
	enum sig_source source;
	struct str needle;
} sources[] = {
#define SOURCE(source, needle) { SRC_##source, STR_INIT(needle) },
#include "probe/sources.def"
#undef SOURCE
};

/*
 * Every needle is at least NEEDLE_MIN bytes long, so a walk in steps of STEP
 * meets each of them with one whole window of WINDOW bytes at one of STEP
 * offsets. For each of the STEP alignments one window of the needle, the rarest
 * in our own samples, goes into a hash table behind a bitmap: most steps of the
 * walk cost one load, one multiplication and one bit.
 */
#define WINDOW 4
#define STEP 4
#define NEEDLE_MIN 7
#define HASH_BITS 16
#define HASH_SIZE (1u << HASH_BITS)
#define CHAIN_SIZE 4096
#define SAME_SIZE 512

struct window {
	uint32_t word;
	uint16_t needle, offset, next; /* next: 0 ends a chain */
};
struct sigtab {
	struct str needle[NEEDLE_MAX];
	uint32_t source[NEEDLE_MAX]; /* SRC_ bits */
	uint16_t row[NEEDLE_MAX];    /* first row with it as its a */
	uint16_t next_row[SIG_COUNT];
	uint16_t a[SIG_COUNT], b[SIG_COUNT];
	size_t n;
	uint16_t same[SAME_SIZE]; /* needles by hash, 0 ends: for building */
	uint16_t next_same[NEEDLE_MAX + 1];
	uint64_t bitmap[HASH_SIZE / 64];
	uint16_t chain[CHAIN_SIZE]; /* by the low bits of the hash */
	struct window window[NEEDLE_MAX * STEP + 1];
	size_t n_windows;
};
_Static_assert(NEEDLE_MAX *STEP < UINT16_MAX, "windows are 16-bit numbers");

static uint32_t hash_of(uint32_t word)
{
	return word_mix(word) >> (32 - HASH_BITS);
}

static uint32_t hash_at(const char *p)
{
	return hash_of(word4(p));
}

/* The number of that needle, new or old. */
static uint16_t needle_of(struct sigtab *t, struct str s)
{
	uint16_t *slot;

	if (s.n < NEEDLE_MIN || t->n == NEEDLE_MAX)
		__builtin_trap(); /* tests/unit/logs_sigs.c counts them */
	slot = &t->same[(hash_at(s.p) ^ s.n) % SAME_SIZE];
	for (uint16_t i = *slot; i; i = t->next_same[i])
		if (str_eq(t->needle[i - 1], s))
			return (uint16_t)(i - 1);
	t->needle[t->n++] = s;
	t->next_same[t->n] = *slot;
	*slot = (uint16_t)t->n;
	return (uint16_t)(t->n - 1);
}

static void count_windows(uint8_t *seen)
{
	for (unsigned i = 1; i < SIG_COUNT; i++) {
		size_t n = strlen(sigs[i].sample);

		for (size_t k = 0; k + WINDOW <= n; k++) {
			uint32_t h = hash_at(sigs[i].sample + k);

			seen[h] = (uint8_t)(seen[h] + (seen[h] < 255));
		}
	}
}

static void add_window(struct sigtab *t, uint16_t needle, size_t offset)
{
	uint32_t h = hash_at(t->needle[needle].p + offset);
	struct window *w = &t->window[++t->n_windows];

	*w = (struct window){ word4(t->needle[needle].p + offset), needle,
		              (uint16_t)offset, t->chain[h % CHAIN_SIZE] };
	t->chain[h % CHAIN_SIZE] = (uint16_t)t->n_windows;
	t->bitmap[h / 64] |= UINT64_C(1) << h % 64;
}

static void index_windows(struct sigtab *t, const uint8_t *seen)
{
	for (uint16_t i = 0; i < t->n; i++) {
		struct str s = t->needle[i];

		for (size_t align = 0; align < STEP; align++) {
			size_t best = align;

			for (size_t k = align; k + WINDOW <= s.n; k += STEP)
				if (seen[hash_at(s.p + k)] <
				    seen[hash_at(s.p + best)])
					best = k;
			add_window(t, i, best);
		}
	}
}

struct sigtab *sigtab_new(struct arena *a, enum sig_id without)
{
	struct sigtab *t = ARENA_NEW(a, struct sigtab);
	char *seen = arena_raw(a, HASH_SIZE);

	for (unsigned i = 1; i < SIG_COUNT; i++) {
		if (i == (unsigned)without)
			continue;
		t->a[i] = needle_of(t, sigs[i].a);
		t->b[i] = sigs[i].b.n ? needle_of(t, sigs[i].b) : t->a[i];
	}
	for (unsigned i = SIG_COUNT - 1; i > 0; i--) {
		if (i == (unsigned)without)
			continue;
		t->next_row[i] = t->row[t->a[i]];
		t->row[t->a[i]] = (uint16_t)i;
	}
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++)
		t->source[needle_of(t, sources[i].needle)] |=
			UINT32_C(1) << sources[i].source;
	memset(seen, 0, HASH_SIZE);
	count_windows((uint8_t *)seen);
	index_windows(t, (const uint8_t *)seen);
	arena_keep(a, seen, 0);
	return t;
}

static void verify(const struct sigtab *t, struct str text, size_t at,
                   struct needle_set *out)
{
	uint32_t word = word4(text.p + at);

	for (unsigned w = t->chain[hash_of(word) % CHAIN_SIZE]; w;
	     w = t->window[w].next) {
		const struct window *win = &t->window[w];
		struct str s = t->needle[win->needle];

		if (win->word == word && at >= win->offset &&
		    text.n - (at - win->offset) >= s.n &&
		    word_same(text.p + at - win->offset, s.p, s.n))
			out->bits[win->needle / 64] |= UINT64_C(1)
			                               << win->needle % 64;
	}
}

void sigtab_find(const struct sigtab *t, struct str text,
                 struct needle_set *out)
{
	*out = (struct needle_set){ { 0 } };
	for (size_t i = 0; i + WINDOW <= text.n; i += STEP) {
		uint32_t h = hash_at(text.p + i);

		if (t->bitmap[h / 64] >> h % 64 & 1)
			verify(t, text, i, out);
	}
}

bool needle_set_empty(const struct needle_set *set)
{
	uint64_t any = 0;

	for (size_t i = 0; i < NEEDLE_MAX / 64; i++)
		any |= set->bits[i];
	return !any;
}

void needle_set_add(struct needle_set *set, const struct needle_set *more)
{
	for (size_t i = 0; i < NEEDLE_MAX / 64; i++)
		set->bits[i] |= more->bits[i];
}

static bool has(const struct needle_set *set, unsigned needle)
{
	return set->bits[needle / 64] >> needle % 64 & 1;
}

/* Calls of this walk the set bits: *word and *i keep the place. */
static bool next_bit(const struct needle_set *set, size_t *i, uint64_t *word,
                     unsigned *out)
{
	while (!*word) {
		if (++*i >= NEEDLE_MAX / 64)
			return false;
		*word = set->bits[*i];
	}
	*out = (unsigned)(*i * 64) + (unsigned)__builtin_ctzll(*word);
	*word &= *word - 1;
	return true;
}

enum sig_id sigtab_match(const struct sigtab *t, const struct needle_set *set,
                         enum log_level level)
{
	uint32_t source = UINT32_C(1) << SRC_ANY;
	unsigned best = SIG_COUNT, needle;
	uint64_t word = set->bits[0];
	size_t i = 0;

	while (next_bit(set, &i, &word, &needle))
		source |= t->source[needle];
	i = 0;
	word = set->bits[0];
	while (next_bit(set, &i, &word, &needle))
		for (unsigned r = t->row[needle]; r && r < best;
		     r = t->next_row[r])
			if (has(set, t->b[r]) && source >> sigs[r].source & 1 &&
			    (level == LVL_ANY || level >= sigs[r].level))
				best = r;
	return best < SIG_COUNT ? (enum sig_id)best : SIG_NONE;
}

size_t sigtab_needles(const struct sigtab *t, struct str *out, size_t max)
{
	size_t n = t->n < max ? t->n : max;

	memcpy(out, t->needle, n * sizeof(*out));
	return n;
}
