/*
 * sig.h - what the agent's lines mean: typed rows (signatures.def) and the
 * matcher that finds all their needles in one walk over a record.
 */
#ifndef PROBE_SIG_H
#define PROBE_SIG_H

#include "probe/arena.h"
#include "probe/finding.h"
#include "probe/logrec.h"

/* Who speaks, by words of its own (sources.def). */
enum sig_source {
	SRC_ANY,
	SRC_REGISTER,
	SRC_ACS,
	SRC_TCS,
	SRC_PULL,
	SRC_ENVFILE,
	SRC_SECRET,
	SRC_DRIVER,
	SRC_IMDS,
	SRC_COUNT
};

/* What a line says that is no fault. */
enum sig_mark {
	MARK_NONE,
	MARK_BENIGN, /* looks like a fault and is none */
	MARK_START,  /* an agent process began to read its configuration */
	MARK_HELLO,  /* it said its version */
	MARK_EARLY,  /* other lines of the first second */
	MARK_RESTORED,
	MARK_REGISTERED,
	MARK_ACS_UP,
	MARK_ACS_CLOSED, /* for a valid reason */
	MARK_TCS_UP,
	MARK_CRED_OK,
	MARK_DOCKER_API, /* Docker's API version was settled */
	MARK_PULL_OK,
	MARK_TERM,
	MARK_MEMORY,
	MARK_EXIT,  /* ecs-init: the agent ended, with a code */
	MARK_RETRY, /* ecs-init: it waits before the next try */
	MARK_INIT_START,
	MARK_INIT_PRE,
	MARK_INIT_STOP,
	MARK_INIT_ASKED, /* the same, and it was asked to: systemd asks too when
	                  * the agent has ended, upstart does not */
	MARK_COUNT
};

/* Rows from here on are the plain words of the network and the services. */
#define SIG_GENERIC SIG_gen_submit_denied

enum sig_id {
	SIG_NONE,
#define SIG(id, ...) SIG_##id,
#include "probe/signatures.def"
#undef SIG
	SIG_COUNT
};

struct sig {
	const char *name;
	enum sig_source source;
	enum log_level level;    /* the least it must have; ANY: no matter */
	struct str a, b;         /* both must be there; b may be empty */
	enum finding_id finding; /* or mark */
	enum sig_mark mark;
	const char *sample;
};
extern const struct sig sigs[SIG_COUNT];

#define NEEDLE_MAX 640
struct needle_set {
	uint64_t bits[NEEDLE_MAX / 64];
};

struct sigtab; /* the needles, ready to be looked for */
/* Leaves out the row without (SIG_NONE: none): for tests. */
struct sigtab *sigtab_new(struct arena *a, enum sig_id without);
void sigtab_find(const struct sigtab *t, struct str text,
                 struct needle_set *out);
bool needle_set_empty(const struct needle_set *set);
void needle_set_add(struct needle_set *set, const struct needle_set *more);
/* The first row that the needles and the level satisfy, or SIG_NONE. */
enum sig_id sigtab_match(const struct sigtab *t, const struct needle_set *set,
                         enum log_level level);
size_t sigtab_needles(const struct sigtab *t, struct str *out, size_t max);

#endif
