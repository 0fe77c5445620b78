/* save.h - the recorder's own state, and how bytes get into its folder. */
#ifndef PROBE_SAVE_H
#define PROBE_SAVE_H

#include <pthread.h>
#include <stdatomic.h>

#include "probe/host.h"
#include "rec.h"

struct saver {
	struct host host; /* first: the ops get it back by cast */
	struct host *from;
	const char *to;
	int64_t now_ms;       /* one moment for the whole recording */
	pthread_mutex_t lock; /* of all below, and of the folder */
	struct arena scratch;
	size_t failed;
	bool shared; /* readable to its group, not for its owner's eyes alone */
	bool strict, more;   /* host_save_strict(), host_save_more() */
	atomic_ullong spent; /* bytes */
	uint64_t max_bytes;
};

/* For host_look(): before anything is recorded. */
void save_share(struct host *h);

/* Both under the lock; what can't be written is counted in failed. */
void save_put(struct saver *s, const char *path, struct str head,
              struct str body, enum http_secret kind);
/* Writes a block where it stood, into a file of the true size; the rest stays
 * a hole. */
/* false: it could not be kept. */
bool save_block(struct saver *s, const char *path, uint64_t off,
                const char *buf, size_t n);

#define NOTHING ((struct str){ NULL, 0 })

static inline struct saver *saver_of(struct host *h)
{
	return (struct saver *)(void *)h;
}

static inline void begin(struct saver *s)
{
	(void)pthread_mutex_lock(&s->lock);
	arena_reset(&s->scratch);
}

static inline void end(struct saver *s)
{
	(void)pthread_mutex_unlock(&s->lock);
}

/* False: a replay that does not hold it, which is no answer. */
static inline bool was_recorded(const struct err *e)
{
	return !(e->code == ERR_NOENT && e->os == HOST_UNRECORDED);
}

/* One answer: data at path+suffix, or on failure its ".@err". */
static inline void keep(struct saver *s, const char *path, const char *suffix,
                        bool ok, struct str data, const struct err *e)
{
	struct rec_path p = rec_file(path, suffix);
	struct rec_path bad = rec_file(p.z, ".@err");

	if (ok)
		save_put(s, p.z, NOTHING, data, HTTP_OPEN);
	else if (was_recorded(e))
		save_put(s, bad.z, rec_put_err(&s->scratch, e), NOTHING,
		         HTTP_OPEN);
}

/* savenet.c */
void save_ask(struct host *h, struct arena *a, const struct dns_ask *q,
              size_t n, unsigned timeout_ms, struct dns_result *out);
bool save_knock(struct host *h, struct arena *a, uint16_t port,
                unsigned timeout_ms, struct knock *out, struct err *e);
void save_ways(struct host *h, struct arena *a, const char *const *addrs,
               size_t n, struct way *out);
void save_ntp(struct host *h, struct arena *a, const struct ntp_req *q,
              size_t n, struct ntp_answer *out);

#endif
