/* Questions to one server each: several runs in one wait. */
#include "dns.h"
#include "io.h"

#define FDS_EACH 3 /* UDP, and each type by TCP when it is cut */

static int wait_ms(const struct dns_run *run, size_t n, int64_t now)
{
	int least = 1000;

	for (size_t i = 0; i < n; i++) {
		int some =
			dns_done(&run[i]) ? least : dns_wait_ms(&run[i], now);

		least = some < least ? some : least;
	}
	return least;
}

static bool all_done(const struct dns_run *run, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!dns_done(&run[i]))
			return false;
	return true;
}

void live_ask(struct host *h, struct arena *a, const struct dns_ask *q,
              size_t n, unsigned timeout_ms, struct dns_result *out)
{
	struct dns_run *run = ARENA_ARRAY(a, struct dns_run, DNS_MAX_ASKS);
	struct pollfd fds[DNS_MAX_ASKS * FDS_EACH];
	struct dns_ip ip;
	size_t k = 0;

	(void)h;
	for (size_t i = 0; i < n; i++) {
		out[i] = (struct dns_result){ .name = str_of(q[i].name) };
		if (k < DNS_MAX_ASKS && dns_ip_parse(str_of(q[i].server), &ip))
			dns_begin_at(&run[k++], a, &ip, q[i].name, timeout_ms,
			             &out[i]);
		else
			(void)err_set(&out[i].err, ERR_ARG, 0,
			              "%s: cannot be asked", q[i].server);
	}
	while (!all_done(run, k)) {
		int wait = wait_ms(run, k, live_mono_ms(NULL));
		size_t m = 0;

		for (size_t i = 0; i < k; i++)
			m += dns_fds(&run[i], fds + m,
			             sizeof(fds) / sizeof(*fds) - m);
		(void)poll(fds, (nfds_t)m, wait);
		for (size_t i = 0; i < k; i++)
			dns_step(&run[i], live_mono_ms(NULL));
	}
	for (size_t i = 0; i < k; i++)
		dns_end(&run[i]);
}
