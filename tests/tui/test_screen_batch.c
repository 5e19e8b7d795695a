/*
 * What is entered in numbers: paper notes one line each, heads one digit
 * each; and the page of drafts.  The real program on a real node.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/base/xmalloc.h"
#include "../lib/station.h"

#define NOTES 9

static int rows_of(const char *kind, struct record *rows, int max)
{
	struct record_query q = { .kind = kind, .sort = SORT_CHANGED };
	int n = 0;

	assert_int_equal(record_page(station_one.n, &q, NULL, false, rows, max,
	    &n,
	    NULL), MQ_OK);
	return n;
}

/* ---- 快速补录 ---- */

/* Somebody of the six, in the cell of people. */
static void pick(struct screen *s, int nth)
{
	char end[32];

	screen_see(s, "> 居民");
	screen_keys(s, "wjg");
	screen_see(s, "尾号66");
	for (int i = 0; i < nth; i++)
		screen_key(s, "Down");
	screen_keys(s, "\n");
	screen_see(s, "再按一次回车");
	screen_keys(s, "\n");
	snprintf(end, sizeof(end), "> 方式");
	screen_see(s, end);
}

static void test_nine_notes(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);
	struct record *rows = xcalloc(20, sizeof(*rows));
	char done[64];

	(void)state;
	screen_keys(s, "8");
	screen_see(s, "快速补录");
	for (int i = 0; i < NOTES; i++) {
		screen_see(s, "> 时间");
		screen_keys(s, i == 0 ? "昨天\n" : "\n");
		pick(s, i % STATION_NAMESAKES);
		screen_keys(s, i == 0 ? "1" : "\n");	/* 入户走访 */
		screen_see(s, "> 目的");
		screen_keys(s, "1");
		screen_see(s, "> 情况");
		screen_keys(s, "12\n");
		screen_see(s, "> 用时");
		screen_keys(s, i == 0 ? "30\n" : "\n");
		snprintf(done, sizeof(done), "已保存 %d 行", i + 1);
		screen_see(s, done);
	}
	assert_int_equal(rows_of("visit", rows, 20), NOTES);
	assert_int_equal(rows_of("service", rows, 20), 1);
	assert_int_equal(rows[0].num, 30);
	free(rows);
	screen_stop(&s);
}

static void test_line_refused_and_kept(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	(void)state;
	screen_keys(s, "8");
	screen_see(s, "> 时间");
	screen_keys(s, "2月30日\n");
	pick(s, 2);
	screen_keys(s, "1");
	screen_see(s, "> 目的");
	screen_key(s, "F2");
	screen_see(s, "! 没有这一天或时间：2月30日");
	screen_see(s, "> 时间");
	screen_key(s, "Esc");
	screen_see(s, "没写完的一行已留在草稿 1");
	screen_keys(s, "1");
	screen_see(s, "上次没写完的 1 份");
	screen_keys(s, "1");
	screen_see(s, "2月30日");
	screen_see(s, "尾号33");
	screen_stop(&s);
}

static void test_ditto(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	(void)state;
	screen_keys(s, "8");
	screen_see(s, "> 时间");
	screen_key(s, "F6");
	screen_see(s, "上面还没有可照抄的");
	screen_keys(s, "昨天\n");
	pick(s, 0);
	screen_keys(s, "1");
	screen_see(s, "> 目的");
	screen_keys(s, "5");
	screen_key(s, "F2");
	screen_see(s, "已保存 1 行");
	screen_keys(s, "\n");
	pick(s, 1);
	screen_keys(s, "\n");
	screen_see(s, "> 目的");
	screen_key(s, "F6");
	screen_see(s, "> 情况");
	screen_key(s, "F2");
	screen_see(s, "已保存 2 行");
	screen_stop(&s);
}

/* ---- 来站人次 ---- */

static void test_heads(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);
	struct record *rows = xcalloc(20, sizeof(*rows));

	(void)state;
	screen_keys(s, "4");
	screen_see(s, "今天 0 人次");
	screen_see(s, "现在是闭站");
	screen_keys(s, "1");
	screen_see(s, "饮水 +1，已保存");
	screen_keys(s, "14");
	screen_see(s, "今天 3 人次");
	screen_see(s, "1 饮水 2");
	screen_see(s, "4 咨询 1");
	screen_key(s, "Backspace");
	screen_see(s, "刚才那一次已撤销");
	screen_see(s, "今天 2 人次");
	assert_int_equal(rows_of("tap", rows, 20), 2);
	free(rows);
	screen_stop(&s);
}

static void test_station_opens_and_shuts(void **state)
{
	struct screen *s = station_screen(&station_one, NULL, NULL);

	(void)state;
	station_login(s, STATION_VOLUNTEER);
	screen_keys(s, "4");
	screen_see(s, "现在是闭站");
	screen_key(s, "F5");
	screen_see(s, "开站闭站");
	screen_key(s, "F2");
	screen_see(s, "已写进本机账本");
	screen_keys(s, "\n");
	screen_see(s, "已开站");
	/* that was no head: the key that takes one back leaves it alone */
	screen_key(s, "Backspace");
	screen_keys(s, "1");
	screen_see(s, "饮水 +1，已保存");
	screen_see(s, "已开站");
	screen_key(s, "F5");
	screen_see(s, "闭站");
	screen_key(s, "F2");
	screen_see(s, "已写进本机账本");
	screen_keys(s, "\n");
	screen_see(s, "现在是闭站");
	screen_stop(&s);
}

/* ---- drafts ---- */

static void test_drafts_page(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	(void)state;
	screen_keys(s, "1");
	screen_see(s, "登记：走访");
	screen_keys(s, "3");
	screen_key(s, "F4");
	screen_see(s, "已搁在草稿 1");
	screen_key(s, "Esc");
	screen_see(s, "1 记走访");
	screen_keys(s, "2");
	screen_see(s, "登记：诉求");
	screen_keys(s, "4");
	screen_see(s, "举报");
	screen_key(s, "Esc");
	screen_see(s, "已留在草稿 2");
	screen_keys(s, "9");
	screen_see(s, "搁下的");
	screen_see(s, "没写完的");
	screen_keys(s, "1");
	screen_see(s, "来站到访");
	screen_key(s, "Esc");
	screen_see(s, "没写完的");
	screen_key(s, "Delete");
	screen_see(s, "删掉草稿");
	screen_keys(s, "1");
	screen_see(s, "已删掉");
	screen_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, station_begin, \
    station_end)
		TEST(test_nine_notes),
		TEST(test_line_refused_and_kept),
		TEST(test_ditto),
		TEST(test_heads),
		TEST(test_station_opens_and_shuts),
		TEST(test_drafts_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
