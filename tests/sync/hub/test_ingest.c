/*
 * Taking batches: chain, idempotence, quarantine, forks, receipts, erasure.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../../core/base/file.h"
#include "../../../core/base/json.h"
#include "../../../sync/hub/erasure.h"
#include "../../../sync/hub/ingest.h"
#include "../../lib/hubs.h"

#define GRID1 "990101001001001"
#define GRID2 "990101001001002"
#define NONE ((struct ref){ { 0 }, 0 })

struct world { struct hubs_one h; struct nodes_one a; struct store_node who;
	struct buf lines; struct wire_batch b; enum ingest_end end; };

static void know(struct world *w)
{
	struct err err = ERR_INIT;

	nodes_ok(store_node_get(w->h.db, "test", 101, &w->who, &err), &err);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	hubs_make(&w->h);
	nodes_make(&w->a, 101, GRID1);
	hubs_enrol(&w->h, &w->a);
	know(w);
	buf_init(&w->lines, BUF_LARGE);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	buf_free(&w->lines);
	nodes_free(&w->a);
	hubs_free(&w->h);
	free(w);
	return 0;
}

static struct ref visit(struct world *w, const char *org)
{
	return hubs_entry(&w->a, "visit", "open", NONE, org,
	    "{\"f\":{\"note\":\"老人要修灯\"}}");
}

/* The batch from … to as the node would send it. */
static void batch(struct world *w, int64_t from, int64_t to)
{
	struct buf head = BUF_INIT(ENTRY_HEAD_MAX);
	struct buf body = BUF_INIT(ENTRY_BODY_MAX);
	struct err err = ERR_INIT;
	struct entry e;
	int64_t i;
	bool gone;

	buf_reset(&w->lines);
	for (i = from; i <= to; i++)
		nodes_ok(ledger_line_of(w->a.n, (struct ref){ w->a.n->dev,
		    i }, &w->lines, &err), &err);
	w->b = (struct wire_batch){ w->a.n->dev, from, to, { 0 } };
	nodes_ok(ledger_read(w->a.n, (struct ref){ w->a.n->dev, to }, &e,
	    &head, &body, &gone, &err), &err);
	entry_hash(head.data, head.len, w->b.head);
	buf_free(&head);
	buf_free(&body);
}

static enum mq_status take(struct world *w, struct err *err)
{
	const struct ingest_proof proof = { "base", "sig" };

	know(w);
	return ingest_take(&w->h.hub, &w->who, &w->b, w->lines.data,
	    w->lines.len, &proof, &w->end, err);
}

static void take_ok(struct world *w)
{
	struct err err = ERR_INIT;

	nodes_ok(take(w, &err), &err);
	assert_int_equal(w->end, INGEST_TAKEN);
}

static void test_idempotent(void **state)
{
	struct world *w = *state;

	(void)visit(w, GRID1);
	(void)visit(w, GRID1);
	batch(w, 1, 2);
	take_ok(w);
	take_ok(w);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM entry"), 2);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM batch"), 1);
	assert_int_equal(hubs_count(&w->h, "SELECT"
	    " CAST(sum(last - first + 1) AS BIGINT)"
	    " FROM feed WHERE org = '" GRID1 "'"), 2);
	/* A batch that overlaps: only the new part counts. */
	(void)visit(w, GRID1);
	batch(w, 2, 3);
	take_ok(w);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM entry"), 3);
	assert_int_equal(hubs_count(&w->h, "SELECT first FROM batch"
	    " WHERE last = 3"), 3);
}

static void test_gap(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;

	(void)visit(w, GRID1);
	(void)visit(w, GRID1);
	batch(w, 2, 2);
	nodes_ok(take(w, &err), &err);
	assert_int_equal(w->end, INGEST_GAP);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM entry"), 0);
}

static void test_batch_line_must_fit(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;

	(void)visit(w, GRID1);
	(void)visit(w, GRID1);
	batch(w, 1, 2);
	w->b.head[0] ^= 1;
	assert_int_equal(take(w, &err), MQ_E_FORMAT);
	w->b.head[0] ^= 1;
	w->b.to = 3;
	assert_int_equal(take(w, &err), MQ_E_FORMAT);
	w->b.to = 2;
	w->b.dev = dev_make(102, 0);
	assert_int_equal(take(w, &err), MQ_E_FORMAT);
	w->b.dev = w->a.n->dev;
	/* A header that is not canonical: not ours to judge, refused whole. */
	*strstr(w->lines.data, "\"v\":1") = '\'';
	assert_int_equal(take(w, &err), MQ_E_ENTRY_BAD);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM entry"), 0);
}

static void test_two_branches(void **state)
{
	struct world *w = *state;
	struct nodes_one clone;
	struct nodes_one keep;
	struct err err = ERR_INIT;

	(void)visit(w, GRID1);
	batch(w, 1, 1);
	take_ok(w);
	nodes_make(&clone, 101, GRID1);
	keep = w->a;
	w->a = clone;
	(void)hubs_entry(&w->a, "visit", "open", NONE, GRID1, "{}");
	batch(w, 1, 1);
	nodes_ok(take(w, &err), &err);
	assert_int_equal(w->end, INGEST_FORK);
	nodes_free(&w->a);
	w->a = keep;
	/* Both are there, and the true one is frozen too. */
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM branch"), 1);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM entry"), 1);
	(void)visit(w, GRID1);
	batch(w, 2, 2);
	nodes_ok(take(w, &err), &err);
	assert_int_equal(w->end, INGEST_FORK);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM branch"), 2);
}

/* A body changed on the node's disk, well signed: quarantined with its
 * reason, what follows goes on. */
static void test_bad_body_is_quarantined(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;
	char *p;

	(void)visit(w, GRID1);
	(void)visit(w, GRID1);
	(void)visit(w, GRID1);
	batch(w, 1, 3);
	p = strchr(w->lines.data, '\n');
	p = strstr(p, "修");
	p[0] = '\xe6';
	p[1] = '\x89';
	p[2] = '\x93';
	take_ok(w);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM entry"
	    " WHERE state = 0"), 2);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM quarantine"
	    " WHERE first = 2 AND last = 2 AND code = 'BYTES'"
	    " AND due_at > at AND owner = '" GRID1 "'"), 1);
	assert_int_equal(hubs_count(&w->h, "SELECT seq FROM chain"), 3);
	/* Nobody can wave such bytes through. */
	assert_int_equal(ingest_readmit(&w->h.hub, "test", w->a.n->dev, 2,
	    true, &err), MQ_E_STATE);
}

/* What an administrator may answer for covers nothing else of that save. */
static void test_force_covers_no_bad_bytes(void **state)
{
	struct world *w = *state;
	struct buf good = BUF_INIT(512);
	struct ledger_new list[2];
	struct err err = ERR_INIT;
	int i;

	buf_adds(&good, "{\"f\":{\"note\":\"老人要修灯\"}}");
	for (i = 0; i < 2; i++)
		list[i] = (struct ledger_new){ .kind = "visit", .op = "open",
		    .subj_index = -1, .cause_index = -1, .org = "000000",
		    .body = &good };
	(void)hubs_save(&w->a, list, 2);
	batch(w, 1, 2);
	memcpy(strstr(strchr(w->lines.data, '\n'), "修"), "打", 3);
	take_ok(w);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM quarantine"
	    " WHERE code = 'ORG'"), 1);
	assert_int_equal(ingest_readmit(&w->h.hub, "test", w->a.n->dev, 1,
	    true, &err), MQ_E_STATE);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM"
	    " quarantine_line"), 2);
	buf_free(&good);
}

static void test_saves_stay_whole(void **state)
{
	struct world *w = *state;
	struct buf good = BUF_INIT(512);
	struct ledger_new list[3];
	struct err err = ERR_INIT;
	int i;

	buf_adds(&good, "{}");
	for (i = 0; i < 3; i++)
		list[i] = (struct ledger_new){ .kind = "visit", .op = "open",
		    .subj_index = -1, .cause_index = -1, .org = GRID1,
		    .body = &good };
	list[1].org = "000000";		/* nobody has heard of it */
	(void)hubs_save(&w->a, list, 3);
	(void)visit(w, GRID1);
	batch(w, 1, 4);
	take_ok(w);
	/* One bad entry keeps its whole save back, and only that save. */
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM quarantine"
	    " WHERE first = 1 AND last = 3 AND code = 'ORG'"), 1);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM entry"
	    " WHERE state = 0"), 1);
	nodes_ok(ingest_readmit(&w->h.hub, "test", w->a.n->dev, 1, true,
	    &err), &err);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM entry"
	    " WHERE state = 0"), 4);
	/* A batch that ends inside a save: the rest is asked for again. */
	list[1].org = GRID1;
	(void)hubs_save(&w->a, list, 3);
	batch(w, 5, 6);
	assert_int_equal(take(w, &err), MQ_E_FORMAT);
	(void)visit(w, GRID1);
	batch(w, 5, 8);
	take_ok(w);
	assert_int_equal(hubs_count(&w->h, "SELECT seq FROM chain"), 8);
	buf_free(&good);
}

static void test_what_builds_on_it_waits_too(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;
	struct ref v = visit(w, "000000");

	(void)hubs_entry(&w->a, "visit", "note", v, GRID1, "{}");
	batch(w, 1, 2);
	take_ok(w);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM quarantine"
	    " WHERE first = 2 AND code = 'BASIS'"), 1);
	assert_int_equal(ingest_readmit(&w->h.hub, "test", v.dev, 2, false,
	    &err), MQ_E_STATE);
	nodes_ok(ingest_readmit(&w->h.hub, "test", v.dev, 1, true, &err),
	    &err);
	nodes_ok(ingest_readmit(&w->h.hub, "test", v.dev, 2, false, &err),
	    &err);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM"
	    " quarantine_line"), 0);
}

/* A node guesses the number of a record it was never given. */
static void test_stranger_does_not_get_in(void **state)
{
	struct world *w = *state;
	struct nodes_one b;
	struct ref v = visit(w, GRID1);

	hubs_sync(&w->h, &w->a);
	nodes_make(&b, 102, GRID2);
	hubs_enrol(&w->h, &b);
	/* It needs the entry to write after it: made up here. */
	nodes_carry(&w->a, &b);
	(void)hubs_entry(&b, "visit", "note", v, GRID2, "{}");
	hubs_sync(&w->h, &b);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM quarantine"
	    " WHERE code = 'SCOPE'"), 1);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM feed"
	    " WHERE org = '" GRID2 "'"), 0);
	nodes_free(&b);
}

static void test_erasure_reaches_the_hub(void **state)
{
	struct world *w = *state;
	struct ref v = visit(w, GRID1);

	hubs_sync(&w->h, &w->a);
	(void)hubs_entry(&w->a, "entry", "erased", v, GRID1,
	    "{\"f\":{\"why\":\"本人要求\"},\"u\":[\"101:1\"]}");
	hubs_sync(&w->h, &w->a);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM entry"
	    " WHERE seq = 1 AND body IS NULL AND salt IS NULL"
	    " AND why_seq = 2"), 1);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM erased"), 1);
}

static void spoil_list(struct world *w)
{
	static const char bad[] = "test 1 x\n";
	struct err err = ERR_INIT;

	nodes_ok(file_write(&w->h.env, w->h.erased, bad, strlen(bad), 0600,
	    &err), &err);
	assert_int_equal(erasure_replay(&w->h.hub, &err), MQ_E_FORMAT);
	assert_non_null(strstr(err.detail, "test"));
	(void)unlink(w->h.erased);
	nodes_ok(erasure_replay(&w->h.hub, &err), &err);
}

/* A record in quarantine keeps nobody from their right: its own machine takes
 * the words at once, no other can, and what is admitted later has none. */
static void test_quarantine_keeps_no_words(void **state)
{
	struct world *w = *state;
	struct nodes_one b, street;
	struct err err = ERR_INIT;
	struct ref v = visit(w, "000000"), own;

	hubs_sync(&w->h, &w->a);
	nodes_make(&b, 102, GRID2);
	nodes_make(&street, 103, "990101001");
	hubs_enrol(&w->h, &b);
	hubs_enrol(&w->h, &street);
	own = hubs_entry(&b, "visit", "open", NONE, GRID2, "{}");
	(void)hubs_entry(&b, "entry", "erased", own, GRID2,
	    "{\"u\":[\"101:1\"]}");
	hubs_sync(&w->h, &b);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM quarantine"
	    " WHERE last = 2 AND code = 'SCOPE'"), 1);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM erased"), 0);
	(void)hubs_entry(&w->a, "entry", "erased", v, GRID1,
	    "{\"u\":[\"101:1\"]}");
	hubs_sync(&w->h, &w->a);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM erased"
	    " WHERE dev = why_dev AND why_seq = 2"), 1);
	hubs_sync(&w->h, &street);
	assert_false(hubs_holds(&street, v));
	nodes_ok(ingest_readmit(&w->h.hub, "test", v.dev, 1, true, &err),
	    &err);
	hubs_sync(&w->h, &street);
	assert_true(hubs_holds(&street, v));
	assert_false(hubs_reads(&street, v));
	nodes_free(&b);
	nodes_free(&street);
}

/* The power went in the middle of a line: the next one is not lost behind it.
 * Nor is what another program on the same store took. */
static void test_list_is_made_whole(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;
	struct ref v = visit(w, GRID1);
	struct buf list = BUF_INIT(BUF_SMALL);

	nodes_ok(file_write(&w->h.env, w->h.erased, "test 25856 7 25", 15,
	    0600, &err), &err);
	hubs_restart(&w->h);
	(void)hubs_entry(&w->a, "entry", "erased", v, GRID1,
	    "{\"u\":[\"101:1\"]}");
	hubs_sync(&w->h, &w->a);
	nodes_ok(file_read(&w->h.env, w->h.erased, &list, &err), &err);
	assert_string_equal(buf_str(&list), "test 25856 1 25856 2\n");
	(void)unlink(w->h.erased);
	hubs_restart(&w->h);
	buf_reset(&list);
	nodes_ok(file_read(&w->h.env, w->h.erased, &list, &err), &err);
	assert_string_equal(buf_str(&list), "test 25856 1 25856 2\n");
	buf_free(&list);
}

/* A backup from before the erasure must not tell the words again. */
static void test_restored_store_forgets(void **state)
{
	struct world *w = *state;
	struct ref v = visit(w, GRID1);

	hubs_sync(&w->h, &w->a);
	hubs_backup(&w->h);
	(void)hubs_entry(&w->a, "entry", "erased", v, GRID1,
	    "{\"u\":[\"101:1\"]}");
	hubs_sync(&w->h, &w->a);
	hubs_restore(&w->h);
	/* Before anybody has asked it anything. */
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM entry"), 1);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM entry"
	    " WHERE seq = 1 AND body IS NULL AND salt IS NULL"
	    " AND why_seq = 2"), 1);
	hubs_sync(&w->h, &w->a);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM entry"), 2);
	/* A list that somebody spoiled is not passed over. */
	spoil_list(w);
}

static int64_t erased_now(struct world *w, const char *sql)
{
	struct ref id = { w->a.n->dev, 1 }, why = { w->a.n->dev, 9 };
	struct err err = ERR_INIT;
	int64_t before = hubs_count(&w->h, sql);

	nodes_ok(db_begin(w->h.db, __func__, &err), &err);
	nodes_ok(erasure_do(&w->h.hub, "test", id, why, &err), &err);
	nodes_ok(db_commit(w->h.db, &err), &err);
	return before - hubs_count(&w->h, sql);
}

/* Lines kept whole lose the words too, and a save still comes back. */
static void test_kept_lines_forget(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;

	(void)visit(w, "000000");
	hubs_sync(&w->h, &w->a);
	assert_true(erased_now(w, "SELECT length(line) FROM quarantine_line")
	    > (int64_t)strlen("老人要修灯"));
	nodes_ok(ingest_readmit(&w->h.hub, "test", w->a.n->dev, 1, true,
	    &err), &err);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM entry WHERE"
	    " state = 0 AND body IS NULL"), 1);
}

static void test_branches_forget(void **state)
{
	struct world *w = *state;
	struct nodes_one keep;
	struct err err = ERR_INIT;

	(void)visit(w, GRID1);
	batch(w, 1, 1);
	take_ok(w);
	keep = w->a;
	nodes_make(&w->a, 101, GRID1);
	(void)hubs_entry(&w->a, "visit", "open", NONE, GRID1,
	    "{\"f\":{\"note\":\"另一位老人\"}}");
	batch(w, 1, 1);
	nodes_ok(take(w, &err), &err);
	assert_int_equal(w->end, INGEST_FORK);
	assert_true(erased_now(w, "SELECT length(lines) FROM branch") >
	    (int64_t)strlen("另一位老人"));
	nodes_free(&w->a);
	w->a = keep;
}

static void test_new_epoch(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;

	(void)visit(w, GRID1);
	(void)visit(w, GRID1);
	batch(w, 1, 1);
	take_ok(w);
	nodes_ok(db_begin(w->a.n->db, __func__, &err), &err);
	nodes_ok(ledger_new_epoch(w->a.n, &err), &err);
	nodes_ok(db_commit(w->a.n->db, &err), &err);
	(void)visit(w, GRID1);
	batch(w, 1, 1);
	/* The hub lacks the end of the epoch before: a gap, no fork. */
	nodes_ok(take(w, &err), &err);
	assert_int_equal(w->end, INGEST_GAP);
	hubs_sync(&w->h, &w->a);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM entry"), 3);
	assert_int_equal(hubs_count(&w->h, "SELECT count(*) FROM chain"), 2);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_idempotent),
		T(test_gap),
		T(test_batch_line_must_fit),
		T(test_two_branches),
		T(test_bad_body_is_quarantined),
		T(test_force_covers_no_bad_bytes),
		T(test_saves_stay_whole),
		T(test_what_builds_on_it_waits_too),
		T(test_stranger_does_not_get_in),
		T(test_erasure_reaches_the_hub),
		T(test_quarantine_keeps_no_words),
		T(test_list_is_made_whole),
		T(test_restored_store_forgets),
		T(test_kept_lines_forget),
		T(test_branches_forget),
		T(test_new_epoch),
	};

	return hubs_run("ingest", tests, ARRAY_LEN(tests), NULL, NULL);
}
