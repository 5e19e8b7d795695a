/*
 * One save: what it writes, what follows from it, how it is taken back.
 */
#include "../../core/save.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/xmalloc.h"
#include "../../core/ledger.h"
#include "../../core/person_id.h"
#include "../lib/nodes.h"

static void set_pairs(struct fields *f, const char *const *pairs)
{
	size_t i;

	for (i = 0; pairs[i]; i += 2)
		fields_set(f, pairs[i], pairs[i + 1]);
}

/* Opens one record alone; returns its key. */
static int64_t open_one(struct nodes_one *x, const char *kind,
    const char *const *pairs, struct save_result *out)
{
	struct save *s = save_new(x->n, &x->who);
	struct save_result *res = out ? out : xcalloc(1, sizeof(*res));
	struct fields f = { NULL, 0, 0 };
	struct err err = ERR_INIT;
	int64_t rec;

	set_pairs(&f, pairs);
	nodes_ok(save_open(s, kind, &f, -1, NULL, &err), &err);
	nodes_ok(save_commit(s, res, &err), &err);
	rec = res->recs[0];
	fields_free(&f);
	save_free(&s);
	if (!out)
		free(res);
	return rec;
}

static int64_t household(struct nodes_one *x, const char *door)
{
	const char *const pairs[] = { "address", "清河路 5 号", "building",
	    "3幢", "door", door, "grid", nodes_org(x, "grid", 0), NULL };

	return open_one(x, "household", pairs, NULL);
}

static int64_t person(struct nodes_one *x, const char *name, int64_t home)
{
	char place[ENTRY_REF_TEXT];
	const char *const pairs[] = { "name", name, "sex", "female",
	    "birth_year", "1951", "place", place, "grid",
	    nodes_org(x, "grid", 0), "consent", "yes", NULL };

	ref_text(ref_of_rec(home), place);
	return open_one(x, "person", pairs, NULL);
}

static int64_t visit(struct nodes_one *x, int64_t who, bool with_request,
    struct save_result *out)
{
	char ref[ENTRY_REF_TEXT];
	const char *const plain[] = { "mode", "home", "who", ref, "when",
	    "2026-11-22 am", "purpose", "elder", "minutes", "40", NULL };
	const char *const more[] = { "mode", "home", "who", ref, "when",
	    "2026-11-22 am", "purpose", "elder", "minutes", "40",
	    "demand", "help", "demand_category", "city",
	    "demand_subject", "stairs",
	    "demand_grade", "normal", "demand_text", "楼道积存垃圾", NULL };

	ref_text(ref_of_rec(who), ref);
	return open_one(x, "visit", with_request ? more : plain, out);
}

static void one_visit_fills_everything(void **state)
{
	struct nodes_one x;
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct record rows[8];
	struct record_full r;
	int64_t who, rec;
	int n;

	(void)state;
	nodes_make(&x, 101, NULL);
	who = person(&x, "王秀英", household(&x, "301"));
	rec = visit(&x, who, true, res);
	assert_int_equal(res->visits, 1);
	assert_int_equal(res->requests, 1);
	assert_int_equal(res->minutes.n, 40);
	assert_int_equal(res->households, 1);
	assert_int_equal(res->n, 3);
	assert_true(person_id_short_ok(res->no));
	nodes_ok(record_derived(x.n, rec, rows, 8, &n, NULL), NULL);
	assert_int_equal(n, 2);
	nodes_ok(record_get(x.n, rec, &r, NULL), NULL);
	assert_int_equal(r.r.who, who);
	/* it belongs to the grid of the person, not to this desk */
	assert_string_equal(r.r.org, nodes_org(&x, "grid", 0));
	assert_null(strstr(r.r.title, "王秀英"));
	record_full_free(&r);
	nodes_ok(record_by_no(x.n, res->no, &rec, NULL), NULL);
	nodes_ok(record_by_no(x.n, res->no + 5, &rec, NULL), NULL);
	free(res);
	nodes_free(&x);
}

/* 记错人: the request and the hours follow the visit in the same save. */
static void correcting_the_person_takes_all_along(void **state)
{
	struct nodes_one x;
	struct save *s;
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct fields f = { NULL, 0, 0 };
	struct record rows[8];
	struct err err = ERR_INIT;
	char ref[ENTRY_REF_TEXT];
	int64_t a, b, home, other, rec;
	int n, i, requests = 0;

	(void)state;
	nodes_make(&x, 101, NULL);
	home = household(&x, "301");
	a = person(&x, "王秀英", home);
	other = household(&x, "502");
	b = person(&x, "王秀英", other);
	rec = visit(&x, a, true, res);
	ref_text(ref_of_rec(b), ref);
	fields_set(&f, "who", ref);
	s = save_new(x.n, &x.who);
	nodes_ok(save_fix(s, rec, &f, "记错人", NULL, &err), &err);
	nodes_ok(save_commit(s, res, &err), &err);
	assert_true(res->n >= 2);
	nodes_ok(record_derived(x.n, rec, rows, 8, &n, NULL), NULL);
	for (i = 0; i < n; i++) {
		if (strcmp(rows[i].kind, "request") != 0)
			continue;
		requests++;
		assert_int_equal(rows[i].who, b);
		assert_int_equal(rows[i].place, other);
	}
	assert_int_equal(requests, 1);
	save_free(&s);
	fields_free(&f);
	free(res);
	nodes_free(&x);
}

static void undo_takes_the_whole_save(void **state)
{
	struct nodes_one x;
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct record_full r;
	struct session other;
	struct err err = ERR_INIT;
	int i, recs;

	(void)state;
	nodes_make(&x, 101, NULL);
	visit(&x, person(&x, "李桂兰", household(&x, "101")), true, res);
	other = x.who;
	xcopy(other.by, sizeof(other.by), "c002");
	assert_false(save_can_undo(x.n, &other, res->first));
	assert_true(save_can_undo(x.n, &x.who, res->first));
	nodes_ok(save_undo(x.n, &x.who, res->first, &err), &err);
	recs = res->nrecs;
	for (i = 0; i < recs; i++) {
		nodes_ok(record_get(x.n, res->recs[i], &r, &err), &err);
		assert_true(r.r.flags & REC_VOID);
		record_full_free(&r);
	}
	assert_false(save_can_undo(x.n, &x.who, res->first));
	free(res);
	nodes_free(&x);
}

static void undo_ends_with_the_minute(void **state)
{
	struct nodes_one x;
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct err err = ERR_INIT;

	(void)state;
	nodes_make(&x, 101, NULL);
	visit(&x, person(&x, "李桂兰", household(&x, "101")), false, res);
	env_advance(&x.env, 10 * MS_MINUTE);
	assert_false(save_can_undo(x.n, &x.who, res->first));
	assert_int_equal(save_undo(x.n, &x.who, res->first, &err),
	    MQ_E_UNDO_LATE);
	free(res);
	nodes_free(&x);
}

/* Bad values are complained about at their fields; nothing is written. */
static void complaints_stop_the_save(void **state)
{
	static const char *const pairs[] = { "mode", "home", "when",
	    "2026-02-30", "purpose", "elder", NULL };
	struct nodes_one x;
	struct save *s;
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct save_complaint list[SAVE_COMPLAINTS];
	struct fields f = { NULL, 0, 0 };
	struct ledger_head before, after;
	struct err err = ERR_INIT;
	int n, i;
	bool date = false, who = false;

	(void)state;
	nodes_make(&x, 101, NULL);
	nodes_ok(ledger_head(x.n, &before, NULL), NULL);
	set_pairs(&f, pairs);
	s = save_new(x.n, &x.who);
	nodes_ok(save_open(s, "visit", &f, -1, NULL, &err), &err);
	n = save_complaints(s, list, SAVE_COMPLAINTS);
	for (i = 0; i < n; i++) {
		date |= strcmp(list[i].field, "when") == 0 &&
		    list[i].err.code == MQ_E_DATE;
		who |= strcmp(list[i].field, "who") == 0 &&
		    list[i].err.code == MQ_E_REQUIRED;
	}
	assert_true(date && who);
	assert_int_not_equal(save_commit(s, res, &err), MQ_OK);
	nodes_ok(ledger_head(x.n, &after, NULL), NULL);
	assert_int_equal(before.seq, after.seq);
	save_free(&s);
	fields_free(&f);
	free(res);
	nodes_free(&x);
}

/* Two screens on one case: the second must look again before it saves. */
static void a_changed_record_is_not_overwritten(void **state)
{
	struct nodes_one x;
	struct save *one, *two;
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct fields none = { NULL, 0, 0 };
	struct err err = ERR_INIT;
	int64_t rec;

	(void)state;
	nodes_make(&x, 101, NULL);
	visit(&x, person(&x, "李桂兰", household(&x, "101")), true, res);
	nodes_ok(record_by_no(x.n, res->no, &rec, &err), &err);
	one = save_new(x.n, &x.who);
	two = save_new(x.n, &x.who);
	nodes_ok(save_step(one, rec, "accept", &none, NULL, &err), &err);
	nodes_ok(save_step(two, rec, "accept", &none, NULL, &err), &err);
	nodes_ok(save_commit(one, res, &err), &err);
	assert_int_equal(save_commit(two, res, &err), MQ_E_CHANGED);
	save_free(&one);
	save_free(&two);
	free(res);
	nodes_free(&x);
}

/* The doer never closes: whoever answered may not confirm. */
static void the_doer_does_not_confirm(void **state)
{
	static const char *const answer[] = { "measure", "已清运",
	    "spoke_to", "居民代表", NULL };
	static const char *const confirm[] = { "solved", "yes", NULL };
	struct nodes_one x;
	struct save *s;
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct fields f = { NULL, 0, 0 };
	struct err err = ERR_INIT;
	int64_t rec;

	(void)state;
	nodes_make(&x, 101, NULL);
	visit(&x, person(&x, "李桂兰", household(&x, "101")), true, res);
	nodes_ok(record_by_no(x.n, res->no, &rec, &err), &err);
	set_pairs(&f, answer);
	s = save_new(x.n, &x.who);
	nodes_ok(save_step(s, rec, "answer_now", &f, NULL, &err), &err);
	nodes_ok(save_commit(s, res, &err), &err);
	save_free(&s);
	fields_free(&f);
	set_pairs(&f, confirm);
	s = save_new(x.n, &x.who);
	if (save_step(s, rec, "confirm", &f, NULL, &err) == MQ_OK)
		assert_int_not_equal(save_commit(s, res, &err), MQ_OK);
	save_free(&s);
	xcopy(x.who.by, sizeof(x.who.by), "c009");
	s = save_new(x.n, &x.who);
	nodes_ok(save_step(s, rec, "confirm", &f, NULL, &err), &err);
	nodes_ok(save_commit(s, res, &err), &err);
	save_free(&s);
	fields_free(&f);
	free(res);
	nodes_free(&x);
}

/* More than a save can hold is said, not died of. */
static void too_many_are_refused(void **state)
{
	const char *const pairs[] = { "address", "清河路 5 号", "building",
	    "3幢", "door", "101", "grid", "", NULL };
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct fields f = { NULL, 0, 0 };
	struct nodes_one x;
	struct save *s;
	struct err err = ERR_INIT;
	int i;

	(void)state;
	nodes_make(&x, 101, NULL);
	s = save_new(x.n, &x.who);
	set_pairs(&f, pairs);
	fields_set(&f, "grid", nodes_org(&x, "grid", 0));
	for (i = 0; i < ENTRY_SAVE_MAX; i++)
		nodes_ok(save_open(s, "household", &f, -1, NULL, &err), &err);
	assert_int_equal(save_open(s, "household", &f, -1, NULL, &err),
	    MQ_E_TOO_BIG);
	assert_int_equal(save_size(s), ENTRY_SAVE_MAX);
	nodes_ok(save_note(s, household(&x, "102"), "多一条", NULL, &err),
	    &err);
	assert_int_equal(save_commit(s, res, &err), MQ_E_TOO_BIG);
	save_cut(s, ENTRY_SAVE_MAX);
	nodes_ok(save_commit(s, res, &err), &err);
	save_free(&s);
	fields_free(&f);
	free(res);
	nodes_free(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_visit_fills_everything),
		cmocka_unit_test(correcting_the_person_takes_all_along),
		cmocka_unit_test(undo_takes_the_whole_save),
		cmocka_unit_test(undo_ends_with_the_minute),
		cmocka_unit_test(complaints_stop_the_save),
		cmocka_unit_test(a_changed_record_is_not_overwritten),
		cmocka_unit_test(the_doer_does_not_confirm),
		cmocka_unit_test(too_many_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
