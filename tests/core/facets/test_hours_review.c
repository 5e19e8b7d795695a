/*
 * What a captain decides about hours: approval, refusal, overlaps found after
 * an exchange, sign-ins nobody ended, many at once.
 */
#include "../../../core/hours.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../../core/base/clock.h"
#include "../../../core/base/xmalloc.h"
#include "../../../core/save.h"
#include "../../lib/deeds.h"
#include "../../lib/nodes.h"

#define LIST_MAX 40
#define COMMUNITY "990101001001"

static struct nodes_one x, y;
static struct hours_doubt list[LIST_MAX];

static int setup(void **state)
{
	(void)state;
	nodes_make(&x, 101, NULL);
	nodes_make(&y, 102, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nodes_free(&x);
	nodes_free(&y);
	return 0;
}

static int64_t served(struct nodes_one *at, const char *number,
    const char *start, const char *end)
{
	const char *const pairs[] = { "volunteer", number, "start", start,
	    "end", end, NULL };
	struct save_result res;
	struct err err = ERR_INIT;

	nodes_ok(deeds_open(at, "service", pairs, &res, &err), &err);
	return res.recs[0];
}

static enum mq_status step(struct nodes_one *at, const struct session *who,
    int64_t rec, const char *name, const char *field, const char *value,
    struct err *err)
{
	struct save *s = save_new(at->n, who);
	struct fields f = { NULL, 0, 0 };
	struct save_result res;
	enum mq_status rc;

	if (field != NULL)
		fields_set(&f, field, value);
	rc = save_step(s, rec, name, &f, NULL, err);
	if (rc == MQ_OK)
		rc = save_commit(s, &res, err);
	fields_free(&f);
	save_free(&s);
	return rc;
}

static struct record row(struct nodes_one *at, int64_t rec)
{
	struct record_full r;
	struct record out;

	nodes_ok(record_get(at->n, rec, &r, NULL), NULL);
	out = r.r;
	record_full_free(&r);
	return out;
}

/* The entry of the list about rec; NULL when it is not on it. */
static const struct hours_doubt *doubt(struct nodes_one *at, int64_t rec)
{
	struct err err = ERR_INIT;
	int n, i;

	nodes_ok(hours_review_list(at->n, NULL, list, LIST_MAX, &n, &err),
	    &err);
	for (i = 0; i < n; i++)
		if (list[i].r.rec == rec)
			return &list[i];
	return NULL;
}

static void approving(void **state)
{
	struct session own = x.who;
	struct err err = ERR_INIT;
	int64_t rec;

	(void)state;
	rec = served(&x, "v100", "2026-11-19 08:00", "2026-11-19 18:00");
	assert_int_equal(row(&x, rec).num, 480);
	assert_string_equal(row(&x, rec).level, "over");
	assert_int_equal(doubt(&x, rec)->why, HOURS_WHY_OVER);
	assert_int_equal(doubt(&x, rec)->pending, 120);
	/* never their own */
	xcopy(own.by, sizeof(own.by), "v100");
	assert_int_equal(step(&x, &own, rec, "approve", NULL, NULL, &err),
	    MQ_E_DENIED);
	nodes_ok(step(&x, &x.who, rec, "approve", NULL, NULL, &err), &err);
	assert_int_equal(row(&x, rec).num, 600);
	assert_null(doubt(&x, rec));
	assert_int_equal(step(&x, &x.who, rec, "approve", NULL, NULL, &err),
	    MQ_E_STATE);
	rec = served(&x, "v101", "2026-11-19 08:00", "2026-11-19 17:00");
	assert_int_equal(step(&x, &x.who, rec, "reject", NULL, NULL, &err),
	    MQ_E_REQUIRED);
	nodes_ok(step(&x, &x.who, rec, "reject", "reason", "午休没有服务",
	    &err), &err);
	assert_int_equal(row(&x, rec).num, 480);
	assert_null(doubt(&x, rec));
}

static void the_level_above(void **state)
{
	struct nodes_one z;
	struct session captain;
	struct err err = ERR_INIT;
	int64_t rec, over;

	(void)state;
	nodes_make(&z, 103, COMMUNITY);
	rec = served(&z, "v110", "2026-11-18 06:00", "2026-11-18 19:00");
	over = served(&z, "v111", "2026-11-18 08:00", "2026-11-18 18:00");
	assert_int_equal(doubt(&z, rec)->why, HOURS_WHY_FAR);
	access_fake(&captain, "c900", "陈立新", "captain", COMMUNITY);
	assert_int_equal(step(&z, &captain, rec, "approve", NULL, NULL,
	    &err), MQ_E_DENIED);
	assert_int_equal(row(&z, rec).num, 480);
	/* what is less is theirs to approve */
	nodes_ok(step(&z, &captain, over, "approve", NULL, NULL, &err), &err);
	nodes_ok(step(&z, &x.who, rec, "approve", NULL, NULL, &err), &err);
	assert_int_equal(row(&z, rec).num, 780);
	nodes_free(&z);
}

/* A whole list in one go: those that may be, the rest are counted. */
static void many_in_one_go(void **state)
{
	struct nodes_one z;
	struct session captain;
	struct err err = ERR_INIT;
	struct ref last = { { 0 }, 0 };
	int64_t theirs, far, over;
	int n, done, left;

	(void)state;
	nodes_make(&z, 103, COMMUNITY);
	access_fake(&captain, "v115", "周志愿", "captain", COMMUNITY);
	theirs = served(&z, "v115", "2026-11-17 08:00", "2026-11-17 18:00");
	far = served(&z, "v116", "2026-11-17 06:00", "2026-11-17 19:00");
	over = served(&z, "v117", "2026-11-17 08:00", "2026-11-17 18:00");
	assert_false(hours_review_may(z.n, &captain, doubt(&z, theirs)));
	assert_false(hours_review_may(z.n, &captain, doubt(&z, far)));
	assert_true(hours_review_may(z.n, &captain, doubt(&z, over)));
	assert_true(hours_review_may(z.n, &x.who, doubt(&z, far)));
	nodes_ok(hours_review_list(z.n, NULL, list, LIST_MAX, &n, &err), &err);
	nodes_ok(hours_review_approve(z.n, &captain, list, n, NULL, &done,
	    &left, &last, &err), &err);
	assert_int_equal(done, 1);
	assert_int_equal(left, 2);
	assert_int_equal(row(&z, over).num, 600);
	assert_int_equal(row(&z, theirs).num, 480);
	assert_int_equal(row(&z, far).num, 480);
	nodes_free(&z);
}

/* Signed in at two stations at once: neither could know. */
static void met_after_the_exchange(void **state)
{
	char ref[ENTRY_REF_TEXT];
	struct err err = ERR_INIT;
	int64_t a, b, far;

	(void)state;
	a = served(&x, "v120", "2026-11-20 09:00", "2026-11-20 11:00");
	b = served(&y, "v120", "2026-11-20 10:20", "2026-11-20 12:00");
	far = served(&y, "v120", "2026-11-20 12:00", "2026-11-20 12:30");
	assert_null(doubt(&x, a));
	nodes_carry(&y, &x);
	assert_int_equal(doubt(&x, a)->why, HOURS_WHY_OVERLAP);
	assert_int_equal(doubt(&x, a)->common, 40);
	assert_int_equal(doubt(&x, a)->other, b);
	assert_int_equal(doubt(&x, b)->other, a);
	assert_null(doubt(&x, far));
	/* the fold changed nothing by itself */
	assert_int_equal(row(&x, a).num, 120);
	assert_int_equal(row(&x, b).num, 100);
	/* the captain says which one loses the common minutes */
	ref_text(ref_of_rec(far), ref);
	assert_int_equal(step(&x, &x.who, a, "settle", "overlap", ref, &err),
	    MQ_E_FIELD);
	ref_text(ref_of_rec(a), ref);
	nodes_ok(step(&x, &x.who, b, "settle", "overlap", ref, &err), &err);
	assert_int_equal(row(&x, a).num, 120);
	assert_int_equal(row(&x, b).num, 60);
	assert_null(doubt(&x, a));
	assert_null(doubt(&x, b));
	nodes_carry(&x, &y);
	assert_int_equal(row(&y, b).num, 60);
	assert_null(doubt(&y, b));
}

static int64_t sign_in(const char *number, const char *event)
{
	const char *const pairs[] = { "volunteer", number, "event", event,
	    NULL };
	struct nodes_one own = x;
	struct save_result res;
	struct err err = ERR_INIT;

	xcopy(own.who.by, sizeof(own.who.by), number);
	nodes_ok(deeds_open(&own, "service", event == NULL ?
	    (const char *const[]){ "volunteer", number, NULL } : pairs,
	    &res, &err), &err);
	return res.recs[0];
}

static void nobody_signed_out(void **state)
{
	static const char *const event[] = { "activity", "station_duty",
	    "name", "广场清洁", "start", "2026-11-22 10:00", "minutes", "90",
	    NULL };
	struct save_result res;
	struct err err = ERR_INIT;
	char ref[ENTRY_REF_TEXT];
	struct record r;
	struct utc now;
	int64_t alone, there;
	bool guessed;

	(void)state;
	nodes_ok(deeds_open(&x, "event", event, &res, &err), &err);
	ref_text(ref_of_rec(res.recs[0]), ref);
	alone = sign_in("v130", NULL);
	there = sign_in("v131", ref);
	env_advance(&x.env, 60 * MS_MINUTE);
	r = row(&x, alone);
	now = env_now(&x.env);
	assert_int_equal(hours_end(x.n, &r, now, &guessed).ms, now.ms);
	assert_false(guessed);
	env_advance(&x.env, 20 * MS_HOUR);
	now = env_now(&x.env);
	/* by the pack's longest stay, by the end of the event */
	assert_int_equal(hours_end(x.n, &r, now, &guessed).ms -
	    r.opened_at.ms, 240 * MS_MINUTE);
	assert_true(guessed);
	r = row(&x, there);
	assert_int_equal(hours_end(x.n, &r, now, &guessed).ms -
	    r.opened_at.ms, 90 * MS_MINUTE);
	assert_true(hours_forgotten(x.n, &r, now));
	assert_int_equal(doubt(&x, there)->why, HOURS_WHY_FORGOTTEN);
	assert_int_equal(doubt(&x, there)->served, 90);
	assert_int_equal(doubt(&x, alone)->served, 240);
	/* only reading: the record is as it was */
	assert_int_equal(row(&x, alone).num, 0);
	assert_string_equal(row(&x, alone).state, "in");
	env_advance(&x.env, -21 * MS_HOUR);
}

static void many_at_once(void **state)
{
	char number[24];
	int64_t recs[5], event;
	struct err err = ERR_INIT;
	struct save_result res;
	static const char *const pairs[] = { "activity", "station_duty",
	    "start", "2026-11-22 10:00", NULL };
	char ref[ENTRY_REF_TEXT];
	int i;

	(void)state;
	env_advance(&x.env, 2 * MS_MINUTE);
	for (i = 0; i < 5; i++) {
		snprintf(number, sizeof(number), "v14%d", i);
		recs[i] = sign_in(number, NULL);
		if (i == 3)
			assert_null(doubt(&x, recs[0]));
	}
	for (i = 0; i < 5; i++)
		assert_int_equal(doubt(&x, recs[i])->why, HOURS_WHY_BURST);
	/* at an event that is what should happen */
	env_advance(&x.env, 2 * MS_MINUTE);
	nodes_ok(deeds_open(&x, "event", pairs, &res, &err), &err);
	event = res.recs[0];
	ref_text(ref_of_rec(event), ref);
	for (i = 0; i < 5; i++) {
		snprintf(number, sizeof(number), "v15%d", i);
		recs[i] = sign_in(number, ref);
	}
	for (i = 0; i < 5; i++)
		assert_null(doubt(&x, recs[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(approving),
		cmocka_unit_test(the_level_above),
		cmocka_unit_test(many_in_one_go),
		cmocka_unit_test(met_after_the_exchange),
		cmocka_unit_test(nobody_signed_out),
		cmocka_unit_test(many_at_once),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
