/*
 * 出租屋: giving a colour at the desk, refused without proof, the badge on
 * the record, in the list with how many of each, and on the household page.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../lib/station.h"

static struct station t;
static int64_t dwelling;

static int setup(void **state)
{
	(void)state;
	station_make(&t);
	dwelling = station_open(&t, &t.captain, "dwelling", "dwelling_kind",
	    "village", "building", "3栋2单元", "door", "402", "place",
	    station_ref(t.house[0]), "grid", STATION_GRID, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	station_free(&t);
	return 0;
}

/* The household page lists what stands there. */
static void open_dwelling(struct screen *s)
{
	station_login(s, STATION_GRIDWORKER);
	screen_keys(s, "6");
	screen_see(s, "1栋");
	screen_keys(s, "/1栋\n");
	screen_keys(s, "\n");
	screen_see(s, "3栋2单元");
}

static void a_colour_from_the_household_page(void **state)
{
	struct screen *s = station_screen(&t, NULL, NULL);

	(void)state;
	open_dwelling(s);
	screen_see(s, "未评");
	screen_keys(s, "\n");
	screen_see(s, "等级         未评");
	screen_keys(s, "a");
	screen_see(s, "> 等级*");
	screen_keys(s, "2");
	screen_see(s, "> 发现的问题");
	screen_keys(s, "5");
	screen_key(s, "F2");
	screen_see(s, "还没有保存");
	screen_see(s, "有 2 处要改");
	screen_see(s, "最高只能评“红标”");
	screen_see(s, "必填：凭据在哪里");
	screen_keys(s, "3");
	screen_key(s, "F7");
	screen_see(s, "> 凭据在哪里");
	screen_keys(s, "2 号柜");
	screen_key(s, "F2");
	screen_see(s, "已保存");
	screen_keys(s, "0");
	screen_see(s, "等级         红标");
	screen_see(s, "2 号柜");
	screen_see(s, "历次等级");
	screen_key(s, "Esc");
	screen_see(s, "红标");
	screen_stop(&s);
}

static void the_list_says_how_many(void **state)
{
	struct screen *s;

	(void)state;
	station_step(&t, &t.captain, dwelling, "assess", "grade", "yellow",
	    "saw_by", STATION_CAPTAIN, "saw_when", "今天", "kept_at",
	    "2 号柜", NULL);
	s = station_screen(&t, NULL, (const char *const[]){ "--by",
	    STATION_CAPTAIN, "show", station_ref(dwelling), NULL });
	screen_see(s, "等级: 黄标");
	screen_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_colour_from_the_household_page, setup, teardown),
		cmocka_unit_test_setup_teardown(the_list_says_how_many, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
