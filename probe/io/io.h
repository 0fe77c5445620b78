/* io.h - what the files of this folder share: the machine's side of the door,
 * each with its own cap or deadline. host.c puts them in one table. */
#ifndef PROBE_IO_H
#define PROBE_IO_H

#include "probe/host.h"

/* ---- file.c. With root "" the path is the machine's own and links are
 * followed. With a root, no link and no ".." is followed below it, so that a
 * folder that came from elsewhere can't point outside. */
struct place {
	const char *root, *path;
};
bool file_read(struct place at, struct arena *a, size_t max_bytes,
               struct str *out, struct err *e);
bool file_read_at(struct place at, uint64_t off, char *buf, size_t n,
                  size_t *got, struct err *e);
bool file_info(struct place at, struct file_info *out, struct err *e);
bool file_list(struct place at, struct arena *a, size_t max,
               struct dir_entry **out, size_t *n, struct err *e);
/* The same of an open folder; fd is closed, and -1 is errno's failure. */
bool file_list_of(int fd, const char *path, struct arena *a, size_t max,
                  struct dir_entry **out, size_t *n, struct err *e);
bool file_fs(const char *path, struct fs_info *out, struct err *e);
/* Of a path on a mount that is read-only: so for everybody? */
bool mounts_read_only(const char *path);
/* The head of a small file of the machine, at most n - 1 bytes, terminated;
 * false when it can't be read. Uses no arena. */
bool file_small(const char *path, char *buf, size_t n);

/* ---- the live operations */
bool live_cmd(struct host *h, struct arena *a, const char *const *argv,
              unsigned timeout_ms, size_t max_bytes, struct cmd_out *out,
              struct err *e);
bool live_clock(struct host *h, struct clock_info *out, struct err *e);
void live_ntp(struct host *h, struct arena *a, const struct ntp_req *q,
              size_t n, struct ntp_answer *out);
void live_self(struct host *h, struct self_info *out);
int64_t live_now_ms(struct host *h);
int64_t live_mono_ms(struct host *h);
void live_http(struct host *h, struct arena *a, const struct http_req *q,
               size_t n, struct http_resp *out);
void live_resolve(struct host *h, struct arena *a, const char *const *names,
                  size_t n, unsigned timeout_ms, struct dns_result *out);
void live_ask(struct host *h, struct arena *a, const struct dns_ask *q,
              size_t n, unsigned timeout_ms, struct dns_result *out);
void live_ways(struct host *h, struct arena *a, const char *const *addrs,
               size_t n, struct way *out);
bool live_ports(struct host *h, struct arena *a, struct port_map *out,
                struct err *e);
bool live_conns(struct host *h, struct arena *a, int64_t pid,
                struct conn_row **out, size_t *n, struct err *e);
void live_in_netns(struct host *h, struct arena *a, const struct netns_req *q,
                   size_t n, struct netns_result *out);
bool live_knock(struct host *h, struct arena *a, uint16_t port,
                unsigned timeout_ms, struct knock *out, struct err *e);
bool live_klog(struct host *h, struct arena *a, size_t max_bytes,
               struct str *out, struct err *e);
bool live_act(struct host *h, struct arena *a, enum verb_id verb,
              struct cmd_out *out, struct err *e);
/* Sets up libcurl once. */
void http_setup(void);

#endif
