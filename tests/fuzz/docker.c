/* What the Docker engine answers. */
#include <stdint.h>
#include <stdlib.h>

#include "../../probe/collect/docker_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[768 << 10];
	struct arena a = { mem, 0, sizeof(mem) };
	struct str text = { (const char *)data, size };
	struct config_entry entry = { .key = STR("ECS_CLUSTER"),
		                      .known = true };
	struct fact_config config = { .entry = &entry, .n_entries = 1 };
	struct fact_docker d = { 0 };
	struct err e;
	int64_t pid;

	(void)docker_read_version(&a, text, &d, &e);
	a.used = 0;
	d = (struct fact_docker){ 0 };
	if (docker_read_list(&a, text, &d, &e) &&
	    (d.n_ports > DOCKER_MAX_PORTS || d.n_tasks > DOCKER_MAX_TASKS ||
	     d.n_images > DOCKER_MAX_IMAGES || d.n_tasks > d.tasks_running ||
	     d.tasks_running > d.tasks_all || d.tasks_all > d.containers))
		abort();
	a.used = 0;
	if (docker_read_pid(&a, text, &pid, &e) && (pid < 0 || a.used != 0))
		abort();
	a.used = 0;
	(void)docker_read_agent(&a, text, &config, &d.agent, &e);
	return 0;
}
