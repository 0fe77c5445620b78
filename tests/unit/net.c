/* Host names, addresses, AWS's errors, and what a connection came to. */
#include "../../probe/collect/ec2xml.h"
#include "../../probe/collect/outcome.h"
#include "probe/when.h"
#include "probe/xmlpull.h"
#include "unit.h"

static void partitions(void)
{
	static const struct {
		const char *region, *id;
	} rows[] = {
		{ "us-east-1", "aws" },
		{ "eu-central-2", "aws" },
		{ "us-gov-west-1", "aws-us-gov" },
		{ "cn-north-1", "aws-cn" },
		{ "us-iso-east-1", "aws-iso" },
		{ "us-isob-east-1", "aws-iso-b" },
		{ "eu-isoe-west-1", "aws-iso-e" },
		{ "us-isof-south-1", "aws-iso-f" },
		{ "eusc-de-east-1", "aws-eusc" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct partition *p =
			partition_by_region(str_of(rows[i].region));

		OK(p && str_eq(str_of(p->id), str_of(rows[i].id)),
		   rows[i].region);
	}
	OK(!partition_by_region(STR("xx-east-1")), "an unknown head");
	OK(!partition_by_region(STR("us-east-1/../x")), "not fit for a host");
	OK(!region_fit(STR("-us")) && !region_fit(STR("us-")), "edges");
}

static void hosts(struct arena *a)
{
	static const struct {
		enum aws_service s;
		const char *region;
		bool fips, dual;
		const char *want;
	} rows[] = {
		{ SVC_ECS, "us-east-1", false, false,
		  "ecs.us-east-1.amazonaws.com" },
		{ SVC_ECS, "us-east-1", true, false,
		  "ecs-fips.us-east-1.amazonaws.com" },
		{ SVC_ECS, "us-east-1", false, true, "ecs.us-east-1.api.aws" },
		{ SVC_S3, "us-east-1", false, true,
		  "s3.dualstack.us-east-1.amazonaws.com" },
		{ SVC_S3, "us-east-1", true, true,
		  "s3-fips.dualstack.us-east-1.amazonaws.com" },
		{ SVC_ECR, "us-east-1", false, false,
		  "api.ecr.us-east-1.amazonaws.com" },
		{ SVC_ECR, "us-east-1", true, false,
		  "ecr-fips.us-east-1.amazonaws.com" },
		{ SVC_ECR_DKR, "us-east-1", false, false,
		  "111122223333.dkr.ecr.us-east-1.amazonaws.com" },
		{ SVC_LOGS, "us-gov-west-1", true, false,
		  "logs.us-gov-west-1.amazonaws.com" },
		{ SVC_ECS, "us-gov-west-1", true, false,
		  "ecs-fips.us-gov-west-1.amazonaws.com" },
		{ SVC_STS, "cn-north-1", false, false,
		  "sts.cn-north-1.amazonaws.com.cn" },
		{ SVC_ECS, "eusc-de-east-1", false, false,
		  "ecs.eusc-de-east-1.amazonaws.eu" },
		{ SVC_ACS, "us-east-1", false, false, "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct partition *p =
			partition_by_region(str_of(rows[i].region));
		struct aws_where w = {
			str_of(rows[i].region), str_of(p->suffix),
			str_of(p->dual_suffix), STR("111122223333"),
			rows[i].fips,           rows[i].dual
		};

		OK(str_eq(aws_host(a, rows[i].s, &w), str_of(rows[i].want)),
		   rows[i].want);
	}
	OK(str_eq(url_host(STR("https://h.x:8443/a")), STR("h.x")), "port");
	OK(str_eq(url_host(STR("http://[fd00::1]:80/")), STR("fd00::1")),
	   "IPv6");
	OK(str_eq(url_host(STR("http://u:p@h/")), STR("h")), "user");
	OK(bucket_fit(STR("a-b.c1")) && !bucket_fit(STR("A")) &&
	           !bucket_fit(STR("-ab")) && !bucket_fit(STR("a/b")),
	   "bucket names");
}

static void addresses(void)
{
	OK(address_in(STR("10.0.1.5"), STR("172.31.0.0/16\n10.0.0.0/16")),
	   "second line");
	OK(!address_in(STR("10.1.0.1"), STR("10.0.0.0/16")), "outside");
	OK(address_in(STR("10.0.0.1"), STR("10.0.0.1")), "no mask");
	OK(!address_in(STR("10.0.0.1"), STR("10.0.0.0/99")), "a wild mask");
	OK(!address_in(STR("x"), STR("0.0.0.0/0")), "no address");
	OK(address_in(STR("fd00:ec2::1"), STR("fd00::/8")), "IPv6");
	OK(!address_in(STR("fd00::1"), STR("0.0.0.0/0")), "families differ");
	OK(address_private(STR("172.31.255.1")) &&
	           !address_private(STR("172.32.0.1")),
	   "RFC 1918");
	OK(no_proxy_matches(STR("169.254.169.254, .amazonaws.com"),
	                    STR("ecs.us-east-1.amazonaws.com")),
	   "a dot and a domain");
	OK(!no_proxy_matches(STR(".amazonaws.com"), STR("amazonaws.com")),
	   "the dot wants a sub-domain");
	OK(no_proxy_matches(STR("amazonaws.com"), STR("s3.amazonaws.com")),
	   "a bare domain");
	OK(!no_proxy_matches(STR("zonaws.com"), STR("amazonaws.com")),
	   "half a label");
	OK(no_proxy_matches(STR("10.0.0.0/8"), STR("10.2.3.4")), "a CIDR");
	OK(no_proxy_matches(STR("*"), STR("anything")), "star");
	OK(!no_proxy_matches(STR(""), STR("x")), "empty");
}

static void errors(struct arena *a)
{
	struct aws_error e = aws_error_read(
		a, (struct str){ 0 },
		STR("{\"__type\":\"com.amazon.coral#AccessDeniedException\","
	            "\"Message\":\"no\"}"));
	struct aws_denial d;

	OK(str_eq(e.code, STR("AccessDeniedException")) &&
	           str_eq(e.message, STR("no")),
	   "JSON with a name space");
	e = aws_error_read(a, STR("ThrottlingException:http://x"), STR(""));
	OK(aws_error_kind(&e, 400) == AWS_ERR_THROTTLED, "the header alone");
	e = aws_error_read(a, (struct str){ 0 },
	                   STR("<Response><Errors><Error><Code>AuthFailure"
	                       "</Code><Message>a &lt;b&gt; &amp;lt;</Message>"
	                       "</Error></Errors></Response>"));
	OK(str_eq(e.code, STR("AuthFailure")) &&
	           str_eq(e.message, STR("a <b> &lt;")),
	   "XML, entities once");
	e = (struct aws_error){ STR("InvalidSignatureException"),
		                STR("Signature expired: x is now earlier") };
	OK(aws_error_kind(&e, 400) == AWS_ERR_SKEW, "a clock in disguise");
	e.message = STR("The request signature we calculated does not match");
	OK(aws_error_kind(&e, 400) == AWS_ERR_SIGNATURE, "a wrong secret");
	OK(aws_denial_read(STR("User: arn:aws:sts::1:assumed-role/r/i is not "
	                       "authorized to perform: ecs:Poll on resource: * "
	                       "because no identity-based policy allows the "
	                       "ecs:Poll action"),
	                   &d) &&
	           str_eq(d.action, STR("ecs:Poll")) &&
	           str_eq(d.wall, STR("identity-based policy")) &&
	           !d.explicit_deny,
	   "an implicit denial");
	OK(aws_denial_read(STR("User: u is not authorized to perform: a:B on "
	                       "resource: r with an explicit deny in a service "
	                       "control policy"),
	                   &d) &&
	           d.explicit_deny &&
	           str_eq(d.wall, STR("service control policy")),
	   "an explicit one");
	OK(!aws_denial_read(STR("Access Denied"), &d), "no details");
}

static void outcomes(struct arena *a)
{
	static const struct {
		const char *what;
		enum err_code code;
		int os, status;
		enum http_stage stage;
		bool proxy;
		enum endpoint_outcome want;
	} rows[] = {
		{ "syn lost", ERR_TIME, 0, 0, STAGE_TCP, false, EP_TCP_SILENT },
		{ "refused", ERR_REFUSED, 111, 0, STAGE_TCP, false,
		  EP_TCP_REFUSED },
		{ "rejected here", ERR_UNREACH, 113, 0, STAGE_TCP, false,
		  EP_NO_ROUTE },
		{ "dead proxy", ERR_REFUSED, 111, 0, STAGE_TCP, true,
		  EP_PROXY_REFUSED },
		{ "proxy waits", ERR_TIME, 0, 0, STAGE_PROXY, true,
		  EP_PROXY_SILENT },
		{ "proxy 403", ERR_PROXY, 0, 0, STAGE_PROXY, true,
		  EP_PROXY_DENIES },
		{ "hello lost", ERR_TIME, 0, 0, STAGE_TLS, false,
		  EP_TLS_SILENT },
		{ "unknown CA", ERR_TLS, 20, 0, STAGE_TLS, false,
		  EP_TLS_UNTRUSTED },
		{ "self-signed", ERR_TLS, 18, 0, STAGE_TLS, false,
		  EP_TLS_UNTRUSTED },
		{ "old", ERR_TLS, 10, 0, STAGE_TLS, false, EP_TLS_EXPIRED },
		{ "other name", ERR_TLS, 62, 0, STAGE_TLS, false, EP_TLS_NAME },
		{ "no cipher", ERR_TLS, 0, 0, STAGE_TLS, false, EP_TLS_FAILED },
		{ "reset in TLS", ERR_RESET, 104, 0, STAGE_TLS, false,
		  EP_RESET },
		{ "mute", ERR_TIME, 0, 0, STAGE_HTTP, false, EP_HTTP_SILENT },
		{ "half a reply", ERR_RESET, 0, 200, STAGE_DONE, false,
		  EP_CUT },
		{ "a flood", ERR_LIMIT, 0, 200, STAGE_DONE, false,
		  EP_STRANGER },
		{ "not recorded", ERR_NOENT, HOST_UNRECORDED, 0, STAGE_NONE,
		  false, EP_NOT_ASKED },
		{ "a page", ERR_NONE, 0, 200, STAGE_DONE, false, EP_STRANGER },
		{ "a proxy's 502", ERR_NONE, 0, 502, STAGE_DONE, true,
		  EP_STRANGER },
		{ "a front end's 503", ERR_NONE, 0, 503, STAGE_DONE, false,
		  EP_SERVER_ERROR },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct http_resp r = { .err = { rows[i].code, rows[i].os, "" },
			               .stage = rows[i].stage,
			               .status = rows[i].status,
			               .cert_expires_ms = WHEN_NONE };
		struct endpoint_row row = { .service = SVC_ECS,
			                    .by_proxy = rows[i].proxy };

		outcome_of_http(a, &r, 0, &row);
		OK(row.outcome == rows[i].want, rows[i].what);
	}
}

static void skew(void)
{
	struct endpoint_row row = { .outcome = EP_OK };
	struct http_resp r = { .date = STR("Thu, 01 Jan 2026 00:00:00 GMT"),
		               .got_ms = when_of(2026, 1, 1, 0, 10, 0),
		               .http_ms = 100 };
	int64_t ms = 0;

	OK(outcome_skew(&r, &row, &ms) && ms == -600000 + 500 + 50,
	   "ten minutes ahead");
	row.outcome = EP_STRANGER;
	OK(!outcome_skew(&r, &row, &ms), "a proxy's clock does not count");
}

static void xml(struct arena *a)
{
	struct secgroup_ports g = { .n_sources = 0 }, n = { .n_sources = 0 };
	struct fact_secgroup s = { .routes = SECGROUP_READ };
	bool found = false;

	OK(ec2xml_groups(
		   STR("<R><securityGroupInfo><item><ipPermissions><item>"
	               "<ipProtocol>tcp</ipProtocol><fromPort>31000</fromPort>"
	               "<toPort>31001</toPort><ipRanges><item><cidrIp>10.0.0.0/"
	               "8"
	               "</cidrIp></item></ipRanges></item><item><ipProtocol>udp"
	               "</ipProtocol><fromPort>0</fromPort><toPort>65535</"
	               "toPort>"
	               "<ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item>"
	               "</ipRanges></item></ipPermissions></item>"
	               "</securityGroupInfo></R>"),
		   &g),
	   "a group");
	OK(secgroup_open(&g, 31001) && !secgroup_open(&g, 31002) &&
	           !secgroup_open(&g, 30999) && !g.https_out,
	   "two ports, nothing out");
	OK(!ec2xml_groups(STR("<R><securityGroupInfo></R>"), &g), "garbled");
	OK(!ec2xml_groups(STR("<html>hello</html>"), &g), "a page");
	OK(ec2xml_acl(a,
	              STR("<R><networkAclSet><item><entrySet><item><ruleNumber>"
	                  "200</ruleNumber><protocol>-1</protocol><ruleAction>"
	                  "allow</ruleAction><egress>false</egress><cidrBlock>"
	                  "0.0.0.0/0</cidrBlock></item><item><ruleNumber>100"
	                  "</ruleNumber><protocol>6</protocol><ruleAction>deny"
	                  "</ruleAction><egress>false</egress><cidrBlock>"
	                  "0.0.0.0/0</cidrBlock><portRange><from>40000</from>"
	                  "<to>40009</to></portRange></item></entrySet></item>"
	                  "</networkAclSet></R>"),
	              &n),
	   "an ACL");
	OK(secgroup_open(&n, 39999) && !secgroup_open(&n, 40005) &&
	           secgroup_open(&n, 40010),
	   "the lower number decides");
	OK(ec2xml_routes(STR("<R><routeTableSet><item><routeTableId>rtb-1"
	                     "</routeTableId><routeSet><item>"
	                     "<destinationCidrBlock>0.0.0.0/0"
	                     "</destinationCidrBlock><natGatewayId>nat-1"
	                     "</natGatewayId><state>blackhole</state></item>"
	                     "</routeSet></item></routeTableSet></R>"),
	                 &s, &found) &&
	           found && s.default_blackhole &&
	           str_eq(s.default_target, STR("nat-1")),
	   "a route that leads nowhere");
	found = false;
	OK(ec2xml_routes(STR("<R><routeTableSet/></R>"), &s, &found) && !found,
	   "no table: the main one");
}

int main(void)
{
	struct arena a = unit_arena(4 << 20);

	partitions();
	hosts(&a);
	addresses();
	errors(&a);
	outcomes(&a);
	skew();
	xml(&a);
	free(a.base);
	return unit_end("net");
}
