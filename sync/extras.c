/*
 * Roster, digest, account messages, health.  Called by client.c's round and by
 * the daemon from time to time; part of client.h.
 */
#include "client_impl.h"

#include "../core/audit.h"
#include "../core/base/log.h"
#include "../core/base/xmalloc.h"
#include "../core/bell.h"
#include "../core/roster.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#define PAGES_MAX 10000
#define MESSAGES_MAX 100

/* ---- roster ---- */

static enum mq_status take_roster(struct client *c, struct client_result *r,
    struct err *err)
{
	struct transport_reply reply;
	struct err why = ERR_INIT;
	char query[64];
	enum mq_status st;

	transport_reply_init(&reply);
	(void)snprintf(query, sizeof(query), "after=%" PRId64,
	    node_meta(c->n, "roster_seq"));
	st = client_get(c, "/v1/roster", query, &reply, err);
	if (st == MQ_OK && reply.status == 200) {
		/* A roster that is refused leaves the former one; the rest of
		 * the round goes on. */
		if (roster_install(c->n, buf_str(&reply.body),
		    reply.body.len, &why) == MQ_OK) {
			r->roster = true;
			audit_config(c->n);
			bell_ring(c->n);
		} else {
			log_err("sync", &why);
		}
	}
	transport_reply_free(&reply);
	return st;
}

/* ---- the district's digest ---- */

struct rows { struct inbox_status *v; size_t n, cap; };

static enum mq_status take_row(void *ctx, const char *line, size_t len,
    struct err *err)
{
	struct rows *rows = ctx;
	struct jdoc *doc = NULL;
	const struct jnode *o;
	struct inbox_status *x;
	enum mq_status st = jdoc_parse(line, len, "status", &doc, err);

	if (st != MQ_OK)
		return st;
	o = jdoc_root(doc);
	rows->v = xgrow(rows->v, &rows->cap, rows->n + 1, sizeof(*rows->v));
	x = &rows->v[rows->n++];
	memset(x, 0, sizeof(*x));
	(void)xcopy(x->key, sizeof(x->key), jget_str(o, "key", ""));
	(void)xcopy(x->state, sizeof(x->state), jget_str(o, "state", ""));
	(void)xcopy(x->phone, sizeof(x->phone), jget_str(o, "phone", ""));
	x->due.ms = jget_int(o, "due", 0);
	x->as_of.ms = jget_int(o, "as_of", 0);
	x->closed = jnode_bool(jnode_get(o, "closed"), false);
	x->gone = jnode_bool(jnode_get(o, "gone"), false);
	jdoc_free(&doc);
	return MQ_OK;
}

static enum mq_status keep_rows(struct node *n, const struct rows *rows,
    int64_t cursor, struct err *err)
{
	enum mq_status st = db_begin(n->db, __func__, err);

	if (st != MQ_OK)
		return st;
	st = inbox_status_put(n, rows->v, rows->n, err);
	if (st == MQ_OK)
		st = node_set_meta(n, "status_cursor", cursor, err);
	if (st == MQ_OK)
		return db_commit(n->db, err);
	db_rollback(n->db);
	return st;
}

static enum mq_status take_status(struct client *c, struct err *err)
{
	struct transport_reply reply;
	enum mq_status st = MQ_OK;
	bool more = true;
	char query[64];
	int i;

	transport_reply_init(&reply);
	for (i = 0; i < PAGES_MAX && more && st == MQ_OK; i++) {
		struct rows rows = { NULL, 0, 0 };
		int64_t at = node_meta(c->n, "status_cursor");

		(void)snprintf(query, sizeof(query), "after=%" PRId64, at);
		st = client_get(c, "/v1/status", query, &reply, err);
		if (st == MQ_OK)
			st = wire_each(buf_str(&reply.body), reply.body.len,
			    take_row, &rows, err);
		if (st == MQ_OK && reply.cursor > at)
			st = keep_rows(c->n, &rows, reply.cursor, err);
		more = reply.more;
		FREE(rows.v);
	}
	transport_reply_free(&reply);
	return st;
}

/* ---- account messages ---- */

static enum mq_status next_message(struct node *n, int64_t *pos,
    struct buf *box, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	size_t len;
	bool row;

	*pos = 0;
	st = db_query(n->db, "SELECT pos, box FROM account_out ORDER BY pos"
	    " LIMIT 1", &s, err);
	if (st != MQ_OK)
		return st;
	st = db_step(s, &row, err);
	if (st == MQ_OK && row) {
		const void *p = db_blob(s, "box", &len);

		*pos = db_i64(s, "pos");
		buf_add(box, p, len);
	}
	db_done(&s);
	return st;
}

static enum mq_status drop_message(struct node *n, int64_t pos, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st = db_begin(n->db, __func__, err);

	if (st != MQ_OK)
		return st;
	st = db_query(n->db, "DELETE FROM account_out WHERE pos = ?", &s,
	    err);
	if (st == MQ_OK) {
		db_bind_i64(s, pos);
		st = db_run(&s, err);
	}
	if (st == MQ_OK)
		return db_commit(n->db, err);
	db_rollback(n->db);
	return st;
}

static enum mq_status send_messages(struct client *c, struct err *err)
{
	struct buf box = BUF_INIT(BUF_SMALL);
	struct transport_reply reply;
	enum mq_status st = MQ_OK;
	int64_t pos = 0;
	int i;

	transport_reply_init(&reply);
	for (i = 0; i < MESSAGES_MAX && st == MQ_OK; i++) {
		struct ask a = { .method = "POST", .path = "/v1/account",
		    .type = "application/octet-stream" };

		buf_reset(&box);
		st = next_message(c->n, &pos, &box, err);
		if (st != MQ_OK || pos == 0)
			break;
		a.body = box.data;
		a.len = box.len;
		st = client_ask(c, &a, &reply, err);
		if (st == MQ_OK)
			st = drop_message(c->n, pos, err);
	}
	transport_reply_free(&reply);
	buf_free(&box);
	return st;
}

/* ---- health ---- */

static int64_t free_mib(const struct node *n)
{
	struct statvfs v;

	if (statvfs(n->dir, &v) != 0)
		return -1;
	return (int64_t)(v.f_bavail * v.f_frsize / (1024 * 1024));
}

static enum mq_status send_health(struct client *c, struct err *err)
{
	struct outbox_counts n;
	struct buf body = BUF_INIT(BUF_SMALL);
	struct transport_reply reply;
	struct ask a = { .method = "POST", .path = "/v1/health",
	    .type = "application/json" };
	struct jout j;
	enum mq_status st = outbox_counts(c->n, &n, err);

	if (st != MQ_OK)
		return st;
	transport_reply_init(&reply);
	jout_begin(&j, &body, true);
	jout_obj(&j);
	jout_kint(&j, "bad", node_meta(c->n, "inbox_bad"));
	jout_kint(&j, "free_mib", free_mib(c->n));
	jout_kint(&j, "hub", n.hub);
	jout_kint(&j, "local", n.local);
	jout_kint(&j, "offset_ms", c->offset_ms);
	jout_kint(&j, "oldest_local", n.oldest_local.ms);
	jout_kstr(&j, "pack", c->n->set.pack);
	jout_kint(&j, "returned", n.returned);
	jout_kint(&j, "roster_seq", node_meta(c->n, "roster_seq"));
	jout_kint(&j, "sent", n.sent);
	jout_kint(&j, "unfolded", n.unfolded);
	jout_kstr(&j, "version", MQ_VERSION);
	jout_kint(&j, "written", n.written);
	jout_obj_end(&j);
	a.body = body.data;
	a.len = body.len;
	st = client_ask(c, &a, &reply, err);
	transport_reply_free(&reply);
	buf_free(&body);
	return st;
}

enum mq_status client_extras(struct client *c, struct client_result *r,
    struct err *err)
{
	enum mq_status st = send_messages(c, err);

	if (st == MQ_OK)
		st = take_roster(c, r, err);
	if (st == MQ_OK)
		st = take_status(c, err);
	if (st == MQ_OK)
		st = send_health(c, err);
	return st;
}
