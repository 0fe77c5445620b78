#include "names.h"

#include "probe/logscan.h"
#include "probe/s3ref.h"

struct rule {
	enum name_id id;
	struct str head, stops;
};
#define RULE(id, head, stops)                              \
	{                                                  \
		NAME_##id, STR_INIT(head), STR_INIT(stops) \
	}

/* The first rule that finds something under a name wins; a hit holds
 * FINDING_MAX_NAMES of them, so what verdicts need most comes first. */
static const struct rule rules[] = {
	RULE(ACTION, "authorized to perform: ", " \n\",;"),
	RULE(ROLE, ":assumed-role/", "/ \n\","),
	RULE(RESOURCE, "on resource: ", " \n\"',;"),
	RULE(SAVED, "saved cluster '", "'\n"),
	RULE(CLUSTER, "configured cluster '", "'\n"),
	RULE(CLUSTER, "in cluster '", "'\n"),
	RULE(CLUSTER, ":cluster/", " \n\"',"),
	RULE(CLUSTER, " cluster=\"", "\"\n"),
	RULE(CLUSTER, "\"cluster\":\"", "\"\n"),
	RULE(BUCKET, "for bucket ", " ,\n\""),
	RULE(BUCKET, "from bucket ", " ,\n\""),
	RULE(BUCKET, ":s3:::", "/ ,\n\"'"),
	RULE(KEY, "file with key ", " \n\""),
	RULE(KEY, "arn:aws:kms:", " \n\""),
	RULE(SECRET, ":parameter/", " \n\"',"),
	RULE(SECRET, "invalid parameters: ", " \n\"',"),
	RULE(SECRET, "invalid ssm parameters: ", " \n\"',"),
	RULE(SECRET, ":secret:", " \n\"',"),
	RULE(SECRET, "contain json key ", " \n\"',"),
	RULE(GROUP, ":log-group:", ": \n\"',"),
	RULE(WANT, ", reserved: ", " ,\n\""),
	RULE(HAVE, "total memory: ", " ,\n\""),
	RULE(PORT, "Bind for 0.0.0.0:", " :\n"),
	RULE(PORT, "Bind for :::", " :\n"),
	RULE(PORT, "listen tcp4 0.0.0.0:", " :\n"),
	RULE(PORT, "listen tcp 0.0.0.0:", " :\n"),
	RULE(PORT, "listen tcp 127.0.0.1:", " :\n"),
	RULE(PORT, "listen tcp :", " :\n"),
	RULE(PORT, "--dport ", " \n"),
	RULE(IMAGE, "failed to pull image ", " ,\n\""),
	RULE(IMAGE, "pulling image ", " ,\n\""),
	RULE(IMAGE, " image=\"", "\"\n"),
	RULE(IMAGE, "\"image\":\"", "\"\n"),
	RULE(IMAGE, "pull access denied for ", " ,\n\""),
	RULE(IMAGE, "manifest for ", " ,\n\""),
	RULE(IMAGE, "resolve ref ", " ,\n\""),
	RULE(IMAGE, "and image ", " ,\n\""),
	RULE(HOST, "lookup ", " :\n\""),
	RULE(HOST, "://", "/ :\n\"?"),
	RULE(HOST, "unable to dial ", " \n\""),
	RULE(ADDRESS, "dial tcp ", " \n\""),
	RULE(PATH, "write ", " :\n\""),
	RULE(PATH, "mkdir ", " :\n\""),
	RULE(PATH, "open ", " :\n\""),
	RULE(PATH, "file info for '", "'\n"),
	RULE(INSTANCE, "container-instance/", " \n\"',:"),
	RULE(INSTANCE, "(container-instance ", ")\n"),
	RULE(INSTANCE, "container-instance ", " \n"),
	RULE(INSTANCE, "ontainer instance ", " \n"),
	RULE(EXIT_CODE, "exited with code ", " \n\",;"),
	RULE(EXIT_CODE, "terminal exit code: ", " \n\",;"),
	RULE(ROLE, "cannot assume the role ", " \n\","),
	RULE(VALUE, "registering attributes: ", "\n\""),
	RULE(VALUE, "Invalid format for ", " \n."),
	RULE(VALUE, "Environment Variable ", " \n"),
	RULE(VALUE, "log driver named '", "'\n"),
	RULE(REGION, "Parameter Store in ", ": \n\""),
	RULE(REGION, "in region ", ": \n\""),
	RULE(VERSION, "ersion: ", " ,\n\""),
	RULE(VERSION, " version=\"", "\"\n"),
	RULE(CONTAINER, " container=\"", "\"\n"),
	RULE(CONTAINER, "\"container\":\"", "\"\n"),
	RULE(TASK, " task=\"", "\"\n"),
	RULE(TASK, "\"task\":\"", "\"\n"),
	RULE(PRINCIPAL, "User: ", " \n\","),
};

/* Who refused, by the tail of an access-denied message. */
static const struct {
	struct str words, wall;
} walls[] = {
	{ STR_INIT("no identity-based policy allows"),
	  STR_INIT("no identity-based policy allows it") },
	{ STR_INIT("explicit deny in a service control policy"),
	  STR_INIT("a service control policy denies it") },
	{ STR_INIT("explicit deny in a permissions boundary"),
	  STR_INIT("the permissions boundary denies it") },
	{ STR_INIT("explicit deny in a VPC endpoint policy"),
	  STR_INIT("the VPC endpoint's policy denies it") },
	{ STR_INIT("explicit deny in a resource-based policy"),
	  STR_INIT("the resource's own policy denies it") },
	{ STR_INIT("explicit deny in a session policy"),
	  STR_INIT("the session policy denies it") },
	{ STR_INIT("explicit deny"), STR_INIT("a policy denies it") },
	{ STR_INIT("no permissions boundary allows"),
	  STR_INIT("the permissions boundary does not allow it") },
	{ STR_INIT("no service control policy allows"),
	  STR_INIT("no service control policy allows it") },
	{ STR_INIT("no VPC endpoint policy allows"),
	  STR_INIT("the VPC endpoint's policy does not allow it") },
	{ STR_INIT("no resource-based policy allows"),
	  STR_INIT("the resource's own policy does not allow it") },
	{ STR_INIT("no session policy allows"),
	  STR_INIT("the session policy does not allow it") },
};

struct str log_after(struct str text, struct str head, struct str stops)
{
	size_t at = str_find(text, head), n = 0;

	if (at == SIZE_MAX)
		return (struct str){ NULL, 0 };
	text = str_skip(text, at + head.n);
	while (n < text.n && !memchr(stops.p, text.p[n], stops.n))
		n++;
	return str_head(text, n);
}

static void put(struct log_hit *hit, enum name_id id, struct str v)
{
	struct log_name *to = NULL;

	for (size_t i = 0; i < hit->n_names; i++)
		if (hit->names[i].id == id)
			to = &hit->names[i];
	if (!to && hit->n_names == FINDING_MAX_NAMES)
		return;
	if (!to)
		to = &hit->names[hit->n_names++];
	to->id = id;
	v = str_head(v, sizeof(to->text));
	to->n = (uint16_t)v.n;
	memcpy(to->text, v.p, v.n);
}

static bool has_digit(struct str v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] >= '0' && v.p[i] <= '9')
			return true;
	return false;
}

/* Is v what rule r looks for, and not another word in its place? */
static bool sane(const struct rule *r, struct str v)
{
	if (v.n == 0)
		return false;
	if (r->id == NAME_PATH)
		return v.p[0] == '/';
	if (r->id == NAME_ADDRESS || r->id == NAME_PORT || r->id == NAME_WANT ||
	    r->id == NAME_HAVE || r->id == NAME_EXIT_CODE)
		return (v.p[0] >= '0' && v.p[0] <= '9') || v.p[0] == '[';
	if (r->id == NAME_INSTANCE)
		return has_digit(v);
	return true;
}

void log_names(struct str text, struct log_hit *hit)
{
	uint64_t got = 0;

	_Static_assert(NAME_COUNT <= 64, "names are bits here");
	for (size_t i = 0; i < sizeof(walls) / sizeof(*walls); i++)
		if (!(got >> NAME_WALL & 1) && str_has(text, walls[i].words)) {
			put(hit, NAME_WALL, walls[i].wall);
			got |= UINT64_C(1) << NAME_WALL;
		}
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		const struct rule *r = &rules[i];
		struct str v;

		if (got >> r->id & 1)
			continue;
		v = log_after(text, r->head, r->stops);
		while (v.n && (v.p[v.n - 1] == ':' || v.p[v.n - 1] == '.'))
			v.n--;
		if (!sane(r, v))
			continue;
		put(hit, r->id, v);
		got |= UINT64_C(1) << r->id;
	}
}

/* A key may hold blanks, so both words around it must be there; one with an
 * escape in it is not told apart from the log's own quoting. */
bool log_object(struct str text, struct str *bucket, struct str *key)
{
	struct str tail =
		log_after(text, STR("env file with key "), STR("\n\"\\"));
	size_t at = str_find(tail, STR(" from bucket "));
	struct s3_ref ref;

	if (at != SIZE_MAX) {
		*key = str_head(tail, at);
		tail = str_skip(tail, at + 13);
		*bucket = str_cut(&tail, ',');
	} else if (s3ref_next(&text, &ref) && ref.key.n) {
		*bucket = ref.bucket;
		*key = ref.key;
	} else {
		return false;
	}
	return bucket->n && bucket->n < 64 && key->n && key->n < LOG_OBJECT_KEY;
}

struct str log_image(struct str text)
{
	static const struct {
		struct str head, stops;
	} ways[] = {
		{ STR_INIT(" image=\""), STR_INIT("\"\n") },
		{ STR_INIT("\"image\":\""), STR_INIT("\"\n") },
		{ STR_INIT("inished pulling image "), STR_INIT(" \n\"") },
		{ STR_INIT("inished pulling container "), STR_INIT(" \n\"") },
	};
	struct str v = { NULL, 0 };

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways) && !v.n; i++)
		v = log_after(text, ways[i].head, ways[i].stops);
	return v;
}
