/* The driver on a disk that fails: what was said to be saved is there, what
 * was not is not, and the file is whole. */
#include "../../../core/db/db.h"

#include "../../lib/bad_disk.h"
#include "../../lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <unistd.h>

static struct env env;
static struct err err;
static char where[1200], lock_path[1100];

static int set_up(void **state)
{
	(void)state;
	scratch_begin();
	bad_disk_install();
	env_fixed(&env, (struct utc){ INT64_C(1795329005000) }, 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	env_release(&env);
	scratch_end();
	return 0;
}

static void new_place(void)
{
	static int n;
	char name[32];

	(void)snprintf(name, sizeof(name), "t%d.db", ++n);
	(void)snprintf(where, sizeof(where), "sqlite:%s",
	    scratch_path(name));
	(void)snprintf(lock_path, sizeof(lock_path), "%s.lock",
	    scratch_path(name));
}

static enum mq_status insert(struct db *db, int64_t id)
{
	struct db_stmt *s = NULL;
	enum mq_status rc;

	rc = db_query(db, "INSERT INTO t (id, words) "
	    "VALUES (?, hex(zeroblob(3000)))", &s, &err);
	if (rc != MQ_OK)
		return rc;
	db_bind_i64(s, id);
	return db_run(&s, &err);
}

/* A save of two rows; what db_commit() said. */
static enum mq_status save(struct db *db, int64_t id)
{
	enum mq_status rc;

	rc = db_begin(db, __func__, &err);
	if (rc != MQ_OK)
		return rc;
	rc = insert(db, id);
	if (rc == MQ_OK)
		rc = insert(db, id + 1);
	if (rc == MQ_OK)
		rc = db_commit(db, &err);
	db_rollback(db);
	return rc;
}

static int64_t scalar(struct db *db, const char *sql)
{
	int64_t n = -1;

	assert_int_equal(db_scalar(db, sql, &n, &err), MQ_OK);
	return n;
}

static struct db *opened(void)
{
	struct db *db = NULL;

	assert_int_equal(db_open(&env, where, DB_CREATE, lock_path, &db,
	    &err), MQ_OK);
	return db;
}

static void check_whole(struct db *db, int64_t rows)
{
	struct db_stmt *s = NULL;
	bool row;

	assert_int_equal(scalar(db, "SELECT count(*) FROM t"), rows);
	assert_int_equal(db_query(db, "PRAGMA integrity_check", &s, &err),
	    MQ_OK);
	assert_int_equal(db_step(s, &row, &err), MQ_OK);
	assert_string_equal(db_text(s, "integrity_check"), "ok");
	db_done(&s);
}

static struct db *with_two_rows(void)
{
	struct db *db;

	new_place();
	db = opened();
	assert_int_equal(db_exec(db, "CREATE TABLE t (id INTEGER PRIMARY "
	    "KEY, words TEXT)", &err), MQ_OK);
	assert_int_equal(save(db, 1), MQ_OK);
	return db;
}

/* Returns false when operation n was never reached. */
static bool save_failing(int ops, int n, int for_good, int full, bool again)
{
	struct db *db = with_two_rows();
	enum mq_status rc;
	bool reached, there;

	bad_disk_fail(ops, n, for_good, full);
	rc = save(db, 3);
	reached = bad_disk_seen() >= n;
	bad_disk_fail(0, 0, 0, 0);
	assert_int_equal(rc == MQ_OK, !reached);
	if (reached && full) {
		assert_int_equal(rc, MQ_E_DISK_FULL);
		/* Room was made: the same handle saves again. */
		assert_false(db_is_suspect(db));
		assert_int_equal(save(db, 3), MQ_OK);
		check_whole(db, 4);
		db_close(&db);
		db = opened();
		check_whole(db, 4);
		db_close(&db);
		return true;
	}
	there = !reached;
	if (reached) {
		assert_int_equal(rc, MQ_E_DB);
		assert_true(db_is_suspect(db));
	}
	if (reached && again) {
		/* The handle is replaced and nothing of it came back. */
		assert_int_equal(save(db, 3), MQ_OK);
		assert_false(db_is_suspect(db));
		there = true;
		check_whole(db, 4);
	}
	db_close(&db);
	db = opened();
	check_whole(db, there ? 4 : 2);
	assert_int_equal(save(db, 5), MQ_OK);
	db_close(&db);
	return reached;
}

static void every_write_and_fsync_may_fail(void **state)
{
	int mode, n;

	(void)state;
	for (mode = 0; mode < 4; mode++) {
		int for_good = mode & 1;
		bool again = (mode & 2) != 0;

		for (n = 1; save_failing(BAD_WRITE, n, for_good, 0, again);
		    n++)
			;
		assert_true(n > 3);
		for (n = 1; save_failing(BAD_SYNC, n, for_good, 0, again);
		    n++)
			;
		assert_true(n > 1);
	}
}

static void disk_may_be_full(void **state)
{
	int n;

	(void)state;
	for (n = 1; save_failing(BAD_WRITE, n, 1, 1, true); n++)
		;
	assert_true(n > 3);
}

/* A checkpoint that fails half-way loses nothing either. */
static void checkpoint_may_fail(void **state)
{
	static const int ops = BAD_WRITE | BAD_SYNC | BAD_TRUNCATE;
	struct db *db;
	bool reached = true;
	int n;

	(void)state;
	for (n = 1; reached; n++) {
		db = with_two_rows();
		bad_disk_fail(ops, n, 1, 0);
		(void)!db_checkpoint(db, &err);
		reached = bad_disk_seen() >= n;
		bad_disk_fail(0, 0, 0, 0);
		check_whole(db, 2);
		db_close(&db);
		db = opened();
		check_whole(db, 2);
		assert_int_equal(db_checkpoint(db, &err), MQ_OK);
		assert_int_equal(db_wal_bytes(db), 0);
		check_whole(db, 2);
		db_close(&db);
	}
	assert_true(n > 4);
}

/* Whatever fails while the file is made: the next start makes it whole. */
static void birth_may_fail(void **state)
{
	static const int ops = BAD_WRITE | BAD_SYNC | BAD_TRUNCATE |
	    BAD_OPEN;
	bool reached = true;
	struct db *db = NULL;
	enum mq_status rc;
	int n;

	(void)state;
	for (n = 1; reached; n++) {
		new_place();
		bad_disk_fail(ops, n, 1, 0);
		rc = db_open(&env, where, DB_CREATE, lock_path, &db, &err);
		reached = bad_disk_seen() >= n;
		bad_disk_fail(0, 0, 0, 0);
		if (rc == MQ_OK)
			db_close(&db);
		db = opened();
		assert_int_equal(db_exec(db, "CREATE TABLE t (id INTEGER "
		    "PRIMARY KEY, words TEXT)", &err), MQ_OK);
		assert_int_equal(save(db, 1), MQ_OK);
		assert_true(db_wal_bytes(db) > 0);
		check_whole(db, 2);
		db_close(&db);
	}
	assert_true(n > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_write_and_fsync_may_fail),
		cmocka_unit_test(disk_may_be_full),
		cmocka_unit_test(checkpoint_may_fail),
		cmocka_unit_test(birth_may_fail),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
