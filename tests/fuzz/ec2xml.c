/* EC2's answers, and the scanner under them. */
#include <stdint.h>
#include <stdlib.h>

#include "../../probe/collect/ec2vpce.h"
#include "../../probe/collect/ec2xml.h"
#include "probe/xmlpull.h"

static void endpoints(struct arena *a, struct str text)
{
	const struct ec2vpce_me me = { STR("10.0.1.10"), STR("sg-1\nsg-2") };
	struct vpce_row row = { .groups = STR("sg-0e0d0c0b0a090807") };
	struct fact_vpce f = { .n = 0 }, one = { .row = &row, .n = 1 };

	if (ec2vpce_read(a, text, &f) && f.n > VPCE_MAX)
		abort();
	(void)ec2vpce_entries(text, &me, &f);
	(void)ec2vpce_entries(text, &me, &one);
	ec2vpce_policy(a, text, &row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[1 << 20];
	static struct secgroup_ports in, acl;
	struct arena a = { mem, 0, sizeof(mem) };
	struct str text = { (const char *)data, size }, s;
	struct xml x = xml_init(text);
	struct fact_secgroup f = { .routes = SECGROUP_READ };
	size_t events = 0;
	bool found = false;

	memset(&in, 0, sizeof(in)); /* sources point into the text */
	memset(&acl, 0, sizeof(acl));
	while (xml_next(&x, &s) != XML_END)
		if (++events > 2 * size + 2 || x.depth > XML_DEPTH)
			abort();
	if (!x.bad && x.depth)
		abort();
	(void)ec2xml_groups(text, &in);
	(void)ec2xml_acl(&a, text, &acl);
	(void)ec2xml_routes(text, &f, &found);
	a.used = 0;
	endpoints(&a, text);
	return 0;
}
