/*
 * Chinese typed with the built-in input method: pinyin into a field and into
 * the ledger, strokes by digits, a scanner and a paste left alone, the words
 * of the station first, switched and forgotten.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../core/base/file.h"
#include "../lib/station.h"

static struct station st;

static int setup(void **state)
{
	(void)state;
	station_make(&st);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	station_free(&st);
	return 0;
}

/* The place of a request: a line of free text. */
static struct screen *at_place(void)
{
	struct screen *s = station_screen(&st, NULL, NULL);
	int i;

	station_login(s, STATION_VOLUNTEER);
	screen_keys(s, "2");
	screen_see(s, "> 类型");
	for (i = 0; i < 20 && !screen_has(s, "> 地点"); i++) {
		char was[200];

		(void)snprintf(was, sizeof(was), "%s", screen_line(s, 1));
		screen_key(s, "Tab");
		while (strcmp(was, screen_line(s, 1)) == 0 &&
		    screen_wait_gone(s, was, 2000))
			;
	}
	screen_see(s, "> 地点");
	screen_key(s, "F12");
	screen_see(s, "中文输入");
	return s;
}

static void pinyin_with_station_words(void **state)
{
	struct screen *s = at_place();

	(void)state;
	screen_keys(s, "loudaolaji");
	screen_see(s, "1楼道垃圾");
	screen_keys(s, " ");
	screen_see(s, "> 地点 ");
	screen_wait_gone(s, "1楼道垃圾", SCREEN_WAIT);
	/* 网格员 stands first for its initials: a word of the station. */
	screen_keys(s, "wgy");
	screen_see(s, "1网格员");
	screen_keys(s, "1,");
	screen_see(s, "楼道垃圾网格员，");
	/* Paging, and Backspace inside what is composed. */
	screen_keys(s, "shi");
	screen_see(s, "1是");
	screen_keys(s, "=");
	screen_wait_gone(s, "1是", SCREEN_WAIT);
	screen_keys(s, "-");
	screen_see(s, "1是");
	screen_key(s, "Backspace");
	screen_key(s, "Esc");
	screen_wait_gone(s, "1是", SCREEN_WAIT);
	/* Esc dropped the letters only, not the form. */
	screen_see(s, "楼道垃圾网格员，");
	/* Off: letters are letters. */
	screen_key(s, "F12");
	screen_see(s, "中文输入已关");
	screen_keys(s, "abc");
	screen_see(s, "楼道垃圾网格员，abc");
	screen_stop(&s);
}

static void strokes_by_digits(void **state)
{
	struct screen *s = at_place();

	(void)state;
	screen_key(s, "F11");
	screen_see(s, "4 笔画");
	screen_keys(s, "4");
	screen_see(s, "中文输入：笔画");
	/* 木: across, down, left, dot. */
	screen_keys(s, "1234");
	screen_see(s, "6木");
	screen_keys(s, "6");
	screen_see(s, "木");
	screen_wait_gone(s, "6木", SCREEN_WAIT);
	screen_stop(&s);
}

static void scanner_and_paste_are_text(void **state)
{
	struct screen *s = at_place();

	(void)state;
	screen_paste(s, "nihao");
	screen_see(s, "nihao");
	screen_keys(s, "AB12345678\n");
	screen_see(s, "nihaoAB12345678");
	screen_stop(&s);
}

/* What was chosen by hand is learned by its person, and forgotten when they
 * say so. */
static void learned_and_forgotten(void **state)
{
	struct screen *s = at_place();
	char folder[400];

	(void)state;
	/* Never named by the number itself. */
	(void)snprintf(folder, sizeof(folder), "%s/ime/%s", st.dir,
	    STATION_VOLUNTEER);
	assert_false(file_exists(folder));
	(void)snprintf(folder, sizeof(folder), "%s/ime", st.dir);
	screen_keys(s, "zhangwei");
	screen_see(s, "zhang wei");
	screen_keys(s, " ");
	screen_wait_gone(s, "zhang wei", SCREEN_WAIT);
	assert_true(file_exists(folder));
	screen_key(s, "F11");
	screen_see(s, "6 忘记我打过的字");
	screen_keys(s, "6");
	screen_see(s, "都忘了");
	screen_keys(s, "renmin");
	screen_see(s, "1人民");
	screen_stop(&s);
}

/* A second screen of the same person: what is learned is locked by the first,
 * typing works all the same. */
static void two_screens_of_one_person(void **state)
{
	struct screen *a = at_place(), *b;

	(void)state;
	screen_keys(a, "renmin");
	screen_see(a, "1人民");
	/* It was on for this person already: F12 has turned it off. */
	b = at_place();
	screen_see(b, "中文输入已关");
	screen_key(b, "F12");
	screen_see(b, "中文输入：拼音");
	screen_keys(b, "shequ");
	screen_see(b, "1社区");
	screen_keys(b, "1");
	screen_lose(b, "1社区");
	screen_see(b, "社区");
	screen_keys(a, "1");
	screen_lose(a, "1人民");
	screen_stop(&a);
	screen_stop(&b);
}

/* Fields of digits and names never see it. */
static void other_fields_are_left_alone(void **state)
{
	struct screen *s = at_place();

	(void)state;
	screen_key(s, "Shift-Tab");
	screen_see(s, "> 住户");
	screen_keys(s, "wx");
	screen_see(s, "wx");
	assert_false(screen_has(s, "1"  "我"));
	screen_stop(&s);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pinyin_with_station_words,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(strokes_by_digits, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(scanner_and_paste_are_text,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(learned_and_forgotten, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(two_screens_of_one_person,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(other_fields_are_left_alone,
		    setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
