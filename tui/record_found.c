/*
 * Lists of records found.  Called by panel_find, panel_outbox, panel_named
 * and panel_pick.
 */
#include "record_found.h"

#include "../core/base/xmalloc.h"
#include "desk.h"

static struct record_found *of_array(void *ctx)
{
	return (struct record_found *)((char *)ctx -
	    offsetof(struct record_found, array));
}

static void source_paint(void *ctx, const void *item, const struct draw *d,
    bool here)
{
	record_rows_paint(&of_array(ctx)->table, item, d, here);
}

static void source_heads(void *ctx, const struct draw *d)
{
	record_rows_heads(&of_array(ctx)->table, d);
}

static const struct widget_list_source source = {
	.item_size = sizeof(struct record_rows_item),
	.fetch = widget_list_array_fetch,
	.same = record_rows_same,
	.paint = source_paint,
	.heads = source_heads,
};

void record_found_init(struct record_found *f, struct app *app, size_t max)
{
	memset(f, 0, sizeof(*f));
	f->max = max;
	f->rows = xcalloc(max > 0 ? max : 1, sizeof(*f->rows));
	f->array.items = f->rows;
	f->array.item_size = sizeof(*f->rows);
	f->array.same = record_rows_same;
	record_rows_init_mixed(&f->table, app);
	widget_list_init(&f->list, &source, &f->array);
}

void record_found_free(struct record_found *f)
{
	widget_list_free(&f->list);
	free(f->rows);
}

void record_found_clear(struct record_found *f)
{
	f->array.n = 0;
	f->array.err.code = MQ_OK;
}

bool record_found_full(const struct record_found *f)
{
	return f->array.n >= f->max;
}

void record_found_add(struct record_found *f, const struct record *r)
{
	struct desk *d = desk_of(f->table.app);

	if (record_found_full(f) ||
	    !access_may_record(d->n, &d->who, "see", r))
		return;
	for (size_t i = 0; i < f->array.n; i++)
		if (f->rows[i].r.rec == r->rec)
			return;
	record_rows_fill(&f->table, r, &f->rows[f->array.n++]);
}

void record_found_add_rec(struct record_found *f, int64_t rec)
{
	struct record_full r;

	if (record_get(desk_of(f->table.app)->n, rec, &r, NULL) != MQ_OK)
		return;
	record_found_add(f, &r.r);
	record_full_free(&r);
}

const struct record *record_found_here(const struct record_found *f)
{
	const struct record_rows_item *item = widget_list_item(&f->list);

	return item != NULL ? &item->r : NULL;
}
