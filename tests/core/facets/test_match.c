/*
 * The match facet: what fits comes first, both sides say yes, perhaps far
 * from each other, and both show how it stands.
 */
#include "../../../core/match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../../core/base/xmalloc.h"
#include "../../lib/posts.h"

static const char *const orgs[] = { "990101001001", "990101001002" };

static int64_t side(struct posts *p, int i, const char *kind,
    const char *subject, const char *category, const char *times)
{
	const char *const f[] = { "subject", subject, "category", category,
	    "times", times, "contact", "李老师", NULL };

	return posts_open(p, i, i == 0 ? "c001" : "c002", kind, f);
}

static int64_t join(struct posts *p, int i, int64_t need, int64_t offer)
{
	char a[ENTRY_REF_TEXT], b[ENTRY_REF_TEXT];
	const char *const f[] = { "need", a, "offer", b, NULL };

	ref_text(ref_of_rec(need), a);
	ref_text(ref_of_rec(offer), b);
	return posts_open(p, i, "c001", "project", f);
}

static void state_is(struct posts *p, int i, int64_t rec, const char *state)
{
	struct record_full r;
	struct err err = ERR_INIT;

	nodes_ok(record_get(p->x[i].n, rec, &r, &err), &err);
	assert_string_equal(r.r.state, state);
	record_full_free(&r);
}

static void what_fits_comes_first(void **state)
{
	static struct posts p;
	struct match_hit hits[5];
	struct record_full r;
	int64_t need, far, both, none;
	int n;

	(void)state;
	posts_make(&p, orgs, 2, 1);
	need = side(&p, 0, "need", "周末课业辅导", "teach", "weekend");
	far = side(&p, 1, "offer", "大学生辅导队", "teach", "weekend\nday");
	both = side(&p, 0, "offer", "退休教师", "teach", "evening\nweekend");
	none = side(&p, 0, "offer", "法律咨询", "law", "day");
	posts_deliver_all(&p);
	nodes_ok(record_get(p.x[0].n, need, &r, NULL), NULL);
	nodes_ok(match_suggest(p.x[0].n, &r, hits, 5, &n, NULL), NULL);
	assert_int_equal(n, 2);
	assert_int_equal(hits[0].r.rec, both);	/* the same unit */
	assert_int_equal(hits[0].same, 2);
	assert_int_equal(hits[1].r.rec, far);
	assert_true(hits[1].r.rec != none);
	/* what is taken is not offered, what is gone cannot be joined */
	assert_true(posts_step(&p, 0, "c001", both, "take", NULL));
	nodes_ok(match_suggest(p.x[0].n, &r, hits, 5, &n, NULL), NULL);
	assert_int_equal(n, 1);
	assert_int_equal(hits[0].r.rec, far);
	assert_true(posts_step(&p, 0, "c001", both, "drop", NULL));
	assert_int_equal(join(&p, 0, need, both), 0);
	record_full_free(&r);
	posts_free(&p);
}

/* Each side says yes at its own node before it hears of the other. */
static void both_say_yes_far_apart(void **state)
{
	static struct posts p;
	const char *const how[] = { "result", "每周六两小时。", NULL };
	int64_t need, offer, project;

	(void)state;
	posts_make(&p, orgs, 2, 1);
	need = side(&p, 0, "need", "周末课业辅导", "teach", "weekend");
	offer = side(&p, 1, "offer", "大学生辅导队", "teach", "weekend");
	posts_deliver_all(&p);
	project = join(&p, 0, need, offer);
	posts_deliver_all(&p);
	/* nobody speaks for the others */
	assert_false(posts_step(&p, 0, "c001", project, "offer_yes", NULL));
	assert_false(posts_step(&p, 0, "c001", project, "agree", NULL));
	assert_true(posts_step(&p, 0, "c001", project, "need_yes", NULL));
	assert_true(posts_step(&p, 1, "c002", project, "offer_yes", NULL));
	state_is(&p, 0, project, "proposed");
	posts_deliver_all(&p);
	assert_int_equal(posts_duty(&p, 0), 2);	/* agreed, and the need told */
	posts_deliver_all(&p);
	state_is(&p, 1, project, "agreed");
	state_is(&p, 1, need, "taken");
	(void)posts_duty(&p, 1);
	posts_deliver_all(&p);
	state_is(&p, 0, offer, "taken");
	assert_int_equal(posts_duty(&p, 0), 0);
	assert_true(posts_step(&p, 0, "c001", project, "finish", how));
	posts_deliver_all(&p);
	(void)posts_duty(&p, 0);
	(void)posts_duty(&p, 1);
	posts_deliver_all(&p);
	state_is(&p, 0, need, "met");
	state_is(&p, 0, offer, "met");
	posts_rebuild_same(&p, 1);
	posts_free(&p);
}

/* One project that falls through leaves what another has agreed alone. */
static void another_project_stands(void **state)
{
	static struct posts p;
	const char *const why[] = { "cause", "时间不合。", NULL };
	int64_t need, a, b, one, two;

	(void)state;
	posts_make(&p, orgs, 1, 1);
	need = side(&p, 0, "need", "周末课业辅导", "teach", "weekend");
	a = side(&p, 0, "offer", "退休教师", "teach", "weekend");
	b = side(&p, 0, "offer", "大学生辅导队", "teach", "weekend");
	one = join(&p, 0, need, a);
	two = join(&p, 0, need, b);
	assert_true(posts_step(&p, 0, "c001", one, "need_yes", NULL));
	assert_false(posts_step(&p, 0, "c001", one, "offer_yes", NULL));
	assert_true(posts_step(&p, 0, "c009", one, "offer_yes", NULL));
	state_is(&p, 0, one, "agreed");		/* at one node: at once */
	(void)posts_duty(&p, 0);
	state_is(&p, 0, need, "taken");
	assert_true(posts_step(&p, 0, "c001", two, "refuse", why));
	(void)posts_duty(&p, 0);
	state_is(&p, 0, need, "taken");
	assert_true(posts_step(&p, 0, "c001", one, "stop", why));
	(void)posts_duty(&p, 0);
	state_is(&p, 0, need, "open");
	state_is(&p, 0, a, "open");
	posts_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_comes_first),
		cmocka_unit_test(both_say_yes_far_apart),
		cmocka_unit_test(another_project_stands),
	};

	return cmocka_run_group_tests_name("match", tests, NULL, NULL);
}
