/* The tables of a recording: file notes, folder lists, sockets. */
#include <stdio.h>

#include "rec.h"

static const char *const types[] = {
	[FILE_OTHER] = "other", [FILE_PLAIN] = "plain",   [FILE_DIR] = "dir",
	[FILE_LINK] = "link",   [FILE_SOCKET] = "socket",
};
#define N_TYPES (sizeof(types) / sizeof(types[0]))

static void put_info(struct buf *b, const struct file_info *i)
{
	(void)buf_fmt(b, "%s %llu %lld %o %u\n",
	              types[(unsigned)i->type < N_TYPES ? i->type : 0],
	              (unsigned long long)i->size, (long long)i->mtime_ms,
	              (unsigned)i->mode, (unsigned)i->uid);
}

struct str rec_put_info(struct arena *a, const struct file_info *i)
{
	struct buf b = buf_init(a, 128);

	put_info(&b, i);
	return buf_str(&b);
}

static bool octal(struct str s, uint32_t *out)
{
	uint32_t v = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned d = (unsigned)(unsigned char)s.p[i] - '0';

		if (d > 7 || v > 07777)
			return false;
		v = v << 3 | d;
	}
	*out = v;
	return s.n > 0;
}

bool rec_get_info(struct str line, struct file_info *i)
{
	struct str type = str_cut(&line, ' '), mode;
	uint64_t uid = 0;
	bool known = false;

	*i = (struct file_info){ .mode = 0644 };
	for (unsigned t = 0; t < N_TYPES; t++)
		if (str_eq(str_trim(type), str_of(types[t]))) {
			i->type = (enum file_type)t;
			known = true;
		}
	(void)str_u64(str_cut(&line, ' '), &i->size);
	(void)str_i64(str_cut(&line, ' '), &i->mtime_ms);
	mode = str_cut(&line, ' ');
	(void)octal(mode, &i->mode);
	if (str_u64(str_trim(line), &uid) && uid <= UINT32_MAX)
		i->uid = (uint32_t)uid;
	return known;
}

static bool plain(char c)
{
	return (unsigned char)c > ' ' && c != '%' && c != 0x7f;
}

struct str rec_put_list(struct arena *a, const struct dir_entry *l, size_t n)
{
	size_t cap = 1;
	struct buf b;

	for (size_t i = 0; i < n; i++)
		cap += l[i].name.n * 3 + 96;
	b = buf_init(a, cap);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < l[i].name.n; k++) {
			char c = l[i].name.p[k];

			if (plain(c))
				(void)buf_char(&b, c);
			else
				(void)buf_fmt(&b, "%%%02X",
				              (unsigned)(unsigned char)c);
		}
		(void)buf_char(&b, '\t');
		put_info(&b, &l[i].info);
	}
	return buf_str(&b);
}

static struct str unescape(struct arena *a, struct str s)
{
	char *p = ARENA_ARRAY(a, char, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		int hi =
			s.p[i] == '%' && i + 2 < s.n ? str_hex(s.p[i + 1]) : -1;
		int lo = hi >= 0 ? str_hex(s.p[i + 2]) : -1;

		p[n++] = (char)(lo < 0 ? s.p[i] : hi << 4 | lo);
		i += lo < 0 ? 0 : 2;
	}
	return (struct str){ p, n };
}

bool rec_get_list(struct str text, struct arena *a, size_t max,
                  struct dir_entry **l, size_t *n, struct err *e)
{
	size_t lines = 0, got = 0;
	struct dir_entry *list;

	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	lines += text.n && text.p[text.n - 1] != '\n';
	if (lines > max || arena_left(a) < lines * 128 + text.n)
		return err_set(e, ERR_LIMIT, 0, "more than %zu entries", max);
	list = ARENA_ARRAY(a, struct dir_entry, lines + 1);
	while (text.n) {
		struct str line = str_cut(&text, '\n');
		struct str name = str_cut(&line, '\t');

		if (!name.n)
			continue;
		list[got].name = unescape(a, name);
		if (!rec_get_info(line, &list[got].info))
			list[got].info.type = FILE_PLAIN;
		got++;
	}
	*l = list;
	*n = got;
	return true;
}

/* ---- sockets */

static bool is_used(const struct port_map *m, unsigned port)
{
	return m->used[port / 8] >> (port % 8) & 1;
}

static void put_used(struct buf *b, const struct port_map *m)
{
	const char *sep = "used\t";

	for (unsigned p = 0; p < 65536; p++) {
		unsigned end = p;

		if (!is_used(m, p))
			continue;
		while (end + 1 < 65536 && is_used(m, end + 1))
			end++;
		(void)buf_fmt(b, end > p ? "%s%u-%u" : "%s%u", sep, p, end);
		sep = ",";
		p = end;
	}
	(void)buf_char(b, '\n');
}

struct str rec_put_ports(struct arena *a, const struct port_map *m)
{
	struct buf b = buf_init(a, 65536 * 6 + m->n_listen * 192 + 256);

	(void)buf_fmt(&b, "counts\t%u\t%u\t%u\t%u\t%zu\t%d\n", m->established,
	              m->time_wait, m->close_wait, m->total, m->dropped,
	              m->from_proc);
	for (size_t i = 0; i < m->n_listen; i++) {
		const struct sock_row *r = &m->listen[i];

		(void)buf_fmt(&b,
		              "listen\t%s\t%s\t" STR_FMT
		              "\t%u\t%u\t%llu\t%lld\t" STR_FMT "\n",
		              r->udp ? "udp" : "tcp", r->v6 ? "v6" : "v4",
		              STR_ARG(r->addr), (unsigned)r->port, r->uid,
		              (unsigned long long)r->inode, (long long)r->pid,
		              STR_ARG(r->comm));
	}
	put_used(&b, m);
	return buf_str(&b);
}

static uint64_t column(struct str *rest)
{
	uint64_t v = 0;

	(void)str_u64(str_trim(str_cut(rest, '\t')), &v);
	return v;
}

static void get_listen(struct str rest, struct port_map *m)
{
	struct sock_row *r;

	if (m->n_listen == PORTS_MAX_LISTEN) {
		m->dropped++;
		return;
	}
	r = &m->listen[m->n_listen++];
	r->udp = str_eq(str_cut(&rest, '\t'), STR("udp"));
	r->v6 = str_eq(str_cut(&rest, '\t'), STR("v6"));
	r->addr = str_cut(&rest, '\t');
	r->port = (uint16_t)column(&rest);
	r->uid = (uint32_t)column(&rest);
	r->inode = column(&rest);
	r->pid = (int64_t)column(&rest);
	r->comm = str_cut(&rest, '\t');
	if (!r->udp)
		m->used[r->port / 8] |= (uint8_t)(1u << (r->port % 8));
}

static void get_used(struct str rest, struct port_map *m)
{
	while (rest.n) {
		struct str part = str_cut(&rest, ',');
		struct str head = str_cut(&part, '-');
		uint64_t from, to;

		if (!str_u64(str_trim(head), &from))
			continue;
		if (!str_u64(str_trim(part), &to))
			to = from;
		for (uint64_t p = from; p <= to && p < 65536; p++)
			m->used[p / 8] |= (uint8_t)(1u << (p % 8));
	}
}

bool rec_get_ports(struct str text, struct arena *a, struct port_map *m)
{
	*m = (struct port_map){ 0 };
	m->listen = ARENA_ARRAY(a, struct sock_row, PORTS_MAX_LISTEN);
	while (text.n) {
		struct str line = str_cut(&text, '\n');
		struct str key = str_cut(&line, '\t');

		if (str_eq(key, STR("counts"))) {
			m->established = (uint32_t)column(&line);
			m->time_wait = (uint32_t)column(&line);
			m->close_wait = (uint32_t)column(&line);
			m->total = (uint32_t)column(&line);
			m->dropped = (size_t)column(&line);
			m->from_proc = column(&line) != 0;
		} else if (str_eq(key, STR("listen"))) {
			get_listen(line, m);
		} else if (str_eq(key, STR("used"))) {
			get_used(line, m);
		}
	}
	return true;
}

/* ---- connections: a line each; columns left out at the end are 0 */

static const char *const conn_states[CONN_STATES] = {
	[CONN_OTHER] = "other",           [CONN_ESTABLISHED] = "established",
	[CONN_SYN_SENT] = "syn-sent",     [CONN_FIN_WAIT] = "fin-wait",
	[CONN_CLOSE_WAIT] = "close-wait",
};

struct rec_path rec_conns(int64_t pid)
{
	char name[24];

	(void)snprintf(name, sizeof(name), "%lld", (long long)pid);
	return rec_named("conns", name);
}

/* The numbers of a row, in the order of the columns. */
#define CONN_NUMBERS 11
static void conn_numbers(struct conn_row *c, uint32_t *to[CONN_NUMBERS])
{
	uint32_t *all[CONN_NUMBERS] = {
		&c->data_recv_ms, &c->data_sent_ms,  &c->ack_recv_ms,
		&c->retransmits,  &c->total_retrans, &c->backoff,
		&c->rto_ms,       &c->rtt_us,        &c->unacked,
		&c->send_queue,   &c->recv_queue,
	};

	memcpy(to, all, sizeof(all));
}

struct str rec_put_conns(struct arena *a, const struct conn_row *c, size_t n)
{
	struct buf b = buf_init(a, n * 320 + 1);

	for (size_t i = 0; i < n; i++) {
		struct conn_row row = c[i];
		uint32_t *number[CONN_NUMBERS];

		conn_numbers(&row, number);
		(void)buf_fmt(&b, "%s\t%s\t" STR_FMT "\t%u\t" STR_FMT "\t%u",
		              conn_states[(unsigned)row.state < CONN_STATES
		                                  ? row.state
		                                  : CONN_OTHER],
		              row.v6 ? "v6" : "v4", STR_ARG(row.local),
		              row.local_port, STR_ARG(row.remote),
		              row.remote_port);
		for (size_t k = 0; k < CONN_NUMBERS; k++)
			(void)buf_fmt(&b, "\t%u", *number[k]);
		(void)buf_fmt(&b, "\t%llu\n", (unsigned long long)row.inode);
	}
	return buf_str(&b);
}

bool rec_get_conns(struct str text, struct arena *a, struct conn_row **c,
                   size_t *n)
{
	struct conn_row *list = ARENA_ARRAY(a, struct conn_row, CONNS_MAX);
	size_t got = 0;

	while (text.n && got < CONNS_MAX) {
		struct str line = str_cut(&text, '\n');
		struct str state = str_cut(&line, '\t');
		struct conn_row *row = &list[got];
		uint32_t *number[CONN_NUMBERS];

		if (!state.n)
			continue;
		for (unsigned s = 0; s < CONN_STATES; s++)
			if (str_eq(state, str_of(conn_states[s])))
				row->state = (enum conn_state)s;
		row->v6 = str_eq(str_cut(&line, '\t'), STR("v6"));
		row->local = str_cut(&line, '\t');
		row->local_port = (uint16_t)column(&line);
		row->remote = str_cut(&line, '\t');
		row->remote_port = (uint16_t)column(&line);
		conn_numbers(row, number);
		for (size_t k = 0; k < CONN_NUMBERS; k++)
			*number[k] = (uint32_t)column(&line);
		row->inode = column(&line);
		got++;
	}
	*c = list;
	*n = got;
	return true;
}
