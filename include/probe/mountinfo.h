/* mountinfo.h - one line of /proc/self/mountinfo. A mount may be read-only for
 * those who see it while the file system behind it is not: in a unit that
 * systemd protects, all are. */
#ifndef PROBE_MOUNTINFO_H
#define PROBE_MOUNTINFO_H

#include "probe/str.h"

struct mountinfo {
	struct str point; /* where; blanks in it stand as \040 */
	bool mount_ro, fs_ro;
};
/* false: no such line, or one that was cut. */
bool mountinfo_parse(struct str line, struct mountinfo *out);
/* Whether path lies on a mount with this point. */
bool mountinfo_holds(struct str point, struct str path);

#endif
