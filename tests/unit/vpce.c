/* VPC endpoints as EC2 tells of them. */
#include "../../probe/collect/ec2vpce.h"
#include "unit.h"

#define ALLOW(rest) "{\"Effect\":\"Allow\",\"Principal\":\"*\"," rest "}"
#define ALL ALLOW("\"Action\":\"*\",\"Resource\":\"*\"")

static void services(void)
{
	static const struct {
		const char *name;
		enum aws_service want; /* SVC_COUNT: none of ours */
	} rows[] = {
		{ "com.amazonaws.us-east-1.ecs", SVC_ECS },
		{ "cn.com.amazonaws.cn-north-1.ecs-agent", SVC_ACS },
		{ "com.amazonaws.us-east-1.ecs-telemetry", SVC_TCS },
		{ "com.amazonaws.us-east-1.ecr.api", SVC_ECR },
		{ "com.amazonaws.us-east-1.ecr.dkr", SVC_ECR_DKR },
		{ "com.amazonaws.us-east-1.logs", SVC_LOGS },
		{ "com.amazonaws.us-east-1.s3", SVC_S3 },
		{ "com.amazonaws.us-east-1.s3-outposts", SVC_COUNT },
		{ "com.amazonaws.us-east-1.ssm", SVC_COUNT },
		{ "com.amazonaws.vpce.us-east-1.vpce-svc-1", SVC_COUNT },
		{ "ecs", SVC_COUNT },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct vpce_row r = { .service = SVC_COUNT };

		OK(ec2vpce_service(str_of(rows[i].name), &r) ==
		           (rows[i].want != SVC_COUNT),
		   rows[i].name);
		OK(r.service == rows[i].want, rows[i].name);
	}
}

static void policies(struct arena *a)
{
	static const struct {
		const char *what, *policy;
		bool narrow, layers;
	} rows[] = {
		{ "none", "", false, false },
		{ "the default", "{\"Statement\":[" ALL "]}", false, true },
		{ "one object", "{\"Statement\":" ALL "}", false, true },
		{ "lists",
		  "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{"
		  "\"AWS\":[\"*\"]},\"Action\":[\"*\"],\"Resource\":[\"*\"]}]}",
		  false, true },
		{ "a deny beside it",
		  "{\"Statement\":[" ALL ",{\"Effect\":\"Deny\",\"Principal\":"
		  "\"*\",\"Action\":\"s3:Put*\",\"Resource\":\"*\"}]}",
		  true, true },
		{ "one action",
		  "{\"Statement\":[" ALLOW("\"Action\":\"s3:Get*\","
		                           "\"Resource\":\"*\"") "]}",
		  true, true },
		{ "one bucket",
		  "{\"Statement\":[" ALLOW("\"Action\":\"*\",\"Resource\":"
		                           "\"arn:aws:s3:::mine/*\"") "]}",
		  true, false },
		{ "the layers' bucket",
		  "{\"Statement\":[" ALLOW(
			  "\"Action\":\"*\",\"Resource\":[\"arn:aws:s3:::"
			  "prod-us-east-1-starport-layer-bucket/*\"]") "]}",
		  true, true },
		{ "all buckets by ARN",
		  "{\"Statement\":[" ALLOW("\"Action\":\"*\",\"Resource\":"
		                           "\"arn:aws:s3:::*\"") "]}",
		  true, true },
		{ "own buckets",
		  "{\"Statement\":[" ALLOW(
			  "\"Action\":\"*\",\"Resource\":\"*\","
			  "\"Condition\":{\"StringEquals\":{"
			  "\"aws:ResourceOrgID\":\"o\"}}") "]}",
		  true, false },
		{ "nothing allowed", "{\"Statement\":[]}", true, false },
		{ "not JSON", "{", false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct vpce_row r = { .narrow = false };

		ec2vpce_policy(a, str_of(rows[i].policy), &r);
		OK(r.narrow == rows[i].narrow && r.layers == rows[i].layers,
		   rows[i].what);
	}
}

#define RULE(proto, lo, hi, source)                             \
	"<item><ipProtocol>" proto "</ipProtocol><fromPort>" lo \
	"</fromPort><toPort>" hi "</toPort>" source "</item>"
#define CIDR(c) "<ipRanges><item><cidrIp>" c "</cidrIp></item></ipRanges>"
#define GROUP(g) "<groups><item><groupId>" g "</groupId></item></groups>"
#define LIST(l)                                                          \
	"<prefixListIds><item><prefixListId>" l "</prefixListId></item>" \
	"</prefixListIds>"

static void entries(struct arena *a)
{
	static const struct {
		const char *what, *rules;
		enum vpce_entry want;
	} rows[] = {
		{ "no rule", "", VPCE_ENTRY_CLOSED },
		{ "our address", RULE("tcp", "443", "443", CIDR("10.0.0.0/8")),
		  VPCE_ENTRY_OPEN },
		{ "others' addresses",
		  RULE("tcp", "443", "443", CIDR("10.9.0.0/16")),
		  VPCE_ENTRY_CLOSED },
		{ "our group", RULE("tcp", "443", "443", GROUP("sg-b")),
		  VPCE_ENTRY_OPEN },
		{ "another group", RULE("tcp", "443", "443", GROUP("sg-x")),
		  VPCE_ENTRY_CLOSED },
		{ "the second of two sources",
		  RULE("tcp", "0", "65535", GROUP("sg-x") CIDR("10.0.1.10/32")),
		  VPCE_ENTRY_OPEN },
		{ "another port", RULE("tcp", "80", "80", CIDR("0.0.0.0/0")),
		  VPCE_ENTRY_CLOSED },
		{ "UDP", RULE("udp", "443", "443", CIDR("0.0.0.0/0")),
		  VPCE_ENTRY_CLOSED },
		{ "all",
		  "<item><ipProtocol>-1</ipProtocol>" CIDR(
			  "0.0.0.0/0") "</item>",
		  VPCE_ENTRY_OPEN },
		{ "a list", RULE("tcp", "443", "443", LIST("pl-1")),
		  VPCE_ENTRY_UNKNOWN },
		{ "a list for another port",
		  RULE("tcp", "80", "80", LIST("pl")), VPCE_ENTRY_CLOSED },
	};
	const struct ec2vpce_me me = { STR("10.0.1.10"), STR("sg-a\nsg-b") };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct vpce_row row = { .groups = STR("sg-e") };
		struct fact_vpce f = { .row = &row, .n = 1 };
		struct str text = arena_str(
			a,
			"<R><securityGroupInfo><item><groupId>sg-e</groupId>"
			"<ipPermissions>%s</ipPermissions>"
			"<ipPermissionsEgress>" RULE(
				"tcp", "443", "443",
				CIDR("0.0.0.0/0")) "</ipPermissionsEgress>"
						   "</item></"
						   "securityGroupInfo></R>",
			rows[i].rules);

		OK(ec2vpce_entries(text, &me, &f) && row.entry == rows[i].want,
		   rows[i].what);
	}
}

static void read_all(struct arena *a)
{
	struct fact_vpce f = { .n = 0 };

	OK(ec2vpce_read(
		   a,
		   STR("<R><vpcEndpointSet><item><vpcEndpointId>vpce-1"
	               "</vpcEndpointId><vpcEndpointType>Interface"
	               "</vpcEndpointType><serviceName>com.amazonaws.r.ecs"
	               "</serviceName><state>available</state><groupSet><item>"
	               "<groupId>sg-1</groupId><groupName>x</groupName></item>"
	               "<item><groupId>sg-2</groupId></item></groupSet>"
	               "<privateDnsEnabled>true</privateDnsEnabled></"
	               "item><item>"
	               "<serviceName>com.amazonaws.r.ssm</serviceName></item>"
	               "<item><vpcEndpointId>vpce-2</vpcEndpointId>"
	               "<vpcEndpointType>Gateway</vpcEndpointType><serviceName>"
	               "com.amazonaws.r.s3</serviceName><policyDocument>{&quot;"
	               "Statement&quot;:[]}</policyDocument><routeTableIdSet>"
	               "<item>rtb-1</item><item>rtb-2</item></routeTableIdSet>"
	               "</item></vpcEndpointSet></R>"),
		   &f) &&
	           f.n == 2,
	   "two of ours");
	OK(str_eq(f.row[0].groups, STR("sg-1\nsg-2")) && f.row[0].private_dns &&
	           !f.row[0].gateway,
	   "an interface");
	OK(str_eq(f.row[1].tables, STR("rtb-1\nrtb-2")) && f.row[1].gateway &&
	           f.row[1].narrow,
	   "a gateway, its policy behind entities");
	OK(!ec2vpce_read(a, STR("<R/>"), &f), "not such a document");
}

int main(void)
{
	struct arena a = unit_arena(1 << 20);

	services();
	policies(&a);
	entries(&a);
	read_all(&a);
	return unit_end("vpce");
}
