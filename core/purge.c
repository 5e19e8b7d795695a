/*
 * Retention.  See purge.h; called by minqing-sync when it has nothing else to
 * do and by `minqing purge`.
 */
#include "purge.h"

#include <assert.h>
#include <inttypes.h>

#include "base/log.h"
#include "base/xmalloc.h"
#include "ledger.h"
#include "pack.h"
#include "record_row.h"
#include "search.h"

#define SLICE 8			/* records a transaction takes */
#define PAGE 200		/* rows looked at in one query */
#define IDLE_AT_ONCE 200
#define IDLE_EVERY_MS (6 * MS_HOUR)
#define DRAIN 100000

struct run {
	struct node *n;
	const struct kind *k;
	struct utc before;	/* last touched before this */
	struct purge_report *out;
	int max;
	bool dry;
};

/* ---- which ---- */

/* Did some save of this node with this record in it come back, or is part of
 * it not folded yet? */
static enum mq_status unsettled(struct node *n, int64_t rec, bool *out,
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(n->db, "SELECT e.pos FROM entry e WHERE e.subj = ?"
	    " AND (e.pos > ? OR EXISTS(SELECT 1 FROM returned r WHERE"
	    " r.dev = e.dev AND e.seq BETWEEN r.first AND r.last)) LIMIT 1",
	    &s, err);
	if (st)
		return st;
	db_bind_i64(s, rec);
	db_bind_i64(s, node_meta(n, "folded_to"));
	st = db_step(s, out, err);
	db_done(&s);
	return st;
}

static bool is_over(const struct run *r, const struct record *row)
{
	enum record_delivery way;

	if (row->changed_at.ms >= r->before.ms ||
	    row->closed_at.ms >= r->before.ms)
		return false;
	if (r->k->nstates && !(row->flags & (REC_CLOSED | REC_VOID)))
		return false;
	if (row->flags & REC_CONFLICT)
		return false;
	way = record_delivery(r->n, row);
	return way == DELIVERY_HUB || way == DELIVERY_FOREIGN;
}

static enum mq_status judge(const struct run *r, int64_t rec, bool *goes,
    struct err *err)
{
	struct record row;
	enum mq_status st;
	bool there, wait = false;

	*goes = false;
	st = record_row_get(r->n, rec, &row, &there, err);
	if (!st && there && is_over(r, &row)) {
		st = unsettled(r->n, rec, &wait, err);
		*goes = !wait;
	}
	return st;
}

/* Rows of the kind by the time of their last change; the cursor moves on. */
static enum mq_status candidates(const struct run *r, struct utc *at,
    int64_t *rec, int64_t *recs, int *count, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	*count = 0;
	st = db_query(r->n->db, "SELECT rec, changed_at FROM record WHERE"
	    " kind = ? AND changed_at < ? AND (changed_at, rec) > (?, ?)"
	    " ORDER BY changed_at, rec LIMIT ?", &s, err);
	if (st)
		return st;
	db_bind_text(s, r->k->name);
	db_bind_i64(s, r->before.ms);
	db_bind_i64(s, at->ms);
	db_bind_i64(s, *rec);
	db_bind_i64(s, PAGE);
	while (!(st = db_step(s, &row, err)) && row) {
		*rec = recs[(*count)++] = db_i64(s, "rec");
		at->ms = db_i64(s, "changed_at");
	}
	db_done(&s);
	return st;
}

/* ---- going ---- */

static enum mq_status entries_of(struct node *n, int64_t rec,
    struct ref **ids, int64_t *count, struct err *err)
{
	size_t cap = 0, k = 0;
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	*ids = NULL;
	st = db_query(n->db, "SELECT e.dev, e.seq FROM entry e"
	    " JOIN entry_body b ON b.id = e.dev << 38 | e.seq"
	    " WHERE e.subj = ?", &s, err);
	if (st)
		return st;
	db_bind_i64(s, rec);
	while (!(st = db_step(s, &row, err)) && row) {
		*ids = xgrow(*ids, &cap, k + 1, sizeof(**ids));
		(*ids)[k].dev.v = db_i64(s, "dev");
		(*ids)[k++].seq = db_i64(s, "seq");
	}
	db_done(&s);
	*count = (int64_t)k;
	return st;
}

static enum mq_status take_one(struct run *r, int64_t rec, struct err *err)
{
	struct ref *ids = NULL;
	enum mq_status st;
	int64_t count = 0, i;
	bool goes;

	st = judge(r, rec, &goes, err);
	if (st || !goes)
		return st;
	st = entries_of(r->n, rec, &ids, &count, err);
	for (i = 0; i < count && !st && !r->dry; i++)
		st = ledger_erase(r->n, ids[i], ids[i], err);
	if (!st && !r->dry)
		st = record_fold(r->n, ref_of_rec(rec), err);
	if (!st) {
		r->out->records++;
		r->out->entries += count;
	}
	free(ids);
	return st;
}

static enum mq_status take_slice(struct run *r, const int64_t *recs,
    int count, struct err *err)
{
	enum mq_status st = r->dry ? MQ_OK : db_begin(r->n->db, __func__, err);
	int i;

	if (st)
		return st;
	for (i = 0; i < count && !st && r->out->records < r->max; i++)
		st = take_one(r, recs[i], err);
	if (r->dry)
		return st;
	if (!st)
		return db_commit(r->n->db, err);
	db_rollback(r->n->db);
	return st;
}

static enum mq_status take_kind(struct run *r, struct err *err)
{
	struct utc at = { INT64_MIN };
	int64_t recs[PAGE], rec = 0;
	enum mq_status st;
	int count, i;

	do {
		st = candidates(r, &at, &rec, recs, &count, err);
		for (i = 0; i < count && !st && r->out->records < r->max;
		    i += SLICE)
			st = take_slice(r, recs + i, count - i < SLICE ?
			    count - i : SLICE, err);
	} while (!st && count == PAGE && r->out->records < r->max);
	return st;
}

/* Index, log: nothing of it stays beside the ledger. */
static enum mq_status clean(struct node *n, struct err *err)
{
	int64_t left = 0;
	enum mq_status st = search_drain(n, DRAIN, &left, err);

	return st ? st : db_checkpoint(n->db, err);
}

/* By our own clock, but never later than the hub's last word: with a wrong
 * clock everything would look old.  Without a hub nothing is acknowledged. */
static struct utc trusted_now(struct node *n)
{
	struct utc now = ledger_now(n), hub = { node_meta(n, "hub_time") };

	return now.ms < hub.ms ? now : hub;
}

enum mq_status purge_run(struct node *n, int max, bool dry,
    struct purge_report *out, struct err *err)
{
	struct utc now = trusted_now(n);
	struct run r = { .n = n, .out = out, .max = max, .dry = dry };
	enum mq_status st = MQ_OK;
	size_t i;

	assert(n->pack && !db_in_transaction(n->db));
	memset(out, 0, sizeof(*out));
	for (i = 0; i < pack_kinds(n->pack) && !st; i++) {
		int64_t days;

		r.k = pack_kind_at(n->pack, i);
		days = pack_keep_days(n->pack, r.k->name);
		if (days <= 0 || r.k->register_)
			continue;
		r.before.ms = now.ms - days * MS_DAY;
		st = take_kind(&r, err);
	}
	out->more = out->records >= max;
	if (!st && !dry && out->records)
		st = clean(n, err);
	if (!st && !dry && out->records)
		log_line(LOG_INFO, "purge", "%" PRId64 " records, %" PRId64
		    " entries", out->records, out->entries);
	return st;
}

enum mq_status purge_idle(struct node *n, struct err *err)
{
	struct utc now = ledger_now(n);
	struct purge_report out;
	enum mq_status st;

	if (!n->pack || now.ms < node_meta(n, "purge_next"))
		return MQ_OK;
	st = purge_run(n, IDLE_AT_ONCE, false, &out, err);
	if (st || out.more)
		return st;
	st = db_begin(n->db, __func__, err);
	if (!st)
		st = node_set_meta(n, "purge_next", now.ms + IDLE_EVERY_MS,
		    err);
	if (!st)
		return db_commit(n->db, err);
	db_rollback(n->db);
	return st;
}
