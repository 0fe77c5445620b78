#include "probe/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const names[ERR_COUNT] = {
#define ERR(name, text) [ERR_##name] = #name,
#include "probe/errs.def"
#undef ERR
};

static const char *const texts[ERR_COUNT] = {
#define ERR(name, text) [ERR_##name] = text,
#include "probe/errs.def"
#undef ERR
};

bool err_set(struct err *e, enum err_code code, int os, const char *fmt, ...)
{
	va_list ap;

	e->code = code;
	e->os = os;
	va_start(ap, fmt);
	(void)vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	return false;
}

bool err_wrap(struct err *e, const char *fmt, ...)
{
	char ctx[sizeof(e->msg)];
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	(void)vsnprintf(ctx, sizeof(ctx), fmt, ap);
	va_end(ap);
	n = strlen(ctx);
	if (n + 2 < sizeof(ctx))
		(void)snprintf(ctx + n, sizeof(ctx) - n, ": %.*s",
		               (int)(sizeof(ctx) - n - 3), e->msg);
	memcpy(e->msg, ctx, sizeof(ctx));
	return false;
}

const char *err_name(enum err_code code)
{
	return (unsigned)code < ERR_COUNT ? names[code] : "BUG";
}

const char *err_text(enum err_code code)
{
	return (unsigned)code < ERR_COUNT ? texts[code] : "a bug in probe";
}

enum err_code err_code_of(const char *name, unsigned long len)
{
	for (unsigned c = 0; c < ERR_COUNT; c++)
		if (strlen(names[c]) == len && memcmp(names[c], name, len) == 0)
			return (enum err_code)c;
	return ERR_FORM;
}

enum err_code err_code_of_os(int os)
{
	switch (os) {
	case 0:
		return ERR_NONE;
	case ENOENT:
	case ENOTDIR:
		return ERR_NOENT;
	case EACCES:
	case EPERM:
		return ERR_PERM;
	case ETIMEDOUT:
		return ERR_TIME;
	case ECONNREFUSED:
		return ERR_REFUSED;
	case ECONNRESET:
	case EPIPE:
		return ERR_RESET;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
		return ERR_UNREACH;
	case EAGAIN:
	case ENOMEM:
	case EMFILE:
	case ENFILE:
	case EADDRNOTAVAIL:
		return ERR_BUSY;
	default:
		return ERR_IO;
	}
}
