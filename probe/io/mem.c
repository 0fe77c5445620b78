#define _DEFAULT_SOURCE /* madvise */
#include "probe/mem.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

void mem_idle(void *p, size_t n)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = ((uintptr_t)p + page - 1) / page * page;
	uintptr_t to = ((uintptr_t)p + n) / page * page;

	if (to > from)
		(void)madvise((void *)from, to - from, MADV_DONTNEED);
}
