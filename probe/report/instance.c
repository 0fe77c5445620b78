#include "instance.h"

#include "probe/text.h"

enum { FIELD_MAX = 160 };

static struct str clean(struct arena *a, struct str s)
{
	return s.n ? text_clean(a, s, FIELD_MAX) : s;
}

static void from_imds(struct instance *i, const struct facts *f)
{
	const struct fact_imds *m = &f->imds;

	if (m->seen.state != SEEN_OK)
		return;
	i->id = m->instance_id;
	i->type = m->type;
	i->arch = m->arch;
	i->region = m->region;
	i->az = m->az;
	i->account = m->account;
	i->partition = m->partition;
	i->image = m->image_id;
	i->vpc = m->vpc;
	i->subnet = m->subnet;
	i->private_ip = m->private_ip;
	i->public_ip = m->public_ip;
	i->role = m->iam.role;
}

struct instance instance_of(const struct pass *p, struct arena *a)
{
	struct instance i = { 0 };

	if (!p->facts)
		return i;
	from_imds(&i, p->facts);
#define FIELD(name) i.name = clean(a, i.name);
#include "instance.def"
#undef FIELD
	return i;
}
