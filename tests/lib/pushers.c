/*
 * Load on real hubs.  See pushers.h.
 */
#include "pushers.h"

#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "../../core/base/file.h"
#include "../../core/base/json.h"
#include "../../core/base/log.h"
#include "../../core/base/xmalloc.h"
#include "../../core/ledger.h"
#include "../../sync/ask.h"
#include "../../sync/hub/cert.h"
#include "../../sync/transport_curl.h"
#include "../../sync/wire.h"
#include "procs.h"

#define GRID "990101001001001"
#define RETRY_MS 5
#define LAST_S 60		/* for what is left at the end */

/* ---- hubs ---- */

struct start { struct pushers *p; int hub; char out[300]; };

static bool listens(void *ctx)
{
	struct start *s = ctx;
	struct buf b = BUF_INIT(4096);
	struct jdoc *doc = NULL;
	bool yes = false;

	if (file_read(&s->p->env, s->out, &b, NULL) == MQ_OK && b.len > 0 &&
	    jdoc_parse(b.data, strcspn(buf_str(&b), "\n"), "hub", &doc,
	    NULL) == MQ_OK) {
		(void)xcopy(s->p->where[s->hub], sizeof(s->p->where[0]),
		    jget_str(jdoc_root(doc), "listen", ""));
		yes = true;
	}
	jdoc_free(&doc);
	buf_free(&b);
	return yes;
}

static void start_hub(struct pushers *p, int hub)
{
	struct start s = { .p = p, .hub = hub };
	char log[300];
	const char *argv[] = { procs_bin("minqing-hub"), "--listen",
	    p->where[hub][0] != '\0' ? p->where[hub] : "127.0.0.1:0",
	    "--store", p->store, "--tls-cert", p->cert, "--tls-key", p->key,
	    "--log", log, "--json", NULL };

	(void)snprintf(s.out, sizeof(s.out), "%s/hub%d.out", p->dir, hub);
	(void)snprintf(log, sizeof(log), "%s/hub%d.log", p->dir, hub);
	p->hub[hub] = procs_start(s.out, argv);
	assert_true(procs_until(listens, &s, 30));
}

void pushers_kill(struct pushers *p, int hub)
{
	(void)kill(p->hub[hub], SIGKILL);
	(void)waitpid(p->hub[hub], NULL, 0);
	start_hub(p, hub);
}

int pushers_restart(struct pushers *p, int hub)
{
	int code = procs_stop(&p->hub[hub]);

	start_hub(p, hub);
	return code;
}

/* ---- nodes ---- */

/* Saves of one entry each, written in one go. */
static void write_entries(struct pusher *u, int n)
{
	struct buf body = BUF_INIT(512);
	struct ledger_new e = { .kind = "visit", .op = "open",
	    .subj_index = -1, .cause_index = -1, .org = GRID, .body = &body };
	struct err err = ERR_INIT;
	struct ref id;
	int i;

	buf_adds(&body, "{\"f\":{\"note\":\"看望独居老人，血压正常，"
	    "女儿周三来看他，想问助餐怎么办\"}}");
	nodes_ok(db_begin(u->x.n->db, __func__, &err), &err);
	for (i = 0; i < n; i++)
		nodes_ok(ledger_append(u->x.n, "v1", &e, 1, &id, &err),
		    &err);
	nodes_ok(db_commit(u->x.n->db, &err), &err);
	u->made = n;
	buf_free(&body);
}

static void enrol(struct pusher *u, struct db *db)
{
	struct store_node n;
	struct err err = ERR_INIT;

	memset(&n, 0, sizeof(n));
	(void)xcopy(n.tenant, sizeof(n.tenant), u->x.n->set.tenant);
	(void)xcopy(n.org, sizeof(n.org), GRID);
	(void)xcopy(n.site, sizeof(n.site), "站");
	n.number = u->x.n->set.number;
	memcpy(n.sign_pk, u->x.n->keys.sign_pk, sizeof(n.sign_pk));
	memcpy(n.box_pk, u->x.n->keys.box_pk, sizeof(n.box_pk));
	n.enrolled_at = env_now(&u->env);
	nodes_ok(store_node_add(db, &n, &err), &err);
}

static void make_store(struct pushers *p)
{
	struct store_tenant t = { .name = "test" };
	struct err err = ERR_INIT;
	struct db *db = NULL;
	int i;

	if (hubs_kind == HUBS_PG)
		pgs_make(&p->env, p->store);
	else
		(void)snprintf(p->store, sizeof(p->store),
		    "sqlite:%s/hub.db", p->dir);
	nodes_ok(store_open(&p->env, p->store, DB_CREATE, &db, &err), &err);
	nodes_ok(db_begin(db, __func__, &err), &err);
	nodes_ok(store_tenant_put(db, &t, &err), &err);
	for (i = 0; i < p->n; i++)
		enrol(&p->v[i], db);
	nodes_ok(db_commit(db, &err), &err);
	db_close(&db);
}

void pushers_make(struct pushers *p, int n, int hubs, int entries)
{
	const char *tmp = getenv("TMPDIR"), *src = getenv("MQ_SRC");
	struct err err = ERR_INIT;
	char packs[600];
	int i;

	memset(p, 0, sizeof(*p));
	p->n = n;
	p->hubs = hubs;
	crypto_init();
	log_quiet(true);
	env_real(&p->env);
	(void)snprintf(packs, sizeof(packs), "%s/core/packs",
	    src != NULL ? src : ".");
	(void)setenv("MINQING_PACKS", packs, 1);
	(void)snprintf(p->dir, sizeof(p->dir), "%s/mq-push-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(p->dir));
	(void)snprintf(p->cert, sizeof(p->cert), "%s/hub.pem", p->dir);
	(void)snprintf(p->key, sizeof(p->key), "%s/hub.key", p->dir);
	(void)snprintf(p->ca, sizeof(p->ca), "%s/ca.pem", p->dir);
	nodes_ok(cert_make(&p->env, p->dir, "127.0.0.1", &err), &err);
	nodes_ok(cert_pins(&p->env, p->cert, p->pins, sizeof(p->pins), &err),
	    &err);
	for (i = 0; i < n; i++) {
		p->v[i].all = p;
		env_real(&p->v[i].env);
		nodes_make(&p->v[i].x, 101 + i, GRID);
		write_entries(&p->v[i], entries);
	}
	make_store(p);
	for (i = 0; i < hubs; i++)
		start_hub(p, i);
}

static int drop(const char *path, const struct stat *st, int flag,
    struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void pushers_free(struct pushers *p)
{
	int i;

	for (i = 0; i < p->hubs; i++)
		(void)procs_stop(&p->hub[i]);
	for (i = 0; i < p->n; i++) {
		nodes_free(&p->v[i].x);
		env_release(&p->v[i].env);
	}
	if (hubs_kind == HUBS_PG)
		pgs_drop(&p->env, p->store);
	env_release(&p->env);
	(void)nftw(p->dir, drop, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- pushing ---- */

/* The next entry, to that hub. */
static enum mq_status push(struct pusher *u, struct transport *t,
    struct err *err)
{
	struct ref id = { u->x.n->dev, u->acked + 1 };
	struct wire_batch b = { id.dev, id.seq, id.seq, { 0 } };
	struct ask_as as = { "", u->x.n->keys.sign_sk };
	struct transport_reply r;
	struct buf line = BUF_INIT(ENTRY_BODY_MAX);
	char text[WIRE_BATCH_TEXT], problem[32];
	struct wire_slices cut;
	int64_t offset = 0;
	enum mq_status st;

	(void)snprintf(as.node, sizeof(as.node), "test/%d",
	    u->x.n->set.number);
	st = ledger_line_of(u->x.n, id, &line, err);
	if (st == MQ_OK && !wire_split(line.data, line.len - 1, &cut))
		st = MQ_E_INTERNAL;
	if (st != MQ_OK)
		return st;
	entry_hash(cut.head, cut.head_len, b.head);
	wire_batch_write(&b, text);
	transport_reply_init(&r);
	st = ask_hub(&u->env, t, &as, &(struct ask){ .method = "POST",
	    .path = "/v1/entries", .batch = text,
	    .type = "application/x-ndjson", .body = line.data,
	    .len = line.len }, &offset, &r, problem, err);
	transport_reply_free(&r);
	buf_free(&line);
	return st;
}

/* What a hub that was killed may cost: nothing else. */
static bool is_ours(const struct err *err)
{
	return err->code != MQ_E_NET_DOWN;
}

static void *run(void *ctx)
{
	struct pusher *u = ctx;
	struct pushers *p = u->all;
	struct transport t[PUSHERS_HUBS];
	char hub[PUSHERS_HUBS][64];
	int i, at = u->x.n->set.number % p->hubs;

	for (i = 0; i < p->hubs; i++) {
		(void)snprintf(hub[i], sizeof(hub[i]), "https://%s",
		    p->where[i]);
		if (transport_curl_open(&(struct transport_curl_settings){
		    hub[i], p->ca, p->pins }, &t[i], NULL) != MQ_OK)
			return NULL;
	}
	while (u->acked < u->made && !p->stop) {
		struct err err = ERR_INIT;

		if (push(u, &t[at], &err) == MQ_OK) {
			u->acked++;
			continue;
		}
		if (is_ours(&err)) {
			(void)xcopy(u->failed, sizeof(u->failed),
			    err.detail[0] != '\0' ? err.detail :
			    err_name(err.code));
			break;
		}
		at = (at + 1) % p->hubs;
		(void)poll(NULL, 0, RETRY_MS);
	}
	for (i = 0; i < p->hubs; i++)
		t[i].ops->close(&t[i]);
	return NULL;
}

void pushers_start(struct pushers *p)
{
	int i;

	p->stop = false;
	for (i = 0; i < p->n; i++) {
		assert_int_equal(pthread_create(&p->v[i].thread, NULL, run,
		    &p->v[i]), 0);
		p->v[i].running = true;
	}
}

void pushers_end(struct pushers *p, bool now)
{
	int i;

	p->stop = now;
	for (i = 0; i < p->n; i++) {
		if (p->v[i].running)
			(void)pthread_join(p->v[i].thread, NULL);
		p->v[i].running = false;
		if (p->v[i].failed[0] != '\0')
			fail_msg("node %d: %s", p->v[i].x.n->set.number,
			    p->v[i].failed);
	}
}

int64_t pushers_acked(struct pushers *p)
{
	int64_t sum = 0;
	int i;

	for (i = 0; i < p->n; i++)
		sum += p->v[i].acked;
	return sum;
}

/* ---- looking ---- */

int64_t pushers_count(struct pushers *p, const char *sql)
{
	struct err err = ERR_INIT;
	struct db *db = NULL;
	int64_t n = 0;

	nodes_ok(store_open(&p->env, p->store, DB_CREATE, &db, &err), &err);
	nodes_ok(db_scalar(db, sql, &n, &err), &err);
	db_close(&db);
	return n;
}

int64_t pushers_metric(struct pushers *p, int hub, const char *name)
{
	struct transport_request q = { .method = "GET",
	    .target = "/metrics" };
	struct transport_reply r;
	struct transport t;
	struct err err = ERR_INIT;
	char where[64];
	int64_t v = -1;
	const char *at;

	(void)snprintf(where, sizeof(where), "https://%s", p->where[hub]);
	nodes_ok(transport_curl_open(&(struct transport_curl_settings){ where,
	    p->ca, p->pins }, &t, &err), &err);
	transport_reply_init(&r);
	nodes_ok(t.ops->request(&t, &q, &r, &err), &err);
	buf_addc(&r.body, '\0');
	at = strstr(r.body.data, name);
	if (at != NULL)
		v = strtoll(at + strlen(name), NULL, 10);
	transport_reply_free(&r);
	t.ops->close(&t);
	return v;
}
