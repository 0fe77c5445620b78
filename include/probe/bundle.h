/*
 * bundle.h - the evidence in one file, for somebody who cannot log in: what the
 * ECS logs collector gathers and what a pass saw, secrets taken out by
 * allow-list (redact_strict). It is a recording: `probe now --root FILE`
 * judges it on any machine with the same verdict.
 */
#ifndef PROBE_BUNDLE_H
#define PROBE_BUNDLE_H

#include "probe/pass.h"
#include "probe/store.h"

enum gather_kind {
	GATHER_WHOLE,
	GATHER_TAIL,
	GATHER_FOLDER,
	GATHER_NAMES,
	GATHER_ASK,
	GATHER_RUN
};
#define GATHER_ARGV 16
struct gather_row {
	enum gather_kind kind;
	const char *path; /* RUN: NULL; ASK: the URL */
	const char *socket;
	size_t max_bytes;
	unsigned ms;
	const char *argv[GATHER_ARGV];
};
extern const struct gather_row gather_rows[];
extern const size_t gather_count;

#define BUNDLE_FOLDER "bundles" /* STATE-bundles: /var/lib/probe-bundles */

struct bundle_made {
	char path[512];
	uint64_t bytes; /* of the archive */
	size_t files;
	size_t lost; /* answers that found no room, no time or no memory */
};

/* Takes a pass over h, gathers the rest, packs it. file: where to, or NULL for
 * STATE-bundles/probe-INSTANCE-TIME.tar.gz, of which the newest bundle_keep
 * stay. Never more than bundle_time_s seconds after the pass, bundle_raw_mib
 * MiB, or half of what is free on the disk. Nothing half made stays behind. p
 * is the pass, for a report; pass_free() it unless it was left behind. */
MUST_CHECK bool bundle_make(struct host *h, const char *state, const char *file,
                            const struct pass_opts *o, struct arena *a,
                            struct pass *p, struct bundle_made *out,
                            struct err *e);

/* Unpacks a bundle (or any recording in a .tar.gz) into a new folder of its own
 * in TMPDIR (of h's environment) or /tmp; *root is the folder to give to
 * host_dir(), in a. It is bundle_close()'s to remove it. ERR_FORM: not a
 * recording; ERR_LIMIT. */
struct bundle_open {
	char folder[512]; /* empty: nothing to remove */
};
MUST_CHECK bool bundle_unpack(struct host *h, const char *file, struct arena *a,
                              struct bundle_open *b, const char **root,
                              struct err *e);
void bundle_close(struct bundle_open *b);

#endif
