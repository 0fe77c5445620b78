/* A time server's answer, and the line that is recorded of one. */
#include <stdint.h>
#include <stdlib.h>

#include "../../probe/io/rec.h"

/* The corpus answers this question. */
#define NONCE UINT64_C(0x0102030405060708)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[8192];
	struct arena a = { mem, 0, sizeof(mem) };
	struct str text = { (const char *)data, size };
	struct ntp_answer r = { .got_us = 0 }, again = { .got_us = 0 };
	struct ntp_said s;

	if (ntp_read(data, size, NONCE, 1767225600000000, 1767225600000240,
	             &s)) {
		if (size < NTP_BYTES || s.delay_us < 0 || s.leap > 3)
			abort();
		(void)ntp_usable(&s);
	}
	if (!rec_get_ntp(text, &r))
		return 0;
	text = rec_put_ntp(&a, &r);
	if (!rec_get_ntp(text, &again) ||
	    again.said.offset_us != r.said.offset_us ||
	    again.mono_us != r.mono_us || again.said.leap != r.said.leap)
		abort();
	return 0;
}
