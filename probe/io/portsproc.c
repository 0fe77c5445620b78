/* Sockets as /proc tells of them: the fallback, and who holds them. */
#define _GNU_SOURCE /* O_DIRECTORY */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "ports.h"

#define OWNERS_MS 400    /* how long the search for owners may take */
#define LINKS_MAX 200000 /* file descriptors looked at */
#define FIRST_LINKS 128  /* of each process, before the rest of any */

static struct str word(struct str *rest)
{
	struct str w;

	*rest = str_trim(*rest);
	w = str_cut(rest, ' ');
	return w;
}

/* The address is in words of the machine's own byte order. */
static bool address(struct str hex, unsigned char out[16])
{
	if (hex.n != 8 && hex.n != 32)
		return false;
	for (size_t i = 0; i * 8 < hex.n; i++) {
		uint64_t v;
		uint32_t w;

		if (!str_hex_u64((struct str){ hex.p + i * 8, 8 }, &v))
			return false;
		w = (uint32_t)v;
		memcpy(out + i * 4, &w, 4);
	}
	return true;
}

bool ports_proc_line(struct str line, struct sock_seen *out)
{
	struct sock_seen s = { 0 };
	struct str local, host, state;
	uint64_t port, st, uid;

	(void)word(&line); /* "12:" */
	local = word(&line);
	host = str_cut(&local, ':');
	(void)word(&line); /* the other end */
	state = word(&line);
	(void)word(&line); /* queues */
	(void)word(&line); /* timer */
	(void)word(&line); /* retransmissions */
	if (!address(host, s.addr) || !str_hex_u64(local, &port) ||
	    port > 65535 || !str_hex_u64(state, &st) || st > 255 ||
	    !str_u64(word(&line), &uid))
		return false;
	(void)word(&line); /* timeout */
	if (!str_u64(word(&line), &s.inode))
		return false;
	s.v6 = host.n == 32;
	s.port = (uint16_t)port;
	s.state = (unsigned)st;
	s.uid = (uint32_t)uid;
	*out = s;
	return true;
}

static bool read_table(struct arena *a, struct port_map *m, const char *path,
                       bool udp, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char buf[8192];
	size_t have = 0;
	ssize_t n;

	if (fd < 0)
		return err_set(e, err_code_of_os(errno), errno, "%s: %s", path,
		               err_text(err_code_of_os(errno)));
	while ((n = read(fd, buf + have, sizeof(buf) - have)) > 0) {
		struct str rest = { buf, have + (size_t)n }, line;

		while (memchr(rest.p ? rest.p : buf, '\n', rest.n)) {
			struct sock_seen s;

			line = str_cut(&rest, '\n');
			if (!ports_proc_line(line, &s))
				continue;
			s.udp = udp;
			ports_add(a, m, &s);
		}
		have = rest.n < sizeof(buf) ? rest.n : 0;
		if (have)
			memmove(buf, rest.p, have);
	}
	(void)close(fd);
	return true;
}

bool ports_from_proc(struct arena *a, struct port_map *m, struct err *e)
{
	struct err none;

	if (!read_table(a, m, "/proc/net/tcp", false, e))
		return false;
	(void)read_table(a, m, "/proc/net/tcp6", false, &none);
	(void)read_table(a, m, "/proc/net/udp", true, &none);
	(void)read_table(a, m, "/proc/net/udp6", true, &none);
	return true;
}

/* ---- owners */

struct search {
	struct arena *a;
	struct port_map *m;
	struct sock_row **by_inode; /* sorted */
	size_t n, found, links;
	int64_t until;
};

static int by_inode(const void *a, const void *b)
{
	const struct sock_row *x = *(struct sock_row *const *)a;
	const struct sock_row *y = *(struct sock_row *const *)b;

	return (x->inode > y->inode) - (x->inode < y->inode);
}

static bool is_over(const struct search *s)
{
	return s->found == s->n || s->links > LINKS_MAX ||
	       live_mono_ms(NULL) >= s->until;
}

static void name_owner(struct search *s, struct sock_row *row, uint64_t pid)
{
	char path[64], comm[64];

	row->pid = (int64_t)pid;
	s->found++;
	(void)snprintf(path, sizeof(path), "/proc/%llu/comm",
	               (unsigned long long)pid);
	if (file_small(path, comm, sizeof(comm)) && arena_left(s->a) > 256)
		row->comm = arena_copy(s->a, str_trim(str_of(comm)));
}

/* A link of /proc/PID/fd: "socket:[12345]". */
static void on_link(struct search *s, struct str link, uint64_t pid)
{
	struct sock_row want = { 0 }, *key = &want, **hit;

	if (!str_starts(link, STR("socket:[")) ||
	    !str_u64(str_between(link, STR("["), STR("]")), &want.inode))
		return;
	hit = bsearch(&key, s->by_inode, s->n, sizeof(*hit), by_inode);
	/* Several processes may share it: the first one is its owner. */
	if (hit && (*hit)->pid == 0)
		name_owner(s, *hit, pid);
}

/* A process opens its listeners early, and /proc lists descriptors in the order
 * of their numbers. So the first few of each process come first, and the rest
 * of those that have many only when somebody is still missing. */
static void search_process(struct search *s, uint64_t pid, size_t from,
                           size_t to)
{
	char path[64], link[64];
	const struct dirent *ent;
	DIR *d;

	(void)snprintf(path, sizeof(path), "/proc/%llu/fd",
	               (unsigned long long)pid);
	d = opendir(path);
	for (size_t i = 0; d && i < to && s->found < s->n && (ent = readdir(d));
	     i++) {
		ssize_t n;

		if (i < from)
			continue;
		if (s->links++ % 256 == 255 && is_over(s))
			break;
		n = readlinkat(dirfd(d), ent->d_name, link, sizeof(link));
		if (n > 0)
			on_link(s, (struct str){ link, (size_t)n }, pid);
	}
	if (d)
		(void)closedir(d);
}

static void search_all(struct search *s, size_t from, size_t to)
{
	DIR *d = opendir("/proc");
	const struct dirent *ent;

	while (d && !is_over(s) && (ent = readdir(d))) {
		uint64_t pid;

		if (str_u64(str_of(ent->d_name), &pid))
			search_process(s, pid, from, to);
	}
	if (d)
		(void)closedir(d);
}

void ports_find_owners(struct arena *a, struct port_map *m)
{
	struct search s = { .a = a,
		            .m = m,
		            .until = live_mono_ms(NULL) + OWNERS_MS };

	s.by_inode = ARENA_ARRAY(a, struct sock_row *, m->n_listen + 1);
	for (size_t i = 0; i < m->n_listen; i++)
		if (m->listen[i].inode)
			s.by_inode[s.n++] = &m->listen[i];
	qsort(s.by_inode, s.n, sizeof(*s.by_inode), by_inode);
	search_all(&s, 0, FIRST_LINKS);
	search_all(&s, FIRST_LINKS, SIZE_MAX);
}
