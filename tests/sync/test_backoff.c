/*
 * Waiting after failures: doubles, spreads, obeys, forgets.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../sync/backoff.h"

static void test_doubles_to_the_limit(void **state)
{
	struct backoff b = { 0 };
	struct env env;
	int64_t top = BACKOFF_FIRST_MS, ms;
	int i;

	(void)state;
	env_fixed(&env, (struct utc){ 0 }, 3);
	for (i = 0; i < 40; i++) {
		ms = backoff_fail(&b, &env, 0);
		assert_true(ms >= top / 2 && ms <= top);
		top = top * 2 > BACKOFF_LAST_MS ? BACKOFF_LAST_MS : top * 2;
	}
	backoff_good(&b);
	assert_true(backoff_fail(&b, &env, 0) <= BACKOFF_FIRST_MS);
	env_release(&env);
}

static void test_two_do_not_come_back_together(void **state)
{
	struct backoff a = { 6 }, b = { 6 };
	struct env x, y;

	(void)state;
	env_fixed(&x, (struct utc){ 0 }, 1);
	env_fixed(&y, (struct utc){ 0 }, 2);
	assert_int_not_equal(backoff_fail(&a, &x, 0),
	    backoff_fail(&b, &y, 0));
	env_release(&x);
	env_release(&y);
}

static void test_retry_after_is_the_least(void **state)
{
	struct backoff b = { 0 };
	struct env env;

	(void)state;
	env_fixed(&env, (struct utc){ 0 }, 3);
	assert_true(backoff_fail(&b, &env, 120) >= 120 * MS_SECOND);
	/* Nobody may send us away for a day. */
	assert_true(backoff_fail(&b, &env, 86400) <= MS_HOUR + MS_MINUTE);
	env_release(&env);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_doubles_to_the_limit),
		cmocka_unit_test(test_two_do_not_come_back_together),
		cmocka_unit_test(test_retry_after_is_the_least),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
