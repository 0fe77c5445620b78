/* disk.h - the file systems that Docker and the ECS agent write to. */
#ifndef PROBE_FACTS_DISK_H
#define PROBE_FACTS_DISK_H

#include "probe/host.h"
#include "probe/seen.h"

#define DISK_MAX 9
#define DISK_PATH_MAX 200

struct disk_row {
	const char *path; /* static, or of the arena */
	bool there;       /* false: no such folder on this host */
	struct fs_info fs;
};

struct fact_disk {
	struct seen seen;
	struct disk_row rows[DISK_MAX];
	size_t n;
};

#endif
