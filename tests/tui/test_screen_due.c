/*
 * 该走访谁: the home page names who is due, one key begins the visit with
 * the person filled in, and afterwards nobody is due any more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../core/base/clock.h"
#include "../../core/base/file.h"
#include "../lib/packs.h"
#include "../lib/station.h"

static struct station t;

static int setup(void **state)
{
	struct save *s;
	struct save_result res;
	struct fields f = { NULL, 0, 0 };
	struct utc ago;
	struct err err = ERR_INIT;
	char when[24];

	(void)state;
	station_make(&t);
	s = save_new(t.n, &t.captain);
	fields_set(&f, "tags", "alone");
	assert_int_equal(save_fix(s, t.namesake[0], &f, "", NULL, &err),
	    MQ_OK);
	assert_int_equal(save_commit(s, &res, &err), MQ_OK);
	save_free(&s);
	fields_free(&f);
	ago.ms = env_now(&t.env).ms - 10 * MS_DAY;
	clock_show(ago, CLOCK_DATE, when, sizeof(when));
	(void)station_open(&t, &t.captain, "visit", "mode", "home", "who",
	    station_ref(t.namesake[0]), "when", when, "purpose", "elder",
	    NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	station_free(&t);
	return 0;
}

static void from_the_home_page_to_the_visit(void **state)
{
	struct screen *s = station_screen(&t, NULL, NULL);

	(void)state;
	station_login(s, STATION_VOLUNTEER);
	screen_see(s, "该走访 1 位");
	screen_see(s, "超期 3 天  王** 男 1951");
	screen_keys(s, "w");
	screen_see(s, "该去的有 1");
	screen_see(s, "独居老人每 7 天走访一次");
	screen_key(s, "Tab");
	screen_see(s, "今后四周");
	screen_key(s, "Tab");
	screen_see(s, "该去的有 1");
	screen_keys(s, "\n");
	screen_see(s, "登记：走访");
	screen_see(s, "王** 男 1951");
	screen_key(s, "F2");
	screen_see(s, "> 目的*");
	screen_keys(s, "2");
	screen_key(s, "F2");
	screen_see(s, "已保存");
	screen_keys(s, "0");
	screen_see(s, "都去过了");
	screen_key(s, "Esc");
	screen_lose(s, "该走访 1 位");
	screen_stop(&s);
}

static void the_command_line_lists_them(void **state)
{
	const char *const argv[] = { "--by", STATION_CAPTAIN, "due", NULL };
	struct screen *s = station_screen(&t, NULL, argv);

	(void)state;
	screen_see(s, "超期 3 天  王** 男 1951");
	screen_stop(&s);
}

/* The standard pack, but volunteers see of people only whom they entered. */
static int setup_narrow(void **state)
{
	static const char whole[] = "volunteer,,,person household notice";
	static const char rest[] = "volunteer,,,household notice";
	struct buf old = BUF_INIT(BUF_LARGE), now = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	struct env env;
	char path[600];
	const char *at;

	packs_begin();
	env_real(&env);
	snprintf(path, sizeof(path), "%s/roles.csv", packs_dir());
	assert_int_equal(file_read(&env, path, &old, &err), MQ_OK);
	at = strstr(buf_str(&old), whole);
	assert_non_null(at);
	buf_add(&now, old.data, (size_t)(at - old.data));
	buf_addf(&now, "volunteer,,,person,see,own\n%s%s", rest,
	    at + strlen(whole));
	packs_put("roles.csv", buf_str(&now));
	buf_free(&old);
	buf_free(&now);
	env_release(&env);
	return setup(state);
}

static int teardown_narrow(void **state)
{
	packs_end();
	return teardown(state);
}

static void nobody_elses_are_told(void **state)
{
	struct screen *s = station_screen(&t, NULL, NULL);

	(void)state;
	station_login(s, STATION_VOLUNTEER);
	screen_keys(s, "w");
	screen_see(s, "都去过了");
	assert_false(screen_has(s, "王**"));
	screen_key(s, "Esc");
	screen_see(s, "今日");
	assert_false(screen_has(s, "该走访 1 位"));
	screen_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    from_the_home_page_to_the_visit, setup, teardown),
		cmocka_unit_test_setup_teardown(the_command_line_lists_them,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(nobody_elses_are_told,
		    setup_narrow, teardown_narrow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
