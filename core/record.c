/*
 * Reading records: one, by number, its history, what derives from it,
 * counts, where it stands on its way.  See record.h.
 */
#include "record.h"

#include <assert.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "ledger.h"
#include "record_history.h"
#include "record_row.h"

#define BOX_MAX (256u * 1024u)
#define NO_DIGITS 12
#define NO_SHORT 7	/* enough at the station that issued it */

void record_full_free(struct record_full *r)
{
	fields_free(&r->f);
	fields_free(&r->d);
	memset(r, 0, sizeof(*r));
}

/* ---- one record ---- */

static void read_conflict(struct record_full *r, const struct jnode *c)
{
	struct record_conflict *x = &r->conflicts[r->nconflicts];
	size_t k;

	if (jnode_count(c) != 9)
		return;
	memset(x, 0, sizeof(*x));
	xcopy(x->field, sizeof(x->field), jnode_str(jnode_at(c, 0), ""));
	for (k = 0; k < 2; k++) {
		const char *ref = jnode_str(jnode_at(c, 2 + 4 * k), "");

		xcopy(x->mine[k], sizeof(x->mine[k]),
		    jnode_str(jnode_at(c, 1 + 4 * k), ""));
		ref_parse(ref, strlen(ref), &x->from[k]);
		xcopy(x->by[k], sizeof(x->by[k]),
		    jnode_str(jnode_at(c, 3 + 4 * k), ""));
		x->at[k].ms = jnode_int(jnode_at(c, 4 + 4 * k), 0);
	}
	r->nconflicts++;
}

static enum mq_status read_box(struct record_full *r,
    const struct buf *plain, struct err *err)
{
	struct jdoc *doc = NULL;
	const struct jnode *root, *list;
	enum mq_status st;
	size_t i;

	st = jdoc_parse(plain->data, plain->len, "record", &doc, err);
	if (st)
		return st;
	root = jdoc_root(doc);
	st = fields_read(jnode_get(root, "f"), &r->f, err);
	if (!st)
		st = fields_read(jnode_get(root, "d"), &r->d, err);
	list = jnode_get(root, "h");
	for (i = 0; i < jnode_count(list) && i < RECORD_HEADS_MAX; i++) {
		const char *ref = jnode_str(jnode_at(list, i), "");

		if (ref_parse(ref, strlen(ref), &r->heads[r->nheads]))
			r->nheads++;
	}
	list = jnode_get(root, "c");
	for (i = 0; i < jnode_count(list) && i < RECORD_CONFLICTS_MAX; i++)
		read_conflict(r, jnode_at(list, i));
	jdoc_free(&doc);
	return st;
}

enum mq_status record_get(struct node *n, int64_t rec,
    struct record_full *out, struct err *err)
{
	struct buf plain = BUF_INIT(BOX_MAX);
	struct db_stmt *s;
	enum mq_status st;
	const void *box;
	size_t len;
	bool row;

	memset(out, 0, sizeof(*out));
	st = db_query(n->db, "SELECT " RECORD_COLUMNS ", box FROM record"
	    " WHERE rec = ?", &s, err);
	if (st)
		return st;
	db_bind_i64(s, rec);
	st = db_step(s, &row, err);
	if (!st && !row)
		st = err_set(err, MQ_E_NOT_FOUND, NULL);
	if (!st) {
		record_row_read(s, &out->r);
		box = db_blob(s, "box", &len);
		st = crypto_rest_unwrap(n->keys.data, rec, 0, box, len,
		    &plain, err);
	}
	if (!st)
		st = read_box(out, &plain, err);
	db_done(&s);
	crypto_wipe(plain.data, plain.len);
	buf_free(&plain);
	if (st)
		record_full_free(out);
	return st;
}

/* Twelve digits, or the last seven of one issued here. */
enum mq_status record_by_no(struct node *n, const char *no, int64_t *rec,
    struct err *err)
{
	char digits[NO_DIGITS + 1], low[2 * NO_DIGITS];
	struct db_stmt *s;
	enum mq_status st;
	size_t k = 0;
	bool row;

	for (; *no && k < NO_DIGITS; no++)
		if (*no >= '0' && *no <= '9')
			digits[k++] = *no;
	digits[k] = '\0';
	if (k == NO_SHORT) {
		snprintf(low, sizeof(low), "%05d%s", n->set.number % 100000,
		    digits);
		xcopy(digits, sizeof(digits), low);
	} else if (k != NO_DIGITS) {
		return err_set(err, MQ_E_NOT_FOUND, "%s", digits);
	}
	st = db_query(n->db, "SELECT rec FROM record WHERE no = ?"
	    " AND no <> ''", &s, err);
	if (st)
		return st;
	db_bind_text(s, digits);
	st = db_step(s, &row, err);
	if (!st && row)
		*rec = db_i64(s, "rec");
	else if (!st)
		st = err_set(err, MQ_E_NOT_FOUND, "%s", digits);
	db_done(&s);
	return st;
}

static enum mq_status read_rows(struct db_stmt *s, int64_t rec,
    struct record *rows, int max, int *n_out, struct err *err)
{
	enum mq_status st = MQ_OK;
	bool row;

	db_bind_i64(s, rec);
	db_bind_i64(s, max);
	while (*n_out < max && !(st = db_step(s, &row, err)) && row)
		record_row_read(s, &rows[(*n_out)++]);
	db_done(&s);
	return st;
}

enum mq_status record_derived(struct node *n, int64_t rec,
    struct record *rows, int max, int *n_out, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	*n_out = 0;
	st = db_query(n->db, "SELECT " RECORD_COLUMNS " FROM record"
	    " WHERE cause > 0 AND cause IN (SELECT (dev << 38) | seq"
	    " FROM entry WHERE subj = ?) ORDER BY rec LIMIT ?", &s, err);
	return st ? st : read_rows(s, rec, rows, max, n_out, err);
}

enum mq_status record_merged(struct node *n, int64_t rec,
    struct record *rows, int max, int *n_out, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	*n_out = 0;
	st = db_query(n->db, "SELECT " RECORD_COLUMNS " FROM record"
	    " WHERE main = ? AND main > 0 ORDER BY rec LIMIT ?", &s, err);
	return st ? st : read_rows(s, rec, rows, max, n_out, err);
}

/* ---- what happened ---- */

static bool concurrent(const struct history *h, size_t i)
{
	size_t k;

	if (h->linear)
		return false;
	for (k = 0; k < h->n; k++)
		if (k != i && !record_history_reaches(h, i, k) &&
		    !record_history_reaches(h, k, i))
			return true;
	return false;
}

enum mq_status record_events(struct node *n, int64_t rec,
    struct record_event **out, int *count, struct err *err)
{
	struct history h;
	struct record_event *v;
	enum mq_status st;
	size_t i;

	*out = NULL;
	*count = 0;
	st = record_history_load(n, ref_of_rec(rec), &h, err);
	if (st)
		return st;
	if (!h.n) {
		record_history_free(&h);
		return err_set(err, MQ_E_NOT_FOUND, NULL);
	}
	v = xcalloc(h.n, sizeof(*v));
	for (i = 0; i < h.n; i++) {
		struct history_entry *x = &h.v[i];

		v[i].e = x->e;
		xcopy(v[i].step, sizeof(v[i].step), x->step);
		xcopy(v[i].from, sizeof(v[i].from),
		    fields_text(&x->d, "from"));
		xcopy(v[i].to, sizeof(v[i].to), fields_text(&x->d, "state"));
		v[i].undone = x->undone;
		v[i].erased = x->erased;
		v[i].damaged = !ledger_intact(n, x->e.id);
		v[i].concurrent = concurrent(&h, i);
		fields_copy(&v[i].f, &x->f);
		fields_copy(&v[i].d, &x->d);
		if (i)
			v[i].minutes_since = (x->e.at.ms -
			    h.v[i - 1].e.at.ms) / MS_MINUTE;
	}
	*out = v;
	*count = (int)h.n;
	record_history_free(&h);
	return MQ_OK;
}

void record_events_free(struct record_event **list, int count)
{
	int i;

	if (!*list)
		return;
	for (i = 0; i < count; i++) {
		fields_free(&(*list)[i].f);
		fields_free(&(*list)[i].d);
	}
	FREE(*list);
}

/* ---- counts ---- */

enum mq_status record_count(struct node *n, const char *kind,
    const char *what, const char *key, const char *scope, struct day from,
    struct day to, int64_t *out, struct err *err)
{
	bool dated = strcmp(what, "state") != 0 &&
	    strcmp(what, "grade") != 0;
	struct db_stmt *s;
	enum mq_status st;
	bool row;

	*out = 0;
	st = db_query(n->db, "SELECT coalesce(sum(n), 0) AS n FROM tally"
	    " WHERE kind = ? AND what = ? AND (? IS NULL OR key = ?)"
	    " AND (? IS NULL OR org IN (SELECT value FROM json_each(?)))"
	    " AND day BETWEEN ? AND ?", &s, err);
	if (st)
		return st;
	db_bind_text(s, kind);
	db_bind_text(s, what);
	db_bind_text(s, key);
	db_bind_text(s, key);
	db_bind_text(s, scope);
	db_bind_text(s, scope);
	db_bind_i64(s, dated ? from.n : 0);
	db_bind_i64(s, dated ? to.n : 0);
	st = db_step(s, &row, err);
	if (!st && row)
		*out = db_i64(s, "n");
	db_done(&s);
	return st;
}

/* ---- the way to the hub ---- */

/* Does the statement, asked for a chain and a place in it, give a row?  Not
 * when it cannot be asked. */
static bool gives_row(struct node *n, const char *sql, const struct record *r)
{
	struct db_stmt *s;
	bool row = false;

	if (db_query(n->db, sql, &s, NULL) != MQ_OK)
		return false;
	db_bind_i64(s, r->own_dev.v);
	db_bind_i64(s, r->own_seq);
	if (db_step(s, &row, NULL) != MQ_OK)
		row = false;
	db_done(&s);
	return row;
}

static bool came_back(struct node *n, const struct record *r)
{
	return gives_row(n, "SELECT first FROM returned WHERE dev = ?"
	    " AND ? BETWEEN first AND last", r);
}

/* Has the hub this entry of an epoch that ended? */
static bool former_has(struct node *n, const struct record *r)
{
	return gives_row(n, "SELECT 1 WHERE NOT EXISTS(SELECT 1 FROM former"
	    " WHERE dev = ? AND hub < ?)", r);
}

enum record_delivery record_delivery(struct node *n, const struct record *r)
{
	if (!r->own_seq)
		return DELIVERY_FOREIGN;
	if (came_back(n, r))
		return DELIVERY_RETURNED;
	if (r->own_dev.v < n->dev.v)
		return former_has(n, r) ? DELIVERY_HUB : DELIVERY_LOCAL;
	if (r->own_seq <= node_meta(n, "hub_seq"))
		return DELIVERY_HUB;
	if (r->own_seq <= node_meta(n, "sent_seq"))
		return DELIVERY_SENT;
	return DELIVERY_LOCAL;
}

/* ---- one digest over the projection ---- */

struct digest { uint8_t h[CRYPTO_HASH]; struct buf line; };

static void digest_row(struct digest *d)
{
	crypto_hash2(d->h, sizeof(d->h), d->line.data, d->line.len, d->h);
	buf_reset(&d->line);
}

static void add_text(struct digest *d, struct db_stmt *s, const char *col)
{
	buf_adds(&d->line, db_text(s, col));
	buf_addc(&d->line, '\n');
}

static void add_int(struct digest *d, struct db_stmt *s, const char *col)
{
	buf_addf(&d->line, "%lld\n", (long long)db_i64(s, col));
}

static void digest_record(struct digest *d, struct db_stmt *s)
{
	static const char *const texts[] = { "kind", "org", "state", "level",
	    "grade", "title", "owner", "no", "by", "tkey", "proposed" };
	static const char *const ints[] = { "rec", "who", "place", "due_at",
	    "opened_at", "closed_at", "changed_at", "num", "flags", "cause",
	    "own_dev", "own_seq", "main" };
	const void *box;
	size_t i, len;

	for (i = 0; i < ARRAY_LEN(texts); i++)
		add_text(d, s, texts[i]);
	for (i = 0; i < ARRAY_LEN(ints); i++)
		add_int(d, s, ints[i]);
	box = db_blob(s, "box", &len);
	buf_add(&d->line, box, len);
	digest_row(d);
}

static void digest_key(struct digest *d, struct db_stmt *s)
{
	add_text(d, s, "kind");
	add_int(d, s, "slot");
	add_text(d, s, "key");
	add_int(d, s, "rec");
	digest_row(d);
}

static void digest_mark(struct digest *d, struct db_stmt *s)
{
	add_text(d, s, "kind");
	add_text(d, s, "mark");
	add_int(d, s, "day");
	add_int(d, s, "rec");
	add_text(d, s, "org");
	add_int(d, s, "met");
	add_text(d, s, "by");
	digest_row(d);
}

static void digest_tally(struct digest *d, struct db_stmt *s)
{
	add_text(d, s, "kind");
	add_text(d, s, "what");
	add_text(d, s, "key");
	add_text(d, s, "org");
	add_int(d, s, "day");
	add_int(d, s, "n");
	digest_row(d);
}

enum mq_status record_digest(struct node *n, uint8_t out[CRYPTO_HASH],
    struct err *err)
{
	static const struct {
		const char *sql;
		void (*row)(struct digest *d, struct db_stmt *s);
	} parts[] = {
		{ "SELECT * FROM record ORDER BY rec", digest_record },
		{ "SELECT * FROM record_key ORDER BY kind, slot, key, rec",
		    digest_key },
		{ "SELECT * FROM record_mark ORDER BY kind, mark, day, rec",
		    digest_mark },
		{ "SELECT * FROM tally WHERE n <> 0"
		    " ORDER BY kind, what, key, org, day", digest_tally },
	};
	struct digest d = { { 0 }, BUF_INIT(2 * BOX_MAX) };
	struct db_stmt *s;
	enum mq_status st = MQ_OK;
	size_t i;
	bool row;

	for (i = 0; i < ARRAY_LEN(parts) && !st; i++) {
		st = db_query(n->db, parts[i].sql, &s, err);
		if (st)
			break;
		while (!(st = db_step(s, &row, err)) && row)
			parts[i].row(&d, s);
		db_done(&s);
	}
	memcpy(out, d.h, CRYPTO_HASH);
	buf_free(&d.line);
	return st;
}
