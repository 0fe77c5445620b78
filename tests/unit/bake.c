/* bake-check: a clean image says nothing; one with one thing left in it, or one
 * thing missing, says just that. */
#define _XOPEN_SOURCE 700 /* nftw */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/bake.h"
#include "test.h"

#define TALLY (&t)

static struct tally t;
static struct arena a;
static char top[] = "/tmp/probe-bake-XXXXXX";

struct put {
	const char *path, *text; /* NULL: taken away */
};

/* What the AMI of Amazon Linux 2023 with the agent on it has. */
static const struct put clean[] = {
	{ "etc/chrony.conf", "# x\nsourcedir /run/chrony.d\n" },
	{ "etc/ecs/ecs.config", "ECS_ENABLE_TASK_IAM_ROLE=true\n" },
	{ "etc/machine-id", "" },
	{ "usr/lib/systemd/system/docker.service", "[Unit]\n" },
	{ "usr/lib/systemd/system/ecs.service", "[Unit]\n" },
	{ "etc/systemd/system/multi-user.target.wants/docker.service", "x" },
	{ "etc/systemd/system/multi-user.target.wants/ecs.service", "x" },
	{ "var/cache/ecs/ecs-agent.tar", "tar" },
	{ "home/ec2-user/.bashrc", "x" },
	{ "etc/ssh/sshd_config", "x" },
};

/* The rows stand in the order of bake.def, which has one for each. */
static const struct {
	enum bake_id id;
	struct put put;
	const char *says;
} rows[] = {
#define ROW(id) BAKE_ID_##id
	{ ROW(agent_cache),
	  { "var/cache/ecs/ecs-agent.tar", NULL },
	  "ecs-agent" },
	{ ROW(agent_logs),
	  { "var/log/ecs/ecs-agent.log", "x" },
	  "ecs-agent.log" },
	{ ROW(agent_state), { "var/lib/ecs/data/agent.db", "x" }, "agent.db" },
	{ ROW(agent_state),
	  { "var/lib/ecs/data/ecs_agent_data.json", "{}" },
	  "ecs_agent_data.json" },
	{ ROW(authorized_keys),
	  { "home/ec2-user/.ssh/authorized_keys", "k" },
	  "/home/ec2-user/.ssh" },
	{ ROW(aws_keys),
	  { "root/.aws/credentials", "[default]" },
	  "/root/.aws" },
	{ ROW(aws_keys),
	  { "etc/ecs/ecs.config", "AWS_ACCESS_KEY_ID=canary\n" },
	  "AWS_ACCESS_KEY_ID in" },
	{ ROW(clock_source),
	  { "etc/chrony.conf", "driftfile /x\n" },
	  "chrony" },
	{ ROW(cloud_state),
	  { "var/lib/cloud/instances/i-1/user-data.txt", "x" },
	  "i-1" },
	{ ROW(cluster),
	  { "etc/ecs/ecs.config", "ECS_CLUSTER=prod\n" },
	  "ECS_CLUSTER=prod" },
	{ ROW(config_broken),
	  { "etc/ecs/ecs.config", "ECS_INSTANCE_ATTRIBUTES={\"a\"\n" },
	  "ecs.config:1: ECS_INSTANCE_ATTRIBUTES" },
	{ ROW(config_secret),
	  { "etc/ecs/ecs.config",
	    "ECS_ENGINE_AUTH_TYPE=docker\nECS_ENGINE_AUTH_DATA={\"r\":{"
	    "\"username\":\"u\",\"password\":\"canary\"}}\n" },
	  "ECS_ENGINE_AUTH_DATA in" },
	{ ROW(containers),
	  { "var/lib/docker/containers/0123/config.v2.json", "x" },
	  "0123" },
	{ ROW(host_keys), { "etc/ssh/ssh_host_ed25519_key", "k" }, "ed25519" },
	{ ROW(journal),
	  { "var/log/journal/0123/system.journal", "x" },
	  "0123" },
	{ ROW(machine_id),
	  { "etc/machine-id", "3d1219c7b2f84a2cb0f0b4b0a7f1c9d2\n" },
	  "3d1219c7..." },
	{ ROW(net_rules),
	  { "etc/udev/rules.d/70-persistent-net.rules", "x" },
	  "70-persistent" },
	{ ROW(probe_state),
	  { "var/lib/probe/memory.json", "{}" },
	  "memory.json" },
	{ ROW(shell_history), { "root/.bash_history", "x" }, "/root/.bash" },
	{ ROW(unit_docker),
	  { "etc/systemd/system/multi-user.target.wants/docker.service", NULL },
	  "docker.service" },
	{ ROW(unit_ecs),
	  { "etc/systemd/system/multi-user.target.wants/ecs.service", NULL },
	  "ecs.service" },
};

static void put(const struct put *p)
{
	char path[256];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", top, p->path);
	if (!p->text) {
		EXPECT(path, unlink(path) == 0);
		return;
	}
	for (char *c = path + sizeof(top); (c = strchr(c, '/')); c++) {
		*c = '\0';
		EXPECT(path, mkdir(path, 0755) == 0 || errno == EEXIST);
		*c = '/';
	}
	f = fopen(path, "w");
	EXPECT(path, f && fputs(p->text, f) >= 0);
	if (f)
		(void)fclose(f);
}

static int gone(const char *path, const struct stat *st, int type,
                struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static void image(const struct put *change)
{
	(void)nftw(top, gone, 16, FTW_DEPTH | FTW_PHYS);
	EXPECT(top, mkdir(top, 0755) == 0);
	for (size_t i = 0; i < sizeof(clean) / sizeof(*clean); i++)
		put(&clean[i]);
	if (change)
		put(change);
}

static void look(struct bake_seen *seen)
{
	struct host h = host_dir(top);

	arena_reset(&a);
	bake_look(&h, &a, seen);
}

static void each(void)
{
	bool tried[BAKE_COUNT] = { false };
	struct bake_seen seen[BAKE_COUNT];

	image(NULL);
	look(seen);
	for (size_t i = 0; i < BAKE_COUNT; i++)
		EXPECT(bake_info[i].name, !seen[i].found && !seen[i].blind);
	for (size_t r = 0; r < sizeof(rows) / sizeof(*rows); r++) {
		image(&rows[r].put);
		look(seen);
		tried[rows[r].id] = true;
		for (size_t i = 0; i < BAKE_COUNT; i++)
			EXPECT(rows[r].says,
			       seen[i].found == (i == rows[r].id));
		EXPECT(rows[r].says,
		       str_has(seen[rows[r].id].what, str_of(rows[r].says)) &&
		               !str_has(seen[rows[r].id].what, STR("canary")));
	}
	for (size_t i = 0; i < BAKE_COUNT; i++)
		EXPECT(bake_info[i].name, tried[i]);
}

/* What is there but may not be read is told, never passed over. */
static void blind(void)
{
	struct bake_seen seen[BAKE_COUNT];

	image(&(struct put){ "etc/ecs/ecs.config", NULL });
	put(&(struct put){ "etc/ecs/ecs.config.@err",
	                   "PERM 13 ecs.config: Permission denied" });
	look(seen);
	EXPECT("config", seen[BAKE_ID_config_broken].blind &&
	                         !seen[BAKE_ID_config_broken].found);
	EXPECT("why", str_has(seen[BAKE_ID_config_secret].what, STR("denied")));
	image(&(struct put){ "var/lib/ecs/data/agent.db.@info.@err",
	                     "PERM 13 agent.db: Permission denied" });
	look(seen);
	EXPECT("state", seen[BAKE_ID_agent_state].blind);
}

static void empty(void)
{
	struct bake_seen seen[BAKE_COUNT];

	(void)nftw(top, gone, 16, FTW_DEPTH | FTW_PHYS);
	EXPECT(top, mkdir(top, 0755) == 0);
	look(seen);
	for (size_t i = 0; i < BAKE_COUNT; i++)
		EXPECT(bake_info[i].name,
		       seen[i].found == (i == BAKE_ID_clock_source));
}

int main(void)
{
	a = (struct arena){ malloc(BAKE_ARENA), 0, BAKE_ARENA };
	if (!a.base || !mkdtemp(top))
		return 1;
	each();
	blind();
	empty();
	(void)nftw(top, gone, 16, FTW_DEPTH | FTW_PHYS);
	free(a.base);
	return test_end(&t);
}
