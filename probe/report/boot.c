#include "boot.h"

#include "probe/when.h"

#define LOG_TICK_MS 1000 /* the agent's log has whole seconds */
#define BOOT_RECENT_MS \
	INT64_C(3600000) /* later, a restart hides the first start */

static const char *const key[BOOT_STEPS] = {
	[BOOT_METADATA] = "metadata_ms",     [BOOT_DOCKER] = "docker_ms",
	[BOOT_USER_DATA] = "user_data_ms",   [BOOT_AGENT] = "agent_ms",
	[BOOT_REGISTERED] = "registered_ms",
};
static const char *const word[BOOT_STEPS] = {
	[BOOT_METADATA] = "metadata",     [BOOT_DOCKER] = "Docker",
	[BOOT_USER_DATA] = "user data",   [BOOT_AGENT] = "agent",
	[BOOT_REGISTERED] = "registered",
};

/* Since boot; what lies before it belongs to another one. */
static int64_t since(int64_t boot_ms, int64_t at_ms)
{
	if (at_ms == WHEN_NONE || at_ms < boot_ms)
		return -1;
	return at_ms - boot_ms;
}

/* Written in the second in which the agent was started, it is no older. */
static int64_t registered(const struct facts *f)
{
	int64_t at = f->logs.found.mark[MARK_REGISTERED].ms;
	int64_t began = f->docker.agent.started_ms;

	return at < began && began - at < LOG_TICK_MS ? began : at;
}

struct boot boot_of(const struct pass *p)
{
	struct boot b = { .ms = { -1, -1, -1, -1, -1 } };
	const struct facts *f = p->facts;
	int64_t boot_ms;

	if (p->log_only || !f || f->ident.seen.state != SEEN_OK ||
	    f->ident.up_ms <= 0 || f->ident.up_ms > BOOT_RECENT_MS)
		return b;
	b.known = true;
	boot_ms = f->now_ms - f->ident.up_ms;
	if (f->cloudinit.seen.state == SEEN_OK) {
		b.ms[BOOT_METADATA] = since(boot_ms, f->cloudinit.source_ms);
		b.ms[BOOT_USER_DATA] = since(boot_ms, f->cloudinit.final_ms);
	}
	if (f->unit.seen.state == SEEN_OK &&
	    f->unit.unit[UNIT_DOCKER].active == UNIT_ACTIVE)
		b.ms[BOOT_DOCKER] = f->unit.unit[UNIT_DOCKER].active_ms;
	if (f->docker.seen.state == SEEN_OK && f->docker.agent.running)
		b.ms[BOOT_AGENT] = since(boot_ms, f->docker.agent.started_ms);
	if (f->logs.seen.state == SEEN_OK && b.ms[BOOT_AGENT] >= 0)
		b.ms[BOOT_REGISTERED] = since(boot_ms, registered(f));
	return b;
}

void boot_json(struct jsonw *w, const struct pass *p)
{
	struct boot b = boot_of(p);

	if (!b.known)
		return;
	jsonw_obj(w, "boot");
	for (unsigned i = 0; i < BOOT_STEPS; i++)
		if (b.ms[i] >= 0)
			jsonw_int(w, key[i], b.ms[i]);
	jsonw_end(w);
}

/* The step that took longest, from the latest one before it. */
static unsigned slowest(const struct boot *b)
{
	int64_t from = 0, most = -1;
	unsigned which = BOOT_STEPS;

	for (unsigned i = 0; i < BOOT_STEPS; i++) {
		if (b->ms[i] < 0)
			continue;
		if (b->ms[i] - from > most) {
			most = b->ms[i] - from;
			which = i;
		}
		if (b->ms[i] > from)
			from = b->ms[i];
	}
	return which;
}

void boot_text(struct lines *l, const struct pass *p)
{
	struct boot b = boot_of(p);
	struct buf out = buf_init(l->a, 256);
	unsigned slow = slowest(&b);

	for (unsigned i = 0; b.known && i < BOOT_STEPS; i++)
		if (b.ms[i] >= 0)
			(void)buf_fmt(&out, "%s%s %lld.%lld s%s",
			              out.n ? ", " : "", word[i],
			              (long long)(b.ms[i] / 1000),
			              (long long)(b.ms[i] / 100 % 10),
			              i == slow ? " (the slowest step)" : "");
	if (out.n)
		lines_text(l, "Since boot: ", buf_str(&out), 2);
}
