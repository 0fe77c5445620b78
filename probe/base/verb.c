#include "probe/verb.h"

/* HTTP/1.0: the answer is not cut in chunks and ends with the connection. An
 * agent that does not know the signal ignores it, as every Go program does. */
#define DOCKER_KILL_USR1                                              \
	"POST /containers/ecs-agent/kill?signal=SIGUSR1 HTTP/1.0\r\n" \
	"Host: docker\r\nContent-Length: 0\r\n\r\n"
/* filters={"type":["container"],"container":["ecs-agent"],"event":["die",...]}
 * By name, without the three exec events of each of its health checks. */
#define DOCKER_EVENTS                                                  \
	"GET /events?filters=%7B%22type%22%3A%5B%22container%22%5D%2C" \
	"%22container%22%3A%5B%22ecs-agent%22%5D%2C%22event%22%3A%5B"  \
	"%22die%22%2C%22start%22%2C%22oom%22%2C%22destroy%22%2C"       \
	"%22pause%22%2C%22unpause%22%2C%22health_status%22%5D%7D "     \
	"HTTP/1.0\r\n"                                                 \
	"Host: docker\r\n\r\n"

#define RUNS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define PROBE(...) ((const char *const[]){ "", __VA_ARGS__, NULL })
#define NOTHING NULL

const struct verb verbs[VERB_COUNT] = {
#define VERB(id, word, kind, deadline_ms, request, systemd, upstart, text) \
	{ word, VERB_##kind, deadline_ms, request, systemd, upstart, text },
#include "probe/verbs.def"
#undef VERB
};
