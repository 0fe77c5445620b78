/* What a recording says: replies, names, notes, folders, sockets. */
#include <stdint.h>
#include <stdlib.h>

#include "../../probe/io/rec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[4 << 20];
	struct arena a = { mem, 0, sizeof(mem) };
	struct str text = { (const char *)data, size }, again;
	struct http_resp r = { .cert_expires_ms = INT64_MIN };
	struct http_resp r2 = { .cert_expires_ms = INT64_MIN };
	struct dns_result d = { 0 };
	struct file_info info;
	struct dir_entry *list;
	struct port_map *map = ARENA_NEW(&a, struct port_map);
	struct err e;
	size_t n;

	if (rec_get_http(text, "https://h/", &r)) {
		again = rec_put_http(&a, &r);
		if (!rec_get_http(again, "https://h/", &r2) ||
		    r2.status != r.status || r2.stage != r.stage)
			abort();
	}
	(void)rec_get_dns(text, &d);
	(void)rec_put_dns(&a, &d);
	if (rec_get_info(text, &info))
		(void)rec_put_info(&a, &info);
	if (rec_get_list(text, &a, 1000, &list, &n, &e))
		(void)rec_put_list(&a, list, n);
	if (rec_get_ports(text, &a, map))
		(void)rec_put_ports(&a, map);
	rec_get_err(text, &e);
	return 0;
}
