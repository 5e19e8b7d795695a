/*
 * The flow facet on real records: who owes the next step, by when, and who
 * may not take it.
 */
#include "../../../core/flow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../../core/base/clock.h"
#include "../../../core/base/xmalloc.h"
#include "../../../core/pack.h"
#include "../../../core/save.h"
#include "../../lib/nodes.h"

#define GRID "990101001001001"
#define DEPARTMENT "990101001901"

static struct nodes_one x;

static int setup(void **state)
{
	(void)state;
	nodes_make(&x, 101, NULL);
	/* Monday, 2026-11-23 10:00 */
	env_advance(&x.env, MS_DAY);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nodes_free(&x);
	return 0;
}

static int64_t request(const char *grade, const char *category,
    const char *subject)
{
	struct save *s = save_new(x.n, &x.who);
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct fields f = { NULL, 0, 0 };
	struct err err = ERR_INIT;
	int64_t rec;

	fields_set(&f, "type", "help");
	fields_set(&f, "caller", "李先生");
	fields_set(&f, "category", category);
	fields_set(&f, "subject", subject);
	fields_set(&f, "grade", grade);
	fields_set(&f, "content", "楼道堆放杂物，请清理。");
	nodes_ok(save_open(s, "request", &f, -1, NULL, &err), &err);
	nodes_ok(save_commit(s, res, &err), &err);
	rec = res->recs[0];
	fields_free(&f);
	save_free(&s);
	free(res);
	return rec;
}

/* Takes a step as `by`; pairs end with NULL.  Gives what the save said. */
static enum mq_status step(int64_t rec, const char *by, const char *name,
    const char *const *pairs, struct err *err)
{
	struct session who = x.who;
	struct save *s;
	struct save_result *res = xcalloc(1, sizeof(*res));
	struct fields f = { NULL, 0, 0 };
	enum mq_status rc;
	size_t i;

	xcopy(who.by, sizeof(who.by), by);
	s = save_new(x.n, &who);
	for (i = 0; pairs != NULL && pairs[i] != NULL; i += 2)
		fields_set(&f, pairs[i], pairs[i + 1]);
	rc = save_step(s, rec, name, &f, NULL, err);
	if (rc == MQ_OK)
		rc = save_commit(s, res, err);
	fields_free(&f);
	save_free(&s);
	free(res);
	return rc;
}

static void must(int64_t rec, const char *by, const char *name,
    const char *const *pairs)
{
	struct err err = ERR_INIT;

	nodes_ok(step(rec, by, name, pairs, &err), &err);
}

static void expect(int64_t rec, const char *state, const char *owner,
    const char *due)
{
	struct record_full r;
	struct err err = ERR_INIT;
	char have[40] = "";

	nodes_ok(record_get(x.n, rec, &r, &err), &err);
	assert_string_equal(r.r.state, state);
	assert_string_equal(r.r.owner, owner);
	if (r.r.due_at.ms != 0)
		clock_show(r.r.due_at, CLOCK_MINUTE, have, sizeof(have));
	assert_string_equal(have, due);
	assert_false(r.r.flags & REC_ODD);
	record_full_free(&r);
}

static const char *const to_department[] = { "to_org", DEPARTMENT, NULL };
static const char *const answered[] = { "spoke_to", "居民本人", "measure",
	"已现场清理完毕。", NULL };
static const char *const because[] = { "reason", "不属本单位职责。", NULL };
static const char *const solved[] = { "solved", "yes", NULL };
static const char *const unsolved[] = { "solved", "no", NULL };
static const char *const pleased[] = { "satisfied", "very", NULL };

/* 上报 → 受理 → 分拨 → 处置 → 反馈 → 确认 → 评价, with each clock. */
static void from_report_to_rating(void **state)
{
	int64_t rec = request("normal", "city", "stairs");
	struct record_full r;

	(void)state;
	expect(rec, "reported", "990101001", "2026-11-23 16:00");
	must(rec, "c001", "accept", NULL);
	expect(rec, "accepted", "990101001", "2026-11-24 18:00");
	must(rec, "c001", "dispatch", to_department);
	expect(rec, "dispatched", DEPARTMENT, "2026-11-30 18:00");
	must(rec, "d001", "sign", NULL);
	expect(rec, "handling", DEPARTMENT, "2026-11-30 18:00");
	must(rec, "d001", "answer", answered);
	expect(rec, "answered", "990101001", "2026-11-26 18:00");
	must(rec, "c001", "confirm", solved);
	expect(rec, "confirmed", "990101001", "");
	must(rec, "c001", "rate", pleased);
	expect(rec, "rated", "990101001", "");
	nodes_ok(record_get(x.n, rec, &r, NULL), NULL);
	assert_true(r.r.flags & REC_CLOSED);
	assert_string_equal(r.r.level, "street");
	record_full_free(&r);
}

static void grade_and_category_choose_the_clock(void **state)
{
	int64_t rec = request("urgent", "city", "stairs");

	(void)state;
	expect(rec, "reported", "990101001", "2026-11-23 10:30");
	must(rec, "c001", "accept", NULL);
	must(rec, "c001", "dispatch", to_department);
	expect(rec, "dispatched", DEPARTMENT, "2026-11-23 12:00");
	rec = request("normal", "utility", "water");
	must(rec, "c001", "accept", NULL);
	must(rec, "c001", "dispatch", NULL);	/* the subject's department */
	expect(rec, "dispatched", "990101001909", "2026-11-24 10:00");
}

static void return_goes_back_to_the_sender(void **state)
{
	int64_t rec = request("normal", "city", "stairs");
	struct err err = ERR_INIT;

	(void)state;
	must(rec, "c001", "accept", NULL);
	must(rec, "c001", "dispatch", to_department);
	assert_int_equal(step(rec, "d001", "return", NULL, &err),
	    MQ_E_REQUIRED);
	must(rec, "d001", "return", because);
	expect(rec, "accepted", "990101001", "2026-11-24 18:00");
}

/* The unsolved goes back into hand, to whoever answered. */
static void unsolved_is_done_again(void **state)
{
	int64_t rec = request("normal", "city", "stairs");

	(void)state;
	must(rec, "c001", "accept", NULL);
	must(rec, "c001", "dispatch", to_department);
	must(rec, "d001", "answer", answered);
	must(rec, "c001", "confirm", unsolved);
	expect(rec, "handling", DEPARTMENT, "2026-11-30 18:00");
}

static void wrong_steps_name_the_state(void **state)
{
	int64_t rec = request("normal", "city", "stairs");
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(step(rec, "c001", "confirm", solved, &err),
	    MQ_E_STATE);
	assert_non_null(strstr(err.detail, "已上报"));
	assert_non_null(strstr(err.detail, "Reported"));
	expect(rec, "reported", "990101001", "2026-11-23 16:00");
}

static bool offered(int64_t rec, const char *by, const char *name)
{
	const struct flow_step *v[32];
	struct session who = x.who;
	struct record_full r;
	size_t i, n;
	bool found = false;

	xcopy(who.by, sizeof(who.by), by);
	nodes_ok(record_get(x.n, rec, &r, NULL), NULL);
	n = flow_steps(x.n, &who, &r, v, ARRAY_LEN(v));
	for (i = 0; i < n; i++)
		found = found || strcmp(v[i]->name, name) == 0;
	record_full_free(&r);
	return found;
}

/* The doer does not confirm: neither offered nor taken. */
static void the_doer_does_not_confirm(void **state)
{
	int64_t rec = request("normal", "city", "stairs");
	struct err err = ERR_INIT;

	(void)state;
	assert_true(offered(rec, "c001", "accept"));
	assert_false(offered(rec, "c001", "confirm"));
	assert_false(offered(rec, "c001", "open"));
	must(rec, "c001", "answer_now", answered);
	assert_false(offered(rec, "c001", "confirm"));
	assert_true(offered(rec, "c002", "confirm"));
	assert_int_equal(step(rec, "c001", "confirm", solved, &err),
	    MQ_E_DENIED);
	assert_non_null(strstr(err.detail, "当场答复"));
	must(rec, "c002", "confirm", solved);
}

static void a_pause_moves_the_due_time(void **state)
{
	int64_t rec = request("urgent", "city", "stairs");
	struct record_full r;
	struct buf b = BUF_INIT(BUF_SMALL);

	(void)state;
	must(rec, "c001", "accept", NULL);
	must(rec, "c001", "dispatch", to_department);
	env_advance(&x.env, 30 * MS_MINUTE);
	must(rec, "d001", "pause", because);
	expect(rec, "paused", DEPARTMENT, "");
	env_advance(&x.env, 5 * MS_HOUR);
	must(rec, "d001", "resume", NULL);
	expect(rec, "handling", DEPARTMENT, "2026-11-23 17:00");
	nodes_ok(record_get(x.n, rec, &r, NULL), NULL);
	flow_explain_due(x.n, &r, LANG_ZH, &b);
	assert_non_null(strstr(buf_str(&b),
	    "暂停 2026-11-23 10:30 起，5 小时"));
	assert_non_null(strstr(buf_str(&b), "2026-11-23 17:00"));
	buf_free(&b);
	record_full_free(&r);
	env_advance(&x.env, -(5 * MS_HOUR + 30 * MS_MINUTE));
}

static void due_times_explain_themselves(void **state)
{
	int64_t rec = request("normal", "city", "stairs");
	struct record_full r;
	struct buf b = BUF_INIT(BUF_SMALL);
	int64_t late = 3 * MS_DAY;

	(void)state;
	must(rec, "c001", "accept", NULL);
	env_advance(&x.env, late);
	nodes_ok(record_get(x.n, rec, &r, NULL), NULL);
	flow_explain_due(x.n, &r, LANG_ZH, &b);
	assert_string_equal(buf_str(&b),
	    "规则：1 个工作日内分拨\n"
	    "时限 1 个工作日，当天不算\n"
	    "起算 2026-11-23 10:00\n"
	    "到期 2026-11-24 18:00\n"
	    "历法 2024-2026\n"
	    "已超期 1 天\n"
	    "已完成：4 个工作时内受理，2026-11-23 10:00，按时\n");
	assert_int_equal(flow_urgency(x.n, &r.r, env_now(&x.env)), FLOW_LATE);
	assert_int_equal(flow_urgency(x.n, &r.r, (struct utc){
	    r.r.due_at.ms - MS_HOUR }), FLOW_SOON);
	assert_int_equal(flow_urgency(x.n, &r.r, (struct utc){
	    r.r.due_at.ms - MS_DAY }), FLOW_CALM);
	record_full_free(&r);
	must(rec, "c001", "void", because);
	nodes_ok(record_get(x.n, rec, &r, NULL), NULL);
	assert_int_equal(flow_urgency(x.n, &r.r, env_now(&x.env)), FLOW_DONE);
	buf_reset(&b);
	flow_explain_due(x.n, &r, LANG_EN, &b);
	assert_non_null(strstr(buf_str(&b), "1 day late\n"));
	buf_free(&b);
	record_full_free(&r);
}

static void nothing_due_says_so(void **state)
{
	struct record_full r = { 0 };
	struct buf b = BUF_INIT(BUF_SMALL);

	(void)state;
	flow_explain_due(x.n, &r, LANG_ZH, &b);
	assert_string_equal(buf_str(&b), "这一条没有时限\n");
	/* values from elsewhere that make no sense are not computed with */
	fields_set_int(&r.d, "due_value", INT64_MAX);
	fields_set(&r.d, "due_unit", "fortnight");
	buf_reset(&b);
	flow_explain_due(x.n, &r, LANG_ZH, &b);
	assert_string_equal(buf_str(&b), "这一条没有时限\n");
	assert_int_equal(flow_urgency(x.n, &r.r, env_now(&x.env)), FLOW_NONE);
	buf_free(&b);
	record_full_free(&r);
}

static void reopening_and_passing_up(void **state)
{
	int64_t rec = request("normal", "city", "stairs");

	(void)state;
	must(rec, "c001", "accept", NULL);
	must(rec, "c001", "escalate", because);
	expect(rec, "accepted", "990101", "2026-11-24 18:00");
	must(rec, "c001", "withdraw", NULL);
	expect(rec, "withdrawn", "990101", "");
	must(rec, "c001", "reopen", because);
	expect(rec, "accepted", "990101001", "2026-11-24 18:00");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_report_to_rating),
		cmocka_unit_test(grade_and_category_choose_the_clock),
		cmocka_unit_test(return_goes_back_to_the_sender),
		cmocka_unit_test(unsolved_is_done_again),
		cmocka_unit_test(wrong_steps_name_the_state),
		cmocka_unit_test(the_doer_does_not_confirm),
		cmocka_unit_test(a_pause_moves_the_due_time),
		cmocka_unit_test(reopening_and_passing_up),
		/* the clock does not go back: this one comes late */
		cmocka_unit_test(due_times_explain_themselves),
		cmocka_unit_test(nothing_due_says_so),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
