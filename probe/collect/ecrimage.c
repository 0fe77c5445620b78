#include "ecrimage.h"

#include "probe/json.h"
#include "probe/jsonw.h"
#include "probe/partition.h"
#include "probe/when.h"

enum { IMAGE_TOKENS = 3000, REPLY_TOKENS = 1024, MANIFEST_TOKENS = 2048 };

/* Dates before containers were: builders write them so that the same input
 * gives the same image. */
#define FIRST_REAL_MS INT64_C(1356998400000) /* 2013 */

static bool digits(struct str s, size_t n)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n == n;
}

bool digest_fit(struct str s)
{
	if (s.n != 71 || !str_starts(s, STR("sha256:")))
		return false;
	for (size_t i = 7; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') ||
		      (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	return true;
}

/* Fit for a request and a report: what ECR allows in names and tags. */
static bool words(struct str s, size_t max)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || c == '.' || c == '_' ||
		      c == '-' || c == '/'))
			return false;
	}
	return s.n && s.n <= max;
}

static bool is_registry(struct str label)
{
	return str_eq(label, STR("ecr")) || str_eq(label, STR("ecr-fips"));
}

bool ecr_name_read(struct str image, struct ecr_name *out)
{
	struct str rest = image, host = str_cut(&rest, '/'), h = host, label;
	struct str name = str_cut(&rest, '@');

	*out = (struct ecr_name){ .host = host, .pinned = rest.n != 0 };
	out->account = str_cut(&h, '.');
	label = str_cut(&h, '.');
	if (str_eq(label, STR("dkr"))) {
		if (!is_registry(str_cut(&h, '.')))
			return false;
	} else if (!str_eq(label, STR("dkr-ecr")) &&
	           !str_eq(label, STR("dkr-ecr-fips"))) {
		return false;
	}
	out->region = str_cut(&h, '.');
	out->repository = str_cut(&name, ':');
	out->tag = name.p ? name : STR("latest");
	return digits(out->account, 12) && region_fit(out->region) && h.n &&
	       words(out->repository, 256) && words(out->tag, 128);
}

bool ecr_local_read(struct arena *a, struct str body,
                    const struct ecr_name *name, struct ecr_local *out,
                    struct err *e)
{
	const size_t mark = a->used;
	struct json j;
	size_t used;
	int list;

	out->n = 0;
	if (!json_parse(a, body, IMAGE_TOKENS, &j, e))
		return false;
	list = json_get(&j, 0, "RepoDigests");
	for (int d = json_first(&j, list); d >= 0; d = json_next(&j, d)) {
		struct str s = json_raw(&j, d), at = str_cut(&s, '@');
		struct str host = str_cut(&at, '/');

		if (str_eq(host, name->host) && str_eq(at, name->repository) &&
		    digest_fit(s) && out->n < ECR_MAX_DIGESTS)
			out->digest[out->n++] = s;
	}
	out->built_ms =
		when_parse(json_raw(&j, json_get(&j, 0, "Created")), &used);
	if (out->built_ms < FIRST_REAL_MS)
		out->built_ms = WHEN_NONE;
	a->used = mark; /* the tokens: what was found points into body */
	return true;
}

static void read_list(struct arena *a, const struct json *j, int list,
                      struct ecr_manifest *out)
{
	for (int m = json_first(j, list);
	     m >= 0 && out->n_children < ECR_MAX_CHILDREN;
	     m = json_next(j, m)) {
		int on = json_get(j, m, "platform");
		struct str digest = json_raw(j, json_get(j, m, "digest"));
		struct str arch = json_raw(j, json_get(j, on, "architecture"));

		/* Attestations are listed as of the platform "unknown". */
		if (!digest_fit(digest) || str_eq(arch, STR("unknown")))
			continue;
		out->arch[out->n_children] = arena_copy(a, arch);
		out->child[out->n_children++] = arena_copy(a, digest);
	}
}

static void read_manifest(struct arena *a, struct str text,
                          struct ecr_manifest *out)
{
	struct str digest;
	struct err e;
	struct json j;
	int list;

	if (!json_parse(a, text, MANIFEST_TOKENS, &j, &e))
		return;
	list = json_get(&j, 0, "manifests");
	if (list != JSON_NONE) {
		read_list(a, &j, list, out);
		return;
	}
	digest =
		json_raw(&j, json_get(&j, json_get(&j, 0, "config"), "digest"));
	if (digest_fit(digest))
		out->config = arena_copy(a, digest);
}

bool ecr_reply_read(struct arena *a, struct str body, struct ecr_reply *out,
                    struct err *e)
{
	struct json j;
	int list;

	out->n = out->n_missing = 0;
	if (!json_parse(a, body, REPLY_TOKENS, &j, e))
		return false;
	list = json_get(&j, 0, "images");
	if (list == JSON_NONE)
		return err_set(e, ERR_FORM, 0, "no images in it");
	for (int i = json_first(&j, list); i >= 0 && out->n < ECR_MAX_IMAGES;
	     i = json_next(&j, i)) {
		struct ecr_manifest *m = &out->image[out->n];
		int id = json_get(&j, i, "imageId");
		struct str digest =
			json_raw(&j, json_get(&j, id, "imageDigest"));

		if (!digest_fit(digest))
			continue;
		*m = (struct ecr_manifest){
			.tag = json_str(&j, json_get(&j, id, "imageTag"), a),
			.digest = arena_copy(a, digest),
		};
		read_manifest(a,
		              json_str(&j, json_get(&j, i, "imageManifest"), a),
		              m);
		out->n++;
	}
	list = json_get(&j, 0, "failures");
	for (int i = json_first(&j, list);
	     i >= 0 && out->n_missing < ECR_MAX_IMAGES; i = json_next(&j, i))
		if (str_eq(json_raw(&j, json_get(&j, i, "failureCode")),
		           STR("ImageNotFound")))
			out->missing[out->n_missing++] = json_str(
				&j,
				json_get(&j, json_get(&j, i, "imageId"),
			                 "imageTag"),
				a);
	return true;
}

static bool pulled(const struct ecr_local *local, struct str id,
                   struct str digest)
{
	for (size_t i = 0; i < local->n; i++)
		if (str_eq(local->digest[i], digest))
			return true;
	/* Docker's id is the digest of the content's description or, in its
	 * newer store, of the manifest. */
	return digest.n && str_eq(id, digest);
}

bool ecr_same(const struct ecr_local *local, struct str id,
              const struct ecr_manifest *m)
{
	if (pulled(local, id, m->digest) || pulled(local, id, m->config))
		return true;
	for (size_t i = 0; i < m->n_children; i++)
		if (pulled(local, id, m->child[i]))
			return true;
	return false;
}

struct str ecr_request(struct arena *a, const struct ecr_name *name,
                       const char *kind, const struct str *ids, size_t n)
{
	static const char *const types[] = {
		"application/vnd.docker.distribution.manifest.v2+json",
		"application/vnd.docker.distribution.manifest.list.v2+json",
		"application/vnd.oci.image.manifest.v1+json",
		"application/vnd.oci.image.index.v1+json",
	};
	struct buf b = buf_init(a, 1024 + n * 256);
	struct jsonw w = jsonw_init(&b);

	jsonw_obj(&w, NULL);
	jsonw_str(&w, "registryId", name->account);
	jsonw_str(&w, "repositoryName", name->repository);
	jsonw_arr(&w, "imageIds");
	for (size_t i = 0; i < n; i++) {
		jsonw_obj(&w, NULL);
		jsonw_str(&w, kind, ids[i]);
		jsonw_end(&w);
	}
	jsonw_arr_end(&w);
	jsonw_arr(&w, "acceptedMediaTypes");
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		jsonw_str(&w, NULL, str_of(types[i]));
	jsonw_arr_end(&w);
	jsonw_end(&w);
	return buf_str(&b);
}
