/* archive.h - a folder into a .tar.gz and back. The one place that knows
 * libarchive: pax, so that long names and holes survive, and gzip. */
#ifndef PROBE_ARCHIVE_H
#define PROBE_ARCHIVE_H

#include "probe/host.h"

struct archive_limits {
	uint64_t max_bytes; /* of data, holes not counted */
	size_t max_files;
	int64_t until_ms; /* of the host's mono_ms(); 0: no deadline */
};
struct archive_count {
	uint64_t bytes; /* of data, holes not counted */
	size_t files, skipped;
};

/* Writes the plain files below folder as top/..., sorted; to is left at its
 * end. Names that are not printable ASCII are skipped. ERR_LIMIT, ERR_TIME,
 * ERR_IO. */
MUST_CHECK bool archive_pack(struct host *h, const char *folder,
                             const char *top, int to,
                             const struct archive_limits *lim,
                             struct archive_count *out, struct err *e);
/* Unpacks an archive of plain files and folders into an empty folder of our
 * own. Anything else in it (links, devices), a name that leads out, a file
 * named twice: ERR_FORM. What was unpacked before an error stays there. */
MUST_CHECK bool archive_unpack_file(const char *file, const char *folder,
                                    const struct archive_limits *lim,
                                    struct archive_count *out, struct err *e);
/* The same from an open one. */
MUST_CHECK bool archive_unpack(int from, const char *folder,
                               const struct archive_limits *lim,
                               struct archive_count *out, struct err *e);

/* ---- tree.c */

/* Calls see for each plain file below folder, sorted, with its path from there
 * on, until one returns false. Links and the like are passed over. */
bool tree_walk(const char *folder, bool (*see)(void *ctx, const char *path),
               void *ctx);
/* Removes it and all in it; follows no link. */
void tree_remove(const char *folder);

#endif
