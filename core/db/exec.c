/*
 * Transactions, the writer lock and the statement cache, whatever the driver.
 * Called by ledger, record, search, outbox and the hub's store.
 */
#include "db_impl.h"

#include "../base/log.h"
#include "../base/xmalloc.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define WAIT_MS_DEFAULT 5000

static struct db *checked(struct db *db)
{
	assert(db != NULL && db->magic == DB_MAGIC);
	return db;
}

static struct db_stmt *checked_stmt(struct db_stmt *s)
{
	assert(s != NULL && s->magic == DB_STMT_MAGIC && s->busy);
	return s;
}

/* ---- opening and closing ---- */

static void free_stmt(struct db_stmt *s)
{
	if (s->raw != NULL)
		s->db->driver->finalize(s);
	free(s->text);
	s->magic = 0;
	free(s);
}

static void drop_cache(struct db *db)
{
	size_t i;

	for (i = 0; i < db->cache_size; i++)
		if (db->cache[i] != NULL)
			free_stmt(db->cache[i]);
	FREE(db->cache);
	db->cache_size = 0;
	db->cache_used = 0;
}

static void free_db(struct db *db)
{
	drop_cache(db);
	if (db->raw != NULL)
		db->driver->close(db);
	if (db->has_lock)
		file_lock_close(&db->lock);
	free(db->where);
	db->magic = 0;
	free(db);
}

enum mq_status db_open(struct env *env, const char *where, int flags,
    const char *lock_path, struct db **out, struct err *err)
{
	static const char prefix[] = "sqlite:";

	*out = NULL;
	if (strncmp(where, prefix, sizeof(prefix) - 1) != 0)
		return err_set(err, MQ_E_USAGE, "%s", where);
	return db_open_driver(env, &db_sqlite, where + sizeof(prefix) - 1,
	    flags, lock_path, out, err);
}

enum mq_status db_open_driver(struct env *env, const struct db_driver *driver,
    const char *where, int flags, const char *lock_path, struct db **out,
    struct err *err)
{
	enum mq_status rc = MQ_OK;
	struct db *db = xcalloc(1, sizeof(*db));

	*out = NULL;
	db->magic = DB_MAGIC;
	db->driver = driver;
	db->env = env;
	db->where = xstrdup(where);
	db->flags = flags;
	db->read_only = (flags & DB_READ_ONLY) != 0;
	db->wait_ms = WAIT_MS_DEFAULT;
	/* A reader needs no lock, and may not be able to make the file. */
	if (lock_path != NULL && !db->read_only) {
		rc = file_lock_open(env, lock_path, &db->lock, err);
		db->has_lock = rc == MQ_OK;
	}
	if (rc == MQ_OK)
		rc = db->driver->open(db, db->where, flags, err);
	if (rc != MQ_OK)
		free_db(db);
	else
		*out = db;
	return rc;
}

void db_close(struct db **db)
{
	if (*db == NULL)
		return;
	db_rollback(checked(*db));
	assert((*db)->open_stmts == 0);
	free_db(*db);
	*db = NULL;
}

struct env *db_env(struct db *db)
{
	return checked(db)->env;
}

bool db_is_read_only(const struct db *db)
{
	return db->read_only;
}

bool db_is_suspect(const struct db *db)
{
	return db->suspect;
}

enum mq_status db_on_open(struct db *db,
    enum mq_status (*set_up)(struct db *db, struct err *err), struct err *err)
{
	checked(db)->on_open = set_up;
	return set_up(db, err);
}

/* The store's name for people. */
static const char *shown(const struct db *db)
{
	return db->driver->secret ? db->driver->name : db->where;
}

/* A fresh handle for a suspect one.  Closed before it is opened again, so that
 * the log is read from the start; without a handle the next call tries anew. */
static enum mq_status reopen(struct db *db, struct err *err)
{
	int flags = db->flags & ~DB_CREATE;
	enum mq_status rc;

	if (db->open_stmts > 0)
		return err_set(err, MQ_E_DB, "%s", shown(db));
	drop_cache(db);
	if (db->raw != NULL)
		db->driver->close(db);
	rc = db->driver->open(db, db->where, flags, err);
	if (rc == MQ_E_READ_ONLY) {
		/* Many disks turn read-only when they begin to fail. */
		db->read_only = true;
		rc = db->driver->open(db, db->where, flags | DB_READ_ONLY,
		    err);
		db->read_only = rc == MQ_OK;
	}
	if (rc == MQ_OK && db->on_open != NULL)
		rc = db->on_open(db, err);
	if (rc == MQ_OK) {
		db->suspect = db->gone = false;
		db->reopened++;
		log_line(LOG_WARN, "db", "opened again after a failure");
	}
	return rc;
}

void *db_raw(struct db *db)
{
	return checked(db)->raw;
}

void db_set_wait(struct db *db, int ms)
{
	assert(ms >= 0);
	checked(db)->wait_ms = ms;
}

/* ---- transactions ---- */

static enum mq_status take_lock(struct db *db, struct err *err)
{
	if (!db->has_lock)
		return MQ_OK;
	return file_lock_take(db->env, &db->lock, db->wait_ms, err);
}

static void drop_lock(struct db *db)
{
	if (db->has_lock)
		file_lock_drop(&db->lock);
}

enum mq_status db_begin(struct db *db, const char *caller, struct err *err)
{
	enum mq_status rc;

	checked(db);
	if (db->in_tx) {
		log_line(LOG_ERROR, "db", "%s begins inside %s", caller,
		    db->caller);
		assert(!db->in_tx);
	}
	if (db->suspect || db->gone) {
		rc = reopen(db, err);
		if (rc != MQ_OK)
			return rc;
	}
	if (db->read_only)
		return err_set(err, MQ_E_READ_ONLY, "%s", shown(db));
	rc = take_lock(db, err);
	if (rc != MQ_OK)
		return rc;
	rc = db->driver->exec(db, db->driver->begin, err);
	if (rc != MQ_OK) {
		drop_lock(db);
		return rc;
	}
	db->in_tx = true;
	db->caller = caller;
	return MQ_OK;
}

static void end_unsaved(struct db *db, bool commit_failed)
{
	struct err err = ERR_INIT;

	db->in_tx = false;
	/* After some failures SQLite has rolled back by itself and says that
	 * no transaction is open: that is what was wanted. */
	if (db->driver->exec(db, "ROLLBACK", &err) != MQ_OK &&
	    strstr(err.detail, "no transaction") == NULL)
		log_err("db", &err);
	if (commit_failed && db->suspect && db->driver->forget != NULL)
		db->driver->forget(db);
	drop_lock(db);
}

enum mq_status db_commit(struct db *db, struct err *err)
{
	enum mq_status rc = MQ_OK;
	int bad = 0;

	assert(checked(db)->in_tx);
	if (db->env != NULL && db->env->fault != NULL)
		bad = db->env->fault(db->env, "commit");
	if (bad != 0)
		rc = err_sys(err, bad, MQ_E_DB, "%s", strerror(bad));
	else
		rc = db->driver->exec(db, "COMMIT", err);
	if (rc != MQ_OK) {
		end_unsaved(db, true);
		return rc;
	}
	db->in_tx = false;
	drop_lock(db);
	return MQ_OK;
}

void db_rollback(struct db *db)
{
	if (checked(db)->in_tx)
		end_unsaved(db, false);
}

bool db_in_transaction(const struct db *db)
{
	return db->in_tx;
}

enum mq_status db_lock(struct db *db, const char *name, struct err *err)
{
	assert(checked(db)->in_tx);
	return db->driver->lock == NULL ? MQ_OK :
	    db->driver->lock(db, name, err);
}

enum mq_status db_tell(struct db *db, const char *text, struct err *err)
{
	assert(checked(db)->in_tx);
	return db->driver->tell == NULL ? MQ_OK :
	    db->driver->tell(db, text, err);
}

int64_t db_reopened(const struct db *db)
{
	return db->reopened;
}

/* ---- statements ---- */

static size_t slot_of(const struct db *db, const char *sql)
{
	uintptr_t h = (uintptr_t)sql;

	h ^= h >> 17;
	return (size_t)(h * UINT64_C(0x9e3779b97f4a7c15) >> 20) &
	    (db->cache_size - 1);
}

/* The place of this text in the cache, or the empty one where it belongs. */
static struct db_stmt **look_up(struct db *db, const char *sql)
{
	size_t i = slot_of(db, sql);

	while (db->cache[i] != NULL && db->cache[i]->sql != sql)
		i = (i + 1) & (db->cache_size - 1);
	return &db->cache[i];
}

static void grow_cache(struct db *db)
{
	struct db_stmt **old = db->cache;
	size_t i, n = db->cache_size;

	if (db->cache_used * 2 < n)
		return;
	db->cache_size = n == 0 ? 64 : n * 2;
	db->cache = xcalloc(db->cache_size, sizeof(db->cache[0]));
	for (i = 0; i < n; i++)
		if (old[i] != NULL)
			*look_up(db, old[i]->sql) = old[i];
	free(old);
}

static enum mq_status make_stmt(struct db *db, const char *sql,
    struct db_stmt **out, struct err *err)
{
	struct db_stmt *s = xcalloc(1, sizeof(*s));
	enum mq_status rc;

	s->magic = DB_STMT_MAGIC;
	s->db = db;
	s->sql = sql;
	s->text = xstrdup(sql);
	rc = db->driver->prepare(db, sql, s, err);
	if (rc != MQ_OK)
		free_stmt(s);
	else
		*out = s;
	return rc;
}

enum mq_status db_query(struct db *db, const char *sql, struct db_stmt **out,
    struct err *err)
{
	struct db_stmt **place, *s = NULL;
	enum mq_status rc;

	*out = NULL;
	if (checked(db)->raw == NULL ||
	    (db->gone && !db->in_tx && db->open_stmts == 0)) {
		rc = reopen(db, err);
		if (rc != MQ_OK)
			return rc;
	}
	grow_cache(db);
	place = look_up(db, sql);
	if (*place != NULL && !(*place)->busy) {
		s = *place;
		/* Text made in a buffer would get another's statement. */
		assert(strcmp(s->text, sql) == 0);
	} else {
		rc = make_stmt(db, sql, &s, err);
		if (rc != MQ_OK)
			return rc;
		if (*place == NULL) {
			s->cached = true;
			*place = s;
			db->cache_used++;
		}
	}
	s->busy = true;
	s->next_bind = 1;
	db->open_stmts++;
	*out = s;
	return MQ_OK;
}

void db_bind_i64(struct db_stmt *s, int64_t v)
{
	checked_stmt(s)->db->driver->bind_i64(s, s->next_bind++, v);
}

void db_bind_textn(struct db_stmt *s, const char *text, size_t len)
{
	if (text == NULL)
		db_bind_null(s);
	else
		checked_stmt(s)->db->driver->bind_text(s, s->next_bind++,
		    text, len);
}

void db_bind_text(struct db_stmt *s, const char *text)
{
	db_bind_textn(s, text, text == NULL ? 0 : strlen(text));
}

void db_bind_blob(struct db_stmt *s, const void *p, size_t n)
{
	if (p == NULL)
		db_bind_null(s);
	else
		checked_stmt(s)->db->driver->bind_blob(s, s->next_bind++, p,
		    n);
}

void db_bind_null(struct db_stmt *s)
{
	checked_stmt(s)->db->driver->bind_null(s, s->next_bind++);
}

enum mq_status db_step(struct db_stmt *s, bool *row, struct err *err)
{
	struct db *db = checked_stmt(s)->db;

	*row = false;
	if (s->writes && !db->in_tx) {
		log_line(LOG_ERROR, "db", "a write outside a transaction: %s",
		    s->sql);
		assert(!s->writes || db->in_tx);
	}
	return db->driver->step(s, row, err);
}

void db_done(struct db_stmt **s)
{
	struct db_stmt *st = *s;

	if (st == NULL)
		return;
	checked_stmt(st)->db->driver->reset(st);
	st->busy = false;
	st->db->open_stmts--;
	if (!st->cached)
		free_stmt(st);
	*s = NULL;
}

enum mq_status db_run(struct db_stmt **s, struct err *err)
{
	bool row;
	enum mq_status rc = db_step(*s, &row, err);

	assert(rc != MQ_OK || !row);
	db_done(s);
	return rc;
}

int64_t db_changes(struct db *db)
{
	return checked(db)->driver->changes(db);
}

/* ---- columns ---- */

/* Names are asked for once; a schema change by another process may prepare
 * the statement anew, which keeps the names of constant text. */
static int column(struct db_stmt *s, const char *name)
{
	const struct db_driver *d = checked_stmt(s)->db->driver;
	int i;

	if (s->ncolumns == 0)
		s->ncolumns = d->columns(s);
	for (i = 0; i < s->ncolumns; i++)
		if (strcmp(d->column_name(s, i), name) == 0)
			return i;
	log_line(LOG_ERROR, "db", "no column %s in: %s", name, s->sql);
	assert(i < s->ncolumns);
	return -1;
}

int64_t db_i64(struct db_stmt *s, const char *name)
{
	return s->db->driver->i64(s, column(s, name));
}

const char *db_text(struct db_stmt *s, const char *name)
{
	return s->db->driver->text(s, column(s, name), NULL);
}

const void *db_blob(struct db_stmt *s, const char *name, size_t *len)
{
	return s->db->driver->blob(s, column(s, name), len);
}

bool db_is_null(struct db_stmt *s, const char *name)
{
	return s->db->driver->is_null(s, column(s, name));
}

void db_copy(struct db_stmt *s, const char *name, char *out, size_t size)
{
	xcopy(out, size, db_text(s, name));
}

/* ---- in one call ---- */

enum mq_status db_scalar(struct db *db, const char *sql, int64_t *out,
    struct err *err)
{
	struct db_stmt *s = NULL;
	enum mq_status rc;
	bool row;

	rc = db_query(db, sql, &s, err);
	if (rc == MQ_OK)
		rc = db_step(s, &row, err);
	if (rc == MQ_OK && row && !db->driver->is_null(s, 0))
		*out = db->driver->i64(s, 0);
	db_done(&s);
	return rc;
}

/* These two cannot run inside a transaction. */
static bool stands_alone(const char *sql)
{
	return strncasecmp(sql, "PRAGMA", 6) == 0 ||
	    strncasecmp(sql, "VACUUM", 6) == 0;
}

enum mq_status db_exec(struct db *db, const char *sql, struct err *err)
{
	enum mq_status rc;

	if (checked(db)->in_tx)
		return db->driver->exec(db, sql, err);
	if (stands_alone(sql)) {
		rc = take_lock(db, err);
		if (rc != MQ_OK)
			return rc;
		rc = db->driver->exec(db, sql, err);
		drop_lock(db);
		return rc;
	}
	rc = db_begin(db, "db_exec", err);
	if (rc != MQ_OK)
		return rc;
	rc = db->driver->exec(db, sql, err);
	if (rc != MQ_OK) {
		db_rollback(db);
		return rc;
	}
	return db_commit(db, err);
}

enum mq_status db_checkpoint(struct db *db, struct err *err)
{
	enum mq_status rc;

	assert(!checked(db)->in_tx);
	if (db->read_only)
		return err_set(err, MQ_E_READ_ONLY, "%s", shown(db));
	rc = take_lock(db, err);
	if (rc != MQ_OK)
		return rc;
	rc = db->driver->checkpoint(db, err);
	drop_lock(db);
	return rc;
}

int64_t db_wal_bytes(struct db *db)
{
	char name[4096];
	struct stat st;
	int n;

	n = snprintf(name, sizeof(name), "%s-wal", checked(db)->where);
	if (n < 0 || (size_t)n >= sizeof(name) || stat(name, &st) != 0)
		return 0;
	return (int64_t)st.st_size;
}
