/*
 * What exec.c and the drivers (also the hub's db_pg.c) share.  Nobody else
 * includes it.
 */
#ifndef MQ_DB_IMPL_H
#define MQ_DB_IMPL_H

#include "db.h"

#define DB_MAGIC 0x6d716462u
#define DB_STMT_MAGIC 0x6d717374u

struct db {
	uint32_t magic;
	const struct db_driver *driver;
	struct env *env;
	char *where;			/* without the driver's name */
	void *raw;			/* the driver's handle */
	int flags;			/* of db_open() */
	enum mq_status (*on_open)(struct db *db, struct err *err);
	bool read_only;
	bool in_tx;
	bool suspect;			/* a write or fsync failed */
	bool gone;			/* the store does not answer at all */
	int64_t reopened;
	const char *caller;		/* of db_begin() */
	int wait_ms;
	bool has_lock;
	struct file_lock lock;
	struct db_stmt **cache;		/* open addressing by text address */
	size_t cache_size, cache_used;
	int open_stmts;			/* handed out and not yet done */
};

struct db_stmt {
	uint32_t magic;
	struct db *db;
	const char *sql;		/* the literal: its key in the cache */
	char *text;			/* what it said when it was prepared */
	void *raw;
	bool writes;			/* set by the driver's prepare */
	bool cached;
	bool busy;			/* handed out */
	int next_bind;
	int ncolumns;			/* 0 before the first look */
};

#endif
