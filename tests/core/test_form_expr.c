/*
 * The expression module, opened as the program opens it.
 */
#include "../../core/form.h"
#include "../../core/form_check.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static form_expr_fn eval;
static struct fields f;
static const char *row;		/* "kid.2." while one is looked at */

static bool label(void *ctx, const char *field, const char *value, char *out,
    size_t size)
{
	(void)ctx;
	snprintf(out, size, "%s的%s", field, value);
	return true;
}

static bool run(const char *expr, const char *self, bool truth, struct buf *out,
    char problem[200])
{
	/* 2026-11-22 10:00 +08 */
	struct form_expr_call c = { .expr = expr, .f = &f, .self = self,
	    .now = { INT64_C(1795312800000) }, .out = out, .truth = truth,
	    .row = row, .position = row == NULL ? 0 : 2, .label = label };
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

/* What XLSForm authors write, and what comes out of it. */
static const struct { const char *expr, *want; } golden[] = {
	{ "selected-at(${ticks}, 0)", "a" },
	{ "selected-at(${ticks}, 2)", "c" },
	{ "selected-at(${ticks}, 3)", "" },
	{ "selected-at(${ticks}, -1)", "" },
	{ "coalesce(${absent}, '', 'z')", "z" },
	{ "round(2.346, 2)", "2.35" },
	{ "round(1234, -2)", "1200" },
	{ "round(-2.5)", "-2" },
	{ "number('12.50')", "12.5" },
	{ "10 div 4", "2.5" },
	{ "-7 mod 3", "-1" },
	{ "pow(2, 10)", "1024" },
	{ "abs(-3)", "3" },
	{ "string-length('王秀英')", "3" },
	{ "substr('王秀英', 1)", "秀英" },
	{ "substr('王秀英', 0, 1)", "王" },
	{ "substr('abc', -2)", "bc" },
	{ "substring('abc', 2, 1)", "b" },
	{ "concat('3', '号楼', ${count})", "3号楼3" },
	{ "concat(1, 2, 3)", "123" },
	{ "join('、', 'a', 'b')", "a、b" },
	{ "join('、', ${kname})", "甲、乙、丙" },
	{ "concat(${kname})", "甲乙丙" },
	{ "ends-with('表格.csv', '.csv')", "true" },
	{ "starts-with(${name}, '王')", "true" },
	{ "contains(${name}, '秀')", "true" },
	{ "translate('1-2-3', '-', '')", "123" },
	{ "normalize-space('  a   b ')", "a b" },
	{ "format-date('2026-11-22', '%Y年%n月%e日')", "2026年11月22日" },
	{ "format-date(today() + 9, '%Y-%m-%d')", "2026-12-01" },
	{ "format-date(date('2024-02-28') + 1, '%Y-%m-%d')", "2024-02-29" },
	{ "format-date-time(now(), '%Y-%m-%d %H:%M')", "2026-11-22 10:00" },
	{ "format-date(${absent}, '%Y')", "" },
	{ "decimal-date-time('1970-01-02 12:00')", "1.5" },
	{ "date-time('1970-01-03')", "2" },
	{ "int((today() - date('1951-11-23')) div 365.25)", "74" },
	{ "once('x')", "7" },		/* 7 stands there */
	{ "position(..)", "0" },	/* no repeat around it */
	{ "count(${kid})", "3" },
	{ "count(${kage})", "2" },
	{ "count(${nobody})", "0" },
	{ "count-non-empty(${kname})", "3" },
	{ "sum(${kage})", "12" },
	{ "sum(${nobody})", "0" },
	{ "min(${kage})", "5" },
	{ "max(${kage}, 30)", "30" },
	{ "max(${nobody})", "" },
	{ "max('2026-11-01', '2026-11-30') - today()", "8" },
	{ "sum(${kage}) div count(${kage})", "6" },
	{ "jr:choice-name(${name}, '${name}')", "name的王秀英" },
	{ "jr:choice-name('x', 'category')", "category的x" },
	{ "if(${count}>2 and not(${count}=9), 'y', 'n')", "y" },
	{ "if(selected(${ticks},'a') or false(), 1, 0)", "1" },
	{ "boolean('x')", "true" },
	{ "floor(1.9) + ceiling(1.1)", "3" },
	{ "'it is \"so\"'", "it is \"so\"" },
	{ "${count}*2-1", "5" },
	{ "${ count } + 1", "4" },
	{ "((((1))))", "1" },
	{ ". + . * 2", "21" },
	{ "--3", "3" },
};

static bool passes(const char *expr, enum say *why, char what[64])
{
	const struct form_check c = { 0 };

	return form_check_expr(&c, expr, why, what);
}

/* What the pack lets pass is what the module can do. */
static void golden_table(void **state)
{
	char what[64];
	enum say why;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(golden); i++) {
		if (!passes(golden[i].expr, &why, what))
			fail_msg("%s: %s %s", golden[i].expr, say_word(why,
			    LANG_EN), what);
		gives(golden[i].expr, golden[i].want);
	}
}

/* Inside a repeat a field is the cell of the same row. */
static void inside_a_repeat(void **state)
{
	(void)state;
	row = "kid.10.";
	gives("${kname}", "乙");
	gives("${kage}", "");
	gives("position(..)", "2");
	gives("sum(${kage})", "0");
	gives("${count}", "3");		/* the record's own */
	assert_true(holds("${kage} = ''", ""));
	row = "kid.2.";
	gives("${kage} + 1", "6");
	row = NULL;
}

/* ---- wrong ones ---- */

static void wrong_ones_are_refused(void **state)
{
	static const struct { const char *expr; enum say why; } v[] = {
		{ "1 +", SAY_PACK_EXPR_HERE }, { "", SAY_PACK_EXPR_HERE },
		{ "nothing(1)", SAY_PACK_EXPR_FN },
		{ "pulldata('a', 'b', 'c', 'd')", SAY_PACK_EXPR_FN },
		{ "document('/etc/passwd')", SAY_PACK_EXPR_FN },
		{ "uuid()", SAY_PACK_EXPR_FN },
		{ "name", SAY_PACK_EXPR_BARE },
		{ "name = 'x'", SAY_PACK_EXPR_BARE },
		{ "/data/name", SAY_PACK_EXPR_PATH },
		{ "../name", SAY_PACK_EXPR_PATH },
		{ "if(1, 2)", SAY_PACK_EXPR_ARGS },
		{ "today(1)", SAY_PACK_EXPR_ARGS },
		{ "(1", SAY_PACK_EXPR_HERE }, { "1)", SAY_PACK_EXPR_HERE },
		{ "'a", SAY_PACK_EXPR }, { "${a", SAY_PACK_EXPR },
		{ "$a", SAY_PACK_EXPR }, { "1 2", SAY_PACK_EXPR_HERE },
		{ "1 == 2", SAY_PACK_EXPR_HERE },
		{ "${a} && ${b}", SAY_PACK_EXPR_HERE },
		{ "${a} and", SAY_PACK_EXPR_HERE },
		{ "${a} order ${b}", SAY_PACK_EXPR_HERE },
		{ "${a}；", SAY_PACK_EXPR_HERE },
	};
	char what[64], deep[200];
	enum say why;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(v); i++) {
		if (passes(v[i].expr, &why, what))
			fail_msg("%s passes", v[i].expr);
		if (why != v[i].why)
			fail_msg("%s: %s %s", v[i].expr, say_word(why,
			    LANG_EN), what);
	}
	memset(deep, '(', 100);
	memset(deep + 100, ')', 99);
	deep[199] = '\0';
	assert_false(passes(deep, &why, what));
	assert_int_equal(why, SAY_PACK_EXPR_LONG);
}

static void wrong_ones_say_why(void **state)
{
	(void)state;
	fails("1 +", "not an expression");
	fails("nothing(1)", "unknown function");
	fails("name", "");
	fails("/etc", "");
	fails("document('/etc/passwd')", "unknown function");
	fails("id('x')", "not allowed");
	fails("last()", "not allowed");
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
	fields_set(&f, "kid.2.kname", "甲");
	fields_set_int(&f, "kid.2.kage", 5);
	fields_set(&f, "kid.10.kname", "乙");
	fields_set(&f, "kid.11n101.kname", "丙");
	fields_set_int(&f, "kid.11n101.kage", 7);
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
		cmocka_unit_test(golden_table),
		cmocka_unit_test(inside_a_repeat),
		cmocka_unit_test(wrong_ones_are_refused),
		cmocka_unit_test(wrong_ones_say_why),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
