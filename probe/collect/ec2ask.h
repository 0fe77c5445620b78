/* ec2ask.h - questions to EC2's API, signed with the instance's role. */
#ifndef PROBE_COLLECT_EC2ASK_H
#define PROBE_COLLECT_EC2ASK_H

#include "target.h"

#define EC2_VERSION "&Version=2016-11-15"
#define EC2_MAX_GROUPS 16

/* tag tells the answers to one URL apart in a recording. */
struct http_req ec2_request(struct collect *c, const struct endpoint_row *row,
                            const struct aws_where *w, struct str form,
                            const char *tag);
enum secgroup_answer ec2_answer(struct arena *a, const struct http_resp *r);
/* DescribeSecurityGroups of ids, a line each. */
struct str ec2_groups_form(struct arena *a, struct str ids);

#endif
