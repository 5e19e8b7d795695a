/* Civil time at UTC+8. */
#include "../../../core/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

/* 2026-11-22 14:30:05 at UTC+8, a Sunday. */
#define MOMENT INT64_C(1795329005000)

static void splits_and_joins(void **state)
{
	struct utc t = { MOMENT };
	struct civil c = clock_civil(t);

	(void)state;
	assert_int_equal(c.year, 2026);
	assert_int_equal(c.month, 11);
	assert_int_equal(c.day, 22);
	assert_int_equal(c.hour, 14);
	assert_int_equal(c.minute, 30);
	assert_int_equal(c.second, 5);
	assert_int_equal(c.weekday, 6);
	assert_int_equal(clock_utc(c).ms, t.ms);
}

static void day_begins_at_midnight_here(void **state)
{
	struct day d = clock_make_day(2026, 11, 22);

	(void)state;
	assert_int_equal(clock_day((struct utc){ 0 }).n, 0);
	assert_int_equal(clock_day((struct utc){ 16 * MS_HOUR - 1 }).n, 0);
	assert_int_equal(clock_day((struct utc){ 16 * MS_HOUR }).n, 1);
	assert_int_equal(clock_day((struct utc){ -8 * MS_HOUR - 1 }).n, -1);
	assert_int_equal(clock_day(clock_day_start(d)).n, d.n);
	assert_int_equal(clock_day((struct utc){
	    clock_day_start(d).ms - 1 }).n, d.n - 1);
}

/* Every day of five centuries, against a plain count. */
static void counts_every_day(void **state)
{
	struct civil c;
	int year, month, day;
	int32_t n = clock_make_day(1700, 1, 1).n;
	int weekday = clock_weekday((struct day){ n });

	(void)state;
	assert_int_equal(weekday, 4);		/* a Friday */
	for (year = 1700; year < 2200; year++)
		for (month = 1; month <= 12; month++)
			for (day = 1; clock_valid_day(year, month, day);
			    day++, n++) {
				struct day d = { n };

				assert_int_equal(clock_make_day(year, month,
				    day).n, n);
				c = clock_civil(clock_day_start(d));
				assert_int_equal(c.year, year);
				assert_int_equal(c.month, month);
				assert_int_equal(c.day, day);
				assert_int_equal(c.weekday, weekday);
				weekday = (weekday + 1) % 7;
			}
	assert_int_equal(clock_make_day(1970, 1, 1).n, 0);
}

static void knows_which_days_exist(void **state)
{
	(void)state;
	assert_true(clock_valid_day(2024, 2, 29));
	assert_true(clock_valid_day(2000, 2, 29));
	assert_false(clock_valid_day(1900, 2, 29));
	assert_false(clock_valid_day(2026, 2, 29));
	assert_false(clock_valid_day(2026, 2, 30));
	assert_false(clock_valid_day(2026, 13, 1));
	assert_false(clock_valid_day(2026, 0, 1));
	assert_false(clock_valid_day(2026, 4, 31));
	assert_false(clock_valid_day(2026, 4, 0));
}

static void shows(void **state)
{
	struct utc t = { MOMENT };
	char out[32];

	(void)state;
	clock_show(t, CLOCK_DATE, out, sizeof(out));
	assert_string_equal(out, "2026-11-22");
	clock_show(t, CLOCK_MINUTE, out, sizeof(out));
	assert_string_equal(out, "2026-11-22 14:30");
	clock_show(t, CLOCK_SHORT, out, sizeof(out));
	assert_string_equal(out, "11-22 14:30");
	clock_show(t, CLOCK_TIME, out, sizeof(out));
	assert_string_equal(out, "14:30");
}

static void says_spans(void **state)
{
	static const struct { int64_t ms; const char *zh, *en; } spans[] = {
		{ 0, "不到 1 分钟", "less than a minute" },
		{ -1, "刚才", "just now" },
		{ -3 * MS_MINUTE, "3 分钟前", "3 minutes ago" },
		{ 2 * MS_HOUR + 1, "2 小时", "2 hours" },
		{ MS_DAY, "1 天", "1 day" },
		{ 5 * MS_DAY + MS_HOUR, "5 天", "5 days" },
		{ -MS_HOUR, "1 小时前", "1 hour ago" },
	};
	char out[32];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(spans); i++) {
		clock_span(spans[i].ms, LANG_ZH, out, sizeof(out));
		assert_string_equal(out, spans[i].zh);
		clock_span(spans[i].ms, LANG_EN, out, sizeof(out));
		assert_string_equal(out, spans[i].en);
	}
	clock_span(INT64_MIN, LANG_ZH, out, sizeof(out));
	assert_non_null(strstr(out, "前"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_and_joins),
		cmocka_unit_test(day_begins_at_midnight_here),
		cmocka_unit_test(counts_every_day),
		cmocka_unit_test(knows_which_days_exist),
		cmocka_unit_test(shows),
		cmocka_unit_test(says_spans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
