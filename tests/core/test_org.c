/*
 * The tree of units.
 */
#include "../../core/org.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/xmalloc.h"

static const struct org sample[] = {
	{ .code = "3", .parent = "2", .level = "grid",
	    .name = { "三网格", "Grid 3" }, .phone = "", .has_node = true },
	{ .code = "1", .parent = "", .level = "district",
	    .name = { "示范区", "Demo" }, .phone = "", .has_node = true },
	{ .code = "4", .parent = "2", .level = "grid",
	    .name = { "四网格", "" }, .phone = "", .has_node = false },
	{ .code = "2", .parent = "1", .level = "street",
	    .name = { "清河街道", "Qinghe" }, .phone = "", .has_node = true },
	{ .code = "5", .parent = "1", .level = "street",
	    .name = { "东山街道", "Dongshan" }, .phone = "", .has_node = true },
};

static struct orgs make(void)
{
	struct orgs o = { xcalloc(5, sizeof(sample[0])), 5, false };
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

/* 3 was merged into 4, and 5 split into 3 and 6. */
static void successors_see(void **state)
{
	static const struct org v[] = {
		{ .code = "1", .parent = "", .level = "district",
		    .name = { "区", "" } },
		{ .code = "2", .parent = "1", .level = "street",
		    .name = { "街", "" } },
		{ .code = "3", .parent = "2", .level = "grid",
		    .name = { "三", "" }, .successor = "4" },
		{ .code = "31", .parent = "3", .level = "door",
		    .name = { "户", "" } },
		{ .code = "4", .parent = "2", .level = "grid",
		    .name = { "四", "" } },
		{ .code = "5", .parent = "2", .level = "grid",
		    .name = { "五", "" }, .successor = "3  6",
		    .to = { 20000 } },
		{ .code = "6", .parent = "1", .level = "grid",
		    .name = { "六", "" }, .from = { 20001 } },
	};
	struct orgs o = { xcalloc(7, sizeof(v[0])), 7, false };
	struct buf b = BUF_INIT(BUF_SMALL);
	struct err err = ERR_INIT;

	(void)state;
	memcpy(o.v, v, sizeof(v));
	assert_int_equal(org_number(&o, &err), MQ_OK);
	assert_true(o.moved);
	assert_true(org_within(&o, "31", "4"));
	assert_true(org_within(&o, "5", "4"));
	assert_true(org_within(&o, "5", "6"));
	assert_true(org_within(&o, "5", "2"));
	assert_false(org_within(&o, "4", "3"));
	assert_false(org_within(&o, "6", "2"));
	assert_false(org_within(&o, "3", "6"));
	org_subtree(&o, "6", &b);
	assert_string_equal(buf_str(&b), "[\"5\",\"6\"]");
	/* counted once: by the only successor, or by the old name */
	assert_string_equal(org_at_level(&o, "31", "grid")->code, "4");
	assert_string_equal(org_at_level(&o, "5", "grid")->code, "5");
	assert_string_equal(org_at_level(&o, "5", "street")->code, "2");
	assert_true(org_ended(org_find(&o, "5"), (struct day){ 20001 }));
	assert_false(org_ended(org_find(&o, "5"), (struct day){ 20000 }));
	assert_true(org_ended(org_find(&o, "5"), (struct day){ 0 }));
	assert_false(org_ended(org_find(&o, "6"), (struct day){ 0 }));
	o.v[4].successor = "5";
	assert_int_equal(org_number(&o, &err), MQ_E_PACK_BAD);
	o.v[4].successor = "9";
	assert_int_equal(org_number(&o, &err), MQ_E_PACK_BAD);
	buf_free(&b);
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
	struct orgs o = { NULL, 5, false };
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
		cmocka_unit_test(successors_see),
		cmocka_unit_test(names_and_levels),
		cmocka_unit_test(children_and_subtree),
		cmocka_unit_test(bad_trees_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
