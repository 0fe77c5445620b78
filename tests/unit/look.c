/*
 * A checker without rights and with its helper comes to the very report that
 * root comes to: over every recording and case of the tree. The machine is a
 * recording; `plain` is the same machine as somebody sees it who is not root.
 */
#include "test.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plain.h"
#include "probe/report.h"

#define TALLY (&tally)
#define FAR_KEPT_MS 600000

static struct tally tally;
static char folder[] = "/tmp/probe-look.XXXXXX";
static _Alignas(16) unsigned char mem[2 * PASS_ARENA];

struct said {
	enum severity status;
	size_t unknown;
	char text[16384];
	size_t n;
};

static void report_of(struct host *h, struct said *out)
{
	struct arena a = { mem, 0, sizeof(mem) };
	const struct pass_opts o = { .limits = limits_default(),
		                     .deadline_ms = 5000,
		                     .log_window_ms = 86400000 };
	struct report_look look = { .columns = 80 };
	struct pass p;
	struct buf b;

	pass_run(h, &a, &o, &p);
	b = buf_init(&a, REPORT_MAX);
	report_cases(&p, &look, &a, &b);
	out->status = p.verdict.status;
	out->unknown = 0;
	for (size_t i = 0; i < checks_count; i++)
		out->unknown += p.checked[i].sev == SEV_UNKNOWN;
	out->n = b.n < sizeof(out->text) ? b.n : sizeof(out->text);
	memcpy(out->text, b.p, out->n);
	pass_free(&p);
}

static struct said root, over, alone;

static bool same(const struct said *x, const struct said *y)
{
	return x->n == y->n && memcmp(x->text, y->text, x->n) == 0;
}

static void show(const char *what)
{
	size_t i = 0;

	while (i < root.n && i < over.n && root.text[i] == over.text[i])
		i++;
	while (i && root.text[i - 1] != '\n')
		i--;
	printf("%s\n root: %.300s\n over: %.300s\n", what, root.text + i,
	       over.text + i);
}

static struct plain plain(const char *machine)
{
	return (struct plain){ .host = { &plain_ops, "" },
		               .machine = host_dir(machine),
		               .folder = folder };
}

static struct host *with_helper(struct arena *a, struct plain *p)
{
	static const int64_t keep_ms[LOOK_KINDS] = { 60000, FAR_KEPT_MS };

	return host_over(a, &p->host, folder, keep_ms);
}

static size_t worse; /* machines on which the plain user saw less */

static void compare(const char *machine)
{
	static unsigned char small[65536];
	struct arena a = { small, 0, sizeof(small) };
	struct plain p = plain(machine);
	struct host *h = with_helper(&a, &p);
	struct err e = { 0 };

	report_of(&p.machine, &root);
	report_of(&p.host, &alone);
	EXPECT(machine, host_over_look(h, &a, LOOK_NEAR, &e));
	EXPECT(machine, host_over_look(h, &a, LOOK_FAR, &e));
	report_of(h, &over);
	EXPECT(machine, same(&root, &over));
	if (!same(&root, &over))
		show(machine);
	worse += !same(&alone, &root);
}

static void all(const char *pattern)
{
	glob_t g;

	if (glob(pattern, 0, NULL, &g) != 0)
		abort();
	for (size_t i = 0; i < g.gl_pathc; i++)
		compare(g.gl_pathv[i]);
	globfree(&g);
}

/* ---- what a look must not do */

#define DB "/var/lib/ecs/data/agent.db"
#define HEALTHY "tests/golden/healthy/root"

static void fresh_only(void)
{
	static unsigned char small[65536];
	struct arena a = { small, 0, sizeof(small) };
	struct plain p = plain(HEALTHY);
	struct host *h = with_helper(&a, &p);
	struct err e = { 0 };

	report_of(&p.host, &alone);
	report_of(h, &over);
	EXPECT("a folder that nobody asked for is not read",
	       same(&alone, &over));
	EXPECT("near", host_over_look(h, &a, LOOK_NEAR, &e));
	report_of(h, &over);
	report_of(&p.machine, &root);
	EXPECT("near alone is enough where no task runs",
	       over.unknown == root.unknown && over.unknown < alone.unknown);
	p.ahead_ms = 61000;
	report_of(h, &over);
	EXPECT("too old", same(&alone, &over));
	EXPECT("again", host_over_look(h, &a, LOOK_FAR, &e));
	p.no_helper = true;
	EXPECT("no helper",
	       !host_over_look(h, &a, LOOK_FAR, &e) && e.code == ERR_REFUSED);
	report_of(&p.machine, &root);
	report_of(h, &over);
	EXPECT("a far look is enough for all", same(&root, &over));
	EXPECT("root's door is the machine",
	       look_door(&a, &p.machine, 1, 1) == &p.machine);
	EXPECT("and it asks nobody", look_ask(&p.machine, &a, UINT32_MAX, &e));
	EXPECT("what root need not see is not asked for",
	       look_ask(h, &a, FACT_BIT(IMDS) | FACT_BIT(DISK), &e));
	EXPECT("what it must is", !look_ask(h, &a, FACT_BIT(DOCKER), &e));
	p.ahead_ms += FAR_KEPT_MS + 1;
	report_of(h, &over);
	EXPECT("and ends as well", same(&alone, &over));
}

/* A folder that others write to is not the helper's. */
static void whose_folder(void)
{
	struct err e = { 0 };
	int first;

	(void)chmod(folder, 0777);
	EXPECT("open to all", look_open(folder, &e) < 0 && e.code == ERR_PERM);
	(void)chmod(folder, 0770);
	EXPECT("open to its group",
	       look_open(folder, &e) < 0 && e.code == ERR_PERM);
	(void)chmod(folder, 0750);
	first = look_open(folder, &e);
	EXPECT("its own", first >= 0);
	EXPECT("one at a time",
	       look_open(folder, &e) < 0 && e.code == ERR_BUSY);
	(void)close(first);
	EXPECT("no folder",
	       look_open("/nowhere/look", &e) < 0 && e.code == ERR_NOENT);
}

static bool there(const char *name)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

/* What both looks hold is taken from the later one. */
static void newest(void)
{
	static unsigned char small[65536];
	struct arena a = { small, 0, sizeof(small) };
	struct plain p = plain(HEALTHY);
	struct host *h = with_helper(&a, &p);
	struct file_info then, now;
	struct err e = { 0 };

	EXPECT("far", host_over_look(h, &a, LOOK_FAR, &e));
	EXPECT("of then", h->ops->info(h, DB, &then, &e));
	p.machine = host_dir("tests/cases/state/ok/root");
	p.ahead_ms++;
	EXPECT("near", host_over_look(h, &a, LOOK_NEAR, &e));
	EXPECT("of now",
	       h->ops->info(h, DB, &now, &e) && now.mtime_ms != then.mtime_ms);
	p.machine = host_dir(HEALTHY);
	p.ahead_ms++;
	EXPECT("far again", host_over_look(h, &a, LOOK_FAR, &e));
	EXPECT("of then again",
	       h->ops->info(h, DB, &now, &e) && now.mtime_ms == then.mtime_ms);
}

static void leavings(void)
{
	char path[128], link[128];
	struct stat st;
	struct err e;
	int dir;

	(void)snprintf(path, sizeof(path), "%s/fresh", folder);
	(void)mkdir(path, 0700);
	(void)snprintf(link, sizeof(link), "%s/fresh/away", folder);
	EXPECT("a link", symlink("/etc", link) == 0);
	dir = look_open(folder, &e);
	EXPECT("swept", dir >= 0 && !there("fresh"));
	EXPECT("not followed", access("/etc/passwd", F_OK) == 0);
	EXPECT("nothing to swap",
	       !look_close(dir, "fresh", "near", &e) && e.code == ERR_NOENT);
	EXPECT("the looks are there still", there("far"));
	(void)snprintf(path, sizeof(path), "%s/far/self", folder);
	EXPECT("for its group",
	       stat(path, &st) == 0 && (st.st_mode & 0777) == 0640);
	(void)snprintf(path, sizeof(path), "%s/far", folder);
	EXPECT("and no others",
	       stat(path, &st) == 0 && (st.st_mode & 0777) == 0750);
	compare("tests/cases/task_network/ok/root");
	EXPECT("the network was asked", there("far/netns"));
	EXPECT("answers of AWS are not in it", !there("far/http/POST") &&
	                                               !there("far/http/PUT") &&
	                                               !there("far/dns"));
}

/* An operation that was added to the door is there in each kind of it. */
static void complete(const char *what, const struct host *h)
{
	const struct host_ops none = { .read = NULL };
	unsigned char ops[sizeof(none)];

	memcpy(ops, h->ops, sizeof(ops));
	for (size_t i = 0; i < sizeof(ops); i += sizeof(h->ops->read))
		EXPECT(what, memcmp(ops + i, &none, sizeof(h->ops->read)) != 0);
}

static void doors(void)
{
	static unsigned char small[65536];
	struct arena a = { small, 0, sizeof(small) };
	struct plain p = plain(HEALTHY);
	struct host live = host_live();
	char to[64];

	(void)snprintf(to, sizeof(to), "%s/door", folder);
	complete("live", &live);
	complete("plain", &p.host);
	complete("dir", &p.machine);
	complete("over", with_helper(&a, &p));
	complete("save", host_save(&a, &p.machine, to));
	complete("look", host_look(&a, &p.machine, to,
	                           (struct checker){ 997, may_read }));
}

static void may_read_real(void)
{
	if (geteuid() != 0)
		return;
	EXPECT("root's file", !look_may_read(65534, "/etc/shadow"));
	EXPECT("anybody's", look_may_read(65534, "/etc/passwd"));
	EXPECT("root's folder", !look_may_read(65534, "/root/.profile"));
	EXPECT("what is not there", look_may_read(65534, "/nowhere"));
	EXPECT("a device by its mode", look_may_read(65534, "/dev/null"));
	EXPECT("root again", access("/etc/shadow", R_OK) == 0 &&
	                             look_may_read(0, "/etc/shadow"));
}

int main(void)
{
	(void)alarm(300);
	(void)umask(022);
	if (!mkdtemp(folder))
		abort();
	(void)chmod(folder, 0750);
	doors();
	if (tally.failed)
		return test_end(&tally);
	fresh_only();
	whose_folder();
	leavings();
	newest();
	may_read_real();
	all("tests/golden/*/root");
	all("tests/cases/*/*/root");
	EXPECT("many need the helper", worse > 80);
	return test_end(&tally);
}
