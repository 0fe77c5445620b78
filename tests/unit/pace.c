/* When which group is due: hours of it, in no time. */
#include "unit.h"

#include "probe/look.h"
#include "probe/pace.h"

static struct pace fresh(void)
{
	struct pace p = { .interval_ms = 30000,
		          .network_ms = 300000,
		          .told = UINT32_MAX,
		          .seed = 7 };

	pace_init(&p, 1000000);
	return p;
}

/* Runs until then; how often each group was looked at, and how many passes. */
static unsigned run(struct pace *p, int64_t *now, int64_t until,
                    unsigned looks[FACT_COUNT])
{
	unsigned passes = 0;

	memset(looks, 0, FACT_COUNT * sizeof(*looks));
	while (pace_next(p) <= until) {
		bool pass;
		uint32_t due;

		*now = pace_next(p) > *now ? pace_next(p) : *now;
		due = pace_take(p, *now, &pass);
		OK(pass, "a pass at the time that was named");
		passes++;
		for (unsigned g = 0; g < FACT_COUNT; g++)
			looks[g] += due >> g & 1;
		*now += 5;
	}
	*now = until;
	return passes;
}

static void test_quiet_hour(void)
{
	struct pace p = fresh();
	unsigned looks[FACT_COUNT], passes;
	int64_t now = 1000000;
	bool pass;

	OK(pace_next(&p) == now, "the first pass is at once");
	OK(pace_take(&p, now, &pass) == UINT32_MAX >> (32 - FACT_COUNT),
	   "of everything");
	passes = run(&p, &now, now + 3600000, looks);
	OK(passes >= 120 && passes <= 134, "a pass each 27 to 30 s");
	OK(looks[FACT_MEM] == passes, "memory each time");
	OK(looks[FACT_AGENT] == passes, "the agent's port, too");
	OK(looks[FACT_ENDPOINTS] >= 11 && looks[FACT_ENDPOINTS] <= 13,
	   "AWS each five minutes");
	OK(looks[FACT_CLOCK] == looks[FACT_ENDPOINTS] ||
	           looks[FACT_CLOCK] == looks[FACT_NTP],
	   "and the clock with it");
	OK(looks[FACT_LOGS] >= 5 && looks[FACT_LOGS] <= 7,
	   "logs each ten minutes: nothing was written");
	OK(looks[FACT_CONTROL] >= looks[FACT_DOCKER], "never older than that");
}

/* Each time the helper has to look costs as much as all it looks at. */
static void test_company(void)
{
	const uint32_t shown = look_groups(LOOK_NEAR) | look_groups(LOOK_FAR);
	struct pace p = fresh();
	unsigned looks[FACT_COUNT], times = 0, docker = 0;
	int64_t now = 1000000;
	bool pass;

	(void)run(&p, &now, now + 29000, looks);
	pace_wake(&p, FACT_BIT(DOCKER), now);
	now += PACE_QUIET_MS;
	OK(pace_take(&p, now, &pass) & FACT_BIT(DOCKER), "out of step");
	for (int64_t end = now + 3600000; now < end; now = pace_next(&p)) {
		uint32_t due = pace_take(&p, now, &pass);

		times += (due & shown) != 0;
		docker += (due & FACT_BIT(DOCKER)) != 0;
	}
	OK(times >= 12 && times <= 14,
	   "root looks each five minutes, and no more often");
	OK(docker >= times - 1, "at all of it: Docker is in step again");
	OK(pace_regular_ms(FACT_DOCKER, 30000, 300000) == 300000 &&
	           pace_regular_ms(FACT_TASKS, 30000, 300000) == 300000,
	   "as the table has it");
}

static void test_nobody_tells(void)
{
	struct pace p = fresh();
	unsigned looks[FACT_COUNT], passes;
	int64_t now = 1000000;

	p.told = 0;
	passes = run(&p, &now, now + 600000, looks);
	OK(looks[FACT_LOGS] == passes && looks[FACT_UNIT] == passes &&
	           looks[FACT_DOCKER] == passes,
	   "what nothing tells of is looked at each time");
	OK(looks[FACT_FIREWALL] < 4, "the others are not");
}

static void test_woken(void)
{
	struct pace p = fresh();
	unsigned looks[FACT_COUNT];
	int64_t now = 1000000;
	uint32_t due;
	bool pass;

	(void)run(&p, &now, now + 3000, looks);
	pace_wake(&p, FACT_BIT(DOCKER) | FACT_BIT(AGENT), now);
	OK(pace_next(&p) == now + PACE_QUIET_MS, "soon");
	OK(pace_take(&p, now, &pass) == 0 && !pass, "not yet");
	now += PACE_QUIET_MS;
	due = pace_take(&p, now, &pass);
	OK(due == (FACT_BIT(DOCKER) | FACT_BIT(AGENT) | FACT_BIT(CONTROL)),
	   "these, and what was built on them");
	pace_wake(&p, FACT_BIT(DOCKER), now + 10);
	OK(pace_next(&p) == now + 500, "never twice within the gap");
	due = pace_take(&p, now + 500, &pass);
	OK(due & FACT_BIT(DOCKER), "then again");
	OK(!(due & FACT_BIT(ENDPOINTS)), "AWS is not asked for it");
}

/* After an act, what proves it is looked at each second. */
static void test_proving(void)
{
	struct pace p = fresh();
	unsigned looks[FACT_COUNT];
	int64_t now = 1000000;

	(void)run(&p, &now, now + 31000, looks);
	p.proving = true;
	pace_hurry(&p, now + 60000, now);
	(void)run(&p, &now, now + 10000, looks);
	OK(looks[FACT_AGENT] >= 9 && looks[FACT_AGENT] <= 12, "the agent");
	OK(looks[FACT_CONTROL] >= 9, "and its connections");
	OK(looks[FACT_DOCKER] <= 3 && looks[FACT_DISK] <= 1,
	   "the rest no more often than in any hurry");
	p.proving = false;
	(void)run(&p, &now, now + 10000, looks);
	OK(looks[FACT_AGENT] <= 5, "and no longer than that");
}

/* A log that is written all the time. */
static void test_noted(void)
{
	struct pace p = fresh();
	unsigned n = 0, dear = 0;
	int64_t now = 1000000;
	bool pass;

	(void)pace_take(&p, now, &pass);
	for (int i = 0; i < 20; i++) {
		pace_note(&p, FACT_BIT(LOGS));
		now = pace_next(&p);
		n += (pace_take(&p, now, &pass) & FACT_BIT(LOGS)) != 0;
	}
	OK(n == 20, "with each regular look");
	p.cost_ms[FACT_LOGS] = 40;
	for (int i = 0; i < 20; i++) {
		pace_note(&p, FACT_BIT(LOGS));
		now = pace_next(&p);
		dear += (pace_take(&p, now, &pass) & FACT_BIT(LOGS)) != 0;
	}
	OK(dear >= 3 && dear <= 5, "one that takes 40 ms: each two minutes");
	pace_hurry(&p, now + 60000, now);
	dear = 0;
	for (int i = 0; i < 10; i++) {
		pace_note(&p, FACT_BIT(LOGS));
		now = pace_next(&p);
		dear += (pace_take(&p, now, &pass) & FACT_BIT(LOGS)) != 0;
	}
	OK(dear >= 3, "in a hurry: as often as the gap allows");
}

static void test_hurry(void)
{
	struct pace p = fresh();
	unsigned looks[FACT_COUNT], passes;
	int64_t now = 1000000;

	(void)run(&p, &now, now + 3000, looks);
	pace_hurry(&p, now + 60000, now);
	OK(pace_next(&p) <= now + 2500, "the next look is soon");
	passes = run(&p, &now, now + 60000, looks);
	OK(passes >= 24 && passes <= 28, "each 2.5 s");
	OK(looks[FACT_AGENT] == passes, "the agent");
	OK(looks[FACT_ENDPOINTS] <= 1, "not AWS");
	passes = run(&p, &now, now + 600000, looks);
	OK(passes >= 20 && passes <= 24, "and then as before");
}

static void test_watchdog(void)
{
	struct pace p = fresh();
	unsigned looks[FACT_COUNT], passes;
	int64_t now = 1000000;

	p.interval_ms = 3600000;
	p.most_ms = 60000;
	passes = run(&p, &now, now + 600000, looks);
	OK(passes >= 10 && passes <= 12, "passes for the watchdog");
	OK(looks[FACT_MEM] == 1, "in which nothing is looked at");
}

int main(void)
{
	test_quiet_hour();
	test_company();
	test_nobody_tells();
	test_woken();
	test_proving();
	test_noted();
	test_hurry();
	test_watchdog();
	return unit_end("pace");
}
