/* reach.h - what the checks of AWS's services share: from the outcome of a
 * connection to one of the service's findings, and the words for it. */
#ifndef PROBE_CHECKS_REACH_H
#define PROBE_CHECKS_REACH_H

#include "probe/check.h"

struct reach_ids {
	enum finding_id name, silent, refused, tls, trouble;
};

static inline const char *reach_words(enum endpoint_outcome o)
{
	switch (o) {
	case EP_NAME_MISSING:
		return "the name does not exist";
	case EP_NAME_FAILED:
		return "the resolver has no answer for the name";
	case EP_DNS_SILENT:
		return "no resolver answers";
	case EP_TCP_SILENT:
		return "packets vanish: no answer to the connection";
	case EP_TCP_REFUSED:
		return "connection refused";
	case EP_NO_ROUTE:
		return "no route, or a local rule rejects it";
	case EP_TLS_SILENT:
		return "connected, then no answer to the TLS handshake";
	case EP_TLS_UNTRUSTED:
		return "certificate of an unknown authority";
	case EP_TLS_NAME:
		return "certificate for another name";
	case EP_TLS_EXPIRED:
		return "certificate is not valid at this time";
	case EP_TLS_FAILED:
		return "the TLS handshake failed";
	case EP_RESET:
		return "the connection is reset";
	case EP_HTTP_SILENT:
		return "request sent, no answer";
	case EP_CUT:
		return "the reply breaks off";
	case EP_STRANGER:
		return "what answers is not AWS (no request id)";
	case EP_SERVER_ERROR:
		return "the service itself answers with an error";
	default:
		return "no usable answer";
	}
}

static inline enum finding_id reach_id(enum endpoint_outcome o,
                                       const struct reach_ids *ids)
{
	switch (o) {
	case EP_NAME_MISSING:
	case EP_NAME_FAILED:
	case EP_DNS_SILENT:
		return ids->name;
	case EP_TCP_SILENT:
	case EP_TLS_SILENT:
	case EP_HTTP_SILENT:
		return ids->silent;
	case EP_TCP_REFUSED:
	case EP_NO_ROUTE:
	case EP_RESET:
		return ids->refused;
	case EP_TLS_UNTRUSTED:
	case EP_TLS_NAME:
	case EP_TLS_EXPIRED:
	case EP_TLS_FAILED:
		return ids->tls;
	case EP_CUT:
	case EP_SERVER_ERROR:
		return ids->trouble;
	default:
		return FIND_NONE; /* well, or a matter of another check */
	}
}

static inline bool reach_silent(enum endpoint_outcome o)
{
	return o == EP_TCP_SILENT || o == EP_TLS_SILENT || o == EP_HTTP_SILENT;
}

/* What bears on the way out of the subnet. */
static inline const char *reach_out_words(const struct facts *f)
{
	if (f->endpoints.v6_only)
		return "; with IPv6 alone, ::/0 must lead to an egress-only "
		       "internet gateway";
	if (f->imds.seen.state != SEEN_OK || !f->imds.documents)
		return "";
	return f->imds.public_ip.n ? "; this instance has a public address"
	                           : "; this instance has no public address";
}

/* r may be NULL: a service that has no row has no names. */
static inline void reach_names(struct findings *out,
                               const struct fact_endpoints *f,
                               const struct endpoint_row *r)
{
	if (!r)
		return;
	check_name(out, NAME_HOST, r->host);
	check_name(out, NAME_ADDRESS, r->address);
	check_name(out, NAME_REGION, f->region);
	check_name(out, NAME_BUCKET, r->bucket);
}

static inline void reach_raise(struct findings *out, enum finding_id id,
                               const struct fact_endpoints *f,
                               const struct endpoint_row *r)
{
	struct str who = r->outcome == EP_TLS_UNTRUSTED ? r->issuer
	                 : r->outcome == EP_TLS_NAME    ? r->subject
	                                                : (struct str){ 0 };

	/* there is a way out, and somebody else said no */
	if (r->outcome == EP_NO_ROUTE && r->way.kind == WAY_OPEN)
		check_raise(out, id,
		            STR_FMT " (" STR_FMT ", by " STR_FMT
		                    "): rejected, by a local rule or by an "
		                    "ICMP message from the path",
		            STR_ARG(r->host), STR_ARG(r->address),
		            STR_ARG(r->way.device));
	else if (r->address.n)
		check_raise(out, id, STR_FMT " (" STR_FMT ", %s): %s%s" STR_FMT,
		            STR_ARG(r->host), STR_ARG(r->address),
		            r->is_private ? "in this VPC" : "public",
		            reach_words(r->outcome), who.n ? ": " : "",
		            STR_ARG(who));
	else
		check_raise(out, id, STR_FMT ": %s", STR_ARG(r->host),
		            reach_words(r->outcome));
	reach_names(out, f, r);
	check_name(out, NAME_HOLDER, who);
}

static inline const struct endpoint_row *
reach_row(const struct fact_endpoints *f, enum aws_service s)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->row[i].service == s)
			return &f->row[i];
	return NULL;
}

/* One finding for a service by its row; true when there is nothing to say. */
static inline bool reach_judge(struct findings *out,
                               const struct fact_endpoints *f,
                               const struct endpoint_row *r,
                               const struct reach_ids *ids)
{
	enum finding_id id = r ? reach_id(r->outcome, ids) : FIND_NONE;

	if (id != FIND_NONE)
		reach_raise(out, id, f, r);
	return id == FIND_NONE;
}

#endif
