/*
 * Histories of two to five nodes under two packs, delivered in any order and
 * twice, fold to the same state; a rebuild gives the same bytes; clocks fifty
 * years off change nothing in the order of what follows from one another.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../core/base/xmalloc.h"
#include "../../core/inbox.h"
#include "sim.h"

#define HISTORIES 24
#define DEEDS 30
#define READERS 2

struct lines { struct buf b; size_t at[2000], n; };

static void gather(struct peer *p, struct lines *l)
{
	struct db_stmt *s;
	struct err err = ERR_INIT;
	bool row;

	sim_ok(p->w, db_query(p->desk->db, "SELECT dev, seq FROM entry WHERE"
	    " dev >> 8 = ? ORDER BY dev, seq", &s, &err), &err, "gather");
	db_bind_i64(s, p->number);
	while (db_step(s, &row, &err) == MQ_OK && row) {
		assert_true(l->n < 1999);
		l->at[l->n++] = l->b.len;
		sim_ok(p->w, ledger_line_of(p->desk, (struct ref){
		    { db_i64(s, "dev") }, db_i64(s, "seq") }, &l->b, &err),
		    &err, "line");
	}
	db_done(&s);
	l->at[l->n] = l->b.len;
}

/* Everything from everybody, shuffled, some of it twice, folded in between at
 * moments of its own. */
static void deliver(struct sim *w, struct peer *to, const struct lines *l)
{
	size_t *order = xcalloc(l->n, sizeof(*order)), i, k;
	struct inbox_result in;
	struct err err = ERR_INIT;

	for (i = 0; i < l->n; i++) {
		k = (size_t)sim_dice(w, (int)i + 1);
		order[i] = order[k];
		order[k] = i;
	}
	for (i = 0; i < l->n; i++) {
		k = order[sim_chance(w, 20) ? (size_t)sim_dice(w,
		    (int)i + 1) : i];
		sim_ok(w, inbox_take(to->sync, l->b.data + l->at[k],
		    l->at[k + 1] - l->at[k], 1, &in, &err), &err, "take");
		k = order[i];
		sim_ok(w, inbox_take(to->sync, l->b.data + l->at[k],
		    l->at[k + 1] - l->at[k], 1, &in, &err), &err, "take");
		assert_int_equal(in.bad, 0);
		if (sim_chance(w, 5))
			peer_fold(to, false);
	}
	peer_fold(to, true);
	free(order);
}

static int64_t held(struct peer *p)
{
	int64_t n = 0;
	struct err err = ERR_INIT;

	sim_ok(p->w, db_scalar(p->desk->db, "SELECT count(*) FROM entry", &n,
	    &err), &err, "count");
	return n;
}

/* What follows from something stands behind it, whatever the clocks say. */
static void check_order(struct peer *p)
{
	struct db_stmt *s;
	struct err err = ERR_INIT;
	bool row;

	sim_ok(p->w, db_query(p->desk->db, "SELECT rec FROM record"
	    " ORDER BY rec", &s, &err), &err, "records");
	while (db_step(s, &row, &err) == MQ_OK && row) {
		struct record_event *v;
		int n = 0, i, k, a;

		sim_ok(p->w, record_events(p->desk, db_i64(s, "rec"), &v, &n,
		    &err), &err, "events");
		for (i = 0; i < n; i++)
			for (a = 0; a < v[i].e.nafter; a++)
				for (k = i; k < n; k++)
					assert_false(ref_equal(v[k].e.id,
					    v[i].e.after[a]));
		record_events_free(&v, n);
	}
	db_done(&s);
}

/* Work at several desks; once in a while all learn from each other. */
static void work(struct sim *w)
{
	static const int64_t off[] = { 0, 0, 0, -50 * SIM_YEAR,
		50 * SIM_YEAR, MS_HOUR };
	int i, k;

	for (i = 0; i < w->n; i++)
		w->p[i].skew = off[sim_dice(w, (int)ARRAY_LEN(off))];
	for (i = 0; i < DEEDS * w->n; i++) {
		deed_any(&w->p[sim_dice(w, w->n)]);
		sim_pass(w, sim_dice(w, 90000));
		if (i % 15 != 14)
			continue;
		for (k = 0; k < w->n; k++)
			peer_round(&w->p[k]);
	}
}

static void check_readers(struct sim *w, const struct lines *l)
{
	uint8_t was[CRYPTO_HASH], is[CRYPTO_HASH];
	struct err err = ERR_INIT;
	struct buf first = BUF_INIT(BUF_LARGE), b = BUF_INIT(BUF_LARGE);
	int i;

	for (i = 0; i < READERS; i++) {
		struct peer *p = &w->p[w->n + i];

		peer_make(w, w->n + i, "990101");
		deliver(w, p, l);
		assert_int_equal(held(p), (int64_t)l->n);
		check_order(p);
		buf_reset(&b);
		model_words(p, &b);
		if (i == 0)
			buf_add(&first, b.data, b.len);
		else
			assert_string_equal(buf_str(&first), buf_str(&b));
		sim_ok(w, record_digest(p->desk, was, &err), &err, "digest");
		sim_ok(w, record_rebuild(p->desk, &err), &err, "rebuild");
		sim_ok(w, record_digest(p->desk, is, &err), &err, "digest");
		assert_memory_equal(was, is, sizeof(is));
	}
	buf_free(&first);
	buf_free(&b);
}

static void test_any_order(void **state)
{
	struct sim *w = xcalloc(1, sizeof(*w));
	struct lines *l = xcalloc(1, sizeof(*l));
	int64_t saved = 0;
	int seed, i;

	(void)state;
	for (seed = 1; seed <= HISTORIES; seed++) {
		sim_make(w, (uint64_t)seed, false);
		while (w->n > 5)
			peer_free(&w->p[--w->n]);
		for (i = 0; i < w->n; i++)
			w->p[i].pack = i % SIM_PACKS;
		work(w);
		saved += w->count[N_SAVED];
		l->n = 0;
		buf_init(&l->b, BUF_LARGE);
		for (i = 0; i < w->n; i++)
			gather(&w->p[i], l);
		check_readers(w, l);
		buf_free(&l->b);
		sim_free(w);
	}
	assert_true(saved > HISTORIES * DEEDS);
	free(l);
	free(w);
}

static int begin(void **state)
{
	(void)state;
	sim_begin_all();
	return 0;
}

static int end(void **state)
{
	(void)state;
	sim_end_all();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_order),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
