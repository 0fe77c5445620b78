/*
 * Which image each task runs, by digest, and which its tag names in ECR now.
 * Docker tells the digest that was pulled; ecr:BatchGetImage, which the stock
 * role allows, tells the tag's, a request for each repository. Where the two
 * differ, a list of platforms is looked into: what was built anew without a
 * change has another list and the same content.
 */
#include "docker_json.h"
#include "ecrimage.h"
#include "target.h"

#include "probe/when.h"

enum {
	DOCKER_MS = 2000,
	ECR_MS = 2500,
	CONTAINER_BYTES = 32 * 1024,
	IMAGE_BYTES = 24 * 1024,
	ECR_BYTES = 64 * 1024,
	MAX_RENAMED = 8,
	MAX_REPOSITORIES = 8,
	MAX_LISTS = 6,
};

static const char *const headers[] = {
	"Content-Type: application/x-amz-json-1.1",
	"X-Amz-Target: AmazonEC2ContainerRegistry_V20150921.BatchGetImage",
};

struct one { /* goes with the fact's row of that number */
	struct ecr_name name;
	struct ecr_local local;
	struct str id; /* Docker's */
	struct ecr_manifest *now;
};

struct repository {
	const struct ecr_name *name;
	struct str tag[ECR_MAX_IMAGES];
	size_t n;
	struct ecr_reply *reply; /* NULL: none that can be read */
};

struct look {
	struct collect *c;
	struct fact_images *f;
	const struct endpoint_row *api;
	struct one *one;
	struct repository repo[MAX_REPOSITORIES];
	size_t n_repos;
};

/* ---- what runs here */

static struct http_req ask_docker(struct collect *c, const char *kind,
                                  struct str id, size_t bytes)
{
	const struct fact_docker *d = &c->got->docker;
	int api = docker_api_choice(d->api_min_minor, d->api_minor);

	return (struct http_req){
		.url = arena_str(c->a,
		                 "http://localhost/v1.%d/%s/" STR_FMT "/json",
		                 api, kind, STR_ARG(id))
		               .p,
		.unix_path = arena_copy(c->a, d->socket).p,
		.timeout_ms = collect_left_ms(c, DOCKER_MS),
		.max_bytes = bytes,
	};
}

/* A container whose tag names another image by now is listed with an id; it
 * still knows what name it was made with. */
static void find_names(struct collect *c, struct str *name)
{
	const struct fact_docker *d = &c->got->docker;
	struct http_req q[MAX_RENAMED];
	struct http_resp r[MAX_RENAMED] = { 0 };
	size_t of[MAX_RENAMED], n = 0;

	for (size_t i = 0; i < d->n_images; i++) {
		name[i] = d->image[i].name;
		if (!str_starts(name[i], STR("sha256:")) || n == MAX_RENAMED)
			continue;
		q[n] = ask_docker(c, "containers", d->image[i].container,
		                  CONTAINER_BYTES);
		of[n++] = i;
	}
	if (n == 0)
		return;
	c->h->ops->http(c->h, c->a, q, n, r);
	for (size_t k = 0; k < n; k++) {
		struct err e;

		if (r[k].err.code != ERR_NONE || r[k].status != 200 ||
		    !docker_read_image(c->a, r[k].body, &name[of[k]], &e))
			continue; /* it stays an id: of no registry we know */
	}
}

static void add_row(struct look *l, const struct docker_image *m,
                    struct str image)
{
	struct fact_images *f = l->f;
	struct ecr_name name;

	if (!ecr_name_read(image, &name) ||
	    !str_eq(name.region, l->c->got->endpoints.region)) {
		f->elsewhere++;
		return;
	}
	if (name.pinned) {
		f->pinned++;
		return;
	}
	if (f->n == IMAGES_MAX) {
		f->dropped++;
		return;
	}
	l->one[f->n] = (struct one){ .name = name, .id = m->id };
	f->row[f->n++] = (struct image_row){
		.account = name.account,
		.registry = name.host,
		.repository = name.repository,
		.tag = name.tag,
		.family = m->family,
		.containers = m->containers,
		.started_s = m->created_s,
		.built_ms = WHEN_NONE,
	};
}

static void find_digests(struct look *l)
{
	struct fact_images *f = l->f;
	struct http_req q[IMAGES_MAX];
	struct http_resp r[IMAGES_MAX] = { 0 };

	for (size_t i = 0; i < f->n; i++)
		q[i] = ask_docker(l->c, "images", l->one[i].id, IMAGE_BYTES);
	l->c->h->ops->http(l->c->h, l->c->a, q, f->n, r);
	for (size_t i = 0; i < f->n; i++) {
		struct ecr_local *local = &l->one[i].local;
		struct err e;

		if (r[i].err.code != ERR_NONE || r[i].status != 200 ||
		    !ecr_local_read(l->c->a, r[i].body, &l->one[i].name, local,
		                    &e))
			continue;
		f->row[i].built_ms = local->built_ms;
		if (local->n)
			f->row[i].running = local->digest[0];
	}
}

/* ---- what ECR has */

static struct http_req ask_ecr(struct look *l, struct str body, struct str tag)
{
	const struct endpoint_row *api = l->api;

	return (struct http_req){
		.method = "POST",
		.url = api->url.p,
		.headers = headers,
		.n_headers = 2,
		.body = body,
		.sign = l->c->got->imds.cred,
		.service = "ecr",
		.region = l->c->got->endpoints.region.p,
		.proxy = target_proxy(l->c, api),
		.pin = api->by_proxy || !api->resolved ? NULL : api->address.p,
		.tag = tag.p,
		.timeout_ms = collect_left_ms(l->c, ECR_MS),
		.max_bytes = ECR_BYTES,
	};
}

static struct repository *repository_of(struct look *l,
                                        const struct ecr_name *name)
{
	struct repository *p = l->repo;

	for (size_t i = 0; i < l->n_repos; i++, p++)
		if (str_eq(p->name->account, name->account) &&
		    str_eq(p->name->repository, name->repository))
			return p;
	if (l->n_repos == MAX_REPOSITORIES)
		return NULL;
	*p = (struct repository){ .name = name };
	l->n_repos++;
	return p;
}

static void sort_out(struct look *l)
{
	for (size_t i = 0; i < l->f->n; i++) {
		struct repository *p = repository_of(l, &l->one[i].name);
		bool have = !p || p->n == ECR_MAX_IMAGES;

		for (size_t k = 0; !have && k < p->n; k++)
			have = str_eq(p->tag[k], l->one[i].name.tag);
		if (!have)
			p->tag[p->n++] = l->one[i].name.tag;
	}
}

static enum image_answer refusal(struct arena *a, const struct http_resp *r,
                                 struct image_row *row)
{
	struct aws_error e;

	if (r->err.os == HOST_UNRECORDED)
		return IMAGE_NOT_ASKED;
	if (r->err.code != ERR_NONE)
		return IMAGE_NO_WORD;
	e = aws_error_read(a, r->error_type, r->body);
	row->error_code = e.code;
	if (str_eq(e.code, STR("RepositoryNotFoundException")))
		return IMAGE_TAG_GONE;
	if (aws_error_kind(&e, r->status) != AWS_ERR_DENIED)
		return IMAGE_NO_WORD;
	(void)aws_denial_read(e.message, &row->denial); /* if it is */
	return IMAGE_DENIED;
}

static void take(struct one *one, struct image_row *row,
                 struct ecr_reply *reply)
{
	row->answer = IMAGE_NO_WORD;
	for (size_t i = 0; i < reply->n_missing; i++)
		if (str_eq(reply->missing[i], row->tag))
			row->answer = IMAGE_TAG_GONE;
	for (size_t i = 0; i < reply->n; i++)
		if (str_eq(reply->image[i].tag, row->tag)) {
			one->now = &reply->image[i];
			row->now = reply->image[i].digest;
			row->answer = IMAGE_TOLD;
		}
}

/* false: a recording holds none of it. */
static bool ask_tags(struct look *l)
{
	struct http_req q[MAX_REPOSITORIES];
	struct http_resp r[MAX_REPOSITORIES] = { 0 };
	struct arena *a = l->c->a;
	bool recorded = false;

	for (size_t i = 0; i < l->n_repos; i++) {
		struct repository *p = &l->repo[i];

		q[i] = ask_ecr(
			l, ecr_request(a, p->name, "imageTag", p->tag, p->n),
			arena_str(a, STR_FMT "-" STR_FMT,
		                  STR_ARG(p->name->account),
		                  STR_ARG(p->name->repository)));
	}
	l->c->h->ops->http(l->c->h, a, q, l->n_repos, r);
	for (size_t i = 0; i < l->n_repos; i++) {
		struct ecr_reply *reply = ARENA_NEW(a, struct ecr_reply);
		struct err e;

		recorded = recorded || r[i].err.os != HOST_UNRECORDED;
		if (r[i].err.code == ERR_NONE && r[i].status == 200 &&
		    ecr_reply_read(a, r[i].body, reply, &e))
			l->repo[i].reply = reply;
	}
	for (size_t i = 0; i < l->f->n; i++) {
		struct repository *p = repository_of(l, &l->one[i].name);
		struct image_row *row = &l->f->row[i];

		if (p && p->reply)
			take(&l->one[i], row, p->reply);
		else if (p)
			row->answer = refusal(a, &r[p - l->repo], row);
	}
	return recorded;
}

/* ---- are they the same? */

static bool of_this_arch(struct collect *c, struct str arch)
{
	struct str here = c->got->imds.arch;

	if (str_eq(here, STR("x86_64")))
		here = STR("amd64");
	return !here.n || str_eq(here, arch);
}

static void read_list(struct look *l, size_t at, const struct http_resp *r)
{
	struct ecr_reply *reply = ARENA_NEW(l->c->a, struct ecr_reply);
	struct one *one = &l->one[at];
	struct err e;

	if (r->err.code != ERR_NONE || r->status != 200 ||
	    !ecr_reply_read(l->c->a, r->body, reply, &e) || !reply->n) {
		l->f->row[at].answer = IMAGE_NO_WORD;
		return;
	}
	for (size_t j = 0; j < reply->n; j++)
		if (ecr_same(&one->local, one->id, &reply->image[j]))
			l->f->row[at].same = true;
}

/* The manifest of this platform in each list that does not look the same; its
 * content may be. What cannot be looked into is not called another image. */
static void look_into_lists(struct look *l)
{
	struct http_req q[IMAGES_MAX];
	struct http_resp r[IMAGES_MAX] = { 0 };
	size_t of[IMAGES_MAX], n = 0;

	for (size_t i = 0; i < l->f->n; i++) {
		const struct ecr_manifest *m = l->one[i].now;
		struct str digest[ECR_MAX_CHILDREN];
		size_t k = 0;

		for (size_t j = 0; m && !l->f->row[i].same && j < m->n_children;
		     j++)
			if (of_this_arch(l->c, m->arch[j]))
				digest[k++] = m->child[j];
		if (k == 0)
			continue;
		if (n == MAX_LISTS) {
			l->f->row[i].answer = IMAGE_NOT_ASKED;
			continue;
		}
		q[n] = ask_ecr(l,
		               ecr_request(l->c->a, &l->one[i].name,
		                           "imageDigest", digest, k),
		               arena_str(l->c->a, "list-" STR_FMT,
		                         STR_ARG(str_skip(m->digest, 7))));
		of[n++] = i;
	}
	if (n == 0)
		return;
	l->c->h->ops->http(l->c->h, l->c->a, q, n, r);
	for (size_t k = 0; k < n; k++)
		read_list(l, of[k], &r[k]);
}

static void compare(struct look *l)
{
	for (size_t i = 0; i < l->f->n; i++)
		if (l->one[i].now)
			l->f->row[i].same = ecr_same(
				&l->one[i].local, l->one[i].id, l->one[i].now);
	look_into_lists(l);
}

/* ---- */

static const struct endpoint_row *api_of(const struct fact_endpoints *f)
{
	for (size_t i = 0; f->seen.state == SEEN_OK && i < f->n; i++)
		if (f->row[i].service == SVC_ECR && f->row[i].outcome == EP_OK)
			return &f->row[i];
	return NULL;
}

bool collect_images(struct collect *c, struct fact_images *out, struct err *e)
{
	const struct fact_docker *d = &c->got->docker;
	struct look *l = ARENA_NEW(c->a, struct look);
	struct str name[DOCKER_MAX_IMAGES] = { { NULL, 0 } };

	if (d->seen.state != SEEN_OK) {
		*e = d->seen.why;
		return err_wrap(e, "which images run");
	}
	*l = (struct look){ .c = c,
		            .f = out,
		            .api = api_of(&c->got->endpoints) };
	out->row = ARENA_ARRAY(c->a, struct image_row, IMAGES_MAX);
	out->dropped = (uint32_t)d->images_dropped;
	l->one = ARENA_ARRAY(c->a, struct one, IMAGES_MAX);
	if (!l->api || !c->got->imds.cred || d->n_images == 0)
		return true; /* nobody to ask, or of nothing */
	find_names(c, name);
	for (size_t i = 0; i < d->n_images; i++)
		add_row(l, &d->image[i], name[i]);
	if (out->n == 0)
		return true;
	find_digests(l);
	sort_out(l);
	if (!ask_tags(l))
		return err_set(e, ERR_NOENT, HOST_UNRECORDED,
		               "tags in ECR: not recorded");
	compare(l);
	return true;
}
