/* The allow-list keeps length and line ends, as masking does, and what it has
 * masked once it leaves alone. The first byte says where the text is from. */
#include <stdint.h>
#include <stdlib.h>

#include "probe/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = {
		"/etc/ecs/ecs.config", "/cmd/usr-bin-systemctl_cat",
		"/http/GET/unix_var_run_docker.sock/containers/x/json.http",
		"/var/log/messages"
	};
	const char *path = paths[size ? data[0] % 4 : 0];
	char *p = malloc(size + 1), *q = malloc(size + 1);

	if (!p || !q)
		abort();
	memcpy(p, data, size);
	redact_strict(path, p, size);
	for (size_t i = 0; i < size; i++)
		if ((p[i] == '\n') != (data[i] == '\n') ||
		    (p[i] != (char)data[i] && p[i] != '*'))
			abort();
	memcpy(q, p, size);
	redact_mask(q, size);
	if (memcmp(p, q, size) != 0)
		abort();
	free(p);
	free(q);
	return 0;
}
