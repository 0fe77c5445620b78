/* control.h - which of the agent's connections count. */
#ifndef PROBE_COLLECT_CONTROL_H
#define PROBE_COLLECT_CONTROL_H

#include "probe/host.h"

/* May this connection of the agent lead to the control plane? */
bool control_may_lead(const struct conn_row *c);

#endif
