/* redact.h - the parts of redact_mask(). Each rule looks at p[at..n), masks
 * what it knows in place, and returns how far it went: at when nothing. */
#ifndef PROBE_REDACT_H
#define PROBE_REDACT_H

#include "probe/str.h"

/* KEY=VALUE, "key": "value", Key: value, <Key>value</, --key value; at stands
 * at the first byte of a word. */
size_t redact_pair(char *p, size_t n, size_t at);
/* The value of ECS_ENGINE_AUTH_DATA: JSON whose strings are masked, keys that
 * say what kind it is and every bracket kept. */
size_t redact_auth_data(char *p, size_t n, size_t at);
/* "Env": [ "KEY=VALUE", ... ] of Docker; at stands behind the word Env. */
size_t redact_docker_env(char *p, size_t n, size_t at);

static inline bool redact_is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-';
}
/* Line ends stay: whatever reads lines must see the same ones. */
static inline void redact_fill(char *p, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (p[i] != '\n' && p[i] != '\r')
			p[i] = '*';
}
/* Is the word of [at, end) this one, ASCII case and - _ apart? */
bool redact_same(const char *p, size_t at, size_t end, const char *name);

#endif
