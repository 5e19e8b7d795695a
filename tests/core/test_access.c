/*
 * Who may do what, where, by the shipped roles.csv.
 */
#include "../../core/access.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/xmalloc.h"
#include "../../core/pack.h"
#include "../../core/record.h"
#include "../lib/nodes.h"

#define STREET "990101001"
#define COMMUNITY "990101001001"
#define OTHER "990101001002"
#define GRID "990101001001001"
#define DEPARTMENT "990101001901"

static struct nodes_one x;

static struct session person(const char *role, const char *org)
{
	struct session s;

	access_fake(&s, "v001", "张志愿", role, org);
	return s;
}

static bool may(const char *role, const char *org, const char *action,
    const char *kind, const char *where)
{
	struct session s = person(role, org);

	return access_may(x.n, &s, action, kind, where);
}

static struct record record_of(const char *kind, const char *org,
    const char *owner, const char *by)
{
	struct record r = { .rec = 1 };

	xcopy(r.kind, sizeof(r.kind), kind);
	xcopy(r.org, sizeof(r.org), org);
	xcopy(r.owner, sizeof(r.owner), owner);
	xcopy(r.by, sizeof(r.by), by);
	return r;
}

static bool may_record(const char *role, const char *org, const char *action,
    struct record r)
{
	struct session s = person(role, org);

	return access_may_record(x.n, &s, action, &r);
}

static void volunteers_capture(void **state)
{
	(void)state;
	assert_true(may("volunteer", COMMUNITY, "open", "visit", ""));
	assert_true(may("volunteer", COMMUNITY, "open", "request", OTHER));
	assert_false(may("volunteer", COMMUNITY, "open", "person", ""));
	assert_false(may("volunteer", COMMUNITY, "export", "visit", ""));
	assert_false(may("volunteer", COMMUNITY, "reveal", "person", ""));
	assert_true(may("volunteer", COMMUNITY, "see", "person", GRID));
	assert_false(may("volunteer", COMMUNITY, "see", "person", OTHER));
	assert_false(may("nobody", COMMUNITY, "see", "visit", ""));
}

static void own_and_others(void **state)
{
	struct record own = record_of("visit", GRID, "", "v001");
	struct record other = record_of("visit", GRID, "", "v002");

	(void)state;
	assert_true(may_record("volunteer", COMMUNITY, "fix", own));
	assert_false(may_record("volunteer", COMMUNITY, "fix", other));
	assert_true(may_record("captain", COMMUNITY, "fix", other));
	assert_false(may_record("captain", OTHER, "fix", other));
	assert_true(may_record("street", STREET, "see", other));
}

static void routed_cases(void **state)
{
	struct record r = record_of("request", GRID, DEPARTMENT, "v002");

	(void)state;
	assert_true(may_record("department", DEPARTMENT, "step:answer", r));
	assert_true(may_record("department", DEPARTMENT, "see", r));
	assert_false(may_record("department", DEPARTMENT, "step:confirm", r));
	xcopy(r.owner, sizeof(r.owner), GRID);
	assert_false(may_record("department", DEPARTMENT, "see", r));
	assert_true(may_record("gridworker", GRID, "step:answer", r));
	assert_true(may_record("community", COMMUNITY, "step:dispatch", r));
}

/* A report is seen by named posts only, and by who wrote it down as long as
 * it can be undone. */
static void confidential(void **state)
{
	struct record r = record_of("request", GRID, GRID, "v001");

	(void)state;
	r.flags = REC_CONFIDENTIAL;
	r.changed_at = env_now(&x.env);
	assert_true(may_record("volunteer", COMMUNITY, "see", r));
	r.changed_at.ms -= MS_HOUR;
	assert_false(may_record("volunteer", COMMUNITY, "see", r));
	assert_false(may_record("captain", COMMUNITY, "see", r));
	assert_true(may_record("community", COMMUNITY, "see", r));
	assert_true(may_record("street", STREET, "see", r));
	assert_false(may_record("community", OTHER, "see", r));
}

static void vouched(void **state)
{
	struct session s = person("captain", COMMUNITY);

	(void)state;
	s.vouched = true;
	assert_true(access_may(x.n, &s, "open", "visit", ""));
	assert_true(access_may(x.n, &s, "step:sign_out", "service", ""));
	assert_false(access_may(x.n, &s, "step:dispatch", "request", ""));
	assert_false(access_may(x.n, &s, "fix", "visit", ""));
	assert_false(access_may(x.n, &s, "reveal", "person", ""));
	assert_false(access_may(x.n, &s, "vouch", "vouch", ""));
}

/* Several posts add up, each at its own place. */
static void several_posts(void **state)
{
	struct session s = person("volunteer", OTHER);
	struct record r = record_of("visit", GRID, "", "v009");

	(void)state;
	assert_false(access_may_record(x.n, &s, "fix", &r));
	xcopy(s.posts[1].role, sizeof(s.posts[1].role), "captain");
	xcopy(s.posts[1].org, sizeof(s.posts[1].org), GRID);
	s.nposts = 2;
	assert_true(access_may_record(x.n, &s, "fix", &r));
	assert_true(access_has_role(&s, "captain"));
	assert_false(access_has_role(&s, "admin"));
}

static int count(const char *role, const char *org, const char *kind)
{
	struct session s = person(role, org);
	struct buf b = BUF_INIT(BUF_SMALL);
	const char *p;
	int n = 0;

	access_scope(x.n, &s, kind, &b);
	assert_int_equal(buf_str(&b)[0], '[');
	for (p = buf_str(&b); (p = strchr(p, '"')) != NULL; p++)
		n++;
	buf_free(&b);
	return n / 2;
}

static void scopes(void **state)
{
	(void)state;
	assert_int_equal(count("captain", GRID, "visit"), 1);
	/* itself, five grids, the property firm */
	assert_int_equal(count("captain", COMMUNITY, "visit"), 7);
	assert_int_equal(count("district", "990101", "visit"),
	    (int)pack_orgs(x.n->pack)->n);
	/* own visits only: found by number, not by unit */
	assert_int_equal(count("volunteer", COMMUNITY, "visit"), 0);
	assert_int_equal(count("department", DEPARTMENT, "request"), 1);
	assert_int_equal(count("captain", "unknown", "visit"), 1);
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(volunteers_capture),
		cmocka_unit_test(own_and_others),
		cmocka_unit_test(routed_cases),
		cmocka_unit_test(confidential),
		cmocka_unit_test(vouched),
		cmocka_unit_test(several_posts),
		cmocka_unit_test(scopes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
