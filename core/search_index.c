/*
 * Filling the index: what the fold marked, in short transactions at idle.
 * The words kept are masked; sealed and working fields are not among them.
 */
#include "search_parts.h"

#include <assert.h>

#include "base/xmalloc.h"
#include "mask.h"
#include "pack.h"

#define SLICE 64		/* records a transaction takes at most */
#define MERGE_PAGES 200		/* of the index, in one transaction */
#define MERGES_MAX 100000
#define TAIL_MS 400		/* for looking through what is not indexed */
#define SLICE_MS 15		/* and for how long; a save may be waiting */

/* ---- the words of one record ---- */

static void add(struct buf *out, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	if (out->len > 0)
		buf_addc(out, '\n');
	mask_text(text, strlen(text), out);
}

/* Labels of the choices picked, in both languages. */
static void add_choices(struct node *n, const struct field *f,
    const char *names, struct buf *out)
{
	const struct choice *c;
	char name[80];
	size_t len;

	for (; *names != '\0'; names += len + (names[len] != '\0')) {
		len = strcspn(names, "\n ");
		(void)snprintf(name, sizeof(name), "%.*s",
		    len < sizeof(name) ? (int)len : 0, names);
		c = pack_choice(n->pack, f->list, name);
		if (c == NULL)
			continue;
		add(out, c->label[LANG_ZH]);
		add(out, c->label[LANG_EN]);
	}
}

static void add_name(const char *name, struct buf *out)
{
	struct buf b = BUF_INIT(256);

	mask_name(name, &b);
	add(out, buf_str(&b));
	buf_free(&b);
}

static void add_field(struct node *n, const struct field *f,
    const struct field_value *v, struct buf *out)
{
	if (v->kind != FV_TEXT && v->kind != FV_LIST)
		return;
	switch (f->type) {
	case FT_SELECT_ONE:
	case FT_SELECT_MULTI:
		add_choices(n, f, v->text, out);
		return;
	case FT_ORG:
		add(out, org_name(pack_orgs(n->pack), v->text, LANG_ZH));
		add(out, org_name(pack_orgs(n->pack), v->text, LANG_EN));
		return;
	case FT_PERSON:
	case FT_PLACE:
	case FT_RECORD:
	case FT_PHONE:
	case FT_IDNUMBER:
		return;		/* by keys, not by words */
	default:
		break;
	}
	if (strstr(f->appearance, "name") != NULL)
		add_name(v->text, out);
	else if (f->class == FC_OPEN)
		add(out, v->text);
}

void search_words(struct node *n, const struct record_full *r,
    struct buf *out)
{
	const struct kind *k = pack_kind(n->pack, r->r.kind);
	const struct field *f;
	size_t i;

	add(out, r->r.title);
	/* A number is found whole and by its last seven, as people say it. */
	if (strlen(r->r.no) == 12) {
		buf_addf(out, "\n%s\n%s", r->r.no, r->r.no + 5);
	}
	if (k == NULL)
		return;
	add(out, k->label[LANG_ZH]);
	add(out, k->label[LANG_EN]);
	for (i = 0; i < r->f.n; i++) {
		f = kind_field(k, r->f.v[i].name);
		if (f != NULL)
			add_field(n, f, &r->f.v[i], out);
	}
}

/* ---- rows ---- */

static enum mq_status run_for(struct node *n, const char *const sql[],
    size_t count, int64_t rec, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st = MQ_OK;
	size_t i;

	for (i = 0; i < count && st == MQ_OK; i++) {
		st = db_query(n->db, sql[i], &s, err);
		if (st != MQ_OK)
			break;
		db_bind_i64(s, rec);
		st = db_run(&s, err);
	}
	return st;
}

static enum mq_status forget(struct node *n, int64_t rec, struct err *err)
{
	/* The index must be told the very words it is to forget. */
	static const char *const sql[] = {
		("INSERT INTO search_fts(search_fts, rowid, words)"
		" SELECT 'delete', rec, words FROM search_doc WHERE rec = ?"),
		"DELETE FROM search_doc WHERE rec = ?",
		"DELETE FROM search_name WHERE rec = ?",
		"DELETE FROM search_todo WHERE rec = ?"
	};

	return run_for(n, sql, ARRAY_LEN(sql), rec, err);
}

static enum mq_status put_doc(struct node *n, const struct record_full *r,
    struct err *err)
{
	struct buf words = BUF_INIT(SEARCH_WORDS_MAX);
	struct db_stmt *s;
	enum mq_status st;

	search_words(n, r, &words);
	st = db_query(n->db, "INSERT INTO search_doc(rec, kind, opened_at,"
	    " words) VALUES(?, ?, ?, ?)", &s, err);
	if (st == MQ_OK) {
		db_bind_i64(s, r->r.rec);
		db_bind_text(s, r->r.kind);
		db_bind_i64(s, r->r.opened_at.ms);
		db_bind_text(s, buf_str(&words));
		st = db_run(&s, err);
	}
	if (st == MQ_OK)
		st = db_query(n->db, "INSERT INTO search_fts(rowid, words)"
		    " VALUES(?, ?)", &s, err);
	if (st == MQ_OK) {
		db_bind_i64(s, r->r.rec);
		db_bind_text(s, buf_str(&words));
		st = db_run(&s, err);
	}
	buf_free(&words);
	return st;
}

bool search_is_register(struct node *n, const char *kind)
{
	const struct kind *k = pack_kind(n->pack, kind);

	return k != NULL && k->register_;
}

/* Those who take their name or building from this one are read again. */
static enum mq_status mark_dependants(struct node *n,
    const struct record_full *r, struct err *err)
{
	/* By place, which few share, not through all persons: the index is
	 * only taken when it is said that there is one. */
	static const char *const sql[] = {
		"INSERT OR IGNORE INTO search_todo(rec) SELECT rec FROM"
		" record WHERE place = ?1 AND place > 0"
		" AND +kind = 'person'"
	};

	if (strcmp(r->r.kind, "household") != 0)
		return MQ_OK;
	return run_for(n, sql, ARRAY_LEN(sql), r->r.rec, err);
}

static enum mq_status index_one(struct node *n, int64_t rec, bool *erased,
    struct err *err)
{
	struct record_full r;
	enum mq_status st = forget(n, rec, err);

	if (st != MQ_OK)
		return st;
	st = record_get(n, rec, &r, err);
	if (st == MQ_E_NOT_FOUND) {
		*erased = true;	/* it left this node */
		return MQ_OK;
	}
	if (st != MQ_OK)
		return st;
	*erased = *erased || (r.r.flags & REC_ERASED) != 0;
	if ((r.r.flags & (REC_VOID | REC_CONFIDENTIAL)) == 0) {
		st = put_doc(n, &r, err);
		if (st == MQ_OK && search_is_register(n, r.r.kind))
			st = search_keys_put(n, &r, err);
	}
	if (st == MQ_OK)
		st = mark_dependants(n, &r, err);
	record_full_free(&r);
	return st;
}

/* ---- draining ---- */

/* Those before `last`. */
static enum mq_status pick(struct node *n, int64_t last, int max,
    int64_t *recs, int *count, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	*count = 0;
	/* Newest first: what was just saved is looked for first. */
	st = db_query(n->db, "SELECT rec FROM search_todo WHERE rec < ?"
	    " ORDER BY rec DESC LIMIT ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_i64(s, last);
	db_bind_i64(s, max < SLICE ? max : SLICE);
	while ((st = db_step(s, &row, err)) == MQ_OK && row)
		recs[(*count)++] = db_i64(s, "rec");
	db_done(&s);
	return st;
}

/* Read and written under the lock, so that no change falls in between. */
static enum mq_status slice(struct node *n, int max, int *done, bool *erased,
    struct err *err)
{
	int64_t recs[SLICE], begun = n->env->mono_ms(n->env);
	int count = 0, i;
	enum mq_status st = db_begin(n->db, __func__, err);

	*done = 0;
	if (st != MQ_OK)
		return st;
	st = pick(n, INT64_MAX, max, recs, &count, err);
	for (i = 0; i < count && st == MQ_OK; i++) {
		st = index_one(n, recs[i], erased, err);
		*done = i + 1;
		if (n->env->mono_ms(n->env) - begun >= SLICE_MS)
			break;
	}
	if (st == MQ_OK)
		return db_commit(n->db, err);
	db_rollback(n->db);
	return st;
}

static enum mq_status merge(struct node *n, int64_t pages, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st = db_begin(n->db, __func__, err);

	if (st != MQ_OK)
		return st;
	st = db_query(n->db, "INSERT INTO search_fts(search_fts, rank)"
	    " VALUES('merge', ?)", &s, err);
	if (st == MQ_OK) {
		db_bind_i64(s, pages);
		st = db_run(&s, err);
	}
	if (st == MQ_OK)
		return db_commit(n->db, err);
	db_rollback(n->db);
	return st;
}

/* Old segments of the index hold words that were deleted; an erased one must
 * not stay there.  All become one, a bit in each transaction, so that a save
 * need not wait. */
static enum mq_status scrub(struct node *n, struct err *err)
{
	int64_t segments = 2;
	enum mq_status st = merge(n, -MERGE_PAGES, err);
	int i;

	for (i = 0; st == MQ_OK && i < MERGES_MAX && segments > 1; i++) {
		st = merge(n, MERGE_PAGES, err);
		if (st == MQ_OK)
			st = db_scalar(n->db, "SELECT count(DISTINCT segid)"
			    " FROM search_fts_idx", &segments, err);
	}
	return st;
}

/* ---- what is not indexed yet ---- */

static enum mq_status tail_one(struct node *n, int64_t rec, const char *kind,
    enum mq_status (*take)(void *ctx, const struct record_full *r,
    struct err *err), void *ctx, struct err *err)
{
	struct record_full r;
	enum mq_status st = record_get(n, rec, &r, err);

	if (st == MQ_E_NOT_FOUND)
		return MQ_OK;
	if (st != MQ_OK)
		return st;
	if ((kind == NULL || strcmp(kind, r.r.kind) == 0) &&
	    (r.r.flags & (REC_VOID | REC_CONFIDENTIAL)) == 0)
		st = take(ctx, &r, err);
	record_full_free(&r);
	return st;
}

enum mq_status search_tail(struct node *n, const char *kind,
    enum mq_status (*take)(void *ctx, const struct record_full *r,
    struct err *err), void *ctx, struct err *err)
{
	int64_t begun = n->env->mono_ms(n->env), last = INT64_MAX;
	int64_t recs[SLICE];
	enum mq_status st = MQ_OK;
	int count = SLICE, i;

	while (st == MQ_OK && count == SLICE && n->pack != NULL &&
	    n->env->mono_ms(n->env) - begun < TAIL_MS) {
		st = pick(n, last, SLICE, recs, &count, err);
		for (i = 0; i < count && st == MQ_OK; i++)
			st = tail_one(n, recs[i], kind, take, ctx, err);
		if (count > 0)
			last = recs[count - 1];
	}
	return st;
}

enum mq_status search_pending(struct node *n, int64_t *left, struct err *err)
{
	return db_scalar(n->db, "SELECT count(*) FROM search_todo", left, err);
}

enum mq_status search_drain(struct node *n, int max, int64_t *left,
    struct err *err)
{
	enum mq_status st;
	bool erased = false;
	int done = 1;

	assert(!db_in_transaction(n->db));
	st = search_pending(n, left, err);
	/* Labels come from the pack: without one this waits for a program
	 * that has it. */
	if (st != MQ_OK || n->read_only || n->pack == NULL || *left == 0)
		return st;
	while (st == MQ_OK && max > 0 && done > 0) {
		st = slice(n, max, &done, &erased, err);
		max -= done;
	}
	if (st == MQ_OK && erased)
		st = scrub(n, err);
	if (st == MQ_OK)
		st = search_pending(n, left, err);
	return st;
}
