/*
 * Schema changes: an append-only list, one step = one transaction.  Called
 * once after db_open() by whoever owns the schema.
 */
#include "db.h"

#include "../base/log.h"

#include <string.h>

#define LOCK "schema"

static enum mq_status current_version(struct db *db, int64_t *version,
    struct err *err)
{
	*version = 0;
	return db_scalar(db,
	    "SELECT coalesce(max(version), 0) FROM schema_version", version,
	    err);
}

/* Two programs may start at once: the table is made under the lock. */
static enum mq_status prepare(struct db *db, int64_t *version, struct err *err)
{
	struct err first = ERR_INIT;
	enum mq_status rc;

	rc = current_version(db, version, &first);
	/* Only a plain "no such table" is worth another try. */
	if (rc != MQ_E_DB) {
		if (err != NULL && rc != MQ_OK)
			*err = first;
		return rc;
	}
	rc = db_begin(db, "db_migrate", err);
	if (rc != MQ_OK)
		return rc;
	rc = db_lock(db, LOCK, err);
	if (rc == MQ_OK)
		rc = db_exec(db, "CREATE TABLE IF NOT EXISTS schema_version ("
		    "version BIGINT NOT NULL PRIMARY KEY, "
		    "name TEXT NOT NULL, "
		    "at BIGINT NOT NULL)", err);
	if (rc == MQ_OK)
		rc = db_commit(db, err);
	else
		db_rollback(db);
	return rc == MQ_OK ? current_version(db, version, err) : rc;
}

static enum mq_status note_step(struct db *db, const char *name,
    int64_t version, struct err *err)
{
	struct db_stmt *s = NULL;
	enum mq_status rc;

	rc = db_query(db, "INSERT INTO schema_version (version, name, at) "
	    "VALUES (?, ?, ?)", &s, err);
	if (rc != MQ_OK)
		return rc;
	db_bind_i64(s, version);
	db_bind_text(s, name);
	db_bind_i64(s, env_now(db_env(db)).ms);
	return db_run(&s, err);
}

/* Runs step `want` unless another program has done it meanwhile. */
static enum mq_status one_step(struct db *db, const struct db_migration *m,
    int64_t want, struct err *err)
{
	int64_t have = 0;
	enum mq_status rc;

	rc = db_begin(db, "db_migrate", err);
	if (rc != MQ_OK)
		return rc;
	rc = db_lock(db, LOCK, err);
	if (rc == MQ_OK)
		rc = current_version(db, &have, err);
	if (rc == MQ_OK && have < want)
		rc = db_exec(db, m->sql, err);
	if (rc == MQ_OK && have < want)
		rc = note_step(db, m->name, want, err);
	if (rc != MQ_OK) {
		db_rollback(db);
		return rc;
	}
	return db_commit(db, err);
}

enum mq_status db_migrate(struct db *db, const struct db_migration *list,
    size_t n, struct err *err)
{
	int64_t have = 0;
	enum mq_status rc;
	size_t i;

	rc = prepare(db, &have, err);
	if (rc != MQ_OK)
		return rc;
	if (have < 0 || (uint64_t)have > n)
		return err_set(err, MQ_E_DB_NEWER, "%lld > %zu",
		    (long long)have, n);
	for (i = (size_t)have; i < n; i++) {
		rc = one_step(db, &list[i], (int64_t)i + 1, err);
		if (rc != MQ_OK)
			return rc;
		/* Making a new ledger is no news; changing one is. */
		if (have > 0)
			log_line(LOG_INFO, "db", "schema %zu: %s", i + 1,
			    list[i].name);
	}
	return MQ_OK;
}
