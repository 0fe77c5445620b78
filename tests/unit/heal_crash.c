/*
 * kill -9 at seeded random points of an act, and the power cut between intent
 * and act: never more acts than the budget, the ledger always reads. A child
 * does what the daemon does; its parent stops it at each system call, kills it
 * at one of them, and for a power cut takes back what was not synced.
 */
#define _GNU_SOURCE /* ptrace */
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heal_hands.h"

enum { KILLS = 50, ROUNDS = 8000, MAX_CALLS = 120 };

static char folder[] = "/tmp/probe-crash-XXXXXX";
static const enum finding_id exited[] = { FIND_UNIT_EXITED_CLEAN, FIND_NONE };

/* ---- seeded numbers (xorshift) */

#define SEED 88172645463325252u
static uint64_t state = SEED;

static int64_t some(int64_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (int64_t)(state % (uint64_t)n);
}

/* ---- the child: a daemon that has just been started */

struct life {
	struct world w;
	struct store s;
	int64_t real_ms; /* what a clock outside would say */
};

/* The act itself leaves the time at which it was done. */
static bool act_counts(struct host *h, struct arena *a, enum verb_id verb,
                       struct cmd_out *out, struct err *e)
{
	const struct life *l = (const struct life *)(const void *)h->root;
	struct err ignored;

	(void)e;
	*out = (struct cmd_out){ 0 };
	if (verb == VERB_START &&
	    !store_append(&l->s, "acts",
	                  arena_str(a, "%lld", (long long)l->real_ms), false,
	                  1 << 20, &ignored))
		_exit(9);
	return true;
}

static const struct host_ops counting = { .act = act_counts };

static void live(struct life *l)
{
	struct host host = { &counting, (const char *)l };
	struct hands h = { &host, &l->s, &l->w.m, &l->w.c, look_world, &l->w };
	struct plan p;
	struct str words;
	struct err e;

	if (!store_open(&l->s, folder, &e))
		_exit(8);
	if (!memory_load(&l->w.m, &l->s, &l->w.a, &e))
		_exit(7);
	(void)memory_tick(&l->w.m, l->w.wall_ms, l->w.mono_ms,
	                  str_of(l->w.boot));
	if (!ledger_load(&l->w.m, &l->s, &l->w.a, &e))
		_exit(6);
	for (int i = 0; i < 3; i++) {
		(void)world_step(&l->w, 5000);
		(void)heal_follow(&h, &l->w.p, l->w.m.clock.now_ms, &l->w.a,
		                  &words);
	}
	p = world_plan(&l->w);
	if (!p.go)
		_exit(1);
	(void)raise(SIGSTOP); /* from here on it may be killed */
	(void)heal_act(&h, &p, &l->w.a);
	if (!memory_save(&l->w.m, &l->s, &l->w.a, &e))
		_exit(5);
	_exit(0);
}

/* ---- the parent */

static off_t size_of(const char *name)
{
	char path[128];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return stat(path, &st) == 0 ? st.st_size : 0;
}

/* After a power cut any part of what was not synced may be there. */
static void power_cut(off_t synced)
{
	off_t now = size_of(LEDGER_NAME), keep;
	char path[128];

	if (now <= synced)
		return;
	keep = synced + some(now - synced + 1);
	(void)snprintf(path, sizeof(path), "%s/%s", folder, LEDGER_NAME);
	OK(truncate(path, keep) == 0, "cut");
}

/* Whether the child's descriptor is the ledger. */
static bool is_ledger(pid_t pid, uint64_t fd)
{
	char link[64], path[128] = "";

	(void)snprintf(link, sizeof(link), "/proc/%d/fd/%llu", (int)pid,
	               (unsigned long long)fd);
	return readlink(link, path, sizeof(path) - 1) > 0 &&
	       str_ends(str_of(path), STR("/" LEDGER_NAME));
}

/* True on the way out of an fsync of the ledger; *in remembers its way in. */
static bool was_sync(pid_t pid, bool *in)
{
	struct __ptrace_syscall_info si;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(si), &si) <= 0)
		return false;
	if (si.op == PTRACE_SYSCALL_INFO_ENTRY)
		*in = (si.entry.nr == SYS_fsync ||
		       si.entry.nr == SYS_fdatasync) &&
		      is_ledger(pid, si.entry.args[0]);
	return si.op == PTRACE_SYSCALL_INFO_EXIT && *in;
}

enum end { ENDED, KILLED, IDLE };

/* Runs a life; kills it at its stop number at_call behind the SIGSTOP. */
static enum end run(struct life *l, int at_call, off_t *synced)
{
	bool armed = false;
	int status, calls = 0;
	bool in = false;
	pid_t pid = fork();

	if (pid == 0) {
		(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		(void)raise(SIGSTOP);
		live(l);
	}
	(void)waitpid(pid, &status, 0);
	(void)ptrace(PTRACE_SETOPTIONS, pid, NULL,
	             (void *)(uintptr_t)PTRACE_O_TRACESYSGOOD);
	(void)ptrace(PTRACE_CONT, pid, NULL, NULL);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		if (WSTOPSIG(status) == SIGSTOP)
			armed = true;
		else if (was_sync(pid, &in))
			*synced = size_of(LEDGER_NAME);
		if (armed && ++calls == at_call) {
			(void)kill(pid, SIGKILL);
			(void)waitpid(pid, &status, 0);
			return KILLED;
		}
		(void)ptrace(armed ? PTRACE_SYSCALL : PTRACE_CONT, pid, NULL,
		             NULL);
	}
	OK(WIFEXITED(status) && WEXITSTATUS(status) <= 1, "a life ends well");
	return WEXITSTATUS(status) ? IDLE : ENDED;
}

static void forget(const char *name)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	(void)unlink(path);
}

/* The acts that were done, by the clock outside. */
static size_t acts(struct arena *a, int64_t *at, size_t max)
{
	struct str text = { NULL, 0 };
	struct store s;
	struct err e;
	size_t n = 0;

	if (!store_open(&s, folder, &e) ||
	    !store_load(&s, a, "acts", 1 << 20, &text, &e))
		return 0;
	store_close(&s);
	while (text.n && n < max)
		n += str_i64(str_cut(&text, '\n'), &at[n]);
	return n;
}

/* The ledger reads, and every act of the last hours is on record. */
static bool on_record(struct life *l)
{
	static int64_t at[ROUNDS];
	struct memory m;
	struct store s;
	struct err e;
	size_t n = acts(&l->w.a, at, ROUNDS), recent = 0;
	bool ok;

	for (size_t i = 0; i < n; i++)
		recent += l->real_ms - at[i] < 6 * HOUR;
	ok = store_open(&s, folder, &e) && memory_load(&m, &s, &l->w.a, &e);
	(void)memory_tick(&m, l->w.wall_ms, l->w.mono_ms, str_of(l->w.boot));
	ok = ok && ledger_load(&m, &s, &l->w.a, &e);
	store_close(&s);
	return ok && heal_spent(&m, &l->w.c, m.clock.now_ms) >= recent;
}

static void next_life(struct life *l, bool reboot)
{
	int64_t ms = 60000 + some(40 * MIN);

	l->real_ms += ms;
	l->w.wall_ms += ms;
	l->w.mono_ms += ms;
	l->w.f->unit.up_ms += ms;
	if (!reboot)
		return;
	l->w.boot[5] = (char)('a' + some(26));
	l->w.mono_ms = l->w.f->unit.up_ms = 6 * MIN + some(30 * MIN);
	l->real_ms += l->w.mono_ms; /* and it was off for a while */
	l->w.wall_ms += some(3) ? l->w.mono_ms : -some(HOUR);
	l->w.f->unit.unit[UNIT_ECS].started_ms = 1000;
}

struct tally {
	size_t kills, before, between, after, cuts, lost, rounds;
};

/* One life, and what is left of it. */
static void round_of(struct life *l, int *longest, off_t *synced,
                     struct tally *t)
{
	off_t lines = size_of(LEDGER_NAME), done = size_of("acts");
	bool reboot = some(3) == 0;
	enum end end = run(l, 1 + (int)some(*longest), synced);
	size_t used = l->w.a.used;

	t->rounds++;
	if (end == KILLED) {
		t->kills++;
		if (size_of("acts") != done)
			t->after++;
		else if (size_of(LEDGER_NAME) != lines)
			t->between++;
		else
			t->before++;
	}
	if (end == KILLED && reboot) {
		power_cut(*synced);
		t->cuts++;
	}
	if (end == KILLED && some(4) == 0) {
		forget(MEMORY_NAME);
		t->lost++;
	}
	/* No kill came: the act is shorter than that. */
	if (end == ENDED && *longest > 20)
		--*longest;
	else if (end == KILLED && *longest < MAX_CALLS)
		*longest += 2;
	/* The child's own 15 s. */
	l->real_ms += 15000;
	l->w.wall_ms += 15000;
	l->w.mono_ms += 15000;
	OK(on_record(l), "the ledger reads, no act is missing");
	l->w.a.used = used;
	next_life(l, reboot);
}

static void test_crashes(void)
{
	static int64_t at[ROUNDS];
	static struct life l;
	struct tally t = { 0 };
	size_t n, most = 0;
	off_t synced = 0;
	int longest = 40;

	world_init(&l.w);
	world_find(&l.w, exited);
	world_set(&l.w, CONF_HEAL_VERIFY, MIN);
	while (t.rounds < ROUNDS && t.kills < KILLS)
		round_of(&l, &longest, &synced, &t);
	n = acts(&l.w.a, at, ROUNDS);
	for (size_t i = 0; i < n; i++) {
		size_t k = i;

		while (k < n && at[k] - at[i] < 6 * HOUR)
			k++;
		most = k - i > most ? k - i : most;
		OK(k - i <= 3, "at most three in six hours");
		OK(i + 1 == n || at[i + 1] - at[i] >= 15 * MIN, "apart");
	}
	printf("seed %llu: %zu kills (%zu before the intent, %zu between, %zu "
	       "behind the act; %zu with a power cut, %zu with memory.json "
	       "lost) in %zu lives, %zu acts, at most %zu in 6 h\n",
	       (unsigned long long)SEED, t.kills, t.before, t.between, t.after,
	       t.cuts, t.lost, t.rounds, n, most);
	OK(t.kills == KILLS && t.before && t.between >= 5 && t.after >= 5 &&
	           t.cuts >= 5 && t.lost >= 5,
	   "every kind of them");
	OK(n >= 10 && most >= 2, "acts were done");
	world_free(&l.w);
}

int main(void)
{
	static const char *const names[] = { MEMORY_NAME, LEDGER_NAME,
		                             LEDGER_NAME ".1", "acts" };

	if (!mkdtemp(folder))
		return 1;
	test_crashes();
	for (size_t i = 0; i < 4; i++)
		forget(names[i]);
	(void)rmdir(folder);
	return unit_end("heal_crash");
}
