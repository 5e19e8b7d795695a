/*
 * The volunteer facet: numbers, minors, merging with the hours.
 */
#include "../../../core/volunteer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../../core/base/clock.h"
#include "../../../core/base/xmalloc.h"
#include "../../../core/hours.h"
#include "../../../core/save.h"
#include "../../lib/deeds.h"
#include "../../lib/nodes.h"

static struct nodes_one x;

static int setup(void **state)
{
	(void)state;
	nodes_make(&x, 101, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nodes_free(&x);
	return 0;
}

static enum mq_status enter(const char *name, const char *number,
    const char *born, const char *consent, int64_t *rec)
{
	const char *const pairs[] = { "name", name, "number", number,
	    "birth_year", born, "consent", consent, "phone", "13800000042",
	    NULL };
	struct save_result res;
	struct err err = ERR_INIT;
	enum mq_status rc = deeds_open(&x, "volunteer", pairs, &res, &err);

	if (rc == MQ_OK && rec != NULL)
		*rec = res.recs[0];
	return rc;
}

static void number_of(int64_t rec, char out[32])
{
	struct record_full r;

	nodes_ok(record_get(x.n, rec, &r, NULL), NULL);
	xcopy(out, 32, fields_text(&r.f, "number"));
	record_full_free(&r);
}

static void numbers(void **state)
{
	struct err err = ERR_INIT;
	char a[32], b[32], name[64];
	int64_t rec, other;

	(void)state;
	assert_int_equal(enter("孙桂芳", "W2001", "1960", "yes", &rec),
	    MQ_OK);
	nodes_ok(volunteer_find(x.n, "W2001", &other, &err), &err);
	assert_int_equal(other, rec);
	nodes_ok(volunteer_find(x.n, "W200", &other, &err), &err);
	assert_int_equal(other, 0);
	/* one number, one person */
	assert_int_equal(enter("钱大海", "W2001", "1961", "yes", NULL),
	    MQ_E_FIELD);
	volunteer_name(x.n, "W2001", name, sizeof(name));
	assert_string_equal(name, "孙桂芳");
	volunteer_name(x.n, "W2009", name, sizeof(name));
	assert_string_equal(name, "W2009");
	/* without one they get a number that says where it comes from */
	assert_int_equal(enter("周小明", "", "1990", "yes", &rec), MQ_OK);
	number_of(rec, a);
	assert_memory_equal(a, "t00101", 6);
	assert_int_equal(enter("周小红", "", "1990", "yes", &rec), MQ_OK);
	number_of(rec, b);
	assert_string_not_equal(a, b);
}

static void minors(void **state)
{
	(void)state;
	assert_int_equal(enter("吴小宝", "", "2012", "yes", NULL),
	    MQ_E_FIELD);
	assert_int_equal(enter("吴小宝", "", "2012", "guardian", NULL),
	    MQ_OK);
}

static enum mq_status merge(int64_t rec, const char *into)
{
	struct save *s = save_new(x.n, &x.who);
	struct fields f = { NULL, 0, 0 };
	struct save_result res;
	struct err err = ERR_INIT;
	enum mq_status rc;

	fields_set(&f, "merged_into", into);
	rc = save_step(s, rec, "merge", &f, NULL, &err);
	if (rc == MQ_OK)
		rc = save_commit(s, &res, &err);
	fields_free(&f);
	save_free(&s);
	return rc;
}

static int minutes_of(const char *number)
{
	struct minutes m;
	struct err err = ERR_INIT;

	nodes_ok(hours_sum_number(x.n, number, clock_make_day(2026, 11, 1),
	    clock_make_day(2026, 12, 1), &m, &err), &err);
	return m.n;
}

static enum mq_status served(const char *number, const char *start,
    const char *end)
{
	const char *const pairs[] = { "volunteer", number, "start", start,
	    "end", end, NULL };
	struct save_result res;
	struct err err = ERR_INIT;

	return deeds_open(&x, "service", pairs, &res, &err);
}

static void merged_with_their_hours(void **state)
{
	int64_t temp, own, found;
	struct err err = ERR_INIT;
	char number[32];

	(void)state;
	assert_int_equal(enter("郑成", "", "1985", "yes", &temp), MQ_OK);
	assert_int_equal(enter("郑成", "W3001", "1985", "yes", &own), MQ_OK);
	number_of(temp, number);
	assert_int_equal(served(number, "2026-11-20 09:00",
	    "2026-11-20 10:30"), MQ_OK);
	assert_int_equal(served("W3001", "2026-11-21 09:00",
	    "2026-11-21 10:00"), MQ_OK);
	assert_int_equal(minutes_of("W3001"), 60);
	assert_int_equal(merge(temp, number), MQ_E_FIELD);
	assert_int_equal(merge(temp, "W9999"), MQ_E_FIELD);
	assert_false(volunteer_same(x.n, number, "W3001"));
	assert_int_equal(merge(temp, "W3001"), MQ_OK);
	assert_int_equal(minutes_of("W3001"), 150);
	assert_true(volunteer_same(x.n, number, "W3001"));
	nodes_ok(volunteer_find(x.n, number, &found, &err), &err);
	assert_int_equal(found, own);
	/* and they cannot be at two places under two numbers */
	assert_int_equal(served("W3001", "2026-11-20 10:00",
	    "2026-11-20 11:00"), MQ_E_OVERLAP);
	/* they are on boards once */
	{
		static struct volunteer all[50];
		int n, i, seen = 0;

		nodes_ok(volunteer_list(x.n, all, 50, &n, &err), &err);
		for (i = 0; i < n; i++)
			seen += strcmp(all[i].name, "郑成") == 0;
		assert_int_equal(seen, 1);
		assert_string_equal(all[0].phone_end, "0042");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(minors),
		cmocka_unit_test(merged_with_their_hours),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
