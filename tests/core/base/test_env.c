/* The fixed world stands still and repeats; the real one moves. */
#include "../../../core/base/env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static void stands_until_moved(void **state)
{
	struct env env;
	int64_t mono;

	(void)state;
	env_fixed(&env, (struct utc){ 1000 }, 7);
	mono = env.mono_ms(&env);
	assert_int_equal(env_now(&env).ms, 1000);
	env_advance(&env, 500);
	assert_int_equal(env_now(&env).ms, 1500);
	assert_int_equal(env.mono_ms(&env), mono + 500);
	/* A wall clock set back does not turn the other one back. */
	env_advance(&env, -1000);
	assert_int_equal(env_now(&env).ms, 500);
	assert_int_equal(env.mono_ms(&env), mono + 500);
	env_release(&env);
}

static void repeats_by_seed(void **state)
{
	struct env a, b, c;
	uint8_t x[37], y[37], z[37];

	(void)state;
	env_fixed(&a, (struct utc){ 1 }, 7);
	env_fixed(&b, (struct utc){ 1 }, 7);
	env_fixed(&c, (struct utc){ 1 }, 8);
	a.random(&a, x, sizeof(x));
	b.random(&b, y, sizeof(y));
	c.random(&c, z, sizeof(z));
	assert_memory_equal(x, y, sizeof(x));
	assert_memory_not_equal(x, z, sizeof(x));
	a.random(&a, y, sizeof(y));
	assert_memory_not_equal(x, y, sizeof(x));
	env_release(&a);
	env_release(&b);
	env_release(&c);
}

static void real_one_is_real(void **state)
{
	struct env env;
	uint8_t x[16] = { 0 }, y[16] = { 0 };

	(void)state;
	setenv("LC_ALL", "en_US.UTF-8", 1);
	env_real(&env);
	assert_int_equal(env.lang, LANG_EN);
	setenv("LC_ALL", "zh_CN.UTF-8", 1);
	env_real(&env);
	assert_int_equal(env.lang, LANG_ZH);
	setenv("LC_ALL", "C.UTF-8", 1);
	env_real(&env);
	assert_int_equal(env.lang, LANG_ZH);
	assert_true(env_now(&env).ms > INT64_C(1700000000000));
	env.random(&env, x, sizeof(x));
	env.random(&env, y, sizeof(y));
	assert_memory_not_equal(x, y, sizeof(x));
	env_release(&env);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stands_until_moved),
		cmocka_unit_test(repeats_by_seed),
		cmocka_unit_test(real_one_is_real),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
