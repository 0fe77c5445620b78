/* Names of buckets and objects, out of files and logs; and their addresses. */
#include <stdint.h>
#include <stdlib.h>

#include "../../probe/logs/names.h"
#include "probe/partition.h"
#include "probe/s3ref.h"

static void holds(struct arena *a, struct s3_ref r)
{
	struct str url = s3ref_url(a, STR("https://b.s3.r.x/"), r.key);

	if (!bucket_fit(r.bucket) || r.key.n > S3REF_KEY_MAX)
		abort();
	for (size_t i = 0; i < url.n; i++)
		if (url.p[i] <= ' ' || url.p[i] > '~' ||
		    strchr("+=!'()*,\"<>\\", url.p[i]))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[1 << 20];
	struct arena a = { mem, 0, sizeof(mem) };
	struct str text = { (const char *)data, size }, rest = text, b, k;
	struct s3_ref r;
	size_t left = size + 1;

	if (s3ref_parse(text, &r))
		holds(&a, r);
	while (s3ref_next(&rest, &r)) {
		a.used = 0;
		holds(&a, r);
		if (rest.n >= left)
			abort();
		left = rest.n;
	}
	if (log_object(text, &b, &k) && (!k.n || !b.n || k.n > size))
		abort();
	return 0;
}
