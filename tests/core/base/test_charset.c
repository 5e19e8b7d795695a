/* Text from elsewhere, told apart by its bytes. */
#include "../../../core/base/charset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void reads(const char *in, size_t n, enum charset want,
    const char *text)
{
	struct buf b = BUF_INIT(BUF_SMALL);

	assert_int_equal(charset_read(in, n, &b), want);
	assert_string_equal(buf_str(&b), text);
	assert_false(b.over);
	buf_free(&b);
}
#define READS(in, want, text) reads(in, sizeof(in) - 1, want, text)

static void tells_them_apart(void **state)
{
	(void)state;
	READS("", CHARSET_UTF8, "");
	READS("abc,1\n", CHARSET_UTF8, "abc,1\n");
	READS("\xef\xbb\xbf姓名,电话", CHARSET_UTF8, "姓名,电话");
	READS("姓名,电话", CHARSET_UTF8, "姓名,电话");
	/* 姓名,电话 欧阳娜 */
	READS("\xd0\xd5\xc3\xfb,\xb5\xe7\xbb\xb0\r\n"
	    "\xc5\xb7\xd1\xf4\xc4\xc8,1", CHARSET_GB18030,
	    "姓名,电话\r\n欧阳娜,1");
	/* a sign of four bytes: 㐂 */
	READS("\xd6\xd0\x81\x39\xee\x3a", CHARSET_GB18030, "中"
	    "\xef\xbf\xbd" "9\xef\xbf\xbd:");
	READS("\xd6\xd0\x81\x39\xef\x32", CHARSET_GB18030, "中㐃");
	READS("\xff\xfe\x2d\x4e\x0a\x00", CHARSET_UTF16, "中\n");
	READS("\xfe\xff\x4e\x2d", CHARSET_UTF16, "中");
}

static void keeps_what_it_can_read(void **state)
{
	struct buf tiny = BUF_INIT(8);

	(void)state;
	READS("王建国\xff李四", CHARSET_UTF8, "王建国\xef\xbf\xbd李四");
	READS("\xd6\xd0\xff\xd6\xd0", CHARSET_GB18030,
	    "中\xef\xbf\xbd中");
	READS("a\0b", CHARSET_UTF8, "a\xef\xbf\xbd" "b");
	READS("\xd6\xd0\0\xd6", CHARSET_GB18030,
	    "中\xef\xbf\xbd\xef\xbf\xbd");
	assert_int_equal(charset_read("王建国李四", 15, &tiny),
	    CHARSET_UTF8);
	assert_true(tiny.over);
	buf_free(&tiny);
	assert_string_equal(charset_name(CHARSET_GB18030), "GB 18030");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_them_apart),
		cmocka_unit_test(keeps_what_it_can_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
