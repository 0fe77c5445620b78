/*
 * facts/endpoints.h - how far a connection to each AWS service came, as the
 * agent would make it, and what the service said.
 */
#ifndef PROBE_FACTS_ENDPOINTS_H
#define PROBE_FACTS_ENDPOINTS_H

#include "probe/awserr.h"
#include "probe/host.h"
#include "probe/partition.h"
#include "probe/seen.h"

/* From near to far; the text is in the reports' JSON: never rename. */
#define ENDPOINT_OUTCOMES(X)                                                  \
	X(NOT_ASKED, "not-asked") /* no time was left, or nothing to ask */   \
	X(OK, "ok")               /* AWS answered (tls_only: shook hands) */  \
	X(NAME_MISSING,                                                       \
	  "name-missing")             /* a resolver says it does not exist */ \
	X(NAME_FAILED, "name-failed") /* SERVFAIL and the like */             \
	X(DNS_SILENT, "dns-silent")   /* no resolver answers */               \
	X(TCP_SILENT, "tcp-silent")                                           \
	X(TCP_REFUSED, "tcp-refused")                                         \
	X(NO_ROUTE, "no-route")                                               \
	X(PROXY_REFUSED, "proxy-refused")                                     \
	X(PROXY_SILENT, "proxy-silent")                                       \
	X(PROXY_NAME, "proxy-name") /* the proxy's name does not resolve */   \
	X(PROXY_DENIES, "proxy-denies")                                       \
	X(TLS_SILENT, "tls-silent")                                           \
	X(TLS_UNTRUSTED, "tls-untrusted")                                     \
	X(TLS_NAME, "tls-name")                                               \
	X(TLS_EXPIRED, "tls-expired")                                         \
	X(TLS_FAILED, "tls-failed")                                           \
	X(RESET, "reset")                                                     \
	X(HTTP_SILENT, "http-silent")                                         \
	X(CUT, "cut")           /* the reply broke off */                     \
	X(STRANGER, "stranger") /* a reply that is not AWS's */               \
	X(DENIED, "denied")                                                   \
	X(BAD_KEY, "bad-key") /* unknown key, or token */                     \
	X(EXPIRED, "expired-token")                                           \
	X(SKEWED, "clock")                                                    \
	X(BAD_SIGNATURE, "bad-signature")                                     \
	X(THROTTLED, "throttled")                                             \
	X(SERVER_ERROR, "server-error")                                       \
	X(REJECTED, "rejected") /* any other error of the service */          \
	X(FAILED, "failed")     /* our own means */

enum endpoint_outcome {
#define X(id, text) EP_##id,
	ENDPOINT_OUTCOMES(X)
#undef X
		EP_COUNT
};

/* What one nameserver came to when it was this row's turn. */
struct endpoint_said {
	struct str server;
	enum err_code code;
	int rcode;
	int32_t ms;
	bool a, aaaa; /* it answered for that type */
};
#define ENDPOINTS_MAX_SERVERS 4

enum endpoint_kind { EPK_API, EPK_BUCKET, EPK_LAYERS, EPK_TLS };

struct endpoint_row {
	const char
		*name; /* "ecs", "ecs-agent", "s3", "s3-layers", "s3-bucket" */
	enum aws_service service;
	enum endpoint_kind kind;
	struct str url, host, bucket;
	struct str address; /* the one tried; empty: unknown, or a proxy's */
	bool resolved, is_private; /* private: inside this VPC's addresses */
	struct str other; /* an address of the other family; empty: none */
	struct way way;   /* how this host would send to address */
	struct endpoint_said said[ENDPOINTS_MAX_SERVERS];
	size_t n_said;
	bool by_proxy, overridden, signed_;
	bool local_name; /* it stands in /etc/hosts */
	/* A private address, and not one of this VPC's (which are known). */
	bool elsewhere;
	/* Silent, but not when asked in segments of ENDPOINTS_SMALL_MSS. */
	bool small_passes;
	enum endpoint_outcome outcome;
	const char *outcome_text; /* "tcp-silent" */
	enum err_code code;       /* of the attempt */
	int http_status;
	int proxy_status; /* what the proxy answered to CONNECT; 0: nothing */
	struct str request_id, error_code, error_message, bucket_region;
	struct aws_denial denial;
	struct str issuer, subject;
	int64_t cert_expires_ms;
	int32_t dns_ms, tcp_ms, tls_ms, http_ms; /* -1: not reached */
};

/* All are contacted side by side, so this is also how many descriptors a pass
 * has open towards AWS at one time. An instance has 60 targets when it runs
 * many services with an environment file each; twice the APIs of today leave
 * room for those of tomorrow. */
#define ENDPOINTS_MAX_APIS 16    /* and ECR's layers, control channel */
#define ENDPOINTS_MAX_BUCKETS 56 /* of the first round */
#define ENDPOINTS_MAX_FAR 24     /* buckets asked again in their own region */
#define ENDPOINTS_MAX \
	(ENDPOINTS_MAX_APIS + ENDPOINTS_MAX_BUCKETS + ENDPOINTS_MAX_FAR)

/* No path carries less: IPv4 must take 576 bytes. */
#define ENDPOINTS_SMALL_MSS 536u

/* Of IPv4; looked at when an address has no route, or no resolver answers. */
enum default_route { ROUTE_NOT_ASKED, ROUTE_SOME, ROUTE_NONE };

struct endpoint_resolver {
	struct str server;
	uint32_t asked, answered, silent, refused, failed;
};

struct fact_endpoints {
	struct seen seen;
	struct str region, suffix, partition;
	bool region_from_config;
	bool fips, dual;
	bool signed_;     /* there were keys to sign with */
	struct str proxy; /* what https requests of the agent go through */
	struct endpoint_row *row;
	size_t n;
	struct endpoint_resolver server[ENDPOINTS_MAX_SERVERS];
	size_t n_servers;
	enum default_route default_route;
	/* Is there a way out by IPv4, by IPv6 (to an address of AWS's)? */
	enum way_kind way4, way6;
	bool v6_only;        /* the agent then uses dual-stack names */
	struct str role_arn; /* sts: who we are */
	/* What AWS's clock says minus ours, the median of skew_n answers. */
	int64_t skew_ms;
	uint32_t skew_n;
};

#endif
