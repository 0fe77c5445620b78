/* The agent's database is read while the agent writes to it. */
#include "unit.h"

#include "probe/collect.h"

struct wrapped {
	struct host host; /* first: the operations get it back by a cast */
	struct host dir;
	struct host_ops ops;
	int spoil; /* reads of pages still to be spoiled */
	enum err_code fail;
};

static bool read_at(struct host *h, const char *path, uint64_t off, char *buf,
                    size_t n, size_t *got, struct err *e)
{
	struct wrapped *w = (struct wrapped *)(void *)h;

	if (w->fail)
		return err_set(e, w->fail, 0, "made to fail");
	if (!w->dir.ops->read_at(&w->dir, path, off, buf, n, got, e))
		return false;
	if (off >= 8192 && w->spoil) {
		w->spoil--;
		memset(buf, 0x5a, *got);
	}
	return true;
}

static bool info(struct host *h, const char *path, struct file_info *out,
                 struct err *e)
{
	struct wrapped *w = (struct wrapped *)(void *)h;

	return w->dir.ops->info(&w->dir, path, out, e);
}

static bool look(int spoil, enum err_code fail, struct fact_state *out,
                 struct err *e)
{
	struct arena a = unit_arena(COLLECT_ARENA);
	struct wrapped w = { .dir = host_dir("tests/cases/state/ok/root"),
		             .spoil = spoil,
		             .fail = fail };
	struct collect c = { .h = &w.host, .a = &a };
	bool ok;

	w.ops = *w.dir.ops;
	w.ops.read_at = read_at;
	w.ops.info = info;
	w.host = (struct host){ &w.ops, w.dir.root };
	*out = (struct fact_state){ 0 };
	ok = collect_state(&c, out, e);
	free(a.base);
	return ok;
}

int main(void)
{
	struct fact_state s;
	struct err e;

	OK(look(0, ERR_NONE, &s, &e) && s.db_read && s.cluster.n, "well");
	OK(look(1, ERR_NONE, &s, &e) && s.db_read && s.cluster.n,
	   "a page was written anew: the second look finds it");
	OK(look(1000, ERR_NONE, &s, &e) && !s.db_read &&
	           s.db_why.code == ERR_FORM,
	   "what stays damaged is damaged");
	OK(!look(0, ERR_PERM, &s, &e) && e.code == ERR_PERM,
	   "not for us to read");
	OK(!look(0, ERR_LIMIT, &s, &e) && e.code == ERR_LIMIT,
	   "too large for us is no damage");
	return unit_end("state");
}
