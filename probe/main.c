#include "cli/cli.h"

int main(int argc, char **argv)
{
	struct cli c = { 0 };
	struct err e = { 0 };

	if (!cli_parse(argc, argv, &c, &e))
		return cli_usage(&e);
	return cmd_info[c.cmd].run(&c);
}
