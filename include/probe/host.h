/*
 * host.h - the only door to the outside. Everything that differs from one
 * machine or moment to the next comes through here. host_live() is the machine;
 * host_dir() replays a folder (--root DIR); host_save() wraps either and leaves
 * what was read in a folder that host_dir() can replay. A saved folder is a
 * test case. Secrets are masked as they are saved (redact_mask()), byte for
 * byte, so a replay sees the same structure.
 *
 * Operations are called from several threads at once, each with an arena of its
 * own. Each one has a cap or a deadline. What a recording does not hold is
 * ERR_NOENT "not recorded" with os = HOST_UNRECORDED, never a guess.
 */
#ifndef PROBE_HOST_H
#define PROBE_HOST_H

#include "probe/arena.h"
#include "probe/err.h"
#include "probe/hostnet.h"
#include "probe/verb.h"

#define HOST_UNRECORDED (-1)

/* ---- HTTP */

struct aws_cred { /* kept out of facts, reports and recordings */
	struct str key_id, secret, token;
};

enum http_secret {
	HTTP_OPEN,  /* recorded after redact_mask() */
	HTTP_CREDS, /* JSON with keys: their values are masked */
	HTTP_TOKEN, /* the whole body is masked */
	HTTP_DATA, /* somebody's data: as HTTP_TOKEN when it is given out (2xx),
	            * as HTTP_OPEN when it is not */
};

/* How far an attempt came. */
enum http_stage {
	STAGE_NONE,
	STAGE_DNS,   /* resolving */
	STAGE_TCP,   /* connecting */
	STAGE_PROXY, /* waiting for the proxy's answer to CONNECT */
	STAGE_TLS,   /* shaking hands */
	STAGE_HTTP,  /* request sent, waiting */
	STAGE_DONE,  /* a status line arrived */
	STAGE_COUNT
};

struct http_req {
	const char *method;         /* NULL: GET */
	const char *url;            /* http or https, absolute */
	const char *unix_path;      /* NULL: TCP */
	const char *const *headers; /* "Name: value"; n_headers of them */
	size_t n_headers;
	struct str body;
	const struct aws_cred *sign;  /* NULL: unsigned */
	const char *service, *region; /* signing scope, when sign */
	const char *pin;   /* address to connect to; NULL: as the URL says */
	const char *proxy; /* NULL: none, whatever the environment says */
	const char *tag;   /* tells apart requests to one URL in a recording */
	unsigned timeout_ms;  /* for the whole of it */
	unsigned max_segment; /* TCP, both ways; 0: the kernel's choice */
	size_t max_bytes;     /* of the reply's body */
	enum http_secret secret;
	bool tls_only; /* shake hands, send nothing, close */
};

struct http_resp {
	/* ERR_NONE: a status line arrived (or tls_only is up). With ERR_TLS, os
	 * is what X.509 verification said (10 expired, 62 another name, 18 to
	 * 21 not trusted), or 0; with ERR_PROXY what it answered to CONNECT
	 * (403, 407), or 0. */
	struct err err;
	enum http_stage stage;
	int status;
	struct str body;
	struct str address; /* the peer's */
	/* Headers, empty when absent. */
	struct str date, request_id, bucket_region, error_type, server,
		content_type, api_version, token_ttl;
	/* Of the peer's certificate (STAGE_TLS and later), may be empty. */
	struct str issuer, subject;
	int64_t cert_expires_ms; /* WHEN_NONE */
	int64_t got_ms;          /* wall clock when the reply was complete */
	int32_t dns_ms, tcp_ms, tls_ms,
		http_ms; /* each step; -1: not reached */
};

/* ---- names */

#define DNS_MAX_ADDR 8

struct dns_try {
	struct str server;
	enum err_code code; /* NONE, TIME, REFUSED, FORM, UNREACH */
	int rcode;          /* 0 no error, 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED */
	int32_t ms;
	bool a, aaaa; /* it answered for that type, if only that there is none
	               */
};
struct dns_result {
	struct err err; /* NONE: at least one address */
	struct str name;
	struct str addr[DNS_MAX_ADDR]; /* text, v4 first */
	size_t n_addr;
	struct dns_try tries[DNS_MAX_SERVERS]; /* in the order of resolv.conf */
	size_t n_tries;
	bool from_hosts_file;
	int32_t ms;
};

/* A question to one server alone. */
struct dns_ask {
	const char *server, *name; /* the server's address, v4 or v6 */
};
#define DNS_MAX_ASKS 24

/* ---- routes */

/* How this host would send to an address. */
enum way_kind {
	WAY_UNASKED,
	WAY_OPEN,
	WAY_NONE,        /* no route, of no table */
	WAY_UNREACHABLE, /* a route that says so; and blackhole, prohibit */
	WAY_BLACKHOLE,
	WAY_PROHIBIT,
	WAY_KINDS
};
struct way {
	struct err err; /* NONE: the kernel said which */
	enum way_kind kind;
	/* Of an open one: "eth0"; the next hop, empty when the address is on
	 * the link; the address that packets leave with. */
	struct str device, gateway, source;
	bool local; /* the address is our own */
};
#define WAYS_MAX 192 /* two for each endpoint */

/* ---- files */

enum file_type { FILE_OTHER, FILE_PLAIN, FILE_DIR, FILE_LINK, FILE_SOCKET };
struct file_info {
	enum file_type type;
	uint64_t size;
	int64_t mtime_ms; /* since 1970 */
	uint32_t mode;    /* permission bits */
	uint32_t uid;
};
struct dir_entry {
	struct str name;
	struct file_info info;
};
struct fs_info {
	uint64_t total_kib, avail_kib; /* what a non-root writer gets */
	uint64_t inodes, inodes_avail; /* 0 and 0: the system has none */
	bool read_only;
};

/* ---- processes, sockets, clock */

struct cmd_out {
	int status;      /* exit status, or 128 + signal */
	struct str text; /* stdout; stderr goes nowhere */
};

struct sock_row {
	struct str addr; /* local, text; "0.0.0.0", "::" */
	uint16_t port;
	bool udp, v6;
	uint32_t uid;
	uint64_t inode;
	int64_t pid;     /* 0: not found (not ours to see, or the kernel's) */
	struct str comm; /* process name */
};
#define PORTS_MAX_LISTEN 512
struct port_map {
	struct sock_row *listen;  /* TCP listeners and bound UDP, all ports */
	size_t n_listen, dropped; /* dropped: over PORTS_MAX_LISTEN */
	uint8_t used[65536 / 8];  /* local TCP ports in any state but closed */
	uint32_t established, time_wait, close_wait, total;
	bool from_proc; /* sock_diag did not answer; /proc/net was read */
};

/* A TCP connection as the kernel sees it. Ages are as old as the connection at
 * most; while it is being opened nothing has come or gone. */
enum conn_state {
	CONN_OTHER,
	CONN_ESTABLISHED,
	CONN_SYN_SENT,
	CONN_FIN_WAIT,   /* we closed, the peer has not */
	CONN_CLOSE_WAIT, /* the peer closed, the process has not */
	CONN_STATES
};
struct conn_row {
	enum conn_state state;
	bool v6;
	struct str local, remote; /* addresses, text */
	uint16_t local_port, remote_port;
	uint32_t data_recv_ms, data_sent_ms, ack_recv_ms; /* ago */
	uint32_t retransmits; /* of what is unanswered now */
	uint32_t total_retrans, backoff, rto_ms, rtt_us;
	uint32_t unacked;                /* packets */
	uint32_t send_queue, recv_queue; /* bytes */
	uint64_t inode;
};
#define CONNS_MAX 64

struct self_info {
	uint32_t euid;
	uint64_t caps; /* effective capabilities, as in /proc/self/status */
};

struct host;
struct host_ops {
	/* Whole file into a; ERR_LIMIT past max_bytes. Never blocks on a FIFO
	 * or device: only plain files are read. */
	bool (*read)(struct host *h, struct arena *a, const char *path,
	             size_t max_bytes, struct str *out, struct err *e);
	/* Up to n bytes at off; *got may be short only at the end of file. */
	bool (*read_at)(struct host *h, const char *path, uint64_t off,
	                char *buf, size_t n, size_t *got, struct err *e);
	bool (*info)(struct host *h, const char *path, struct file_info *out,
	             struct err *e);
	/* Sorted by name, without . and ..; ERR_LIMIT past max. */
	bool (*list)(struct host *h, struct arena *a, const char *path,
	             size_t max, struct dir_entry **out, size_t *n,
	             struct err *e);
	bool (*fs)(struct host *h, const char *path, struct fs_info *out,
	           struct err *e);
	/* n requests side by side; out[i].err says how each one went. Each
	 * returns at its own timeout at the latest. */
	void (*http)(struct host *h, struct arena *a, const struct http_req *q,
	             size_t n, struct http_resp *out);
	/* n names side by side, A and AAAA, /etc/hosts first, then every
	 * nameserver of resolv.conf until one answers. */
	void (*resolve)(struct host *h, struct arena *a,
	                const char *const *names, size_t n, unsigned timeout_ms,
	                struct dns_result *out);
	/* n questions side by side (at most DNS_MAX_ASKS), A and AAAA, each to
	 * its one server: no hosts file, no search list, no other server, no
	 * end before both types are answered or the time is over. out[i] has
	 * one try. */
	void (*ask)(struct host *h, struct arena *a, const struct dns_ask *q,
	            size_t n, unsigned timeout_ms, struct dns_result *out);
	/* The kernel's own answer (rtnetlink, as `ip route get`) for n
	 * addresses, v4 or v6, at most WAYS_MAX; policy rules are honoured,
	 * no packet is sent and no right is needed. */
	void (*ways)(struct host *h, struct arena *a, const char *const *addrs,
	             size_t n, struct way *out);
	/* Fixed argv, argv[0] an absolute path, NULL at the end; no shell,
	 * empty environment but PATH and LC_ALL=C. ERR_NOENT: no such program;
	 * ERR_TIME: killed at the deadline. */
	bool (*cmd)(struct host *h, struct arena *a, const char *const *argv,
	            unsigned timeout_ms, size_t max_bytes, struct cmd_out *out,
	            struct err *e);
	/* Sockets of our own network namespace. */
	bool (*ports)(struct host *h, struct arena *a, struct port_map *out,
	              struct err *e);
	/* TCP connections of one process (not its listeners), at most
	 * CONNS_MAX, each with the kernel's own counters. ERR_NOENT: no such
	 * process; ERR_PERM: its descriptors are not ours to see; ERR_ARG: it
	 * lives in another network namespace. */
	bool (*conns)(struct host *h, struct arena *a, int64_t pid,
	              struct conn_row **out, size_t *n, struct err *e);
	/* n namespaces side by side, each entered by a short-lived child of
	 * ours, which is gone when this returns: the process's resolv.conf and
	 * hosts file are read, each target is resolved with them and connected
	 * to, nothing is sent. out[i].err: ERR_PERM without CAP_SYS_ADMIN,
	 * ERR_NOENT when the process is gone or another has its number. */
	void (*in_netns)(struct host *h, struct arena *a,
	                 const struct netns_req *q, size_t n,
	                 struct netns_result *out);
	/* Listens on that TCP port of the address that packets go out with,
	 * connects to it from another address of this host (Docker's bridge
	 * when there is one), and closes both, which takes microseconds unless
	 * a rule drops the packet. The connection is led through lo. ERR_BUSY:
	 * the port is in use; ERR_NOENT: no second address. */
	bool (*knock)(struct host *h, struct arena *a, uint16_t port,
	              unsigned timeout_ms, struct knock *out, struct err *e);
	/* The kernel's log, newest last, at most max_bytes of its end. */
	bool (*klog)(struct host *h, struct arena *a, size_t max_bytes,
	             struct str *out, struct err *e);
	bool (*clock)(struct host *h, struct clock_info *out, struct err *e);
	/* n <= NTP_MAX_ASK time servers side by side, one packet each. Once one
	 * gives a usable time the others have 50 ms left. */
	void (*ntp)(struct host *h, struct arena *a, const struct ntp_req *q,
	            size_t n, struct ntp_answer *out);
	/* The value of an environment variable; p is NULL when it is not set.
	 */
	struct str (*env)(struct host *h, struct arena *a, const char *name);
	void (*self)(struct host *h, struct self_info *out);
	int64_t (*now_ms)(struct host *h);  /* wall clock */
	int64_t (*mono_ms)(struct host *h); /* for waiting; never goes back */
	/* Does one thing to the machine (verbs.def): through the helper, or as
	 * root in a child of our own. False: it was not asked to, or gave no
	 * answer by its deadline (then it may still have been done). True:
	 * out->status is the exit status of what it ran, out->text what that
	 * said, both ways out, at most VERB_OUTPUT_MAX bytes. ERR_PERM in a
	 * replay: a recording is not acted upon. Nothing of it is recorded. */
	bool (*act)(struct host *h, struct arena *a, enum verb_id verb,
	            struct cmd_out *out, struct err *e);
	/* A figure of our own pass ("ms/docker", "rss_kib"): live gives back
	 * value, a recording gives back what was recorded. This is what makes a
	 * replayed report equal to the live one. */
	int64_t (*measured)(struct host *h, const char *what, int64_t value);
};
struct host {
	const struct host_ops *ops;
	const char *root; /* "" for the live machine */
};

/* libcurl and SIGPIPE are set up by the first; call it once, in main. */
struct host host_live(void);
struct host host_dir(const char *root);
/* Lives in a; from and to must outlive it. The folder is made; a recording
 * that cannot be written is a favour lost, counted in *failed, not an error.
 */
struct host *host_save(struct arena *a, struct host *from, const char *to);
size_t host_save_failures(const struct host *h);
/* A recording that leaves the machine: at most max_bytes are written (what
 * does not fit counts as a failure), and redact_strict() goes over all of it.
 */
struct host *host_save_strict(struct arena *a, struct host *from,
                              const char *to, uint64_t max_bytes);
/* From here on what was recorded stays as it is, and only what was not is
 * added: what a pass saw is not touched by what is gathered after it. */
void host_save_more(struct host *h);

/* For a verb that is a stream, on this machine: a socket from which its answer
 * comes, "ok 0\n" or "err CODE ERRNO text\n" and then the stream. It does not
 * block, is closed on exec and is the caller's to close; that ends the verb.
 * -1 with *e filled when there is no helper to ask. */
int host_stream(enum verb_id verb, struct err *e);
/* What a helper answered, or why not. */
bool verb_answer(struct str text, struct cmd_out *out, struct err *e);

/* ---- a checker that is not root, and what root shows it */

enum look_kind { LOOK_NEAR, LOOK_FAR, LOOK_KINDS };
#define LOOK_DIR "/run/probe-look" /* root's; its group is the checker's */
#define LOOK_NEAR_NAME "near"
#define LOOK_FAR_NAME "far"

struct checker {
	uint32_t uid;
	/* look_may_read on a real machine; true for what is not there. */
	bool (*may_read)(uint32_t uid, const char *path);
};
bool look_may_read(uint32_t uid, const char *path);

/* Root's side: a recorder into `to` that keeps only what that user could not
 * have seen: closed files, Docker's socket, commands, whose sockets are,
 * namespaces, the kernel's log. The folder is readable to its group. */
struct host *host_look(struct arena *a, struct host *from, const char *to,
                       struct checker who);
size_t host_look_failures(const struct host *h);
/* The folder of looks, locked and swept; -1 when it is not ours alone to write
 * to, or another look is being taken. look_close() puts `fresh` in the place of
 * `name` there and closes it. */
int look_open(const char *folder, struct err *e);
bool look_close(int dir, const char *fresh, const char *name, struct err *e);

/* The checker's side: live, and where that is not allowed, the looks under
 * folder. A look is used from the moment that host_over_look() has asked for it
 * until it is keep_ms[kind] old. Lives in a; live must outlive it. */
struct host *host_over(struct arena *a, struct host *live, const char *folder,
                       const int64_t keep_ms[LOOK_KINDS]);
/* Has the helper look (VERB_LOOK, VERB_LOOK_FAR); not while a pass runs. On
 * failure the look before it goes on until it is too old. FAR holds all that
 * NEAR does. True and nothing done when h is no host_over(). */
bool host_over_look(struct host *h, struct arena *a, enum look_kind kind,
                    struct err *e);

/* One request; true when a status line arrived, else *e is out->err. */
bool host_http(struct host *h, struct arena *a, const struct http_req *q,
               struct http_resp *out, struct err *e);

#endif
