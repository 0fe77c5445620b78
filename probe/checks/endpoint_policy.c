#include "vpce.h"

static bool by_endpoint(const struct aws_denial *d)
{
	return str_has(d->wall, STR("VPC endpoint"));
}

static bool ecs_denied(const struct facts *f)
{
	const struct endpoint_row *r = reach_row(&f->endpoints, SVC_ECS);

	return f->endpoints.seen.state == SEEN_OK && r &&
	       r->outcome == EP_DENIED && by_endpoint(&r->denial);
}

static bool image_denied(const struct facts *f)
{
	if (f->images.seen.state != SEEN_OK)
		return false;
	for (size_t i = 0; i < f->images.n; i++)
		if (by_endpoint(&f->images.row[i].denial))
			return true;
	return false;
}

static bool object_denied(const struct facts *f)
{
	if (f->objects.seen.state != SEEN_OK)
		return false;
	for (size_t i = 0; i < f->objects.n; i++)
		if (by_endpoint(&f->objects.row[i].denial))
			return true;
	return false;
}

static void say(const struct vpce_row *r, enum finding_id id, const char *why,
                struct findings *out)
{
	check_raise(out, id, STR_FMT " (" STR_FMT "): %s", STR_ARG(r->id),
	            STR_ARG(r->name), why);
	check_name(out, NAME_ENDPOINT, r->id);
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	bool ecs = ecs_denied(f), image = image_denied(f);
	bool object = object_denied(f);

	(void)lim;
	for (size_t i = 0; i < f->vpce.n; i++) {
		const struct vpce_row *r = &f->vpce.row[i];

		if (!r->narrow)
			continue;
		if (r->service == SVC_ECS && ecs)
			say(r, FIND_VPCE_POLICY_ECS, "ECS says it refuses",
			    out);
		else if (r->service == SVC_ECR && image)
			say(r, FIND_VPCE_POLICY_ECR, "ECR says it refuses",
			    out);
		else if (r->service == SVC_S3 && object)
			say(r, FIND_VPCE_POLICY_S3, "S3 says it refuses", out);
		else if (r->service == SVC_S3 && !r->layers)
			say(r, FIND_VPCE_POLICY_S3,
			    "it seems not to let ECR's layer bucket by", out);
	}
}

const struct check check_endpoint_policy = {
	.id = "endpoint_policy",
	.title = "the policies of VPC endpoints let through what ECS needs",
	.why = "An endpoint has a policy of its own, which a role's policies "
	       "cannot widen. Where a service says that it is what refuses, "
	       "the endpoint is named. S3's must let ECR's layer bucket "
	       "through. Only where the role may read them.",
	.needs = FACT_BIT(VPCE),
	.also = FACT_BIT(ENDPOINTS) | FACT_BIT(IMAGES) | FACT_BIT(OBJECTS),
	.judge = judge,
};
