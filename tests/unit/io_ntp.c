/* SNTP: packets as rows, the recorded line, and the whole of it against
 * servers of our own on port 123 of loopback (skipped where that port is not
 * ours). */
#include <arpa/inet.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../probe/io/rec.h"
#include "test.h"

#define TALLY (&t)
#define NOW INT64_C(1767225600000000) /* 2026-01-01, us */
#define NONCE UINT64_C(0x1122334455667788)
#define TO_1900 INT64_C(2208988800)

static struct tally t;

static void put(unsigned char *p, uint64_t v, unsigned n)
{
	while (n--) {
		p[n] = (unsigned char)v;
		v >>= 8;
	}
}

static void put_time(unsigned char *p, int64_t us)
{
	put(p, (uint64_t)(us / 1000000 + TO_1900), 4);
	/* Half a unit more, so that it reads back to the microsecond. */
	put(p + 4, (((uint64_t)(us % 1000000) << 32) + 999999) / 1000000, 4);
}

struct said {
	unsigned leap, mode, stratum;
	const char *ref;
	int64_t came, left;
};

static void answer(unsigned char p[NTP_BYTES], const struct said *s,
                   uint64_t nonce)
{
	memset(p, 0, NTP_BYTES);
	p[0] = (unsigned char)(s->leap << 6 | 4 << 3 | s->mode);
	p[1] = (unsigned char)s->stratum;
	memcpy(p + 12, s->ref, strlen(s->ref));
	put(p + 24, nonce, 8);
	put_time(p + 32, s->came);
	put_time(p + 40, s->left);
}

static void packets(void)
{
	static const struct {
		const char *name;
		struct said s;
		bool ok, usable;
		int64_t offset, delay;
	} rows[] = {
		{ "the same time, 200 us there, 200 back",
		  { 0, 4, 1, "GPS", NOW + 200, NOW + 220 },
		  true,
		  true,
		  0,
		  400 },
		{ "we are 90 s behind",
		  { 0, 4, 4, "", NOW + 90000200, NOW + 90000220 },
		  true,
		  true,
		  90000000,
		  400 },
		{ "we are 10 minutes ahead",
		  { 0, 4, 1, "", NOW - 599999800, NOW - 599999780 },
		  true,
		  true,
		  -600000000,
		  400 },
		{ "after February 2036",
		  { 0, 4, 1, "", NOW + 400000000000000, NOW + 400000000000020 },
		  true,
		  true,
		  399999999999800,
		  400 },
		{ "its clock is not set",
		  { 3, 4, 1, "", NOW + 200, NOW + 220 },
		  true,
		  false,
		  0,
		  400 },
		{ "stratum 16",
		  { 0, 4, 16, "", NOW + 200, NOW + 220 },
		  true,
		  false,
		  0,
		  400 },
		{ "a kiss of death",
		  { 0, 4, 0, "RATE", NOW + 200, NOW + 220 },
		  true,
		  false,
		  0,
		  400 },
		{ "answered before it was asked",
		  { 0, 4, 1, "", NOW + 5000200, NOW + 200 },
		  true,
		  false,
		  2499990,
		  5000420 },
		{ "a question", { 0, 3, 1, "", NOW, NOW }, false, false, 0, 0 },
		{ "a broadcast",
		  { 0, 5, 1, "", NOW, NOW },
		  false,
		  false,
		  0,
		  0 },
	};
	unsigned char p[NTP_BYTES];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ntp_said s = { 0 };
		bool ok;

		answer(p, &rows[i].s, NONCE);
		ok = ntp_read(p, sizeof(p), NONCE, NOW, NOW + 420, &s);
		EXPECT(rows[i].name, ok == rows[i].ok);
		EXPECT(rows[i].name, !ok || ntp_usable(&s) == rows[i].usable);
		EXPECT(rows[i].name, s.offset_us == rows[i].offset);
		EXPECT(rows[i].name, s.delay_us == rows[i].delay);
		EXPECT(rows[i].name, !ok || rows[i].s.stratum > 1 ||
		                             strcmp(s.ref, rows[i].s.ref) == 0);
		EXPECT("another's answer",
		       !ntp_read(p, sizeof(p), NONCE + 1, NOW, NOW, &s));
		for (size_t n = 0; n < NTP_BYTES; n++)
			EXPECT("a short packet",
			       !ntp_read(p, n, NONCE, NOW, NOW, &s));
	}
	ntp_ask(NONCE, p);
	EXPECT("the question", p[0] == 0x23 && p[40] == 0x11 && p[47] == 0x88);
}

static void lines(void)
{
	static unsigned char mem[4096];
	struct arena a = { mem, 0, sizeof(mem) };
	struct ntp_answer in = { .said = { 0, 1, "GPS", -7, 240, 20 },
		                 .got_us = NOW,
		                 .mono_us = 5 },
			  out = { .got_us = 0 };

	EXPECT("read back", rec_get_ntp(rec_put_ntp(&a, &in), &out));
	EXPECT("the same",
	       out.said.offset_us == -7 && out.said.delay_us == 240 &&
	               out.said.held_us == 20 && out.got_us == NOW &&
	               out.mono_us == 5 && strcmp(out.said.ref, "GPS") == 0);
	EXPECT("no line", !rec_get_ntp(STR(""), &out));
	EXPECT("leap 4", !rec_get_ntp(STR("4 1 - 0 0"), &out));
	EXPECT("a long name", !rec_get_ntp(STR("0 1 ABCDE 0 0"), &out));
	EXPECT("absurd numbers are none",
	       rec_get_ntp(STR("0 1 - 9223372036854775807 1"), &out) &&
	               out.said.offset_us == 0);
}

/* ---- the wire */

static int on(const char *ip)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		                  .sin_port = htons(123) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)inet_pton(AF_INET, ip, &at.sin_addr);
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static int64_t now_us(void)
{
	struct timespec s;

	(void)clock_gettime(CLOCK_REALTIME, &s);
	return (int64_t)s.tv_sec * 1000000 + s.tv_nsec / 1000;
}

/* 90 s ahead of us; a packet for another comes first. */
static void serve(int fd)
{
	unsigned char p[512], nonce[8];
	struct sockaddr_storage who;
	socklen_t n = sizeof(who);

	while (recvfrom(fd, p, sizeof(p), 0, (struct sockaddr *)&who, &n) ==
	       NTP_BYTES) {
		const struct said s = {
			0, 4, 1, "LAB", now_us() + 90000000, now_us() + 90000000
		};

		memcpy(nonce, p + 40, 8);
		answer(p, &s, 7);
		(void)sendto(fd, p, NTP_BYTES, 0, (struct sockaddr *)&who, n);
		memcpy(p + 24, nonce, 8);
		(void)sendto(fd, p, NTP_BYTES, 0, (struct sockaddr *)&who, n);
		n = sizeof(who);
	}
	_exit(0);
}

static void wire(void)
{
	static unsigned char mem[4096];
	struct arena a = { mem, 0, sizeof(mem) };
	struct host h = host_live();
	const struct ntp_req q[] = { { "127.0.0.41", NULL, 0, 700 },
		                     { "127.0.0.43", NULL, 0, 700 },
		                     { "nonsense", NULL, 0, 700 },
		                     { "127.0.0.42", NULL, 0, 700 } };
	struct ntp_answer r[4];
	int well = on("127.0.0.41"), mute = on("127.0.0.42");
	int64_t began, took;
	pid_t pid;

	if (well < 0 || mute < 0) {
		printf("port 123 is not ours: not tried on the wire\n");
		return;
	}
	pid = fork();
	if (pid == 0)
		serve(well);
	(void)close(well);
	began = h.ops->mono_ms(&h);
	h.ops->ntp(&h, &a, q, 4, r);
	took = h.ops->mono_ms(&h) - began;
	EXPECT("an answer",
	       r[0].err.code == ERR_NONE && ntp_usable(&r[0].said));
	EXPECT("90 s", r[0].said.offset_us > 89900000 &&
	                       r[0].said.offset_us < 90100000);
	EXPECT("both clocks", r[0].got_us > NOW && r[0].mono_us > 0);
	EXPECT("nobody listens", r[1].err.code == ERR_REFUSED);
	EXPECT("no address", r[2].err.code == ERR_ARG);
	EXPECT("one has answered, the other is not waited for",
	       r[3].err.code == ERR_BUSY && took < 600);
	h.ops->ntp(&h, &a, &q[3], 1, r);
	EXPECT("silence", r[0].err.code == ERR_TIME);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	(void)close(mute);
}

int main(void)
{
	(void)alarm(30);
	packets();
	lines();
	wire();
	return test_end(&t);
}
