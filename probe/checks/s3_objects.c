#include "probe/check.h"

static enum finding_id id_of(const struct object_row *r)
{
	switch (r->answer) {
	case OBJECT_DENIED:
		return str_has(r->denial.wall, STR("VPC endpoint"))
		               ? FIND_S3_OBJECT_DENIED_ENDPOINT
		               : FIND_S3_OBJECT_DENIED;
	case OBJECT_KMS:
		return FIND_S3_OBJECT_KMS;
	case OBJECT_NO_KEY:
		return FIND_S3_OBJECT_MISSING;
	case OBJECT_REJECTED:
		return FIND_S3_OBJECT_REJECTED;
	default:
		return FIND_NONE; /* the endpoints' checks speak of it */
	}
}

static struct str role_of(const struct facts *f)
{
	if (f->imds.seen.state == SEEN_OK && f->imds.iam.role.n)
		return f->imds.iam.role;
	return STR("of this instance");
}

/* Who refused, as far as S3 tells: it says so within the own account only. */
static void say_denied(const struct facts *f, const struct object_row *r,
                       enum finding_id id, struct findings *out)
{
	const struct aws_denial *d = &r->denial;
	bool told = d->wall.n != 0;

	check_raise(out, id,
	            "s3://" STR_FMT "/" STR_FMT " (%s): S3 answers %d to the "
	            "role " STR_FMT ": %s" STR_FMT "%s" STR_FMT "%s",
	            STR_ARG(r->bucket), STR_ARG(r->key), r->from, r->status,
	            STR_ARG(role_of(f)), told && !d->explicit_deny ? "no " : "",
	            STR_ARG(told ? d->wall : r->error_code),
	            !told              ? ""
	            : d->explicit_deny ? " explicitly denies "
	                               : " allows ",
	            STR_ARG(told ? d->action : STR("")),
	            id == FIND_S3_OBJECT_DENIED
	                    ? "; the way is free, and a task's own role may "
	                      "be allowed"
	                    : "");
}

static void say(const struct facts *f, const struct object_row *r,
                enum finding_id id, struct findings *out)
{
	switch (r->answer) {
	case OBJECT_NO_KEY:
		check_raise(out, id,
		            "s3://" STR_FMT "/" STR_FMT " (%s): the bucket is "
		            "there, the key is not",
		            STR_ARG(r->bucket), STR_ARG(r->key), r->from);
		break;
	case OBJECT_REJECTED:
		check_raise(out, id,
		            "s3://" STR_FMT "/" STR_FMT " (%s): " STR_FMT
		            ": " STR_FMT,
		            STR_ARG(r->bucket), STR_ARG(r->key), r->from,
		            STR_ARG(r->error_code), STR_ARG(r->error_message));
		break;
	default:
		say_denied(f, r, id, out);
		break;
	}
	check_name(out, NAME_BUCKET, r->bucket);
	check_name(out, NAME_KEY, r->key);
	check_name(out, NAME_REGION, r->region);
	check_name(out, NAME_WALL, r->denial.wall);
	if (r->answer == OBJECT_KMS)
		check_name(out, NAME_RESOURCE, r->denial.resource);
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_objects *o = &f->objects;
	size_t read = 0;

	(void)lim;
	for (size_t i = 0; i < o->n; i++) {
		const struct object_row *r = &o->row[i];
		enum finding_id id = id_of(r);

		read += r->answer == OBJECT_READ;
		if (id != FIND_NONE)
			say(f, r, id, out);
	}
	if (o->n && read == o->n)
		check_raise(out, FIND_S3_OBJECTS_READ, "%zu", read);
	if (o->n && read == o->n) {
		check_name(out, NAME_BUCKET, o->row[0].bucket);
		check_name(out, NAME_KEY, o->row[0].key);
	}
}

const struct check check_s3_objects = {
	.id = "s3_objects",
	.title =
		"objects of S3 in use are there, and nothing but a role stands "
		"before them",
	.why = "For each object that the agent's log or probe.conf names, the "
	       "first byte is asked for with the instance's own role, in the "
	       "bucket's own region. That tells a missing key, a KMS key and "
	       "a VPC endpoint's policy apart. Tasks read their environment "
	       "files with their execution role: a refusal of this "
	       "instance's role proves that S3 can be reached, no more.",
	.needs = FACT_BIT(OBJECTS),
	.also = FACT_BIT(IMDS),
	.judge = judge,
};
