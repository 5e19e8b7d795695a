/* 发生时间 as people type it. */
#include "../../../core/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

/* 2026-11-22 14:30 at UTC+8, a Sunday. */
static const struct utc now = { INT64_C(1795329005000) };

static void reads(const char *text, const char *stored)
{
	struct err err = ERR_INIT;
	struct when w, again;
	char out[40];

	if (when_read(text, now, &w, &err) != MQ_OK)
		fail_msg("%s was refused", text);
	when_write(&w, out, sizeof(out));
	if (strcmp(out, stored) != 0)
		fail_msg("%s: %s, not %s", text, out, stored);
	/* What is stored reads back as itself. */
	assert_int_equal(when_read(out, now, &again, &err), MQ_OK);
	assert_int_equal(again.day.n, w.day.n);
	assert_int_equal(again.precision, w.precision);
	assert_int_equal(again.minute, w.minute);
}

static void refuses(const char *text)
{
	struct err err = ERR_INIT;
	struct when w;

	if (when_read(text, now, &w, &err) != MQ_E_DATE)
		fail_msg("%s was not refused", text);
	assert_int_equal(err.code, MQ_E_DATE);
}

static void written_dates(void **state)
{
	(void)state;
	reads("2026-11-22", "2026-11-22");
	reads("2026-1-2", "2026-01-02");
	reads("2026.11.22", "2026-11-22");
	reads("2026/11/22", "2026-11-22");
	reads("20261122", "2026-11-22");
	reads("2026年11月22日", "2026-11-22");
	reads("二〇二六年十一月二十二日", "2026-11-22");
	reads("11-22", "2026-11-22");
	reads("11.22", "2026-11-22");
	reads("11月22日", "2026-11-22");
	reads("11月22号", "2026-11-22");
	reads("十一月三日", "2026-11-03");
	reads("22日", "2026-11-22");
	reads("2026-11-22T14:30", "2026-11-22 14:30");
	/* Without a year, the nearest such day. */
	reads("1-5", "2027-01-05");
	reads("12-31", "2026-12-31");
	reads("9-1", "2026-09-01");
	reads("30号", "2026-11-30");
	reads("8号", "2026-11-08");
}

static void days_by_name(void **state)
{
	(void)state;
	reads("今天", "2026-11-22");
	reads("昨天", "2026-11-21");
	reads("前天", "2026-11-20");
	reads("大前天", "2026-11-19");
	reads("明天", "2026-11-23");
	reads("后天", "2026-11-24");
	reads("today", "2026-11-22");
	reads("Yesterday", "2026-11-21");
	reads("tomorrow 9:05", "2026-11-23 09:05");
	reads("周日", "2026-11-22");
	reads("周天", "2026-11-22");
	reads("周三", "2026-11-18");
	reads("星期三", "2026-11-18");
	reads("礼拜一", "2026-11-16");
	reads("周3", "2026-11-18");
	reads("上周三", "2026-11-11");
	reads("上周日", "2026-11-15");
	reads("上个星期五", "2026-11-13");
	reads("本周六", "2026-11-21");
	reads("下周三", "2026-11-25");
	reads("下周日", "2026-11-29");
	reads("wed", "2026-11-18");
	reads("Monday", "2026-11-16");
}

static void parts_and_times(void **state)
{
	(void)state;
	reads("上午", "2026-11-22 am");
	reads("下午", "2026-11-22 pm");
	reads("晚上", "2026-11-22 night");
	reads("昨天上午", "2026-11-21 am");
	reads("昨晚", "2026-11-21 night");
	reads("2026-11-22 am", "2026-11-22 am");
	reads("2026-11-22 pm", "2026-11-22 pm");
	reads("2026-11-22 night", "2026-11-22 night");
	reads("2026-11-22 14:30", "2026-11-22 14:30");
	reads("2026-11-2 14:30", "2026-11-02 14:30");
	reads("14:30", "2026-11-22 14:30");
	reads("9:05", "2026-11-22 09:05");
	reads("14:30:59", "2026-11-22 14:30");
	reads("下午3点", "2026-11-22 15:00");
	reads("下午三点半", "2026-11-22 15:30");
	reads("下午 3:20", "2026-11-22 15:20");
	reads("下午14:30", "2026-11-22 14:30");
	reads("上午9点一刻", "2026-11-22 09:15");
	reads("九点整", "2026-11-22 09:00");
	reads("10点05分", "2026-11-22 10:05");
	reads("10点5分", "2026-11-22 10:05");
	reads("中午", "2026-11-22 12:00");
	reads("中午1点", "2026-11-22 13:00");
	reads("中午12点半", "2026-11-22 12:30");
	reads("凌晨2点", "2026-11-22 02:00");
	reads("今晚8点", "2026-11-22 20:00");
	reads("晚上12点", "2026-11-23 00:00");
	reads("3pm", "2026-11-22 15:00");
	reads("12am", "2026-11-22 00:00");
	reads("12pm", "2026-11-22 12:00");
	reads("昨天下午两点", "2026-11-21 14:00");
	reads("11月20日上午10点", "2026-11-20 10:00");
	reads("周三 14:30", "2026-11-18 14:30");
	reads("现在", "2026-11-22 14:30");
	reads("刚才", "2026-11-22 14:30");
}

static void full_width_is_no_mistake(void **state)
{
	(void)state;
	/* ２０２６－１１－２２　１４：３０ */
	reads("\uff12\uff10\uff12\uff16\uff0d\uff11\uff11\uff0d\uff12\uff12"
	    "\u3000\uff11\uff14\uff1a\uff13\uff10", "2026-11-22 14:30");
	reads("下午\uff13点", "2026-11-22 15:00");
	reads("11\u201322", "2026-11-22");
}

static void impossible_ones(void **state)
{
	struct err err = ERR_INIT;
	struct when w;
	char longish[300];

	(void)state;
	assert_int_equal(when_read("2026-02-30", now, &w, &err), MQ_E_DATE);
	assert_string_equal(err.detail, "2026-02-30");
	refuses("");
	refuses("  ");
	refuses("2026-13-01");
	refuses("2026-00-10");
	refuses("20260230");
	refuses("2-30");
	refuses("2-29");		/* no leap year near */
	refuses("1234-11-22");
	refuses("24:00");
	refuses("14:60");
	refuses("14:5");
	refuses("25点");
	refuses("上午14:30");
	refuses("晚上2点");
	refuses("13pm");
	refuses("0pm");
	refuses("今天昨天");
	refuses("上午下午");
	refuses("14:30 15:00");
	refuses("周八");
	refuses("上周");
	refuses("11月");
	refuses("2026年11月");
	refuses("abc");
	refuses("今天x");
	refuses("123");
	refuses("1430");
	refuses("99999999999999999999");
	refuses("\xff\xfe");
	memset(longish, '1', sizeof(longish) - 1);
	longish[sizeof(longish) - 1] = '\0';
	refuses(longish);
}

static void shows_and_starts(void **state)
{
	struct err err = ERR_INIT;
	struct when w;
	char out[40];

	(void)state;
	assert_int_equal(when_read("下午", now, &w, &err), MQ_OK);
	when_show(&w, LANG_ZH, out, sizeof(out));
	assert_string_equal(out, "2026-11-22 下午");
	when_show(&w, LANG_EN, out, sizeof(out));
	assert_string_equal(out, "2026-11-22 afternoon");
	clock_show(when_start(&w), CLOCK_MINUTE, out, sizeof(out));
	assert_string_equal(out, "2026-11-22 12:00");
	assert_int_equal(when_read("9:05", now, &w, &err), MQ_OK);
	clock_show(when_start(&w), CLOCK_MINUTE, out, sizeof(out));
	assert_string_equal(out, "2026-11-22 09:05");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_dates),
		cmocka_unit_test(days_by_name),
		cmocka_unit_test(parts_and_times),
		cmocka_unit_test(full_width_is_no_mistake),
		cmocka_unit_test(impossible_ones),
		cmocka_unit_test(shows_and_starts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
