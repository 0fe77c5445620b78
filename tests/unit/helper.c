/* The root side of the verbs against peers that lie, dawdle and go away, with
 * a table of its own; and the shipped table. */
#define _GNU_SOURCE
#include "asked.h"

#include "probe/host.h"

static void words(void)
{
	static const struct {
		const char *say, *answer;
	} row[] = {
		{ "true\n", "ok 0\n" },
		{ "false\n", "ok 1\n" },
		{ "nothing\n", "ok 0\n" },
		{ "absent\n", "ok 127\n" },
		{ "both\n", "ok 0\nout\nbad\n" },
		{ "killed\n", "ok 137\n" },
		{ "itself\n", "ok 0\ntold" },
		{ "sixteen-letters.\n", "ok 0\n" },
		{ "env\n",
		  "ok 0\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:"
		  "/usr/bin:/sbin:/bin\nLC_ALL=C\n" },
		/* 3 is the folder that ls reads. */
		{ "fds\n", "ok 0\n0\n1\n2\n3\n" },
		{ "\n", "err " },
		{ "TRUE\n", "err " },
		{ "true \n", "err " },
		{ " true\n", "err " },
		{ "true\r\n", "err " },
		{ "true --now\n", "err " },
		{ "true\nfalse\n", "err " },
		{ "true\n\n", "err " },
		{ "true;id\n", "err " },
		{ "sixteen-letters.x\n", "err " },
		{ "tru\n", "err " },
		{ "../../bin/true\n", "err " },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct asked a = say(row[i].say);
		bool all = !begins(row[i].answer, "err");

		EXPECT(row[i].say, all ? strcmp(a.text, row[i].answer) == 0
		                       : begins(a.text, row[i].answer));
	}
}

static void peers(void)
{
	static const char zero[] = "true\0x\n", raw[] = { 't', 'r', 'u', 'e' };
	struct helper h = helper();
	static char flood[100000];
	struct asked a;

	memset(flood, 'a', sizeof(flood));
	a = talk(&h, (struct peer){ .say = flood, .n = 17 });
	EXPECT("17 bytes and silence", begins(a.text, "err TIME"));
	a = talk(&h, (struct peer){ .say = flood, .n = sizeof(flood) });
	EXPECT("a flood", begins(a.text, "err") && a.ms < 5000);
	a = talk(&h, (struct peer){ .say = raw, .n = 4 });
	EXPECT("no newline", begins(a.text, "err TIME"));
	a = talk(&h, (struct peer){ .say = raw, .n = 4, .close_early = true });
	EXPECT("no newline, closed", begins(a.text, "err"));
	a = talk(&h, (struct peer){ .say = "", .n = 0, .close_early = true });
	EXPECT("closed at once", begins(a.text, "err"));
	a = talk(&h, (struct peer){ .say = "", .n = 0 });
	EXPECT("says nothing", begins(a.text, "err TIME"));
	a = talk(&h, (struct peer){ .say = zero, .n = sizeof(zero) - 1 });
	EXPECT("a zero byte", begins(a.text, "err"));
	a = talk(&h, (struct peer){ .say = "much\n", .n = 5, .stop_ms = 200 });
	EXPECT("does not read", a.status <= 1 && a.ms < 10000);
	a = say("much\n");
	EXPECT("output has a cap", a.n == VERB_OUTPUT_MAX + 5);
}

/* Amazon Linux 1 has upstart. */
static void init_systems(void)
{
	struct helper h = helper();
	struct asked a = say("init\n");

	EXPECT("systemd is there", strcmp(a.text, "ok 0\nsystemd\n") == 0);
	h.systemd = "/nowhere/system";
	a = talk(&h, (struct peer){ .say = "init\n", .n = 5 });
	EXPECT("it is not", strcmp(a.text, "ok 0\nupstart\n") == 0);
}

static bool running(const char *args)
{
	char cmd[64];
	struct host live = host_live();
	static unsigned char mem[65536];
	struct arena a = { mem, 0, sizeof(mem) };
	const char *argv[] = { "/usr/bin/pgrep", "-f", "-x", cmd, NULL };
	struct cmd_out out;
	struct err e;

	(void)snprintf(cmd, sizeof(cmd), "%s", args);
	return live.ops->cmd(&live, &a, argv, 5000, 4096, &out, &e) &&
	       out.status == 0;
}

static void hang(void)
{
	struct asked a = say("hang\n");

	EXPECT("hang", begins(a.text, "err TIME") && a.ms < 10000);
	a = say("hangs-deeper\n");
	EXPECT("a group hangs", begins(a.text, "err TIME"));
	EXPECT("no child is left", !running("/bin/sleep 61"));
}

static void strangers(void)
{
	struct helper h = helper();
	int status = 0;
	pid_t child;

	(void)fflush(stdout);
	child = fork();
	if (child == 0) {
		struct asked a;
		bool ok;

		if (geteuid() == 0 && setuid(65534) < 0)
			_exit(9);
		h.peer = (uid_t)-1;
		a = talk(&h, (struct peer){ .say = "true\n", .n = 5 });
		ok = begins(a.text, "err PERM");
		h.peer = getuid() + 1;
		a = talk(&h, (struct peer){ .say = "true\n", .n = 5 });
		ok = ok && begins(a.text, "err PERM");
		h.peer = getuid();
		a = talk(&h, (struct peer){ .say = "true\n", .n = 5 });
		_exit(ok && begins(a.text, "ok 0") ? 0 : 1);
	}
	(void)waitpid(child, &status, 0);
	EXPECT("only probe's user and root may ask",
	       WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* ---- what is shipped */

static void argv_is_fixed(const struct verb *v, const char *const *argv)
{
	if (!argv)
		return;
	EXPECT(v->word, argv[0][0] == '/' || argv[0][0] == '\0');
	for (size_t i = 0; argv[i]; i++) {
		EXPECT(v->word, i < 8);
		EXPECT(v->word, !strpbrk(argv[i], "%$*{}"));
	}
}

static bool upstart_does(enum verb_id id, const char *word)
{
	const char *const *argv = verbs[id].upstart;

	return strcmp(argv[0], "/sbin/initctl") == 0 &&
	       strcmp(argv[1], word) == 0 &&
	       strcmp(argv[2], "--no-wait") == 0 &&
	       strcmp(argv[3], "ecs") == 0 && !argv[4];
}

static void shipped(void)
{
	static unsigned char mem[8192];
	struct arena a = { mem, 0, sizeof(mem) };
	struct host dir = host_dir("tests/golden/healthy/root");
	struct cmd_out out;
	struct err e;

	for (size_t i = 0; i < VERB_COUNT; i++) {
		const struct verb *v = &verbs[i];

		EXPECT(v->word, strlen(v->word) <= VERB_WORD_MAX);
		EXPECT(v->word, strlen(v->text) > 10);
		EXPECT(v->word, v->deadline_ms || v->kind == VERB_STREAM);
		EXPECT(v->word, v->kind != VERB_STREAM || v->request);
		argv_is_fixed(v, v->systemd);
		argv_is_fixed(v, v->upstart);
		EXPECT(v->word,
		       !dir.ops->act(&dir, &a, (enum verb_id)i, &out, &e) &&
		               e.code == ERR_PERM);
	}
	EXPECT("an agent is restarted without waiting",
	       strcmp(verbs[VERB_RESTART].systemd[1], "--no-block") == 0 &&
	               strcmp(verbs[VERB_START].systemd[1], "--no-block") == 0);
	EXPECT("by upstart neither", upstart_does(VERB_RESTART, "restart") &&
	                                     upstart_does(VERB_START, "start"));
	EXPECT("which gives no job up", !verbs[VERB_RESET_FAILED].upstart);
}

static void answers(void)
{
	struct cmd_out out;
	struct err e;

	EXPECT("ok", verb_answer(STR("ok 3\nsaid\n"), &out, &e) &&
	                     out.status == 3 &&
	                     str_eq(out.text, STR("said\n")));
	EXPECT("err",
	       !verb_answer(STR("err TIME 110 start: late\n"), &out, &e) &&
	               e.code == ERR_TIME && e.os == 110);
	EXPECT("err of nothing",
	       !verb_answer(STR("err\n"), &out, &e) && e.code != ERR_NONE);
	EXPECT("nothing", !verb_answer(STR(""), &out, &e));
	EXPECT("256", !verb_answer(STR("ok 256\n"), &out, &e));
	EXPECT("junk", !verb_answer(STR("okay 0\n"), &out, &e));
}

int main(void)
{
	asked_begin();
	words();
	init_systems();
	peers();
	hang();
	strangers();
	shipped();
	answers();
	return asked_end();
}
