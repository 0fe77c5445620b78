#include "probe/bake.h"

#include "probe/cfg.h"
#include "probe/text.h"

enum {
	SMALL_FILE = CFG_MAX_BYTES,
	MAX_ENTRIES = 4096,
	WORK_BYTES = 768 * 1024, /* of BAKE_ARENA: used anew by each row */
};

struct bake {
	struct host *h;
	struct arena *a;   /* of this row alone */
	struct arena *out; /* for what stays */
	struct bake_seen *seen;
};

const struct bake_info bake_info[BAKE_COUNT] = {
#define BAKE(id, level_, text_, fix_) \
	[BAKE_ID_##id] = { #id, BAKE_##level_, text_, fix_ },
#include "probe/bake.def"
#undef BAKE
};

#define FOUND(b, ...) found((b), arena_str((b)->a, __VA_ARGS__))

static void found(struct bake *b, struct str what)
{
	if (b->seen->found)
		return; /* the first tells enough */
	b->seen->found = true;
	b->seen->blind = false;
	b->seen->what = text_clean(b->out, what, TEXT_MAX);
}

/* Not to be seen is not the same as not there. */
static void cannot(struct bake *b, const struct err *e)
{
	if (e->code == ERR_NOENT || b->seen->found)
		return;
	b->seen->blind = true;
	b->seen->what = text_clean(b->out, str_of(e->msg), TEXT_MAX);
}

static bool there(struct bake *b, const char *path, struct file_info *info)
{
	struct err e;

	if (b->h->ops->info(b->h, path, info, &e))
		return true;
	cannot(b, &e);
	return false;
}

static bool file(struct bake *b, const char *path, struct str *text)
{
	struct err e;

	if (b->h->ops->read(b->h, b->a, path, SMALL_FILE, text, &e))
		return true;
	cannot(b, &e);
	return false;
}

static size_t list(struct bake *b, const char *path, struct dir_entry **out)
{
	struct err e;
	size_t n = 0;

	if (b->h->ops->list(b->h, b->a, path, MAX_ENTRIES, out, &n, &e))
		return n;
	cannot(b, &e);
	return 0;
}

/* Is there anything in that folder? */
static void full_folder(struct bake *b, const char *path)
{
	struct dir_entry *entry;
	size_t n = list(b, path, &entry);

	if (n)
		FOUND(b, "%s holds %zu, the first " STR_FMT, path, n,
		      STR_ARG(entry[0].name));
}

static void any_file(struct bake *b, const char *path)
{
	struct file_info info;

	if (there(b, path, &info) && info.type != FILE_DIR && info.size)
		FOUND(b, "%s, %llu bytes", path, (unsigned long long)info.size);
}

/* The same file in each home. */
static void any_home(struct bake *b, const char *name)
{
	struct dir_entry *home;
	size_t n;

	any_file(b, arena_str(b->a, "/root/%s", name).p);
	n = list(b, "/home", &home);
	for (size_t i = 0; i < n; i++)
		if (home[i].info.type == FILE_DIR)
			any_file(b, arena_str(b->a, "/home/" STR_FMT "/%s",
			                      STR_ARG(home[i].name), name)
			                    .p);
}

static bool config(struct bake *b, struct cfg_doc *doc)
{
	struct str text;

	if (!file(b, "/etc/ecs/ecs.config", &text))
		return false;
	cfg_read(b->a, text, doc);
	cfg_lint(b->a, doc);
	return true;
}

static void bake_agent_cache(struct bake *b)
{
	struct dir_entry *entry;
	struct file_info info;
	size_t n;

	if (!there(b, "/etc/systemd/system", &info) &&
	    !there(b, "/etc/ecs", &info))
		return; /* no image of ours at all: other rows say so */
	n = list(b, "/var/cache/ecs", &entry);
	for (size_t i = 0; i < n; i++)
		if (str_starts(entry[i].name, STR("ecs-agent")))
			return;
	if (!b->seen->blind)
		FOUND(b, "nothing named ecs-agent in /var/cache/ecs");
}

static void bake_agent_logs(struct bake *b)
{
	full_folder(b, "/var/log/ecs");
}

static void bake_agent_state(struct bake *b)
{
	any_file(b, "/var/lib/ecs/data/agent.db");
	any_file(b, "/var/lib/ecs/data/ecs_agent_data.json");
}

static void bake_authorized_keys(struct bake *b)
{
	any_home(b, ".ssh/authorized_keys");
}

static void bake_aws_keys(struct bake *b)
{
	static const struct str keys[] = {
		STR_INIT("AWS_ACCESS_KEY_ID"),
		STR_INIT("AWS_SECRET_ACCESS_KEY"),
		STR_INIT("AWS_SESSION_TOKEN"),
	};
	struct cfg_doc doc;

	any_home(b, ".aws/credentials");
	if (!config(b, &doc))
		return;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (cfg_agent_value(&doc, keys[i]).n)
			FOUND(b, STR_FMT " in /etc/ecs/ecs.config",
			      STR_ARG(keys[i]));
}

/* A line that names a source: "server", "pool", "peer", "refclock"; timesyncd
 * has sources of its own without any. */
static bool names_source(struct str text)
{
	static const struct str words[] = {
		STR_INIT("server "),    STR_INIT("pool "),
		STR_INIT("peer "),      STR_INIT("refclock "),
		STR_INIT("sourcedir "),
	};

	while (text.n) {
		struct str line = str_trim(str_cut(&text, '\n'));

		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
			if (str_starts(line, words[i]))
				return true;
	}
	return false;
}

static void bake_clock_source(struct bake *b)
{
	static const char *const files[] = {
		"/etc/chrony.conf",
		"/etc/chrony/chrony.conf",
		"/etc/ntp.conf",
		"/etc/ntpsec/ntp.conf",
	};
	static const char *const enabled[] = {
		"/etc/systemd/system/sysinit.target.wants/"
		"systemd-timesyncd.service",
		"/etc/systemd/system/dbus-org.freedesktop.timesync1.service",
	};
	struct file_info info;
	struct str text;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (file(b, files[i], &text) && names_source(text))
			return;
	for (size_t i = 0; i < sizeof(enabled) / sizeof(*enabled); i++)
		if (there(b, enabled[i], &info))
			return;
	if (!b->seen->blind)
		FOUND(b, "neither chrony, ntpd nor systemd-timesyncd");
}

static void bake_cloud_state(struct bake *b)
{
	full_folder(b, "/var/lib/cloud/instances");
}

static void bake_cluster(struct bake *b)
{
	struct cfg_doc doc;
	struct str name;

	if (!config(b, &doc))
		return;
	name = cfg_agent_value(&doc, STR("ECS_CLUSTER"));
	if (name.n)
		FOUND(b, "ECS_CLUSTER=" STR_FMT " in /etc/ecs/ecs.config",
		      STR_ARG(str_head(name, 255)));
}

static void bake_config_broken(struct bake *b)
{
	struct cfg_doc doc;

	if (!config(b, &doc))
		return;
	for (size_t i = 0; i < doc.n_notes; i++) {
		const struct cfg_note *n = &doc.note[i];

		if (cfg_problem_info[n->id].level == CFG_ERROR)
			FOUND(b, "/etc/ecs/ecs.config:%u: " STR_FMT ": %s",
			      n->line, STR_ARG(str_head(n->name, 64)),
			      cfg_problem_info[n->id].text);
	}
}

static void bake_config_secret(struct bake *b)
{
	struct cfg_doc doc;

	if (config(b, &doc) &&
	    cfg_agent_value(&doc, STR("ECS_ENGINE_AUTH_DATA")).n)
		FOUND(b, "ECS_ENGINE_AUTH_DATA in /etc/ecs/ecs.config");
}

static void bake_containers(struct bake *b)
{
	full_folder(b, "/var/lib/docker/containers");
}

static void bake_host_keys(struct bake *b)
{
	struct dir_entry *entry;
	size_t n = list(b, "/etc/ssh", &entry);

	for (size_t i = 0; i < n; i++)
		if (str_starts(entry[i].name, STR("ssh_host_")) &&
		    str_has(entry[i].name, STR("_key")))
			FOUND(b, "/etc/ssh/" STR_FMT, STR_ARG(entry[i].name));
}

static void bake_journal(struct bake *b)
{
	full_folder(b, "/var/log/journal");
}

/* Empty or "uninitialized" is how an image is meant to have it. */
static void bake_machine_id(struct bake *b)
{
	static const char *const paths[] = { "/etc/machine-id",
		                             "/var/lib/dbus/machine-id" };
	struct file_info info;
	struct str text;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		if (!there(b, paths[i], &info) || info.type == FILE_LINK ||
		    !file(b, paths[i], &text))
			continue;
		text = str_trim(text);
		if (text.n && !str_eq(text, STR("uninitialized")))
			FOUND(b, "%s holds " STR_FMT "...", paths[i],
			      STR_ARG(str_head(text, 8)));
	}
}

static void bake_net_rules(struct bake *b)
{
	any_file(b, "/etc/udev/rules.d/70-persistent-net.rules");
}

static void bake_probe_state(struct bake *b)
{
	full_folder(b, "/var/lib/probe");
}

static void bake_shell_history(struct bake *b)
{
	any_home(b, ".bash_history");
}

/* Enabled is a link in one of the folders that targets want; a unit that the
 * image has not got at all is not this row's matter. */
static void unit_starts(struct bake *b, const char *unit)
{
	static const char *const wants[] = {
		"/etc/systemd/system/multi-user.target.wants",
		"/etc/systemd/system/cloud-init.target.wants",
		"/etc/systemd/system/default.target.wants",
		"/etc/systemd/system/sockets.target.wants",
		"/usr/lib/systemd/system/multi-user.target.wants",
	};
	static const char *const units[] = { "/etc/systemd/system",
		                             "/usr/lib/systemd/system",
		                             "/lib/systemd/system" };
	struct file_info info;
	bool has = false;

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		has |= there(b, arena_str(b->a, "%s/%s", units[i], unit).p,
		             &info);
	for (size_t i = 0; has && i < sizeof(wants) / sizeof(*wants); i++) {
		struct dir_entry *entry;
		size_t n = list(b, wants[i], &entry);

		for (size_t k = 0; k < n; k++)
			if (str_eq(entry[k].name, str_of(unit)))
				return;
	}
	if (has && !b->seen->blind)
		FOUND(b, "no target wants %s", unit);
}

static void bake_unit_docker(struct bake *b)
{
	unit_starts(b, "docker.service");
}

static void bake_unit_ecs(struct bake *b)
{
	unit_starts(b, "ecs.service");
}

void bake_look(struct host *h, struct arena *a, struct bake_seen *out)
{
	static void (*const look[BAKE_COUNT])(struct bake *) = {
#define BAKE(id, level, text, fix) [BAKE_ID_##id] = bake_##id,
#include "probe/bake.def"
#undef BAKE
	};
	struct arena work = { arena_get(a, WORK_BYTES, 1), 0, WORK_BYTES };

	for (size_t i = 0; i < BAKE_COUNT; i++) {
		struct bake b = { h, &work, a, &out[i] };

		out[i] = (struct bake_seen){ 0 };
		look[i](&b);
		arena_reset(&work);
	}
}
