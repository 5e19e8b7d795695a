/*
 * Numbered choices.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../tui/widget_menu.h"

static const struct widget_menu_choice few[] = {
	{ "入户走访", NULL, ROLE_TEXT, false },
	{ "电话寻访", NULL, ROLE_TEXT, false },
	{ "来站到访", "到站里来", ROLE_TEXT, false },
	{ "慰问", NULL, ROLE_TEXT, true },
};
static struct widget_menu_choice many[21];

static struct widget_menu m;

static int teardown(void **state)
{
	(void)state;
	widget_menu_free(&m);
	return 0;
}

static void digits_pick_one(void **state)
{
	(void)state;
	widget_menu_init(&m, few, ARRAY_LEN(few), false);
	assert_true((widget_menu_key(&m, '2') & WIDGET_PICKED) != 0);
	assert_int_equal(m.picked, 1);
	assert_int_equal(m.here, 1);
	assert_int_equal(widget_menu_key(&m, '4'), PANEL_BEEP);	/* off */
	assert_int_equal(widget_menu_key(&m, '9'), PANEL_BEEP);	/* none */
	assert_int_equal(m.picked, 1);
	assert_int_equal(widget_menu_key(&m, 'x'), PANEL_IGNORED);
}

static void arrows_leave_at_the_ends(void **state)
{
	(void)state;
	widget_menu_init(&m, few, ARRAY_LEN(few), false);
	assert_int_equal(widget_menu_key(&m, K_UP), PANEL_IGNORED);
	for (int i = 0; i < 3; i++)
		assert_int_equal(widget_menu_key(&m, K_DOWN), PANEL_REDRAW);
	assert_int_equal(widget_menu_key(&m, K_DOWN), PANEL_IGNORED);
	m.columns = 2;
	assert_int_equal(widget_menu_key(&m, K_UP), PANEL_REDRAW);
	assert_int_equal(m.here, 1);
	assert_int_equal(widget_menu_key(&m, K_LEFT), PANEL_REDRAW);
	assert_true((widget_menu_key(&m, K_ENTER) & WIDGET_PICKED) != 0);
	assert_int_equal(m.picked, 0);
}

static void several_by_digit_and_blank(void **state)
{
	(void)state;
	widget_menu_init(&m, few, ARRAY_LEN(few), true);
	assert_true((widget_menu_key(&m, '1') & WIDGET_CHANGED) != 0);
	assert_true((widget_menu_key(&m, '3') & WIDGET_CHANGED) != 0);
	(void)widget_menu_key(&m, K_UP);
	assert_true((widget_menu_key(&m, ' ') & WIDGET_CHANGED) != 0);
	assert_true(m.ticked[0] && m.ticked[1] && m.ticked[2]);
	(void)widget_menu_key(&m, '1');
	assert_false(m.ticked[0]);
	assert_int_equal(widget_menu_key(&m, '4'), PANEL_BEEP);
	assert_true((widget_menu_key(&m, K_ENTER) & WIDGET_PICKED) != 0);
}

static void pages_of_nine(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		many[i] = (struct widget_menu_choice){ "事项", NULL,
		    ROLE_TEXT, false };
	widget_menu_init(&m, many, ARRAY_LEN(many), false);
	assert_int_equal(widget_menu_key(&m, '0'), PANEL_REDRAW);
	(void)widget_menu_key(&m, '3');
	assert_int_equal(m.picked, 11);
	(void)widget_menu_key(&m, '0');
	assert_int_equal(widget_menu_key(&m, '4'), PANEL_BEEP);	/* 18…20 */
	(void)widget_menu_key(&m, '3');
	assert_int_equal(m.picked, 20);
	(void)widget_menu_key(&m, '0');		/* round again */
	assert_int_equal(m.here, 0);
}

static void room_it_needs(void **state)
{
	(void)state;
	widget_menu_init(&m, few, ARRAY_LEN(few), false);
	assert_int_equal(widget_menu_lines(&m, 10), 4);
	assert_int_equal(widget_menu_lines(&m, 200), 1);
	m.one_column = true;
	assert_int_equal(widget_menu_lines(&m, 200), 4);
	widget_menu_free(&m);
	widget_menu_init(&m, NULL, 0, false);
	assert_int_equal(widget_menu_key(&m, '1'), PANEL_IGNORED);
	assert_int_equal(widget_menu_lines(&m, 80), 0);
}

#define T(f) cmocka_unit_test_teardown(f, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(digits_pick_one), T(arrows_leave_at_the_ends),
		T(several_by_digit_and_blank), T(pages_of_nine),
		T(room_it_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
