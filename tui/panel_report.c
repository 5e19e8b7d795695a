/*
 * One report on the screen: a table with a marked figure that opens to its
 * records, the period before beside it, the way to other periods, to paper
 * and to a spreadsheet.
 */
#include <inttypes.h>

#include "../core/audit.h"
#include "../core/base/clock.h"
#include "../core/base/file.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/ledger.h"
#include "../core/report.h"
#include "panels.h"
#include "popup.h"
#include "widget_lines.h"
#include "words.h"

#define LABEL_CELLS 16
#define VALUE_CELLS 11
#define OPEN_MAX 500		/* records shown behind one figure */
#define REFRESH_MS MS_MINUTE	/* counting again after others have written */

struct panel_report {
	struct panel base;
	const struct report_def *def;
	struct report r;
	struct report_span span;
	struct widget_lines remarks;
	struct err err;
	size_t row, top;	/* row nrows is the total */
	size_t figure, first;	/* the marked one, the leftmost shown */
};

static struct panel_report *self(struct panel *p)
{
	return (struct panel_report *)p;
}

/* ---- counting ---- */

static void remark(void *ctx, const char *s)
{
	widget_lines_add(ctx, NULL, ROLE_DIM, s);
}

static void progress(void *ctx, int64_t done, int64_t all)
{
	app_progress(ctx, word(W_REPORT_COUNTING), done, all);
}

static void load(struct panel_report *v)
{
	struct desk *d = desk_of(v->base.app);

	report_free(&v->r);
	v->err = (struct err)ERR_INIT;
	widget_lines_reset(&v->remarks);
	if (report_run(d->n, &d->who, v->def, access_widest(d->n, &d->who),
	    v->span, progress, v->base.app, &v->r, &v->err) == MQ_OK)
		report_remarks(&v->r, remark, &v->remarks);
	app_progress(v->base.app, "", 0, 0);
	if (v->row > v->r.nrows)
		v->row = v->r.nrows;
}

static const struct report_row *row_at(const struct panel_report *v, size_t i)
{
	return i < v->r.nrows ? &v->r.rows[i] : &v->r.total;
}

/* ---- a figure opened ---- */

static void open_figure(struct panel_report *v)
{
	struct desk *d = desk_of(v->base.app);
	const struct report_row *row = row_at(v, v->row);
	const struct report_figure *f = &v->def->figures[v->figure];
	struct err err = ERR_INIT;
	int64_t *recs = NULL;
	char title[120];
	size_t n = 0;

	if (row->rec != 0) {
		panel_record_open(v->base.app, row->rec);
		return;
	}
	if (report_open(d->n, &d->who, &v->r, v->row < v->r.nrows ? row : NULL,
	    v->figure, OPEN_MAX, &recs, &n, &err) != MQ_OK) {
		popup_err(v->base.app, &err);
	} else if (n == 0) {
		app_notice(v->base.app, ROLE_TEXT, word(W_REPORT_NOTHING));
	} else {
		snprintf(title, sizeof(title), "%s %s",
		    row->label == NULL ? v->r.root->name[v->r.lang] :
		    row->label, f->label[v->r.lang]);
		panel_named_open(v->base.app, title, recs, n);
	}
	free(recs);
}

/* ---- paper and sheet ---- */

static void write_file(struct panel_report *v, const char *ext,
    void (*make)(const struct report *r, struct buf *out))
{
	struct desk *d = desk_of(v->base.app);
	struct node *n = d->n;
	struct buf b = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	char dir[600], path[800], day[16], line[900];

	clock_show(clock_day_start(v->span.from), CLOCK_DATE, day,
	    sizeof(day));
	file_join(dir, sizeof(dir), n->dir, "export");
	snprintf(line, sizeof(line), "%s-%s.%s", v->def->name, day, ext);
	file_join(path, sizeof(path), dir, line);
	make(&v->r, &b);
	if (audit_write(n, &(struct audit){ .by = d->who.by,
	    .what = "export", .why = v->def->label[LANG_ZH],
	    .count = (int64_t)v->r.nrows }, &err) != MQ_OK ||
	    file_mkdirs(n->env, dir, 0700, &err) != MQ_OK ||
	    file_write(n->env, path, b.data, b.len, 0600, &err) != MQ_OK) {
		popup_err(v->base.app, &err);
	} else {
		words_fill(line, sizeof(line), W_REPORT_WRITTEN, path, NULL);
		app_notice(v->base.app, ROLE_OK, line);
	}
	buf_free(&b);
}

static bool may_export(const struct panel_report *v)
{
	for (size_t i = 0; i < v->def->nfigures; i++)
		if (v->def->figures[i].kind[0] != '\0' &&
		    !desk_may(v->base.app, "export",
		    v->def->figures[i].kind))
			return false;
	return true;
}

/* ---- handlers ---- */

static unsigned go_period(struct panel_report *v, int by)
{
	struct day at = { by < 0 ? v->span.from.n - 1 : v->span.to.n + 1 };
	struct day today = clock_day(ledger_now(desk_of(v->base.app)->n));

	if (by > 0 && at.n > today.n)
		return PANEL_BEEP;
	v->span = report_span_of(v->def, by == 0 ? today : at);
	load(v);
	return PANEL_REDRAW;
}

static unsigned go_row(struct panel_report *v, int by)
{
	if ((by < 0 && v->row == 0) || (by > 0 && v->row >= v->r.nrows))
		return PANEL_BEEP;
	v->row = by < 0 ? v->row - 1 : v->row + 1;
	return PANEL_REDRAW;
}

static unsigned go_figure(struct panel_report *v, int by)
{
	if ((by < 0 && v->figure == 0) ||
	    (by > 0 && v->figure + 1 >= v->def->nfigures))
		return PANEL_BEEP;
	v->figure = by < 0 ? v->figure - 1 : v->figure + 1;
	return PANEL_REDRAW;
}

static unsigned report_action(struct panel *p, enum action act)
{
	struct panel_report *v = self(p);

	if (v->err.code != MQ_OK)
		return PANEL_IGNORED;
	switch (act) {
	case ACT_REPORT_LEFT:
		return go_figure(v, -1);
	case ACT_REPORT_RIGHT:
		return go_figure(v, 1);
	case ACT_REPORT_UP:
		return go_row(v, -1);
	case ACT_REPORT_DOWN:
		return go_row(v, 1);
	case ACT_REPORT_OPEN:
		open_figure(v);
		return PANEL_REDRAW;
	case ACT_REPORT_EARLIER:
		return go_period(v, -1);
	case ACT_REPORT_LATER:
		return go_period(v, 1);
	case ACT_REPORT_TODAY:
		return go_period(v, 0);
	case ACT_REPORT_PAPER:
		write_file(v, "txt", report_text);
		return PANEL_REDRAW;
	case ACT_REPORT_SHEET:
		write_file(v, "csv", report_csv);
		return PANEL_REDRAW;
	default:
		return PANEL_IGNORED;
	}
}

static bool report_offers(struct panel *p, enum action act)
{
	return (act != ACT_REPORT_PAPER && act != ACT_REPORT_SHEET) ||
	    may_export(self(p));
}

static unsigned report_tick(struct panel *p)
{
	load(self(p));
	return PANEL_REDRAW;
}

/* A report walks all records of its kinds: not at every ring of the bell. */
static unsigned report_wake(struct panel *p)
{
	if (p->tick_at == 0)
		panel_tick_in(p, REFRESH_MS);
	return PANEL_DONE;
}

static void report_title(struct panel *p, char *out, size_t size)
{
	struct panel_report *v = self(p);
	char span[48];

	report_span_show(v->def, v->span, span, sizeof(span));
	snprintf(out, size, "%s · %s", v->def->label[app_lang(p->app)], span);
}

/* ---- painting ---- */

/* The head of a column in two lines: labels are longer than figures. */
static void paint_heads(struct panel_report *v, const struct draw *d,
    size_t last)
{
	int x = LABEL_CELLS;

	for (size_t i = v->first; i < last; i++, x += VALUE_CELLS) {
		const char *s = v->def->figures[i].label[v->r.lang];
		size_t cut = text_clip(s, strlen(s), VALUE_CELLS - 1, NULL);
		struct draw cell = draw_sub(d, 0, x, 2, VALUE_CELLS - 1);
		enum theme_role role = i == v->figure ? ROLE_TITLE : ROLE_DIM;

		draw_textn(&cell, 0, 0, 0, role, s, cut);
		draw_text(&cell, 1, 0, 0, role, s + cut);
	}
}

static void paint_row(struct panel_report *v, const struct draw *d, int y,
    size_t at, size_t last)
{
	const struct report_row *row = row_at(v, at);
	bool here = at == v->row;
	int x = LABEL_CELLS;
	char text[48], shown[48], before[52];

	draw_gutter(d, y, here);
	draw_fit(d, y, 2, LABEL_CELLS - 3, here ? ROLE_STRONG : ROLE_TEXT,
	    at < v->r.nrows ? row->label : word(W_REPORT_TOTAL));
	for (size_t i = v->first; i < last; i++, x += VALUE_CELLS) {
		const struct report_figure *f = &v->def->figures[i];
		bool marked = here && i == v->figure;
		int used;

		report_show(f, &row->now[i], v->r.lang, text, sizeof(text));
		report_show(f, &row->before[i], v->r.lang, shown,
		    sizeof(shown));
		snprintf(before, sizeof(before), "(%s)", shown);
		if (marked)
			draw_text(d, y, x - 1, 1, ROLE_TITLE, "[");
		used = draw_text(d, y, x, VALUE_CELLS - 2, marked ?
		    ROLE_TITLE : ROLE_STRONG, text);
		if (marked)
			draw_text(d, y, x + used, 1, ROLE_TITLE, "]");
		if (row->rec == 0 &&
		    used + 2 + text_cells(before) < VALUE_CELLS)
			draw_text(d, y, x + used + 1, VALUE_CELLS - used - 2,
			    ROLE_DIM, before);
	}
}

/* Keeps the marked figure and row in sight. */
static void scroll(struct panel_report *v, size_t columns, size_t rows)
{
	if (v->figure < v->first)
		v->first = v->figure;
	if (v->figure >= v->first + columns)
		v->first = v->figure - columns + 1;
	if (v->row < v->top)
		v->top = v->row;
	if (v->row >= v->top + rows)
		v->top = v->row - rows + 1;
}

static void report_paint(struct panel *p, const struct draw *d)
{
	struct panel_report *v = self(p);
	size_t columns, rows, last, i;
	struct draw notes;
	char words[700];
	int below;

	if (v->err.code != MQ_OK) {
		err_say(&v->err, app_lang(p->app), words, sizeof(words));
		draw_wrapped(d, 1, 2, d->w - 4, d->h - 1, ROLE_ERROR, words);
		return;
	}
	below = widget_lines_height(&v->remarks, d->w - 4);
	below = below > d->h / 3 ? d->h / 3 : below;
	columns = d->w < LABEL_CELLS + VALUE_CELLS ? 1 :
	    (size_t)((d->w - LABEL_CELLS) / VALUE_CELLS);
	rows = d->h - 3 - below < 1 ? 1 : (size_t)(d->h - 3 - below);
	scroll(v, columns, rows);
	last = v->first + columns;
	if (last > v->def->nfigures)
		last = v->def->nfigures;
	paint_heads(v, d, last);
	for (i = 0; i < rows && v->top + i <= v->r.nrows; i++)
		paint_row(v, d, 2 + (int)i, v->top + i, last);
	notes = draw_sub(d, d->h - below, 2, below, d->w - 4);
	widget_lines_paint(&v->remarks, &notes);
}

static void report_destroy(struct panel *p)
{
	report_free(&self(p)->r);
	widget_lines_free(&self(p)->remarks);
}

static const enum context report_contexts[] = { CTX_REPORT, CTX_END };

static const struct panel_ops report_ops = {
	.name = "report",
	.contexts = report_contexts,
	.title = report_title,
	.action = report_action,
	.offers = report_offers,
	.paint = report_paint,
	.tick = report_tick,
	.wake = report_wake,
	.destroy = report_destroy,
};

void panel_report_open(struct app *app, const struct report_def *def)
{
	struct panel_report *v = xcalloc(1, sizeof(*v));

	v->base.app = app;
	v->def = def;
	widget_lines_init(&v->remarks);
	v->span = report_span_of(def, clock_day(ledger_now(desk_of(app)->n)));
	load(v);
	app_push(app, &v->base, &report_ops);
}
