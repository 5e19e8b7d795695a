/* Strict reading; canonical writing, byte for byte. */
#include "../../../core/base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static struct jdoc *parsed(const char *s)
{
	struct err err = ERR_INIT;
	struct jdoc *d = NULL;

	if (jdoc_parse(s, strlen(s), "t", &d, &err) != MQ_OK)
		fail_msg("refused: %s", s);
	return d;
}

static void refused(const char *s, size_t len)
{
	struct err err = ERR_INIT;
	struct jdoc *d = NULL;

	assert_int_equal(jdoc_parse(s, len, "t", &d, &err), MQ_E_FORMAT);
	assert_null(d);
	assert_int_equal(strncmp(err.detail, "t:", 2), 0);
	jdoc_free(&d);
}

static void reads_every_kind(void **state)
{
	struct jdoc *d = parsed("{\"b\":[1,\"民\",true,null,{}],\"a\":-3}");
	const struct jnode *root = jdoc_root(d), *list;
	const char *key = NULL;

	(void)state;
	assert_int_equal(jnode_kind(root), J_OBJ);
	assert_int_equal(jnode_count(root), 2);
	list = jnode_get(root, "b");
	assert_int_equal(jnode_kind(list), J_LIST);
	assert_int_equal(jnode_count(list), 5);
	assert_int_equal(jnode_int(jnode_at(list, 0), 0), 1);
	assert_string_equal(jnode_str(jnode_at(list, 1), ""), "民");
	assert_true(jnode_bool(jnode_at(list, 2), false));
	assert_int_equal(jnode_kind(jnode_at(list, 3)), J_NULL);
	assert_int_equal(jnode_kind(jnode_at(list, 4)), J_OBJ);
	assert_null(jnode_at(list, 5));
	/* In written order. */
	assert_ptr_equal(jnode_member(root, 0, &key), list);
	assert_string_equal(key, "b");
	assert_int_equal(jnode_int(jnode_member(root, 1, &key), 0), -3);
	assert_string_equal(key, "a");
	assert_null(jnode_member(root, 2, &key));
	assert_int_equal(jget_int(root, "a", 9), -3);
	assert_int_equal(jget_int(root, "x", 9), 9);
	assert_string_equal(jget_str(root, "a", "no"), "no");
	jdoc_free(&d);
	jdoc_free(&d);
}

static void absent_is_no_crash(void **state)
{
	(void)state;
	assert_int_equal(jnode_kind(NULL), J_ABSENT);
	assert_null(jnode_get(NULL, "x"));
	assert_null(jnode_at(NULL, 0));
	assert_null(jnode_member(NULL, 0, NULL));
	assert_int_equal(jnode_count(NULL), 0);
	assert_int_equal(jnode_int(NULL, 7), 7);
	assert_string_equal(jnode_str(NULL, "x"), "x");
	assert_true(jnode_bool(NULL, true));
}

static void keeps_64_bits(void **state)
{
	struct jdoc *d = parsed("[9223372036854775807,-9223372036854775808,"
	    "9007199254740993]");
	const struct jnode *l = jdoc_root(d);

	(void)state;
	assert_true(jnode_int(jnode_at(l, 0), 0) == INT64_MAX);
	assert_true(jnode_int(jnode_at(l, 1), 0) == INT64_MIN);
	assert_true(jnode_int(jnode_at(l, 2), 0) ==
	    INT64_C(9007199254740993));
	jdoc_free(&d);
}

static void refuses_the_rest(void **state)
{
	static const char *const bad[] = { "", "{", "{\"a\":1}x", "[1,]",
	    "{\"a\":1,\"a\":2}", "[1.5]", "[1e5]", "[1E5]", "\"\xff\"",
	    "\"\\u0000\"", "\"\\ud800\"", "[9223372036854775808]",
	    "{a:1}", "'a'", "[NaN]", "\"a\nb\"", "[[[[[[[[[[[[[[[[[1]]]]]]]]]"
	    "]]]]]]]]" };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bad); i++)
		refused(bad[i], strlen(bad[i]));
	refused("\"a\0b\"", 5);
	refused("1\0", 2);
}

static void accepts_what_looks_alike(void **state)
{
	struct jdoc *d;

	(void)state;
	/* Points and e's inside strings, brackets inside strings, and the
	 * deepest allowed nesting. */
	d = parsed("{\"1.5e3\":\"[[[[[[[[[[[[[[[[[[[ 1E5 \\\" 2.5\"}");
	jdoc_free(&d);
	d = parsed("[[[[[[[[[[[[[[[[true,false,1]]]]]]]]]]]]]]]]");
	jdoc_free(&d);
	d = parsed("\"alone\"");
	assert_string_equal(jnode_str(jdoc_root(d), ""), "alone");
	jdoc_free(&d);
}

static void error_names_the_line(void **state)
{
	static const char s[] = "{\n\"a\": 1,\n\"b\": 1.5\n}";
	struct err err = ERR_INIT;
	struct jdoc *d = NULL;

	(void)state;
	assert_int_equal(jdoc_parse(s, strlen(s), "node.json", &d, &err),
	    MQ_E_FORMAT);
	assert_string_equal(err.detail, "node.json:3");
	assert_int_equal(jdoc_parse("{\n]", 3, "x", &d, &err), MQ_E_FORMAT);
	assert_string_equal(err.detail, "x:2");
}

static void writes_canonical_bytes(void **state)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	struct jout j;

	(void)state;
	jout_begin(&j, &b, true);
	jout_obj(&j);
	jout_kint(&j, "a", INT64_MIN);
	jout_key(&j, "b");
	jout_list(&j);
	jout_int(&j, 1);
	jout_str(&j, "民/\x7f");
	jout_obj(&j);
	jout_obj_end(&j);
	jout_list(&j);
	jout_list_end(&j);
	jout_null(&j);
	jout_bool(&j, false);
	jout_raw(&j, "{\"z\":1}", 7);
	jout_list_end(&j);
	jout_key(&j, "c");
	jout_obj(&j);
	jout_kbool(&j, "k", true);
	jout_kstr(&j, "l", "");
	jout_obj_end(&j);
	jout_kint(&j, "d", 0);
	jout_obj_end(&j);
	assert_string_equal(buf_str(&b), "{\"a\":-9223372036854775808,"
	    "\"b\":[1,\"民/\x7f\",{},[],null,false,{\"z\":1}],"
	    "\"c\":{\"k\":true,\"l\":\"\"},\"d\":0}");
	buf_free(&b);
}

static void escapes_as_promised(void **state)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	struct jdoc *d;
	struct jout j;
	char all[33];
	int i;

	(void)state;
	for (i = 1; i < 32; i++)
		all[i - 1] = (char)i;
	all[31] = '"';
	all[32] = '\\';
	jout_begin(&j, &b, true);
	jout_strn(&j, all, sizeof(all));
	assert_string_equal(buf_str(&b), "\"\\u0001\\u0002\\u0003\\u0004"
	    "\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f"
	    "\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017"
	    "\\u0018\\u0019\\u001a\\u001b\\u001c\\u001d\\u001e\\u001f"
	    "\\\"\\\\\"");
	d = parsed(buf_str(&b));
	assert_memory_equal(jnode_str(jdoc_root(d), ""), all, sizeof(all));
	jdoc_free(&d);
	buf_free(&b);
}

static void mends_what_no_reader_takes(void **state)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	struct jout j;

	(void)state;
	jout_begin(&j, &b, true);
	jout_list(&j);
	jout_strn(&j, "a\0b\xff", 4);
	jout_str(&j, "e\u0301");	/* canonical text is NFC */
	jout_list_end(&j);
	assert_string_equal(buf_str(&b), "[\"a\ufffdb\ufffd\",\"\u00e9\"]");
	buf_reset(&b);
	jout_begin(&j, &b, false);
	jout_str(&j, "e\u0301");
	assert_string_equal(buf_str(&b), "\"e\u0301\"");
	buf_free(&b);
}

static void unsorted_may_be_unsorted(void **state)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	struct jout j;

	(void)state;
	jout_begin(&j, &b, false);
	jout_obj(&j);
	jout_kint(&j, "b", 1);
	jout_kint(&j, "a", 2);
	jout_obj_end(&j);
	assert_string_equal(buf_str(&b), "{\"b\":1,\"a\":2}");
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_kind),
		cmocka_unit_test(absent_is_no_crash),
		cmocka_unit_test(keeps_64_bits),
		cmocka_unit_test(refuses_the_rest),
		cmocka_unit_test(accepts_what_looks_alike),
		cmocka_unit_test(error_names_the_line),
		cmocka_unit_test(writes_canonical_bytes),
		cmocka_unit_test(escapes_as_promised),
		cmocka_unit_test(mends_what_no_reader_takes),
		cmocka_unit_test(unsorted_may_be_unsorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
