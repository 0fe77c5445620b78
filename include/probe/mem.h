/* mem.h - memory that is kept but not looked at. */
#ifndef PROBE_MEM_H
#define PROBE_MEM_H

#include <stddef.h>

/* The pages that lie wholly in p[0..n) go back to the kernel; they read as
 * zeros when they are touched again. */
void mem_idle(void *p, size_t n);

#endif
