#include "quiet.h"

#include "stamp.h"

/* What stands before the message; a dot is a byte of the stamp. The row is
 * chosen by two bits of the line's first byte, and no byte chooses the first
 * row and is what it asks for. */
static const struct {
	const char *head;
	uint8_t stamp;
} forms[QUIET_FORMS] = {
	{ "2", 0 },
	{ "level=info time=.................... msg=\"", 16 },
	{ ".................... [INFO] ", 0 },
	{ "{\"level\":\"info\",\"time\":\"....................\",\"msg\":\"",
	  24 },
};

static unsigned form_of(char first)
{
	return (unsigned)(unsigned char)first >> 3 & 3;
}

void quiet_init(struct quiet *q)
{
	wake_init(&q->wake);
	for (size_t i = 0; i < QUIET_FORMS; i++) {
		struct quiet_form *f = &q->form[i];
		unsigned char mask[sizeof(f->mask)] = { 0 };
		char want[sizeof(f->want)] = { 0 };
		size_t n = strlen(forms[i].head);

		for (size_t k = 0; k < n; k++)
			if (forms[i].head[k] != '.') {
				mask[k] = 0xff;
				want[k] = forms[i].head[k];
			}
		memcpy(f->mask, mask, sizeof(mask));
		memcpy(f->want, want, sizeof(want));
		f->msg = (uint32_t)n;
		f->stamp = forms[i].stamp;
	}
}

static uint64_t differs(const struct quiet_form *f, const char *line)
{
	uint64_t diff = 0;

	for (size_t i = 0; i < QUIET_WORDS; i++)
		diff |= (word8(line + 8 * i) & f->mask[i]) ^ f->want[i];
	return diff;
}

size_t quiet_run(const struct quiet *q, const struct quiet_lines *in,
                 struct str *time)
{
	size_t from = in->from, i = 0;
	const char *stamp = NULL;

	for (; i < in->n; i++) {
		const char *line = in->text + from;
		const struct quiet_form *f = &q->form[form_of(*line)];
		uint64_t no = differs(f, line);

		no |= stamp_wrong(line + f->stamp);
		no |= wake_may(&q->wake, line + f->msg);
		no |= (unsigned char)line[f->msg] <= ' ';
		no |= in->eol[i] - from <= f->msg;
		if (no)
			break;
		stamp = line + f->stamp;
		from = in->eol[i] + 1;
	}
	if (i)
		*time = (struct str){ stamp, STAMP };
	return i;
}
