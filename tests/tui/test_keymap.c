/*
 * The table of actions: no two actions share a key where both are looked up,
 * and every row can be shown.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../core/base/text.h"
#include "../../tui/keymap.h"

/* The i-th key name of a row; false when there is none. */
static bool key_name(const char *keys, size_t i, const char **name, size_t *len)
{
	for (;; i--) {
		keys += strspn(keys, " ");
		*name = keys;
		*len = strcspn(keys, " ");
		if (*len == 0)
			return false;
		if (i == 0)
			return true;
		keys += *len;
	}
}

static void every_key_has_a_name(void **state)
{
	(void)state;
	for (int a = 1; a < ACT_COUNT; a++) {
		const struct keymap_action *row = keymap_row((enum action)a);
		const char *name;
		size_t len, n = 0;

		for (; key_name(row->keys, n, &name, &len); n++)
			if (key_read(name, len) == K_NONE)
				fail_msg("%s: no key %.*s", row->name,
				    (int)len, name);
		assert_true(n <= 4);
	}
}

/* A key may mean two things only to two kinds of people. */
static void no_clash_in_a_context(void **state)
{
	(void)state;
	for (int a = 1; a < ACT_COUNT; a++)
		for (int b = a + 1; b < ACT_COUNT; b++) {
			const struct keymap_action *x =
			    keymap_row((enum action)a);
			const struct keymap_action *y =
			    keymap_row((enum action)b);
			const char *p, *q;
			size_t n, m;

			if (x->context != y->context ||
			    (x->who & y->who) == 0)
				continue;
			for (size_t i = 0; key_name(x->keys, i, &p, &n); i++)
				for (size_t k = 0;
				    key_name(y->keys, k, &q, &m); k++)
					if (key_read(p, n) == key_read(q, m))
						fail_msg("%s and %s share "
						    "%.*s", x->name, y->name,
						    (int)n, p);
		}
}

static void every_row_has_words(void **state)
{
	(void)state;
	for (int a = 1; a < ACT_COUNT; a++) {
		const struct keymap_action *row = keymap_row((enum action)a);

		assert_true(row->context > CTX_END &&
		    row->context < CTX_COUNT);
		assert_true(row->who != 0);
		for (int lang = LANG_ZH; lang <= LANG_EN; lang++) {
			const char *label = row->label[lang];
			const char *help = row->help[lang];

			if (*label == '\0' || *help == '\0')
				fail_msg("%s lacks words", row->name);
			/* the footer holds several; help may take two lines */
			if (text_cells(label) > 14 || text_cells(help) > 90)
				fail_msg("%s: too long", row->name);
			assert_true(text_is_clean(label, strlen(label),
			    TEXT_ONE_LINE));
		}
	}
	for (int c = 1; c < CTX_COUNT; c++)
		assert_true(*keymap_context_name((enum context)c, LANG_ZH) !=
		    '\0');
}

static void contexts_in_order(void **state)
{
	const enum context ctxs[] = { CTX_FORM, CTX_GLOBAL, CTX_END };

	(void)state;
	assert_int_equal(keymap_find(ctxs, K_F2, WHO_VOLUNTEER), ACT_SAVE);
	assert_int_equal(keymap_find(ctxs, K_CTRL | 's', WHO_GRID), ACT_SAVE);
	assert_int_equal(keymap_find(ctxs, K_F2, WHO_NOBODY), ACT_NONE);
	assert_int_equal(keymap_find(ctxs, K_F1, WHO_NOBODY), ACT_HELP);
	assert_int_equal(keymap_find(ctxs, '5', WHO_ALL), ACT_NONE);
	assert_int_equal(keymap_find(NULL, K_F1, WHO_ALL), ACT_NONE);
	assert_int_equal(keymap_in(CTX_EDIT, K_ALT | 'b'),
	    ACT_EDIT_WORD_LEFT);
}

static void keys_in_words(void **state)
{
	char out[64];

	(void)state;
	keymap_key(ACT_LIST_OPEN, LANG_ZH, out, sizeof(out));
	assert_string_equal(out, "回车");
	keymap_keys(ACT_SAVE, LANG_EN, out, sizeof(out));
	assert_string_equal(out, "F2, Ctrl-S");
	/* '/' is text while a field has the focus */
	assert_int_equal(keymap_shown(ACT_LIST_FILTER, false), '/');
	assert_int_equal(keymap_shown(ACT_LIST_FILTER, true), K_CTRL | 'f');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_has_a_name),
		cmocka_unit_test(no_clash_in_a_context),
		cmocka_unit_test(every_row_has_words),
		cmocka_unit_test(contexts_in_order),
		cmocka_unit_test(keys_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
