/*
 * Picks a unit out of the tree (orgs.csv).  Opened by forms.
 */
#include <assert.h>

#include "../core/base/xmalloc.h"
#include "../core/pack.h"
#include "../core/pinyin.h"
#include "panels.h"
#include "widget_list.h"
#include "words.h"

struct org_row { const struct org *o; };

struct panel_org {
	struct panel base;
	struct desk *d;
	struct {
		struct widget_list_array rows;	/* first: the list's ctx */
		const struct orgs *orgs;
		enum lang lang;
		int depth0;
	} src;
	struct org_row *items;
	struct widget_list list;
	char picked[24];
};

static struct panel_org *org_of(struct panel *p)
{
	return (struct panel_org *)p;
}

static bool same(const void *a, const void *b)
{
	return ((const struct org_row *)a)->o == ((const struct org_row *)b)->o;
}

static bool match(const void *item, const char *filter)
{
	const struct org *o = ((const struct org_row *)item)->o;

	return pinyin_match(o->name[LANG_ZH], filter) ||
	    pinyin_match(o->name[LANG_EN], filter) ||
	    strncmp(o->code, filter, strlen(filter)) == 0;
}

static void paint_row(void *ctx, const void *item, const struct draw *d,
    bool here)
{
	const struct panel_org *p = (const struct panel_org *)
	    ((const char *)ctx - offsetof(struct panel_org, src));
	const struct org *o = ((const struct org_row *)item)->o;
	int indent = 2 * (o->depth - p->src.depth0);
	struct draw in = draw_sub(d, 0, p->src.rows.filter[0] ? 0 : indent,
	    1, d->w - indent);
	struct draw_cell cells[] = {
		{ 0, here ? ROLE_SELECTION : ROLE_TEXT,
		    org_name(p->src.orgs, o->code, p->src.lang) },
		{ 8, ROLE_DIM, o->has_node ? "" : word(W_ORG_NO_NODE) },
		{ 14, ROLE_DIM, o->phone },
	};

	draw_row(&in, 0, 0, cells, ARRAY_LEN(cells));
}

static const struct widget_list_source source = {
	.item_size = sizeof(struct org_row),
	.fetch = widget_list_array_fetch,
	.same = same,
	.paint = paint_row,
	.filter = widget_list_array_filter,
};

static unsigned org_key(struct panel *base, uint32_t key)
{
	struct panel_org *p = org_of(base);
	unsigned flags = widget_list_key(&p->list, key);
	const struct org_row *row = widget_list_item(&p->list);

	if (!(flags & WIDGET_PICKED) || !row)
		return flags & ~(unsigned)WIDGET_PICKED;
	xcopy(p->picked, sizeof(p->picked), row->o->code);
	base->result = 1;
	return PANEL_CLOSE;
}

static unsigned org_paste(struct panel *base, const char *s, size_t len,
    bool over)
{
	(void)over;
	return widget_list_paste(&org_of(base)->list, s, len);
}

static bool org_typing(struct panel *base)
{
	return widget_list_typing(&org_of(base)->list);
}

static void org_title(struct panel *base, char *out, size_t size)
{
	(void)base;
	xcopy(out, size, word(W_ORG_TITLE));
}

static void org_layout(struct panel *base, int h, int w)
{
	widget_list_layout(&org_of(base)->list, h, w - 2);
}

static void org_paint(struct panel *base, const struct draw *d)
{
	struct draw in = draw_sub(d, 0, 1, d->h, d->w - 2);

	widget_list_paint(&org_of(base)->list, &in);
}

static void org_destroy(struct panel *base)
{
	widget_list_free(&org_of(base)->list);
	free(org_of(base)->items);
}

static const enum context org_widgets[] = { CTX_LIST, CTX_END };

static const struct panel_ops org_ops = {
	.name = "org",
	.widgets = org_widgets,
	.title = org_title,
	.key = org_key,
	.paste = org_paste,
	.typing = org_typing,
	.layout = org_layout,
	.paint = org_paint,
	.destroy = org_destroy,
};

static int by_tree(const void *a, const void *b)
{
	const struct org *x = ((const struct org_row *)a)->o;
	const struct org *y = ((const struct org_row *)b)->o;

	return (x->first > y->first) - (x->first < y->first);
}

void panel_org_open(struct app *app, const char *root, const char *typed)
{
	struct panel_org *p = xcalloc(1, sizeof(*p));
	const struct orgs *o;
	size_t n = 0, i;

	p->d = desk_of(app);
	o = p->src.orgs = pack_orgs(p->d->n->pack);
	p->src.lang = app_lang(app);
	p->items = xcalloc(o->n ? o->n : 1, sizeof(*p->items));
	p->src.depth0 = o->n ? o->v[0].depth : 0;
	for (i = 0; i < o->n; i++)
		if (!root[0] || org_within(o, o->v[i].code, root)) {
			p->items[n++].o = &o->v[i];
			if (o->v[i].depth < p->src.depth0)
				p->src.depth0 = o->v[i].depth;
		}
	qsort(p->items, n, sizeof(*p->items), by_tree);
	p->src.rows = (struct widget_list_array){ .items = p->items, .n = n,
	    .item_size = sizeof(*p->items), .same = same, .match = match };
	widget_list_init(&p->list, &source, &p->src);
	p->list.type_to_filter = true;
	if (typed[0])		/* what opened the page belongs to the search */
		widget_list_paste(&p->list, typed, strlen(typed));
	app_push(app, &p->base, &org_ops);
}

const char *panel_org_picked(const struct panel *child)
{
	assert(child->ops == &org_ops);
	return ((const struct panel_org *)child)->picked;
}
