/* CSV in and out, as office suites mangle it. */
#include "../../../core/base/csv.h"

#include "../../../core/base/file.h"
#include "../../lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static struct csv *opened(const char *s)
{
	struct err err = ERR_INIT;
	struct csv *c = NULL;

	if (csv_open_bytes("dir/t.csv", s, strlen(s), &c, &err) != MQ_OK)
		fail_msg("refused: %s", err.detail);
	return c;
}

static void refused(const char *s, enum mq_status code, const char *where)
{
	struct err err = ERR_INIT;
	struct csv *c = NULL;

	assert_int_equal(csv_open_bytes("dir/t.csv", s, strlen(s), &c, &err),
	    code);
	assert_null(c);
	assert_string_equal(err.detail, where);
}

static void reads_rows_by_header(void **state)
{
	struct csv *c = opened("\xef\xbb\xbf" "code, label ,hint,,\r\n"
	    "# a remark,,\r\n"
	    "a,\"居民, \"\"甲\"\"\",x\r\n"
	    ",,\r\n"
	    "\r\n"
	    "b,\"two\nlines\"\n"
	    "c");

	(void)state;
	assert_string_equal(csv_name(c), "t.csv");
	assert_int_equal(csv_columns(c), 3);
	assert_string_equal(csv_column(c, 1), "label");
	assert_true(csv_has(c, "hint"));
	assert_false(csv_has(c, "nope"));
	assert_true(csv_next(c));
	assert_int_equal(csv_line(c), 3);
	assert_string_equal(csv_get(c, "code"), "a");
	assert_string_equal(csv_get(c, "label"), "居民, \"甲\"");
	assert_string_equal(csv_get(c, "nope"), "");
	assert_true(csv_next(c));
	assert_int_equal(csv_line(c), 6);
	assert_string_equal(csv_get(c, "label"), "two\nlines");
	assert_string_equal(csv_get(c, "hint"), "");
	assert_true(csv_next(c));
	assert_int_equal(csv_line(c), 8);
	assert_string_equal(csv_get(c, "code"), "c");
	assert_false(csv_next(c));
	assert_false(csv_next(c));
	csv_close(&c);
	csv_close(&c);
}

static void reads_odd_ends(void **state)
{
	struct csv *c;

	(void)state;
	c = opened("a,b\r1,2\r3,");
	assert_true(csv_next(c));
	assert_string_equal(csv_get(c, "b"), "2");
	assert_true(csv_next(c));
	assert_string_equal(csv_get(c, "a"), "3");
	assert_string_equal(csv_get(c, "b"), "");
	assert_false(csv_next(c));
	csv_close(&c);
	c = opened("a\n\"\"\n\"x\"");
	assert_true(csv_next(c));
	assert_string_equal(csv_get(c, "a"), "x");
	assert_false(csv_next(c));
	csv_close(&c);
	c = opened("a");
	assert_false(csv_next(c));
	csv_close(&c);
}

static void names_the_bad_line(void **state)
{
	struct err err = ERR_INIT;
	struct csv *c = NULL;

	(void)state;
	refused("", MQ_E_FORMAT, "t.csv:1");
	refused("\n# only a remark\n", MQ_E_FORMAT, "t.csv:1");
	refused("a,b\n1,2\n\"never closed", MQ_E_FORMAT, "t.csv:3");
	refused("a,b\n\"x\"y,2\n", MQ_E_FORMAT, "t.csv:2");
	refused("a,b\n1,2,3\n", MQ_E_FORMAT, "t.csv:2");
	refused("a,a\n", MQ_E_FORMAT, "t.csv:1");
	refused("a,b\n1,2\n\xd6\xd0,2\n", MQ_E_UTF8, "t.csv:3");
	assert_int_equal(csv_open_bytes("t.csv", "a\0b", 3, &c, &err),
	    MQ_E_FORMAT);
}

static void opens_a_file(void **state)
{
	struct err err = ERR_INIT;
	struct csv *c = NULL;
	struct env env;

	(void)state;
	env_fixed(&env, (struct utc){ 1 }, 1);
	scratch_begin();
	assert_int_equal(csv_open(&env, scratch_path("no.csv"), &c, &err),
	    MQ_E_NOT_FOUND);
	assert_int_equal(file_write(&env, scratch_path("k.csv"), "k\nv\n", 4,
	    0600, &err), MQ_OK);
	assert_int_equal(csv_open(&env, scratch_path("k.csv"), &c, &err),
	    MQ_OK);
	assert_string_equal(csv_name(c), "k.csv");
	assert_true(csv_next(c));
	assert_string_equal(csv_get(c, "k"), "v");
	csv_close(&c);
	scratch_end();
	env_release(&env);
}

/* A list from elsewhere: what cannot be read is one row, not the file. */
static void goes_on_after_bad_rows(void **state)
{
	static const char text[] = "门牌,姓名,备注\r\n"
	    "#1,甲,两\n\"3-402\",\"乙\"\"丙\",\"第一行\n第二行\"\n"
	    "4,\"没有合上,x\n5,丁,y,多\n6,\"戊\"己,z\n7,庚,\n";
	static const enum csv_fault want[] = { CSV_FINE, CSV_FINE, CSV_QUOTE,
		CSV_WIDE, CSV_QUOTE, CSV_FINE };
	static const int lines[] = { 2, 3, 5, 6, 7, 8 };
	struct err err = ERR_INIT;
	struct csv *c = NULL;
	size_t i;

	(void)state;
	assert_int_equal(csv_open_foreign("x/list.csv", text,
	    sizeof(text) - 1, &c, &err), MQ_OK);
	assert_int_equal(csv_rows(c), ARRAY_LEN(want));
	for (i = 0; i < ARRAY_LEN(want); i++) {
		assert_true(csv_next(c));
		assert_int_equal(csv_fault(c), want[i]);
		assert_int_equal(csv_line(c), lines[i]);
		if (i == 0)
			assert_string_equal(csv_at(c, 0), "#1");
		if (i == 1)
			assert_string_equal(csv_at(c, 1), "乙\"丙");
	}
	assert_string_equal(csv_at(c, 1), "庚");
	assert_string_equal(csv_at(c, 7), "");
	assert_false(csv_next(c));
	csv_close(&c);
	assert_int_equal(csv_open_foreign("t.csv",
	    "甲\t乙,丙\t丁\n1\t2,3\n", 22, &c, &err), MQ_OK);
	assert_string_equal(csv_column(c, 1), "乙,丙");
	csv_close(&c);
}

static void text_cell(const char *in, const char *want)
{
	struct buf b = BUF_INIT(BUF_SMALL);

	csv_cell_text(&b, in, true);
	assert_string_equal(buf_str(&b), want);
	buf_free(&b);
}

static void keeps_numbers_from_spreadsheets(void **state)
{
	(void)state;
	text_cell("990101001001001", "\"\t990101001001001\"");
	text_cell("11010519491231002X", "\"\t11010519491231002X\"");
	text_cell("007", "\"\t007\"");
	text_cell("3-402", "\"\t3-402\"");
	text_cell("3/2", "\"\t3/2\"");
	text_cell("12E5", "\"\t12E5\"");
	text_cell("2026-11-22", "\"2026-11-22\"");
	text_cell("1951", "\"1951\"");
	text_cell("0", "\"0\"");
	text_cell("3号楼", "\"3号楼\"");
	text_cell("=1+1", "\"'=1+1\"");
}

static void cell(const char *in, const char *want)
{
	struct buf b = BUF_INIT(BUF_SMALL);

	csv_cell(&b, in, true);
	assert_string_equal(buf_str(&b), want);
	buf_free(&b);
}

static void writes_harmless_cells(void **state)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	struct csv *c;

	(void)state;
	cell("甲\"乙\"", "\"甲\"\"乙\"\"\"");
	cell("=1+1", "\"'=1+1\"");
	cell("  @SUM(A1)", "\"'  @SUM(A1)\"");
	cell("\u00a0-1", "\"'\u00a0-1\"");
	cell("\u3000\uff1dx", "\"'\u3000\uff1dx\"");
	cell("fine\n=HYPERLINK()", "\"'fine\n=HYPERLINK()\"");
	cell("a=b", "\"a=b\"");
	cell("\t1", "\"' 1\"");
	cell("a\033[0m", "\"a⟨U+001B⟩[0m\"");
	/* What was written reads back. */
	csv_cell(&b, "a", true);
	csv_cell(&b, "b", false);
	csv_end_row(&b);
	csv_cell(&b, "甲,\n\"乙\"", true);
	csv_cell(&b, "", false);
	csv_end_row(&b);
	c = opened(buf_str(&b));
	assert_true(csv_next(c));
	assert_string_equal(csv_get(c, "a"), "甲,\n\"乙\"");
	csv_close(&c);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_rows_by_header),
		cmocka_unit_test(reads_odd_ends),
		cmocka_unit_test(names_the_bad_line),
		cmocka_unit_test(opens_a_file),
		cmocka_unit_test(goes_on_after_bad_rows),
		cmocka_unit_test(keeps_numbers_from_spreadsheets),
		cmocka_unit_test(writes_harmless_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
