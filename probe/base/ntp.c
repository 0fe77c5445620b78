#include "probe/ntp.h"

#include <string.h>

#define CLIENT_V4 0x23 /* no leap warning, version 4, mode 3 */
#define MODE_SERVER 4
#define UNIX_EPOCH INT64_C(2208988800) /* in seconds since 1900 */
#define HELD_MAX_US 1000000

void ntp_ask(uint64_t nonce, unsigned char out[NTP_BYTES])
{
	memset(out, 0, NTP_BYTES);
	out[0] = CLIENT_V4;
	for (unsigned i = 0; i < 8; i++)
		out[40 + i] = (unsigned char)(nonce >> (56 - 8 * i));
}

static uint64_t big_endian(const unsigned char *p, unsigned n)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

/* Microseconds since 1970. Without the top bit a time is after February 2036
 * (RFC 4330, 3). */
static int64_t time_of(const unsigned char *p)
{
	int64_t s = (int64_t)big_endian(p, 4) - UNIX_EPOCH;

	if (!(p[0] & 0x80))
		s += INT64_C(1) << 32;
	return s * 1000000 + (int64_t)(big_endian(p + 4, 4) * 1000000 >> 32);
}

static void letters(const unsigned char *p, char out[5])
{
	size_t n = 0;

	while (n < 4 && p[n] >= 'A' && p[n] <= 'Z')
		n++;
	memcpy(out, p, n);
	out[n] = '\0';
}

bool ntp_read(const unsigned char *p, size_t n, uint64_t nonce, int64_t sent_us,
              int64_t got_us, struct ntp_said *out)
{
	int64_t came, left, delay;

	if (n < NTP_BYTES || (p[0] & 7) != MODE_SERVER ||
	    big_endian(p + 24, 8) != nonce || big_endian(p + 40, 8) == 0)
		return false;
	*out = (struct ntp_said){ .leap = p[0] >> 6, .stratum = p[1] };
	if (p[1] <= 1)
		letters(p + 12, out->ref);
	came = time_of(p + 32);
	left = time_of(p + 40);
	out->held_us = left - came;
	delay = (got_us - sent_us) - out->held_us;
	out->delay_us = delay > 0 ? delay : 0;
	out->offset_us = ((came - sent_us) + (left - got_us)) / 2;
	return true;
}

bool ntp_usable(const struct ntp_said *s)
{
	return s->leap != 3 && s->stratum > 0 &&
	       s->stratum < NTP_STRATUM_UNSET && s->held_us >= 0 &&
	       s->held_us <= HELD_MAX_US;
}
