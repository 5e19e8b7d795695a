/*
 * Lists of records, page by page: keyset only, never an offset.
 *
 * Each sort has two constant statements, forwards and backwards; the filters
 * are the same text in all of them, bound by bind_filter().
 */
#include <assert.h>

#include "base/xmalloc.h"
#include "record.h"
#include "record_row.h"

/* Somebody, and whoever was merged into them.  That there is one has to be
 * said: the index holds no others. */
#define ALL_OF(col) col " > 0 AND " col " IN (SELECT ? UNION ALL SELECT rec" \
	" FROM record WHERE main = ? AND main > 0)"
#define FILTER \
	" AND (? = '' OR kind = ?)" \
	" AND (? = '' OR (? = 'open' AND flags & 32 = 0)" \
	" OR (? = 'closed' AND flags & 32 <> 0) OR state = ?)" \
	" AND (? = '' OR owner = ?) AND (? = '' OR by = ?)" \
	" AND (? = 0 OR " ALL_OF("who") ")" \
	" AND (? = 0 OR " ALL_OF("place") ")" \
	" AND (? IS NULL OR org IN (SELECT value FROM json_each(?))" \
	" OR owner IN (SELECT value FROM json_each(?))" \
	" OR proposed IN (SELECT value FROM json_each(?)))" \
	" AND (? = 0 OR opened_at >= ?) AND (? = 0 OR opened_at < ?)" \
	" AND (? = 0 OR (due_at > 0 AND due_at < ?))" \
	" AND flags & ? = ? AND flags & ? = 0"

#define FROM_RECORD "SELECT " RECORD_COLUMNS " FROM record WHERE "
#define DOWN(col) " AND (" col ", rec) < (?, ?)" FILTER \
	" ORDER BY " col " DESC, rec DESC LIMIT ?"
#define UP(col) " AND (" col ", rec) > (?, ?)" FILTER \
	" ORDER BY " col ", rec LIMIT ?"
#define FROM_KEY "SELECT " RECORD_COLUMNS " FROM (SELECT key AS k_key," \
	" rec AS k_rec FROM record_key WHERE kind = ? AND slot = ?" \
	" AND key >= ? AND key < ?) JOIN record ON rec = k_rec WHERE "

#define WALK 100		/* rows a walk reads at a time */

enum shape { BY_KIND, BY_NONE, BY_WHO, BY_PLACE, SHAPES };

/* [shape][newest first | the other way] */
static const char *const opened_sql[SHAPES][2] = {
	[BY_KIND] = { FROM_RECORD "kind = ?" DOWN("opened_at"),
	    FROM_RECORD "kind = ?" UP("opened_at") },
	[BY_NONE] = { NULL, NULL },
	[BY_WHO] = { FROM_RECORD ALL_OF("who") DOWN("opened_at"),
	    FROM_RECORD ALL_OF("who") UP("opened_at") },
	[BY_PLACE] = { FROM_RECORD ALL_OF("place") DOWN("opened_at"),
	    FROM_RECORD ALL_OF("place") UP("opened_at") },
};
static const char *const changed_sql[SHAPES][2] = {
	[BY_KIND] = { FROM_RECORD "kind = ?" DOWN("changed_at"),
	    FROM_RECORD "kind = ?" UP("changed_at") },
	[BY_NONE] = { FROM_RECORD "1" DOWN("changed_at"),
	    FROM_RECORD "1" UP("changed_at") },
	[BY_WHO] = { NULL, NULL },
	[BY_PLACE] = { NULL, NULL },
};
static const char *const due_sql[2] = {
	FROM_RECORD "kind = ? AND due_at > 0" UP("due_at"),
	FROM_RECORD "kind = ? AND due_at > 0" DOWN("due_at"),
};
static const char *const key_sql[2] = {
	FROM_KEY "(k_key, k_rec) > (?, ?)" FILTER
	    " ORDER BY k_key, k_rec LIMIT ?",
	FROM_KEY "(k_key, k_rec) < (?, ?)" FILTER
	    " ORDER BY k_key DESC, k_rec DESC LIMIT ?",
};

static void bind_texts(struct db_stmt *s, const char *text, int times)
{
	while (times-- > 0)
		db_bind_text(s, text ? text : "");
}

static void bind_twice(struct db_stmt *s, int64_t v)
{
	db_bind_i64(s, v);
	db_bind_i64(s, v);
}

static void bind_filter(struct db_stmt *s, const struct record_query *q)
{
	int none = q->flags_none;

	if (!(q->flags_all & REC_VOID))
		none |= REC_VOID;
	bind_texts(s, q->kind, 2);
	bind_texts(s, q->state, 4);
	bind_texts(s, q->owner, 2);
	bind_texts(s, q->by, 2);
	bind_twice(s, q->who);
	db_bind_i64(s, q->who);
	bind_twice(s, q->place);
	db_bind_i64(s, q->place);
	db_bind_text(s, q->scope);
	db_bind_text(s, q->scope);
	db_bind_text(s, q->scope);
	db_bind_text(s, q->scope);
	bind_twice(s, q->from.ms);
	bind_twice(s, q->to.ms);
	bind_twice(s, q->due_before.ms);
	bind_twice(s, q->flags_all);
	db_bind_i64(s, none);
}

static const char *choose(const struct record_query *q, bool backwards,
    enum shape *shape)
{
	*shape = q->kind ? BY_KIND : q->who ? BY_WHO :
	    q->place ? BY_PLACE : BY_NONE;
	switch (q->sort) {
	case SORT_OPENED:
		/* one person's or household's records are few: their own
		 * index beats the kind's */
		if (q->who)
			*shape = BY_WHO;
		else if (q->place)
			*shape = BY_PLACE;
		return opened_sql[*shape][backwards];
	case SORT_CHANGED:
		return changed_sql[*shape][backwards];
	case SORT_DUE:
		return due_sql[backwards];
	case SORT_KEY:
		return key_sql[backwards];
	}
	return NULL;
}

/* Key of the cursor row in this slot; the open end when there is none. */
static enum mq_status cursor_key(struct node *n,
    const struct record_query *q, const struct record *cursor,
    bool backwards, char *out, size_t size, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	xcopy(out, size, backwards ? "\xf4\x8f\xbf\xbf" : "");
	if (!cursor || !cursor->rec)
		return MQ_OK;
	st = db_query(n->db, "SELECT key FROM record_key WHERE rec = ?"
	    " AND slot = ?", &s, err);
	if (st)
		return st;
	db_bind_i64(s, cursor->rec);
	db_bind_i64(s, q->slot);
	st = db_step(s, &row, err);
	if (!st && row)
		db_copy(s, "key", out, size);
	db_done(&s);
	return st;
}

static enum mq_status bind_key(struct node *n, struct db_stmt *s,
    const struct record_query *q, const struct record *cursor,
    bool backwards, struct err *err)
{
	char key[256], end[300];
	enum mq_status st;
	const char *prefix = q->key ? q->key : q->prefix ? q->prefix : "";

	st = cursor_key(n, q, cursor, backwards, key, sizeof(key), err);
	/* Keys hold no control characters: nothing longer comes before one. */
	snprintf(end, sizeof(end), "%s%s", prefix,
	    q->key ? "\x01" : "\xf4\x8f\xbf\xbf");
	db_bind_text(s, q->kind);
	db_bind_i64(s, q->slot);
	db_bind_text(s, prefix);
	db_bind_text(s, end);
	db_bind_text(s, key);
	db_bind_i64(s, cursor && cursor->rec ? cursor->rec :
	    backwards ? INT64_MAX : 0);
	return st;
}

static int64_t sort_value(const struct record_query *q,
    const struct record *r)
{
	switch (q->sort) {
	case SORT_DUE:
		return r->due_at.ms;
	case SORT_CHANGED:
		return r->changed_at.ms;
	default:
		return r->opened_at.ms;
	}
}

static void bind_cursor(struct db_stmt *s, const struct record_query *q,
    const struct record *cursor, enum shape shape, bool backwards)
{
	/* Due runs upwards, the others downwards. */
	bool up = (q->sort == SORT_DUE) != backwards;

	if (shape == BY_KIND)
		db_bind_text(s, q->kind);
	else if (shape == BY_WHO)
		bind_twice(s, q->who);
	else if (shape == BY_PLACE)
		bind_twice(s, q->place);
	if (cursor && cursor->rec) {
		db_bind_i64(s, sort_value(q, cursor));
		db_bind_i64(s, cursor->rec);
	} else {
		db_bind_i64(s, up ? INT64_MIN : INT64_MAX);
		db_bind_i64(s, up ? 0 : INT64_MAX);
	}
}

static void reverse(struct record *rows, int n)
{
	int i;

	for (i = 0; i < n / 2; i++) {
		struct record t = rows[i];

		rows[i] = rows[n - 1 - i];
		rows[n - 1 - i] = t;
	}
}

enum mq_status record_page(struct node *n, const struct record_query *q,
    const struct record *cursor, bool backwards, struct record *rows,
    int max, int *n_out, struct err *err)
{
	enum shape shape;
	const char *sql = choose(q, backwards, &shape);
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	assert(sql);
	*n_out = 0;
	st = db_query(n->db, sql, &s, err);
	if (st)
		return st;
	if (q->sort == SORT_KEY)
		st = bind_key(n, s, q, cursor, backwards, err);
	else
		bind_cursor(s, q, cursor, shape, backwards);
	bind_filter(s, q);
	db_bind_i64(s, max);
	while (!st && *n_out < max && !(st = db_step(s, &row, err)) && row)
		record_row_read(s, &rows[(*n_out)++]);
	db_done(&s);
	if (backwards)
		reverse(rows, *n_out);
	return st;
}

/* ---- row by row ---- */

void record_walk_begin(struct record_walk *w, struct node *n,
    const struct record_query *q)
{
	*w = (struct record_walk){ .n = n, .q = *q, .got = WALK, .at = WALK };
	w->rows = xcalloc(WALK, sizeof(*w->rows));
}

enum mq_status record_walk_next(struct record_walk *w,
    const struct record **row, struct err *err)
{
	struct record last;
	enum mq_status st;

	*row = NULL;
	/* The first page begins behind a row that is none. */
	if (w->at == WALK && w->got == WALK) {
		last = w->rows[WALK - 1];
		w->at = 0;
		st = record_page(w->n, &w->q, &last, false, w->rows, WALK,
		    &w->got, err);
		if (st)
			return st;
	}
	if (w->at < w->got)
		*row = &w->rows[w->at++];
	return MQ_OK;
}

void record_walk_end(struct record_walk *w)
{
	FREE(w->rows);
}
