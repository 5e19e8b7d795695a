/*
 * The PostgreSQL driver of core/db/db.h, for a hub that needs more than one
 * machine, and the ear that hears what other processes committed.
 */
#ifndef MQ_DB_PG_H
#define MQ_DB_PG_H

#include "../../core/db/db.h"

/* `where` is a connection URI (postgresql://…).  A server that would not keep
 * what it confirmed (fsync or synchronous_commit off, another encoding than
 * UTF8) is refused, unless DB_FAST_SYNC.  The schema's words are SQLite's:
 * column types and table options are translated. */
extern const struct db_driver db_pg;
bool db_pg_is_url(const char *where);

/* A connection and a thread of its own: calls heard() with what db_tell()
 * said, and with "" when words may have been missed (it was connected anew).
 * NULL in *out when it cannot be started. */
struct db_pg_ear;
enum mq_status db_pg_listen(const char *where,
    void (*heard)(void *ctx, const char *text), void *ctx,
    struct db_pg_ear **out, struct err *err) MUST_CHECK;
void db_pg_deaf(struct db_pg_ear **ear);

#endif
