#include "dnsmsg.h"

#include <string.h>

#define HEADER 12
#define HOPS_MAX 32  /* compression pointers in one name */
#define CNAMES_MAX 8 /* length of an alias chain */

size_t dnsmsg_query(unsigned char *out, size_t cap, uint16_t id,
                    const char *name, enum dns_type type)
{
	struct str rest = str_of(name);
	size_t n = HEADER;

	if (rest.n && rest.p[rest.n - 1] == '.')
		rest.n--;
	if (rest.n == 0 || rest.n > DNS_NAME_MAX || cap < HEADER + rest.n + 6)
		return 0;
	memset(out, 0, HEADER);
	out[0] = (unsigned char)(id >> 8);
	out[1] = (unsigned char)id;
	out[2] = 1; /* recursion desired */
	out[5] = 1; /* one question */
	while (rest.p) {
		struct str label = str_cut(&rest, '.');

		if (label.n == 0 || label.n > 63)
			return 0;
		out[n++] = (unsigned char)label.n;
		memcpy(out + n, label.p, label.n);
		n += label.n;
	}
	out[n++] = 0;
	out[n++] = 0;
	out[n++] = (unsigned char)type;
	out[n++] = 0;
	out[n++] = 1; /* class IN */
	return n;
}

struct reader {
	const unsigned char *p;
	size_t n, at;
	bool bad;
};

static unsigned get16(struct reader *r)
{
	unsigned v;

	if (r->n - r->at < 2) {
		r->bad = true;
		return 0;
	}
	v = (unsigned)r->p[r->at] << 8 | r->p[r->at + 1];
	r->at += 2;
	return v;
}

static void skip(struct reader *r, size_t n)
{
	if (r->n - r->at < n)
		r->bad = true;
	else
		r->at += n;
}

/* A name at r->at, lower case with dots; a pointer may only lead backwards. */
static void get_name(struct reader *r, char out[DNS_NAME_MAX + 2])
{
	size_t at = r->at, len = 0, end = 0, limit = r->at;

	for (unsigned hops = 0; hops < HOPS_MAX;) {
		size_t c = at < r->n ? r->p[at] : 0x80;

		if (c >= 0xc0 && at + 1 < r->n) {
			size_t to = (c & 0x3f) << 8 | r->p[at + 1];

			if (!end)
				end = at + 2;
			if (to >= limit)
				break;
			at = limit = to;
			hops++;
			continue;
		}
		if (c > 63 || c > r->n - at - 1 ||
		    len + c + 1 > DNS_NAME_MAX + 1)
			break;
		if (c == 0) {
			out[len ? len - 1 : 0] = '\0';
			r->at = end ? end : at + 1;
			return;
		}
		for (size_t i = 1; i <= c; i++)
			out[len++] = str_low((char)r->p[at + i]);
		out[len++] = '.';
		at += c + 1;
	}
	r->bad = true;
	out[0] = '\0';
}

static bool same_name(const char *wire, const char *name)
{
	struct str want = str_of(name);

	if (want.n && want.p[want.n - 1] == '.')
		want.n--;
	return str_eq_low(str_of(wire), want);
}

/* One pass over the answers: addresses of target, or the name it stands for.
 * True when target became another name. */
static bool walk(struct reader r, unsigned count, enum dns_type type,
                 char target[DNS_NAME_MAX + 2], struct dns_answer *out)
{
	char owner[DNS_NAME_MAX + 2], alias[DNS_NAME_MAX + 2];
	bool moved = false;

	for (unsigned i = 0; i < count && !r.bad; i++) {
		unsigned t, class, len;
		size_t data;

		get_name(&r, owner);
		t = get16(&r);
		class = get16(&r);
		skip(&r, 4); /* TTL */
		len = get16(&r);
		data = r.at;
		skip(&r, len);
		if (r.bad || class != 1 || strcmp(owner, target) != 0)
			continue;
		if (t == DNS_CNAME) {
			struct reader in = r;

			in.at = data;
			get_name(&in, alias);
			r.bad = in.bad;
			memcpy(target, alias, sizeof(alias));
			moved = true;
		} else if (t == (unsigned)type &&
		           len == (type == DNS_A ? 4 : 16) &&
		           out->n < DNS_MAX_ADDR) {
			out->ip[out->n].len = (uint8_t)len;
			memcpy(out->ip[out->n++].b, r.p + data, len);
		}
	}
	return moved && !r.bad;
}

/* The head and the one question, both ours; 0 answers when there are none to
 * be read. False: not ours, or malformed. */
static bool get_head(struct reader *r, uint16_t id, const char *name,
                     enum dns_type type, char target[DNS_NAME_MAX + 2],
                     struct dns_answer *out, unsigned *answers)
{
	unsigned got_id = get16(r), flags = get16(r), questions = get16(r);
	unsigned count = get16(r);

	skip(r, 4);
	/* A reply to a standard query. */
	if (r->bad || got_id != id || (flags & 0xf800) != 0x8000)
		return false;
	out->rcode = (int)(flags & 15);
	out->cut = (flags & 0x0200) != 0;
	*answers = out->rcode || out->cut ? 0 : count;
	if (questions == 0 && out->rcode != 0)
		return true; /* some servers refuse without repeating it */
	if (questions != 1)
		return false;
	get_name(r, target);
	return get16(r) == (unsigned)type && get16(r) == 1 && !r->bad &&
	       same_name(target, name);
}

bool dnsmsg_parse(const unsigned char *p, size_t n, uint16_t id,
                  const char *name, enum dns_type type, struct dns_answer *out)
{
	struct reader r = { p, n, 0, false };
	char target[DNS_NAME_MAX + 2] = { 0 };
	unsigned answers = 0;

	*out = (struct dns_answer){ 0 };
	if (!get_head(&r, id, name, type, target, out, &answers))
		return false;
	for (unsigned i = 0; i < CNAMES_MAX && answers && out->n == 0; i++)
		if (!walk(r, answers, type, target, out))
			break;
	return true;
}
