/* The buffer grows up to its maximum and not one byte more. */
#include "../../../core/base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void collects(void **state)
{
	struct buf b = BUF_INIT(BUF_SMALL);

	(void)state;
	assert_string_equal(buf_str(&b), "");
	buf_adds(&b, "走访 ");
	buf_addf(&b, "%d 次", 3);
	buf_addc(&b, '.');
	buf_add(&b, "", 0);
	assert_string_equal(buf_str(&b), "走访 3 次.");
	assert_int_equal(b.len, strlen("走访 3 次."));
	buf_reset(&b);
	assert_string_equal(buf_str(&b), "");
	buf_free(&b);
	buf_free(&b);
	assert_int_equal(b.max, BUF_SMALL);
}

static void stops_at_its_maximum(void **state)
{
	struct buf b = BUF_INIT(5);

	(void)state;
	buf_adds(&b, "abc");
	buf_adds(&b, "de");
	assert_false(b.over);
	buf_addc(&b, 'f');
	assert_true(b.over);
	/* Whole up to there, and nothing after an overflow. */
	assert_string_equal(buf_str(&b), "abcde");
	buf_reset(&b);
	buf_addf(&b, "%s", "123456");
	assert_true(b.over);
	buf_addc(&b, 'x');
	assert_string_equal(buf_str(&b), "");
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(collects),
		cmocka_unit_test(stops_at_its_maximum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
