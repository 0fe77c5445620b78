/* What gives ecs-init and dockerd their proxies without systemd, and dockerd by
 * its flags. */
#include <stdlib.h>

#include "probe/cfg.h"
#include "unit.h"

/* Without systemd: an upstart job, and what a shell exports. */
static void jobs(struct arena *a)
{
	static const struct {
		const char *text, *job, *shell;
	} rows[] = {
		{ "env HTTP_PROXY=a\n", "a", NULL },
		{ "env\tHTTP_PROXY=\"a b\"\n", "a b", NULL },
		{ "  env HTTP_PROXY=a\nenv HTTP_PROXY=b # c\n", "b", NULL },
		{ "env HTTP_PROXY=\n", "", NULL },
		{ "env HTTP_PROXY\n", NULL, NULL },
		{ "#env HTTP_PROXY=a\n# export HTTP_PROXY=a\n", NULL, NULL },
		{ "environment HTTP_PROXY=a\nenvHTTP_PROXY=a\n", NULL, NULL },
		{ "env MY_HTTP_PROXY=a NO=b HTTP_PROXY=c\n", NULL, NULL },
		{ "env HTTP_PROXY='a\n", NULL, NULL }, /* no end */
		{ "export HTTP_PROXY=a", NULL, "a" },
		{ "export NO_PROXY=b HTTP_PROXY='a b'\n", NULL, "a b" },
		{ "export NO_PROXY=b; export HTTP_PROXY=a;\n", NULL, "a" },
		{ "HTTP_PROXY=a\n", NULL, NULL },
		{ "HTTP_PROXY=a\nexport HTTP_PROXY\n", NULL, "a" },
		{ "HTTP_PROXY=a;\nexport NO_PROXY HTTP_PROXY;\n", NULL, "a" },
		{ "export HTTP_PROXY\nHTTP_PROXY=a\n", NULL, NULL },
		{ "exportHTTP_PROXY=a\n", NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cfg_unit job = { 0 }, shell = { 0 };

		a->used = 0;
		cfg_unit_add_job(a, str_of(rows[i].text), &job);
		cfg_unit_add_shell(a, str_of(rows[i].text), &shell);
		OK(!job.value[CFG_HTTP].p == !rows[i].job &&
		           str_eq(job.value[CFG_HTTP], str_of(rows[i].job)),
		   rows[i].text);
		OK(!shell.value[CFG_HTTP].p == !rows[i].shell &&
		           str_eq(shell.value[CFG_HTTP], str_of(rows[i].shell)),
		   rows[i].text);
	}
}

static void flags(struct arena *a)
{
	static const struct {
		const char *text, *https, *no;
	} rows[] = {
		{ "ExecStart=/usr/bin/dockerd --https-proxy=a\n", "a", NULL },
		{ "ExecStart=dockerd --https-proxy a --no-proxy \"b c\"\n", "a",
		  "b c" },
		{ "ExecStart=dockerd --https-proxy=a --https-proxy=b\n", "b",
		  NULL },
		{ "ExecStart=dockerd --https-proxy=a\nExecStart=\n"
		  "ExecStart=dockerd --no-proxy=b\n",
		  NULL, "b" },
		{ "ExecStart=dockerd --https-proxy\n", NULL, NULL },
		{ "ExecStart=dockerd --https-proxy=\n", "", NULL },
		{ "ExecStart=dockerd -https-proxy=a --https-proxyx=a\n", NULL,
		  NULL },
		{ "ExecStart=dockerd $OPTIONS\n"
		  "Environment=\"OPTIONS=-D --https-proxy=a --no-proxy b\"\n",
		  "a", "b" },
		{ "ExecStart=dockerd --https-proxy ${OPTIONS}\n"
		  "Environment=\"OPTIONS=a b\"\n",
		  "a b", NULL },
		{ "ExecStart=dockerd --https-proxy $HTTPS_PROXY\n"
		  "Environment=HTTPS_PROXY=a\n",
		  "a", NULL },
		{ "ExecStart=dockerd $OPTIONS $NOBODY ${ $\n"
		  "Environment=\"DOCKER_OPTS=--https-proxy=a\"\n",
		  NULL, NULL },
		{ "ExecStart=dockerd \\\n --no-proxy=b \\\n --https-proxy=a\n",
		  "a", "b" },
		{ "ExecStartPre=dockerd --https-proxy=a\n", NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cfg_unit u = { 0 };
		struct str v[3];

		a->used = 0;
		cfg_unit_add(a, str_of(rows[i].text), &u);
		cfg_dockerd_flags(a, &u, v);
		OK(!v[1].p == !rows[i].https &&
		           str_eq(v[1], str_of(rows[i].https)),
		   rows[i].text);
		OK(!v[2].p == !rows[i].no && str_eq(v[2], str_of(rows[i].no)),
		   rows[i].text);
	}
}

int main(void)
{
	struct arena a = unit_arena(64 * 1024);

	jobs(&a);
	flags(&a);
	free(a.base);
	return unit_end("unitenv");
}
