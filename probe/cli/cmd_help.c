#include "cli.h"

int cmd_help(struct cli *c)
{
	static unsigned char mem[64 * 1024];
	struct arena a = { mem, 0, sizeof(mem) };
	struct buf out = buf_init(&a, 32 * 1024);
	enum cmd_id topic = c->topic;

	for (size_t i = 1; c->n_args && i < CMD_COUNT; i++)
		if (strcmp(c->args[0], cmd_info[i].name) == 0)
			topic = (enum cmd_id)i;
	if (c->n_args && !topic) {
		struct err e;

		(void)err_set(&e, ERR_ARG, 0, "no command %.64s", c->args[0]);
		return cli_usage(&e);
	}
	cli_help(topic, &out);
	return cli_write(buf_str(&out)) ? 0 : sev_exit[SEV_UNKNOWN];
}
