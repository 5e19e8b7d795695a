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

/* The rows one record should have; kind, org and by are its own. */
struct want {
	const struct record_full *r;
	struct mark { char name[40]; int64_t day; bool met; } *v;
	size_t n, cap;
};

static void want_one(struct want *w, const char *mark, size_t len,
    struct utc at, bool met)
{
	struct mark *m;
	size_t i;

	w->v = xgrow(w->v, &w->cap, w->n + 1, sizeof(*w->v));
	m = &w->v[w->n];
	if (len == 0 || len >= sizeof(m->name))
		return;
	memset(m, 0, sizeof(*m));
	memcpy(m->name, mark, len);
	m->day = clock_day(at).n;
	m->met = met;
	for (i = 0; i < w->n; i++)
		if (w->v[i].day == m->day &&
		    strcmp(w->v[i].name, m->name) == 0)
			return;
	w->n++;
}

/* What was agreed on the last visit, or written into the register since. */
static void want_agreed(struct want *w, const struct last *last)
{
	struct utc own = { fields_int(&w->r->d, "agreed", 0) };
	struct utc at = last->agreed;

	/* An agreed day is kept by whoever comes on it or later. */
	if (own.ms && (!last->at.ms ||
	    clock_day(last->at).n < clock_day(own).n) &&
	    (!at.ms || own.ms < at.ms))
		at = own;
	if (at.ms)
		want_one(w, RECORD_MARK_AGREED, strlen(RECORD_MARK_AGREED),
		    at, last->at.ms != 0);
}

static enum mq_status want_all(struct node *n, struct want *w,
    struct err *err)
{
	const struct record_full *r = w->r;
	const char *marks = fields_text(&r->d, "marks");
	struct last last;
	struct utc at;
	enum mq_status st;

	if (!fields_has(&r->d, "marks") ||
	    (r->r.flags & (REC_VOID | REC_CONFIDENTIAL | REC_CLOSED)))
		return MQ_OK;
	st = find_last(n, r->r.rec, fields_text(&r->d, "done_by"), &last,
	    err);
	if (st)
		return st;
	at = last.at.ms ? last.at : r->r.opened_at;
	while (*marks) {
		size_t len = strcspn(marks, "\n");

		want_one(w, marks, len, at, last.at.ms != 0);
		marks += len + (marks[len] == '\n');
	}
	want_agreed(w, &last);
	return MQ_OK;
}

/* Is this row of the table among those wanted? */
static bool wanted(const struct want *w, struct db_stmt *s)
{
	size_t i;

	if (strcmp(db_text(s, "kind"), w->r->r.kind) != 0 ||
	    strcmp(db_text(s, "org"), w->r->r.org) != 0 ||
	    strcmp(db_text(s, "by"), fields_text(&w->r->d, "done_by")) != 0)
		return false;
	for (i = 0; i < w->n; i++)
		if (w->v[i].day == db_i64(s, "day") &&
		    w->v[i].met == (db_i64(s, "met") != 0) &&
		    strcmp(w->v[i].name, db_text(s, "mark")) == 0)
			return true;
	return false;
}

/* Do they stand there already?  *any: some row stands there. */
static enum mq_status is_kept(struct node *n, const struct want *w,
    bool *kept, bool *any, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	size_t count = 0;
	bool row, all = true;

	st = db_query(n->db, "SELECT kind, mark, day, org, met, by"
	    " FROM record_mark WHERE rec = ?", &s, err);
	if (st)
		return st;
	db_bind_i64(s, w->r->r.rec);
	while (!(st = db_step(s, &row, err)) && row) {
		count++;
		all = all && wanted(w, s);
	}
	db_done(&s);
	*kept = all && count == w->n;
	*any = count > 0;
	return st;
}

static enum mq_status put_one(struct node *n, const struct record_full *r,
    const struct mark *m, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(n->db, "INSERT INTO record_mark(kind, mark,"
	    " day, rec, org, met, by) VALUES(?, ?, ?, ?, ?, ?, ?)", &s, err);
	if (st)
		return st;
	db_bind_text(s, r->r.kind);
	db_bind_text(s, m->name);
	db_bind_i64(s, m->day);
	db_bind_i64(s, r->r.rec);
	db_bind_text(s, r->r.org);
	db_bind_i64(s, m->met);
	db_bind_text(s, fields_text(&r->d, "done_by"));
	return db_run(&s, err);
}

static enum mq_status drop_all(struct node *n, int64_t rec, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(n->db, "DELETE FROM record_mark WHERE rec = ?", &s,
	    err);
	if (st)
		return st;
	db_bind_i64(s, rec);
	return db_run(&s, err);
}

/* Rows that stand there as they should are not written again: the second
 * visit of a day changes no page of the table. */
static enum mq_status put_own(struct node *n, const struct record_full *r,
    struct err *err)
{
	struct want w = { .r = r };
	enum mq_status st;
	bool kept = false, any = false;
	size_t i;

	st = want_all(n, &w, err);
	if (!st)
		st = is_kept(n, &w, &kept, &any, err);
	if (st || kept)
		goto out;
	if (any)
		st = drop_all(n, r->r.rec, err);
	for (i = 0; i < w.n && !st; i++)
		st = put_one(n, r, &w.v[i], err);
out:
	free(w.v);
	return st;
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
