/* near.h - the name that a misspelt one was meant to be. */
#ifndef PROBE_NEAR_H
#define PROBE_NEAR_H

#include "probe/str.h"

/* Of n names the one nearest to s, or NULL when none is near. */
const char *near_name(struct str s, const char *const *names, size_t n);

#endif
