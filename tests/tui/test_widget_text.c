/*
 * Scrolling text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../core/base/text.h"
#include "../../tui/widget_text.h"

static struct widget_text t;

static int teardown(void **state)
{
	(void)state;
	widget_text_free(&t);
	return 0;
}

static void lines_at_a_width(void **state)
{
	(void)state;
	widget_text_init(&t, ROLE_TEXT);
	widget_text_set(&t, "一二三四五六七八九十\n甲乙");
	assert_int_equal(widget_text_lines(&t, 80), 2);
	assert_int_equal(widget_text_lines(&t, 10), 3);
	widget_text_add(&t, "\n丙");
	assert_int_equal(widget_text_lines(&t, 80), 3);
}

static void what_comes_in_is_clean(void **state)
{
	(void)state;
	widget_text_init(&t, ROLE_TEXT);
	widget_text_set(&t, "a\033[2J\xe2\x80\xae\nb");
	assert_true(text_is_clean(buf_str(&t.text), t.text.len,
	    TEXT_MULTILINE));
	assert_int_equal(widget_text_lines(&t, 80), 2);
}

static void scrolling(void **state)
{
	(void)state;
	widget_text_init(&t, ROLE_TEXT);
	t.h = 3;
	t.w = 80;
	widget_text_set(&t, "1\n2\n3\n4\n5\n6\n7");
	assert_int_equal(widget_text_key(&t, K_UP), PANEL_IGNORED);
	assert_int_equal(widget_text_key(&t, K_DOWN), PANEL_REDRAW);
	assert_int_equal(t.top, 1);
	(void)widget_text_key(&t, K_PGDN);
	assert_int_equal(t.top, 3);
	(void)widget_text_key(&t, K_END);
	assert_int_equal(t.top, 4);
	assert_int_equal(widget_text_key(&t, K_DOWN), PANEL_IGNORED);
	(void)widget_text_key(&t, K_HOME);
	assert_int_equal(t.top, 0);
	assert_int_equal(widget_text_key(&t, 'x'), PANEL_IGNORED);
}

#define T(f) cmocka_unit_test_teardown(f, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(lines_at_a_width), T(what_comes_in_is_clean), T(scrolling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
