/* Images: their names, Docker's word and ECR's. */
#include <stdint.h>
#include <stdlib.h>

#include "../../probe/collect/docker_json.h"
#include "../../probe/collect/ecrimage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[1 << 20];
	static struct ecr_reply reply;
	struct arena a = { mem, 0, sizeof(mem) };
	struct str text = { (const char *)data, size }, image;
	struct ecr_local local;
	struct ecr_name name;
	struct err e;

	if (ecr_name_read(text, &name) &&
	    (name.account.n != 12 || !name.repository.n || !name.tag.n ||
	     name.host.n + name.repository.n > size))
		abort();
	(void)ecr_name_read(
		STR("111122223333.dkr.ecr.us-east-1.amazonaws.com/web:7"),
		&name);
	if (ecr_local_read(&a, text, &name, &local, &e) &&
	    (local.n > ECR_MAX_DIGESTS || a.used != 0))
		abort();
	a.used = 0;
	if (docker_read_image(&a, text, &image, &e) && a.used != 0)
		abort();
	a.used = 0;
	memset(&reply, 0, sizeof(reply));
	if (!ecr_reply_read(&a, text, &reply, &e))
		return 0;
	if (reply.n > ECR_MAX_IMAGES || reply.n_missing > ECR_MAX_IMAGES)
		abort();
	for (size_t i = 0; i < reply.n; i++) {
		const struct ecr_manifest *m = &reply.image[i];

		if (!digest_fit(m->digest) ||
		    m->n_children > ECR_MAX_CHILDREN ||
		    (m->config.n && !digest_fit(m->config)))
			abort();
		(void)ecr_same(&local, m->config, m);
	}
	return 0;
}
