/*
 * Finding records by words.  Called by the search panel and the command
 * line.
 */
#include "search.h"

#include <assert.h>

#include "base/xmalloc.h"
#include "db/fts_han.h"
#include "record_row.h"
#include "search_parts.h"

#define DRAIN_FIRST 200		/* marked records indexed before a search */
#define LATE_TIMES 2		/* entered late, so found behind others */
#define PEOPLE_MAX 16		/* persons whose records are looked up too */

enum mq_status search_register(struct db *db, struct err *err)
{
	return db_on_open(db, fts_han_register, err);
}

struct found {
	struct record *rows;
	int max, n;
	const char *kind, *scope;
	struct node *n_of;
};

static bool in_scope(const char *scope, const char *org)
{
	char quoted[40];

	if (scope == NULL)
		return true;
	(void)snprintf(quoted, sizeof(quoted), "\"%s\"", org);
	return strstr(scope, quoted) != NULL;
}

static bool newer(const struct record *a, const struct record *b)
{
	if (a->opened_at.ms != b->opened_at.ms)
		return a->opened_at.ms > b->opened_at.ms;
	return a->rec > b->rec;
}

/* Keeps the newest `max`, newest first. */
static void keep(struct found *f, const struct record *r)
{
	int i;

	if ((r->flags & (REC_VOID | REC_CONFIDENTIAL)) != 0 ||
	    (f->kind != NULL && strcmp(f->kind, r->kind) != 0) ||
	    !in_scope(f->scope, r->org))
		return;
	for (i = 0; i < f->n; i++)
		if (f->rows[i].rec == r->rec)
			return;
	if (f->n == f->max) {
		if (!newer(r, &f->rows[f->n - 1]))
			return;
		f->n--;
	}
	for (i = f->n++; i > 0 && newer(r, &f->rows[i - 1]); i--)
		f->rows[i] = f->rows[i - 1];
	f->rows[i] = *r;
}

static enum mq_status keep_rec(struct node *n, struct found *f, int64_t rec,
    struct err *err)
{
	struct record r;
	enum mq_status st;
	bool there;

	st = record_row_get(n, rec, &r, &there, err);
	if (st == MQ_OK && there)
		keep(f, &r);
	return st;
}

/* Each word a phrase, all of them asked for. */
static bool query_of(const char *words, struct buf *out)
{
	size_t len;
	bool any = false;

	for (; *words != '\0'; words += len) {
		words += strspn(words, " \t\n");
		len = strcspn(words, " \t\n");
		if (len == 0)
			break;
		if (any)
			buf_addc(out, ' ');
		if (fts_han_phrase(words, len, out))
			any = true;
	}
	return any && !out->over;
}

/* The newest of one node that match: the index walks backwards through its
 * numbers and stops, where sorting would read every match of a year. */
static enum mq_status by_words_of(struct node *n, const char *query,
    int64_t from, int64_t to, struct found *f, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	st = db_query(n->db, "SELECT r.rec FROM search_fts f"
	    " CROSS JOIN record r ON r.rec = f.rowid"
	    " WHERE search_fts MATCH ?1 AND f.rowid >= ?2 AND f.rowid < ?3"
	    " AND (?4 IS NULL OR r.kind = ?4) AND (?5 IS NULL OR r.org IN"
	    " (SELECT value FROM json_each(?5)))"
	    " ORDER BY f.rowid DESC LIMIT ?6", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, query);
	db_bind_i64(s, from);
	db_bind_i64(s, to);
	db_bind_text(s, f->kind);
	db_bind_text(s, f->scope);
	db_bind_i64(s, (int64_t)f->max * LATE_TIMES);
	while ((st = db_step(s, &row, err)) == MQ_OK && row) {
		st = keep_rec(n, f, db_i64(s, "rec"), err);
		if (st != MQ_OK)
			break;
	}
	db_done(&s);
	return st;
}

/* The last record before `to` that is indexed; 0 none. */
static enum mq_status last_before(struct node *n, int64_t to, int64_t *rec,
    struct err *err)
{
	struct db_stmt *s;
	enum mq_status st = db_query(n->db, "SELECT max(rec) AS rec FROM"
	    " search_doc WHERE rec < ?", &s, err);
	bool row;

	*rec = 0;
	if (st != MQ_OK)
		return st;
	db_bind_i64(s, to);
	st = db_step(s, &row, err);
	if (st == MQ_OK && row)
		*rec = db_i64(s, "rec");
	db_done(&s);
	return st;
}

/* Node by node, as the numbers of a record begin with its node. */
static enum mq_status by_words(struct node *n, const char *words,
    struct found *f, struct err *err)
{
	struct buf query = BUF_INIT(4096);
	int64_t to = INT64_MAX, from, rec = 0;
	enum mq_status st = MQ_OK;
	struct ref first;

	if (!query_of(words, &query))
		to = 0;
	while (st == MQ_OK && to > 0) {
		st = last_before(n, to, &rec, err);
		if (st != MQ_OK || rec <= 0)
			break;
		first = ref_of_rec(rec);
		first.seq = 0;
		from = ref_rec(first);
		st = by_words_of(n, buf_str(&query), from, to, f, err);
		to = from;
	}
	buf_free(&query);
	return st;
}

struct scan { struct found *f; const char *words; };

/* As the index would: every word a phrase, all of them asked for. */
static enum mq_status scan_one(void *ctx, const struct record_full *r,
    struct err *err)
{
	const struct scan *s = ctx;
	struct buf words = BUF_INIT(SEARCH_WORDS_MAX);
	const char *w = s->words;
	bool yes = true, any = false;
	size_t len;

	(void)err;
	search_words(s->f->n_of, r, &words);
	for (; yes && *w != '\0'; w += len) {
		w += strspn(w, " \t\n");
		len = strcspn(w, " \t\n");
		any = any || len > 0;
		yes = fts_han_holds(buf_str(&words), words.len, w, len);
	}
	if (yes && any)
		keep(s->f, &r->r);
	buf_free(&words);
	return MQ_OK;
}

static enum mq_status by_scan(struct node *n, const char *words,
    struct found *f, struct err *err)
{
	struct buf query = BUF_INIT(4096);
	struct scan s = { f, words };
	enum mq_status st = MQ_OK;

	/* A word of signs alone asks for nothing, as in the index. */
	if (query_of(words, &query))
		st = search_tail(n, f->kind, scan_one, &s, err);
	buf_free(&query);
	return st;
}

static enum mq_status of_person(struct node *n, int64_t rec, struct found *f,
    struct err *err)
{
	struct record_query q = { .kind = f->kind, .who = rec,
	    .sort = SORT_OPENED, .scope = f->scope };
	struct record *rows = xcalloc((size_t)f->max, sizeof(*rows));
	enum mq_status st;
	int got = 0, i;

	st = record_page(n, &q, NULL, false, rows, f->max, &got, err);
	for (i = 0; st == MQ_OK && i < got; i++)
		keep(f, &rows[i]);
	free(rows);
	return st;
}

/* Letters and digits may also say who it is about: "zw", "8000". */
static enum mq_status by_people(struct node *n, const char *words,
    struct found *f, struct err *err)
{
	struct search_person people[PEOPLE_MAX];
	enum mq_status st;
	int count = 0, i;

	if (strlen(words) < 2)
		return MQ_OK;
	st = search_people(n, "person", words, NULL, people, PEOPLE_MAX,
	    &count, err);
	for (i = 0; st == MQ_OK && i < count; i++) {
		st = keep_rec(n, f, people[i].rec, err);
		if (st == MQ_OK)
			st = of_person(n, people[i].rec, f, err);
	}
	return st;
}

enum mq_status search_text(struct node *n, const char *kind, const char *words,
    const char *scope, struct record *rows, int max, int *count,
    struct err *err)
{
	struct found f = { rows, max, 0, kind, scope, n };
	enum mq_status st;
	int64_t left = 0, rec;

	assert(max > 0);
	*count = 0;
	st = search_drain(n, DRAIN_FIRST, &left, err);
	/* Somebody else may be writing: what is indexed can be found. */
	if (st == MQ_E_LOCKED || st == MQ_E_DISK_FULL || st == MQ_E_READ_ONLY)
		st = MQ_OK;
	if (st == MQ_OK)
		st = by_words(n, words, &f, err);
	if (st == MQ_OK && left > 0)
		st = by_scan(n, words, &f, err);
	if (st == MQ_OK && record_by_no(n, words, &rec, NULL) == MQ_OK)
		st = keep_rec(n, &f, rec, err);
	if (st == MQ_OK)
		st = by_people(n, words, &f, err);
	*count = f.n;
	return st;
}
