/*
 * Simplified forms, the dots of names, the order by strokes; and what the
 * folding of text makes of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../../core/base/buf.h"
#include "../../../core/base/han.h"
#include "../../../core/base/text.h"

static void simple(void **state)
{
	(void)state;
	assert_int_equal(han_simple(0x570B), 0x56FD);	/* 國 */
	assert_int_equal(han_simple(0x56FD), 0x56FD);
	assert_int_equal(han_simple(0x5FA9), 0x590D);	/* 復 */
	assert_int_equal(han_simple(0x3007), 0x96F6);	/* 〇 */
	assert_int_equal(han_simple('a'), 'a');
	assert_int_equal(han_simple(0x20BB7), 0x20BB7);
}

/* Twice simplified is once simplified: what is stored and what is typed meet
 * whichever of the two was folded before. */
static void settled(void **state)
{
	uint32_t cp;

	(void)state;
	for (cp = 0x3000; cp < 0xA000; cp++)
		if (han_simple(han_simple(cp)) != han_simple(cp))
			fail_msg("U+%04X", cp);
}

static void folding(void **state)
{
	static const struct { const char *a, *b; } same[] = {
		{ "陳國強", "陈国强" }, { "葉志豪", "叶志豪" },
		{ "買買提·吐爾遜", "买买提吐尔逊" },
		{ "买买提•吐尔逊", "买买提・吐尔逊" },
		{ "買買提‧吐爾遜", "买买提･吐尔逊" },
		{ "３棟２單元", "3栋2单元" }, { "二〇二六", "二零二六" },
		{ "ＡＢＣ　號", "abc号" },
	};
	struct buf a = BUF_INIT(400), b = BUF_INIT(400);
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(same); i++) {
		buf_reset(&a);
		buf_reset(&b);
		text_fold(same[i].a, strlen(same[i].a), &a);
		text_fold(same[i].b, strlen(same[i].b), &b);
		assert_string_equal(buf_str(&a), buf_str(&b));
	}
	buf_free(&a);
	buf_free(&b);
}

/* 丁 2, 王 4, 刘 6, 李 7, 陈 7, 张 7, 欧 8, 赵 9; of one count the kinds
 * of strokes decide: 李 一, 陈 and 张 as in the standard list. */
static void strokes(void **state)
{
	static const uint32_t row[] = { 0x4E01, 0x738B, 0x5218, 0x674E,
	    0x5F20, 0x9648, 0x6B27, 0x8D75, 0x20BB7 };
	size_t i;

	(void)state;
	for (i = 1; i < ARRAY_LEN(row); i++)
		assert_true(han_strokes(row[i - 1]) < han_strokes(row[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(simple),
		cmocka_unit_test(settled),
		cmocka_unit_test(folding),
		cmocka_unit_test(strokes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
