/*
 * facts/imds.h - the instance metadata service: how it answered, and what it
 * said about the instance, its role and its life. Texts are as served, capped,
 * not cleaned.
 */
#ifndef PROBE_FACTS_IMDS_H
#define PROBE_FACTS_IMDS_H

#include "probe/seen.h"

enum imds_state {
	IMDS_NOT_ASKED, /* AWS_EC2_METADATA_DISABLED=true in our environment */
	IMDS_ANSWERS,   /* documents were read */
	IMDS_SILENT,    /* neither the token nor a plain GET came back */
	IMDS_HOP,       /* the token never comes back, everything else does */
	IMDS_REFUSED,
	IMDS_UNREACH,
	IMDS_OFF,     /* 403 to everything: disabled for this instance */
	IMDS_BUSY,    /* 429 or 503, twice */
	IMDS_STRANGE, /* something answers that is no metadata service */
};

/* One document: status 0 when none came, code then says why. */
struct imds_doc {
	int status;
	enum err_code code;
	struct str text;
};

struct imds_iam {
	struct imds_doc info; /* iam/info; 404: no instance profile */
	struct str info_code, info_message, profile_arn;
	int list_status;          /* of iam/security-credentials/ */
	struct str role;          /* its first line */
	struct imds_doc keys;     /* the role's document, without its text */
	struct str code, message; /* of that document */
	bool complete;            /* Success, and all four fields are there */
	bool garbled; /* it answered 200 and is not such a document */
	int64_t expires_ms, updated_ms; /* WHEN_NONE: not said */
};

struct aws_cred;

struct fact_imds {
	struct seen seen;
	enum imds_state state;
	struct str endpoint; /* "http://169.254.169.254" */
	bool overridden;     /* the environment names another one */
	int version;         /* 2 or 1: how documents were read; 0: none were */
	int put_status;      /* of the token request; 0: no answer */
	enum err_code put_code;
	int plain_status; /* of a GET without a token: 401 = v2 is required */
	enum err_code plain_code;
	bool documents;     /* the fields below were asked for */
	int32_t latency_ms; /* the quicker of two answers; -1: none */

	struct str instance_id, account, region, az, image_id, type, arch;
	struct str private_ip, public_ip; /* public_ip empty: has none */
	struct str domain, partition;
	struct str mac, subnet, vpc, interface_id;
	struct str groups;    /* security group ids, a line each */
	struct str vpc_cidrs; /* a line each, IPv4 before IPv6 */
	struct str life_cycle;
	bool has_user_data;

	struct imds_iam iam;
	const struct aws_cred *cred; /* for signing; NULL: no usable keys */
	/* For who asks more of it: a header with the token, as secret as cred;
	 * NULL: none is needed, or none was had. */
	const char *token;

	struct str spot_action;        /* "terminate"; empty: no interruption */
	int64_t spot_ms, rebalance_ms; /* WHEN_NONE: nothing announced */
	struct str
		asg_state; /* target-lifecycle-state; empty: not in a group */
	struct str event_code, event_state; /* first scheduled maintenance */
	struct str event_when;
	uint32_t events;

	/* /sys/class/dmi: "Amazon EC2", "QEMU"; empty: could not be read. */
	struct str vendor;
	bool shared_keys;       /* /root/.aws/credentials is there */
	int64_t shared_keys_ms; /* when it was written */
};

#endif
