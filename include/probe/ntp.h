/* ntp.h - one SNTP question and what came back (RFC 4330; the packet is that of
 * RFC 5905, 7.3). Pure: bytes and two readings of our own clock in. */
#ifndef PROBE_NTP_H
#define PROBE_NTP_H

#include "probe/str.h"

#define NTP_BYTES 48
#define NTP_STRATUM_UNSET 16

struct ntp_said {
	uint8_t leap;      /* 3: its own clock is not set */
	uint8_t stratum;   /* 1 to 15; 0: it refuses, and ref says why */
	char ref[5];       /* of strata 0 and 1: letters ("RATE"); else empty */
	int64_t offset_us; /* its clock minus ours: positive, we are behind */
	int64_t delay_us;  /* there and back, without its own work */
	int64_t held_us;   /* its own work, by its own clock */
};

/* The question. nonce comes back in the answer: it is not our time, which
 * nobody needs to know. */
void ntp_ask(uint64_t nonce, unsigned char out[NTP_BYTES]);

/* n bytes that arrived. sent_us and got_us: our clock, us since 1970, as the
 * question left and the answer came. false: no answer to that question. */
bool ntp_read(const unsigned char *p, size_t n, uint64_t nonce, int64_t sent_us,
              int64_t got_us, struct ntp_said *out);

/* Whether its time is worth anything: set, and told without a long pause. */
bool ntp_usable(const struct ntp_said *s);

#endif
