/* What whole logs say: siblings of real ones in other formats and versions,
 * each with the class of its root cause and whether a restart helps. */
#include "feed.h"
#include "unit.h"

#include "probe/pass.h"

#define AT "2026-01-02T03:04:05Z"
#define BR(level, msg) AT " [" level "] " msg "\n"
#define LF(level, msg) \
	"level=" level " time=" AT " msg=\"" msg "\" module=x.go\n"
#define LE(level, msg, err) \
	"level=" level " time=" AT " msg=\"" msg "\" error=\"" err "\"\n"
#define LR(level, msg, err)                                                   \
	"level=" level " time=" AT " error=\"" err "\" task=\"t\" msg=\"" msg \
	"\"\n"
#define JS(level, msg)                                                \
	"{\"level\":\"" level "\",\"time\":\"" AT "\",\"msg\":\"" msg \
	"\",\"module\":\"x.go\"}\n"
#define JE(level, msg, err)                                           \
	"{\"level\":\"" level "\",\"time\":\"" AT "\",\"msg\":\"" msg \
	"\",\"error\":\"" err "\",\"task\":\"t\"}\n"
#define JB(level, msg)                                                     \
	"{\"time\": \"" AT "\", \"level\": \"" level "\", \"msg\": \"" msg \
	"\", \"module\": \"x.go\"}\n"
#define START LF("info", "Loading configuration")
#define UP                                                        \
	LF("info", "Registered container instance with cluster!") \
	LF("info", "Connected to ACS endpoint")
#define HTML404                                                        \
	"caused by: <?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n" \
	"<html>\n <body>\n  <h1>404 - Not Found</h1>\n </body>\n</html>\n\n"
#define EACH(sec)                               \
	"level=info time=2026-01-02T03:05:" sec \
	"Z msg=\"Connected to ACS endpoint\"\n" \
	"level=info time=2026-01-02T03:05:" sec \
	"Z msg=\"ACS Websocket connection closed for a valid reason: EOF\"\n"
#define SYSLOG "Nov 21 06:00:00 ip-10-0-0-1 amazon-ecs-init[1234]: "
#define FLAP(sec) \
	SYSLOG "2026-01-02T03:05:" sec "Z [INFO] Connected to ACS endpoint\n"
#define LOST(sec)                                                            \
	"level=error time=2026-01-02T03:05:" sec                             \
	"Z msg=\"Error: lost websocket connection with Agent Communication " \
	"Service (ACS): read: connection reset by peer\"\n"                  \
	"level=info time=2026-01-02T03:05:" sec                              \
	"Z msg=\"Connected to ACS endpoint\"\n"
#define IDLE(min, sec)                                                  \
	"level=warn time=2026-01-02T03:" min ":" sec                    \
	"Z msg=\"ACS Connection hasn't had any activity for too long; " \
	"closing connection\"\n"                                        \
	"level=info time=2026-01-02T03:" min ":" sec                    \
	"Z msg=\"Connected to ACS endpoint\"\n"
#define JOURNAL(message)                                                     \
	"{\"_SYSTEMD_UNIT\":\"ecs.service\",\"SYSLOG_IDENTIFIER\":"          \
	"\"amazon-ecs-init\",\"MESSAGE\":\"level=error time=" AT " " message \
	"\"}\n"
#define CANT "Unable to register as a container instance with ECS"
#define SEND "RequestError: send request failed\\ncaused by: "
#define POST SEND "Post \\\"https://ecs.us-east-1.amazonaws.com/\\\": "

static const struct row {
	const char *name;
	enum cause_class class;
	enum restart restart;
	enum cause_id cause;
	const char *text;
} rows[] = {
#define SAID(name, class, restart, cause, text) \
	{ name, CLASS_##class, RESTART_##restart, CAUSE_##cause, text },
#include "logs_said.def"
#undef SAID
};

static void judge(struct arena *a, const char *text, size_t step,
                  struct pass *p)
{
	struct pass_opts o = { .limits = limits_default() };
	struct logscan *s;

	*p = (struct pass){ .facts = ARENA_NEW(a, struct facts),
		            .log_only = true };
	s = logscan_new(a, &p->facts->logs.found, LOG_SCAN_BUF);
	logscan_file(s, STR("x.log"));
	feed(s, text, strlen(text), step);
	logscan_file_end(s);
	logscan_end(s);
	p->facts->logs.seen.state = SEEN_OK;
	p->facts->logs.pasted = true;
	pass_judge(a, p->facts, &o, p);
}

static void check(const struct row *r, struct arena *a, size_t step)
{
	static struct pass p;
	enum cause_id cause;
	enum restart helps;

	arena_reset(a);
	judge(a, r->text, step, &p);
	cause = p.verdict.root ? p.verdict.root->id : CAUSE_NONE;
	helps = cause ? cause_info[cause].restart : RESTART_NO;
	OK(p.verdict.class == r->class, r->name);
	OK(helps == r->restart, r->name);
	OK(cause == r->cause, r->name);
	if (p.verdict.class != r->class || helps != r->restart ||
	    cause != r->cause)
		printf("  %s, restart %s, %s\n", class_text[p.verdict.class],
		       restart_text[helps], cause_info[cause].name);
}

int main(void)
{
	struct arena a = unit_arena(PASS_ARENA + (2 << 20));

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		check(&rows[i], &a, LOG_SCAN_BUF);
		check(&rows[i], &a, 7);
		check(&rows[i], &a, 1);
	}
	free(a.base);
	return unit_end("logs_said");
}
