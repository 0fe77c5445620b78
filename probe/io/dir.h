/* dir.h - what the replay's files share. */
#ifndef PROBE_DIR_H
#define PROBE_DIR_H

#include "probe/host.h"

#define NOTE_MAX 4096u

/* The text at path+suffix, or its failure; absent: not recorded. */
bool dir_note(struct host *h, struct arena *a, const char *path,
              const char *suffix, size_t max, struct str *out, struct err *e);
int64_t dir_now_ms(struct host *h);

/* dirnet.c */
void dir_http(struct host *h, struct arena *a, const struct http_req *q,
              size_t n, struct http_resp *out);
void dir_ask(struct host *h, struct arena *a, const struct dns_ask *q, size_t n,
             unsigned timeout_ms, struct dns_result *out);
void dir_ways(struct host *h, struct arena *a, const char *const *addrs,
              size_t n, struct way *out);
void dir_resolve(struct host *h, struct arena *a, const char *const *names,
                 size_t n, unsigned timeout_ms, struct dns_result *out);
bool dir_ports(struct host *h, struct arena *a, struct port_map *out,
               struct err *e);
bool dir_conns(struct host *h, struct arena *a, int64_t pid,
               struct conn_row **out, size_t *n, struct err *e);
void dir_in_netns(struct host *h, struct arena *a, const struct netns_req *q,
                  size_t n, struct netns_result *out);
bool dir_knock(struct host *h, struct arena *a, uint16_t port,
               unsigned timeout_ms, struct knock *out, struct err *e);
void dir_ntp(struct host *h, struct arena *a, const struct ntp_req *q, size_t n,
             struct ntp_answer *out);

#endif
