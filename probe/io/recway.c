/* A way to an address as lines: "way open", "dev eth0", "via 10.0.1.1", "src
 * 10.0.1.10", "local". */
#include "rec.h"

static const char *const kinds[WAY_KINDS] = {
	[WAY_UNASKED] = "unasked",     [WAY_OPEN] = "open",
	[WAY_NONE] = "none",           [WAY_UNREACHABLE] = "unreachable",
	[WAY_BLACKHOLE] = "blackhole", [WAY_PROHIBIT] = "prohibit",
};

struct rec_path rec_way(const char *addr)
{
	return rec_named("ways", addr);
}

struct str rec_put_way(struct arena *a, const struct way *w)
{
	struct buf b = buf_init(a, 512);

	(void)buf_fmt(&b, "way %s\n", kinds[w->kind]);
	if (w->device.n)
		(void)buf_fmt(&b, "dev " STR_FMT "\n", STR_ARG(w->device));
	if (w->gateway.n)
		(void)buf_fmt(&b, "via " STR_FMT "\n", STR_ARG(w->gateway));
	if (w->source.n)
		(void)buf_fmt(&b, "src " STR_FMT "\n", STR_ARG(w->source));
	if (w->local)
		(void)buf_add(&b, STR("local\n"));
	return buf_str(&b);
}

bool rec_get_way(struct str text, struct way *w)
{
	*w = (struct way){ .kind = WAY_UNASKED };
	while (text.n) {
		struct str v = str_cut(&text, '\n');
		struct str key = str_cut(&v, ' ');

		v = str_trim(v);
		if (str_eq(key, STR("dev")))
			w->device = v;
		else if (str_eq(key, STR("via")))
			w->gateway = v;
		else if (str_eq(key, STR("src")))
			w->source = v;
		else if (str_eq(key, STR("local")))
			w->local = true;
		for (unsigned i = 1; str_eq(key, STR("way")) && i < WAY_KINDS;
		     i++)
			if (str_eq(v, str_of(kinds[i])))
				w->kind = (enum way_kind)i;
	}
	return w->kind != WAY_UNASKED;
}
