/*
 * Reports: periods, counts by unit, sums, rates, the period before, and what
 * lies behind a figure.
 */
#include "../../core/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/clock.h"
#include "../../core/base/xmalloc.h"
#include "../lib/deeds.h"

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

static const struct report_def *def(const char *name)
{
	const struct report_def *d = pack_report(x.n->pack, name);

	assert_non_null(d);
	return d;
}

static struct report run(const char *name, int year, int month, int day)
{
	const struct report_def *d = def(name);
	struct err err = ERR_INIT;
	struct report r;

	nodes_ok(report_run(x.n, &x.who, d, x.n->set.org, report_span_of(d,
	    clock_make_day(year, month, day)), NULL, NULL, &r, &err), &err);
	return r;
}

static int64_t value(const struct report *r, const struct report_value *v,
    const char *figure)
{
	size_t i;

	for (i = 0; i < r->def->nfigures; i++)
		if (strcmp(r->def->figures[i].name, figure) == 0)
			return v[i].n;
	fail_msg("no figure %s", figure);
	return 0;
}

static void tap(const char *choice, int times)
{
	const char *pairs[] = { "choice", choice, NULL };
	struct err err = ERR_INIT;

	while (times-- > 0) {
		env_advance(&x.env, MS_MINUTE);
		nodes_ok(deeds_open(&x, "tap", pairs, NULL, &err), &err);
	}
}

static void periods(void **state)
{
	static const struct {
		const char *report;
		int d[3];
		const char *now, *before;
	} rows[] = {
		{ "station_day", { 2026, 11, 22 }, "2026-11-22",
		    "2026-11-21" },
		{ "station_day", { 2026, 1, 1 }, "2026-01-01", "2025-12-31" },
		{ "grid_week", { 2026, 11, 22 }, "2026-11-16 … 2026-11-22",
		    "2026-11-09 … 2026-11-15" },
		{ "grid_week", { 2026, 1, 1 }, "2025-12-29 … 2026-01-04",
		    "2025-12-22 … 2025-12-28" },
		{ "hours_month", { 2024, 3, 31 }, "2024-03", "2024-02" },
		{ "hours_month", { 2026, 12, 31 }, "2026-12", "2026-11" },
	};
	struct report_span s;
	char text[48];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		const struct report_def *d = def(rows[i].report);

		s = report_span_of(d, clock_make_day(rows[i].d[0],
		    rows[i].d[1], rows[i].d[2]));
		report_span_show(d, s, text, sizeof(text));
		assert_string_equal(text, rows[i].now);
		s = report_span_before(d, s);
		report_span_show(d, s, text, sizeof(text));
		assert_string_equal(text, rows[i].before);
	}
	s = report_span_of(def("hours_month"), clock_make_day(2024, 2, 10));
	assert_int_equal(s.to.n - s.from.n + 1, 29);
}

/* Sums and shares of published counts (reference domain A8). */
static void rates_as_published(void **state)
{
	static const struct {
		int64_t n, of;
		const char *text;
	} rows[] = {
		{ 3985, 4160, "95.8%" }, { 426, 450, "94.7%" },
		{ 9748, 83674, "11.6%" }, { 259, 2348, "11.0%" },
		{ 0, 7, "0.0%" }, { 7, 7, "100.0%" }, { 9, 6, "150.0%" },
		{ 0, 0, "–" }, { 1, 2000, "0.1%" },
	};
	struct report_figure f = { .measure = MEASURE_RATE };
	struct report_value v;
	char text[48];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		v = (struct report_value){ rows[i].n, rows[i].of };
		report_show(&f, &v, LANG_ZH, text, sizeof(text));
		assert_string_equal(text, rows[i].text);
	}
	f = (struct report_figure){ .unit = REPORT_MINUTES };
	v = (struct report_value){ 80, 0 };
	report_show(&f, &v, LANG_ZH, text, sizeof(text));
	assert_string_equal(text, "1时20分");
	f.unit = REPORT_MONEY;
	v.n = -1250;
	report_show(&f, &v, LANG_ZH, text, sizeof(text));
	assert_string_equal(text, "-12.50");
}

static void counts_by_unit_and_before(void **state)
{
	struct save_result *res = xcalloc(1, sizeof(*res));
	int64_t who = deeds_person(&x, "王秀英", "101");
	struct err err = ERR_INIT;
	struct report r;
	size_t i, rows = 0;

	(void)state;
	nodes_ok(deeds_visit(&x, who, res, &err), &err);
	tap("water", 3);
	tap("rest", 1);
	env_advance(&x.env, MS_DAY);
	tap("water", 2);

	r = run("visitors_month", 2026, 11, 22);
	assert_int_equal(value(&r, r.total.now, "taps"), 6);
	assert_int_equal(value(&r, r.total.now, "water"), 5);
	assert_int_equal(value(&r, r.total.before, "taps"), 0);
	report_free(&r);

	r = run("station_day", 2026, 11, 23);
	assert_int_equal(value(&r, r.total.now, "taps"), 2);
	assert_int_equal(value(&r, r.total.before, "taps"), 4);
	assert_int_equal(value(&r, r.total.before, "requests"), 1);
	report_free(&r);

	/* Every grid has a row; the request counts in its own. */
	r = run("grid_week", 2026, 11, 22);
	for (i = 0; i < r.nrows; i++)
		rows += r.rows[i].key[0] != '\0';
	assert_true(rows > 10);
	assert_int_equal(value(&r, r.total.now, "requests"), 1);
	for (i = 0; i < r.nrows; i++)
		if (value(&r, r.rows[i].now, "requests") == 1)
			assert_string_equal(r.rows[i].key,
			    nodes_org(&x, "grid", 0));
	report_free(&r);
	free(res);
}

static void figures_open_to_their_records(void **state)
{
	struct err err = ERR_INIT;
	struct record_full full;
	struct report r;
	int64_t *recs;
	size_t n;

	(void)state;
	tap("read", 4);
	tap("ask", 1);
	r = run("visitors_month", 2026, 11, 22);
	nodes_ok(report_open(x.n, &x.who, &r, NULL, 3, 100, &recs, &n, &err),
	    &err);
	assert_string_equal(r.def->figures[3].name, "read");
	assert_int_equal(n, 4);
	nodes_ok(record_get(x.n, recs[0], &full, &err), &err);
	assert_string_equal(full.r.tkey, "read");
	record_full_free(&full);
	free(recs);
	nodes_ok(report_open(x.n, &x.who, &r, NULL, 0, 2, &recs, &n, &err),
	    &err);
	assert_int_equal(n, 2);
	free(recs);
	report_free(&r);
}

/* A case that is over, with what the resident said of it. */
static void closed(int64_t rec, const char *solved)
{
	char body[160];

	snprintf(body, sizeof(body), "{\"d\":{\"closed\":%lld},"
	    "\"f\":{\"solved\":\"%s\"}}", (long long)env_now(&x.env).ms,
	    solved);
	nodes_entry(&x, "request", "fix", rec, body);
}

static void rates_of_what_residents_said(void **state)
{
	struct save_result *res = xcalloc(1, sizeof(*res));
	int64_t who = deeds_person(&x, "李秀兰", "201");
	struct err err = ERR_INIT;
	struct report r;
	struct buf text = BUF_INIT(BUF_LARGE);

	(void)state;
	/* one says it is solved, one that it is not, one was not asked */
	nodes_ok(deeds_visit(&x, who, res, &err), &err);
	closed(res->recs[1], "yes");
	nodes_ok(deeds_visit(&x, who, res, &err), &err);
	closed(res->recs[1], "no");
	nodes_ok(deeds_visit(&x, who, res, &err), &err);
	closed(res->recs[1], "");
	r = run("street_week", 2026, 11, 22);
	assert_int_equal(value(&r, r.total.now, "asked"), 2);
	assert_int_equal(value(&r, r.total.now, "solved_rate"), 1);
	report_text(&r, &text);
	assert_non_null(strstr(buf_str(&text),
	    "解决率 = 居民说已解决 ÷ 问过解决没有"));
	assert_non_null(strstr(buf_str(&text), "合计"));
	buf_reset(&text);
	report_csv(&r, &text);
	assert_memory_equal(buf_str(&text), "\xef\xbb\xbf", 3);
	buf_reset(&text);
	report_json(&r, &text);
	assert_non_null(strstr(buf_str(&text), "\"report\":\"street_week\""));
	report_free(&r);
	buf_free(&text);
	free(res);
}

/* A person with no right to see anything gets words, not zeros. */
static void refused_without_a_right(void **state)
{
	struct session nobody;
	struct err err = ERR_INIT;
	const struct report_def *d = def("late_list");
	struct report r;

	(void)state;
	access_fake(&nobody, "x1", "无", "nobody", x.n->set.org);
	assert_int_equal(report_run(x.n, &nobody, d, x.n->set.org,
	    report_span_of(d, clock_make_day(2026, 11, 22)), NULL, NULL, &r,
	    &err), MQ_E_DENIED);
	assert_int_equal(report_run(x.n, &x.who, d, "none",
	    report_span_of(d, clock_make_day(2026, 11, 22)), NULL, NULL, &r,
	    &err), MQ_E_NOT_FOUND);
}

/* The list of late cases: one row each, how late, gone once closed. */
static void late_cases_by_record(void **state)
{
	struct save_result *res = xcalloc(1, sizeof(*res));
	int64_t who = deeds_person(&x, "赵国强", "301");
	const struct report_def *d = def("late_list");
	struct err err = ERR_INIT;
	struct report r;

	(void)state;
	nodes_ok(deeds_visit(&x, who, res, &err), &err);
	r = run("late_list", 2026, 11, 22);
	assert_int_equal(r.nrows, 0);
	report_free(&r);
	env_advance(&x.env, 9 * MS_DAY);
	r = run("late_list", 2026, 12, 1);
	assert_int_equal(r.nrows, 1);
	assert_true(r.rows[0].rec != 0);
	assert_true(value(&r, r.rows[0].now, "by") > 60);
	report_free(&r);
	/* another unit's list has none of it */
	nodes_ok(report_run(x.n, &x.who, d, nodes_org(&x, "grid", 1),
	    report_span_of(d, clock_make_day(2026, 12, 1)), NULL, NULL, &r,
	    &err), &err);
	assert_int_equal(value(&r, r.total.now, "late"), 0);
	report_free(&r);
	free(res);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(periods, setup, teardown),
		cmocka_unit_test(rates_as_published),
		cmocka_unit_test_setup_teardown(counts_by_unit_and_before,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(figures_open_to_their_records,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(rates_of_what_residents_said,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(refused_without_a_right,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(late_cases_by_record, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
