#include "probe/check.h"
#include "probe/when.h"

/* "sha256:" and twelve digits: what Docker and the consoles show. */
static struct str brief(struct str digest)
{
	return str_head(digest, 7 + 12);
}

static long long days(int64_t ms)
{
	return (long long)(ms < 0 ? 0 : ms / (24 * 3600 * INT64_C(1000)));
}

static void name_row(const struct image_row *r, struct findings *out)
{
	check_namef(out, NAME_IMAGE, STR_FMT ":" STR_FMT,
	            STR_ARG(r->repository), STR_ARG(r->tag));
	check_name(out, NAME_TASK, r->family);
	check_name(out, NAME_HAVE, r->running);
	check_name(out, NAME_WANT, r->now);
	check_name(out, NAME_HOST, r->registry);
}

static void stale(int64_t now_ms, const struct image_row *r,
                  struct findings *out)
{
	bool built = r->built_ms != WHEN_NONE;
	int64_t since = built ? r->built_ms : r->started_s * 1000;

	check_raise(out, FIND_IMAGE_STALE,
	            STR_FMT ":" STR_FMT " (" STR_FMT ", %u running): " STR_FMT
	                    ", %s %lld days ago; the tag is " STR_FMT " now",
	            STR_ARG(r->repository), STR_ARG(r->tag), STR_ARG(r->family),
	            r->containers, STR_ARG(brief(r->running)),
	            built ? "built" : "started", days(now_ms - since),
	            STR_ARG(brief(r->now)));
	name_row(r, out);
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_images *m = &f->images;
	bool said = false;

	(void)lim;
	for (size_t i = 0; i < m->n; i++) {
		const struct image_row *r = &m->row[i];

		if (r->answer == IMAGE_TOLD && r->running.n && !r->same) {
			stale(f->now_ms, r, out);
		} else if (r->answer == IMAGE_TAG_GONE) {
			check_raise(out, FIND_IMAGE_TAG_GONE,
			            STR_FMT ":" STR_FMT " (" STR_FMT
			                    ", %u running): %s",
			            STR_ARG(r->repository), STR_ARG(r->tag),
			            STR_ARG(r->family), r->containers,
			            r->error_code.n ? "no such repository"
			                            : "no such tag");
			name_row(r, out);
		} else if (r->answer == IMAGE_DENIED && !said &&
		           str_has(r->denial.wall, STR("VPC endpoint"))) {
			check_raise(out, FIND_ECR_DENIED_ENDPOINT,
			            STR_FMT " on " STR_FMT,
			            STR_ARG(r->denial.action),
			            STR_ARG(r->repository));
			name_row(r, out);
			check_name(out, NAME_ACTION, r->denial.action);
			said = true;
		}
	}
}

const struct check check_images = {
	.id = "images",
	.title = "tasks run the images that their tags name in ECR",
	.why = "A tag that was pushed again does not reach tasks that run. For "
	       "each image of this region's private registries its digest "
	       "here is compared with the tag's in ECR; a rebuilt list of "
	       "platforms with the same content counts as the same. For "
	       "information only: it is no fault of the instance. Nothing is "
	       "said where the role may not ask.",
	.needs = FACT_BIT(IMAGES),
	.judge = judge,
};
