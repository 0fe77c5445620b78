/*
 * Replays a folder. What is in it (every part is optional; what is not there
 * is "not recorded"; a case made by hand needs only what its check asks for):
 *
 * PATH                 a file's bytes, at its own path: etc/ecs/ecs.config
 * PATH.@err            reading it failed: "CODE ERRNO text": "NOENT 2 no file"
 * PATH.@info           "TYPE SIZE MTIME_MS MODE UID": "plain 120 1790000000000
 *                      644 0". TYPE is plain, dir, link, socket, other
 * PATH.@list           a folder: a line "NAME<TAB>as in @info" per entry
 * PATH.@fs             "TOTAL_KIB AVAIL_KIB INODES INODES_AVAIL rw|ro"
 * PATH.@info.@err ...  the same question failed (also .@list.@err, .@fs.@err)
 *    Without a note of its own, a file or folder that lies in the recording
 *    answers for itself: info gives its size, mode 644 and as its time "now"
 *    (git keeps none), list gives the names in it. PATH.@err answers for all.
 *
 * http/METHOD/HOST_PORT/PATH[?QUERY][@TAG].http
 *    One reply. HOST_PORT always has the port (80 or 443 when the URL has
 *    none); "unix_var_run_docker.sock" for a unix socket; METHOD is TLS for
 *    tls_only; a PATH that ends in / ends in "@" here; a byte that is not
 *    [A-Za-z0-9._=&%,+-@?] is "_". http/GET/127.0.0.1_51678/v1/metadata.http
 *    Lines "key value", a blank line, the body. Enough by hand: "status 200".
 *    status N; error CODE ERRNO text; stage DNS|TCP|PROXY|TLS|HTTP|DONE;
 *    ms DNS TCP TLS HTTP; got MS; expires MS; address, date, request-id,
 *    bucket-region, error-type, server, content-type, api-version, token-ttl,
 *    issuer, subject.
 * dns/NAME             lines: addr A; error CODE ERRNO text; hosts-file; ms N;
 *                      try SERVER CODE RCODE MS [A|AAAA|A,AAAA|-]: the types
 *                      it answered for
 * ask/SERVER/NAME      the same of one server that was asked alone (":" of an
 *                      address is "_")
 * ways/ADDR            how the host would send there: "way
 * open|none|unreachable| blackhole|prohibit"; dev IF; via ADDR; src ADDR; local
 * cmd/ARGV             "status N", a blank line, the output; or one line
 *                      "error CODE ERRNO text". ARGV is joined by "_" without
 *                      its first "/", other "/" are "-":
 *                      cmd/usr-bin-systemctl_show_docker.service
 * ports.tsv            counts<TAB>established<TAB>time_wait<TAB>close_wait<TAB>
 *                      total<TAB>dropped<TAB>from_proc; listen<TAB>tcp|udp<TAB>
 *                      v4|v6<TAB>ADDR<TAB>PORT<TAB>UID<TAB>INODE<TAB>PID<TAB>
 *                      COMM; used<TAB>22,80,31000-31010
 * conns/PID            connections, see rectab.c: established<TAB>v4<TAB>LOCAL
 *                      <TAB>PORT<TAB>REMOTE<TAB>PORT<TAB>DATA_RECV_MS ...
 * netns/PID            a look from inside its network namespace, see
 *                      recnetns.c: server<TAB>10.0.0.2; if<TAB>eth0<TAB>MTU
 *                      <TAB>up<TAB>10.0.2.15/24; route<TAB>v4; own-conf;
 *                      shared; name<TAB>NAME<TAB>PORT<TAB>CODE<TAB>RCODE<TAB>
 *                      MS; under it try<TAB>ADDR<TAB>OUTCOME<TAB>MS
 * knock/PORT           a connection to a listener of our own there:
 *                      "FROM TO OUTCOME MS", the outcomes as in netns/
 * ntp/ADDR[@TAG]       "LEAP STRATUM REF OFFSET_US DELAY_US HELD_US GOT_US
 *                      MONO_US", see rectime.c; the first five are enough
 * klog                 lines "prio,seq,usec,flags;text"
 * clock                "synced|unsynced MAX_ERROR_US FREQ_PPB TOLERANCE_PPB"
 * now                  wall clock, ms since 1970; without it 2026-01-01
 * self                 "EUID CAPS"; without it root with all capabilities
 * env/NAME             the value of an environment variable
 * measured/WHAT        a figure of the recorded pass; without it 0
 * (ports.tsv, klog and clock too may have a twin NAME.@err.)
 */
#include "probe/host.h"

#include <stdio.h>

#include "dir.h"
#include "io.h"
#include "rec.h"

#define NOW_DEFAULT INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */

static bool unrecorded(struct err *e, const char *what)
{
	return err_set(e, ERR_NOENT, HOST_UNRECORDED, "%s: not recorded", what);
}

static struct place in(struct host *h, const struct rec_path *p)
{
	return (struct place){ h->root, p->z };
}

/* A recorded failure at path+suffix: fills *e and says that there is one. */
static bool told_err(struct host *h, struct arena *a, const char *path,
                     const char *suffix, struct err *e)
{
	struct rec_path p = rec_file(path, suffix);
	struct str line;
	struct err none;

	if (!file_read(in(h, &p), a, NOTE_MAX, &line, &none))
		return false;
	rec_get_err(line, e);
	if (e->code == ERR_NONE)
		(void)err_set(e, ERR_FORM, 0, "%s: bad recording", p.z);
	return true;
}

bool dir_note(struct host *h, struct arena *a, const char *path,
              const char *suffix, size_t max, struct str *out, struct err *e)
{
	struct rec_path p = rec_file(path, suffix), bad;

	if (file_read(in(h, &p), a, max, out, e))
		return true;
	if (e->code != ERR_NOENT && e->code != ERR_FORM)
		return false;
	bad = rec_file(p.z, ".@err");
	return told_err(h, a, bad.z, "", e) ? false : unrecorded(e, path);
}

static bool dir_read(struct host *h, struct arena *a, const char *path,
                     size_t max_bytes, struct str *out, struct err *e)
{
	return dir_note(h, a, path, "", max_bytes, out, e);
}

/* An arena on the stack for the operations that are given none. */
#define SMALL_ARENA(name)                            \
	_Alignas(16) unsigned char name##_mem[8192]; \
	struct arena name = { name##_mem, 0, sizeof(name##_mem) }

static bool dir_read_at(struct host *h, const char *path, uint64_t off,
                        char *buf, size_t n, size_t *got, struct err *e)
{
	struct rec_path p = rec_file(path, "");
	SMALL_ARENA(a);

	if (file_read_at(in(h, &p), off, buf, n, got, e))
		return true;
	if (e->code != ERR_NOENT && e->code != ERR_FORM)
		return false;
	return told_err(h, &a, path, ".@err", e) ? false : unrecorded(e, path);
}

/* The head of a small file of the recording; empty when it isn't there. */
static struct str small(struct host *h, struct arena *a, const char *path)
{
	struct place at = { h->root, path };
	struct str s = { NULL, 0 };
	struct err none;

	return file_read(at, a, NOTE_MAX, &s, &none) ? str_trim(s)
	                                             : (struct str){ NULL, 0 };
}

int64_t dir_now_ms(struct host *h)
{
	SMALL_ARENA(a);
	int64_t now;

	return str_i64(small(h, &a, "/now"), &now) ? now : NOW_DEFAULT;
}

static bool dir_info(struct host *h, const char *path, struct file_info *out,
                     struct err *e)
{
	struct rec_path p = rec_file(path, "");
	struct file_info info;
	struct str line;
	SMALL_ARENA(a);

	if (dir_note(h, &a, path, ".@info", NOTE_MAX, &line, e)) {
		if (!rec_get_info(line, &info))
			return err_set(e, ERR_FORM, 0,
			               "%s.@info: bad recording", path);
		*out = info;
		return true;
	}
	if (e->code != ERR_NOENT || e->os != HOST_UNRECORDED)
		return false;
	if (told_err(h, &a, path, ".@err", e))
		return false;
	if (!file_info(in(h, &p), &info, e))
		return unrecorded(e, path);
	*out = (struct file_info){
		.type = info.type,
		.size = info.type == FILE_PLAIN ? info.size : 0,
		.mtime_ms = dir_now_ms(h),
		.mode = info.type == FILE_DIR ? 0755 : 0644,
	};
	return true;
}

/* Notes of the recording are not in the recorded folder. */
static bool is_note(struct str name)
{
	return str_ends(name, STR(".@err")) || str_ends(name, STR(".@info")) ||
	       str_ends(name, STR(".@list")) || str_ends(name, STR(".@fs"));
}

static bool dir_list(struct host *h, struct arena *a, const char *path,
                     size_t max, struct dir_entry **out, size_t *n,
                     struct err *e)
{
	struct rec_path p = rec_file(path, "");
	struct dir_entry *list;
	size_t got, kept = 0;
	int64_t now;
	struct str text;

	if (dir_note(h, a, path, ".@list", arena_left(a) / 4, &text, e)) {
		if (rec_get_list(text, a, max, out, n, e))
			return true;
		return err_wrap(e, "%s", path);
	}
	if (e->code != ERR_NOENT || e->os != HOST_UNRECORDED)
		return false;
	if (told_err(h, a, path, ".@err", e))
		return false;
	if (!file_list(in(h, &p), a, max, &list, &got, e))
		return e->code == ERR_LIMIT ? false : unrecorded(e, path);
	now = dir_now_ms(h);
	for (size_t i = 0; i < got; i++) {
		struct file_info *info = &list[i].info;

		if (is_note(list[i].name))
			continue;
		*info = (struct file_info){
			.type = info->type,
			.size = info->type == FILE_PLAIN ? info->size : 0,
			.mtime_ms = now,
			.mode = info->type == FILE_DIR ? 0755 : 0644,
		};
		list[kept++] = list[i];
	}
	*out = list;
	*n = kept;
	return true;
}

static bool dir_fs(struct host *h, const char *path, struct fs_info *out,
                   struct err *e)
{
	struct fs_info f = { 0 };
	struct str line;
	SMALL_ARENA(a);

	if (!dir_note(h, &a, path, ".@fs", NOTE_MAX, &line, e)) {
		if (e->code == ERR_NOENT && e->os == HOST_UNRECORDED)
			(void)told_err(h, &a, path, ".@err", e);
		return false;
	}
	if (!str_u64(str_cut(&line, ' '), &f.total_kib) ||
	    !str_u64(str_cut(&line, ' '), &f.avail_kib) ||
	    !str_u64(str_cut(&line, ' '), &f.inodes) ||
	    !str_u64(str_cut(&line, ' '), &f.inodes_avail))
		return err_set(e, ERR_FORM, 0, "%s.@fs: bad recording", path);
	f.read_only = str_eq(str_trim(line), STR("ro"));
	*out = f;
	return true;
}

static bool dir_cmd(struct host *h, struct arena *a, const char *const *argv,
                    unsigned timeout_ms, size_t max_bytes, struct cmd_out *out,
                    struct err *e)
{
	struct rec_path p = rec_cmd(argv);
	struct str text, line;
	uint64_t status;

	(void)timeout_ms;
	if (!dir_note(h, a, p.z, "", max_bytes + 1024, &text, e))
		return false;
	line = str_cut(&text, '\n');
	if (str_starts(line, STR("error "))) {
		rec_get_err(str_skip(line, 6), e);
		return false;
	}
	if (!str_starts(line, STR("status ")) ||
	    !str_u64(str_trim(str_skip(line, 7)), &status) || status > 255 ||
	    str_cut(&text, '\n').n)
		return err_set(e, ERR_FORM, 0, "%s: bad recording", p.z);
	if (text.n > max_bytes)
		return err_set(e, ERR_LIMIT, 0, "%s: more than %zu bytes",
		               argv[0], max_bytes);
	*out = (struct cmd_out){ (int)status, text };
	return true;
}

static bool dir_klog(struct host *h, struct arena *a, size_t max_bytes,
                     struct str *out, struct err *e)
{
	return dir_note(h, a, "/klog", "", max_bytes, out, e);
}

static bool dir_clock(struct host *h, struct clock_info *out, struct err *e)
{
	struct clock_info c = { 0 };
	struct str line;
	SMALL_ARENA(a);

	if (!dir_note(h, &a, "/clock", "", NOTE_MAX, &line, e))
		return false;
	c.synced = str_eq(str_trim(str_cut(&line, ' ')), STR("synced"));
	(void)str_i64(str_cut(&line, ' '), &c.max_error_us);
	(void)str_i64(str_trim(str_cut(&line, ' ')), &c.freq_ppb);
	(void)str_i64(str_trim(line), &c.tolerance_ppb);
	*out = c;
	return true;
}

static struct str dir_env(struct host *h, struct arena *a, const char *name)
{
	struct rec_path p = rec_named("env", name);
	struct str v;
	struct err none;

	return file_read(in(h, &p), a, 65536, &v, &none)
	               ? v
	               : (struct str){ NULL, 0 };
}

static void dir_self(struct host *h, struct self_info *out)
{
	SMALL_ARENA(a);
	struct str line = small(h, &a, "/self");
	uint64_t euid = 0, caps = UINT64_MAX;

	(void)str_u64(str_cut(&line, ' '), &euid);
	(void)str_u64(line, &caps);
	*out = (struct self_info){ (uint32_t)euid, caps };
}

static bool dir_act(struct host *h, struct arena *a, enum verb_id verb,
                    struct cmd_out *out, struct err *e)
{
	(void)h, (void)a, (void)out;
	return err_set(e, ERR_PERM, 0, "%s: a recording is not acted upon",
	               verbs[verb].word);
}

static int64_t dir_measured(struct host *h, const char *what, int64_t value)
{
	struct rec_path p = rec_named("measured", what);
	SMALL_ARENA(a);

	return str_i64(small(h, &a, p.z), &value) ? value : 0;
}

static const struct host_ops dir_ops = {
	.read = dir_read,
	.read_at = dir_read_at,
	.info = dir_info,
	.list = dir_list,
	.fs = dir_fs,
	.http = dir_http,
	.resolve = dir_resolve,
	.ask = dir_ask,
	.ways = dir_ways,
	.cmd = dir_cmd,
	.ports = dir_ports,
	.conns = dir_conns,
	.in_netns = dir_in_netns,
	.knock = dir_knock,
	.klog = dir_klog,
	.clock = dir_clock,
	.ntp = dir_ntp,
	.env = dir_env,
	.self = dir_self,
	.now_ms = dir_now_ms,
	.mono_ms = live_mono_ms,
	.act = dir_act,
	.measured = dir_measured,
};

struct host host_dir(const char *root)
{
	return (struct host){ &dir_ops, root[0] ? root : "." };
}
