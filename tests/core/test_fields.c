/*
 * Names of fields and of cells of repeats.
 */
#include "../../core/fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/xmalloc.h"

static void names_are_words_or_cells(void **state)
{
	static const char *const good[] = { "a", "who", "a1_b",
		"abcdefghijklmnopqrstuvwxyz012345", "member.1.age",
		"member.9999.age", "member.3n101.age", "m.3n99999.a" };
	static const char *const bad[] = { "", "A", "1a", "_a", "a-b", "a.",
		"a.b", "a.1", "a.1.", "a.0.b", "a.01.b", "a.10000.b",
		"a.1.b.c", "a..b", "a.1n.b", "a.1n0.b", "a.1n123456.b",
		"a.1x2.b", ".1.b", "a.1.B", "abcdefghijklmnopqrstuvwxyz0123456",
		"abcdefghijklmnopqrstuvwxyz012345.9999n99999."
		"abcdefghijklmnopqrstuvwxyz012345" };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(good); i++)
		if (!fields_name_ok(good[i]))
			fail_msg("%s", good[i]);
	for (i = 0; i < ARRAY_LEN(bad); i++)
		if (fields_name_ok(bad[i]))
			fail_msg("%s", bad[i]);
}

static void a_cell_comes_apart_and_together(void **state)
{
	struct fields_cell c;
	char name[FIELDS_NAME_MAX + 1];

	(void)state;
	assert_true(fields_cell("member.3n101.age", &c));
	assert_string_equal(c.group, "member");
	assert_string_equal(c.row, "3n101");
	assert_string_equal(c.field, "age");
	assert_true(fields_cell_name(c.group, c.row, c.field, name));
	assert_string_equal(name, "member.3n101.age");
	assert_false(fields_cell("member", &c));
	assert_false(fields_cell_name("abcdefghijklmnopqrstuvwxyz012345",
	    "9999n99999", "abcdefghijklmnopqrstuvwxyz012345", name));
}

/* By number, not by byte; a row is there while a cell of it is. */
static void rows_stand_in_order(void **state)
{
	struct fields f = { NULL, 0, 0 };
	char rows[8][12];

	(void)state;
	fields_set(&f, "m.10.name", "十");
	fields_set(&f, "m.2.name", "二");
	fields_set(&f, "m.2.age", "2");
	fields_set(&f, "m.2n102.name", "别处加的");
	fields_set(&f, "m.2n7.name", "别处加的");
	fields_set_gone(&f, "m.1.name");
	fields_set(&f, "n.1.name", "另一组");
	fields_set(&f, "name", "不在组里");
	assert_int_equal(fields_rows(&f, "m", false, rows, 8), 4);
	assert_string_equal(rows[0], "2");
	assert_string_equal(rows[1], "2n7");
	assert_string_equal(rows[2], "2n102");
	assert_string_equal(rows[3], "10");
	assert_int_equal(fields_rows(&f, "m", true, rows, 8), 5);
	assert_string_equal(rows[0], "1");
	assert_int_equal(fields_rows(&f, "m", false, rows, 2), 4);
	fields_free(&f);
}

static void cells_keep_their_bytes(void **state)
{
	static const char text[] = "{\"m.10.a\":1,\"m.2.a\":\"x\","
	    "\"m.2n101.a\":null,\"m_\":[\"p\",\"q\"]}";
	struct fields f = { NULL, 0, 0 };
	struct buf out = BUF_INIT(BUF_SMALL);
	struct jdoc *doc = NULL;
	struct err err = ERR_INIT;
	struct jout j;

	(void)state;
	assert_int_equal(jdoc_parse(text, sizeof(text) - 1, "t", &doc, &err),
	    MQ_OK);
	assert_int_equal(fields_read(jdoc_root(doc), &f, &err), MQ_OK);
	jout_begin(&j, &out, true);
	fields_write(&f, &j);
	assert_string_equal(buf_str(&out), text);
	jdoc_free(&doc);
	buf_free(&out);
	fields_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_words_or_cells),
		cmocka_unit_test(a_cell_comes_apart_and_together),
		cmocka_unit_test(rows_stand_in_order),
		cmocka_unit_test(cells_keep_their_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
