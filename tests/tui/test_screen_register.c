/*
 * Registers on the screen: who is there already shows while one types; two
 * that are one become one and two again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "../lib/station.h"

/* The form for somebody new, reached by a search that found nobody. */
static struct screen *new_person(void)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	screen_keys(s, "1");
	screen_see(s, "登记：走访");
	screen_keys(s, "1");
	screen_keys(s, "欧");
	screen_see(s, "没有找到");
	screen_key(s, "F3");
	screen_see(s, "登记：居民");
	screen_key(s, "Ctrl-u");
	return s;
}

/* Shown masked as soon as the name is there; certain ones are asked about,
 * and taking one gives the visit that very person. */
static void test_there_already(void **state)
{
	struct screen *s = new_person();

	(void)state;
	screen_lose(s, "登记册里已经有");
	screen_keys(s, "王建国");
	screen_see(s, "登记册里已经有");
	screen_see(s, "同名");
	assert_false(screen_has(s, "13900000033"));
	screen_key(s, "Tab");
	screen_key(s, "Tab");
	screen_see(s, "> 出生年份");
	screen_keys(s, "1996");
	screen_see(s, "很可能是同一个");
	screen_key(s, "F2");
	screen_see(s, "可能已经登记过");
	screen_see(s, "都不是，登记新的");
	/* what tells people of one name apart stands there whole */
	screen_see(s, "> 1 王** 女 1996年生  3栋2单元  尾号66  很可能是同一个");
	screen_keys(s, "1");
	screen_see(s, "登记：走访");
	screen_see(s, "王** 女 1996年生");
	screen_stop(&s);
}

static bool answered(struct screen *s, void *title)
{
	return screen_has(s, title) || screen_has(s, "已经打开很多页");
}

/* Over so many fields to the one that picks; nobody found: a new one. */
static bool one_more(struct screen *s, int fields, const char *what)
{
	char title[64];

	while (fields-- > 0)
		screen_key(s, "Tab");
	screen_keys(s, "欧");
	screen_see(s, "没有找到");
	screen_key(s, "F3");
	snprintf(title, sizeof(title), "登记：%s", what);
	assert_true(screen_wait_until(s, answered, title, SCREEN_WAIT));
	return screen_has(s, title);
}

/* A resident of a new household whose head is new, too, and so on: it ends
 * with words. */
static void test_new_upon_new(void **state)
{
	struct screen *s = new_person();
	int n = 0;

	(void)state;
	while (n < 20 && one_more(s, 5, "住户") && one_more(s, 4, "居民"))
		n++;
	assert_in_range(n, 2, 19);
	screen_see(s, "已经打开很多页");
	screen_key(s, "F1");
	screen_see(s, "帮助");
	screen_key(s, "Esc");
	screen_see(s, "没有找到");
	screen_stop(&s);
}

/* The page of that resident, found by the last digits of the phone. */
static struct screen *look_at(const char *digits, const char *building)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	screen_keys(s, "5");
	screen_see(s, "找什么");
	screen_keys(s, digits);
	screen_see(s, "王** 男 1988");
	screen_keys(s, "\n");
	screen_see(s, "写了什么");
	screen_see(s, building);
	return s;
}

/* Merged by the picker that tells namesakes apart; from then on the other
 * one's number finds the one that stayed, whose page has what both had. */
static void test_merge_and_back(void **state)
{
	int64_t twice = station_open(&station_one, &station_one.captain,
	    "person", "name", "王健国", "sex", "male", "birth_year", "1988",
	    "phone", "13900000077", "building", "3栋1单元", "grid",
	    STATION_GRID, "consent", "yes", NULL);
	struct screen *s;
	struct record_full r;

	(void)state;
	(void)station_open(&station_one, &station_one.captain, "visit",
	    "mode", "phone", "who", station_ref(twice), "purpose", "policy",
	    "findings", "fine", NULL);
	s = look_at("0077", "3栋1单元");
	screen_see(s, "g 并档");
	screen_keys(s, "g");
	screen_see(s, "> 并入哪一位");
	screen_keys(s, "0055");
	screen_see(s, "尾号55");
	screen_keys(s, "\n");
	screen_see(s, "同名 6 人，请核对");
	screen_keys(s, "\n");
	screen_see(s, "> 原因");
	screen_keys(s, "登记了两次");
	screen_key(s, "Ctrl-s");
	screen_see(s, "已写进本机账本");
	screen_keys(s, "\n");
	screen_see(s, "已并档");
	assert_int_equal(record_get(station_one.n, twice, &r, NULL), MQ_OK);
	assert_true(r.r.main == station_one.namesake[4]);
	record_full_free(&r);
	screen_stop(&s);
	/* Its number leads to the one that stayed, with the visit of both. */
	s = look_at("0077", "3栋1单元");
	screen_see(s, "在册");
	screen_key(s, "End");
	screen_see(s, "已并档");
	screen_see(s, "政策宣传");
	screen_keys(s, "1");
	screen_see(s, "j 撤销并档");
	screen_keys(s, "j");
	screen_see(s, "> 原因");
	screen_keys(s, "是两个人");
	screen_key(s, "Ctrl-s");
	screen_see(s, "已写进本机账本");
	screen_keys(s, "\n");
	screen_see(s, "g 并档");
	assert_int_equal(record_get(station_one.n, twice, &r, NULL), MQ_OK);
	assert_true(r.r.main == 0);
	assert_string_equal(r.r.state, "active");
	record_full_free(&r);
	screen_stop(&s);
}

static bool above(struct screen *s, const char *upper, const char *lower)
{
	int a, b, col;

	return screen_find(s, upper, &a, &col) &&
	    screen_find(s, lower, &b, &col) && a < b;
}

/* By pinyin with the readings of surnames, by strokes. */
static void test_order(void **state)
{
	static const char *const names[] = { "丁三", "安小明", "曾国强" };
	struct screen *s;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(names); i++)
		(void)station_open(&station_one, &station_one.captain,
		    "person", "name", names[i], "sex", "female", "building",
		    "19栋", "grid", STATION_GRID, "consent", "yes", NULL);
	s = station_come_in(STATION_CAPTAIN, NULL);
	screen_keys(s, "1");
	screen_see(s, "登记：走访");
	screen_keys(s, "1");
	screen_keys(s, "19栋");
	screen_see(s, "曾**");
	screen_key(s, "F4");
	screen_see(s, "按拼音排列");
	assert_true(above(s, "安**", "丁*") && above(s, "丁*", "曾**"));
	screen_key(s, "F4");
	screen_see(s, "按姓氏笔画排列");
	assert_true(above(s, "丁*", "安**") && above(s, "安**", "曾**"));
	screen_key(s, "F4");
	screen_see(s, "同楼的在一起");
	screen_stop(&s);
}

static struct screen *house(const char *door, const char *title)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	screen_keys(s, "5");
	screen_see(s, "找什么");
	screen_keys(s, door);
	screen_see(s, title);
	screen_keys(s, "\n");
	screen_see(s, "家人");
	return s;
}

/* 中心户: the page of a household names the one that looks after it. */
static void test_centre(void **state)
{
	struct screen *s;

	(void)state;
	(void)station_open(&station_one, &station_one.captain, "household",
	    "building", "29栋", "door", "901", "place",
	    station_ref(station_one.house[0]), "grid", STATION_GRID, NULL);
	s = house("29-901", "29栋 901");
	screen_see(s, "中心户");
	screen_see(s, "1栋 101");
	screen_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_already),
		cmocka_unit_test(test_new_upon_new),
		cmocka_unit_test(test_merge_and_back),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_centre),
	};

	return cmocka_run_group_tests(tests, station_begin, station_end);
}
