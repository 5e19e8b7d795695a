/*
 * The table of words: both languages, clean, gaps alike.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../../core/base/text.h"
#include "../../tui/words.h"

static size_t gaps(const char *s)
{
	size_t n = 0;

	while ((s = strstr(s, "{}")) != NULL) {
		n++;
		s += 2;
	}
	return n;
}

static void both_languages(void **state)
{
	(void)state;
	for (int i = 0; i < W_COUNT; i++) {
		const char *zh = words_in((enum word_id)i, LANG_ZH);
		const char *en = words_in((enum word_id)i, LANG_EN);

		/* a mark of one language may have none in the other */
		assert_true(*zh != '\0');
		assert_true(*en != '\0' || text_nchars(zh) == 1);
		assert_true(text_is_clean(zh, strlen(zh), TEXT_MULTILINE));
		assert_true(text_is_clean(en, strlen(en), TEXT_MULTILINE));
		if (gaps(zh) != gaps(en))
			fail_msg("gaps differ: %s / %s", zh, en);
	}
}

static void language_of_the_screen(void **state)
{
	(void)state;
	words_set_lang(LANG_EN);
	assert_string_equal(word(W_POPUP_OK), "OK");
	words_set_lang(LANG_ZH);
	assert_string_equal(word(W_POPUP_OK), "知道了");
}

static void gaps_are_filled(void **state)
{
	char out[64], small[8];

	(void)state;
	words_set_lang(LANG_ZH);
	words_fill(out, sizeof(out), W_LIST_COUNT, "17", NULL);
	assert_string_equal(out, "共 17 条");
	words_fill(out, sizeof(out), W_LIST_COUNT, NULL);	/* too few */
	assert_string_equal(out, "共 {} 条");
	words_fill(out, sizeof(out), W_POPUP_OK, "17", NULL);	/* too many */
	assert_string_equal(out, "知道了");
	words_fill(small, sizeof(small), W_LIST_COUNT, "17", NULL);
	assert_true(text_valid(small, strlen(small)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_languages),
		cmocka_unit_test(language_of_the_screen),
		cmocka_unit_test(gaps_are_filled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
