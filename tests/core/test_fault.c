/*
 * Fail the N-th: every deed is done again with the N-th write, fsync or open
 * below it failing, N = 1 … until it passes clean; once and for good, as a
 * broken disk and as a full one.  Afterwards: the ledger verifies, what was
 * acknowledged is there, what was not is not half there, the words say what
 * is wrong, and the same program can go on.
 *
 * The first ten of each are all tried, further ones in growing steps, other
 * ones in each mode; with FULL_FAULTS=1 (make check-full) every single one.
 */
#include "../../core/save.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/xmalloc.h"
#include "../../core/inbox.h"
#include "../../core/ledger.h"
#include "../lib/bad_disk.h"
#include "../lib/deeds.h"
#include "../lib/scratch.h"

#define N_MAX 2000	/* a deed that never passes clean is a mistake too */

struct world {
	struct nodes_one a, b;
	struct nodes_one *t;	/* whose disk fails */
	int64_t p1, p2;		/* two residents */
	int64_t rec;		/* what a deed is done to */
	struct save_result *res;
	struct buf lines;	/* what arrives */
	int64_t carried;	/* how far a's entries have come to b */
};

struct scene {
	const char *name;
	void (*prepare)(struct world *w);
	enum mq_status (*act)(struct world *w, struct err *err);
	/* Doing it twice comes to the same: it may have been done although
	 * it was said to have failed. */
	bool same_twice;
};

struct mode { int ops, for_good, full; };

/* ---- the deeds ---- */

static void nothing(struct world *w)
{
	(void)w;
}

static void close_node(struct world *w)
{
	node_close(&w->t->n);
}

static enum mq_status open_node(struct world *w, struct err *err)
{
	node_close(&w->t->n);
	return node_open(&w->t->env, w->t->dir, 0, &w->t->n, err);
}

static enum mq_status visit(struct world *w, struct err *err)
{
	return deeds_visit(&w->a, w->p1, w->res, err);
}

static void new_visit(struct world *w)
{
	struct err err = ERR_INIT;

	nodes_ok(visit(w, &err), &err);
	w->rec = w->res->recs[0];
}

static void new_request(struct world *w)
{
	new_visit(w);
	nodes_ok(record_by_no(w->a.n, w->res->no, &w->rec, NULL), NULL);
}

static enum mq_status step(struct world *w, struct err *err)
{
	return deeds_step(&w->a, w->rec, "accept", err);
}

static enum mq_status correct(struct world *w, struct err *err)
{
	return deeds_other_person(&w->a, w->rec, w->p2, err);
}

static enum mq_status undo(struct world *w, struct err *err)
{
	return save_undo(w->a.n, &w->a.who, w->res->first, err);
}

/* Two more saves of a, as the lines that b is about to get. */
static void send_more(struct world *w)
{
	struct ledger_head h;
	struct err err = ERR_INIT;

	new_request(w);
	nodes_ok(step(w, &err), &err);
	nodes_ok(ledger_head(w->a.n, &h, &err), &err);
	buf_reset(&w->lines);
	nodes_ok(ledger_lines(w->a.n, w->carried + 1, h.seq, BUF_LARGE,
	    &w->lines, &w->carried, &err), &err);
}

static enum mq_status receive(struct world *w, struct err *err)
{
	struct inbox_result res;
	enum mq_status st;

	st = inbox_take(w->b.n, w->lines.data, w->lines.len, w->carried,
	    &res, err);
	assert_int_equal(res.bad, 0);
	return st;
}

static void receive_more(struct world *w)
{
	struct err err = ERR_INIT;

	send_more(w);
	nodes_ok(receive(w, &err), &err);
}

static enum mq_status fold(struct world *w, struct err *err)
{
	int64_t left;

	return record_fold_pending(w->b.n, 1000, &left, err);
}

static enum mq_status checkpoint(struct world *w, struct err *err)
{
	return db_checkpoint(w->t->n->db, err);
}

/* ---- what must hold afterwards ---- */

/* In a trouble of the disk the words name the disk, the lock or the ledger;
 * they never say that something was saved. */
static void check_words(const struct err *err, bool full)
{
	char zh[600], en[600];

	err_say(err, LANG_ZH, zh, sizeof(zh));
	err_say(err, LANG_EN, en, sizeof(en));
	switch (err->code) {
	case MQ_E_DISK_FULL:
		assert_non_null(strstr(zh, "磁盘满"));
		assert_non_null(strstr(en, "disk is full"));
		break;
	case MQ_E_READ_ONLY:
		assert_non_null(strstr(zh, "只读"));
		break;
	case MQ_E_LOCKED:
		assert_non_null(strstr(zh, "占用"));
		break;
	case MQ_E_UNSURE:
		assert_non_null(strstr(zh, "磁盘出错"));
		break;
	case MQ_E_DB:
	case MQ_E_IO:
		assert_false(full);
		assert_non_null(strstr(zh, "没有保存"));
		assert_non_null(strstr(en, "NOT saved"));
		break;
	default:
		fail_msg("%s: %s", err_name(err->code), en);
	}
}

static int64_t entries(struct nodes_one *x)
{
	struct ledger_report rep;
	struct err err = ERR_INIT;

	nodes_ok(ledger_verify(x->n, NULL, NULL, &rep, &err), &err);
	return rep.entries;
}

static void check_projection(struct nodes_one *x)
{
	uint8_t kept[CRYPTO_HASH], made[CRYPTO_HASH];
	struct err err = ERR_INIT;
	int64_t left = 1;

	while (left > 0)
		nodes_ok(record_fold_pending(x->n, 1000, &left, &err), &err);
	nodes_ok(record_digest(x->n, kept, &err), &err);
	nodes_ok(record_rebuild(x->n, &err), &err);
	nodes_ok(record_digest(x->n, made, &err), &err);
	assert_memory_equal(kept, made, sizeof(kept));
}

/* The same program goes on after the trouble: what the deed did in the end
 * is there, and survives another start. */
static void go_on(struct world *w, const struct scene *sc,
    enum mq_status st, int64_t before)
{
	struct err err = ERR_INIT;
	int64_t now, head;

	if (st == MQ_OK || st == MQ_E_UNSURE) {
		if (!w->t->n)
			nodes_ok(open_node(w, &err), &err);
	} else {
		/* A deed that failed was not done: not one entry of it. */
		if (w->t->n && !sc->same_twice)
			assert_int_equal(entries(w->t), before);
		nodes_ok(sc->act(w, &err), &err);
	}
	now = entries(w->t);
	head = node_meta(w->t->n, "head_seq");
	nodes_reopen(w->t);
	assert_int_equal(entries(w->t), now);
	assert_int_equal(node_meta(w->t->n, "head_seq"), head);
}

/* Once with its N-th operation failing; false: N was never reached. */
static bool try_nth(struct world *w, const struct scene *sc,
    const struct mode *m, int n, bool restart)
{
	struct err err = ERR_INIT;
	enum mq_status st;
	int64_t before, now;
	bool reached;

	env_advance(&w->a.env, MS_MINUTE);
	env_advance(&w->b.env, MS_MINUTE);
	sc->prepare(w);
	if (!w->t->n)
		nodes_ok(open_node(w, &err), &err);
	before = entries(w->t);
	if (sc->act == open_node)
		node_close(&w->t->n);
	bad_disk_fail(m->ops, n, m->for_good, m->full);
	st = sc->act(w, &err);
	reached = bad_disk_seen() >= n;
	if (st && restart && w->t->n)
		node_close(&w->t->n);
	bad_disk_fail(0, 0, 0, 0);
	if (st)
		check_words(&err, m->full);
	if (!reached)
		nodes_ok(st, &err);
	if (restart && st) {
		nodes_ok(open_node(w, &err), &err);
		now = entries(w->t);
		if (st == MQ_E_UNSURE || sc->same_twice)
			assert_true(now >= before);
		else
			assert_int_equal(now, before);
	}
	go_on(w, sc, st, before);
	return reached;
}

static void begin(struct world *w, bool other)
{
	memset(w, 0, sizeof(*w));
	w->res = xcalloc(1, sizeof(*w->res));
	buf_init(&w->lines, BUF_LARGE);
	nodes_make(&w->a, 101, NULL);
	nodes_make(&w->b, 102, NULL);
	w->t = other ? &w->b : &w->a;
	w->p1 = deeds_person(&w->a, "王秀英", "301");
	w->p2 = deeds_person(&w->a, "王秀英", "502");
	send_more(w);
	if (other) {
		struct err err = ERR_INIT;

		nodes_ok(receive(w, &err), &err);
		nodes_ok(fold(w, &err), &err);
	}
}

static void end(struct world *w)
{
	check_projection(w->t);
	buf_free(&w->lines);
	free(w->res);
	nodes_free(&w->a);
	nodes_free(&w->b);
}

static int next_n(int n, size_t mode)
{
	if (getenv("FULL_FAULTS") != NULL || n < 10)
		return n + 1;
	return n + 1 + n / 6 + (int)mode % 2;
}

static void all_of(const struct scene *sc, bool other, int least)
{
	static const struct mode modes[] = {
		{ BAD_WRITE, 0, 0 }, { BAD_WRITE, 1, 0 }, { BAD_WRITE, 1, 1 },
		{ BAD_SYNC, 0, 0 }, { BAD_WRITE | BAD_SYNC, 1, 0 },
		{ BAD_OPEN | BAD_TRUNCATE, 0, 0 },
		{ BAD_OPEN | BAD_TRUNCATE, 1, 0 },
	};
	struct world w;
	size_t i;
	int n, tried, all = 0;

	begin(&w, other);
	for (i = 0; i < ARRAY_LEN(modes); i++) {
		tried = 0;
		for (n = 1; n < N_MAX; n = next_n(n, i)) {
			if (!try_nth(&w, sc, &modes[i], n, (tried & 1) != 0))
				break;
			tried++;
		}
		assert_true(n < N_MAX);
		all += tried;
	}
	if (all < least)
		fail_msg("%s: only %d failures", sc->name, all);
	end(&w);
}

static void saving(void **state)
{
	static const struct scene sc = { .name = "save",
	    .prepare = nothing, .act = visit };

	(void)state;
	all_of(&sc, false, 20);
}

static void stepping(void **state)
{
	static const struct scene sc = { .name = "step",
	    .prepare = new_request, .act = step };

	(void)state;
	all_of(&sc, false, 20);
}

static void correcting(void **state)
{
	static const struct scene sc = { .name = "correct",
	    .prepare = new_visit, .act = correct };

	(void)state;
	all_of(&sc, false, 20);
}

static void undoing(void **state)
{
	static const struct scene sc = { .name = "undo",
	    .prepare = new_visit, .act = undo };

	(void)state;
	all_of(&sc, false, 20);
}

static void opening(void **state)
{
	static const struct scene sc = { .name = "open",
	    .prepare = close_node, .act = open_node };

	(void)state;
	all_of(&sc, false, 2);
}

static void receiving(void **state)
{
	static const struct scene sc = { .name = "receive",
	    .prepare = send_more, .act = receive, .same_twice = true };

	(void)state;
	all_of(&sc, true, 20);
}

static void folding(void **state)
{
	static const struct scene sc = { .name = "fold",
	    .prepare = receive_more, .act = fold };

	(void)state;
	all_of(&sc, true, 20);
}

static void checkpointing(void **state)
{
	static const struct scene sc = { .name = "checkpoint",
	    .prepare = new_visit, .act = checkpoint };

	(void)state;
	all_of(&sc, false, 10);
}

/* ---- files beside the database, the commit and the lock ---- */

static void every_file_operation(void **state)
{
	static const char *const points[] = { "commit", "lock", "open",
	    "write", "fsync", "rename" };
	static const int errors[] = { EIO, ENOSPC, EROFS };
	struct world w;
	struct err err = ERR_INIT;
	size_t i, k;
	int n;

	(void)state;
	begin(&w, false);
	for (i = 0; i < ARRAY_LEN(points) * ARRAY_LEN(errors); i++) {
		for (n = 1, k = 1; k && n < N_MAX; n++) {
			int64_t before = entries(w.t);
			enum mq_status st;

			env_advance(&w.a.env, MS_MINUTE);
			scratch_fail(&w.a.env, points[i / 3], n,
			    errors[i % 3]);
			st = visit(&w, &err);
			k = scratch_asked() >= n;
			w.a.env.fault = NULL;
			if (st)
				check_words(&err, false);
			assert_int_equal(st == MQ_OK,
			    entries(w.t) == before + 3);
			nodes_reopen(w.t);
			assert_int_equal(st == MQ_OK,
			    entries(w.t) == before + 3);
		}
	}
	end(&w);
}

/* The disk takes the commit, fails to sync it and then takes nothing more:
 * nobody can know.  It is said so, and the save is there whole or not. */
static void a_disk_that_lies(void **state)
{
	struct world w;
	struct err err = ERR_INIT;
	int64_t before, now;

	(void)state;
	begin(&w, false);
	before = entries(w.t);
	bad_disk_fail(BAD_SYNC, 1, 1, 0);
	bad_disk_then(BAD_WRITE | BAD_SYNC, -1);
	assert_int_equal(visit(&w, &err), MQ_E_UNSURE);
	bad_disk_fail(0, 0, 0, 0);
	check_words(&err, false);
	nodes_reopen(w.t);
	now = entries(w.t);
	assert_true(now == before || now == before + 3);
	nodes_ok(visit(&w, &err), &err);
	end(&w);
}

/* Once more, but the disk is well again right after: then it is saved, and
 * saying otherwise would have it entered twice. */
static void a_disk_that_comes_back(void **state)
{
	struct world w;
	struct err err = ERR_INIT;
	int64_t before;

	(void)state;
	begin(&w, false);
	before = entries(w.t);
	bad_disk_fail(BAD_SYNC, 1, 0, 0);
	bad_disk_then(BAD_WRITE, 1);
	nodes_ok(visit(&w, &err), &err);
	bad_disk_fail(0, 0, 0, 0);
	nodes_reopen(w.t);
	assert_int_equal(entries(w.t), before + 3);
	end(&w);
}

static int set_up(void **state)
{
	(void)state;
	bad_disk_install();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(saving),
		cmocka_unit_test(stepping),
		cmocka_unit_test(correcting),
		cmocka_unit_test(undoing),
		cmocka_unit_test(opening),
		cmocka_unit_test(receiving),
		cmocka_unit_test(folding),
		cmocka_unit_test(checkpointing),
		cmocka_unit_test(every_file_operation),
		cmocka_unit_test(a_disk_that_lies),
		cmocka_unit_test(a_disk_that_comes_back),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
