/* What init systems, Docker and Bolt say, read without a host. */
#include "../../probe/collect/docker_json.h"
#include "../../probe/collect/unit_show.h"
#include "probe/bolt.h"
#include "probe/mountinfo.h"
#include "probe/when.h"
#include "unit.h"

static void show(struct arena *a)
{
	struct unit u[UNIT_COUNT];
	size_t n = unit_parse_show(
		a,
		STR("Id=ecs.service\nLoadState=loaded\nActiveState=failed\n"
	            "Result=exit-code\nExecMainCode=1\nExecMainStatus=5\n"
	            "ExecMainStartTimestampMonotonic=2244752317\n"
	            "ExecMainExitTimestampMonotonic=0\nJob=\n\n"
	            "Id=other.service\nLoadState=loaded\n\n"
	            "LoadState=not-found\nId=docker.service\nJob=77\n"),
		u);

	OK(n == 2, "two of the three are ours");
	OK(u[UNIT_ECS].active == UNIT_FAILED && u[UNIT_ECS].main_status == 5,
	   "the agent's");
	OK(u[UNIT_ECS].started_ms == 2244752 && u[UNIT_ECS].exited_ms == -1,
	   "times, and a time that never came");
	OK(u[UNIT_ECS].restarts == -1 && u[UNIT_ECS].job == 0, "not told");
	OK(u[UNIT_DOCKER].load == UNIT_NOT_FOUND && u[UNIT_DOCKER].job == 77,
	   "keys in any order");
	OK(u[UNIT_CONTAINERD].load == UNIT_LOAD_UNKNOWN, "not in the answer");
	OK(unit_parse_show(a, STR(""), u) == 0, "nothing");
}

static void jobs(struct arena *a)
{
	struct str behind;

	OK(unit_parse_jobs(a,
	                   STR("77 ecs.service start waiting\n"
	                       " 12 cloud-final.service   start   running\n"),
	                   STR("ecs.service"), &behind) &&
	           str_eq(behind, STR("cloud-final.service")),
	   "it waits behind cloud-final");
	OK(!unit_parse_jobs(a, STR("No jobs running.\n"), STR("ecs.service"),
	                    &behind) &&
	           behind.n == 0,
	   "no jobs");
}

static void stopper(struct arena *a)
{
#define UP "{\"MESSAGE_ID\":\"39f53479d3a045ac8e11786248231fbf\"}\n"
#define DOWN "{\"MESSAGE_ID\":\"de5b426a63be47a7b6ac3eaac82e2f6f\"}\n"
	OK(unit_parse_journal(a, STR(UP)) == STOPPED_ITSELF, "no stop");
	OK(unit_parse_journal(a, STR(UP DOWN)) == STOPPED_BY_JOB, "a stop");
	OK(unit_parse_journal(a, STR(UP DOWN UP)) == STOPPED_ITSELF,
	   "stopped, started, ended");
	OK(unit_parse_journal(a, STR("")) == STOPPED_UNKNOWN, "nothing");
	OK(unit_parse_journal(a, STR("{\"MESSAGE_ID\":")) == STOPPED_UNKNOWN,
	   "cut");
	OK(unit_parse_initctl(STR("ecs start/running, process 1\n")) ==
	           UNIT_ACTIVE,
	   "upstart, running");
	OK(unit_parse_initctl(STR("ecs stop/waiting\n")) == UNIT_INACTIVE,
	   "upstart, stopped");
	OK(unit_parse_initctl(STR("initctl: Unknown job: ecs\n")) ==
	           UNIT_ACTIVE_UNKNOWN,
	   "upstart, no job");
}

static void mounts(void)
{
	struct mountinfo m;

	OK(mountinfo_parse(STR("691 486 8:1 / / ro,nosuid shared:94 master:1 "
	                       "- ext4 /dev/xvda1 rw,relatime"),
	                   &m) &&
	           str_eq(m.point, STR("/")) && m.mount_ro && !m.fs_ro,
	   "our view of it is read-only");
	OK(mountinfo_parse(STR("36 35 98:0 /a /mnt/b rw - ext3 /dev/b ro"),
	                   &m) &&
	           str_eq(m.point, STR("/mnt/b")) && !m.mount_ro && m.fs_ro,
	   "the file system is, no optional fields");
	OK(mountinfo_parse(
		   STR("1 2 0:70 / /x rw master:3 - overlay a-b rootfs"), &m) &&
	           !m.mount_ro && !m.fs_ro,
	   "options that only begin alike");
	OK(!mountinfo_parse(STR("36 35 98:0 /a /mnt/b ro - ext3 /dev/b"), &m),
	   "cut");
	OK(!mountinfo_parse(STR("36 35 98:0 /a"), &m), "cut early");
	OK(!mountinfo_parse(STR(""), &m), "empty");
	OK(mountinfo_holds(STR("/"), STR("/tmp")), "/ holds all");
	OK(mountinfo_holds(STR("/var/lib"), STR("/var/lib")), "itself");
	OK(mountinfo_holds(STR("/var/lib"), STR("/var/lib/ecs")), "below it");
	OK(!mountinfo_holds(STR("/var/lib"), STR("/var/library")),
	   "no name is cut");
}

static void docker(struct arena *a)
{
	struct config_entry entry[] = {
		{ .key = STR("ECS_CLUSTER"), .known = true, .hash = 1 },
	};
	struct fact_config config = { .entry = entry, .n_entries = 1 };
	struct fact_docker d = { 0 };
	struct err e;

	OK(docker_api_choice(24, 44) == 44 && docker_api_choice(12, 41) == 41 &&
	           docker_api_choice(50, 56) == 50 &&
	           docker_api_choice(-1, 43) == 43,
	   "the API version stays within what the daemon allows");
	OK(docker_api_minor(STR("1.44")) == 44 &&
	           docker_api_minor(STR("2.1")) == -1 &&
	           docker_api_minor(STR("")) == -1,
	   "1.N only");
	OK(docker_read_list(
		   a,
		   STR("[{\"Id\":\"a\",\"Names\":[\"/ecs-agent\"],"
	               "\"Image\":\"web:7\",\"State\":\"running\","
	               "\"Command\":\"/sleep\",\"Labels\":{}},"
	               "{\"Id\":\"b\",\"Names\":[\"/x\"],\"State\":\"running\","
	               "\"Image\":\"r.io/amazon/amazon-ecs-agent:latest\","
	               "\"Ports\":[{\"PublicPort\":80,\"Type\":\"udp\"},"
	               "{\"PrivatePort\":1}]},"
	               "{\"Id\":\"c\",\"Image\":\"amazon-ecs-agent\","
	               "\"State\":\"running\",\"Labels\":{"
	               "\"com.amazonaws.ecs.task-arn\":\"x\"}}]"),
		   &d, &e),
	   "a list");
	OK(d.agent.count == 1 && str_eq(d.agent.id, STR("b")),
	   "by its image, not by its name, and no task");
	OK(d.containers == 3 && d.tasks_running == 1, "counts");
	OK(d.n_ports == 1 && d.port[0].udp && d.port[0].port == 80, "ports");
	OK(docker_read_agent(
		   a,
		   STR("{\"State\":{\"Status\":\"exited\",\"Running\":false,"
	               "\"ExitCode\":5,\"OOMKilled\":true,\"StartedAt\":"
	               "\"2026-01-02T03:04:05.123456789Z\",\"FinishedAt\":"
	               "\"0001-01-01T00:00:00Z\"},\"Config\":{\"Env\":["
	               "\"ECS_CLUSTER=prod\",\"ECS_DATADIR=/data\","
	               "\"ECS_LOGLEVEL=debug\",\"PATH=/bin\"]}}"),
		   &config, &d.agent, &e),
	   "an inspect");
	OK(d.agent.exit_code == 5 && d.agent.oom_killed &&
	           d.agent.finished_ms == WHEN_NONE &&
	           d.agent.started_ms != WHEN_NONE,
	   "how it ended");
	OK(d.agent.n_differs == 2 &&
	           str_eq(d.agent.differs[0], STR("ECS_CLUSTER")) &&
	           str_eq(d.agent.differs[1], STR("ECS_LOGLEVEL")),
	   "one changed, one was taken out; what ecs-init sets is neither");
}

/* ---- a Bolt database of 8 pages, the bucket behind a branch page */

enum { PAGE = 1024 };
static unsigned char db[8 * PAGE];

static void put(size_t at, uint64_t v, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		db[at + i] = (unsigned char)(v >> (8 * i));
}

static void head(size_t page, unsigned flags, unsigned count)
{
	put(page * PAGE, page, 8);
	put(page * PAGE + 8, flags, 2);
	put(page * PAGE + 10, count, 2);
}

static void meta(size_t page, uint64_t txid, uint64_t root)
{
	uint64_t h = UINT64_C(14695981039346656037);
	size_t at = page * PAGE + 16;

	head(page, 4, 0);
	put(at, 0xED0CDAED, 4);
	put(at + 4, 2, 4);
	put(at + 8, PAGE, 4);
	put(at + 16, root, 8);
	put(at + 48, txid, 8);
	for (size_t i = 0; i < 56; i++)
		h = (h ^ db[at + i]) * UINT64_C(1099511628211);
	put(at + 56, h, 8);
}

/* Element i of a page: its key, and for a leaf its value, at byte 512 + 64 i
 * of the page. */
static void element(size_t page, unsigned i, bool leaf, const char *key,
                    uint64_t child, const char *value, size_t n)
{
	size_t at = page * PAGE + 16 + 16 * i;
	size_t data = page * PAGE + 512 + 64 * i;
	size_t k = strlen(key);

	if (leaf) {
		put(at, child != 0, 4);
		put(at + 4, data - at, 4);
		put(at + 8, k, 4);
		put(at + 12, n, 4);
		memcpy(db + data + k, value, n);
	} else {
		put(at, data - at, 4);
		put(at + 4, k, 4);
		put(at + 8, child, 8);
	}
	memcpy(db + data, key, k);
}

static bool read_db(void *ctx, uint64_t off, char *buf, size_t n, size_t *got,
                    struct err *e)
{
	(void)ctx, (void)e;
	*got = off >= sizeof(db)      ? 0
	       : n > sizeof(db) - off ? sizeof(db) - (size_t)off
	                              : n;
	if (*got)
		memcpy(buf, db + off, *got);
	return true;
}

static void bolt(struct arena *a)
{
	static const char bucket[16] = { 4 }; /* its root is page 4 */
	const struct bolt_src src = { read_db, NULL };
	struct bolt_bucket m;
	struct bolt b;
	struct str v;
	struct err e;

	meta(0, 7, 3);
	meta(1, 6, 99); /* older: not used */
	head(3, 2, 2);
	element(3, 0, true, "images", 1, bucket, 16);
	element(3, 1, true, "metadata", 1, bucket, 16);
	head(4, 1, 2);
	element(4, 0, false, "agent-version", 5, "", 0);
	element(4, 1, false, "ec2-instance-id", 6, "", 0);
	head(5, 2, 2);
	element(5, 0, true, "agent-version", 0, "\"1.105.1\"", 9);
	element(5, 1, true, "cluster-name", 0, "\"prod\"", 6);
	head(6, 2, 1);
	element(6, 0, true, "ec2-instance-id", 0, "\"i-1\"", 5);
	OK(bolt_open(&b, &src, a, &e) && b.root == 3, "the newer meta page");
	OK(bolt_bucket(&b, STR("metadata"), &m, &e), "a bucket");
	OK(bolt_get(&b, &m, STR("cluster-name"), &v, &e) &&
	           str_eq(v, STR("\"prod\"")),
	   "a key in the middle of a leaf");
	OK(bolt_get(&b, &m, STR("ec2-instance-id"), &v, &e) &&
	           str_eq(v, STR("\"i-1\"")),
	   "a key of the second leaf");
	OK(!bolt_get(&b, &m, STR("a"), &v, &e) && e.code == ERR_NOENT,
	   "before the first key");
	OK(!bolt_get(&b, &m, STR("zz"), &v, &e) && e.code == ERR_NOENT,
	   "behind the last");
	OK(!bolt_bucket(&b, STR("tasks"), &m, &e) && e.code == ERR_NOENT,
	   "no such bucket");
	put(4 * PAGE + 16 + 8, 4, 8); /* a branch that leads to itself */
	OK(!bolt_get(&b, &m, STR("agent-version"), &v, &e), "a circle ends");
	db[16 + 48]++; /* the newer meta page is torn */
	OK(bolt_open(&b, &src, a, &e) && b.root == 99, "the older one counts");
	db[PAGE + 16 + 48]++;
	OK(!bolt_open(&b, &src, a, &e) && e.code == ERR_FORM, "neither");
}

int main(void)
{
	struct arena a = unit_arena(768 * 1024);

	show(&a);
	jobs(&a);
	stopper(&a);
	mounts();
	docker(&a);
	bolt(&a);
	free(a.base);
	return unit_end("parsers");
}
