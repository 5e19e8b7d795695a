/*
 * Reading services of one volunteer, page by page, under every number they
 * have had.  Called by the hours facet.
 */
#include "hours_parts.h"

#include <assert.h>

#include "../base/clock.h"
#include "../base/xmalloc.h"
#include "../volunteer.h"

#define ROWS_MAX 10000		/* services of one person */

struct walk {
	struct node *n;
	const struct hours_whose *w;
	bool open_only;
	struct utc from, to;
	bool (*fn)(void *ctx, const struct record *r);
	void *ctx;
	bool stop;
};

static void query_of(const struct walk *k, const struct kind *kind,
    struct record_query *q)
{
	const struct field *fd = kind_field(kind, "volunteer");

	*q = (struct record_query){ .kind = kind->name, .sort = SORT_OPENED,
	    .from = k->from, .to = k->to };
	if (k->open_only && kind->nstates > 0)
		q->state = kind->states[0].name;
	if (k->w->rec != 0) {
		q->who = k->w->rec;
	} else if (fd != NULL && fd->index > 0) {
		q->sort = SORT_KEY;
		q->slot = fd->index;
		q->key = k->w->number;
	} else {
		q->by = k->w->number;
	}
}

/* The key index finds whole numbers; a person brings those merged into them,
 * and "by" says only who wrote it. */
static bool is_theirs(const struct walk *k, const struct record_query *q,
    const struct record *row)
{
	struct record_full r;
	bool same;

	if (q->key != NULL)
		return true;
	if (q->who != 0)
		return row->who == q->who;
	if (record_get(k->n, row->rec, &r, NULL) != MQ_OK)
		return false;
	same = strcmp(fields_text(&r.f, "volunteer"), k->w->number) == 0;
	record_full_free(&r);
	return same;
}

static enum mq_status walk_kind(struct walk *k, const struct kind *kind,
    struct err *err)
{
	struct record_walk w;
	struct record_query q;
	const struct record *row;
	enum mq_status rc = MQ_OK;
	int i;

	query_of(k, kind, &q);
	record_walk_begin(&w, k->n, &q);
	for (i = 0; i < ROWS_MAX && !k->stop; i++) {
		rc = record_walk_next(&w, &row, err);
		if (rc != MQ_OK || row == NULL)
			break;
		k->stop = is_theirs(k, &q, row) && k->fn(k->ctx, row);
	}
	record_walk_end(&w);
	return rc;
}

static enum mq_status walk_all(struct walk *k, struct err *err)
{
	enum mq_status rc = MQ_OK;
	size_t i;

	for (i = 0; i < pack_kinds(k->n->pack) && rc == MQ_OK; i++) {
		const struct kind *kind = pack_kind_at(k->n->pack, i);

		if (kind_has_facet(kind, "hours"))
			rc = walk_kind(k, kind, err);
	}
	return rc;
}

enum mq_status hours_read_each(struct node *n, const struct hours_whose *w,
    bool open_only, struct utc from, struct utc to,
    bool (*fn)(void *ctx, const struct record *r), void *ctx,
    struct err *err)
{
	struct walk k = { n, w, open_only, from, to, fn, ctx, false };
	char also[HOURS_ALIASES][32];
	enum mq_status rc;
	int i, count = 0;

	if (n->db == NULL || (w->rec == 0 && w->number[0] == '\0'))
		return MQ_OK;
	rc = walk_all(&k, err);
	if (rc == MQ_OK && w->rec == 0)
		rc = volunteer_aliases(n, w->number, also, HOURS_ALIASES,
		    &count, err);
	for (i = 0; i < count && rc == MQ_OK && !k.stop; i++) {
		struct hours_whose alias = { 0, also[i] };

		k.w = &alias;
		rc = walk_all(&k, err);
	}
	return rc;
}

/* ---- one service ---- */

void hours_read_span_of(const struct record_full *r, struct hours_span *out)
{
	struct when w;
	bool known = when_read(fields_text(&r->f, "start"), r->r.opened_at,
	    &w, NULL) == MQ_OK;

	*out = (struct hours_span){ r->r.opened_at, r->r.closed_at,
	    known && w.precision == WHEN_MINUTE,
	    (r->r.flags & REC_CLOSED) == 0, 0 };
	if (strcmp(r->r.level, "covered") != 0)
		out->minutes = fields_int(&r->d, "served", r->r.num);
	if (out->exact && !out->open)
		out->to.ms = out->from.ms + out->minutes * MS_MINUTE;
}

void hours_read_span(struct node *n, const struct record *r,
    struct hours_span *out)
{
	struct record_full full;

	*out = (struct hours_span){ r->opened_at, r->closed_at, true,
	    (r->flags & REC_CLOSED) == 0, r->num };
	/* Mostly all that was served counts: then the row is enough. */
	if (out->open || (r->num > 0 && r->closed_at.ms - r->opened_at.ms ==
	    r->num * MS_MINUTE))
		return;
	if (record_get(n, r->rec, &full, NULL) != MQ_OK)
		return;
	hours_read_span_of(&full, out);
	record_full_free(&full);
}
