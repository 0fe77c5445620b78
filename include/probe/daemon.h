/* daemon.h - `probe daemon`: watches, judges, and (heal.h) mends. */
#ifndef PROBE_DAEMON_H
#define PROBE_DAEMON_H

#include "probe/settings.h"

struct daemon_opts {
	const char *conf;    /* probe.conf's path; NULL: CONF_PATH, if there */
	struct str notify;   /* $NOTIFY_SOCKET, or empty */
	int64_t watchdog_ms; /* $WATCHDOG_USEC; 0: nobody watches us */
};
/* Runs until SIGTERM or SIGINT; the exit code. Says everything on stderr. */
int daemon_run(struct host *h, const struct daemon_opts *o);

#endif
