/*
 * 通知: the home page says that one waits, n opens it with who has answered,
 * Enter answers with it filled in, and then it waits no more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/clock.h"
#include "../lib/station.h"

static struct station t;

static int setup(void **state)
{
	struct utc until;
	char day[24];

	(void)state;
	station_make(&t);
	until.ms = env_now(&t.env).ms + 3 * MS_DAY;
	clock_show(until, CLOCK_DATE, day, sizeof(day));
	(void)station_open(&t, &t.captain, "notice", "topic", "gather",
	    "audience", STATION_ORG, "from", "今天", "until", day, "text",
	    "今晚防台风值守，请报人数。", NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	station_free(&t);
	return 0;
}

static void read_and_answered(void **state)
{
	struct screen *s = station_screen(&t, NULL, NULL);

	(void)state;
	station_login(s, STATION_VOLUNTEER);
	screen_see(s, "有通知等回复：按 n 打开");
	screen_see(s, "人员召集 今晚防台风值守");
	screen_keys(s, "n");
	screen_see(s, "0/1 个单位已回");
	screen_see(s, "还没回       翠竹社区");
	screen_keys(s, "\n");
	screen_see(s, "登记：回执");
	screen_see(s, "人员召集 今晚防台风值守");
	screen_key(s, "Tab");
	screen_see(s, "> 答复*");
	screen_keys(s, "2");
	screen_see(s, "> 说明");
	screen_key(s, "F2");
	screen_see(s, "已保存");
	screen_keys(s, "0");
	screen_see(s, "1/1 个单位已回  能到 1");
	screen_key(s, "Esc");
	screen_lose(s, "有通知等回复");
	screen_see(s, "人员召集 今晚防台风值守");
	screen_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(read_and_answered, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
