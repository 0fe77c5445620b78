#include "lines.h"

#include "probe/utf8.h"

enum { WIDE = 24 }; /* a head that would push all text to the right */

struct lines *lines_new(struct arena *a, size_t columns)
{
	struct lines *l = ARENA_NEW(a, struct lines);

	l->a = a;
	l->columns = columns;
	return l;
}

size_t lines_width(struct str s)
{
	size_t n = 0, used;

	for (; s.n; s = str_skip(s, used), n++)
		(void)utf8_next(s, &used);
	return n;
}

/* The bytes that the first `columns` code points of s take. */
static size_t bytes_of(struct str s, size_t columns)
{
	size_t at = 0, used;

	while (columns-- && at < s.n) {
		(void)utf8_next(str_skip(s, at), &used);
		at += used;
	}
	return at;
}

static void add(struct lines *l, struct str line)
{
	if (l->n < LINES_MAX)
		l->list[l->n++] = line;
	else
		l->lost++;
}

/* How many bytes of s stand on a line of `room` columns: up to a blank that is
 * outside quotes when quotes count, else the whole room. */
static size_t take(struct str s, size_t room, bool quotes)
{
	size_t end = bytes_of(s, room), best = 0;
	char quote = 0;

	if (end == s.n)
		return end;
	for (size_t i = 0; i <= end && i < s.n; i++) {
		char c = s.p[i];

		if (quotes && quote) {
			quote = c == quote ? 0 : quote;
			continue;
		}
		if (quotes && (c == '"' || c == '\''))
			quote = c;
		else if (c == ' ' && i > 0)
			best = i;
	}
	return best;
}

void lines_text(struct lines *l, const char *head, struct str text, size_t max)
{
	size_t first = lines_width(str_of(head));
	size_t indent = first > WIDE ? 4 : first;
	struct str rest = str_trim(text);

	for (size_t i = 1;; i++) {
		size_t room = l->columns - (i == 1 ? first : indent);
		size_t n = take(rest, room, false);
		bool last = max && i == max && n < rest.n;

		if (last)
			n = take(rest, room - 3, false);
		if (n == 0 && rest.n) /* one word, longer than the line */
			n = bytes_of(rest, last ? room - 3 : room);
		add(l,
		    arena_str(l->a, "%s%*s" STR_FMT "%s", i == 1 ? head : "",
		              i == 1 ? 0 : (int)indent, "",
		              STR_ARG(str_head(rest, n)), last ? "..." : ""));
		rest = str_trim(str_skip(rest, n));
		if (last || !rest.n)
			return;
	}
}

void lines_command(struct lines *l, const char *head, struct str text)
{
	size_t indent = lines_width(str_of(head));
	struct str rest = str_trim(text);
	const char *lead = head;

	for (;;) {
		size_t room = l->columns - indent, n = rest.n;
		bool glue = false;

		if (lines_width(rest) > room) {
			n = take(rest, room - 2, true);
			glue = n == 0;
			if (glue) /* a word goes on at the line's very start */
				n = bytes_of(rest, room - 1);
		}
		add(l, arena_str(l->a, "%s" STR_FMT "%s", lead,
		                 STR_ARG(str_head(rest, n)),
		                 n == rest.n ? ""
		                 : glue      ? "\\"
		                             : " \\"));
		rest = str_skip(rest, n);
		if (!rest.n)
			return;
		if (glue) {
			lead = "";
			indent = 0;
			continue;
		}
		rest = str_trim(rest);
		indent = lines_width(str_of(head)) + 2;
		lead = arena_str(l->a, "%*s", (int)indent, "").p;
	}
}

void lines_remark(struct lines *l, const char *head, struct str text)
{
	size_t room = l->columns - lines_width(str_of(head));

	while (text.n) {
		size_t n = take(text, room, false);

		n = n ? n : bytes_of(text, room);
		add(l, arena_str(l->a, "%s" STR_FMT, head,
		                 STR_ARG(str_head(text, n))));
		text = str_trim(str_skip(text, n));
	}
}
