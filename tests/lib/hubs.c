/*
 * A hub without a network.  See hubs.h.
 */
#include "hubs.h"

#include <ftw.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../core/base/file.h"
#include "../../core/base/xmalloc.h"
#include "../../sync/hub/erasure.h"
#include "../../sync/hub/feed.h"

static int drop(const char *path, const struct stat *st, int flag,
    struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void note_wake(void *ctx, const char *tenant, const char *org)
{
	struct hubs_one *h = ctx;

	assert_string_equal(tenant, "test");
	if (h->nwoken < 16)
		(void)xcopy(h->woken[h->nwoken++], STORE_ORG, org);
}

static void open_store(struct hubs_one *h)
{
	struct err err = ERR_INIT;

	nodes_ok(store_open(&h->env, h->store, DB_CREATE, &h->db, &err),
	    &err);
	hub_init(&h->hub, &h->env, h->db, h->pack);
	h->hub.wake = note_wake;
	h->hub.wake_ctx = h;
	(void)snprintf(h->erased, sizeof(h->erased), "%s/erased.list",
	    h->dir);
	h->hub.erased_list = h->erased;
	nodes_ok(erasure_replay(&h->hub, &err), &err);
	nodes_ok(feed_new_life(&h->hub, &err), &err);
	nodes_ok(feed_succeed(&h->hub, &err), &err);
}

enum hubs_kind hubs_kind = HUBS_SQLITE;

int hubs_run(const char *name, const struct CMUnitTest *tests, size_t n,
    int (*set_up)(void **state), int (*tear_down)(void **state))
{
	char group[80];
	int failed;

	(void)snprintf(group, sizeof(group), "%s sqlite", name);
	failed = _cmocka_run_group_tests(group, tests, n, set_up,
	    tear_down);
	if (!pgs_there()) {
		print_message("no PostgreSQL here (MQ_PG): left out\n");
		return failed;
	}
	hubs_kind = HUBS_PG;
	(void)snprintf(group, sizeof(group), "%s postgresql", name);
	return failed + _cmocka_run_group_tests(group, tests, n, set_up,
	    tear_down);
}

void hubs_make(struct hubs_one *h)
{
	struct store_tenant t = { .name = "test" };
	const char *src = getenv("MQ_SRC"), *tmp = getenv("TMPDIR");
	struct err err = ERR_INIT;
	char path[512];

	memset(h, 0, sizeof(*h));
	crypto_init();
	env_fixed(&h->env, (struct utc){ NODES_NOW }, 7);
	(void)snprintf(h->dir, sizeof(h->dir), "%s/mq-hub-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(h->dir));
	h->kind = hubs_kind;
	if (h->kind == HUBS_PG)
		pgs_make(&h->env, h->store);
	else
		(void)snprintf(h->store, sizeof(h->store), "sqlite:%s/hub.db",
		    h->dir);
	(void)snprintf(path, sizeof(path), "%s/core/packs/standard",
	    src != NULL ? src : ".");
	nodes_ok(pack_load(&h->env, path, &h->pack, &err), &err);
	open_store(h);
	nodes_ok(db_begin(h->db, __func__, &err), &err);
	nodes_ok(store_tenant_put(h->db, &t, &err), &err);
	nodes_ok(db_commit(h->db, &err), &err);
}

void hubs_restart(struct hubs_one *h)
{
	hub_done(&h->hub);
	db_close(&h->db);
	open_store(h);
}

static void copy_store(struct hubs_one *h, const char *from, const char *to)
{
	struct buf b = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	char path[300], other[300];

	(void)snprintf(path, sizeof(path), "%s/%s", h->dir, from);
	(void)snprintf(other, sizeof(other), "%s/%s", h->dir, to);
	nodes_ok(file_read(&h->env, path, &b, &err), &err);
	nodes_ok(file_write(&h->env, other, b.data, b.len, 0600, &err), &err);
	buf_free(&b);
}

static const char *kept(const struct hubs_one *h)
{
	static char path[300];

	(void)snprintf(path, sizeof(path), "%s/kept.dump", h->dir);
	return path;
}

void hubs_backup(struct hubs_one *h)
{
	struct err err = ERR_INIT;

	nodes_ok(db_checkpoint(h->db, &err), &err);
	hub_done(&h->hub);
	db_close(&h->db);
	if (h->kind == HUBS_PG)
		pgs_dump(h->store, kept(h));
	else
		copy_store(h, "hub.db", "kept.db");
	open_store(h);
}

void hubs_restore(struct hubs_one *h)
{
	char path[320];

	hub_done(&h->hub);
	db_close(&h->db);
	if (h->kind == HUBS_PG) {
		pgs_restore(&h->env, h->store, kept(h));
		open_store(h);
		return;
	}
	copy_store(h, "kept.db", "hub.db");
	(void)snprintf(path, sizeof(path), "%s/hub.db-wal", h->dir);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/hub.db-shm", h->dir);
	(void)unlink(path);
	open_store(h);
}

void hubs_free(struct hubs_one *h)
{
	hub_done(&h->hub);
	db_close(&h->db);
	if (h->kind == HUBS_PG)
		pgs_drop(&h->env, h->store);
	pack_free(&h->pack);
	env_release(&h->env);
	(void)nftw(h->dir, drop, 16, FTW_DEPTH | FTW_PHYS);
}

void hubs_enrol(struct hubs_one *h, struct nodes_one *x)
{
	struct store_node n;
	struct err err = ERR_INIT;

	memset(&n, 0, sizeof(n));
	(void)xcopy(n.tenant, sizeof(n.tenant), x->n->set.tenant);
	(void)xcopy(n.org, sizeof(n.org), x->n->set.org);
	(void)xcopy(n.site, sizeof(n.site), x->n->set.site);
	n.number = x->n->set.number;
	memcpy(n.sign_pk, x->n->keys.sign_pk, sizeof(n.sign_pk));
	memcpy(n.box_pk, x->n->keys.box_pk, sizeof(n.box_pk));
	n.enrolled_at = env_now(&h->env);
	nodes_ok(db_begin(h->db, __func__, &err), &err);
	nodes_ok(store_node_add(h->db, &n, &err), &err);
	nodes_ok(db_commit(h->db, &err), &err);
}

int64_t hubs_count(struct hubs_one *h, const char *sql)
{
	struct err err = ERR_INIT;
	int64_t n = -1;

	nodes_ok(db_scalar(h->db, sql, &n, &err), &err);
	return n;
}

/* ---- the transport ---- */

struct asked { const struct transport_request *q; const char *spoil; };

static const char *header(void *ctx, const char *name)
{
	const struct asked *a = ctx;
	int i;

	for (i = 0; i < a->q->nfields; i++)
		if (strcasecmp(a->q->fields[i].name, name) == 0)
			return a->spoil != NULL &&
			    strcasecmp(a->spoil, name) == 0 ? "dev=\"101\", "
			    "from=1, to=1, head=\"00\"" :
			    a->q->fields[i].value;
	return NULL;
}

static void serve(struct hubs_link *l, const struct transport_request *q,
    struct transport_reply *r)
{
	struct asked a = { q, l->spoil };
	char target[512], *mark;
	struct call c;
	size_t max = 0;

	/* Time passes, or the node would be told that it asks too often. */
	env_advance(&l->h->env, 50);
	call_init(&c);
	(void)xcopy(target, sizeof(target), q->target);
	mark = strchr(target, '?');
	if (mark != NULL)
		*mark = '\0';
	c.method = q->method;
	c.path = target;
	c.query = mark != NULL ? mark + 1 : "";
	c.header = header;
	c.ctx = &a;
	buf_add(&c.body, q->body, q->len);
	if (l->flip_body && c.body.len > 20)
		c.body.data[20] ^= 1;
	if (api_begin(&c, &max))
		api_run(&l->h->hub, &c);
	assert_false(c.wait);
	assert_true(c.status >= 200);
	transport_reply_free(r);
	r->status = c.status;
	if (c.type != NULL)
		(void)xcopy(r->type, sizeof(r->type), c.type);
	r->cursor = c.cursor;
	r->more = c.more;
	r->retry_after = c.retry_after;
	r->now = env_now(&l->h->env);
	if (c.status != 204)
		buf_add(&r->body, c.out.data, c.out.len);
	call_free(&c);
}

static enum mq_status link_request(struct transport *t,
    const struct transport_request *q,
    struct transport_reply *r, struct err *err)
{
	struct hubs_link *l = t->ctx;
	size_t at = strlen(l->log);
	size_t cut = strcspn(q->target, "?");

	l->asked++;
	(void)snprintf(l->log + at, sizeof(l->log) - at, "%s %.*s\n",
	    q->method, (int)cut, q->target);
	if (l->asked == l->lose_request)
		return err_set(err, MQ_E_NET_DOWN, "lost there");
	serve(l, q, r);
	if (l->asked == l->twice)
		serve(l, q, r);
	if (l->asked == l->lose_reply) {
		transport_reply_free(r);
		return err_set(err, MQ_E_NET_DOWN, "lost back");
	}
	return MQ_OK;
}

static const struct transport_ops link_ops = { .request = link_request };

void hubs_link(struct hubs_link *l, struct hubs_one *h)
{
	memset(l, 0, sizeof(*l));
	l->h = h;
	l->t.ops = &link_ops;
	l->t.ctx = l;
}

enum mq_status hubs_round(struct hubs_one *h, struct nodes_one *x,
    struct client_result *r, struct err *err)
{
	struct hubs_link l;
	struct client c;
	enum mq_status st;
	int64_t left = 1;

	hubs_link(&l, h);
	client_init(&c, x->n, &l.t);
	st = client_round(&c, r, err);
	while (left > 0)
		nodes_ok(record_fold_pending(x->n, 1000, &left, NULL), NULL);
	return st;
}

void hubs_sync(struct hubs_one *h, struct nodes_one *x)
{
	struct client_result r;
	struct err err = ERR_INIT;

	nodes_ok(hubs_round(h, x, &r, &err), &err);
}

/* ---- entries ---- */

struct ref hubs_save(struct nodes_one *x, const struct ledger_new *list, int n)
{
	struct ref ids[ENTRY_SAVE_MAX];
	struct err err = ERR_INIT;

	nodes_ok(db_begin(x->n->db, __func__, &err), &err);
	nodes_ok(ledger_append(x->n, x->who.by, list, n, ids, &err), &err);
	nodes_ok(db_commit(x->n->db, &err), &err);
	return ids[0];
}

struct ref hubs_entry(struct nodes_one *x, const char *kind, const char *op,
    struct ref subj, const char *org, const char *body)
{
	struct buf b = BUF_INIT(ENTRY_BODY_MAX);
	struct ledger_new e = { .kind = kind, .op = op, .subj = subj,
	    .subj_index = -1, .cause_index = -1, .org = org, .body = &b };
	struct ref id;

	buf_adds(&b, body);
	id = hubs_save(x, &e, 1);
	buf_free(&b);
	return id;
}

static bool look(struct nodes_one *x, struct ref id, bool *gone)
{
	struct buf head = BUF_INIT(ENTRY_HEAD_MAX);
	struct buf body = BUF_INIT(ENTRY_BODY_MAX);
	struct entry e;
	bool held;

	held = ledger_read(x->n, id, &e, &head, &body, gone, NULL) == MQ_OK;
	buf_free(&head);
	buf_free(&body);
	return held;
}

bool hubs_holds(struct nodes_one *x, struct ref id)
{
	bool gone;

	return look(x, id, &gone);
}

bool hubs_reads(struct nodes_one *x, struct ref id)
{
	bool gone;

	return look(x, id, &gone) && !gone;
}

void hubs_drop(struct nodes_one *x, struct ref id, struct ref why)
{
	struct err err = ERR_INIT;

	nodes_ok(db_begin(x->n->db, __func__, &err), &err);
	nodes_ok(ledger_erase(x->n, id, why, &err), &err);
	nodes_ok(db_commit(x->n->db, &err), &err);
}
