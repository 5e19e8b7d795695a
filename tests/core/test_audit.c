/*
 * Traces: who came in once a shift, a lock once for all its tries, what a
 * node goes by when it changes; and nothing in anybody's way.
 */
#include "../../core/audit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/xmalloc.h"
#include "../../core/ledger.h"
#include "../lib/nodes.h"

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

/* How many of that act; the newest into `last`. */
static int acts(const char *what, struct record_full *last)
{
	struct record none = { 0 }, rows[32];
	struct record_query q = { .kind = "audit" };
	struct err err = ERR_INIT;
	int n, i, found = 0;

	nodes_ok(record_page(x.n, &q, &none, false, rows, 32, &n, &err),
	    &err);
	for (i = n - 1; i >= 0; i--) {
		struct record_full r;

		nodes_ok(record_get(x.n, rows[i].rec, &r, &err), &err);
		if (strcmp(fields_text(&r.f, "what"), what) != 0) {
			record_full_free(&r);
			continue;
		}
		if (found++)
			record_full_free(last);
		*last = r;
	}
	return found;
}

static void came_in_once_a_shift(void **state)
{
	struct record_full r;
	struct utc now;

	(void)state;
	audit_login(x.n, "v001");
	env_advance(&x.env, 2 * MS_HOUR);
	audit_login(x.n, "v001");
	assert_int_equal(acts("login", &r), 1);
	assert_string_equal(r.r.by, "v001");
	assert_string_equal(r.r.title, "登录");
	record_full_free(&r);
	audit_login(x.n, "v002");
	env_advance(&x.env, 11 * MS_HOUR);
	nodes_reopen(&x);
	audit_login(x.n, "v001");
	assert_int_equal(acts("login", &r), 3);
	record_full_free(&r);
	/* The machine forgot the time; somebody set it right. */
	now = env_now(&x.env);
	env_advance(&x.env, -now.ms);
	nodes_ok(ledger_confirm_clock(x.n, (struct utc){ now.ms + MS_HOUR },
	    NULL), NULL);
	audit_login(x.n, "v001");
	assert_int_equal(acts("login", &r), 3);
	record_full_free(&r);
}

static void a_lock_is_one(void **state)
{
	struct record_full r;

	(void)state;
	audit_locked(x.n, "v001", 5);
	assert_int_equal(acts("login_failed", &r), 1);
	assert_string_equal(r.r.by, "@101");
	assert_string_equal(fields_text(&r.f, "staff"), "v001");
	assert_int_equal(fields_int(&r.f, "count", 0), 5);
	record_full_free(&r);
}

static void change(const char *key, int64_t v)
{
	struct err err = ERR_INIT;

	nodes_ok(db_begin(x.n->db, __func__, &err), &err);
	nodes_ok(node_set_meta(x.n, key, v, &err), &err);
	nodes_ok(db_commit(x.n->db, &err), &err);
}

static void changes_are_told(void **state)
{
	struct record_full r;

	(void)state;
	audit_config(x.n);
	audit_config(x.n);
	assert_int_equal(acts("config", &r), 0);
	xcopy(x.n->set.hub, sizeof(x.n->set.hub), "https://hub.example");
	audit_config(x.n);
	audit_config(x.n);
	assert_int_equal(acts("config", &r), 1);
	assert_string_equal(r.r.by, "@101");
	assert_string_equal(r.r.title,
	    "改了配置 区里地址 - → https://hub.example");
	record_full_free(&r);
	/* the first roster is no change, the next is */
	change("roster_seq", 1);
	audit_config(x.n);
	assert_int_equal(acts("config", &r), 1);
	record_full_free(&r);
	change("roster_seq", 2);
	change("clock_by_hand", 1);
	audit_config(x.n);
	assert_int_equal(acts("config", &r), 3);
	assert_non_null(strstr(r.r.title, "人工设定"));
	record_full_free(&r);
}

static void never_in_the_way(void **state)
{
	struct record_full r;

	(void)state;
	x.n->read_only = true;
	audit_login(x.n, "v001");
	audit_locked(x.n, "v001", 5);
	audit_config(x.n);
	x.n->read_only = false;
	assert_int_equal(acts("login", &r), 0);
	audit_login(x.n, "v001");
	assert_int_equal(acts("login", &r), 1);
	record_full_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(came_in_once_a_shift, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(a_lock_is_one, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(changes_are_told, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(never_in_the_way, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
