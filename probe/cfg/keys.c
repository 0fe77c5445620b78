/* The table of keys, and which one a wrong key was meant to be. */
#include "probe/cfg.h"

const struct cfg_key cfg_keys[] = {
#define CFG_KEY(name, type, min, max, bad, who, flags, choices) \
	{ STR_INIT(#name), CFG_##type, min,   max,              \
	  CFG_##bad,       CFG_##who,  flags, choices },
#include "probe/cfgkeys.def"
#undef CFG_KEY
};
const size_t cfg_keys_count = sizeof(cfg_keys) / sizeof(cfg_keys[0]);

const struct cfg_problem_info cfg_problem_info[CFG_P_COUNT] = {
#define CFG_PROBLEM(id, level, text) { #id, text, CFG_##level },
#include "probe/cfgproblems.def"
#undef CFG_PROBLEM
};

/* Names that people write and that are too far off for edit distance. */
static const struct {
	struct str written, meant;
} aliases[] = {
	{ STR_INIT("CLUSTER"), STR_INIT("ECS_CLUSTER") },
	{ STR_INIT("CLUSTER_NAME"), STR_INIT("ECS_CLUSTER") },
	{ STR_INIT("ECS_CLUSTER_ARN"), STR_INIT("ECS_CLUSTER") },
	{ STR_INIT("ECS_CLUSTER_NAME"), STR_INIT("ECS_CLUSTER") },
	{ STR_INIT("ECS_CLUSTERNAME"), STR_INIT("ECS_CLUSTER") },
	{ STR_INIT("ECS_HTTPS_PROXY"), STR_INIT("HTTPS_PROXY") },
	{ STR_INIT("ECS_HTTP_PROXY"), STR_INIT("HTTP_PROXY") },
	{ STR_INIT("ECS_LOG_LEVEL"), STR_INIT("ECS_LOGLEVEL") },
	{ STR_INIT("ECS_NO_PROXY"), STR_INIT("NO_PROXY") },
	{ STR_INIT("ECS_POLL_METRICS_WAIT_DURATION"),
	  STR_INIT("ECS_POLLING_METRICS_WAIT_DURATION") },
	{ STR_INIT("ECS_REGION"), STR_INIT("AWS_DEFAULT_REGION") },
};

enum { NAME_CAP = 64, DISTANCE_MAX = 2 };

const struct cfg_key *cfg_key_of(struct str name)
{
	for (size_t i = 0; i < cfg_keys_count; i++)
		if (str_eq(cfg_keys[i].name, name))
			return &cfg_keys[i];
	return NULL;
}

/* Capitals and underscores only, of what was written: no mark, no export, no
 * blanks, no quotes. */
static struct str plain(struct str name, char *to)
{
	size_t n = 0;

	if (str_starts(name, STR("\xef\xbb\xbf")))
		name = str_skip(name, 3);
	name = str_trim(name);
	if (str_starts(name, STR("export ")))
		name = str_trim(str_skip(name, 7));
	for (size_t i = 0; i < name.n && n < NAME_CAP; i++) {
		char c = name.p[i];

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 32);
		if (c == '-' || c == '.')
			c = '_';
		if (c != ' ' && c != '\t' && c != '"' && c != '\'' && c != '$')
			to[n++] = c;
	}
	return (struct str){ to, n };
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Insertions, deletions, changes and swaps of neighbours from a to b. */
static unsigned distance(struct str a, struct str b)
{
	unsigned row[3][NAME_CAP + 1];
	unsigned *two = row[0], *one = row[1], *now = row[2];

	for (size_t j = 0; j <= b.n; j++)
		one[j] = (unsigned)j;
	memset(two, 0, sizeof(row[0]));
	for (size_t i = 1; i <= a.n; i++) {
		unsigned *old = two;

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= b.n; j++) {
			unsigned cost = a.p[i - 1] != b.p[j - 1];

			now[j] = least(least(one[j] + 1, now[j - 1] + 1),
			               one[j - 1] + cost);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
			    a.p[i - 2] == b.p[j - 1])
				now[j] = least(now[j], two[j - 2] + 1);
		}
		two = one;
		one = now;
		now = old;
	}
	return one[b.n];
}

const struct cfg_key *cfg_key_near(struct str name)
{
	char room[NAME_CAP];
	struct str p = plain(name, room);
	const struct cfg_key *best = NULL;
	unsigned best_d = DISTANCE_MAX + 1;

	if (name.n == 0 || name.p[0] == '#' || name.p[0] == ';' ||
	    p.n >= NAME_CAP)
		return NULL;
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (str_eq(aliases[i].written, p))
			return cfg_key_of(aliases[i].meant);
	for (size_t i = 0; i < cfg_keys_count; i++) {
		struct str k = cfg_keys[i].name;
		unsigned d;

		if (k.n > p.n + DISTANCE_MAX || p.n > k.n + DISTANCE_MAX)
			continue;
		/* Short keys have strangers near them. */
		d = distance(p, k);
		if (d < best_d && (d == 0 || p.n >= 8)) {
			best_d = d;
			best = &cfg_keys[i];
		}
	}
	return best;
}
