/*
 * The whole way: real programs, real TLS on loopback, two nodes and a hub.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../core/base/file.h"
#include "../../core/base/json.h"
#include "../../core/base/log.h"
#include "../../core/base/xmalloc.h"
#include "../../core/bell.h"
#include "../../core/ledger.h"
#include "../../core/outbox.h"
#include "../../core/roster.h"
#include "../../sync/client.h"
#include "../../sync/transport_curl.h"
#include "../lib/hubs.h"
#include "../lib/procs.h"

#define GRID "990101001001001"
#define COMMUNITY "990101001001"
#define OUT 8192
#define NONE ((struct ref){ { 0 }, 0 })

static struct {
	struct env env;
	char dir[200], store[PGS_URL], hub[64], where[32], out[OUT];
	pid_t pid;
	struct node *a, *b;
	char path[12][400];
	int npath;
} w;

static const char *in(const char *name)
{
	char *p = w.path[w.npath++ % 12];

	(void)snprintf(p, sizeof(w.path[0]), "%s/%s", w.dir, name);
	return p;
}

static int drop(const char *path, const struct stat *st, int flag,
    struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

/* ---- programs ---- */

static int run(const char *program, ...)
{
	const char *argv[PROCS_ARGS] = { procs_bin(program) };
	const char *arg;
	va_list ap;
	int n = 1;

	va_start(ap, program);
	while ((arg = va_arg(ap, const char *)) != NULL &&
	    n < PROCS_ARGS - 1)
		argv[n++] = arg;
	va_end(ap);
	return procs_run(w.out, sizeof(w.out), argv);
}

static void must(int code)
{
	if (code != 0)
		fail_msg("exit %d: %s", code, w.out);
}

static void value_of(const char *key, char *out, size_t size)
{
	struct jdoc *doc = NULL;

	if (jdoc_parse(w.out, strlen(w.out), "out", &doc, NULL) != MQ_OK)
		fail_msg("no JSON: %s", w.out);
	(void)xcopy(out, size, jget_str(jdoc_root(doc), key, ""));
	jdoc_free(&doc);
}

static bool listens(void *ctx)
{
	struct buf b = BUF_INIT(OUT);
	struct jdoc *doc = NULL;

	(void)ctx;
	if (file_read(&w.env, in("hub.out"), &b, NULL) == MQ_OK &&
	    b.len > 0 && strchr(b.data, '\n') != NULL &&
	    jdoc_parse(b.data, strcspn(b.data, "\n"), "hub", &doc, NULL) ==
	    MQ_OK)
		(void)xcopy(w.where, sizeof(w.where),
		    jget_str(jdoc_root(doc), "listen", ""));
	jdoc_free(&doc);
	buf_free(&b);
	return w.where[0] != '\0';
}

/* The same port each time, so that nodes find it again. */
static void start_hub(const char *certs)
{
	char cert[500], key[500], listen[40];
	const char *argv[] = { procs_bin("minqing-hub"), "--listen", listen,
	    "--store", w.store, "--tls-cert", cert, "--tls-key", key,
	    "--log", in("hub.log"), "--json", NULL };

	(void)snprintf(cert, sizeof(cert), "%s/%s/hub.pem", w.dir, certs);
	(void)snprintf(key, sizeof(key), "%s/%s/hub.key", w.dir, certs);
	(void)xcopy(listen, sizeof(listen), w.where[0] != '\0' ? w.where :
	    "127.0.0.1:0");
	w.where[0] = '\0';
	w.pid = procs_start(in("hub.out"), argv);
	assert_true(procs_until(listens, NULL, 30));
	(void)snprintf(w.hub, sizeof(w.hub), "https://%s", w.where);
}

static void join(const char *name, const char *org)
{
	char code[64];

	must(run("minqing-admin", "enrol", "--dir", in("adm"), "--org", org,
	    "--site", name, "--json", NULL));
	value_of("code", code, sizeof(code));
	must(run("minqing-admin", "join", "--data", in(name), "--hub", w.hub,
	    "--ca", in("adm/ca.pem"), "--code", code, "--json", NULL));
	/* The code is used up. */
	assert_int_equal(run("minqing-admin", "join", "--data", in("thief"),
	    "--hub", w.hub, "--ca", in("adm/ca.pem"), "--code", code, NULL),
	    1);
	assert_non_null(strstr(w.out, "登记"));
}

static int setup(void **state)
{
	const char *tmp = getenv("TMPDIR"), *src = getenv("MQ_SRC");
	char packs[600];
	struct err err = ERR_INIT;

	(void)state;
	(void)snprintf(w.dir, sizeof(w.dir), "%s/mq-two-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(w.dir));
	(void)snprintf(packs, sizeof(packs), "%s/core/packs",
	    src != NULL ? src : ".");
	(void)setenv("MINQING_PACKS", packs, 1);
	(void)setenv("LC_ALL", "C.UTF-8", 1);
	crypto_init();
	env_real(&w.env);
	if (hubs_kind == HUBS_PG)
		pgs_make(&w.env, w.store);
	else
		(void)snprintf(w.store, sizeof(w.store), "sqlite:%s/hub.db",
		    w.dir);
	log_quiet(true);
	must(run("minqing-admin", "init", in("adm"), "--tenant", "futian",
	    "--store", w.store, NULL));
	must(run("minqing-admin", "cert", in("adm"), "--host", "127.0.0.1",
	    NULL));
	start_hub("adm");
	join("a", GRID);
	join("b", COMMUNITY);
	nodes_ok(node_open(&w.env, in("a"), NODE_NO_PACK, &w.a, &err), &err);
	nodes_ok(node_open(&w.env, in("b"), NODE_NO_PACK, &w.b, &err), &err);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	node_close(&w.a);
	node_close(&w.b);
	(void)procs_stop(&w.pid);
	if (hubs_kind == HUBS_PG)
		pgs_drop(&w.env, w.store);
	(void)nftw(w.dir, drop, 16, FTW_DEPTH | FTW_PHYS);
	return 0;
}

/* ---- nodes ---- */

static struct ref visit(struct node *n, const char *org)
{
	struct buf b = BUF_INIT(512);
	struct ledger_new e = { .kind = "visit", .op = "open",
	    .subj_index = -1, .cause_index = -1, .org = org, .body = &b };
	struct err err = ERR_INIT;
	struct ref id;

	buf_adds(&b, "{\"f\":{\"note\":\"看望独居老人，血压正常\"}}");
	nodes_ok(db_begin(n->db, __func__, &err), &err);
	nodes_ok(ledger_append(n, "v1", &e, 1, &id, &err), &err);
	nodes_ok(db_commit(n->db, &err), &err);
	bell_ring(n);
	buf_free(&b);
	return id;
}

struct want { struct node *n; struct ref id; int64_t hub; };

static bool holds(void *ctx)
{
	struct want *x = ctx;
	struct buf head = BUF_INIT(ENTRY_HEAD_MAX);
	struct buf body = BUF_INIT(ENTRY_BODY_MAX);
	struct entry e;
	bool gone, held;

	held = ledger_read(x->n, x->id, &e, &head, &body, &gone, NULL) ==
	    MQ_OK;
	buf_free(&head);
	buf_free(&body);
	return held;
}

static struct outbox_counts counts(struct node *n)
{
	struct outbox_counts c;
	struct err err = ERR_INIT;

	nodes_ok(outbox_counts(n, &c, &err), &err);
	return c;
}

static bool received(void *ctx)
{
	struct want *x = ctx;

	return counts(x->n).hub >= x->hub;
}

static int once(const char *name)
{
	return run("minqing-sync", "--data", in(name), "--once", NULL);
}

/* ---- the stories ---- */

static void test_there_and_back(void **state)
{
	struct want x = { w.b, visit(w.a, GRID), 0 };

	(void)state;
	must(once("a"));
	assert_int_equal(counts(w.a).local, 0);
	must(once("b"));
	assert_true(holds(&x));
}

/* A save reaches the other desk within the second while both daemons run. */
static void test_daemons(void **state)
{
	const char *one[] = { procs_bin("minqing-sync"), "--data", in("a"),
	    "--log", in("a.log"), NULL };
	const char *two[] = { procs_bin("minqing-sync"), "--data", in("b"),
	    "--log", in("b.log"), NULL };
	pid_t a = procs_start(in("a.out"), one);
	pid_t b = procs_start(in("b.out"), two);
	struct want x = { w.b, visit(w.a, GRID), 0 };
	int64_t began;
	int i;

	(void)state;
	assert_true(procs_until(holds, &x, 30));
	/* From here on both hold their long poll. */
	for (i = 0; i < 3; i++) {
		x.id = visit(w.a, GRID);
		began = w.env.mono_ms(&w.env);
		assert_true(procs_until(holds, &x, 20));
		assert_true(w.env.mono_ms(&w.env) - began < 5000);
	}
	/* Never two on one node. */
	assert_int_equal(once("a"), 1);
	assert_non_null(strstr(w.out, "minqing-sync"));
	/* The hub goes away and comes back; nothing is lost. */
	assert_int_equal(procs_stop(&w.pid), 0);
	for (i = 0; i < 10; i++)
		x.id = visit(w.a, GRID);
	assert_int_equal(counts(w.a).local, 10);
	start_hub("adm");
	x.n = w.a;
	x.hub = counts(w.a).written;
	assert_true(procs_until(received, &x, 60));
	x.n = w.b;
	assert_true(procs_until(holds, &x, 60));
	assert_int_equal(procs_stop(&a), 0);
	assert_int_equal(procs_stop(&b), 0);
}

/* The hub stops while polls are held: clean, and at once. */
static void test_hub_stops_with_polls_held(void **state)
{
	const char *one[] = { procs_bin("minqing-sync"), "--data", in("b"),
	    "--log", in("b.log"), NULL };
	struct want x = { w.b, visit(w.a, GRID), 0 };
	pid_t b = procs_start(in("b.out"), one);
	int64_t began;

	(void)state;
	must(once("a"));
	assert_true(procs_until(holds, &x, 30));
	began = w.env.mono_ms(&w.env);
	assert_int_equal(procs_stop(&w.pid), 0);
	assert_true(w.env.mono_ms(&w.env) - began < 15000);
	assert_int_equal(procs_stop(&b), 0);
	start_hub("adm");
}

/* Somebody poses as the hub: same address, a certificate of their own. */
static void test_wrong_certificate(void **state)
{
	int64_t local;

	(void)state;
	must(run("minqing-admin", "cert", in("evil"), "--host", "127.0.0.1",
	    NULL));
	assert_int_equal(procs_stop(&w.pid), 0);
	start_hub("evil");
	(void)visit(w.a, GRID);
	local = counts(w.a).local;
	assert_int_equal(once("a"), 1);
	assert_non_null(strstr(w.out, "证书"));
	assert_int_equal(counts(w.a).local, local);
	assert_non_null(strstr(counts(w.a).trouble, "证书"));
	assert_int_equal(procs_stop(&w.pid), 0);
	/* Same CA, but not the key that was pinned. */
	must(run("minqing-admin", "cert", in("third"), "--host",
	    "127.0.0.1", NULL));
	{
		struct buf ca = BUF_INIT(65536), key = BUF_INIT(65536);
		struct err err = ERR_INIT;

		nodes_ok(file_read(&w.env, in("adm/ca.pem"), &ca, &err),
		    &err);
		nodes_ok(file_read(&w.env, in("adm/ca.key"), &key, &err),
		    &err);
		nodes_ok(file_write(&w.env, in("third/ca.pem"), ca.data,
		    ca.len, 0600, &err), &err);
		nodes_ok(file_write(&w.env, in("third/ca.key"), key.data,
		    key.len, 0600, &err), &err);
		buf_free(&ca);
		buf_free(&key);
	}
	must(run("minqing-admin", "cert", in("third"), "--host",
	    "127.0.0.1", NULL));
	start_hub("third");
	assert_int_equal(once("a"), 1);
	assert_non_null(strstr(w.out, "证书"));
	assert_int_equal(counts(w.a).local, local);
	assert_int_equal(procs_stop(&w.pid), 0);
	start_hub("adm");
	must(once("a"));
	assert_int_equal(counts(w.a).local, 0);
	assert_string_equal(counts(w.a).trouble, "");
}

static void test_tampered_signature(void **state)
{
	char ca[600];
	struct transport_curl_settings s = { w.hub, ca, w.a->set.pins };
	struct transport_request q = { .method = "GET",
	    .target = "/v1/head" };
	struct transport_reply r;
	struct transport t;
	struct err err = ERR_INIT;

	(void)state;
	(void)snprintf(ca, sizeof(ca), "%s/adm/ca.pem", w.dir);
	nodes_ok(transport_curl_open(&s, &t, &err), &err);
	transport_reply_init(&r);
	q.fields[0] = (struct transport_field){ "Minqing-Node",
	    "futian/101" };
	q.fields[1] = (struct transport_field){ "Minqing-Batch", "none" };
	q.fields[2] = (struct transport_field){ "Signature", "mq=:AAAA:" };
	q.nfields = 3;
	nodes_ok(t.ops->request(&t, &q, &r, &err), &err);
	assert_int_equal(r.status, 401);
	assert_string_equal(r.type, "application/problem+json");
	assert_non_null(strstr(r.body.data, "签名"));
	assert_true(r.now.ms > 0);
	q.nfields = 0;
	q.target = "/healthz";
	nodes_ok(t.ops->request(&t, &q, &r, &err), &err);
	assert_int_equal(r.status, 200);
	transport_reply_free(&r);
	t.ops->close(&t);
}

static void test_quarantine(void **state)
{
	struct ref bad = visit(w.a, "000000");
	char save[ENTRY_REF_TEXT];

	(void)state;
	must(once("a"));
	assert_int_equal(counts(w.a).returned, 1);
	must(run("minqing-admin", "quarantine", "--dir", in("adm"), NULL));
	ref_text(bad, save);
	assert_non_null(strstr(w.out, save));
	assert_non_null(strstr(w.out, "没有这个单位"));
	assert_int_equal(run("minqing-admin", "readmit", save, "--dir",
	    in("adm"), NULL), 1);
	must(run("minqing-admin", "readmit", save, "--dir", in("adm"),
	    "--force", NULL));
	must(once("a"));
	assert_int_equal(counts(w.a).returned, 0);
}

static void test_roster(void **state)
{
	static const char csv[] = "number,name,phone,card,posts,pin,code\n"
	    "v1,陈志愿,13800138000,,volunteer@" GRID ",482915,\n"
	    "c1,林网格,,,captain@" COMMUNITY ",,\n"
	    "x1,别处人,,,captain@990101001002,,\n";
	struct err err = ERR_INIT;

	(void)state;
	nodes_ok(file_write(&w.env, in("p.csv"), csv, strlen(csv), 0600,
	    &err), &err);
	must(run("minqing-admin", "roster", in("p.csv"), "--dir", in("adm"),
	    NULL));
	must(once("a"));
	nodes_ok(roster_load(w.a, &err), &err);
	assert_int_equal(roster_count(w.a->roster), 2);
	assert_non_null(roster_find(w.a->roster, "13800138000"));
	assert_null(roster_find(w.a->roster, "x1"));
	must(run("minqing-admin", "code", "c1", "--dir", in("adm"), NULL));
	must(once("a"));
	nodes_ok(roster_load(w.a, &err), &err);
	assert_non_null(roster_find(w.a->roster, "c1")->code);
	assert_non_null(roster_find(w.a->roster, "v1")->verifier);
}

static void explain_a(const char *words)
{
	char number[16];

	(void)snprintf(number, sizeof(number), "%d", w.a->set.number);
	must(run("minqing-hub", "explain", number, "--store", w.store,
	    "--tls-cert", in("adm/hub.pem"), NULL));
	if (strstr(w.out, words) == NULL)
		fail_msg("no %s in:\n%s", words, w.out);
}

static void test_explained(void **state)
{
	(void)state;
	must(once("a"));
	explain_a("futian");
	explain_a(GRID);
	explain_a("隔离：没有");
	explain_a("还有 0 条没有收条");
	explain_a("下一步：一切正常");
	assert_int_equal(run("minqing-hub", "explain", "999", "--store",
	    w.store, NULL), 1);
	assert_int_equal(run("minqing-hub", "explain", NULL), 2);
	must(run("minqing-hub", "explain", "101", "--store", w.store,
	    "--json", NULL));
	assert_non_null(strstr(w.out, "\"quarantined\":0"));
}

/* Last: this node does not come back. */
static void test_revoked(void **state)
{
	char number[16];

	(void)state;
	(void)snprintf(number, sizeof(number), "%d", w.a->set.number);
	must(run("minqing-admin", "revoke", number, "--dir", in("adm"),
	    "--why", "机器丢了", NULL));
	(void)visit(w.a, GRID);
	assert_int_equal(once("a"), 1);
	assert_non_null(strstr(w.out, "停用"));
	assert_non_null(strstr(counts(w.a).trouble, "机器丢了"));
	assert_int_equal(counts(w.a).local, 1);
	must(run("minqing-admin", "nodes", "--dir", in("adm"), NULL));
	assert_non_null(strstr(w.out, "已停用"));
	explain_a("机器丢了");
	must(once("b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_daemons),
		cmocka_unit_test(test_hub_stops_with_polls_held),
		cmocka_unit_test(test_wrong_certificate),
		cmocka_unit_test(test_tampered_signature),
		cmocka_unit_test(test_quarantine),
		cmocka_unit_test(test_roster),
		cmocka_unit_test(test_explained),
		cmocka_unit_test(test_revoked),
	};

	return hubs_run("two_nodes", tests, ARRAY_LEN(tests), setup, teardown);
}
