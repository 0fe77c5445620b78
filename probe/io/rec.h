/* rec.h - where a recording keeps what, and how it is written down; the layout
 * is told at the top of dir.c. Shared by the recorder and the replay, so that
 * they can't differ. */
#ifndef PROBE_REC_H
#define PROBE_REC_H

#include "probe/buf.h"
#include "probe/host.h"

#define REC_PATH_MAX 1024

/* A path inside the recording, begins with '/', terminated. */
struct rec_path {
	char z[REC_PATH_MAX];
};
struct rec_path rec_file(const char *path, const char *suffix);
struct rec_path rec_http(const struct http_req *q);
struct rec_path rec_named(const char *folder, const char *name);
struct rec_path rec_ask(const struct dns_ask *q);
struct rec_path rec_way(const char *addr);
struct rec_path rec_conns(int64_t pid);
struct rec_path rec_netns(int64_t pid);
struct rec_path rec_knock(uint16_t port);
struct rec_path rec_ntp(const struct ntp_req *q);
struct rec_path rec_cmd(const char *const *argv);

/* One text form each: put writes it, get reads it back and points into the
 * text. get takes what it knows and leaves the rest as zero. */
struct str rec_put_err(struct arena *a, const struct err *err);
void rec_get_err(struct str line, struct err *err);
struct str rec_put_http(struct arena *a, const struct http_resp *r);
bool rec_get_http(struct str text, const char *url, struct http_resp *r);
struct str rec_put_dns(struct arena *a, const struct dns_result *r);
bool rec_get_dns(struct str text, struct dns_result *r);
struct str rec_put_way(struct arena *a, const struct way *w);
bool rec_get_way(struct str text, struct way *w);
struct str rec_put_info(struct arena *a, const struct file_info *i);
bool rec_get_info(struct str line, struct file_info *i);
struct str rec_put_list(struct arena *a, const struct dir_entry *l, size_t n);
bool rec_get_list(struct str text, struct arena *a, size_t max,
                  struct dir_entry **l, size_t *n, struct err *e);
struct str rec_put_ports(struct arena *a, const struct port_map *m);
bool rec_get_ports(struct str text, struct arena *a, struct port_map *m);
struct str rec_put_conns(struct arena *a, const struct conn_row *c, size_t n);
bool rec_get_conns(struct str text, struct arena *a, struct conn_row **c,
                   size_t *n);
struct str rec_put_netns(struct arena *a, const struct netns_result *r);
bool rec_get_netns(struct str text, struct arena *a, struct netns_result *r);
struct str rec_put_knock(struct arena *a, const struct knock *k);
bool rec_get_knock(struct str text, struct knock *k);
struct str rec_put_ntp(struct arena *a, const struct ntp_answer *r);
bool rec_get_ntp(struct str text, struct ntp_answer *r);

/* What a body of this kind may keep, masked in place, same length. */
void rec_mask_body(enum http_secret kind, char *p, size_t n);

#endif
