/*
 * The recur facet: who is due is reckoned from the last visit and the rule,
 * on one node and on two that met in any order.
 */
#include "../../../core/recur.h"

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <cmocka.h>

#include "../../../core/base/clock.h"
#include "../../../core/base/xmalloc.h"
#include "../../lib/deeds.h"

static struct nodes_one x;
static struct day today;

static int setup(void **state)
{
	(void)state;
	nodes_make(&x, 101, NULL);
	today = clock_day(env_now(&x.env));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nodes_free(&x);
	return 0;
}

static void tag(struct nodes_one *at, int64_t rec, const char *field,
    const char *value)
{
	struct save *s = save_new(at->n, &at->who);
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct fields f = { NULL, 0, 0 };
	struct err err = ERR_INIT;

	fields_set(&f, field, value);
	nodes_ok(save_fix(s, rec, &f, "", NULL, &err), &err);
	nodes_ok(save_commit(s, res, &err), &err);
	fields_free(&f);
	save_free(&s);
	free(res);
}

static int64_t visit(struct nodes_one *at, int64_t who, const char *when,
    const char *finding, const char *next)
{
	struct save_result *res = xcalloc(1, sizeof(*res));
	char ref[ENTRY_REF_TEXT];
	const char *const pairs[] = { "mode", "home", "who", ref, "purpose",
	    "elder", "when", when, "findings", finding, "next", next, NULL };
	struct err err = ERR_INIT;
	int64_t rec;

	ref_text(ref_of_rec(who), ref);
	nodes_ok(deeds_open(at, "visit", pairs, res, &err), &err);
	rec = res->recs[0];
	free(res);
	return rec;
}

static void withdraw(struct nodes_one *at, int64_t rec)
{
	struct save *s = save_new(at->n, &at->who);
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct err err = ERR_INIT;

	nodes_ok(save_void(s, rec, "记错人", NULL, &err), &err);
	nodes_ok(save_commit(s, res, &err), &err);
	save_free(&s);
	free(res);
}

/* "11-29 alone", "11-24 =" for an agreed day, "" for never. */
static const char *due(struct nodes_one *at, int64_t rec)
{
	static char text[60];
	struct recur_due d;
	struct err err = ERR_INIT;
	char day[40];

	nodes_ok(recur_of(at->n, rec, &d, &err), &err);
	if (d.due.n == 0)
		return "";
	clock_show(clock_day_start(d.due), CLOCK_DATE, day, sizeof(day));
	snprintf(text, sizeof(text), "%s %s%s", day + 5,
	    d.rule == NULL ? "=" : d.rule->mark, d.met ? "" : " never");
	return text;
}

static void a_visit_moves_it_on(void **state)
{
	int64_t who = deeds_person(&x, "李秀英", "101");
	int64_t first;

	(void)state;
	assert_string_equal(due(&x, who), "");
	tag(&x, who, "tags", "alone");
	assert_string_equal(due(&x, who), "11-29 alone never");
	first = visit(&x, who, "2026-11-20", "fine", "");
	assert_string_equal(due(&x, who), "11-27 alone");
	/* Nobody was in: it does not count. */
	(void)visit(&x, who, "2026-11-22", "absent", "");
	assert_string_equal(due(&x, who), "11-27 alone");
	/* Another one of an earlier day changes nothing. */
	(void)visit(&x, who, "2026-11-01", "fine", "");
	assert_string_equal(due(&x, who), "11-27 alone");
	withdraw(&x, first);
	assert_string_equal(due(&x, who), "11-08 alone");
}

static void what_was_agreed_counts_too(void **state)
{
	int64_t who = deeds_person(&x, "李秀英", "101");

	(void)state;
	tag(&x, who, "tags", "alone\nlowincome");
	(void)visit(&x, who, "2026-11-22", "fine", "2026-11-24");
	assert_string_equal(due(&x, who), "11-24 =");
	env_advance(&x.env, 3 * MS_DAY);
	(void)visit(&x, who, "2026-11-25", "fine", "");
	assert_string_equal(due(&x, who), "12-02 alone");
	/* A day written into the register, until somebody has come. */
	tag(&x, who, "next_visit", "2026-11-27");
	assert_string_equal(due(&x, who), "11-27 =");
	env_advance(&x.env, 3 * MS_DAY);
	(void)visit(&x, who, "2026-11-28", "fine", "");
	assert_string_equal(due(&x, who), "12-05 alone");
}

static void a_list_has_each_once_the_longest_due_first(void **state)
{
	struct recur_due *rows = xcalloc(8, sizeof(*rows));
	int64_t who[4], n, by_day[30];
	struct err err = ERR_INIT;
	int count, i;

	(void)state;
	for (i = 0; i < 4; i++)
		who[i] = deeds_person(&x, "李秀英", "101");
	tag(&x, who[0], "tags", "lowincome");
	tag(&x, who[1], "tags", "alone\nlowincome\ndisabled");
	tag(&x, who[2], "tags", "alone");
	(void)visit(&x, who[0], "2026-09-01", "fine", "");
	(void)visit(&x, who[1], "2026-11-01", "fine", "");
	(void)visit(&x, who[2], "2026-11-21", "fine", "");
	nodes_ok(recur_page(x.n, "person", NULL, today, NULL, rows, 8,
	    &count, &err), &err);
	assert_int_equal(count, 2);
	assert_true(rows[0].r.rec == who[0] && rows[1].r.rec == who[1]);
	nodes_ok(recur_page(x.n, "person", NULL, today, &rows[0], rows, 8,
	    &count, &err), &err);
	assert_int_equal(count, 1);
	assert_true(rows[0].r.rec == who[1]);
	nodes_ok(recur_page(x.n, "person", "[\"990101001002001\"]", today,
	    NULL, rows, 8, &count, &err), &err);
	assert_int_equal(count, 0);
	nodes_ok(recur_count(x.n, "person", NULL, today, 1000, &n, &err),
	    &err);
	assert_int_equal(n, 2);
	nodes_ok(recur_days(x.n, "person", NULL, today, 30, by_day, &err),
	    &err);
	assert_int_equal(by_day[0], 2);
	assert_int_equal(by_day[6], 1);
	free(rows);
}

static void two_nodes_agree_in_any_order(void **state)
{
	uint8_t mine[CRYPTO_HASH], theirs[CRYPTO_HASH], again[CRYPTO_HASH];
	struct nodes_one y;
	struct err err = ERR_INIT;
	int64_t who = deeds_person(&x, "李秀英", "101"), early;

	(void)state;
	nodes_make(&y, 102, NULL);
	tag(&x, who, "tags", "alone");
	nodes_carry(&x, &y);
	/* Both go and see her, neither knows of the other; one was wrong. */
	early = visit(&x, who, "2026-11-18", "fine", "2026-11-26");
	(void)visit(&y, who, "2026-11-20", "fine", "");
	withdraw(&x, early);
	(void)visit(&x, who, "2026-11-21", "absent", "");
	nodes_carry(&y, &x);
	nodes_carry(&x, &y);
	nodes_carry(&x, &y);
	assert_string_equal(due(&x, who), "11-27 alone");
	assert_string_equal(due(&y, who), "11-27 alone");
	nodes_ok(record_digest(x.n, mine, &err), &err);
	nodes_ok(record_rebuild(x.n, &err), &err);
	nodes_ok(record_digest(x.n, again, &err), &err);
	assert_memory_equal(mine, again, CRYPTO_HASH);
	nodes_ok(record_digest(y.n, theirs, &err), &err);
	nodes_ok(record_rebuild(y.n, &err), &err);
	nodes_ok(record_digest(y.n, again, &err), &err);
	assert_memory_equal(theirs, again, CRYPTO_HASH);
	nodes_free(&y);
}

static int64_t real_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The first page of a list of 100,000 people never visited. */
static void a_large_register_answers_at_once(void **state)
{
	struct recur_due *rows = xcalloc(20, sizeof(*rows));
	int64_t who = deeds_person(&x, "李秀英", "101"), from, n;
	struct err err = ERR_INIT;
	struct db_stmt *s;
	int count, i;

	(void)state;
	tag(&x, who, "tags", "alone");
	nodes_ok(db_begin(x.n->db, __func__, &err), &err);
	nodes_ok(db_query(x.n->db, "WITH RECURSIVE c(i) AS (VALUES(1) UNION"
	    " ALL SELECT i + 1 FROM c WHERE i < 100000) INSERT INTO"
	    " record_mark SELECT 'person', 'alone', 20000 + i % 400,"
	    " 1000000 + i, '990101001001001', 1, 'visit' FROM c", &s, &err),
	    &err);
	nodes_ok(db_run(&s, &err), &err);
	/* Only those of the first page need a record. */
	nodes_ok(db_exec(x.n->db, "CREATE TEMP TABLE one AS SELECT * FROM"
	    " record WHERE kind = 'person'; UPDATE one SET rec = 1000400",
	    &err), &err);
	for (i = 0; i < 30; i++)
		nodes_ok(db_exec(x.n->db, "INSERT INTO record SELECT * FROM"
		    " one; UPDATE one SET rec = rec + 400", &err), &err);
	nodes_ok(db_commit(x.n->db, &err), &err);
	from = real_ms();
	nodes_ok(recur_page(x.n, "person", NULL, today, NULL, rows, 20,
	    &count, &err), &err);
	nodes_ok(recur_count(x.n, "person", NULL, today, 200, &n, &err),
	    &err);
	print_message("[   INFO ] first page and count: %lld ms\n",
	    (long long)(real_ms() - from));
	assert_int_equal(count, 20);
	assert_int_equal(n, 200);
	assert_true(rows[0].due.n == 20007);
	free(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_visit_moves_it_on, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(what_was_agreed_counts_too,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_list_has_each_once_the_longest_due_first, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(two_nodes_agree_in_any_order,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_large_register_answers_at_once, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
