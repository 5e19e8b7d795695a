/*
 * The SQLite driver.  Called through db_sqlite by exec.c; the only file that
 * includes sqlite3.
 *
 * The database file is never opened by other means than SQLite's: closing any
 * descriptor of it would drop SQLite's own locks.
 */
#include "db_impl.h"

#include "../base/xmalloc.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sqlite3.h>

#define APPLICATION_ID 0x4d514c31	/* "MQL1" */
#define SET_APPLICATION_ID "PRAGMA application_id = 0x4d514c31"

static sqlite3 *handle(const struct db *db)
{
	return db->raw;
}

static sqlite3_stmt *statement(const struct db_stmt *s)
{
	return s->raw;
}

/* Our status for SQLite's code, with its words as detail. */
static enum mq_status failed(struct db *db, int rc, struct err *err)
{
	sqlite3 *h = handle(db);
	const char *words = h != NULL ? sqlite3_errmsg(h) :
	    sqlite3_errstr(rc);
	int sys = h != NULL ? sqlite3_system_errno(h) : 0;

	switch (rc & 0xff) {
	case SQLITE_FULL:
		return err_set(err, MQ_E_DISK_FULL, "%s", words);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(err, MQ_E_LOCKED, "%s", words);
	case SQLITE_READONLY:
		return err_set(err, MQ_E_READ_ONLY, "%s", words);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		/* In the middle of a save the save is what matters. */
		if (db->in_tx)
			return err_set(err, MQ_E_DB, "%s", words);
		return err_set(err, MQ_E_DAMAGED, "%s", words);
	case SQLITE_CANTOPEN:
		return err_sys(err, sys, MQ_E_DB, "%s", words);
	case SQLITE_IOERR:
		/* After a failed write or fsync nobody knows what the disk
		 * holds: this handle must not write again. */
		if (rc != SQLITE_IOERR_READ && rc != SQLITE_IOERR_SHORT_READ)
			db->suspect = true;
		return err_sys(err, sys, MQ_E_DB, "%s", words);
	default:
		return err_set(err, MQ_E_DB, "%s", words);
	}
}

static enum mq_status run(struct db *db, const char *sql, struct err *err)
{
	int rc = sqlite3_exec(handle(db), sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? MQ_OK : failed(db, rc, err);
}

/* First column of the first row as text; "" when there is none. */
static enum mq_status ask(struct db *db, const char *sql, char *out,
    size_t size, struct err *err)
{
	sqlite3_stmt *s = NULL;
	const char *v;
	int rc;

	out[0] = '\0';
	rc = sqlite3_prepare_v2(handle(db), sql, -1, &s, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	if (rc == SQLITE_ROW) {
		v = (const char *)sqlite3_column_text(s, 0);
		if (v != NULL)
			xcopy(out, size, v);
		rc = SQLITE_OK;
	}
	(void)sqlite3_finalize(s);
	return rc == SQLITE_OK || rc == SQLITE_DONE ? MQ_OK :
	    failed(db, rc, err);
}

static enum mq_status ask_number(struct db *db, const char *sql, long long *out,
    struct err *err)
{
	char text[32];
	enum mq_status rc = ask(db, sql, text, sizeof(text), err);

	*out = strtoll(text, NULL, 10);
	return rc;
}

/* ---- opening ---- */

/* file:PATH?immutable=1 with what a URI reserves escaped. */
static char *immutable_uri(const char *path)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	char *uri;
	size_t i;

	buf_adds(&b, "file:");
	for (i = 0; path[i] != '\0'; i++) {
		if (strchr("?#%", path[i]) != NULL)
			buf_addf(&b, "%%%02x", (unsigned char)path[i]);
		else
			buf_addc(&b, path[i]);
	}
	buf_adds(&b, "?immutable=1");
	uri = xstrdup(buf_str(&b));
	buf_free(&b);
	return uri;
}

static void shut(struct db *db)
{
	int rc = sqlite3_close(handle(db));

	/* BUSY would mean a statement that was not released. */
	assert(rc == SQLITE_OK);
	(void)rc;
	db->raw = NULL;
}

static enum mq_status open_handle(struct db *db, const char *name, int flags,
    struct err *err)
{
	sqlite3 *h = NULL;
	enum mq_status rc;
	int r;

	r = sqlite3_open_v2(name, &h, flags | SQLITE_OPEN_NOMUTEX |
	    SQLITE_OPEN_EXRESCODE, NULL);
	db->raw = h;
	if (r == SQLITE_OK)
		return MQ_OK;
	rc = failed(db, r, err);
	shut(db);
	return rc;
}

static bool has_content(const char *path, const char *tail)
{
	char name[4096];
	struct stat st;
	int n = snprintf(name, sizeof(name), "%s%s", path, tail);

	return n > 0 && (size_t)n < sizeof(name) && stat(name, &st) == 0 &&
	    st.st_size > 0;
}

static enum mq_status open_read_only(struct db *db, const char *path,
    struct err *err)
{
	char text[16], *uri;
	enum mq_status rc;
	int code;

	rc = open_handle(db, path, SQLITE_OPEN_READONLY, err);
	if (rc != MQ_OK)
		return rc;
	rc = ask(db, "SELECT count(*) FROM sqlite_schema", text,
	    sizeof(text), err);
	code = sqlite3_errcode(handle(db)) & 0xff;
	if (rc == MQ_OK ||
	    (code != SQLITE_CANTOPEN && code != SQLITE_READONLY))
		return rc;
	/* WAL needs its index beside it, which a read-only file system does
	 * not let us make.  Without a log the file is whole by itself; with
	 * one, reading past it would show an older state as the present. */
	if (has_content(path, "-wal"))
		return err_set(err, MQ_E_READ_ONLY, "%s-wal", path);
	shut(db);
	uri = immutable_uri(path);
	rc = open_handle(db, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
	    err);
	free(uri);
	return rc;
}

static enum mq_status open_file(struct db *db, const char *path, int flags,
    struct err *err)
{
	enum mq_status rc;
	int how = SQLITE_OPEN_READWRITE;

	if ((flags & DB_CREATE) != 0)
		how |= SQLITE_OPEN_CREATE;
	else if (strcmp(path, ":memory:") != 0 && !has_content(path, ""))
		return err_set(err, MQ_E_DB_MISSING, "%s", path);
	if (db->read_only)
		return open_read_only(db, path, err);
	rc = open_handle(db, path, how, err);
	if (rc != MQ_OK)
		return rc;
	/* SQLite quietly falls back to reading. */
	if (sqlite3_db_readonly(handle(db), "main") == 1)
		return err_set(err, MQ_E_READ_ONLY, "%s", path);
	return MQ_OK;
}

static enum mq_status set_up(struct db *db, int flags, struct err *err)
{
	enum mq_status rc;

	(void)sqlite3_busy_timeout(handle(db), db->wait_ms);
	(void)sqlite3_db_config(handle(db), SQLITE_DBCONFIG_DEFENSIVE, 1,
	    NULL);
	(void)sqlite3_db_config(handle(db), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
	    1, NULL);
	(void)sqlite3_db_config(handle(db), SQLITE_DBCONFIG_TRUSTED_SCHEMA,
	    0, NULL);
	rc = run(db, "PRAGMA cell_size_check = ON;"
	    "PRAGMA foreign_keys = ON;"
	    "PRAGMA secure_delete = ON;"
	    "PRAGMA mmap_size = 0;"
	    "PRAGMA cache_size = -8000;"
	    "PRAGMA wal_autocheckpoint = 0;"
	    "PRAGMA temp_store = MEMORY;", err);
	if (rc != MQ_OK)
		return rc;
	if ((flags & DB_FAST_SYNC) != 0)
		return run(db, "PRAGMA synchronous = OFF", err);
	return run(db, "PRAGMA synchronous = FULL", err);
}

/* A new file gets its mark and its log; another program's is refused. */
static enum mq_status mark(struct db *db, struct err *err)
{
	char mode[16] = "";
	long long id = 0, pages = 0;
	enum mq_status rc;

	rc = ask_number(db, "PRAGMA application_id", &id, err);
	if (rc == MQ_OK && id != APPLICATION_ID) {
		rc = ask_number(db, "PRAGMA page_count", &pages, err);
		if (rc == MQ_OK && (id != 0 || pages > 0))
			return err_set(err, MQ_E_DAMAGED, "%s", db->where);
		if (rc == MQ_OK)
			rc = run(db, SET_APPLICATION_ID, err);
	}
	/* A database in memory has no log and says "memory". */
	if (rc == MQ_OK)
		rc = ask(db, "PRAGMA journal_mode = WAL", mode, sizeof(mode),
		    err);
	return rc;
}

/* Written under the writer lock, because two programs may start at once; an
 * opened ledger that is as it should be takes no lock. */
static enum mq_status check_mark(struct db *db, struct err *err)
{
	char mode[16] = "";
	long long id = 0;
	enum mq_status rc;

	rc = ask_number(db, "PRAGMA application_id", &id, err);
	if (rc == MQ_OK)
		rc = ask(db, "PRAGMA journal_mode", mode, sizeof(mode), err);
	if (rc != MQ_OK)
		return rc;
	if (id == APPLICATION_ID && (db->read_only ||
	    strcmp(mode, "wal") == 0))
		return MQ_OK;
	if (db->read_only)
		return err_set(err, MQ_E_DAMAGED, "%s", db->where);
	if (db->has_lock) {
		rc = file_lock_take(db->env, &db->lock, db->wait_ms, err);
		if (rc != MQ_OK)
			return rc;
	}
	rc = mark(db, err);
	if (db->has_lock)
		file_lock_drop(&db->lock);
	return rc;
}

static void sqlite_close(struct db *db)
{
	if (db->raw != NULL)
		shut(db);
}

static enum mq_status sqlite_open(struct db *db, const char *where, int flags,
    struct err *err)
{
	enum mq_status rc;

	rc = open_file(db, where, flags, err);
	if (rc == MQ_OK)
		rc = set_up(db, flags, err);
	if (rc == MQ_OK)
		rc = check_mark(db, err);
	if (rc != MQ_OK)
		sqlite_close(db);
	return rc;
}

/* ---- statements ---- */

static enum mq_status sqlite_prepare(struct db *db, const char *sql,
    struct db_stmt *s, struct err *err)
{
	sqlite3_stmt *st = NULL;
	int rc;

	rc = sqlite3_prepare_v3(handle(db), sql, -1,
	    SQLITE_PREPARE_PERSISTENT, &st, NULL);
	if (rc != SQLITE_OK)
		return failed(db, rc, err);
	assert(st != NULL);
	s->raw = st;
	s->writes = sqlite3_stmt_readonly(st) == 0;
	return MQ_OK;
}

/* A wrong place or a huge value is the program's mistake, not the user's. */
static void bound(int rc)
{
	assert(rc == SQLITE_OK);
	(void)rc;
}

static void sqlite_bind_i64(struct db_stmt *s, int i, int64_t v)
{
	bound(sqlite3_bind_int64(statement(s), i, v));
}

static void sqlite_bind_text(struct db_stmt *s, int i, const char *p, size_t n)
{
	bound(sqlite3_bind_text64(statement(s), i, p, n, SQLITE_TRANSIENT,
	    SQLITE_UTF8));
}

static void sqlite_bind_blob(struct db_stmt *s, int i, const void *p, size_t n)
{
	/* A null pointer would bind NULL; no bytes are a value too. */
	if (n == 0)
		bound(sqlite3_bind_zeroblob(statement(s), i, 0));
	else
		bound(sqlite3_bind_blob64(statement(s), i, p, n,
		    SQLITE_TRANSIENT));
}

static void sqlite_bind_null(struct db_stmt *s, int i)
{
	bound(sqlite3_bind_null(statement(s), i));
}

static enum mq_status sqlite_step(struct db_stmt *s, bool *row, struct err *err)
{
	int rc = sqlite3_step(statement(s));

	*row = rc == SQLITE_ROW;
	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		return MQ_OK;
	return failed(s->db, rc, err);
}

static void sqlite_reset(struct db_stmt *s)
{
	/* Repeats the error step() already told. */
	(void)sqlite3_reset(statement(s));
	(void)sqlite3_clear_bindings(statement(s));
}

static void sqlite_finalize(struct db_stmt *s)
{
	(void)sqlite3_finalize(statement(s));
	s->raw = NULL;
}

static int sqlite_columns(struct db_stmt *s)
{
	return sqlite3_column_count(statement(s));
}

static const char *sqlite_column_name(struct db_stmt *s, int i)
{
	return sqlite3_column_name(statement(s), i);
}

static bool sqlite_is_null(struct db_stmt *s, int i)
{
	return sqlite3_column_type(statement(s), i) == SQLITE_NULL;
}

static int64_t sqlite_i64(struct db_stmt *s, int i)
{
	return sqlite3_column_int64(statement(s), i);
}

static const char *sqlite_text(struct db_stmt *s, int i, size_t *len)
{
	const char *p = (const char *)sqlite3_column_text(statement(s), i);

	if (len != NULL)
		*len = (size_t)sqlite3_column_bytes(statement(s), i);
	return p == NULL ? "" : p;
}

static const void *sqlite_blob(struct db_stmt *s, int i, size_t *len)
{
	const void *p = sqlite3_column_blob(statement(s), i);

	if (len != NULL)
		*len = (size_t)sqlite3_column_bytes(statement(s), i);
	return p == NULL ? "" : p;
}

static int64_t sqlite_changes(struct db *db)
{
	return sqlite3_changes64(handle(db));
}

/* First what can be moved without waiting for readers; then, if nobody reads,
 * the log is cut to nothing. */
static enum mq_status sqlite_checkpoint(struct db *db, struct err *err)
{
	int log = 0, moved = 0, rc;

	rc = sqlite3_wal_checkpoint_v2(handle(db), NULL,
	    SQLITE_CHECKPOINT_PASSIVE, &log, &moved);
	if (rc == SQLITE_OK && log == moved) {
		(void)sqlite3_busy_timeout(handle(db), 0);
		rc = sqlite3_wal_checkpoint_v2(handle(db), NULL,
		    SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
		(void)sqlite3_busy_timeout(handle(db), db->wait_ms);
	}
	if (rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY)
		return MQ_OK;
	return failed(db, rc, err);
}

/* When the fsync of a commit fails, SQLite rolls back in memory, but the
 * frames with their commit mark stand in the log, and whoever opens it next
 * recovers them: words that were said to be lost would be there twice.  One
 * small transaction, written over them, breaks their chain of checksums; it
 * need not reach the disk, it is enough that the file says so. */
static void sqlite_forget(struct db *db)
{
	struct err err = ERR_INIT;

	if (run(db, SET_APPLICATION_ID, &err) != MQ_OK &&
	    sqlite3_get_autocommit(handle(db)) == 0)
		(void)!run(db, "ROLLBACK", &err);
}

const struct db_driver db_sqlite = {
	.name = "sqlite",
	.begin = "BEGIN IMMEDIATE",
	.open = sqlite_open,
	.close = sqlite_close,
	.exec = run,
	.prepare = sqlite_prepare,
	.bind_i64 = sqlite_bind_i64,
	.bind_text = sqlite_bind_text,
	.bind_blob = sqlite_bind_blob,
	.bind_null = sqlite_bind_null,
	.step = sqlite_step,
	.reset = sqlite_reset,
	.finalize = sqlite_finalize,
	.columns = sqlite_columns,
	.column_name = sqlite_column_name,
	.is_null = sqlite_is_null,
	.i64 = sqlite_i64,
	.text = sqlite_text,
	.blob = sqlite_blob,
	.changes = sqlite_changes,
	.checkpoint = sqlite_checkpoint,
	.forget = sqlite_forget,
};
