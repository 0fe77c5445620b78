/*
 * look.h - what a checker that is not root is shown by its helper (look.def).
 */
#ifndef PROBE_LOOK_H
#define PROBE_LOOK_H

#include "probe/pass.h"

/* Collects the groups of look.def that `who` could not collect in full, of this
 * kind, through h: a host_look(), which keeps what they read. FAR enters the
 * networks of tasks, if there are any, and asks AWS for that. a must hold
 * PASS_ARENA bytes. A collector that hangs is left behind: leave by _exit(). */
void look_take(struct host *h, struct arena *a, enum look_kind kind,
               struct checker who);

/* The checker's door: live itself when we are root, else a host_over() whose
 * looks are kept for a little longer than near_ms and far_ms, the times between
 * them. Lives in a; live must outlive it. */
struct host *look_door(struct arena *a, struct host *live, int64_t near_ms,
                       int64_t far_ms);
/* The groups that each look shows (NEAR), or those of this kind alone. */
uint32_t look_groups(enum look_kind kind);
/* Those among all of them that the checker never reads by itself. */
uint32_t look_always(void);
/* Before the groups of due are collected through such a door: has the helper
 * look at those that need it. True when it did, or need not. On false the
 * groups tell what they miss themselves; *e says why there is no look. */
bool look_ask(struct host *door, struct arena *a, uint32_t due, struct err *e);

#endif
