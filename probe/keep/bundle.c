#include "probe/bundle.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "../io/archive.h"
#include "../io/io.h"
#include "../io/work.h"
#include "gather.h"
#include "probe/jsonw.h"
#include "probe/keep.h"
#include "probe/report.h"
#include "probe/text.h"
#include "probe/when.h"

#define ROOM_LEAST (2u << 20) /* a disk with less has none for us */
#define NOTE_MAX (128u * 1024)
#define FILES_MAX 50000

struct making {
	struct host *h, *rec;
	struct arena *a;
	const struct pass_opts *o;
	const struct pass *p;
	const char *folder, *name; /* of the archive; name NULL: by the pass */
	const char *work;          /* where it is put together */
	const char *tree;          /* in it: what is packed */
	const char *top;           /* the folder in the archive */
	uint64_t raw_max;
	struct bundle_made *made;
};

/* ---- where to */

/* Splits a file's name; the folder of one without is ".". */
static bool split(struct arena *a, const char *file, const char **folder,
                  const char **name, struct err *e)
{
	struct str s = str_of(file);
	size_t cut = s.n;

	while (cut && s.p[cut - 1] != '/')
		cut--;
	*name = file + cut;
	*folder = !cut       ? "."
	          : cut == 1 ? "/"
	                     : arena_copy(a, str_head(s, cut - 1)).p;
	if (!**name || **name == '.' || strlen(*name) > STORE_NAME_MAX)
		return err_set(e, ERR_ARG, 0, "%s: not a file's name", file);
	return true;
}

/* The instance's id as part of a file's name. */
static struct str safe(struct arena *a, struct str s)
{
	char *p = (char *)(uintptr_t)arena_copy(a, str_head(s, 40)).p;
	size_t n = s.n < 40 ? s.n : 40;

	for (size_t i = 0; i < n; i++)
		if (!(p[i] >= 'a' && p[i] <= 'z') &&
		    !(p[i] >= '0' && p[i] <= '9') && p[i] != '-')
			p[i] = '_';
	return (struct str){ p, n };
}

static const char *top_name(struct making *m)
{
	const struct facts *f = m->p->facts;
	struct str id = f->imds.seen.state == SEEN_OK ? f->imds.instance_id
	                                              : (struct str){ 0 };
	struct str t = when_text(m->a, f->now_ms);
	struct buf b = buf_init(m->a, 96);

	(void)buf_fmt(&b, "probe-" STR_FMT "-",
	              STR_ARG(id.n ? safe(m->a, id) : STR("unknown")));
	for (size_t i = 0; i < t.n; i++)
		if (t.p[i] != '-' && t.p[i] != ':')
			(void)buf_char(&b, t.p[i]);
	return arena_copy(m->a, buf_str(&b)).p;
}

/* Half of what the disk has left, and no more than the limit. */
static bool room(struct making *m, struct err *e)
{
	uint64_t most = (uint64_t)m->o->limits.bundle_raw_mib << 20, half;
	struct fs_info fs;

	if (!file_fs(m->folder, &fs, e))
		return err_wrap(e, "bundle");
	half = fs.avail_kib * 1024 / 2;
	m->raw_max = half < most ? half : most;
	if (m->raw_max >= ROOM_LEAST)
		return true;
	return err_set(e, ERR_BUSY, 0,
	               "%s: %llu KiB free: no room for a bundle; name a file "
	               "on another disk",
	               m->folder, (unsigned long long)fs.avail_kib);
}

/* ---- our own notes in it */

static void note(struct making *m, const char *name, struct str text)
{
	char *copy = malloc(text.n + 1);
	struct store s;
	struct err e;

	if (!copy ||
	    !store_open(&s, arena_str(m->a, "%s/bundle", m->tree).p, &e)) {
		free(copy);
		m->made->lost++;
		return;
	}
	if (text.n)
		memcpy(copy, text.p, text.n);
	redact_strict(name, copy, text.n);
	m->made->lost +=
		!store_save(&s, name, (struct str){ copy, text.n }, 0600, &e);
	store_close(&s);
	free(copy);
}

static void manifest(struct making *m, size_t untimed)
{
	const struct verdict *v = &m->p->verdict;
	struct buf b = buf_init(m->a, 4096);
	struct jsonw w = jsonw_init(&b);

	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema", STR("probe-bundle/1"));
	jsonw_str(&w, "version", STR(PROBE_VERSION));
	jsonw_str(&w, "time", when_text(m->a, m->p->facts->now_ms));
	jsonw_str(&w, "status", str_of(sev_name[v->status]));
	jsonw_str(&w, "class", str_of(class_text[v->class]));
	if (v->root)
		jsonw_str(&w, "cause", v->root->name);
	jsonw_str(&w, "title", v->title);
	jsonw_int(&w, "lost", (int64_t)m->made->lost);
	jsonw_int(&w, "no_time_for", (int64_t)untimed);
	jsonw_end(&w);
	(void)buf_char(&b, '\n');
	note(m, "manifest.json", buf_str(&b));
}

static void reports(struct making *m)
{
	const struct report_look look = { .verbose = true, .columns = 100 };
	size_t mark = m->a->used;
	struct buf b = buf_init(m->a, REPORT_MAX);

	report_text(m->p, &look, m->a, &b);
	note(m, "report.txt", buf_str(&b));
	m->a->used = mark;
	b = buf_init(m->a, REPORT_MAX);
	report_json(m->p, &look, m->a, &b);
	note(m, "report.json", buf_str(&b));
	m->a->used = mark;
}

/* What the daemon kept: the end of it. */
static void kept(struct making *m, const char *state)
{
	static const char *const names[] = { "history.jsonl", "ledger.jsonl",
		                             "memory.json", "good.json" };
	size_t mark = m->a->used;
	struct store s;
	struct str text;
	struct err e;

	if (!store_look(&s, state, &e))
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (store_load(&s, m->a, names[i], HISTORY_MAX_BYTES, &text,
		               &e)) {
			if (text.n > NOTE_MAX) {
				text = str_skip(text, text.n - NOTE_MAX);
				(void)str_cut(&text, '\n');
			}
			note(m, names[i], text);
		}
		m->a->used = mark;
	}
	store_close(&s);
}

/* ---- the archive */

#define OUT_NAME "out.tar.gz"

static bool pack(struct making *m, int64_t until_ms, struct err *e)
{
	const struct archive_limits lim = { .max_bytes =
		                                    m->raw_max + (4u << 20),
		                            .max_files = FILES_MAX,
		                            .until_ms = until_ms };
	struct archive_count n;
	struct stat st;
	struct store s;
	bool ok;
	int fd;

	if (!store_look(&s, m->work, e))
		return false;
	ok = store_begin(&s, OUT_NAME, &fd, e);
	if (ok && !archive_pack(m->h, m->tree, m->top, fd, &lim, &n, e)) {
		store_abandon(&s, OUT_NAME, fd);
		ok = false;
	} else if (ok) {
		m->made->files = n.files;
		m->made->lost += n.skipped;
		if (fstat(fd, &st) == 0)
			m->made->bytes = (uint64_t)st.st_size;
		ok = store_commit(&s, OUT_NAME, fd, 0600, e);
	}
	store_close(&s);
	return ok && work_hand_over(m->work, OUT_NAME, m->folder, m->name, e);
}

static bool fill(struct making *m, const char *state, struct pass *p,
                 struct err *e)
{
	int64_t until;
	size_t untimed;

	m->rec = host_save_strict(m->a, m->h, m->tree, m->raw_max);
	pass_run(m->rec, m->a, m->o, p);
	m->p = p;
	until = m->h->ops->mono_ms(m->h) + m->o->limits.bundle_time_s * 1000;
	host_save_more(m->rec);
	/* A quarter of the time is for packing. */
	untimed = gather(m->rec,
	                 p->facts->docker.seen.state == SEEN_OK &&
	                         p->facts->docker.state == DOCKER_ANSWERS,
	                 until - m->o->limits.bundle_time_s * 250);
	m->made->lost += host_save_failures(m->rec) + untimed;
	m->top = top_name(m);
	if (!m->name)
		m->name = arena_str(m->a, "%s.tar.gz", m->top).p;
	reports(m);
	kept(m, state);
	manifest(m, untimed);
	return pack(m, until, e);
}

/* The names carry the time: of those of one instance the first is the oldest.
 * By age all the same, for an image's bundles may lie here. */
static void only_newest(struct making *m)
{
	size_t mark = m->a->used, n, ours = 0;
	struct dir_entry *list;
	struct store s;
	struct err e;

	if (!store_look(&s, m->folder, &e))
		return;
	if (!store_list(&s, m->a, 4096, &list, &n, &e))
		n = 0;
	for (size_t i = 0; i < n; i++)
		if (str_starts(list[i].name, STR("probe-")) &&
		    str_ends(list[i].name, STR(".tar.gz")))
			list[ours++] = list[i];
	while (ours > (size_t)m->o->limits.bundle_keep) {
		size_t old = 0;

		for (size_t i = 1; i < ours; i++)
			if (list[i].info.mtime_ms < list[old].info.mtime_ms)
				old = i;
		(void)!store_remove(&s, list[old].name.p, &e);
		list[old] = list[--ours];
	}
	store_close(&s);
	m->a->used = mark;
}

/* Beside the state folder, not in it: that is the checker's, and root, who
 * makes the bundles, writes nowhere that another user could put a link. */
static bool own_folder(struct making *m, const char *state, struct err *e)
{
	struct store s;

	m->folder = arena_str(m->a, "%s-" BUNDLE_FOLDER, state).p;
	if (!store_open(&s, m->folder, e))
		return false;
	store_close(&s);
	return true;
}

bool bundle_make(struct host *h, const char *state, const char *file,
                 const struct pass_opts *o, struct arena *a, struct pass *p,
                 struct bundle_made *out, struct err *e)
{
	struct making m = { .h = h, .a = a, .o = o, .made = out };
	bool ok;

	*out = (struct bundle_made){ 0 };
	*p = (struct pass){ 0 };
	ok = file ? split(a, file, &m.folder, &m.name, e)
	          : own_folder(&m, state, e);
	if (!ok || !room(&m, e) || !work_make(m.folder, a, &m.work, e))
		return err_wrap(e, "bundle");
	m.tree = arena_str(a, "%s/tree", m.work).p;
	ok = fill(&m, state, p, e);
	tree_remove(m.work);
	if (!ok)
		return err_wrap(e, "bundle");
	if (!file)
		only_newest(&m);
	(void)buf_fmt(&(struct buf){ out->path, 0, sizeof(out->path), false },
	              "%s/%s", m.folder, m.name);
	return true;
}
