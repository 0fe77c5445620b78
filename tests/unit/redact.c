#include <stdlib.h>
#include <string.h>

#include "probe/text.h"
#include "test.h"

/* What goes in, and what must come out: '*' for '*', byte for byte. */
static const struct {
	const char *name, *in, *want;
} rows[] = {
	{ "plain", "level=info msg=\"all is well\"",
	  "level=info msg=\"all is well\"" },
	{ "url/user", "HTTP_PROXY=http://bob:hunter2@10.0.0.1:3128\n",
	  "HTTP_PROXY=http://***********@10.0.0.1:3128\n" },
	{ "url/no user", "http://10.0.0.1:3128/a@b",
	  "http://10.0.0.1:3128/a@b" },
	{ "url/slash in password", "http://u:pa/ss@h:1/",
	  "http://*******@h:1/" },
	{ "url/digest is no user", "https://r.io/v2/x@sha256:ab",
	  "https://r.io/v2/x@sha256:ab" },
	{ "url/in json", "{\"p\":\"https://u:p@h/\"}",
	  "{\"p\":\"https://***@h/\"}" },
	{ "url/coded", "to=http%3A%2F%2Fu%3Ap%40h%3A1",
	  "to=http%3A%2F%2F*****%40h%3A1" },
	{ "url/ipv6", "http://[::1]:80/a", "http://[::1]:80/a" },
	{ "proxy/no scheme", "HTTPS_PROXY=u:p@h:1", "HTTPS_PROXY=***@h:1" },
	{ "key id", "key AKIAABCDEFGHIJKLMNOP.", "key AKIA****************." },
	{ "key id/in word", "xAKIAABCDEFGHIJKLMNOP", "xAKIAABCDEFGHIJKLMNOP" },
	{ "secret/env", "AWS_SECRET_ACCESS_KEY=abc/def+1\nX=1",
	  "AWS_SECRET_ACCESS_KEY=*********\nX=1" },
	{ "secret/spaces", "aws_secret_access_key = abc def\nx",
	  "aws_secret_access_key = *******\nx" },
	{ "secret/json", "{ \"SecretAccessKey\" : \"a\\\"b\", \"x\":1 }",
	  "{ \"SecretAccessKey\" : \"****\", \"x\":1 }" },
	{ "secret/nested json", "\"{\\\"Token\\\":\\\"abc\\\",\\\"x\\\":1}\"",
	  "\"{\\\"Token\\\":\\\"***\\\",\\\"x\\\":1}\"" },
	{ "secret/go", "{AccessKeyID:AB SecretAccessKey:abc/d Source:x}",
	  "{AccessKeyID:** SecretAccessKey:***** Source:x}" },
	{ "secret/xml", "<SecretAccessKey>abc</SecretAccessKey>",
	  "<SecretAccessKey>***</SecretAccessKey>" },
	{ "secret/query", "GET /k?X-Amz-Signature=ab12&b=1",
	  "GET /k?X-Amz-Signature=****&b=1" },
	{ "secret/option", "run --password hunter2 -v",
	  "run --password ******* -v" },
	{ "token/header", "X-aws-ec2-metadata-token: AQ12==\r\nA: b",
	  "X-aws-ec2-metadata-token: ******\r\nA: b" },
	{ "token/ttl is none", "X-aws-ec2-metadata-token-ttl-seconds: 21600",
	  "X-aws-ec2-metadata-token-ttl-seconds: 21600" },
	{ "token/by its head",
	  "got IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJHMEUC.",
	  "got ****************************************************." },
	{ "authorization", "Authorization: AWS4-HMAC a=b, c=d\nx",
	  "Authorization: ******************\nx" },
	{ "authorization/go", "map[Authorization:[Basic abc] Host:[h]]",
	  "map[Authorization:[********************" },
	{ "auth data/config",
	  "ECS_ENGINE_AUTH_DATA={\"https://r.io/v1/\":{\"username\":\"bob\","
	  "\"password\":\"p{,}w\",\"email\":\"e@x\"}}\nA=1",
	  "ECS_ENGINE_AUTH_DATA={\"https://r.io/v1/\":{\"username\":\"***\","
	  "\"password\":\"*****\",\"email\":\"***\"}}\nA=1" },
	{ "auth data/in docker env",
	  "\"Env\":[\"ECS_ENGINE_AUTH_DATA={\\\"r.io\\\":{\\\"auth\\\":"
	  "\\\"abc\\\"}}\",\"A=1\"]",
	  "\"Env\":[\"ECS_ENGINE_AUTH_DATA={\\\"r.io\\\":{\\\"auth\\\":"
	  "\\\"***\\\"}}\",\"A=*\"]" },
	{ "auth data/broken", "ECS_ENGINE_AUTH_DATA={\"a\":\"b\nB=2",
	  "ECS_ENGINE_AUTH_DATA={\"*\":\"*\nB=2" },
	{ "auth data/not json", "ECS_ENGINE_AUTH_DATA=abc123\nB=2",
	  "ECS_ENGINE_AUTH_DATA=******\nB=2" },
	{ "auth type", "ECS_ENGINE_AUTH_TYPE=docker",
	  "ECS_ENGINE_AUTH_TYPE=docker" },
	{ "docker env",
	  "{\"Env\":[\"DB=a b\",\"PATH=/bin\",\"ECS_CLUSTER=c\"]}",
	  "{\"Env\":[\"DB=***\",\"PATH=/bin\",\"ECS_CLUSTER=c\"]}" },
	{ "docker env/proxy", "{\"Env\":[\"http_proxy=http://u:p@h\"]}",
	  "{\"Env\":[\"http_proxy=http://***@h\"]}" },
	{ "identity document", "\"privateIp\" : \"10.0.0.5\"",
	  "\"privateIp\" : \"10.0.0.5\"" },
	{ "credentials file", "AWS_SHARED_CREDENTIALS_FILE=/root/x",
	  "AWS_SHARED_CREDENTIALS_FILE=/root/x" },
	{ "credentials id",
	  "GET /v2/credentials/aabbccdd-1122 and "
	  "/iam/security-credentials/role",
	  "GET /v2/credentials/************* and "
	  "/iam/security-credentials/role" },
	{ "prose", "Unable to get credentials: NoCredentialProviders: no valid",
	  "Unable to get credentials: NoCredentialProviders: no valid" },
	{ "secret's name", "secret=arn:aws:secretsmanager:x:1:secret:n",
	  "secret=arn:aws:secretsmanager:x:1:secret:n" },
	{ "pem", "-----BEGIN RSA PRIVATE KEY-----\nMIIa+/=\nb\n-----END RSA",
	  "-----BEGIN RSA PRIVATE KEY-----\n*******\n*\n-----END RSA" },
	{ "pem/json", "\"k\":\"x\\n-----BEGIN PRIVATE KEY-----\\nMII\\n\"",
	  "\"k\":\"x\\n-----BEGIN PRIVATE KEY-----\\n***\\n\"" },
	{ "escaped line end", "\"x\\npassword=ab\\ny\"",
	  "\"x\\npassword=**\\ny\"" },
};

#define TALLY (&t)

int main(void)
{
	struct tally t = { 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = strlen(rows[i].in);
		char *p =
			malloc(n); /* its own block: ASan sees a step too far */

		if (!p)
			return 1;
		memcpy(p, rows[i].in, n);
		redact_mask(p, n);
		EXPECT(rows[i].name, n == strlen(rows[i].want) &&
		                             !memcmp(p, rows[i].want, n));
		if (n != strlen(rows[i].want) || memcmp(p, rows[i].want, n))
			printf("  got  %.*s\n  want %s\n", (int)n, p,
			       rows[i].want);
		redact_mask(p, n);
		EXPECT("twice is once", !memcmp(p, rows[i].want, n));
		free(p);
	}
	return test_end(&t);
}
