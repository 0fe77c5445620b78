#include "probe/say.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define NAMES_MAX 32 /* events whose last line is remembered */

static void clean(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)p[i] < ' ' || p[i] == 0x7f)
			p[i] = ' ';
}

struct say_text say_text(struct str s)
{
	struct say_text t = { "\"" };
	size_t n = 1;

	for (size_t i = 0; i < s.n && n < SAY_TEXT_MAX; i++) {
		char c = s.p[i];

		t.z[n++] = (unsigned char)c < ' ' || c == 0x7f ? ' '
		           : c == '"'                          ? '\''
		                                               : c;
	}
	t.z[n] = '"';
	return t;
}

static uint64_t hash(const char *p, size_t n)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)p[i]) * 1099511628211u;
	return h;
}

/* Was this the last line under its name, too? */
static bool again(const char *event, const char *line, size_t n)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static uint64_t names[NAMES_MAX], last[NAMES_MAX];
	uint64_t name = hash(event, strlen(event)), now = hash(line, n);
	size_t at = 0;
	bool same;

	(void)pthread_mutex_lock(&lock);
	while (at < NAMES_MAX - 1 && names[at] && names[at] != name)
		at++;
	same = names[at] == name && last[at] == now;
	names[at] = name;
	last[at] = now;
	(void)pthread_mutex_unlock(&lock);
	return same;
}

void say_event(enum say_level level, const char *event, const char *fmt, ...)
{
	char line[SAY_LINE_MAX + 1];
	size_t n;
	va_list ap;
	int r = snprintf(line, sizeof(line), "<%d>event=%s ", (int)level,
	                 event);

	if (r < 0)
		return;
	n = (size_t)r < sizeof(line) - 1 ? (size_t)r : sizeof(line) - 1;
	va_start(ap, fmt);
	r = vsnprintf(line + n, sizeof(line) - n, fmt, ap);
	va_end(ap);
	if (r > 0)
		n += (size_t)r < sizeof(line) - n ? (size_t)r
		                                  : sizeof(line) - n - 1;
	clean(line, n);
	while (n && line[n - 1] == ' ')
		n--;
	if (again(event, line, n))
		return;
	line[n++] = '\n';
	/* Nobody may be there to read it: then it is lost, we go on. */
	while (write(STDERR_FILENO, line, n) < 0 && errno == EINTR)
		;
}
