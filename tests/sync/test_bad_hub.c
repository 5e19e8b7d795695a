/*
 * minqing-sync against hubs that are not what they should be: the real
 * program, real TLS on loopback.  Whatever comes back, words say what
 * happened, nothing counts as sent and everything is still here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../core/base/file.h"
#include "../../core/base/xmalloc.h"
#include "../../core/ledger.h"
#include "../../core/outbox.h"
#include "../../sync/hub/cert.h"
#include "../lib/deeds.h"
#include "../lib/evil_hub.h"
#include "../lib/procs.h"

#define KILO "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct {
	struct nodes_one x;
	char certs[300], others[300];
	int64_t local;
	char out[8192];
} w;

static const struct evil_answer page_500 = {
	"HTTP/1.1 500 Oops\r\nContent-Type: text/html\r\n"
	"Content-Length: 12\r\n\r\n<h1>500</h1>", NULL };

/* ---- the node and its certificates ---- */

static void make_certs(char *dir, size_t size, const char *name)
{
	struct err err = ERR_INIT;

	file_join(dir, size, w.x.dir, name);
	nodes_ok(cert_make(&w.x.env, dir, "127.0.0.1", &err), &err);
}

static const char *in(const char *dir, const char *name)
{
	static char path[4][400];
	static unsigned next;
	char *p = path[next++ % ARRAY_LEN(path)];

	file_join(p, sizeof(path[0]), dir, name);
	return p;
}

static int setup(void **state)
{
	struct save_result res;
	struct outbox_counts c;
	struct err err = ERR_INIT;
	int64_t who;

	(void)state;
	memset(&w, 0, sizeof(w));
	(void)setenv("LANG", "zh_CN.UTF-8", 1);
	(void)unsetenv("LC_ALL");
	(void)unsetenv("LC_MESSAGES");
	nodes_make(&w.x, 101, NULL);
	who = deeds_person(&w.x, "李秀英", "3栋2单元402");
	nodes_ok(deeds_visit(&w.x, who, &res, &err), &err);
	nodes_ok(outbox_counts(w.x.n, &c, &err), &err);
	w.local = c.local;
	assert_true(w.local >= 3);
	make_certs(w.certs, sizeof(w.certs), "certs");
	make_certs(w.others, sizeof(w.others), "others");
	evil_hub_expired(&w.x.env, w.certs);
	return 0;
}

static int drop(const char *path, const struct stat *st, int flag,
    struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static int teardown(void **state)
{
	(void)state;
	nftw(w.certs, drop, 8, FTW_DEPTH | FTW_PHYS);
	nftw(w.others, drop, 8, FTW_DEPTH | FTW_PHYS);
	nodes_free(&w.x);
	return 0;
}

/* The node trusts the CA in `certs` and this key. */
static void point_at(int port, const char *pins)
{
	struct err err = ERR_INIT;

	snprintf(w.x.n->set.hub, sizeof(w.x.n->set.hub),
	    "https://127.0.0.1:%d", port);
	xcopy(w.x.n->set.ca, sizeof(w.x.n->set.ca), in(w.certs, "ca.pem"));
	xcopy(w.x.n->set.pins, sizeof(w.x.n->set.pins), pins);
	nodes_ok(node_save_settings(&w.x.env, w.x.dir, &w.x.n->set, &err),
	    &err);
}

static void own_pins(const char *dir, char out[256])
{
	struct err err = ERR_INIT;

	nodes_ok(cert_pins(&w.x.env, in(dir, "hub.pem"), out, 256, &err),
	    &err);
}

/* One round that must fail with these words; nothing else has changed. */
static void fails_with(const char *words)
{
	const char *argv[] = { procs_bin("minqing-sync"), "--data", w.x.dir,
	    "--once", NULL };
	int code = procs_run(w.out, sizeof(w.out), argv);
	struct outbox_counts c;
	struct ledger_report rep;
	struct err err = ERR_INIT;

	if (code != 1 || strstr(w.out, words) == NULL ||
	    strstr(w.out, "存在本机") == NULL)
		fail_msg("exit %d, wanted %s: %s", code, words, w.out);
	nodes_ok(outbox_counts(w.x.n, &c, &err), &err);
	/* Each hub another: that is written down too, and waits as well. */
	assert_true(c.local >= w.local);
	assert_int_equal(c.local, c.written);
	assert_int_equal(c.sent, 0);
	assert_int_equal(c.hub, 0);
	if (strstr(c.trouble, words) == NULL)
		fail_msg("the screen would say: %s", c.trouble);
	nodes_ok(ledger_verify(w.x.n, NULL, NULL, &rep, &err), &err);
}

static void against(const struct evil_answer *a, const char *words)
{
	struct evil_hub h;
	char pins[256];

	evil_hub_start(&h, in(w.certs, "hub.pem"), in(w.certs, "hub.key"), a);
	own_pins(w.certs, pins);
	point_at(h.port, pins);
	fails_with(words);
	evil_hub_stop(&h);
}

/* ---- certificates ---- */

static void certificate(const char *dir, const char *pem, const char *pin_of)
{
	struct evil_hub h;
	char pins[256];

	evil_hub_start(&h, in(dir, pem), in(dir, "hub.key"), &page_500);
	own_pins(pin_of, pins);
	point_at(h.port, pins);
	fails_with("证书不对");
	assert_non_null(strstr(w.out, "什么都没有送出去"));
	evil_hub_stop(&h);
}

static void test_other_ca(void **state)
{
	(void)state;
	certificate(w.others, "hub.pem", w.others);
}

static void test_right_ca_wrong_pin(void **state)
{
	(void)state;
	certificate(w.certs, "hub.pem", w.others);
}

static void test_expired(void **state)
{
	(void)state;
	certificate(w.certs, "expired.pem", w.certs);
}

static void test_nobody_there(void **state)
{
	struct evil_hub h;
	char pins[256];

	(void)state;
	evil_hub_start(&h, in(w.certs, "hub.pem"), in(w.certs, "hub.key"),
	    &page_500);
	evil_hub_stop(&h);
	own_pins(w.certs, pins);
	point_at(h.port, pins);
	fails_with("连不上区里");
}

/* ---- answers ---- */

static void test_500(void **state)
{
	(void)state;
	against(&page_500, "连不上区里");
}

static void test_not_http(void **state)
{
	static const struct evil_answer a = { "\x01\x02\xff\xfe 民情\r\n\r\n",
	    NULL };

	(void)state;
	against(&a, "区里的回答看不懂");
}

static void test_says_nothing(void **state)
{
	static const struct evil_answer a = { "", NULL };

	(void)state;
	against(&a, "连不上区里");
}

static void test_redirect(void **state)
{
	static const struct evil_answer a = { "HTTP/1.1 301 Moved\r\n"
	    "Location: http://127.0.0.1:9/v1/head\r\n"
	    "Content-Length: 0\r\n\r\n", NULL };

	(void)state;
	against(&a, "区里的回答看不懂");
}

static void test_captive_portal(void **state)
{
	static const struct evil_answer a = { "HTTP/1.1 200 OK\r\n"
	    "Content-Type: text/html\r\nContent-Length: 17\r\n\r\n"
	    "<h1>\x1b]0;x\x07免费</h1>", NULL };

	(void)state;
	against(&a, "区里的回答看不懂");
	assert_null(strchr(w.out, '\x1b'));
	assert_null(strchr(w.out, '\a'));
}

static void test_endless_body(void **state)
{
	static const struct evil_answer a = { "HTTP/1.1 200 OK\r\n"
	    "Content-Type: application/json\r\n\r\n[", KILO KILO KILO KILO };

	(void)state;
	against(&a, "区里的回答看不懂");
}

static void test_endless_head(void **state)
{
	static const struct evil_answer a = { "HTTP/1.1 200 OK\r\n",
	    "X-Page: " KILO KILO "\r\n" };

	(void)state;
	against(&a, "区里的回答看不懂");
}

static void test_lying_length(void **state)
{
	static const struct evil_answer a = { "HTTP/1.1 200 OK\r\n"
	    "Content-Type: application/json\r\n"
	    "Content-Length: 900\r\n\r\n{}", NULL };

	(void)state;
	against(&a, "连不上区里");
}

static void test_bomb(void **state)
{
	static const struct evil_answer a = { "HTTP/1.1 200 OK\r\n"
	    "Content-Encoding: gzip, gzip, gzip\r\n"
	    "Content-Length: 4\r\n\r\nabcd", NULL };

	(void)state;
	against(&a, "区里的回答看不懂");
}

/* Words of the other side are shown, but not obeyed. */
static void test_hostile_problem(void **state)
{
	static const struct evil_answer a = { "HTTP/1.1 403 No\r\n"
	    "Content-Type: application/problem+json\r\n"
	    "Content-Length: 70\r\n\r\n"
	    "{\"title\":\"\\u001b]0;x\\u0007停\",\"detail\":\"\\u202e"
	    "\\u001b[2J\",\"type\":\"x\"}  ", NULL };

	(void)state;
	against(&a, "区里没有收");
	assert_null(strchr(w.out, '\x1b'));
	assert_null(strchr(w.out, '\a'));
	assert_null(strstr(w.out, "\xe2\x80\xae"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_other_ca),
		cmocka_unit_test(test_right_ca_wrong_pin),
		cmocka_unit_test(test_expired),
		cmocka_unit_test(test_nobody_there),
		cmocka_unit_test(test_500),
		cmocka_unit_test(test_not_http),
		cmocka_unit_test(test_says_nothing),
		cmocka_unit_test(test_redirect),
		cmocka_unit_test(test_captive_portal),
		cmocka_unit_test(test_endless_body),
		cmocka_unit_test(test_endless_head),
		cmocka_unit_test(test_lying_length),
		cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_hostile_problem),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
