/*
 * The store behind a table of functions.  SQL text is constant, values are
 * bound by type, results are read by column name.  Statements use `?`
 * placeholders, bound in order.
 *
 * One writer: db_begin() takes the flock of the ledger, then BEGIN IMMEDIATE;
 * a write outside a transaction is an assertion failure.
 */
#ifndef MQ_DB_H
#define MQ_DB_H

#include "../base/buf.h"
#include "../base/env.h"
#include "../base/err.h"
#include "../base/file.h"

struct db;
struct db_stmt;

/* What a driver offers (sqlite.c; the hub's db_pg.c). */
struct db_driver {
	const char *name;
	const char *begin;	/* what starts a transaction that writes */
	bool secret;		/* `where` may hold a password: never shown */
	enum mq_status (*open)(struct db *db, const char *where, int flags,
	    struct err *err);
	void (*close)(struct db *db);
	enum mq_status (*exec)(struct db *db, const char *sql,
	    struct err *err);
	enum mq_status (*prepare)(struct db *db, const char *sql,
	    struct db_stmt *s, struct err *err);
	void (*bind_i64)(struct db_stmt *s, int i, int64_t v);
	void (*bind_text)(struct db_stmt *s, int i, const char *p, size_t n);
	void (*bind_blob)(struct db_stmt *s, int i, const void *p, size_t n);
	void (*bind_null)(struct db_stmt *s, int i);
	enum mq_status (*step)(struct db_stmt *s, bool *row, struct err *err);
	void (*reset)(struct db_stmt *s);
	void (*finalize)(struct db_stmt *s);
	int (*columns)(struct db_stmt *s);
	const char *(*column_name)(struct db_stmt *s, int i);
	bool (*is_null)(struct db_stmt *s, int i);
	int64_t (*i64)(struct db_stmt *s, int i);
	const char *(*text)(struct db_stmt *s, int i, size_t *len);
	const void *(*blob)(struct db_stmt *s, int i, size_t *len);
	int64_t (*changes)(struct db *db);
	enum mq_status (*checkpoint)(struct db *db, struct err *err);
	/* After a commit that failed on the disk: makes sure that a restart
	 * does not find it after all.  NULL when that cannot happen. */
	void (*forget)(struct db *db);
	/* NULL where one writer at a time and one process are all there is. */
	enum mq_status (*lock)(struct db *db, const char *name,
	    struct err *err);
	enum mq_status (*tell)(struct db *db, const char *text,
	    struct err *err);
};

extern const struct db_driver db_sqlite;

enum db_flags {
	DB_CREATE = 1,		/* make the file when it is not there */
	DB_READ_ONLY = 2,	/* also opens a clean WAL file on a read-only
				 * file system (immutable) */
	DB_FAST_SYNC = 4,	/* tests and rebuilds only: synchronous=OFF */
};

/* where: "sqlite:PATH".  lock_path: the writer lock, NULL for none (memory). */
enum mq_status db_open(struct env *env, const char *where, int flags,
    const char *lock_path, struct db **out, struct err *err) MUST_CHECK;
/* The same through another driver; `where` is what its open() takes. */
enum mq_status db_open_driver(struct env *env, const struct db_driver *driver,
    const char *where, int flags, const char *lock_path, struct db **out,
    struct err *err) MUST_CHECK;
void db_close(struct db **db);
struct env *db_env(struct db *db);
bool db_is_read_only(const struct db *db);
/* A write or an fsync of this handle failed below the database: nothing is
 * written through it any more.  The next db_begin() closes it, opens the file
 * again and goes on with what the log truly holds; when that cannot be done it
 * says why, and a disk that became read-only can still be read.  Tell that the
 * last save was NOT saved.  That holds unless the disk took the commit, failed
 * to sync it and then took nothing more at all: so look whether it is there
 * before the same words are saved again (save.c does). */
bool db_is_suspect(const struct db *db);
/* What each handle of this database needs (a tokenizer): runs now and again
 * after every such reopening. */
enum mq_status db_on_open(struct db *db,
    enum mq_status (*set_up)(struct db *db, struct err *err),
    struct err *err) MUST_CHECK;

/* `caller` is kept for messages: db_begin(db, __func__, err).  Waits at most
 * db_set_wait() ms (default 5000) for the lock. */
enum mq_status db_begin(struct db *db, const char *caller, struct err *err)
    MUST_CHECK;
/* After MQ_OK the data is on the disk: commit and fsync have returned.  On
 * failure the transaction is rolled back and nothing was saved. */
enum mq_status db_commit(struct db *db, struct err *err) MUST_CHECK;
void db_rollback(struct db *db);	/* nothing when none is open */
bool db_in_transaction(const struct db *db);
/* In a transaction: until its end nobody else, in whatever process, is past
 * this line with the same name.  Names are constants and tenants. */
enum mq_status db_lock(struct db *db, const char *name, struct err *err)
    MUST_CHECK;
/* In a transaction: once it is committed, other processes that listen hear
 * these words (up to 7,999 bytes); nobody listens to a SQLite file. */
enum mq_status db_tell(struct db *db, const char *text, struct err *err)
    MUST_CHECK;
/* Counts the times the store was opened again after it was lost. */
int64_t db_reopened(const struct db *db);
void db_set_wait(struct db *db, int ms);

/* Statements are cached by the address of their constant text, so `sql` must
 * be a literal.  db_query() resets a statement for new binds; release it with
 * db_done().  Nested use of the same text gets a statement of its own. */
enum mq_status db_query(struct db *db, const char *sql, struct db_stmt **out,
    struct err *err) MUST_CHECK;
void db_bind_i64(struct db_stmt *s, int64_t v);		/* next placeholder */
void db_bind_text(struct db_stmt *s, const char *text);	/* NULL binds NULL */
void db_bind_textn(struct db_stmt *s, const char *text, size_t len);
void db_bind_blob(struct db_stmt *s, const void *p, size_t n);
void db_bind_null(struct db_stmt *s);
/* *row false: no more rows. */
enum mq_status db_step(struct db_stmt *s, bool *row, struct err *err)
    MUST_CHECK;
void db_done(struct db_stmt **s);
/* Runs a statement that returns no rows, then releases it. */
enum mq_status db_run(struct db_stmt **s, struct err *err) MUST_CHECK;
int64_t db_changes(struct db *db);

/* Columns by name; absent is an assertion failure, NULL gives 0 / "". */
int64_t db_i64(struct db_stmt *s, const char *column);
const char *db_text(struct db_stmt *s, const char *column);
const void *db_blob(struct db_stmt *s, const char *column, size_t *len);
bool db_is_null(struct db_stmt *s, const char *column);
void db_copy(struct db_stmt *s, const char *column, char *out, size_t size);

/* One number or nothing: db_scalar(db, "SELECT …", &v, err) with no binds.
 * No row and NULL leave *out as it was. */
enum mq_status db_scalar(struct db *db, const char *sql, int64_t *out,
    struct err *err) MUST_CHECK;
/* Constant SQL without results (schema), several statements if need be.
 * Outside a transaction it runs in one of its own, PRAGMA and VACUUM alone. */
enum mq_status db_exec(struct db *db, const char *sql, struct err *err)
    MUST_CHECK;
/* Moves the WAL into the file, under the writer lock, and cuts it to nothing
 * unless somebody is reading; who must know asks db_wal_bytes(). */
enum mq_status db_checkpoint(struct db *db, struct err *err) MUST_CHECK;
int64_t db_wal_bytes(struct db *db);
/* The driver's own handle, for the one file that adds a tokenizer. */
void *db_raw(struct db *db);

/* ---- migrations (migrate.c): an append-only list, one step = one
 * transaction, a newer schema is refused ---- */
struct db_migration { const char *name; const char *sql; };
enum mq_status db_migrate(struct db *db, const struct db_migration *list,
    size_t n, struct err *err) MUST_CHECK;

/* migrations.c: the node's schema. */
extern const struct db_migration db_node_migrations[];
extern const size_t db_node_migrations_n;

#endif
