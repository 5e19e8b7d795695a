/*
 * 报表: the reports of the pack, by number.
 */
#include "../core/base/xmalloc.h"
#include "../core/report.h"
#include "panels.h"
#include "widget_menu.h"
#include "words.h"

struct panel_reports {
	struct panel base;
	struct widget_menu menu;
	struct widget_menu_choice *choices;
};

static struct panel_reports *self(struct panel *p)
{
	return (struct panel_reports *)p;
}

static unsigned reports_key(struct panel *p, uint32_t key)
{
	struct panel_reports *v = self(p);
	const struct pack *pack = desk_of(p->app)->n->pack;
	unsigned flags = widget_menu_key(&v->menu, key);

	if ((flags & WIDGET_PICKED) != 0 && v->menu.picked >= 0)
		panel_report_open(p->app, pack_report_at(pack,
		    (size_t)v->menu.picked));
	return flags;
}

static void reports_title(struct panel *p, char *out, size_t size)
{
	(void)p;
	(void)xcopy(out, size, word(W_HOME_REPORTS));
}

static void reports_paint(struct panel *p, const struct draw *d)
{
	struct panel_reports *v = self(p);
	struct draw in = draw_sub(d, 1, 2, d->h - 1, d->w - 4);

	if (v->menu.n == 0)
		draw_text(d, 1, 2, 0, ROLE_DIM, word(W_REPORT_NONE));
	else
		widget_menu_paint(&v->menu, &in, true);
}

static void reports_destroy(struct panel *p)
{
	widget_menu_free(&self(p)->menu);
	free(self(p)->choices);
}

static const enum context reports_widgets[] = { CTX_MENU, CTX_END };

static const struct panel_ops reports_ops = {
	.name = "reports",
	.widgets = reports_widgets,
	.title = reports_title,
	.key = reports_key,
	.paint = reports_paint,
	.destroy = reports_destroy,
};

void panel_reports_open(struct app *app)
{
	struct panel_reports *v = xcalloc(1, sizeof(*v));
	const struct pack *p = desk_of(app)->n->pack;
	size_t n = pack_reports(p);

	v->base.app = app;
	v->choices = xcalloc(n + 1, sizeof(*v->choices));
	for (size_t i = 0; i < n; i++) {
		v->choices[i].label = pack_report_at(p, i)->label[
		    app_lang(app)];
		v->choices[i].role = ROLE_TEXT;
	}
	widget_menu_init(&v->menu, v->choices, n, false);
	v->menu.one_column = true;
	app_push(app, &v->base, &reports_ops);
}
