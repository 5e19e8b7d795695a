/*
 * A hub, two nodes and their people.  See street.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "street.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/base/crypto.h"
#include "../../core/base/file.h"
#include "../../core/base/json.h"
#include "../../core/base/log.h"
#include "../../core/base/xmalloc.h"

#define COMMUNITY "990101001001"
#define STREET_ORG "990101001"
#define GRID "990101001001001"

static const char *in(struct street *t, const char *name, char *out,
    size_t size)
{
	(void)snprintf(out, size, "%s/%s", t->dir, name);
	return out;
}

#define IN(t, name) in(t, name, (char[300]){ 0 }, 300)

/* Pack, themes and modules of this build, for every program started. */
static void point_to_build(void)
{
	const char *bin = getenv("MQ_BIN"), *src = getenv("MQ_SRC");
	char path[600];

	(void)setenv("LC_ALL", "C.UTF-8", 1);
	if (bin != NULL) {
		(void)snprintf(path, sizeof(path), "%s/../lib", bin);
		(void)setenv("MINQING_LIB", path, 0);
	}
	(void)snprintf(path, sizeof(path), "%s/core/packs",
	    src != NULL ? src : ".");
	(void)setenv("MINQING_PACKS", path, 0);
	(void)snprintf(path, sizeof(path), "%s/themes",
	    src != NULL ? src : ".");
	(void)setenv("MINQING_THEMES", path, 0);
}

/* ---- programs ---- */

int street_run(struct street *t, const char *program, ...)
{
	const char *argv[PROCS_ARGS] = { procs_bin(program) };
	const char *arg;
	va_list ap;
	int n = 1;

	va_start(ap, program);
	while ((arg = va_arg(ap, const char *)) != NULL) {
		assert_true(n < PROCS_ARGS - 1);
		argv[n++] = arg;
	}
	va_end(ap);
	return procs_run(t->out, sizeof(t->out), argv);
}

static void must(struct street *t, int code)
{
	if (code != 0)
		fail_msg("exit %d: %s", code, t->out);
}

static struct jdoc *said(struct street *t)
{
	struct jdoc *doc = NULL;

	if (jdoc_parse(t->out, strcspn(t->out, "\n"), "out", &doc, NULL) !=
	    MQ_OK)
		fail_msg("no JSON: %s", t->out);
	return doc;
}

int64_t street_status(struct street *t, int node, const char *key)
{
	struct jdoc *doc;
	int64_t v;

	must(t, street_run(t, "minqing", "status", "--json", "--data",
	    t->node[node], NULL));
	doc = said(t);
	v = jget_int(jdoc_root(doc), key, -1);
	jdoc_free(&doc);
	return v;
}

struct wait { struct street *t; int node; };

static bool all_received(void *ctx)
{
	const struct wait *w = ctx;
	int64_t all = street_status(w->t, w->node, "written");

	return street_status(w->t, w->node, "hub") == all &&
	    street_status(w->t, w->node, "unfolded") == 0;
}

void street_received(struct street *t, int node, int seconds)
{
	if (!procs_until(all_received, &(struct wait){ t, node }, seconds))
		fail_msg("still not received after %d s: %s", seconds, t->out);
}

/* ---- the hub ---- */

static bool listens(void *ctx)
{
	struct street *t = ctx;
	struct buf b = BUF_INIT(4096);
	struct jdoc *doc = NULL;
	const char *end;

	if (file_read(&t->env, IN(t, "hub.out"), &b, NULL) == MQ_OK &&
	    b.len > 0 && (end = strchr(buf_str(&b), '\n')) != NULL &&
	    jdoc_parse(b.data, (size_t)(end - b.data), "hub", &doc, NULL) ==
	    MQ_OK)
		(void)xcopy(t->where, sizeof(t->where),
		    jget_str(jdoc_root(doc), "listen", ""));
	jdoc_free(&doc);
	buf_free(&b);
	return t->where[0] != '\0';
}

void street_hub_start(struct street *t)
{
	char cert[300], key[300], log[300], listen[40];
	const char *argv[] = { procs_bin("minqing-hub"), "--listen", listen,
	    "--store", t->store, "--tls-cert", in(t, "adm/hub.pem", cert,
	    sizeof(cert)), "--tls-key", in(t, "adm/hub.key", key,
	    sizeof(key)), "--log", in(t, "hub.log", log, sizeof(log)),
	    "--json", NULL };

	(void)xcopy(listen, sizeof(listen), t->where[0] != '\0' ? t->where :
	    "127.0.0.1:0");
	t->where[0] = '\0';
	t->hub = procs_start(IN(t, "hub.out"), argv);
	assert_true(procs_until(listens, t, 30));
}

void street_hub_stop(struct street *t)
{
	assert_int_equal(procs_stop(&t->hub), 0);
}

/* ---- the nodes ---- */

static void join(struct street *t, int node, const char *org,
    const char *site)
{
	char code[64], hub[64];
	struct jdoc *doc;

	(void)snprintf(t->node[node], sizeof(t->node[node]), "%s/n%d", t->dir,
	    node + 1);
	must(t, street_run(t, "minqing-admin", "enrol", "--dir",
	    IN(t, "adm"), "--org", org, "--site", site, "--json", NULL));
	doc = said(t);
	(void)xcopy(code, sizeof(code),
	    jget_str(jdoc_root(doc), "code", ""));
	jdoc_free(&doc);
	(void)snprintf(hub, sizeof(hub), "https://%s", t->where);
	must(t, street_run(t, "minqing-admin", "join", "--data",
	    t->node[node], "--hub", hub, "--ca", IN(t, "adm/ca.pem"),
	    "--code", code, NULL));
}

static void start_sync(struct street *t, int node)
{
	char out[300], log[300];
	const char *argv[] = { procs_bin("minqing-sync"), "--data",
	    t->node[node], "--log", log, NULL };

	(void)snprintf(out, sizeof(out), "%s/sync%d.out", t->dir, node);
	(void)snprintf(log, sizeof(log), "%s/sync%d.log", t->dir, node);
	t->sync[node] = procs_start(out, argv);
}

static void publish_roster(struct street *t)
{
	static const char people[] = "number,name,phone,posts,pin,code\n"
	    "v0001,赵志愿,13800000001,volunteer@" COMMUNITY "," STREET_PIN ",\n"
	    "c0001,钱网格,13800000002,captain@" COMMUNITY "," STREET_PIN ",\n"
	    "s0001,孙街道,13800000003,street@" STREET_ORG "," STREET_PIN ",\n";
	struct err err = ERR_INIT;

	assert_int_equal(file_write(&t->env, IN(t, "people.csv"),
	    people, sizeof(people) - 1, 0600, &err), MQ_OK);
	must(t, street_run(t, "minqing-admin", "roster", "--dir",
	    IN(t, "adm"), "--file", IN(t, "people.csv"), NULL));
}

static bool has_roster(void *ctx)
{
	struct wait *w = ctx;

	return street_run(w->t, "minqing", "list", "person", "--data",
	    w->t->node[w->node], "--by", STREET_CAPTAIN, NULL) == 0;
}

/* 101:1 and 101:2 are the households, 101:3 … 101:8 the six. */
static void add_residents(struct street *t)
{
	static const struct { const char *sex, *birth, *building, *phone; }
	    six[] = {
		{ "sex=male", "birth_year=1951", "building=1栋1单元",
		    "phone=13900000011" },
		{ "sex=male", "birth_year=1963", "building=1栋2单元",
		    "phone=13900000022" },
		{ "sex=male", "birth_year=1974", "building=2栋1单元",
		    "phone=13900000033" },
		{ "sex=male", "birth_year=1974", "building=2栋2单元",
		    "phone=13900000044" },
		{ "sex=male", "birth_year=1988", "building=3栋1单元",
		    "phone=13900000055" },
		{ "sex=female", "birth_year=1996", "building=3栋2单元",
		    "phone=13900000066" },
	};
	const char *data = t->node[STREET_STATION];

	must(t, street_run(t, "minqing", "--data", data, "--by",
	    STREET_CAPTAIN, "add", "household", "building=1栋", "door=101",
	    "grid=" GRID, "+household", "building=2栋", "door=302",
	    "grid=" GRID, NULL));
	for (size_t i = 0; i < ARRAY_LEN(six); i++)
		must(t, street_run(t, "minqing", "--data", data, "--by",
		    STREET_CAPTAIN, "add", "person", "name=王建国",
		    six[i].sex, six[i].birth, six[i].building, six[i].phone,
		    "grid=" GRID, i % 2 == 0 ? "place=101:1" : "place=101:2",
		    "consent=yes", NULL));
}

void street_make(struct street *t)
{
	const char *tmp = getenv("TMPDIR");

	memset(t, 0, sizeof(*t));
	point_to_build();
	crypto_init();
	log_quiet(true);
	env_real(&t->env);
	(void)snprintf(t->dir, sizeof(t->dir), "%s/mq-street-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(t->dir));
	(void)snprintf(t->store, sizeof(t->store), "sqlite:%s/hub.db",
	    t->dir);
	must(t, street_run(t, "minqing-admin", "init", "--dir", IN(t, "adm"),
	    "--tenant", "qinghe", "--store", t->store, NULL));
	must(t, street_run(t, "minqing-admin", "cert", "--dir", IN(t, "adm"),
	    "--host", "127.0.0.1", NULL));
	street_hub_start(t);
	join(t, STREET_STATION, COMMUNITY, "翠竹站");
	join(t, STREET_OFFICE, STREET_ORG, "街道办");
	publish_roster(t);
	for (int i = 0; i < STREET_NODES; i++)
		start_sync(t, i);
	assert_true(procs_until(has_roster,
	    &(struct wait){ t, STREET_STATION }, 30));
	add_residents(t);
	street_received(t, STREET_STATION, 30);
}

static int drop(const char *path, const struct stat *st, int flag,
    struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void street_free(struct street *t)
{
	for (int i = 0; i < STREET_NODES; i++)
		(void)procs_stop(&t->sync[i]);
	(void)procs_stop(&t->hub);
	env_release(&t->env);
	(void)nftw(t->dir, drop, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- screens ---- */

#define ARGS 16

struct screen *street_screen(struct street *t, int node,
    const char *const *more)
{
	const char *argv[ARGS] = { screen_bin("minqing"), "--data",
	    t->node[node] };
	size_t n = 3;

	for (; more != NULL && *more != NULL && n + 1 < ARGS; more++)
		argv[n++] = *more;
	argv[n] = NULL;
	return screen_start(argv, NULL);
}

void street_login(struct screen *s, const char *number)
{
	screen_see(s, "编号或手机号");
	screen_keys(s, number);
	screen_keys(s, "\n");
	screen_see(s, "六位数字");
	screen_keys(s, STREET_PIN "\n");
}
