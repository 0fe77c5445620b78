/* control.h - what the kernel's counters say about one connection. */
#ifndef PROBE_CHECKS_CONTROL_H
#define PROBE_CHECKS_CONTROL_H

#include "probe/check.h"

enum control_sign {
	CONTROL_LEFT_OPEN,  /* closed by the peer at least so many ms ago */
	CONTROL_UNREAD,     /* data lies there for at least so many ms */
	CONTROL_UNANSWERED, /* sent again at least so many times */
	CONTROL_MOVING,     /* being opened or closed right now */
};
static inline bool control_shows(const struct conn_row *c,
                                 enum control_sign sign, int64_t at_least)
{
	switch (sign) {
	case CONTROL_LEFT_OPEN:
		/* Its last packet is that old, so the end came before. */
		return c->state == CONN_CLOSE_WAIT &&
		       c->ack_recv_ms >= at_least;
	case CONTROL_UNREAD:
		/* Go reads at once: data that waits has no reader. */
		return c->state == CONN_ESTABLISHED && c->recv_queue &&
		       c->data_recv_ms >= at_least;
	case CONTROL_UNANSWERED:
		return c->state != CONN_CLOSE_WAIT &&
		       c->retransmits >= at_least;
	case CONTROL_MOVING:
		return c->state == CONN_SYN_SENT ? c->retransmits == 0
		                                 : c->state != CONN_ESTABLISHED;
	}
	return false;
}

/* The first connection that shows the sign, or NULL. */
static inline const struct conn_row *control_first(const struct fact_control *f,
                                                   enum control_sign sign,
                                                   int64_t at_least)
{
	for (size_t i = 0; i < f->n_sockets; i++)
		if (control_shows(&f->socket[i], sign, at_least))
			return &f->socket[i];
	return NULL;
}

#endif
