/* proxy.h - from the outcome of a connection by way of a proxy to words. */
#ifndef PROBE_CHECKS_PROXY_H
#define PROBE_CHECKS_PROXY_H

#include "probe/check.h"

static inline enum finding_id proxy_id_of(enum endpoint_outcome o)
{
	switch (o) {
	case EP_PROXY_REFUSED:
		return FIND_PROXY_REFUSED;
	case EP_PROXY_SILENT:
		return FIND_PROXY_SILENT;
	case EP_PROXY_NAME:
		return FIND_PROXY_DNS_FAILED;
	case EP_PROXY_DENIES:
		return FIND_PROXY_DENIES;
	default:
		return FIND_NONE;
	}
}

static inline const char *proxy_words(const struct endpoint_row *r)
{
	switch (r->outcome) {
	case EP_PROXY_REFUSED:
		return "refuses connections";
	case EP_PROXY_SILENT:
		return "does not answer";
	case EP_PROXY_NAME:
		return "has a name that does not resolve";
	default:
		return r->proxy_status == 407
		               ? "answers CONNECT with 407: it wants a login"
		       : r->proxy_status == 403
		               ? "answers CONNECT with 403: it does not allow "
		                 "this host"
		       : r->proxy_status >= 500
		               ? "answers CONNECT with an error: it cannot "
		                 "reach this host itself"
		               : "answers CONNECT with a refusal";
	}
}

/* Which of the walls that a proxy can be; fixes are chosen by it. */
static inline const char *proxy_wall(const struct endpoint_row *r)
{
	switch (r->outcome) {
	case EP_PROXY_REFUSED:
		return "refuses connections";
	case EP_PROXY_SILENT:
		return "does not answer";
	case EP_PROXY_NAME:
		return "has a name that does not resolve";
	default:
		return r->proxy_status == 407   ? "407: it wants a login"
		       : r->proxy_status == 403 ? "403: not on its list"
		       : r->proxy_status >= 500 ? "it cannot reach it itself"
		                                : "";
	}
}

#endif
