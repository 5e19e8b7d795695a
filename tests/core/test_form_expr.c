/*
 * The expression module, opened as the program opens it.
 */
#include "../../core/form.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static form_expr_fn eval;
static struct fields f;

static bool run(const char *expr, const char *self, bool truth, struct buf *out,
    char problem[200])
{
	/* 2026-11-22 10:00 +08 */
	struct form_expr_call c = { expr, &f, self,
	    { INT64_C(1795312800000) }, out, truth, "" };
	bool ok;

	buf_reset(out);
	ok = eval(&c);
	memcpy(problem, c.problem, sizeof(c.problem));
	return ok;
}

static void gives(const char *expr, const char *want)
{
	struct buf b = BUF_INIT(4096);
	char problem[200];

	if (!run(expr, "7", false, &b, problem))
		fail_msg("%s: %s", expr, problem);
	assert_string_equal(buf_str(&b), want);
	buf_free(&b);
}

static bool holds(const char *expr, const char *self)
{
	struct buf b = BUF_INIT(16);
	char problem[200];
	bool yes;

	if (!run(expr, self, true, &b, problem))
		fail_msg("%s: %s", expr, problem);
	yes = strcmp(buf_str(&b), "true") == 0;
	buf_free(&b);
	return yes;
}

static void fails(const char *expr, const char *words)
{
	struct buf b = BUF_INIT(4096);
	char problem[200];

	assert_false(run(expr, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", false, &b,
	    problem));
	if (strstr(problem, words) == NULL)
		fail_msg("%s: %s", expr, problem);
	buf_free(&b);
}

static void fields_and_self(void **state)
{
	(void)state;
	gives("${name}", "王秀英");
	gives("${count} + 1", "4");
	gives("${absent}", "");
	gives(". * 2", "14");
	gives("concat(${name}, ' . ', .)", "王秀英 . 7");
	gives("1.5 + .5", "2");
	assert_true(holds("${absent} = ''", ""));
	assert_true(holds("${name} != '' and ${count} > 2", ""));
	assert_true(holds("string-length(.) = 2", "汉字"));
}

static void functions(void **state)
{
	(void)state;
	assert_true(holds("selected(${ticks}, 'b')", ""));
	assert_false(holds("selected(${ticks}, 'bb')", ""));
	gives("count-selected(${ticks})", "3");
	gives("count-selected(${absent})", "0");
	gives("if(${count} > 2, 'yes', 'no')", "yes");
	gives("coalesce(${absent}, ${name})", "王秀英");
	gives("coalesce(${name}, 'x')", "王秀英");
	gives("int(3.9)", "3");
	gives("int(-3.9)", "-3");
	gives("round(2.5)", "3");
	gives("min(3, 1, 2)", "1");
	gives("max(3, 1, 2)", "3");
	assert_true(holds("regex(., '[0-9]{3}')", "123"));
	assert_false(holds("regex(., '[0-9]{3}')", "1234"));
	assert_true(holds("regex(., '.{2}')", "汉字"));
	assert_false(holds("not(true())", ""));
}

static void dates(void **state)
{
	(void)state;
	assert_true(holds(". <= today()", "2026-11-22"));
	assert_false(holds(". <= today()", "2026-11-23"));
	assert_true(holds(". <= now()", "2026-11-22 am"));
	assert_false(holds(". <= now()", "2026-11-22 pm"));
	assert_true(holds(". <= now()", "2026-11-22 10:00"));
	assert_false(holds(". <= now()", "2026-11-22 10:01"));
	assert_true(holds(". >= ${from}", "2026-11-20 14:30"));
	assert_true(holds("date('2026-12-01') - today() = 9", ""));
	gives("today() - date('2026-11-01')", "21");
}

static void wrong_ones_say_why(void **state)
{
	(void)state;
	fails("1 +", "not an expression");
	fails("nothing(1)", "unknown function");
	fails("name", "");
	fails("/etc", "");
	fails("document('/etc/passwd')", "unknown function");
	fails("if(1, 2)", "arguments");
	fails("regex(., '(')", "regex");
	fails("${", "bad");
	/* a pattern that never ends is stopped */
	fails("regex(., '(a+)+[bc]')", "limit");
}

static int setup(void **state)
{
	const char *bin = getenv("MQ_BIN");
	char path[900];
	void *so;

	(void)state;
	snprintf(path, sizeof(path), "%s/../lib/libminqing-expr.so",
	    bin == NULL ? "build/bin" : bin);
	so = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (so == NULL) {
		print_error("%s\n", dlerror());
		return 1;
	}
	*(void **)&eval = dlsym(so, "form_expr_eval");
	fields_set(&f, "name", "王秀英");
	fields_set_int(&f, "count", 3);
	fields_set_list(&f, "ticks", "a\nb\nc");
	fields_set(&f, "from", "2026-11-20");
	return eval == NULL;
}

static int teardown(void **state)
{
	(void)state;
	fields_free(&f);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_and_self),
		cmocka_unit_test(functions),
		cmocka_unit_test(dates),
		cmocka_unit_test(wrong_ones_say_why),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
