/*
 * The fold: from entries to one row of `record`, its keys and its share of
 * the counts.  Copies decided values, evaluates nothing, never refuses.
 */
#include <assert.h>
#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "flow_clock.h"
#include "record.h"
#include "record_history.h"
#include "record_mark.h"
#include "record_row.h"

#define FOLD_SLICE 50		/* subjects a background transaction takes */
#define REBUILD_SLICE 2000
#define BOX_MAX (256u * 1024u)

/* Decided values that concurrent entries can dispute. */
static const char *const disputed[] = {
	"grade", "main", "owner", "place", "proposed", "state", "who"
};

struct fold {
	struct history h;
	struct record_full r;
	bool refuses;		/* nothing to show: no open entry held, or it
				 * left by retention */
};

/* ---- conflicts ---- */

static const struct field_value *value_in(const struct history_entry *x,
    bool decided, const char *name)
{
	/* A note stands in the timeline only: it says nothing of a field. */
	if (!decided && strcmp(x->e.op, "note") == 0)
		return NULL;
	return fields_get(decided ? &x->d : &x->f, name);
}

static void value_text(const struct field_value *v, char *out, size_t size)
{
	if (v->kind == FV_INT)
		snprintf(out, size, "%" PRId64, v->num);
	else
		xcopy(out, size, v->text ? v->text : "");
}

/* Writers of this field that no other writer comes after. */
static void dispute(struct fold *fo, bool decided, const char *name)
{
	struct history *h = &fo->h;
	struct record_full *r = &fo->r;
	size_t top[2] = { 0, 0 }, i, k, ntop = 0;
	struct record_conflict *c;

	for (i = h->n; i-- > 0 && ntop < 2;) {
		const struct field_value *v = value_in(&h->v[i], decided,
		    name);
		bool covered = h->v[i].undone || !v;

		for (k = i + 1; k < h->n && !covered; k++)
			covered = !h->v[k].undone &&
			    value_in(&h->v[k], decided, name) &&
			    record_history_reaches(h, k, i);
		if (covered)
			continue;
		if (ntop && fields_same(v, value_in(&h->v[top[0]], decided,
		    name)))
			continue;
		top[ntop++] = i;
	}
	if (ntop < 2 || r->nconflicts == RECORD_CONFLICTS_MAX)
		return;
	c = &r->conflicts[r->nconflicts++];
	memset(c, 0, sizeof(*c));
	snprintf(c->field, sizeof(c->field), "%s", name);
	for (i = 0; i < 2; i++) {
		/* the older first */
		const struct history_entry *x = &h->v[top[1 - i]];

		value_text(value_in(x, decided, name), c->mine[i],
		    sizeof(c->mine[i]));
		c->from[i] = x->e.id;
		xcopy(c->by[i], sizeof(c->by[i]), x->e.by);
		c->at[i] = x->e.at;
	}
}

/* Every field that anybody wrote, those too that were taken away. */
static void written(const struct fold *fo, struct fields *out)
{
	size_t i, k;

	for (i = 0; i < fo->h.n; i++)
		for (k = 0; k < fo->h.v[i].f.n && out->n < FIELDS_MAX; k++)
			fields_set(out, fo->h.v[i].f.v[k].name, "");
}

static void disputes(struct fold *fo)
{
	struct fields names = { NULL, 0, 0 };
	size_t i;

	if (fo->h.linear)
		return;
	for (i = 0; i < ARRAY_LEN(disputed); i++)
		dispute(fo, true, disputed[i]);
	written(fo, &names);
	for (i = 0; i < names.n; i++)
		dispute(fo, false, names.v[i].name);
	fields_free(&names);
	if (fo->r.nconflicts)
		fo->r.r.flags |= REC_CONFLICT;
}

/* ---- values ---- */

static void apply(struct fold *fo, const struct history_entry *x)
{
	struct record *r = &fo->r.r;

	if (x->erased)
		r->flags |= REC_ERASED;
	if (x->odd)
		r->flags |= REC_ODD;
	if (fo->h.linear && strcmp(x->e.op, "step") == 0 &&
	    fields_has(&x->d, "from") &&
	    strcmp(fields_text(&x->d, "from"),
	    fields_text(&fo->r.d, "state")) != 0)
		r->flags |= REC_ODD;
	/* A note stands in the timeline only. */
	if (strcmp(x->e.op, "note") != 0)
		fields_overlay(&fo->r.f, &x->f);
	fields_overlay(&fo->r.d, &x->d);
	xcopy(r->org, sizeof(r->org), x->e.org);
	if (x->e.at.ms > r->changed_at.ms)
		r->changed_at = x->e.at;
}

static int64_t rec_of(const struct fields *d, const char *name)
{
	const char *s = fields_text(d, name);
	struct ref ref;

	return ref_parse(s, strlen(s), &ref) ? ref_rec(ref) : 0;
}

/* From decided values to fixed columns. */
static void columns(struct fold *fo)
{
	struct record *r = &fo->r.r;
	const struct fields *d = &fo->r.d;

	xcopy(r->state, sizeof(r->state), fields_text(d, "state"));
	xcopy(r->level, sizeof(r->level), fields_text(d, "level"));
	xcopy(r->grade, sizeof(r->grade), fields_text(d, "grade"));
	xcopy(r->title, sizeof(r->title), fields_text(d, "title"));
	xcopy(r->owner, sizeof(r->owner), fields_text(d, "owner"));
	xcopy(r->no, sizeof(r->no), fields_text(d, "no"));
	xcopy(r->tkey, sizeof(r->tkey), fields_text(d, "key"));
	xcopy(r->proposed, sizeof(r->proposed), fields_text(d, "proposed"));
	r->main = rec_of(d, "main");
	r->who = rec_of(d, "who");
	r->place = rec_of(d, "place");
	r->due_at = flow_clock_earliest(d);
	r->opened_at.ms = fields_int(d, "opened", r->opened_at.ms);
	r->closed_at.ms = fields_int(d, "closed", 0);
	r->num = fields_int(d, "num", 0);
	if (fields_int(d, "confidential", 0))
		r->flags |= REC_CONFIDENTIAL;
	if (fields_int(d, "clock", 0))
		r->flags |= REC_CLOCK;
	if (r->closed_at.ms)
		r->flags |= REC_CLOSED;
}

static void heads(struct fold *fo)
{
	struct history *h = &fo->h;
	size_t i, k;

	for (i = h->n; i-- > 0 && fo->r.nheads < RECORD_HEADS_MAX;) {
		bool covered = false;

		for (k = i + 1; k < h->n && !covered; k++)
			covered = record_history_reaches(h, k, i);
		if (!covered)
			fo->r.heads[fo->r.nheads++] = h->v[i].e.id;
	}
}

static void own(struct fold *fo, int number)
{
	struct record *r = &fo->r.r;
	size_t i;

	for (i = 0; i < fo->h.n; i++) {
		struct ref id = fo->h.v[i].e.id;

		if (dev_node(id.dev) != number || id.dev.v < r->own_dev.v)
			continue;
		if (id.dev.v > r->own_dev.v || id.seq > r->own_seq)
			r->own_seq = id.seq;
		r->own_dev = id.dev;
	}
}

/* Its opening left this node by retention: then only a later step, which
 * says what state it is in, makes a record of it again. */
static bool has_left(const struct history *h)
{
	size_t i;

	if (!h->v[0].purged)
		return false;
	for (i = 1; i < h->n; i++)
		if (!h->v[i].erased && fields_has(&h->v[i].d, "state"))
			return false;
	return true;
}

static void fold_all(struct fold *fo, struct ref subj, int number)
{
	struct record *r = &fo->r.r;
	const struct entry *open;
	size_t i;

	r->rec = ref_rec(subj);
	/* The opening entry reaches everything: it stands first when held. */
	if (!fo->h.n || strcmp(fo->h.v[0].e.op, "open") != 0 ||
	    has_left(&fo->h)) {
		fo->refuses = true;
		return;
	}
	open = &fo->h.v[0].e;
	xcopy(r->kind, sizeof(r->kind), open->kind);
	xcopy(r->by, sizeof(r->by), open->by);
	r->cause = open->cause;
	r->opened_at = open->at;
	if (fo->h.v[0].undone)
		r->flags |= REC_VOID;
	for (i = 0; i < fo->h.n; i++)
		if (!fo->h.v[i].undone || i == 0)
			apply(fo, &fo->h.v[i]);
	/* More names than a record holds: what came last is not shown. */
	if (fo->r.f.n >= FIELDS_MAX || fo->r.d.n >= FIELDS_MAX)
		r->flags |= REC_ODD;
	columns(fo);
	heads(fo);
	disputes(fo);
	own(fo, number);
}

/* ---- counts ---- */

static enum mq_status count_one(struct node *n, const struct record *r,
    const char *what, const char *key, struct utc day, int64_t by,
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	if (!by)
		return MQ_OK;
	st = db_query(n->db, "INSERT INTO tally(kind, what, key, org, day, n)"
	    " VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
	    " n = n + excluded.n", &s, err);
	if (st)
		return st;
	db_bind_text(s, r->kind);
	db_bind_text(s, what);
	db_bind_text(s, key);
	db_bind_text(s, r->org);
	db_bind_i64(s, day.ms ? clock_day(day).n : 0);
	db_bind_i64(s, by);
	return db_run(&s, err);
}

/* The share of one record in the counts, added (1) or taken away (-1). */
static enum mq_status count_record(struct node *n, const struct record *r,
    int sign, struct err *err)
{
	const struct utc none = { 0 };
	enum mq_status st;

	if (r->flags & (REC_VOID | REC_CONFIDENTIAL))
		return MQ_OK;
	st = count_one(n, r, "state", r->state, none, sign, err);
	if (!st && r->grade[0])
		st = count_one(n, r, "grade", r->grade, none, sign, err);
	if (!st)
		st = count_one(n, r, "opened", "", r->opened_at, sign, err);
	if (!st && r->closed_at.ms)
		st = count_one(n, r, "closed", "", r->closed_at, sign, err);
	if (!st)
		st = count_one(n, r, "num", r->tkey, r->opened_at,
		    sign * r->num, err);
	return st;
}

static enum mq_status drop_zero_counts(struct node *n, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(n->db, "DELETE FROM tally WHERE n = 0", &s, err);
	return st ? st : db_run(&s, err);
}

/* ---- writing ---- */

static void box_of(const struct record_full *r, struct buf *out)
{
	struct jout j;
	char text[ENTRY_REF_TEXT];
	int i, k;

	jout_begin(&j, out, true);
	jout_obj(&j);
	jout_key(&j, "c");
	jout_list(&j);
	for (i = 0; i < r->nconflicts; i++) {
		const struct record_conflict *c = &r->conflicts[i];

		jout_list(&j);
		jout_str(&j, c->field);
		for (k = 0; k < 2; k++) {
			jout_str(&j, c->mine[k]);
			ref_text(c->from[k], text);
			jout_str(&j, text);
			jout_str(&j, c->by[k]);
			jout_int(&j, c->at[k].ms);
		}
		jout_list_end(&j);
	}
	jout_list_end(&j);
	jout_key(&j, "d");
	fields_write(&r->d, &j);
	jout_key(&j, "f");
	fields_write(&r->f, &j);
	jout_key(&j, "h");
	jout_list(&j);
	for (i = 0; i < r->nheads; i++) {
		ref_text(r->heads[i], text);
		jout_str(&j, text);
	}
	jout_list_end(&j);
	jout_obj_end(&j);
}

/* Drops the longest value; false when none is left.  What many entries wrote
 * may be more than a row holds, and the fold is total: the rest is shown, the
 * record is marked, the entries keep every word. */
static bool drop_longest(struct record_full *r)
{
	struct fields *of = NULL, *const both[] = { &r->f, &r->d };
	size_t i, k, at = 0, most = 0, len;

	for (k = 0; k < ARRAY_LEN(both); k++)
		for (i = 0; i < both[k]->n; i++) {
			const struct field_value *v = &both[k]->v[i];

			len = v->text == NULL ? 0 : strlen(v->text);
			if (of != NULL && len <= most)
				continue;
			of = both[k];
			at = i;
			most = len;
		}
	if (of == NULL)
		return false;
	fields_drop(of, of->v[at].name);
	r->r.flags |= REC_ODD;
	return true;
}

static enum mq_status put_row(struct node *n, struct record_full *r,
    bool whole, struct err *err)
{
	struct buf plain = BUF_INIT(BOX_MAX), box = BUF_INIT(BOX_MAX + 64);
	struct db_stmt *s;
	enum mq_status st;

	box_of(r, &plain);
	while (plain.over && !whole && drop_longest(r)) {
		buf_reset(&plain);
		box_of(r, &plain);
	}
	if (plain.over) {
		st = err_set(err, MQ_E_TOO_BIG, "record");
		goto out;
	}
	crypto_rest_wrap(n->keys.data, r->r.rec, 0, plain.data, plain.len,
	    &box);
	st = db_query(n->db, "INSERT OR REPLACE INTO record(rec, kind, org,"
	    " state, level, grade, title, owner, no, by, who, place, due_at,"
	    " opened_at, closed_at, changed_at, num, tkey, flags, cause,"
	    " own_dev, own_seq, proposed, main, box) VALUES(?, ?, ?, ?, ?,"
	    " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    &s, err);
	if (st)
		goto out;
	record_row_bind(s, &r->r);
	db_bind_blob(s, box.data, box.len);
	st = db_run(&s, err);
out:
	crypto_wipe(plain.data, plain.len);
	buf_free(&plain);
	buf_free(&box);
	return st;
}

/* Slot 0 finds a record that came from a list by its row (import.h), even
 * after it was withdrawn: the row must not make it again. */
static enum mq_status put_key(struct node *n, const struct record_full *r,
    int slot, const char *name, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	if (!fields_has(&r->d, name))
		return MQ_OK;
	st = db_query(n->db, "INSERT INTO record_key(kind, slot, key, rec)"
	    " VALUES(?, ?, ?, ?)", &s, err);
	if (st)
		return st;
	db_bind_text(s, r->r.kind);
	db_bind_i64(s, slot);
	db_bind_text(s, fields_text(&r->d, name));
	db_bind_i64(s, r->r.rec);
	return db_run(&s, err);
}

static enum mq_status put_keys(struct node *n, const struct record_full *r,
    struct err *err)
{
	static const char *const slots[] = { "k1", "k2", "k3", "k4" };
	struct db_stmt *s;
	enum mq_status st;
	size_t i;

	st = db_query(n->db, "DELETE FROM record_key WHERE rec = ?", &s, err);
	if (st)
		return st;
	db_bind_i64(s, r->r.rec);
	st = db_run(&s, err);
	if (!st)
		st = put_key(n, r, 0, "src", err);
	if (r->r.flags & (REC_VOID | REC_CONFIDENTIAL))
		return st;
	for (i = 0; i < ARRAY_LEN(slots) && !st; i++)
		st = put_key(n, r, (int)i + 1, slots[i], err);
	return st;
}

static enum mq_status mark_search(struct node *n, int64_t rec,
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(n->db, "INSERT OR IGNORE INTO search_todo(rec)"
	    " VALUES(?)", &s, err);
	if (st)
		return st;
	db_bind_i64(s, rec);
	return db_run(&s, err);
}

static enum mq_status take_old(struct node *n, int64_t rec,
    struct record *old, bool *there, struct err *err)
{
	enum mq_status st = record_row_get(n, rec, old, there, err);

	return st || !*there ? st : count_record(n, old, -1, err);
}

/* Nothing to show (any more). */
static enum mq_status drop_row(struct node *n, int64_t rec, struct err *err)
{
	static const char *const sql[] = {
		"DELETE FROM record WHERE rec = ?",
		"DELETE FROM record_key WHERE rec = ?",
	};
	struct record_full none;
	struct record old;
	struct db_stmt *s;
	enum mq_status st;
	bool there;
	size_t i;

	st = take_old(n, rec, &old, &there, err);
	if (!there)
		return st;
	for (i = 0; i < ARRAY_LEN(sql) && !st; i++) {
		st = db_query(n->db, sql[i], &s, err);
		if (st)
			break;
		db_bind_i64(s, rec);
		st = db_run(&s, err);
	}
	memset(&none, 0, sizeof(none));
	none.r.rec = rec;
	if (!st)
		st = record_mark_fold(n, &none, &old, err);
	return st ? st : mark_search(n, rec, err);
}

/* whole: refuse a record larger than a row rather than show less of it. */
static enum mq_status fold(struct node *n, struct ref subj, bool whole,
    struct err *err)
{
	struct fold fo;
	struct record old;
	enum mq_status st;
	bool there = false;

	assert(db_in_transaction(n->db));
	memset(&fo, 0, sizeof(fo));
	st = record_history_load(n, subj, &fo.h, err);
	if (st)
		return st;
	fold_all(&fo, subj, n->set.number);
	if (fo.refuses) {
		st = drop_row(n, ref_rec(subj), err);
		goto out;
	}
	st = take_old(n, fo.r.r.rec, &old, &there, err);
	if (!st)
		st = put_row(n, &fo.r, whole, err);
	if (!st)
		st = put_keys(n, &fo.r, err);
	if (!st)
		st = count_record(n, &fo.r.r, 1, err);
	if (!st)
		st = record_mark_fold(n, &fo.r, there ? &old : NULL, err);
	if (!st)
		st = mark_search(n, fo.r.r.rec, err);
out:
	record_history_free(&fo.h);
	record_full_free(&fo.r);
	return st;
}

enum mq_status record_fold(struct node *n, struct ref subj, struct err *err)
{
	return fold(n, subj, false, err);
}

/* The subject and the place of arrival of one entry. */
static enum mq_status where_is(struct node *n, struct ref id, int64_t *subj,
    int64_t *pos, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	st = db_query(n->db, "SELECT subj, pos FROM entry WHERE dev = ?"
	    " AND seq = ?", &s, err);
	if (st)
		return st;
	db_bind_i64(s, id.dev.v);
	db_bind_i64(s, id.seq);
	st = db_step(s, &row, err);
	assert(st || row);
	if (!st) {
		*subj = db_i64(s, "subj");
		*pos = db_i64(s, "pos");
	}
	db_done(&s);
	return st;
}

enum mq_status record_fold_saved(struct node *n, const struct ref *ids,
    int count, struct err *err)
{
	int64_t subj, pos = 0, before = 0, last = 0;
	enum mq_status st = MQ_OK;
	int i;

	for (i = 0; i < count && !st; i++) {
		st = where_is(n, ids[i], &subj, &pos, err);
		if (!st && i == 0)
			before = pos - 1;
		if (!st && subj != last)
			st = fold(n, ref_of_rec(subj), true, err);
		last = subj;
	}
	/* Nothing was waiting to be folded: nothing is now. */
	if (!st && node_meta(n, "folded_to") == before)
		st = node_set_meta(n, "folded_to", pos, err);
	return st;
}

/* ---- in the background ---- */

/* Subjects of the next unfolded entries, newest first within the slice. */
static enum mq_status next_subjects(struct node *n, int max, int64_t *recs,
    int *count, int64_t *to, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	*count = 0;
	*to = node_meta(n, "folded_to");
	st = db_query(n->db, "SELECT subj, max(pos) AS last FROM (SELECT subj,"
	    " pos FROM entry WHERE pos > ? ORDER BY pos LIMIT ?)"
	    " GROUP BY subj ORDER BY last DESC", &s, err);
	if (st)
		return st;
	db_bind_i64(s, *to);
	db_bind_i64(s, max);
	while (!(st = db_step(s, &row, err)) && row) {
		recs[(*count)++] = db_i64(s, "subj");
		if (db_i64(s, "last") > *to)
			*to = db_i64(s, "last");
	}
	db_done(&s);
	return st;
}

enum mq_status record_unfolded(struct node *n, int64_t *left,
    struct err *err)
{
	int64_t last = 0;
	enum mq_status st;

	st = db_scalar(n->db, "SELECT coalesce(max(pos), 0) FROM entry",
	    &last, err);
	*left = last - node_meta(n, "folded_to");
	return st;
}

static enum mq_status fold_slice(struct node *n, int max, int *done,
    struct err *err)
{
	int64_t recs[FOLD_SLICE], to;
	enum mq_status st;
	int i;

	st = db_begin(n->db, __func__, err);
	if (st)
		return st;
	st = next_subjects(n, max, recs, done, &to, err);
	for (i = 0; i < *done && !st; i++)
		st = record_fold(n, ref_of_rec(recs[i]), err);
	if (!st)
		st = node_set_meta(n, "folded_to", to, err);
	if (!st)
		return db_commit(n->db, err);
	db_rollback(n->db);
	return st;
}

enum mq_status record_fold_pending(struct node *n, int max, int64_t *left,
    struct err *err)
{
	enum mq_status st;
	int done = 0, all = 0;

	st = record_unfolded(n, left, err);
	while (!st && *left > 0 && all < max) {
		st = fold_slice(n, FOLD_SLICE, &done, err);
		all += done;
		if (!st)
			st = record_unfolded(n, left, err);
	}
	return st;
}

/* ---- from scratch ---- */

static enum mq_status clear(struct node *n, struct err *err)
{
	static const char *const all[] = {
		"DELETE FROM record", "DELETE FROM record_key",
		"DELETE FROM record_mark",
		"DELETE FROM tally"
	};
	struct db_stmt *s;
	enum mq_status st = MQ_OK;
	size_t i;

	for (i = 0; i < ARRAY_LEN(all) && !st; i++) {
		st = db_query(n->db, all[i], &s, err);
		if (!st)
			st = db_run(&s, err);
	}
	if (!st)
		st = node_set_meta(n, "folded_to", 0, err);
	return st;
}

enum mq_status record_rebuild(struct node *n, struct err *err)
{
	enum mq_status st;
	int64_t left = 1;

	st = db_begin(n->db, __func__, err);
	if (st)
		return st;
	st = clear(n, err);
	if (!st)
		st = db_commit(n->db, err);
	else
		db_rollback(n->db);
	/* The log is moved into the file between slices: it stays small. */
	while (!st && left > 0) {
		st = record_fold_pending(n, REBUILD_SLICE, &left, err);
		if (!st)
			st = db_checkpoint(n->db, err);
	}
	if (st)
		return st;
	st = db_begin(n->db, __func__, err);
	if (st)
		return st;
	st = drop_zero_counts(n, err);
	if (!st)
		return db_commit(n->db, err);
	db_rollback(n->db);
	return st;
}
