/* storefile.h - what the two files of the store share. */
#ifndef PROBE_STOREFILE_H
#define PROBE_STOREFILE_H

#include "probe/buf.h"
#include "probe/store.h"

#define STORE_LINE_MODE 0640

/* Fills *e from an errno of name; returns false. */
bool store_fail(struct err *e, const char *name, int os);
/* There is a folder, and name is one that may be in it. */
bool store_named(const struct store *s, const char *name, struct err *e);
/* Opens (or makes) name and holds it against other writers; -1 and *e. */
int store_hold(const struct store *s, const char *name, int flags,
               struct err *e);

#endif
