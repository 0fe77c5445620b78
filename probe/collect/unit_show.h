/* unit_show.h - reads what systemctl, journalctl and initctl print. Pure. */
#ifndef PROBE_COLLECT_UNIT_SHOW_H
#define PROBE_COLLECT_UNIT_SHOW_H

#include "probe/arena.h"
#include "probe/facts/unit.h"

/* `systemctl show`: blocks of KEY=VALUE lines with a blank line between. Fills
 * out[] by the Id in each block; returns how many blocks were ours. */
size_t unit_parse_show(struct arena *a, struct str text, struct unit *out);

/* `systemctl list-jobs`: "77 ecs.service start waiting". true when the unit has
 * a job that waits; *behind gets another unit whose job runs. */
bool unit_parse_jobs(struct arena *a, struct str text, struct str unit,
                     struct str *behind);

/* `journalctl -o json` of the agent's unit, oldest first: was its last end
 * asked for? UNKNOWN when the text does not tell. */
enum unit_stopper unit_parse_journal(struct arena *a, struct str text);

/* `initctl status ecs`: "ecs start/running, process 1234". */
enum unit_active unit_parse_initctl(struct str text);

#endif
