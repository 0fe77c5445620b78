/* wire.h - bytes to a neighbour on this host: no name, no TLS, no answer. */
#ifndef PROBE_WIRE_H
#define PROBE_WIRE_H

#include "probe/err.h"
#include "probe/str.h"

/* One datagram to a unix socket; never waits. */
MUST_CHECK bool wire_datagram(const char *path, struct str data, struct err *e);
/* All of data over TCP to a port on 127.0.0.1, then the end of it; waits for
 * the peer to close, at most timeout_ms in all. True: it was taken, as far as
 * TCP can tell. */
MUST_CHECK bool wire_stream(unsigned port, struct str data, unsigned timeout_ms,
                            struct err *e);

#endif
