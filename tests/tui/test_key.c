/*
 * Bytes into keys, and key names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../../tui/key.h"

static struct key_decoder d;

static int setup(void **state)
{
	(void)state;
	key_decoder_init(&d);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	key_decoder_free(&d);
	return 0;
}

static void feed(const char *s)
{
	assert_int_equal(key_feed(&d, s, strlen(s)), strlen(s));
}

static void expect_key(uint32_t key)
{
	struct key_event ev;

	assert_true(key_next(&d, &ev, false));
	assert_int_equal(ev.kind, KEY_EVENT_KEY);
	assert_int_equal(ev.key, key);
}

static void expect_nothing(void)
{
	struct key_event ev;

	assert_false(key_next(&d, &ev, false));
}

static void plain_and_control(void **state)
{
	(void)state;
	feed("a中 \r\t\177\b\001\023\n");
	expect_key('a');
	expect_key(0x4e2d);
	expect_key(' ');
	expect_key(K_ENTER);
	expect_key(K_TAB);
	expect_key(K_BACKSPACE);
	expect_key(K_BACKSPACE);
	expect_key(K_CTRL | 'a');
	expect_key(K_CTRL | 's');
	expect_key(K_ENTER);
	expect_nothing();
	assert_int_equal(key_wait(&d), -1);
}

static void every_way_to_say_home(void **state)
{
	(void)state;
	feed("\033[H\033OH\033[1~\033[7~\033[1;5H");
	for (int i = 0; i < 4; i++)
		expect_key(K_HOME);
	expect_key(K_CTRL | K_HOME);
}

static void function_keys(void **state)
{
	(void)state;
	feed("\033OP\033[11~\033[[A\033OQ\033[[E\033[24~\033[Z\033[1;2D");
	expect_key(K_F1);
	expect_key(K_F1);
	expect_key(K_F1);
	expect_key(K_F2);
	expect_key(K_F5);
	expect_key(K_F12);
	expect_key(K_SHIFT | K_TAB);
	expect_key(K_LEFT);		/* Shift-Left is Left */
}

static void words_by_alt_and_ctrl(void **state)
{
	(void)state;
	feed("\033b\033F\033[1;5C\033[1;3D\033\177");
	expect_key(K_ALT | 'b');
	expect_key(K_ALT | 'f');
	expect_key(K_CTRL | K_RIGHT);
	expect_key(K_ALT | K_LEFT);
	expect_key(K_ALT | K_BACKSPACE);
}

static void escape_alone_waits(void **state)
{
	struct key_event ev;

	(void)state;
	feed("\033");
	expect_nothing();
	assert_int_equal(key_wait(&d), KEY_ESC_WAIT);
	assert_true(key_next(&d, &ev, true));
	assert_int_equal(ev.key, K_ESC);
	feed("\033\033[A");		/* Esc, then Up */
	expect_key(K_ESC);
	expect_key(K_UP);
}

static void sequence_in_pieces(void **state)
{
	static const char all[] = "\033[1;5C\xe4\xb8\xad\033OQ\xf0\xa0\xae\xb7";

	(void)state;
	for (size_t cut = 1; cut < sizeof(all) - 1; cut++) {
		uint32_t got[4] = { 0 };
		size_t n = 0;
		struct key_event ev;

		key_feed(&d, all, cut);
		while (key_next(&d, &ev, false))
			got[n++] = ev.key;
		key_feed(&d, all + cut, sizeof(all) - 1 - cut);
		while (key_next(&d, &ev, false))
			got[n++] = ev.key;
		assert_int_equal(n, 4);
		assert_int_equal(got[0], K_CTRL | K_RIGHT);
		assert_int_equal(got[1], 0x4e2d);
		assert_int_equal(got[2], K_F2);
		assert_int_equal(got[3], 0x20bb7);	/* 𠮷 */
	}
}

static void paste_is_one_event(void **state)
{
	struct key_event ev;

	(void)state;
	feed("x\033[200~第一行\r\n第二行\rrm\033[A\033[201~y");
	expect_key('x');
	assert_true(key_next(&d, &ev, false));
	assert_int_equal(ev.kind, KEY_EVENT_PASTE);
	assert_string_equal(ev.text, "第一行\n第二行\nrm\033[A");
	assert_false(ev.over);
	expect_key('y');
}

static void paste_has_a_cap(void **state)
{
	static char block[1000];
	struct key_event ev;

	(void)state;
	memset(block, 'a', sizeof(block));
	feed("\033[200~");
	expect_nothing();
	for (size_t n = 0; n < KEY_PASTE_MAX + 5000; n += sizeof(block)) {
		assert_int_equal(key_feed(&d, block, sizeof(block)),
		    sizeof(block));
		expect_nothing();
	}
	feed("\033[201~z");
	assert_true(key_next(&d, &ev, false));
	assert_true(ev.over);
	assert_true(ev.len <= KEY_PASTE_MAX);
	expect_key('z');
}

static void paste_that_never_ends(void **state)
{
	struct key_event ev;

	(void)state;
	feed("\033[200~abc\033[20");
	expect_nothing();
	assert_int_equal(key_wait(&d), KEY_PASTE_WAIT);
	assert_true(key_next(&d, &ev, true));
	assert_int_equal(ev.kind, KEY_EVENT_PASTE);
	assert_string_equal(ev.text, "abc\033[20");
	assert_int_equal(key_wait(&d), -1);
}

static void bytes_that_are_no_utf8(void **state)
{
	static const char *const bad[] = { "\xc0\xaf", "\xe0\x80\xaf",
		"\xed\xa0\x80", "\xf8\x88\x80\x80\x80", "\x80",
		"\xd6\xd0\xb9\xfa" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct key_event ev;
		size_t raw = 0;

		feed(bad[i]);
		feed("k");
		for (;;) {
			assert_true(key_next(&d, &ev, false));
			if (ev.kind == KEY_EVENT_KEY && ev.key == 'k')
				break;
			raw += ev.kind == KEY_EVENT_PASTE ? ev.len : 0;
		}
		assert_true(raw > 0);
	}
}

static void answers_are_not_typed(void **state)
{
	struct key_event ev;

	(void)state;
	feed("\033[?62;22c\033]11;rgb:0000/0000/0000\033\\\033P>|x\033\\q");
	expect_key('q');
	d.expect_cursor = 1;
	feed("\033[1;2R\033[1;2R");
	assert_true(key_next(&d, &ev, false));
	assert_int_equal(ev.kind, KEY_EVENT_CURSOR);
	assert_int_equal(ev.row, 1);
	assert_int_equal(ev.col, 2);
	expect_key(K_SHIFT | K_F3);	/* nobody asked any more */
}

static void noise_ends(void **state)
{
	static char noise[8192];
	struct key_event ev;

	(void)state;
	/* Sequences without an end must neither hang nor overflow. */
	memset(noise, ';', sizeof(noise));
	feed("\033[");
	for (size_t at = 0; at < sizeof(noise);) {
		at += key_feed(&d, noise + at, sizeof(noise) - at);
		while (key_next(&d, &ev, false))
			;
	}
	feed("\033[9999999999A");
	while (key_next(&d, &ev, true))
		;
	feed("e");
	expect_key('e');
}

static void names_there_and_back(void **state)
{
	static const struct { const char *name; uint32_t key; } t[] = {
		{ "F2", K_F2 }, { "Ctrl-s", K_CTRL | 's' },
		{ "Shift-Tab", K_SHIFT | K_TAB }, { "?", '?' },
		{ "Space", ' ' }, { "Alt-Backspace", K_ALT | K_BACKSPACE },
		{ "-", '-' }, { "Ctrl-Left", K_CTRL | K_LEFT },
		{ "中", 0x4e2d },
	};
	char out[32];

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		assert_int_equal(key_read(t[i].name, strlen(t[i].name)),
		    t[i].key);
	assert_int_equal(key_read("F99", 3), K_NONE);
	assert_int_equal(key_read("", 0), K_NONE);
	assert_int_equal(key_read("Ctrl-", 5), K_NONE);
	key_show(K_CTRL | 's', LANG_ZH, out, sizeof(out));
	assert_string_equal(out, "Ctrl-S");
	key_show(K_ENTER, LANG_ZH, out, sizeof(out));
	assert_string_equal(out, "回车");
	key_show(K_ENTER, LANG_EN, out, sizeof(out));
	assert_string_equal(out, "Enter");
	key_show(K_SHIFT | K_TAB, LANG_ZH, out, sizeof(out));
	assert_string_equal(out, "Shift-Tab");
}

static void digits_of_both_widths(void **state)
{
	(void)state;
	assert_int_equal(key_digit('7'), 7);
	assert_int_equal(key_digit(0xff17), 7);	/* ７ */
	assert_int_equal(key_digit('a'), -1);
	assert_true(key_is_text('a'));
	assert_true(key_is_text(0x4e2d));
	assert_false(key_is_text(K_CTRL | 'a'));
	assert_false(key_is_text(K_ENTER));
	assert_false(key_is_text(0x9b));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(plain_and_control), T(every_way_to_say_home),
		T(function_keys), T(words_by_alt_and_ctrl),
		T(escape_alone_waits), T(sequence_in_pieces),
		T(paste_is_one_event), T(paste_has_a_cap),
		T(paste_that_never_ends), T(bytes_that_are_no_utf8),
		T(answers_are_not_typed), T(noise_ends),
		T(names_there_and_back), T(digits_of_both_widths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
