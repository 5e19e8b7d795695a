/* xcopy cuts between characters; xgrow keeps what was there. */
#include "../../../core/base/xmalloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void copies_whole_characters(void **state)
{
	char out[8];

	(void)state;
	assert_int_equal(xcopy(out, sizeof(out), "走访"), 6);
	assert_string_equal(out, "走访");
	/* Seven bytes hold two characters and one byte of the third. */
	assert_int_equal(xcopy(out, sizeof(out), "走访民"), 6);
	assert_string_equal(out, "走访");
	assert_int_equal(xcopy(out, 3, "走"), 0);
	assert_string_equal(out, "");
	assert_int_equal(xcopy(out, 1, "x"), 0);
	assert_int_equal(xcopy(out, sizeof(out), "1234567"), 7);
}

static void grows_and_keeps(void **state)
{
	size_t cap = 0, i;
	int *p = NULL;

	(void)state;
	for (i = 0; i < 1000; i++) {
		p = xgrow(p, &cap, i + 1, sizeof(*p));
		p[i] = (int)i;
	}
	assert_true(cap >= 1000);
	for (i = 0; i < 1000; i++)
		assert_int_equal(p[i], i);
	FREE(p);
	assert_null(p);
}

static void duplicates(void **state)
{
	char *a = xstrdup("民情"), *b = xstrndup("abcdef", 3);

	(void)state;
	assert_string_equal(a, "民情");
	assert_string_equal(b, "abc");
	FREE(a);
	FREE(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_whole_characters),
		cmocka_unit_test(grows_and_keeps),
		cmocka_unit_test(duplicates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
