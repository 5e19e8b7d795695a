/*
 * The text field: characters, cells, words, limits, bytes that are no text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/base/text.h"
#include "../../tui/widget_edit.h"

static struct widget_edit e;

static void fresh(const struct widget_edit_options *opt)
{
	widget_edit_init(&e, opt);
	e.w = 20;
	e.h = 4;
}

static void keys(const char *s)
{
	size_t at = 0, len = strlen(s);

	while (at < len) {
		uint32_t cp;
		int n = text_decode(s + at, len - at, &cp);

		assert_true(n > 0);
		(void)widget_edit_key(&e, cp == '\n' ? K_ENTER : cp);
		at += (size_t)n;
	}
}

/* The text with the cursor in it: "中|文". */
static const char *shown(void)
{
	static char out[4096];
	const char *s = widget_edit_text(&e);

	snprintf(out, sizeof(out), "%.*s|%s", (int)e.at, s, s + e.at);
	return out;
}

static int teardown(void **state)
{
	(void)state;
	widget_edit_free(&e);
	return 0;
}

static void typing_chinese(void **state)
{
	(void)state;
	fresh(NULL);
	assert_true(widget_edit_empty(&e));
	assert_int_equal(widget_edit_key(&e, 0x4e2d),
	    PANEL_REDRAW | WIDGET_CHANGED);
	keys("国𠮷a");
	assert_string_equal(shown(), "中国𠮷a|");
	assert_int_equal(e.nchars, 4);
	widget_edit_key(&e, K_LEFT);
	widget_edit_key(&e, K_LEFT);
	assert_string_equal(shown(), "中国|𠮷a");
	keys("人");
	assert_string_equal(shown(), "中国人|𠮷a");
	widget_edit_key(&e, K_DELETE);
	assert_string_equal(shown(), "中国人|a");
	widget_edit_key(&e, K_BACKSPACE);
	assert_string_equal(shown(), "中国|a");
	widget_edit_key(&e, K_HOME);
	assert_int_equal(widget_edit_key(&e, K_BACKSPACE), PANEL_DONE);
	assert_int_equal(widget_edit_key(&e, K_LEFT), PANEL_DONE);
	assert_string_equal(shown(), "|中国a");
	widget_edit_key(&e, K_END);
	assert_int_equal(widget_edit_key(&e, K_DELETE), PANEL_DONE);
	assert_string_equal(shown(), "中国a|");
}

static void a_character_is_what_people_count(void **state)
{
	(void)state;
	fresh(NULL);
	keys("e\xcc\x81x");		/* e with an acute, as two codes */
	assert_int_equal(e.nchars, 2);
	widget_edit_key(&e, K_LEFT);
	widget_edit_key(&e, K_BACKSPACE);
	assert_string_equal(shown(), "|x");
	/* a mark typed after its base joins it */
	widget_edit_clear(&e);
	keys("中\xcc\x81");
	assert_int_equal(e.nchars, 1);
	widget_edit_key(&e, K_BACKSPACE);
	assert_true(widget_edit_empty(&e));
}

static void words(void **state)
{
	(void)state;
	fresh(NULL);
	widget_edit_set(&e, "联系 138 0013 楼长abc");
	widget_edit_key(&e, K_CTRL | K_LEFT);
	assert_string_equal(shown(), "联系 138 0013 楼长|abc");
	widget_edit_key(&e, K_ALT | 'b');
	assert_string_equal(shown(), "联系 138 0013 |楼长abc");
	widget_edit_key(&e, K_CTRL | K_RIGHT);
	assert_string_equal(shown(), "联系 138 0013 楼长|abc");
	widget_edit_key(&e, K_CTRL | 'w');
	assert_string_equal(shown(), "联系 138 0013 |abc");
	widget_edit_key(&e, K_CTRL | 'k');
	assert_string_equal(shown(), "联系 138 0013 |");
	widget_edit_key(&e, K_LEFT);
	widget_edit_key(&e, K_CTRL | 'u');
	assert_string_equal(shown(), "| ");
}

static void limit_in_characters(void **state)
{
	const struct widget_edit_options opt = { .max_chars = 4 };

	(void)state;
	fresh(&opt);
	keys("一二三四");
	assert_false(e.full);
	assert_int_equal(widget_edit_key(&e, 0x4e94) &
	    (PANEL_BEEP | WIDGET_CHANGED), PANEL_BEEP);
	assert_true(e.full);
	assert_string_equal(shown(), "一二三四|");
	widget_edit_key(&e, K_BACKSPACE);
	assert_false(e.full);
	widget_edit_key(&e, K_HOME);
	(void)widget_edit_paste(&e, "甲乙丙", strlen("甲乙丙"));
	assert_true(e.full);
	assert_string_equal(shown(), "甲|一二三");
}

static void pasted_garbage(void **state)
{
	static const char hostile[] = "a\033[2J\xe2\x80\xae" "b\a\xef\xbb\xbf";
	static const char gbk[] = "张\xd6\xd0\xfa\xb9伟";

	(void)state;
	fresh(NULL);
	assert_true((widget_edit_paste(&e, gbk, sizeof(gbk) - 1) &
	    WIDGET_CHANGED) != 0);
	assert_true(e.bad_utf8);
	assert_string_equal(widget_edit_text(&e), "张伟");
	widget_edit_clear(&e);
	assert_false(e.bad_utf8);
	(void)widget_edit_paste(&e, "第一行\n第二行\t完",
	    strlen("第一行\n第二行\t完"));
	assert_string_equal(widget_edit_text(&e), "第一行 第二行 完");
	widget_edit_clear(&e);
	(void)widget_edit_paste(&e, hostile, sizeof(hostile) - 1);
	assert_true(e.dropped);
	assert_string_equal(widget_edit_text(&e), "a[2Jb");
	/* what is in the field is always fit for the screen */
	assert_true(text_is_clean(widget_edit_text(&e), e.text.len,
	    TEXT_ONE_LINE));
}

static void names_of_real_people(void **state)
{
	static const char *const names[] = { "𠮷野", "𬱖", "䶮", "㛃",
		"阿卜杜热合曼·买买提", "葛󠄀",	/* with a variation selector */
		"１３８００１３８０００" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		fresh(NULL);
		widget_edit_set(&e, names[i]);
		assert_string_equal(widget_edit_text(&e), names[i]);
		assert_false(e.dropped || e.bad_utf8);
		widget_edit_free(&e);
	}
	fresh(NULL);
}

static void several_lines(void **state)
{
	const struct widget_edit_options opt = { .multi = true };

	(void)state;
	fresh(&opt);
	e.w = 11;			/* ten cells and the cursor's */
	keys("一二三四五六七\nab");
	assert_string_equal(shown(), "一二三四五六七\nab|");
	assert_int_equal(widget_edit_lines(&e, 11), 3);
	widget_edit_key(&e, K_UP);
	assert_string_equal(shown(), "一二三四五六|七\nab");
	widget_edit_key(&e, K_UP);
	assert_string_equal(shown(), "一|二三四五六七\nab");
	assert_int_equal(widget_edit_key(&e, K_UP), PANEL_IGNORED);
	widget_edit_key(&e, K_END);
	assert_string_equal(shown(), "一二三四|五六七\nab");
	widget_edit_key(&e, K_DOWN);
	assert_string_equal(shown(), "一二三四五六七|\nab");
	widget_edit_key(&e, K_DOWN);
	assert_string_equal(shown(), "一二三四五六七\nab|");
	assert_int_equal(widget_edit_key(&e, K_DOWN), PANEL_IGNORED);
	widget_edit_key(&e, K_ENTER);
	assert_int_equal(widget_edit_lines(&e, 11), 4);
	widget_edit_key(&e, K_HOME);
	assert_string_equal(shown(), "一二三四五六七\nab\n|");
}

static void one_line_leaves_enter_alone(void **state)
{
	(void)state;
	fresh(NULL);
	keys("a");
	assert_int_equal(widget_edit_key(&e, K_ENTER), PANEL_IGNORED);
	assert_int_equal(widget_edit_key(&e, K_UP), PANEL_IGNORED);
	assert_int_equal(widget_edit_key(&e, K_DOWN), PANEL_IGNORED);
	assert_int_equal(widget_edit_key(&e, K_F2), PANEL_IGNORED);
	assert_int_equal(widget_edit_key(&e, K_TAB), PANEL_IGNORED);
}

static void pin(void **state)
{
	const struct widget_edit_options opt = { .max_chars = 6,
		.masked = true, .digits = true };

	(void)state;
	fresh(&opt);
	keys("12a３");			/* full-width three */
	assert_string_equal(widget_edit_text(&e), "123");
	assert_true(e.dropped);
	(void)widget_edit_paste(&e, "456-7", 5);
	assert_string_equal(widget_edit_text(&e), "123456");
	assert_true(e.full);
	widget_edit_key(&e, K_CTRL | K_LEFT);
	assert_int_equal(e.at, 0);	/* no word borders are given away */
	widget_edit_clear(&e);
	assert_true(widget_edit_empty(&e));
}

static void a_mebibyte_pasted(void **state)
{
	const struct widget_edit_options opt = { .multi = true };
	size_t n = 1024 * 1024;
	char *big = malloc(n);

	(void)state;
	assert_non_null(big);
	for (size_t i = 0; i < n; i++)
		big[i] = "\xe4\xb8\xad"[i % 3];
	fresh(&opt);
	(void)widget_edit_paste(&e, big, n);
	assert_true(e.full);
	assert_true(e.text.len <= WIDGET_EDIT_BYTES);
	assert_true(e.text.len > WIDGET_EDIT_BYTES - 3);
	assert_true(text_valid(widget_edit_text(&e), e.text.len));
	free(big);
}

/* Whatever is pressed, the cursor stands at a character of valid text. */
static void random_keys(void **state)
{
	static const uint32_t some[] = { K_LEFT, K_RIGHT, K_UP, K_DOWN, K_HOME,
		K_END, K_BACKSPACE, K_DELETE, K_CTRL | 'u', K_CTRL | 'k',
		K_CTRL | 'w', K_CTRL | K_LEFT, K_CTRL | K_RIGHT, K_ENTER,
		'a', ' ', '1', 0x4e2d, 0x3002, 0xff08, 0x20bb7, 0x301, 0x200d,
		0x1f3e0, 0x202e, 0xe0100 };
	const struct widget_edit_options opt = { .multi = true,
		.max_chars = 40 };
	unsigned seed = 7;

	(void)state;
	fresh(&opt);
	e.w = 12;
	for (int i = 0; i < 20000; i++) {
		const char *s;

		seed = seed * 1103515245u + 12345u;
		(void)widget_edit_key(&e, some[(seed >> 16) %
		    (sizeof(some) / sizeof(some[0]))]);
		s = widget_edit_text(&e);
		assert_true(e.at <= e.text.len);
		assert_true(text_valid(s, e.at));
		assert_true(text_valid(s, e.text.len));
		assert_int_equal(e.nchars, text_nchars(s));
		assert_true(e.nchars <= 40);
		assert_true(e.at == 0 ||
		    text_next(s, e.text.len, text_prev(s, e.at)) == e.at);
	}
}

#define T(f) cmocka_unit_test_teardown(f, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(typing_chinese), T(a_character_is_what_people_count),
		T(words), T(limit_in_characters), T(pasted_garbage),
		T(names_of_real_people), T(several_lines),
		T(one_line_leaves_enter_alone), T(pin), T(a_mebibyte_pasted),
		T(random_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
