/*
 * The tree of units.
 */
#include "../../core/org.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/xmalloc.h"

static const struct org sample[] = {
	{ "3", "2", "grid", { "三网格", "Grid 3" }, "", true, 0, 0, 0 },
	{ "1", "", "district", { "示范区", "Demo" }, "", true, 0, 0, 0 },
	{ "4", "2", "grid", { "四网格", "" }, "", false, 0, 0, 0 },
	{ "2", "1", "street", { "清河街道", "Qinghe" }, "", true, 0, 0, 0 },
	{ "5", "1", "street", { "东山街道", "Dongshan" }, "", true, 0, 0, 0 },
};

static struct orgs make(void)
{
	struct orgs o = { xcalloc(5, sizeof(sample[0])), 5 };
	struct err err = ERR_INIT;

	memcpy(o.v, sample, sizeof(sample));
	assert_int_equal(org_number(&o, &err), MQ_OK);
	return o;
}

static void within_and_without(void **state)
{
	struct orgs o = make();

	(void)state;
	assert_true(org_within(&o, "4", "4"));
	assert_true(org_within(&o, "4", "2"));
	assert_true(org_within(&o, "4", "1"));
	assert_false(org_within(&o, "4", "5"));
	assert_false(org_within(&o, "2", "4"));
	assert_false(org_within(&o, "9", "1"));
	/* a unit the pack does not know is itself, and nothing is not */
	assert_true(org_within(&o, "9", "9"));
	assert_false(org_within(&o, "", ""));
	free(o.v);
}

static void names_and_levels(void **state)
{
	struct orgs o = make();

	(void)state;
	assert_string_equal(org_name(&o, "3", LANG_ZH), "三网格");
	assert_string_equal(org_name(&o, "3", LANG_EN), "Grid 3");
	assert_string_equal(org_name(&o, "4", LANG_EN), "四网格");
	assert_string_equal(org_name(&o, "77", LANG_ZH), "77");
	assert_string_equal(org_at_level(&o, "4", "street")->code, "2");
	assert_string_equal(org_at_level(&o, "4", "grid")->code, "4");
	assert_null(org_at_level(&o, "1", "street"));
	assert_null(org_parent(&o, "1"));
	assert_int_equal(org_find(&o, "4")->depth, 2);
	free(o.v);
}

static void collect(void *ctx, const struct org *child)
{
	buf_adds(ctx, child->code);
}

static void children_and_subtree(void **state)
{
	struct orgs o = make();
	struct buf b = BUF_INIT(200);

	(void)state;
	org_children(&o, "1", collect, &b);
	assert_string_equal(buf_str(&b), "25");
	buf_reset(&b);
	org_subtree(&o, "2", &b);
	assert_string_equal(buf_str(&b), "[\"2\",\"3\",\"4\"]");
	buf_reset(&b);
	org_subtree(&o, "unknown", &b);
	assert_string_equal(buf_str(&b), "[\"unknown\"]");
	buf_free(&b);
	free(o.v);
}

static void bad_trees_are_refused(void **state)
{
	static const struct { int at; const char *code, *parent, *word; }
	cases[] = {
		{ 0, "3", "8", "8" },		/* parent is nowhere */
		{ 3, "2", "3", "circle" },	/* 2 under 3 under 2 */
		{ 4, "5", "", "second root" },
		{ 4, "3", "1", "twice" },
	};
	struct orgs o = { NULL, 5 };
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		o.v = xcalloc(5, sizeof(sample[0]));
		memcpy(o.v, sample, sizeof(sample));
		o.v[cases[i].at].code = cases[i].code;
		o.v[cases[i].at].parent = cases[i].parent;
		err = (struct err)ERR_INIT;
		assert_int_equal(org_number(&o, &err), MQ_E_PACK_BAD);
		assert_non_null(strstr(err.detail, cases[i].word));
		free(o.v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(within_and_without),
		cmocka_unit_test(names_and_levels),
		cmocka_unit_test(children_and_subtree),
		cmocka_unit_test(bad_trees_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
