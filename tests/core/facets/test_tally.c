/*
 * The tally facet: one digit, one more, and undone again.
 */
#include "../../../core/facet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../../core/base/clock.h"
#include "../../../core/base/xmalloc.h"
#include "../../../core/save.h"
#include "../../lib/nodes.h"

static struct nodes_one x;

static enum mq_status tap(const char *choice, struct save_result *res,
    struct err *err)
{
	struct fields f = { NULL, 0, 0 };
	struct save *s = save_new(x.n, &x.who);
	enum mq_status rc;

	if (choice != NULL)
		fields_set(&f, "choice", choice);
	rc = save_open(s, "tap", &f, -1, NULL, err);
	if (rc == MQ_OK)
		rc = save_commit(s, res, err);
	fields_free(&f);
	save_free(&s);
	return rc;
}

static int64_t count(const char *key)
{
	struct day today = clock_day(env_now(&x.env));
	struct err err = ERR_INIT;
	int64_t n = 0;

	nodes_ok(record_count(x.n, "tap", "num", key, NULL, today, today,
	    &n, &err), &err);
	return n;
}

static void one_digit_one_more(void **state)
{
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct err err = ERR_INIT;

	(void)state;
	nodes_make(&x, 101, NULL);
	nodes_ok(tap("1", res, &err), &err);
	nodes_ok(tap("饮水", res, &err), &err);
	nodes_ok(tap("read", res, &err), &err);
	assert_int_equal(count("water"), 2);
	assert_int_equal(count("read"), 1);
	nodes_ok(save_undo(x.n, &x.who, res->first, &err), &err);
	assert_int_equal(count("read"), 0);
	assert_int_equal(tap(NULL, res, &err), MQ_E_REQUIRED);
	assert_int_equal(tap("9", res, &err), MQ_E_FIELD);
	assert_int_equal(count("water"), 2);
	free(res);
	nodes_free(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_digit_one_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
