/* Not there yet: http, names, sockets, the kernel's log. */
#include "io.h"
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
