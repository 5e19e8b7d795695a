/*
 * What nodes do by themselves: passing late cases up, once, by whoever it is
 * for, and under the node's own name.
 */
#include "../../core/duty.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/clock.h"
#include "../../core/base/xmalloc.h"
#include "../../core/calendar.h"
#include "../../core/flow.h"
#include "../../core/pack_data.h"
#include "../lib/deeds.h"
#include "../lib/hubs.h"

#define STREET "990101001"
#define COMMUNITY "990101001001"
#define GRID "990101001001001"

static int told;
static bool any_words;	/* what is told need not be an escalation */

static void tell(void *ctx, const char *line)
{
	(void)ctx;
	assert_true(any_words || strstr(line, "系统上交") != NULL);
	told++;
}

static int round_of(struct nodes_one *x, struct utc *next)
{
	struct err err = ERR_INIT;
	int done;

	nodes_ok(duty_run(x->n, 100, tell, NULL, &done, next, &err), &err);
	return done;
}

static int64_t request(struct nodes_one *x)
{
	static const char *const pairs[] = { "type", "help", "caller",
		"李先生", "category", "city", "subject", "stairs", "content",
		"楼道堆放杂物，请清理。", NULL };
	struct save_result res;
	struct err err = ERR_INIT;

	nodes_ok(deeds_open(x, "request", pairs, &res, &err), &err);
	return res.recs[0];
}

static void expect(struct nodes_one *x, int64_t rec, const char *state,
    const char *owner)
{
	struct record_full r;
	struct err err = ERR_INIT;

	nodes_ok(record_get(x->n, rec, &r, &err), &err);
	assert_string_equal(r.r.state, state);
	assert_string_equal(r.r.owner, owner);
	assert_int_equal(r.nconflicts, 0);
	assert_false(r.r.flags & REC_ODD);
	record_full_free(&r);
}

static void late_cases_move_up_once(void **state)
{
	struct nodes_one x;
	struct record_event *ev;
	struct err err = ERR_INIT;
	struct utc next;
	char at[40];
	int64_t rec;
	int n;

	(void)state;
	nodes_make(&x, 101, GRID);
	env_advance(&x.env, MS_DAY);	/* Monday 10:00 */
	rec = request(&x);
	/* Bound to the grid: what the community would owe is not its. */
	env_advance(&x.env, MS_DAY + 2 * MS_HOUR);
	assert_int_equal(round_of(&x, &next), 0);
	expect(&x, rec, "reported", GRID);
	/* The community's own node: at once. */
	xcopy(x.n->set.org, sizeof(x.n->set.org), COMMUNITY);
	told = 0;
	assert_int_equal(round_of(&x, &next), 1);
	assert_int_equal(told, 1);
	expect(&x, rec, "accepted", COMMUNITY);
	/* Not a second time; it says when to look again. */
	assert_int_equal(round_of(&x, &next), 0);
	clock_show(next, CLOCK_MINUTE, at, sizeof(at));
	assert_string_equal(at, "2026-11-25 18:00");
	nodes_ok(record_events(x.n, rec, &ev, &n, &err), &err);
	assert_int_equal(n, 2);
	assert_string_equal(ev[1].e.by, "@101");
	assert_non_null(strstr(fields_text(&ev[1].f, "reason"), "系统上交"));
	record_events_free(&ev, n);
	nodes_free(&x);
}

/* A node told so acts for units below it, but leaves them time. */
static void below_waits_its_grace(void **state)
{
	struct nodes_one x;
	struct utc next;
	char at[40];
	int64_t rec;

	(void)state;
	nodes_make(&x, 101, GRID);
	env_advance(&x.env, MS_DAY);
	rec = request(&x);
	xcopy(x.n->set.org, sizeof(x.n->set.org), STREET);
	/* due 16:00, four working hours later: Tuesday 11:00 */
	env_advance(&x.env, MS_DAY + 65 * MS_MINUTE);
	assert_int_equal(round_of(&x, &next), 0);
	xcopy(x.n->set.duties, sizeof(x.n->set.duties), "below");
	assert_int_equal(round_of(&x, &next), 0);
	clock_show(next, CLOCK_MINUTE, at, sizeof(at));
	assert_string_equal(at, "2026-11-24 11:10");
	env_advance(&x.env, 5 * MS_MINUTE);
	assert_int_equal(round_of(&x, &next), 1);
	expect(&x, rec, "accepted", COMMUNITY);
	xcopy(x.n->set.duties, sizeof(x.n->set.duties), "none");
	env_advance(&x.env, 30 * MS_DAY);
	assert_int_equal(round_of(&x, &next), 0);
	nodes_free(&x);
}

/* Two nodes at the same moment: nothing is disputed. */
static void two_at_once_agree(void **state)
{
	struct nodes_one a, b;
	struct utc next;
	int64_t rec;

	(void)state;
	nodes_make(&a, 101, GRID);
	nodes_make(&b, 102, COMMUNITY);
	env_advance(&a.env, MS_DAY);
	rec = request(&a);
	nodes_carry(&a, &b);
	xcopy(a.n->set.org, sizeof(a.n->set.org), COMMUNITY);
	env_advance(&a.env, MS_DAY + 2 * MS_HOUR);
	env_advance(&b.env, 2 * MS_DAY + 2 * MS_HOUR);
	assert_int_equal(round_of(&a, &next), 1);
	assert_int_equal(round_of(&b, &next), 1);
	nodes_carry(&a, &b);
	nodes_carry(&b, &a);
	expect(&a, rec, "accepted", COMMUNITY);
	expect(&b, rec, "accepted", COMMUNITY);
	assert_int_equal(round_of(&a, &next) + round_of(&b, &next), 0);
	nodes_free(&a);
	nodes_free(&b);
}

static void take_calendar(struct nodes_one *x, const char *csv,
    const char *version)
{
	struct err err = ERR_INIT;

	calendar_free(&x->n->pack->calendar);
	nodes_ok(calendar_load(&x->env, csv, "09:00-12:00,14:00-18:00",
	    version, &x->n->pack->calendar, &err), &err);
}

/* A year that had no table gets one: what rested on it is counted anew, by an
 * entry, and the old due time stays to be seen. */
static void a_calendar_that_comes_late(void **state)
{
	static const char *const to[] = { "990101001901" };
	char path[300];
	FILE *f;
	struct nodes_one x;
	struct save *s;
	struct save_result res;
	struct fields go = { NULL, 0, 0 };
	struct record_full r;
	struct buf b = BUF_INIT(BUF_SMALL);
	struct err err = ERR_INIT;
	struct utc next;
	int64_t rec;

	(void)state;
	nodes_make(&x, 101, STREET);
	snprintf(path, sizeof(path), "%s/later.csv", x.dir);
	f = fopen(path, "wb");
	assert_non_null(f);
	(void)fputs("date,kind,name\n2026-01-01,holiday,元旦\n"
	    "2027-01-01,holiday,元旦\n", f);
	(void)fclose(f);
	env_advance(&x.env, 36 * MS_DAY);	/* Monday, 2026-12-28 */
	rec = request(&x);
	nodes_ok(deeds_step(&x, rec, "accept", &err), &err);
	fields_set(&go, "to_org", to[0]);
	s = save_new(x.n, &x.who);
	nodes_ok(save_step(s, rec, "dispatch", &go, NULL, &err), &err);
	nodes_ok(save_commit(s, &res, &err), &err);
	save_free(&s);
	fields_free(&go);
	assert_int_equal(round_of(&x, &next), 0);
	nodes_ok(record_get(x.n, rec, &r, &err), &err);
	flow_explain_due(x.n, &r, LANG_ZH, &b);
	assert_non_null(strstr(buf_str(&b), "到期 2027-01-04 18:00"));
	assert_non_null(strstr(buf_str(&b), "2027 年历法未下发"));
	record_full_free(&r);
	take_calendar(&x, path, "2026-2027");
	any_words = true;
	assert_int_equal(round_of(&x, &next), 1);
	assert_int_equal(round_of(&x, &next), 0);
	any_words = false;
	nodes_ok(record_get(x.n, rec, &r, &err), &err);
	assert_string_equal(r.r.state, "dispatched");
	buf_reset(&b);
	flow_explain_due(x.n, &r, LANG_ZH, &b);
	assert_non_null(strstr(buf_str(&b),
	    "2027-01-04 18:00 → 2027-01-05 18:00"));
	assert_null(strstr(buf_str(&b), "历法未下发"));
	record_full_free(&r);
	buf_free(&b);
	nodes_free(&x);
}

/* No person takes the step, whatever the post allows. */
static void nobody_takes_it_by_hand(void **state)
{
	struct nodes_one x;
	struct err err = ERR_INIT;
	struct fields f = { NULL, 0, 0 };
	struct save_complaint c;
	struct save *s;
	int64_t rec;

	(void)state;
	nodes_make(&x, 101, NULL);
	rec = request(&x);
	fields_set(&f, "reason", "等不及了。");
	s = save_new(x.n, &x.who);
	nodes_ok(save_step(s, rec, "escalate_auto", &f, NULL, &err), &err);
	assert_int_equal(save_complaints(s, &c, 1), 1);
	assert_int_equal(c.err.code, MQ_E_DENIED);
	assert_non_null(strstr(c.err.detail, "系统"));
	save_free(&s);
	fields_free(&f);
	nodes_free(&x);
}

static void write_as(struct nodes_one *x, const char *by, const char *kind)
{
	struct session who = x->who;

	xcopy(x->who.by, sizeof(x->who.by), by);
	(void)hubs_entry(x, kind, "open", (struct ref){ { 0 }, 0 }, GRID,
	    "{\"f\":{\"note\":\"老人要修灯\"}}");
	x->who = who;
}

/* The hub: a node writes as itself only, and only what the pack allows. */
static void hub_knows_the_author(void **state)
{
	struct hubs_one h;
	struct nodes_one x;
	struct utc next;

	(void)state;
	hubs_make(&h);
	nodes_make(&x, 101, GRID);
	hubs_enrol(&h, &x);
	env_advance(&x.env, MS_DAY);
	(void)request(&x);
	env_advance(&x.env, MS_DAY + 2 * MS_HOUR);
	env_advance(&h.env, 2 * MS_DAY + 2 * MS_HOUR);
	xcopy(x.n->set.org, sizeof(x.n->set.org), COMMUNITY);
	assert_int_equal(round_of(&x, &next), 1);
	xcopy(x.n->set.org, sizeof(x.n->set.org), GRID);
	hubs_sync(&h, &x);
	assert_int_equal(hubs_count(&h, "SELECT count(*) FROM quarantine"),
	    0);
	write_as(&x, "@102", "visit");
	write_as(&x, "@101", "visit");
	write_as(&x, "@", "visit");
	hubs_sync(&h, &x);
	assert_int_equal(hubs_count(&h, "SELECT count(*) FROM quarantine"
	    " WHERE code = 'DUTY'"), 3);
	assert_true(duty_allowed(h.pack, "step:escalate_auto", "request"));
	assert_false(duty_allowed(h.pack, "step:confirm", "request"));
	nodes_free(&x);
	hubs_free(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(late_cases_move_up_once),
		cmocka_unit_test(below_waits_its_grace),
		cmocka_unit_test(two_at_once_agree),
		cmocka_unit_test(a_calendar_that_comes_late),
		cmocka_unit_test(nobody_takes_it_by_hand),
		cmocka_unit_test(hub_knows_the_author),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
