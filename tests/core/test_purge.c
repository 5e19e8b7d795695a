/*
 * Retention: what is over, received and old leaves the node and nothing else
 * does; what is left can be verified and rebuilt; no byte of it stays.
 */
#include "../../core/purge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/file.h"
#include "../../core/base/xmalloc.h"
#include "../../core/ledger.h"
#include "../../core/outbox.h"
#include "../../core/search.h"
#include "../lib/deeds.h"
#include "../lib/raw.h"

#define YEARS_3 (INT64_C(3 * 366) * MS_DAY)

static struct nodes_one x;
static struct save_result res;
static int64_t who, visit, request;

static int setup(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	nodes_make(&x, 101, NULL);
	who = deeds_person(&x, "王秀英", "301");
	nodes_ok(deeds_visit(&x, who, &res, &err), &err);
	visit = res.recs[0];
	request = res.recs[1];
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nodes_free(&x);
	return 0;
}

static void received(void)
{
	struct err err = ERR_INIT;

	nodes_ok(db_begin(x.n->db, __func__, &err), &err);
	nodes_ok(outbox_mark_hub(x.n, node_meta(x.n, "head_seq"), "R1",
	    env_now(&x.env), &err), &err);
	nodes_ok(node_set_meta(x.n, "hub_time", env_now(&x.env).ms, &err),
	    &err);
	nodes_ok(db_commit(x.n->db, &err), &err);
}

static int64_t purge(bool dry)
{
	struct purge_report out;
	struct err err = ERR_INIT;

	nodes_ok(purge_run(x.n, 1000, dry, &out, &err), &err);
	return out.records;
}

static bool is_here(int64_t rec)
{
	struct record_full r;
	struct err err = ERR_INIT;

	if (record_get(x.n, rec, &r, &err))
		return false;
	record_full_free(&r);
	return true;
}

static void rebuilt_the_same(void)
{
	uint8_t before[CRYPTO_HASH], after[CRYPTO_HASH];
	struct ledger_report rep;
	struct err err = ERR_INIT;

	nodes_ok(ledger_verify(x.n, NULL, NULL, &rep, &err), &err);
	nodes_ok(record_digest(x.n, before, &err), &err);
	nodes_ok(record_rebuild(x.n, &err), &err);
	nodes_ok(record_digest(x.n, after, &err), &err);
	assert_memory_equal(before, after, sizeof(before));
}

static void only_what_is_over_goes(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	/* not old, then not received */
	received();
	assert_int_equal(purge(false), 0);
	env_advance(&x.env, YEARS_3);
	nodes_ok(deeds_visit(&x, who, &res, &err), &err);
	assert_int_equal(purge(false), 0);
	received();
	/* The first visit and its hours; its request is open, the second
	 * visit is new, registers stay. */
	assert_int_equal(purge(true), 2);
	assert_true(is_here(visit));
	assert_int_equal(purge(false), 2);
	assert_false(is_here(visit));
	assert_true(is_here(request) && is_here(who));
	assert_true(is_here(res.recs[0]));
	assert_int_equal(purge(false), 0);
	rebuilt_the_same();
	assert_false(is_here(visit));
}

static void a_clock_too_far_ahead_purges_nothing(void **state)
{
	(void)state;
	received();
	env_advance(&x.env, 10 * YEARS_3);
	assert_int_equal(purge(false), 0);
}

static void what_came_back_stays(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	env_advance(&x.env, YEARS_3);
	received();
	nodes_ok(db_begin(x.n->db, __func__, &err), &err);
	nodes_ok(outbox_mark_returned(x.n, x.n->dev, 3, 5, "", &err), &err);
	nodes_ok(db_commit(x.n->db, &err), &err);
	assert_int_equal(purge(false), 0);
}

static void set_meta(const char *key, int64_t v)
{
	struct err err = ERR_INIT;

	nodes_ok(db_begin(x.n->db, __func__, &err), &err);
	nodes_ok(node_set_meta(x.n, key, v, &err), &err);
	nodes_ok(db_commit(x.n->db, &err), &err);
}

/* What is not folded yet may change it. */
static void what_waits_for_its_fold_stays(void **state)
{
	int64_t folded = node_meta(x.n, "folded_to");

	(void)state;
	env_advance(&x.env, YEARS_3);
	received();
	set_meta("folded_to", 0);
	assert_int_equal(purge(true), 0);
	set_meta("folded_to", folded);
	assert_int_equal(purge(true), 2);
}

/* Two who say different things: somebody has to decide first. */
static void what_is_disputed_stays(void **state)
{
	struct nodes_one y;

	(void)state;
	nodes_make(&y, 102, NULL);
	nodes_carry(&x, &y);
	nodes_entry(&x, "visit", "fix", visit, "{\"f\":{\"note\":\"甲\"}}");
	nodes_entry(&y, "visit", "fix", visit, "{\"f\":{\"note\":\"乙\"}}");
	nodes_carry(&y, &x);
	nodes_free(&y);
	env_advance(&x.env, YEARS_3);
	received();
	/* its hours only */
	assert_int_equal(purge(false), 1);
	assert_true(is_here(visit));
}

/* Counted from the day it is over, also where that was said before. */
static void what_ends_later_stays(void **state)
{
	struct err err = ERR_INIT;
	char body[80];
	int64_t left;

	(void)state;
	snprintf(body, sizeof(body), "{\"d\":{\"closed\":%lld}}",
	    (long long)(NODES_NOW + YEARS_3));
	nodes_entry(&x, "visit", "fix", visit, body);
	nodes_ok(record_fold_pending(x.n, 100, &left, &err), &err);
	env_advance(&x.env, YEARS_3);
	received();
	assert_int_equal(purge(false), 1);
	assert_true(is_here(visit));
}

/* In the background: not before its time. */
static void now_and_then(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	env_advance(&x.env, YEARS_3);
	nodes_ok(purge_idle(x.n, &err), &err);
	received();
	nodes_ok(purge_idle(x.n, &err), &err);
	assert_true(is_here(visit));
	env_advance(&x.env, MS_DAY);
	received();
	nodes_ok(purge_idle(x.n, &err), &err);
	assert_false(is_here(visit));
}

/* Somebody who was offline for years takes a step on what left. */
static void late_entries_make_sense(void **state)
{
	struct record_full r;
	struct record_event *ev;
	struct err err = ERR_INIT;
	int n;

	(void)state;
	env_advance(&x.env, YEARS_3);
	received();
	assert_int_equal(purge(false), 2);
	nodes_entry(&x, "visit", "note", visit, "{\"f\":{\"note\":\"补\"}}");
	assert_false(is_here(visit));
	nodes_ok(record_events(x.n, visit, &ev, &n, &err), &err);
	assert_int_equal(n, 2);
	assert_true(ev[0].erased && !ev[1].erased);
	record_events_free(&ev, n);
	/* a step says what state it is in: it stands again */
	nodes_entry(&x, "visit", "step", visit,
	    "{\"d\":{\"state\":\"open\"},\"s\":\"reopen\"}");
	nodes_ok(record_get(x.n, visit, &r, &err), &err);
	assert_string_equal(r.r.kind, "visit");
	assert_string_equal(r.r.state, "open");
	assert_true(r.r.flags & REC_ERASED);
	record_full_free(&r);
	rebuilt_the_same();
}

static void no_byte_stays(void **state)
{
	struct raw_needles left = { NULL, 0, 0 };
	struct err err = ERR_INIT;
	int64_t todo;

	(void)state;
	nodes_ok(search_drain(x.n, 1000, &todo, &err), &err);
	nodes_ok(db_checkpoint(x.n->db, &err), &err);
	raw_add_subject(&left, x.n, visit);
	assert_true(raw_found(&left, x.dir) > 0);
	env_advance(&x.env, YEARS_3);
	received();
	assert_int_equal(purge(false), 2);
	assert_int_equal(raw_found(&left, x.dir), 0);
	raw_free(&left);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(only_what_is_over_goes),
		T(a_clock_too_far_ahead_purges_nothing),
		T(what_came_back_stays),
		T(what_waits_for_its_fold_stays),
		T(what_is_disputed_stays),
		T(what_ends_later_stays),
		T(now_and_then),
		T(late_entries_make_sense),
		T(no_byte_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
