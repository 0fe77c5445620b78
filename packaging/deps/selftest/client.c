/*
 * client: one request through the libraries as probe uses them: libcurl's
 * multi interface on a libuv loop.
 *
 *	client [-c CAFILE] [-u SOCKET] [-s KEY] [-k HOST:PORT:ADDRESS] [-d BODY]
 *URL
 *
 * -s signs for AWS (service ecs) with KEY, "id:secret"; -k pins a name; -u goes
 * through a unix socket. Prints the body and the status.
 */
#include <curl/curl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "deps_versions.h"

struct app {
	CURLM *multi;
	uv_timer_t timer;
	int left;
	CURLcode result;
};

struct watch {
	uv_poll_t poll;
	struct app *app;
	curl_socket_t fd;
};

static void reap(struct app *app)
{
	int queued;
	CURLMsg *m;

	while ((m = curl_multi_info_read(app->multi, &queued))) {
		if (m->msg != CURLMSG_DONE)
			continue;
		app->result = m->data.result;
		app->left--;
		uv_stop(uv_default_loop());
	}
}

static void on_io(uv_poll_t *poll, int status, int events)
{
	struct watch *w = poll->data;
	struct app *app = w->app;
	int mask = 0, running;

	if (status < 0)
		mask |= CURL_CSELECT_ERR;
	if (events & UV_READABLE)
		mask |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		mask |= CURL_CSELECT_OUT;
	curl_multi_socket_action(app->multi, w->fd, mask, &running);
	reap(app);
}

static void on_close(uv_handle_t *h)
{
	free(h->data);
}

static int on_socket(CURL *c, curl_socket_t fd, int what, void *arg, void *old)
{
	struct app *app = arg;
	struct watch *w = old;
	int events = 0;

	(void)c;
	if (what == CURL_POLL_REMOVE) {
		if (w) {
			uv_poll_stop(&w->poll);
			uv_close((uv_handle_t *)&w->poll, on_close);
		}
		return 0;
	}
	if (!w) {
		w = calloc(1, sizeof(*w));
		if (!w)
			return -1;
		w->app = app;
		w->fd = fd;
		uv_poll_init_socket(uv_default_loop(), &w->poll, fd);
		w->poll.data = w;
		curl_multi_assign(app->multi, fd, w);
	}
	if (what & CURL_POLL_IN)
		events |= UV_READABLE;
	if (what & CURL_POLL_OUT)
		events |= UV_WRITABLE;
	return uv_poll_start(&w->poll, events, on_io);
}

static void on_timer(uv_timer_t *t)
{
	struct app *app = t->data;
	int running;

	curl_multi_socket_action(app->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	reap(app);
}

static int on_timeout(CURLM *m, long ms, void *arg)
{
	struct app *app = arg;

	(void)m;
	if (ms < 0)
		return uv_timer_stop(&app->timer);
	return uv_timer_start(&app->timer, on_timer, (uint64_t)ms, 0);
}

static void set_options(CURL *c, int argc, char **argv)
{
	struct curl_slist *list;
	int o;

	while ((o = getopt(argc, argv, "c:u:s:k:d:")) != -1) {
		switch (o) {
		case 'c':
			curl_easy_setopt(c, CURLOPT_CAINFO, optarg);
			break;
		case 'u':
			curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, optarg);
			break;
		case 's':
			curl_easy_setopt(c, CURLOPT_AWS_SIGV4,
			                 "aws:amz:eu-west-1:ecs");
			curl_easy_setopt(c, CURLOPT_USERPWD, optarg);
			list = curl_slist_append(
				NULL,
				"Content-Type: application/x-amz-json-1.1");
			list = curl_slist_append(
				list, "X-Amz-Target: AmazonEC2Container"
				      "ServiceV20141113.DiscoverPollEndpoint");
			list = curl_slist_append(
				list, "X-Amz-Security-Token: a/token+of==");
			curl_easy_setopt(c, CURLOPT_HTTPHEADER, list);
			break;
		case 'k':
			list = curl_slist_append(NULL, optarg);
			curl_easy_setopt(c, CURLOPT_RESOLVE, list);
			break;
		case 'd':
			curl_easy_setopt(c, CURLOPT_POSTFIELDS, optarg);
			break;
		default:
			exit(64);
		}
	}
	if (optind >= argc)
		exit(64);
	curl_easy_setopt(c, CURLOPT_URL, argv[optind]);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, 5000L);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
}

static bool run(struct app *app, CURL *c)
{
	char why[CURL_ERROR_SIZE] = "";
	long status = 0;
	int running;

	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why);
	curl_multi_setopt(app->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(app->multi, CURLMOPT_SOCKETDATA, app);
	curl_multi_setopt(app->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(app->multi, CURLMOPT_TIMERDATA, app);
	uv_timer_init(uv_default_loop(), &app->timer);
	app->timer.data = app;
	app->left = 1;
	curl_multi_add_handle(app->multi, c);
	curl_multi_socket_action(app->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	reap(app);
	if (app->left)
		uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	fflush(stdout);
	if (app->result)
		printf("error %d: %s: %s\n", (int)app->result,
		       curl_easy_strerror(app->result), why);
	else
		printf("\nstatus %ld\n", status);
	curl_multi_remove_handle(app->multi, c);
	return app->result == CURLE_OK && status == 200;
}

int main(int argc, char **argv)
{
	struct app app = { 0 };
	CURL *c;
	bool ok;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	if (argc == 1) {
		printf("%s; libuv %s; built as %s %s %s, %s\n", curl_version(),
		       uv_version_string(), DEPS_CURL_VERSION,
		       DEPS_OPENSSL_VERSION, DEPS_LIBUV_VERSION, DEPS_LIBC);
		return 0;
	}
	app.multi = curl_multi_init();
	c = curl_easy_init();
	if (!app.multi || !c)
		return 70;
	set_options(c, argc, argv);
	ok = run(&app, c);
	curl_easy_cleanup(c);
	curl_multi_cleanup(app.multi);
	return ok ? 0 : 1;
}
