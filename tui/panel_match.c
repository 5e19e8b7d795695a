/*
 * Needs, offers and what brings them together: first a list of what is open,
 * behind each what fits it best and the projects it is in already.
 */
#include "../core/base/xmalloc.h"
#include "../core/match.h"
#include "panels.h"
#include "record_facts.h"
#include "widget_list.h"
#include "words.h"

#define ROWS_MAX 200
#define HITS_MAX 50
#define PROJECTS_MAX 50

/* A side of the list, a project of one, or what fits it. */
struct match_row {
	struct record r;
	struct match_hit hit;
	char category[80];
	int said;
	bool project;
};

struct panel_match {
	struct panel base;
	struct widget_list_array array;	/* over items; the list's context */
	struct widget_list list;
	struct match_row *items;
	const struct kind *k;	/* of the sides listed */
	int64_t side;		/* 0: the list of sides */
	struct record_full full;
};

static struct panel_match *self(struct panel *p)
{
	return (struct panel_match *)p;
}

static struct node *node_of(const struct panel_match *v)
{
	return desk_of(v->base.app)->n;
}

static bool same(const void *a, const void *b)
{
	return ((const struct match_row *)a)->r.rec ==
	    ((const struct match_row *)b)->r.rec;
}

static bool match(const void *item, const char *filter)
{
	const struct match_row *row = item;

	return strstr(row->r.title, filter) != NULL ||
	    strstr(row->category, filter) != NULL;
}

/* ---- painting rows ---- */

static void hit_words(const struct match_hit *h, char *out, size_t size)
{
	static const enum word_id near[] = { W_MATCH_NEAR_0, W_MATCH_NEAR_1,
		W_MATCH_NEAR_2, W_MATCH_NEAR_3 };
	char n[16];

	snprintf(n, sizeof(n), "%d", h->same);
	words_fill(out, size, W_MATCH_SAME, n, NULL);
	snprintf(out + strlen(out), size - strlen(out), " · %s",
	    word(near[h->near < 0 || h->near > 3 ? 0 : h->near]));
}

static void paint_row(void *ctx, const void *item, const struct draw *d,
    bool here)
{
	static const enum word_id said[] = { W_MATCH_SAID_0, W_MATCH_SAID_1,
		W_MATCH_SAID_2, W_MATCH_SAID_3 };
	struct panel_match *v = (struct panel_match *)
	    ((char *)ctx - offsetof(struct panel_match, array));
	const struct match_row *row = item;
	const char *state = desk_state_word(v->base.app, &row->r);
	char how[120] = "";

	if (row->project)
		(void)xcopy(how, sizeof(how), word(said[row->said & 3]));
	else if (v->side != 0)
		hit_words(&row->hit, how, sizeof(how));
	else
		(void)xcopy(how, sizeof(how), row->category);
	draw_row(d, 0, 0, (struct draw_cell[]){
	    { 0, here ? ROLE_SELECTION : ROLE_TEXT, row->r.title },
	    { 22, ROLE_TEXT, how },
	    { 12, row->project ? ROLE_DUE_SOON : ROLE_TEXT, state },
	    { 14, ROLE_DIM, desk_org_name(v->base.app, row->r.org) } }, 4);
}

static const struct widget_list_source source = {
	.item_size = sizeof(struct match_row),
	.fetch = widget_list_array_fetch,
	.same = same,
	.paint = paint_row,
	.filter = widget_list_array_filter,
};

/* ---- loading ---- */

static const struct kind *next_side(struct panel_match *v)
{
	const struct pack *p = node_of(v)->pack;
	const struct kind *first = NULL, *k;
	bool after = v->k == NULL;
	size_t i;

	for (i = 0; i < pack_kinds(p); i++) {
		k = pack_kind_at(p, i);
		if (!match_side(p, k) ||
		    !desk_may(v->base.app, "see", k->name))
			continue;
		if (after)
			return k;
		if (first == NULL)
			first = k;
		after = k == v->k;
	}
	return first;
}

static void load_sides(struct panel_match *v)
{
	struct app *app = v->base.app;
	struct record_query q = { .kind = v->k->name, .sort = SORT_OPENED,
	    .state = "open" };
	struct record *rows = xcalloc(ROWS_MAX, sizeof(*rows));
	struct buf scope = BUF_INIT(BUF_LARGE);
	struct record_full r;
	int got = 0, i;

	desk_narrow(app, v->k->name, &q, &scope);
	if (record_page(node_of(v), &q, NULL, false, rows, ROWS_MAX, &got,
	    &v->array.err) != MQ_OK)
		got = 0;
	for (i = 0; i < got; i++) {
		struct match_row *row = &v->items[v->array.n++];

		memset(row, 0, sizeof(*row));
		row->r = rows[i];
		if (record_get(node_of(v), rows[i].rec, &r, NULL) != MQ_OK)
			continue;
		record_facts_value(app, v->k->name, "category",
		    fields_text(&r.f, "category"), row->category,
		    sizeof(row->category));
		record_full_free(&r);
	}
	buf_free(&scope);
	free(rows);
}

static void load_projects(struct panel_match *v)
{
	struct record *rows = xcalloc(PROJECTS_MAX, sizeof(*rows));
	struct record_full r;
	int got = 0, i;

	if (match_projects(node_of(v), &v->full, rows, PROJECTS_MAX, &got,
	    &v->array.err) != MQ_OK)
		got = 0;
	for (i = 0; i < got; i++) {
		struct match_row *row = &v->items[v->array.n++];

		memset(row, 0, sizeof(*row));
		row->r = rows[i];
		row->project = true;
		if (record_get(node_of(v), rows[i].rec, &r, NULL) != MQ_OK)
			continue;
		row->said = match_said(&r);
		record_full_free(&r);
	}
	free(rows);
}

static void load_hits(struct panel_match *v)
{
	struct match_hit *hits = xcalloc(HITS_MAX, sizeof(*hits));
	int got = 0, i;

	if (match_suggest(node_of(v), &v->full, hits, HITS_MAX, &got,
	    &v->array.err) != MQ_OK)
		got = 0;
	for (i = 0; i < got && i < HITS_MAX; i++) {
		struct match_row *row = &v->items[v->array.n++];

		memset(row, 0, sizeof(*row));
		row->r = hits[i].r;
		row->hit = hits[i];
	}
	free(hits);
}

static void load(struct panel_match *v)
{
	v->array.n = 0;
	v->array.err.code = MQ_OK;
	if (v->side == 0 && v->k != NULL) {
		load_sides(v);
	} else if (v->side != 0) {
		record_full_free(&v->full);
		memset(&v->full, 0, sizeof(v->full));
		if (record_get(node_of(v), v->side, &v->full, &v->array.err) ==
		    MQ_OK) {
			load_projects(v);
			load_hits(v);
		}
	}
}

static unsigned reload(struct panel_match *v)
{
	load(v);
	widget_list_reload(&v->list);
	return PANEL_REDRAW;
}

/* ---- doing ---- */

static void open_side(struct app *app, const struct kind *k, int64_t side);

/* The form of a project of the two. */
static unsigned propose(struct panel_match *v, const struct record *other)
{
	struct fields f = { NULL, 0, 0 };
	const char *kind;

	if (match_join(node_of(v), &v->full.r, other, &f, &kind) &&
	    desk_may(v->base.app, "open", kind))
		panel_form_open(v->base.app, &(struct form_start){
		    .kind = kind, .presets = &f });
	else
		app_notice(v->base.app, ROLE_WARN, word(W_RECORD_NOT_YOURS));
	fields_free(&f);
	return PANEL_REDRAW;
}

static unsigned match_action(struct panel *p, enum action act)
{
	struct panel_match *v = self(p);
	const struct match_row *row = widget_list_item(&v->list);

	switch (act) {
	case ACT_MATCH_NEW:
		panel_form_open(p->app, &(struct form_start){
		    .kind = v->k->name });
		return PANEL_REDRAW;
	case ACT_MATCH_VIEW:
		v->k = next_side(v);
		load(v);
		widget_list_top(&v->list);
		return PANEL_REDRAW;
	case ACT_MATCH_SELF:
		if (v->side != 0 || row != NULL)
			panel_record_open(p->app, v->side != 0 ? v->side :
			    row->r.rec);
		return PANEL_REDRAW;
	default:
		return PANEL_IGNORED;
	}
}

static bool match_offers(struct panel *p, enum action act)
{
	struct panel_match *v = self(p);

	if (act == ACT_MATCH_NEW)
		return v->side == 0 && v->k != NULL &&
		    desk_may(p->app, "open", v->k->name);
	return act != ACT_MATCH_VIEW || v->side == 0;
}

static unsigned match_key(struct panel *p, uint32_t key)
{
	struct panel_match *v = self(p);
	unsigned flags = widget_list_key(&v->list, key);
	const struct match_row *row = widget_list_item(&v->list);

	if ((flags & WIDGET_PICKED) == 0 || row == NULL)
		return flags;
	if (v->side == 0)
		open_side(p->app, v->k, row->r.rec);
	else if (row->project)
		panel_record_open(p->app, row->r.rec);
	else
		return propose(v, &row->r);
	return PANEL_REDRAW;
}

static bool match_typing(struct panel *p)
{
	return widget_list_typing(&self(p)->list);
}

static unsigned match_wake(struct panel *p)
{
	return reload(self(p));
}

static unsigned match_returned(struct panel *p, struct panel *child)
{
	(void)child;
	return reload(self(p));
}

static void match_title(struct panel *p, char *out, size_t size)
{
	struct panel_match *v = self(p);

	snprintf(out, size, "%s · %s", word(W_MATCH_TITLE), v->k == NULL ?
	    "" : v->k->label[app_lang(p->app)]);
}

static void match_layout(struct panel *p, int h, int w)
{
	widget_list_layout(&self(p)->list, h - 3, w - 2);
}

static void match_paint(struct panel *p, const struct draw *d)
{
	struct panel_match *v = self(p);
	struct draw in = draw_sub(d, 0, 1, d->h, d->w - 2);
	struct draw list = draw_sub(&in, 3, 0, in.h - 3, in.w);

	bool none = v->array.n == 0 && v->array.err.code == MQ_OK;

	if (v->side != 0) {
		draw_text(&in, 0, 0, 0, ROLE_STRONG, v->full.r.title);
		if (none || v->array.n > 0)
			draw_text(&in, 1, 0, 0, ROLE_DIM, word(none ?
			    W_MATCH_NONE : W_MATCH_PICK));
	} else {
		draw_text(&in, 0, 0, 0, ROLE_DIM, word(W_MATCH_HINT));
		if (none)
			draw_text(&in, 1, 0, 0, ROLE_DIM,
			    word(W_QUOTA_EMPTY));
	}
	widget_list_paint(&v->list, &list);
}

static void match_destroy(struct panel *p)
{
	struct panel_match *v = self(p);

	widget_list_free(&v->list);
	record_full_free(&v->full);
	free(v->items);
}

static const enum context match_contexts[] = { CTX_MATCH, CTX_END };
static const enum context match_widgets[] = { CTX_LIST, CTX_END };

static const struct panel_ops match_ops = {
	.name = "match",
	.contexts = match_contexts,
	.widgets = match_widgets,
	.title = match_title,
	.action = match_action,
	.offers = match_offers,
	.key = match_key,
	.typing = match_typing,
	.layout = match_layout,
	.paint = match_paint,
	.wake = match_wake,
	.returned = match_returned,
	.destroy = match_destroy,
};

static void open_side(struct app *app, const struct kind *k, int64_t side)
{
	struct panel_match *v = xcalloc(1, sizeof(*v));

	v->base.app = app;
	v->side = side;
	v->k = k;
	if (k == NULL)
		v->k = next_side(v);
	v->items = xcalloc(ROWS_MAX, sizeof(*v->items));
	v->array = (struct widget_list_array){ .items = v->items,
	    .item_size = sizeof(*v->items), .same = same, .match = match };
	widget_list_init(&v->list, &source, &v->array);
	load(v);
	app_push(app, &v->base, &match_ops);
}

void panel_match_open(struct app *app)
{
	open_side(app, NULL, 0);
}
