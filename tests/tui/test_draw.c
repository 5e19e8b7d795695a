/*
 * Painting: whatever the text holds, it stays in its cells and steers
 * nothing.  The child paints one string a row and a mark in column 60.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/base/units.h"
#include "../../core/base/xmalloc.h"
#include "../../tui/app.h"
#include "../lib/screen.h"

#define MARK 60

/* From the list of hostile inputs the project keeps. */
static const char *const rows[] = {
	"\x1b]0;stolen\a" "\x1b]52;c;cm0gLXJm\a",
	"\x1b[2J\x1b[H\x1b[?1049l\x1b" "c",
	"\x9b" "31m\xc2\x9b" "31m\xc2\x90q\xc2\x9c",
	"\b\b\b已批准\r已批准\x7f\a\a\a",
	"\xe2\x80\xae" "反过来\xe2\x81\xa6\xe2\x80\x8f",
	"a\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81z",
	"\xcc\x81 mark first",
	"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d"
	"\xf0\x9f\x91\xa7 family",
	"\xc0\xaf\xe0\x80\xaf\xed\xa0\x80\xf8\x88\x80 end",
	"\xd6\xd0\xb9\xfa in GB 18030",
	"\xef\xb7\xba wide one",
	"𠮷𬱖䶮㛃 阿卜杜热合曼·买买提",
	"“引号”…—— ①→■★",
	"tab\there\nand line",
	"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十甲乙丙",
};

static bool covered;		/* a blank over two halves of 汉字 */

static void rows_paint(struct panel *p, const struct draw *d)
{
	struct draw odd = draw_sub(d, 16, 3, 1, 7);	/* three and a half */

	(void)p;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		draw_fit(d, (int)i, 1, MARK - 1, ROLE_TEXT, rows[i]);
		draw_text(d, (int)i, MARK, 0, ROLE_TEXT, "|");
	}
	draw_text(&odd, 0, 0, 0, ROLE_TEXT, "一二三四五");
	draw_text(d, 16, 10, 0, ROLE_TEXT, "|");
	if (covered)
		draw_fill(d, 16, 6, 1, 2, ROLE_TEXT);
	draw_text(d, -1, 0, 0, ROLE_TEXT, "outside");
	draw_text(d, 0, 500, 0, ROLE_TEXT, "outside");
	draw_text(d, 500, 0, 0, ROLE_TEXT, "outside");
	odd = draw_sub(d, 17, 70, 9, 99);
	draw_box(&odd, ROLE_BORDER, "标题很长很长很长");
	draw_right(d, 18, ROLE_TEXT, "到这里");
	draw_wrapped(d, 19, 1, 12, 1, ROLE_TEXT, "第一行有字，第二行不画");
	draw_cursor(d, 16, 5);
}

static unsigned rows_key(struct panel *p, uint32_t key)
{
	(void)p;
	(void)key;
	covered = !covered;
	return PANEL_REDRAW;
}

static const struct panel_ops rows_ops = { .name = "rows",
	.key = rows_key, .paint = rows_paint };

static int child(void)
{
	struct app_options opt = { .bell_fd = -1 };
	struct err err = ERR_INIT;
	struct app *app = NULL;
	struct env env;
	int status;

	env_real(&env);
	if (app_start(&env, &opt, &app, &err) != MQ_OK)
		return 1;
	app_push(app, xcalloc(1, sizeof(struct panel)), &rows_ops);
	status = app_run(app);
	app_stop(&app);
	env_release(&env);
	return status;
}

static struct screen *start(const struct screen_options *o)
{
	const char *argv[] = { screen_self(), "--child", NULL };
	struct screen *s = screen_start(argv, o);

	screen_see(s, "F1 帮助");
	return s;
}

static void every_mark_in_its_column(void **state)
{
	struct screen *s = start(NULL);
	struct screen_cell c;

	(void)state;
	for (int i = 0; i < (int)ARRAY_LEN(rows); i++) {
		screen_at(s, 1 + i, MARK, &c);
		if (strcmp(c.text, "|") != 0)
			fail_msg("row %d: %s", i, screen_line(s, 1 + i));
	}
	assert_false(screen_has(s, "outside"));
	screen_stop(&s);
}

static void nothing_is_steered(void **state)
{
	struct screen *s = start(NULL);

	(void)state;
	assert_string_equal(screen_title(s), "");
	assert_int_equal(screen_bells(s), 0);
	assert_true(screen_in_alternate(s));
	assert_true(screen_has(s, "⟨U+202E⟩"));
	screen_stop(&s);
}

static void wide_characters_stay_whole(void **state)
{
	struct screen *s = start(NULL);
	int row, col;
	bool visible;

	(void)state;
	assert_true(screen_has(s, "   一二三 |"));
	assert_true(screen_has(s, "八九…|"));
	assert_true(screen_has(s, "𠮷𬱖䶮㛃 阿卜杜热合曼·买买提"));
	screen_cursor(s, &row, &col, &visible);
	assert_true(visible);
	assert_int_equal(row, 17);
	assert_int_equal(col, 5);
	screen_stop(&s);
}

/* What a fill cuts in two goes as a whole and comes back as a whole. */
static void halves_come_back(void **state)
{
	struct screen *s = start(NULL);

	(void)state;
	screen_keys(s, "x");
	screen_see(s, "   一     |");
	screen_keys(s, "x");
	screen_see(s, "   一二三 |");
	screen_stop(&s);
}

static void boxes_and_edges(void **state)
{
	struct screen *s = start(NULL);

	(void)state;
	assert_true(screen_has(s, "┌─ 标题 ─┐"));
	assert_true(screen_has(s, "到这里"));
	assert_true(screen_has(s, " 第一行有字，"));
	assert_false(screen_has(s, "第二行不画"));
	screen_stop(&s);
}

static void the_same_on_a_wide_terminal(void **state)
{
	const struct screen_options o = { .wide_ambiguous = true };
	struct screen *s = start(&o);
	struct screen_cell c;

	(void)state;
	screen_see(s, "「引号」．－－ ㈠＞＃＊");
	for (int i = 0; i < (int)ARRAY_LEN(rows); i++) {
		screen_at(s, 1 + i, MARK, &c);
		if (strcmp(c.text, "|") != 0)
			fail_msg("row %d: %s", i, screen_line(s, 1 + i));
	}
	screen_stop(&s);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mark_in_its_column),
		cmocka_unit_test(nothing_is_steered),
		cmocka_unit_test(wide_characters_stay_whole),
		cmocka_unit_test(halves_come_back),
		cmocka_unit_test(boxes_and_edges),
		cmocka_unit_test(the_same_on_a_wide_terminal),
	};

	if (argc > 1 && strcmp(argv[1], "--child") == 0)
		return child();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
