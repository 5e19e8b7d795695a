/*
 * Readings and matching: surnames, characters of several readings, mixtures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "../../core/base/csv.h"
#include "../../core/base/text.h"
#include "../../core/pinyin.h"

static void readings(void **state)
{
	(void)state;
	assert_string_equal(pinyin_readings(0x4E00), "yi");
	assert_string_equal(pinyin_readings(0x957F), "zhang chang");	/* 长 */
	assert_string_equal(pinyin_readings(0x5973), "nv");	/* 女 */
	assert_non_null(strstr(pinyin_readings(0x8D4C + 0), "du"));
	assert_null(pinyin_readings('a'));
	assert_null(pinyin_readings(0));
	assert_null(pinyin_readings(0x10FFFF));
	assert_string_equal(pinyin_readings(0x3447), "zhou");	/* 㑇 */
	assert_non_null(pinyin_readings(183955));
}

static void initials(void **state)
{
	struct buf b = BUF_INIT(1024);

	(void)state;
	assert_int_equal(pinyin_initials(0x957F),
	    1u << ('z' - 'a') | 1u << ('c' - 'a'));
	assert_int_equal(pinyin_initials('Q'), 1u << ('q' - 'a'));
	assert_int_equal(pinyin_initials('1'), 0);
	pinyin_initials_of("单小明", true, &b);
	assert_string_equal(buf_str(&b), "sxm");
	buf_reset(&b);
	pinyin_initials_of("万俟明", true, &b);
	assert_string_equal(buf_str(&b), "mqm");
	buf_reset(&b);
	pinyin_initials_of("Zhang Wei", true, &b);
	assert_string_equal(buf_str(&b), "zhang wei");
	buf_reset(&b);
	pinyin_initials_of("3栋502", false, &b);
	assert_string_equal(buf_str(&b), "3d502");
	buf_free(&b);
}

static void matching(void **state)
{
	static const struct { const char *text, *typed; bool yes; } rows[] = {
		{ "张伟", "zw", true }, { "张伟", "ZW", true },
		{ "张伟", "zhangwei", true }, { "张伟", "zhang wei", true },
		{ "张伟", "zhangw", true }, { "张伟", "zwei", true },
		{ "张伟", "zhw", true }, { "张伟", "zhangwe", true },
		{ "张伟", "zha", true }, { "张伟", "w", true },
		{ "张伟", "wei", true }, { "张伟", "张", true },
		{ "张伟", "张w", true }, { "张伟", "zwx", false },
		{ "张伟", "zaw", false }, { "张伟", "wz", false },
		{ "张伟", "李", false }, { "张伟", "", true },
		{ "曾国强", "zgq", true }, { "曾国强", "cgq", true },
		{ "曾国强", "zengguoqiang", true },
		{ "黑小虎", "hexiaohu", true },
		{ "黑小虎", "heixiaohu", true },
		{ "万俟雪", "moqixue", true }, { "万俟雪", "mqx", true },
		{ "尉迟恭", "yuchi", true }, { "长孙无忌", "zhsun", true },
		{ "西安路", "xi'an", true }, { "西安路", "xal", true },
		{ "吕绿", "lvlv", true }, { "吕绿", "lülü", true },
		{ "重庆银行", "cqyh", true },
		{ "重庆银行", "chongqingyinhang", true },
		{ "3栋502", "3d502", true }, { "3 栋 502", "3栋5", true },
		{ "茜坑社区", "xksq", true }, { "茜坑社区", "qksq", true },
		{ "John Smith", "smith", true }, { "饮水", "ys", true },
		{ "", "a", false }, { "\xff张", "z", true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++)
		if (pinyin_match(rows[i].text, rows[i].typed) != rows[i].yes)
			fail_msg("%s / %s", rows[i].text, rows[i].typed);
}

/* Long input ends quickly and never reads past itself. */
static void bounds(void **state)
{
	char typed[400], text[3001];
	size_t i;

	(void)state;
	memset(typed, 'x', sizeof(typed) - 1);
	typed[sizeof(typed) - 1] = '\0';
	for (i = 0; i + 3 < sizeof(text); i += 3)
		memcpy(text + i, "西", 3);
	text[i] = '\0';
	assert_false(pinyin_match(text, typed));
	for (i = 1; i <= 63; i++) {
		typed[i] = '\0';
		assert_true(pinyin_match(text, typed));
		typed[i] = 'x';
	}
}

/* The station words of the input method: each syllable is a reading of its
 * character, and no word stands twice. */
static void terms_are_read_right(void **state)
{
	const char *src = getenv("MQ_SRC"), *word, *at;
	struct csv *csv = NULL;
	struct err err = ERR_INIT;
	struct env env;
	char path[600];
	uint32_t cp;
	int used, rows = 0;

	(void)state;
	env_real(&env);
	(void)snprintf(path, sizeof(path),
	    "%s/core/packs/standard/terms.csv", src ? src : ".");
	assert_int_equal(csv_open(&env, path, &csv, &err), MQ_OK);
	for (; csv_next(csv); rows++) {
		word = csv_get(csv, "word");
		at = csv_get(csv, "pinyin");
		while (*word != '\0') {
			size_t n = strcspn(at, " ");
			const char *all, *hit;

			used = text_decode(word, strlen(word), &cp);
			assert_true(used > 0);
			all = pinyin_readings(cp);
			assert_non_null(all);
			for (hit = all; hit != NULL; hit = strchr(hit, ' ')) {
				hit += *hit == ' ';
				if (strncmp(hit, at, n) == 0 &&
				    (hit[n] == ' ' || hit[n] == '\0'))
					break;
			}
			if (hit == NULL || n == 0)
				fail_msg("%s: %.*s is not among %s",
				    csv_get(csv, "word"), (int)n, at, all);
			word += used;
			at += n + (at[n] == ' ');
		}
		assert_int_equal(*at, '\0');
	}
	assert_true(rows > 500);
	csv_close(&csv);
	env_release(&env);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readings),
		cmocka_unit_test(initials),
		cmocka_unit_test(matching),
		cmocka_unit_test(bounds),
		cmocka_unit_test(terms_are_read_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
