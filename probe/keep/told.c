/* told.c - where people look who do not know of probe: the message at login,
 * and the console that EC2 shows without a way in. */
#include "probe/keep.h"

#include "probe/text.h"
#include "probe/utf8.h"
#include "probe/when.h"

#define MOTD_MODE 0644
#define CONSOLE_MODE 0640

static bool is(const struct record *r, enum field_id f, const char *word)
{
	return str_eq(r->s[f], str_of(word));
}

static struct str loud(struct arena *a, struct str s)
{
	char *p = (char *)(uintptr_t)arena_copy(a, s).p;

	for (size_t i = 0; i < s.n; i++)
		if (p[i] >= 'a' && p[i] <= 'z')
			p[i] = (char)(p[i] - 32);
	return (struct str){ p, s.n };
}

/* The title, or without one the cause. At the start what is seen counts only
 * when it has stood a while: no title, no cause, and not healthy either. */
static struct str title(const struct record *r)
{
	if (r->s[FIELD_TITLE].n)
		return r->s[FIELD_TITLE];
	return is(r, FIELD_CAUSE, "none") ? STR("no fault has lasted yet")
	                                  : r->s[FIELD_CAUSE];
}

static void since(struct buf *b, const struct record *r, struct arena *a)
{
	if (r->n[FIELD_SINCE_MS] != RECORD_NONE)
		(void)buf_fmt(b, " since " STR_FMT,
		              STR_ARG(when_text(a, r->n[FIELD_SINCE_MS])));
}

bool keep_motd(const struct store *run, const struct record *r, struct arena *a,
               struct err *e)
{
	size_t mark = a->used;
	struct buf b = buf_init(a, 2048);
	bool ok;

	if (is(r, FIELD_KIND, "stop")) {
		(void)buf_add(&b, STR("probe: not running\n"));
	} else {
		(void)buf_fmt(&b, "probe: " STR_FMT,
		              STR_ARG(loud(a, r->s[FIELD_STATUS])));
		since(&b, r, a);
		(void)buf_fmt(&b, ": " STR_FMT "\n", STR_ARG(title(r)));
	}
	if (!is(r, FIELD_STATUS, "ok") && !is(r, FIELD_KIND, "stop"))
		(void)buf_fmt(&b,
		              "  Would restarting the agent help? " STR_FMT
		              ". `probe --now` says what to do.\n",
		              STR_ARG(loud(a, r->s[FIELD_RESTART])));
	ok = store_save(run, MOTD_NAME, buf_str(&b), MOTD_MODE, e);
	a->used = mark;
	return ok;
}

/* A console shows bytes as it likes: only ASCII is sent. */
static void put_line(char *out, size_t cap, struct str s)
{
	size_t n = 0, used;

	for (; s.n && n + 1 < cap; s = str_skip(s, used)) {
		uint32_t c = utf8_next(s, &used);

		out[n++] = c >= ' ' && c < 0x7f ? (char)c : '?';
	}
	out[n] = '\0';
}

static void compose(struct console *c, const struct record *r, struct arena *a)
{
	size_t mark = a->used;
	struct str line =
		arena_str(a, STR_FMT " " STR_FMT ": " STR_FMT,
	                  STR_ARG(r->s[FIELD_INSTANCE]),
	                  STR_ARG(r->s[FIELD_STATUS]), STR_ARG(title(r)));

	if (!is(r, FIELD_STATUS, "ok"))
		line = arena_str(a,
		                 STR_FMT " (" STR_FMT "; restart: " STR_FMT ")",
		                 STR_ARG(str_head(line, 140)),
		                 STR_ARG(str_head(r->s[FIELD_CAUSE], 40)),
		                 STR_ARG(r->s[FIELD_RESTART]));
	put_line(c->waits, sizeof(c->waits), str_trim(line));
	a->used = mark;
}

/* What the console would show is told apart by cause and status. */
static struct str about(const struct record *r, struct arena *a)
{
	return str_head(arena_str(a, STR_FMT " " STR_FMT,
	                          STR_ARG(r->s[FIELD_STATUS]),
	                          STR_ARG(r->s[FIELD_CAUSE])),
	                sizeof(((struct console *)NULL)->said) - 1);
}

bool keep_console(struct console *c, const struct store *run,
                  const struct record *r, int64_t mono_ms, struct arena *a)
{
	size_t mark = a->used;
	struct str now;
	struct err e;
	bool ok;

	if (r) {
		now = about(r, a);
		c->held += c->waits[0] != '\0';
		if (c->has_said && str_eq(now, str_of(c->said)) && c->waits[0])
			c->waits[0] = '\0'; /* it is as it was */
		else
			compose(c, r, a);
		put_line(c->next, sizeof(c->next), now);
	}
	if (!c->waits[0] ||
	    (c->has_said && mono_ms - c->said_ms < CONSOLE_APART_MS)) {
		a->used = mark;
		return false;
	}
	ok = store_save(run, CONSOLE_NAME,
	                c->held ? arena_str(a, "%s (%u changes between)\n",
	                                    c->waits, c->held)
	                        : arena_str(a, "%s\n", c->waits),
	                CONSOLE_MODE, &e);
	a->used = mark;
	if (!ok)
		return false;
	c->waits[0] = '\0';
	c->held = 0;
	c->said_ms = mono_ms;
	c->has_said = true;
	memcpy(c->said, c->next, sizeof(c->said));
	return true;
}
