/*
 * A task over a list: how far it is, and the doors that are left, the next
 * one first; Enter begins the visit there with everything filled in.  Tab
 * shows the units side by side.
 */
#include <inttypes.h>

#include "../core/base/xmalloc.h"
#include "../core/list.h"
#include "panels.h"
#include "widget_bar.h"
#include "widget_list.h"
#include "words.h"

#define ROWS_MAX 300
#define UNITS_MAX 120
#define UNIT_CELLS 26

struct panel_task {
	struct panel base;
	struct widget_list_array array;	/* over rows; the list's context */
	struct record_full r;
	int64_t rec;
	bool loaded, by_unit;
	struct record *rows;
	struct list_unit *units;
	int nunits;
	int64_t total, done;
	struct widget_list list;
	struct err err;
};

static struct panel_task *self(struct panel *p)
{
	return (struct panel_task *)p;
}

/* ---- what is left ---- */

static void load(struct panel_task *v)
{
	struct desk *d = desk_of(v->base.app);
	const char *scope = NULL;
	struct buf units = BUF_INIT(BUF_LARGE);
	int n = 0;

	if (v->loaded)
		record_full_free(&v->r);
	v->err.code = MQ_OK;
	v->loaded = record_get(d->n, v->rec, &v->r, &v->err) == MQ_OK;
	if (v->loaded) {
		/* Whoever sees households there sees them here. */
		access_scope(d->n, &d->who, "household", &units);
		scope = buf_str(&units);
		if (list_standing(d->n, &v->r, scope, &v->total, &v->done,
		    &v->err) != MQ_OK || list_left(d->n, &v->r, scope,
		    v->rows, ROWS_MAX, &n, &v->err) != MQ_OK ||
		    list_units(d->n, &v->r, scope, v->units, UNITS_MAX,
		    &v->nunits, &v->err) != MQ_OK)
			n = v->nunits = 0;
	}
	v->array.n = (size_t)n;
	buf_free(&units);
	widget_list_reload(&v->list);
}

/* ---- the list ---- */

static bool same(const void *a, const void *b)
{
	return ((const struct record *)a)->rec ==
	    ((const struct record *)b)->rec;
}

static bool match(const void *item, const char *filter)
{
	return strstr(((const struct record *)item)->title, filter) != NULL;
}

static void paint_row(void *ctx, const void *item, const struct draw *d,
    bool here)
{
	const struct panel_task *v = (const struct panel_task *)((char *)ctx -
	    offsetof(struct panel_task, array));
	const struct record *r = item;
	const struct draw_cell cells[] = {
		{ 0, here ? ROLE_SELECTION : ROLE_TEXT, r->title },
		{ 20, ROLE_DIM, desk_org_name(v->base.app, r->org) },
	};

	draw_row(d, 0, 0, cells, ARRAY_LEN(cells));
}

static const struct widget_list_source source = {
	.item_size = sizeof(struct record),
	.fetch = widget_list_array_fetch,
	.same = same,
	.paint = paint_row,
	.filter = widget_list_array_filter,
};

/* ---- handlers ---- */

static void begin(struct panel_task *v, const struct record *target)
{
	struct app *app = v->base.app;
	struct fields f = { NULL, 0, 0 };
	const char *kind = list_begin(desk_of(app)->n, &v->r, target, &f);

	if (kind != NULL && desk_may(app, "open", kind))
		panel_form_open(app, &(struct form_start){ .kind = kind,
		    .presets = &f });
	else
		panel_record_open(app, target->rec);
	fields_free(&f);
}

static unsigned task_action(struct panel *p, enum action act)
{
	struct panel_task *v = self(p);
	const struct record *row = v->by_unit ? NULL :
	    widget_list_item(&v->list);

	if (act == ACT_TASK_VIEW) {
		v->by_unit = !v->by_unit;
		return PANEL_REDRAW;
	}
	if (row == NULL)
		return PANEL_IGNORED;
	if (act == ACT_TASK_VISIT)
		begin(v, row);
	else if (act == ACT_TASK_RECORD)
		panel_record_open(p->app, row->rec);
	else
		return PANEL_IGNORED;
	return PANEL_REDRAW;
}

static bool task_offers(struct panel *p, enum action act)
{
	const struct panel_task *v = self(p);

	if (act == ACT_LIST_OPEN)
		return false;	/* Enter begins the visit */
	if (act == ACT_TASK_VISIT || act == ACT_TASK_RECORD ||
	    act == ACT_LIST_FILTER)
		return !v->by_unit && v->array.n > 0;
	return true;
}

static unsigned task_key(struct panel *p, uint32_t key)
{
	struct panel_task *v = self(p);
	unsigned flags;

	if (v->by_unit)
		return PANEL_IGNORED;
	flags = widget_list_key(&v->list, key);
	return (flags & WIDGET_PICKED) != 0 ?
	    task_action(p, ACT_TASK_VISIT) : flags;
}

static unsigned task_paste(struct panel *p, const char *s, size_t len,
    bool over)
{
	(void)over;
	return widget_list_paste(&self(p)->list, s, len);
}

static bool task_typing(struct panel *p)
{
	return !self(p)->by_unit && widget_list_typing(&self(p)->list);
}

static unsigned task_wake(struct panel *p)
{
	load(self(p));
	return PANEL_REDRAW;
}

static unsigned task_returned(struct panel *p, struct panel *child)
{
	(void)child;
	return task_wake(p);
}

static void task_title(struct panel *p, char *out, size_t size)
{
	(void)xcopy(out, size, self(p)->loaded ? self(p)->r.r.title : "");
}

static void task_layout(struct panel *p, int h, int w)
{
	widget_list_layout(&self(p)->list, h - 3, w - 2);
}

/* ---- painting ---- */

static void paint_units(struct panel_task *v, const struct draw *d)
{
	struct widget_bar_cell *cells = xcalloc((size_t)v->nunits + 1,
	    sizeof(*cells));
	char (*words)[40] = xcalloc((size_t)v->nunits + 1, sizeof(*words));

	for (int i = 0; i < v->nunits; i++) {
		const struct list_unit *u = &v->units[i];

		snprintf(words[i], sizeof(words[i]), "%" PRId64 "/%" PRId64,
		    u->done, u->total);
		cells[i] = (struct widget_bar_cell){ desk_org_name(
		    v->base.app, u->org), words[i], u->done == u->total ?
		    ROLE_GRID_GREEN : u->done > 0 ? ROLE_GRID_YELLOW :
		    ROLE_GRID_NONE };
	}
	(void)widget_bar_grid(d, 0, 0, d->w, UNIT_CELLS, cells,
	    (size_t)v->nunits, -1);
	free(words);
	free(cells);
}

static void task_paint(struct panel *p, const struct draw *d)
{
	struct panel_task *v = self(p);
	struct draw in = draw_sub(d, 3, 1, d->h - 3, d->w - 2);
	char done[24], total[24], left[24], line[600];

	if (v->err.code != MQ_OK) {
		err_say(&v->err, app_lang(p->app), line, sizeof(line));
		draw_wrapped(d, 0, 1, d->w - 2, 4, ROLE_ERROR, line);
		return;
	}
	snprintf(done, sizeof(done), "%" PRId64, v->done);
	snprintf(total, sizeof(total), "%" PRId64, v->total);
	snprintf(left, sizeof(left), "%" PRId64, v->total - v->done);
	words_fill(line, sizeof(line), v->total == 0 ? W_TASK_EMPTY :
	    v->done == v->total ? W_TASK_DONE : W_TASK_LEFT, done, total,
	    left, NULL);
	draw_text(d, 0, 1, 0, ROLE_STRONG, line);
	widget_bar_progress(d, 1, 1, d->w - 2, v->done, v->total);
	if (v->by_unit)
		paint_units(v, &in);
	else if (v->array.n > 0)
		widget_list_paint(&v->list, &in);
}

static void task_destroy(struct panel *p)
{
	struct panel_task *v = self(p);

	if (v->loaded)
		record_full_free(&v->r);
	widget_list_free(&v->list);
	free(v->rows);
	free(v->units);
}

static const enum context task_contexts[] = { CTX_TASK, CTX_END };
static const enum context task_widgets[] = { CTX_LIST, CTX_END };

static const struct panel_ops task_ops = {
	.name = "task",
	.contexts = task_contexts,
	.widgets = task_widgets,
	.title = task_title,
	.action = task_action,
	.key = task_key,
	.paste = task_paste,
	.typing = task_typing,
	.offers = task_offers,
	.layout = task_layout,
	.paint = task_paint,
	.wake = task_wake,
	.returned = task_returned,
	.destroy = task_destroy,
};

void panel_task_open(struct app *app, int64_t rec)
{
	struct panel_task *v = xcalloc(1, sizeof(*v));

	v->base.app = app;
	v->rec = rec;
	v->rows = xcalloc(ROWS_MAX, sizeof(*v->rows));
	v->units = xcalloc(UNITS_MAX, sizeof(*v->units));
	v->array = (struct widget_list_array){ .items = v->rows,
	    .item_size = sizeof(*v->rows), .same = same, .match = match };
	widget_list_init(&v->list, &source, &v->array);
	load(v);
	app_push(app, &v->base, &task_ops);
}
