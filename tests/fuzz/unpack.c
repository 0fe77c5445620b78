/* Archives from strangers: whatever is in one, nothing is written but below the
 * folder, and no more than allowed. gzip's check sums would keep the fuzzer
 * out, so plain tar is tried: the reader takes both. */
#define _GNU_SOURCE /* memfd_create */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../probe/io/archive.h"

static bool count(void *ctx, const char *path)
{
	size_t *n = ctx;

	if (strstr(path, "..") == path || path[0] == '/')
		abort();
	++*n;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct archive_limits lim = { 1 << 20, 64, 0 };
	char folder[] = "/dev/shm/probe-fuzz.XXXXXX";
	struct archive_count got;
	struct err e;
	size_t n = 0;
	int fd = memfd_create("tar", 0);

	if (fd < 0 || !mkdtemp(folder) ||
	    write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET))
		abort();
	if (archive_unpack(fd, folder, &lim, &got, &e) &&
	    (got.files > lim.max_files || got.bytes > lim.max_bytes))
		abort();
	(void)tree_walk(folder, count, &n);
	if (n > lim.max_files)
		abort();
	tree_remove(folder);
	if (access(folder, F_OK) == 0)
		abort();
	(void)close(fd);
	return 0;
}
