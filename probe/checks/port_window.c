#include "probe/check.h"

static const char *words(enum netns_outcome outcome)
{
	switch (outcome) {
	case NETNS_CONNECTED:
		return "is accepted";
	case NETNS_SILENT:
		return "gets no answer";
	case NETNS_UNREACHABLE:
		return "is turned away: unreachable";
	default:
		return "is rejected";
	}
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_knock *k = &f->knock;

	(void)lim;
	if (k->alone) {
		check_raise(out, FIND_WINDOW_UNTRIED,
		            "this host has one address only: no packet of its "
		            "own is like one from outside");
		return;
	}
	/* Nothing is free, which another check says; or our own means failed,
	 * which says nothing of the host. */
	if (k->port == 0 || k->got.outcome == NETNS_FAILED)
		return;
	check_raise(out,
	            k->got.outcome == NETNS_CONNECTED ? FIND_WINDOW_OPEN
	                                              : FIND_WINDOW_CLOSED,
	            "a connection from " STR_FMT " to a listener on " STR_FMT
	            ":%u %s",
	            STR_ARG(k->got.from), STR_ARG(k->got.to), k->port,
	            words(k->got.outcome));
	check_namef(out, NAME_PORT, "%u", k->port);
	check_name(out, NAME_ADDRESS, k->got.to);
}

const struct check check_port_window = {
	.id = "port_window",
	.title = "a listener in 31000-61000 can be connected to",
	.why = "Rules can be read wrongly; a packet cannot. A port that nobody "
	       "uses is listened on for an instant and connected to from "
	       "another address of this host, such as that of Docker's "
	       "bridge. The packet meets the INPUT rules by way of lo: rules "
	       "for other interfaces only are judged by reading them.",
	.needs = FACT_BIT(KNOCK),
	.judge = judge,
};
