/*
 * Who sees what, when: subtree, dispatch with backfill, registers, digest,
 * pages, waking.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../../core/inbox.h"
#include "../../../core/person_id.h"
#include "../../../sync/hub/feed.h"
#include "../../lib/hubs.h"

#define GRID1 "990101001001001"
#define GRID2 "990101001001002"
#define COMMUNITY "990101001001"
#define OTHER "990101001002"
#define DISTRICT "990101"
#define NONE ((struct ref){ { 0 }, 0 })

struct world { struct hubs_one h; struct nodes_one grid, grid2, com, other; };

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	hubs_make(&w->h);
	nodes_make(&w->grid, 101, GRID1);
	nodes_make(&w->grid2, 102, GRID2);
	nodes_make(&w->com, 103, COMMUNITY);
	nodes_make(&w->other, 104, OTHER);
	hubs_enrol(&w->h, &w->grid);
	hubs_enrol(&w->h, &w->grid2);
	hubs_enrol(&w->h, &w->com);
	hubs_enrol(&w->h, &w->other);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	nodes_free(&w->grid);
	nodes_free(&w->grid2);
	nodes_free(&w->com);
	nodes_free(&w->other);
	hubs_free(&w->h);
	free(w);
	return 0;
}

static void all(struct world *w)
{
	hubs_sync(&w->h, &w->grid);
	hubs_sync(&w->h, &w->grid2);
	hubs_sync(&w->h, &w->com);
	hubs_sync(&w->h, &w->other);
}

static void test_subtree_only(void **state)
{
	struct world *w = *state;
	struct ref v = hubs_entry(&w->grid, "visit", "open", NONE, GRID1,
	    "{}");

	all(w);
	assert_true(hubs_holds(&w->com, v));
	assert_false(hubs_holds(&w->grid2, v));
	assert_false(hubs_holds(&w->other, v));
}

/* Dispatched to another community: its whole history arrives there, and so
 * does the resident named in it; later steps go to both. */
static void test_dispatch_brings_history(void **state)
{
	struct world *w = *state;
	struct ref p, r, d, note;
	char body[200];

	p = hubs_entry(&w->grid, "person", "open", NONE, GRID1,
	    "{\"f\":{\"name\":\"王秀英\"}}");
	(void)snprintf(body, sizeof(body),
	    "{\"d\":{\"state\":\"new\"},\"r\":[\"101:%d\"]}", (int)p.seq);
	r = hubs_entry(&w->grid, "request", "open", NONE, GRID1, body);
	all(w);
	assert_false(hubs_holds(&w->other, r));
	d = hubs_entry(&w->com, "request", "step", r, GRID1,
	    "{\"d\":{\"owner\":\"" OTHER "\",\"state\":\"sent\"},"
	    "\"s\":\"dispatch\"}");
	hubs_sync(&w->h, &w->com);
	all(w);
	assert_true(hubs_holds(&w->other, d));
	assert_true(hubs_holds(&w->other, r));
	assert_true(hubs_holds(&w->other, p));
	assert_true(hubs_holds(&w->grid, d));
	assert_false(hubs_holds(&w->grid2, r));
	/* In that order: history before what caused it. */
	assert_int_equal(hubs_count(&w->h, "SELECT (SELECT min(pos) FROM feed"
	    " WHERE org = '" OTHER "' AND dev >> 8 = 101) < (SELECT min(pos)"
	    " FROM feed WHERE org = '" OTHER "' AND dev >> 8 = 103)"), 1);
	note = hubs_entry(&w->other, "request", "note", r, GRID1, "{}");
	hubs_sync(&w->h, &w->other);
	all(w);
	assert_true(hubs_holds(&w->grid, note));
	assert_true(hubs_holds(&w->com, note));
}

static void test_whistle_route(void **state)
{
	struct world *w = *state;
	struct ref r;

	r = hubs_entry(&w->grid, "request", "open", NONE, GRID1, "{}");
	(void)hubs_entry(&w->grid, "request", "step", r, GRID1,
	    "{\"d\":{\"route\":[\"" OTHER "\",\"" GRID2 "\"]},"
	    "\"s\":\"whistle\"}");
	all(w);
	assert_true(hubs_holds(&w->other, r));
	assert_true(hubs_holds(&w->grid2, r));
}

/* A station takes a request for somebody of another grid: it is not above
 * that grid, yet it follows what it took. */
static void test_taker_follows(void **state)
{
	struct world *w = *state;
	struct ref r, n;

	r = hubs_entry(&w->other, "request", "open", NONE, GRID1, "{}");
	all(w);
	hubs_sync(&w->h, &w->grid);
	assert_true(hubs_holds(&w->grid, r));
	n = hubs_entry(&w->grid, "request", "note", r, GRID1, "{}");
	all(w);
	assert_true(hubs_holds(&w->other, n));
}

/* Naming a number does not open a stranger's file. */
static void test_naming_is_not_having(void **state)
{
	struct world *w = *state;
	struct ref p;
	char body[100];

	p = hubs_entry(&w->grid, "person", "open", NONE, GRID1,
	    "{\"f\":{\"name\":\"李建国\"}}");
	all(w);
	(void)snprintf(body, sizeof(body), "{\"r\":[\"101:%d\"]}",
	    (int)p.seq);
	(void)hubs_entry(&w->other, "visit", "open", NONE, OTHER, body);
	all(w);
	hubs_sync(&w->h, &w->other);
	assert_false(hubs_holds(&w->other, p));
}

static void test_pages(void **state)
{
	struct world *w = *state;
	struct buf body = BUF_INIT(ENTRY_BODY_MAX), out = BUF_INIT(BUF_LARGE);
	struct store_node who;
	struct err err = ERR_INIT;
	int64_t at = 0, cursor = 0;
	bool more = true;
	int i, pages = 0;
	size_t lines = 0, k;

	buf_adds(&body, "{\"f\":{\"note\":\"");
	for (i = 0; i < 3000; i++)
		buf_adds(&body, "民情账");
	buf_adds(&body, "\"}}");
	for (i = 0; i < 120; i++)
		(void)hubs_entry(&w->grid, "visit", "open", NONE, GRID1,
		    buf_str(&body));
	hubs_sync(&w->h, &w->grid);
	nodes_ok(store_node_get(w->h.db, "test", 103, &who, &err), &err);
	while (more && pages < 100) {
		buf_reset(&out);
		nodes_ok(feed_read(&w->h.hub, &who, at, &out, &cursor, &more,
		    &err), &err);
		assert_true(cursor > at);
		assert_true(out.len < 2 * FEED_PAGE_BYTES);
		for (k = 0; k < out.len; k++)
			lines += out.data[k] == '\n';
		at = cursor;
		pages++;
	}
	assert_int_equal(lines, 120);
	assert_true(pages > 2);
	hubs_sync(&w->h, &w->com);
	assert_true(hubs_holds(&w->com, (struct ref){ w->grid.n->dev, 120 }));
	buf_free(&body);
	buf_free(&out);
}

static void test_readers_are_woken(void **state)
{
	struct world *w = *state;
	bool community = false, other = false;
	int i;

	(void)hubs_entry(&w->grid, "visit", "open", NONE, GRID1, "{}");
	hubs_sync(&w->h, &w->grid);
	for (i = 0; i < w->h.nwoken; i++) {
		community |= strcmp(w->h.woken[i], COMMUNITY) == 0;
		other |= strcmp(w->h.woken[i], OTHER) == 0;
	}
	assert_true(community);
	assert_false(other);
}

/* ---- the district's digest ---- */

/* Told to all, then found to be about the unit itself: taken back. */
static void later_confidential(struct world *w)
{
	struct inbox_status row;
	struct err err = ERR_INIT;
	char no[13], body[200];
	struct ref r;

	person_id_short_no(w->grid.n->keys.lookup, 101, 3, no);
	(void)snprintf(body, sizeof(body), "{\"d\":{\"no\":\"%s\","
	    "\"state\":\"accepted\"}}", no);
	r = hubs_entry(&w->grid, "request", "open", NONE, GRID1, body);
	all(w);
	nodes_ok(inbox_status_get(w->other.n, no, &row, &err), &err);
	env_advance(&w->grid.env, 1000);
	(void)hubs_entry(&w->grid, "request", "fix", r, GRID1,
	    "{\"d\":{\"confidential\":1}}");
	all(w);
	assert_int_equal(inbox_status_get(w->other.n, no, &row, &err),
	    MQ_E_NOT_FOUND);
	/* and it does not come back by what happens next */
	(void)hubs_entry(&w->grid, "request", "step", r, GRID1,
	    "{\"d\":{\"state\":\"dispatched\"}}");
	all(w);
	assert_int_equal(inbox_status_get(w->other.n, no, &row, &err),
	    MQ_E_NOT_FOUND);
}

static void test_digest(void **state)
{
	struct world *w = *state;
	struct inbox_status row;
	struct err err = ERR_INIT;
	char no[13], hidden[13], body[200];
	struct ref r;

	person_id_short_no(w->grid.n->keys.lookup, 101, 1, no);
	person_id_short_no(w->grid.n->keys.lookup, 101, 2, hidden);
	(void)snprintf(body, sizeof(body), "{\"d\":{\"due\":1795399200000,"
	    "\"no\":\"%s\",\"owner\":\"" COMMUNITY "\",\"state\":\"accepted\""
	    "}}", no);
	r = hubs_entry(&w->grid, "request", "open", NONE, GRID1, body);
	(void)snprintf(body, sizeof(body), "{\"d\":{\"confidential\":1,"
	    "\"no\":\"%s\",\"state\":\"accepted\"}}", hidden);
	(void)hubs_entry(&w->grid, "request", "open", NONE, GRID1, body);
	all(w);
	/* A station that sees nothing of the case can say how it stands. */
	nodes_ok(inbox_status_get(w->other.n, no, &row, &err), &err);
	assert_string_equal(row.state, "accepted");
	assert_string_equal(row.phone, "0999-5550110");
	assert_true(row.due.ms == INT64_C(1795399200000));
	assert_false(row.closed);
	assert_int_equal(inbox_status_get(w->other.n, hidden, &row, &err),
	    MQ_E_NOT_FOUND);
	later_confidential(w);
	/* Withdrawn: the number stays answerable. */
	env_advance(&w->grid.env, 1000);
	(void)hubs_entry(&w->grid, "request", "void", r, GRID1, "{}");
	all(w);
	nodes_ok(inbox_status_get(w->other.n, no, &row, &err), &err);
	assert_true(row.closed);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM status"), 3);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_subtree_only),
		T(test_dispatch_brings_history),
		T(test_whistle_route),
		T(test_taker_follows),
		T(test_naming_is_not_having),
		T(test_pages),
		T(test_readers_are_woken),
		T(test_digest),
	};

	return hubs_run("feed", tests, ARRAY_LEN(tests), NULL, NULL);
}
