#include "proxies.h"

/* The truth table, when its rows are not the same. */
static void judge_differ(const struct fact_proxies *f, struct findings *out)
{
	struct str first = { NULL, 0 };
	bool differ = false;

	for (int i = 0; i < PROXY_PLACES; i++) {
		struct str w = proxy_way_of(f, (enum proxy_place)i);

		if (!f->way[i].known)
			continue;
		differ = differ || (first.n && !str_eq(first, w));
		first = w;
	}
	if (!differ)
		return;
	check_raise(out, FIND_PROXY_PLACES_DIFFER,
	            "https goes through: %s " STR_FMT "; %s " STR_FMT
	            "; %s " STR_FMT "; %s " STR_FMT,
	            proxy_who[0], STR_ARG(proxy_way_of(f, PROXY_FILE)),
	            proxy_who[1], STR_ARG(proxy_way_of(f, PROXY_AGENT)),
	            proxy_who[2], STR_ARG(proxy_way_of(f, PROXY_INIT)),
	            proxy_who[3], STR_ARG(proxy_way_of(f, PROXY_DOCKER)));
}

static void judge_spelling(const struct fact_proxies *f, struct findings *out)
{
	const struct proxy_way *file = &f->way[PROXY_FILE];

	for (int i = 0; i < PROXY_PLACES; i++) {
		if (!f->way[i].split)
			continue;
		check_raise(out, FIND_PROXY_CASES_DIFFER,
		            "%s of %s is set in upper and in lower case, to "
		            "different values: the agent, ecs-init and dockerd "
		            "take the upper one, curl and yum the lower one",
		            f->way[i].split, proxy_who[i]);
		check_name(out, NAME_KEY, str_of(f->way[i].split));
		break;
	}
	if (file->known && file->https.n && !file->http.n && !file->no.n)
		check_raise(out, FIND_PROXY_HTTPS_ALONE,
		            "HTTPS_PROXY without HTTP_PROXY and NO_PROXY in "
		            "ecs.config: 169.254.169.254, 169.254.170.2 and "
		            "the Docker socket are not https and stay direct; "
		            "every AWS name goes through the proxy, those of "
		            "VPC endpoints too");
}

static void judge_gaps(const struct fact_proxies *f, struct findings *out)
{
	const struct proxy_way *init = &f->way[PROXY_INIT];
	const struct proxy_way *docker = &f->way[PROXY_DOCKER];

	if (docker->imds_by || docker->task_by) {
		check_raise(out, FIND_PROXY_GAP_DOCKERD,
		            "HTTP_PROXY of dockerd (" STR_FMT
		            ") without %s in its NO_PROXY: the awslogs driver "
		            "gets no keys; pulls are not touched",
		            STR_ARG(docker->http),
		            docker->imds_by && docker->task_by
		                    ? "169.254.169.254 and 169.254.170.2"
		            : docker->imds_by ? "169.254.169.254"
		                              : "169.254.170.2");
		check_name(out, NAME_ADDRESS, docker->http);
		check_name(out, NAME_PATH, docker->path);
	}
	/* What is in ecs.config is the business of its own check. */
	if (init->imds_by && f->way[PROXY_FILE].known &&
	    !f->way[PROXY_FILE].imds_by) {
		check_raise(out, FIND_PROXY_GAP_INIT,
		            "HTTP_PROXY of ecs-init (" STR_FMT
		            ") without 169.254.169.254 in its NO_PROXY: it "
		            "cannot ask for the region to fetch the agent from",
		            STR_ARG(init->http));
		check_name(out, NAME_PATH, init->path);
	}
}

static void judge_unseen(const struct fact_proxies *f, struct findings *out)
{
	for (int i = PROXY_INIT; i < PROXY_PLACES; i++)
		if (f->way[i].why.n) {
			check_raise(out, FIND_PROXY_PLACE_UNSEEN,
			            "of %s: " STR_FMT, proxy_who[i],
			            STR_ARG(f->way[i].why));
			return;
		}
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	(void)lim;
	judge_gaps(&f->proxies, out);
	judge_differ(&f->proxies, out);
	judge_spelling(&f->proxies, out);
	judge_unseen(&f->proxies, out);
}

const struct check check_proxies = {
	.id = "proxies",
	.title = "the agent, ecs-init and dockerd have the same proxy",
	.why = "Each has settings of its own: ecs.config for the agent, "
	       "drop-ins of ecs.service for ecs-init (/etc/init/ecs.override "
	       "with upstart), and for dockerd drop-ins of docker.service, "
	       "its --http-proxy, --https-proxy and --no-proxy, or "
	       "daemon.json, which both go before them. HTTP_PROXY also "
	       "takes requests to 169.254.169.254 and 169.254.170.2, which "
	       "are plain HTTP, unless NO_PROXY names them; HTTPS_PROXY alone "
	       "leaves them be.",
	.needs = FACT_BIT(PROXIES),
	.judge = judge,
};
