/*
 * The notice facet: whom a notice concerns, how long it holds, and answers
 * from many nodes that never meet in one record.
 */
#include "../../../core/notice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../../core/base/xmalloc.h"
#include "../../../core/ledger.h"
#include "../../lib/deeds.h"

#define STREET "990101001"
#define FIRST "990101001001"
#define SECOND "990101001002"

static struct nodes_one x, y, z;
static struct notice_standing *s;

static int setup(void **state)
{
	(void)state;
	nodes_make(&x, 101, STREET);
	nodes_make(&y, 102, FIRST);
	nodes_make(&z, 103, SECOND);
	s = xcalloc(1, sizeof(*s));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nodes_free(&x);
	nodes_free(&y);
	nodes_free(&z);
	FREE(s);
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

static int64_t notice(const char *audience, const char *roles)
{
	const char *const pairs[] = { "topic", "gather", "audience", audience,
	    "to_roles", roles, "from", "2026-11-22", "until", "2026-11-23",
	    "text", "今晚八点防台风值守，请各社区报人数。", NULL };

	return open_one(&x, "notice", pairs);
}

static int64_t answer(struct nodes_one *at, int64_t rec, const char *what)
{
	char ref[ENTRY_REF_TEXT];
	const char *const pairs[] = { "notice", ref, "answer", what, "when",
	    "2026-11-22", NULL };

	ref_text(ref_of_rec(rec), ref);
	return open_one(at, "reply", pairs);
}

static void standing(struct nodes_one *at, int64_t rec)
{
	struct record_full r;
	struct err err = ERR_INIT;

	nodes_ok(record_get(at->n, rec, &r, &err), &err);
	nodes_ok(notice_standing(at->n, &r, s, &err), &err);
	record_full_free(&r);
}

static void who_it_concerns_and_how_long(void **state)
{
	int64_t rec = notice(FIRST, "gridworker captain");
	struct record_full r;
	struct session who;
	struct utc later = { env_now(&x.env).ms + 2 * MS_DAY };
	struct err err = ERR_INIT;
	const char *route;

	(void)state;
	nodes_ok(record_get(x.n, rec, &r, &err), &err);
	access_fake(&who, "g1", "甲", "gridworker", "990101001001003");
	assert_true(notice_concerns(x.n, &who, &r));
	access_fake(&who, "v1", "乙", "volunteer", "990101001001003");
	assert_false(notice_concerns(x.n, &who, &r));
	access_fake(&who, "g2", "丙", "gridworker", "990101001002001");
	assert_false(notice_concerns(x.n, &who, &r));
	assert_true(notice_holds(&r, env_now(&x.env)));
	assert_false(notice_holds(&r, later));
	/* It goes to every lowest unit that has a program. */
	route = fields_text(&r.d, "route");
	assert_non_null(strstr(route, "990101001001005"));
	assert_null(strstr(route, "990101001001901"));
	assert_null(strstr(route, "990101001002"));
	record_full_free(&r);
}

/* The machine says next month; the hub told it what day it is. */
static void a_corrected_clock_counts(void **state)
{
	struct record rows[4];
	struct err err = ERR_INIT;
	int count, waiting;

	(void)state;
	(void)notice(STREET, "");
	nodes_carry(&x, &y);
	env_advance(&y.env, 30 * MS_DAY);
	nodes_ok(notice_for(y.n, &y.who, rows, 4, &count, &waiting, &err),
	    &err);
	assert_int_equal(count, 0);
	nodes_ok(db_begin(y.n->db, __func__, &err), &err);
	nodes_ok(ledger_hub_clock(y.n, (struct utc){ NODES_NOW }, &err),
	    &err);
	nodes_ok(db_commit(y.n->db, &err), &err);
	nodes_ok(notice_for(y.n, &y.who, rows, 4, &count, &waiting, &err),
	    &err);
	assert_int_equal(count, 1);
}

static void answers_never_meet(void **state)
{
	uint8_t mine[CRYPTO_HASH], again[CRYPTO_HASH];
	int64_t rec = notice(STREET, "");
	struct record rows[4];
	struct record_full r;
	struct err err = ERR_INIT;
	int count, waiting, units, i;
	int64_t n;

	(void)state;
	nodes_carry(&x, &y);
	nodes_carry(&x, &z);
	nodes_ok(notice_for(y.n, &y.who, rows, 4, &count, &waiting, &err),
	    &err);
	assert_int_equal(count, 1);
	assert_int_equal(waiting, 1);
	/* and goes back to whoever asked */
	nodes_ok(record_get(y.n, answer(&y, rec, "yes"), &r, &err), &err);
	assert_string_equal(fields_text(&r.d, "route"), STREET);
	record_full_free(&r);
	(void)answer(&z, rec, "no");
	(void)answer(&z, rec, "yes");	/* thought better of it */
	nodes_ok(notice_for(y.n, &y.who, rows, 4, &count, &waiting, &err),
	    &err);
	assert_int_equal(count, 1);
	assert_int_equal(waiting, 0);
	nodes_carry(&z, &x);
	nodes_carry(&y, &x);
	nodes_carry(&z, &x);
	standing(&x, rec);
	units = s->nunits;
	assert_true(units >= 5);
	assert_int_equal(s->answered, 2);
	assert_int_equal(s->nreplies, 3);
	for (i = 0; i < units; i++)
		if (strcmp(s->units[i].org, SECOND) == 0)
			assert_string_equal(s->units[i].answer, "yes");
	nodes_carry(&y, &z);
	standing(&z, rec);
	assert_int_equal(s->answered, 2);
	assert_int_equal(s->nunits, units);
	nodes_ok(record_get(x.n, rec, &r, &err), &err);
	assert_false(r.r.flags & REC_CONFLICT);
	record_full_free(&r);
	/* Counted by answer, for reports. */
	nodes_ok(record_count(x.n, "reply", "num", "yes", NULL,
	    (struct day){ 20700 }, (struct day){ 20900 }, &n, &err), &err);
	assert_int_equal(n, 2);
	nodes_ok(record_digest(x.n, mine, &err), &err);
	nodes_ok(record_rebuild(x.n, &err), &err);
	nodes_ok(record_digest(x.n, again, &err), &err);
	assert_memory_equal(mine, again, CRYPTO_HASH);
}

/* The code of a community begins with that of its street. */
static void below_does_not_answer_for_above(void **state)
{
	int64_t rec = notice(STREET, "");
	struct record rows[4];
	struct err err = ERR_INIT;
	int count, waiting;

	(void)state;
	nodes_carry(&x, &y);
	(void)answer(&y, rec, "yes");
	nodes_carry(&y, &x);
	nodes_ok(notice_for(x.n, &x.who, rows, 4, &count, &waiting, &err),
	    &err);
	assert_int_equal(count, 1);
	assert_int_equal(waiting, 1);
	/* Those that wait stand first. */
	(void)answer(&x, rec, "yes");
	rec = notice(STREET, "");
	(void)answer(&x, notice(STREET, ""), "no");
	nodes_ok(notice_for(x.n, &x.who, rows, 4, &count, &waiting, &err),
	    &err);
	assert_int_equal(count, 3);
	assert_int_equal(waiting, 1);
	assert_int_equal(rows[0].rec, rec);
}

static void what_was_found_is_shown_until_it_is_claimed(void **state)
{
	static const char *const pairs[] = { "sort", "found", "item",
	    "老年卡一张", "place_text", "南门小广场", "when", "2026-11-22",
	    "kept_at", "站内 1 号抽屉", "audience", STREET, "until",
	    "2026-12-22", NULL };
	int64_t rec = open_one(&x, "lost", pairs);
	struct save *save;
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct fields f = { NULL, 0, 0 };
	struct record rows[4];
	struct err err = ERR_INIT;
	int count, waiting;

	(void)state;
	nodes_ok(notice_for(x.n, &x.who, rows, 4, &count, &waiting, &err),
	    &err);
	assert_int_equal(count, 1);
	assert_int_equal(waiting, 0);
	save = save_new(x.n, &x.who);
	fields_set(&f, "taken_by", "李秀英");
	fields_set(&f, "proof", "说出了卡套颜色");
	nodes_ok(save_step(save, rec, "return", &f, NULL, &err), &err);
	nodes_ok(save_commit(save, res, &err), &err);
	nodes_ok(notice_for(x.n, &x.who, rows, 4, &count, &waiting, &err),
	    &err);
	assert_int_equal(count, 0);
	fields_free(&f);
	save_free(&save);
	free(res);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_it_concerns_and_how_long,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(a_corrected_clock_counts,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(answers_never_meet, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    below_does_not_answer_for_above, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    what_was_found_is_shown_until_it_is_claimed, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
