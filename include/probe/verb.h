/*
 * verb.h - the vocabulary of what probe does to the machine (verbs.def). The
 * same table is the helper's: it knows these words and no others.
 */
#ifndef PROBE_VERB_H
#define PROBE_VERB_H

#include <stddef.h>

enum verb_id {
#define VERB(id, word, kind, deadline_ms, request, systemd, upstart, text) \
	VERB_##id,
#include "probe/verbs.def"
#undef VERB
	VERB_COUNT
};

enum verb_kind { VERB_RUN, VERB_STREAM, VERB_LINE };

/* The words of an argv; one that is to be probe itself begins with "". */
struct verb {
	const char *word;
	enum verb_kind kind;
	unsigned deadline_ms;
	const char *request; /* to Docker's socket; NULL: none */
	const char *const
		*systemd; /* argv, NULL at its end; NULL: nothing to do */
	const char *const *upstart;
	const char *text;
};

#define VERB_WORD_MAX 16
/* Where the helper listens, and what it answers: "ok STATUS\n" and the
 * program's output, or "err CODE ERRNO text\n". A stream begins "ok 0\n". */
#define VERB_SOCKET "/run/probe-helper.sock"
#define VERB_OUTPUT_MAX 4096

extern const struct verb verbs[VERB_COUNT];

#endif
