/*
 * Opening the hub's store, and the rows of tenants, nodes and chains.
 * Called by all of sync/hub and by minqing-admin.
 */
#include "store.h"

#include "../../core/base/xmalloc.h"
#include "db_pg.h"
#include "schema.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum mq_status store_open(struct env *env, const char *where, int flags,
    struct db **out, struct err *err)
{
	char lock[600];
	enum mq_status st;

	*out = NULL;
	if (db_pg_is_url(where)) {
		st = db_open_driver(env, &db_pg, where, flags, NULL, out,
		    err);
	} else if (strncmp(where, "sqlite:", strlen("sqlite:")) == 0) {
		(void)snprintf(lock, sizeof(lock), "%s.lock",
		    where + strlen("sqlite:"));
		st = db_open(env, where, flags, lock, out, err);
	} else {
		return err_set(err, MQ_E_USAGE, "--store %s", where);
	}
	if (st == MQ_OK && !(flags & DB_READ_ONLY))
		st = db_migrate(*out, schema_hub, schema_hub_n, err);
	if (st != MQ_OK)
		db_close(out);
	return st;
}

enum mq_status store_begin(struct db *db, const char *tenant,
    const char *caller, struct err *err)
{
	enum mq_status st = db_begin(db, caller, err);

	if (st != MQ_OK)
		return st;
	st = db_lock(db, tenant, err);
	if (st != MQ_OK)
		db_rollback(db);
	return st;
}

enum mq_status store_tenant_put(struct db *db, const struct store_tenant *t,
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(db, "INSERT INTO tenant(tenant, roster_pk, records_pk,"
	    " pins) VALUES(?, ?, ?, ?) ON CONFLICT(tenant) DO UPDATE SET"
	    " roster_pk = excluded.roster_pk,"
	    " records_pk = excluded.records_pk, pins = excluded.pins",
	    &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, t->name);
	db_bind_text(s, t->roster_pk);
	db_bind_text(s, t->records_pk);
	db_bind_text(s, t->pins);
	return db_run(&s, err);
}

enum mq_status store_tenant_get(struct db *db, const char *name,
    struct store_tenant *out, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	memset(out, 0, sizeof(*out));
	st = db_query(db, "SELECT roster_pk, records_pk, pins FROM tenant"
	    " WHERE tenant = ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, name);
	st = db_step(s, &row, err);
	if (st == MQ_OK && !row)
		st = err_set(err, MQ_E_NOT_FOUND, "tenant %s", name);
	if (st == MQ_OK) {
		(void)xcopy(out->name, sizeof(out->name), name);
		db_copy(s, "roster_pk", out->roster_pk,
		    sizeof(out->roster_pk));
		db_copy(s, "records_pk", out->records_pk,
		    sizeof(out->records_pk));
		db_copy(s, "pins", out->pins, sizeof(out->pins));
	}
	db_done(&s);
	return st;
}

/* ---- nodes ---- */

static void copy_blob(struct db_stmt *s, const char *column, void *out,
    size_t size)
{
	size_t n = 0;
	const void *p = db_blob(s, column, &n);

	memset(out, 0, size);
	if (n == size)
		memcpy(out, p, size);
}

static void node_row(struct db_stmt *s, const char *tenant,
    struct store_node *out)
{
	memset(out, 0, sizeof(*out));
	(void)xcopy(out->tenant, sizeof(out->tenant), tenant);
	out->number = (int)db_i64(s, "number");
	db_copy(s, "org", out->org, sizeof(out->org));
	db_copy(s, "site", out->site, sizeof(out->site));
	copy_blob(s, "sign_pk", out->sign_pk, sizeof(out->sign_pk));
	copy_blob(s, "box_pk", out->box_pk, sizeof(out->box_pk));
	out->enrolled_at.ms = db_i64(s, "enrolled_at");
	out->revoked_at.ms = db_i64(s, "revoked_at");
	out->forked_at.ms = db_i64(s, "forked_at");
	out->seen_at.ms = db_i64(s, "seen_at");
	db_copy(s, "why", out->why, sizeof(out->why));
}

enum mq_status store_node_get(struct db *db, const char *tenant, int number,
    struct store_node *out, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	st = db_query(db, "SELECT number, org, site, sign_pk, box_pk,"
	    " enrolled_at, revoked_at, forked_at, seen_at, why FROM node"
	    " WHERE tenant = ? AND number = ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_i64(s, number);
	st = db_step(s, &row, err);
	if (st == MQ_OK && !row)
		st = err_set(err, MQ_E_NOT_FOUND, "%s/%d", tenant, number);
	if (st == MQ_OK)
		node_row(s, tenant, out);
	db_done(&s);
	return st;
}

enum mq_status store_node_add(struct db *db, const struct store_node *n,
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(db, "INSERT INTO node(tenant, number, org, site,"
	    " sign_pk, box_pk, enrolled_at, revoked_at, forked_at, seen_at,"
	    " why, health) VALUES(?, ?, ?, ?, ?, ?, ?, 0, 0, 0, '', '')",
	    &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, n->tenant);
	db_bind_i64(s, n->number);
	db_bind_text(s, n->org);
	db_bind_text(s, n->site);
	db_bind_blob(s, n->sign_pk, sizeof(n->sign_pk));
	db_bind_blob(s, n->box_pk, sizeof(n->box_pk));
	db_bind_i64(s, n->enrolled_at.ms);
	return db_run(&s, err);
}

enum mq_status store_nodes(struct db *db, const char *tenant, const char *org,
    struct store_node **out, size_t *n, struct err *err)
{
	struct db_stmt *s;
	size_t cap = 0;
	enum mq_status st;
	bool row;

	*out = NULL;
	*n = 0;
	st = db_query(db, "SELECT number, org, site, sign_pk, box_pk,"
	    " enrolled_at, revoked_at, forked_at, seen_at, why FROM node"
	    " WHERE tenant = ? ORDER BY number", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	while ((st = db_step(s, &row, err)) == MQ_OK && row) {
		if (org != NULL && strcmp(org, db_text(s, "org")) != 0)
			continue;
		*out = xgrow(*out, &cap, *n + 1, sizeof(**out));
		node_row(s, tenant, &(*out)[(*n)++]);
	}
	db_done(&s);
	if (st != MQ_OK) {
		FREE(*out);
		*n = 0;
	}
	return st;
}

static enum mq_status must_change(struct db *db, const char *tenant, int number,
    struct err *err)
{
	if (db_changes(db) == 0)
		return err_set(err, MQ_E_NOT_FOUND, "%s/%d", tenant, number);
	return MQ_OK;
}

enum mq_status store_node_revoke(struct db *db, const char *tenant, int number,
    struct utc at, const char *why, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(db, "UPDATE node SET revoked_at = ?, why = ?"
	    " WHERE tenant = ? AND number = ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_i64(s, at.ms);
	db_bind_text(s, why);
	db_bind_text(s, tenant);
	db_bind_i64(s, number);
	st = db_run(&s, err);
	return st == MQ_OK ? must_change(db, tenant, number, err) : st;
}

enum mq_status store_node_fork(struct db *db, const char *tenant, int number,
    struct utc at, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(db, "UPDATE node SET forked_at = ? WHERE tenant = ?"
	    " AND number = ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_i64(s, at.ms);
	db_bind_text(s, tenant);
	db_bind_i64(s, number);
	return db_run(&s, err);
}

enum mq_status store_node_seen(struct db *db, const char *tenant, int number,
    struct utc at, const char *health, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(db, "UPDATE node SET seen_at = ?,"
	    " health = coalesce(?, health) WHERE tenant = ? AND number = ?",
	    &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_i64(s, at.ms);
	db_bind_text(s, health);
	db_bind_text(s, tenant);
	db_bind_i64(s, number);
	return db_run(&s, err);
}

enum mq_status store_node_health(struct db *db, const char *tenant, int number,
    struct buf *out, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	st = db_query(db, "SELECT health FROM node WHERE tenant = ?"
	    " AND number = ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_i64(s, number);
	st = db_step(s, &row, err);
	if (st == MQ_OK && row)
		buf_adds(out, db_text(s, "health"));
	db_done(&s);
	return st;
}

/* ---- sequencer, chains ---- */

enum mq_status store_next(struct db *db, const char *tenant, const char *what,
    int64_t *out, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	assert(db_in_transaction(db));
	st = db_query(db, "INSERT INTO counter(tenant, what, n)"
	    " VALUES(?, ?, 1) ON CONFLICT(tenant, what) DO UPDATE SET"
	    " n = counter.n + 1 RETURNING n", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_text(s, what);
	st = db_step(s, &row, err);
	if (st == MQ_OK)
		*out = db_i64(s, "n");
	db_done(&s);
	return st;
}

enum mq_status store_chain_get(struct db *db, const char *tenant,
    struct dev dev, struct store_chain *out, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	memset(out, 0, sizeof(*out));
	out->dev = dev;
	st = db_query(db, "SELECT seq, hash FROM chain WHERE tenant = ?"
	    " AND dev = ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_i64(s, dev.v);
	st = db_step(s, &row, err);
	if (st == MQ_OK && row) {
		out->seq = db_i64(s, "seq");
		copy_blob(s, "hash", out->hash, sizeof(out->hash));
	}
	db_done(&s);
	return st;
}

enum mq_status store_chain_put(struct db *db, const char *tenant,
    const struct store_chain *c, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(db, "INSERT INTO chain(tenant, dev, seq, hash)"
	    " VALUES(?, ?, ?, ?) ON CONFLICT(tenant, dev) DO UPDATE SET"
	    " seq = excluded.seq, hash = excluded.hash", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_i64(s, c->dev.v);
	db_bind_i64(s, c->seq);
	db_bind_blob(s, c->hash, sizeof(c->hash));
	return db_run(&s, err);
}

enum mq_status store_chains(struct db *db, const char *tenant, int number,
    struct store_chain *out, int max, int *n, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	*n = 0;
	st = db_query(db, "SELECT dev, seq, hash FROM chain WHERE tenant = ?"
	    " AND dev BETWEEN ? AND ? ORDER BY dev", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_i64(s, dev_make(number, 0).v);
	db_bind_i64(s, dev_make(number, ENTRY_EPOCH_MAX).v);
	while ((st = db_step(s, &row, err)) == MQ_OK && row && *n < max) {
		struct store_chain *c = &out[(*n)++];

		c->dev.v = db_i64(s, "dev");
		c->seq = db_i64(s, "seq");
		copy_blob(s, "hash", c->hash, sizeof(c->hash));
	}
	db_done(&s);
	return st;
}

/* ---- rosters, account messages ---- */

enum mq_status store_roster_put(struct db *db, const char *tenant,
    const char *org,
    int64_t seq, const void *doc, size_t len, struct utc at, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(db, "INSERT INTO roster(tenant, org, seq, doc, at)"
	    " VALUES(?, ?, ?, ?, ?) ON CONFLICT(tenant, org) DO UPDATE SET"
	    " seq = excluded.seq, doc = excluded.doc, at = excluded.at",
	    &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_text(s, org);
	db_bind_i64(s, seq);
	db_bind_blob(s, doc, len);
	db_bind_i64(s, at.ms);
	return db_run(&s, err);
}

enum mq_status store_roster_get(struct db *db, const char *tenant,
    const char *org, struct buf *doc, int64_t *seq, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	*seq = 0;
	st = db_query(db, "SELECT seq, doc FROM roster WHERE tenant = ?"
	    " AND org = ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_text(s, org);
	st = db_step(s, &row, err);
	if (st == MQ_OK && row) {
		size_t n;
		const void *p = db_blob(s, "doc", &n);

		*seq = db_i64(s, "seq");
		buf_add(doc, p, n);
	}
	db_done(&s);
	return st;
}

enum mq_status store_account_add(struct db *db, const char *tenant, int number,
    const void *box, size_t len, struct utc at, struct err *err)
{
	uint8_t hash[CRYPTO_HASH];
	struct db_stmt *s;
	enum mq_status st;

	crypto_hash(box, len, hash);
	st = db_query(db, "INSERT INTO account(tenant, hash, number, at,"
	    " box) VALUES(?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_blob(s, hash, sizeof(hash));
	db_bind_i64(s, number);
	db_bind_i64(s, at.ms);
	db_bind_blob(s, box, len);
	return db_run(&s, err);
}
