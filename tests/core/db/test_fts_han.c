/*
 * Tokens of Chinese text, and queries nobody can break out of.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../../core/base/crypto.h"
#include "../../../core/db/fts_han.h"

static struct env env;
static struct db *db;

static int setup(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	crypto_init();
	env_fixed(&env, (struct utc){ 1 }, 7);
	assert_int_equal(db_open(&env, "sqlite::memory:", DB_CREATE, NULL,
	    &db, &err), MQ_OK);
	assert_int_equal(fts_han_register(db, &err), MQ_OK);
	assert_int_equal(db_begin(db, __func__, &err), MQ_OK);
	assert_int_equal(db_exec(db, "CREATE VIRTUAL TABLE t USING"
	    " fts5(words, tokenize='han')", &err), MQ_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	db_rollback(db);
	db_close(&db);
	env_release(&env);
	return 0;
}

static void put(const char *words)
{
	struct err err = ERR_INIT;
	struct db_stmt *s;

	assert_int_equal(db_query(db, "INSERT INTO t(words) VALUES(?)", &s,
	    &err), MQ_OK);
	db_bind_text(s, words);
	assert_int_equal(db_run(&s, &err), MQ_OK);
}

static int hits(const char *query)
{
	struct err err = ERR_INIT;
	struct db_stmt *s;
	bool row = false;
	int n = -1;

	assert_int_equal(db_query(db, "SELECT count(*) AS n FROM t WHERE"
	    " t MATCH ?", &s, &err), MQ_OK);
	db_bind_text(s, query);
	if (db_step(s, &row, &err) == MQ_OK && row)
		n = (int)db_i64(s, "n");
	db_done(&s);
	return n;
}

static int word(const char *w)
{
	struct buf q = BUF_INIT(4096);
	int n = 0;

	if (fts_han_phrase(w, strlen(w), &q))
		n = hits(buf_str(&q));
	buf_free(&q);
	return n;
}

static void tokens(void **state)
{
	(void)state;
	put("三楼楼道积存垃圾，气味很大。");
	put("Ｂ12 单元 WATER 漏水");
	put("〇五年 𠮷野家 русский");
	assert_int_equal(word("楼道"), 1);
	assert_int_equal(word("楼"), 1);
	assert_int_equal(word("垃圾，气味"), 1);
	assert_int_equal(word("道楼"), 0);
	assert_int_equal(word("b12"), 1);
	assert_int_equal(word("b1"), 1);
	assert_int_equal(word("12"), 0);
	assert_int_equal(word("water"), 1);
	assert_int_equal(word("Ｗａｔｅｒ"), 1);
	assert_int_equal(word("元water漏"), 1);
	assert_int_equal(word("〇五"), 1);
	assert_int_equal(word("𠮷野"), 1);
	assert_int_equal(word("русский"), 1);
	assert_int_equal(word("。,!?\" *"), 0);
	assert_int_equal(word(""), 0);
}

/* Whatever bytes come: the query parses or there is none. */
static void any_bytes(void **state)
{
	static const char signs[] = "\"*^:(){}+-ANDORNOTNEAR 楼道\xff\xe6'\\";
	char s[40];
	uint8_t r[40];
	int i;
	size_t k, n;

	(void)state;
	for (i = 0; i < 3000; i++) {
		struct buf q = BUF_INIT(4096);

		env.random(&env, r, sizeof(r));
		n = r[0] % 38;
		for (k = 0; k < n; k++)
			s[k] = i % 2 ? signs[r[k + 1] % (sizeof(signs) - 1)]
			    : (char)(r[k + 1] ? r[k + 1] : 1);
		s[n] = '\0';
		if (fts_han_phrase(s, n, &q))
			assert_true(hits(buf_str(&q)) >= 0);
		buf_free(&q);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens),
		cmocka_unit_test(any_bytes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
