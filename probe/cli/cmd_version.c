#include "cli.h"

#include <deps_versions.h>

#define LIBRARY(name, id) \
	"  " name " " DEPS_##id##_VERSION " (" DEPS_##id##_REVISION ")\n"

int cmd_version(struct cli *c)
{
	static const struct str text = STR_INIT(
		"probe " PROBE_VERSION " " DEPS_TARGET
		"\n" LIBRARY("curl", CURL) LIBRARY("OpenSSL", OPENSSL) LIBRARY(
			"libuv", LIBUV) LIBRARY("libarchive", LIBARCHIVE)
			LIBRARY("zlib", ZLIB)
				LIBRARY("jsmn", JSMN) "  " DEPS_LIBC "\n");

	(void)c;
	return cli_write(text) ? 0 : sev_exit[SEV_UNKNOWN];
}
