#include "wake.h"

#define HEAD 4

/* Beginnings of messages; tests/unit/logs_sigs.c proves that the sample of
 * every row, told at info, begins with one of them when the row wants it. */
static const struct str words[] = {
	STR_INIT("ACS Web"),
	STR_INIT("Agent exited with"),
	STR_INIT("Agent received"),
	STR_INIT("Amazon ECS agent"),
	STR_INIT("Cannot "),
	STR_INIT("Captured the last"),
	STR_INIT("Checkpointing not"),
	STR_INIT("Connected to"),
	STR_INIT("Container instance is"),
	STR_INIT("Container stopped but"),
	STR_INIT("Could not"),
	STR_INIT("Detected Docker"),
	STR_INIT("DockerGoClient: process"),
	STR_INIT("Error"),
	STR_INIT("Failed"),
	STR_INIT("Finished pulling"),
	STR_INIT("Image excluded"),
	STR_INIT("Instance registration"),
	STR_INIT("Loading configuration"),
	STR_INIT("Managed task ["),
	STR_INIT("Reconnecting to ACS in: 1h"),
	STR_INIT("Received a spot"),
	STR_INIT("Registered"),
	STR_INIT("Registration"),
	STR_INIT("Remaining mem"),
	STR_INIT("Resources not consumed"),
	STR_INIT("Restored from"),
	STR_INIT("Sending state change"),
	STR_INIT("Setting minimum"),
	STR_INIT("Setting terminal"),
	STR_INIT("Starting A"),
	STR_INIT("Stopping Amazon"),
	STR_INIT("Successfully got"),
	STR_INIT("Task engine ["),
	STR_INIT("TaskHandler: Sending"),
	STR_INIT("Unable"),
	STR_INIT("Waiting for instance"),
	STR_INIT("[DockerRuntime"),
	STR_INIT("<===="),
	STR_INIT("container change"),
	STR_INIT("could not"),
	STR_INIT("error"),
	STR_INIT("failed"),
	STR_INIT("post-stop"),
	STR_INIT("pre-start"),
	STR_INIT("start"),
	STR_INIT("stop"),
	STR_INIT("unable"),
};

static unsigned slot(const char *p)
{
	return word_mix(word4(p)) >> (32 - WAKE_BITS);
}

/* A word says nothing about a place that it does not fill. */
static void add_places(struct wake *w, size_t word)
{
	const uint64_t bit = UINT64_C(1) << word;
	struct str s = words[word];

	for (size_t i = 0; i < WAKE_PLACES; i++)
		if (s.n >= WAKE_PLACE(i) + 4)
			w->fits[i][wake_hash(s.p + WAKE_PLACE(i))] |= bit;
		else
			for (size_t k = 0; k < 1u << WAKE_HASH_BITS; k++)
				w->fits[i][k] |= bit;
}

void wake_init(struct wake *w)
{
	_Static_assert(sizeof(words) / sizeof(*words) < WAKE_MAX, "words");
	memset(w, 0, sizeof(*w));
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		unsigned h = slot(words[i].p);

		add_places(w, i);
		memcpy(&w->head[i + 1], words[i].p,
		       words[i].n < 8 ? words[i].n : 8);
		memset(&w->mask[i + 1], 0xff, words[i].n < 8 ? words[i].n : 8);
		w->next[i + 1] = w->first[h];
		w->first[h] = (uint8_t)(i + 1);
	}
}

bool wake_is(const struct wake *w, struct str msg)
{
	uint64_t head = 0;

	if (msg.n < HEAD)
		return false;
	memcpy(&head, msg.p, msg.n < 8 ? msg.n : 8);
	for (unsigned i = w->first[slot(msg.p)]; i; i = w->next[i])
		if ((head & w->mask[i]) == w->head[i] &&
		    msg.n >= words[i - 1].n &&
		    word_same(msg.p, words[i - 1].p, words[i - 1].n))
			return true;
	return false;
}
