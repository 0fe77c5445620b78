/* cloudinit.h - how cloud-init's run of this boot went. */
#ifndef PROBE_FACTS_CLOUDINIT_H
#define PROBE_FACTS_CLOUDINIT_H

#include "probe/seen.h"

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
};

#endif
