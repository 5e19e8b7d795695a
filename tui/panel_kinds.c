/*
 * Every kind of record the pack knows, so that a pack's own kinds have their
 * pages without a word of code: Enter lists them, n begins a new one.
 */
#include "../core/base/xmalloc.h"
#include "../core/pack.h"
#include "panels.h"
#include "widget_list.h"
#include "words.h"

struct kind_item { const struct kind *kind; bool may_open; };

struct panel_kinds {
	struct panel base;
	struct widget_list_array array;	/* over items; the list's context */
	struct kind_item *items;
	struct widget_list list;
};

static struct panel_kinds *self(struct panel *p)
{
	return (struct panel_kinds *)p;
}

static struct panel_kinds *of_array(void *ctx)
{
	return (struct panel_kinds *)((char *)ctx -
	    offsetof(struct panel_kinds, array));
}

static bool same(const void *a, const void *b)
{
	return ((const struct kind_item *)a)->kind ==
	    ((const struct kind_item *)b)->kind;
}

static void load(struct panel_kinds *v)
{
	const struct pack *p = desk_of(v->base.app)->n->pack;
	size_t n = pack_kinds(p);

	v->items = xcalloc(n + 1, sizeof(*v->items));
	for (size_t i = 0; i < n; i++) {
		const struct kind *k = pack_kind_at(p, i);
		bool open = desk_may(v->base.app, "open", k->name);

		if (open || desk_may(v->base.app, "see", k->name))
			v->items[v->array.n++] = (struct kind_item){ k, open };
	}
}

static void source_paint(void *ctx, const void *item, const struct draw *d,
    bool here)
{
	struct panel_kinds *v = of_array(ctx);
	const struct kind_item *k = item;
	enum lang lang = app_lang(v->base.app);
	struct draw_cell row[] = {
		{ 24, here ? ROLE_STRONG : ROLE_TEXT, k->kind->label[lang] },
		{ 0, ROLE_DIM, k->may_open ? word(W_KINDS_NEW) : "" },
	};

	draw_row(d, 0, 0, row, ARRAY_LEN(row));
}

static const struct widget_list_source source = {
	.item_size = sizeof(struct kind_item),
	.fetch = widget_list_array_fetch,
	.same = same,
	.paint = source_paint,
};

static unsigned kinds_key(struct panel *p, uint32_t key)
{
	unsigned flags = widget_list_key(&self(p)->list, key);
	const struct kind_item *k = widget_list_item(&self(p)->list);

	if ((flags & WIDGET_PICKED) != 0 && k != NULL)
		panel_records_open(p->app, k->kind->name, "");
	return flags;
}

static unsigned kinds_action(struct panel *p, enum action act)
{
	const struct kind_item *k = widget_list_item(&self(p)->list);

	if (act != ACT_KINDS_NEW || k == NULL)
		return PANEL_IGNORED;
	if (!k->may_open)
		return PANEL_BEEP;
	panel_form_open(p->app, &(struct form_start){
	    .kind = k->kind->name });
	return PANEL_REDRAW;
}

static bool kinds_offers(struct panel *p, enum action act)
{
	const struct kind_item *k = widget_list_item(&self(p)->list);

	if (act == ACT_KINDS_NEW)
		return k != NULL && k->may_open;
	return act != ACT_LIST_FILTER;
}

static void kinds_title(struct panel *p, char *out, size_t size)
{
	(void)p;
	(void)xcopy(out, size, word(W_HOME_KINDS));
}

static void kinds_layout(struct panel *p, int h, int w)
{
	widget_list_layout(&self(p)->list, h, w);
}

static void kinds_paint(struct panel *p, const struct draw *d)
{
	widget_list_paint(&self(p)->list, d);
}

static void kinds_destroy(struct panel *p)
{
	widget_list_free(&self(p)->list);
	free(self(p)->items);
}

static const enum context kinds_contexts[] = { CTX_KINDS, CTX_END };
static const enum context kinds_widgets[] = { CTX_LIST, CTX_END };

static const struct panel_ops kinds_ops = {
	.name = "kinds",
	.contexts = kinds_contexts,
	.widgets = kinds_widgets,
	.title = kinds_title,
	.action = kinds_action,
	.key = kinds_key,
	.offers = kinds_offers,
	.layout = kinds_layout,
	.paint = kinds_paint,
	.destroy = kinds_destroy,
};

void panel_kinds_open(struct app *app)
{
	struct panel_kinds *v = xcalloc(1, sizeof(*v));

	v->base.app = app;
	load(v);
	v->array.items = v->items;
	v->array.item_size = sizeof(*v->items);
	v->array.same = same;
	widget_list_init(&v->list, &source, &v->array);
	app_push(app, &v->base, &kinds_ops);
}
