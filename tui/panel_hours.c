/*
 * 待核时长: what of the hours needs a decision, in one marked list.  All that
 * this person may approve is ticked from the start; they untick what they
 * doubt and approve the rest at once.
 */
#include <assert.h>

#include "../core/base/clock.h"
#include "../core/base/xmalloc.h"
#include "../core/hours.h"
#include "../core/ledger.h"
#include "../core/volunteer.h"
#include "hours_words.h"
#include "panels.h"
#include "popup.h"
#include "widget_list.h"
#include "words.h"

#define DOUBTS_MAX 500
#define TOP_LINES 3
#define NARROW 60

struct row { struct hours_doubt d; bool may, own; };

struct panel_hours {
	struct panel base;
	struct widget_list_array array;
	struct row *rows;
	bool *take;		/* one a row */
	struct widget_list list;
	struct err err;
};

static struct panel_hours *self(struct panel *p)
{
	return (struct panel_hours *)p;
}

static struct panel_hours *of_array(void *ctx)
{
	return (struct panel_hours *)((char *)ctx -
	    offsetof(struct panel_hours, array));
}

static bool same_row(const void *a, const void *b)
{
	return ((const struct row *)a)->d.r.rec ==
	    ((const struct row *)b)->d.r.rec;
}

static int index_of(const struct panel_hours *p, const struct row *row)
{
	for (size_t i = 0; i < p->array.n; i++)
		if (same_row(&p->rows[i], row))
			return (int)i;
	return -1;
}

/* What they unticked: it stays so when the list is read again, for they may
 * have only looked at it, and others write meanwhile. */
static size_t doubted(const struct panel_hours *p, int64_t *recs)
{
	size_t n = 0;

	for (size_t i = 0; i < p->array.n; i++)
		if (p->rows[i].may && !p->take[i])
			recs[n++] = p->rows[i].d.r.rec;
	return n;
}

static bool among(const int64_t *recs, size_t n, int64_t rec)
{
	while (n > 0 && recs[n - 1] != rec)
		n--;
	return n > 0;
}

static void load(struct panel_hours *p)
{
	struct desk *d = desk_of(p->base.app);
	struct hours_doubt *list = xcalloc(DOUBTS_MAX, sizeof(*list));
	int64_t *left = xcalloc(DOUBTS_MAX, sizeof(*left));
	size_t nleft = doubted(p, left);
	struct buf scope = BUF_INIT(BUF_LARGE);
	int n = 0;

	p->err.code = MQ_OK;
	desk_scope(p->base.app, "service", &scope);
	if (hours_review_list(d->n, buf_str(&scope), list, DOUBTS_MAX, &n,
	    &p->err) != MQ_OK)
		n = 0;
	for (int i = 0; i < n; i++) {
		p->rows[i].d = list[i];
		p->rows[i].may = hours_review_may(d->n, &d->who, &list[i]);
		p->rows[i].own = volunteer_same(d->n, list[i].volunteer,
		    d->who.by);
		p->take[i] = p->rows[i].may &&
		    !among(left, nleft, list[i].r.rec);
	}
	p->array.n = (size_t)n;
	buf_free(&scope);
	free(list);
	free(left);
}

static void paint_row(void *ctx, const void *item, const struct draw *d,
    bool here)
{
	struct panel_hours *p = of_array(ctx);
	const struct row *row = item;
	int i = index_of(p, row);
	char when[24], why[200];
	struct draw_cell cells[] = {
		{ 4, ROLE_STRONG, row->may ? word(i >= 0 && p->take[i] ?
		    W_MUSTER_MARK_TICK : W_MUSTER_MARK_NONE) : "" },
		{ 11, ROLE_DIM, when },
		{ 0, here ? ROLE_SELECTION : ROLE_TEXT, row->d.r.title },
		{ 26, ROLE_WARN, row->own ? word(W_HOURS_OWN) : why },
	};
	bool narrow = d->w < NARROW;

	clock_show(row->d.r.opened_at, CLOCK_SHORT, when, sizeof(when));
	hours_words_why(&row->d, why, sizeof(why));
	if (narrow) {
		cells[1] = cells[2];
		cells[2] = cells[3];
		cells[2].cells = 18;
	}
	draw_row(d, 0, 0, cells, narrow ? 3 : ARRAY_LEN(cells));
}

static const struct widget_list_source source = {
	.item_size = sizeof(struct row),
	.fetch = widget_list_array_fetch,
	.same = same_row,
	.paint = paint_row,
};

/* ---- deciding ---- */

static unsigned approve(struct panel_hours *p)
{
	struct desk *d = desk_of(p->base.app);
	struct hours_doubt *list = xcalloc(p->array.n + 1, sizeof(*list));
	char done_text[16], left_text[16], text[200];
	struct err err = ERR_INIT;
	struct ref last = { { 0 }, 0 };
	int done = 0, left = 0;

	for (size_t i = 0; i < p->array.n; i++)
		list[i] = p->rows[i].d;
	if (hours_review_approve(d->n, &d->who, list, (int)p->array.n,
	    p->take, &done, &left, &last, &err) != MQ_OK) {
		popup_err(p->base.app, &err);
	} else {
		if (done > 0)
			desk_saved(p->base.app, last);
		snprintf(done_text, sizeof(done_text), "%d", done);
		snprintf(left_text, sizeof(left_text), "%d", left);
		words_fill(text, sizeof(text), W_CLI_HOURS_DONE, done_text,
		    left_text, NULL);
		app_notice_for(p->base.app, ROLE_OK, text, 8 * MS_SECOND);
	}
	free(list);
	load(p);
	widget_list_reload(&p->list);
	return PANEL_REDRAW;
}

static unsigned toggle(struct panel_hours *p)
{
	const struct row *row = widget_list_item(&p->list);
	int i = row == NULL ? -1 : index_of(p, row);

	if (i < 0 || !p->rows[i].may)
		return PANEL_BEEP;
	p->take[i] = !p->take[i];
	return PANEL_REDRAW;
}

/* A step on the marked one through its form: 不予计入, 核定重叠. */
static unsigned step(struct panel_hours *p, const char *key, unsigned why)
{
	const struct row *row = widget_list_item(&p->list);
	struct node *n = desk_of(p->base.app)->n;
	struct fields preset = { NULL, 0, 0 };
	const struct kind *k = row == NULL ? NULL :
	    pack_kind(n->pack, row->d.r.kind);
	char ref[ENTRY_REF_TEXT];

	if (k == NULL || row->own || (row->d.why & why) == 0)
		return PANEL_BEEP;
	if (row->d.other != 0) {
		ref_text(ref_of_rec(row->d.other), ref);
		fields_set(&preset, "overlap", ref);
	}
	panel_form_open(p->base.app, &(struct form_start){
	    .kind = row->d.r.kind, .rec = row->d.r.rec,
	    .step = pack_facet(n->pack, k, "hours", key),
	    .presets = (why & HOURS_WHY_OVERLAP) != 0 ? &preset : NULL,
	    .quiet = true });
	fields_free(&preset);
	return PANEL_REDRAW;
}

static unsigned hours_action(struct panel *base, enum action act)
{
	struct panel_hours *p = self(base);
	const struct row *row = widget_list_item(&p->list);

	switch (act) {
	case ACT_HOURS_APPROVE:
		return approve(p);
	case ACT_HOURS_TICK:
		return toggle(p);
	case ACT_HOURS_REJECT:
		return step(p, "reject", HOURS_WHY_OVER | HOURS_WHY_FAR);
	case ACT_HOURS_SETTLE:
		return step(p, "settle", HOURS_WHY_OVERLAP);
	case ACT_LIST_OPEN:
		if (row == NULL)
			return PANEL_BEEP;
		panel_record_open(base->app, row->d.r.rec);
		return PANEL_REDRAW;
	default:
		return PANEL_IGNORED;
	}
}

static unsigned hours_key(struct panel *base, uint32_t key)
{
	struct panel_hours *p = self(base);
	unsigned flags = widget_list_key(&p->list, key);

	if ((flags & WIDGET_PICKED) != 0)
		return hours_action(base, ACT_LIST_OPEN);
	return flags;
}

static unsigned hours_wake(struct panel *base)
{
	load(self(base));
	widget_list_reload(&self(base)->list);
	return PANEL_REDRAW;
}

static unsigned hours_returned(struct panel *base, struct panel *child)
{
	(void)child;
	return hours_wake(base);
}

static void hours_title(struct panel *base, char *out, size_t size)
{
	(void)base;
	(void)xcopy(out, size, word(W_HOME_HOURS));
}

static void hours_layout(struct panel *base, int h, int w)
{
	widget_list_layout(&self(base)->list, h > TOP_LINES + 1 ?
	    h - TOP_LINES : 2, w - 2);
}

static void hours_paint(struct panel *base, const struct draw *d)
{
	struct panel_hours *p = self(base);
	struct draw list = draw_sub(d, TOP_LINES, 1, d->h - TOP_LINES,
	    d->w - 2);
	char text[700], count[16], marked[16];
	int ticked = 0;

	for (size_t i = 0; i < p->array.n; i++)
		ticked += p->take[i];
	snprintf(count, sizeof(count), "%zu", p->array.n);
	snprintf(marked, sizeof(marked), "%d", ticked);
	words_fill(text, sizeof(text), W_HOURS_HEAD, count, marked, NULL);
	if (p->err.code != MQ_OK)
		err_say(&p->err, app_lang(base->app), text, sizeof(text));
	else if (p->array.n == 0)
		(void)xcopy(text, sizeof(text), word(W_CLI_HOURS_NONE));
	draw_wrapped(d, 0, 1, d->w - 2, 2, p->err.code != MQ_OK ?
	    ROLE_ERROR : ROLE_STRONG, text);
	if (p->array.n > 0)
		widget_list_paint(&p->list, &list);
}

static void hours_destroy(struct panel *base)
{
	widget_list_free(&self(base)->list);
	free(self(base)->rows);
	free(self(base)->take);
}

static const enum context hours_contexts[] = { CTX_HOURS, CTX_END };
static const enum context hours_widgets[] = { CTX_LIST, CTX_END };

static const struct panel_ops hours_ops = {
	.name = "hours",
	.contexts = hours_contexts,
	.widgets = hours_widgets,
	.title = hours_title,
	.action = hours_action,
	.key = hours_key,
	.layout = hours_layout,
	.paint = hours_paint,
	.wake = hours_wake,
	.returned = hours_returned,
	.destroy = hours_destroy,
};

void panel_hours_open(struct app *app)
{
	struct panel_hours *p = xcalloc(1, sizeof(*p));

	p->base.app = app;
	p->rows = xcalloc(DOUBTS_MAX, sizeof(*p->rows));
	p->take = xcalloc(DOUBTS_MAX, sizeof(*p->take));
	p->array.items = p->rows;
	p->array.item_size = sizeof(*p->rows);
	p->array.same = same_row;
	widget_list_init(&p->list, &source, &p->array);
	p->list.digits = false;
	load(p);
	app_push(app, &p->base, &hours_ops);
}
