/*
 * The hours facet: in, out, later, never twice.
 */
#include "../../../core/hours.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../../core/base/clock.h"
#include "../../../core/base/xmalloc.h"
#include "../../../core/save.h"
#include "../../lib/nodes.h"

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

/* Runs one save of the kind; *rec gets the first record. */
static enum mq_status enter(const char *by, const char *kind,
    const char *const *pairs,
    int64_t *rec, struct save_result *res, struct err *err)
{
	struct session who = x.who;
	struct save_result *own = xcalloc(1, sizeof(*own));
	struct fields f = { NULL, 0, 0 };
	struct save *s;
	enum mq_status rc;
	size_t i;

	xcopy(who.by, sizeof(who.by), by);
	s = save_new(x.n, &who);
	for (i = 0; pairs[i] != NULL; i += 2)
		fields_set(&f, pairs[i], pairs[i + 1]);
	rc = save_open(s, kind, &f, -1, NULL, err);
	if (rc == MQ_OK)
		rc = save_commit(s, own, err);
	if (rc == MQ_OK && rec != NULL)
		*rec = own->recs[0];
	if (res != NULL)
		*res = *own;
	fields_free(&f);
	save_free(&s);
	free(own);
	return rc;
}

static enum mq_status sign_out(int64_t rec, const char *when, struct err *err)
{
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct fields f = { NULL, 0, 0 };
	struct save *s = save_new(x.n, &x.who);
	enum mq_status rc;

	if (when != NULL)
		fields_set(&f, "out_when", when);
	rc = save_step(s, rec, "sign_out", &f, NULL, err);
	if (rc == MQ_OK)
		rc = save_commit(s, res, err);
	fields_free(&f);
	save_free(&s);
	free(res);
	return rc;
}

static struct record row(int64_t rec)
{
	struct record_full r;
	struct record out;

	nodes_ok(record_get(x.n, rec, &r, NULL), NULL);
	out = r.r;
	record_full_free(&r);
	return out;
}

static int64_t open_of(const char *number)
{
	struct err err = ERR_INIT;
	int64_t rec;

	nodes_ok(hours_open_of_number(x.n, number, &rec, &err), &err);
	return rec;
}

static const char *const nothing[] = { NULL };

static void in_and_out(void **state)
{
	struct record rows[8];
	struct record_full r;
	struct minutes sum;
	struct err err = ERR_INIT;
	int64_t rec;
	int n;

	(void)state;
	assert_int_equal(open_of("v100"), 0);
	/* no login: the volunteer's own number is enough */
	nodes_ok(enter("v100", "service", nothing, &rec, NULL, &err), &err);
	assert_string_equal(row(rec).state, "in");
	assert_int_equal(open_of("v100"), rec);
	assert_int_equal(open_of("v10"), 0);
	nodes_ok(hours_open_all(x.n, rows, 8, &n, &err), &err);
	assert_int_equal(n, 1);
	assert_false(hours_forgotten(x.n, &rows[0], env_now(&x.env)));
	/* twice in is refused */
	assert_int_equal(enter("v100", "service", nothing, NULL, NULL, &err),
	    MQ_E_OVERLAP);
	env_advance(&x.env, 95 * MS_MINUTE + 20 * MS_SECOND);
	nodes_ok(sign_out(rec, NULL, &err), &err);
	assert_int_equal(open_of("v100"), 0);
	nodes_ok(record_get(x.n, rec, &r, &err), &err);
	assert_string_equal(r.r.state, "out");
	assert_int_equal(r.r.num, 95);
	assert_string_equal(fields_text(&r.d, "source"), "签到");
	assert_string_equal(fields_text(&r.f, "end"), "2026-11-22 11:35");
	assert_true(r.r.flags & REC_CLOSED);
	record_full_free(&r);
	assert_int_equal(sign_out(rec, NULL, &err), MQ_E_STATE);
	assert_non_null(strstr(err.detail, "“已签出”"));
	assert_non_null(strstr(err.detail, "“Sign out”"));
	nodes_ok(hours_sum_number(x.n, "v100", clock_make_day(2026, 11, 22),
	    clock_make_day(2026, 11, 23), &sum, &err), &err);
	assert_int_equal(sum.n, 95);
}

static enum mq_status later(const char *number, const char *start,
    const char *end, const char *minutes, int64_t *rec)
{
	const char *const pairs[] = { "volunteer", number, "start", start,
	    "end", end, "minutes", minutes, NULL };
	struct err err = ERR_INIT;

	return enter("c001", "service", pairs, rec, NULL, &err);
}

static void later_entries(void **state)
{
	int64_t rec, other;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(later("v200", "2026-11-20 09:00",
	    "2026-11-20 11:30", "", &rec), MQ_OK);
	assert_int_equal(row(rec).num, 150);
	assert_string_equal(row(rec).state, "out");
	/* touching is no overlap, one minute is */
	assert_int_equal(later("v200", "2026-11-20 11:30", "", "30", &rec),
	    MQ_OK);
	assert_int_equal(row(rec).num, 30);
	assert_int_equal(later("v200", "2026-11-20 11:59",
	    "2026-11-20 13:00", "", NULL), MQ_E_OVERLAP);
	assert_int_equal(later("v200", "2026-11-20 08:00",
	    "2026-11-20 09:01", "", NULL), MQ_E_OVERLAP);
	assert_int_equal(later("v200", "2026-11-20 08:00",
	    "2026-11-20 13:00", "", NULL), MQ_E_OVERLAP);
	/* another volunteer at the same time is fine */
	assert_int_equal(later("v201", "2026-11-20 09:00",
	    "2026-11-20 11:30", "", NULL), MQ_OK);
	/* across midnight, and what follows it */
	assert_int_equal(later("v202", "2026-11-19 22:00",
	    "2026-11-20 01:00", "", &rec), MQ_OK);
	assert_int_equal(row(rec).num, 180);
	assert_int_equal(later("v202", "2026-11-20 00:30",
	    "2026-11-20 02:00", "", NULL), MQ_E_OVERLAP);
	/* only the length is known */
	assert_int_equal(later("v202", "2026-11-18", "", "2小时", &rec),
	    MQ_OK);
	assert_int_equal(row(rec).num, 120);
	nodes_ok(hours_overlap(x.n, 0, (struct utc){ 1 }, (struct utc){ 2 },
	    0, &other, &err), &err);
	assert_int_equal(other, 0);
}

static void refusals(void **state)
{
	(void)state;
	assert_int_equal(later("v300", "2026-11-20 09:00",
	    "2026-11-20 08:00", "", NULL), MQ_E_FIELD);
	assert_int_equal(later("v300", "2026-11-20", "2026-11-20 08:00", "",
	    NULL), MQ_E_FIELD);
	assert_int_equal(later("v300", "2026-11-20 09:00", "2026-11-20", "",
	    NULL), MQ_E_FIELD);
	assert_int_equal(later("v300", "2026-11-18 09:00",
	    "2026-11-20 09:01", "", NULL), MQ_E_FIELD);
	assert_int_equal(later("v300", "2026-11-20", "", "", NULL),
	    MQ_E_REQUIRED);
	assert_int_equal(later("v300", "2026-11-23 09:00", "", "30", NULL),
	    MQ_E_FIELD);
	/* a sign-in of the day before yesterday is a later entry */
	assert_int_equal(later("v300", "2026-11-20 09:00", "", "", NULL),
	    MQ_E_REQUIRED);
}

static void forgotten_sign_out(void **state)
{
	struct err err = ERR_INIT;
	struct record r;
	int64_t rec;

	(void)state;
	nodes_ok(enter("v400", "service", nothing, &rec, NULL, &err), &err);
	env_advance(&x.env, 20 * MS_HOUR);
	r = row(rec);
	assert_true(hours_forgotten(x.n, &r, env_now(&x.env)));
	/* not the hours up to now: somebody must say when it ended */
	assert_int_equal(sign_out(rec, NULL, &err), MQ_E_REQUIRED);
	assert_int_equal(sign_out(rec, "2026-11-20 10:00", &err), MQ_E_FIELD);
	nodes_ok(sign_out(rec, "2026-11-22 15:00", &err), &err);
	assert_true(row(rec).num > 0 && row(rec).num < 12 * 60);
	env_advance(&x.env, -20 * MS_HOUR);
}

static void over_the_cap_is_marked(void **state)
{
	int64_t a, b;

	(void)state;
	assert_int_equal(later("v500", "2026-11-19 08:00",
	    "2026-11-19 14:00", "", &a), MQ_OK);
	assert_int_equal(later("v500", "2026-11-19 15:00",
	    "2026-11-19 18:00", "", &b), MQ_OK);
	assert_string_equal(row(a).level, "");
	assert_string_equal(row(b).level, "over");
}

/* Minutes that come with a visit do not count a second time for somebody who
 * is signed in, and do not stop the visit. */
static void a_visit_while_signed_in(void **state)
{
	static const char *const visit[] = { "mode", "patrol", "place_text",
	    "南门", "purpose", "safety", "when", "2026-11-22 09:30",
	    "minutes", "20", NULL };
	static const char *const start[] = { "start", "2026-11-22 09:00",
	    NULL };
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct err err = ERR_INIT;
	int64_t rec;

	(void)state;
	nodes_ok(enter("v600", "service", start, &rec, NULL, &err), &err);
	nodes_ok(enter("v600", "visit", visit, NULL, res, &err), &err);
	assert_int_equal(res->visits, 1);
	assert_int_equal(res->minutes.n, 0);
	assert_string_equal(row(res->recs[1]).level, "covered");
	nodes_ok(enter("v601", "visit", visit, NULL, res, &err), &err);
	assert_int_equal(res->minutes.n, 20);
	free(res);
}

static void corrections_count_again(void **state)
{
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct fields f = { NULL, 0, 0 };
	struct err err = ERR_INIT;
	struct save *s;
	int64_t rec;

	(void)state;
	assert_int_equal(later("v700", "2026-11-20 09:00",
	    "2026-11-20 10:00", "", &rec), MQ_OK);
	fields_set(&f, "end", "2026-11-20 10:45");
	/* before a witness, who is neither of the two */
	s = save_new(x.n, &x.who);
	nodes_ok(save_fix(s, rec, &f, "看错了钟", NULL, &err), &err);
	assert_int_equal(save_commit(s, res, &err), MQ_E_REQUIRED);
	save_free(&s);
	fields_set(&f, "witness", "v700");
	s = save_new(x.n, &x.who);
	nodes_ok(save_fix(s, rec, &f, "看错了钟", NULL, &err), &err);
	assert_int_equal(save_commit(s, res, &err), MQ_E_FIELD);
	save_free(&s);
	fields_set(&f, "witness", "v701");
	s = save_new(x.n, &x.who);
	nodes_ok(save_fix(s, rec, &f, "看错了钟", NULL, &err), &err);
	nodes_ok(save_commit(s, res, &err), &err);
	assert_int_equal(row(rec).num, 105);
	save_free(&s);
	fields_free(&f);
	free(res);
}

/* The moment of a visit is mostly that of writing it down: its minutes have
 * gone by then. */
static void a_visit_written_down_at_its_end(void **state)
{
	char text[40];
	const char *const visit[] = { "mode", "patrol", "place_text", "南门",
	    "purpose", "safety", "when", text, "minutes", "40", NULL };
	const char *const alone[] = { "start", text, "minutes", "40", NULL };
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct err err = ERR_INIT;
	struct utc now = env_now(&x.env);

	(void)state;
	clock_show(now, CLOCK_MINUTE, text, sizeof(text));
	nodes_ok(enter("v602", "visit", visit, NULL, res, &err), &err);
	assert_int_equal(res->minutes.n, 40);
	assert_true(row(res->recs[0]).opened_at.ms ==
	    now.ms / MS_MINUTE * MS_MINUTE);
	assert_true(row(res->recs[1]).opened_at.ms ==
	    now.ms - 40 * MS_MINUTE);
	/* By itself it would be time that has not come. */
	assert_int_equal(enter("v603", "service", alone, NULL, NULL, &err),
	    MQ_E_FIELD);
	free(res);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_and_out),
		cmocka_unit_test(later_entries),
		cmocka_unit_test(refusals),
		cmocka_unit_test(forgotten_sign_out),
		cmocka_unit_test(over_the_cap_is_marked),
		cmocka_unit_test(a_visit_while_signed_in),
		cmocka_unit_test(corrections_count_again),
		cmocka_unit_test(a_visit_written_down_at_its_end),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
