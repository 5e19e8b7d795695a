/*
 * What comes in: whole pages or nothing, twice is once, a bad line is kept
 * and counted, the digest never goes back in time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/inbox.h"
#include "../../core/person_id.h"
#include "../lib/nodes.h"

static struct nodes_one a, b;

static int setup(void **state)
{
	(void)state;
	nodes_make(&a, 101, NULL);
	nodes_make(&b, 102, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nodes_free(&a);
	nodes_free(&b);
	return 0;
}

static int64_t count(struct nodes_one *x, const char *sql)
{
	struct err err = ERR_INIT;
	struct db_stmt *s;
	int64_t v = 0;
	bool row;

	nodes_ok(db_query(x->n->db, sql, &s, &err), &err);
	nodes_ok(db_step(s, &row, &err), &err);
	if (row)
		v = db_i64(s, "n");
	db_done(&s);
	return v;
}

static void page(struct buf *out, int entries)
{
	struct err err = ERR_INIT;
	int i;

	for (i = 0; i < entries; i++) {
		struct ref id = nodes_entry(&a, "visit", "open", 0, "{}");

		nodes_ok(ledger_line_of(a.n, id, out, &err), &err);
		if (out->len > 0 && out->data[out->len - 1] != '\n')
			buf_addc(out, '\n');
	}
}

static void takes(void **state)
{
	struct inbox_result r;
	struct buf lines = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(inbox_cursor(b.n), 0);
	page(&lines, 5);
	nodes_ok(inbox_take(b.n, lines.data, lines.len, 41, &r, &err), &err);
	assert_int_equal(r.lines, 5);
	assert_int_equal(r.fresh, 5);
	assert_int_equal(r.bad, 0);
	assert_int_equal(r.cursor, 41);
	assert_int_equal(inbox_cursor(b.n), 41);
	nodes_ok(inbox_take(b.n, lines.data, lines.len, 42, &r, &err), &err);
	assert_int_equal(r.fresh, 0);
	assert_int_equal(count(&b, "SELECT count(*) AS n FROM entry"), 5);
	nodes_ok(inbox_take(b.n, "", 0, 43, &r, &err), &err);
	assert_int_equal(r.lines, 0);
	nodes_reopen(&b);
	assert_int_equal(inbox_cursor(b.n), 43);
	buf_free(&lines);
}

static void bad_lines(void **state)
{
	struct inbox_result r;
	struct buf lines = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;

	(void)state;
	buf_adds(&lines, "not an entry\n\n{\"b\":{},\"h\":1}\n");
	page(&lines, 2);
	buf_adds(&lines, "\xff\xfe\x01\n{");
	nodes_ok(inbox_take(b.n, lines.data, lines.len, 7, &r, &err), &err);
	assert_int_equal(r.lines, 6);
	assert_int_equal(r.fresh, 2);
	assert_int_equal(r.bad, 4);
	assert_int_equal(inbox_cursor(b.n), 7);
	assert_int_equal(count(&b, "SELECT count(*) AS n FROM inbox_bad"), 4);
	assert_int_equal(count(&b, "SELECT count(*) AS n FROM inbox_bad"
	    " WHERE reason <> '' AND length(line) > 0"), 4);
	buf_free(&lines);
}

/* One flipped byte in a line makes that line bad and no other. */
static void flipped(void **state)
{
	struct inbox_result r;
	struct buf lines = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	size_t i, first;

	(void)state;
	page(&lines, 2);
	first = strcspn(lines.data, "\n");
	for (i = 0; i < first; i += 7) {
		lines.data[i] = (char)(lines.data[i] ^ 1);
		if (lines.data[i] != '\n') {
			nodes_ok(inbox_take(b.n, lines.data, lines.len, 1,
			    &r, &err), &err);
			assert_int_equal(r.lines, 2);
		}
		lines.data[i] = (char)(lines.data[i] ^ 1);
	}
	assert_true(count(&b, "SELECT count(*) AS n FROM inbox_bad") > 10);
	buf_free(&lines);
}

static bool fail_now;

static int full(struct env *env, const char *point)
{
	(void)env;
	return fail_now && strcmp(point, "lock") == 0 ? 5 : 0;
}

/* A page that could not be written moves no cursor. */
static void all_or_nothing(void **state)
{
	struct inbox_result r;
	struct buf lines = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;

	(void)state;
	page(&lines, 3);
	b.env.fault = full;
	fail_now = true;
	assert_int_not_equal(inbox_take(b.n, lines.data, lines.len, 9, &r,
	    &err), MQ_OK);
	fail_now = false;
	assert_int_equal(inbox_cursor(b.n), 0);
	assert_int_equal(count(&b, "SELECT count(*) AS n FROM entry"), 0);
	nodes_ok(inbox_take(b.n, lines.data, lines.len, 9, &r, &err), &err);
	assert_int_equal(r.fresh, 3);
	b.env.fault = NULL;
	buf_free(&lines);
}

static void digest(void **state)
{
	struct inbox_status one = { .state = "处置中", .phone = "0999-5550101",
	    .due = { 5 }, .as_of = { 100 } }, got;
	struct err err = ERR_INIT;
	char no[13], shown[16];

	(void)state;
	person_id_short_no(a.n->keys.lookup, 101, 3, no);
	(void)snprintf(one.key, sizeof(one.key), "%s", no);
	assert_int_equal(inbox_status_get(b.n, no, &got, &err),
	    MQ_E_NOT_FOUND);
	nodes_ok(inbox_status_put(b.n, &one, 1, &err), &err);
	person_id_short_show(no, shown);
	nodes_ok(inbox_status_get(b.n, shown, &got, &err), &err);
	assert_string_equal(got.state, "处置中");
	/* a blank typed behind it is no other number */
	(void)snprintf(shown + strlen(shown), 2, " ");
	nodes_ok(inbox_status_get(b.n, shown, &got, &err), &err);
	assert_string_equal(got.phone, "0999-5550101");
	assert_int_equal(got.due.ms, 5);
	assert_false(got.closed);
	/* older news does not undo newer news */
	(void)snprintf(one.state, sizeof(one.state), "已受理");
	one.as_of.ms = 99;
	nodes_ok(inbox_status_put(b.n, &one, 1, &err), &err);
	nodes_ok(inbox_status_get(b.n, no, &got, &err), &err);
	assert_string_equal(got.state, "处置中");
	one.as_of.ms = 101;
	one.closed = true;
	nodes_ok(inbox_status_put(b.n, &one, 1, &err), &err);
	nodes_ok(inbox_status_get(b.n, no, &got, &err), &err);
	assert_string_equal(got.state, "已受理");
	assert_true(got.closed);
	no[3] = no[3] == '9' ? '0' : (char)(no[3] + 1);
	assert_int_equal(inbox_status_get(b.n, no, &got, &err),
	    MQ_E_NOT_FOUND);
	assert_int_equal(inbox_status_get(b.n, "", &got, &err),
	    MQ_E_NOT_FOUND);
	assert_int_equal(inbox_status_get(b.n, "1234567890123", &got, &err),
	    MQ_E_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(takes, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(flipped, setup, teardown),
		cmocka_unit_test_setup_teardown(all_or_nothing, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(digest, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
