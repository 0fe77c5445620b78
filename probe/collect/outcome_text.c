#include "probe/facts/endpoints.h"

const char *const endpoint_outcome_text[EP_COUNT] = {
#define X(id, text) [EP_##id] = text,
	ENDPOINT_OUTCOMES(X)
#undef X
};
