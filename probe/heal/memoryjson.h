/* memoryjson.h - what the files of this folder have in common. */
#ifndef PROBE_HEAL_MEMORYJSON_H
#define PROBE_HEAL_MEMORYJSON_H

#include "probe/heal.h"
#include "probe/json.h"

/* s into to[cap], terminated, cut. */
void memory_text(char *to, size_t cap, struct str s);
/* The same for an id: letters, digits, - and _; anything else gives "". */
void memory_id(char *to, size_t cap, struct str s);
enum action_id action_of(struct str id);
/* UNKNOWN for a word that is none. */
enum act_outcome outcome_of(struct str text);
int64_t memory_num(const struct json *j, int object, const char *key);
void memory_get(const struct json *j, int object, const char *key, char *to,
                size_t cap);

#endif
