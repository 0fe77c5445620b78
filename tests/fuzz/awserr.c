/* Error bodies of AWS, the words of a denial, and texts that become hosts. */
#include <stdint.h>
#include <stdlib.h>

#include "probe/awserr.h"
#include "probe/partition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[2 << 20];
	struct arena a = { mem, 0, sizeof(mem) };
	struct str text = { (const char *)data, size }, rest = text;
	struct str first = str_cut(&rest, '\n');
	struct aws_error e = aws_error_read(&a, first, rest);
	struct aws_denial d;

	(void)aws_error_kind(&e, 400);
	if (aws_denial_read(e.message, &d) && d.wall.n > 64)
		abort();
	(void)aws_denial_read(text, &d); /* any text will do */
	(void)address_in(first, rest);
	(void)no_proxy_matches(rest, first);
	(void)url_host(text);
	if (partition_by_region(first) && !region_fit(first))
		abort();
	if (bucket_fit(first) && memchr(first.p, '/', first.n))
		abort();
	return 0;
}
