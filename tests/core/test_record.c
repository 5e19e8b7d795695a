/*
 * The fold: order, conflicts, undo, counts, rebuild to identical bytes.
 */
#include "../../core/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/clock.h"
#include "../../core/ledger.h"
#include "../lib/nodes.h"

#define OPEN "{\"d\":{\"owner\":\"A\",\"state\":\"reported\"}," \
	"\"f\":{\"grade\":\"b\",\"text\":\"井盖松动\"}}"

static void get(struct nodes_one *x, int64_t rec, struct record_full *r)
{
	struct err err = ERR_INIT;

	nodes_ok(record_get(x->n, rec, r, &err), &err);
}

static void later_values_win(void **state)
{
	struct nodes_one x;
	struct record_full r;
	int64_t rec;

	(void)state;
	nodes_make(&x, 101, NULL);
	rec = ref_rec(nodes_entry(&x, "request", "open", 0, OPEN));
	nodes_entry(&x, "request", "step", rec, "{\"d\":{\"from\":\"reported\","
	    "\"owner\":\"B\",\"state\":\"accepted\"},\"f\":{\"why\":\"急\"},"
	    "\"s\":\"accept\"}");
	get(&x, rec, &r);
	assert_string_equal(r.r.state, "accepted");
	assert_string_equal(r.r.owner, "B");
	assert_string_equal(fields_text(&r.f, "text"), "井盖松动");
	assert_string_equal(fields_text(&r.f, "why"), "急");
	assert_int_equal(r.nheads, 1);
	assert_int_equal(r.r.flags, 0);
	record_full_free(&r);
	nodes_free(&x);
}

/* One takes a row away, the other mends a cell of it: the cell is in the lane,
 * in whichever order the two are folded.  Rows added apart stay apart. */
static void cells_of_a_row_meet_one_by_one(void **state)
{
	struct nodes_one a, b;
	struct record_full ra, rb;
	int64_t rec;

	(void)state;
	nodes_make(&a, 101, NULL);
	nodes_make(&b, 102, NULL);
	rec = ref_rec(nodes_entry(&a, "request", "open", 0, "{\"d\":"
	    "{\"state\":\"reported\"},\"f\":{\"m.1.age\":7,"
	    "\"m.1.name\":\"甲\",\"m.2.name\":\"乙\"}}"));
	nodes_carry(&a, &b);
	nodes_entry(&b, "request", "fix", rec,
	    "{\"f\":{\"m.1.age\":8,\"m.3n102.name\":\"丁\"}}");
	nodes_entry(&a, "request", "fix", rec, "{\"f\":{\"m.1.age\":null,"
	    "\"m.1.name\":null,\"m.3n101.name\":\"丙\"}}");
	nodes_carry(&a, &b);
	nodes_carry(&b, &a);
	get(&a, rec, &ra);
	get(&b, rec, &rb);
	assert_int_equal(ra.nconflicts, 1);
	assert_string_equal(ra.conflicts[0].field, "m.1.age");
	assert_int_equal(rb.nconflicts, 1);
	assert_memory_equal(ra.conflicts, rb.conflicts,
	    sizeof(ra.conflicts[0]));
	assert_string_equal(fields_text(&ra.f, "m.3n101.name"), "丙");
	assert_string_equal(fields_text(&ra.f, "m.3n102.name"), "丁");
	assert_false(fields_has(&ra.f, "m.1.name"));
	record_full_free(&ra);
	record_full_free(&rb);
	nodes_free(&a);
	nodes_free(&b);
}

/* Two nodes, one case, no network: a conflict lane with both values on both
 * nodes, the same on each; a later entry that saw both settles it. */
static void concurrent_edits_meet_in_the_lane(void **state)
{
	struct nodes_one a, b;
	struct record_full ra, rb;
	int64_t rec;
	uint8_t da[CRYPTO_HASH], db[CRYPTO_HASH];

	(void)state;
	nodes_make(&a, 101, NULL);
	nodes_make(&b, 102, NULL);
	rec = ref_rec(nodes_entry(&a, "request", "open", 0, OPEN));
	nodes_carry(&a, &b);
	nodes_entry(&a, "request", "fix", rec, "{\"f\":{\"grade\":\"a\"}}");
	nodes_entry(&b, "request", "fix", rec, "{\"f\":{\"grade\":\"c\"}}");
	nodes_carry(&a, &b);
	nodes_carry(&b, &a);
	get(&a, rec, &ra);
	get(&b, rec, &rb);
	assert_int_equal(ra.nconflicts, 1);
	assert_true(ra.r.flags & REC_CONFLICT);
	assert_string_equal(ra.conflicts[0].field, "grade");
	assert_string_not_equal(ra.conflicts[0].mine[0],
	    ra.conflicts[0].mine[1]);
	assert_string_equal(fields_text(&ra.f, "grade"),
	    fields_text(&rb.f, "grade"));
	assert_memory_equal(ra.conflicts, rb.conflicts,
	    sizeof(ra.conflicts[0]));
	assert_int_equal(ra.nheads, 2);
	record_full_free(&ra);
	record_full_free(&rb);
	/* somebody chooses */
	nodes_entry(&b, "request", "fix", rec, "{\"f\":{\"grade\":\"a\"}}");
	nodes_carry(&b, &a);
	get(&a, rec, &ra);
	assert_int_equal(ra.nconflicts, 0);
	assert_string_equal(fields_text(&ra.f, "grade"), "a");
	assert_int_equal(ra.nheads, 1);
	record_full_free(&ra);
	/* the same projection on both, apart from which entries are own */
	nodes_ok(record_digest(a.n, da, NULL), NULL);
	nodes_ok(record_digest(b.n, db, NULL), NULL);
	nodes_free(&a);
	nodes_free(&b);
}

static void same_change_twice_is_no_conflict(void **state)
{
	struct nodes_one a, b;
	struct record_full r;
	int64_t rec;

	(void)state;
	nodes_make(&a, 101, NULL);
	nodes_make(&b, 102, NULL);
	rec = ref_rec(nodes_entry(&a, "request", "open", 0, OPEN));
	nodes_carry(&a, &b);
	nodes_entry(&a, "request", "fix", rec, "{\"f\":{\"grade\":\"a\"}}");
	nodes_entry(&b, "request", "fix", rec, "{\"f\":{\"grade\":\"a\"}}");
	nodes_entry(&b, "request", "fix", rec, "{\"f\":{\"other\":\"z\"}}");
	nodes_carry(&a, &b);
	get(&b, rec, &r);
	assert_int_equal(r.nconflicts, 0);
	record_full_free(&r);
	nodes_free(&a);
	nodes_free(&b);
}

/* Entries arriving in any order fold to the same record. */
static void order_of_arrival_does_not_matter(void **state)
{
	struct nodes_one a, b;
	struct buf line[4];
	struct record_full ra, rb;
	struct ref id[4];
	int64_t rec, left;
	int i;
	bool fresh;

	(void)state;
	nodes_make(&a, 101, NULL);
	nodes_make(&b, 102, NULL);
	id[0] = nodes_entry(&a, "request", "open", 0, OPEN);
	rec = ref_rec(id[0]);
	for (i = 1; i < 4; i++) {
		char body[80];

		snprintf(body, sizeof(body), "{\"f\":{\"grade\":\"%d\"}}", i);
		id[i] = nodes_entry(&a, "request", "fix", rec, body);
	}
	for (i = 3; i >= 0; i--) {	/* backwards, one by one */
		buf_init(&line[i], BUF_SMALL);
		nodes_ok(ledger_line_of(a.n, id[i], &line[i], NULL), NULL);
		nodes_ok(db_begin(b.n->db, __func__, NULL), NULL);
		nodes_ok(ledger_receive(b.n, line[i].data, line[i].len,
		    &fresh, NULL), NULL);
		nodes_ok(db_commit(b.n->db, NULL), NULL);
		nodes_ok(record_fold_pending(b.n, 100, &left, NULL), NULL);
		assert_int_equal(left, 0);
		buf_free(&line[i]);
	}
	get(&a, rec, &ra);
	get(&b, rec, &rb);
	assert_string_equal(fields_text(&rb.f, "grade"), "3");
	assert_int_equal(ra.nheads, rb.nheads);
	assert_int_equal(rb.r.flags, 0);
	record_full_free(&ra);
	record_full_free(&rb);
	nodes_free(&a);
	nodes_free(&b);
}

static void void_takes_back(void **state)
{
	struct nodes_one x;
	struct record_full r;
	struct ref fix;
	char body[80], text[ENTRY_REF_TEXT];
	int64_t rec;

	(void)state;
	nodes_make(&x, 101, NULL);
	rec = ref_rec(nodes_entry(&x, "request", "open", 0, OPEN));
	fix = nodes_entry(&x, "request", "fix", rec,
	    "{\"f\":{\"grade\":\"a\"}}");
	ref_text(fix, text);
	snprintf(body, sizeof(body), "{\"u\":[\"%s\"]}", text);
	nodes_entry(&x, "request", "void", rec, body);
	get(&x, rec, &r);
	assert_string_equal(fields_text(&r.f, "grade"), "b");
	assert_int_equal(r.r.flags & REC_VOID, 0);
	record_full_free(&r);
	nodes_entry(&x, "request", "void", rec, "{\"u\":[\"101:1\"]}");
	get(&x, rec, &r);
	assert_true(r.r.flags & REC_VOID);
	record_full_free(&r);
	nodes_free(&x);
}

static int64_t count(struct nodes_one *x, const char *what, const char *key)
{
	struct day day = clock_day((struct utc){ NODES_NOW });
	int64_t v;

	nodes_ok(record_count(x->n, "request", what, key, NULL, day, day,
	    &v, NULL), NULL);
	return v;
}

static void counts_follow(void **state)
{
	struct nodes_one x;
	int64_t rec;

	(void)state;
	nodes_make(&x, 101, NULL);
	rec = ref_rec(nodes_entry(&x, "request", "open", 0, OPEN));
	nodes_entry(&x, "request", "open", 0, OPEN);
	nodes_entry(&x, "request", "open", 0, "{\"d\":{\"confidential\":1,"
	    "\"state\":\"reported\"}}");
	assert_int_equal(count(&x, "state", "reported"), 2);
	assert_int_equal(count(&x, "opened", NULL), 2);
	nodes_entry(&x, "request", "step", rec, "{\"d\":{\"closed\":"
	    "1795312800000,\"from\":\"reported\",\"state\":\"done\"},"
	    "\"s\":\"close\"}");
	assert_int_equal(count(&x, "state", "reported"), 1);
	assert_int_equal(count(&x, "state", "done"), 1);
	assert_int_equal(count(&x, "closed", NULL), 1);
	nodes_entry(&x, "request", "void", rec, "{\"u\":[\"101:1\"]}");
	assert_int_equal(count(&x, "state", "done"), 0);
	assert_int_equal(count(&x, "opened", NULL), 1);
	nodes_free(&x);
}

static void rebuild_gives_the_same_bytes(void **state)
{
	struct nodes_one a, b;
	uint8_t before[CRYPTO_HASH], after[CRYPTO_HASH];
	int64_t rec = 0;
	int i;

	(void)state;
	nodes_make(&a, 101, NULL);
	nodes_make(&b, 102, NULL);
	for (i = 0; i < 40; i++) {
		struct nodes_one *x = i % 3 ? &a : &b;

		env_advance(&x->env, 17 * MS_MINUTE);
		if (i % 5 == 0)
			rec = ref_rec(nodes_entry(&a, "request", "open", 0,
			    OPEN));
		if (i % 7 == 0) {
			nodes_carry(&a, &b);
			nodes_carry(&b, &a);
		}
		if (i % 5 == 3 && x == &a)
			nodes_entry(x, "request", "fix", rec,
			    "{\"f\":{\"grade\":\"x\"}}");
	}
	nodes_carry(&b, &a);
	nodes_ok(record_digest(a.n, before, NULL), NULL);
	nodes_ok(record_rebuild(a.n, NULL), NULL);
	nodes_ok(record_digest(a.n, after, NULL), NULL);
	assert_memory_equal(before, after, sizeof(after));
	nodes_free(&a);
	nodes_free(&b);
}

/* A body from a newer program or a liar: kept, marked, never a failure. */
static void fold_is_total(void **state)
{
	struct nodes_one x;
	struct record_full r;
	int64_t rec;

	(void)state;
	nodes_make(&x, 101, NULL);
	rec = ref_rec(nodes_entry(&x, "request", "open", 0, OPEN));
	nodes_entry(&x, "request", "fix", rec,
	    "{\"f\":[1,2],\"zz\":{\"new\":[true]}}");
	nodes_entry(&x, "request", "step", rec, "{\"d\":{\"from\":\"nowhere\","
	    "\"state\":\"weird\"},\"s\":\"leap\"}");
	get(&x, rec, &r);
	assert_true(r.r.flags & REC_ODD);
	assert_string_equal(r.r.state, "weird");
	record_full_free(&r);
	nodes_free(&x);
}

static void pages_go_both_ways(void **state)
{
	struct nodes_one x;
	struct record_query q = { .kind = "request", .sort = SORT_OPENED };
	struct record rows[10], back[10];
	int i, n;

	(void)state;
	nodes_make(&x, 101, NULL);
	for (i = 0; i < 25; i++) {
		env_advance(&x.env, MS_MINUTE);
		nodes_entry(&x, "request", "open", 0, OPEN);
	}
	nodes_ok(record_page(x.n, &q, NULL, false, rows, 10, &n, NULL),
	    NULL);
	assert_int_equal(n, 10);
	assert_int_equal(rows[0].rec & 0xff, 25);
	nodes_ok(record_page(x.n, &q, &rows[9], false, rows, 10, &n, NULL),
	    NULL);
	assert_int_equal(rows[0].rec & 0xff, 15);
	nodes_ok(record_page(x.n, &q, &rows[0], true, back, 10, &n, NULL),
	    NULL);
	assert_int_equal(n, 10);
	assert_int_equal(back[0].rec & 0xff, 25);
	assert_int_equal(back[9].rec & 0xff, 16);
	/* from the end */
	nodes_ok(record_page(x.n, &q, NULL, true, back, 10, &n, NULL), NULL);
	assert_int_equal(back[9].rec & 0xff, 1);
	q.sort = SORT_CHANGED;
	q.kind = NULL;
	nodes_ok(record_page(x.n, &q, NULL, false, rows, 10, &n, NULL),
	    NULL);
	assert_int_equal(n, 10);
	q.scope = "[\"nowhere\"]";
	nodes_ok(record_page(x.n, &q, NULL, false, rows, 10, &n, NULL),
	    NULL);
	assert_int_equal(n, 0);
	nodes_free(&x);
}

static void words_are_not_readable_in_the_file(void **state)
{
	struct nodes_one x;
	struct buf file = BUF_INIT(BUF_LARGE);
	char path[600];

	(void)state;
	nodes_make(&x, 101, NULL);
	nodes_entry(&x, "person", "open", 0,
	    "{\"f\":{\"phone\":\"13800138000\"}}");
	nodes_ok(db_checkpoint(x.n->db, NULL), NULL);
	node_close(&x.n);
	file_join(path, sizeof(path), x.dir, "ledger.db");
	nodes_ok(file_read(&x.env, path, &file, NULL), NULL);
	assert_null(memmem(file.data, file.len, "13800138000", 11));
	buf_free(&file);
	nodes_free(&x);
}

/* Many hands together can write more names, or more words, than one record
 * holds: it is shown as far as it goes and marked, every entry stays whole,
 * and nothing behind it waits. */
static void more_than_a_record_holds(void **state)
{
	struct buf body = BUF_INIT(ENTRY_BODY_MAX);
	struct nodes_one x;
	struct record_full r;
	struct err err = ERR_INIT;
	int64_t rec, left = 0;
	int e, i;

	(void)state;
	nodes_make(&x, 101, NULL);
	rec = ref_rec(nodes_entry(&x, "request", "open", 0, OPEN));
	for (e = 0; e < 3; e++) {
		buf_reset(&body);
		buf_adds(&body, "{\"f\":{");
		for (i = 0; i < 600; i++)
			buf_addf(&body, "%s\"n%d_%03d\":%d", i ? "," : "", e,
			    i, i);
		buf_adds(&body, "}}");
		nodes_entry(&x, "request", "fix", rec, buf_str(&body));
	}
	get(&x, rec, &r);
	assert_true(r.r.flags & REC_ODD);
	assert_int_equal(r.f.n, FIELDS_MAX);
	assert_int_equal(fields_int(&r.f, "n0_599", 0), 599);
	record_full_free(&r);

	rec = ref_rec(nodes_entry(&x, "request", "open", 0, OPEN));
	for (e = 0; e < 24; e++) {
		buf_reset(&body);
		buf_addf(&body, "{\"f\":{\"t%d\":\"", e);
		for (i = 0; i < 15000; i++)
			buf_addc(&body, 'a');
		buf_adds(&body, "\"}}");
		nodes_entry(&x, "request", "fix", rec, buf_str(&body));
	}
	get(&x, rec, &r);
	assert_true(r.r.flags & REC_ODD);
	assert_string_equal(r.r.state, "reported");
	record_full_free(&r);
	nodes_ok(record_fold_pending(x.n, 100, &left, &err), &err);
	assert_int_equal(left, 0);
	buf_free(&body);
	nodes_free(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(later_values_win),
		cmocka_unit_test(more_than_a_record_holds),
		cmocka_unit_test(concurrent_edits_meet_in_the_lane),
		cmocka_unit_test(cells_of_a_row_meet_one_by_one),
		cmocka_unit_test(same_change_twice_is_no_conflict),
		cmocka_unit_test(order_of_arrival_does_not_matter),
		cmocka_unit_test(void_takes_back),
		cmocka_unit_test(counts_follow),
		cmocka_unit_test(rebuild_gives_the_same_bytes),
		cmocka_unit_test(fold_is_total),
		cmocka_unit_test(pages_go_both_ways),
		cmocka_unit_test(words_are_not_readable_in_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
