#define _GNU_SOURCE /* O_CLOEXEC, SOCK_NONBLOCK, inotify_init1 */
#include "probe/sense.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum sense sense_read(int fd, char *buf, size_t *n)
{
	ssize_t r;

	do
		r = read(fd, buf, SENSE_MAX);
	while (r < 0 && errno == EINTR);
	if (r > 0) {
		*n = (size_t)r;
		return SENSE_SOME;
	}
	if (r < 0 && errno == EAGAIN)
		return SENSE_NONE;
	/* kmsg: overwritten before it was read; netlink: no room for it. */
	return r < 0 && (errno == EPIPE || errno == ENOBUFS) ? SENSE_LOST
	                                                     : SENSE_GONE;
}

void sense_close(int fd)
{
	(void)close(fd);
}

static int opened(int fd, const char *what, struct err *e)
{
	enum err_code code = err_code_of_os(errno);

	if (fd < 0)
		(void)err_set(e, code, errno, "%s: %s", what, err_text(code));
	return fd;
}

int sense_kmsg(struct err *e)
{
	int fd = opened(
		open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC),
		"/dev/kmsg", e);

	if (fd >= 0 && lseek(fd, 0, SEEK_END) < 0) {
		(void)opened(-1, "/dev/kmsg", e);
		(void)close(fd);
		return -1;
	}
	return fd;
}

int sense_kmsg_level(struct str record)
{
	struct str prio = str_cut(&record, ',');
	uint64_t n;

	return record.p && str_u64(prio, &n) ? (int)(n & 7) : -1;
}

int sense_files(struct err *e)
{
	return opened(inotify_init1(IN_NONBLOCK | IN_CLOEXEC), "inotify", e);
}

int sense_files_add(int fd, const char *path, bool written, struct err *e)
{
	uint32_t mask = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
	                IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB | IN_ONLYDIR |
	                (written ? IN_MODIFY | IN_CLOSE_WRITE : 0);
	int wd = inotify_add_watch(fd, path, mask);

	if (wd < 0 && errno == ENOSPC)
		(void)err_set(e, ERR_BUSY, ENOSPC,
		              "%s: no watch left (fs.inotify.max_user_watches)",
		              path);
	else if (wd < 0)
		(void)opened(-1, path, e);
	return wd;
}

void sense_files_drop(int fd, int watch)
{
	(void)inotify_rm_watch(fd, watch);
}

bool sense_files_next(struct str *bytes, struct file_event *out)
{
	struct inotify_event ev;

	if (bytes->n < sizeof(ev))
		return false;
	memcpy(&ev, bytes->p, sizeof(ev));
	if (ev.len > bytes->n - sizeof(ev))
		return false;
	*out = (struct file_event){
		.watch = ev.wd,
		.lost = (ev.mask & IN_Q_OVERFLOW) != 0,
		.gone = (ev.mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF |
		                    IN_UNMOUNT)) != 0,
		.name = { bytes->p + sizeof(ev), ev.len },
	};
	if (ev.len) { /* padded with zeros */
		const char *end = memchr(out->name.p, '\0', ev.len);

		out->name.n = end ? (size_t)(end - out->name.p) : ev.len;
	}
	*bytes = str_skip(*bytes, sizeof(ev) + ev.len);
	return true;
}

void sense_tell(struct str path, struct str lines)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd;

	if (path.n < 2 || path.n >= sizeof(to.sun_path) ||
	    (path.p[0] != '/' && path.p[0] != '@'))
		return;
	memcpy(to.sun_path, path.p, path.n);
	if (path.p[0] == '@')
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	/* Lost when its queue is full: the next one says as much. */
	(void)sendto(
		fd, lines.p, lines.n, MSG_NOSIGNAL,
		(const struct sockaddr *)&to,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + path.n));
	(void)close(fd);
}
