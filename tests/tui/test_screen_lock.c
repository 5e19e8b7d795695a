/*
 * Nobody presses a key: the screen locks, and whoever comes back goes on
 * where they were.  And words typed on a record's page outlive the program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <string.h>

#include "../lib/station.h"

static int setup(void **state)
{
	(void)station_begin(state);
	(void)station_open(&station_one, &station_one.captain, "request",
	    "type", "help", "channel", "counter", "category", "city",
	    "subject", "stairs", "grade", "normal", "when", "今天", "who",
	    station_ref(station_one.namesake[0]), "place",
	    station_ref(station_one.house[0]), "content",
	    "三楼楼道堆了东西。", "anonymous", "no", "about_us", "no", NULL);
	return 0;
}

static int setup_idle(void **state)
{
	(void)setup(state);
	station_setting(&station_one, "office_idle_seconds", "3");
	return 0;
}

static void pin(struct screen *s, const char *number)
{
	screen_see(s, "编号或手机号");
	screen_keys(s, number);
	screen_keys(s, "\n");
	screen_see(s, "密码：");
	screen_keys(s, STATION_PIN "\n");
}

/* Without --kiosk too: a captain who went away from their SSH window. */
static void test_back_to_the_field(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	(void)state;
	screen_keys(s, "1");
	screen_see(s, "> 方式");
	screen_keys(s, "1");
	screen_see(s, "> 居民");
	screen_keys(s, "王建");
	screen_see(s, "王建");
	screen_see(s, "编号或手机号");	/* locked by itself */
	assert_false(screen_has(s, "王建"));
	pin(s, STATION_CAPTAIN);
	screen_see(s, "> 居民");
	screen_stop(&s);
}

static void test_another_person_sees_home(void **state)
{
	struct screen *s = station_come_in(STATION_LEAD, NULL);

	(void)state;
	screen_keys(s, "1");
	screen_see(s, "> 方式");
	screen_keys(s, "2");
	screen_see(s, "> 居民");
	screen_see(s, "编号或手机号");
	pin(s, STATION_VOLUNTEER);
	screen_see(s, "1 记走访");
	screen_lose(s, "> 居民");
	screen_stop(&s);
}

static void open_case(struct screen *s)
{
	screen_keys(s, "71");
	screen_see(s, "现在能做");
}

static void test_note_goes_on_after_the_lock(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	(void)state;
	open_case(s);
	screen_key(s, "F4");
	screen_see(s, "备注（Ctrl-S 保存");
	screen_keys(s, "下午再去");
	screen_see(s, "下午再去");
	screen_see(s, "编号或手机号");
	pin(s, STATION_CAPTAIN);
	screen_see(s, "备注（Ctrl-S 保存");
	screen_see(s, "下午再去");
	screen_keys(s, "看看");
	screen_key(s, "Ctrl-s");
	screen_see(s, "备注：存好了");
	screen_key(s, "End");
	screen_see(s, "下午再去看看");
	screen_stop(&s);
}

static void killed(struct screen **s)
{
	screen_signal(*s, SIGKILL);
	assert_true(screen_wait_exit(*s, SCREEN_WAIT, NULL));
	screen_stop(s);
}

/* The note is in the drafts file within a second. */
static void test_note_survives_kill(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	(void)state;
	open_case(s);
	screen_key(s, "F4");
	screen_see(s, "备注（Ctrl-S 保存");
	screen_keys(s, "家属说周三来清");
	screen_see(s, "周三来清");
	killed(&s);
	s = station_come_in(STATION_CAPTAIN, NULL);
	screen_see(s, "草稿 1 份没写完");
	screen_keys(s, "9");
	screen_see(s, "没写完的");
	screen_see(s, "备注");
	screen_see(s, "草稿 1");
	screen_keys(s, "1");
	screen_see(s, "接着写上次没写完的");
	screen_see(s, "家属说周三来清");
	screen_key(s, "Ctrl-s");
	screen_see(s, "备注：存好了");
	screen_key(s, "Esc");
	screen_see(s, "没有草稿");
	screen_stop(&s);
}

static void test_reason_put_aside(void **state)
{
	struct screen *s = station_come_in(STATION_CAPTAIN, NULL);

	(void)state;
	open_case(s);
	screen_key(s, "F8");
	screen_see(s, "为什么整条撤销？");
	screen_keys(s, "登记重了");
	screen_key(s, "Esc");
	screen_see(s, "已留在草稿 1");
	screen_see(s, "a 受理");
	screen_key(s, "F8");
	screen_see(s, "登记重了");
	screen_key(s, "Ctrl-u");
	screen_key(s, "Esc");		/* emptied: no draft is left */
	screen_see(s, "a 受理");
	screen_key(s, "F8");
	screen_see(s, "为什么整条撤销？");
	screen_lose(s, "登记重了");
	screen_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_back_to_the_field),
		cmocka_unit_test(test_another_person_sees_home),
		cmocka_unit_test(test_note_goes_on_after_the_lock),
	};
	const struct CMUnitTest drafts[] = {
		cmocka_unit_test(test_note_survives_kill),
		cmocka_unit_test(test_reason_put_aside),
	};
	int failed = cmocka_run_group_tests(tests, setup_idle, station_end);

	return failed + cmocka_run_group_tests(drafts, setup, station_end);
}
