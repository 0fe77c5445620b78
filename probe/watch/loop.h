/*
 * loop.h - what the files of the daemon share. Two threads: the loop's, which
 * never waits for anything but events, and the pass's (worker.c), which may
 * hang. What a pass tells comes to the loop as a struct outcome.
 */
#ifndef PROBE_WATCH_LOOP_H
#define PROBE_WATCH_LOOP_H

#include <uv.h>

#include "probe/daemon.h"
#include "probe/dockerev.h"
#include "probe/heal.h"
#include "probe/keep.h"
#include "probe/pace.h"
#include "probe/sense.h"
#include "probe/sink.h"
#include "probe/store.h"
#include "probe/watch.h"

/* ---- step.c, look.c, note.c: a pass, and what follows from it; all of it in
 * the worker's thread */

struct outcome {
	uint32_t n; /* passes finished */
	enum severity status;
	char cause[64], title[160]; /* cause: kebab-case, or empty */
	char heal[160];             /* would it act; why not */
	bool docker_answers;        /* its event stream may be asked for */
	bool hurry;                 /* something has changed or is watched */
	bool proving;               /* an act is watched */
	int32_t cost_ms[FACT_COUNT];
	struct pass_cost cost;
};

/* What the records of a step are made from. */
struct notes {
	struct store run;
	struct console console;
	struct good_mark good; /* good.json, as it was last written */
	struct arena mem[2];   /* the last record's texts, and the one before */
	unsigned cur;
	bool any; /* there is a last one */
	struct record last;
	int64_t beat_ms;   /* when the next heartbeat is due, monotonic */
	int64_t beat_each; /* by this period */
};

struct step {
	struct host *live, *h; /* h: live, or over it what root shows us */
	struct watch *watch;
	struct arena arena, look_mem;
	const struct settings *set;
	struct store state; /* state-dir */
	int64_t try_ms;     /* to open it again */
	char boot[MEMORY_ID_MAX];
	struct memory memory;
	enum guard_id guard; /* the one that was said last */
	enum cause_id held;  /* and of which cause */
	uint32_t stuck;      /* and the groups that hang */
	struct notes notes;
	struct sinks *sinks;
	const struct settings *sinks_set; /* what they were started with */
	struct outcome last;
};
/* False: no memory. */
bool step_init(struct step *s, struct host *live, const struct settings *set);
/* One step of the daemon. */
void step_run(struct step *s, uint32_t due, struct outcome *out);
/* Says so in the history. False: a collector still runs. */
bool step_end(struct step *s);

/* The door for a checker that is not root. False: no memory. */
bool door_open(struct step *s);
/* Has the helper look at what of due only root sees. */
void door_ask(struct step *s, uint32_t due);

/* What happened in a step, besides its pass. */
struct news {
	struct change change;
	const struct plan *plan;
	bool acted;                   /* just now */
	const struct act_memory *end; /* of an act, or NULL */
	struct str words;             /* of that */
};
/* Writes history, motd and console as the news ask for. */
void note_step(struct step *s, const struct pass *p, const struct news *n);
void note_plain(struct step *s, const struct pass *p, enum record_kind kind);
/* The sinks are those of the settings in use; at each step's begin. */
void note_sinks(struct step *s);
void note_end(struct step *s);

struct worker {
	struct step *step;
	uv_thread_t thread;
	uv_mutex_t lock;
	uv_cond_t go;
	uv_async_t *done;
	bool busy, quit;
	uint32_t due;
	struct outcome out; /* of the last pass */
};
/* 0 or libuv's error. done is sent after each pass. */
int worker_init(struct worker *w, struct step *step, uv_async_t *done);
void worker_start(struct worker *w, uint32_t due);
bool worker_busy(struct worker *w);
void worker_out(struct worker *w, struct outcome *out);
/* Only when it is not busy. */
void worker_end(struct worker *w);

/* ---- source.c: descriptors that tell, each of which may vanish */

struct loop;
struct source {
	const struct source_kind *kind;
	struct loop *loop;
	uv_poll_t poll;
	int fd;           /* -1: not there */
	bool held;        /* the handle is libuv's until it is closed */
	bool deaf;        /* told too much: not listened to until .again_ms */
	bool said;        /* that it is not there */
	int64_t told_ms;  /* when it told something last */
	int64_t again_ms; /* open it, or listen to it, again */
	int64_t backoff_ms;
};
enum { SOURCE_DOCKER, SOURCE_FILES, SOURCE_KMSG, SOURCE_ROUTE, SOURCE_COUNT };

void sources_init(struct loop *l);
/* Opens what is not there and due; when the next one is. */
int64_t sources_turn(struct loop *l, int64_t now);
void sources_end(struct loop *l);
/* Try again now: something says that it may be back. */
void source_wanted(struct loop *l, int which);

/* ---- files.c: folders, those that are not there yet included */

#define FILES_FOLDERS 8
struct files {
	struct {
		int watch;    /* -1: none */
		bool own;     /* the folder itself, not one above it */
		bool known;   /* .own has been said, or need not be */
		bool resting; /* told already; until the next look */
	} at[FILES_FOLDERS];
	int fd;
};
void files_open(struct loop *l, int fd);
/* Watches what is not watched; those that rest only when their groups are of
 * due. False when something cannot be. */
bool files_arm(struct loop *l, uint32_t due, struct err *e);
void files_take(struct loop *l, struct str bytes);
/* Groups whose folders are watched. */
uint32_t files_told(const struct loop *l);

/* ---- tell.c: what others are told */

void tell_ready(struct loop *l);
void tell_pass(struct loop *l);
void tell_reload(struct loop *l, bool begins);
void tell_stop(struct loop *l);
/* SIGUSR1: to the log and to state.json in run-dir. */
void tell_state(struct loop *l);

/* ---- loop.c */

struct loop {
	uv_loop_t uv;
	uv_timer_t timer;
	uv_signal_t sig[4];
	uv_async_t done;
	struct host *h;
	const struct daemon_opts *opts;
	struct arena conf_mem[2]; /* of set[0] and set[1] */
	struct settings set[2];   /* in use: .cur */
	unsigned cur;
	bool reloaded; /* the other one is to be used from the next pass on */
	char bad_conf[208]; /* why the last reload was refused, or empty */
	struct pace pace;
	struct source source[SOURCE_COUNT];
	struct files files;
	struct dockerev_stream docker;
	struct worker worker;
	struct step step;
	struct outcome out;
	struct store run; /* run-dir */
	int lock;
	int64_t began_ms;
	unsigned events; /* told by sources: no two lines are the same */
	bool ready, stopping;
	int64_t leave_ms; /* when a pass that hangs is left behind */
};
int64_t loop_now(const struct loop *l);
/* Something happened to these groups. */
void loop_wake(struct loop *l, uint32_t groups);
void loop_hurry(struct loop *l);
/* Sees what is due and sets the timer; call after every event. */
void loop_turn(struct loop *l);

#endif
