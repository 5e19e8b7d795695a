/*
 * Where entries stand: the counts add up through sending, receipts, returns,
 * a hub that went back, and a new epoch.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/ledger.h"
#include "../../core/outbox.h"
#include "../lib/nodes.h"

static struct nodes_one x;

static int setup(void **state)
{
	int i;

	(void)state;
	nodes_make(&x, 101, NULL);
	for (i = 0; i < 10; i++) {
		(void)nodes_entry(&x, "visit", "open", 0, "{}");
		env_advance(&x.env, MS_MINUTE);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nodes_free(&x);
	return 0;
}

static void expect(int64_t local, int64_t sent, int64_t hub, int64_t returned)
{
	struct outbox_counts c;
	struct err err = ERR_INIT;

	nodes_ok(outbox_counts(x.n, &c, &err), &err);
	assert_int_equal(c.local, local);
	assert_int_equal(c.sent, sent);
	assert_int_equal(c.hub, hub);
	assert_int_equal(c.returned, returned);
	assert_int_equal(c.written, local + sent + hub + returned);
}

static struct ref at_(int64_t seq)
{
	return (struct ref){ x.n->dev, seq };
}

#define IN_TX(call) do { \
	struct err e_ = ERR_INIT; \
	nodes_ok(db_begin(x.n->db, __func__, &e_), &e_); \
	nodes_ok(call, &e_); \
	nodes_ok(db_commit(x.n->db, &e_), &e_); \
} while (0)

static void goes_its_way(void **state)
{
	struct outbox_counts c;
	struct err err = ERR_INIT;
	struct utc at = { 777 };
	char no[40];

	(void)state;
	expect(10, 0, 0, 0);
	nodes_ok(outbox_counts(x.n, &c, &err), &err);
	assert_int_equal(c.oldest_local.ms, NODES_NOW);
	assert_int_equal(c.last_contact.ms, 0);
	assert_string_equal(c.trouble, "");
	IN_TX(outbox_mark_sent(x.n, 6, &err));
	expect(4, 6, 0, 0);
	nodes_ok(outbox_counts(x.n, &c, &err), &err);
	assert_int_equal(c.oldest_local.ms, NODES_NOW + 6 * MS_MINUTE);
	IN_TX(outbox_mark_hub(x.n, 4, "R-1", at, &err));
	expect(4, 2, 4, 0);
	IN_TX(outbox_mark_sent(x.n, 3, &err));	/* late news: no step back */
	expect(4, 2, 4, 0);
	IN_TX(outbox_mark_hub(x.n, 8, "R-2", at, &err));
	expect(2, 0, 8, 0);
	nodes_ok(outbox_receipt(x.n, at_(4), no, sizeof(no), &at, &err), &err);
	assert_string_equal(no, "R-1");
	nodes_ok(outbox_receipt(x.n, at_(5), no, sizeof(no), &at, &err), &err);
	assert_string_equal(no, "R-2");
	assert_int_equal(at.ms, 777);
	nodes_ok(outbox_receipt(x.n, at_(9), no, sizeof(no), &at, &err), &err);
	assert_string_equal(no, "");
	IN_TX(outbox_mark_hub(x.n, 10, "R-3", at, &err));
	expect(0, 0, 10, 0);
	nodes_reopen(&x);
	expect(0, 0, 10, 0);
}

static void comes_back(void **state)
{
	struct outbox_returned r[4];
	struct err err = ERR_INIT;
	struct utc at = { 777 };
	int n;

	(void)state;
	IN_TX(outbox_mark_hub(x.n, 8, "R", at, &err));
	IN_TX(outbox_mark_returned(x.n, x.n->dev, 3, 4, "没有这个网格", &err));
	expect(2, 0, 6, 2);
	IN_TX(outbox_mark_returned(x.n, x.n->dev, 8, 9, "x", &err));
	expect(1, 0, 5, 4);
	nodes_ok(outbox_returned(x.n, r, 4, &n, &err), &err);
	assert_int_equal(n, 2);
	assert_int_equal(r[0].first, 3);
	assert_int_equal(r[0].last, 4);
	assert_string_equal(r[0].reason, "没有这个网格");
	IN_TX(outbox_mark_returned(x.n, x.n->dev, 3, 4, "again", &err));
	expect(1, 0, 5, 4);
	IN_TX(outbox_mark_readmitted(x.n, x.n->dev, 3, &err));
	expect(1, 0, 7, 2);
	IN_TX(outbox_mark_hub(x.n, 10, "R", at, &err));
	expect(0, 0, 8, 2);
}

/* A hub restored from an old backup is refilled: nothing counts as received
 * that it no longer has. */
static void hub_goes_back(void **state)
{
	struct err err = ERR_INIT;
	struct utc at = { 777 };
	char no[40];

	(void)state;
	IN_TX(outbox_mark_hub(x.n, 4, "R-1", at, &err));
	IN_TX(outbox_mark_hub(x.n, 10, "R-2", at, &err));
	IN_TX(outbox_mark_hub(x.n, 7, "", at, &err));
	expect(3, 0, 7, 0);
	nodes_ok(outbox_receipt(x.n, at_(6), no, sizeof(no), &at, &err), &err);
	assert_string_equal(no, "R-2");
	nodes_ok(outbox_receipt(x.n, at_(8), no, sizeof(no), &at, &err), &err);
	assert_string_equal(no, "");
	IN_TX(outbox_mark_hub(x.n, 2, "", at, &err));
	expect(8, 0, 2, 0);
	IN_TX(outbox_mark_hub(x.n, 10, "R-3", at, &err));
	expect(0, 0, 10, 0);
	nodes_ok(outbox_receipt(x.n, at_(8), no, sizeof(no), &at, &err), &err);
	assert_string_equal(no, "R-3");
}

/* An evil or confused hub cannot make the counts lie. */
static void nonsense(void **state)
{
	struct err err = ERR_INIT;
	struct utc at = { 777 };

	(void)state;
	nodes_ok(db_begin(x.n->db, __func__, &err), &err);
	assert_int_equal(outbox_mark_hub(x.n, 11, "R", at, &err),
	    MQ_E_NET_REPLY);
	assert_int_equal(outbox_mark_hub(x.n, -1, "R", at, &err),
	    MQ_E_NET_REPLY);
	assert_int_equal(outbox_mark_sent(x.n, 11, &err), MQ_E_NET_REPLY);
	assert_int_equal(outbox_mark_returned(x.n, x.n->dev, 4, 3, "", &err),
	    MQ_E_NET_REPLY);
	assert_int_equal(outbox_mark_returned(x.n, x.n->dev, 0, 3, "", &err),
	    MQ_E_NET_REPLY);
	assert_int_equal(outbox_mark_returned(x.n, x.n->dev, 9, 99, "", &err),
	    MQ_E_NET_REPLY);
	db_rollback(x.n->db);
	expect(10, 0, 0, 0);
}

static void contact(void **state)
{
	struct outbox_counts c;
	struct err err = ERR_INIT;
	int64_t good;

	(void)state;
	IN_TX(outbox_contact(x.n, "", &err));
	good = env_now(&x.env).ms;
	env_advance(&x.env, MS_HOUR);
	IN_TX(outbox_contact(x.n, "连不上区里", &err));
	nodes_ok(outbox_counts(x.n, &c, &err), &err);
	assert_int_equal(c.last_contact.ms, good);
	assert_string_equal(c.trouble, "连不上区里");
	/* By the time people are shown, not by a wall clock known to be off. */
	env_advance(&x.env, -NODES_NOW);
	nodes_ok(ledger_confirm_clock(x.n, (struct utc){ NODES_NOW }, &err),
	    &err);
	IN_TX(outbox_contact(x.n, "", &err));
	nodes_ok(outbox_counts(x.n, &c, &err), &err);
	assert_int_equal(c.last_contact.ms, NODES_NOW);
	IN_TX(outbox_contact(x.n, "", &err));
	nodes_ok(outbox_counts(x.n, &c, &err), &err);
	assert_string_equal(c.trouble, "");
}

/* After a self-heal the marks start anew; what older epochs hold came from
 * the hub. */
static void new_epoch(void **state)
{
	struct err err = ERR_INIT;
	struct utc at = { 777 };

	(void)state;
	IN_TX(outbox_mark_hub(x.n, 10, "R", at, &err));
	IN_TX(ledger_new_epoch(x.n, &err));
	nodes_reopen(&x);
	expect(0, 0, 10, 0);
	(void)nodes_entry(&x, "visit", "open", 0, "{}");
	expect(1, 0, 10, 0);
	IN_TX(outbox_mark_hub(x.n, 1, "R", at, &err));
	expect(0, 0, 11, 0);
}

/* Two epochs count from 1 both; what came back of the first stays so, and
 * what of it was unsent is so until the hub has it. */
static void epochs_add_up(void **state)
{
	struct dev first = x.n->dev;
	struct outbox_returned r[4];
	struct outbox_counts c;
	struct err err = ERR_INIT;
	struct utc at = { 777 };
	char no[40];
	int n;

	(void)state;
	IN_TX(outbox_mark_hub(x.n, 6, "R-1", at, &err));
	IN_TX(outbox_mark_returned(x.n, first, 1, 2, "没有这个网格", &err));
	IN_TX(ledger_new_epoch(x.n, &err));
	expect(4, 0, 4, 2);
	nodes_ok(outbox_counts(x.n, &c, &err), &err);
	assert_int_equal(c.oldest_local.ms, NODES_NOW + 6 * MS_MINUTE);
	(void)nodes_entry(&x, "visit", "open", 0, "{}");
	(void)nodes_entry(&x, "visit", "open", 0, "{}");
	IN_TX(outbox_mark_hub(x.n, 2, "R-9", at, &err));
	IN_TX(outbox_mark_returned(x.n, x.n->dev, 1, 1, "x", &err));
	expect(4, 0, 5, 3);
	nodes_ok(outbox_returned(x.n, r, 4, &n, &err), &err);
	assert_int_equal(n, 2);
	assert_true(r[0].dev.v == first.v && r[1].dev.v == x.n->dev.v);
	nodes_ok(outbox_receipt(x.n, at_(2), no, sizeof(no), &at, &err),
	    &err);
	assert_string_equal(no, "R-9");
	IN_TX(outbox_mark_former(x.n, first, 8, "R-10", at, &err));
	expect(2, 0, 7, 3);
	nodes_ok(outbox_receipt(x.n, (struct ref){ first, 2 }, no,
	    sizeof(no), &at, &err), &err);
	assert_string_equal(no, "R-1");
	nodes_ok(outbox_receipt(x.n, (struct ref){ first, 7 }, no,
	    sizeof(no), &at, &err), &err);
	assert_string_equal(no, "R-10");
	IN_TX(outbox_mark_readmitted(x.n, first, 1, &err));
	expect(2, 0, 9, 1);
	/* A hub that was restored has none of it. */
	IN_TX(outbox_mark_former(x.n, first, 0, "", at, &err));
	expect(10, 0, 1, 1);
	nodes_ok(db_begin(x.n->db, __func__, &err), &err);
	assert_int_equal(outbox_mark_former(x.n, first, 11, "", at, &err),
	    MQ_E_NET_REPLY);
	/* Two that overlap are one. */
	nodes_ok(outbox_mark_returned(x.n, first, 1, 4, "", &err), &err);
	nodes_ok(outbox_mark_returned(x.n, first, 2, 5, "", &err), &err);
	nodes_ok(db_commit(x.n->db, &err), &err);
	expect(6, 0, 1, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(goes_its_way, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(hub_goes_back, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(nonsense, setup, teardown),
		cmocka_unit_test_setup_teardown(contact, setup, teardown),
		cmocka_unit_test_setup_teardown(new_epoch, setup, teardown),
		cmocka_unit_test_setup_teardown(epochs_add_up, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
