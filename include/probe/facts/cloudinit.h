/* cloudinit.h - how cloud-init's run of this boot went. */
#ifndef PROBE_FACTS_CLOUDINIT_H
#define PROBE_FACTS_CLOUDINIT_H

#include "probe/seen.h"
#include "probe/when.h"

#define CLOUDINIT_MAX_ERRORS 4

struct fact_cloudinit {
	struct seen seen;
	bool there;            /* cloud-init ran on this machine */
	bool finished;         /* of this boot, or of the instance's first */
	struct str datasource; /* "DataSourceEc2Local", "DataSourceNone" */
	struct str error[CLOUDINIT_MAX_ERRORS]; /* as cloud-init put them */
	size_t n_errors;
	bool user_data; /* there is some, and it is not empty */
	bool user_data_known;
	bool script_failed; /* a user-data script ended with an error */
	/* Since 1970, by its own record of this boot; WHEN_NONE: not told. */
	int64_t source_ms; /* when it had the metadata */
	int64_t final_ms;  /* when it ended, user data and all */
};

#endif
