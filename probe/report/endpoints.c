#include "endpoints.h"

void endpoints_json(struct jsonw *w, const struct pass *p, struct arena *a)
{
	(void)p, (void)a;
	jsonw_arr(w, "endpoints");
	jsonw_arr_end(w);
}

void endpoints_text(struct lines *l, const struct pass *p)
{
	(void)l, (void)p;
}
