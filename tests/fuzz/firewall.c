/* Rules of the packet filter: iptables-save's text and nft's JSON. */
#include <stdint.h>
#include <stdlib.h>

#include "probe/firewall.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[4 << 20];
	struct arena a = { mem, 0, sizeof(mem) };
	struct str text = { (const char *)data, size };
	struct fw fw = fw_init(&a);
	struct fw_answer got;
	struct err e;

	fw_add_iptables(&fw, STR("filter"), text);
	(void)fw_add_nft(&fw, text, &e);
	got = fw_ask(&fw, 31000, 61000);
	if (got.open + got.some + got.closed != 30001)
		abort();
	return 0;
}
