#include "unitfiles.h"

enum { FRAGMENT_BYTES = 16 * 1024, MAX_IN_DIR = 32, MAX_FRAGMENTS = 24 };

/* From strong to weak: of two files of one name the first is taken. */
static const char *const roots[] = { "/etc/systemd", "/run/systemd",
	                             "/usr/lib/systemd" };
enum { N_ROOTS = sizeof(roots) / sizeof(*roots) };

struct fragment {
	struct str name, path;
};
struct reading {
	struct collect *c;
	struct unitfiles *to;
	struct fragment list[MAX_FRAGMENTS];
	size_t n;
	bool there; /* the file that was added last */
};

typedef void adder(struct arena *a, struct str text, struct cfg_unit *u);

/* false: it is there and cannot be read. */
static bool add(struct reading *r, struct str path, adder *how, struct err *e)
{
	struct str was[CFG_NO];
	struct collect *c = r->c;
	struct str text;

	r->there = false;
	if (!c->h->ops->read(c->h, c->a, path.p, FRAGMENT_BYTES, &text, e))
		return e->code == ERR_NOENT || err_wrap(e, "%s", path.p);
	r->there = true;
	memcpy(was, r->to->env.value, sizeof(was));
	how(c->a, text, &r->to->env);
	if (str_has(text, STR("-proxy")))
		r->to->flags_path = path;
	for (int i = 0; i < CFG_NO; i++)
		if (was[i].p != r->to->env.value[i].p)
			r->to->path = path;
	return true;
}

static void insert(struct reading *r, struct str name, struct str path)
{
	size_t at = 0;

	while (at < r->n && str_cmp(r->list[at].name, name) < 0)
		at++;
	if (r->n == MAX_FRAGMENTS ||
	    (at < r->n && str_eq(r->list[at].name, name)))
		return;
	memmove(&r->list[at + 1], &r->list[at], (r->n - at) * sizeof(*r->list));
	r->list[at] = (struct fragment){ name, path };
	r->n++;
}

static bool list(struct reading *r, struct str dir, struct err *e)
{
	struct collect *c = r->c;
	struct dir_entry *d;
	size_t n;

	if (!c->h->ops->list(c->h, c->a, dir.p, MAX_IN_DIR, &d, &n, e))
		return e->code == ERR_NOENT || err_wrap(e, "%s", dir.p);
	for (size_t i = 0; i < n; i++)
		if (str_ends(d[i].name, STR(".conf")))
			insert(r, d[i].name,
			       arena_str(c->a, STR_FMT "/" STR_FMT,
			                 STR_ARG(dir), STR_ARG(d[i].name)));
	return true;
}

/* The folders ROOT/FOLDER of all roots, their files in the order of names. */
static bool add_folders(struct reading *r, const char *const *folder, size_t n,
                        struct err *e)
{
	r->n = 0;
	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < N_ROOTS; i++)
			if (!list(r,
			          arena_str(r->c->a, "%s/%s.d", roots[i],
			                    folder[k]),
			          e))
				return false;
	for (size_t i = 0; i < r->n; i++)
		if (!add(r, r->list[i].path, cfg_unit_add, e))
			return false;
	return true;
}

static bool add_unit_file(struct reading *r, const char *unit, struct err *e)
{
	r->there = false;
	for (size_t i = 0; i < N_ROOTS && !r->there; i++)
		if (!add(r, arena_str(r->c->a, "%s/system/%s", roots[i], unit),
		         cfg_unit_add, e))
			return false;
	r->to->found = r->there;
	if (r->there)
		return true;
	/* Amazon Linux has it so. */
	r->to->env.n_files = 2;
	if (str_eq(str_of(unit), STR("ecs.service"))) {
		r->to->env.file[0] = STR("/var/lib/ecs/ecs.config");
		r->to->env.file[1] = STR("/etc/ecs/ecs.config");
	} else {
		r->to->env.file[0] = STR("/etc/sysconfig/docker");
		r->to->env.file[1] = STR("/etc/sysconfig/docker-storage");
		r->to->env.exec =
			STR("dockerd $OPTIONS $DOCKER_STORAGE_OPTIONS");
	}
	return true;
}

bool unitfiles_read(struct collect *c, const char *unit, struct unitfiles *out,
                    struct err *e)
{
	static const char *const manager[] = { "system.conf" };
	const char *const own[] = {
		arena_str(c->a, "system/%s", unit).p,
		"system/service",
	};
	struct cfg_unit *u = &out->env;
	struct reading r = { .c = c, .to = out };

	if (!add(&r, STR("/etc/systemd/system.conf"), cfg_unit_add, e) ||
	    !add_folders(&r, manager, 1, e) || !add_unit_file(&r, unit, e) ||
	    !add_folders(&r, own, 2, e))
		return false;
	out->found = out->found || r.n > 0;
	/* Whatever the order of the lines, files go before Environment=. */
	for (size_t i = 0; i < u->n_files; i++)
		if (!add(&r, u->file[i], cfg_unit_add_file, e))
			return false;
	for (int i = 0; i < CFG_UNIT_VALUES; i++)
		if (u->unset[i])
			u->value[i] = (struct str){ NULL, 0 };
	return true;
}
