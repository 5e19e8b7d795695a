/*
 * 该走访谁: who is due to be looked after, the longest due first; Enter
 * begins the visit with everything filled in.  Tab shows the next four weeks
 * as a calendar, then the next kind that comes round.
 */
#include <inttypes.h>

#include "../core/base/clock.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/ledger.h"
#include "../core/recur.h"
#include "panels.h"
#include "record_go.h"
#include "widget_bar.h"
#include "widget_list.h"
#include "words.h"

#define ROWS_MAX 300
#define COUNT_MAX 1000		/* "1000+" beyond */
#define DAYS 28
#define DAY_CELLS 11

struct due_row {
	struct recur_due d;
	char words[48], why[96], last[48];
};

struct panel_due {
	struct panel base;
	struct widget_list_array array;	/* over rows; the list's context */
	const struct kind *kind;
	bool calendar;
	struct due_row *rows;
	struct widget_list list;
	int64_t total;
	int64_t days[DAYS];
	struct day today;
	struct err err;
};

static struct panel_due *self(struct panel *p)
{
	return (struct panel_due *)p;
}

/* ---- what is due ---- */

static void fill_row(struct panel_due *v, struct due_row *row)
{
	const struct recur_due *d = &row->d;
	enum lang lang = app_lang(v->base.app);
	struct buf b = BUF_INIT(BUF_SMALL);
	char day[24];

	recur_words(d, v->today, lang, &b);
	(void)xcopy(row->words, sizeof(row->words), buf_str(&b));
	buf_free(&b);
	(void)xcopy(row->why, sizeof(row->why), d->rule != NULL ?
	    d->rule->label[lang] : say_word(SAY_RECUR_AGREED, lang));
	clock_show(clock_day_start(d->last), CLOCK_DATE, day, sizeof(day));
	if (d->met)
		words_fill(row->last, sizeof(row->last), W_DUE_LAST, day + 5,
		    NULL);
	else
		(void)xcopy(row->last, sizeof(row->last), word(W_DUE_NEVER));
}

static void load_rows(struct panel_due *v, const char *scope)
{
	struct recur_due *found = xcalloc(ROWS_MAX, sizeof(*found));
	struct node *n = desk_of(v->base.app)->n;
	int count = 0;

	v->err.code = MQ_OK;
	if (recur_page(n, v->kind->name, scope, v->today, NULL, found,
	    ROWS_MAX, &count, &v->err) != MQ_OK || recur_count(n,
	    v->kind->name, scope, v->today, COUNT_MAX, &v->total, &v->err)
	    != MQ_OK || recur_days(n, v->kind->name, scope, v->today, DAYS,
	    v->days, &v->err) != MQ_OK)
		count = 0;
	v->array.n = 0;
	for (int i = 0; i < count; i++) {
		struct due_row *row = &v->rows[v->array.n++];

		row->d = found[i];
		fill_row(v, row);
	}
	free(found);
}

static void load(struct panel_due *v)
{
	struct desk *d = desk_of(v->base.app);
	struct buf scope = BUF_INIT(BUF_LARGE);

	v->today = clock_day(ledger_now(d->n));
	desk_scope(v->base.app, v->kind->name, &scope);
	load_rows(v, buf_str(&scope));
	buf_free(&scope);
	v->array.items = v->rows;
	widget_list_reload(&v->list);
}

/* ---- the list ---- */

static bool same(const void *a, const void *b)
{
	return ((const struct due_row *)a)->d.r.rec ==
	    ((const struct due_row *)b)->d.r.rec;
}

/* Typed words are looked up in the register: name, initials, last digits. */
static bool match(const void *item, const char *filter)
{
	const struct due_row *row = item;

	return strstr(row->d.r.title, filter) != NULL ||
	    strstr(row->why, filter) != NULL;
}

static void paint_row(void *ctx, const void *item, const struct draw *d,
    bool here)
{
	const struct due_row *row = item;
	const struct panel_due *v = (const struct panel_due *)((char *)ctx -
	    offsetof(struct panel_due, array));
	enum theme_role role = row->d.due.n < v->today.n ? ROLE_OVERDUE :
	    row->d.due.n == v->today.n ? ROLE_DUE_SOON : ROLE_TEXT;
	const struct draw_cell cells[] = {
		{ 12, role, row->words },
		{ 20, here ? ROLE_SELECTION : ROLE_TEXT, row->d.r.title },
		{ 12, row->d.met ? ROLE_DIM : ROLE_WARN, row->last },
		{ 0, ROLE_DIM, row->why },
	};

	draw_row(d, 0, 0, cells, ARRAY_LEN(cells));
}

static const struct widget_list_source source = {
	.item_size = sizeof(struct due_row),
	.fetch = widget_list_array_fetch,
	.same = same,
	.paint = paint_row,
	.filter = widget_list_array_filter,
};

/* ---- handlers ---- */

/* The next kind that comes round and that this person sees. */
static const struct kind *next_kind(struct app *app, const struct kind *from)
{
	const struct pack *p = desk_of(app)->n->pack;
	size_t i, n = pack_kinds(p), at = 0;

	for (i = 0; i < n && from != NULL; i++)
		if (pack_kind_at(p, i) == from)
			at = i + 1;
	for (i = 0; i < n; i++) {
		const struct kind *k = pack_kind_at(p, (at + i) % n);

		if (recur_kind(desk_of(app)->n, k->name) &&
		    desk_may(app, "see", k->name))
			return k;
	}
	return NULL;
}

static unsigned turn(struct panel_due *v)
{
	if (v->calendar)
		v->kind = next_kind(v->base.app, v->kind);
	v->calendar = !v->calendar;
	load(v);
	widget_list_top(&v->list);
	return PANEL_REDRAW;
}

static unsigned due_action(struct panel *p, enum action act)
{
	struct panel_due *v = self(p);
	const struct due_row *row = v->calendar ? NULL :
	    widget_list_item(&v->list);

	if (act == ACT_DUE_VIEW)
		return turn(v);
	if (row == NULL)
		return PANEL_IGNORED;
	if (act == ACT_DUE_VISIT)
		record_go(p->app, &row->d.r);
	else if (act == ACT_DUE_RECORD)
		panel_record_open(p->app, row->d.r.rec);
	else
		return PANEL_IGNORED;
	return PANEL_REDRAW;
}

static bool due_offers(struct panel *p, enum action act)
{
	const struct panel_due *v = self(p);

	if (act == ACT_LIST_OPEN)
		return false;	/* Enter begins the visit */
	if (act == ACT_DUE_VISIT || act == ACT_DUE_RECORD ||
	    act == ACT_LIST_FILTER)
		return !v->calendar && v->array.n > 0;
	return true;
}

static unsigned due_key(struct panel *p, uint32_t key)
{
	struct panel_due *v = self(p);
	unsigned flags;

	if (v->calendar)
		return PANEL_IGNORED;
	flags = widget_list_key(&v->list, key);
	return (flags & WIDGET_PICKED) != 0 ? due_action(p, ACT_DUE_VISIT) :
	    flags;
}

static unsigned due_paste(struct panel *p, const char *s, size_t len,
    bool over)
{
	(void)over;
	return widget_list_paste(&self(p)->list, s, len);
}

static bool due_typing(struct panel *p)
{
	return !self(p)->calendar && widget_list_typing(&self(p)->list);
}

static unsigned due_wake(struct panel *p)
{
	load(self(p));
	return PANEL_REDRAW;
}

static unsigned due_returned(struct panel *p, struct panel *child)
{
	(void)child;
	return due_wake(p);
}

static void due_title(struct panel *p, char *out, size_t size)
{
	snprintf(out, size, "%s · %s", word(W_DUE_TITLE),
	    self(p)->kind->label[app_lang(p->app)]);
}

static void due_layout(struct panel *p, int h, int w)
{
	widget_list_layout(&self(p)->list, h - 2, w - 2);
}

/* ---- painting ---- */

static void paint_calendar(struct panel_due *v, const struct draw *d)
{
	struct widget_bar_cell cells[DAYS];
	char names[DAYS][24], counts[DAYS][24];
	struct draw in = draw_sub(d, 2, 1, d->h - 2, d->w - 2);

	for (int i = 0; i < DAYS; i++) {
		char day[24];

		clock_show(clock_day_start((struct day){ v->today.n + i }),
		    CLOCK_DATE, day, sizeof(day));
		snprintf(names[i], sizeof(names[i]), "%s", day + 5);
		snprintf(counts[i], sizeof(counts[i]), "%" PRId64,
		    v->days[i]);
		cells[i] = (struct widget_bar_cell){ names[i], counts[i],
		    v->days[i] == 0 ? ROLE_GRID_NONE : i == 0 ?
		    ROLE_GRID_RED : ROLE_GRID_GREEN };
	}
	(void)widget_bar_grid(&in, 0, 0, in.w, DAY_CELLS, cells, DAYS, 0);
}

static void due_paint(struct panel *p, const struct draw *d)
{
	struct panel_due *v = self(p);
	struct draw in = draw_sub(d, 2, 1, d->h - 2, d->w - 2);
	char n[24], line[700];

	if (v->err.code != MQ_OK) {
		err_say(&v->err, app_lang(p->app), line, sizeof(line));
		draw_wrapped(d, 0, 1, d->w - 2, 4, ROLE_ERROR, line);
		return;
	}
	snprintf(n, sizeof(n), "%" PRId64 "%s", v->total,
	    v->total >= COUNT_MAX ? "+" : "");
	words_fill(line, sizeof(line), v->calendar ? W_DUE_DAYS :
	    v->array.n == 0 ? W_DUE_NOBODY : W_DUE_COUNT, n, NULL);
	draw_text(d, 0, 1, 0, ROLE_STRONG, line);
	if (v->calendar)
		paint_calendar(v, d);
	else if (v->array.n > 0)
		widget_list_paint(&v->list, &in);
}

static void due_destroy(struct panel *p)
{
	widget_list_free(&self(p)->list);
	free(self(p)->rows);
}

static const enum context due_contexts[] = { CTX_DUE, CTX_END };
static const enum context due_widgets[] = { CTX_LIST, CTX_END };

static const struct panel_ops due_ops = {
	.name = "due",
	.contexts = due_contexts,
	.widgets = due_widgets,
	.title = due_title,
	.action = due_action,
	.key = due_key,
	.paste = due_paste,
	.typing = due_typing,
	.offers = due_offers,
	.layout = due_layout,
	.paint = due_paint,
	.wake = due_wake,
	.returned = due_returned,
	.destroy = due_destroy,
};

void panel_due_open(struct app *app)
{
	const struct kind *k = next_kind(app, NULL);
	struct panel_due *v;

	if (k == NULL) {
		app_notice(app, ROLE_NOTICE, word(W_DUE_NO_RULES));
		return;
	}
	v = xcalloc(1, sizeof(*v));
	v->base.app = app;
	v->kind = k;
	v->rows = xcalloc(ROWS_MAX, sizeof(*v->rows));
	v->array = (struct widget_list_array){ .items = v->rows,
	    .item_size = sizeof(*v->rows), .same = same, .match = match };
	widget_list_init(&v->list, &source, &v->array);
	load(v);
	app_push(app, &v->base, &due_ops);
}
