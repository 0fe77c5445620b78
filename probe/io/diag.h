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
#define DIAG_MAX_SKIP 32
struct diag_ask {
	int family, protocol; /* AF_UNSPEC: both families of TCP in one walk */
	uint32_t states;      /* bits 1 << state */
	const struct inet_diag_sockid *one; /* NULL: all of them */
	/* Without those whose own port is one of these, at most DIAG_MAX_SKIP:
	 * a server's connections are as many as they are uninteresting. */
	const uint16_t *skip;
	size_t n_skip;
};
/* Called for each socket; attrs are its attributes (struct rtattr), as they
 * came: asked for is INET_DIAG_INFO, and only with .one. */
typedef void diag_each(void *arg, const struct inet_diag_msg *d,
                       const unsigned char *attrs, size_t n_attrs);

bool diag_open(struct diag *d);
void diag_close(struct diag *d);
/* False: the kernel refuses, or stays silent for two seconds. */
bool diag_list(struct diag *d, const struct diag_ask *q, diag_each *each,
               void *arg);

#endif
