/*
 * Reading a batch and continuing the chain.  Called by api.c; storing and
 * judging single saves is admit.c.
 */
#include "ingest.h"

#include "../../core/base/xmalloc.h"
#include "../sayings.h"
#include "admit.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct batch {
	struct admit_item *v;
	size_t n, cap;
	const struct wire_batch *said;
};

static enum mq_status take_line(void *ctx, const char *line, size_t len,
    struct err *err)
{
	struct batch *b = ctx;
	struct wire_slices s;
	struct admit_item *x;
	int64_t want = b->said->from + (int64_t)b->n;
	enum mq_status st;

	if (b->n >= WIRE_ENTRIES_MAX)
		return err_set(err, MQ_E_TOO_BIG, "%d", WIRE_ENTRIES_MAX);
	if (!wire_split(line, len, &s))
		return err_set(err, MQ_E_ENTRY_BAD, "#%zu", b->n + 1);
	b->v = xgrow(b->v, &b->cap, b->n + 1, sizeof(*b->v));
	x = &b->v[b->n];
	memset(x, 0, sizeof(*x));
	x->line = line;
	x->len = len;
	x->head = s.head;
	x->head_len = s.head_len;
	st = entry_check_head(s.head, s.head_len, &x->e, err);
	if (st != MQ_OK)
		return st;
	entry_hash(s.head, s.head_len, x->hash);
	if (x->e.id.dev.v != b->said->dev.v || x->e.id.seq != want)
		return err_set(err, MQ_E_FORMAT, "#%zu dev, seq", b->n + 1);
	if (b->n > 0 && memcmp(x->e.prev, x[-1].hash, CRYPTO_HASH) != 0)
		return err_set(err, MQ_E_FORMAT, "#%zu prev", b->n + 1);
	b->n++;
	return MQ_OK;
}

static enum mq_status read_batch(struct batch *b, const char *lines, size_t len,
    struct err *err)
{
	enum mq_status st = wire_each(lines, len, take_line, b, err);

	if (st != MQ_OK)
		return st;
	if (b->n == 0 || b->said->from + (int64_t)b->n - 1 != b->said->to ||
	    memcmp(b->v[b->n - 1].hash, b->said->head, CRYPTO_HASH) != 0)
		return err_set(err, MQ_E_FORMAT, "Minqing-Batch");
	return MQ_OK;
}

/* ---- continuing the chain ---- */

/* Do the entries we hold already equal those of the batch? */
static enum mq_status same_as_held(struct hub *h, const char *tenant,
    const struct batch *b, int64_t held, bool *same, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	*same = true;
	st = db_query(h->db, "SELECT seq, hash FROM entry WHERE tenant = ?"
	    " AND dev = ? AND seq BETWEEN ? AND ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_i64(s, b->said->dev.v);
	db_bind_i64(s, b->said->from);
	db_bind_i64(s, held < b->said->to ? held : b->said->to);
	while ((st = db_step(s, &row, err)) == MQ_OK && row) {
		size_t i = (size_t)(db_i64(s, "seq") - b->said->from), n;
		const void *hash = db_blob(s, "hash", &n);

		if (n != CRYPTO_HASH ||
		    memcmp(hash, b->v[i].hash, CRYPTO_HASH) != 0)
			*same = false;
	}
	db_done(&s);
	return st;
}

/* A new epoch goes on from the head of the one before, or, when the node lost
 * its tail and noticed before it asked us, from some entry of it we hold; from
 * nothing when nothing was left. */
static enum mq_status begins_well(struct hub *h, const struct store_node *who,
    const struct entry *first, bool *well, struct err *err)
{
	static const uint8_t nothing[CRYPTO_HASH];
	struct db_stmt *s;
	enum mq_status st;

	*well = memcmp(first->prev, nothing, sizeof(nothing)) == 0;
	if (*well)
		return MQ_OK;
	st = db_query(h->db, "SELECT seq FROM entry WHERE tenant = ?"
	    " AND dev >= ? AND dev < ? AND hash = ? LIMIT 1", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, who->tenant);
	db_bind_i64(s, dev_make(who->number, 0).v);
	db_bind_i64(s, first->id.dev.v);
	db_bind_blob(s, first->prev, CRYPTO_HASH);
	st = db_step(s, well, err);
	db_done(&s);
	return st;
}

/* The hash the first new entry must point back to. */
static enum mq_status expected_prev(struct hub *h, const struct store_node *who,
    const struct store_chain *c, uint8_t prev[CRYPTO_HASH], bool *new_epoch,
    struct err *err)
{
	struct store_chain all[STORE_CHAINS_MAX];
	enum mq_status st = MQ_OK;
	int n = 0, i;

	memcpy(prev, c->hash, CRYPTO_HASH);
	*new_epoch = c->seq == 0 && dev_epoch(c->dev) > 0;
	if (!*new_epoch)
		return MQ_OK;
	st = store_chains(h->db, who->tenant, who->number, all,
	    STORE_CHAINS_MAX, &n, err);
	for (i = 0; i < n && st == MQ_OK; i++)
		if (all[i].dev.v < c->dev.v)
			memcpy(prev, all[i].hash, CRYPTO_HASH);
	return st;
}

static enum mq_status judge_chain(struct hub *h, const struct store_node *who,
    const struct batch *b, const struct store_chain *c, enum ingest_end *end,
    struct err *err)
{
	uint8_t prev[CRYPTO_HASH];
	enum mq_status st;
	bool same = true, new_epoch = false, linked;
	size_t next;

	*end = INGEST_TAKEN;
	if (who->forked_at.ms != 0) {
		*end = INGEST_FORK;
		return MQ_OK;
	}
	if (b->said->from > c->seq + 1) {
		*end = INGEST_GAP;
		return MQ_OK;
	}
	st = same_as_held(h, who->tenant, b, c->seq, &same, err);
	if (st != MQ_OK || !same) {
		*end = INGEST_FORK;
		return st;
	}
	if (b->said->to <= c->seq)
		return MQ_OK;
	st = expected_prev(h, who, c, prev, &new_epoch, err);
	next = (size_t)(c->seq + 1 - b->said->from);
	linked = memcmp(b->v[next].e.prev, prev, CRYPTO_HASH) == 0;
	if (st == MQ_OK && !linked && new_epoch)
		st = begins_well(h, who, &b->v[next].e, &linked, err);
	if (st == MQ_OK && !linked)
		/* A hub restored from a backup may lack the end of the epoch
		 * before: that is a gap, not a fork. */
		*end = new_epoch ? INGEST_GAP : INGEST_FORK;
	return st;
}

static enum mq_status keep_branch(struct hub *h, const struct store_node *who,
    const struct wire_batch *b, const char *lines, size_t len,
    const struct ingest_proof *proof, struct err *err)
{
	struct utc now = env_now(h->env);
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(h->db, "INSERT INTO branch(tenant, dev, head, first,"
	    " last, at, base, signature, lines)"
	    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"
	    " ON CONFLICT DO NOTHING", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, who->tenant);
	db_bind_i64(s, b->dev.v);
	db_bind_blob(s, b->head, sizeof(b->head));
	db_bind_i64(s, b->from);
	db_bind_i64(s, b->to);
	db_bind_i64(s, now.ms);
	db_bind_text(s, proof->base);
	db_bind_text(s, proof->signature);
	db_bind_blob(s, lines, len);
	st = db_run(&s, err);
	if (st == MQ_OK && who->forked_at.ms == 0)
		st = store_node_fork(h->db, who->tenant, who->number, now,
		    err);
	return st;
}

/* "20261122-000123": day and count of the tenant. */
static enum mq_status put_receipt(struct hub *h, const struct store_node *who,
    struct dev dev,
    int64_t first, int64_t last, const struct ingest_proof *proof,
    struct err *err)
{
	struct utc now = env_now(h->env);
	struct db_stmt *s;
	char day[16], no[48];
	int64_t count = 0;
	enum mq_status st;

	st = store_next(h->db, who->tenant, "receipt", &count, err);
	if (st == MQ_OK)
		st = db_query(h->db, "INSERT INTO batch(tenant, dev, last,"
		    " first, no, at, base, signature)"
		    " VALUES(?, ?, ?, ?, ?, ?, ?, ?)", &s, err);
	if (st != MQ_OK)
		return st;
	admit_day(now, day);
	(void)snprintf(no, sizeof(no), "%s-%06" PRId64, day, count);
	db_bind_text(s, who->tenant);
	db_bind_i64(s, dev.v);
	db_bind_i64(s, last);
	db_bind_i64(s, first);
	db_bind_text(s, no);
	db_bind_i64(s, now.ms);
	db_bind_text(s, proof->base);
	db_bind_text(s, proof->signature);
	return db_run(&s, err);
}

/* Takes the whole saves among the new entries; a save cut off at the end is
 * left for the next batch. */
static enum mq_status take_saves(struct hub *h, const struct store_node *who,
    struct batch *b,
    struct store_chain *c, struct feed_writer *w, struct err *err)
{
	size_t at = (size_t)(c->seq + 1 - b->said->from);
	enum mq_status st = MQ_OK;

	while (at < b->n && st == MQ_OK) {
		size_t n = admit_save_len(&b->v[at], b->n - at);

		if (n == 0)
			break;
		st = admit_save(h, who, &b->v[at], n, w, err);
		at += n;
		c->seq = b->v[at - 1].e.id.seq;
		memcpy(c->hash, b->v[at - 1].hash, CRYPTO_HASH);
	}
	return st;
}

static enum mq_status take_new(struct hub *h, const struct store_node *who,
    struct batch *b, struct store_chain *c, const struct ingest_proof *proof,
    struct feed_writer *w, struct err *err)
{
	int64_t first = c->seq + 1;
	enum mq_status st = take_saves(h, who, b, c, w, err);

	if (st == MQ_OK && c->seq < first)
		return err_set(err, MQ_E_FORMAT, "%s",
		    sayings_both(SAY_WHY_NO_SAVE));
	if (st == MQ_OK)
		st = feed_end(w, err);
	if (st == MQ_OK)
		st = store_chain_put(h->db, who->tenant, c, err);
	if (st == MQ_OK)
		st = put_receipt(h, who, c->dev, first, c->seq, proof, err);
	if (st == MQ_OK)
		st = store_node_seen(h->db, who->tenant, who->number,
		    env_now(h->env), NULL, err);
	h->counts.entries += c->seq - first + 1;
	return st;
}

static void batch_empty(struct batch *b)
{
	FREE(b->v);
	b->n = b->cap = 0;
}

/* Everything but beginning and committing. */
static enum mq_status take(struct hub *h, struct ingest_job *j,
    struct batch *b, struct feed_writer *w, struct err *err)
{
	const struct store_node *who = j->who;
	struct store_chain c;
	enum mq_status st;

	j->end = INGEST_TAKEN;
	st = store_chain_get(h->db, who->tenant, j->said->dev, &c, err);
	if (st == MQ_OK)
		st = judge_chain(h, who, b, &c, &j->end, err);
	if (st == MQ_OK && j->end == INGEST_FORK)
		st = keep_branch(h, who, j->said, j->lines, j->len, &j->proof,
		    err);
	else if (st == MQ_OK && j->end == INGEST_TAKEN && j->said->to > c.seq)
		st = take_new(h, who, b, &c, &j->proof, w, err);
	return st;
}

/* Whoever needs several tenants takes them in one order. */
static enum mq_status begin(struct hub *h, struct ingest_job *const *v,
    size_t n, struct err *err)
{
	const char *last = "";
	enum mq_status st = db_begin(h->db, __func__, err);
	size_t i;

	while (st == MQ_OK) {
		const char *next = NULL;

		for (i = 0; i < n; i++)
			if (strcmp(v[i]->who->tenant, last) > 0 &&
			    (next == NULL ||
			    strcmp(v[i]->who->tenant, next) < 0))
				next = v[i]->who->tenant;
		if (next == NULL)
			break;
		st = db_lock(h->db, next, err);
		last = next;
	}
	return st;
}

/* All of them in one transaction, with one fsync; or none. */
static enum mq_status take_together(struct hub *h,
    struct ingest_job *const *v, struct batch *b, size_t n, struct err *err)
{
	struct feed_writer *w = xcalloc(n, sizeof(*w));
	int64_t entries = h->counts.entries, bad = h->counts.quarantined;
	enum mq_status st;
	size_t i;

	for (i = 0; i < n; i++)
		feed_begin(&w[i], h, v[i]->who->tenant, v[i]->who->org,
		    v[i]->who->number);
	st = begin(h, v, n, err);
	for (i = 0; i < n && st == MQ_OK; i++)
		st = take(h, v[i], &b[i], &w[i], err);
	if (st == MQ_OK)
		st = db_commit(h->db, err);
	else
		db_rollback(h->db);
	if (st == MQ_OK) {
		h->counts.batches += (int64_t)n;
		h->counts.commits++;
	} else {
		h->counts.entries = entries;
		h->counts.quarantined = bad;
	}
	for (i = 0; i < n; i++) {
		if (st == MQ_OK)
			feed_wake(&w[i]);
		feed_free(&w[i]);
	}
	FREE(w);
	return st;
}

/* Each of them by itself: one that cannot be taken spoils no other. */
static void take_apart(struct hub *h, struct ingest_job *const *v,
    struct batch *b, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		v[i]->st = take_together(h, &v[i], &b[i], 1, &v[i]->err);
}

void ingest_take_all(struct hub *h, struct ingest_job *v, size_t n)
{
	struct ingest_job **good = xcalloc(n, sizeof(struct ingest_job *));
	struct batch *b = xcalloc(n, sizeof(*b));
	struct err err = ERR_INIT;
	size_t i, k = 0;

	for (i = 0; i < n; i++) {
		b[k].said = v[i].said;
		v[i].st = read_batch(&b[k], v[i].lines, v[i].len, &v[i].err);
		if (v[i].st == MQ_OK)
			good[k++] = &v[i];
		else
			batch_empty(&b[k]);
	}
	if (k == 1 || (k > 1 && take_together(h, good, b, k, &err) != MQ_OK))
		take_apart(h, good, b, k);
	for (i = 0; i < k; i++)
		batch_empty(&b[i]);
	FREE(b);
	FREE(good);
}

enum mq_status ingest_take(struct hub *h, const struct store_node *who,
    const struct wire_batch *said, const char *lines, size_t len,
    const struct ingest_proof *proof, enum ingest_end *end, struct err *err)
{
	struct ingest_job j = { .who = who, .said = said, .lines = lines,
	    .len = len, .proof = *proof, .err = ERR_INIT };

	ingest_take_all(h, &j, 1);
	*end = j.end;
	if (j.st != MQ_OK && err != NULL)
		*err = j.err;
	return j.st;
}
