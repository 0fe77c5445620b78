#include "probe/collect.h"
#include "probe/json.h"

static const char *const paths[CONFIG_FILES] = {
	[CONFIG_INSTANCE] = "/var/lib/ecs/ecs.config",
	[CONFIG_ETC] = "/etc/ecs/ecs.config",
	[CONFIG_JSON] = "/etc/ecs/ecs.config.json",
};

static struct str kept_value(struct arena *a, const struct cfg_key *k,
                             struct str v)
{
	/* What we do not know may be anything. */
	if (!k || (k->flags & CFG_SECRET))
		return (struct str){ NULL, 0 };
	return k->type == CFG_PROXY ? cfg_proxy_shown(a, v) : arena_copy(a, v);
}

static void keep_entry(struct collect *c, struct fact_config *out,
                       const struct cfg_line *l, enum config_file_id file)
{
	size_t i = 0;

	while (i < out->n_entries && !str_eq(out->entry[i].key, l->b_key))
		i++;
	if (i == CONFIG_MAX_ENTRIES)
		return;
	out->entry[i] = (struct config_entry){
		.key = arena_copy(c->a, l->b_key),
		.value = kept_value(c->a, l->key, l->b_value),
		.hash = cfg_hash(l->b_value),
		.line = l->number,
		.file = file,
		.known = l->key != NULL,
	};
	if (i == out->n_entries)
		out->n_entries++;
}

static void keep(struct collect *c, struct fact_config *out, struct str text,
                 enum config_file_id file)
{
	struct cfg_doc doc;

	cfg_read(c->a, text, &doc);
	cfg_lint(c->a, &doc);
	for (size_t i = 0; i < doc.n; i++) {
		const struct cfg_line *l = &doc.line[i];

		if (l->b_ok && l->b_key.n && l->b_key.p[0] != '#')
			keep_entry(c, out, l, file);
	}
	for (size_t i = 0; i < doc.n_notes && out->n_notes < CONFIG_MAX_NOTES;
	     i++) {
		const struct cfg_note *n = &doc.note[i];

		out->note[out->n_notes++] = (struct config_note){
			.id = n->id,
			.file = file,
			.line = n->line,
			.name = arena_copy(c->a, n->name),
			.meant = n->key ? n->key->name : STR(""),
			.text = cfg_problem_info[n->id].text,
			.why = n->why,
		};
	}
}

/* Keys of the JSON file are the names of Go fields; any case will do. */
static void read_json(struct collect *c, struct fact_config *out,
                      struct str text)
{
	struct json j;
	struct err e;

	if (str_trim(text).n == 0)
		return;
	if (!json_parse(c->a, text, 2048, &j, &e) ||
	    json_type(&j, 0) != JSON_OBJECT) {
		out->json_bad = true;
		return;
	}
	for (int k = json_first(&j, 0); k >= 0; k = json_next(&j, k))
		if (str_eq_low(json_raw(&j, k), STR("Cluster")) &&
		    out->cluster.n == 0) {
			out->cluster =
				str_trim(json_str(&j, json_value(&j, k), c->a));
			out->cluster_file = CONFIG_JSON;
		}
}

/* false: the look itself did not work. */
static bool read_file(struct collect *c, struct fact_config *out,
                      enum config_file_id file, struct err *e)
{
	struct config_file *f = &out->file[file];
	struct file_info info;
	struct str text;
	struct err gone;

	f->path = paths[file];
	if (!c->h->ops->read(c->h, c->a, f->path, CFG_MAX_BYTES, &text, e)) {
		f->why = e->code;
		if (file == CONFIG_ETC && e->os == HOST_UNRECORDED)
			return false;
		return e->code == ERR_NOENT || file != CONFIG_ETC;
	}
	f->there = true;
	f->size = text.n;
	if (c->h->ops->info(c->h, f->path, &info, &gone)) {
		f->mtime_ms = info.mtime_ms;
		if (info.mtime_ms > out->changed_ms)
			out->changed_ms = info.mtime_ms;
	}
	if (file == CONFIG_JSON)
		read_json(c, out, text);
	else
		keep(c, out, text, file);
	return true;
}

bool collect_config(struct collect *c, struct fact_config *out, struct err *e)
{
	struct file_info info;
	struct err gone;

	out->entry = ARENA_ARRAY(c->a, struct config_entry, CONFIG_MAX_ENTRIES);
	out->note = ARENA_ARRAY(c->a, struct config_note, CONFIG_MAX_NOTES);
	for (int i = 0; i < CONFIG_FILES; i++) {
		if (i == CONFIG_JSON) {
			out->cluster =
				str_trim(config_value(out, "ECS_CLUSTER"));
			out->cluster_file = CONFIG_ETC;
		}
		if (!read_file(c, out, (enum config_file_id)i, e))
			return err_wrap(e, "ecs.config");
	}
	out->ecs_dir = out->file[CONFIG_ETC].there ||
	               c->h->ops->info(c->h, "/etc/ecs", &info, &gone);
	return true;
}
