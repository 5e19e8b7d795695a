/*
 * Keeping the marks.  Copies decided values and the times of other records,
 * evaluates nothing.  Called by record_fold.c.
 */
#include "record_mark.h"

#include <assert.h>

#include "base/clock.h"
#include "base/xmalloc.h"

#define LOOK_BACK 20	/* visits that met nobody, one after the other */

/* What the records that name it say about one. */
struct last {
	struct utc at;		/* 0: nobody has come yet */
	struct utc agreed;	/* the next time agreed then, 0 none */
};

/* Newest first, as who or as place. */
static enum mq_status sources(struct node *n, int64_t rec, const char *by,
    int64_t *recs, int64_t *at, int *count, struct err *err)
{
	struct buf words = BUF_INIT(BUF_SMALL);
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	*count = 0;
	buf_addf(&words, " %s ", by);
	st = db_query(n->db, "SELECT rec, max(at) AS at FROM (SELECT * FROM"
	    " (SELECT rec, opened_at AS at FROM record WHERE who = ?"
	    " AND who > 0 AND flags & 1 = 0 AND instr(?, ' ' || kind || ' ')"
	    " ORDER BY opened_at DESC, rec DESC LIMIT ?)"
	    " UNION SELECT * FROM (SELECT rec, opened_at AS at FROM record"
	    " WHERE place = ? AND place > 0 AND flags & 1 = 0"
	    " AND instr(?, ' ' || kind || ' ')"
	    " ORDER BY opened_at DESC, rec DESC LIMIT ?))"
	    " GROUP BY rec ORDER BY at DESC, rec DESC LIMIT ?", &s, err);
	if (st)
		goto out;
	db_bind_i64(s, rec);
	db_bind_text(s, buf_str(&words));
	db_bind_i64(s, LOOK_BACK);
	db_bind_i64(s, rec);
	db_bind_text(s, buf_str(&words));
	db_bind_i64(s, LOOK_BACK);
	db_bind_i64(s, LOOK_BACK);
	while (*count < LOOK_BACK && !(st = db_step(s, &row, err)) && row) {
		recs[*count] = db_i64(s, "rec");
		at[(*count)++] = db_i64(s, "at");
	}
	db_done(&s);
out:
	buf_free(&words);
	return st;
}

/* The latest that met somebody. */
static enum mq_status find_last(struct node *n, int64_t rec, const char *by,
    struct last *out, struct err *err)
{
	int64_t recs[LOOK_BACK], at[LOOK_BACK];
	struct record_full r;
	enum mq_status st;
	int count, i;

	*out = (struct last){ { 0 }, { 0 } };
	st = sources(n, rec, by, recs, at, &count, err);
	for (i = 0; i < count && !st && !out->at.ms; i++) {
		st = record_get(n, recs[i], &r, err);
		if (st)
			break;
		if (!fields_int(&r.d, "missed", 0)) {
			out->at.ms = at[i];
			out->agreed.ms = fields_int(&r.d, "agreed", 0);
		}
		record_full_free(&r);
	}
	return st;
}

static enum mq_status put_one(struct node *n, const struct record_full *r,
    const char *mark, struct utc at, bool met, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(n->db, "INSERT OR IGNORE INTO record_mark(kind, mark,"
	    " day, rec, org, met, by) VALUES(?, ?, ?, ?, ?, ?, ?)", &s, err);
	if (st)
		return st;
	db_bind_text(s, r->r.kind);
	db_bind_text(s, mark);
	db_bind_i64(s, clock_day(at).n);
	db_bind_i64(s, r->r.rec);
	db_bind_text(s, r->r.org);
	db_bind_i64(s, met);
	db_bind_text(s, fields_text(&r->d, "done_by"));
	return db_run(&s, err);
}

/* What was agreed on the last visit, or written into the register since. */
static enum mq_status put_agreed(struct node *n, const struct record_full *r,
    const struct last *last, struct err *err)
{
	struct utc own = { fields_int(&r->d, "agreed", 0) };
	struct utc at = last->agreed;

	/* An agreed day is kept by whoever comes on it or later. */
	if (own.ms && (!last->at.ms ||
	    clock_day(last->at).n < clock_day(own).n) &&
	    (!at.ms || own.ms < at.ms))
		at = own;
	return at.ms ? put_one(n, r, RECORD_MARK_AGREED, at,
	    last->at.ms != 0, err) : MQ_OK;
}

static enum mq_status put_all(struct node *n, const struct record_full *r,
    struct err *err)
{
	const char *marks = fields_text(&r->d, "marks");
	struct last last;
	struct utc at;
	enum mq_status st;
	char mark[40];

	st = find_last(n, r->r.rec, fields_text(&r->d, "done_by"), &last,
	    err);
	at = last.at.ms ? last.at : r->r.opened_at;
	while (*marks && !st) {
		size_t len = strcspn(marks, "\n");

		if (len > 0 && len < sizeof(mark)) {
			snprintf(mark, sizeof(mark), "%.*s", (int)len, marks);
			st = put_one(n, r, mark, at, last.at.ms != 0, err);
		}
		marks += len + (marks[len] == '\n');
	}
	return st ? st : put_agreed(n, r, &last, err);
}

static enum mq_status has_marks(struct node *n, int64_t rec, bool *yes,
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(n->db, "SELECT 1 FROM record_mark WHERE rec = ?"
	    " LIMIT 1", &s, err);
	if (st)
		return st;
	db_bind_i64(s, rec);
	st = db_step(s, yes, err);
	db_done(&s);
	return st;
}

static enum mq_status put_own(struct node *n, const struct record_full *r,
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(n->db, "DELETE FROM record_mark WHERE rec = ?", &s,
	    err);
	if (st)
		return st;
	db_bind_i64(s, r->r.rec);
	st = db_run(&s, err);
	if (st || !fields_has(&r->d, "marks") ||
	    (r->r.flags & (REC_VOID | REC_CONFIDENTIAL | REC_CLOSED)))
		return st;
	return put_all(n, r, err);
}

/* Somebody was seen, or it turned out that they were not. */
static enum mq_status touch(struct node *n, int64_t rec, struct err *err)
{
	struct record_full r;
	enum mq_status st;
	bool marked = false;

	if (!rec)
		return MQ_OK;
	st = has_marks(n, rec, &marked, err);
	if (st || !marked)
		return st;
	st = record_get(n, rec, &r, err);
	if (st)
		return st;
	st = put_own(n, &r, err);
	record_full_free(&r);
	return st;
}

enum mq_status record_mark_fold(struct node *n, const struct record_full *r,
    const struct record *old, struct err *err)
{
	const int64_t named[] = { r->r.who, r->r.place,
		old ? old->who : 0, old ? old->place : 0 };
	enum mq_status st;
	size_t i, k;

	assert(db_in_transaction(n->db));
	st = put_own(n, r, err);
	for (i = 0; i < ARRAY_LEN(named) && !st; i++) {
		for (k = 0; k < i; k++)
			if (named[k] == named[i])
				break;
		if (k == i && named[i] != r->r.rec)
			st = touch(n, named[i], err);
	}
	return st;
}
