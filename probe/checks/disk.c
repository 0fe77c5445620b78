#include "probe/check.h"

/* Percent in use as df prints it: of what a non-root writer could ever have. */
static uint64_t used_pct(uint64_t total, uint64_t avail)
{
	return total ? (total - (avail < total ? avail : total)) * 100 / total
	             : 0;
}

/* Small and full is worse than big and full: 5 % of 2 TiB is room enough. */
static bool roomy(uint64_t avail_kib)
{
	return avail_kib >= UINT64_C(20) * 1024 * 1024;
}

static void room(const struct disk_row *r, const struct limits *lim,
                 struct findings *out)
{
	uint64_t pct = used_pct(r->fs.total_kib, r->fs.avail_kib);
	uint64_t ino = used_pct(r->fs.inodes, r->fs.inodes_avail);

	if (pct >= (uint64_t)lim->disk_warn_pct && !roomy(r->fs.avail_kib)) {
		check_raise(out,
		            pct >= (uint64_t)lim->disk_crit_pct ? FIND_DISK_FULL
		                                                : FIND_DISK_LOW,
		            "%s: %llu %% in use, %llu MiB left", r->path,
		            (unsigned long long)pct,
		            (unsigned long long)r->fs.avail_kib / 1024);
		check_name(out, NAME_PATH, str_of(r->path));
		check_namef(out, NAME_HAVE, "%llu MiB",
		            (unsigned long long)r->fs.avail_kib / 1024);
	}
	if (ino >= (uint64_t)lim->disk_crit_pct) {
		check_raise(out, FIND_DISK_INODES,
		            "%s: %llu inodes left (%llu %% in use)", r->path,
		            (unsigned long long)r->fs.inodes_avail,
		            (unsigned long long)ino);
		check_name(out, NAME_PATH, str_of(r->path));
	}
}

/* The same file system seen through two paths is reported once: is i one that
 * was seen from `from` on? */
static bool twin(const struct fact_disk *d, size_t from, size_t i)
{
	for (size_t k = from; k < i; k++)
		if (d->rows[k].there &&
		    d->rows[k].fs.total_kib == d->rows[i].fs.total_kib &&
		    d->rows[k].fs.inodes == d->rows[i].fs.inodes &&
		    d->rows[k].fs.avail_kib == d->rows[i].fs.avail_kib &&
		    d->rows[k].fs.read_only == d->rows[i].fs.read_only)
			return true;
	return false;
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	size_t before = 0;

	for (size_t i = 0; i < f->disk.n; i++) {
		const struct disk_row *r = &f->disk.rows[i];

		if (!r->there)
			continue;
		if (!twin(&f->disk, 0, i)) {
			room(r, lim, out);
			before += used_pct(r->fs.total_kib, r->fs.avail_kib) >=
			                  (uint64_t)lim->disk_warn_pct ||
			          used_pct(r->fs.inodes, r->fs.inodes_avail) >=
			                  (uint64_t)lim->disk_crit_pct;
		}
		/* An image's own root may be read-only by design, the folders
		 * that are written to may not be on it then. */
		if (r->fs.read_only && i > 0 && !twin(&f->disk, 1, i)) {
			check_raise(out, FIND_DISK_READ_ONLY,
			            "%s is mounted read-only", r->path);
			check_name(out, NAME_PATH, str_of(r->path));
			before++;
		}
	}
	if (!before)
		check_raise(out, FIND_DISK_OK, "room on every file system");
}

const struct check check_disk = {
	.id = "disk",
	.title = "room and inodes where Docker and the agent write",
	.why = "A full or read-only disk stops image pulls, the agent's saved "
	       "state and its log, and looks like a dozen other faults.",
	.needs = FACT_BIT(DISK),
	.judge = judge,
};
