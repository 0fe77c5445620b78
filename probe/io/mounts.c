/*
 * Is a file system read-only, or is only our view of it? systemd makes the
 * whole tree so for the daemon (ProtectSystem=strict): there "/" is a mount
 * that is read-only of a file system that is not, and only file systems count.
 */
#define _GNU_SOURCE /* realpath() under -std=c11 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "io.h"
#include "probe/mountinfo.h"

enum { LINE_MAX_BYTES = 2048, CHUNK = 4096 };

struct hunt {
	struct str path;
	size_t longest; /* of the points that hold it */
	bool found, fs_ro, mount_ro;
	bool sandboxed; /* our "/" is read-only, its file system is not */
};

/* What is mounted later on the same point lies above. */
static void one(struct hunt *h, struct str line)
{
	struct mountinfo m;

	if (!mountinfo_parse(line, &m))
		return;
	if (str_eq(m.point, STR("/")))
		h->sandboxed = m.mount_ro && !m.fs_ro;
	if (!mountinfo_holds(m.point, h->path) || m.point.n < h->longest)
		return;
	h->longest = m.point.n;
	h->found = true;
	h->fs_ro = m.fs_ro;
	h->mount_ro = m.mount_ro;
}

/* A line may be far longer (an overlay of many layers): what tells is in its
 * head, unless the head itself is cut. */
static void all(struct hunt *h, int fd)
{
	char line[LINE_MAX_BYTES], in[CHUNK];
	size_t n = 0;
	ssize_t got;

	while ((got = read(fd, in, sizeof(in))) > 0 ||
	       (got < 0 && errno == EINTR))
		for (ssize_t i = 0; i < got; i++) {
			if (in[i] == '\n') {
				one(h, (struct str){ line, n });
				n = 0;
			} else if (n < sizeof(line)) {
				line[n++] = in[i];
			}
		}
}

bool mounts_read_only(const char *path)
{
	char real[PATH_MAX];
	struct hunt h = { .path = str_of(realpath(path, real) ? real : path) };
	int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return true; /* as the kernel said of the mount */
	all(&h, fd);
	(void)close(fd);
	return !h.found || h.fs_ro || (h.mount_ro && !h.sandboxed);
}
