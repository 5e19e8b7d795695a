/*
 * The fund facet: a pool is never overdrawn, whoever hears of what and when;
 * who asks does not approve, who approves does not pay.
 */
#include "../../../core/quota.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../../core/base/xmalloc.h"
#include "../../lib/posts.h"

#define STREET "990101001"

static const char *const orgs[] = { STREET, "990101001001", "990101001002",
	"990101001003", "990101001004" };

static int64_t pool(struct posts *p, const char *amount)
{
	const char *const f[] = { "name", "平安员奖励基金", "year", "2026",
	    "amount", amount, "least", "50", "most", "1000", NULL };
	int64_t rec = posts_open(p, 0, "s001", "pool", f);

	assert_true(rec > 0);
	return rec;
}

static int64_t ask(struct posts *p, int i, const char *by, int64_t of,
    const char *amount)
{
	char ref[ENTRY_REF_TEXT];
	const char *const f[] = { "pool", ref, "reason", "lead", "detail",
	    "发现飞线充电，已清理。", "amount", amount, "payee", "王先生",
	    NULL };

	ref_text(ref_of_rec(of), ref);
	return posts_open(p, i, by, "grant", f);
}

static struct quota standing(struct posts *p, int i, int64_t rec)
{
	struct record_full r;
	struct quota q;
	struct err err = ERR_INIT;

	nodes_ok(record_get(p->x[i].n, rec, &r, &err), &err);
	nodes_ok(quota_read(p->x[i].n, &r, &q, &err), &err);
	record_full_free(&r);
	return q;
}

static const char *const receipt[] = { "receipt", "第 17 号", NULL };
static const char *const why[] = { "cause", "重复件。", NULL };

static void asked_approved_paid(void **state)
{
	static struct posts p;
	const char *const some[] = { "granted", "300", NULL };
	struct quota q;
	int64_t of, one, two;

	(void)state;
	posts_make(&p, orgs, 1, 1);
	/* the most of one grant, however much there is */
	assert_int_equal(ask(&p, 0, "c001", pool(&p, "5000"), "1000.01"), 0);
	of = pool(&p, "1000");
	assert_int_equal(ask(&p, 0, "c001", of, "49.99"), 0);
	assert_int_equal(ask(&p, 0, "c001", of, "1000.01"), 0);
	one = ask(&p, 0, "c001", of, "400");
	two = ask(&p, 0, "c001", of, "800");
	assert_true(one > 0 && two > 0);
	q = standing(&p, 0, of);
	assert_int_equal(q.given, 0);
	assert_int_equal(q.asking, 2);
	assert_int_equal(q.asked, 120000);
	/* nobody approves what they asked for, nobody pays what is not given */
	assert_false(posts_step(&p, 0, "c001", one, "approve", NULL));
	assert_false(posts_step(&p, 0, "p001", one, "pay", receipt));
	assert_true(posts_step(&p, 0, "s001", one, "approve", some));
	q = standing(&p, 0, of);
	assert_int_equal(q.given, 30000);
	assert_int_equal(q.left, 70000);
	assert_false(posts_step(&p, 0, "s001", two, "approve", NULL));
	assert_false(posts_step(&p, 0, "s001", one, "pay", receipt));
	assert_true(posts_step(&p, 0, "p001", one, "pay", receipt));
	assert_false(posts_step(&p, 0, "p001", one, "pay", receipt));
	assert_int_equal(standing(&p, 0, of).given, 30000);
	posts_rebuild_same(&p, 0);
	posts_free(&p);
}

static enum mq_status fix(struct posts *p, int i, int64_t rec,
    const char *field, const char *value)
{
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct save *s = save_new(p->x[i].n, &p->x[i].who);
	struct fields f = { NULL, 0, 0 };
	struct err err = ERR_INIT;
	enum mq_status st;

	fields_set(&f, field, value);
	st = save_fix(s, rec, &f, "", NULL, &err);
	if (st == MQ_OK)
		st = save_commit(s, res, &err);
	fields_free(&f);
	save_free(&s);
	free(res);
	return st;
}

/* What is given out cannot be taken from under it. */
static void pool_not_below_what_is_given(void **state)
{
	static struct posts p;
	int64_t of, one;

	(void)state;
	posts_make(&p, orgs, 2, 1);
	of = pool(&p, "1000");
	one = ask(&p, 0, "c001", of, "600");
	assert_true(posts_step(&p, 0, "s001", one, "approve", NULL));
	assert_int_not_equal(fix(&p, 0, of, "amount", "500"), MQ_OK);
	assert_int_not_equal(fix(&p, 0, one, "amount", "700"), MQ_OK);
	assert_int_equal(fix(&p, 0, of, "amount", "600"), MQ_OK);
	posts_deliver_all(&p);
	/* another node neither raises it nor gives from it */
	xcopy(p.x[1].who.posts[0].org, sizeof(p.x[1].who.posts[0].org),
	    STREET);
	assert_int_not_equal(fix(&p, 1, of, "amount", "5000"), MQ_OK);
	assert_true(posts_step(&p, 0, "s001", one, "revoke", why));
	assert_int_equal(standing(&p, 0, of).given, 0);
	posts_free(&p);
}

/* ---- every interleaving ---- */

#define GRANTS 40
#define ACTS 120
#define ROUNDS 4

struct play {
	struct posts p;
	int64_t pool, grant[GRANTS];
	int ngrants;
};

static bool known(struct posts *p, int i, int64_t rec)
{
	struct record_full r;

	if (record_get(p->x[i].n, rec, &r, NULL) != MQ_OK)
		return false;
	record_full_free(&r);
	return true;
}

static void must_hold(struct play *y)
{
	int i;

	for (i = 0; i < y->p.n; i++) {
		struct quota q;

		if (!known(&y->p, i, y->pool))
			continue;
		q = standing(&y->p, i, y->pool);
		assert_true(q.given >= 0);
		assert_true(q.given <= q.total);
		assert_int_equal(q.left, q.total - q.given);
	}
}

static void undo_last(struct play *y)
{
	struct nodes_one *x = &y->p.x[0];
	struct session who = x->who;
	struct err err = ERR_INIT;
	struct ref first;
	int64_t head = node_meta(x->n, "head_seq");

	if (head < 2)
		return;
	first = (struct ref){ x->n->dev, head };
	xcopy(who.by, sizeof(who.by), "s001");
	/* Refused where it would overdraw the pool. */
	if (save_can_undo(x->n, &who, first) &&
	    save_undo(x->n, &who, first, &err) != MQ_OK)
		assert_int_equal(err.code, MQ_E_CHANGED);
}

static void act(struct play *y)
{
	struct posts *p = &y->p;
	int i = (int)posts_roll(p, (uint32_t)p->n);
	int64_t rec = y->ngrants ? y->grant[posts_roll(p,
	    (uint32_t)y->ngrants)] : 0;
	char amount[16], by[16];

	snprintf(by, sizeof(by), "a%03d", i);
	switch (posts_roll(p, 12)) {
	case 0: case 1: case 2:
		snprintf(amount, sizeof(amount), "%u",
		    50 + posts_roll(p, 500));
		if (y->ngrants < GRANTS && known(p, i, y->pool)) {
			rec = ask(p, i, by, y->pool, amount);
			if (rec > 0)
				y->grant[y->ngrants++] = rec;
		}
		break;
	case 3: case 4:
		/* anybody tries; only the keeper may */
		assert_true(i == 0 || !rec ||
		    !posts_step(p, i, "s001", rec, "approve", NULL));
		if (i == 0 && rec)
			(void)posts_step(p, 0, "s001", rec, "approve", NULL);
		break;
	case 5:
		if (rec)
			(void)posts_step(p, i, by, rec, "withdraw", NULL);
		break;
	case 6:
		if (rec)
			(void)posts_step(p, 0, "p001", rec, "pay", receipt);
		break;
	case 7:
		if (rec)
			(void)posts_step(p, i, "s001", rec, "revoke", why);
		break;
	case 8:
		snprintf(amount, sizeof(amount), "%u",
		    1000 + posts_roll(p, 1500));
		(void)fix(p, i, y->pool, "amount", amount);
		break;
	case 9:
		undo_last(y);
		break;
	case 10:
		posts_duty(p, i);
		break;
	default:
		break;
	}
	env_advance(&p->x[i].env, MS_SECOND * (1 + posts_roll(p, 40)));
	for (i = (int)posts_roll(p, 6); i > 0; i--)
		(void)posts_deliver_one(p);
}

static void same_everywhere(struct play *y)
{
	struct quota first = standing(&y->p, 0, y->pool);
	int i, k;

	for (i = 1; i < y->p.n; i++) {
		struct quota q = standing(&y->p, i, y->pool);

		assert_int_equal(q.given, first.given);
		assert_int_equal(q.total, first.total);
		assert_int_equal(q.holding, first.holding);
		for (k = 0; k < y->ngrants; k++) {
			struct record_full a, b;

			nodes_ok(record_get(y->p.x[0].n, y->grant[k], &a,
			    NULL), NULL);
			nodes_ok(record_get(y->p.x[i].n, y->grant[k], &b,
			    NULL), NULL);
			assert_string_equal(a.r.state, b.r.state);
			assert_int_equal(a.r.num, b.r.num);
			record_full_free(&a);
			record_full_free(&b);
		}
	}
}

static void never_overdrawn(void **state)
{
	static struct play y;
	int round, i;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		memset(&y, 0, sizeof(y));
		posts_make(&y.p, orgs, 2 + round % 4, (uint32_t)round + 7);
		for (i = 0; i < y.p.n; i++)	/* everybody may try it */
			xcopy(y.p.x[i].who.posts[0].org,
			    sizeof(y.p.x[i].who.posts[0].org), STREET);
		y.pool = pool(&y.p, "1500");
		for (i = 0; i < ACTS; i++) {
			act(&y);
			must_hold(&y);
		}
		posts_deliver_all(&y.p);
		posts_duty(&y.p, 0);
		posts_deliver_all(&y.p);
		must_hold(&y);
		same_everywhere(&y);
		for (i = 0; i < y.p.n; i++)
			posts_rebuild_same(&y.p, i);
		posts_free(&y.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asked_approved_paid),
		cmocka_unit_test(pool_not_below_what_is_given),
		cmocka_unit_test(never_overdrawn),
	};

	return cmocka_run_group_tests_name("fund", tests, NULL, NULL);
}
