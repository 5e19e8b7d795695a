/*
 * A case that becomes confidential after it was known: 涉及本站人员 found out
 * later, or a 求助 that turns out to be a 举报.  It leaves lists, search and
 * counts at the node that says so and at the next one, and whoever is not
 * named for it sees it no more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/xmalloc.h"
#include "../../core/search.h"
#include "../lib/deeds.h"

#define WORDS "站里的小王收了红包"

static struct nodes_one x, y;
static struct session captain, street;

static int setup(void **state)
{
	(void)state;
	nodes_make(&x, 101, NULL);
	nodes_make(&y, 102, NULL);
	access_fake(&captain, "c001", "刘网格", "captain",
	    x.n->set.org);
	access_fake(&street, "s001", "街道", "street", x.n->set.org);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nodes_free(&x);
	nodes_free(&y);
	return 0;
}

static int64_t opened(void)
{
	struct save_result *res = xcalloc(1, sizeof(*res));
	const char *const v[] = { "type", "help", "anonymous", "yes",
	    "category", "city", "subject", "stairs", "when",
	    "2026-11-22 am", "content", WORDS, NULL };
	struct err err = ERR_INIT;
	int64_t rec;

	nodes_ok(deeds_open(&x, "request", v, res, &err), &err);
	rec = res->recs[0];
	free(res);
	return rec;
}

static void corrected(int64_t rec, const char *field, const char *value)
{
	struct save *s = save_new(x.n, &x.who);
	struct fields f = { NULL, 0, 0 };
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct err err = ERR_INIT;

	fields_set(&f, field, value);
	nodes_ok(save_fix(s, rec, &f, "问清楚了", NULL, &err), &err);
	nodes_ok(save_commit(s, res, &err), &err);
	save_free(&s);
	fields_free(&f);
	free(res);
}

static int found(struct nodes_one *n)
{
	struct record rows[4];
	struct err err = ERR_INIT;
	int64_t left;
	int count = 0;

	nodes_ok(search_drain(n->n, 100, &left, &err), &err);
	nodes_ok(search_text(n->n, "request", "收了红包", NULL, rows, 4,
	    &count, &err), &err);
	return count;
}

static int64_t counted(struct nodes_one *n)
{
	struct err err = ERR_INIT;
	int64_t count;

	nodes_ok(record_count(n->n, "request", "opened", NULL, NULL,
	    (struct day){ 0 }, (struct day){ 1000000 }, &count, &err), &err);
	return count;
}

static void check(struct nodes_one *n, int64_t rec, bool known)
{
	struct record_full r;
	struct err err = ERR_INIT;

	assert_int_equal(found(n), known);
	assert_int_equal(counted(n), known);
	nodes_ok(record_get(n->n, rec, &r, &err), &err);
	assert_int_equal(access_may_record(n->n, &captain, "see", &r.r),
	    known);
	assert_true(access_may_record(n->n, &street, "see", &r.r));
	record_full_free(&r);
}

static void later(const char *field, const char *value)
{
	uint8_t before[CRYPTO_HASH], after[CRYPTO_HASH];
	struct err err = ERR_INIT;
	int64_t rec = opened();

	nodes_carry(&x, &y);
	check(&x, rec, true);
	check(&y, rec, true);
	corrected(rec, field, value);
	env_advance(&x.env, MS_HOUR);
	env_advance(&y.env, MS_HOUR);
	check(&x, rec, false);
	nodes_carry(&x, &y);
	check(&y, rec, false);
	nodes_ok(record_digest(y.n, before, &err), &err);
	nodes_ok(record_rebuild(y.n, &err), &err);
	nodes_ok(record_digest(y.n, after, &err), &err);
	assert_memory_equal(before, after, sizeof(before));
}

static void about_our_own_people(void **state)
{
	(void)state;
	later("about_us", "yes");
}

static void a_report_after_all(void **state)
{
	(void)state;
	later("type", "report");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(about_our_own_people, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(a_report_after_all, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
