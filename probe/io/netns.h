/* netns.h - between the parent (netns.c) and its child (netnslook.c). */
#ifndef PROBE_NETNS_H
#define PROBE_NETNS_H

#include "probe/host.h"

/* Bytes of what a child says: 12 targets with the longest of names. */
#define NETNS_TEXT 16384u
/* What a child works in, carved out before the fork: it may not allocate. */
#define NETNS_ROOM (192u * 1024)

/* In the child, inside the namespace. root: a descriptor of the process's root
 * folder, or -1. until: monotonic ms. */
void netns_look(struct arena *a, const struct netns_req *q, int root,
                int64_t until, struct netns_result *out);

/* netnsapart.c: default signals, an alarm after ms, and of all descriptors only
 * these (-1: none). */
void netns_apart(const int *fds, size_t n, unsigned ms);
/* netnstry.c: connects to each address of each answer, side by side. */
void netns_connect(struct netns_result *out, int64_t until);

#endif
