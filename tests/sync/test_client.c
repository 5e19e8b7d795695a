/*
 * The rounds of minqing-sync over a transport that loses and repeats.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../core/outbox.h"
#include "../../sync/hub/ingest.h"
#include "../lib/hubs.h"
#include "../lib/power.h"

#define GRID1 "990101001001001"
#define GRID2 "990101001001002"
#define COMMUNITY "990101001001"
#define NONE ((struct ref){ { 0 }, 0 })

struct world { struct hubs_one h; struct nodes_one a, b; };

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	hubs_make(&w->h);
	nodes_make(&w->a, 101, GRID1);
	nodes_make(&w->b, 102, COMMUNITY);
	hubs_enrol(&w->h, &w->a);
	hubs_enrol(&w->h, &w->b);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	nodes_free(&w->a);
	nodes_free(&w->b);
	hubs_free(&w->h);
	free(w);
	return 0;
}

static struct outbox_counts counts(struct nodes_one *x)
{
	struct outbox_counts n;
	struct err err = ERR_INIT;

	nodes_ok(outbox_counts(x->n, &n, &err), &err);
	assert_int_equal(n.written, n.local + n.sent + n.hub + n.returned);
	return n;
}

static struct ref visit(struct nodes_one *x, const char *org)
{
	return hubs_entry(x, "visit", "open", NONE, org,
	    "{\"f\":{\"note\":\"楼道干净，老人精神好\"}}");
}

static void test_carries_there_and_back(void **state)
{
	struct world *w = *state;
	struct ref v = visit(&w->a, GRID1), step;

	assert_int_equal(counts(&w->a).local, 1);
	hubs_sync(&w->h, &w->a);
	assert_int_equal(counts(&w->a).hub, 1);
	hubs_sync(&w->h, &w->b);
	assert_true(hubs_holds(&w->b, v));
	/* What the community adds comes back to the grid. */
	step = hubs_entry(&w->b, "visit", "note", v, GRID1,
	    "{\"f\":{\"note\":\"已阅\"}}");
	hubs_sync(&w->h, &w->b);
	hubs_sync(&w->h, &w->a);
	assert_true(hubs_holds(&w->a, step));
	assert_int_equal(counts(&w->a).written, 1);
}

static void test_reply_lost_after_commit(void **state)
{
	struct world *w = *state;
	struct hubs_link l;
	struct client c;
	struct client_result r;
	struct err err = ERR_INIT;
	char receipt[48];
	struct utc at;

	(void)visit(&w->a, GRID1);
	hubs_link(&l, &w->h);
	l.lose_reply = 2;		/* 1 is /v1/head, 2 the batch */
	client_init(&c, w->a.n, &l.t);
	assert_int_equal(client_round(&c, &r, &err), MQ_E_NET_DOWN);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM entry"), 1);
	assert_int_equal(counts(&w->a).sent, 1);
	assert_true(counts(&w->a).trouble[0] != '\0');
	/* The next round learns what became of it, receipt and all. */
	hubs_sync(&w->h, &w->a);
	assert_int_equal(counts(&w->a).hub, 1);
	assert_string_equal(counts(&w->a).trouble, "");
	nodes_ok(outbox_receipt(w->a.n, (struct ref){ w->a.n->dev, 1 },
	    receipt, sizeof(receipt), &at,
	    &err), &err);
	assert_string_equal(receipt, "20261122-000001");
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM batch"), 1);
}

/* Every single request of a round is lost once, on the way there and on the
 * way back, and once delivered twice: afterwards all is in place. */
static void test_fails_at_each_request(void **state)
{
	struct world *w = *state;
	struct hubs_link l;
	struct client c;
	struct client_result r;
	struct err err = ERR_INIT;
	int how, i, fails = 0;
	int64_t written = 0;

	for (how = 0; how < 3; how++) {
		for (i = 1; i <= 8; i++) {
			(void)visit(&w->a, GRID1);
			written++;
			hubs_link(&l, &w->h);
			l.lose_request = how == 0 ? i : 0;
			l.lose_reply = how == 1 ? i : 0;
			l.twice = how == 2 ? i : 0;
			client_init(&c, w->a.n, &l.t);
			fails += client_round(&c, &r, &err) != MQ_OK;
			hubs_sync(&w->h, &w->a);
			assert_int_equal(counts(&w->a).hub, written);
		}
	}
	assert_true(fails >= 10);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM entry"),
	    written);
	hubs_sync(&w->h, &w->b);
	assert_int_equal(hubs_count(&w->h,
	    "SELECT count(*) FROM quarantine"), 0);
	assert_true(hubs_holds(&w->b, (struct ref){ w->a.n->dev, written }));
}

static void test_clock_is_put_right(void **state)
{
	struct world *w = *state;
	struct client_result r;
	struct err err = ERR_INIT;

	(void)visit(&w->a, GRID1);
	/* The hub is two hours ahead. */
	env_advance(&w->h.env, 2 * MS_HOUR);
	nodes_ok(hubs_round(&w->h, &w->a, &r, &err), &err);
	assert_int_equal(counts(&w->a).hub, 1);
	assert_in_range(node_meta(w->a.n, "hub_offset"), 2 * MS_HOUR,
	    2 * MS_HOUR + MS_MINUTE);
}

static void test_hub_restarts(void **state)
{
	struct world *w = *state;

	(void)visit(&w->a, GRID1);
	hubs_sync(&w->h, &w->a);
	hubs_restart(&w->h);
	(void)visit(&w->a, GRID1);
	hubs_sync(&w->h, &w->a);
	assert_int_equal(counts(&w->a).hub, 2);
}

/* The tail of the ledger is gone: what the hub has comes back, and the node
 * goes on under a new epoch. */
static void test_lost_tail_heals(void **state)
{
	struct world *w = *state;
	struct nodes_one again;
	struct client_result r;
	struct err err = ERR_INIT;
	struct ref v, fresh;

	v = visit(&w->a, GRID1);
	(void)visit(&w->a, GRID1);
	(void)visit(&w->a, GRID1);
	hubs_sync(&w->h, &w->a);
	/* The same machine with an empty ledger: same number, same keys. */
	nodes_make(&again, 101, GRID1);
	assert_memory_equal(again.n->keys.sign_pk, w->a.n->keys.sign_pk,
	    CRYPTO_SIGN_PK);
	nodes_ok(hubs_round(&w->h, &again, &r, &err), &err);
	assert_true(r.healed);
	assert_true(hubs_holds(&again, v));
	assert_int_equal(dev_epoch(again.n->dev), 1);
	fresh = visit(&again, GRID1);
	assert_int_equal(fresh.seq, 1);
	hubs_sync(&w->h, &again);
	assert_int_equal(counts(&again).hub, 4);
	hubs_sync(&w->h, &w->b);
	assert_true(hubs_holds(&w->b, fresh));
	nodes_free(&again);
}

/* A disk that lied: noticed at the start and written on before the hub was
 * asked; what the hub has comes back all the same. */
static void test_lost_tail_noticed_first(void **state)
{
	struct world *w = *state;
	struct ledger_lost lost;
	struct ref last, fresh;

	(void)visit(&w->a, GRID1);
	node_close(&w->a.n);
	power_watch(&w->a.env, w->a.dir);
	nodes_reopen(&w->a);
	power_lie(true);
	(void)visit(&w->a, GRID1);
	last = visit(&w->a, GRID1);
	ledger_note_head(w->a.n);
	hubs_sync(&w->h, &w->a);
	node_close(&w->a.n);
	power_back(0);
	power_end();
	nodes_reopen(&w->a);
	assert_true(ledger_lost(w->a.n, &lost));
	assert_false(hubs_holds(&w->a, last));
	fresh = visit(&w->a, GRID1);
	assert_int_equal(dev_epoch(fresh.dev), 1);
	hubs_sync(&w->h, &w->a);
	assert_true(hubs_holds(&w->a, last));
	assert_false(ledger_lost(w->a.n, &lost));
	assert_int_equal(dev_epoch(w->a.n->dev), 1);
	assert_int_equal(counts(&w->a).hub, 4);
	hubs_sync(&w->h, &w->b);
	assert_true(hubs_holds(&w->b, fresh));
}

/* Two machines write under one name: frozen, both kept. */
static void test_two_branches_freeze(void **state)
{
	struct world *w = *state;
	struct nodes_one clone;
	struct client_result r;
	struct err err = ERR_INIT;

	nodes_make(&clone, 101, GRID1);
	(void)visit(&w->a, GRID1);
	(void)hubs_entry(&clone, "visit", "open", NONE, GRID1,
	    "{\"f\":{\"note\":\"另一台\"}}");
	(void)hubs_entry(&clone, "visit", "open", NONE, GRID1, "{}");
	hubs_sync(&w->h, &w->a);
	hubs_restart(&w->h);
	hubs_backup(&w->h);
	assert_int_equal(hubs_round(&w->h, &clone, &r, &err), MQ_E_FORKED);
	assert_true(counts(&clone).trouble[0] != '\0');
	assert_int_equal(counts(&clone).written, 2);
	/* Both are kept at the hub, and neither machine may go on. */
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM branch"), 1);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM entry"), 1);
	assert_int_equal(hubs_round(&w->h, &clone, &r, &err), MQ_E_FORKED);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM branch"), 1);
	(void)visit(&w->a, GRID1);
	assert_int_equal(hubs_round(&w->h, &w->a, &r, &err), MQ_E_FORKED);
	/* A restored hub, which lost the branch, gets it again. */
	hubs_restore(&w->h);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM branch"), 0);
	assert_int_equal(hubs_round(&w->h, &clone, &r, &err), MQ_E_FORKED);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM branch"), 1);
	nodes_free(&clone);
}

/* A hub restored from an older backup is refilled by its node. */
static void test_hub_goes_back(void **state)
{
	struct world *w = *state;
	struct hubs_one old;
	struct ref v;

	hubs_make(&old);
	hubs_enrol(&old, &w->a);
	hubs_enrol(&old, &w->b);
	(void)visit(&w->a, GRID1);
	hubs_sync(&old, &w->a);
	hubs_sync(&w->h, &w->a);
	assert_int_equal(counts(&w->a).hub, 1);
	v = visit(&w->a, GRID1);
	(void)visit(&w->a, GRID1);
	hubs_sync(&w->h, &w->a);
	assert_int_equal(counts(&w->a).hub, 3);
	/* `old` holds one entry only. */
	hubs_sync(&old, &w->a);
	assert_int_equal(counts(&w->a).hub, 3);
	assert_int_equal(hubs_count(&old, "SELECT count(*) FROM entry"), 3);
	hubs_sync(&old, &w->b);
	assert_true(hubs_holds(&w->b, v));
	hubs_free(&old);
}

static void test_returned_and_readmitted(void **state)
{
	struct world *w = *state;
	struct outbox_returned back;
	struct err err = ERR_INIT;
	struct ref v;
	int n = 0;

	v = hubs_entry(&w->a, "visit", "open", NONE, "000000", "{}");
	(void)visit(&w->a, GRID1);
	hubs_sync(&w->h, &w->a);
	assert_int_equal(counts(&w->a).returned, 1);
	assert_int_equal(counts(&w->a).hub, 1);
	nodes_ok(outbox_returned(w->a.n, &back, 1, &n, &err), &err);
	assert_int_equal(n, 1);
	assert_non_null(strstr(back.reason, "000000"));
	nodes_ok(ingest_readmit(&w->h.hub, "test", v.dev, v.seq, true, &err),
	    &err);
	hubs_sync(&w->h, &w->a);
	assert_int_equal(counts(&w->a).returned, 0);
	assert_int_equal(counts(&w->a).hub, 2);
}

/* ---- clocks ---- */

/* A machine that woke up in 1956 still learns what the time is. */
static void test_clock_before_1970(void **state)
{
	struct world *w = *state;

	(void)visit(&w->a, GRID1);
	env_advance(&w->a.env, -70 * 365 * MS_DAY);
	hubs_sync(&w->h, &w->a);
	assert_int_equal(counts(&w->a).hub, 1);
	assert_in_range(ledger_now(w->a.n).ms, NODES_NOW,
	    NODES_NOW + MS_HOUR);
}

/* Seventy years ahead: what was written travels, what follows is dated right
 * under a new epoch, and the counts never call unsent what the hub has. */
static void test_clock_ahead(void **state)
{
	struct world *w = *state;
	struct ref before, after;

	env_advance(&w->a.env, 70 * 365 * MS_DAY);
	before = visit(&w->a, GRID1);
	hubs_sync(&w->h, &w->a);
	assert_int_equal(counts(&w->a).hub, 1);
	after = visit(&w->a, GRID1);
	assert_int_equal(dev_epoch(before.dev), 0);
	assert_int_equal(dev_epoch(after.dev), 1);
	assert_in_range(ledger_now(w->a.n).ms, NODES_NOW,
	    NODES_NOW + MS_HOUR);
	hubs_sync(&w->h, &w->a);
	hubs_sync(&w->h, &w->b);
	assert_int_equal(counts(&w->a).hub, 2);
	assert_int_equal(counts(&w->a).local, 0);
	assert_true(hubs_holds(&w->b, before) && hubs_holds(&w->b, after));
	assert_true(node_meta(w->b.n, "hlc") >> 16 < NODES_NOW + MS_DAY);
}

/* A person put the clock right before anything was sent: the old epoch is
 * still to be sent and says so. */
static void test_unsent_epoch(void **state)
{
	struct world *w = *state;
	struct ref before;
	struct err err = ERR_INIT;

	env_advance(&w->a.env, 70 * 365 * MS_DAY);
	before = visit(&w->a, GRID1);
	env_advance(&w->a.env, -70 * 365 * MS_DAY);
	nodes_ok(ledger_confirm_clock(w->a.n, (struct utc){ NODES_NOW },
	    &err), &err);
	(void)visit(&w->a, GRID1);
	assert_int_equal(counts(&w->a).local, 2);
	assert_int_equal(counts(&w->a).hub, 0);
	hubs_sync(&w->h, &w->a);
	assert_int_equal(counts(&w->a).hub, 2);
	hubs_sync(&w->h, &w->b);
	assert_true(hubs_holds(&w->b, before));
	/* What the hub said last, nobody confirms away. */
	assert_int_equal(ledger_confirm_clock(w->a.n, (struct utc){
	    NODES_NOW - MS_DAY }, &err), MQ_E_CLOCK);
}

/* ---- a hub that went back ---- */

/* Restored from a backup and grown again past where a node had read: its old
 * position means something else now. */
static void test_restored_and_regrown(void **state)
{
	struct world *w = *state;
	struct ref late[4];
	int i;

	(void)visit(&w->a, GRID1);
	hubs_sync(&w->h, &w->a);
	hubs_restart(&w->h);		/* its first life with a tenant */
	hubs_backup(&w->h);
	(void)visit(&w->a, GRID1);
	hubs_sync(&w->h, &w->a);
	hubs_sync(&w->h, &w->b);
	hubs_restore(&w->h);
	for (i = 0; i < 4; i++) {
		late[i] = visit(&w->a, GRID1);
		hubs_sync(&w->h, &w->a);
	}
	hubs_sync(&w->h, &w->b);
	for (i = 0; i < 4; i++)
		assert_true(hubs_holds(&w->b, late[i]));
}

/* ---- erasure ---- */

/* A restored hub hears of the erasure before it hears the words again. */
static void test_erased_first(void **state)
{
	struct world *w = *state;
	struct ref v;

	hubs_restart(&w->h);
	hubs_backup(&w->h);
	v = visit(&w->a, GRID1);
	hubs_sync(&w->h, &w->a);
	hubs_sync(&w->h, &w->b);
	(void)hubs_entry(&w->b, "entry", "erased", v, GRID1,
	    "{\"u\":[\"101:1\"]}");
	hubs_restore(&w->h);
	hubs_sync(&w->h, &w->b);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM entry"
	    " WHERE dev >> 8 = 101"), 0);
	hubs_sync(&w->h, &w->a);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM entry"
	    " WHERE dev >> 8 = 101 AND body IS NULL"), 1);
}

/* The hub lost the words and the erasure: the one says nothing any more of
 * where it went, the other does. */
static void test_erasure_finds_the_way_again(void **state)
{
	struct world *w = *state;
	struct nodes_one far;
	struct ref v;

	nodes_make(&far, 103, GRID2);
	hubs_enrol(&w->h, &far);
	hubs_restart(&w->h);
	hubs_backup(&w->h);
	v = hubs_entry(&w->a, "request", "open", NONE, GRID1,
	    "{\"d\":{\"owner\":\"" GRID2 "\"},\"f\":{\"text\":\"灯\"}}");
	hubs_sync(&w->h, &w->a);
	hubs_sync(&w->h, &far);
	assert_true(hubs_reads(&far, v));
	(void)hubs_entry(&w->a, "entry", "erased", v, GRID1,
	    "{\"d\":{\"route\":[\"" GRID2 "\"]},\"u\":[\"101:1\"]}");
	hubs_drop(&w->a, v, (struct ref){ w->a.n->dev, 2 });
	hubs_restore(&w->h);
	hubs_sync(&w->h, &w->a);
	hubs_sync(&w->h, &far);
	assert_false(hubs_reads(&far, v));
	nodes_free(&far);
}

/* Naming a number takes no words away, here or at any other node. */
static void test_stranger_erases_nothing(void **state)
{
	struct world *w = *state;
	struct ref own;
	struct client_result r;
	struct err err = ERR_INIT;

	(void)hubs_entry(&w->b, "visit", "open", NONE, COMMUNITY, "{}");
	hubs_sync(&w->h, &w->b);
	own = visit(&w->a, GRID1);
	(void)hubs_entry(&w->a, "entry", "erased", own, GRID1,
	    "{\"u\":[\"102:1\"]}");
	nodes_ok(hubs_round(&w->h, &w->a, &r, &err), &err);
	assert_int_equal(r.returned, 1);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM entry"
	    " WHERE dev >> 8 = 102 AND body IS NOT NULL"), 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_carries_there_and_back),
		T(test_reply_lost_after_commit),
		T(test_fails_at_each_request),
		T(test_clock_is_put_right),
		T(test_hub_restarts),
		T(test_lost_tail_heals),
		T(test_lost_tail_noticed_first),
		T(test_two_branches_freeze),
		T(test_hub_goes_back),
		T(test_returned_and_readmitted),
		T(test_clock_before_1970),
		T(test_clock_ahead),
		T(test_unsent_epoch),
		T(test_restored_and_regrown),
		T(test_erased_first),
		T(test_erasure_finds_the_way_again),
		T(test_stranger_erases_nothing),
	};

	return hubs_run("client", tests, ARRAY_LEN(tests), NULL, NULL);
}
