/* diag.h - questions to sock_diag, the kernel's own list of sockets. */
#ifndef PROBE_DIAG_H
#define PROBE_DIAG_H

#include <linux/inet_diag.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diag {
	int fd;
	uint32_t seq; /* of the question asked last; other answers are late */
};
#define DIAG_MAX_SKIP 128
struct diag_ports {
	uint16_t lo, hi;
};
struct diag_ask {
	int family, protocol; /* AF_UNSPEC: both families of TCP in one walk */
	uint32_t states;      /* bits 1 << state */
	const struct inet_diag_sockid *one; /* NULL: all of them */
	/* With AF_UNSPEC: without those whose own port is in one of these,
	 * which are sorted, apart from each other, and at most DIAG_MAX_SKIP: a
	 * server's connections are as many as they are uninteresting. */
	const struct diag_ports *skip;
	size_t n_skip;
};
/* Called for each socket; attrs are its attributes (struct rtattr), as they
 * came: asked for is INET_DIAG_INFO, and only with .one. */
typedef void diag_each(void *arg, const struct inet_diag_msg *d,
                       const unsigned char *attrs, size_t n_attrs);

/* The kernel's program for .skip, a search tree over the n ranges; out has
 * DIAG_CODE_BYTES. Returns its bytes, 0 for no range. */
#define DIAG_CODE_BYTES (12 * 2 * DIAG_MAX_SKIP + 4)
size_t diag_code(const struct diag_ports *skip, size_t n, unsigned char *out);

bool diag_open(struct diag *d);
void diag_close(struct diag *d);
/* False: the kernel refuses, or stays silent for two seconds. */
bool diag_list(struct diag *d, const struct diag_ask *q, diag_each *each,
               void *arg);

#endif
