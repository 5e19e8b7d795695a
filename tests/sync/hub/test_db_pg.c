/*
 * The PostgreSQL driver itself: what it must not lose, hide or mix up.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../../core/base/log.h"
#include "../../../core/base/xmalloc.h"
#include "../../../sync/hub/db_pg.h"
#include "../../../sync/hub/store.h"
#include "../../lib/nodes.h"
#include "../../lib/pgs.h"
#include "../../lib/procs.h"

static struct env env;
static char url[PGS_URL];

static int setup(void **state)
{
	(void)state;
	if (!pgs_there())
		return 0;
	env_real(&env);
	log_quiet(true);
	pgs_make(&env, url);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (pgs_there())
		pgs_drop(&env, url);
	return 0;
}

static struct db *opened(void)
{
	struct err err = ERR_INIT;
	struct db *db = NULL;

	if (!pgs_there())
		skip();
	nodes_ok(db_open_driver(&env, &db_pg, url, 0, NULL, &db, &err), &err);
	return db;
}

static struct db *with_table(void)
{
	struct db *db = opened();
	struct err err = ERR_INIT;

	nodes_ok(db_exec(db, "CREATE TABLE IF NOT EXISTS t (n INTEGER NOT NULL"
	    " PRIMARY KEY, words TEXT, bytes BLOB) STRICT", &err), &err);
	nodes_ok(db_exec(db, "DELETE FROM t", &err), &err);
	return db;
}

static enum mq_status put(struct db *db, int64_t n, const char *words,
    const void *bytes, size_t len, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st = db_query(db, "INSERT INTO t(n, words, bytes)"
	    " VALUES(?, ?, ?)", &s, err);

	if (st != MQ_OK)
		return st;
	db_bind_i64(s, n);
	db_bind_text(s, words);
	db_bind_blob(s, bytes, len);
	return db_run(&s, err);
}

static int64_t count(struct db *db)
{
	struct err err = ERR_INIT;
	int64_t n = -1;

	nodes_ok(db_scalar(db, "SELECT count(*) FROM t", &n, &err), &err);
	return n;
}

static void test_values(void **state)
{
	static const uint8_t bytes[] = { 0, '?', 0xff, '\'' };
	struct db *db = with_table();
	struct err err = ERR_INIT;
	struct db_stmt *s;
	size_t len;
	bool row;

	(void)state;
	nodes_ok(db_begin(db, __func__, &err), &err);
	nodes_ok(put(db, INT64_MIN, "老人?要修灯", bytes, sizeof(bytes),
	    &err), &err);
	nodes_ok(put(db, INT64_MAX, NULL, "", 0, &err), &err);
	nodes_ok(db_commit(db, &err), &err);
	nodes_ok(db_query(db, "SELECT n, words, bytes, words = '老人?要修灯'"
	    " AS same, 7 AS seven FROM t WHERE n <> ? ORDER BY n", &s, &err),
	    &err);
	db_bind_i64(s, 5);
	nodes_ok(db_step(s, &row, &err), &err);
	assert_true(row);
	assert_int_equal(db_i64(s, "n"), INT64_MIN);
	assert_string_equal(db_text(s, "words"), "老人?要修灯");
	assert_memory_equal(db_blob(s, "bytes", &len), bytes, sizeof(bytes));
	assert_int_equal(len, sizeof(bytes));
	assert_int_equal(db_i64(s, "same"), 1);
	assert_int_equal(db_i64(s, "seven"), 7);
	nodes_ok(db_step(s, &row, &err), &err);
	assert_true(row);
	assert_int_equal(db_i64(s, "n"), INT64_MAX);
	assert_true(db_is_null(s, "words"));
	assert_false(db_is_null(s, "bytes"));
	nodes_ok(db_step(s, &row, &err), &err);
	assert_false(row);
	db_done(&s);
	db_close(&db);
}

/* The server answers COMMIT of a broken transaction with success. */
static void test_broken_transaction(void **state)
{
	struct db *db = with_table();
	struct err err = ERR_INIT;

	(void)state;
	nodes_ok(db_begin(db, __func__, &err), &err);
	nodes_ok(put(db, 1, "a", "", 0, &err), &err);
	assert_int_equal(put(db, 1, "b", "", 0, &err), MQ_E_DB);
	/* Rows are not quoted in what people read. */
	assert_null(strstr(err.detail, "(1)"));
	assert_int_equal(db_commit(db, &err), MQ_E_DB);
	assert_false(db_in_transaction(db));
	assert_int_equal(count(db), 0);
	db_close(&db);
}

static void test_not_text(void **state)
{
	struct db *db = with_table();
	struct err err = ERR_INIT;

	(void)state;
	nodes_ok(db_begin(db, __func__, &err), &err);
	assert_int_equal(put(db, 1, "\xff\xfe", "", 0, &err), MQ_E_FORMAT);
	db_rollback(db);
	db_close(&db);
}

static void cut_others(struct db *db)
{
	struct err err = ERR_INIT;
	int64_t n = 0;

	nodes_ok(db_scalar(db, "SELECT count(pg_terminate_backend(pid))"
	    " FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND"
	    " application_name = 'minqing-hub' AND query LIKE '%FROM t%'",
	    &n, &err), &err);
	assert_true(n >= 1);
}

static void test_connection_lost(void **state)
{
	struct db *db = with_table(), *other = opened();
	struct err err = ERR_INIT;

	(void)state;
	nodes_ok(db_begin(db, __func__, &err), &err);
	nodes_ok(put(db, 1, "a", "", 0, &err), &err);
	assert_int_equal(count(db), 1);
	cut_others(other);
	assert_int_not_equal(db_commit(db, &err), MQ_OK);
	/* Nothing of it was kept, and both ways go on by themselves. */
	nodes_ok(db_begin(db, __func__, &err), &err);
	nodes_ok(put(db, 2, "b", "", 0, &err), &err);
	nodes_ok(db_commit(db, &err), &err);
	assert_int_equal(db_reopened(db), 1);
	assert_int_equal(count(db), 1);
	cut_others(other);
	err = (struct err)ERR_INIT;
	assert_int_not_equal(db_scalar(db, "SELECT count(*) FROM t",
	    &(int64_t){ 0 }, &err), MQ_OK);
	assert_int_equal(count(db), 1);
	assert_int_equal(db_reopened(db), 2);
	db_close(&other);
	db_close(&db);
}

/* ---- between processes ---- */

struct second { struct db *db; int64_t saw; };

static void *lock_and_count(void *ctx)
{
	struct second *x = ctx;
	struct err err = ERR_INIT;

	if (store_begin(x->db, "futian", __func__, &err) == MQ_OK) {
		(void)!db_scalar(x->db, "SELECT count(*) FROM t", &x->saw,
		    &err);
		db_rollback(x->db);
	}
	return NULL;
}

static bool is_waiting(void *ctx)
{
	struct err err = ERR_INIT;
	int64_t n = 0;

	nodes_ok(db_scalar(ctx, "SELECT count(*) FROM pg_locks"
	    " WHERE locktype = 'advisory' AND NOT granted", &n, &err), &err);
	return n > 0;
}

static void test_one_at_a_time(void **state)
{
	struct db *db = with_table();
	struct second x = { opened(), -1 };
	struct db *third = opened();
	struct err err = ERR_INIT;
	pthread_t t;

	(void)state;
	nodes_ok(store_begin(db, "futian", __func__, &err), &err);
	nodes_ok(put(db, 1, "a", "", 0, &err), &err);
	assert_int_equal(pthread_create(&t, NULL, lock_and_count, &x), 0);
	assert_true(procs_until(is_waiting, third, 10));
	/* Another tenant is not in the way. */
	nodes_ok(store_begin(third, "luohu", __func__, &err), &err);
	db_rollback(third);
	nodes_ok(db_commit(db, &err), &err);
	(void)pthread_join(t, NULL);
	assert_int_equal(x.saw, 1);
	db_close(&third);
	db_close(&x.db);
	db_close(&db);
}

struct ear { pthread_mutex_t lock; char said[200]; };

static void heard(void *ctx, const char *text)
{
	struct ear *e = ctx;
	size_t n;

	(void)pthread_mutex_lock(&e->lock);
	n = strlen(e->said);
	(void)snprintf(e->said + n, sizeof(e->said) - n, "[%s]", text);
	(void)pthread_mutex_unlock(&e->lock);
}

struct hears { struct ear *e; const char *want; };

static bool has_heard(void *ctx)
{
	struct hears *x = ctx;
	bool yes;

	(void)pthread_mutex_lock(&x->e->lock);
	yes = strcmp(x->e->said, x->want) == 0;
	(void)pthread_mutex_unlock(&x->e->lock);
	return yes;
}

static void test_told_after_commit(void **state)
{
	struct db *db = with_table();
	struct ear e = { PTHREAD_MUTEX_INITIALIZER, "" };
	struct db_pg_ear *ear = NULL;
	struct err err = ERR_INIT;

	(void)state;
	nodes_ok(db_pg_listen(url, heard, &e, &ear, &err), &err);
	assert_true(procs_until(has_heard, &(struct hears){ &e, "[]" }, 10));
	nodes_ok(db_begin(db, __func__, &err), &err);
	nodes_ok(db_tell(db, "futian lost", &err), &err);
	db_rollback(db);
	nodes_ok(db_begin(db, __func__, &err), &err);
	nodes_ok(db_tell(db, "futian 9901", &err), &err);
	nodes_ok(db_commit(db, &err), &err);
	assert_true(procs_until(has_heard, &(struct hears){ &e,
	    "[][futian 9901]" }, 10));
	db_pg_deaf(&ear);
	db_close(&db);
}

static void test_where_is_not_told(void **state)
{
	struct err err = ERR_INIT;
	struct db *db = NULL;
	char words[600];

	(void)state;
	assert_int_equal(db_open_driver(&env, &db_pg,
	    "postgresql://hub:geheim@127.0.0.1:1/minqing", 0, NULL, &db,
	    &err), MQ_E_DB);
	err_say(&err, LANG_ZH, words, sizeof(words));
	assert_null(strstr(words, "geheim"));
	assert_null(strstr(err.detail, "geheim"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_broken_transaction),
		cmocka_unit_test(test_not_text),
		cmocka_unit_test(test_connection_lost),
		cmocka_unit_test(test_one_at_a_time),
		cmocka_unit_test(test_told_after_commit),
		cmocka_unit_test(test_where_is_not_told),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
