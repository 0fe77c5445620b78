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

static struct str first(struct str a, struct str b)
{
	return a.n ? a : b;
}

/* The running agent knows best, then what it saved, then what it will read. */
static void from_agent(struct instance *i, const struct facts *f)
{
	if (f->agent.seen.state == SEEN_OK) {
		i->cluster = f->agent.cluster;
		i->agent_version = f->agent.version;
		i->container_instance = f->agent.arn;
	}
	if (f->state.seen.state == SEEN_OK) {
		i->cluster = first(i->cluster, f->state.cluster);
		i->container_instance =
			first(i->container_instance, f->state.arn);
		i->agent_version =
			first(i->agent_version, f->state.agent_version);
	}
	if (f->config.seen.state == SEEN_OK)
		i->cluster = first(i->cluster, f->config.cluster);
}

static void from_host(struct instance *i, const struct facts *f)
{
	if (f->docker.seen.state == SEEN_OK)
		i->docker_version = f->docker.version;
	if (f->ident.seen.state != SEEN_OK)
		return;
	i->os = f->ident.os_name;
	i->kernel = f->ident.kernel;
	i->ecs_init = f->ident.ecs_init;
}

struct instance instance_of(const struct pass *p, struct arena *a)
{
	struct instance i = { 0 };

	if (!p->facts)
		return i;
	from_imds(&i, p->facts);
	from_agent(&i, p->facts);
	from_host(&i, p->facts);
#define FIELD(name) i.name = clean(a, i.name);
#include "instance.def"
#undef FIELD
	return i;
}
