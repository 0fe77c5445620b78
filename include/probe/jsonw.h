/*
 * jsonw.h - writes JSON into a buf. Commas and nesting are kept here, so that
 * a renderer cannot forget one. Strings are made valid UTF-8 and escaped, the
 * C1 controls, bidirectional marks and line separators included. A NULL key
 * stands for an array's element.
 */
#ifndef PROBE_JSONW_H
#define PROBE_JSONW_H

#include "probe/buf.h"

struct jsonw {
	struct buf *out;
	unsigned depth;
	bool comma[16]; /* a member was written at this depth */
};

struct jsonw jsonw_init(struct buf *out);
void jsonw_obj(struct jsonw *w, const char *key); /* { */
void jsonw_end(struct jsonw *w);                  /* } */
void jsonw_arr(struct jsonw *w, const char *key); /* [ */
void jsonw_arr_end(struct jsonw *w);              /* ] */
void jsonw_str(struct jsonw *w, const char *key, struct str v);
void jsonw_int(struct jsonw *w, const char *key, int64_t v);
/* thousandths: 920 is written 0.92 */
void jsonw_milli(struct jsonw *w, const char *key, int64_t v);
void jsonw_bool(struct jsonw *w, const char *key, bool v);
void jsonw_null(struct jsonw *w, const char *key);

#endif
