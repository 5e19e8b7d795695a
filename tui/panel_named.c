/*
 * Records named one by one: those that stand behind a figure.
 */
#include "../core/base/xmalloc.h"
#include "panels.h"
#include "record_found.h"

struct panel_named {
	struct panel base;
	struct record_found found;
	int64_t *recs;
	size_t n;
	char title[120];
};

static struct panel_named *self(struct panel *p)
{
	return (struct panel_named *)p;
}

/* What this person may no longer see is left out. */
static void load(struct panel_named *v)
{
	record_found_clear(&v->found);
	for (size_t i = 0; i < v->n; i++)
		record_found_add_rec(&v->found, v->recs[i]);
}

static unsigned named_key(struct panel *p, uint32_t key)
{
	unsigned flags = widget_list_key(&self(p)->found.list, key);
	const struct record *r = record_found_here(&self(p)->found);

	if ((flags & WIDGET_PICKED) != 0 && r != NULL)
		panel_record_open(p->app, r->rec);
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
	widget_list_reload(&self(p)->found.list);
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
	widget_list_layout(&self(p)->found.list, h, w);
}

static void named_paint(struct panel *p, const struct draw *d)
{
	widget_list_paint(&self(p)->found.list, d);
}

static void named_destroy(struct panel *p)
{
	struct panel_named *v = self(p);

	record_found_free(&v->found);
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
	v->recs = xcalloc(n + 1, sizeof(*v->recs));
	memcpy(v->recs, recs, n * sizeof(*recs));
	v->n = n;
	(void)xcopy(v->title, sizeof(v->title), title);
	record_found_init(&v->found, app, n);
	load(v);
	app_push(app, &v->base, &named_ops);
}
