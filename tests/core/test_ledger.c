/*
 * The ledger: chain, erasure, forks, clocks, lost tails, damage.
 */
#include "../../core/ledger.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../core/base/file.h"
#include "../lib/nodes.h"

static void verify_is(struct nodes_one *x, enum mq_status want,
    const char *words)
{
	struct ledger_report rep;
	struct err err = ERR_INIT;

	assert_int_equal(ledger_verify(x->n, NULL, NULL, &rep, &err), want);
	if (want != MQ_OK)
		assert_non_null(strstr(rep.first_bad, words));
}

static void chain_holds(void **state)
{
	struct nodes_one x;
	struct ledger_head h;
	struct ref a, b;

	(void)state;
	nodes_make(&x, 101, NULL);
	a = nodes_entry(&x, "visit", "open", 0, "{\"f\":{\"note\":\"一\"}}");
	b = nodes_entry(&x, "visit", "note", ref_rec(a),
	    "{\"f\":{\"text\":\"二\"}}");
	assert_int_equal(a.seq, 1);
	assert_int_equal(b.seq, 2);
	nodes_reopen(&x);
	assert_int_equal(ledger_head(x.n, &h, NULL), MQ_OK);
	assert_int_equal(h.seq, 2);
	verify_is(&x, MQ_OK, "");
	nodes_free(&x);
}

/* Entries are append-only by trigger, not by good will. */
static void tables_refuse_change(void **state)
{
	static const char *const tries[] = {
		"UPDATE entry SET head = x'00'", "DELETE FROM entry",
		"UPDATE entry_body SET box = x'00'", "DELETE FROM entry_body"
	};
	struct nodes_one x;
	struct db_stmt *s;
	size_t i;

	(void)state;
	nodes_make(&x, 101, NULL);
	nodes_entry(&x, "visit", "open", 0, "{}");
	for (i = 0; i < ARRAY_LEN(tries); i++) {
		assert_int_equal(db_begin(x.n->db, __func__, NULL), MQ_OK);
		assert_int_equal(db_query(x.n->db, tries[i], &s, NULL),
		    MQ_OK);
		assert_int_not_equal(db_run(&s, NULL), MQ_OK);
		db_rollback(x.n->db);
	}
	verify_is(&x, MQ_OK, "");
	nodes_free(&x);
}

/* One byte of the file changed behind our back: verify names the entry. */
static void damage_is_named(void **state)
{
	static const char *const marks[] = { "request.open", "walkabout" };
	size_t m;

	(void)state;
	for (m = 0; m < ARRAY_LEN(marks); m++) {
		struct buf file = BUF_INIT(BUF_LARGE);
		char path[600];
		struct nodes_one x;
		size_t at;
		int fd;

		nodes_make(&x, 101, NULL);
		x.who.by[0] = '\0';
		snprintf(x.who.by, sizeof(x.who.by), "walkabout");
		nodes_entry(&x, "visit", "open", 0, "{}");
		nodes_entry(&x, "request", "open", 0, "{}");
		nodes_ok(db_begin(x.n->db, __func__, NULL), NULL);
		nodes_ok(db_commit(x.n->db, NULL), NULL);
		nodes_ok(db_checkpoint(x.n->db, NULL), NULL);
		node_close(&x.n);
		file_join(path, sizeof(path), x.dir, "ledger.db");
		nodes_ok(file_read(&x.env, path, &file, NULL), NULL);
		for (at = 0; at + 12 < file.len; at++)
			if (memcmp(file.data + at, marks[m],
			    strlen(marks[m])) == 0)
				break;
		assert_true(at + 12 < file.len);
		fd = open(path, O_WRONLY);
		assert_int_equal(pwrite(fd, "W", 1, (off_t)at), 1);
		close(fd);
		nodes_ok(node_open(&x.env, x.dir, 0, &x.n, NULL), NULL);
		verify_is(&x, MQ_E_DAMAGED, m ? "101:" : "101:2");
		nodes_free(&x);
		buf_free(&file);
	}
}

static void receiving_twice_is_fine(void **state)
{
	struct nodes_one a, b;
	int64_t count = 0;

	(void)state;
	nodes_make(&a, 101, NULL);
	nodes_make(&b, 102, NULL);
	nodes_entry(&a, "visit", "open", 0, "{\"f\":{\"note\":\"好\"}}");
	nodes_carry(&a, &b);
	nodes_carry(&a, &b);
	nodes_ok(db_scalar(b.n->db, "SELECT count(*) FROM entry", &count,
	    NULL), NULL);
	assert_int_equal(count, 1);
	verify_is(&b, MQ_OK, "");
	nodes_free(&a);
	nodes_free(&b);
}

/* Same identity, other bytes: a cloned card.  Refused by name. */
static void fork_is_seen(void **state)
{
	struct nodes_one a, clone, b;
	struct buf line = BUF_INIT(BUF_SMALL);
	struct err err = ERR_INIT;
	struct ref id;
	bool fresh;

	(void)state;
	nodes_make(&a, 101, NULL);
	nodes_make(&clone, 101, NULL);
	nodes_make(&b, 102, NULL);
	nodes_entry(&a, "visit", "open", 0, "{\"f\":{\"note\":\"甲\"}}");
	id = nodes_entry(&clone, "visit", "open", 0,
	    "{\"f\":{\"note\":\"乙\"}}");
	nodes_carry(&a, &b);
	nodes_ok(ledger_line_of(clone.n, id, &line, &err), &err);
	nodes_ok(db_begin(b.n->db, __func__, &err), &err);
	assert_int_equal(ledger_receive(b.n, line.data, line.len, &fresh,
	    &err), MQ_E_FORKED);
	db_rollback(b.n->db);
	buf_free(&line);
	nodes_free(&a);
	nodes_free(&clone);
	nodes_free(&b);
}

static void erasure_keeps_the_chain(void **state)
{
	struct nodes_one a, b;
	struct buf head = BUF_INIT(ENTRY_HEAD_MAX);
	struct buf body = BUF_INIT(ENTRY_BODY_MAX);
	struct ledger_report rep;
	struct entry e;
	struct ref id;
	bool gone;

	(void)state;
	nodes_make(&a, 101, NULL);
	nodes_make(&b, 102, NULL);
	id = nodes_entry(&a, "visit", "open", 0,
	    "{\"f\":{\"note\":\"不该留下的话\"}}");
	nodes_carry(&a, &b);
	nodes_entry(&a, "entry", "open", 0, "{\"u\":[\"101:1\"]}");
	nodes_ok(db_begin(a.n->db, __func__, NULL), NULL);
	nodes_ok(ledger_erase(a.n, id, (struct ref){ a.n->dev, 2 }, NULL),
	    NULL);
	nodes_ok(record_fold(a.n, id, NULL), NULL);
	nodes_ok(db_commit(a.n->db, NULL), NULL);
	verify_is(&a, MQ_OK, "");
	/* it follows: the other node loses the words too */
	nodes_carry(&a, &b);
	nodes_ok(ledger_read(b.n, id, &e, &head, &body, &gone, NULL), NULL);
	assert_true(gone);
	nodes_ok(ledger_verify(b.n, NULL, NULL, &rep, NULL), NULL);
	assert_int_equal(rep.erased, 1);
	buf_free(&head);
	buf_free(&body);
	nodes_free(&a);
	nodes_free(&b);
}

static void wrong_clock_asks_first(void **state)
{
	struct nodes_one x;
	struct ledger_new e = { .kind = "visit", .op = "open",
	    .subj_index = -1, .cause_index = -1 };
	struct buf body = BUF_INIT(64);
	struct err err = ERR_INIT;
	struct ref id;

	(void)state;
	nodes_make(&x, 101, NULL);
	buf_adds(&body, "{}");
	e.body = &body;
	e.org = x.n->set.org;
	nodes_entry(&x, "visit", "open", 0, "{}");
	env_advance(&x.env, -NODES_NOW);	/* 1970 */
	nodes_ok(db_begin(x.n->db, __func__, &err), &err);
	assert_int_equal(ledger_append(x.n, "v1", &e, 1, &id, &err),
	    MQ_E_CLOCK);
	db_rollback(x.n->db);
	nodes_ok(ledger_confirm_clock(x.n,
	    (struct utc){ NODES_NOW + MS_HOUR }, &err), &err);
	nodes_ok(db_begin(x.n->db, __func__, &err), &err);
	nodes_ok(ledger_append(x.n, "v1", &e, 1, &id, &err), &err);
	nodes_ok(db_commit(x.n->db, &err), &err);
	assert_int_equal(ledger_now(x.n).ms, NODES_NOW + MS_HOUR);
	verify_is(&x, MQ_OK, "");
	buf_free(&body);
	nodes_free(&x);
}

/* An epoch that another program of this node began is no lost tail. */
static void epoch_of_another(void **state)
{
	struct nodes_one x;
	struct node *other;
	struct err err = ERR_INIT;

	(void)state;
	nodes_make(&x, 101, NULL);
	nodes_entry(&x, "visit", "open", 0, "{}");
	ledger_note_head(x.n);
	nodes_ok(node_open(&x.env, x.dir, NODE_NO_PACK, &other, &err), &err);
	nodes_ok(db_begin(other->db, __func__, &err), &err);
	nodes_ok(ledger_new_epoch(other, &err), &err);
	nodes_ok(db_commit(other->db, &err), &err);
	node_close(&other);
	assert_false(ledger_tail_lost(x.n));
	nodes_free(&x);
}

/* The clock going back an hour never takes the order back. */
static void hlc_never_goes_back(void **state)
{
	struct nodes_one x;
	int64_t before;
	int i;

	(void)state;
	nodes_make(&x, 101, NULL);
	nodes_entry(&x, "visit", "open", 0, "{}");
	for (i = 0; i < 5; i++) {
		before = node_meta(x.n, "hlc");
		env_advance(&x.env, -MS_HOUR / 2);
		nodes_entry(&x, "visit", "open", 0, "{}");
		assert_true(node_meta(x.n, "hlc") > before);
	}
	nodes_free(&x);
}

/* A remote clock 70 years ahead is kept but does not drag ours along. */
static void wild_remote_clock_stays_alone(void **state)
{
	struct nodes_one a, b;

	(void)state;
	nodes_make(&a, 101, NULL);
	nodes_make(&b, 102, NULL);
	env_advance(&a.env, 70 * 365 * MS_DAY);
	nodes_entry(&a, "visit", "open", 0, "{}");
	nodes_carry(&a, &b);
	nodes_entry(&b, "visit", "open", 0, "{}");
	assert_true((node_meta(b.n, "hlc") >> 16) <=
	    NODES_NOW + 10 * MS_MINUTE);
	nodes_free(&a);
	nodes_free(&b);
}

static void lost_tail_heals_into_a_new_epoch(void **state)
{
	struct nodes_one x;
	struct ref id;

	(void)state;
	nodes_make(&x, 101, NULL);
	nodes_entry(&x, "visit", "open", 0, "{}");
	nodes_ok(db_begin(x.n->db, __func__, NULL), NULL);
	nodes_ok(ledger_new_epoch(x.n, NULL), NULL);
	nodes_ok(db_commit(x.n->db, NULL), NULL);
	id = nodes_entry(&x, "visit", "open", 0, "{}");
	assert_int_equal(dev_epoch(id.dev), 1);
	assert_int_equal(id.seq, 1);
	verify_is(&x, MQ_OK, "");
	nodes_reopen(&x);
	assert_int_equal(dev_epoch(x.n->dev), 1);
	nodes_free(&x);
}

static void tail_lost_is_noticed(void **state)
{
	struct nodes_one x;
	struct buf copy = BUF_INIT(64);
	char path[600];

	(void)state;
	nodes_make(&x, 101, NULL);
	nodes_entry(&x, "visit", "open", 0, "{}");
	ledger_note_head(x.n);
	assert_false(ledger_tail_lost(x.n));
	file_join(path, sizeof(path), x.dir, "head");
	nodes_ok(file_write(&x.env, path, "000 000000000000009\n", 20, 0600,
	    NULL), NULL);
	assert_true(ledger_tail_lost(x.n));
	verify_is(&x, MQ_E_DAMAGED, "lost tail");
	buf_free(&copy);
	nodes_free(&x);
}

/* What could not be sent is not taken as saved either. */
static void a_save_too_large_to_travel(void **state)
{
	struct nodes_one x;
	struct ref ids[20];
	struct ledger_new e[20];
	struct buf body = BUF_INIT(ENTRY_BODY_MAX);
	struct err err = ERR_INIT;
	int i;

	(void)state;
	nodes_make(&x, 101, NULL);
	buf_adds(&body, "{\"x\":\"");
	while (body.len < ENTRY_BODY_MAX - 16)
		buf_addc(&body, 'a');
	buf_adds(&body, "\"}");
	memset(e, 0, sizeof(e));
	for (i = 0; i < 20; i++) {
		e[i].kind = "visit";
		e[i].op = "open";
		e[i].org = x.n->set.org;
		e[i].body = &body;
		e[i].subj_index = e[i].cause_index = -1;
	}
	nodes_ok(db_begin(x.n->db, __func__, &err), &err);
	assert_int_equal(ledger_append(x.n, "v1", e, 20, ids, &err),
	    MQ_E_TOO_BIG);
	nodes_ok(ledger_append(x.n, "v1", e, 15, ids, &err), &err);
	db_rollback(x.n->db);
	buf_free(&body);
	nodes_free(&x);
}

static void batches_hold_whole_saves(void **state)
{
	struct nodes_one x;
	struct buf out = BUF_INIT(BUF_LARGE);
	struct ref ids[3];
	struct ledger_new e[3];
	struct buf body = BUF_INIT(64);
	int64_t last;
	int i;

	(void)state;
	nodes_make(&x, 101, NULL);
	buf_adds(&body, "{}");
	memset(e, 0, sizeof(e));
	for (i = 0; i < 3; i++) {
		e[i].kind = "visit";
		e[i].op = "open";
		e[i].org = x.n->set.org;
		e[i].body = &body;
		e[i].subj_index = -1;
		e[i].cause_index = i ? 0 : -1;
	}
	for (i = 0; i < 2; i++) {
		nodes_ok(db_begin(x.n->db, __func__, NULL), NULL);
		nodes_ok(ledger_append(x.n, "v1", e, 3, ids, NULL), NULL);
		nodes_ok(db_commit(x.n->db, NULL), NULL);
	}
	/* too small for both saves: the first one whole, never a part */
	nodes_ok(ledger_lines(x.n, 1, 6, 1500, &out, &last, NULL), NULL);
	assert_int_equal(last, 3);
	buf_reset(&out);
	nodes_ok(ledger_lines(x.n, 4, 6, 1, &out, &last, NULL), NULL);
	assert_int_equal(last, 6);
	buf_free(&out);
	buf_free(&body);
	nodes_free(&x);
}

/* A ledger that was there and is gone is never replaced by an empty one. */
static void missing_ledger_is_not_made_anew(void **state)
{
	struct nodes_one x;
	char path[600];
	struct err err = ERR_INIT;

	(void)state;
	nodes_make(&x, 101, NULL);
	nodes_entry(&x, "visit", "open", 0, "{}");
	nodes_ok(db_checkpoint(x.n->db, NULL), NULL);
	node_close(&x.n);
	file_join(path, sizeof(path), x.dir, "ledger.db");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(node_open(&x.env, x.dir, 0, &x.n, &err),
	    MQ_E_DB_MISSING);
	assert_false(file_exists(path));
	nodes_free(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chain_holds),
		cmocka_unit_test(tables_refuse_change),
		cmocka_unit_test(damage_is_named),
		cmocka_unit_test(receiving_twice_is_fine),
		cmocka_unit_test(fork_is_seen),
		cmocka_unit_test(erasure_keeps_the_chain),
		cmocka_unit_test(wrong_clock_asks_first),
		cmocka_unit_test(epoch_of_another),
		cmocka_unit_test(hlc_never_goes_back),
		cmocka_unit_test(wild_remote_clock_stays_alone),
		cmocka_unit_test(lost_tail_heals_into_a_new_epoch),
		cmocka_unit_test(tail_lost_is_noticed),
		cmocka_unit_test(a_save_too_large_to_travel),
		cmocka_unit_test(batches_hold_whole_saves),
		cmocka_unit_test(missing_ledger_is_not_made_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
