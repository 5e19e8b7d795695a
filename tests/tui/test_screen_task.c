/*
 * 走访任务: the home page says how far it is, t shows the doors that are
 * left, Enter begins the visit there, and the bar moves on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../lib/station.h"

static struct station t;

static int setup(void **state)
{
	(void)state;
	station_make(&t);
	(void)station_open(&t, &t.captain, "drive", "name", "百日大调研",
	    "target", "household", "area", STATION_ORG, "from", "今天",
	    "until", "2099-12-31", NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	station_free(&t);
	return 0;
}

static void door_by_door(void **state)
{
	struct screen *s = station_screen(&t, NULL, NULL);

	(void)state;
	station_login(s, STATION_GRIDWORKER);
	screen_see(s, "任务 百日大调研：走了 0 / 2，按 t 去下一户");
	screen_keys(s, "t");
	screen_see(s, "走了 0 / 2，还剩 2");
	screen_see(s, "1栋 101");
	screen_see(s, "2栋 302");
	screen_key(s, "Tab");
	screen_see(s, "翠竹第一网格");
	screen_see(s, "0/2");
	screen_key(s, "Tab");
	screen_see(s, "1栋 101");
	screen_keys(s, "\n");
	screen_see(s, "登记：走访");
	screen_see(s, "1栋 101");
	screen_key(s, "F2");
	screen_see(s, "> 目的*");
	screen_keys(s, "7");
	screen_key(s, "F2");
	screen_see(s, "已保存");
	screen_keys(s, "0");
	screen_see(s, "走了 1 / 2，还剩 1");
	screen_lose(s, "1栋 101");
	screen_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(door_by_door, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
