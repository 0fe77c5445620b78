#define _GNU_SOURCE /* adjtimex */
#include <errno.h>
#include <stdlib.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "io.h"

bool live_clock(struct host *h, struct clock_info *out, struct err *e)
{
	struct timex t = { .modes = 0 }; /* 0: only look */

	(void)h;
	if (adjtimex(&t) < 0)
		return err_set(e, err_code_of_os(errno), errno, "adjtimex: %s",
		               err_text(err_code_of_os(errno)));
	*out = (struct clock_info){
		.synced = (t.status & STA_UNSYNC) == 0,
		.max_error_us = t.maxerror,
		/* The kernel's unit is 2^-16 parts in a million. */
		.freq_ppb = (int64_t)t.freq * 1000 / 65536,
		.tolerance_ppb = (int64_t)t.tolerance * 1000 / 65536,
	};
	return true;
}

void live_self(struct host *h, struct self_info *out)
{
	char buf[4096];

	(void)h;
	*out = (struct self_info){ .euid = geteuid() };
	if (file_small("/proc/self/status", buf, sizeof(buf)))
		(void)str_hex_u64(
			str_between(str_of(buf), STR("\nCapEff:\t"), STR("\n")),
			&out->caps);
}

static int64_t ms_of(clockid_t id)
{
	struct timespec t;

	(void)clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t live_now_ms(struct host *h)
{
	(void)h;
	return ms_of(CLOCK_REALTIME);
}

int64_t live_mono_ms(struct host *h)
{
	(void)h;
	return ms_of(CLOCK_MONOTONIC);
}
