/*
 * Folders in which something may happen. One that is not there is waited for in
 * the nearest one above it that is.
 */
#include <stdio.h>

#include "loop.h"
#include "probe/say.h"

/* How what is told counts. */
enum how {
	SOON,  /* looked at right away */
	LATER, /* at the next regular look; nothing more is told till then */
};
/* The agent has written: while an act is watched, that may be its proof. */
#define PROOF (FACT_BIT(AGENT) | FACT_BIT(CONTROL))

/* Its pre-start puts rules into the packet filter, its post-stop takes them. */
#define UNIT_MOVED                                             \
	(FACT_BIT(UNIT) | FACT_BIT(DOCKER) | FACT_BIT(AGENT) | \
	 FACT_BIT(FIREWALL))
static const struct folder {
	const char *path;
	bool written; /* bytes of its files count too */
	bool must;    /* told only when it is there itself */
	enum how how;
	uint32_t groups, tells; /* tells: all of what happens to these */
	uint32_t proves;        /* these, at once, while an act is watched */
	struct str name[4];     /* of files that count; none: all do */
} folders[] = {
	{ "/etc/ecs",
	  true,
	  false,
	  SOON,
	  FACT_BIT(CONFIG),
	  FACT_BIT(CONFIG),
	  0,
	  { STR_INIT("ecs.config"), STR_INIT("ecs.config.json") } },
	{ "/var/lib/ecs",
	  false,
	  false,
	  SOON,
	  FACT_BIT(CONFIG),
	  0,
	  0,
	  { STR_INIT("ecs.config") } },
	{ "/var/lib/ecs/data",
	  true,
	  false,
	  LATER,
	  FACT_BIT(STATE),
	  FACT_BIT(STATE),
	  0,
	  { { 0 } } },
	{ "/var/log/ecs",
	  true,
	  false,
	  LATER,
	  FACT_BIT(LOGS),
	  FACT_BIT(LOGS),
	  PROOF,
	  { { 0 } } },
	/* systemd's own mark of a unit that runs; since version 236 */
	{ "/run/systemd/units",
	  false,
	  true,
	  SOON,
	  UNIT_MOVED,
	  FACT_BIT(UNIT),
	  0,
	  { STR_INIT("invocation:ecs.service"),
	    STR_INIT("invocation:docker.service"),
	    STR_INIT("invocation:containerd.service"),
	    STR_INIT("invocation:docker.socket") } },
	/* and what an older one leaves of it */
	{ "/sys/fs/cgroup/systemd/system.slice",
	  false,
	  true,
	  SOON,
	  UNIT_MOVED,
	  FACT_BIT(UNIT),
	  0,
	  { STR_INIT("ecs.service"), STR_INIT("docker.service"),
	    STR_INIT("containerd.service") } },
	{ "/run",
	  false,
	  false,
	  SOON,
	  FACT_BIT(DOCKER) | FACT_BIT(UNIT),
	  0,
	  0,
	  { STR_INIT("docker.sock") } },
};
enum { FOLDERS = sizeof(folders) / sizeof(*folders) };
_Static_assert((int)FOLDERS <= (int)FILES_FOLDERS, "room for each");

#define AT(l, i) ((l)->files.at[i])

static bool counts(const struct folder *f, struct str name)
{
	if (!f->name[0].n || !name.n)
		return true;
	for (size_t i = 0; i < 4 && f->name[i].n; i++)
		if (str_eq(f->name[i], name))
			return true;
	return false;
}

/* Cuts the last name off; 0: there is none above it. */
static size_t above(char *path, size_t n)
{
	size_t was = n;

	while (n > 0 && path[n - 1] != '/')
		n--;
	if (n == was)
		return 0;
	if (n > 1)
		n--; /* the slash itself, unless it is all there is */
	path[n] = '\0';
	return n;
}

/* Watches folder i, or else the nearest above it. */
static bool arm(struct loop *l, size_t i, struct err *e)
{
	char path[128];
	size_t n = (size_t)snprintf(path, sizeof(path), "%s", folders[i].path);
	bool own = true;

	while (n > 0) {
		int watch = sense_files_add(l->files.fd, path,
		                            own && folders[i].written, e);

		if (watch >= 0) {
			AT(l, i).watch = watch;
			AT(l, i).own = own;
			return true;
		}
		if (e->code != ERR_NOENT && e->os != 20 /* ENOTDIR */)
			return false;
		own = false;
		n = above(path, n);
	}
	return false;
}

void files_open(struct loop *l, int fd)
{
	l->files.fd = fd;
	for (size_t i = 0; i < FOLDERS; i++)
		AT(l, i).watch = -1;
}

/* Watches folder i anew, and says when it came or went. */
static bool moved(struct loop *l, size_t i, struct err *e)
{
	bool was = AT(l, i).own, ok;

	AT(l, i).watch = -1;
	ok = arm(l, i, e);
	if (!ok)
		AT(l, i).own = false;
	if (was == AT(l, i).own || !AT(l, i).known) {
		AT(l, i).known = true;
		return ok;
	}
	say_event(SAY_INFO, "folder", "path=%s there=%d", folders[i].path,
	          AT(l, i).own);
	loop_wake(l, folders[i].groups);
	return ok;
}

bool files_arm(struct loop *l, uint32_t due, struct err *e)
{
	bool all = true;

	for (size_t i = 0; i < FOLDERS; i++) {
		if (folders[i].groups & due ||
		    (l->pace.proving && folders[i].proves))
			AT(l, i).resting = false;
		if (AT(l, i).watch < 0 && !AT(l, i).resting && !moved(l, i, e))
			all = false;
	}
	return all;
}

uint32_t files_told(const struct loop *l)
{
	uint32_t told = 0;

	for (size_t i = 0; i < FOLDERS; i++)
		if (l->source[SOURCE_FILES].fd >= 0 &&
		    (AT(l, i).resting || (AT(l, i).watch >= 0 &&
		                          (AT(l, i).own || !folders[i].must))))
			told |= folders[i].tells;
	return told;
}

static void happened(struct loop *l, size_t i)
{
	const struct folder *f = &folders[i];

	if (f->how == SOON) {
		loop_wake(l, f->groups);
		return;
	}
	pace_note(&l->pace, f->groups);
	if (l->pace.proving && f->proves) {
		loop_wake(l, f->proves);
		return;
	}
	sense_files_drop(l->files.fd, AT(l, i).watch);
	AT(l, i).watch = -1;
	AT(l, i).resting = true;
}

static void one(struct loop *l, const struct file_event *ev)
{
	struct err e;

	for (size_t i = 0; i < FOLDERS; i++) {
		if (AT(l, i).watch < 0 || AT(l, i).watch != ev->watch)
			continue;
		if (ev->gone || !AT(l, i).own)
			(void)moved(l, i, &e);
		else if (counts(&folders[i], ev->name))
			happened(l, i);
	}
}

void files_take(struct loop *l, struct str bytes)
{
	struct file_event ev;

	while (sense_files_next(&bytes, &ev)) {
		if (ev.lost)
			for (size_t i = 0; i < FOLDERS; i++)
				loop_wake(l, folders[i].groups);
		one(l, &ev);
		if (str_eq(ev.name, STR("docker.sock")))
			source_wanted(l, SOURCE_DOCKER);
	}
}
