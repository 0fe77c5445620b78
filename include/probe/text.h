/*
 * text.h - text from outside made fit to be shown or sent.
 *
 * text_clean() is the only way such text reaches a report: it caps it, replaces
 * control bytes, invalid UTF-8, bidirectional marks and line separators, and
 * hides secrets. redact_mask() hides secrets in place, byte for byte, so that
 * offsets, lengths and structure of a recording stay what they were.
 */
#ifndef PROBE_TEXT_H
#define PROBE_TEXT_H

#include "probe/arena.h"
#include "probe/buf.h"

#define TEXT_MAX 256 /* bytes of outside text in one place of a report */

/* A copy in a, fit for a terminal and for JSON, at most max bytes, cut at a
 * character ("..." marks the cut). */
struct str text_clean(struct arena *a, struct str s, size_t max);
/* Replaces every secret in p[0..n) by '*', same length. Knows: the user info
 * of URLs; AWS key ids, secret keys, session and IMDS tokens; the values of
 * KEY=VALUE and "key": "value" whose key is not on the allow-list and smells of
 * a secret; ECS_ENGINE_AUTH_DATA; Authorization headers. See base/redact.c. */
void redact_mask(char *p, size_t n);
/* What redact_mask() does, and by allow-list: for what leaves the machine. In
 * files of KEY=VALUE lines only values of known keys stay; of what Docker says
 * of a container, only known labels and the program's own name; elsewhere words
 * that look like a key of 32 or more random characters go too. path: where the
 * text came from, as in a recording. */
void redact_strict(const char *path, char *p, size_t n);

#endif
