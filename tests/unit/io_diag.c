/* The program that leaves ports out of the kernel's list, run as the kernel
 * runs it (net/ipv4/inet_diag.c), after the checks that it makes first. */
#include <string.h>

#include "../../probe/io/diag.h"
#include "unit.h"

enum { GE = INET_DIAG_BC_S_GE, JMP = INET_DIAG_BC_JMP };

static struct inet_diag_bc_op at(const unsigned char *code, size_t i)
{
	struct inet_diag_bc_op op;

	memcpy(&op, code + i, sizeof(op));
	return op;
}

/* Every op is met by the way of all yes, and each no leads to one of them, to
 * the end, or past it. */
static bool may_run(const unsigned char *code, size_t n)
{
	bool met[DIAG_CODE_BYTES + 8] = { false };
	size_t i = 0;

	for (; i < n; i += at(code, i).yes) {
		met[i] = true;
		if (at(code, i).yes != (at(code, i).code == GE ? 8 : 4))
			return false;
	}
	met[n] = met[n + 4] = true;
	for (size_t k = 0; k < n; k += at(code, k).yes) {
		size_t no = at(code, k).no;

		if (no < 4 || no % 4 || k + no > n + 4 || !met[k + no])
			return false;
	}
	return i == n;
}

static bool wanted(const unsigned char *code, size_t n, unsigned port)
{
	size_t i = 0;

	while (i < n) {
		struct inet_diag_bc_op op = at(code, i);
		bool yes = op.code == GE && port >= at(code, i + 4).no;

		i += yes ? op.yes : op.no;
	}
	return i == n;
}

static unsigned below(unsigned *seed, unsigned n)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 12) % n;
}

/* Ranges apart from each other, the first and the last port among them. */
static size_t ranges(unsigned *seed, size_t most, struct diag_ports *out)
{
	unsigned from = below(seed, 2);
	size_t n = 0;

	while (n < most && from <= UINT16_MAX) {
		unsigned to = from + below(seed, 40);

		if (to > UINT16_MAX || (n + 1 == most && below(seed, 2)))
			to = UINT16_MAX;
		out[n++] = (struct diag_ports){ (uint16_t)from, (uint16_t)to };
		from = to + 2 + below(seed, 2 * 65535 / 128);
	}
	return n;
}

static bool same(const struct diag_ports *skip, size_t n,
                 const unsigned char *code, size_t bytes)
{
	for (unsigned port = 0; port <= UINT16_MAX; port++) {
		bool out = false;

		for (size_t i = 0; i < n && !out; i++)
			out = port >= skip[i].lo && port <= skip[i].hi;
		if (wanted(code, bytes, port) == out)
			return false;
	}
	return true;
}

int main(void)
{
	static struct diag_ports skip[DIAG_MAX_SKIP];
	static unsigned char code[DIAG_CODE_BYTES];
	unsigned seed = 7;

	OK(diag_code(skip, 0, code) == 0, "nothing to leave out, no program");
	for (size_t most = 1; most <= DIAG_MAX_SKIP; most += 1 + most / 8) {
		size_t n = ranges(&seed, most, skip);
		size_t bytes = diag_code(skip, n, code);

		OK(bytes > 0 && bytes <= sizeof(code), "fits");
		OK(may_run(code, bytes), "the kernel takes it");
		OK(same(skip, n, code, bytes), "all but these ports");
	}
	return unit_end("io_diag");
}
