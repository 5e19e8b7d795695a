/* The words of the error table. */
#include "../../../core/base/err.h"

#include "../../../core/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

static void every_row_says_three_things_twice(void **state)
{
	const char *w;
	int code, part, lang;

	(void)state;
	for (code = MQ_OK + 1; code < MQ_E_LAST; code++)
		for (part = ERR_WHAT; part <= ERR_DO; part++)
			for (lang = LANG_ZH; lang <= LANG_EN; lang++) {
				w = err_words((enum mq_status)code,
				    (enum err_part)part, (enum lang)lang);
				assert_true(strlen(w) > 1);
				assert_true(text_is_clean(w, strlen(w),
				    TEXT_ONE_LINE));
				assert_true(text_is_nfc(w, strlen(w)));
			}
	assert_string_equal(err_name(MQ_OK), "OK");
	assert_string_equal(err_name(MQ_E_DISK_FULL), "DISK_FULL");
}

static void puts_the_detail_in(void **state)
{
	struct err err = ERR_INIT;
	char out[600];

	(void)state;
	assert_int_equal(err_set(&err, MQ_E_DATE, "%s", "2026-02-30"),
	    MQ_E_DATE);
	err_say(&err, LANG_ZH, out, sizeof(out));
	assert_non_null(strstr(out, "没有这一天或时间：2026-02-30。"));
	assert_non_null(strstr(out, "没有保存。"));
	err_say(&err, LANG_EN, out, sizeof(out));
	assert_non_null(strstr(out, "No such date or time: 2026-02-30. "));
	err_say_part(&err, ERR_WHAT, LANG_EN, out, sizeof(out));
	assert_string_equal(out, "No such date or time: 2026-02-30");
}

static void leaves_no_dangling_colon(void **state)
{
	struct err err = ERR_INIT;
	char out[600];

	(void)state;
	(void)err_set(&err, MQ_E_LOCKED, NULL);
	err_say_part(&err, ERR_WHAT, LANG_ZH, out, sizeof(out));
	assert_string_equal(out, "账本正被别的程序占用");
	err_say_part(&err, ERR_WHAT, LANG_EN, out, sizeof(out));
	assert_string_equal(out, "The ledger is busy");
}

static void knows_a_full_disk(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(err_sys(&err, ENOSPC, MQ_E_IO, "x"),
	    MQ_E_DISK_FULL);
	assert_int_equal(err.sys, ENOSPC);
	assert_int_equal(err_sys(&err, EDQUOT, MQ_E_DB, "x"),
	    MQ_E_DISK_FULL);
	assert_int_equal(err_sys(&err, EROFS, MQ_E_IO, "x"),
	    MQ_E_READ_ONLY);
	assert_int_equal(err_sys(NULL, EACCES, MQ_E_IO, "x"), MQ_E_IO);
	assert_int_equal(err_set(NULL, MQ_E_DB, NULL), MQ_E_DB);
}

static void keeps_hostile_details_harmless(void **state)
{
	struct err err = ERR_INIT;
	char longish[2000];

	(void)state;
	(void)err_set(&err, MQ_E_UTF8, "%s", "a\033[2Jb\xff");
	assert_string_equal(err.detail, "a⟨U+001B⟩[2Jb⟨FF⟩");
	memset(longish, 0, sizeof(longish));
	while (strlen(longish) < 1500)
		memcpy(longish + strlen(longish), "民", 3);
	(void)err_set(&err, MQ_E_UTF8, "x%s", longish);
	assert_true(text_valid(err.detail, strlen(err.detail)));
	assert_true(strlen(err.detail) > 200);
	assert_null(strstr(err.detail, "⟨"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_says_three_things_twice),
		cmocka_unit_test(puts_the_detail_in),
		cmocka_unit_test(leaves_no_dangling_colon),
		cmocka_unit_test(knows_a_full_disk),
		cmocka_unit_test(keeps_hostile_details_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
