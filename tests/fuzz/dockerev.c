/* Docker's event stream in portions that the first byte chooses. */
#include <stdint.h>
#include <stdlib.h>

#include "probe/dockerev.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[64 << 10];
	static struct dockerev_stream s;
	struct arena a = { mem, 0, sizeof(mem) };
	struct str all = { (const char *)data, size };
	struct dockerev ev = { .exit_code = -1 };
	struct err e;
	size_t portion = size ? data[0] % 64u + 1 : 1;

	s = (struct dockerev_stream){ 0 };
	while (all.n) {
		struct str in = str_head(all, portion);
		enum dockerev_came came;

		all = str_skip(all, in.n);
		while ((came = dockerev_take(&s, &in, &a, &ev, &e)) !=
		       DOCKEREV_NONE) {
			if (came == DOCKEREV_REFUSED)
				return 0;
			if (strlen(ev.action) >= sizeof(ev.action) ||
			    strlen(ev.name) >= sizeof(ev.name) ||
			    ev.exit_code < -1 || ev.exit_code > 999)
				abort();
		}
	}
	return 0;
}
