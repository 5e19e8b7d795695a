/* The store: transactions, lock, statements, columns, migrations, damage. */
#include "../../../core/db/fts_han.h"
#include "../../../core/db/db.h"

#include "../../lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct env env;
static struct err err;
static char where[1200], lock_path[1100], file[1100];

static int set_up(void **state)
{
	static int n;
	char name[32];

	(void)state;
	if (n++ == 0)
		scratch_begin();
	env_fixed(&env, (struct utc){ INT64_C(1795329005000) }, 1);
	(void)snprintf(name, sizeof(name), "t%d.db", n);
	(void)snprintf(file, sizeof(file), "%s", scratch_path(name));
	(void)snprintf(where, sizeof(where), "sqlite:%s", file);
	(void)snprintf(name, sizeof(name), "t%d.lock", n);
	(void)snprintf(lock_path, sizeof(lock_path), "%s",
	    scratch_path(name));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	env_release(&env);
	return 0;
}

static int all_done(void **state)
{
	(void)state;
	scratch_end();
	return 0;
}

static void ok(enum mq_status rc)
{
	char words[600];

	if (rc == MQ_OK)
		return;
	err_say(&err, LANG_EN, words, sizeof(words));
	fail_msg("%s", words);
}

static struct db *opened(int flags)
{
	struct db *db = NULL;

	ok(db_open(&env, where, flags, lock_path, &db, &err));
	return db;
}

static struct db *with_table(void)
{
	struct db *db = opened(DB_CREATE);

	ok(db_exec(db, "CREATE TABLE t (id INTEGER PRIMARY KEY, words TEXT, "
	    "bytes BLOB)", &err));
	return db;
}

static void insert(struct db *db, int64_t id, const char *words)
{
	struct db_stmt *s = NULL;

	ok(db_query(db, "INSERT INTO t (id, words) VALUES (?, ?)", &s,
	    &err));
	db_bind_i64(s, id);
	db_bind_text(s, words);
	ok(db_run(&s, &err));
}

static int64_t count(struct db *db)
{
	int64_t n = -1;

	ok(db_scalar(db, "SELECT count(*) FROM t", &n, &err));
	return n;
}

static void stores_every_type(void **state)
{
	struct db *db = with_table();
	struct db_stmt *s = NULL;
	char copy[5];
	size_t len;
	bool row;

	(void)state;
	ok(db_begin(db, __func__, &err));
	assert_true(db_in_transaction(db));
	ok(db_query(db, "INSERT INTO t (id, words, bytes) VALUES (?, ?, ?)",
	    &s, &err));
	db_bind_i64(s, INT64_MAX);
	db_bind_textn(s, "走访记录", 6);
	db_bind_blob(s, "\0\1", 2);
	ok(db_run(&s, &err));
	assert_null(s);
	assert_int_equal(db_changes(db), 1);
	/* Again with the cached statement: old values are gone. */
	ok(db_query(db, "INSERT INTO t (id, words, bytes) VALUES (?, ?, ?)",
	    &s, &err));
	db_bind_i64(s, 1);
	db_bind_text(s, NULL);
	db_bind_blob(s, "", 0);
	ok(db_run(&s, &err));
	ok(db_commit(db, &err));
	assert_false(db_in_transaction(db));

	ok(db_query(db, "SELECT words, bytes, id AS number FROM t "
	    "ORDER BY id DESC", &s, &err));
	ok(db_step(s, &row, &err));
	assert_true(row);
	assert_true(db_i64(s, "number") == INT64_MAX);
	assert_string_equal(db_text(s, "words"), "走访");
	assert_memory_equal(db_blob(s, "bytes", &len), "\0\1", 2);
	assert_int_equal(len, 2);
	db_copy(s, "words", copy, sizeof(copy));
	assert_string_equal(copy, "走");
	ok(db_step(s, &row, &err));
	assert_true(row);
	assert_true(db_is_null(s, "words"));
	assert_string_equal(db_text(s, "words"), "");
	assert_false(db_is_null(s, "bytes"));
	(void)db_blob(s, "bytes", &len);
	assert_int_equal(len, 0);
	ok(db_step(s, &row, &err));
	assert_false(row);
	db_done(&s);
	db_done(&s);
	db_close(&db);
	db_close(&db);
}

static void rolls_back(void **state)
{
	struct db *db = with_table();

	(void)state;
	db_rollback(db);
	ok(db_begin(db, __func__, &err));
	insert(db, 1, "x");
	assert_int_equal(count(db), 1);
	db_rollback(db);
	assert_int_equal(count(db), 0);
	/* Closing forgets what was not committed. */
	ok(db_begin(db, __func__, &err));
	insert(db, 1, "x");
	db_close(&db);
	db = opened(0);
	assert_int_equal(count(db), 0);
	ok(db_begin(db, __func__, &err));
	insert(db, 1, "y");
	ok(db_commit(db, &err));
	db_close(&db);
	db = opened(0);
	assert_int_equal(count(db), 1);
	db_close(&db);
}

static void failed_commit_saves_nothing(void **state)
{
	struct db *db = with_table();

	(void)state;
	ok(db_begin(db, __func__, &err));
	insert(db, 1, "x");
	scratch_fail(&env, "commit", 1, ENOSPC);
	assert_int_equal(db_commit(db, &err), MQ_E_DISK_FULL);
	env.fault = NULL;
	assert_false(db_in_transaction(db));
	assert_int_equal(count(db), 0);
	/* And the lock is free again. */
	ok(db_begin(db, __func__, &err));
	insert(db, 1, "x");
	ok(db_commit(db, &err));
	assert_int_equal(count(db), 1);
	db_close(&db);
}

static void failed_statement_has_words(void **state)
{
	struct db *db = with_table();
	struct db_stmt *s = NULL;
	int64_t n = 7;
	bool row;

	(void)state;
	ok(db_begin(db, __func__, &err));
	insert(db, 1, "x");
	ok(db_query(db, "INSERT INTO t (id) VALUES (?)", &s, &err));
	db_bind_i64(s, 1);
	assert_int_equal(db_step(s, &row, &err), MQ_E_DB);
	assert_false(row);
	assert_non_null(strstr(err.detail, "UNIQUE"));
	db_done(&s);
	/* The transaction goes on, as SQLite has it. */
	insert(db, 2, "y");
	ok(db_commit(db, &err));
	assert_int_equal(count(db), 2);
	assert_int_equal(db_query(db, "SELECT nothing FROM nowhere", &s,
	    &err), MQ_E_DB);
	assert_null(s);
	ok(db_scalar(db, "SELECT id FROM t WHERE id = 99", &n, &err));
	assert_int_equal(n, 7);
	assert_int_equal(db_exec(db, "CREATE TABLE t (x)", &err), MQ_E_DB);
	assert_false(db_in_transaction(db));
	db_close(&db);
}

/* One function's loop calls another that uses the same text. */
static void same_text_may_nest(void **state)
{
	static const char sql[] = "SELECT id FROM t WHERE id > ? ORDER BY id";
	struct db *db = with_table();
	struct db_stmt *a = NULL, *b = NULL;
	int64_t i;
	bool row;

	(void)state;
	ok(db_begin(db, __func__, &err));
	for (i = 1; i <= 3; i++)
		insert(db, i, "x");
	ok(db_commit(db, &err));
	ok(db_query(db, sql, &a, &err));
	db_bind_i64(a, 0);
	for (i = 1; i <= 3; i++) {
		ok(db_step(a, &row, &err));
		assert_true(row);
		ok(db_query(db, sql, &b, &err));
		assert_ptr_not_equal(a, b);
		db_bind_i64(b, 2);
		ok(db_step(b, &row, &err));
		assert_int_equal(db_i64(b, "id"), 3);
		db_done(&b);
		assert_int_equal(db_i64(a, "id"), i);
	}
	db_done(&a);
	db_close(&db);
}

static void many_texts_fit_the_cache(void **state)
{
	/* 200 distinct addresses that live as long as the database. */
	static char texts[200][32];
	struct db *db = with_table();
	int64_t n;
	int i, k;

	(void)state;
	for (i = 0; i < 200; i++)
		(void)snprintf(texts[i], sizeof(texts[i]), "SELECT %d", i);
	for (k = 0; k < 2; k++)
		for (i = 0; i < 200; i++) {
			ok(db_scalar(db, texts[i], &n, &err));
			assert_int_equal(n, i);
		}
	db_close(&db);
}

static void refuses_other_files(void **state)
{
	struct db *db = NULL;
	struct buf page = BUF_INIT(BUF_SMALL);

	(void)state;
	assert_int_equal(db_open(&env, where, 0, lock_path, &db, &err),
	    MQ_E_DB_MISSING);
	assert_null(db);
	assert_false(file_exists(file));
	ok(file_write(&env, file, "This is no database, but some text that "
	    "somebody put there, long enough to be looked at twice by those "
	    "who look.", 110, 0600, &err));
	assert_int_equal(db_open(&env, where, DB_CREATE, lock_path, &db,
	    &err), MQ_E_DAMAGED);
	assert_int_equal(db_open(&env, "postgresql://x", 0, NULL, &db, &err),
	    MQ_E_USAGE);
	/* What was there is still there. */
	ok(file_read(&env, file, &page, &err));
	assert_int_equal(page.len, 110);
	buf_free(&page);
}

static void refuses_another_programs_database(void **state)
{
	struct db *db = opened(DB_CREATE);

	(void)state;
	ok(db_exec(db, "PRAGMA application_id = 77", &err));
	db_close(&db);
	assert_int_equal(db_open(&env, where, DB_CREATE, lock_path, &db,
	    &err), MQ_E_DAMAGED);
	assert_int_equal(db_open(&env, where, DB_READ_ONLY, NULL, &db, &err),
	    MQ_E_DAMAGED);
}

static void is_set_up_for_power_cuts(void **state)
{
	struct db *db = opened(DB_CREATE);
	struct db_stmt *s = NULL;
	int64_t n = -1;
	bool row;

	(void)state;
	/* SQLite counts this one as a writer. */
	ok(db_begin(db, __func__, &err));
	ok(db_query(db, "PRAGMA journal_mode", &s, &err));
	ok(db_step(s, &row, &err));
	assert_string_equal(db_text(s, "journal_mode"), "wal");
	db_done(&s);
	db_rollback(db);
	ok(db_scalar(db, "PRAGMA synchronous", &n, &err));
	assert_int_equal(n, 2);
	ok(db_scalar(db, "PRAGMA foreign_keys", &n, &err));
	assert_int_equal(n, 1);
	ok(db_scalar(db, "PRAGMA trusted_schema", &n, &err));
	assert_int_equal(n, 0);
	ok(db_scalar(db, "PRAGMA cell_size_check", &n, &err));
	assert_int_equal(n, 1);
	ok(db_scalar(db, "PRAGMA secure_delete", &n, &err));
	assert_int_equal(n, 1);
	db_close(&db);
	db = opened(DB_CREATE | DB_FAST_SYNC);
	ok(db_scalar(db, "PRAGMA synchronous", &n, &err));
	assert_int_equal(n, 0);
	db_close(&db);
}

static void reads_while_read_only(void **state)
{
	struct db *db = with_table();

	(void)state;
	ok(db_begin(db, __func__, &err));
	insert(db, 1, "x");
	ok(db_commit(db, &err));
	db_close(&db);
	ok(db_open(&env, where, DB_READ_ONLY, lock_path, &db, &err));
	assert_true(db_is_read_only(db));
	assert_int_equal(count(db), 1);
	assert_int_equal(db_begin(db, __func__, &err), MQ_E_READ_ONLY);
	assert_int_equal(db_exec(db, "DROP TABLE t", &err), MQ_E_READ_ONLY);
	assert_int_equal(db_checkpoint(db, &err), MQ_E_READ_ONLY);
	db_close(&db);
	assert_int_equal(db_open(&env, "sqlite:nowhere/at/all", DB_READ_ONLY,
	    NULL, &db, &err), MQ_E_DB_MISSING);
}

static void log_grows_until_moved(void **state)
{
	struct db *db = with_table();
	struct db_stmt *s = NULL;
	struct db *reader;
	bool row;

	(void)state;
	ok(db_begin(db, __func__, &err));
	insert(db, 1, "x");
	ok(db_commit(db, &err));
	assert_true(db_wal_bytes(db) > 0);
	ok(db_checkpoint(db, &err));
	assert_int_equal(db_wal_bytes(db), 0);
	/* Somebody is reading: moved as far as possible, and no complaint. */
	reader = opened(0);
	ok(db_query(reader, "SELECT id FROM t", &s, &err));
	ok(db_step(s, &row, &err));
	ok(db_begin(db, __func__, &err));
	insert(db, 2, "y");
	ok(db_commit(db, &err));
	ok(db_checkpoint(db, &err));
	assert_true(db_wal_bytes(db) > 0);
	db_done(&s);
	assert_int_equal(count(reader), 2);
	ok(db_checkpoint(db, &err));
	assert_int_equal(db_wal_bytes(db), 0);
	db_close(&reader);
	db_close(&db);
	/* Closing does not move it: only checkpoints under the lock do. */
	db = opened(0);
	ok(db_begin(db, __func__, &err));
	insert(db, 3, "z");
	ok(db_commit(db, &err));
	db_close(&db);
	db = opened(0);
	assert_true(db_wal_bytes(db) > 0);
	assert_int_equal(count(db), 3);
	db_close(&db);
}

static void one_writer(void **state)
{
	struct db *a = with_table(), *b = opened(0);

	(void)state;
	ok(db_begin(a, __func__, &err));
	insert(a, 1, "x");
	db_set_wait(b, 30);
	assert_int_equal(db_begin(b, __func__, &err), MQ_E_LOCKED);
	assert_non_null(strstr(err.detail, "pid "));
	assert_int_equal(db_checkpoint(b, &err), MQ_E_LOCKED);
	/* Reading goes on beside a writer. */
	assert_int_equal(count(b), 0);
	ok(db_commit(a, &err));
	ok(db_begin(b, __func__, &err));
	insert(b, 2, "y");
	ok(db_commit(b, &err));
	assert_int_equal(count(a), 2);
	db_close(&a);
	db_close(&b);
}

/* Four processes write at once: all rows are there, nobody was refused. */
static void many_writers_take_turns(void **state)
{
	struct db *db = with_table();
	pid_t pid[4];
	int i, k, status;

	(void)state;
	db_close(&db);
	for (i = 0; i < 4; i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (pid[i] != 0)
			continue;
		if (db_open(&env, where, 0, lock_path, &db, &err) != MQ_OK)
			_exit(1);
		db_set_wait(db, 60000);
		for (k = 0; k < 25; k++) {
			if (db_begin(db, __func__, &err) != MQ_OK)
				_exit(2);
			insert(db, i * 100 + k, "x");
			if (db_commit(db, &err) != MQ_OK)
				_exit(3);
			if (k % 10 == 9 && db_checkpoint(db, &err) != MQ_OK)
				_exit(4);
		}
		db_close(&db);
		_exit(0);
	}
	for (i = 0; i < 4; i++) {
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
	}
	db = opened(0);
	assert_int_equal(count(db), 100);
	db_close(&db);
}

/* What only a mistake in our own code can do ends the program. */
static void dies(void (*f)(struct db *db))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct db *db = NULL;

		/* The core it would leave and its words are not wanted. */
		(void)signal(SIGABRT, SIG_DFL);
		(void)close(STDERR_FILENO);
		if (db_open(&env, where, 0, lock_path, &db, &err) == MQ_OK)
			f(db);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void write_outside(struct db *db)
{
	insert(db, 1, "x");
}

static void begin_twice(struct db *db)
{
	(void)!db_begin(db, __func__, &err);
	(void)!db_begin(db, __func__, &err);
}

static void text_in_a_buffer(struct db *db)
{
	char sql[32];
	int64_t n;
	int i;

	for (i = 0; i < 2; i++) {
		(void)snprintf(sql, sizeof(sql), "SELECT %d", i);
		(void)!db_scalar(db, sql, &n, &err);
	}
}

static void wrong_column(struct db *db)
{
	struct db_stmt *s = NULL;
	bool row;

	(void)!db_query(db, "SELECT 1 AS a", &s, &err);
	(void)!db_step(s, &row, &err);
	(void)db_i64(s, "b");
}

static void mistakes_are_not_survived(void **state)
{
	struct db *db = with_table();

	(void)state;
	db_close(&db);
	dies(write_outside);
	dies(begin_twice);
	dies(text_in_a_buffer);
	dies(wrong_column);
	/* Nothing of it was saved, and the lock is free. */
	db = opened(0);
	assert_int_equal(count(db), 0);
	ok(db_begin(db, __func__, &err));
	db_close(&db);
}

/* ---- migrations ---- */

static const struct db_migration steps[] = {
	{ "one", "CREATE TABLE t (id INTEGER PRIMARY KEY, words TEXT);"
	    "CREATE TABLE u (x)" },
	{ "two", "ALTER TABLE u ADD COLUMN y" },
	{ "three", "INSERT INTO u (x, y) VALUES (1, 2)" },
};

static const struct db_migration broken[] = {
	{ "one", "CREATE TABLE t (id INTEGER PRIMARY KEY)" },
	{ "bad", "CREATE TABLE v (a); CREATE TABLE v (a)" },
};

static void migrates_step_by_step(void **state)
{
	struct db *db = opened(DB_CREATE);
	struct db_stmt *s = NULL;
	int64_t n = 0;
	bool row;

	(void)state;
	ok(db_migrate(db, steps, 1, &err));
	ok(db_scalar(db, "SELECT max(version) FROM schema_version", &n,
	    &err));
	assert_int_equal(n, 1);
	ok(db_migrate(db, steps, 3, &err));
	ok(db_migrate(db, steps, 3, &err));
	ok(db_scalar(db, "SELECT y FROM u", &n, &err));
	assert_int_equal(n, 2);
	ok(db_query(db, "SELECT version, name, at FROM schema_version "
	    "ORDER BY version DESC", &s, &err));
	ok(db_step(s, &row, &err));
	assert_int_equal(db_i64(s, "version"), 3);
	assert_string_equal(db_text(s, "name"), "three");
	assert_true(db_i64(s, "at") == env_now(&env).ms);
	db_done(&s);
	/* An older program leaves a newer ledger alone. */
	assert_int_equal(db_migrate(db, steps, 2, &err), MQ_E_DB_NEWER);
	db_close(&db);
	/* A reader may open what is up to date, and makes nothing. */
	db = opened(DB_READ_ONLY);
	ok(db_migrate(db, steps, 3, &err));
	db_close(&db);
}

static void failed_step_leaves_the_last_good(void **state)
{
	struct db *db = opened(DB_CREATE);
	int64_t n = -1;

	(void)state;
	assert_int_equal(db_migrate(db, broken, 2, &err), MQ_E_DB);
	assert_false(db_in_transaction(db));
	ok(db_scalar(db, "SELECT max(version) FROM schema_version", &n,
	    &err));
	assert_int_equal(n, 1);
	ok(db_scalar(db, "SELECT count(*) FROM sqlite_schema "
	    "WHERE name = 'v'", &n, &err));
	assert_int_equal(n, 0);
	db_close(&db);
}

/* A ledger made before bodies had one number keeps every one of them, and
 * the guard over them. */
static void bodies_move_to_one_number(void **state)
{
	struct db *db = opened(DB_CREATE);
	int64_t n = 0;
	size_t before = 0;

	(void)state;
	ok(fts_han_register(db, &err));
	while (strcmp(db_node_migrations[before].name, "body") != 0)
		before++;
	ok(db_migrate(db, db_node_migrations, before, &err));
	ok(db_exec(db, "INSERT INTO entry_body(dev, seq, box) VALUES"
	    "(101, 1, x'01'), (101, 2, x'02'), (202, 1, x'03')", &err));
	ok(db_migrate(db, db_node_migrations, db_node_migrations_n, &err));
	ok(db_scalar(db, "SELECT count(*) FROM entry_body WHERE"
	    " (id = 101 << 38 | 1 AND box = x'01') OR"
	    " (id = 101 << 38 | 2 AND box = x'02') OR"
	    " (id = 202 << 38 | 1 AND box = x'03')", &n, &err));
	assert_int_equal(n, 3);
	assert_int_not_equal(db_exec(db, "DELETE FROM entry_body", &err),
	    MQ_OK);
	ok(db_exec(db, "INSERT INTO entry_gone(dev, seq, why_dev, why_seq)"
	    " VALUES(202, 1, 101, 2);"
	    "DELETE FROM entry_body WHERE id = 202 << 38 | 1", &err));
	db_close(&db);
}

static void lives_in_memory_too(void **state)
{
	struct db *db = NULL;

	(void)state;
	ok(db_open(&env, "sqlite::memory:", DB_CREATE, NULL, &db, &err));
	ok(db_migrate(db, steps, 3, &err));
	ok(db_begin(db, __func__, &err));
	insert(db, 1, "x");
	ok(db_commit(db, &err));
	assert_int_equal(count(db), 1);
	assert_int_equal(db_wal_bytes(db), 0);
	assert_ptr_equal(db_env(db), &env);
	assert_non_null(db_raw(db));
	assert_false(db_is_suspect(db));
	db_close(&db);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(stores_every_type),
		TEST(rolls_back),
		TEST(failed_commit_saves_nothing),
		TEST(failed_statement_has_words),
		TEST(same_text_may_nest),
		TEST(many_texts_fit_the_cache),
		TEST(refuses_other_files),
		TEST(refuses_another_programs_database),
		TEST(is_set_up_for_power_cuts),
		TEST(reads_while_read_only),
		TEST(log_grows_until_moved),
		TEST(one_writer),
		TEST(many_writers_take_turns),
		TEST(mistakes_are_not_survived),
		TEST(migrates_step_by_step),
		TEST(failed_step_leaves_the_last_good),
		TEST(bodies_move_to_one_number),
		TEST(lives_in_memory_too),
	};

	return cmocka_run_group_tests(tests, NULL, all_done);
}
