/*
 * Events with their seats, rooms, pools of money; and behind each who asked
 * for a share of it.  A step that asks nothing is taken in the list by its
 * key: thirty people are ticked off with thirty keys.
 */
#include <inttypes.h>

#include "../core/base/clock.h"
#include "../core/base/xmalloc.h"
#include "../core/quota.h"
#include "panels.h"
#include "record_step.h"
#include "widget_bar.h"
#include "widget_list.h"
#include "words.h"

#define ROWS_MAX 300
#define BAR_CELLS 10
#define WORDS_CELLS 36

/* A whole (share.r.rec 0), or one share of it. */
struct quota_row {
	struct record r;
	struct quota q;
	struct quota_share share;
	int stars, by;
};

struct panel_quota {
	struct panel base;
	struct widget_list_array array;	/* over items; the list's context */
	struct widget_list list;
	struct quota_row *items;
	char facet[16];
	int64_t whole;		/* 0: the list of wholes */
	struct record_full full;
	struct quota q;
};

static struct panel_quota *self(struct panel *p)
{
	return (struct panel_quota *)p;
}

static bool same(const void *a, const void *b)
{
	return ((const struct quota_row *)a)->r.rec ==
	    ((const struct quota_row *)b)->r.rec;
}

static bool match(const void *item, const char *filter)
{
	return strstr(((const struct quota_row *)item)->r.title, filter) !=
	    NULL;
}

/* ---- words ---- */

static bool is_money(const struct panel_quota *v)
{
	return strcmp(v->facet, "fund") == 0;
}

static void amount(const struct panel_quota *v, int64_t n, char out[32])
{
	if (n >= QUOTA_ANY)
		(void)xcopy(out, 32, word(W_QUOTA_ANY));
	else
		quota_words(v->facet, n, out);
}

/* "8/10  候补 2  待确认 1  ★4.5" */
static void standing(const struct panel_quota *v, const struct quota_row *row,
    char *out, size_t size)
{
	char given[32], total[32], n[24], part[120];

	amount(v, row->q.given, given);
	amount(v, row->q.total, total);
	if (row->q.timed)
		snprintf(out, size, "%s %d", word(W_QUOTA_HOLDING),
		    row->q.holding);
	else
		snprintf(out, size, "%s/%s", given, total);
	if (row->q.waiting > 0) {
		snprintf(n, sizeof(n), "%d", row->q.waiting);
		words_fill(part, sizeof(part), W_QUOTA_WAITING, n, NULL);
		snprintf(out + strlen(out), size - strlen(out), "  %s", part);
	}
	if (row->q.asking > 0) {
		snprintf(n, sizeof(n), "%d", row->q.asking);
		words_fill(part, sizeof(part), is_money(v) ? W_QUOTA_TO_APPROVE
		    : W_QUOTA_ASKING, n, NULL);
		snprintf(out + strlen(out), size - strlen(out), "  %s", part);
	}
	if (row->by > 0)
		snprintf(out + strlen(out), size - strlen(out), "  ★%d.%d",
		    row->stars / 10, row->stars % 10);
}

static void paint_whole(struct panel_quota *v, const struct quota_row *row,
    const struct draw *d, bool here)
{
	char when[24] = "", text[200];
	bool dated = !row->q.timed && !is_money(v);
	int x = 0, title = d->w - WORDS_CELLS - BAR_CELLS;

	if (dated) {
		desk_when_words(row->r.opened_at, when, sizeof(when));
		draw_fit(d, 0, 0, 12, ROLE_TEXT, when);
		x = 12;
		title -= 4;	/* seats are shorter than money */
	}
	if (title < 14)
		title = 14;
	draw_fit(d, 0, x, title, here ? ROLE_SELECTION : ROLE_TEXT,
	    row->r.title);
	x += title + 1;
	standing(v, row, text, sizeof(text));
	if (row->q.timed || row->q.total >= QUOTA_ANY)
		draw_text(d, 0, x, 0, ROLE_TEXT, text);
	else
		widget_bar_amount(d, 0, x, BAR_CELLS, row->q.left <= 0 ?
		    ROLE_OVERDUE : ROLE_BAR, row->q.given, row->q.total,
		    text);
}

static void share_when(const struct quota_share *s, char *out, size_t size)
{
	char to[16];

	if (s->to.ms == 0) {
		desk_when_words(s->r.opened_at, out, size);
		return;
	}
	clock_show(s->from, CLOCK_SHORT, out, size);
	clock_show(s->to, CLOCK_TIME, to, sizeof(to));
	snprintf(out + strlen(out), size - strlen(out), "-%s", to);
}

static void paint_share(struct panel_quota *v, const struct quota_row *row,
    const struct draw *d, bool here)
{
	const struct quota_share *s = &row->share;
	char when[40], n[32], stars[20] = "";
	enum theme_role role = s->stand == QUOTA_ASKING ||
	    s->stand == QUOTA_WAITING ? ROLE_DUE_SOON :
	    s->stand == QUOTA_OUT ? ROLE_DIM : ROLE_TEXT;

	share_when(s, when, sizeof(when));
	amount(v, s->r.num > 0 ? s->r.num : s->want, n);
	if (s->stars > 0)
		snprintf(stars, sizeof(stars), "★%d", s->stars);
	draw_row(d, 0, 0, (struct draw_cell[]){
	    { 0, here ? ROLE_SELECTION : ROLE_TEXT, s->r.title },
	    { -11, ROLE_TEXT, n },
	    { 10, role, desk_state_word(v->base.app, &s->r) },
	    { 4, ROLE_TEXT, stars },
	    { 18, ROLE_DIM, when } }, 5);
}

static void paint_row(void *ctx, const void *item, const struct draw *d,
    bool here)
{
	struct panel_quota *v = (struct panel_quota *)
	    ((char *)ctx - offsetof(struct panel_quota, array));
	const struct quota_row *row = item;

	if (v->whole != 0)
		paint_share(v, row, d, here);
	else
		paint_whole(v, row, d, here);
}

static const struct widget_list_source source = {
	.item_size = sizeof(struct quota_row),
	.fetch = widget_list_array_fetch,
	.same = same,
	.paint = paint_row,
	.filter = widget_list_array_filter,
};

/* ---- loading ---- */

static void add_whole(struct panel_quota *v, const struct record *r)
{
	struct node *n = desk_of(v->base.app)->n;
	struct quota_row *row = &v->items[v->array.n];
	struct quota_share *list = NULL;
	struct record_full full;
	int count = 0;

	memset(row, 0, sizeof(*row));
	row->r = *r;
	if (record_get(n, r->rec, &full, &v->array.err) != MQ_OK)
		return;
	if (quota_read(n, &full, &row->q, &v->array.err) == MQ_OK &&
	    quota_shares(n, &full, &list, &count, &v->array.err) == MQ_OK) {
		row->stars = quota_stars(list, count, &row->by);
		v->array.n++;
	}
	free(list);
	record_full_free(&full);
}

static void load_kind(struct panel_quota *v, const struct kind *k)
{
	struct app *app = v->base.app;
	struct record_query q = { .kind = k->name, .sort = SORT_OPENED,
	    .state = k->nstates > 0 ? "open" : NULL };
	struct record *rows = xcalloc(ROWS_MAX, sizeof(*rows));
	struct buf scope = BUF_INIT(BUF_LARGE);
	int got = 0, i;

	desk_narrow(app, k->name, &q, &scope);
	if (record_page(desk_of(app)->n, &q, NULL, false, rows, ROWS_MAX,
	    &got, &v->array.err) != MQ_OK)
		got = 0;
	/* What comes first stands first. */
	for (i = got - 1; i >= 0 && v->array.n < ROWS_MAX; i--)
		add_whole(v, &rows[i]);
	buf_free(&scope);
	free(rows);
}

static void load_shares(struct panel_quota *v)
{
	struct desk *d = desk_of(v->base.app);
	struct quota_share *list = NULL;
	int count = 0, i;

	record_full_free(&v->full);
	memset(&v->full, 0, sizeof(v->full));
	if (record_get(d->n, v->whole, &v->full, &v->array.err) != MQ_OK ||
	    quota_read(d->n, &v->full, &v->q, &v->array.err) != MQ_OK ||
	    quota_shares(d->n, &v->full, &list, &count, &v->array.err) != MQ_OK)
		count = 0;
	for (i = 0; i < count && v->array.n < ROWS_MAX; i++) {
		if (!access_may_record(d->n, &d->who, "see", &list[i].r))
			continue;
		memset(&v->items[v->array.n], 0, sizeof(v->items[v->array.n]));
		v->items[v->array.n].r = list[i].r;
		v->items[v->array.n++].share = list[i];
	}
	free(list);
}

static void load(struct panel_quota *v)
{
	struct node *n = desk_of(v->base.app)->n;
	size_t i;

	v->array.n = 0;
	v->array.err.code = MQ_OK;
	for (i = 0; i < pack_kinds(n->pack) && v->whole == 0; i++) {
		const struct kind *k = pack_kind_at(n->pack, i);
		const char *facet = quota_whole(n->pack, k);

		if (facet != NULL && strcmp(facet, v->facet) == 0 &&
		    desk_may(v->base.app, "see", k->name))
			load_kind(v, k);
	}
	if (v->whole != 0)
		load_shares(v);
}

static unsigned reload(struct panel_quota *v)
{
	load(v);
	widget_list_reload(&v->list);
	return PANEL_REDRAW;
}

/* ---- doing ---- */

static const struct quota_row *here(const struct panel_quota *v)
{
	return widget_list_item(&v->list);
}

/* A new booking or payment of the whole we are on. */
static unsigned ask(struct panel_quota *v)
{
	struct node *n = desk_of(v->base.app)->n;
	const struct quota_row *row = here(v);
	struct fields f = { NULL, 0, 0 };
	const struct kind *whole, *part;
	char ref[ENTRY_REF_TEXT];
	int64_t rec = v->whole != 0 ? v->whole : row != NULL ? row->r.rec : 0;

	if (rec == 0)
		return PANEL_BEEP;
	whole = pack_kind(n->pack, v->whole != 0 ? v->full.r.kind :
	    row->r.kind);
	part = quota_asking_kind(n->pack, whole);
	if (part == NULL || !desk_may(v->base.app, "open", part->name))
		return PANEL_BEEP;
	ref_text(ref_of_rec(rec), ref);
	fields_set(&f, quota_of_field(n->pack, part)->name, ref);
	panel_form_open(v->base.app, &(struct form_start){
	    .kind = part->name, .presets = &f });
	fields_free(&f);
	return PANEL_REDRAW;
}

/* The key of a step that asks nothing, for the share we are on. */
static unsigned step_key(struct panel_quota *v, uint32_t key)
{
	struct app *app = v->base.app;
	struct node *n = desk_of(app)->n;
	const struct quota_row *row = here(v);
	const struct flow_step *step;
	struct record_steps now;
	struct record_full r;
	unsigned flags = PANEL_IGNORED;

	if (v->whole == 0 || row == NULL || !key_is_text(key) ||
	    record_get(n, row->r.rec, &r, NULL) != MQ_OK)
		return PANEL_IGNORED;
	record_steps_load(&now, app, &r);
	step = record_steps_find(&now, key);
	if (step != NULL && (step->fields[0] != '\0' || quota_asks_first(
	    n->pack, pack_kind(n->pack, r.r.kind), step->name))) {
		panel_record_open(app, r.r.rec);
		flags = PANEL_REDRAW;
	} else if (step != NULL) {
		(void)record_step_all(app, &r.r.rec, 1, step, NULL);
		flags = reload(v);
	}
	record_full_free(&r);
	return flags;
}

/* ---- handlers ---- */

static void open_whole(struct app *app, const char *facet, int64_t rec);

static unsigned quota_action(struct panel *p, enum action act)
{
	struct panel_quota *v = self(p);

	switch (act) {
	case ACT_QUOTA_ASK:
		return ask(v);
	case ACT_QUOTA_WHOLE:
		if (v->whole != 0)
			panel_record_open(p->app, v->whole);
		else if (here(v) != NULL)
			panel_record_open(p->app, here(v)->r.rec);
		return PANEL_REDRAW;
	case ACT_QUOTA_UNDO:
		desk_undo(p->app);
		return reload(v);
	default:
		return PANEL_IGNORED;
	}
}

static bool quota_offers(struct panel *p, enum action act)
{
	return act != ACT_QUOTA_UNDO || desk_can_undo(p->app);
}

static bool quota_typing(struct panel *p)
{
	return widget_list_typing(&self(p)->list);
}

static unsigned quota_key(struct panel *p, uint32_t key)
{
	struct panel_quota *v = self(p);
	unsigned flags;

	/* What goes into the filter is no step. */
	flags = quota_typing(p) ? PANEL_IGNORED : step_key(v, key);
	if ((flags & PANEL_IGNORED) == 0)
		return flags;
	flags = widget_list_key(&v->list, key);
	if ((flags & WIDGET_PICKED) != 0 && here(v) != NULL) {
		if (v->whole != 0)
			panel_record_open(p->app, here(v)->r.rec);
		else
			open_whole(p->app, v->facet, here(v)->r.rec);
		return PANEL_REDRAW;
	}
	return flags;
}

static unsigned quota_wake(struct panel *p)
{
	return reload(self(p));
}

static unsigned quota_returned(struct panel *p, struct panel *child)
{
	(void)child;
	return reload(self(p));
}

static void quota_title(struct panel *p, char *out, size_t size)
{
	struct panel_quota *v = self(p);

	(void)xcopy(out, size, word(is_money(v) ? W_QUOTA_FUNDS :
	    W_QUOTA_SLOTS));
	if (v->whole != 0)
		snprintf(out + strlen(out), size - strlen(out), " · %s",
		    v->full.r.title);
}

static void quota_layout(struct panel *p, int h, int w)
{
	widget_list_layout(&self(p)->list, h - 3, w - 2);
}

/* One line above: how the whole stands, or what the page is for. */
static void paint_head(struct panel_quota *v, const struct draw *d)
{
	struct quota_row row = { .q = v->q };
	char text[300], left[32], all[400];

	if (v->whole == 0) {
		draw_text(d, 0, 0, 0, ROLE_DIM, word(is_money(v) ?
		    W_QUOTA_HINT_FUND : W_QUOTA_HINT_SLOT));
		return;
	}
	standing(v, &row, text, sizeof(text));
	amount(v, v->q.left, left);
	words_fill(all, sizeof(all), v->q.timed ? W_QUOTA_ROOM :
	    v->q.here ? W_QUOTA_STANDS : W_QUOTA_STANDS_THERE, text, left,
	    fields_text(&v->full.d, "keeper_name"), NULL);
	draw_wrapped(d, 0, 0, 0, 2, ROLE_STRONG, all);
}

static void quota_paint(struct panel *p, const struct draw *d)
{
	struct panel_quota *v = self(p);
	struct draw head = draw_sub(d, 0, 1, 2, d->w - 2);
	struct draw list = draw_sub(d, 3, 1, d->h - 3, d->w - 2);

	paint_head(v, &head);
	if (v->array.n == 0 && v->array.err.code == MQ_OK)
		draw_text(&list, 0, 2, 0, ROLE_DIM, word(W_QUOTA_EMPTY));
	else
		widget_list_paint(&v->list, &list);
}

static void quota_destroy(struct panel *p)
{
	struct panel_quota *v = self(p);

	widget_list_free(&v->list);
	record_full_free(&v->full);
	free(v->items);
}

static const enum context quota_contexts[] = { CTX_QUOTA, CTX_END };
static const enum context quota_widgets[] = { CTX_LIST, CTX_END };

static const struct panel_ops quota_ops = {
	.name = "quota",
	.contexts = quota_contexts,
	.widgets = quota_widgets,
	.title = quota_title,
	.action = quota_action,
	.offers = quota_offers,
	.key = quota_key,
	.typing = quota_typing,
	.layout = quota_layout,
	.paint = quota_paint,
	.wake = quota_wake,
	.returned = quota_returned,
	.destroy = quota_destroy,
};

static void open_whole(struct app *app, const char *facet, int64_t rec)
{
	struct panel_quota *v = xcalloc(1, sizeof(*v));

	v->base.app = app;
	v->whole = rec;
	(void)xcopy(v->facet, sizeof(v->facet), facet);
	v->items = xcalloc(ROWS_MAX, sizeof(*v->items));
	v->array = (struct widget_list_array){ .items = v->items,
	    .item_size = sizeof(*v->items), .same = same, .match = match };
	widget_list_init(&v->list, &source, &v->array);
	load(v);
	app_push(app, &v->base, &quota_ops);
}

void panel_quota_open(struct app *app, const char *facet)
{
	open_whole(app, facet, 0);
}

bool panel_quota_sure(struct app *app, const struct record_full *r,
    const struct flow_step *step, char *out, size_t size)
{
	const struct pack *p = desk_of(app)->n->pack;
	char n[32];

	if (!quota_asks_first(p, pack_kind(p, r->r.kind), step->name))
		return false;
	quota_words("fund", r->r.num > 0 ? r->r.num : fields_int(&r->d,
	    "want", 0), n);
	words_fill(out, size, W_QUOTA_SURE_TEXT, r->r.title, n, NULL);
	return true;
}
