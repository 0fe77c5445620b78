/* What stands in /proc/PID/stat, /proc/uptime, a line of /proc/self/mountinfo,
 * and in a recording about a process's connections. */
#include <stdint.h>
#include <stdlib.h>

#include "../../probe/collect/control.h"
#include "../../probe/io/rec.h"
#include "probe/mountinfo.h"
#include "probe/procstat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[4 << 20];
	struct arena a = { mem, 0, sizeof(mem) };
	struct str text = { (const char *)data, size }, first, again;
	struct conn_row *row;
	struct procstat s;
	struct mountinfo m;
	int64_t ms;
	size_t n;

	if (size > 65536)
		return 0;
	if (procstat_parse(text, &s) && s.comm.n > size)
		abort();
	if (uptime_parse(text, &ms) && ms < 0)
		abort();
	if (mountinfo_parse(text, &m) &&
	    (m.point.n > size || !mountinfo_holds(m.point, m.point)))
		abort();
	if (!rec_get_conns(text, &a, &row, &n) || n > CONNS_MAX)
		abort();
	for (size_t i = 0; i < n; i++) {
		/* Longer addresses do not fit the cap of a row. */
		row[i].local = str_head(row[i].local, 45);
		row[i].remote = str_head(row[i].remote, 45);
		(void)control_may_lead(&row[i]);
	}
	first = rec_put_conns(&a, row, n);
	if (!rec_get_conns(first, &a, &row, &n))
		abort();
	again = rec_put_conns(&a, row, n);
	if (!str_eq(first, again))
		abort();
	return 0;
}
