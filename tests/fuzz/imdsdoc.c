/* Documents of the metadata service, each reader over the same bytes. */
#include <stdint.h>
#include <stdlib.h>

#include "../../probe/collect/imdsdoc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[4 << 20];
	struct arena a = { mem, 0, sizeof(mem) };
	struct str text = { (const char *)data, size };
	struct fact_imds f = { .put_status = 200, .plain_status = 200 };
	struct aws_cred cred = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };

	(void)imdsdoc_identity(&a, text, &f);
	(void)imdsdoc_info(&a, text, &f.iam);
	(void)imdsdoc_keys(&a, text, &f.iam, &cred);
	if (f.iam.complete && !(cred.key_id.n && cred.secret.n && cred.token.n))
		abort();
	imdsdoc_spot(&a, text, &f);
	imdsdoc_rebalance(&a, text, &f);
	imdsdoc_events(&a, text, &f);
	if (imdsdoc_role(text) && (text.n > 64 || memchr(text.p, '/', text.n)))
		abort();
	if (imdsdoc_state(&f, text, text) == IMDS_ANSWERS && f.version == 0)
		abort();
	return 0;
}
