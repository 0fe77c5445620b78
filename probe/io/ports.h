/* ports.h - the sockets of our network namespace, from two sources. */
#ifndef PROBE_PORTS_H
#define PROBE_PORTS_H

#include "probe/host.h"

/* TCP states as the kernel numbers them. */
enum tcp_state_no {
	TCP_STATE_ESTABLISHED = 1,
	TCP_STATE_TIME_WAIT = 6,
	TCP_STATE_CLOSE = 7,
	TCP_STATE_CLOSE_WAIT = 8,
	TCP_STATE_LISTEN = 10,
};

/* One socket, from either source. addr: 4 or 16 bytes in network order. */
struct sock_seen {
	bool udp, v6;
	unsigned state;
	uint16_t port;
	uint32_t uid;
	uint64_t inode;
	unsigned char addr[16];
};
void ports_add(struct arena *a, struct port_map *m, const struct sock_seen *s);
/* By sock_diag; false when the kernel refuses. */
bool ports_from_diag(struct arena *a, struct port_map *m);
/* /proc/net/{tcp,udp}{,6}; false when not even tcp can be read. */
bool ports_from_proc(struct arena *a, struct port_map *m, struct err *e);
/* Which process holds each listener, as far as /proc lets us see. */
void ports_find_owners(struct arena *a, struct port_map *m);
/* One line of /proc/net/tcp; false for its head and for anything else. */
bool ports_proc_line(struct str line, struct sock_seen *out);

#endif
