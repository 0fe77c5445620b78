/* Not there yet: http, names, sockets, the kernel's log. */
#include "io.h"
void http_setup(void)
{
}
void live_http(struct host *h, struct arena *a, const struct http_req *q,
               size_t n, struct http_resp *out)
{
	(void)h, (void)a, (void)q;
	for (size_t i = 0; i < n; i++)
		(void)err_set(&out[i].err, ERR_IO, 0, "not built");
}
void live_resolve(struct host *h, struct arena *a, const char *const *names,
                  size_t n, unsigned timeout_ms, struct dns_result *out)
{
	(void)h, (void)a, (void)names, (void)timeout_ms;
	for (size_t i = 0; i < n; i++)
		(void)err_set(&out[i].err, ERR_IO, 0, "not built");
}
bool live_ports(struct host *h, struct arena *a, struct port_map *out,
                struct err *e)
{
	(void)h, (void)a, (void)out;
	return err_set(e, ERR_IO, 0, "not built");
}
bool live_klog(struct host *h, struct arena *a, size_t max_bytes,
               struct str *out, struct err *e)
{
	(void)h, (void)a, (void)max_bytes, (void)out;
	return err_set(e, ERR_IO, 0, "not built");
}
