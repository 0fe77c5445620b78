/* save.h - the recorder's own state, and how bytes get into its folder. */
#ifndef PROBE_SAVE_H
#define PROBE_SAVE_H

#include <pthread.h>

#include "probe/host.h"

struct saver {
	struct host host; /* first: the ops get it back by cast */
	struct host *from;
	const char *to;
	int64_t now_ms;       /* one moment for the whole recording */
	pthread_mutex_t lock; /* of all below, and of the folder */
	struct arena scratch;
	size_t failed;
};

/* Both under the lock; what can't be written is counted in failed. */
void save_put(struct saver *s, const char *path, struct str head,
              struct str body, enum http_secret kind);
/* Writes a block where it stood, into a file of the true size; the rest stays
 * a hole. */
/* false: it could not be kept. */
bool save_block(struct saver *s, const char *path, uint64_t off,
                const char *buf, size_t n);

#endif
