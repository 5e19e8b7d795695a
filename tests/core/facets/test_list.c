/*
 * The list facet: targets are what stands in the area now, done is who was
 * visited in the period, and the next door is the next one not done.
 */
#include "../../../core/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../../core/base/xmalloc.h"
#include "../../../core/ledger.h"
#include "../../lib/deeds.h"

#define GRID "990101001001001"

static struct nodes_one x;

static int setup(void **state)
{
	(void)state;
	nodes_make(&x, 101, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nodes_free(&x);
	return 0;
}

static int64_t open_one(struct nodes_one *at, const char *kind,
    const char *const *pairs)
{
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct err err = ERR_INIT;
	int64_t rec;

	nodes_ok(deeds_open(at, kind, pairs, res, &err), &err);
	rec = res->recs[0];
	free(res);
	return rec;
}

static int64_t house(const char *door, const char *order)
{
	const char *const pairs[] = { "building", "3栋", "door", door,
	    "door_order", order, "grid", GRID, NULL };

	return open_one(&x, "household", pairs);
}

static void withdraw(int64_t rec)
{
	struct save *s = save_new(x.n, &x.who);
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct err err = ERR_INIT;

	nodes_ok(save_void(s, rec, "记错", NULL, &err), &err);
	nodes_ok(save_commit(s, res, &err), &err);
	save_free(&s);
	free(res);
}

static int64_t drive_from(const char *from, const char *target,
    const char *tag, const char *area)
{
	const char *const pairs[] = { "name", "百日大调研", "target", target,
	    "area", area, "from", from, "until", "2027-02-08",
	    *tag ? "tag" : NULL, tag, NULL };

	return open_one(&x, "drive", pairs);
}

static int64_t drive(const char *target, const char *tag, const char *area)
{
	return drive_from("2026-11-01", target, tag, area);
}

static void visit(struct nodes_one *at, const char *field, int64_t rec,
    const char *when, const char *finding)
{
	char ref[ENTRY_REF_TEXT];
	const char *const pairs[] = { "mode", "home", field, ref, "purpose",
	    "survey", "when", when, "findings", finding, NULL };

	ref_text(ref_of_rec(rec), ref);
	(void)open_one(at, "visit", pairs);
}

static void expect(struct nodes_one *at, int64_t rec, int64_t want_done,
    int64_t want_total)
{
	struct record_full r;
	struct err err = ERR_INIT;
	int64_t total, done;

	nodes_ok(record_get(at->n, rec, &r, &err), &err);
	nodes_ok(list_standing(at->n, &r, NULL, &total, &done, &err), &err);
	assert_int_equal(done, want_done);
	assert_int_equal(total, want_total);
	record_full_free(&r);
}

static int64_t next(struct nodes_one *at, int64_t rec)
{
	struct record_full r;
	struct record row;
	struct err err = ERR_INIT;
	int count;

	nodes_ok(record_get(at->n, rec, &r, &err), &err);
	nodes_ok(list_left(at->n, &r, NULL, &row, 1, &count, &err), &err);
	record_full_free(&r);
	return count == 0 ? 0 : row.rec;
}

static void doors_in_their_order(void **state)
{
	int64_t b = house("302", "0302"), a = house("101", "0101");
	int64_t c = house("099", ""), task = drive("household", "", GRID);
	int64_t other = drive("household", "", "990101001002");
	struct list_unit units[4];
	struct record_full r;
	struct err err = ERR_INIT;
	int count;

	(void)state;
	expect(&x, task, 0, 3);
	expect(&x, other, 0, 0);
	/* everybody below who works it off hears of it */
	nodes_ok(record_get(x.n, other, &r, &err), &err);
	assert_non_null(strstr(fields_text(&r.d, "route"), "990101001002"));
	record_full_free(&r);
	assert_true(next(&x, task) == a);
	visit(&x, "place", a, "2026-10-31", "fine");	/* before it began */
	visit(&x, "place", a, "2026-11-22", "absent");	/* nobody was in */
	assert_true(next(&x, task) == a);
	visit(&x, "place", a, "2026-11-22", "fine");
	visit(&x, "place", a, "2026-11-22", "fine");	/* twice is once */
	expect(&x, task, 1, 3);
	assert_true(next(&x, task) == b);
	visit(&x, "place", b, "2026-11-21", "fine");
	assert_true(next(&x, task) == c);
	nodes_ok(record_get(x.n, task, &r, &err), &err);
	nodes_ok(list_units(x.n, &r, NULL, units, 4, &count, &err), &err);
	assert_int_equal(count, 1);
	assert_string_equal(units[0].org, GRID);
	assert_true(units[0].done == 2 && units[0].total == 3);
	record_full_free(&r);
	visit(&x, "place", c, "2026-11-21", "fine");
	assert_true(next(&x, task) == 0);
	/* what was entered by mistake counts on neither side */
	withdraw(b);
	expect(&x, task, 2, 2);
}

/* The first and the last day are whole. */
static void from_the_first_day_to_the_last(void **state)
{
	struct record rows[4];
	struct err err = ERR_INIT;
	int count;
	int64_t day;

	(void)state;
	(void)drive("household", "", GRID);
	for (day = -22; day < 90; day++) {
		bool on = day >= -21 && day <= 78;	/* 11-01 … 02-08 */

		env_advance(&x.env, day * MS_DAY);
		nodes_ok(list_running(x.n, NULL, rows, 4, &count, &err), &err);
		assert_int_equal(count, on);
		env_advance(&x.env, -day * MS_DAY);
	}
}

/* A drive that is over by the machine's wrong clock is not over. */
static void a_corrected_clock_counts(void **state)
{
	struct record rows[4];
	struct err err = ERR_INIT;
	int count;

	(void)state;
	(void)drive("household", "", GRID);
	env_advance(&x.env, 365 * MS_DAY);
	nodes_ok(list_running(x.n, NULL, rows, 4, &count, &err), &err);
	assert_int_equal(count, 0);
	nodes_ok(db_begin(x.n->db, __func__, &err), &err);
	nodes_ok(ledger_hub_clock(x.n, (struct utc){ NODES_NOW }, &err),
	    &err);
	nodes_ok(db_commit(x.n->db, &err), &err);
	nodes_ok(list_running(x.n, NULL, rows, 4, &count, &err), &err);
	assert_int_equal(count, 1);
}

/* However many were planned since. */
static void what_runs_is_found_behind_what_is_planned(void **state)
{
	struct record rows[4];
	struct err err = ERR_INIT;
	int64_t rec = drive("household", "", GRID);
	int count, i;

	(void)state;
	for (i = 0; i < 101; i++)
		(void)drive_from("2026-12-01", "household", "", GRID);
	nodes_ok(list_running(x.n, NULL, rows, 4, &count, &err), &err);
	assert_int_equal(count, 1);
	assert_int_equal(rows[0].rec, rec);
}

static void only_people_with_a_tag(void **state)
{
	int64_t who = deeds_person(&x, "李秀英", "101"), task;
	struct save *s = save_new(x.n, &x.who);
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct fields f = { NULL, 0, 0 };
	struct record_full r;
	struct record row;
	struct err err = ERR_INIT;
	int count;

	(void)state;
	(void)deeds_person(&x, "赵国强", "102");
	fields_set(&f, "tags", "party");
	nodes_ok(save_fix(s, who, &f, "", NULL, &err), &err);
	nodes_ok(save_commit(s, res, &err), &err);
	fields_free(&f);
	task = drive("person", "party", "990101001");
	expect(&x, task, 0, 1);
	assert_true(next(&x, task) == who);
	nodes_ok(record_get(x.n, task, &r, &err), &err);
	nodes_ok(list_left(x.n, &r, NULL, &row, 1, &count, &err), &err);
	assert_string_equal(list_begin(x.n, &r, &row, &f), "visit");
	assert_true(fields_has(&f, "who"));
	record_full_free(&r);
	fields_free(&f);
	visit(&x, "who", who, "2026-11-22", "fine");
	expect(&x, task, 1, 1);
	save_free(&s);
	free(res);
}

static void deeds_are_done_when_closed(void **state)
{
	static const char *const pairs[] = { "name", "加装楼道扶手", NULL };
	int64_t one = open_one(&x, "deed", pairs), task;
	struct save *s = save_new(x.n, &x.who);
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct fields f = { NULL, 0, 0 };
	struct err err = ERR_INIT;

	(void)state;
	(void)open_one(&x, "deed", pairs);
	task = drive("deed", "", "990101001");
	expect(&x, task, 0, 2);
	fields_set(&f, "result", "三栋都装好了");
	fields_set(&f, "kept_at", "验收单存社区");
	nodes_ok(save_step(s, one, "finish", &f, NULL, &err), &err);
	nodes_ok(save_commit(s, res, &err), &err);
	expect(&x, task, 1, 2);
	assert_true(next(&x, task) != one);
	fields_free(&f);
	save_free(&s);
	free(res);
}

static void two_nodes_work_it_off(void **state)
{
	uint8_t mine[CRYPTO_HASH], again[CRYPTO_HASH];
	int64_t a = house("101", "0101"), b = house("102", "0102");
	int64_t task = drive("household", "", GRID);
	struct nodes_one y;
	struct err err = ERR_INIT;

	(void)state;
	(void)house("103", "0103");
	nodes_make(&y, 102, NULL);
	nodes_carry(&x, &y);
	visit(&x, "place", a, "2026-11-22", "fine");
	visit(&y, "place", a, "2026-11-22", "fine");
	visit(&y, "place", b, "2026-11-22", "fine");
	nodes_carry(&y, &x);
	nodes_carry(&x, &y);
	expect(&x, task, 2, 3);
	expect(&y, task, 2, 3);
	nodes_ok(record_digest(x.n, mine, &err), &err);
	nodes_ok(record_rebuild(x.n, &err), &err);
	nodes_ok(record_digest(x.n, again, &err), &err);
	assert_memory_equal(mine, again, CRYPTO_HASH);
	nodes_free(&y);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(doors_in_their_order, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    from_the_first_day_to_the_last, setup, teardown),
		cmocka_unit_test_setup_teardown(a_corrected_clock_counts,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    what_runs_is_found_behind_what_is_planned, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(only_people_with_a_tag, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(deeds_are_done_when_closed,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(two_nodes_work_it_off, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
