/*
 * The floor under a durable save: SQLite, WAL, synchronous=FULL, one row and
 * one commit.  The only file besides core/db/sqlite.c that talks to sqlite3,
 * because a floor stands on nothing of ours.
 *
 *   floor_save DIR SAVES          "NAME VALUE" lines
 */
#include <stdint.h>

#include <sqlite3.h>

#include "times.h"

#define ROW_BYTES 700	/* header and body of a usual entry, wrapped */

static void must(int rc, sqlite3 *db)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE)
		return;
	fprintf(stderr, "floor_save: %s\n", sqlite3_errmsg(db));
	exit(1);
}

int main(int argc, char **argv)
{
	static const char schema[] = "PRAGMA journal_mode = WAL;"
	    "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;"
	    "DROP TABLE IF EXISTS t;"
	    "CREATE TABLE t(id INTEGER PRIMARY KEY, row BLOB NOT NULL)";
	static char row[ROW_BYTES];
	sqlite3_stmt *insert = NULL;
	sqlite3 *db = NULL;
	char path[4096];
	struct times t;
	long n, i;

	if (argc != 3 || (n = strtol(argv[2], NULL, 10)) < 1) {
		fputs("usage: floor_save DIR SAVES\n", stderr);
		return 2;
	}
	snprintf(path, sizeof(path), "%s/floor.db", argv[1]);
	must(sqlite3_open(path, &db), db);
	must(sqlite3_exec(db, schema, NULL, NULL, NULL), db);
	must(sqlite3_prepare_v2(db, "INSERT INTO t(row) VALUES(?)", -1,
	    &insert, NULL), db);
	times_begin(&t, (size_t)n);
	for (i = 0; i < n; i++) {
		times_start(&t);
		must(sqlite3_bind_blob(insert, 1, row, sizeof(row),
		    SQLITE_STATIC), db);
		must(sqlite3_step(insert), db);
		must(sqlite3_reset(insert), db);
		times_stop(&t);
	}
	times_print(&t, "floor_save_us");
	sqlite3_finalize(insert);
	sqlite3_close(db);
	times_end(&t);
	return 0;
}
