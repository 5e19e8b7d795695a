/*
 * Records named one by one: those that stand behind a figure.
 */
#include "../core/base/xmalloc.h"
#include "panels.h"
#include "record_rows.h"
#include "widget_list.h"

struct panel_named {
	struct panel base;
	struct widget_list_array array;	/* over rows; the list's context */
	struct record_rows_item *rows;
	struct record_rows table;
	struct widget_list list;
	int64_t *recs;
	size_t n;
	char title[120];
};

static struct panel_named *self(struct panel *p)
{
	return (struct panel_named *)p;
}

static struct panel_named *of_array(void *ctx)
{
	return (struct panel_named *)((char *)ctx -
	    offsetof(struct panel_named, array));
}

/* What this person may no longer see is left out. */
static void load(struct panel_named *v)
{
	struct desk *d = desk_of(v->base.app);
	struct record_full r;

	v->array.n = 0;
	for (size_t i = 0; i < v->n; i++) {
		if (record_get(d->n, v->recs[i], &r, NULL) != MQ_OK)
			continue;
		if (access_may_record(d->n, &d->who, "see", &r.r))
			record_rows_fill(&v->table, &r.r,
			    &v->rows[v->array.n++]);
		record_full_free(&r);
	}
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

static unsigned named_key(struct panel *p, uint32_t key)
{
	unsigned flags = widget_list_key(&self(p)->list, key);
	const struct record_rows_item *item =
	    widget_list_item(&self(p)->list);

	if ((flags & WIDGET_PICKED) != 0 && item != NULL)
		panel_record_open(p->app, item->r.rec);
	return flags;
}

static bool named_offers(struct panel *p, enum action act)
{
	(void)p;
	return act != ACT_LIST_FILTER;
}

static unsigned named_wake(struct panel *p)
{
	load(self(p));
	widget_list_reload(&self(p)->list);
	return PANEL_REDRAW;
}

static unsigned named_returned(struct panel *p, struct panel *child)
{
	(void)child;
	return named_wake(p);
}

static void named_title(struct panel *p, char *out, size_t size)
{
	(void)xcopy(out, size, self(p)->title);
}

static void named_layout(struct panel *p, int h, int w)
{
	widget_list_layout(&self(p)->list, h, w);
}

static void named_paint(struct panel *p, const struct draw *d)
{
	widget_list_paint(&self(p)->list, d);
}

static void named_destroy(struct panel *p)
{
	struct panel_named *v = self(p);

	widget_list_free(&v->list);
	free(v->rows);
	free(v->recs);
}

static const enum context named_widgets[] = { CTX_LIST, CTX_END };

static const struct panel_ops named_ops = {
	.name = "named",
	.widgets = named_widgets,
	.title = named_title,
	.key = named_key,
	.offers = named_offers,
	.layout = named_layout,
	.paint = named_paint,
	.wake = named_wake,
	.returned = named_returned,
	.destroy = named_destroy,
};

void panel_named_open(struct app *app, const char *title,
    const int64_t *recs, size_t n)
{
	struct panel_named *v = xcalloc(1, sizeof(*v));

	v->base.app = app;
	v->rows = xcalloc(n + 1, sizeof(*v->rows));
	v->recs = xcalloc(n + 1, sizeof(*v->recs));
	memcpy(v->recs, recs, n * sizeof(*recs));
	v->n = n;
	(void)xcopy(v->title, sizeof(v->title), title);
	v->array.items = v->rows;
	v->array.item_size = sizeof(*v->rows);
	v->array.same = record_rows_same;
	record_rows_init_mixed(&v->table, app);
	load(v);
	widget_list_init(&v->list, &source, &v->array);
	app_push(app, &v->base, &named_ops);
}
