/*
 * xmlpull.h - walks the elements of a small XML document, no tree. Attributes,
 * comments and declarations are passed over; entities stay as they are.
 * Anything that is not well formed ends the walk.
 */
#ifndef PROBE_XMLPULL_H
#define PROBE_XMLPULL_H

#include "probe/arena.h"

#define XML_DEPTH 16

struct xml {
	struct str rest;
	unsigned depth;
	struct str path[XML_DEPTH]; /* names of the open elements */
	bool closing;               /* an empty element: its end comes next */
	bool bad;
};

enum xml_event {
	XML_END, /* of the document, or not well formed: see bad */
	XML_OPEN,
	XML_CLOSE, /* name: of the element that ends; depth: after it */
	XML_TEXT,  /* name: the text, trimmed, never empty */
};
struct xml xml_init(struct str text);
enum xml_event xml_next(struct xml *x, struct str *name);
/* Is the innermost open element called name, in one called parent? */
bool xml_in(const struct xml *x, struct str parent, struct str name);
/* Is an element of this name open? */
bool xml_within(const struct xml *x, struct str name);
/* A copy of s with the five entities resolved, each once. */
struct str xml_plain(struct arena *a, struct str s);

#endif
