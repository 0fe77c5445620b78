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

#endif
