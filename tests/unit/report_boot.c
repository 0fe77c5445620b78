/* The boot's report card: what is known of it, and when it is no boot. */
#include <stdlib.h>

#include "../../probe/report/boot.h"
#include "probe/when.h"
#include "test.h"

#define TALLY (&t)
#define NOW INT64_C(1790000000000)

static struct tally t;
static struct arena a;
static struct facts f;
static struct log_found *found = &f.logs.found;

/* Up for 100 s; each step 10 s behind the one before, the agent 40. */
static void booted(void)
{
	memset(&f, 0, sizeof(f));
	f.now_ms = NOW;
	f.ident.seen.state = f.unit.seen.state = SEEN_OK;
	f.cloudinit.seen.state = f.docker.seen.state = SEEN_OK;
	f.logs.seen.state = SEEN_OK;
	f.ident.up_ms = 100000;
	f.cloudinit.source_ms = NOW - 90000;
	f.unit.unit[UNIT_DOCKER].active = UNIT_ACTIVE;
	f.unit.unit[UNIT_DOCKER].active_ms = 20000;
	f.cloudinit.final_ms = NOW - 70000;
	f.docker.agent.running = true;
	f.docker.agent.started_ms = NOW - 30000;
	found->mark[MARK_REGISTERED].ms = NOW - 20000;
}

static bool prints(const char *want)
{
	const struct pass p = { .facts = &f };
	struct lines *l;

	arena_reset(&a);
	l = lines_new(&a, 200);
	boot_text(l, &p);
	if (!*want)
		return l->n == 0;
	return l->n == 1 && str_eq(l->list[0], str_of(want));
}

static bool writes(const char *want)
{
	const struct pass p = { .facts = &f };
	struct buf out;
	struct jsonw w;

	arena_reset(&a);
	out = buf_init(&a, 1024);
	w = jsonw_init(&out);
	jsonw_obj(&w, NULL);
	boot_json(&w, &p);
	jsonw_end(&w);
	return str_eq(buf_str(&out), str_of(want));
}

int main(void)
{
	a = (struct arena){ malloc(65536), 0, 65536 };
	if (!a.base)
		return 1;
	booted();
	EXPECT("all", prints("Since boot: metadata 10.0 s, Docker 20.0 s, user "
	                     "data 30.0 s, agent 70.0 s (the slowest step), "
	                     "registered 80.0 s"));
	EXPECT("json", writes("{\"boot\":{\"metadata_ms\":10000,\"docker_ms\":"
	                      "20000,\"user_data_ms\":30000,\"agent_ms\":70000,"
	                      "\"registered_ms\":80000}}"));
	found->mark[MARK_REGISTERED].ms = NOW - 30400;
	EXPECT("registered in the agent's first second",
	       prints("Since boot: metadata 10.0 s, Docker 20.0 s, user data "
	              "30.0 s, agent 70.0 s (the slowest step), registered "
	              "70.0 s"));
	found->mark[MARK_REGISTERED].ms = NOW - 200000;
	f.cloudinit.final_ms = WHEN_NONE;
	EXPECT("another boot's registration",
	       prints("Since boot: metadata 10.0 s, Docker 20.0 s, agent "
	              "70.0 s (the slowest step)"));
	f.docker.agent.running = false;
	f.cloudinit.seen.state = SEEN_FAILED;
	EXPECT("no agent", prints("Since boot: Docker 20.0 s (the slowest "
	                          "step)"));
	booted();
	f.ident.up_ms = 3600001;
	EXPECT("long ago", prints("") && writes("{}"));
	booted();
	f.ident.seen.state = SEEN_FAILED;
	EXPECT("not told", prints("") && writes("{}"));
	free(a.base);
	return test_end(&t);
}
