/* Does a value fit its key? As the agent (Go) and ecs-init read it. */
#include "probe/cfg.h"
#include "probe/json.h"

enum { JSON_TOKENS = 2048 };

static enum cfg_fit misfit(enum cfg_fit fit, const char **why, const char *text)
{
	*why = text;
	return fit;
}

bool cfg_bool(struct str s, bool *out)
{
	static const struct str yes[] = { STR_INIT("1"),    STR_INIT("t"),
		                          STR_INIT("T"),    STR_INIT("TRUE"),
		                          STR_INIT("true"), STR_INIT("True") };
	static const struct str no[] = { STR_INIT("0"),     STR_INIT("f"),
		                         STR_INIT("F"),     STR_INIT("FALSE"),
		                         STR_INIT("false"), STR_INIT("False") };

	s = str_trim(s);
	for (size_t i = 0; i < 6; i++) {
		if (str_eq(s, yes[i]) || str_eq(s, no[i])) {
			*out = str_eq(s, yes[i]);
			return true;
		}
	}
	return false;
}

/* The unit at the head of *s, in nanoseconds; 0: none. */
static int64_t unit_ns(struct str *s)
{
	static const struct {
		struct str name;
		int64_t ns;
	} units[] = {
		{ STR_INIT("ns"), 1 },
		{ STR_INIT("us"), 1000 },
		{ STR_INIT("\xc2\xb5s"), 1000 },
		{ STR_INIT("\xce\xbcs"), 1000 },
		{ STR_INIT("ms"), 1000000 },
		{ STR_INIT("s"), INT64_C(1000000000) },
		{ STR_INIT("m"), INT64_C(60000000000) },
		{ STR_INIT("h"), INT64_C(3600000000000) },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (str_starts(*s, units[i].name)) {
			*s = str_skip(*s, units[i].name.n);
			return units[i].ns;
		}
	return 0;
}

static struct str digits(struct str *s)
{
	size_t n = 0;

	while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
		n++;
	*s = (struct str){ s->p + n, s->n - n };
	return (struct str){ s->p - n, n };
}

/* One "1.5h" off the head of *s. */
static bool duration_part(struct str *s, double *ns)
{
	struct str whole = digits(s), part = { NULL, 0 };
	double v = 0, scale = 1;
	int64_t unit;

	if (s->n && s->p[0] == '.') {
		*s = str_skip(*s, 1);
		part = s->n ? digits(s) : part;
	}
	unit = unit_ns(s);
	if (whole.n + part.n == 0 || unit == 0)
		return false;
	for (size_t i = 0; i < whole.n; i++)
		v = v * 10 + (whole.p[i] - '0');
	for (size_t i = 0; i < part.n; i++)
		v += (part.p[i] - '0') * (scale /= 10);
	*ns += v * (double)unit;
	return true;
}

bool cfg_duration(struct str s, int64_t *ms)
{
	bool minus = false;
	double ns = 0;

	if (s.n && (s.p[0] == '-' || s.p[0] == '+')) {
		minus = s.p[0] == '-';
		s = str_skip(s, 1);
	}
	if (str_eq(s, STR("0"))) {
		*ms = 0;
		return true;
	}
	if (s.n == 0)
		return false;
	while (s.n)
		if (!duration_part(&s, &ns))
			return false;
	if (ns > 9.2e18)
		return false;
	*ms = (int64_t)(ns / 1e6) * (minus ? -1 : 1);
	return true;
}

static bool u16(struct str s, uint16_t *out)
{
	uint64_t v;

	if (!str_u64(s, &v) || v > UINT16_MAX)
		return false;
	*out = (uint16_t)v;
	return true;
}

bool cfg_port_range(struct str s, uint16_t *from, uint16_t *to)
{
	struct str rest = s;
	struct str head = str_cut(&rest, '-');

	if (!u16(head, from))
		return false;
	*to = *from;
	if (head.n == s.n)
		return true;
	return u16(rest, to) && *to >= *from;
}

static bool word_in(struct str s, const char *choices, bool any_case)
{
	struct str rest = str_of(choices);

	while (rest.n) {
		struct str w = str_cut(&rest, '|');

		if (any_case ? str_eq_low(w, s) : str_eq(w, s))
			return true;
	}
	return false;
}

static bool is_cidr(struct str s)
{
	struct str addr = str_cut(&s, '/');
	uint64_t bits;
	bool six = str_has(addr, STR(":"));

	if (!str_u64(s, &bits) || bits > (six ? 128u : 32u) || addr.n == 0)
		return false;
	for (int i = 0; !six && i < 4; i++) {
		uint64_t v;

		if (!str_u64(str_cut(&addr, '.'), &v) || v > 255)
			return false;
	}
	return six || addr.p == NULL;
}

static enum cfg_fit list_fit(struct arena *a, const struct json *j,
                             const struct cfg_key *k, const char **why)
{
	if (json_type(j, 0) != JSON_ARRAY)
		return misfit(CFG_MALFORMED, why, "not a JSON array");
	for (int i = json_first(j, 0); i >= 0; i = json_next(j, i)) {
		struct str s = json_str(j, i, a);
		uint16_t port;

		if (k->type == CFG_PORT_LIST) {
			if (json_type(j, i) != JSON_PRIM ||
			    !u16(json_raw(j, i), &port))
				return misfit(CFG_OUT_OF_RANGE, why,
				              "not a list of ports");
			continue;
		}
		if (json_type(j, i) != JSON_STRING)
			return misfit(CFG_MALFORMED, why,
			              "not a JSON array of strings");
		if (k->type == CFG_CIDR_LIST && !is_cidr(s))
			return misfit(CFG_MALFORMED, why,
			              "an entry is not an address block");
		if (k->type == CFG_LOG_DRIVERS &&
		    !word_in(s, k->choices, false))
			return misfit(CFG_BAD_WORD, why,
			              "an unknown logging driver");
	}
	return CFG_FITS;
}

static enum cfg_fit map_fit(struct arena *a, const struct json *j,
                            const struct cfg_key *k, const char **why)
{
	if (json_type(j, 0) != JSON_OBJECT)
		return misfit(CFG_MALFORMED, why, "not a JSON object");
	if (k->type == CFG_JSON_OBJECT)
		return CFG_FITS;
	for (int i = json_first(j, 0); i >= 0; i = json_next(j, i)) {
		int v = json_value(j, i);
		struct str name = json_str(j, i, a);

		if (json_type(j, v) != JSON_STRING && !json_is_null(j, v))
			return misfit(CFG_MALFORMED, why,
			              "a value in it is not a string");
		if (k->type != CFG_TAGS)
			continue;
		if (str_starts(name, STR("aws:")))
			return misfit(CFG_OUT_OF_RANGE, why,
			              "a tag key begins with aws:");
		if (name.n > 128 || json_str(j, v, a).n > 256)
			return misfit(CFG_OUT_OF_RANGE, why,
			              "a tag is too long");
	}
	return CFG_FITS;
}

static enum cfg_fit json_fit(struct arena *a, const struct cfg_key *k,
                             struct str v, const char **why)
{
	size_t used = a->used; /* nothing of it is kept */
	enum cfg_fit fit = CFG_FITS;
	struct json j;
	struct err e;

	if (!json_parse(a, v, JSON_TOKENS, &j, &e))
		fit = misfit(CFG_MALFORMED, why, "not JSON");
	else if (json_is_null(&j, 0))
		fit = CFG_FITS;
	else if (k->type == CFG_JSON_OBJECT || k->type == CFG_STRING_MAP ||
	         k->type == CFG_TAGS)
		fit = map_fit(a, &j, k, why);
	else
		fit = list_fit(a, &j, k, why);
	a->used = used;
	return fit;
}

static enum cfg_fit number_fit(const struct cfg_key *k, struct str v,
                               const char **why)
{
	int64_t n;

	if (k->type == CFG_DURATION ? !cfg_duration(v, &n) : !str_i64(v, &n))
		return misfit(CFG_MALFORMED, why,
		              k->type == CFG_DURATION
		                      ? "not a duration such as 30s or 1h30m"
		                      : "not a whole number");
	if ((k->min || k->max) && n < k->min)
		return misfit(CFG_OUT_OF_RANGE, why, "below its minimum");
	if (k->max && n > k->max)
		return misfit(CFG_OUT_OF_RANGE, why, "above its maximum");
	return CFG_FITS;
}

static bool is_float(struct str s)
{
	struct str part = s;
	struct str whole = str_cut(&part, '.');
	uint64_t v;

	return str_u64(whole, &v) && (part.n == 0 || str_u64(part, &v));
}

static bool is_rate(struct str s)
{
	struct str burst = s;
	struct str steady = str_cut(&burst, ',');
	uint64_t a, b;

	return str_u64(str_trim(steady), &a) && str_u64(str_trim(burst), &b) &&
	       a > 0 && b > 0;
}

/* Letters, digits, - and _; at most 255; or an ARN that ends so. */
static bool is_cluster(struct str s)
{
	if (str_starts(s, STR("arn:"))) {
		struct str name = str_between(s, STR(":cluster/"), STR("/"));
		size_t at = str_find(s, STR(":cluster/"));

		if (at == SIZE_MAX || name.n)
			return false;
		s = str_skip(s, at + 9);
	}
	for (size_t i = 0; i < s.n; i++)
		if (!(str_low(s.p[i]) >= 'a' && str_low(s.p[i]) <= 'z') &&
		    !(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '-' &&
		    s.p[i] != '_')
			return false;
	return s.n > 0 && s.n <= 255;
}

enum cfg_fit cfg_value_fit(struct arena *a, const struct cfg_key *key,
                           struct str value, const char **why)
{
	uint16_t from, to;
	bool yes, fits = true;

	*why = NULL;
	if (value.n == 0)
		return CFG_FITS;
	switch (key->type) {
	case CFG_STRING:
	case CFG_TRIMMED:
	case CFG_PROXY:
		return CFG_FITS;
	case CFG_CLUSTER:
		fits = is_cluster(str_trim(value));
		*why = "not a cluster name";
		break;
	case CFG_BOOL:
		fits = cfg_bool(value, &yes);
		*why = "neither true nor false";
		break;
	case CFG_EXACT_TRUE:
		fits = str_eq(value, STR("true")) ||
		       (cfg_bool(value, &yes) && !yes);
		*why = "ecs-init wants exactly true";
		break;
	case CFG_U16:
	case CFG_INT:
	case CFG_DURATION:
		return number_fit(key, value, why);
	case CFG_FLOAT:
		fits = is_float(value);
		*why = "not a number";
		break;
	case CFG_ENUM:
	case CFG_ENUM_LOW:
		fits = word_in(str_trim(value), key->choices,
		               key->type == CFG_ENUM_LOW);
		*why = key->choices;
		break;
	case CFG_PORT_RANGE:
		fits = cfg_port_range(value, &from, &to);
		*why = "not a range of ports such as 40000-50000";
		break;
	case CFG_RATE:
		fits = is_rate(value);
		*why = "not two numbers such as 40,60";
		break;
	case CFG_UNIX_URL:
		fits = str_starts(value, STR("unix://"));
		*why = "not a unix:// address";
		break;
	default:
		return json_fit(a, key, value, why);
	}
	return fits ? CFG_FITS : CFG_BAD_WORD;
}
