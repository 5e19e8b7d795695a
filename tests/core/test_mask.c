/*
 * Masks, and numbers found inside running text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../core/mask.h"

static void expect(void (*mask)(const char *, struct buf *), const char *in,
    const char *want)
{
	struct buf b = BUF_INIT(BUF_SMALL);

	mask(in, &b);
	assert_string_equal(buf_str(&b), want);
	buf_free(&b);
}

static void names(void **state)
{
	(void)state;
	expect(mask_name, "张伟", "张*");
	expect(mask_name, "张小伟", "张**");
	expect(mask_name, "欧阳娜娜", "欧阳**");
	expect(mask_name, "欧阳", "欧*");
	expect(mask_name, "𠮷田", "𠮷*");
	expect(mask_name, "王", "王*");
	expect(mask_name, "", "");
	expect(mask_name, "John Smith", "J*** S****");
	expect(mask_name, "买买提·艾力", "买*****");
}

static void numbers(void **state)
{
	(void)state;
	expect(mask_phone, "13800138000", "138****8000");
	expect(mask_phone, "075523456789", "075*****6789");
	expect(mask_phone, "075523456789-801", "075*****6789-**");
	expect(mask_phone, "2345678", "2*****8");
	expect(mask_phone, "", "");
	expect(mask_phone, "电话", "**");
	expect(mask_id, "11010519491231002X", "1****************X");
}

static void mask_all(const char *s, struct buf *out)
{
	mask_text(s, strlen(s), out);
}

static void text(void **state)
{
	static const struct { const char *in, *out; } rows[] = {
		{ "电话13800138000,请回", "电话138****8000,请回" },
		{ "138 0013 8000", "138 **** 8000" },
		{ "138-0013-8000转", "138-****-8000转" },
		{ "１３８００１３８０００", "１３８****８０００" },
		{ "13800138000 3栋", "138****8000 3栋" },
		{ "13800138000 13900139000", "138****8000 139****9000" },
		{ "13800138000、13900139000", "138****8000、139****9000" },
		{ "+8613800138000", "+86138****8000" },
		{ "证号11010519491231002X。", "证号1****************X。" },
		{ "证号110105 19491231 002x", "证号1***** ******** ***x" },
		{ "旧证110105491231002", "旧证1*************2" },
		{ "座机0755-23456789", "座机075*-****6789" },
		{ "2026-11-22 14:30 走访 3 户", "2026-11-22 14:30 走访 3 户" },
		{ "补贴 1200000 元", "补贴 1200000 元" },
		{ "编号 99999999999999999999999999999",
		    "编号 99999999999999999999999999999" },
		{ "2026-11-22 13800138000", "2026-11-22 138****8000" },
		{ "", "" },
		{ "\xff\xfe""13800138000", "\xff\xfe""138****8000" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++)
		expect(mask_all, rows[i].in, rows[i].out);
}

/* Wherever in a text a number stands, it does not come out whole. */
static void anywhere(void **state)
{
	static const char *const numbers[] = { "13800138000",
	    "11010519491231002X" };
	static const char *const before[] = { "", "他", "a", ",", "1 ", "12-",
	    "\n", "x", "0 " };
	static const char *const after[] = { "", "他", "a", ",", " 1", "-12",
	    "\n", "x", " 0" };
	size_t i, k, m;

	(void)state;
	for (i = 0; i < ARRAY_LEN(numbers); i++)
		for (k = 0; k < ARRAY_LEN(before); k++)
			for (m = 0; m < ARRAY_LEN(after); m++) {
				struct buf b = BUF_INIT(1024);
				char s[64];

				(void)snprintf(s, sizeof(s), "%s%s%s",
				    before[k], numbers[i], after[m]);
				mask_text(s, strlen(s), &b);
				if (strstr(buf_str(&b), numbers[i]) != NULL)
					fail_msg("%s", s);
				buf_free(&b);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(numbers),
		cmocka_unit_test(text),
		cmocka_unit_test(anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
