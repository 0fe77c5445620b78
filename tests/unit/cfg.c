/* ecs.config as its two readers see it, and what is said of it. */
#include "probe/cfg.h"
#include "unit.h"

static bool same(struct str s, const char *want)
{
	return want ? s.p && str_eq(s, str_of(want)) : s.p == NULL;
}

/* What ecs-init (a) and the agent (b) get for a key; NULL: nothing. */
static const struct {
	const char *what, *text, *key, *a, *b;
} reads[] = {
	{ "plain", "ECS_CLUSTER=prod\n", "ECS_CLUSTER", "prod", "prod" },
	{ "no newline at the end", "ECS_CLUSTER=prod", "ECS_CLUSTER", "prod",
	  "prod" },
	{ "double quotes", "ECS_CLUSTER=\"prod\"\n", "ECS_CLUSTER", "prod",
	  "\"prod\"" },
	{ "single quotes", "ECS_CLUSTER='a b'\n", "ECS_CLUSTER", "a b",
	  "'a b'" },
	{ "blanks around =", "ECS_CLUSTER = prod\n", "ECS_CLUSTER", "prod",
	  NULL },
	{ "blank before the value", "ECS_CLUSTER= prod\n", "ECS_CLUSTER",
	  "prod", " prod" },
	{ "blanks at the end", "ECS_CLUSTER=prod \t\n", "ECS_CLUSTER", "prod",
	  "prod" },
	{ "blanks in front", "  ECS_CLUSTER=prod\n", "ECS_CLUSTER", "prod",
	  "prod" },
	{ "export", "export ECS_CLUSTER=prod\n", "ECS_CLUSTER", NULL, NULL },
	{ "CRLF", "A=1\r\nECS_CLUSTER=prod\r\nB=2\r\n", "ECS_CLUSTER", "prod",
	  "prod" },
	{ "mark",
	  "\xef\xbb\xbf"
	  "ECS_CLUSTER=prod\n",
	  "ECS_CLUSTER", NULL, NULL },
	{ "mark spares line 2",
	  "\xef\xbb\xbf"
	  "A=1\nECS_CLUSTER=p\n",
	  "ECS_CLUSTER", "p", "p" },
	{ "comment line", "#ECS_CLUSTER=no\nECS_CLUSTER=yes\n", "ECS_CLUSTER",
	  "yes", "yes" },
	{ "comment with ;", ";ECS_CLUSTER=no\n", "ECS_CLUSTER", NULL, NULL },
	{ "comment behind", "ECS_CLUSTER=prod # mine\n", "ECS_CLUSTER",
	  "prod # mine", "prod # mine" },
	{ "the last wins", "ECS_CLUSTER=a\nECS_CLUSTER=b\n", "ECS_CLUSTER", "b",
	  "b" },
	{ "empty", "ECS_CLUSTER=\n", "ECS_CLUSTER", "", "" },
	{ "second =", "X=a=b\n", "X", "a=b", "a=b" },
	{ "backslash joins for A", "X=a\\\nY=b\n", "X", "aY=b", "a\\" },
	{ "so Y is B's alone", "X=a\\\nY=b\n", "Y", NULL, "b" },
	{ "open quote joins", "X=\"a\nb\"\nZ=1\n", "X", "a\nb", "\"a" },
	{ "behind the quote", "X=\"a\nb\"\nZ=1\n", "Z", "1", "1" },
	{ "escapes in quotes", "X=\"a\\\"b\\n\"\n", "X", "a\"b\\n",
	  "\"a\\\"b\\n\"" },
	{ "JSON bare", "X={\"a\":\"b\"}\n", "X", "{\"a\":\"b\"}",
	  "{\"a\":\"b\"}" },
	{ "quote glued", "X=a'b c'd\n", "X", "a'b c'd", "a'b c'd" },
	{ "quotes side by side", "X='a''b'\n", "X", "ab", "'a''b'" },
	{ "comment goes on", "#a\\\nX=1\nY=2\n", "X", NULL, "1" },
	{ "not UTF-8", "X=1\nY=\xff\n", "X", NULL, "1" },
	{ "no-break space", "X=1\xc2\xa0\n", "X", "1\xc2\xa0", "1" },
	{ "digit first", "1X=1\n", "1X", NULL, "1" },
	{ "no key", "=x\nX=1\n", "X", "1", "1" },
	{ "nothing", "", "X", NULL, NULL },
};

static void readers(struct arena *a)
{
	for (size_t i = 0; i < sizeof(reads) / sizeof(*reads); i++) {
		struct cfg_doc d;

		a->used = 0;
		cfg_read(a, str_of(reads[i].text), &d);
		OK(same(cfg_init_value(&d, str_of(reads[i].key)), reads[i].a),
		   reads[i].what);
		OK(same(cfg_agent_value(&d, str_of(reads[i].key)), reads[i].b),
		   reads[i].what);
	}
}

static bool said(const struct cfg_doc *d, enum cfg_problem id, unsigned line)
{
	for (size_t i = 0; i < d->n_notes; i++)
		if (d->note[i].id == id && d->note[i].line == line)
			return true;
	return false;
}

/* The one thing said of a text, and on which line; COUNT: nothing at all. */
static const struct {
	const char *text;
	enum cfg_problem id;
	unsigned line;
	size_t n;
} lints[] = {
	{ "ECS_CLUSTER=prod\n", CFG_P_COUNT, 0, 0 },
	{ "# c\n\nECS_CLUSTER=prod\n", CFG_P_COUNT, 0, 0 },
	{ "FOO=bar\n", CFG_P_COUNT, 0, 0 },
	{ "ECS_CLUSTER=\"prod\"\n", CFG_P_QUOTES, 1, 1 },
	{ "ECS_CLUSTER = prod\n", CFG_P_SPACES, 1, 1 },
	{ "export ECS_CLUSTER=prod\n", CFG_P_EXPORT, 1, 1 },
	{ "\xef\xbb\xbf"
	  "ECS_CLUSTER=prod\n",
	  CFG_P_BOM, 1, 1 },
	{ "\nECS_CLUTSER=prod\n", CFG_P_NEAR_MISS, 2, 1 },
	{ "ecs_cluster=prod\n", CFG_P_CASE, 1, 1 },
	{ "ECS_CLUSTER_NAME=prod\n", CFG_P_NEAR_MISS, 1, 1 },
	{ "ECS_WHATEVER_ELSE=1\n", CFG_P_UNKNOWN, 1, 1 },
	{ "ECS_CLUSTER\n", CFG_P_NO_EQUALS, 1, 1 },
	{ "ECS_CLUSTER=a\nECS_CLUSTER=b\n", CFG_P_DUPLICATE, 1, 1 },
	{ "ECS_CLUSTER=my cluster\n", CFG_P_BAD_SERVICE, 1, 1 },
	{ "ECS_CLUSTER=arn:aws:ecs:eu-west-1:1:cluster/prod\n",
	  CFG_P_ARN_CLUSTER, 1, 1 },
	{ "ECS_INSTANCE_ATTRIBUTES={\"a\":1}\n", CFG_P_BAD_FATAL, 1, 1 },
	{ "ECS_INSTANCE_ATTRIBUTES='{\"a\":\"b\"}'\n", CFG_P_BAD_FATAL, 1, 2 },
	{ "ECS_AVAILABLE_LOGGING_DRIVERS=[\"awslog\"]\n", CFG_P_BAD_FATAL, 1,
	  1 },
	{ "ECS_AVAILABLE_LOGGING_DRIVERS=awslogs\n", CFG_P_BAD_DEFAULTED, 1,
	  1 },
	{ "ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES=[\"10.0.0.0/33\"]\n",
	  CFG_P_BAD_FATAL, 1, 1 },
	{ "ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES=[\"10.0.0.0/8\"]\n", CFG_P_COUNT,
	  0, 0 },
	{ "ECS_RESERVED_MEMORY=70000\n", CFG_P_BAD_DEFAULTED, 1, 1 },
	{ "ECS_RESERVED_MEMORY=256MB\n", CFG_P_BAD_DEFAULTED, 1, 1 },
	{ "ECS_ENABLE_TASK_ENI=yes\n", CFG_P_BAD_DEFAULTED, 1, 1 },
	{ "ECS_ENABLE_GPU_SUPPORT=TRUE\n", CFG_P_BAD_SILENT, 1, 1 },
	{ "ECS_IMAGE_PULL_BEHAVIOR=Always\n", CFG_P_BAD_SILENT, 1, 1 },
	{ "ECS_CONTAINER_STOP_TIMEOUT=30\n", CFG_P_BAD_DEFAULTED, 1, 1 },
	{ "ECS_CONTAINER_STOP_TIMEOUT=500ms\n", CFG_P_BAD_CLAMPED, 1, 1 },
	{ "ECS_CONTAINER_STOP_TIMEOUT=1m30s\n", CFG_P_COUNT, 0, 0 },
	{ "ECS_RESERVED_PORTS=[22,80]\n", CFG_P_PORTS_DROPPED, 1, 1 },
	{ "ECS_RESERVED_PORTS=[22,2375,2376,51678,51679,80]\n", CFG_P_COUNT, 0,
	  0 },
	{ "ECS_RESERVED_PORTS=[]\n", CFG_P_COUNT, 0, 0 },
	{ "ECS_RESERVED_PORTS=[70000]\n", CFG_P_BAD_DEFAULTED, 1, 1 },
	{ "ECS_DYNAMIC_HOST_PORT_RANGE=50000-40000\n", CFG_P_BAD_DEFAULTED, 1,
	  1 },
	{ "HTTP_PROXY=http://p:1\n", CFG_P_PROXY_ALONE, 1, 1 },
	{ "HTTPS_PROXY=http://p:1\n", CFG_P_COUNT, 0, 0 },
	{ "HTTP_PROXY=p:1\nNO_PROXY=169.254.169.254,/var/run/docker.sock\n",
	  CFG_P_NO_PROXY_GAP, 2, 1 },
	{ "HTTP_PROXY=p:1\nNO_PROXY=169.254.0.0/16\n", CFG_P_NO_PROXY_GAP, 2,
	  1 },
	{ "http_proxy=p:1\nno_proxy=169.254.0.0/16,/var/run/docker.sock\n",
	  CFG_P_COUNT, 0, 0 },
	{ "HTTP_PROXY=p:1\nNO_PROXY=169.254.0.0/16,/var/run/docker.sock\n",
	  CFG_P_COUNT, 0, 0 },
	{ "AWS_SECRET_ACCESS_KEY=x\n", CFG_P_STATIC_KEYS, 1, 1 },
	{ "ECS_LOGLEVEL=INFO\n", CFG_P_LOG_SILENT, 1, 1 },
	{ "ECS_LOGLEVEL=warn\n", CFG_P_LOG_SILENT, 1, 1 },
	{ "ECS_LOG_DRIVER=json-file\n", CFG_P_LOG_DRIVER, 1, 1 },
	{ "ECS_LOG_DRIVER=syslog\nECS_LOGLEVEL_ON_INSTANCE=info\n", CFG_P_COUNT,
	  0, 0 },
	{ "ECS_ENABLE_CPU_UNBOUNDED_WINDOWS_WORKAROUND=true\n", CFG_P_WINDOWS,
	  1, 1 },
	{ "ECS_RESERVED_MEMORY=256 # MiB\n", CFG_P_COMMENT, 1, 2 },
	{ "ECS_LOGFILE=/a\\\nX=1\n", CFG_P_CONTINUED, 1, 1 },
	{ "ECS_CONTAINER_INSTANCE_TAGS={\"aws:x\":\"y\"}\n", CFG_P_BAD_SERVICE,
	  1, 1 },
};

static void notes(struct arena *a)
{
	for (size_t i = 0; i < sizeof(lints) / sizeof(*lints); i++) {
		struct cfg_doc d;

		a->used = 0;
		cfg_read(a, str_of(lints[i].text), &d);
		cfg_lint(a, &d);
		OK(d.n_notes == lints[i].n &&
		           (lints[i].n == 0 ||
		            said(&d, lints[i].id, lints[i].line)),
		   lints[i].text);
	}
}

static void near(void)
{
	static const struct {
		const char *written, *meant;
	} rows[] = {
		{ "ECS_CLUTSER", "ECS_CLUSTER" },
		{ "ECS_CLUSTR", "ECS_CLUSTER" },
		{ "ECS-CLUSTER", "ECS_CLUSTER" },
		{ "ECSCLUSTER", "ECS_CLUSTER" },
		{ "CLUSTER", "ECS_CLUSTER" },
		{ "ECS_CLUSTER ", "ECS_CLUSTER" },
		{ "$ECS_CLUSTER", "ECS_CLUSTER" },
		{ "ECS_RESERVED_MEMROY", "ECS_RESERVED_MEMORY" },
		{ "ECS_LOG_LEVEL", "ECS_LOGLEVEL" },
		{ "PATH", NULL },
		{ "JAVA_HOME", NULL },
		{ "#ECS_CLUSTER", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct cfg_key *k = cfg_key_near(str_of(rows[i].written));

		OK(rows[i].meant ? k && str_eq(k->name, str_of(rows[i].meant))
		                 : k == NULL,
		   rows[i].written);
	}
}

static void values(struct arena *a)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t ms;
	} rows[] = {
		{ "10m", true, 600000 },   { "1h30m", true, 5400000 },
		{ "1.5h", true, 5400000 }, { "100ms", true, 100 },
		{ "0", true, 0 },          { "-5s", true, -5000 },
		{ "10", false, 0 },        { "", false, 0 },
		{ "5 s", false, 0 },       { "s", false, 0 },
		{ "9999999h", false, 0 },  { ".5s", true, 500 },
		{ "10minutes", false, 0 },
	};
	static const struct {
		const char *list, *host;
		bool has;
	} no_proxy[] = {
		{ "169.254.169.254", "169.254.169.254", true },
		{ "a, 169.254.169.254 ,b", "169.254.169.254", true },
		{ "169.254.0.0/16", "169.254.170.2", true },
		{ "10.0.0.0/8", "169.254.170.2", false },
		{ "*", "x", true },
		{ ".amazonaws.com", "s3.amazonaws.com", true },
		{ "amazonaws.com", "s3.amazonaws.com", true },
		{ "amazonaws.com", "xamazonaws.com", false },
		{ "s3.amazonaws.com:443", "s3.amazonaws.com", true },
		{ "", "x", false },
	};
	uint16_t from, to;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int64_t ms = 0;
		bool ok = cfg_duration(str_of(rows[i].text), &ms);

		OK(ok == rows[i].ok && ms == rows[i].ms, rows[i].text);
	}
	for (size_t i = 0; i < sizeof(no_proxy) / sizeof(*no_proxy); i++)
		OK(cfg_no_proxy_has(str_of(no_proxy[i].list),
		                    str_of(no_proxy[i].host)) ==
		           no_proxy[i].has,
		   no_proxy[i].list);
	OK(cfg_port_range(STR("40000-50000"), &from, &to) && from == 40000 &&
	           to == 50000,
	   "a range");
	OK(cfg_port_range(STR("40000"), &from, &to) && to == 40000, "one port");
	OK(!cfg_port_range(STR("40000-"), &from, &to), "half a range");
	OK(!cfg_port_range(STR("1-70000"), &from, &to), "too high");
	OK(same(cfg_proxy_shown(a, STR("http://u:p@ss/w@h:3128")),
	        "http://h:3128"),
	   "a proxy's password is gone");
	OK(same(cfg_proxy_shown(a, STR("u:p@h:1")), "h:1"), "without scheme");
	OK(same(cfg_proxy_shown(a, STR("http://h:1")), "http://h:1"), "plain");
}

static void caps(struct arena *a)
{
	struct cfg_doc d;
	static char text[CFG_MAX_BYTES + 10];

	a->used = 0;
	memset(text, '\n', sizeof(text));
	cfg_read(a, (struct str){ text, sizeof(text) }, &d);
	OK(d.cut && d.n == CFG_MAX_LINES, "too many lines are cut");
	a->used = 0;
	memset(text, 'x', sizeof(text));
	cfg_read(a, (struct str){ text, sizeof(text) }, &d);
	cfg_lint(a, &d);
	OK(d.cut && said(&d, CFG_P_TOO_LONG, 0), "too many bytes are cut");
	for (size_t i = 1; i < cfg_keys_count; i++)
		OK(str_cmp(cfg_keys[i - 1].name, cfg_keys[i].name) < 0,
		   cfg_keys[i].name.p);
}

struct unit_row {
	const char *text, *http, *no; /* NULL: not set */
};

/* One fragment each: what HTTP_PROXY and NO_PROXY come to. */
static void units(struct arena *a)
{
	static const struct unit_row rows[] = {
		{ "[Service]\nEnvironment=HTTP_PROXY=http://a:1\n",
		  "http://a:1", NULL },
		{ "[Service]\nEnvironment=\"HTTP_PROXY=http://a:1\" "
		  "\"NO_PROXY=x,y\"\n",
		  "http://a:1", "x,y" },
		{ "Environment=HTTP_PROXY='a b' NO_PROXY=c\\ d\n", "a b",
		  "c d" },
		{ "Environment=HTTP_PROXY=http://u:p%%40q@a:1\n",
		  "http://u:p%40q@a:1", NULL },
		{ "Environment=HTTP_PROXY=a%3Ab\n", "a%3Ab", NULL },
		{ "Environment=HTTP_PROXY=a\nEnvironment=HTTP_PROXY=b\n", "b",
		  NULL },
		{ "Environment=HTTP_PROXY=a NO_PROXY=b\nEnvironment=\n", NULL,
		  NULL },
		{ "Environment=NO_PROXY=b\nEnvironment=HTTP_PROXY=\n", "",
		  "b" },
		{ "Environment=HTTP_PROXY=a \\\n# between\n  NO_PROXY=b\n", "a",
		  "b" },
		{ "# Environment=HTTP_PROXY=a\n;Environment=NO_PROXY=b\n", NULL,
		  NULL },
		{ "[Manager]\nDefaultEnvironment=HTTP_PROXY=a\n", "a", NULL },
		{ "Environment = \"HTTP_PROXY=a\"\n", "a", NULL },
		{ "Environment=\"HTTP_PROXY=a\n", NULL, NULL }, /* no end */
		{ "PassEnvironment=HTTP_PROXY\nENVIRONMENT=HTTP_PROXY=a\n",
		  NULL, NULL },
		{ "Environment=MY_HTTP_PROXY=a HTTP_PROXYX=b\n", NULL, NULL },
		{ "Environment=HTTP_PROXY=a", "a", NULL },
	};
	struct cfg_unit u = { 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cfg_unit v = { 0 };

		a->used = 0;
		cfg_unit_add(a, str_of(rows[i].text), &v);
		OK(!v.value[CFG_HTTP].p == !rows[i].http &&
		           str_eq(v.value[CFG_HTTP], str_of(rows[i].http)),
		   rows[i].text);
		OK(!v.value[CFG_NO].p == !rows[i].no &&
		           str_eq(v.value[CFG_NO], str_of(rows[i].no)),
		   rows[i].text);
	}
	cfg_unit_add(a,
	             STR("EnvironmentFile=-/etc/sysconfig/docker\n"
	                 "EnvironmentFile=/a\nEnvironmentFile=b\n"
	                 "UnsetEnvironment=NO_PROXY http_proxy\n"),
	             &u);
	OK(u.n_files == 2 && same(u.file[0], "/etc/sysconfig/docker") &&
	           same(u.file[1], "/a"),
	   "environment files");
	OK(u.unset[CFG_NO] && u.unset[CFG_HTTP_LOW] && !u.unset[CFG_HTTP],
	   "what stays unset");
	cfg_unit_add(a, STR("EnvironmentFile=\nUnsetEnvironment=\n"), &u);
	OK(u.n_files == 0 && !u.unset[CFG_NO], "a drop-in takes them back");
	cfg_unit_add_file(
		a, STR("HTTP_PROXY=\"http://b:2\"\nhttps_proxy=c # d\n"), &u);
	OK(same(u.value[CFG_HTTP], "http://b:2") &&
	           same(u.value[CFG_HTTPS_LOW], "c # d"),
	   "a file of the environment is read as reader A does");
}

int main(void)
{
	struct arena a = unit_arena(768 * 1024);

	readers(&a);
	notes(&a);
	near();
	values(&a);
	caps(&a);
	units(&a);
	free(a.base);
	return unit_end("cfg");
}
