/* The command line: any words, NUL between them. */
#include "../../probe/cli/cli.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[4096], name[] = "probe";
	char *argv[66] = { name };
	bool skip[256];
	struct pass_opts o;
	struct cli c;
	struct err e;
	int argc = 1;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	for (size_t at = 0; at < size && argc < 65; at += strlen(text + at) + 1)
		argv[argc++] = text + at;
	argv[argc] = NULL;
	if (cli_parse(argc, argv, &c, &e))
		(void)!cli_pass_opts(&c, skip, &o, &e);
	return 0;
}
