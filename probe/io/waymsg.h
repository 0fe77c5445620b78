/* waymsg.h - the kernel's answer to a question for a route, as a pure function
 * over bytes. */
#ifndef PROBE_WAYMSG_H
#define PROBE_WAYMSG_H

#include "probe/host.h"

/* An address as bytes; 4 or 16, 0: none. */
struct way_ip {
	unsigned len;
	unsigned char b[16];
};
struct way_told {
	enum way_kind kind;
	int os; /* errno, when kind is WAY_UNASKED */
	unsigned index;
	bool local;
	struct way_ip gateway, source;
};

/* Bytes of the question, at most cap; 0 when they would not fit. */
size_t waymsg_ask(unsigned char *out, size_t cap, uint32_t seq,
                  const struct way_ip *to);
/* False: not the answer to question seq. */
bool waymsg_read(const unsigned char *p, size_t n, uint32_t seq,
                 struct way_told *out);

#endif
