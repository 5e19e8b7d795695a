/*
 * The plug pulled at every write and sync of what a node does.  After the
 * restart: all that was called saved is there, in whole saves, chain and
 * projections hold, and of a draft what was synced.  And a disk that lied.
 */
#include "../../core/save.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/xmalloc.h"
#include "../../core/draft.h"
#include "../../core/inbox.h"
#include "../../core/ledger.h"
#include "../lib/deeds.h"
#include "../lib/power.h"

#define CUTS_MAX 2000
#define TYPED 6

static struct nodes_one one, other;
static struct save_result res;

/* What somebody was told. */
static struct {
	int64_t who, head, cursor;
	int drafted;		/* last number that was synced */
	int typed;		/* last number that was put */
} told;

static const char *word(int i)
{
	static char text[40];

	snprintf(text, sizeof(text), "写到第 %d 句", i);
	return text;
}

static bool save_one(void)
{
	struct err err = ERR_INIT;

	env_advance(&one.env, MS_MINUTE);
	if (deeds_visit(&one, told.who, &res, &err))
		return false;
	told.head = res.first.seq + res.n - 1;
	return true;
}

/* Puts and, every second time, syncs. */
static bool type(struct drafts *d)
{
	struct err err = ERR_INIT;
	struct draft x;
	int i;
	bool good = true;

	for (i = 0; i < TYPED && good; i++) {
		memset(&x, 0, sizeof(x));
		x.number = 1;
		xcopy(x.kind, sizeof(x.kind), "visit");
		fields_set(&x.f, "note", word(told.typed + 1));
		good = draft_put(d, &x, &err) == MQ_OK;
		told.typed++;
		if (good && i % 2) {
			good = draft_sync(d, true, &err) == MQ_OK;
			if (good)
				told.drafted = told.typed;
		}
		draft_free(&x);
	}
	return good;
}

static bool take_page(const struct buf *page)
{
	struct inbox_result in;
	struct err err = ERR_INIT;
	int64_t left;

	if (inbox_take(one.n, page->data, page->len, told.cursor + 1, &in,
	    &err))
		return false;
	assert_int_equal(in.bad, 0);
	told.cursor++;
	return record_fold_pending(one.n, 100, &left, &err) == MQ_OK;
}

/* All that a desk does, until the power goes. */
static void deeds(struct drafts *d, const struct buf *page)
{
	struct err err = ERR_INIT;

	if (!save_one() || !type(d) || !take_page(page) || !save_one())
		return;
	if (db_checkpoint(one.n->db, &err) != MQ_OK || !save_one())
		return;
	(void)type(d);
}

static void all_is_there(bool rebuild)
{
	struct ledger_report rep;
	struct err err = ERR_INIT;
	uint8_t before[CRYPTO_HASH], after[CRYPTO_HASH];
	int64_t left;

	assert_true(node_meta(one.n, "head_seq") >= told.head);
	/* household, person, then saves of three */
	assert_int_equal((node_meta(one.n, "head_seq") - 2) % 3, 0);
	assert_false(ledger_tail_lost(one.n));
	assert_int_equal(dev_epoch(one.n->dev), 0);
	assert_true(inbox_cursor(one.n) >= told.cursor);
	nodes_ok(ledger_verify(one.n, NULL, NULL, &rep, &err), &err);
	nodes_ok(record_fold_pending(one.n, 1000, &left, &err), &err);
	nodes_ok(record_digest(one.n, before, &err), &err);
	if (!rebuild)
		return;
	nodes_ok(record_rebuild(one.n, &err), &err);
	nodes_ok(record_digest(one.n, after, &err), &err);
	assert_memory_equal(before, after, sizeof(before));
}

static void what_counts_now(void)
{
	/* A save that was not acknowledged may have come about. */
	told.head = node_meta(one.n, "head_seq");
	told.cursor = inbox_cursor(one.n);
}

/* The draft says at least what was synced last. */
static void draft_is_there(struct drafts *d)
{
	const char *note;
	int i;

	if (!told.drafted)
		return;
	assert_int_equal(draft_count(d), 1);
	note = fields_text(&draft_at(d, 0)->f, "note");
	for (i = told.drafted; i <= told.typed; i++)
		if (strcmp(note, word(i)) == 0)
			break;
	assert_true(i <= told.typed);
	told.drafted = told.typed = i;
}

/* Entries of another node, as a feed brings them. */
static void page_of(struct buf *page)
{
	struct err err = ERR_INIT;
	int64_t last;

	nodes_make(&other, 202, NULL);
	(void)deeds_person(&other, "李建国", "502");
	nodes_ok(ledger_lines(other.n, 1, 2, BUF_LARGE, page, &last, &err),
	    &err);
}

/* One life between two cuts; false when it ended before its cut. */
static bool live(int n, bool syncs_only, const struct buf *page)
{
	struct drafts *d = NULL;
	struct err err = ERR_INIT;
	bool cut;

	nodes_ok(node_open(&one.env, one.dir, 0, &one.n, &err), &err);
	all_is_there(n % 11 == 0);
	what_counts_now();
	nodes_ok(draft_open(one.n, "1001", &d, &err), &err);
	draft_is_there(d);
	power_cut_at(n, syncs_only);
	deeds(d, page);
	cut = power_is_out();
	draft_close(&d);
	node_close(&one.n);
	power_back((uint32_t)n % 5 ? (uint32_t)n : 0);
	return cut;
}

static void cut_power(bool syncs_only, int step)
{
	struct buf page = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	int n = 1;

	memset(&told, 0, sizeof(told));
	nodes_make(&one, 101, NULL);
	told.who = deeds_person(&one, "王秀英", "301");
	page_of(&page);
	node_close(&one.n);
	power_watch(&one.env, one.dir);
	while (live(n, syncs_only, &page) && n < CUTS_MAX)
		n += step;
	assert_in_range(n, 10, CUTS_MAX - 1);
	power_end();
	nodes_ok(node_open(&one.env, one.dir, 0, &one.n, &err), &err);
	all_is_there(true);
	buf_free(&page);
	nodes_free(&other);
	nodes_free(&one);
}

static void at_any_write(void **state)
{
	(void)state;
	cut_power(false, 2);
}

static void at_every_sync(void **state)
{
	(void)state;
	cut_power(true, 1);
}

/* The disk said that all was on it; after the cut it was not. */
static void a_disk_that_lied(void **state)
{
	struct ledger_report rep;
	struct ledger_lost lost;
	struct err err = ERR_INIT;
	int64_t kept;

	(void)state;
	memset(&told, 0, sizeof(told));
	nodes_make(&one, 101, NULL);
	told.who = deeds_person(&one, "王秀英", "301");
	kept = node_meta(one.n, "head_seq");
	node_close(&one.n);
	power_watch(&one.env, one.dir);
	nodes_ok(node_open(&one.env, one.dir, 0, &one.n, &err), &err);
	power_lie(true);
	assert_true(save_one() && save_one());
	assert_int_equal(told.head, kept + 6);
	power_cut_at(1, false);
	assert_false(save_one());
	node_close(&one.n);
	power_back(0);
	power_end();
	nodes_ok(node_open(&one.env, one.dir, 0, &one.n, &err), &err);
	/* Noticed at once; what comes now is never taken for what was lost. */
	assert_int_equal(dev_epoch(one.n->dev), 1);
	assert_true(ledger_lost(one.n, &lost));
	assert_int_equal(lost.dev.v, dev_make(101, 0).v);
	assert_int_equal(lost.from, kept + 1);
	assert_int_equal(lost.to, kept + 6);
	assert_false(ledger_tail_lost(one.n));
	assert_true(save_one());
	assert_int_equal(dev_epoch(res.first.dev), 1);
	assert_int_equal(res.first.seq, 1);
	assert_int_equal(ledger_verify(one.n, NULL, NULL, &rep, &err),
	    MQ_E_DAMAGED);
	assert_int_equal(rep.bad, 1);
	assert_non_null(strstr(rep.first_bad, "尾部丢失"));
	/* Once more, in the new epoch. */
	nodes_reopen(&one);
	assert_int_equal(dev_epoch(one.n->dev), 1);
	nodes_free(&one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_any_write),
		cmocka_unit_test(at_every_sync),
		cmocka_unit_test(a_disk_that_lied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
