/*
 * Working days and hours against the real calendar of 2024 to 2026.
 */
#include "../../core/calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../lib/scratch.h"

#define HOURS "09:00-12:00,14:00-18:00"

static struct env env;
static struct calendar *cal;

static struct utc at(int y, int m, int d, int hour, int minute)
{
	struct civil c = { y, m, d, hour, minute, 0, 0 };

	return clock_utc(c);
}

static int setup(void **state)
{
	struct err err = ERR_INIT;
	char path[600];

	(void)state;
	env_fixed(&env, at(2026, 11, 22, 10, 0), 1);
	snprintf(path, sizeof(path), "%s/core/packs/standard/calendar.csv",
	    getenv("MQ_SRC") == NULL ? "." : getenv("MQ_SRC"));
	(void)scratch_begin();
	return calendar_load(&env, path, HOURS, "2024-2026", &cal, &err) !=
	    MQ_OK;
}

static int teardown(void **state)
{
	(void)state;
	calendar_free(&cal);
	env_release(&env);
	scratch_end();
	return 0;
}

static bool works(int y, int m, int d)
{
	return calendar_is_workday(cal, clock_make_day(y, m, d));
}

static void days_off_and_swapped_days(void **state)
{
	(void)state;
	assert_false(works(2026, 10, 1));	/* a Thursday */
	assert_true(works(2026, 10, 10));	/* a Saturday, swapped */
	assert_true(works(2026, 9, 20));	/* a Sunday, swapped */
	assert_false(works(2026, 11, 22));	/* a Sunday */
	assert_true(works(2026, 11, 23));
	assert_string_equal(calendar_day_name(cal,
	    clock_make_day(2026, 10, 1)), "国庆节");
	assert_string_equal(calendar_day_name(cal,
	    clock_make_day(2026, 11, 22)), "");
	assert_true(calendar_known_year(cal, 2025));
	assert_false(calendar_known_year(cal, 2027));
}

static void due(struct utc start, int64_t value, const char *unit,
    const char *want)
{
	char have[40];

	clock_show(calendar_due(cal, start, value, unit), CLOCK_MINUTE, have,
	    sizeof(have));
	assert_string_equal(have, want);
}

/* Civil Code art. 200-204. */
static void due_times(void **state)
{
	(void)state;
	due(at(2026, 11, 20, 23, 50), 30, "minute", "2026-11-21 00:20");
	due(at(2026, 11, 21, 10, 0), 2, "hour", "2026-11-21 12:00");
	/* the first day is not counted */
	due(at(2026, 11, 23, 8, 0), 1, "workday", "2026-11-24 18:00");
	due(at(2026, 11, 20, 17, 0), 1, "workday", "2026-11-23 18:00");
	due(at(2026, 11, 22, 10, 0), 5, "workday", "2026-11-27 18:00");
	/* across the national holidays, with a swapped Saturday */
	due(at(2026, 9, 30, 9, 0), 2, "workday", "2026-10-09 18:00");
	due(at(2026, 9, 30, 9, 0), 3, "workday", "2026-10-10 18:00");
	/* a last day off moves to the next working day */
	due(at(2026, 11, 18, 9, 0), 3, "day", "2026-11-23 18:00");
	due(at(2026, 11, 18, 9, 0), 2, "day", "2026-11-20 18:00");
	due(at(2026, 9, 28, 9, 0), 5, "day", "2026-10-08 18:00");
	/* 29 February */
	due(at(2024, 2, 28, 9, 0), 1, "day", "2024-02-29 18:00");
}

static void resumed(struct utc due_was, struct utc paused, struct utc again,
    const char *unit, struct utc want)
{
	char have[40], hope[40];

	clock_show(calendar_resume(cal, due_was, paused, again, unit),
	    CLOCK_MINUTE, have, sizeof(have));
	clock_show(want, CLOCK_MINUTE, hope, sizeof(hope));
	assert_string_equal(have, hope);
}

/* What was left is counted on, in the limit's own unit. */
static void pauses_keep_what_was_left(void **state)
{
	(void)state;
	resumed(at(2026, 9, 30, 10, 0), at(2026, 9, 30, 9, 0),
	    at(2026, 9, 30, 15, 0), "hour", at(2026, 9, 30, 16, 0));
	/* 16:00 and four working hours: the 8th at 11:00.  One of them used,
	 * three left on the 9th at 10:00. */
	resumed(at(2026, 10, 8, 11, 0), at(2026, 9, 30, 17, 0),
	    at(2026, 10, 9, 10, 0), "workhour", at(2026, 10, 9, 15, 0));
	/* left of five: the 8th, 9th, 10th (swapped) and 12th */
	resumed(at(2026, 10, 12, 18, 0), at(2026, 9, 30, 10, 0),
	    at(2026, 10, 10, 10, 0), "workday", at(2026, 10, 15, 18, 0));
	/* resumed on a day off with nothing left: the next working day */
	resumed(at(2026, 9, 30, 18, 0), at(2026, 9, 30, 10, 0),
	    at(2026, 10, 3, 10, 0), "workday", at(2026, 10, 8, 18, 0));
	/* calendar days, over the end of a month; the last one moves on */
	resumed(at(2026, 1, 30, 18, 0), at(2026, 1, 27, 9, 0),
	    at(2026, 1, 29, 9, 0), "day", at(2026, 2, 2, 18, 0));
	/* late stays as late */
	resumed(at(2026, 11, 23, 10, 0), at(2026, 11, 23, 12, 0),
	    at(2026, 11, 24, 12, 0), "workhour", at(2026, 11, 24, 10, 0));
	/* no time passed */
	resumed(at(2026, 11, 24, 18, 0), at(2026, 11, 23, 12, 0),
	    at(2026, 11, 23, 12, 0), "workday", at(2026, 11, 24, 18, 0));
}

static void month_ends_and_leap_days(void **state)
{
	(void)state;
	due(at(2026, 1, 29, 9, 0), 3, "day", "2026-02-02 18:00");
	due(at(2024, 2, 26, 9, 0), 3, "day", "2024-02-29 18:00");
	due(at(2024, 2, 28, 9, 0), 1, "workday", "2024-02-29 18:00");
	due(at(2028, 2, 27, 9, 0), 3, "day", "2028-03-01 18:00");
	due(at(2025, 12, 31, 17, 30), 1, "workhour", "2026-01-04 09:30");
	due(at(2026, 2, 13, 10, 0), 1, "workday", "2026-02-14 18:00");
	due(at(2026, 2, 14, 17, 0), 2, "workhour", "2026-02-24 10:00");
}

static void working_hours(void **state)
{
	(void)state;
	due(at(2026, 11, 23, 9, 30), 2, "workhour", "2026-11-23 11:30");
	due(at(2026, 11, 23, 11, 0), 2, "workhour", "2026-11-23 15:00");
	due(at(2026, 11, 23, 12, 30), 1, "workhour", "2026-11-23 15:00");
	due(at(2026, 11, 20, 17, 0), 4, "workhour", "2026-11-23 12:00");
	due(at(2026, 11, 22, 10, 0), 4, "workhour", "2026-11-23 15:00");
	due(at(2026, 11, 23, 20, 0), 7, "workhour", "2026-11-24 18:00");
}

static void explained(struct utc start, int64_t value, const char *unit,
    enum lang lang, const char *want)
{
	struct buf b = BUF_INIT(BUF_SMALL);

	calendar_explain(cal, start, value, unit, lang, &b);
	assert_string_equal(buf_str(&b), want);
	buf_free(&b);
}

static void sums_in_words(void **state)
{
	(void)state;
	explained(at(2026, 9, 30, 9, 0), 3, "workday", LANG_ZH,
	    "时限 3 个工作日，当天不算\n"
	    "起算 2026-09-30 09:00\n"
	    "跳过 2026-10-01 国庆节 等 7 天\n"
	    "上班 2026-10-10 国庆节调休上班\n"
	    "到期 2026-10-10 18:00\n"
	    "历法 2024-2026\n");
	explained(at(2026, 11, 18, 9, 0), 3, "day", LANG_EN,
	    "limit 3 days; the first does not count, a last day off moves"
	    " on\n"
	    "from 2026-11-18 09:00\n"
	    "skipped 2026-11-21 weekend and more, 2 days\n"
	    "due 2026-11-23 18:00\n"
	    "calendar 2024-2026\n");
	explained(at(2026, 12, 31, 9, 0), 1, "workday", LANG_ZH,
	    "时限 1 个工作日，当天不算\n"
	    "起算 2026-12-31 09:00\n"
	    "到期 2027-01-01 18:00\n"
	    "历法 2024-2026\n"
	    "2027 年历法未下发，暂按周一至周五\n");
}

static void load_bytes(const char *bytes, const char *hours, const char *words)
{
	struct err err = ERR_INIT;
	struct calendar *c = NULL;
	const char *path = scratch_path("cal.csv");
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	fputs(bytes, f);
	fclose(f);
	assert_int_equal(calendar_load(&env, path, hours, "x", &c, &err),
	    MQ_E_PACK_BAD);
	assert_null(c);
	assert_non_null(strstr(err.detail, words));
}

static void broken_tables_are_named(void **state)
{
	(void)state;
	load_bytes("date,kind,name\n2026/1/1,holiday,元旦\n", HOURS,
	    "calendar.csv:2:date");
	load_bytes("date,kind,name\n2026-02-30,holiday,x\n", HOURS,
	    "2026-02-30");
	load_bytes("date,kind,name\n2026-01-01,休,x\n", HOURS,
	    "calendar.csv:2:kind");
	load_bytes("date,kind,name\n2026-01-01,holiday,x\n"
	    "2026-01-01,workday,x\n", HOURS, "2026-01-01");
	load_bytes("date,kind,name\n", "9-12", "work_hours");
	load_bytes("date,kind,name\n", "14:00-18:00,09:00-12:00",
	    "work_hours");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_off_and_swapped_days),
		cmocka_unit_test(due_times),
		cmocka_unit_test(pauses_keep_what_was_left),
		cmocka_unit_test(month_ends_and_leap_days),
		cmocka_unit_test(working_hours),
		cmocka_unit_test(sums_in_words),
		cmocka_unit_test(broken_tables_are_named),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
