/*
 * Token buckets: a burst, then the rate; one node does not cost another.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../../sync/hub/limit.h"

static void test_burst_then_rate(void **state)
{
	struct limit *l = limit_new();
	int64_t t = 5000;
	int i, got = 0;

	(void)state;
	for (i = 0; i < 2 * LIMIT_BURST; i++)
		got += limit_take(l, "test/101", t);
	assert_int_equal(got, LIMIT_BURST);
	assert_true(limit_take(l, "test/102", t));
	for (i = 0, got = 0; i < 1000; i++)
		got += limit_take(l, "test/101", t + i);
	assert_in_range(got, LIMIT_PER_SECOND - 1, LIMIT_PER_SECOND + 1);
	/* A day of silence is worth one burst, not more. */
	for (i = 0, got = 0; i < 2 * LIMIT_BURST; i++)
		got += limit_take(l, "test/101", t + 86400000);
	assert_int_equal(got, LIMIT_BURST);
	/* A clock that goes back takes nothing and gives nothing. */
	assert_false(limit_take(l, "test/101", t));
	limit_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_burst_then_rate),
	};

	crypto_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
