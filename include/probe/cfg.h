/*
 * cfg.h - ecs.config as its two readers see it. Reader A is systemd's
 * EnvironmentFile= and feeds ecs-init's own environment; reader B is ecs-init's
 * own and feeds the agent's container. They differ on quotes, comments,
 * `export`, spaces, line continuation. Pure: text in, records out.
 */
#ifndef PROBE_CFG_H
#define PROBE_CFG_H

#include "probe/arena.h"

#define CFG_MAX_BYTES (32u * 1024)
#define CFG_MAX_LINES 512
#define CFG_MAX_NOTES 128

enum cfg_type {
	CFG_STRING,
	CFG_TRIMMED, /* blanks around it are dropped by the agent */
	CFG_CLUSTER,
	CFG_BOOL,       /* 1 t T TRUE true True 0 f F FALSE false False */
	CFG_EXACT_TRUE, /* ecs-init wants exactly "true" */
	CFG_U16,
	CFG_INT,
	CFG_FLOAT,
	CFG_DURATION, /* 1h30m, 45s; a bare number is none */
	CFG_ENUM,
	CFG_ENUM_LOW,   /* case does not count */
	CFG_PORT_RANGE, /* 40000-50000, or one port */
	CFG_PORT_LIST,  /* JSON */
	CFG_RATE,       /* 40,60 */
	CFG_JSON_OBJECT,
	CFG_STRING_MAP,  /* JSON object of strings */
	CFG_TAGS,        /* the same with lengths */
	CFG_STRING_LIST, /* JSON */
	CFG_LOG_DRIVERS, /* the same, of choices; another word is fatal */
	CFG_CIDR_LIST,   /* JSON */
	CFG_PROXY,
	CFG_UNIX_URL,
};

enum cfg_bad {
	CFG_NOTHING,
	CFG_DEFAULT,
	CFG_SILENT,
	CFG_CLAMP,
	CFG_FATAL,
	CFG_SERVICE,
	CFG_OFF,
};

enum cfg_who { CFG_AGENT = 1, CFG_INIT = 2, CFG_BOTH = 3 };

#define CFG_SECRET 1u
#define CFG_INJECTED 2u
#define CFG_WINDOWS 4u
#define CFG_DEAD 8u
#define CFG_STATIC 16u

struct cfg_key {
	struct str name;
	enum cfg_type type;
	int64_t min, max;
	enum cfg_bad bad;
	enum cfg_who who;
	unsigned flags;
	const char *choices;
};
extern const struct cfg_key cfg_keys[];
extern const size_t cfg_keys_count;

enum cfg_level { CFG_NOTE, CFG_WARN, CFG_ERROR };
enum cfg_problem {
#define CFG_PROBLEM(id, level, text) CFG_P_##id,
#include "probe/cfgproblems.def"
#undef CFG_PROBLEM
	CFG_P_COUNT
};
extern const struct cfg_problem_info {
	const char *name, *text;
	enum cfg_level level;
} cfg_problem_info[CFG_P_COUNT];

/* One physical line; reader A may have taken several with it. */
struct cfg_line {
	unsigned number;  /* from 1 */
	unsigned a_lines; /* lines that reader A's assignment covers; 0: none */
	bool a_ok;        /* reader A accepted the assignment */
	bool b_ok;        /* reader B found one */
	struct str a_key, a_value, b_key, b_value;
	const struct cfg_key *key;   /* what B's key is, exactly, or NULL */
	const struct cfg_key *meant; /* what was meant when key is NULL */
};

struct cfg_note {
	enum cfg_problem id;
	unsigned line;
	struct str name; /* the key as written, or as known */
	const struct cfg_key
		*key;    /* the known one, or the one meant, or NULL */
	const char *why; /* what exactly, or NULL; never a value */
};

struct cfg_doc {
	struct cfg_line *line;
	size_t n;
	struct cfg_note *note; /* CFG_MAX_NOTES */
	size_t n_notes;
	bool bom, cut;  /* cut: longer than the caps */
	bool a_refused; /* not UTF-8: reader A drops the file */
};

/* The exact key, or NULL. */
const struct cfg_key *cfg_key_of(struct str name);
/* The key that a wrong one was meant to be, or NULL. */
const struct cfg_key *cfg_key_near(struct str name);

/* Both readers over one file. text must outlive the document. */
void cfg_read(struct arena *a, struct str text, struct cfg_doc *out);
/* Adds the notes. */
void cfg_lint(struct arena *a, struct cfg_doc *doc);

/* The value that the agent (B) or ecs-init (A) gets from this file; p is NULL
 * when the key is not set. */
struct str cfg_agent_value(const struct cfg_doc *doc, struct str key);
struct str cfg_init_value(const struct cfg_doc *doc, struct str key);

enum cfg_fit { CFG_FITS, CFG_MALFORMED, CFG_OUT_OF_RANGE, CFG_BAD_WORD };
/* Does the value fit the key? *why gets static words when it does not. An empty
 * value always fits: it counts as not set. */
enum cfg_fit cfg_value_fit(struct arena *a, const struct cfg_key *key,
                           struct str value, const char **why);
/* Go's time.ParseDuration in ms, rounded down. */
bool cfg_duration(struct str s, int64_t *ms);
bool cfg_bool(struct str s, bool *out);
/* "40000-50000" or one port. */
bool cfg_port_range(struct str s, uint16_t *from, uint16_t *to);
/* Does the comma list hold the address, or a suffix that covers it? */
bool cfg_no_proxy_has(struct str list, struct str host);
/* A proxy's URL without its user and password, in a. */
struct str cfg_proxy_shown(struct arena *a, struct str url);

/* FNV-1a: tells two values apart without keeping them. */
uint64_t cfg_hash(struct str s);

/* The names of proxy settings. Go takes the upper one, unless it is empty. */
enum cfg_proxy {
	CFG_HTTP,
	CFG_HTTP_LOW,
	CFG_HTTPS,
	CFG_HTTPS_LOW,
	CFG_NO,
	CFG_NO_LOW,
	CFG_PROXIES,
	/* Variables that dockerd's command line is made of: they may hold
	 * --http-proxy and the like. */
	CFG_OPTIONS = CFG_PROXIES,
	CFG_STORAGE_OPTIONS,
	CFG_NETWORK_OPTIONS,
	CFG_DOCKER_OPTS,
	CFG_UNIT_VALUES
};
extern const struct str cfg_proxy_names[CFG_UNIT_VALUES];

#define CFG_UNIT_FILES 8
/* What the fragments of a systemd unit give a process, as far as proxies go. */
struct cfg_unit {
	struct str value[CFG_UNIT_VALUES]; /* p is NULL when it is not set */
	bool unset[CFG_UNIT_VALUES];       /* UnsetEnvironment= */
	struct str exec;                   /* ExecStart=, the last */
	/* EnvironmentFile=, in order; what they set goes before value. */
	struct str file[CFG_UNIT_FILES];
	size_t n_files;
};
/* Adds one fragment (a unit file, then its drop-ins in order; or system.conf
 * with its DefaultEnvironment=). What it keeps is in a or static. */
void cfg_unit_add(struct arena *a, struct str text, struct cfg_unit *u);
/* Adds an environment file, as reader A reads it. */
void cfg_unit_add_file(struct arena *a, struct str text, struct cfg_unit *u);
/* Without systemd: the lines "env NAME=VALUE" of an upstart job, or what a
 * shell that runs the text exports. */
void cfg_unit_add_job(struct arena *a, struct str text, struct cfg_unit *u);
void cfg_unit_add_shell(struct arena *a, struct str text, struct cfg_unit *u);
/* What exec says by --http-proxy, --https-proxy and --no-proxy, its variables
 * replaced: out[0..2], p is NULL when it does not. In a. */
void cfg_dockerd_flags(struct arena *a, const struct cfg_unit *u,
                       struct str out[3]);

#endif
