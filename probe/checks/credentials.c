#include "probe/check.h"
#include "probe/when.h"

static void name_role(struct findings *out, const struct fact_imds *m)
{
	check_name(out, NAME_ROLE, m->iam.role);
	check_name(out, NAME_INSTANCE, m->instance_id);
	check_name(out, NAME_ACCOUNT, m->account);
}

/* No role's name is listed: none was attached, or it went away. */
static void judge_missing(const struct fact_imds *m, struct findings *out)
{
	const struct imds_iam *iam = &m->iam;

	if (iam->info.status == 200 && iam->info_message.n)
		check_raise(out, FIND_INSTANCE_PROFILE_EMPTY,
		            "iam/info says: " STR_FMT,
		            STR_ARG(iam->info_message));
	else if (iam->list_status == 404)
		check_raise(out, FIND_IMDS_NO_ROLE,
		            "iam/security-credentials/ answers 404");
	else
		check_raise(out, FIND_CREDENTIALS_UNSEEN,
		            "iam/security-credentials/ answers %d",
		            iam->list_status);
	name_role(out, m);
	check_name(out, NAME_ARN, iam->profile_arn);
}

static void judge_document(const struct imds_iam *iam, struct findings *out)
{
	if (iam->garbled)
		check_raise(out, FIND_CREDENTIALS_FAILED,
		            "the document of role " STR_FMT " cannot be read",
		            STR_ARG(iam->role));
	else if (iam->keys.status != 200 && iam->keys.status != 0)
		check_raise(out, FIND_CREDENTIALS_FAILED,
		            "the document of role " STR_FMT " answers %d",
		            STR_ARG(iam->role), iam->keys.status);
	else if (iam->keys.status == 0)
		check_raise(out, FIND_CREDENTIALS_UNSEEN,
		            "the document of role " STR_FMT ": %s",
		            STR_ARG(iam->role), err_text(iam->keys.code));
	else if (str_eq_low(iam->code, STR("assumeroleunauthorizedaccess")))
		check_raise(out, FIND_ROLE_NOT_ASSUMABLE, STR_FMT ": " STR_FMT,
		            STR_ARG(iam->code), STR_ARG(iam->message));
	else
		check_raise(out, FIND_CREDENTIALS_FAILED,
		            "role " STR_FMT ": code " STR_FMT " " STR_FMT,
		            STR_ARG(iam->role), STR_ARG(iam->code),
		            STR_ARG(iam->message));
}

static void judge_age(const struct facts *f, const struct limits *lim,
                      struct findings *out)
{
	int64_t left_ms = f->imds.iam.expires_ms - f->now_ms;
	long long min = (long long)((left_ms < 0 ? -left_ms : left_ms) / 60000);

	if (left_ms <= 0)
		check_raise(out, FIND_CREDENTIALS_EXPIRED,
		            "the keys of role " STR_FMT " expired %lld min ago",
		            STR_ARG(f->imds.iam.role), min);
	else if (left_ms < lim->cred_warn_s * 1000)
		check_raise(out, FIND_CREDENTIALS_LATE,
		            "the keys of role " STR_FMT
		            " expire in %lld s and are not renewed",
		            STR_ARG(f->imds.iam.role),
		            (long long)(left_ms / 1000));
	else
		check_raise(out, FIND_CREDENTIALS_OK,
		            "role " STR_FMT ", %lld min left",
		            STR_ARG(f->imds.iam.role), min);
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_imds *m = &f->imds;

	if (!m->documents) {
		check_raise(out, FIND_CREDENTIALS_UNSEEN,
		            "the metadata service gave no documents");
		return;
	}
	if (str_eq_low(m->iam.info_code, STR("instanceprofilenotfound"))) {
		/* Keys may be served until they expire; no new ones come. */
		check_raise(out, FIND_INSTANCE_PROFILE_GONE,
		            "iam/info says " STR_FMT ": " STR_FMT,
		            STR_ARG(m->iam.info_code),
		            STR_ARG(m->iam.info_message));
		name_role(out, m);
		return;
	}
	if (!m->iam.role.n) {
		judge_missing(m, out);
		return;
	}
	if (m->iam.complete)
		judge_age(f, lim, out);
	else
		judge_document(&m->iam, out);
	name_role(out, m);
}

const struct check check_credentials = {
	.id = "credentials",
	.title = "the instance role gives usable credentials",
	.why = "Every call of the agent is signed with keys that the metadata "
	       "service hands out for the instance's role. No role, a role "
	       "that EC2 may not assume, or keys that are not renewed stop "
	       "registration, the control channel and image pulls.",
	.needs = FACT_BIT(IMDS),
	.core = true,
	.judge = judge,
};
