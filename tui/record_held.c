/*
 * Records held in memory for a list.  Called by panel_records.
 */
#include "record_held.h"

#include <string.h>

#include "../core/away.h"
#include "../core/base/xmalloc.h"
#include "../core/ledger.h"
#include "../core/search.h"
#include "desk.h"

#define RETURNED_MAX 64

static void begin(struct record_held *h)
{
	h->n = 0;
	h->err.code = MQ_OK;
}

void record_held_init(struct record_held *h, struct app *app,
    const struct kind *kind)
{
	h->app = app;
	h->kind = kind;
	h->v = xcalloc(RECORD_HELD_MAX, sizeof(*h->v));
	begin(h);
}

void record_held_free(struct record_held *h)
{
	free(h->v);
	h->v = NULL;
	h->n = 0;
}

int record_held_find(const struct record_held *h, int64_t rec)
{
	for (int i = 0; i < h->n; i++)
		if (h->v[i].rec == rec)
			return i;
	return h->n;
}

static void keep(struct record_held *h, int64_t rec)
{
	struct desk *d = desk_of(h->app);
	struct record_full r;
	struct err err = ERR_INIT;

	if (h->n == RECORD_HELD_MAX || record_held_find(h, rec) < h->n ||
	    record_get(d->n, rec, &r, &err) != MQ_OK)
		return;
	if (strcmp(r.r.kind, h->kind->name) == 0 &&
	    access_may_record(d->n, &d->who, "see", &r.r))
		h->v[h->n++] = r.r;
	record_full_free(&r);
}

/* Saves the hub sent back, entry by entry to their records. */
void record_held_returned(struct record_held *h)
{
	struct node *n = desk_of(h->app)->n;
	struct outbox_returned list[RETURNED_MAX];
	struct err err = ERR_INIT;
	int count = 0;

	begin(h);
	if (outbox_returned(n, list, RETURNED_MAX, &count, &h->err) != MQ_OK)
		return;
	for (int i = 0; i < count && i < RETURNED_MAX; i++)
		for (int64_t seq = list[i].first; seq <= list[i].last; seq++) {
			struct entry e;

			if (ledger_read_head(n, (struct ref){ list[i].dev,
			    seq }, &e, &err) == MQ_OK)
				keep(h, ref_rec(e.subj));
		}
}

static void search_people_by(struct record_held *h, const char *text,
    const char *scope)
{
	struct search_person *list = xcalloc(RECORD_HELD_MAX, sizeof(*list));
	int count = 0;

	if (search_people(desk_of(h->app)->n, h->kind->name, text, scope,
	    list, RECORD_HELD_MAX, &count, &h->err) != MQ_OK)
		count = 0;
	for (int i = 0; i < count && i < RECORD_HELD_MAX; i++)
		keep(h, list[i].rec);
	free(list);
}

static void search_text_by(struct record_held *h, const char *text,
    const char *scope)
{
	struct record *hits = xcalloc(RECORD_HELD_MAX, sizeof(*hits));
	int count = 0;

	if (search_text(desk_of(h->app)->n, h->kind->name, text,
	    strcmp(scope, "[]") == 0 ? NULL : scope, hits, RECORD_HELD_MAX,
	    &count, &h->err) != MQ_OK)
		count = 0;
	for (int i = 0; i < count && i < RECORD_HELD_MAX; i++)
		keep(h, hits[i].rec);
	free(hits);
}

void record_held_search(struct record_held *h, const char *text,
    const char *scope)
{
	begin(h);
	if (strcmp(h->kind->name, "person") == 0 ||
	    strcmp(h->kind->name, "household") == 0)
		search_people_by(h, text, scope);
	else
		search_text_by(h, text, scope);
}

void record_held_changed(struct record_held *h, const struct record_query *q)
{
	struct desk *d = desk_of(h->app);

	begin(h);
	if (away_changed(d->n, q, d->away, d->who.by, h->v, RECORD_HELD_MAX,
	    &h->n, &h->err) != MQ_OK)
		h->n = 0;
}
