#include "probe/collect.h"

static bool number(struct collect *c, const char *path, uint64_t *out)
{
	struct str text;
	struct err ignored;

	return c->h->ops->read(c->h, c->a, path, 256, &text, &ignored) &&
	       str_u64(str_trim(text), out);
}

/* "full avg10=0.00 avg60=1.27 ...": 12, or -1. */
static int32_t pressure(struct collect *c, const char *path)
{
	struct str text, full, whole;
	struct err ignored;
	uint64_t a, b;

	if (!c->h->ops->read(c->h, c->a, path, 1024, &text, &ignored))
		return -1;
	full = str_skip(text, str_find(text, STR("full ")));
	full = str_between(full, STR("avg60="), STR(" "));
	whole = str_cut(&full, '.');
	if (!str_u64(whole, &a) || !str_u64(str_head(full, 1), &b) || a > 100)
		return -1;
	return (int32_t)(a * 10 + b);
}

/* "0.20 0.18 0.12 1/80 11206": 80. */
static bool threads(struct collect *c, uint64_t *out, struct err *e)
{
	struct str text;

	if (!c->h->ops->read(c->h, c->a, "/proc/loadavg", 256, &text, e))
		return false;
	for (int i = 0; i < 3; i++)
		(void)str_cut(&text, ' ');
	(void)str_cut(&text, '/');
	return str_u64(str_cut(&text, ' '), out) ||
	       err_set(e, ERR_FORM, 0, "/proc/loadavg: unknown form");
}

/* "1312\t0\t9223372036854775807" */
static bool files(struct collect *c, struct fact_kernel *out, struct err *e)
{
	struct str text, open;

	if (!c->h->ops->read(c->h, c->a, "/proc/sys/fs/file-nr", 256, &text, e))
		return false;
	text = str_trim(text);
	open = str_cut(&text, '\t');
	(void)str_cut(&text, '\t'); /* free ones: always 0 */
	if (!str_u64(open, &out->files_open) ||
	    !str_u64(text, &out->files_max) || out->files_max == 0)
		return err_set(e, ERR_FORM, 0,
		               "/proc/sys/fs/file-nr: unknown form");
	return true;
}

bool collect_kernel(struct collect *c, struct fact_kernel *out, struct err *e)
{
	static const char base[] = "/proc/sys/net/netfilter/nf_conntrack_";
	uint64_t pid_max;

	if (!files(c, out, e) || !threads(c, &out->threads, e))
		return err_wrap(e, "kernel counters");
	if (!number(c, "/proc/sys/kernel/threads-max", &out->threads_max) ||
	    !number(c, "/proc/sys/kernel/pid_max", &pid_max) || !pid_max ||
	    !out->threads_max)
		return err_set(e, ERR_FORM, 0,
		               "/proc/sys/kernel: no limit of processes");
	if (pid_max < out->threads_max)
		out->threads_max = pid_max;
	out->conntrack = number(c, arena_str(c->a, "%scount", base).p,
	                        &out->conntrack_count) &&
	                 number(c, arena_str(c->a, "%smax", base).p,
	                        &out->conntrack_max) &&
	                 out->conntrack_max > 0;
	out->mem_full_60 = pressure(c, "/proc/pressure/memory");
	out->io_full_60 = pressure(c, "/proc/pressure/io");
	return true;
}
