/*
 * json.h - jsmn behind typed getters over slices. A document points into the
 * text it was read from; that text must outlive it. A node is a number; -1 is
 * "not there", and every getter accepts it, so lookups can be chained.
 */
#ifndef PROBE_JSON_H
#define PROBE_JSON_H

#include "probe/arena.h"
#include "probe/err.h"

#define JSON_NONE (-1)
#define JSON_MAX_DEPTH 64 /* deeper input is refused: ERR_FORM */

struct json_tok; /* jsmn's, hidden */
struct json {
	struct str text;
	const void *tok;
	int n;
};

/* Strict JSON, one value, nothing but blanks behind it. ERR_FORM, or ERR_LIMIT
 * past max_tokens. The root is node 0. */
MUST_CHECK bool json_parse(struct arena *a, struct str text, int max_tokens,
                           struct json *out, struct err *e);

enum json_type { JSON_ABSENT, JSON_OBJECT, JSON_ARRAY, JSON_STRING, JSON_PRIM };
enum json_type json_type(const struct json *j, int node);
/* Member of an object by its key; the last one wins, as in every reader that
 * matters here. Keys are compared raw: a key with escapes never matches. */
int json_get(const struct json *j, int object, const char *key);
/* Members of an object or elements of an array. */
int json_count(const struct json *j, int node);
/* The i-th element of an array, or the i-th key of an object (its value is
 * json_value()). */
int json_at(const struct json *j, int node, int i);
int json_value(const struct json *j, int key);
/* First child, and the sibling after a node: for walking in linear time. */
int json_first(const struct json *j, int node);
int json_next(const struct json *j, int node);
/* The bytes of a node as they stand (without quotes for a string). */
struct str json_raw(const struct json *j, int node);
/* A string with its escapes resolved, in a; empty for anything else. */
struct str json_str(const struct json *j, int node, struct arena *a);
/* What a backslash and c stand for, c not being u. */
char json_escape(char c);
/* Whole non-negative numbers only; false keeps *out. */
bool json_u64(const struct json *j, int node, uint64_t *out);
/* true, false; anything else gives dflt. */
bool json_bool(const struct json *j, int node, bool dflt);
bool json_is_null(const struct json *j, int node);

#endif
