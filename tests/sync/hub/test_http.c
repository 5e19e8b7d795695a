/*
 * The HTTPS layer itself, in this process with a clock that is moved: limits,
 * absolute deadlines, held requests, stopping.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <arpa/inet.h>
#include <ftw.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../../core/base/xmalloc.h"
#include "../../../sync/ask.h"
#include "../../../sync/hub/cert.h"
#include "../../../sync/hub/http.h"
#include "../../../sync/transport_curl.h"
#include "../../lib/hubs.h"
#include "../../lib/procs.h"

static struct {
	struct hubs_one h;
	struct nodes_one a;
	struct http *http;
	struct transport t;
	char dir[300], cert[400], key[400], ca[400], hub[80];
} w;

static int drop(const char *path, const struct stat *st, int flag,
    struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void serve(void)
{
	struct http_settings s = { "127.0.0.1:0", w.cert, w.key, 0, 40 };
	struct transport_curl_settings c = { w.hub, w.ca, w.h.hub.pins };
	struct err err = ERR_INIT;

	nodes_ok(http_start(&w.h.hub, &s, &w.http, &err), &err);
	(void)snprintf(w.hub, sizeof(w.hub), "https://%s",
	    http_where(w.http));
	nodes_ok(transport_curl_open(&c, &w.t, &err), &err);
}

static int setup(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	hubs_make(&w.h);
	nodes_make(&w.a, 101, "990101001001001");
	hubs_enrol(&w.h, &w.a);
	(void)snprintf(w.dir, sizeof(w.dir), "%s/certs", w.h.dir);
	(void)snprintf(w.cert, sizeof(w.cert), "%s/hub.pem", w.dir);
	(void)snprintf(w.key, sizeof(w.key), "%s/hub.key", w.dir);
	(void)snprintf(w.ca, sizeof(w.ca), "%s/ca.pem", w.dir);
	nodes_ok(cert_make(&w.h.env, w.dir, "127.0.0.1", &err), &err);
	nodes_ok(cert_pins(&w.h.env, w.cert, w.h.hub.pins,
	    sizeof(w.h.hub.pins), &err), &err);
	serve();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	w.t.ops->close(&w.t);
	http_stop(&w.http);
	nodes_free(&w.a);
	(void)nftw(w.dir, drop, 4, FTW_DEPTH | FTW_PHYS);
	hubs_free(&w.h);
	return 0;
}

static int status_of(struct transport_request *q)
{
	struct transport_reply r;
	struct err err = ERR_INIT;
	int status;

	transport_reply_init(&r);
	nodes_ok(w.t.ops->request(&w.t, q, &r, &err), &err);
	status = r.status;
	assert_true(r.now.ms > 0);
	transport_reply_free(&r);
	return status;
}

static void test_limits(void **state)
{
	struct transport_request q = { .method = "GET",
	    .target = "/healthz" };
	char *big = xcalloc(1, 1024 * 1024 + 10);

	(void)state;
	assert_int_equal(status_of(&q), 200);
	q.method = "POST";
	assert_int_equal(status_of(&q), 405);
	q.target = "/v1/entries";
	q.body = big;
	q.len = 1024 * 1024 + 1;
	assert_int_equal(status_of(&q), 413);
	q.len = 1024 * 1024;
	assert_int_equal(status_of(&q), 401);
	q.target = "/v1/health";
	assert_int_equal(status_of(&q), 413);
	q.len = 2;
	q.fields[0] = (struct transport_field){ "Content-Encoding", "gzip" };
	q.nfields = 1;
	assert_int_equal(status_of(&q), 415);
	q.nfields = 0;
	q.method = "GET";
	q.body = NULL;
	q.len = 0;
	q.target = "/healthz?x=%00%0d%0a'\"";
	assert_int_equal(status_of(&q), 200);
	q.target = "/%2e%2e/etc/passwd";
	assert_int_equal(status_of(&q), 404);
	free(big);
}

static int plain_socket(void)
{
	struct sockaddr_in a;
	const char *colon = strrchr(http_where(w.http), ':');
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memset(&a, 0, sizeof(a));
	a.sin_family = AF_INET;
	a.sin_port = htons((uint16_t)strtol(colon + 1, NULL, 10));
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

static bool is_shut(void *ctx)
{
	struct pollfd p = { *(int *)ctx, POLLIN, 0 };
	char byte;

	return poll(&p, 1, 0) > 0 && recv(p.fd, &byte, 1, MSG_DONTWAIT) <= 0;
}

static bool most_are_shut(void *ctx)
{
	int *fd = ctx, i, shut = 0;

	for (i = 0; i < 20; i++)
		shut += is_shut(&fd[i]);
	return shut > 10;
}

static bool knows_conn(void *ctx)
{
	struct transport_request q = { .method = "GET",
	    .target = "/healthz" };

	(void)ctx;
	return status_of(&q) == 200;
}

/* Whoever opens a connection and says nothing, or says it too slowly, is shut
 * out at an absolute time; others are served meanwhile. */
static void test_silent_ones_are_shut(void **state)
{
	int fd[20], i;

	(void)state;
	for (i = 0; i < 20; i++)
		fd[i] = plain_socket();
	/* The hub has seen them all once it has answered after them. */
	assert_true(procs_until(knows_conn, NULL, 10));
	env_advance(&w.h.env, 15 * MS_SECOND);
	/* A few bytes of a TLS greeting do not buy more time. */
	for (i = 0; i < 20; i++)
		assert_int_equal(send(fd[i], "\x16\x03\x01\x02", 4,
		    MSG_NOSIGNAL), 4);
	assert_false(is_shut(&fd[0]));
	assert_true(procs_until(knows_conn, NULL, 10));
	env_advance(&w.h.env, 10 * MS_SECOND);
	/* On a busy machine the hub took some of them up only after the clock
	 * had moved: those have their time still before them. */
	assert_true(procs_until(most_are_shut, fd, 20));
	env_advance(&w.h.env, 15 * MS_SECOND);
	for (i = 0; i < 20; i++) {
		assert_true(procs_until(is_shut, &fd[i], 20));
		(void)close(fd[i]);
	}
	assert_true(procs_until(knows_conn, NULL, 10));
}

/* ---- held requests ---- */

static void start_poll(void)
{
	struct ask_as as = { "test/101", w.a.n->keys.sign_sk };
	struct ask a = { .method = "GET", .path = "/v1/feed",
	    .query = "after=0&wait=50", .wait_s = 50 };
	struct ask_signed s;
	struct err err = ERR_INIT;

	ask_build(&w.h.env, &as, &a, 0, &s);
	nodes_ok(w.t.ops->start(&w.t, &s.q, &err), &err);
}

static bool is_held(void *ctx)
{
	bool done = false;

	(void)ctx;
	assert_int_equal(w.t.ops->wait(&w.t, -1, 10, &done, NULL), 0);
	assert_false(done);
	return w.h.hub.counts.waiting > 0;
}

static bool is_answered(void *ctx)
{
	bool done = false;

	(void)ctx;
	assert_int_equal(w.t.ops->wait(&w.t, -1, 10, &done, NULL), 0);
	return done;
}

static int answer(void)
{
	struct transport_reply r;
	struct err err = ERR_INIT;
	int status;

	transport_reply_init(&r);
	assert_true(procs_until(is_answered, NULL, 10));
	nodes_ok(w.t.ops->finish(&w.t, &r, &err), &err);
	status = r.status;
	transport_reply_free(&r);
	return status;
}

static void test_held_until_the_time(void **state)
{
	(void)state;
	start_poll();
	assert_true(procs_until(is_held, NULL, 10));
	env_advance(&w.h.env, 51 * MS_SECOND);
	assert_int_equal(answer(), 204);
}

/* Last: stopping lets the held one go. */
static void test_stop_while_held(void **state)
{
	(void)state;
	start_poll();
	assert_true(procs_until(is_held, NULL, 10));
	http_stop(&w.http);
	assert_true(procs_until(is_answered, NULL, 10));
	w.t.ops->cancel(&w.t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_silent_ones_are_shut),
		cmocka_unit_test(test_held_until_the_time),
		cmocka_unit_test(test_stop_while_held),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
