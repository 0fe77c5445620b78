/* Names of images in ECR, digests, and what makes two of them the same. */
#include "../../probe/collect/ecrimage.h"
#include "probe/when.h"
#include "unit.h"

#define HOST "111122223333.dkr.ecr.us-east-1.amazonaws.com"
#define A         \
	"sha256:" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B         \
	"sha256:" \
	"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C         \
	"sha256:" \
	"cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

static void names(void)
{
	static const struct {
		const char *image, *region, *repository, *tag;
		bool pinned;
	} rows[] = {
		{ HOST "/web:7", "us-east-1", "web", "7", false },
		{ HOST "/a/b/web", "us-east-1", "a/b/web", "latest", false },
		{ HOST "/web@" A, "us-east-1", "web", "latest", true },
		{ HOST "/web:7@" A, "us-east-1", "web", "7", true },
		{ "111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com/w:1",
		  "us-gov-west-1", "w", "1", false },
		{ "111122223333.dkr-ecr.eu-west-1.on.aws/w:1", "eu-west-1", "w",
		  "1", false },
		{ "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/w:1",
		  "cn-north-1", "w", "1", false },
		{ "public.ecr.aws/nginx/nginx:1", NULL, NULL, NULL, false },
		{ "nginx:1.25", NULL, NULL, NULL, false },
		{ "sha256:0123", NULL, NULL, NULL, false },
		{ "11112222333.dkr.ecr.us-east-1.amazonaws.com/w", NULL, NULL,
		  NULL, false },
		{ HOST "/", NULL, NULL, NULL, false },
		{ HOST "/a\"b:1", NULL, NULL, NULL, false },
		{ HOST "/w:", NULL, NULL, NULL, false },
		{ "", NULL, NULL, NULL, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ecr_name n;
		bool ok = ecr_name_read(str_of(rows[i].image), &n);

		OK(ok == (rows[i].region != NULL), rows[i].image);
		if (ok && rows[i].region)
			OK(str_eq(n.region, str_of(rows[i].region)) &&
			           str_eq(n.repository,
			                  str_of(rows[i].repository)) &&
			           str_eq(n.tag, str_of(rows[i].tag)) &&
			           n.pinned == rows[i].pinned,
			   rows[i].image);
	}
	OK(digest_fit(STR(A)) && !digest_fit(STR("sha256:aa")) &&
	           !digest_fit(STR("sha512:" A)),
	   "digests");
}

static void locally(struct arena *a)
{
	struct ecr_name n;
	struct ecr_local l;
	struct err e;

	OK(ecr_name_read(STR(HOST "/web:7"), &n), "a name");
	OK(ecr_local_read(a,
	                  STR("{\"RepoDigests\":[\"nginx@" C "\",\"" HOST
	                      "/web@" A "\",\"" HOST "/web2@" B "\",\"" HOST
	                      "/web@sha256:1\"],\"Created\":"
	                      "\"2026-01-02T03:04:05.123Z\"}"),
	                  &n, &l, &e) &&
	           l.n == 1 && str_eq(l.digest[0], STR(A)) &&
	           l.built_ms == when_of(2026, 1, 2, 3, 4, 5) + 123,
	   "this repository's digest alone");
	OK(ecr_local_read(a, STR("{\"Created\":\"1980-01-01T00:00:00Z\"}"), &n,
	                  &l, &e) &&
	           l.n == 0 && l.built_ms == WHEN_NONE,
	   "a made-up date");
	OK(!ecr_local_read(a, STR("["), &n, &l, &e), "not JSON");
}

static void replies(struct arena *a)
{
	struct ecr_reply *r = ARENA_NEW(a, struct ecr_reply);
	struct ecr_local old = { .digest = { STR(A) }, .n = 1 };
	struct ecr_local none = { .n = 0 };
	struct err e;

	OK(ecr_reply_read(
		   a,
		   STR("{\"images\":[{\"imageId\":{\"imageTag\":\"7\","
	               "\"imageDigest\":\"" B "\"},\"imageManifest\":"
	               "\"{\\\"config\\\":{\\\"digest\\\":\\\"" C "\\\"}}\"},"
	               "{\"imageId\":{\"imageTag\":\"8\",\"imageDigest\":\"" C
	               "\"},\"imageManifest\":\"{\\\"manifests\\\":[{"
	               "\\\"digest\\\":\\\"" A "\\\",\\\"platform\\\":{"
	               "\\\"architecture\\\":\\\"amd64\\\"}},{\\\"digest\\\":"
	               "\\\"" B "\\\",\\\"platform\\\":{\\\"architecture\\\":"
	               "\\\"unknown\\\"}}]}\"}],\"failures\":[{\"imageId\":{"
	               "\"imageTag\":\"9\"},\"failureCode\":\"ImageNotFound\"},"
	               "{"
	               "\"imageId\":{\"imageTag\":\"x\"},\"failureCode\":"
	               "\"KmsError\"}]}"),
		   r, &e) &&
	           r->n == 2 && r->n_missing == 1 &&
	           str_eq(r->missing[0], STR("9")),
	   "two images, one that is missing");
	OK(str_eq(r->image[0].config, STR(C)) && !r->image[0].n_children,
	   "one platform");
	OK(r->image[1].n_children == 1 && !r->image[1].config.n,
	   "a list, its attestation left out");
	OK(!ecr_same(&old, STR("sha256:x"), &r->image[0]), "another image");
	OK(ecr_same(&old, STR("sha256:x"), &r->image[1]), "one of the list");
	OK(ecr_same(&old, STR(C), &r->image[0]), "the same content");
	OK(ecr_same(&none, STR(B), &r->image[0]), "Docker's newer store");
	OK(!ecr_same(&none, STR(""),
	             &(struct ecr_manifest){ .digest = STR(B) }),
	   "an empty id is no one's");
	OK(!ecr_reply_read(a, STR("{}"), r, &e), "no images in it");
}

static void requests(struct arena *a)
{
	struct str tag[2] = { STR("7"), STR("8") };
	struct ecr_name n;

	OK(ecr_name_read(STR(HOST "/web:7"), &n), "a name");
	OK(str_starts(ecr_request(a, &n, "imageTag", tag, 2),
	              STR("{\"registryId\":\"111122223333\","
	                  "\"repositoryName\":\"web\",\"imageIds\":[{"
	                  "\"imageTag\":\"7\"},{\"imageTag\":\"8\"}],"
	                  "\"acceptedMediaTypes\":[\"application/vnd.docker.")),
	   "a request");
}

int main(void)
{
	struct arena a = unit_arena(1 << 20);

	names();
	locally(&a);
	replies(&a);
	requests(&a);
	return unit_end("images");
}
