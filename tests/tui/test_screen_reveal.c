/*
 * 看全文: a reason first, then name and telephone for some seconds, then
 * masked again; and who looked is in the list of traces.
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
	station_setting(&t, "reveal_seconds", "2");
	(void)station_open(&t, &t.captain, "visit", "mode", "home", "who",
	    station_ref(t.namesake[0]), "when", "今天", "purpose", "elder",
	    NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	station_free(&t);
	return 0;
}

static struct screen *at_the_person(const char *number)
{
	struct screen *s = station_screen(&t, NULL, NULL);

	station_login(s, number);
	screen_keys(s, "5");
	screen_see(s, "找什么");
	screen_keys(s, "wjg");
	screen_see(s, "王** 男");
	screen_keys(s, "\n");
	screen_see(s, "写了什么");
	return s;
}

static void shown_and_masked_again(void **state)
{
	struct screen *s = at_the_person(STATION_CAPTAIN);

	(void)state;
	assert_false(screen_has(s, "王建国"));
	screen_key(s, "Ctrl-r");
	screen_see(s, "为什么要看？");
	screen_see(s, "1  打电话回访。");
	assert_false(screen_has(s, "王建国"));
	screen_keys(s, "\n");
	screen_see(s, "没有写为什么要看全文");
	screen_keys(s, "\n");
	screen_lose(s, "没有写为什么要看全文");
	screen_keys(s, "1");
	screen_see(s, "王建国");
	screen_see(s, "秒后遮住");
	screen_lose(s, "王建国");
	screen_see(s, "写了什么");
	screen_stop(&s);
}

static void not_for_everybody(void **state)
{
	struct screen *s = at_the_person(STATION_VOLUNTEER);

	(void)state;
	screen_key(s, "Ctrl-r");
	screen_key(s, "F1");
	screen_see(s, "帮助");
	assert_false(screen_has(s, "看全文"));
	screen_stop(&s);
}

static void it_was_written_down(void **state)
{
	struct record none = { 0 }, rows[8];
	struct record_query q = { .kind = "audit" };
	struct err err = ERR_INIT;
	int n, i, looked = 0;

	(void)state;
	assert_int_equal(record_page(t.n, &q, &none, false, rows, 8, &n,
	    &err), MQ_OK);
	for (i = 0; i < n; i++)
		looked += strstr(rows[i].title, "打电话回访") != NULL &&
		    strcmp(rows[i].by, STATION_CAPTAIN) == 0;
	assert_int_equal(looked, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shown_and_masked_again),
		cmocka_unit_test(not_for_everybody),
		cmocka_unit_test(it_was_written_down),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
