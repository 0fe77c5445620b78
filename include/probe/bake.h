/*
 * bake.h - what an image must not carry into the instances made from it. Each
 * row of bake.def is one function; it reads through the host's door alone, so
 * that it looks at the builder itself or at an image mounted somewhere
 * (host_dir).
 */
#ifndef PROBE_BAKE_H
#define PROBE_BAKE_H

#include "probe/host.h"

enum bake_level { BAKE_NOTE, BAKE_WARN, BAKE_ERROR, BAKE_LEVELS };

enum bake_id {
#define BAKE(id, level, text, fix) BAKE_ID_##id,
#include "probe/bake.def"
#undef BAKE
	BAKE_COUNT
};

struct bake_info {
	const char *name; /* "agent-state" */
	enum bake_level level;
	const char *text, *fix;
};
extern const struct bake_info bake_info[BAKE_COUNT];

struct bake_seen {
	bool found;      /* the row applies */
	bool blind;      /* it could not be told; what says why */
	struct str what; /* what was found, with its path; cleaned */
};

/* Runs every row; out has BAKE_COUNT places. a must hold BAKE_ARENA bytes. */
#define BAKE_ARENA (1024u * 1024)
void bake_look(struct host *h, struct arena *a, struct bake_seen *out);

#endif
