/*
 * Every cause from the least that it needs, and depth where it matters:
 * tests/causes/roots.tsv says which findings give which root, class and restart
 * verdict. With --print: the table of the least needs as it is now; with --ask
 * FINDING...: one row.
 */
#include "test.h"

#include <stdlib.h>

#include "probe/diagnose.h"

#define TALLY (&tally)

static struct tally tally;
static _Alignas(16) unsigned char mem[4 << 20];

enum { MAX_HAVE = 16, FILE_BYTES = 256 * 1024 };

struct row {
	enum finding_id have[MAX_HAVE];
	size_t n;
};

/* The root of what was found; its text in out: "cause class restart". */
static void root_of(const struct row *r, char *out, size_t cap)
{
	struct arena a = { mem, 0, sizeof(mem) };
	struct findings f = findings_init(&a);
	struct diagnosis d[DIAGNOSE_MAX];
	size_t n;

	for (size_t i = 0; i < r->n; i++)
		check_raise(&f, r->have[i], "so it is");
	n = diagnose(&f, &a, d);
	if (n)
		(void)snprintf(out, cap, STR_FMT "\t%s\t%s", STR_ARG(d[0].name),
		               class_text[cause_info[d[0].id].class],
		               restart_text[d[0].restart]);
	else
		(void)snprintf(out, cap, "none\thealthy\tno");
}

static void print_row(const struct row *r)
{
	char root[256];

	root_of(r, root, sizeof(root));
	for (size_t i = 0; i < r->n; i++)
		printf("%s%s", i ? " " : "", finding_info[r->have[i]].name);
	printf("\t%s\n", root);
}

/* The least that a cause needs: all of ALL, and one of ANY. */
static void print_cause(const struct cause_info *c)
{
	struct row r = { .n = 0 };
	size_t all;

	for (size_t i = 0; i < CAUSE_MAX_ALL && c->all[i]; i++)
		r.have[r.n++] = c->all[i];
	all = r.n;
	for (size_t i = 0; i < CAUSE_MAX_LIST && c->any[i]; i++) {
		r.have[all] = c->any[i];
		r.n = all + 1;
		print_row(&r);
	}
	if (c->any[0] == FIND_NONE)
		print_row(&r);
}

static int ask(int n, char **names)
{
	struct row r = { .n = 0 };

	for (int i = 0; i < n && r.n < MAX_HAVE; i++)
		r.have[r.n++] = finding_of(str_of(names[i]));
	print_row(&r);
	return 0;
}

static void try_line(struct str line)
{
	struct str have = str_cut(&line, '\t');
	struct row r = { .n = 0 };
	char got[256], what[512];

	(void)snprintf(what, sizeof(what), STR_FMT " -> " STR_FMT,
	               STR_ARG(have), STR_ARG(line));
	while (have.n && r.n < MAX_HAVE) {
		struct str name = str_cut(&have, ' ');

		r.have[r.n] = finding_of(name);
		EXPECT(what, r.have[r.n] != FIND_NONE);
		r.n++;
	}
	root_of(&r, got, sizeof(got));
	if (!str_eq(str_of(got), line))
		printf("got %s\n", got);
	EXPECT(what, str_eq(str_of(got), line));
}

int main(int argc, char **argv)
{
	static char text[FILE_BYTES];
	FILE *file = fopen("tests/causes/roots.tsv", "r");
	struct str rest = { text, 0 };

	if (argc > 1 && strcmp(argv[1], "--print") == 0) {
		for (unsigned c = 1; c < CAUSE_COUNT; c++)
			print_cause(&cause_info[c]);
		return 0;
	}
	if (argc > 2 && strcmp(argv[1], "--ask") == 0)
		return ask(argc - 2, argv + 2);
	EXPECT("tests/causes/roots.tsv", file != NULL);
	if (file) {
		rest.n = fread(text, 1, sizeof(text), file);
		(void)fclose(file);
	}
	while (rest.n) {
		struct str line = str_cut(&rest, '\n');

		if (line.n && line.p[0] != '#')
			try_line(line);
	}
	return test_end(&tally);
}
