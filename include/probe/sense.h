/*
 * sense.h - descriptors that tell when something happens on this machine, and
 * what the bytes that come from them mean. None of them blocks; all are closed
 * on exec. An opener gives -1 and fills *e.
 */
#ifndef PROBE_SENSE_H
#define PROBE_SENSE_H

#include "probe/err.h"
#include "probe/str.h"

#define SENSE_MAX 8192 /* bytes of one read: the kernel's record or message */

enum sense {
	SENSE_NONE, /* nothing more for now */
	SENSE_SOME,
	SENSE_LOST, /* the kernel dropped what we did not read in time */
	SENSE_GONE  /* it will not tell anything any more */
};
/* One read into buf, which holds SENSE_MAX bytes. */
enum sense sense_read(int fd, char *buf, size_t *n);
void sense_close(int fd);

/* The kernel's log from here on: a record a read. */
int sense_kmsg(struct err *e);
/* "6,1234,5678,-;text": the level, 0 (emergency) to 7; -1: not a record. */
int sense_kmsg_level(struct str record);

/* Changes of links, addresses and routes (rtnetlink): messages of one read. */
int sense_route(struct err *e);
enum { SENSE_LINK = 1, SENSE_ADDR = 2, SENSE_ROUTE = 4 };
/* What of the host's own has changed; the interfaces that containers come and
 * go with (veth, and what is plugged into a task) say nothing. */
unsigned sense_route_what(struct str bytes);

/* Changes in folders (inotify). */
int sense_files(struct err *e);
/* Watches a folder: names made, moved, removed; written: their bytes too. The
 * watch's number, or -1. ERR_BUSY: the limit of watches is reached. */
int sense_files_add(int fd, const char *path, bool written, struct err *e);
void sense_files_drop(int fd, int watch);
struct file_event {
	int watch;
	bool lost;       /* events were dropped; watch says nothing */
	bool gone;       /* the folder is gone or moved: the watch has ended */
	struct str name; /* in the folder; empty: the folder itself */
};
/* Cuts the next event off; false at the end. */
bool sense_files_next(struct str *bytes, struct file_event *out);

/* What the service manager is told (sd_notify): lines "KEY=value". path: of
 * its socket, "@..." for an abstract one; empty: nobody wants to hear it. */
void sense_tell(struct str path, struct str lines);

#endif
