/*
 * config.h - what ecs.config says, as its two readers see it. Secrets are not
 * here: of a secret value only its length and hash are kept, of a proxy's URL
 * user and password are gone.
 */
#ifndef PROBE_FACTS_CONFIG_H
#define PROBE_FACTS_CONFIG_H

#include "probe/cfg.h"
#include "probe/seen.h"

enum config_file_id {
	CONFIG_INSTANCE, /* /var/lib/ecs/ecs.config, read first */
	CONFIG_ETC,      /* /etc/ecs/ecs.config, wins */
	CONFIG_JSON,     /* /etc/ecs/ecs.config.json, for what is unset yet */
	CONFIG_FILES
};

struct config_file {
	const char *path;
	bool there;
	enum err_code why; /* when not there: NOENT, PERM, ... */
	int64_t mtime_ms;
	uint64_t size;
};

/* A key that is set, by reader B: the last one of each name. */
struct config_entry {
	struct str key;
	struct str value; /* empty for a secret */
	uint64_t hash;    /* of the value as it stands */
	unsigned line;
	enum config_file_id file;
	bool known; /* a row of cfgkeys.def */
};
struct config_note {
	enum cfg_problem id;
	enum config_file_id file;
	unsigned line;
	struct str name, meant; /* as written; the known key, or empty */
	const char *text, *why; /* why may be NULL */
};

#define CONFIG_MAX_ENTRIES 128
#define CONFIG_MAX_NOTES 64

struct fact_config {
	struct seen seen;
	struct config_file file[CONFIG_FILES];
	struct config_entry *entry;
	size_t n_entries;
	struct config_note *note;
	size_t n_notes;
	struct str cluster; /* as the agent gets it, trimmed; empty: none */
	enum config_file_id cluster_file;
	bool json_bad;      /* the agent exits 1 on ecs.config.json */
	bool ecs_dir;       /* /etc/ecs is there */
	int64_t changed_ms; /* newest mtime of the files that are there */
};

/* The value the agent gets, from either file; empty when it is not set. */
static inline struct str config_value(const struct fact_config *c,
                                      const char *key)
{
	struct str k = str_of(key);

	for (size_t i = c->n_entries; i-- > 0;)
		if (str_eq(c->entry[i].key, k))
			return c->entry[i].value;
	return (struct str){ NULL, 0 };
}

#endif
