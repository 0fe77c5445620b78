/* What the kernel tells: a record of its log, rtnetlink's messages, inotify's
 * events. */
#include <stdint.h>
#include <stdlib.h>

#include "probe/sense.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = { (const char *)data, size };
	struct file_event ev;
	int level;

	level = sense_kmsg_level(bytes);
	if (level < -1 || level > 7)
		abort();
	if (sense_route_what(bytes) > (SENSE_LINK | SENSE_ADDR | SENSE_ROUTE))
		abort();
	while (sense_files_next(&bytes, &ev))
		if (ev.name.n && memchr(ev.name.p, '\0', ev.name.n))
			abort();
	return 0;
}
