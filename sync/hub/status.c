/*
 * Folding and serving the district's digest.  Called by admit.c and api.c.
 * Only subjects with a short number have a row; each is derived again from
 * all its entries, in the order of their clocks.
 */
#include "status.h"

#include "../../core/base/xmalloc.h"
#include "../../core/entry_check.h"

#include <stdlib.h>
#include <string.h>

#define VOID_STATE "void"

/* status.hidden: 0 seen by all, 1 from the start, and: */
#define HIDDEN_LATER 2

struct digest {
	char no[16], state[32], owner[STORE_ORG];
	int64_t due, as_of, closed_at;
	bool hidden;
};

/* One entry as far as the digest needs it. */
struct event {
	struct entry e;
	struct jdoc *doc;
};

static int event_cmp(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->e.hlc != y->e.hlc)
		return x->e.hlc < y->e.hlc ? -1 : 1;
	return ref_cmp(x->e.id, y->e.id);
}

static enum mq_status has_row(struct hub *h, const char *tenant, int64_t subj,
    bool *has, struct err *err)
{
	struct db_stmt *s;
	enum mq_status st;

	st = db_query(h->db, "SELECT 1 AS one FROM status WHERE tenant = ?"
	    " AND subj = ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_i64(s, subj);
	st = db_step(s, has, err);
	db_done(&s);
	return st;
}

static enum mq_status read_events(struct hub *h, const char *tenant,
    int64_t subj, struct event **out, size_t *n, struct err *err)
{
	struct db_stmt *s;
	size_t cap = 0;
	enum mq_status st;
	bool row;

	st = db_query(h->db, "SELECT head, body FROM entry WHERE tenant = ?"
	    " AND subj = ? AND state = 0 ORDER BY id", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_i64(s, subj);
	while ((st = db_step(s, &row, err)) == MQ_OK && row) {
		struct event *x;
		size_t hn, bn;
		const char *head = db_blob(s, "head", &hn);
		const char *body = db_blob(s, "body", &bn);

		*out = xgrow(*out, &cap, *n + 1, sizeof(**out));
		x = &(*out)[(*n)++];
		memset(x, 0, sizeof(*x));
		st = entry_check_head(head, hn, &x->e, err);
		if (st == MQ_OK && !db_is_null(s, "body"))
			st = jdoc_parse(body, bn, "body", &x->doc, err);
		if (st != MQ_OK)
			break;
	}
	db_done(&s);
	return st;
}

static bool taken_back(const struct event *v, size_t n, struct ref id)
{
	size_t i, k;

	for (i = 0; i < n; i++) {
		const struct jnode *u = NULL;

		if (v[i].doc != NULL && strcmp(v[i].e.op, "void") == 0)
			u = jnode_get(jdoc_root(v[i].doc), "u");
		for (k = 0; k < jnode_count(u); k++) {
			const char *text = jnode_str(jnode_at(u, k), "");
			struct ref r;

			if (ref_parse(text, strlen(text), &r) &&
			    ref_equal(r, id))
				return true;
		}
	}
	return false;
}

static void set_state(const struct hub *h, const struct event *x,
    const char *state, struct digest *d)
{
	const struct kind *k = h->pack != NULL ?
	    pack_kind(h->pack, x->e.kind) : NULL;
	const struct flow_state *s = k != NULL ? kind_state(k, state) : NULL;

	if (k != NULL && k->confidential)
		d->hidden = true;
	d->closed_at = s != NULL && s->closed ? x->e.at.ms : 0;
	/* A state that is nobody else's business shows the one before. */
	if (s == NULL || s->public_ || d->state[0] == '\0')
		(void)xcopy(d->state, sizeof(d->state), state);
}

static void take(const struct hub *h, const struct event *x, struct digest *out)
{
	const struct jnode *d = jnode_get(jdoc_root(x->doc), "d");

	out->as_of = x->e.at.ms;
	if (jnode_get(d, "no") != NULL)
		(void)xcopy(out->no, sizeof(out->no), jget_str(d, "no", ""));
	if (jnode_get(d, "owner") != NULL)
		(void)xcopy(out->owner, sizeof(out->owner),
		    jget_str(d, "owner", ""));
	if (jnode_get(d, "due") != NULL)
		out->due = jget_int(d, "due", 0);
	if (jget_int(d, "confidential", 0) != 0)
		out->hidden = true;
	if (jnode_get(d, "state") != NULL)
		set_state(h, x, jget_str(d, "state", ""), out);
	if (strcmp(x->e.op, "void") == 0 &&
	    jnode_count(jnode_get(jdoc_root(x->doc), "u")) == 0) {
		(void)xcopy(out->state, sizeof(out->state), VOID_STATE);
		out->closed_at = x->e.at.ms;
	}
}

static void derive(const struct hub *h, struct event *v, size_t n,
    struct digest *d)
{
	size_t i;
	bool open = false;

	memset(d, 0, sizeof(*d));
	if (n > 0)
		qsort(v, n, sizeof(*v), event_cmp);
	for (i = 0; i < n; i++) {
		bool back = taken_back(v, n, v[i].e.id);

		/* A number that was given out stays answerable. */
		if (back && strcmp(v[i].e.op, "open") != 0)
			continue;
		if (v[i].doc != NULL)
			take(h, &v[i], d);
		open = open || back;
	}
	if (open) {
		(void)xcopy(d->state, sizeof(d->state), VOID_STATE);
		d->closed_at = d->as_of;
	}
}

static enum mq_status put_row(struct hub *h, const char *tenant, int64_t subj,
    const struct digest *d, struct err *err)
{
	struct db_stmt *s;
	int64_t pos = 0;
	enum mq_status st;

	st = store_next(h->db, tenant, "status", &pos, err);
	if (st == MQ_OK)
		st = db_query(h->db, "INSERT INTO status(tenant, subj, no,"
		    " state, owner, due_at, as_of, closed_at, hidden, pos)"
		    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
		    " ON CONFLICT(tenant, subj) DO UPDATE SET"
		    " no = excluded.no, state = excluded.state,"
		    " owner = excluded.owner, due_at = excluded.due_at,"
		    " as_of = excluded.as_of,"
		    " closed_at = excluded.closed_at,"
		    /* HIDDEN_LATER only when others have been told. */
		    " hidden = CASE WHEN excluded.hidden = 0 THEN 0"
		    " WHEN status.hidden = 1 THEN 1 ELSE 2 END,"
		    " pos = excluded.pos",
		    &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_i64(s, subj);
	db_bind_text(s, d->no);
	db_bind_text(s, d->state);
	db_bind_text(s, d->owner);
	db_bind_i64(s, d->due);
	db_bind_i64(s, d->as_of);
	db_bind_i64(s, d->closed_at);
	db_bind_i64(s, d->hidden);
	db_bind_i64(s, pos);
	return db_run(&s, err);
}

enum mq_status status_fold(struct hub *h, const char *tenant,
    const struct entry *e, const struct jnode *body, struct err *err)
{
	const struct jnode *d = jnode_get(body, "d");
	int64_t subj = ref_rec(e->subj);
	struct event *v = NULL;
	struct digest sum;
	bool has = true;
	size_t n = 0, i;
	enum mq_status st = MQ_OK;

	if (jget_str(d, "no", "")[0] == '\0')
		st = has_row(h, tenant, subj, &has, err);
	if (st != MQ_OK || !has)
		return st;
	st = read_events(h, tenant, subj, &v, &n, err);
	if (st == MQ_OK) {
		derive(h, v, n, &sum);
		if (sum.no[0] != '\0')
			st = put_row(h, tenant, subj, &sum, err);
	}
	for (i = 0; i < n; i++)
		jdoc_free(&v[i].doc);
	FREE(v);
	return st;
}

/* ---- serving ---- */

static void row_out(const struct hub *h, struct db_stmt *s, struct buf *out)
{
	const struct org *org = h->orgs != NULL ?
	    org_find(h->orgs, db_text(s, "owner")) : NULL;
	struct jout j;

	jout_begin(&j, out, false);
	jout_obj(&j);
	jout_kint(&j, "as_of", db_i64(s, "as_of"));
	jout_kbool(&j, "closed", db_i64(s, "closed_at") != 0);
	jout_kint(&j, "due", db_i64(s, "due_at"));
	jout_kstr(&j, "key", db_text(s, "no"));
	jout_kstr(&j, "phone", org != NULL ? org->phone : "");
	jout_kstr(&j, "state", db_text(s, "state"));
	jout_obj_end(&j);
	buf_addc(out, '\n');
}

static void gone_out(struct db_stmt *s, struct buf *out)
{
	struct jout j;

	jout_begin(&j, out, false);
	jout_obj(&j);
	jout_kint(&j, "as_of", db_i64(s, "as_of"));
	jout_kbool(&j, "gone", true);
	jout_kstr(&j, "key", db_text(s, "no"));
	jout_obj_end(&j);
	buf_addc(out, '\n');
}

enum mq_status status_read(struct hub *h, const char *tenant, int64_t after,
    struct buf *out, int64_t *cursor, bool *more, struct err *err)
{
	int64_t days = h->pack != NULL ?
	    pack_int(h->pack, "status_days", STATUS_DAYS) : STATUS_DAYS;
	int64_t oldest = env_now(h->env).ms - days * MS_DAY;
	struct db_stmt *s;
	enum mq_status st;
	bool row;
	int n = 0;

	*cursor = after;
	*more = false;
	st = db_query(h->db, "SELECT no, state, owner, due_at, as_of,"
	    " closed_at, hidden, pos FROM status WHERE tenant = ?"
	    " AND pos > ? ORDER BY pos LIMIT ?", &s, err);
	if (st != MQ_OK)
		return st;
	db_bind_text(s, tenant);
	db_bind_i64(s, after);
	db_bind_i64(s, STATUS_PAGE_ROWS);
	while ((st = db_step(s, &row, err)) == MQ_OK && row) {
		int64_t closed = db_i64(s, "closed_at");

		*more = ++n == STATUS_PAGE_ROWS;
		*cursor = db_i64(s, "pos");
		/* Confidential ones leave in no form at all; what became so
		 * later is taken back from those who were told. */
		if (db_i64(s, "hidden") == HIDDEN_LATER)
			gone_out(s, out);
		else if (db_i64(s, "hidden") != 0 ||
		    (closed != 0 && closed < oldest))
			continue;
		else
			row_out(h, s, out);
	}
	db_done(&s);
	return st;
}
