#include "cli.h"

int cmd_version(struct cli *c)
{
	(void)c;
	return cli_write(STR("probe " PROBE_VERSION "\n"))
	               ? 0
	               : sev_exit[SEV_UNKNOWN];
}
