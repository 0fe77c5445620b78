/* agent.h - what the agent itself answers on this host. */
#ifndef PROBE_FACTS_AGENT_H
#define PROBE_FACTS_AGENT_H

#include "probe/seen.h"

enum agent_answer {
	AGENT_NOTHING, /* refused or silent; why says which */
	AGENT_ODD,     /* something that is not the agent answers */
	AGENT_NO_ARN,  /* the agent, without a container instance */
	AGENT_ANSWERS, /* all of cluster, arn and version */
};

struct fact_agent {
	struct seen seen;
	enum agent_answer answer;
	enum err_code why; /* REFUSED, TIME, RESET, FORM ... */
	int status;        /* of HTTP; 0: none */
	int32_t ms;
	struct str cluster, arn, version; /* version: "1.105.1" */
	bool port_51679;                  /* accepts a connection */
	enum err_code why_51679;
};

#endif
