/*
 * The score facet: weights and periods, boards by unit, one vote each.
 */
#include "../../../core/score.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../../core/base/xmalloc.h"
#include "../../lib/deeds.h"
#include "../../lib/posts.h"

#define A "990101001001"
#define B "990101001002"

static const char *const orgs[] = { "990101001", A };

static int64_t sheet(struct posts *p, int i, const char *by,
    const char *unit, const char *when, const char *service)
{
	const char *const f[] = { "unit", unit, "when", when, "open_days",
	    "20", "service", service, "events", "30", "room", "10", NULL };

	return posts_open(p, i, by, "sheet", f);
}

static void boards_compare_units(void **state)
{
	static struct posts p;
	const struct kind *k;
	struct score_period now;
	struct score_row rows[10];
	int64_t one;
	int n;

	(void)state;
	posts_make(&p, orgs, 2, 1);
	assert_int_equal(sheet(&p, 0, "s001", A, "今天", "31"), 0);
	one = sheet(&p, 0, "s001", A, "今天", "15");
	assert_true(one > 0);
	assert_int_equal(sheet(&p, 0, "s001", A, "昨天", "30"), 0);
	assert_true(sheet(&p, 0, "s002", A, "今天", "30") > 0);
	assert_true(sheet(&p, 0, "s001", B, "今天", "30") > 0);
	assert_true(sheet(&p, 0, "s001", A, "2026-10-12", "30") > 0);
	k = pack_kind(p.x[0].n->pack, "sheet");
	score_period("month", env_now(&p.x[0].env), 0, &now);
	assert_string_equal(now.name, "2026-11");
	nodes_ok(score_sheets(p.x[0].n, k, &now, rows, 10, &n, NULL), NULL);
	assert_int_equal(n, 2);
	/* 20 + 30 + 30 + 10 = 90; A: (75 + 90) / 2 */
	assert_string_equal(rows[0].org, B);
	assert_int_equal(rows[0].value, 9000);
	assert_int_equal(rows[0].before, 0);
	assert_string_equal(rows[1].org, A);
	assert_int_equal(rows[1].value, 8250);
	assert_int_equal(rows[1].before, 9000);
	assert_int_equal(rows[1].sheets, 2);
	/* the same judge at another node meanwhile: the later one counts */
	env_advance(&p.x[1].env, MS_DAY);
	assert_true(sheet(&p, 1, "s002", A, "今天", "0") > 0);
	posts_deliver_all(&p);
	nodes_ok(score_sheets(p.x[0].n, k, &now, rows, 10, &n, NULL), NULL);
	assert_int_equal(rows[1].value, 6750);
	assert_int_equal(rows[1].sheets, 2);
	posts_rebuild_same(&p, 0);
	posts_free(&p);
}

static void periods(void **state)
{
	struct score_period p;
	struct utc at = { NODES_NOW };

	(void)state;
	score_period("month", at, 11, &p);
	assert_string_equal(p.name, "2025-12");
	score_period("quarter", at, 0, &p);
	assert_string_equal(p.name, "2026-Q4");
	assert_int_equal(p.last.n - p.first.n + 1, 92);
	score_period("quarter", at, 4, &p);
	assert_string_equal(p.name, "2025-Q4");
	score_period("year", at, 1, &p);
	assert_string_equal(p.name, "2025");
	assert_int_equal(p.last.n - p.first.n + 1, 365);
}

static int64_t poll(struct posts *p)
{
	const char *const f[] = { "question", "小广场晚上几点关灯？",
	    "options", "九点\n十点\n不关", "area", A, "until", "2026-12-01",
	    NULL };

	return posts_open(p, 0, "c001", "poll", f);
}

static int64_t vote(struct posts *p, int i, int64_t of, const char *option,
    int64_t who, const char *last4)
{
	char ref[ENTRY_REF_TEXT], person[ENTRY_REF_TEXT];
	const char *const named[] = { "poll", ref, "option", option, "voter",
	    person, "last4", last4, NULL };
	const char *const unnamed[] = { "poll", ref, "option", option, NULL };

	ref_text(ref_of_rec(of), ref);
	ref_text(ref_of_rec(who), person);
	return posts_open(p, i, "c001", "vote", who ? named : unnamed);
}

static int64_t resident(struct posts *p, const char *name, const char *phone,
    const char *grid)
{
	const char *const f[] = { "name", name, "phone", phone, "grid",
	    grid, "consent", "yes", NULL };

	return posts_open(p, 0, "c001", "person", f);
}

static void one_vote_each(void **state)
{
	static struct posts p;
	struct record_full r;
	struct score_poll s;
	int64_t of, who, other, far, one;

	(void)state;
	posts_make(&p, orgs, 2, 1);
	who = resident(&p, "李桂兰", "13800000017", A "001");
	other = resident(&p, "王建国", "13800000025", A "001");
	far = resident(&p, "赵国强", "13800000033", B "001");
	assert_true(who > 0 && other > 0 && far > 0);
	of = poll(&p);
	posts_deliver_all(&p);
	assert_int_equal(vote(&p, 0, of, "2", who, "0018"), 0);
	assert_int_equal(vote(&p, 0, of, "4", who, "0017"), 0);
	assert_int_equal(vote(&p, 0, of, "0", who, "0017"), 0);
	/* somebody who lives elsewhere */
	assert_int_equal(vote(&p, 0, of, "2", far, "0033"), 0);
	one = vote(&p, 0, of, "2", who, "0017");
	assert_true(one > 0);
	assert_int_equal(vote(&p, 0, of, "1", who, "0017"), 0);
	/* at another desk nobody knows yet: heard, and counted once */
	env_advance(&p.x[1].env, 60000);
	assert_true(vote(&p, 1, of, "1", who, "0017") > 0);
	assert_true(vote(&p, 1, of, "1", other, "0025") > 0);
	assert_true(vote(&p, 1, of, "3", 0, NULL) > 0);
	posts_deliver_all(&p);
	for (int i = 0; i < 2; i++) {
		nodes_ok(record_get(p.x[i].n, of, &r, NULL), NULL);
		nodes_ok(score_poll(p.x[i].n, &r, &s, NULL), NULL);
		assert_int_equal(s.options, 3);
		assert_string_equal(s.words[2], "不关");
		assert_int_equal(s.votes[0], 1);
		assert_int_equal(s.votes[1], 1);
		assert_int_equal(s.opinions[2], 1);
		assert_int_equal(s.counted, 2);
		assert_int_equal(s.twice, 1);
		record_full_free(&r);
	}
	/* whose it was stands nowhere in it */
	nodes_ok(record_get(p.x[0].n, one, &r, NULL), NULL);
	assert_false(fields_has(&r.f, "voter"));
	assert_false(fields_has(&r.f, "last4"));
	assert_int_equal(r.r.who, 0);
	record_full_free(&r);
	/* it ends with its last day, not before */
	env_advance(&p.x[0].env, 9 * MS_DAY + 13 * MS_HOUR);
	assert_true(vote(&p, 0, of, "3", 0, NULL) > 0);
	env_advance(&p.x[0].env, MS_HOUR);
	assert_int_equal(vote(&p, 0, of, "3", 0, NULL), 0);
	posts_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boards_compare_units),
		cmocka_unit_test(periods),
		cmocka_unit_test(one_vote_each),
	};

	return cmocka_run_group_tests_name("score", tests, NULL, NULL);
}
